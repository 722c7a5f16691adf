/*
 * starting.h - what a caller at the control socket hears before a process serves there: that the daemon is starting, and
 * what takes so long. No byte of the caller's is read.
 */
#ifndef SUPERVISOR_STARTING_H
#define SUPERVISOR_STARTING_H
#include "wire/messages.h"

/* Is it a word of an engine about its start? */
bool starting_is(enum message word);
/* Answers each connection that waits at the listener; it hears nothing more. step: the engine's last word of its start. */
void starting_answer(int listener, enum message step, bool english);
/* Another process serves from now on: what was answered is closed. */
void starting_ends(void);
/* STATUS= for systemd. */
const char *starting_status(enum message step);

#endif
