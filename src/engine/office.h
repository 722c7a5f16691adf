/*
 * office.h - what people have ordered and recorded, as the engine keeps it in memory: modes and swaps of duty,
 * which circumstances are made of, and the ownership book.
 */
#ifndef ENGINE_OFFICE_H
#define ENGINE_OFFICE_H
#include "engine/turn.h"

/* After a commit: it is what the turn has saved. */
void office_committed(struct engine *e, const struct turn *t);
/* At the start: wants all that is stored, and takes it. */
void office_want(struct turn *t);
void office_take(struct engine *e, const struct turn *t);

#endif
