/*
 * route.c - liandongctl route explain, route test: offline, from the files, so that a change can be
 * tried before it goes live. `route explain NUMBER` asks the daemon about a stored incident.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/time.h"
#include "domain/lifecycle.h"
#include "domain/resolve.h"
#include "domain/routing.h"
#include "wire/render.h"
#include <stdio.h>

/* -- explain -------------------------------------------------------------------------------- */

struct tracing {
	struct ctl *ctl;
	struct json *json; /* NULL: for people */
};

static void trace(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct tracing *t = arg;
	if (t->json) {
		json_begin(t->json, NULL);
		json_text(t->json, "rule", rule->id);
		json_int(t->json, "line", rule->line);
		json_bool(t->json, "matched", matched);
		json_text(t->json, "condition", condition);
		json_end(t->json);
	} else if (matched) {
		printf("  ✓ %s(第 %d 行)%s%s\n", rule->id, rule->line, condition ? ":" : "",
		    condition ? condition : "");
	} else {
		printf("  ✗ %s:%s\n", rule->id, condition ? condition : "");
	}
}

static void explain_json(const struct mechanism *m, const struct route_query *q)
{
	struct buf out = {0};
	struct json j = json_to(&out);
	struct tracing t = {.json = &j};
	struct route route;
	json_begin(&j, NULL);
	json_list(&j, "rules");
	routing_explain(m, q, &route, trace, &t);
	json_close(&j);
	render_route(&j, "route", &route, m);
	json_end(&j);
	printf("%.*s\n", (int)out.n, out.p);
	buf_free(&out);
}

static void explain_text(struct ctl *ctl, const struct mechanism *m, const struct route_query *q)
{
	struct tracing t = {.ctl = ctl};
	struct route r;
	routing_explain(m, q, &r, trace, &t);
	printf("\n类别  %s %s\n级别  %s%s\n区域  %s%s\n依据  %s:%s%s\n", r.category ? r.category->code : "无",
	    r.category ? r.category->name : "", priority_names[r.priority], r.police ? "(同时派警)" : "",
	    ctl_word(zone_names[r.zone]), r.zone_assumed ? "(未给区域,按城区)" : "", r.rule ? r.rule : "",
	    r.because ? r.because : "", r.unmatched ? "(未匹配)" : "");
	for (int i = 0; i < r.n_units; i++)
		printf("%s  %s(%s)  由 %s\n", ctl_word(dispatch_role_names[r.units[i].role]),
		    r.units[i].unit->name, r.units[i].unit->id, r.units[i].rule);
	if (r.record_only)
		puts("只登记,不派单");
}

/* What a person typed as an instant, as the table reads it; the text itself if it is none. */
static struct str as_typed(struct ctl *ctl, enum field f, const char *text)
{
	char out[TIME_TEXT_MAX];
	int64_t ms;
	if (f != FIELD_RECEIVED_AT || !when_parse(str_of(text), clock_wall().ms, WHEN_PAST, &ms, NULL))
		return str_of(text);
	return str_of(arena_text(ctl->arena, time_rfc3339(ms, out)));
}

/* The same parameters as incident.report, read by the same table. */
static bool fill(struct ctl *ctl, struct command *c, const struct ctl_option *o, const enum field *fields,
    int n)
{
	struct refusal why;
	for (int i = 0; i < n; i++)
		if (o[i].value &&
		    !command_parse_field(c, ctl->arena, fields[i], as_typed(ctl, fields[i], o[i].value),
			&why)) {
			ctl_fail("%s", ctl->english ? why.en : why.zh);
			return false;
		}
	return true;
}

/* As a report would be taken; what is odd about it is said. */
static struct route_query resolved(struct ctl *ctl, const struct command *c, const struct mechanism *m)
{
	int64_t now = clock_wall().ms;
	struct warnings *warnings = warnings_of(c, ctl->arena);
	struct route_query q = lifecycle_query(resolve_report(c, m, now, warnings, ctl->arena), now);
	struct buf b = {0};
	for (int i = 0; i < warnings->n; i++) {
		if (!command_has(c, warnings->v[i].field))
			continue; /* what a question leaves out is no oddity */
		buf_reset(&b);
		warning_sentence(&warnings->v[i], ctl->english, &b);
		fprintf(stderr, "%.*s\n", (int)b.n, b.p);
	}
	buf_free(&b);
	return q;
}

static int explain_stored(struct ctl *ctl, const char *number)
{
	size_t i;
	json_t *one, *r = ctl_call(ctl, "route.explain", json_pack("{s:s}", "number", number));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json) {
		ctl_print_json(r);
	} else {
		json_array_foreach(json_object_get(r, "rules"), i, one)
			printf("  %s %s:%s\n", json_is_true(json_object_get(one, "matched")) ? "✓" : "✗",
			    ctl_text(one, "rule"), ctl_text(one, "condition"));
		json_t *route = json_object_get(r, "route");
		printf("依据  %s:%s\n主办  %s\n", ctl_text(route, "rule"), ctl_text(route, "because"),
		    ctl_text(route, "lead"));
	}
	json_decref(r);
	return EXIT_DONE;
}

int ctl_route_explain(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--category"}, {.name = "--priority"}, {.name = "--area"},
	    {.name = "--address"}, {.name = "--units"}, {.name = "--at"}, {.name = "--description"}};
	static const enum field fields[] = {FIELD_CATEGORY, FIELD_PRIORITY, FIELD_AREA, FIELD_ADDRESS,
	    FIELD_UNITS, FIELD_RECEIVED_AT, FIELD_DESCRIPTION};
	struct command c = {.kind = COMMAND_ROUTE_EXPLAIN};
	bool any = false;
	argc = ctl_parse(ctl, argc, argv, o, 7);
	if (argc < 0)
		return EXIT_USAGE;
	for (int i = 0; i < 7; i++)
		any = any || o[i].value;
	/* a single plain word of the number's alphabet, and nothing else, is a stored incident's number */
	if (argc == 1 && !any &&
	    strspn(argv[0], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") ==
		strlen(argv[0]))
		return explain_stored(ctl, argv[0]);
	if (argc > 1 || (argc == 0 && !any))
		return ctl_usage(ctl, "需要一段描述、一个警情编号或至少一个选项");
	if (argc == 1)
		o[6].value = argv[0];
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	bool good = fill(ctl, &c, o, fields, 7);
	if (good) {
		struct route_query q = resolved(ctl, &c, m);
		if (ctl->json)
			explain_json(m, &q);
		else
			explain_text(ctl, m, &q);
	}
	mechanism_release(m);
	return good ? EXIT_DONE : EXIT_REFUSED;
}

/* -- test ----------------------------------------------------------------------------------- */

int ctl_route_test(struct ctl *ctl, int argc, char **argv)
{
	struct problems p;
	struct buf text = {0};
	int tests = 0;
	if (argc != 0)
		return ctl_usage(ctl, "多余的参数 %s", argv[0]);
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	problems_init(&p, ctl->english);
	mechanism_test(m, ctl_options(ctl)->mechanism, &p, &tests);
	problems_print(&p, &text);
	if (ctl->json)
		printf("{\"tests\":%d,\"failed\":%d,\"revision\":\"%s\"}\n", tests, p.errors, m->revision);
	else
		printf("%.*s派单用例 %d 个,%d 个不符\n", (int)text.n, text.n ? text.p : "", tests, p.errors);
	int code = p.errors ? EXIT_REFUSED : EXIT_DONE;
	buf_free(&text);
	problems_free(&p);
	mechanism_release(m);
	return code;
}
