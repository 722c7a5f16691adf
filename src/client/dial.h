/*
 * dial.h - from an address to a connected socket, without ever blocking.
 *
 * Place: the client library, under client.c. A name is looked up in a thread of its own, because getaddrinfo
 * may wait for many seconds; the addresses that it has are tried one after the other.
 */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_MAX 256

/* What an address says: the path of a Unix socket, or a host and a port. */
struct dial_place {
	bool path;
	bool loopback; /* it cannot leave this machine: a path, localhost, 127.0.0.0/8, ::1 */
	bool numeric;  /* host is an IP address */
	char host[HOST_MAX], port[16];
};
/* False: it is none. */
bool dial_parse(const char *address, struct dial_place *out);
/* What is wrong with an address that a person gave; NULL: nothing. */
struct dial_complaint {
	const char *zh, *en;
};
const struct dial_complaint *dial_complaint(const char *address);

enum dial_says { DIAL_WAIT, DIAL_DONE, DIAL_FAILED };

struct dial;
/* now_ms: of the clock that later calls give, too. */
struct dial *dial_start(const char *address, int64_t now_ms);
/* Goes on as far as it can be done at once. DIAL_FAILED: dial_error says why. */
enum dial_says dial_go(struct dial *d, int64_t now_ms);
/* What to wait for: a descriptor (-1: none), and the instant at which dial_go wants to be called anyhow. */
int dial_fd(const struct dial *d);
short dial_wants(const struct dial *d);
int64_t dial_at(const struct dial *d);
/* A part of a sentence: what the system says of the last address that was tried. */
const char *dial_error(const struct dial *d);
/* The connected socket, which is the caller's now; of DIAL_DONE. */
int dial_take(struct dial *d);
/* NULL is nothing. A lookup that still runs ends by itself. */
void dial_free(struct dial *d);

#endif
