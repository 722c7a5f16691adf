/*
 * beside.c - files beside the store. Place: store/sqlite, under outbox.c and handed.c.
 */
#include "beside.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

void beside_path(char file[PATH_MAX], const char *store, const char *name)
{
	const char *slash = strrchr(store, '/');

	snprintf(file, PATH_MAX, "%.*s%s", slash ? (int)(slash + 1 - store) : 0, store, name);
}

/* -- its version ---------------------------------------------------------------------------------- */

static int maybe(sqlite3 *db, const char *sql)
{
	return sql ? sql_exec(db, sql) : SQLITE_OK;
}

static int upgrade(sqlite3 *db, const struct side_schema *schema, const struct side_step *step)
{
	int64_t wanted = 0;
	int rc = step->wanted ? sql_number(db, step->wanted, 0, &wanted) : SQLITE_OK;

	if (rc != SQLITE_OK || !wanted)
		return rc;
	rc = maybe(db, step->before);
	if (rc == SQLITE_OK)
		rc = sql_exec(db, schema->sql);
	return rc == SQLITE_OK ? maybe(db, step->after) : rc;
}

static int set_version(sqlite3 *db, int version)
{
	char sql[64];

	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
	return sql_exec(db, sql);
}

/* All of it, or nothing. */
static int bring_up(sqlite3 *db, const struct side_schema *schema, int64_t version)
{
	int rc = sql_exec(db, "BEGIN IMMEDIATE");

	for (int64_t v = version; v < schema->version && rc == SQLITE_OK; v++)
		rc = upgrade(db, schema, &schema->steps[v]);
	if (rc == SQLITE_OK)
		rc = sql_exec(db, schema->sql);
	if (rc == SQLITE_OK && version < schema->version)
		rc = set_version(db, schema->version);
	if (rc == SQLITE_OK)
		return sql_exec(db, "COMMIT");
	if (!sqlite3_get_autocommit(db))
		sql_exec(db, "ROLLBACK");
	return rc;
}

static int make_file(const char *file, const struct side_schema *schema, struct sayer *say)
{
	sqlite3 *db = NULL;
	int64_t version = 0;
	int rc;

	sql_uncounted();
	rc = sqlite3_open_v2(file, &db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK)
		rc = sql_number(db, "PRAGMA user_version", 0, &version);
	if (rc == SQLITE_OK && version > schema->version) {
		say(say, "%s 是更新的版本写的(格式 %lld,本程序认识到 %d):请用更新的程序,或先把文件移走",
		    "%s was written by a newer version (format %lld, this program knows up to %d): use the "
		    "newer "
		    "program, or move the file away",
		    file, (long long)version, schema->version);
		rc = SQLITE_MISMATCH;
	} else if (rc == SQLITE_OK) {
		rc = bring_up(db, schema, version);
	}
	sqlite3_close(db);
	return rc;
}

static bool is_damage(int rc)
{
	return (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB;
}

/* A damaged file stops no notice: it is renamed, for a person to look at. */
static bool set_aside(const char *file)
{
	static const char *const parts[] = {"", "-wal"};
	char from[PATH_MAX + 8], to[PATH_MAX + 48];
	long long at_s = (long long)(clock_wall().ms / 1000);
	bool good = true;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		snprintf(from, sizeof from, "%s%s", file, parts[i]);
		snprintf(to, sizeof to, "%s.damaged-%lld%s", file, at_s, parts[i]);
		good = (rename(from, to) == 0 || i > 0) && good;
	}
	snprintf(from, sizeof from, "%s-shm", file);
	unlink(from);
	log_alarm("damaged file set aside", "file=%s good=%s", file, good ? "true" : "false");
	return good;
}

static int open_once(struct side_file *b, const char *file, const struct side_schema *schema,
    const char *const *texts, struct sayer *say)
{
	int rc = make_file(file, schema, say);

	if (rc == SQLITE_MISMATCH)
		return rc;
	if (rc == SQLITE_OK)
		rc = sql_open(&b->q, file, true, say);
	for (int i = 0; i < b->n && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(b->q.db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &b->st[i], NULL);
	if (rc == SQLITE_ERROR)
		say(say, "%s 不是本程序认识的格式:请把文件移走再启动(没有送完的在里面)",
		    "%s has no format that this program knows: move the file away and start again (what was "
		    "not "
		    "sent yet is in it)",
		    file);
	else if (rc != SQLITE_OK)
		say(say, "%s 打不开:%s", "%s cannot be opened: %s", file, sqlite3_errstr(rc));
	return rc;
}

int beside_open(struct side_file *b, const char *file, const struct side_schema *schema,
    const char *const *texts, struct sayer *say)
{
	int rc;

	snprintf(b->path, sizeof b->path, "%s", file);
	b->anew = access(file, F_OK) != 0;
	rc = open_once(b, file, schema, texts, say);
	return beside_aside(b, rc) ? open_once(b, file, schema, texts, say) : rc;
}

bool beside_aside(struct side_file *b, int rc)
{
	if (!is_damage(rc) || b->anew)
		return false;
	beside_close(b);
	b->anew = set_aside(b->path);
	return b->anew;
}

void beside_close(struct side_file *b)
{
	for (int i = 0; i < b->n; i++) {
		sqlite3_finalize(b->st[i]);
		b->st[i] = NULL;
	}
	sql_close(&b->q);
}

bool beside_done(struct side_file *b, int rc, const char *what)
{
	if ((rc == SQLITE_OK || rc == SQLITE_DONE) && !b->damaged)
		return true;
	log_alarm(b->fault, "what=%s code=%d why=%s", what, rc, sqlite3_errmsg(b->q.db));
	if (is_damage(rc) && !b->damaged)
		b->damaged = set_aside(b->path);
	return false;
}

bool beside_run(struct side_file *b, int statement, const char *what)
{
	return beside_done(b, sql_end(b->st[statement], sqlite3_step(b->st[statement])), what);
}
