/*
 * render.h - domain to JSON, as docs/PROTOCOL.md states it, for both ways in. What a caller may not
 * see is masked here and nowhere else (139****1234, 张**).
 */
#ifndef WIRE_RENDER_H
#define WIRE_RENDER_H
#include "base/json.h"
#include "domain/command.h"
#include "domain/deadline.h"
#include "domain/lifecycle.h"
#include "domain/warning.h"

struct view {
	enum account_role role;
	const char *unit; /* a liaison's */
	bool unmask;      /* local with --unmask, which is recorded */
	bool english;
	int64_t upto; /* a second look at a page: what was issued after this seq is left out; 0: none */
};

/* May this caller see the incident at all? (liaison: has a dispatch of its unit; confidential: its
 * units, desk, local.) */
bool render_may_see(const struct view *v, const struct incident *inc);
/* Personal data in full? desk; a unit of the incident while its dispatch is open; local unmasked. */
bool render_in_full(const struct view *v, const struct incident *inc);
/* 139****1234; 张**; any other text by its first character. NULL gives NULL. In the arena. */
const char *mask_phone(struct arena *a, const char *phone);
const char *mask_name(struct arena *a, const char *name);
const char *mask_text(struct arena *a, const char *text);

/* One dispatch object, as interfaces.md lists its members (key NULL in arrays). */
void render_dispatch(struct json *j, const char *key, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now, const struct view *v);
/* The incident's members without dispatches; the caller may add members: render_incident_open
 * writes `{…` and leaves the object open. */
void render_incident_open(struct json *j, const char *key, const struct incident *inc,
    const struct mechanism *m, const struct view *v, struct arena *a);
/* dispatches[]: all for desk, office, local; a liaison sees the units of the others, not their calls. */
void render_dispatches(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now,
    const struct view *v);
/* An event's params object; words is NULL where the caller may not see them. */
void render_event(struct json *j, const char *key, const struct event *e, const struct event_words *words);
/* May this caller see an event of an incident with these units? System events: desk, office, admin,
 * local see config and system ones; account ones admin and local only. */
bool render_may_see_event(const struct view *v, const struct event *e, const char *units, bool confidential);
/* warnings[]: code, field, detail. */
void render_warnings(struct json *j, const struct warnings *w, bool english);
/* Result of incident.report (without the outer reply). */
struct similar {
	const char *number;
	int64_t received_at;
	const char *why; /* "phone", "place", "address" */
};
void render_reported(struct buf *out, const struct incident *inc, bool duplicate,
    const struct similar *similar, int n_similar, int64_t seq, const struct mechanism *m, int64_t now,
    const struct view *v, struct arena *a);
/* {"dispatch":{…},"warnings":[…],"seq":…} and {"incident":"…","warnings":[…],"seq":…} */
void render_touched(struct buf *out, const struct incident *inc, const struct dispatch *d,
    const struct warnings *w, int64_t seq, const struct mechanism *m, int64_t now, const struct view *v);
/* deadlines with explanation */
void render_explanation(struct json *j, const struct explanation *x, bool stretches);
void render_unit(struct json *j, const char *key, const struct unit *u, const struct mechanism *m,
    int64_t now);
void render_route(struct json *j, const char *key, const struct route *r, const struct mechanism *m);

/* -- JSON-RPC and problem+json -------------------------------------------------------------- */

/* One reply line without LF; id is JSON already (number or string), "null" where unknown. */
void render_rpc_result(struct buf *out, struct str id, struct str result);
void render_rpc_error(struct buf *out, struct str id, enum error_code code, const char *field,
    const char *detail, bool english);
void render_rpc_event(struct buf *out, struct str params);
void render_problem(struct buf *out, enum error_code code, const char *field, const char *detail,
    bool english);

#endif
