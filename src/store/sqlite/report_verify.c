/*
 * report_verify.c - the proof of the sums that reports are made from: every row is counted again by SQL, and what
 * comes out is compared with what is kept, key by key and counter by counter. A difference is told, and never
 * repaired.
 */
#include "local.h"
#include "base/log.h"
#include "base/time.h"
#include "store/removal.h"
#include "store/report.h"

#include <assert.h>

#define KEY_COLUMNS 5 /* of both tables; the first is the day */
#define COUNTERS_MOST 128
#define TOLD_EVERY 100000

/* A column that says which of several counters is counted: of how many. */
struct several {
	const char *first;
	int n;
};
static const struct several several[] = {
    {"delivery_void", 5},
    {"acknowledge_void", 5},
    {"arrive_void", 5},
    {"first_report_void", 5},
    {"next_report_void", 5},
    {"acknowledge_time_1", 6},
    {"arrive_time_1", 6},
    {"first_report_time_1", 6},
    {"return_pending", 5},
    {"extend_pending", 5},
    {"late_step_pending", 5},
    {"void_returned", 4},
    {"satisfied", 6},
};
#define COUNT(v) (sizeof(v) / sizeof(*(v)))

/* What was counted under a key. */
struct counted {
	const char *key;
	int64_t n[];
};

struct verify {
	struct sql *q;
	struct arena *a;
	struct map sums; /* struct counted *, by key */
	const struct tally_name *names;
	int counters;
	report_differs *differs;
	void (*progress)(void *arg, int64_t done, int64_t of);
	void *arg;
	int64_t done, of, found;
	struct removal_year
	    *left; /* years that left the store, and whose rows are counted in their archives */
	size_t n_left;
};

static bool has_left(const struct verify *v, sqlite3_stmt *st)
{
	int64_t day = sqlite3_column_int64(st, 0);

	for (size_t i = 0; i < v->n_left; i++)
		if (day >= v->left[i].from && day < v->left[i].to)
			return true;
	return false;
}

static struct counted *sum_of(struct verify *v, const char *key)
{
	struct counted **s = map_find(&v->sums, str_of(key)), *fresh;

	if (s)
		return *s;
	fresh = arena_alloc(v->a, sizeof *fresh + (size_t)v->counters * sizeof(int64_t));
	fresh->key = arena_text(v->a, key);
	s = map_add(&v->sums, str_of(fresh->key), NULL);
	*s = fresh;
	return fresh;
}

/* "2026-03-02 water 0 2 0": the key as the rows have it. */
static void key_of(sqlite3_stmt *st, char *out, size_t len)
{
	struct date d = day_date(local_day(sqlite3_column_int64(st, 0)));
	int n = snprintf(out, len, "%04d-%02d-%02d", d.year, d.month, d.day);

	for (int i = 1; i < KEY_COLUMNS && n > 0 && (size_t)n < len; i++) {
		const char *text = (const char *)sqlite3_column_text(st, i);

		n += snprintf(out + n, len - (size_t)n, " %s", text && *text ? text : "-");
	}
}

/* -- what is counted ---------------------------------------------------------------------------------- */

/* Which counter each column of the statement is, and how many come after it. */
struct plan {
	int counter[COUNTERS_MOST], n[COUNTERS_MOST];
};

static void plan_columns(const struct verify *v, sqlite3_stmt *st, struct plan *p)
{
	for (int c = KEY_COLUMNS; c < sqlite3_column_count(st); c++) {
		const char *name = sqlite3_column_name(st, c);
		int i = 0;

		while (i < v->counters && strcmp(v->names[i].column, name) != 0)
			i++;
		assert(i < v->counters && "a column of the proof has a counter's name");
		p->counter[c] = i;
		p->n[c] = 0;
		for (size_t k = 0; k < COUNT(several); k++)
			if (strcmp(several[k].first, name) == 0)
				p->n[c] = several[k].n;
	}
}

static void count_row(struct verify *v, sqlite3_stmt *st, const struct plan *p)
{
	char key[256];
	struct counted *s;

	key_of(st, key, sizeof key);
	s = sum_of(v, key);
	for (int c = KEY_COLUMNS; c < sqlite3_column_count(st); c++) {
		int64_t value = sqlite3_column_int64(st, c);

		if (p->n[c] == 0)
			s->n[p->counter[c]] += value;
		else if (value > 0 && value <= p->n[c])
			s->n[p->counter[c] + value - 1]++;
	}
	if (v->progress && ++v->done % TOLD_EVERY == 0)
		v->progress(v->arg, v->done, v->done > v->of ? v->done : v->of);
}

static int count(struct verify *v, enum statement id, int64_t from, int64_t to)
{
	sqlite3_stmt *st = sql_use(v->q, id);
	struct plan p = {0};
	int rc;

	plan_columns(v, st, &p);
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (!has_left(v, st))
			count_row(v, st, &p);
	return sql_end(st, rc);
}

/* -- what is kept --------------------------------------------------------------------------------------- */

static void differ(struct verify *v, const char *key, int counter, int64_t kept, int64_t counted)
{
	if (kept == counted)
		return;
	v->found++;
	v->differs(v->arg, &(struct report_difference){key, v->names[counter].column, kept, counted});
}

/* What was counted under the key is done with then. */
static void compare_row(struct verify *v, const char *key, struct str packed)
{
	int64_t kept[COUNTERS_MOST] = {0};
	struct counted **s = map_find(&v->sums, str_of(key));

	if (!tally_unpack(packed, kept, v->counters))
		log_alarm("tally unreadable", "key=\"%s\"", key);
	for (int i = 0; i < v->counters; i++) {
		differ(v, key, i, kept[i], s ? (*s)->n[i] : 0);
		if (s)
			(*s)->n[i] = 0;
	}
}

/* The key's symbols stand as texts in the statement. */
static int compare_kept(struct verify *v, enum statement id, int64_t from, int64_t to)
{
	sqlite3_stmt *st = sql_use(v->q, id);
	char key[256];
	int rc;

	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (has_left(v, st))
			continue;
		key_of(st, key, sizeof key);
		compare_row(v, key, column_blob(st, KEY_COLUMNS));
	}
	return sql_end(st, rc);
}

/* What was counted and is kept nowhere. */
static void compare_rest(struct verify *v)
{
	struct counted **s;
	size_t at = 0;

	while ((s = map_next(&v->sums, &at, NULL)))
		for (int i = 0; i < v->counters; i++)
			differ(v, (*s)->key, i, 0, (*s)->n[i]);
	map_clear(&v->sums);
	arena_reset(v->a);
}

static int compare(struct verify *v, enum statement kept, int64_t from, int64_t to)
{
	int rc = compare_kept(v, kept, from, to);

	if (rc == SQLITE_OK)
		compare_rest(v);
	return rc;
}

static int verify_dispatches(struct verify *v, int64_t from, int64_t to)
{
	int rc = count(v, STATEMENT_VERIFY_DISPATCHES, from, to);

	if (rc == SQLITE_OK)
		rc = count(v, STATEMENT_VERIFY_REQUESTS, from, to);
	return rc == SQLITE_OK ? compare(v, STATEMENT_TALLY_KEPT, from, to) : rc;
}

static int verify_incidents(struct verify *v, int64_t from, int64_t to)
{
	int rc;

	v->names = tally_incident_names;
	v->counters = TALLY_INCIDENT_COUNTERS;
	rc = count(v, STATEMENT_VERIFY_INCIDENTS, from, to);
	return rc == SQLITE_OK ? compare(v, STATEMENT_TALLY_INCIDENT_KEPT, from, to) : rc;
}

int64_t report_verify(struct reads *r, int64_t from, int64_t to, bool english, char *why, size_t why_len,
    report_differs *differs, void (*progress)(void *arg, int64_t done, int64_t of), void *arg)
{
	struct sayer sayer = {english, why, why_len};
	struct verify v = {.q = reads_sql(r),
	    .a = arena_new(),
	    .names = tally_names,
	    .counters = TALLY_COUNTERS,
	    .differs = differs,
	    .progress = progress,
	    .arg = arg};
	struct meta m = {0};
	struct arena *years = arena_new();
	int rc = sql_need(v.q, SET_PROOF);

	if (rc == SQLITE_OK)
		rc = meta_get(v.q, &m);
	if (rc == SQLITE_OK)
		rc = removal_years_read(v.q, years, &v.left, &v.n_left);
	snprintf(why, why_len, "%s", "");
	v.of = m.incidents;
	map_init(&v.sums, NULL, sizeof(struct counted *), 0);
	if (rc == SQLITE_OK)
		rc = verify_dispatches(&v, from, to);
	if (rc == SQLITE_OK)
		rc = verify_incidents(&v, from, to);
	map_free(&v.sums);
	arena_free(v.a);
	arena_free(years);
	if (rc != SQLITE_OK)
		say(&sayer, "数据库读不出来：%s", "the store cannot be read: %s",
		    sql_reason(v.q->db, sayer.english));
	return rc == SQLITE_OK ? v.found : -1;
}
