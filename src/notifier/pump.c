/* pump.c - see pump.h. Place: notifier; between the feed, the outbox, the sender and src/notice. */
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "mechanism/options.h"
#include "notice/climb.h"
#include "notice/made.h"
#include "notifier/pump_parts.h"
#include "notifier/tell.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what people and providers say ------------------------------------------------------------------------ */

/* It had ended, and the engine was told so; it has not ended so after all. */
static void tell_later(struct pump *p, struct live *l)
{
	l->o.told = false;
	living_keep(&p->living, &l->o);
}

static void receipt_of_one(struct pump *p, const char *id, const struct notice_channel *c,
    const struct channel_receipt *r)
{
	struct live *l = living_find(&p->living, id);
	struct outgoing stored, *o = NULL;
	enum outgoing_state before;
	bool was_live;

	if (l)
		o = &l->o;
	else if (outbox_find(p->outbox, id, p->turn, &stored))
		o = &stored;
	if (!o)
		return;
	was_live = !o->ended_at;
	before = o->state;
	for (int i = 0; i < o->n_attempts; i++)
		if (text_eq(o->attempts[i].channel, c->id) &&
		    climb_receipt(o, i, r->kind, l ? arena_text(l->arena, r->code) : r->code,
			clock_wall().ms))
			living_changed(&p->living, o, was_live);
	if (!was_live && o->state != before && tell_wanted(o))
		tell_later(p, l ? l : living_add(&p->living, o));
}

/* Is any message by this channel under way, whose provider's number is to come? */
static bool awaits_answer(const struct pump *p, const struct notice_channel *c)
{
	for (size_t i = 0; i < p->living.n; i++)
		for (int k = 0; k < p->living.v[i]->o.n_attempts; k++) {
			const struct attempt *t = &p->living.v[i]->o.attempts[k];

			if (t->state == ATTEMPT_SENDING && text_eq(t->channel, c->id))
				return true;
		}
	return false;
}

void pump_take_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r)
{
	const char *ids[MERGED_MOST];
	int n;

	arena_reset(p->turn);
	n = r->id ? outbox_by_carrier(p->outbox, c->id, r->id, MERGED_MOST, p->turn, ids)
		  : outbox_by_provider(p->outbox, c->id, r->provider_id, MERGED_MOST, p->turn, ids);
	for (int i = 0; i < n; i++)
		receipt_of_one(p, ids[i], c, r);
	if (n == 0 && !r->id && awaits_answer(p, c))
		early_keep(&p->early, c, r, clock_wall().ms);
}

void pump_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r)
{
	counts_receipt(p->counts, c, r->kind);
	pump_take_receipt(p, c, r);
	living_settle(&p->living); /* the provider is answered next, and says it no more */
	loop_soon(p->soon);
}

/* It waits for its next try, or for the morning: now. */
static bool try_now(struct pump *p, struct live *l)
{
	if (!climb_try_now(&l->o, clock_wall().ms))
		return false;
	living_changed(&p->living, &l->o, true);
	loop_soon(p->soon);
	return true;
}

/* It ended without having got through, nothing of it is under way, and what it asks for is still to be done. */
static bool may_begin_again(struct pump *p, const struct live *l)
{
	const struct outgoing *o = &l->o;
	struct incident **found;

	if (o->incident &&
	    (!pump_incidents(p, &o->incident, 1, &found) || made_still(o, found[0]) != STILL_OPEN))
		return false;
	return !l->under_way &&
	    (o->state == OUTGOING_DEAD || o->state == OUTGOING_UNKNOWN || o->state == OUTGOING_STALE ||
		o->state == OUTGOING_CANCELLED);
}

/* The desk hears of an instruction that a person gave up, or sends again, and who it was; until it has, the notice knows. */
static void decide(struct live *l, const char *by)
{
	if (l->o.class == NOTICE_INSTRUCTION && l->o.incident && l->o.dispatch)
		l->o.decided_by = arena_text(l->arena, by);
}

static void begin_again(struct pump *p, struct live *l, const char *by)
{
	struct addressee to = pump_addressee(p, &l->o);
	int64_t happened_at = l->o.at;

	pump_wait_in_line(p, l);
	l->despaired = false;
	l->o.at = l->o.send_at = clock_wall().ms;
	climb_begin(&l->o, pump_notices(p), &to.channels, clock_wall().ms);
	l->o.at = happened_at;
	l->o.told = false;
	decide(l, by);
	living_again(&p->living, &l->o);
	loop_soon(p->soon);
}

bool pump_retry(struct pump *p, const char *id, const char *by, const char **why)
{
	struct live *l = living_find(&p->living, id);
	struct outgoing stored;

	arena_reset(p->turn);
	*why = "wrong-state";
	if (!l && !outbox_find(p->outbox, id, p->turn, &stored)) {
		*why = "not-found";
		return false;
	}
	if (!pump_notices(p))
		return false;
	if (l && !l->o.ended_at)
		return try_now(p, l);
	l = l ? l : living_add(&p->living, &stored);
	if (!may_begin_again(p, l))
		return false;
	begin_again(p, l, by);
	return true;
}

bool pump_drop(struct pump *p, const char *id, const char *by, const char *why_dropped, const char **why)
{
	struct live *l = living_find(&p->living, id);
	struct outgoing stored;

	arena_reset(p->turn);
	*why = "wrong-state";
	if (!l && !outbox_find(p->outbox, id, p->turn, &stored))
		*why = "not-found";
	if (!l ||
	    !climb_cancelled(&l->o, arena_text(l->arena, why_dropped ? why_dropped : "dropped"),
		clock_wall().ms))
		return false;
	decide(l, by);
	living_changed(&p->living, &l->o, true);
	loop_soon(p->soon);
	return true;
}

static void told_end(struct pump *p, struct live *l, enum outgoing_state state, int64_t ended_at)
{
	if (!l->o.ended_at || l->o.ended_at != ended_at || l->o.state != state)
		return;
	l->o.told = true;
	l->o.decided_by = NULL;
	living_keep(&p->living, &l->o);
}

/* A drop that came meanwhile is told by itself. */
static void told_retried(struct pump *p, struct live *l)
{
	if (!l->o.decided_by || l->o.state == OUTGOING_CANCELLED)
		return;
	l->o.decided_by = NULL;
	l->o.told = l->o.ended_at && !tell_wanted(&l->o);
	living_keep(&p->living, &l->o);
}

/* What has happened to it while that was told is told with the next turn. */
static void on_told(void *arg, const char *id, enum tell_what what, enum outgoing_state state,
    int64_t ended_at)
{
	struct pump *p = arg;
	struct live *l = living_find(&p->living, id);

	if (!l)
		return;
	if (what == TELL_END)
		told_end(p, l, state, ended_at);
	else if (what == TELL_RETRIED)
		told_retried(p, l);
	else
		l->despaired = true;
	loop_soon(p->soon);
}

/* -- the clock ------------------------------------------------------------------------------------------------ */

void pump_watch_clock(struct pump *p)
{
	int64_t step = clock_stepped(&p->watch);

	if (step == 0)
		return;
	log_warn("clock stepped", "ms=%lld waiting=%zu", (long long)step, p->living.n);
	for (size_t i = 0; i < p->living.n; i++)
		if (climb_shift(&p->living.v[i]->o, step, p->watch.wall - step))
			living_keep(&p->living, &p->living.v[i]->o);
	budgets_shift(&p->budgets, step);
	numbers_shift(&p->numbers, step);
}

/* -- life --------------------------------------------------------------------------------------------------- */

/* It was being sent when we died. */
static void interrupted(struct pump *p, struct outgoing *o)
{
	bool was_live = !o->ended_at;
	int64_t now = clock_wall().ms, step = climb_ahead(o, now);

	climb_shift(o, step, now - step);
	climb_interrupted(o, pump_notices(p), now);
	living_changed(&p->living, o, was_live);
}

/* -- channels whose receiver wants nothing more ------------------------------------------------------------- */

/* What it sends to now, in a form that may be kept; NULL: its file cannot be read. */
static const char *target_of(struct pump *p, const struct notice_channel *c, char hex[DIGEST_HEX])
{
	const char *url = secrets_of(sender_secrets(p->sender), c)->url;
	struct digest d = digest_of(str_of(url ? url : ""));

	return url ? digest_hex(&d, hex) : NULL;
}

static void open_gone(struct pump *p, const struct notice_channel *c)
{
	budgets_of(&p->budgets, c)->gone = false;
	target_good(budgets_of(&p->budgets, c));
	living_gone(&p->living, c->id, NULL);
	log_info("channel opened again", "channel=%s", c->id);
}

static void keep_gone(struct pump *p, const struct notice_channel *c)
{
	char hex[DIGEST_HEX];
	const char *target = target_of(p, c, hex);

	living_gone(&p->living, c->id, target ? target : "");
}

void pump_close(struct pump *p, const struct notice_channel *c)
{
	if (budgets_of(&p->budgets, c)->gone)
		return;
	budgets_of(&p->budgets, c)->gone = true;
	keep_gone(p, c);
	log_alarm("channel gone", "channel=%s do=\"try it (liandongctl notice test) or change it\"", c->id);
}

/* One that sends elsewhere by now is another one. */
static void look_for_gone(struct pump *p)
{
	const struct notices *rules = pump_notices(p);
	char hex[DIGEST_HEX];

	for (int i = 0; rules && i < rules->n_channels; i++) {
		const struct notice_channel *c = &rules->channels[i];
		const char *closed = outbox_gone(p->outbox, c->id, p->turn), *target = target_of(p, c, hex);
		struct target *t = budgets_of(&p->budgets, c);

		if (closed && target && !text_eq(closed, target)) {
			open_gone(p, c);
		} else if (closed && !t->gone) {
			t->gone = true;
			log_alarm("channel gone", "channel=%s still=true", c->id);
		}
	}
}

void pump_rules(struct pump *p)
{
	const struct mechanism *m = front_mechanism(p->front);

	if (!m || (p->mechanism && strcmp(p->mechanism->revision, m->revision) == 0))
		return;
	bool first = !p->mechanism;
	if (!first && pump_notices(p))
		summaries_turn(p, clock_wall().ms);
	numbers_forget(&p->numbers);
	living_own(&p->living); /* a notice outlives the mechanism whose channel it has come to */
	mechanism_release(p->mechanism);
	p->mechanism = front_hold_mechanism(p->front);
	sender_take(p->sender, p->mechanism);
	budgets_mended(&p->budgets);
	look_for_gone(p);
	living_touch_all(&p->living);
	if (!first)
		summaries_rules(p, clock_wall().ms);
	for (size_t i = 0; i < p->living.n && first && pump_notices(p); i++)
		interrupted(p, &p->living.v[i]->o);
}

void pump_channel_good(struct pump *p, const struct notice_channel *c)
{
	if (budgets_of(&p->budgets, c)->gone)
		open_gone(p, c);
	target_good(budgets_of(&p->budgets, c));
	loop_soon(p->soon);
}

void pump_secrets(struct pump *p)
{
	if (!p->mechanism || !secrets_changed(sender_secrets(p->sender)))
		return;
	log_info("secrets read again", "channels=%d",
	    p->mechanism->notices ? p->mechanism->notices->n_channels : 0);
	sender_take(p->sender, p->mechanism);
	budgets_mended(&p->budgets);
	look_for_gone(p);
}

bool pump_look(struct pump *p)
{
	const struct notices *rules = pump_notices(p);
	bool empty = living_look(&p->living, p->english);

	for (int i = 0; empty && rules && i < rules->n_channels; i++)
		if (budgets_of(&p->budgets, &rules->channels[i])->gone)
			keep_gone(p, &rules->channels[i]);
	return empty;
}

void pump_followed(struct pump *p, int64_t seq)
{
	if (follow_done(p))
		living_followed(&p->living, seq);
	if (pump_notices(p))
		living_forget(&p->living);
	pump_turn(p);
}

int64_t pump_whence(struct pump *p, const struct welcome *w, int64_t had)
{
	snprintf(p->store, sizeof p->store, "%s", w->store);
	if (had < 0)
		return had;
	if (!text_eq(outbox_store(p->outbox), w->store))
		return FEED_STARTED; /* what was done for another store says nothing of this one */
	return living_common(&p->living, w->seq, had);
}

/* What was to be sent of events that the store no longer has is not sent. */
static void drop_gone(struct pump *p)
{
	struct digest hash;

	for (size_t i = 0; i < p->living.n; i++) {
		struct outgoing *o = &p->living.v[i]->o;
		bool there = o->event == OF_NO_EVENT ||
		    (reads_hash(front_reads(p->front), o->seq, &hash) && made_of_row(o, &hash));

		if (!there && climb_cancelled(o, "restored", clock_wall().ms))
			living_changed(&p->living, o, true);
	}
}

void pump_went_back(struct pump *p, int64_t seq)
{
	follow_forget(p);
	drop_gone(p);
	living_went_back(&p->living, p->store, seq);
}

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump_turn(arg);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct pump *p = arg;

	(void)fd;
	(void)what;
	p->inflow.ticking = false;
	pump_turn(p);
}

struct pump *pump_new(struct event_base *base, struct front *front, struct outbox *outbox,
    struct sender *sender, const struct options *options)
{
	struct pump *p = xalloc(sizeof *p);

	*p = (struct pump){.front = front,
	    .outbox = outbox,
	    .sender = sender,
	    .training = options->training,
	    .english = strcmp(options->language, "en") == 0};
	p->counts = counts_new();
	p->turn = arena_new();
	p->one = arena_new();
	p->inflow.arena = arena_new();
	p->soon = loop_event(base, -1, 0, on_soon, p);
	p->later = loop_timer(base, on_soon, p);
	p->tick = loop_timer(base, on_tick, p);
	p->tell = tell_new(front, outbox, on_told, p);
	budgets_open(&p->budgets, outbox);
	numbers_open(&p->numbers, outbox);
	if (living_open(&p->living, front, outbox, p->counts) &&
	    codes_open(&p->codes, outbox, clock_wall().ms))
		return p;
	pump_free(p);
	return NULL;
}

void pump_free(struct pump *p)
{
	if (!p)
		return;
	living_close(&p->living);
	tell_free(p->tell);
	budgets_close(&p->budgets);
	numbers_close(&p->numbers);
	counts_free(p->counts);
	mechanism_release(p->mechanism);
	follow_free(p);
	arena_free(p->turn);
	arena_free(p->one);
	event_free(p->soon);
	event_free(p->later);
	event_free(p->tick);
	free(p);
}
