/* notice_number.c - how many messages one phone number takes; instants are worked out by hand. */
#include "unit.h"
#include "base/time.h"
#include "notice/number.h"

#define T INT64_C(1772676000000)
#define S SECOND_MS

static const struct notice_channel sms = {
    .id = "sms", .kind = CHANNEL_SMS_HTTP, .per_number = {NUMBER_LIMIT_OF_KIND, NUMBER_LIMIT_OF_KIND}};
static const struct outgoing p1 = {.class = NOTICE_INSTRUCTION, .priority = P1},
			     p3 = {.class = NOTICE_INSTRUCTION, .priority = P3},
			     reminder = {.class = NOTICE_REMINDER, .priority = P1};

static void one_a_minute_and_a_P1_instruction_at_once(void **state)
{
	struct sliding_window w;

	(void)state;
	number_open(&w, &sms);
	assert_int_equal(number_from(&w, &sms, &p3, T), T);
	window_add(&w, T);
	assert_int_equal(number_from(&w, &sms, &p3, T + 10 * S), T + 60 * S);
	assert_int_equal(number_from(&w, &sms, &reminder, T + 10 * S), T + 60 * S);
	assert_int_equal(number_from(&w, &sms, &p1, T + 10 * S), T + 10 * S);
	window_add(&w, T + 10 * S); /* it counts all the same */
	assert_int_equal(number_from(&w, &sms, &p3, T + 60 * S), T + 70 * S);
	assert_int_equal(number_from(&w, &sms, &p3, T + 70 * S), T + 70 * S);
	window_free(&w);
}

static void twenty_an_hour_of_which_six_are_for_instructions(void **state)
{
	struct sliding_window w;

	(void)state;
	number_open(&w, &sms);
	for (int i = 0; i < 14; i++) {
		assert_int_equal(number_from(&w, &sms, &reminder, T + i * MINUTE_MS), T + i * MINUTE_MS);
		window_add(&w, T + i * MINUTE_MS);
	}
	assert_int_equal(number_from(&w, &sms, &reminder, T + 14 * MINUTE_MS), T + HOUR_MS);
	for (int i = 14; i < 20; i++) {
		assert_int_equal(number_from(&w, &sms, &p3, T + i * MINUTE_MS), T + i * MINUTE_MS);
		window_add(&w, T + i * MINUTE_MS);
	}
	assert_int_equal(number_from(&w, &sms, &p3, T + 20 * MINUTE_MS), T + HOUR_MS);
	/* the 14th newest was begun in minute 6 */
	assert_int_equal(number_from(&w, &sms, &reminder, T + 20 * MINUTE_MS), T + HOUR_MS + 6 * MINUTE_MS);
	assert_int_equal(number_from(&w, &sms, &p1, T + 20 * MINUTE_MS), T + 20 * MINUTE_MS);
	window_free(&w);
}

static void what_surely_did_not_arrive_does_not_count(void **state)
{
	static const struct notice_channel voice = {.kind = CHANNEL_VOICE};
	struct sliding_window w;

	(void)state;
	number_open(&w, &sms);
	window_add(&w, T);
	window_add(&w, T + 60 * S);
	window_remove(&w, T + 60 * S);
	assert_int_equal(number_from(&w, &sms, &p3, T + 61 * S), T + 61 * S);
	assert_int_equal(number_from(&w, &sms, &p3, T + 59 * S), T + 60 * S);
	window_remove(&w, T + 7); /* there was none */
	assert_int_equal(number_from(&w, &sms, &p3, T + 59 * S), T + 60 * S);
	assert_true(number_counts(&sms, VERDICT_ACCEPTED) && number_counts(&sms, VERDICT_UNKNOWN));
	assert_false(number_counts(&sms, VERDICT_RETRY) || number_counts(&sms, VERDICT_REFUSED) ||
	    number_counts(&sms, VERDICT_HOLD) || number_counts(&sms, VERDICT_BROKEN));
	assert_false(number_counts(&voice, VERDICT_UNKNOWN)); /* it goes again, as the same call */
	window_free(&w);
}

/* A window that is full and round: what is taken out is the one, and the order stays. */
static void of_a_full_window_one_goes(void **state)
{
	struct sliding_window w;

	(void)state;
	window_open(&w, 3);
	for (int i = 1; i <= 5; i++)
		window_add(&w, T + i * S); /* 3, 4, 5 are there */
	window_remove(&w, T + 4 * S);
	assert_int_equal(window_from(&w, 1, MINUTE_MS, T + 6 * S), T + 65 * S);
	assert_int_equal(window_from(&w, 2, MINUTE_MS, T + 6 * S), T + 63 * S);
	assert_int_equal(window_from(&w, 3, MINUTE_MS, T + 6 * S), T + 6 * S);
	window_free(&w);
}

static void limits_are_the_channels_or_its_kinds(void **state)
{
	struct notice_channel c = sms;
	struct sliding_window w;

	(void)state;
	assert_int_equal(channel_per_number(&c).minute, 1);
	assert_int_equal(channel_per_number(&c).hour, 20);
	c.per_number = (struct number_limit){0, 2};
	number_open(&w, &c);
	window_add(&w, T);
	assert_int_equal(number_from(&w, &c, &p3, T + S), T + S); /* no limit of a minute */
	window_add(&w, T + S);
	assert_int_equal(number_from(&w, &c, &p3, T + 2 * S), T + HOUR_MS);
	window_free(&w);
	c.kind = CHANNEL_WECOM_BOT;
	c.per_number = sms.per_number;
	assert_int_equal(channel_per_number(&c).minute, 0);
	assert_int_equal(channel_per_number(&c).hour, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_a_minute_and_a_P1_instruction_at_once),
	    cmocka_unit_test(twenty_an_hour_of_which_six_are_for_instructions),
	    cmocka_unit_test(what_surely_did_not_arrive_does_not_count),
	    cmocka_unit_test(of_a_full_window_one_goes),
	    cmocka_unit_test(limits_are_the_channels_or_its_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
