/*
 * conn.h - the one connection under both front ends, and the acceptor that makes them.
 * A conn is a socket on an event loop with bounded input, bounded output and an absolute deadline.
 * Above it stands a framer (lines.h, http.h) inside the process that owns the conn.
 *
 * Rules that hold for everything here
 * - Callbacks come only from the event loop, never from inside a conn_ call.
 * - on_closed comes exactly once, whichever side ended the connection; when it returns the conn is gone.
 *   Until then every conn_ call is allowed and, once the conn is closing, does nothing. So an owner frees
 *   its own state in on_closed and nowhere else.
 * - Sends are corked: what is queued in one turn of the loop leaves in one write at its end.
 */
#ifndef WIRE_CONN_H
#define WIRE_CONN_H
#include "base/buf.h"
#include "wire/conn_peer.h"

struct event_base;
struct tls_server;
struct transport;
struct conn;
struct acceptor;

/* Why a connection ended: name and the word for the log. */
#define CONN_ENDS(X)                                                                                         \
	X(CONN_DONE, "done")           /* conn_close or conn_finish by its owner */                          \
	X(CONN_GONE, "peer-gone")      /* the peer ended it in order, and there is no on_eof */              \
	X(CONN_RESET, "reset")         /* the peer or the network broke it */                                \
	X(CONN_SLOW, "slow-consumer")  /* output stuck too long */                                           \
	X(CONN_HANDSHAKE, "handshake") /* the transport and its peer did not come to terms */                \
	X(CONN_DEADLINE, "deadline")   /* conn_deadline passed, and there is no on_deadline */               \
	X(CONN_FLOOD, "flood")         /* input that is not consumed filled its bound */

enum conn_end {
#define X(name, word) name,
	CONN_ENDS(X)
#undef X
};

/* "slow-consumer" */
const char *conn_end_name(enum conn_end why);

struct conn_handler {
	/* Bytes have come. Returns how many of them are consumed; the rest is offered again, in front
	 * of what comes next, or by conn_resume. The bytes are borrowed for the call. */
	size_t (*on_input)(void *arg, const char *bytes, size_t n);
	/* The peer has ended its sending and everything before was offered; it may still read. The
	 * owner answers what is open and then conn_finishes. NULL: the connection closes, CONN_GONE. */
	void (*on_eof)(void *arg);
	/* The output was congested and has fallen to half the soft limit. May be NULL. */
	void (*on_drained)(void *arg);
	/* The deadline has passed (once; it is disarmed). NULL: closes with CONN_DEADLINE. */
	void (*on_deadline)(void *arg);
	void (*on_closed)(void *arg, enum conn_end why);
};

/* A member that is 0 means its default. */
struct conn_limits {
	size_t in_max;    /* bytes kept that on_input left; 128 KiB. Must exceed the framer's unit */
	size_t out_soft;  /* above: conn_congested; 64 KiB */
	size_t out_hard;  /* above, after all that the kernel takes: over_ms instead of stuck_ms; 256 KiB */
	int stuck_ms;     /* an unsent byte older than this: closed, CONN_SLOW; 30 s */
	int over_ms;      /* the same, over out_hard; 5 s */
	int handshake_ms; /* a handshake not done then: closed, CONN_HANDSHAKE; 5 s */
};

/* Takes the descriptor of a connected stream socket, makes it non-blocking. Its bytes go as they are. */
struct conn *conn_new(struct event_base *base, int fd, const struct conn_handler *h, void *arg,
    const struct conn_limits *limits);
/* The same over any transport, which it takes. Until the handshake is done input is not offered and
 * what is sent waits; the deadline runs. */
struct conn *conn_over(struct event_base *base, struct transport *t, const struct conn_handler *h, void *arg,
    const struct conn_limits *limits);
/* For a conn that came from an acceptor: who handles it from now on. The handler is borrowed and
 * must outlive the conn. */
void conn_handle(struct conn *c, const struct conn_handler *h, void *arg);
const struct conn_peer *conn_peer(const struct conn *c);
/* Who its peer has proved to be by a certificate, one name ("URI:…", "DNS:…") a line; "" where the certificate
 * has none, NULL where it has shown none. Good as long as the conn. */
const char *conn_names(const struct conn *c);
/* The certificate that it has shown would be refused now: it was revoked, or has expired. */
bool conn_distrusted(const struct conn *c);
/* Bytes that on_input has left: in on_eof, the beginning of what was never finished. */
size_t conn_unread(const struct conn *c);

/* Queues a copy. */
void conn_send(struct conn *c, struct str bytes);
/* The output itself, to append to and never to read or shorten (it begins with bytes already sent);
 * conn_flush must follow in the same callback. Never NULL. */
struct buf *conn_out(struct conn *c);
/* Sends at the end of this turn what was appended. */
void conn_flush(struct conn *c);
/* Bytes not yet taken by the kernel, and whether they are more than the soft limit: then produce no
 * more for this client until on_drained. That alone bounds them: what was asked for before is queued still. */
size_t conn_pending(const struct conn *c);
bool conn_congested(const struct conn *c);

/* Back-pressure: reads no more, offers no more, until conn_resume. The peer's going is not noticed
 * meanwhile. conn_resume offers what was left, too, in a later callback; it is also the way to have
 * pipelined bytes offered again that on_input left without pausing. */
void conn_pause(struct conn *c);
void conn_resume(struct conn *c);

/* An absolute deadline, `ms` from now, whatever comes meanwhile; replaces the one before. 0: none. */
void conn_deadline(struct conn *c, int64_t ms);

/* Ends it now; what is unsent is dropped. */
void conn_close(struct conn *c, enum conn_end why);
/* Ends it when everything queued has been sent: no more input is offered, the sending side is shut
 * down, and up to 256 KiB or 2 s of what the peer still sends are read and dropped, because closing
 * at once would reset the connection and take the answer with it. */
void conn_finish(struct conn *c);
/* For a process that ends: from conn_finish on, called before or after this, what is queued has 0.8 s
 * to be sent, and the peer 0.2 s to end. */
void conn_hurry(struct conn *c);
/* conn_close or conn_finish was called, or it ended: nothing said to it matters any more. */
bool conn_closing(const struct conn *c);

/*
 * The acceptor: an inherited listening socket, TCP or Unix. At most 16 connections a wake-up; above
 * a limit a connection gets `busy` (static bytes, may be NULL) and is closed. Without descriptors
 * the reserve one takes the waiting connection and resets it, and the listener rests for 100 ms.
 */
struct acceptor_options {
	size_t max;             /* of this acceptor's connections that live; 0: 4,096 */
	size_t max_per_address; /* IPv4 address or IPv6 /64; loopback and Unix exempt; 0: 64 */
	const char *busy;       /* sent to who is over a limit; static */
	struct conn_limits limits;
	struct tls_server *tls;     /* NULL: connections without TLS. Then: */
	size_t shaking_max;         /* handshakes at once: one more, and the oldest is given up; 0: 64 */
	int64_t shakes_per_address; /* handshakes a second; loopback exempt; 0: 20 */
};

/* Called for each; it must conn_handle, conn_close or conn_finish the conn before it returns. */
typedef void acceptor_cb(void *arg, struct conn *c);

/* Borrows the descriptor: the supervisor's children share it, and none closes or shuts it down. */
struct acceptor *acceptor_new(struct event_base *base, int fd, const struct acceptor_options *o,
    acceptor_cb *cb, void *arg);
/* The socket was bound anew: goes on with this listener, which it takes. */
void acceptor_listen_on(struct acceptor *a, int fd);
/* Accepts no more, as for drain; its connections live on. Cannot be undone. */
void acceptor_stop(struct acceptor *a);
/* Stops it and frees it with the last of its connections. */
void acceptor_free(struct acceptor *a);
/* Its connections that live; those it refused since its start. */
size_t acceptor_count(const struct acceptor *a);
uint64_t acceptor_refused(const struct acceptor *a);

#endif
