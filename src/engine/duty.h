/*
 * duty.h - the engine's side of duty: the month's spot checks as they are planned and fall due.
 * Place: engine, over register.h. The commands' functions are in handlers.h.
 */
#ifndef ENGINE_DUTY_H
#define ENGINE_DUTY_H
#include <stdint.h>

struct engine;
struct entry;
struct turn;

/* At the start: wants what was planned, and takes it. */
void duty_want_plans(struct turn *t);
void duty_take_plans(struct engine *e, const struct turn *t);
/* A turn that takes up what is due wants to know whether a unit whose check is due has a P1 open; plans the
 * month if none has been planned for it. */
void duty_want_due(struct turn *t);
void duty_fire(struct turn *t);
void duty_committed(struct engine *e, const struct turn *t);
/* The next month's beginning, or `next` if that is sooner. */
int64_t duty_next_wake(const struct engine *e, int64_t now, int64_t next);
/* A plan's wake: the checks whose time has come are asked for. */
void duty_plan_wake(struct turn *t, struct entry *e);

#endif
