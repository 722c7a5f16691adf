/*
 * outbox.h - what the process notifier remembers: how far it has followed the events, and what goes out.
 *
 * A file of its own, beside the store and in no way part of it: it may be deleted, and then the notifier begins at
 * the present. How far it came and the rows that this made are written in one transaction, so that after a crash none
 * is missing and none is made twice. A function that fails leaves nothing half done; the caller ends, and is started again.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H
#include "base/str.h"

#define OUTBOX_FOLDER "notices" /* beside the store */

struct arena;
struct outbox;

/* NULL with why. Makes folder and file where they are not there yet. */
struct outbox *outbox_open(const char *store, bool english, char *why, size_t why_len);
void outbox_close(struct outbox *o);

/* The last event that was dealt with, and of which store; -1: none yet, it is a new file. */
int64_t outbox_cursor(const struct outbox *o);
const char *outbox_store(const struct outbox *o);

/* All that is written between these is one transaction. */
bool outbox_begin(struct outbox *o);
bool outbox_commit(struct outbox *o);
bool outbox_follow(struct outbox *o, const char *store, int64_t seq);

#endif
