/*
 * engine_register.c - what belongs to no incident in a turn: found once, numbered without a gap, saved with
 * its events, sent again without being done again, woken; and what the engine remembers of it.
 */
#include "engine_fixture.h"
#include "domain/entry.h"
#include "domain/mode.h"
#include "engine/office.h"
#include "engine/register.h"

static struct command by_office(enum command_kind_id kind)
{
	struct command c = {.kind = kind, .who = {.account = "office1", .role = ROLE_OFFICE}};

	return c;
}

static struct command meeting(const char *number)
{
	struct command c = by_office(COMMAND_MEETING_RECORD);

	command_set_text(&c, FIELD_MEETING, number);
	command_set_int(&c, FIELD_AT, T0);
	command_set_text(&c, FIELD_ATTENDANCE, "water,power");
	return c;
}

static struct command problem(const char *number, const char *text)
{
	struct command c = by_office(COMMAND_MEETING_ITEM);

	command_set_text(&c, FIELD_MEETING, number);
	command_set_text(&c, FIELD_TEXT, text);
	command_set_text(&c, FIELD_UNIT, "water");
	command_set_int(&c, FIELD_UNTIL, T0 + DAY_MS);
	return c;
}

static struct command declared(const char *mode, int64_t until)
{
	struct command c = by_office(COMMAND_MODE_DECLARE);

	command_set_text(&c, FIELD_MODE, mode);
	command_set_text(&c, FIELD_DOCUMENT, "1号");
	command_set_int(&c, FIELD_UNTIL, until);
	return c;
}

static struct entry *stored(struct world *w, int64_t id)
{
	struct store_want_entry want = {.id = id};
	struct store_wants all = {.entries = &want, .n_entries = 1};

	assert_int_equal(store_load(w->e.store, w->a, &all, NULL, NULL), STORE_NOW);
	assert_int_equal(all.status, STORE_OK);
	return want.found;
}

/* The event at the entry's seq names it and has its digest: what the audit compares. */
static void assert_proved(struct world *w, int64_t id)
{
	const struct entry *e = stored(w, id);
	struct digest digest = entry_digest(e);
	char hex[DIGEST_HEX];

	for (int i = 0; i < w->n_events; i++) {
		if (w->events[i].e.seq != e->seq)
			continue;
		assert_int_equal(json_member_int(w->events[i].e.data, "entry"), id);
		assert_string_equal(json_member_text(w->a, w->events[i].e.data, "digest"),
		    digest_hex(&digest, hex));
		return;
	}
	fail_msg("no event at the seq of entry %lld", (long long)id);
}

static void commands_of_one_turn_see_one_copy(void **state)
{
	struct world *w = *state;
	struct command a = meeting("M-1"), b = problem("M-1", "甲"), c = problem("M-1", "乙"),
		       d = meeting("M-1");
	uint64_t ids[] = {world_give(w, &a), world_give(w, &b), world_give(w, &c), world_give(w, &d)};

	world_turn(w);
	for (int i = 0; i < 3; i++)
		assert_int_equal(world_reply(w, ids[i])->code, OK);
	assert_int_equal(world_reply(w, ids[3])->code, ERROR_CONFLICT);
	assert_int_equal(store_last(w->e.store).entry, 3);
	assert_string_equal(stored(w, 1)->name, "M-1");
	assert_int_equal(json_member_int(stored(w, 1)->data, "items"), 2);
	assert_string_equal(stored(w, 2)->name, "M-1#1");
	assert_string_equal(stored(w, 3)->name, "M-1#2");
	for (int64_t id = 1; id <= 3; id++)
		assert_proved(w, id);
	assert_null(stored(w, 4));
}

static void sent_again_it_is_the_same_answer(void **state)
{
	struct world *w = *state;
	struct command c = meeting("M-1");
	struct str first = world_do(w, &c)->result;

	world_give_again(w, &c);
	world_turn(w);
	assert_true(str_eq(world_reply(w, c.id)->result, first));
	assert_int_equal(store_last(w->e.store).entry, 1);
	assert_int_equal(w->n_events, 0);
}

static void a_mode_holds_from_its_commit_to_its_end(void **state)
{
	struct world *w = *state;
	struct command c = declared("typhoon", T0 + DAY_MS), end = by_office(COMMAND_MODE_END);

	assert_int_equal(world_do(w, &c)->code, OK);
	assert_int_equal(w->e.office.n_modes, 1);
	assert_true(mode_holds(&w->e.office.modes[0], T0) && !mode_holds(&w->e.office.modes[0], T0 + DAY_MS));
	assert_true(w->e.next_wake == T0 + DAY_MS);
	world_clock(w, T0 + HOUR_MS);
	command_set_text(&end, FIELD_MODE, "typhoon");
	command_set_text(&end, FIELD_REASON, "风停");
	assert_int_equal(world_do(w, &end)->code, OK);
	assert_int_equal(w->e.office.n_modes, 1);
	assert_true(mode_end(&w->e.office.modes[0]) == T0 + HOUR_MS);
	assert_proved(w, 1);
}

static void modes_of_one_turn_know_each_other(void **state)
{
	struct world *w = *state;
	struct command a = declared("typhoon", T0 + DAY_MS), b = declared("typhoon", T0 + HOUR_MS),
		       c = declared("typhoon", T0 + 2 * DAY_MS), end = by_office(COMMAND_MODE_END);

	command_set_text(&end, FIELD_MODE, "typhoon");
	command_set_text(&end, FIELD_REASON, "风停");
	uint64_t ids[] = {world_give(w, &a), world_give(w, &b), world_give(w, &c), world_give(w, &end)};
	world_turn(w);
	assert_int_equal(world_reply(w, ids[0])->code, OK);
	assert_int_equal(world_reply(w, ids[1])->code, ERROR_WRONG_STATE); /* ends before the first */
	assert_int_equal(world_reply(w, ids[2])->code, OK);
	assert_int_equal(world_reply(w, ids[3])->code, OK);
	assert_int_equal(w->e.office.n_modes, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(mode_end(&w->e.office.modes[i]) == T0);
}

/* What a start reads is what commits have made. */
static void a_start_remembers(void **state)
{
	struct world *w = *state;
	struct command c = declared("typhoon", T0 + DAY_MS), o = world_command(COMMAND_OWNERSHIP_RECORD);

	world_do(w, &c);
	command_set_text(&o, FIELD_OWNER_UNIT, "power");
	command_set_text(&o, FIELD_OWNER_OBJECT, "电线杆");
	command_set_text(&o, FIELD_ADDRESS, "八一路100号");
	assert_int_equal(world_do(w, &o)->code, OK);
	arena_free(w->e.office.arena);
	w->e.office = (struct office){0};
	engine_run(&w->e, &turn_of_start);
	assert_int_equal(w->e.office.n_modes, 1);
	assert_string_equal(w->e.office.modes[0].name, "typhoon");
	assert_int_equal(w->e.office.book.n, 1);
	assert_string_equal(w->e.office.book.v[0].unit, "power");
}

/* Its request lapses at its limit, once, and is next waked for nothing. */
static void a_request_of_no_incident_lapses(void **state)
{
	struct world *w = *state;
	struct command o = world_command(COMMAND_OWNERSHIP_RECORD);
	struct store_want_request want = {.id = 1};
	struct store_wants all = {.requests = &want, .n_requests = 1};

	command_set_text(&o, FIELD_OWNER_UNIT, "power");
	command_set_text(&o, FIELD_OWNER_OBJECT, "电线杆");
	command_set_text(&o, FIELD_ADDRESS, "八一路100号");
	world_do(w, &o);
	/* five working days after Monday 2 March: the end of Monday 9 March's office hours */
	int64_t due = T0 + 7 * DAY_MS + 9 * HOUR_MS + 30 * MINUTE_MS;
	assert_true(w->e.next_wake == due);
	world_clock(w, due);
	world_turn(w);
	assert_true(world_event(w, EVENT_REQUEST_LAPSED)->e.at == due);
	assert_int_equal(store_load(w->e.store, w->a, &all, NULL, NULL), STORE_NOW);
	assert_int_equal(want.found->state, REQUEST_LAPSED);
	assert_true(want.found->wake_at == 0 && want.entry->id == 1);
	world_clock(w, due + DAY_MS);
	world_turn(w);
	assert_int_equal(w->n_events, 0);
}

static struct command check(const char *account, const char *unit, enum account_role role, const char *of)
{
	struct command c = {
	    .kind = COMMAND_DUTY_CHECK, .who = {.account = account, .role = role, .unit = unit}};

	command_set_text(&c, FIELD_UNIT, of);
	command_set_int(&c, FIELD_CHECK_RESULT, 0);
	return c;
}

/* A unit's own account does not check it, be it of the office; who is of another unit, or of none, does. */
static void nobody_checks_his_own_unit(void **state)
{
	struct world *w = *state;
	struct command own = check("deputy", "power", ROLE_OFFICE, "power"),
		       other = check("deputy", "power", ROLE_OFFICE, "water"),
		       none = check("office1", NULL, ROLE_OFFICE, "power");
	const struct reply *r = world_do(w, &own);

	assert_int_equal(r->code, ERROR_FORBIDDEN);
	assert_string_equal(r->field, "unit");
	assert_int_equal(w->n_events, 0);
	assert_int_equal(world_do(w, &other)->code, OK);
	assert_string_equal(world_event(w, EVENT_DUTY_CHECKED)->e.unit, "water");
	assert_int_equal(world_do(w, &none)->code, OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(commands_of_one_turn_see_one_copy, world_up, world_down),
	    cmocka_unit_test_setup_teardown(sent_again_it_is_the_same_answer, world_up, world_down),
	    cmocka_unit_test_setup_teardown(a_mode_holds_from_its_commit_to_its_end, world_up, world_down),
	    cmocka_unit_test_setup_teardown(modes_of_one_turn_know_each_other, world_up, world_down),
	    cmocka_unit_test_setup_teardown(a_start_remembers, world_up, world_down),
	    cmocka_unit_test_setup_teardown(a_request_of_no_incident_lapses, world_up, world_down),
	    cmocka_unit_test_setup_teardown(nobody_checks_his_own_unit, world_up, world_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
