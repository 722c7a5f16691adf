/*
 * load.c - the seven files, together: read, referred to each other, indexed, named by a revision.
 *
 * All files are parsed before any is read, and all are read before a reference is followed, so an
 * error is found wherever it stands. Where a file cannot be parsed at all, references are not
 * followed: every one into it would be called wrong.
 */
#include "mechanism/load.h"
#include "base/digest.h"
#include "base/log.h"
#include "domain/routing.h"
#include "mechanism/shape.h"

#include <assert.h>
#include <stdlib.h>

/* In the order of their names, which is the order of the revision. */
static const struct file_kind {
	const char *name;
	const struct shape *shape;
	size_t offset; /* of what it describes in struct mechanism */
	size_t most;
} kinds[MECHANISM_FILES] = {
    {"areas.yaml", &areas_shape, 0, YAML_FILE_MAX},
    {"calendar.yaml", &calendar_shape, offsetof(struct mechanism, calendar), YAML_FILE_MAX},
    {"categories.yaml", &categories_shape, 0, YAML_LONG_FILE_MAX},
    {"contacts.yaml", &contacts_shape, 0, YAML_FILE_MAX},
    {"policy.yaml", &policy_shape, offsetof(struct mechanism, policy), YAML_FILE_MAX},
    {"routing.yaml", &routing_shape, offsetof(struct mechanism, routing), YAML_LONG_FILE_MAX},
    {"units.yaml", &units_shape, 0, YAML_FILE_MAX},
};
enum { AREAS = 0, UNITS = 6 };

static struct mechanism *mechanism_new(void)
{
	struct arena *arena = arena_new();
	struct mechanism *m = arena_alloc(arena, sizeof(*m));

	m->arena = arena;
	m->holders = 1;
	return m;
}

struct mechanism *mechanism_hold(struct mechanism *m)
{
	assert(m->holders > 0 && "a mechanism that is held has not been freed");
	m->holders++;
	return m;
}

void mechanism_release(struct mechanism *m)
{
	if (!m)
		return;
	assert(m->holders > 0 && "a mechanism is released as often as it is held");
	if (--m->holders == 0)
		arena_free(m->arena);
}

static int by_file_name(const void *a, const void *b)
{
	return strcmp(((const struct mechanism_file *)a)->name, ((const struct mechanism_file *)b)->name);
}

void mechanism_revision(const struct mechanism_file *files, int n, char out[REVISION_LEN + 1])
{
	struct mechanism_file *sorted = xalloc(((unsigned long)n + 1) * sizeof(*sorted));
	struct buf all = {0};
	char hex[DIGEST_HEX];

	memcpy(sorted, files, (size_t)n * sizeof(*sorted));
	qsort(sorted, (size_t)n, sizeof(*sorted), by_file_name);
	for (int i = 0; i < n; i++) {
		buf_add(&all, sorted[i].name, strlen(sorted[i].name) + 1);
		buf_printf(&all, "%zu", sorted[i].bytes.n);
		buf_char(&all, '\0');
		buf_str(&all, sorted[i].bytes);
	}
	struct digest digest = digest_of(buf_view(&all));
	memcpy(out, digest_hex(&digest, hex), REVISION_LEN);
	out[REVISION_LEN] = '\0';
	buf_free(&all);
	free(sorted);
}

/* m->files hold the bytes; shown[i] is what problems call them. */
static void read_files(struct mechanism *m, const char *const *shown, struct problems *p)
{
	struct reading r = {.arena = m->arena, .problems = p, .m = m};
	struct node *roots[MECHANISM_FILES];
	bool whole = true;

	for (int i = 0; i < MECHANISM_FILES; i++) {
		struct str bytes = m->files[i].bytes;
		roots[i] = bytes.p ? yaml_parse(p->arena, shown[i], bytes, kinds[i].most, p) : NULL;
		if (roots[i])
			shape_read(&r, roots[i], kinds[i].shape, (char *)m + kinds[i].offset);
		whole = whole && roots[i];
	}
	if (!whole)
		return;
	mechanism_index(m);
	shape_resolve_all(&r);
	areas_finish(&r, yaml_get(roots[AREAS], "areas"), yaml_get(roots[UNITS], "units"));
}

/* m, or NULL where there are more errors than before; m is gone then. */
static struct mechanism *finish(struct mechanism *m, const char *const *shown, struct problems *p, int errors)
{
	read_files(m, shown, p);
	if (p->errors > errors) {
		mechanism_release(m);
		return NULL;
	}
	mechanism_revision(m->files, MECHANISM_FILES, m->revision);
	routing_compile(m);
	return m;
}

struct mechanism *mechanism_load(const char *folder, struct problems *p)
{
	struct mechanism *m = mechanism_new();
	const char *shown[MECHANISM_FILES];
	int errors = p->errors;

	for (int i = 0; i < MECHANISM_FILES; i++) {
		shown[i] = arena_printf(p->arena, "%s/%s", folder, kinds[i].name);
		m->files[i].name = kinds[i].name;
		yaml_slurp(m->arena, shown[i], kinds[i].most, &m->files[i].bytes, p);
	}
	return finish(m, shown, p, errors);
}

struct mechanism *mechanism_load_files(const struct mechanism_file *files, int n, struct problems *p)
{
	struct mechanism *m = mechanism_new();
	const char *shown[MECHANISM_FILES];
	int errors = p->errors;

	for (int i = 0; i < MECHANISM_FILES; i++) {
		shown[i] = m->files[i].name = kinds[i].name;
		for (int j = 0; j < n; j++)
			if (strcmp(files[j].name, kinds[i].name) == 0)
				m->files[i].bytes =
				    (struct str){arena_str(m->arena, files[j].bytes), files[j].bytes.n};
		if (!m->files[i].bytes.p)
			problems_add(p, false, kinds[i].name, 0, 0, "缺少这个文件", "this file is missing");
	}
	return finish(m, shown, p, errors);
}
