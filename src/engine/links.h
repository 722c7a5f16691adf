/*
 * links.h - the front ends at the engine's socket.
 */
#ifndef ENGINE_LINKS_H
#define ENGINE_LINKS_H
#include "wire/messages.h"

struct event;
struct event_base;
struct link;
struct peer;

struct links_handlers {
	/* It said HELLO: the WELCOME that it is told, valid until the next call. */
	const struct welcome *(*hello)(void *arg, struct link *l);
	/* False where the body is no command: it is cut off. */
	bool (*command)(void *arg, struct link *l, struct str body);
	/* It is gone; l is freed after the call. */
	void (*gone)(void *arg, const struct link *l);
};
struct links {
	struct event_base *base;
	const struct links_handlers *h;
	void *arg;
	struct link *first;
	struct event *accept; /* NULL: accepts no connection */
	bool paused;
};
struct link {
	struct links *all;
	struct peer *peer;
	struct link *next;
	bool greeted; /* its HELLO came */
	char role[16];
};

void links_listen(struct links *all, int fd);
/* The socket was bound anew: goes on with this listener, which it takes. */
void links_listen_on(struct links *all, int fd);
/* Takes the descriptor of one that connected. */
struct link *links_take(struct links *all, int fd);
/* `to` NULL: no link waits for it. */
void links_send(struct link *to, const struct reply *r);
/* To all that greeted. */
void links_broadcast(struct links *all, enum message what, struct str body);
void links_flush(struct links *all);
/* Reading stops while more waits than is good, and goes on after. */
void links_pause(struct links *all, bool paused);
/* Accepts no more connections. */
void links_close_listener(struct links *all);
/* How many greeted; how many of one role. */
int links_count(const struct links *all);
int links_count_of(const struct links *all, const char *role);

#endif
