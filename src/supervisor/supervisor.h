/*
 * supervisor.h - starts the processes, starts them again, drains them. No libevent, no parsing of
 * anything that strangers send.
 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H
#include "mechanism/options.h"

/* Runs until SIGTERM or SIGINT, or until a first start fails. The exit code: 0, or one of
 * front/child.h's, and its sentence was said. `config` is a descriptor of the bytes that the options
 * were read from. */
int supervisor_run(const struct options *o, int config, const char *clock);
/* `liandongd -n`: the options and the mechanism, all problems at once on standard output. 0 or 78. */
int supervisor_check(const char *file, int64_t now);
/* A sentence for the person who started us, on standard error. */
void supervisor_say(const char *sentence);

#endif
