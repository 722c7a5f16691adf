/*
 * domain_route_text.c - what the model of texts proposes against what rules and keywords found; and how a
 * proposal is carried and stored. Probabilities are worked out by hand: a heard category of p becomes
 * p·e / (1 − p + p·e), all others are divided by the same.
 */
#include "base/arena.h"
#include "base/json.h"
#include "domain/choice.h"
#include "domain/routing.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static const struct unit units[] = {{.id = "water", .name = "水"}, {.id = "fire", .name = "消防"},
    {.id = "market", .name = "市监"}, {.id = "power", .name = "供电"}};
static const char *const water_words[] = {"漏水"};
static const char *const fire_words[] = {"着火", "着火了好大的火"};
static const char *const power_words[] = {"电线"};
static const char *const gas_words[] = {"漏气"};
static struct category categories[] = {
    {.code = "601301",
	.name = "爆管",
	.priority = P2,
	.lead = &units[0],
	.keywords = (const char **)water_words,
	.n_keywords = 1},
    {.code = "400101", .name = "火灾", .priority = P1, .lead = &units[1]},
    {.code = "601303", .name = "燃气", .priority = P1, .lead = &units[1]},
    {.code = "601402", .name = "食品", .priority = P4, .lead = &units[2]},
    {.code = "600201",
	.name = "电线",
	.priority = P1,
	.lead = &units[3],
	.keywords = (const char **)power_words,
	.n_keywords = 1},
};
static const char *const urgent_lead[] = {"601303", "600201"};
static const char *const yields[] = {"601301"};
static const char *const none[] = {"none"};
static const char *const pump_words[] = {"水泵"};
static struct rule rules[] = {
    {.id = "find-pump",
	.category = (const char **)none,
	.n_category = 1,
	.keywords = (const char **)pump_words,
	.n_keywords = 1,
	.set_category = &categories[0],
	.sure = true,
	.because = "泵房漏水"},
    {.id = "find-fire",
	.category = (const char **)none,
	.n_category = 1,
	.keywords = (const char **)fire_words,
	.n_keywords = 2,
	.set_category = &categories[1],
	.because = "火灾"},
    {.id = "find-gas",
	.category = (const char **)none,
	.n_category = 1,
	.keywords = (const char **)gas_words,
	.n_keywords = 1,
	.set_category = &categories[2],
	.because = "燃气"},
};
static struct rule otherwise[] = {
    {.id = "otherwise", .has_lead = true, .lead = &units[3], .because = "其余"}};

static struct mechanism *m;

static int set_up(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	m = arena_alloc(a, sizeof *m);
	*m = (struct mechanism){.arena = a,
	    .units = (struct unit *)units,
	    .n_units = 4,
	    .categories = categories,
	    .n_categories = 5,
	    .routing = {.rules = rules, .n_rules = 3, .otherwise = otherwise, .n_otherwise = 1},
	    .policy.text = {.ask_below = 50,
		.lead_from = 70,
		.danger_from = 25,
		.urgent_lead = {(const char **)urgent_lead, 2},
		.yields = {(const char **)yields, 1}}};
	mechanism_index(m);
	routing_compile(m);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(m->arena);
	return 0;
}

static struct route routed(const char *description, const char *proposal)
{
	struct route_query q = {.at = INT64_C(1780000000000), .description = description};
	struct route r;

	assert_true(!proposal || proposal_read(proposal, &q.proposal));
	routing_decide(m, &q, &r);
	return r;
}

static void assert_route(const struct route *r, const char *code, enum priority p, int confidence, bool asked,
    bool danger)
{
	assert_string_equal(r->category ? r->category->code : "-", code);
	assert_int_equal(r->priority, p);
	assert_int_equal(r->choice.confidence, confidence);
	assert_int_equal(r->choice.asked, asked);
	assert_int_equal(r->choice.danger, danger);
}

static void without_a_model_rules_alone_decide(void **state)
{
	struct route r = routed("楼下漏水", NULL);

	(void)state;
	assert_route(&r, "601301", P2, 0, false, false);
	r = routed("什么都没有", NULL);
	assert_true(r.unmatched);
	assert_int_equal(r.choice.n_alternatives, 0);
}

static void the_model_alone_decides_what_no_rule_knows(void **state)
{
	struct route r = routed("买的饼干长毛了", "601402=620,601301=110,400101=40;danger=31");

	(void)state;
	assert_route(&r, "601402", P4, 620, false, false);
	assert_string_equal(r.units[0].unit->id, "market");
	assert_false(r.unmatched);
	assert_int_equal(r.choice.n_alternatives, 3);
	assert_string_equal(r.choice.alternatives[0].category->code, "601402");
	assert_string_equal(r.choice.alternatives[1].category->code, "601301");
	assert_int_equal(r.choice.alternatives[2].confidence, 40);
}

static void in_doubt_it_is_dispatched_and_the_desk_is_asked(void **state)
{
	struct route r = routed("那个东西坏了", "601402=499,601301=400;danger=249");

	(void)state;
	assert_route(&r, "601402", P4, 499, true, false);
	assert_int_equal(r.n_units, 1);
	r = routed("那个东西坏了", "601402=500,601301=400;danger=250");
	assert_route(&r, "601402", P4, 500, false, true); /* shown, and P4 all the same */
}

/* Where help would not be sent at all, the model's word is not enough: the desk is asked. */
static void the_model_alone_turns_no_help_away(void **state)
{
	const struct unit *lead = categories[3].lead;
	struct route r;

	(void)state;
	categories[3].lead = NULL; /* 只登记,不派单 */
	r = routed("嗯嗯啊啊", "601402=999,601301=1;danger=0");
	assert_true(r.unmatched);
	assert_string_equal(r.units[0].unit->id, "power"); /* otherwise */
	assert_true(r.choice.asked);
	assert_string_equal(r.choice.alternatives[0].category->code, "601402");
	/* what a keyword found stands, as probable as it is: 10·2.718 = 27; 27/1017 = 26 */
	r = routed("漏水了", "601402=990,601301=10;danger=0");
	assert_route(&r, "601301", P2, 26, true, false);
	assert_string_equal(r.choice.alternatives[0].category->code, "601301");
	assert_string_equal(r.units[0].unit->id, "water");
	categories[3].lead = lead;
}

static void what_few_may_see_leaves_the_lead_to_urgent_words(void **state)
{
	struct route r = routed("着火了好大的火", "601402=999,400101=1;danger=0");

	(void)state;
	assert_string_equal(r.units[0].unit->id, "market");
	categories[3].confidential = true;
	r = routed("着火了好大的火", "601402=999,400101=1;danger=0");
	assert_string_equal(r.category->code, "400101");
	assert_string_equal(r.units[0].unit->id, "fire");
	categories[3].confidential = false;
}

/* 601301 of 300: 300·2.718 = 815; all 700 + 815 = 1515; 815/1515 = 537; 601402: 500/1515 = 330. */
static void what_keywords_found_weighs_more(void **state)
{
	struct route r = routed("漏水了", "601402=500,601301=300;danger=0");

	(void)state;
	assert_route(&r, "601301", P2, 537, false, false);
	assert_int_equal(r.choice.alternatives[1].confidence, 330);
	/* 100·2.718 = 271; all 1171; 231 against 900/1171 = 768 */
	r = routed("漏水了", "601402=900,601301=100;danger=0");
	assert_route(&r, "601402", P4, 768, false, false);
	assert_string_equal(r.because, "按警情描述的用语判断类别");
}

/* sure: 100·20.086 = 2008; all 2908; 690 against 900/2908 = 309. */
static void a_rule_that_is_sure_weighs_most(void **state)
{
	struct route r = routed("水泵", "601402=900,601301=100;danger=0");

	(void)state;
	assert_route(&r, "601301", P2, 690, false, false);
	assert_string_equal(r.because, "泵房漏水");
}

/* Seven characters: 100·7.389 = 738; all 900 + 738 = 1638; 450 against 900/1638 = 549. Urgent words keep the lead
 * below 70 %. */
static void urgent_words_keep_the_lead_unless_the_model_is_sure(void **state)
{
	struct route r = routed("着火了好大的火", "601402=900,400101=100;danger=400");

	(void)state;
	assert_route(&r, "400101", P1, 450, true, true);
	assert_string_equal(r.choice.alternatives[0].category->code, "400101");
	assert_string_equal(r.choice.alternatives[1].category->code, "601402");
	/* two characters: 20·2.718 = 54; all 1034; 52 against 980/1034 = 947: the lead is the model's, the
	 * priority and the news are the words' */
	r = routed("饼干广告说一口就着火", "601402=980,400101=20;danger=10");
	assert_route(&r, "601402", P1, 947, false, true);
	assert_int_equal(r.n_units, 2);
	assert_string_equal(r.units[0].unit->id, "market");
	assert_int_equal(r.units[1].role, AS_ASSIST);
	assert_string_equal(r.units[1].unit->id, "fire");
}

/* A category's keyword is no urgent word: 20·2.718 = 54; all 1034; the model's 980/1034. */
static void a_categorys_keyword_is_not_urgent(void **state)
{
	struct route r = routed("电线广告", "601402=980,600201=20;danger=10");

	(void)state;
	assert_route(&r, "601402", P4, 947, false, false);
	assert_int_equal(r.n_units, 1);
	r = routed("电线广告", NULL); /* rules and keywords alone: as ever */
	assert_route(&r, "600201", P1, 0, false, false);
}

/* Fire: 20·2.718 = 54; all 1034. However sure the model is of what yields, words that find P1 keep the lead. */
static void what_yields_takes_no_lead_from_urgent_words(void **state)
{
	struct route r = routed("没人管,着火了", "601301=980,400101=20;danger=10");

	(void)state;
	assert_route(&r, "400101", P1, 52, true, true);
	assert_string_equal(r.units[0].unit->id, "fire");
	r = routed("没人管", "601301=980,400101=20;danger=10");
	assert_route(&r, "601301", P2, 980, false, false);
}

static void gas_keeps_the_lead_always(void **state)
{
	struct route r = routed("饼干袋子漏气", "601402=990;danger=0");

	(void)state;
	assert_string_equal(r.category->code, "601303");
	assert_int_equal(r.priority, P1);
	assert_string_equal(r.units[0].unit->id, "fire");
	assert_true(r.choice.asked);
}

static void the_desks_choice_always_wins(void **state)
{
	struct route_query q = {.description = "漏气", .category = "601402"};
	struct route r;

	(void)state;
	assert_true(proposal_read("601303=990;danger=990", &q.proposal));
	routing_decide(m, &q, &r);
	assert_route(&r, "601402", P4, 0, false, true); /* the danger is shown all the same */
	assert_int_equal(r.choice.n_alternatives, 0);
}

static void the_policy_has_a_switch(void **state)
{
	struct route r;

	(void)state;
	m->policy.text.off = true;
	r = routed("买的饼干长毛了", "601402=990;danger=990");
	m->policy.text.off = false;
	assert_true(r.unmatched);
	assert_route(&r, "-", P3, 0, false, false);
}

/* A code that this revision does not have is passed over. */
static void codes_that_are_gone_are_passed_over(void **state)
{
	struct route r = routed("饼干", "999999=600,601402=300;danger=0");

	(void)state;
	assert_route(&r, "601402", P4, 300, true, false);
	r = routed("饼干", "999999=600;danger=0");
	assert_true(r.unmatched);
}

/* -- as it is carried ------------------------------------------------------------------------- */

static void a_proposal_is_written_and_read(void **state)
{
	struct proposal p = {.v = {{"601402", 612}, {"a-b", 0}}, .n = 2, .danger = 31}, again;
	struct buf b = {0};

	(void)state;
	proposal_write(&p, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, "601402=612,a-b=0;danger=31");
	assert_true(proposal_read(b.p, &again));
	assert_int_equal(again.n, 2);
	assert_string_equal(again.v[1].code, "a-b");
	assert_int_equal(again.v[0].p, 612);
	assert_int_equal(again.danger, 31);
	assert_true(proposal_read(";danger=7", &again));
	assert_int_equal(again.n, 0);
	buf_free(&b);
}

static void what_is_no_proposal_is_none(void **state)
{
	static const char *const wrong[] = {"", "601402=612", "601402;danger=1", "=5;danger=1",
	    "601402=1001;danger=1", "601402=x;danger=1", "601402=5;danger=", "601402=5;danger=1001",
	    "601402=5;danger=1 ", "601402=5,danger=1", "1=1,2=1,3=1,4=1,5=1,6=1,7=1,8=1,9=1;danger=1",
	    "123456789012345678901234567890123=5;danger=1", "601402=99999999999999999999;danger=1"};
	struct proposal p;

	(void)state;
	for (int i = 0; i < (int)(sizeof wrong / sizeof *wrong); i++) {
		assert_false(proposal_read(wrong[i], &p));
		assert_int_equal(p.n, 0);
	}
	assert_false(proposal_read(NULL, &p));
}

static void a_choice_is_written_and_rendered(void **state)
{
	struct arena *a = arena_new();
	struct route r = routed("那个东西坏了", "601402=499,601301=400;danger=260");
	const char *text = choice_text(&r.choice, a);
	struct buf b = {0};
	struct json j = json_to(&b);

	(void)state;
	assert_string_equal(text,
	    "{\"confidence\":0.499,\"asked\":true,\"danger\":true,\"alternatives\":["
	    "{\"category\":\"601402\",\"confidence\":0.499},"
	    "{\"category\":\"601301\",\"confidence\":0.400}]}");
	assert_true(choice_asked(text));
	json_begin(&j, NULL);
	choice_render(&j, text, m, a);
	json_end(&j);
	buf_char(&b, '\0');
	assert_string_equal(b.p,
	    "{\"confidence\":0.499,\"asked\":true,\"danger\":true,\"alternatives\":["
	    "{\"category\":\"601402\",\"category_name\":\"食品\",\"lead\":\"market\",\"lead_name\":\"市监\","
	    "\"confidence\":0.499},"
	    "{\"category\":\"601301\",\"category_name\":\"爆管\",\"lead\":\"water\",\"lead_name\":\"水\","
	    "\"confidence\":0.400}]}");
	r = routed("楼下漏水", NULL);
	assert_null(choice_text(&r.choice, a));
	buf_free(&b);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_model_rules_alone_decide),
	    cmocka_unit_test(the_model_alone_decides_what_no_rule_knows),
	    cmocka_unit_test(in_doubt_it_is_dispatched_and_the_desk_is_asked),
	    cmocka_unit_test(the_model_alone_turns_no_help_away),
	    cmocka_unit_test(what_few_may_see_leaves_the_lead_to_urgent_words),
	    cmocka_unit_test(what_keywords_found_weighs_more),
	    cmocka_unit_test(a_rule_that_is_sure_weighs_most),
	    cmocka_unit_test(urgent_words_keep_the_lead_unless_the_model_is_sure),
	    cmocka_unit_test(a_categorys_keyword_is_not_urgent),
	    cmocka_unit_test(what_yields_takes_no_lead_from_urgent_words),
	    cmocka_unit_test(gas_keeps_the_lead_always),
	    cmocka_unit_test(the_desks_choice_always_wins),
	    cmocka_unit_test(the_policy_has_a_switch),
	    cmocka_unit_test(codes_that_are_gone_are_passed_over),
	    cmocka_unit_test(a_proposal_is_written_and_read),
	    cmocka_unit_test(what_is_no_proposal_is_none),
	    cmocka_unit_test(a_choice_is_written_and_rendered),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
