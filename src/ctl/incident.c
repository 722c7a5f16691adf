/* incident.c - liandongctl incident list, show: the list; one with its dispatches and events. */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "ctl/stored.h"
#include <stdio.h>

/* The rows that were answered, by the daemon or from a file. Takes the tree. */
static int show_incidents(struct ctl *ctl, json_t *r)
{
	static const struct both heads[] = {{"编号", "number"}, {"接警", "received"}, {"类别", "category"},
	    {"级别", "priority"}, {"区域", "area"}, {"状态", "state"}, {"主办", "lead"}, {"规则", "rule"}};
	struct table t;
	size_t i, k;
	json_t *one, *d;
	table_init(&t, ctl->arena, heads, 8);
	json_array_foreach(json_object_get(r, "incidents"), i, one) {
		const char *lead = "";
		json_array_foreach(json_object_get(one, "dispatches"), k, d)
			if (strcmp(ctl_text(d, "role"), "lead") == 0 &&
			    strcmp(ctl_text(d, "state"), "withdrawn") != 0)
				lead = ctl_text(d, "unit_name");
		const char *cells[] = {ctl_text(one, "number"), ctl_when(ctl, ctl_text(one, "received_at")),
		    ctl_text(one, "category_name"), ctl_text(one, "priority"), ctl_text(one, "area_name"),
		    ctl_text(one, "state_name"), lead, ctl_text(json_object_get(one, "route"), "rule")};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

enum { STATE, UNIT, AREA, FROM, TO, CURSOR, LIMIT, STORE }; /* options of incident list */

/* An instant of a person's, by this machine's clock: no daemon need run. */
static bool stored_instant(const char *text, bool until, int64_t *out)
{
	bool day = false;
	if (!text)
		return true;
	if (!time_parse(str_of(text), out) &&
	    !when_parse(str_of(text), clock_wall().ms, WHEN_PAST, out, &day))
		return ctl_fail(say("%s 不是时刻", "%s is no instant"), text) == EXIT_DONE;
	*out += day && until ? DAY_MS : 0;
	return true;
}

static int list_stored(struct ctl *ctl, const struct ctl_option *o, uint64_t limit)
{
	struct incident_filter filter = {.state = -1, .unit = o[UNIT].value, .area = o[AREA].value};
	if (o[CURSOR].value)
		return ctl_usage(ctl,
		    say("--store 列出全部,没有 --cursor", "--store lists all, without --cursor"));
	if (o[STATE].value &&
	    (filter.state = name_index(incident_state_names, INCIDENT_STATES, o[STATE].value)) < 0)
		return ctl_usage(ctl, say("没有状态 %s", "there is no state %s"), o[STATE].value);
	if (!stored_instant(o[FROM].value, false, &filter.from) ||
	    !stored_instant(o[TO].value, true, &filter.to))
		return EXIT_REFUSED;
	json_t *r = stored_incidents(ctl, o[STORE].value, filter, limit ? (size_t)limit : SIZE_MAX);
	return r ? show_incidents(ctl, r) : EXIT_REFUSED;
}

/* What a list cannot show, because it has left the store. */
static void say_archived(struct ctl *ctl, const json_t *archived)
{
	size_t i;
	json_t *y;

	json_array_foreach(ctl->json ? NULL : archived, i, y)
		printf(ctl->english ? "%lld incidents of %lld are in an archive: incident list --store %s\n"
				    : "另有 %lld 件 %lld 年的已移出库,在存档里:incident list --store %s\n",
		    (long long)json_integer_value(json_object_get(y, "incidents")),
		    (long long)json_integer_value(json_object_get(y, "year")), ctl_text(y, "file"));
}

int ctl_incident_list(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--state"}, {.name = "--unit"}, {.name = "--area"},
	    {.name = "--from"}, {.name = "--to"}, {.name = "--cursor"}, {.name = "--limit"},
	    {.name = "--store"}};
	uint64_t limit = 0;
	size_t i;
	if (!ctl_parse_options(ctl, argc, argv, o, 8))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[6].value, &limit))
		return EXIT_USAGE;
	if (o[7].value)
		return list_stored(ctl, o, limit);
	json_t *params = json_object();
	for (i = 0; i < 6; i++) {
		bool instant = i == FROM || i == TO;
		const char *value =
		    o[i].value && instant ? ctl_instant(ctl, o[i].value, WHEN_PAST, i == TO) : o[i].value;
		if (o[i].value && !value) {
			json_decref(params);
			return EXIT_REFUSED;
		}
		if (value)
			json_object_set_new(params, o[i].name + 2, json_string(value));
	}
	if (o[6].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	if (ctl->unmask)
		json_object_set_new(params, "unmask", json_true());
	json_t *r = ctl_call(ctl, "incident.list", params);
	if (!r)
		return EXIT_REFUSED;
	json_t *archived = json_incref(json_object_get(r, "archived"));
	int code = show_incidents(ctl, r);
	say_archived(ctl, archived);
	json_decref(archived);
	return code;
}

static void print_dispatches(struct ctl *ctl, const json_t *incident)
{
	static const struct both heads[] = {{"指令", "dispatch"}, {"单位", "unit"}, {"角色", "role"},
	    {"状态", "state"}, {"应签收", "acknowledge by"}, {"签收", "acknowledged"},
	    {"应到场", "arrive by"}, {"到场", "arrived"}, {"完毕", "completed"}};
	struct table t;
	size_t i;
	json_t *d;
	table_init(&t, ctl->arena, heads, 9);
	json_array_foreach(json_object_get(incident, "dispatches"), i, d) {
		const char *cells[] = {ctl_text(d, "dispatch"), ctl_text(d, "unit_name"),
		    ctl_word(ctl_text(d, "role")), ctl_text(d, "state_name"),
		    ctl_when(ctl, ctl_text(d, "acknowledge_due")),
		    ctl_when(ctl, ctl_text(d, "acknowledged_at")), ctl_when(ctl, ctl_text(d, "arrive_due")),
		    ctl_when(ctl, ctl_text(d, "arrived_at")), ctl_when(ctl, ctl_text(d, "completed_at"))};
		table_row(&t, cells);
	}
	table_print(&t);
}

/* Whom the desk is to phone, because an instruction has not reached its unit. */
static void print_to_phone(struct ctl *ctl, const json_t *incident)
{
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(incident, "dispatches"), i, d) {
		const json_t *call = json_array_get(json_object_get(d, "call"), 0);

		if (*ctl_text(d, "to_phone"))
			printf(say("待电话  %s %s %s %s(%s 起)\n", "to phone  %s %s %s %s (since %s)\n"),
			    ctl_text(d, "dispatch"), ctl_text(d, "unit_name"), ctl_text(call, "phone"),
			    ctl_text(call, "name"), ctl_when(ctl, ctl_text(d, "to_phone")));
	}
}

/* The name of a unit that has a dispatch, else its id. */
static const char *unit_of(const json_t *incident, const json_t *event)
{
	size_t i;
	json_t *d;
	json_array_foreach(json_object_get(incident, "dispatches"), i, d)
		if (*ctl_text(event, "unit") && strcmp(ctl_text(d, "unit"), ctl_text(event, "unit")) == 0)
			return ctl_text(d, "unit_name");
	return ctl_text(event, "unit");
}

static void print_events(struct ctl *ctl, const json_t *incident)
{
	static const struct both heads[] = {{"序号", "seq"}, {"时间", "time"}, {"事件", "event"},
	    {"单位", "unit"}, {"经办", "by"}, {"说明", "about"}};
	struct table t;
	size_t i;
	json_t *e;
	table_init(&t, ctl->arena, heads, 6);
	json_array_foreach(json_object_get(incident, "events"), i, e) {
		const char *cells[] = {arena_printf(ctl->arena, "%lld",
					   (long long)json_integer_value(json_object_get(e, "seq"))),
		    ctl_when(ctl, ctl_text(e, "at")), ctl_word(ctl_text(e, "type")), unit_of(incident, e),
		    ctl_text(e, "by"), ctl_event_about(ctl->arena, e)};
		table_row(&t, cells);
	}
	table_print(&t);
}

/* Whose matter it is, what the reporter said of the end, what somebody asked for. */
static void print_course(struct ctl *ctl, const json_t *r)
{
	const json_t *callback = json_object_get(r, "callback"), *callers = json_object_get(r, "callers");
	size_t i;
	json_t *one;
	if (*ctl_text(r, "same_as"))
		printf(say("归入  %s\n", "one matter with  %s\n"), ctl_text(r, "same_as"));
	if (json_integer_value(callers) > 1)
		printf(say("来电  已有 %lld 人报告\n", "calls  reported by %lld\n"),
		    (long long)json_integer_value(callers));
	if (callback)
		printf(say("回访  %s %s%s\n", "call-back  %s %s%s\n"), ctl_word(ctl_text(callback, "result")),
		    ctl_when(ctl, ctl_text(callback, "at")),
		    json_is_true(json_object_get(callback, "left_to_office"))
			? say(",等联动办决定是否重办", ", the office decides whether it is handled again")
			: "");
	else if (*ctl_text(r, "callback_due"))
		printf(say("回访  应在 %s 前\n", "call-back  until %s\n"),
		    ctl_when(ctl, ctl_text(r, "callback_due")));
	json_array_foreach(json_object_get(r, "requests"), i, one)
		printf(say("申请  %s %s %s %s\n", "request  %s %s %s %s\n"), ctl_text(one, "request"),
		    ctl_text(one, "kind_name"), ctl_text(one, "unit_name"), ctl_text(one, "state_name"));
}

/* 0.612 is 61 %. */
static int percent_of(const json_t *one)
{
	return (int)(json_number_value(json_object_get(one, "confidence")) * 100 + 0.5);
}

void ctl_show_choice(const json_t *route)
{
	const json_t *one, *others = json_object_get(route, "alternatives");
	size_t i;
	if (json_is_true(json_object_get(route, "danger")))
		puts(say("可能有危险:请向报警人核实,有险情就改级别(incident amend 编号 --priority P1)",
		    "there may be a danger: ask the caller; if so: incident amend NUMBER --priority P1"));
	if (!json_object_get(route, "confidence"))
		return;
	if (!json_is_true(json_object_get(route, "asked"))) {
		printf(say("把握  %d%%\n", "confidence  %d%%\n"), percent_of(route));
		return;
	}
	puts(say("请确认类别(已先派第一个;不对就 incident amend 编号 --category 代码):",
	    "which category is it? Units of the first are sent; if it is another: incident amend NUMBER "
	    "--category CODE"));
	json_array_foreach(others, i, one)
		printf("  %2d%%  %s %s(%s)\n", percent_of(one), ctl_text(one, "category"),
		    ctl_text(one, "category_name"), ctl_text(one, "lead_name"));
}

/* What was said after the report, and waits for the desk. */
static void show_graver(const json_t *graver)
{
	const json_t *units = json_object_get(graver, "units"), *one;
	size_t i;

	if (!graver)
		return;
	printf(say("后来说的是 %s,接警台还没有定(增派,或 incident amend 编号 --priority 写明)",
		   "said later: %s; "
		   "the desk has not decided (add units, or incident amend NUMBER --priority)"),
	    ctl_text(graver, "priority"));
	json_array_foreach(units, i, one)
		printf("%s%s", i ? say("、", ", ") : say(";没有派:", "; not sent: "),
		    ctl_text(one, "unit_name"));
	putchar('\n');
}

static void print_incident(struct ctl *ctl, const json_t *r, bool stored)
{
	const json_t *reporter = json_object_get(r, "reporter"), *route = json_object_get(r, "route");
	printf("%s  %s  %s %s  %s%s\n", ctl_text(r, "number"), ctl_text(r, "state_name"),
	    ctl_text(r, "category"), ctl_text(r, "category_name"), ctl_text(r, "priority"),
	    json_is_true(json_object_get(r, "drill")) ? say("  演练", "  drill") : "");
	printf(say("接警  %s\n", "received  %s\n"), ctl_when(ctl, ctl_text(r, "received_at")));
	if (*ctl_text(r, "ticket"))
		printf(say("工单号  %s\n", "ticket  %s\n"), ctl_text(r, "ticket"));
	printf(say("地点  %s %s(%s%s)\n", "place  %s %s (%s%s)\n"), ctl_text(r, "area_name"),
	    ctl_text(r, "address"), ctl_word(ctl_text(r, "zone")),
	    json_is_true(json_object_get(r, "zone_assumed"))
		? say(",推定,请核对", ", assumed: look whether it is so")
		: "");
	printf(say("报警人  %s %s\n", "reporter  %s %s\n"), ctl_text(reporter, "name"),
	    ctl_text(reporter, "phone"));
	printf(say("描述  %s\n", "description  %s\n"), ctl_text(r, "description"));
	printf(say("派单  规则 %s:%s%s\n", "dispatched  by rule %s: %s%s\n"), ctl_text(route, "rule"),
	    ctl_text(route, "because"),
	    json_is_true(json_object_get(r, "unmatched"))
		? say("  [未匹配,请接警台核对]", "  [nothing matched: the desk has to look]")
		: "");
	print_course(ctl, r);
	ctl_show_choice(route);
	show_graver(json_object_get(r, "graver"));
	ctl_show_history(ctl, r);
	ctl_show_warnings(r);
	putchar('\n');
	print_dispatches(ctl, r);
	print_to_phone(ctl, r);
	putchar('\n');
	if (!stored)
		ctl_show_notices(ctl, ctl_text(r, "number"));
	print_events(ctl, r);
}

int ctl_incident_show(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--store"}};
	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "警情编号", "the number of an incident");
	json_t *params = json_pack("{s:s}", "number", argv[0]);
	if (ctl->unmask)
		json_object_set_new(params, "unmask", json_true());
	json_t *r = o[0].value ? stored_incident(ctl, o[0].value, argv[0])
			       : ctl_call(ctl, "incident.get", json_incref(params));
	json_decref(params);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		print_incident(ctl, r, o[0].value != NULL);
	json_decref(r);
	return EXIT_DONE;
}
