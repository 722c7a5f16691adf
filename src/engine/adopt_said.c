/* adopt_said.c - see adopt_said.h. Place: engine. */
#include "engine/adopt_said.h"
#include "base/log.h"
#include "engine/core.h"

/* The targets of exchange.yaml and notices.yaml that have changed: URLs, accounts and names of files, no secret. */
static void put_targets(struct json *j, const struct adopting *a)
{
	struct str targets = json_member(a->result.json, "targets");

	if (targets.n)
		json_raw(j, "targets", targets);
}

void adopt_put_compared(struct json *j, const struct adopting *a)
{
	put_targets(j, a);
	if (json_member(a->result.json, "from").n == 0)
		return; /* nothing was compared */
	json_int(j, "moved", json_member_int(a->result.json, "moved"));
	json_int(j, "of", json_member_int(a->result.json, "incidents"));
	json_raw(j, "p1", json_member(a->result.json, "p1"));
}

void adopt_put_found(struct json *j, const struct adopting *a)
{
	struct str lacking = json_member(a->result.json, "lacking");

	put_targets(j, a);
	if (lacking.n)
		json_raw(j, "lacking", lacking);
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

void adopt_log_targets(const struct adopting *a)
{
	struct str list = json_member(a->result.json, "targets"), one;

	while ((one = json_item(&list)).n > 0)
		log_warn("target changed", "target=\"%s\" before=%s after=%s by=%s",
		    json_member_text(a->arena, one, "target"),
		    or_none(json_member_text(a->arena, one, "before")),
		    or_none(json_member_text(a->arena, one, "after")), a->account);
}
