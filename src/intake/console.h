/*
 * console.h - one conversation with a desk, a liaison or liandongctl: JSON-RPC, a message a line.
 *
 * A console is a connection with an account, once session.open has named one; requests in flight
 * (pending); and a position in the events. What it is told of is push.c's work.
 */
#ifndef INTAKE_CONSOLE_H
#define INTAKE_CONSOLE_H
#include "front/front.h"
#include "front/quota.h"
#include "intake/push.h"
#include "wire/conn.h"
#include "wire/lines.h"

#include <sys/queue.h>

#define PENDING_MOST 256 /* in flight on one connection; then nothing more is read of it */
#define READS_MOST 8     /* of reads, whose cost is known afterwards */

/* What the consoles of this process share. */
struct intake {
	struct event_base *base;
	const struct options *options;
	uid_t operator; /* who owns the control socket: may command there, as we and root may */
	struct front *front;
	const char *notifier_path;
	struct push *push;
	struct quota *quota;
	struct arena *arena; /* of the request in hand */
	struct buf body;     /* of the result in hand */
	LIST_HEAD(, console) consoles;
	size_t n_consoles;
	unsigned acting; /* front_acting, as its consoles know it */
	bool draining, english;
	void (*drained)(struct intake *in); /* the last console has gone in a drain */
};

/* A line at the control socket, where whole pictures come in, is no shorter than this. */
#define LOCAL_LINE ((size_t)2 * 1024 * 1024)

/* How long a line may be. */
size_t console_line_most(const struct options *o, bool local);

struct pending;
struct session;

struct console {
	struct intake *in;
	struct conn *conn;
	LIST_ENTRY(console) entry;
	struct lines lines;
	struct session *session; /* NULL: not opened yet */
	LIST_HEAD(, pending) pending;
	unsigned n_pending, n_reads; /* n_reads of them are reads: what those cost is known afterwards */
	unsigned strikes;            /* tokens that do not exist */
	bool local, opened, paused, eof, heard;
	struct event *slow; /* its account is over the limit: read again when it fires; NULL: it never was */
	bool waited;        /* it fired: one line is read, whatever the account's others took meanwhile */
	struct event *hold; /* a refusal of a token is held back until it fires; NULL: none ever was */
	struct pending *held; /* the request that is refused then */
	enum error_code held_code;
	int64_t hold_ms;
	struct subscriber subscriber;
};

/* Takes a connection of the desks' listener, or of the control socket: acceptor_cb with a struct
 * intake. */
void console_accept(void *intake, struct conn *c);
void console_accept_local(void *intake, struct conn *c);
/* An account has changed (NULL or "": any may have): closes its sessions that are no longer good. */
void console_check(struct intake *in, const char *account);
/* Whom units act for may have changed (front_acting): those that are open learn it. */
void console_act(struct intake *in);
/* Other certificates are revoked now: closes the consoles that have shown one of them. */
void console_check_certificates(struct intake *in);
/* The events went back: closes the consoles that have seen more than there is now. */
void console_reset(struct intake *in);
/* Reads no more; what is in flight is answered, then every console is closed. */
void console_drain(struct intake *in);
/* What changes nothing and is not answered yet is refused: it can be asked again where the service goes on. */
void console_drop_reads(struct intake *in);
/* Closes those that are still there, and turns the loop until they are gone. */
void console_close_all(struct intake *in);

#endif
