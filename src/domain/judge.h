/*
 * judge.h - what a decision has changed of how the clocks of an incident count, told by events: that a clock
 * ran out, that it is late, that a mark was taken back or excused.
 *
 * Place: domain, a part of the lifecycle; over act.h. It is asked once at the end of each decision, whichever
 * act it was, so that no act can forget it. What a wake marks itself is told by deadline_wake.c.
 */
#ifndef DOMAIN_JUDGE_H
#define DOMAIN_JUDGE_H
#include "domain/act.h"

/* The dispatches of an incident as they stand, a copy in the arena; and its own clocks. */
struct judged {
	const struct dispatch *v;
	int n;
	enum incident_state state;
	struct clock own[INCIDENT_CLOCKS];
};
struct judged judge_before(const struct incident *inc, struct arena *a);
/* Of those that were there before: the events of what has changed. */
void judge_tell(struct act *x, const struct judged *before);
/* The times that have been measured anew, as members of a step's event. */
void judge_measured(struct json *j, const struct dispatch *before, const struct dispatch *d);
extern const char *const judge_due_keys[DISPATCH_CLOCKS]; /* of the reports' clocks: "first_report_due" … */
/* The dues of its reports that have changed, as members of a step's event; null: that report is due no more. */
void judge_report_dues(struct json *j, const struct dispatch *before, const struct dispatch *d);

#endif
