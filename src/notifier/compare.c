/*
 * compare.c - see compare.h. Place: notifier, over src/exchange (what an answer lists, what differs) and store/handed.h.
 *
 * Both lists are taken at different instants. So what was issued or has ended since shortly before the partner was asked is
 * on neither side a difference: it may be under way.
 */
#include "notifier/compare.h"
#include "base/array.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "channel/post.h"
#include "exchange/exchange.h"
#include "notifier/handover.h"
#include "notifier/handover_body.h"
#include "notifier/inward.h"
#include "notifier/notifier.h"
#include "store/handed.h"

#include <event2/event.h>
#include <stdlib.h>

#define EVERY_MS 1000
#define PAGE 200
#define ANSWER_MOST ((size_t)1 << 20)
#define DIFFERENCES_MOST 1000 /* kept; how many there are is told in any case by the alarm */
#define TOLD_MOST 100         /* in the event, of each side */

/* One partner is asked. */
struct inquiry {
	struct comparer *c;
	struct arena *arena;
	const char *partner;
	int64_t asked_at;
	struct post *post;
	comparing_done *done; /* NULL: it was the time */
	void *arg;
	struct inquiry *next;
};

struct comparer {
	struct notifier *n;
	struct handed_file *file;
	struct post_rules rules;
	struct poster *poster;
	struct event *timer;
	struct inquiry *first;
};

static struct inquiry *inquiry_of(const struct comparer *c, const char *partner)
{
	struct inquiry *i = c->first;

	while (i && !text_eq(i->partner, partner))
		i = i->next;
	return i;
}

static void inquiry_end(struct inquiry *i)
{
	struct inquiry **at = &i->c->first;

	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	arena_free(i->arena);
	free(i);
}

/* -- both lists --------------------------------------------------------------------------------- */

/* What is open on one of the sides. */
struct side_open {
	const char **names; /* dispatches; of the partner's without one that is known, its ticket */
	struct exchange_open *v;
	int n, cap;
};

static void add_open(struct side_open *s, struct arena *a, const char *dispatch, const char *ticket)
{
	ARRAY_ROOM(a, s->v, s->n, s->cap);
	s->v[s->n++] = (struct exchange_open){dispatch, ticket};
}

static void set_names(struct side_open *s, struct arena *a)
{
	s->names = arena_new_array(a, const char *, (size_t)s->n + 1);
	for (int i = 0; i < s->n; i++)
		s->names[i] = s->v[i].dispatch ? s->v[i].dispatch : s->v[i].ticket;
}

static bool counts(const struct exchange_partner *p, const struct inquiry *i, const struct incident *inc,
    const struct dispatch *d)
{
	return d->role != AS_INFORM && !inc->drill && d->issued_at < i->asked_at - p->send.accepted_ms;
}

/* False: the store cannot be read. */
static bool read_ours(const struct inquiry *i, const struct exchange_partner *p, struct side_open *out)
{
	struct reads *r = front_reads(i->c->n->front);
	struct want_open want = {.unit = p->unit->id, .limit = PAGE};
	struct reads_wants wants = {.open = &want};
	char id[DISPATCH_ID_MAX];

	do {
		if (!r || reads_wait(r, i->arena, &wants) != STORE_OK)
			return false;
		for (int k = 0; k < want.n; k++) {
			const struct incident *inc = want.v[k].inc;
			const struct dispatch *d = incident_dispatch(inc, want.v[k].n);

			want.after = want.v[k].cursor;
			if (d && counts(p, i, inc, d))
				add_open(out, i->arena, arena_text(i->arena, dispatch_id(inc, d, id)),
				    d->ticket);
		}
	} while (want.more && want.n);
	set_names(out, i->arena);
	return true;
}

/* Theirs by our numbers, where they say them, or where one of ours has their ticket. */
static void name_theirs(const struct side_open *ours, struct side_open *theirs, struct arena *a)
{
	for (int i = 0; i < theirs->n; i++)
		for (int k = 0; k < ours->n && !theirs->v[i].dispatch; k++)
			if (text_eq(ours->v[k].ticket, theirs->v[i].ticket))
				theirs->v[i].dispatch = ours->v[k].dispatch;
	set_names(theirs, a);
}

/* -- what differs ------------------------------------------------------------------------------- */

struct differing {
	const struct inquiry *i;
	const struct exchange_partner *p;
	const struct side_open *ours, *theirs;
	struct handed_difference *v;
	int n, cap;
};

/* Ours of that number, if it is the partner's. */
static const struct dispatch *ours_of(const struct differing *f, const char *id, const struct incident **inc)
{
	char number[NUMBER_MAX + 1];
	const struct dispatch *d;
	int n = 0;

	*inc = id && dispatch_id_parse(id, number, &n) ? exchange_incident(f->i->c->n, number, f->i->arena)
						       : NULL;
	d = *inc ? incident_dispatch(*inc, n) : NULL;
	return d && text_eq(d->unit, f->p->unit->id) ? d : NULL;
}

/* It began or ended as they were asked, or is a drill: they may not know yet. */
static bool passes(const struct differing *f, const struct incident *inc, const struct dispatch *d)
{
	int64_t since = f->i->asked_at - f->p->send.accepted_ms;

	return inc->drill || d->issued_at >= since || d->withdrawn_at >= since ||
	    d->at[STEP_COMPLETED] >= since || d->recorded[STEP_COMPLETED] >= since;
}

static const struct exchange_open *one_of(const struct side_open *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (text_eq(s->v[i].dispatch ? s->v[i].dispatch : s->v[i].ticket, name))
			return &s->v[i];
	return NULL;
}

static void on_difference(void *arg, const char *name, enum exchange_difference side)
{
	struct differing *f = arg;
	const struct exchange_open *one = one_of(side == ONLY_OURS ? f->ours : f->theirs, name);
	const struct incident *inc;
	const struct dispatch *d = one ? ours_of(f, one->dispatch, &inc) : NULL;

	if (!one || (side == ONLY_THEIRS && d && passes(f, inc, d)))
		return;
	ARRAY_ROOM(f->i->arena, f->v, f->n, f->cap);
	f->v[f->n++] = (struct handed_difference){.side = (int)side,
	    .dispatch = one->dispatch,
	    .ticket = one->ticket,
	    .state = d ? dispatch_state_names[d->state] : NULL};
}

/* One that is open on both sides by another number of theirs than they gave it. */
static void look_at_number(struct differing *f, const struct exchange_open *one)
{
	const struct exchange_open *our =
	    one->dispatch && one->ticket ? one_of(f->ours, one->dispatch) : NULL;
	const struct incident *inc;
	const struct dispatch *d;

	if (!our || !our->ticket || text_eq(our->ticket, one->ticket))
		return;
	d = ours_of(f, one->dispatch, &inc);
	ARRAY_ROOM(f->i->arena, f->v, f->n, f->cap);
	f->v[f->n++] = (struct handed_difference){.side = OTHER_NUMBER,
	    .dispatch = one->dispatch,
	    .ticket = one->ticket,
	    .state = d ? dispatch_state_names[d->state] : NULL};
}

static void compare_numbers(struct differing *f)
{
	for (int i = 0; i < f->theirs->n; i++)
		look_at_number(f, &f->theirs->v[i]);
}

/* -- the end ------------------------------------------------------------------------------------ */

/* Nothing that could be a person's name stands in an event: their numbers may be any text. */
static bool is_code(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

	return n && n < DISPATCH_ID_MAX && !text[n];
}

/* "ours.NUMBER-01,theirs.F7": as many as an event has. */
static const char *told_list(const struct differing *f, struct arena *a)
{
	static const char *const sides[DIFFERENCES] = {"ours", "theirs", "numbers"};
	int n[DIFFERENCES] = {0};
	struct buf b = {0};

	for (int i = 0; f && i < f->n; i++) {
		const struct handed_difference *d = &f->v[i];
		const char *name = d->dispatch ? d->dispatch : d->ticket;

		if (is_code(name) && n[d->side]++ < TOLD_MOST)
			buf_printf(&b, "%s%s.%s", b.n ? "," : "", sides[d->side], name);
	}
	return b.n ? buf_into(&b, a).p : NULL;
}

/* An event of the engine's, which everybody sees who follows. */
static void tell(const struct inquiry *i, const char *outcome, const struct differing *f)
{
	struct command c = {.kind = COMMAND_EXCHANGE_REPORT, .who = notifier_principal};

	command_set_text(&c, FIELD_PARTNER, i->partner);
	command_set_text(&c, FIELD_OUTCOME, outcome);
	command_set_text(&c, FIELD_DISPATCHES, told_list(f, i->arena));
	command_set_text(&c, FIELD_KEY,
	    arena_printf(i->arena, "compared-%s-%lld", i->partner, (long long)i->asked_at));
	front_command(i->c->n->front, &c, NULL, NULL);
}

static void end(struct inquiry *i, const char *why)
{
	comparing_done *done = i->done;
	void *arg = i->arg;

	why = why ? arena_text(i->arena, why) : NULL;
	if (done)
		done(arg, why);
	inquiry_end(i);
}

/* Told once for each night, though it is asked again. */
static void failed(struct inquiry *i, const struct exchange_partner *p, const char *outcome, const char *why)
{
	struct handed_comparison was;
	int64_t due = p ? comparing_next(p, i->asked_at) - DAY_MS : 0;

	if (!handed_compared(i->c->file, i->partner, i->arena, &was))
		exit(EXIT_HANDED);
	if (was.failed_at < due || i->done) {
		log_alarm("not compared", "partner=%s why=%s", i->partner, why);
		tell(i, outcome, NULL);
	}
	was.failed_at = i->asked_at;
	was.why = why;
	if (!handed_compare(i->c->file, &was, NULL, 0))
		exit(EXIT_HANDED);
	end(i, why);
}

static void compared(struct inquiry *i, const struct exchange_partner *p, struct differing *f)
{
	struct handed_comparison now = {
	    .partner = i->partner, .at = i->asked_at, .ours = f->ours->n, .theirs = f->theirs->n};
	struct handed_comparison was;

	exchange_compare(f->ours->names, f->ours->n, f->theirs->names, f->theirs->n, on_difference, f);
	compare_numbers(f);
	if (!handed_compared(i->c->file, p->id, i->arena, &was))
		exit(EXIT_HANDED);
	now.since = was.since ? was.since : i->asked_at;
	if (!handed_compare(i->c->file, &now, f->n ? f->v : &(struct handed_difference){0},
		f->n < DIFFERENCES_MOST ? f->n : DIFFERENCES_MOST))
		exit(EXIT_HANDED);
	log_line(f->n ? LOG_ALARM : LOG_INFO, "compared", "partner=%s ours=%d theirs=%d differences=%d",
	    p->id, now.ours, now.theirs, f->n);
	tell(i, f->n ? "differ" : "agree", f);
	end(i, NULL);
}

static void on_answer(void *arg, const struct channel_answer *r)
{
	struct inquiry *i = arg;
	const struct mechanism *m = front_mechanism(i->c->n->front);
	const struct exchange_partner *p = m ? exchange_partner(m->exchange, i->partner) : NULL;
	struct side_open ours = {.n = 0}, theirs = {.n = 0};
	struct differing f = {.i = i, .p = p, .ours = &ours, .theirs = &theirs};

	i->post = NULL;
	if (!p || !p->compare.url || !p->unit)
		failed(i, NULL, "unanswered", "exchange.yaml has changed");
	else if (r->end != POST_ANSWERED || r->status < 200 || r->status > 299)
		failed(i, p, "unanswered", handover_end_name(r, i->arena));
	else if (!exchange_open_read(p, r->status, r->body, i->arena, &theirs.v, &theirs.n))
		failed(i, p, "not-understood", "not understood");
	else if (!read_ours(i, p, &ours))
		failed(i, p, "unanswered", "the store cannot be read");
	else {
		name_theirs(&ours, &theirs, i->arena);
		compared(i, p, &f);
	}
}

/* -- asking ------------------------------------------------------------------------------------- */

static void compose(const struct exchange_partner *p, const char *id, int64_t now, struct arena *a,
    struct buf *out)
{
	const struct exchange_member facts[] = {{"id", id}, {"time", handover_digits(now, a)}};

	exchange_compose(p->send.content, p->compare.body, p->compare.n_body, facts, 2, out);
}

static bool ask(struct comparer *c, const struct exchange_partner *p, comparing_done *done, void *arg)
{
	struct inquiry *i = xalloc(sizeof *i);
	struct channel_request q = {.method = "POST", .url = p->compare.url};
	char id[HANDED_ID_LEN + 1];
	struct buf body = {0};
	unsigned char random[HANDED_ID_LEN / 2];

	*i = (struct inquiry){.c = c, .arena = arena_new(), .done = done, .arg = arg, .next = c->first};
	c->first = i;
	i->partner = arena_text(i->arena, p->id);
	i->asked_at = front_now(c->n->front);
	random_bytes(random, sizeof random);
	compose(p, hex_of(random, sizeof random, id), i->asked_at, i->arena, &body);
	q.body = buf_view(&body);
	if (handover_sign(c->n, p, id, i->arena, &q))
		i->post = post_send(c->poster, &q, on_answer, i);
	buf_free(&body);
	if (i->post)
		return true;
	inquiry_end(i);
	return false;
}

bool comparing_now(struct comparer *c, const struct exchange_partner *p, comparing_done *done, void *arg)
{
	return !inquiry_of(c, p->id) && ask(c, p, done, arg);
}

int64_t comparing_next(const struct exchange_partner *p, int64_t now)
{
	int64_t at = day_start(local_day(now)) + p->compare.at * MINUTE_MS;

	return at > now ? at : at + DAY_MS;
}

/* -- the time ----------------------------------------------------------------------------------- */

/* It is the time, or was while this process was not there; or the last one failed. */
static bool is_due(const struct exchange_partner *p, const struct handed_comparison *was, int64_t now)
{
	int64_t due = comparing_next(p, now) - DAY_MS;

	if (was->failed_at && now >= was->failed_at)
		return now - was->failed_at >= COMPARE_AGAIN_MS;
	return was->at < due && was->since <= due;
}

static void look_at(struct comparer *c, const struct exchange_partner *p, struct arena *a)
{
	int64_t now = front_now(c->n->front);
	struct handed_comparison was;

	if (!p->compare.url || !p->unit || inquiry_of(c, p->id) || !handed_compared(c->file, p->id, a, &was))
		return;
	if (!was.since) {
		was.since = now;
		if (!handed_compare(c->file, &was, NULL, 0))
			exit(EXIT_HANDED);
	}
	if (is_due(p, &was, now) && !ask(c, p, NULL, NULL)) {
		was.failed_at = now;
		was.why = "unsigned";
		log_alarm("not compared", "partner=%s why=%s", p->id, was.why);
		if (!handed_compare(c->file, &was, NULL, 0))
			exit(EXIT_HANDED);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct comparer *c = arg;
	const struct mechanism *m = front_mechanism(c->n->front);
	const struct exchange_partners *x = m ? m->exchange : NULL;
	struct arena *a;

	(void)fd;
	(void)what;
	loop_after(c->timer, EVERY_MS);
	if (!x || !front_reads(c->n->front) || !front_connected(c->n->front) ||
	    c->n->child->options->training)
		return;
	a = arena_new();
	for (int i = 0; i < x->n; i++)
		look_at(c, &x->v[i], a);
	arena_free(a);
}

struct comparer *comparing_new(struct notifier *n, struct handed_file *file)
{
	struct comparer *c = xalloc(sizeof *c);

	*c = (struct comparer){.n = n, .file = file, .rules = handover_rules(n->child->options)};
	c->rules.answer_most = ANSWER_MOST;
	c->poster = poster_new(n->base, &c->rules);
	c->timer = loop_timer(n->base, on_timer, c);
	loop_after(c->timer, EVERY_MS);
	return c;
}

void comparing_free(struct comparer *c)
{
	poster_free(c->poster);
	while (c->first)
		inquiry_end(c->first);
	event_free(c->timer);
	free(c);
}
