/*
 * finding.c - findings: opened, graded and made void as the clocks of a dispatch come out. The rules are in
 * finding.h; what units and the office do with one is in appeal.c.
 * Place: domain; pure, a part of the lifecycle.
 */
#include "domain/finding.h"
#include "base/arena.h"
#include "base/array.h"
#include "domain/deduction.h"
#include "domain/outcome.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>

const struct finding_row finding_rows[FINDING_CLASSES] = {
    [FINDING_ACKNOWLEDGE] = {"签收超时", "本系统约定"},
    [FINDING_ARRIVE] = {"到场超时", "第十二条"},
    [FINDING_REPORT] = {"反馈超时", "第七条"},
    [FINDING_RETURN] = {"申请改派不成立", "第七条"},
    [FINDING_REFUSED] = {"推诿、拒不履行", "第十三条", .by_hand = true},
    [FINDING_FALSE_REPORT] = {"反馈不实", "第十三条", .by_hand = true},
    [FINDING_DISSATISFIED] = {"群众不满意", "第七条", .by_hand = true},
    [FINDING_DUTY] = {"值班电话无人接听", "第十一条"},
};

enum finding_class finding_class_of(enum clock_kind kind)
{
	static const enum finding_class classes[DISPATCH_CLOCKS] = {
	    [CLOCK_DELIVERY] = FINDING_CLASSES, /* the desk's to chase */
	    [CLOCK_ACKNOWLEDGE] = FINDING_ACKNOWLEDGE,
	    [CLOCK_ARRIVE] = FINDING_ARRIVE,
	    [CLOCK_FIRST_REPORT] = FINDING_REPORT,
	    [CLOCK_NEXT_REPORT] = FINDING_REPORT,
	};

	return kind < DISPATCH_CLOCKS ? classes[kind] : FINDING_CLASSES;
}

/* -- names ---------------------------------------------------------------------------------------- */

char *finding_name(const struct incident *inc, const struct finding *f, char out[FINDING_ID_MAX])
{
	char id[DISPATCH_ID_MAX];

	if (inc)
		snprintf(out, FINDING_ID_MAX, "%s.f%d", dispatch_id_at(inc, f->dispatch, id), f->of_dispatch);
	else
		snprintf(out, FINDING_ID_MAX, "F%lld", (long long)f->id);
	return out;
}

int64_t finding_loose_id(const char *name)
{
	uint64_t id;

	return name && name[0] == 'F' && str_uint(str_of(name + 1), &id) && id <= INT_MAX ? (int64_t)id : 0;
}

struct finding *finding_named(const struct incident *inc, const char *name)
{
	char id[FINDING_ID_MAX];

	for (int i = 0; i < inc->n_findings; i++)
		if (text_eq(finding_name(inc, &inc->findings[i], id), name))
			return &inc->findings[i];
	return NULL;
}

struct finding *incident_finding(const struct incident *inc, int n)
{
	for (int i = 0; i < inc->n_findings; i++)
		if (inc->findings[i].n == n)
			return &inc->findings[i];
	return NULL;
}

struct finding *finding_of(const struct incident *inc, const struct dispatch *d, enum finding_class class)
{
	for (int i = 0; i < inc->n_findings; i++)
		if (inc->findings[i].dispatch == d->n && inc->findings[i].class == class)
			return &inc->findings[i];
	return NULL;
}

/* -- events --------------------------------------------------------------------------------------- */

void finding_run_json(struct json *j, const struct finding *f)
{
	json_text(j, "clock", clock_names[f->clock]);
	json_time(j, "start", f->start);
	json_time(j, "due", f->due);
	json_time(j, "until", f->until);
	json_int(j, "limit_ms", f->limit_ms);
	json_int(j, "late_ms", f->late_ms);
}

/* The run of its clock, and what was deducted. */
static void run_data(struct json *j, const struct finding *f, const struct deduction *sum)
{
	if (f->clock == CLOCK_COUNT)
		return;
	finding_run_json(j, f);
	if (f->never)
		json_bool(j, "never", true);
	if (sum && sum->waited_ms)
		json_int(j, "waited_ms", sum->waited_ms);
	if (sum && sum->away_ms)
		json_int(j, "away_ms", sum->away_ms);
	if (sum && sum->undecided_ms)
		json_int(j, "undecided_ms", sum->undecided_ms);
}

static void event(struct act *x, enum event_type type, const struct finding *f, const struct deduction *sum)
{
	char id[FINDING_ID_MAX];
	struct data data;

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "finding", finding_name(x->inc, f, id));
	json_text(j, "class", finding_class_names[f->class]);
	json_text(j, "state", finding_state_names[f->state]);
	if (type == EVENT_FINDING_OPENED || type == EVENT_FINDING_GRADED)
		run_data(j, f, sum);
	json_text(j, "cause", f->cause);
	if (type == EVENT_FINDING_OPENED)
		json_text(j, "revision", f->revision);
	if (finding_rows[f->class].by_hand && type == EVENT_FINDING_OPENED && x->c) {
		act_evidence(j, x->c);
		act_digest(j, "text", x->inc, command_text(x->c, FIELD_TEXT));
	}
	act_event_data(x, &data, type, x->now, x->inc ? incident_dispatch(x->inc, f->dispatch) : NULL)->unit =
	    f->unit;
	if (finding_rows[f->class].by_hand && type == EVENT_FINDING_OPENED && x->c)
		decision_text(x->out, x->a, "text", command_text(x->c, FIELD_TEXT));
}

/* A run of a clock that is late, and does not count as excused. */
struct late_run {
	enum clock_kind kind;
	int64_t start, due, until; /* until: met, or the end of its dispatch; 0: it runs */
	bool never;
	int64_t late_ms, limit_ms;
	struct deduction sum;
};

/* -- opening -------------------------------------------------------------------------------------- */

static int count_of(const struct incident *inc, const struct dispatch *d)
{
	int n = 0;

	for (int i = 0; i < inc->n_findings; i++)
		n += inc->findings[i].dispatch == d->n;
	return n;
}

/* Is anything of it left? */
static bool stands(const struct finding *f)
{
	return f->state != FINDING_VOID && f->state != FINDING_LAPSED;
}

/* One that does not stand is opened again: of a dispatch and class there is one. What an appeal lifted is so for
 * a run that began later only. */
static struct finding *place_for(struct act *x, struct dispatch *d, enum finding_class class,
    const struct late_run *run)
{
	struct incident *inc = x->inc;
	struct finding *f = finding_of(inc, d, class);

	if (f && stands(f))
		return NULL;
	if (f && (f->state == FINDING_LAPSED || text_eq(f->cause, excuse_names[EXCUSE_APPEAL])))
		return run && run->start > f->start ? f : NULL;
	if (f)
		return f;
	if (inc->n_findings >= FINDINGS_MAX)
		return NULL;
	ARRAY_ROOM(x->a, inc->findings, inc->n_findings, inc->cap_findings);
	f = &inc->findings[inc->n_findings];
	*f = (struct finding){.of_dispatch = count_of(inc, d) + 1};
	f->n = ++inc->n_findings;
	return f;
}

static struct finding *take_place(struct act *x, struct dispatch *d, enum finding_class class,
    const struct late_run *run)
{
	struct finding *f = place_for(x, d, class, run);

	if (!f)
		return NULL;
	*f = (struct finding){.n = f->n,
	    .of_dispatch = f->of_dispatch,
	    .class = class,
	    .dispatch = d->n,
	    .unit = d->unit,
	    .day = day_start(local_day(d->issued_at)),
	    .opened_at = x->now,
	    .told_at = x->now, /* the unit's news come with the event */
	    .clock = CLOCK_COUNT,
	    .by = x->c && finding_rows[class].by_hand ? x->c->who.account : "system",
	    .revision = x->m->revision,
	    .changed = true,
	    .stored = f->stored};
	act_changed(x, d);
	return f;
}

struct finding *finding_open(struct act *x, struct dispatch *d, enum finding_class class)
{
	struct finding *f = take_place(x, d, class, NULL);

	if (f)
		event(x, EVENT_FINDING_OPENED, f, NULL);
	return f;
}

void finding_turn(struct act *x, struct finding *f, enum finding_state state, enum event_type type)
{
	f->state = state;
	f->changed = true;
	if (x->inc)
		x->inc->changed = true;
	event(x, type, f, NULL);
}

void finding_void(struct act *x, struct finding *f, const char *cause)
{
	if (f->state == FINDING_VOID)
		return;
	f->cause = cause;
	finding_turn(x, f, FINDING_VOID, EVENT_FINDING_VOIDED);
	appeal_moot(x, f);
}

bool finding_confirm(struct act *x, struct finding *f)
{
	if (f->state != FINDING_OPEN)
		return false;
	finding_turn(x, f, FINDING_CONFIRMED, EVENT_FINDING_CONFIRMED);
	return true;
}

/* -- what the clocks show -------------------------------------------------------------------------- */

/* How late: by how much the time of the run, less all that is deducted of it, exceeds the limit. The dispatch has
 * that run. */
static struct late_run run_by(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until, bool runs)
{
	const struct calendar *calendar = &of->m->calendar;
	const struct clock *c = &of->d->clocks[kind];
	enum clock_time time = deadline_time(of, kind);
	int64_t limit_ms = calendar_between(calendar, time, c->start, c->due);
	struct deduction sum = deduction_of(of, around, kind, until);

	return (struct late_run){.kind = kind,
	    .start = c->start,
	    .due = c->due,
	    .until = runs ? 0 : until,
	    .never = !runs && !c->stopped && !dispatch_open(of->d),
	    .late_ms = calendar_between(calendar, time, c->start, until) - sum.waited_ms - sum.away_ms -
		sum.undecided_ms - limit_ms,
	    .limit_ms = limit_ms,
	    .sum = sum};
}

static struct late_run run_of(const struct act *x, const struct dispatch *d, enum clock_kind kind,
    int64_t until, bool runs)
{
	const struct clocks_of of = clocks_of(x->inc, d, x->m);

	return run_by(&of, x->around, kind, until, runs);
}

struct finding_account finding_account(const struct incident *inc, const struct finding *f,
    const struct mechanism *m, const struct circumstances *around)
{
	struct dispatch then;

	if (!inc || f->clock >= DISPATCH_CLOCKS || !f->due)
		return (struct finding_account){.known = false};
	then = *incident_dispatch(inc, f->dispatch);
	then.clocks[f->clock].start = f->start;
	then.clocks[f->clock].due = f->due;
	const struct clocks_of of = clocks_of(inc, &then, m);
	struct late_run run = run_by(&of, around, f->clock, f->until ? f->until : f->opened_at, false);
	return (struct finding_account){true, run.limit_ms, run.late_ms, run.sum};
}

static void grade(struct finding *f, const struct late_run *run)
{
	f->clock = run->kind;
	f->start = run->start;
	f->due = run->due;
	f->until = run->until;
	f->never = run->never;
	f->late_ms = run->late_ms;
	f->limit_ms = run->limit_ms;
	f->changed = true;
}

static bool same_run(const struct finding *f, const struct late_run *run)
{
	return f->clock == run->kind && f->start == run->start;
}

/* Another run, or this one for longer than its finding says: one that ran on after a month was confirmed. */
static bool is_beyond(const struct finding *f, const struct late_run *run)
{
	return !same_run(f, run) || run->late_ms > f->late_ms || (run->never && !f->never);
}

/* What its unit confirmed, and what the office upheld, was less than this: the unit is told, and may appeal. */
static void open_again(struct act *x, struct finding *f, const struct late_run *run)
{
	if ((f->state != FINDING_CONFIRMED && f->state != FINDING_UPHELD) || !is_beyond(f, run))
		return;
	f->state = FINDING_OPEN;
	f->told_at = x->now;
}

/* Opens the finding of that run, or says of the one that is there how late it was. */
static void show(struct act *x, struct dispatch *d, const struct late_run *run)
{
	enum finding_class class = finding_class_of(run->kind);
	struct finding *f = finding_of(x->inc, d, class);

	if (f && stands(f)) {
		if (same_run(f, run) && f->due == run->due && f->until == run->until &&
		    f->never == run->never && f->late_ms == run->late_ms)
			return;
		open_again(x, f, run);
		grade(f, run);
		act_changed(x, d);
		event(x, EVENT_FINDING_GRADED, f, &run->sum);
		return;
	}
	f = take_place(x, d, class, run);
	if (!f)
		return;
	grade(f, run);
	event(x, EVENT_FINDING_OPENED, f, &run->sum);
}

static bool leader_told(const struct clock *c, enum clock_kind kind)
{
	for (int i = 0; i < clock_rows[kind].n_rungs; i++)
		if (clock_rows[kind].ladder[i].moment == MOMENT_LEADER &&
		    c->rungs >> clock_rows[kind].ladder[i].rung & 1)
			return true;
	return false;
}

/* Takes the graver of the two. */
static void graver(struct late_run *most, const struct late_run *run)
{
	if (run->late_ms > most->late_ms)
		*most = *run;
}

/* A run of which nothing but its instants is kept any more, judged by what is known now. False: it does not
 * count as late. */
static bool past_run(const struct act *x, const struct dispatch *d, enum clock_kind kind,
    const struct clock *c, int64_t until, bool met, struct late_run *run)
{
	struct dispatch then = *d;
	struct clock judged = *c;

	judged.overdue |= until > c->due;
	then.clocks[kind] = judged;
	const struct clocks_of of = clocks_of(x->inc, &then, x->m);
	deduction_judge(&of, x->around, kind, until, met, &judged);
	if (!judged.late || judged.excused)
		return false;
	*run = run_of(x, &then, kind, until, false);
	run->never = !met;
	return true;
}

/* One that this decision ended, and after which a new one has begun: the next report. */
static void run_before(const struct act *x, const struct dispatch *d, enum clock_kind kind,
    const struct clock *was, struct late_run *most)
{
	const struct clock *c = &d->clocks[kind];
	struct late_run run;

	if (!was->due || was->stopped || c->start <= was->start)
		return;
	if (past_run(x, d, kind, was, c->start, true, &run) && run.late_ms > x->m->policy.lateness_grace_ms)
		graver(most, &run);
}

/* The one that the finding is about, where the clock has begun anew since. */
static void found_run(const struct act *x, const struct dispatch *d, const struct finding *f,
    struct late_run *most)
{
	struct late_run run;
	struct clock c;

	if (!f->until || d->clocks[f->clock].start == f->start)
		return;
	c = d->clocks[f->clock];
	c.start = f->start;
	c.due = f->due;
	c.stopped = f->never ? 0 : f->until;
	if (past_run(x, d, f->clock, &c, f->until, !f->never, &run))
		graver(most, &run);
}

/* While it runs it is found at the rung at which a leader is told, and graded at its end. */
static void present_run(const struct act *x, const struct dispatch *d, enum clock_kind kind,
    const struct finding *f, struct late_run *most)
{
	const struct clock *c = &d->clocks[kind];
	bool runs = !c->stopped && dispatch_open(d);
	int64_t until = c->stopped ? c->stopped : runs ? x->now : d->withdrawn_at;

	if (!c->due || !c->late || c->excused || (runs && !leader_told(c, kind)))
		return;
	struct late_run run = run_of(x, d, kind, until, runs);
	if (run.late_ms > x->m->policy.lateness_grace_ms && !(runs && f && same_run(f, &run)))
		graver(most, &run);
}

static bool clock_changed(const struct clock *was, const struct clock *c)
{
	return was->start != c->start || was->due != c->due || was->stopped != c->stopped ||
	    was->rungs != c->rungs || clock_sum(was) != clock_sum(c) || was->late != c->late;
}

/* -- what does not hold any more ------------------------------------------------------------------- */

/* A code of why nothing carries it; NULL: its clock counts as late. */
static const char *why_void(const struct act *x, const struct dispatch *d, const struct finding *f)
{
	const char *why = "in-time";

	if (d->voided)
		return void_reason_names[d->voided];
	if (d->standing != STANDING_COUNTED)
		return "not-counted";
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		const struct clock *c = &d->clocks[kind];
		bool ended = c->stopped || !dispatch_open(d);

		if (finding_class_of(kind) != f->class)
			continue;
		if (outcome_of(d, kind) == OUTCOME_EXCUSED)
			why = excuse_names[clock_excuse(c)];
		if (outcome_of(d, kind) != OUTCOME_LATE)
			continue;
		if (!c->late || kind != f->clock || c->start != f->start || !ended)
			return NULL; /* an earlier run, or it runs: its wake has said how late */
		if (run_of(x, d, kind, c->stopped ? c->stopped : d->withdrawn_at, false).late_ms >
		    x->m->policy.lateness_grace_ms)
			return NULL;
	}
	return why;
}

static void follow_finding(struct act *x, struct finding *f)
{
	struct dispatch *d = incident_dispatch(x->inc, f->dispatch);
	const char *why = NULL;

	if (f->state == FINDING_VOID)
		return;
	if (f->class == FINDING_RETURN)
		why = d->voided ? void_reason_names[d->voided] : NULL;
	else if (f->class <= FINDING_REPORT && f->state != FINDING_LAPSED)
		why = why_void(x, d, f);
	if (why)
		finding_void(x, f, why);
}

/* Of the runs of this class the one that exceeded its limit most. One that runs still is as it was found. */
static void follow_class(struct act *x, struct dispatch *d, const struct dispatch *was,
    enum finding_class class, bool turned)
{
	const struct finding *f = finding_of(x->inc, d, class);
	bool there = f && stands(f);
	struct late_run most = {.kind = CLOCK_COUNT};

	if (there && !f->until && d->clocks[f->clock].start == f->start && !d->clocks[f->clock].stopped &&
	    dispatch_open(d))
		return;
	if (there)
		found_run(x, d, f, &most);
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		if (finding_class_of(kind) != class ||
		    (!there && !turned && !clock_changed(&was->clocks[kind], &d->clocks[kind])))
			continue;
		run_before(x, d, kind, &was->clocks[kind], &most);
		present_run(x, d, kind, there ? f : NULL, &most);
	}
	if (most.kind != CLOCK_COUNT)
		show(x, d, &most);
}

void finding_follow(struct act *x, const struct judged *before)
{
	for (int i = 0; i < x->inc->n_findings; i++)
		follow_finding(x, &x->inc->findings[i]);
	for (int i = 0; i < before->n; i++) {
		struct dispatch *d = &x->inc->dispatches[i];
		const struct dispatch *was = &before->v[i];
		bool turned = d->state != was->state || d->standing != was->standing;

		if (!dispatch_late(d) || d->standing != STANDING_COUNTED || d->voided)
			continue;
		for (enum finding_class class = FINDING_ACKNOWLEDGE; class <= FINDING_REPORT; class ++)
			follow_class(x, d, was, class, turned);
	}
}
