/*
 * erasure.c - personal texts leave the store: the columns with their record, the texts of events here.
 *
 * The texts of an incident's events are found along its chain. What lies outside of incidents is gone through in
 * the order of seqs. secure_delete overwrites what is deleted in the database's pages (connection.c); the WAL
 * keeps old pages until it is written back and cut (store_scrub).
 */
#include "local.h"

#define LOOSE_AT_ONCE 200

static int delete_texts(struct sql *q, int64_t after, int64_t to, int64_t *n)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_TEXT_ERASE);
	int rc;

	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, to);
	rc = sql_run(q, STATEMENT_TEXT_ERASE);
	*n += sqlite3_changes(q->db);
	return rc;
}

/* Of the row that ends at *seq, which becomes the one before. */
static int erase_row(struct sql *q, int64_t *seq, int64_t *n)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_JOURNAL_SPAN);
	int64_t prev = 0, events = 0, at = *seq;
	int rc;

	sqlite3_bind_int64(st, 1, at);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		prev = sqlite3_column_int64(st, 0);
		events = sqlite3_column_int64(st, 1);
	}
	rc = sql_end(st, rc);
	*seq = prev < at ? prev : 0;
	return rc == SQLITE_OK && events ? delete_texts(q, at - events, at, n) : rc;
}

static int erase_incident(struct sql *q, const struct incident *inc, int64_t *n)
{
	int64_t seq = inc->last_seq;
	int rc = SQLITE_OK;

	while (seq > 0 && rc == SQLITE_OK)
		rc = erase_row(q, &seq, n);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(sql_use(q, STATEMENT_INCIDENT_ERASE), 1, inc->id);
	if ((rc = sql_run(q, STATEMENT_INCIDENT_ERASE)) != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(sql_use(q, STATEMENT_WAIT_REMOVE), 1, inc->id);
	return sql_run(q, STATEMENT_WAIT_REMOVE);
}

/* -- what belongs to no incident ---------------------------------------------------------------------- */

/* When the event was recorded, and whose it is. */
static int look_up(struct sql *q, int64_t seq, int64_t *at, int64_t *incident)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_JOURNAL_HOLDING);
	int rc;

	*at = *incident = 0;
	sqlite3_bind_int64(st, 1, seq);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*at = sqlite3_column_int64(st, 0);
		*incident = sqlite3_column_int64(st, 1);
	}
	return sql_end(st, rc);
}

/* The seqs that have texts, behind the last one looked at. */
static int loose_seqs(struct store *s, int64_t seqs[LOOSE_AT_ONCE], int *n)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_TEXT_AFTER);
	int rc;

	*n = 0;
	sqlite3_bind_int64(st, 1, s->next.texts_to);
	sqlite3_bind_int(st, 2, LOOSE_AT_ONCE);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < LOOSE_AT_ONCE)
		seqs[(*n)++] = sqlite3_column_int64(st, 0);
	return sql_end(st, rc);
}

static int erase_loose_texts(struct store *s, struct store_erasure *x)
{
	int64_t seqs[LOOSE_AT_ONCE], at, incident;
	int n, rc = loose_seqs(s, seqs, &n);

	x->more = n == LOOSE_AT_ONCE;
	for (int i = 0; i < n && rc == SQLITE_OK; i++) {
		rc = look_up(&s->q, seqs[i], &at, &incident);
		if (rc == SQLITE_OK && at >= x->before) {
			x->more = false;
			break;
		}
		if (rc == SQLITE_OK && !incident)
			rc = delete_texts(&s->q, seqs[i] - 1, seqs[i], &x->n_texts);
		s->next.texts_to = seqs[i];
	}
	return rc;
}

static int erase_entries(struct store *s, struct store_erasure *x)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_ENTRY_ERASE);
	int rc, n;

	sqlite3_bind_int64(st, 1, x->before);
	sqlite3_bind_int(st, 2, LOOSE_AT_ONCE);
	rc = sql_run(&s->q, STATEMENT_ENTRY_ERASE);
	n = sqlite3_changes(s->q.db);
	x->n_texts += n;
	x->more |= n == LOOSE_AT_ONCE;
	return rc;
}

/* -- with a batch ---------------------------------------------------------------------------------------- */

int erasure_save(struct store *s, struct store_erasure *x)
{
	int rc = SQLITE_OK;

	s->next.erased_to = x->to;
	for (size_t i = 0; i < x->n_waits && rc == SQLITE_OK; i++) {
		sqlite3_bind_int64(sql_use(&s->q, STATEMENT_WAIT_ADD), 1, x->waits[i]);
		rc = sql_run(&s->q, STATEMENT_WAIT_ADD);
	}
	for (size_t i = 0; i < x->n_erased && rc == SQLITE_OK; i++)
		rc = erase_incident(&s->q, x->erased[i], &x->n_texts);
	if (x->before && rc == SQLITE_OK)
		rc = erase_loose_texts(s, x);
	if (x->before && rc == SQLITE_OK)
		rc = erase_entries(s, x);
	return rc;
}

bool erasure_unsaved(const struct store *s, const struct store_erasure *x)
{
	return x && (x->to != s->meta.erased_to || x->n_erased || x->n_waits || x->before);
}

int64_t store_erased_to(const struct store *s)
{
	return s->meta.erased_to;
}

size_t store_waiting(struct store *s, int64_t after, int64_t *ids, size_t most)
{
	sqlite3_stmt *st;
	size_t n = 0;
	int rc;

	if (s->failed)
		return 0;
	st = sql_use(&s->q, STATEMENT_WAIT_AFTER);
	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, (int64_t)most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < most)
		ids[n++] = sqlite3_column_int64(st, 0);
	return sql_end(st, rc) == SQLITE_OK ? n : 0;
}

void store_scrub(struct store *s)
{
	s->scrub = true;
}
