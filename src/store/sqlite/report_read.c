/*
 * report_read.c - what a report reads, row by row from one snapshot. See store/report.h.
 */
#include "local.h"
#include "base/log.h"
#include "store/report.h"

static enum store_status ended(struct reads *r, int rc)
{
	struct sql *q = reads_sql(r);

	if (rc != SQLITE_OK)
		log_warn("report read failed", "code=%d error=%s", rc,
		    q->db ? sqlite3_errmsg(q->db) : sqlite3_errstr(rc));
	return sql_status(rc);
}

enum store_status report_begin(struct reads *r, struct report_snapshot *out)
{
	struct sql *q = reads_sql(r);
	struct meta m = {0};
	int rc = q->db ? sql_need(q, SET_REPORT) : SQLITE_CANTOPEN;

	if (rc == SQLITE_OK)
		rc = meta_snapshot(q, &m);
	*out = (struct report_snapshot){
	    .training = m.training, .seq = m.seq, .head = m.hash, .last_beat = m.beat};
	memcpy(out->store, m.store, sizeof out->store);
	return ended(r, rc);
}

void report_end(struct reads *r)
{
	if (reads_sql(r)->db)
		sql_abandon(reads_sql(r));
}

/* -- sums ------------------------------------------------------------------------------------------ */

/* What the rows of a span have in common but the day, and their sum. */
#define GROUP_PARTS 4
struct group {
	int64_t key[GROUP_PARTS];
	int64_t n[];
};

/* Adds the rows of the statement up, by their key without the day. */
static int sum_rows(struct reads *r, struct arena *a, enum statement id, int64_t from, int64_t to,
    int counters, struct map *groups)
{
	sqlite3_stmt *st = sql_use(reads_sql(r), id);
	int rc;

	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t key[GROUP_PARTS];
		struct group **g;

		for (int i = 0; i < GROUP_PARTS; i++)
			key[i] = sqlite3_column_int64(st, i + 1);
		if (!(g = map_find(groups, MAP_KEY_OF(key)))) {
			struct group *fresh =
			    arena_alloc(a, sizeof *fresh + (size_t)counters * sizeof(int64_t));

			memcpy(fresh->key, key, sizeof key);
			g = map_add(groups, MAP_KEY_OF(fresh->key), NULL);
			*g = fresh;
		}
		if (!tally_unpack(column_blob(st, GROUP_PARTS + 1), (*g)->n, counters))
			log_alarm("tally unreadable", "day=%lld", (long long)sqlite3_column_int64(st, 0));
	}
	return sql_end(st, rc);
}

enum store_status report_tallies(struct reads *r, int64_t from, int64_t to, report_tally *each, void *arg)
{
	struct symbols *symbols = &reads_sql(r)->symbols;
	struct arena *a = arena_new();
	struct map groups;
	struct group **g;
	size_t at = 0;
	int rc;

	map_init(&groups, a, sizeof *g, 0);
	rc = sum_rows(r, a, STATEMENT_TALLY_SPAN, from, to, TALLY_COUNTERS, &groups);
	while (rc == SQLITE_OK && (g = map_next(&groups, &at, NULL))) {
		struct tally_key key = {.day = from,
		    .unit = symbol_text(symbols, (*g)->key[0]),
		    .part = (enum dispatch_role)(*g)->key[1],
		    .priority = (enum priority)(*g)->key[2],
		    .standing = (enum standing)(*g)->key[3]};
		struct tally sum;

		memcpy(sum.n, (*g)->n, sizeof sum.n);
		each(arg, &key, &sum);
	}
	arena_free(a);
	return ended(r, rc);
}

enum store_status report_tally_incidents(struct reads *r, int64_t from, int64_t to,
    report_tally_incident *each, void *arg)
{
	struct symbols *symbols = &reads_sql(r)->symbols;
	struct arena *a = arena_new();
	struct map groups;
	struct group **g;
	size_t at = 0;
	int rc;

	map_init(&groups, a, sizeof *g, 0);
	rc = sum_rows(r, a, STATEMENT_TALLY_INCIDENT_SPAN, from, to, TALLY_INCIDENT_COUNTERS, &groups);
	while (rc == SQLITE_OK && (g = map_next(&groups, &at, NULL))) {
		const char *township = symbol_text(symbols, (*g)->key[2]);
		struct tally_incident_key key = {.day = from,
		    .lead = symbol_text(symbols, (*g)->key[0]),
		    .category = symbol_text(symbols, (*g)->key[1]),
		    .standing = (enum standing)(*g)->key[3]};
		struct tally_incident sum;

		snprintf(key.township, sizeof key.township, "%s", township ? township : "");
		memcpy(sum.n, (*g)->n, sizeof sum.n);
		each(arg, &key, &sum);
	}
	arena_free(a);
	return ended(r, rc);
}

/* -- what has not ended ----------------------------------------------------------------------------- */

enum store_status report_open(struct reads *r, int64_t from, int64_t to, report_incident *each, void *arg)
{
	struct sql *q = reads_sql(r);
	struct arena *a = arena_new();
	sqlite3_stmt *st = sql_use(q, STATEMENT_REPORT_OPEN);
	struct incident *inc;
	int rc, done = SQLITE_OK;

	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while (done == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		done = record_load(q, a, sqlite3_column_int64(st, 0), NULL, &inc);
		if (done == SQLITE_OK && inc)
			each(arg, inc);
		arena_reset(a);
	}
	rc = sql_end(st, done == SQLITE_OK ? rc : SQLITE_ROW);
	arena_free(a);
	return ended(r, done == SQLITE_OK ? rc : done);
}

/* -- reports as they were made ------------------------------------------------------------------------ */

static int reported_at(struct sql *q, int64_t id, int64_t *at)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REPORT_REPORTED_AT);
	int rc;

	sqlite3_bind_int64(st, 1, id);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*at = sqlite3_column_int64(st, 0);
	return sql_end(st, rc);
}

/* The first incident that was reported at or after the instant, by halves: ids and instants grow together. Behind the last where there is none. */
static int first_since(struct sql *q, int64_t from, int64_t *id, int64_t *last)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REPORT_LAST_ID);
	int64_t low = 1, high, at = 0;
	int rc;

	*last = (rc = sqlite3_step(st)) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	rc = sql_end(st, rc);
	for (high = *last + 1; rc == SQLITE_OK && low < high;) {
		int64_t middle = low + (high - low) / 2;

		rc = reported_at(q, middle, &at);
		if (at < from)
			low = middle + 1;
		else
			high = middle;
	}
	*id = low;
	return rc;
}

/* The statement, bound to begin with the first incident of the time since. */
static int use_since(struct sql *q, int64_t from, enum statement id, sqlite3_stmt **st, int64_t *first,
    int64_t *last)
{
	int rc = first_since(q, from, first, last);

	*st = sql_use(q, id);
	sqlite3_bind_int64(*st, 1, *first);
	return rc;
}

static const char *text_at(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

enum store_status report_reports(struct reads *r, int64_t from, report_stored *each, void *arg)
{
	struct sql *q = reads_sql(r);
	int64_t first, last;
	sqlite3_stmt *st;
	int rc = use_since(q, from, STATEMENT_REPORT_REPORTS, &st, &first, &last);

	if (rc != SQLITE_OK)
		return ended(r, rc);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct stored_report one = {.id = sqlite3_column_int64(st, 0),
		    .number = text_at(st, 1),
		    .received_at = sqlite3_column_int64(st, 2),
		    .category = symbol_text(&q->symbols, sqlite3_column_int64(st, 3)),
		    .priority = (enum priority)sqlite3_column_int64(st, 4),
		    .area = symbol_text(&q->symbols, sqlite3_column_int64(st, 5)),
		    .given_confidential = sqlite3_column_int64(st, 6),
		    .confidential = sqlite3_column_int64(st, 7),
		    .address = text_at(st, 8),
		    .description = text_at(st, 9),
		    .units = text_at(st, 10)};

		if (one.number && one.priority < PRIORITY_COUNT)
			each(arg, &one, last - first + 1);
	}
	return ended(r, sql_end(st, rc));
}

enum store_status report_judged(struct reads *r, int64_t from, report_judgement *each, void *arg)
{
	struct sql *q = reads_sql(r);
	int64_t first, last;
	sqlite3_stmt *st;
	int rc = use_since(q, from, STATEMENT_REPORT_JUDGED, &st, &first, &last);

	if (rc != SQLITE_OK)
		return ended(r, rc);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct stored_judgement one = {.number = text_at(st, 0),
		    .received_at = sqlite3_column_int64(st, 1),
		    .category = symbol_text(&q->symbols, sqlite3_column_int64(st, 2)),
		    .choice = text_at(st, 3),
		    .description = text_at(st, 4),
		    .address = text_at(st, 5),
		    .name = text_at(st, 6),
		    .phone = text_at(st, 7)};

		if (one.number && one.category)
			each(arg, &one);
	}
	return ended(r, sql_end(st, rc));
}

/* -- findings, requests, entries --------------------------------------------------------------------- */

static sqlite3_stmt *use_span(struct reads *r, enum statement id, int64_t from, int64_t to)
{
	sqlite3_stmt *st = sql_use(reads_sql(r), id);

	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	return st;
}

/* Behind its own columns stand those of its incident and dispatch. */
enum store_status report_findings(struct reads *r, int64_t from, int64_t to, report_finding_told *each,
    void *arg)
{
	sqlite3_stmt *st = use_span(r, STATEMENT_REPORT_FINDINGS, from, to);
	int its = sqlite3_column_count(st) - 4, rc;
	struct arena *a = arena_new();

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct report_finding one = {.f = record_finding(reads_sql(r), STATEMENT_REPORT_FINDINGS, a),
		    .number = column_text(st, its, a),
		    .part = (enum dispatch_role)sqlite3_column_int(st, its + 1),
		    .arrived = sqlite3_column_int(st, its + 2) != 0,
		    .open = sqlite3_column_int(st, its + 3) != 0};

		each(arg, &one);
		arena_reset(a);
	}
	arena_free(a);
	return ended(r, sql_end(st, rc));
}

enum store_status report_requests(struct reads *r, int64_t from, int64_t to, report_request *each, void *arg)
{
	sqlite3_stmt *st = use_span(r, STATEMENT_REPORT_REQUESTS, from, to);
	int its = sqlite3_column_count(st) - 1, rc;
	struct arena *a = arena_new();

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		each(arg, record_request(reads_sql(r), STATEMENT_REPORT_REQUESTS, a),
		    column_text(st, its, a));
		arena_reset(a);
	}
	arena_free(a);
	return ended(r, sql_end(st, rc));
}

enum store_status report_entries(struct reads *r, enum entry_kind kind, int64_t from, int64_t to,
    report_entry *each, void *arg)
{
	sqlite3_stmt *st = use_span(r, STATEMENT_REPORT_ENTRIES, from, to);
	struct arena *a = arena_new();
	int rc;

	sqlite3_bind_int(st, 3, (int)kind);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		each(arg, record_entry(reads_sql(r), STATEMENT_REPORT_ENTRIES, a));
		arena_reset(a);
	}
	arena_free(a);
	return ended(r, sql_end(st, rc));
}

enum store_status report_revision(struct reads *r, struct arena *a, int64_t at, const char **out)
{
	sqlite3_stmt *st = sql_use(reads_sql(r), STATEMENT_REVISION_AT);
	int rc;

	*out = NULL;
	sqlite3_bind_int64(st, 1, at);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = column_text(st, 0, a);
	return ended(r, sql_end(st, rc));
}
