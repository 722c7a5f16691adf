/*
 * similar.h - recent incidents, for the reply that names those that may be the same matter.
 */
#ifndef ENGINE_SIMILAR_H
#define ENGINE_SIMILAR_H
#include "domain/mechanism.h"
#include "domain/incident.h"
#include "store/store.h"
#include "wire/render.h"

struct recent;
struct recent *recent_new(void);
void recent_free(struct recent *r);
/* Fills it with what is open and was reported since. */
void recent_fill(struct recent *r, struct store *s, const struct mechanism *m, int64_t since);
void recent_add(struct recent *r, const struct mechanism *m, const struct incident *inc);
/* Forgets those that were added since `mark`: their turn failed. */
int64_t recent_mark(const struct recent *r);
void recent_rewind(struct recent *r, int64_t mark);
/* As it is now, after a commit: open or not, confidential or not, amended. */
void recent_changed(struct recent *r, const struct mechanism *m, const struct incident *inc);
/* Those that are like it and were reported before it; at most policy.similar_most: of the same caller
 * first, then of the same address, then the nearest, and of these the newest. Confidential ones are named
 * only to who may see `all`: the desk. */
int recent_similar(struct recent *r, const struct mechanism *m, const struct incident *inc, bool all,
    struct arena *a, struct similar **out);

#endif
