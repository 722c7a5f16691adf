/* number.c - see number.h. Place: notice; pure. */
#include "notice/number.h"
#include "base/time.h"

void number_open(struct sliding_window *w, const struct notice_channel *c)
{
	struct number_limit limit = channel_per_number(c);

	window_open(w, limit.minute > limit.hour ? limit.minute : limit.hour);
}

int64_t number_from(const struct sliding_window *w, const struct notice_channel *c, const struct outgoing *o,
    int64_t now)
{
	struct number_limit limit = channel_per_number(c);
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
