/*
 * migrate.c - the schema: made in an empty file, brought up in an older one, refused in a newer one.
 * Each step is one transaction that also moves user_version, so that a crash leaves a store of one
 * version or the next, never of half a one. Runs at a full start only, before there are readers.
 */
#include "local.h"
#include "schema.h"
#include "base/log.h"

static const struct {
	int version;
	const char *title, *sql;
} migrations[] = {
#define X(version, title, sql) {version, title, sql},
    MIGRATION_LIST(X)
#undef X
};

static enum store_refusal refused(sqlite3 *db, const char *file, const struct sayer *say)
{
	say(say, "数据库 %s 不能建立或升级：%s", "the store %s cannot be made or brought up: %s", file,
	    sql_reason(db, say->english));
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return STORE_UNREADABLE;
}

/* One step and its version number, all or nothing. */
static int step(sqlite3 *db, const char *sql, int version)
{
	char stamp[96];
	int rc;

	snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID,
	    version);
	if ((rc = sql_exec(db, "BEGIN IMMEDIATE")) != SQLITE_OK)
		return rc;
	if ((rc = sql_exec(db, sql)) != SQLITE_OK || (rc = sql_exec(db, stamp)) != SQLITE_OK)
		return rc;
	return sql_exec(db, "COMMIT");
}

static enum store_refusal bring_up(sqlite3 *db, const char *file, int64_t version, const struct sayer *say)
{
	for (size_t i = 0; i < sizeof migrations / sizeof *migrations; i++) {
		if (migrations[i].version <= version)
			continue;
		if (step(db, migrations[i].sql, migrations[i].version) != SQLITE_OK)
			return refused(db, file, say);
		log_info("store migrated", "version=%d title=%s", migrations[i].version, migrations[i].title);
	}
	return STORE_OPENED;
}

/* sha256(blob), for migrations. */
static void sql_sha256(sqlite3_context *context, int n, sqlite3_value **v)
{
	struct digest d =
	    digest_of((struct str){sqlite3_value_blob(v[0]), (size_t)sqlite3_value_bytes(v[0])});

	(void)n;
	sqlite3_result_blob(context, d.b, DIGEST_LEN, SQLITE_TRANSIENT);
}

int migrate_functions(sqlite3 *db)
{
	return sqlite3_create_function_v2(db, "sha256", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
	    sql_sha256, NULL, NULL, NULL);
}

enum store_refusal migrate(sqlite3 *db, const char *file, const struct sayer *say)
{
	int64_t application, version, tables;

	if (sql_number(db, "PRAGMA application_id", 0, &application) != SQLITE_OK ||
	    sql_number(db, "PRAGMA user_version", 0, &version) != SQLITE_OK ||
	    sql_number(db, "SELECT count(*) FROM sqlite_schema", 0, &tables) != SQLITE_OK)
		return refused(db, file, say);
	if (tables == 0 && application == 0)
		return step(db, SCHEMA_SQL, SCHEMA_VERSION) == SQLITE_OK ? STORE_OPENED
									 : refused(db, file, say);
	if (application != APPLICATION_ID) {
		say(say, "%s 是别的程序的数据库，不是联动的；请检查配置里的 store",
		    "%s is another program's database, not liandong's; check `store` in the configuration",
		    file);
		return STORE_UNREADABLE;
	}
	if (sql_number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'archive'", 0, &tables) ==
		SQLITE_OK &&
	    tables > 0) {
		say(say, "%s 是一年的存档，不是库；用 --store 读它",
		    "%s is the archive of a year and no store; read it by --store", file);
		return STORE_UNREADABLE;
	}
	if (version > SCHEMA_VERSION) {
		say(say, "数据库 %s 是第 %lld 版，由更新的程序写成；本程序只认到第 %d 版，请升级程序",
		    "the store %s has version %lld, written by a newer program; this one knows up to %d: "
		    "upgrade it",
		    file, (long long)version, SCHEMA_VERSION);
		return STORE_NEWER;
	}
	if (migrate_functions(db) != SQLITE_OK)
		return refused(db, file, say);
	return bring_up(db, file, version, say);
}
