/*
 * domain_deadline_explain.c - what a notice says and whom to call, and the explanation of each limit.
 */
#include "deadline_fixture.h"

/* -- what a notice says ------------------------------------------------------------------------ */

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
	    "{\"role\":\"liaison\",\"unit\":\"housing\",\"name\":\"丙\",\"phone\":\"0597-31\","
	    "\"digest\":\"housing:liaison@2026-03-06T17:30:00+08:00\"},"
	    "{\"role\":\"person-in-charge\",\"unit\":\"housing\",\"name\":\"丁\","
	    "\"phone\":\"0597-32\",\"digest\":\"housing:person-in-charge@2026-03-06T17:30:00+08:00\"}],"
	    "\"drill\":true}");
	assert_string_equal(data_of[1],
	    "{\"rung\":\"delivery-due\",\"clock\":\"delivery\",\"due\":\"2026-03-06T17:33:00+08:00\","
	    "\"recipients\":[{\"role\":\"desk\",\"digest\":\"desk@2026-03-06T17:33:00+08:00\"}],"
	    "\"call\":[{\"role\":\"liaison\",\"name\":\"丙\",\"phone\":\"0597-31\"},"
	    "{\"role\":\"person-in-charge\",\"name\":\"丁\",\"phone\":\"0597-32\"}],\"drill\":true}");
	assert_string_equal(data_of[2],
	    "{\"clock\":\"acknowledge\",\"due\":\"2026-03-06T17:33:00+08:00\",\"drill\":true}");
	assert_string_equal(data_of[4],
	    "{\"rung\":\"acknowledge-leader\",\"level\":\"leader\",\"clock\":\"acknowledge\","
	    "\"due\":\"2026-03-06T17:33:00+08:00\",\"overdue_since\":\"2026-03-06T17:33:00+08:00\","
	    "\"recipients\":[{\"role\":\"leader\",\"unit\":\"housing\",\"name\":\"戊\","
	    "\"phone\":\"0597-33\",\"digest\":\"housing:leader@2026-03-06T17:43:00+08:00\"}],"
	    "\"drill\":true}");
}

static void whom_to_call(void **state)
{
	(void)state;
	struct call c = deadline_call(&m, mechanism_unit(&m, "fire"), at("2026-03-06T22:00"));
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[0].duty);
	c = deadline_call(&m, mechanism_unit(&m, "housing"), at("2026-03-06T10:00"));
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[2].duty);
	c = deadline_call(&m, mechanism_unit(&m, "housing"), at("2026-03-06T12:00"));
	assert_int_equal(c.n, 2);
	assert_ptr_equal(c.who[0], &units[2].liaison);
	assert_ptr_equal(c.who[1], &units[2].person_in_charge);
	c = deadline_call(&m, mechanism_unit(&m, "propaganda"),
	    at("2026-03-06T22:00")); /* no other contact is known */
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.who[0], &units[3].duty);
	assert_int_equal(deadline_call(&m, mechanism_unit(&m, "nobody"), now).n, 0);
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
	    TEST(whom_to_call),
	    TEST(clocks_are_explained),
	    TEST(an_amended_incident_leaves_set_clocks_alone),
	    TEST(limits_of_other_kinds_are_explained),
	    TEST(lateness_of_the_system_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
