/*
 * store_lists.c - lists of requests, findings and entries as the front ends read them: in their order, by
 * filters, page by page, within a budget of rows; and documents of periods.
 */
#include "store_fixture.h"

/* Incidents N1 … N4 with a request each: of water (pending, due T0 + 4 … T0 + 1), N3's of power, granted.
 * Then two of no incident. */
static void some_requests(struct fixture *f)
{
	struct request loose[2], *v[2] = {&loose[0], &loose[1]};
	struct store_batch b = {.requests = v, .n_requests = 2};

	for (int i = 1; i <= 4; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));
		struct request *r = arena_alloc(f->a, sizeof *r);

		add_dispatch(f, inc, i == 3 ? "power" : "water");
		*r = (struct request){.n = 1,
		    .kind = REQUEST_RETURN,
		    .state = i == 3 ? REQUEST_GRANTED : REQUEST_PENDING,
		    .unit = i == 3 ? "power" : "water",
		    .step = STEPS,
		    .clock = CLOCK_COUNT,
		    .asked_at = T0,
		    .due = T0 + 5 - i};
		inc->requests = r;
		inc->n_requests = inc->cap_requests = 1;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	for (int i = 0; i < 2; i++)
		loose[i] = (struct request){.kind = REQUEST_HANDOVER,
		    .step = STEPS,
		    .clock = CLOCK_COUNT,
		    .asked_at = T0,
		    .due = T0 + 2 + i};
	assert_int_equal(saved(f, &b), STORE_OK);
}

static void list(struct reads *r, struct fixture *f, struct want_requests *w)
{
	struct reads_wants wants = {.requests = w};

	assert_int_equal(reads_load(r, f->a, &wants, NULL, NULL), STORE_NOW);
	assert_int_equal(wants.status, STORE_OK);
}

/* "N4 N3 R2" … */
static char *shown(struct fixture *f, const struct want_requests *w)
{
	char *out = arena_text(f->a, "");

	for (int i = 0; i < w->n; i++)
		out = w->v[i].inc
		    ? arena_printf(f->a, "%s%s%s", out, i ? " " : "", w->v[i].inc->number)
		    : arena_printf(f->a, "%s%sR%lld", out, i ? " " : "", (long long)w->v[i].r->id);
	return out;
}

static void requests_page_by_page(void **state)
{
	struct fixture *f = *state;
	struct want_requests w = {.filter = {.kind = -1, .state = -1}, .limit = 2};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	list(r, f, &w);
	assert_true(w.n == 0 && w.next == 0);
	some_requests(f);
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N4 N3");
	assert_int_equal(w.v[0].inc->n_dispatches, 1);
	assert_true(w.v[0].r->n == 1 && w.next == w.v[1].cursor);
	w.after = w.next;
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N2 N1");
	w.after = w.next;
	assert_true(w.after > 0);
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "R2 R1");
	w.after = w.next;
	list(r, f, &w);
	assert_true(w.n == 0 && w.next == 0);
	reads_close(r);
}

static void requests_by_filter(void **state)
{
	struct fixture *f = *state;
	struct want_requests w = {.filter = {.kind = -1, .state = -1, .unit = "power"}};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	some_requests(f);
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N3");
	w.filter = (struct request_filter){.kind = REQUEST_HANDOVER, .state = -1};
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "R2 R1");
	w.filter = (struct request_filter){.kind = -1, .state = REQUEST_GRANTED};
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N3");
	w.filter = (struct request_filter){.kind = -1, .state = -1, .unit = "nobody"};
	list(r, f, &w);
	assert_true(w.n == 0 && w.next == 0);
	reads_close(r);
}

/* N4 is due at T0 + 1, N2 and R2 at T0 + 3, R1 at T0 + 2, N1 at T0 + 4: what is due first comes first. */
static void pending_ones_by_their_due(void **state)
{
	struct fixture *f = *state;
	struct want_requests w = {.filter = {.kind = -1, .state = REQUEST_PENDING}, .limit = 3};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	some_requests(f);
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N4 R1 R2");
	w.after = w.next;
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N2 N1");
	w.filter.unit = "water";
	w.after = 0;
	list(r, f, &w);
	assert_string_equal(shown(f, &w), "N4 N2 N1");
	reads_close(r);
}

/* -- findings ------------------------------------------------------------------------------------- */

#define DAY (86400000 * INT64_C(1))

/* One each of days 0 … 3, of water and power by turns, upheld where odd; then one of none on day 2. */
static void some_findings(struct fixture *f)
{
	struct finding loose = {.class = FINDING_DUTY,
			   .unit = "water",
			   .day = T0 + 2 * DAY,
			   .opened_at = T0,
			   .entry = 4},
		       *v = &loose;
	struct store_batch b = {.findings = &v, .n_findings = 1};

	for (int i = 0; i < 4; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));
		struct finding *one = arena_alloc(f->a, sizeof *one);

		add_dispatch(f, inc, i % 2 ? "power" : "water");
		*one = (struct finding){.n = 1,
		    .of_dispatch = 1,
		    .dispatch = 1,
		    .class = FINDING_ARRIVE,
		    .state = i % 2 ? FINDING_UPHELD : FINDING_OPEN,
		    .unit = i % 2 ? "power" : "water",
		    .day = T0 + i * DAY,
		    .opened_at = T0};
		inc->findings = one;
		inc->n_findings = inc->cap_findings = 1;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	assert_int_equal(saved(f, &b), STORE_OK);
}

static char *found(struct reads *r, struct fixture *f, struct want_findings *w)
{
	struct reads_wants wants = {.findings = w};
	char *out = arena_text(f->a, "");

	assert_int_equal(reads_load(r, f->a, &wants, NULL, NULL), STORE_NOW);
	assert_int_equal(wants.status, STORE_OK);
	for (int i = 0; i < w->n; i++)
		out = w->v[i].inc ? arena_printf(f->a, "%s%s ", out, w->v[i].inc->number)
				  : arena_printf(f->a, "%sF%lld ", out, (long long)w->v[i].f->id);
	return out;
}

static void findings_by_day_and_filter(void **state)
{
	struct fixture *f = *state;
	struct want_findings w = {.filter = {.class = -1, .state = -1}, .limit = 2};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	assert_string_equal(found(r, f, &w), "");
	some_findings(f);
	assert_string_equal(found(r, f, &w), "N3 N2 ");
	w.after = w.next;
	assert_string_equal(found(r, f, &w), "F1 N1 ");
	w.after = w.next;
	assert_string_equal(found(r, f, &w), "N0 ");
	assert_int_equal(w.next, 0);
	w = (struct want_findings){.filter = {.class = -1, .state = -1, .unit = "water"}};
	assert_string_equal(found(r, f, &w), "N2 F1 N0 ");
	w.filter.unit = "nobody,power";
	assert_string_equal(found(r, f, &w), "N3 N1 ");
	w.filter = (struct finding_filter){.class = FINDING_DUTY, .state = -1};
	assert_string_equal(found(r, f, &w), "F1 ");
	w.filter = (struct finding_filter){.class = -1, .state = FINDING_UPHELD};
	assert_string_equal(found(r, f, &w), "N3 N1 ");
	w.filter = (struct finding_filter){.class = -1, .state = -1, .from = T0 + DAY, .to = T0 + 3 * DAY};
	assert_string_equal(found(r, f, &w), "N2 F1 N1 ");
	reads_close(r);
}

/* -- entries and documents -------------------------------------------------------------------------- */

static void entries_newest_first(void **state)
{
	struct fixture *f = *state;
	struct entry e[4], *v[4];
	struct store_batch b = {.entries = v, .n_entries = 4};
	struct want_entries w = {.kind = ENTRY_MEASURE, .limit = 2};
	struct reads_wants wants = {.entries = &w};
	struct reads *r;

	for (int i = 0; i < 4; i++) {
		e[i] = (struct entry){.kind = i == 2 ? ENTRY_MEETING : ENTRY_MEASURE,
		    .name = i == 1 ? "special" : NULL,
		    .unit = "water",
		    .at = T0 + i};
		v[i] = &e[i];
	}
	open_store(f);
	r = open_reads(f);
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_true(w.n == 2 && w.v[0]->id == 4 && w.v[1]->id == 2);
	assert_true(str_is(w.v[0]->data, "{}"));
	w.before = w.next;
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_true(w.n == 1 && w.v[0]->id == 1 && w.next == 0);
	w = (struct want_entries){.kind = ENTRY_MEASURE, .name = "special"};
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_true(w.n == 1 && w.v[0]->id == 2);
	w = (struct want_entries){.kind = ENTRY_MEASURE, .from = T0 + 1, .to = T0 + 3};
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_true(w.n == 1 && w.v[0]->id == 2);
	reads_close(r);
}

static void matters_by_their_ids(void **state)
{
	struct fixture *f = *state;
	struct want_matter w = {.request = 2, .finding = 1, .entry = 1};
	struct reads_wants wants = {.matter = &w};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	some_requests(f);
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_int_equal(w.found_request->id, 2);
	assert_true(!w.found_finding && !w.found_entry);
	reads_close(r);
}

static void documents_are_kept(void **state)
{
	struct fixture *f = *state;
	struct store_document d = {.period = "2026Q1", .edition = 1, .bytes = STR("{\"a\":1}")};
	struct store_batch b = {.document = &d};
	struct want_document w = {.period = "2026Q1", .edition = 1};
	struct reads_wants wants = {.document = &w};
	struct reads *r;

	d.sha256 = digest_of(d.bytes);
	open_store(f);
	r = open_reads(f);
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_true(str_is(w.bytes, "{\"a\":1}"));
	assert_true(digest_eq(&w.sha256, &d.sha256));
	w.edition = 2;
	assert_int_equal(reads_wait(r, f->a, &wants), STORE_OK);
	assert_int_equal(w.bytes.n, 0);
	assert_int_equal(saved(f, &b), STORE_UNKNOWN); /* an edition is stored once */
	reads_close(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(requests_page_by_page),
	    TEST(requests_by_filter),
	    TEST(pending_ones_by_their_due),
	    TEST(findings_by_day_and_filter),
	    TEST(entries_newest_first),
	    TEST(matters_by_their_ids),
	    TEST(documents_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
