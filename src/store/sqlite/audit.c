/*
 * audit.c - walks the hash chain from its first row and computes everything again.
 *
 * What it finds: a changed byte anywhere in the journal (the hash), a row taken out or put in (seq
 * and the hash of the next), rows cut off at the end (the head that meta holds). What it cannot find
 * is a chain that was wholly made anew; for that, compare a head with one printed on an old report.
 * Rows are read some at a time, so that no read transaction lasts.
 *
 * The rows of incidents, dispatches, requests and texts are in no chain. They are compared with what the events
 * say, one incident a read transaction; what belongs to no incident: audit_system.c.
 */
#include "local.h"
#include "base/array.h"
#include "base/log.h"
#include "base/time.h"
#include "domain/deadline.h"
#include "store/archive.h"
#include "store/removal.h"

#include <stdlib.h>

#define ROWS_AT_ONCE 1000

struct audit_walk {
	struct sql *q;
	struct audit_result *out;
	struct sayer say;
	struct arena *arena;
	struct audit_archived *archived;
};

static int broken(struct audit_walk *w, int64_t seq, const char *zh, const char *en)
{
	say(&w->say, "审计链在第 %lld 条之后断裂：%s", "the audit chain is broken after seq %lld: %s",
	    (long long)seq, w->say.english ? en : zh);
	return 1;
}

static int unreadable(struct audit_walk *w)
{
	say(&w->say, "数据库读不出来：%s", "the store cannot be read: %s",
	    sql_reason(w->q->db, w->say.english));
	return -1;
}

/* Its data are in an archive. */
static void pass_row(struct audit_walk *w, const struct journal_row *row, int year)
{
	audit_archived_row(w->archived, year, &w->out->head, row->seq, row->n, &row->hash);
	w->out->archived++;
	w->out->rows++;
	w->out->events += row->n;
	w->out->seq = row->seq;
	w->out->head = row->hash;
}

static int check_row(struct audit_walk *w, sqlite3_stmt *st)
{
	struct journal_row row;
	struct digest hash;
	struct event *events;

	if (!journal_read(st, &row))
		return broken(w, w->out->seq, "一行的散列值长度不对", "a row's hash has the wrong length");
	if (row.n < 1 || row.seq - row.n != w->out->seq)
		return broken(w, w->out->seq, "序号不连续，有行被删去或插入",
		    "seq has a gap: a row was taken out or put in");
	if (sqlite3_column_int(st, 8)) {
		pass_row(w, &row, sqlite3_column_int(st, 8));
		return 0;
	}
	hash = journal_hash(&w->out->head, &row);
	if (!digest_eq(&hash, &row.hash))
		return broken(w, w->out->seq, "散列值不符，内容被改动",
		    "the hash differs: the row was changed");
	if (!(events = journal_unpack(&row, w->arena)))
		return broken(w, w->out->seq, "内容格式不对", "the data is not of a known layout");
	audit_archived_events(w->archived, events, row.n, w->arena);
	if (audit_archived_kept(w->archived, w->q, &w->out->head, &row) != SQLITE_OK)
		return unreadable(w);
	w->out->rows++;
	w->out->events += row.n;
	w->out->seq = row.seq;
	w->out->head = hash;
	return 0;
}

/* 2: there was nothing more. */
static int check_some(struct audit_walk *w)
{
	sqlite3_stmt *st = sql_use(w->q, STATEMENT_CHAIN_AFTER);
	int rc, found = 0, rows = 0;

	sqlite3_bind_int64(st, 1, w->out->seq);
	sqlite3_bind_int(st, 2, ROWS_AT_ONCE);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && found == 0) {
		found = check_row(w, st);
		rows++;
	}
	arena_reset(w->arena);
	if (sql_end(st, rc) != SQLITE_OK)
		return unreadable(w);
	return found ? found : rows < ROWS_AT_ONCE ? 2 : 0;
}

/* The head as it was when the walk began: later rows may have come, earlier ones may not be gone. */
static int check_end(struct audit_walk *w, const struct meta *m)
{
	if (w->out->seq < m->seq)
		return broken(w, w->out->seq, "末尾的行被删去", "rows were cut off at the end");
	if (w->out->seq == m->seq && !digest_eq(&w->out->head, &m->hash))
		return broken(w, w->out->seq, "末尾散列值与标记不符",
		    "the last hash is not the head that was committed");
	return 0;
}

int audit_verify(struct reads *r, struct audit_result *out, bool english, char *why, size_t why_len,
    void (*progress)(void *arg, int64_t done, int64_t of), void *arg)
{
	struct audit_walk w = {.q = reads_sql(r), .out = out, .say = {english, why, why_len}};
	struct arena *years = arena_new();
	struct meta m;
	int found = 0;

	*out = (struct audit_result){0};
	snprintf(why, why_len, "%s", "");
	if (sql_need(w.q, SET_PROOF) != SQLITE_OK || meta_get(w.q, &m) != SQLITE_OK ||
	    !(w.archived = audit_archived_begin(w.q, years))) {
		arena_free(years);
		return unreadable(&w);
	}
	out->head = journal_genesis(m.store);
	w.arena = arena_new();
	while (found == 0) {
		found = check_some(&w);
		if (progress)
			progress(arg, out->seq, m.seq > out->seq ? m.seq : out->seq);
	}
	arena_free(w.arena);
	if (found == 2)
		found = check_end(&w, &m);
	if (found == 0)
		found = audit_archived_end(w.archived, w.q, &w.say);
	if (found == 0)
		found = audit_kept(w.q, &w.say);
	arena_free(years);
	return found < 0 ? unreadable(&w) : found;
}

bool audit_head_at(struct reads *r, int64_t seq, struct digest *out)
{
	struct sql *q = reads_sql(r);
	sqlite3_stmt *st;
	struct meta m;
	bool found;

	if (seq == 0) {
		if (meta_get(q, &m) != SQLITE_OK)
			return false;
		*out = journal_genesis(m.store);
		return true;
	}
	st = sql_use(q, STATEMENT_CHAIN_HASH);
	sqlite3_bind_int64(st, 1, seq);
	found = sqlite3_step(st) == SQLITE_ROW && column_digest(st, 0, out);
	sqlite3_reset(st);
	return found;
}

bool reads_hash(struct reads *r, int64_t seq, struct digest *out)
{
	sqlite3_stmt *st;
	bool found;

	if (sql_need(reads_sql(r), SET_NOTICE) != SQLITE_OK)
		return false;
	st = sql_use(reads_sql(r), STATEMENT_JOURNAL_HASH);
	sqlite3_bind_int64(st, 1, seq);
	found = sqlite3_step(st) == SQLITE_ROW && column_digest(st, 0, out);
	sqlite3_reset(st);
	return found;
}

/* -- records ---------------------------------------------------------------------------------- */

struct records {
	struct sql *q;
	struct arena *a;
	struct sayer say;
	audit_differs *differs;
	void *arg;
	const struct meta *m;
	int64_t *last;          /* of each incident, by id: the seq of its last row */
	struct archive archive; /* year 0: all incidents must be there */
	int64_t *reported;      /* of an archive: when its first row was written */
	int64_t n_incidents, found;
	int64_t decided_at;   /* when the last row of the incident at hand was written */
	struct event *events; /* of the incident at hand, the last first while they are collected */
	size_t n, cap;
	struct replay_text *texts;
	size_t n_texts, cap_texts;
};

static int find_ends(struct records *r)
{
	int64_t after = 0, before;
	int rc = SQLITE_OK;

	do {
		sqlite3_stmt *st = sql_use(r->q, STATEMENT_JOURNAL_ENDS);

		before = after;
		sqlite3_bind_int64(st, 1, after);
		sqlite3_bind_int(st, 2, ROWS_AT_ONCE);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			int64_t incident = sqlite3_column_int64(st, 1);

			after = sqlite3_column_int64(st, 0);
			if (incident <= 0 || incident > r->n_incidents)
				continue;
			if (r->last[incident] == 0)
				r->reported[incident] = sqlite3_column_int64(st, 2);
			r->last[incident] = after;
		}
		rc = sql_end(st, rc);
	} while (rc == SQLITE_OK && after > before);
	return rc;
}

static int take_texts(struct records *r, size_t index)
{
	sqlite3_stmt *st = sql_use(r->q, STATEMENT_TEXT_OF);
	int rc;

	sqlite3_bind_int64(st, 1, r->events[index].seq);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(r->a, r->texts, r->n_texts, r->cap_texts);
		r->texts[r->n_texts++] =
		    (struct replay_text){(int)index, column_text(st, 0, r->a), column_text(st, 1, r->a)};
	}
	return sql_end(st, rc);
}

/* The events of one row, the last first; *seq becomes the row before. */
static int take_row(struct records *r, int64_t *seq)
{
	sqlite3_stmt *st = sql_use(r->q, STATEMENT_JOURNAL_ROW);
	struct journal_row row;
	struct event *v = NULL;
	int rc;

	sqlite3_bind_int64(st, 1, *seq);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && journal_read(st, &row))
		v = journal_unpack(&row, r->a);
	if (v && r->n == 0) /* the last one comes first */
		r->decided_at = row.at;
	for (int64_t i = v ? row.n : 0; i > 0; i--) {
		ARRAY_ROOM(r->a, r->events, r->n, r->cap);
		r->events[r->n++] = v[i - 1];
	}
	*seq = v && row.prev < *seq ? row.prev : 0;
	rc = sql_end(st, rc);
	return rc == SQLITE_OK && !v ? SQLITE_CORRUPT : rc;
}

/* All events of the chain that ends at seq, in their order, with their texts. */
static int take_events(struct records *r, int64_t seq)
{
	int rc = SQLITE_OK;

	r->n = r->cap = r->n_texts = r->cap_texts = 0;
	while (seq > 0 && rc == SQLITE_OK)
		rc = take_row(r, &seq);
	for (size_t i = 0; i < r->n / 2; i++) {
		struct event e = r->events[i];

		r->events[i] = r->events[r->n - 1 - i];
		r->events[r->n - 1 - i] = e;
	}
	for (size_t i = 0; i < r->n && rc == SQLITE_OK; i++)
		rc = take_texts(r, i);
	return rc;
}

static void tell(struct records *r, const char *number, const struct difference *d)
{
	r->found++;
	r->differs(r->arg, number, d);
}

/* The digest of the caller is no event's: it comes from the phone, which the digest of the report proves. */
static void compare_caller(struct records *r, const struct incident *inc)
{
	struct str secret = {(const char *)r->m->secret, SECRET_LEN};
	uint64_t expected = caller_of(secret, inc->reporter_phone, inc->drill);

	if (inc->caller == expected || inc->id <= r->m->untallied)
		return;
	tell(r, inc->number,
	    &(struct difference){.field = "caller",
		.stored = arena_printf(r->a, "%016llx", (unsigned long long)inc->caller),
		.expected = arena_printf(r->a, "%016llx", (unsigned long long)expected)});
}

/* When it was reported is when its first row was written. */
static void compare_reported(struct records *r, const struct incident *inc)
{
	char stored[TIME_TEXT_MAX], expected[TIME_TEXT_MAX];

	if (inc->reported_at != r->reported[inc->id])
		tell(r, inc->number,
		    &(struct difference){.field = "reported_at",
			.stored = arena_text(r->a, time_rfc3339(inc->reported_at, stored)),
			.expected = arena_text(r->a, time_rfc3339(r->reported[inc->id], expected))});
}

/* The deadlines are found by this column: as much as is sure without the mechanism. What lapsed before the last
 * decision, and was not come round to, is armed for the moment after it. */
static void compare_wake(struct records *r, const struct incident *inc)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	char stored[TIME_TEXT_MAX], expected[TIME_TEXT_MAX];
	int64_t last;
	bool must = deadline_must_wake(inc, &last);
	bool wrong =
	    must ? !inc->wake_at || (inc->wake_at > last && last > r->decided_at) : ended && inc->wake_at;

	if (wrong)
		tell(r, inc->number,
		    &(struct difference){.field = "wake_at",
			.stored = inc->wake_at ? arena_text(r->a, time_rfc3339(inc->wake_at, stored)) : NULL,
			.expected = must && last < INT64_MAX ? arena_text(r->a, time_rfc3339(last, expected))
							     : NULL});
}

/* The lists of what a unit has to do are found by this column. */
static int compare_opens(struct records *r, const struct incident *inc)
{
	sqlite3_stmt *st = sql_use(r->q, STATEMENT_DISPATCH_OPENS);
	int rc;

	sqlite3_bind_int64(st, 1, inc->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const struct dispatch *d = incident_dispatch(inc, sqlite3_column_int(st, 0));
		int expected = d && dispatch_open(d);

		if (d && sqlite3_column_int(st, 1) != expected)
			tell(r, inc->number,
			    &(struct difference){d->n, "open",
				arena_printf(r->a, "%d", sqlite3_column_int(st, 1)),
				arena_printf(r->a, "%d", expected)});
	}
	return sql_end(st, rc);
}

/* Must the file have it? An archive has those that were reported in its year, and no others. */
static bool belongs(const struct records *r, int64_t id)
{
	return r->archive.year == 0 ||
	    (r->reported[id] >= r->archive.from && r->reported[id] < r->archive.to);
}

static int compare(struct records *r, int64_t id)
{
	struct incident *inc;
	struct difference *v;
	int rc = record_load(r->q, r->a, id, NULL, &inc), n, year = 0;

	if (rc != SQLITE_OK)
		return rc;
	if (!inc && !belongs(r, id))
		return SQLITE_OK;
	if (!inc && (rc = removal_year_of(r->q, id, &year)) != SQLITE_OK)
		return rc;
	if (year) /* it left, and its rows are about to */
		return SQLITE_OK;
	if (!inc || inc->last_seq < r->last[id])
		tell(r, inc ? inc->number : NULL,
		    &(struct difference){.field = inc ? "last_seq" : "row",
			.stored = inc ? arena_printf(r->a, "%lld", (long long)inc->last_seq) : NULL,
			.expected = arena_printf(r->a, "%lld", (long long)r->last[id])});
	rc = take_events(r, inc && inc->last_seq > r->last[id] ? inc->last_seq : r->last[id]);
	if (!inc || rc != SQLITE_OK)
		return rc;
	compare_caller(r, inc);
	compare_reported(r, inc);
	compare_wake(r, inc);
	n = replay_compare(inc, r->events, (int)r->n, r->texts, (int)r->n_texts, r->a, &v);
	for (int i = 0; i < n; i++)
		tell(r, inc->number, &v[i]);
	return compare_opens(r, inc);
}

/* One snapshot. */
static int compare_one(struct records *r, int64_t id)
{
	int rc = sql_run(r->q, STATEMENT_BEGIN_READ);

	if (rc == SQLITE_OK)
		rc = symbols_refresh(r->q);
	if (rc == SQLITE_OK)
		rc = compare(r, id);
	sql_abandon(r->q);
	arena_reset(r->a);
	return rc;
}

/* One snapshot, too. */
static int audit_whole_system(struct records *r)
{
	struct meta m;
	int rc = sql_run(r->q, STATEMENT_BEGIN_READ);

	if (rc == SQLITE_OK)
		rc = symbols_refresh(r->q);
	if (rc == SQLITE_OK)
		rc = meta_get(r->q, &m);
	if (rc == SQLITE_OK)
		rc = audit_system(r->q, &m, r->differs, r->arg, &r->found);
	sql_abandon(r->q);
	return rc;
}

int64_t audit_records(struct reads *reads, bool english, char *why, size_t why_len, audit_differs *differs,
    void (*progress)(void *arg, int64_t done, int64_t of), void *arg)
{
	struct records r = {
	    .q = reads_sql(reads), .say = {english, why, why_len}, .differs = differs, .arg = arg};
	struct meta m = {0};
	int rc = sql_need(r.q, SET_PROOF);

	if (rc == SQLITE_OK) /* requests, findings and entries of no incident */
		rc = sql_need(r.q, SET_REGISTER);
	if (rc == SQLITE_OK)
		rc = meta_get(r.q, &m);
	r.m = &m;
	snprintf(why, why_len, "%s", "");
	r.n_incidents = m.incidents;
	r.last = xalloc(((size_t)m.incidents + 1) * sizeof *r.last);
	memset(r.last, 0, ((size_t)m.incidents + 1) * sizeof *r.last);
	r.reported = xalloc(((size_t)m.incidents + 1) * sizeof *r.reported);
	r.a = arena_new();
	if (rc == SQLITE_OK)
		rc = archive_of(r.q, &r.archive);
	if (rc == SQLITE_OK)
		rc = find_ends(&r);
	for (int64_t id = 1; id <= m.incidents && rc == SQLITE_OK; id++) {
		if (r.last[id])
			rc = compare_one(&r, id);
		if (progress && id % ROWS_AT_ONCE == 0)
			progress(arg, id, m.incidents);
	}
	arena_free(r.a);
	free(r.last);
	free(r.reported);
	if (rc == SQLITE_OK &&
	    r.archive.year == 0) /* an archive has neither accounts nor the end of the journal */
		rc = audit_whole_system(&r);
	if (rc != SQLITE_OK)
		say(&r.say, "数据库读不出来：%s", "the store cannot be read: %s",
		    sql_reason(r.q->db, r.say.english));
	return rc == SQLITE_OK ? r.found : -1;
}
