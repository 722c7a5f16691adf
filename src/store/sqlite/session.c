/*
 * session.c - sessions in browsers and login codes as rows, for the engine and the readers alike.
 *
 * A row is found by the beginning of its secret's digest, and then the whole digest is compared.
 */
#include "local.h"
#include "base/array.h"
#include "base/arena.h"

#include <string.h>

static bool read_row(sqlite3_stmt *st, struct arena *a, struct page_session *out)
{
	char id[DIGEST_ID];

	*out = (struct page_session){.account = column_text(st, 2, a),
	    .by_token = sqlite3_column_type(st, 3) != SQLITE_NULL,
	    .opened_at = sqlite3_column_int64(st, 4),
	    .seen_at = sqlite3_column_int64(st, 5),
	    .until = sqlite3_column_int64(st, 6)};
	if (!column_digest(st, 1, &out->secret) || (out->by_token && !column_digest(st, 3, &out->token)))
		return false;
	memcpy(out->id, digest_id(&out->secret, id), DIGEST_ID);
	return out->account && text_eq(column_text(st, 0, a), id);
}

static bool read_code(sqlite3_stmt *st, struct arena *a, struct login_code *out)
{
	*out = (struct login_code){.account = column_text(st, 0, a),
	    .made_at = sqlite3_column_int64(st, 2),
	    .until = sqlite3_column_int64(st, 3),
	    .by = column_text(st, 4, a)};
	return column_digest(st, 1, &out->secret) && out->account;
}

/* -- for the engine ------------------------------------------------------------------------- */

static int load_rows(sqlite3_stmt *st, struct arena *a, struct store_want_sessions *w)
{
	size_t cap = 0;
	int rc;

	w->v = NULL;
	w->n = 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, w->v, w->n, cap);
		if (read_row(st, a, &w->v[w->n]))
			w->n++;
	}
	return sql_end(st, rc);
}

static int load_code(struct sql *q, struct arena *a, const char *account, const struct login_code **out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_CODE_OF);
	int rc;

	*out = NULL;
	bind_text(st, 1, account);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct login_code *c = arena_alloc(a, sizeof *c);

		if (read_code(st, a, c))
			*out = c;
	}
	return sql_end(st, rc);
}

int sessions_load(struct sql *q, struct arena *a, struct store_want_sessions *w)
{
	enum statement by = w->account ? STATEMENT_SESSION_OF_ACCOUNT
	    : w->unit                  ? STATEMENT_SESSION_OF_UNIT
				       : STATEMENT_SESSION_GET;
	sqlite3_stmt *st = sql_use(q, by);
	int rc;

	bind_text(st, 1, w->account ? w->account : w->unit ? w->unit : w->id);
	rc = load_rows(st, a, w);
	return rc == SQLITE_OK && w->account ? load_code(q, a, w->account, &w->code) : rc;
}

static int save_session(struct sql *q, const struct store_session *one)
{
	static const enum statement which[] = {[SESSION_ADD] = STATEMENT_SESSION_ADD,
	    [SESSION_SEEN] = STATEMENT_SESSION_SEEN,
	    [SESSION_GONE] = STATEMENT_SESSION_GONE};
	const struct page_session *s = &one->s;
	sqlite3_stmt *st = sql_use(q, which[one->what]);

	bind_text(st, 1, s->id);
	if (one->what == SESSION_SEEN) {
		sqlite3_bind_int64(st, 2, s->seen_at);
		sqlite3_bind_int64(st, 3, s->until);
		return sql_run(q, which[one->what]);
	}
	bind_blob(st, 2, s->secret.b, DIGEST_LEN);
	if (one->what == SESSION_GONE)
		return sql_run(q, which[one->what]);
	bind_text(st, 3, s->account);
	if (s->by_token)
		bind_blob(st, 4, s->token.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 5, s->opened_at);
	sqlite3_bind_int64(st, 6, s->seen_at);
	sqlite3_bind_int64(st, 7, s->until);
	return sql_run(q, which[one->what]);
}

static int save_code(struct sql *q, const struct store_code *one)
{
	enum statement which = one->gone ? STATEMENT_CODE_GONE : STATEMENT_CODE_ADD;
	const struct login_code *c = &one->c;
	sqlite3_stmt *st = sql_use(q, which);

	if (one->gone) {
		bind_blob(st, 1, c->secret.b, DIGEST_LEN);
		return sql_run(q, which);
	}
	bind_text(st, 1, c->account);
	bind_blob(st, 2, c->secret.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 3, c->made_at);
	sqlite3_bind_int64(st, 4, c->until);
	bind_text(st, 5, c->by);
	return sql_run(q, which);
}

int sessions_save(struct sql *q, const struct store_batch *b)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < b->n_sessions && rc == SQLITE_OK; i++)
		rc = save_session(q, &b->sessions[i]);
	for (size_t i = 0; i < b->n_codes && rc == SQLITE_OK; i++)
		rc = save_code(q, &b->codes[i]);
	return rc;
}

int sessions_expire(struct sql *q, int64_t now)
{
	static const enum statement both[] = {STATEMENT_SESSION_EXPIRE, STATEMENT_CODE_EXPIRE};
	int rc = SQLITE_OK;

	for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
		sqlite3_bind_int64(sql_use(q, both[i]), 1, now);
		rc = sql_run(q, both[i]);
	}
	return rc;
}

int secret_gone(struct sql *q, const struct digest *secret, int *n)
{
	struct store_session s = {.what = SESSION_GONE, .s = {.secret = *secret}};
	struct store_code c = {.gone = true, .c = {.secret = *secret}};
	int rc;

	digest_id(secret, s.s.id);
	rc = save_session(q, &s);
	*n = rc == SQLITE_OK ? sqlite3_changes(q->db) : 0;
	if (rc == SQLITE_OK)
		rc = save_code(q, &c);
	*n += rc == SQLITE_OK ? sqlite3_changes(q->db) : 0;
	return rc;
}

/* -- for readers ---------------------------------------------------------------------------- */

/* The account that a session is of: by its token, or by its name where a code opened it. */
static int account_of(struct sql *q, struct arena *a, const struct page_session *s, struct account **out)
{
	int rc = s->by_token ? account_read(q, a, &s->token, out) : account_named(q, a, s->account, out);

	if (*out && !text_eq((*out)->name, s->account))
		*out = NULL;
	return rc;
}

int session_read(struct sql *q, struct arena *a, struct want_session *w)
{
	struct page_session *s = arena_alloc(a, sizeof *s);
	sqlite3_stmt *st = sql_use(q, STATEMENT_SESSION_GET);
	struct account *who = NULL;
	char id[DIGEST_ID];
	bool found;
	int rc;

	bind_text(st, 1, digest_id(&w->secret, id));
	rc = sqlite3_step(st);
	found = rc == SQLITE_ROW && read_row(st, a, s) && digest_eq(&s->secret, &w->secret);
	rc = sql_end(st, rc);
	if (found && rc == SQLITE_OK)
		rc = account_of(q, a, s, &who);
	w->session = who ? s : NULL;
	w->who = who;
	return rc;
}

static int page_rows(struct sql *q, struct arena *a, struct want_sessions *w)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_SESSION_PAGE);
	int rc;

	bind_text(st, 1, w->after ? w->after : "");
	bind_text(st, 2, w->account);
	sqlite3_bind_int(st, 3, w->limit + 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && w->n < w->limit)
		w->n += read_row(st, a, &w->v[w->n].s);
	w->more = rc == SQLITE_ROW;
	return sql_end(st, rc);
}

int sessions_read(struct sql *q, struct arena *a, struct want_sessions *w)
{
	int rc;

	w->n = 0;
	w->v = arena_new_array(a, struct listed_session, (size_t)w->limit);
	rc = page_rows(q, a, w);
	for (int i = 0; i < w->n && rc == SQLITE_OK; i++) {
		struct account *who = NULL;

		rc = account_of(q, a, &w->v[i].s, &who);
		w->v[i].who = who;
	}
	return rc;
}

int code_find(struct sql *q, struct arena *a, struct want_code *w)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_CODE_BY_SECRET);
	struct login_code c = {0};
	struct account *who = NULL;
	bool found;
	int rc;

	bind_blob(st, 1, w->secret.b, DIGEST_LEN);
	rc = sqlite3_step(st);
	found = rc == SQLITE_ROW && read_code(st, a, &c) && digest_eq(&c.secret, &w->secret);
	rc = sql_end(st, rc);
	if (found && rc == SQLITE_OK)
		rc = account_named(q, a, c.account, &who);
	w->who = who;
	w->until = c.until;
	return rc;
}

/* -- for the audit -------------------------------------------------------------------------- */

#define ROWS_AT_ONCE 1000

int sessions_each(struct sql *q, struct arena *a, void (*fn)(void *arg, const struct page_session *s),
    void *arg)
{
	struct want_sessions w = {.limit = ROWS_AT_ONCE};
	int rc;

	do {
		w.n = 0;
		w.v = arena_new_array(a, struct listed_session, ROWS_AT_ONCE);
		rc = page_rows(q, a, &w);
		for (int i = 0; i < w.n; i++)
			fn(arg, &w.v[i].s);
		w.after = w.n ? w.v[w.n - 1].s.id : NULL;
	} while (rc == SQLITE_OK && w.more && w.n);
	return rc;
}

int codes_each(struct sql *q, struct arena *a, void (*fn)(void *arg, const struct login_code *c), void *arg)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_CODE_ALL);
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct login_code c;

		if (read_code(st, a, &c))
			fn(arg, &c);
	}
	return sql_end(st, rc);
}
