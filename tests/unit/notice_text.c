/*
 * notice_text.c - what a notice says, and what it never says; which events make which; whether it still holds. The texts are
 * written out by hand.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "mechanism_base.h"
#include "notice/made.h"
#include "notice/text.h"
#include <stdio.h>
#include <stdlib.h>

#define T INT64_C(1772676000000) /* 5 March 2026, 10:00 in the city */

static const char notices[] =
    "channels:\n  hall: {kind: wecom-bot, url_file: hall}\nrecipients:\n  water: [hall]\n"
    "link: https://110.example/d/\n";

struct fixture {
	struct arena *a;
	struct problems p;
	struct mechanism *m;
	struct incident inc;
	struct dispatch d;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->a = arena_new();
	f->m = load_base_with("notices.yaml", notices, &f->p);
	f->inc = (struct incident){.number = "20260305-001234",
	    .category = "601301",
	    .area = "350881100",
	    .priority = P2,
	    .description = "王建国家水管爆裂",
	    .reporter_name = "王建国",
	    .reporter_phone = "13800001111",
	    .address = "解放路5号",
	    .dispatches = &f->d,
	    .n_dispatches = 1};
	f->d = (struct dispatch){.n = 1, .unit = "water", .role = AS_LEAD, .state = DISPATCH_ISSUED};
	f->d.clocks[CLOCK_ACKNOWLEDGE] = (struct clock){.start = T, .due = T + 3 * MINUTE_MS};
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

static struct outgoing *made(struct fixture *f, enum event_type type, int *n)
{
	const struct event e = {
	    .seq = 7, .at = T, .type = type, .incident = f->inc.number, .dispatch = 1, .unit = "water"};
	const struct told_by no_one_named = {.n = 0};
	const struct digest hash = {{1, 2, 3}};
	const struct circumstances none = {0};

	return made_from(&e, &no_one_named, &f->inc, &hash, f->m, &none, T, f->a, n);
}

static void an_instruction_says_what_by_when_and_nothing_of_people(void **state)
{
	static const char *const never[] = {"王建国", "13800001111", "解放路", "爆裂"};
	struct fixture *f = *state;
	const struct circumstances none = {0};
	struct words w;
	int n;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);

	assert_int_equal(n, 1);
	assert_int_equal(o->class, NOTICE_INSTRUCTION);
	assert_int_equal(strlen(o->id), NOTICE_ID_LEN);
	assert_in_range(o->code, 1000, 9999);
	struct addressee to = addressee_of(o, f->m, &none, T);
	text_of(&(struct said){o, &f->inc}, 1, &to, &f->m->notices->channels[0], f->m, T, f->a, &w);
	assert_non_null(strstr(w.text, "【联动指令】水司 001234"));
	assert_non_null(strstr(w.text, "10:03前签收"));
	assert_non_null(strstr(w.text, "https://110.example/d/20260305-001234-01"));
	for (size_t i = 0; i < COUNT(never); i++) {
		assert_null(strstr(w.text, never[i]));
		assert_null(memmem(w.data.p, w.data.n, never[i], strlen(never[i])));
	}
}

static void of_what_is_confidential_not_even_the_category(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	struct words open, hidden;
	int n;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	struct addressee to = addressee_of(o, f->m, &none, T);
	const char *category = mechanism_category(f->m, "601301")->name;

	text_of(&(struct said){o, &f->inc}, 1, &to, &f->m->notices->channels[0], f->m, T, f->a, &open);
	f->inc.confidential = true;
	text_of(&(struct said){o, &f->inc}, 1, &to, &f->m->notices->channels[0], f->m, T, f->a, &hidden);
	assert_non_null(strstr(open.text, category));
	assert_null(strstr(hidden.text, category));
	assert_null(memmem(hidden.data.p, hidden.data.n, category, strlen(category)));
}

static void many_are_twenty_lines_and_how_many_more(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	struct said v[25];
	struct incident incs[25];
	struct outgoing os[25];
	struct words w;
	int n, lines = 0;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	struct addressee to = addressee_of(o, f->m, &none, T);

	for (int i = 0; i < 25; i++) {
		incs[i] = f->inc;
		os[i] = *o;
		os[i].drill = true;
		os[i].incident = incs[i].number = arena_printf(f->a, "X-%06d", i);
		v[i] = (struct said){&os[i], &incs[i]};
	}
	text_of(v, 25, &to, &f->m->notices->channels[0], f->m, T, f->a, &w);
	assert_memory_equal(w.text, "【演练】", strlen("【演练】"));
	assert_non_null(strstr(w.text, "25 件待办,最早 10:03 到期"));
	assert_non_null(strstr(w.text, "另有 5 件"));
	for (const char *at = w.text; (at = strstr(at, "\n0000")); at++)
		lines++;
	assert_int_equal(lines, 20);
	os[1].incident = os[0].incident; /* what two people of a unit are told of stands once */
	text_of(v, 2, &to, &f->m->notices->channels[0], f->m, T, f->a, &w);
	assert_null(strstr(w.text, "件待办"));
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* Of several in one message each has its own code: by that of the first the others are not acknowledged. */
static void each_of_many_has_its_code(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	const struct notice_channel sms = {.kind = CHANNEL_SMS_HTTP, .receipts_file = "replies"},
				    mute = {.kind = CHANNEL_SMS_HTTP};
	struct incident incs[2] = {f->inc, f->inc};
	struct outgoing os[2];
	struct said v[2] = {{&os[0], &incs[0]}, {&os[1], &incs[1]}};
	struct words w;
	int n;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	struct addressee to = addressee_of(o, f->m, &none, T);

	for (int i = 0; i < 2; i++) {
		os[i] = *o;
		os[i].code = 4711 + i;
		os[i].incident = incs[i].number = i ? "X-2" : "X-1";
	}
	text_of(v, 1, &to, &sms, f->m, T, f->a, &w);
	assert_true(has(w.text, "。回复 1 4711 签收"));
	assert_string_equal(w.facts[FACT_CODE].text, "4711");
	text_of(v, 2, &to, &sms, f->m, T, f->a, &w);
	assert_true(has(w.text, "前签收(回 1 4711)\n"));
	assert_true(has(w.text, "前签收(回 1 4712)"));
	assert_string_equal(w.facts[FACT_CODE].text, "");
	text_of(v, 2, &to, &mute, f->m, T, f->a, &w);
	assert_false(has(w.text, "471"));
}

/* What a provider would cut off are the last lines, and that there are more. */
static void what_one_message_cannot_hold_is_counted(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	const struct notice_channel robot = {.kind = CHANNEL_WECOM_BOT}, sms = {.kind = CHANNEL_SMS_HTTP};
	const struct notice_channel *const by[] = {&robot, &sms};
	struct said v[40];
	struct incident incs[40];
	struct outgoing os[40];
	int n;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	struct addressee to = addressee_of(o, f->m, &none, T);

	for (int i = 0; i < 40; i++) {
		incs[i] = f->inc;
		os[i] = *o;
		os[i].drill = true;
		os[i].class = NOTICE_REMINDER;
		os[i].about = "acknowledge";
		os[i].incident = incs[i].number = arena_printf(f->a, "X-%06d", i);
		v[i] = (struct said){&os[i], &incs[i]};
	}
	f->d.clocks[CLOCK_ACKNOWLEDGE].due = T - MINUTE_MS; /* the longer words: 应于…,已超时 */
	for (size_t k = 0; k < COUNT(by); k++) {
		struct words w;
		int lines = -1, more = 0;
		const char *tail;

		text_of(v, 40, &to, by[k], f->m, T, f->a, &w);
		assert_true(strlen(w.text) <= (k == 0 ? 2048 : 1000));
		for (const char *at = w.text; at; at = strchr(at + 1, '\n'))
			lines++;
		tail = strstr(w.text, "另有 ");
		assert_non_null(tail);
		assert_int_equal(sscanf(tail, "另有 %d 件", &more), 1);
		assert_int_equal(lines - 2 + more, 40); /* the head, the count and the link are no matters */
		assert_true(has(w.text, "https://110.example/d/"));
		assert_false(has(w.text, "…"));
	}
}

/* A template may have the facts alone, and 【】 is what a provider signs with. */
static void a_drill_is_one_in_each_part(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	const char *marked[] = {"number", "time={due}"}, *with[] = {"number", "do={what}"},
		   *bare[] = {"category"};
	const struct notice_channel
	    silent = {.kind = CHANNEL_SMS_HTTP, .preset = SMS_ALIYUN, .params = marked, .n_params = 2},
	    says = {.kind = CHANNEL_SMS_HTTP, .preset = SMS_TENCENT, .params = with, .n_params = 2},
	    word = {.kind = CHANNEL_SMS_HTTP, .preset = SMS_TENCENT, .params = bare, .n_params = 1},
	    own = {.kind = CHANNEL_SMS_HTTP, .json = "{\"m\":\"{text}\"}"},
	    list = {.kind = CHANNEL_SMS_HTTP, .json = "{\"p\":{params}}", .params = with, .n_params = 2},
	    unused = {.kind = CHANNEL_SMS_HTTP,
		.json = "{\"n\":\"{number}\"}",
		.params = with,
		.n_params = 2},
	    robot = {.kind = CHANNEL_WECOM_BOT};
	struct words w;
	int n;

	f->inc.drill = true;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	struct addressee to = addressee_of(o, f->m, &none, T);
	text_of(&(struct said){o, &f->inc}, 1, &to, &says, f->m, T, f->a, &w);
	assert_string_equal(w.facts[FACT_WHAT].text, "(演练)10:03前签收");
	assert_memory_equal(w.facts[FACT_CATEGORY].text, "(演练)", strlen("(演练)"));
	assert_memory_equal(w.text, "【演练】【联动指令】", strlen("【演练】【联动指令】"));
	assert_false(notices_says_drill(&silent));
	assert_true(notices_says_drill(&says));
	assert_true(notices_says_drill(&word));
	assert_true(notices_says_drill(&own));
	assert_true(notices_says_drill(&list));
	assert_false(notices_says_drill(&unused));
	assert_true(notices_says_drill(&robot));
}

/* Where nothing would tell that it is a drill, it does not go. */
static void a_channel_that_cannot_say_it_takes_no_drill(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	struct notice_channel *c = &f->m->notices->channels[0];
	const struct notice_channel before = *c;
	const char *params[] = {"number"};
	struct outgoing o = {.class = NOTICE_INSTRUCTION, .unit = "water", .role = "duty", .which = 1};

	*c = (struct notice_channel){
	    .id = before.id, .kind = CHANNEL_SMS_HTTP, .preset = SMS_ALIYUN, .params = params, .n_params = 1};
	struct contact_phone mobile = {.number = "13905970120", .mobile = true};
	struct unit *water = (struct unit *)mechanism_unit(f->m, "water");
	const struct contact duty = water->duty;
	water->duty.phones = &mobile;
	water->duty.n_phones = 1;
	assert_int_equal(addressee_of(&o, f->m, &none, T).channels.n, 1);
	o.drill = true;
	struct addressee to = addressee_of(&o, f->m, &none, T);
	assert_int_equal(to.channels.n, 0);
	assert_int_equal(to.listed, 1); /* so that the desk is told */
	water->duty = duty;
	*c = before;
}

static void ids_come_from_the_row_and_the_recipient(void **state)
{
	struct fixture *f = *state;
	int n;
	struct outgoing *a = made(f, EVENT_DISPATCH_ISSUED, &n), *b = made(f, EVENT_DISPATCH_ISSUED, &n);

	assert_string_equal(a->id, b->id);
	const struct event e = {
	    .seq = 7, .at = T, .type = EVENT_DISPATCH_ISSUED, .incident = f->inc.number, .dispatch = 1};
	const struct told_by no_one_named = {.n = 0};
	const struct digest other = {{9}};
	const struct circumstances none = {0};
	b = made_from(&e, &no_one_named, &f->inc, &other, f->m, &none, T, f->a, &n);
	assert_string_not_equal(a->id, b->id); /* a restored store goes on with other rows */
}

static void it_holds_until_the_unit_acts_or_the_matter_ends(void **state)
{
	struct fixture *f = *state;
	int n;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n), reminder = *o;

	reminder.class = NOTICE_REMINDER;
	reminder.about = "arrive";
	assert_int_equal(made_still(o, &f->inc), STILL_OPEN);
	f->d.state = DISPATCH_ACKNOWLEDGED;
	f->d.at[STEP_ACKNOWLEDGED] = T;
	assert_int_equal(made_still(o, &f->inc), STILL_ACTED);
	assert_int_equal(made_still(&reminder, &f->inc), STILL_OPEN);
	f->d.state = DISPATCH_ARRIVED;
	f->d.at[STEP_ARRIVED] = T;
	assert_int_equal(made_still(&reminder, &f->inc), STILL_ACTED);
	f->d.state = DISPATCH_WITHDRAWN;
	assert_int_equal(made_still(o, &f->inc), STILL_ENDED);
	f->inc.state = INCIDENT_CANCELLED;
	assert_int_equal(made_still(o, &f->inc), STILL_ENDED);
	assert_int_equal(made_still(o, NULL), STILL_ENDED); /* a store that does not know it */
}

static void what_is_only_informed_is_no_instruction(void **state)
{
	struct fixture *f = *state;
	int n;

	f->d.role = AS_INFORM;
	struct outgoing *o = made(f, EVENT_DISPATCH_ISSUED, &n);
	assert_int_equal(o->class, NOTICE_REMINDER);
	assert_int_equal(o->code, 0);
	f->inc.backfill = true;
	made(f, EVENT_DISPATCH_ISSUED, &n);
	assert_int_equal(n, 0);
}

/* A reply comes where the provider has an address for it. */
static void how_to_reply_is_said_where_one_can(void **state)
{
	struct fixture *f = *state;
	const struct circumstances none = {0};
	struct outgoing o = {.class = NOTICE_INSTRUCTION,
	    .incident = f->inc.number,
	    .dispatch = 1,
	    .unit = "water",
	    .role = "duty",
	    .code = 4711};
	const struct notice_channel robot = {.kind = CHANNEL_WECOM_BOT, .receipts_file = "r"},
				    sms = {.kind = CHANNEL_SMS_HTTP, .receipts_file = "r"},
				    deaf = {.kind = CHANNEL_SMS_HTTP};
	struct addressee to = addressee_of(&o, f->m, &none, T);
	struct words w;

	text_of(&(struct said){&o, &f->inc}, 1, &to, &sms, f->m, T, f->a, &w);
	assert_non_null(strstr(w.text, "回复 1 4711 签收"));
	text_of(&(struct said){&o, &f->inc}, 1, &to, &robot, f->m, T, f->a, &w);
	assert_null(strstr(w.text, "回复"));
	text_of(&(struct said){&o, &f->inc}, 1, &to, &deaf, f->m, T, f->a, &w);
	assert_null(strstr(w.text, "回复"));
}

/* The desk hears of many units; of what is confidential a unit would tell the category. */
static void the_desk_is_told_whose_part_it_is(void **state)
{
	struct fixture *f = *state;
	struct outgoing o = {
	    .class = NOTICE_REMINDER, .incident = f->inc.number, .dispatch = 1, .role = "desk"};
	struct addressee to = {0};
	struct words w;

	text_of(&(struct said){&o, &f->inc}, 1, &to, &f->m->notices->channels[0], f->m, T, f->a, &w);
	assert_non_null(strstr(w.text, "【催办】110台 001234"));
	assert_non_null(strstr(w.text, " 水司"));
	f->inc.confidential = true;
	text_of(&(struct said){&o, &f->inc}, 1, &to, &f->m->notices->channels[0], f->m, T, f->a, &w);
	assert_null(strstr(w.text, "水司"));
	assert_non_null(strstr(w.text, " 指令01"));             /* by which two lines are told apart */
	assert_null(memmem(w.data.p, w.data.n, "\"text\"", 6)); /* which the webhook says itself */
}

/* A short message goes to a mobile, a call to a number without an extension, whichever stands first. */
static void the_number_is_one_that_the_provider_can_use(void **state)
{
	const struct notice_channel sms = {.kind = CHANNEL_SMS_HTTP}, voice = {.kind = CHANNEL_VOICE};
	struct contact_phone phones[] = {{.number = "0597-7530120", .extension = "801"},
	    {.number = "0597-7530121"}, {.number = "13905970120", .mobile = true},
	    {.number = "13905970121", .mobile = true}};
	struct contact who = {.phones = phones, .n_phones = 4};

	(void)state;
	assert_string_equal(notices_number(&who, &sms), "13905970120");
	assert_string_equal(notices_number(&who, &voice), "0597-7530121");
	who.n_phones = 1;
	assert_null(notices_number(&who, &sms));
	assert_null(notices_number(&who, &voice));
	assert_null(notices_number(NULL, &sms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_instruction_says_what_by_when_and_nothing_of_people, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(of_what_is_confidential_not_even_the_category, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(many_are_twenty_lines_and_how_many_more, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_of_many_has_its_code, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_one_message_cannot_hold_is_counted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_drill_is_one_in_each_part, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_channel_that_cannot_say_it_takes_no_drill, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(how_to_reply_is_said_where_one_can, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_desk_is_told_whose_part_it_is, set_up, tear_down),
	    cmocka_unit_test(the_number_is_one_that_the_provider_can_use),
	    cmocka_unit_test_setup_teardown(ids_come_from_the_row_and_the_recipient, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(it_holds_until_the_unit_acts_or_the_matter_ends, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(what_is_only_informed_is_no_instruction, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
