/*
 * dispatch.c - liandongctl dispatch list, show, deadlines: a unit's instructions, and the explanation
 * of their clocks.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include <stdio.h>

static void print_line(const char *label, const char *text)
{
	if (*text)
		printf("  %s  %s\n", label, text);
}

static void print_calls(const json_t *d)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(d, "call"), i, one)
		printf(say("  联系  %s%s%s%s%s%s(%s)\n", "  call  %s%s%s%s%s%s (%s)\n"),
		    ctl_text(one, "name"), *ctl_text(one, "name") ? " " : "", ctl_text(one, "phone"),
		    json_object_get(one, "extension") ? say("转", " ext. ") : "", ctl_text(one, "extension"),
		    json_is_true(json_object_get(one, "placeholder")) ? say(" [占位号码]", " [placeholder]")
								      : "",
		    ctl_text(one, "why"));
}

/* What is marked, a line each: 超时, and what is to be known of the steps' instants. */
static void print_marks(const json_t *d)
{
	static const struct {
		const char *key;
		struct both label;
	} marks[] = {{"overdue", {"超时", "late"}}, {"late", {"计入超时", "counts as late"}},
	    {"system_late", {"系统原因", "by the system's fault"}}, {"late_reported", {"补报", "told late"}},
	    {"implied", {"推定", "implied"}}, {"unconfirmed", {"未确认", "not confirmed"}}};
	for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
		size_t i;
		json_t *one;
		json_array_foreach(json_object_get(d, marks[m].key), i, one)
			print_line(both_said(&marks[m].label), ctl_word(json_string_value(one)));
	}
}

static void print_photos(struct ctl *ctl, const json_t *d)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(d, "photos"), i, one)
		printf(say("  照片  %s  %s  %s\n", "  photo  %s  %s  %s\n"), ctl_text(one, "photo"),
		    ctl_word(ctl_text(one, "step")), ctl_when(ctl, ctl_text(one, "at")));
}

static void print_dispatch(struct ctl *ctl, const json_t *d)
{
	static const struct {
		const char *key;
		struct both label;
	} times[] = {{"issued_at", {"下达", "issued"}}, {"delivered_at", {"送达", "delivered"}},
	    {"acknowledge_due", {"应签收", "acknowledge by"}}, {"acknowledged_at", {"签收", "acknowledged"}},
	    {"departed_at", {"出发", "departed"}}, {"arrive_due", {"应到场", "arrive by"}},
	    {"arrived_at", {"到场", "arrived"}}, {"report_due", {"应反馈", "report by"}},
	    {"eta", {"预计", "expected"}}, {"completed_at", {"处置完毕", "completed"}},
	    {"withdrawn_at", {"撤回", "withdrawn"}}};
	printf("%s  %s(%s)%s  %s\n", ctl_text(d, "dispatch"), ctl_text(d, "unit_name"), ctl_text(d, "unit"),
	    ctl_word(ctl_text(d, "role")), ctl_text(d, "state_name"));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		print_line(both_said(&times[i].label), ctl_when(ctl, ctl_text(d, times[i].key)));
	print_line(say("工单号", "ticket"), ctl_text(d, "ticket"));
	print_line(say("结果", "result"), ctl_text(d, "result"));
	print_marks(d);
	print_photos(ctl, d);
	print_calls(d);
}

int ctl_dispatch_show(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 1)
		return ctl_usage(ctl, say("需要联动指令编号,如 %s", "a dispatch is expected, such as %s"),
		    "350881202607100552300057-01");
	json_t *params = json_pack("{s:s}", "dispatch", argv[0]);
	if (ctl->unmask)
		json_object_set_new(params, "unmask", json_true());
	json_t *r = ctl_call(ctl, "dispatch.get", params);
	if (!r)
		return EXIT_REFUSED;
	json_t *d = json_is_object(json_object_get(r, "dispatch")) ? json_object_get(r, "dispatch") : r;
	if (ctl->json)
		ctl_print_json(r);
	else
		print_dispatch(ctl, d);
	json_decref(r);
	return EXIT_DONE;
}

int ctl_dispatch_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"指令", "dispatch"}, {"角色", "role"}, {"状态", "state"},
	    {"下达", "issued"}, {"应签收", "acknowledge by"}, {"应到场", "arrive by"}, {"超时", "overdue"}};
	struct ctl_option o[] = {{.name = "--unit"}, {.name = "--limit"}, {.name = "--cursor"}};
	struct table t;
	uint64_t limit;
	size_t i;
	json_t *one;
	argc = ctl_parse(ctl, argc, argv, o, 3);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 0 || !o[0].value)
		return ctl_usage(ctl, say("需要 --unit", "--unit is expected"));
	if (!ctl_limit(ctl, o[1].value, &limit))
		return EXIT_USAGE;
	json_t *params = json_pack("{s:s, s:b, s:s*}", "unit", o[0].value, "open", 1, "cursor", o[2].value);
	if (o[1].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	json_t *r = ctl_call(ctl, "dispatch.list", params);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 7);
	json_array_foreach(json_object_get(r, "dispatches"), i, one) {
		const char *cells[] = {ctl_text(one, "dispatch"), ctl_word(ctl_text(one, "role")),
		    ctl_text(one, "state_name"), ctl_when(ctl, ctl_text(one, "issued_at")),
		    ctl_when(ctl, ctl_text(one, "acknowledge_due")),
		    ctl_when(ctl, ctl_text(one, "arrive_due")),
		    json_array_size(json_object_get(one, "overdue")) ? say("是", "yes") : ""};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

int ctl_dispatch_deadlines(struct ctl *ctl, int argc, char **argv)
{
	size_t i;
	json_t *one;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "联动指令编号", "the id of a dispatch");
	json_t *r =
	    ctl_call(ctl, "dispatch.deadlines", json_pack("{s:s, s:b}", "dispatch", argv[0], "explain", 1));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		json_array_foreach(json_object_get(r, "clocks"), i, one)
			printf("%s\n  %s\n", ctl_word(ctl_text(one, "clock")), ctl_text(one, "sentence"));
	json_decref(r);
	return EXIT_DONE;
}
