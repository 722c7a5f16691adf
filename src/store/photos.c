/*
 * photos.c - the files of photos; see photos.h.
 * Place: store, beside the database; the engine writes, front ends and the audit read.
 */
#include "store/photos.h"
#include "base/file.h"
#include "domain/photo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SWEPT ".swept" /* as old as the last sweep */

/* -- names ---------------------------------------------------------------------------------- */

/* No name that leads elsewhere. */
static bool is_name(const char *s)
{
	return !s ||
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

/* digest NULL: the incident's folder; number NULL, too: that of all. */
static bool path_of(const char *store, const char *number, const char *digest, char out[], size_t size)
{
	int n = snprintf(out, size, "%s" PHOTOS_FOLDER "%s%s%s%s", store, number ? "/" : "",
	    number ? number : "", digest ? "/" : "", digest ? digest : "");

	if (n >= 0 && (size_t)n < size && is_name(number) && is_name(digest))
		return true;
	errno = EINVAL;
	return false;
}

bool photos_path(const char *store, const char *number, const char *digest, char out[], size_t size)
{
	return path_of(store, number, digest, out, size);
}

/* -- one file ------------------------------------------------------------------------------- */

/* Makes the folder and has its name reach the disk. */
static bool make_folder(const char *path, bool shared)
{
	if (mkdir(path, 0700) != 0)
		return errno == EEXIST;
	return (!shared || chmod(path, 0750) == 0) && file_sync_folder(path);
}

/* True: it is there, whole by its length, and synced. */
static bool there_already(const char *path, size_t length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool good = fd >= 0 && fstat(fd, &st) == 0 && st.st_size == (off_t)length && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

bool photos_put(const char *store, bool shared, const char *number, const char *digest, struct str bytes)
{
	char path[PATH_MAX];

	if (!path_of(store, NULL, NULL, path, sizeof path) || !make_folder(path, shared) ||
	    !path_of(store, number, NULL, path, sizeof path) || !make_folder(path, shared) ||
	    !path_of(store, number, digest, path, sizeof path))
		return false;
	if (!there_already(path, bytes.n) && !file_replace(path, bytes, shared ? 0640 : 0600))
		return false;
	return file_sync_folder(path);
}

static bool read_all(int fd, struct buf *out, size_t n)
{
	size_t to = out->n + n;

	buf_reserve(out, n);
	while (out->n < to) {
		ssize_t got = read(fd, out->p + out->n, to - out->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out->n += (size_t)got;
	}
	return true;
}

static bool is_digest_of(const char *hex, struct str bytes)
{
	struct digest found = digest_of(bytes), named;

	return digest_from_hex(str_of(hex), &named) && digest_eq(&found, &named);
}

bool photos_get(const char *store, const char *number, const char *digest, struct buf *out)
{
	char path[PATH_MAX];
	size_t from = out->n;
	struct stat st;
	int fd;
	bool good;

	if (!path_of(store, number, digest, path, sizeof path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= PICTURE_MOST &&
	    read_all(fd, out, (size_t)st.st_size) &&
	    is_digest_of(digest, (struct str){out->p + from, out->n - from});
	close(fd);
	if (!good)
		out->n = from;
	return good;
}

/* -- they go -------------------------------------------------------------------------------- */

void photos_expire(const char *store, const char *number)
{
	char path[PATH_MAX];

	if (path_of(store, number, NULL, path, sizeof path))
		utimensat(AT_FDCWD, path, NULL, 0);
}

/* Has a dispatch of the incident (NULL: none has) this file? It has no draft that was not finished. */
static bool owned(const struct incident *inc, const char *name)
{
	struct photo p;

	for (int i = 0; inc && i < inc->n_dispatches; i++)
		if (photo_find(&inc->dispatches[i], name, &p))
			return true;
	return false;
}

/* Removes the files that the incident has not, and the folder if it is empty then. */
static int64_t clear(int folder, const char *number, const struct incident *inc)
{
	int fd = openat(folder, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *one;
	int64_t n = 0;

	while (dir && (one = readdir(dir)))
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0 &&
		    !owned(inc, one->d_name))
			n += unlinkat(fd, one->d_name, 0) == 0;
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	unlinkat(folder, number, AT_REMOVEDIR); /* not while there is something in it */
	return n;
}

static DIR *open_all(const char *store)
{
	char path[PATH_MAX];

	return path_of(store, NULL, NULL, path, sizeof path) ? opendir(path) : NULL;
}

void photos_erase(const char *store, const char *number)
{
	DIR *dir = open_all(store);

	if (!dir)
		return;
	clear(dirfd(dir), number, NULL);
	closedir(dir);
}

/* -- sweeping ------------------------------------------------------------------------------- */

static bool before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* A folder that has changed since then. */
static bool changed(int folder, const char *name, const struct timespec *since)
{
	struct stat st;

	return *name != '.' && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	    (!since || !before(st.st_mtim, *since));
}

/* As old as now; made where it is not there. */
static void note_sweep(int folder)
{
	int fd = openat(folder, SWEPT, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return;
	futimens(fd, NULL);
	close(fd);
}

int64_t photos_sweep(const char *store, photos_owner *owner, void *arg)
{
	DIR *dir = open_all(store);
	struct stat last;
	struct dirent *one;
	int64_t n = 0;
	bool swept, all = true;

	if (!dir)
		return 0;
	swept = fstatat(dirfd(dir), SWEPT, &last, AT_SYMLINK_NOFOLLOW) == 0;
	while (all && (one = readdir(dir))) {
		const struct incident *inc = NULL;

		if (!changed(dirfd(dir), one->d_name, swept ? &last.st_mtim : NULL))
			continue;
		all = owner(arg, one->d_name, &inc);
		n += all ? clear(dirfd(dir), one->d_name, inc) : 0;
	}
	if (all)
		note_sweep(dirfd(dir));
	closedir(dir);
	return n;
}

void photos_swept_not(const char *store)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s" PHOTOS_FOLDER "/" SWEPT, store);
	unlink(path);
}

/* -- copies --------------------------------------------------------------------------------- */

/* As the store itself is. */
static bool shared(const char *store)
{
	struct stat st;

	return stat(store, &st) == 0 && st.st_mode & S_IRGRP;
}

static bool copy_one(const char *from, const char *to, const char *number, const struct photo *p,
    int64_t *missing)
{
	struct buf bytes = {0};
	char path[PATH_MAX];
	bool good = true;

	if (!path_of(to, number, p->digest, path, sizeof path))
		return false;
	if (there_already(path, (size_t)p->bytes))
		return true;
	if (photos_get(from, number, p->digest, &bytes))
		good = photos_put(to, shared(to), number, p->digest, buf_view(&bytes));
	else
		++*missing;
	buf_free(&bytes);
	return good;
}

bool photos_copy(const char *from, const char *to, const char *number, const char *list, int64_t *missing)
{
	struct photo p;
	bool good = true;

	while (good && photo_next(&list, &p))
		good = copy_one(from, to, number, &p, missing);
	return good;
}

int64_t photos_missing(const char *store, const char *number, const char *list)
{
	struct buf bytes = {0};
	struct photo p;
	int64_t n = 0;

	while (photo_next(&list, &p)) {
		buf_reset(&bytes);
		n += !photos_get(store, number, p.digest, &bytes);
	}
	buf_free(&bytes);
	return n;
}

/* -- where they lie ------------------------------------------------------------------------- */

static bool has_photos(const char *store)
{
	char path[PATH_MAX];
	struct stat st;

	return path_of(store, NULL, NULL, path, sizeof path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void photos_of_backups(const char *file, char out[], size_t size)
{
	const char *slash = strrchr(file, '/');

	snprintf(out, size, "%.*sbackup", slash ? (int)(slash + 1 - file) : 0, file);
}

/* PATH of PATH.1 */
static void without_generation(const char *file, char out[], size_t size)
{
	const char *dot = strrchr(file, '.');
	bool numbered = dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1);

	snprintf(out, size, "%.*s", numbered ? (int)(dot - file) : (int)strlen(file), file);
}

void photos_beside(const char *file, char out[], size_t size)
{
	snprintf(out, size, "%s", file);
	if (has_photos(out))
		return;
	without_generation(file, out, size);
	if (has_photos(out))
		return;
	photos_of_backups(file, out, size);
	if (!has_photos(out))
		snprintf(out, size, "%s", file);
}

void photos_each(const char *store, void (*each)(void *arg, const char *number), void *arg)
{
	DIR *dir = open_all(store);
	struct dirent *one;

	while (dir && (one = readdir(dir)))
		if (*one->d_name != '.')
			each(arg, one->d_name);
	if (dir)
		closedir(dir);
}
