/* notifier_budgets.c - what a provider's answer means for its channel; instants are worked out by hand. */
#include "unit.h"
#include "base/time.h"
#include "notifier/budgets.h"

#define T INT64_C(1772676000000)

static const struct notice_channel hook = {.id = "hook", .kind = CHANNEL_WEBHOOK};
static const struct outgoing water = {.unit = "water", .role = "duty", .which = 1};

static int64_t closed_until(enum channel_judgement what, int64_t after_ms)
{
	struct budgets b;
	int64_t until;

	budgets_open(&b, NULL);
	budgets_verdict(&b, &hook, &water, &(struct channel_verdict){.verdict = what, .after_ms = after_ms},
	    T);
	until = budgets_of(&b, &hook)->closed_until;
	budgets_close(&b);
	return until;
}

/* It knows how long; one that does not say gets a minute. */
static void who_asks_for_time_gets_as_much(void **state)
{
	(void)state;
	assert_int_equal(closed_until(VERDICT_HOLD, 10 * MINUTE_MS), T + 10 * MINUTE_MS);
	assert_int_equal(closed_until(VERDICT_HOLD, 5 * SECOND_MS), T + 5 * SECOND_MS);
	assert_int_equal(closed_until(VERDICT_HOLD, 0), T + MINUTE_MS);
}

static void what_is_taken_opens_it(void **state)
{
	struct budgets b;

	(void)state;
	budgets_open(&b, NULL);
	budgets_verdict(&b, &hook, &water,
	    &(struct channel_verdict){.verdict = VERDICT_BROKEN, .code = "key"}, T);
	assert_true(budgets_of(&b, &hook)->broken);
	assert_string_equal(budget_of(&b, &hook)->why, "key");
	budgets_verdict(&b, &hook, &water, &(struct channel_verdict){.verdict = VERDICT_ACCEPTED}, T + 1);
	assert_false(budgets_of(&b, &hook)->broken);
	assert_int_equal(budgets_of(&b, &hook)->closed_until, 0);
	budgets_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_asks_for_time_gets_as_much),
	    cmocka_unit_test(what_is_taken_opens_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
