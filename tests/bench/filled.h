/*
 * filled.h - a store that a benchmark makes directly, by SQL: for the programs that measure over many rows.
 */
#ifndef BENCH_FILLED_H
#define BENCH_FILLED_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "mechanism/load.h"
#include "store/report.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *path, *folder;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s failed\n", what);
	exit(1);
}

static void remove_store(void)
{
	static const char *const suffixes[] = {
	    "", "-wal", "-shm", ".lock", ".ballast", ".head", ".current", ".revoked"};
	char name[512];

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static struct store *opened(void)
{
	struct store_options o = {.path = path};
	enum store_refusal refusal;
	char why[512];
	struct store *s = store_open(&o, true, &refusal, why, sizeof why);

	if (!s)
		fprintf(stderr, "%s\n", why);
	must(s != NULL, "opening");
	return s;
}

static struct mechanism *mechanism(void)
{
	struct problems p;
	struct mechanism *m;

	problems_init(&p, true);
	m = mechanism_load(folder, &p);
	must(m != NULL, "the mechanism");
	problems_free(&p);
	return m;
}

/* -- the store ------------------------------------------------------------------------------- */

static void activate(struct store *s, const struct mechanism *m)
{
	struct store_revision r = {
	    .files = m->files, .n_files = MECHANISM_FILES, .who = "bench", .why = "bench", .at = 1};
	struct store_batch b = {.activate = &r};

	while (r.n_files > 0 && !r.files[r.n_files - 1].name) /* a file that may be absent */
		r.n_files--;
	memcpy(r.revision, m->revision, sizeof r.revision);
	store_save(s, &b, NULL, NULL);
	must(b.status == STORE_OK, "activating");
}

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fprintf(stderr, "%s\n", why);
	must(!why, sql);
}

/* Texts as the store numbers them: 1 the revision, then units, categories, areas. */
static void add_symbol(sqlite3 *db, int id, const char *text)
{
	char *sql = sqlite3_mprintf("INSERT INTO symbol (id, text) VALUES (%d, %Q)", id, text);

	run(db, sql);
	sqlite3_free(sql);
}

/* They have no gaps. */
#define UNIT_FIRST 2
#define CATEGORY_FIRST (UNIT_FIRST + m->n_units)
#define AREA_FIRST (CATEGORY_FIRST + m->n_categories)

static void add_symbols(sqlite3 *db, const struct mechanism *m)
{
	run(db, "DELETE FROM symbol");
	add_symbol(db, 1, m->revision);
	for (int i = 0; i < m->n_units; i++)
		add_symbol(db, UNIT_FIRST + i, m->units[i].id);
	for (int i = 0; i < m->n_categories; i++)
		add_symbol(db, CATEGORY_FIRST + i, m->categories[i].code);
	for (int i = 0; i < m->n_areas; i++)
		add_symbol(db, AREA_FIRST + i, m->areas[i].code);
}

/* Begins to fill the file: the mechanism's texts are its symbols. */
static sqlite3 *fill_begin(const struct mechanism *m)
{
	sqlite3 *db;

	must(sqlite3_open(path, &db) == SQLITE_OK, "the file");
	run(db, "PRAGMA synchronous=OFF; BEGIN");
	add_symbols(db, m);
	return db;
}

static void fill_end(sqlite3 *db)
{
	run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_close(db);
}

/* The time that it took, and the most memory that the process had. */
static void say(const char *what, int64_t us, const char *more)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	printf("%-28s %8.2f s  %6ld MiB%s\n", what, (double)us / 1e6, used.ru_maxrss / 1024, more);
	fflush(stdout);
}

/* Opens a new store under FOLDER (argument 2) with the mechanism of argument 3 in force, and gives it. */
static struct mechanism *begin(const char *file, int argc, char **argv)
{
	static char name[512];
	struct mechanism *m;
	struct store *s;

	snprintf(name, sizeof name, "%s/%s", argc > 2 ? argv[2] : "/tmp", file);
	path = name;
	folder = argc > 3 ? argv[3] : "config/zhangping";
	remove_store();
	m = mechanism();
	s = opened();
	activate(s, m);
	store_close(s);
	return m;
}

#endif
