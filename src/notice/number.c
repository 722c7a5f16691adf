/* number.c - see number.h. Place: notice; pure. */
#include "notice/number.h"
#include "base/time.h"

void number_open(struct number_uses *u, const struct notice_channel *c)
{
	struct number_limit limit = channel_per_number(c);
	int most = limit.minute > limit.hour ? limit.minute : limit.hour;

	window_open(&u->instructions, most);
	window_open(&u->all, most);
}

void number_free(struct number_uses *u)
{
	window_free(&u->instructions);
	window_free(&u->all);
}

void number_add(struct number_uses *u, enum notice_class class, int64_t at)
{
	window_add(&u->all, at);
	if (class == NOTICE_INSTRUCTION)
		window_add(&u->instructions, at);
}

void number_remove(struct number_uses *u, enum notice_class class, int64_t at)
{
	window_remove(&u->all, at);
	if (class == NOTICE_INSTRUCTION)
		window_remove(&u->instructions, at);
}

void number_shift(struct number_uses *u, int64_t step)
{
	window_shift(&u->instructions, step);
	window_shift(&u->all, step);
}

int64_t number_from(const struct number_uses *u, const struct notice_channel *c, const struct outgoing *o,
    int64_t now)
{
	struct number_limit limit = channel_per_number(c);
	const struct sliding_window *w = o->class == NOTICE_INSTRUCTION ? &u->instructions : &u->all;
	int64_t minute, hour;

	if (o->class == NOTICE_INSTRUCTION && o->priority == P1)
		return now;
	minute = window_from(w, limit.minute, MINUTE_MS, now);
	hour = window_from(w, window_share(limit.hour, o->class), HOUR_MS, now);
	return minute > hour ? minute : hour;
}

bool number_counts(const struct notice_channel *c, enum channel_judgement verdict)
{
	return verdict == VERDICT_ACCEPTED || (verdict == VERDICT_UNKNOWN && !channel_removes_doubles(c));
}
