/*
 * models.h - the model of texts of the mechanism in force is made where its file is missing: by the report process,
 * from the stored revision, so that its memory and its time are not the engine's. Front ends find the file; until it
 * is there, they go on with the model that they have, or with rules alone.
 */
#ifndef ENGINE_MODELS_H
#define ENGINE_MODELS_H

struct engine;

/* Asks for what is to be made; called each second. */
void models_look(struct engine *e);
/* It is not waited for. */
void models_stop(struct engine *e);

#endif
