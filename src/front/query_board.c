/*
 * query_board.c - board.get: what is open and what awaits its call-back, a small row each; with `after` what has
 * changed of it since.
 *
 * Place: front, beside query_poll.c. The whole board is read in slices, one a round of the loop, so that a
 * thousand incidents hold up no report; its seq lies before the first of them, so that what changes meanwhile comes
 * again. What has changed is gathered from the ring of recent events; what is older than that is answered by the
 * whole board, marked `reset`.
 */
#include "front/parts.h"

#include <stdlib.h>

#define SLICE 16
#define TOUCHED_MOST 200 /* more have changed: the whole board is no more work */

struct board {
	enum { BOARD_WHOLE, BOARD_CHANGED, BOARD_ONE } what;
	bool reset;
	int64_t seq; /* everything up to here is in it */
	struct want_waking waking;
	size_t next; /* of waking.ids: the first that was not wanted yet */
	const char *touched[TOUCHED_MOST];
	int n_touched;
	struct json j; /* of the rows, from slice to slice */
	struct str *parts;
	size_t n_parts;
	const char *gone[TOUCHED_MOST];
	int n_gone, n;
};

/* -- rows --------------------------------------------------------------------------------------- */

/* What was loaded, as rows. Of those that were named, what left the board is told. */
static void take_loaded(struct front_read *q, struct board *b)
{
	struct buf rows = {0};

	b->j.out = &rows;
	for (int i = 0; i < q->incidents.n; i++) {
		const struct incident *inc = q->incidents.found[i];

		if (!inc || !sight_sees(&q->view, inc))
			continue;
		if (render_on_board(inc)) {
			render_board_row(&b->j, inc, q->m, q->now, &q->view, q->a);
			b->n++;
		} else if (b->what == BOARD_CHANGED) {
			b->gone[b->n_gone++] = arena_text(q->a, inc->number);
		}
	}
	q->incidents.n = 0;
	b->parts[b->n_parts++] = buf_into(&rows, q->a);
}

/* -- the whole ------------------------------------------------------------------------------------ */

static int by_id(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static void want_whole(struct front_read *q, struct board *b)
{
	b->what = BOARD_WHOLE;
	b->seq = q->upto;
	q->heavy = true;
	q->wants.waking = &b->waking;
}

static void want_slice(struct front_read *q, struct board *b)
{
	size_t left = b->waking.n - b->next;

	if (!left)
		return;
	q->incidents =
	    (struct want_incidents){.ids = b->waking.ids + b->next, .n = left < SLICE ? (int)left : SLICE};
	b->next += (size_t)q->incidents.n;
	query_by_slices(q);
	q->wants.incidents = &q->incidents;
}

static void go_on(struct front_read *q, struct board *b)
{
	if (!b->parts) {
		if (b->waking.n)
			qsort(b->waking.ids, b->waking.n, sizeof *b->waking.ids, by_id);
		b->parts = arena_new_array(q->a, struct str, b->waking.n / SLICE + 1);
	} else {
		take_loaded(q, b);
	}
	want_slice(q, b);
}

/* -- what has changed ------------------------------------------------------------------------------- */

static bool take_touched(struct board *b, const struct seen_event *e, struct arena *a)
{
	if (!e->e.incident || e->e.type == EVENT_PERSONAL_READ)
		return true;
	for (int i = b->n_touched - 1; i >= 0; i--)
		if (strcmp(b->touched[i], e->e.incident) == 0)
			return true;
	if (b->n_touched == TOUCHED_MOST)
		return false;
	b->touched[b->n_touched++] = arena_text(a, e->e.incident);
	return true;
}

/* False: it is too far back. */
static bool gather(struct front_read *q, struct board *b, int64_t after)
{
	if (after > q->upto)
		return front_knows(q->f, after) == SOUGHT_FOUND;
	if (after + 1 < ring_first(q->f->ring))
		return false;
	for (int64_t seq = after + 1; seq <= q->upto; seq++)
		if (!take_touched(b, ring_at(q->f->ring, seq), q->a))
			return false;
	return true;
}

static void want_named(struct front_read *q, struct board *b)
{
	b->parts = arena_new_array(q->a, struct str, 1);
	if (b->n_touched)
		query_want_incidents(q, b->touched, b->n_touched);
}

static void want_changed(struct front_read *q, struct board *b, int64_t after)
{
	b->what = BOARD_CHANGED;
	b->seq = after > q->upto ? after : q->upto;
	if (gather(q, b, after)) {
		want_named(q, b);
		return;
	}
	b->reset = true;
	want_whole(q, b);
}

/* -- the read ------------------------------------------------------------------------------------- */

static void begin(struct front_read *q)
{
	struct board *b = q->own = arena_alloc(q->a, sizeof *b);

	b->seq = q->upto;
	if (command_has(q->c, FIELD_NUMBER)) {
		b->what = BOARD_ONE;
		b->touched[b->n_touched++] = command_text(q->c, FIELD_NUMBER);
		want_named(q, b);
	} else if (command_has(q->c, FIELD_AFTER)) {
		want_changed(q, b, command_int(q->c, FIELD_AFTER));
	} else {
		want_whole(q, b);
	}
}

static bool board_want(struct front_read *q)
{
	struct board *b = q->own;

	if (!b)
		begin(q);
	else if (b->what == BOARD_WHOLE)
		go_on(q, b);
	return true;
}

static bool board_choose(struct front_read *q)
{
	struct board *b = q->own;

	if (b->what != BOARD_WHOLE && b->n_touched)
		take_loaded(q, b);
	if (b->what == BOARD_ONE && !b->n)
		return query_not_found(q, "看板上的警情", "incident on the board", b->touched[0]);
	return true;
}

static void board_render(struct front_read *q)
{
	const struct board *b = q->own;

	json_begin(&q->j, NULL);
	json_list(&q->j, "incidents");
	for (size_t i = 0; i < b->n_parts; i++)
		buf_str(q->j.out, b->parts[i]);
	q->j.comma = b->n > 0;
	json_close(&q->j);
	json_list(&q->j, "gone");
	for (int i = 0; i < b->n_gone; i++)
		json_text(&q->j, NULL, b->gone[i]);
	json_close(&q->j);
	if (b->reset)
		json_bool(&q->j, "reset", true);
	query_put_training(q);
	json_int(&q->j, "seq", b->seq);
	json_end(&q->j);
	q->result.n = b->n + b->n_gone + b->reset;
	q->result.seq = b->seq;
}

const struct query query_board_get = {.want = board_want, .choose = board_choose, .render = board_render};
