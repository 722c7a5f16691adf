/*
 * queue.h - commands that wait for a turn, in the order they came.
 */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H
#include "wire/messages.h"

#define TURN_COMMANDS 1024             /* a turn takes at most so many */
#define QUEUE_MOST (4 * TURN_COMMANDS) /* above, nothing more is read from the front ends */

struct arena;
struct calls;
struct link;
struct slot;

struct job {
	struct link *from; /* NULL: ours, or its front end is gone */
	struct command *c;
	struct slot *slot;           /* of the incident that it is about */
	struct slot *other;          /* of the incident that it names as the same matter; NULL none */
	const char *joins;           /* number of the incident that it makes its own follow; NULL: none */
	struct calls *calls;         /* of the caller of a report; NULL: he is not known */
	struct store_resent *resent; /* NULL: not sent again, or not about an incident */
	const char *key;             /* under which its answer is kept, NULL: none */
	struct reply reply;
	bool later; /* its answer comes from a work that takes several turns */
};
struct batch { /* the commands' texts and the turn's own lie in its arena */
	struct arena *a;
	struct job jobs[TURN_COMMANDS];
	int n;
	struct batch *next;
};
struct queue {
	struct batch *first, *last, *spare;
	int64_t n; /* commands in it */
};

/* False where the body is no command. */
bool queue_add(struct queue *q, struct link *from, struct str body);
/* A command of our own, received at that instant. */
void queue_own(struct queue *q, enum command_kind_id kind, int64_t now);
/* The first batch; an empty one where none waits. */
struct batch *queue_take(struct queue *q);
/* One without commands, for a turn of our own. */
struct batch *queue_blank(struct queue *q);
void queue_give_back(struct queue *q, struct batch *b);
/* The front end is gone: nothing waits for its answers. */
void queue_forget(struct queue *q, const struct link *l);
void queue_free(struct queue *q);

#endif
