/*
 * store_sessions.c - sessions and login codes as rows: found by what was shown, with their account; gone when they
 * ended, ran out, or their token was revoked; and gone in a restored copy, too.
 */
#include "store_fixture.h"

#include <string.h>

static struct account desk = {.name = "desk-1", .role = ROLE_DESK, .made_at = T0};
static struct account water = {.name = "water", .role = ROLE_LIAISON, .unit = "water", .made_at = T0};

static struct page_session session_of(const char *shown, const struct account *who, bool by_token)
{
	struct page_session s = {.secret = digest_of(str_of(shown)),
	    .account = who->name,
	    .by_token = by_token,
	    .token = who->token,
	    .opened_at = T0,
	    .seen_at = T0,
	    .until = T0 + 1000000};

	digest_id(&s.secret, s.id);
	return s;
}

static void setup(struct fixture *f)
{
	struct account v[2];
	struct store_session s[3] = {{.what = SESSION_ADD}, {.what = SESSION_ADD}, {.what = SESSION_ADD}};
	struct store_code c = {.c = {.account = "water",
				   .by = "desk-1",
				   .secret = digest_of(STR("ACDEFGHJ")),
				   .made_at = T0,
				   .until = T0 + 600000}};

	desk.token = digest_of(STR("token of the desk"));
	water.token = digest_of(STR("token of water"));
	v[0] = desk;
	v[1] = water;
	s[0].s = session_of("first", &desk, true);
	s[1].s = session_of("second", &desk, true);
	s[2].s = session_of("phone", &water, false);
	open_store(f);
	assert_int_equal(saved(f,
			     &(struct store_batch){.accounts = v,
				 .n_accounts = 2,
				 .sessions = s,
				 .n_sessions = 3,
				 .codes = &c,
				 .n_codes = 1}),
	    STORE_OK);
}

static const struct page_session *shown(struct fixture *f, const char *text, const char *account)
{
	struct reads *r = open_reads(f);
	struct want_session w = {.secret = digest_of(str_of(text))};

	assert_int_equal(reads_wait(r, f->a, &(struct reads_wants){.session = &w}), STORE_OK);
	reads_close(r);
	assert_int_equal(!w.session, !w.who);
	if (w.session && account)
		assert_string_equal(w.who->name, account);
	return w.session;
}

static const struct account *code_shown(struct fixture *f, const char *code)
{
	struct reads *r = open_reads(f);
	struct want_code w = {.secret = digest_of(str_of(code))};

	assert_int_equal(reads_wait(r, f->a, &(struct reads_wants){.code = &w}), STORE_OK);
	reads_close(r);
	return w.who;
}

static size_t of_account(struct fixture *f, const char *account, const char *unit)
{
	struct store_want_sessions want = {.account = account, .unit = unit};
	struct store_wants w = {.sessions = &want, .n_sessions = 1};

	assert_int_equal(store_load(f->s, f->a, &w, NULL, NULL), STORE_NOW);
	assert_int_equal(w.status, STORE_OK);
	return want.n;
}

static void found_by_what_was_shown(void **state)
{
	struct fixture *f = *state;
	const struct page_session *s;

	setup(f);
	s = shown(f, "first", "desk-1");
	assert_non_null(s);
	assert_true(s->by_token);
	assert_int_equal(s->until, T0 + 1000000);
	assert_memory_equal(&s->token, &desk.token, sizeof s->token);
	s = shown(f, "phone", "water");
	assert_false(s->by_token);
	assert_null(shown(f, "third", NULL));
	assert_null(shown(f, "token of the desk", NULL)); /* a token is no session */
	assert_string_equal(code_shown(f, "ACDEFGHJ")->name, "water");
	assert_null(code_shown(f, "ACDEFGHK"));
	assert_int_equal(of_account(f, "desk-1", NULL), 2);
	assert_int_equal(of_account(f, "water", NULL), 1);
	assert_int_equal(of_account(f, NULL, "water"), 1);
	assert_int_equal(of_account(f, "nobody", NULL), 0);
	reopen(f); /* they outlive the process */
	assert_non_null(shown(f, "first", "desk-1"));
}

/* By another account's token, which no login writes. */
static void a_token_of_another_account_opens_none(void **state)
{
	struct fixture *f = *state;
	struct store_session one = {.what = SESSION_ADD};

	setup(f);
	one.s = session_of("mixed", &desk, true);
	one.s.token = water.token;
	assert_int_equal(saved(f, &(struct store_batch){.sessions = &one, .n_sessions = 1}), STORE_OK);
	assert_null(shown(f, "mixed", NULL));
}

static void gone_with_the_token(void **state)
{
	struct fixture *f = *state;
	struct account v[2];

	setup(f);
	v[0] = desk;
	v[1] = water;
	v[0].revoked_at = v[1].revoked_at = T0 + 5;
	assert_int_equal(saved(f, &(struct store_batch){.accounts = v, .n_accounts = 1}), STORE_OK);
	assert_null(shown(f, "first", NULL));
	assert_non_null(shown(f, "phone", "water"));
	assert_int_equal(saved(f, &(struct store_batch){.accounts = &v[1], .n_accounts = 1}), STORE_OK);
	assert_null(shown(f, "phone", NULL)); /* no token of the account is left */
	assert_null(code_shown(f, "ACDEFGHJ"));
}

static void seen_ended_and_run_out(void **state)
{
	struct fixture *f = *state;
	struct store_session s[2] = {{.what = SESSION_SEEN}, {.what = SESSION_GONE}};

	setup(f);
	s[0].s = session_of("first", &desk, true);
	s[0].s.seen_at = T0 + 7;
	s[0].s.until = T0 + 2000000;
	s[1].s = session_of("second", &desk, true);
	assert_int_equal(saved(f, &(struct store_batch){.sessions = s, .n_sessions = 2}), STORE_OK);
	assert_null(shown(f, "second", NULL));
	assert_int_equal(shown(f, "first", "desk-1")->seen_at, T0 + 7);
	assert_int_equal(shown(f, "first", "desk-1")->until, T0 + 2000000);
	/* a heartbeat sweeps away what has run out by then */
	assert_int_equal(saved(f, &(struct store_batch){.beat = T0 + 600000}), STORE_OK);
	assert_null(code_shown(f, "ACDEFGHJ"));
	assert_non_null(shown(f, "phone", "water"));
	assert_int_equal(saved(f, &(struct store_batch){.beat = T0 + 1000000}), STORE_OK);
	assert_null(shown(f, "phone", NULL));
	assert_non_null(shown(f, "first", "desk-1"));
}

/* What lies in the backup is as it was; PATH.revoked says what ended since. */
static void a_restored_copy_brings_none_back(void **state)
{
	struct fixture *f = *state;
	struct store_session s = {.what = SESSION_GONE};
	struct store_code c = {.gone = true, .c = {.secret = digest_of(STR("ACDEFGHJ")), .made_at = T0}};
	char command[512];

	setup(f);
	store_close(f->s);
	snprintf(command, sizeof command, "cp '%s' '%s.copy'", f->path, f->path);
	assert_int_equal(system(command), 0);
	f->s = NULL;
	open_store(f);
	s.s = session_of("first", &desk, true);
	assert_int_equal(saved(f,
			     &(struct store_batch){
				 .sessions = &s, .n_sessions = 1, .codes = &c, .n_codes = 1}),
	    STORE_OK);
	store_close(f->s);
	f->s = NULL;
	snprintf(command, sizeof command,
	    "cd '%s' && rm -f liandong.db liandong.db-wal liandong.db-shm liandong.db.head "
	    "&& mv liandong.db.copy liandong.db",
	    f->folder);
	assert_int_equal(system(command), 0);
	open_store(f);
	assert_null(shown(f, "first", NULL));
	assert_non_null(shown(f, "second", "desk-1"));
	assert_null(code_shown(f, "ACDEFGHJ"));
}

static void listed_by_pages(void **state)
{
	struct fixture *f = *state;
	struct want_sessions w = {.limit = 2};
	struct reads *r;

	setup(f);
	r = open_reads(f);
	assert_int_equal(reads_wait(r, f->a, &(struct reads_wants){.sessions = &w}), STORE_OK);
	assert_int_equal(w.n, 2);
	assert_true(w.more);
	w.after = w.v[1].s.id;
	assert_int_equal(reads_wait(r, f->a, &(struct reads_wants){.sessions = &w}), STORE_OK);
	assert_int_equal(w.n, 1);
	assert_false(w.more);
	w = (struct want_sessions){.limit = 10, .account = "water"};
	assert_int_equal(reads_wait(r, f->a, &(struct reads_wants){.sessions = &w}), STORE_OK);
	assert_int_equal(w.n, 1);
	assert_string_equal(w.v[0].who->unit, "water");
	reads_close(r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
	const struct CMUnitTest tests[] = {
	    TEST(found_by_what_was_shown),
	    TEST(a_token_of_another_account_opens_none),
	    TEST(gone_with_the_token),
	    TEST(seen_ended_and_run_out),
	    TEST(a_restored_copy_brings_none_back),
	    TEST(listed_by_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
