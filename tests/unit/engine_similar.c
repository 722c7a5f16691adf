/*
 * engine_similar.c - which of the recent incidents a report is told of: one caller, one address, one
 * place, however they are written; the right one among hundreds; and what is forgotten.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/place.h"
#include "engine/similar.h"
#include <stdio.h>
#include <stdlib.h>

#define NOW INT64_C(1772413200000)

static struct area areas[] = {{.code = "C", .name = "菁城街道"}, {.code = "Y", .name = "永福镇"}};
static const char *within[] = {"福建省", "龙岩市", "漳平市"};
static struct mechanism m = {.areas = areas,
    .n_areas = COUNT(areas),
    .within = within,
    .n_within = COUNT(within),
    .policy = {.similar_window_ms = 2 * HOUR_MS, .similar_metres = 300, .similar_most = 10}};
static struct arena *a;

/* Number and whatever else is said of it. */
#define INCIDENT(of, ...)                                                                                    \
	(&(struct incident){.number = (of), .received_at = NOW, .state = INCIDENT_OPEN, __VA_ARGS__})
#define AT(longitude, latitude, of)                                                                          \
	.has_location = true, .lon_micro = (longitude), .lat_micro = (latitude), .datum = (of)

/* "NUMBER why", with ", " between. */
static const char *told(struct recent *r, const struct incident *inc)
{
	struct similar *v;
	char out[2048] = "";
	int n = recent_similar(r, &m, inc, true, a, &v);

	for (int i = 0; i < n; i++)
		snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s %s", i ? ", " : "", v[i].number,
		    v[i].why);
	return arena_text(a, out);
}

static void one_caller(void **state)
{
	static const char *const v[] = {"138 0013 8000", "138-0013-8000", "+8613800138000",
	    "１３８００１３８０００", "13800138000 ", "0597-7530000/13800138000"};
	struct recent *r = recent_new();

	(void)state;
	recent_add(r, &m, INCIDENT("A", .reporter_phone = "13800138000"));
	for (size_t i = 0; i < COUNT(v); i++)
		assert_string_equal(told(r, INCIDENT("X", .reporter_phone = v[i])), "A phone");
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "13800138001")), "");
	recent_add(r, &m, INCIDENT("B", .reporter_phone = "家0597-7530000 手机13900139000"));
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "13900139000")), "B phone");
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "7530000")), "B phone");
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "0598-7530000")), "");
	recent_free(r);
}

static void one_address(void **state)
{
	static const char *const v[] = {"菁城街道八一路１００号", "菁城街道 八一路100号",
	    "漳平市菁城街道八一路100号", "菁城街道八一路100號", "八一路一百号"};
	struct recent *r = recent_new();

	(void)state;
	recent_add(r, &m, INCIDENT("A", .address = "菁城街道八一路100号"));
	for (size_t i = 0; i < COUNT(v); i++)
		assert_string_equal(told(r, INCIDENT("X", .address = v[i])), "A address");
	assert_string_equal(told(r, INCIDENT("X", .address = "永福镇八一路100号")), "");
	recent_free(r);
}

static void one_place(void **state)
{
	struct recent *r = recent_new();

	(void)state;
	recent_add(r, &m, INCIDENT("A", AT(117425188, 25287381, "gcj02")));
	assert_string_equal(told(r, INCIDENT("X", AT(117420000, 25290000, "wgs84"))), "A place");
	assert_string_equal(told(r, INCIDENT("X", AT(117420000, 25290000, "cgcs2000"))), "A place");
	assert_string_equal(told(r, INCIDENT("X", AT(117420000, 25290000, "gcj02"))), ""); /* 598 m */
	recent_free(r);
}

/* The window lies on both sides: a record that was kept while the desk was offline comes after younger ones. */
static void as_far_apart_as_policy_says(void **state)
{
	static const struct {
		int64_t after_ms;
		const char *told;
	} cases[] = {{2 * HOUR_MS, "A phone"}, {2 * HOUR_MS + 1, ""}, {-2 * HOUR_MS, "A phone"},
	    {-2 * HOUR_MS - 1, ""}};
	struct recent *r = recent_new();

	(void)state;
	recent_add(r, &m, INCIDENT("A", .reporter_phone = "13800138000"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident *x = INCIDENT("X", .reporter_phone = "13800138000");

		x->received_at += cases[i].after_ms;
		assert_string_equal(told(r, x), cases[i].told);
	}
	recent_free(r);
}

static void nothing_is_like_nothing(void **state)
{
	static const char *const v[] = {"无", "不详", "未知", "0", "110", "漳平市", "漳平", "0/0", "-"};
	struct recent *r = recent_new();

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		recent_add(r, &m, INCIDENT("A", .reporter_phone = v[i], .address = v[i], AT(0, 0, "gcj02")));
		assert_string_equal(told(r,
					INCIDENT("X", .reporter_phone = v[i], .address = v[i],
					    AT(0, 0, "gcj02"))),
		    "");
	}
	recent_free(r);
}

/* A storm: hundreds of one category around one place, and one of them is this pipe's. */
static void the_right_one_among_hundreds(void **state)
{
	struct recent *r = recent_new();
	char number[32], address[64], phone[32];

	(void)state;
	recent_add(r, &m,
	    INCIDENT("PIPE", .category = "601301", .address = "八一路100号", .reporter_phone = "13800138000",
		AT(117420000, 25290000, "gcj02")));
	for (int i = 0; i < 900; i++) {
		snprintf(number, sizeof number, "N-%d", i);
		snprintf(address, sizeof address, "江滨路%d号", i + 1);
		snprintf(phone, sizeof phone, "139%08d", i + 1);
		recent_add(r, &m,
		    INCIDENT(number, .category = i % 3 ? "601301" : "600202", .address = address,
			.reporter_phone = phone,
			AT(117420000 + 1000 + i % 30 * 10, 25290000 + 1000 + i / 30 * 10, "gcj02")));
	}
	assert_true(strncmp(told(r, INCIDENT("X", .category = "601301", AT(117420010, 25290010, "gcj02"))),
			"PIPE place", 10) == 0);
	assert_true(strncmp(told(r,
				INCIDENT("X", .category = "601301", .address = "八一路100#",
				    AT(117421300, 25291300, "gcj02"))),
			"PIPE address, ", 14) == 0);
	assert_true(strncmp(told(r,
				INCIDENT("X", .category = "601301", .reporter_phone = "138-0013-8000",
				    AT(117421300, 25291300, "gcj02"))),
			"PIPE phone, ", 12) == 0);
	recent_free(r);
}

static void not_more_than_asked(void **state)
{
	struct recent *r = recent_new();
	char number[32];

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(number, sizeof number, "N-%d", i);
		recent_add(r, &m, INCIDENT(number, .address = "八一路100号"));
	}
	m.policy.similar_most = 3;
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号")),
	    "N-39 address, N-38 address, N-37 address");
	m.policy.similar_most = 0;
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号")), "");
	m.policy.similar_most = 10;
	recent_free(r);
}

static void what_does_not_count(void **state)
{
	struct recent *r = recent_new();
	struct similar *v;

	(void)state;
	recent_add(r, &m, INCIDENT("DRILL", .address = "八一路100号", .drill = true));
	recent_add(r, &m, INCIDENT("OVER", .address = "八一路100号"));
	recent_changed(r, &m,
	    &(struct incident){
		.number = "OVER", .received_at = NOW, .state = INCIDENT_CLOSED, .address = "八一路100号"});
	recent_add(r, &m, INCIDENT("OTHER", .address = "八一路100号", .category = "600202"));
	recent_add(r, &m,
	    &(struct incident){.number = "OLD", .address = "八一路100号", .received_at = NOW - 3 * HOUR_MS});
	recent_add(r, &m, INCIDENT("SECRET", .address = "八一路100号", .confidential = true));
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号", .category = "601301")),
	    "SECRET address");
	assert_int_equal(recent_similar(r, &m, INCIDENT("X", .address = "八一路100号", .category = "601301"),
			     false, a, &v),
	    0);
	recent_free(r);
}

static void an_amendment_counts(void **state)
{
	struct recent *r = recent_new();

	(void)state;
	recent_add(r, &m, INCIDENT("A", .address = "江滨路1号", .reporter_phone = "13800138000"));
	recent_changed(r, &m, INCIDENT("A", .address = "八一路100号", .reporter_phone = "13800138000"));
	assert_string_equal(told(r, INCIDENT("X", .address = "江滨路1号")), "");
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号")), "A address");
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "13800138000")), "A phone");
	recent_changed(r, &m,
	    &(struct incident){.number = "A",
		.address = "八一路100号",
		.reporter_phone = "13800138000",
		.received_at = NOW,
		.state = INCIDENT_CLOSED});
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号")), "");
	recent_free(r);
}

static void a_failed_turn_is_forgotten(void **state)
{
	struct recent *r = recent_new();
	int64_t mark;

	(void)state;
	recent_add(r, &m,
	    INCIDENT("A", .address = "八一路100号", .reporter_phone = "13800138000",
		AT(117420000, 25290000, NULL)));
	mark = recent_mark(r);
	recent_add(r, &m,
	    INCIDENT("B", .address = "八一路100号", .reporter_phone = "13800138000",
		AT(117420000, 25290000, NULL)));
	recent_rewind(r, mark);
	assert_string_equal(told(r, INCIDENT("X", .address = "八一路100号")), "A address");
	assert_string_equal(told(r, INCIDENT("X", .reporter_phone = "13800138000")), "A phone");
	assert_string_equal(told(r, INCIDENT("X", AT(117420000, 25290000, NULL))), "A place");
	recent_free(r);
}

/* The ring forgets the oldest. */
static void only_the_recent(void **state)
{
	struct recent *r = recent_new();
	char number[32], address[64];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(number, sizeof number, "N-%d", i);
		snprintf(address, sizeof address, "江滨路%d号", i);
		recent_add(r, &m, INCIDENT(number, .address = address));
	}
	assert_string_equal(told(r, INCIDENT("X", .address = "江滨路10号")), "");
	assert_string_equal(told(r, INCIDENT("X", .address = "江滨路4000号")), "N-4000 address");
	recent_free(r);
}

static int set_up(void **state)
{
	(void)state;
	a = m.arena = arena_new();
	m.places = place_index_new(&m);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_caller),
	    cmocka_unit_test(one_address),
	    cmocka_unit_test(one_place),
	    cmocka_unit_test(as_far_apart_as_policy_says),
	    cmocka_unit_test(nothing_is_like_nothing),
	    cmocka_unit_test(the_right_one_among_hundreds),
	    cmocka_unit_test(not_more_than_asked),
	    cmocka_unit_test(what_does_not_count),
	    cmocka_unit_test(an_amendment_counts),
	    cmocka_unit_test(a_failed_turn_is_forgotten),
	    cmocka_unit_test(only_the_recent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
