/*
 * endpoints.c - the table of what HTTP offers, and how a request finds its row.
 *
 * Place: api; pure. A variable part {name} is the command parameter of that name; its value is
 * checked by the parameter's own type. The rows asked for most often stand first; the acts, one POST
 * each, come from the command table and stand last.
 */
#include "api/endpoints.h"
#include "api/handlers.h"
#include <assert.h>
#include <stdio.h>

#define REPORT_QUERY FIELD_SET(FIELD_UNIT, FIELD_DRILL, FIELD_DRAFT)
#define PAGE FIELD_CURSOR, FIELD_LIMIT

static const struct endpoint fixed[] = {
    {HTTP_GET, "/v1/dispatches", COMMAND_DISPATCH_LIST,
	FIELD_SET(FIELD_AFTER, FIELD_WAIT, FIELD_OPEN, FIELD_DISPATCH_STATE, FIELD_FROM, FIELD_TO,
	    FIELD_CURSOR, FIELD_LIMIT, FIELD_UNIT),
	poll_request},
    {HTTP_GET, "/v1/dispatches/{dispatch}", COMMAND_DISPATCH_GET, NO_FIELDS, exchange_entity},
    {HTTP_GET, "/v1/dispatches/{dispatch}/deadlines", COMMAND_DISPATCH_DEADLINES, FIELD_SET(FIELD_EXPLAIN),
	exchange_carry_out},
    {HTTP_POST, "/v1/incidents", COMMAND_INCIDENT_REPORT, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/incidents", COMMAND_INCIDENT_LIST,
	FIELD_SET(FIELD_STATE, FIELD_UNIT, FIELD_AREA, FIELD_FROM, FIELD_TO, FIELD_CURSOR, FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_POST, "/v1/incidents/find", COMMAND_INCIDENT_LIST, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/incidents/similar", COMMAND_INCIDENT_SIMILAR, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/incidents/draft", COMMAND_INCIDENT_DRAFT, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/incidents/{number}", COMMAND_INCIDENT_GET, FIELD_SET(FIELD_CURSOR), exchange_carry_out},
    {HTTP_POST, "/v1/incidents/{number}/presence", COMMAND_INCIDENT_PRESENCE, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/incidents/{number}/dispatches", COMMAND_DISPATCH_ADD, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/events", COMMAND_EVENT_LIST,
	FIELD_SET(FIELD_AFTER, FIELD_WAIT, FIELD_LIMIT, FIELD_NUMBER), events_request},
    {HTTP_GET, "/v1/stream", COMMAND_EVENT_LIST,
	FIELD_SET(FIELD_AFTER, FIELD_PLAIN, FIELD_PULSE, FIELD_EMBED), stream_request},
    {HTTP_GET, "/v1/board", COMMAND_BOARD_GET, FIELD_SET(FIELD_AFTER, FIELD_WAIT, FIELD_NUMBER),
	board_request},
    {HTTP_GET, "/v1/queues", COMMAND_QUEUE_LIST, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/notices", COMMAND_NOTICE_LIST,
	FIELD_SET(FIELD_NOTICE_STATE, FIELD_UNIT, FIELD_NUMBER, FIELD_DISPATCH, FIELD_OPEN, FIELD_CURSOR,
	    FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_POST, "/v1/notices/retry", COMMAND_NOTICE_RETRY, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/notices/replies", COMMAND_NOTICE_REPLIES, FIELD_SET(FIELD_CURSOR, FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_POST, "/v1/notices/test", COMMAND_NOTICE_TEST, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/notices/{notice}/retry", COMMAND_NOTICE_RETRY, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/notices/{notice}/drop", COMMAND_NOTICE_DROP, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/exchange", COMMAND_EXCHANGE_LIST,
	FIELD_SET(FIELD_PARTNER, FIELD_NUMBER, FIELD_DISPATCH, FIELD_OPEN, FIELD_CURSOR, FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_GET, "/v1/exchange/differences", COMMAND_EXCHANGE_DIFFERENCES, FIELD_SET(FIELD_PARTNER),
	exchange_carry_out},
    {HTTP_POST, "/v1/exchange/{partner}/compare", COMMAND_EXCHANGE_COMPARE, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/exchange/{partner}/handover", COMMAND_EXCHANGE_HANDOVER, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/requests", COMMAND_REQUEST_LIST,
	FIELD_SET(FIELD_KIND, FIELD_REQUEST_STATE, FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_GET, "/v1/findings", COMMAND_FINDING_LIST,
	FIELD_SET(FIELD_UNIT, FIELD_CLASS, FIELD_FINDING_STATE, FIELD_MONTH, FIELD_EXPLAIN, FIELD_CURSOR,
	    FIELD_LIMIT),
	exchange_carry_out},
    {HTTP_POST, "/v1/findings", COMMAND_FINDING_OPEN, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/statements", COMMAND_FINDING_CONFIRM, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/statements", COMMAND_STATEMENT_LIST, FIELD_SET(PAGE, FIELD_UNIT), exchange_carry_out},
    {HTTP_GET, "/v1/units", COMMAND_UNIT_LIST, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/units/{unit}", COMMAND_UNIT_GET, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/categories", COMMAND_CATEGORY_LIST, FIELD_SET(FIELD_FIND), exchange_carry_out},
    {HTTP_GET, "/v1/areas", COMMAND_AREA_LIST, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/calendar", COMMAND_CALENDAR_GET, FIELD_SET(FIELD_YEAR), exchange_carry_out},
    {HTTP_POST, "/v1/units/{unit}/duty", COMMAND_DUTY_ASSIGN, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/units/{unit}/checks", COMMAND_DUTY_CHECK, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/units/{unit}/contacts", COMMAND_CONTACTS_PROPOSE, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/contacts", COMMAND_CONTACTS_LIST, FIELD_SET(PAGE, FIELD_UNIT), exchange_carry_out},
    {HTTP_GET, "/v1/duty", COMMAND_DUTY_GET, FIELD_SET(FIELD_UNIT, FIELD_AT, FIELD_MONTH),
	exchange_carry_out},
    {HTTP_POST, "/v1/routing/explain", COMMAND_ROUTE_EXPLAIN, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/routing", COMMAND_ROUTING_GET, FIELD_SET(FIELD_REVISION, FIELD_FILE, FIELD_CURSOR),
	exchange_entity},
    {HTTP_GET, "/v1/routing/revisions", COMMAND_ROUTING_LOG, FIELD_SET(PAGE), exchange_carry_out},
    {HTTP_POST, "/v1/routing/diff", COMMAND_ROUTING_DIFF, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/routing/check", COMMAND_ROUTING_CHECK, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/routing/cases", COMMAND_ROUTING_CASES, FIELD_SET(FIELD_FROM), exchange_carry_out},
    {HTTP_POST, "/v1/routing/cases", COMMAND_ROUTING_LEARN, NO_FIELDS, exchange_carry_out},
    {HTTP_PUT, "/v1/routing", COMMAND_ROUTING_PUT, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/routing/rollback", COMMAND_ROUTING_ROLLBACK, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/routing/approve", COMMAND_ROUTING_APPROVE, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/dispatches/{dispatch}/photos", COMMAND_PHOTO_ADD, FIELD_SET(FIELD_PHOTO_STEP, FIELD_AT),
	exchange_carry_out},
    {HTTP_GET, "/v1/dispatches/{dispatch}/photos/{photo}", COMMAND_PHOTO_GET, NO_FIELDS, photo_request},
    {HTTP_POST, "/v1/modes", COMMAND_MODE_DECLARE, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/modes/{mode}/end", COMMAND_MODE_END, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/reports/month/{period}", COMMAND_REPORT_GET, REPORT_QUERY, report_request},
    {HTTP_GET, "/v1/reports/quarter/{period}", COMMAND_REPORT_GET, REPORT_QUERY, report_request},
    {HTTP_GET, "/v1/reports/year/{period}", COMMAND_REPORT_GET, REPORT_QUERY, report_request},
    {HTTP_GET, "/v1/reports/span/{period}", COMMAND_REPORT_GET, REPORT_QUERY, report_request},
    {HTTP_GET, "/v1/series", COMMAND_SERIES_GET,
	FIELD_SET(FIELD_BY, FIELD_EVERY, FIELD_FROM, FIELD_TO, FIELD_UNIT), exchange_carry_out},
    {HTTP_GET, "/v1/modes", COMMAND_MODE_LIST, FIELD_SET(PAGE), exchange_carry_out},
    {HTTP_POST, "/v1/handovers", COMMAND_SHIFT_HANDOVER, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/handovers", COMMAND_SHIFT_LIST, FIELD_SET(PAGE, FIELD_FROM, FIELD_TO),
	exchange_carry_out},
    {HTTP_POST, "/v1/measures", COMMAND_MEASURE_RECORD, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/measures/settle", COMMAND_MEASURE_SETTLE, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/measures", COMMAND_MEASURE_LIST, FIELD_SET(PAGE, FIELD_UNIT), exchange_carry_out},
    {HTTP_POST, "/v1/meetings", COMMAND_MEETING_RECORD, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/meetings", COMMAND_MEETING_LIST, FIELD_SET(PAGE), exchange_carry_out},
    {HTTP_POST, "/v1/meetings/{meeting}/items", COMMAND_MEETING_ITEM, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/ownership", COMMAND_OWNERSHIP_RECORD, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/ownership", COMMAND_OWNERSHIP_LIST, FIELD_SET(PAGE, FIELD_UNIT), exchange_carry_out},
    {HTTP_POST, "/v1/periods/{period}/close", COMMAND_PERIOD_CLOSE, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/periods/{period}/reopen", COMMAND_PERIOD_REOPEN, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/periods", COMMAND_PERIOD_LIST, FIELD_SET(PAGE), exchange_carry_out},
    {HTTP_GET, "/v1/session", COMMAND_SESSION_GET, NO_FIELDS, session_get},
    {HTTP_POST, "/v1/session", COMMANDS, NO_FIELDS, session_open},
    {HTTP_DELETE, "/v1/session", COMMAND_SESSION_END, NO_FIELDS, session_close},
    {HTTP_POST, "/v1/session/codes", COMMAND_CODE_MAKE, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/sessions", COMMAND_SESSION_LIST, FIELD_SET(PAGE, FIELD_ACCOUNT), session_get},
    {HTTP_DELETE, "/v1/sessions", COMMAND_SESSION_END, FIELD_SET(FIELD_ACCOUNT), exchange_carry_out},
    {HTTP_DELETE, "/v1/sessions/{session}", COMMAND_SESSION_END, NO_FIELDS, exchange_carry_out},
    {HTTP_GET, "/v1/accounts", COMMAND_ACCOUNT_LIST, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/accounts", COMMAND_ACCOUNT_ADD, NO_FIELDS, exchange_carry_out},
    {HTTP_DELETE, "/v1/accounts/{name}", COMMAND_ACCOUNT_REVOKE, FIELD_SET(FIELD_TOKEN_ID),
	exchange_carry_out},
    {HTTP_GET, "/v1/status", COMMAND_STATUS_GET, NO_FIELDS, exchange_carry_out},
    {HTTP_POST, "/v1/receipts/{channel}/{secret}", COMMANDS, NO_FIELDS, relay_receipt},
    {HTTP_POST, "/v1/exchange/{partner}", COMMANDS, NO_FIELDS, relay_exchange},
    {HTTP_GET, "/healthz", COMMANDS, NO_FIELDS, page_healthz},
    {HTTP_GET, "/readyz", COMMANDS, NO_FIELDS, page_readyz},
    {HTTP_GET, "/metrics", COMMANDS, NO_FIELDS, page_metrics},
    {HTTP_GET, "/openapi.yaml", COMMANDS, NO_FIELDS, page_openapi},
    {HTTP_GET, "/", COMMANDS, NO_FIELDS, page_asset},
    {HTTP_GET, "/page/{file}", COMMANDS, NO_FIELDS, page_asset},
    {HTTP_GET, "/plain", COMMANDS, NO_FIELDS, plain_list},
    {HTTP_POST, "/plain/in", COMMANDS, NO_FIELDS, plain_sign_in},
    {HTTP_POST, "/plain/{dispatch}/acknowledge", COMMANDS, NO_FIELDS, plain_act},
    {HTTP_POST, "/plain/{dispatch}/arrive", COMMANDS, NO_FIELDS, plain_act},
    {HTTP_GET, "/sw.js", COMMANDS, NO_FIELDS, page_asset},
    {HTTP_GET, "/manifest.webmanifest", COMMANDS, NO_FIELDS, page_asset},
};
#define N_FIXED ((int)(sizeof fixed / sizeof fixed[0]))

/* -- acts ------------------------------------------------------------------------------------ */

#define PATH_LEN 64

static const char *const act_paths[] = {[ON_INCIDENT] = "/v1/incidents/{number}/",
    [ON_DISPATCH] = "/v1/dispatches/{dispatch}/",
    [ON_REQUEST] = "/v1/requests/{request}/",
    [ON_FINDING] = "/v1/findings/{finding}/"};

static int add_acts(struct endpoint *v, int n)
{
	static char paths[COMMANDS][PATH_LEN];
	for (int i = 0; i < COMMANDS; i++) {
		enum command_kind_id kind = (enum command_kind_id)i;
		const char *act = command_act(kind);
		if (!act)
			continue;
		int len = snprintf(paths[i], PATH_LEN, "%s%s", act_paths[command_kinds[i].act], act);
		assert(len < PATH_LEN && n < ENDPOINTS_MAX - 1 && "the acts' endpoints have room");
		v[n++] = (struct endpoint){HTTP_POST, paths[i], kind, NO_FIELDS, exchange_carry_out};
	}
	return n;
}

const struct endpoint *endpoints(int *n)
{
	static struct endpoint all[ENDPOINTS_MAX];
	static int count;
	if (!count) {
		memcpy(all, fixed, sizeof fixed);
		count = add_acts(all, N_FIXED);
	}
	*n = count;
	return all;
}

/* The parameters that stand in paths. */
static const enum field path_names[] = {FIELD_DISPATCH, FIELD_NUMBER, FIELD_UNIT, FIELD_MODE, FIELD_PERIOD,
    FIELD_MEETING, FIELD_REQUEST, FIELD_FINDING, FIELD_SESSION, FIELD_NAME, FIELD_FILE, FIELD_PHOTO,
    FIELD_NOTICE, FIELD_PARTNER};

static enum field path_field(struct str name)
{
	for (size_t i = 0; i < sizeof path_names / sizeof path_names[0]; i++)
		if (str_is(name, field_kinds[path_names[i]].name))
			return path_names[i];
	return FIELDS;
}

/* Both paths' next part, up to a slash or the end; moves past it. */
static struct str part(const char **p)
{
	const char *end = strchrnul(*p, '/');
	struct str s = {*p, (size_t)(end - *p)};
	*p = end;
	return s;
}

static bool matches(const char *template, const char *path, struct path_fields *out)
{
	out->n = 0;
	while (*template) {
		if (*template != '{') {
			if (*template ++ != *path++)
				return false;
			continue;
		}
		struct str name = part(&template), value = part(&path);
		if (value.n == 0)
			return false;
		assert(out->n < PATH_FIELDS_MAX && "no path has more variable parts");
		out->v[out->n].field = path_field((struct str){name.p + 1, name.n - 2});
		out->v[out->n++].text = value;
	}
	return !*path;
}

const struct endpoint *endpoint_find(enum http_method method, const char *path, struct path_fields *fields,
    unsigned *allowed)
{
	int n;
	const struct endpoint *all = endpoints(&n);
	*allowed = 0;
	for (int i = 0; i < n; i++) {
		const struct endpoint *e = &all[i];
		if (!matches(e->path, path, fields))
			continue;
		if (e->method == method || (e->method == HTTP_GET && method == HTTP_HEAD))
			return e;
		*allowed |= 1u << e->method;
	}
	fields->n = 0;
	if (*allowed & 1u << HTTP_GET)
		*allowed |= 1u << HTTP_HEAD;
	return NULL;
}

const char *endpoint_allow(unsigned allowed, char out[40])
{
	size_t n = 0;
	out[0] = '\0';
	for (int m = HTTP_GET; m <= HTTP_DELETE; m++)
		if (allowed & 1u << m)
			n += (size_t)snprintf(out + n, 40 - n, "%s%s", n ? ", " : "",
			    http_method_name((enum http_method)m));
	return out;
}
