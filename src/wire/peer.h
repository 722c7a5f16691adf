/*
 * peer.h - a framed stream between two of our processes over a Unix socket, on an event loop.
 * Frame: u32 body length, u16 message, u16 format version, body. The other side is not trusted: a
 * frame too long, of an unknown message or version ends the connection. A NULL body means "peer
 * gone", exactly once, after which the peer frees itself.
 * Sends are corked: everything queued in one turn of the loop leaves in one write.
 */
#ifndef WIRE_PEER_H
#define WIRE_PEER_H
#include "base/unix.h"
#include "wire/messages.h"

struct event_base;
struct peer;

#define PEER_BODY_MAX (5 * 1024 * 1024) /* a command with files of the mechanism, and some room */

typedef void peer_handler(void *arg, struct peer *p, enum message what, const struct str *body);

/* Takes the descriptor. */
struct peer *peer_new(struct event_base *base, int fd, peer_handler *handler, void *arg);
void peer_send(struct peer *p, enum message what, struct str body);
/* Bytes not yet taken by the kernel. */
size_t peer_pending(const struct peer *p);
/* Has the other side gone, though the loop has not told it yet? For those who work long outside the loop. */
bool peer_ended(const struct peer *p);
/* Stop and go on reading, for back-pressure. */
void peer_pause(struct peer *p, bool paused);
/* Writes what is queued now, as far as it goes. */
void peer_flush(struct peer *p);
/* No further callback. */
void peer_close(struct peer *p);

#endif
