/*
 * handover.c - messages to partners: made of events, sent until they are taken.
 *
 * Place: notifier, over src/exchange (what is said and signed), channel/post.h (how it goes) and store/handed.h (what is
 * kept). A request whose answer did not come is sent again with the same key, by which the partner knows it. Of a training
 * store nothing goes out. The matter is read again before each try: what was withdrawn before it was ever taken is dropped.
 */
#include "notifier/handover.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/secret.h"
#include "channel/post.h"
#include "notice/climb.h"
#include "notifier/handover_body.h"
#include "notifier/handover_past.h"
#include "notifier/inward.h"
#include "notifier/notifier.h"
#include "notifier/say.h"
#include "notifier/secrets.h"
#include "report/partners.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 16 /* rows of a partner looked at in a turn */
#define UNDER_WAY 8
#define EVERY_MS 1000
#define KEPT_MS (90 * DAY_MS)

/* One that is under way. */
struct handing {
	struct handover *h;
	struct arena *arena;
	struct handed row;
	struct post *post;
	struct handing *next;
};

struct handover {
	struct notifier *n;
	struct handed_file *file;
	struct handed_words *words; /* what the engine is told */
	struct post_rules rules;
	struct poster *poster;
	struct event *timer;
	struct handing *under_way;
	int n_under_way;
	char checked[REVISION_LEN + 1]; /* of which mechanism the partners were looked at */
	int64_t tidied_at;              /* when what is old was forgotten; 0: not yet */
	struct clock_watch watch;
};

static const struct exchange_partners *partners(const struct handover *h)
{
	const struct mechanism *m = front_mechanism(h->n->front);

	return m ? m->exchange : NULL;
}

/* -- of events ---------------------------------------------------------------------------------- */

static int kind_of(enum event_type type)
{
	static const struct {
		enum event_type type;
		enum handed_kind kind;
	} kinds[] = {{EVENT_DISPATCH_ISSUED, HAND_OVER}, {EVENT_INCIDENT_AMENDED, HAND_AMENDED},
	    {EVENT_INCIDENT_URGED, HAND_URGED}, {EVENT_REQUEST_GRANTED, HAND_DECIDED},
	    {EVENT_REQUEST_REJECTED, HAND_DECIDED}, {EVENT_DISPATCH_WITHDRAWN, HAND_WITHDRAWN},
	    {EVENT_INCIDENT_CANCELLED, HAND_WITHDRAWN}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].type == type)
			return (int)kinds[i].kind;
	return HANDED_KINDS;
}

/* What is said of a dispatch that was never handed over, before the exchange began or because a person dropped it, would mean nothing
 * to the partner. False: it could not be read or written. */
static bool add_row(struct handover *h, const struct exchange_partner *p, const struct event *e,
    const struct incident *inc, int n, enum handed_kind kind, struct arena *a)
{
	struct handed first, row;
	int past = handover_past(&(struct handed_from){h->file, h->n->front, p}, inc, n, a, &first);

	if (past < 0)
		return false;
	if (kind == HAND_OVER) {
		first.made_at = front_now(h->n->front);
		return past == 1 || handed_add(h->file, &first);
	}
	if (past == 0 || (first.state == HANDED_DROPPED && !first.tries))
		return true;
	row = (struct handed){.partner = p->id,
	    .dispatch = first.dispatch,
	    .seq = e->seq,
	    .kind = kind,
	    .made_at = front_now(h->n->front)};
	handed_set_id(&row, e);
	return handed_add(h->file, &row);
}

/* One row for each open dispatch of the partner's unit that the event is about. */
static bool add_rows(struct handover *h, const struct exchange_partner *p, const struct event *e,
    const struct incident *inc, enum handed_kind kind, struct arena *a)
{
	bool good = true;

	for (int i = 0; i < inc->n_dispatches && good; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (text_eq(d->unit, p->unit->id) && (!e->dispatch || e->dispatch == d->n) &&
		    d->role != AS_INFORM && (d->state != DISPATCH_WITHDRAWN || kind == HAND_WITHDRAWN))
			good = add_row(h, p, e, inc, d->n, kind, a);
	}
	return good;
}

bool handover_event(struct handover *h, const struct seen_event *seen)
{
	const struct exchange_partners *x = partners(h);
	const struct event *e = &seen->e;
	int kind = kind_of(e->type);
	struct arena *a;
	const struct incident *inc = NULL;
	bool good = true;

	if (!x || kind == HANDED_KINDS || !e->incident || h->n->child->options->training)
		return true;
	a = arena_new();
	for (int i = 0; i < x->n && good; i++) {
		const struct exchange_partner *p = &x->v[i];

		if (!p->send.url || !p->unit || !list_has(seen->units, p->unit->id))
			continue;
		inc = inc ? inc : exchange_incident(h->n, e->incident, a);
		good = !inc || add_rows(h, p, e, inc, (enum handed_kind)kind, a);
	}
	arena_free(a);
	loop_after(h->timer, 0);
	return good;
}

/* -- sending ------------------------------------------------------------------------------------ */

static void handing_end(struct handing *one)
{
	struct handing **at = &one->h->under_way;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	one->h->n_under_way--;
	arena_wipe(one->arena);
	arena_free(one->arena);
	free(one);
}

const char *handover_end_name(const struct channel_answer *r, struct arena *a)
{
	static const char *const ends[POST_ENDS] = {
	    [POST_REFUSED] = "refused", [POST_FORBIDDEN] = "forbidden", [POST_UNKNOWN] = "unknown"};

	return r->end == POST_ANSWERED ? arena_printf(a, "status=%d", r->status) : ends[r->end];
}

/* They may have made one matter of two, or be mistaken: a person has to know. */
static void watch_number(struct handover *h, const struct handed *row, struct arena *a)
{
	const char *holder = row->kind == HAND_OVER && row->ticket
	    ? handed_holder(h->file, row->partner, row->ticket, row->dispatch, a)
	    : NULL;

	if (holder)
		log_alarm("ticket of two dispatches", "partner=%s dispatch=%s other=%s", row->partner,
		    row->dispatch, holder);
}

static void on_answer(void *arg, const struct channel_answer *r)
{
	struct handing *one = arg;
	struct handover *h = one->h;
	const struct exchange_partner *p = exchange_partner(partners(h), one->row.partner);
	const char *ticket = NULL;
	int64_t wait;

	one->row.tries++;
	one->row.why = handover_end_name(r, one->arena);
	if (p && r->end == POST_ANSWERED && exchange_taken(p, r->status, r->body, one->arena, &ticket)) {
		one->row.state = HANDED_TAKEN;
		one->row.ended_at = front_now(h->n->front);
		one->row.ticket = ticket ? ticket : one->row.ticket;
		watch_number(h, &one->row, one->arena);
	} else {
		if (p && r->end == POST_ANSWERED)
			one->row.why = exchange_said(p, one->row.why, r->body, one->arena);
		wait = retry_delay_ms(one->row.tries, one->row.id);
		one->row.next_at =
		    front_now(h->n->front) + (r->retry_after_ms > wait ? r->retry_after_ms : wait);
	}
	log_info("handed", "partner=%s dispatch=%s kind=%s %s=%s", one->row.partner, one->row.dispatch,
	    handed_kind_names[one->row.kind], one->row.state == HANDED_TAKEN ? "taken" : "why", one->row.why);
	if (!handed_save(h->file, &one->row))
		exit(EXIT_HANDED);
	handing_end(one);
	loop_after(h->timer, 0);
}

bool handover_sign(struct notifier *n, const struct exchange_partner *p, const char *id, struct arena *a,
    struct channel_request *q)
{
	struct exchange_keys keys = {.n = 0};
	struct exchange_headers by;

	exchange_keys(n, p->send.sign.secret_file, a, &keys);
	if (keys.n < 1 || !exchange_sign_sent(&p->send, &keys, id, q->body, front_now(n->front), a, &by))
		return false;
	q->headers[q->n_headers++] =
	    (struct notice_field){"Content-Type", exchange_content_types[p->send.content]};
	q->headers[q->n_headers++] = (struct notice_field){"Idempotency-Key", arena_text(a, id)};
	for (int i = 0; i < by.n; i++)
		q->headers[q->n_headers++] = (struct notice_field){by.v[i].name, by.v[i].value};
	for (int i = 0; i < keys.n; i++)
		q->hidden[q->n_hidden++] = keys.v[i];
	return true;
}

/* False: it cannot be sent as it is configured. */
static bool send_one(struct handover *h, const struct exchange_partner *p, const struct handed *row,
    const struct handover_matter *x)
{
	struct handing *one = xalloc(sizeof *one);
	struct channel_request q = {.method = "POST", .url = p->send.url};
	struct buf body = {0};

	*one = (struct handing){.h = h, .arena = arena_new(), .row = *row, .next = h->under_way};
	h->under_way = one;
	h->n_under_way++;
	one->row.partner = arena_text(one->arena, row->partner);
	one->row.dispatch = arena_text(one->arena, row->dispatch);
	one->row.ticket = row->ticket ? arena_text(one->arena, row->ticket) : NULL;
	handover_body(p, x, one->arena, &body);
	q.body = buf_view(&body);
	if (handover_sign(h->n, p, row->id, one->arena, &q))
		one->post = post_send(h->poster, &q, on_answer, one);
	buf_wipe(&body);
	buf_free(&body);
	if (one->post)
		return true;
	handing_end(one);
	return false;
}

/* -- a turn ------------------------------------------------------------------------------------- */

static bool is_under_way(const struct handover *h, const char *dispatch)
{
	for (const struct handing *one = h->under_way; one; one = one->next)
		if (text_eq(one->row.dispatch, dispatch))
			return true;
	return false;
}

/* What came of the matter meanwhile: nothing is told of what is not there, or of an end before there was a beginning. */
static bool still_matters(struct handover *h, const struct handed *row, const struct dispatch *d)
{
	const char *why = !d                                           ? "gone"
	    : row->kind == HAND_OVER && d->state == DISPATCH_WITHDRAWN ? "withdrawn"
								       : NULL;

	if (!why || (d && row->tries))
		return true;
	if (!handed_drop_of(h->file, row->dispatch, front_now(h->n->front), why))
		exit(EXIT_HANDED);
	return false;
}

static void later(struct handover *h, struct handed *row, const char *why)
{
	row->why = why;
	row->tries++;
	row->next_at = front_now(h->n->front) + retry_delay_ms(row->tries, row->id);
	if (!handed_save(h->file, row))
		exit(EXIT_HANDED);
}

/* The event that the row tells of; NULL: it cannot be read. */
static const struct seen_event *said_of(struct handover *h, const struct handed *row, struct arena *a)
{
	struct want_events *want = arena_alloc(a, sizeof *want);
	struct reads_wants wants = {.events = want};

	want->filter = (struct event_filter){.after = row->seq - 1, .limit = 1};
	if (reads_wait(front_reads(h->n->front), a, &wants) != STORE_OK || want->n < 1 ||
	    want->v[0].e.seq != row->seq)
		return NULL;
	return &want->v[0];
}

bool handover_is_theirs(const struct exchange_partner *p, const char *dispatch)
{
	return *p->numbers && str_starts(str_of(dispatch), str_of(p->numbers));
}

/* An incident that the partner reported is not handed back to it: the desk is told, and names another unit. */
static void keep_here(struct handover *h, const struct handed *row)
{
	if (row->kind == HAND_OVER && !row->told)
		return;
	if (!handed_drop_of(h->file, row->dispatch, front_now(h->n->front), "from-them"))
		exit(EXIT_HANDED);
}

static void look_at(struct handover *h, const struct exchange_partner *p, struct handed *row, struct arena *a)
{
	struct handover_matter x = {
	    .row = row, .m = front_mechanism(h->n->front), .now = front_now(h->n->front)};
	char number[NUMBER_MAX + 1];
	int k = 0;

	if (is_under_way(h, row->dispatch) || h->n_under_way >= UNDER_WAY)
		return;
	if (handover_is_theirs(p, row->dispatch)) {
		keep_here(h, row);
		return;
	}
	x.said = said_of(h, row, a);
	x.inc = dispatch_id_parse(row->dispatch, number, &k) ? exchange_incident(h->n, number, a) : NULL;
	x.d = x.inc ? incident_dispatch(x.inc, k) : NULL;
	if (still_matters(h, row, x.d) && !send_one(h, p, row, &x))
		later(h, row, "unsigned");
}

static void look_at_partner(struct handover *h, const struct exchange_partner *p, struct arena *a)
{
	struct handed *v = arena_new_array(a, struct handed, AT_ONCE);
	int n = h->n_under_way < UNDER_WAY ? handed_due(h->file, p->id, front_now(h->n->front), AT_ONCE, a, v)
					   : 0;

	for (int i = 0; i < n; i++)
		look_at(h, p, &v[i], a);
}

static void tidy(struct handover *h, int64_t now)
{
	if (now - h->tidied_at < DAY_MS)
		return;
	handed_forget(h->file, now - KEPT_MS);
	h->tidied_at = now;
}

static const char *keys_fault(const struct handover *h, const char *key, const struct exchange_sign *s,
    bool english, struct arena *a)
{
	struct secret in;

	secret_read(h->n->child->options->notices_secrets, s->secret_file, a, &in);
	if (in.fault)
		return arena_printf(a, english ? "%s %s: %s" : "%s %s:%s", key, s->secret_file,
		    secret_why(in.fault, english));
	return s->kind == SIGNING_WEBHOOK ? webhook_keys_fault(&in, key, s->secret_file, english, a) : NULL;
}

static const char *target_fault(const struct handover *h, const char *key, const char *url, bool english,
    struct arena *a)
{
	const char *why = url ? post_target_fault(&h->rules, str_of(url), english) : NULL;

	return why ? arena_printf(a, english ? "%s: %s" : "%s:%s", key, why) : NULL;
}

/* What cannot be read is not known to be wrong. */
static const char *account_fault(const struct handover *h, const struct exchange_partner *p, bool english,
    struct arena *a)
{
	struct want_accounts all;

	return exchange_accounts(h->n, a, &all) ? partner_lacks(p, &all, english, a) : NULL;
}

int handover_faults(const struct handover *h, const struct exchange_partner *p, bool english, struct arena *a,
    const char *out[HANDOVER_FAULTS])
{
	const char *found[HANDOVER_FAULTS] = {
	    keys_fault(h, "receive.signature.secret_file", &p->receive.sign, english, a),
	    p->send.url ? keys_fault(h, "send.signature.secret_file", &p->send.sign, english, a) : NULL,
	    target_fault(h, "send.url", p->send.url, english, a),
	    target_fault(h, "compare.url", p->compare.url, english, a), account_fault(h, p, english, a)};
	int n = 0;

	for (int i = 0; i < HANDOVER_FAULTS; i++)
		if (found[i])
			out[n++] = found[i];
	return n;
}

/* What would make messages fail is said when the file comes into force, before one does. */
static void check_partner(struct handover *h, const struct exchange_partner *p, struct arena *a)
{
	const char *faults[HANDOVER_FAULTS];
	int n = handover_faults(h, p, true, a, faults);

	for (int i = 0; i < n; i++)
		log_alarm("partner cannot", "partner=%s why=%s", p->id, faults[i]);
}

static void check_partners(struct handover *h, const struct exchange_partners *x, struct arena *a)
{
	const char *revision = front_mechanism(h->n->front)->revision;

	if (text_eq(revision, h->checked))
		return;
	snprintf(h->checked, sizeof h->checked, "%s", revision);
	for (int i = 0; i < x->n; i++)
		check_partner(h, &x->v[i], a);
}

void handover_turn(struct handover *h)
{
	const struct exchange_partners *x = partners(h);
	struct arena *a;

	loop_after(h->timer, EVERY_MS);
	if (clock_stepped(&h->watch) < 0)
		handed_hurry(h->file,
		    front_now(h->n->front)); /* what was to go at an hour that comes once more */
	if (!x || !front_reads(h->n->front))
		return;
	tidy(h, front_now(h->n->front));
	a = arena_new();
	check_partners(h, x, a);
	for (int i = 0; i < x->n; i++)
		if (x->v[i].send.url)
			look_at_partner(h, &x->v[i], a);
	arena_wipe(a);
	arena_free(a);
	handed_words_turn(h->words, x);
}

/* -- by hand ------------------------------------------------------------------------------------ */

static bool is_not(const char **why, const char *word)
{
	*why = word;
	return false;
}

/* What is on its way is given up: the partner may have taken it. */
static void give_up(struct handover *h, const char *id)
{
	struct handing *one = h->under_way;

	while (one && !text_eq(one->row.id, id))
		one = one->next;
	if (!one)
		return;
	post_cancel(one->post);
	handing_end(one);
}

bool handover_retry(struct handover *h, const char *id, const char *by, const char **why)
{
	struct arena *a = arena_new();
	struct handed row;
	int n = handed_get(h->file, id, a, &row);
	bool good = n == 1 && row.state != HANDED_TAKEN, anew = good && row.state == HANDED_DROPPED;

	row.state = HANDED_WAITING;
	row.next_at = front_now(h->n->front);
	row.ended_at = 0;
	good = good && handed_save(h->file, &row);
	if (good && anew)
		handed_decided(h->words, exchange_partner(partners(h), row.partner), &row, by, NULL);
	arena_free(a);
	loop_after(h->timer, 0);
	return good || is_not(why, n == 1 ? "wrong-state" : "not-found");
}

void handover_soon(struct handover *h)
{
	loop_after(h->timer, 0);
}

int64_t handover_retry_all(struct handover *h)
{
	int64_t n = handed_hurry(h->file, front_now(h->n->front));

	loop_after(h->timer, 0);
	return n;
}

bool handover_drop(struct handover *h, const char *id, const char *by, const char *why_dropped,
    const char **why)
{
	struct arena *a = arena_new();
	struct handed row;
	int n = handed_get(h->file, id, a, &row);
	bool good = n == 1 && row.state == HANDED_WAITING;

	if (good) {
		give_up(h, id);
		row.state = HANDED_DROPPED;
		row.ended_at = front_now(h->n->front);
		row.why = why_dropped ? why_dropped : "dropped";
		good = row.kind == HAND_OVER ? handed_drop_of(h->file, row.dispatch, row.ended_at, row.why)
					     : handed_save(h->file, &row);
		if (good)
			handed_decided(h->words, exchange_partner(partners(h), row.partner), &row, by,
			    row.why);
	}
	arena_free(a);
	return good || is_not(why, n == 1 ? "wrong-state" : "not-found");
}

/* -- its life ----------------------------------------------------------------------------------- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	handover_turn(arg);
}

struct post_rules handover_rules(const struct options *o)
{
	return (struct post_rules){.allow = o->notices_allow,
	    .plain = o->notices_plain,
	    .ca_file = o->notices_ca,
	    .total_ms = o->notices_timeout_ms};
}

struct handed_file *handover_file(const struct handover *h)
{
	return h->file;
}

struct notifier *handover_notifier(const struct handover *h)
{
	return h->n;
}

struct handover *handover_new(struct notifier *n)
{
	const struct options *o = n->child->options;
	struct handover *h = xalloc(sizeof *h);
	char why[512];

	*h = (struct handover){.n = n, .rules = handover_rules(o)};
	h->file = handed_open(o->store, n->english, why, sizeof why);
	if (!h->file) {
		log_alarm("handed not opened", "why=%s", why);
		free(h);
		return NULL;
	}
	h->words = handed_words_new(n, h->file);
	h->poster = poster_new(n->base, &h->rules);
	h->timer = loop_timer(n->base, on_timer, h);
	loop_after(h->timer, EVERY_MS);
	return h;
}

bool handover_anew(const struct handover *h)
{
	return handed_anew(h->file);
}

void handover_free(struct handover *h)
{
	poster_free(h->poster);
	for (struct handing *one = h->under_way, *next; one; one = next) {
		next = one->next;
		handing_end(one);
	}
	event_free(h->timer);
	handed_words_free(h->words);
	handed_close(h->file);
	free(h);
}
