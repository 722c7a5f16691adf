/*
 * query.c - the commands that only read: one incident, one dispatch, its deadlines, units, status.
 *
 * Place: front; the same result for console and HTTP. A handler writes the result or refuses; what
 * a caller may not see is not found. Lists stand in query_list.c, a unit's poll in query_poll.c.
 */
#include "front/parts.h"
#include "base/clock.h"
#include "domain/resolve.h"
#include "mechanism/load.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static query_handler *const handlers[COMMANDS] = {
    [COMMAND_INCIDENT_GET] = query_incident_get,
    [COMMAND_INCIDENT_LIST] = query_incident_list,
    [COMMAND_DISPATCH_GET] = query_dispatch_get,
    [COMMAND_DISPATCH_LIST] = query_dispatch_list,
    [COMMAND_DISPATCH_DEADLINES] = query_dispatch_deadlines,
    [COMMAND_EVENT_LIST] = query_event_list,
    [COMMAND_UNIT_LIST] = query_unit_list,
    [COMMAND_UNIT_GET] = query_unit_get,
    [COMMAND_STATUS_GET] = query_status_get,
    [COMMAND_ROUTE_EXPLAIN] = query_route_explain,
    [COMMAND_ACCOUNT_LIST] = query_account_list,
};

static bool may_unmask(struct query *q)
{
	if (!command_int(q->c, FIELD_UNMASK))
		return true;
	if (q->view.role != ROLE_LOCAL)
		return refuse(q->why, q->a, ERROR_FORBIDDEN, "unmask", "只有本机命令行可以要求显示个人信息",
		    "only the local command line may ask for personal data in full");
	q->view.unmask = true;
	return true;
}

bool front_read(struct front *f, const struct command *c, const struct view *v, struct arena *a,
    struct buf *result, struct refusal *why)
{
	struct query q = {.f = f,
	    .c = c,
	    .view = *v,
	    .a = a,
	    .out = result,
	    .j = json_to(result),
	    .why = why,
	    .m = f->mechanism,
	    .now = front_now(f)};
	struct mechanism *held;
	size_t before = result->n;
	bool done;

	assert(handlers[c->kind] && "a command that front_read carries out");
	*why = (struct refusal){.code = OK};
	f->shown = NULL;
	f->n_reads++;
	if (!f->ready)
		return query_unavailable(&q);
	held = mechanism_hold(f->mechanism); /* q.m, whatever comes into force before the answer is whole */
	done = may_unmask(&q);
	done = done && handlers[c->kind](&q);
	mechanism_release(held);
	if (!done) {
		result->n = before;
		f->shown = NULL;
	}
	return done;
}

const char *front_shown(const struct front *f)
{
	return f->shown;
}

/* -- what handlers share -------------------------------------------------------------------- */

bool query_unavailable(struct query *q)
{
	return refuse(q->why, q->a, ERROR_UNAVAILABLE, NULL, "暂时读不到记录,请稍后再试",
	    "the records cannot be read just now; try again");
}

bool query_not_found(struct query *q, const char *what, const char *what_en, const char *id)
{
	*q->why = (struct refusal){
	    .code = ERROR_NOT_FOUND,
	    .zh = arena_printf(q->a, "没有%s %s", what, id),
	    .en = arena_printf(q->a, "there is no %s %s", what_en, id),
	};
	return false;
}

bool query_cursor(struct query *q, char kind, int64_t *out)
{
	const char *text = command_text(q->c, FIELD_CURSOR);
	char *end;

	*out = 0;
	if (!text)
		return true;
	*out = (int64_t)strtoull(text + 1, &end, 16);
	if (text[0] == kind && end > text + 1 && !*end && *out > 0)
		return true;
	return refuse(q->why, q->a, ERROR_PARAMS, "cursor", "cursor 不是这个列表给出的续页标记",
	    "cursor is not one that this list gave");
}

void query_put_cursor(struct json *j, const char *key, char kind, int64_t at)
{
	char text[32];

	snprintf(text, sizeof text, "%c%llx", kind, (unsigned long long)at);
	json_text(j, key, text);
}

struct found {
	enum store_status status;
	struct incident *inc;
};

static void on_incident(void *arg, enum store_status status, struct incident *inc)
{
	*(struct found *)arg = (struct found){status, inc};
}

struct incident *query_incident(struct query *q, const char *number)
{
	struct found found = {.status = STORE_FAILED};

	reads_incident(q->f->reads, q->a, number, on_incident, &found);
	if (found.status != STORE_OK) {
		query_unavailable(q);
		return NULL;
	}
	if (!found.inc || !sight_sees(&q->view, found.inc)) {
		query_not_found(q, "警情", "incident", number);
		return NULL;
	}
	return found.inc;
}

struct incident *query_dispatch(struct query *q, struct dispatch **d)
{
	const char *id = command_text(q->c, FIELD_DISPATCH);
	char number[NUMBER_MAX + 1];
	struct incident *inc;
	int n;

	*d = NULL;
	if (!dispatch_id_parse(id, number, &n)) {
		query_not_found(q, "联动指令", "dispatch", id);
		return NULL;
	}
	inc = query_incident(q, number);
	if (inc)
		*d = incident_dispatch(inc, n);
	if (*d && sight_own(&q->view, *d))
		return inc;
	if (q->why->code != ERROR_UNAVAILABLE)
		query_not_found(q, "联动指令", "dispatch", id);
	return NULL;
}

static void on_looked(void *arg, const struct reply *r)
{
	if (r->code != OK)
		personal_flush(arg); /* not recorded: the next look tries again */
}

void query_looked(struct query *q, const struct incident *inc, const struct dispatch *d)
{
	struct command c = {.kind = COMMAND_PERSONAL_READ, .who = q->c->who};
	char id[DISPATCH_ID_MAX];
	const char *what = d ? dispatch_id(inc, d, id) : inc->number;

	if (!sight_recorded(&q->view) || !sight_in_full(&q->view, inc) ||
	    !personal_first(q->f->personal_reads, c.who.account, what, local_day(q->now)))
		return;
	command_set_text(&c, d ? FIELD_DISPATCH : FIELD_NUMBER, what);
	front_command(q->f, &c, on_looked, q->f->personal_reads);
}

bool query_delivers(const struct query *q, const struct dispatch *d)
{
	const char *unit = sight_unit(&q->view);

	return unit && text_eq(d->unit, unit) && !d->at[STEP_DELIVERED] && dispatch_open(d);
}

/* Remembers that the unit itself is being shown this one, which delivers it. */
static void show(struct query *q, const struct incident *inc, const struct dispatch *d)
{
	char id[DISPATCH_ID_MAX];
	const char *before = q->f->shown;

	if (!query_delivers(q, d))
		return;
	dispatch_id(inc, d, id);
	q->f->shown = before ? arena_printf(q->a, "%s,%s", before, id) : arena_text(q->a, id);
}

void query_put_dispatch(struct query *q, const struct incident *inc, const struct dispatch *d)
{
	render_dispatch(&q->j, NULL, inc, d, q->m, q->now, &q->view);
	assert(q->out->p[q->out->n - 1] == '}' && "a dispatch is an object");
	q->out->n--; /* opened again, for its incident */
	render_incident_open(&q->j, "matter", inc, q->m, &q->view, q->a);
	json_end(&q->j);
	json_end(&q->j);
	show(q, inc, d);
	query_looked(q, inc, d);
}

/* -- one of a kind -------------------------------------------------------------------------- */

struct events {
	enum store_status status;
	const struct seen_event *v;
	int n;
	bool more;
};

static void on_events(void *arg, enum store_status status, const struct seen_event *v, int n, int64_t scanned,
    bool more)
{
	(void)scanned;
	*(struct events *)arg = (struct events){status, v, n, more};
}

/* events[], newest last, and the cursor for older ones. */
static bool put_events(struct query *q, const struct incident *inc)
{
	struct event_filter filter = {.incident = inc->number, .limit = 100};
	struct events got = {.status = STORE_FAILED};
	bool words = sight_in_full(&q->view, inc);

	if (!query_cursor(q, 'e', &filter.before))
		return false;
	if (!filter.before)
		filter.before = INT64_MAX;
	reads_events(q->f->reads, q->a, &filter, on_events, &got);
	if (got.status != STORE_OK)
		return query_unavailable(q);
	json_list(&q->j, "events");
	for (int i = got.n - 1; i >= 0; i--) {
		const struct seen_event *e = &got.v[i];

		if (sight_event(&q->view, e) != SIGHT_NONE)
			render_event(&q->j, NULL, e, words, &q->view);
	}
	json_close(&q->j);
	if (got.more && got.n)
		query_put_cursor(&q->j, "events_next", 'e', got.v[got.n - 1].e.seq);
	return true;
}

bool query_incident_get(struct query *q)
{
	struct incident *inc = query_incident(q, command_text(q->c, FIELD_NUMBER));

	if (!inc)
		return false;
	render_incident_open(&q->j, NULL, inc, q->m, &q->view, q->a);
	render_dispatches(&q->j, inc, q->m, q->now, &q->view);
	if (!put_events(q, inc))
		return false;
	json_end(&q->j);
	for (int i = 0; i < inc->n_dispatches; i++)
		if (sight_own(&q->view, &inc->dispatches[i])) {
			show(q, inc, &inc->dispatches[i]);
			query_looked(q, inc, &inc->dispatches[i]);
		}
	if (!inc->n_dispatches)
		query_looked(q, inc, NULL);
	return true;
}

bool query_dispatch_get(struct query *q)
{
	struct dispatch *d;
	struct incident *inc = query_dispatch(q, &d);

	if (!inc)
		return false;
	query_put_dispatch(q, inc, d);
	return true;
}

/* The mechanism under which that clock of the dispatch was armed. */
static const struct mechanism *mechanism_then(struct query *q, const struct dispatch *d, int clock)
{
	const char *revision = d->clocks[clock].revision ? d->clocks[clock].revision : d->revision;

	if (!revision || strcmp(revision, q->m->revision) == 0)
		return q->m;
	return revisions_find(q->f->revisions, q->f->reads, revision);
}

bool query_dispatch_deadlines(struct query *q)
{
	struct dispatch *d;
	struct incident *inc = query_dispatch(q, &d);

	if (!inc)
		return false;
	json_begin(&q->j, NULL);
	json_text(&q->j, "dispatch", command_text(q->c, FIELD_DISPATCH));
	json_time(&q->j, "time", q->now);
	json_list(&q->j, "clocks");
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		const struct mechanism *m;
		struct explanation *x;

		if (!sight_clocks(&q->view, inc, d))
			break; /* only informed of a confidential incident */
		if (clock_rows[k].report && !d->clocks[k].start)
			continue; /* a report clock that never ran */
		m = mechanism_then(q, d, k);
		if (!m)
			return query_unavailable(q);
		x = arena_alloc(q->a, sizeof *x);
		deadline_explain(inc, d, m, (enum clock_kind)k, q->now, x);
		render_explanation(&q->j, x, command_int(q->c, FIELD_EXPLAIN));
	}
	json_close(&q->j);
	json_end(&q->j);
	return true;
}

bool query_unit_list(struct query *q)
{
	json_begin(&q->j, NULL);
	json_list(&q->j, "units");
	for (int i = 0; i < q->m->n_units; i++)
		render_unit(&q->j, NULL, &q->m->units[i], q->m, q->now, &q->view);
	json_close(&q->j);
	json_end(&q->j);
	return true;
}

bool query_unit_get(struct query *q)
{
	const char *id = command_text(q->c, FIELD_UNIT);
	const struct unit *u = mechanism_unit(q->m, id);

	if (!u)
		return query_not_found(q, "成员单位", "unit", id);
	render_unit(&q->j, NULL, u, q->m, q->now, &q->view);
	return true;
}

/* -- status --------------------------------------------------------------------------------- */

static bool calendar_covers(const struct calendar *c, int year)
{
	for (int i = 0; i < c->n_years; i++)
		if (c->years[i].year == year)
			return true;
	return false;
}

static void put_warnings(struct query *q)
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
	json_close(&q->j);
}

static void put_metrics(struct query *q)
{
	const struct front_metrics n = front_metrics(q->f);
	const struct {
		const char *name;
		int64_t v;
	} metrics[] = {{"commands", n.commands}, {"resent", n.resent}, {"unavailable", n.unavailable},
	    {"reads", n.reads}, {"events", n.events}, {"connects", n.connects},
	    {"pending", (int64_t)front_pending(q->f)}, {"ring_events", n.ring_events},
	    {"ring_bytes", n.ring_bytes}, {"accounts", n.accounts}};

	json_begin(&q->j, "front");
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
		json_int(&q->j, metrics[i].name, metrics[i].v);
	json_end(&q->j);
}

bool query_status_get(struct query *q)
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
	json_int(j, "seq", front_seq(q->f));
	json_text(j, "revision", q->m->revision);
	json_bool(j, "connected", front_connected(q->f));
	if (p)
		json_time(j, "pulse_at", p->at);
	if (p && p->metrics.n)
		json_raw(j, "engine", p->metrics);
	put_metrics(q);
	put_warnings(q);
	json_end(j);
	return true;
}

/* -- route.explain -------------------------------------------------------------------------- */

static void on_rule(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct json *j = arg;

	json_begin(j, NULL);
	json_text(j, "rule", rule->id);
	json_bool(j, "matched", matched);
	json_text(j, "condition", condition);
	json_text(j, "because", matched ? rule->because : NULL);
	json_int(j, "line", rule->line);
	json_end(j);
}

/* A number alone asks about the stored incident; anything beside it describes one that is not. */
static bool routed_query(struct query *q, struct route_query *out, struct warnings **warnings)
{
	struct incident *inc;

	*warnings = warnings_of(q->c, q->a);
	*out = lifecycle_query(resolve_report(q->c, q->m, q->now, *warnings, q->a), q->now);
	if (q->c->present != FIELD(NUMBER))
		return true;
	*warnings = NULL;
	inc = query_incident(q, command_text(q->c, FIELD_NUMBER));
	if (!inc)
		return false;
	/* the conditions that were met say what its description says */
	if (sight_of(&q->view, THING_PEOPLE, inc) == SIGHT_NONE)
		return query_not_found(q, "警情", "incident", inc->number);
	*out = lifecycle_query_of(inc);
	return true;
}

bool query_route_explain(struct query *q)
{
	struct route *route = arena_alloc(q->a, sizeof *route);
	struct route_query query;
	struct warnings *warnings;

	if (!routed_query(q, &query, &warnings))
		return false;
	json_begin(&q->j, NULL);
	json_list(&q->j, "rules");
	routing_explain(q->m, &query, route, on_rule, &q->j);
	json_close(&q->j);
	render_route(&q->j, "route", route, q->m);
	render_warnings(&q->j, warnings, q->view.english);
	json_end(&q->j);
	return true;
}
