/*
 * generation.c - which file is the store, and how a store that may have lost a write gets a new one.
 *
 * After a failed fsync the kernel holds pages as clean that never reached the disk: going on with
 * the same file loses answered records at the next power loss, and so does a plain restart. So what
 * can be read is copied into the next generation file (PATH.1, PATH.2 …), checked, synced, and
 * PATH.current names it from then on. PATH itself is generation 0. A file is never renamed over
 * another one: the WAL that lies beside the name would be replayed into it.
 */
#include "local.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* PATH.current fits PATH_MAX: store_open refuses longer paths. */
static char *beside(const char *path, const char *suffix, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s%s", path, suffix);
	return out;
}

static bool synced(int fd)
{
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok;
}

bool sync_file(const char *path)
{
	return synced(open(path, O_RDONLY | O_CLOEXEC));
}

static bool write_small(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	return synced(fd) && ok;
}

/* The number that is a small file's one line; 0 where there is no such file, -1 where it says nonsense. */
static int small_number(const char *name)
{
	char text[32] = "";
	uint64_t n = 0;
	ssize_t got = 0;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got < 2 || text[got - 1] != '\n' || !str_uint((struct str){text, (size_t)got - 1}, &n) ||
	    n > INT_MAX - 1)
		return -1;
	return (int)n;
}

/* The generation that PATH.current names. */
static int current_number(const char *path)
{
	char name[PATH_MAX];

	return small_number(beside(path, ".current", name));
}

static char *generation_name(const char *path, int n, char out[PATH_MAX])
{
	char suffix[16] = "";

	if (n)
		snprintf(suffix, sizeof suffix, ".%d", n);
	return beside(path, suffix, out);
}

bool generation_current(const char *path, char out[PATH_MAX], const struct sayer *say)
{
	int n = current_number(path);

	if (n < 0) {
		say(say, "%s.current 读不出来，应为一行代号数字",
		    "%s.current cannot be read: one line with a "
		    "generation's number was expected",
		    path);
		return false;
	}
	generation_name(path, n, out);
	if (n > 0 && access(out, F_OK) != 0) {
		say(say, "%s 不见了，而 %s.current 说它是现用的数据库；请恢复备份",
		    "%s is missing, though %s.current names it as the store in use; restore a backup", out,
		    path);
		return false;
	}
	return true;
}

bool generation_mark(const char *path, int failures)
{
	char name[PATH_MAX], text[16];

	snprintf(text, sizeof text, "%d\n", failures);
	return write_small(beside(path, ".salvage", name), text);
}

int generation_failures(const char *path)
{
	char name[PATH_MAX];
	int n = small_number(beside(path, ".salvage", name));

	return n > 0 ? n : 0;
}

bool generation_marked(const char *path)
{
	char name[PATH_MAX];

	return access(beside(path, ".salvage", name), F_OK) == 0;
}

void generation_unmark(const char *path)
{
	char name[PATH_MAX];

	unlink(beside(path, ".salvage", name));
}

#define INDEX_HEADERS 96 /* two copies of the header of SQLite's wal-index */

void generation_forget_index(const char *file)
{
	static const char none[INDEX_HEADERS];
	char name[PATH_MAX];
	int fd = open(beside(file, "-shm", name), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (pwrite(fd, none, sizeof none, 0) != (ssize_t)sizeof none)
		log_warn("wal-index not forgotten", "file=%s error=%s", name, strerror(errno));
	close(fd); /* we hold no lock on it yet */
}

/* -- salvage ---------------------------------------------------------------------------------- */

static bool same_number(sqlite3 *from, sqlite3 *to, const char *sql)
{
	int64_t a, b;

	return sql_number(from, sql, -1, &a) == SQLITE_OK && sql_number(to, sql, -2, &b) == SQLITE_OK &&
	    a == b;
}

/* Both hold as many rows in every table, and the same head. */
static bool same_rows(sqlite3 *from, sqlite3 *to)
{
	static const char tables[] =
	    "SELECT 'SELECT count(*) FROM \"' || name || '\"' FROM sqlite_schema WHERE type = 'table'";
	sqlite3_stmt *st = NULL;
	bool same = sqlite3_prepare_v2(from, tables, -1, &st, NULL) == SQLITE_OK;
	int rc = SQLITE_ROW;

	while (same && (rc = sqlite3_step(st)) == SQLITE_ROW)
		same = same_number(from, to, (const char *)sqlite3_column_text(st, 0));
	return sqlite3_finalize(st) == SQLITE_OK && same && rc == SQLITE_DONE &&
	    same_number(from, to, "SELECT seq FROM meta");
}

static bool whole(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && str_is(str_of((const char *)sqlite3_column_text(st, 0)), "ok");

	return sqlite3_finalize(st) == SQLITE_OK && ok;
}

/* Copies what a connection reads, WAL included, and compares. An empty file is made first, so that what
 * is personal never lies in one that others may read. */
static bool copy_into(sqlite3 *old, const char *to)
{
	sqlite3 *new = NULL;
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);
	bool ok = sql && write_small(to, "") && sql_exec(old, sql) == SQLITE_OK &&
	    sqlite3_open_v2(to, &new, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK && whole(new) &&
	    same_rows(old, new);

	if (!ok) {
		log_alarm("salvage failed", "to=%s error=%s", to, sqlite3_errmsg(old));
		unlink(to);
	}
	sqlite3_free(sql);
	sqlite3_close(new);
	return ok;
}

bool generation_use(const char *path, int n)
{
	char name[PATH_MAX], draft[PATH_MAX], text[16];

	snprintf(text, sizeof text, "%d\n", n);
	return write_small(beside(path, ".current.tmp", draft), text) &&
	    rename(draft, beside(path, ".current", name)) == 0 && file_sync_folder(path);
}

/* Its WAL would be replayed into whatever gets the name. */
static bool taken(const char *name)
{
	char wal[PATH_MAX];

	return access(name, F_OK) == 0 || access(beside(name, "-wal", wal), F_OK) == 0 ||
	    access(beside(name, "-journal", wal), F_OK) == 0;
}

/* The next number that is free: one that an earlier attempt broke off with is not used again. */
static int next_number(const char *path, char name[PATH_MAX])
{
	int n = current_number(path);

	do
		generation_name(path, ++n, name);
	while (taken(name));
	return n;
}

int generation_add(const char *path, const char *draft, char file[PATH_MAX])
{
	int n = next_number(path, file);

	return rename(draft, file) == 0 && file_sync_folder(file) ? n : -1;
}

#define SPARE_GAP 16 /* numbers that in a row have no file: there are no more */

bool generation_spare(const char *path, const char *current, int *n, char out[PATH_MAX])
{
	for (int gap = 0; gap < SPARE_GAP; gap++, ++*n) {
		generation_name(path, *n, out);
		if (strcmp(out, current) == 0 || access(out, F_OK) != 0)
			continue;
		++*n;
		return true;
	}
	return false;
}

static bool copied(const char *path, sqlite3 *from, char file[PATH_MAX])
{
	char next[PATH_MAX];
	int n = next_number(path, next);

	if (!copy_into(from, next) || !sync_file(next) || !file_sync_folder(next) || !generation_use(path, n))
		return false;
	snprintf(file, PATH_MAX, "%s", next);
	return true;
}

bool generation_salvage(const char *path, char file[PATH_MAX], const struct sayer *say)
{
	char from[PATH_MAX];
	sqlite3 *old = NULL;
	bool ok;

	snprintf(from, sizeof from, "%s", file);
	generation_forget_index(file);
	ok = sqlite3_open_v2(file, &old, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
	if (old) {
		sqlite3_db_config(old, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_busy_timeout(old, 1000);
	}
	ok = ok && copied(path, old, file);
	sqlite3_close(old);
	if (ok)
		log_alarm("store salvaged", "from=%s to=%s", from, file);
	else
		say(say, "数据库 %s 现在不能抢救：磁盘可能已坏，或没有空间；只能查询，几秒后再试",
		    "the store %s cannot be salvaged now: the disk may be failing or full; it is read-only, "
		    "and "
		    "salvage is tried again in a few seconds",
		    from);
	return ok;
}

bool generation_save(const char *path, sqlite3 *db, const struct meta *head, char file[PATH_MAX])
{
	int64_t seq;

	return sql_number(db, "SELECT seq FROM meta", -1, &seq) == SQLITE_OK && seq == head->seq &&
	    copied(path, db, file);
}

void store_fail(struct store *s, int rc, const char *what)
{
	if (!s->failed) {
		log_alarm("store failed", "what=%s code=%d error=%s", what, rc, sqlite3_errstr(rc));
		generation_mark(s->path, 0);
	}
	s->failed = true;
}
