/*
 * exchange.c - the names in exchange.yaml, and its partners by name and by unit. Place: domain; pure.
 */
#include "domain/exchange.h"

const char *const exchange_content_names[CONTENTS] = {"json", "form"};
const char *const exchange_signing_names[SIGNINGS] = {"webhook", "hmac-sha256", "hmac-sm3"};

const char *const exchange_act_names[EXCHANGE_ACTS] = {
    [EXCHANGE_ACKNOWLEDGE] = "acknowledge",
    [EXCHANGE_ACCEPT] = "accept",
    [EXCHANGE_COMPLETE] = "complete",
    [EXCHANGE_ARCHIVE] = "archive",
    [EXCHANGE_RETURN] = "return",
    [EXCHANGE_EXTEND] = "extend",
    [EXCHANGE_REDO] = "redo",
    [EXCHANGE_CALLBACK] = "callback",
    [EXCHANGE_REPORT] = "report",
    [EXCHANGE_IGNORE] = "ignore",
};

const char *const exchange_field_names[EXCHANGE_FIELDS] = {
    [EXCHANGE_INCIDENT] = "incident",
    [EXCHANGE_DISPATCH] = "dispatch",
    [EXCHANGE_TICKET] = "ticket",
    [EXCHANGE_STATE] = "state",
    [EXCHANGE_NODE] = "node",
    [EXCHANGE_TIME] = "time",
    [EXCHANGE_TEXT] = "text",
    [EXCHANGE_PERSON] = "person",
    [EXCHANGE_PHONE] = "phone",
    [EXCHANGE_REASON] = "reason",
    [EXCHANGE_UNTIL] = "until",
    [EXCHANGE_GRADE] = "grade",
    [EXCHANGE_CATEGORY] = "category",
    [EXCHANGE_AREA] = "area",
    [EXCHANGE_ADDRESS] = "address",
    [EXCHANGE_REPORTER_NAME] = "reporter_name",
    [EXCHANGE_REPORTER_PHONE] = "reporter_phone",
    [EXCHANGE_DESCRIPTION] = "description",
};

const struct exchange_need exchange_needs[EXCHANGE_NEEDS] = {
    {EXCHANGE_COMPLETE, EXCHANGE_TEXT},
    {EXCHANGE_EXTEND, EXCHANGE_UNTIL},
    {EXCHANGE_REPORT, EXCHANGE_TICKET},
    {EXCHANGE_REPORT, EXCHANGE_DESCRIPTION},
};

const struct exchange_partner *exchange_partner(const struct exchange_partners *x, const char *id)
{
	for (int i = 0; x && i < x->n; i++)
		if (text_eq(x->v[i].id, id))
			return &x->v[i];
	return NULL;
}

const struct exchange_partner *exchange_of_unit(const struct exchange_partners *x, const char *unit)
{
	for (int i = 0; x && i < x->n; i++)
		if (x->v[i].unit && text_eq(x->v[i].unit->id, unit))
			return &x->v[i];
	return NULL;
}

/* Any may also come to a note (incident.annotate): words that change nothing any more, a time that was not taken. */
static const enum command_kind_id commands_of[EXCHANGE_ACTS] = {
    [EXCHANGE_ACKNOWLEDGE] = COMMAND_DISPATCH_ACKNOWLEDGE,
    [EXCHANGE_ACCEPT] = COMMAND_DISPATCH_PROGRESS,
    [EXCHANGE_COMPLETE] = COMMAND_DISPATCH_COMPLETE,
    [EXCHANGE_ARCHIVE] = COMMAND_INCIDENT_ANNOTATE,
    [EXCHANGE_RETURN] = COMMAND_DISPATCH_RETURN,
    [EXCHANGE_EXTEND] = COMMAND_DISPATCH_EXTEND,
    [EXCHANGE_REDO] = COMMAND_DISPATCH_PROGRESS,
    [EXCHANGE_CALLBACK] = COMMAND_INCIDENT_ANNOTATE,
    [EXCHANGE_REPORT] = COMMAND_INCIDENT_REPORT,
    [EXCHANGE_IGNORE] = COMMANDS,
};

static int with_command(enum command_kind_id *out, int n, enum command_kind_id one)
{
	for (int i = 0; i < n; i++)
		if (out[i] == one)
			return n;
	out[n++] = one;
	return n;
}

int exchange_commands(const struct exchange_partner *p, enum command_kind_id out[EXCHANGE_COMMANDS])
{
	int n = 0;

	for (int i = 0; i < p->receive.n_rules; i++) {
		enum command_kind_id one = commands_of[p->receive.rules[i].act];

		if (one == COMMANDS)
			continue;
		n = with_command(out, n, one);
		n = with_command(out, n, COMMAND_INCIDENT_ANNOTATE);
	}
	return n;
}
