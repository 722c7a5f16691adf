/*
 * same.h - one matter, several incidents: what an act on one of them does to the others. same.c has the rules.
 */
#ifndef ENGINE_SAME_H
#define ENGINE_SAME_H
#include "engine/core.h"

/* The incident that a report names as its own matter, if the caller may see it; NULL: there is none. */
struct incident *matter_main(const struct turn *t, const struct job *j);
/* What it names follows another one: that one is the job's from here on, if the caller may see it; NULL: it may not. */
struct incident *matter_main_of_follower(struct turn *t, struct job *j);
/* A new follower: the main counts it. */
void matter_joined(struct turn *t, struct job *j, struct incident *follower);
/* Does the command make its incident follow another one? Its job knows which from here on. r: the request that it
 * decides; NULL none. */
void matter_look(struct turn *t, struct job *j, const struct request *r);
/* May it follow that one? True where it is to follow none. */
bool matter_fits(struct turn *t, const struct job *j, struct refusal *why);
/* After an act: what was cancelled for another one follows it with all that followed it; else its followers
 * are free. One that was reopened leaves its main. */
void matter_follows(struct turn *t, struct job *j, struct warnings *warnings);
/* The answer's `main`, where the incident has come to follow another one. */
void matter_tell(struct turn *t, const struct job *j, struct json *out);

#endif
