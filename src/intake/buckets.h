/*
 * buckets.h - how many requests an account may still make: a token bucket for each, refilled by
 * time. Bounded: the account that asked least lately gives its place up.
 */
#ifndef INTAKE_BUCKETS_H
#define INTAKE_BUCKETS_H
#include "base/clock.h"

struct buckets;

/* per_second 0: no limit. */
struct buckets *buckets_new(int64_t per_second, int64_t burst);
void buckets_free(struct buckets *b);
/* Takes one token of the account; false: it has none left. */
bool buckets_take(struct buckets *b, const char *account, struct mono_ms now);

#endif
