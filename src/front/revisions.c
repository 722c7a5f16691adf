/*
 * revisions.c - mechanisms of stored revisions.
 *
 * Place: front; over reads_files and the loader. A revision never changes, so what is kept never
 * goes stale. A mechanism takes megabytes: four are enough, a dispute is about one.
 */
#include "front/revisions.h"
#include "base/arena.h"
#include "base/log.h"
#include "mechanism/load.h"

#include <stdlib.h>

#define KEPT 4

struct revisions {
	struct mechanism *v[KEPT]; /* the last used first, NULL behind */
};

static void complain(const char *revision, const struct problems *p)
{
	const struct problem *first = p->n ? &p->v[0] : NULL;

	for (int i = 0; i < p->n && first->warning; i++)
		first = &p->v[i];
	log_alarm("stored mechanism not loaded", "revision=%s errors=%d file=%s line=%d text=%s",
	    revision ? revision : "in-force", p->errors, first && first->file ? first->file : "-",
	    first ? first->line : 0, first ? first->text : "-");
}

static struct mechanism *understood(const char *revision, const struct mechanism_file *files, int n)
{
	struct mechanism *m = NULL;
	struct problems p;

	if (!n) {
		log_alarm("stored mechanism not read", "revision=%s", revision ? revision : "in-force");
		return NULL;
	}
	problems_init(&p, true);
	m = mechanism_load_files(files, n, &p);
	if (m)
		mechanism_forget_sources(m);
	else
		complain(revision, &p);
	problems_free(&p);
	return m;
}

struct mechanism *revisions_load(struct reads *r, const char *revision)
{
	struct arena *a = arena_new();
	struct want_files files = {.revision = revision};
	struct reads_wants w = {.files = &files};
	bool read = reads_wait(r, a, &w) == STORE_OK;
	struct mechanism *m = understood(revision, files.v, read ? files.n : 0);

	arena_free(a);
	arena_give_back();
	return m;
}

struct revisions *revisions_new(void)
{
	struct revisions *v = xalloc(sizeof(*v));

	*v = (struct revisions){0};
	return v;
}

void revisions_free(struct revisions *v)
{
	for (int i = 0; v && i < KEPT; i++)
		mechanism_release(v->v[i]);
	free(v);
}

static const struct mechanism *to_front(struct revisions *v, int i)
{
	struct mechanism *m = v->v[i];

	memmove(&v->v[1], &v->v[0], (size_t)i * sizeof(v->v[0]));
	return v->v[0] = m;
}

const struct mechanism *revisions_find(struct revisions *v, const char *revision)
{
	for (int i = 0; i < KEPT && v->v[i]; i++)
		if (strcmp(v->v[i]->revision, revision) == 0)
			return to_front(v, i);
	return NULL;
}

bool revisions_keep(struct revisions *v, const char *revision, const struct mechanism_file *files, int n)
{
	struct mechanism *m = understood(revision, files, n);

	if (!m)
		return false;
	mechanism_release(v->v[KEPT - 1]);
	v->v[KEPT - 1] = m;
	to_front(v, KEPT - 1);
	return true;
}
