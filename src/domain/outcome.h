/*
 * outcome.h - how a dispatch and each of its clocks count: for reports, scores and findings.
 *
 * Place: domain, over incident.h; pure. What is read here are the columns of the row alone: neither a
 * calendar nor a mechanism, so that what was fixed when it was recorded cannot change afterwards. How
 * `late` and `excused` get into the row is in deduction.h.
 */
#ifndef DOMAIN_OUTCOME_H
#define DOMAIN_OUTCOME_H
#include "domain/incident.h"

/* What came of a clock; the first that fits. On time is met ÷ (met + late), whether open or ended. */
enum outcome {
	/* It never started, or has no limit (outside the city an arrival is measured, and has none); or its
	 * dispatch ended before the clock was late, with it unmet. */
	OUTCOME_NONE,
	OUTCOME_VOID,    /* of a dispatch that is void */
	OUTCOME_MET,     /* stopped, and not late: what is deducted is deducted */
	OUTCOME_EXCUSED, /* late, and it does not count: a mode, an appeal */
	OUTCOME_LATE,
	OUTCOME_RUNNING, /* not stopped, and not late yet */
	OUTCOMES
};
extern const char *const outcome_names[OUTCOMES]; /* "none", "void" … */

/* Of a clock of a dispatch. */
enum outcome outcome_of(const struct dispatch *d, enum clock_kind kind);

/* How the dispatch counts, by its incident as it stands and the mechanism in force: set when it is issued,
 * voided or amended, and kept in the row; a reload recounts nothing. */
enum standing outcome_standing(const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m);
enum standing outcome_incident(const struct incident *inc, const struct mechanism *m);
/* Sets them for the incident and all its dispatches; what changes is to be saved. */
void outcome_recount(struct incident *inc, const struct mechanism *m);

/* Times are sorted into buckets, of which each bound belongs to the bucket below it: an acknowledgement
 * after 30.000 s is within 30 s. */
enum bucketed { BUCKETED_ACKNOWLEDGE, BUCKETED_ARRIVE, BUCKETED_FIRST_REPORT, BUCKETEDS };
#define BUCKETS 5
extern const int64_t outcome_bounds_ms[BUCKETEDS][BUCKETS - 1];
/* 0 … BUCKETS - 1. The time is not negative. */
int outcome_bucket(enum bucketed what, int64_t ms);
/* The time that was measured, -1: none. From the issue (of a first report: from the arrival that its clock
 * started with) to the instant that counts, in the clock's own time; nothing is deducted. */
int64_t outcome_measured(const struct dispatch *d, enum bucketed what);
/* Was it done (acknowledged, arrived, reported for the first time)? Of what an older version stored the time
 * was not measured. */
bool outcome_done(const struct dispatch *d, enum bucketed what);

#endif
