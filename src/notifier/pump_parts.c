/*
 * pump_parts.c - what the files of the pump ask for: the rules in force, whom a notice is for, incidents as they are now.
 * Place: notifier, beneath pump.c and its parts; see pump_parts.h.
 */
#include "notifier/pump_parts.h"
#include "base/clock.h"
#include "front/front.h"

const struct notices *pump_notices(const struct pump *p)
{
	return p->mechanism && p->mechanism->notices && !p->training ? p->mechanism->notices : NULL;
}

struct addressee pump_addressee(const struct pump *p, const struct outgoing *o)
{
	return addressee_of(o, p->mechanism, front_around(p->front), clock_wall().ms);
}

bool pump_incidents(struct pump *p, const char *const *numbers, int n, struct incident ***found)
{
	struct want_incidents w = {.numbers = numbers, .n = n};
	struct reads_wants wants = {.incidents = &w};

	*found = NULL;
	if (!front_reads(p->front) || reads_wait(front_reads(p->front), p->turn, &wants) != STORE_OK)
		return false;
	*found = w.found;
	return true;
}
