/*
 * limits.h - token buckets by name: requests of an account, failed logins of an address. Bounded:
 * when all places are taken, the fullest bucket (whoever asked least lately) gives its up.
 */
#ifndef API_LIMITS_H
#define API_LIMITS_H
#include <stdbool.h>
#include <stdint.h>

struct limits;

/* `per_second` tokens come back a second (in thousandths of a token), up to `burst`. per_mille 0: no
 * limit at all. places: how many names are told apart. */
struct limits *limits_new(int64_t per_mille, int64_t burst, int places);
void limits_free(struct limits *l);
/* Takes one token. 0: there was one; else after how many whole seconds there will be. */
int limits_take(struct limits *l, const char *name, int64_t mono_ms);

#endif
