/*
 * pump.c - the notices that live. Place: notifier; between the feed, the outbox, the sender and src/notice.
 *
 * Every change goes through `keep`: it is written in the transaction that is open, which `settle` commits with how far the
 * events were followed. `send_next` sends only what was committed as being sent.
 */
#include "notifier/pump.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "notice/climb.h"
#include "notice/made.h"
#include "notice/target.h"
#include "notice/text.h"
#include "notifier/tell.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_OUTBOX 74 /* EX_IOERR: the supervisor starts another one */
#define LIVE_SLICE 500
#define MERGED_MOST 200 /* notices in one message */
#define BEGUN_MOST 6000
#define CURSOR_MS (5 * SECOND_MS) /* at most so much is followed again after a crash */
#define WAIT_MOST_MS (30 * SECOND_MS)
#define KEPT_MS (90 * DAY_MS) /* what has ended is forgotten after so long */
#define FORGET_EACH_MS MINUTE_MS

struct live {
	struct outgoing o;
	struct arena *arena; /* of its texts */
	int under_way;       /* messages that it is in, and that are not answered yet */
};

struct target_state {
	const char *id;
	struct target target;
};

struct pump {
	struct event_base *base;
	struct front *front;
	struct outbox *outbox;
	struct sender *sender;
	struct tell *tell;
	bool training;
	struct live **v;
	size_t n, cap;
	struct target_state *channels; /* of all channels ever met: a new mechanism changes no budget */
	size_t n_channels, cap_channels;
	struct arena *names, *turn;  /* of those channels; of what is read in one turn */
	struct mechanism *mechanism; /* held: messages under way borrow from it */
	struct event *soon, *later;
	bool open; /* a transaction is */
	int64_t followed, saved_at, forgot_at;
};

static int64_t now_ms(void)
{
	return clock_wall().ms;
}

/* What cannot be written is not done: another process begins again where this one came to. */
static void written(bool good)
{
	if (!good)
		exit(EXIT_OUTBOX);
}

static const struct notices *rules_of(const struct pump *p)
{
	return p->mechanism && p->mechanism->notices && !p->training ? p->mechanism->notices : NULL;
}

/* -- writing ------------------------------------------------------------------------------------ */

static void open_transaction(struct pump *p)
{
	if (!p->open)
		written(outbox_begin(p->outbox));
	p->open = true;
}

static void settle(struct pump *p)
{
	const struct welcome *w = front_engine(p->front);

	if (!p->open)
		return;
	if (w->store && p->followed > outbox_cursor(p->outbox))
		written(outbox_follow(p->outbox, w->store, p->followed));
	written(outbox_commit(p->outbox));
	p->open = false;
	p->saved_at = clock_mono().ms;
}

static void keep(struct pump *p, struct outgoing *o)
{
	open_transaction(p);
	written(outbox_save(p->outbox, o));
}

static void changed(struct pump *p, struct outgoing *o, bool was_live)
{
	if (was_live && o->ended_at)
		o->told = !tell_wanted(o); /* what the engine needs not know counts as told */
	keep(p, o);
}

/* -- the list ------------------------------------------------------------------------------------- */

static void copy_texts(struct outgoing *o, struct arena *a)
{
	const char **texts[] = {&o->incident, &o->unit, &o->role, &o->digest, &o->about, &o->outcome};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_text(a, *texts[i]);
	for (int i = 0; i < o->n_attempts; i++) {
		struct attempt *t = &o->attempts[i];

		t->channel = arena_text(a, t->channel);
		t->carrier = arena_text(a, t->carrier);
		t->provider = arena_text(a, t->provider);
		t->reason = arena_text(a, t->reason);
		t->answer = arena_text(a, t->answer);
	}
}

static struct live *add_live(struct pump *p, const struct outgoing *o)
{
	struct live *l = xalloc(sizeof *l);

	*l = (struct live){.o = *o, .arena = arena_new()};
	copy_texts(&l->o, l->arena);
	ARRAY_ROOM(NULL, p->v, p->n, p->cap);
	p->v[p->n++] = l;
	return l;
}

static void free_live(struct live *l)
{
	arena_free(l->arena);
	free(l);
}

static bool over(const struct live *l)
{
	return l->o.ended_at && l->o.told && !l->under_way;
}

/* Those that are over leave; the order stays. */
static void sweep(struct pump *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++)
		if (over(p->v[i]))
			free_live(p->v[i]);
		else
			p->v[kept++] = p->v[i];
	p->n = kept;
}

static struct live *find_live(const struct pump *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i]->o.id, id) == 0)
			return p->v[i];
	return NULL;
}

/* -- channels --------------------------------------------------------------------------------------- */

/* Of an earlier life of ours. */
static void remember(struct pump *p, struct target_state *s)
{
	int64_t *at, now = now_ms();
	int n;

	if (s->target.per_minute <= 0)
		return;
	at = xalloc(BEGUN_MOST * sizeof *at);
	n = outbox_begun(p->outbox, s->id, now - MINUTE_MS, BEGUN_MOST, at);
	for (int i = 0; i < n; i++)
		target_takes(&s->target, at[i]);
	free(at);
}

static struct target *target_of(struct pump *p, const struct notice_channel *c)
{
	struct target_state *s;

	for (size_t i = 0; i < p->n_channels; i++)
		if (strcmp(p->channels[i].id, c->id) == 0)
			return &p->channels[i].target;
	ARRAY_ROOM(NULL, p->channels, p->n_channels, p->cap_channels);
	s = &p->channels[p->n_channels++];
	*s = (struct target_state){.id = arena_text(p->names, c->id)};
	target_open(&s->target, channel_per_minute(c));
	remember(p, s);
	return &s->target;
}

static struct addressee addressee_now(const struct pump *p, const struct outgoing *o)
{
	return addressee_of(o, p->mechanism, front_around(p->front), now_ms());
}

/* -- incidents ---------------------------------------------------------------------------------------- */

/* As they are now, one for each; NULL: there is none. False: they could not be read now. */
static bool read_incidents(struct pump *p, const char *const *numbers, int n, struct incident ***found)
{
	struct want_incidents w = {.numbers = numbers, .n = n};
	struct reads_wants wants = {.incidents = &w};

	*found = NULL;
	if (!front_reads(p->front) || reads_wait(front_reads(p->front), p->turn, &wants) != STORE_OK)
		return false;
	*found = w.found;
	return true;
}

static struct incident *read_incident(struct pump *p, const char *number)
{
	struct incident **found;

	return number && read_incidents(p, &number, 1, &found) ? found[0] : NULL;
}

/* -- made from events ----------------------------------------------------------------------------------- */

static void begin_one(struct pump *p, const struct outgoing *made)
{
	struct live *l;
	struct addressee to;

	if (outbox_knows(p->outbox, made->id))
		return;
	l = add_live(p, made);
	to = addressee_now(p, &l->o);
	climb_begin(&l->o, rules_of(p), &to.channels, now_ms());
	changed(p, &l->o, true);
}

static void make(struct pump *p, const struct seen_event *e)
{
	const struct incident *inc = read_incident(p, e->e.incident);
	struct told_by told;
	struct digest hash;
	struct outgoing *v;
	int n;

	if (!inc || !reads_hash(front_reads(p->front), e->e.seq, &hash))
		return;
	told_by_event(&e->e, p->turn, &told);
	v = made_from(&e->e, &told, inc, &hash, p->mechanism, front_around(p->front), now_ms(), p->turn, &n);
	for (int i = 0; i < n; i++)
		begin_one(p, &v[i]);
}

enum deed { DEED_NONE, DEED_OPENED, DEED_ACTED, DEED_ENDED };

static enum deed deed_of(enum event_type type)
{
	switch (type) {
	case EVENT_DISPATCH_DELIVERED:
		return DEED_OPENED;
	case EVENT_DISPATCH_ACKNOWLEDGED:
	case EVENT_DISPATCH_DEPARTED:
	case EVENT_DISPATCH_ARRIVED:
	case EVENT_DISPATCH_PROGRESSED:
	case EVENT_DISPATCH_COMPLETED:
		return DEED_ACTED;
	case EVENT_DISPATCH_WITHDRAWN:
		return DEED_ENDED;
	default:
		return DEED_NONE;
	}
}

/* Is it a notice that this event answers: to the unit that has acted, from before it did? */
static bool answers(const struct outgoing *o, const struct event *e)
{
	return o->dispatch == e->dispatch && text_eq(o->incident, e->incident) && o->unit &&
	    o->seq < e->seq && (o->class == NOTICE_INSTRUCTION || o->class == NOTICE_REMINDER);
}

static bool apply_deed(struct outgoing *o, enum deed deed, const struct incident *inc, int64_t now)
{
	switch (deed) {
	case DEED_OPENED:
		return o->class == NOTICE_INSTRUCTION && climb_opened(o, now);
	case DEED_ACTED:
		return made_still(o, inc) == STILL_ACTED && climb_acted(o, now);
	case DEED_ENDED:
		return climb_cancelled(o, "withdrawn", now);
	default:
		return false;
	}
}

static void deed_done(struct pump *p, const struct event *e, enum deed deed)
{
	struct outbox_row *rows = arena_new_array(p->turn, struct outbox_row, MERGED_MOST);
	int n = outbox_of_dispatch(p->outbox, e->incident, e->dispatch, MERGED_MOST, p->turn, rows);
	const struct incident *inc = n > 0 ? read_incident(p, e->incident) : NULL;

	for (int i = 0; i < n; i++) {
		struct live *l = find_live(p, rows[i].o.id);
		struct outgoing *o = l ? &l->o : &rows[i].o;
		bool was_live = !o->ended_at;

		if (answers(o, e) && apply_deed(o, deed, inc, now_ms()))
			changed(p, o, was_live);
	}
}

void pump_event(struct pump *p, const struct seen_event *e)
{
	const struct notices *rules = rules_of(p);

	p->followed = e->e.seq;
	if (!rules || rules->n_channels == 0 || !e->e.incident)
		return;
	arena_reset(p->turn);
	if (deed_of(e->e.type) != DEED_NONE && e->e.dispatch)
		deed_done(p, &e->e, deed_of(e->e.type));
	if (made_of(e->e.type))
		make(p, e);
	if (p->open)
		loop_soon(p->soon);
}

/* -- sending ----------------------------------------------------------------------------------------- */

/* One message: the notices that go in it, and by which of their attempts. */
struct parcel {
	struct pump *p;
	struct mechanism *mechanism;
	const struct notice_channel *c;
	int n;
	struct live *v[MERGED_MOST];
	int which[MERGED_MOST];
};

static int waiting_by(const struct live *l, const char *channel, int64_t now)
{
	for (int i = 0; i < l->o.n_attempts && !l->o.ended_at; i++)
		if (l->o.attempts[i].state == ATTEMPT_WAITING && l->o.attempts[i].next_at <= now &&
		    text_eq(l->o.attempts[i].channel, channel))
			return i;
	return -1;
}

/* Instructions before all else, then the oldest. */
static bool before(const struct outgoing *a, const struct outgoing *b)
{
	if (a->class != b->class)
		return a->class < b->class;
	return a->priority != b->priority && a->priority && b->priority ? a->priority < b->priority
									: a->seq < b->seq;
}

static struct live *next_by(const struct pump *p, const struct notice_channel *c, int64_t now)
{
	struct live *first = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (waiting_by(p->v[i], c->id, now) >= 0 && (!first || before(&p->v[i]->o, &first->o)))
			first = p->v[i];
	return first;
}

/* All that may go with it. One that went in another's message before goes with that one again. */
static void gather(struct pump *p, const struct notice_channel *c, struct live *first, int64_t now,
    struct parcel *b)
{
	const char *carrier = first->o.attempts[waiting_by(first, c->id, now)].carrier;

	b->n = 0;
	for (size_t i = 0; i < p->n && b->n < MERGED_MOST; i++) {
		struct live *l = p->v[i];
		int k = waiting_by(l, c->id, now);

		if (k < 0 || !text_eq(l->o.attempts[k].carrier, carrier) ||
		    (l != first && !addressee_same(&first->o, &l->o, c)))
			continue;
		b->v[b->n] = l;
		b->which[b->n++] = k;
	}
}

/* What they are about is read again before anything leaves: what was done meanwhile is not asked for. */
static bool read_again(struct pump *p, struct parcel *b, struct said *said)
{
	const char **numbers = arena_new_array(p->turn, const char *, (size_t)b->n);
	struct incident **found;
	int n = 0, kept = 0, total = b->n;

	for (int i = 0; i < total; i++)
		numbers[n++] = b->v[i]->o.incident;
	if (!read_incidents(p, numbers, n, &found))
		return false;
	for (int i = 0; i < total; i++) {
		struct outgoing *o = &b->v[i]->o;
		enum still still = made_still(o, found[i]);

		if (still == STILL_ACTED && climb_acted(o, now_ms()))
			changed(p, o, true);
		else if (still == STILL_ENDED && climb_cancelled(o, "ended", now_ms()))
			changed(p, o, true);
		if (still != STILL_OPEN)
			continue;
		said[kept] = (struct said){o, found[i]};
		b->v[kept] = b->v[i];
		b->which[kept++] = b->which[i];
	}
	b->n = kept;
	return true;
}

static void take_verdict(struct target *t, const struct channel_verdict *v, int64_t now)
{
	switch (v->verdict) {
	case VERDICT_ACCEPTED:
	case VERDICT_REFUSED:
		target_good(t);
		break;
	case VERDICT_HOLD:
		target_hold(t, now + (v->after_ms ? v->after_ms : MINUTE_MS), false);
		break;
	case VERDICT_BROKEN:
		log_alarm("channel broken", "code=%s", v->code ? v->code : "-");
		target_hold(t, now + TARGET_BROKEN_MS, true);
		break;
	default:
		target_bad(t, now);
	}
}

static void on_sent(void *arg, const struct sent_one *sent)
{
	struct parcel *b = arg;
	struct pump *p = b->p;
	int64_t now = now_ms();

	take_verdict(target_of(p, b->c), &sent->verdict, now);
	for (int i = 0; i < b->n; i++) {
		struct live *l = b->v[i];
		struct attempt *t = &l->o.attempts[b->which[i]];
		bool was_live = !l->o.ended_at;

		l->under_way--;
		climb_answered(&l->o, b->which[i], b->c, &sent->verdict, now);
		t->status = sent->status;
		t->provider = arena_text(l->arena, t->provider);
		t->reason = arena_text(l->arena, t->reason);
		if (sent->verdict.verdict != VERDICT_ACCEPTED && sent->answer.n)
			t->answer = arena_str(l->arena, sent->answer);
		changed(p, &l->o, was_live);
	}
	mechanism_release(b->mechanism);
	free(b);
	loop_soon(p->soon);
}

static void write_message(const struct parcel *b, const struct words *w, const struct addressee *to,
    struct channel_message *m)
{
	*m = (struct channel_message){.id = b->v[0]->o.attempts[b->which[0]].carrier,
	    .class = b->v[0]->o.class,
	    .phone = to->phone,
	    .wecom = to->wecom,
	    .mail = to->mail,
	    .text = w->text,
	    .facts = w->facts,
	    .n_facts = w->n_facts,
	    .data = w->data,
	    .at = now_ms(),
	    .nonce = random_u64()};
}

static void post(struct pump *p, struct parcel *b, const struct words *w, const struct addressee *to)
{
	struct channel_message m;

	write_message(b, w, to, &m);
	b->mechanism = mechanism_hold(p->mechanism);
	for (int i = 0; i < b->n; i++)
		b->v[i]->under_way++;
	sender_send(p->sender, b->c, &m, false, on_sent, b);
}

/* Sends one message by this channel. False: there is none that may go now. */
static bool send_next(struct pump *p, const struct notice_channel *c, int64_t now)
{
	struct live *first = next_by(p, c, now);
	struct target *t = target_of(p, c);
	struct parcel *b;
	struct addressee to;
	struct words words;
	struct said *said;

	if (!first || sender_full(p->sender) || target_from(t, first->o.class, now) > now)
		return false;
	b = xalloc(sizeof *b);
	*b = (struct parcel){.p = p, .c = c};
	gather(p, c, first, now, b);
	said = arena_new_array(p->turn, struct said, (size_t)b->n);
	if (!read_again(p, b, said)) {
		free(b);
		return false;
	}
	if (b->n == 0) {
		free(b);
		return true;
	}
	to = addressee_now(p, &b->v[0]->o);
	text_of(said, b->n, &to, p->mechanism, now, p->turn, &words);
	const char *carrier = b->v[0]->o.attempts[b->which[0]].carrier;
	for (int i = 0; i < b->n; i++) {
		climb_sends(&b->v[i]->o, b->which[i],
		    arena_text(b->v[i]->arena, carrier ? carrier : b->v[0]->o.id), now);
		keep(p, &b->v[i]->o);
	}
	target_takes(t, now);
	settle(p);
	post(p, b, &words, &to);
	return true;
}

/* While its configuration is wrong, no notice waits for this channel. */
static void fail_broken(struct pump *p, const struct notice_channel *c, int64_t now)
{
	static const struct channel_verdict broken = {.verdict = VERDICT_BROKEN, .code = "channel-broken"};
	const struct target *t = target_of(p, c);

	if (!t->broken || t->closed_until <= now)
		return;
	for (size_t i = 0; i < p->n; i++) {
		int k = waiting_by(p->v[i], c->id, now);

		if (k < 0)
			continue;
		climb_answered(&p->v[i]->o, k, c, &broken, now);
		changed(p, &p->v[i]->o, true);
	}
}

/* -- one turn ------------------------------------------------------------------------------------------- */

static int64_t climb_all(struct pump *p, int64_t now)
{
	const struct notices *rules = rules_of(p);
	int64_t wake = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct outgoing *o = &p->v[i]->o;
		struct addressee to;
		int64_t at;

		if (o->ended_at)
			continue;
		to = addressee_now(p, o);
		if (climb_on(o, rules, &to.channels, now))
			changed(p, o, true);
		at = climb_wake(o, rules, &to.channels);
		wake = at && (!wake || at < wake) ? at : wake;
	}
	return wake;
}

static int64_t send_all(struct pump *p, int64_t now)
{
	const struct notices *rules = rules_of(p);
	int64_t wake = 0;

	for (int i = 0; i < rules->n_channels; i++) {
		const struct notice_channel *c = &rules->channels[i];
		struct live *first;

		fail_broken(p, c, now);
		while (send_next(p, c, now))
			;
		first = next_by(p, c, now);
		if (first) {
			int64_t at = target_from(target_of(p, c), first->o.class, now);

			wake = at != INT64_MAX && (!wake || at < wake) ? at : wake;
		}
	}
	return wake;
}

static void arm(struct pump *p, int64_t wake, int64_t now)
{
	int64_t ms = wake && !clock_is_manual() ? wake - now : WAIT_MOST_MS;

	loop_after(p->later, ms < 1 ? 1 : ms > WAIT_MOST_MS ? WAIT_MOST_MS : ms);
}

/* What follows from what has happened goes on until nothing more does. */
void pump_turn(struct pump *p)
{
	int64_t now = now_ms(), climbed, sent = 0;

	if (!p->mechanism)
		return;
	arena_reset(p->turn);
	settle(p);
	if (!rules_of(p))
		return;
	climbed = climb_all(p, now);
	sent = send_all(p, now);
	if (p->open)
		climbed = climb_all(p, now); /* what failed at once is on its next channel */
	settle(p);
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i]->o.ended_at && !p->v[i]->o.told)
			tell_end(p->tell, &p->v[i]->o);
	sweep(p);
	arm(p, climbed && (!sent || climbed < sent) ? climbed : sent, now);
}

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump_turn(arg);
}

static void forget_old(struct pump *p)
{
	if (clock_mono().ms - p->forgot_at < FORGET_EACH_MS)
		return;
	p->forgot_at = clock_mono().ms;
	open_transaction(p);
	written(outbox_forget(p->outbox, now_ms() - KEPT_MS));
}

void pump_followed(struct pump *p, int64_t seq)
{
	p->followed = seq > p->followed ? seq : p->followed;
	if (p->followed > outbox_cursor(p->outbox) &&
	    (outbox_cursor(p->outbox) < 0 || clock_mono().ms - p->saved_at >= CURSOR_MS))
		open_transaction(p);
	if (rules_of(p))
		forget_old(p);
	pump_turn(p);
}

void pump_went_back(struct pump *p, int64_t seq)
{
	const struct welcome *w = front_engine(p->front);

	open_transaction(p);
	p->followed = seq;
	if (w->store)
		written(outbox_follow(p->outbox, w->store, seq));
	settle(p);
}

/* -- what people and providers say ------------------------------------------------------------------------ */

static void receipt_of_one(struct pump *p, const char *id, const struct notice_channel *c,
    const struct channel_receipt *r)
{
	struct live *l = find_live(p, id);
	struct outgoing stored, *o = l ? &l->o : &stored;
	bool was_live;

	if (!l && !outbox_find(p->outbox, id, p->turn, &stored))
		return;
	was_live = !o->ended_at;
	for (int i = 0; i < o->n_attempts; i++)
		if (text_eq(o->attempts[i].channel, c->id) &&
		    climb_receipt(o, i, r->kind, l ? arena_text(l->arena, r->code) : r->code, now_ms()))
			changed(p, o, was_live);
}

void pump_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r)
{
	const char *ids[MERGED_MOST];
	int n;

	arena_reset(p->turn);
	n = r->id ? outbox_by_carrier(p->outbox, c->id, r->id, MERGED_MOST, p->turn, ids)
		  : outbox_by_provider(p->outbox, c->id, r->provider_id, MERGED_MOST, p->turn, ids);
	for (int i = 0; i < n; i++)
		receipt_of_one(p, ids[i], c, r);
	settle(p); /* the provider is answered next, and says it no more */
	loop_soon(p->soon);
}

bool pump_retry(struct pump *p, const char *id, const char **why)
{
	struct outgoing stored;
	struct addressee to;
	struct live *l;

	arena_reset(p->turn);
	*why = "wrong-state";
	if (find_live(p, id))
		return false;
	if (!outbox_find(p->outbox, id, p->turn, &stored)) {
		*why = "not-found";
		return false;
	}
	if (!rules_of(p))
		return false;
	if (stored.state != OUTGOING_DEAD && stored.state != OUTGOING_UNKNOWN &&
	    stored.state != OUTGOING_STALE)
		return false;
	l = add_live(p, &stored);
	to = addressee_now(p, &l->o);
	l->o.at = l->o.send_at = now_ms();
	climb_begin(&l->o, rules_of(p), &to.channels, now_ms());
	l->o.at = stored.at;
	l->o.told = false;
	tell_retried(p->tell, &l->o);
	changed(p, &l->o, true);
	loop_soon(p->soon);
	return true;
}

bool pump_drop(struct pump *p, const char *id, const char *why_dropped, const char **why)
{
	struct live *l = find_live(p, id);
	struct outgoing stored;

	arena_reset(p->turn);
	*why = "wrong-state";
	if (!l && !outbox_find(p->outbox, id, p->turn, &stored))
		*why = "not-found";
	if (!l ||
	    !climb_cancelled(&l->o, arena_text(l->arena, why_dropped ? why_dropped : "dropped"), now_ms()))
		return false;
	changed(p, &l->o, true);
	loop_soon(p->soon);
	return true;
}

/* The engine has taken what was told of it, or never will. */
static void on_told(void *arg, const char *id)
{
	struct pump *p = arg;
	struct live *l = find_live(p, id);

	if (!l)
		return;
	l->o.told = true;
	keep(p, &l->o);
	loop_soon(p->soon);
}

/* -- life --------------------------------------------------------------------------------------------------- */

/* It was being sent when we died. */
static void interrupted(struct pump *p, struct outgoing *o)
{
	bool was_live = !o->ended_at;

	climb_interrupted(o, rules_of(p), now_ms());
	changed(p, o, was_live);
}

void pump_rules(struct pump *p)
{
	const struct mechanism *m = front_mechanism(p->front);

	if (!m || (p->mechanism && strcmp(p->mechanism->revision, m->revision) == 0))
		return;
	bool first = !p->mechanism;
	mechanism_release(p->mechanism);
	p->mechanism = front_hold_mechanism(p->front);
	sender_take(p->sender, p->mechanism);
	for (size_t i = 0; i < p->n_channels; i++)
		if (p->channels[i].target.broken)
			target_good(&p->channels[i].target);
	for (size_t i = 0; i < p->n && first && rules_of(p); i++)
		interrupted(p, &p->v[i]->o);
}

static bool read_live(struct pump *p)
{
	struct outbox_row *rows = arena_new_array(p->turn, struct outbox_row, LIVE_SLICE);
	int64_t after = 0;
	int n;

	while ((n = outbox_live(p->outbox, after, LIVE_SLICE, p->turn, rows)) > 0) {
		for (int i = 0; i < n; i++)
			add_live(p, &rows[i].o);
		after = rows[n - 1].n;
	}
	return n == 0;
}

struct pump *pump_new(struct event_base *base, struct front *front, struct outbox *outbox,
    struct sender *sender, bool training)
{
	struct pump *p = xalloc(sizeof *p);

	*p = (struct pump){
	    .base = base, .front = front, .outbox = outbox, .sender = sender, .training = training};
	p->names = arena_new();
	p->turn = arena_new();
	p->followed = outbox_cursor(outbox);
	p->soon = loop_event(base, -1, 0, on_soon, p);
	p->later = loop_timer(base, on_soon, p);
	p->tell = tell_new(front, on_told, p);
	if (read_live(p))
		return p;
	pump_free(p);
	return NULL;
}

void pump_free(struct pump *p)
{
	if (!p)
		return;
	settle(p);
	tell_free(p->tell);
	for (size_t i = 0; i < p->n; i++)
		free_live(p->v[i]);
	free(p->v);
	for (size_t i = 0; i < p->n_channels; i++)
		target_free(&p->channels[i].target);
	free(p->channels);
	mechanism_release(p->mechanism);
	arena_free(p->names);
	arena_free(p->turn);
	event_free(p->soon);
	event_free(p->later);
	free(p);
}
