/*
 * matter_load.c - what a turn wants of the requests, findings and entries that belong to no incident: by id,
 * by kind and name, in the order of a register, and those that are due.
 */
#include "local.h"
#include "base/array.h"

/* With the entry and the finding of no incident that it is about. */
static int load_request(struct store *s, struct arena *a, struct store_want_request *w)
{
	int rc = request_load(&s->q, a, -w->id, &w->found);

	w->entry = NULL;
	w->finding = NULL;
	if (rc == SQLITE_OK && w->found && w->found->entry)
		rc = entry_load(&s->q, a, w->found->entry, ENTRY_KINDS, NULL, &w->entry);
	if (rc == SQLITE_OK && w->found && w->found->finding)
		rc = finding_load(&s->q, a, -(int64_t)w->found->finding, &w->finding);
	return rc;
}

/* With the newest request about it. */
static int load_finding(struct store *s, struct arena *a, struct store_want_finding *w)
{
	int rc = finding_load(&s->q, a, -w->id, &w->found);

	w->request = NULL;
	return rc == SQLITE_OK && w->found ? request_about(&s->q, a, w->id, &w->request) : rc;
}

/* -- open findings ----------------------------------------------------------------------------- */

static int take_open(struct store *s, struct arena *a, struct store_want_open_findings *w, int64_t row)
{
	int64_t incident = row >> DISPATCH_BITS;
	int rc;

	if (row < 0) {
		rc = finding_load(&s->q, a, row, &w->findings[w->n_findings]);
		w->n_findings += rc == SQLITE_OK;
		return rc;
	}
	for (size_t i = 0; i < w->n_incidents; i++)
		if (w->incidents[i]->id == incident)
			return SQLITE_OK;
	rc = record_load(&s->q, a, incident, NULL, &w->incidents[w->n_incidents]);
	w->n_incidents += rc == SQLITE_OK && w->incidents[w->n_incidents];
	return rc;
}

static int load_open(struct store *s, struct arena *a, struct store_want_open_findings *w)
{
	int64_t *rows = arena_new_array(a, int64_t, w->most);
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_FINDING_OPEN);
	size_t n = 0;
	int rc;

	w->incidents = arena_new_array(a, struct incident *, w->most + 1);
	w->findings = arena_new_array(a, struct finding *, w->most + 1);
	w->n_incidents = w->n_findings = 0;
	w->more = false;
	sqlite3_bind_int64(st, 1, w->from);
	sqlite3_bind_int64(st, 2, w->to);
	while (!w->more && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!list_has(w->units, symbol_text(&s->q.symbols, sqlite3_column_int64(st, 1))))
			continue;
		w->more = n == w->most;
		if (!w->more)
			rows[n++] = sqlite3_column_int64(st, 0);
	}
	rc = sql_end(st, rc);
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		rc = take_open(s, a, w, rows[i]);
	return rc;
}

static int load_standing(struct store *s, struct arena *a, struct store_want_standing *w)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_FINDING_STANDING);
	size_t cap = 0;
	int rc;

	w->v = NULL;
	w->n = 0;
	sqlite3_bind_int64(st, 1, w->from);
	sqlite3_bind_int(st, 2, (int)w->before);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t row = sqlite3_column_int64(st, 3);

		ARRAY_ROOM(a, w->v, w->n, cap);
		w->v[w->n++] =
		    (struct standing_finding){.unit = symbol_text(&s->q.symbols, sqlite3_column_int64(st, 0)),
			.class = (enum finding_class)sqlite3_column_int(st, 1),
			.opened_at = sqlite3_column_int64(st, 2),
			.id = row < 0 ? -row : 0,
			.dispatch = sqlite3_column_int(st, 4),
			.of_dispatch = sqlite3_column_int(st, 5),
			.number = row < 0 ? NULL : column_text(st, 6, a)};
	}
	return sql_end(st, rc);
}

/* -- registers --------------------------------------------------------------------------------- */

static sqlite3_stmt *list_statement(struct store *s, const struct store_want_entries *w, enum statement *by)
{
	sqlite3_stmt *st;
	int i = 1;

	*by = w->name ? STATEMENT_ENTRY_AFTER_NAMED : STATEMENT_ENTRY_AFTER;
	st = sql_use(&s->q, *by);
	sqlite3_bind_int(st, i++, (int)w->kind);
	if (w->name)
		bind_text(st, i++, w->name);
	sqlite3_bind_int64(st, i, w->after);
	return st;
}

static bool listed(const struct store_want_entries *w, const struct entry *e)
{
	return (!w->unit || text_eq(e->unit, w->unit)) &&
	    (!w->lasting || e->until == 0 || e->until > w->lasting);
}

static int load_busy(struct store *s, struct store_want_busy *w)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_UNIT_BUSY);

	sqlite3_bind_int64(st, 1, symbol_find(&s->q.symbols, w->unit));
	sqlite3_bind_int(st, 2, P1);
	int rc = sqlite3_step(st);
	w->found = rc == SQLITE_ROW;
	return sql_end(st, rc);
}

static int load_list(struct store *s, struct arena *a, struct store_want_entries *w)
{
	enum statement by;
	sqlite3_stmt *st = list_statement(s, w, &by);
	int rc;

	w->found = arena_new_array(a, struct entry *, w->most);
	w->n = 0;
	w->more = false;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct entry *e = record_entry(&s->q, by, a);

		if (!listed(w, e))
			continue;
		w->more = w->n == w->most;
		if (w->more)
			break;
		w->found[w->n++] = e;
	}
	return sql_end(st, rc);
}

int matters_load(struct store *s, struct arena *a, struct store_wants *w)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < w->n_requests && rc == SQLITE_OK; i++)
		rc = load_request(s, a, &w->requests[i]);
	for (size_t i = 0; i < w->n_findings && rc == SQLITE_OK; i++)
		rc = load_finding(s, a, &w->findings[i]);
	for (size_t i = 0; i < w->n_open_findings && rc == SQLITE_OK; i++)
		rc = load_open(s, a, &w->open_findings[i]);
	for (size_t i = 0; i < w->n_entries && rc == SQLITE_OK; i++)
		rc = entry_load(&s->q, a, w->entries[i].id, w->entries[i].kind, w->entries[i].name,
		    &w->entries[i].found);
	for (size_t i = 0; i < w->n_lists && rc == SQLITE_OK; i++)
		rc = load_list(s, a, &w->lists[i]);
	if (w->standing.wanted && rc == SQLITE_OK)
		rc = load_standing(s, a, &w->standing);
	for (size_t i = 0; i < w->n_busy && rc == SQLITE_OK; i++)
		rc = load_busy(s, &w->busy[i]);
	return rc;
}

/* -- what is due -------------------------------------------------------------------------------- */

/* The ids that the statement gives. */
static int due_ids(struct store *s, enum statement id, const struct store_wants *w, int64_t *ids, size_t *n)
{
	sqlite3_stmt *st = sql_use(&s->q, id);
	int rc;

	*n = 0;
	sqlite3_bind_int64(st, 1, w->now);
	sqlite3_bind_int64(st, 2, (int64_t)w->due_most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < w->due_most)
		ids[(*n)++] = sqlite3_column_int64(st, 0);
	return sql_end(st, rc);
}

static int next_wake(struct store *s, enum statement id, struct store_wants *w)
{
	sqlite3_stmt *st = sql_use(&s->q, id);
	int64_t at;
	int rc;

	sqlite3_bind_int64(st, 1, w->now);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		at = sqlite3_column_int64(st, 0);
		w->next_wake = w->next_wake == 0 || at < w->next_wake ? at : w->next_wake;
	}
	return sql_end(st, rc);
}

static int due_requests(struct store *s, struct arena *a, struct store_wants *w, int64_t *ids)
{
	size_t n;
	int rc = due_ids(s, STATEMENT_REQUEST_DUE, w, ids, &n);

	w->due_requests = arena_new_array(a, struct store_want_request, n);
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
		w->due_requests[i].id = -ids[i];
		rc = load_request(s, a, &w->due_requests[i]);
	}
	w->n_due_requests = rc == SQLITE_OK ? n : 0;
	return rc;
}

static int due_entries(struct store *s, struct arena *a, struct store_wants *w, int64_t *ids)
{
	size_t n;
	int rc = due_ids(s, STATEMENT_ENTRY_DUE, w, ids, &n);

	w->due_entries = arena_new_array(a, struct entry *, n);
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		rc = entry_load(&s->q, a, ids[i], ENTRY_KINDS, NULL, &w->due_entries[i]);
	w->n_due_entries = rc == SQLITE_OK ? n : 0;
	return rc;
}

int matters_due(struct store *s, struct arena *a, struct store_wants *w)
{
	int64_t *ids = arena_new_array(a, int64_t, w->due_most);
	int rc = due_requests(s, a, w, ids);

	if (rc == SQLITE_OK)
		rc = due_entries(s, a, w, ids);
	if (rc == SQLITE_OK)
		rc = next_wake(s, STATEMENT_REQUEST_NEXT_WAKE, w);
	if (rc == SQLITE_OK)
		rc = next_wake(s, STATEMENT_ENTRY_NEXT_WAKE, w);
	return rc;
}
