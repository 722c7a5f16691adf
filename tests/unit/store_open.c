/*
 * store_open.c - opening and refusing: locks, versions, clocks, foreign files; generations and
 * salvage; the floor, the ballast; backup while saving; the schema old and new.
 */
#include "store/sqlite/local.h"
#include "store_fixture.h"
#include "base/clock.h"
#include "schema.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NONE ((struct store_options){0})

static void closed(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

static void refused(struct fixture *f, struct store_options o, enum store_refusal expected, const char *word)
{
	enum store_refusal refusal;

	assert_null(try_open(f, o, &refusal));
	assert_int_equal(refusal, expected);
	if (!strstr(f->why, word))
		fail_msg("\"%s\" does not say %s", f->why, word);
}

static bool there(const struct fixture *f, const char *suffix)
{
	char name[128];

	snprintf(name, sizeof name, "%s%s", f->path, suffix);
	return access(name, F_OK) == 0;
}

/* A child that holds the store until its standard input ends. */
static pid_t hold_elsewhere(struct fixture *f, int *release)
{
	int ready[2], end[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready) | pipe(end), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		open_store(f);
		close(end[1]);
		if (write(ready[1], "x", 1) != 1 || read(end[0], &byte, 1) < 0)
			_exit(1);
		_exit(0);
	}
	close(end[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*release = end[1];
	return pid;
}

static void one_engine_at_a_time(void **state)
{
	struct fixture *f = *state;
	int release, status;
	pid_t pid = hold_elsewhere(f, &release);

	refused(f, NONE, STORE_LOCKED, f->path);
	close(release);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	open_store(f); /* however it ended, its lock is gone */
}

static void a_newer_version_is_refused(void **state)
{
	struct fixture *f = *state;
	char sql[64];

	open_store(f);
	closed(f);
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", SCHEMA_VERSION + 1);
	outside(f->path, sql);
	refused(f, NONE, STORE_NEWER, "newer");
}

static void other_files_are_refused(void **state)
{
	struct fixture *f = *state;
	int fd;

	outside(f->path, "CREATE TABLE t (x)");
	refused(f, NONE, STORE_UNREADABLE, "another program");
	fd = open(f->path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd,
			     "this is a letter, not a database; it is long enough to have a header, "
			     "which SQLite reads first of all",
			     100),
	    100);
	close(fd);
	refused(f, NONE, STORE_UNREADABLE, f->path);
	unlink(f->path);
	assert_int_equal(symlink("elsewhere.db", f->path), 0);
	refused(f, NONE, STORE_UNREADABLE, f->path);
	assert_false(there(f, ".1"));
}

static void clocks_do_not_mix(void **state)
{
	struct fixture *f = *state;
	struct store_options manual = {.manual = true, .manual_at = T0};
	struct store_batch b = {.manual_at = T0 + 60000};
	enum store_refusal refusal;

	open_store(f);
	assert_int_equal(store_manual(f->s), 0);
	closed(f);
	refused(f, manual, STORE_CLOCK, "wall clock");
	snprintf(f->path, sizeof f->path, "%s/manual.db", f->folder);
	f->s = try_open(f, manual, &refusal);
	assert_non_null(f->s);
	assert_int_equal(store_manual(f->s), T0);
	assert_int_equal(saved(f, &b), STORE_OK);
	closed(f);
	manual.manual_at = T0 + 1; /* seeds an empty store only */
	f->s = try_open(f, manual, &refusal);
	assert_non_null(f->s);
	assert_int_equal(store_manual(f->s), T0 + 60000);
	closed(f);
	refused(f, NONE, STORE_CLOCK, "manual");
}

static void files_are_the_owners_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char wal[96];

	open_store(f);
	saved_incident(f, "A");
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(wal, sizeof wal, "%s-wal", f->path);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* -- generations ------------------------------------------------------------------------------ */

static void salvaged_into_the_next_generation(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;
	struct audit_result out;
	char expected[96];
	struct stat st;

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	f->s = try_open(f, again, &refusal);
	if (!f->s)
		fail_msg("%s", f->why);
	snprintf(expected, sizeof expected, "%s.1", f->path);
	assert_string_equal(store_file(f->s), expected);
	assert_int_equal(stat(expected, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(store_metrics(f->s).read_only);
	assert_non_null(loaded(f, "A"));
	saved_incident(f, "B");
	assert_int_equal(verified(f, &out), 0);
	reopen(f);
	assert_string_equal(store_file(f->s), expected);
	assert_non_null(loaded(f, "B"));
	assert_true(there(f, "")); /* the old one is kept */
}

/* A disk that fails twice is served twice: what the salvage has checked and synced is whole. */
static void twice_within_the_hour_is_served(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	for (int i = 0; i < 2; i++) {
		f->s = try_open(f, again, &refusal);
		assert_non_null(f->s);
		assert_false(store_metrics(f->s).read_only);
		assert_non_null(loaded(f, "A"));
		saved_incident(f, i ? "C" : "B");
		closed(f);
	}
	open_store(f);
	assert_string_equal(store_file(f->s), arena_printf(f->a, "%s.2", f->path));
	assert_non_null(loaded(f, "B"));
}

/* No room in the folder for another generation, for a while: read only, and then tried again. */
static void a_salvage_that_failed_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;
	struct store_batch beat = {.beat = T0};
	char blocked[128];

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	/* a folder of the draft's name: PATH.current cannot be written */
	snprintf(blocked, sizeof blocked, "%s.current.tmp", f->path);
	assert_int_equal(mkdir(blocked, 0700), 0);
	f->s = try_open(f, again, &refusal);
	assert_non_null(f->s);
	assert_true(store_metrics(f->s).read_only);
	assert_non_null(loaded(f, "A"));
	assert_int_equal(saved(f, &beat), STORE_UNKNOWN);
	f->s->tended_us = 0;
	assert_int_equal(store_idle(f->s), STORE_OK); /* not yet */
	f->s->salvage_us = 1;
	f->s->tended_us = 0;
	assert_int_equal(store_idle(f->s), STORE_FAILED); /* the disk takes the mark: worth a new start */
	closed(f);
	open_store(f); /* the mark alone asks for it */
	assert_true(store_metrics(f->s).read_only);
	closed(f);
	assert_int_equal(rmdir(blocked), 0);
	open_store(f);
	assert_false(store_metrics(f->s).read_only);
	assert_non_null(loaded(f, "A"));
	assert_false(there(f, ".salvage"));
	saved_incident(f, "B");
}

/* A generation that is not the current one may hold what is nowhere else: the next one is another. */
static void a_generation_that_is_there_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;
	char kept[96], command[512];

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	snprintf(kept, sizeof kept, "%s.1", f->path);
	snprintf(command, sizeof command, "cp %s %s && cp %s %s/same", f->path, kept, f->path, f->folder);
	assert_int_equal(system(command), 0);
	f->s = try_open(f, again, &refusal);
	assert_non_null(f->s);
	assert_string_equal(store_file(f->s), arena_printf(f->a, "%s.2", f->path));
	assert_non_null(loaded(f, "A"));
	snprintf(command, sizeof command, "cmp %s %s/same", kept, f->folder);
	assert_int_equal(system(command), 0);
}

static void a_missing_generation_is_no_empty_store(void **state)
{
	struct fixture *f = *state;
	char name[96];
	int fd;

	open_store(f);
	closed(f);
	snprintf(name, sizeof name, "%s.current", f->path);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "3\n", 2), 2);
	refused(f, NONE, STORE_UNREADABLE, "missing");
	assert_false(there(f, ".3"));
	assert_int_equal(ftruncate(fd, 0) | (pwrite(fd, "../x\n", 5, 0) != 5), 0);
	refused(f, NONE, STORE_UNREADABLE, ".current");
	close(fd);
}

/* What is broken cannot be salvaged: it is not served as if it were whole. */
static void what_cannot_be_salvaged_is_not_replaced(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;
	int fd;
	char junk[4096];

	open_store(f);
	for (int i = 0; i < 50; i++)
		saved_incident(f, arena_printf(f->a, "N%d", i));
	closed(f);
	memset(junk, 0x77, sizeof junk);
	fd = open(f->path, O_WRONLY);
	for (int page = 4; page < 12; page++)
		assert_int_equal(pwrite(fd, junk, sizeof junk, page * 4096), sizeof junk);
	close(fd);
	f->s = try_open(f, again, &refusal);
	assert_false(there(f, ".1"));
	assert_false(there(f, ".current"));
	if (f->s)
		assert_true(store_metrics(f->s).read_only);
	else
		assert_int_equal(refusal, STORE_UNREADABLE);
}

/* -- room ------------------------------------------------------------------------------------- */

static void below_the_floor_nothing_new_is_taken(void **state)
{
	struct fixture *f = *state;
	struct store_options o = {.floor_bytes = INT64_C(1) << 60, .ballast_bytes = 1 << 20};
	enum store_refusal refusal;
	struct incident *inc;

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	f->s = try_open(f, o, &refusal);
	assert_non_null(f->s);
	assert_true(store_metrics(f->s).full);
	assert_false(there(f, ".ballast"));
	inc = new_incident(f, "B");
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_FULL);
	assert_null(loaded(f, "B"));
	inc = loaded(f, "A");
	inc->dispatches[0].at[STEP_ACKNOWLEDGED] = T0 + 9;
	inc->dispatches[0].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK); /* acts on what is stored go on */
}

static void ballast_is_kept(void **state)
{
	struct fixture *f = *state;
	struct store_options o = {.floor_bytes = 1, .ballast_bytes = 1 << 20};
	enum store_refusal refusal;
	struct stat st;
	char name[96];

	f->s = try_open(f, o, &refusal);
	assert_non_null(f->s);
	snprintf(name, sizeof name, "%s.ballast", f->path);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
	assert_true(st.st_blocks * 512 >= 1 << 20);
}

/* The WAL is written back between turns, whether or not the loop is ever idle. */
static void the_wal_does_not_grow(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int i = 0; i < 1600; i++)
		saved_incident(f, arena_printf(f->a, "N%d", i));
	assert_true(store_metrics(f->s).checkpoints >= 2);
	assert_in_range(store_metrics(f->s).wal_bytes, 1, 18 << 20);
	assert_int_equal(store_metrics(f->s).commits, 1600);
	assert_true(store_metrics(f->s).commit_us_sum > 0);
	for (int i = 0; i < 3; i++)
		store_idle(f->s);
}

/* -- backup ----------------------------------------------------------------------------------- */

static void backup_while_saving(void **state)
{
	struct fixture *f = *state;
	struct store_backup *b;
	struct audit_result out;
	struct store_head head;
	struct digest live;
	struct reads *r;
	char file[96], other[96];
	int more, saved = 0;

	open_store(f);
	for (int i = 0; i < 400; i++)
		saved_incident(f, arena_printf(f->a, "N%d", i));
	snprintf(file, sizeof file, "%s/copy.db", f->folder);
	snprintf(other, sizeof other, "%s/other.db", f->folder);
	head = store_head(f->s);
	b = store_backup_start(f->s, file, f->why, sizeof f->why);
	assert_non_null(b);
	assert_null(store_backup_start(f->s, other, f->why, sizeof f->why));
	while ((more = store_backup_step(b, f->why, sizeof f->why)) == 1) {
		if (saved < 5)
			saved_incident(f, arena_printf(f->a, "M%d", saved++));
		store_idle(f->s);
		poll(&(struct pollfd){.fd = store_backup_fd(b), .events = POLLIN}, 1, 5);
	}
	if (more != 0)
		fail_msg("%s", f->why);
	assert_true(saved > 0);
	r = reads_open(file, f->why, sizeof f->why);
	if (!r)
		fail_msg("%s", f->why);
	assert_int_equal(audit_verify(r, &out, true, f->why, sizeof f->why, NULL, NULL), 0);
	assert_in_range(out.seq, head.seq, head.seq + 20); /* as it was at one instant since it began */
	reads_close(r);
	r = open_reads(f);
	assert_true(audit_head_at(r, out.seq, &live));
	assert_true(digest_eq(&live, &out.head));
	reads_close(r);
	snprintf(other, sizeof other, "%s/copy.db.partial", f->folder);
	assert_int_equal(access(other, F_OK), -1);
	/* And it is a store. */
	closed(f);
	snprintf(f->path, sizeof f->path, "%s/copy.db", f->folder);
	open_store(f);
	assert_non_null(loaded(f, "N399"));
	assert_int_equal(store_head(f->s).seq, out.seq);
}

/* Stopped at the engine's first look, which comes at once. It may have been done before: then another is made. */
static void stopped_backup(struct fixture *f, int64_t wal_bytes)
{
	struct store_backup *b;
	char file[96], wal[160];
	int more;

	snprintf(file, sizeof file, "%s/copy.db", f->folder);
	snprintf(wal, sizeof wal, "%s-wal", f->path);
	for (int i = 0; i < 50; i++) {
		b = store_backup_start(f->s, file, f->why, sizeof f->why);
		assert_non_null(b);
		if (wal_bytes)
			assert_int_equal(truncate(wal, wal_bytes), 0);
		while ((more = store_backup_step(b, f->why, sizeof f->why)) == 1) {
			store_idle(f->s);
			poll(&(struct pollfd){.fd = store_backup_fd(b), .events = POLLIN}, 1, 5);
		}
		if (more != 0)
			return;
		unlink(file);
	}
	fail_msg("a backup that had to end was made");
}

/* What is done about a full disk does not help where the WAL has grown. */
static void a_backup_that_must_end_says_why(void **state)
{
	struct fixture *f = *state;
	struct store_options full = {.floor_bytes = INT64_C(1) << 60};
	enum store_refusal refusal;

	open_store(f);
	for (int i = 0; i < 400; i++)
		saved_incident(f, arena_printf(f->a, "N%d", i));
	stopped_backup(f, INT64_C(1100) << 20);
	assert_non_null(strstr(f->why, "1 GiB"));
	assert_null(strstr(f->why, "disk"));
	closed(f);
	f->s = try_open(f, full, &refusal);
	assert_non_null(f->s);
	stopped_backup(f, 0);
	assert_non_null(strstr(f->why, "disk"));
	assert_null(strstr(f->why, "1 GiB"));
}

static void backups_end_with_the_store(void **state)
{
	struct fixture *f = *state;
	struct store_backup *b;
	char file[128];

	open_store(f);
	assert_null(store_backup_start(f->s, "relative.db", f->why, sizeof f->why));
	snprintf(file, sizeof file, "%s/no/such/folder.db", f->folder);
	assert_null(store_backup_start(f->s, file, f->why, sizeof f->why));
	assert_true(f->why[0]);
	assert_null(store_backup_start(f->s, f->path, f->why, sizeof f->why)); /* least of all over itself */
	assert_non_null(strstr(f->why, f->path));
	snprintf(file, sizeof file, "%s/copy.db", f->folder);
	b = store_backup_start(f->s, file, f->why, sizeof f->why);
	assert_non_null(b);
	assert_true(store_backup_step(b, f->why, sizeof f->why) >= 0);
	closed(f);
	assert_int_equal(access(file, F_OK), -1);
	strcat(file, ".partial");
	assert_int_equal(access(file, F_OK), -1);
}

/* -- schema ----------------------------------------------------------------------------------- */

/* What SQLite knows of a database: every column, index and the indexes' own text. */
static void describe(sqlite3 *db, struct buf *out)
{
	static const char sql[] =
	    "SELECT m.type, m.name, m.tbl_name, c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk "
	    "FROM sqlite_schema AS m LEFT JOIN pragma_table_xinfo(m.name) AS c ON m.type = 'table' "
	    "UNION ALL SELECT 'text', name, sql, 0, 0, 0, 0, 0, 0 FROM sqlite_schema WHERE type = 'index' "
	    "UNION ALL SELECT 'list', name, type, ncol, wr, strict, 0, 0, 0 FROM pragma_table_list "
	    "WHERE schema = 'main' ORDER BY 1, 2, 4";
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(st); i++)
			buf_printf(out, "%s|", (const char *)sqlite3_column_text(st, i) ?: "");
		buf_char(out, '\n');
	}
	sqlite3_finalize(st);
	buf_char(out, 0);
}

static void upgraded_equals_fresh(void **state)
{
	static const char *const steps[] = {
#define X(version, title, sql) sql,
	    MIGRATION_LIST(X)
#undef X
	};
	struct buf fresh = {0}, upgraded = {0};
	sqlite3 *a, *b;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &a) | sqlite3_open(":memory:", &b), SQLITE_OK);
	assert_int_equal(sqlite3_exec(a, SCHEMA_SQL, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(migrate_functions(b), SQLITE_OK);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		assert_int_equal(sqlite3_exec(b, steps[i], NULL, NULL, NULL), SQLITE_OK);
	describe(a, &fresh);
	describe(b, &upgraded);
	assert_string_equal(fresh.p, upgraded.p);
	assert_non_null(strstr(fresh.p, "reporter_phone"));
	buf_free(&fresh);
	buf_free(&upgraded);
	sqlite3_close(a);
	sqlite3_close(b);
}

static int64_t number_in(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* What was overdue counts, but for what was the system's; four bits say why. What waited for nothing
 * though it was open is looked at. */
static void clocks_of_before_are_brought_up(void **state)
{
	static const char old[] =
	    "INSERT INTO incident (id, number, state, wake_at, received_at, reported_at, priority, "
	    "given_priority, zone, salt, content) VALUES (1, 'A', 0, NULL, 5, 7, 1, 0, 0, x'', x''), "
	    "(2, 'B', 0, 99, 5, 7, 1, 0, 0, x'', x''), (3, 'C', 3, NULL, 5, 7, 1, 0, 0, x'', x'');"
	    "INSERT INTO dispatch (id, unit, role, state, issued_at, overdue, system_late, "
	    "first_report_start, first_report_due, reported_at) "
	    "VALUES (129, 1, 0, 0, 7, 7, 2, 8, NULL, 9), (130, 1, 0, 0, 7, NULL, NULL, 8, 10, NULL);";
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(migrate_functions(db), SQLITE_OK);
#define X(version, title, sql)                                                                               \
	if (strcmp(title, "clocks") == 0)                                                                    \
		assert_int_equal(sqlite3_exec(db, old, NULL, NULL, NULL), SQLITE_OK);                        \
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	MIGRATION_LIST(X)
#undef X
	assert_int_equal(number_in(db, "SELECT late FROM dispatch WHERE id = 129"), 5);
	assert_int_equal(number_in(db, "SELECT excused FROM dispatch WHERE id = 129"), EXCUSE_SYSTEM << 4);
	assert_int_equal(number_in(db, "SELECT first_report_at FROM dispatch WHERE id = 129"), 9);
	assert_int_equal(number_in(db,
			     "SELECT count(*) FROM dispatch WHERE id = 130 AND late IS NULL AND "
			     "excused IS NULL AND first_report_at IS NULL"),
	    1);
	assert_int_equal(number_in(db, "SELECT wake_at FROM incident WHERE id = 1"), 7);
	assert_int_equal(number_in(db, "SELECT wake_at FROM incident WHERE id = 2"), 99);
	assert_int_equal(number_in(db, "SELECT wake_at IS NULL FROM incident WHERE id = 3"), 1);
	sqlite3_close(db);
}

/* An empty database of version 0 with the mark: every migration is run, and the store serves. */
static void an_older_store_is_brought_up(void **state)
{
	struct fixture *f = *state;

	outside(f->path, "PRAGMA application_id = 0x6c646731");
	open_store(f);
	saved_incident(f, "A");
	closed(f);
	assert_int_equal(outside_number(f->path, "PRAGMA user_version"), SCHEMA_VERSION);
}

/* The version before files were kept once: two revisions of two files, one of which they share. Both
 * can be read afterwards, and the shared one is kept once. */
static void files_of_an_older_store_are_kept_once(void **state)
{
	static const struct {
		int version;
		const char *sql;
	} steps[] = {
#define X(version, title, sql) {version, sql},
	    MIGRATION_LIST(X)
#undef X
	};
	struct fixture *f = *state;
	struct mechanism_file files[4];

	for (size_t i = 0; i < sizeof steps / sizeof *steps && steps[i].version < 5; i++)
		outside(f->path, steps[i].sql);
	outside(f->path,
	    "PRAGMA application_id = 0x6c646731; PRAGMA user_version = 4;"
	    "INSERT INTO revision_file (revision, name, bytes) VALUES"
	    "('aaaaaaaaaaaa', 'a.yaml', x'6161'), ('aaaaaaaaaaaa', 'b.yaml', x'6262'),"
	    "('bbbbbbbbbbbb', 'a.yaml', x'6161'), ('bbbbbbbbbbbb', 'b.yaml', x'6263')");
	open_store(f);
	assert_int_equal(store_files(f->s, f->a, "bbbbbbbbbbbb", files, 4), 2);
	assert_string_equal(files[0].name, "a.yaml");
	assert_true(str_is(files[0].bytes, "aa"));
	assert_string_equal(files[1].name, "b.yaml");
	assert_true(str_is(files[1].bytes, "bc"));
	assert_int_equal(store_files(f->s, f->a, "aaaaaaaaaaaa", files, 4), 2);
	assert_true(str_is(files[1].bytes, "bb"));
	closed(f);
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM mechanism_file"), 3);
}

/* A revision that changes one line of one file keeps that file, and no other again. */
static void a_revision_keeps_what_it_changes(void **state)
{
	struct fixture *f = *state;
	char *large = arena_alloc(f->a, 1 << 20);
	struct mechanism_file files[2] = {{.name = "cases.yaml", .bytes = {large, 1 << 20}},
	    {.name = "routing.yaml", .bytes = STR("a: 1")}};
	struct store_revision r = {.revision = "aaaaaaaaaaaa", .files = files, .n_files = 2, .at = T0};
	struct store_batch b = {.activate = &r};
	struct mechanism_file got[4];

	memset(large, 'x', 1 << 20);
	open_store(f);
	assert_int_equal(saved(f, &b), STORE_OK);
	files[1].bytes = STR("a: 2");
	memcpy(r.revision, "bbbbbbbbbbbb", sizeof r.revision);
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(saved(f, &b), STORE_OK); /* in force again: nothing new */
	assert_int_equal(store_files(f->s, f->a, "aaaaaaaaaaaa", got, 4), 2);
	assert_int_equal(got[0].bytes.n, 1 << 20);
	assert_true(str_is(got[1].bytes, "a: 1"));
	assert_int_equal(store_files(f->s, f->a, "bbbbbbbbbbbb", got, 4), 2);
	assert_true(str_is(got[1].bytes, "a: 2"));
	closed(f);
	assert_int_equal(outside_number(f->path, "SELECT sum(length(bytes)) FROM mechanism_file"),
	    (1 << 20) + 8);
	outside(f->path, "UPDATE mechanism_file SET bytes = x'613A2033' WHERE length(bytes) = 4");
	open_store(f);
	assert_int_equal(store_files(f->s, f->a, "bbbbbbbbbbbb", got, 4), 0); /* not those that were stored */
}

static void tables_are_strict(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	closed(f);
	assert_int_equal(outside_number(f->path,
			     "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
			     "AND name NOT LIKE 'sqlite%' AND NOT strict"),
	    0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_engine_at_a_time),
	    TEST(a_newer_version_is_refused),
	    TEST(other_files_are_refused),
	    TEST(clocks_do_not_mix),
	    TEST(files_are_the_owners_alone),
	    TEST(salvaged_into_the_next_generation),
	    TEST(twice_within_the_hour_is_served),
	    TEST(a_salvage_that_failed_is_tried_again),
	    TEST(a_generation_that_is_there_is_left_alone),
	    TEST(a_missing_generation_is_no_empty_store),
	    TEST(what_cannot_be_salvaged_is_not_replaced),
	    TEST(below_the_floor_nothing_new_is_taken),
	    TEST(ballast_is_kept),
	    TEST(the_wal_does_not_grow),
	    TEST(backup_while_saving),
	    TEST(a_backup_that_must_end_says_why),
	    TEST(backups_end_with_the_store),
	    TEST(upgraded_equals_fresh),
	    TEST(clocks_of_before_are_brought_up),
	    TEST(an_older_store_is_brought_up),
	    TEST(files_of_an_older_store_are_kept_once),
	    TEST(a_revision_keeps_what_it_changes),
	    TEST(tables_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
