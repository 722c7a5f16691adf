/* store_beside.c - the notifier's files: what an older version wrote is read, what a newer one wrote is left as it is. */
#include "store_fixture.h"

#include "store/handed.h"
#include "store/outbox.h"

#include <stdio.h>
#include <string.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the first version that handed anything over made it. */
#define FIRST                                                                                                \
	"CREATE TABLE handed (id TEXT PRIMARY KEY, partner TEXT NOT NULL, dispatch TEXT NOT NULL,"           \
	" seq INTEGER NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL, made_at INTEGER NOT NULL,"    \
	" next_at INTEGER NOT NULL, tries INTEGER NOT NULL, told INTEGER NOT NULL, ticket TEXT, why TEXT)"   \
	" STRICT, WITHOUT ROWID;"                                                                            \
	"CREATE INDEX handed_waiting ON handed (seq) WHERE state = 0;"                                       \
	"INSERT INTO handed VALUES ('b', 'hotline', 'A-01', 9, 2, 0, 200, 300, 1, 0, NULL, 'status=500'),"   \
	" ('a', 'hotline', 'A-01', 7, 0, 1, 100, 100, 2, 1, 'F1', 'status=200');"

static const char *path_of(struct fixture *f, const char *name)
{
	mkdir(arena_printf(f->a, "%s/" OUTBOX_FOLDER, f->folder), 0700);
	return arena_printf(f->a, "%s/" OUTBOX_FOLDER "/%s", f->folder, name);
}

static void run(const char *file, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int number(const char *file, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int n = -1;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void what_the_first_version_handed_over_is_read(void **state)
{
	struct fixture *f = *state;
	const char *file = path_of(f, "exchange.db");
	struct handed v[8];

	run(file, FIRST);
	for (int i = 0; i < 2; i++) { /* the second time nothing is to be done */
		struct handed_file *h = handed_open(f->path, true, f->why, sizeof f->why);

		assert_non_null(h);
		assert_int_equal(handed_list(h, &(struct handed_filter){0}, 8, f->a, v), 2);
		assert_string_equal(v[0].id, "b");
		assert_int_equal(v[0].state, HANDED_WAITING);
		assert_int_equal(v[0].kind, HAND_URGED);
		assert_string_equal(v[1].id, "a");
		assert_string_equal(v[1].ticket, "F1");
		assert_int_equal(v[1].ended_at, 100);
		assert_true(v[1].told);
		assert_int_equal(handed_due(h, "hotline", 300, 8, f->a, v), 1);
		handed_close(h);
	}
	assert_int_equal(number(file, "PRAGMA user_version"), 1);
	assert_int_equal(number(file, "SELECT count(*) FROM sqlite_master WHERE name = 'handed_before'"), 0);
}

static void a_new_file_has_the_version(void **state)
{
	struct fixture *f = *state;
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);
	struct handed_file *h = handed_open(f->path, true, f->why, sizeof f->why);

	assert_non_null(o);
	assert_non_null(h);
	outbox_close(o);
	handed_close(h);
	assert_int_equal(number(path_of(f, "exchange.db"), "PRAGMA user_version"), 1);
	assert_int_equal(number(path_of(f, "notices.db"), "PRAGMA user_version"), 3);
}

/* The first version kept no requests. */
static void what_the_first_version_sent_is_read(void **state)
{
	struct fixture *f = *state;
	const char *file = path_of(f, "notices.db");
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);
	struct outgoing one;

	assert_non_null(o);
	outbox_close(o);
	run(file,
	    "ALTER TABLE attempt DROP COLUMN request; ALTER TABLE notice DROP COLUMN decided_by; PRAGMA "
	    "user_version = 1;"
	    "INSERT INTO notice (id, seq, at, event, class, dispatch, role, which, priority, drill, made_at, "
	    "send_at,"
	    " expires_at, ended_at, state, told, code) VALUES ('0123456789abcdef', 7, 1, 1, 0, 0, 'desk', 1, "
	    "1, 0, 1, 1, 9, 5, 7, 1, 0);"
	    "INSERT INTO attempt (notice, i, channel, state, tries, started_at, next_at, sent_at, "
	    "accepted_at, ended_at, status, answer)"
	    " VALUES ('0123456789abcdef', 0, 'hall', 5, 1, 1, 1, 1, 0, 5, 200, 'no')");
	for (int i = 0; i < 2; i++) {
		o = outbox_open(f->path, true, f->why, sizeof f->why);
		assert_non_null(o);
		assert_true(outbox_find(o, "0123456789abcdef", f->a, &one));
		assert_int_equal(one.n_attempts, 1);
		assert_string_equal(one.attempts[0].answer, "no");
		assert_null(one.attempts[0].request);
		outbox_close(o);
	}
	assert_int_equal(number(file, "PRAGMA user_version"), 3);
}

/* A damaged file is set aside, and a new one serves. */
static void what_is_damaged_is_set_aside(void **state)
{
	struct fixture *f = *state;
	const char *file = path_of(f, "exchange.db");
	FILE *out = fopen(file, "w");
	struct handed_file *h;

	fputs("this is no database, and it has more than one hundred bytes, because shorter ones are taken "
	      "for empty: "
	      ".............................................................................................."
	      "..",
	    out);
	fclose(out);
	h = handed_open(f->path, true, f->why, sizeof f->why);
	assert_non_null(h);
	assert_true(handed_anew(h));
	handed_close(h);
	h = handed_open(f->path, true, f->why, sizeof f->why);
	assert_non_null(h);
	assert_false(handed_anew(h));
	handed_close(h);
}

static void a_newer_file_is_left_as_it_is(void **state)
{
	struct fixture *f = *state;
	const char *handed = path_of(f, "exchange.db"), *notices = path_of(f, "notices.db");

	run(handed, "CREATE TABLE handed (other TEXT); PRAGMA user_version = 99");
	run(notices, "CREATE TABLE notice (other TEXT); PRAGMA user_version = 99");
	assert_null(handed_open(f->path, true, f->why, sizeof f->why));
	assert_non_null(strstr(f->why, "newer version (format 99, this program knows up to 1)"));
	assert_non_null(strstr(f->why, "exchange.db"));
	assert_null(outbox_open(f->path, false, f->why, sizeof f->why));
	assert_non_null(strstr(f->why, "更新的版本写的(格式 99"));
	assert_int_equal(number(handed, "SELECT count(*) FROM sqlite_master"), 1);
	assert_int_equal(number(notices, "SELECT count(*) FROM sqlite_master"), 1);
}

static void a_form_that_is_not_known_is_said(void **state)
{
	struct fixture *f = *state;

	run(path_of(f, "notices.db"),
	    "CREATE TABLE notice (n INTEGER PRIMARY KEY, ended_at, told, incident, dispatch, code)");
	assert_null(outbox_open(f->path, true, f->why, sizeof f->why));
	assert_non_null(strstr(f->why, "move the file away"));
}

/* One that goes its way anew by fewer channels has left the others: after a restart it must not seem to have tried them. */
static void a_notice_that_goes_again_has_no_attempts_of_before(void **state)
{
	struct fixture *f = *state;
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);
	struct outgoing one = {.id = "0123456789abcdef",
	    .incident = "A",
	    .dispatch = 1,
	    .role = "duty",
	    .attempts = {{.channel = "webhook"}, {.channel = "sms"}},
	    .n_attempts = 2};
	struct outgoing got;
	bool added = false;

	assert_non_null(o);
	assert_true(outbox_begin(o) && outbox_add(o, &one, &added) && outbox_commit(o));
	assert_true(added && outbox_find(o, one.id, f->a, &got));
	assert_int_equal(got.n_attempts, 2);
	one.n_attempts = 1;
	one.attempts[0] = (struct attempt){.channel = "voice", .tries = 1};
	assert_true(outbox_begin(o) && outbox_add(o, &one, &added)); /* its event is followed once more */
	assert_false(added);
	assert_true(outbox_again(o, one.id) && outbox_save(o, &one) && outbox_commit(o));
	assert_true(outbox_find(o, one.id, f->a, &got));
	assert_int_equal(got.n_attempts, 1);
	assert_string_equal(got.attempts[0].channel, "voice");
	outbox_close(o);
}

/* More messages in the hour than anybody thought of: the newest are what holds the next one, so all are had, in their order. */
#define MESSAGES 6000

struct counted {
	int n, instructions;
	int64_t last;
};

static void count(void *arg, const struct outbox_use *use)
{
	struct counted *c = arg;

	assert_true(use->at > c->last);
	c->last = use->at;
	c->n++;
	c->instructions += use->class == NOTICE_INSTRUCTION && text_eq(use->unit, "water");
}

static void begin_many(struct outbox *o, int n)
{
	assert_true(outbox_begin(o));
	for (int i = 0; i < n; i++) {
		struct outgoing one = {.role = "duty",
		    .unit = "water",
		    .class = i % 2 ? NOTICE_REMINDER : NOTICE_INSTRUCTION,
		    .n_attempts = 1};
		bool added;

		snprintf(one.id, sizeof one.id, "%016x", i);
		one.attempts[0] = (struct attempt){
		    .channel = "sms", .state = ATTEMPT_ACCEPTED, .sent_at = 1000 + i, .carrier = one.id};
		assert_true(outbox_add(o, &one, &added) && added);
	}
	assert_true(outbox_commit(o));
}

static void all_messages_of_the_hour_are_counted(void **state)
{
	struct fixture *f = *state;
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);
	struct counted used = {0}, begun = {0}, late = {0};

	assert_non_null(o);
	begin_many(o, MESSAGES);
	assert_true(outbox_used(o, "sms", 0, count, &used));
	assert_int_equal(used.n, MESSAGES);
	assert_int_equal(used.instructions, MESSAGES / 2);
	assert_int_equal(used.last, 1000 + MESSAGES - 1);
	assert_true(outbox_begun(o, "sms", 0, count, &begun));
	assert_int_equal(begun.n, MESSAGES);
	assert_true(outbox_used(o, "sms", 1000 + MESSAGES - 11, count, &late));
	assert_int_equal(late.n, 10);
	assert_true(outbox_used(o, "voice", 0, count, &used));
	assert_int_equal(used.n, MESSAGES);
	outbox_close(o);
}

/* -- files that somebody deletes, replaces or cuts while they are open ---------------------------------- */

static void add_one(struct outbox *o, const char *id)
{
	struct outgoing one = {.role = "duty", .unit = "water", .made_at = 1, .ended_at = 2, .told = true};
	bool added;

	snprintf(one.id, sizeof one.id, "%s", id);
	assert_true(outbox_begin(o) && outbox_add(o, &one, &added) && added && outbox_commit(o));
}

static bool has(struct outbox *o, struct fixture *f, const char *id)
{
	struct outgoing one;

	return outbox_find(o, id, f->a, &one);
}

static void delete_all(const char *file)
{
	char name[PATH_MAX];

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", file, (const char *[]){"", "-wal", "-shm"}[i]);
		unlink(name);
	}
}

static void delete_log(const char *file)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s-wal", file);
	assert_int_equal(unlink(name), 0);
}

static void replace(const char *file)
{
	char other[PATH_MAX];

	snprintf(other, sizeof other, "%s.other", file);
	run(other, "CREATE TABLE other (n INTEGER)");
	assert_int_equal(rename(other, file), 0);
}

static void what_is_deleted_or_replaced_is_saved(void **state)
{
	static void (*const harms[])(const char *file) = {delete_all, delete_log, replace, delete_all};
	struct fixture *f = *state;
	const char *file = path_of(f, "notices.db");
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);

	assert_non_null(o);
	assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		char id[NOTICE_ID_LEN + 1];

		snprintf(id, sizeof id, "%016zx", i);
		add_one(o, id);
		assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
		harms[i](file);
		assert_int_equal(outbox_look(o, true), OUTBOX_SAVED);
		assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
		for (size_t k = 0; k <= i; k++) {
			snprintf(id, sizeof id, "%016zx", k);
			assert_true(has(o, f, id));
		}
	}
	outbox_close(o);
	assert_int_equal(number(file, "SELECT count(*) FROM notice"), 4);
}

static void cut(const char *file)
{
	assert_int_equal(truncate(file, 4096), 0);
}

static void cut_log(const char *file)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s-wal", file);
	assert_int_equal(truncate(name, 100), 0);
}

static void overwrite(const char *file)
{
	FILE *out = fopen(file, "r+");

	assert_int_equal(fseek(out, 5000, SEEK_SET), 0);
	fputs("x", out);
	fclose(out);
}

/* Nothing of it is taken for whole: the caller writes what it knows. */
static void what_is_cut_or_overwritten_is_begun_anew(void **state)
{
	static void (*const harms[])(const char *file) = {cut, cut_log, overwrite};
	struct fixture *f = *state;
	const char *file = path_of(f, "notices.db");
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);

	assert_non_null(o);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		add_one(o, "0123456789abcdef");
		assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
		harms[i](file);
		assert_int_equal(outbox_look(o, true), OUTBOX_ANEW);
		assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
		assert_false(has(o, f, "0123456789abcdef"));
	}
	add_one(o, "0123456789abcdef");
	outbox_close(o);
	assert_int_equal(number(file, "SELECT count(*) FROM notice"), 1);
}

/* Our own checkpoints are no writing of others. */
static void what_we_write_ourselves_is_as_we_left_it(void **state)
{
	struct fixture *f = *state;
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);

	assert_non_null(o);
	for (int i = 0; i < 1500; i++) {
		char id[NOTICE_ID_LEN + 1];

		snprintf(id, sizeof id, "%016x", i);
		add_one(o, id);
		if (i % 100 == 0)
			assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
	}
	assert_int_equal(outbox_look(o, true), OUTBOX_SOUND);
	outbox_close(o);
}

static void a_message_to_a_partner_is_saved_or_begun_anew(void **state)
{
	struct fixture *f = *state;
	const char *file = path_of(f, "exchange.db");
	struct handed_file *h = handed_open(f->path, true, f->why, sizeof f->why);
	struct handed one = {
	    .id = "a", .partner = "hotline", .dispatch = "A-01", .kind = HAND_OVER, .made_at = 1};

	assert_non_null(h);
	assert_true(handed_add(h, &one) && handed_look(h, true));
	delete_all(file);
	assert_true(handed_look(h, true));
	assert_int_equal(handed_count(h, "hotline"), 1);
	cut(file);
	assert_false(handed_look(h, true));
	handed_close(h);
	h = handed_open(f->path, true, f->why, sizeof f->why);
	assert_non_null(h);
	assert_true(handed_anew(h)); /* so the events are followed again */
	handed_close(h);
}

/* Killed when the copy was whole and did not have its name yet, or was not whole. */
static void a_copy_that_was_whole_takes_its_place(void **state)
{
	struct fixture *f = *state;
	const char *file = path_of(f, "notices.db");
	struct outbox *o = outbox_open(f->path, true, f->why, sizeof f->why);
	char saved[PATH_MAX], half[PATH_MAX];

	assert_non_null(o);
	add_one(o, "0123456789abcdef");
	outbox_close(o);
	snprintf(saved, sizeof saved, "%s.saved", file);
	snprintf(half, sizeof half, "%s.saving", file);
	run(file, "PRAGMA wal_checkpoint(FULL)"); /* the log stays, and is of no use to the copy */
	assert_int_equal(rename(file, saved), 0);
	run(half, "CREATE TABLE other (n INTEGER)");
	o = outbox_open(f->path, true, f->why, sizeof f->why);
	assert_non_null(o);
	assert_true(has(o, f, "0123456789abcdef"));
	assert_int_equal(access(saved, F_OK), -1);
	assert_int_equal(access(half, F_OK), -1);
	outbox_close(o);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_the_first_version_handed_over_is_read),
	    TEST(a_new_file_has_the_version),
	    TEST(what_the_first_version_sent_is_read),
	    TEST(what_is_damaged_is_set_aside),
	    TEST(a_newer_file_is_left_as_it_is),
	    TEST(a_form_that_is_not_known_is_said),
	    TEST(a_notice_that_goes_again_has_no_attempts_of_before),
	    TEST(all_messages_of_the_hour_are_counted),
	    TEST(what_is_deleted_or_replaced_is_saved),
	    TEST(what_is_cut_or_overwritten_is_begun_anew),
	    TEST(what_we_write_ourselves_is_as_we_left_it),
	    TEST(a_message_to_a_partner_is_saved_or_begun_anew),
	    TEST(a_copy_that_was_whole_takes_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
