/*
 * domain_duty_plan.c - the minutes of a month in which duty phones are tried: only such in which somebody is
 * owed to answer, the same whenever they are asked for, and each as likely as any other.
 */
#include "unit.h"
#include "base/hmac.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/duty_plan.h"

static struct span morning[] = {{480, 720}, {870, 1050}};
static struct season all_year = {.from = 101, .to = 1231, .spans = morning, .n_spans = 2};
static struct calendar_year year = {.year = 2026};
static struct unit units[] = {{.id = "water", .tier = 1}, {.id = "housing", .tier = 2}};
static struct circumstances none;

static struct mechanism mechanism_with(int tier_1, int tier_2)
{
	struct mechanism m = {.units = units, .n_units = 2};

	m.calendar = (struct calendar){.years = &year, .n_years = 1, .seasons = &all_year, .n_seasons = 1};
	m.policy.duty = (struct duty_policy){.per_month = {0, tier_1, tier_2}};
	return m;
}

static void secret_of(unsigned seed, unsigned char out[DUTY_SECRET_LEN])
{
	struct digest d = digest_of((struct str){(const char *)&seed, sizeof seed});

	memcpy(out, d.b, DUTY_SECRET_LEN);
}

static int64_t at(const char *text)
{
	int64_t ms;

	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

/* RFC 4231, cases 1, 2 and 6. */
static void the_keyed_digest_is_hmac(void **state)
{
	static const unsigned char k1[20] = {
	    11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
	unsigned char k6[131];
	char hex[DIGEST_HEX];

	(void)state;
	memset(k6, 0xAA, sizeof k6);
	struct digest d = hmac_sha256((struct str){(const char *)k1, sizeof k1}, STR("Hi There"));
	assert_string_equal(digest_hex(&d, hex),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	d = hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"));
	assert_string_equal(digest_hex(&d, hex),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	d = hmac_sha256((struct str){(const char *)k6, sizeof k6},
	    STR("Test Using Larger Than Block-Size Key - Hash Key First"));
	assert_string_equal(digest_hex(&d, hex),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void a_month_is_its_days(void **state)
{
	int64_t from, to;
	char text[MONTH_TEXT];

	(void)state;
	assert_true(month_span("2026-02", &from, &to));
	assert_int_equal(from, at("2026-02-01T00:00:00+08:00"));
	assert_int_equal(to, at("2026-03-01T00:00:00+08:00"));
	assert_true(month_span("2026-12", &from, &to));
	assert_int_equal(to, at("2027-01-01T00:00:00+08:00"));
	assert_false(month_span("2026-13", &from, &to));
	assert_false(month_span("2026-1", &from, &to));
	assert_false(month_span("2026-01-01", &from, &to));
	assert_string_equal(month_text(at("2026-02-28T23:59:59+08:00"), text), "2026-02");
	assert_string_equal(month_text(at("2026-02-28T16:00:00Z"), text), "2026-03");
}

static void it_is_the_same_whenever_it_is_asked_for(void **state)
{
	struct mechanism m = mechanism_with(4, 0);
	unsigned char a[DUTY_SECRET_LEN], b[DUTY_SECRET_LEN];
	int64_t first[DUTY_CHECKS_MOST], again[DUTY_CHECKS_MOST];

	(void)state;
	secret_of(1, a);
	secret_of(2, b);
	assert_int_equal(duty_plan(a, &m, &none, &units[0], "2026-03", first), 4);
	assert_int_equal(duty_plan(a, &m, &none, &units[0], "2026-03", again), 4);
	assert_memory_equal(first, again, 4 * sizeof *first);
	for (int i = 0; i < 4; i++) {
		assert_true(first[i] >= at("2026-03-01T00:00:00+08:00"));
		assert_true(first[i] < at("2026-04-01T00:00:00+08:00"));
		assert_int_equal(first[i] % MINUTE_MS, 0);
		assert_true(i == 0 || first[i] > first[i - 1]);
	}
	duty_plan(b, &m, &none, &units[0], "2026-03", again);
	assert_memory_not_equal(first, again, 4 * sizeof *first);
	duty_plan(a, &m, &none, &units[0], "2026-05", again);
	assert_int_not_equal(first[0] - at("2026-03-01T00:00:00+08:00"),
	    again[0] - at("2026-05-01T00:00:00+08:00"));
	assert_int_equal(duty_plan(a, &m, &none, &units[1], "2026-03", again), 0);
}

static void tier_2_is_tried_in_office_hours(void **state)
{
	struct mechanism m = mechanism_with(0, 31);
	unsigned char secret[DUTY_SECRET_LEN];
	int64_t plan[DUTY_CHECKS_MOST];

	(void)state;
	for (unsigned seed = 0; seed < 20; seed++) {
		secret_of(seed, secret);
		assert_int_equal(duty_plan(secret, &m, &none, &units[1], "2026-03", plan), 31);
		for (int i = 0; i < 31; i++)
			assert_true(calendar_office(&m.calendar, plan[i]));
	}
}

/* Only in the time of its shifts: 20:00 to 20:10 on each of 31 days, of which one minute is taken a time. */
static void a_roster_has_its_own_minutes(void **state)
{
	struct mechanism m = mechanism_with(31, 0);
	struct person chen = {.id = "chen"};
	struct duty_group order[] = {{{&chen}, 1}};
	struct roster_shift shift = {.from = 1200, .to = 1201, .every = 1, .order = order, .n_order = 1};
	struct roster roster = {.people = &chen, .n_people = 1, .shifts = &shift, .n_shifts = 1};
	struct unit unit = {.id = "fire", .tier = 1, .roster = &roster};
	unsigned char secret[DUTY_SECRET_LEN];
	int64_t plan[DUTY_CHECKS_MOST];

	(void)state;
	secret_of(7, secret);
	assert_int_equal(duty_plan(secret, &m, &none, &unit, "2026-03", plan), 31);
	for (int i = 0; i < 31; i++)
		assert_int_equal(plan[i], at("2026-03-01T20:00:00+08:00") + i * DAY_MS);
	assert_int_equal(duty_plan(secret, &m, &none, &unit, "2026-04", plan),
	    30); /* no more minutes than those */
}

/* Each day, and each hour of the day, as often as any other: over 1,000 stores with 2 checks each. The
 * bounds are those of p = 0.001: 59.7 for 30 degrees of freedom, 49.7 for 23. */
static void no_time_is_likelier_than_another(void **state)
{
	struct mechanism m = mechanism_with(2, 0);
	unsigned char secret[DUTY_SECRET_LEN];
	int64_t plan[DUTY_CHECKS_MOST], first = at("2026-03-01T00:00:00+08:00");
	int days[31] = {0}, hours[24] = {0};
	double by_day = 0, by_hour = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 1000; seed++) {
		secret_of(seed, secret);
		int n = duty_plan(secret, &m, &none, &units[0], "2026-03", plan);
		for (int i = 0; i < n; i++) {
			days[(plan[i] - first) / DAY_MS]++;
			hours[(plan[i] - first) % DAY_MS / HOUR_MS]++;
		}
	}
	for (int i = 0; i < 31; i++)
		by_day += (days[i] - 2000.0 / 31) * (days[i] - 2000.0 / 31) / (2000.0 / 31);
	for (int i = 0; i < 24; i++)
		by_hour += (hours[i] - 2000.0 / 24) * (hours[i] - 2000.0 / 24) / (2000.0 / 24);
	if (by_day > 59.7 || by_hour > 49.7)
		fail_msg("chi square %.1f by day, %.1f by hour", by_day, by_hour);
	assert_true(by_day > 8 && by_hour > 5); /* nor are they dealt out evenly: p = 0.99999 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_keyed_digest_is_hmac),
	    cmocka_unit_test(a_month_is_its_days),
	    cmocka_unit_test(it_is_the_same_whenever_it_is_asked_for),
	    cmocka_unit_test(tier_2_is_tried_in_office_hours),
	    cmocka_unit_test(a_roster_has_its_own_minutes),
	    cmocka_unit_test(no_time_is_likelier_than_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
