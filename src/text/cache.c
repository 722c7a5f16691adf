/*
 * cache.c - see cache.h. Place: text; the only one that knows files.
 */
#include "text/cache.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "text/examples.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 4200
#define PREFIX "texts-"
#define SUFFIX ".model"
#define KEPT 4 /* those that were opened last: a rollback finds its model at once */

static void path_of(const char *folder, const unsigned char source[DIGEST_LEN], char out[NAME_MAX_BYTES])
{
	char hex[DIGEST_HEX];

	hex_of(source, 12, hex);
	snprintf(out, NAME_MAX_BYTES, "%s/" PREFIX "%s" SUFFIX, folder, hex);
}

const char *text_cache_folder(const char *store, struct arena *a)
{
	const char *slash = strrchr(store, '/');

	return arena_printf(a, "%.*s" TEXT_FOLDER, slash ? (int)(slash + 1 - store) : 0, store);
}

void text_cache_begin(const char *folder)
{
	mkdir(folder, 0755); /* where that fails, the model is not kept, and said by who makes it */
}

bool text_cache_has(const char *folder, const unsigned char source[DIGEST_LEN])
{
	char path[NAME_MAX_BYTES];

	path_of(folder, source, path);
	return access(path, R_OK) == 0;
}

/* Bytes without p: it cannot be mapped. */
static struct str map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (size_t)st.st_size <= TEXT_MODEL_MAX)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return (struct str){0};
	return (struct str){p, (size_t)st.st_size};
}

struct text_model *text_cache_open(const char *folder, const unsigned char source[DIGEST_LEN])
{
	char path[NAME_MAX_BYTES];
	struct text_model *m;
	struct str bytes;

	path_of(folder, source, path);
	bytes = map(path);
	if (!bytes.p)
		return NULL;
	m = text_model_new(bytes);
	/* The digest read all of it; a description reads some pages. */
	madvise((void *)(uintptr_t)bytes.p, bytes.n, MADV_DONTNEED);
	if (m && memcmp(text_model_source(m), source, DIGEST_LEN) == 0)
		return m;
	text_model_free(m);
	munmap((void *)(uintptr_t)bytes.p, bytes.n);
	return NULL;
}

bool text_cache_look(const char *folder, const unsigned char source[DIGEST_LEN])
{
	struct text_model *m = text_cache_open(folder, source);
	char path[NAME_MAX_BYTES];
	bool good = m != NULL;

	path_of(folder, source, path);
	if (good)
		utimensat(AT_FDCWD, path, NULL, 0);
	text_cache_close(m);
	return good;
}

void text_cache_close(struct text_model *m)
{
	struct str bytes;

	if (!m)
		return;
	bytes = text_model_bytes(m);
	text_model_free(m);
	munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

/* -- making --------------------------------------------------------------------------------- */

struct old_model {
	char name[256];
	struct timespec at;
};

static int newest_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct old_model *)a)->at,
			      *y = &((const struct old_model *)b)->at;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* Models and drafts that a process left when it ended. */
static void remove_old(const char *folder)
{
	struct old_model found[64];
	int n = 0;
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && n < 64 && (e = readdir(d))) {
		struct stat st;
		if (strncmp(e->d_name, PREFIX, sizeof PREFIX - 1) == 0 && strstr(e->d_name, SUFFIX) &&
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0) {
			snprintf(found[n].name, sizeof found[n].name, "%s", e->d_name);
			found[n++].at = st.st_mtim;
		}
	}
	qsort(found, (size_t)n, sizeof *found, newest_first);
	for (int i = KEPT; i < n; i++)
		unlinkat(dirfd(d), found[i].name, 0);
	if (d)
		closedir(d);
}

static bool put(const char *folder, const unsigned char source[DIGEST_LEN], struct str bytes)
{
	char path[NAME_MAX_BYTES];

	path_of(folder, source, path);
	if (!file_replace(path, bytes, 0644))
		return false;
	remove_old(folder);
	return true;
}

bool text_cache_make(const char *folder, const struct text_examples *x, text_progress *progress, void *arg)
{
	struct buf b = {0};
	bool good = true;

	text_train(x, &b, NULL, NULL, progress, arg);
	if (b.n)
		good = put(folder, x->source, buf_view(&b));
	buf_free(&b);
	return good;
}

/* -- a mechanism's -------------------------------------------------------------------------- */

/* A model that no file keeps; NULL: it is none. */
static struct text_model *in_memory(struct str bytes)
{
	void *p = mmap(NULL, bytes.n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct text_model *m;

	if (p == MAP_FAILED)
		fatal("no memory for a model of texts");
	memcpy(p, bytes.p, bytes.n);
	m = text_model_new((struct str){p, bytes.n});
	if (!m)
		munmap(p, bytes.n);
	return m;
}

/* What knows no part of a text that it has learned has not learned. */
static bool has_learned(struct text_model *m, const struct text_examples *x)
{
	struct proposal p = {0};

	for (size_t i = 0; i < x->n && p.n == 0; i++)
		text_propose(m, x->v[i].text, &p);
	return p.n > 0;
}

static void train_now(struct text_decider *d, const struct mechanism *m, const struct text_wish *wish,
    struct arena *a)
{
	struct arena *own = arena_new();
	const struct text_examples *x = text_examples_of(m, NULL, own);
	struct buf b = {0};

	text_train(x, &b, &d->quality, a, wish->progress, wish->arg);
	d->model = b.n ? in_memory(buf_view(&b)) : NULL;
	d->failed = b.n && !(d->model && has_learned(d->model, x));
	if (d->model && !d->failed && wish->folder && wish->keeps)
		put(wish->folder, x->source, buf_view(&b)); /* if it cannot be, it is made again */
	buf_free(&b);
	arena_free(own);
}

struct text_decider text_decider_of(const struct mechanism *m, const struct text_wish *wish, struct arena *a)
{
	struct text_decider d = {0};

	if (!text_has_source(m))
		return d;
	if (m->n_categories > TEXT_CATEGORIES_MOST) {
		d.failed = true;
		return d;
	}
	if (wish->folder)
		d.model = text_cache_open(wish->folder, m->texts);
	if (!d.model && wish->trains)
		train_now(&d, m, wish, a);
	else
		d.missing = !d.model;
	return d;
}

void text_decider_free(struct text_decider *d)
{
	text_cache_close(d->model);
	d->model = NULL;
}

void text_decider_ask(const struct text_decider *d, struct route_query *q)
{
	if (d->model)
		text_propose(d->model, q->description, &q->proposal);
}
