/*
 * route.c - liandongctl route explain: offline, from the files, so that a change can be tried before it goes live. `route explain NUMBER` asks the daemon about a stored incident.
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

#define MATCHED_SHOWN 4 /* so that the whole is at most twelve lines */

static void trace(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct json *j = arg;
	json_begin(j, NULL);
	json_text(j, "rule", rule->id);
	json_int(j, "line", rule->line);
	json_bool(j, "matched", matched);
	json_text(j, "condition", condition);
	json_end(j);
}

/* As route.explain answers it. The caller owns the tree. */
static json_t *explained(struct ctl *ctl, const struct mechanism *m, const struct route_query *q)
{
	struct buf out = {0};
	struct json j = json_to(&out);
	struct route route;
	json_begin(&j, NULL);
	json_list(&j, "rules");
	routing_explain(m, q, &route, trace, &j);
	json_close(&j);
	render_route(&j, "route", &route, m, ctl->arena);
	json_end(&j);
	json_t *tree = json_loadb(out.p, out.n, 0, NULL);
	buf_free(&out);
	return tree;
}

/* 市城市管理局(urban-management), by the files, or of a stored incident by the daemon. */
static const char *unit_words(struct ctl *ctl, const struct mechanism *m, const char *id)
{
	const struct unit *u = m && id ? mechanism_unit(m, id) : NULL;
	if (!m && id)
		return ctl_unit_words(ctl, id);
	return u ? arena_printf(ctl->arena, "%s(%s)", u->name, u->id) : id;
}

static void show_units(struct ctl *ctl, const struct mechanism *m, const json_t *route, const char *role)
{
	const json_t *list = json_object_get(route, role);
	json_t *one;
	size_t i;
	if (json_array_size(list) == 0)
		return;
	printf("%s  ", ctl_word(role));
	json_array_foreach(list, i, one)
		printf("%s%s", i ? say("、", ", ") : "", unit_words(ctl, m, json_string_value(one)));
	putchar('\n');
}

static void show_answer(struct ctl *ctl, const struct mechanism *m, const json_t *route)
{
	const char *lead = ctl_text(route, "lead"), *category = ctl_text(route, "category");
	printf(say("主办  %s\n", "lead  %s\n"),
	    *lead ? unit_words(ctl, m, lead)
		: json_is_true(json_object_get(route, "record_only"))
		? say("只登记,不派单", "none: it is recorded only")
		: say("没有", "none"));
	show_units(ctl, m, route, "assist");
	show_units(ctl, m, route, "inform");
	printf(say("依据  %s:%s%s\n", "because  %s: %s%s\n"), ctl_text(route, "rule"),
	    ctl_text(route, "because"),
	    json_is_true(json_object_get(route, "unmatched")) ? say("(未匹配)", " (nothing matched)") : "");
	printf(say("类别  %s %s\n级别  %s%s\n区域  %s%s\n", "category  %s %s\npriority  %s%s\nzone  %s%s\n"),
	    *category ? category : say("无", "none"), ctl_text(route, "category_name"),
	    ctl_text(route, "priority"),
	    json_is_true(json_object_get(route, "police")) ? say("(同时派警)", " (police, too)") : "",
	    ctl_word(ctl_text(route, "zone")),
	    json_is_true(json_object_get(route, "zone_assumed"))
		? say("(未给区域,按城区)", " (no area was given: the city is assumed)")
		: "");
}

/* 用语  “煤气味” “楼道” */
static void show_words(const json_t *r)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(r, "words"), i, one)
		printf("%s“%s”", i ? " " : say("用语  ", "words  "), json_string_value(one));
	if (json_array_size(json_object_get(r, "words")))
		putchar('\n');
}

/* First the answer, then why: the rules that matched, or all of them with the condition that decided. */
static void show_explained(struct ctl *ctl, const struct mechanism *m, const json_t *tree, bool all)
{
	json_t *one;
	size_t i;
	int n = 0;
	show_answer(ctl, m, json_object_get(tree, "route"));
	ctl_show_choice(json_object_get(tree, "route"));
	show_words(tree);
	json_array_foreach(json_object_get(tree, "rules"), i, one) {
		bool matched = json_is_true(json_object_get(one, "matched"));
		n += matched;
		if (all || (matched && n <= MATCHED_SHOWN))
			printf(say("  %s %s(第 %lld 行):%s\n", "  %s %s (line %lld): %s\n"),
			    matched ? "✓" : "✗", ctl_text(one, "rule"),
			    (long long)json_integer_value(json_object_get(one, "line")),
			    ctl_text(one, "condition"));
	}
	if (!all)
		printf(say("看过 %zu 条规则,适用 %d 条;逐条的理由:--all\n",
			   "%zu rules were looked at, %d matched; why each did or did not: --all\n"),
		    json_array_size(json_object_get(tree, "rules")), n);
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

/* As the daemon would: by the model that it has, or that these files make. */
static void ask_model(struct ctl *ctl, const struct mechanism *m, struct route_query *q)
{
	struct problems p;
	struct text_decider texts;
	if (!q->description)
		return;
	problems_init(&p, ctl->english);
	texts = ctl_texts(ctl, m, &p);
	text_decider_ask(&texts, q);
	text_decider_free(&texts);
	problems_free(&p);
}

/* As a report would be taken; what is odd about it is said, of what was typed: what a question leaves out is none. */
static struct route_query resolved(struct ctl *ctl, const struct command *c, struct field_set typed,
    const struct mechanism *m)
{
	int64_t now = clock_wall().ms;
	struct warnings *warnings = warnings_of(c, ctl->arena);
	struct route_query q = lifecycle_query(resolve_report(c, m, now, warnings, ctl->arena), now);
	struct buf b = {0};
	for (int i = 0; i < warnings->n; i++) {
		if (!command_has(c, warnings->v[i].field) && !field_in(typed, warnings->v[i].field))
			continue;
		buf_reset(&b);
		warning_sentence(&warnings->v[i], ctl->english, &b);
		fprintf(stderr, "%.*s\n", (int)b.n, b.p);
	}
	buf_free(&b);
	return q;
}

static int show_tree(struct ctl *ctl, const struct mechanism *m, json_t *tree, bool all)
{
	if (!tree)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(tree);
	else
		show_explained(ctl, m, tree, all);
	json_decref(tree);
	return EXIT_DONE;
}

int ctl_route_explain(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--category"}, {.name = "--priority"}, {.name = "--area"},
	    {.name = "--address"}, {.name = "--units"}, {.name = "--at"}, {.name = "--description"},
	    {.name = "--all", .flag = true}};
	static const enum field fields[] = {FIELD_CATEGORY, FIELD_PRIORITY, FIELD_AREA, FIELD_ADDRESS,
	    FIELD_UNITS, FIELD_RECEIVED_AT, FIELD_DESCRIPTION};
	struct command c = {.kind = COMMAND_ROUTE_EXPLAIN};
	struct field_set any = NO_FIELDS;
	argc = ctl_parse(ctl, argc, argv, o, 8);
	if (argc < 0)
		return EXIT_USAGE;
	for (int i = 0; i < 7; i++)
		if (o[i].value)
			field_put(&any, fields[i]);
	/* a single plain word of the number's alphabet, and nothing else, is a stored incident's number */
	if (argc == 1 && !fields_any(any) &&
	    strspn(argv[0], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") ==
		strlen(argv[0]))
		return show_tree(ctl, NULL,
		    ctl_call(ctl, "route.explain", json_pack("{s:s}", "number", argv[0])), o[7].value);
	if (argc > 1 || (argc == 0 && !fields_any(any)))
		return ctl_usage(ctl, "%s",
		    say("需要一段描述、一个警情编号或至少一个选项",
			"expected: a description, the number of an incident, or an option"));
	if (argc == 1)
		o[6].value = argv[0];
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	bool good = fill(ctl, &c, o, fields, 7);
	if (good) {
		struct route_query q = resolved(ctl, &c, any, m);
		ask_model(ctl, m, &q);
		show_tree(ctl, m, explained(ctl, m, &q), o[7].value);
	}
	mechanism_release(m);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
