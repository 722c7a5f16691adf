/*
 * correct.h - dispatch.correct: a step gets another instant, or none. Private to the lifecycle.
 */
#ifndef DOMAIN_CORRECT_H
#define DOMAIN_CORRECT_H
#include "domain/act.h"

/* The act of the command; false with why, and nothing changed. */
bool correct_step(struct act *x);

#endif
