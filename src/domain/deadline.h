/*
 * deadline.h - the limits of a dispatch's clocks (Art. 12), their due instants, the reminder
 * ladders, the incident's next wake, and the explanation that a unit which disputes one gets.
 * Pure functions of incident, mechanism and now.
 */
#ifndef DOMAIN_DEADLINE_H
#define DOMAIN_DEADLINE_H
#include "domain/calendar.h"
#include "domain/circumstances.h"
#include "domain/incident.h"

/* How a limit came about. */
struct limit {
	int64_t limit_ms; /* 0 with due_at: an instant instead of a length */
	int64_t due_at;   /* what the rule names as an instant, 0: limit_ms of `time` after the start */
	enum clock_time time;
	const char *rule;    /* stable code: "city-30min", "industry", "policy", "eta", "third-working-day",
	                        "next-office-hour", "outside-city", "no-visit", "scheduled", "inform",
	                        "township-assists" … */
	const char *article; /* "第十二条", "本系统约定" (ours), the industry's document */
	bool exists;         /* false: there is no such limit */
	bool measured;       /* without a limit, yet measured and followed up: outside the city */
};

/* Whose clocks: those of a dispatch, or (d NULL) the incident's own. */
struct clocks_of {
	const struct incident *inc;
	const struct dispatch *d;
	const struct mechanism *m;
	const struct unit *unit; /* of the dispatch; NULL: none, or not in this revision any more */
};
struct clocks_of clocks_of(const struct incident *inc, const struct dispatch *d, const struct mechanism *m);

/* The limit of one of these clocks, decided at the instant of its start. */
struct limit deadline_limit(const struct clocks_of *of, enum clock_kind kind, int64_t start);
/* Whose time it runs in. */
enum clock_time deadline_time(const struct clocks_of *of, enum clock_kind kind);
/* Sets the clocks going that start at issue (delivery, acknowledge, arrive; for
 * no-visit and scheduled also the first report chain: next report). */
void deadline_issue(const struct incident *inc, struct dispatch *d, const struct mechanism *m);
/* After a step (acknowledged, arrived, progress with eta …): stops and starts clocks accordingly.
 * Clears the report rungs where a report came. `at` is the instant the step happened; the dispatch
 * carries the step already (at[], eta, reported_at, state). With `progress`, `step` is not looked at.
 * A clock that `at` meets after its due is marked overdue, `at <= due` is in time; a mark that was
 * set before stays. */
void deadline_step(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, enum step step, bool progress, int64_t at);
/* After the instant of a step that was taken before has changed: stops and marks its clocks anew. */
void deadline_restep(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around);
/* After something changed that they are judged by (a due, what is deducted, that nothing counts): marks the
 * clocks that fell due unmet as late or not. Of the next report its present run. */
void deadline_judge(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, int64_t now);
/* An assist that leads from now on: where it was not expected to arrive, it is now. */
void deadline_promote(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t now);
/* The priority, zone or category was amended: its running clocks get the limits that these ask for, and
 * no unit becomes late backwards (deadline_amend.c). */
void deadline_amend(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t now,
    struct arena *a);
/* Its completion, of that instant and recorded then, was none: the report that it was is owed again. What was
 * reminded of until then is not again. */
void deadline_uncomplete(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    int64_t was, int64_t recorded);
/* Its arrival at that instant was none: no report is owed from it. */
void deadline_unarrive(struct dispatch *d, int64_t was);
/* A dispatch that was completed goes on: the next report is owed from `at` on. */
void deadline_reopen(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t at);
/* Outside the city without a limit and not arrived: reminded at intervals instead (Art. 12). */
bool deadline_followed(const struct dispatch *d);

/* The next instant > now at which a rung of this dispatch fires, or one of its clocks that is overdue
 * becomes late; 0 none. Rungs due at or before now
 * that have not fired count as now + 1 (never lost). */
int64_t deadline_next(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, int64_t now);
/* Over all open dispatches, and the incident's own clocks: what inc->wake_at must be. */
int64_t deadline_wake(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now);
/* As far as it is sure without a mechanism: must the incident have a wake? It must if a request waits for its decision, or
 * if a limit runs whose ladder has not begun. *last: the latest instant that the wake may be, INT64_MAX if none is sure. */
bool deadline_must_wake(const struct incident *inc, int64_t *last);
/* The first instant at which this clock of the incident's own counts as late for the desk: its due and what is
 * deducted have passed. 0: it does not run, has counted already, or the desk owes nothing by it any more (the
 * reporter was asked, or the office is to decide). */
int64_t deadline_desk_late(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind);
/* Marks and tells (incident.late) that this clock of the desk's has run out, once for an incident; `as` is the
 * incident as it was before the clock may have ended. */
void deadline_mark_desk(struct incident *inc, const struct incident *as, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind, int64_t now, struct decision *out,
    struct arena *a);
/* After every change of an incident: starts and stops its own clocks as its state asks for, and sets
 * wake_at. What is neither closed nor cancelled has one then. */
void deadline_arm(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now);
/* The clock of the call-back begins: at the completion, and again where the reporter was not reached. */
void deadline_call_back(struct incident *inc, const struct mechanism *m, int64_t now);
/* The office is to decide what becomes of it: it is told, and the clock of the call-back reminds it. */
void deadline_leave_to_office(struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct arena *a);
/* Fires every rung due at `now` of every dispatch: events reminder.sent, dispatch.overdue,
 * escalation.raised into the decision, with their recipients; several owed by one dispatch (after a
 * downtime) become one, "overdue since". What fell due while the system was away is labelled
 * system-caused. */
void deadline_fire(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a);

/* The emergency mode is over now: open dispatches that were silent in it, and are not in another one, have a
 * report clock from this instant on (dispatch.rescheduled). Done a second time it changes nothing. */
void deadline_mode_over(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    const struct mode *mode, int64_t now, struct decision *out, struct arena *a);

/* The contacts of this unit to call now (NULL: not a member any more), in this order: the people on duty by its
 * roster; then of tier 1 its duty phone, of tier 2 its duty phone in office hours, else liaison and person in
 * charge (Art. 11). */
#define CALL_MOST (DUTY_TOGETHER + 2)
struct call {
	const struct contact *who[CALL_MOST];
	int n;
	int n_duty;         /* so many of them are on duty by the roster */
	int64_t until;      /* and hand over then; 0: not known */
	const char *on_why; /* why these, a short Chinese phrase */
	const char *why;    /* and why the others */
};
struct call deadline_call(const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, int64_t now);
/* Why the ith of them. */
const char *call_why(const struct call *c, int i);

/* Everything about one clock, for GET …/deadlines?explain=1: computed again from the mechanism of
 * the revision it was issued under gives the same answer. */
#define STRETCHES_MAX 64
struct explanation {
	enum clock_kind kind;
	struct limit limit;
	int64_t start, due, stopped; /* stopped: when it was met, 0 open */
	int64_t first_due;           /* before it was extended; 0: it was not */
	/* met: in time by the step's own `at`, which is what counts, also where the step was recorded
	 * late and the mark `overdue` stays. */
	const char *outcome; /* outcome_names: what came of the clock, all its runs together */
	bool met, overdue, late, system_late, calendar_known;
	/* deducted: the wait for the delivery, the system's downtimes, requests that were not decided */
	int64_t waited_ms, away_ms, undecided_ms;
	enum excuse excused;     /* why what is late does not count, all runs together */
	const struct mode *mode; /* that excuses it; NULL: none, or it is not known */
	const char *mode_name;   /* 防台风应急响应 */
	struct stretch stretches[STRETCHES_MAX];
	int n_stretches;
	const char *revision;
	char sentence[1024]; /* plain Chinese */
};
void deadline_explain(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind, int64_t now, struct explanation *out);

/* An independent check, other code than deadline_next: is the armed wake what the state asks for?
 * NULL where it is, else a sentence that says what is wrong. */
const char *deadline_check(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now);

#endif
