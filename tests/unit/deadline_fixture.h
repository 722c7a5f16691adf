/*
 * deadline_fixture.h - a small mechanism with the shipped limits, and a world of one incident and one
 * dispatch: what happens to it is told as a story.
 *
 * 2026: 6 March is a Friday. Office hours 08:00-12:00, 14:30-17:30, in summer 15:00-18:00.
 */
#ifndef DEADLINE_FIXTURE_H
#define DEADLINE_FIXTURE_H
#include "unit.h"
#include "base/arena.h"
#include "domain/circumstances.h"
#include "domain/deadline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* -- a small mechanism with the shipped limits ------------------------------------------------- */

static struct span summer[] = {{480, 720}, {900, 1080}}, winter[] = {{480, 720}, {870, 1050}};
static struct season seasons[] = {{601, 930, summer, 2}, {101, 1231, winter, 2}};
static struct calendar_year years[] = {{.year = 2026}};

#define PERSON(n, p)                                                                                         \
	{                                                                                                    \
		.name = n, .phone = p                                                                        \
	}

static const char *power_categories[] = {"6002*"};
static struct industry_limit power_limits[] = {
    {power_categories, 1, 45 * MINUTE_MS, 90 * MINUTE_MS, "供电服务“十项承诺”"}};

static struct unit units[] = {
    {.id = "fire",
	.name = "消防",
	.tier = 1,
	.visits = true,
	.duty = PERSON("值班", "0597-119"),
	.leader = PERSON("甲", "0597-1")},
    {.id = "power",
	.name = "供电",
	.tier = 1,
	.visits = true,
	.limits = power_limits,
	.n_limits = 1,
	.duty = PERSON(NULL, "95598"),
	.leader = PERSON("乙", "0597-2")},
    {.id = "housing",
	.name = "住建",
	.tier = 2,
	.visits = true,
	.duty = PERSON("值班", "0597-30"),
	.liaison = PERSON("丙", "0597-31"),
	.person_in_charge = PERSON("丁", "0597-32"),
	.leader = PERSON("戊", "0597-33")},
    {.id = "propaganda", .name = "宣传部", .tier = 2, .visits = false, .duty = PERSON("值班", "0597-40")},
};

static struct category categories[] = {
    {.code = "600101", .name = "险情", .arrival = ARRIVAL_CITY_RULE},
    {.code = "600202", .name = "停电", .arrival = ARRIVAL_INDUSTRY},
    {.code = "602001", .name = "舆情", .arrival = ARRIVAL_NO_VISIT},
    {.code = "600605", .name = "路灯", .arrival = ARRIVAL_SCHEDULED},
};

static struct mechanism m;

static inline void set_days(const char *from, const char *to, enum day_kind kind)
{
	struct date a = {0, 0, 0}, b = {0, 0, 0};

	assert_true(date_parse(str_of(from), &a));
	assert_true(date_parse(str_of(to), &b));
	int64_t first = date_day((struct date){2026, 1, 1});
	for (int64_t day = date_day(a); day <= date_day(b); day++)
		years[0].kind[day - first] = (unsigned char)kind;
}

static inline void set_time(enum clock_kind kind, int tier, enum priority p, enum clock_time t)
{
	m.policy.time[tier][kind][p] = t;
}

static inline void set_policy(struct policy *p)
{
	static const int64_t delivery[] = {0, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 0};
	static const int64_t acknowledge[] = {0, 2 * MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS};
	static const int64_t off[] = {0, 5 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 0};
	static const int64_t first[] = {0, 30 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 0};
	static const int64_t next[] = {0, 2 * HOUR_MS, 2 * HOUR_MS, 24 * HOUR_MS, 0};
	static const int64_t outside[] = {0, 15 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 0};

	*p = (struct policy){
	    .delivery_next_office[P4] = true,
	    .arrive_city_ms = 30 * MINUTE_MS,
	    .next_report_days[P4] = 3,
	    .lead_missing_ms = 2 * MINUTE_MS,
	    .lead_missing_shift_leader_ms = 10 * MINUTE_MS,
	    .lead_missing_office_ms = 30 * MINUTE_MS,
	    .scheduled_report_days = 3,
	    .eta_cap_ms = 24 * HOUR_MS,
	    .acknowledge_remind_percent = 50,
	    .arrive_remind_percent = 70,
	    .leader_after_ms = 10 * MINUTE_MS,
	    .office_after_ms = 30 * MINUTE_MS,
	    .outside_hours[P1] = {0, 1440},
	    .outside_hours[P2] = {0, 1440},
	    .outside_hours[P3] = {480, 1320},
	    .repeat_every_ms = HOUR_MS,
	    .digest_window_ms = MINUTE_MS,
	    .callback_ms = DAY_MS,
	    .callback_hours = {540, 1260},
	    .callback_office_ms = DAY_MS,
	    .callback_attempts = 3,
	    .close_after_callback = 1,
	};
	memcpy(p->delivery_ms, delivery, sizeof delivery);
	memcpy(p->acknowledge_ms, acknowledge, sizeof acknowledge);
	memcpy(p->acknowledge_off_ms, off, sizeof off);
	memcpy(p->first_report_ms, first, sizeof first);
	memcpy(p->next_report_ms, next, sizeof next);
	memcpy(p->outside_every_ms, outside, sizeof outside);
}

static inline void set_times(void)
{
	set_time(CLOCK_DELIVERY, 1, P4, TIME_OFFICE);
	set_time(CLOCK_DELIVERY, 2, P4, TIME_OFFICE);
	set_time(CLOCK_ACKNOWLEDGE, 2, P4, TIME_OFFICE);
	set_time(CLOCK_ARRIVE, 2, P3, TIME_OFFICE);
	set_time(CLOCK_ARRIVE, 2, P4, TIME_OFFICE);
	for (int tier = 1; tier <= 2; tier++) {
		set_time(CLOCK_FIRST_REPORT, tier, P4, TIME_WORKDAYS);
		set_time(CLOCK_NEXT_REPORT, tier, P4, TIME_WORKDAYS);
	}
}

/* Everything anew: a test may bend the policy. */
static inline int setup(void **state)
{
	(void)state;
	m = (struct mechanism){
	    .arena = arena_new(),
	    .revision = "aaaaaaaaaaaa",
	    .units = units,
	    .n_units = COUNT(units),
	    .categories = categories,
	    .n_categories = COUNT(categories),
	    .calendar = {years, 1, seasons, 2},
	};
	memset(years[0].kind, 0, sizeof years[0].kind);
	set_days("2026-01-01", "2026-01-03", DAY_OFF);
	set_days("2026-01-04", "2026-01-04", DAY_WORK);
	set_days("2026-02-14", "2026-02-14", DAY_WORK);
	set_days("2026-02-15", "2026-02-23", DAY_OFF);
	set_days("2026-02-28", "2026-02-28", DAY_WORK);
	set_days("2026-04-04", "2026-04-06", DAY_OFF);
	set_days("2026-05-01", "2026-05-05", DAY_OFF);
	set_days("2026-05-09", "2026-05-09", DAY_WORK);
	set_days("2026-06-19", "2026-06-21", DAY_OFF);
	set_days("2026-09-20", "2026-09-20", DAY_WORK);
	set_days("2026-09-25", "2026-09-27", DAY_OFF);
	set_days("2026-10-01", "2026-10-07", DAY_OFF);
	set_days("2026-10-10", "2026-10-10", DAY_WORK);
	set_policy(&m.policy);
	set_times();
	mechanism_index(&m);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	arena_free(m.arena);
	return 0;
}

/* -- a world: one incident, one dispatch, and what happens to it ------------------------------- */

static struct incident inc;
static struct dispatch *d;
static struct dispatch slots[4];
static int64_t now;
static struct downtime downs[16];
static struct circumstances around = {.downtimes = downs};
#define AROUND (&around)
static char late_story[40][96]; /* "03-06T17:33:00 acknowledge": dispatch.late */
static int n_late_story;
static char story[200][96]; /* "03-06T17:30:30 reminder.sent acknowledge-half" */
static char data_of[200][1024];
static int n_story;

static inline int64_t at(const char *text)
{
	char full[40];
	int64_t ms = 0;

	snprintf(full, sizeof full, "%s%s+08:00", text, strlen(text) == 16 ? ":00" : "");
	if (!time_parse(str_of(full), &ms))
		fail_msg("not an instant: %s", text);
	return ms;
}

/* 03-06T17:30:30 */
static inline const char *shown(int64_t ms)
{
	static char text[4][TIME_TEXT_MAX];
	static int i;

	if (!ms)
		return "none";
	i = (i + 1) % 4;
	time_rfc3339(ms, text[i]);
	text[i][19] = '\0';
	return text[i] + 5;
}

#define assert_at(got, want) assert_string_equal(shown(got), (want))

static inline struct dispatch *issue(const char *when, enum priority p, const char *category, enum zone zone,
    const char *unit, enum dispatch_role role)
{
	/* another leads, and is done, where it is not this one */
	inc = (struct incident){.number = "A1",
	    .state = role == AS_LEAD ? INCIDENT_OPEN : INCIDENT_COMPLETED,
	    .category = category,
	    .priority = p,
	    .zone = zone,
	    .dispatches = slots,
	    .n_dispatches = 1,
	    .cap_dispatches = 4};
	slots[0] = (struct dispatch){.n = 1,
	    .unit = unit,
	    .role = role,
	    .issued_at = at(when),
	    .revision = m.revision,
	    .acknowledge_ms = -1,
	    .arrive_ms = -1,
	    .first_report_ms = -1};
	d = &slots[0];
	now = at(when);
	n_story = n_late_story = 0;
	around.n_downtimes = 0;
	deadline_issue(&inc, d, &m);
	deadline_arm(&inc, &m, AROUND, now);
	return d;
}

/* A member of the data as text; "" if there is none. */
static inline const char *member(const char *data, const char *key)
{
	static char value[64];
	char pattern[40];

	snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
	const char *p = strstr(data, pattern);
	snprintf(value, sizeof value, "%.*s", p ? (int)strcspn(p + strlen(pattern), "\"") : 0,
	    p ? p + strlen(pattern) : "");
	return value;
}

static inline void tell(const struct event *e)
{
	assert_true(n_story < (int)COUNT(story));
	assert_int_equal(e->at, now);
	snprintf(data_of[n_story], sizeof data_of[0], "%.*s", (int)e->data.n, e->data.p);
	const char *data = data_of[n_story];
	if (e->type == EVENT_DISPATCH_LATE || e->type == EVENT_INCIDENT_LATE) {
		assert_true(n_late_story < (int)COUNT(late_story));
		snprintf(late_story[n_late_story++], sizeof late_story[0], "%s %s", shown(e->at),
		    member(data, "clock"));
		return;
	}
	const char *what = member(data, e->type == EVENT_DISPATCH_OVERDUE ? "clock" : "rung");
	snprintf(story[n_story++], sizeof story[0], "%s %s %s", shown(e->at), event_names[e->type], what);
}

static inline void fire(int64_t down_from, int64_t down_to)
{
	struct arena *a = arena_new();
	struct decision out = {.incident = &inc, .at = now, .actor = "system"};

	around.n_downtimes = downtimes_add(downs, around.n_downtimes, (struct downtime){down_from, down_to});
	deadline_fire(&inc, &m, AROUND, now, &out, a);
	for (int i = 0; i < out.n_events; i++)
		tell(&out.events[i]);
	deadline_arm(&inc, &m, AROUND, now);
	assert_true(inc.wake_at == 0 || inc.wake_at > now);
	arena_free(a);
}

static inline void proved(void)
{
	const char *wrong = deadline_check(&inc, &m, AROUND, now);

	if (!wrong)
		return;
	for (int i = 0; i < inc.n_dispatches; i++) {
		for (int k = 0; k < DISPATCH_CLOCKS; k++) {
			const struct clock *c = &inc.dispatches[i].clocks[k];
			if (c->start)
				print_message("%d %s %s: start %s due %s stopped %s overdue %d late %d\n",
				    i + 1, inc.dispatches[i].unit, clock_names[k], shown(c->start),
				    shown(c->due), shown(c->stopped), c->overdue, c->late);
		}
		print_message("  state %d role %d delivered %s\n", inc.dispatches[i].state,
		    inc.dispatches[i].role, shown(inc.dispatches[i].at[0]));
	}
	for (size_t i = 0; i < around.n_downtimes; i++)
		print_message("down %s %s\n", shown(downs[i].from), shown(downs[i].to));
	fail_msg("at %s, wake %s: %s", shown(now), shown(inc.wake_at), wrong);
}

/* From wake to wake until this instant. */
static inline void walk(int64_t until)
{
	while (inc.wake_at && inc.wake_at <= until) {
		now = inc.wake_at;
		fire(0, 0);
		proved();
	}
	now = until;
}

static inline void step(enum step s, const char *when)
{
	static const enum dispatch_state states[STEPS] = {
	    DISPATCH_ISSUED, DISPATCH_ACKNOWLEDGED, DISPATCH_DEPARTED, DISPATCH_ARRIVED, DISPATCH_COMPLETED};

	walk(at(when));
	for (int i = 0; i <= (int)s; i++)
		if (!d->at[i] && (i == (int)s || i != STEP_DEPARTED))
			d->at[i] = now;
	d->state = states[s];
	if (s == STEP_COMPLETED)
		inc.state = INCIDENT_COMPLETED;
	deadline_step(&inc, d, &m, AROUND, s, false, now);
	deadline_arm(&inc, &m, AROUND, now);
	proved();
}

static inline void progress_of(int64_t when, int64_t eta)
{
	d->reported_at = when;
	if (eta)
		d->eta = eta;
	deadline_step(&inc, d, &m, AROUND, STEP_ACKNOWLEDGED, true, when);
	deadline_arm(&inc, &m, AROUND, now);
	proved();
}

static inline void progress(const char *when, const char *eta)
{
	walk(at(when));
	progress_of(now, eta ? at(eta) : 0);
}

static inline void story_is(const char *const *want, int n)
{
	for (int i = 0; i < n && i < n_story; i++)
		assert_string_equal(story[i], want[i]);
	if (n_story > n)
		fail_msg("one more: %s", story[n]);
	if (n_story < n)
		fail_msg("missing: %s", want[n_story]);
}

#define STORY(...)                                                                                           \
	do {                                                                                                 \
		static const char *const want[] = {__VA_ARGS__};                                             \
		story_is(want, (int)COUNT(want));                                                            \
		n_story = 0;                                                                                 \
	} while (0)
#define NO_STORY() assert_int_equal(n_story, 0)

#endif
