/*
 * ownership.h - the ownership book (权属台账): whose a pole, a cover or a cable is that somebody found at a
 * place. It is proposed where a report names the place, and never routes by itself.
 */
#ifndef ENGINE_OWNERSHIP_H
#define ENGINE_OWNERSHIP_H
#include "engine/turn.h"

/* After a commit, and at the start: the entry is what it is now. */
void ownership_keep(struct engine *e, const struct entry *entry);
/* ownership[] of what was found at the incident's place: at most five, the newest first, disputed ones not. */
void ownership_propose(struct json *j, const struct engine *e, const struct incident *inc);
/* A step names whose the thing is (owner.*): recorded at the incident's place; said in w where it cannot be. */
void ownership_found(struct turn *t, struct job *j, const struct incident *inc, struct warnings *w);

#endif
