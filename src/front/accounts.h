/*
 * accounts.h - who has which token: a cache over the store's accounts, by the token's digest. What
 * is not in it is looked up, because a token's making may race the event that tells of it; nothing
 * is remembered about tokens that do not exist.
 */
#ifndef FRONT_ACCOUNTS_H
#define FRONT_ACCOUNTS_H
#include "store/read.h"

struct accounts;

struct accounts *accounts_new(void);
void accounts_free(struct accounts *a);
/* Forgets all: an account has changed. */
void accounts_flush(struct accounts *a);
/* Borrowed until the next call; NULL: there is no such token, or the store could not be read (reads
 * NULL, too), and then none is believed to be. */
const struct principal *accounts_find(struct accounts *a, struct reads *r, const struct digest *token);
size_t accounts_count(const struct accounts *a);

#endif
