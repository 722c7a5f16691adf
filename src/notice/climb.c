/*
 * climb.c - a notice's way through its recipient's channels. Place: notice; pure.
 *
 * Invariants: an attempt that is DELIVERED ends the notice as delivered; one that has ended sends nothing more; states go
 * forward only, but by a person's retry.
 */
#include "notice/climb.h"
#include "base/time.h"

#include <assert.h>
#include <stdio.h>

/* Nothing more is begun; what was tried in vain until now has failed, unless it is needed no more. False: nothing waited. */
static bool end_waiting(struct outgoing *o)
{
	bool given_up = !o->ended_at || (o->state >= OUTGOING_UNKNOWN && o->state <= OUTGOING_DEAD);
	bool any = false;

	for (int i = 0; i < o->n_attempts; i++) {
		struct attempt *t = &o->attempts[i];

		if (t->state != ATTEMPT_WAITING)
			continue;
		t->state = given_up && t->tries > 0 ? ATTEMPT_FAILED : ATTEMPT_ENDED;
		any = true;
	}
	return any;
}

static void end(struct outgoing *o, enum outgoing_state state, const char *why, int64_t now)
{
	o->state = state;
	o->ended_at = now;
	o->outcome = why;
	end_waiting(o);
}

/* -- hours and retries --------------------------------------------------------------------------- */

int64_t quiet_until(const struct notices *rules, enum notice_class class, int64_t at)
{
	struct span q = rules->quiet[class];
	int64_t midnight = day_start(local_day(at));
	int minute = (int)((at - midnight) / MINUTE_MS);
	bool over_night = q.from > q.to;

	if (q.from == q.to)
		return at;
	if (!span_has(q, minute))
		return at;
	return midnight + q.to * MINUTE_MS + (over_night && minute >= q.from ? DAY_MS : 0);
}

/* Spread by the id of the message, so that what failed together does not come again together. */
static int64_t spread(int64_t ms, const char *id, int tries)
{
	uint32_t h = 2166136261u;

	for (const char *p = id; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	h = (h ^ (uint32_t)tries) * 16777619u;
	return ms * (800 + (int64_t)(h >> 8) % 401) / 1000;
}

int64_t retry_delay_ms(int tries, const char *id)
{
	static const int64_t after[] = {SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, 5 * MINUTE_MS};
	int last = (int)(sizeof after / sizeof *after) - 1, i = tries < 1 ? 0 : tries - 1;

	return spread(after[i < last ? i : last], id, tries);
}

/* -- the ladder ---------------------------------------------------------------------------------- */

const struct notice_channel *climb_channel(const struct outgoing *o, int i, const struct notices *rules)
{
	return notices_channel(rules, o->attempts[i].channel);
}

static bool tried(const struct outgoing *o, const char *channel)
{
	for (int i = 0; i < o->n_attempts; i++)
		if (text_eq(o->attempts[i].channel, channel))
			return true;
	return false;
}

/* The first of its channels that it has not come to. A list that has changed meanwhile is taken as it is now. */
static const struct notice_channel *next_of(const struct outgoing *o, const struct channel_list *by)
{
	for (int i = 0; i < by->n && o->n_attempts < CHANNELS_EACH; i++)
		if (!tried(o, by->v[i]->id))
			return by->v[i];
	return NULL;
}

static bool start_next(struct outgoing *o, const struct channel_list *by, int64_t now)
{
	const struct notice_channel *c = next_of(o, by);

	if (!c)
		return false;
	o->attempts[o->n_attempts++] =
	    (struct attempt){.channel = c->id, .state = ATTEMPT_WAITING, .started_at = now, .next_at = now};
	return true;
}

/* The desk is there day and night, and what is P1 waits for no morning. */
static bool sleeps(const struct outgoing *o)
{
	return o->priority != P1 && (o->unit || text_eq(o->role, "office"));
}

void climb_begin(struct outgoing *o, const struct notices *rules, const struct channel_list *by, int64_t now)
{
	int64_t first = o->send_at > o->at ? o->send_at : o->at;

	o->state = OUTGOING_QUEUED;
	o->ended_at = 0;
	o->outcome = NULL;
	o->n_attempts = 0;
	if (sleeps(o))
		first = quiet_until(rules, o->class, first);
	o->expires_at = first + rules->expires_ms[o->class];
	if (now >= o->expires_at) {
		end(o, OUTGOING_STALE, "expired", now);
		return;
	}
	if (!start_next(o, by, first > now ? first : now)) {
		end(o, OUTGOING_DEAD, "no-channel", now);
		return;
	}
	if (o->priority == P1 && o->class == NOTICE_INSTRUCTION)
		start_next(o, by, o->attempts[0].started_at);
}

bool climb_try_now(struct outgoing *o, int64_t now)
{
	bool any = false;

	for (int i = 0; i < o->n_attempts && !o->ended_at; i++)
		if (o->attempts[i].state == ATTEMPT_WAITING) {
			o->attempts[i].next_at = now < o->attempts[i].next_at ? now : o->attempts[i].next_at;
			any = true;
		}
	return any;
}

/* Until when this attempt is waited for before the next channel is taken too; 0: not at all. */
static int64_t patience(const struct outgoing *o, const struct attempt *t, const struct notices *rules)
{
	const struct notice_channel *c = notices_channel(rules, t->channel);
	int64_t delivered = rules->delivered_ms[o->priority > 0 ? o->priority : P3];

	switch (t->state) {
	case ATTEMPT_WAITING:
	case ATTEMPT_SENDING:
		return t->started_at + rules->accepted_ms;
	case ATTEMPT_ACCEPTED:
		return t->accepted_at + delivered;
	case ATTEMPT_UNKNOWN:
		return c && c->receipts ? t->sent_at + delivered : t->started_at + rules->accepted_ms;
	default:
		return 0;
	}
}

/* A provider has it, or may have it, and it is not known to be there. */
static bool open_answer(const struct attempt *t)
{
	return t->state == ATTEMPT_ACCEPTED || t->state == ATTEMPT_UNKNOWN;
}

/* Has every channel failed, or been waited for long enough? */
static bool exhausted(const struct outgoing *o, const struct notices *rules, int64_t now)
{
	for (int i = 0; i < o->n_attempts; i++) {
		const struct attempt *t = &o->attempts[i];

		if (t->state == ATTEMPT_WAITING || t->state == ATTEMPT_SENDING)
			return false;
		if (open_answer(t) && now < patience(o, t, rules))
			return false;
	}
	return true;
}

static bool any_in(const struct outgoing *o, enum attempt_state state)
{
	for (int i = 0; i < o->n_attempts; i++)
		if (o->attempts[i].state == state)
			return true;
	return false;
}

static int tries_of(const struct outgoing *o)
{
	int n = 0;

	for (int i = 0; i < o->n_attempts; i++)
		n += o->attempts[i].tries;
	return n;
}

/* It may be there and may not: the desk has to be told. A receipt may still come. */
static void end_unsure(struct outgoing *o, int64_t now)
{
	bool accepted = any_in(o, ATTEMPT_ACCEPTED);

	end(o, OUTGOING_UNKNOWN, accepted ? "no-receipt" : "no-answer", now);
}

/* Too old to be sent. What a provider has is not given up by it; what is under way is awaited, and nothing else is begun. */
static bool expire(struct outgoing *o, int64_t now)
{
	if (any_in(o, ATTEMPT_SENDING))
		return end_waiting(o);
	if (any_in(o, ATTEMPT_ACCEPTED) || any_in(o, ATTEMPT_UNKNOWN))
		end_unsure(o, now);
	else
		end(o, tries_of(o) > 0 ? OUTGOING_DEAD : OUTGOING_STALE, "expired", now);
	return true;
}

bool climb_on(struct outgoing *o, const struct notices *rules, const struct channel_list *by, int64_t now)
{
	bool changed = false;

	if (o->ended_at)
		return false;
	if (now >= o->expires_at)
		return expire(o, now);
	while (o->n_attempts > 0 && now >= patience(o, &o->attempts[o->n_attempts - 1], rules) &&
	    start_next(o, by, now))
		changed = true;
	if (!exhausted(o, rules, now))
		return changed;
	if (any_in(o, ATTEMPT_ACCEPTED) || any_in(o, ATTEMPT_UNKNOWN))
		end_unsure(o, now);
	else
		end(o, OUTGOING_DEAD, "refused", now);
	return true;
}

/* A channel may leave it untried until then; later the desk is to be told. */
static int64_t untried_until(const struct outgoing *o, const struct attempt *t, const struct notices *rules)
{
	return t->started_at + rules->delivered_ms[o->priority > 0 ? o->priority : P3];
}

/* What is past has had its effect, or waits for something else than the time: an answer, a channel's budget. */
bool climb_in_vain(const struct outgoing *o, const struct notices *rules, const struct channel_list *by,
    int64_t now)
{
	if (o->ended_at || o->n_attempts == 0 || next_of(o, by))
		return false;
	for (int i = 0; i < o->n_attempts; i++) {
		const struct attempt *t = &o->attempts[i];
		bool waited = now >= (t->tries > 0 ? patience(o, t, rules) : untried_until(o, t, rules));

		if (t->state != ATTEMPT_FAILED &&
		    !((t->state == ATTEMPT_WAITING || t->state == ATTEMPT_UNKNOWN) && waited))
			return false;
	}
	return true;
}

static void sooner(int64_t *wake, int64_t at, int64_t now)
{
	if (at > now && (!*wake || at < *wake))
		*wake = at;
}

int64_t climb_wake(const struct outgoing *o, const struct notices *rules, const struct channel_list *by,
    int64_t now)
{
	int64_t wake = 0;

	if (o->ended_at)
		return 0;
	sooner(&wake, o->expires_at, now);
	for (int i = 0; i < o->n_attempts; i++) {
		const struct attempt *t = &o->attempts[i];

		if (t->state == ATTEMPT_WAITING)
			sooner(&wake, t->next_at, now);
		if ((i == o->n_attempts - 1 && next_of(o, by)) || open_answer(t) ||
		    (t->state == ATTEMPT_WAITING && t->tries > 0)) /* climb_in_vain */
			sooner(&wake, patience(o, t, rules), now);
		if (t->state == ATTEMPT_WAITING && t->tries == 0)
			sooner(&wake, untried_until(o, t, rules), now);
	}
	return wake;
}

/* -- when the clock was put ---------------------------------------------------------------------- */

static void put_on(int64_t *at, int64_t step)
{
	if (*at)
		*at += step;
}

bool climb_shift(struct outgoing *o, int64_t step, int64_t before)
{
	if (o->ended_at || o->n_attempts == 0 || o->attempts[0].started_at > before)
		return false;
	o->expires_at += step;
	for (int i = 0; i < o->n_attempts; i++) {
		struct attempt *t = &o->attempts[i];

		put_on(&t->started_at, step);
		put_on(&t->next_at, step);
		put_on(&t->sent_at, step);
		put_on(&t->accepted_at, step);
	}
	return true;
}

int64_t climb_ahead(const struct outgoing *o, int64_t now)
{
	int64_t last = 0;

	for (int i = 0; i < o->n_attempts; i++)
		last = o->attempts[i].sent_at > last ? o->attempts[i].sent_at : last;
	if (!last && o->n_attempts > 0 && o->attempts[0].started_at <= o->at)
		last = o->at; /* it waited for nothing but its turn */
	return last > now ? now - last : 0;
}

/* -- what happens to an attempt ------------------------------------------------------------------ */

void climb_sends(struct outgoing *o, int i, const char *carrier, int64_t now)
{
	struct attempt *t = &o->attempts[i];

	assert(t->state == ATTEMPT_WAITING && "what is sent waited for it");
	t->state = ATTEMPT_SENDING;
	t->tries++;
	t->sent_at = now;
	t->carrier = carrier;
}

static void delivered(struct outgoing *o, struct attempt *t, int64_t now)
{
	t->state = ATTEMPT_DELIVERED;
	t->ended_at = now;
	if (o->state < OUTGOING_DELIVERED || o->state == OUTGOING_UNKNOWN)
		end(o, OUTGOING_DELIVERED, NULL, now);
}

static void failed(struct attempt *t, const char *why, int64_t now)
{
	t->state = ATTEMPT_FAILED;
	t->ended_at = now;
	t->reason = why;
}

static void accepted(struct outgoing *o, struct attempt *t, const struct notice_channel *c, int64_t now)
{
	t->accepted_at = now;
	t->state = ATTEMPT_ACCEPTED;
	if (o->state == OUTGOING_QUEUED)
		o->state = OUTGOING_ACCEPTED;
	if (!c->receipts)
		delivered(o, t, now);
}

static void again(struct outgoing *o, struct attempt *t, const struct channel_verdict *v, int64_t now)
{
	if (v->tries_most && t->tries >= v->tries_most) {
		failed(t, v->code, now);
		return;
	}
	t->state = o->ended_at ? ATTEMPT_ENDED : ATTEMPT_WAITING;
	t->next_at =
	    now + (v->after_ms ? v->after_ms : retry_delay_ms(t->tries, t->carrier ? t->carrier : o->id));
	t->reason = v->code;
}

void climb_answered(struct outgoing *o, int i, const struct notice_channel *c,
    const struct channel_verdict *v, int64_t now)
{
	struct attempt *t = &o->attempts[i];

	if (v->provider_id)
		t->provider = v->provider_id;
	if (t->state != ATTEMPT_SENDING && t->state != ATTEMPT_WAITING)
		return; /* its receipt was faster than the answer */
	switch (v->verdict) {
	case VERDICT_ACCEPTED:
		accepted(o, t, c, now);
		return;
	case VERDICT_RETRY:
	case VERDICT_HOLD:
	case VERDICT_RENEW:
		again(o, t, v, now);
		return;
	case VERDICT_UNKNOWN:
		if (channel_removes_doubles(c)) {
			again(o, t, v, now);
			return;
		}
		t->state = ATTEMPT_UNKNOWN;
		t->reason = v->code;
		return;
	default:
		failed(t, v->code, now);
		return;
	}
}

void climb_interrupted(struct outgoing *o, const struct notices *rules, int64_t now)
{
	static const struct channel_verdict unknown = {.verdict = VERDICT_UNKNOWN, .code = "interrupted"};

	for (int i = 0; i < o->n_attempts; i++) {
		const struct notice_channel *c = climb_channel(o, i, rules);

		if (o->attempts[i].state == ATTEMPT_SENDING && c)
			climb_answered(o, i, c, &unknown, now);
		else if (o->attempts[i].state == ATTEMPT_SENDING)
			o->attempts[i].state = ATTEMPT_UNKNOWN;
	}
}

bool climb_receipt(struct outgoing *o, int i, enum receipt_kind kind, const char *code, int64_t now)
{
	struct attempt *t = &o->attempts[i];

	switch (kind) {
	case RECEIPT_DELIVERED:
	case RECEIPT_ANSWERED:
		if (t->state == ATTEMPT_DELIVERED || (t->state == ATTEMPT_FAILED && o->ended_at))
			return false;
		delivered(o, t, now);
		return true;
	case RECEIPT_OPENED:
		if (t->state != ATTEMPT_DELIVERED)
			delivered(o, t, now);
		return climb_opened(o, now);
	case RECEIPT_FAILED:
		if (!open_answer(t) && t->state != ATTEMPT_SENDING)
			return false; /* it was delivered, or it was not ours to say */
		failed(t, code ? code : "not-delivered", now);
		if (o->state == OUTGOING_ACCEPTED && !o->ended_at && !any_in(o, ATTEMPT_ACCEPTED))
			o->state = OUTGOING_QUEUED;
		return true;
	default:
		return false;
	}
}

/* -- what its recipient does ---------------------------------------------------------------------- */

bool climb_opened(struct outgoing *o, int64_t now)
{
	if (o->state == OUTGOING_OPENED || o->state == OUTGOING_ACTED || o->state == OUTGOING_CANCELLED)
		return false;
	if (o->ended_at && o->state != OUTGOING_DELIVERED)
		return false; /* it was not by this notice that it was seen */
	end(o, OUTGOING_OPENED, NULL, now);
	return true;
}

bool climb_acted(struct outgoing *o, int64_t now)
{
	if (o->state == OUTGOING_ACTED || o->state == OUTGOING_CANCELLED ||
	    (o->ended_at && o->state >= OUTGOING_UNKNOWN))
		return false;
	end(o, OUTGOING_ACTED, NULL, now);
	return true;
}

bool climb_cancelled(struct outgoing *o, const char *why, int64_t now)
{
	if (o->ended_at)
		return false;
	end(o, OUTGOING_CANCELLED, why, now);
	return true;
}
