/*
 * extend.c - asking for an extension, and what its decision does. The rules are in extend.h.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/extend.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/steps.h"

/* -- asking --------------------------------------------------------------------------------- */

static const enum clock_kind can_be_extended[] = {CLOCK_ARRIVE, CLOCK_FIRST_REPORT, CLOCK_NEXT_REPORT};
#define N_EXTENDED (sizeof can_be_extended / sizeof *can_be_extended)

/* The clock that is meant, CLOCK_COUNT with why: none runs, or the named one does not. */
static enum clock_kind clock_meant(struct act *x)
{
	bool named = command_has(x->c, FIELD_CLOCK);
	enum clock_kind kind = (enum clock_kind)command_int(x->c, FIELD_CLOCK);
	char id[DISPATCH_ID_MAX];

	for (size_t i = 0; i < N_EXTENDED; i++)
		if ((!named || kind == can_be_extended[i]) && clock_runs(&x->d->clocks[can_be_extended[i]]))
			return can_be_extended[i];
	dispatch_id(x->inc, x->d, id);
	refuse_as(x->why, ERROR_WRONG_STATE, named ? "clock" : NULL,
	    arena_printf(x->a, "联动指令 %s 没有正在计时、有时限的%s,无须延期;可延期的是到场、首次反馈、续报",
		id, named ? clock_names[kind] : "时限"),
	    arena_printf(x->a,
		"dispatch %s has no %s that runs towards a due: nothing is to be extended (arrive, "
		"first-report, "
		"next-report can be)",
		id, named ? clock_names[kind] : "limit"));
	return CLOCK_COUNT;
}

/* "2026-07-10T10:30:00+08:00" */
static const char *when(struct act *x, int64_t at)
{
	char text[TIME_TEXT_MAX];

	return arena_text(x->a, time_rfc3339(at, text));
}

static int64_t received(const struct act *x)
{
	return x->c->received_at && x->c->received_at < x->now ? x->c->received_at : x->now;
}

static bool in_time(struct act *x, const struct clock *c)
{
	if (received(x) <= c->due)
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
	    "时限 %s 已过,不能再申请延期;请尽快处置并如实反馈",
	    "the due %s has passed: it cannot be extended any more; carry on and report", when(x, c->due));
}

static bool not_too_often(struct act *x)
{
	char id[DISPATCH_ID_MAX], request[REQUEST_ID_MAX];
	const struct request *r = request_open(x->inc, x->d, REQUEST_EXTEND, false);

	if (r)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "联动指令 %s 已有待决定的延期申请 %s,请等待答复,或先撤回它",
		    "dispatch %s has request %s already; wait for it, or take it back first",
		    dispatch_id(x->inc, x->d, id), request_name(x->inc, r, request));
	if (x->d->extended < x->m->policy.extend_most)
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
	    "联动指令 %s 已延期 %d 次,最多 %d 次;请报告进展,由接警台安排",
	    "dispatch %s was extended %d times, at most %d; report progress, the desk will see to it",
	    dispatch_id(x->inc, x->d, id), x->d->extended, x->m->policy.extend_most);
}

/* The last instant that the desk may extend this clock to. */
static int64_t cap_of(const struct act *x, const struct clock *c)
{
	return (c->first_due ? c->first_due : c->due) + x->m->policy.extend_cap_ms[x->inc->priority];
}

static bool later_than_now(struct act *x, const struct clock *c, int64_t until)
{
	if (until > c->due)
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "until", "until 应晚于现在的时限 %s",
	    "until should be later than the present due, %s", when(x, c->due));
}

static bool within_cap(struct act *x, const struct clock *c, int64_t until, bool may_exceed)
{
	if (until <= cap_of(x, c) || may_exceed)
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "until",
	    "最多可延到 %s;确需更久(挂起),请附证据(evidence),由联动办决定",
	    "it can be extended to %s at most; for longer (a suspension) give evidence, and the office "
	    "decides",
	    when(x, cap_of(x, c)));
}

bool extend_ask(struct act *x)
{
	int64_t until = command_int(x->c, FIELD_UNTIL);
	enum clock_kind kind;

	if (!step_speaks(x) || !step_version(x) || !step_fits(x, ACT_EXTEND) || !not_too_often(x) ||
	    (kind = clock_meant(x)) == CLOCK_COUNT)
		return false;
	const struct clock *c = &x->d->clocks[kind];
	if (!in_time(x, c) || !later_than_now(x, c, until) ||
	    !within_cap(x, c, until, command_has(x->c, FIELD_EVIDENCE)))
		return false;
	x->r = request_add(x,
	    &(struct request){.kind = REQUEST_EXTEND,
		.decider = until > cap_of(x, c) ? DECIDER_OFFICE : DECIDER_DESK,
		.dispatch = x->d->n,
		.unit = x->d->unit,
		.until = until,
		.step = STEPS,
		.clock = kind});
	if (!x->r)
		return false;
	step_imply(x);
	request_event(x, x->r, EVENT_REQUEST_ASKED, x->r->asked_at);
	act_changed(x, x->d);
	return true;
}

/* -- deciding ------------------------------------------------------------------------------- */

bool extend_ready(struct act *x, bool grant)
{
	const struct clock *c = &x->d->clocks[x->r->clock];
	int64_t until = command_int(x->c, FIELD_UNTIL);

	if (!grant || !until)
		return true;
	return later_than_now(x, c, until) && within_cap(x, c, until, x->r->decider == DECIDER_OFFICE);
}

static void event_rescheduled(struct act *x, enum clock_kind kind, int64_t from)
{
	char id[REQUEST_ID_MAX];
	const struct clock *c = &x->d->clocks[kind];
	struct data data;

	act_data(&data);
	json_text(&data.json, "clock", clock_names[kind]);
	json_time(&data.json, "from", from);
	json_time(&data.json, "due", c->due);
	json_text(&data.json, "request", request_name(x->inc, x->r, id));
	json_bool(&data.json, "late", c->late);
	act_event_data(x, &data, EVENT_DISPATCH_RESCHEDULED, x->now, x->d);
}

/* Its due moves, and its ladder begins anew. It may have stopped meanwhile: what was late is judged by the
 * new due, too. A report clock that has been set later since stays. */
void extend_granted(struct act *x)
{
	enum clock_kind kind = x->r->clock;
	struct clock *c = &x->d->clocks[kind];
	int64_t from = c->due;

	x->d->extended++;
	act_changed(x, x->d);
	if (!c->due || x->r->until <= c->due)
		return;
	c->first_due = c->first_due ? c->first_due : c->due;
	c->due = x->r->until;
	c->rungs = 0;
	deadline_judge(x->inc, x->d, x->m, x->around, x->now);
	event_rescheduled(x, kind, from);
}

void extend_rejected(struct act *x)
{
	if (!x->r->lapsed_at && dispatch_open(x->d))
		step_judge_anew(x);
}
