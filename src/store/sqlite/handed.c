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

struct handed_file *handed_open(const char *store)
{
	struct handed_file *f = xalloc(sizeof *f);
	struct sayer say = {true, NULL, 0};
	char file[PATH_MAX];
	int rc;

	*f = (struct handed_file){
	    .file = {.st = f->st, .n = HANDED_STATEMENTS, .fault = "handed not written"}};
	beside_path(file, store, OUTBOX_FOLDER "/exchange.db");
	rc = beside_open(&f->file, file, EXCHANGE_SQL, texts, &say);
	if (rc == SQLITE_OK)
		return f;
	log_alarm("handed not opened", "why=%s", sqlite3_errstr(rc));
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

bool handed_add(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_ADD];

	bind_text(st, 1, one->id);
	bind_text(st, 2, one->partner);
	bind_text(st, 3, one->dispatch);
	sqlite3_bind_int64(st, 4, one->seq);
	sqlite3_bind_int64(st, 5, one->kind);
	sqlite3_bind_int64(st, 6, one->made_at);
	return beside_run(&f->file, HANDED_ADD, "add");
}

bool handed_save(struct handed_file *f, const struct handed *one)
{
	sqlite3_stmt *st = f->st[HANDED_SAVE];

	bind_text(st, 1, one->id);
	sqlite3_bind_int64(st, 2, one->state);
	sqlite3_bind_int64(st, 3, one->next_at);
	sqlite3_bind_int64(st, 4, one->tries);
	sqlite3_bind_int64(st, 5, one->told);
	bind_text(st, 6, one->ticket);
	bind_text(st, 7, one->why);
	return beside_run(&f->file, HANDED_SAVE, "save");
}

static void read_row(sqlite3_stmt *st, struct arena *a, struct handed *out)
{
	snprintf(out->id, sizeof out->id, "%s", (const char *)sqlite3_column_text(st, 0));
	out->partner = column_text(st, 1, a);
	out->dispatch = column_text(st, 2, a);
	out->seq = sqlite3_column_int64(st, 3);
	out->kind = (enum handed_kind)sqlite3_column_int(st, 4);
	out->state = (enum handed_state)sqlite3_column_int(st, 5);
	out->made_at = sqlite3_column_int64(st, 6);
	out->next_at = sqlite3_column_int64(st, 7);
	out->tries = sqlite3_column_int(st, 8);
	out->told = sqlite3_column_int(st, 9) != 0;
	out->ticket = column_text(st, 10, a);
	out->why = column_text(st, 11, a);
}

int handed_waiting(struct handed_file *f, int most, struct arena *a, struct handed *out)
{
	sqlite3_stmt *st = f->st[HANDED_WAITING_ROWS];
	int n = 0, rc;

	sqlite3_bind_int(st, 1, most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_row(st, a, &out[n]);
		n += out[n].kind < HANDED_KINDS;
	}
	return beside_done(&f->file, sql_end(st, rc), "read") ? n : -1;
}

bool handed_forget(struct handed_file *f, int64_t before)
{
	sqlite3_stmt *st = f->st[HANDED_OLD];

	sqlite3_bind_int64(st, 1, before);
	return beside_run(&f->file, HANDED_OLD, "forget");
}
