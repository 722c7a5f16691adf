/*
 * domain_resolve.c - what a caller names, found in the mechanism: by code, by name, by the area above.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/place.h"
#include "domain/resolve.h"

static struct unit units[] = {{.id = "water", .name = "自来水公司", .short_name = "自来水"},
    {.id = "power", .name = "供电公司", .short_name = "电力"},
    {.id = "power-two", .name = "供电二公司", .short_name = "电力"}};
static struct area areas[] = {{.code = "350881001", .name = "菁城街道", .zone = ZONE_CITY},
    {.code = "350881001003", .name = "桂林村", .zone = ZONE_CITY, .parent = &areas[0]},
    {.code = "350881101003", .name = "桂林村", .zone = ZONE_OUTSIDE, .parent = &areas[3]}, /* in any order */
    {.code = "350881101", .name = "永福镇", .zone = ZONE_OUTSIDE}};
static struct category categories[] = {{.code = "601301", .name = "水管爆裂"},
    {.code = "601302", .name = "停水"}, {.code = "601303", .name = "停水"},
    {.code = "601399", .name = "老爆管", .retired = true, .heir = &categories[0]},
    {.code = "601398", .name = "水管爆裂", .retired = true, .heir = &categories[0]}};
static struct mechanism m = {.units = units,
    .n_units = 3,
    .areas = areas,
    .n_areas = 4,
    .categories = categories,
    .n_categories = 5,
    .policy = {.future_skew_ms = 600000}};
static struct arena *a;
static struct warnings w;

/* What becomes of one field of a report. */
static const char *made_of(enum field f, const char *given)
{
	struct command c = {.kind = COMMAND_INCIDENT_REPORT};
	command_set_text(&c, f, given);
	w = (struct warnings){0};
	return command_text(resolve_report(&c, &m, 1000, &w, a), f);
}

#define WARNED(name, of, text)                                                                               \
	assert_int_equal(w.n, 1);                                                                            \
	assert_int_equal(w.v[0].code, WARNING_##name);                                                       \
	assert_int_equal(w.v[0].field, FIELD_##of);                                                          \
	assert_string_equal(w.v[0].given, text)

static const struct {
	const char *given, *taken; /* NULL: as if it had not been given */
	int warning;               /* -1: none */
} area_cases[] = {
    {"350881001", "350881001", -1},
    {"350881001003", "350881001003", -1},
    {"350881001001", "350881001", WARNING_AREA_ASSUMED}, /* a village that is not listed */
    {"350881001000", "350881001", WARNING_AREA_ASSUMED}, /* the township itself, in twelve digits */
    {"350881101999", "350881101", WARNING_AREA_ASSUMED},
    {"350881001003001", "350881001003", WARNING_AREA_ASSUMED}, /* the nearest above */
    {"350881101003001", "350881101003", WARNING_AREA_ASSUMED}, /* wherever it is listed */
    {"350881", NULL, WARNING_AREA_UNKNOWN},                    /* a county is no area here */
    {"350881999", NULL, WARNING_AREA_UNKNOWN},
    {"35088100", NULL, WARNING_AREA_UNKNOWN},
    {"350881001-1", NULL, WARNING_AREA_UNKNOWN},
    {"菁城街道", "350881001", WARNING_MENDED},
    {"桂林村", NULL, WARNING_AREA_UNKNOWN}, /* two have that name */
    {"桂林", NULL, WARNING_AREA_UNKNOWN},
    {"永福", "350881101", WARNING_MENDED}, /* read like an address: a township's short name */
    {"永福 镇", "350881101", WARNING_MENDED},
    {"永福镇后孟村", "350881101", WARNING_MENDED},    /* a village that is not listed */
    {"永福镇桂林村", "350881101003", WARNING_MENDED}, /* of the two, the one in it */
    {"永福路", NULL, WARNING_AREA_UNKNOWN},           /* a street, wherever it is */
    {"永福镇或菁城街道", NULL, WARNING_AREA_UNKNOWN}, /* two */
    {"城区", NULL, WARNING_AREA_UNKNOWN},
};

static void areas_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(area_cases); i++) {
		const char *taken = made_of(FIELD_AREA, area_cases[i].given);
		print_message("%s\n", area_cases[i].given);
		assert_true(text_eq(taken, area_cases[i].taken));
		assert_int_equal(w.n, area_cases[i].warning >= 0);
		if (w.n) {
			assert_int_equal(w.v[0].code, area_cases[i].warning);
			assert_string_equal(w.v[0].given, area_cases[i].given);
		}
	}
	made_of(FIELD_AREA, "350881001001");
	assert_string_equal(w.v[0].taken, "350881001(菁城街道)");
}

static void categories_are_found(void **state)
{
	(void)state;
	assert_string_equal(made_of(FIELD_CATEGORY, "601301"), "601301");
	assert_int_equal(w.n, 0);
	assert_string_equal(made_of(FIELD_CATEGORY, "水管爆裂"), "601301");
	WARNED(MENDED, CATEGORY, "水管爆裂");
	assert_null(made_of(FIELD_CATEGORY, "停水")); /* of two */
	WARNED(CATEGORY_UNKNOWN, CATEGORY, "停水");
	assert_null(made_of(FIELD_CATEGORY, "6013")); /* a class is no category */
	WARNED(CATEGORY_UNKNOWN, CATEGORY, "6013");
}

/* A code or name that is retired leads to its heir, in reports and in amendments, and that is said. */
static void retired_categories_lead_to_their_heirs(void **state)
{
	(void)state;
	assert_string_equal(made_of(FIELD_CATEGORY, "601399"), "601301");
	WARNED(MENDED, CATEGORY, "601399");
	assert_string_equal(w.v[0].taken, "601301");
	assert_string_equal(made_of(FIELD_CATEGORY, "老爆管"), "601301");
	WARNED(MENDED, CATEGORY, "老爆管");
	/* a name that the old one and its heir share means the heir */
	assert_string_equal(made_of(FIELD_CATEGORY, "水管爆裂"), "601301");
	struct refusal why;
	struct command c = {.kind = COMMAND_INCIDENT_AMEND};
	w = (struct warnings){0};
	command_set_text(&c, FIELD_CATEGORY, "601399");
	assert_string_equal(command_text(resolve_amendment(&c, &m, &w, a, &why), FIELD_CATEGORY), "601301");
	WARNED(MENDED, CATEGORY, "601399");
}

static void units_are_found(void **state)
{
	(void)state;
	assert_string_equal(made_of(FIELD_UNITS, "power,water"), "power,water");
	assert_int_equal(w.n, 0);
	assert_string_equal(made_of(FIELD_UNITS, "自来水,供电公司"), "water,power");
	assert_int_equal(w.n, 2);
	assert_string_equal(made_of(FIELD_UNITS, "water,watre"), "water");
	WARNED(UNIT_UNKNOWN, UNITS, "watre");
	assert_string_equal(made_of(FIELD_UNITS, "watre,water"), ",water"); /* no lead was chosen */
	WARNED(UNIT_UNKNOWN, UNITS, "watre");
	assert_null(made_of(FIELD_UNITS, "watre"));
	assert_null(made_of(FIELD_UNITS, "电力")); /* short name of two */
}

static void a_time_ahead_is_now(void **state)
{
	(void)state;
	struct command c = {.kind = COMMAND_INCIDENT_REPORT};
	w = (struct warnings){0};
	assert_int_equal(command_int(resolve_report(&c, &m, 1000, &w, a), FIELD_RECEIVED_AT), 1000);
	assert_int_equal(w.n, 0); /* that it is missing was said when it was read */
	command_set_int(&c, FIELD_RECEIVED_AT, 601000);
	assert_int_equal(command_int(resolve_report(&c, &m, 1000, &w, a), FIELD_RECEIVED_AT), 601000);
	assert_int_equal(w.n, 0);
	command_set_int(&c, FIELD_RECEIVED_AT, 601001);
	assert_int_equal(command_int(resolve_report(&c, &m, 1000, &w, a), FIELD_RECEIVED_AT), 1000);
	WARNED(TIME_IN_FUTURE, RECEIVED_AT, "1970-01-01T08:10:01.001+08:00");
	c.kind = COMMAND_ROUTE_EXPLAIN; /* a question may be about any time */
	assert_int_equal(command_int(resolve_report(&c, &m, 1000, &w, a), FIELD_RECEIVED_AT), 601001);
	assert_int_equal(w.n, 1);
	assert_int_equal(command_int(&c, FIELD_RECEIVED_AT), 601001); /* the command stays as it came */
}

/* An amendment names what is there, or is refused: the incident stands, and the desk asks again. */
static void an_amendment_must_name_what_is_there(void **state)
{
	(void)state;
	struct refusal why;
	struct command c = {.kind = COMMAND_INCIDENT_AMEND}, *made;
	w = (struct warnings){0};
	command_set_text(&c, FIELD_AREA, "350881001001");
	made = resolve_amendment(&c, &m, &w, a, &why);
	assert_string_equal(command_text(made, FIELD_AREA), "350881001");
	WARNED(AREA_ASSUMED, AREA, "350881001001");
	command_set_text(&c, FIELD_AREA, "999");
	assert_null(resolve_amendment(&c, &m, &w, a, &why));
	assert_string_equal(why.field, "area");
	c = (struct command){.kind = COMMAND_INCIDENT_AMEND};
	command_set_text(&c, FIELD_CATEGORY, "999");
	assert_null(resolve_amendment(&c, &m, &w, a, &why));
	assert_string_equal(why.field, "category");
	assert_int_equal(why.code, ERROR_PARAMS);
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	m.arena = a;
	m.places = place_index_new(&m);
	mechanism_index(&m);
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
	    cmocka_unit_test(areas_are_found),
	    cmocka_unit_test(categories_are_found),
	    cmocka_unit_test(retired_categories_lead_to_their_heirs),
	    cmocka_unit_test(units_are_found),
	    cmocka_unit_test(a_time_ahead_is_now),
	    cmocka_unit_test(an_amendment_must_name_what_is_there),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
