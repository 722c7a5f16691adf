/*
 * handed.c - the file of what is handed to partners. Place: store/sqlite, behind store/handed.h; beside local.h's
 * connection it uses nothing of the store's.
 */
#include "store/handed.h"
#include "base/log.h"
#include "exchange.h"
#include "local.h"
#include "store/outbox.h"

#include <stdlib.h>

enum handed_statement {
#define X(id, sql) HANDED_##id,
	EXCHANGE_LIST(X)
#undef X
	    HANDED_STATEMENTS
};
static const char *const texts[HANDED_STATEMENTS] = {
#define X(id, sql) [HANDED_##id] = sql,
    EXCHANGE_LIST(X)
#undef X
};

struct handed_file {
	struct sql q;
	sqlite3_stmt *st[HANDED_STATEMENTS];
};

static bool good(struct handed_file *f, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return true;
	log_alarm("handed not written", "what=%s code=%d why=%s", what, rc, sqlite3_errmsg(f->q.db));
	return false;
}

static int open_file(struct handed_file *f, const char *file)
{
	struct sayer say = {true, NULL, 0};
	int rc = SQLITE_OK;
	sqlite3 *db = NULL;

	rc = sqlite3_open_v2(file, &db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK)
		rc = sql_exec(db, EXCHANGE_SQL);
	sqlite3_close(db);
	if (rc == SQLITE_OK)
		rc = sql_open(&f->q, file, true, &say);
	for (int i = 0; i < HANDED_STATEMENTS && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(f->q.db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &f->st[i], NULL);
	return rc;
}

struct handed_file *handed_open(const char *store)
{
	struct handed_file *f = xalloc(sizeof *f);
	const char *slash = strrchr(store, '/');
	char file[PATH_MAX];
	int rc;

	*f = (struct handed_file){.st = {NULL}};
	snprintf(file, PATH_MAX, "%.*s" OUTBOX_FOLDER "/exchange.db", (int)(slash ? slash + 1 - store : 0),
	    store);
	rc = open_file(f, file);
	if (rc == SQLITE_OK)
		return f;
	log_alarm("handed not opened", "why=%s", sqlite3_errstr(rc));
	handed_close(f);
	return NULL;
}

void handed_close(struct handed_file *f)
{
	if (!f)
		return;
	for (int i = 0; i < HANDED_STATEMENTS; i++)
		sqlite3_finalize(f->st[i]);
	sql_close(&f->q);
	free(f);
}

bool handed_add(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_ADD];

	bind_text(st, 1, one->id);
	bind_text(st, 2, one->partner);
	bind_text(st, 3, one->dispatch);
	sqlite3_bind_int64(st, 4, one->seq);
	sqlite3_bind_int64(st, 5, one->kind);
	sqlite3_bind_int64(st, 6, one->made_at);
	return good(f, sql_end(st, sqlite3_step(st)), "add");
}

bool handed_save(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_SAVE];

	bind_text(st, 1, one->id);
	sqlite3_bind_int64(st, 2, one->state);
	sqlite3_bind_int64(st, 3, one->next_at);
	sqlite3_bind_int64(st, 4, one->tries);
	sqlite3_bind_int64(st, 5, one->told);
	bind_text(st, 6, one->ticket);
	bind_text(st, 7, one->why);
	return good(f, sql_end(st, sqlite3_step(st)), "save");
}

static void read_row(sqlite3_stmt *st, struct arena *a, struct handed *out)
{
	snprintf(out->id, sizeof out->id, "%s", (const char *)sqlite3_column_text(st, 0));
	out->partner = column_text(st, 1, a);
	out->dispatch = column_text(st, 2, a);
	out->seq = sqlite3_column_int64(st, 3);
	out->kind = (enum handed_kind)sqlite3_column_int(st, 4);
	out->state = (enum handed_state)sqlite3_column_int(st, 5);
	out->made_at = sqlite3_column_int64(st, 6);
	out->next_at = sqlite3_column_int64(st, 7);
	out->tries = sqlite3_column_int(st, 8);
	out->told = sqlite3_column_int(st, 9) != 0;
	out->ticket = column_text(st, 10, a);
	out->why = column_text(st, 11, a);
}

int handed_waiting(struct handed_file *f, int most, struct arena *a, struct handed *out)
{
	sqlite3_stmt *st = f->st[HANDED_WAITING_ROWS];
	int n = 0, rc;

	sqlite3_bind_int(st, 1, most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_row(st, a, &out[n]);
		n += out[n].kind < HANDED_KINDS;
	}
	return good(f, sql_end(st, rc), "read") ? n : -1;
}

bool handed_forget(struct handed_file *f, int64_t before)
{
	sqlite3_stmt *st = f->st[HANDED_OLD];

	sqlite3_bind_int64(st, 1, before);
	return good(f, sql_end(st, sqlite3_step(st)), "forget");
}
