/*
 * lifecycle_fixture.h - a small mechanism, a report of a P2 to water (lead), urban (assist) and hotline
 * (inform), and commands to decide on it. Every test begins anew on 2026-07-10 at 10:00.
 */
#ifndef LIFECYCLE_FIXTURE_H
#define LIFECYCLE_FIXTURE_H
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/lifecycle.h"

static struct unit units[] = {
    {.id = "water", .name = "自来水公司", .tier = 1, .visits = true, .duty = {.phone = "1"}},
    {.id = "urban", .name = "城管局", .tier = 1, .visits = true, .duty = {.phone = "2"}},
    {.id = "housing",
	.name = "住建局",
	.tier = 2,
	.visits = true,
	.duty = {.phone = "3"},
	.liaison = {.phone = "4"}},
    {.id = "hotline", .name = "12345", .tier = 1, .duty = {.phone = "5"}},
};
static struct area areas[] = {
    {.code = "C", .name = "城区", .zone = ZONE_CITY}, {.code = "O", .name = "城外", .zone = ZONE_OUTSIDE}};
static const struct unit *assists[] = {&units[1]};
static const struct unit *informs[] = {&units[3]};
static struct category categories[] = {
    {.code = "601301",
	.name = "爆管",
	.priority = P2,
	.lead = &units[0],
	.assist = assists,
	.n_assist = 1,
	.inform = informs,
	.n_inform = 1,
	.arrival = ARRIVAL_CITY_RULE},
    {.code = "909901", .name = "误拨", .priority = P4, .arrival = ARRIVAL_NO_VISIT},
    {.code = "200601", .name = "家暴", .priority = P1, .lead = &units[1], .confidential = true},
};
static struct rule otherwise[] = {
    {.id = "otherwise", .has_lead = true, .lead = &units[3], .because = "第九条(三)"}};
static struct span office[] = {{480, 720}, {870, 1050}};
static struct season seasons[] = {{101, 1231, office, 2}};

static struct world {
	struct arena *a;
	struct mechanism m;
	int64_t now;
	struct downtime down; /* to = 0: none */
	struct decision out;
	struct refusal why;
	struct dispatch *touched;
} w;

__attribute__((unused)) static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

__attribute__((unused)) static int set_up(void **state)
{
	(void)state;
	w.a = arena_new();
	w.m = (struct mechanism){.arena = w.a,
	    .revision = "0123456789ab",
	    .units = units,
	    .n_units = 4,
	    .areas = areas,
	    .n_areas = 2,
	    .categories = categories,
	    .n_categories = 3,
	    .calendar = {.seasons = seasons, .n_seasons = 1},
	    .routing = {.otherwise = otherwise, .n_otherwise = 1}};
	struct policy *p = &w.m.policy;
	for (int i = P1; i <= P4; i++) {
		p->delivery_ms[i] = 2 * MINUTE_MS;
		p->acknowledge_ms[i] = 5 * MINUTE_MS;
		p->first_report_ms[i] = 30 * MINUTE_MS;
		p->next_report_ms[i] = 2 * HOUR_MS;
	}
	p->lead_missing_ms = 2 * MINUTE_MS;
	p->lead_missing_shift_leader_ms = 10 * MINUTE_MS;
	p->lead_missing_office_ms = 30 * MINUTE_MS;
	p->arrive_city_ms = 30 * MINUTE_MS;
	p->eta_cap_ms = DAY_MS;
	p->late_reported_ms = 5 * MINUTE_MS;
	p->future_skew_ms = 10 * MINUTE_MS;
	p->leader_after_ms = 10 * MINUTE_MS;
	p->office_after_ms = 30 * MINUTE_MS;
	p->repeat_every_ms = HOUR_MS;
	p->digest_window_ms = MINUTE_MS;
	p->callback_ms = DAY_MS;
	p->callback_hours = (struct span){540, 1260};
	p->callback_office_ms = DAY_MS;
	p->callback_attempts = 3;
	p->close_after_callback = 1;
	p->reopen_within_ms = 30 * DAY_MS;
	p->reopen_most = 1;
	p->acknowledge_remind_percent = 50;
	p->arrive_remind_percent = 70;
	mechanism_index(&w.m);
	routing_compile(&w.m);
	w.now = at("2026-07-10T10:00:00+08:00");
	w.down = (struct downtime){0};
	return 0;
}

__attribute__((unused)) static int tear_down(void **state)
{
	(void)state;
	arena_free(w.a);
	return 0;
}

__attribute__((unused)) static struct command command(enum command_kind_id kind, enum account_role role)
{
	return (struct command){.kind = kind, .id = 77, .who = {.account = "desk-1", .role = role}};
}

__attribute__((unused)) static struct command report(const char *category, const char *area)
{
	struct command c = command(COMMAND_INCIDENT_REPORT, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_int(&c, FIELD_RECEIVED_AT, w.now - MINUTE_MS);
	command_set_text(&c, FIELD_CATEGORY, category);
	command_set_text(&c, FIELD_AREA, area);
	command_set_text(&c, FIELD_ADDRESS, "某路 1 号");
	command_set_text(&c, FIELD_DESCRIPTION, "有水");
	command_set_text(&c, FIELD_REPORTER_PHONE, "13900001234");
	return c;
}

static const unsigned char test_salt[SALT_LEN] = "0123456789abcdef";

__attribute__((unused)) static struct incident *reported(void)
{
	struct command c = report("601301", "C");
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_non_null(inc);
	return inc;
}

#define AROUND (&(struct circumstances){.downtimes = &w.down, .n_downtimes = w.down.to != 0})

__attribute__((unused)) static bool decide(struct incident *inc, const struct command *c)
{
	struct circumstances around = {.downtimes = &w.down, .n_downtimes = w.down.to != 0};

	return lifecycle_decide(inc, c, &w.m, &around, w.now, &w.out, &w.touched, w.a, &w.why);
}

__attribute__((unused)) static struct command act(enum command_kind_id kind, const char *dispatch)
{
	struct command c = command(kind, ROLE_LIAISON);
	c.who = (struct principal){.account = "w1", .role = ROLE_LIAISON, .unit = "water"};
	command_set_text(&c, FIELD_DISPATCH, dispatch);
	if (kind == COMMAND_DISPATCH_COMPLETE)
		command_set_text(&c, FIELD_RESULT, "修好");
	if (kind == COMMAND_DISPATCH_WITHDRAW) {
		c.who = (struct principal){.account = "desk-1", .role = ROLE_DESK};
		command_set_text(&c, FIELD_REASON, "派错");
	}
	return c;
}

__attribute__((unused)) static int event_count(enum event_type type)
{
	int n = 0;
	for (int i = 0; i < w.out.n_events; i++)
		n += w.out.events[i].type == type;
	return n;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
