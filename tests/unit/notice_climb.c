/*
 * notice_climb.c - a notice's way through its channels: times, refusals, what nothing is known of, receipts, its end.
 * All instants are worked out by hand from T (5 March 2026, 10:00 in the city).
 */
#include "unit.h"
#include "base/time.h"
#include "notice/climb.h"

#define T INT64_C(1772676000000)
#define S SECOND_MS

static struct notice_channel channels[] = {
    {.id = "hall", .kind = CHANNEL_WECOM_BOT},
    {.id = "sms", .kind = CHANNEL_SMS_HTTP, .receipts = true},
    {.id = "hook", .kind = CHANNEL_WEBHOOK},
};
static struct notices rules = {.channels = channels,
    .n_channels = 3,
    .expires_ms = {[NOTICE_INSTRUCTION] = 30 * MINUTE_MS, [NOTICE_REMINDER] = 10 * MINUTE_MS},
    .accepted_ms = 10 * S,
    .delivered_ms = {[P1] = 30 * S, [P2] = 60 * S, [P3] = 5 * MINUTE_MS},
    .quiet = {[NOTICE_REMINDER] = {22 * 60, 7 * 60}}};
static const struct channel_list all = {{&channels[0], &channels[1], &channels[2]}, 3};

static const struct channel_verdict accepted = {.verdict = VERDICT_ACCEPTED, .provider_id = "p1"},
				    refused = {.verdict = VERDICT_REFUSED, .code = "no"},
				    unknown = {.verdict = VERDICT_UNKNOWN, .code = "timeout"},
				    again = {.verdict = VERDICT_RETRY},
				    later = {.verdict = VERDICT_RETRY, .after_ms = 77 * S};

static struct outgoing instruction(enum priority p)
{
	struct outgoing o = {.id = "0123456789abcdef",
	    .at = T,
	    .class = NOTICE_INSTRUCTION,
	    .priority = (int)p,
	    .role = "duty"};

	climb_begin(&o, &rules, &all, T);
	return o;
}

static void begins_with_one_channel_and_p1_with_two(void **state)
{
	struct outgoing one = instruction(P2), two = instruction(P1);

	(void)state;
	assert_int_equal(one.n_attempts, 1);
	assert_string_equal(one.attempts[0].channel, "hall");
	assert_int_equal(one.attempts[0].next_at, T);
	assert_int_equal(one.expires_at, T + 30 * MINUTE_MS);
	assert_int_equal(two.n_attempts, 2);
	assert_string_equal(two.attempts[1].channel, "sms");
}

static void one_that_is_too_old_is_never_sent(void **state)
{
	struct outgoing o = {.id = "x", .at = T, .class = NOTICE_INSTRUCTION, .priority = P2};

	(void)state;
	climb_begin(&o, &rules, &all, T + 30 * MINUTE_MS);
	assert_int_equal(o.state, OUTGOING_STALE);
	assert_int_equal(o.n_attempts, 0);
	climb_begin(&o, &rules, &all, T + 30 * MINUTE_MS - 1);
	assert_int_equal(o.state, OUTGOING_QUEUED);
	climb_begin(&o, &rules, &(struct channel_list){.n = 0}, T);
	assert_int_equal(o.state, OUTGOING_DEAD);
}

static void ten_seconds_without_an_answer_take_the_next_channel_too(void **state)
{
	struct outgoing o = instruction(P2);

	(void)state;
	climb_sends(&o, 0, o.id, T);
	assert_false(climb_on(&o, &rules, &all, T + 10 * S - 1));
	assert_true(climb_on(&o, &rules, &all, T + 10 * S));
	assert_int_equal(o.n_attempts, 2);
	assert_int_equal(o.attempts[0].state, ATTEMPT_SENDING);
	climb_answered(&o, 0, &channels[0], &accepted, T + 11 * S);
	assert_int_equal(o.state, OUTGOING_DELIVERED); /* a robot has no receipts */
	assert_int_equal(o.attempts[1].state, ATTEMPT_ENDED);
}

static void what_no_receipt_comes_for_takes_the_next_channel(void **state)
{
	struct outgoing o = instruction(P2);

	(void)state;
	climb_sends(&o, 0, o.id, T);
	climb_answered(&o, 0, &channels[0], &refused, T);
	assert_true(climb_on(&o, &rules, &all, T)); /* at once */
	climb_sends(&o, 1, o.id, T);
	climb_answered(&o, 1, &channels[1], &accepted, T + 1 * S);
	assert_int_equal(o.state, OUTGOING_ACCEPTED);
	assert_string_equal(o.attempts[1].provider, "p1");
	assert_false(climb_on(&o, &rules, &all, T + 61 * S - 1));
	assert_true(climb_on(&o, &rules, &all, T + 61 * S)); /* P2: 60 s after it was accepted */
	assert_string_equal(o.attempts[2].channel, "hook");
	assert_true(climb_receipt(&o, 1, RECEIPT_DELIVERED, NULL, T + 62 * S));
	assert_int_equal(o.state, OUTGOING_DELIVERED);
	assert_false(climb_receipt(&o, 1, RECEIPT_FAILED, "x", T + 63 * S)); /* forward only */
	assert_int_equal(o.state, OUTGOING_DELIVERED);
}

static void a_failed_receipt_takes_the_next_channel_at_once(void **state)
{
	struct outgoing o = instruction(P1);

	(void)state;
	climb_sends(&o, 1, o.id, T);
	climb_answered(&o, 1, &channels[1], &accepted, T);
	assert_true(climb_receipt(&o, 1, RECEIPT_FAILED, "空号", T + S));
	assert_int_equal(o.attempts[1].state, ATTEMPT_FAILED);
	assert_true(climb_on(&o, &rules, &all, T + S));
	assert_int_equal(o.n_attempts, 3);
	assert_int_equal(o.state, OUTGOING_QUEUED);
}

/* Of two channels that have it, one says that it did not arrive: the other has it still. */
static void what_another_channel_has_stays_accepted(void **state)
{
	struct notice_channel both[] = {{.id = "sms", .kind = CHANNEL_SMS_HTTP, .receipts = true},
	    {.id = "voice", .kind = CHANNEL_VOICE, .receipts = true}};
	const struct channel_list by = {{&both[0], &both[1]}, 2};
	struct outgoing o = instruction(P1);

	(void)state;
	climb_begin(&o, &rules, &by, T);
	for (int i = 0; i < 2; i++) {
		climb_sends(&o, i, o.id, T);
		climb_answered(&o, i, &both[i], &accepted, T);
	}
	assert_true(climb_receipt(&o, 0, RECEIPT_FAILED, "空号", T + S));
	assert_int_equal(o.state, OUTGOING_ACCEPTED);
	assert_true(climb_receipt(&o, 1, RECEIPT_FAILED, "忙", T + 2 * S));
	assert_int_equal(o.state, OUTGOING_QUEUED);
}

static void what_may_have_left_is_sent_again_only_where_doubles_are_known(void **state)
{
	struct outgoing robot = instruction(P2), hook = instruction(P2);

	(void)state;
	climb_sends(&robot, 0, robot.id, T);
	climb_answered(&robot, 0, &channels[0], &unknown, T + 9 * S);
	assert_int_equal(robot.attempts[0].state, ATTEMPT_UNKNOWN);
	assert_true(climb_on(&robot, &rules, &all, T + 10 * S)); /* no receipt will ever come: the next one */
	hook.n_attempts = 0;
	climb_begin(&hook, &rules, &(struct channel_list){{&channels[2]}, 1}, T);
	climb_sends(&hook, 0, hook.id, T);
	climb_answered(&hook, 0, &channels[2], &unknown, T);
	assert_int_equal(hook.attempts[0].state, ATTEMPT_WAITING);
	assert_true(hook.attempts[0].next_at >= T + 800 && hook.attempts[0].next_at <= T + 1200);
}

/* WeCom wants to be asked again three times after "busy". */
static void busy_is_tried_so_often(void **state)
{
	const struct channel_verdict busy = {.verdict = VERDICT_RETRY, .code = "errcode -1", .tries_most = 4};
	struct outgoing o = instruction(P2);

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(o.attempts[0].state, ATTEMPT_WAITING);
		climb_sends(&o, 0, o.id, T + i * S);
		climb_answered(&o, 0, &channels[0], &busy, T + i * S);
	}
	assert_int_equal(o.attempts[0].state, ATTEMPT_FAILED);
	assert_true(climb_on(&o, &rules, &all, T + 4 * S));
	assert_string_equal(o.attempts[1].channel, "sms");
}

/* Two hours back and forth: the next try, the next channel and the end come after as long as was meant. */
static void a_clock_that_is_put_changes_no_wait(void **state)
{
	static const int64_t steps[] = {-2 * HOUR_MS, 2 * HOUR_MS};

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct outgoing o = instruction(P2);
		int64_t now = T + 3 * S + steps[i];

		climb_sends(&o, 0, o.id, T);
		climb_answered(&o, 0, &channels[0], &later, T + S);
		assert_true(climb_shift(&o, steps[i], T + 3 * S));
		assert_int_equal(o.attempts[0].next_at, T + 78 * S + steps[i]);
		assert_int_equal(o.expires_at, T + 30 * MINUTE_MS + steps[i]);
		assert_false(climb_on(&o, &rules, &all, now));
		assert_true(climb_on(&o, &rules, &all, now + 7 * S)); /* ten seconds after its beginning */
		assert_int_equal(o.n_attempts, 2);
		assert_int_equal(o.state, OUTGOING_QUEUED);
	}
}

/* What waits for the morning waits for the morning, by whatever clock. */
static void what_waits_for_an_hour_still_does(void **state)
{
	struct outgoing o = {.id = "0123456789abcdef",
	    .at = T + 13 * HOUR_MS,
	    .class = NOTICE_REMINDER,
	    .priority = P2,
	    .role = "duty",
	    .unit = "water"};

	(void)state;
	climb_begin(&o, &rules, &all, T + 13 * HOUR_MS);           /* 23:00 */
	assert_int_equal(o.attempts[0].next_at, T + 21 * HOUR_MS); /* 7:00 */
	assert_false(climb_shift(&o, -2 * HOUR_MS, T + 13 * HOUR_MS));
	assert_int_equal(o.attempts[0].next_at, T + 21 * HOUR_MS);
}

/* At a start: what was sent two hours from now was sent before the clock was put back. */
static void one_from_ahead_of_now_is_found_at_a_start(void **state)
{
	struct outgoing o = instruction(P2), fresh = instruction(P2), morning = instruction(P2);
	int64_t now = T - 2 * HOUR_MS;

	(void)state;
	climb_sends(&o, 0, o.id, T + S);
	climb_answered(&o, 0, &channels[0], &again, T + 2 * S);
	assert_int_equal(climb_ahead(&o, now), -2 * HOUR_MS - S);
	assert_true(climb_shift(&o, climb_ahead(&o, now), now - climb_ahead(&o, now)));
	assert_int_equal(climb_ahead(&o, now), 0);
	assert_in_range(o.attempts[0].next_at, now, now + 3 * S);
	assert_int_equal(climb_ahead(&fresh, now), -2 * HOUR_MS);
	assert_true(climb_shift(&fresh, climb_ahead(&fresh, now), T));
	assert_int_equal(fresh.attempts[0].next_at, now);
	morning.attempts[0].started_at = T + 9 * HOUR_MS;
	assert_int_equal(climb_ahead(&morning, now), 0);
}

static void one_that_died_while_it_sent_knows_nothing(void **state)
{
	struct outgoing robot = instruction(P2), hook;

	(void)state;
	climb_sends(&robot, 0, robot.id, T);
	climb_interrupted(&robot, &rules, T + S);
	assert_int_equal(robot.attempts[0].state, ATTEMPT_UNKNOWN);
	hook = instruction(P2);
	climb_begin(&hook, &rules, &(struct channel_list){{&channels[2]}, 1}, T);
	climb_sends(&hook, 0, hook.id, T);
	climb_interrupted(&hook, &rules, T + S);
	assert_int_equal(hook.attempts[0].state, ATTEMPT_WAITING);
}

static void when_no_channel_is_left_it_is_dead_or_unknown(void **state)
{
	const struct channel_list robot = {{&channels[0]}, 1};
	struct outgoing o = instruction(P2);

	(void)state;
	climb_begin(&o, &rules, &robot, T);
	climb_sends(&o, 0, o.id, T);
	climb_answered(&o, 0, &channels[0], &refused, T);
	assert_true(climb_on(&o, &rules, &robot, T));
	assert_int_equal(o.state, OUTGOING_DEAD);
	climb_begin(&o, &rules, &robot, T);
	climb_sends(&o, 0, o.id, T);
	climb_answered(&o, 0, &channels[0], &unknown, T);
	assert_false(climb_on(&o, &rules, &robot, T + 10 * S - 1));
	assert_true(climb_on(&o, &rules, &robot, T + 10 * S));
	assert_int_equal(o.state, OUTGOING_UNKNOWN);
}

static void tries_end_when_it_is_too_old(void **state)
{
	const struct channel_list hook = {{&channels[2]}, 1};
	struct outgoing o = instruction(P2);

	(void)state;
	climb_begin(&o, &rules, &hook, T);
	climb_sends(&o, 0, o.id, T);
	climb_answered(&o, 0, &channels[2], &later, T);
	assert_int_equal(o.attempts[0].next_at, T + 77 * S);            /* as the provider asked */
	assert_int_equal(climb_wake(&o, &rules, &hook, T), T + 10 * S); /* then it was tried in vain */
	assert_true(climb_in_vain(&o, &rules, &hook, T + 10 * S));
	assert_int_equal(climb_wake(&o, &rules, &hook, T + 10 * S), T + 77 * S);
	assert_false(climb_on(&o, &rules, &hook, T + 30 * MINUTE_MS - 1));
	assert_true(climb_on(&o, &rules, &hook, T + 30 * MINUTE_MS));
	assert_int_equal(o.state, OUTGOING_DEAD); /* it was tried: not stale */
	assert_int_equal(climb_wake(&o, &rules, &hook, T + 30 * MINUTE_MS), 0);
}

static void what_waits_for_no_time_wakes_nobody(void **state)
{
	const struct channel_list robot = {{&channels[0]}, 1};
	struct outgoing o = instruction(P2);

	(void)state;
	climb_begin(&o, &rules, &robot, T);
	assert_int_equal(climb_wake(&o, &rules, &robot, T - 1), T); /* it may be sent */
	/* it waits for the channel's budget, then for the answer, also when it is too old meanwhile */
	assert_int_equal(climb_wake(&o, &rules, &robot, T),
	    T + 60 * S); /* untried for so long, somebody should know */
	assert_int_equal(climb_wake(&o, &rules, &robot, T + 60 * S), T + 30 * MINUTE_MS);
	climb_sends(&o, 0, o.id, T + 20 * S);
	assert_int_equal(climb_wake(&o, &rules, &robot, T + 20 * S), T + 30 * MINUTE_MS);
	assert_false(climb_on(&o, &rules, &robot, T + 30 * MINUTE_MS));
	assert_int_equal(climb_wake(&o, &rules, &robot, T + 30 * MINUTE_MS), 0);
}

static void nothing_is_begun_after_its_time_while_an_answer_is_awaited(void **state)
{
	struct outgoing o = instruction(P1); /* two channels */

	(void)state;
	climb_sends(&o, 0, o.id, T + 30 * MINUTE_MS - S);
	assert_true(climb_on(&o, &rules, &all, T + 30 * MINUTE_MS));
	assert_int_equal(o.ended_at, 0);
	assert_int_equal(o.attempts[1].state, ATTEMPT_ENDED);
	assert_false(climb_on(&o, &rules, &all, T + 30 * MINUTE_MS));
	assert_int_equal(o.n_attempts, 2); /* and no third */
	climb_answered(&o, 0, &channels[0], &again, T + 30 * MINUTE_MS + S);
	assert_true(climb_on(&o, &rules, &all, T + 30 * MINUTE_MS + S));
	assert_int_equal(o.state, OUTGOING_DEAD);
}

static void without_a_receipt_by_its_last_channel_the_desk_has_to_know(void **state)
{
	const struct channel_list sms = {{&channels[1]}, 1};
	struct outgoing o = instruction(P2);

	(void)state;
	climb_begin(&o, &rules, &sms, T);
	climb_sends(&o, 0, o.id, T);
	climb_answered(&o, 0, &channels[1], &accepted, T + S);
	assert_int_equal(climb_wake(&o, &rules, &sms, T + S), T + 61 * S);
	assert_false(climb_on(&o, &rules, &sms, T + 61 * S - 1));
	assert_true(climb_on(&o, &rules, &sms, T + 61 * S)); /* P2: 60 s after it was accepted */
	assert_int_equal(o.state, OUTGOING_UNKNOWN);
	assert_string_equal(o.outcome, "no-receipt");
	assert_true(climb_receipt(&o, 0, RECEIPT_DELIVERED, NULL,
	    T + 90 * S)); /* late, and good all the same */
	assert_int_equal(o.state, OUTGOING_DELIVERED);
}

static void a_receipt_may_be_faster_than_the_answer(void **state)
{
	struct outgoing o = instruction(P2);

	(void)state;
	climb_begin(&o, &rules, &(struct channel_list){{&channels[1]}, 1}, T);
	climb_sends(&o, 0, o.id, T);
	assert_true(climb_receipt(&o, 0, RECEIPT_DELIVERED, NULL, T + 1));
	climb_answered(&o, 0, &channels[1], &accepted, T + 2);
	assert_int_equal(o.attempts[0].state, ATTEMPT_DELIVERED);
	assert_string_equal(o.attempts[0].provider, "p1");
	assert_int_equal(o.state, OUTGOING_DELIVERED);
	o = instruction(P2);
	climb_begin(&o, &rules, &(struct channel_list){{&channels[1], &channels[2]}, 2}, T);
	climb_sends(&o, 0, o.id, T);
	assert_true(climb_receipt(&o, 0, RECEIPT_FAILED, "空号", T + 1));
	climb_answered(&o, 0, &channels[1], &accepted, T + 2);
	assert_int_equal(o.attempts[0].state, ATTEMPT_FAILED);
	assert_true(climb_on(&o, &rules, &(struct channel_list){{&channels[1], &channels[2]}, 2}, T + 2));
	assert_int_equal(o.n_attempts, 2);
}

static void waits_between_tries_grow_and_are_spread(void **state)
{
	static const int64_t about[] = {S, 5 * S, 30 * S, 5 * MINUTE_MS, 5 * MINUTE_MS};
	bool differ = false;

	(void)state;
	for (int i = 0; i < (int)COUNT(about); i++) {
		int64_t ms = retry_delay_ms(i + 1, "0123456789abcdef");

		assert_true(ms >= about[i] * 8 / 10 && ms <= about[i] * 12 / 10);
		differ |= ms != retry_delay_ms(i + 1, "fedcba9876543210");
	}
	assert_true(differ);
}

static void quiet_hours_keep_a_reminder_and_no_instruction(void **state)
{
	int64_t night = T + 13 * HOUR_MS; /* 23:00 */
	struct outgoing o = {.id = "x",
	    .at = night,
	    .class = NOTICE_REMINDER,
	    .unit = "water",
	    .role = "duty",
	    .priority = P3};

	(void)state;
	assert_int_equal(quiet_until(&rules, NOTICE_REMINDER, T), T);
	assert_int_equal(quiet_until(&rules, NOTICE_REMINDER, T + 12 * HOUR_MS),
	    T + 21 * HOUR_MS);                                                           /* 22:00 itself */
	assert_int_equal(quiet_until(&rules, NOTICE_REMINDER, night), T + 21 * HOUR_MS); /* 07:00 */
	assert_int_equal(quiet_until(&rules, NOTICE_REMINDER, night + 3 * HOUR_MS),
	    T + 21 * HOUR_MS); /* from 02:00, too */
	assert_int_equal(quiet_until(&rules, NOTICE_REMINDER, T + 21 * HOUR_MS), T + 21 * HOUR_MS);
	assert_int_equal(quiet_until(&rules, NOTICE_INSTRUCTION, night), night);
	climb_begin(&o, &rules, &all, night);
	assert_int_equal(o.attempts[0].next_at, T + 21 * HOUR_MS);
	assert_int_equal(o.expires_at, T + 21 * HOUR_MS + 10 * MINUTE_MS);
	o.priority = P1; /* waits for no morning */
	climb_begin(&o, &rules, &all, night);
	assert_int_equal(o.attempts[0].next_at, night);
	o = (struct outgoing){
	    .id = "x", .at = night, .class = NOTICE_REMINDER, .role = "desk", .priority = P3};
	climb_begin(&o, &rules, &all, night); /* which is there day and night */
	assert_int_equal(o.attempts[0].next_at, night);
	o.role = "office";
	climb_begin(&o, &rules, &all, night);
	assert_int_equal(o.attempts[0].next_at, T + 21 * HOUR_MS);
}

/* Its only channel is held for as long as a P2 may take to be delivered; or it was tried, and answers nothing for ten seconds. */
static void what_cannot_be_tried_is_in_vain_after_a_while(void **state)
{
	static const struct channel_list hall = {{&channels[0]}, 1};
	struct outgoing o = instruction(P2), tried = o;

	(void)state;
	assert_false(climb_in_vain(&o, &rules, &hall, T + 60 * S - 1));
	assert_true(climb_in_vain(&o, &rules, &hall, T + 60 * S));
	assert_false(climb_in_vain(&o, &rules, &all, T + 60 * S)); /* there is another channel */
	climb_sends(&tried, 0, "x", T);
	climb_answered(&tried, 0, &channels[0], &again, T);
	assert_false(climb_in_vain(&tried, &rules, &hall, T + 10 * S - 1));
	assert_true(climb_in_vain(&tried, &rules, &hall, T + 10 * S));
}

static void a_person_need_not_wait(void **state)
{
	int64_t night = T + 13 * HOUR_MS;
	struct outgoing o = instruction(P2),
			sleeping = {.id = "x",
			    .at = night,
			    .class = NOTICE_REMINDER,
			    .unit = "water",
			    .role = "duty",
			    .priority = P3};

	(void)state;
	climb_sends(&o, 0, "x", T);
	assert_false(climb_try_now(&o, T)); /* it is under way */
	climb_answered(&o, 0, &channels[0], &later, T);
	assert_int_equal(o.attempts[0].next_at, T + 77 * S);
	assert_true(climb_try_now(&o, T + S));
	assert_int_equal(o.attempts[0].next_at, T + S);
	assert_true(climb_try_now(&o, T + 9 * S)); /* never later than it was */
	assert_int_equal(o.attempts[0].next_at, T + S);
	climb_begin(&sleeping, &rules, &all, night);
	assert_true(climb_try_now(&sleeping, night + S));
	assert_int_equal(sleeping.attempts[0].next_at, night + S);
	climb_cancelled(&sleeping, "dropped", night + S);
	assert_false(climb_try_now(&sleeping, night + 2 * S));
}

static void it_ends_with_what_its_unit_does(void **state)
{
	struct outgoing o = instruction(P2);

	(void)state;
	assert_true(climb_acted(&o, T + S));
	assert_int_equal(o.state, OUTGOING_ACTED);
	assert_int_equal(o.attempts[0].state, ATTEMPT_ENDED);
	assert_false(climb_acted(&o, T + 2 * S));
	o = instruction(P2);
	climb_sends(&o, 0, o.id, T);
	assert_true(climb_acted(&o, T));
	climb_answered(&o, 0, &channels[0], &again, T); /* under way when it was acknowledged */
	assert_int_equal(o.attempts[0].state, ATTEMPT_ENDED);
	assert_int_equal(o.state, OUTGOING_ACTED);
	o = instruction(P2);
	assert_true(climb_cancelled(&o, "withdrawn", T));
	assert_false(climb_opened(&o, T));
}

/* What has failed has failed, whatever its unit sees or a provider says of it later: the desk was told. */
static void what_is_dead_stays_dead(void **state)
{
	struct outgoing o = instruction(P2);

	(void)state;
	for (int i = 0; i < 3; i++) {
		climb_sends(&o, i, o.id, T);
		climb_answered(&o, i, &channels[i], &refused, T);
		climb_on(&o, &rules, &all, T);
	}
	assert_int_equal(o.state, OUTGOING_DEAD);
	assert_false(climb_opened(&o, T + S));
	assert_false(climb_acted(&o, T + S));
	assert_false(climb_receipt(&o, 1, RECEIPT_DELIVERED, NULL, T + S));
	assert_int_equal(o.attempts[1].state, ATTEMPT_FAILED);
	assert_int_equal(o.state, OUTGOING_DEAD);
	o = instruction(P2); /* a receipt that comes twice changes nothing the second time */
	climb_sends(&o, 0, o.id, T);
	assert_true(climb_receipt(&o, 0, RECEIPT_DELIVERED, NULL, T + S));
	assert_false(climb_receipt(&o, 0, RECEIPT_DELIVERED, NULL, T + 2 * S));
	assert_int_equal(o.attempts[0].ended_at, T + S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(begins_with_one_channel_and_p1_with_two),
	    cmocka_unit_test(one_that_is_too_old_is_never_sent),
	    cmocka_unit_test(ten_seconds_without_an_answer_take_the_next_channel_too),
	    cmocka_unit_test(what_no_receipt_comes_for_takes_the_next_channel),
	    cmocka_unit_test(a_failed_receipt_takes_the_next_channel_at_once),
	    cmocka_unit_test(what_another_channel_has_stays_accepted),
	    cmocka_unit_test(what_may_have_left_is_sent_again_only_where_doubles_are_known),
	    cmocka_unit_test(busy_is_tried_so_often),
	    cmocka_unit_test(a_clock_that_is_put_changes_no_wait),
	    cmocka_unit_test(what_waits_for_an_hour_still_does),
	    cmocka_unit_test(one_from_ahead_of_now_is_found_at_a_start),
	    cmocka_unit_test(one_that_died_while_it_sent_knows_nothing),
	    cmocka_unit_test(when_no_channel_is_left_it_is_dead_or_unknown),
	    cmocka_unit_test(tries_end_when_it_is_too_old),
	    cmocka_unit_test(what_waits_for_no_time_wakes_nobody),
	    cmocka_unit_test(nothing_is_begun_after_its_time_while_an_answer_is_awaited),
	    cmocka_unit_test(without_a_receipt_by_its_last_channel_the_desk_has_to_know),
	    cmocka_unit_test(a_receipt_may_be_faster_than_the_answer),
	    cmocka_unit_test(waits_between_tries_grow_and_are_spread),
	    cmocka_unit_test(quiet_hours_keep_a_reminder_and_no_instruction),
	    cmocka_unit_test(what_cannot_be_tried_is_in_vain_after_a_while),
	    cmocka_unit_test(a_person_need_not_wait),
	    cmocka_unit_test(what_is_dead_stays_dead),
	    cmocka_unit_test(it_ends_with_what_its_unit_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
