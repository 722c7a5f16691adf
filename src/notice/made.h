/*
 * made.h - which events make which notices, and whether one still says what is so.
 *
 * One table (made.c) of event, class and whom. Pure.
 */
#ifndef NOTICE_MADE_H
#define NOTICE_MADE_H
#include "base/digest.h"
#include "domain/incident.h"
#include "notice/addressee.h"
#include "wire/told.h"

/* Does an event of this type make any? */
bool made_of(enum event_type type);
/* Must its recipients[] be read for that? */
bool made_told(enum event_type type);
/* The notices of an event, without attempts, in the arena; *n of them. `t` may be NULL where made_told says no. `hash` is that of the event's journal row: ids come
 * from it, so that they are the same however often it is read. `inc` is its incident as it is now. */
struct outgoing *made_from(const struct event *e, const struct told_by *t, const struct incident *inc,
    const struct digest *hash, const struct mechanism *m, const struct circumstances *around, int64_t now,
    struct arena *a, int *n);

/* Returns true if the unit's people on duty have no channel. made_from makes no notice of the unit's instructions then. */
bool made_none_for(const char *unit, const struct mechanism *m, const struct circumstances *around,
    int64_t now);

/* Is it of the journal row with that hash? Not, where the store was restored and has gone on otherwise. */
bool made_of_row(const struct outgoing *o, const struct digest *hash);

/* Is what it says still to be done? */
enum still { STILL_OPEN, STILL_ACTED, STILL_ENDED };
enum still made_still(const struct outgoing *o, const struct incident *inc);

#endif
