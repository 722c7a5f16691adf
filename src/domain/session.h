/*
 * session.h - sessions of people in browsers, and the codes that open one: how long they last, when the
 * token is asked for again, who may hand out a code for whom. Pure.
 *
 * A session is opened by a token or by a code, and stored by the engine: a restart of any process ends none
 * of them. What the browser shows is 32 random bytes; what is stored is their SHA-256.
 */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H
#include "base/digest.h"
#include "domain/command.h"

#define SESSION_COOKIE "__Host-liandong"
#define SESSION_TEXT 43  /* letters of what the browser shows: 32 bytes in base64url */
#define SESSIONS_MOST 32 /* live ones of an account; one more, and the one longest unused is ended */
#define SESSION_FRESH_MS (15 * INT64_C(60000))  /* after which rules and accounts ask for the token again */
#define SESSION_EXTEND_MS (10 * INT64_C(60000)) /* a sliding one is written at most so often */
#define CODE_LEN 8
#define CODE_MS (10 * INT64_C(60000))

/* One session, as it is stored. */
struct page_session {
	char id[DIGEST_ID]; /* the beginning of `secret` in hex: how people name it */
	struct digest secret;
	const char *account;
	struct digest token; /* of the account, that opened it, where by_token */
	bool by_token;
	int64_t opened_at, seen_at, until;
};

/* May this role have sessions at all? */
bool session_allowed(enum account_role role);
/* How long a session of this role lasts from an instant on. */
int64_t session_until(enum account_role role, int64_t from);
/* Does it last longer while it is used? */
bool session_slides(enum account_role role);
/* A sliding one that is in use and was not written for a while. */
bool session_extend_due(const struct page_session *s, enum account_role role, int64_t now);
/* Until when rules and accounts do not ask for the token again; 0: it was opened by a code. */
int64_t session_fresh_until(const struct page_session *s);
/* The text that a browser shows for these bytes. */
void session_text(const unsigned char bytes[DIGEST_LEN], char out[SESSION_TEXT + 1]);
/* Does it look like one? */
bool session_text_valid(struct str text);

/* The letters of codes: none looks like another one, in print or in handwriting. */
extern const char code_letters[];
/* A code from random bytes; takes some of them and returns false where they did not suffice. */
bool code_from(const unsigned char *random, size_t n, char out[CODE_LEN + 1]);
/* What a person typed: lower case, spaces and dashes do not matter. False: it is no code. */
bool code_read(const char *typed, char out[CODE_LEN + 1]);
/* What is stored of a code. */
struct digest code_digest(const char code[CODE_LEN + 1]);
/* May `by` hand out a code for an account of role `role`, which has a live session or none? False with why. */
bool code_may_be_made(enum account_role by, enum account_role role, bool has_session, const char *account,
    struct arena *a, struct refusal *why);

#endif
