/*
 * compare_p1.c - whom P1 matters would have as their lead by another table: every P1 category by itself, and then where
 * the conditions of each rule hold. An emergency that goes to a wrong unit needs no past incident to be one too many.
 * Place: report; pure.
 */
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/routing.h"
#include "report/compare.h"

/* A Wednesday at ten in the morning, and at three at night. */
static const char *const hours[] = {"2026-03-04T10:00:00+08:00", "2026-03-04T03:00:00+08:00"};

struct p1_pass {
	const struct mechanism *before, *after;
	struct arena *a;
	struct comparison *out;
	size_t cap;
	const struct rule *rule; /* whose conditions are being met; NULL: none */
	struct route_query q;
};

static bool is_p1(const struct mechanism *m, const char *code)
{
	const struct category *c = mechanism_category(m, code);

	return c && c->priority == P1;
}

/* One of a category, in one zone, is enough to be told. */
static bool is_told(const struct p1_pass *w, const char *category, enum zone zone)
{
	for (size_t i = 0; i < w->out->n_p1; i++)
		if (text_eq(w->out->p1[i].category, category) && w->out->p1[i].zone == zone)
			return true;
	return false;
}

/* Without a category the words alone say what it is. */
static void compare_now(struct p1_pass *w)
{
	struct route was, is;
	const struct unit *before, *after;
	const struct category *c;

	routing_decide(w->before, &w->q, &was);
	routing_decide(w->after, &w->q, &is);
	before = route_lead(&was);
	after = route_lead(&is);
	c = was.priority == P1 && was.category ? was.category : is.category;
	if ((was.priority != P1 && is.priority != P1) || !c || is_told(w, c->code, is.zone) ||
	    text_eq(before ? before->id : NULL, after ? after->id : NULL))
		return;
	ARRAY_ROOM(w->a, w->out->p1, w->out->n_p1, w->cap);
	w->out->p1[w->out->n_p1++] = (struct moved_p1){c->code, c->name, is.zone, before ? before->id : NULL,
	    after ? after->id : NULL, w->rule ? w->rule->id : NULL};
}

static void at_each_hour(struct p1_pass *w)
{
	const struct rule *r = w->rule;

	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
		time_parse(str_of(hours[i]), &w->q.at);
		compare_now(w);
	}
	if (r && r->between.from != r->between.to) {
		w->q.at = day_start(local_day(w->q.at)) + r->between.from * MINUTE_MS;
		compare_now(w);
	}
}

/* All areas, or those of the rule. */
static void in_each_area(struct p1_pass *w)
{
	const struct rule *r = w->rule;
	const struct mechanism *m = w->after;

	if (r && r->n_area)
		for (int i = 0; i < r->n_area; i++) {
			w->q.area = r->area[i]->code;
			at_each_hour(w);
		}
	else
		for (int i = 0; i < m->n_areas; i++) {
			w->q.area = m->areas[i].code;
			at_each_hour(w);
		}
	w->q.area = NULL;
	at_each_hour(w);
}

static void by_category(struct p1_pass *w, const char *code)
{
	w->q.category = code;
	w->q.priority = code ? P1 : PRIORITY_NONE;
	in_each_area(w);
}

/* -- rules ---------------------------------------------------------------------------------------- */

static bool has_conditions(const struct rule *r)
{
	return r->n_area || r->has_zone || r->n_address_keywords || r->n_keywords || r->hours != HOURS_ANY ||
	    r->between.from != r->between.to;
}

/* Every P1 category that it names; those of all, if it names none. */
static void by_its_categories(struct p1_pass *w)
{
	const struct rule *r = w->rule;

	for (int i = 0; i < w->before->n_categories; i++) {
		const char *code = w->before->categories[i].code;
		bool named = r->n_category == 0;

		for (int k = 0; k < r->n_category && !named; k++)
			named = code_matches(r->category[k], code);
		if (named && is_p1(w->before, code))
			by_category(w, code);
	}
}

/* By its words alone, or by its categories with one of its words. */
static void by_rule(struct p1_pass *w, const struct rule *r)
{
	w->rule = r;
	w->q.address = r->n_address_keywords ? r->address_keywords[0] : NULL;
	for (int i = 0; i < r->n_keywords && r->n_category == 0; i++) {
		w->q.description = r->keywords[i];
		by_category(w, NULL);
	}
	w->q.description = r->n_keywords ? r->keywords[0] : NULL;
	if (r->n_category || r->n_keywords == 0)
		by_its_categories(w);
	w->q.address = w->q.description = NULL;
}

static void by_rules(struct p1_pass *w, const struct mechanism *m)
{
	for (int i = 0; i < m->routing.n_rules; i++)
		if (has_conditions(&m->routing.rules[i]))
			by_rule(w, &m->routing.rules[i]);
}

void compare_p1(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct comparison *out)
{
	struct p1_pass w = {.before = before, .after = after, .a = a, .out = out};

	for (int i = 0; i < before->n_categories; i++)
		if (is_p1(before, before->categories[i].code) || is_p1(after, before->categories[i].code))
			by_category(&w, before->categories[i].code);
	for (int i = 0; i < after->n_categories; i++)
		if (is_p1(after, after->categories[i].code) &&
		    !mechanism_category(before, after->categories[i].code))
			by_category(&w, after->categories[i].code);
	by_rules(&w, after);
	by_rules(&w, before);
}
