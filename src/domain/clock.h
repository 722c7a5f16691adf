/*
 * clock.h - one running limit, and the one table of what kinds of clocks there are.
 *
 * A clock belongs to an owner (a dispatch, or the incident itself) and is owed by a debtor (the unit,
 * the desk, the office). It starts, it may have a due instant, and it stops. What else is known of it
 * stands in the clock itself: the rungs of its reminder ladder that have fired, whether it counts as
 * late, and by what terms and which revision it was set.
 *
 * Place: domain, beneath incident.h. Kinds, rungs and excuses are stored as numbers: append only.
 */
#ifndef DOMAIN_CLOCK_H
#define DOMAIN_CLOCK_H
#include "domain/mechanism.h"

struct incident;
struct dispatch;

/* The steps of a dispatch that carry instants. */
enum step { STEP_DELIVERED, STEP_ACKNOWLEDGED, STEP_DEPARTED, STEP_ARRIVED, STEP_COMPLETED, STEPS };
extern const char *const step_names[STEPS]; /* "delivered" … */

/* Rungs of the reminder ladders, each fired once in the run of a clock. */
enum rung {
	RUNG_DELIVERY_DUE,       /* the desk is told to phone */
	RUNG_ACKNOWLEDGE_HALF,   /* 50 %: again to the unit */
	RUNG_ACKNOWLEDGE_DUE,    /* 100 %: unit and desk */
	RUNG_ACKNOWLEDGE_LEADER, /* +10 min */
	RUNG_ACKNOWLEDGE_OFFICE, /* +30 min */
	RUNG_ARRIVE_SOON,        /* 70 %, only if not departed */
	RUNG_ARRIVE_DUE,
	RUNG_ARRIVE_LEADER,
	RUNG_ARRIVE_OFFICE,
	RUNG_REPORT_DUE, /* first or next report, whichever runs */
	RUNG_REPORT_LEADER,
	RUNG_REPORT_OFFICE,
	RUNG_REPEAT, /* the hourly one, and outside the city the follow-up; repeats */
	RUNG_LEAD_MISSING_DUE,
	RUNG_LEAD_MISSING_SHIFT_LEADER,
	RUNG_LEAD_MISSING_OFFICE,
	RUNG_CALLBACK_DUE,    /* the desk is told to ring the reporter */
	RUNG_CALLBACK_OFFICE, /* a day later the office */
	RUNGS
};
extern const char *const rung_names[RUNGS];

/* Why an overdue clock does not count, or would not count if it were late. */
enum excuse { EXCUSE_NONE, EXCUSE_SYSTEM, EXCUSE_DESK, EXCUSE_MODE, EXCUSE_APPEAL, EXCUSES };
extern const char *const excuse_names[EXCUSES]; /* "", "system" … */

/* What a limit is decided by, as it stood when the clock was set: the desk may amend the incident. */
struct terms {
	enum priority priority; /* PRIORITY_NONE: not set yet */
	enum zone zone;
	const char *category;
};

struct clock {
	int64_t start;     /* from when it is counted; 0: it has not started */
	int64_t due;       /* 0: it has no limit (it is measured all the same), or has not started */
	int64_t first_due; /* before it was extended for the first time; 0: it was not */
	int64_t stopped;   /* the instant that counts as its end; 0: it runs, or has not started */
	unsigned rungs;    /* fired, bits of enum rung */
	bool overdue;      /* fell due unmet; stays marked, whatever is learnt later */
	/* Of its present run: */
	bool late; /* counts: the limit was exceeded, what is deducted left out. Of an incident's own
	                        clock: of this run or of an earlier one */
	enum excuse excused; /* why that it is overdue does not count */
	/* What the runs before came to, of which the next report has many: 0 none was late, else 1 and the
	 * excuse of that which counts most, where one without an excuse counts. */
	unsigned earlier;
	struct terms terms;   /* what its limit was decided by */
	const char *revision; /* of the mechanism it was set under; NULL: its owner's */
};

/* -- the table ------------------------------------------------------------------------------ */

enum clock_owner { OWNER_DISPATCH, OWNER_INCIDENT };
/* Whose failing it is when the clock runs out. An instruction that was not fetched is the desk's to
 * chase. */
enum clock_debtor { DEBTOR_UNIT, DEBTOR_DESK, DEBTOR_OFFICE };
enum clock_begin {
	BEGINS_ISSUED,     /* the instruction */
	BEGINS_INFORMED,   /* the instruction; where policy says so, its delivery */
	BEGINS_ARRIVED,    /* the arrival */
	BEGINS_REPORTED,   /* the last report; the instruction, if there is no arrival to report from */
	BEGINS_LEADERLESS, /* the incident has no open lead any more */
	BEGINS_COMPLETED   /* the incident is completed, and is to be called back */
};

/* Where on its clock a rung sits, the later the graver. */
enum moment {
	MOMENT_AGAIN,  /* the hourly one, and the follow-up outside the city */
	MOMENT_SHARE,  /* a part of the limit has passed */
	MOMENT_DUE,    /* the limit has passed */
	MOMENT_LEADER, /* so long past due that a leader is told */
	MOMENT_OFFICE, /* and the linkage office */
};

enum recipient { TO_UNIT = 1, TO_DESK = 2, TO_LEADER = 4, TO_OFFICE = 8, TO_SHIFT_LEADER = 16 };

/* One rung of a ladder. Which member of the policy places it is kept as its offset. */
struct rung_place {
	enum rung rung;
	enum moment moment;
	unsigned to;  /* bits of enum recipient */
	size_t after; /* of an int64_t: so long past the due; of an int: so many percent (MOMENT_SHARE) */
};

#define LADDER_MOST 4
struct clock_row {
	enum clock_owner owner;
	enum clock_debtor debtor;
	enum clock_begin begins;
	enum step ends;  /* the step that stops it, or any later one; STEPS: no step does */
	bool report;     /* a report stops it, too; of these at most one runs in a dispatch */
	bool past_start; /* its ladder counts from the start, not from the due */
	struct rung_place ladder[LADDER_MOST]; /* in their order */
	int n_rungs;
	bool repeats;        /* after its last rung, at most once every policy.repeat_every_ms */
	size_t repeat_after; /* or so long apart: of an int64_t of the policy; 0: that */
	const char *limit;   /* what people call its limit: 签收时限 */
	const char *since;   /* what it is counted from: 下达 */
	const char *met;     /* what meets it: 签收 */
};
extern const struct clock_row clock_rows[CLOCK_COUNT];

#define DISPATCH_CLOCKS (CLOCK_NEXT_REPORT + 1)
#define INCIDENT_CLOCKS (CLOCK_COUNT - DISPATCH_CLOCKS)

/* The rungs of a clock of this kind, as bits. */
unsigned clock_rungs(enum clock_kind kind);
/* Where this rung sits in the ladder of that kind; NULL: it is none of its rungs. */
const struct rung_place *clock_rung(enum clock_kind kind, enum rung rung);
/* Is it late, or was any of its runs? And why that does not count: none if one of them counts. */
bool clock_late(const struct clock *c);
enum excuse clock_excuse(const struct clock *c);
/* What its runs came to, the present one with them, as `earlier` keeps it. */
unsigned clock_sum(const struct clock *c);
/* Started, with a due, and not stopped. */
bool clock_runs(const struct clock *c);

#endif
