/*
 * handed.h - what is to be said to partners, and what was: the notifier's second file, beside outbox.h's.
 *
 * A row is written before the outbox says that its event was dealt with, and has a key that comes from the event: an
 * event that is followed again makes no second row, and none is lost.
 */
#ifndef STORE_HANDED_H
#define STORE_HANDED_H
#include "base/str.h"

struct arena;
struct handed_file;

/* Stored as numbers: new ones go to the end. */
enum handed_kind { HAND_OVER, HAND_AMENDED, HAND_URGED, HAND_DECIDED, HAND_WITHDRAWN, HANDED_KINDS };
enum handed_state { HANDED_WAITING, HANDED_TAKEN, HANDED_DROPPED /* what it tells of has ended */ };

#define HANDED_ID_LEN 16

struct handed {
	char id[HANDED_ID_LEN + 1];
	const char *partner, *dispatch;
	int64_t seq;
	enum handed_kind kind;
	enum handed_state state;
	int64_t made_at, next_at;
	int tries;
	bool told;
	const char *ticket, *why; /* NULL: none */
};

/* In the outbox's folder, which is there. NULL: it cannot be opened, which the log says. */
struct handed_file *handed_open(const char *store);
void handed_close(struct handed_file *f);
/* Committed when they return; false: not written, which the log says. A row that is there is not made again. */
bool handed_add(struct handed_file *f, const struct handed *one);
bool handed_save(struct handed_file *f, const struct handed *one);
/* Those that wait, in the order of their events; texts in the arena. -1: unreadable. */
int handed_waiting(struct handed_file *f, int most, struct arena *a, struct handed *out);
/* Forgets what is done and was made before then. */
bool handed_forget(struct handed_file *f, int64_t before);

#endif
