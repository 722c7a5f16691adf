/*
 * session.c - two tables: how long sessions of each role last, and who may hand out codes for whom.
 */
#include "domain/session.h"
#include "base/arena.h"
#include "base/mend.h"
#include "base/time.h"

#include <string.h>

/* lasts_ms 0: the role has no sessions. */
static const struct {
	int64_t lasts_ms;
	bool slides;
} lasting[ROLES] = {
    [ROLE_DESK] = {12 * HOUR_MS, false},
    [ROLE_SHIFT_LEADER] = {12 * HOUR_MS, false},
    [ROLE_LIAISON] = {30 * DAY_MS, true},
    [ROLE_OFFICE] = {8 * HOUR_MS, false},
    [ROLE_ADMIN] = {8 * HOUR_MS, false},
    [ROLE_WALL] = {30 * DAY_MS, true}, /* it has no keyboard */
};

bool session_allowed(enum account_role role)
{
	return lasting[role].lasts_ms > 0;
}

int64_t session_until(enum account_role role, int64_t from)
{
	return from + lasting[role].lasts_ms;
}

bool session_slides(enum account_role role)
{
	return lasting[role].slides;
}

bool session_extend_due(const struct page_session *s, enum account_role role, int64_t now)
{
	return session_slides(role) && now < s->until && now - s->seen_at >= SESSION_EXTEND_MS;
}

int64_t session_fresh_until(const struct page_session *s)
{
	return s->by_token ? s->opened_at + SESSION_FRESH_MS : 0;
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void session_text(const unsigned char bytes[DIGEST_LEN], char out[SESSION_TEXT + 1])
{
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < DIGEST_LEN; i++) {
		bits = bits << 8 | bytes[i];
		for (n_bits += 8; n_bits >= 6; n_bits -= 6)
			out[n++] = base64url[bits >> (n_bits - 6) & 63];
	}
	out[n++] = base64url[bits << (6 - n_bits) & 63];
	out[n] = '\0';
}

bool session_text_valid(struct str text)
{
	if (text.n != SESSION_TEXT)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!memchr(base64url, text.p[i], sizeof base64url - 1))
			return false;
	return true;
}

/* -- codes ---------------------------------------------------------------------------------- */

/* Without 0 O, 1 I L, 2 Z, 5 S, 8 B, and V beside U. */
const char code_letters[] = "34679ACDEFGHJKMNPQRTUWXY";
#define LETTERS (sizeof code_letters - 1)

bool code_from(const unsigned char *random, size_t n, char out[CODE_LEN + 1])
{
	size_t made = 0;

	for (size_t i = 0; i < n && made < CODE_LEN; i++)
		if (random[i] < 256 / LETTERS * LETTERS) /* or some letters would come more often */
			out[made++] = code_letters[random[i] % LETTERS];
	out[made] = '\0';
	return made == CODE_LEN;
}

bool code_read(const char *typed, char out[CODE_LEN + 1])
{
	struct buf mended = {0};
	size_t n = 0;
	bool good = true;

	mend_code(str_of(typed), &mended);
	for (size_t i = 0; i < mended.n && good; i++) {
		char c = mended.p[i];

		if (c == '-')
			continue;
		c = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
		good = n < CODE_LEN && memchr(code_letters, c, LETTERS);
		if (good)
			out[n++] = c;
	}
	out[n] = '\0';
	buf_free(&mended);
	return good && n == CODE_LEN;
}

struct digest code_digest(const char code[CODE_LEN + 1])
{
	return digest_of((struct str){code, CODE_LEN});
}

/* Whom each role may hand a code out for. The desk helps a liaison who was logged out and calls it; while a
 * liaison is logged in somewhere, a call that asks for a code needs an administrator. */
static const struct {
	unsigned for_roles; /* bits 1 << enum account_role */
	bool logged_out;    /* only for accounts that have no live session */
} makers[ROLES] = {
#define R(role) (1u << ROLE_##role)
    [ROLE_ADMIN] = {R(DESK) | R(SHIFT_LEADER) | R(LIAISON) | R(OFFICE) | R(ADMIN) | R(WALL), false},
    [ROLE_LOCAL] = {R(DESK) | R(SHIFT_LEADER) | R(LIAISON) | R(OFFICE) | R(ADMIN) | R(WALL), false},
    [ROLE_OFFICE] = {R(WALL), false},
    [ROLE_SHIFT_LEADER] = {R(LIAISON), true},
    [ROLE_DESK] = {R(LIAISON), true},
#undef R
};

bool code_may_be_made(enum account_role by, enum account_role role, bool has_session, const char *account,
    struct arena *a, struct refusal *why)
{
	if (!session_allowed(role))
		return refuse(why, a, ERROR_FORBIDDEN, "account", "%s 是接入账号,没有网页登录,只用令牌",
		    "%s is an account of a system: it has no sessions, only tokens", account);
	if (!(makers[by].for_roles & 1u << role))
		return refuse(why, a, ERROR_FORBIDDEN, "account",
		    "%s 的登录码由管理员发:接警台为联络员发,联动办为大屏发",
		    "a code for %s comes from an administrator: a desk makes those of liaisons, the office "
		    "those of a screen in the hall",
		    account);
	if (makers[by].logged_out && has_session)
		return refuse(why, a, ERROR_WRONG_STATE, "account",
		    "%s 还在别处登录着:请在那里退出,或由管理员发登录码",
		    "%s is still logged in elsewhere: log out there, or have an administrator make the code",
		    account);
	return true;
}
