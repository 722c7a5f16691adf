/*
 * read.c - what the front ends read, each over its own connection that can only read.
 * A call is one read transaction, begun and ended here: one that stayed open would keep the engine's
 * WAL from ending. Symbols that came since are read first, so that every id of the snapshot is known.
 */
#include "local.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define INCIDENTS_MAX 200
#define EVENTS_MAX 500
#define DISPATCHES_PAGE 200
#define PAGE_WINDOW 1000 /* ids looked at in one call: about a millisecond */
#define ROWS_MAX 1000    /* journal rows looked at in one call */

struct reads {
	struct sql q;
};

/* The name with its folder's real path. */
static bool real_beside(const char *file, char out[PATH_MAX])
{
	char folder[PATH_MAX];
	const char *name = strrchr(file, '/');
	int n = snprintf(folder, sizeof folder, "%.*s", name ? (int)(name - file) : 1, name ? file : ".");

	if (n >= PATH_MAX || !realpath(*folder ? folder : "/", out))
		return false;
	n = snprintf(folder, sizeof folder, "%s/%s", out, name ? name + 1 : file);
	if (n >= PATH_MAX)
		return false;
	memcpy(out, folder, (size_t)n + 1);
	return true;
}

/* The path of the configuration, or the generation that the engine named: neither by a link, which
 * SQLite is told not to follow. The file itself may be gone, and a later generation in use. */
static bool find_file(const char *file, char out[PATH_MAX], const struct sayer *say)
{
	char real[PATH_MAX];

	if ((!realpath(file, real) && !real_beside(file, real)) || strlen(real) > PATH_MAX - 16) {
		say(say, "数据库 %s 打不开：%s", "the store %s cannot be opened: %s", file, strerror(errno));
		return false;
	}
	return generation_current(real, out, say);
}

struct reads *reads_open(const char *file, char *why, size_t why_len)
{
	struct sayer say = {false, why, why_len};
	struct reads *r = xalloc(sizeof *r);
	char found[PATH_MAX];

	*r = (struct reads){0};
	snprintf(why, why_len, "%s", "");
	if (find_file(file, found, &say) && sql_open(&r->q, found, false, &say) == SQLITE_OK &&
	    sql_prepare(&r->q, &say) == SQLITE_OK)
		return r;
	reads_close(r);
	return NULL;
}

void reads_close(struct reads *r)
{
	if (!r)
		return;
	sql_close(&r->q);
	free(r);
}

/* -- one call, one transaction ---------------------------------------------------------------- */

static int begin(struct reads *r)
{
	int rc = sql_run(&r->q, STATEMENT_BEGIN_READ);

	return rc == SQLITE_OK ? symbols_refresh(&r->q) : rc;
}

static enum store_status end(struct reads *r, int rc, const char *what)
{
	if (rc != SQLITE_OK)
		log_warn("read failed", "what=%s code=%d error=%s", what, rc, sqlite3_errmsg(r->q.db));
	sql_abandon(&r->q);
	return sql_status(rc);
}

/* -- incidents -------------------------------------------------------------------------------- */

void reads_incident(struct reads *r, struct arena *a, const char *number, reads_incident_cb *cb, void *arg)
{
	struct incident *inc = NULL;
	int rc = begin(r);

	if (rc == SQLITE_OK)
		rc = record_load(&r->q, a, 0, number, &inc);
	cb(arg, end(r, rc, "incident"), inc);
}

/* The window of ids of this call: [low, high). */
struct window {
	int64_t low, high;
};

static int window_of(struct reads *r, const struct incident_filter *f, struct window *w)
{
	struct meta m;
	int rc = meta_get(&r->q, &m);

	w->high = f->before > 0 && f->before <= m.incidents ? f->before : m.incidents + 1;
	w->low = w->high > PAGE_WINDOW ? w->high - PAGE_WINDOW : 1;
	return rc;
}

/* A code that no record ever had matches none: -1 is no symbol. */
static void bind_code(struct reads *r, sqlite3_stmt *st, int i, const char *code)
{
	int64_t id = symbol_find(&r->q.symbols, code);

	if (code)
		sqlite3_bind_int64(st, i, id ? id : -1);
}

static sqlite3_stmt *page_statement(struct reads *r, const struct incident_filter *f, const struct window *w,
    int limit)
{
	sqlite3_stmt *st = sql_use(&r->q, STATEMENT_INCIDENT_PAGE);

	sqlite3_bind_int64(st, 1, w->low);
	sqlite3_bind_int64(st, 2, w->high);
	if (f->state >= 0)
		sqlite3_bind_int(st, 3, f->state);
	bind_code(r, st, 4, f->area);
	bind_time(st, 5, f->from);
	bind_time(st, 6, f->to);
	if (f->no_confidential)
		sqlite3_bind_int(st, 7, 1);
	bind_code(r, st, 8, f->unit);
	sqlite3_bind_int(st, 9, limit);
	return st;
}

/* *next: below the last one shown where the page is full, else below the window. */
static int read_page(struct reads *r, struct arena *a, const struct incident_filter *f, struct incident **v,
    int limit, int *n, int64_t *next)
{
	struct window w;
	sqlite3_stmt *st;
	int rc = window_of(r, f, &w);

	if (rc != SQLITE_OK)
		return rc;
	st = page_statement(r, f, &w, limit);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		v[(*n)++] = record_incident(&r->q, STATEMENT_INCIDENT_PAGE, a);
	rc = sql_end(st, rc);
	for (int i = 0; i < *n && rc == SQLITE_OK; i++)
		rc = record_dispatches(&r->q, v[i], a);
	*next = *n == limit ? v[*n - 1]->id : w.low;
	if (*next <= 1)
		*next = 0;
	return rc;
}

void reads_incidents(struct reads *r, struct arena *a, const struct incident_filter *f,
    reads_incidents_cb *cb, void *arg)
{
	int limit = f->limit > 0 && f->limit < INCIDENTS_MAX ? f->limit : INCIDENTS_MAX;
	struct incident **v = arena_new_array(a, struct incident *, (size_t)limit);
	int64_t next = 0;
	int rc = begin(r), n = 0;

	if (rc == SQLITE_OK)
		rc = read_page(r, a, f, v, limit, &n, &next);
	cb(arg, end(r, rc, "incidents"), v, n, next);
}

/* -- open dispatches of a unit ---------------------------------------------------------------- */

static int open_ids(struct reads *r, const char *unit, int64_t after, int limit, int64_t *ids, int *n)
{
	sqlite3_stmt *st = sql_use(&r->q, STATEMENT_DISPATCH_OPEN_OF);
	int rc;

	sqlite3_bind_int64(st, 1, symbol_find(&r->q.symbols, unit));
	sqlite3_bind_int64(st, 2, after);
	sqlite3_bind_int(st, 3, limit);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		ids[(*n)++] = sqlite3_column_int64(st, 0);
	return sql_end(st, rc);
}

void reads_dispatches(struct reads *r, struct arena *a, const char *unit, int64_t after_cursor, int limit,
    reads_dispatches_cb *cb, void *arg)
{
	int most = limit > 0 && limit < DISPATCHES_PAGE ? limit : DISPATCHES_PAGE;
	int64_t *ids = arena_new_array(a, int64_t, (size_t)most);
	struct incident **v = arena_new_array(a, struct incident *, (size_t)most);
	int *ns = arena_new_array(a, int, (size_t)most);
	int rc = begin(r), n = 0;

	if (rc == SQLITE_OK)
		rc = open_ids(r, unit, after_cursor, most, ids, &n);
	for (int i = 0; i < n && rc == SQLITE_OK; i++) {
		ns[i] = (int)(ids[i] & ((1 << DISPATCH_BITS) - 1));
		if (i && ids[i] >> DISPATCH_BITS == ids[i - 1] >> DISPATCH_BITS)
			v[i] = v[i - 1];
		else
			rc = record_load(&r->q, a, ids[i] >> DISPATCH_BITS, NULL, &v[i]);
		if (rc == SQLITE_OK && !v[i])
			rc = SQLITE_CORRUPT;
	}
	if (rc != SQLITE_OK)
		n = 0;
	cb(arg, end(r, rc, "dispatches"), v, ns, n, n == most ? ids[n - 1] : 0);
}

/* -- events ----------------------------------------------------------------------------------- */

/* What is gathered in one call; `seen` remembers the last incident, which events often share. */
struct gather {
	struct reads *r;
	struct arena *a;
	const struct event_filter *f;
	struct seen_event *v;
	int n, limit;
	int64_t scanned;
	int64_t incident;
	const char *units, *informed;
	bool confidential;
};

static void add_word(struct buf *list, const char *word)
{
	if (list->n)
		buf_char(list, ',');
	buf_text(list, word);
}

static int read_units(struct gather *g)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_DISPATCH_UNITS);
	struct buf units = {0}, parts = {0};
	int rc;

	sqlite3_bind_int64(st, 1, g->incident);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *unit = symbol_text(&g->r->q.symbols, sqlite3_column_int64(st, 0));

		add_word(&units, unit);
		if (sight_part((enum dispatch_role)sqlite3_column_int(st, 1),
			(enum dispatch_state)sqlite3_column_int(st, 2)))
			add_word(&parts, unit);
	}
	g->units = arena_str(g->a, buf_view(&units));
	if (g->confidential)
		g->informed = sight_informed(g->a, g->units, arena_str(g->a, buf_view(&parts)));
	buf_free(&units);
	buf_free(&parts);
	return sql_end(st, rc);
}

static int look_at_incident(struct gather *g, int64_t incident)
{
	sqlite3_stmt *st;
	int rc;

	if (incident == g->incident)
		return SQLITE_OK;
	g->incident = incident;
	g->units = g->informed = NULL;
	g->confidential = false;
	if (!incident)
		return SQLITE_OK;
	st = sql_use(&g->r->q, STATEMENT_INCIDENT_SEEN);
	sqlite3_bind_int64(st, 1, incident);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		g->confidential = sqlite3_column_int(st, 0) != 0;
	rc = sql_end(st, rc);
	return rc == SQLITE_OK ? read_units(g) : rc;
}

static int read_texts(struct gather *g, struct seen_event *seen)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_TEXT_OF);
	int rc;

	sqlite3_bind_int64(st, 1, seen->e.seq);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *field = (const char *)sqlite3_column_text(st, 0);

		event_words_take(&seen->words, field, column_text(st, 1, g->a));
	}
	return sql_end(st, rc);
}

static int gather_event(struct gather *g, const struct event *e)
{
	g->scanned = e->seq;
	if (g->f->unit && !list_has(g->units, g->f->unit))
		return SQLITE_OK;
	g->v[g->n] = (struct seen_event){
	    .e = *e, .units = g->units, .informed = g->informed, .confidential = g->confidential};
	return read_texts(g, &g->v[g->n++]);
}

/* The events of one row on the wanted side of the cursor, while there is room. */
static int gather_row(struct gather *g, const struct journal_row *row, bool backwards)
{
	struct event *events = journal_unpack(row, g->a);
	int rc = events ? look_at_incident(g, row->incident) : SQLITE_CORRUPT;

	for (int64_t i = 0; i < row->n && rc == SQLITE_OK && g->n < g->limit; i++) {
		const struct event *e = &events[backwards ? row->n - 1 - i : i];

		if (backwards ? e->seq < g->f->before : e->seq > g->f->after)
			rc = gather_event(g, e);
	}
	return rc;
}

/* All events after the cursor, whoever's. */
static int gather_after(struct gather *g)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_JOURNAL_AFTER);
	struct journal_row row;
	int rc = SQLITE_DONE, done = SQLITE_OK;

	sqlite3_bind_int64(st, 1, g->f->after);
	sqlite3_bind_int(st, 2, ROWS_MAX);
	while (done == SQLITE_OK && g->n < g->limit && (rc = sqlite3_step(st)) == SQLITE_ROW)
		done = journal_read(st, &row) ? gather_row(g, &row, false) : SQLITE_CORRUPT;
	rc = sql_end(st, rc);
	return done != SQLITE_OK ? done : rc;
}

/* The row of an incident's chain that ends at seq. */
static int chain_row(struct gather *g, int64_t seq, struct journal_row *row)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_JOURNAL_ROW);
	int rc;

	sqlite3_bind_int64(st, 1, seq);
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW || !journal_read(st, row)) {
		sqlite3_reset(st);
		return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
	}
	row->data.p = arena_str(g->a, row->data);
	return sql_end(st, rc);
}

static int chain_start(struct gather *g, int64_t *seq)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_INCIDENT_CHAIN);
	int rc;

	*seq = 0;
	bind_text(st, 1, g->f->incident);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*seq = sqlite3_column_int64(st, 1);
	return sql_end(st, rc);
}

/* One incident's events, newest first, below the cursor. */
static int gather_before(struct gather *g, bool *more)
{
	struct journal_row row = {0};
	int64_t seq;
	int rc = chain_start(g, &seq);

	for (int rows = 0; rc == SQLITE_OK && seq > 0 && g->n < g->limit && rows < ROWS_MAX; rows++) {
		if ((rc = chain_row(g, seq, &row)) != SQLITE_OK)
			break;
		if (row.seq - row.n + 1 < g->f->before)
			rc = gather_row(g, &row, true);
		seq = row.prev < seq ? row.prev : 0;
	}
	*more = seq > 0 || (g->n == g->limit && g->scanned > row.seq - row.n + 1);
	return rc;
}

/* The seqs of an incident's rows after the cursor, newest first. */
static int chain_seqs(struct gather *g, struct buf *seqs)
{
	int64_t seq;
	int rc = chain_start(g, &seq);

	while (rc == SQLITE_OK && seq > g->f->after) {
		sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_JOURNAL_LINK);
		int64_t prev = 0;

		buf_add(seqs, &seq, sizeof seq);
		sqlite3_bind_int64(st, 1, seq);
		if ((rc = sqlite3_step(st)) == SQLITE_ROW)
			prev = sqlite3_column_int64(st, 0);
		rc = sql_end(st, rc);
		seq = prev < seq ? prev : 0;
	}
	return rc;
}

/* One incident's events after the cursor: its chain goes backwards, so it is walked to the cursor
 * first. */
static int gather_chain(struct gather *g, bool *more)
{
	struct journal_row row = {0};
	struct buf seqs = {0};
	int rc = chain_seqs(g, &seqs);

	while (rc == SQLITE_OK && seqs.n && g->n < g->limit) {
		int64_t seq;

		seqs.n -= sizeof seq;
		memcpy(&seq, seqs.p + seqs.n, sizeof seq);
		if ((rc = chain_row(g, seq, &row)) == SQLITE_OK)
			rc = gather_row(g, &row, false);
	}
	*more = seqs.n || (g->n == g->limit && g->scanned < row.seq);
	buf_free(&seqs);
	return rc;
}

/* What there is up to the head of this snapshot. */
static int gather_all(struct gather *g, bool *more)
{
	struct meta m;
	int rc = meta_get(&g->r->q, &m);

	if (rc == SQLITE_OK)
		rc = gather_after(g);
	*more = g->scanned < m.seq;
	return rc;
}

void reads_events(struct reads *r, struct arena *a, const struct event_filter *f, reads_events_cb *cb,
    void *arg)
{
	struct gather g = {.r = r, .a = a, .f = f, .scanned = f->after, .incident = -1};
	bool more = false;
	int rc = begin(r);

	assert((!f->before || f->incident) && "backwards goes along one incident's chain");
	g.limit = f->limit > 0 && f->limit < EVENTS_MAX ? f->limit : EVENTS_MAX;
	g.v = arena_new_array(a, struct seen_event, (size_t)g.limit);
	if (rc == SQLITE_OK)
		rc = !f->incident ? gather_all(&g, &more)
		    : f->before   ? gather_before(&g, &more)
				  : gather_chain(&g, &more);
	cb(arg, end(r, rc, "events"), g.v, g.n, g.scanned, more);
}

/* -- accounts and files ----------------------------------------------------------------------- */

void reads_account(struct reads *r, struct arena *a, const struct digest *token, reads_account_cb *cb,
    void *arg)
{
	struct account *who = NULL;
	int rc = begin(r);

	if (rc == SQLITE_OK)
		rc = account_read(&r->q, a, token, &who);
	cb(arg, end(r, rc, "account"), who);
}

void reads_accounts(struct reads *r, struct arena *a, reads_accounts_cb *cb, void *arg)
{
	struct account *v = NULL;
	size_t n = 0;
	int rc = begin(r);

	if (rc == SQLITE_OK)
		rc = accounts_read(&r->q, a, &v, &n);
	cb(arg, end(r, rc, "accounts"), v, (int)n);
}

#define FILES_MAX 32

void reads_files(struct reads *r, struct arena *a, const char *revision, reads_files_cb *cb, void *arg)
{
	struct mechanism_file *files = arena_new_array(a, struct mechanism_file, FILES_MAX);
	struct meta m = {0};
	int n = 0, rc = begin(r);

	if (rc == SQLITE_OK && !revision)
		rc = meta_get(&r->q, &m);
	if (!revision)
		revision = arena_text(a, m.revision);
	if (rc == SQLITE_OK)
		rc = files_read(&r->q, a, revision, files, FILES_MAX, &n);
	cb(arg, end(r, rc, "files"), revision, files, n);
}

/* -- for the audit ---------------------------------------------------------------------------- */

struct sql *reads_sql(struct reads *r)
{
	return &r->q;
}
