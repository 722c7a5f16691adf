/*
 * domain_deadline.c - the clocks of Art. 12 and their ladders against instants computed by hand: limits, steps,
 * reports, downtimes.
 */
#include "deadline_fixture.h"

/* -- Friday, 17:28 ----------------------------------------------------------------------------- */

static void a_p3_to_tier_2_on_friday_evening(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_DELIVERY].due, "03-06T17:33:00");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "03-06T17:33:00");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-09T08:28:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "none");
	step(STEP_ACKNOWLEDGED, "2026-03-06T20:10");
	STORY("03-06T17:30:30 reminder.sent acknowledge-half", "03-06T17:33:00 reminder.sent delivery-due",
	    "03-06T17:33:00 dispatch.overdue acknowledge", "03-06T17:33:00 reminder.sent acknowledge-due",
	    "03-06T17:43:00 escalation.raised acknowledge-leader",
	    "03-06T18:03:00 escalation.raised acknowledge-office", "03-06T19:03:00 reminder.sent repeat",
	    "03-06T20:03:00 reminder.sent repeat");
	step(STEP_ARRIVED, "2026-03-09T11:05");
	STORY("03-09T08:19:00 reminder.sent arrive-soon", /* 2 + 19 of 30 minutes */
	    "03-09T08:28:00 dispatch.overdue arrive", "03-09T08:28:00 reminder.sent arrive-due",
	    "03-09T08:38:00 escalation.raised arrive-leader",
	    "03-09T08:58:00 escalation.raised arrive-office", "03-09T09:58:00 reminder.sent repeat",
	    "03-09T10:58:00 reminder.sent repeat");
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-09T13:05:00");
	assert_int_equal(dispatch_overdue(d),
	    1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_ARRIVE);
	step(STEP_COMPLETED, "2026-03-09T12:00");
	NO_STORY();
	assert_int_equal(inc.wake_at, 0);
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-09T13:05:00"); /* it keeps its due and its end */
	assert_at(d->clocks[CLOCK_FIRST_REPORT].stopped, "03-09T12:00:00");
}

static void a_p4_to_tier_2_on_friday_evening(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P4, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_DELIVERY].due, "03-09T08:00:00");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "03-09T08:28:00");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-09T08:28:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-11T17:30:00");
	walk(at("2026-03-09T18:00"));
	STORY("03-09T08:00:00 reminder.sent delivery-due",
	    "03-09T08:13:00 reminder.sent acknowledge-half", /* 2 + 13 of 30 */
	    "03-09T08:19:00 reminder.sent arrive-soon", "03-09T08:28:00 dispatch.overdue acknowledge",
	    "03-09T08:28:00 reminder.sent acknowledge-due", "03-09T08:28:00 dispatch.overdue arrive",
	    "03-09T08:28:00 reminder.sent arrive-due", "03-09T08:38:00 escalation.raised acknowledge-leader",
	    "03-09T08:38:00 escalation.raised arrive-leader",
	    "03-09T08:58:00 escalation.raised acknowledge-office",
	    "03-09T08:58:00 escalation.raised arrive-office", "03-09T09:58:00 reminder.sent repeat",
	    "03-09T10:58:00 reminder.sent repeat", "03-09T11:58:00 reminder.sent repeat",
	    "03-09T15:28:00 reminder.sent repeat", /* 2 minutes before lunch, 58 after */
	    "03-09T16:28:00 reminder.sent repeat", "03-09T17:28:00 reminder.sent repeat");
	assert_at(inc.wake_at, "03-10T08:58:00");
}

static void a_p4_reports_in_working_days_and_is_reminded_in_office_hours(void **state)
{
	(void)state;
	issue("2026-03-06T09:00", P4, "600605", ZONE_OUTSIDE, "power", AS_LEAD);
	assert_at(d->clocks[CLOCK_DELIVERY].due, "03-06T14:30:00");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "03-06T09:30:00"); /* tier 1: 7x24 */
	step(STEP_ACKNOWLEDGED, "2026-03-06T09:10");
	walk(at("2026-03-12T12:00"));
	STORY("03-11T17:30:00 dispatch.overdue next-report", "03-11T17:30:00 reminder.sent report-due",
	    "03-12T08:10:00 escalation.raised report-leader",
	    "03-12T08:30:00 escalation.raised report-office", "03-12T09:30:00 reminder.sent repeat",
	    "03-12T10:30:00 reminder.sent repeat", "03-12T11:30:00 reminder.sent repeat");
}

/* -- Spring Festival 2026 ---------------------------------------------------------------------- */

static void spring_festival(void **state)
{
	(void)state;
	/* Saturday the 14th is worked, then nine days off. */
	issue("2026-02-14T17:20", P4, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_DELIVERY].due, "02-24T08:00:00");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "02-24T08:20:00");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "02-24T08:20:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "02-26T17:30:00");
	walk(at("2026-02-24T08:20"));
	STORY("02-24T08:00:00 reminder.sent delivery-due", "02-24T08:05:00 reminder.sent acknowledge-half",
	    "02-24T08:11:00 reminder.sent arrive-soon", "02-24T08:20:00 dispatch.overdue acknowledge",
	    "02-24T08:20:00 reminder.sent acknowledge-due", "02-24T08:20:00 dispatch.overdue arrive",
	    "02-24T08:20:00 reminder.sent arrive-due");
	issue("2026-02-13T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "02-14T08:28:00");
	issue("2026-02-27T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "02-28T08:28:00");
	issue("2026-02-28T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-02T08:28:00");
	issue("2026-02-15T10:00", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "02-15T10:15:00"); /* a Sunday off: off hours */
	assert_at(d->clocks[CLOCK_ARRIVE].due, "02-24T08:30:00");
	/* who is there at all times has no festival */
	issue("2026-02-16T20:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "02-16T20:05:00");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "02-16T20:30:00");
}

/* -- limits ------------------------------------------------------------------------------------ */

static void a_power_fault_has_the_limit_of_its_industry(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600202", ZONE_CITY, "power", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T18:13:00");
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:29");
	walk(at("2026-03-06T18:13"));
	STORY("03-06T17:59:30 reminder.sent arrive-soon", /* 70 % of 45 are 31.5 minutes */
	    "03-06T18:13:00 dispatch.overdue arrive", "03-06T18:13:00 reminder.sent arrive-due");
	issue("2026-03-06T17:28", P3, "600202", ZONE_OUTSIDE, "power", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T18:58:00");
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:29");
	walk(at("2026-03-06T18:58"));
	STORY("03-06T18:31:00 reminder.sent arrive-soon", "03-06T18:58:00 dispatch.overdue arrive",
	    "03-06T18:58:00 reminder.sent arrive-due");
	/* its limits are for its categories, and for it alone */
	issue("2026-03-06T17:28", P1, "600101", ZONE_CITY, "power", AS_ASSIST);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T17:58:00");
	issue("2026-03-06T17:28", P1, "600202", ZONE_CITY, "fire", AS_ASSIST);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T17:58:00");
	/* an industry without a limit for the zone leaves it to the city's rule */
	power_limits[0].city_ms = 0;
	issue("2026-03-06T17:28", P3, "600202", ZONE_CITY, "power", AS_LEAD);
	power_limits[0].city_ms = 45 * MINUTE_MS;
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T17:58:00");
}

static void acknowledge_due(const char *when, enum priority p, const char *unit, const char *want)
{
	issue(when, p, "600101", ZONE_CITY, unit, AS_LEAD);
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, want);
}

static void tier_2_has_longer_outside_office_hours(void **state)
{
	(void)state;
	acknowledge_due("2026-03-06T10:00", P1, "housing", "03-06T10:02:00");
	acknowledge_due("2026-03-06T22:00", P1, "housing", "03-06T22:05:00");
	acknowledge_due("2026-03-06T22:00", P2, "housing", "03-06T22:05:00");
	acknowledge_due("2026-03-06T22:00", P3, "housing", "03-06T22:15:00");
	acknowledge_due("2026-03-06T22:00", P4, "housing", "03-09T08:30:00");
	acknowledge_due("2026-03-06T12:30", P3, "housing", "03-06T12:45:00"); /* lunch */
	acknowledge_due("2026-03-07T10:00", P3, "housing", "03-07T10:15:00"); /* Saturday */
	acknowledge_due("2026-03-06T17:29:59", P3, "housing", "03-06T17:34:59");
	acknowledge_due("2026-03-06T17:30", P3, "housing", "03-06T17:45:00");
	acknowledge_due("2026-03-06T22:00", P1, "fire", "03-06T22:02:00");
	acknowledge_due("2026-03-06T22:00", P4, "fire", "03-06T22:30:00");
}

static void tier_2_comes_at_any_hour_for_what_is_urgent(void **state)
{
	(void)state;
	issue("2026-03-06T22:00", P2, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T22:30:00");
}

static void who_does_not_visit_reports_from_the_issue(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P3, "602001", ZONE_CITY, "fire", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "none");
	assert_int_equal(d->clocks[CLOCK_ARRIVE].start, 0);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-07T10:00:00");
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "propaganda", AS_ASSIST);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "none");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:00:00");
	/* scheduled: the third working day, whatever the priority; and never followed up */
	issue("2026-03-06T10:00", P2, "600605", ZONE_OUTSIDE, "fire", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "none");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-11T17:30:00");
	assert_false(deadline_followed(d));
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:00:30");
	assert_at(inc.wake_at, "03-11T17:30:00");
	/* it arrives all the same: reports go on as they were */
	step(STEP_ARRIVED, "2026-03-06T11:00");
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "none");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-11T17:30:00");
}

static void the_informed_have_no_clocks(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_INFORM);
	step(STEP_ACKNOWLEDGED, "2026-03-06T12:00");
	progress("2026-03-06T13:00", NULL);
	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		assert_int_equal(d->clocks[k].due + d->clocks[k].start, 0);
	assert_int_equal(inc.wake_at, 0);
	assert_int_equal(dispatch_overdue(d), 0);
}

/* -- outside the city -------------------------------------------------------------------------- */

static void a_typhoon_night_outside_the_city(void **state)
{
	(void)state;
	issue("2026-08-20T22:00", P1, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	assert_at(d->clocks[CLOCK_ARRIVE].due, "none");
	step(STEP_DELIVERED, "2026-08-20T22:00:10");
	step(STEP_ACKNOWLEDGED, "2026-08-20T22:00:40");
	walk(at("2026-08-20T22:31"));
	STORY("08-20T22:15:00 reminder.sent repeat", "08-20T22:30:00 reminder.sent repeat");
	d->eta = at("2026-08-20T23:20");
	step(STEP_DEPARTED, "2026-08-20T22:31");
	NO_STORY();
	walk(at("2026-08-20T23:49"));
	/* when the ETA has passed, then the round of every 15 minutes from the issue again */
	STORY("08-20T23:20:00 reminder.sent repeat", "08-20T23:30:00 reminder.sent repeat",
	    "08-20T23:45:00 reminder.sent repeat");
	step(STEP_ARRIVED, "2026-08-20T23:49");
	assert_at(inc.wake_at, "08-21T00:19:00"); /* the first report */
	assert_int_equal(dispatch_overdue(d), 0);
}

static void a_far_eta_silences_no_longer_than_policy_allows(void **state)
{
	(void)state;
	m.policy.eta_cap_ms = 2 * HOUR_MS;
	issue("2026-08-20T22:00", P2, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	d->eta = at("2026-08-22T12:00");
	step(STEP_ACKNOWLEDGED, "2026-08-20T22:00:40");
	assert_at(inc.wake_at, "08-21T00:00:40");
}

static void the_less_urgent_is_followed_up_by_day(void **state)
{
	(void)state;
	/* tier 1: every two hours between 08:00 and 22:00 */
	issue("2026-03-06T19:00", P3, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T19:01");
	walk(at("2026-03-07T11:00"));
	STORY("03-06T21:00:00 reminder.sent repeat", "03-07T08:00:00 reminder.sent repeat",
	    "03-07T09:00:00 reminder.sent repeat", "03-07T11:00:00 reminder.sent repeat");
	/* tier 2: in its own time, which for P3 are office hours */
	issue("2026-03-06T17:00", P3, "600101", ZONE_OUTSIDE, "housing", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:01");
	walk(at("2026-03-09T12:00"));
	STORY("03-09T09:30:00 reminder.sent repeat", "03-09T11:30:00 reminder.sent repeat");
}

static void once_escalated_the_outside_too_is_hourly(void **state)
{
	(void)state;
	issue("2026-08-20T22:00", P1, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	walk(at("2026-08-21T00:00"));
	STORY("08-20T22:01:00 reminder.sent delivery-due", "08-20T22:01:00 reminder.sent acknowledge-half",
	    "08-20T22:02:00 dispatch.overdue acknowledge", "08-20T22:02:00 reminder.sent acknowledge-due",
	    "08-20T22:12:00 escalation.raised acknowledge-leader",
	    "08-20T22:15:00 reminder.sent repeat", /* every 15 minutes from the issue */
	    "08-20T22:30:00 reminder.sent repeat", "08-20T22:32:00 escalation.raised acknowledge-office",
	    "08-20T23:32:00 reminder.sent repeat");
	step(STEP_ACKNOWLEDGED, "2026-08-21T00:00");
	/* taken up at last: every 15 minutes again, not the moment after it answered */
	walk(at("2026-08-21T00:30"));
	STORY("08-21T00:15:00 reminder.sent repeat", "08-21T00:30:00 reminder.sent repeat");
}

/* -- steps and marks --------------------------------------------------------------------------- */

static void at_the_due_instant_is_in_time(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->at[STEP_DELIVERED] = d->at[STEP_ACKNOWLEDGED] = at("2026-03-06T10:05");
	d->state = DISPATCH_ACKNOWLEDGED;
	deadline_step(&inc, d, &m, AROUND, STEP_ACKNOWLEDGED, false, at("2026-03-06T10:05"));
	assert_int_equal(dispatch_overdue(d), 0);
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->at[STEP_DELIVERED] = d->at[STEP_ACKNOWLEDGED] = at("2026-03-06T10:05") + 1;
	deadline_step(&inc, d, &m, AROUND, STEP_ACKNOWLEDGED, false, at("2026-03-06T10:05") + 1);
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE);
}

static void a_later_step_implies_the_earlier(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->at[STEP_ARRIVED] = at("2026-03-06T10:01:30"); /* nothing else is filled in */
	d->state = DISPATCH_ARRIVED;
	deadline_step(&inc, d, &m, AROUND, STEP_ARRIVED, false, d->at[STEP_ARRIVED]);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, at("2026-03-06T10:01:30"));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_DELIVERY); /* 60 s */
	assert_at(deadline_next(&inc, d, &m, AROUND, at("2026-03-06T10:02")), "03-06T10:31:30");
}

static void a_step_recorded_late_leaves_the_mark(void **state)
{
	struct explanation e;

	(void)state;
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:07"));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE);
	d->at[STEP_DELIVERED] = d->at[STEP_ACKNOWLEDGED] = at("2026-03-06T10:04");
	d->recorded[STEP_DELIVERED] = d->recorded[STEP_ACKNOWLEDGED] = now;
	d->state = DISPATCH_ACKNOWLEDGED;
	deadline_step(&inc, d, &m, AROUND, STEP_ACKNOWLEDGED, false, at("2026-03-06T10:04"));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE);
	deadline_explain(&inc, d, &m, AROUND, CLOCK_ACKNOWLEDGE, now, &e);
	assert_true(e.met);
	assert_true(e.overdue);
	assert_string_equal(e.sentence,
	    "签收时限5分钟(本系统约定),7×24小时计时;2026年3月6日(周五)10:00下达,应于10:05前签收。"
	    "系统曾标记超时;补录的签收时间为10:04,在时限内,经110报警服务台确认后以此为准。");
	n_story = 0;
	deadline_arm(&inc, &m, AROUND, now);
	walk(at("2026-03-06T10:21"));
	STORY("03-06T10:21:00 reminder.sent arrive-soon"); /* the leader is not told any more */
}

static void who_has_departed_is_not_asked_to(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:01");
	step(STEP_DEPARTED, "2026-03-06T10:10");
	assert_at(inc.wake_at, "03-06T10:30:00");
}

static void asking_to_return_stops_nothing(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:01");
	d->state = DISPATCH_RETURNING;
	walk(at("2026-03-06T10:40"));
	STORY("03-06T10:21:00 reminder.sent arrive-soon", "03-06T10:30:00 dispatch.overdue arrive",
	    "03-06T10:30:00 reminder.sent arrive-due", "03-06T10:40:00 escalation.raised arrive-leader");
	d->state = DISPATCH_WITHDRAWN;
	inc.state = INCIDENT_COMPLETED;
	assert_int_equal(deadline_next(&inc, d, &m, AROUND, now), 0);
	assert_int_equal(deadline_wake(&inc, &m, AROUND, now), 0);
	n_story = 0;
	now += DAY_MS;
	fire(0, 0);
	NO_STORY();
}

/* -- reports ----------------------------------------------------------------------------------- */

static void reports_follow_one_another(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:00:30");
	NO_STORY();
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-06T10:30:30");
	progress("2026-03-06T10:45", NULL);
	STORY("03-06T10:30:30 dispatch.overdue first-report", "03-06T10:30:30 reminder.sent report-due",
	    "03-06T10:40:30 escalation.raised report-leader");
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_FIRST_REPORT);
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-06T10:30:30"); /* kept */
	assert_at(d->clocks[CLOCK_FIRST_REPORT].stopped, "03-06T10:45:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:45:00");
	/* the unit says when; the ladder begins anew */
	progress("2026-03-06T11:00", "2026-03-06T15:00");
	NO_STORY();
	progress("2026-03-06T15:15", NULL);
	STORY("03-06T15:00:00 dispatch.overdue next-report", "03-06T15:00:00 reminder.sent report-due",
	    "03-06T15:10:00 escalation.raised report-leader");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T17:15:00"); /* the ETA has passed */
	/* further than policy lets it: cut to a day */
	progress("2026-03-06T16:00", "2026-03-10T00:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-07T16:00:00");
	step(STEP_COMPLETED, "2026-03-07T16:00");
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_FIRST_REPORT | 1u << CLOCK_NEXT_REPORT);
}

static void a_report_recorded_late_counts_from_when_it_was_made(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:01");
	progress("2026-03-06T10:10", NULL);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:10:00");
	walk(at("2026-03-06T12:15"));
	n_story = 0;
	/* made before the last one: moves nothing, and no reminder of the same due comes twice */
	progress_of(at("2026-03-06T10:05"), 0);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:10:00");
	walk(at("2026-03-06T12:20"));
	STORY("03-06T12:20:00 escalation.raised report-leader");
	/* made in time, recorded late: the next is counted from it, the mark stays */
	progress_of(at("2026-03-06T12:00"), 0);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T14:00:00");
	assert_int_equal(dispatch_overdue(d) & 1u << CLOCK_NEXT_REPORT, 1u << CLOCK_NEXT_REPORT);
	walk(at("2026-03-06T14:00"));
	STORY("03-06T14:00:00 dispatch.overdue next-report", "03-06T14:00:00 reminder.sent report-due");
}

/* The wake of its due marks the first report late; what the desk enters of before that proves it was not. */
static void a_first_report_made_in_time_is_not_late_whatever_its_wake_marked(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:01");
	walk(at("2026-03-06T10:40"));
	assert_true(dispatch_late(d) & 1u << CLOCK_FIRST_REPORT);
	progress_of(at("2026-03-06T10:31"), 0);
	assert_false(dispatch_late(d) & 1u << CLOCK_FIRST_REPORT);
	assert_true(dispatch_overdue(d) & 1u << CLOCK_FIRST_REPORT);
}

static void a_report_before_an_arrival_that_was_recorded_later(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:00:30");
	progress("2026-03-06T10:12", NULL);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "none"); /* on the way */
	now = at("2026-03-06T10:14");
	d->at[STEP_ARRIVED] = at("2026-03-06T10:08");
	d->state = DISPATCH_ARRIVED;
	deadline_step(&inc, d, &m, AROUND, STEP_ARRIVED, false, at("2026-03-06T10:08"));
	assert_at(d->clocks[CLOCK_FIRST_REPORT].stopped, "03-06T10:12:00");
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:12:00");
	assert_int_equal(dispatch_overdue(d), 0);
}

/* A report of the very instant of the arrival is made at the scene, whichever of the two was recorded first. */
static void a_report_at_the_instant_of_the_arrival(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:08");
	progress("2026-03-06T10:08", NULL);
	assert_at(d->clocks[CLOCK_FIRST_REPORT].stopped, "03-06T10:08:00");
	assert_int_equal(d->first_report_ms, 0);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:08:00");
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	progress("2026-03-06T10:08", NULL);
	step(STEP_ARRIVED, "2026-03-06T10:08");
	assert_at(d->clocks[CLOCK_FIRST_REPORT].stopped, "03-06T10:08:00");
	assert_int_equal(d->first_report_ms, 0);
	assert_at(d->clocks[CLOCK_NEXT_REPORT].due, "03-06T12:08:00");
}

static void later_clocks_know_their_revision(void **state)
{
	(void)state;
	char issued[] = "aaaaaaaaaaaa";
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->revision = issued;
	strcpy(m.revision, "bbbbbbbbbbbb");
	m.policy.first_report_ms[P1] = 20 * MINUTE_MS;
	m.policy.arrive_city_ms = 10 * MINUTE_MS;
	step(STEP_ARRIVED, "2026-03-06T10:00:30");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T10:30:00"); /* as issued */
	assert_at(d->clocks[CLOCK_FIRST_REPORT].due, "03-06T10:20:30");
	assert_string_equal(d->clocks[CLOCK_FIRST_REPORT].revision, "bbbbbbbbbbbb");
}

static void policy_may_start_the_clocks_at_delivery(void **state)
{
	(void)state;
	m.policy.start_at_delivery = true;
	issue("2026-03-06T10:00", P3, "600101", ZONE_CITY, "fire", AS_LEAD);
	assert_at(d->clocks[CLOCK_DELIVERY].due, "03-06T10:05:00");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "none");
	/* it is not fetched, and not forgotten */
	walk(at("2026-03-06T11:10"));
	STORY("03-06T10:05:00 reminder.sent delivery-due", "03-06T11:05:00 reminder.sent repeat");
	step(STEP_DELIVERED, "2026-03-06T11:10");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "03-06T11:15:00");
	assert_at(d->clocks[CLOCK_ARRIVE].due, "03-06T11:40:00");
	/* which limit applies was decided when it was issued, in office hours */
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T17:31");
	assert_at(d->clocks[CLOCK_ACKNOWLEDGE].due, "03-06T17:36:00");
}

static void a_completion_after_its_report_was_due_is_marked(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:00:30");
	/* before its wake came round: commands go before wakes */
	d->at[STEP_COMPLETED] = at("2026-03-06T10:30:30") + 1;
	d->state = DISPATCH_COMPLETED;
	deadline_step(&inc, d, &m, AROUND, STEP_COMPLETED, false, d->at[STEP_COMPLETED]);
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_FIRST_REPORT);
	assert_int_equal(deadline_wake(&inc, &m, AROUND, now), 0);
}

/* -- downtime ---------------------------------------------------------------------------------- */

static void what_is_owed_after_a_downtime_is_one_notice(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	now = at("2026-03-06T11:00");
	fire(at("2026-03-06T10:00:30"), at("2026-03-06T10:59:59"));
	STORY("03-06T11:00:00 dispatch.overdue acknowledge", "03-06T11:00:00 dispatch.overdue arrive",
	    "03-06T11:00:00 escalation.raised acknowledge-office");
	assert_non_null(strstr(data_of[2],
	    "\"rungs\":[\"delivery-due\",\"acknowledge-half\",\"acknowledge-due\","
	    "\"acknowledge-leader\",\"acknowledge-office\",\"arrive-soon\",\"arrive-due\","
	    "\"arrive-leader\",\"arrive-office\"]"));
	assert_non_null(strstr(data_of[2], "\"overdue_since\":\"2026-03-06T10:01:00+08:00\""));
	assert_non_null(strstr(data_of[2], "\"system_cause\":true"));
	assert_non_null(strstr(data_of[0], "\"system_cause\":true"));
	unsigned all = 1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_ARRIVE;
	assert_int_equal(dispatch_overdue(d), all);
	assert_int_equal(dispatch_system_late(d), all);
	/* a minute for the fetching, then two to acknowledge: not until 11:01:59 does it count */
	assert_at(inc.wake_at, "03-06T11:01:59");
	assert_int_equal(dispatch_late(d), 0);
	fire(0, 0);
	NO_STORY();
}

static void only_what_fell_due_while_it_was_down_is_its_fault(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:05"));
	n_story = 0;
	/* down from 10:05 to 10:25: the leader and a reminder were owed, no clock ran out */
	now = at("2026-03-06T10:25");
	fire(at("2026-03-06T10:05"), at("2026-03-06T10:25"));
	STORY("03-06T10:25:00 escalation.raised acknowledge-leader");
	assert_null(strstr(data_of[0], "system_cause"));
	assert_non_null(strstr(data_of[0], "\"rungs\":[\"acknowledge-leader\",\"arrive-soon\"]"));
	assert_int_equal(dispatch_system_late(d), 0);
	/* both ends belong to it */
	walk(at("2026-03-06T10:29"));
	now = at("2026-03-06T10:30");
	fire(at("2026-03-06T10:29"), at("2026-03-06T10:30"));
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ARRIVE);
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	now = at("2026-03-06T10:02:30");
	fire(at("2026-03-06T10:02"), now);
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE);
}

static void a_timer_that_is_a_little_late_changes_nothing(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:01"));
	n_story = 0;
	now = at("2026-03-06T10:02") + 7;
	fire(0, 0);
	STORY("03-06T10:02:00 reminder.sent delivery-due", "03-06T10:02:00 dispatch.overdue acknowledge",
	    "03-06T10:02:00 reminder.sent acknowledge-due");
	assert_at(inc.wake_at, "03-06T10:04:00"); /* late: it was not fetched for two minutes */
}

static void what_is_late_is_due_at_once(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	now = at("2026-03-06T10:09");
	assert_int_equal(deadline_next(&inc, d, &m, AROUND, now), now + 1);
	assert_int_equal(deadline_wake(&inc, &m, AROUND, now), now + 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_p3_to_tier_2_on_friday_evening),
	    TEST(a_p4_to_tier_2_on_friday_evening),
	    TEST(a_p4_reports_in_working_days_and_is_reminded_in_office_hours),
	    TEST(spring_festival),
	    TEST(a_power_fault_has_the_limit_of_its_industry),
	    TEST(tier_2_has_longer_outside_office_hours),
	    TEST(tier_2_comes_at_any_hour_for_what_is_urgent),
	    TEST(who_does_not_visit_reports_from_the_issue),
	    TEST(the_informed_have_no_clocks),
	    TEST(a_typhoon_night_outside_the_city),
	    TEST(a_far_eta_silences_no_longer_than_policy_allows),
	    TEST(the_less_urgent_is_followed_up_by_day),
	    TEST(once_escalated_the_outside_too_is_hourly),
	    TEST(at_the_due_instant_is_in_time),
	    TEST(a_later_step_implies_the_earlier),
	    TEST(a_step_recorded_late_leaves_the_mark),
	    TEST(who_has_departed_is_not_asked_to),
	    TEST(asking_to_return_stops_nothing),
	    TEST(reports_follow_one_another),
	    TEST(a_report_recorded_late_counts_from_when_it_was_made),
	    TEST(a_first_report_made_in_time_is_not_late_whatever_its_wake_marked),
	    TEST(a_report_before_an_arrival_that_was_recorded_later),
	    TEST(a_report_at_the_instant_of_the_arrival),
	    TEST(later_clocks_know_their_revision),
	    TEST(policy_may_start_the_clocks_at_delivery),
	    TEST(a_completion_after_its_report_was_due_is_marked),
	    TEST(what_is_owed_after_a_downtime_is_one_notice),
	    TEST(only_what_fell_due_while_it_was_down_is_its_fault),
	    TEST(a_timer_that_is_a_little_late_changes_nothing),
	    TEST(what_is_late_is_due_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
