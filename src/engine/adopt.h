/*
 * adopt.h - another mechanism comes into force: by config.reload, routing.put, routing.rollback, routing.approve, a
 * SIGHUP, or the grant of other contacts of a unit. Checking, its cases and the comparison are the report process's work, building it a thread's; a turn of
 * its own puts it into force, or keeps it for a second administrator.
 * Place: engine.
 */
#ifndef ENGINE_ADOPT_H
#define ENGINE_ADOPT_H
#include "engine/kinds.h"

struct entry;

/* request.decide grants a unit's proposal, an object as report/contacts.h takes it: the request is granted by the turn that puts the
 * contacts into force, and stays as it is where that fails. */
void adopt_contacts(struct turn *t, struct job *j, struct str proposal);
/* After the commit of the command: asks the report process. */
void adopt_begin(struct engine *e, const struct effects *x);
/* What the report process has found: a body of the format "adopt". */
void adopt_judged(struct engine *e, const struct report_made *made, struct str bytes);
/* The certificates that a reload has had read again are there, or were refused. */
void adopt_certificates(struct engine *e);
/* The engine ends: who waits is told. */
void adopt_stop(struct engine *e);
/* The front end that waits is gone. */
void adopt_gone(struct engine *e, const struct link *l);
/* A proposal that was not approved in time. */
void adopt_wake(struct turn *t, struct entry *e);

#endif
