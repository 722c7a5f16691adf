/*
 * bucket.h - the one token bucket: how much a name (an account, an address) may still use, refilled
 * by time.
 *
 * Place: base; the clock is passed in. Tokens are counted in thousandths, so that ten a minute is a
 * rate, too. What something costs may be known only after it was done: then it is taken afterwards,
 * the level falls below zero, and the name waits the longer.
 * Bounded: where all places are taken, those that are full again are forgotten, which changes nothing
 * for them; where none is, the fullest one is.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H
#include "base/clock.h"

#include <stddef.h>

#define BUCKET_TOKEN INT64_C(1000) /* thousandths in one token */

struct buckets;

/* `rate` thousandths of a token come back a second, up to `burst` tokens. rate 0: no limit at all.
 * places: how many names are told apart. */
struct buckets *buckets_new(int64_t rate, int64_t burst, size_t places);
void buckets_free(struct buckets *b);
/* 0: the name has a whole token; else after how many ms it will have one. Takes nothing. */
int64_t buckets_wait(struct buckets *b, const char *name, struct mono_ms now);
/* Takes one token and returns 0; where the name has no whole one, takes nothing and returns the wait. */
int64_t buckets_take(struct buckets *b, const char *name, struct mono_ms now);
/* Takes this many thousandths, even where so many are not there. */
void buckets_charge(struct buckets *b, const char *name, int64_t thousandths, struct mono_ms now);

#endif
