/*
 * matter.c - requests, findings and entries as rows: the children of incidents, and what belongs to none.
 *
 * The id of an incident's child is incident << 7 | n, so that they lie together and are read as a range; that
 * of a request or a finding of no incident is negative. An incident says in its own row how many children it
 * has: those of one that has none, which is nearly every one, are never looked for.
 */
#include "local.h"
#include "base/array.h"

#include <assert.h>

static int64_t child_row(const struct incident *inc, int n)
{
	return inc->id << DISPATCH_BITS | n;
}

_Static_assert(REQUESTS_MAX < 1 << DISPATCH_BITS && FINDINGS_MAX < 1 << DISPATCH_BITS,
    "n fits its bits of a child's id");

/* The row that the statement stands on; the id is its first column. */
static void read_request(struct sql *q, enum statement id, struct request *r, struct arena *a)
{
	int64_t row = sqlite3_column_int64(q->st[id], 0);

	*r = (struct request){0};
	record_read(q, id, r, a);
	r->id = row < 0 ? -row : 0;
	r->n = row < 0 ? 0 : (int)(row & ((1 << DISPATCH_BITS) - 1));
	r->stored = STORED_OPEN;
}

static void read_finding(struct sql *q, enum statement id, struct finding *v, struct arena *a)
{
	int64_t row = sqlite3_column_int64(q->st[id], 0);

	*v = (struct finding){0};
	record_read(q, id, v, a);
	v->id = row < 0 ? -row : 0;
	v->n = row < 0 ? 0 : (int)(row & ((1 << DISPATCH_BITS) - 1));
	v->stored = STORED_OPEN;
}

struct request *record_request(struct sql *q, enum statement id, struct arena *a)
{
	struct request *r = arena_alloc(a, sizeof *r);

	read_request(q, id, r, a);
	return r;
}

struct finding *record_finding(struct sql *q, enum statement id, struct arena *a)
{
	struct finding *v = arena_alloc(a, sizeof *v);

	read_finding(q, id, v, a);
	return v;
}

struct entry *record_entry(struct sql *q, enum statement id, struct arena *a)
{
	struct entry *e = arena_alloc(a, sizeof *e);

	record_read(q, id, e, a);
	e->id = sqlite3_column_int64(q->st[id], 0);
	e->stored = STORED_OPEN;
	return e;
}

/* -- the children of an incident ---------------------------------------------------------------- */

static int read_requests(struct sql *q, struct incident *inc, struct arena *a)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_REQUEST_OF);
	int rc;

	inc->requests = arena_new_array(a, struct request, (size_t)inc->cap_requests);
	sqlite3_bind_int64(st, 1, inc->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, inc->requests, inc->n_requests, inc->cap_requests);
		read_request(q, STATEMENT_REQUEST_OF, &inc->requests[inc->n_requests++], a);
	}
	return sql_end(st, rc);
}

static int read_findings(struct sql *q, struct incident *inc, struct arena *a)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_FINDING_OF);
	int rc;

	inc->findings = arena_new_array(a, struct finding, (size_t)inc->cap_findings);
	sqlite3_bind_int64(st, 1, inc->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, inc->findings, inc->n_findings, inc->cap_findings);
		read_finding(q, STATEMENT_FINDING_OF, &inc->findings[inc->n_findings++], a);
	}
	return sql_end(st, rc);
}

static int read_main(struct sql *q, struct incident *inc, struct arena *a)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_INCIDENT_NUMBER);
	int rc;

	sqlite3_bind_int64(st, 1, inc->same_as);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		inc->same_as_number = column_text(st, 0, a);
	return sql_end(st, rc);
}

int record_children(struct sql *q, struct incident *inc, struct arena *a)
{
	int rc = SQLITE_OK;

	if (inc->cap_requests)
		rc = read_requests(q, inc, a);
	if (inc->cap_findings && rc == SQLITE_OK)
		rc = read_findings(q, inc, a);
	if (inc->same_as && rc == SQLITE_OK)
		rc = read_main(q, inc, a);
	return rc;
}

/* -- one by itself ----------------------------------------------------------------------------- */

/* Steps to the one row that the statement may have. */
static int first_row(sqlite3_stmt *st, bool *found)
{
	int rc = sqlite3_step(st);

	*found = rc == SQLITE_ROW;
	return rc == SQLITE_ROW ? SQLITE_OK : sql_end(st, rc);
}

static int request_by(struct sql *q, struct arena *a, enum statement by, int64_t key, struct request **out)
{
	sqlite3_stmt *st = sql_use(q, by);
	bool found;
	int rc;

	*out = NULL;
	sqlite3_bind_int64(st, 1, key);
	if ((rc = first_row(st, &found)) != SQLITE_OK || !found)
		return rc;
	*out = record_request(q, by, a);
	return sql_end(st, SQLITE_ROW);
}

int request_load(struct sql *q, struct arena *a, int64_t row, struct request **out)
{
	return request_by(q, a, STATEMENT_REQUEST_BY_ROW, row, out);
}

int request_about(struct sql *q, struct arena *a, int64_t finding, struct request **out)
{
	return request_by(q, a, STATEMENT_REQUEST_ABOUT, finding, out);
}

int finding_load(struct sql *q, struct arena *a, int64_t row, struct finding **out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_FINDING_BY_ROW);
	bool found;
	int rc;

	*out = NULL;
	sqlite3_bind_int64(st, 1, row);
	if ((rc = first_row(st, &found)) != SQLITE_OK || !found)
		return rc;
	*out = record_finding(q, STATEMENT_FINDING_BY_ROW, a);
	return sql_end(st, SQLITE_ROW);
}

int entry_load(struct sql *q, struct arena *a, int64_t id, enum entry_kind kind, const char *name,
    struct entry **out)
{
	enum statement by = id ? STATEMENT_ENTRY_BY_ID : name ? STATEMENT_ENTRY_NAMED : STATEMENT_ENTRY_LAST;
	sqlite3_stmt *st = sql_use(q, by);
	bool found;
	int rc;

	*out = NULL;
	sqlite3_bind_int64(st, 1, id ? id : (int64_t)kind);
	if (!id && name)
		bind_text(st, 2, name);
	if ((rc = first_row(st, &found)) != SQLITE_OK || !found)
		return rc;
	*out = record_entry(q, by, a);
	return sql_end(st, SQLITE_ROW);
}

/* -- out of memory into rows ---------------------------------------------------------------------- */

static int run_bound(struct sql *q, enum statement id, int64_t row, const void *record)
{
	int rc = record_bind(q, id, row, record);

	return rc == SQLITE_OK ? sql_run(q, id) : rc;
}

static int save_request(struct store *s, int64_t row, struct request *r)
{
	enum statement id = r->stored == STORED_NOT ? STATEMENT_REQUEST_ADD : STATEMENT_REQUEST_CHANGE;

	r->stored = STORED_OPEN;
	r->changed = false;
	return run_bound(&s->q, id, row, r);
}

static int save_finding(struct store *s, int64_t row, struct finding *v)
{
	enum statement id = v->stored == STORED_NOT ? STATEMENT_FINDING_ADD : STATEMENT_FINDING_CHANGE;

	v->stored = STORED_OPEN;
	v->changed = false;
	return run_bound(&s->q, id, row, v);
}

#define UNSAVED(v) ((v)->changed || (v)->stored == STORED_NOT)

/* How many of its children there are stands in its own row. */
bool children_unsaved(const struct incident *inc)
{
	for (int i = 0; i < inc->n_requests; i++)
		if (UNSAVED(&inc->requests[i]))
			return true;
	for (int i = 0; i < inc->n_findings; i++)
		if (UNSAVED(&inc->findings[i]))
			return true;
	return false;
}

int children_save(struct store *s, struct incident *inc)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < inc->n_requests && rc == SQLITE_OK; i++)
		if (UNSAVED(&inc->requests[i]))
			rc = save_request(s, child_row(inc, inc->requests[i].n), &inc->requests[i]);
	for (int i = 0; i < inc->n_findings && rc == SQLITE_OK; i++)
		if (UNSAVED(&inc->findings[i]))
			rc = save_finding(s, child_row(inc, inc->findings[i].n), &inc->findings[i]);
	return rc;
}

/* A new one gets the next id, or has it already, from the turn that decided it. */
static void identify(int64_t *id, unsigned char stored, int64_t *last)
{
	if (stored != STORED_NOT)
		return;
	assert((*id == 0 || *id == *last + 1) && "ids have no gaps");
	*id = ++*last;
}

static int save_entry(struct store *s, struct entry *e)
{
	enum statement id = e->stored == STORED_NOT ? STATEMENT_ENTRY_ADD : STATEMENT_ENTRY_CHANGE;

	identify(&e->id, e->stored, &s->next.last.entry);
	e->data = e->data.n ? e->data : STR("{}");
	e->stored = STORED_OPEN;
	e->changed = false;
	return run_bound(&s->q, id, e->id, e);
}

int matters_save(struct store *s, struct store_batch *b)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < b->n_requests && rc == SQLITE_OK; i++) {
		struct request *r = b->requests[i];

		identify(&r->id, r->stored, &s->next.last.request);
		if (UNSAVED(r))
			rc = save_request(s, -r->id, r);
	}
	for (size_t i = 0; i < b->n_findings && rc == SQLITE_OK; i++) {
		struct finding *v = b->findings[i];

		identify(&v->id, v->stored, &s->next.last.finding);
		if (UNSAVED(v))
			rc = save_finding(s, -v->id, v);
	}
	for (size_t i = 0; i < b->n_entries && rc == SQLITE_OK; i++)
		if (UNSAVED(b->entries[i]))
			rc = save_entry(s, b->entries[i]);
	return rc;
}

bool matters_unsaved(const struct store_batch *b)
{
	for (size_t i = 0; i < b->n_requests; i++)
		if (UNSAVED(b->requests[i]))
			return true;
	for (size_t i = 0; i < b->n_findings; i++)
		if (UNSAVED(b->findings[i]))
			return true;
	for (size_t i = 0; i < b->n_entries; i++)
		if (UNSAVED(b->entries[i]))
			return true;
	return false;
}

/* -- documents of periods -------------------------------------------------------------------------- */

int document_save(struct sql *q, const struct store_document *d)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_DOCUMENT_ADD);

	bind_text(st, 1, d->period);
	sqlite3_bind_int(st, 2, d->edition);
	bind_blob(st, 3, d->sha256.b, DIGEST_LEN);
	bind_blob(st, 4, d->bytes.p, d->bytes.n);
	return sql_run(q, STATEMENT_DOCUMENT_ADD);
}

int document_read(struct sql *q, struct arena *a, struct want_document *w)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_DOCUMENT_GET);
	int rc;

	w->bytes = STR("");
	bind_text(st, 1, w->period);
	sqlite3_bind_int(st, 2, w->edition);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && column_digest(st, 0, &w->sha256)) {
		w->bytes = column_blob(st, 1);
		w->bytes.p = arena_str(a, w->bytes);
	}
	return sql_end(st, rc);
}
