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

bool sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	snprintf(folder, sizeof folder, "%s", path);
	if ((slash = strrchr(folder, '/')))
		slash[slash == folder] = '\0';
	return synced(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static bool write_small(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	return synced(fd) && ok;
}

/* The generation that PATH.current names; 0 where there is no such file, -1 where it says nonsense. */
static int current_number(const char *path)
{
	char name[PATH_MAX], text[32] = "";
	uint64_t n = 0;
	ssize_t got = 0;
	int fd = open(beside(path, ".current", name), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got < 2 || text[got - 1] != '\n' || !str_uint((struct str){text, (size_t)got - 1}, &n) ||
	    n > INT_MAX - 1)
		return -1;
	return (int)n;
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

void generation_mark(const char *path)
{
	char name[PATH_MAX];

	(void)write_small(beside(path, ".salvage", name), "");
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

/* -- salvage ---------------------------------------------------------------------------------- */

static const char *const counted[] = {"meta", "symbol", "incident", "dispatch", "journal", "event_text",
    "answer", "account", "activation", "mechanism_file", "revision_file"};

/* Both hold as many rows in every table, and the same head. */
static bool same_rows(sqlite3 *from, sqlite3 *to)
{
	char sql[96];
	int64_t a, b;

	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", counted[i]);
		if (sql_number(from, sql, -1, &a) != SQLITE_OK || sql_number(to, sql, -2, &b) != SQLITE_OK ||
		    a != b)
			return false;
	}
	snprintf(sql, sizeof sql, "SELECT seq FROM meta");
	return sql_number(from, sql, -1, &a) == SQLITE_OK && sql_number(to, sql, -2, &b) == SQLITE_OK &&
	    a == b;
}

static bool whole(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && str_is(str_of((const char *)sqlite3_column_text(st, 0)), "ok");

	return sqlite3_finalize(st) == SQLITE_OK && ok;
}

/* Copies what the old file holds, WAL included, and compares. An empty file is made first, so that
 * what is personal never lies in one that others may read. */
static bool copy_into(const char *from, const char *to)
{
	sqlite3 *old = NULL, *new = NULL;
	bool ok = false;
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);

	if (!sql || !write_small(to, "") ||
	    sqlite3_open_v2(from, &old, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		goto fail;
	sqlite3_db_config(old, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_busy_timeout(old, 1000);
	if (sql_exec(old, sql) != SQLITE_OK ||
	    sqlite3_open_v2(to, &new, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		goto fail;
	ok = whole(new) && same_rows(old, new);
fail:
	if (!ok) {
		log_alarm("salvage failed", "from=%s error=%s", from, old ? sqlite3_errmsg(old) : "memory");
		unlink(to);
	}
	sqlite3_free(sql);
	sqlite3_close(new);
	sqlite3_close(old);
	return ok;
}

/* PATH.current names generation n from now on, or as before. */
static bool make_current(const char *path, int n)
{
	char name[PATH_MAX], draft[PATH_MAX], text[16];

	snprintf(text, sizeof text, "%d\n", n);
	return write_small(beside(path, ".current.tmp", draft), text) &&
	    rename(draft, beside(path, ".current", name)) == 0 && sync_folder_of(path);
}

bool generation_salvage(const char *path, char file[PATH_MAX], const struct sayer *say)
{
	char next[PATH_MAX];
	int n = current_number(path);

	/* A number that an earlier attempt broke off with is not used again. */
	do
		generation_name(path, ++n, next);
	while (access(next, F_OK) == 0);
	if (!copy_into(file, next) || !sync_file(next) || !sync_folder_of(next) || !make_current(path, n)) {
		say(say, "数据库 %s 不能抢救到 %s：磁盘可能已坏；现在只读，请换盘并恢复备份",
		    "the store %s cannot be salvaged into %s: the disk may be failing; it is read-only now, "
		    "replace the disk and restore a backup",
		    file, next);
		return false;
	}
	log_alarm("store salvaged", "from=%s to=%s", file, next);
	snprintf(file, PATH_MAX, "%s", next);
	return true;
}
