/*
 * query_register.c - reads of the register: modes, handovers, measures, meetings, ownership, periods, newest first.
 *
 * Place: front, beside query_list.c. A unit reads of the ownership book what names it, and of a meeting's
 * problems its own. An entry of the book says by which incident it was found, to who may see that incident: it may have
 * become confidential since.
 */
#include "domain/entry.h"
#include "front/parts.h"
#include "wire/render_entry.h"

#include <assert.h>

#define ENTRIES_USUAL 50
#define ENTRIES_MOST 200

/* Which entries a command lists, and what its list is called. */
static const struct listing {
	enum command_kind_id command;
	enum entry_kind kind;
	const char *name;
	bool own;     /* a unit those that name it only, */
	bool or_none; /* or that name no unit */
} listings[] = {
    {COMMAND_MODE_LIST, ENTRY_MODE, "modes", false, false},
    {COMMAND_SHIFT_LIST, ENTRY_HANDOVER, "handovers", false, false},
    {COMMAND_MEASURE_LIST, ENTRY_MEASURE, "measures", true, false},
    {COMMAND_MEETING_LIST, ENTRY_MEETING, "meetings", true, true},
    {COMMAND_OWNERSHIP_LIST, ENTRY_OWNERSHIP, "ownership", true, false},
    {COMMAND_STATEMENT_LIST, ENTRY_STATEMENT, "statements", true, false},
    {COMMAND_PERIOD_LIST, ENTRY_PERIOD, "periods", false, false},
    {COMMAND_CONTACTS_LIST, ENTRY_CONTACTS, "proposals", true, false},
};

static const struct listing *listing_of(const struct front_read *q)
{
	size_t i = 0;

	while (listings[i].command != q->c->kind)
		i++;
	return &listings[i];
}

/* May an incident that the book names be hidden from the caller? */
static bool sources_matter(const struct front_read *q)
{
	return q->entries.kind == ENTRY_OWNERSHIP &&
	    sight_row(THING_CONFIDENTIAL_INCIDENT, q->view.role) != SIGHT_ALL;
}

/* The incidents that the entries were found by. */
static void want_sources(struct front_read *q)
{
	const char **numbers = arena_new_array(q->a, const char *, (size_t)q->entries.n + 1);
	int n = 0;

	for (int i = 0; i < q->entries.n; i++)
		if ((numbers[n] = json_member_text(q->a, q->entries.v[i]->data, "incident")))
			n++;
	if (n)
		query_want_incidents(q, numbers, n);
}

static bool entries_want(struct front_read *q)
{
	const struct listing *l = listing_of(q);
	const char *own = l->own ? sight_unit(&q->view) : NULL, *unit;

	if (q->loads == 1 && sources_matter(q))
		want_sources(q);
	if (q->loads)
		return true;
	if (own && command_has(q->c, FIELD_UNIT) && !list_has(own, command_text(q->c, FIELD_UNIT)))
		return query_not_found(q, "成员单位", "unit", command_text(q->c, FIELD_UNIT));
	if (!query_unit(q, &unit))
		return false;
	q->entries = (struct want_entries){.kind = l->kind,
	    .unit = own && !l->or_none ? own : unit,
	    .from = command_int(q->c, FIELD_FROM),
	    .to = command_int(q->c, FIELD_TO),
	    .limit = query_limit(q, ENTRIES_USUAL, ENTRIES_MOST)};
	q->wants.entries = &q->entries;
	return query_cursor(q, 't', &q->entries.before);
}

static bool shown(const struct front_read *q, const struct listing *l, const struct entry *e)
{
	const char *own = l->own ? sight_unit(&q->view) : NULL;

	if (own && e->kind == ENTRY_MEASURE &&
	    (e->state == MEASURE_PROPOSED || e->state == MEASURE_DISMISSED))
		return false; /* it was not taken */
	return !own || (e->unit && list_has(own, e->unit)) || (l->or_none && !e->unit);
}

/* What people wrote. Addresses of the book are personal: they show to those who see them in incidents. A
 * meeting's words are for its units, too, and a unit's proposals are its own. */
static bool words_of(const struct front_read *q, const struct listing *l)
{
	enum account_role role = q->view.role;

	if (l->kind == ENTRY_OWNERSHIP)
		return sight_row(THING_PEOPLE, role) == SIGHT_ALL || q->view.unmask;
	return l->kind == ENTRY_MEETING || l->kind == ENTRY_CONTACTS ||
	    sight_row(THING_OFFICE, role) == SIGHT_ALL;
}

/* The entry without the incident that the caller may not see, or that has left the store. *at: the next of those that were
 * wanted. */
static struct entry seen_entry(struct front_read *q, const struct entry *e, int *at)
{
	struct str v = json_member(e->data, "incident"), key = STR(",\"incident\":");
	const struct incident *inc;
	struct entry out = *e;

	if (!v.n || !sources_matter(q))
		return out;
	inc = q->incidents.found[(*at)++];
	if (inc && (!inc->confidential || sight_sees(&q->view, inc)))
		return out;
	size_t before = (size_t)(v.p - e->data.p) - key.n, after = before + key.n + v.n;
	assert(memcmp(e->data.p + before, key.p, key.n) == 0 && "the object is the first member");
	out.data = str_of(arena_printf(q->a, "%.*s%.*s", (int)before, e->data.p, (int)(e->data.n - after),
	    e->data.p + after));
	return out;
}

static void entries_render(struct front_read *q)
{
	const struct listing *l = listing_of(q);
	int64_t next = q->entries.next;
	int at = 0;

	json_begin(&q->j, NULL);
	json_list(&q->j, l->name);
	for (int i = 0; i < q->entries.n; i++) {
		if (i && query_page_full(q)) {
			next = q->entries.v[i - 1]->id;
			break;
		}
		struct entry e = seen_entry(q, q->entries.v[i], &at);
		if (!shown(q, l, &e))
			continue;
		render_entry(&q->j, NULL, &e, q->m, words_of(q, l), q->a);
		q->result.n++;
	}
	query_end_list(q, 't', next);
}

const struct query query_entry_list = {.want = entries_want, .render = entries_render, .heavy = true};
