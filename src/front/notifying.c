/*
 * notifying.c - one thing asked over the notifier's socket.
 *
 * Place: front. A `struct notifying` lives from the ask to its callback, or to notifying_forget. What goes
 * wrong on the way is `unavailable` with a sentence and the time to come again: senders of receipts and the 12345
 * centre send again, and what they send twice changes nothing.
 */
#include "front/notifying.h"
#include "base/log.h"
#include "front/asking.h"

#include <stdlib.h>

struct notifying {
	struct asking *asking;
	struct notice_answer answer;
	notifying_cb *cb;
	void *arg;
};

static enum asked take(void *arg, struct arena *a, enum message what, struct str body)
{
	struct notifying *n = arg;

	return what == MESSAGE_NOTICE_ANSWER && notice_answer_unpack(body, a, &n->answer) ? ASKED_WHOLE
											  : ASKED_WRONG;
}

static void over(void *arg, const char *wrong)
{
	struct notifying *n = arg;

	if (wrong)
		n->answer = (struct notice_answer){
		    .code = ERROR_UNAVAILABLE, .detail = wrong, .retry_s = NOTIFYING_RETRY_S};
	n->cb(n->arg, &n->answer);
	notifying_forget(n);
}

static struct asking_kind kind = {.asks = MESSAGE_NOTICE_ASK,
    .most = NOTIFYING_MOST,
    .away = {"通知进程没有在运行,请稍后再试", "The notifier does not run; try later."},
    .late = {"通知进程没有及时答复,请稍后再试", "The notifier did not answer in time; try later."},
    .ended = {"通知进程没有答复就结束了,请稍后再试", "The notifier ended before it answered; try later."},
    .take = take,
    .over = over};

size_t notifying_count(void)
{
	return kind.waiting;
}

void notifying_forget(struct notifying *n)
{
	asking_free(n->asking);
	free(n);
}

struct notifying *notifying_ask(struct event_base *base, const char *path, const struct notice_ask *ask,
    int64_t within_ms, notifying_cb *cb, void *arg)
{
	struct notifying *n = xalloc(sizeof *n);
	struct buf body = {0};

	*n = (struct notifying){.cb = cb, .arg = arg};
	notice_ask_pack(&body, ask);
	n->asking = asking_new(base, path, &kind, buf_view(&body), within_ms, ask->english, n);
	buf_wipe(&body);
	buf_free(&body);
	if (!n->asking) {
		free(n);
		return NULL;
	}
	return n;
}
