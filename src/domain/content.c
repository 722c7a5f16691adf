/*
 * content.c - the digest of what a command says; see content.h.
 *
 * Version 2, the text being hashed: "liandong content 2", then for each field that is present, but the
 * key and what says nothing, in the order of their names: the name ("reporter.phone"), 't' and the
 * text or 'n' and the number. Of a request: "liandong request 2", the command's name, the content's
 * digest. A text is its length in 32 bits and its bytes, a number 64 bits, both little-endian.
 */
#include "domain/content.h"

#include <string.h>

static const char usual_datum[] = "gcj02";

/* Does a report say with this parameter only what it would mean without it? */
static bool says_nothing(const struct command *c, enum field f)
{
	if (f == FIELD_KEY)
		return true;
	if (c->kind != COMMAND_INCIDENT_REPORT)
		return false;
	return field_kinds[f].type == TYPE_BOOL
	    ? !command_int(c, f)
	    : f == FIELD_DATUM && text_eq(command_text(c, f), usual_datum);
}

static struct digest digest_and_free(struct buf *b)
{
	struct digest d = digest_of(buf_view(b));

	buf_free(b);
	return d;
}

/* -- version 2 -------------------------------------------------------------------------------- */

/* Object and name as one name would be compared: "reporter.name" before "reporter.phone". */
static int by_name(enum field a, enum field b)
{
	const struct field_kind *x = &field_kinds[a], *y = &field_kinds[b];
	int order = strcmp(x->object ? x->object : x->name, y->object ? y->object : y->name);

	return order ? order : strcmp(x->name, y->name);
}

/* The fields that say something, by name; returns how many. */
static int sorted_fields(const struct command *c, enum field v[FIELDS])
{
	int n = 0;

	EACH_FIELD(f, c->present) {
		int at = n;

		if (says_nothing(c, f))
			continue;
		for (; at > 0 && by_name(v[at - 1], f) > 0; at--)
			v[at] = v[at - 1];
		v[at] = f;
		n++;
	}
	return n;
}

static void put_field(struct buf *b, const struct command *c, enum field f)
{
	const struct field_kind *k = &field_kinds[f];

	if (k->object) {
		buf_u32(b, (uint32_t)(strlen(k->object) + 1 + strlen(k->name)));
		buf_text(b, k->object);
		buf_char(b, '.');
		buf_text(b, k->name);
	} else {
		buf_bytes(b, str_of(k->name));
	}
	buf_char(b, c->v[f].text ? 't' : 'n');
	if (c->v[f].text)
		buf_bytes(b, str_of(c->v[f].text));
	else
		buf_i64(b, c->v[f].number);
}

struct digest content_of_report(const struct command *c)
{
	enum field v[FIELDS];
	int n = sorted_fields(c, v);
	struct buf b = {0};

	buf_bytes(&b, STR("liandong content 2"));
	for (int i = 0; i < n; i++)
		put_field(&b, c, v[i]);
	return digest_and_free(&b);
}

struct digest content_of_request(const struct command *c)
{
	struct digest content = content_of_report(c);
	struct buf b = {0};

	buf_bytes(&b, STR("liandong request 2"));
	buf_bytes(&b, str_of(command_kinds[c->kind].name));
	buf_add(&b, content.b, DIGEST_LEN);
	return digest_and_free(&b);
}

/* -- version 1: places as they were; neither list changes any more ------------------------------ */

static const enum field fields_1[] = {FIELD_KEY, FIELD_NUMBER, FIELD_RECEIVED_AT, FIELD_CATEGORY,
    FIELD_PRIORITY, FIELD_AREA, FIELD_ADDRESS, FIELD_LON, FIELD_LAT, FIELD_DATUM, FIELD_REPORTER_NAME,
    FIELD_REPORTER_PHONE, FIELD_DESCRIPTION, FIELD_CONFIDENTIAL, FIELD_SECRET_REPORTER, FIELD_UNITS,
    FIELD_DRILL, FIELD_TEXT, FIELD_DISPATCH, FIELD_UNIT, FIELD_ROLE, FIELD_REASON, FIELD_AT, FIELD_ETA,
    FIELD_PERSON, FIELD_PHONE, FIELD_RESULT, FIELD_STATE, FIELD_FROM, FIELD_TO, FIELD_CURSOR, FIELD_LIMIT,
    FIELD_TOKEN, FIELD_CLIENT, FIELD_AFTER, FIELD_EVENTS, FIELD_INSTANT, FIELD_DURATION, FIELD_NAME,
    FIELD_ACCOUNT_ROLE, FIELD_TOKEN_HASH, FIELD_COMMANDS, FIELD_UNMASK, FIELD_FILE, FIELD_OPEN, FIELD_WAIT,
    FIELD_EXPLAIN, FIELD_IF_MATCH, FIELD_DISPATCHES, FIELD_WHY, FIELD_STEP_LON, FIELD_STEP_LAT};
static const enum command_kind_id commands_1[] = {COMMAND_SESSION_OPEN, COMMAND_SESSION_PING,
    COMMAND_INCIDENT_REPORT, COMMAND_INCIDENT_GET, COMMAND_INCIDENT_LIST, COMMAND_INCIDENT_AMEND,
    COMMAND_INCIDENT_ANNOTATE, COMMAND_INCIDENT_URGE, COMMAND_INCIDENT_CLOSE, COMMAND_INCIDENT_CANCEL,
    COMMAND_DISPATCH_ADD, COMMAND_DISPATCH_WITHDRAW, COMMAND_DISPATCH_GET, COMMAND_DISPATCH_LIST,
    COMMAND_DISPATCH_DEADLINES, COMMAND_DISPATCH_DELIVER, COMMAND_DISPATCH_ACKNOWLEDGE,
    COMMAND_DISPATCH_DEPART, COMMAND_DISPATCH_ARRIVE, COMMAND_DISPATCH_PROGRESS, COMMAND_DISPATCH_COMPLETE,
    COMMAND_EVENT_LIST, COMMAND_UNIT_LIST, COMMAND_UNIT_GET, COMMAND_STATUS_GET, COMMAND_ROUTE_EXPLAIN,
    COMMAND_CONFIG_RELOAD, COMMAND_ACCOUNT_ADD, COMMAND_ACCOUNT_LIST, COMMAND_ACCOUNT_REVOKE,
    COMMAND_CLOCK_GET, COMMAND_CLOCK_ADVANCE, COMMAND_CLOCK_SET, COMMAND_STORE_BACKUP, COMMAND_PERSONAL_READ};
#define COUNT(v) (sizeof(v) / sizeof(*(v)))

static struct digest report_1(const struct command *c)
{
	struct buf b = {0};

	for (size_t place = 0; place < COUNT(fields_1); place++) {
		enum field f = fields_1[place];

		if (!command_has(c, f) || says_nothing(c, f))
			continue;
		buf_u8(&b, (uint8_t)place);
		if (c->v[f].text)
			buf_bytes(&b, str_of(c->v[f].text));
		else
			buf_i64(&b, c->v[f].number);
	}
	return digest_and_free(&b);
}

static struct digest request_1(const struct command *c)
{
	struct digest content = report_1(c);
	struct buf b = {0};
	size_t place = 0;

	while (place < COUNT(commands_1) && commands_1[place] != c->kind)
		place++;
	buf_u8(&b, (uint8_t)place);
	buf_add(&b, content.b, DIGEST_LEN);
	return digest_and_free(&b);
}

/* Does version 1 know all that the command says? Else nothing of it was ever stored by version 1. */
static bool known_1(const struct command *c)
{
	struct field_set known = NO_FIELDS;
	bool command = false;

	for (size_t i = 0; i < COUNT(fields_1); i++)
		field_put(&known, fields_1[i]);
	for (size_t i = 0; i < COUNT(commands_1); i++)
		command = command || commands_1[i] == c->kind;
	return command && !fields_any(fields_but(c->present, known));
}

/* -- either ------------------------------------------------------------------------------------- */

bool content_is_report(const struct command *c, const struct digest *stored)
{
	struct digest now = content_of_report(c), before;

	if (digest_eq(&now, stored))
		return true;
	before = report_1(c);
	return known_1(c) && digest_eq(&before, stored);
}

bool content_is_request(const struct command *c, const struct digest *stored)
{
	struct digest now = content_of_request(c), before;

	if (digest_eq(&now, stored))
		return true;
	before = request_1(c);
	return known_1(c) && digest_eq(&before, stored);
}
