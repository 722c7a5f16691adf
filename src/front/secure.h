/*
 * secure.h - TLS of the one listener that a front end serves: made of what the supervisor handed down, and
 * again at each reload.
 */
#ifndef FRONT_SECURE_H
#define FRONT_SECURE_H
#include "front/child.h"

struct tls_server;

/* Takes the child's credentials. NULL: this listener speaks without TLS, as its options say. Where they want TLS
 * and it cannot be had the process ends: nothing is ever served in clear instead. refusal: for clients that
 * speak without TLS; static. */
struct tls_server *secure_listener(const struct child *c, const char *listener, bool http,
    const char *refusal);
/* Other credentials from now on, for connections to come; takes the descriptor. False: it stays as it was. */
bool secure_renew(struct tls_server *s, const char *listener, int fd);

#endif
