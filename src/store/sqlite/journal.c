/*
 * journal.c - a decision as bytes, and the hash chain over them.
 *
 * Layout 1 of a row's data. Numbers are unsigned LEB128; a text is its length and its bytes, length
 * 0 for none; a time is the zigzag difference to the row's `at`:
 *
 *     1  actor  number  then for each of the row's n events:
 *     at  type  dispatch  unit  by (none: the actor)  data
 *
 * The row stands for itself: it names the incident, units and actors as texts, so that what it
 * says cannot be changed by changing another table. Its hash is
 *
 *     SHA-256(hash before ‖ seq ‖ n ‖ at ‖ incident ‖ prev ‖ command ‖ data)
 *
 * with the numbers as 64 bits little-endian. The first row's hash before is SHA-256 over
 * "liandong journal 1" and the store's id. A new layout gets a new first number and reads both.
 */
#include "local.h"

#include <assert.h>

#define LAYOUT 1

static void put(struct buf *b, uint64_t v)
{
	unsigned char out[10];
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (unsigned char)v;
	buf_add(b, out, n);
}

static void put_bytes(struct buf *b, struct str s)
{
	put(b, s.n);
	buf_str(b, s);
}

static void put_event(struct buf *b, const struct decision *d, const struct event *e)
{
	int64_t after = e->at - d->at;

	put(b, after < 0 ? ~((uint64_t)after << 1) : (uint64_t)after << 1);
	put(b, e->type);
	put(b, (uint64_t)e->dispatch);
	put_bytes(b, str_of(e->unit));
	put_bytes(b, text_eq(e->by, d->actor) ? STR("") : str_of(e->by));
	put_bytes(b, e->data);
}

void journal_pack(struct buf *b, const struct decision *d)
{
	buf_reset(b);
	put(b, LAYOUT);
	put_bytes(b, str_of(d->actor));
	put_bytes(b, str_of(d->incident ? d->incident->number : NULL));
	for (int i = 0; i < d->n_events; i++)
		put_event(b, d, &d->events[i]);
}

static uint64_t get(struct reader *r)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = read_u8(r);
		if (shift > 63 || (shift == 63 && byte > 1))
			r->bad = true;
		else
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !r->bad);
	return v;
}

static struct str get_bytes(struct reader *r)
{
	uint64_t n = get(r);
	struct str s = {(const char *)r->p, (size_t)n};

	if (r->bad || n > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		return STR("");
	}
	r->p += n;
	return s;
}

static const char *get_text(struct reader *r, struct arena *a)
{
	struct str s = get_bytes(r);

	return s.n ? arena_str(a, s) : NULL;
}

static bool get_event(struct reader *r, const struct journal_row *row, struct event *e, struct arena *a)
{
	uint64_t after = get(r), type = get(r), dispatch = get(r);

	e->at = (int64_t)((uint64_t)row->at + (after >> 1 ^ (0 - (after & 1))));
	e->type = (enum event_type)type;
	e->dispatch = (int)dispatch;
	e->unit = get_text(r, a);
	e->by = get_text(r, a);
	e->data = get_bytes(r);
	e->data.p = arena_str(a, e->data);
	return !r->bad && type < EVENT_TYPES && dispatch <= DISPATCHES_MAX;
}

struct event *journal_unpack(const struct journal_row *row, struct arena *a)
{
	struct reader r = reader_of(row->data);
	const char *actor, *number;
	struct event *v;

	/* An event has at least six bytes. */
	if (get(&r) != LAYOUT || row->n < 1 || (uint64_t)row->n > row->data.n / 6 || row->seq < row->n)
		return NULL;
	actor = get_text(&r, a);
	number = get_text(&r, a);
	v = arena_new_array(a, struct event, (size_t)row->n);
	for (int64_t i = 0; i < row->n; i++) {
		if (!get_event(&r, row, &v[i], a))
			return NULL;
		v[i].seq = row->seq - row->n + 1 + i;
		v[i].incident = number;
		v[i].by = v[i].by ? v[i].by : actor;
	}
	return reader_done(&r) ? v : NULL;
}

struct digest journal_genesis(const char *store)
{
	struct str parts[] = {STR("liandong journal 1"), str_of(store)};

	return digest_parts(parts, 2);
}

struct digest journal_hash(const struct digest *before, const struct journal_row *row)
{
	uint64_t numbers[] = {(uint64_t)row->seq, (uint64_t)row->n, (uint64_t)row->at,
	    (uint64_t)row->incident, (uint64_t)row->prev, row->command};
	unsigned char packed[sizeof numbers];
	struct str parts[] = {
	    {(const char *)before->b, DIGEST_LEN}, {(const char *)packed, sizeof packed}, row->data};

	for (size_t i = 0; i < sizeof packed; i++)
		packed[i] = (unsigned char)(numbers[i / 8] >> 8 * (i % 8));
	return digest_parts(parts, 3);
}

bool journal_read(sqlite3_stmt *st, struct journal_row *row)
{
	*row = (struct journal_row){
	    .seq = sqlite3_column_int64(st, 0),
	    .n = sqlite3_column_int64(st, 1),
	    .at = sqlite3_column_int64(st, 2),
	    .incident = sqlite3_column_int64(st, 3),
	    .prev = sqlite3_column_int64(st, 4),
	    .command = (uint64_t)sqlite3_column_int64(st, 5),
	    .data = column_blob(st, 7),
	};
	return column_digest(st, 6, &row->hash);
}
