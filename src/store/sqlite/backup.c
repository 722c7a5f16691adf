/*
 * backup.c - a copy of the store while it serves.
 *
 * Pages are copied some at a time on the engine's own connection, which keeps the copy up to date
 * with what is committed meanwhile. The copy then becomes one file without a WAL and is checked by a
 * thread (the check reads the whole file, the engine must not wait for it), synced, and only then
 * given its name: what bears the name is whole.
 * Invariant: one backup at a time; the thread touches nothing but its own file.
 */
#include "local.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGES_A_STEP 64

enum check { CHECK_NOT_BEGUN, CHECK_RUNS, CHECK_PASSED, CHECK_FAILED };

struct store_backup {
	struct store *s;
	char file[PATH_MAX], draft[PATH_MAX];
	sqlite3 *to;
	sqlite3_backup *copy;
	pthread_t thread;
	_Atomic int check;
};

static void backup_free(struct store_backup *b)
{
	if (b->copy)
		sqlite3_backup_finish(b->copy);
	if (b->check != CHECK_NOT_BEGUN)
		pthread_join(b->thread, NULL);
	sqlite3_close(b->to);
	unlink(b->draft);
	b->s->backup = NULL;
	free(b);
}

void backup_abort(struct store *s)
{
	if (s->backup)
		backup_free(s->backup);
}

static int failed(struct store_backup *b, const char *what, char *why, size_t why_len)
{
	snprintf(why, why_len, "备份到 %s 失败：%s", b->file, what);
	log_warn("backup failed", "file=%s error=%s", b->file, what);
	backup_free(b);
	return -1;
}

/* A draft beside the file, ours alone to read. */
static bool open_draft(struct store_backup *b)
{
	int fd = open(b->draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return sqlite3_open_v2(b->draft, &b->to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
}

struct store_backup *store_backup_start(struct store *s, const char *file, char *why, size_t why_len)
{
	struct store_backup *b;

	if (s->backup || s->failed) {
		snprintf(why, why_len, "%s",
		    s->failed ? "数据库已不可用，不能备份" : "已有一个备份在进行，请稍后再试");
		return NULL;
	}
	if (file[0] != '/' || strlen(file) > PATH_MAX - 16) {
		snprintf(why, why_len, "备份文件须是绝对路径：%s", file);
		return NULL;
	}
	if (access(file, F_OK) == 0) {
		snprintf(why, why_len, "文件 %s 已存在，备份不覆盖任何文件；请另取名字或先移走它", file);
		return NULL;
	}
	b = xalloc(sizeof *b);
	*b = (struct store_backup){.s = s};
	snprintf(b->file, sizeof b->file, "%s", file);
	snprintf(b->draft, sizeof b->draft, "%.*s.partial", PATH_MAX - 16, file);
	s->backup = b;
	if (!open_draft(b)) {
		failed(b, strerror(errno), why, why_len);
		return NULL;
	}
	if (!(b->copy = sqlite3_backup_init(b->to, "main", s->q.db, "main"))) {
		failed(b, sqlite3_errmsg(b->to), why, why_len);
		return NULL;
	}
	return b;
}

/* On its own thread and connection. */
static void *check_thread(void *arg)
{
	struct store_backup *b = arg;
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_prepare_v2(b->to, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && str_is(str_of((const char *)sqlite3_column_text(st, 0)), "ok");

	if (sqlite3_finalize(st) != SQLITE_OK)
		ok = false;
	b->check = ok ? CHECK_PASSED : CHECK_FAILED;
	return NULL;
}

/* All pages are there: one file without a WAL, and its check begins. */
static int begin_check(struct store_backup *b, char *why, size_t why_len)
{
	int rc = sqlite3_backup_finish(b->copy);

	b->copy = NULL;
	if (rc == SQLITE_OK)
		rc = sql_exec(b->to, "PRAGMA journal_mode=DELETE");
	if (rc != SQLITE_OK)
		return failed(b, sqlite3_errmsg(b->to), why, why_len);
	b->check = CHECK_RUNS;
	if (pthread_create(&b->thread, NULL, check_thread, b) != 0) {
		b->check = CHECK_NOT_BEGUN;
		return failed(b, "pthread_create", why, why_len);
	}
	return 1;
}

static int copy_some(struct store_backup *b, char *why, size_t why_len)
{
	int rc = sqlite3_backup_step(b->copy, PAGES_A_STEP);

	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED)
		return 1;
	return rc == SQLITE_DONE ? begin_check(b, why, why_len) : failed(b, sqlite3_errstr(rc), why, why_len);
}

/* Never over another file: the name could be the store's own. */
static bool take_name(const char *draft, const char *file)
{
	return renameat2(AT_FDCWD, draft, AT_FDCWD, file, RENAME_NOREPLACE) == 0 ||
	    (errno == EINVAL && rename(draft, file) == 0); /* a file system that cannot promise it */
}

static int give_name(struct store_backup *b, char *why, size_t why_len)
{
	sqlite3_close(b->to);
	b->to = NULL;
	if (!sync_file(b->draft) || !take_name(b->draft, b->file) || !sync_folder_of(b->file))
		return failed(b, strerror(errno), why, why_len);
	log_info("backup done", "file=%s", b->file);
	backup_free(b);
	return 0;
}

int store_backup_step(struct store_backup *b, char *why, size_t why_len)
{
	if (b->copy)
		return copy_some(b, why, why_len);
	if (b->check == CHECK_RUNS)
		return 1;
	if (b->check == CHECK_FAILED)
		return failed(b, "integrity_check", why, why_len);
	return give_name(b, why, why_len);
}
