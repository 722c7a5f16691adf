/* timetable.c - see timetable.h. */
#include "engine/timetable.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/backup.h"
#include "engine/core.h"
#include "mechanism/shape.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define AGAIN_US (INT64_C(300) * 1000000) /* after a failure */
#define NAME_MOST 80
#define STAMP "%04d%02d%02d-%02d%02d%02d"
#define STAMP_LEN 15
#define DRAFT ".partial"

/* -- when, and under which name ----------------------------------------------------------------- */

int64_t timetable_due(const struct options *o, int64_t now)
{
	int minute = 0;
	int64_t from;

	if (!shape_is_minute(o->backup_at, &minute))
		assert(!"the option's reader has taken it");
	from = day_start(0) + minute * MINUTE_MS;
	return from + (now - from) / o->backup_every_ms * o->backup_every_ms;
}

char *timetable_name(const char *store, int64_t at, char *out, size_t len)
{
	int64_t day = local_day(at), second = (at - day_start(day)) / SECOND_MS;
	struct date d = day_date(day);

	snprintf(out, len, "liandong-%s-" STAMP ".db", store, d.year, d.month, d.day, (int)(second / 3600),
	    (int)(second / 60 % 60), (int)(second % 60));
	return out;
}

int64_t timetable_instant(const char *store, const char *name)
{
	char again[NAME_MOST];
	size_t before = strlen("liandong-") + strlen(store) + 1;
	int year, month, day, hour, minute, second;
	int64_t at;

	if (strlen(name) != before + STAMP_LEN + strlen(".db") ||
	    sscanf(name + before, "%4d%2d%2d-%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) != 6 ||
	    !date_valid((struct date){year, month, day}))
		return 0;
	at = day_start(date_day((struct date){year, month, day})) + hour * HOUR_MS + minute * MINUTE_MS +
	    second * SECOND_MS;
	return strcmp(timetable_name(store, at, again, sizeof again), name) == 0 ? at : 0;
}

/* -- the folder ----------------------------------------------------------------------------------- */

static const struct options *options_of(const struct engine *e)
{
	return e->child->options;
}

static char *path_of(const struct engine *e, const char *name, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%s", options_of(e)->backup_folder, name);
	return out;
}

/* A file that we have made. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

struct found_backups {
	struct arena *a;
	int64_t *at;
	size_t n, cap;
};

/* A draft is left where a crash broke off: it is no backup. */
static bool drop_draft(const struct engine *e, const char *name)
{
	char whole[NAME_MOST], path[PATH_MAX];
	const char *draft = strstr(name, DRAFT);

	if (!draft || (size_t)(draft - name) >= sizeof whole)
		return false;
	snprintf(whole, sizeof whole, "%.*s", (int)(draft - name), name);
	if (timetable_instant(store_id(e->store), whole) && is_ours(path_of(e, name, path)))
		unlink(path);
	return true;
}

static int newest_first(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* Those of this store. False with errno. */
static bool find_backups(const struct engine *e, struct found_backups *f)
{
	DIR *folder = opendir(options_of(e)->backup_folder);
	const struct dirent *one;
	char path[PATH_MAX];

	if (!folder)
		return false;
	while ((one = readdir(folder))) {
		int64_t at = timetable_instant(store_id(e->store), one->d_name);

		if (drop_draft(e, one->d_name) || at == 0 || !is_ours(path_of(e, one->d_name, path)))
			continue;
		ARRAY_ROOM(f->a, f->at, f->n, f->cap);
		f->at[f->n++] = at;
	}
	closedir(folder);
	if (f->n)
		qsort(f->at, f->n, sizeof *f->at, newest_first);
	return true;
}

/* Which are there, newest first, and which of them go, now that the one begun at `made` is good. */
static void delete_old(const struct engine *e, int64_t made)
{
	const struct options *o = options_of(e);
	struct found_backups f = {.a = arena_new()};
	char name[NAME_MOST], path[PATH_MAX];

	if (!find_backups(e, &f))
		log_warn("backups not looked through", "folder=%s error=%s", o->backup_folder,
		    strerror(errno));
	for (size_t i = 0; i < f.n; i++) {
		bool old = o->backup_keep_days && f.at[i] < made - o->backup_keep_days * DAY_MS;

		if (f.at[i] == made || (i < (size_t)o->backup_keep && !old))
			continue;
		path_of(e, timetable_name(store_id(e->store), f.at[i], name, sizeof name), path);
		if (unlink(path) == 0)
			log_info("old backup deleted", "file=%s", path);
		else
			log_warn("old backup not deleted", "file=%s error=%s", path, strerror(errno));
	}
	arena_free(f.a);
}

static bool know(struct engine *e)
{
	struct timetable *t = &e->timetable;
	struct found_backups f = {.a = arena_new()};

	if (mkdir(options_of(e)->backup_folder, 0700) != 0 && errno != EEXIST)
		t->known = false;
	else
		t->known = find_backups(e, &f);
	t->last_at = f.n ? f.at[0] : 0;
	arena_free(f.a);
	return t->known;
}

/* -- beginning, and the end ---------------------------------------------------------------------- */

/* Room for the copy above the floor; where the folder has a disk of its own, on that. */
static bool has_room(const struct engine *e, char *why, size_t len)
{
	struct store_metrics m = store_metrics(e->store);
	int64_t needed = m.db_bytes + m.wal_bytes + options_of(e)->floor_bytes;
	struct statvfs v;

	if (statvfs(options_of(e)->backup_folder, &v) != 0 ||
	    (int64_t)v.f_bavail * (int64_t)v.f_frsize >= needed)
		return true;
	snprintf(why, len, e->english ? "%s has no room: %lld MiB are needed" : "%s 空间不足：需要 %lld MiB",
	    options_of(e)->backup_folder, (long long)(needed >> 20));
	return false;
}

static void ended(struct engine *e, const char *why)
{
	struct timetable *t = &e->timetable;

	e->pulsed_seq = -1; /* the next look at the metrics tells it */
	snprintf(t->why, sizeof t->why, "%s", why ? why : "");
	if (!why) {
		t->made++;
		t->failures = 0;
		t->last_at = t->begun_at;
		delete_old(e, t->begun_at);
		return;
	}
	log_alarm("scheduled backup failed", "why=\"%s\" again_s=%lld", why, (long long)(AGAIN_US / 1000000));
	t->failed++;
	if (t->failures++ == 0)
		t->owed = timetable_due(options_of(e), t->begun_at);
	t->again_us = clock_mono_us() + AGAIN_US;
}

static void begin(struct engine *e, int64_t now)
{
	char name[NAME_MOST], path[PATH_MAX], why[512];

	e->timetable.begun_at = now - now % SECOND_MS;
	path_of(e, timetable_name(store_id(e->store), now, name, sizeof name), path);
	if (!know(e)) {
		snprintf(why, sizeof why,
		    e->english ? "the folder %s cannot be used: %s" : "目录 %s 不能用：%s",
		    options_of(e)->backup_folder, strerror(errno));
		ended(e, why);
	} else if (!has_room(e, why, sizeof why) || !backup_make(e, path, ended, why, sizeof why)) {
		ended(e, why);
	}
}

void timetable_look(struct engine *e)
{
	struct timetable *t = &e->timetable;
	int64_t now = clock_wall().ms;

	if (!options_of(e)->backup_folder || t->off || e->backup_event || e->trust != CLOCK_GOOD ||
	    store_metrics(e->store).read_only || clock_mono_us() < t->again_us)
		return;
	if (!t->known)
		know(e);
	if (t->last_at < timetable_due(options_of(e), now))
		begin(e, now);
}

void timetable_stop(struct engine *e)
{
	e->timetable.off = true;
}

void timetable_record(struct turn *t)
{
	int64_t due = t->e->timetable.owed;
	struct buf b = {0};
	struct json j = json_to(&b);

	if (due == 0)
		return;
	json_begin(&j, NULL);
	json_time(&j, "from", due);
	json_end(&j);
	turn_system_event(t, EVENT_BACKUP_FAILED, "system", 0, buf_view(&b));
	t->backup_failed = due;
	buf_free(&b);
}
