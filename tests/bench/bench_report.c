/*
 * bench_report.c - how long a quarter's report takes, and the proof of its sums, over many stored dispatches.
 *
 *     bench_report [DISPATCHES [FOLDER [MECHANISM]]]
 *
 * The store is made directly: ended incidents with three dispatches each, spread over the quarter 2026Q1, of
 * which one in fifty was late; the sums are then made from the rows by the store's own code. Each measure runs in
 * a process of its own, so that its largest memory is its own. Reports, never judges.
 */
#include "filled.h"
#include "report/make.h"

#include <sys/wait.h>

/* -- the store ------------------------------------------------------------------------------- */

/* One incident in steps of 90 days over their number; its lead arrives after 5 to 29 min, one in fifty after an
 * hour. */
static void add_incidents(sqlite3 *db, const struct mechanism *m, int64_t n)
{
	int64_t from = day_start(date_day((struct date){2026, 1, 1})), step = 90 * DAY_MS / n;
	char *sql = sqlite3_mprintf(
	    "WITH RECURSIVE i (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < %lld) "
	    "INSERT INTO incident (id, number, state, received_at, reported_at, category, priority, "
	    "given_priority, zone, area, revision, completed_at, closed_at, salt, content) "
	    "SELECT k, 'B' || k, 3, %lld + k * %lld, %lld + k * %lld, %d + k * 31 %% %d, 1 + k %% 4, 0, "
	    "k %% 3 = 0, %d + k * 17 %% %d, 1, %lld + k * %lld + 7200000, %lld + k * %lld + 7200000, "
	    "zeroblob(16), zeroblob(32) FROM i",
	    (long long)n, (long long)from, (long long)step, (long long)from, (long long)step, CATEGORY_FIRST,
	    m->n_categories, AREA_FIRST, m->n_areas, (long long)from, (long long)step, (long long)from,
	    (long long)step);

	run(db, sql);
	sqlite3_free(sql);
}

static void add_dispatches(sqlite3 *db, const struct mechanism *m)
{
	char *sql = sqlite3_mprintf(
	    "WITH part (j) AS (VALUES (1), (2), (3)) "
	    "INSERT INTO dispatch (id, unit, role, state, issued_at, delivered_at, acknowledged_at, "
	    "arrived_at, "
	    "completed_at, delivered_recorded, acknowledged_recorded, arrived_recorded, completed_recorded, "
	    "acknowledge_due, arrive_due, acknowledge_start, arrive_start, overdue, late, revision, "
	    "issued_priority, issued_zone, issued_category, acknowledge_ms, arrive_ms, standing) "
	    "SELECT i.id << 7 | j, %d + (i.id * 7 + j * 13) %% %d, j > 1, 4, reported_at, reported_at + "
	    "5000, "
	    "reported_at + 30000 + i.id %% 90000, reported_at + arrive, completed_at, reported_at + 5000, "
	    "reported_at + 30000 + i.id %% 90000, reported_at + arrive, completed_at, reported_at + 120000, "
	    "CASE WHEN zone = 0 THEN reported_at + 1800000 END, reported_at, reported_at, "
	    "CASE WHEN zone = 0 AND arrive > 1800000 THEN 4 ELSE 0 END, "
	    "CASE WHEN zone = 0 AND arrive > 1800000 THEN 4 ELSE 0 END, 1, priority, zone, category, "
	    "30000 + i.id %% 90000, arrive, zone FROM "
	    "(SELECT *, CASE WHEN id %% 50 = 0 THEN 3600000 ELSE 300000 + id * 977 %% 1440000 END AS arrive "
	    "FROM incident) AS i, part",
	    UNIT_FIRST, m->n_units);

	run(db, sql);
	sqlite3_free(sql);
}

static void fill(const struct mechanism *m, int64_t dispatches)
{
	int64_t n = dispatches / 3;
	char *counts;
	sqlite3 *db = fill_begin(m);

	add_incidents(db, m, n);
	add_dispatches(db, m);
	counts =
	    sqlite3_mprintf("UPDATE meta SET incidents = %lld, untallied = %lld", (long long)n, (long long)n);
	run(db, counts);
	sqlite3_free(counts);
	fill_end(db);
}

/* -- what is measured ------------------------------------------------------------------------ */

static void measure_report(const char *format)
{
	struct report_ask ask = {.kind = "quarter", .period = "2026Q1", .format = format};
	struct arena *a = arena_new();
	struct buf out = {0};
	struct report_made made;
	int64_t since = clock_mono_us();
	char what[40], more[64];

	report_make(path, &ask, a, &out, &made, NULL, NULL);
	must(made.code == OK, made.detail ? made.detail : "the report");
	snprintf(what, sizeof what, "quarter as %s", format);
	snprintf(more, sizeof more, "  %zu bytes", out.n);
	say(what, clock_mono_us() - since, more);
	buf_free(&out);
	arena_free(a);
}

static void told(void *arg, const struct report_difference *d)
{
	(void)arg;
	fprintf(stderr, "%s %s: %lld, %lld\n", d->key, d->counter, (long long)d->kept, (long long)d->summed);
}

static void measure_verify(const char *period)
{
	char why[256] = "", more[64];
	struct reads *r = reads_open(path, why, sizeof why);
	struct report_snapshot snapshot;
	struct period p;
	int64_t since = clock_mono_us(), n;

	must(r && period_find(str_of(period), &p) && report_begin(r, &snapshot) == STORE_OK, "reading");
	n = report_verify(r, period_from_ms(&p), period_to_ms(&p), true, why, sizeof why, told, NULL, NULL);
	must(n >= 0, why);
	report_end(r);
	snprintf(more, sizeof more, "  %lld differences", (long long)n);
	say("verify the quarter", clock_mono_us() - since, more);
	reads_close(r);
}

static void apart(void (*measure)(const char *), const char *with)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		measure(with);
		exit(0);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, with);
}

int main(int argc, char **argv)
{
	int64_t dispatches = argc > 1 ? atoll(argv[1]) : 1000000, since = clock_mono_us();
	struct mechanism *m = begin("bench-report.db", argc, argv);
	struct store *s;

	fill(m, dispatches);
	printf("%lld dispatches in 2026Q1\n", (long long)dispatches);
	say("rows made", clock_mono_us() - since, "");
	since = clock_mono_us();
	s = opened();
	must(store_bring_up(s, m) == STORE_OK, "the sums");
	store_close(s);
	mechanism_release(m);
	say("sums made", clock_mono_us() - since, "");
	for (int f = 0; f < REPORT_FORMATS; f++)
		apart(measure_report, report_formats[f].name);
	apart(measure_verify, "2026Q1");
	remove_store();
	return 0;
}
