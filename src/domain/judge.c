/*
 * judge.c - what has changed of how clocks count. The rules are in judge.h.
 * Place: domain; pure, a part of the lifecycle.
 */
#include "domain/judge.h"
#include "base/arena.h"
#include "domain/deadline.h"
#include "domain/outcome.h"

#include <string.h>

struct judged judge_before(const struct incident *inc, struct arena *a)
{
	struct dispatch *v =
	    inc->n_dispatches ? arena_new_array(a, struct dispatch, inc->n_dispatches) : NULL;

	for (int i = 0; i < inc->n_dispatches; i++)
		v[i] = inc->dispatches[i];
	struct judged before = {v, inc->n_dispatches, .state = inc->state};
	memcpy(before.own, inc->clocks, sizeof before.own);
	return before;
}

static void tell(struct act *x, const struct dispatch *d, enum event_type type, enum clock_kind kind,
    int64_t due)
{
	const struct clock *c = &d->clocks[kind];
	struct data data;

	act_data(&data);
	json_text(&data.json, "clock", clock_names[kind]);
	json_time(&data.json, "due", due);
	if (type == EVENT_DISPATCH_JUDGED)
		json_bool(&data.json, "late", clock_late(c));
	if (type == EVENT_DISPATCH_OVERDUE && c->excused == EXCUSE_SYSTEM)
		json_bool(&data.json, "system_cause", true);
	if (type != EVENT_DISPATCH_OVERDUE && clock_late(c) && clock_excuse(c))
		json_text(&data.json, "excused", excuse_names[clock_excuse(c)]);
	if (x->inc->drill)
		json_bool(&data.json, "drill", true);
	act_event_data(x, &data, type, x->now, d);
}

/* A run that ended late in this very decision was not told by its wake: that a new run has begun hides it. */
static bool became_late(const struct clock *was, const struct clock *c)
{
	return (c->late && !was->late) || (clock_sum(c) && !clock_sum(was));
}

static void tell_clock(struct act *x, const struct dispatch *d, enum clock_kind kind, const struct clock *was)
{
	const struct clock *c = &d->clocks[kind];

	if (c->overdue && !was->overdue)
		tell(x, d, EVENT_DISPATCH_OVERDUE, kind, was->due);
	if (became_late(was, c))
		tell(x, d, EVENT_DISPATCH_LATE, kind, was->due);
	else if (clock_sum(c) != clock_sum(was))
		tell(x, d, EVENT_DISPATCH_JUDGED, kind, was->due);
}

static bool measured_anew(const struct dispatch *was, const struct dispatch *d)
{
	return was->acknowledge_ms != d->acknowledge_ms || was->arrive_ms != d->arrive_ms ||
	    was->first_report_ms != d->first_report_ms;
}

/* The event of a step says what it measured; what a decision or a correction does to a step is said here. */
static bool said_by_step(const struct act *x)
{
	return x->c && x->c->kind >= COMMAND_DISPATCH_ACKNOWLEDGE && x->c->kind <= COMMAND_DISPATCH_COMPLETE;
}

static void tell_measured(struct act *x, const struct dispatch *was, const struct dispatch *d)
{
	struct data data;

	if (said_by_step(x) || !measured_anew(was, d))
		return;
	act_data(&data);
	judge_measured(&data.json, was, d);
	act_event_data(x, &data, EVENT_DISPATCH_JUDGED, x->now, d);
}

/* A clock of the desk's that has run out counts once for its incident, whatever ends the clock. */
static void tell_desk(struct act *x, const struct judged *before, enum clock_kind kind)
{
	const struct clock *was = &before->own[kind - DISPATCH_CLOCKS];
	struct incident then;

	if (!was->due || x->now <= was->due)
		return;
	then = *x->inc;
	then.state = before->state;
	memcpy(then.clocks, before->own, sizeof then.clocks);
	deadline_mark_desk(x->inc, &then, x->m, x->around, kind, x->now, x->out, x->a);
}

/* An undelivered instruction is the desk's to chase, not the unit's failing. That a dispatch is void is told
 * by the event that says so. */
void judge_tell(struct act *x, const struct judged *before)
{
	for (int i = 0; i < before->n; i++) {
		const struct dispatch *d = &x->inc->dispatches[i], *was = &before->v[i];

		tell_measured(x, was, d);
		for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++)
			if (clock_rows[kind].debtor == DEBTOR_UNIT && d->voided == was->voided)
				tell_clock(x, d, kind, &was->clocks[kind]);
	}
	for (enum clock_kind kind = DISPATCH_CLOCKS; kind < CLOCK_COUNT; kind++)
		tell_desk(x, before, kind);
}

void judge_measured(struct json *j, const struct dispatch *before, const struct dispatch *d)
{
	if (d->acknowledge_ms != before->acknowledge_ms)
		json_int(j, "acknowledge_ms", d->acknowledge_ms);
	if (d->arrive_ms != before->arrive_ms)
		json_int(j, "arrive_ms", d->arrive_ms);
	if (d->first_report_ms != before->first_report_ms)
		json_int(j, "first_report_ms", d->first_report_ms);
}

const char *const judge_due_keys[DISPATCH_CLOCKS] = {
    [CLOCK_FIRST_REPORT] = "first_report_due", [CLOCK_NEXT_REPORT] = "next_report_due"};

void judge_report_dues(struct json *j, const struct dispatch *before, const struct dispatch *d)
{
	for (enum clock_kind kind = CLOCK_FIRST_REPORT; kind <= CLOCK_NEXT_REPORT; kind++) {
		int64_t due = d->clocks[kind].due;

		if (due && due != before->clocks[kind].due)
			json_time(j, judge_due_keys[kind], due);
		else if (due != before->clocks[kind].due)
			json_none(j, judge_due_keys[kind]);
	}
}
