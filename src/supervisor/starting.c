/*
 * starting.c - see starting.h. Place: supervisor.
 *
 * The listener is open from the first moment, and a caller that connects before intake serves would wait in its queue
 * without a word. The answer is that of a session which cannot be had now: clients try again by themselves. It fits into what
 * the kernel holds of a new connection, so nothing here waits.
 */
#include "supervisor/starting.h"
#include "base/json.h"
#include "domain/command.h"

#include <sys/socket.h>
#include <unistd.h>

#define ANSWERS_MOST 64 /* in one round of the loop, and held open */

static const struct start_step {
	enum message word;
	const char *zh, *en;
} steps[] = {
    {MESSAGE_OPENING, "打开数据库", "opening the store"}, /* also before the first word */
    {MESSAGE_SAVING, "抢救数据库,不要停止 liandongd",
	"saving what is left of the store; do not stop liandongd"},
    {MESSAGE_EXAMINING, "核对联动机制和派单用例", "reading the mechanism and trying its routing cases"},
    {MESSAGE_LEARNING, "整理文字模型,只在第一次启动或规则、样例改过以后",
	"training the model of texts, at a first start or after a change of rules and cases"},
};

static const struct start_step *step_of(enum message word)
{
	size_t i = sizeof steps / sizeof *steps - 1;

	while (i > 0 && steps[i].word != word)
		i--;
	return &steps[i];
}

bool starting_is(enum message word)
{
	return step_of(word)->word == word;
}

const char *starting_status(enum message step)
{
	return step_of(step)->en;
}

static void put_answer(struct buf *out, enum message word, bool english)
{
	const struct start_step *step = step_of(word);
	const struct error_kind *kind = &error_kinds[ERROR_UNAVAILABLE];
	struct buf detail = {0};
	struct json j = json_to(out);

	buf_printf(&detail, english ? "liandongd is starting: %s" : "liandongd 正在启动:%s",
	    english ? step->en : step->zh);
	buf_char(&detail, '\0');
	json_begin(&j, NULL);
	json_text(&j, "jsonrpc", "2.0");
	json_none(&j, "id");
	json_begin(&j, "error");
	json_int(&j, "code", kind->number);
	json_text(&j, "message", detail.p);
	json_begin(&j, "data");
	json_text(&j, "code", kind->word);
	json_text(&j, "detail", detail.p);
	json_end(&j);
	json_end(&j);
	json_end(&j);
	buf_char(out, '\n');
	buf_free(&detail);
}

/* An answered connection stays half open until others have come: what the caller still sends would break it before the
 * answer is read. */
static int held[ANSWERS_MOST];
static size_t n_held, next_held;

static void hold(int fd)
{
	shutdown(fd, SHUT_WR);
	if (n_held == ANSWERS_MOST)
		close(held[next_held]);
	else
		n_held++;
	held[next_held] = fd;
	next_held = (next_held + 1) % ANSWERS_MOST;
}

void starting_answer(int listener, enum message step, bool english)
{
	struct buf answer = {0};
	int fd;

	put_answer(&answer, step, english);
	for (int i = 0;
	     i < ANSWERS_MOST && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;
	     i++) {
		ssize_t n = send(fd, answer.p, answer.n, MSG_NOSIGNAL);

		(void)n; /* a caller that is gone wants none */
		hold(fd);
	}
	buf_free(&answer);
}

void starting_ends(void)
{
	for (size_t i = 0; i < n_held; i++)
		close(held[i]);
	n_held = next_held = 0;
}
