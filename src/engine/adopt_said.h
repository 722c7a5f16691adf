/*
 * adopt_said.h - the result of judging another mechanism, as events, answers and the log have it. Place: engine, under
 * adopt.c.
 */
#ifndef ENGINE_ADOPT_SAID_H
#define ENGINE_ADOPT_SAID_H
#include "base/json.h"

struct adopting;

/* For events: numbers, P1 categories, targets and what is asked less of, nothing of an incident. */
void adopt_put_compared(struct json *j, const struct adopting *a);
/* For the answer: targets[] that have changed; loosened[], what is asked less of; lacking[], what the accounts of partners
 * lack. */
void adopt_put_found(struct json *j, const struct adopting *a);
/* A change of the files on disk has no author: a target that has changed, and what is asked less of, is in the log, too. */
void adopt_log_changes(const struct adopting *a);

#endif
