/*
 * read_matter.c - lists of requests, findings and entries for the front ends, and earlier calls of a caller.
 *
 * A list is walked along an index within a budget of rows, so that a filter that fits nothing ends, too: it
 * then says where to go on. Its cursor names a row: 2 * id, and of one that belongs to no incident, whose id
 * is negative, 2 * -id + 1.
 */
#include "local.h"
#include "base/array.h"
#include "domain/entry.h"

#define LIST_MOST 200
#define ROWS_MOST 1000   /* whole rows looked at in one call */
#define INDEX_MOST 20000 /* entries of an index */

static int most_of(int limit)
{
	return limit > 0 && limit < LIST_MOST ? limit : LIST_MOST;
}

static int64_t cursor_of(int64_t row)
{
	return row < 0 ? -row << 1 | 1 : row << 1;
}

static int64_t row_of(int64_t cursor)
{
	return cursor & 1 ? -(cursor >> 1) : cursor >> 1;
}

/* The incident of a row; the one before where that is the same. NULL for a row of none. */
static int incident_of(struct sql *q, struct arena *a, int64_t row, struct incident *before,
    struct incident **out)
{
	*out = NULL;
	if (row < 0)
		return SQLITE_OK;
	if (before && before->id == row >> DISPATCH_BITS)
		*out = before;
	return *out ? SQLITE_OK : record_load(q, a, row >> DISPATCH_BITS, NULL, out);
}

/* -- requests ------------------------------------------------------------------------------------- */

struct request_walk {
	struct sql *q;
	struct arena *a;
	struct want_requests *w;
	int most;
	int64_t after, last, rows; /* rows of the table: behind which, and which was the last looked at */
	bool ended;                /* by its limit or its budget */
};

static bool request_fits(const struct request_filter *f, const struct request *r)
{
	return (f->kind < 0 || (int)r->kind == f->kind) && (f->state < 0 || (int)r->state == f->state) &&
	    (!f->unit || (r->unit && list_has(f->unit, r->unit)));
}

static int list_request(struct request_walk *x, const struct request *r)
{
	struct listed_request *one = &x->w->v[x->w->n];
	struct incident *before = x->w->n ? one[-1].inc : NULL;

	*one = (struct listed_request){.r = r, .cursor = cursor_of(x->last)};
	x->w->n++;
	return incident_of(x->q, x->a, x->last, before, &one->inc);
}

/* The statement is bound. */
static int walk_requests(struct request_walk *x, enum statement id)
{
	sqlite3_stmt *st = x->q->st[id];
	int rc = SQLITE_ROW, done = SQLITE_OK, rows = 0;

	while (done == SQLITE_OK && x->w->n < x->most && rows < ROWS_MOST &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		const struct request *r = record_request(x->q, id, x->a);

		x->last = sqlite3_column_int64(st, 0);
		rows++;
		if (request_fits(&x->w->filter, r))
			done = list_request(x, r);
	}
	x->rows += rows;
	x->ended = rc == SQLITE_ROW;
	rc = sql_end(st, rc);
	return done == SQLITE_OK ? rc : done;
}

/* By their due, from the first on. */
static int walk_pending(struct request_walk *x)
{
	sqlite3_stmt *st = sql_use(x->q, STATEMENT_REQUEST_POSITION);
	int64_t due = INT64_MIN;
	int rc;

	sqlite3_bind_int64(st, 1, x->after);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		due = sqlite3_column_int64(st, 0);
	if ((rc = sql_end(st, rc)) != SQLITE_OK)
		return rc;
	st = sql_use(x->q, STATEMENT_REQUEST_PENDING);
	sqlite3_bind_int64(st, 1, due);
	sqlite3_bind_int64(st, 2, x->after);
	return walk_requests(x, STATEMENT_REQUEST_PENDING);
}

/* Those of incidents, the newest first, then those of none. */
static int walk_all(struct request_walk *x)
{
	sqlite3_stmt *st;
	int rc = SQLITE_OK;

	if (x->after >= 0) {
		st = sql_use(x->q, STATEMENT_REQUEST_NEWEST);
		sqlite3_bind_int64(st, 1, x->after ? x->after : INT64_MAX);
		rc = walk_requests(x, STATEMENT_REQUEST_NEWEST);
	}
	if (rc != SQLITE_OK || x->ended)
		return rc;
	st = sql_use(x->q, STATEMENT_REQUEST_LOOSE);
	sqlite3_bind_int64(st, 1, x->after < 0 ? x->after : INT64_MIN);
	return walk_requests(x, STATEMENT_REQUEST_LOOSE);
}

int requests_read(struct sql *q, struct arena *a, struct want_requests *w, int64_t *rows)
{
	struct request_walk x = {
	    .q = q, .a = a, .w = w, .most = most_of(w->limit), .after = row_of(w->after)};
	int rc;

	w->v = arena_new_array(a, struct listed_request, (size_t)x.most);
	w->n = 0;
	rc = w->filter.state == REQUEST_PENDING ? walk_pending(&x) : walk_all(&x);
	w->next = x.ended ? cursor_of(x.last) : 0;
	*rows += x.rows + w->n;
	return rc;
}

/* -- findings ------------------------------------------------------------------------------------- */

/* The index that the list goes along, behind the cursor. */
static int findings_begin(struct sql *q, const struct want_findings *w, sqlite3_stmt **out)
{
	int64_t after = row_of(w->after), day = w->filter.to ? w->filter.to : INT64_MAX, unit = 0;
	sqlite3_stmt *st = sql_use(q, STATEMENT_FINDING_POSITION);
	int rc;

	sqlite3_bind_int64(st, 1, after);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		day = sqlite3_column_int64(st, 0);
		unit = sqlite3_column_int64(st, 1);
	}
	rc = sql_end(st, rc);
	*out = st = sql_use(q, STATEMENT_FINDING_BEFORE);
	sqlite3_bind_int64(st, 1, day);
	sqlite3_bind_int64(st, 2, unit);
	sqlite3_bind_int64(st, 3, after);
	sqlite3_bind_int64(st, 4, w->filter.from);
	return rc;
}

static bool finding_fits(const struct finding_filter *f, const struct finding *v)
{
	return (f->class < 0 || (int)v->class == f->class) && (f->state < 0 || (int)v->state == f->state);
}

static int list_finding(struct sql *q, struct arena *a, struct want_findings *w, int64_t row)
{
	struct listed_finding *one = &w->v[w->n];
	struct incident *before = w->n ? one[-1].inc : NULL;
	struct finding *v;
	int rc = finding_load(q, a, row, &v);

	if (rc != SQLITE_OK || !v || !finding_fits(&w->filter, v))
		return rc;
	*one = (struct listed_finding){.f = v, .cursor = cursor_of(row)};
	w->n++;
	return incident_of(q, a, row, before, &one->inc);
}

int findings_read(struct sql *q, struct arena *a, struct want_findings *w, int64_t *rows)
{
	int64_t row = 0, seen = 0, looked = 0;
	int most = most_of(w->limit), rc, done = SQLITE_OK;
	sqlite3_stmt *st;

	w->v = arena_new_array(a, struct listed_finding, (size_t)most);
	w->n = 0;
	w->next = 0;
	if ((rc = findings_begin(q, w, &st)) != SQLITE_OK)
		return rc;
	rc = SQLITE_ROW;
	while (done == SQLITE_OK && w->n < most && seen < INDEX_MOST && looked < ROWS_MOST &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		row = sqlite3_column_int64(st, 0);
		seen++;
		if (w->filter.unit &&
		    !list_has(w->filter.unit, symbol_text(&q->symbols, sqlite3_column_int64(st, 1))))
			continue;
		looked++;
		done = list_finding(q, a, w, row);
	}
	w->next = rc == SQLITE_ROW ? cursor_of(row) : 0;
	*rows += looked;
	rc = sql_end(st, rc);
	return done == SQLITE_OK ? rc : done;
}

/* -- entries -------------------------------------------------------------------------------------- */

static sqlite3_stmt *entries_begin(struct sql *q, const struct want_entries *w, enum statement *by)
{
	sqlite3_stmt *st;
	int i = 1;

	*by = w->name ? STATEMENT_ENTRY_BEFORE_NAMED : STATEMENT_ENTRY_BEFORE;
	st = sql_use(q, *by);
	sqlite3_bind_int(st, i++, (int)w->kind);
	if (w->name)
		bind_text(st, i++, w->name);
	sqlite3_bind_int64(st, i, w->before ? w->before : INT64_MAX);
	return st;
}

static bool entry_fits(const struct want_entries *w, const struct entry *e)
{
	return (!w->unit || (e->unit && list_has(w->unit, e->unit))) && e->at >= w->from &&
	    (!w->to || e->at < w->to);
}

int entries_read(struct sql *q, struct arena *a, struct want_entries *w, int64_t *rows)
{
	int most = most_of(w->limit), rc = SQLITE_ROW, looked = 0;
	enum statement by;
	sqlite3_stmt *st = entries_begin(q, w, &by);

	w->v = arena_new_array(a, struct entry *, (size_t)most);
	w->n = 0;
	w->next = 0;
	while (w->n < most && looked < ROWS_MOST && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct entry *e = record_entry(q, by, a);

		looked++;
		w->next = e->id;
		if (entry_fits(w, e))
			w->v[w->n++] = e;
	}
	if (rc != SQLITE_ROW)
		w->next = 0;
	*rows += looked;
	return sql_end(st, rc);
}

int modes_read(struct sql *q, struct arena *a, struct circumstances *out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ENTRY_AFTER);
	struct mode *v = NULL;
	size_t n = 0, cap = 0;
	int rc;

	sqlite3_bind_int(st, 1, ENTRY_MODE);
	sqlite3_bind_int64(st, 2, 0);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, v, n, cap);
		v[n++] = mode_of_entry(record_entry(q, STATEMENT_ENTRY_AFTER, a), a);
	}
	out->modes = v;
	out->n_modes = n;
	return sql_end(st, rc);
}

/* -- what is of no incident, by its id --------------------------------------------------------------- */

int matter_read(struct sql *q, struct arena *a, struct want_matter *w)
{
	int rc = SQLITE_OK;

	if (w->request)
		rc = request_load(q, a, -w->request, &w->found_request);
	if (w->finding && rc == SQLITE_OK)
		rc = finding_load(q, a, -w->finding, &w->found_finding);
	if ((w->entry || w->named) && rc == SQLITE_OK)
		rc = entry_load(q, a, w->entry, w->kind, w->name, &w->found_entry);
	return rc;
}

/* -- earlier calls ------------------------------------------------------------------------------------ */

/* One earlier call; *hidden: it is not for everybody. */
static int read_call(struct sql *q, struct arena *a, int64_t id, struct earlier_call *out, bool *hidden)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_INCIDENT_CALL);
	int rc;

	sqlite3_bind_int64(st, 1, id);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*out = (struct earlier_call){.number = column_text(st, 0, a),
		    .received_at = sqlite3_column_int64(st, 1),
		    .state = (enum incident_state)sqlite3_column_int(st, 2),
		    .category = arena_text(a, symbol_text(&q->symbols, sqlite3_column_int64(st, 3))),
		    .callback = (enum callback_result)sqlite3_column_int(st, 4)};
		*hidden = sqlite3_column_int(st, 5) || sqlite3_column_int(st, 6);
	}
	return sql_end(st, rc);
}

/* What is shown is read; of what is only counted the row is looked at where it may have to be left out. */
static int take_call(struct sql *q, struct arena *a, int64_t id, struct store_history *h)
{
	struct call_history *f = &h->found;
	struct earlier_call one = {0};
	bool hidden = false;
	int rc = SQLITE_OK;

	if (f->n < HISTORY_SHOWN || h->open_only)
		rc = read_call(q, a, id, &one, &hidden);
	if (rc != SQLITE_OK || (hidden && h->open_only))
		return rc;
	if (f->n < HISTORY_SHOWN)
		f->last[f->n++] = one;
	f->count++;
	return rc;
}

int history_read(struct sql *q, struct arena *a, struct store_history *h)
{
	sqlite3_stmt *st;
	int rc = SQLITE_DONE, taken = SQLITE_OK;

	h->found = (struct call_history){0};
	if (!h->caller)
		return SQLITE_OK;
	st = sql_use(q, STATEMENT_INCIDENT_OF_CALLER);
	sqlite3_bind_int64(st, 1, (int64_t)h->caller);
	sqlite3_bind_int64(st, 2, h->below ? h->below : INT64_MAX);
	sqlite3_bind_int(st, 3, HISTORY_COUNTED);
	while (taken == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		taken = take_call(q, a, sqlite3_column_int64(st, 0), h);
	rc = sql_end(st, rc);
	return taken == SQLITE_OK ? rc : taken;
}
