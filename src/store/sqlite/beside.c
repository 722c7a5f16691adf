/*
 * beside.c - files beside the store. Place: store/sqlite, under outbox.c and handed.c.
 */
#include "beside.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FRAMES_BEFORE_CHECKPOINT 400
#define BALLAST_BYTES (2 << 20) /* some thousand notices */
#define BALLAST_ROOM (64LL << 20)

void beside_path(char file[PATH_MAX], const char *store, const char *name)
{
	const char *slash = strrchr(store, '/');

	snprintf(file, PATH_MAX, "%.*s%s", slash ? (int)(slash + 1 - store) : 0, store, name);
}

/* -- a full disk ------------------------------------------------------------------------------------ */

static bool is_full(int rc)
{
	return (rc & 0xFF) == SQLITE_FULL || ((rc & 0xFF) == SQLITE_IOERR && errno == ENOSPC);
}

/* In the folder of the file: all files beside the store share it. */
static char *ballast_name(const struct side_file *b, char out[PATH_MAX])
{
	const char *slash = strrchr(b->path, '/');

	snprintf(out, PATH_MAX, "%.*sballast", slash ? (int)(slash + 1 - b->path) : 0, b->path);
	return out;
}

/* Where there is room enough: given up on a full disk, so that instructions still go out. Written, because a hole is no room. */
static void keep_ballast(const struct side_file *b)
{
	char name[PATH_MAX], *zeros;
	struct statvfs v;
	int fd;

	if (access(ballast_name(b, name), F_OK) == 0 || statvfs(b->path, &v) != 0 ||
	    (long long)v.f_bavail * (long long)v.f_frsize < BALLAST_ROOM)
		return;
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	zeros = xalloc(BALLAST_BYTES);
	if (fd < 0 || pwrite(fd, zeros, BALLAST_BYTES, 0) != BALLAST_BYTES) {
		log_warn("no ballast", "file=%s errno=%d", name, errno);
		unlink(name);
	}
	free(zeros);
	if (fd >= 0)
		close(fd);
}

/* True: there was some, and there is room now. */
static bool give_ballast(const struct side_file *b)
{
	char name[PATH_MAX];

	if (unlink(ballast_name(b, name)) != 0)
		return false;
	log_alarm("ballast given back", "file=%s bytes=%d", name, BALLAST_BYTES);
	return true;
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

static void named(const struct side_file *b, const char *end, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s%s", PATH_MAX - 16, b->path, end);
}

static bool see(const struct side_file *b, int part, struct stat *st)
{
	static const char *const ends[SIDE_PARTS] = {"", "-wal", "-shm"};
	char name[PATH_MAX];

	named(b, ends[part], name);
	return stat(name, st) == 0;
}

static void remember_database(struct side_file *b)
{
	struct stat st;

	if (see(b, 0, &st)) {
		b->written_at = st.st_mtim;
		b->least = st.st_size;
	}
}

static void remember_all(struct side_file *b)
{
	struct stat st;

	for (int i = 0; i < SIDE_PARTS; i++)
		b->seen[i] = see(b, i, &st) ? (struct watched_file){st.st_dev, st.st_ino}
					    : (struct watched_file){0, 0};
	b->changed = false;
	remember_database(b);
}

static bool database_as_left(const struct side_file *b)
{
	struct stat st;

	return see(b, 0, &st) && st.st_size >= b->least && st.st_mtim.tv_sec == b->written_at.tv_sec &&
	    st.st_mtim.tv_nsec == b->written_at.tv_nsec;
}

/* After each commit. The database is written here alone, so that another one's writing is seen. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct side_file *b = arg;

	b->frames = frames;
	if (frames < FRAMES_BEFORE_CHECKPOINT)
		return SQLITE_OK;
	b->changed = b->changed || !database_as_left(b);
	if (b->changed)
		return SQLITE_OK; /* it would write over what is to be looked at */
	sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	remember_database(b);
	return SQLITE_OK;
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
	if (rc == SQLITE_OK) /* opens the log, which SQLite cannot once the database has lost its name */
		rc = sql_exec(b->q.db, "BEGIN IMMEDIATE; COMMIT");
	if (rc == SQLITE_OK) {
		sqlite3_wal_hook(b->q.db, on_commit, b);
		b->frames = 0;
		b->damaged = false;
		remember_all(b);
	}
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

/* A copy that was whole when we died takes the place of what it is a copy of; one that was not goes. A log that is left there would
 * be taken for the copy's. */
static void finish_saving(const struct side_file *b)
{
	char saved[PATH_MAX], half[PATH_MAX];
	struct stat st;

	named(b, ".saving", half);
	named(b, ".saved", saved);
	unlink(half);
	if (access(saved, F_OK) != 0)
		return;
	if (see(b, 0, &st) || see(b, 1, &st))
		set_aside(b->path);
	if (rename(saved, b->path) == 0)
		log_alarm("saved file in use", "file=%s", b->path);
}

int beside_open(struct side_file *b, const char *file, const struct side_schema *schema,
    const char *const *texts, struct sayer *say)
{
	int rc;

	snprintf(b->path, sizeof b->path, "%s", file);
	b->schema = schema;
	b->texts = texts;
	finish_saving(b);
	b->anew = access(file, F_OK) != 0;
	rc = open_once(b, file, schema, texts, say);
	if (is_full(rc) && give_ballast(b)) {
		beside_close(b);
		rc = open_once(b, file, schema, texts, say);
	}
	if (beside_aside(b, rc))
		rc = open_once(b, file, schema, texts, say);
	if (rc == SQLITE_OK)
		keep_ballast(b);
	return rc;
}

/* -- while it is open ------------------------------------------------------------------------------ */

/* NULL: all are as we left them. */
static const char *what_became(struct side_file *b, bool *moved)
{
	char wal[PATH_MAX];
	struct stat st;

	named(b, "-wal", wal);
	*moved = true;
	for (int i = 0; i < SIDE_PARTS; i++) {
		if (!see(b, i, &st)) {
			if (!b->seen[i].ino)
				continue;
			return "deleted";
		}
		if (!b->seen[i].ino) /* the log is made with the first commit */
			b->seen[i] = (struct watched_file){st.st_dev, st.st_ino};
		if (st.st_dev != b->seen[i].dev || st.st_ino != b->seen[i].ino)
			return "replaced";
		if (i == 1 && wal_cut(wal, &st, b->frames)) {
			*moved = false;
			return "log-cut";
		}
	}
	*moved = false;
	return b->changed || !database_as_left(b) ? "changed-by-others" : NULL;
}

/* What the connection holds goes into a file of its own, whole before it has its name. */
static int save(struct side_file *b)
{
	char half[PATH_MAX], saved[PATH_MAX], sql[PATH_MAX + 32];
	int rc;

	named(b, ".saving", half);
	named(b, ".saved", saved);
	unlink(half);
	sqlite3_snprintf(sizeof sql, sql, "VACUUM INTO %Q", half);
	rc = sql_exec(b->q.db, sql);
	if (rc == SQLITE_OK && (!sync_file(half) || rename(half, saved) != 0 || !file_sync_folder(saved)))
		rc = SQLITE_IOERR;
	if (rc != SQLITE_OK)
		unlink(half);
	return rc;
}

static bool has_folder(const struct side_file *b)
{
	char folder[PATH_MAX];

	named(b, "", folder);
	*strrchr(folder, '/') = '\0';
	return access(*folder ? folder : "/", F_OK) == 0;
}

/* The closing of a connection deletes the WAL by its name: nothing of others has it then. */
static bool open_again(struct side_file *b, bool english)
{
	char why[512] = "";
	struct sayer say = {english, why, sizeof why};
	struct stat st;
	int rc;

	if (see(b, 0, &st) || see(b, 1, &st))
		set_aside(b->path);
	beside_close(b);
	finish_saving(b);
	rc = open_once(b, b->path, b->schema, b->texts, &say);
	if (rc != SQLITE_OK)
		log_alarm("file not opened again", "file=%s why=%s", b->path, why);
	return rc == SQLITE_OK;
}

enum side_state beside_look(struct side_file *b, bool english)
{
	bool moved;
	const char *what = what_became(b, &moved);
	int rc;

	if (!what)
		return SIDE_SOUND;
	if (!has_folder(b)) {
		log_alarm("file lost", "file=%s what=folder-gone", b->path);
		return SIDE_AWAY;
	}
	/* pages of a file that was written by others are of two ages: they are not taken for whole */
	errno = 0;
	rc = moved ? save(b) : SQLITE_CORRUPT;
	if (is_full(rc) && b->waits)
		return SIDE_SOUND;
	b->waits = is_full(rc);
	log_alarm("file lost", "file=%s what=%s code=%d errno=%d saved=%s", b->path, what,
	    sqlite3_extended_errcode(b->q.db), sqlite3_system_errno(b->q.db),
	    rc == SQLITE_OK ? "true"
		: b->waits  ? "later disk=full"
			    : "false");
	if (b->waits)
		return SIDE_SOUND; /* what is open serves until there is room */
	b->anew = rc != SQLITE_OK;
	if (!open_again(b, english))
		return SIDE_AWAY;
	return rc == SQLITE_OK ? SIDE_SAVED : SIDE_ANEW;
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
	if (is_full(rc))
		give_ballast(b);
	if (is_damage(rc) && !b->damaged)
		b->damaged = set_aside(b->path);
	return false;
}

bool beside_run(struct side_file *b, int statement, const char *what)
{
	return beside_done(b, sql_end(b->st[statement], sqlite3_step(b->st[statement])), what);
}
