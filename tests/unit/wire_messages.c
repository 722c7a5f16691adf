/* wire_messages.c - every member of every body survives the way; no cut or stretched body is taken. */
#include "arena_fixture.h"
#include "wire/report_message.h"

static struct buf body;

static int end(void **state)
{
	buf_free(&body);
	return teardown(state);
}

/* Tries every prefix in memory of exactly its size, and one byte too many. */
#define REFUSES_CUTS(type, unpack)                                                                           \
	do {                                                                                                 \
		for (size_t cut = 0; cut <= body.n + 1; cut++) {                                             \
			char *copy = test_malloc(cut + 1);                                                   \
			type decoded;                                                                        \
			memcpy(copy, body.p, cut < body.n ? cut : body.n);                                   \
			if (cut > body.n)                                                                    \
				copy[body.n] = 0;                                                            \
			assert_int_equal(unpack((struct str){copy, cut}, arena, &decoded), cut == body.n);   \
			test_free(copy);                                                                     \
		}                                                                                            \
	} while (0)

static void hello_goes_round(void **state)
{
	struct hello in = {"intake", 4711, "0.1.0"}, out;

	(void)state;
	buf_reset(&body);
	hello_pack(&body, &in);
	assert_true(hello_unpack(buf_view(&body), arena, &out));
	assert_string_equal(out.role, "intake");
	assert_int_equal(out.pid, 4711);
	assert_string_equal(out.version, "0.1.0");
	REFUSES_CUTS(struct hello, hello_unpack);
}

static void welcome_goes_round(void **state)
{
	struct welcome in = {.epoch = UINT64_MAX,
	    .store = "00ff",
	    .file = "/var/x.db",
	    .revision = "0123456789ab",
	    .version = "0.1.0",
	    .language = "zh",
	    .seq = INT64_MAX,
	    .manual_at = 1772409600000};
	struct welcome out;

	(void)state;
	buf_reset(&body);
	welcome_pack(&body, &in);
	assert_true(welcome_unpack(buf_view(&body), arena, &out));
	assert_true(out.epoch == UINT64_MAX && out.seq == INT64_MAX);
	assert_true(out.manual_at == 1772409600000);
	assert_string_equal(out.store, "00ff");
	assert_string_equal(out.file, "/var/x.db");
	assert_string_equal(out.revision, "0123456789ab");
	assert_string_equal(out.version, "0.1.0");
	assert_string_equal(out.language, "zh");
	REFUSES_CUTS(struct welcome, welcome_unpack);
}

static struct command full_command(void)
{
	struct command c = {.kind = COMMAND_DISPATCH_ARRIVE,
	    .id = UINT64_C(0xfedcba9876543210),
	    .resent = true,
	    .received_at = 1772409600123,
	    .who = {"water-1", ROLE_LIAISON, "water", "incident.report"}};

	for (int f = 0; f < FIELDS; f++) {
		field_put(&c.present, (enum field)f);
		c.v[f].text = f % 3 == 0 ? NULL : f % 3 == 1 ? "" : "漳平市";
		c.v[f].number = f % 2 ? -f : INT64_MAX - f;
	}
	return c;
}

static void a_command_with_every_field(void **state)
{
	struct command in = full_command(), out;

	(void)state;
	buf_reset(&body);
	command_pack(&body, &in);
	assert_true(command_unpack(buf_view(&body), arena, &out));
	assert_int_equal(out.kind, COMMAND_DISPATCH_ARRIVE);
	assert_true(out.id == in.id && out.resent && out.received_at == in.received_at);
	assert_string_equal(out.who.account, "water-1");
	assert_int_equal(out.who.role, ROLE_LIAISON);
	assert_string_equal(out.who.unit, "water");
	assert_string_equal(out.who.commands, "incident.report");
	assert_memory_equal(&out.present, &in.present, sizeof in.present);
	for (int f = 0; f < FIELDS; f++) {
		assert_true(text_eq(out.v[f].text, in.v[f].text));
		assert_true(out.v[f].number == in.v[f].number);
	}
	REFUSES_CUTS(struct command, command_unpack);
}

static void absent_fields_stay_absent(void **state)
{
	struct command in = {.kind = COMMAND_INCIDENT_URGE}, out;

	(void)state;
	command_set_text(&in, FIELD_NUMBER, "ZP-1");
	buf_reset(&body);
	command_pack(&body, &in);
	assert_true(command_unpack(buf_view(&body), arena, &out));
	assert_memory_equal(&out.present, &FIELD_SET(FIELD_NUMBER), sizeof out.present);
	assert_string_equal(out.v[FIELD_NUMBER].text, "ZP-1");
	assert_null(out.v[FIELD_KEY].text);
	assert_null(out.who.account);
	assert_false(out.resent);
}

/* One byte of a packed command set to v. */
static bool takes_with(size_t at, unsigned char v)
{
	struct command in = full_command(), out;

	buf_reset(&body);
	command_pack(&body, &in);
	body.p[at] = (char)v;
	return command_unpack(buf_view(&body), arena, &out);
}

static void values_out_of_range_are_refused(void **state)
{
	struct command c = {.present = {.w = {[FIELDS / 64] = UINT64_C(1) << FIELDS % 64}}}, out;
	struct reply r = {.code = ERROR_CODES}, got;

	(void)state;
	assert_true(takes_with(0, COMMANDS - 1));
	assert_false(takes_with(0, COMMANDS)); /* kind */
	assert_false(takes_with(1, 1));
	assert_false(takes_with(10, 2));             /* resent */
	assert_false(takes_with(11 + 4 + 7, ROLES)); /* role, after "water-1" */
	buf_reset(&body);
	command_pack(&body, &c);
	assert_false(command_unpack(buf_view(&body), arena, &out));
	buf_reset(&body);
	reply_pack(&body, &r);
	assert_false(reply_unpack(buf_view(&body), arena, &got));
}

static void reply_goes_round(void **state)
{
	struct reply in = {.id = 7,
	    .code = ERROR_CONFLICT,
	    .field = "number",
	    .detail = "编号 ZP-1",
	    .result = STR("{\"a\":1}"),
	    .seq = 99,
	    .made = true};
	struct reply out;

	(void)state;
	buf_reset(&body);
	reply_pack(&body, &in);
	assert_true(reply_unpack(buf_view(&body), arena, &out));
	assert_int_equal(out.id, 7);
	assert_int_equal(out.code, ERROR_CONFLICT);
	assert_string_equal(out.field, "number");
	assert_string_equal(out.detail, "编号 ZP-1");
	assert_true(str_is(out.result, "{\"a\":1}"));
	assert_int_equal(out.seq, 99);
	assert_true(out.made);
	REFUSES_CUTS(struct reply, reply_unpack);
}

static void events_have_their_texts(void **state)
{
	struct event e = {.data = STR("{\"role\":\"desk\",\"name\":\"接警\\u0031台\",\"n\":7}")};
	struct event broken = {.data = STR("{\"name\":")}, none = {.seq = 1};

	(void)state;
	assert_string_equal(event_data_text(&e, "name", arena), "接警1台");
	assert_null(event_data_text(&e, "n", arena));
	assert_null(event_data_text(&e, "unit", arena));
	assert_null(event_data_text(&broken, "name", arena));
	assert_null(event_data_text(&none, "name", arena));
}

static bool unpack_events(struct str s, struct arena *a, size_t *n)
{
	struct seen_event *v;

	return published_unpack(s, a, &v, n);
}

static void events_go_round(void **state)
{
	struct seen_event in[] = {
	    {{.seq = 41,
		 .at = 1772409600123,
		 .type = EVENT_DISPATCH_ARRIVED,
		 .incident = "ZP-1",
		 .dispatch = 99,
		 .unit = "water",
		 .by = "water-1",
		 .data = STR("{\"late\":true}")},
		.units = "water,power", .confidential = true, .words = {"已到场", "", "139", "117.1,25.2"}},
	    {{.seq = 42, .at = 5, .type = EVENT_SYSTEM_STARTED, .by = "system"}, .units = NULL},
	};
	struct seen_event *out;
	size_t n;

	(void)state;
	buf_reset(&body);
	published_pack(&body, in, COUNT(in));
	assert_true(published_unpack(buf_view(&body), arena, &out, &n));
	assert_int_equal(n, 2);
	assert_true(out[0].e.seq == 41 && out[0].e.at == 1772409600123);
	assert_int_equal(out[0].e.type, EVENT_DISPATCH_ARRIVED);
	assert_string_equal(out[0].e.incident, "ZP-1");
	assert_int_equal(out[0].e.dispatch, 99);
	assert_string_equal(out[0].e.unit, "water");
	assert_string_equal(out[0].e.by, "water-1");
	assert_true(str_is(out[0].e.data, "{\"late\":true}"));
	assert_string_equal(out[0].units, "water,power");
	assert_true(out[0].confidential);
	assert_string_equal(out[0].words.text, "已到场");
	assert_string_equal(out[0].words.person, "");
	assert_string_equal(out[0].words.phone, "139");
	assert_string_equal(out[0].words.location, "117.1,25.2");
	assert_null(out[1].words.text);
	assert_true(out[1].e.seq == 42 && out[1].e.type == EVENT_SYSTEM_STARTED);
	assert_null(out[1].e.incident);
	assert_null(out[1].units);
	assert_false(out[1].confidential);
	REFUSES_CUTS(size_t, unpack_events);
}

static void a_huge_count_takes_no_memory(void **state)
{
	struct seen_event *v;
	size_t n, before = arena_size(arena);

	(void)state;
	buf_reset(&body);
	buf_u32(&body, UINT32_MAX);
	buf_add(&body, "0123456789", 10);
	assert_false(published_unpack(buf_view(&body), arena, &v, &n));
	assert_int_equal(arena_size(arena), before);
}

static void pulse_goes_round(void **state)
{
	static const struct trouble troubles[] = {
	    {"disk-full", "no room", true}, {"files-refused", "units.yaml", false}};
	struct pulse in = {.at = 1,
	    .manual_at = 2,
	    .seq = 3,
	    .revision = "0123456789ab",
	    .metrics = STR("{}"),
	    .troubles = troubles,
	    .n_troubles = 2};
	struct pulse out;

	(void)state;
	buf_reset(&body);
	pulse_pack(&body, &in);
	assert_true(pulse_unpack(buf_view(&body), arena, &out));
	assert_true(out.at == 1 && out.manual_at == 2 && out.seq == 3);
	assert_string_equal(out.revision, "0123456789ab");
	assert_true(str_is(out.metrics, "{}"));
	assert_int_equal(out.n_troubles, 2);
	assert_string_equal(out.troubles[0].code, "disk-full");
	assert_string_equal(out.troubles[1].detail, "units.yaml");
	assert_true(out.troubles[0].unready && !out.troubles[1].unready);
	REFUSES_CUTS(struct pulse, pulse_unpack);
}

static void a_report_is_asked_for(void **state)
{
	struct report_ask in = {.kind = "quarter",
			      .period = "2026Q1",
			      .format = "xlsx",
			      .drill = true,
			      .close = true,
			      .edition = 3,
			      .files = STR("{\"routing.yaml\":\"rules: []\"}"),
			      .base = "0123456789ab",
			      .folder = "/etc/liandong",
			      .from = 5,
			      .since_ms = 7},
			  out;

	(void)state;
	buf_reset(&body);
	report_ask_pack(&body, &in);
	assert_true(report_ask_unpack(buf_view(&body), arena, &out));
	assert_string_equal(out.kind, "quarter");
	assert_string_equal(out.period, "2026Q1");
	assert_string_equal(out.format, "xlsx");
	assert_null(out.unit);
	assert_true(out.drill && !out.draft && out.close && !out.english && out.edition == 3);
	REFUSES_CUTS(struct report_ask, report_ask_unpack);
}

static void a_report_is_made(void **state)
{
	struct report_made in = {.code = OK,
			       .type = "text/html",
			       .edition = 2,
			       .seq = 77,
			       .chain = "abc",
			       .revision = "0123456789ab",
			       .refused = "units.yaml",
			       .bytes = REPORT_BYTES_MAX},
			   out;

	(void)state;
	buf_reset(&body);
	report_made_pack(&body, &in);
	assert_true(report_made_unpack(buf_view(&body), arena, &out));
	assert_true(out.code == OK && !out.detail && out.edition == 2 && out.seq == 77);
	assert_string_equal(out.type, "text/html");
	assert_string_equal(out.chain, "abc");
	assert_string_equal(out.revision, "0123456789ab");
	assert_true(out.bytes == REPORT_BYTES_MAX);
	REFUSES_CUTS(struct report_made, report_made_unpack);
	in.bytes++;
	buf_reset(&body);
	report_made_pack(&body, &in);
	assert_false(report_made_unpack(buf_view(&body), arena, &out));
}

static void names_come_from_the_table(void **state)
{
	(void)state;
	assert_string_equal(message_names[MESSAGE_HELLO], "HELLO");
	assert_string_equal(message_names[MESSAGE_DRAIN], "DRAIN");
	assert_string_equal(message_names[MESSAGE_STOPPING], "STOPPING");
	assert_string_equal(message_names[MESSAGE_BEAT], "BEAT");
	assert_string_equal(message_names[MESSAGE_REPORT_PART], "REPORT_PART");
	assert_string_equal(message_names[MESSAGE_LISTENER], "LISTENER");
	assert_string_equal(message_names[MESSAGE_LEARNING], "LEARNING");
	assert_int_equal(MESSAGES, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hello_goes_round),
	    cmocka_unit_test(welcome_goes_round),
	    cmocka_unit_test(a_command_with_every_field),
	    cmocka_unit_test(absent_fields_stay_absent),
	    cmocka_unit_test(values_out_of_range_are_refused),
	    cmocka_unit_test(reply_goes_round),
	    cmocka_unit_test(events_have_their_texts),
	    cmocka_unit_test(events_go_round),
	    cmocka_unit_test(a_huge_count_takes_no_memory),
	    cmocka_unit_test(pulse_goes_round),
	    cmocka_unit_test(a_report_is_asked_for),
	    cmocka_unit_test(a_report_is_made),
	    cmocka_unit_test(names_come_from_the_table),
	};

	return cmocka_run_group_tests(tests, setup, end);
}
