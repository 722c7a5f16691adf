/*
 * waiting.c - see waiting.h. Place: the command line's own room, under ctl.c.
 *
 * The supervisor answers with a sentence for as long as the engine starts, and a front end whose engine is away refuses
 * with the same code. What is asked is sent only after the session is open, so trying again does nothing twice.
 */
#include "ctl/waiting.h"
#include "base/clock.h"
#include "base/say.h"
#include "base/str.h"
#include "domain/command.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AGAIN_MS 300

/* -1: as long as it takes. */
static int64_t limit_ms(void)
{
	const char *said = getenv("LIANDONG_WAIT");
	uint64_t seconds;

	if (said && str_uint(str_of(said), &seconds) && seconds <= 24 * 3600)
		return (int64_t)seconds * 1000;
	return isatty(STDERR_FILENO) ? -1 : WAITED_S * 1000;
}

/* On a terminal one line that is written over, else a line whenever something else is done. */
static void show(struct patience *w, const char *what, int64_t waited_ms)
{
	bool terminal = isatty(STDERR_FILENO), other = strcmp(w->said, what) != 0;

	if (terminal)
		fprintf(stderr,
		    say("\r\033[K%s(已等 %lld 秒,Ctrl-C 不等)",
			"\r\033[K%s (%lld s so far, Ctrl-C to give up)"),
		    what, (long long)(waited_ms / 1000));
	else if (other)
		fprintf(stderr, say("%s;等它\n", "%s; waiting\n"), what);
	fflush(stderr);
	snprintf(w->said, sizeof w->said, "%s", what);
}

enum waiting_says waiting_for(struct patience *w, const struct liandong *link)
{
	int64_t now = clock_mono().ms, most = limit_ms();
	const char *what = liandong_error(link);

	if (strcmp(liandong_fault(link), error_kinds[ERROR_UNAVAILABLE].word) != 0)
		return WAITING_OTHER;
	if (!w->since)
		w->since = now;
	if (most >= 0 && now - w->since >= most) {
		fprintf(stderr,
		    say("%s。等了 %lld 秒,还不能用:稍后再试\n",
			"%s. It is not ready after %lld s: try again later\n"),
		    what, (long long)((now - w->since) / 1000));
		return WAITING_OVER;
	}
	show(w, what, now - w->since);
	poll(NULL, 0, AGAIN_MS);
	return WAITING_AGAIN;
}

void waiting_ends(const struct patience *w)
{
	if (w->since && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
