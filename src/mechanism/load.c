/*
 * load.c - the files of a mechanism, together: read, referred to each other, indexed, named by a revision.
 *
 * All files are parsed before any is read, and all are read before a reference is followed, so an
 * error is found wherever it stands. Where a file cannot be parsed at all, references are not
 * followed: every one into it would be called wrong.
 */
#include "mechanism/load.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/reason.h"
#include "domain/routing.h"
#include "mechanism/shape.h"
#include "text/examples.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order of their names, which is the order of the revision. */
static const struct file_kind {
	const char *name;
	const struct shape *shape;
	size_t offset; /* of what it describes in struct mechanism */
	size_t most;
	bool optional;
	bool apart; /* what it describes is made for it; at the offset is a pointer to it */
} kinds[MECHANISM_FILES] = {
    {"areas.yaml", &areas_shape, 0, YAML_FILE_MAX, false, false},
    {"calendar.yaml", &calendar_shape, offsetof(struct mechanism, calendar), YAML_FILE_MAX, false, false},
    {"cases.jsonl", NULL, 0, CASES_FILE_MAX, true, false},
    {"categories.yaml", &categories_shape, 0, YAML_LONG_FILE_MAX, false, false},
    {"contacts.yaml", &contacts_shape, 0, YAML_FILE_MAX, false, false},
    {"exchange.yaml", &exchange_shape, offsetof(struct mechanism, exchange), YAML_FILE_MAX, true, true},
    {"notices.yaml", &notices_shape, offsetof(struct mechanism, notices), YAML_FILE_MAX, true, true},
    {"policy.yaml", &policy_shape, offsetof(struct mechanism, policy), YAML_FILE_MAX, false, false},
    {"rosters.yaml", &rosters_shape, 0, YAML_FILE_MAX, true, false},
    {"routing.yaml", &routing_shape, offsetof(struct mechanism, routing), YAML_LONG_FILE_MAX, false, false},
    {"units.yaml", &units_shape, 0, YAML_FILE_MAX, false, false},
};
enum { AREAS = 0, CASES = 2, UNITS = MECHANISM_FILES - 1 };

static struct mechanism *mechanism_new(void)
{
	struct arena *arena = arena_new();
	struct mechanism *m = arena_alloc(arena, sizeof(*m));

	m->arena = arena;
	m->sources = arena_new();
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
	if (--m->holders > 0)
		return;
	arena_free(m->sources);
	arena_free(m->arena);
}

void mechanism_forget_sources(struct mechanism *m)
{
	arena_free(m->sources);
	m->sources = NULL;
	m->n_files = m->n_cases = m->n_learned_from = 0;
	m->cases = NULL;
	m->learned_from = NULL;
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

/* Where what the file says goes. */
static void *described(struct mechanism *m, const struct file_kind *k)
{
	char *at = (char *)m + k->offset;

	if (!k->apart)
		return at;
	void *own = arena_alloc(m->arena, k->shape->size);
	memcpy(at, &own, sizeof own);
	return own;
}

/* What the files are, by kind, and what problems call them. Bytes without p: the file is absent. */
struct bundle {
	struct str bytes[MECHANISM_FILES];
	const char *shown[MECHANISM_FILES];
};

static void read_files(struct mechanism *m, const struct bundle *b, struct problems *p)
{
	struct reading r = {.arena = m->arena, .problems = p, .m = m};
	struct node *roots[MECHANISM_FILES];
	bool whole = true;

	for (int i = 0; i < MECHANISM_FILES; i++) {
		struct str bytes = b->bytes[i];
		roots[i] = bytes.p && kinds[i].shape
		    ? yaml_parse(p->arena, b->shown[i], bytes, kinds[i].most, p)
		    : NULL;
		if (roots[i])
			shape_read(&r, roots[i], kinds[i].shape, described(m, &kinds[i]));
		whole = whole && (roots[i] || i == CASES || (!bytes.p && kinds[i].optional));
	}
	if (!whole)
		return;
	mechanism_index(m);
	shape_resolve_all(&r);
	units_finish(&r, yaml_get(roots[UNITS], "units"));
	areas_finish(&r, yaml_get(roots[AREAS], "areas"), yaml_get(roots[UNITS], "units"));
	rosters_finish(m);
	r.arena = m->sources;
	if (b->bytes[CASES].p)
		cases_read(&r, b->shown[CASES], b->bytes[CASES]);
}

static void keep_files(struct mechanism *m, const struct bundle *b)
{
	for (int i = 0; i < MECHANISM_FILES; i++)
		if (b->bytes[i].p)
			m->files[m->n_files++] = (struct mechanism_file){kinds[i].name, b->bytes[i]};
}

/* m, or NULL where there are more errors than before; m is gone then. */
static struct mechanism *finish(struct mechanism *m, const struct bundle *b, struct problems *p, int errors)
{
	read_files(m, b, p);
	if (p->errors > errors) {
		mechanism_release(m);
		return NULL;
	}
	keep_files(m, b);
	mechanism_revision(m->files, m->n_files, m->revision);
	routing_compile(m);
	text_source_of(m, m->texts);
	return m;
}

bool mechanism_has_file(const char *name)
{
	for (int i = 0; i < MECHANISM_FILES; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return true;
	return false;
}

static bool absent(const char *path)
{
	return access(path, F_OK) != 0 && errno == ENOENT;
}

/* One sentence for what would be one for each file. */
static bool is_folder(const char *path, struct problems *p)
{
	struct stat st;
	int error = stat(path, &st) == 0 ? S_ISDIR(st.st_mode) ? 0 : ENOTDIR : errno;

	if (error == ENOTDIR)
		problems_add(p, PROBLEM_FILE, path, 0, 0,
		    "这不是文件夹:应为放着 units.yaml 等七个文件的文件夹",
		    "this is no folder: expected the folder that holds units.yaml and the other files");
	else if (error)
		problems_add(p, PROBLEM_FILE, path, 0, 0, "读不了这个机制文件夹:%s",
		    "cannot read this folder of a mechanism: %s", system_reason(error, p->english));
	return error == 0;
}

struct mechanism *mechanism_load(const char *folder, struct problems *p)
{
	struct mechanism *m;
	struct bundle b = {0};
	int errors = p->errors;

	if (!is_folder(folder, p))
		return NULL;
	m = mechanism_new();

	for (int i = 0; i < MECHANISM_FILES; i++) {
		b.shown[i] = arena_printf(p->arena, "%s/%s", folder, kinds[i].name);
		if (!kinds[i].optional || !absent(b.shown[i]))
			yaml_slurp(m->sources, b.shown[i], kinds[i].most, &b.bytes[i], p);
	}
	return finish(m, &b, p, errors);
}

bool mechanism_folder_revision(const char *folder, char out[REVISION_LEN + 1])
{
	struct mechanism_file files[MECHANISM_FILES];
	struct problems p;
	int n = 0;

	problems_init(&p, true);
	for (int i = 0; i < MECHANISM_FILES; i++) {
		char *path = arena_printf(p.arena, "%s/%s", folder, kinds[i].name);

		files[n].name = kinds[i].name;
		if (!kinds[i].optional || !absent(path))
			n += yaml_slurp(p.arena, path, kinds[i].most, &files[n].bytes, &p);
	}
	if (!p.errors)
		mechanism_revision(files, n, out);
	bool whole = !p.errors;
	problems_free(&p);
	return whole;
}

/* Bytes without p: there is no such file among them. */
static struct str bytes_of(struct mechanism *m, const struct mechanism_file *files, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return (struct str){arena_str(m->sources, files[i].bytes), files[i].bytes.n};
	return (struct str){0};
}

struct mechanism *mechanism_load_files(const struct mechanism_file *files, int n, struct problems *p)
{
	struct mechanism *m = mechanism_new();
	struct bundle b = {0};
	int errors = p->errors;

	for (int i = 0; i < MECHANISM_FILES; i++) {
		b.shown[i] = kinds[i].name;
		b.bytes[i] = bytes_of(m, files, n, kinds[i].name);
		if (!b.bytes[i].p && !kinds[i].optional)
			problems_add(p, PROBLEM_FILE, kinds[i].name, 0, 0, "缺少这个文件",
			    "this file is missing");
	}
	return finish(m, &b, p, errors);
}

bool mechanism_read_cases(struct mechanism *m, const char *path, struct problems *p)
{
	struct reading r = {.arena = m->sources, .problems = p, .m = m};
	struct str bytes;
	int errors = p->errors;

	m->cases = NULL;
	m->n_cases = m->n_learned_from = 0;
	if (yaml_slurp(m->sources, path, CASES_FILE_MAX, &bytes, p))
		cases_read(&r, path, bytes);
	return p->errors == errors;
}
