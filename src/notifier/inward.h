/*
 * inward.h - what a partner of exchange.yaml has sent is checked, understood and carried out in the name of its account.
 */
#ifndef NOTIFIER_INWARD_H
#define NOTIFIER_INWARD_H
#include "notifier/socket.h"

struct nonces;
struct nonces *nonces_new(void);
void nonces_free(struct nonces *n);

/* asked->arg is the struct notifier. */
asked_handler exchange_asked;

#endif
