/*
 * trust.c - whether the wall clock can be right.
 *
 * Place: engine. The store's last heartbeat is the one witness that outlives a restart. A clock behind it
 * is wrong, or the beat was. A clock far ahead of it would make everybody late and fire every reminder at
 * once: that waits until a time service has set the clock or a person says that it is right (clock.confirm).
 * While the clock is doubted no heartbeat is stored, so the witness stays. A manual clock is what it says.
 */
#include "engine/trust.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"

#define AHEAD_MOST_MS DAY_MS

enum clock_trust trust_judge(const struct clock_facts *f)
{
	if (f->last_beat == 0 || f->vouched)
		return CLOCK_GOOD;
	if (f->now < f->last_beat - DOWNTIME_MS)
		return CLOCK_BEHIND;
	return f->now - f->last_beat - f->elapsed_ms > AHEAD_MOST_MS ? CLOCK_AHEAD : CLOCK_GOOD;
}

static void tell(const struct engine *e, int64_t now)
{
	static const char *const says[] = {
	    [CLOCK_BEHIND] = "clock behind the last heartbeat",
	    [CLOCK_AHEAD] = "clock far ahead of the last heartbeat, nothing is fired",
	};

	if (e->trust == CLOCK_GOOD)
		log_info("clock trusted again", "by_ms=%lld", (long long)(now - e->beaten_at));
	else
		log_alarm(says[e->trust],
		    "by_ms=%lld do=\"check the clock; if it is right: liandongctl clock confirm\"",
		    (long long)(now - e->beaten_at));
}

bool trust_look(struct engine *e)
{
	struct clock_facts f = {.last_beat = e->beaten_at,
	    .now = clock_wall().ms,
	    .elapsed_ms = clock_boot().ms - e->beaten_boot,
	    .vouched = clock_is_manual() || e->vouched || clock_synchronised()};
	enum clock_trust before = e->trust;

	e->trust = trust_judge(&f);
	if (e->trust == before)
		return false;
	tell(e, f.now);
	return true;
}

void trust_beaten(struct engine *e, int64_t at)
{
	e->beaten_at = at;
	e->beaten_boot = clock_boot().ms;
	e->vouched = e->away_owed = false;
}
