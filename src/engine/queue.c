/*
 * queue.c - commands that wait for a turn. Place: engine, below the links that fill it and the turns
 * that empty it. A batch is a turn's worth; one that is given back is used again.
 */
#include "engine/queue.h"
#include "base/arena.h"
#include "base/log.h"

#include <stdlib.h>

static struct batch *batch_new(struct queue *q)
{
	struct batch *b = q->spare;

	q->spare = NULL;
	if (!b) {
		b = xalloc(sizeof(*b));
		b->a = arena_new();
	}
	b->n = 0;
	b->next = NULL;
	return b;
}

/* The batch that takes one more. */
static struct batch *batch_open(struct queue *q)
{
	if (q->last && q->last->n < TURN_COMMANDS)
		return q->last;
	if (q->last)
		q->last = q->last->next = batch_new(q);
	else
		q->first = q->last = batch_new(q);
	return q->last;
}

static struct command *job_new(struct queue *q, struct batch *b, struct link *from)
{
	struct job *j = &b->jobs[b->n++];

	*j = (struct job){.from = from, .c = arena_alloc(b->a, sizeof(*j->c))};
	q->n++;
	return j->c;
}

bool queue_add(struct queue *q, struct link *from, struct str body)
{
	struct batch *b = batch_open(q);
	struct command c;

	if (!command_unpack(body, b->a, &c))
		return false;
	*job_new(q, b, from) = c;
	return true;
}

void queue_own(struct queue *q, enum command_kind_id kind, int64_t now)
{
	struct command *c = job_new(q, batch_open(q), NULL);

	c->kind = kind;
	c->received_at = now;
	c->who = (struct principal){.account = "local", .role = ROLE_LOCAL};
}

struct batch *queue_blank(struct queue *q)
{
	return batch_new(q);
}

struct batch *queue_take(struct queue *q)
{
	struct batch *b = q->first;

	if (!b)
		return batch_new(q);
	q->first = b->next;
	if (!q->first)
		q->last = NULL;
	q->n -= b->n;
	return b;
}

static void batch_free(struct batch *b)
{
	arena_free(b->a);
	free(b);
}

static bool holds_secret(const struct batch *b)
{
	for (int i = 0; i < b->n; i++)
		if (command_kinds[b->jobs[i].c->kind].secret)
			return true;
	return false;
}

void queue_give_back(struct queue *q, struct batch *b)
{
	if (q->spare) {
		if (holds_secret(b))
			arena_wipe(b->a);
		batch_free(b);
		return;
	}
	if (holds_secret(b))
		arena_wipe(b->a);
	else
		arena_reset(b->a);
	q->spare = b;
}

void queue_forget(struct queue *q, const struct link *l)
{
	for (struct batch *b = q->first; b; b = b->next)
		for (int i = 0; i < b->n; i++)
			if (b->jobs[i].from == l)
				b->jobs[i].from = NULL;
}

void queue_free(struct queue *q)
{
	while (q->first)
		batch_free(queue_take(q));
	if (q->spare)
		batch_free(q->spare);
	*q = (struct queue){0};
}
