/* loosened.c - see loosened.h. Place: report. */
#include "report/loosened.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "mechanism/yaml.h"

#include <stddef.h>
#include <unistd.h>

static void add(struct loosened *l, struct arena *a, const char *what, const char *before, const char *after,
    bool lasting)
{
	ARRAY_ROOM(a, l->v, l->n, l->cap);
	l->v[l->n++] = (struct loosening){what, before, after, lasting};
	l->lasting += lasting;
}

/* As policy.yaml writes it; 0 is no limit. */
static const char *duration(struct arena *a, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "m"}, {1000, "s"}, {1, "ms"}};
	size_t i = 0;

	if (ms == 0)
		return "none";
	while (ms % units[i].ms)
		i++;
	return arena_printf(a, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
}

/* -- categories --------------------------------------------------------------------------------- */

static void compare_categories(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct loosened *l)
{
	for (int i = 0; i < before->n_categories; i++) {
		const struct category *was = &before->categories[i];
		const struct category *is = mechanism_category(after, was->code);

		if (priority_urgent(was->priority) && (!is || is->priority > was->priority || !is->priority))
			add(l, a, arena_printf(a, "categories.yaml %s priority", was->code),
			    priority_names[was->priority],
			    is && is->priority ? priority_names[is->priority] : "none", false);
	}
}

/* -- limits ------------------------------------------------------------------------------------- */

/* Of P1 and P2; one limit for all where `each` is false. More of it asks less. */
static const struct asked_limit {
	const char *name;
	size_t at;
	bool each;
} limit_rows[] = {
    {"delivery", offsetof(struct policy, delivery_ms), true},
    {"acknowledge", offsetof(struct policy, acknowledge_ms), true},
    {"first_report", offsetof(struct policy, first_report_ms), true},
    {"arrive city", offsetof(struct policy, arrive_city_ms), false},
    {"lead_missing", offsetof(struct policy, lead_missing_ms), false},
    {"lateness_grace", offsetof(struct policy, lateness_grace_ms), false},
};

static int64_t limit_of(const struct policy *p, const struct asked_limit *row, int priority)
{
	return ((const int64_t *)(const void *)((const char *)p + row->at))[priority];
}

static bool is_longer(int64_t was, int64_t is)
{
	return was && (is > was || is == 0);
}

static void compare_limits(const struct policy *before, const struct policy *after, struct arena *a,
    struct loosened *l)
{
	for (size_t i = 0; i < sizeof limit_rows / sizeof *limit_rows; i++) {
		const struct asked_limit *row = &limit_rows[i];

		for (int p = row->each ? P1 : 0; p <= (row->each ? P2 : 0); p++) {
			int64_t was = limit_of(before, row, p), is = limit_of(after, row, p);

			if (is_longer(was, is))
				add(l, a,
				    arena_printf(a, "policy.yaml %s%s%s", row->name, row->each ? " " : "",
					row->each ? priority_names[p] : ""),
				    duration(a, was), duration(a, is), false);
		}
	}
}

/* -- cases -------------------------------------------------------------------------------------- */

static int count_cases(struct str bytes)
{
	struct problems p;
	const struct node *tests;
	int n = 0;

	problems_init(&p, true);
	tests = yaml_get(yaml_parse(p.arena, "routing-tests.yaml", bytes, YAML_LONG_FILE_MAX, &p), "tests");
	for (const struct node *one = tests ? tests->child : NULL; one; one = one->next)
		n++;
	problems_free(&p);
	return n;
}

void loosened_cases(struct str given, const char *folder, struct arena *a, struct loosened *out)
{
	const char *path = arena_printf(a, "%s/routing-tests.yaml", folder ? folder : "");
	struct problems p;
	struct str bytes;
	int was, is;

	problems_init(&p, true);
	if (given.p && folder && access(path, R_OK) == 0 &&
	    yaml_slurp(a, path, YAML_LONG_FILE_MAX, &bytes, &p)) {
		was = count_cases(bytes);
		is = count_cases(given);
		if (is * 10 < was * 9)
			add(out, a, "routing-tests.yaml", arena_printf(a, "%d", was),
			    arena_printf(a, "%d", is), false);
	}
	problems_free(&p);
}

/* -- all of it ---------------------------------------------------------------------------------- */

void loosened_compare(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct loosened *out)
{
	*out = (struct loosened){0};
	if (!before || !after)
		return;
	compare_categories(before, after, a, out);
	compare_limits(&before->policy, &after->policy, a, out);
	if (after->policy.retention_days < before->policy.retention_days)
		add(out, a, "policy.yaml retention", duration(a, before->policy.retention_days * DAY_MS),
		    duration(a, after->policy.retention_days * DAY_MS), true);
}

void loosened_render(struct json *j, const struct loosened *l)
{
	if (l->n == 0)
		return;
	json_list(j, "loosened");
	for (int i = 0; i < l->n; i++) {
		json_begin(j, NULL);
		json_text(j, "what", l->v[i].what);
		json_text(j, "before", l->v[i].before);
		json_text(j, "after", l->v[i].after);
		json_end(j);
	}
	json_close(j);
}
