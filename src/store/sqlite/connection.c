/*
 * connection.c - one connection to SQLite: opened with every pragma read back, and closed. SQLite ignores a pragma that it
 * does not know, so a misspelt one would silently cost durability: none is believed.
 */
#include "local.h"
#include "base/reason.h"

#include <assert.h>

#define READ_WAIT_MS 500 /* a reader waits that long while the engine opens the store */
#define OPEN_WAIT_MS 1000
#define LENGTH_MAX (17 * 1024 * 1024) /* the longest file of the mechanism, and some room */

struct pragma {
	const char *set, *get, *expected;
};
static const struct pragma writer_pragmas[] = {
    {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
    {"PRAGMA locking_mode=NORMAL", "PRAGMA locking_mode", "normal"},
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"},
    {"PRAGMA journal_size_limit=67108864", "PRAGMA journal_size_limit", "67108864"},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    {"PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1"},
};
static const struct pragma reader_pragmas[] = {
    {"PRAGMA query_only=ON", "PRAGMA query_only", "1"},
};
/* mmap_size 0: an I/O error on a mapping is SIGBUS, on a read it is a result. automatic_index OFF: an index that SQLite makes for
 * one query costs more than the range of rows that the query names. */
static const struct pragma common_pragmas[] = {
    {"PRAGMA cache_size=-16384", "PRAGMA cache_size", "-16384"},
    {"PRAGMA mmap_size=0", "PRAGMA mmap_size", "0"},
    {"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"},
    {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"},
    {"PRAGMA automatic_index=OFF", "PRAGMA automatic_index", "0"},
};
#define COUNT(v) (sizeof(v) / sizeof(*(v)))

/* The first column of the first row as text; "" if there is none. */
static int ask(sqlite3 *db, const char *sql, char *out, size_t len)
{
	sqlite3_stmt *st = NULL;
	const char *text;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	out[0] = '\0';
	if (rc != SQLITE_OK)
		return rc;
	if (sqlite3_step(st) == SQLITE_ROW && (text = (const char *)sqlite3_column_text(st, 0)))
		snprintf(out, len, "%s", text);
	return sqlite3_finalize(st);
}

/* What people meet when they name the wrong file, or a disk fails. */
static const struct {
	int code;
	const char *zh;
} sql_reasons[] = {
    {SQLITE_NOTADB, "不是数据库文件"},
    {SQLITE_CORRUPT, "文件已损坏"},
    {SQLITE_CANTOPEN, "打不开这个文件"},
    {SQLITE_IOERR, "磁盘读写出错"},
    {SQLITE_FULL, "磁盘满了"},
    {SQLITE_READONLY, "只能读,不能写"},
    {SQLITE_BUSY, "正被别的程序占用"},
    {SQLITE_PERM, "没有权限"},
    {SQLITE_AUTH, "没有权限"},
    {SQLITE_NOMEM, "内存不足"},
};

const char *sql_reason(sqlite3 *db, bool english)
{
	int code = sqlite3_errcode(db) & 0xFF, error = sqlite3_system_errno(db);

	if ((code == SQLITE_CANTOPEN || code == SQLITE_IOERR) && error)
		return system_reason(error, english);
	for (size_t i = 0; i < sizeof(sql_reasons) / sizeof(sql_reasons[0]) && !english; i++)
		if (sql_reasons[i].code == code)
			return sql_reasons[i].zh;
	return sqlite3_errmsg(db);
}

static int set_pragmas(sqlite3 *db, const struct pragma *v, size_t n, const struct sayer *say)
{
	char got[64];
	int rc;

	for (size_t i = 0; i < n; i++) {
		if ((rc = ask(db, v[i].set, got, sizeof got)) != SQLITE_OK ||
		    (rc = ask(db, v[i].get, got, sizeof got)) != SQLITE_OK) {
			say(say, "数据库 %s 打不开（%s）：%s", "the store %s cannot be opened (%s): %s",
			    sqlite3_db_filename(db, "main"), v[i].set, sql_reason(db, say->english));
			return rc;
		}
		if (strcmp(got, v[i].expected) != 0) {
			say(say, "SQLite 不接受 %s：得到 %s，应为 %s",
			    "SQLite did not take %s: got %s, expected %s", v[i].set, got, v[i].expected);
			return SQLITE_MISUSE;
		}
	}
	return SQLITE_OK;
}

/* What cannot be said by pragma. */
static void configure(sqlite3 *db)
{
	int on = 1;

	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
}

static int open_failed(struct sql *q, const char *file, int rc, const struct sayer *say)
{
	say(say, "数据库 %s 打不开：%s", "the store %s cannot be opened: %s", file,
	    q->db ? sql_reason(q->db, say->english) : sqlite3_errstr(rc));
	sql_close(q);
	return rc;
}

/* SQLite refuses it once it was used, which does no harm. */
void sql_uncounted(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int sql_open(struct sql *q, const char *file, bool writer, const struct sayer *say)
{
	int flags = (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE;
	int rc;

	*q = (struct sql){0};
	sql_uncounted();
	rc = sqlite3_open_v2(file, &q->db, flags, NULL);
	if (rc != SQLITE_OK)
		return open_failed(q, file, rc, say);
	configure(q->db);
	sqlite3_busy_timeout(q->db, writer ? OPEN_WAIT_MS : READ_WAIT_MS);
	rc = set_pragmas(q->db, common_pragmas, COUNT(common_pragmas), say);
	if (rc == SQLITE_OK)
		rc = writer ? set_pragmas(q->db, writer_pragmas, COUNT(writer_pragmas), say)
			    : set_pragmas(q->db, reader_pragmas, COUNT(reader_pragmas), say);
	if (rc != SQLITE_OK)
		sql_close(q);
	return rc;
}

void sql_close(struct sql *q)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(q->st[i]);
	symbols_free(&q->symbols);
	if (q->db && sqlite3_close(q->db) != SQLITE_OK)
		assert(!"a connection is closed when none of its statements is left");
	*q = (struct sql){0};
}
