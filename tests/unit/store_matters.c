/*
 * store_matters.c - requests, findings and entries: what is saved is what is loaded, with an incident and of
 * none; what is due, registers in their order, ids without a gap, and what a failed commit takes back.
 */
#include "store_fixture.h"

static struct request full_request(int n)
{
	return (struct request){.n = n,
	    .kind = REQUEST_LATE_STEP,
	    .state = REQUEST_LAPSED,
	    .decider = DECIDER_OFFICE,
	    .dispatch = 2,
	    .finding = 1,
	    .entry = 0,
	    .unit = "water",
	    .code = "not-our-duty",
	    .suggested = "power",
	    .step = STEP_ARRIVED,
	    .clock = CLOCK_DELIVERY, /* 0: not to be taken for none */
	    .asked_at = T0 + 1,
	    .due = T0 + 2,
	    .lapsed_at = T0 + 3,
	    .until = T0 + 4,
	    .decided_at = T0 + 5,
	    .answered_at = T0 + 6,
	    .by = "water-1",
	    .decided_by = "office-1",
	    .account = "desk-2",
	    .document = "漳公督〔2026〕1号",
	    .same_as = "N0"};
}

static struct finding full_finding(int n)
{
	return (struct finding){.n = n,
	    .of_dispatch = 1,
	    .class = FINDING_RETURN,
	    .state = FINDING_UPHELD,
	    .dispatch = 2,
	    .unit = "power",
	    .day = T0 - 28800000,
	    .opened_at = T0 + 1,
	    .told_at = T0 + 2,
	    .clock = CLOCK_NEXT_REPORT,
	    .start = T0 + 4,
	    .due = T0 + 5,
	    .until = T0 + 6,
	    .never = true,
	    .late_ms = 61000,
	    .limit_ms = 120000,
	    .seq = 3,
	    .by = "office-1",
	    .cause = "corrected",
	    .revision = "0123456789ab"};
}

static void same_request(const struct request *a, const struct request *b)
{
	assert_non_null(b);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->decider, b->decider);
	assert_int_equal(a->dispatch, b->dispatch);
	assert_int_equal(a->finding, b->finding);
	assert_int_equal(a->entry, b->entry);
	assert_true(text_eq(a->unit, b->unit));
	assert_true(text_eq(a->code, b->code));
	assert_true(text_eq(a->suggested, b->suggested));
	assert_int_equal(a->step, b->step);
	assert_int_equal(a->clock, b->clock);
	assert_int_equal(a->asked_at, b->asked_at);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->lapsed_at, b->lapsed_at);
	assert_int_equal(a->until, b->until);
	assert_int_equal(a->decided_at, b->decided_at);
	assert_int_equal(a->answered_at, b->answered_at);
	assert_true(text_eq(a->by, b->by));
	assert_true(text_eq(a->decided_by, b->decided_by));
	assert_true(text_eq(a->account, b->account));
	assert_true(text_eq(a->document, b->document));
	assert_true(text_eq(a->same_as, b->same_as));
	assert_int_equal(a->wake_at, b->wake_at);
	assert_false(b->changed);
}

static void same_finding(const struct finding *a, const struct finding *b)
{
	assert_non_null(b);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->of_dispatch, b->of_dispatch);
	assert_int_equal(a->class, b->class);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->dispatch, b->dispatch);
	assert_int_equal(a->entry, b->entry);
	assert_string_equal(a->unit, b->unit);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->opened_at, b->opened_at);
	assert_int_equal(a->told_at, b->told_at);
	assert_int_equal(a->clock, b->clock);
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->until, b->until);
	assert_int_equal(a->never, b->never);
	assert_int_equal(a->late_ms, b->late_ms);
	assert_int_equal(a->limit_ms, b->limit_ms);
	assert_int_equal(a->seq, b->seq);
	assert_true(text_eq(a->by, b->by));
	assert_true(text_eq(a->cause, b->cause));
	assert_true(text_eq(a->revision, b->revision));
	assert_false(b->changed);
}

/* -- of an incident ------------------------------------------------------------------------------- */

static struct incident *with_children(struct fixture *f)
{
	struct incident *inc = saved_incident(f, "A");

	inc->requests = arena_new_array(f->a, struct request, 2);
	inc->n_requests = inc->cap_requests = 2;
	inc->requests[0] = full_request(1);
	inc->requests[1] = (struct request){.n = 2, .step = STEPS, .clock = CLOCK_COUNT, .asked_at = T0};
	inc->findings = arena_new_array(f->a, struct finding, 1);
	inc->n_findings = inc->cap_findings = 1;
	inc->findings[0] = full_finding(1);
	inc->changed = false; /* a new child is enough */
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	return inc;
}

static void children_come_back(void **state)
{
	struct fixture *f = *state;
	struct incident *inc, *got;

	open_store(f);
	saved_incident(f, "before");
	inc = with_children(f);
	saved_incident(f, "behind");
	reopen(f);
	got = loaded(f, "A");
	assert_int_equal(got->n_requests, 2);
	assert_int_equal(got->n_findings, 1);
	same_request(&inc->requests[0], &got->requests[0]);
	same_request(&inc->requests[1], &got->requests[1]);
	same_finding(&inc->findings[0], &got->findings[0]);
	assert_int_equal(got->n_dispatches, 3);
	got = loaded(f, "behind");
	assert_true(got->n_requests == 0 && got->n_findings == 0 && !got->requests && !got->findings);
}

static void children_change_and_grow(void **state)
{
	struct fixture *f = *state;
	struct incident *got;

	open_store(f);
	with_children(f);
	got = loaded(f, "A");
	got->requests[0].state = REQUEST_GRANTED; /* not marked: not written */
	got->requests[1].state = REQUEST_REJECTED;
	got->requests[1].decided_by = "desk-9";
	got->requests[1].changed = true;
	got->findings[0].state = FINDING_VOID;
	got->findings[0].changed = true;
	assert_int_equal(save_one(f, got, NULL), STORE_OK);
	got = loaded(f, "A");
	assert_int_equal(got->requests[0].state, REQUEST_LAPSED);
	assert_int_equal(got->requests[1].state, REQUEST_REJECTED);
	assert_string_equal(got->requests[1].decided_by, "desk-9");
	assert_int_equal(got->findings[0].state, FINDING_VOID);
	got->requests =
	    memcpy(arena_new_array(f->a, struct request, 3), got->requests, 2 * sizeof(struct request));
	got->requests[2] = full_request(3);
	got->n_requests = got->cap_requests = 3;
	assert_int_equal(save_one(f, got, NULL), STORE_OK);
	got = loaded(f, "A");
	assert_int_equal(got->n_requests, 3);
	assert_int_equal(got->requests[2].n, 3);
}

/* The store names the main matter that a follower belongs to. */
static void a_follower_knows_its_main(void **state)
{
	struct fixture *f = *state;
	struct incident *inc;

	open_store(f);
	saved_incident(f, "MAIN");
	inc = new_incident(f, "F");
	inc->same_as = 1;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	inc = loaded(f, "F");
	assert_int_equal(inc->same_as, 1);
	assert_string_equal(inc->same_as_number, "MAIN");
	assert_null(loaded(f, "MAIN")->same_as_number);
}

/* Ten callers, one pipe: a change of the main matter has its followers at hand. */
static void followers_come_with_their_main(void **state)
{
	struct fixture *f = *state;
	struct incident *v[3] = {new_incident(f, "F1"), new_incident(f, "MAIN"), new_incident(f, "F2")};
	struct store_batch b = {.incidents = v, .n_incidents = 3, .grows = true};
	struct store_want want = {.number = "MAIN", .followers = true};
	struct store_wants w = {.incidents = &want, .n_incidents = 1};

	open_store(f);
	v[0]->same_as_number = v[2]->same_as_number = "MAIN"; /* all in one batch */
	v[1]->callers = 2;
	add_dispatch(f, v[1], "water");
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(v[0]->same_as, 2);
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(want.n_followed, 2);
	assert_string_equal(want.followed[0]->number, "F1");
	assert_string_equal(want.followed[1]->number, "F2");
	assert_string_equal(want.followed[1]->same_as_number, "MAIN");
	want = (struct store_want){.number = "F1", .followers = true};
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(want.n_followed, 0);
}

static void earlier_calls_of_a_caller(void **state)
{
	struct fixture *f = *state;
	struct store_history h[3] = {{.caller = 7}, {.caller = 8}, {.caller = 0}};
	struct store_history *all[] = {&h[0], &h[1], &h[2]};
	struct store_wants w = {.histories = all, .n_histories = 3};

	open_store(f);
	for (int i = 0; i < 7; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));

		inc->caller = i == 3 ? 8 : 7;
		inc->received_at = T0 + i;
		inc->state = i == 6 ? INCIDENT_CANCELLED : INCIDENT_OPEN;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	saved_incident(f, "nobody's");
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(h[0].found.count, 6);
	assert_int_equal(h[0].found.n, HISTORY_SHOWN);
	assert_string_equal(h[0].found.last[0].number, "N6");
	assert_int_equal(h[0].found.last[0].received_at, T0 + 6);
	assert_int_equal(h[0].found.last[0].state, INCIDENT_CANCELLED);
	assert_string_equal(h[0].found.last[0].category, "601301");
	assert_string_equal(h[0].found.last[4].number, "N1"); /* N3 is another's */
	assert_int_equal(h[1].found.count, 1);
	assert_int_equal(h[2].found.count, 0); /* without a phone there is no history */
}

static struct store_history history_of(struct fixture *f, struct store_history h, const char *number)
{
	struct store_want one = {.number = number};
	struct store_history *all[] = {&h};
	struct store_wants w = {
	    .incidents = &one, .n_incidents = number ? 1 : 0, .histories = all, .n_histories = 1};

	h.of = number ? 1 : 0;
	assert_int_equal(load_of(f, &w), STORE_OK);
	return h;
}

/* Calls that come after it are no history; of an incident that is not stored yet all calls are. */
static void what_was_reported_before_it(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int i = 0; i < 3; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));

		inc->caller = 7;
		inc->callback_result = i == 0 ? CALLBACK_DISSATISFIED : CALLBACK_NONE;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	struct store_history h = history_of(f, (struct store_history){.caller = 7}, "N1");
	assert_int_equal(h.found.count, 1);
	assert_string_equal(h.found.last[0].number, "N0");
	assert_int_equal(h.found.last[0].callback, CALLBACK_DISSATISFIED);
	h = history_of(f, (struct store_history){.caller = 7}, "NEW");
	assert_int_equal(h.found.count, 3);
	h = history_of(f, (struct store_history){.caller = 7, .below = 1}, NULL);
	assert_int_equal(h.found.count, 0);
}

/* Who may not see them is not told that there are any. */
static void hidden_calls_are_not_counted(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int i = 0; i < 120; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));

		inc->caller = 7;
		inc->confidential = i % 3 == 1;
		inc->secret_reporter = i % 3 == 2;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	struct store_history h = history_of(f, (struct store_history){.caller = 7, .open_only = true}, NULL);
	assert_int_equal(h.found.count, 33); /* of the last hundred every third: N21, N24 … N117 */
	assert_int_equal(h.found.n, HISTORY_SHOWN);
	assert_string_equal(h.found.last[0].number, "N117");
	assert_string_equal(h.found.last[4].number, "N105");
	h = history_of(f, (struct store_history){.caller = 7}, NULL);
	assert_int_equal(h.found.count, HISTORY_COUNTED);
	assert_string_equal(h.found.last[0].number, "N119");
}

/* Random, and the same for the life of the store. */
static void a_store_has_its_secret(void **state)
{
	struct fixture *f = *state;
	unsigned char before[SECRET_LEN], none[SECRET_LEN] = {0};

	open_store(f);
	memcpy(before, store_secret(f->s), SECRET_LEN);
	assert_memory_not_equal(before, none, SECRET_LEN);
	saved_incident(f, "A");
	reopen(f);
	assert_memory_equal(store_secret(f->s), before, SECRET_LEN);
}

/* -- of none ---------------------------------------------------------------------------------------- */

static struct entry *new_entry(struct fixture *f, enum entry_kind kind, const char *name, int64_t at)
{
	struct entry *e = arena_alloc(f->a, sizeof *e);

	*e = (struct entry){.kind = kind, .name = name, .at = at, .data = STR("{\"a\":1}")};
	return e;
}

static enum store_status save_entries(struct fixture *f, struct entry **v, size_t n)
{
	return saved(f, &(struct store_batch){.entries = v, .n_entries = n});
}

static void loose_ones_come_back(void **state)
{
	struct fixture *f = *state;
	struct request one = full_request(0), two = full_request(0), *requests[2] = {&one, &two};
	struct finding v = full_finding(0), *findings[1] = {&v};
	struct entry e = {.kind = ENTRY_DUTY_CHECK,
			 .name = "2026-03",
			 .unit = "water",
			 .at = T0,
			 .until = T0 + 9,
			 .state = 2,
			 .seq = 7,
			 .by = "office-1",
			 .data = STR("{\"result\":\"unanswered\"}"),
			 .personal = STR("{\"person\":\"张三\"}")},
		     *entries[1] = {&e};
	struct store_batch b = {.requests = requests,
	    .n_requests = 2,
	    .findings = findings,
	    .n_findings = 1,
	    .entries = entries,
	    .n_entries = 1};
	struct store_want_request want_r[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
	struct store_want_finding want_f = {.id = 1};
	struct store_want_entry want_e[3] = {
	    {.id = 1}, {.kind = ENTRY_DUTY_CHECK, .name = "2026-03"}, {.kind = ENTRY_PERIOD}};
	struct store_wants w = {.requests = want_r,
	    .n_requests = 3,
	    .findings = &want_f,
	    .n_findings = 1,
	    .entries = want_e,
	    .n_entries = 3};

	open_store(f);
	one.entry = 1;
	one.finding = 0;
	two.finding = 1;
	v.entry = 1;
	v.dispatch = v.of_dispatch = 0;
	e.id = 1; /* the turn that decided it had counted on that */
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(two.id, 2);
	reopen(f);
	assert_int_equal(store_last(f->s).request, 2);
	assert_int_equal(store_last(f->s).finding, 1);
	assert_int_equal(store_last(f->s).entry, 1);
	assert_int_equal(load_of(f, &w), STORE_OK);
	same_request(&one, want_r[0].found);
	same_request(&two, want_r[1].found);
	assert_null(want_r[2].found);
	assert_int_equal(want_r[0].entry->id, 1);
	same_finding(&v, want_r[1].finding);
	assert_null(want_r[0].finding);
	same_finding(&v, want_f.found);
	assert_int_equal(want_e[1].found->id, 1);
	assert_null(want_e[2].found);
	assert_string_equal(want_e[0].found->unit, "water");
	assert_true(str_is(want_e[0].found->data, "{\"result\":\"unanswered\"}"));
	assert_true(str_is(want_e[0].found->personal, "{\"person\":\"张三\"}"));
	assert_true(want_e[0].found->state == 2 && want_e[0].found->seq == 7 &&
	    want_e[0].found->until == T0 + 9 && want_e[0].found->kind == ENTRY_DUTY_CHECK);
}

/* The newest of a name; a register in its order; what still lasts. */
static void registers_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct entry *v[4] = {new_entry(f, ENTRY_MODE, "typhoon", T0),
	    new_entry(f, ENTRY_MODE, "flood", T0 + 1), new_entry(f, ENTRY_MODE, "typhoon", T0 + 2),
	    new_entry(f, ENTRY_PERIOD, "typhoon", T0 + 3)};
	struct store_want_entry one = {.kind = ENTRY_MODE, .name = "typhoon"};
	struct store_want_entry last = {.kind = ENTRY_MODE}, *ones[1] = {&one};
	struct store_want_entries lists[4] = {{.kind = ENTRY_MODE, .most = 2},
	    {.kind = ENTRY_MODE, .most = 9, .after = 2}, {.kind = ENTRY_MODE, .most = 9, .name = "typhoon"},
	    {.kind = ENTRY_MODE, .most = 9, .lasting = T0 + 10}};
	struct store_wants w = {.entries = &one, .n_entries = 1, .lists = lists, .n_lists = 4};

	open_store(f);
	v[0]->until = T0 + 10; /* ends exactly then: it does not last beyond */
	v[1]->until = T0 + 11;
	assert_int_equal(save_entries(f, v, 4), STORE_OK);
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(ones[0]->found->id, 3);
	assert_true(lists[0].n == 2 && lists[0].more);
	assert_true(lists[0].found[0]->id == 1 && lists[0].found[1]->id == 2);
	assert_true(lists[1].n == 1 && !lists[1].more && lists[1].found[0]->id == 3);
	assert_true(lists[2].n == 2 && lists[2].found[1]->id == 3);
	assert_true(lists[3].n == 2 && lists[3].found[0]->id == 2 && lists[3].found[1]->id == 3);
	w = (struct store_wants){.entries = &last, .n_entries = 1};
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(last.found->id, 3);
}

/* Wakes of incidents, requests and entries are one queue: the next of them is the next. */
static void due_ones_and_the_next_wake(void **state)
{
	struct fixture *f = *state;
	struct entry *e = new_entry(f, ENTRY_MODE, "typhoon", T0);
	struct request one = full_request(0), two = full_request(0), *requests[2] = {&one, &two};
	struct store_batch b = {.requests = requests, .n_requests = 2, .entries = &e, .n_entries = 1};
	struct store_wants w = {.now = T0 + 100, .due_most = 1};
	struct incident *room[1];

	open_store(f);
	w.due = room;
	one.wake_at = T0 + 100;
	one.entry = 1;
	two.wake_at = T0 + 50;
	e->wake_at = T0 + 200;
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(w.n_due, 0);
	assert_int_equal(w.n_due_requests, 1); /* the first of two */
	assert_int_equal(w.due_requests[0].found->id, 2);
	assert_int_equal(w.n_due_entries, 0);
	assert_int_equal(w.next_wake, T0 + 200);
	two.wake_at = 0;
	two.changed = true;
	assert_int_equal(saved(f, &b), STORE_OK);
	w.now = T0 + 200;
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(w.due_requests[0].found->id, 1);
	assert_int_equal(w.due_requests[0].entry->id, 1);
	assert_int_equal(w.n_due_entries, 1);
	assert_int_equal(w.due_entries[0]->id, 1);
	assert_int_equal(w.next_wake, 0);
}

static void ids_have_no_gaps_after_a_failure(void **state)
{
	struct fixture *f = *state;
	struct entry *v[2] = {new_entry(f, ENTRY_MODE, "a", T0), new_entry(f, ENTRY_MODE, "b", T0)};
	struct incident *twice[2];
	struct store_batch b = {.entries = v, .n_entries = 1, .incidents = twice, .n_incidents = 2};

	open_store(f);
	twice[0] = new_incident(f, "A");
	twice[1] = new_incident(f, "A");
	assert_int_equal(saved(f, &b), STORE_UNKNOWN);
	assert_int_equal(store_last(f->s).entry, 0);
	assert_int_equal(save_entries(f, v + 1, 1), STORE_OK);
	assert_int_equal(v[1]->id, 1);
	assert_int_equal(store_last(f->s).entry, 1);
}

static void unchanged_ones_are_not_written(void **state)
{
	struct fixture *f = *state;
	struct entry *e = new_entry(f, ENTRY_MODE, "a", T0);
	struct store_want_entry want = {.id = 1};
	struct store_wants w = {.entries = &want, .n_entries = 1};
	int64_t commits;

	open_store(f);
	assert_int_equal(save_entries(f, &e, 1), STORE_OK);
	commits = store_metrics(f->s).commits;
	e->state = 5;
	assert_int_equal(save_entries(f, &e, 1), STORE_OK);
	assert_int_equal(store_metrics(f->s).commits, commits);
	e->changed = true;
	assert_int_equal(save_entries(f, &e, 1), STORE_OK);
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(want.found->state, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(children_come_back),
	    TEST(children_change_and_grow),
	    TEST(a_follower_knows_its_main),
	    TEST(followers_come_with_their_main),
	    TEST(earlier_calls_of_a_caller),
	    TEST(what_was_reported_before_it),
	    TEST(hidden_calls_are_not_counted),
	    TEST(a_store_has_its_secret),
	    TEST(loose_ones_come_back),
	    TEST(registers_in_their_order),
	    TEST(due_ones_and_the_next_wake),
	    TEST(ids_have_no_gaps_after_a_failure),
	    TEST(unchanged_ones_are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
