/*
 * replay_matter.c - requests by their events; see replay_matter.h. Place: domain; pure.
 */
#include "domain/replay_matter.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"

#include <string.h>

/* A member that is a name: without its quotes. */
static struct str name_in(struct str data, const char *key)
{
	struct str s = json_member(data, key);

	return s.n >= 2 && s.p[0] == '"' ? (struct str){s.p + 1, s.n - 2} : STR("");
}

int64_t replay_request_of(const struct event *e)
{
	static const char letters[] = {'r', 'R'};
	struct str id = name_in(e->data, "request");
	uint64_t n;

	if (e->type < EVENT_REQUEST_ASKED || e->type > EVENT_REQUEST_DROPPED)
		return 0;
	for (size_t i = 0; i < sizeof letters; i++) {
		const char *at = id.n ? memrchr(id.p, letters[i], id.n) : NULL;

		if (at && str_uint((struct str){at + 1, (size_t)(id.p + id.n - at - 1)}, &n) &&
		    n <= INT32_MAX)
			return (int64_t)n;
	}
	return 0;
}

void replay_request(struct replayed_request *r, const struct event *e)
{
	static const enum request_state states[] = {REQUEST_PENDING, REQUEST_GRANTED, REQUEST_REJECTED,
	    REQUEST_LAPSED, REQUEST_DROPPED}; /* in the order of the events */
	struct str kind = name_in(e->data, "kind");

	r->state = states[e->type - EVENT_REQUEST_ASKED];
	if (e->type != EVENT_REQUEST_ASKED)
		return;
	r->asked = true;
	r->asked_at = e->at;
	r->due = json_member_time(e->data, "due");
	for (int k = 0; k < REQUEST_KINDS; k++)
		if (str_is(kind, request_kind_names[k]))
			r->kind = (enum request_kind)k;
}

static const char *instant(struct arena *a, int64_t ms)
{
	char out[TIME_TEXT_MAX];

	return ms ? arena_text(a, time_rfc3339(ms, out)) : NULL;
}

/* A number that a hand has written may mean nothing. */
static const char *name_of(const char *const *names, int n, int i)
{
	return i >= 0 && i < n ? names[i] : "?";
}

int replay_request_compare(const struct request *stored, const struct replayed_request *said, const char *id,
    struct arena *a, struct difference *out, int n)
{
	if (!stored != !said->asked) {
		out[n++] = (struct difference){
		    0, arena_printf(a, "request %s", id), stored ? "row" : NULL, said->asked ? "row" : NULL};
		return n;
	}
	if (!stored)
		return n;
	if (stored->kind != said->kind)
		out[n++] = (struct difference){stored->dispatch, arena_printf(a, "request %s kind", id),
		    name_of(request_kind_names, REQUEST_KINDS, (int)stored->kind),
		    request_kind_names[said->kind]};
	if (stored->state != said->state)
		out[n++] = (struct difference){stored->dispatch, arena_printf(a, "request %s state", id),
		    name_of(request_state_names, REQUEST_STATES, (int)stored->state),
		    request_state_names[said->state]};
	if (stored->asked_at != said->asked_at)
		out[n++] = (struct difference){stored->dispatch, arena_printf(a, "request %s asked_at", id),
		    instant(a, stored->asked_at), instant(a, said->asked_at)};
	if (stored->due != said->due)
		out[n++] = (struct difference){stored->dispatch, arena_printf(a, "request %s due", id),
		    instant(a, stored->due), instant(a, said->due)};
	return n;
}

static const struct request *request_of(const struct incident *inc, int n)
{
	for (int i = 0; i < inc->n_requests; i++)
		if (inc->requests[i].n == n)
			return &inc->requests[i];
	return NULL;
}

int replay_requests(const struct incident *stored, const struct event *events, int n, struct arena *a,
    struct difference **out)
{
	struct replayed_request said[REQUESTS_MAX + 1] = {0};
	int found = 0;

	*out = NULL;
	for (int i = 0; i < n; i++) {
		int64_t which = replay_request_of(&events[i]);

		if (which > 0 && which <= REQUESTS_MAX)
			replay_request(&said[which], &events[i]);
	}
	for (int k = 1; k <= REQUESTS_MAX; k++) {
		const struct request *r = request_of(stored, k);

		if (!r && !said[k].asked)
			continue;
		if (!*out)
			*out = arena_new_array(a, struct difference, REQUESTS_MAX * REPLAY_REQUEST_MOST);
		found = replay_request_compare(r, &said[k], arena_printf(a, "r%d", k), a, *out, found);
	}
	return found;
}
