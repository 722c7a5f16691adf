/*
 * handed.c - the file of what is handed to partners. Place: store/sqlite, behind store/handed.h, over beside.h; it uses nothing of
 * the store's.
 */
#include "store/handed.h"
#include "base/log.h"
#include "beside.h"
#include "exchange.h"
#include "store/outbox.h"

#include <stdlib.h>
#include <unistd.h>

enum handed_statement {
#define X(id, sql) HANDED_##id,
	EXCHANGE_LIST(X)
#undef X
	    HANDED_STATEMENTS
};
static const char *const texts[HANDED_STATEMENTS] = {
#define X(id, sql) [HANDED_##id] = sql,
    EXCHANGE_LIST(X)
#undef X
};

struct handed_file {
	struct side_file file;
	sqlite3_stmt *st[HANDED_STATEMENTS];
};

/* The first form had neither an order of its own nor when a message ended and whether that was reported. */
static const struct side_step steps[] = {
    {.wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'handed' AND NOT EXISTS "
	       "(SELECT 1 FROM pragma_table_info('handed') WHERE name = 'n')",
	.before = "ALTER TABLE handed RENAME TO handed_before;"
		  "DROP INDEX IF EXISTS handed_waiting;",
	.after =
	    "INSERT INTO handed (id, partner, dispatch, seq, kind, state, made_at, next_at, ended_at, tries, "
	    "told, reported, ticket, why) SELECT id, partner, dispatch, seq, kind, state, made_at, next_at, "
	    "CASE WHEN state <> 0 THEN made_at END, tries, told, 0, ticket, why FROM handed_before "
	    "ORDER BY seq, id;"
	    "DROP TABLE handed_before;"},
};
static const struct side_schema schema = {
    .sql = EXCHANGE_SQL, .steps = steps, .version = sizeof steps / sizeof *steps};

struct handed_file *handed_open(const char *store, bool english, char *why, size_t why_len)
{
	struct handed_file *f = xalloc(sizeof *f);
	struct sayer say = {english, why, why_len};
	char file[PATH_MAX];

	*f = (struct handed_file){
	    .file = {.st = f->st, .n = HANDED_STATEMENTS, .fault = "handed not written"}};
	beside_path(file, store, OUTBOX_FOLDER "/exchange.db");
	if (beside_open(&f->file, file, &schema, texts, &say) == SQLITE_OK)
		return f;
	handed_close(f);
	return NULL;
}

void handed_close(struct handed_file *f)
{
	if (!f)
		return;
	beside_close(&f->file);
	free(f);
}

bool handed_look(struct handed_file *f, bool english)
{
	enum side_state state = beside_look(&f->file, english);

	if (state == SIDE_ANEW) { /* the next opening has to see that it begins anew */
		beside_close(&f->file);
		unlink(f->file.path);
	}
	return state == SIDE_SOUND || state == SIDE_SAVED;
}

bool handed_anew(const struct handed_file *f)
{
	return f->file.anew;
}

bool handed_begin(struct handed_file *f)
{
	return beside_run(&f->file, HANDED_BEGIN, "begin");
}

bool handed_end(struct handed_file *f, bool good)
{
	if (good && beside_run(&f->file, HANDED_COMMIT, "commit"))
		return true;
	sql_end(f->st[HANDED_ROLLBACK], sqlite3_step(f->st[HANDED_ROLLBACK]));
	return false;
}

bool handed_add(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_ADD];

	bind_text(st, 1, one->id);
	bind_text(st, 2, one->partner);
	bind_text(st, 3, one->dispatch);
	sqlite3_bind_int64(st, 4, one->seq);
	sqlite3_bind_int64(st, 5, one->kind);
	sqlite3_bind_int64(st, 6, one->state);
	sqlite3_bind_int64(st, 7, one->made_at);
	bind_time(st, 8, one->ended_at);
	bind_text(st, 9, one->ticket);
	bind_text(st, 10, one->why);
	return beside_run(&f->file, HANDED_ADD, "add");
}

bool handed_save(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_SAVE];

	bind_text(st, 1, one->id);
	sqlite3_bind_int64(st, 2, one->state);
	sqlite3_bind_int64(st, 3, one->next_at);
	bind_time(st, 4, one->ended_at);
	sqlite3_bind_int64(st, 5, one->tries);
	bind_text(st, 6, one->ticket);
	bind_text(st, 7, one->why);
	return beside_run(&f->file, HANDED_SAVE, "save");
}

static bool mark(struct handed_file *f, enum handed_statement which, const char *id, const char *what)
{
	bind_text(f->st[which], 1, id);
	return beside_run(&f->file, (int)which, what);
}

bool handed_told(struct handed_file *f, const char *id)
{
	return mark(f, HANDED_TOLD, id, "told");
}

bool handed_reported(struct handed_file *f, const char *id)
{
	return mark(f, HANDED_REPORTED, id, "reported");
}

int64_t handed_hurry(struct handed_file *f, int64_t now)
{
	sqlite3_bind_int64(f->st[HANDED_HURRY], 1, now);
	return beside_run(&f->file, HANDED_HURRY, "hurry") ? sqlite3_changes(f->file.q.db) : -1;
}

bool handed_drop_of(struct handed_file *f, const char *dispatch, int64_t now, const char *why)
{
	sqlite3_stmt *st = f->st[HANDED_DROP_OF];

	bind_text(st, 1, dispatch);
	sqlite3_bind_int64(st, 2, now);
	bind_text(st, 3, why);
	return beside_run(&f->file, HANDED_DROP_OF, "drop");
}

bool handed_forget(struct handed_file *f, int64_t before)
{
	sqlite3_stmt *st = f->st[HANDED_OLD];

	sqlite3_bind_int64(st, 1, before);
	return beside_run(&f->file, HANDED_OLD, "forget");
}

/* -- reading ------------------------------------------------------------------------------------ */

static int within(int i, int n)
{
	return i >= 0 && i < n ? i : n;
}

/* The columns in the order of the table. */
static void read_row(sqlite3_stmt *st, struct arena *a, struct handed *out)
{
	*out = (struct handed){.n = sqlite3_column_int64(st, 0),
	    .partner = column_text(st, 2, a),
	    .dispatch = column_text(st, 3, a),
	    .seq = sqlite3_column_int64(st, 4),
	    .kind = (enum handed_kind)within(sqlite3_column_int(st, 5), HANDED_KINDS),
	    .state = (enum handed_state)within(sqlite3_column_int(st, 6), HANDED_STATES),
	    .made_at = sqlite3_column_int64(st, 7),
	    .next_at = sqlite3_column_int64(st, 8),
	    .ended_at = sqlite3_column_int64(st, 9),
	    .tries = sqlite3_column_int(st, 10),
	    .told = sqlite3_column_int(st, 11) != 0,
	    .ticket = column_text(st, 13, a),
	    .why = column_text(st, 14, a)};
	snprintf(out->id, sizeof out->id, "%s", (const char *)sqlite3_column_text(st, 1));
}

/* What a newer version wrote is not for this one to send. */
static int read_rows(struct handed_file *f, enum handed_statement which, int most, struct arena *a,
    struct handed *out)
{
	sqlite3_stmt *st = f->st[which];
	int n = 0, rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < most) {
		read_row(st, a, &out[n]);
		n += out[n].kind < HANDED_KINDS && out[n].state < HANDED_STATES;
	}
	return beside_done(&f->file, sql_end(st, rc), "read") ? n : -1;
}

static int of_partner(struct handed_file *f, enum handed_statement which, const char *partner, int64_t at,
    int most, struct arena *a, struct handed *out)
{
	bind_text(f->st[which], 1, partner);
	sqlite3_bind_int64(f->st[which], 2, at);
	sqlite3_bind_int(f->st[which], 3, most);
	return read_rows(f, which, most, a, out);
}

int handed_due(struct handed_file *f, const char *partner, int64_t now, int most, struct arena *a,
    struct handed *out)
{
	return of_partner(f, HANDED_DUE_ROWS, partner, now, most, a, out);
}

int handed_late(struct handed_file *f, const char *partner, int64_t made_before, int most, struct arena *a,
    struct handed *out)
{
	return of_partner(f, HANDED_LATE_ROWS, partner, made_before, most, a, out);
}

int handed_unreported(struct handed_file *f, int most, struct arena *a, struct handed *out)
{
	sqlite3_bind_int(f->st[HANDED_UNREPORTED_ROWS], 1, most);
	return read_rows(f, HANDED_UNREPORTED_ROWS, most, a, out);
}

int handed_get(struct handed_file *f, const char *id, struct arena *a, struct handed *out)
{
	bind_text(f->st[HANDED_ROW_OF], 1, id);
	return read_rows(f, HANDED_ROW_OF, 1, a, out);
}

int handed_hand_over(struct handed_file *f, const char *partner, const char *dispatch, struct arena *a,
    struct handed *out)
{
	bind_text(f->st[HANDED_HAND_OVER_OF], 1, partner);
	bind_text(f->st[HANDED_HAND_OVER_OF], 2, dispatch);
	return read_rows(f, HANDED_HAND_OVER_OF, 1, a, out);
}

const char *handed_holder(struct handed_file *f, const char *partner, const char *ticket,
    const char *dispatch, struct arena *a)
{
	sqlite3_stmt *st = f->st[HANDED_HOLDER_OF];
	const char *found = NULL;
	int rc;

	bind_text(st, 1, partner);
	bind_text(st, 2, ticket);
	bind_text(st, 3, dispatch);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		found = column_text(st, 0, a);
	return beside_done(&f->file, sql_end(st, rc), "read") ? found : NULL;
}

bool handed_numbered(struct handed_file *f, const char *partner, const char *dispatch, const char *ticket)
{
	sqlite3_stmt *st = f->st[HANDED_NUMBERED];

	bind_text(st, 1, partner);
	bind_text(st, 2, dispatch);
	bind_text(st, 3, ticket);
	return beside_run(&f->file, HANDED_NUMBERED, "number");
}

int handed_list(struct handed_file *f, const struct handed_filter *filter, int most, struct arena *a,
    struct handed *out)
{
	sqlite3_stmt *st = f->st[HANDED_LIST_ROWS];
	const char *of = filter->number ? arena_printf(a, "%s-[0-9][0-9]", filter->number) : NULL;

	sqlite3_bind_int64(st, 1, filter->before);
	bind_text(st, 2, filter->partner);
	bind_text(st, 3, filter->dispatch);
	bind_text(st, 4, of);
	sqlite3_bind_int(st, 5, filter->open);
	sqlite3_bind_int(st, 6, most);
	return read_rows(f, HANDED_LIST_ROWS, most, a, out);
}

/* A statement that gives one number of a partner; `unreadable` where it cannot be read. */
static int64_t number_of(struct handed_file *f, int statement, const char *partner, int64_t unreadable)
{
	sqlite3_stmt *st = f->st[statement];
	int64_t n = unreadable;
	int rc;

	bind_text(st, 1, partner);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	return beside_done(&f->file, sql_end(st, rc), "read") ? n : unreadable;
}

int64_t handed_count(struct handed_file *f, const char *partner)
{
	return number_of(f, HANDED_WAITING_COUNT, partner, -1);
}

int64_t handed_since(struct handed_file *f, const char *partner)
{
	return number_of(f, HANDED_WAITING_SINCE, partner, 0);
}

/* -- open matters of both sides ------------------------------------------------------------------- */

bool handed_compared(struct handed_file *f, const char *partner, struct arena *a,
    struct handed_comparison *out)
{
	sqlite3_stmt *st = f->st[HANDED_COMPARED_OF];
	int rc;

	*out = (struct handed_comparison){.partner = partner};
	bind_text(st, 1, partner);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		out->since = sqlite3_column_int64(st, 0);
		out->at = sqlite3_column_int64(st, 1);
		out->ours = sqlite3_column_int(st, 2);
		out->theirs = sqlite3_column_int(st, 3);
		out->failed_at = sqlite3_column_int64(st, 4);
		out->why = column_text(st, 5, a);
	}
	return beside_done(&f->file, sql_end(st, rc), "read");
}

static bool save_compared(struct handed_file *f, const struct handed_comparison *c)
{
	sqlite3_stmt *st = f->st[HANDED_COMPARED_SAVE];

	bind_text(st, 1, c->partner);
	sqlite3_bind_int64(st, 2, c->since);
	bind_time(st, 3, c->at);
	sqlite3_bind_int(st, 4, c->ours);
	sqlite3_bind_int(st, 5, c->theirs);
	bind_time(st, 6, c->failed_at);
	bind_text(st, 7, c->why);
	return beside_run(&f->file, HANDED_COMPARED_SAVE, "compared");
}

static bool add_difference(struct handed_file *f, const char *partner, int n,
    const struct handed_difference *d)
{
	sqlite3_stmt *st = f->st[HANDED_DIFFERENCE_ADD];

	bind_text(st, 1, partner);
	sqlite3_bind_int(st, 2, n);
	sqlite3_bind_int(st, 3, d->side);
	bind_text(st, 4, d->dispatch);
	bind_text(st, 5, d->ticket);
	bind_text(st, 6, d->state);
	return beside_run(&f->file, HANDED_DIFFERENCE_ADD, "difference");
}

bool handed_compare(struct handed_file *f, const struct handed_comparison *c,
    const struct handed_difference *v, int n)
{
	bool good = handed_begin(f) && save_compared(f, c);

	if (v && good) {
		bind_text(f->st[HANDED_DIFFERENCES_FORGET], 1, c->partner);
		good = beside_run(&f->file, HANDED_DIFFERENCES_FORGET, "forget");
	}
	for (int i = 0; v && i < n && good; i++)
		good = add_difference(f, c->partner, i, &v[i]);
	return handed_end(f, good);
}

int handed_differences(struct handed_file *f, const char *partner, int most, struct arena *a,
    struct handed_difference *out)
{
	sqlite3_stmt *st = f->st[HANDED_DIFFERENCES_OF];
	int n = 0, rc;

	bind_text(st, 1, partner);
	sqlite3_bind_int(st, 2, most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < most)
		out[n++] = (struct handed_difference){.side = sqlite3_column_int(st, 0),
		    .dispatch = column_text(st, 1, a),
		    .ticket = column_text(st, 2, a),
		    .state = column_text(st, 3, a)};
	return beside_done(&f->file, sql_end(st, rc), "read") ? n : -1;
}
