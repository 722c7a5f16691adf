/*
 * presence.c - incident.presence: somebody is writing about an incident, and the others are told.
 * Place: engine, because it alone reaches every front end. Nothing is stored and nothing is an event: the front ends
 * keep it for PRESENCE_MS, or until the same person says so again.
 */
#include "engine/handlers.h"
#include "wire/messages.h"

void presence_run(struct turn *t, struct job *j)
{
	struct view v = job_view(t->e, j);
	struct presence p = {.incident = command_text(j->c, FIELD_NUMBER),
	    .account = j->c->who.account,
	    .until = t->now + PRESENCE_MS};
	struct buf b = {0};
	struct json json = json_to(&b);

	if (!j->slot || !j->slot->inc || !sight_sees(&v, j->slot->inc)) {
		buf_free(&b);
		change_missing(t, j);
		return;
	}
	presence_pack(&b, &p);
	links_broadcast(&t->e->links, MESSAGE_PRESENCE, buf_view(&b));
	buf_reset(&b);
	json_begin(&json, NULL);
	json_text(&json, "incident", p.incident);
	json_time(&json, "until", p.until);
	json_end(&json);
	job_result(t, j, &b);
}
