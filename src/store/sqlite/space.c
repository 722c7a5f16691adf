/*
 * space.c - room on the disk, and the WAL.
 *
 * At ENOSPC even deleting fails, and so does the checkpoint that would free the WAL. So room is
 * kept before records are taken: below the floor nothing new is, and a ballast file is given back
 * when SQLite runs out all the same, so that acts on what is stored can go on. The WAL is written
 * back by us alone, between turns, and its results are looked at: within COMMIT they would be lost.
 * Written back it keeps its size and begins anew: a sync of bytes that overwrite others costs half of
 * one of a file that grows. So it is written back when nothing is asked of us, and under load late, but what has been
 * answered for two or three seconds lies in it alone no longer (head.c): another program may cut it, and the disk may damage it.
 */
#include "local.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOOK_EVERY_US 1000000 /* at free space */
#define TEND_EVERY_US 900000  /* less than the second in which we are called */
#define HEAD_EVERY_US 2000000 /* the journal's head, in its second place */
#define INODES_MIN 64
#define IDLE_FRAMES 500
#define IDLE_AFTER_US 50000 /* without a commit for so long, there is time to write back */
#define WAL_MAX_BYTES (64 * 1024 * 1024)

/* -- room ------------------------------------------------------------------------------------- */

static char *ballast_name(const struct store *s, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s.ballast", PATH_MAX - 16, s->path);
	return out;
}

static int64_t wal_bytes(const struct store *s)
{
	char name[PATH_MAX];
	struct stat st;

	snprintf(name, sizeof name, "%.*s-wal", PATH_MAX - 16, s->file);
	return stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* Free for us, that is without root's reserve. Full when we cannot know. */
static void look(struct store *s)
{
	struct statvfs v;
	struct stat st;
	bool was = s->full;

	s->looked_us = clock_mono_us();
	if (statvfs(s->file, &v) != 0) {
		log_alarm("free space unknown", "file=%s error=%s", s->file, strerror(errno));
		s->full = true;
		return;
	}
	s->free_bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	s->wal_bytes = wal_bytes(s);
	s->db_bytes = stat(s->file, &st) == 0 ? (int64_t)st.st_size : 0;
	s->full = s->free_bytes < s->o.floor_bytes || (v.f_files && v.f_favail < INODES_MIN);
	if (s->full != was)
		log_line(s->full ? LOG_ALARM : LOG_INFO, s->full ? "disk full" : "disk has room again",
		    "free=%lld floor=%lld", (long long)s->free_bytes, (long long)s->o.floor_bytes);
}

bool space_low(struct store *s)
{
	if (clock_mono_us() - s->looked_us >= LOOK_EVERY_US)
		look(s);
	return s->full;
}

/* Only where the floor stays free beside it. One that somebody deleted is taken anew. */
static void take_ballast(struct store *s)
{
	char name[PATH_MAX];
	struct stat st;
	int fd;

	if (s->has_ballast && (stat(ballast_name(s, name), &st) != 0 || st.st_size < s->o.ballast_bytes)) {
		log_warn("ballast was deleted or cut", "file=%s", name);
		s->has_ballast = false;
	}
	if (s->has_ballast || s->o.ballast_bytes == 0 || s->full ||
	    s->free_bytes - s->o.ballast_bytes < s->o.floor_bytes)
		return;
	fd = open(ballast_name(s, name), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, s->o.ballast_bytes) == 0)
		s->has_ballast = true;
	else
		log_warn("no ballast", "file=%s bytes=%lld", name, (long long)s->o.ballast_bytes);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !s->has_ballast)
		unlink(name);
}

/* Less than an opening may write: the wal-index, the epoch's commit, its checkpoint. */
#define OPENING_BYTES (1024 * 1024)

bool space_none(const struct store *s)
{
	char folder[PATH_MAX];
	struct statvfs v;
	char *slash;

	snprintf(folder, sizeof folder, "%s", s->path);
	if (!(slash = strrchr(folder, '/')))
		return false; /* its folder could not be found */
	*slash = '\0';
	return statvfs(*folder ? folder : "/", &v) == 0 &&
	    (int64_t)v.f_bavail * (int64_t)v.f_frsize < OPENING_BYTES;
}

/* A disk that filled up unnoticed must not keep what is stored from being acted on. */
void space_for_opening(struct store *s)
{
	char name[PATH_MAX];

	if (space_none(s) && unlink(ballast_name(s, name)) == 0)
		log_alarm("ballast given back", "bytes=%lld reason=no-room-to-open",
		    (long long)s->o.ballast_bytes);
}

void space_ran_out(struct store *s)
{
	char name[PATH_MAX];

	if (s->has_ballast && unlink(ballast_name(s, name)) == 0)
		log_alarm("ballast given back", "bytes=%lld", (long long)s->o.ballast_bytes);
	s->has_ballast = false;
	look(s);
	s->full = true; /* until the next look: SQLite has just said so */
	space_checkpoint(s, 1);
}

/* -- the WAL ---------------------------------------------------------------------------------- */

/* Called by SQLite after each commit with the frames now in the WAL; it begins anew when all of it
 * was written back. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct store *s = arg;

	(void)db;
	(void)name;
	if (frames < s->frames)
		s->frames_done = 0;
	s->frames = frames;
	if (WAL_HEAD + (int64_t)frames * WAL_FRAME > s->wal_bytes)
		s->wal_bytes = WAL_HEAD + (int64_t)frames * WAL_FRAME;
	return SQLITE_OK;
}

/* What lies in a WAL that somebody has cut must not be written into the database. */
static void checkpoint(struct store *s, int mode)
{
	int rc;

	if (!files_sound(s))
		return; /* files_look deals with it within a second */
	rc = sqlite3_wal_checkpoint_v2(s->q.db, NULL, mode, NULL, NULL);

	s->checkpoints++;
	if (rc == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE)
		s->frames = 0;
	s->frames_done = s->frames;
	files_written(s);
	if (sql_broken(rc))
		store_fail(s, rc, "checkpoint");
	else if (sql_full(rc))
		s->full = true;
	else if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
		log_warn("checkpoint failed", "code=%d error=%s", rc, sqlite3_errstr(rc));
}

void space_checkpoint(struct store *s, int frames)
{
	if (!s->failed && s->frames - s->frames_done >= frames)
		checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
}

/* What could not be salvaged may be by now: where the disk takes the mark, and syncs it, it is worth a
 * new start. */
static enum store_status salvage_again(struct store *s)
{
	if (s->salvage_us == 0 || clock_mono_us() < s->salvage_us)
		return STORE_OK;
	s->salvage_us = clock_mono_us() + LOOK_EVERY_US;
	if (!generation_mark(s->path, generation_failures(s->path)))
		return STORE_OK;
	log_alarm("salvage is tried again", "file=%s", s->file);
	s->failed = true;
	return STORE_FAILED;
}

/* What head.c names has been written back from the WAL before. */
static void keep_head(struct store *s)
{
	if (s->meta.seq == s->head_seq || clock_mono_us() - s->head_us < HEAD_EVERY_US)
		return;
	space_checkpoint(s, 1);
	if (!s->failed)
		head_write(s);
}

static enum store_status every_second(struct store *s)
{
	enum store_status status;

	s->tended_us = clock_mono_us();
	if (s->read_only && !s->unsound)
		return salvage_again(s);
	if ((status = files_look(s)) != STORE_OK || s->read_only)
		return status;
	look(s);
	take_ballast(s);
	backup_watch(s);
	keep_head(s);
	if (s->wal_bytes > WAL_MAX_BYTES || s->scrub)
		checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
	s->scrub = s->scrub && wal_bytes(s) > 0;
	return s->failed ? STORE_FAILED : STORE_OK;
}

enum store_status store_idle(struct store *s)
{
	if (s->failed)
		return STORE_FAILED;
	if (!s->read_only && clock_mono_us() - s->committed_us >= IDLE_AFTER_US)
		space_checkpoint(s, IDLE_FRAMES);
	if (clock_mono_us() - s->tended_us < TEND_EVERY_US)
		return STORE_OK;
	return every_second(s);
}

/* The last connection that may: what failed here is salvaged at the next start, too. */
void space_close(struct store *s)
{
	if (s->failed || s->read_only || files_look(s) != STORE_OK || s->read_only)
		return;
	checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
	head_write(s);
}

void space_open(struct store *s)
{
	char name[PATH_MAX];
	struct stat st;

	sqlite3_wal_hook(s->q.db, on_commit, s);
	s->has_ballast = stat(ballast_name(s, name), &st) == 0 && st.st_size >= s->o.ballast_bytes;
	look(s);
	if (!s->read_only)
		take_ballast(s);
}

struct store_metrics store_metrics(const struct store *s)
{
	return (struct store_metrics){
	    .incidents = s->meta.incidents,
	    .open_incidents = s->meta.open_incidents,
	    .open_dispatches = s->meta.open_dispatches,
	    .wal_bytes = s->wal_bytes,
	    .db_bytes = s->db_bytes,
	    .free_bytes = s->free_bytes,
	    .commits = s->commits,
	    .commit_us_last = s->commit_us_last,
	    .commit_us_sum = s->commit_us_sum,
	    .checkpoints = s->checkpoints,
	    .full = s->full,
	    .read_only = s->read_only,
	};
}
