/*
 * outbox.c - the file of the process notifier. Place: store/sqlite, behind store/outbox.h; beside local.h's connection it
 * uses nothing of the store's.
 */
#include "store/outbox.h"
#include "base/log.h"
#include "local.h"
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PAGES_BEFORE_CHECKPOINT "400"

enum outbox_statement {
#define X(id, sql) OUTBOX_##id,
	OUTBOX_LIST(X)
#undef X
	    OUTBOX_STATEMENTS
};
static const char *const statements[OUTBOX_STATEMENTS] = {
#define X(id, sql) [OUTBOX_##id] = sql,
    OUTBOX_LIST(X)
#undef X
};

struct outbox {
	struct sql q;
	sqlite3_stmt *st[OUTBOX_STATEMENTS];
	int64_t cursor;
	char store[64];
};

static bool make_folder(const char *store, char file[PATH_MAX])
{
	const char *slash = strrchr(store, '/');
	int n = slash ? (int)(slash + 1 - store) : 0;
	struct stat there;

	snprintf(file, PATH_MAX, "%.*s" OUTBOX_FOLDER, n, store);
	if (stat(file, &there) != 0 && mkdir(file, 0700) != 0 && errno != EEXIST)
		return false;
	snprintf(file, PATH_MAX, "%.*s" OUTBOX_FOLDER "/notices.db", n, store);
	return true;
}

static int make_file(const char *file)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(file, &db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);

	if (rc == SQLITE_OK)
		rc = sql_exec(db, OUTBOX_SQL);
	sqlite3_close(db);
	return rc;
}

static int prepare(struct outbox *o)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < OUTBOX_STATEMENTS && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(o->q.db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &o->st[i],
		    NULL);
	return rc;
}

static int read_progress(struct outbox *o)
{
	sqlite3_stmt *st = o->st[OUTBOX_PROGRESS];

	o->cursor = -1;
	if (sqlite3_step(st) == SQLITE_ROW) {
		snprintf(o->store, sizeof o->store, "%s", (const char *)sqlite3_column_text(st, 0));
		o->cursor = sqlite3_column_int64(st, 1);
	}
	return sqlite3_reset(st);
}

struct outbox *outbox_open(const char *store, bool english, char *why, size_t why_len)
{
	struct outbox *o = xalloc(sizeof *o);
	struct sayer say = {english, why, why_len};
	char file[PATH_MAX];
	int rc;

	*o = (struct outbox){.cursor = -1};
	if (!make_folder(store, file)) {
		say(&say, "通知的文件夹建不了：%s", "the folder of notices cannot be made: %s/%s", store,
		    OUTBOX_FOLDER);
		free(o);
		return NULL;
	}
	rc = make_file(file);
	if (rc == SQLITE_OK)
		rc = sql_open(&o->q, file, true, &say);
	if (rc == SQLITE_OK)
		rc = sql_exec(o->q.db, "PRAGMA wal_autocheckpoint=" PAGES_BEFORE_CHECKPOINT);
	if (rc == SQLITE_OK)
		rc = prepare(o);
	if (rc == SQLITE_OK)
		rc = read_progress(o);
	if (rc == SQLITE_OK)
		return o;
	say(&say, "%s 打不开：%s", "%s cannot be opened: %s", file, sqlite3_errstr(rc));
	outbox_close(o);
	return NULL;
}

void outbox_close(struct outbox *o)
{
	if (!o)
		return;
	for (int i = 0; i < OUTBOX_STATEMENTS; i++)
		sqlite3_finalize(o->st[i]);
	sql_close(&o->q);
	free(o);
}

int64_t outbox_cursor(const struct outbox *o)
{
	return o->cursor;
}

const char *outbox_store(const struct outbox *o)
{
	return o->store;
}

/* -- writing ------------------------------------------------------------------------------------ */

static bool done(struct outbox *o, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return true;
	log_alarm("notices not written", "what=%s code=%d why=%s", what, rc, sqlite3_errmsg(o->q.db));
	return false;
}

bool outbox_begin(struct outbox *o)
{
	return done(o, sql_exec(o->q.db, "BEGIN IMMEDIATE"), "begin");
}

bool outbox_commit(struct outbox *o)
{
	return done(o, sql_exec(o->q.db, "COMMIT"), "commit");
}

bool outbox_follow(struct outbox *o, const char *store, int64_t seq)
{
	sqlite3_stmt *st = o->st[OUTBOX_FOLLOW];

	bind_text(st, 1, store);
	sqlite3_bind_int64(st, 2, seq);
	if (!done(o, sql_end(st, sqlite3_step(st)), "follow"))
		return false;
	o->cursor = seq;
	snprintf(o->store, sizeof o->store, "%s", store);
	return true;
}
