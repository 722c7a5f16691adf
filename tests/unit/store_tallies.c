/*
 * store_tallies.c - the sums that reports are made from: whatever becomes of dispatches and incidents, step by
 * step, they are what the rows add up to, by domain/tally.h and by the SQL of the proof alike.
 */
#include "store_fixture.h"
#include "base/time.h"
#include "store/report.h"

#define FROM (day_start(local_day(T0)))
#define TO (FROM + 40 * DAY_MS)

/* -- what the rows add up to ---------------------------------------------------------------------- */

struct told {
	struct fixture *f;
	int64_t sums[TALLY_COUNTERS];
	uint64_t weighed, incidents; /* every figure by its key, so that none may be swapped */
	int64_t differences;
};

static uint64_t weight(const char *unit, int a, int b, int c)
{
	uint64_t w = 1;

	for (const char *p = unit ? unit : "-"; *p; p++)
		w = w * 31 + (unsigned char)*p;
	return (w * 7 + (unsigned)a) * 11 + (unsigned)b * 13 + (unsigned)c;
}

static void take(struct told *t, const struct tally_key *k, const struct tally *v)
{
	uint64_t w = weight(k->unit, (int)k->part, (int)k->priority, (int)k->standing);

	for (int i = 0; i < TALLY_COUNTERS; i++) {
		t->sums[i] += v->n[i];
		t->weighed += w * (unsigned)(i + 1) * (uint64_t)v->n[i];
	}
}

static void on_tally(void *arg, const struct tally_key *k, const struct tally *v)
{
	take(arg, k, v);
}

static void on_tally_incident(void *arg, const struct tally_incident_key *k, const struct tally_incident *v)
{
	struct told *t = arg;
	uint64_t w = weight(k->lead, (int)weight(k->category, 1, 2, 3), (int)weight(k->township, 3, 2, 1),
	    (int)k->standing);

	for (int i = 0; i < TALLY_INCIDENT_COUNTERS; i++)
		t->incidents += w * (unsigned)(i + 1) * (uint64_t)v->n[i];
}

/* Of every incident there is, as it is loaded. */
static void add_rows(struct fixture *f, struct told *t)
{
	for (int64_t id = 1; id <= store_metrics(f->s).incidents; id++) {
		struct store_want want = {.id = id};
		struct store_wants w = {.incidents = &want, .n_incidents = 1};
		struct tally_incident_key ik;
		struct tally_incident iv;

		assert_int_equal(load_of(f, &w), STORE_OK);
		for (int i = 0; i < want.found->n_dispatches; i++) {
			struct tally_key k;
			struct tally v;

			if (!tally_holds(&want.found->dispatches[i]))
				continue;
			tally_dispatch(want.found, &want.found->dispatches[i], &k, &v);
			take(t, &k, &v);
		}
		if (!tally_holds_incident(want.found))
			continue;
		tally_incident(want.found, &ik, &iv);
		on_tally_incident(t, &ik, &iv);
	}
}

static void on_difference(void *arg, const struct report_difference *d)
{
	struct told *t = arg;

	t->differences++;
	if (t->f)
		fprintf(stderr, "%s: %s kept %lld, counted %lld\n", d->key, d->counter, (long long)d->kept,
		    (long long)d->summed);
}

static int64_t proven(struct fixture *f, struct reads *r, bool aloud)
{
	struct told t = {.f = aloud ? f : NULL};
	struct report_snapshot at;
	int64_t n;

	assert_int_equal(report_begin(r, &at), STORE_OK);
	n = report_verify(r, FROM, TO, true, f->why, sizeof f->why, on_difference, NULL, &t);
	report_end(r);
	assert_int_equal(n, t.differences);
	return n;
}

static void sums_are_the_rows(struct fixture *f, struct reads *r)
{
	struct told kept = {0}, rows = {0};
	struct report_snapshot at;

	assert_int_equal(report_begin(r, &at), STORE_OK);
	assert_int_equal(at.seq, store_head(f->s).seq);
	assert_int_equal(report_tallies(r, FROM, TO, on_tally, &kept), STORE_OK);
	assert_int_equal(report_tally_incidents(r, FROM, TO, on_tally_incident, &kept), STORE_OK);
	report_end(r);
	add_rows(f, &rows);
	for (int i = 0; i < TALLY_COUNTERS; i++)
		if (kept.sums[i] != rows.sums[i])
			fail_msg("%s: kept %lld, the rows say %lld", tally_names[i].column,
			    (long long)kept.sums[i], (long long)rows.sums[i]);
	assert_true(kept.weighed == rows.weighed);
	assert_true(kept.incidents == rows.incidents);
	assert_int_equal(proven(f, r, true), 0);
}

/* -- random lives -------------------------------------------------------------------------------------- */

static uint64_t seed = 20261125;

static int any(int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int)((seed >> 33) % (uint64_t)n);
}

static int64_t some_ms(void)
{
	static const int64_t v[] = {-1, 0, 29999, 30000, 30001, 60000, 120000, 180001, 299999, 300000,
	    1800000, 1800001, 3600000, 7200001, 14400000, 90000000};

	return v[any(sizeof v / sizeof *v)];
}

/* The steps up to one, in their order; those before it may be missing. */
static void random_steps(struct dispatch *d)
{
	int last = any(STEPS + 1);

	for (int s = 0; s < STEPS; s++) {
		d->at[s] = s < last && (s == last - 1 || any(4)) ? d->issued_at + 1000 * (s + 1) : 0;
		d->recorded[s] = d->at[s] ? d->at[s] + any(500000) : 0;
	}
	d->unconfirmed = any(4) ? 0 : 1u << any(STEPS);
}

static void random_clocks(struct dispatch *d)
{
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		struct clock *c = &d->clocks[k];

		c->start = any(5) ? d->issued_at + any(1000) : 0;
		c->due = any(5) ? d->issued_at + 60000 + any(1000) : 0;
		c->overdue = any(3) == 0;
		c->late = any(3) == 0;
		c->excused = any(3) ? EXCUSE_NONE : (enum excuse)any(EXCUSES);
	}
	d->clocks[CLOCK_FIRST_REPORT].stopped = any(2) ? d->issued_at + 5000 : 0;
	d->clocks[CLOCK_NEXT_REPORT].earlier = any(3) ? 0 : (unsigned)any(EXCUSES + 1);
}

static void random_dispatch(struct dispatch *d)
{
	d->state = (enum dispatch_state)any(DISPATCH_STATES);
	d->role = (enum dispatch_role)any(DISPATCH_ROLES);
	d->standing = (enum standing)any(STANDINGS);
	d->voided = any(4) ? VOID_NONE : (enum void_reason)any(VOID_REASONS);
	d->acknowledge_ms = some_ms();
	d->arrive_ms = some_ms();
	d->first_report_ms = some_ms();
	d->late_reported = any(4) ? 0 : 1u << any(STEPS);
	d->redo = any(6) ? 0 : any(3);
	random_steps(d);
	random_clocks(d);
	d->changed = true;
}

static void random_request(struct fixture *f, struct incident *inc)
{
	struct request *v = arena_new_array(f->a, struct request, (size_t)inc->n_requests + 1);

	if (inc->n_requests)
		memcpy(v, inc->requests, (size_t)inc->n_requests * sizeof *v);
	inc->requests = v;
	inc->cap_requests = ++inc->n_requests;
	v[inc->n_requests - 1] = (struct request){.n = inc->n_requests,
	    .kind = (enum request_kind)any(REQUEST_KINDS),
	    .dispatch = 1 + any(inc->n_dispatches),
	    .step = STEPS,
	    .clock = CLOCK_COUNT,
	    .asked_at = T0,
	    .due = T0 + 9};
}

/* One thing that may become of an incident; much of it may not happen in life, which makes no difference. */
static void random_change(struct fixture *f, struct incident *inc)
{
	inc->changed = any(2); /* what changed elsewhere is saved all the same */
	switch (any(6)) {
	case 0:
		inc->changed = true;
		inc->state = (enum incident_state)any(INCIDENT_STATES);
		inc->completed_at = any(3) ? T0 + 90 : 0;
		inc->callback_result = (enum callback_result)any(CALLBACK_RESULTS);
		break;
	case 1:
		inc->changed = true;
		inc->priority = (enum priority)(1 + any(4));
		inc->standing = (enum standing)any(STANDINGS);
		inc->area = any(2) ? "350881001203"
		    : any(2)       ? "350881001"
		    : any(2)       ? "out-of-the-way-area"
				   : NULL;
		inc->category = any(3) ? "601301" : any(2) ? "600201" : NULL;
		inc->callers = any(3);
		inc->redo = any(2);
		inc->unmatched = any(2);
		break;
	case 2:
		random_request(f, inc);
		break;
	case 3:
		if (inc->n_requests) {
			struct request *r = &inc->requests[any(inc->n_requests)];

			r->state = (enum request_state)any(REQUEST_STATES);
			r->lapsed_at = any(2) ? T0 + 9 : 0;
			r->changed = true;
		}
		break;
	default:
		random_dispatch(&inc->dispatches[any(inc->n_dispatches)]);
	}
}

static struct incident *random_incident(struct fixture *f, int i)
{
	static const char *const units[] = {"water", "power", "urban-management"};
	struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));

	inc->reported_at = T0 + any(30) * DAY_MS;
	for (int n = 1 + any(4); n > 0; n--) {
		struct dispatch *d = add_dispatch(f, inc, units[any(3)]);

		d->issued_at = inc->reported_at + any(2 * (int)DAY_MS);
		d->role = (enum dispatch_role)any(DISPATCH_ROLES);
		if (any(8) == 0)
			random_dispatch(d); /* ended in the turn that made it */
	}
	inc->backfill = any(9) == 0;
	return inc;
}

static void random_lives(void **state)
{
	struct fixture *f = *state;
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	for (int i = 0; i < 40; i++)
		assert_int_equal(save_one(f, random_incident(f, i), NULL), STORE_OK);
	sums_are_the_rows(f, r);
	for (int step = 0; step < 600; step++) {
		/* several in one commit, as a turn has them */
		struct store_want want[3];
		struct store_wants w = {.incidents = want, .n_incidents = 3};
		struct incident *v[3];
		struct store_batch b = {.incidents = v, .n_incidents = 3};
		int at = any(38);

		for (int i = 0; i < 3; i++)
			want[i] = (struct store_want){.id = at + i};
		want[0].id += want[0].id == 0 ? 40 : 0;
		assert_int_equal(load_of(f, &w), STORE_OK);
		for (int i = 0; i < 3; i++) {
			v[i] = want[i].found;
			random_change(f, v[i]);
		}
		assert_int_equal(saved(f, &b), STORE_OK);
		if (step % 60 == 0)
			sums_are_the_rows(f, r);
	}
	reopen(f);
	sums_are_the_rows(f, r);
	reads_close(r);
}

/* -- what costs nothing, and what is told ----------------------------------------------------------------- */

static struct incident *ended_incident(struct fixture *f, const char *number)
{
	struct incident *inc;

	saved_incident(f, number);
	inc = loaded(f, number);
	inc->dispatches[0].state = DISPATCH_COMPLETED;
	inc->dispatches[0].at[STEP_COMPLETED] = T0 + 9000;
	inc->dispatches[0].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	return loaded(f, number);
}

static void what_is_open_is_in_no_sum(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	saved_incident(f, "A");
	store_close(f->s);
	f->s = NULL;
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM tally"), 0);
	open_store(f);
	ended_incident(f, "B");
	store_close(f->s);
	f->s = NULL;
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM tally"), 1);
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM tally_incident"), 0);
}

static void reopened_it_is_in_none_again(void **state)
{
	struct fixture *f = *state;
	struct incident *inc;

	open_store(f);
	inc = ended_incident(f, "A");
	inc->dispatches[0].state = DISPATCH_ARRIVED;
	inc->dispatches[0].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	store_close(f->s);
	f->s = NULL;
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM tally"), 0);
}

/* A failed commit leaves nothing behind that the next one would write. */
static void a_failed_commit_adds_nothing(void **state)
{
	struct fixture *f = *state;
	struct incident *inc, *v[2];
	struct store_batch b = {.incidents = v, .n_incidents = 2};
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	ended_incident(f, "A");
	inc = loaded(f, "A");
	inc->dispatches[1].state = DISPATCH_WITHDRAWN;
	inc->dispatches[1].changed = true;
	v[0] = inc;
	v[1] = new_incident(f, "A");
	assert_int_equal(saved(f, &b), STORE_UNKNOWN);
	inc = loaded(f, "A");
	inc->dispatches[2].state = DISPATCH_WITHDRAWN;
	inc->dispatches[2].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	sums_are_the_rows(f, r);
	reads_close(r);
}

static void the_proof_tells_what_was_changed(void **state)
{
	struct fixture *f = *state;
	struct reads *r;

	open_store(f);
	ended_incident(f, "A");
	r = open_reads(f);
	assert_int_equal(proven(f, r, true), 0);
	reads_close(r);
	store_close(f->s);
	f->s = NULL;
	/* "one more was completed": version, then counter 0 and 1, each 1; a 1 becomes a 2 */
	outside(f->path, "UPDATE tally SET counters = x'0100020104'");
	open_store(f);
	r = open_reads(f);
	assert_true(proven(f, r, false) >= 1);
	reads_close(r);
	store_close(f->s);
	f->s = NULL;
	outside(f->path, "DELETE FROM tally");
	open_store(f);
	r = open_reads(f);
	assert_true(proven(f, r, false) >= 2); /* the dispatch itself, and that it was completed */
	reads_close(r);
}

/* An older store has rows and no sums: they are made once, with what each row's standing is. */
static void an_older_store_gets_its_sums(void **state)
{
	struct fixture *f = *state;
	struct mechanism m = {0};
	struct incident *inc;
	struct reads *r;

	open_store(f);
	for (int i = 0; i < 5; i++)
		ended_incident(f, arena_printf(f->a, "N%d", i));
	inc = ended_incident(f, "drill");
	inc->drill = inc->changed = true;
	inc->reporter_phone = "138 0013 8000";
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	assert_int_equal(loaded(f, "drill")->caller, 0);
	store_close(f->s);
	f->s = NULL;
	outside(f->path,
	    "DELETE FROM tally; DELETE FROM tally_incident; UPDATE incident SET category = NULL; "
	    "UPDATE meta SET untallied = incidents");
	open_store(f);
	r = open_reads(f);
	assert_true(proven(f, r, false) > 0);
	/* an act before that: it is added as a whole, too */
	inc = loaded(f, "N0");
	inc->dispatches[0].state = DISPATCH_ARRIVED;
	inc->dispatches[0].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	assert_int_equal(store_bring_up(f->s, &m), STORE_OK);
	sums_are_the_rows(f, r);
	assert_int_equal(loaded(f, "drill")->standing, STANDING_DRILL);
	assert_int_equal(loaded(f, "drill")->dispatches[0].standing, STANDING_DRILL);
	assert_true(loaded(f, "drill")->caller ==
	    store_caller(f->s, "13800138000", true)); /* known from now on */
	assert_true(loaded(f, "drill")->caller != store_caller(f->s, "13800138000", false));
	assert_int_equal(loaded(f, "N1")->caller, store_caller(f->s, loaded(f, "N1")->reporter_phone, false));
	assert_int_equal(store_bring_up(f->s, &m), STORE_OK); /* once */
	ended_incident(f, "later");
	sums_are_the_rows(f, r);
	reads_close(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(random_lives),
	    TEST(what_is_open_is_in_no_sum),
	    TEST(reopened_it_is_in_none_again),
	    TEST(a_failed_commit_adds_nothing),
	    TEST(the_proof_tells_what_was_changed),
	    TEST(an_older_store_gets_its_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
