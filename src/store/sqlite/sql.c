/*
 * sql.c - statements of a connection: prepared once, each set when it is first needed; used, run, ended; what they bind and
 * bring; their results classed.
 */
#include "local.h"
#include "base/log.h"

#include <assert.h>

int sql_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int sql_number(sqlite3 *db, const char *sql, int64_t none, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	*out = none;
	if (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	return rc == SQLITE_OK ? sqlite3_finalize(st) : rc;
}

static const struct {
	enum statement_set set;
	const char *name, *sql;
} statements[STATEMENTS] = {
#define X(id, set, name, sql) [STATEMENT_##id] = {SET_##set, name, sql},
    STATEMENT_LIST(X)
#undef X
};

static void drop_statement(struct sql *q, enum statement id)
{
	sqlite3_finalize(q->st[id]);
	q->st[id] = NULL;
}

static int prepare_statement(struct sql *q, enum statement id, const struct sayer *say)
{
	int rc =
	    sqlite3_prepare_v3(q->db, statements[id].sql, -1, SQLITE_PREPARE_PERSISTENT, &q->st[id], NULL);

	if (rc != SQLITE_OK)
		say(say, "语句 %s 不合数据库：%s", "statement %s does not fit the store: %s",
		    statements[id].name, sqlite3_errmsg(q->db));
	else if ((rc = record_prepare(q, id, say)) != SQLITE_OK)
		drop_statement(q, id);
	return rc;
}

int sql_prepare(struct sql *q, enum statement_set set, const struct sayer *say)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < STATEMENTS && rc == SQLITE_OK && !q->prepared[set]; i++)
		if (statements[i].set == set && !q->st[i])
			rc = prepare_statement(q, (enum statement)i, say);
	q->prepared[set] = rc == SQLITE_OK;
	return rc;
}

int sql_need(struct sql *q, enum statement_set set)
{
	char why[256];
	struct sayer say = {false, why, sizeof why};
	int rc = sql_prepare(q, set, &say);

	if (rc != SQLITE_OK)
		log_warn("statements not prepared", "code=%d why=%s", rc, why);
	return rc;
}

/* A caller that needed no set, or another one, is slower once, not wrong. */
static sqlite3_stmt *prepared(struct sql *q, enum statement id)
{
	int rc = q->st[id] ? SQLITE_OK : sql_need(q, statements[id].set);

	if (rc != SQLITE_OK)
		fatal("SQLite cannot prepare statement %d: %s", (int)id, sqlite3_errstr(rc));
	return q->st[id];
}

sqlite3_stmt *sql_use(struct sql *q, enum statement id)
{
	sqlite3_stmt *st = prepared(q, id);

	assert(!sqlite3_stmt_busy(st) && "a statement is used by one caller at a time");
	sqlite3_clear_bindings(st);
	return st;
}

int sql_end(sqlite3_stmt *st, int last_step)
{
	int rc = sqlite3_reset(st);

	return last_step == SQLITE_ROW || last_step == SQLITE_DONE ? SQLITE_OK : rc;
}

void sql_forget_pages(struct sql *q)
{
	sqlite3_db_release_memory(q->db);
}

int sql_run(struct sql *q, enum statement id)
{
	sqlite3_stmt *st = prepared(q, id);
	int rc = sqlite3_step(st);

	assert(rc != SQLITE_ROW && "this statement gives no rows");
	return sql_end(st, rc);
}

void sql_abandon(struct sql *q)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_reset(q->st[i]);
	if (!sqlite3_get_autocommit(q->db))
		sql_run(q, STATEMENT_ROLLBACK);
}

/* A shared-memory file that cannot grow is a full disk under another name. */
bool sql_full(int rc)
{
	return (rc & 0xff) == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE;
}

bool sql_unattended(int rc)
{
	return rc == SQLITE_READONLY_RECOVERY || rc == SQLITE_READONLY_CANTINIT;
}

bool sql_broken(int rc)
{
	if (rc == SQLITE_IOERR_NOMEM || sql_full(rc))
		return false;
	if (sql_unattended(rc))
		return false;
	switch (rc & 0xff) {
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return true;
	default:
		return false;
	}
}

enum store_status sql_status(int rc)
{
	if (rc == SQLITE_OK)
		return STORE_OK;
	if ((rc & 0xff) == SQLITE_BUSY || sql_unattended(rc))
		return STORE_AWAY;
	return sql_broken(rc) ? STORE_FAILED : STORE_UNKNOWN;
}

/* Binding fails only for a wrong number or no memory, neither of which a caller could handle. */
static void bound(int rc)
{
	if (rc != SQLITE_OK)
		fatal("SQLite cannot bind a parameter: %s", sqlite3_errstr(rc));
}

void bind_text(sqlite3_stmt *st, int i, const char *z)
{
	bound(sqlite3_bind_text(st, i, z, -1, SQLITE_STATIC));
}

/* An empty blob is x'', never NULL. */
void bind_blob(sqlite3_stmt *st, int i, const void *p, size_t n)
{
	bound(sqlite3_bind_blob(st, i, n ? p : "", (int)n, SQLITE_STATIC));
}

void bind_time(sqlite3_stmt *st, int i, int64_t ms)
{
	bound(ms ? sqlite3_bind_int64(st, i, ms) : sqlite3_bind_null(st, i));
}

const char *column_text(sqlite3_stmt *st, int i, struct arena *a)
{
	const char *z = (const char *)sqlite3_column_text(st, i);

	return z ? arena_str(a, (struct str){z, (size_t)sqlite3_column_bytes(st, i)}) : NULL;
}

struct str column_blob(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return p ? (struct str){p, (size_t)sqlite3_column_bytes(st, i)} : STR("");
}

bool column_digest(sqlite3_stmt *st, int i, struct digest *out)
{
	struct str s = column_blob(st, i);

	if (s.n != DIGEST_LEN)
		return false;
	memcpy(out->b, s.p, DIGEST_LEN);
	return true;
}
