/*
 * query_draft.c - incident.draft: what would become of a report that is still being written. Nothing is stored.
 *
 * Place: front, beside query.c. It is asked at each pause of the typing, so it says no more than a form shows, and
 * the engine is asked for nothing but the incidents that are like it, a look of microseconds.
 */
#include "domain/choice.h"
#include "domain/phone.h"
#include "domain/resolve.h"
#include "front/parts.h"
#include "text/model.h"

struct drafted_report {
	const struct command *c; /* the report as it would be carried out */
	struct warnings *warnings;
	struct route route;
};

/* The category that it would have is what it is compared by. */
static bool draft_tell(struct front_read *q, struct command *c)
{
	struct drafted_report *x = q->own = arena_alloc(q->a, sizeof *x);
	struct route_query query;

	x->warnings = warnings_of(q->c, q->a);
	x->c = resolve_report(q->c, q->m, q->now, x->warnings, q->a);
	query = lifecycle_query(x->c, q->now);
	proposal_read(front_proposal(q->f, query.description), &query.proposal);
	routing_decide(q->m, &query, &x->route);
	*c = *x->c;
	c->kind = COMMAND_INCIDENT_SIMILAR;
	c->who.commands = command_kinds[c->kind].name; /* who may ask for a draft is told this of it */
	if (x->route.category)
		command_set_text(c, FIELD_CATEGORY, x->route.category->code);
	return true;
}

static void text_or_none(struct json *j, const char *key, const char *text)
{
	if (text && *text)
		json_text(j, key, text);
	else
		json_none(j, key);
}

static void put_units(struct front_read *q, const char *key, const struct route *r, enum dispatch_role role)
{
	json_list(&q->j, key);
	for (int i = 0; i < r->n_units; i++)
		if (r->units[i].role == role)
			json_text(&q->j, NULL, r->units[i].unit->id);
	json_close(&q->j);
}

static const char *lead_of(const struct route *r)
{
	for (int i = 0; i < r->n_units; i++)
		if (r->units[i].role == AS_LEAD)
			return r->units[i].unit->id;
	return NULL;
}

/* What was not said and is taken to be so. */
static void put_assumed(struct front_read *q, const struct drafted_report *x)
{
	const struct route *r = &x->route;

	json_list(&q->j, "assumed");
	if (!command_has(q->c, FIELD_CATEGORY) && r->category)
		json_text(&q->j, NULL, "category");
	if (!command_has(q->c, FIELD_PRIORITY) && r->priority != PRIORITY_NONE)
		json_text(&q->j, NULL, "priority");
	if (!command_has(q->c, FIELD_AREA))
		json_text(&q->j, NULL, command_has(x->c, FIELD_AREA) ? "area" : "zone");
	json_close(&q->j);
}

/* A phone that the description names, where none was given by itself. */
static void put_phone(struct front_read *q, const struct drafted_report *x)
{
	struct phone phones[PHONES_MOST];

	if (command_has(q->c, FIELD_REPORTER_PHONE) ||
	    !phone_find(command_text(x->c, FIELD_DESCRIPTION), phones))
		return;
	json_text(&q->j, "phone",
	    arena_printf(q->a, "%s%s%s", phones[0].area, *phones[0].area ? "-" : "", phones[0].number));
}

static void put_subject(struct front_read *q, const struct drafted_report *x)
{
	const struct area *area = mechanism_area(q->m, command_text(x->c, FIELD_AREA));
	const struct route *r = &x->route;

	text_or_none(&q->j, "category", r->category ? r->category->code : NULL);
	json_text(&q->j, "category_name", r->category ? r->category->name : NULL);
	text_or_none(&q->j, "priority", priority_names[r->priority]);
	json_text(&q->j, "zone", zone_names[r->zone]);
	text_or_none(&q->j, "area", area ? area->code : NULL);
	json_text(&q->j, "area_name", area ? area->name : NULL);
	put_phone(q, x);
	text_or_none(&q->j, "lead", lead_of(r));
	put_units(q, "assist", r, AS_ASSIST);
	put_units(q, "inform", r, AS_INFORM);
	json_bool(&q->j, "police", r->police);
	json_bool(&q->j, "confidential", r->confidential);
	json_bool(&q->j, "unmatched", r->unmatched);
}

/* The parts of the description that speak most for the category. */
static void put_words(struct front_read *q, const struct drafted_report *x)
{
	const char *description = command_text(x->c, FIELD_DESCRIPTION), *words[TEXT_REASONS];
	int n = 0;

	if (q->f->texts && description && x->route.category && !q->m->policy.text.off)
		n = text_reasons(q->f->texts, description, x->route.category->code, q->a, words);
	json_list(&q->j, "words");
	for (int i = 0; i < n; i++)
		json_text(&q->j, NULL, words[i]);
	json_close(&q->j);
}

static void draft_render(struct front_read *q)
{
	const struct drafted_report *x = q->own;

	json_begin(&q->j, NULL);
	put_subject(q, x);
	json_text(&q->j, "rule", x->route.rule);
	json_text(&q->j, "because", x->route.because);
	choice_render(&q->j, choice_text(&x->route.choice, q->a), q->m, q->a);
	put_words(q, x);
	put_assumed(q, x);
	json_members(&q->j, q->made);
	render_warnings(&q->j, x->warnings, q->view.english);
	json_end(&q->j);
}

const struct query query_incident_draft = {.tell = draft_tell, .render = draft_render};
