/*
 * exchange.c - what a comparison of open matters with a partner's found, as the process notifier says it: an event of no
 * incident. Place: engine; one row of handlers.c.
 *
 * Each dispatch is said as "ours.NUMBER-01" or "theirs.NUMBER-01", by the side on which it is open; of what has no number of
 * ours the partner's own stands there; "numbers.NUMBER-01" is open on both by another number of theirs than is known. The list in full is the notifier's (exchange.differences).
 */
#include "engine/handlers.h"

static void sides(struct json *j, const char *key, const char *prefix, const char *list)
{
	size_t n = strlen(prefix);
	struct str one;

	json_list(j, key);
	while ((one = list_next(&list)).n)
		if (one.n > n && memcmp(one.p, prefix, n) == 0)
			json_str(j, NULL, (struct str){one.p + n, one.n - n});
	json_close(j);
}

void exchange_report_run(struct turn *t, struct job *j)
{
	const char *list = command_text(j->c, FIELD_DISPATCHES);
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "partner", command_text(j->c, FIELD_PARTNER));
	json_text(&json, "outcome", command_text(j->c, FIELD_OUTCOME));
	if (list) {
		sides(&json, "ours", "ours.", list);
		sides(&json, "theirs", "theirs.", list);
		sides(&json, "numbers", "numbers.", list);
	}
	json_end(&json);
	turn_system_event(t, EVENT_EXCHANGE_COMPARED, "system", j->c->id, buf_view(&b));
	job_result(t, j, &b);
}
