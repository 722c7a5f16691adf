/*
 * backup.c - a copy of the store while it serves.
 *
 * A thread with a connection of its own copies one snapshot, page by page, into a draft. It writes a
 * piece, lets it reach the disk, and rests as long as that took: the engine's commits share the disk
 * with it and wait for one piece at most. The copy then becomes one file without a WAL, is checked,
 * synced, and only then given its name: what bears the name is whole.
 *
 * While the snapshot is held, the WAL cannot begin anew and grows by what is committed meanwhile: 4 KiB
 * a changed page. store_idle stops a backup that lets it grow too far or that fills the disk, and says which.
 *
 * Invariants
 * - One backup at a time. The thread touches its two connections, its files and the atomic members
 *   below, nothing else; in particular it does not log, and it never writes to the store.
 * - `state` leaves RUNS once, as the thread's last act but for the write that wakes the engine.
 */
#include "local.h"
#include "base/both.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/photos.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PIECE_PAGES 256 /* 1 MiB */
#define REST_MOST_US 50000
#define STOP_WAIT_MS 200 /* a stopped thread that is longer in a check is left to itself */
#define WAL_GROWS_MOST (INT64_C(1024) * 1024 * 1024)
#define NICE 10 /* what works for people goes first; but a copy that starves holds the WAL for as long */

enum backup_state { RUNS, PASSED, FAILED };

struct stop_cause {
	const char *code; /* in the log */
	struct both said;
};
static const struct stop_cause no_room = {
    "no-room", {"磁盘将满；请腾出空间后再试", "the disk fills up; make room and try again"}};
static const struct stop_cause wal_grew = {"wal-grew",
    {"备份期间写得太多，预写日志已增至 1 GiB；请在不忙时再试",
	"so much was written meanwhile that the WAL grew to 1 GiB; try again in a quieter hour"}};

struct store_backup {
	struct store *s;
	bool english;
	char source[PATH_MAX], file[PATH_MAX], draft[PATH_MAX];
	char photos[PATH_MAX];            /* the store whose photos go with it */
	int64_t missing;                  /* photos without a whole file, by the thread */
	char error[512];                  /* by the thread, before state is FAILED */
	const struct stop_cause *stopped; /* why the engine stopped it; NULL: it did not */
	pthread_t thread;
	int ended; /* an eventfd */
	_Atomic bool stop;
	_Atomic bool copied; /* the snapshot is let go: the WAL may begin anew */
	_Atomic int state;
};

/* -- the thread ------------------------------------------------------------------------------- */

struct copy {
	struct store_backup *b;
	struct sql from;
	sqlite3 *to;
	int fd; /* of the draft, to have it written back */
	off_t written;
	int64_t seq; /* of the snapshot's head */
};

/* Keeps what went wrong; returns false, so that checks read `return broke(...)`. */
static bool broke(struct store_backup *b, const char *what)
{
	snprintf(b->error, sizeof b->error, "%s", what);
	return false;
}

/* A draft beside the file, ours alone to read. */
static bool open_both(struct copy *c)
{
	struct sayer say = {c->b->english, c->b->error, sizeof c->b->error};

	c->fd = open(c->b->draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (c->fd < 0)
		return broke(c->b, system_reason(errno, c->b->english));
	if (sql_open(&c->from, c->b->source, false, &say) != SQLITE_OK)
		return false;
	if (sqlite3_open_v2(c->b->draft, &c->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK ||
	    sql_exec(c->to, "PRAGMA synchronous=OFF") != SQLITE_OK)
		return broke(c->b, sql_reason(c->to, c->b->english));
	/* the snapshot, held until all of it is copied: a copy begins anew with every commit otherwise */
	if (sql_exec(c->from.db, "BEGIN") != SQLITE_OK ||
	    sql_number(c->from.db, "SELECT seq FROM meta", -1, &c->seq) != SQLITE_OK)
		return broke(c->b, sql_reason(c->from.db, c->b->english));
	return true;
}

/* What was written since goes to the disk now, and not with the next commit of the engine; then the disk
 * is the engine's for as long. */
static void rest(struct copy *c, int64_t began_us)
{
	off_t end = lseek(c->fd, 0, SEEK_END);
	int64_t took;

	if (end > c->written)
		sync_file_range(c->fd, c->written, end - c->written,
		    SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
	c->written = end;
	took = clock_mono_us() - began_us;
	nanosleep(&(struct timespec){.tv_nsec = 1000 * (took < REST_MOST_US ? took : REST_MOST_US)}, NULL);
}

static bool copy_pages(struct copy *c)
{
	sqlite3_backup *pages = sqlite3_backup_init(c->to, "main", c->from.db, "main");
	int rc = SQLITE_OK;

	if (!pages)
		return broke(c->b, sql_reason(c->to, c->b->english));
	while (rc == SQLITE_OK && !c->b->stop) {
		int64_t began = clock_mono_us();

		rc = sqlite3_backup_step(pages, PIECE_PAGES);
		rest(c, began);
	}
	sqlite3_backup_finish(pages);
	if (rc == SQLITE_DONE)
		return true;
	return broke(c->b, c->b->stop ? "stopped" : sqlite3_errstr(rc));
}

/* One file without a WAL. */
static bool finish_copy(struct copy *c)
{
	if (sql_exec(c->to, "PRAGMA journal_mode=DELETE") != SQLITE_OK)
		return broke(c->b, sql_reason(c->to, c->b->english));
	sqlite3_close(c->to);
	c->to = NULL;
	return true;
}

/* Opened anew, so that what is checked is what the file holds. */
static bool open_copy(struct copy *c)
{
	if (sqlite3_open_v2(c->b->draft, &c->to, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK)
		return true;
	return broke(c->b, sql_reason(c->to, c->b->english));
}

static bool every_page_whole(struct copy *c)
{
	sqlite3_stmt *st = NULL;
	const char *found = NULL;
	bool ok;

	if (sqlite3_prepare_v2(c->to, "PRAGMA integrity_check(1)", -1, &st, NULL) != SQLITE_OK)
		return broke(c->b, sql_reason(c->to, c->b->english));
	if (sqlite3_step(st) == SQLITE_ROW)
		found = (const char *)sqlite3_column_text(st, 0);
	ok = (found && strcmp(found, "ok") == 0) ||
	    broke(c->b, found ? found : sql_reason(c->to, c->b->english));
	return sqlite3_finalize(st) == SQLITE_OK && ok;
}

/* Its journal ends as it was committed, and where the snapshot did. */
static bool head_there(struct copy *c)
{
	static const char ends[] =
	    "SELECT m.seq FROM meta AS m LEFT JOIN journal AS j ON j.seq = m.seq "
	    "WHERE (m.seq = 0 OR j.hash = m.hash) AND NOT EXISTS (SELECT 1 FROM journal WHERE seq > m.seq)";
	int64_t seq;

	if (sql_number(c->to, ends, -1, &seq) != SQLITE_OK)
		return broke(c->b, sql_reason(c->to, c->b->english));
	return seq == c->seq || broke(c->b, "the copy's journal does not end as the store's did");
}

/* One of the backups' photos: it goes if the person's data have gone. */
static void drop_erased(void *arg, const char *number)
{
	struct copy *c = arg;
	sqlite3_stmt *st = NULL;
	char to[PATH_MAX];

	if (sqlite3_prepare_v2(c->to, "SELECT 1 FROM incident WHERE number = ?1 AND salt = zeroblob(16)", -1,
		&st, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_text(st, 1, number, -1, SQLITE_STATIC);
	photos_of_backups(c->b->file, to, sizeof to);
	if (sqlite3_step(st) == SQLITE_ROW)
		photos_erase(to, number);
	sqlite3_finalize(st);
}

/* The photos of all that the copy holds, into the folder of the file: those that are not there yet. */
static bool copy_photos(struct copy *c)
{
	static const char which[] =
	    "SELECT i.number, d.photos FROM dispatch d JOIN incident i ON i.id = d.id >> 7 "
	    "WHERE d.photos IS NOT NULL";
	sqlite3_stmt *st = NULL;
	char to[PATH_MAX];
	bool good = true;

	photos_of_backups(c->b->file, to, sizeof to);
	if (sqlite3_prepare_v2(c->to, which, -1, &st, NULL) != SQLITE_OK)
		return broke(c->b, sql_reason(c->to, c->b->english));
	while (good && !c->b->stop && sqlite3_step(st) == SQLITE_ROW)
		good = photos_copy(c->b->photos, to, (const char *)sqlite3_column_text(st, 0),
			   (const char *)sqlite3_column_text(st, 1), &c->b->missing) ||
		    broke(c->b, system_reason(errno, c->b->english));
	sqlite3_finalize(st);
	if (good)
		photos_each(to, drop_erased, c);
	return good;
}

static bool check_copy(struct copy *c)
{
	return finish_copy(c) && open_copy(c) && every_page_whole(c) && head_there(c) && copy_photos(c);
}

/* Never over another file: the name could be the store's own. */
static bool take_name(const char *draft, const char *file)
{
	return renameat2(AT_FDCWD, draft, AT_FDCWD, file, RENAME_NOREPLACE) == 0 ||
	    (errno == EINVAL && rename(draft, file) == 0); /* a file system that cannot promise it */
}

static bool give_name(struct copy *c)
{
	sqlite3_close(c->to);
	c->to = NULL;
	if (c->b->stop)
		return broke(c->b, "stopped");
	if (fsync(c->fd) != 0 || !take_name(c->b->draft, c->b->file) || !file_sync_folder(c->b->file))
		return broke(c->b, system_reason(errno, c->b->english));
	return true;
}

static void close_both(struct copy *c)
{
	static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
	char name[PATH_MAX + 16];

	sql_close(&c->from);
	sqlite3_close(c->to);
	if (c->fd >= 0)
		close(c->fd);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		snprintf(name, sizeof name, "%s%s", c->b->draft, beside[i]);
		unlink(name);
	}
}

static void *run(void *arg)
{
	struct store_backup *b = arg;
	struct copy c = {.b = b, .fd = -1};
	uint64_t one = 1;
	bool done;

	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	done = open_both(&c) && copy_pages(&c);
	sql_close(&c.from);
	b->copied = true;
	done = done && check_copy(&c) && give_name(&c);
	close_both(&c);
	b->state = done ? PASSED : FAILED;
	if (write(b->ended, &one, sizeof one) < 0)
		return NULL; /* the engine looks once a second as well */
	return NULL;
}

/* -- the engine's side ------------------------------------------------------------------------ */

/* The thread is told; where it is in the middle of a long check it is left to end by itself, its draft
 * without a name, and its memory with it. */
static void backup_free(struct store_backup *b)
{
	struct pollfd ended = {.fd = b->ended, .events = POLLIN};

	b->stop = true;
	b->s->backup = NULL;
	if (poll(&ended, 1, STOP_WAIT_MS) != 1) {
		unlink(b->draft);
		pthread_detach(b->thread);
		return;
	}
	pthread_join(b->thread, NULL);
	close(b->ended);
	free(b);
}

void backup_abort(struct store *s)
{
	if (s->backup)
		backup_free(s->backup);
}

void store_backup_stop(struct store_backup *b)
{
	backup_free(b);
}

void backup_watch(struct store *s)
{
	struct store_backup *b = s->backup;

	if (!b || b->stop)
		return;
	if (s->full)
		b->stopped = &no_room;
	else if (!b->copied && s->wal_bytes >= WAL_GROWS_MOST)
		b->stopped = &wal_grew;
	b->stop = b->stopped != NULL;
}

static bool start_thread(struct store_backup *b)
{
	b->ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->ended >= 0 && thread_start(&b->thread, run, b))
		return true;
	if (b->ended >= 0)
		close(b->ended);
	return false;
}

/* Can a file be made there, and is none there? */
static bool name_fits(const char *file, const struct sayer *say)
{
	char draft[PATH_MAX];
	int fd;

	if (file[0] != '/' || strlen(file) > PATH_MAX - 32) {
		say(say, "备份文件须是绝对路径：%s", "a backup's file is an absolute path: %s", file);
		return false;
	}
	if (access(file, F_OK) == 0) {
		say(say, "文件 %s 已存在，备份不覆盖任何文件；请另取名字或先移走它",
		    "the file %s is there already, and a backup replaces none: choose another name or move "
		    "it",
		    file);
		return false;
	}
	snprintf(draft, sizeof draft, "%.*s.partial", PATH_MAX - 16, file);
	fd = open(draft, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && (errno == EACCES || errno == EROFS))
		say(say, "备份到 %s 失败：引擎只能写数据库所在的文件夹和 backup.folder；请备份到那里，再移走",
		    "the backup to %s failed: the engine writes only in the store's folder and in "
		    "backup.folder; make "
		    "it there, then move it",
		    file);
	else if (fd < 0)
		say(say, "备份到 %s 失败：%s", "the backup to %s failed: %s", file,
		    system_reason(errno, say->english));
	else
		close(fd);
	return fd >= 0;
}

struct store_backup *store_backup_start(struct store *s, const char *file, char *why, size_t why_len)
{
	struct sayer say = {s->english, why, why_len};
	struct store_backup *b;

	if (s->backup || s->failed) {
		say(&say, "%s", "%s",
		    s->english ? (s->failed ? "the store cannot be used any more" : "a backup is running")
			       : (s->failed ? "数据库已不可用，不能备份" : "已有一个备份在进行，请稍后再试"));
		return NULL;
	}
	if (!name_fits(file, &say))
		return NULL;
	b = xalloc(sizeof *b);
	*b = (struct store_backup){.s = s, .english = s->english, .ended = -1};
	snprintf(b->source, sizeof b->source, "%s", s->file);
	snprintf(b->file, sizeof b->file, "%s", file);
	snprintf(b->photos, sizeof b->photos, "%s", s->o.path);
	snprintf(b->draft, sizeof b->draft, "%.*s.partial", PATH_MAX - 16, file);
	if (!start_thread(b)) {
		say(&say, "备份到 %s 失败：%s", "the backup to %s failed: %s", file,
		    system_reason(errno, say.english));
		unlink(b->draft);
		free(b);
		return NULL;
	}
	s->backup = b;
	return b;
}

int store_backup_fd(const struct store_backup *b)
{
	return b->ended;
}

int store_backup_step(struct store_backup *b, char *why, size_t why_len)
{
	struct sayer say = {b->english, why, why_len};
	const struct stop_cause *stopped = b->stopped;
	int state = b->state;

	if (state == RUNS)
		return 1;
	if (state == FAILED) {
		say(&say, "备份到 %s 失败：%s", "the backup to %s failed: %s", b->file,
		    !stopped         ? b->error
			: b->english ? stopped->said.en
				     : stopped->said.zh);
		log_warn("backup failed", "file=%s error=%s", b->file, stopped ? stopped->code : b->error);
	} else {
		log_line(b->missing ? LOG_ALARM : LOG_INFO, "backup done", "file=%s photos_missing=%lld",
		    b->file, (long long)b->missing);
	}
	backup_free(b);
	return state == PASSED ? 0 : -1;
}
