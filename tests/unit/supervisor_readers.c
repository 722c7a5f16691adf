/*
 * supervisor_readers.c - front ends read the store without a right to write anything of it, not even the WAL's shared
 * memory: what they read is whole and new, and they hold no checkpoint up.
 */
#include "unit.h"
#include "store_fixture.h"
#include "supervisor/roles.h"
#include "supervisor/sandbox.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define READERS 3
#define COMMITS 800
#define READS_LEAST 100

static void confine(struct fixture *f)
{
	struct options o = {.file = "/etc/liandong/liandong.yaml",
	    .mechanism = f->folder,
	    .store = f->path,
	    .sandbox = "kill"};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sandbox_enter(&roles[ROLE_ID_API], &o);
}

/* One load: the snapshot's seq; -1 where it failed. */
static int64_t read_seq(struct fixture *f, struct reads *r)
{
	struct reads_wants w = {0};

	if (reads_wait(r, f->a, &w) != STORE_OK)
		return -1;
	return w.seq;
}

/* A front end: reads until it has seen the last commit. The exit code says what was wrong. */
static void be_reader(struct fixture *f, int64_t last, int ready)
{
	struct timespec pause = {0, 200 * 1000};
	int64_t seen = 0, now = 0;
	struct reads *r;
	int n = 0;

	confine(f);
	r = reads_open(f->path, f->why, sizeof f->why);
	if (!r)
		_exit(1);
	for (; seen < last || n < READS_LEAST; n++) {
		now = read_seq(f, r);
		if (now < 0 || (n == 0 && write(ready, "", 1) != 1))
			_exit(2);
		if (now < seen)
			_exit(3);
		seen = now;
		arena_reset(f->a);
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

static int64_t size_of(const char *path, const char *suffix)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void commit_many(struct fixture *f, const char *series)
{
	for (int i = 0; i < COMMITS; i++)
		saved_incident(f, arena_printf(f->a, "%s-%d", series, i));
}

static void readers_that_write_nothing_see_every_commit(void **state)
{
	struct fixture *f = *state;
	int64_t each, last, first, before, most;
	pid_t pids[READERS];
	int status, ready[2];
	char byte;

	open_store(f);
	assert_int_equal(pipe(ready), 0);
	first = store_head(f->s).seq;
	saved_incident(f, "FIRST");
	each = store_head(f->s).seq - first;
	last = store_head(f->s).seq + COMMITS * each;
	for (int i = 0; i < READERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			be_reader(f, last, ready[1]);
	}
	for (int i = 0; i < READERS; i++) /* all read before anything is committed */
		assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	commit_many(f, "N");
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(store_head(f->s).seq, last);
	/* Readers that are gone hold nothing back: it is begun anew after 4,000 frames, while 26 MiB more are written. */
	before = size_of(f->path, "-wal");
	commit_many(f, "M");
	most = before + 4 * 1024 * 1024 > 20 * 1024 * 1024 ? before + 4 * 1024 * 1024 : 20 * 1024 * 1024;
	assert_true(size_of(f->path, "-wal") < most);
}

static void what_is_not_there_yet_is_an_error_and_no_file(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		confine(f);
		_exit(reads_open(f->path, f->why, sizeof f->why) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(size_of(f->path, ""), -1);
	assert_int_equal(size_of(f->path, "-shm"), -1);
}

/* The engine is killed between two commits, and the readers read on; another one writes, and they see it. */
static void a_dead_engine_leaves_what_can_be_read(void **state)
{
	struct fixture *f = *state;
	int ask[2], status;
	struct reads *r;
	int64_t before;
	pid_t pid;

	assert_int_equal(pipe(ask), 0);
	pid = fork();
	if (pid == 0) { /* the engine */
		open_store(f);
		saved_incident(f, "ONE");
		if (write(ask[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ask[0], &status, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = fork();
	if (pid == 0) {
		confine(f);
		r = reads_open(f->path, f->why, sizeof f->why);
		before = r ? read_seq(f, r) : -1;
		if (before <= 0 || write(ask[1], "x", 1) != 1)
			_exit(1);
		for (int i = 0; i < 2000 && read_seq(f, r) == before; i++)
			nanosleep(&(struct timespec){0, 1000 * 1000}, NULL);
		_exit(read_seq(f, r) > before ? 0 : 2);
	}
	assert_int_equal(read(ask[0], &status, 1), 1);
	open_store(f);
	saved_incident(f, "TWO");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ask[0]);
	close(ask[1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_up, fixture_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(readers_that_write_nothing_see_every_commit),
	    TEST(what_is_not_there_yet_is_an_error_and_no_file),
	    TEST(a_dead_engine_leaves_what_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
