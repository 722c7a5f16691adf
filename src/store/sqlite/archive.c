/* archive.c - see store/archive.h. Place: store. */
#include "store/archive.h"
#include "local.h"
#include "base/file.h"
#include "base/reason.h"
#include "base/log.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Which rows of each table go with it; NULL: all. What is not named stays out. ?1 and ?2 are the year. */
#define ITS "(SELECT id FROM src.incident WHERE reported_at >= ?1 AND reported_at < ?2)"
/* And what proves the years that left before. */
#define LAST                                                                                                 \
	"(SELECT max(seq) FROM (SELECT max(last_seq) AS seq FROM src.incident WHERE reported_at >= ?1 AND "  \
	"reported_at < ?2 UNION ALL SELECT max(seq) FROM src.archived_year))"
static const struct {
	const char *table, *rows;
} parts[] = {
    {"meta", NULL},
    {"symbol", NULL},
    {"incident", "reported_at >= ?1 AND reported_at < ?2"},
    {"dispatch", "id >> 7 IN " ITS},
    {"request", "id < 0 OR id >> 7 IN " ITS},
    {"finding", "id < 0 OR id >> 7 IN " ITS},
    {"entry", NULL},
    {"activation", NULL},
    {"mechanism_file", NULL},
    {"revision_file", NULL},
    {"downtime", NULL},
    {"period_document", NULL},
    {"tally", "day >= ?1 AND day < ?2"},
    {"tally_incident", "day >= ?1 AND day < ?2"},
    {"archived_year", NULL},
    {"archived_incident", NULL},
    {"archived_row", "seq <= " LAST},
    {"journal", "seq <= " LAST},
    {"event_text",
	"(SELECT j.incident FROM src.journal AS j WHERE j.seq >= src.event_text.seq ORDER BY j.seq LIMIT 1) "
	"IN " ITS},
};

/* What makes a store of its: its row says what it is; the head is that of its journal. */
static const char made_archive[] =
    "CREATE TABLE archive (id INTEGER PRIMARY KEY CHECK (id = 1), year INTEGER NOT NULL, since INTEGER NOT "
    "NULL, "
    "until INTEGER NOT NULL, made_at INTEGER NOT NULL, incidents INTEGER NOT NULL, of_seq INTEGER NOT NULL, "
    "of_hash BLOB NOT NULL) STRICT;"
    "INSERT INTO archive SELECT 1, %d, %lld, %lld, %lld, (SELECT count(*) FROM main.incident), seq, hash "
    "FROM src.meta;"
    "UPDATE main.meta SET seq = (SELECT coalesce(max(seq), 0) FROM main.journal), open_incidents = 0, "
    "open_dispatches = 0;"
    "UPDATE main.meta SET hash = (SELECT hash FROM main.journal WHERE seq = main.meta.seq) WHERE seq > 0;";

struct archive_writing {
	const struct archive *what;
	struct sayer say;
	sqlite3 *db;
	char draft[PATH_MAX];
};

static bool failed(const struct archive_writing *w, const char *doing)
{
	say(&w->say, "存档没有写成（%s）：%s", "the archive was not written (%s): %s", doing,
	    sql_reason(w->db, w->say.english));
	return false;
}

/* The store, to be read only: SQLite's name of a file that may have any character. */
static bool attach(const struct archive_writing *w, const char *store)
{
	char file[PATH_MAX], uri[3 * PATH_MAX + 32], *sql;
	size_t n = (size_t)snprintf(uri, sizeof uri, "file:");
	bool ok;

	if (!generation_current(store, file, &w->say))
		return false;
	for (const char *p = file; *p; p++)
		n += (size_t)snprintf(uri + n, sizeof uri - n, strchr("%?#", *p) ? "%%%02X" : "%c",
		    (unsigned char)*p);
	snprintf(uri + n, sizeof uri - n, "?mode=ro");
	sql = sqlite3_mprintf("ATTACH %Q AS src", uri);
	ok = sqlite3_exec(w->db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return ok || failed(w, file);
}

/* id, number, … : both have them, in whatever order. */
static char *columns_of(const struct archive_writing *w, const char *table)
{
	sqlite3_stmt *st = NULL;
	char *names = NULL;

	if (sqlite3_prepare_v2(w->db, "SELECT group_concat(name) FROM pragma_table_info(?1, 'main')", -1, &st,
		NULL) == SQLITE_OK) {
		bind_text(st, 1, table);
		if (sqlite3_step(st) == SQLITE_ROW)
			names = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
	}
	sqlite3_finalize(st);
	return names;
}

static bool copy_part(const struct archive_writing *w, const char *table, const char *rows)
{
	char *columns = columns_of(w, table);
	char *sql = sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM src.%s WHERE %s", table, columns,
	    columns, table, rows ? rows : "1");
	sqlite3_stmt *st = NULL;
	bool ok = columns && sql && sqlite3_prepare_v2(w->db, sql, -1, &st, NULL) == SQLITE_OK;

	if (ok && sqlite3_bind_parameter_count(st) > 0) {
		sqlite3_bind_int64(st, 1, w->what->from);
		sqlite3_bind_int64(st, 2, w->what->to);
	}
	ok = ok && sqlite3_step(st) == SQLITE_DONE;
	if (!ok)
		failed(w, table);
	sqlite3_finalize(st);
	sqlite3_free(sql);
	sqlite3_free(columns);
	return ok;
}

/* Incidents that have not ended, or of which something is undecided. */
static bool find_open(const struct archive_writing *w, struct archiving *out)
{
	static const char open[] =
	    "SELECT i.number FROM src.incident AS i WHERE i.reported_at >= ?1 AND i.reported_at < ?2 AND ("
	    "i.state NOT IN (3, 4) OR EXISTS (SELECT 1 FROM src.dispatch WHERE id BETWEEN i.id << 7 AND i.id "
	    "<< 7 | 127 AND open = 1) "
	    "OR EXISTS (SELECT 1 FROM src.request WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127 AND state = "
	    "0) "
	    "OR EXISTS (SELECT 1 FROM src.finding WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127 AND state "
	    "IN (0, 2)))";
	sqlite3_stmt *st = NULL;
	int rc;

	if (sqlite3_prepare_v2(w->db, open, -1, &st, NULL) != SQLITE_OK)
		return failed(w, "incident");
	sqlite3_bind_int64(st, 1, w->what->from);
	sqlite3_bind_int64(st, 2, w->what->to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (out->open < ARCHIVE_OPEN_SAID)
			snprintf(out->numbers[out->open], NUMBER_MAX + 1, "%s", sqlite3_column_text(st, 0));
		out->open++;
	}
	sqlite3_finalize(st);
	if (out->open)
		say(&w->say, "这一年还有 %lld 件没有结清", "%lld incidents of the year have not ended",
		    (long long)out->open);
	return rc == SQLITE_DONE && out->open == 0;
}

/* A year without any has nothing to keep, and no journal row that a chain could be proved by. */
static bool find_any(const struct archive_writing *w)
{
	char *sql = sqlite3_mprintf("SELECT EXISTS (SELECT 1 FROM src.incident WHERE reported_at >= %lld AND "
				    "reported_at < %lld)",
	    (long long)w->what->from, (long long)w->what->to);
	int64_t any = 0;
	bool read = sql && sql_number(w->db, sql, 0, &any) == SQLITE_OK;

	sqlite3_free(sql);
	if (!read)
		return failed(w, "incident");
	if (!any)
		say(&w->say, "%d 年没有警情，没有可存档的",
		    "%d has no incidents: there is nothing to archive", w->what->year);
	return any;
}

/* A year that left is in its archive; while one is leaving, the chain is neither here nor there. */
static bool none_left(const struct archive_writing *w)
{
	char *sql = sqlite3_mprintf("SELECT year FROM src.archived_year WHERE year = %d OR done_at IS NULL",
	    w->what->year);
	int64_t year = 0;
	bool read = sql && sql_number(w->db, sql, 0, &year) == SQLITE_OK;

	sqlite3_free(sql);
	if (!read)
		return failed(w, "archived_year");
	if (year)
		say(&w->say, "%lld 年已移出或正在移出库：liandongctl archive 会列出它在哪个存档里",
		    "%lld has left the store, or is leaving it: liandongctl archive lists its archive",
		    (long long)year);
	return year == 0;
}

static bool same_version(const struct archive_writing *w)
{
	int64_t version, application;

	if (sql_number(w->db, "PRAGMA src.user_version", 0, &version) == SQLITE_OK &&
	    sql_number(w->db, "PRAGMA src.application_id", 0, &application) == SQLITE_OK &&
	    version == SCHEMA_VERSION && application == APPLICATION_ID)
		return true;
	say(&w->say, "数据库是第 %lld 版，本程序写第 %d 版的存档：先用本程序的 liandongd 启动一次",
	    "the store has version %lld, this program writes archives of version %d: start its liandongd "
	    "once",
	    (long long)version, SCHEMA_VERSION);
	return false;
}

/* All of it in one snapshot. */
static bool fill(const struct archive_writing *w, struct archiving *out)
{
	char *sql = sqlite3_mprintf(made_archive, w->what->year, (long long)w->what->from,
	    (long long)w->what->to, (long long)w->what->made_at);
	bool ok = sql_exec(w->db, "BEGIN") == SQLITE_OK && none_left(w) && find_any(w) && find_open(w, out);

	for (size_t i = 0; i < sizeof parts / sizeof *parts && ok; i++)
		ok = copy_part(w, parts[i].table, parts[i].rows);
	if (ok && (sql_exec(w->db, sql) != SQLITE_OK || sql_exec(w->db, "COMMIT") != SQLITE_OK))
		ok = failed(w, "archive");
	sqlite3_free(sql);
	return ok;
}

static bool make_draft(struct archive_writing *w)
{
	char stamp[96];
	int fd = open(w->draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		say(&w->say, "写不了 %s：%s", "%s cannot be written: %s", w->draft,
		    system_reason(errno, w->say.english));
		return false;
	}
	close(fd);
	snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID,
	    SCHEMA_VERSION);
	if (sqlite3_open_v2(w->draft, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) != SQLITE_OK ||
	    sql_exec(w->db, "PRAGMA synchronous=OFF") != SQLITE_OK ||
	    sql_exec(w->db, SCHEMA_SQL) != SQLITE_OK || sql_exec(w->db, stamp) != SQLITE_OK)
		return failed(w, w->draft);
	return true;
}

/* Under no other name than a free one. */
static bool give_name(const struct archive_writing *w, const char *file)
{
	if (sync_file(w->draft) &&
	    (renameat2(AT_FDCWD, w->draft, AT_FDCWD, file, RENAME_NOREPLACE) == 0 ||
		(errno == EINVAL && access(file, F_OK) != 0 && rename(w->draft, file) == 0)) &&
	    file_sync_folder(file))
		return true;
	say(&w->say, "存档 %s 没有写成：%s", "the archive %s was not written: %s", file,
	    system_reason(errno, w->say.english));
	return false;
}

bool archive_write(const char *store, const struct archive *what, const char *file, bool english,
    struct archiving *out, char *why, size_t why_len)
{
	struct archive_writing w = {.what = what, .say = {english, why, why_len}};
	char real[PATH_MAX], journal[PATH_MAX];
	bool ok;

	*out = (struct archiving){0};
	snprintf(w.draft, sizeof w.draft, "%.*s.partial", PATH_MAX - 32, file);
	snprintf(journal, sizeof journal, "%.*s-journal", PATH_MAX - 32, w.draft);
	ok = path_resolve(store, false, real, &w.say) && make_draft(&w) && attach(&w, real) &&
	    same_version(&w) && fill(&w, out);
	sqlite3_close(w.db);
	ok = ok && give_name(&w, file);
	if (!ok) {
		unlink(w.draft);
		unlink(journal);
	}
	return ok;
}

bool archive_read(struct reads *r, struct archive *out)
{
	return archive_of(reads_sql(r), out) == SQLITE_OK;
}

int archive_of(struct sql *q, struct archive *out)
{
	static const char row[] =
	    "SELECT year, since, until, made_at, incidents, of_seq, of_hash FROM archive";
	sqlite3_stmt *st = NULL;
	int64_t there;
	int rc = sql_number(q->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'archive'", 0, &there);

	*out = (struct archive){0};
	if (rc != SQLITE_OK || there == 0)
		return rc;
	if ((rc = sqlite3_prepare_v2(q->db, row, -1, &st, NULL)) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW) {
		out->year = sqlite3_column_int(st, 0);
		out->from = sqlite3_column_int64(st, 1);
		out->to = sqlite3_column_int64(st, 2);
		out->made_at = sqlite3_column_int64(st, 3);
		out->incidents = sqlite3_column_int64(st, 4);
		out->of_seq = sqlite3_column_int64(st, 5);
		column_digest(st, 6, &out->of_hash);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_OK && out->year == 0 ? SQLITE_CORRUPT : rc;
}
