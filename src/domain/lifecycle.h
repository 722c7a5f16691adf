/*
 * lifecycle.h - what a command does to an incident: the pure heart of the engine.
 * (incident, command, mechanism, now) -> changed incident, events, or a refusal and nothing changed.
 * No I/O, no clock, no globals: the same code runs in the daemon, in tests, in replays.
 */
#ifndef DOMAIN_LIFECYCLE_H
#define DOMAIN_LIFECYCLE_H
#include "domain/circumstances.h"
#include "domain/command.h"
#include "domain/deadline.h"
#include "domain/routing.h"

/* A new incident from incident.report: routed, dispatched, with clocks and events. Nothing in it is a
 * reason to refuse it; what was odd stands in out->warnings and in the incident. `salt`: random. */
struct incident *lifecycle_report(const struct command *said, const struct mechanism *m, int64_t now,
    const unsigned char salt[SALT_LEN], struct decision *out, struct arena *a);
/* Any other command that changes an incident. *touched: the dispatch it was about, NULL none. False
 * with why, then inc is as it was. An act that changes nothing (already acknowledged) is no refusal:
 * true with no events. What was odd about it stands in out->warnings. A dispatch command names its dispatch in FIELD_DISPATCH; dispatch.deliver,
 * which may name several, is decided one dispatch at a time. A liaison's command on another unit's
 * dispatch is not-found. A clock that fell due while the system was away and is met too late is labelled
 * system-caused. */
bool lifecycle_decide(struct incident *inc, const struct command *c, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct dispatch **touched,
    struct arena *a, struct refusal *why);
/* What is due: fires rungs, sets wake_at anew (which then lies after now). */
void lifecycle_wake(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a);
/* The route query of a report command that was resolved (resolve.h), also for route.explain. */
struct route_query lifecycle_query(const struct command *c, int64_t now);
/* The query that a stored incident was routed by: as it was reported, before the desk amended it. */
struct route_query lifecycle_query_of(const struct incident *inc);

#endif
