/*
 * removal.c - see store/removal.h. Place: store.
 *
 * Digests are chained, so that they can be gone on with: of incidents by (id, number) in the order of ids, of rows by
 * (hash before, seq, n, hash) in that of seqs. A row whose hash does not follow from the one before and its data proves
 * nothing and is left: the removal stops with an alarm.
 */
#include "store/removal.h"
#include "local.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#define IDS_AT_ONCE 64
#define ROWS_AT_ONCE 64
#define PIECE_US 8000 /* a turn's part; the commit comes on top */
#define PIECE_ROUNDS 8

/* -- digests --------------------------------------------------------------------------------------- */

static void pack(uint64_t v, unsigned char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(v >> 8 * i);
}

static struct str bytes_of(const struct digest *d)
{
	return (struct str){(const char *)d->b, DIGEST_LEN};
}

void removal_add_incident(struct digest *d, int64_t id, const char *number)
{
	unsigned char packed[8];
	struct str parts[] = {bytes_of(d), {(const char *)packed, sizeof packed}, str_of(number)};

	pack((uint64_t)id, packed);
	*d = digest_parts(parts, 3);
}

void removal_add_row(struct digest *d, const struct digest *before, int64_t seq, int64_t n,
    const struct digest *hash)
{
	unsigned char packed[16];
	struct str parts[] = {
	    bytes_of(d), bytes_of(before), {(const char *)packed, sizeof packed}, bytes_of(hash)};

	pack((uint64_t)seq, packed);
	pack((uint64_t)n, packed + 8);
	*d = digest_parts(parts, 4);
}

struct digest removal_content(const struct removal_count *c)
{
	unsigned char packed[16];
	struct str parts[] = {STR("liandong archive 1"), bytes_of(&c->of_incidents), bytes_of(&c->of_rows),
	    {(const char *)packed, sizeof packed}};

	pack((uint64_t)c->incidents, packed);
	pack((uint64_t)c->rows, packed + 8);
	return digest_parts(parts, 4);
}

/* The hash of the row that ends at seq, whether its data are here or not. */
int removal_hash_at(struct sql *q, const struct meta *m, int64_t seq, struct digest *out)
{
	sqlite3_stmt *st;
	int rc;
	bool found;

	if (seq == 0) {
		*out = journal_genesis(m->store);
		return SQLITE_OK;
	}
	st = sql_use(q, STATEMENT_CHAIN_HASH);
	sqlite3_bind_int64(st, 1, seq);
	found = (rc = sqlite3_step(st)) == SQLITE_ROW && column_digest(st, 0, out);
	rc = sql_end(st, rc);
	return rc == SQLITE_OK && !found ? SQLITE_CORRUPT : rc;
}

/* -- counting -------------------------------------------------------------------------------------- */

static sqlite3_stmt *use_span(struct sql *q, int64_t after, int64_t to, int64_t from, int64_t until)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REMOVAL_SPAN);

	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, to);
	sqlite3_bind_int64(st, 3, from);
	sqlite3_bind_int64(st, 4, until);
	return st;
}

static void note_first(int64_t *n, char first[NUMBER_MAX + 1], const char *number)
{
	if ((*n)++ == 0)
		snprintf(first, NUMBER_MAX + 1, "%s", number);
}

static int count_ids(struct sql *q, struct removal_count *c)
{
	sqlite3_stmt *st = use_span(q, c->id, c->id + IDS_AT_ONCE, c->from, c->to);
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *number = (const char *)sqlite3_column_text(st, 1);

		if (sqlite3_column_int(st, 2))
			note_first(&c->open, c->open_number, number);
		if (sqlite3_column_int(st, 3))
			note_first(&c->personal, c->personal_number, number);
		if (!sqlite3_column_int(st, 4))
			continue;
		c->incidents++;
		removal_add_incident(&c->of_incidents, sqlite3_column_int64(st, 0), number);
	}
	c->id += IDS_AT_ONCE;
	return sql_end(st, rc);
}

static int incident_goes(struct sql *q, const struct removal_count *c, int64_t id, bool *goes)
{
	sqlite3_stmt *st;
	int rc;

	*goes = false;
	if (id == 0)
		return SQLITE_OK;
	st = use_span(q, id - 1, id, c->from, c->to);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*goes = sqlite3_column_int(st, 4) != 0;
	return sql_end(st, rc);
}

static int count_row(struct sql *q, const struct meta *m, struct removal_count *c, sqlite3_stmt *st)
{
	int64_t seq = sqlite3_column_int64(st, 0), n = sqlite3_column_int64(st, 1);
	struct digest before, hash;
	bool goes, whole = column_digest(st, 3, &hash);
	int rc = incident_goes(q, c, sqlite3_column_int64(st, 2), &goes);

	c->seq = seq;
	if (rc != SQLITE_OK || !goes)
		return rc;
	if (!whole || (rc = removal_hash_at(q, m, seq - n, &before)) != SQLITE_OK)
		return whole ? rc : SQLITE_CORRUPT;
	c->rows++;
	removal_add_row(&c->of_rows, &before, seq, n, &hash);
	return SQLITE_OK;
}

static int count_rows(struct sql *q, const struct meta *m, struct removal_count *c)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REMOVAL_ROWS);
	int rc, done = SQLITE_OK, n = 0;

	sqlite3_bind_int64(st, 1, c->seq);
	sqlite3_bind_int(st, 2, ROWS_AT_ONCE);
	while (done == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		done = count_row(q, m, c, st);
		n++;
	}
	c->done = done == SQLITE_OK && n < ROWS_AT_ONCE;
	rc = sql_end(st, done == SQLITE_OK ? rc : SQLITE_ROW);
	return done == SQLITE_OK ? rc : done;
}

/* Ids first, then rows. */
int removal_count_some(struct sql *q, const struct meta *m, struct removal_count *c, int64_t until_us)
{
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK && !c->done && clock_mono_us() < until_us)
		rc = c->id < m->incidents ? count_ids(q, c) : count_rows(q, m, c);
	return rc;
}

bool store_removal_count(struct store *s, struct removal_count *c)
{
	int rc = s->failed ? SQLITE_ERROR : sql_run(&s->q, STATEMENT_BEGIN_READ);

	if (rc == SQLITE_OK)
		rc = removal_count_some(&s->q, &s->meta, c, clock_mono_us() + PIECE_US);
	if (rc == SQLITE_OK)
		rc = sql_run(&s->q, STATEMENT_COMMIT);
	else if (!s->failed)
		sql_abandon(&s->q);
	if (sql_broken(rc))
		store_fail(s, rc, "archive");
	return rc == SQLITE_OK;
}

/* -- the years -------------------------------------------------------------------------------------- */

static void read_year(sqlite3_stmt *st, struct arena *a, struct removal_year *y)
{
	*y = (struct removal_year){.year = sqlite3_column_int(st, 0),
	    .from = sqlite3_column_int64(st, 1),
	    .to = sqlite3_column_int64(st, 2),
	    .at = sqlite3_column_int64(st, 3),
	    .file = column_text(st, 4, a),
	    .incidents = sqlite3_column_int64(st, 6),
	    .rows = sqlite3_column_int64(st, 7),
	    .gone_to = sqlite3_column_int64(st, 9),
	    .moved_to = sqlite3_column_int64(st, 10),
	    .done_at = sqlite3_column_int64(st, 11)};
	column_digest(st, 5, &y->sha256);
	column_digest(st, 8, &y->content);
}

int removal_years_read(struct sql *q, struct arena *a, struct removal_year **out, size_t *n)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REMOVAL_YEARS);
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, *out, *n, cap);
		read_year(st, a, &(*out)[(*n)++]);
	}
	return sql_end(st, rc);
}

int removal_look(struct store *s)
{
	if (!s->archived_arena)
		s->archived_arena = arena_new();
	arena_reset(s->archived_arena);
	return removal_years_read(&s->q, s->archived_arena, &s->archived, &s->n_archived);
}

const char *store_archive_of(const struct store *s, int64_t reported_at)
{
	for (size_t i = 0; i < s->n_archived; i++)
		if (reported_at >= s->archived[i].from && reported_at < s->archived[i].to)
			return s->archived[i].file;
	return NULL;
}

static struct removal_year *leaving(const struct store *s)
{
	for (size_t i = 0; i < s->n_archived; i++)
		if (!s->archived[i].done_at)
			return &s->archived[i];
	return NULL;
}

const struct removal_year *store_leaving(const struct store *s)
{
	return leaving(s);
}

bool store_removing(const struct store *s)
{
	return !s->removal_stopped && leaving(s);
}

/* Incidents first, then rows: by ids and seqs that were looked at. */
int removal_percent(const struct removal_year *y, int64_t incidents, int64_t seq)
{
	int64_t gone = y->gone_to < incidents ? y->gone_to : incidents;

	if (y->done_at)
		return 100;
	return (int)((gone + y->moved_to) * 99 / (incidents + seq + 1));
}

int removal_archive_of(struct sql *q, struct arena *a, const char *number, const char **out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ARCHIVED_NUMBER);
	int rc;

	*out = NULL;
	bind_text(st, 1, number);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = column_text(st, 0, a);
	return sql_end(st, rc);
}

/* -- with a batch ------------------------------------------------------------------------------------ */

int removal_begin(struct store *s, const struct removal_year *y)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_REMOVAL_ADD);

	sqlite3_bind_int(st, 1, y->year);
	sqlite3_bind_int64(st, 2, y->from);
	sqlite3_bind_int64(st, 3, y->to);
	sqlite3_bind_int64(st, 4, y->at);
	bind_text(st, 5, y->file);
	bind_blob(st, 6, y->sha256.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 7, y->incidents);
	sqlite3_bind_int64(st, 8, y->rows);
	bind_blob(st, 9, y->content.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 10, s->next.seq);
	return sql_run(&s->q, STATEMENT_REMOVAL_ADD);
}

static int run_with_id(struct sql *q, enum statement id, int64_t value)
{
	sqlite3_bind_int64(sql_use(q, id), 1, value);
	return sql_run(q, id);
}

static int take_incident(struct sql *q, const struct removal_year *y, int64_t id, const char *number)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ARCHIVED_ADD);
	int rc;

	sqlite3_bind_int64(st, 1, id);
	bind_text(st, 2, number);
	sqlite3_bind_int(st, 3, y->year);
	rc = sql_run(q, STATEMENT_ARCHIVED_ADD);
	if (rc == SQLITE_OK)
		rc = run_with_id(q, STATEMENT_ARCHIVED_DISPATCHES, id);
	return rc == SQLITE_OK ? run_with_id(q, STATEMENT_ARCHIVED_INCIDENT, id) : rc;
}

/* The incidents of some ids. */
static int take_incidents(struct store *s, struct arena *a, struct removal_year *y)
{
	sqlite3_stmt *st = use_span(&s->q, y->gone_to, y->gone_to + IDS_AT_ONCE, y->from, y->to);
	const char *numbers[IDS_AT_ONCE];
	int64_t ids[IDS_AT_ONCE];
	int rc, n = 0;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < IDS_AT_ONCE) {
		if (!sqlite3_column_int(st, 4))
			continue;
		ids[n] = sqlite3_column_int64(st, 0);
		numbers[n++] = column_text(st, 1, a);
	}
	rc = sql_end(st, rc);
	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = take_incident(&s->q, y, ids[i], numbers[i]);
	y->gone_to += IDS_AT_ONCE;
	return rc;
}

int removal_year_of(struct sql *q, int64_t incident, int *year)
{
	sqlite3_stmt *st;
	int rc;

	*year = 0;
	if (incident == 0)
		return SQLITE_OK;
	st = sql_use(q, STATEMENT_ARCHIVED_YEAR_OF);
	sqlite3_bind_int64(st, 1, incident);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*year = sqlite3_column_int(st, 0);
	return sql_end(st, rc);
}

struct taken_row {
	int64_t seq, n;
	struct digest hash;
};

/* *good false: it does not follow from the row before it. */
static int look_at_row(struct store *s, const struct removal_year *y, const struct journal_row *row,
    bool *takes, bool *good)
{
	struct digest before, hash;
	int year, rc = removal_year_of(&s->q, row->incident, &year);

	*takes = rc == SQLITE_OK && year == y->year;
	*good = true;
	if (!*takes)
		return rc;
	rc = removal_hash_at(&s->q, &s->meta, row->seq - row->n, &before);
	if (rc == SQLITE_OK) {
		hash = journal_hash(&before, row);
		*good = digest_eq(&hash, &row->hash);
	}
	return rc;
}

static int take_row(struct sql *q, const struct removal_year *y, const struct taken_row *row)
{
	sqlite3_stmt *st;
	int rc = run_with_id(q, STATEMENT_ARCHIVED_ROW_GONE, row->seq);

	if (rc != SQLITE_OK)
		return rc;
	st = sql_use(q, STATEMENT_ARCHIVED_ROW_ADD);
	sqlite3_bind_int64(st, 1, row->seq);
	sqlite3_bind_int64(st, 2, row->n);
	sqlite3_bind_int(st, 3, y->year);
	bind_blob(st, 4, row->hash.b, DIGEST_LEN);
	return sql_run(q, STATEMENT_ARCHIVED_ROW_ADD);
}

static int bad_row(struct store *s, const struct removal_year *y, int64_t seq)
{
	log_alarm("archived year not removed",
	    "year=%d seq=%lld why=\"the row does not follow from the one before it\" "
	    "do=\"liandongctl audit verify\"",
	    y->year, (long long)seq);
	s->removal_stopped = true;
	return SQLITE_OK;
}

/* Some rows are read, and then those that go are written; *end: there are no more. */
static int take_rows(struct store *s, struct removal_year *y, bool *end)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_JOURNAL_AFTER);
	struct taken_row rows[ROWS_AT_ONCE];
	struct journal_row row = {.seq = y->moved_to};
	bool takes, good = true;
	int n = 0, seen = 0, rc = SQLITE_DONE, done = SQLITE_OK;

	sqlite3_bind_int64(st, 1, y->moved_to);
	sqlite3_bind_int(st, 2, ROWS_AT_ONCE);
	while (done == SQLITE_OK && good && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		done = journal_read(st, &row) ? look_at_row(s, y, &row, &takes, &good) : SQLITE_CORRUPT;
		if (done == SQLITE_OK && takes && good)
			rows[n++] = (struct taken_row){row.seq, row.n, row.hash};
		seen++;
	}
	rc = sql_end(st, done == SQLITE_OK && good ? rc : SQLITE_ROW);
	rc = done == SQLITE_OK ? rc : done;
	if (rc == SQLITE_OK && !good)
		return bad_row(s, y, row.seq);
	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = take_row(&s->q, y, &rows[i]);
	*end = seen < ROWS_AT_ONCE;
	y->moved_to = row.seq;
	return rc;
}

static int save_year(struct store *s, const struct removal_year *y)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_REMOVAL_STEP);

	sqlite3_bind_int(st, 1, y->year);
	sqlite3_bind_int64(st, 2, y->gone_to);
	sqlite3_bind_int64(st, 3, y->moved_to);
	bind_time(st, 4, y->done_at);
	return sql_run(&s->q, STATEMENT_REMOVAL_STEP);
}

int removal_some(struct store *s, int64_t now)
{
	struct removal_year *there = leaving(s), y;
	struct arena *a;
	int64_t until = clock_mono_us() + PIECE_US;
	bool end = false;
	int rc = SQLITE_OK, rounds = 0;

	if (!there || s->removal_stopped)
		return SQLITE_OK;
	y = *there; /* what is remembered changes with the commit: removal_look */
	a = arena_new();
	while (rc == SQLITE_OK && !end && !s->removal_stopped && rounds++ < PIECE_ROUNDS &&
	    clock_mono_us() < until)
		rc = y.gone_to < s->meta.incidents ? take_incidents(s, a, &y) : take_rows(s, &y, &end);
	arena_free(a);
	if (end)
		y.done_at = now;
	return rc == SQLITE_OK ? save_year(s, &y) : rc;
}

void removal_committed(struct store *s)
{
	if (removal_look(s) != SQLITE_OK)
		log_alarm("archived years not read", "error=%s", sqlite3_errmsg(s->q.db));
}
