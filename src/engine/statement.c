/*
 * statement.c - finding.confirm: a unit confirms a month's findings (待核考评事项月度确认) by one account of its
 * own, the one that units.yaml names as its confirmer where it names one.
 *
 * What is confirmed is what is open: an appeal goes on, and what is void stays so. The confirmation itself is
 * an entry, which says how many there were. A month with more than a turn takes is confirmed by the same command
 * again.
 * Place: engine, over register.h.
 */
#include "domain/duty_plan.h"
#include "domain/finding.h"
#include "domain/resolve.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

#include <assert.h>

#define AT_ONCE ((size_t)500) /* findings a turn */

/* What one command is about. */
struct confirming {
	struct turn *t;
	struct job *j;
	const char *month, *units; /* comma-separated; the first is the one that confirms */
	int64_t from, to;
	struct store_want_open_findings *open;
	int n; /* confirmed */
};

/* The unit that the command names, else those that its account acts for; NULL: neither. */
static const char *units_of(const struct turn *t, const struct job *j)
{
	const char *given = command_text(j->c, FIELD_UNIT);
	const struct unit *unit = given ? resolve_unit(t->m, str_of(given)) : NULL;

	return given ? (unit ? unit->id : NULL) : j->c->who.unit;
}

static struct confirming begin(struct turn *t, struct job *j)
{
	struct confirming x = {
	    .t = t, .j = j, .month = command_text(j->c, FIELD_MONTH), .units = units_of(t, j)};

	if (!x.month || !month_span(x.month, &x.from, &x.to))
		x.from = x.to = 0;
	return x;
}

void statement_want(struct turn *t, struct job *j)
{
	struct confirming x = begin(t, j);

	if (!x.units || !x.to)
		return;
	register_want_open_findings(t,
	    &(struct store_want_open_findings){
		.units = x.units, .from = x.from, .to = x.to, .most = AT_ONCE});
	register_want_list(t,
	    &(struct store_want_entries){.kind = ENTRY_STATEMENT, .name = x.month, .most = AT_ONCE});
}

static struct store_want_open_findings *wanted(const struct confirming *x)
{
	struct store_wants *w = &x->t->wants;

	for (size_t i = 0; i < w->n_open_findings; i++)
		if (w->open_findings[i].from == x->from && text_eq(w->open_findings[i].units, x->units))
			return &w->open_findings[i];
	assert(!"what the command is about was wanted");
	return NULL;
}

/* -- may it? ----------------------------------------------------------------------------------- */

static bool fits_unit(struct confirming *x, struct refusal *why)
{
	const struct principal *who = &x->j->c->who;
	const char *given = command_text(x->j->c, FIELD_UNIT);

	if (!x->units)
		return given ? act_known_unit(x->t->m, given, "unit", x->t->a, why)
			     : refuse(why, x->t->a, ERROR_PARAMS, "unit", "请写哪个单位确认(unit)",
				   "say which unit confirms (unit)");
	if (!given || who->role != ROLE_LIAISON || list_has(who->unit, x->units))
		return true;
	return refuse(why, x->t->a, ERROR_FORBIDDEN, "unit", "只能确认本单位(和承接的单位)的事项",
	    "only the findings of your own unit, and of those that it succeeds");
}

/* The accounts that the unit has named; an heir's speak for those that it succeeds. */
static bool named_for_it(struct confirming *x, struct refusal *why)
{
	const struct principal *who = &x->j->c->who;
	const char *units = who->unit;
	const struct unit *own =
	    units ? mechanism_unit(x->t->m, arena_str(x->t->a, list_next(&units))) : NULL;

	if (who->role != ROLE_LIAISON || !own || !own->confirmers || list_has(own->confirmers, who->account))
		return true;
	return refuse(why, x->t->a, ERROR_FORBIDDEN, NULL,
	    "%s 的月度事项由账号 %s 确认(units.yaml 的 confirmers);不确认的,到期视为确认",
	    "the month's findings of %s are for account %s to confirm (confirmers in units.yaml)", own->id,
	    own->confirmers);
}

static bool fits_month(struct confirming *x, struct refusal *why)
{
	if (!x->to)
		return refuse(why, x->t->a, ERROR_PARAMS, "month", "month 应为月份,如 2026-09",
		    "month should be a month such as 2026-09");
	if (x->to <= x->t->now)
		return true;
	return refuse(why, x->t->a, ERROR_WRONG_STATE, "month", "%s 还没有过完,事项还会变化;请在月底以后确认",
	    "%s is not over: confirm it when it is", x->month);
}

/* The unit's confirmation of that month, of this turn or of before; NULL: there is none. */
static const struct entry *stated(const struct confirming *x)
{
	const char *units = x->units;
	const char *unit = arena_str(x->t->a, list_next(&units));
	const struct store_wants *w = &x->t->wants;
	const struct entry *found = NULL;

	for (size_t k = 0; k < w->n_lists; k++)
		for (size_t i = 0; i < w->lists[k].n; i++)
			if (w->lists[k].found[i]->kind == ENTRY_STATEMENT &&
			    text_eq(w->lists[k].found[i]->name, x->month) &&
			    text_eq(w->lists[k].found[i]->unit, unit))
				found = w->lists[k].found[i];
	for (size_t i = 0; i < x->t->ledger.n_entries; i++) {
		const struct entry *e = x->t->ledger.entries[i];
		if (e->kind == ENTRY_STATEMENT && text_eq(e->name, x->month) && text_eq(e->unit, unit))
			found = e;
	}
	return found;
}

/* -- confirming -------------------------------------------------------------------------------- */

static bool concerned(const struct confirming *x, const struct finding *f)
{
	return list_has(x->units, f->unit) && f->day >= x->from && f->day < x->to;
}

static struct act act_of(struct confirming *x, struct decision *d, struct incident *inc)
{
	*d = (struct decision){
	    .incident = inc, .at = x->t->now, .actor = x->j->c->who.account, .command = x->j->c->id};
	return (struct act){.inc = inc,
	    .c = x->j->c,
	    .m = x->t->m,
	    .around = &x->t->around,
	    .now = x->t->now,
	    .out = d,
	    .a = x->t->a};
}

/* Wakes that a downtime has held back go first: they may make a finding void. */
static void confirm_of(struct confirming *x, struct slot *slot)
{
	struct decision d;

	turn_catch_up(x->t, slot);
	struct act act = act_of(x, &d, slot->inc);
	for (int i = 0; i < slot->inc->n_findings; i++)
		if (concerned(x, &slot->inc->findings[i]))
			x->n += finding_confirm(&act, &slot->inc->findings[i]);
	if (d.n_events)
		turn_decided(x->t, &d, slot);
}

static void confirm_loose(struct confirming *x, int64_t id)
{
	struct finding *f = register_finding(x->t, id);
	struct decision d;
	struct act act = act_of(x, &d, NULL);

	if (!f || !finding_confirm(&act, f))
		return;
	x->n++;
	register_touch_finding(x->t, f);
	turn_decided(x->t, &d, NULL);
}

static struct str statement_data(const struct confirming *x)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_int(&json, "confirmed", x->n);
	if (strchr(x->units, ','))
		json_text(&json, "units", x->units);
	if (x->open->more)
		json_bool(&json, "more", true);
	json_end(&json);
	return buf_into(&b, x->t->a);
}

static bool may_confirm(struct confirming *x, struct refusal *why)
{
	const struct entry *before;

	if (!fits_unit(x, why) || !fits_month(x, why) || !named_for_it(x, why))
		return false;
	x->open = wanted(x);
	before = stated(x);
	if (!before || x->open->n_incidents || x->open->n_findings)
		return true;
	return refuse(why, x->t->a, ERROR_WRONG_STATE, "month",
	    "%s 的事项已由账号 %s 确认,没有新的待确认事项",
	    "%s was confirmed by account %s; nothing new is open", x->month, before->by);
}

void statement_run(struct turn *t, struct job *j)
{
	struct confirming x = begin(t, j);
	struct refusal why = {.code = OK};
	const char *units = x.units;

	if (!may_confirm(&x, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	for (size_t i = 0; i < x.open->n_incidents; i++)
		confirm_of(&x, slots_take(&t->slots, t->a, x.open->incidents[i]));
	for (size_t i = 0; i < x.open->n_findings; i++)
		confirm_loose(&x, x.open->findings[i]->id);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_STATEMENT,
		.name = x.month,
		.unit = arena_str(t->a, list_next(&units)),
		.at = t->now,
		.by = j->c->who.account,
		.data = statement_data(&x)});
	register_event(t, j, EVENT_STATEMENT_CONFIRMED, e, NULL, NULL);
	register_answer(t, j, e, NULL);
}
