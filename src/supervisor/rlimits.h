/* rlimits.h - what the system lets a process have: descriptors and the size of files. */
#ifndef SUPERVISOR_RLIMITS_H
#define SUPERVISOR_RLIMITS_H
#include "base/buf.h"
#include "mechanism/options.h"

/* Raises both limits as far as we may, for us and the children. 0, or the exit code with a sentence in
 * why, where too little is left to serve. Less than the options ask for is said and logged. */
int rlimits_raise(const struct options *o, struct buf *why);

#endif
