/* notice_summary.c - digests: when, for whom, what they say; written out by hand. 5 March 2026 is a Thursday, the 7th a Saturday. */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "mechanism_base.h"
#include "notice/summary.h"
#include <stdio.h>
#include <stdlib.h>

#define T INT64_C(1772676000000)                          /* 5 March 2026, 10:00 in the city */
#define AT(h, m) (T + ((h)-10) * HOUR_MS + (m)*MINUTE_MS) /* of that day */

static const char notices[] = "channels:\n  hall: {kind: wecom-bot, url_file: hall}\n"
			      "recipients:\n"
			      "  water: {duty: [hall], digest: [\"17:10\", \"08:40\"]}\n"
			      "  police: [hall]\n"
			      "  town-xinqiao: {duty: [hall], digest: []}\n"
			      "  office: [hall]\n"
			      "  desk: [hall]\n"
			      "digest: [\"09:00\"]\n"
			      "link: https://110.example/d/\n";

struct fixture {
	struct arena *a;
	struct problems p;
	struct mechanism *m;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->a = arena_new();
	f->m = load_base_with("notices.yaml", notices, &f->p);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	mechanism_release(f->m);
	problems_free(&f->p);
	arena_free(f->a);
	free(f);
	return 0;
}

static void the_next_is_the_earliest_of_all(void **state)
{
	const struct notices *n = ((struct fixture *)*state)->m->notices;

	assert_int_equal(summary_next(n, AT(0, 0)), AT(8, 40));
	assert_int_equal(summary_next(n, AT(8, 40) - 1), AT(8, 40));
	assert_int_equal(summary_next(n, AT(8, 40)), AT(9, 0));
	assert_int_equal(summary_next(n, AT(9, 0)), AT(17, 10));
	assert_int_equal(summary_next(n, AT(17, 10)), AT(8, 40) + DAY_MS);
	assert_int_equal(summary_next(&(struct notices){0}, T), 0);
}

static bool due(struct fixture *f, const char *who, int64_t at)
{
	return summary_due(f->m, notices_recipient(f->m->notices, who), at);
}

static void who_has_one_when(void **state)
{
	struct fixture *f = *state;
	struct unit *water = (struct unit *)mechanism_unit(f->m, "water");
	int tier = water->tier;

	assert_true(due(f, "water", AT(8, 40)) && due(f, "water", AT(17, 10)));
	assert_false(due(f, "water", AT(9, 0))); /* its own times in the place of all's */
	assert_true(due(f, "police", AT(9, 0)) && due(f, "office", AT(9, 0)));
	assert_false(due(f, "police", AT(8, 40)) || due(f, "police", AT(9, 1)));
	assert_false(due(f, "town-xinqiao", AT(9, 0)) || due(f, "desk", AT(9, 0)));
	/* on Saturday only those who serve day and night */
	water->tier = 1;
	assert_true(due(f, "water", AT(8, 40) + 2 * DAY_MS));
	water->tier = 2;
	assert_false(due(f, "water", AT(8, 40) + 2 * DAY_MS));
	assert_false(due(f, "office", AT(9, 0) + 2 * DAY_MS));
	assert_true(due(f, "water", AT(8, 40)));
	/* a working Sunday is none: 4 January */
	assert_true(due(f, "office", INT64_C(1767488400000)));
	water->tier = tier;
}

static void an_id_is_of_store_instant_and_recipient(void **state)
{
	struct fixture *f = *state;
	const struct notice_recipient *water = notices_recipient(f->m->notices, "water");
	struct outgoing o = summary_of(water, "store-1", AT(8, 40), AT(8, 41));
	struct outgoing again = summary_of(water, "store-1", AT(8, 40), AT(9, 30));
	struct outgoing others[] = {summary_of(water, "store-2", AT(8, 40), AT(8, 41)),
	    summary_of(water, "store-1", AT(17, 10), AT(17, 10)),
	    summary_of(notices_recipient(f->m->notices, "office"), "store-1", AT(8, 40), AT(8, 41))};

	assert_string_equal(o.id, again.id);
	assert_int_equal(strlen(o.id), NOTICE_ID_LEN);
	for (int i = 0; i < 3; i++)
		assert_string_not_equal(o.id, others[i].id);
	assert_string_equal(o.unit, "water");
	assert_string_equal(o.role, "duty");
	assert_null(others[2].unit);
	assert_string_equal(others[2].role, "office");
	assert_int_equal(o.class, NOTICE_DIGEST);
	assert_null(o.incident);
}

/* An incident with one dispatch to the water company. */
struct matter {
	struct incident inc;
	struct dispatch d;
};

static void open_one(struct matter *x, const char *number, enum clock_kind clock, int64_t due_at)
{
	*x = (struct matter){.inc = {.number = number,
				 .category = "601301",
				 .area = "350881100",
				 .reporter_name = "王建国",
				 .address = "解放路5号",
				 .dispatches = &x->d,
				 .n_dispatches = 1},
	    .d = {.n = 1, .unit = "water", .role = AS_LEAD, .state = DISPATCH_ISSUED}};
	if (due_at)
		x->d.clocks[clock] = (struct clock){.start = due_at - HOUR_MS, .due = due_at};
}

static void what_counts_is_to_be_done(void **state)
{
	struct matter x;

	(void)state;
	open_one(&x, "20260305-000001", CLOCK_ACKNOWLEDGE, AT(9, 0));
	assert_true(summary_counts(&x.inc, &x.d));
	assert_int_equal(summary_due_of(&x.d), AT(9, 0));
	x.d.clocks[CLOCK_DELIVERY] = (struct clock){.start = AT(8, 0), .due = AT(8, 1)};
	assert_int_equal(summary_due_of(&x.d), AT(9, 0)); /* the delivery is the desk's to chase */
	x.d.role = AS_INFORM;
	assert_false(summary_counts(&x.inc, &x.d));
	x.d.role = AS_ASSIST;
	x.inc.drill = true;
	assert_false(summary_counts(&x.inc, &x.d));
	x.inc.drill = false;
	x.d.state = DISPATCH_COMPLETED;
	assert_false(summary_counts(&x.inc, &x.d));
}

static void it_says_the_most_urgent_first_and_nothing_of_people(void **state)
{
	struct fixture *f = *state;
	const struct notice_recipient *water = notices_recipient(f->m->notices, "water");
	struct outgoing o = summary_of(water, "s", AT(8, 40), AT(8, 40));
	struct addressee to = addressee_of(&o, f->m, &(struct circumstances){0}, AT(8, 40));
	struct matter x[3];
	struct said v[3];
	struct words w;

	open_one(&x[0], "20260305-000001", CLOCK_NEXT_REPORT, 0);
	open_one(&x[1], "20260305-000002", CLOCK_ARRIVE, AT(10, 33));
	open_one(&x[2], "20260305-000003", CLOCK_ACKNOWLEDGE, AT(8, 30));
	x[2].inc.confidential = true;
	for (int i = 0; i < 3; i++)
		v[i] = summary_said(&o, &x[i].inc, &x[i].d, f->a);
	summary_sort(v, 3);
	text_of_summary(v, 3, false, &to, &f->m->notices->channels[0], f->m, AT(8, 40), f->a, &w);
	assert_string_equal(w.text,
	    "【汇总】水司 3 件待办,最早 08:30 已到期\n"
	    "000003 保密事项 新桥镇,应于08:30签收,已超时\n"
	    "000002 供水爆管 新桥镇,10:33前到场\n"
	    "000001 供水爆管 新桥镇\n"
	    "https://110.example/d/");
	assert_string_equal(w.facts[FACT_COUNT].text, "3");
	text_of_summary(v, 1, false, &to, &f->m->notices->channels[0], f->m, AT(8, 40), f->a, &w);
	assert_memory_equal(w.text, "【汇总】水司 1 件待办", strlen("【汇总】水司 1 件待办"));
}

static void the_office_reads_of_units_and_no_more(void **state)
{
	struct fixture *f = *state;
	const struct notice_recipient *office = notices_recipient(f->m->notices, "office");
	struct outgoing o = summary_of(office, "s", AT(9, 0), AT(9, 0));
	struct addressee to = addressee_of(&o, f->m, &(struct circumstances){0}, AT(9, 0));
	struct overdue_unit v[22];
	struct matter x;
	struct words w;
	char last[128];

	open_one(&x, "20260305-000003", CLOCK_ACKNOWLEDGE, AT(8, 30));
	for (int i = 0; i < 22; i++)
		v[i] = (struct overdue_unit){
		    mechanism_unit(f->m, "water"), i + 1, summary_said(&o, &x.inc, &x.d, f->a)};
	text_of_overdue(v, 2, &to, &f->m->notices->channels[0], f->m, AT(9, 0), f->a, &w);
	assert_string_equal(w.text,
	    "【汇总】联动办 2 个单位有超时未办的事项,共 3 件\n"
	    "水司 1 件,最早应于08:30\n水司 2 件,最早应于08:30\nhttps://110.example/d/");
	text_of_overdue(v, 22, &to, &f->m->notices->channels[0], f->m, AT(9, 0), f->a, &w);
	snprintf(last, sizeof last, "水司 20 件,最早应于08:30\n另有 2 个单位\nhttps://110.example/d/");
	assert_string_equal(w.text + strlen(w.text) - strlen(last), last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_next_is_the_earliest_of_all, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(who_has_one_when, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_id_is_of_store_instant_and_recipient, set_up, tear_down),
	    cmocka_unit_test(what_counts_is_to_be_done),
	    cmocka_unit_test_setup_teardown(it_says_the_most_urgent_first_and_nothing_of_people, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(the_office_reads_of_units_and_no_more, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
