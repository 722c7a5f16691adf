/*
 * accounts.h - who has which token, or which session: a cache over the store's accounts and sessions, by the
 * digest of what was shown. What is not in it is looked up, because a token's making may race the event that
 * tells of it; nothing is remembered about tokens that do not exist.
 */
#ifndef FRONT_ACCOUNTS_H
#define FRONT_ACCOUNTS_H
#include "store/read.h"

struct accounts;

struct accounts *accounts_new(void);
void accounts_free(struct accounts *a);
/* Forgets all: an account has changed. */
void accounts_flush(struct accounts *a);
/* All that look something up say SOUGHT_UNREADABLE where the store could not be read (reads NULL, too); what they give is
 * borrowed until the next call, and there where it was found. */
enum sought accounts_find(struct accounts *a, struct reads *r, const struct digest *token,
    const struct principal **out);
/* A session by the digest of what its browser shows, with its account. The session may have run out. */
struct known_session {
	struct page_session s;
	struct principal who;
};
enum sought accounts_session(struct accounts *a, struct reads *r, const struct digest *secret,
    struct known_session **out);
/* Whose token it was before it was revoked, in the arena; NULL: it never was one, or that is not known. Not cached. */
const char *accounts_was(struct reads *r, const struct digest *token, struct arena *a);
/* The account that this code opens a session of, in the arena, and until when. Not cached. */
enum sought accounts_code(struct reads *r, const struct digest *code, struct arena *a,
    const struct account **out, int64_t *until);
/* Whose name in a certificate this is; the last two only where it is one's. token: for accounts_find, which tells
 * whether it still is. */
enum certified { CERTIFIED_NONE, CERTIFIED_REVOKED, CERTIFIED, CERTIFIED_UNREADABLE };
enum certified accounts_certified(struct accounts *a, struct reads *r, const char *certificate,
    const struct principal **who, struct digest *token);
size_t accounts_count(const struct accounts *a);

#endif
