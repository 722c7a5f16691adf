/*
 * notices.c - liandongctl notices, notice retry, notice drop: what went out, what did not, and what is to be done with it.
 */
#include "ctl/ctl.h"
#include "base/arena.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "指令", "指令(演练)" */
static const char *class_of(struct ctl *ctl, const json_t *one, const char *class)
{
	const char *name = ctl_notice_word(NOTED_CLASS, class);

	return json_is_true(json_object_get(one, "drill"))
	    ? arena_printf(ctl->arena, "%s%s", name, say("(演练)", " (drill)"))
	    : name;
}

/* An instruction of which no notice was made. */
static void row_without_channel(struct ctl *ctl, struct table *t, const json_t *one)
{
	const char *state = ctl_notice_word(NOTED_WHY, "no-channel");
	const char *cells[] = {"", ctl_when(ctl, ctl_text(one, "at")), class_of(ctl, one, "instruction"),
	    ctl_text(one, "dispatch"), ctl_text(one, "unit"), ctl_notice_word(NOTED_WHO, "duty"),
	    *ctl_text(one, "to_phone")
		? arena_printf(ctl->arena, "%s %s", state, say("待电话", "(to be phoned)"))
		: state,
	    ""};

	table_row(t, cells);
}

static void row_of(struct ctl *ctl, struct table *t, const json_t *one)
{
	const char *about = ctl_text(one, "dispatch"), *outcome = ctl_text(one, "outcome");
	const char *cells[] = {ctl_text(one, "notice"), ctl_when(ctl, ctl_text(one, "at")),
	    class_of(ctl, one, ctl_text(one, "class")), *about ? about : ctl_text(one, "incident"),
	    ctl_text(one, "unit"), ctl_notice_word(NOTED_WHO, ctl_text(one, "role")),
	    arena_printf(ctl->arena, "%s%s%s", ctl_notice_word(NOTED_STATE, ctl_text(one, "state")),
		*outcome ? " " : "", ctl_notice_word(NOTED_WHY, outcome)),
	    ctl_notice_ways(ctl->arena, one, false)};

	table_row(t, cells);
}

static json_t *filter_of(const struct ctl_option *o, uint64_t limit)
{
	static const char *const names[] = {"state", "unit", "dispatch", "number", "cursor"};
	json_t *params = json_object();

	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		if (o[k].value)
			json_object_set_new(params, names[k], json_string(o[k].value));
	if (o[6].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	if (o[5].value)
		json_object_set_new(params, "state", json_string("dead"));
	if (o[7].value)
		json_object_set_new(params, "open", json_true());
	return params;
}

static const struct both heads[] = {{"通知", "notice"}, {"时间", "time"}, {"类别", "class"},
    {"指令", "dispatch"}, {"单位", "unit"}, {"谁", "to whom"}, {"状态", "state"}, {"通道", "channels"}};

void ctl_show_notices(struct ctl *ctl, const char *number)
{
	json_t *one, *r = ctl_call_quietly(ctl, "notice.list", json_pack("{s:s}", "number", number));
	struct table t;
	size_t i;

	table_init(&t, ctl->arena, heads, 8);
	json_array_foreach(json_object_get(r, "notices"), i, one)
		row_of(ctl, &t, one);
	if (t.rows > 0) {
		table_print(&t);
		putchar('\n');
	}
	json_decref(r);
}

/* A unit, or one of those that notices.yaml names beside them. */
static bool is_recipient(struct ctl *ctl, const char *unit)
{
	static const char *const others[] = {"desk", "shift-leader", "office"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i], unit) == 0)
			return true;
	return strcmp(ctl_unit_words(ctl, unit), unit) != 0;
}

/* A line for each channel that is held, or that the notice waits for. */
static void show_held(struct ctl *ctl, const json_t *channels)
{
	size_t i;
	json_t *one;

	json_array_foreach(channels, i, one)
		printf(say("通道 %s:%s\n", "channel %s: %s\n"), ctl_text(one, "channel"),
		    ctl_notice_held(ctl->arena, one));
}

int ctl_notices(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--state"}, {.name = "--unit"}, {.name = "--dispatch"},
	    {.name = "--incident"}, {.name = "--cursor"}, {.name = "--dead", .flag = true},
	    {.name = "--limit"}, {.name = "--open", .flag = true}};
	struct table t;
	uint64_t limit = 0;
	size_t i;
	json_t *one, *r;

	if (!ctl_parse_options(ctl, argc, argv, o, 8))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[6].value, &limit))
		return EXIT_USAGE;
	r = ctl_call(ctl, "notice.list", filter_of(o, limit));
	if (!r)
		return EXIT_REFUSED;
	if (o[1].value && !json_array_size(json_object_get(r, "notices")) && !is_recipient(ctl, o[1].value)) {
		json_decref(r);
		return ctl_fail(say("没有单位 %s", "there is no unit %s"), o[1].value);
	}
	table_init(&t, ctl->arena, heads, 8);
	json_array_foreach(json_object_get(r, "notices"), i, one)
		row_of(ctl, &t, one);
	json_array_foreach(json_object_get(r, "without_channel"), i, one)
		row_without_channel(ctl, &t, one);
	if (!ctl->json)
		show_held(ctl, json_object_get(r, "channels"));
	return ctl_show_list(ctl, r, &t);
}

static int tell(struct ctl *ctl, json_t *r, const char *zh, const char *en)
{
	if (!r)
		return EXIT_REFUSED;
	if (!ctl->json)
		printf("%lld %s\n", (long long)json_integer_value(json_object_get(r, "notices")),
		    ctl->english ? en : zh);
	if (!ctl->json)
		show_held(ctl, json_object_get(r, "waits"));
	else
		ctl_print_json(r);
	json_decref(r);
	return EXIT_DONE;
}

/* One command takes some hundreds: as many as it needs, and on a terminal how far it has come. */
static json_t *retry_all(struct ctl *ctl)
{
	json_t *r, *params = json_pack("{s:b}", "all", 1);
	bool shown = false;
	int64_t n = 0;

	while ((r = ctl_call(ctl, "notice.retry", params))) {
		const char *next = ctl_text(r, "next");

		n += json_integer_value(json_object_get(r, "notices"));
		if (!*next)
			break;
		if (isatty(2)) {
			fprintf(stderr, say("\r再发 %lld 条 …", "\r%lld sent again …"), (long long)n);
			shown = true;
		}
		params = json_pack("{s:b, s:s}", "all", 1, "cursor", next);
		json_decref(r);
	}
	if (shown)
		fputs("\r\033[K", stderr);
	if (r)
		json_object_set_new(r, "notices", json_integer(n));
	else if (n > 0)
		fprintf(stderr,
		    say("已再发 %lld 条,还有没有再发的\n", "%lld were sent again, others are left\n"),
		    (long long)n);
	return r;
}

int ctl_notice_retry(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--all", .flag = true}};
	json_t *r;

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != (o[0].value ? 0 : 1))
		return ctl_usage(ctl, say("需要一个通知编号,或 --all", "a notice's id, or --all"));
	r = o[0].value ? retry_all(ctl)
		       : ctl_call(ctl, "notice.retry", json_pack("{s:s}", "notice", argv[0]));
	return tell(ctl, r, "条再发", "sent again");
}

int ctl_notice_drop(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--why"}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1 || !o[0].value)
		return ctl_usage(ctl,
		    say("需要一个通知编号和缘由:--why \"已经打电话\"",
			"a notice's id, and why: --why \"phoned\""));
	return tell(ctl,
	    ctl_call(ctl, "notice.drop", json_pack("{s:s, s:s}", "notice", argv[0], "why", o[0].value)),
	    "条不再发", "dropped");
}

/* -- replies that were not taken ---------------------------------------------------------------- */

const char *ctl_reply_why(struct arena *a, const json_t *reply)
{
	const char *why = ctl_notice_word(NOTED_REPLY, ctl_text(reply, "reason"));
	const char *dispatch = ctl_text(reply, "dispatch");

	return *dispatch ? arena_printf(a, "%s %s", why, dispatch) : why;
}

int ctl_notice_replies(struct ctl *ctl, int argc, char **argv)
{
	static const struct both names[] = {{"时间", "time"}, {"单位", "unit"}, {"号码", "phone"},
	    {"内容", "text"}, {"为什么没有采用", "why it was not taken"}};
	struct ctl_option o[] = {{.name = "--limit"}, {.name = "--cursor"}};
	json_t *params = json_object(), *one, *r;
	uint64_t limit = 0;
	struct table t;
	size_t i;

	if (!ctl_parse_options(ctl, argc, argv, o, 2) || !ctl_limit(ctl, o[0].value, &limit)) {
		json_decref(params);
		return EXIT_USAGE;
	}
	if (o[0].value)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	if (o[1].value)
		json_object_set_new(params, "cursor", json_string(o[1].value));
	r = ctl_call(ctl, "notice.replies", params);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, names, 5);
	json_array_foreach(json_object_get(r, "replies"), i, one) {
		const char *cells[] = {ctl_when(ctl, ctl_text(one, "at")), ctl_text(one, "unit"),
		    ctl_text(one, "phone"), ctl_text(one, "text"), ctl_reply_why(ctl->arena, one)};

		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}
