/* live.c - see live.h. Place: notifier. */
#include "notifier/live.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "front/front.h"
#include "notifier/counts.h"
#include "notifier/tell.h"
#include "store/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_SLICE 500
#define CURSOR_MS (5 * SECOND_MS) /* at most so much is followed again after a crash */
#define KEPT_MS (90 * DAY_MS)     /* what has ended is forgotten after so long */
#define FORGET_EACH_MS MINUTE_MS
#define MARKS_MOST (KEPT_MS / OUTBOX_MARK_MS + 2)

static void written(bool good)
{
	if (!good)
		exit(EXIT_OUTBOX);
}

/* -- writing ------------------------------------------------------------------------------------ */

static void open_transaction(struct living *l)
{
	if (!l->open)
		written(outbox_begin(l->outbox));
	l->open = true;
}

/* The hash of the row with it: that row is known again, wherever the numbers of a restored store have come to. */
static void follow(struct living *l, const char *store, int64_t seq)
{
	struct digest hash;

	written(outbox_follow(l->outbox, store, seq));
	if (front_reads(l->front) && reads_hash(front_reads(l->front), seq, &hash))
		written(outbox_mark(l->outbox, clock_wall().ms, &hash));
}

void living_settle(struct living *l)
{
	const struct welcome *w = front_engine(l->front);

	if (!l->open)
		return;
	if (w && w->store && l->followed > outbox_cursor(l->outbox))
		follow(l, w->store, l->followed);
	written(outbox_commit(l->outbox) && (!l->owed || outbox_sync(l->outbox)));
	l->open = l->owed = false;
	l->saved_at = clock_mono().ms;
}

void living_reply(struct living *l, const struct outbox_reply *r)
{
	open_transaction(l);
	l->owed = true;
	written(outbox_reply_add(l->outbox, r));
	living_settle(l);
}

int64_t living_heard(struct living *l, const struct outbox_heard *h)
{
	int64_t n = 0;

	open_transaction(l);
	l->owed = true;
	written(outbox_heard_add(l->outbox, h, &n));
	living_settle(l);
	return n;
}

/* If this is lost it is carried out once more, by the same key. */
void living_heard_done(struct living *l, int64_t n, bool words)
{
	open_transaction(l);
	written(words ? outbox_heard_done(l->outbox, n) : outbox_heard_drop(l->outbox, n));
}

void living_gone(struct living *l, const char *channel, const char *target)
{
	open_transaction(l);
	l->owed = true;
	written(target ? outbox_gone_add(l->outbox, channel, target, clock_wall().ms)
		       : outbox_gone_drop(l->outbox, channel));
	living_settle(l);
}

void living_keep(struct living *l, struct outgoing *o)
{
	struct live *one = living_find(l, o->id);

	open_transaction(l);
	l->owed = true;
	written(outbox_save(l->outbox, o));
	if (one)
		living_touch(l, one);
}

void living_message(struct living *l, const char *channel, const char *carrier, const char *text)
{
	open_transaction(l);
	l->owed = true;
	written(outbox_message_save(l->outbox, channel, carrier, clock_wall().ms, text));
}

/* No event brings them again. */
void living_digested(struct living *l, int64_t at)
{
	open_transaction(l);
	l->owed = true;
	written(outbox_digest(l->outbox, at));
}

void living_again(struct living *l, struct outgoing *o)
{
	open_transaction(l);
	written(outbox_again(l->outbox, o->id));
	living_changed(l, o, true);
}

struct live *living_begin(struct living *l, struct outgoing *o)
{
	bool added = false;

	open_transaction(l);
	o->told = o->ended_at && !tell_wanted(o);
	written(outbox_add(l->outbox, o, &added));
	if (!added)
		return NULL;
	counts_made(l->counts, o);
	if (o->ended_at)
		counts_ended(l->counts, o);
	return living_add(l, o);
}

void living_changed(struct living *l, struct outgoing *o, bool was_live)
{
	if (was_live && o->ended_at) {
		o->told =
		    !tell_wanted(o) && !o->decided_by; /* what the engine needs not know counts as told */
		counts_ended(l->counts, o);
	}
	living_keep(l, o);
}

void living_followed(struct living *l, int64_t seq)
{
	l->followed = seq > l->followed ? seq : l->followed;
	if (l->followed > outbox_cursor(l->outbox) &&
	    (outbox_cursor(l->outbox) < 0 || clock_mono().ms - l->saved_at >= CURSOR_MS))
		open_transaction(l);
}

void living_went_back(struct living *l, const char *store, int64_t seq)
{
	open_transaction(l);
	l->followed = seq;
	written(outbox_unmark(l->outbox, seq, 0));
	follow(l, store, seq);
	living_settle(l);
}

int64_t living_common(const struct living *l, int64_t upto, int64_t had)
{
	struct outbox_mark *marks = xalloc(MARKS_MOST * sizeof *marks);
	int n = outbox_marks(l->outbox, upto, MARKS_MOST, marks);
	int64_t common = FEED_STARTED;
	struct digest hash;

	for (int i = 0; i < n && common == FEED_STARTED; i++)
		if (reads_hash(front_reads(l->front), marks[i].seq, &hash) &&
		    digest_eq(&hash, &marks[i].hash))
			common = marks[i].seq < had ? marks[i].seq : had;
	free(marks);
	return common;
}

void living_forget(struct living *l)
{
	if (clock_mono().ms - l->forgot_at < FORGET_EACH_MS)
		return;
	l->forgot_at = clock_mono().ms;
	open_transaction(l);
	written(outbox_forget(l->outbox, clock_wall().ms - KEPT_MS));
	written(outbox_unmark(l->outbox, INT64_MAX, clock_wall().ms - KEPT_MS));
	written(outbox_replies_forget(l->outbox, clock_wall().ms - REPLIES_KEPT_MS));
}

/* -- the list ------------------------------------------------------------------------------------- */

static void copy_texts(struct outgoing *o, struct arena *a)
{
	const char **texts[] = {
	    &o->incident, &o->unit, &o->role, &o->digest, &o->about, &o->outcome, &o->decided_by};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_text(a, *texts[i]);
	for (int i = 0; i < o->n_attempts; i++) {
		struct attempt *t = &o->attempts[i];

		t->channel = arena_text(a, t->channel);
		t->carrier = arena_text(a, t->carrier);
		t->provider = arena_text(a, t->provider);
		t->reason = arena_text(a, t->reason);
		t->answer = arena_text(a, t->answer);
		t->request = arena_text(a, t->request);
	}
}

void living_own(struct living *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (int k = 0; k < l->v[i]->o.n_attempts; k++) {
			struct attempt *t = &l->v[i]->o.attempts[k];

			t->channel = arena_text(l->v[i]->arena, t->channel);
		}
}

struct live *living_add(struct living *all, const struct outgoing *o)
{
	struct live *l = xalloc(sizeof *l);

	*l = (struct live){.o = *o, .arena = arena_new(), .serial = ++all->made, .place = all->n};
	copy_texts(&l->o, l->arena);
	ARRAY_ROOM(NULL, all->v, all->n, all->cap);
	all->v[all->n++] = l;
	*(struct live **)map_add(&all->ids, str_of(l->o.id), NULL) = l;
	living_touch(all, l);
	return l;
}

struct live *living_find(const struct living *l, const char *id)
{
	struct live **found = map_find(&l->ids, str_of(id));

	return found ? *found : NULL;
}

static void list_add(struct live_list *list, struct live *one, bool *there)
{
	if (*there)
		return;
	*there = true;
	ARRAY_ROOM(NULL, list->v, list->n, list->cap);
	list->v[list->n++] = one;
}

void living_touch(struct living *l, struct live *one)
{
	list_add(&l->touched, one, &one->touched);
}

void living_touch_all(struct living *l)
{
	for (size_t i = 0; i < l->n; i++)
		living_touch(l, l->v[i]);
}

void living_turn(struct living *l)
{
	struct live_list empty = l->looked_at;

	l->looked_at = l->touched;
	l->touched = empty;
}

struct live *living_next(struct living *l, int64_t now)
{
	struct live *one = wakes_first(&l->wakes);

	if (l->looked_at.n > 0) {
		one = l->looked_at.v[--l->looked_at.n];
		one->touched = false;
		return one;
	}
	return one && one->wake <= now ? one : NULL;
}

void living_ends(struct living *l, struct live *one)
{
	wakes_set(&l->wakes, one, 0);
	list_add(&l->ending, one, &one->ending);
}

static void free_live(struct live *l)
{
	arena_free(l->arena);
	free(l);
}

static void leave(struct living *l, struct live *one)
{
	struct live *last = l->v[--l->n];

	l->v[one->place] = last;
	last->place = one->place;
	map_remove(&l->ids, str_of(one->o.id));
	free_live(one);
}

static bool over(const struct live *l)
{
	return l->o.told && !l->under_way && !l->touched;
}

void living_sweep(struct living *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->ending.n; i++) {
		struct live *one = l->ending.v[i];

		if (over(one))
			leave(l, one);
		else
			l->ending.v[kept++] = one;
	}
	l->ending.n = kept;
}

/* -- when the file was lost ------------------------------------------------------------------------ */

static void write_all(struct living *l)
{
	int64_t digested = outbox_digested(l->outbox), cursor = outbox_cursor(l->outbox);
	char store[64];
	bool added;

	snprintf(store, sizeof store, "%s", outbox_store(l->outbox));

	open_transaction(l);
	l->owed = true;
	for (size_t i = 0; i < l->n; i++)
		written(outbox_add(l->outbox, &l->v[i]->o, &added));
	if (digested >= 0)
		written(outbox_digest(l->outbox, digested));
	if (cursor >= 0)
		written(outbox_follow(l->outbox, store, cursor));
	living_settle(l);
}

bool living_look(struct living *l, bool english)
{
	enum outbox_state state;

	living_settle(l);
	state = outbox_look(l->outbox, english);
	if (state == OUTBOX_AWAY)
		exit(EXIT_OUTBOX);
	if (state == OUTBOX_ANEW)
		write_all(l);
	return state == OUTBOX_ANEW;
}

/* -- life --------------------------------------------------------------------------------------- */

static bool read_all(struct living *l, struct arena *a)
{
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, LIVE_SLICE);
	int64_t after = 0;
	int n;

	while ((n = outbox_live(l->outbox, after, LIVE_SLICE, a, rows)) > 0) {
		for (int i = 0; i < n; i++)
			living_add(l, &rows[i].o);
		after = rows[n - 1].n;
	}
	return n == 0;
}

bool living_open(struct living *l, struct front *front, struct outbox *outbox, struct notice_counts *counts)
{
	struct arena *a = arena_new();
	bool good;

	*l = (struct living){
	    .front = front, .outbox = outbox, .counts = counts, .followed = outbox_cursor(outbox)};
	map_init(&l->ids, NULL, sizeof(struct live *), 64);
	good = read_all(l, a);
	arena_free(a);
	return good;
}

void living_close(struct living *l)
{
	living_settle(l);
	for (size_t i = 0; i < l->n; i++)
		free_live(l->v[i]);
	map_free(&l->ids);
	wakes_free(&l->wakes);
	free(l->touched.v);
	free(l->looked_at.v);
	free(l->ending.v);
	free(l->v);
}
