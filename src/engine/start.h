/*
 * start.h - what the engine does before it serves.
 */
#ifndef ENGINE_START_H
#define ENGINE_START_H
#include <stdbool.h>

struct engine;

struct options;

/* Do front ends that are other users read the store as its group? */
bool start_shares(const struct options *o);
/* 0, or the exit code and its sentence was said. */
int start_store(struct engine *e);
int start_mechanism(struct engine *e);
/* Reads the recorded downtimes. */
void start_downtimes(struct engine *e);

#endif
