/*
 * session.c - liandongctl session list, session end, code: sessions in browsers, and the codes that open one.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "domain/session.h"
#include <stdio.h>
#include <string.h>

/* All pages as one list. */
static bool gather(struct ctl *ctl, const char *account, struct table *t, json_t *all)
{
	char *next = NULL;
	do {
		json_t *r = ctl_call(ctl, "session.list",
		    json_pack("{s:s*, s:s*}", "account", account, "cursor", next));
		size_t i;
		json_t *one;
		if (!r)
			return false;
		json_array_foreach(json_object_get(r, "sessions"), i, one) {
			const char *cells[] = {ctl_text(one, "session"), ctl_text(one, "account"),
			    ctl_word(ctl_text(one, "role")), ctl_text(one, "unit"),
			    *ctl_text(one, "with") == 't' ? say("令牌", "token") : say("登录码", "code"),
			    ctl_when(ctl, ctl_text(one, "opened_at")),
			    ctl_when(ctl, ctl_text(one, "seen_at")), ctl_when(ctl, ctl_text(one, "until"))};
			table_row(t, cells);
			json_array_append(all, one);
		}
		next = json_object_get(r, "next") ? arena_text(ctl->arena, ctl_text(r, "next")) : NULL;
		json_decref(r);
	} while (next);
	return true;
}

int ctl_session_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"登录", "session"}, {"账号", "account"}, {"角色", "role"},
	    {"单位", "unit"}, {"凭", "with"}, {"登录时间", "opened"}, {"最近使用", "last used"},
	    {"到期", "until"}};
	struct ctl_option o[] = {{.name = "--account"}};
	struct table t;
	if (!ctl_parse_options(ctl, argc, argv, o, 1))
		return EXIT_USAGE;
	json_t *all = json_array();
	table_init(&t, ctl->arena, heads, 8);
	if (!gather(ctl, o[0].value, &t, all)) {
		json_decref(all);
		return EXIT_REFUSED;
	}
	return ctl_show_list(ctl, json_pack("{s:o}", "sessions", all), &t);
}

int ctl_session_end(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--account"}};
	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc + (o[0].value != NULL) != 1)
		return ctl_usage(ctl,
		    say("需要登录编号,或 --account 账号", "a session is expected, or --account ACCOUNT"));
	json_t *r = ctl_call(ctl, "session.end",
	    json_pack("{s:s*, s:s*}", "session", argc ? argv[0] : NULL, "account", o[0].value));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(ctl->english ? "%lld sessions ended\n" : "已结束 %lld 个登录\n",
		    (long long)json_integer_value(json_object_get(r, "ended")));
	json_decref(r);
	return EXIT_DONE;
}

/* Is it one of the units' codes? What is none is an account: a desk may not list accounts. */
static bool is_unit(struct ctl *ctl, const char *name, bool *failed)
{
	bool found = false;
	size_t i;
	json_t *one, *r = ctl_call(ctl, "unit.list", NULL);
	*failed = !r;
	json_array_foreach(json_object_get(r, "units"), i, one)
		found |= strcmp(ctl_text(one, "unit"), name) == 0;
	json_decref(r);
	return found;
}

int ctl_code(struct ctl *ctl, int argc, char **argv)
{
	bool failed;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "单位或账号", "a unit or an account");
	const char *of = is_unit(ctl, argv[0], &failed) ? "unit" : "account";
	if (failed)
		return EXIT_REFUSED;
	json_t *r = ctl_call(ctl, "code.make", json_pack("{s:s}", of, argv[0]));
	if (!r)
		return EXIT_REFUSED;
	const char *code = ctl_text(r, "code");
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(say("账号 %s(%s%s%s)的登录码,只能用一次,%s 前有效:\n%.4s %s\n",
			   "login code of account %s (%s%s%s), good once, until %s:\n%.4s %s\n"),
		    ctl_text(r, "account"), ctl_word(ctl_text(r, "role")),
		    json_object_get(r, "unit") ? " " : "",
		    json_object_get(r, "unit") ? ctl_text(r, "unit") : "",
		    ctl_when(ctl, ctl_text(r, "until")), code, strlen(code) == CODE_LEN ? code + 4 : "");
	json_decref(r);
	return EXIT_DONE;
}
