/*
 * draft.c - incident.similar: which open incidents may be the same matter as one that was not reported yet.
 * Place: engine, beside report.c, which says the same of what was reported. It changes nothing.
 */
#include "domain/resolve.h"
#include "engine/handlers.h"
#include "engine/similar.h"

/* What of the draft is compared. */
static struct incident *drafted(const struct turn *t, const struct command *c)
{
	struct incident *inc = arena_alloc(t->a, sizeof *inc);

	*inc = (struct incident){.number = "",
	    .received_at = command_int(c, FIELD_RECEIVED_AT),
	    .category = command_text(c, FIELD_CATEGORY),
	    .address = command_text(c, FIELD_ADDRESS),
	    .reporter_phone = command_text(c, FIELD_REPORTER_PHONE),
	    .has_location = command_has(c, FIELD_LON),
	    .lon_micro = command_int(c, FIELD_LON),
	    .lat_micro = command_int(c, FIELD_LAT),
	    .datum = command_text(c, FIELD_DATUM),
	    .drill = command_int(c, FIELD_DRILL)};
	return inc;
}

void similar_run(struct turn *t, struct job *j)
{
	struct view v = job_view(t->e, j);
	bool all = sight_row(THING_CONFIDENTIAL_INCIDENT, v.role) == SIGHT_ALL;
	struct warnings *w = warnings_of(j->c, t->a);
	const struct incident *inc = drafted(t, resolve_report(j->c, t->m, t->now, w, t->a));
	struct similar *similar;
	int n = recent_similar(t->e->recent, t->m, inc, all, t->a, &similar);
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	render_similar(&json, similar, n);
	json_end(&json);
	job_result(t, j, &b);
}
