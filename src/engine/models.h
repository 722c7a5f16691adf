/*
 * models.h - the model of texts of the mechanism in force is made where its file is missing: in a thread, outside
 * every turn, from copies. Front ends find the file; until it is there, they go on with the model that they have,
 * or with rules alone.
 */
#ifndef ENGINE_MODELS_H
#define ENGINE_MODELS_H

struct engine;

/* Begins or ends what is to be done; called each second. */
void models_look(struct engine *e);
/* Waits for the thread. */
void models_stop(struct engine *e);

#endif
