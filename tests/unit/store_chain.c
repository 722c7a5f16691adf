/*
 * store_chain.c - the audit chain: gapless seqs, heads, and every kind of tampering found.
 */
#include "store_fixture.h"

/* Two incidents and a system event, 9 events in 3 rows: (4) (4) (1). */
static void three_rows(struct fixture *f)
{
	struct decision *d;

	open_store(f);
	saved_incident(f, "A");
	saved_incident(f, "B");
	d = new_decision(f, NULL, 0);
	d->actor = "system";
	decision_event(d, f->a, EVENT_SYSTEM_STARTED, T0 + 5, NULL, STR("{\"version\":\"0\"}"));
	assert_int_equal(save_one(f, NULL, d), STORE_OK);
}

static void closed(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

static void whole_chain_verifies(void **state)
{
	struct fixture *f = *state;
	struct audit_result out;
	struct store_head head, empty;
	struct digest at;
	struct reads *r;

	open_store(f);
	empty = store_head(f->s);
	assert_int_equal(empty.seq, 0);
	assert_int_equal(verified(f, &out), 0);
	assert_int_equal(out.rows, 0);
	closed(f);
	three_rows(f);
	head = store_head(f->s);
	assert_int_equal(head.seq, 9);
	assert_int_equal(verified(f, &out), 0);
	assert_int_equal(out.rows, 3);
	assert_int_equal(out.events, 9);
	assert_int_equal(out.seq, 9);
	assert_true(digest_eq(&out.head, &head.hash));
	r = open_reads(f);
	assert_true(audit_head_at(r, 9, &at));
	assert_true(digest_eq(&at, &head.hash));
	assert_true(audit_head_at(r, 0, &at));
	assert_true(digest_eq(&at, &empty.hash));
	assert_false(audit_head_at(r, 3, &at)); /* inside a row */
	assert_false(audit_head_at(r, 10, &at));
	reads_close(r);
	reopen(f);
	at = store_head(f->s).hash;
	assert_true(digest_eq(&at, &head.hash));
}

/* The layout is fixed: the bytes that journal.c describes, written out one by one. */
static void the_layout_never_changes(void **state)
{
	struct fixture *f = *state;
	struct decision *d;
	struct digest expected, got;
	struct buf b = {0};
	unsigned char data[] = {1, 6, 's', 'y', 's', 't', 'e', 'm', 0, /* layout, actor, no number */
	    9 /* zigzag -5 */, 21, 0, 0, 0, 2, '{', '}', 10 /* zigzag 5 */, 24, 0, 5, 'w', 'a', 't', 'e', 'r',
	    1, 'x', 0};

	open_store(f);
	buf_text(&b, "liandong journal 1");
	buf_text(&b, store_id(f->s));
	got = digest_of(buf_view(&b));
	expected = store_head(f->s).hash;
	assert_true(digest_eq(&got, &expected));

	d = new_decision(f, NULL, 7);
	d->actor = "system";
	decision_event(d, f->a, EVENT_SYSTEM_STARTED, T0 - 5, NULL, STR("{}"));
	decision_event(d, f->a, EVENT_PERSONAL_READ, T0 + 5, NULL, STR(""));
	d->events[1].unit = "water";
	d->events[1].by = "x";
	assert_int_equal(save_one(f, NULL, d), STORE_OK);
	buf_reset(&b);
	buf_add(&b, expected.b, DIGEST_LEN);
	buf_i64(&b, 2); /* seq */
	buf_i64(&b, 2); /* n */
	buf_i64(&b, T0);
	buf_i64(&b, 0); /* incident */
	buf_i64(&b, 0); /* prev */
	buf_u64(&b, 7); /* command */
	buf_add(&b, data, sizeof data);
	got = digest_of(buf_view(&b));
	expected = store_head(f->s).hash;
	assert_true(digest_eq(&got, &expected));
	buf_free(&b);
}

static void tampered(struct fixture *f, const char *sql)
{
	struct audit_result out;
	char command[256];

	closed(f);
	snprintf(command, sizeof command, "cp '%s' '%s.kept'", f->path, f->path);
	assert_int_equal(system(command), 0);
	outside(f->path, sql);
	if (verified(f, &out) != 1)
		fail_msg("not found: %s", sql);
	assert_true(f->why[0]);
	snprintf(command, sizeof command, "mv '%s.kept' '%s'", f->path, f->path);
	assert_int_equal(system(command), 0);
	assert_int_equal(verified(f, &out), 0);
	open_store(f);
}

static void every_changed_column_is_found(void **state)
{
	struct fixture *f = *state;

	three_rows(f);
	tampered(f, "UPDATE journal SET at = at + 1 WHERE seq = 4");
	tampered(f, "UPDATE journal SET n = 3 WHERE seq = 4");
	tampered(f, "UPDATE journal SET incident = 2 WHERE seq = 4");
	tampered(f, "UPDATE journal SET incident = NULL WHERE seq = 8");
	tampered(f, "UPDATE journal SET prev = 4 WHERE seq = 8");
	tampered(f, "UPDATE journal SET command = 78 WHERE seq = 8");
	tampered(f, "UPDATE journal SET seq = 10 WHERE seq = 9");
	tampered(f, "UPDATE journal SET data = CAST(data || x'00' AS BLOB) WHERE seq = 9");
	tampered(f, "UPDATE journal SET hash = x'00' WHERE seq = 9");
	tampered(f, "UPDATE meta SET hash = zeroblob(32)");
	tampered(f, "UPDATE meta SET store = '0000000000000000'");
}

static void missing_and_added_rows_are_found(void **state)
{
	struct fixture *f = *state;

	three_rows(f);
	tampered(f, "DELETE FROM journal WHERE seq = 4");
	tampered(f, "DELETE FROM journal WHERE seq = 8");
	tampered(f, "DELETE FROM journal WHERE seq = 9"); /* the last one: the head in meta tells */
	tampered(f, "DELETE FROM journal");
	tampered(f,
	    "INSERT INTO journal (seq, n, at, hash, data) SELECT 10, 1, at, hash, data FROM journal "
	    "WHERE seq = 9");
	tampered(f,
	    "INSERT INTO journal (seq, n, at, hash, data) SELECT 7, 1, at, hash, data FROM journal "
	    "WHERE seq = 9");
}

/* Every single byte of data and hash of every row, one bit of it changed. */
static void every_flipped_byte_is_found(void **state)
{
	struct fixture *f = *state;
	struct audit_result out;
	sqlite3 *db;
	sqlite3_stmt *st;
	char file[96];
	int flipped = 0;

	three_rows(f);
	snprintf(file, sizeof file, "%s", store_file(f->s));
	closed(f);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous=OFF", NULL, NULL, NULL), SQLITE_OK);
	for (int column = 0; column < 2; column++)
		for (int seq = 4; seq <= 9; seq += seq == 4 ? 4 : 1) {
			const char *name = column ? "hash" : "data";
			char sql[128];
			sqlite3_blob *blob;
			int n;

			snprintf(sql, sizeof sql, "SELECT length(%s) FROM journal WHERE seq = %d", name, seq);
			assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
			assert_int_equal(sqlite3_step(st), SQLITE_ROW);
			n = sqlite3_column_int(st, 0);
			sqlite3_finalize(st);
			assert_true(n >= 20);
			for (int i = 0; i < n; i++) {
				unsigned char byte;

				assert_int_equal(sqlite3_blob_open(db, "main", "journal", name, seq, 1,
						     &blob),
				    SQLITE_OK);
				assert_int_equal(sqlite3_blob_read(blob, &byte, 1, i), SQLITE_OK);
				byte ^= 1 << i % 8;
				assert_int_equal(sqlite3_blob_write(blob, &byte, 1, i), SQLITE_OK);
				sqlite3_blob_close(blob);
				if (verified(f, &out) != 1)
					fail_msg("byte %d of %s of row %d", i, name, seq);
				assert_int_equal(sqlite3_blob_open(db, "main", "journal", name, seq, 1,
						     &blob),
				    SQLITE_OK);
				byte ^= 1 << i % 8;
				assert_int_equal(sqlite3_blob_write(blob, &byte, 1, i), SQLITE_OK);
				sqlite3_blob_close(blob);
				flipped++;
			}
		}
	assert_int_equal(verified(f, &out), 0);
	sqlite3_close(db);
	assert_true(flipped > 300);
}

static void a_cut_tail_is_refused_at_opening(void **state)
{
	struct fixture *f = *state;
	enum store_refusal refusal;

	three_rows(f);
	closed(f);
	outside(f->path, "DELETE FROM journal WHERE seq = 9");
	assert_null(try_open(f, (struct store_options){0}, &refusal));
	assert_int_equal(refusal, STORE_UNREADABLE);
	assert_non_null(strstr(f->why, "journal"));
}

static void seqs_have_no_gap(void **state)
{
	struct fixture *f = *state;
	struct decision *ds[3];
	struct incident *inc, *incs[2];
	struct store_batch b = {.decisions = ds, .n_decisions = 3, .incidents = incs, .n_incidents = 2};

	three_rows(f);
	inc = loaded(f, "A");
	ds[0] = new_decision(f, inc, 0);
	decision_event(ds[0], f->a, EVENT_REMINDER_SENT, T0 + 9, &inc->dispatches[1], STR("{}"));
	ds[1] = new_decision(f, inc, 5); /* no events: no row, no seq */
	ds[2] = new_decision(f, inc, 6);
	decision_event(ds[2], f->a, EVENT_INCIDENT_URGED, T0 + 9, NULL, STR("{}"));
	decision_event(ds[2], f->a, EVENT_DISPATCH_DELIVERED, T0 + 9, &inc->dispatches[2], STR("{}"));
	incs[0] = inc;
	incs[1] = loaded(f, "B");
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(ds[0]->events[0].seq, 10);
	assert_int_equal(ds[2]->events[0].seq, 11);
	assert_int_equal(ds[2]->events[1].seq, 12);
	inc = loaded(f, "A");
	assert_int_equal(inc->last_seq, 12);
	for (int i = 0; i < 3; i++) /* the urging is about all of them, a delivery changes none */
		assert_int_equal(inc->dispatches[i].seq, 11);
	closed(f);
	assert_int_equal(outside_number(f->path, "SELECT prev FROM journal WHERE seq = 12"), 10);
	assert_int_equal(outside_number(f->path, "SELECT prev FROM journal WHERE seq = 10"), 4);
	assert_int_equal(outside_number(f->path, "SELECT max(seq) - sum(n) FROM journal"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whole_chain_verifies),
	    TEST(the_layout_never_changes),
	    TEST(every_changed_column_is_found),
	    TEST(missing_and_added_rows_are_found),
	    TEST(every_flipped_byte_is_found),
	    TEST(a_cut_tail_is_refused_at_opening),
	    TEST(seqs_have_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
