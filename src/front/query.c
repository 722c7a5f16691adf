/*
 * query.c - the reads of one thing: an incident, a dispatch, its deadlines, a unit, the status.
 *
 * Place: front; read.c takes each through its steps. What a caller may not see is not found. Lists
 * stand in query_list.c, a unit's poll in query_poll.c.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "domain/category_find.h"
#include "domain/masked.h"
#include "domain/resolve.h"
#include "domain/secrecy.h"
#include "front/parts.h"

#include <assert.h>

#define EVENTS_OF_ONE 100

/* -- one incident --------------------------------------------------------------------------- */

static bool want_number(struct front_read *q)
{
	if (!q->loads)
		query_want_incidents(q, &q->c->v[FIELD_NUMBER].text, 1);
	return true;
}

/* What the caller reported before, as soon as the incident says who that is. */
static bool history_want(struct front_read *q)
{
	const struct incident *inc = q->incidents.found[0];
	enum sight sight = inc ? sight_history(&q->view, inc) : SIGHT_NONE;

	if (q->loads > 1 || sight == SIGHT_NONE || !inc->caller)
		return true;
	q->history =
	    (struct store_history){.caller = inc->caller, .below = inc->id, .open_only = sight != SIGHT_ALL};
	q->wants.history = &q->history;
	return true;
}

static bool incident_want(struct front_read *q)
{
	int64_t before;

	if (q->loads)
		return history_want(q);
	if (!query_cursor(q, 'e', &before))
		return false;
	q->events.filter = (struct event_filter){.incident = command_text(q->c, FIELD_NUMBER),
	    .before = before ? before : INT64_MAX,
	    .limit = EVENTS_OF_ONE};
	q->wants.events = &q->events;
	return want_number(q);
}

static bool incident_choose(struct front_read *q)
{
	struct incident *inc = query_incident(q, command_text(q->c, FIELD_NUMBER));

	if (!inc)
		return false;
	q->own = inc;
	for (int i = 0; i < inc->n_dispatches; i++)
		if (sight_own(&q->view, &inc->dispatches[i]))
			query_show(q, inc, &inc->dispatches[i]);
	if (!inc->n_dispatches)
		query_show(q, inc, NULL);
	return true;
}

static void put_event(struct front_read *q, const struct incident *inc, const struct seen_event *e,
    bool words)
{
	struct seen_event shown = *e;

	shown.words.text = secrecy_shown(&q->view, inc, e->words.text, q->a);
	query_put_event(q, &shown, words);
}

/* events[], newest last, and the cursor for older ones. */
static void put_events(struct front_read *q, const struct incident *inc)
{
	const struct want_events *got = &q->events;
	bool words = sight_in_full(&q->view, inc);

	json_list(&q->j, "events");
	for (int i = got->n - 1; i >= 0; i--)
		put_event(q, inc, &got->v[i], words);
	json_close(&q->j);
	if (got->more && got->n)
		query_put_cursor(&q->j, "events_next", 'e', got->v[got->n - 1].e.seq);
}

/* Who is writing about it just now: for those who work on it together. */
static void put_writing(struct front_read *q, const struct incident *inc)
{
	const struct present *one;
	int at = 0;

	if (sight_row(THING_CALLBACK, q->view.role) == SIGHT_NONE)
		return;
	json_list(&q->j, "writing");
	while ((one = presences_next(&q->f->presences, inc->number, q->now, &at))) {
		json_begin(&q->j, NULL);
		json_text(&q->j, "account", one->account);
		json_time(&q->j, "until", one->until);
		json_end(&q->j);
	}
	json_close(&q->j);
}

static void incident_render(struct front_read *q)
{
	const struct incident *inc = q->delivered ? q->shown[0].inc : q->own;

	render_incident_open(&q->j, NULL, inc, q->m, &q->view, q->a);
	render_history(&q->j, &q->history.found, q->m, q->view.english);
	render_dispatches(&q->j, inc, q->m, q->now, &q->view);
	put_events(q, inc);
	put_writing(q, inc);
	json_end(&q->j);
}

const struct query query_incident_get = {
    .want = incident_want, .choose = incident_choose, .render = incident_render};

/* -- one dispatch --------------------------------------------------------------------------- */

bool query_no_dispatch(struct front_read *q)
{
	return query_not_found(q, "联动指令", "dispatch", command_text(q->c, FIELD_DISPATCH));
}

bool query_want_dispatch(struct front_read *q)
{
	char number[NUMBER_MAX + 1];
	const char **one = arena_new_array(q->a, const char *, 1);
	int n;

	if (q->loads)
		return true;
	if (!dispatch_id_parse(command_text(q->c, FIELD_DISPATCH), number, &n))
		return query_no_dispatch(q);
	*one = arena_text(q->a, number);
	query_want_incidents(q, one, 1);
	return true;
}

bool query_dispatch(struct front_read *q, struct shown *out)
{
	char number[NUMBER_MAX + 1];
	int n = 0;

	dispatch_id_parse(command_text(q->c, FIELD_DISPATCH), number, &n);
	out->inc = query_incident(q, number);
	out->d = out->inc ? incident_dispatch(out->inc, n) : NULL;
	if (out->d && sight_own(&q->view, out->d))
		return true;
	return q->result.why.code != ERROR_ARCHIVED && query_no_dispatch(q);
}

static bool dispatch_choose(struct front_read *q)
{
	struct shown s;

	if (!query_dispatch(q, &s))
		return false;
	query_show(q, s.inc, s.d);
	return true;
}

static void dispatch_render(struct front_read *q)
{
	query_put_dispatch(q, &q->shown[0]);
	q->result.n = 1;
}

const struct query query_dispatch_get = {
    .want = query_want_dispatch, .choose = dispatch_choose, .render = dispatch_render, .etag = true};

/* -- its deadlines ---------------------------------------------------------------------------- */

/* A clock that has something to be explained. */
static bool ran(const struct front_read *q, const struct shown *s, int k)
{
	return sight_clocks(&q->view, s->inc, s->d) && (!clock_rows[k].report || s->d->clocks[k].start);
}

static const char *revision_of(const struct dispatch *d, int k)
{
	return d->clocks[k].revision ? d->clocks[k].revision : d->revision;
}

/* The dispatch first; then the files of each revision that its clocks go by and that is not at hand. */
static bool deadlines_want(struct front_read *q)
{
	struct shown s;

	if (!q->loads) {
		q->wants.circumstances = &q->circumstances;
		return query_want_dispatch(q);
	}
	if (!query_dispatch(q, &s))
		return false;
	if (!query_keep_mechanism(q))
		return query_unavailable(q);
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		if (!ran(q, &s, k) || query_mechanism(q, revision_of(s.d, k)))
			continue;
		q->files = (struct want_files){.revision = revision_of(s.d, k)};
		q->wants.files = &q->files;
		return true;
	}
	return true;
}

static bool deadlines_choose(struct front_read *q)
{
	struct shown *s = q->own = arena_alloc(q->a, sizeof *s);

	return query_dispatch(q, s);
}

static void deadlines_render(struct front_read *q)
{
	const struct shown *s = q->own;

	json_begin(&q->j, NULL);
	json_text(&q->j, "dispatch", command_text(q->c, FIELD_DISPATCH));
	json_time(&q->j, "time", q->now);
	json_list(&q->j, "clocks");
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		struct explanation *x = arena_alloc(q->a, sizeof *x);

		if (!ran(q, s, k))
			continue;
		deadline_explain(s->inc, s->d, query_mechanism(q, revision_of(s->d, k)),
		    &q->circumstances.all, (enum clock_kind)k, q->now, x);
		render_explanation(&q->j, x, command_int(q->c, FIELD_EXPLAIN));
	}
	json_close(&q->j);
	json_end(&q->j);
}

const struct query query_dispatch_deadlines = {
    .want = deadlines_want, .choose = deadlines_choose, .render = deadlines_render};

/* -- units ------------------------------------------------------------------------------------ */

static void units_render(struct front_read *q)
{
	json_begin(&q->j, NULL);
	json_list(&q->j, "units");
	for (int i = 0; i < q->m->n_units; i++)
		render_unit(&q->j, NULL, &q->m->units[i], q->m, q->now, &q->view);
	json_close(&q->j);
	json_end(&q->j);
	q->result.n = q->m->n_units;
}

const struct query query_unit_list = {.render = units_render};

static bool unit_choose(struct front_read *q)
{
	const char *id = command_text(q->c, FIELD_UNIT);

	return mechanism_unit(q->m, id) || query_not_found(q, "成员单位", "unit", id);
}

static void unit_render(struct front_read *q)
{
	render_unit(&q->j, NULL, mechanism_unit(q->m, command_text(q->c, FIELD_UNIT)), q->m, q->now,
	    &q->view);
}

const struct query query_unit_get = {.choose = unit_choose, .render = unit_render};

/* -- categories ------------------------------------------------------------------------------- */

static void categories_render(struct front_read *q)
{
	struct category_hit *hits;
	int n = category_find(q->m, command_text(q->c, FIELD_FIND), q->a, &hits);

	json_begin(&q->j, NULL);
	json_list(&q->j, "categories");
	for (int i = 0; i < n; i++)
		render_category(&q->j, hits[i].category, hits[i].in);
	json_close(&q->j);
	json_end(&q->j);
	q->result.n = n;
}

const struct query query_category_list = {.render = categories_render};

/* -- status --------------------------------------------------------------------------------- */

bool query_sends_notices(const struct front_read *q)
{
	return q->m->notices || q->m->exchange;
}

/* What the notifier says of itself, or that it says nothing. */
static void put_notices(struct front_read *q)
{
	if (!query_sends_notices(q))
		return;
	if (q->made.n) {
		json_raw(&q->j, "notices", json_member(q->made, "notices"));
		return;
	}
	json_begin(&q->j, "notices");
	json_bool(&q->j, "up", false);
	json_end(&q->j);
}

static void put_notice_warnings(struct front_read *q)
{
	struct str list = json_member(q->made, "warnings"), one;

	while (list.n && (one = json_item(&list)).n)
		json_raw(&q->j, NULL, one);
	if (!query_sends_notices(q) || q->made.n)
		return;
	json_begin(&q->j, NULL);
	json_text(&q->j, "code", "notifier-away");
	json_text(&q->j, "detail",
	    q->view.english ? "the notifier does not answer: no notice goes out; see the log"
			    : "通知进程没有答复,通知发不出去:请看日志");
	json_end(&q->j);
}

static void put_warnings(struct front_read *q)
{
	int year = day_date(local_day(q->now)).year;
	size_t n;
	const struct trouble *troubles = front_troubles(q->f, q->a, &n);

	json_list(&q->j, "warnings");
	for (size_t i = 0; i < n; i++) {
		json_begin(&q->j, NULL);
		json_text(&q->j, "code", troubles[i].code);
		json_text(&q->j, "detail", troubles[i].detail);
		json_end(&q->j);
	}
	for (int y = year; y <= year + 1; y++) {
		if (calendar_covers(&q->m->calendar, y))
			continue;
		json_begin(&q->j, NULL);
		json_text(&q->j, "code", "calendar-missing");
		json_int(&q->j, "year", y);
		json_text(&q->j, "detail",
		    arena_printf(q->a,
			q->view.english ? "no calendar for %d: holidays and make-up days of that year are "
					  "unknown, plain weekdays are counted"
					: "没有 %d 年的节假日安排,该年按普通工作日计算,请补充 calendar.yaml",
			y));
		json_end(&q->j);
	}
	put_notice_warnings(q);
	json_close(&q->j);
}

static void put_metrics(struct front_read *q)
{
	const struct front_metrics n = front_metrics(q->f);
	const struct {
		const char *name;
		int64_t v;
	} metrics[] = {{"commands", n.commands}, {"resent", n.resent}, {"unavailable", n.unavailable},
	    {"reads", n.reads}, {"events", n.events}, {"connects", n.connects},
	    {"pending", (int64_t)front_pending(q->f)}, {"ring_events", n.ring_events},
	    {"ring_bytes", n.ring_bytes}, {"accounts", n.accounts}, {"read_rows", n.read_rows},
	    {"read_bytes", n.read_bytes}, {"read_us", n.read_us}, {"reads_queued", n.reads_queued}};

	json_begin(&q->j, "front");
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
		json_int(&q->j, metrics[i].name, metrics[i].v);
	json_end(&q->j);
}

static void status_render(struct front_read *q)
{
	const struct welcome *w = front_engine(q->f);
	const struct pulse *p = front_pulse(q->f);
	struct json *j = &q->j;

	json_begin(j, NULL);
	json_text(j, "role", role_names[q->view.role]);
	json_text(j, "version", LIANDONG_VERSION);
	json_text(j, "store", w->store);
	json_int(j, "epoch", (int64_t)w->epoch);
	json_time(j, "time", q->now);
	json_text(j, "clock", clock_is_manual() ? "manual" : "wall");
	query_put_training(q);
	json_int(j, "seq", front_seq(q->f));
	json_text(j, "revision", q->m->revision);
	json_bool(j, "connected", front_connected(q->f));
	if (p)
		json_time(j, "pulse_at", p->at);
	if (p && p->metrics.n)
		json_raw(j, "engine", p->metrics);
	put_metrics(q);
	put_notices(q);
	put_warnings(q);
	json_end(j);
}

const struct query query_status_get = {.notices = true, .render = status_render};

/* -- route.explain -------------------------------------------------------------------------- */

#define BRIEF_RULES 4
#define BRIEF_CONDITION 50 /* characters */

/* Told: every rule, or, in a brief answer, the first that matched. */
struct explaining {
	struct json *j;
	struct arena *a;
	bool brief;
	int n;
};

static void on_rule(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct explaining *x = arg;
	struct json *j = x->j;

	if (x->brief && (!matched || x->n++ >= BRIEF_RULES))
		return;
	if (x->brief && condition)
		condition = arena_str(x->a, utf8_head(str_of(condition), BRIEF_CONDITION));
	json_begin(j, NULL);
	json_text(j, "rule", rule->id);
	json_bool(j, "matched", matched);
	json_text(j, "condition", condition);
	json_text(j, "because", matched ? rule->because : NULL);
	json_int(j, "line", rule->line);
	json_end(j);
}

/* A number alone asks about the stored incident; anything beside it describes one that is not. */
struct route_asked {
	struct route_query query;
	const struct mechanism *m; /* that it is explained by */
	struct warnings *warnings;
	const char *said; /* whose words are shown: the description as the caller may read it */
};

static bool asks_stored(const struct front_read *q)
{
	return command_has(q->c, FIELD_NUMBER) &&
	    !fields_any(fields_but(q->c->present, FIELD_SET(FIELD_NUMBER, FIELD_BRIEF)));
}

/* The incident, then the files of the revision that it was routed by, where they are not at hand. */
static bool route_want(struct front_read *q)
{
	const struct incident *inc;

	if (!asks_stored(q) || !q->loads)
		return !asks_stored(q) || want_number(q);
	inc = q->incidents.found[0];
	if (!query_keep_mechanism(q))
		return query_unavailable(q);
	if (!inc || query_mechanism(q, inc->revision))
		return true;
	q->files = (struct want_files){.revision = inc->revision};
	q->wants.files = &q->files;
	return true;
}

/* What speaks for a category may be a number or a name, to whom people are masked. */
static const char *readable(struct front_read *q, const struct incident *inc)
{
	struct said_by said = {inc->description, inc->reporter_name, inc->reporter_phone, inc->address};

	return sight_in_full(&q->view, inc) ? secrecy_shown(&q->view, inc, inc->description, q->a)
					    : masked_description(q->a, q->m, &said);
}

static bool route_choose(struct front_read *q)
{
	struct route_asked *x = q->own = arena_alloc(q->a, sizeof *x);
	struct incident *inc;

	x->m = q->m;
	if (!asks_stored(q)) {
		x->warnings = warnings_of(q->c, q->a);
		x->query = lifecycle_query(resolve_report(q->c, q->m, q->now, x->warnings, q->a), q->now);
		proposal_read(front_proposal(q->f, x->query.description), &x->query.proposal);
		x->said = x->query.description;
		return true;
	}
	inc = query_incident(q, command_text(q->c, FIELD_NUMBER));
	if (!inc)
		return false;
	/* the conditions that were met say what its description says */
	if (sight_of(&q->view, THING_PEOPLE, inc) == SIGHT_NONE)
		return query_not_found(q, "警情", "incident", inc->number);
	x->query = lifecycle_query_of(inc);
	x->said = readable(q, inc);
	x->m = query_mechanism(q, inc->revision);
	return true;
}

/* The parts of the description that speak most for the category, by the model in use now. */
static void render_words(struct front_read *q, const char *description, const struct category *category)
{
	const char *words[TEXT_REASONS];
	int n = 0;

	if (q->f->texts && description && category && !q->m->policy.text.off)
		n = text_reasons(q->f->texts, description, category->code, q->a, words);
	json_list(&q->j, "words");
	for (int i = 0; i < n; i++)
		json_text(&q->j, NULL, words[i]);
	json_close(&q->j);
}

static void route_render(struct front_read *q)
{
	const struct route_asked *x = q->own;
	struct route *route = arena_alloc(q->a, sizeof *route);
	struct explaining e = {.j = &q->j, .a = q->a, .brief = command_int(q->c, FIELD_BRIEF)};

	json_begin(&q->j, NULL);
	json_list(&q->j, "rules");
	routing_explain(x->m, &x->query, route, on_rule, &e);
	json_close(&q->j);
	render_route(&q->j, "route", route, x->m, q->a);
	render_words(q, x->said, route->category);
	render_warnings(&q->j, x->warnings, q->view.english);
	json_end(&q->j);
}

const struct query query_route_explain = {.want = route_want, .choose = route_choose, .render = route_render};
