/*
 * domain_deadline_explain.c - what a notice says and whom to call, and the explanation of each limit.
 */
#include "deadline_fixture.h"

/* -- what a notice says ------------------------------------------------------------------------ */

/* SHA-256 of the salt (16 bytes of 0) and "丙\t0597-31\n丁\t0597-32\n"; "戊\t0597-33\n" */
#define TWO "624d091b4dec33bbd7e1ceabd03163d95d989fb584476b5f7a12b390b2dc2454"
#define ONE "32d10ddef2c31cd5b5348d5045ec724836b9cde4ac4afaf7bf5e51f433c3d51d"

static void notices_name_their_recipients(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	inc.drill = true;
	walk(at("2026-03-06T17:43"));
	/* after closing time: liaison and person in charge */
	assert_string_equal(data_of[0],
	    "{\"rung\":\"acknowledge-half\",\"clock\":\"acknowledge\","
	    "\"due\":\"2026-03-06T17:33:00+08:00\",\"recipients\":["
	    "{\"role\":\"liaison\",\"unit\":\"housing\",\"contact\":0,"
	    "\"digest\":\"housing:liaison@2026-03-06T17:30:00+08:00\"},"
	    "{\"role\":\"person-in-charge\",\"unit\":\"housing\",\"contact\":1,"
	    "\"digest\":\"housing:person-in-charge@2026-03-06T17:30:00+08:00\"}],"
	    "\"drill\":true,\"contacts\":\"" TWO "\"}");
	assert_string_equal(data_of[1],
	    "{\"rung\":\"delivery-due\",\"clock\":\"delivery\",\"due\":\"2026-03-06T17:33:00+08:00\","
	    "\"recipients\":[{\"role\":\"desk\",\"digest\":\"desk@2026-03-06T17:33:00+08:00\"}],"
	    "\"call\":[{\"role\":\"liaison\",\"contact\":0},{\"role\":\"person-in-charge\",\"contact\":1}],"
	    "\"drill\":true,\"contacts\":\"" TWO "\"}");
	assert_string_equal(data_of[2],
	    "{\"clock\":\"acknowledge\",\"due\":\"2026-03-06T17:33:00+08:00\",\"drill\":true}");
	assert_string_equal(data_of[4],
	    "{\"rung\":\"acknowledge-leader\",\"level\":\"leader\",\"clock\":\"acknowledge\","
	    "\"due\":\"2026-03-06T17:33:00+08:00\",\"overdue_since\":\"2026-03-06T17:33:00+08:00\","
	    "\"recipients\":[{\"role\":\"leader\",\"unit\":\"housing\",\"contact\":0,"
	    "\"digest\":\"housing:leader@2026-03-06T17:43:00+08:00\"}],"
	    "\"drill\":true,\"contacts\":\"" ONE "\"}");
}

/* A roster's people go before the fixed phone, and a number is not rung twice. */
static void whom_to_call_by_a_roster(void **state)
{
	static struct person people[] = {{.id = "chen", .contact = {.name = "陈", .phone = "0597-41"}},
	    {.id = "li", .contact = {.name = "李", .phone = "0597-42"}}};
	struct duty_group order[] = {{{&people[0], &people[1]}, 2}};
	struct roster_shift shift = {.name = "昼夜",
	    .from = 480,
	    .to = 480,
	    .every = 1,
	    .order = order,
	    .n_order = 1,
	    .start = local_day(at("2026-03-01T00:00"))};
	struct roster roster = {.people = people, .n_people = 2, .shifts = &shift, .n_shifts = 1};
	struct duty_assignment swap = {
	    .unit = "fire", .from = at("2026-03-06T22:00"), .to = at("2026-03-07T02:00"), .people = "li"};
	struct circumstances swapped = {.assignments = &swap, .n_assignments = 1};
	struct unit *fire = &units[0];

	(void)state;
	fire->roster = &roster;
	struct call c = deadline_call(&m, &swapped, fire, at("2026-03-06T21:59"));
	assert_int_equal(c.n, 3);
	assert_int_equal(c.n_duty, 2);
	assert_ptr_equal(c.who[0], &people[0].contact);
	assert_ptr_equal(c.who[2], &fire->duty);
	assert_int_equal(c.until, at("2026-03-07T08:00"));
	assert_string_equal(call_why(&c, 1), "正在值班");
	assert_string_equal(call_why(&c, 2), "24小时值班电话");
	c = deadline_call(&m, &swapped, fire, at("2026-03-06T22:00"));
	assert_int_equal(c.n, 2);
	assert_ptr_equal(c.who[0], &people[1].contact);
	assert_int_equal(c.until, at("2026-03-07T02:00"));
	people[0].contact.phone = fire->duty.phone;
	c = deadline_call(&m, &swapped, fire, at("2026-03-06T21:59"));
	assert_int_equal(c.n, 2);
	people[0].contact.phone = "0597-41";
	/* both are told, each with a key of his own */
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:01"));
	assert_non_null(strstr(data_of[1],
	    "\"recipients\":[{\"role\":\"duty\",\"unit\":\"fire\",\"contact\":0,"
	    "\"digest\":\"fire:duty@"));
	assert_non_null(strstr(data_of[1],
	    "{\"role\":\"duty\",\"unit\":\"fire\",\"contact\":1,"
	    "\"digest\":\"fire:duty-2@"));
	fire->roster = NULL;
}

static void whom_to_call(void **state)
{
	(void)state;
	struct call c = deadline_call(&m, NULL, mechanism_unit(&m, "fire"), at("2026-03-06T22:00"));
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[0].duty);
	c = deadline_call(&m, NULL, mechanism_unit(&m, "housing"), at("2026-03-06T10:00"));
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[2].duty);
	c = deadline_call(&m, NULL, mechanism_unit(&m, "housing"), at("2026-03-06T12:00"));
	assert_int_equal(c.n, 2);
	assert_ptr_equal(c.who[0], &units[2].liaison);
	assert_ptr_equal(c.who[1], &units[2].person_in_charge);
	c = deadline_call(&m, NULL, mechanism_unit(&m, "propaganda"),
	    at("2026-03-06T22:00")); /* no other contact is known */
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[3].duty);
	assert_int_equal(deadline_call(&m, NULL, mechanism_unit(&m, "nobody"), now).n, 0);
}

/* -- explanations ------------------------------------------------------------------------------ */

static struct explanation explained(enum clock_kind kind)
{
	struct explanation e;

	deadline_explain(&inc, d, &m, AROUND, kind, now, &e);
	return e;
}

#define assert_says(kind, text) assert_string_equal(explained(kind).sentence, (text))

static void clocks_are_explained(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_says(CLOCK_ACKNOWLEDGE,
	    "签收时限5分钟(本系统约定),7×24小时计时;"
	    "2026年3月6日(周五)17:28下达,应于17:33前签收。");
	assert_says(CLOCK_ARRIVE,
	    "到场时限30分钟(第十二条),按工作时间计时:3月6日17:28–17:30计2分钟,"
	    "3月9日08:00–08:28计28分钟,合计30分钟,应于3月9日08:28前到场。");
	assert_says(CLOCK_FIRST_REPORT, "首次反馈时限2小时(本系统约定),自到场起计时,尚未开始。");
	struct explanation e = explained(CLOCK_ARRIVE);
	assert_int_equal(e.n_stretches, 2);
	assert_at(e.due, "03-09T08:28:00");
	assert_string_equal(e.limit.rule, "city-30min");
	assert_string_equal(e.revision, "aaaaaaaaaaaa");
	assert_true(e.calendar_known);
	assert_false(e.met || e.overdue || e.stopped);
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:32:30");
	assert_says(CLOCK_ACKNOWLEDGE,
	    "签收时限5分钟(本系统约定),7×24小时计时;2026年3月6日(周五)17:28下达,应于17:33前签收。"
	    "已于17:32:30签收,在时限内。");
	step(STEP_ARRIVED, "2026-03-09T08:38");
	assert_says(CLOCK_ARRIVE,
	    "到场时限30分钟(第十二条),按工作时间计时:3月6日17:28–17:30计2分钟,"
	    "3月9日08:00–08:28计28分钟,合计30分钟,应于3月9日08:28前到场。"
	    "已于3月9日08:38到场,超时10分钟,其中等待送达2分钟不计。");
	assert_says(CLOCK_FIRST_REPORT,
	    "首次反馈时限2小时(本系统约定),7×24小时计时;"
	    "2026年3月9日(周一)08:38到场,应于10:38前反馈。");
	progress("2026-03-09T09:00", "2026-03-09T12:00");
	assert_says(CLOCK_NEXT_REPORT,
	    "续报时限为单位预计时间(本系统约定):"
	    "2026年3月9日(周一)09:00上次反馈,应于12:00前再次反馈。");
	assert_true(explained(CLOCK_FIRST_REPORT).met);
	now = at("2026-03-09T12:30");
	assert_says(CLOCK_NEXT_REPORT,
	    "续报时限为单位预计时间(本系统约定):"
	    "2026年3月9日(周一)09:00上次反馈,应于12:00前再次反馈。"
	    "至12:30仍未再次反馈,已超时30分钟。");
}

/* What the desk amends does not change what was set by the old: neither the ladder nor its reason. */
static void an_amended_incident_leaves_set_clocks_alone(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	struct explanation before = explained(CLOCK_ARRIVE);
	inc.priority = P1;
	inc.zone = ZONE_OUTSIDE;
	inc.category = "600605";
	struct explanation after = explained(CLOCK_ARRIVE);
	assert_string_equal(after.sentence, before.sentence);
	assert_int_equal(after.limit.time, TIME_OFFICE);
	assert_int_equal(after.n_stretches, 2);
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:29");
	n_story = 0;
	step(STEP_ARRIVED, "2026-03-09T08:20");
	STORY("03-09T08:19:00 reminder.sent arrive-soon"); /* 70 % in office hours, not by night */
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-09T08:50:00"); /* set now: of the P1 that it is */
	inc.priority = P4;
	assert_int_equal(explained(CLOCK_FIRST_REPORT).limit.limit_ms, 30 * MINUTE_MS);
}

static void limits_of_other_kinds_are_explained(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P4, "600605", ZONE_OUTSIDE, "housing", AS_LEAD);
	assert_says(CLOCK_DELIVERY,
	    "送达时限为下一次上班时(本系统约定):"
	    "2026年3月6日(周五)17:28下达,应于3月9日08:00前送达。");
	assert_says(CLOCK_ARRIVE, "该类事项按约定时间办理,不设到场时限(本系统约定)。");
	assert_says(CLOCK_NEXT_REPORT,
	    "续报时限为第3个工作日下班时(本系统约定):"
	    "2026年3月6日(周五)17:28下达,应于3月11日17:30前再次反馈。");
	issue("2026-03-06T22:00", P3, "600101", ZONE_OUTSIDE, "housing", AS_LEAD);
	assert_says(CLOCK_ACKNOWLEDGE,
	    "签收时限15分钟(本系统约定,二级单位非工作时间),7×24小时计时;"
	    "2026年3月6日(周五)22:00下达,应于22:15前签收。");
	assert_says(CLOCK_ARRIVE,
	    "城区范围外应尽快赶赴现场,不设到场时限,不计超时,"
	    "到场前持续跟踪(第十二条)。");
	issue("2026-03-06T10:00", P3, "600202", ZONE_OUTSIDE, "power", AS_LEAD);
	assert_says(CLOCK_ARRIVE,
	    "到场时限1小时30分钟(供电服务“十项承诺”),7×24小时计时;"
	    "2026年3月6日(周五)10:00下达,应于11:30前到场。");
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "power", AS_INFORM);
	assert_says(CLOCK_ARRIVE, "知会单位,不计时限(本系统约定)。");
	issue("2026-12-31T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_says(CLOCK_ARRIVE,
	    "到场时限30分钟(第十二条),按工作时间计时:12月31日17:28–17:30计2分钟,1月1日08:00–08:28"
	    "计28分钟,合计30分钟,应于1月1日08:28前到场"
	    "(2027年的节假日安排未录入,按周一至周五为工作日推算)。");
	assert_false(explained(CLOCK_ARRIVE).calendar_known);
	assert_true(explained(CLOCK_ACKNOWLEDGE).calendar_known);
}

static void lateness_of_the_system_is_said(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	now = at("2026-03-06T10:05");
	fire(at("2026-03-06T10:00:30"), now);
	assert_says(CLOCK_ACKNOWLEDGE,
	    "签收时限2分钟(本系统约定),7×24小时计时;"
	    "2026年3月6日(周五)10:00下达,应于10:02前签收。"
	    "至10:05仍未签收,已超时3分钟,其中等待送达1分钟、系统停机4分钟不计,不算超时。系统原因,不计考评。");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(notices_name_their_recipients),
	    TEST(whom_to_call_by_a_roster),
	    TEST(whom_to_call),
	    TEST(clocks_are_explained),
	    TEST(an_amended_incident_leaves_set_clocks_alone),
	    TEST(limits_of_other_kinds_are_explained),
	    TEST(lateness_of_the_system_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
