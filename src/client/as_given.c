/*
 * as_given.c - what a desk's program gave, in one line. Place: the client library.
 */
#include "client/as_given.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BLANKS " \t\r\n"

/* The command table's, which a test compares. */
static const char *const keyed[] = {"incident.amend", "incident.annotate", "incident.urge", "incident.close",
    "incident.cancel", "dispatch.add", "dispatch.withdraw", "dispatch.acknowledge", "dispatch.depart",
    "dispatch.arrive", "dispatch.progress", "dispatch.complete", "config.reload", "account.add",
    "account.revoke", "clock.confirm", "dispatch.return", "dispatch.extend", "dispatch.correct",
    "request.decide", "dispatch.decide-return", "finding.decide", "request.drop", "incident.callback",
    "incident.reopen", "incident.link", "incident.hold", "mode.declare", "mode.end", "shift.handover",
    "duty.assign", "duty.check", "finding.open", "finding.confirm", "finding.appeal", "measure.record",
    "period.close", "period.reopen", "meeting.record", "meeting.item", "ownership.record", "routing.put",
    "routing.rollback", "routing.approve", "measure.settle", "routing.learn", "photo.add",
    "contacts.propose"};

bool client_keyed(const char *method)
{
	for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++)
		if (strcmp(method, keyed[i]) == 0)
			return true;
	return false;
}

void client_key(char key[CLIENT_KEY_MAX])
{
	unsigned char r[(CLIENT_KEY_MAX - 1) / 2];

	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		abort();
	for (size_t i = 0; i < sizeof r; i++)
		snprintf(key + 2 * i, 3, "%02x", r[i]);
}

/* From { to }; n 0 where it does not begin and end so. */
static const char *object_of(const char *params, size_t *n)
{
	if (strncmp(params, "\xEF\xBB\xBF", 3) == 0)
		params += 3;
	params += strspn(params, BLANKS);
	size_t end = strlen(params);
	while (end > 0 && strchr(BLANKS, params[end - 1]))
		end--;
	*n = end >= 2 && params[0] == '{' && params[end - 1] == '}' ? end : 0;
	return params;
}

/* A line's end inside a string is its escape, elsewhere a blank. */
static char *put_line(char *at, const char *p, size_t n)
{
	bool inside = false, escaped = false;

	for (size_t i = 0; i < n; i++) {
		bool quote = p[i] == '"' && !escaped;
		if (p[i] == '\n' || p[i] == '\r') {
			*at++ = inside ? '\\' : ' ';
			if (inside)
				*at++ = p[i] == '\n' ? 'n' : 'r';
		} else {
			*at++ = p[i];
		}
		escaped = inside && p[i] == '\\' && !escaped;
		inside ^= quote;
	}
	return at;
}

char *client_as_given(const char *method, int64_t id, const char *params)
{
	size_t n, room;
	const char *object = object_of(params, &n);
	char key[CLIENT_KEY_MAX] = "";
	bool wants = client_keyed(method) && !strstr(object, "\"key\"");

	if (n == 0 || strspn(method, "abcdefghijklmnopqrstuvwxyz.-") != strlen(method))
		return NULL;
	if (wants)
		client_key(key);
	room = 2 * n + strlen(method) + sizeof key + 128;
	char *line = malloc(room), *at = line;
	if (!line)
		abort();
	at += snprintf(line, room, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\",\"params\":{%s%s%s",
	    (long long)id, method, wants ? "\"key\":\"" : "", key, wants ? "\"," : "");
	at = put_line(at, object + 1, n - 1);
	memcpy(at, "}", 2);
	return line;
}
