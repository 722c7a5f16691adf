/*
 * parts.h - the front's own state, shared by its files and by nobody else.
 */
#ifndef FRONT_PARTS_H
#define FRONT_PARTS_H
#include "front/accounts.h"
#include "front/front.h"
#include "front/link.h"
#include "front/personal.h"
#include "front/revisions.h"
#include "front/ring.h"

struct front {
	const struct options *options;
	struct front_handlers h;
	void *arg;
	struct engine_link *link;
	struct ring *ring;
	struct accounts *accounts;
	struct revisions *revisions;
	struct personal_reads *personal_reads;
	struct reads *reads; /* NULL before the first WELCOME */
	struct mechanism *mechanism;
	struct arena *welcome_arena, *pulse_arena, *gap_arena;
	struct welcome welcome; /* epoch 0: none yet */
	struct pulse pulse;
	bool ready, pulsed;
	int64_t welcomed_at, pulsed_at; /* monotonic ms */
	int64_t seq;
	const char *shown;
	int64_t n_reads, n_events;
};

/* -- reads (query.c, query_list.c, query_poll.c) --------------------------------------------- */

/* One read in hand. */
struct query {
	struct front *f;
	const struct command *c;
	struct view view;
	struct arena *a;
	struct buf *out;
	struct json j; /* to out */
	struct refusal *why;
	const struct mechanism *m;
	int64_t now;
};

/* Writes the whole result, or refuses (then what it wrote is thrown away). */
typedef bool query_handler(struct query *q);
query_handler query_incident_get, query_incident_list, query_dispatch_get, query_dispatch_list,
    query_dispatch_deadlines, query_event_list, query_unit_list, query_unit_get, query_status_get,
    query_route_explain, query_account_list;

/* The incident as the caller may see it; NULL refused: not found, or the store cannot be read. */
struct incident *query_incident(struct query *q, const char *number);
/* `dispatch` of the command with its incident: a liaison's own only. NULL refused. */
struct incident *query_dispatch(struct query *q, struct dispatch **d);
bool query_not_found(struct query *q, const char *what, const char *what_en, const char *id);
bool query_unavailable(struct query *q);
/* Opaque positions: a letter for what it is a position in, and hex. 0 where the command has none;
 * false (refused) where it is not one of that kind. */
bool query_cursor(struct query *q, char kind, int64_t *out);
void query_put_cursor(struct json *j, const char *key, char kind, int64_t at);
/* Will showing it to this caller deliver it? */
bool query_delivers(const struct query *q, const struct dispatch *d);
/* A dispatch object with `matter`, its incident, in it; marks it as shown to its own unit, and records
 * a look at it. */
void query_put_dispatch(struct query *q, const struct incident *inc, const struct dispatch *d);
/* Records that this caller saw the personal data of the dispatch (NULL: of an incident without
 * one), the first time today. */
void query_looked(struct query *q, const struct incident *inc, const struct dispatch *d);

#define PAGE_BYTES ((size_t)128 * 1024)
#define PAGE_MOST 100

#endif
