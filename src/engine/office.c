/*
 * office.c - the engine's memory of modes, swaps of duty, measures and the ownership book; see office.h.
 * Place: engine, over the files that use them.
 */
#include "engine/office.h"
#include "base/array.h"
#include "engine/core.h"
#include "engine/modes.h"
#include "engine/ownership.h"
#include "engine/register.h"

#define MODES_MOST 10000
#define OWNED_MOST 100000
#define MEASURES_MOST 100000
#define ASSIGNMENTS_MOST 100000
#define ASSIGNMENTS_KEPT_MS (800 * DAY_MS) /* as far back as a report may ask who was on duty */

/* Of the engine's own: they live as long as it does. A city declares and swaps a few a day. */
static void keep_mode(struct engine *e, const struct entry *entry)
{
	struct office *o = &e->office;
	struct entry kept = *entry;
	size_t i = 0;

	kept.name = arena_text(o->arena, entry->name);
	while (i < o->n_modes && o->modes[i].id != entry->id)
		i++;
	if (i == o->n_modes) {
		ARRAY_ROOM(o->arena, o->modes, o->n_modes, o->cap_modes);
		o->n_modes++;
	}
	o->modes[i] = mode_of_entry(&kept, o->arena);
}

static void keep_assignment(struct engine *e, const struct entry *entry)
{
	struct office *o = &e->office;
	struct entry kept = *entry;

	if (entry->id <= o->last_assignment)
		return;
	o->last_assignment = entry->id;
	kept.unit = arena_text(o->arena, entry->unit);
	ARRAY_ROOM(o->arena, o->assignments, o->n_assignments, o->cap_assignments);
	o->assignments[o->n_assignments++] = assignment_of_entry(&kept, o->arena);
}

/* One for each unit and kind of measure: the last. */
static void keep_measure(struct engine *e, const struct entry *entry)
{
	struct office *o = &e->office;
	const char *code = json_member_text(o->arena, entry->data, "measure");
	size_t i = 0;

	for (int k = 0; k < MEASURES; k++) {
		if (!text_eq(code, measure_names[k]) || !entry->unit)
			continue;
		while (i < o->n_measured &&
		    (o->measured[i].measure != (enum measure)k || !text_eq(o->measured[i].unit, entry->unit)))
			i++;
		if (i == o->n_measured) {
			ARRAY_ROOM(o->arena, o->measured, o->n_measured, o->cap_measured);
			o->measured[o->n_measured++] = (struct measured){
			    .unit = arena_text(o->arena, entry->unit), .measure = (enum measure)k};
		}
		int64_t proposed = json_member_time(entry->data, "proposed"),
			at = proposed ? proposed : entry->at;
		if (o->measured[i].at < at)
			o->measured[i].at = at;
		if (proposed)
			o->measured[i].waits = entry->state == MEASURE_PROPOSED;
	}
}

static void keep(struct engine *e, const struct entry *entry)
{
	if (!e->office.arena)
		e->office.arena = arena_new();
	if (entry->kind == ENTRY_MODE)
		keep_mode(e, entry);
	if (entry->kind == ENTRY_ASSIGNMENT)
		keep_assignment(e, entry);
	if (entry->kind == ENTRY_MEASURE)
		keep_measure(e, entry);
	if (entry->kind == ENTRY_OWNERSHIP)
		ownership_keep(e, entry);
}

void office_committed(struct engine *e, const struct turn *t)
{
	if (t->ledger.n_entries)
		mode_committed(e, t);
	for (size_t i = 0; i < t->ledger.n_entries; i++)
		keep(e, t->ledger.entries[i]);
	if (t->wants.standing.wanted)
		e->office.proposed_day = local_day(t->now);
}

void office_want(struct turn *t)
{
	register_want_list(t, &(struct store_want_entries){.kind = ENTRY_MODE, .most = MODES_MOST});
	register_want_list(t, &(struct store_want_entries){.kind = ENTRY_OWNERSHIP, .most = OWNED_MOST});
	register_want_list(t, &(struct store_want_entries){.kind = ENTRY_MEASURE, .most = MEASURES_MOST});
	register_want_list(t,
	    &(struct store_want_entries){
		.kind = ENTRY_ASSIGNMENT, .lasting = t->now - ASSIGNMENTS_KEPT_MS, .most = ASSIGNMENTS_MOST});
}

void office_take(struct engine *e, const struct turn *t)
{
	for (size_t k = 0; k < t->wants.n_lists; k++)
		for (size_t i = 0; i < t->wants.lists[k].n; i++)
			keep(e, t->wants.lists[k].found[i]);
}
