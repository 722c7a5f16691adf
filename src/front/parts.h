/*
 * parts.h - the front's own state, shared by its files alone.
 */
#ifndef FRONT_PARTS_H
#define FRONT_PARTS_H
#include "front/accounts.h"
#include "front/acting.h"
#include "front/front.h"
#include "front/notifying.h"
#include "front/personal.h"
#include "front/presence.h"
#include "front/reporting.h"
#include "front/revisions.h"
#include "front/ring.h"

#include "text/cache.h"

#include <sys/queue.h>

TAILQ_HEAD(front_reads, front_read);

struct front {
	const struct options *options;
	const char *report_path, *notifier_path;
	struct event_base *base;
	struct front_handlers h;
	void *arg;
	struct feed *feed;
	struct engine_link *link; /* the feed's */
	struct ring *ring;
	struct accounts *accounts;
	struct logins *logins;
	struct acting *acting;
	struct revisions *revisions;
	struct personal_reads *personal_reads;
	struct presences presences;
	struct reads *reads; /* the feed's; NULL before the first WELCOME */
	struct arena *around_arena;
	struct circumstances around; /* the swaps of duty; no downtimes */
	struct mechanism *mechanism;
	struct text_model *texts; /* NULL: there is none yet, and rules alone decide */
	struct buf proposed;      /* what it made of the last description */
	struct arena *pulse_arena;
	struct pulse pulse;
	struct event *again; /* account_changed is owed: the store could not be read */
	bool ready, pulsed;
	int64_t welcomed_at, pulsed_at; /* monotonic ms */
	int64_t seq;
	int64_t n_reads, n_events;

	/* reads (read.c) */
	struct buf page;              /* the result being rendered */
	struct front_reads all_reads; /* in hand */
	struct front_reads queue;     /* heavy ones that wait for the next round */
	struct event *round;          /* the next round of the loop */
	bool busy;                    /* a heavy read was done in this one */
	struct arena *spare_arenas[8];
	int n_spare_arenas;
	int64_t read_rows, read_bytes, read_us, n_queued;
};

/* Whether tokens are still good was asked, and could not be read: account_changed comes again soon. */
void front_ask_again(struct front *f);

/* What the model of texts makes of a description, good until the next call; NULL: there is no model, nothing is
 * said, or nothing of it is known. */
const char *front_proposal(struct front *f, const char *description);

/* -- reads (read.c; query*.c) ------------------------------------------ */

/* A dispatch that the result shows in full rendering, with its incident (d NULL: an incident alone). */
struct shown {
	struct incident *inc;
	struct dispatch *d;
};

/* What a kind of read does; a step that is NULL is left out. */
struct query {
	/* Points q->wants at what is to be loaded; called again after each load, until it wants nothing
	 * more. False: refused. */
	bool (*want)(struct front_read *q);
	/* Instead: what the report process is asked for; its bytes are q->made then. False: refused. */
	bool (*ask)(struct front_read *q, struct report_ask *ask);
	/* Or: what the engine is told; its answer is q->made then. False: refused. */
	bool (*tell)(struct front_read *q, struct command *c);
	/* Or: the notifier is asked for its part of status, where there is anything that it sends; q->made is its answer then, n 0
	 * where it was away for NOTIFYING_HEALTH_MS. Never refused for it. */
	bool notices;
	/* Looks at what was loaded: refuses what the caller may not see (false), says by query_show what
	 * the result will show. */
	bool (*choose)(struct front_read *q);
	void (*render)(struct front_read *q);
	bool heavy; /* may look at many rows: takes turns */
	bool etag;  /* shows one dispatch, which has an ETag */
};
extern const struct query query_incident_get, query_incident_list, query_dispatch_get, query_dispatch_list,
    query_dispatch_deadlines, query_event_list, query_unit_list, query_unit_get, query_category_list,
    query_status_get, query_route_explain, query_account_list, query_report, query_request_list,
    query_finding_list, query_entry_list, query_duty_get, query_routing_get, query_routing_log,
    query_routing_diff, query_routing_check, query_routing_cases, query_session_get, query_session_list,
    query_incident_draft, query_series_get, query_board_get, query_area_list, query_calendar_get,
    query_queue_list, query_photo_get;

/* One read in hand. */
struct front_read {
	struct front *f;
	struct front_read **slot;
	front_read_cb *cb;
	void *arg;
	const struct query *kind;
	enum {
		READ_WANT,
		READ_LOAD,
		READ_LOADED,
		READ_ASK,
		READ_CHOOSE,
		READ_DELIVER,
		READ_DELIVERED,
		READ_RENDER
	} phase;
	const struct command *c; /* in the arena, as the view's unit */
	struct view view;
	bool show, heavy;
	bool waiting, delivered; /* waiting: in front.queue */
	struct arena *a;
	struct arena *slice; /* of what is loaded now, where the read goes by slices; NULL: that lies in a */
	struct mechanism *m; /* held */
	int64_t now, upto;   /* upto: the events' end when it began; a list reaches no further */
	int64_t began_us, spent_us;

	struct reads_wants wants;
	int loads;
	bool loading; /* a load comes later */
	struct want_incidents incidents;
	struct want_page page;
	struct want_open open;
	struct want_events events;
	struct want_accounts accounts;
	struct want_files files;
	struct want_circumstances circumstances;
	struct want_entries entries;
	struct store_history history;
	void *own; /* the kind's own state */

	struct shown *shown;
	size_t n_shown, cap_shown;
	struct engine_ticket *ticket; /* of the delivery */
	struct reporting *reporting;  /* the report process is asked */
	struct notifying *notifying;  /* the notifier is */
	struct str made;              /* what it made */

	struct json j; /* to front.page */
	struct read_result result;
	TAILQ_ENTRY(front_read) all, turn;
};

/* Is there anything that the notifier sends? */
bool query_sends_notices(const struct front_read *q);
/* What was wanted before is wanted no more. */
void query_want_nothing(struct front_read *q);
/* From the next load on, what is loaded is good until the load after it: a read of thousands keeps what it made of
 * them, not them. */
void query_by_slices(struct front_read *q);
/* The incidents with these numbers. */
void query_want_incidents(struct front_read *q, const char *const *numbers, int n);
/* The result will show it: delivered and recorded before it is rendered. */
void query_show(struct front_read *q, struct incident *inc, struct dispatch *d);

/* The one incident that was wanted, as the caller may see it; NULL refused: not found. */
struct incident *query_incident(struct front_read *q, const char *number);
static inline bool query_not_found(struct front_read *q, const char *what, const char *what_en,
    const char *id)
{
	return refuse_as(&q->result.why, ERROR_NOT_FOUND, NULL, arena_printf(q->a, "没有%s %s", what, id),
	    arena_printf(q->a, "there is no %s %s", what_en, id));
}
/* The incident of the dispatch that the command names is wanted. False (refused): it is no dispatch's name. */
bool query_want_dispatch(struct front_read *q);
/* That dispatch: a liaison's own only. False (refused): not found. */
bool query_dispatch(struct front_read *q, struct shown *out);
bool query_no_dispatch(struct front_read *q);
/* The unit that a list is asked for; NULL if it is asked for all. False (refused) where there is
 * none such: an empty page would say that it has nothing. */
bool query_unit(struct front_read *q, const char **unit);
bool query_unavailable(struct front_read *q);
/* The mechanism of that stored revision (NULL: the one in force); NULL: its files are still to be wanted. */
const struct mechanism *query_mechanism(struct front_read *q, const char *revision);
/* Keeps the one whose files were wanted and have come; false: they cannot be read. */
bool query_keep_mechanism(struct front_read *q);
/* Opaque positions: a letter for what it is a position in, and hex. 0 where the command has none;
 * false (refused) where it is not one of that kind. */
bool query_cursor(struct front_read *q, char kind, int64_t *out);
void query_put_cursor(struct json *j, const char *key, char kind, int64_t at);
/* `training`, where the store is for it. */
void query_put_training(struct front_read *q);
/* Does the page hold as much as it may? */
bool query_page_full(const struct front_read *q);
/* Ends a list and its answer; `next` is where to go on, 0 at the end. */
void query_end_list(struct front_read *q, char kind, int64_t next);
/* At most `most`, `usual` where the command says nothing. */
int query_limit(const struct front_read *q, int usual, int most);
/* A dispatch object with `matter`, its incident, in it, and whom to call now as its last member. */
void query_put_dispatch(struct front_read *q, const struct shown *s);
/* events[] that the caller may see. */
void query_put_event(struct front_read *q, const struct seen_event *e, bool words);

#define PAGE_BYTES ((size_t)128 * 1024)
#define PAGE_MOST 100

void read_new(struct front *f, struct event_base *base);
void read_free(struct front *f);
/* Another connection to the store: loads that are out on the one before begin anew. */
void read_reopen(struct front *f, struct reads *with);

#endif
