/*
 * wire_request.c - lines of strangers: what is taken, and how each wrong one is refused, by code and
 * by the name of the parameter.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "wire/request.h"
#include <stdio.h>
#include <stdlib.h>

static struct arena *a;

static struct request parsed(const char *line)
{
	struct request r;
	arena_reset(a);
	request_parse(str_of(line), a, &r);
	return r;
}

#define REPORT(members)                                                                                      \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.report\",\"params\":{\"number\":\"N-1\","       \
	"\"received_at\":"                                                                                   \
	"\"2026-07-10T05:52:30+08:00\",\"address\":\"某路\",\"description\":\"漏水\"" members "}}"
#define CALL(method, params) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"

static void a_whole_report_is_taken(void **state)
{
	(void)state;
	struct request r = parsed(REPORT(",\"category\":\"601301\",\"priority\":\"P2\",\"area\":"
					 "\"350881001\",\"location\":{\"lon\":117.420322,\"lat\":"
					 "25.29232,\"datum\":null},\"reporter\":{\"name\":\"张\",\"phone\":"
					 "null},\"units\":[\"water\",\"power\"],"
					 "\"drill\":true,\"confidential\":false"));
	assert_int_equal(r.why.code, OK);
	assert_int_equal(r.command.kind, COMMAND_INCIDENT_REPORT);
	assert_string_equal(command_text(&r.command, FIELD_NUMBER), "N-1");
	assert_int_equal(command_int(&r.command, FIELD_RECEIVED_AT), INT64_C(1783633950000));
	assert_int_equal(command_int(&r.command, FIELD_PRIORITY), 1); /* the second of P1 P2 P3 P4 */
	assert_int_equal(command_int(&r.command, FIELD_LON), 117420322);
	assert_int_equal(command_int(&r.command, FIELD_LAT), 25292320);
	assert_string_equal(command_text(&r.command, FIELD_UNITS), "water,power");
	assert_int_equal(command_int(&r.command, FIELD_DRILL), 1);
	assert_true(command_has(&r.command, FIELD_CONFIDENTIAL));
	assert_false(command_has(&r.command, FIELD_DATUM)); /* a null is an absent member */
	assert_false(command_has(&r.command, FIELD_REPORTER_PHONE));
	assert_string_equal(command_text(&r.command, FIELD_REPORTER_NAME), "张");
}

static void ids_come_back_as_they_were(void **state)
{
	(void)state;
	static const char *const ids[] = {"1", "-7", "9007199254740993", "\"abc\"", "\"\\u0001\\\"中\""};
	for (size_t i = 0; i < COUNT(ids); i++) {
		char line[256];
		snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"session.ping\"}",
		    ids[i]);
		struct request r = parsed(line);
		assert_int_equal(r.why.code, OK);
		assert_true(r.answer);
		assert_memory_equal(r.id.p, ids[i], r.id.n);
		assert_int_equal(r.id.n, strlen(ids[i]));
	}
}

static const struct {
	const char *line;
	enum error_code code;
	const char *field; /* NULL: none is named */
} wrong[] = {
    {"", ERROR_PARSE, NULL},
    {"{", ERROR_PARSE, NULL},
    {"nonsense", ERROR_PARSE, NULL},
    {"GET / HTTP/1.1", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"session.ping\"}", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"} x", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":1e400,\"method\":\"session.ping\"}", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999,\"method\":\"session.ping\"}", ERROR_PARSE, NULL},
    {"\xff\xfe{}", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc0\xaf\"}", ERROR_PARSE, NULL},
    {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", ERROR_PARSE, NULL},
    {"[]", ERROR_INVALID, NULL},
    {"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}]", ERROR_INVALID, NULL},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"session.ping\"}", ERROR_INVALID, "jsonrpc"},
    {"{\"id\":1,\"method\":\"session.ping\"}", ERROR_INVALID, "jsonrpc"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1}", ERROR_INVALID, "method"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", ERROR_INVALID, "method"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\",\"more\":1}", ERROR_INVALID, "more"},
    {CALL("incident.explode", "{}"), ERROR_METHOD, "method"},
    {CALL("dispatch.deliver", "{\"dispatches\":[\"N-01\"]}"), ERROR_METHOD, "method"},
    {CALL("session.ping", "[]"), ERROR_PARAMS, "params"},
    {CALL("session.ping", "7"), ERROR_PARAMS, "params"},
    {CALL("session.ping", "{\"x\":1}"), ERROR_PARAMS, "x"},
    {CALL("incident.get", "{}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":null}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":7}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":\"\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":\"a b\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":\"../x\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.get", "{\"number\":\"中\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.get",
	 "{\"number\":\"0123456789012345678901234567890123456789012345678901234567890123x\"}"),
	ERROR_PARAMS, "number"},
    {CALL("incident.list", "{\"limit\":\"5\"}"), ERROR_PARAMS, "limit"},
    {CALL("incident.list", "{\"limit\":0}"), ERROR_PARAMS, "limit"},
    {CALL("incident.list", "{\"limit\":501}"), ERROR_PARAMS, "limit"},
    {CALL("incident.list", "{\"limit\":-1}"), ERROR_PARAMS, "limit"},
    {CALL("incident.list", "{\"limit\":1.5}"), ERROR_PARAMS, "limit"},
    {CALL("incident.list", "{\"state\":\"Open\"}"), ERROR_PARAMS, "state"},
    {CALL("incident.list", "{\"from\":\"2026-07-10\"}"), ERROR_PARAMS, "from"},
    {CALL("incident.list", "{\"from\":\"1999-12-31T23:59:59+08:00\"}"), ERROR_PARAMS, "from"},
    {CALL("incident.list", "{\"from\":\"2026-02-30T00:00:00+08:00\"}"), ERROR_PARAMS, "from"},
    {REPORT(",\"priority\":\"P5\""), ERROR_PARAMS, "priority"},
    {REPORT(",\"priority\":2"), ERROR_PARAMS, "priority"},
    {REPORT(",\"drill\":\"yes\""), ERROR_PARAMS, "drill"},
    {REPORT(",\"drill\":1"), ERROR_PARAMS, "drill"},
    {REPORT(",\"units\":\"water\""), ERROR_PARAMS, "units"},
    {REPORT(",\"units\":[]"), ERROR_PARAMS, "units"},
    {REPORT(",\"units\":[\"water,power\"]"), ERROR_PARAMS, "units"},
    {REPORT(",\"units\":[7]"), ERROR_PARAMS, "units"},
    {REPORT(",\"location\":[117,25]"), ERROR_PARAMS, "location"},
    {REPORT(",\"location\":{\"lon\":117.4}"), ERROR_PARAMS, "location"},
    {REPORT(",\"location\":{\"lon\":200,\"lat\":25}"), ERROR_PARAMS, "location.lon"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":\"25\"}"), ERROR_PARAMS, "location.lat"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":25,\"datum\":\"bd09\"}"), ERROR_PARAMS, "location.datum"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":25,\"alt\":9}"), ERROR_PARAMS, "location.alt"},
    {REPORT(",\"reporter\":\"张三\""), ERROR_PARAMS, "reporter"},
    {REPORT(",\"reporter\":{\"fone\":\"1\"}"), ERROR_PARAMS, "reporter.fone"},
    {REPORT(",\"descriptoin\":\"x\""), ERROR_PARAMS, "descriptoin"},
    {REPORT(",\"key\":\"\""), ERROR_PARAMS, "key"},
    {REPORT(",\"category\":\"a\\u0007b\""), ERROR_PARAMS, "category"},
    {REPORT(",\"reporter\":{\"name\":\"\\u202e\"}"), ERROR_PARAMS, "reporter.name"},
    {CALL("dispatch.acknowledge", "{\"dispatch\":\"N-01\",\"on_behalf\":{\"phone\":\"1\"}}"), ERROR_PARAMS,
	"on_behalf.person"},
    {CALL("dispatch.complete", "{\"dispatch\":\"N-01\"}"), ERROR_PARAMS, "result"},
    {CALL("clock.advance", "{\"duration\":\"30\"}"), ERROR_PARAMS, "duration"},
    {CALL("clock.advance", "{\"duration\":\"-5m\"}"), ERROR_PARAMS, "duration"},
    {CALL("account.add", "{\"name\":\"x\",\"role\":\"local\",\"token_sha256\":\"00\"}"), ERROR_PARAMS,
	"role"},
};

static void each_wrong_line_is_refused_as_it_should_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct request r = parsed(wrong[i].line);
		print_message("%.100s\n  %s\n", wrong[i].line, r.why.zh ? r.why.zh : "-");
		assert_int_equal(r.why.code, wrong[i].code);
		if (wrong[i].field) {
			assert_non_null(r.why.field);
			assert_string_equal(r.why.field, wrong[i].field);
		}
		assert_non_null(r.why.zh);
		assert_non_null(r.why.en);
	}
}

static void a_near_miss_is_named(void **state)
{
	(void)state;
	struct request r = parsed(REPORT(",\"catgory\":\"601301\""));
	assert_non_null(strstr(r.why.zh, "category"));
	r = parsed(REPORT(",\"reporter\":{\"phon\":\"1\"}"));
	assert_non_null(strstr(r.why.zh, "phone"));
}

static void too_many_members_never_reach_the_parser(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_char(&b, '[');
	for (int i = 0; i < 20000; i++)
		buf_text(&b, "{},");
	buf_text(&b, "{}]");
	struct request r;
	arena_reset(a);
	request_parse(buf_view(&b), a, &r);
	assert_int_equal(r.why.code, ERROR_PARSE);
	assert_non_null(strstr(r.why.en, "2000"));
	buf_free(&b);
}

/* Braces and commas inside texts are text. */
static void the_scan_knows_texts(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_text(&b,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.annotate\",\"params\":{\"number\":\"N\","
	    "\"text\":\"");
	for (int i = 0; i < 1500; i++)
		buf_text(&b, "{[");
	buf_text(&b, "\\\"}\"}}");
	struct request r;
	arena_reset(a);
	request_parse(buf_view(&b), a, &r);
	assert_int_equal(r.why.code, OK);
	buf_free(&b);
}

static void texts_have_their_lengths(void **state)
{
	(void)state;
	for (int n = 3999; n <= 4001; n++) {
		struct buf b = {0};
		buf_text(&b,
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.annotate\",\"params\":{\"number\":"
		    "\"N\",\"text\":\"");
		for (int i = 0; i < n; i++)
			buf_text(&b, "水");
		buf_text(&b, "\"}}");
		struct request r;
		arena_reset(a);
		request_parse(buf_view(&b), a, &r);
		assert_int_equal(r.why.code, n <= 4000 ? OK : ERROR_PARAMS);
		buf_free(&b);
	}
}

static void a_body_may_not_say_what_the_path_said(void **state)
{
	(void)state;
	struct refusal why = {0};
	struct command c = {.kind = COMMAND_DISPATCH_COMPLETE};
	arena_reset(a);
	command_set_text(&c, FIELD_DISPATCH, "N-01");
	assert_true(request_body(STR("{\"result\":\"好\"}"), a, &c, &why));
	assert_string_equal(command_text(&c, FIELD_RESULT), "好");
	c = (struct command){.kind = COMMAND_DISPATCH_COMPLETE};
	command_set_text(&c, FIELD_DISPATCH, "N-01");
	assert_false(request_body(STR("{\"result\":\"好\",\"dispatch\":\"N-02\"}"), a, &c, &why));
	assert_string_equal(why.field, "dispatch");
	c = (struct command){.kind = COMMAND_DISPATCH_ACKNOWLEDGE};
	command_set_text(&c, FIELD_DISPATCH, "N-01");
	assert_true(request_body(STR(""), a, &c, &why));
	assert_false(request_body(STR("[]"), a, &c, &why));
	assert_int_equal(why.code, ERROR_INVALID);
}

/* Every prefix of a good line is refused, none is taken, none reads past its end. */
static void every_prefix_is_refused(void **state)
{
	(void)state;
	static const char line[] = REPORT(",\"units\":[\"water\"],\"location\":{\"lon\":117.4,\"lat\":25.2}");
	for (size_t n = 0; n + 1 < sizeof line; n++) {
		char *copy = malloc(n ? n : 1);
		struct request r;
		memcpy(copy, line, n);
		arena_reset(a);
		request_parse((struct str){copy, n}, a, &r);
		assert_int_not_equal(r.why.code, n == sizeof line - 1 ? ERROR_PARSE : OK);
		free(copy);
	}
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_report_is_taken),
	    cmocka_unit_test(ids_come_back_as_they_were),
	    cmocka_unit_test(each_wrong_line_is_refused_as_it_should_be),
	    cmocka_unit_test(a_near_miss_is_named),
	    cmocka_unit_test(too_many_members_never_reach_the_parser),
	    cmocka_unit_test(the_scan_knows_texts),
	    cmocka_unit_test(texts_have_their_lengths),
	    cmocka_unit_test(a_body_may_not_say_what_the_path_said),
	    cmocka_unit_test(every_prefix_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
