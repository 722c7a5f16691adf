/*
 * period.h - the closing of a period (定稿). Its document is made by the process that makes reports, from one
 * seq, and comes back as bytes: a turn of its own stores it.
 */
#ifndef ENGINE_PERIOD_H
#define ENGINE_PERIOD_H
#include "engine/kinds.h"

/* After the commit of the command: asks for the document. */
void period_begin(struct engine *e, const struct effects *x);
/* The engine ends: who waits is told. */
void period_stop(struct engine *e);

#endif
