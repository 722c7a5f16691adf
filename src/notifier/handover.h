/*
 * handover.h - what partners of exchange.yaml are told: an instruction to their unit, what has changed of it, that it is
 * withdrawn.
 *
 * A message is written down before its event is done with, goes until the partner has taken it, one dispatch's in order,
 * and always with the same key. Where an instruction was not taken in time, the desk is told to hand it over by phone;
 * its clocks run all the same.
 */
#ifndef NOTIFIER_HANDOVER_H
#define NOTIFIER_HANDOVER_H
#include <stdbool.h>

#define EXIT_HANDED 74 /* EX_IOERR: what cannot be written is not done; another process begins again */

struct handover;
struct notifier;
struct seen_event;

/* NULL: its file cannot be opened, which the log says. */
struct handover *handover_new(struct notifier *n);
void handover_free(struct handover *h);
/* Before anything says that the event was dealt with. False: it could not be written down; the process is to end. */
bool handover_event(struct handover *h, const struct seen_event *e);
/* Sends what is due; from a pulse, and by itself every second. */
void handover_turn(struct handover *h);

#endif
