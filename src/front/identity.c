/*
 * identity.c - who asks: by a token, by a client's certificate, by what a session's browser shows, by a code; and
 * what is done about those that are not good.
 * Place: front, over accounts.h and logins.h.
 */
#include "base/log.h"
#include "front/parts.h"
#include "wire/conn.h"

static struct principal principal_of(struct front *f, const struct principal *who, struct arena *a)
{
	return (struct principal){
	    .account = arena_text(a, who->account),
	    .role = who->role,
	    .unit = f->mechanism ? mechanism_acts_for(f->mechanism, arena_text(a, who->unit), front_now(f), a)
				 : arena_text(a, who->unit),
	    .commands = arena_text(a, who->commands),
	};
}

enum sought front_principal(struct front *f, const char *token, struct arena *a, struct principal *out)
{
	struct digest d = digest_of(str_of(token));
	const struct principal *who;
	enum sought is = accounts_find(f->accounts, f->reads, &d, &who);

	if (is == SOUGHT_FOUND)
		*out = principal_of(f, who, a);
	return is;
}

/* One name of several: another account's as well is one too many. One that could not be looked up may be one. */
static bool one_certified(struct front *f, const char *name, struct arena *a, struct front_certified *out)
{
	const struct principal *who;
	struct digest token;
	enum certified is = accounts_certified(f->accounts, f->reads, name, &who, &token);

	out->unreadable |= is == CERTIFIED_UNREADABLE;
	out->revoked |= is == CERTIFIED_REVOKED;
	if (is != CERTIFIED)
		return true;
	if (out->known && !text_eq(out->who.account, who->account))
		return false;
	out->known = true;
	out->who = principal_of(f, who, a);
	out->token = token;
	return true;
}

static bool certified(struct front *f, const char *names, struct arena *a, struct front_certified *out)
{
	*out = (struct front_certified){.known = false};
	while (names && *names) {
		size_t n = strcspn(names, "\n");

		if (!one_certified(f, arena_str(a, (struct str){names, n}), a, out))
			return false;
		names += n + (names[n] != '\0');
	}
	return true;
}

bool front_certificate_fits(struct front *f, const char *names, const char *account, struct arena *a,
    struct front_certified *out, struct refusal *why)
{
	if (!certified(f, names, a, out))
		return refuse(why, a, ERROR_FORBIDDEN, NULL, "客户端证书里的名字登记给了不止一个账号",
		    "the names of the client's certificate belong to more than one account");
	if (out->unreadable)
		return refuse_as(why, ERROR_UNAVAILABLE, NULL, NULL, NULL);
	if (out->known && account && !text_eq(account, out->who.account))
		return refuse(why, a, ERROR_FORBIDDEN, NULL,
		    "客户端证书是账号 %s 的,令牌或网页登录是账号 %s 的:请用同一个账号的",
		    "the client's certificate is account %s's, the token or session account %s's: use one "
		    "account's",
		    out->who.account, account);
	if (!out->known && out->revoked)
		return refuse(why, a, ERROR_UNAUTHENTICATED, NULL, "客户端证书对应的账号已停用",
		    "the account of the client's certificate was revoked");
	return true;
}

static void on_told(void *arg, const struct reply *r)
{
	(void)arg;
	(void)r; /* what was not stored now is stored another time */
}

/* It is believed here at once: the next write is some minutes away. */
static void extend(struct front *f, struct known_session *known, int64_t now)
{
	struct command c = {.kind = COMMAND_SESSION_EXTEND, .who = known->who};

	if (!session_extend_due(&known->s, known->who.role, now) || front_full(f))
		return;
	known->s.seen_at = now;
	known->s.until = session_until(known->who.role, now);
	command_set_text(&c, FIELD_SESSION, known->s.id);
	front_command(f, &c, on_told, NULL);
}

enum sought front_session(struct front *f, const struct digest *secret, struct arena *a,
    struct principal *out, struct front_session *session)
{
	struct known_session *known;
	enum sought is = accounts_session(f->accounts, f->reads, secret, &known);
	int64_t now = front_now(f);

	if (is != SOUGHT_FOUND)
		return is;
	if (known->s.until <= now)
		return SOUGHT_NONE;
	extend(f, known, now);
	*session = (struct front_session){.opened_at = known->s.opened_at,
	    .until = known->s.until,
	    .fresh_until = session_fresh_until(&known->s)};
	memcpy(session->id, known->s.id, DIGEST_ID);
	*out = principal_of(f, &known->who, a);
	return SOUGHT_FOUND;
}

bool front_still_good(struct front *f, const struct digest *token)
{
	const struct principal *who;
	struct known_session *known;
	enum sought is = accounts_find(f->accounts, f->reads, token, &who);

	if (is == SOUGHT_NONE) {
		is = accounts_session(f->accounts, f->reads, token, &known);
		if (is == SOUGHT_FOUND && known->s.until <= front_now(f))
			is = SOUGHT_NONE;
	}
	if (is == SOUGHT_UNREADABLE)
		front_ask_again(f);
	return is != SOUGHT_NONE;
}

enum sought front_code(struct front *f, const char *code, struct arena *a, struct principal *out)
{
	struct digest d = code_digest(code);
	const struct account *who;
	int64_t until = 0;
	enum sought is = accounts_code(f->reads, &d, a, &who, &until);

	if (is != SOUGHT_FOUND)
		return is;
	if (until <= front_now(f))
		return SOUGHT_NONE;
	*out = principal_of(f,
	    &(struct principal){
		.account = who->name, .role = who->role, .unit = who->unit, .commands = who->commands},
	    a);
	return SOUGHT_FOUND;
}

/* -- what is not good ----------------------------------------------------------------------- */

static void tell(struct front *f, const struct conn_peer *peer, struct mono_ms now)
{
	struct command c = {.kind = COMMAND_LOGIN_ALARM, .who = {.account = "system", .role = ROLE_LOCAL}};
	const char *account;
	int64_t failures;

	if (front_full(f) || !logins_alarm(f->logins, now, &failures, &account))
		return;
	log_alarm("log-ins fail", "failures=%lld account=%s last=%s", (long long)failures,
	    account ? account : "-", peer->text);
	command_set_int(&c, FIELD_FAILURES, failures);
	command_set_text(&c, FIELD_ACCOUNT, account);
	front_command(f, &c, on_told, NULL);
}

struct login_delay front_login_failed(struct front *f, const struct conn_peer *peer,
    const struct digest *token)
{
	struct mono_ms now = clock_mono();
	struct arena *a = arena_new();
	const char *account = token ? accounts_was(f->reads, token, a) : NULL;
	char network[LOGIN_NETWORK];
	struct login_delay d = logins_failed(f->logins, login_network(peer, network), account, now);

	if (!d.noted)
		log_warn("log-in refused", "peer=%s by=%s account=%s", peer->text, token ? "token" : "code",
		    account ? account : "-");
	tell(f, peer, now);
	arena_free(a);
	return d;
}

struct logins *front_logins(struct front *f)
{
	return f->logins;
}
