/*
 * store_gather.c - what is written through the VFS that gathers the WAL is what a connection of
 * SQLite's own reads: after commits small and larger than all that is held, after spilled pages
 * that are read back within their transaction, and after a rollback.
 */
#include "store/sqlite/local.h"
#include "store_fixture.h"

#include <sqlite3.h>

#define ROW "randomblob(3000)"

struct pair {
	char path[512];
	sqlite3 *writer, *reader;
};

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* The writer's cache holds ten pages: a large transaction spills and reads back what it spilled. */
static struct pair open_pair(void)
{
	struct pair p;
	char folder[] = "/tmp/liandong-gather-XXXXXX";

	assert_non_null(mkdtemp(folder));
	snprintf(p.path, sizeof p.path, "%s/db", folder);
	assert_int_equal(sqlite3_open_v2(p.path, &p.writer, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			     gather_vfs()),
	    SQLITE_OK);
	run(p.writer,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=10;"
	    "PRAGMA wal_autocheckpoint=0; CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
	assert_int_equal(sqlite3_open_v2(p.path, &p.reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	return p;
}

static void close_pair(struct pair *p)
{
	char command[600];

	assert_int_equal(sqlite3_close(p->reader), SQLITE_OK);
	assert_int_equal(sqlite3_close(p->writer), SQLITE_OK);
	snprintf(command, sizeof command, "rm -r $(dirname %s)", p->path);
	assert_int_equal(system(command), 0);
}

static void add(sqlite3 *db, int rows)
{
	char sql[256];

	snprintf(sql, sizeof sql,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	    "INSERT INTO t (v) SELECT " ROW " FROM n",
	    rows);
	run(db, sql);
}

static void same(struct pair *p, int64_t rows)
{
	static const char sum[] = "SELECT coalesce(sum(length(v) * id + unicode(hex(v))), 0) FROM t";

	assert_int_equal(number(p->reader, "SELECT count(*) FROM t"), rows);
	assert_int_equal(number(p->reader, sum), number(p->writer, sum));
	assert_int_equal(number(p->reader,
			     "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
	    1);
}

static void test_each_commit_is_read_by_others(void **state)
{
	struct pair p = open_pair();

	(void)state;
	for (int i = 1; i <= 20; i++) {
		add(p.writer, 1);
		same(&p, i);
	}
	close_pair(&p);
}

static void test_more_than_is_held(void **state)
{
	struct pair p = open_pair();

	(void)state;
	run(p.writer, "PRAGMA cache_size=-65536");
	add(p.writer, 1000); /* three megabytes, none of it spilled */
	same(&p, 1000);
	close_pair(&p);
}

static void test_spilled_pages_are_read_back(void **state)
{
	struct pair p = open_pair();

	(void)state;
	run(p.writer, "BEGIN");
	add(p.writer, 500);
	run(p.writer, "UPDATE t SET v = substr(v, 2) || x'00' WHERE id % 3 = 0");
	run(p.writer, "DELETE FROM t WHERE id % 5 = 0");
	assert_int_equal(number(p.reader, "SELECT count(*) FROM t"), 0);
	run(p.writer, "COMMIT");
	same(&p, 400);
	close_pair(&p);
}

static void test_a_rollback_leaves_nothing(void **state)
{
	struct pair p = open_pair();

	(void)state;
	add(p.writer, 3);
	run(p.writer, "BEGIN");
	add(p.writer, 500);
	run(p.writer, "ROLLBACK");
	same(&p, 3);
	add(p.writer, 2);
	same(&p, 5);
	close_pair(&p);
}

static void test_checkpoint_finds_all(void **state)
{
	struct pair p = open_pair();

	(void)state;
	add(p.writer, 200);
	run(p.writer, "PRAGMA wal_checkpoint(TRUNCATE)");
	same(&p, 200);
	add(p.writer, 1);
	same(&p, 201);
	close_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_commit_is_read_by_others),
	    cmocka_unit_test(test_more_than_is_held),
	    cmocka_unit_test(test_spilled_pages_are_read_back),
	    cmocka_unit_test(test_a_rollback_leaves_nothing),
	    cmocka_unit_test(test_checkpoint_finds_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
