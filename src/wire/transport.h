/*
 * transport.h - how the bytes of a connection reach its socket: as they are (plain.c), by
 * TLS (tls.c), or by any other file that fills in a struct transport_kind.
 *
 * Place: wire, under conn.c, which alone calls it. An operation never blocks. It says what became of
 * it, and where it has to wait, for what: a read may have to wait until the socket takes bytes, and a
 * write until some come.
 */
#ifndef WIRE_TRANSPORT_H
#define WIRE_TRANSPORT_H
#include <stdbool.h>
#include <stddef.h>

enum transport_says {
	TRANSPORT_DONE,       /* some of it, or all; call again for more */
	TRANSPORT_WANT_READ,  /* nothing done; call again when the socket can be read */
	TRANSPORT_WANT_WRITE, /* nothing done; call again when the socket can be written */
	TRANSPORT_END,        /* of a read: the peer sends no more, in order */
	TRANSPORT_REFUSED, /* of a handshake: the peer speaks otherwise and was told so; it may read that */
	TRANSPORT_ERROR    /* broken: nothing more goes either way */
};

struct transport;

struct transport_kind {
	/* Until it is DONE nothing is read or written. ERROR: the peer speaks otherwise. */
	enum transport_says (*handshake)(struct transport *t);
	/* DONE: 1 to n bytes were read, or written; *did says how many. */
	enum transport_says (*read)(struct transport *t, void *bytes, size_t n, size_t *did);
	enum transport_says (*write)(struct transport *t, const void *bytes, size_t n, size_t *did);
	/* Bytes that a read would give although the socket has none: no event will tell of them. */
	size_t (*pending)(const struct transport *t);
	/* Tells the peer that no more will be written. */
	enum transport_says (*shutdown)(struct transport *t);
	/* Closes the descriptor, too. */
	void (*free)(struct transport *t);
	/* Who the peer has proved to be, one "URI:…" or "DNS:…" a line; NULL: it has not. NULL: it cannot. */
	const char *(*names)(const struct transport *t);
	/* Would that proof be refused now? NULL: there is none. */
	bool (*distrusts)(struct transport *t);
};

/* The first member of what a kind keeps. */
struct transport {
	const struct transport_kind *kind;
	int fd; /* a connected stream socket that does not block; owned */
};

/* Takes the descriptor. Its handshake is DONE at once. */
struct transport *transport_plain(int fd);

#endif
