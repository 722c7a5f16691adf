/*
 * store_files.c - what an operator's hand, a script or a disk does to the store's files, while it is open
 * and before a start. Whatever it is: what was answered is there afterwards, or the store says that it is
 * not and serves nothing; and it never begins anew beside what is left of another.
 */
#include "store/sqlite/local.h"
#include "store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static char *name_of(const struct fixture *f, const char *suffix)
{
	return arena_printf(f->a, "%s%s", f->path, suffix);
}

static void closed(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

/* As if a second had passed. */
static enum store_status a_second_later(struct fixture *f)
{
	f->s->tended_us = 0;
	f->s->head_us = 0;
	return store_idle(f->s);
}

static void shell(struct fixture *f, const char *format, ...)
{
	char command[512];
	va_list args;

	(void)f;
	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

static void all_there(struct fixture *f)
{
	struct audit_result out;

	assert_non_null(loaded(f, "before"));
	assert_non_null(loaded(f, "after"));
	if (verified(f, &out) != 0)
		fail_msg("%s", f->why);
	assert_int_equal(out.seq, store_head(f->s).seq);
}

/* -- while it is open ------------------------------------------------------------------------- */

/* Commands of the shell; D is the database, F its folder. */
static const char *const losses[] = {
    "rm $D",
    "rm $D-wal",
    "rm $D-shm",
    "rm $D $D-wal $D-shm",
    "mv $D $F/elsewhere",
    "cp $D $F/new && mv $F/new $D",
    "cp $D-wal $F/new && mv $F/new $D-wal",
    "rm -r $F",
    "rm -r $F && mkdir $F",
};

static void what_is_lost_is_saved_elsewhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		void *inner;
		struct fixture *f;

		fixture_up(&inner);
		f = inner;
		open_store(f);
		saved_incident(f, "before");
		shell(f, "D=%s; F=%s; %s", f->path, f->folder, losses[i]);
		saved_incident(f, "after"); /* answered, before anybody has looked */
		if (a_second_later(f) != STORE_MOVED)
			fail_msg("%s", losses[i]);
		assert_int_equal(store_idle(f->s), STORE_FAILED); /* and nothing more is taken */
		closed(f);
		f->s = NULL;
		open_store(f);
		assert_string_equal(store_file(f->s), name_of(f, ".1"));
		all_there(f);
		assert_int_equal(a_second_later(f), STORE_OK);
		fixture_down(&inner);
	}
}

/* Written or cut by others: saved where the connection still has it, else refused at the next start, and
 * never served as if nothing had happened. */
static const char *const changes[] = {
    "truncate -s 0 $D",
    "truncate -s 8192 $D",
    "truncate -s 0 $D-wal",
    "truncate -s 5000 $D-wal",
    "truncate -s 4096 $D-wal && truncate -s 1M $D-wal", /* as the next commit leaves it */
    "dd if=/dev/zero of=$D bs=4096 seek=3 count=2 conv=notrunc status=none",
};

static void what_others_changed_is_not_served(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		enum store_refusal refusal;
		enum store_status status;
		void *inner;
		struct fixture *f;

		fixture_up(&inner);
		f = inner;
		open_store(f);
		saved_incident(f, "before");
		reopen(f); /* into the database itself */
		saved_incident(f, "after");
		assert_int_equal(a_second_later(f), STORE_OK);
		shell(f, "D=%s; %s", f->path, changes[i]);
		status = a_second_later(f);
		assert_true(status == STORE_MOVED || status == STORE_FAILED);
		closed(f);
		f->s = try_open(f, (struct store_options){.salvage = status == STORE_FAILED}, &refusal);
		if (f->s && !store_metrics(f->s).read_only)
			all_there(f);
		assert_true(f->s || refusal == STORE_UNREADABLE);
		fixture_down(&inner);
	}
}

/* Cut, and before anybody has looked comes the checkpoint that is due: it must not write what is not there
 * any more into the database. */
static void a_cut_wal_is_not_written_back(void **state)
{
	struct fixture *f = *state;
	enum store_status status;

	open_store(f);
	saved_incident(f, "before");
	saved_incident(f, "after");
	shell(f, "truncate -s 4000 %s-wal", f->path);
	f->s->frames = 5000; /* due, busy or not */
	saved_incident(f, "B");
	f->s->frames = 40;
	status = a_second_later(f);
	assert_int_equal(status, STORE_MOVED);
	closed(f);
	open_store(f);
	all_there(f);
	assert_non_null(loaded(f, "B"));
}

/* Few frames make no checkpoint due, but what the head's second place names lies in the WAL alone no longer: not even what
 * the connection has forgotten (the files of a revision, megabytes that are read once). */
static void what_the_head_names_is_written_back(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	saved_incident(f, "before");
	saved_incident(f, "after");
	assert_true(f->s->frames_done < f->s->frames);
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_int_equal(f->s->frames_done, f->s->frames);
	sqlite3_db_release_memory(f->s->q.db);
	shell(f, "truncate -s 4000 %s-wal", f->path);
	assert_int_equal(a_second_later(f), STORE_MOVED);
	closed(f);
	open_store(f);
	all_there(f);
}

/* A front end as another process, which keeps the shared memory alive. */
static pid_t front_end_of(const struct fixture *f)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		sqlite3 *db;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		    sqlite3_exec(db, "SELECT seq FROM meta", NULL, NULL, NULL) == SQLITE_OK &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* What is lost for good: it is said how much that is, whatever the readers' shared memory believes, and the copy that was
 * made of the rest is made once. */
static void what_was_cut_and_forgotten_is_told(void **state)
{
	struct fixture *f = *state;
	struct store_options salvage = {.salvage = true};
	enum store_refusal refusal;
	pid_t reader;

	open_store(f);
	saved_incident(f, "before");
	closed(f);
	reader = front_end_of(f);
	open_store(f);
	saved_incident(f, "after"); /* answered, and in the WAL alone */
	sqlite3_db_release_memory(f->s->q.db);
	shell(f, "truncate -s 4096 %s-wal && truncate -s 1M %s-wal", f->path, f->path);
	assert_int_equal(a_second_later(f), STORE_FAILED);
	closed(f);
	for (int i = 0; i < 3; i++) {
		assert_null(try_open(f, salvage, &refusal));
		salvage.salvage = false; /* as the supervisor asks for it: once */
		if (!strstr(f->why, "ends at seq 4, but at least seq 8 was answered"))
			fail_msg("%s", f->why);
	}
	assert_int_equal(access(name_of(f, ".1"), F_OK), 0);
	assert_int_equal(access(name_of(f, ".2"), F_OK), -1);
	shell(f, "mv %s.head %s/kept", f->path, f->folder); /* accepted */
	open_store(f);
	assert_non_null(loaded(f, "before"));
	assert_null(loaded(f, "after"));
	kill(reader, SIGKILL);
	assert_int_equal(waitpid(reader, NULL, 0), reader);
}

/* The engine is killed, its WAL is cut, and front ends keep the shared memory alive: what is not there any more is not
 * written into the database. */
static void a_wal_that_was_cut_between_two_engines(void **state)
{
	struct fixture *f = *state;
	pid_t reader, engine;
	int status;

	open_store(f);
	saved_incident(f, "before");
	closed(f);
	reader = front_end_of(f);
	engine = fork();
	if (engine == 0) {
		open_store(f);
		saved_incident(f, "after"); /* later than the head in the second place */
		_exit(0);
	}
	assert_int_equal(waitpid(engine, &status, 0), engine);
	assert_int_equal(status, 0);
	shell(f, "truncate -s 4096 %s-wal && truncate -s 1M %s-wal", f->path, f->path);
	open_store(f);
	assert_non_null(loaded(f, "before"));
	assert_null(loaded(f, "after"));
	saved_incident(f, "after");
	all_there(f);
	kill(reader, SIGKILL);
	assert_int_equal(waitpid(reader, NULL, 0), reader);
}

/* A stop within the second: what is lost is saved all the same. */
static void what_is_lost_is_saved_at_the_end(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	saved_incident(f, "before");
	shell(f, "rm %s %s-wal", f->path, f->path);
	saved_incident(f, "after");
	closed(f);
	open_store(f);
	all_there(f);
}

static enum store_status read_one(struct fixture *f, struct reads *r, const char *number)
{
	struct want_incidents one = {.numbers = &number, .n = 1};
	struct reads_wants w = {.incidents = &one};
	enum store_status status = reads_wait(r, f->a, &w);

	return status == STORE_OK && !one.found[0] ? STORE_UNKNOWN : status;
}

/* What lies beneath a reader is written over and put back: it opens anew and finds its way again. */
static void a_reader_opens_anew(void **state)
{
	struct fixture *f = *state;
	struct reads *r;
	int tries = 0;

	open_store(f);
	for (int i = 0; i < 400; i++)
		saved_incident(f, arena_printf(f->a, "N%d", i));
	closed(f);
	r = open_reads(f);
	assert_int_equal(read_one(f, r, "N0"), STORE_OK);
	shell(f,
	    "cp %s %s/kept; dd if=/dev/zero of=%s bs=4096 seek=2 count=$(($(stat -c %%s %s) / 4096 - 2)) "
	    "conv=notrunc status=none",
	    f->path, f->folder, f->path, f->path);
	assert_int_not_equal(read_one(f, r, "N399"), STORE_OK);
	shell(f, "cat %s/kept > %s", f->folder, f->path);
	while (read_one(f, r, "N399") != STORE_OK && tries++ < 100)
		usleep(50000);
	assert_in_range(tries, 0, 99);
	reads_close(r);
}

static void a_folder_that_is_away_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct store_batch beat = {.beat = T0};

	open_store(f);
	saved_incident(f, "before");
	shell(f, "mv %s %s.away", f->folder, f->folder);
	saved_incident(f, "after");
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_true(store_metrics(f->s).read_only);
	assert_int_equal(saved(f, &beat), STORE_UNKNOWN);
	shell(f, "mkdir %s", f->folder); /* an empty mount point */
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_true(store_metrics(f->s).read_only);
	shell(f, "rmdir %s && mv %s.away %s", f->folder, f->folder, f->folder);
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_false(store_metrics(f->s).read_only);
	assert_int_equal(saved(f, &beat), STORE_OK);
	all_there(f);
}

static void the_lock_is_taken_again(void **state)
{
	struct fixture *f = *state;
	enum store_refusal refusal;
	struct store *mine;

	open_store(f);
	unlink(name_of(f, ".lock"));
	assert_int_equal(a_second_later(f), STORE_OK);
	mine = f->s;
	assert_null(try_open(f, (struct store_options){0}, &refusal));
	assert_int_equal(refusal, STORE_LOCKED);
	f->s = mine;
	saved_incident(f, "A");
}

static void ballast_is_taken_again(void **state)
{
	struct fixture *f = *state;
	struct store_options o = {.floor_bytes = 1, .ballast_bytes = 1 << 20};
	enum store_refusal refusal;
	struct stat st;

	f->s = try_open(f, o, &refusal);
	assert_non_null(f->s);
	unlink(name_of(f, ".ballast"));
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_int_equal(stat(name_of(f, ".ballast"), &st), 0);
	assert_int_equal(truncate(name_of(f, ".ballast"), 10), 0);
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_int_equal(stat(name_of(f, ".ballast"), &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
}

/* Our own housekeeping is no other's hand. */
static void checkpoints_are_ours(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int i = 0; i < 300; i++) {
		saved_incident(f, arena_printf(f->a, "N%d", i));
		f->s->committed_us = 0; /* idle: each checkpoint that is due is made */
		assert_int_equal(a_second_later(f), STORE_OK);
	}
	assert_true(store_metrics(f->s).checkpoints > 1);
	f->s->wal_bytes = INT64_C(65) << 20; /* cut */
	assert_int_equal(a_second_later(f), STORE_OK);
	assert_int_equal(a_second_later(f), STORE_OK);
	saved_incident(f, "after");
	assert_int_equal(a_second_later(f), STORE_OK);
}

/* -- before a start --------------------------------------------------------------------------- */

static void refused(struct fixture *f, struct store_options o, const char *word)
{
	enum store_refusal refusal;

	assert_null(try_open(f, o, &refusal));
	assert_int_equal(refusal, STORE_UNREADABLE);
	if (!strstr(f->why, word))
		fail_msg("\"%s\" does not say %s", f->why, word);
}

/* A reader that reads for long, and so holds up what is to be written back. */
static void hold_the_wal(const struct fixture *f)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT seq FROM meta", NULL, NULL, NULL), SQLITE_OK);
}

/* Saves two incidents and dies like a process that is killed, its head kept in between, and what it names written back
 * unless a reader holds it. */
static void die_after_saving(struct fixture *f, bool held)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		open_store(f);
		if (held)
			hold_the_wal(f);
		saved_incident(f, "before");
		saved_incident(f, "after");
		a_second_later(f);
		saved_incident(f, "unseen"); /* later than the head in the second place */
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void nothing_is_made_beside_leftovers(void **state)
{
	static const char *const kept[] = {"-wal", ".head", ".ballast", ".1"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		shell(f, "echo x > %s", name_of(f, kept[i]));
		refused(f, (struct store_options){0}, kept[i]);
		shell(f, ": > %s", f->path); /* an empty file is no store either */
		refused(f, (struct store_options){0}, kept[i]);
		shell(f, "rm %s*", f->path);
	}
	refused(f, (struct store_options){.exists = true}, "not mounted");
	shell(f, "touch %s.lock", f->path); /* of a first start that was killed */
	open_store(f);
}

static void what_died_goes_on(void **state)
{
	struct fixture *f = *state;

	die_after_saving(f, true);
	open_store(f);
	all_there(f);
	assert_non_null(loaded(f, "unseen"));
}

/* SQLite's recovery ends at the flipped frame without a word. */
static void a_flipped_bit_of_the_wal_is_noticed(void **state)
{
	struct fixture *f = *state;

	die_after_saving(f, true);
	shell(f, "printf '\\377' | dd of=%s-wal bs=1 seek=5000 conv=notrunc status=none", f->path);
	refused(f, (struct store_options){0}, "records are missing");
	refused(f, (struct store_options){0}, ".head");     /* and again: nothing was changed by looking */
	shell(f, "mv %s.head %s/kept", f->path, f->folder); /* accepted */
	open_store(f);
	assert_null(loaded(f, "after"));
	saved_incident(f, "after");
}

static void a_wal_that_is_gone_is_noticed(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	closed(f);
	die_after_saving(f, true);
	unlink(name_of(f, "-wal"));
	refused(f, (struct store_options){0}, "records are missing");
}

/* What the head names does not need it. */
static void a_wal_that_was_written_back_may_go(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	closed(f);
	die_after_saving(f, false);
	unlink(name_of(f, "-wal"));
	open_store(f);
	all_there(f);
	assert_null(loaded(f, "unseen"));
}

/* Has `before` and `after`; a copy of it, in folder/old, `before` alone. */
static void went_on_after_a_copy(struct fixture *f)
{
	open_store(f);
	saved_incident(f, "before");
	closed(f);
	shell(f, "cp %s %s/old", f->path, f->folder);
	open_store(f);
	saved_incident(f, "after");
	closed(f);
}

static void an_older_file_is_noticed(void **state)
{
	struct fixture *f = *state;

	went_on_after_a_copy(f);
	shell(f, "cp %s/old %s", f->folder, f->path);
	refused(f, (struct store_options){0}, "a backup was restored");
	unlink(name_of(f, ".head"));
	open_store(f);
	assert_null(loaded(f, "after"));
}

/* As long as the one that was answered, but not that one: a restored copy that went on by itself. */
static void another_history_is_noticed(void **state)
{
	struct fixture *f = *state;

	went_on_after_a_copy(f);
	shell(f, "mv %s.head %s/head && cp %s/old %s", f->path, f->folder, f->folder, f->path);
	open_store(f);
	saved_incident(f, "other");
	closed(f);
	shell(f, "mv %s/head %s.head", f->folder, f->path);
	refused(f, (struct store_options){0}, "records are missing");
}

static void another_store_is_noticed(void **state)
{
	struct fixture *f = *state;
	char kept[sizeof f->path];

	open_store(f);
	saved_incident(f, "A");
	closed(f);
	memcpy(kept, f->path, sizeof kept);
	snprintf(f->path, sizeof f->path, "%s/other.db", f->folder);
	open_store(f);
	closed(f);
	shell(f, "cp %s %s", f->path, kept);
	memcpy(f->path, kept, sizeof kept);
	refused(f, (struct store_options){0}, "another store");
}

static void restored_accounts_stay_revoked(void **state)
{
	struct fixture *f = *state;
	struct account who[2] = {{.name = "desk-1", .role = ROLE_DESK, .made_at = T0, .token = {{1}}},
	    {.name = "desk-2", .role = ROLE_DESK, .made_at = T0, .token = {{2}}}};
	struct store_batch b = {.accounts = who, .n_accounts = 2};
	enum store_refusal refusal;

	open_store(f);
	assert_int_equal(saved(f, &b), STORE_OK);
	closed(f);
	shell(f, "cp %s %s/backup", f->path, f->folder);
	open_store(f);
	who[0].revoked_at = T0 + 1;
	b.n_accounts = 1;
	assert_int_equal(saved(f, &b), STORE_OK);
	closed(f);
	shell(f, "cd %s && mkdir old && mv liandong.db* old && cp backup liandong.db && cp old/*.revoked .",
	    f->folder);
	f->s = try_open(f, (struct store_options){0}, &refusal);
	if (!f->s)
		fail_msg("%s", f->why);
	closed(f);
	assert_int_equal(outside_number(f->path, "SELECT revoked_at FROM account WHERE name = 'desk-1'"),
	    T0 + 1);
	assert_int_equal(outside_number(f->path,
			     "SELECT revoked_at IS NULL FROM account WHERE name = 'desk-2'"),
	    1);
}

/* A second place that is itself damaged is no reason not to serve. */
static void a_damaged_head_is_written_anew(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	saved_incident(f, "before");
	saved_incident(f, "after");
	closed(f);
	shell(f, "sed -i 's/ 8 / 9 /' %s.head", f->path);
	open_store(f);
	all_there(f);
	saved_incident(f, "B");
	closed(f);
	shell(f, "grep -q ' 12 ' %s.head", f->path);
	open_store(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_lost_is_saved_elsewhere),
	    cmocka_unit_test(what_others_changed_is_not_served),
	    TEST(a_cut_wal_is_not_written_back),
	    TEST(what_the_head_names_is_written_back),
	    TEST(what_was_cut_and_forgotten_is_told),
	    TEST(a_wal_that_was_cut_between_two_engines),
	    TEST(what_is_lost_is_saved_at_the_end),
	    TEST(a_reader_opens_anew),
	    TEST(a_folder_that_is_away_is_waited_for),
	    TEST(the_lock_is_taken_again),
	    TEST(ballast_is_taken_again),
	    TEST(checkpoints_are_ours),
	    TEST(nothing_is_made_beside_leftovers),
	    TEST(what_died_goes_on),
	    TEST(a_flipped_bit_of_the_wal_is_noticed),
	    TEST(a_wal_that_is_gone_is_noticed),
	    TEST(a_wal_that_was_written_back_may_go),
	    TEST(an_older_file_is_noticed),
	    TEST(another_history_is_noticed),
	    TEST(another_store_is_noticed),
	    TEST(restored_accounts_stay_revoked),
	    TEST(a_damaged_head_is_written_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
