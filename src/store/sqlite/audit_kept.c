/*
 * audit_kept.c - what the store keeps as bytes beside a digest: the mechanism's files and closed periods' documents.
 *
 * SQLite's own check finds a page that is none, and not one whose bytes were changed. So what is kept is read, and
 * computed anew: the digest of each file and document, and the name of a revision, which its files make.
 */
#include "local.h"
#include "mechanism/load.h"

#include <string.h>

#define FILES_MOST 32

/* The row's columns: what it is, the digest, the bytes. 1: they do not fit. */
static int check_bytes(struct sql *q, enum statement each, const struct sayer *say)
{
	sqlite3_stmt *st = sql_use(q, each);
	int rc, found = 0;

	while (found == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct digest kept, made = digest_of(column_blob(st, 2));

		if (column_digest(st, 1, &kept) && digest_eq(&kept, &made))
			continue;
		found = 1;
		say(say, "保存的 %s 与它的散列值不符：文件被改动或损坏",
		    "%s does not have the digest it is kept by: it was changed or damaged",
		    (const char *)sqlite3_column_text(st, 0));
	}
	if (found) {
		sqlite3_reset(st);
		return found;
	}
	return sql_end(st, rc) == SQLITE_OK ? 0 : -1;
}

static int check_revision(struct sql *q, struct arena *a, const char *revision, const struct sayer *say)
{
	struct mechanism_file files[FILES_MOST];
	char made[REVISION_LEN + 1] = "";
	int n;

	if (files_read(q, a, revision, files, FILES_MOST, &n) != SQLITE_OK)
		return -1;
	mechanism_revision(files, n, made);
	if (text_eq(made, revision))
		return 0;
	say(say, "机制版本 %s 保存的文件不是它的文件",
	    "the files that are kept of revision %s are not its files", revision);
	return 1;
}

static int check_revisions(struct sql *q, const struct sayer *say)
{
	struct arena *a = arena_new(), *files = arena_new();
	sqlite3_stmt *st = sql_use(q, STATEMENT_REVISION_ALL);
	int rc, found = 0;

	while (found == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		found = check_revision(q, files, column_text(st, 0, a), say);
		arena_reset(files);
	}
	arena_free(files);
	arena_free(a);
	if (found) {
		sqlite3_reset(st);
		return found;
	}
	return sql_end(st, rc) == SQLITE_OK ? 0 : -1;
}

bool reads_photos(struct reads *r, photos_of *each, void *arg)
{
	struct sql *q = reads_sql(r);
	sqlite3_stmt *st;
	bool good = true;
	int rc;

	if (sql_need(q, SET_PROOF) != SQLITE_OK)
		return false;
	st = sql_use(q, STATEMENT_DISPATCH_PHOTOS);
	while (good && (rc = sqlite3_step(st)) == SQLITE_ROW)
		good = each(arg, (const char *)sqlite3_column_text(st, 0),
		    (const char *)sqlite3_column_text(st, 1));
	if (!good) {
		sqlite3_reset(st);
		return false;
	}
	return sql_end(st, rc) == SQLITE_OK;
}

int audit_kept(struct sql *q, const struct sayer *say)
{
	int found = sql_need(q, SET_PROOF) == SQLITE_OK ? 0 : -1;

	if (found == 0)
		found = check_bytes(q, STATEMENT_FILE_KEPT, say);
	if (found == 0)
		found = check_revisions(q, say);
	if (found == 0)
		found = check_bytes(q, STATEMENT_DOCUMENT_KEPT, say);
	return found;
}
