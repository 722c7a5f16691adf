/*
 * ring.h - the recent events, in order, bounded in bytes; and for each unit the seq of the last
 * event that its poll would show. Pushes, polls and event pages are served from here; what is older
 * comes from the store.
 *
 * Invariant: the events kept are ring_first() … ring_last() without a gap; ring_first() is
 * ring_last() + 1 where none is kept.
 */
#ifndef FRONT_RING_H
#define FRONT_RING_H
#include "wire/messages.h"

struct ring;

/* Holds at most `bytes` of events; the newest one is always kept. */
struct ring *ring_new(size_t bytes);
void ring_free(struct ring *r);
/* Forgets everything; the next event will be seq + 1. */
void ring_reset(struct ring *r, int64_t seq);
/* Copies it. Its seq is ring_last() + 1. */
void ring_add(struct ring *r, const struct seen_event *p);
int64_t ring_first(const struct ring *r);
int64_t ring_last(const struct ring *r);
/* NULL where it is not kept. Borrowed until the next ring_add or ring_reset. */
const struct seen_event *ring_at(const struct ring *r, int64_t seq);
/* The last event that this unit's poll would show; where none came since the reset, the seq of the
 * reset: what was before is not known here. */
int64_t ring_unit_seq(const struct ring *r, const char *unit);
/* Bytes kept. */
size_t ring_bytes(const struct ring *r);

/* Does the event change what the unit's poll shows? Being delivered and being looked at do not,
 * neither does what happens to another unit's dispatch of the same incident. */
bool ring_touches(const struct seen_event *p, const char *unit);

#endif
