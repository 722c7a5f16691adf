/* budgets.c - see budgets.h. Place: notifier. */
#include "notifier/budgets.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "store/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct budget_past {
	struct target *target;
	int64_t now;
};

static void on_begun(void *arg, const struct outbox_use *use)
{
	const struct budget_past *r = arg;

	window_add(&r->target->begun,
	    use->at < r->now ? use->at : r->now); /* the clock may have been put back */
}

static void remember(struct budgets *b, struct budget *s)
{
	struct budget_past r = {&s->target, clock_wall().ms};

	if (s->target.per_minute > 0)
		outbox_begun(b->outbox, s->id, r.now - MINUTE_MS, on_begun, &r);
}

/* A mechanism that was reloaded has another limit: what was sent in this minute counts against it, and a closed channel stays closed. */
static void change_limit(struct budgets *b, struct budget *s, int per_minute)
{
	target_limit(&s->target, per_minute);
	remember(b, s);
}

static struct budget *find(const struct budgets *b, const char *id)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].id, id) == 0)
			return &b->v[i];
	return NULL;
}

struct queued_list *budgets_queued(struct budgets *b, const char *id)
{
	struct budget *s = find(b, id);

	return s ? &s->queued : NULL;
}

struct budget *budget_of(struct budgets *b, const struct notice_channel *c)
{
	struct budget *s = find(b, c->id);

	if (s && s->target.per_minute != channel_per_minute(c))
		change_limit(b, s, channel_per_minute(c));
	if (s)
		return s;
	ARRAY_ROOM(NULL, b->v, b->n, b->cap);
	s = &b->v[b->n++];
	*s = (struct budget){.id = arena_text(b->names, c->id)};
	target_open(&s->target, channel_per_minute(c));
	remember(b, s);
	return s;
}

struct target *budgets_of(struct budgets *b, const struct notice_channel *c)
{
	return &budget_of(b, c)->target;
}

void budgets_mended(struct budgets *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].target.broken)
			target_good(&b->v[i].target);
}

void budgets_shift(struct budgets *b, int64_t step)
{
	for (size_t i = 0; i < b->n; i++)
		target_shift(&b->v[i].target, step);
}

static uint32_t recipient_of(const struct outgoing *o)
{
	return (uint32_t)(31 * str_hash(str_of(o->unit ? o->unit : "")) + str_hash(str_of(o->role))) +
	    (uint32_t)o->which;
}

void budgets_verdict(struct budgets *b, const struct notice_channel *c, const struct outgoing *of,
    const struct channel_verdict *v, int64_t now)
{
	struct budget *s = budget_of(b, c);
	struct target *t = &s->target;

	if (v->verdict != VERDICT_ACCEPTED)
		snprintf(s->why, sizeof s->why, "%s", v->code ? v->code : "");
	switch (v->verdict) {
	case VERDICT_ACCEPTED:
		target_good(t);
		break;
	case VERDICT_REFUSED:
		if (target_refused(t, recipient_of(of), now))
			log_alarm("channel refuses everybody", "channel=%s code=%s", c->id,
			    v->code ? v->code : "-");
		break;
	case VERDICT_HOLD:
		target_hold(t, now + (v->after_ms ? v->after_ms : MINUTE_MS), false);
		break;
	case VERDICT_BROKEN:
		log_alarm("channel broken", "channel=%s code=%s", c->id, v->code ? v->code : "-");
		target_hold(t, now + TARGET_BROKEN_MS, true);
		break;
	default:
		target_bad(t, now);
	}
}

void budgets_open(struct budgets *b, struct outbox *outbox)
{
	*b = (struct budgets){.outbox = outbox, .names = arena_new()};
}

void budgets_close(struct budgets *b)
{
	for (size_t i = 0; i < b->n; i++) {
		target_free(&b->v[i].target);
		queued_free(&b->v[i].queued);
	}
	free(b->v);
	arena_free(b->names);
}
