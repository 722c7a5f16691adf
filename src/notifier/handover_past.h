/*
 * handover_past.h - was a dispatch handed over? As the file of what is handed over has it; where that was lost, as the journal says.
 */
#ifndef NOTIFIER_HANDOVER_PAST_H
#define NOTIFIER_HANDOVER_PAST_H
#include "store/handed.h"

struct arena;
struct exchange_partner;
struct event;
struct front;
struct incident;

/* The id of a row, by its event. */
void handed_set_id(struct handed *row, const struct event *e);

/* What is known: the file, and the journal by a front end's connection. */
struct handed_from {
	struct handed_file *file;
	struct front *front;
	const struct exchange_partner *partner;
};

/* Of the dispatch n of the incident. 1: *row is its instruction as the file has it, or has it from now on because
 * events say that the partner took it or that a person dropped it. 0: it was never to be sent; *row is what is to be added for it
 * (made_at is the caller's). -1: the file or the store cannot be read. Its texts lie in the arena. */
int handover_past(const struct handed_from *from, const struct incident *inc, int n, struct arena *a,
    struct handed *row);

#endif
