/*
 * read.c - a command that only reads, from what it wants to its result: load, deliver, render.
 *
 * Place: front; the kinds of reads stand in query.c, query_list.c and query_poll.c. Console and HTTP
 * call front_read and get the same bytes.
 *
 *   WANT → LOAD → (WANT …) → CHOOSE → (DELIVER → LOAD) → RENDER
 *
 * A unit's own dispatch that is shown for the first time is delivered (送达): the engine commits that
 * before the result is rendered, and what was delivered is loaded once more, no older than the delivery.
 * The result's seq stays that of the first load, so that nothing which came between is passed over.
 *
 * Invariants
 * - A read is in all_reads until its callback was called or it is cancelled.
 * - A heavy read loads in one round of the loop and renders in another, or does both in slices; one of
 *   these a round: descriptors are looked at in between, so that a report waits for no more than one of them.
 */
#include "front/parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "mechanism/load.h"

#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_KEEP ((size_t)64 * 1024)  /* a larger one is given back */
#define PAGE_KEEP ((size_t)1024 * 1024) /* a larger buffer of a rendered page is given back */

static const struct query *const kinds[COMMANDS] = {
    [COMMAND_INCIDENT_GET] = &query_incident_get,
    [COMMAND_INCIDENT_LIST] = &query_incident_list,
    [COMMAND_DISPATCH_GET] = &query_dispatch_get,
    [COMMAND_DISPATCH_LIST] = &query_dispatch_list,
    [COMMAND_DISPATCH_DEADLINES] = &query_dispatch_deadlines,
    [COMMAND_EVENT_LIST] = &query_event_list,
    [COMMAND_UNIT_LIST] = &query_unit_list,
    [COMMAND_UNIT_GET] = &query_unit_get,
    [COMMAND_STATUS_GET] = &query_status_get,
    [COMMAND_ROUTE_EXPLAIN] = &query_route_explain,
    [COMMAND_ACCOUNT_LIST] = &query_account_list,
    [COMMAND_REPORT_GET] = &query_report,
    [COMMAND_REQUEST_LIST] = &query_request_list,
    [COMMAND_QUEUE_LIST] = &query_queue_list,
    [COMMAND_FINDING_LIST] = &query_finding_list,
    [COMMAND_MODE_LIST] = &query_entry_list,
    [COMMAND_SHIFT_LIST] = &query_entry_list,
    [COMMAND_MEASURE_LIST] = &query_entry_list,
    [COMMAND_MEETING_LIST] = &query_entry_list,
    [COMMAND_OWNERSHIP_LIST] = &query_entry_list,
    [COMMAND_CONTACTS_LIST] = &query_entry_list,
    [COMMAND_STATEMENT_LIST] = &query_entry_list,
    [COMMAND_PERIOD_LIST] = &query_entry_list,
    [COMMAND_DUTY_GET] = &query_duty_get,
    [COMMAND_CATEGORY_LIST] = &query_category_list,
    [COMMAND_ROUTING_GET] = &query_routing_get,
    [COMMAND_ROUTING_LOG] = &query_routing_log,
    [COMMAND_ROUTING_DIFF] = &query_routing_diff,
    [COMMAND_ROUTING_CHECK] = &query_routing_check,
    [COMMAND_ROUTING_CASES] = &query_routing_cases,
    [COMMAND_SESSION_GET] = &query_session_get,
    [COMMAND_SESSION_LIST] = &query_session_list,
    [COMMAND_INCIDENT_DRAFT] = &query_incident_draft,
    [COMMAND_SERIES_GET] = &query_series_get,
    [COMMAND_BOARD_GET] = &query_board_get,
    [COMMAND_AREA_LIST] = &query_area_list,
    [COMMAND_CALENDAR_GET] = &query_calendar_get,
    [COMMAND_PHOTO_GET] = &query_photo_get,
};

/* -- life ----------------------------------------------------------------------------------- */

static struct arena *take_arena(struct front *f)
{
	return f->n_spare_arenas ? f->spare_arenas[--f->n_spare_arenas] : arena_new();
}

static void give_arena(struct front *f, struct arena *a)
{
	arena_reset(a);
	if (f->n_spare_arenas == sizeof f->spare_arenas / sizeof *f->spare_arenas ||
	    arena_size(a) > ARENA_KEEP)
		arena_free(a);
	else
		f->spare_arenas[f->n_spare_arenas++] = a;
}

/* Its texts outlive the line or request that it came in. */
static const struct command *copied(struct arena *a, const struct command *c)
{
	struct command *mine = arena_alloc(a, sizeof *mine);

	*mine = *c;
	mine->who.account = arena_text(a, c->who.account);
	mine->who.unit = arena_text(a, c->who.unit);
	mine->who.commands = arena_text(a, c->who.commands);
	EACH_FIELD(k, c->present)
		mine->v[k].text = arena_text(a, c->v[k].text);
	return mine;
}

void query_by_slices(struct front_read *q)
{
	if (!q->slice)
		q->slice = take_arena(q->f);
}

static struct front_read *read_begin(struct front *f, const struct command *c, const struct view *v)
{
	struct arena *a = take_arena(f);
	struct front_read *q = arena_alloc(a, sizeof *q);

	*q = (struct front_read){.f = f,
	    .kind = kinds[c->kind],
	    .heavy = kinds[c->kind]->heavy,
	    .c = copied(a, c),
	    .view = *v,
	    .a = a,
	    .m = f->mechanism ? mechanism_hold(f->mechanism) : NULL,
	    .now = front_now(f),
	    .upto = f->seq,
	    .began_us = clock_mono_us()};
	q->view.unit = arena_text(a, v->unit);
	q->view.around = &f->around;
	TAILQ_INSERT_TAIL(&f->all_reads, q, all);
	f->n_reads++;
	return q;
}

/* Nothing waits for it any more; its arena is still there. */
static void read_leave(struct front_read *q)
{
	struct front *f = q->f;

	TAILQ_REMOVE(&f->all_reads, q, all);
	if (q->waiting) {
		TAILQ_REMOVE(&f->queue, q, turn);
		f->n_queued--;
	}
	if (q->ticket)
		front_forget(q->ticket);
	if (q->reporting)
		reporting_forget(q->reporting);
	if (q->notifying)
		notifying_forget(q->notifying);
	if (q->loading)
		reads_cancel(f->reads, &q->wants);
	if (q->slice)
		give_arena(f, q->slice);
	mechanism_release(q->m);
	*q->slot = NULL;
}

void front_read_cancel(struct front_read *q)
{
	read_leave(q);
	give_arena(q->f, q->a);
}

/* -- personal data: who saw it ---------------------------------------------------------------- */

static void on_recorded(void *arg, const struct reply *r)
{
	if (r->code != OK)
		personal_flush(arg); /* not recorded: the next look tries again */
}

static void send_look(struct front_read *q, enum field field, const char *what)
{
	struct command c = {.kind = COMMAND_PERSONAL_READ, .who = q->c->who};

	command_set_text(&c, field, what);
	front_command(q->f, &c, on_recorded, q->f->personal_reads);
}

static bool first_look(struct front_read *q, const struct shown *s, const char *what)
{
	return sight_in_full(&q->view, s->inc) &&
	    personal_first(q->f->personal_reads, q->c->who.account, what, local_day(q->now));
}

/* Once an account, a dispatch and a day; all that one result shows in one command. */
static void record_looks(struct front_read *q)
{
	const char *list = NULL;

	if (!q->show || !sight_recorded(&q->view))
		return;
	for (size_t i = 0; i < q->n_shown; i++) {
		const struct shown *s = &q->shown[i];
		char id[DISPATCH_ID_MAX];
		const char *what = s->d ? dispatch_id(s->inc, s->d, id) : s->inc->number;

		if (!first_look(q, s, what))
			continue;
		if (!s->d)
			send_look(q, FIELD_NUMBER, what);
		else
			list = list ? arena_printf(q->a, "%s,%s", list, what) : arena_text(q->a, what);
	}
	if (list)
		send_look(q, FIELD_DISPATCHES, list);
}

/* -- the end ----------------------------------------------------------------------------------- */

static void finish(struct front_read *q)
{
	struct front *f = q->f;
	struct read_result r = q->result;
	struct arena *a = q->a;
	front_read_cb *cb = q->cb;
	void *arg = q->arg;

	if (r.why.code == OK) {
		r.bytes = buf_view(&f->page);
		record_looks(q);
	}
	r.cost.bytes = (int64_t)r.bytes.n;
	r.cost.us = q->spent_us + clock_mono_us() - q->began_us;
	f->read_rows += r.cost.rows;
	f->read_bytes += r.cost.bytes;
	f->read_us += r.cost.us;
	read_leave(q);
	cb(arg, &r); /* may begin another read: neither q nor the page is looked at again */
	give_arena(f, a);
	if (f->page.cap > PAGE_KEEP) {
		buf_free(&f->page);
		arena_give_back();
	}
}

/* -- one step after the other ------------------------------------------------------------------ */

static void go(struct front_read *q);

/* It waits: what passes until then costs nothing. */
static void pause_watch(struct front_read *q)
{
	q->spent_us += clock_mono_us() - q->began_us;
}

static void resume(struct front_read *q)
{
	q->began_us = clock_mono_us();
	go(q);
}

static void on_loaded(void *arg)
{
	struct front_read *q = arg;

	q->loading = false;
	resume(q);
}

/* A heavy one takes its turn: true where this round has had one. What has begun to load comes next, so
 * that no more than one read holds what it loaded. */
static bool must_queue(struct front_read *q)
{
	struct front *f = q->f;

	if (!q->heavy)
		return false;
	if (!f->busy) {
		f->busy = true;
		loop_after(f->round, 0); /* a timer: descriptors are looked at before it comes */
		return false;
	}
	q->waiting = true;
	if (q->phase == READ_RENDER || q->loads)
		TAILQ_INSERT_HEAD(&f->queue, q, turn);
	else
		TAILQ_INSERT_TAIL(&f->queue, q, turn);
	f->n_queued++;
	return true;
}

static void on_round(evutil_socket_t fd, short what, void *arg)
{
	struct front *f = arg;
	struct front_read *q = TAILQ_FIRST(&f->queue);

	(void)fd;
	(void)what;
	f->busy = false;
	if (!q)
		return;
	TAILQ_REMOVE(&f->queue, q, turn);
	q->waiting = false;
	f->n_queued--;
	resume(q);
}

static void on_delivered(void *arg, const struct reply *r)
{
	struct front_read *q = arg;

	q->ticket = NULL;
	if (r->code != OK) {
		const char *detail = arena_text(q->a, r->detail);

		refuse_as(&q->result.why, r->code, arena_text(q->a, r->field), detail, detail);
	} else if (r->seq > q->wants.min_seq) {
		q->wants.min_seq = r->seq;
	}
	resume(q);
}

static bool undelivered(const struct front_read *q, const struct shown *s)
{
	const char *unit = sight_unit(&q->view);

	return s->d && unit && list_has(unit, s->d->unit) && !s->d->at[STEP_DELIVERED] && dispatch_open(s->d);
}

/* Sends what is to be delivered; false where there is nothing. */
static bool deliver(struct front_read *q)
{
	struct command c = {.kind = COMMAND_DISPATCH_DELIVER, .who = q->c->who};
	const char *list = NULL;
	char id[DISPATCH_ID_MAX];

	for (size_t i = 0; q->show && i < q->n_shown; i++) {
		if (!undelivered(q, &q->shown[i]))
			continue;
		dispatch_id(q->shown[i].inc, q->shown[i].d, id);
		list = list ? arena_printf(q->a, "%s,%s", list, id) : arena_text(q->a, id);
	}
	if (!list)
		return false;
	command_set_text(&c, FIELD_DISPATCHES, list);
	q->ticket = front_command(q->f, &c, on_delivered, q);
	return true;
}

/* The incidents that are shown, as they stand after the delivery; and one incident's events. */
static void want_again(struct front_read *q)
{
	const char **numbers = arena_new_array(q->a, const char *, q->n_shown);
	struct want_events *events = q->events.filter.before ? &q->events : NULL;

	for (size_t i = 0; i < q->n_shown; i++)
		numbers[i] = q->shown[i].inc->number;
	query_want_nothing(q);
	query_want_incidents(q, numbers, (int)q->n_shown);
	q->wants.events = events;
}

static void shown_again(struct front_read *q)
{
	for (size_t i = 0; i < q->n_shown; i++) {
		struct shown *s = &q->shown[i];
		struct incident *inc = q->incidents.found[i];
		struct dispatch *d = inc && s->d ? incident_dispatch(inc, s->d->n) : NULL;

		assert(d && "incidents and dispatches are never deleted");
		*s = (struct shown){inc, d};
	}
}

static void on_made(void *arg, const struct report_made *made, struct str bytes)
{
	struct front_read *q = arg;
	const char *detail = arena_text(q->a, made->detail);

	q->reporting = NULL;
	q->spent_us += REPORTING_COST_US;
	if (made->code != OK)
		refuse_as(&q->result.why, made->code, NULL, detail, detail);
	else
		q->made = (struct str){arena_str(q->a, bytes), bytes.n};
	q->phase = READ_CHOOSE;
	resume(q);
}

static void on_told(void *arg, const struct reply *r)
{
	struct front_read *q = arg;
	const char *detail = arena_text(q->a, r->detail);

	q->ticket = NULL;
	if (r->code != OK)
		refuse_as(&q->result.why, r->code, arena_text(q->a, r->field), detail, detail);
	else
		q->made = (struct str){arena_str(q->a, r->result), r->result.n};
	q->phase = READ_CHOOSE;
	resume(q);
}

/* False: refused; else it waits for the engine. */
static bool step_tell(struct front_read *q)
{
	struct command c;

	if (!q->kind->tell(q, &c))
		return false;
	q->ticket = front_command(q->f, &c, on_told, q);
	return true;
}

static void on_health(void *arg, const struct notice_answer *answer)
{
	struct front_read *q = arg;

	q->notifying = NULL;
	if (answer->code == OK)
		q->made = (struct str){arena_str(q->a, answer->result), answer->result.n};
	q->phase = READ_CHOOSE;
	resume(q);
}

/* Where too many wait already it is as if the notifier were away. */
static bool step_health(struct front_read *q)
{
	const struct notice_ask ask = {.way = NOTICE_HEALTH, .english = q->view.english};

	q->notifying =
	    notifying_ask(q->f->base, q->f->notifier_path, &ask, NOTIFYING_HEALTH_MS, on_health, q);
	if (!q->notifying)
		q->phase = READ_CHOOSE;
	return true;
}

/* False: refused; else it waits for the report process, the notifier, or the engine, where the phase is still this one. */
static bool step_ask(struct front_read *q)
{
	struct report_ask ask;

	if (q->kind->notices)
		return step_health(q);
	if (q->kind->tell)
		return step_tell(q);
	if (!q->kind->ask(q, &ask))
		return false;
	q->reporting = reporting_ask(q->f->base, q->f->report_path, &ask,
	    REPORTING_MOST * q->f->options->report_ms, on_made, q);
	if (!q->reporting)
		refuse(&q->result.why, q->a, ERROR_TOO_MANY, NULL, "正在制作的报表太多,请稍后再试",
		    "too many reports are being made; try later");
	return q->reporting;
}

static bool wants_any(const struct reads_wants *w)
{
	return w->incidents || w->waking || w->queues || w->page || w->open || w->events || w->accounts ||
	    w->files || w->activations || w->requests || w->findings || w->entries || w->matter ||
	    w->document || w->history || w->sessions;
}

static bool step_want(struct front_read *q)
{
	query_want_nothing(q);
	if (q->kind->ask || q->kind->tell || (q->kind->notices && query_sends_notices(q))) {
		q->phase = READ_ASK;
		return true;
	}
	if (q->kind->want && !q->kind->want(q))
		return false;
	q->phase = wants_any(&q->wants) ? READ_LOAD : READ_CHOOSE;
	return true;
}

/* False: it waits. */
static bool step_load(struct front_read *q)
{
	if (must_queue(q))
		return false;
	q->phase = READ_LOADED;
	if (q->slice)
		arena_reset(q->slice);
	q->loading =
	    reads_load(q->f->reads, q->slice ? q->slice : q->a, &q->wants, on_loaded, q) == STORE_LATER;
	return !q->loading;
}

static bool step_loaded(struct front_read *q)
{
	q->result.cost.rows += q->wants.rows;
	if (q->wants.status != STORE_OK)
		return query_unavailable(q);
	if (!q->loads++)
		q->result.seq = q->wants.seq;
	if (q->delivered)
		shown_again(q);
	q->phase = q->delivered ? READ_RENDER : READ_WANT;
	return true;
}

/* False: it waits for the engine. */
static bool step_deliver(struct front_read *q)
{
	q->phase = deliver(q) ? READ_DELIVERED : READ_RENDER;
	return q->phase == READ_RENDER;
}

static bool step_delivered(struct front_read *q)
{
	if (q->result.why.code != OK)
		return false;
	q->delivered = true;
	want_again(q);
	q->phase = READ_LOAD;
	return true;
}

/* False: it waits for its turn. */
static bool step_render(struct front_read *q)
{
	if (must_queue(q))
		return false;
	buf_reset(&q->f->page);
	q->j = json_to(&q->f->page);
	q->kind->render(q);
	return true;
}

/* Up to where it waits, or to its end. */
static void go(struct front_read *q)
{
	for (bool ok = true; ok;) {
		switch (q->phase) {
		case READ_WANT:
			ok = step_want(q);
			break;
		case READ_LOAD:
			if (!step_load(q)) {
				pause_watch(q);
				return;
			}
			break;
		case READ_LOADED:
			ok = step_loaded(q);
			break;
		case READ_ASK:
			ok = step_ask(q);
			if (ok && q->phase == READ_ASK) {
				pause_watch(q);
				return;
			}
			break;
		case READ_CHOOSE:
			ok = !q->kind->choose || q->kind->choose(q);
			q->phase = READ_DELIVER;
			break;
		case READ_DELIVER:
			if (!step_deliver(q)) {
				pause_watch(q);
				return;
			}
			break;
		case READ_DELIVERED:
			ok = step_delivered(q);
			break;
		case READ_RENDER:
			if (!step_render(q)) {
				pause_watch(q);
				return;
			}
			ok = false;
		}
	}
	assert((q->phase == READ_RENDER || q->result.why.code != OK) && "it ends rendered or refused");
	finish(q);
}

static bool may_unmask(struct front_read *q)
{
	if (!command_int(q->c, FIELD_UNMASK))
		return true;
	if (q->view.role != ROLE_LOCAL)
		return refuse(&q->result.why, q->a, ERROR_FORBIDDEN, "unmask",
		    "只有本机命令行可以要求显示个人信息",
		    "only the local command line may ask for personal data in full");
	q->view.unmask = true;
	return true;
}

void front_read(struct front *f, const struct command *c, const struct view *v, bool show,
    struct front_read **slot, front_read_cb *cb, void *arg)
{
	struct front_read *q;

	assert(kinds[c->kind] && "a command that front_read carries out");
	q = read_begin(f, c, v);
	q->show = show;
	q->slot = slot;
	q->cb = cb;
	q->arg = arg;
	*slot = q;
	q->result.seq = f->seq;
	q->wants.min_seq = f->seq;
	if (!f->ready)
		query_unavailable(q);
	if (q->result.why.code == OK && may_unmask(q))
		go(q);
	else
		finish(q);
}

/* -- for front.c ------------------------------------------------------------------------------ */

void read_new(struct front *f, struct event_base *base)
{
	TAILQ_INIT(&f->all_reads);
	TAILQ_INIT(&f->queue);
	f->round = loop_timer(base, on_round, f);
}

void read_free(struct front *f)
{
	while (!TAILQ_EMPTY(&f->all_reads))
		front_read_cancel(TAILQ_FIRST(&f->all_reads));
	while (f->n_spare_arenas)
		arena_free(f->spare_arenas[--f->n_spare_arenas]);
	event_free(f->round);
	buf_free(&f->page);
}

void read_reopen(struct front *f, struct reads *with)
{
	struct front_read *q, *next, *last = TAILQ_LAST(&f->all_reads, front_reads);
	struct reads *before = f->reads;

	TAILQ_FOREACH(q, &f->all_reads, all)
		if (q->loading)
			reads_cancel(before, &q->wants);
	f->reads = with;
	for (q = TAILQ_FIRST(&f->all_reads); q; q = next) {
		bool end = q == last;

		next = end ? NULL : TAILQ_NEXT(q, all);
		if (!q->loading)
			continue;
		q->loading = false;
		q->phase = READ_LOAD;
		resume(q);
	}
}
