/* report_figures.c - sums, scores and sheets of a small period, every figure worked out by hand. */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "report/build.h"

static struct arena *arena;
static struct mechanism m;
static struct figures now, before;
static struct report_document d;

static struct unit units[] = {
    {.id = "water", .name = "供水公司", .short_name = "供水"}, {.id = "power", .name = "供电公司"}};
static struct rubric_class classes[] = {{FINDING_ARRIVE, PER_PERCENT, 100, 200, 300, 3000, "第十二条"},
    {FINDING_ACKNOWLEDGE, PER_PERCENT, 50, 200, 0, 1500, "第十一条"},
    {FINDING_DUTY, PER_CASE, 100, 0, 0, 1000, "第十一条"}};

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	m = (struct mechanism){.units = units, .n_units = 2};
	mechanism_index(&m);
	m.policy.rubric = (struct rubric){.exists = true,
	    .base = 10000,
	    .not_ranked_below = 5,
	    .least = 20,
	    .weight = {100, 50},
	    .classes = classes,
	    .n_classes = 3};
	figures_init(&now, arena, &m, false);
	figures_init(&before, arena, &m, false);
	d = (struct report_document){.arena = arena};
	assert_true(period_find(STR("2026Q1"), &d.head.period));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	map_free(&m.unit_map);
	map_free(&m.area_map);
	map_free(&m.category_map);
	arena_free(arena);
	return 0;
}

static void dispatches(struct figures *f, const char *unit, enum dispatch_role part, enum standing standing,
    int64_t n, int64_t met, int64_t late)
{
	struct tally_key key = {.unit = unit, .part = part, .priority = P2, .standing = standing};
	struct tally t = {{0}};

	t.n[TALLY_DISPATCHES] = n;
	t.n[TALLY_ARRIVE_MET] = met;
	t.n[TALLY_ARRIVE_LATE] = late;
	t.n[TALLY_ARRIVE_TIME_4] = met;
	t.n[TALLY_RETURN_UNDECIDED] = late;
	t.n[TALLY_RETURN_GRANTED] = standing == STANDING_VOID ? n : 0;
	t.n[TALLY_ARRIVE_EXCUSED] = n - met - late;
	figures_dispatches(f, &key, &t);
}

static void found(const char *incident, int dispatch, const char *unit, enum finding_class class,
    enum finding_state state, int64_t late_min)
{
	struct found one = {.incident = incident,
	    .s = {.part = AS_LEAD,
		.f = {.id = 7,
		    .of_dispatch = 1,
		    .dispatch = dispatch,
		    .unit = unit,
		    .class = class,
		    .state = state,
		    .late_ms = late_min * MINUTE_MS,
		    .limit_ms = 30 * MINUTE_MS,
		    .day = day_start(date_day((struct date){2026, 3, 2})),
		    .opened_at = day_start(date_day((struct date){2026, 3, 2})) + HOUR_MS,
		    .seq = 99}}};

	figures_finding(&now, &one);
}

static int64_t at(const char *sheet, const char *key, const char *value, const char *column)
{
	const struct report_sheet *s = document_sheet(&d, sheet);
	int row;

	assert_non_null(s);
	row = report_find(s, key, value);
	assert_true(row >= 0);
	assert_true(report_column_of(s, column) >= 0);
	return report_at(s, row, column)->empty ? -1 : report_at(s, row, column)->n;
}

/* water: 11 counted (8 in time, 2 late, 1 excused), 3 outside, 1 void (returned), 2 informed; power: nothing. */
static void give(void)
{
	dispatches(&now, "water", AS_LEAD, STANDING_COUNTED, 7, 5, 1);
	dispatches(&now, "water", AS_ASSIST, STANDING_COUNTED, 4, 3, 1);
	dispatches(&now, "water", AS_LEAD, STANDING_OUTSIDE, 3, 0, 0);
	dispatches(&now, "water", AS_LEAD, STANDING_VOID, 1, 0, 0);
	dispatches(&now, "water", AS_INFORM, STANDING_INFORM, 2, 0, 0);
	dispatches(&now, "water", AS_LEAD, STANDING_DRILL, 50, 50, 0);
	dispatches(&now, "zoo", AS_LEAD, STANDING_COUNTED, 1, 1, 0);
	dispatches(&now, "gone", AS_LEAD, STANDING_COUNTED, 3, 0, 3);
	dispatches(&before, "water", AS_LEAD, STANDING_COUNTED, 4, 4, 0);
}

static void build(void)
{
	struct report_facts facts = {.now = &now, .before = &before};

	figures_done(&now);
	figures_done(&before);
	build_sheets(&d, &facts);
}

static void volume_and_rates_are_of_what_counts(void **state)
{
	(void)state;
	give();
	build();
	assert_int_equal(at("units", "unit", "water", "dispatches"), 16);
	assert_int_equal(at("units", "unit", "water", "lead"), 10);
	assert_int_equal(at("units", "unit", "water", "assist"), 4);
	assert_int_equal(at("units", "unit", "water", "inform"), 2);
	assert_int_equal(at("units", "unit", "water", "counted"), 11);
	assert_int_equal(at("units", "unit", "water", "outside"), 3);
	assert_int_equal(at("units", "unit", "water", "void"), 1);
	assert_int_equal(at("units", "unit", "water", "arrive_met"), 8);
	assert_int_equal(at("units", "unit", "water", "arrive_due"), 10);
	assert_int_equal(at("units", "unit", "water", "arrive_rate"), 800);
	assert_int_equal(at("units", "unit", "power", "dispatches"), 0);
	assert_int_equal(at("units", "unit", "power", "arrive_rate"), -1);
	assert_int_equal(at("summary", "item", "dispatches", "part"), 20);
	assert_int_equal(at("summary", "item", "dispatches", "part_before"), 4);
	assert_int_equal(at("summary", "item", "arrive", "rate"), 643); /* 9 of 14 */
	assert_int_equal(at("summary", "item", "arrive", "rate_before"), 1000);
	assert_int_equal(at("summary", "item", "arrive", "change"), -357);
	assert_int_equal(at("trend", "unit", "water", "arrive_change"), -200);
	assert_int_equal(at("desk", "item", "returns_undecided", "n"), 5);
	/* what was returned is void, and stands among the requests all the same */
	assert_int_equal(at("requests", "unit", "water", "return_granted"), 1);
	assert_int_equal(at("summary", "item", "returns_granted", "part"), 1);
}

/* units.yaml's order, then the others by their ids, marked. */
static void units_have_their_order(void **state)
{
	static const char *const order[] = {"water", "power", "gone", "zoo"};
	const struct report_sheet *s;

	(void)state;
	give();
	build();
	s = document_sheet(&d, "units");
	assert_int_equal(s->n_rows, 4);
	for (int i = 0; i < 4; i++)
		assert_string_equal(report_at(s, i, "unit")->text, order[i]);
	assert_string_equal(report_at(s, 0, "name")->text, "供水");
	assert_string_equal(report_at(s, 1, "name")->text, "供电公司");
	assert_true(report_at(s, 0, "note")->empty);
	assert_string_equal(report_at(s, 2, "note")->text, "已撤并");
}

/* Two delays of one dispatch: the arrival costs, once; the other one took over twice its limit, and counts twice.
 * 20 is the least that a share is of: 3 of 20 is 15 %. */
static void findings_cost_points(void **state)
{
	(void)state;
	give();
	found("A", 1, "water", FINDING_ACKNOWLEDGE, FINDING_OPEN, 5);
	found("A", 2, "power", FINDING_ARRIVE, FINDING_VOID, 5);
	found("A", 1, "water", FINDING_ARRIVE, FINDING_OPEN, 5);
	found("B", 1, "water", FINDING_ARRIVE, FINDING_CONFIRMED, 40);
	found(NULL, 0, "power", FINDING_DUTY, FINDING_OPEN, 0);
	found(NULL, 0, "power", FINDING_DUTY, FINDING_OPEN, 0);
	build();
	assert_int_equal(at("units", "unit", "water", "score"), 8500); /* 1 + 2 of 20: 15 % */
	assert_int_equal(at("units", "unit", "water", "rank"), 1);
	assert_int_equal(at("units", "unit", "gone", "rank"), -1); /* three dispatches */
	assert_int_equal(at("units", "unit", "power", "score"), 9800);
	assert_int_equal(at("units", "unit", "water", "findings"), 3);
	assert_int_equal(at("units", "unit", "power", "findings"), 2); /* the void one left out */
	assert_int_equal(at("deductions", "unit", "water", "cases"), 300);
	assert_int_equal(at("deductions", "unit", "water", "of"), 10);
	assert_int_equal(at("deductions", "unit", "water", "denominator"), 20);
	assert_int_equal(at("deductions", "unit", "water", "taken"), 1500);
	assert_int_equal(document_sheet(&d, "findings")->n_rows, 6);
	assert_int_equal(at("findings", "finding", "B-01.f1", "late"), 40 * MINUTE_MS);
	assert_int_equal(at("findings", "finding", "B-01.f1", "cases"), 200);
	assert_int_equal(at("findings", "finding", "B-01.f1", "evidence"), 99);
	assert_int_equal(at("summary", "item", "findings", "part"), 5);
	assert_int_equal(at("summary", "item", "findings_void", "part"), 1);
	assert_string_equal(report_at(document_sheet(&d, "slowest"), 0, "finding")->text, "B-01.f1");
	assert_int_equal(document_sheet(&d, "slowest")->n_rows, 3);
}

static void calls(enum standing standing, const char *lead, int64_t satisfied, int64_t dissatisfied)
{
	struct tally_incident_key key = {.lead = lead, .category = "6013", .standing = standing};
	struct tally_incident t = {{0}};

	t.n[TALLY_INCIDENT_INCIDENTS] = satisfied + dissatisfied + 1;
	t.n[TALLY_INCIDENT_SATISFIED] = satisfied;
	t.n[TALLY_INCIDENT_DISSATISFIED] = dissatisfied;
	t.n[TALLY_INCIDENT_UNREACHED] = 1;
	figures_incidents(&now, &key, &t);
}

static void satisfaction_is_of_who_was_reached(void **state)
{
	(void)state;
	calls(STANDING_COUNTED, "water", 3, 1);
	calls(STANDING_OUTSIDE, "water", 2, 0);
	calls(STANDING_COUNTED, NULL, 0, 0);
	calls(STANDING_VOID, "water", 7, 7);
	calls(STANDING_DRILL, "water", 9, 9);
	build();
	assert_int_equal(at("units", "unit", "water", "satisfied"), 5);
	assert_int_equal(at("units", "unit", "water", "reached"), 6);
	assert_int_equal(at("units", "unit", "water", "satisfaction"), 833);
	assert_int_equal(at("summary", "item", "satisfaction", "rate"), 833);
	assert_int_equal(at("summary", "item", "incidents", "part"), 9);
	assert_int_equal(at("summary", "item", "unreached", "part"), 3);
	assert_int_equal(at("category", "category", "6013", "incidents"), 9);
}

/* 机构改革: power went into water on 16 February. Facts keep their unit; a trend adds the one that is gone. */
static void an_heir_compares_with_what_it_succeeded(void **state)
{
	static const struct unit *succeeded[] = {&units[1]};
	const struct report_sheet *s;

	(void)state;
	units[0].succeeds = succeeded;
	units[0].n_succeeds = 1;
	units[0].since = units[1].until = day_start(date_day((struct date){2026, 2, 16}));
	dispatches(&now, "water", AS_LEAD, STANDING_COUNTED, 4, 4, 0);
	dispatches(&now, "power", AS_LEAD, STANDING_COUNTED, 2, 1, 1);
	dispatches(&before, "water", AS_LEAD, STANDING_COUNTED, 2, 2, 0);
	dispatches(&before, "power", AS_LEAD, STANDING_COUNTED, 6, 3, 3);
	build();
	assert_int_equal(at("units", "unit", "water", "dispatches"), 4);
	assert_int_equal(at("units", "unit", "power", "dispatches"), 2);
	assert_int_equal(at("trend", "unit", "water", "dispatches"), 6);
	assert_int_equal(at("trend", "unit", "water", "dispatches_before"), 8);
	assert_int_equal(at("trend", "unit", "water", "arrive_rate"), 833);
	assert_int_equal(at("trend", "unit", "water", "arrive_before"), 625);
	assert_int_equal(at("trend", "unit", "power", "dispatches"), 2);
	s = document_sheet(&d, "units");
	assert_string_equal(report_at(s, 0, "note")->text, "承接 供电公司");
	assert_string_equal(report_at(s, 1, "note")->text, "已撤并");
	units[0] = (struct unit){.id = "water", .name = "供水公司", .short_name = "供水"};
	units[1].until = 0;
}

/* A drill is reported apart, and then alone. */
static void drills_stand_alone(void **state)
{
	(void)state;
	figures_init(&now, arena, &m, true);
	give();
	build();
	assert_int_equal(at("units", "unit", "water", "dispatches"), 50);
	assert_int_equal(at("units", "unit", "water", "arrive_rate"), 1000);
	assert_int_equal(at("units", "unit", "water", "score"), -1);
	assert_null(document_sheet(&d, "deductions"));
}

static void duty_is_counted(void **state)
{
	(void)state;
	figures_planned(&now, "power", 4, 1); /* one was left out: of three two were made */
	figures_check(&now, "power", true, 10);
	figures_check(&now, "power", false, 0);
	build();
	assert_int_equal(at("duty", "unit", "power", "planned"), 4);
	assert_int_equal(at("duty", "unit", "power", "left_out"), 1);
	assert_int_equal(at("duty", "unit", "power", "made"), 2);
	assert_int_equal(at("duty", "unit", "power", "rate"), 500);
	assert_int_equal(at("duty", "unit", "power", "mean"), 10 * SECOND_MS);
	assert_int_equal(at("desk", "item", "checks_missed", "n"), 1);
}

/* What changed after the close: two in time more, of which one was late. */
static void corrections_name_each_figure(void **state)
{
	struct report_document stored, live;
	const struct report_sheet *s;
	struct arena *first;
	int row;

	(void)state;
	give();
	build();
	stored = d;
	stored.head.edition = 1;
	first = arena;
	map_free(&m.unit_map);
	map_free(&m.area_map);
	map_free(&m.category_map);
	setup(NULL);
	give();
	dispatches(&now, "water", AS_LEAD, STANDING_COUNTED, 0, 1, -1);
	dispatches(&now, "zoo", AS_LEAD, STANDING_COUNTED, -1, -1, 0); /* of another standing by now */
	dispatches(&now, "zoo", AS_LEAD, STANDING_VOID, 1, 0, 0);
	build();
	live = d;
	build_corrections(&d, &stored, &live);
	s = document_sheet(&d, "corrections");
	row = report_find(s, "row", "water");
	assert_true(row >= 0);
	for (row = 0; row < s->n_rows; row++)
		if (text_eq(report_at(s, row, "row")->text, "water") &&
		    text_eq(report_at(s, row, "column")->text, "arrive_met"))
			break;
	assert_true(row < s->n_rows);
	assert_string_equal(report_at(s, row, "stored")->text, "8");
	assert_string_equal(report_at(s, row, "live")->text, "9");
	assert_int_equal(report_at(s, row, "difference")->n, 1);
	for (row = 0; row < s->n_rows; row++) { /* nor is what is told against the period before */
		assert_string_not_equal(report_at(s, row, "row")->text, "power");
		assert_string_not_equal(report_at(s, row, "column")->text, "change");
	}
	for (row = 0; row < s->n_rows; row++) /* a row that is there no more */
		if (text_eq(report_at(s, row, "row")->text, "zoo counted arrive") &&
		    text_eq(report_at(s, row, "column")->text, "met"))
			break;
	assert_true(row < s->n_rows);
	assert_string_equal(report_at(s, row, "stored")->text, "1");
	assert_string_equal(report_at(s, row, "live")->text, "–");
	assert_int_equal(report_at(s, row, "difference")->n, -1);
	arena_free(first);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(volume_and_rates_are_of_what_counts),
	    TEST(units_have_their_order),
	    TEST(findings_cost_points),
	    TEST(satisfaction_is_of_who_was_reached),
	    TEST(an_heir_compares_with_what_it_succeeded),
	    TEST(drills_stand_alone),
	    TEST(duty_is_counted),
	    TEST(corrections_name_each_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
