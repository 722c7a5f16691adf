/* report_make.c - a period that is closed keeps its document; what changes afterwards is listed. */
#include "mechanism_base.h"
#include "store_fixture.h"
#include "base/time.h"
#include "domain/entry.h"
#include "report/make.h"

#include <limits.h>

#define FEBRUARY INT64_C(1770825600000) /* 2026-02-12T00:00:00+08:00 */

static const char rubric[] =
    "rubric:\n  official: false\n  base: 100\n  not_ranked_below: 5\n  least: 20\n"
    "  weight: {lead: 1, assist: 0.5}\n  one_delay: gravest\n  classes:\n"
    "    - {id: arrive, per: percent, deduct: 1, beyond: {2x: 2, never: 3}, most: 30, article: 第十二条}\n";

/* The base's mechanism, with a rubric or without. Returns its revision. */
static const char *put_in_force(struct fixture *f, bool with_rubric, int64_t at)
{
	static char policy[16384];
	struct mechanism_file_set set = files_of(base);
	struct store_revision r = {
	    .files = set.v, .n_files = BASE_FILES, .who = "test", .why = "test", .at = at};
	struct store_batch b = {.activate = &r};
	struct problems p;

	mechanism_release(load_base(&p));
	problems_free(&p);
	snprintf(policy, sizeof policy, "%s%s", base[POLICY], with_rubric ? rubric : "");
	set.v[POLICY].bytes = str_of(policy);
	mechanism_revision(r.files, r.n_files, r.revision);
	assert_int_equal(saved(f, &b), STORE_OK);
	return arena_text(f->a, r.revision);
}

static int up(void **state)
{
	fixture_up(state);
	open_store(*state);
	put_in_force(*state, true, FEBRUARY - 40 * DAY_MS);
	return 0;
}

/* One that water led and ended, acknowledged after so long. */
static struct incident *ended(struct fixture *f, const char *number, int64_t at, int64_t after_ms)
{
	struct incident *inc = new_incident(f, number);
	struct dispatch *d = add_dispatch(f, inc, "water");

	inc->reported_at = at;
	inc->state = INCIDENT_CLOSED;
	inc->completed_at = inc->closed_at = at + HOUR_MS;
	inc->wake_at = 0;
	d->issued_at = at;
	d->state = DISPATCH_COMPLETED;
	d->at[STEP_ACKNOWLEDGED] = d->recorded[STEP_ACKNOWLEDGED] = at + after_ms;
	d->at[STEP_COMPLETED] = d->recorded[STEP_COMPLETED] = at + HOUR_MS;
	d->clocks[CLOCK_ACKNOWLEDGE] = (struct clock){.start = at,
	    .due = at + 2 * MINUTE_MS,
	    .stopped = at + after_ms,
	    .late = after_ms > 2 * MINUTE_MS,
	    .overdue = after_ms > 2 * MINUTE_MS};
	d->acknowledge_ms = after_ms;
	d->arrive_ms = d->first_report_ms = -1;
	d->changed = true;
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	return inc;
}

static struct report_made made;

static struct str make(struct fixture *f, struct report_ask ask)
{
	struct buf out = {0};
	struct str bytes;

	ask.kind = ask.kind ? ask.kind : "month";
	ask.format = ask.format ? ask.format : "json";
	report_make(store_file(f->s), &ask, f->a, &out, &made, NULL, NULL);
	bytes = (struct str){arena_str(f->a, buf_view(&out)), out.n};
	buf_free(&out);
	return bytes;
}

static struct report_document parsed(struct fixture *f, struct str bytes)
{
	struct report_document d;

	if (made.code != OK)
		fail_msg("%s", made.detail);
	assert_true(document_parse(f->a, bytes, &d));
	return d;
}

static int64_t water(const struct report_document *d, const char *column)
{
	const struct report_sheet *s = document_sheet(d, "units");

	return report_at(s, report_find(s, "unit", "water"), column)->n;
}

/* As period.close stores it. */
static void store_closed(struct fixture *f, struct str bytes, const char *sha256, int state)
{
	struct store_document document = {.period = "2026-02", .edition = (int)made.edition, .bytes = bytes};
	struct digest digest = digest_of(bytes);
	struct buf data = {0};
	struct json j = json_to(&data);
	char hex[DIGEST_HEX];

	document.sha256 = digest;
	json_begin(&j, NULL);
	json_int(&j, "edition", made.edition);
	json_text(&j, "sha256", sha256 ? sha256 : digest_hex(&digest, hex));
	json_end(&j);
	struct entry e = {.kind = ENTRY_PERIOD,
	    .name = "2026-02",
	    .at = FEBRUARY,
	    .state = state,
	    .by = "office1",
	    .data = buf_view(&data),
	    .changed = true};
	struct entry *v[] = {&e};
	struct store_batch b = {.document = &document, .entries = v, .n_entries = 1};

	assert_int_equal(saved(f, &b), STORE_OK);
	buf_free(&data);
}

static void a_draft_says_what_is_so_now(void **state)
{
	struct fixture *f = *state;
	struct report_document d;

	ended(f, "A", FEBRUARY, MINUTE_MS);
	ended(f, "B", FEBRUARY + HOUR_MS, 3 * MINUTE_MS);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_false(d.head.closed);
	assert_int_equal(made.edition, 0);
	assert_int_equal(d.head.seq, store_head(f->s).seq);
	assert_int_equal(water(&d, "acknowledge_due"), 2);
	assert_int_equal(water(&d, "acknowledge_rate"), 500);
	assert_null(document_sheet(&d, "corrections"));
}

/* What is still open counts as it stands. */
static void what_is_open_counts(void **state)
{
	struct fixture *f = *state;
	struct incident *inc = new_incident(f, "OPEN");
	struct dispatch *d = add_dispatch(f, inc, "water");
	struct report_document doc;

	inc->reported_at = d->issued_at = FEBRUARY;
	d->clocks[CLOCK_ACKNOWLEDGE] =
	    (struct clock){.start = FEBRUARY, .due = FEBRUARY + 2 * MINUTE_MS, .late = true, .overdue = true};
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	doc = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_int_equal(water(&doc, "dispatches"), 1);
	assert_int_equal(water(&doc, "acknowledge_due"), 1);
	assert_int_equal(water(&doc, "acknowledge_rate"), 0);
}

static void open_one(struct fixture *f, const char *number, int64_t at)
{
	struct incident *inc = new_incident(f, number);

	inc->reported_at = at;
	add_dispatch(f, inc, "water")->issued_at = at;
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
}

/* Its first midnight is the period's, its last is the next one's. */
static void a_day_belongs_to_one_period(void **state)
{
	struct fixture *f = *state;
	int64_t first = day_start(date_day((struct date){2026, 2, 1}));
	int64_t next = day_start(date_day((struct date){2026, 3, 1}));
	struct report_document d;

	open_one(f, "A", first);
	open_one(f, "B", next - 1);
	open_one(f, "C", next);
	ended(f, "D", first, MINUTE_MS);
	ended(f, "E", next - 1, MINUTE_MS);
	ended(f, "F", next, MINUTE_MS);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-01"}));
	assert_int_equal(water(&d, "dispatches"), 0);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_int_equal(water(&d, "dispatches"), 4);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-03"}));
	assert_int_equal(water(&d, "dispatches"), 2);
	d = parsed(f, make(f, (struct report_ask){.kind = "span", .period = "2026-02-28..2026-03-01"}));
	assert_int_equal(water(&d, "dispatches"), 4);
}

/* A dispatch that has ended is in the sums already, also where another one of its incident is open. */
static void none_is_counted_twice(void **state)
{
	struct fixture *f = *state;
	struct incident *inc = new_incident(f, "TWO");
	struct report_document d;

	inc->reported_at = FEBRUARY;
	for (int i = 0; i < 2; i++)
		add_dispatch(f, inc, "water")->issued_at = FEBRUARY;
	inc->dispatches[0].state = DISPATCH_COMPLETED;
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_int_equal(water(&d, "dispatches"), 2);
}

static void with_finding(struct fixture *f, const char *number, enum dispatch_state dispatch_state,
    int64_t arrived)
{
	struct incident *inc = new_incident(f, number);
	struct finding finding = {.n = 1,
	    .of_dispatch = 1,
	    .class = FINDING_ARRIVE,
	    .dispatch = 1,
	    .unit = "water",
	    .day = day_start(local_day(FEBRUARY)),
	    .opened_at = FEBRUARY,
	    .late_ms = 5 * MINUTE_MS,
	    .limit_ms = 30 * MINUTE_MS,
	    .seq = 1,
	    .by = "system",
	    .changed = true};
	struct dispatch *d = add_dispatch(f, inc, "water");

	inc->reported_at = d->issued_at = FEBRUARY;
	d->state = dispatch_state;
	d->at[STEP_ARRIVED] = d->recorded[STEP_ARRIVED] = arrived;
	inc->findings = &finding;
	inc->n_findings = inc->cap_findings = 1;
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
}

/* Never is who ended without having come: not who is still on the way, nor who came late. 100 + 100 + 300. */
static void who_never_came_counts_most(void **state)
{
	struct fixture *f = *state;
	const struct report_sheet *s;
	struct report_document d;

	with_finding(f, "LATE", DISPATCH_COMPLETED, FEBRUARY + 35 * MINUTE_MS);
	with_finding(f, "STILL", DISPATCH_ACKNOWLEDGED, 0);
	with_finding(f, "NEVER", DISPATCH_COMPLETED, 0);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	s = document_sheet(&d, "findings");
	assert_int_equal(s->n_rows, 3);
	assert_int_equal(report_at(s, report_find(s, "finding", "LATE-01.f1"), "cases")->n, 100);
	assert_int_equal(report_at(s, report_find(s, "finding", "STILL-01.f1"), "cases")->n, 100);
	assert_int_equal(report_at(s, report_find(s, "finding", "NEVER-01.f1"), "cases")->n, 300);
	assert_int_equal(water(&d, "score"), 7500); /* 5 of at least 20 */
}

/* The rules are those of the period's last instant: neither those that it began with, nor later ones. */
static void the_last_instants_rules_hold(void **state)
{
	struct fixture *f = *state;
	const char *last = put_in_force(f, false, FEBRUARY);
	struct report_document d;

	put_in_force(f, true, FEBRUARY + 30 * DAY_MS);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_string_equal(d.head.revision, last);
	assert_null(document_sheet(&d, "deductions")); /* these had no rubric */
	d = parsed(f, make(f, (struct report_ask){.period = "2026-01"}));
	assert_non_null(document_sheet(&d, "deductions"));
}

static void a_closed_period_keeps_its_bytes(void **state)
{
	struct fixture *f = *state;
	struct report_document d;
	struct str first, then;

	ended(f, "A", FEBRUARY, MINUTE_MS);
	first = make(f, (struct report_ask){.period = "2026-02", .close = true});
	d = parsed(f, first);
	assert_true(d.head.closed);
	assert_int_equal(made.edition, 1);
	store_closed(f, first, NULL, PERIOD_CLOSED);
	ended(f, "B", FEBRUARY + HOUR_MS, 3 * MINUTE_MS);
	then = make(f, (struct report_ask){.period = "2026-02"});
	assert_true(str_eq(first, then));
	assert_int_equal(made.edition, 1);
	then = make(f, (struct report_ask){.period = "2026-02", .format = "csv"});
	assert_non_null(strstr(then.p, "定稿,第 1 版"));
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02", .draft = true}));
	assert_false(d.head.closed);
	assert_int_equal(water(&d, "acknowledge_due"), 2);
	make(f, (struct report_ask){.period = "2026-02", .close = true});
	assert_int_equal(made.code, ERROR_WRONG_STATE);
}

/* The month after lists what is not as the closed document says; so does the closed month's own draft. */
static void what_changed_is_listed(void **state)
{
	static const char *const periods[] = {"2026-03", "2026-02"};
	struct fixture *f = *state;

	ended(f, "A", FEBRUARY, MINUTE_MS);
	store_closed(f, make(f, (struct report_ask){.period = "2026-02", .close = true}), NULL,
	    PERIOD_CLOSED);
	ended(f, "B", FEBRUARY + HOUR_MS, 3 * MINUTE_MS);
	for (int i = 0; i < 2; i++) {
		struct report_document d =
		    parsed(f, make(f, (struct report_ask){.period = periods[i], .draft = true}));
		const struct report_sheet *s = document_sheet(&d, "corrections");
		int found = 0;

		assert_non_null(s);
		for (int row = 0; row < s->n_rows; row++)
			if (text_eq(report_at(s, row, "table")->text, "各单位") &&
			    text_eq(report_at(s, row, "row")->text, "water") &&
			    text_eq(report_at(s, row, "column")->text, "acknowledge_due")) {
				assert_string_equal(report_at(s, row, "period")->text, "2026-02 第 1 版");
				assert_string_equal(report_at(s, row, "stored")->text, "1");
				assert_string_equal(report_at(s, row, "live")->text, "2");
				assert_int_equal(report_at(s, row, "difference")->n, 1);
				found++;
			}
		assert_int_equal(found, 1);
	}
}

static void a_reopened_one_gets_another_edition(void **state)
{
	struct fixture *f = *state;
	struct report_document d;

	ended(f, "A", FEBRUARY, MINUTE_MS);
	store_closed(f, make(f, (struct report_ask){.period = "2026-02", .close = true}), NULL,
	    PERIOD_REOPENED);
	d = parsed(f, make(f, (struct report_ask){.period = "2026-02"}));
	assert_false(d.head.closed);
	parsed(f, make(f, (struct report_ask){.period = "2026-02", .close = true}));
	assert_int_equal(made.edition, 2);
	d = parsed(f,
	    make(f, (struct report_ask){.period = "2026-02", .edition = 1})); /* the old one stays */
	assert_true(d.head.closed);
	assert_int_equal(made.edition, 1);
	make(f, (struct report_ask){.period = "2026-02", .edition = 2});
	assert_int_equal(made.code, ERROR_NOT_FOUND);
}

/* The chain's word stands above the stored bytes. */
static void a_changed_document_is_noticed(void **state)
{
	struct fixture *f = *state;

	store_closed(f, make(f, (struct report_ask){.period = "2026-02", .close = true}),
	    "0000000000000000000000000000000000000000000000000000000000000000", PERIOD_CLOSED);
	make(f, (struct report_ask){.period = "2026-02"});
	assert_int_equal(made.code, ERROR_INTERNAL);
	assert_non_null(made.detail);
}

/* Sums that are not what the rows add up to are never closed. */
static void what_does_not_add_up_is_not_closed(void **state)
{
	struct fixture *f = *state;
	char file[PATH_MAX];

	ended(f, "A", FEBRUARY, MINUTE_MS);
	snprintf(file, sizeof file, "%s", store_file(f->s));
	store_close(f->s);
	f->s = NULL;
	outside(file, "DELETE FROM tally");
	open_store(f);
	make(f, (struct report_ask){.period = "2026-02", .close = true});
	assert_int_equal(made.code, ERROR_WRONG_STATE);
	assert_non_null(strstr(made.detail, "report verify 2026-02"));
	make(f, (struct report_ask){.period = "2026-02"}); /* a draft shows what there is */
	assert_int_equal(made.code, OK);
}

static void nonsense_is_refused(void **state)
{
	struct fixture *f = *state;

	make(f, (struct report_ask){.period = "2026Q1"});
	assert_int_equal(made.code, ERROR_PARAMS);
	make(f, (struct report_ask){.period = "2026-02", .format = "pdf"});
	assert_int_equal(made.code, ERROR_NOT_FOUND);
	make(f, (struct report_ask){.period = "2026-02", .unit = "nowhere"});
	assert_int_equal(made.code, ERROR_NOT_FOUND);
	make(f, (struct report_ask){.kind = "decade", .period = "202"});
	assert_int_equal(made.code, ERROR_PARAMS);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, fixture_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_draft_says_what_is_so_now),
	    TEST(what_is_open_counts),
	    TEST(a_day_belongs_to_one_period),
	    TEST(none_is_counted_twice),
	    TEST(who_never_came_counts_most),
	    TEST(the_last_instants_rules_hold),
	    TEST(a_closed_period_keeps_its_bytes),
	    TEST(what_changed_is_listed),
	    TEST(a_reopened_one_gets_another_edition),
	    TEST(a_changed_document_is_noticed),
	    TEST(what_does_not_add_up_is_not_closed),
	    TEST(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
