/*
 * account.c - liandongctl account add, list, revoke. The token is made here and shown once; the
 * daemon is handed its SHA-256 and never sees it.
 */
#include "ctl/ctl.h"
#include "base/digest.h"
#include "base/reason.h"
#include <errno.h>
#include <stdio.h>

#define TOKEN_BYTES 32 /* 256 random bits */

/* A client's certificate instead of a token: there is nothing to show once. */
static int add_certificate(struct ctl *ctl, const char *name, json_t *params, const char *certificate)
{
	json_t *r;
	json_object_set_new(params, "certificate", json_string(certificate));
	r = ctl_call(ctl, "account.add", params);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(say("账号 %s 已登记证书 %s(标识 %s),持这个证书连接即以它登录\n",
			   "account %s has the certificate %s (%s): a connection with it is this account\n"),
		    name, certificate, ctl_text(r, "token_id"));
	json_decref(r);
	return EXIT_DONE;
}

/* The token is shown once. One that did not get where it was to go can be used by no person, but by one who finds a piece of it. */
static int take_back(struct ctl *ctl, const char *name, const char *token_id)
{
	int why = errno;
	json_t *r =
	    ctl_call(ctl, "account.revoke", json_pack("{s:s, s:s}", "name", name, "token_id", token_id));

	json_decref(r);
	return ctl_fail(r
		? say("令牌没有写出去(%s),已停用:换一个地方再执行一次",
		      "the token could not be written (%s) and is revoked: run it again with another place")
		: say("令牌没有写出去(%s),也没有停用:用 account revoke 停用",
		      "the token could not be written (%s), and is not revoked: use account revoke"),
	    system_reason(why, ctl->english));
}

static int add_token(struct ctl *ctl, const char *name, json_t *params, const struct ctl_option *o)
{
	unsigned char secret[TOKEN_BYTES];
	char token[4 + 2 * TOKEN_BYTES + 1] = "ldt_", hex[DIGEST_HEX];
	random_bytes(secret, sizeof secret);
	hex_of(secret, sizeof secret, token + 4);
	struct digest digest = digest_of(str_of(token));
	json_object_set_new(params, "token_sha256", json_string(digest_hex(&digest, hex)));
	json_t *r = ctl_call(ctl, "account.add", params);
	if (!r)
		return EXIT_REFUSED;
	json_t *shown = json_pack("{s:s, s:s, s:s*, s:s, s:s}", "name", name, "role", o[0].value, "unit",
	    o[1].value, "token", token, "token_id", ctl_text(r, "token_id"));
	if (ctl->json)
		ctl_print_json(shown);
	else
		printf(say("账号 %s(%s%s%s)的令牌(标识 %s),只显示这一次:\n%s\n",
			   "account %s (%s%s%s): token %s, shown this once:\n%s\n"),
		    name, ctl_word(o[0].value), o[1].value ? " " : "", o[1].value ? o[1].value : "",
		    ctl_text(r, "token_id"), token);
	int code = fflush(stdout) == 0 ? EXIT_DONE : take_back(ctl, name, ctl_text(r, "token_id"));
	json_decref(shown);
	json_decref(r);
	return code;
}

int ctl_account_add(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {
	    {.name = "--role"}, {.name = "--unit"}, {.name = "--commands"}, {.name = "--certificate"}};
	argc = ctl_parse(ctl, argc, argv, o, 4);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1 || !o[0].value)
		return ctl_usage(ctl, say("需要账号和 --role", "an account and --role are expected"));
	json_t *params = json_pack("{s:s, s:s}", "name", argv[0], "role", o[0].value);
	if (o[1].value)
		json_object_set_new(params, "unit", json_string(o[1].value));
	if (o[2].value)
		json_object_set_new(params, "commands", ctl_codes(o[2].value));
	return o[3].value ? add_certificate(ctl, argv[0], params, o[3].value)
			  : add_token(ctl, argv[0], params, o);
}

int ctl_account_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"账号", "account"}, {"角色", "role"}, {"单位", "unit"},
	    {"令牌标识", "token"}, {"证书", "certificate"}, {"新建", "added"}, {"停用", "revoked"}};
	struct table t;
	size_t i;
	json_t *one;
	if (argc != 0)
		return ctl_too_many(ctl, argv[0]);
	json_t *r = ctl_call(ctl, "account.list", NULL);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 7);
	json_array_foreach(json_object_get(r, "accounts"), i, one) {
		const char *cells[] = {ctl_text(one, "name"), ctl_word(ctl_text(one, "role")),
		    ctl_text(one, "unit"), ctl_text(one, "token_id"), ctl_text(one, "certificate"),
		    ctl_when(ctl, ctl_text(one, "made_at")), ctl_when(ctl, ctl_text(one, "revoked_at"))};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

int ctl_account_revoke(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--token"}};
	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "账号", "an account");
	json_t *r = ctl_call(ctl, "account.revoke",
	    json_pack("{s:s, s:s*}", "name", argv[0], "token_id", o[0].value));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else if (o[0].value)
		printf(say("账号 %s 的令牌 %s 已停用,即刻失效;其他令牌照常\n",
			   "account %s: token %s is revoked at once; its others stay\n"),
		    argv[0], o[0].value);
	else
		printf(say("账号 %s 已停用,其全部令牌即刻失效\n",
			   "account %s is revoked, and all its tokens at once\n"),
		    argv[0]);
	json_decref(r);
	return EXIT_DONE;
}
