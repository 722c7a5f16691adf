/*
 * unread.h - events whose record could not be read when they came, in the order in which they are tried again. Pure.
 *
 * Each try may be a wait for a bad disk, so a turn takes some of them; those that fail again go behind the others, and so each has
 * its turn. Place: notifier; under the pump.
 */
#ifndef NOTIFIER_UNREAD_H
#define NOTIFIER_UNREAD_H
#include "domain/incident.h"

#define UNREAD_EACH 16 /* are tried in one turn */

struct unread {
	int64_t seq, since;
	enum event_type type;
	int dispatch;
	char number[NUMBER_MAX + 1];
};

struct unread_list {
	struct unread *v;
	int n, cap;
};

void unread_add(struct unread_list *l, const struct unread *u);
/* Takes the first of them; returns how many. */
int unread_take(struct unread_list *l, struct unread out[UNREAD_EACH]);
/* The smallest seq of them; INT64_MAX: there is none. */
int64_t unread_first(const struct unread_list *l);
void unread_free(struct unread_list *l);

#endif
