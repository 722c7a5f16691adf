/*
 * sessions.h - what accounts.c asks of sessions.c, and the other way round.
 */
#ifndef ENGINE_SESSIONS_H
#define ENGINE_SESSIONS_H
#include "domain/act.h"
#include "engine/handlers.h"

/* The turn will look at the account's sessions and its code. NULL: nothing. */
void sessions_want(struct turn *t, const char *account);
/* Tokens of the account were revoked in this turn: the sessions that they opened end, and with the last token all
 * of them and the code. They were wanted. */
void sessions_revoked(struct turn *t, const struct job *j, const char *account);
/* All accounts, as this turn has made them. They were wanted. */
struct account *accounts_all(struct turn *t, size_t *n);

#endif
