/*
 * inward.h - what a partner of exchange.yaml has sent is checked, understood and carried out in the name of its account.
 */
#ifndef NOTIFIER_INWARD_H
#define NOTIFIER_INWARD_H
#include "notifier/socket.h"

struct nonces;
struct nonces *nonces_new(void);
void nonces_free(struct nonces *n);

struct arena;
struct notifier;
struct principal;
struct want_accounts;
/* All accounts as they stand; false: the store cannot be read. */
bool exchange_accounts(struct notifier *n, struct arena *a, struct want_accounts *out);
/* The partner's account as it stands; false: there is none of that name, or it is no integration. */
bool exchange_account(struct notifier *n, const char *name, struct arena *a, struct principal *who);

struct exchange_keys;
/* A partner's keys, from its file; none, with an alarm, where that cannot be used. */
void exchange_keys(struct notifier *n, const char *file, struct arena *a, struct exchange_keys *out);

struct incident;
/* As it stands; NULL: there is none, or the store cannot be read. */
const struct incident *exchange_incident(struct notifier *n, const char *number, struct arena *a);

/* asked->arg is the struct notifier. */
asked_handler exchange_asked;

#endif
