/*
 * store_records.c - what is saved is what is loaded: every field of incidents and dispatches, wakes,
 * answers, resent commands, accounts, revisions, counts and symbols, across openings.
 */
#include "store_fixture.h"
#include "base/time.h"

/* Two of each kind: all fields set to values that no other field has, and all left empty. */
static struct incident *full_incident(struct fixture *f)
{
	struct incident *inc = arena_alloc(f->a, sizeof *inc);

	*inc = (struct incident){
	    .number = "ZP-2026-000001",
	    .received_at = T0 - 7001,
	    .reported_at = T0 - 7002,
	    .category = "601301",
	    .given_category = "601302",
	    .priority = P1,
	    .given_priority = P3,
	    .zone = ZONE_OUTSIDE,
	    .zone_assumed = true,
	    .zone_city_default = true,
	    .area = "350881001",
	    .address = "地址",
	    .reporter_name = "张三",
	    .reporter_phone = "13900001234",
	    .description = "说明\n第二行",
	    .has_location = true,
	    .lon_micro = -117420123,
	    .lat_micro = 25290456,
	    .datum = "gcj02",
	    .given_units = "water,power",
	    .given_confidential = true,
	    .confidential = true,
	    .secret_reporter = true,
	    .drill = true,
	    .police = true,
	    .unmatched = true,
	    .clock_skew = true,
	    .rule = "r-1",
	    .revision = "0123456789ab",
	    .because = "因为",
	    .state = INCIDENT_CALLED_BACK,
	    .completed_at = T0 + 7003,
	    .closed_at = T0 + 7004,
	    .urged = 3,
	    .command = UINT64_MAX - 5,
	    .wake_at = T0 + 7005,
	    .clocks = {[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS] = {.start = T0 + 7006,
			   .due = T0 + 7007,
			   .rungs = 1u << RUNG_LEAD_MISSING_DUE},
		[CLOCK_CALLBACK - DISPATCH_CLOCKS] = {.start = T0 + 7009,
		    .due = T0 + 7010,
		    .rungs = 1u << RUNG_CALLBACK_DUE}},
	    .reminded_at = T0 + 7008,
	    .callers = 36,
	    .caller = UINT64_MAX - 7,
	    .standing = STANDING_APART,
	    .same_as = 12,
	    .callback_result = CALLBACK_UNREACHED,
	    .callback_days = 2,
	    .callback_at = T0 + 7011,
	    .redo = 1,
	    .held = true,
	    .backfill = true,
	};
	memset(inc->salt, 0xa5, sizeof inc->salt);
	memset(inc->content, 0x5a, sizeof inc->content);
	return inc;
}

static void full_clock(struct clock *c, enum clock_kind kind, int64_t *t)
{
	c->start = (*t)++;
	c->due = (*t)++;
	c->rungs = clock_rungs(kind) & 0x0a5a;
	c->overdue = kind % 2;
	c->late = kind == CLOCK_ACKNOWLEDGE || kind == CLOCK_NEXT_REPORT;
	c->excused = (enum excuse)(kind % EXCUSES);
}

static void full_dispatch(struct dispatch *d)
{
	int64_t t = T0 + 100;

	d->unit = "water";
	d->role = AS_ASSIST;
	d->state = DISPATCH_RETURNING;
	d->issued_at = t++;
	for (int i = 0; i < STEPS; i++)
		d->at[i] = t++;
	for (int i = 0; i < STEPS; i++)
		d->recorded[i] = t++;
	for (int i = 0; i < DISPATCH_CLOCKS; i++)
		full_clock(&d->clocks[i], (enum clock_kind)i, &t);
	d->clocks[CLOCK_FIRST_REPORT].stopped = t++;
	d->clocks[CLOCK_FIRST_REPORT].rungs = 0; /* the next report runs, and has them */
	d->clocks[CLOCK_NEXT_REPORT].stopped = d->at[STEP_COMPLETED];
	d->clocks[CLOCK_ARRIVE].first_due = t++;
	d->clocks[CLOCK_FIRST_REPORT].first_due = t++;
	d->clocks[CLOCK_NEXT_REPORT].first_due = t++;
	d->clocks[CLOCK_NEXT_REPORT].earlier = 1 + EXCUSE_MODE;
	d->standing = STANDING_VOID;
	d->voided = VOID_ERROR;
	d->relieving = 3;
	d->rescheduled = "arrive 1772409600000";
	d->stepped_by = "water-2";
	d->extended = 2;
	d->redo = 1;
	d->acknowledge_ms = 0;
	d->arrive_ms = 1800001;
	d->first_report_ms = -1;
	d->eta = t++;
	d->reported_at = t++;
	d->reminded_at = t++;
	d->implied = 0x06;
	d->unconfirmed = 0x0a;
	d->late_reported = 0x11;
	d->rule = "r-2";
	d->revision = "r-3";
	d->clocks[CLOCK_FIRST_REPORT].revision = "r-4";
	d->clocks[CLOCK_NEXT_REPORT].revision = "r-5";
	d->result = "已修复";
	d->withdrawn_reason = "派错";
	d->withdrawn_at = t++;
	for (int i = CLOCK_DELIVERY; i <= CLOCK_ARRIVE; i++)
		d->clocks[i].terms = (struct terms){P3, ZONE_OUTSIDE, "600202"};
	d->clocks[CLOCK_FIRST_REPORT].terms = (struct terms){.priority = P2, .category = "600203"};
	d->clocks[CLOCK_NEXT_REPORT].terms = (struct terms){.priority = P1, .category = "600201"};
	/* what the steps say: unconfirmed ones count as recorded */
	d->clocks[CLOCK_DELIVERY].stopped = d->at[STEP_DELIVERED];
	d->clocks[CLOCK_ACKNOWLEDGE].stopped = d->recorded[STEP_ACKNOWLEDGED];
	d->clocks[CLOCK_ARRIVE].stopped = d->recorded[STEP_ARRIVED];
}

static void same_clock(const struct clock *a, const struct clock *b)
{
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->stopped, b->stopped);
	assert_int_equal(a->first_due, b->first_due);
	assert_int_equal(a->rungs, b->rungs);
	assert_int_equal(a->overdue, b->overdue);
	assert_int_equal(a->late, b->late);
	assert_int_equal(a->earlier, b->earlier);
	assert_int_equal(a->excused, b->excused);
	assert_int_equal(a->terms.priority, b->terms.priority);
	assert_int_equal(a->terms.zone, b->terms.zone);
	assert_true(text_eq(a->terms.category, b->terms.category));
	assert_true(text_eq(a->revision, b->revision));
}

static void same_dispatch(const struct dispatch *a, const struct dispatch *b)
{
	assert_int_equal(a->n, b->n);
	assert_string_equal(a->unit, b->unit);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->issued_at, b->issued_at);
	assert_memory_equal(a->at, b->at, sizeof a->at);
	assert_memory_equal(a->recorded, b->recorded, sizeof a->recorded);
	assert_int_equal(a->implied, b->implied);
	assert_int_equal(a->unconfirmed, b->unconfirmed);
	for (int i = 0; i < DISPATCH_CLOCKS; i++)
		same_clock(&a->clocks[i], &b->clocks[i]);
	assert_int_equal(a->eta, b->eta);
	assert_int_equal(a->reported_at, b->reported_at);
	assert_int_equal(a->reminded_at, b->reminded_at);
	assert_int_equal(a->late_reported, b->late_reported);
	assert_true(text_eq(a->rule, b->rule));
	assert_true(text_eq(a->revision, b->revision));
	assert_true(text_eq(a->result, b->result));
	assert_true(text_eq(a->withdrawn_reason, b->withdrawn_reason));
	assert_int_equal(a->withdrawn_at, b->withdrawn_at);
	assert_int_equal(a->standing, b->standing);
	assert_int_equal(a->voided, b->voided);
	assert_int_equal(a->relieving, b->relieving);
	assert_true(text_eq(a->rescheduled, b->rescheduled));
	assert_true(text_eq(a->stepped_by, b->stepped_by));
	assert_int_equal(a->extended, b->extended);
	assert_int_equal(a->redo, b->redo);
	assert_int_equal(a->acknowledge_ms, b->acknowledge_ms);
	assert_int_equal(a->arrive_ms, b->arrive_ms);
	assert_int_equal(a->first_report_ms, b->first_report_ms);
	assert_int_equal(a->seq, b->seq);
	assert_false(b->changed);
}

static void same_incident(const struct incident *a, const struct incident *b)
{
	assert_non_null(b);
	assert_int_equal(a->id, b->id);
	assert_string_equal(a->number, b->number);
	assert_int_equal(a->received_at, b->received_at);
	assert_int_equal(a->reported_at, b->reported_at);
	assert_true(text_eq(a->category, b->category));
	assert_true(text_eq(a->given_category, b->given_category));
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->given_priority, b->given_priority);
	assert_int_equal(a->zone, b->zone);
	assert_int_equal(a->zone_assumed, b->zone_assumed);
	assert_int_equal(a->zone_city_default, b->zone_city_default);
	assert_true(text_eq(a->area, b->area));
	assert_true(text_eq(a->address, b->address));
	assert_true(text_eq(a->reporter_name, b->reporter_name));
	assert_true(text_eq(a->reporter_phone, b->reporter_phone));
	assert_true(text_eq(a->description, b->description));
	assert_int_equal(a->has_location, b->has_location);
	assert_int_equal(a->lon_micro, b->lon_micro);
	assert_int_equal(a->lat_micro, b->lat_micro);
	assert_true(text_eq(a->datum, b->datum));
	assert_true(text_eq(a->given_units, b->given_units));
	assert_int_equal(a->given_confidential, b->given_confidential);
	assert_int_equal(a->confidential, b->confidential);
	assert_int_equal(a->secret_reporter, b->secret_reporter);
	assert_int_equal(a->drill, b->drill);
	assert_int_equal(a->police, b->police);
	assert_int_equal(a->unmatched, b->unmatched);
	assert_int_equal(a->clock_skew, b->clock_skew);
	assert_true(text_eq(a->rule, b->rule));
	assert_true(text_eq(a->revision, b->revision));
	assert_true(text_eq(a->because, b->because));
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->completed_at, b->completed_at);
	assert_int_equal(a->closed_at, b->closed_at);
	assert_int_equal(a->urged, b->urged);
	assert_memory_equal(a->salt, b->salt, sizeof a->salt);
	assert_memory_equal(a->content, b->content, sizeof a->content);
	assert_true(a->command == b->command);
	assert_int_equal(a->last_seq, b->last_seq);
	assert_int_equal(a->wake_at, b->wake_at);
	for (int i = 0; i < INCIDENT_CLOCKS; i++)
		same_clock(&a->clocks[i], &b->clocks[i]);
	assert_int_equal(a->callers, b->callers);
	assert_true(a->caller == b->caller);
	assert_int_equal(a->standing, b->standing);
	assert_int_equal(a->same_as, b->same_as);
	assert_int_equal(a->callback_result, b->callback_result);
	assert_int_equal(a->callback_days, b->callback_days);
	assert_int_equal(a->callback_at, b->callback_at);
	assert_int_equal(a->redo, b->redo);
	assert_int_equal(a->held, b->held);
	assert_int_equal(a->backfill, b->backfill);
	assert_int_equal(a->reminded_at, b->reminded_at);
	assert_false(b->is_new || b->changed);
	assert_int_equal(a->n_dispatches, b->n_dispatches);
	for (int i = 0; i < a->n_dispatches; i++)
		same_dispatch(&a->dispatches[i], &b->dispatches[i]);
}

static void every_field_comes_back(void **state)
{
	struct fixture *f = *state;
	struct incident *inc;
	struct store_want w = {.id = 1};

	open_store(f);
	inc = full_incident(f);
	full_dispatch(incident_add_dispatch(inc, f->a));
	incident_add_dispatch(inc, f->a)->unit = "power";
	inc->dispatches[1].issued_at = T0;
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	assert_int_equal(inc->id, 1);
	assert_int_equal(inc->last_seq, 3);
	assert_int_equal(inc->dispatches[0].seq, 2);
	assert_int_equal(inc->dispatches[1].seq, 3);
	same_incident(inc, loaded(f, "ZP-2026-000001"));
	reopen(f);
	same_incident(inc, loaded(f, "ZP-2026-000001"));
	assert_int_equal(load_of(f, &(struct store_wants){.incidents = &w, .n_incidents = 1}), STORE_OK);
	same_incident(inc, w.found);
	assert_null(loaded(f, "ZP-2026-000002"));
}

static void empty_fields_come_back_empty(void **state)
{
	struct fixture *f = *state;
	struct incident *inc = arena_alloc(f->a, sizeof *inc);

	open_store(f);
	*inc = (struct incident){.number = "A", .received_at = 1, .reported_at = 2, .is_new = true};
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	assert_int_equal(inc->last_seq, 0);
	same_incident(inc, loaded(f, "A"));
	assert_int_equal(store_head(f->s).seq, 0);
}

static void every_field_changes(void **state)
{
	struct fixture *f = *state;
	struct incident *inc = arena_alloc(f->a, sizeof *inc), *full = full_incident(f), *again;

	open_store(f);
	*inc = (struct incident){.number = full->number,
	    .received_at = full->received_at,
	    .reported_at = full->reported_at,
	    .command = full->command,
	    .is_new = true};
	memcpy(inc->salt, full->salt, sizeof inc->salt);
	memcpy(inc->content, full->content, sizeof inc->content);
	incident_add_dispatch(inc, f->a)->unit = "water";
	inc->dispatches[0].issued_at = T0 + 100;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);

	again = loaded(f, full->number);
	full->id = again->id;
	full->stored = again->stored;
	full->dispatches = again->dispatches;
	full->n_dispatches = 1;
	full->changed = true;
	full_dispatch(&full->dispatches[0]);
	full->dispatches[0].changed = true;
	assert_int_equal(save_one(f, full, NULL), STORE_OK);
	reopen(f);
	same_incident(full, loaded(f, full->number));
}

static void unchanged_is_not_written(void **state)
{
	struct fixture *f = *state;
	struct incident *inc;

	open_store(f);
	saved_incident(f, "A");
	inc = loaded(f, "A");
	inc->urged = 9;
	inc->dispatches[0].eta = 9;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	inc = loaded(f, "A");
	assert_int_equal(inc->urged, 0);
	assert_int_equal(inc->dispatches[0].eta, 0);
}

static void same_number_twice_stores_nothing(void **state)
{
	struct fixture *f = *state;
	struct incident *first, *second, *v[2];
	struct store_head head;
	struct store_batch b = {.incidents = v, .n_incidents = 2, .grows = true};

	open_store(f);
	first = saved_incident(f, "A");
	head = store_head(f->s);
	v[0] = new_incident(f, "B");
	v[1] = second = new_incident(f, "A");
	add_dispatch(f, v[0], "unit-never-seen-before");
	assert_int_equal(saved(f, &b), STORE_UNKNOWN);
	assert_int_equal(store_head(f->s).seq, head.seq);
	assert_null(loaded(f, "B"));
	same_incident(first, loaded(f, "A"));
	assert_int_equal(store_metrics(f->s).incidents, 1);
	/* The symbol that was rolled back gets its number anew. */
	first = saved_incident(f, "C");
	assert_int_equal(first->id, 2);
	first->dispatches[0].unit = "unit-never-seen-before";
	first = new_incident(f, "D");
	add_dispatch(f, first, "unit-never-seen-before");
	assert_int_equal(save_one(f, first, report_decision(f, first)), STORE_OK);
	reopen(f);
	same_incident(first, loaded(f, "D"));
	(void)second;
}

/* What is due at `now`, of two at most. */
static struct store_wants due_at(struct fixture *f, int64_t now)
{
	struct store_wants w = {.now = now, .due_most = 2};

	w.due = arena_new_array(f->a, struct incident *, 2);
	assert_int_equal(load_of(f, &w), STORE_OK);
	return w;
}

static void four_with_wakes(struct fixture *f)
{
	static const char *const numbers[] = {"A", "B", "C", "D"};
	static const int64_t wakes[] = {T0 + 300, T0 + 100, 0, T0 + 200};

	for (int i = 0; i < 4; i++) {
		struct incident *inc = new_incident(f, numbers[i]);

		add_dispatch(f, inc, "water");
		inc->wake_at = wakes[i];
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
}

static void due_and_next_wake(void **state)
{
	struct fixture *f = *state;
	struct store_wants w;

	open_store(f);
	w = due_at(f, T0);
	assert_true(w.n_due == 0 && w.next_wake == 0);
	four_with_wakes(f);
	w = due_at(f, T0 + 99);
	assert_true(w.n_due == 0 && w.next_wake == T0 + 100);
	w = due_at(f, T0 + 100); /* exactly then */
	assert_true(w.n_due == 1 && w.next_wake == T0 + 200);
	assert_string_equal(w.due[0]->number, "B");
	assert_int_equal(w.due[0]->n_dispatches, 1);
	w = due_at(f, T0 + 999);
	assert_true(w.n_due == 2 && w.next_wake == 0);
	assert_string_equal(w.due[0]->number, "B");
	assert_string_equal(w.due[1]->number, "D");
}

/* Those that have a wake, page by page, in the order of their wakes; none twice, none left out. */
static void the_armed_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct store_wants w = {.armed_most = 2};
	struct incident *more;

	open_store(f);
	four_with_wakes(f);
	more = new_incident(f, "E");
	more->wake_at = T0 + 200; /* at the same instant as D */
	assert_int_equal(save_one(f, more, NULL), STORE_OK);
	w.armed = arena_new_array(f->a, struct incident *, 2);
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(w.n_armed, 2);
	assert_string_equal(w.armed[0]->number, "B");
	assert_string_equal(w.armed[1]->number, "D");
	w.armed_wake = w.armed[1]->wake_at;
	w.armed_id = w.armed[1]->id;
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(w.n_armed, 2);
	assert_string_equal(w.armed[0]->number, "E");
	assert_string_equal(w.armed[1]->number, "A");
	w.armed_wake = w.armed[1]->wake_at;
	w.armed_id = w.armed[1]->id;
	assert_int_equal(load_of(f, &w), STORE_OK);
	assert_int_equal(w.n_armed, 0);
}

static enum store_status answers_of(struct fixture *f, struct store_answer *v, size_t n)
{
	return load_of(f, &(struct store_wants){.answers = v, .n_answers = n});
}

static void answers_are_kept(void **state)
{
	struct fixture *f = *state;
	struct store_answer v[2] = {{.account = "desk-1", .key = "k", .body = STR("{\"a\":1}"), .at = T0},
	    {.account = "desk-2", .key = "k", .body = STR(""), .at = T0 + 1}};
	struct store_answer want[4] = {{.account = "desk-1", .key = "k"}, {.account = "desk-2", .key = "k"},
	    {.account = "desk-1", .key = "K"}, {.account = "nobody", .key = "k"}};
	struct store_batch b = {.answers = v, .n_answers = 2};

	open_store(f);
	v[0].asked = digest_of(STR("one"));
	v[1].asked = digest_of(STR("two"));
	assert_int_equal(saved(f, &b), STORE_OK);
	v[0].body = STR("another");
	b.n_answers = 1;
	assert_int_equal(saved(f, &b), STORE_OK); /* the first answer stays */
	reopen(f);
	assert_int_equal(answers_of(f, want, 4), STORE_OK);
	assert_true(want[0].found && want[1].found && !want[2].found && !want[3].found);
	assert_true(str_is(want[0].body, "{\"a\":1}"));
	assert_int_equal(want[1].body.n, 0);
	assert_true(digest_eq(&want[0].asked, &v[0].asked));
	assert_int_equal(want[1].at, T0 + 1);
}

static void answers_are_forgotten_after_a_week(void **state)
{
	struct fixture *f = *state;
	int64_t week = 7 * DAY_MS;
	struct store_answer v[2] = {{.account = "desk-1", .key = "old", .body = STR("{}"), .at = T0},
	    {.account = "desk-1", .key = "young", .body = STR("{}"), .at = T0 + 1}};
	struct store_answer want[2] = {
	    {.account = "desk-1", .key = "old"}, {.account = "desk-1", .key = "young"}};
	struct store_batch b = {.answers = v, .n_answers = 2}, beat = {.beat = T0 + week};

	open_store(f);
	assert_int_equal(saved(f, &b), STORE_OK);
	assert_int_equal(saved(f, &beat), STORE_OK); /* at a week exactly it is still there */
	assert_int_equal(answers_of(f, want, 2), STORE_OK);
	assert_true(want[0].found && want[1].found);
	beat.beat = T0 + week + 1;
	assert_int_equal(saved(f, &beat), STORE_OK);
	want[0].found = want[1].found = false;
	assert_int_equal(answers_of(f, want, 2), STORE_OK);
	assert_false(want[0].found);
	assert_true(want[1].found);
}

/* The seq under which the command was decided on A. */
static int64_t decided_at(struct fixture *f, uint64_t command, int64_t since)
{
	struct store_want inc = {.number = "A"};
	struct store_resent one = {.command = command, .since = since};
	struct store_wants w = {.incidents = &inc, .n_incidents = 1, .resent = &one, .n_resent = 1};

	assert_int_equal(load_of(f, &w), STORE_OK);
	return one.seq;
}

static void a_resent_command_is_found_in_its_chain(void **state)
{
	struct fixture *f = *state;
	struct incident *inc, *other;
	struct decision *d;

	open_store(f);
	inc = saved_incident(f, "A"); /* command 77, seq 4 */
	other = saved_incident(f, "B");
	assert_int_equal(other->last_seq, 8);
	d = new_decision(f, inc, 88);
	d->at = T0 + 1000;
	decision_event(d, f->a, EVENT_INCIDENT_URGED, T0 + 1000, NULL, STR("{}"));
	assert_int_equal(save_one(f, inc, d), STORE_OK);
	assert_int_equal(inc->last_seq, 9);
	assert_int_equal(decided_at(f, 88, 0), 9);
	assert_int_equal(decided_at(f, 77, 0), 4);
	assert_int_equal(decided_at(f, 77, T0 + 1), 0);
	assert_int_equal(decided_at(f, 99, 0), 0);
}

static void recent_are_open_and_new(void **state)
{
	struct fixture *f = *state;
	static const char *const numbers[] = {"A", "B", "C", "D"};
	struct incident *v[8], *inc;
	size_t n;

	open_store(f);
	for (int i = 0; i < 4; i++) {
		inc = new_incident(f, numbers[i]);
		inc->reported_at = T0 + i;
		inc->state = i == 2 ? INCIDENT_CLOSED : INCIDENT_OPEN;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	assert_int_equal(store_recent(f->s, f->a, T0 + 1, v, 8, &n), STORE_OK);
	assert_int_equal(n, 2);
	assert_string_equal(v[0]->number, "D");
	assert_string_equal(v[1]->number, "B");
	assert_int_equal(store_recent(f->s, f->a, 0, v, 1, &n), STORE_OK);
	assert_int_equal(n, 1);
}

static void counts_follow(void **state)
{
	struct fixture *f = *state;
	struct incident *inc;

	open_store(f);
	saved_incident(f, "A");
	inc = saved_incident(f, "B");
	inc->dispatches[0].state = DISPATCH_COMPLETED;
	inc->dispatches[0].changed = true;
	inc->dispatches[1].state = DISPATCH_DEPARTED;
	inc->dispatches[1].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	inc = loaded(f, "B");
	inc->state = INCIDENT_CLOSED;
	inc->changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	for (int i = 0; i < 2; i++) {
		struct store_metrics metrics = store_metrics(f->s);

		assert_int_equal(metrics.incidents, 2);
		assert_int_equal(metrics.open_incidents, 1);
		assert_int_equal(metrics.open_dispatches, 5);
		reopen(f);
	}
	store_close(f->s);
	f->s = NULL;
	assert_int_equal(outside_number(f->path, "SELECT count(*) FROM dispatch WHERE open = 1"), 5);
}

/* Five rows and five index entries: what the design counts on. One that follows another has one more, and
 * so has one whose reporter left a phone. */
static void an_incident_is_five_rows(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	saved_incident(f, "A");
	store_close(f->s);
	f->s = NULL;
	assert_int_equal(outside_number(f->path,
			     "SELECT (SELECT count(*) FROM incident) + (SELECT count(*) FROM dispatch) + "
			     "(SELECT count(*) FROM journal) + (SELECT count(*) FROM event_text)"),
	    5);
	assert_int_equal(outside_number(f->path,
			     "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND "
			     "tbl_name IN ('incident', 'dispatch', 'journal') "
			     "AND name NOT IN ('incident_same', 'incident_caller')"),
	    3);
}

static void accounts_and_revisions(void **state)
{
	struct fixture *f = *state;
	struct account v[3] = {{.name = "desk-1", .role = ROLE_DESK, .made_at = T0},
	    {.name = "water", .role = ROLE_LIAISON, .unit = "water", .made_at = T0 + 1},
	    {.name = "bridge", .role = ROLE_INTEGRATION, .commands = "incident.report", .made_at = T0 + 2}};
	struct mechanism_file files[2] = {{"a.yaml", STR("a: 1\n")}, {"b.yaml", STR("")}}, got[4];
	struct store_revision rev = {.revision = "0123456789ab",
	    .files = files,
	    .n_files = 2,
	    .who = "admin",
	    .why = "test",
	    .at = T0};
	struct store_batch b = {.accounts = v, .n_accounts = 3, .activate = &rev, .beat = T0 + 5};
	struct store_wants w = {.want_accounts = true};
	struct account *out;
	size_t n;

	open_store(f);
	assert_string_equal(store_revision(f->s), "");
	for (int i = 0; i < 3; i++)
		v[i].token = digest_of(str_of(v[i].name));
	assert_int_equal(saved(f, &b), STORE_OK);
	b = (struct store_batch){.accounts = &v[1], .n_accounts = 1, .activate = &rev};
	v[1].revoked_at = T0 + 9;
	assert_int_equal(saved(f, &b), STORE_OK); /* put in force once more: kept once */
	assert_int_equal(store_last_beat(f->s), 0);
	reopen(f);
	assert_int_equal(store_last_beat(f->s), T0 + 5);
	assert_string_equal(store_revision(f->s), "0123456789ab");
	assert_int_equal(store_files(f->s, f->a, "0123456789ab", got, 4), 2);
	assert_string_equal(got[0].name, "a.yaml");
	assert_true(str_is(got[0].bytes, "a: 1\n"));
	assert_int_equal(got[1].bytes.n, 0);
	assert_int_equal(store_files(f->s, f->a, "ffffffffffff", got, 4), 0);
	assert_int_equal(load_of(f, &w), STORE_OK);
	out = w.accounts;
	n = w.n_accounts;
	assert_int_equal(n, 3);
	assert_string_equal(out[1].unit, "water");
	assert_null(out[0].unit);
	assert_string_equal(out[2].commands, "incident.report");
	assert_int_equal(out[1].revoked_at, T0 + 9);
	assert_int_equal(out[0].revoked_at, 0);
	assert_int_equal(out[0].role, ROLE_DESK);
	assert_true(digest_eq(&out[2].token, &v[2].token));
}

static void an_epoch_an_opening(void **state)
{
	struct fixture *f = *state;
	char id[17];

	open_store(f);
	assert_int_equal(store_epoch(f->s), 1);
	assert_int_equal(strlen(store_id(f->s)), 16);
	memcpy(id, store_id(f->s), sizeof id);
	reopen(f);
	assert_int_equal(store_epoch(f->s), 2);
	assert_string_equal(store_id(f->s), id);
	assert_string_equal(store_file(f->s), f->path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_field_comes_back),
	    TEST(empty_fields_come_back_empty),
	    TEST(every_field_changes),
	    TEST(unchanged_is_not_written),
	    TEST(same_number_twice_stores_nothing),
	    TEST(due_and_next_wake),
	    TEST(the_armed_in_their_order),
	    TEST(answers_are_kept),
	    TEST(answers_are_forgotten_after_a_week),
	    TEST(a_resent_command_is_found_in_its_chain),
	    TEST(recent_are_open_and_new),
	    TEST(counts_follow),
	    TEST(an_incident_is_five_rows),
	    TEST(accounts_and_revisions),
	    TEST(an_epoch_an_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
