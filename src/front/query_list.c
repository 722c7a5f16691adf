/*
 * query_list.c - reads that give pages: incidents, events, accounts.
 *
 * Place: front, beside query.c. A page ends at its limit or at PAGE_BYTES, whichever comes first, and
 * then says where to go on. A list shows of each incident what its caller may see of it. A page of a
 * filter that fits little may be empty and go on: it looks at a bounded number of rows.
 */
#include "domain/incident_find.h"
#include "front/parts.h"
#include "store/removal.h"

#define INCIDENTS_USUAL 50
#define INCIDENTS_MOST 200
#define EVENTS_USUAL 100
#define EVENTS_MOST 500

/* -- incidents ------------------------------------------------------------------------------ */

/* So many are loaded and rendered in one round of the loop: a third of a millisecond. */
#define SLICE 16

struct incident_list {
	struct json j; /* the list's, from slice to slice */
	struct str parts[INCIDENTS_MOST / SLICE + 1];
	struct incident **v; /* what the parts show */
	int n_parts, n;
	int left; /* how many more may be looked at */
	size_t bytes;
	int64_t next; /* where to go on; 0: at the end */
	struct want_archived archived;
	struct fold_words words; /* that are looked for */
};

/* One window of ids is looked through a call, whatever is found: the rest of its slices stay in it. */
static bool fits(void *arg, const struct incident *inc)
{
	const struct front_read *q = arg;

	return incident_says(inc, &((struct incident_list *)q->own)->words, q->m, &q->view, q->a);
}

static void want_slice(struct front_read *q, const struct incident_list *own)
{
	q->page.filter.limit = own->left < SLICE ? own->left : SLICE;
	q->page.n = 0;
	q->wants.page = &q->page;
}

static bool incidents_begin(struct front_read *q)
{
	bool state = command_has(q->c, FIELD_STATE);
	const char *unit, *area = command_text(q->c, FIELD_AREA);
	struct incident_list *own = q->own = arena_alloc(q->a, sizeof *own);

	if (!query_unit(q, &unit))
		return false;
	if (area && !mechanism_area(q->m, area))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "area",
		    "没有区域 %s,请用 areas.yaml 的代码", "there is no area %s; areas.yaml has the codes",
		    area);
	own->left = query_limit(q, INCIDENTS_USUAL, INCIDENTS_MOST);
	own->v = arena_new_array(q->a, struct incident *, (size_t)own->left);
	q->page.filter = (struct incident_filter){
	    .state = state ? (int)command_int(q->c, FIELD_STATE) : -1,
	    .unit = unit,
	    .area = area,
	    .from = command_int(q->c, FIELD_FROM),
	    .to = command_int(q->c, FIELD_TO),
	    .no_confidential = sight_row(THING_CONFIDENTIAL_INCIDENT, q->view.role) == SIGHT_NONE,
	};
	if (command_has(q->c, FIELD_FIND)) {
		own->words = fold_words(q->a, command_text(q->c, FIELD_FIND));
		q->page.filter.fits = fits;
		q->page.filter.arg = q;
	}
	q->wants.archived = &own->archived;
	want_slice(q, own);
	return query_cursor(q, 'i', &q->page.filter.before);
}

static void put_incident(struct front_read *q, struct incident_list *own, struct incident *inc)
{
	if (!sight_sees(&q->view, inc))
		return;
	render_incident_open(&own->j, NULL, inc, q->m, &q->view, q->a);
	render_dispatches(&own->j, inc, q->m, q->now, &q->view);
	json_end(&own->j);
	own->v[own->n++] = inc;
}

/* Renders the slice that was loaded. False: the page ends with it, or within. */
static bool take_slice(struct front_read *q, struct incident_list *own)
{
	struct buf part = {0};
	bool full = false;

	own->next = q->page.next;
	own->left -= q->page.n;
	if (q->page.filter.fits)
		q->page.filter.floor = q->page.low;
	own->j.out = &part;
	for (int i = 0; i < q->page.n && !full; i++) {
		put_incident(q, own, q->page.v[i]);
		full = own->bytes + part.n > PAGE_BYTES;
		if (full && i + 1 < q->page.n)
			own->next = q->page.v[i]->id;
	}
	own->bytes += part.n;
	own->parts[own->n_parts++] = buf_into(&part, q->a);
	return !full && q->page.n == q->page.filter.limit && own->left > 0 &&
	    own->next > q->page.filter.floor;
}

static bool incidents_want(struct front_read *q)
{
	struct incident_list *own = q->own;

	if (!own)
		return incidents_begin(q);
	if (take_slice(q, own)) {
		q->page.filter.before = own->next;
		want_slice(q, own);
	}
	return true;
}

/* Years within what was asked for whose incidents are in archives: said where the list ends. */
static void put_archived(struct front_read *q, const struct incident_list *own)
{
	const struct incident_filter *f = &q->page.filter;
	bool any = false;

	for (size_t i = 0; i < own->archived.n && !own->next; i++) {
		const struct removal_year *y = &own->archived.v[i];

		if (y->to <= f->from || (f->to && y->from >= f->to))
			continue;
		if (!any)
			json_list(&q->j, "archived");
		any = true;
		json_begin(&q->j, NULL);
		json_int(&q->j, "year", y->year);
		json_text(&q->j, "file", y->file);
		json_int(&q->j, "incidents", y->incidents);
		json_end(&q->j);
	}
	if (any)
		json_close(&q->j);
}

static void incidents_render(struct front_read *q)
{
	const struct incident_list *own = q->own;

	json_begin(&q->j, NULL);
	put_archived(q, own);
	json_list(&q->j, "incidents");
	for (int i = 0; i < own->n_parts; i++)
		buf_str(q->j.out, own->parts[i]);
	for (int i = 0; i < own->n; i++) /* what is recorded of a look */
		query_show(q, own->v[i], own->v[i]->n_dispatches ? &own->v[i]->dispatches[0] : NULL);
	q->j.comma = own->n > 0;
	q->result.n = own->n;
	query_end_list(q, 'i', own->next);
}

const struct query query_incident_list = {.want = incidents_want, .render = incidents_render, .heavy = true};

/* -- events --------------------------------------------------------------------------------- */

static bool beyond(struct front_read *q, int64_t after)
{
	return refuse(&q->result.why, q->a, ERROR_PARAMS, "after", "after %lld 超出已有的事件,最新为 %lld",
	    "after %lld lies beyond the last event, %lld", (long long)after, (long long)q->upto);
}

/* From the store and not from the ring, for only the store has the texts. */
static bool events_want(struct front_read *q)
{
	int64_t after = command_int(q->c, FIELD_AFTER);
	enum sought is;

	if (q->loads)
		return true;
	q->events = (struct want_events){.filter = {.after = after,
					     .incident = command_text(q->c, FIELD_NUMBER),
					     .unit = sight_unit(&q->view),
					     .limit = query_limit(q, EVENTS_USUAL, EVENTS_MOST)},
	    .scanned = after};
	if (q->events.filter.incident)
		query_want_incidents(q, &q->c->v[FIELD_NUMBER].text, 1);
	is = front_knows(q->f, after);
	if (is != SOUGHT_FOUND)
		return is == SOUGHT_NONE ? beyond(q, after) : query_unavailable(q);
	if (after < q->upto)
		q->wants.events = &q->events;
	return true;
}

static bool events_choose(struct front_read *q)
{
	return !q->events.filter.incident || query_incident(q, q->events.filter.incident);
}

/* events[] up to what the page holds; what came after the read began is for the next. */
static void events_render(struct front_read *q)
{
	const struct want_events *got = &q->events;
	int64_t seq = got->scanned < q->upto ? got->scanned : q->upto;
	bool words = sight_words(&q->view), more = got->more;

	json_begin(&q->j, NULL);
	json_list(&q->j, "events");
	for (int i = 0; i < got->n && got->v[i].e.seq <= q->upto; i++) {
		if (i && query_page_full(q)) {
			seq = got->v[i - 1].e.seq;
			more = true;
			break;
		}
		query_put_event(q, &got->v[i], words);
	}
	json_close(&q->j);
	q->result.seq = seq > got->filter.after ? seq : got->filter.after;
	q->result.more = more && q->result.seq < q->upto;
	json_int(&q->j, "seq", q->result.seq);
	json_bool(&q->j, "more", q->result.more);
	json_end(&q->j);
}

const struct query query_event_list = {
    .want = events_want, .choose = events_choose, .render = events_render, .heavy = true};

/* -- accounts ------------------------------------------------------------------------------- */

static bool accounts_want(struct front_read *q)
{
	if (!q->loads)
		q->wants.accounts = &q->accounts;
	return true;
}

static void accounts_render(struct front_read *q)
{
	json_begin(&q->j, NULL);
	json_list(&q->j, "accounts");
	for (int i = 0; i < q->accounts.n; i++) {
		const struct account *who = &q->accounts.v[i];
		char id[DIGEST_ID];

		json_begin(&q->j, NULL);
		json_text(&q->j, "name", who->name);
		json_text(&q->j, "role", role_names[who->role]);
		json_text(&q->j, "unit", who->unit);
		json_text(&q->j, "commands", who->commands);
		json_text(&q->j, "token_id", digest_id(&who->token, id));
		json_text(&q->j, "certificate", who->certificate);
		json_time(&q->j, "made_at", who->made_at);
		json_time(&q->j, "revoked_at", who->revoked_at);
		json_end(&q->j);
	}
	json_close(&q->j);
	json_end(&q->j);
	q->result.n = q->accounts.n;
}

const struct query query_account_list = {.want = accounts_want, .render = accounts_render, .heavy = true};
