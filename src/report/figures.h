/*
 * figures.h - a period's figures as sums: of dispatches and incidents by what they add to the tallies, of
 * findings, checks and what was recorded. What is read is given one after the other; what is kept does not grow
 * with the span, but for the units, categories and townships that there are.
 *
 * Place: report; pure. Units stand in the order of units.yaml; behind them, by their ids, those that it does not
 * name any more.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H
#include "domain/score.h"
#include "domain/tally.h"
#include "report/period.h"

struct arena;

struct unit_figures {
	const char *id, *name;
	const struct unit *unit; /* NULL: units.yaml does not name it any more */
	struct tally by[STANDINGS];
	int64_t parts[DISPATCH_ROLES];   /* of its volume */
	struct tally_incident incidents; /* that it led; all but drills and void ones */
	int64_t findings[FINDING_CLASSES][FINDING_STATES];
	/* duty phone; seconds of all answers. Left out: planned, and not asked for (a P1 was open, the system away) */
	int64_t checks_planned, checks_left_out, checks, answered, answer_s;
	struct score score;
	struct score_rank rank;
};

/* Incidents of one category or township. */
struct incident_group {
	const char *code; /* NULL: none */
	struct tally_incident sum;
};
struct incident_groups {
	struct incident_group *v;
	int n, cap;
};

/* One finding with what a report says of it. */
struct found {
	struct score_finding s;
	const char *incident; /* number; NULL: of none */
};
#define FINDINGS_LISTED 5000
#define SLOWEST_LISTED 20

struct figures {
	struct arena *arena;
	const struct mechanism *m;
	bool drill; /* of drills alone: they stand as if they counted */
	struct unit_figures *units;
	int n_units, cap_units;
	struct tally_incident city[STANDINGS];
	struct incident_groups categories, townships;
	struct found *found; /* the first FINDINGS_LISTED */
	int n_found, cap_found;
	int64_t all_found;
	struct found slowest[SLOWEST_LISTED];
	int n_slowest;
	struct found *pending; /* of one incident, until its last was given */
	int n_pending, cap_pending;
};

void figures_init(struct figures *f, struct arena *a, const struct mechanism *m, bool drill);
void figures_dispatches(struct figures *f, const struct tally_key *key, const struct tally *more);
void figures_incidents(struct figures *f, const struct tally_incident_key *key,
    const struct tally_incident *more);
/* Those of one incident follow each other. */
void figures_finding(struct figures *f, const struct found *one);
/* Checks of a duty phone that were planned, and how many of them were left out; one that was made. */
void figures_planned(struct figures *f, const char *unit, int64_t checks, int64_t left_out);
void figures_check(struct figures *f, const char *unit, bool answered, int64_t seconds);
/* When all was given: scores, ranks, the order. */
void figures_done(struct figures *f);

/* Everything of a unit but drills and what is void. */
void figures_volume(const struct unit_figures *u, struct tally *out);
/* All units together. */
void figures_all(const struct figures *f, enum standing s, struct tally *out);
const struct unit_figures *figures_unit(const struct figures *f, const char *id);

#endif
