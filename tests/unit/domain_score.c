/* domain_score.c - what findings cost, each figure worked out by hand. */
#include "unit.h"
#include "base/time.h"
#include "domain/score.h"

static struct rubric_class classes[] = {
    {FINDING_ACKNOWLEDGE, PER_PERCENT, 50, 200, 0, 1500, "第十一条"},
    {FINDING_ARRIVE, PER_PERCENT, 100, 200, 300, 3000, "第十二条"},
    {FINDING_DISSATISFIED, PER_CASE, 50, 0, 0, 400, "第七条"},
    {FINDING_DUTY, PER_CASE, 100, 0, 0, 250, "第十一条"},
};
static int groups[] = {100, 20};
static struct rubric rubric = {.exists = true,
    .base = 10000,
    .not_ranked_below = 5,
    .least = 20,
    .weight = {100, 50},
    .one_delay = DELAY_GRAVEST,
    .groups = groups,
    .n_groups = 2,
    .classes = classes,
    .n_classes = 4};

static struct score_finding finding(enum finding_class class, int64_t late_ms)
{
	return (struct score_finding){.f = {.class = class,
					  .state = FINDING_OPEN,
					  .dispatch = 1,
					  .late_ms = late_ms,
					  .limit_ms = 30 * MINUTE_MS},
	    .part = AS_LEAD};
}

/* One late of five costs a twentieth: 5 points at 1 a percent. */
static void few_are_taken_for_twenty(void **state)
{
	struct score s = {0};
	struct score_finding one = finding(FINDING_ARRIVE, 5 * MINUTE_MS);

	(void)state;
	score_add(&s, &rubric, &one, 1);
	s.lines[FINDING_ARRIVE].of = 5;
	score_sum(&s, &rubric);
	assert_int_equal(one.weight, 100);
	assert_int_equal(s.lines[FINDING_ARRIVE].cases, 1);
	assert_int_equal(s.lines[FINDING_ARRIVE].taken, 500);
	assert_int_equal(s.points, 9500);
}

/* 3 late of 40: 7.5 %, at 1 a percent. */
static void a_share_is_of_what_fell_due(void **state)
{
	struct score s = {0};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct score_finding one = finding(FINDING_ARRIVE, 5 * MINUTE_MS);

		score_add(&s, &rubric, &one, 1);
	}
	s.lines[FINDING_ARRIVE].of = 40;
	score_sum(&s, &rubric);
	assert_int_equal(s.lines[FINDING_ARRIVE].taken, 750);
}

static void graver_ones_weigh_more(void **state)
{
	struct score s = {0};
	struct score_finding exactly = finding(FINDING_ARRIVE, 30 * MINUTE_MS);
	struct score_finding over = finding(FINDING_ARRIVE, 30 * MINUTE_MS + 1);
	struct score_finding never = finding(FINDING_ARRIVE, 5 * MINUTE_MS);
	struct score_finding assist = finding(FINDING_ARRIVE, 40 * MINUTE_MS);

	(void)state;
	never.never = true;
	assist.part = AS_ASSIST;
	score_add(&s, &rubric, &exactly, 1);
	score_add(&s, &rubric, &over, 1);
	score_add(&s, &rubric, &never, 1);
	score_add(&s, &rubric, &assist, 1);
	assert_int_equal(exactly.weight, 100); /* twice the limit is not over twice */
	assert_string_equal(exactly.grade, "");
	assert_int_equal(over.weight, 200);
	assert_string_equal(over.grade, "2x");
	assert_int_equal(never.weight, 300);
	assert_string_equal(never.grade, "never");
	assert_int_equal(assist.weight, 100); /* twice, halved */
	assert_int_equal(s.lines[FINDING_ARRIVE].weight, 700);
	s.lines[FINDING_ARRIVE].of = 100;
	score_sum(&s, &rubric);
	assert_int_equal(s.lines[FINDING_ARRIVE].taken, 700); /* 7 % */
}

/* Late twice in one dispatch: the arrival costs 1 a percent, the acknowledgement 0.5. What is no delay
 * costs beside it. */
static void one_delay_of_a_dispatch_costs(void **state)
{
	struct score s = {0};
	struct score_finding v[] = {finding(FINDING_ACKNOWLEDGE, 5 * MINUTE_MS),
	    finding(FINDING_ARRIVE, 5 * MINUTE_MS), finding(FINDING_DISSATISFIED, 0)};

	(void)state;
	score_add(&s, &rubric, v, 3);
	assert_int_equal(v[0].weight, 0);
	assert_int_equal(v[1].weight, 100);
	assert_int_equal(v[2].weight, 100);
	assert_int_equal(s.lines[FINDING_ACKNOWLEDGE].cases, 0);
	/* acknowledged over twice the limit: 0.5 x 2 = 1 x 1, and the first class stands for both */
	s = (struct score){0};
	v[0].f.late_ms = 31 * MINUTE_MS;
	score_add(&s, &rubric, v, 3);
	assert_int_equal(v[0].weight, 200);
	assert_int_equal(v[1].weight, 0);
	rubric.one_delay = DELAY_EACH;
	s = (struct score){0};
	score_add(&s, &rubric, v, 3);
	assert_int_equal(v[0].weight, 200);
	assert_int_equal(v[1].weight, 100);
	rubric.one_delay = DELAY_GRAVEST;
}

static void what_is_not_settled_costs_nothing(void **state)
{
	static const bool costs[FINDING_STATES] = {
	    [FINDING_OPEN] = true, [FINDING_CONFIRMED] = true, [FINDING_UPHELD] = true};

	(void)state;
	for (int i = 0; i < FINDING_STATES; i++) {
		struct score s = {0};
		struct score_finding one = finding(FINDING_ARRIVE, 5 * MINUTE_MS);

		one.f.state = (enum finding_state)i;
		score_add(&s, &rubric, &one, 1);
		assert_int_equal(one.weight, costs[i] ? 100 : 0);
		assert_int_equal(s.lines[FINDING_ARRIVE].cases, costs[i]);
	}
}

/* A dispatch whose gravest delay is void pays for the other one. */
static void a_void_delay_hides_no_other(void **state)
{
	struct score s = {0};
	struct score_finding v[] = {
	    finding(FINDING_ACKNOWLEDGE, 5 * MINUTE_MS), finding(FINDING_ARRIVE, 5 * MINUTE_MS)};

	(void)state;
	v[1].f.state = FINDING_VOID;
	score_add(&s, &rubric, v, 2);
	assert_int_equal(v[0].weight, 100);
	assert_int_equal(v[1].weight, 0);
}

/* Four unanswered checks at 1 each, and no more than 2.50. */
static void a_class_takes_no_more_than_its_most(void **state)
{
	struct score s = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct score_finding one = finding(FINDING_DUTY, 0);

		one.f.dispatch = 0;
		one.part = AS_ASSIST; /* of no dispatch: it has no part to weigh by */
		score_add(&s, &rubric, &one, 1);
	}
	score_sum(&s, &rubric);
	assert_int_equal(s.lines[FINDING_DUTY].points, 400);
	assert_int_equal(s.lines[FINDING_DUTY].taken, 250);
	assert_int_equal(s.points, 9750);
}

/* 1 of 67 at 0.5 a percent: 0.746… → 0.75. 1 of 300: 0.1666 → 0.17. */
static void points_are_rounded_half_up(void **state)
{
	struct score s = {0};

	(void)state;
	s.lines[FINDING_ACKNOWLEDGE] = (struct score_line){.weight = 100, .of = 67};
	score_sum(&s, &rubric);
	assert_int_equal(s.lines[FINDING_ACKNOWLEDGE].taken, 75);
	s.lines[FINDING_ACKNOWLEDGE] = (struct score_line){.weight = 100, .of = 300};
	score_sum(&s, &rubric);
	assert_int_equal(s.lines[FINDING_ACKNOWLEDGE].taken, 17);
}

static void a_class_that_the_rubric_lacks_is_free(void **state)
{
	struct score s = {0};
	struct score_finding one = finding(FINDING_REFUSED, 0);

	(void)state;
	score_add(&s, &rubric, &one, 1);
	score_sum(&s, &rubric);
	assert_int_equal(one.weight, 0);
	assert_int_equal(s.points, 10000);
}

static void units_are_ranked_among_their_like(void **state)
{
	struct score_rank v[] = {{300, 9000, 0, 0}, {100, 9500, 0, 0}, {99, 9900, 0, 0}, {20, 9900, 0, 0},
	    {19, 8000, 0, 0}, {5, 8100, 0, 0}, {4, 10000, 0, 0}, {0, 10000, 0, 0}, {30, 9000, 0, 0}};
	static const int expected[][2] = {
	    {1, 2}, {1, 1}, {2, 1}, {2, 1}, {3, 2}, {3, 1}, {0, 0}, {0, 0}, {2, 3}};

	(void)state;
	score_rank(&rubric, v, (int)COUNT(v));
	for (size_t i = 0; i < COUNT(v); i++) {
		assert_int_equal(v[i].group, expected[i][0]);
		assert_int_equal(v[i].rank, expected[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(few_are_taken_for_twenty),
	    cmocka_unit_test(a_share_is_of_what_fell_due),
	    cmocka_unit_test(graver_ones_weigh_more),
	    cmocka_unit_test(one_delay_of_a_dispatch_costs),
	    cmocka_unit_test(what_is_not_settled_costs_nothing),
	    cmocka_unit_test(a_void_delay_hides_no_other),
	    cmocka_unit_test(a_class_takes_no_more_than_its_most),
	    cmocka_unit_test(points_are_rounded_half_up),
	    cmocka_unit_test(a_class_that_the_rubric_lacks_is_free),
	    cmocka_unit_test(units_are_ranked_among_their_like),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
