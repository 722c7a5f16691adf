/*
 * tls.h - the bytes of one connection to the server: as they are, or by TLS that verifies the server.
 *
 * Place: the client library, under client.c; it knows sockets and OpenSSL, no JSON. Nothing blocks. A peer that has
 * gone raises no SIGPIPE in the program that uses the library.
 */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H
#include "client/fault.h"
#include <stdbool.h>
#include <stddef.h>

/* What connections are made by: files are read again for each one, so that a renewed certificate counts. */
struct client_plan {
	bool on;
	char *ca, *crl, *cert, *key, *name; /* owned; name: whom the certificate must be for */
	bool name_numeric;
	const char *peer; /* borrowed: the address, for sentences */
};

enum client_says { CLIENT_DONE, CLIENT_WAIT, CLIENT_ENDED, CLIENT_FAULT };

struct client_tls;
/* Takes the connected socket. NULL with the fault: a file of the plan cannot be used. */
struct client_tls *client_tls_new(const struct client_plan *plan, int fd, struct client_fault *fault);
/* Until it is DONE nothing is read or written. */
enum client_says client_tls_shake(struct client_tls *l, struct client_fault *fault);
/* DONE: 1 to n bytes, *did says how many. */
enum client_says client_tls_read(struct client_tls *l, void *bytes, size_t n, size_t *did,
    struct client_fault *fault);
enum client_says client_tls_write(struct client_tls *l, const void *bytes, size_t n, size_t *did,
    struct client_fault *fault);
int client_tls_fd(const struct client_tls *l);
/* Does what was begun wait until the socket takes bytes? */
bool client_tls_wants_write(const struct client_tls *l);
/* Are there bytes to read that the socket will tell nothing of? */
bool client_tls_pending(const struct client_tls *l);
/* NULL is nothing. */
void client_tls_free(struct client_tls *l);

/* Can the plan's files be used? False with the fault. */
bool client_plan_check(const struct client_plan *plan, struct client_fault *fault);
void client_plan_free(struct client_plan *plan);

#endif
