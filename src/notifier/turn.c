/*
 * turn.c - what goes out now: the next channels of notices, messages within their budgets. Place: notifier; a part of the pump.
 *
 * `send_next` sends only what was committed as being sent. So one that dies at any instant knows of each message whether
 * it may have left.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "notice/climb.h"
#include "notice/made.h"
#include "notice/text.h"
#include "notifier/held.h"
#include "notifier/pump_parts.h"
#include "notifier/tell.h"

#include <stdlib.h>

#define WAIT_MOST_MS (30 * SECOND_MS)

/* -- sending ----------------------------------------------------------------------------------------- */

/* One message: the notices that go in it, and by which of their attempts. */
struct parcel {
	struct pump *p;
	struct mechanism *mechanism;
	const struct notice_channel *c;
	const char *phone; /* of the mechanism; NULL: its channel needs none */
	int64_t at;        /* when it was begun */
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

static int64_t earlier(int64_t a, int64_t b) /* 0: never */
{
	return !a || (b && b < a) ? b : a;
}

/* The first that may go. *wake: when the next of the others may; 0: never. */
static struct live *next_by(struct pump *p, const struct notice_channel *c, int64_t now, int64_t *wake)
{
	const struct queued_list *w = budgets_queued(&p->budgets, c->id);
	struct live *first = NULL;

	*wake = 0;
	for (size_t i = 0; w && i < w->n; i++) {
		struct live *l = w->v[i].l;
		int64_t from;

		if (waiting_by(l, c->id, now) < 0 || (first && !before(&l->o, &first->o)))
			continue;
		from = held_until(p, &l->o, &l->to, c, now);
		if (from <= now)
			first = l;
		else
			*wake = earlier(*wake, from);
	}
	return first;
}

/* Is it to go again as a part of that message? Then with the others, whenever its own next try would be: a provider that knows
 * doubles takes the message once, and what would come later by itself under its id would be lost. */
static int waiting_again(const struct live *l, const char *channel, const char *carrier)
{
	for (int i = 0; i < l->o.n_attempts && !l->o.ended_at; i++)
		if (l->o.attempts[i].state == ATTEMPT_WAITING && text_eq(l->o.attempts[i].channel, channel) &&
		    text_eq(l->o.attempts[i].carrier, carrier))
			return i;
	return -1;
}

static int by_serial(const void *a, const void *b)
{
	const struct live *x = *(struct live *const *)a, *y = *(struct live *const *)b;

	return x->serial < y->serial ? -1 : 1;
}

/* Its attempt that may go in the message of `first`; -1: none. One that went in another's message before goes with that one
 * again. */
static int goes_with(const struct live *l, const struct live *first, const struct notice_channel *c,
    int64_t now)
{
	const char *carrier = first->o.attempts[waiting_by(first, c->id, now)].carrier;
	int k = carrier ? waiting_again(l, c->id, carrier) : waiting_by(l, c->id, now);

	return k >= 0 && text_eq(l->o.attempts[k].carrier, carrier) &&
		(l == first || addressee_same(&first->o, &l->o, c))
	    ? k
	    : -1;
}

/* It, and all that may go with it in the order of their making: a template has room for the first alone. */
static void gather(struct pump *p, const struct notice_channel *c, struct live *first, int64_t now,
    struct parcel *b)
{
	const struct queued_list *w = budgets_queued(&p->budgets, c->id);
	struct live **all = arena_new_array(p->turn, struct live *, w->n);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].l != first && goes_with(w->v[i].l, first, c, now) >= 0)
			all[n++] = w->v[i].l;
	qsort(all, n, sizeof *all, by_serial);
	b->v[0] = first;
	b->which[0] = waiting_by(first, c->id, now);
	for (b->n = 1; (size_t)b->n <= n && b->n < MERGED_MOST; b->n++) {
		b->v[b->n] = all[b->n - 1];
		b->which[b->n] = goes_with(b->v[b->n], first, c, now);
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
	if (!pump_incidents(p, numbers, n, &found))
		return false;
	for (int i = 0; i < total; i++) {
		struct outgoing *o = &b->v[i]->o;
		enum still still = made_still(o, found[i]);

		if (still == STILL_ACTED && climb_acted(o, clock_wall().ms))
			living_changed(&p->living, o, true);
		else if (still == STILL_ENDED && climb_cancelled(o, "ended", clock_wall().ms))
			living_changed(&p->living, o, true);
		if (still != STILL_OPEN)
			continue;
		said[kept] = (struct said){o, found[i]};
		b->v[kept] = b->v[i];
		b->which[kept++] = b->which[i];
	}
	b->n = kept;
	return true;
}

/* It is known whether it is there: what goes again says what is so then. */
static void forget_bytes(struct pump *p, const struct parcel *b, enum channel_judgement verdict)
{
	if (channel_traits[b->c->kind].by_bytes && verdict != VERDICT_UNKNOWN)
		living_message(&p->living, b->c->id, b->v[0]->o.attempts[b->which[0]].carrier, NULL);
}

/* What a person looks at who wants to know why it did not go. */
static void keep_refused(struct live *l, struct attempt *t, const struct sent_one *sent)
{
	bool refused = sent->verdict.verdict != VERDICT_ACCEPTED;

	t->answer = refused && sent->answer.n ? arena_str(l->arena, sent->answer) : NULL;
	t->request = refused && sent->request.n ? arena_str(l->arena, sent->request) : NULL;
}

static void on_sent(void *arg, const struct sent_one *sent)
{
	struct parcel *b = arg;
	struct pump *p = b->p;
	int64_t now = clock_wall().ms;
	struct channel_receipt early;

	budgets_verdict(&p->budgets, b->c, &b->v[0]->o, &sent->verdict, now);
	if (sent->verdict.gone)
		pump_close(p, b->c);
	forget_bytes(p, b, sent->verdict.verdict);
	if (b->phone && !number_counts(b->c, sent->verdict.verdict))
		held_not_sent(p, b->c, b->phone, b->v[0]->o.class, b->at);
	counts_sent(p->counts, b->c, b->v[0]->o.class, sent->verdict.verdict);
	for (int i = 0; i < b->n; i++) {
		struct live *l = b->v[i];
		struct attempt *t = &l->o.attempts[b->which[i]];
		bool was_live = !l->o.ended_at;

		l->under_way--;
		if (sent->verdict.verdict == VERDICT_ACCEPTED && l->o.state == OUTGOING_QUEUED)
			counts_accepted(p->counts, &l->o, now);
		climb_answered(&l->o, b->which[i], b->c, &sent->verdict, now);
		t->status = sent->status;
		t->provider = arena_text(l->arena, t->provider);
		t->reason = arena_text(l->arena, t->reason);
		keep_refused(l, t, sent);
		living_changed(&p->living, &l->o, was_live);
	}
	while (sent->verdict.provider_id &&
	    early_take(&p->early, b->c, sent->verdict.provider_id, now, &early))
		pump_take_receipt(p, b->c, &early);
	mechanism_release(b->mechanism);
	free(b);
	loop_soon(p->soon);
}

static void write_message(const struct parcel *b, const struct words *w, const struct addressee *to,
    struct channel_message *m)
{
	*m = (struct channel_message){.id = b->v[0]->o.attempts[b->which[0]].carrier,
	    .class = b->v[0]->o.class,
	    .phone = notices_number(to->who, b->c),
	    .wecom = to->wecom,
	    .mail = to->mail,
	    .text = w->text,
	    .facts = w->facts,
	    .n_facts = NOTICE_FACTS,
	    .data = w->data,
	    .at = clock_wall().ms,
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

/* Where nothing is open any more nothing is sent. */
static bool summary_words_of(struct pump *p, struct parcel *b, int64_t now, const struct addressee *to,
    struct words *words)
{
	struct summary_now open;

	if (!summaries_read(p, &b->v[0]->o, now, &open))
		return false;
	for (int i = 0; i < b->n && open.n == 0; i++)
		if (climb_cancelled(&b->v[i]->o, "nothing-open", now))
			living_changed(&p->living, &b->v[i]->o, true);
	if (open.n == 0)
		b->n = 0;
	else
		summaries_text(p, &open, to, b->c, now, words);
	return true;
}

/* What it says as things are now, and to whom; those that need not go any more leave it. False: it cannot be read now. */
static bool words_of(struct pump *p, struct parcel *b, int64_t now, struct addressee *to, struct words *words)
{
	struct said *said = arena_new_array(p->turn, struct said, (size_t)b->n);

	*to = pump_addressee(p, &b->v[0]->o);
	if (b->v[0]->o.class == NOTICE_DIGEST)
		return summary_words_of(p, b, now, to, words);
	if (!read_again(p, b, said))
		return false;
	if (b->n > 0) {
		*to = pump_addressee(p, &b->v[0]->o);
		text_of(said, b->n, to, b->c, p->mechanism, now, p->turn, words);
	}
	return true;
}

/* Where a provider knows doubles by their bytes, one that may be there goes again as it was, whatever is so by now; and what is new
 * says when it went, for two reminders of one matter may have the same words. */
static void settle_bytes(struct pump *p, const struct parcel *b, const char *carrier, int64_t now,
    struct words *words)
{
	const char *kept;

	if (!channel_traits[b->c->kind].by_bytes)
		return;
	kept = outbox_message(p->outbox, b->c->id, carrier, p->turn);
	if (kept) {
		words->text = kept;
		return;
	}
	words->text = text_with_time(words->text, now, p->turn);
	living_message(&p->living, b->c->id, carrier, words->text);
}

/* Sends one message by this channel. False: there is none that may go now. */
static bool send_next(struct pump *p, const struct notice_channel *c, int64_t now)
{
	int64_t wake;
	struct live *first = next_by(p, c, now, &wake);
	struct target *t = budgets_of(&p->budgets, c);
	struct parcel *b;
	struct addressee to;
	struct words words;

	if (!first || sender_full(p->sender) || target_from(t, first->o.class, now) > now)
		return false;
	b = xalloc(sizeof *b);
	*b = (struct parcel){.p = p, .c = c, .at = now};
	gather(p, c, first, now, b);
	if (!words_of(p, b, now, &to, &words)) {
		free(b);
		return false;
	}
	if (b->n == 0) {
		free(b);
		return true;
	}
	const char *carrier = b->v[0]->o.attempts[b->which[0]].carrier;
	carrier = arena_text(p->turn, carrier ? carrier : b->v[0]->o.id);
	settle_bytes(p, b, carrier, now, &words);
	for (int i = 0; i < b->n; i++) {
		climb_sends(&b->v[i]->o, b->which[i], arena_text(b->v[i]->arena, carrier), now);
		living_keep(&p->living, &b->v[i]->o);
	}
	target_takes(t, now);
	b->phone = notices_by_phone(c->kind) ? notices_number(to.who, c) : NULL;
	held_sent(p, c, b->phone, b->v[0]->o.class, now);
	living_settle(&p->living);
	post(p, b, &words, &to);
	return true;
}

/* While its configuration is wrong, no notice waits for this channel. */
static void fail_broken(struct pump *p, const struct notice_channel *c, int64_t now)
{
	static const struct channel_verdict broken = {.verdict = VERDICT_BROKEN, .code = "channel-broken"};
	const struct target *t = budgets_of(&p->budgets, c);
	const struct queued_list *w = budgets_queued(&p->budgets, c->id);

	if (!target_shut(t, now))
		return;
	for (size_t i = 0; i < w->n; i++) {
		struct live *l = w->v[i].l;
		int k = waiting_by(l, c->id, now);

		if (k < 0)
			continue;
		climb_answered(&l->o, k, c, &broken, now);
		living_changed(&p->living, &l->o, true);
	}
}

/* An instruction that would be too old before its number takes one more is not by this channel: the next one, or the desk. */
static void fail_crowded(struct pump *p, const struct notice_channel *c, int64_t now)
{
	static const struct channel_verdict crowded = {.verdict = VERDICT_REFUSED, .code = "number-limit"};
	const struct queued_list *w = budgets_queued(&p->budgets, c->id);

	for (size_t i = 0; i < w->n && notices_by_phone(c->kind); i++) {
		struct live *l = w->v[i].l;
		int k = l->o.class == NOTICE_INSTRUCTION ? waiting_by(l, c->id, now) : -1;

		if (k < 0 || held_until(p, &l->o, &l->to, c, now) < l->o.expires_at)
			continue;
		climb_answered(&l->o, k, c, &crowded, now);
		living_changed(&p->living, &l->o, true);
	}
}

/* -- one turn ------------------------------------------------------------------------------------------- */

void pump_wait_in_line(struct pump *p, struct live *l)
{
	const struct outgoing *o = &l->o;

	for (int i = 0; i < o->n_attempts; i++) {
		const struct notice_channel *c = climb_channel(o, i, pump_notices(p));
		struct queued_list *w;

		if (c)
			budgets_of(&p->budgets, c);
		w = budgets_queued(&p->budgets, o->attempts[i].channel);
		if (w)
			queued_set(w, l, i, c && !o->ended_at && o->attempts[i].state == ATTEMPT_WAITING);
	}
}

static void look_at(struct pump *p, struct live *l, int64_t now)
{
	const struct notices *rules = pump_notices(p);
	struct outgoing *o = &l->o;
	struct addressee to;

	if (!o->ended_at) {
		l->to = to = pump_addressee(p, o);
		if (climb_on(o, rules, &to.channels, now))
			living_changed(&p->living, o, true);
	}
	pump_wait_in_line(p, l);
	if (o->ended_at) {
		living_ends(&p->living, l);
		return;
	}
	if (o->decided_by) {
		tell_retried(p->tell, o);
		living_touch(&p->living, l); /* until the engine has said that it knows */
	}
	if (!l->despaired && climb_in_vain(o, rules, &to.channels, now)) {
		tell_in_vain(p->tell, o);
		living_touch(&p->living, l); /* until the engine has said that it knows */
	}
	wakes_set(&p->living.wakes, l, climb_wake(o, rules, &to.channels, now));
}

/* A change of shift changes the channels of a notice, and no event tells of it: every WAIT_MOST_MS all notices are looked at. */
static int64_t climb_all(struct pump *p, int64_t now)
{
	struct live *l;

	if (clock_mono().ms - p->all_at >= WAIT_MOST_MS) {
		p->all_at = clock_mono().ms;
		living_touch_all(&p->living);
	}
	living_turn(&p->living);
	while ((l = living_next(&p->living, now)))
		look_at(p, l, now);
	l = wakes_first(&p->living.wakes);
	return l ? l->wake : 0;
}

/* A channel that takes nothing now costs no look at what waits for it. */
static int64_t send_by(struct pump *p, const struct notice_channel *c, int64_t now)
{
	int64_t from = target_from(budgets_of(&p->budgets, c), NOTICE_INSTRUCTION, now), held = 0;
	struct live *first;

	if (budgets_queued(&p->budgets, c->id)->n == 0)
		return 0;
	if (from <= now) {
		while (send_next(p, c, now))
			;
		first = next_by(p, c, now, &held);
		from = first ? target_from(budgets_of(&p->budgets, c), first->o.class, now) : 0;
	}
	/* else it waits for an answer, or for the store to be readable */
	return earlier(held, from > now && from != INT64_MAX ? from : 0);
}

static int64_t send_all(struct pump *p, int64_t now)
{
	const struct notices *rules = pump_notices(p);
	int64_t wake = 0;

	for (int i = 0; i < rules->n_channels; i++) {
		int64_t at;

		fail_broken(p, &rules->channels[i], now);
		fail_crowded(p, &rules->channels[i], now);
		at = send_by(p, &rules->channels[i], now);
		wake = earlier(wake, at);
	}
	return wake;
}

static void arm(struct pump *p, int64_t wake, int64_t now)
{
	int64_t ms = wake && !clock_is_manual() ? wake - now : WAIT_MOST_MS;

	loop_after(p->later, ms < 1 ? 1 : ms > WAIT_MOST_MS ? WAIT_MOST_MS : ms);
}

/* While many come, new notices wait to be committed together, or with what must be: the journal has them until then. */
static void settle(struct pump *p)
{
	int64_t now = clock_mono().ms;

	if (p->living.owed || !pace_busy(&p->inflow.pace, now) || now - p->living.saved_at >= SECOND_MS)
		living_settle(&p->living);
}

/* That one was sent again is told before how it ended then. */
static void tell_ended(struct pump *p)
{
	for (size_t i = 0; i < p->living.ending.n; i++) {
		const struct outgoing *o = &p->living.ending.v[i]->o;

		if (!o->told && o->decided_by && o->state != OUTGOING_CANCELLED)
			tell_retried(p->tell, o);
		else if (!o->told)
			tell_end(p->tell, o);
	}
}

/* What follows from what has happened goes on until nothing more does. */
void pump_turn(struct pump *p)
{
	int64_t now, digests, climbed, sent = 0;

	if (!p->mechanism)
		return;
	pump_watch_clock(p);
	now = clock_wall().ms;
	arena_reset(p->turn);
	follow_turn(p);
	arena_reset(p->turn);
	settle(p);
	if (!pump_notices(p))
		return;
	digests = summaries_turn(p, now);
	climbed = climb_all(p, now);
	sent = send_all(p, now);
	if (p->living.owed)
		loop_soon(p->soon); /* what failed at once comes to its next channel */
	settle(p);
	tell_ended(p);
	living_sweep(&p->living);
	arm(p, earlier(digests, earlier(climbed, sent)), now);
}
