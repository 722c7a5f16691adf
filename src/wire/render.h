/*
 * render.h - domain to JSON, as docs/PROTOCOL.md states it, for both ways in. What a caller may not
 * see is left out or masked (139****1234, 张**); domain/sight.h says what that is.
 */
#ifndef WIRE_RENDER_H
#define WIRE_RENDER_H
#include "base/json.h"
#include "domain/caller.h"
#include "domain/category_find.h"
#include "domain/command.h"
#include "domain/deadline.h"
#include "domain/lifecycle.h"
#include "domain/sight.h"
#include "domain/warning.h"

/* 139****1234; 张**; any other text by its first character. NULL gives NULL. In the arena. */
const char *mask_phone(struct arena *a, const char *phone);
const char *mask_name(struct arena *a, const char *name);
const char *mask_text(struct arena *a, const char *text);

/* One dispatch object, its members as docs/PROTOCOL.md lists them (key NULL in arrays). */
void render_dispatch(struct json *j, const char *key, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now, const struct view *v);
/* The same in two parts, the object left open for more members between and behind: all of it but whom to
 * call now, and that, which changes with the hour. */
void render_dispatch_open(struct json *j, const char *key, const struct incident *inc,
    const struct dispatch *d, const struct mechanism *m, const struct view *v);
void render_dispatch_call(struct json *j, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now, const struct view *v);
/* `clocks`: those of the dispatch that run, and how each counts at that instant. */
void render_running(struct json *j, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now);
/* `office`: open now, and until when it stays as it is. */
void render_office(struct json *j, const struct calendar *c, int64_t now);
/* What was said later and waits for the desk, if the viewer may see it: it names units that the words call for. */
void render_graver(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v, struct arena *a);
/* Is it a row of the board: open, or called back not yet? And that row (board.get). */
bool render_on_board(const struct incident *inc);
void render_board_row(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now,
    const struct view *v, struct arena *a);
/* The incident's members without dispatches; the caller may add members: render_incident_open
 * writes `{…` and leaves the object open. */
void render_incident_open(struct json *j, const char *key, const struct incident *inc,
    const struct mechanism *m, const struct view *v, struct arena *a);
/* dispatches[]; of other units a liaison sees identity, state and times. */
void render_dispatches(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now,
    const struct view *v);
/* An event's params object, as much of it as the caller may see (sight_event is not NONE); its texts
 * only if `words`. */
void render_event(struct json *j, const char *key, const struct seen_event *e, bool words,
    const struct view *v);
/* warnings[]: code, field, detail. */
void render_warnings(struct json *j, const struct warnings *w, bool english);
/* Result of incident.report (without the outer reply). */
struct similar {
	const char *number;
	int64_t received_at;
	const char *why; /* "phone", "place", "address" */
};
/* `similar`. */
void render_similar(struct json *j, const struct similar *similar, int n);
/* `main`: the incident of the matter, what its lead has said last, and a sentence for the caller. */
void render_main(struct json *j, const struct incident *main, const struct mechanism *m,
    const struct view *v);
struct reported {
	const struct incident *inc;
	const struct incident *main; /* that it follows; NULL: none */
	bool duplicate;
	struct similar *similar;
	int n_similar;
	const struct call_history *history; /* NULL: it is not shown, or the caller is not known */
	int64_t seq;
};
void render_reported(struct buf *out, const struct reported *r, const struct mechanism *m, int64_t now,
    const struct view *v, struct arena *a);
/* `history`, left out where there is none: count, calls[]. */
void render_history(struct json *j, const struct call_history *h, const struct mechanism *m, bool english);
/* A request; inc NULL: it belongs to no incident. */
void render_request(struct json *j, const char *key, const struct incident *inc, const struct request *r,
    const struct mechanism *m, const struct view *v);
/* requests[] of an incident that the caller may see; left out where there are none. */
void render_requests(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v);
/* {"dispatch":{…},"warnings":[…],"seq":…} and {"incident":"…","state":"…","warnings":[…],"seq":…}; first the request that
 * it was about, if there is one. */
void render_touched(struct buf *out, const struct incident *inc, const struct dispatch *d,
    const struct request *r, const struct warnings *w, int64_t seq, const struct mechanism *m, int64_t now,
    const struct view *v);
struct finding_account;
/* A finding; of one that belongs to no incident inc is NULL. account: with what it comes to, and its sentence; NULL:
 * without. */
void render_finding(struct json *j, const char *key, const struct incident *inc, const struct finding *f,
    const struct mechanism *m, int64_t now, const struct finding_account *account, bool english);
/* deadlines with explanation */
void render_explanation(struct json *j, const struct explanation *x, bool stretches);
/* Where it was found: IN_ALL is not said. */
void render_category(struct json *j, const struct category *c, enum category_text in);
/* Its people and phones only for those who may see them. */
void render_unit(struct json *j, const char *key, const struct unit *u, const struct mechanism *m,
    int64_t now, const struct view *v);
void render_route(struct json *j, const char *key, const struct route *r, const struct mechanism *m,
    struct arena *a);

/* -- JSON-RPC and problem+json -------------------------------------------------------------- */

/* One reply line without LF; id is JSON already (number or string), "null" where unknown. */
void render_rpc_result(struct buf *out, struct str id, struct str result);
void render_rpc_error(struct buf *out, struct str id, enum error_code code, const char *field,
    const char *detail, bool english);
void render_rpc_event(struct buf *out, struct str params);
void render_problem(struct buf *out, enum error_code code, const char *field, const char *detail,
    bool english);

#endif
