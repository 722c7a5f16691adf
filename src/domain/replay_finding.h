/*
 * replay_finding.h - a finding by its events: its state, and the run of the clock that it is about. For the audit,
 * of findings of incidents and of those of none. Pure.
 */
#ifndef DOMAIN_REPLAY_FINDING_H
#define DOMAIN_REPLAY_FINDING_H
#include "domain/finding.h"
#include "domain/replay.h"

/* What the events so far say of one; `opened` false: nothing. */
struct said_finding {
	bool opened, never, appealed; /* appealed: an appeal waits, or lapsed and lifted nothing */
	int class, state, clock;      /* clock CLOCK_COUNT: none */
	const char *unit, *cause;
	const char *by, *revision;
	int64_t issued_at; /* of its dispatch; 0: it has none, and its day is that of its opening */
	int64_t opened_at, told_at, start, due, until, limit_ms, late_ms;
};

/* Is the event about the finding of that name? Then what it says is taken. */
void replay_finding(struct said_finding *s, const char *name, const struct event *e, struct arena *a);
/* What is not as the events say, into out; how many. */
#define FINDING_DIFFERENCES 16
int replay_finding_compare(const struct finding *stored, const struct said_finding *s, struct arena *a,
    struct difference out[FINDING_DIFFERENCES]);

#endif
