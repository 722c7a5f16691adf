/*
 * bench_store.c - how many incidents a second the store takes, against the least that could be done:
 * one thread that inserts the very same rows by prepared statements in batches of 1,024 into the
 * same schema with the same pragmas, and does nothing else (no ids, symbols, packing or hashing).
 *
 *     bench_store [INCIDENTS [FOLDER]]
 *
 * Each incident has three dispatches and one journal row with four events. Everything is committed
 * with synchronous=FULL on both sides. Reports, never judges.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define T0 INT64_C(1772409600000)
#define RAW_BATCH 1024
#define MOST_COLUMNS 96

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_store: %s failed\n", what);
	exit(1);
}

static void remove_store(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".ballast", ".head"};
	char name[512];

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static struct store *fresh(const char *path)
{
	struct store_options o = {.path = path};
	enum store_refusal refusal;
	char why[512];
	struct store *s;

	remove_store(path);
	s = store_open(&o, true, &refusal, why, sizeof why);
	if (!s)
		fprintf(stderr, "%s\n", why);
	must(s != NULL, "opening");
	return s;
}

/* -- what the engine would hand to store_save ------------------------------------------------- */

static void add_dispatch(struct arena *a, struct incident *inc, const char *unit, enum dispatch_role role)
{
	struct dispatch *d = incident_add_dispatch(inc, a);

	d->unit = unit;
	d->role = role;
	d->issued_at = inc->reported_at;
	if (role != AS_INFORM) {
		for (int c = CLOCK_DELIVERY; c <= CLOCK_ARRIVE; c++) {
			d->clocks[c].start = inc->reported_at;
			d->clocks[c].due = inc->reported_at + (c + 1) * 120000;
		}
	}
	d->rule = "water-burst";
	d->revision = "0123456789ab";
}

static struct incident *make_incident(struct arena *a, int i)
{
	struct incident *inc = arena_alloc(a, sizeof *inc);

	*inc = (struct incident){
	    .number = arena_printf(a, "ZP20260302%08d", i),
	    .received_at = T0 + i,
	    .reported_at = T0 + i + 300,
	    .category = "601301",
	    .given_category = "601301",
	    .priority = P2,
	    .zone = ZONE_CITY,
	    .area = "350881001",
	    .address = "菁城街道八一路128号门口人行道",
	    .reporter_name = "张先生",
	    .reporter_phone = "13900001234",
	    .description = "路面自来水管爆裂，水流较大，影响行人通行，请尽快派人处理。",
	    .has_location = true,
	    .lon_micro = 117420123 + i,
	    .lat_micro = 25290456,
	    .datum = "gcj02",
	    .rule = "water-burst",
	    .revision = "0123456789ab",
	    .because = "供水管网抢修由水发自来水公司负责",
	    .command = (uint64_t)i + 1,
	    .wake_at = T0 + i + 60000,
	    .is_new = true,
	};
	memset(inc->salt, i, sizeof inc->salt);
	memset(inc->content, i + 1, sizeof inc->content);
	add_dispatch(a, inc, "water", AS_LEAD);
	add_dispatch(a, inc, "urban-management", AS_ASSIST);
	add_dispatch(a, inc, "township-jingcheng", AS_INFORM);
	return inc;
}

static struct decision *make_decision(struct arena *a, struct incident *inc)
{
	struct decision *d = arena_alloc(a, sizeof *d);

	*d = (struct decision){
	    .incident = inc, .at = inc->reported_at, .actor = "desk-1", .command = inc->command};
	decision_event(d, a, EVENT_INCIDENT_REPORTED, inc->received_at, NULL,
	    STR("{\"category\":\"601301\",\"priority\":\"P2\",\"zone\":\"city\",\"area\":\"350881001\","
		"\"rule\":"
		"\"water-burst\",\"digest\":\"5d41402abc4b2a76b9719d911017c592\"}"));
	for (int i = 0; i < inc->n_dispatches; i++)
		decision_event(d, a, EVENT_DISPATCH_ISSUED, inc->reported_at, &inc->dispatches[i],
		    STR("{\"role\":\"lead\",\"rule\":\"water-burst\",\"acknowledge_due\":"
			"\"2026-03-02T08:02:00+08:00\",\"arrive_due\":\"2026-03-02T08:30:00+08:00\"}"));
	return d;
}

static double per_second(int n, int64_t us)
{
	return us ? n * 1e6 / (double)us : 0;
}

/* Only store_save is timed: what is handed to it is made before. */
static double bench_ours(const char *path, int total, int batch)
{
	struct store *s = fresh(path);
	struct arena *a = arena_new();
	struct incident **incidents = calloc((size_t)batch, sizeof *incidents);
	struct decision **decisions = calloc((size_t)batch, sizeof *decisions);
	int64_t us = 0, started;

	for (int done = 0; done < total; done += batch) {
		struct store_batch b = {.decisions = decisions,
		    .n_decisions = (size_t)batch,
		    .incidents = incidents,
		    .n_incidents = (size_t)batch,
		    .grows = true};

		for (int i = 0; i < batch; i++) {
			incidents[i] = make_incident(a, done + i);
			decisions[i] = make_decision(a, incidents[i]);
		}
		for (int64_t i = 0, next = store_head(s).seq + 1; i < batch; i++)
			next = decision_number(decisions[i], next);
		started = clock_mono_us();
		store_save(s, &b, NULL, NULL);
		must(b.status == STORE_OK, "store_save");
		us += clock_mono_us() - started;
		arena_reset(a);
	}
	store_close(s);
	arena_free(a);
	free(incidents);
	free(decisions);
	return per_second(total / batch * batch, us);
}

/* -- the same rows, raw ----------------------------------------------------------------------- */

static const struct {
	const char *name, *of;
} tables[] = {
    {"incident", "SELECT * FROM incident WHERE id = ?1"},
    {"dispatch", "SELECT * FROM dispatch WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127"},
    {"journal", "SELECT * FROM journal WHERE incident = ?1 AND seq = ?1 * 4"},
};
#define TABLES 3

struct row {
	sqlite3_stmt *insert;
	sqlite3_value *v[MOST_COLUMNS];
	int n;
};
struct rows {
	struct row *v;
	size_t n, cap;
};

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	must(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK, sql);
	return st;
}

static sqlite3_stmt *insert_into(sqlite3 *db, const char *table, int n)
{
	char sql[512];
	int len = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);

	for (int i = 1; i < n; i++)
		len += snprintf(sql + len, sizeof sql - (size_t)len, ",?");
	snprintf(sql + len, sizeof sql - (size_t)len, ")");
	return prepared(db, sql);
}

static void keep_row(struct rows *rows, sqlite3_stmt *from, sqlite3_stmt *insert)
{
	struct row *row;

	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? 2 * rows->cap : 4096;
		rows->v = realloc(rows->v, rows->cap * sizeof *rows->v);
	}
	row = &rows->v[rows->n++];
	row->insert = insert;
	row->n = sqlite3_column_count(from);
	must(row->n <= MOST_COLUMNS, "MOST_COLUMNS");
	for (int i = 0; i < row->n; i++)
		row->v[i] = sqlite3_value_dup(sqlite3_column_value(from, i));
}

static void read_rows(struct rows *rows, sqlite3_stmt **from, sqlite3_stmt **into, int first, int batch)
{
	for (int i = 0; i < batch; i++)
		for (int t = 0; t < TABLES; t++) {
			sqlite3_bind_int(from[t], 1, first + i);
			while (sqlite3_step(from[t]) == SQLITE_ROW)
				keep_row(rows, from[t], into[t]);
			sqlite3_reset(from[t]);
		}
}

/* Without the copy that sqlite3_bind_value makes of texts. */
static void bind_borrowed(sqlite3_stmt *st, int i, sqlite3_value *v)
{
	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER:
		sqlite3_bind_int64(st, i, sqlite3_value_int64(v));
		break;
	case SQLITE_TEXT:
		sqlite3_bind_text(st, i, (const char *)sqlite3_value_text(v), sqlite3_value_bytes(v),
		    SQLITE_STATIC);
		break;
	case SQLITE_BLOB:
		sqlite3_bind_blob(st, i, sqlite3_value_blob(v), sqlite3_value_bytes(v), SQLITE_STATIC);
		break;
	default:
		sqlite3_bind_null(st, i);
	}
}

static void insert_rows(sqlite3 *db, const struct rows *rows)
{
	must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, "BEGIN");
	for (size_t r = 0; r < rows->n; r++) {
		const struct row *row = &rows->v[r];

		for (int i = 0; i < row->n; i++)
			bind_borrowed(row->insert, i + 1, row->v[i]);
		must(sqlite3_step(row->insert) == SQLITE_DONE, sqlite3_errmsg(db));
		sqlite3_reset(row->insert);
	}
	must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "COMMIT");
}

static void drop_rows(struct rows *rows)
{
	for (size_t r = 0; r < rows->n; r++)
		for (int i = 0; i < rows->v[r].n; i++)
			sqlite3_value_free(rows->v[r].v[i]);
	rows->n = 0;
}

static int wal_frames;
static int count_frames(void *arg, sqlite3 *db, const char *name, int frames)
{
	(void)arg;
	(void)db;
	(void)name;
	wal_frames = frames;
	return SQLITE_OK;
}

static double bench_raw(const char *path, const char *from_path, int total)
{
	sqlite3 *db, *from_db;
	sqlite3_stmt *from[TABLES], *into[TABLES];
	struct rows rows = {0};
	int64_t us = 0, started;

	store_close(fresh(path)); /* the same schema */
	must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
		sqlite3_open(from_path, &from_db) == SQLITE_OK,
	    "open");
	sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16384",
	    NULL, NULL, NULL);
	sqlite3_wal_hook(db, count_frames, NULL);
	for (int t = 0; t < TABLES; t++) {
		from[t] = prepared(from_db, tables[t].of);
		into[t] = insert_into(db, tables[t].name, sqlite3_column_count(from[t]));
	}
	for (int done = 0; done + RAW_BATCH <= total; done += RAW_BATCH) {
		read_rows(&rows, from, into, done + 1, RAW_BATCH);
		started = clock_mono_us();
		insert_rows(db, &rows);
		if (wal_frames > 2000)
			sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		us += clock_mono_us() - started;
		drop_rows(&rows);
	}
	for (int t = 0; t < TABLES; t++) {
		sqlite3_finalize(from[t]);
		sqlite3_finalize(into[t]);
	}
	sqlite3_close(db);
	sqlite3_close(from_db);
	free(rows.v);
	return per_second(total / RAW_BATCH * RAW_BATCH, us);
}

int main(int argc, char **argv)
{
	static const int batches[] = {1, 16, 64, 256, 1024};
	int total = argc > 1 ? atoi(argv[1]) : 51200;
	char folder[256], ours[300], raw[300];
	double raw_rate, rate = 0;

	snprintf(folder, sizeof folder, "%s", argc > 2 ? argv[2] : "/tmp/liandong-bench-XXXXXX");
	must(total >= RAW_BATCH && (argc > 2 || mkdtemp(folder)), "arguments");
	snprintf(ours, sizeof ours, "%s/ours.db", folder);
	snprintf(raw, sizeof raw, "%s/raw.db", folder);
	printf("store: SQLite %s, synchronous=FULL, %d incidents of 3 dispatches\n", sqlite3_libversion(),
	    total);
	for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
		int n = batches[i] == 1 ? total / 64 : batches[i] == 16 ? total / 4 : total;

		rate = bench_ours(ours, n, batches[i]);
		printf("store_save, batches of %-5d %8.0f incidents/s\n", batches[i], rate);
	}
	raw_rate = bench_raw(raw, ours, total);
	printf("raw inserts, batches of 1024 %7.0f incidents/s\n", raw_rate);
	printf("ratio store_save/raw in batches of 1024: %.2f\n", rate / raw_rate);
	remove_store(ours);
	remove_store(raw);
	if (argc <= 2)
		rmdir(folder);
	return 0;
}
