/*
 * accounts.c - who may give commands. Place: engine. Tokens are known by their SHA-256 only.
 */
#include "base/array.h"
#include "base/log.h"
#include "engine/sessions.h"

#define TOKENS_MOST 2 /* live ones of one account, for rotation */

void want_accounts(struct turn *t, struct job *j)
{
	(void)j;
	t->wants.want_accounts = true;
}

void account_revoke_want(struct turn *t, struct job *j)
{
	want_accounts(t, j);
	sessions_want(t, command_text(j->c, FIELD_NAME));
}

struct wanted {
	const char *name, *unit, *commands, *token_id, *certificate;
	enum account_role role;
	struct digest token;
};

/* A name as a certificate has it: DNS names in lower case. */
static const char *certificate_name(struct turn *t, const char *text)
{
	char *name = arena_text(t->a, text);

	for (char *p = name; p && strncmp(name, "DNS:", 4) == 0 && p[0]; p++)
		if (p - name >= 4 && *p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return name;
}

static bool is_certificate_name(const char *text)
{
	if (strncmp(text, "URI:", 4) != 0 && strncmp(text, "DNS:", 4) != 0)
		return false;
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return !strchr(text, '*');
}

/* A token's digest, or a certificate's name: one of both. */
static bool read_credential(struct turn *t, const struct job *j, struct wanted *w, struct refusal *why)
{
	const char *hash = command_text(j->c, FIELD_TOKEN_HASH);

	if (!hash == !w->certificate)
		return refuse(why, t->a, ERROR_PARAMS, hash ? "certificate" : "token_sha256",
		    "令牌(token_sha256)和证书(certificate)应给出一个,且只一个",
		    "expected one of token_sha256 and certificate");
	if (w->certificate) {
		w->token = account_certificate_token(w->certificate, w->name, t->now);
		return is_certificate_name(w->certificate) ||
		    refuse(why, t->a, ERROR_PARAMS, "certificate",
			"应为证书里的名字(SAN),如 URI:liandong:account:desk1 或 DNS:desk1.example,不含通配符",
			"expected a name of the certificate's SAN such as URI:liandong:account:desk1 or "
			"DNS:desk1.example, without wildcards");
	}
	return digest_from_hex(str_of(hash), &w->token) ||
	    refuse(why, t->a, ERROR_PARAMS, "token_sha256", "应为 64 位十六进制",
		"expected 64 hexadecimal digits");
}

static bool read_wanted(struct turn *t, const struct job *j, struct wanted *w, struct refusal *why)
{
	char id[DIGEST_ID];

	*w = (struct wanted){.name = command_text(j->c, FIELD_NAME),
	    .unit = command_text(j->c, FIELD_UNIT),
	    .commands = command_text(j->c, FIELD_COMMANDS)};
	/* the field's choices are the roles without ROLE_NONE */
	w->certificate = certificate_name(t, command_text(j->c, FIELD_CERTIFICATE));
	w->role = (enum account_role)name_index(role_names, ROLES, command_text(j->c, FIELD_ACCOUNT_ROLE));
	if (!w->name || !read_credential(t, j, w, why))
		return false;
	w->token_id = arena_text(t->a, digest_id(&w->token, id));
	if (w->role == ROLE_LIAISON && !w->unit)
		return refuse(why, t->a, ERROR_PARAMS, "unit", "联络员账号要写明属于哪个成员单位",
		    "a liaison's account names the unit that it belongs to");
	if (w->unit && !act_known_unit(t->m, w->unit, "unit", t->a, why))
		return false;
	/* of the office it says of which house the account is, about which it does not decide */
	if (w->role != ROLE_LIAISON && w->role != ROLE_OFFICE && w->unit)
		return refuse(why, t->a, ERROR_PARAMS, "unit", "只有联络员和联动办的账号属于某个单位",
		    "only accounts of liaisons and of the office belong to a unit");
	if ((w->role == ROLE_INTEGRATION) != (w->commands != NULL))
		return refuse(why, t->a, ERROR_PARAMS, "commands", "接入账号须写明可用的命令,其他账号不写",
		    "an integration names its commands, other accounts do not");
	return true;
}

static bool known_commands(struct turn *t, const char *list, struct refusal *why)
{
	struct str one;

	while ((one = list_next(&list)).n) {
		enum command_kind_id kind = command_find(one);

		if (kind == COMMANDS || command_kinds[kind].internal ||
		    !(command_kinds[kind].roles & 1u << ROLE_INTEGRATION))
			return refuse(why, t->a, ERROR_PARAMS, "commands", "没有可用的命令 %.*s",
			    "there is no command %.*s for it", (int)one.n, one.p);
	}
	return true;
}

static void add_account(struct turn *t, const struct account *who)
{
	ARRAY_ROOM(t->a, t->accounts, t->n_accounts, t->cap_accounts);
	t->accounts[t->n_accounts++] = *who;
}

/* Stored ones with what this turn has made of them: revoked here or there. */
struct account *accounts_all(struct turn *t, size_t *n)
{
	const struct account *stored = t->wants.accounts;
	struct account *all;

	*n = t->wants.n_accounts;
	all = arena_new_array(t->a, struct account, *n + t->n_accounts);
	if (*n)
		memcpy(all, stored, *n * sizeof(*all));
	for (size_t i = 0; i < t->n_accounts; i++) {
		size_t k = 0;

		while (k < *n && !digest_eq(&all[k].token, &t->accounts[i].token))
			k++;
		all[k] = t->accounts[i];
		*n += k == *n;
	}
	return all;
}

/* Fits the account of that name, if there is one. *same: this very token is there already. */
static bool fits_others(struct turn *t, const struct wanted *w, bool *same, struct refusal *why)
{
	size_t n, live = 0;
	struct account *v = accounts_all(t, &n);

	*same = false;
	for (size_t i = 0; i < n; i++) {
		if (w->certificate && text_eq(v[i].certificate, w->certificate) && !v[i].revoked_at) {
			*same = text_eq(v[i].name, w->name);
			return *same ||
			    refuse(why, t->a, ERROR_CONFLICT, "certificate", "这个证书已登记给账号 %s",
				"this certificate belongs to account %s", v[i].name);
		}
		if (digest_eq(&v[i].token, &w->token)) {
			*same = text_eq(v[i].name, w->name) && !v[i].revoked_at;
			return *same ||
			    refuse(why, t->a, ERROR_CONFLICT, "token_sha256", "这个令牌已被使用",
				"this token is in use");
		}
		if (!text_eq(v[i].name, w->name) || v[i].revoked_at)
			continue;
		live += !v[i].certificate == !w->certificate;
		if (v[i].role != w->role || !text_eq(v[i].unit, w->unit) ||
		    !text_eq(v[i].commands, w->commands))
			return refuse(why, t->a, ERROR_CONFLICT, "name",
			    "账号 %s 已存在,角色、单位或可用的命令不同;请先停用",
			    "account %s exists with another role, unit or commands; revoke it first",
			    w->name);
	}
	if (live >= TOKENS_MOST)
		return refuse(why, t->a, ERROR_CONFLICT, "name",
		    w->certificate ? "账号 %s 已登记两个证书;请先停用其中一个"
				   : "账号 %s 已有两个有效令牌;请先停用其中一个",
		    w->certificate ? "account %s has two certificates; revoke one of them first"
				   : "account %s has two live tokens; revoke one of them first",
		    w->name);
	return true;
}

static void account_event(struct turn *t, const struct job *j, enum event_type type, const struct wanted *w)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "name", w->name);
	if (w->role)
		json_text(&json, "role", role_names[w->role]);
	json_text(&json, "unit", w->unit);
	json_text(&json, "commands", w->commands);
	json_text(&json, "token_id", w->token_id);
	json_text(&json, "certificate", w->certificate);
	json_end(&json);
	turn_system_event(t, type, j->c->who.account, j->c->id, buf_view(&b));
	buf_free(&b);
}

static void answer_account(struct turn *t, struct job *j, const struct wanted *w, bool happened)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	j->reply.seq = happened ? t->next_seq - 1 : 0;
	json_begin(&json, NULL);
	json_text(&json, "name", w->name);
	if (w->role)
		json_text(&json, "role", role_names[w->role]);
	json_text(&json, "unit", w->unit);
	json_text(&json, "token_id", w->token_id);
	json_text(&json, "certificate", w->certificate);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}

/* Where two administrators are asked for, one alone makes no second one: neither an account nor another's token, with which it would
 * agree with itself. They are made at the own socket of the server: a person who has that can do everything anyway. */
static bool may_make(struct turn *t, const struct job *j, const struct wanted *w, struct refusal *why)
{
	const struct principal *by = &j->c->who;

	if (w->role != ROLE_ADMIN || by->role == ROLE_LOCAL || t->m->policy.approval.moved < 0 ||
	    text_eq(w->name, by->account))
		return true;
	return refuse(why, t->a, ERROR_FORBIDDEN, "role",
	    "policy.yaml 写了 second_admin:别的管理员账号和它的令牌只能在服务器上添加(liandongctl account "
	    "add %s --role admin)",
	    "policy.yaml has second_admin: another administrator's account or token is added at the server "
	    "(liandongctl account add %s --role admin)",
	    w->name);
}

void account_add_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct wanted w;
	bool same;

	if (!read_wanted(t, j, &w, &why) || !known_commands(t, w.commands, &why) ||
	    !fits_others(t, &w, &same, &why) || (!same && !may_make(t, j, &w, &why))) {
		job_refuse(t, j, &why);
		return;
	}
	if (!same) {
		add_account(t,
		    &(struct account){.name = w.name,
			.role = w.role,
			.unit = w.unit,
			.commands = w.commands,
			.token = w.token,
			.certificate = w.certificate,
			.made_at = t->now});
		account_event(t, j, EVENT_ACCOUNT_ADDED, &w);
	}
	answer_account(t, j, &w, !same);
}

/* Is this one of the tokens that the command names: all of the account's, or the one of that id? */
static bool named(const struct account *who, const char *name, const char *token_id)
{
	char hex[DIGEST_HEX];

	return text_eq(who->name, name) &&
	    (!token_id || strncmp(digest_hex(&who->token, hex), token_id, strlen(token_id)) == 0);
}

/* The tokens named, in front; *live of them are not revoked. Returns how many. */
static size_t keep_named(struct account *v, size_t n, const char *name, const char *token_id, size_t *live)
{
	size_t kept = 0;

	*live = 0;
	for (size_t i = 0; i < n; i++) {
		if (!named(&v[i], name, token_id))
			continue;
		*live += !v[i].revoked_at;
		v[kept++] = v[i];
	}
	return kept;
}

static bool may_revoke(struct turn *t, const struct wanted *w, size_t found, size_t live, struct refusal *why)
{
	if (!found && w->token_id)
		return refuse(why, t->a, ERROR_NOT_FOUND, "token_id", "账号 %s 没有令牌 %s",
		    "account %s has no token %s", w->name, w->token_id);
	if (!found)
		return refuse(why, t->a, ERROR_NOT_FOUND, "name", "没有账号 %s", "there is no account %s",
		    w->name ? w->name : "");
	if (w->token_id && live > 1)
		return refuse(why, t->a, ERROR_CONFLICT, "token_id",
		    "账号 %s 有不止一个令牌以 %s 开头,请写得长些",
		    "account %s has more than one token that begins with %s; give more of it", w->name,
		    w->token_id);
	return true;
}

/* All its live tokens, or the one that is named. A second revocation changes nothing. */
void account_revoke_run(struct turn *t, struct job *j)
{
	struct wanted w = {
	    .name = command_text(j->c, FIELD_NAME), .token_id = command_text(j->c, FIELD_TOKEN_ID)};
	struct refusal why;
	size_t n, live;
	struct account *v = accounts_all(t, &n);

	n = keep_named(v, n, w.name, w.token_id, &live);
	if (!may_revoke(t, &w, n, live, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!v[i].revoked_at) {
			v[i].revoked_at = t->now;
			add_account(t, &v[i]);
		}
	if (live) {
		account_event(t, j, EVENT_ACCOUNT_REVOKED, &w);
		sessions_revoked(t, j, w.name);
	}
	answer_account(t, j, &w, live > 0);
}
