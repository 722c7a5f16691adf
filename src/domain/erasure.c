/*
 * erasure.c - what is personal, and when it goes. The rules are in erasure.h.
 * Place: domain; pure.
 */
#include "domain/erasure.h"
#include "base/arena.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define WAITS_FOR_QUARTER_MS (366 * DAY_MS)

/* -- incident.hold ------------------------------------------------------------------------------------ */

bool erasure_hold(struct act *x)
{
	bool on = command_int(x->c, FIELD_ON);
	const char *reason = command_text(x->c, FIELD_REASON);
	struct data data;

	if (incident_erased(x->inc))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "number",
		    "警情 %s 的个人信息已到期删除,无可保留",
		    "the personal data of incident %s are erased already", x->inc->number);
	if (x->inc->held == on)
		return true;
	x->inc->held = on;
	act_data(&data);
	json_bool(&data.json, "on", on);
	act_digest(&data.json, "reason", x->inc, reason);
	act_event_data(x, &data, EVENT_INCIDENT_HELD, x->now, NULL);
	decision_text(x->out, x->a, "text", reason);
	act_changed(x, NULL);
	return true;
}

/* -- when ------------------------------------------------------------------------------------------------ */

static bool undecided(const struct incident *inc)
{
	for (int i = 0; i < inc->n_requests; i++)
		if (inc->requests[i].state == REQUEST_PENDING)
			return true;
	for (int i = 0; i < inc->n_findings; i++)
		if (inc->findings[i].state == FINDING_OPEN || inc->findings[i].state == FINDING_APPEALED)
			return true;
	return false;
}

static bool quarter_closed(const struct incident *inc, const char *closed)
{
	struct date d = day_date(local_day(inc->reported_at));
	char quarter[16];

	snprintf(quarter, sizeof quarter, "%04dQ%d", d.year, (d.month + 2) / 3);
	return list_has(closed, quarter);
}

static bool ended(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			return false;
	return inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
}

enum erasure erasure_judge(const struct incident *inc, const struct mechanism *m, int64_t now,
    const char *closed)
{
	int64_t keep = m->policy.retention_days * DAY_MS;

	if (inc->reported_at + keep > now)
		return ERASURE_NOT_YET;
	if (incident_erased(inc))
		return ERASURE_DONE;
	if (inc->held || !ended(inc) || inc->closed_at + keep > now || undecided(inc))
		return ERASURE_WAITS;
	if (!quarter_closed(inc, closed) && inc->closed_at + keep + WAITS_FOR_QUARTER_MS > now)
		return ERASURE_WAITS;
	return ERASURE_DUE;
}

/* -- what ------------------------------------------------------------------------------------------------ */

void erasure_erase(struct incident *inc, int64_t now, struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = "system"};
	inc->address = inc->reporter_name = inc->reporter_phone = inc->description = NULL;
	inc->has_location = false;
	inc->lon_micro = inc->lat_micro = 0;
	inc->datum = NULL;
	inc->caller = 0;
	memset(inc->salt, 0, sizeof inc->salt);
	memset(inc->content, 0, sizeof inc->content);
	inc->changed = true;
	for (int i = 0; i < inc->n_dispatches; i++) {
		inc->dispatches[i].result = inc->dispatches[i].withdrawn_reason = NULL;
		inc->dispatches[i].photos = NULL;
		inc->dispatches[i].changed = true;
	}
	decision_event(out, a, EVENT_PERSONAL_ERASED, now, NULL, STR("{}"));
}
