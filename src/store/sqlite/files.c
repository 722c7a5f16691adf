/*
 * files.c - the store's files as they lie in their folder, while it is open and before.
 *
 * An operator, a script or another program may delete, rename, truncate or overwrite them, or take the
 * whole file system away. SQLite does not notice: it goes on with the files that it has open, and what
 * is answered then is in files that will never be found again. So they are looked at once a second.
 *
 *   deleted, replaced: what the connection still holds open is whole. It is saved into the next
 *     generation, and the engine starts again with that.
 *   truncated, written by others: the same is tried, of a cut WAL from the pages that the connection remembers; what cannot
 *     be read is left to the salvage at the next start, which compares it with PATH.head, and that names all that was
 *     answered.
 *   folder moved or unmounted: nothing is lost, but nothing is answered either until it is back.
 *   lock: taken anew. Its name is what another engine would look at.
 */
#include "local.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define SAVE_AGAIN_US 5000000
/* 256 MiB: while the store is read for the copy, pages that the connection holds stay in memory, unless the store is larger. */
#define SAVE_CACHE "PRAGMA cache_size=-262144"

/* -- what there is ------------------------------------------------------------------------------ */

static char *watched_name(const struct store *s, enum watched what, char out[PATH_MAX])
{
	static const char *const suffixes[WATCHED] = {[WATCH_WAL] = "-wal", [WATCH_SHM] = "-shm"};

	if (what == WATCH_FOLDER) {
		snprintf(out, PATH_MAX, "%s", s->path);
		*strrchr(out, '/') = '\0';
		if (!*out)
			snprintf(out, PATH_MAX, "/");
	} else if (what == WATCH_LOCK) {
		snprintf(out, PATH_MAX, "%.*s.lock", PATH_MAX - 16, s->path);
	} else {
		snprintf(out, PATH_MAX, "%.*s%s", PATH_MAX - 16, s->file,
		    suffixes[what] ? suffixes[what] : "");
	}
	return out;
}

/* Does the name still lead to what was opened? */
static bool same(const struct store *s, enum watched what, struct stat *st)
{
	char name[PATH_MAX];

	return stat(watched_name(s, what, name), st) == 0 && st->st_dev == s->watch[what].dev &&
	    st->st_ino == s->watch[what].ino;
}

static bool remember(struct store *s, enum watched what)
{
	char name[PATH_MAX];
	struct stat st;

	if (stat(watched_name(s, what, name), &st) != 0)
		return false;
	s->watch[what] = (struct watched_file){st.st_dev, st.st_ino};
	return true;
}

void files_written(struct store *s)
{
	struct stat st;

	if (s->db_fd >= 0 && fstat(s->db_fd, &st) == 0) {
		s->db_mtime = st.st_mtim;
		s->db_least = st.st_size;
	}
}

void files_open(struct store *s)
{
	for (int i = 0; i < WATCHED; i++)
		if (!remember(s, (enum watched)i))
			log_warn("file not watched", "file=%s error=%s", s->file, strerror(errno));
	/* O_PATH: closing it does not drop the locks that SQLite holds on the file */
	s->db_fd = open(s->file, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	files_written(s);
}

void files_close(struct store *s)
{
	if (s->db_fd >= 0)
		close(s->db_fd);
	s->db_fd = -1;
}

/* -- what has become of it ---------------------------------------------------------------------- */

enum files_state { THERE, AWAY, LOST, CHANGED };

/* Where the database has no name left anywhere, the folder was deleted, too; else it was moved. */
static enum files_state without_folder(const struct store *s)
{
	struct stat st;

	return s->db_fd >= 0 && fstat(s->db_fd, &st) == 0 && st.st_nlink == 0 ? LOST : AWAY;
}

bool wal_cut(const char *name, const struct stat *wal, int frames)
{
	int64_t least = frames ? WAL_HEAD + (int64_t)frames * WAL_FRAME : 0;
	int fd;
	off_t hole;

	if (wal->st_size < least)
		return true;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	hole = fd < 0 ? -1 : lseek(fd, 0, SEEK_HOLE);
	if (fd >= 0)
		close(fd); /* SQLite holds no lock on it */
	return hole >= 0 && hole < least;
}

static enum files_state look_at(const struct store *s, enum watched *what)
{
	struct stat db, wal, other;
	char name[PATH_MAX];

	*what = WATCH_FOLDER;
	if (!same(s, WATCH_FOLDER, &other))
		return without_folder(s);
	*what = WATCH_DB;
	if (!same(s, WATCH_DB, &db))
		return LOST;
	if (db.st_size < s->db_least || db.st_mtim.tv_sec != s->db_mtime.tv_sec ||
	    db.st_mtim.tv_nsec != s->db_mtime.tv_nsec)
		return CHANGED;
	*what = WATCH_WAL;
	if (!same(s, WATCH_WAL, &wal))
		return LOST;
	if (wal_cut(watched_name(s, WATCH_WAL, name), &wal, s->frames))
		return CHANGED;
	*what = WATCH_SHM;
	return same(s, WATCH_SHM, &other) ? THERE : LOST;
}

bool files_sound(const struct store *s)
{
	enum watched what;

	return look_at(s, &what) == THERE;
}

/* -- what is done about it ---------------------------------------------------------------------- */

static bool lock_again(struct store *s)
{
	char name[PATH_MAX];
	struct stat st;
	int fd;

	if (same(s, WATCH_LOCK, &st))
		return true;
	fd = open(watched_name(s, WATCH_LOCK, name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		log_alarm("lock lost", "file=%s error=%s do=\"is another liandongd running?\"", name,
		    strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	log_alarm("lock file was deleted or replaced", "file=%s now=taken-again", name);
	close(s->lock);
	s->lock = fd;
	return remember(s, WATCH_LOCK);
}

/* What the connection holds goes into the next generation. */
static bool save_elsewhere(struct store *s)
{
	char folder[PATH_MAX], from[PATH_MAX];
	bool saved;

	watched_name(s, WATCH_FOLDER, folder);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return false;
	snprintf(from, sizeof from, "%s", s->file);
	if (s->o.saving)
		s->o.saving();
	sql_exec(s->q.db, SAVE_CACHE);
	saved = generation_save(s->path, s->q.db, &s->meta, s->file);
	if (saved)
		log_alarm("store saved", "from=%s to=%s seq=%lld", from, s->file, (long long)s->meta.seq);
	return saved;
}

static const char *const words[] = {
    [LOST] = "deleted-or-replaced", [CHANGED] = "changed-by-others", [AWAY] = "folder-gone"};

static void say_once(struct store *s, enum files_state state, enum watched what)
{
	char name[PATH_MAX];

	if (s->unsound)
		return;
	s->unsound = true;
	s->read_only = true;
	log_alarm("store's files lost", "file=%s what=%s seq=%lld do=\"%s\"", watched_name(s, what, name),
	    words[state], (long long)s->meta.seq,
	    state == AWAY ? "put the folder back or mount it: service goes on by itself"
			  : "leave liandongd running: it saves what it holds");
}

static void back_again(struct store *s)
{
	if (!s->unsound)
		return;
	s->unsound = s->read_only = false;
	log_alarm("store's files are back", "file=%s", s->file);
}

enum store_status files_look(struct store *s)
{
	enum watched what;
	enum files_state state = look_at(s, &what);

	if (state == THERE) {
		back_again(s);
		if (lock_again(s))
			return STORE_OK;
		s->failed = true; /* no salvage: the files are another engine's */
		return STORE_FAILED;
	}
	say_once(s, state, what);
	if (state == AWAY || clock_mono_us() < s->save_us)
		return STORE_OK;
	s->save_us = clock_mono_us() + SAVE_AGAIN_US;
	if (save_elsewhere(s)) {
		s->failed = true; /* nothing more goes into what was lost */
		return STORE_MOVED;
	}
	if (state == CHANGED) {
		head_write(s);
		store_fail(s, SQLITE_CORRUPT, "files changed by others");
		return STORE_FAILED;
	}
	log_alarm("store not saved",
	    "file=%s do=\"do not stop liandongd: it holds the only copy; make room\"", s->file);
	return STORE_OK;
}

/* -- before the opening ------------------------------------------------------------------------- */

static bool holds_something(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 && st.st_size > 0;
}

bool files_fit(const struct store *s, const struct sayer *say)
{
	static const char *const suffixes[] = {
	    "-wal", ".head", ".current", ".1", ".2", ".ballast", ".salvage"};
	char name[PATH_MAX];

	if (holds_something(s->file))
		return true;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%.*s%s", PATH_MAX - 16, s->path, suffixes[i]);
		if (access(name, F_OK) != 0 || (i == 0 && !holds_something(name)))
			continue;
		say(say,
		    "数据库 %s 不见了或是空的，旁边却有 %s：没有另建新库。请把数据库放回原处；要从头开始，"
		    "先把 %s* 全部移到别处保存",
		    "the store %s is missing or empty, but %s lies beside it: no new one was made. Put the "
		    "store "
		    "back; to begin anew, move all of %s* elsewhere and keep them",
		    s->file, name, s->path);
		return false;
	}
	if (!s->o.exists)
		return true;
	say(say, "数据库 %s 不见了：目录被清空、换掉或没有挂载；挂上或放回原处后自动恢复",
	    "the store %s is missing: its folder was emptied, replaced, or is not mounted; once it is back, "
	    "service goes on by itself",
	    s->file);
	return false;
}
