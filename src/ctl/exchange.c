/*
 * exchange.c - liandongctl exchange, exchange differences, compare, handover: what partners (the 12345 centre) were told, and
 * what is open on one side alone.
 */
#include "ctl/ctl.h"
#include "base/arena.h"

#include <stdio.h>
#include <string.h>

/* A word of a program as people say it; itself where it is none of these. */
static const char *word_of(const char *word)
{
	static const struct coded words[] = {{"hand-over", {"转办", "hand-over"}},
	    {"amend", {"更正", "amendment"}}, {"urge", {"催促", "urging"}},
	    {"decision", {"申请的决定", "decision"}}, {"withdraw", {"撤回", "withdrawal"}},
	    {"waiting", {"待收下", "waiting"}}, {"taken", {"已收下", "taken"}},
	    {"dropped", {"不再送", "dropped"}}, {"ours", {"只有本系统未结", "open here alone"}},
	    {"theirs", {"只有对方未结", "open there alone"}},
	    {"number", {"对方的工单号不同", "another number there"}}};

	const char *said = coded_said(words, sizeof words / sizeof *words, word);

	return said ? said : word;
}

/* -- what was handed over ------------------------------------------------------------------------- */

static void message_row(struct ctl *ctl, struct table *t, const json_t *one)
{
	const char *cells[] = {ctl_text(one, "notice"), ctl_when(ctl, ctl_text(one, "at")),
	    ctl_text(one, "partner"), word_of(ctl_text(one, "kind")), ctl_text(one, "dispatch"),
	    arena_printf(ctl->arena, "%s%s", word_of(ctl_text(one, "state")),
		json_is_true(json_object_get(one, "told")) ? say(" 已告知接警台", " the desk knows") : ""),
	    ctl_text(one, "ticket"),
	    arena_printf(ctl->arena, "%lld %s", (long long)json_integer_value(json_object_get(one, "tries")),
		ctl_text(one, "outcome"))};

	table_row(t, cells);
}

static json_t *filter_of(const struct ctl_option *o, uint64_t limit)
{
	static const char *const names[] = {"partner", "dispatch", "number", "cursor"};
	json_t *params = json_object();

	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		if (o[k].value)
			json_object_set_new(params, names[k], json_string(o[k].value));
	if (o[4].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	if (o[5].value)
		json_object_set_new(params, "open", json_true());
	return params;
}

int ctl_exchange(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"消息", "message"}, {"时间", "time"}, {"平台", "partner"},
	    {"事项", "what"}, {"指令", "dispatch"}, {"状态", "state"}, {"工单号", "ticket"},
	    {"送了几次", "tries"}};
	struct ctl_option o[] = {{.name = "--partner"}, {.name = "--dispatch"}, {.name = "--incident"},
	    {.name = "--cursor"}, {.name = "--limit"}, {.name = "--open", .flag = true}};
	struct table t;
	uint64_t limit = 0;
	size_t i;
	json_t *one, *r;

	if (!ctl_parse_options(ctl, argc, argv, o, 6))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[4].value, &limit))
		return EXIT_USAGE;
	r = ctl_call(ctl, "exchange.list", filter_of(o, limit));
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 8);
	json_array_foreach(json_object_get(r, "messages"), i, one)
		message_row(ctl, &t, one);
	return ctl_show_list(ctl, r, &t);
}

/* -- what differs ------------------------------------------------------------------------------- */

static void print_comparison(struct ctl *ctl, const json_t *p)
{
	const char *at = ctl_text(p, "compared_at"), *failed = ctl_text(p, "failed_at");

	printf("%s  %s\n", ctl_text(p, "partner"), ctl_text(p, "unit_name"));
	if (*at)
		printf(say("核对  %s:本系统未结 %lld,对方未结 %lld\n",
			   "compared  %s: open here %lld, there %lld\n"),
		    ctl_when(ctl, at), (long long)json_integer_value(json_object_get(p, "ours")),
		    (long long)json_integer_value(json_object_get(p, "theirs")));
	else
		puts(say("还没有核对过", "not compared yet"));
	if (*failed)
		printf(say("没有核对成  %s %s\n", "could not be compared  %s %s\n"), ctl_when(ctl, failed),
		    ctl_text(p, "outcome"));
	if (*ctl_text(p, "next_at"))
		printf(say("下一次  %s\n", "next  %s\n"), ctl_when(ctl, ctl_text(p, "next_at")));
	printf(say("还没有收下的消息  %lld\n", "messages not taken yet  %lld\n"),
	    (long long)json_integer_value(json_object_get(p, "waiting")));
}

static void print_differences(struct ctl *ctl, const json_t *p)
{
	static const struct both heads[] = {
	    {"差异", "difference"}, {"指令", "dispatch"}, {"工单号", "ticket"}, {"本系统", "here"}};
	struct table t;
	size_t i;
	json_t *one;

	table_init(&t, ctl->arena, heads, 4);
	json_array_foreach(json_object_get(p, "differences"), i, one) {
		const char *state = ctl_text(one, "state");
		const char *cells[] = {word_of(ctl_text(one, "side")), ctl_text(one, "dispatch"),
		    ctl_text(one, "ticket"), *state ? ctl_word(state) : say("没有这一条", "not known")};

		table_row(&t, cells);
	}
	if (t.rows > 0)
		table_print(&t);
	else if (*ctl_text(p, "compared_at"))
		puts(say("没有差异", "no differences"));
}

static int show(struct ctl *ctl, json_t *r)
{
	size_t i;
	json_t *p;

	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		return ctl_print_json(r);
	json_array_foreach(json_object_get(r, "partners"), i, p) {
		if (i)
			putchar('\n');
		print_comparison(ctl, p);
		print_differences(ctl, p);
	}
	json_decref(r);
	return EXIT_DONE;
}

int ctl_exchange_differences(struct ctl *ctl, int argc, char **argv)
{
	if (argc > 1)
		return ctl_too_many(ctl, argv[1]);
	return show(ctl,
	    ctl_call(ctl, "exchange.differences",
		argc ? json_pack("{s:s}", "partner", argv[0]) : json_object()));
}

int ctl_exchange_compare(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "对方平台的名称", "the name of a partner");
	return show(ctl, ctl_call(ctl, "exchange.compare", json_pack("{s:s}", "partner", argv[0])));
}

/* -- what was issued before --------------------------------------------------------------------- */

static int show_open(struct ctl *ctl, json_t *r)
{
	size_t i;
	json_t *one;

	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		return ctl_print_json(r);
	json_array_foreach(json_object_get(r, "dispatches"), i, one)
		puts(json_string_value(one));
	printf(json_is_true(json_object_get(r, "queued"))
		? say("%lld 条没有送过,已经排队,一秒一条(exchange --open);另有 %lld 条送过或不送\n",
		      "%lld were not handed over, and wait now, one a second (exchange --open); %lld were, "
		      "or are "
		      "not to be\n")
		: say("%lld 条没有送过(不写 --dry-run 就排队);另有 %lld 条送过或不送\n",
		      "%lld were not handed over (without --dry-run they are); %lld were, or are not to "
		      "be\n"),
	    (long long)json_integer_value(json_object_get(r, "count")),
	    (long long)json_integer_value(json_object_get(r, "already")));
	json_decref(r);
	return EXIT_DONE;
}

int ctl_exchange_handover(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--dry-run", .flag = true}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "对方平台的名称", "the name of a partner");
	return show_open(ctl,
	    ctl_call(ctl, "exchange.handover",
		json_pack("{s:s, s:b}", "partner", argv[0], "on", o[0].value == NULL)));
}
