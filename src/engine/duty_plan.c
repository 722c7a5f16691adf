/*
 * duty_plan.c - the month's spot checks (值班抽查): planned at its beginning, kept as an entry a unit, asked
 * for one by one. Place: engine, over register.h; which minutes they are is domain/duty_plan.h's.
 *
 * A plan never changes: a roster that is changed within the month, a restart, another policy leave it as it is.
 * What falls due while no engine ran, or while the unit has a P1 open, is left out, and the plan's event says
 * so. A new store plans from the next month on.
 */
#include "engine/duty.h"
#include "base/array.h"
#include "base/log.h"
#include "domain/request.h"
#include "engine/core.h"
#include "engine/register.h"

#include <stdio.h>

#define LATE_MS (10 * MINUTE_MS) /* a check that is taken up so much later was missed by the system */

/* -- what is planned -------------------------------------------------------------------------- */

/* The kth instant of a plan; 0: it has no such one. */
static int64_t instant_of(const struct entry *e, int k)
{
	char key[16];

	snprintf(key, sizeof key, "at%d", k);
	return json_member_int(e->data, key);
}

static int64_t next_instant(const struct entry *e, int64_t now)
{
	for (int k = 1; instant_of(e, k); k++)
		if (instant_of(e, k) > now)
			return instant_of(e, k);
	return 0;
}

/* `left_out`: how many of them were not asked for, which is no failing of the office's. */
static struct str plan_data(const struct turn *t, const int64_t *at, int n, int64_t left_out)
{
	struct buf b = {0};
	struct json j = json_to(&b);
	char key[16];

	json_begin(&j, NULL);
	json_int(&j, "planned", n);
	for (int k = 0; k < n; k++) {
		snprintf(key, sizeof key, "at%d", k + 1);
		json_int(&j, key, at[k]);
	}
	if (left_out)
		json_int(&j, "left_out", left_out);
	json_end(&j);
	return buf_into(&b, t->a);
}

static void plan_unit(struct turn *t, const struct unit *unit, const char *month)
{
	int64_t at[DUTY_CHECKS_MOST], from, to;
	int n = duty_plan(store_secret(t->e->store), t->m, &t->around, unit, month, at);

	if (n == 0 || !month_span(month, &from, &to))
		return;
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_DUTY_PLAN,
		.name = month,
		.unit = unit->id,
		.at = from,
		.until = to,
		.by = "system",
		.data = plan_data(t, at, n, 0)});
	e->wake_at = next_instant(e, t->now);
	register_event(t, NULL, EVENT_DUTY_PLANNED, e, NULL, NULL);
}

void duty_fire(struct turn *t)
{
	char month[MONTH_TEXT];

	if (strcmp(month_text(t->now, month), t->e->duty.month) == 0)
		return;
	for (int i = 0; i < t->m->n_units; i++)
		plan_unit(t, &t->m->units[i], arena_text(t->a, month));
}

/* -- a check's time has come ------------------------------------------------------------------ */

static bool busy(const struct turn *t, const char *unit)
{
	for (size_t i = 0; i < t->wants.n_busy; i++)
		if (text_eq(t->wants.busy[i].unit, unit))
			return t->wants.busy[i].found;
	return false;
}

struct left_out {
	int64_t at;
	const char *why;
};

static void left_out_more(struct json *j, const void *arg)
{
	const struct left_out *x = arg;

	json_time(j, "left_out", x->at);
	json_text(j, "why", x->why);
}

static void leave_out(struct turn *t, struct entry *e, const struct left_out *out)
{
	int64_t at[DUTY_CHECKS_MOST];
	int n = 0;

	for (; n < DUTY_CHECKS_MOST && instant_of(e, n + 1); n++)
		at[n] = instant_of(e, n + 1);
	e->data = plan_data(t, at, n, 1 + json_member_int(e->data, "left_out"));
	register_event(t, NULL, EVENT_DUTY_PLANNED, e, left_out_more, out);
}

static void ask(struct turn *t, struct entry *e, int64_t at)
{
	struct left_out out = {.at = at};

	if (at < t->now - LATE_MS)
		out.why = "system";
	else if (busy(t, e->unit))
		out.why = "open-p1";
	if (out.why) {
		leave_out(t, e, &out);
		return;
	}
	register_ask(t, NULL,
	    &(struct request){.kind = REQUEST_DUTY_CHECK,
		.decider = t->m->policy.duty.by_desk ? DECIDER_DESK : DECIDER_OFFICE,
		.unit = e->unit},
	    e, NULL);
}

void duty_plan_wake(struct turn *t, struct entry *e)
{
	int64_t due = e->wake_at;

	e->wake_at = next_instant(e, t->now); /* first: the event of one that is left out touches the entry */
	for (int k = 1; instant_of(e, k); k++)
		if (instant_of(e, k) >= due && instant_of(e, k) <= t->now)
			ask(t, e, instant_of(e, k));
}

/* -- what the engine remembers of them -------------------------------------------------------- */

void duty_want_plans(struct turn *t)
{
	register_want_named(t, ENTRY_DUTY_PLAN, NULL);
	register_want_list(t,
	    &(struct store_want_entries){.kind = ENTRY_DUTY_PLAN, .lasting = t->now, .most = 10000});
}

static void keep(struct duty_plans *p, const struct entry *e)
{
	size_t i = 0;

	while (i < p->n && p->v[i].entry != e->id)
		i++;
	if (i == p->n) {
		ARRAY_ROOM(p->arena, p->v, p->n, p->cap);
		p->v[p->n++] = (struct planned_checks){.entry = e->id, .unit = arena_text(p->arena, e->unit)};
	}
	p->v[i].wake_at = e->wake_at;
}

void duty_take_plans(struct engine *e, const struct turn *t)
{
	const struct entry *last = register_named(t, ENTRY_DUTY_PLAN, NULL);

	month_text(t->now, e->duty.month);
	if (last)
		snprintf(e->duty.month, sizeof e->duty.month, "%s", last->name);
	if (!e->duty.arena)
		e->duty.arena = arena_new();
	for (size_t k = 0; k < t->wants.n_lists; k++)
		for (size_t i = 0; t->wants.lists[k].kind == ENTRY_DUTY_PLAN && i < t->wants.lists[k].n; i++)
			keep(&e->duty, t->wants.lists[k].found[i]);
}

void duty_want_due(struct turn *t)
{
	const struct duty_plans *p = &t->e->duty;
	size_t cap = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].wake_at || p->v[i].wake_at > t->now)
			continue;
		ARRAY_ROOM(t->a, t->wants.busy, t->wants.n_busy, cap);
		t->wants.busy[t->wants.n_busy++] = (struct store_want_busy){.unit = p->v[i].unit};
	}
}

void duty_committed(struct engine *e, const struct turn *t)
{
	char month[MONTH_TEXT];

	if (!e->duty.arena)
		return;
	if (t->wants.due_most && strcmp(month_text(t->now, month), e->duty.month) != 0) {
		arena_reset(e->duty.arena);
		e->duty = (struct duty_plans){.arena = e->duty.arena};
		memcpy(e->duty.month, month, sizeof month);
	}
	for (size_t i = 0; i < t->ledger.n_entries; i++)
		if (t->ledger.entries[i]->kind == ENTRY_DUTY_PLAN)
			keep(&e->duty, t->ledger.entries[i]);
}

int64_t duty_next_wake(const struct engine *e, int64_t now, int64_t next)
{
	char month[MONTH_TEXT];
	int64_t from, to;

	if (!e->duty.arena || !month_span(month_text(now, month), &from, &to))
		return next;
	if (strcmp(month, e->duty.month) != 0)
		to = now + 1; /* it was missed */
	return !next || to < next ? to : next;
}
