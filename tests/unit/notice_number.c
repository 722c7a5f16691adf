/* notice_number.c - how many messages one phone number takes; instants are worked out by hand. */
#include "unit.h"
#include "base/time.h"
#include "notice/number.h"

#include <stdlib.h>

#define T INT64_C(1772676000000)
#define S SECOND_MS

static const struct notice_channel sms = {
    .id = "sms", .kind = CHANNEL_SMS_HTTP, .per_number = {NUMBER_LIMIT_OF_KIND, NUMBER_LIMIT_OF_KIND}};
static const struct outgoing p1 = {.class = NOTICE_INSTRUCTION, .priority = P1},
			     p3 = {.class = NOTICE_INSTRUCTION, .priority = P3},
			     reminder = {.class = NOTICE_REMINDER, .priority = P1};

static void one_a_minute_and_a_P1_instruction_at_once(void **state)
{
	struct number_uses u;

	(void)state;
	number_open(&u, &sms);
	assert_int_equal(number_from(&u, &sms, &p3, T), T);
	number_add(&u, NOTICE_INSTRUCTION, T);
	assert_int_equal(number_from(&u, &sms, &p3, T + 10 * S), T + 60 * S);
	assert_int_equal(number_from(&u, &sms, &reminder, T + 10 * S), T + 60 * S);
	assert_int_equal(number_from(&u, &sms, &p1, T + 10 * S), T + 10 * S);
	number_add(&u, NOTICE_INSTRUCTION, T + 10 * S); /* it counts all the same */
	assert_int_equal(number_from(&u, &sms, &p3, T + 60 * S), T + 70 * S);
	assert_int_equal(number_from(&u, &sms, &p3, T + 70 * S), T + 70 * S);
	number_free(&u);
}

/* What comes behind a reminder and begins a limit does not wait for it; the next reminder waits for both. */
static void a_reminder_holds_no_instruction(void **state)
{
	struct number_uses u;

	(void)state;
	number_open(&u, &sms);
	number_add(&u, NOTICE_REMINDER, T);
	assert_int_equal(number_from(&u, &sms, &p3, T + 1 * S), T + 1 * S);
	number_add(&u, NOTICE_INSTRUCTION, T + 1 * S);
	assert_int_equal(number_from(&u, &sms, &p3, T + 2 * S), T + 61 * S);
	assert_int_equal(number_from(&u, &sms, &reminder, T + 60 * S), T + 61 * S);
	number_remove(&u, NOTICE_INSTRUCTION, T + 1 * S); /* it was not taken */
	assert_int_equal(number_from(&u, &sms, &p3, T + 2 * S), T + 2 * S);
	assert_int_equal(number_from(&u, &sms, &reminder, T + 2 * S), T + 60 * S);
	number_free(&u);
}

static void twenty_an_hour_of_which_six_are_left_to_instructions(void **state)
{
	struct number_uses u;

	(void)state;
	number_open(&u, &sms);
	for (int i = 0; i < 14; i++) {
		assert_int_equal(number_from(&u, &sms, &reminder, T + i * MINUTE_MS), T + i * MINUTE_MS);
		number_add(&u, NOTICE_REMINDER, T + i * MINUTE_MS);
	}
	assert_int_equal(number_from(&u, &sms, &reminder, T + 14 * MINUTE_MS), T + HOUR_MS);
	for (int i = 14; i < 34; i++) { /* none of them is held by a reminder */
		assert_int_equal(number_from(&u, &sms, &p3, T + i * MINUTE_MS), T + i * MINUTE_MS);
		number_add(&u, NOTICE_INSTRUCTION, T + i * MINUTE_MS);
	}
	assert_int_equal(number_from(&u, &sms, &p3, T + 34 * MINUTE_MS), T + HOUR_MS + 14 * MINUTE_MS);
	/* the 14th newest of all was begun in minute 20 */
	assert_int_equal(number_from(&u, &sms, &reminder, T + 34 * MINUTE_MS), T + HOUR_MS + 20 * MINUTE_MS);
	assert_int_equal(number_from(&u, &sms, &p1, T + 34 * MINUTE_MS), T + 34 * MINUTE_MS);
	number_free(&u);
}

static void what_surely_did_not_arrive_does_not_count(void **state)
{
	static const struct notice_channel voice = {.kind = CHANNEL_VOICE};
	struct number_uses u;

	(void)state;
	number_open(&u, &sms);
	number_add(&u, NOTICE_INSTRUCTION, T);
	number_add(&u, NOTICE_INSTRUCTION, T + 60 * S);
	number_remove(&u, NOTICE_INSTRUCTION, T + 60 * S);
	assert_int_equal(number_from(&u, &sms, &p3, T + 61 * S), T + 61 * S);
	assert_int_equal(number_from(&u, &sms, &p3, T + 59 * S), T + 60 * S);
	number_remove(&u, NOTICE_INSTRUCTION, T + 7); /* there was none */
	assert_int_equal(number_from(&u, &sms, &p3, T + 59 * S), T + 60 * S);
	assert_true(number_counts(&sms, VERDICT_ACCEPTED) && number_counts(&sms, VERDICT_UNKNOWN));
	assert_false(number_counts(&sms, VERDICT_RETRY) || number_counts(&sms, VERDICT_REFUSED) ||
	    number_counts(&sms, VERDICT_HOLD) || number_counts(&sms, VERDICT_BROKEN));
	assert_false(number_counts(&voice, VERDICT_UNKNOWN)); /* it goes again, as the same call */
	number_free(&u);
}

/* -- the rule over random sequences ---------------------------------------------------------------- */

#define SENT_MOST 4000

struct sent {
	int64_t at;
	enum notice_class class;
	int priority;
};

/* How many of `v` that are `of` began in the span that ends with the last. */
enum counted { INSTRUCTIONS_BELOW_P1, ALL_INSTRUCTIONS, EVERYTHING };
static int within(const struct sent *v, int n, int64_t span_ms, enum counted of)
{
	int k = 0;

	for (int i = n - 1; i >= 0 && v[i].at > v[n - 1].at - span_ms; i--)
		k += of == EVERYTHING ||
		    (v[i].class == NOTICE_INSTRUCTION && (of == ALL_INSTRUCTIONS || v[i].priority != P1));
	return k;
}

/* The limits as docs/NOTICES.md has them, counted anew from all that was sent. */
static void check_last(const struct sent *v, int n, const struct number_limit *limit, int left)
{
	const struct sent *last = &v[n - 1];

	if (last->class == NOTICE_INSTRUCTION && last->priority == P1)
		return;
	if (last->class == NOTICE_INSTRUCTION) {
		assert_true(!limit->minute || within(v, n, MINUTE_MS, ALL_INSTRUCTIONS) <= limit->minute);
		assert_true(!limit->hour || within(v, n, HOUR_MS, ALL_INSTRUCTIONS) <= limit->hour);
	} else {
		assert_true(!limit->minute || within(v, n, MINUTE_MS, EVERYTHING) <= limit->minute);
		assert_true(!limit->hour || within(v, n, HOUR_MS, EVERYTHING) <= left);
	}
}

/* What holds an instruction: as many instructions as the limit, and no other message. */
static void check_held(const struct sent *v, int n, const struct number_limit *limit, const struct sent *one)
{
	struct sent all[SENT_MOST + 1];
	bool full;

	memcpy(all, v, (size_t)n * sizeof *v);
	all[n] = *one;
	full = (limit->minute && within(all, n + 1, MINUTE_MS, ALL_INSTRUCTIONS) > limit->minute) ||
	    (limit->hour && within(all, n + 1, HOUR_MS, ALL_INSTRUCTIONS) > limit->hour);
	assert_true(full && one->priority != P1);
}

static void run(struct number_limit limit, unsigned int *seed)
{
	struct notice_channel c = sms;
	struct number_uses u;
	static struct sent v[SENT_MOST];
	int64_t now = T;
	int n = 0, left = window_share(limit.hour, NOTICE_REMINDER), held = 0;

	c.per_number = limit;
	number_open(&u, &c);
	while (n < SENT_MOST) {
		struct sent one = {.class = rand_r(seed) % 2
			? NOTICE_INSTRUCTION
			: (enum notice_class)(rand_r(seed) % NOTICE_CLASSES),
		    .priority = P1 + rand_r(seed) % 4};
		struct outgoing o = {.class = one.class, .priority = one.priority};

		now += rand_r(seed) % 3 ? rand_r(seed) % 20000 : rand_r(seed) % 200000;
		one.at = now;
		if (number_from(&u, &c, &o, now) > now) {
			held++;
			if (one.class == NOTICE_INSTRUCTION)
				check_held(v, n, &limit, &one);
			continue;
		}
		number_add(&u, one.class, now);
		v[n++] = one;
		check_last(v, n, &limit, left);
	}
	assert_true(n == SENT_MOST && (held > 0 || (!limit.minute && !limit.hour)));
	number_free(&u);
}

static void no_window_has_more_and_no_reminder_holds_an_instruction(void **state)
{
	static const struct number_limit limits[] = {
	    {1, 20}, {0, 0}, {3, 3}, {0, 1}, {2, 0}, {6, 60}, {1, 7}};
	unsigned int seed = 20260305;

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		for (int k = 0; k < 3; k++)
			run(limits[i], &seed);
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
	struct number_uses u;

	(void)state;
	assert_int_equal(channel_per_number(&c).minute, 1);
	assert_int_equal(channel_per_number(&c).hour, 20);
	c.per_number = (struct number_limit){0, 2};
	number_open(&u, &c);
	number_add(&u, NOTICE_INSTRUCTION, T);
	assert_int_equal(number_from(&u, &c, &p3, T + S), T + S); /* no limit of a minute */
	number_add(&u, NOTICE_INSTRUCTION, T + S);
	assert_int_equal(number_from(&u, &c, &p3, T + 2 * S), T + HOUR_MS);
	number_free(&u);
	c.kind = CHANNEL_WECOM_BOT;
	c.per_number = sms.per_number;
	assert_int_equal(channel_per_number(&c).minute, 0);
	assert_int_equal(channel_per_number(&c).hour, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_a_minute_and_a_P1_instruction_at_once),
	    cmocka_unit_test(a_reminder_holds_no_instruction),
	    cmocka_unit_test(twenty_an_hour_of_which_six_are_left_to_instructions),
	    cmocka_unit_test(no_window_has_more_and_no_reminder_holds_an_instruction),
	    cmocka_unit_test(what_surely_did_not_arrive_does_not_count),
	    cmocka_unit_test(of_a_full_window_one_goes),
	    cmocka_unit_test(limits_are_the_channels_or_its_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
