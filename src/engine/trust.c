/*
 * trust.c - whether the wall clock can be right.
 *
 * Place: engine. The store's last heartbeat is the one witness that outlives a restart. A clock behind it
 * is wrong, or the beat was. A clock far ahead of it would make everybody late and fire every reminder at
 * once: that waits until a time service has set the clock or a person says that it is right (clock.confirm).
 * While the clock is doubted no heartbeat is stored, so the witness stays. A manual clock is what it says.
 */
#include "engine/trust.h"
#include "base/time.h"

#define AHEAD_MOST_MS DAY_MS

enum clock_trust trust_judge(const struct clock_facts *f)
{
	if (f->last_beat == 0 || f->vouched)
		return CLOCK_GOOD;
	if (f->now < f->last_beat - DOWNTIME_MS)
		return CLOCK_BEHIND;
	return f->now - f->last_beat - f->elapsed_ms > AHEAD_MOST_MS ? CLOCK_AHEAD : CLOCK_GOOD;
}
