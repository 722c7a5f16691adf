/*
 * adopt_said.h - what the judgement of another mechanism has found, as events, answers and the log say it. Place: engine, under
 * adopt.c.
 */
#ifndef ENGINE_ADOPT_SAID_H
#define ENGINE_ADOPT_SAID_H
#include "base/json.h"

struct adopting;

/* For events: numbers, P1 categories and targets, nothing of an incident. */
void adopt_put_compared(struct json *j, const struct adopting *a);
/* For the answer: targets[] that are others now, lacking[] what partners need and have not. */
void adopt_put_found(struct json *j, const struct adopting *a);
/* Who changed the files on disk is not known: what goes elsewhere from now on is in the log, too. */
void adopt_log_targets(const struct adopting *a);

#endif
