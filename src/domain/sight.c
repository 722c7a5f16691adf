/*
 * sight.c - who may see what: the table, and how a unit's own is told from the others'.
 *
 * Place: domain, pure; the engine asks it for acts, the front ends for reads, pushes and streams.
 *
 * Confidential incidents (家庭暴力 and the like) show to the desk and to the units that act. The
 * linkage office supervises their clocks and steps and learns nothing of their people. A unit that is
 * only informed learns that there is one, until the desk releases it (incident.amend confidential
 * false) or gives it a part (dispatch.add).
 */
#include "domain/sight.h"
#include "base/arena.h"
#include "base/json.h"
#include "domain/request.h"

#include <assert.h>

#define ROW(desk, liaison, office, admin, integration, local, wall)                                          \
	{                                                                                                    \
		[ROLE_DESK] = SIGHT_##desk, [ROLE_SHIFT_LEADER] = SIGHT_##desk,                              \
		[ROLE_LIAISON] = SIGHT_##liaison, [ROLE_OFFICE] = SIGHT_##office,                            \
		[ROLE_ADMIN] = SIGHT_##admin, [ROLE_INTEGRATION] = SIGHT_##integration,                      \
		[ROLE_LOCAL] = SIGHT_##local, [ROLE_WALL] = SIGHT_##wall                                     \
	}

/* clang-format off */
static const unsigned char table[THINGS][ROLES] = {
    /*                                   desk liaison office  admin integration local  wall */
    [THING_INCIDENT] =              ROW( ALL, OWN,    ALL,    NONE, ALL,        ALL,     ALL),
    [THING_SUBJECT] =               ROW( ALL, OWN,    ALL,    NONE, ALL,        ALL,     ALL),
    [THING_PEOPLE] =                ROW( ALL, OWN,    MASKED, NONE, MASKED,     MASKED,  NONE),
    [THING_CLOCKS] =                ROW( ALL, OWN,    ALL,    NONE, ALL,        ALL,     ALL),
    [THING_CONFIDENTIAL_INCIDENT] = ROW( ALL, OWN,    ALL,    NONE, NONE,       ALL,     NONE),
    [THING_CONFIDENTIAL_SUBJECT] =  ROW( ALL, OWN,    ALL,    NONE, NONE,       ALL,     NONE),
    [THING_CONFIDENTIAL_PEOPLE] =   ROW( ALL, OWN,    NONE,   NONE, NONE,       MASKED,  NONE),
    [THING_CONFIDENTIAL_CLOCKS] =   ROW( ALL, OWN,    ALL,    NONE, NONE,       ALL,     NONE),
    [THING_SECRET_REPORTER] =       ROW( ALL, NONE,   NONE,   NONE, NONE,       MASKED,  NONE),
    [THING_LOOKS] =                 ROW( ALL, NONE,   ALL,    NONE, NONE,       ALL,     NONE),
    [THING_CONTACTS] =              ROW( ALL, OWN,    ALL,    ALL,  ALL,        ALL,     NONE),
    [THING_SYSTEM] =                ROW( ALL, NONE,   ALL,    ALL,  NONE,       ALL,     NONE),
    /* modes, duty, measures, meetings, periods */
    [THING_OFFICE] =                ROW( ALL, MASKED, ALL,    ALL,  NONE,       ALL,     NONE),
    /* measures against a unit, what a unit has confirmed, and what it proposes of its contacts: of no other unit's concern */
    [THING_MEASURE] =               ROW( ALL, OWN,    ALL,    NONE, NONE,       ALL,     NONE),
    [THING_CALLBACK] =              ROW( ALL, NONE,   ALL,    NONE, NONE,       ALL,     NONE),
    [THING_HISTORY] =               ROW( ALL, NONE,   NONE,   NONE, NONE,       MASKED,  NONE),
    [THING_ACCOUNTS] =              ROW( NONE, NONE,  NONE,   ALL,  NONE,       ALL,     NONE),
};
/* clang-format on */

static const unsigned char event_things[EVENT_TYPES] = {
    [EVENT_INCIDENT_REPORTED] = THING_INCIDENT,
    [EVENT_INCIDENT_AMENDED] = THING_SUBJECT,
    [EVENT_INCIDENT_ANNOTATED] = THING_SUBJECT,
    [EVENT_INCIDENT_URGED] = THING_SUBJECT,
    [EVENT_INCIDENT_COMPLETED] = THING_INCIDENT,
    [EVENT_INCIDENT_CLOSED] = THING_INCIDENT,
    [EVENT_INCIDENT_CANCELLED] = THING_INCIDENT,
    [EVENT_DISPATCH_ISSUED] = THING_INCIDENT,
    [EVENT_DISPATCH_DELIVERED] = THING_INCIDENT,
    [EVENT_DISPATCH_ACKNOWLEDGED] = THING_INCIDENT,
    [EVENT_DISPATCH_DEPARTED] = THING_INCIDENT,
    [EVENT_DISPATCH_ARRIVED] = THING_INCIDENT,
    [EVENT_DISPATCH_PROGRESSED] = THING_INCIDENT,
    [EVENT_DISPATCH_COMPLETED] = THING_INCIDENT,
    [EVENT_DISPATCH_WITHDRAWN] = THING_INCIDENT,
    [EVENT_DISPATCH_OVERDUE] = THING_CLOCKS,
    [EVENT_DISPATCH_LATE] = THING_CLOCKS,
    [EVENT_REMINDER_SENT] = THING_CLOCKS,
    [EVENT_ESCALATION_RAISED] = THING_CLOCKS,
    [EVENT_CONFIG_ACTIVATED] = THING_SYSTEM,
    [EVENT_ACCOUNT_ADDED] = THING_ACCOUNTS,
    [EVENT_ACCOUNT_REVOKED] = THING_ACCOUNTS,
    [EVENT_SYSTEM_STARTED] = THING_SYSTEM,
    [EVENT_SYSTEM_RESUMED] = THING_SYSTEM,
    [EVENT_BACKUP_FAILED] = THING_SYSTEM,
    [EVENT_STORE_ARCHIVED] = THING_SYSTEM,
    [EVENT_NOTICE_DELIVERED] = THING_CLOCKS,
    [EVENT_NOTICE_FAILED] = THING_CLOCKS,
    [EVENT_NOTICE_RETRIED] = THING_CLOCKS,
    [EVENT_DISPATCH_TAKEN] = THING_CLOCKS,
    [EVENT_EXCHANGE_COMPARED] = THING_SYSTEM,
    [EVENT_CLOCK_STEPPED] = THING_SYSTEM,
    [EVENT_PERSONAL_READ] = THING_LOOKS,
    [EVENT_INVARIANT_REPAIRED] = THING_CLOCKS,
    [EVENT_REQUEST_ASKED] = THING_CLOCKS,
    [EVENT_REQUEST_GRANTED] = THING_CLOCKS,
    [EVENT_REQUEST_REJECTED] = THING_CLOCKS,
    [EVENT_REQUEST_LAPSED] = THING_CLOCKS,
    [EVENT_REQUEST_DROPPED] = THING_CLOCKS,
    [EVENT_DISPATCH_RELIEVED] = THING_INCIDENT,
    [EVENT_DISPATCH_RESCHEDULED] = THING_CLOCKS,
    [EVENT_DISPATCH_REOPENED] = THING_INCIDENT,
    [EVENT_DISPATCH_CORRECTED] = THING_INCIDENT,
    [EVENT_DISPATCH_PROMOTED] = THING_INCIDENT,
    [EVENT_DISPATCH_VOIDED] = THING_INCIDENT,
    [EVENT_INCIDENT_JOINED] = THING_INCIDENT,
    [EVENT_INCIDENT_REOPENED] = THING_INCIDENT,
    [EVENT_INCIDENT_LINKED] = THING_INCIDENT,
    [EVENT_INCIDENT_HELD] = THING_INCIDENT,
    [EVENT_INCIDENT_CALLED_BACK] = THING_INCIDENT,
    [EVENT_CALLBACK_RECORDED] = THING_CALLBACK,
    [EVENT_FINDING_OPENED] = THING_CLOCKS,
    [EVENT_FINDING_CONFIRMED] = THING_CLOCKS,
    [EVENT_FINDING_UPHELD] = THING_CLOCKS,
    [EVENT_FINDING_VOIDED] = THING_CLOCKS,
    [EVENT_MODE_DECLARED] = THING_OFFICE,
    [EVENT_MODE_ENDED] = THING_OFFICE,
    [EVENT_SHIFT_HANDED_OVER] = THING_OFFICE,
    /* a unit is not forewarned of a check, and learns nothing of others' duty */
    [EVENT_DUTY_ASSIGNED] = THING_SYSTEM,
    [EVENT_DUTY_PLANNED] = THING_SYSTEM,
    [EVENT_DUTY_CHECKED] = THING_SYSTEM,
    [EVENT_MEASURE_RECORDED] = THING_MEASURE,
    [EVENT_MEETING_RECORDED] = THING_OFFICE,
    [EVENT_MEETING_SETTLED] = THING_OFFICE,
    [EVENT_OWNERSHIP_RECORDED] = THING_OFFICE,
    [EVENT_PERIOD_CLOSED] = THING_OFFICE,
    [EVENT_PERIOD_REOPENED] = THING_OFFICE,
    [EVENT_PERSONAL_ERASED] = THING_LOOKS,
    [EVENT_STATEMENT_CONFIRMED] = THING_MEASURE,
    [EVENT_DISPATCH_JUDGED] = THING_CLOCKS,
    [EVENT_FINDING_GRADED] = THING_CLOCKS,
    /* what is only proposed is between system, desk and office */
    [EVENT_MEASURE_PROPOSED] = THING_CALLBACK,
    [EVENT_MEASURE_DISMISSED] = THING_CALLBACK,
    [EVENT_MEASURE_SETTLED] = THING_MEASURE,
    [EVENT_CONFIG_PROPOSED] = THING_SYSTEM,
    [EVENT_CONFIG_APPROVED] = THING_SYSTEM,
    [EVENT_CONFIG_LAPSED] = THING_SYSTEM,
    [EVENT_INCIDENT_LATE] = THING_CALLBACK,
    [EVENT_SESSION_OPENED] = THING_ACCOUNTS,
    [EVENT_SESSION_ENDED] = THING_ACCOUNTS,
    [EVENT_CODE_MADE] = THING_ACCOUNTS,
    [EVENT_LOGIN_ALARM] = THING_ACCOUNTS,
    [EVENT_PHOTO_ADDED] = THING_CLOCKS,
    [EVENT_CONTACTS_PROPOSED] = THING_MEASURE,
    [EVENT_CONTACTS_DECIDED] = THING_MEASURE,
};

enum sight sight_row(enum thing what, enum account_role role)
{
	assert(what < THINGS && role < ROLES && "a cell of the table");
	return (enum sight)table[what][role];
}

static enum thing of_confidential(enum thing what, bool confidential)
{
	bool pair = what >= THING_INCIDENT && what <= THING_CLOCKS;
	return confidential && pair ? what + (THING_CONFIDENTIAL_INCIDENT - THING_INCIDENT) : what;
}

static enum sight cell(const struct view *v, enum thing what, bool confidential)
{
	enum sight s = sight_row(of_confidential(what, confidential), v->role);
	return s == SIGHT_MASKED && v->role == ROLE_LOCAL && v->unmask ? SIGHT_ALL : s;
}

/* -- a unit's own --------------------------------------------------------------------------- */

static bool has_open(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (list_has(unit, inc->dispatches[i].unit) && dispatch_open(&inc->dispatches[i]))
			return true;
	return false;
}

bool sight_part(enum dispatch_role role, enum dispatch_state state)
{
	return role != AS_INFORM && state != DISPATCH_WITHDRAWN;
}

const char *sight_informed(struct arena *a, const char *units, const char *parts)
{
	const char *out = NULL;
	struct str one;
	while ((one = list_next(&units)).n) {
		const char *unit = arena_str(a, one);
		if (!list_has(parts, unit) && !list_has(out, unit))
			out = out ? arena_printf(a, "%s,%s", out, unit) : unit;
	}
	return out;
}

static bool has_part(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];
		if (list_has(unit, d->unit) && sight_part(d->role, d->state))
			return true;
	}
	return false;
}

static enum sight own_of(const struct view *v, enum thing what, const struct incident *inc)
{
	bool over = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	if (!v->unit || !incident_has_unit(inc, v->unit))
		return SIGHT_NONE;
	if (what == THING_INCIDENT)
		return SIGHT_ALL;
	if (inc->confidential && !has_part(inc, v->unit))
		return SIGHT_NONE;
	return what != THING_PEOPLE || (!over && has_open(inc, v->unit)) ? SIGHT_ALL : SIGHT_MASKED;
}

enum sight sight_of(const struct view *v, enum thing what, const struct incident *inc)
{
	enum sight s = cell(v, what, inc->confidential);
	return s == SIGHT_OWN ? own_of(v, what, inc) : s;
}

bool sight_sees(const struct view *v, const struct incident *inc)
{
	return sight_of(v, THING_INCIDENT, inc) != SIGHT_NONE;
}

bool sight_in_full(const struct view *v, const struct incident *inc)
{
	return sight_of(v, THING_PEOPLE, inc) == SIGHT_ALL;
}

enum sight sight_reporter(const struct view *v, const struct incident *inc)
{
	enum sight s = sight_of(v, THING_PEOPLE, inc);
	enum sight secret = cell(v, THING_SECRET_REPORTER, false);
	return inc->secret_reporter && secret < s ? secret : s;
}

enum sight sight_history(const struct view *v, const struct incident *inc)
{
	enum sight s = cell(v, THING_HISTORY, false);

	/* it would say that this one is of the same caller */
	return s == SIGHT_MASKED && inc && (inc->confidential || inc->secret_reporter) ? SIGHT_NONE : s;
}

const char *sight_unit(const struct view *v)
{
	if (sight_row(THING_INCIDENT, v->role) != SIGHT_OWN)
		return NULL;
	return v->unit ? v->unit : "";
}

bool sight_recorded(const struct view *v)
{
	return sight_unit(v) || v->unmask;
}

bool sight_own(const struct view *v, const struct dispatch *d)
{
	const char *unit = sight_unit(v);
	return !unit || list_has(unit, d->unit);
}

bool sight_clocks(const struct view *v, const struct incident *inc, const struct dispatch *d)
{
	return sight_own(v, d) && sight_of(v, THING_CLOCKS, inc) != SIGHT_NONE;
}

bool sight_photos(const struct view *v, const struct incident *inc, const struct dispatch *d)
{
	return sight_clocks(v, inc, d) && sight_of(v, THING_PEOPLE, inc) != SIGHT_NONE;
}

bool sight_contacts(const struct view *v, const char *unit)
{
	enum sight s = cell(v, THING_CONTACTS, false);
	return s == SIGHT_OWN ? list_has(v->unit, unit) : s != SIGHT_NONE;
}

/* -- events --------------------------------------------------------------------------------- */

/* Of other units: identity, state and times. Of a confidential incident that the unit is only told of:
 * that there is one, and how it stands. */
static enum sight own_event(const struct view *v, enum thing what, const struct seen_event *e)
{
	bool others = e->e.unit && !list_has(v->unit, e->e.unit);
	bool told = e->confidential && lists_meet(e->informed, v->unit);
	if (!v->unit || !lists_meet(e->units, v->unit))
		return SIGHT_NONE;
	if (what == THING_CLOCKS || what == THING_MEASURE)
		return e->e.unit && list_has(v->unit, e->e.unit) && !told ? SIGHT_ALL : SIGHT_NONE;
	if (what == THING_SUBJECT && told)
		return SIGHT_NONE;
	return others || told ? SIGHT_MASKED : SIGHT_ALL;
}

/* A request that its unit neither asks nor decides: it is not forewarned of a check. */
static bool hidden(const struct event *e)
{
	struct str kind = json_member(e->data, "kind"); /* with its quotes */

	if (e->type < EVENT_REQUEST_ASKED || e->type > EVENT_REQUEST_DROPPED || kind.n < 2)
		return false;
	for (int i = 0; i < REQUEST_KINDS; i++)
		if (str_is((struct str){kind.p + 1, kind.n - 2}, request_kind_names[i]))
			return request_rows[i].hidden;
	return true;
}

const char *sight_concerned(const struct event *e)
{
	enum thing what = (enum thing)event_things[e->type];
	bool own = what == THING_CLOCKS || what == THING_MEASURE;

	return e->incident || !own || hidden(e) ? NULL : e->unit;
}

enum sight sight_event(const struct view *v, const struct seen_event *e)
{
	enum thing what = (enum thing)event_things[e->e.type];
	enum sight s = cell(v, what, e->confidential);
	if (s != SIGHT_NONE && e->e.incident && cell(v, THING_INCIDENT, e->confidential) == SIGHT_NONE)
		return SIGHT_NONE;
	return s == SIGHT_OWN ? own_event(v, what, e) : s;
}

bool sight_words(const struct view *v)
{
	return cell(v, THING_CONFIDENTIAL_PEOPLE, true) == SIGHT_ALL;
}
