/*
 * tally.c - the sums that reports are made from, kept with every commit.
 *
 * A row of the tables tally and tally_incident is the sum of what has ended under its key. What an incident and
 * its dispatches add as they are stored is remembered when they are loaded; saving them puts what they add now
 * less that into the sums of this batch, and the batch is written once at its end, a row for each key. So sums
 * are exact under corrections, late decisions, amendments and reopening, and intake, where nothing has ended,
 * costs nothing.
 *
 * Counters are packed: a byte of version, then for each one that is not 0 how many counters after the last
 * it stands, and its value, as numbers of seven bits a byte (zigzag, lest a sum ever be negative). Lists of
 * counters are append only.
 */
#include "local.h"
#include "base/array.h"
#include "base/log.h"
#include "base/time.h"

#include <assert.h>

#define PACKED_VERSION 1
#define NUMBER_BYTES 10 /* of 64 bits, seven a byte */
#define COUNTERS_MOST 128
#define PACKED_MOST (1 + COUNTERS_MOST * 2 * NUMBER_BYTES)

_Static_assert(TALLY_COUNTERS <= COUNTERS_MOST && TALLY_INCIDENT_COUNTERS <= COUNTERS_MOST,
    "the counters have room");

/* -- packing -------------------------------------------------------------------------------------- */

static unsigned char *put(unsigned char *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (unsigned char)(v | 0x80);
	*p++ = (unsigned char)v;
	return p;
}

static size_t pack(const int64_t *n, int count, unsigned char out[PACKED_MOST])
{
	unsigned char *p = out;
	int last = 0;

	*p++ = PACKED_VERSION;
	for (int i = 0; i < count; i++) {
		if (n[i] == 0)
			continue;
		p = put(p, (uint64_t)(i - last));
		p = put(p, (uint64_t)n[i] << 1 ^ (uint64_t)(n[i] >> 63));
		last = i;
	}
	return (size_t)(p - out);
}

static uint64_t get(struct reader *r)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = read_u8(r);
		r->bad |= shift > 63;
		v |= r->bad ? 0 : (byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !r->bad);
	return v;
}

bool tally_unpack(struct str packed, int64_t *n, int count)
{
	struct reader r = reader_of(packed);
	uint64_t at = 0, v;

	if (read_u8(&r) != PACKED_VERSION)
		return false;
	while (!r.bad && r.p < r.end) {
		at += get(&r);
		v = get(&r);
		if (r.bad || at >= (uint64_t)count)
			return false;
		n[at] += (int64_t)(v >> 1 ^ (0 - (v & 1)));
	}
	return reader_done(&r);
}

/* -- the sums of a batch ---------------------------------------------------------------------------- */

/* The key of a row, in the order of its columns: a unit's or category's symbol, 0 none. */
#define KEY_PARTS 5
struct sum_key {
	int64_t v[KEY_PARTS];
};
/* A row's change in this batch. */
struct change {
	struct sum_key key;
	int64_t n[];
};
static const struct {
	int counters;
	enum statement get, add, set, remove;
} tables[TALLIES] = {
    [TALLY_OF_DISPATCHES] = {TALLY_COUNTERS, STATEMENT_TALLY_GET, STATEMENT_TALLY_ADD, STATEMENT_TALLY_SET,
	STATEMENT_TALLY_REMOVE},
    [TALLY_OF_INCIDENTS] = {TALLY_INCIDENT_COUNTERS, STATEMENT_TALLY_INCIDENT_GET,
	STATEMENT_TALLY_INCIDENT_ADD, STATEMENT_TALLY_INCIDENT_SET, STATEMENT_TALLY_INCIDENT_REMOVE},
};

static void change(struct tallies *t, enum tally_table which, const struct sum_key *key, const int64_t *n,
    int by)
{
	struct change **found, *c;
	bool added;

	if (!t->a) {
		t->a = arena_new();
		for (int i = 0; i < TALLIES; i++)
			map_init(&t->changes[i], NULL, sizeof c, 0);
	}
	found = map_find(&t->changes[which], MAP_KEY_OF(*key));
	if (!found) {
		c = arena_alloc(t->a, sizeof *c + (size_t)tables[which].counters * sizeof *n);
		c->key = *key;
		found = map_add(&t->changes[which], MAP_KEY_OF(c->key), &added);
		*found = c;
	}
	c = *found;
	for (int i = 0; i < tables[which].counters; i++)
		c->n[i] += by * n[i];
}

static int dispatch_key(struct sql *q, const struct tally_key *k, struct sum_key *out)
{
	*out = (struct sum_key){{k->day, 0, (int64_t)k->part, (int64_t)k->priority, (int64_t)k->standing}};
	return symbol_id(q, k->unit, &out->v[1]);
}

static int symbol_or_none(struct sql *q, const char *text, int64_t *id)
{
	*id = 0;
	return text && *text ? symbol_id(q, text, id) : SQLITE_OK;
}

static int incident_key(struct sql *q, const struct tally_incident_key *k, struct sum_key *out)
{
	int rc;

	*out = (struct sum_key){{k->day, 0, 0, 0, (int64_t)k->standing}};
	if ((rc = symbol_or_none(q, k->lead, &out->v[1])) != SQLITE_OK ||
	    (rc = symbol_or_none(q, k->category, &out->v[2])) != SQLITE_OK)
		return rc;
	return symbol_or_none(q, k->township, &out->v[3]);
}

static bool same_key(const struct tally_key *a, const struct tally_key *b)
{
	return a->day == b->day && text_eq(a->unit, b->unit) && a->part == b->part &&
	    a->priority == b->priority && a->standing == b->standing;
}

/* It adds what its row says, as it will be loaded: of what a row does not keep nothing counts. */
static void add_as_stored(const struct incident *inc, const struct dispatch *d, struct tallied *out)
{
	struct dispatch stored = *d;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		if (k != CLOCK_FIRST_REPORT)
			stored.clocks[k].stopped = 0;
	stored.rescheduled = NULL; /* by what terms a clock was set is no figure */
	dispatch_restore(&stored, NULL);
	tally_dispatch(inc, &stored, &out->key, &out->t);
}

/* What it added as it was loaded goes, what it adds now comes. */
static int follow_dispatch(struct store *s, const struct incident *inc, struct dispatch *d)
{
	struct tallied now, *before = d->tallied;
	bool holds = tally_holds(d);
	struct sum_key key;
	int rc = SQLITE_OK;

	if (holds)
		add_as_stored(inc, d, &now);
	if (holds && before && same_key(&now.key, &before->key) &&
	    memcmp(&now.t, &before->t, sizeof now.t) == 0)
		return SQLITE_OK;
	if (before && (rc = dispatch_key(&s->q, &before->key, &key)) == SQLITE_OK)
		change(&s->tallies, TALLY_OF_DISPATCHES, &key, before->t.n, -1);
	if (holds && rc == SQLITE_OK && (rc = dispatch_key(&s->q, &now.key, &key)) == SQLITE_OK)
		change(&s->tallies, TALLY_OF_DISPATCHES, &key, now.t.n, 1);
	return rc;
}

static int follow_incident(struct store *s, struct incident *inc)
{
	struct tallied_incident now, *before = inc->tallied;
	bool holds = tally_holds_incident(inc);
	struct sum_key key;
	int rc = SQLITE_OK;

	if (holds)
		tally_incident(inc, &now.key, &now.t);
	if (before && (rc = incident_key(&s->q, &before->key, &key)) == SQLITE_OK)
		change(&s->tallies, TALLY_OF_INCIDENTS, &key, before->t.n, -1);
	if (holds && rc == SQLITE_OK && (rc = incident_key(&s->q, &now.key, &key)) == SQLITE_OK)
		change(&s->tallies, TALLY_OF_INCIDENTS, &key, now.t.n, 1);
	return rc;
}

/* Does it, or does one of its dispatches, add to the sums, or did as it was loaded? */
static bool adds(const struct incident *inc)
{
	bool any = inc->tallied || tally_holds_incident(inc);

	for (int i = 0; i < inc->n_dispatches && !any; i++)
		any = inc->dispatches[i].tallied || tally_holds(&inc->dispatches[i]);
	return any;
}

int tallies_follow(struct store *s, struct incident *inc)
{
	int rc = SQLITE_OK;

	if (inc->followed == s->tallies.batch || inc->id <= s->next.untallied || !adds(inc))
		return SQLITE_OK; /* an incident may stand in a batch twice; an old one is added as a whole */
	assert(!inc->followed && "what was saved is loaded anew before it is saved again");
	inc->followed = s->tallies.batch;
	for (int i = 0; i < inc->n_dispatches && rc == SQLITE_OK; i++)
		rc = follow_dispatch(s, inc, &inc->dispatches[i]);
	return rc == SQLITE_OK ? follow_incident(s, inc) : rc;
}

void tallies_remember(struct incident *inc, struct arena *a)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];

		if (!tally_holds(d))
			continue;
		d->tallied = arena_alloc(a, sizeof *d->tallied);
		tally_dispatch(inc, d, &d->tallied->key, &d->tallied->t);
	}
	if (!tally_holds_incident(inc))
		return;
	inc->tallied = arena_alloc(a, sizeof *inc->tallied);
	tally_incident(inc, &inc->tallied->key, &inc->tallied->t);
}

/* -- writing them ------------------------------------------------------------------------------------ */

static sqlite3_stmt *use_row(struct sql *q, enum statement id, const struct sum_key *key)
{
	sqlite3_stmt *st = sql_use(q, id);

	for (int i = 0; i < KEY_PARTS; i++)
		sqlite3_bind_int64(st, i + 1, key->v[i]);
	return st;
}

/* What the row holds is added to `n`. *there: there is such a row; *whole: its bytes can be read. */
static int add_stored(struct sql *q, enum tally_table which, const struct sum_key *key, int64_t *n,
    bool *there, bool *whole)
{
	sqlite3_stmt *st = use_row(q, tables[which].get, key);
	int rc = sqlite3_step(st);

	*there = rc == SQLITE_ROW;
	*whole = !*there || tally_unpack(column_blob(st, 0), n, tables[which].counters);
	return sql_end(st, rc);
}

static bool all_zero(const int64_t *n, int count)
{
	for (int i = 0; i < count; i++)
		if (n[i])
			return false;
	return true;
}

static int write_change(struct sql *q, enum tally_table which, struct change *c)
{
	int counters = tables[which].counters, rc;
	unsigned char packed[PACKED_MOST];
	enum statement id = tables[which].set;
	sqlite3_stmt *st;
	bool there, whole;

	if (all_zero(c->n, counters))
		return SQLITE_OK;
	if ((rc = add_stored(q, which, &c->key, c->n, &there, &whole)) != SQLITE_OK)
		return rc;
	if (!whole) { /* left as it is: `report verify` tells the difference, and a record is worth more */
		log_alarm("tally unreadable", "day=%lld", (long long)c->key.v[0]);
		return SQLITE_OK;
	}
	if (!there)
		id = tables[which].add;
	else if (all_zero(c->n, counters))
		id = tables[which].remove;
	st = use_row(q, id, &c->key);
	if (id != tables[which].remove)
		bind_blob(st, KEY_PARTS + 1, packed, pack(c->n, counters, packed));
	return sql_run(q, id);
}

int tallies_write(struct store *s)
{
	int rc = SQLITE_OK;

	for (int which = 0; which < TALLIES && s->tallies.a; which++) {
		struct change **c;
		size_t at = 0;

		while (rc == SQLITE_OK && (c = map_next(&s->tallies.changes[which], &at, NULL)))
			rc = write_change(&s->q, (enum tally_table)which, *c);
	}
	return rc;
}

void tallies_begin(struct store *s)
{
	s->tallies.batch++;
	if (!s->tallies.a)
		return;
	for (int which = 0; which < TALLIES; which++)
		map_clear(&s->tallies.changes[which]);
	arena_reset(s->tallies.a);
}

void tallies_free(struct store *s)
{
	if (!s->tallies.a)
		return;
	for (int which = 0; which < TALLIES; which++)
		map_free(&s->tallies.changes[which]);
	arena_free(s->tallies.a);
}
