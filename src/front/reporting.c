/*
 * reporting.c - one report asked for over the report socket.
 *
 * Place: front. A `struct reporting` lives from the ask to its callback, or to reporting_forget. What goes
 * wrong on the way (no supervisor, a process that was ended because it took too long) is `unavailable`
 * with a sentence: to ask again is always safe, a report changes nothing.
 */
#include "front/reporting.h"
#include "base/log.h"
#include "front/asking.h"

#include <stdlib.h>

struct reporting {
	struct asking *asking;
	struct report_made made;
	bool told; /* MADE has come */
	struct buf bytes;
	reporting_cb *cb;
	void *arg;
};

static bool take_made(struct reporting *r, struct arena *a, struct str body)
{
	if (r->told || !report_made_unpack(body, a, &r->made))
		return false;
	r->told = true;
	return true;
}

static bool take_part(struct reporting *r, struct str body)
{
	if (!r->told || (int64_t)(r->bytes.n + body.n) > r->made.bytes)
		return false;
	buf_str(&r->bytes, body);
	return true;
}

static enum asked take(void *arg, struct arena *a, enum message what, struct str body)
{
	struct reporting *r = arg;
	bool good = what == MESSAGE_REPORT_MADE ? take_made(r, a, body)
	    : what == MESSAGE_REPORT_PART       ? take_part(r, body)
						: false;

	if (!good)
		return ASKED_WRONG;
	return (int64_t)r->bytes.n == r->made.bytes ? ASKED_WHOLE : ASKED_MORE;
}

static void over(void *arg, const char *wrong)
{
	struct reporting *r = arg;

	if (wrong) {
		r->made = (struct report_made){.code = ERROR_UNAVAILABLE, .detail = wrong};
		buf_reset(&r->bytes);
	}
	r->cb(r->arg, &r->made, buf_view(&r->bytes));
	reporting_forget(r);
}

static struct asking_kind kind = {.asks = MESSAGE_REPORT_ASK,
    .most = REPORTING_MOST,
    .away = {"报表进程连接不上,请稍后再试", "The report process cannot be reached; try later."},
    .late = {"报表没有在规定时间内做完,请稍后再试,或用 liandongctl report 在本机制作",
	"The report was not made in time; try later, or run liandongctl report on the machine."},
    .ended = {"报表进程没有做完就结束了,请再试一次;若一再如此,请看日志",
	"The report process ended before it was done; try again, and look into the log."},
    .take = take,
    .over = over};

size_t reporting_count(void)
{
	return kind.waiting;
}

void reporting_forget(struct reporting *r)
{
	asking_free(r->asking);
	buf_free(&r->bytes);
	free(r);
}

struct reporting *reporting_ask(struct event_base *base, const char *path, const struct report_ask *ask,
    int64_t most_ms, reporting_cb *cb, void *arg)
{
	struct reporting *r = xalloc(sizeof *r);
	struct buf body = {0};

	*r = (struct reporting){.cb = cb, .arg = arg};
	report_ask_pack(&body, ask);
	r->asking = asking_new(base, path, &kind, buf_view(&body), most_ms, ask->english, r);
	buf_free(&body);
	if (!r->asking) {
		free(r);
		return NULL;
	}
	return r;
}
