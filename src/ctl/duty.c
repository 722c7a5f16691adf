/*
 * duty.c - liandongctl duty: prints the people on duty now, or a month of a unit's roster as a table.
 */
#include "base/arena.h"
#include "base/time.h"
#include "ctl/ctl.h"
#include <stdio.h>

static const char *people_text(struct ctl *ctl, const json_t *duty, const char *key)
{
	const char *text = "";
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(duty, "people"), i, one)
		text = arena_printf(ctl->arena, "%s%s%s", text, i ? say("、", ", ") : "", ctl_text(one, key));
	return text;
}

/* Why these: the shift, the reason of an override, a swap. */
static const char *source_text(const json_t *duty)
{
	const char *source = ctl_text(duty, "source");
	if (strcmp(source, "assigned") == 0)
		return say("换班", "swapped");
	if (strcmp(source, "override") == 0)
		return *ctl_text(duty, "because") ? ctl_text(duty, "because") : say("另有安排", "override");
	return ctl_text(duty, "shift");
}

/* "03-06 周五 08:00" */
static const char *day_text(struct ctl *ctl, const char *rfc3339)
{
	static const struct both days[] = {{"周一", "Mon"}, {"周二", "Tue"}, {"周三", "Wed"}, {"周四", "Thu"},
	    {"周五", "Fri"}, {"周六", "Sat"}, {"周日", "Sun"}};
	int64_t at;
	if (!time_parse(str_of(rfc3339), &at))
		return "";
	return arena_printf(ctl->arena, "%.5s %s %.5s", rfc3339 + 5,
	    both_said(&days[day_weekday(local_day(at))]), rfc3339 + 11);
}

static void add_rows(struct ctl *ctl, struct table *t, const json_t *list, bool month, bool gaps)
{
	size_t i;
	json_t *d;
	json_array_foreach(list, i, d) {
		const char *who = gaps ? say("(无人值班)", "(none)") : people_text(ctl, d, "name");
		const char *phone = people_text(ctl, d, "phone");
		const char *by_month[] = {day_text(ctl, ctl_text(d, "from")),
		    day_text(ctl, ctl_text(d, "to")), who, phone, source_text(d), ctl_text(d, "unit_name")};
		const char *now[] = {ctl_text(d, "unit_name"), who, phone,
		    *ctl_text(d, "to") ? day_text(ctl, ctl_text(d, "to")) : "", source_text(d)};
		table_row(t, month ? by_month : now);
	}
}

static json_t *asked(struct ctl *ctl, const struct ctl_option *o)
{
	const char *at = o[1].value ? ctl_instant(ctl, o[1].value, WHEN_AHEAD, false) : NULL;
	if (o[1].value && !at)
		return NULL;
	return ctl_call(ctl, "duty.get",
	    json_pack("{s:s*, s:s*, s:s*}", "unit", o[0].value, "at", at, "month", o[2].value));
}

static void show(struct ctl *ctl, const json_t *r)
{
	static const struct both by_month[] = {{"从", "from"}, {"到", "until"}, {"值班人", "on duty"},
	    {"电话", "phone"}, {"依据", "article"}, {"单位", "unit"}};
	static const struct both now[] = {{"单位", "unit"}, {"值班人", "on duty"}, {"电话", "phone"},
	    {"值到", "on duty until"}, {"依据", "article"}};
	bool month = json_object_get(r, "month") != NULL;
	size_t missing = json_array_size(json_object_get(r, "without_roster"));
	struct table t;
	table_init(&t, ctl->arena, month ? by_month : now, month ? 6 : 5);
	add_rows(ctl, &t, json_object_get(r, "duty"), month, false);
	add_rows(ctl, &t, json_object_get(r, "gaps"), month, true);
	table_print(&t);
	if (missing)
		printf(say("没有值班表的一级单位 %zu 家,打固定值班电话:liandongctl units\n",
			   "tier 1 units without a roster: %zu; their fixed phones: liandongctl units\n"),
		    missing);
}

int ctl_duty(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--unit"}, {.name = "--at"}, {.name = "--month"}};
	if (!ctl_parse_options(ctl, argc, argv, o, 3))
		return EXIT_USAGE;
	json_t *r = asked(ctl, o);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		show(ctl, r);
	json_decref(r);
	return EXIT_DONE;
}
