/*
 * audit.c - walks the hash chain from its first row and computes everything again.
 *
 * What it finds: a changed byte anywhere in the journal (the hash), a row taken out or put in (seq
 * and the hash of the next), rows cut off at the end (the head that meta holds). What it cannot find
 * is a chain that was wholly made anew; for that, compare a head with one printed on an old report.
 * Rows are read some at a time, so that no read transaction lasts.
 */
#include "local.h"

#include <stdlib.h>

#define ROWS_AT_ONCE 1000

struct audit_walk {
	struct sql *q;
	struct audit_result *out;
	struct sayer say;
	struct arena *arena;
	int64_t of;
};

static int broken(struct audit_walk *w, int64_t seq, const char *zh, const char *en)
{
	say(&w->say, "审计链在第 %lld 条之后断裂：%s", "the audit chain is broken after seq %lld: %s",
	    (long long)seq, w->say.english ? en : zh);
	return 1;
}

static int unreadable(struct audit_walk *w)
{
	say(&w->say, "数据库读不出来：%s", "the store cannot be read: %s", sqlite3_errmsg(w->q->db));
	return -1;
}

static int check_row(struct audit_walk *w, sqlite3_stmt *st)
{
	struct journal_row row;
	struct digest hash;

	if (!journal_read(st, &row))
		return broken(w, w->out->seq, "一行的散列值长度不对", "a row's hash has the wrong length");
	if (row.n < 1 || row.seq - row.n != w->out->seq)
		return broken(w, w->out->seq, "序号不连续，有行被删去或插入",
		    "seq has a gap: a row was taken out or put in");
	hash = journal_hash(&w->out->head, &row);
	if (!digest_eq(&hash, &row.hash))
		return broken(w, w->out->seq, "散列值不符，内容被改动",
		    "the hash differs: the row was changed");
	if (!journal_unpack(&row, w->arena))
		return broken(w, w->out->seq, "内容格式不对", "the data is not of a known layout");
	w->out->rows++;
	w->out->events += row.n;
	w->out->seq = row.seq;
	w->out->head = hash;
	return 0;
}

/* 2: there was nothing more. */
static int check_some(struct audit_walk *w)
{
	sqlite3_stmt *st = sql_use(w->q, STATEMENT_JOURNAL_AFTER);
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
	struct meta m;
	int found = 0;

	*out = (struct audit_result){0};
	snprintf(why, why_len, "%s", "");
	if (meta_get(w.q, &m) != SQLITE_OK)
		return unreadable(&w);
	out->head = journal_genesis(m.store);
	w.arena = arena_new();
	while (found == 0) {
		found = check_some(&w);
		if (progress)
			progress(arg, out->seq, m.seq > out->seq ? m.seq : out->seq);
	}
	arena_free(w.arena);
	return found == 2 ? check_end(&w, &m) : found;
}

bool audit_head_at(struct reads *r, int64_t seq, struct digest *out)
{
	struct sql *q = reads_sql(r);
	sqlite3_stmt *st;
	struct journal_row row;
	struct meta m;
	bool found;

	if (seq == 0) {
		if (meta_get(q, &m) != SQLITE_OK)
			return false;
		*out = journal_genesis(m.store);
		return true;
	}
	st = sql_use(q, STATEMENT_JOURNAL_ROW);
	sqlite3_bind_int64(st, 1, seq);
	found = sqlite3_step(st) == SQLITE_ROW && journal_read(st, &row);
	if (found)
		*out = row.hash;
	sqlite3_reset(st);
	return found;
}
