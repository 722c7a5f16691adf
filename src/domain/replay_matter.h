/*
 * replay_matter.h - requests by their events alone, compared with their rows; for the audit, as replay.h is.
 */
#ifndef DOMAIN_REPLAY_MATTER_H
#define DOMAIN_REPLAY_MATTER_H
#include "domain/replay.h"

/* What the events of one request say. */
struct replayed_request {
	bool asked; /* there is one */
	enum request_kind kind;
	enum request_state state;
	int64_t asked_at, due;
};
/* The number behind the last letter of "ZP-1.r3" or "R12", which the event's data names; 0: it is about no
 * request. */
int64_t replay_request_of(const struct event *e);
/* The event is about that request. */
void replay_request(struct replayed_request *r, const struct event *e);
/* stored NULL: there is no row. Differences are added to out[n], which has room for REPLAY_REQUEST_MOST more;
 * returns how many there are now. */
#define REPLAY_REQUEST_MOST 5
int replay_request_compare(const struct request *stored, const struct replayed_request *said, const char *id,
    struct arena *a, struct difference *out, int n);
/* All requests of an incident. *out in the arena; returns how many differ. */
int replay_requests(const struct incident *stored, const struct event *events, int n, struct arena *a,
    struct difference **out);

#endif
