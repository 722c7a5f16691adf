/*
 * meta.c - the one row that says what this store is and how far it has come. It is written with
 * every commit: the head of the journal and the counts are then true whenever the rows are.
 */
#include "local.h"

#include <time.h>

/* A reader that may not write the shared memory cannot tell a header that is just being written from one that a dead
 * engine left, nor a log that is just begun anew, before its first mark is set, from one without marks: it looks again. */
#define SNAPSHOT_TRIES 20
#define SNAPSHOT_AGAIN_NS (1000 * 1000)

static void copy(char *out, size_t len, sqlite3_stmt *st, int i)
{
	const char *z = (const char *)sqlite3_column_text(st, i);

	snprintf(out, len, "%s", z ? z : "");
}

int meta_get(struct sql *q, struct meta *m)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_META_GET);
	int rc = sqlite3_step(st);
	struct str secret;
	bool whole = false;

	*m = (struct meta){0};
	if (rc == SQLITE_ROW) {
		copy(m->store, sizeof m->store, st, 0);
		m->epoch = (uint64_t)sqlite3_column_int64(st, 1);
		m->manual = sqlite3_column_int(st, 2) != 0;
		m->manual_at = sqlite3_column_int64(st, 3);
		m->beat = sqlite3_column_int64(st, 4);
		m->salvaged_at = sqlite3_column_int64(st, 5);
		copy(m->revision, sizeof m->revision, st, 6);
		m->seq = sqlite3_column_int64(st, 7);
		whole = column_digest(st, 8, &m->hash);
		m->incidents = sqlite3_column_int64(st, 9);
		m->open_incidents = sqlite3_column_int64(st, 10);
		m->open_dispatches = sqlite3_column_int64(st, 11);
		m->last = (struct store_last){.request = sqlite3_column_int64(st, 12),
		    .finding = sqlite3_column_int64(st, 13),
		    .entry = sqlite3_column_int64(st, 14)};
		secret = column_blob(st, 15);
		m->untallied = sqlite3_column_int64(st, 16);
		m->erased_to = sqlite3_column_int64(st, 17);
		m->texts_to = sqlite3_column_int64(st, 18);
		m->training = sqlite3_column_int(st, 19) != 0;
		memcpy(m->secret, secret.p, secret.n < SECRET_LEN ? secret.n : SECRET_LEN);
	}
	rc = sql_end(st, rc);
	return rc == SQLITE_OK && !whole ? SQLITE_CORRUPT : rc;
}

static int begin_snapshot(struct sql *q, struct meta *m)
{
	int rc = sql_run(q, STATEMENT_BEGIN_READ);

	if (rc == SQLITE_OK)
		rc = symbols_refresh(q);
	if (rc == SQLITE_OK)
		rc = meta_get(q, m);
	explicit_bzero(m->secret, sizeof m->secret); /* of no use to a reader */
	return rc;
}

int meta_snapshot(struct sql *q, struct meta *m)
{
	struct timespec pause = {0, SNAPSHOT_AGAIN_NS};
	int rc = begin_snapshot(q, m);

	for (int i = 1; sql_unattended(rc) && i < SNAPSHOT_TRIES; i++) {
		sql_abandon(q);
		nanosleep(&pause, NULL);
		rc = begin_snapshot(q, m);
	}
	return rc;
}

int meta_save(struct sql *q, const struct meta *m)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_META_SAVE);

	sqlite3_bind_int64(st, 1, (int64_t)m->epoch);
	bind_time(st, 2, m->manual_at);
	bind_time(st, 3, m->beat);
	bind_time(st, 4, m->salvaged_at);
	bind_text(st, 5, m->revision);
	sqlite3_bind_int64(st, 6, m->seq);
	bind_blob(st, 7, m->hash.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 8, m->incidents);
	sqlite3_bind_int64(st, 9, m->open_incidents);
	sqlite3_bind_int64(st, 10, m->open_dispatches);
	sqlite3_bind_int64(st, 11, m->last.request);
	sqlite3_bind_int64(st, 12, m->last.finding);
	sqlite3_bind_int64(st, 13, m->last.entry);
	sqlite3_bind_int64(st, 14, m->untallied);
	sqlite3_bind_int64(st, 15, m->erased_to);
	sqlite3_bind_int64(st, 16, m->texts_to);
	return sql_run(q, STATEMENT_META_SAVE);
}
