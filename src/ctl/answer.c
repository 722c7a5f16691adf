/*
 * answer.c - what an answer of the daemon says beside what was asked: warnings, calls before, the incident that it follows.
 * Place: the command line's own room, above table.c, beneath the commands.
 */
#include "ctl/ctl.h"
#include "domain/caller.h"
#include <stdio.h>

void ctl_show_main(const json_t *answer)
{
	const json_t *main = json_object_get(answer, "main");
	if (main)
		printf(say("归入 %s:%s\n", "one matter with %s: %s\n"), ctl_text(main, "number"),
		    ctl_text(main, "sentence"));
}

void ctl_show_history(struct ctl *ctl, const json_t *answer)
{
	const json_t *history = json_object_get(answer, "history");
	json_int_t n = json_integer_value(json_object_get(history, "count"));
	size_t i;
	json_t *one;
	if (!history)
		return;
	printf(say("同一电话先前来电 %lld 次%s\n", "calls before from the same phone: %lld%s\n"),
	    (long long)n, n < HISTORY_COUNTED ? "" : say("以上", " or more"));
	json_array_foreach(json_object_get(history, "calls"), i, one)
		printf("  %s  %s  %s  %s%s%s\n", ctl_text(one, "number"),
		    ctl_when(ctl, ctl_text(one, "received_at")),
		    *ctl_text(one, "category_name") ? ctl_text(one, "category_name")
						    : say("无类别", "no category"),
		    ctl_text(one, "state_name"),
		    *ctl_text(one, "callback") ? say(",回访", ", call-back: ") : "",
		    ctl_word(ctl_text(one, "callback")));
}

void ctl_show_warnings(const json_t *answer)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(answer, "warnings"), i, one)
		printf(say("注意:%s\n", "note: %s\n"), ctl_text(one, "detail"));
}
