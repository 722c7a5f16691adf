/*
 * modes.h - the end of an emergency mode, and what follows from it.
 *
 * Its silent dispatches get new report clocks, some incidents a turn: while an ended mode has a wake that is
 * not done. Done again after a crash it changes nothing that was done.
 */
#ifndef ENGINE_MODES_H
#define ENGINE_MODES_H
#include "engine/turn.h"

/* Of a mode's entry: it ends; or, where it has ended, the next incidents are looked at. */
void mode_wake(struct turn *t, struct entry *e);
/* Wants the next incidents where a mode's end is being carried out. */
void mode_want(struct turn *t);
/* After the commit: where it goes on. */
void mode_committed(struct engine *e, const struct turn *t);

#endif
