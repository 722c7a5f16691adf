/*
 * caller.h - what the caller of a report has reported before, for the desk.
 */
#ifndef ENGINE_CALLER_H
#define ENGINE_CALLER_H
#include "engine/core.h"

/* Wants it loaded for this report, if the reporter left a phone and who reports may see it. */
void caller_want(struct turn *t, struct job *j);
/* The new incident is his. */
void caller_reported(struct turn *t, struct job *j, struct incident *inc);
/* The desk has amended the phone. */
void caller_amended(struct turn *t, const struct job *j, struct incident *inc);
/* Before this incident; NULL: there is nothing to show. */
const struct call_history *caller_history(struct turn *t, const struct job *j, const struct incident *inc);

#endif
