/*
 * outbox.c - the file of the process notifier. Place: store/sqlite, behind store/outbox.h, over beside.h; it uses nothing of the
 * store's.
 */
#include "store/outbox.h"
#include "base/log.h"
#include "beside.h"
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum outbox_statement {
#define X(id, sql) OUTBOX_##id,
	OUTBOX_LIST(X)
#undef X
	    OUTBOX_STATEMENTS
};
static const char *const statements[OUTBOX_STATEMENTS] = {
#define X(id, sql) [OUTBOX_##id] = sql,
    OUTBOX_LIST(X)
#undef X
};

struct outbox {
	struct side_file file;
	sqlite3_stmt *st[OUTBOX_STATEMENTS];
	int64_t cursor;
	int64_t digested; /* -1: never */
	char store[64];
};

static bool make_folder(const char *store)
{
	char folder[PATH_MAX];
	struct stat there;

	beside_path(folder, store, OUTBOX_FOLDER);
	return stat(folder, &there) == 0 || mkdir(folder, 0700) == 0 || errno == EEXIST;
}

static int read_progress(struct outbox *o)
{
	sqlite3_stmt *st = o->st[OUTBOX_PROGRESS];

	o->cursor = -1;
	if (sqlite3_step(st) == SQLITE_ROW) {
		snprintf(o->store, sizeof o->store, "%s", (const char *)sqlite3_column_text(st, 0));
		o->cursor = sqlite3_column_int64(st, 1);
	}
	return sqlite3_reset(st);
}

static int read_digested(struct outbox *o)
{
	sqlite3_stmt *st = o->st[OUTBOX_DIGESTED];

	o->digested = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	return sqlite3_reset(st);
}

/* A file without a number has the form of the first version, whose attempts had no request; then no notice said who had decided. */
static const struct side_step steps[] = {{NULL},
    {.wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'attempt' AND NOT EXISTS "
	       "(SELECT 1 FROM pragma_table_info('attempt') WHERE name = 'request')",
	.before = "ALTER TABLE attempt ADD COLUMN request TEXT;"},
    {.wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'notice' AND NOT EXISTS "
	       "(SELECT 1 FROM pragma_table_info('notice') WHERE name = 'decided_by')",
	.before = "ALTER TABLE notice ADD COLUMN decided_by TEXT;"}};
static const struct side_schema schema = {
    .sql = OUTBOX_SQL, .steps = steps, .version = sizeof steps / sizeof *steps};

#define SYNCED_BY_US "PRAGMA synchronous=NORMAL"

static int open_file(struct outbox *o, const char *file, struct sayer *say)
{
	int rc = beside_open(&o->file, file, &schema, statements, say);

	if (rc != SQLITE_OK)
		return rc;
	rc = sql_exec(o->file.q.db, SYNCED_BY_US);
	if (rc == SQLITE_OK)
		rc = read_progress(o);
	if (rc == SQLITE_OK)
		rc = read_digested(o);
	if (rc == SQLITE_OK)
		rc = sql_end(o->st[OUTBOX_INTERRUPTED], sqlite3_step(o->st[OUTBOX_INTERRUPTED]));
	if (rc != SQLITE_OK)
		say(say, "%s 打不开：%s", "%s cannot be opened: %s", file, sqlite3_errstr(rc));
	return rc;
}

struct outbox *outbox_open(const char *store, bool english, char *why, size_t why_len)
{
	struct outbox *o = xalloc(sizeof *o);
	struct sayer say = {english, why, why_len};
	char file[PATH_MAX];
	int rc;

	*o = (struct outbox){
	    .cursor = -1, .file = {.st = o->st, .n = OUTBOX_STATEMENTS, .fault = "notices not written"}};
	if (!make_folder(store)) {
		say(&say, "通知的文件夹建不了：%s/%s", "the folder of notices cannot be made: %s/%s", store,
		    OUTBOX_FOLDER);
		free(o);
		return NULL;
	}
	beside_path(file, store, OUTBOX_FOLDER "/notices.db");
	rc = open_file(o, file, &say);
	if (beside_aside(&o->file, rc))
		rc = open_file(o, file, &say);
	if (rc == SQLITE_OK)
		return o;
	outbox_close(o);
	return NULL;
}

void outbox_close(struct outbox *o)
{
	if (!o)
		return;
	beside_close(&o->file);
	free(o);
}

enum outbox_state outbox_look(struct outbox *o, bool english)
{
	static const enum outbox_state states[] = {[SIDE_SOUND] = OUTBOX_SOUND,
	    [SIDE_SAVED] = OUTBOX_SAVED,
	    [SIDE_ANEW] = OUTBOX_ANEW,
	    [SIDE_AWAY] = OUTBOX_AWAY};
	enum side_state state = beside_look(&o->file, english);

	if (state == SIDE_SAVED || state == SIDE_ANEW)
		sql_exec(o->file.q.db, SYNCED_BY_US);
	return states[state];
}

int64_t outbox_cursor(const struct outbox *o)
{
	return o->cursor;
}

const char *outbox_store(const struct outbox *o)
{
	return o->store;
}

int64_t outbox_digested(const struct outbox *o)
{
	return o->digested;
}

/* -- writing ------------------------------------------------------------------------------------ */

bool outbox_begin(struct outbox *o)
{
	return beside_done(&o->file, sql_exec(o->file.q.db, "BEGIN IMMEDIATE"), "begin");
}

bool outbox_commit(struct outbox *o)
{
	return beside_done(&o->file, sql_exec(o->file.q.db, "COMMIT"), "commit");
}

/* By SQLite's own handle of the WAL: another one would give up its locks when it is closed. */
bool outbox_sync(struct outbox *o)
{
	sqlite3_file *wal = NULL;
	int rc = sqlite3_file_control(o->file.q.db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);

	if (rc == SQLITE_OK && wal && wal->pMethods)
		rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
	return beside_done(&o->file, rc, "sync");
}

bool outbox_follow(struct outbox *o, const char *store, int64_t seq)
{
	sqlite3_stmt *st = o->st[OUTBOX_FOLLOW];

	bind_text(st, 1, store);
	sqlite3_bind_int64(st, 2, seq);
	if (!beside_done(&o->file, sql_end(st, sqlite3_step(st)), "follow"))
		return false;
	o->cursor = seq;
	snprintf(o->store, sizeof o->store, "%s", store);
	return true;
}

bool outbox_digest(struct outbox *o, int64_t at)
{
	sqlite3_bind_int64(o->st[OUTBOX_DIGEST], 1, at);
	if (!beside_run(&o->file, OUTBOX_DIGEST, "digest"))
		return false;
	o->digested = at;
	return true;
}

bool outbox_mark(struct outbox *o, int64_t now, const struct digest *hash)
{
	sqlite3_stmt *st = o->st[OUTBOX_MARK];

	sqlite3_bind_int64(st, 1, now / OUTBOX_MARK_MS);
	sqlite3_bind_int64(st, 2, o->cursor);
	bind_blob(st, 3, hash->b, DIGEST_LEN);
	return beside_run(&o->file, OUTBOX_MARK, "mark");
}

bool outbox_unmark(struct outbox *o, int64_t after, int64_t before)
{
	sqlite3_bind_int64(o->st[OUTBOX_MARKS_FORGET], 1, after);
	sqlite3_bind_int64(o->st[OUTBOX_MARKS_FORGET], 2, before / OUTBOX_MARK_MS);
	return beside_run(&o->file, OUTBOX_MARKS_FORGET, "marks");
}

int outbox_marks(struct outbox *o, int64_t upto, int most, struct outbox_mark *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_MARKS];
	int n = 0, rc = SQLITE_DONE;

	sqlite3_bind_int64(st, 1, upto);
	sqlite3_bind_int(st, 2, most);
	while (n < most && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		out[n].seq = sqlite3_column_int64(st, 0);
		n += column_digest(st, 1, &out[n].hash);
	}
	return beside_done(&o->file, sql_end(st, rc), "marks") ? n : -1;
}

/* -- one notice ------------------------------------------------------------------------------------ */

/* The parameters of ADD, in the order of the columns of the statements that read. */
static void bind_notice(sqlite3_stmt *st, const struct outgoing *n)
{
	const int64_t numbers[] = {n->seq, n->at, n->event, (int64_t)n->class};
	const int64_t times[] = {n->made_at, n->send_at, n->expires_at, n->ended_at, (int64_t)n->state};

	bind_text(st, 1, n->id);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_int64(st, 2 + i, numbers[i]);
	bind_text(st, 6, n->incident);
	sqlite3_bind_int(st, 7, n->dispatch);
	bind_text(st, 8, n->unit);
	bind_text(st, 9, n->role);
	sqlite3_bind_int(st, 10, n->which);
	bind_text(st, 11, n->digest);
	bind_text(st, 12, n->about);
	sqlite3_bind_int(st, 13, n->priority);
	sqlite3_bind_int(st, 14, n->drill);
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(st, 15 + i, times[i]);
	bind_text(st, 20, n->outcome);
	sqlite3_bind_int(st, 21, n->told);
	sqlite3_bind_int(st, 22, n->code);
	bind_text(st, 23, n->decided_by);
}

/* A number of the file as a member of an enum; one that a hand has written there is the first. */
static int within(int64_t number, int n)
{
	return number < 0 || number >= n ? 0 : (int)number;
}

static void take_notice(sqlite3_stmt *st, struct arena *a, struct outgoing *n)
{
	const char *id = column_text(st, 0, a);

	*n = (struct outgoing){.seq = sqlite3_column_int64(st, 1),
	    .at = sqlite3_column_int64(st, 2),
	    .event = sqlite3_column_int(st, 3),
	    .class = (enum notice_class)within(sqlite3_column_int64(st, 4), NOTICE_CLASSES),
	    .incident = column_text(st, 5, a),
	    .dispatch = sqlite3_column_int(st, 6),
	    .unit = column_text(st, 7, a),
	    .role = column_text(st, 8, a),
	    .which = sqlite3_column_int(st, 9),
	    .digest = column_text(st, 10, a),
	    .about = column_text(st, 11, a),
	    .priority = within(sqlite3_column_int64(st, 12), PRIORITY_COUNT),
	    .drill = sqlite3_column_int(st, 13) != 0,
	    .made_at = sqlite3_column_int64(st, 14),
	    .send_at = sqlite3_column_int64(st, 15),
	    .expires_at = sqlite3_column_int64(st, 16),
	    .ended_at = sqlite3_column_int64(st, 17),
	    .state = (enum outgoing_state)within(sqlite3_column_int64(st, 18), OUTGOING_STATES),
	    .outcome = column_text(st, 19, a),
	    .told = sqlite3_column_int(st, 20) != 0,
	    .code = sqlite3_column_int(st, 21),
	    .decided_by = column_text(st, 22, a)};
	snprintf(n->id, sizeof n->id, "%s", id ? id : "");
}

static void bind_attempt(sqlite3_stmt *st, const char *notice, int i, const struct attempt *t)
{
	const int64_t numbers[] = {
	    (int64_t)t->state, t->tries, t->started_at, t->next_at, t->sent_at, t->accepted_at, t->ended_at};

	bind_text(st, 1, notice);
	sqlite3_bind_int(st, 2, i);
	bind_text(st, 3, t->channel);
	for (int k = 0; k < 7; k++)
		sqlite3_bind_int64(st, 4 + k, numbers[k]);
	bind_text(st, 11, t->carrier);
	bind_text(st, 12, t->provider);
	sqlite3_bind_int(st, 13, t->status);
	bind_text(st, 14, t->reason);
	bind_text(st, 15, t->answer);
	bind_text(st, 16, t->request);
}

static void take_attempt(sqlite3_stmt *st, struct arena *a, struct attempt *t)
{
	*t = (struct attempt){.channel = column_text(st, 0, a),
	    .state = (enum attempt_state)within(sqlite3_column_int64(st, 1), ATTEMPT_STATES),
	    .tries = sqlite3_column_int(st, 2),
	    .started_at = sqlite3_column_int64(st, 3),
	    .next_at = sqlite3_column_int64(st, 4),
	    .sent_at = sqlite3_column_int64(st, 5),
	    .accepted_at = sqlite3_column_int64(st, 6),
	    .ended_at = sqlite3_column_int64(st, 7),
	    .carrier = column_text(st, 8, a),
	    .provider = column_text(st, 9, a),
	    .status = sqlite3_column_int(st, 10),
	    .reason = column_text(st, 11, a),
	    .answer = column_text(st, 12, a),
	    .request = column_text(st, 13, a)};
}

static bool save_attempts(struct outbox *o, const struct outgoing *one)
{
	bool good = true;

	for (int i = 0; i < one->n_attempts && good; i++) {
		bind_attempt(o->st[OUTBOX_ATTEMPT_SAVE], one->id, i, &one->attempts[i]);
		good = beside_run(&o->file, OUTBOX_ATTEMPT_SAVE, "attempt");
	}
	return good;
}

bool outbox_add(struct outbox *o, const struct outgoing *one, bool *added)
{
	bind_notice(o->st[OUTBOX_ADD], one);
	if (!beside_run(&o->file, OUTBOX_ADD, "notice"))
		return false;
	*added = sqlite3_changes(o->file.q.db) > 0;
	return !*added || save_attempts(o, one);
}

bool outbox_save(struct outbox *o, const struct outgoing *one)
{
	sqlite3_stmt *st = o->st[OUTBOX_SAVE];

	bind_text(st, 1, one->id);
	sqlite3_bind_int64(st, 2, one->expires_at);
	sqlite3_bind_int64(st, 3, one->ended_at);
	sqlite3_bind_int(st, 4, (int)one->state);
	bind_text(st, 5, one->outcome);
	sqlite3_bind_int(st, 6, one->told);
	bind_text(st, 7, one->decided_by);
	return beside_run(&o->file, OUTBOX_SAVE, "notice") && save_attempts(o, one);
}

bool outbox_again(struct outbox *o, const char *id)
{
	bind_text(o->st[OUTBOX_ATTEMPTS_FORGET], 1, id);
	return beside_run(&o->file, OUTBOX_ATTEMPTS_FORGET, "attempts");
}

bool outbox_message_save(struct outbox *o, const char *channel, const char *carrier, int64_t at,
    const char *text)
{
	enum outbox_statement id = text ? OUTBOX_MESSAGE_SAVE : OUTBOX_MESSAGE_DROP;
	sqlite3_stmt *st = o->st[id];

	bind_text(st, 1, channel);
	bind_text(st, 2, carrier);
	if (text) {
		sqlite3_bind_int64(st, 3, at);
		bind_text(st, 4, text);
	}
	return beside_run(&o->file, id, "message");
}

bool outbox_forget(struct outbox *o, int64_t before)
{
	sqlite3_bind_int64(o->st[OUTBOX_OLD_ATTEMPTS], 1, before);
	sqlite3_bind_int64(o->st[OUTBOX_OLD], 1, before);
	sqlite3_bind_int64(o->st[OUTBOX_OLD_MESSAGES], 1, before);
	return beside_run(&o->file, OUTBOX_OLD_ATTEMPTS, "old") && beside_run(&o->file, OUTBOX_OLD, "old") &&
	    beside_run(&o->file, OUTBOX_OLD_MESSAGES, "old");
}

/* -- reading --------------------------------------------------------------------------------------- */

static bool take_attempts(struct outbox *o, struct arena *a, struct outgoing *n)
{
	sqlite3_stmt *st = o->st[OUTBOX_ATTEMPTS];
	int rc;

	bind_text(st, 1, n->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (n->n_attempts < CHANNELS_EACH)
			take_attempt(st, a, &n->attempts[n->n_attempts++]);
	return beside_done(&o->file, sql_end(st, rc), "attempts");
}

/* The rows of a statement whose parameters are bound, with their attempts. */
static int take_rows(struct outbox *o, enum outbox_statement id, int most, struct arena *a,
    struct outbox_row *out)
{
	sqlite3_stmt *st = o->st[id];
	int n = 0, rc = SQLITE_DONE;

	while (n < most && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		take_notice(st, a, &out[n].o);
		out[n++].n = sqlite3_column_int64(st, 23);
	}
	if (!beside_done(&o->file, sql_end(st, rc), "rows"))
		return -1;
	for (int i = 0; i < n; i++)
		if (!take_attempts(o, a, &out[i].o))
			return -1;
	return n;
}

int outbox_live(struct outbox *o, int64_t after, int most, struct arena *a, struct outbox_row *out)
{
	sqlite3_bind_int64(o->st[OUTBOX_LIVE], 1, after);
	sqlite3_bind_int(o->st[OUTBOX_LIVE], 2, most);
	return take_rows(o, OUTBOX_LIVE, most, a, out);
}

bool outbox_find(struct outbox *o, const char *id, struct arena *a, struct outgoing *out)
{
	struct outbox_row row;

	bind_text(o->st[OUTBOX_ONE], 1, id);
	if (take_rows(o, OUTBOX_ONE, 1, a, &row) != 1)
		return false;
	*out = row.o;
	return true;
}

int outbox_of_dispatch(struct outbox *o, const char *incident, int dispatch, int most, struct arena *a,
    struct outbox_row *out)
{
	bind_text(o->st[OUTBOX_OF_DISPATCH], 1, incident);
	sqlite3_bind_int(o->st[OUTBOX_OF_DISPATCH], 2, dispatch);
	return take_rows(o, OUTBOX_OF_DISPATCH, most, a, out);
}

int outbox_by_code(struct outbox *o, int code, int64_t since, int most, struct arena *a,
    struct outbox_row *out)
{
	sqlite3_bind_int(o->st[OUTBOX_BY_CODE], 1, code);
	sqlite3_bind_int64(o->st[OUTBOX_BY_CODE], 2, since);
	return take_rows(o, OUTBOX_BY_CODE, most, a, out);
}

bool outbox_codes(struct outbox *o, int64_t since, int first, int n, int64_t *made_at)
{
	sqlite3_stmt *st = o->st[OUTBOX_CODES];
	int rc;

	sqlite3_bind_int64(st, 1, since);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int i = sqlite3_column_int(st, 0) - first;

		if (i >= 0 && i < n)
			made_at[i] = sqlite3_column_int64(st, 1);
	}
	return beside_done(&o->file, sql_end(st, rc), "codes");
}

int outbox_waiting(struct outbox *o, int64_t since, int most, struct arena *a, struct outbox_row *out)
{
	_Static_assert(OUTGOING_ACTED == 4 && OUTGOING_CANCELLED == 8, "as the statement has them");
	sqlite3_bind_int64(o->st[OUTBOX_WAITING], 1, since);
	sqlite3_bind_int(o->st[OUTBOX_WAITING], 2, most);
	return take_rows(o, OUTBOX_WAITING, most, a, out);
}

int outbox_list(struct outbox *o, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_LIST];

	sqlite3_bind_int64(st, 1, f->before ? f->before : INT64_MAX);
	sqlite3_bind_int(st, 2, f->state);
	bind_text(st, 3, f->unit);
	bind_text(st, 4, f->incident);
	sqlite3_bind_int(st, 5, f->dispatch);
	sqlite3_bind_int(st, 6, most);
	return take_rows(o, OUTBOX_LIST, most, a, out);
}

int outbox_lost(struct outbox *o, int64_t before, int most, struct arena *a, struct outbox_row *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_LOST];

	_Static_assert(OUTGOING_UNKNOWN == 5 && OUTGOING_DEAD == 7, "as the statement has them");
	sqlite3_bind_int64(st, 1, before ? before : INT64_MAX);
	sqlite3_bind_int(st, 2, most);
	return take_rows(o, OUTBOX_LOST, most, a, out);
}

int outbox_failed(struct outbox *o, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_FAILED];

	_Static_assert(NOTICE_INSTRUCTION == 0 && OUTGOING_UNKNOWN == 5 && OUTGOING_CANCELLED == 8,
	    "as the statement has them");
	sqlite3_bind_int64(st, 1, f->before ? f->before : INT64_MAX);
	bind_text(st, 2, f->unit);
	bind_text(st, 3, f->incident);
	sqlite3_bind_int(st, 4, f->dispatch);
	sqlite3_bind_int(st, 5, most);
	return take_rows(o, OUTBOX_FAILED, most, a, out);
}

/* -- replies that were not taken -------------------------------------------------------------------- */

const char *const reply_fault_names[REPLY_FAULTS] = {
    [REPLY_NOT_UNDERSTOOD] = "not-understood",
    [REPLY_UNKNOWN_PHONE] = "unknown-phone",
    [REPLY_WRONG_CODE] = "wrong-code",
    [REPLY_CODE_NEEDED] = "code-needed",
    [REPLY_NOTHING_WAITS] = "nothing-waits",
    [REPLY_REFUSED] = "refused",
    [REPLY_ARRIVED_OR_NOT] = "arrived-or-not",
};

bool outbox_reply_add(struct outbox *o, const struct outbox_reply *r)
{
	sqlite3_stmt *st = o->st[OUTBOX_REPLY_ADD];

	sqlite3_bind_int64(st, 1, r->at);
	bind_text(st, 2, r->channel);
	bind_text(st, 3, r->phone);
	bind_text(st, 4, r->text);
	sqlite3_bind_int(st, 5, (int)r->fault);
	bind_text(st, 6, r->unit);
	bind_text(st, 7, r->dispatch);
	bind_text(st, 8, r->code);
	return beside_run(&o->file, OUTBOX_REPLY_ADD, "reply") &&
	    outbox_replies_forget(o, r->at - REPLIES_KEPT_MS);
}

bool outbox_replies_forget(struct outbox *o, int64_t before)
{
	sqlite3_bind_int64(o->st[OUTBOX_REPLIES_FORGET], 1, before);
	sqlite3_bind_int(o->st[OUTBOX_REPLIES_FORGET], 2, REPLIES_KEPT);
	return beside_run(&o->file, OUTBOX_REPLIES_FORGET, "replies");
}

int outbox_replies(struct outbox *o, int64_t before, int most, struct arena *a, struct outbox_reply *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_REPLIES];
	int n = 0, rc = SQLITE_DONE;

	sqlite3_bind_int64(st, 1, before ? before : INT64_MAX);
	sqlite3_bind_int(st, 2, most);
	for (; n < most && (rc = sqlite3_step(st)) == SQLITE_ROW; n++)
		out[n] = (struct outbox_reply){.at = sqlite3_column_int64(st, 0),
		    .channel = column_text(st, 1, a),
		    .phone = column_text(st, 2, a),
		    .text = column_text(st, 3, a),
		    .fault = (enum reply_fault)within(sqlite3_column_int64(st, 4), REPLY_FAULTS),
		    .unit = column_text(st, 5, a),
		    .dispatch = column_text(st, 6, a),
		    .code = column_text(st, 7, a),
		    .n = sqlite3_column_int64(st, 8)};
	return beside_done(&o->file, sql_end(st, rc), "replies") ? n : -1;
}

/* -- replies that are to be carried out --------------------------------------------------------------- */

bool outbox_heard_add(struct outbox *o, const struct outbox_heard *h, int64_t *n)
{
	sqlite3_stmt *st = o->st[OUTBOX_HEARD_ADD];
	const char *const texts[] = {h->channel, h->phone, h->text, h->notice, h->unit, h->dispatch};

	sqlite3_bind_int64(st, 1, h->at);
	for (int i = 0; i < 6; i++)
		bind_text(st, 2 + i, texts[i]);
	sqlite3_bind_int(st, 8, h->act);
	bind_text(st, 9, h->words);
	if (!beside_run(&o->file, OUTBOX_HEARD_ADD, "heard"))
		return false;
	*n = sqlite3_changes(o->file.q.db) > 0 ? sqlite3_last_insert_rowid(o->file.q.db) : 0;
	return true;
}

static bool run_of(struct outbox *o, enum outbox_statement id, int64_t n, const char *what)
{
	sqlite3_bind_int64(o->st[id], 1, n);
	return beside_run(&o->file, (int)id, what);
}

bool outbox_heard_done(struct outbox *o, int64_t n)
{
	return run_of(o, OUTBOX_HEARD_DONE, n, "heard");
}

bool outbox_heard_drop(struct outbox *o, int64_t n)
{
	return run_of(o, OUTBOX_HEARD_DROP, n, "heard");
}

int outbox_heard(struct outbox *o, int64_t after, int most, struct arena *a, struct outbox_heard *out)
{
	sqlite3_stmt *st = o->st[OUTBOX_HEARD];
	int n = 0, rc = SQLITE_DONE;

	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int(st, 2, most);
	for (; n < most && (rc = sqlite3_step(st)) == SQLITE_ROW; n++)
		out[n] = (struct outbox_heard){.n = sqlite3_column_int64(st, 0),
		    .at = sqlite3_column_int64(st, 1),
		    .channel = column_text(st, 2, a),
		    .phone = column_text(st, 3, a),
		    .text = column_text(st, 4, a),
		    .notice = column_text(st, 5, a),
		    .unit = column_text(st, 6, a),
		    .dispatch = column_text(st, 7, a),
		    .act = sqlite3_column_int(st, 8),
		    .words = column_text(st, 9, a),
		    .done = sqlite3_column_int(st, 10) != 0};
	return beside_done(&o->file, sql_end(st, rc), "heard") ? n : -1;
}

/* -- channels that are closed ------------------------------------------------------------------------- */

bool outbox_gone_add(struct outbox *o, const char *channel, const char *target, int64_t at)
{
	sqlite3_stmt *st = o->st[OUTBOX_GONE_ADD];

	bind_text(st, 1, channel);
	bind_text(st, 2, target);
	sqlite3_bind_int64(st, 3, at);
	return beside_run(&o->file, OUTBOX_GONE_ADD, "gone");
}

bool outbox_gone_drop(struct outbox *o, const char *channel)
{
	bind_text(o->st[OUTBOX_GONE_DROP], 1, channel);
	return beside_run(&o->file, OUTBOX_GONE_DROP, "gone");
}

/* The first text of a statement whose parameters are bound; NULL: it gives no row. */
static const char *one_text(struct outbox *o, enum outbox_statement id, struct arena *a, const char *what)
{
	sqlite3_stmt *st = o->st[id];
	const char *text = NULL;
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		text = column_text(st, 0, a);
	beside_done(&o->file, sql_end(st, rc == SQLITE_ROW ? SQLITE_DONE : rc), what);
	return text;
}

const char *outbox_gone(struct outbox *o, const char *channel, struct arena *a)
{
	bind_text(o->st[OUTBOX_GONE], 1, channel);
	return one_text(o, OUTBOX_GONE, a, "gone");
}

/* -- messages ------------------------------------------------------------------------------------------ */

static int take_ids(struct outbox *o, enum outbox_statement id, const char *value, const char *channel,
    int most, struct arena *a, const char **ids)
{
	sqlite3_stmt *st = o->st[id];
	int n = 0, rc = SQLITE_DONE;

	bind_text(st, 1, value);
	bind_text(st, 2, channel);
	while (n < most && (rc = sqlite3_step(st)) == SQLITE_ROW)
		ids[n++] = column_text(st, 0, a);
	return beside_done(&o->file, sql_end(st, rc), "ids") ? n : -1;
}

int outbox_by_provider(struct outbox *o, const char *channel, const char *provider, int most, struct arena *a,
    const char **ids)
{
	return take_ids(o, OUTBOX_BY_PROVIDER, provider, channel, most, a, ids);
}

int outbox_by_carrier(struct outbox *o, const char *channel, const char *carrier, int most, struct arena *a,
    const char **ids)
{
	return take_ids(o, OUTBOX_BY_CARRIER, carrier, channel, most, a, ids);
}

/* A row for each message of the channel since then; of `begun` the first column alone. */
static bool uses(struct outbox *o, enum outbox_statement id, const char *channel, int64_t since,
    outbox_use_cb *cb, void *arg)
{
	sqlite3_stmt *st = o->st[id];
	int rc;

	bind_text(st, 1, channel);
	sqlite3_bind_int64(st, 2, since);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct outbox_use use = {.at = sqlite3_column_int64(st, 0)};

		if (id == OUTBOX_USED) {
			use.class = (enum notice_class)within(sqlite3_column_int64(st, 1), NOTICE_CLASSES);
			use.unit = (const char *)sqlite3_column_text(st, 2);
			use.role = (const char *)sqlite3_column_text(st, 3);
			use.which = sqlite3_column_int(st, 4);
		}
		cb(arg, &use);
	}
	return beside_done(&o->file, sql_end(st, rc), "uses");
}

bool outbox_begun(struct outbox *o, const char *channel, int64_t since, outbox_use_cb *cb, void *arg)
{
	return uses(o, OUTBOX_BEGUN, channel, since, cb, arg);
}

bool outbox_used(struct outbox *o, const char *channel, int64_t since, outbox_use_cb *cb, void *arg)
{
	_Static_assert(ATTEMPT_SENDING == 1 && ATTEMPT_UNKNOWN == 4, "as the statement has them");
	return uses(o, OUTBOX_USED, channel, since, cb, arg);
}

const char *outbox_message(struct outbox *o, const char *channel, const char *carrier, struct arena *a)
{
	bind_text(o->st[OUTBOX_MESSAGE], 1, channel);
	bind_text(o->st[OUTBOX_MESSAGE], 2, carrier);
	return one_text(o, OUTBOX_MESSAGE, a, "message");
}
