/*
 * heads_said.h - what a file of heads proves, in sentences.
 */
#ifndef CTL_HEADS_SAID_H
#define CTL_HEADS_SAID_H
#include "ctl/ctl.h"
#include "ctl/heads.h"

/* Names the line that does not hold and what that means; returns EXIT_REFUSED. */
int heads_say_fault(struct ctl *ctl, const char *file, const struct heads_proof *proof);
/* The whole file, for audit verify: EXIT_DONE where at least one line is of this store and none fails. Damaged
 * lines are said and do not fail. */
int heads_say(struct ctl *ctl, const char *file, const struct heads_proof *proof);

#endif
