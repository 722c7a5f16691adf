/*
 * heartbeat.h - the engine's heartbeat, its metrics, and the wall clock's steps.
 */
#ifndef ENGINE_HEARTBEAT_H
#define ENGINE_HEARTBEAT_H
#include <stdbool.h>
#include <stdint.h>

struct engine;

/* A heartbeat was committed, or cannot be: the disk is full, or the store only read, which no restart
 * would cure. The front ends and the supervisor hear it, and the metrics say which. */
void heartbeat_alive(struct engine *e);
/* What the front ends are told: instant, seq, metrics. */
void heartbeat_pulse(struct engine *e);
/* Was the wall clock set since the last look? */
bool heartbeat_look_at_clock(struct engine *e);

/* Judges the clock anew (trust.h); true where that has changed, which is an alarm or the end of one. */
bool heartbeat_look_at_trust(struct engine *e);
/* May a heartbeat be stored at this instant? Not by a clock that was set back a moment ago and has not been looked at since: it
 * would take the witness away. */
bool heartbeat_may_be_stored(const struct engine *e);
/* A heartbeat was stored. */
void heartbeat_stored(struct engine *e, int64_t at);

#endif
