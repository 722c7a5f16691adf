/*
 * store_removal.c - a year leaves the store in pieces; after each the store is closed and opened, and proves itself.
 */
#include "store/removal.h"
#include "store_fixture.h"

#define INCIDENTS 1200
#define AT_ONCE 100
#define FROM (T0 - 1000)
#define TO (T0 + 1000)

static struct incident *closed_incident(struct fixture *f, const char *number)
{
	struct incident *inc = new_incident(f, number);
	struct dispatch *d = add_dispatch(f, inc, "water");

	inc->state = INCIDENT_CLOSED;
	inc->wake_at = 0;
	d->state = DISPATCH_COMPLETED;
	return inc;
}

/* Many in few commits; each is one row of two events. */
static void many_closed(struct fixture *f)
{
	for (int i = 0; i < INCIDENTS; i += AT_ONCE) {
		struct incident *incidents[AT_ONCE];
		struct decision *decisions[AT_ONCE];
		struct store_batch b = {.incidents = incidents,
		    .n_incidents = AT_ONCE,
		    .decisions = decisions,
		    .n_decisions = AT_ONCE};
		int64_t seq = store_head(f->s).seq + 1;

		for (int k = 0; k < AT_ONCE; k++) {
			incidents[k] = closed_incident(f, arena_printf(f->a, "N-%04d", i + k));
			decisions[k] = report_decision(f, incidents[k]);
			seq = decision_number(decisions[k], seq);
		}
		assert_int_equal(store_save(f->s, &b, NULL, NULL), STORE_NOW);
		assert_int_equal(b.status, STORE_OK);
	}
}

static struct removal_count counted(struct fixture *f)
{
	struct removal_count c = {.from = FROM, .to = TO};

	while (!c.done)
		assert_true(store_removal_count(f->s, &c));
	return c;
}

static void begin(struct fixture *f, const struct removal_count *c, const struct digest *content)
{
	struct removal_year y = {.year = 2026,
	    .from = FROM,
	    .to = TO,
	    .at = T0,
	    .file = "liandong-2026.db",
	    .content = *content,
	    .incidents = c->incidents,
	    .rows = c->rows};
	char hex[DIGEST_HEX], zero[DIGEST_HEX];
	struct decision *d = new_decision(f, NULL, 0);
	struct store_batch b = {.leaves = &y, .decisions = &d, .n_decisions = 1};
	const char *data = arena_printf(f->a,
	    "{\"year\":2026,\"file\":\"liandong-2026.db\",\"sha256\":\"%s\",\"content_sha256\":\"%s\"}",
	    digest_hex(&y.sha256, zero), digest_hex(content, hex));

	d->actor = "local";
	decision_event(d, f->a, EVENT_STORE_ARCHIVED, T0, NULL, str_of(data));
	decision_number(d, store_head(f->s).seq + 1);
	store_save(f->s, &b, NULL, NULL);
	assert_int_equal(b.status, STORE_OK);
}

static void one_piece(struct fixture *f)
{
	struct store_batch b = {.removes = T0 + 1};

	store_save(f->s, &b, NULL, NULL);
	assert_int_equal(b.status, STORE_OK);
}

static void is_whole(struct fixture *f, int64_t archived)
{
	struct audit_result out;

	if (verified(f, &out) != 0)
		fail_msg("%s", f->why);
	if (archived >= 0)
		assert_int_equal(out.archived, archived);
}

static void it_goes_piece_by_piece_and_every_piece_is_a_whole_store(void **state)
{
	struct fixture *f = *state;
	struct removal_count c;
	struct digest content;
	struct store_want want = {.number = "N-0007"};
	struct store_wants wants = {.incidents = &want, .n_incidents = 1};
	int pieces = 0;

	open_store(f);
	many_closed(f);
	saved_incident(f, "OPEN"); /* of the year, too: it keeps the year from going, and is counted */
	c = counted(f);
	content = removal_content(&c);
	assert_int_equal(c.incidents, INCIDENTS + 1);
	assert_int_equal(c.rows, INCIDENTS + 1);
	assert_int_equal(c.open, 1);
	assert_string_equal(c.open_number, "OPEN");
	begin(f, &c, &content);
	assert_string_equal(store_archive_of(f->s, T0), "liandong-2026.db");
	assert_null(store_archive_of(f->s, TO));
	for (; store_removing(f->s); pieces++) {
		one_piece(f);
		reopen(f);
		is_whole(f, -1);
	}
	assert_true(pieces >= 4);
	is_whole(f, INCIDENTS + 1);
	store_load(f->s, f->a, &wants, NULL, NULL);
	assert_null(want.found);
	assert_string_equal(want.archive, "liandong-2026.db");
	saved_incident(f, "LATER");
	is_whole(f, INCIDENTS + 1);
}

static void what_is_not_what_the_event_says_is_found(void **state)
{
	struct fixture *f = *state;
	struct audit_result out;
	struct removal_count c;
	struct digest content = {{1}};

	open_store(f);
	saved_incident(f, "A");
	c = counted(f);
	begin(f, &c, &content);
	is_whole(f, 0); /* nothing has gone */
	while (store_removing(f->s))
		one_piece(f);
	assert_int_equal(verified(f, &out), 1);
	assert_non_null(strstr(f->why, "2026"));
}

/* The row before one that goes was changed by hand: the hash of the one that goes does not follow from it. */
static void a_row_that_proves_nothing_is_left(void **state)
{
	struct fixture *f = *state;
	struct removal_count c;
	struct digest content;
	sqlite3 *db;

	open_store(f);
	saved_incident(f, "A");
	saved_incident(f, "B");
	c = counted(f);
	content = removal_content(&c);
	begin(f, &c, &content);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "UPDATE journal SET data = x'01' WHERE seq = (SELECT min(seq) FROM journal)",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	for (int i = 0; i < 4 && store_removing(f->s); i++)
		one_piece(f);
	assert_false(store_removing(f->s));
	assert_string_equal(store_archive_of(f->s, T0), "liandong-2026.db");
	c = counted(f); /* both rows are still there */
	assert_int_equal(c.seq, store_head(f->s).seq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_goes_piece_by_piece_and_every_piece_is_a_whole_store,
		fixture_up, fixture_down),
	    cmocka_unit_test_setup_teardown(what_is_not_what_the_event_says_is_found, fixture_up,
		fixture_down),
	    cmocka_unit_test_setup_teardown(a_row_that_proves_nothing_is_left, fixture_up, fixture_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
