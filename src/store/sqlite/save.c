/*
 * save.c - one turn of the engine in one transaction.
 *
 * Nothing is read here but what is in memory: ids and seqs count on from the head, symbols are
 * known, and a record remembers how it is stored. `next` is the head as this transaction makes it;
 * it becomes `meta` only after COMMIT. After any error the transaction is rolled back, symbols that
 * it added are forgotten and the head is read again from the file: what the file says is true.
 */
#include "local.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"

#include <assert.h>

#define ANSWER_KEPT_MS (7 * DAY_MS)

/* -- records ---------------------------------------------------------------------------------- */

static enum stored stored_as(bool open)
{
	return open ? STORED_OPEN : STORED_CLOSED;
}

/* What the count of open ones changes by. */
static int turned(enum stored before, enum stored after)
{
	return (after == STORED_OPEN) - (before == STORED_OPEN);
}

static enum statement dispatch_statement(const struct sql *q, const struct dispatch *d, enum stored after)
{
	if (d->stored != STORED_NOT)
		return d->stored == after ? STATEMENT_DISPATCH_CHANGE : STATEMENT_DISPATCH_TURN;
	return record_fits(q, STATEMENT_DISPATCH_ISSUE, d) ? STATEMENT_DISPATCH_ISSUE
							   : STATEMENT_DISPATCH_ADD;
}

static enum statement incident_statement(const struct sql *q, const struct incident *inc)
{
	if (inc->stored != STORED_NOT)
		return STATEMENT_INCIDENT_CHANGE;
	return record_fits(q, STATEMENT_INCIDENT_REPORT, inc) ? STATEMENT_INCIDENT_REPORT
							      : STATEMENT_INCIDENT_ADD;
}

static int save_dispatch(struct store *s, const struct incident *inc, struct dispatch *d)
{
	enum stored after = stored_as(dispatch_open(d));
	enum statement id = dispatch_statement(&s->q, d, after);
	int rc = record_bind_dispatch(&s->q, id, inc, d);

	if (rc == SQLITE_OK)
		rc = sql_run(&s->q, id);
	s->next.open_dispatches += turned(d->stored, after);
	d->stored = after;
	d->changed = false;
	return rc;
}

/* How many children it has stands in its own row. */
static bool incident_unsaved(const struct incident *inc)
{
	return inc->changed || inc->stored == STORED_NOT || children_unsaved(inc);
}

int incident_save(struct store *s, struct incident *inc)
{
	enum stored after = stored_as(inc->state == INCIDENT_OPEN);
	enum statement id = incident_statement(&s->q, inc);
	int rc = SQLITE_OK;

	if (incident_unsaved(inc)) {
		rc = record_bind(&s->q, id, inc->id, inc);
		if (rc == SQLITE_OK)
			rc = sql_run(&s->q, id);
		s->next.open_incidents += turned(inc->stored, after);
		inc->stored = after;
		inc->is_new = inc->changed = false;
	}
	for (int i = 0; i < inc->n_dispatches && rc == SQLITE_OK; i++)
		if (inc->dispatches[i].changed || inc->dispatches[i].stored == STORED_NOT)
			rc = save_dispatch(s, inc, &inc->dispatches[i]);
	if (rc == SQLITE_OK)
		rc = children_save(s, inc);
	return rc == SQLITE_OK ? tallies_follow(s, inc) : rc;
}

static void identify(struct store *s, struct incident *inc)
{
	assert((inc->id || inc->stored == STORED_NOT) && "what is stored has an id");
	if (inc->id == 0)
		inc->id = ++s->next.incidents;
}

/* -- the journal ------------------------------------------------------------------------------ */

static void check_numbers(const struct store *s, const struct decision *d)
{
	for (int i = 0; i < d->n_events; i++)
		assert(d->events[i].seq == s->next.seq + 1 + i && "events are numbered from the head on");
	(void)s;
	(void)d;
}

static int add_row(struct store *s, const struct journal_row *row)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_JOURNAL_ADD);

	sqlite3_bind_int64(st, 1, row->seq);
	sqlite3_bind_int64(st, 2, row->n);
	sqlite3_bind_int64(st, 3, row->at);
	bind_time(st, 4, row->incident);
	bind_time(st, 5, row->prev);
	bind_time(st, 6, (int64_t)row->command);
	bind_blob(st, 7, row->hash.b, DIGEST_LEN);
	bind_blob(st, 8, row->data.p, row->data.n);
	return sql_run(&s->q, STATEMENT_JOURNAL_ADD);
}

static int add_texts(struct store *s, const struct decision *d)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < d->n_texts && rc == SQLITE_OK; i++) {
		sqlite3_stmt *st = sql_use(&s->q, STATEMENT_TEXT_ADD);

		sqlite3_bind_int64(st, 1, d->events[d->texts[i].event].seq);
		bind_text(st, 2, d->texts[i].field);
		bind_text(st, 3, d->texts[i].text);
		rc = sql_run(&s->q, STATEMENT_TEXT_ADD);
	}
	return rc;
}

static int save_decision(struct store *s, struct decision *d)
{
	struct incident *inc = d->incident;
	struct journal_row row = {.n = d->n_events, .at = d->at, .command = d->command};
	int rc;

	if (d->n_events == 0)
		return SQLITE_OK;
	check_numbers(s, d);
	row.seq = s->next.seq = d->events[d->n_events - 1].seq;
	row.incident = inc ? inc->id : 0;
	row.prev = inc ? inc->last_seq : 0;
	journal_pack(&s->packed, d);
	row.data = buf_view(&s->packed);
	s->next.hash = row.hash = journal_hash(&s->next.hash, &row);
	if (inc) {
		inc->last_seq = row.seq;
		inc->changed = true;
	}
	rc = add_row(s, &row);
	return rc == SQLITE_OK ? add_texts(s, d) : rc;
}

/* -- answers, accounts, revisions ------------------------------------------------------------- */

static int save_answer(struct store *s, const struct store_answer *v)
{
	int64_t account;
	int rc = symbol_id(&s->q, v->account, &account);
	sqlite3_stmt *st;

	assert(v->account && v->key && "an answer is kept for somebody's key");
	if (rc != SQLITE_OK)
		return rc;
	st = sql_use(&s->q, STATEMENT_ANSWER_ADD);
	sqlite3_bind_int64(st, 1, account);
	bind_text(st, 2, v->key);
	sqlite3_bind_int64(st, 3, v->at);
	bind_blob(st, 4, v->asked.b, DIGEST_LEN);
	bind_blob(st, 5, v->body.p, v->body.n);
	return sql_run(&s->q, STATEMENT_ANSWER_ADD);
}

/* A key serves a client that sends again after a loss; none does so after a week. Some at every
 * heartbeat, so that the table does not grow for ever and no turn is long. */
static int expire_answers(struct store *s, int64_t now)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_ANSWER_EXPIRE);

	sqlite3_bind_int64(st, 1, now - ANSWER_KEPT_MS);
	return sql_run(&s->q, STATEMENT_ANSWER_EXPIRE);
}

static int revoke_account(struct store *s, const struct account *who)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_ACCOUNT_REVOKE);

	bind_blob(st, 1, who->token.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 2, who->revoked_at);
	return sql_run(&s->q, STATEMENT_ACCOUNT_REVOKE);
}

static int save_account(struct store *s, const struct account *who)
{
	sqlite3_stmt *st;

	if (who->revoked_at)
		return revoke_account(s, who);
	st = sql_use(&s->q, STATEMENT_ACCOUNT_ADD);
	bind_text(st, 1, who->name);
	sqlite3_bind_int(st, 2, (int)who->role);
	bind_text(st, 3, who->unit);
	bind_text(st, 4, who->commands);
	bind_blob(st, 5, who->token.b, DIGEST_LEN);
	sqlite3_bind_int64(st, 6, who->made_at);
	bind_text(st, 7, who->certificate);
	return sql_run(&s->q, STATEMENT_ACCOUNT_ADD);
}

static int save_downtime(struct store *s, const struct downtime *d)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_DOWNTIME_ADD);

	sqlite3_bind_int64(st, 1, d->from);
	sqlite3_bind_int64(st, 2, d->to);
	return sql_run(&s->q, STATEMENT_DOWNTIME_ADD);
}

static int save_file(struct store *s, const char *revision, const struct mechanism_file *file)
{
	struct digest digest = digest_of(file->bytes);
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_FILE_ADD);
	int rc;

	bind_blob(st, 1, digest.b, DIGEST_LEN);
	bind_blob(st, 2, file->bytes.p, file->bytes.n);
	if ((rc = sql_run(&s->q, STATEMENT_FILE_ADD)) != SQLITE_OK)
		return rc;
	st = sql_use(&s->q, STATEMENT_FILE_NAME);
	bind_text(st, 1, revision);
	bind_text(st, 2, file->name);
	bind_blob(st, 3, digest.b, DIGEST_LEN);
	return sql_run(&s->q, STATEMENT_FILE_NAME);
}

static int save_files(struct store *s, const struct store_revision *r)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < r->n_files && rc == SQLITE_OK; i++)
		rc = save_file(s, r->revision, &r->files[i]);
	return rc;
}

static int save_revision(struct store *s, const struct store_revision *r)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_ACTIVATION_ADD);
	int rc;

	bind_text(st, 1, r->revision);
	sqlite3_bind_int64(st, 2, r->at);
	bind_text(st, 3, r->who);
	bind_text(st, 4, r->why);
	rc = sql_run(&s->q, STATEMENT_ACTIVATION_ADD);
	if (rc == SQLITE_OK)
		rc = save_files(s, r);
	memcpy(s->next.revision, r->revision, sizeof s->next.revision);
	return rc;
}

/* -- the transaction -------------------------------------------------------------------------- */

static bool nothing_to_save(const struct store *s, const struct store_batch *b)
{
	if (b->n_answers || b->n_accounts || b->n_sessions || b->n_codes || b->activate || b->keep ||
	    b->manual_at || b->beat || b->downtime.to || b->document || matters_unsaved(b) ||
	    erasure_unsaved(s, b->erasure) || b->leaves || b->removes)
		return false;
	for (size_t i = 0; i < b->n_decisions; i++)
		if (b->decisions[i]->n_events)
			return false;
	for (size_t i = 0; i < b->n_incidents; i++) {
		const struct incident *inc = b->incidents[i];

		if (incident_unsaved(inc))
			return false;
		for (int j = 0; j < inc->n_dispatches; j++)
			if (inc->dispatches[j].changed || inc->dispatches[j].stored == STORED_NOT)
				return false;
	}
	return true;
}

/* The id of an incident of this batch by its number; 0: it is none of them. */
static int64_t id_of(const struct store_batch *b, const char *number)
{
	for (size_t i = 0; i < b->n_incidents; i++)
		if (text_eq(b->incidents[i]->number, number))
			return b->incidents[i]->id;
	for (size_t i = 0; i < b->n_decisions; i++)
		if (b->decisions[i]->incident && text_eq(b->decisions[i]->incident->number, number))
			return b->decisions[i]->incident->id;
	return 0;
}

static void join(const struct store_batch *b, struct incident *inc)
{
	if (inc->same_as_number && !inc->same_as)
		inc->same_as = id_of(b, inc->same_as_number);
}

static void identify_all(struct store *s, struct store_batch *b)
{
	for (size_t i = 0; i < b->n_incidents; i++)
		identify(s, b->incidents[i]);
	for (size_t i = 0; i < b->n_decisions; i++)
		if (b->decisions[i]->incident)
			identify(s, b->decisions[i]->incident);
	for (size_t i = 0; i < b->n_incidents; i++)
		join(b, b->incidents[i]);
	for (size_t i = 0; i < b->n_decisions; i++)
		if (b->decisions[i]->incident)
			join(b, b->decisions[i]->incident);
}

/* Ids before the journal, which names them; records after it, which remember its seqs. */
static int save_incidents(struct store *s, struct store_batch *b)
{
	int rc = SQLITE_OK;

	identify_all(s, b);
	for (size_t i = 0; i < b->n_decisions && rc == SQLITE_OK; i++)
		rc = save_decision(s, b->decisions[i]);
	for (size_t i = 0; i < b->n_incidents && rc == SQLITE_OK; i++)
		rc = incident_save(s, b->incidents[i]);
	for (size_t i = 0; i < b->n_decisions && rc == SQLITE_OK; i++)
		if (b->decisions[i]->incident)
			rc = incident_save(s, b->decisions[i]->incident);
	return rc;
}

static int save_rest(struct store *s, struct store_batch *b)
{
	int rc = matters_save(s, b);

	for (size_t i = 0; i < b->n_answers && rc == SQLITE_OK; i++)
		rc = save_answer(s, &b->answers[i]);
	for (size_t i = 0; i < b->n_accounts && rc == SQLITE_OK; i++)
		rc = save_account(s, &b->accounts[i]);
	if (rc == SQLITE_OK)
		rc = sessions_save(&s->q, b);
	if (b->erasure && rc == SQLITE_OK)
		rc = erasure_save(s, b->erasure);
	if (b->leaves && rc == SQLITE_OK)
		rc = removal_begin(s, b->leaves);
	if (b->removes && rc == SQLITE_OK)
		rc = removal_some(s, b->removes);
	if (b->document && rc == SQLITE_OK)
		rc = document_save(&s->q, b->document);
	if (b->activate && rc == SQLITE_OK)
		rc = save_revision(s, b->activate);
	if (b->keep && rc == SQLITE_OK)
		rc = save_files(s, b->keep);
	if (b->downtime.to && rc == SQLITE_OK)
		rc = save_downtime(s, &b->downtime);
	if (b->manual_at)
		s->next.manual_at = b->manual_at;
	if (b->beat && rc == SQLITE_OK)
		rc = expire_answers(s, b->beat);
	if (b->beat && rc == SQLITE_OK)
		rc = sessions_expire(&s->q, b->beat);
	if (b->beat)
		s->next.beat = b->beat;
	return rc;
}

static int save_all(struct store *s, struct store_batch *b)
{
	int rc = sql_run(&s->q, STATEMENT_BEGIN);

	if (rc == SQLITE_OK)
		rc = save_incidents(s, b);
	if (rc == SQLITE_OK)
		rc = tallies_write(s);
	if (rc == SQLITE_OK)
		rc = save_rest(s, b);
	if (rc == SQLITE_OK)
		rc = meta_save(&s->q, &s->next);
	return rc == SQLITE_OK ? sql_run(&s->q, STATEMENT_COMMIT) : rc;
}

/* Another program writes: a shell, a repair. Nothing of the batch was begun. */
static enum store_status locked_out(struct store *s)
{
	if (!s->locked_out)
		log_warn("locked out", "file=%s by=another-program", s->file);
	s->locked_out = true;
	s->tried = false;
	sql_abandon(&s->q);
	return STORE_AWAY;
}

/* Back to what the file says. A full disk is certain not to have taken it; anything else may have. */
static enum store_status save_failed(struct store *s, const struct store_batch *b, int rc, size_t symbols)
{
	int again;

	if (sql_status(rc) == STORE_AWAY)
		return locked_out(s);
	log_alarm("commit failed", "code=%d error=%s", rc, sqlite3_errmsg(s->q.db));
	sql_abandon(&s->q);
	symbols_forget(&s->q.symbols, symbols);
	again = meta_get(&s->q, &s->meta);
	if (sql_broken(rc) || again != SQLITE_OK) {
		store_fail(s, sql_broken(rc) ? rc : again, "commit");
		return STORE_FAILED;
	}
	if (!sql_full(rc))
		return STORE_UNKNOWN;
	space_ran_out(s);
	return b->grows ? STORE_FULL : STORE_UNKNOWN;
}

static void note_revoked(const struct store *s, const struct store_batch *b)
{
	for (size_t i = 0; i < b->n_accounts; i++)
		if (b->accounts[i].revoked_at)
			revoked_add(s, &b->accounts[i].token, b->accounts[i].revoked_at);
	for (size_t i = 0; i < b->n_sessions; i++)
		if (b->sessions[i].what == SESSION_GONE)
			revoked_add(s, &b->sessions[i].s.secret, b->sessions[i].s.seen_at);
	for (size_t i = 0; i < b->n_codes; i++)
		if (b->codes[i].gone)
			revoked_add(s, &b->codes[i].c.secret, b->codes[i].c.made_at);
}

static enum store_status save(struct store *s, struct store_batch *b)
{
	size_t symbols = s->q.symbols.n;
	int64_t started;
	int rc;

	s->tried = false;
	if (s->failed)
		return STORE_FAILED;
	if (nothing_to_save(s, b))
		return STORE_OK;
	if (s->read_only)
		return STORE_UNKNOWN;
	if (b->grows && space_low(s))
		return STORE_FULL;
	space_checkpoint(s, FORCED_FRAMES);
	if (s->failed)
		return STORE_FAILED;
	started = clock_mono_us();
	tallies_begin(s);
	s->next = s->meta;
	s->tried = true;
	if ((rc = save_all(s, b)) != SQLITE_OK)
		return save_failed(s, b, rc, symbols);
	s->meta = s->next;
	s->locked_out = false;
	note_revoked(s, b);
	if (b->leaves || b->removes)
		removal_committed(s);
	if (b->activate)
		sql_forget_pages(&s->q);
	s->commits++;
	s->committed_us = clock_mono_us();
	s->commit_us_last = s->committed_us - started;
	s->commit_us_sum += s->commit_us_last;
	return STORE_OK;
}

enum store_when store_save(struct store *s, struct store_batch *b, store_done *done, void *arg)
{
	(void)done;
	(void)arg;
	b->status = save(s, b);
	return STORE_NOW;
}

/* The proof is that the head stands at the batch's last event. */
static bool stored_after_all(const struct store *s, const struct store_batch *b)
{
	int64_t last = 0;

	for (size_t i = 0; i < b->n_decisions; i++)
		if (b->decisions[i]->n_events)
			last = b->decisions[i]->events[b->decisions[i]->n_events - 1].seq;
	return s->tried && last && s->meta.seq == last && digest_eq(&s->meta.hash, &s->next.hash);
}

/* The head was read again from the file when the commit failed. */
enum store_when store_resolve(struct store *s, struct store_batch *b, store_done *done, void *arg)
{
	(void)done;
	(void)arg;
	b->status = s->failed ? STORE_FAILED : stored_after_all(s, b) ? STORE_OK : STORE_UNKNOWN;
	return STORE_NOW;
}
