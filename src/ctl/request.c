/*
 * request.c - liandongctl request list: what waits for a decision, and what was decided; queues: how much waits for whom.
 */
#include "ctl/ctl.h"
#include "base/arena.h"

/* The reason by its name, the clock, the step: what it is about. */
static const char *about(const json_t *r)
{
	static const char *const keys[] = {"reason_name", "clock", "step", "account"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (*ctl_text(r, keys[i]))
			return ctl_word(ctl_text(r, keys[i]));
	return "";
}

int ctl_request_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"申请", "request"}, {"种类", "kind"}, {"事由", "about"},
	    {"单位", "unit"}, {"状态", "state"}, {"由谁决定", "decided by"}, {"提出", "asked"},
	    {"时限", "due"}, {"决定", "decision"}};
	static const char *const names[] = {"kind", "state", "unit", "cursor"};
	struct ctl_option o[] = {{.name = "--kind"}, {.name = "--state"}, {.name = "--unit"},
	    {.name = "--cursor"}, {.name = "--limit"}};
	struct table t;
	uint64_t limit;
	size_t i;
	json_t *one, *params, *r;

	if (!ctl_parse_options(ctl, argc, argv, o, 5))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[4].value, &limit))
		return EXIT_USAGE;
	params = json_object();
	for (size_t k = 0; k < 4; k++)
		if (o[k].value)
			json_object_set_new(params, names[k], json_string(o[k].value));
	if (o[4].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	r = ctl_call(ctl, "request.list", params);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 9);
	json_array_foreach(json_object_get(r, "requests"), i, one) {
		const char *cells[] = {ctl_text(one, "request"), ctl_text(one, "kind_name"), about(one),
		    ctl_text(one, "unit_name"), ctl_text(one, "state_name"), ctl_text(one, "decider_name"),
		    ctl_when(ctl, ctl_text(one, "asked_at")), ctl_when(ctl, ctl_text(one, "due")),
		    ctl_when(ctl, ctl_text(one, "decided_at"))};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

int ctl_queues(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"等什么", "what waits"}, {"等谁", "for whom"},
	    {"件", "how many"}, {"已超时", "overdue"}, {"最早到期", "first due"}};
	struct table t;
	size_t i;
	json_t *one, *r;

	if (!ctl_parse_options(ctl, argc, argv, NULL, 0))
		return EXIT_USAGE;
	r = ctl_call(ctl, "queue.list", NULL);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 5);
	json_array_foreach(json_object_get(r, "queues"), i, one) {
		const char *cells[] = {ctl_text(one, "name"), ctl_text(one, "owed_by_name"),
		    arena_printf(ctl->arena, "%lld",
			(long long)json_integer_value(json_object_get(one, "n"))),
		    arena_printf(ctl->arena, "%lld",
			(long long)json_integer_value(json_object_get(one, "overdue"))),
		    ctl_when(ctl, ctl_text(one, "first_due"))};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}
