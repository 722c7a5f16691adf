/*
 * render_request.c - requests as JSON.
 * Place: wire, beside render.c. What was said with one stands in the texts of its events.
 */
#include "domain/finding.h"
#include "domain/request.h"
#include "wire/render.h"

/* The unit's own words for what it asks, where the policy in force still has the reason. */
static void reason_of(struct json *j, const struct request *r, const struct mechanism *m)
{
	const struct return_reason *reason = policy_return_reason(&m->policy, r->code);

	json_text(j, "reason", r->code);
	json_text(j, "reason_name", r->kind == REQUEST_RETURN && reason ? reason->name : NULL);
}

static void about(struct json *j, const struct incident *inc, const struct request *r)
{
	char id[DISPATCH_ID_MAX], name[FINDING_ID_MAX];
	const struct finding loose = {.id = r->finding};
	const struct dispatch *d = inc && r->dispatch ? incident_dispatch(inc, r->dispatch) : NULL;

	if (inc)
		json_text(j, "incident", inc->number);
	if (d)
		json_text(j, "dispatch", dispatch_id(inc, d, id));
	if (r->finding && (!inc || incident_finding(inc, r->finding)))
		json_text(j, "finding",
		    finding_name(inc, inc ? incident_finding(inc, r->finding) : &loose, name));
}

static void asked(struct json *j, const struct request *r, const struct mechanism *m)
{
	const struct unit *unit = mechanism_unit(m, r->unit);

	json_text(j, "unit", r->unit);
	json_text(j, "unit_name", unit ? unit->name : NULL);
	reason_of(j, r, m);
	request_terms(j, r);
	json_time(j, "asked_at", r->asked_at);
	json_text(j, "by", r->by);
}

static void decided(struct json *j, const struct request *r, const struct view *v)
{
	json_text(j, "decider", decider_names[r->decider]);
	json_text(j, "decider_name", decider_word(r->decider, v->english));
	json_time(j, "due", r->due);
	json_time(j, "lapsed_at", r->lapsed_at);
	json_time(j, "decided_at", r->decided_at);
	json_text(j, "decided_by", r->decided_by);
	json_text(j, "document", r->document);
}

void render_request(struct json *j, const char *key, const struct incident *inc, const struct request *r,
    const struct mechanism *m, const struct view *v)
{
	char id[REQUEST_ID_MAX];
	const struct request_row *row = &request_rows[r->kind];

	json_begin(j, key);
	json_text(j, "request", request_name(inc, r, id));
	json_text(j, "kind", request_kind_names[r->kind]);
	json_text(j, "kind_name", v->english ? row->word_en : row->word);
	json_text(j, "state", request_state_names[r->state]);
	json_text(j, "state_name", request_state_word(r->state, v->english));
	about(j, inc, r);
	asked(j, r, m);
	decided(j, r, v);
	json_end(j);
}

void render_requests(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v)
{
	const struct principal who = {.role = v->role, .unit = v->unit};

	if (inc->n_requests == 0 || sight_of(v, THING_CLOCKS, inc) == SIGHT_NONE)
		return;
	json_list(j, "requests");
	for (int i = 0; i < inc->n_requests; i++)
		if (request_seen(&who, &inc->requests[i]))
			render_request(j, NULL, inc, &inc->requests[i], m, v);
	json_close(j);
}
