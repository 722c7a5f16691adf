/*
 * sessions.c - sessions of people in browsers, and the codes that open one.
 *
 * Place: engine. A front end has checked the token or the code; here it is checked again, because what it read may
 * have changed since. What a session's browser shows, and a code, are known by their SHA-256 only; the code that is
 * made here leaves in the reply alone.
 */
#include "engine/sessions.h"
#include "base/array.h"
#include "domain/resolve.h"

#include <string.h>

/* -- what the turn knows of them ------------------------------------------------------------ */

static struct store_want_sessions *want(struct turn *t)
{
	ARRAY_ROOM(t->a, t->wants.sessions, t->wants.n_sessions, t->cap_want_sessions);
	t->wants.sessions[t->wants.n_sessions] = (struct store_want_sessions){0};
	return &t->wants.sessions[t->wants.n_sessions++];
}

void sessions_want(struct turn *t, const char *account)
{
	if (account)
		want(t)->account = account;
}

static void add_session(struct turn *t, int what, const struct page_session *s)
{
	ARRAY_ROOM(t->a, t->sessions, t->n_sessions, t->cap_sessions);
	t->sessions[t->n_sessions].what = what;
	t->sessions[t->n_sessions++].s = *s;
}

static void add_code(struct turn *t, bool gone, const struct login_code *c)
{
	ARRAY_ROOM(t->a, t->codes, t->n_codes, t->cap_codes);
	t->codes[t->n_codes++] = (struct store_code){gone, *c};
}

/* Has this turn ended it, or seen it in use? The last word counts. */
static bool is_live(const struct turn *t, struct page_session *s)
{
	for (size_t i = 0; i < t->n_sessions; i++)
		if (digest_eq(&t->sessions[i].s.secret, &s->secret)) {
			if (t->sessions[i].what == SESSION_GONE)
				return false;
			*s = t->sessions[i].s;
		}
	return s->until > t->now;
}

struct found_sessions {
	struct page_session *v;
	size_t n, cap;
};

static void find(struct turn *t, struct found_sessions *f, const struct page_session *one)
{
	struct page_session s = *one;

	for (size_t i = 0; i < f->n; i++)
		if (digest_eq(&f->v[i].secret, &s.secret))
			return;
	if (!is_live(t, &s))
		return;
	ARRAY_ROOM(t->a, f->v, f->n, f->cap);
	f->v[f->n++] = s;
}

/* The account's live sessions: stored ones, with what this turn has made of them. They were wanted. */
static struct found_sessions sessions_of(struct turn *t, const char *account)
{
	struct found_sessions f = {0};

	for (size_t i = 0; i < t->wants.n_sessions; i++)
		for (size_t k = 0; k < t->wants.sessions[i].n; k++)
			if (text_eq(t->wants.sessions[i].v[k].account, account))
				find(t, &f, &t->wants.sessions[i].v[k]);
	for (size_t i = 0; i < t->n_sessions; i++)
		if (t->sessions[i].what == SESSION_ADD && text_eq(t->sessions[i].s.account, account))
			find(t, &f, &t->sessions[i].s);
	return f;
}

/* The live one of that id; false: there is none. */
static bool session_named(struct turn *t, const char *id, struct page_session *out)
{
	for (size_t i = 0; i < t->wants.n_sessions; i++)
		for (size_t k = 0; k < t->wants.sessions[i].n; k++) {
			*out = t->wants.sessions[i].v[k];
			if (text_eq(out->id, id))
				return is_live(t, out);
		}
	return false;
}

/* The account's code, good or run out; NULL: there is none, or this turn has used it. */
static const struct login_code *code_of(const struct turn *t, const char *account)
{
	const struct login_code *c = NULL;

	for (size_t i = 0; i < t->wants.n_sessions; i++)
		if (text_eq(t->wants.sessions[i].account, account))
			c = t->wants.sessions[i].code;
	for (size_t i = 0; i < t->n_codes; i++)
		if (text_eq(t->codes[i].c.account, account))
			c = t->codes[i].gone ? NULL : &t->codes[i].c;
	return c;
}

/* The account of that name, live; `token` NULL: with any token. */
static const struct account *live_account(struct turn *t, const char *name, const struct digest *token)
{
	size_t n;
	const struct account *v = accounts_all(t, &n);

	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].name, name) && !v[i].revoked_at && (!token || digest_eq(&v[i].token, token)))
			return &v[i];
	return NULL;
}

/* -- ends ----------------------------------------------------------------------------------- */

static void end_session(struct turn *t, const struct job *j, const struct page_session *s, const char *why)
{
	struct page_session gone = *s;
	struct buf b = {0};
	struct json json = json_to(&b);

	gone.seen_at = t->now;
	add_session(t, SESSION_GONE, &gone);
	json_begin(&json, NULL);
	json_text(&json, "session", s->id);
	json_text(&json, "account", s->account);
	json_text(&json, "why", why);
	json_end(&json);
	turn_system_event(t, EVENT_SESSION_ENDED, j->c->who.account, j->c->id, buf_view(&b));
	buf_free(&b);
}

void sessions_revoked(struct turn *t, const struct job *j, const char *account)
{
	struct found_sessions f = sessions_of(t, account);
	bool any = live_account(t, account, NULL);
	const struct login_code *code = code_of(t, account);

	for (size_t i = 0; i < f.n; i++)
		if (!any || (f.v[i].by_token && !live_account(t, account, &f.v[i].token)))
			end_session(t, j, &f.v[i], "revoked");
	if (!any && code)
		add_code(t, true, code);
}

void session_end_want(struct turn *t, struct job *j)
{
	if (command_has(j->c, FIELD_SESSION))
		want(t)->id = command_text(j->c, FIELD_SESSION);
	else
		sessions_want(t, command_text(j->c, FIELD_ACCOUNT));
	if (command_has(j->c, FIELD_ACCOUNT))
		want_accounts(t, j);
}

static bool sees_all(const struct job *j)
{
	return sight_row(THING_ACCOUNTS, j->c->who.role) == SIGHT_ALL;
}

/* Is there an account of that name, live or revoked? */
static bool is_account(struct turn *t, const char *name)
{
	size_t n;
	const struct account *v = accounts_all(t, &n);

	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].name, name))
			return true;
	return false;
}

/* Another's is not found, but for those who see accounts. */
static bool may_end(struct turn *t, const struct job *j, struct found_sessions *out, struct refusal *why)
{
	const char *id = command_text(j->c, FIELD_SESSION), *account = command_text(j->c, FIELD_ACCOUNT);
	struct page_session s;

	if (!id == !account)
		return refuse(why, t->a, ERROR_PARAMS, "session",
		    "请写明结束哪个登录(session),或哪个账号的(account)",
		    "say which session to end, or of which account all: one of session and account");
	if (account && !sees_all(j) && !text_eq(account, j->c->who.account))
		return refuse(why, t->a, ERROR_FORBIDDEN, "account", "只能结束自己的登录",
		    "only your own sessions can be ended");
	if (account && !is_account(t, account))
		return refuse(why, t->a, ERROR_NOT_FOUND, "account", "没有账号 %s:有哪些见 account list",
		    "there is no account %s: account list names them", account);
	if (account) {
		*out = sessions_of(t, account);
		return true;
	}
	if (!session_named(t, id, &s) || (!sees_all(j) && !text_eq(s.account, j->c->who.account)))
		return refuse(why, t->a, ERROR_NOT_FOUND, "session", "没有编号 %s 的登录,或已结束",
		    "there is no session %s, or it has ended", id);
	find(t, out, &s);
	return true;
}

void session_end_run(struct turn *t, struct job *j)
{
	struct found_sessions f = {0};
	struct refusal why;
	struct buf b = {0};
	struct json json = json_to(&b);

	if (!may_end(t, j, &f, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	for (size_t i = 0; i < f.n; i++)
		end_session(t, j, &f.v[i], text_eq(f.v[i].account, j->c->who.account) ? "logout" : "ended");
	j->reply.seq = f.n ? t->next_seq - 1 : 0;
	json_begin(&json, NULL);
	json_int(&json, "ended", (int64_t)f.n);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}

/* -- beginning ------------------------------------------------------------------------------ */

void session_begin_want(struct turn *t, struct job *j)
{
	want_accounts(t, j);
	sessions_want(t, j->c->who.account);
}

/* What was shown, checked once more. */
struct beginning {
	struct page_session s;
	const struct account *who;
	const struct login_code *code; /* that it uses; NULL: a token was shown */
};

static bool may_begin(struct turn *t, const struct job *j, struct beginning *b, struct refusal *why)
{
	const char *token = command_text(j->c, FIELD_TOKEN_HASH), *code = command_text(j->c, FIELD_CODE_HASH);
	struct digest shown;

	b->s.by_token = token;
	if (!j->c->who.account ||
	    !digest_from_hex(str_of(token   ? token
				     : code ? code
					    : ""),
		&shown) ||
	    !digest_from_hex(str_of(command_text(j->c, FIELD_SESSION_HASH)), &b->s.secret))
		return refuse(why, t->a, ERROR_PARAMS, "session_sha256", "应为 64 位十六进制",
		    "expected 64 hexadecimal digits");
	b->s.token = shown;
	b->who = live_account(t, j->c->who.account, token ? &shown : NULL);
	b->code = token ? NULL : code_of(t, j->c->who.account);
	if (!b->who ||
	    (!token && (!b->code || b->code->until <= t->now || !digest_eq(&b->code->secret, &shown))))
		return refuse_as(why, ERROR_UNAUTHENTICATED, NULL, NULL, NULL);
	if (!session_allowed(b->who->role))
		return refuse(why, t->a, ERROR_FORBIDDEN, NULL, "%s 是接入账号,没有网页登录",
		    "%s is an account of a system: it has no sessions", b->who->name);
	return true;
}

static void opened_event(struct turn *t, const struct job *j, const struct beginning *b)
{
	struct buf buf = {0};
	struct json json = json_to(&buf);
	char id[DIGEST_ID];

	json_begin(&json, NULL);
	json_text(&json, "session", b->s.id);
	json_text(&json, "account", b->s.account);
	json_text(&json, "with", b->s.by_token ? "token" : "code");
	json_text(&json, "token_id", b->s.by_token ? digest_id(&b->s.token, id) : NULL);
	json_text(&json, "made_by", b->code ? b->code->by : NULL);
	json_time(&json, "until", b->s.until);
	json_end(&json);
	turn_system_event(t, EVENT_SESSION_OPENED, j->c->who.account, j->c->id, buf_view(&buf));
	buf_free(&buf);
}

/* The one that it takes the place of; and, where the account has too many, the one longest unused. */
static void make_room(struct turn *t, const struct job *j, const char *account)
{
	const char *replaced = command_text(j->c, FIELD_SESSION);
	struct found_sessions f = sessions_of(t, account);
	size_t oldest = 0;

	for (size_t i = 0; i < f.n; i++) {
		if (text_eq(f.v[i].id, replaced)) {
			end_session(t, j, &f.v[i], "replaced");
			return;
		}
		if (f.v[i].seen_at < f.v[oldest].seen_at)
			oldest = i;
	}
	if (f.n >= SESSIONS_MOST)
		end_session(t, j, &f.v[oldest], "many");
}

void session_begin_run(struct turn *t, struct job *j)
{
	struct beginning b = {0};
	struct refusal why;
	struct buf buf = {0};
	struct json json = json_to(&buf);

	if (!may_begin(t, j, &b, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	make_room(t, j, b.who->name);
	if (b.code)
		add_code(t, true, b.code);
	digest_id(&b.s.secret, b.s.id);
	b.s.account = b.who->name;
	b.s.opened_at = b.s.seen_at = t->now;
	b.s.until = session_until(b.who->role, t->now);
	add_session(t, SESSION_ADD, &b.s);
	opened_event(t, j, &b);
	j->reply.seq = t->next_seq - 1;
	json_begin(&json, NULL);
	json_text(&json, "session", b.s.id);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &buf);
}

/* -- a session that slides ------------------------------------------------------------------ */

void session_extend_want(struct turn *t, struct job *j)
{
	want(t)->id = command_text(j->c, FIELD_SESSION);
}

/* Two front ends may ask for it at once. No event tells of it: nothing is decided by it (docs/ARCHITECTURE.md). */
void session_extend_run(struct turn *t, struct job *j)
{
	struct buf buf = {0};
	struct json json = json_to(&buf);
	struct page_session s;

	if (session_named(t, command_text(j->c, FIELD_SESSION), &s) &&
	    text_eq(s.account, j->c->who.account) && session_extend_due(&s, j->c->who.role, t->now)) {
		s.seen_at = t->now;
		s.until = session_until(j->c->who.role, t->now);
		add_session(t, SESSION_SEEN, &s);
	}
	json_begin(&json, NULL);
	json_end(&json);
	job_result(t, j, &buf);
}

/* -- codes ---------------------------------------------------------------------------------- */

void code_make_want(struct turn *t, struct job *j)
{
	const char *unit = command_text(j->c, FIELD_UNIT);
	const struct unit *known = unit ? resolve_unit(t->m, str_of(unit)) : NULL;

	want_accounts(t, j);
	sessions_want(t, command_text(j->c, FIELD_ACCOUNT));
	if (known)
		want(t)->unit = known->id;
}

/* The one liaison of that unit; where there are several, the one who asks has to name one. */
static const struct account *liaison_of(struct turn *t, const struct job *j, struct refusal *why)
{
	const char *text = command_text(j->c, FIELD_UNIT), *names = NULL;
	const struct unit *unit = resolve_unit(t->m, str_of(text));
	const struct account *v, *one = NULL;
	size_t n, several = 0;

	if (!unit) {
		act_known_unit(t->m, text, "unit", t->a, why);
		return NULL;
	}
	v = accounts_all(t, &n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].revoked_at || v[i].role != ROLE_LIAISON || !text_eq(v[i].unit, unit->id) ||
		    list_has(names, v[i].name))
			continue;
		names = names ? arena_printf(t->a, "%s,%s", names, v[i].name) : v[i].name;
		one = &v[i];
		several++;
	}
	if (several == 1)
		return one;
	refuse(why, t->a, several ? ERROR_CONFLICT : ERROR_NOT_FOUND, "unit",
	    several ? "%s 有几个联络员账号,请写明哪一个:%s" : "%s 没有有效的联络员账号%s",
	    several ? "%s has several accounts of liaisons, name one: %s"
		    : "%s has no live account of a liaison%s",
	    unit->id, several ? names : "");
	return NULL;
}

static const struct account *whose_code(struct turn *t, const struct job *j, struct refusal *why)
{
	const char *name = command_text(j->c, FIELD_ACCOUNT);
	const struct account *who;

	if (!name == !command_has(j->c, FIELD_UNIT)) {
		refuse(why, t->a, ERROR_PARAMS, "account",
		    "请写明为哪个账号(account)或哪个单位(unit)发登录码",
		    "say for whom: one of account and unit");
		return NULL;
	}
	if (!name)
		return liaison_of(t, j, why);
	who = live_account(t, name, NULL);
	if (!who)
		refuse(why, t->a, ERROR_NOT_FOUND, "account", "没有有效的账号 %s",
		    "there is no live account %s", name);
	return who;
}

static void made_event(struct turn *t, const struct job *j, const struct login_code *c)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "account", c->account);
	json_time(&json, "until", c->until);
	json_end(&json);
	turn_system_event(t, EVENT_CODE_MADE, j->c->who.account, j->c->id, buf_view(&b));
	buf_free(&b);
}

static void make_code(char out[CODE_LEN + 1])
{
	unsigned char random[4 * CODE_LEN];

	do
		random_bytes(random, sizeof random);
	while (!code_from(random, sizeof random, out));
	explicit_bzero(random, sizeof random);
}

/* An earlier code of the account that was not used is good no more. */
void code_make_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	const struct account *who = whose_code(t, j, &why);
	struct login_code c = {.by = j->c->who.account, .made_at = t->now, .until = t->now + CODE_MS};
	char code[CODE_LEN + 1];
	struct buf b = {0};
	struct json json = json_to(&b);

	if (!who ||
	    !code_may_be_made(j->c->who.role, who->role, sessions_of(t, who->name).n > 0, who->name, t->a,
		&why)) {
		job_refuse(t, j, &why);
		return;
	}
	make_code(code);
	c.account = who->name;
	c.secret = code_digest(code);
	add_code(t, false, &c);
	made_event(t, j, &c);
	j->reply.seq = t->next_seq - 1;
	json_begin(&json, NULL);
	json_text(&json, "account", who->name);
	json_text(&json, "role", role_names[who->role]);
	json_text(&json, "unit", who->unit);
	json_text(&json, "code", code);
	json_time(&json, "until", c.until);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
	explicit_bzero(code, sizeof code);
}

/* -- what front ends notice ----------------------------------------------------------------- */

void login_alarm_run(struct turn *t, struct job *j)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_int(&json, "failures", command_int(j->c, FIELD_FAILURES));
	json_text(&json, "account", command_text(j->c, FIELD_ACCOUNT));
	json_end(&json);
	turn_system_event(t, EVENT_LOGIN_ALARM, "system", j->c->id, buf_view(&b));
	t->effects.login_alarm = true;
	job_result(t, j, &b);
}
