/* restore.c - see store/restore.h. Place: store; the files are generation.c's. */
#include "store/restore.h"
#include "local.h"
#include "base/log.h"
#include "base/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOM_BESIDE (INT64_C(64) * 1024 * 1024) /* that stays free beside the copy */
#define COPY_BYTES (1024 * 1024)

struct restoring {
	struct sayer say;
	char path[PATH_MAX], copy[PATH_MAX];
	const char *given; /* the file that was named, for people; good until restore_begin returns */
	int lock;
	bool put;
	struct restore_facts facts;
};

/* -- a store as it lies there --------------------------------------------------------------------- */

static bool read_state(const char *file, struct store_state *out)
{
	struct reads *r;
	struct meta m;

	snprintf(out->file, sizeof out->file, "%s", file);
	out->there = access(file, F_OK) == 0;
	if (!out->there || !(r = reads_open(file, out->why, sizeof out->why)))
		return false;
	out->readable = meta_get(reads_sql(r), &m) == SQLITE_OK;
	reads_close(r);
	if (!out->readable)
		return false;
	memcpy(out->id, m.store, sizeof out->id);
	out->seq = m.seq;
	out->incidents = m.incidents;
	out->open_incidents = m.open_incidents;
	out->head = m.hash;
	out->beat = m.beat;
	return true;
}

/* The readers take the path, and find the generation by themselves. */
static bool state_of(const char *path, struct store_state *out, const struct sayer *say)
{
	char file[PATH_MAX];

	*out = (struct store_state){0};
	if (!generation_current(path, file, say))
		return false;
	read_state(file, out);
	return true;
}

bool store_state(const char *path, bool english, struct store_state *out, char *why, size_t why_len)
{
	struct sayer say = {english, why, why_len};
	char real[PATH_MAX];

	return path_resolve(path, false, real, &say) && state_of(real, out, &say);
}

bool store_spare(const char *path, int *n, char out[PATH_MAX])
{
	char why[256], real[PATH_MAX], current[PATH_MAX];
	struct sayer say = {false, why, sizeof why};

	if (!path_resolve(path, false, real, &say) || !generation_current(real, current, &say))
		return false;
	return generation_spare(real, current, n, out);
}

/* -- the copy ------------------------------------------------------------------------------------- */

struct source {
	int db, wal; /* wal -1: none */
	int64_t bytes;
};

static void source_close(struct source *s)
{
	if (s->db >= 0)
		close(s->db);
	if (s->wal >= 0)
		close(s->wal);
}

/* Opened before root gives up its rights: a backup may be root's alone. */
static bool source_open(const char *file, struct source *s, const struct sayer *say)
{
	char wal[PATH_MAX];
	struct stat st;

	*s = (struct source){.db = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .wal = -1};
	if (s->db < 0 || fstat(s->db, &st) != 0 || !S_ISREG(st.st_mode)) {
		say(say, "备份 %s 打不开：%s", "the backup %s cannot be opened: %s", file,
		    s->db < 0          ? system_reason(errno, say->english)
			: say->english ? "not a file"
				       : "不是文件");
		return false;
	}
	s->bytes = st.st_size;
	snprintf(wal, sizeof wal, "%.*s-wal", PATH_MAX - 16, file);
	s->wal = open(wal, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->wal >= 0 && fstat(s->wal, &st) == 0)
		s->bytes += 2 * st.st_size;
	return true;
}

/* Whose the store is, or its folder. */
static bool become_owner(const char *path, const struct sayer *say)
{
	char folder[PATH_MAX];
	struct stat st;
	char *slash;

	if (geteuid() != 0)
		return true;
	snprintf(folder, sizeof folder, "%s", path);
	if ((slash = strrchr(folder, '/')))
		slash[slash == folder] = '\0';
	if (stat(folder, &st) == 0 &&
	    (st.st_uid == 0 ||
		(setgroups(0, NULL) == 0 && setresgid(st.st_gid, st.st_gid, st.st_gid) == 0 &&
		    setresuid(st.st_uid, st.st_uid, st.st_uid) == 0)))
		return true;
	say(say, "不能以 %s 的所有者身份操作：%s", "the owner of %s cannot be taken on: %s", folder,
	    system_reason(errno, say->english));
	return false;
}

static void unlink_copy(const struct restoring *r)
{
	static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
	char name[PATH_MAX];

	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		snprintf(name, sizeof name, "%.*s%s", PATH_MAX - 16, r->copy, beside[i]);
		unlink(name);
	}
}

static bool copy_bytes(int from, int to)
{
	char *block = xalloc(COPY_BYTES);
	ssize_t n;

	while ((n = read(from, block, COPY_BYTES)) > 0)
		for (ssize_t at = 0, w; at < n; at += w)
			if ((w = write(to, block + at, (size_t)(n - at))) < 0) {
				free(block);
				return false;
			}
	free(block);
	return n == 0;
}

static bool copy_one(const struct restoring *r, int from, const char *suffix)
{
	char name[PATH_MAX];
	int to;
	bool done;

	snprintf(name, sizeof name, "%.*s%s", PATH_MAX - 16, r->copy, suffix);
	to = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	done = to >= 0 && copy_bytes(from, to);
	if (to >= 0 && close(to) != 0)
		done = false;
	return done;
}

static bool has_room(const struct restoring *r, const struct source *s)
{
	char folder[PATH_MAX];
	struct statvfs v;

	snprintf(folder, sizeof folder, "%s", r->path);
	*strrchr(folder, '/') = '\0';
	if (statvfs(*folder ? folder : "/", &v) != 0 ||
	    (int64_t)v.f_bavail * (int64_t)v.f_frsize >= s->bytes + ROOM_BESIDE)
		return true;
	say(&r->say, "%s 空间不足：还要 %lld MiB；旧库原样留着，腾出空间再试",
	    "%s has no room: %lld MiB are needed; the old store stays as it is, make room and try again",
	    folder, (long long)((s->bytes + ROOM_BESIDE) >> 20));
	return false;
}

static bool take_copy(const struct restoring *r, const struct source *s)
{
	if (!has_room(r, s))
		return false;
	unlink_copy(r); /* of one that was broken off */
	if (copy_one(r, s->db, "") && (s->wal < 0 || copy_one(r, s->wal, "-wal")))
		return true;
	say(&r->say, "拷贝备份到 %s 失败：%s", "the backup cannot be copied to %s: %s", r->copy,
	    system_reason(errno, r->say.english));
	return false;
}

/* -- its checks ----------------------------------------------------------------------------------- */

/* migrate makes a schema in an empty file: that is no backup. */
static bool is_store(const struct restoring *r, sqlite3 *db)
{
	int64_t application;
	int rc = sql_number(db, "PRAGMA application_id", 0, &application);

	if (rc == SQLITE_OK && application == APPLICATION_ID)
		return true;
	say(&r->say, "%s 不是联动的数据库（%s）", "%s is no store of liandong's (%s)", r->given,
	    rc == SQLITE_OK ? "application_id" : sql_reason(db, r->say.english));
	return false;
}

static bool is_whole(const struct restoring *r, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	const char *found = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK;

	if (ok && sqlite3_step(st) == SQLITE_ROW)
		found = (const char *)sqlite3_column_text(st, 0);
	ok = found && strcmp(found, "ok") == 0;
	if (!ok)
		say(&r->say, "备份 %s 已损坏：%s", "the backup %s is damaged: %s", r->given,
		    found ? found : sql_reason(db, r->say.english));
	sqlite3_finalize(st);
	return ok;
}

/* One file without a WAL, of this program's version, every page whole, on the disk. */
static bool check_copy(const struct restoring *r)
{
	sqlite3 *db = NULL;
	bool ok =
	    sqlite3_open_v2(r->copy, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) == SQLITE_OK;

	if (!ok)
		say(&r->say, "备份 %s 打不开：%s", "the backup %s cannot be opened: %s", r->given,
		    sql_reason(db, r->say.english));
	ok = ok && is_store(r, db) && is_whole(r, db) && migrate(db, r->given, &r->say) == STORE_OPENED;
	if (ok && sql_exec(db, "PRAGMA journal_mode=DELETE") != SQLITE_OK) {
		ok = false;
		say(&r->say, "%s 写不了：%s", "%s cannot be written: %s", r->copy,
		    sql_reason(db, r->say.english));
	}
	sqlite3_close(db);
	if (ok && !sync_file(r->copy)) {
		ok = false;
		say(&r->say, "%s 落不了盘：%s", "%s cannot be synced: %s", r->copy,
		    system_reason(errno, r->say.english));
	}
	return ok;
}

/* -- what is newer -------------------------------------------------------------------------------- */

/* Has the store a row that ends there, with that hash? */
static bool holds(const char *file, int64_t seq, const struct digest *head)
{
	char why[256];
	struct reads *r = reads_open(file, why, sizeof why);
	struct digest there;
	bool same = r && audit_head_at(r, seq, &there) && digest_eq(&there, head);

	reads_close(r);
	return same;
}

static enum restore_relation relation_of(const struct restore_facts *f)
{
	const struct store_state *b = &f->backup, *p = &f->present;

	if (!p->there)
		return RESTORE_ALONE;
	if (!p->readable)
		return RESTORE_UNREADABLE;
	if (strcmp(b->id, p->id) != 0)
		return RESTORE_OTHER;
	if (b->seq == p->seq)
		return digest_eq(&b->head, &p->head) ? RESTORE_SAME : RESTORE_FORKED;
	if (b->seq < p->seq)
		return holds(p->file, b->seq, &b->head) ? RESTORE_OLDER : RESTORE_FORKED;
	return holds(b->file, p->seq, &p->head) ? RESTORE_NEWER : RESTORE_FORKED;
}

/* Those that the present store has revoked, where PATH.revoked has lost them, are added to it. */
static bool note_revoked(const struct restoring *r, struct reads *backup)
{
	const struct store_state *p = &r->facts.present;
	char why[256];
	struct reads *present = p->readable ? reads_open(p->file, why, sizeof why) : NULL;
	struct arena *a = arena_new();
	struct account *v, *live;
	size_t n = 0;
	bool good = !present || accounts_read(reads_sql(present), a, &v, &n) == SQLITE_OK;

	for (size_t i = 0; i < n && good; i++) {
		if (v[i].revoked_at == 0)
			continue;
		good = account_read(reads_sql(backup), a, &v[i].token, &live) == SQLITE_OK;
		if (good && live && !revoked_has(r->path, &v[i].token))
			good = revoked_note(r->path, &v[i].token, v[i].revoked_at);
	}
	arena_free(a);
	reads_close(present);
	return good;
}

static bool compare(struct restoring *r)
{
	struct restore_facts *f = &r->facts;
	struct reads *backup;
	char why[256];

	if (!read_state(r->copy, &f->backup) || !(backup = reads_open(r->copy, why, sizeof why))) {
		say(&r->say, "备份读不出来：%s", "the backup cannot be read: %s", f->backup.why);
		return false;
	}
	f->relation = relation_of(f);
	if (!note_revoked(r, backup)) {
		reads_close(backup);
		say(&r->say, "停用过的令牌记不进 %s.revoked：%s",
		    "revoked tokens cannot be noted in %s.revoked: %s", r->path,
		    system_reason(errno, r->say.english));
		return false;
	}
	f->revoked = revoked_live(r->path, reads_sql(backup));
	reads_close(backup);
	return true;
}

/* -- the four steps ------------------------------------------------------------------------------- */

static bool begin(struct restoring *r, const char *path, const char *backup, struct source *s)
{
	enum store_refusal refusal;

	if (!path_resolve(path, false, r->path, &r->say) || !source_open(backup, s, &r->say) ||
	    !become_owner(r->path, &r->say))
		return false;
	r->given = backup;
	r->lock = path_lock(r->path, &refusal, &r->say);
	if (r->lock < 0)
		return false;
	snprintf(r->copy, sizeof r->copy, "%.*s.restoring", PATH_MAX - 32, r->path);
	return state_of(r->path, &r->facts.present, &r->say) && take_copy(r, s) && check_copy(r) &&
	    compare(r);
}

struct restoring *restore_begin(const char *path, const char *backup, bool english, char *why, size_t why_len)
{
	struct restoring *r = xalloc(sizeof *r);
	struct source s = {-1, -1, 0};
	bool begun;

	*r = (struct restoring){.say = {english, why, why_len}, .lock = -1};
	snprintf(why, why_len, "%s", "");
	begun = begin(r, path, backup, &s);
	source_close(&s);
	if (begun)
		return r;
	restore_end(r);
	return NULL;
}

const struct restore_facts *restore_facts(const struct restoring *r)
{
	return &r->facts;
}

const char *restore_copy(const struct restoring *r)
{
	return r->copy;
}

bool restore_put(struct restoring *r, char *why, size_t why_len)
{
	char file[PATH_MAX], head[PATH_MAX], aside[PATH_MAX];
	int n = generation_add(r->path, r->copy, file);
	bool done = n >= 0;

	r->say = (struct sayer){r->say.english, why, why_len};
	snprintf(head, sizeof head, "%.*s.head", PATH_MAX - 32, r->path);
	snprintf(aside, sizeof aside, "%.*s.before-%d", PATH_MAX - 32, head, n);
	/* With the old store in service, a start without the head's second place is a start all the same. */
	done = done && (rename(head, aside) == 0 || errno == ENOENT) && generation_use(r->path, n);
	if (!done) {
		say(&r->say, "没有换成，现用的仍是旧库：%s", "not restored, the old store is in service: %s",
		    system_reason(errno, r->say.english));
		return false;
	}
	generation_unmark(r->path); /* of a salvage of the old one */
	r->put = true;
	snprintf(r->facts.backup.file, sizeof r->facts.backup.file, "%s", file);
	return true;
}

void restore_end(struct restoring *r)
{
	if (r->lock >= 0 && !r->put)
		unlink_copy(r);
	if (r->lock >= 0)
		close(r->lock);
	free(r);
}
