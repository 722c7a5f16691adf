/*
 * beside.c - files beside the store. Place: store/sqlite, under outbox.c and handed.c.
 */
#include "beside.h"
#include "base/log.h"

void beside_path(char file[PATH_MAX], const char *store, const char *name)
{
	const char *slash = strrchr(store, '/');

	snprintf(file, PATH_MAX, "%.*s%s", slash ? (int)(slash + 1 - store) : 0, store, name);
}

static int make_file(const char *file, const char *schema)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(file, &db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);

	if (rc == SQLITE_OK)
		rc = sql_exec(db, schema);
	sqlite3_close(db);
	return rc;
}

int beside_open(struct side_file *b, const char *file, const char *schema, const char *const *texts,
    struct sayer *say)
{
	int rc = make_file(file, schema);

	if (rc == SQLITE_OK)
		rc = sql_open(&b->q, file, true, say);
	for (int i = 0; i < b->n && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(b->q.db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &b->st[i], NULL);
	return rc;
}

void beside_close(struct side_file *b)
{
	for (int i = 0; i < b->n; i++)
		sqlite3_finalize(b->st[i]);
	sql_close(&b->q);
}

bool beside_done(struct side_file *b, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return true;
	log_alarm(b->fault, "what=%s code=%d why=%s", what, rc, sqlite3_errmsg(b->q.db));
	return false;
}

bool beside_run(struct side_file *b, int statement, const char *what)
{
	return beside_done(b, sql_end(b->st[statement], sqlite3_step(b->st[statement])), what);
}
