/*
 * query_duty.c - duty.get: who is on duty at an instant, or a month of it, and where there is a hole.
 * Place: front; over domain/duty.h. It needs nothing of the store but what the front has: the mechanism and
 * the swaps.
 */
#include "domain/duty_plan.h"
#include "front/parts.h"

/* What is asked for: one unit, or all that the caller may see; an instant, or a month. */
struct duty_asked {
	const struct unit *unit; /* NULL: all */
	int64_t from, to;        /* a month; to 0: the instant `from` */
};

static bool duty_choose(struct front_read *q)
{
	struct duty_asked *x = q->own = arena_alloc(q->a, sizeof *x);
	const char *unit = command_text(q->c, FIELD_UNIT), *month = command_text(q->c, FIELD_MONTH);
	const char *own = sight_unit(&q->view);

	if (!unit)
		unit = own;
	if (unit && !(x->unit = mechanism_unit(q->m, unit)))
		return query_not_found(q, "成员单位", "unit", unit);
	if (unit && !sight_contacts(&q->view, unit))
		return query_not_found(q, "成员单位", "unit", unit);
	x->from = command_has(q->c, FIELD_AT) ? command_int(q->c, FIELD_AT) : q->now;
	if (!month)
		return true;
	if (command_has(q->c, FIELD_AT))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "month", "at 和 month 只能写一个",
		    "at or month, not both");
	return month_span(month, &x->from, &x->to) ||
	    refuse(&q->result.why, q->a, ERROR_PARAMS, "month", "month 应为月份,如 2026-09",
		"month should be one such as 2026-09");
}

static void put_people(struct json *j, const struct duty_group *g)
{
	json_list(j, "people");
	for (int i = 0; i < g->n; i++) {
		const struct contact *c = &g->who[i]->contact;

		json_begin(j, NULL);
		json_text(j, "person", g->who[i]->id);
		json_text(j, "name", c->name);
		json_text(j, "phone", c->phone);
		json_text(j, "title", c->title);
		if (c->placeholder)
			json_bool(j, "placeholder", true);
		json_end(j);
	}
	json_close(j);
}

static void put_unit(struct json *j, const struct unit *u)
{
	json_text(j, "unit", u->id);
	json_text(j, "unit_name", u->name);
	json_int(j, "tier", u->tier);
}

static void put_duty(struct front_read *q, const struct unit *u, const struct duty *d)
{
	json_begin(&q->j, NULL);
	put_unit(&q->j, u);
	json_text(&q->j, "source", duty_source_names[d->source]);
	json_text(&q->j, "shift", d->source == DUTY_SHIFT ? d->name : NULL);
	json_text(&q->j, "because", d->source == DUTY_OVERRIDE ? d->name : NULL);
	json_time(&q->j, "from", d->from);
	json_time(&q->j, "to", d->to);
	put_people(&q->j, &d->people);
	json_end(&q->j);
	q->result.n++;
}

/* All that is so in the time that is asked for; of an instant the one duty, until it is handed over. */
static int spans_of(struct front_read *q, const struct unit *u, struct duty **out)
{
	const struct duty_asked *x = q->own;

	if (x->to)
		return duty_spans(q->m, q->view.around, u, x->from, x->to, q->a, out);
	*out = arena_alloc(q->a, sizeof **out);
	**out = duty_at(q->m, q->view.around, u, x->from);
	return 1;
}

/* Duty in one list, holes in another: a hole of a unit that has a roster. */
static void put_list(struct front_read *q, const char *key, bool gaps)
{
	const struct duty_asked *x = q->own;

	json_list(&q->j, key);
	for (int i = 0; i < q->m->n_units; i++) {
		const struct unit *u = &q->m->units[i];
		struct duty *v;
		int n;

		if (!u->roster || (x->unit && u != x->unit) || !sight_contacts(&q->view, u->id))
			continue;
		n = spans_of(q, u, &v);
		for (int k = 0; k < n; k++) {
			if ((v[k].people.n == 0) != gaps)
				continue;
			put_duty(q, u, &v[k]);
		}
	}
	json_close(&q->j);
}

/* Tier 1 units without a roster. */
static void put_missing(struct front_read *q)
{
	const struct duty_asked *x = q->own;

	json_list(&q->j, "without_roster");
	for (int i = 0; i < q->m->n_units; i++) {
		const struct unit *u = &q->m->units[i];

		if (!u->roster && u->tier == 1 && (!x->unit || u == x->unit) &&
		    sight_contacts(&q->view, u->id))
			json_text(&q->j, NULL, u->id);
	}
	json_close(&q->j);
}

static void duty_render(struct front_read *q)
{
	const struct duty_asked *x = q->own;

	json_begin(&q->j, NULL);
	json_text(&q->j, "month", command_text(q->c, FIELD_MONTH));
	if (!x->to)
		json_time(&q->j, "at", x->from);
	json_text(&q->j, "revision", q->m->revision);
	put_list(q, "duty", false);
	put_list(q, "gaps", true);
	put_missing(q);
	json_end(&q->j);
}

const struct query query_duty_get = {.choose = duty_choose, .render = duty_render};
