/*
 * open.c - the store's opening and closing, and what it says about itself.
 *
 * The order matters. The lock file first: from then on no other process writes or checkpoints, which
 * SQLite before 3.51.3 must not see. Salvage before anything is opened to be written. The checkpoint
 * (TRUNCATE) and the folder's fsync before the first answer: a WAL whose name never reached the disk
 * would take answered records with it. A store that does not fit its clock, its version or its own
 * head is refused before a single byte of it changes.
 */
#include "local.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/file.h"
#include "base/log.h"
#include "base/time.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 50
#define LOCK_EVERY_NS (20 * 1000 * 1000)
#define SUFFIX_MAX 32            /* the longest name that is put behind the path */
#define SALVAGE_AGAIN_US 3000000 /* after a salvage that failed; doubled up to 48 s */
#define DOUBLED_MOST 4

bool path_resolve(const char *path, bool make, char out[PATH_MAX], const struct sayer *say)
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int n;

	assert(slash && path[0] == '/' && "options_load makes paths absolute");
	n = snprintf(folder, sizeof folder, "%.*s", (int)(slash == path ? 1 : slash - path), path);
	if (n >= PATH_MAX || (make && mkdir(folder, 0700) != 0 && errno != EEXIST)) {
		say(say, "不能建立目录 %s：%s", "the folder %s cannot be made: %s", folder,
		    system_reason(errno, say->english));
		return false;
	}
	if (!realpath(folder, real)) {
		say(say, "目录 %s 不能用：%s", "the folder %s cannot be used: %s", folder,
		    system_reason(errno, say->english));
		return false;
	}
	n = snprintf(out, PATH_MAX, "%s%s", strcmp(real, "/") == 0 ? "" : real, slash);
	if (n < 0 || n >= PATH_MAX - SUFFIX_MAX) {
		say(say, "数据库路径太长：%s", "the store's path is too long: %s", path);
		return false;
	}
	return true;
}

static int lock_failed(int fd, enum store_refusal refusal, enum store_refusal *out)
{
	close(fd);
	*out = refusal;
	return -1;
}

/* The last engine may be dying: wait a second. */
int path_lock(const char *path, enum store_refusal *refusal, const struct sayer *say)
{
	char name[PATH_MAX];
	struct timespec pause = {0, LOCK_EVERY_NS};
	int fd;

	snprintf(name, sizeof name, "%.*s.lock", PATH_MAX - SUFFIX_MAX, path);
	*refusal = STORE_UNREADABLE;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		say(say, "锁文件 %s 打不开：%s", "the lock file %s cannot be opened: %s", name,
		    system_reason(errno, say->english));
		return -1;
	}
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EINTR && (errno != EWOULDBLOCK || i >= LOCK_TRIES)) {
			say(say, "数据库 %s 正被另一个 liandongd 使用；请先停掉它，或换一个 store 路径",
			    "the store %s is in use by another liandongd: stop that one, or configure "
			    "another path",
			    path);
			return lock_failed(fd, STORE_LOCKED, refusal);
		}
		nanosleep(&pause, NULL);
	}
	*refusal = STORE_OPENED;
	return fd;
}

/* To its group, for readers that are other users: also a store that was made before. SQLite gives WAL and shared memory
 * the mode of the database. */
static void share(const struct store *s)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	char name[PATH_MAX];

	for (size_t i = 0; s->o.shared && i < sizeof parts / sizeof *parts; i++) {
		snprintf(name, sizeof name, "%.*s%s", PATH_MAX - SUFFIX_MAX, s->file, parts[i]);
		if (chmod(name, 0640) != 0 && errno != ENOENT)
			log_warn("store not shared", "file=%s errno=%d", name, errno);
	}
	snprintf(name, sizeof name, "%.*s.current", PATH_MAX - SUFFIX_MAX, s->path);
	if (s->o.shared && chmod(name, 0640) != 0 && errno != ENOENT)
		log_warn("store not shared", "file=%s errno=%d", name, errno);
}

/* A new file belongs to its owner alone; SQLite gives the WAL the same mode. */
static bool make_file(const struct store *s, const struct sayer *say)
{
	int fd = open(s->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return true;
	if (fd < 0)
		say(say, "数据库 %s 建不了：%s", "the store %s cannot be made: %s", s->file,
		    system_reason(errno, say->english));
	else
		close(fd);
	return fd >= 0;
}

/* -- the one row ------------------------------------------------------------------------------ */

static int make_meta(struct store *s)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_META_ADD);
	unsigned char id[8], secret[SECRET_LEN];
	char hex[17];
	struct digest first;

	random_bytes(id, sizeof id);
	random_bytes(secret, sizeof secret);
	hex_of(id, sizeof id, hex);
	first = journal_genesis(hex);
	bind_text(st, 1, hex);
	sqlite3_bind_int64(st, 2, clock_wall().ms);
	sqlite3_bind_int(st, 3, s->o.manual);
	bind_time(st, 4, s->o.manual ? s->o.manual_at : 0);
	bind_blob(st, 5, first.b, DIGEST_LEN);
	bind_blob(st, 6, secret, sizeof secret);
	sqlite3_bind_int(st, 7, s->o.training);
	return sql_run(&s->q, STATEMENT_META_ADD);
}

/* A store that lived under one clock does not go on under the other: instants would run both ways. */
static bool clock_fits(const struct store *s, const struct sayer *say)
{
	if (s->meta.manual == s->o.manual)
		return true;
	if (s->o.manual)
		say(say, "数据库 %s 一直按真实时钟运行，不能改用手动时钟；演练请另用一个 store 路径",
		    "the store %s has lived under the wall clock and refuses a manual one; use another path "
		    "for "
		    "drills",
		    s->path);
	else
		say(say, "数据库 %s 按手动时钟运行；请加 --clock manual=…，或换一个 store 路径",
		    "the store %s lives under a manual clock: start with --clock manual=…, or configure "
		    "another "
		    "path",
		    s->path);
	return false;
}

/* What was learned by is never taken for what happened, nor the other way round. */
static bool training_fits(const struct store *s, const struct sayer *say)
{
	if (s->meta.training == s->o.training)
		return true;
	if (s->o.training)
		say(say,
		    "数据库 %s 是真实的库，不能当培训库用；培训请另用一个 store 路径，或去掉 training: true",
		    "the store %s is a real one and refuses training: use another path, or remove training: "
		    "true",
		    s->path);
	else
		say(say, "数据库 %s 是培训库，不能当真实的库用；请换一个 store 路径，或写 training: true",
		    "the store %s is for training and refuses real records: use another path, or write "
		    "training: true",
		    s->path);
	return false;
}

/* The last row must be the head that was committed with it. */
static bool head_fits(struct store *s, const struct sayer *say)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_JOURNAL_LAST);
	struct journal_row row = {0};
	int rc = sqlite3_step(st);
	bool fits = rc == SQLITE_DONE ? s->meta.seq == 0
				      : rc == SQLITE_ROW && journal_read(st, &row) &&
		row.seq == s->meta.seq && digest_eq(&row.hash, &s->meta.hash);

	if (sql_end(st, rc) == SQLITE_OK && fits)
		return true;
	say(say,
	    "数据库 %s 的流水与其末尾标记不符（第 %lld 条）：文件被改动或损坏，没有启动。请把 %s* "
	    "全部拷到别处保存，再看有没有更新的一份（.1、.2…）；没有才恢复备份，并请接警台重报其后的警情",
	    "the journal of %s does not end as it was committed (seq %lld): the file was changed or damaged, "
	    "not "
	    "started. Copy all of %s* elsewhere and keep them; is there a newer file (.1, .2)? Only if not, "
	    "restore a backup, and have the desk report again what came later",
	    s->file, (long long)s->meta.seq, s->path);
	return false;
}

/* Counts this opening; an ordinary commit, so a disk that takes none is found now. */
static int begin_epoch(struct store *s, bool salvaged)
{
	int rc;

	s->next = s->meta;
	s->next.epoch++;
	if (salvaged)
		s->next.salvaged_at = clock_wall().ms;
	if ((rc = sql_run(&s->q, STATEMENT_BEGIN)) == SQLITE_OK && (rc = revoked_apply(s)) == SQLITE_OK &&
	    (rc = meta_save(&s->q, &s->next)) == SQLITE_OK)
		rc = sql_run(&s->q, STATEMENT_COMMIT);
	if (rc == SQLITE_OK)
		s->meta = s->next;
	return rc;
}

/* -- opening ---------------------------------------------------------------------------------- */

static enum store_refusal unreadable(struct store *s, int rc, const struct sayer *say)
{
	say(say, "数据库 %s 不能用：%s（%d）", "the store %s cannot be used: %s (%d)", s->file,
	    s->q.db ? sqlite3_errmsg(s->q.db) : sqlite3_errstr(rc), rc);
	return STORE_UNREADABLE;
}

/* Is it a new one, made by migrate a moment ago? Then its row is made, too. */
static int first_meta(struct store *s)
{
	int64_t rows;
	int rc = sql_number(s->q.db, "SELECT count(*) FROM meta", 0, &rows);

	return rc == SQLITE_OK && rows == 0 ? make_meta(s) : rc;
}

static enum store_refusal open_file(struct store *s, const struct sayer *say)
{
	enum store_refusal refusal;
	int rc;

	share(s);
	generation_forget_index(s->file);
	if (sql_open(&s->q, s->file, true, say) != SQLITE_OK)
		return STORE_UNREADABLE;
	if ((refusal = migrate(s->q.db, s->file, say)) != STORE_OPENED)
		return refusal;
	for (int set = 0; set < STATEMENT_SETS; set++)
		if (sql_prepare(&s->q, (enum statement_set)set, say) != SQLITE_OK)
			return STORE_UNREADABLE;
	s->q.remembers = true;
	if ((rc = first_meta(s)) != SQLITE_OK || (rc = meta_get(&s->q, &s->meta)) != SQLITE_OK ||
	    (rc = symbols_refresh(&s->q)) != SQLITE_OK || (rc = removal_look(s)) != SQLITE_OK)
		return unreadable(s, rc, say);
	if (!training_fits(s, say))
		return STORE_TRAINING;
	if (!clock_fits(s, say))
		return STORE_CLOCK;
	return head_fits(s, say) && head_check(s, say) ? STORE_OPENED : STORE_UNREADABLE;
}

/* What makes everything before this instant durable, and this opening one of its own. */
static enum store_refusal settle(struct store *s, bool salvaged, const struct sayer *say)
{
	int rc = begin_epoch(s, salvaged);

	if (rc == SQLITE_OK)
		rc = sqlite3_wal_checkpoint_v2(s->q.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY)
		rc = SQLITE_OK; /* a reader holds it for a moment: the passive ones follow */
	if (rc != SQLITE_OK)
		return unreadable(s, rc, say);
	if (!file_sync_folder(s->path)) {
		say(say, "目录不能写盘（%s）：%s", "the folder of %s cannot be synced: %s", s->path,
		    system_reason(errno, say->english));
		return STORE_UNREADABLE;
	}
	return STORE_OPENED;
}

/* A store that could not be salvaged is shown as it is and not written, and salvage is tried again: soon,
 * for most disks that fail recover within seconds, and later less often. */
static enum store_refusal salvage(struct store *s, bool *salvaged, const struct sayer *say)
{
	int failures = generation_failures(s->path);

	*salvaged = false;
	if ((!s->o.salvage && !generation_marked(s->path)) || access(s->file, F_OK) != 0)
		return STORE_OPENED;
	if (s->o.saving)
		s->o.saving();
	*salvaged = generation_salvage(s->path, s->file, say);
	if (*salvaged) {
		generation_unmark(
		    s->path); /* whole and synced: one that is refused all the same is not copied again */
		return STORE_OPENED;
	}
	s->read_only = true;
	s->salvage_us =
	    clock_mono_us() + (SALVAGE_AGAIN_US << (failures < DOUBLED_MOST ? failures : DOUBLED_MOST));
	generation_mark(s->path, failures + 1);
	log_alarm("store read-only", "reason=not-salvaged file=%s failures=%d", s->file, failures + 1);
	return STORE_OPENED;
}

static enum store_refusal open_store(struct store *s, const struct sayer *say)
{
	enum store_refusal refusal;
	bool salvaged;

	if (!path_resolve(s->o.path, true, s->path, say))
		return STORE_UNREADABLE;
	if ((s->lock = path_lock(s->path, &refusal, say)) < 0)
		return refusal;
	space_for_opening(s);
	if (!generation_current(s->path, s->file, say))
		return STORE_UNREADABLE;
	if ((refusal = salvage(s, &salvaged, say)) != STORE_OPENED)
		return refusal;
	if (!files_fit(s, say) || !make_file(s, say))
		return STORE_UNREADABLE;
	if ((refusal = open_file(s, say)) != STORE_OPENED)
		return refusal;
	s->last_beat = s->meta.beat;
	return s->read_only ? STORE_OPENED : settle(s, salvaged, say);
}

struct store *store_open(const struct store_options *o, bool english, enum store_refusal *refusal, char *why,
    size_t why_len)
{
	struct sayer say = {english, why, why_len};
	struct store *s = xalloc(sizeof *s);

	*s = (struct store){.o = *o, .english = english, .lock = -1, .db_fd = -1};
	snprintf(why, why_len, "%s", "");
	*refusal = open_store(s, &say);
	if (*refusal == STORE_UNREADABLE && space_none(s))
		*refusal = STORE_NO_ROOM; /* it cures itself when there is room again: worth another try */
	if (*refusal != STORE_OPENED) {
		s->failed = true; /* nothing of it is touched any more */
		store_close(s);
		return NULL;
	}
	s->o.path = s->path;
	sqlite3_busy_timeout(s->q.db, 0);
	space_open(s);
	files_open(s);
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	backup_abort(s);
	if (s->q.db)
		space_close(s);
	files_close(s);
	sql_close(&s->q);
	buf_free(&s->packed);
	tallies_free(s);
	if (s->archived_arena)
		arena_free(s->archived_arena);
	if (s->lock >= 0)
		close(s->lock);
	free(s);
}

/* -- what it says about itself ---------------------------------------------------------------- */

struct store_head store_head(const struct store *s)
{
	return (struct store_head){s->meta.seq, s->meta.hash};
}

const char *store_id(const struct store *s)
{
	return s->meta.store;
}

const char *store_file(const struct store *s)
{
	return s->file;
}

uint64_t store_epoch(const struct store *s)
{
	return s->meta.epoch;
}

int64_t store_manual(const struct store *s)
{
	return s->meta.manual_at;
}

int64_t store_last_beat(const struct store *s)
{
	return s->last_beat;
}

const unsigned char *store_secret(const struct store *s)
{
	return s->meta.secret;
}

uint64_t store_caller(const struct store *s, const char *phone, bool drill)
{
	return caller_of((struct str){(const char *)s->meta.secret, SECRET_LEN}, phone, drill);
}

struct store_last store_last(const struct store *s)
{
	return s->meta.last;
}

const char *store_revision(const struct store *s)
{
	return s->meta.revision;
}
