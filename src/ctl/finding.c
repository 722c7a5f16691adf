/*
 * finding.c - liandongctl finding list: what was found, how late it was, and until when a unit may appeal.
 */
#include "ctl/ctl.h"
#include "base/arena.h"

static json_t *params_of(const struct ctl_option *o)
{
	static const char *const names[] = {"unit", "class", "state", "month", "cursor"};
	json_t *params = json_object();

	for (size_t k = 0; k < 5; k++)
		if (o[k].value)
			json_object_set_new(params, names[k], json_string(o[k].value));
	json_object_set_new(params, "explain", json_true());
	return params;
}

int ctl_finding_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"事项", "finding"}, {"类别", "category"}, {"单位", "unit"},
	    {"状态", "state"}, {"列入", "opened"}, {"可申请复核至", "appeal until"}, {"说明", "about"}};
	struct ctl_option o[] = {{.name = "--unit"}, {.name = "--class"}, {.name = "--state"},
	    {.name = "--month"}, {.name = "--cursor"}, {.name = "--limit"}};
	struct table t;
	uint64_t limit = 0;
	size_t i;
	json_t *one, *params, *r;

	if (!ctl_parse_options(ctl, argc, argv, o, 6))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[5].value, &limit))
		return EXIT_USAGE;
	params = params_of(o);
	if (o[5].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	r = ctl_call(ctl, "finding.list", params);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 7);
	json_array_foreach(json_object_get(r, "findings"), i, one) {
		const char *cells[] = {ctl_text(one, "finding"), ctl_text(one, "name"),
		    ctl_text(one, "unit_name"), ctl_text(one, "state_name"),
		    ctl_when(ctl, ctl_text(one, "opened_at")), ctl_when(ctl, ctl_text(one, "appeal_until")),
		    ctl_text(one, "sentence")};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}
