/*
 * domain_notice_report.c - what the notifier says of a notice: which event it makes, and when a unit counts as beyond reach. N1-01 is
 * water's (lead), N1-02 urban's (assist), N1-03 the hotline's (inform).
 */
#include "lifecycle_fixture.h"

#define INFORMED "N1-03"

static void told(struct incident *inc, const char *dispatch, enum outgoing_state state, bool all)
{
	struct command c = command(COMMAND_NOTICE_REPORT, ROLE_LOCAL);

	command_set_text(&c, FIELD_DISPATCH, dispatch);
	command_set_text(&c, FIELD_NOTICE, "0123456789abcdef");
	command_set_text(&c, FIELD_CHANNEL, "sms");
	command_set_text(&c, FIELD_NOTICE_STATE, outgoing_state_names[state]);
	c.v[FIELD_NOTICE_STATE].number = (int64_t)state;
	if (all) {
		command_set_text(&c, FIELD_ALL, "true");
		c.v[FIELD_ALL].number = true;
	}
	w.now += SECOND_MS;
	assert_true(decide(inc, &c));
	assert_int_equal(w.out.n_events, 1);
}

static bool says(const char *member)
{
	struct str data = w.out.events[0].data;

	return memmem(data.p, data.n, member, strlen(member)) != NULL;
}

static void do_act(struct incident *inc, enum command_kind_id kind, const char *dispatch)
{
	struct command c = act(kind, dispatch);

	w.now += SECOND_MS;
	assert_true(decide(inc, &c));
}

static void each_state_makes_its_event(void **state)
{
	static const struct {
		enum outgoing_state state;
		bool all;
		enum event_type event;
	} cases[] = {{OUTGOING_QUEUED, false, EVENT_NOTICE_RETRIED},
	    {OUTGOING_QUEUED, true, EVENT_NOTICE_FAILED}, {OUTGOING_DELIVERED, false, EVENT_NOTICE_DELIVERED},
	    {OUTGOING_OPENED, false, EVENT_NOTICE_DELIVERED}, {OUTGOING_ACTED, false, EVENT_NOTICE_DELIVERED},
	    {OUTGOING_DEAD, false, EVENT_NOTICE_FAILED}, {OUTGOING_UNKNOWN, false, EVENT_NOTICE_FAILED},
	    {OUTGOING_STALE, false, EVENT_NOTICE_FAILED}, {OUTGOING_CANCELLED, false, EVENT_NOTICE_FAILED}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident *inc = reported();

		told(inc, "N1-01", cases[i].state, cases[i].all);
		if (w.out.events[0].type != cases[i].event)
			fail_msg("case %zu: event %d", i, (int)w.out.events[0].type);
		assert_int_equal(says("\"ended\""), cases[i].event == EVENT_NOTICE_FAILED);
	}
}

/* One of several failed: another person may have it. */
static void only_all_of_them_are_a_loss(void **state)
{
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];

	(void)state;
	told(inc, "N1-01", OUTGOING_DEAD, false);
	assert_int_equal(d->lost_at, 0);
	assert_false(says("\"lost\""));
	told(inc, "N1-01", OUTGOING_DEAD, true);
	assert_int_equal(d->lost_at, w.now);
	assert_true(says("\"lost\":true"));
	told(inc, "N1-01", OUTGOING_UNKNOWN, true); /* the first one counts */
	assert_int_equal(d->lost_at, w.now - SECOND_MS);
	assert_false(says("\"lost\""));
	assert_int_equal(inc->dispatches[1].lost_at, 0);
}

static void what_the_unit_has_is_not_lost(void **state)
{
	static const enum command_kind_id kinds[] = {
	    COMMAND_DISPATCH_DELIVER, COMMAND_DISPATCH_ACKNOWLEDGE, COMMAND_DISPATCH_WITHDRAW};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct incident *inc = reported();

		do_act(inc, kinds[i], "N1-01");
		told(inc, "N1-01", OUTGOING_DEAD, true);
		if (inc->dispatches[0].lost_at || says("\"lost\""))
			fail_msg("case %zu", i);
	}
}

/* Nothing is owed, so there is no need to phone. */
static void who_is_only_informed_is_not_lost(void **state)
{
	struct incident *inc = reported();

	(void)state;
	assert_int_equal(inc->dispatches[2].role, AS_INFORM);
	told(inc, INFORMED, OUTGOING_DEAD, true);
	assert_int_equal(inc->dispatches[2].lost_at, 0);
	assert_false(says("\"lost\""));
}

static void it_is_found_once(void **state)
{
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t first;

	(void)state;
	told(inc, "N1-01", OUTGOING_DELIVERED, false); /* it was never lost */
	assert_int_equal(d->found_at, 0);
	assert_false(says("\"found\""));
	told(inc, "N1-01", OUTGOING_DEAD, true);
	told(inc, "N1-01", OUTGOING_DELIVERED, false);
	first = d->found_at;
	assert_int_equal(first, w.now);
	assert_true(says("\"found\":true"));
	told(inc, "N1-01", OUTGOING_OPENED,
	    false); /* another person's: from the first one on it can be known */
	assert_int_equal(d->found_at, first);
	assert_false(says("\"found\""));
	assert_null(deadline_check(inc, &w.m, AROUND, w.now));
}

/* Since it was fetched, its clocks run by that. */
static void what_was_fetched_is_not_found(void **state)
{
	struct incident *inc = reported();

	(void)state;
	told(inc, "N1-01", OUTGOING_DEAD, true);
	do_act(inc, COMMAND_DISPATCH_DELIVER, "N1-01");
	told(inc, "N1-01", OUTGOING_DELIVERED, false);
	assert_int_equal(inc->dispatches[0].found_at, 0);
	assert_false(says("\"found\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_state_makes_its_event),
	    TEST(only_all_of_them_are_a_loss),
	    TEST(what_the_unit_has_is_not_lost),
	    TEST(who_is_only_informed_is_not_lost),
	    TEST(it_is_found_once),
	    TEST(what_was_fetched_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
