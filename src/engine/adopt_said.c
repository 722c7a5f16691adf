/* adopt_said.c - see adopt_said.h. Place: engine. */
#include "engine/adopt_said.h"
#include "base/log.h"
#include "engine/core.h"

/* As the report process says it, if it says it. */
static void put_member(struct json *j, const struct adopting *a, const char *name)
{
	struct str member = json_member(a->result.json, name);

	if (member.n)
		json_raw(j, name, member);
}

/* The targets of exchange.yaml and notices.yaml that have changed (URLs, accounts and names of files, no secret), and
 * what is asked less of. */
static void put_changes(struct json *j, const struct adopting *a)
{
	put_member(j, a, "targets");
	put_member(j, a, "loosened");
}

void adopt_put_compared(struct json *j, const struct adopting *a)
{
	put_changes(j, a);
	if (json_member(a->result.json, "from").n == 0)
		return; /* nothing was compared */
	json_int(j, "moved", json_member_int(a->result.json, "moved"));
	json_int(j, "of", json_member_int(a->result.json, "incidents"));
	json_raw(j, "p1", json_member(a->result.json, "p1"));
}

void adopt_put_found(struct json *j, const struct adopting *a)
{
	put_changes(j, a);
	put_member(j, a, "lacking");
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

/* Each of that list of the answer, which has its name under `key`. */
static void log_each(const struct adopting *a, const char *list, const char *key, const char *message)
{
	struct str rest = json_member(a->result.json, list), one;

	while ((one = json_item(&rest)).n > 0)
		log_warn(message, "%s=\"%s\" before=%s after=%s by=%s", key,
		    json_member_text(a->arena, one, key), or_none(json_member_text(a->arena, one, "before")),
		    or_none(json_member_text(a->arena, one, "after")), a->account);
}

void adopt_log_changes(const struct adopting *a)
{
	log_each(a, "targets", "target", "target changed");
	log_each(a, "loosened", "what", "rules ask less");
}
