/*
 * load.c - what the engine reads before it decides: incidents by number or id, those that are due,
 * kept answers, resent commands, accounts, files. The engine is the only writer, so nothing changes
 * between two statements; many of them share a read transaction, whose locks cost more than a look.
 */
#include "local.h"
#include "base/log.h"
#include "domain/request.h"
#include "store/removal.h"

#include <assert.h>

#define RECENT_EACH 4 /* ids looked at, for each open incident that is wanted */

/* A load that failed is said once, here. */
static enum store_status ended(struct store *s, int rc, const char *what)
{
	if (rc == SQLITE_OK)
		return STORE_OK;
	if (sql_broken(rc))
		store_fail(s, rc, what);
	else if (sql_status(rc) != STORE_AWAY)
		log_alarm("load failed", "what=%s code=%d error=%s", what, rc, sqlite3_errmsg(s->q.db));
	return sql_status(rc);
}

/* The incidents whose ids the statement gives. */
static int load_listed(struct store *s, struct arena *a, sqlite3_stmt *st, size_t most, struct incident **out,
    size_t *n)
{
	int rc;

	*n = 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < most) {
		rc = record_load(&s->q, a, sqlite3_column_int64(st, 0), NULL, &out[*n]);
		if (rc != SQLITE_OK)
			break;
		*n += out[*n] != NULL;
	}
	return sql_end(st, rc);
}

static int load_followers(struct store *s, struct arena *a, struct store_want *w)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_INCIDENT_FOLLOWING);

	w->followed = arena_new_array(a, struct incident *, FOLLOWERS_MOST);
	sqlite3_bind_int64(st, 1, w->found->id);
	sqlite3_bind_int(st, 2, FOLLOWERS_MOST);
	return load_listed(s, a, st, FOLLOWERS_MOST, w->followed, &w->n_followed);
}

static int load_named(struct store *s, struct arena *a, struct store_want *w)
{
	const struct incident *inc = w->found;
	int rc = SQLITE_OK;

	w->named = arena_new_array(a, struct incident *, (size_t)inc->n_requests);
	for (int i = 0; i < inc->n_requests && rc == SQLITE_OK; i++) {
		const struct request *r = &inc->requests[i];

		if (!r->same_as || !request_undecided(r))
			continue;
		rc = record_load(&s->q, a, 0, r->same_as, &w->named[w->n_named]);
		w->n_named += rc == SQLITE_OK && w->named[w->n_named];
	}
	return rc;
}

static int load_archive(struct store *s, struct arena *a, struct store_want *w)
{
	if (!w->found)
		return w->number ? removal_archive_of(&s->q, a, w->number, &w->archive) : SQLITE_OK;
	w->archive = arena_text(a, store_archive_of(s, w->found->reported_at));
	return SQLITE_OK;
}

static int load_incidents(struct store *s, struct arena *a, struct store_want *v, size_t n)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
		rc = record_load(&s->q, a, v[i].id, v[i].number, &v[i].found);
		if (rc == SQLITE_OK && s->n_archived)
			rc = load_archive(s, a, &v[i]);
		if (rc == SQLITE_OK && v[i].followers && v[i].found && v[i].found->callers)
			rc = load_followers(s, a, &v[i]);
		if (rc == SQLITE_OK && v[i].leader && v[i].found && v[i].found->same_as)
			rc = record_load(&s->q, a, v[i].found->same_as, NULL, &v[i].main);
		if (rc == SQLITE_OK && v[i].matters && v[i].found && v[i].found->n_requests)
			rc = load_named(s, a, &v[i]);
	}
	return rc;
}

static int load_due(struct store *s, struct arena *a, struct store_wants *w)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_INCIDENT_DUE);
	int rc;

	sqlite3_bind_int64(st, 1, w->now);
	sqlite3_bind_int64(st, 2, (int64_t)w->due_most);
	rc = load_listed(s, a, st, w->due_most, w->due, &w->n_due);
	if (rc != SQLITE_OK)
		return rc;
	st = sql_use(&s->q, STATEMENT_INCIDENT_NEXT_WAKE);
	sqlite3_bind_int64(st, 1, w->now);
	rc = sqlite3_step(st);
	w->next_wake = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	rc = sql_end(st, rc);
	return rc == SQLITE_OK ? matters_due(s, a, w) : rc;
}

static int load_armed(struct store *s, struct arena *a, struct store_wants *w)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_INCIDENT_ARMED);

	sqlite3_bind_int64(st, 1, w->armed_wake);
	sqlite3_bind_int64(st, 2, w->armed_id);
	sqlite3_bind_int64(st, 3, (int64_t)w->armed_most);
	return load_listed(s, a, st, w->armed_most, w->armed, &w->n_armed);
}

static int load_answer(struct store *s, struct arena *a, struct store_answer *v)
{
	int64_t account = symbol_find(&s->q.symbols, v->account);
	sqlite3_stmt *st;
	int rc;

	v->found = false;
	if (!account)
		return SQLITE_OK; /* never answered anything */
	st = sql_use(&s->q, STATEMENT_ANSWER_GET);
	sqlite3_bind_int64(st, 1, account);
	bind_text(st, 2, v->key);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && column_digest(st, 1, &v->asked)) {
		v->at = sqlite3_column_int64(st, 0);
		v->body = column_blob(st, 2);
		v->body.p = arena_str(a, v->body);
		v->found = true;
	}
	return sql_end(st, rc);
}

/* One step back in the chain: is the row the command's? *seq becomes the row before. */
static int look_back(struct store *s, uint64_t command, int64_t since, int64_t *seq, bool *found)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_JOURNAL_LINK);
	int64_t before = 0;
	int rc;

	sqlite3_bind_int64(st, 1, *seq);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && sqlite3_column_int64(st, 1) >= since) {
		*found = (uint64_t)sqlite3_column_int64(st, 2) == command;
		before = sqlite3_column_int64(st, 0);
	}
	if (!*found)
		*seq = before < *seq ? before : 0;
	return sql_end(st, rc);
}

static int load_resent(struct store *s, struct store_resent *v, const struct incident *inc)
{
	int64_t at = inc ? inc->last_seq : 0;
	bool found = false;
	int rc = SQLITE_OK;

	assert(v->command && "0 is a wake, which nobody sends again");
	while (at > 0 && !found && rc == SQLITE_OK)
		rc = look_back(s, v->command, v->since, &at, &found);
	v->seq = found ? at : 0;
	return rc;
}

static int load_history(struct store *s, struct arena *a, const struct store_wants *w,
    struct store_history *h)
{
	const struct incident *of = h->of ? w->incidents[h->of - 1].found : NULL;

	if (of)
		h->below = of->id;
	return history_read(&s->q, a, h);
}

static int load_all(struct store *s, struct arena *a, struct store_wants *w)
{
	int rc = load_incidents(s, a, w->incidents, w->n_incidents);

	for (size_t i = 0; i < w->n_resent && rc == SQLITE_OK; i++)
		rc = load_resent(s, &w->resent[i], w->incidents[w->resent[i].incident].found);
	for (size_t i = 0; i < w->n_answers && rc == SQLITE_OK; i++)
		rc = load_answer(s, a, &w->answers[i]);
	if (w->due_most && rc == SQLITE_OK)
		rc = load_due(s, a, w);
	if (w->armed_most && rc == SQLITE_OK)
		rc = load_armed(s, a, w);
	if (rc == SQLITE_OK)
		rc = matters_load(s, a, w);
	for (size_t i = 0; i < w->n_histories && rc == SQLITE_OK; i++)
		rc = load_history(s, a, w, w->histories[i]);
	if (w->want_accounts && rc == SQLITE_OK)
		rc = accounts_read(&s->q, a, &w->accounts, &w->n_accounts);
	for (size_t i = 0; i < w->n_sessions && rc == SQLITE_OK; i++)
		rc = sessions_load(&s->q, a, &w->sessions[i]);
	return rc;
}

static bool wants_nothing(const struct store_wants *w)
{
	return !w->n_incidents && !w->n_answers && !w->due_most && !w->armed_most && !w->want_accounts &&
	    !w->n_requests && !w->n_findings && !w->n_open_findings && !w->n_entries && !w->n_lists &&
	    !w->n_busy && !w->standing.wanted && !w->n_histories && !w->n_sessions;
}

enum store_when store_load(struct store *s, struct arena *a, struct store_wants *w, store_done *done,
    void *arg)
{
	int rc;

	(void)done;
	(void)arg;
	w->status = s->failed ? STORE_FAILED : STORE_OK;
	w->n_due = w->n_due_requests = w->n_due_entries = w->n_armed = w->n_accounts = 0;
	if (s->failed || wants_nothing(w))
		return STORE_NOW;
	rc = sql_run(&s->q, STATEMENT_BEGIN_READ);
	if (rc == SQLITE_OK)
		rc = load_all(s, a, w);
	if (rc == SQLITE_OK)
		rc = sql_run(&s->q, STATEMENT_COMMIT);
	else
		sql_abandon(&s->q);
	w->status = ended(s, rc, "turn");
	return STORE_NOW;
}

enum store_status store_recent(struct store *s, struct arena *a, int64_t since, struct incident **out,
    size_t most, size_t *n)
{
	sqlite3_stmt *st;
	int rc;

	*n = 0;
	if (s->failed)
		return STORE_FAILED;
	st = sql_use(&s->q, STATEMENT_INCIDENT_RECENT);
	sqlite3_bind_int(st, 1, INCIDENT_OPEN);
	sqlite3_bind_int64(st, 2, s->meta.incidents - RECENT_EACH * (int64_t)most);
	sqlite3_bind_int64(st, 3, (int64_t)most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < most) {
		struct incident *inc = record_incident(&s->q, STATEMENT_INCIDENT_RECENT, a);

		if (inc->reported_at < since)
			break; /* ids grow with time: what comes now is older still */
		out[(*n)++] = inc;
	}
	return ended(s, sql_end(st, rc), "recent");
}

/* Room for one more downtime, doubled when full. */
static struct downtime *with_room(struct arena *a, struct downtime *v, size_t n)
{
	struct downtime *more = v;

	if (n == 0 || (n & (n - 1)) == 0)
		more = arena_new_array(a, struct downtime, n ? 2 * n : 1);
	if (more != v && n)
		memcpy(more, v, n * sizeof *v);
	return more;
}

int downtimes_read(struct sql *q, struct arena *a, struct circumstances *out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_DOWNTIME_ALL);
	struct downtime *v = NULL;
	size_t n = 0;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct downtime one = {sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)};

		v = with_room(a, v, n);
		n = downtimes_add(v, n, one);
	}
	*out = (struct circumstances){.downtimes = v, .n_downtimes = n};
	return sql_end(st, rc);
}

enum store_status store_downtimes(struct store *s, struct arena *a, struct circumstances *out)
{
	*out = (struct circumstances){0};
	if (s->failed)
		return STORE_FAILED;
	return ended(s, downtimes_read(&s->q, a, out), "downtimes");
}

int store_files(struct store *s, struct arena *a, const char *revision, struct mechanism_file *out, int most)
{
	int n = 0;

	if (s->failed || ended(s, files_read(&s->q, a, revision, out, most, &n), "files") != STORE_OK)
		return 0;
	return n;
}

bool store_activated(struct store *s, const char *revision)
{
	sqlite3_stmt *st = s->failed ? NULL : sql_use(&s->q, STATEMENT_ACTIVATION_OF);
	int rc;
	bool was;

	if (!st)
		return false;
	bind_text(st, 1, revision);
	was = (rc = sqlite3_step(st)) == SQLITE_ROW;
	return ended(s, sql_end(st, rc), "activation") == STORE_OK && was;
}
