/*
 * api.h - what the files of the HTTP process share.
 *
 * One connection is a client (client.c); the request it has in flight is an exchange (exchange.c),
 * which ends with exactly one answer (answer.c). What a request means stands in one table
 * (endpoints.c). An exchange that cannot be answered yet waits (wait.c) and is woken by events; a stream is an
 * exchange that never leaves the stream list (stream.c).
 */
#ifndef API_API_H
#define API_API_H
#include "api/handlers.h"
#include "front/front.h"
#include "front/notifying.h"
#include "front/quota.h"
#include "front/reporting.h"
#include "wire/conn.h"
#include "wire/http.h"

#include <sys/queue.h>

struct asset;
struct endpoint;
struct event;
struct exchange;
struct metrics;
struct poll_cache;

/* -- one connection ------------------------------------------------------------------------- */

struct client {
	struct api *api;
	struct conn *conn;
	struct http *http;
	struct exchange *exchange; /* the request in flight, NULL none */
	enum http_phase phase;     /* that the deadline was set for */
	bool feeding;              /* inside on_input: its loop goes on by itself after an answer */
	bool redirects;            /* it came by the port that only redirects */
	bool eof;                  /* it will ask no more: closed after the answer */
	LIST_ENTRY(client) all;
};

/* Called by the acceptor. */
void client_accept(void *api, struct conn *c);
void client_accept_redirect(void *api, struct conn *c);
/* The exchange of this client was answered: on to the next request, or to the end. */
void client_answered(struct client *c, bool keep_alive);
/* Closes it where it has asked nothing; a request that is still coming in has a second. */
void client_drain(struct client *c);

/* -- one request ---------------------------------------------------------------------------- */

struct watch;
/* What becomes of what was read: it answers x, or lets it wait. */
typedef void exchange_page(struct exchange *x, const struct read_result *r);

/* What a waiting exchange waits for. */
typedef void wait_again(struct exchange *x, bool timed_out);

struct exchange {
	struct api *api;
	struct front *front; /* that it asks: its account's */
	struct client *client;
	struct arena *arena; /* lives as long as the exchange */
	const struct http_request *request;
	const struct endpoint *endpoint; /* NULL: nothing has this path and method */
	struct principal who;
	struct view view;
	struct digest token; /* of what was shown: a token, or a session's */
	bool by_session;     /* by a browser's cookie */
	bool by_certificate; /* by the client's certificate alone */
	struct front_session session;
	const char *cookie; /* Set-Cookie of the answer; NULL: none */
	struct command command;
	int64_t began_us;
	int64_t wait_ms; /* `wait`: how long it may wait */
	bool waited;     /* its duration says nothing about us */

	struct engine_ticket *ticket; /* the engine's answer is outstanding */
	struct front_read *read;      /* its read is in hand */
	exchange_page *on_page;
	struct reporting *reporting; /* the report process is asked */
	struct notifying *notifying; /* the notifier is asked */
	const char *form;            /* of the report */
	bool by_form;                /* what is refused is said in a page that needs no script (plain.c) */

	/* a body that is sent as the client reads (answer.c) */
	struct buf body;
	size_t poured; /* of it */
	bool pouring, keep_alive;

	/* a refusal that is held back (identity.c) */
	bool held;
	int64_t retry_ms;
	const char *detail;

	/* waiting (wait.c) */
	bool timed; /* for a time alone */
	struct watch *watch;
	wait_again *again;
	struct event *timer;
	TAILQ_ENTRY(exchange) waits;

	int64_t end_ms; /* monotonic: no longer than this; 0 not set */

	/* stream (stream.c) */
	bool streaming, chunked;
	int64_t cursor, told; /* last seq looked at, last one the client was told */
	bool plain, pulse;    /* no names of events; the time every ten seconds */
	enum command_kind_id
	    embed;        /* what has changed goes with it: board.get, dispatch.list; COMMANDS: nothing */
	int64_t embedded; /* up to this seq */
	LIST_ENTRY(exchange) streams;

	SLIST_ENTRY(exchange) spare;
};
TAILQ_HEAD(exchanges, exchange);

/* A whole request is there: answers it, now or later. */
void exchange_begin(struct client *c);
/* May this account ask now? Takes from what it may; false where it was answered. */
bool exchange_within_limits(struct exchange *x);
/* Is this Content-Type JSON in UTF-8? NULL: it is not. */
bool exchange_is_json(const char *type);
/* Does the client have what this tag is of? */
bool exchange_has(const struct exchange *x, const char *etag);
/* The client is gone; what the engine was told still happens. */
void exchange_abandon(struct exchange *x);
/* Hands its command to the notifier. */
void relay_command(struct exchange *x);
/* The limits of what is handed over without an account. */
void relay_limits(struct api *api);
/* Gives a command to the engine (or answers 503 where too many are outstanding). */
void exchange_command(struct exchange *x, const struct command *c, front_reply_cb *cb);
/* Answered: its memory serves the next one. */
void exchange_free(struct exchange *x);
/* Gives the memory of a spare one back. */
void exchange_destroy(struct exchange *x);

/* It came by the port without TLS: leads a browser to the one with it, refuses everything else. */
void exchange_redirect(struct exchange *x);
/* Reads its command by front_read; HEAD shows nothing, so it delivers nothing. */
void exchange_read(struct exchange *x, exchange_page *on_page);

/* -- who asks (identity.c) ------------------------------------------------------------------ */

/* Who would be the caller of this request. Nothing is answered, nothing counted. */
enum sought identity_of(struct client *c, const struct http_request *r, struct arena *a,
    struct principal *out);
/* Looks for the session of the request's cookie and fills who, view, token and session from it. It answers
 * nothing. The caller checks from where the request comes. */
enum sought identity_session(struct exchange *x);
/* Is the certificate of its connection, if it is an account's, that of the account in who? False where it was
 * answered. */
bool identity_certified(struct exchange *x);
/* Fills who, view, token and session; false where it was answered. */
bool identity_find(struct exchange *x);
/* A token (its digest), or a code (NULL), was not good: 401 or 429, perhaps later. */
void identity_refuse(struct exchange *x, const struct digest *token, const char *detail);

/* -- where it comes from (guard.c): false where it was answered ------------------------------- */

/* Is it asked for by a name of ours? */
bool guard_host(struct exchange *x);
/* May a session be used over this connection at all: encrypted, or from this machine? */
bool guard_private(struct exchange *x);
/* A request that a page of ours has sent, and not another site's: of unsafe methods all signs, of others that no
 * sign speaks against it. */
bool guard_page(struct exchange *x);
/* Did a page of ours send it, as far as the browser says? The part of guard_page that a form can keep. */
bool guard_site(struct exchange *x);
/* The same of one that only a certificate speaks for: a browser shows it for any page, other clients say nothing
 * of pages. */
bool guard_certified(struct exchange *x);
/* Rules and accounts: has the person shown the token within the last minutes? In a browser a certificate alone has not. */
bool guard_fresh(struct exchange *x);

/* -- answers: each ends the exchange --------------------------------------------------------- */

void answer_json(struct exchange *x, int status, struct str body);
/* The same with an ETag (without its quotes) or a Location, where given. */
void answer_entity(struct exchange *x, int status, struct str body, const char *etag, const char *location);
void answer_text(struct exchange *x, int status, const char *type, struct str body);
/* A file of that name, sent as the client reads it; the bytes are copied. */
void answer_file(struct exchange *x, const char *type, const char *name, struct str bytes);
/* A file of the page, gzipped or not; 304 where the client has it. */
void answer_asset(struct exchange *x, const struct asset *a, bool packed);
/* The client has read on. */
void answer_pour(struct exchange *x);
/* A page with forms, which sends them to us alone and runs nothing. */
void answer_form(struct exchange *x, int status, struct str body);
/* What a form asked for is done: 303 to that place. */
void answer_see_other(struct exchange *x, const char *location);
/* A refusal, where x->by_form: in words, with a way back. */
void plain_refuse(struct exchange *x, int status, const char *detail);
/* Signs in by a code or a token, whichever it looks like; answers. */
void session_by(struct exchange *x, const char *secret);
/* 308 to that place. */
void answer_redirect(struct exchange *x, const char *location);
void answer_not_modified(struct exchange *x, const char *etag);
/* application/problem+json with the code's own status and headers. */
void answer_refusal(struct exchange *x, const struct refusal *why);
void answer_error(struct exchange *x, enum error_code code, const char *field, const char *detail);
/* The same, and when to come again, in seconds. */
void answer_later(struct exchange *x, enum error_code code, const char *detail, int seconds);
/* 405, 415: no error_code of ours, but a status of HTTP. */
void answer_status(struct exchange *x, int status, const char *code, const char *zh, const char *en,
    const char *allow);
/* The head of a stream; false where the client cannot have one (answered). */
bool answer_stream(struct exchange *x);

/* -- waiting -------------------------------------------------------------------------------- */

struct waiting;
struct waiting *waiting_new(void);
void waiting_free(struct waiting *p);
/* From the event callback: remembers whom this event concerns. True: somebody must be woken. */
bool waiting_event(struct waiting *p, const struct seen_event *e);
/* Everybody is concerned. */
void waiting_all(struct waiting *p);
/* At the end of the turn: calls those again whom events concerned. */
void waiting_wake(struct waiting *p);
/* Waits up to ms for an event that shows in this unit's poll (NULL: for any event), then calls
 * `again`. */
void wait_for_event(struct exchange *x, const char *unit, int64_t ms, wait_again *again);
/* Waits for a time alone. */
void wait_for_time(struct exchange *x, int64_t ms, wait_again *again);
/* Waits no more. */
void wait_end(struct exchange *x);
size_t waiting_count(const struct waiting *p);
/* Calls fn with every waiting exchange; fn may answer it. */
void waiting_each(struct waiting *p, void (*fn)(struct exchange *x, void *arg), void *arg);

struct poll_cache *poll_cache_new(void);
void poll_cache_free(struct poll_cache *c);
void poll_cache_clear(struct poll_cache *c);
/* Answers a waiting poll with what there is, which is nothing: the drain and the time-out. */
void poll_nothing(struct exchange *x);

/* Sends every stream what it has not seen. */
void streams_flow(struct api *api);
void stream_flow(struct exchange *x);
void streams_beat(struct api *api);
/* Tells those who work on incidents together who writes about one. */
void streams_tell(struct api *api, const struct presence *p);
void stream_end(struct exchange *x);
size_t streams_count(const struct api *api, const char *account);

/* -- the process ---------------------------------------------------------------------------- */

struct api {
	const struct child *child;
	const struct options *options;
	struct event_base *base;
	struct child_control *control;
	struct front *front;
	struct acceptor *acceptor;
	struct acceptor *redirect; /* NULL: there is no port that only redirects */
	struct tls_server *tls;    /* NULL: HTTP goes without TLS */
	struct event *tick, *drain_timer, *wake;
	bool ready, draining, english;
	unsigned acting; /* front_acting, as streams and waiting polls know it */
	int ticks;       /* seconds */
	int64_t pulse_at;

	LIST_HEAD(clients, client) clients;
	SLIST_HEAD(spares, exchange) spares;
	LIST_HEAD(streams, exchange) streams;
	struct waiting *waiting;
	struct quota *quota;
	struct buckets *relays; /* what addresses may still hand over (relay.c) */
	struct buckets *wrong;  /* and how often with a wrong secret or signature */
	struct metrics *metrics;
	struct poll_cache *cache;
	struct buf page;       /* the body being written */
	struct arena *scratch; /* of one slice of a stream */
};

/* Nothing is left to wait for in a drain: ends the loop. */
void api_drained(struct api *api);

#endif
