/*
 * read.c - what the front ends read, each over its own connection that can only read.
 * A load is one read transaction, begun and ended here: one that stayed open would keep the engine's
 * WAL from ending. Symbols that came since are read first, so that every id of the snapshot is known.
 */
#include "local.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define INCIDENTS_MAX 200
#define EVENTS_MAX 500
#define DISPATCHES_PAGE 200
#define PAGE_WINDOW 1000 /* ids looked at in one call: about a millisecond */
#define OPEN_EVERY_US 500000
#define SAY_EVERY_US 1000000
#define ROWS_MAX 1000 /* journal rows looked at in one call */

struct reads {
	struct sql q;
	char file[PATH_MAX];
	bool broken; /* what was read made no sense: the connection is opened anew before the next load */
	int64_t opened_us; /* when it was last opened, or tried */
	int64_t said_us;   /* when a failure was last logged */
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
		say(say, "数据库 %s 打不开：%s", "the store %s cannot be opened: %s", file,
		    system_reason(errno, say->english));
		return false;
	}
	return generation_current(real, out, say);
}

static bool open_reads(struct reads *r, const struct sayer *say)
{
	char found[PATH_MAX];

	r->opened_us = clock_mono_us();
	return find_file(r->file, found, say) && sql_open(&r->q, found, false, say) == SQLITE_OK &&
	    sql_prepare(&r->q, SET_READ, say) == SQLITE_OK;
}

/* Files that were cut or replaced beneath an open connection stay wrong for it, whatever is there by now. */
static int open_again(struct reads *r)
{
	char why[256];
	struct sayer say = {false, why, sizeof why};

	if (clock_mono_us() - r->opened_us < OPEN_EVERY_US)
		return r->q.db ? SQLITE_OK : SQLITE_CANTOPEN;
	sql_close(&r->q);
	r->broken = !open_reads(r, &say);
	if (r->broken)
		sql_close(&r->q);
	return r->broken ? SQLITE_CANTOPEN : SQLITE_OK;
}

struct reads *reads_open(const char *file, char *why, size_t why_len)
{
	struct sayer say = {false, why, why_len};
	struct reads *r = xalloc(sizeof *r);

	*r = (struct reads){0};
	snprintf(r->file, sizeof r->file, "%s", file);
	snprintf(why, why_len, "%s", "");
	if (open_reads(r, &say))
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

/* The load in hand. */
struct load {
	struct reads *r;
	struct arena *a;
	struct reads_wants *w;
	struct meta meta; /* of the snapshot */
};

/* -- incidents -------------------------------------------------------------------------------- */

static int load_incidents(struct load *l)
{
	struct want_incidents *w = l->w->incidents;
	int rc = SQLITE_OK;

	w->found = arena_new_array(l->a, struct incident *, (size_t)w->n);
	w->archives = arena_new_array(l->a, const char *, (size_t)w->n);
	for (int i = 0; i < w->n && rc == SQLITE_OK; i++) {
		rc = record_load(&l->r->q, l->a, w->ids ? w->ids[i] : 0, w->ids ? NULL : w->numbers[i],
		    &w->found[i]);
		if (rc == SQLITE_OK && !w->found[i] && !w->ids)
			rc = removal_archive_of(&l->r->q, l->a, w->numbers[i], &w->archives[i]);
		l->w->rows += 1 + (w->found[i] ? w->found[i]->n_dispatches : 0);
	}
	return rc;
}

static int load_waking(struct load *l)
{
	struct want_waking *w = l->w->waking;
	sqlite3_stmt *st = sql_use(&l->r->q, STATEMENT_INCIDENT_WAKING);
	struct buf ids = {0};
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(st, 0);

		buf_add(&ids, &id, sizeof id);
	}
	w->n = ids.n / sizeof *w->ids;
	w->ids = arena_new_array(l->a, int64_t, w->n);
	if (w->n)
		memcpy(w->ids, ids.p, ids.n);
	l->w->rows += (int64_t)w->n / 8; /* an entry of an index is less than a row */
	buf_free(&ids);
	return sql_end(st, rc);
}

/* The window of ids of this call: [low, high). */
struct window {
	int64_t low, high;
};

static struct window window_of(const struct load *l, const struct incident_filter *f)
{
	int64_t incidents = l->meta.incidents;
	struct window w = {.high = f->before > 0 && f->before <= incidents ? f->before : incidents + 1};

	w.low = w.high > PAGE_WINDOW ? w.high - PAGE_WINDOW : 1;
	if (w.low < f->floor)
		w.low = f->floor < w.high ? f->floor : w.high;
	return w;
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
	sqlite3_bind_int(st, 9, f->fits ? -1 : limit);
	return st;
}

/* Nothing was found in the window: is there anything below it at all? */
static int skip_gap(struct reads *r, int64_t *next)
{
	sqlite3_stmt *st = sql_use(&r->q, STATEMENT_INCIDENT_BELOW);
	int rc;

	sqlite3_bind_int64(st, 1, *next);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*next = sqlite3_column_int64(st, 0) + 1;
	return sql_end(st, rc);
}

/* next: below the last one shown where the page is full, else below the window. */
static int load_page(struct load *l)
{
	struct want_page *p = l->w->page;
	int limit = p->filter.limit > 0 && p->filter.limit < INCIDENTS_MAX ? p->filter.limit : INCIDENTS_MAX;
	struct window w = window_of(l, &p->filter);
	sqlite3_stmt *st = page_statement(l->r, &p->filter, &w, limit);
	int rc = SQLITE_OK;

	p->v = arena_new_array(l->a, struct incident *, (size_t)limit);
	while (p->n < limit && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		p->v[p->n] = record_incident(&l->r->q, STATEMENT_INCIDENT_PAGE, l->a);
		p->n += !p->filter.fits || p->filter.fits(p->filter.arg, p->v[p->n]);
	}
	rc = sql_end(st, rc);
	p->low = w.low;
	p->next = p->n == limit ? p->v[p->n - 1]->id : w.low;
	l->w->rows += w.high - p->next;
	if (rc == SQLITE_OK && p->n == 0)
		rc = skip_gap(l->r, &p->next);
	for (int i = 0; i < p->n && rc == SQLITE_OK; i++) {
		rc = record_parts(&l->r->q, p->v[i], l->a);
		l->w->rows += p->v[i]->n_dispatches;
	}
	if (p->next <= 1)
		p->next = 0;
	return rc;
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

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of several units, comma-separated: the first `most` of them all. */
static int open_of_all(struct reads *r, const char *units, int64_t after, int most, int64_t *ids, int *n,
    struct arena *a)
{
	int64_t *all = NULL;
	struct str one;
	int total = 0, rc = SQLITE_OK;

	if (!strchr(units, ','))
		return open_ids(r, units, after, most, ids, n);
	while (rc == SQLITE_OK && (one = list_next(&units)).n) {
		int64_t *more = arena_new_array(a, int64_t, (size_t)(total + most));
		if (total)
			memcpy(more, all, (size_t)total * sizeof *all);
		all = more;
		rc = open_ids(r, arena_str(a, one), after, most, all, &total);
	}
	if (total)
		qsort(all, (size_t)total, sizeof *all, by_id);
	*n = total < most ? total : most;
	if (*n)
		memcpy(ids, all, (size_t)*n * sizeof *ids);
	return rc;
}

/* The incident of a dispatch's id; the one before where that is the same. */
static int open_incident(struct load *l, int64_t id, struct open_dispatch *d,
    const struct open_dispatch *before)
{
	int rc;

	*d = (struct open_dispatch){.n = (int)(id & ((1 << DISPATCH_BITS) - 1)), .cursor = id};
	if (before && before->cursor >> DISPATCH_BITS == id >> DISPATCH_BITS) {
		d->inc = before->inc;
		return SQLITE_OK;
	}
	rc = record_load(&l->r->q, l->a, id >> DISPATCH_BITS, NULL, &d->inc);
	l->w->rows += d->inc ? 1 + d->inc->n_dispatches : 1;
	return rc == SQLITE_OK && !d->inc ? SQLITE_CORRUPT : rc;
}

static int load_open(struct load *l)
{
	struct want_open *o = l->w->open;
	int most = o->limit > 0 && o->limit < DISPATCHES_PAGE ? o->limit : DISPATCHES_PAGE, n = 0, rc;
	int64_t *ids = arena_new_array(l->a, int64_t, (size_t)most);

	o->v = arena_new_array(l->a, struct open_dispatch, (size_t)most);
	rc = open_of_all(l->r, o->unit, o->after, most, ids, &n, l->a);
	l->w->rows += n;
	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = open_incident(l, ids[i], &o->v[i], i ? &o->v[i - 1] : NULL);
	o->n = rc == SQLITE_OK ? n : 0;
	o->more = n == most;
	return rc;
}

/* -- events ----------------------------------------------------------------------------------- */

/* What is gathered in one call; `seen` remembers the last incident, which events often share. */
struct gather {
	struct reads *r;
	struct arena *a;
	const struct event_filter *f;
	struct seen_event *v;
	int n, limit;
	int64_t scanned, rows;
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
	const char *units = e->incident ? g->units : sight_concerned(e);

	g->scanned = e->seq;
	if (g->f->unit && !lists_meet(units, g->f->unit))
		return SQLITE_OK;
	g->v[g->n] = (struct seen_event){
	    .e = *e, .units = units, .informed = g->informed, .confidential = g->confidential};
	return read_texts(g, &g->v[g->n++]);
}

/* The events of one row on the wanted side of the cursor, while there is room. */
static int gather_row(struct gather *g, const struct journal_row *row, bool backwards)
{
	struct event *events = journal_unpack(row, g->a);
	int rc;

	g->rows++;
	rc = events ? look_at_incident(g, row->incident) : SQLITE_CORRUPT;

	for (int64_t i = 0; i < row->n && rc == SQLITE_OK && g->n < g->limit; i++) {
		const struct event *e = &events[backwards ? row->n - 1 - i : i];

		if (backwards ? e->seq < g->f->before : e->seq > g->f->after)
			rc = gather_event(g, e);
	}
	return rc;
}

/* All events after the cursor, of all incidents. */
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

/* The id of the incident whose events are wanted. */
static int chain_owner(struct gather *g, int64_t *incident)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_INCIDENT_CHAIN);
	int rc;

	bind_text(st, 1, g->f->incident);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*incident = sqlite3_column_int64(st, 0);
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

/* The seqs of an incident's rows after the cursor, newest first. *far: there are more than a call may look
 * at. */
static int chain_seqs(struct gather *g, struct buf *seqs, bool *far)
{
	int64_t seq;
	int rc = chain_start(g, &seq);

	*far = false;
	while (rc == SQLITE_OK && seq > g->f->after && !*far) {
		sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_JOURNAL_LINK);
		int64_t prev = 0;

		*far = seqs->n == ROWS_MAX * sizeof seq;
		buf_add(seqs, &seq, sizeof seq);
		g->rows++;
		sqlite3_bind_int64(st, 1, seq);
		if ((rc = sqlite3_step(st)) == SQLITE_ROW)
			prev = sqlite3_column_int64(st, 0);
		rc = sql_end(st, rc);
		seq = prev < seq ? prev : 0;
	}
	return rc;
}

/* The same along the journal, looking at others' rows, too: some at a time, until the cursor is near enough to
 * the end of the chain. */
static int gather_along(struct gather *g, int64_t incident)
{
	sqlite3_stmt *st = sql_use(&g->r->q, STATEMENT_JOURNAL_AFTER);
	struct journal_row row;
	int rc = SQLITE_DONE, done = SQLITE_OK;

	sqlite3_bind_int64(st, 1, g->f->after);
	sqlite3_bind_int(st, 2, ROWS_MAX);
	while (done == SQLITE_OK && g->n < g->limit && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (sqlite3_column_int64(st, 3) == incident)
			done = journal_read(st, &row) ? gather_row(g, &row, false) : SQLITE_CORRUPT;
		else
			g->scanned = sqlite3_column_int64(st, 0);
		g->rows += sqlite3_column_int64(st, 3) != incident;
	}
	rc = sql_end(st, rc);
	return done != SQLITE_OK ? done : rc;
}

/* One incident's events after the cursor: its chain goes backwards, so it is walked to the cursor first,
 * where that is not too far. */
static int gather_chain(struct gather *g, bool *more)
{
	struct journal_row row = {0};
	struct buf seqs = {0};
	int64_t incident = 0;
	bool far;
	int rc = chain_seqs(g, &seqs, &far);

	if (far) {
		buf_free(&seqs);
		*more = true;
		rc = rc == SQLITE_OK ? chain_owner(g, &incident) : rc;
		return rc == SQLITE_OK ? gather_along(g, incident) : rc;
	}
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

static int load_events(struct load *l)
{
	struct want_events *w = l->w->events;
	const struct event_filter *f = &w->filter;
	struct gather g = {.r = l->r, .a = l->a, .f = f, .scanned = f->after, .incident = -1};
	int rc;

	assert((!f->before || f->incident) && "backwards goes along one incident's chain");
	g.limit = f->limit > 0 && f->limit < EVENTS_MAX ? f->limit : EVENTS_MAX;
	g.v = arena_new_array(l->a, struct seen_event, (size_t)g.limit);
	if (!f->incident) {
		rc = gather_after(&g);
		w->more = g.scanned < l->meta.seq;
	} else {
		rc = f->before ? gather_before(&g, &w->more) : gather_chain(&g, &w->more);
	}
	w->v = g.v;
	w->n = g.n;
	w->scanned = g.scanned;
	l->w->rows += g.rows + g.n;
	return rc;
}

/* -- accounts and files ----------------------------------------------------------------------- */

static int load_account(struct load *l)
{
	struct account *who = NULL, *was = NULL;
	const char *certificate = l->w->account->certificate;
	int rc = certificate ? account_certified(&l->r->q, l->a, certificate, &who)
			     : account_read(&l->r->q, l->a, &l->w->account->token, &who);

	if (rc == SQLITE_OK && !who && !certificate)
		rc = account_was(&l->r->q, l->a, &l->w->account->token, &was);
	l->w->account->who = who;
	l->w->account->was = was;
	l->w->rows++;
	return rc;
}

static int load_accounts(struct load *l)
{
	struct account *v = NULL;
	size_t n = 0;
	int rc = accounts_read(&l->r->q, l->a, &v, &n);

	*l->w->accounts = (struct want_accounts){v, (int)n};
	l->w->rows += (int64_t)n;
	return rc;
}

static int load_session(struct load *l)
{
	l->w->rows++;
	return session_read(&l->r->q, l->a, l->w->session);
}

static int load_sessions(struct load *l)
{
	int rc = sessions_read(&l->r->q, l->a, l->w->sessions);

	l->w->rows += 2 * l->w->sessions->n;
	return rc;
}

static int load_code(struct load *l)
{
	l->w->rows++;
	return code_find(&l->r->q, l->a, l->w->code);
}

#define FILES_MAX 32

static int load_files(struct load *l)
{
	struct want_files *w = l->w->files;
	struct mechanism_file *v = arena_new_array(l->a, struct mechanism_file, FILES_MAX);
	int rc;

	if (!w->revision)
		w->revision = arena_text(l->a, l->meta.revision);
	w->v = v;
	rc = files_read(&l->r->q, l->a, w->revision, v, FILES_MAX, &w->n);
	l->w->rows += w->n;
	return rc;
}

static int load_activations(struct load *l)
{
	struct want_activations *w = l->w->activations;
	sqlite3_stmt *st = sql_use(&l->r->q, STATEMENT_ACTIVATION_PAGE);
	int64_t last = 0;
	int rc;

	w->v = arena_new_array(l->a, struct activation, (size_t)w->limit + 1);
	sqlite3_bind_int64(st, 1, w->before ? w->before : INT64_MAX);
	sqlite3_bind_int64(st, 2, w->limit + 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && w->n < w->limit) {
		last = sqlite3_column_int64(st, 0);
		w->v[w->n++] = (struct activation){.revision = column_text(st, 1, l->a),
		    .at = sqlite3_column_int64(st, 2),
		    .who = column_text(st, 3, l->a),
		    .why = column_text(st, 4, l->a)};
	}
	w->next = rc == SQLITE_ROW ? last : 0;
	l->w->rows += w->n;
	return sql_end(st, rc);
}

/* -- one load, one transaction ---------------------------------------------------------------- */

static int begin(struct load *l)
{
	int rc = l->r->broken ? open_again(l->r) : SQLITE_OK;

	if (rc == SQLITE_OK)
		rc = meta_snapshot(&l->r->q, &l->meta);
	l->w->seq = l->meta.seq;
	return rc;
}

static int load_circumstances(struct load *l)
{
	struct circumstances *all = &l->w->circumstances->all;
	int rc = downtimes_read(&l->r->q, l->a, all);

	if (rc == SQLITE_OK)
		rc = modes_read(&l->r->q, l->a, all);
	l->w->rows += (int64_t)(all->n_downtimes + all->n_modes);
	return rc;
}

static int load_queues(struct load *l)
{
	return queues_read(&l->r->q, l->w->queues, &l->w->rows);
}

static int load_requests(struct load *l)
{
	return requests_read(&l->r->q, l->a, l->w->requests, &l->w->rows);
}

static int load_findings(struct load *l)
{
	return findings_read(&l->r->q, l->a, l->w->findings, &l->w->rows);
}

static int load_entries(struct load *l)
{
	return entries_read(&l->r->q, l->a, l->w->entries, &l->w->rows);
}

static int load_matter(struct load *l)
{
	return matter_read(&l->r->q, l->a, l->w->matter);
}

static int load_document(struct load *l)
{
	return document_read(&l->r->q, l->a, l->w->document);
}

static int load_history(struct load *l)
{
	int rc = history_read(&l->r->q, l->a, l->w->history);

	l->w->rows += (int64_t)l->w->history->found.n;
	return rc;
}

static int load_archived(struct load *l)
{
	return removal_years_read(&l->r->q, l->a, &l->w->archived->v, &l->w->archived->n);
}

static int load_all(struct load *l)
{
	const struct {
		enum statement_set set;
		const void *wanted;
		int (*load)(struct load *l);
	} parts[] = {{SET_READ, l->w->incidents, load_incidents}, {SET_REGISTER, l->w->waking, load_waking},
	    {SET_REGISTER, l->w->queues, load_queues}, {SET_READ, l->w->page, load_page},
	    {SET_READ, l->w->open, load_open}, {SET_READ, l->w->events, load_events},
	    {SET_READ, l->w->account, load_account}, {SET_READ, l->w->accounts, load_accounts},
	    {SET_LOGIN, l->w->session, load_session}, {SET_LOGIN, l->w->sessions, load_sessions},
	    {SET_LOGIN, l->w->code, load_code}, {SET_READ, l->w->files, load_files},
	    {SET_REGISTER, l->w->activations, load_activations},
	    {SET_READ, l->w->circumstances, load_circumstances},
	    {SET_REGISTER, l->w->requests, load_requests}, {SET_REGISTER, l->w->findings, load_findings},
	    {SET_REGISTER, l->w->entries, load_entries}, {SET_REGISTER, l->w->matter, load_matter},
	    {SET_REGISTER, l->w->document, load_document}, {SET_READ, l->w->history, load_history},
	    {SET_REGISTER, l->w->archived, load_archived}};
	int rc = SQLITE_OK;

	for (size_t i = 0; i < sizeof parts / sizeof *parts && rc == SQLITE_OK; i++)
		if (parts[i].wanted && (rc = sql_need(&l->r->q, parts[i].set)) == SQLITE_OK)
			rc = parts[i].load(l);
	return rc;
}

static void failed(struct reads *r, int rc)
{
	r->broken = r->broken || sql_broken(rc);
	if (clock_mono_us() - r->said_us < SAY_EVERY_US)
		return;
	r->said_us = clock_mono_us();
	log_warn("read failed", "code=%d error=%s", rc,
	    r->q.db ? sqlite3_errmsg(r->q.db) : sqlite3_errstr(rc));
}

enum store_when reads_load(struct reads *r, struct arena *a, struct reads_wants *w, store_done *done,
    void *arg)
{
	struct load l = {.r = r, .a = a, .w = w};
	int rc;

	(void)done; /* SQLite answers at once */
	(void)arg;
	w->rows = 0;
	rc = begin(&l);
	if (rc == SQLITE_OK && w->seq >= w->min_seq)
		rc = load_all(&l);
	if (rc != SQLITE_OK)
		failed(r, rc);
	if (r->q.db)
		sql_abandon(&r->q);
	w->status = sql_status(rc);
	if (w->status == STORE_OK && w->seq < w->min_seq)
		w->status = STORE_UNKNOWN;
	return STORE_NOW;
}

void reads_cancel(struct reads *r, struct reads_wants *w)
{
	(void)r; /* nothing comes later */
	(void)w;
}

enum store_status reads_wait(struct reads *r, struct arena *a, struct reads_wants *w)
{
	reads_load(r, a, w, NULL, NULL);
	return w->status;
}

/* -- for the audit ---------------------------------------------------------------------------- */

struct sql *reads_sql(struct reads *r)
{
	return &r->q;
}
