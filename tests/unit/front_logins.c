/*
 * front_logins.c - failed log-ins: what is slowed, what is not, when people are told.
 */
#include "unit.h"
#include "front/logins.h"
#include "wire/conn.h"

#include <stdio.h>

static struct mono_ms at(int64_t ms)
{
	return (struct mono_ms){1000000 + ms};
}

static void networks(void **state)
{
	static const struct {
		struct conn_peer peer;
		const char *network;
	} cases[] = {
	    {{.text = "10.1.2.3:40112"}, "10.1.2.3"},
	    {{.text = "[2001:db8:1:2:3:4:5:6]:7"}, "2001:db8:1:2::"},
	    {{.text = "[2001:db8:1:2::6]:7"}, "2001:db8:1:2::"},
	    {{.text = "[fe80::1]:7"}, "fe80::"},
	    {{.text = "127.0.0.1:5", .loopback = true}, ""},
	    {{.text = "unix", .is_unix = true}, ""},
	    {{.text = "gone"}, ""},
	};
	char out[LOGIN_NETWORK];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(login_network(&cases[i].peer, out), cases[i].network);
}

/* Three are answered at once, then each waits a second; beyond ten they are told to come later. */
static void an_address_is_slowed(void **state)
{
	struct logins *l = logins_new();
	struct login_delay d;

	(void)state;
	for (int i = 0; i < 12; i++) {
		d = logins_failed(l, "10.0.0.1", NULL, at(0));
		assert_int_equal(d.hold_ms, i < 3 ? 0 : 1000);
		assert_int_equal(d.retry_ms > 0, i >= 10);
	}
	/* another address is another matter, and a peer without one is never slowed */
	d = logins_failed(l, "10.0.0.2", NULL, at(0));
	assert_int_equal(d.hold_ms, 0);
	d = logins_failed(l, "", NULL, at(0));
	assert_int_equal(d.hold_ms, 0);
	/* a minute later three are free again */
	d = logins_failed(l, "10.0.0.1", NULL, at(60000));
	assert_int_equal(d.hold_ms, 0);
	logins_free(l);
}

/* A thousand addresses at once: at most 256 answers are held; the others go at once. */
static void held_ones_are_bounded(void **state)
{
	struct logins *l = logins_new();
	char network[32];
	int64_t held = 0;

	(void)state;
	for (int a = 0; a < 1000; a++) {
		snprintf(network, sizeof network, "10.0.%d.%d", a / 250, a % 250);
		for (int i = 0; i < 4; i++)
			held += logins_failed(l, network, NULL, at(0)).hold_ms > 0;
	}
	assert_int_equal(held, 256);
	assert_int_equal(logins_metrics(l).held_now, 256);
	logins_released(l);
	assert_int_equal(logins_failed(l, "10.0.0.1", NULL, at(0)).hold_ms, 1000);
	logins_free(l);
}

static void an_accounts_revoked_tokens(void **state)
{
	struct logins *l = logins_new();
	const char *account;
	int64_t failures;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(logins_failed(l, "", "desk-1", at(0)).hold_ms, 0);
	assert_false(logins_alarm(l, at(0), &failures, &account));
	assert_int_equal(logins_failed(l, "", "desk-1", at(0)).hold_ms, 1000); /* from wherever they come */
	assert_true(logins_alarm(l, at(0), &failures, &account));
	assert_int_equal(failures, 5);
	assert_string_equal(account, "desk-1");
	assert_int_equal(logins_failed(l, "", "desk-2", at(0)).hold_ms, 0);
	logins_free(l);
}

static void people_are_told_seldom(void **state)
{
	struct logins *l = logins_new();
	const char *account;
	int64_t failures;

	(void)state;
	for (int i = 0; i < 19; i++)
		logins_failed(l, "", NULL, at(0));
	assert_false(logins_alarm(l, at(0), &failures, &account));
	logins_failed(l, "", NULL, at(0));
	assert_true(logins_alarm(l, at(0), &failures, &account));
	assert_int_equal(failures, 20);
	assert_null(account);
	for (int i = 0; i < 1000; i++)
		logins_failed(l, "", NULL, at(1000));
	assert_false(logins_alarm(l, at(299999), &failures, &account));
	assert_true(logins_alarm(l, at(300000), &failures, &account));
	assert_int_equal(failures, 1000);
	assert_false(logins_alarm(l, at(900000), &failures, &account)); /* nothing failed since */
	logins_free(l);
}

/* Nineteen a minute for ever: never an alarm. */
static void slips_of_the_finger_are_no_alarm(void **state)
{
	struct logins *l = logins_new();
	const char *account;
	int64_t failures;

	(void)state;
	for (int m = 0; m < 100; m++)
		for (int i = 0; i < 19; i++)
			logins_failed(l, "", NULL, at(m * 60000 + i));
	assert_false(logins_alarm(l, at(6000000), &failures, &account));
	logins_free(l);
}

/* domain_session.c computes with these: 60 at once and two a second, of all networks together. */
static void codes_that_are_looked_at(void **state)
{
	struct logins *l = logins_new();
	char network[32];
	int looked = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		looked += logins_code_wait(l, "10.0.0.1", at(0)) == 0;
	assert_int_equal(looked, 10);
	for (int ms = 0; ms < 600000; ms += 50) { /* a botnet, twenty a second for ten minutes */
		snprintf(network, sizeof network, "10.1.%d.%d", ms / 50 / 250, ms / 50 % 250);
		looked += logins_code_wait(l, network, at(ms)) == 0;
	}
	assert_in_range(looked, 1200, 60 + 1200);
	assert_true(logins_metrics(l).codes_refused > 10000);
	logins_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(networks), cmocka_unit_test(an_address_is_slowed),
	    cmocka_unit_test(held_ones_are_bounded), cmocka_unit_test(an_accounts_revoked_tokens),
	    cmocka_unit_test(people_are_told_seldom), cmocka_unit_test(slips_of_the_finger_are_no_alarm),
	    cmocka_unit_test(codes_that_are_looked_at)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
