/*
 * wire_request.c - lines of strangers: what is taken, and how each wrong one is refused, by code and
 * by the name of the parameter.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "domain/warning.h"
#include "wire/request.h"
#include <stdio.h>
#include <stdlib.h>

static struct arena *a;

static struct rpc_request parsed(const char *line)
{
	struct rpc_request r;
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
	struct rpc_request r =
	    parsed(REPORT(",\"category\":\"601301\",\"priority\":\"P2\",\"area\":"
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
	static const char *const ids[] = {"1", "-7", "9007199254740993", "\"abc\"", "\"\\u0001\\\"中\"",
	    "9223372036854775808", "18446744073709551615", "-99999999999999999999999999999999999999"};
	for (size_t i = 0; i < COUNT(ids); i++) {
		char line[256];
		snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"session.ping\"}",
		    ids[i]);
		struct rpc_request r = parsed(line);
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
    {"{\"jsonrpc\":\"2.0\",\"id\":1e400,\"method\":\"session.ping\"}", ERROR_INVALID, "id"},
    {"\xff\xfe{}", ERROR_PARSE, NULL},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc0\xaf\"}", ERROR_METHOD, "method"},
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
    {CALL("incident.amend", "{\"number\":\"N\",\"location\":{\"lon\":117,\"lat\":25,\"alt\":9}}"),
	ERROR_PARAMS, "location.alt"},
    {CALL("incident.amend", "{\"number\":\"N\",\"reporter\":{\"fone\":\"1\"}}"), ERROR_PARAMS,
	"reporter.fone"},
    {CALL("incident.amend", "{\"number\":\"N\",\"descriptoin\":\"x\"}"), ERROR_PARAMS, "descriptoin"},
    {CALL("incident.report", "{\"description\":\"水管爆了\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.report", "{\"number\":{},\"description\":\"水管爆了\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.report", "{\"number\":\"甲1\",\"description\":\"水管爆了\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.report", "{\"number\":\" \",\"description\":\"水管爆了\"}"), ERROR_PARAMS, "number"},
    {CALL("incident.amend", "{\"number\":\"N\",\"priority\":\"P5\"}"), ERROR_PARAMS, "priority"},
    {CALL("incident.amend", "{\"number\":\"N\",\"location\":{\"lon\":117.4}}"), ERROR_PARAMS, "location"},
    {CALL("incident.amend", "{\"number\":\"N\",\"location\":{\"lon\":25,\"lat\":117}}"), ERROR_PARAMS,
	"location.lat"},
    {CALL("incident.annotate", "{\"number\":\"N\",\"text\":\" \\n\"}"), ERROR_PARAMS, "text"},
    {CALL("incident.annotate", "{\"number\":\"N\",\"text\":\"  \"}"), ERROR_PARAMS, "text"},
    {CALL("incident.annotate", "{\"number\":\"N\",\"text\":[]}"), ERROR_PARAMS, "text"},
    {CALL("incident.annotate", "{\"number\":\"N\",\"text\":\"x\",\"key\":\"a\\u0007\"}"), ERROR_PARAMS,
	"key"},
    {CALL("dispatch.arrive", "{\"dispatch\":\"N-01\",\"at\":\"yesterday\"}"), ERROR_PARAMS, "at"},
    {CALL("dispatch.arrive", "{\"dispatch\":\"N-01\",\"on_behalf\":[]}"), ERROR_PARAMS, "on_behalf"},
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
		struct rpc_request r = parsed(wrong[i].line);
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

/* What is taken all the same: a command, a parameter of it as it is then, and every warning. */
static const struct {
	const char *line;
	enum field field;
	const char *text; /* of the parameter; NULL: it is not there, or a number */
	int64_t number;
	const char *warnings; /* as warnings_text writes them; NULL: none */
} taken[] = {
    /* line ends, characters that are none, invisible characters */
    {CALL("incident.annotate", "{\"number\":\"N\",\"text\":\"一\\r\\n二\\r三\\u000b四\\u0085五\\n六\\t\"}"),
	FIELD_TEXT, "一\n二\n三\n四\n五\n六\t", 0, "line-ends\ttext\t\t"},
    {REPORT(",\"reporter\":{\"name\":\"张\\u0007三\\ufffd\"}"), FIELD_REPORTER_NAME,
	"张\xEF\xBF\xBD三\xEF\xBF\xBD", 0, "damaged-characters\treporter.name\t\t"},
    {REPORT(",\"reporter\":{\"name\":\"\\u202e张三\\u2069\"}"), FIELD_REPORTER_NAME, "张三", 0,
	"characters-removed\treporter.name\t\t"},
    {REPORT(",\"reporter\":{\"name\":\"张\\u200d三\"}"), FIELD_REPORTER_NAME, "张三", 0,
	"characters-removed\treporter.name\t\t"},
    {REPORT(",\"reporter\":{\"name\":\"张，\uFEFF三！\"}"), FIELD_REPORTER_NAME, "张，三！", 0,
	"characters-removed\treporter.name\t\t"},
    {REPORT(",\"reporter\":{\"name\":\"张，三！\"}"), FIELD_REPORTER_NAME, "张，三！", 0, NULL},
    /* phones */
    {REPORT(",\"reporter\":{\"phone\":\"\\u202d13959001234\\u202c\"}"), FIELD_REPORTER_PHONE, "13959001234",
	0, "characters-removed\treporter.phone\t\t"},
    {REPORT(",\"reporter\":{\"phone\":\"１３９５９００１２３４\"}"), FIELD_REPORTER_PHONE, "13959001234", 0,
	"form-mended\treporter.phone\t\t"},
    {REPORT(",\"reporter\":{\"phone\":\"（0597）753\\u00a00000－801 \"}"), FIELD_REPORTER_PHONE,
	"(0597)753 0000-801", 0, "form-mended\treporter.phone\t\t"},
    {REPORT(",\"reporter\":{\"phone\":\"0597-7530000 转 801\"}"), FIELD_REPORTER_PHONE, "0597-7530000 转 801",
	0, NULL},
    {REPORT(",\"reporter\":{\"phone\":13959001234}"), FIELD_REPORTER_PHONE, "13959001234", 0,
	"form-mended\treporter.phone\t\t"},
    {REPORT(",\"reporter\":{\"phone\":\"\\u0000\"}"), FIELD_REPORTER_PHONE, "", 0,
	"characters-removed\treporter.phone\t\t"},
    {REPORT(",\"reporter\":\"张三\""), FIELD_REPORTER_NAME, "张三", 0, "form-mended\treporter.name\t\t"},
    {REPORT(",\"reporter\":7"), FIELD_REPORTER_PHONE, "7", 0, "form-mended\treporter.phone\t\t"},
    {REPORT(",\"reporter\":{\"phone\":[13900001111,\"7530001\"]}"), FIELD_REPORTER_PHONE,
	"13900001111、7530001", 0, "type-mended\treporter.phone\t\t"},
    /* codes and words */
    {CALL("incident.get", "{\"number\":\"N-1\"}"), FIELD_NUMBER, "N-1", 0, NULL},
    {CALL("incident.annotate", "{\"number\":\" Ｎ－１\\u00a0\\ufeff\",\"text\":\"x\"}"), FIELD_NUMBER, "N-1",
	0, "value-mended\tnumber\t Ｎ－１\u00a0\ufeff\tN-1"},
    {CALL("incident.annotate", "{\"number\":3508,\"text\":\"x\"}"), FIELD_NUMBER, "3508", 0,
	"form-mended\tnumber\t\t"},
    {REPORT(",\"category\":601301"), FIELD_CATEGORY, "601301", 0, "form-mended\tcategory\t\t"},
    {REPORT(",\"category\":\"６０１３０１\""), FIELD_CATEGORY, "601301", 0,
	"value-mended\tcategory\t６０１３０１\t601301"},
    {REPORT(",\"category\":\"供水 爆管\""), FIELD_CATEGORY, "供水爆管", 0,
	"value-mended\tcategory\t供水 爆管\t供水爆管"},
    {REPORT(",\"category\":\"\",\"area\":\" \",\"priority\":\"\""), FIELD_CATEGORY, NULL, 0, NULL},
    {REPORT(",\"priority\":\"p1\""), FIELD_PRIORITY, "P1", 0, "value-mended\tpriority\tp1\tP1"},
    {REPORT(",\"priority\":\"Ｐ２ \""), FIELD_PRIORITY, "P2", 1, "value-mended\tpriority\tＰ２ \tP2"},
    {REPORT(",\"priority\":2"), FIELD_PRIORITY, "P2", 1,
	"form-mended\tpriority\t\t\nvalue-mended\tpriority\t2\tP2"},
    {REPORT(",\"priority\":\"危急\""), FIELD_PRIORITY, "P1", 0, "value-mended\tpriority\t危急\tP1"},
    {REPORT(",\"priority\":\"P5\""), FIELD_PRIORITY, NULL, 0, "value-ignored\tpriority\tP5\t"},
    {REPORT(",\"units\":\"Water，power、\""), FIELD_UNITS, "water,power", 0,
	"value-mended\tunits\tWater，power、\twater,power"},
    {REPORT(",\"units\":[\" water\",7]"), FIELD_UNITS, "water,7", 0,
	"value-mended\tunits\t water,7\twater,7"},
    {REPORT(",\"units\":[]"), FIELD_UNITS, NULL, 0, NULL},
    {REPORT(",\"units\":[{}]"), FIELD_UNITS, NULL, 0, "value-ignored\tunits\t\t"},
    /* yes and no: in doubt a secret is kept, and an emergency is no drill */
    {REPORT(",\"drill\":1"), FIELD_DRILL, NULL, 1, "value-mended\tdrill\t1\ttrue"},
    {REPORT(",\"drill\":\"maybe\""), FIELD_DRILL, NULL, 0, "value-ignored\tdrill\tmaybe\t"},
    {REPORT(",\"confidential\":\"是\""), FIELD_CONFIDENTIAL, NULL, 1, "value-mended\tconfidential\t是\ttrue"},
    {REPORT(",\"secret_reporter\":{}"), FIELD_SECRET_REPORTER, NULL, 1,
	"value-mended\tsecret_reporter\t\ttrue"},
    /* places */
    {REPORT(",\"location\":{\"lon\":\" 117.42\",\"lat\":25.3}"), FIELD_LON, NULL, 117420000,
	"form-mended\tlocation.lon\t\t"},
    {REPORT(",\"location\":{\"lon\":25.3,\"lat\":117.42}"), FIELD_LAT, NULL, 25300000,
	"location-swapped\t\t\t"},
    {REPORT(",\"location\":{\"lon\":117.42}"), FIELD_LON, NULL, 0, "value-ignored\tlocation.lon\t\t"},
    {REPORT(",\"location\":{\"lon\":200,\"lat\":25}"), FIELD_LAT, NULL, 0, "value-ignored\tlocation.lon\t\t"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":100}"), FIELD_LON, NULL, 0,
	"value-ignored\tlocation.lon\t\t"},
    {REPORT(",\"location\":[117,25]"), FIELD_LON, NULL, 117000000, "form-mended\tlocation.lon\t\t"},
    {REPORT(",\"location\":[117]"), FIELD_LON, NULL, 0, "value-ignored\tlocation.lon\t\t"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":25,\"datum\":\"WGS-84\"}"), FIELD_DATUM, "wgs84", 1,
	"value-mended\tlocation.datum\tWGS-84\twgs84"},
    {REPORT(",\"location\":{\"lon\":117,\"lat\":25,\"datum\":\"bd09\"}"), FIELD_LON, NULL, 0,
	"value-ignored\tlocation.datum\tbd09\t\nvalue-ignored\tlocation.lon\t\t"},
    /* what is missing, what is left out of a step, what is too long */
    {CALL("incident.report", "{\"number\":\"N\"}"), FIELD_ADDRESS, NULL, 0,
	"missing\treceived_at\t\t\nmissing\taddress\t\t\nmissing\tdescription\t\t"},
    {CALL("incident.report",
	 "{\"number\":\"N\",\"received_at\":\"yesterday\",\"address\":\"\",\"description\":[]}"),
	FIELD_ADDRESS, "", 0, "value-ignored\treceived_at\tyesterday\t\nvalue-ignored\tdescription\t\t"},
    {REPORT(",\"key\":\"\""), FIELD_KEY, NULL, 0, "value-ignored\tkey\t\t"},
    {CALL("dispatch.arrive",
	 "{\"dispatch\":\"N-01\",\"text\":\"\",\"eta\":\"soon\",\"location\":{\"lat\":25}}"),
	FIELD_TEXT, NULL, 0, "value-ignored\teta\tsoon\t\nvalue-ignored\tlocation.lon\t\t"},
    {CALL("dispatch.arrive", "{\"dispatch\":\"N-01\",\"on_behalf\":\"李明\"}"), FIELD_PERSON, "李明", 0,
	"form-mended\ton_behalf.person\t\t"},
    {CALL("dispatch.add", "{\"number\":\"N\",\"unit\":\"Power\",\"role\":\"Assist\"}"), FIELD_UNIT, "power",
	0, "value-mended\tunit\tPower\tpower\nvalue-mended\trole\tAssist\tassist"},
};

static void what_is_clear_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(taken); i++) {
		struct rpc_request r = parsed(taken[i].line);
		print_message("%.140s\n  %s\n", taken[i].line, r.why.zh ? r.why.zh : "-");
		assert_int_equal(r.why.code, OK);
		const struct command *c = &r.command;
		const char *warnings = c->warnings ? warnings_text(c->warnings, a) : NULL;
		if (warnings)
			print_message("  %s\n", warnings);
		assert_true(text_eq(command_text(c, taken[i].field), taken[i].text));
		if (!taken[i].text || taken[i].number)
			assert_int_equal(command_int(c, taken[i].field), taken[i].number);
		assert_true(text_eq(warnings, taken[i].warnings));
	}
}

/* The instant of 10 July 2026, 05:52:30 in the city, as other systems write it. */
static const char *const instants[] = {"2026-07-10T05:52:30+0800", "2026-07-10T05:52:30+08",
    "2026-07-10T05:52:30", "2026-07-10 05:52:30", "2026-07-10 05:52:30.000 +08:00", "2026/7/10 5:52:30",
    "2026.07.10 05:52:30", "2026年7月10日 5时52分30秒", "20260710055230", "20260710T055230",
    "20260710T055230+0800", "20260709T215230Z",
    (" 2026-07-10\xC2\xA0"
     "05：52：30 "),
    "1783633950", "1783633950000", "2026-07-09 21:52:30Z", "2026-07-10,05:52:30"};

static void instants_are_taken_as_they_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(instants); i++) {
		const char *line = arena_printf(a,
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"dispatch.arrive\",\"params\":{\"dispatch\":"
		    "\"N-01\",\"at\":\"%s\"}}",
		    instants[i]);
		struct rpc_request r;
		request_parse(str_of(line), a, &r);
		print_message("%s %s\n", instants[i], r.why.zh ? r.why.zh : "-");
		assert_int_equal(r.why.code, OK);
		assert_int_equal(command_int(&r.command, FIELD_AT), INT64_C(1783633950000));
		assert_int_equal(r.command.warnings->n, 1);
		assert_int_equal(r.command.warnings->v[0].code, WARNING_TIME_MENDED);
		assert_string_equal(r.command.warnings->v[0].taken, "2026-07-10T05:52:30+08:00");
	}
}

/* Half an emoji, a NUL, bare control characters, bytes that are no UTF-8: U+FFFD, or what they are. */
static const struct {
	const char *in, *out, *warnings;
	size_t n;
} broken[] = {
#define BROKEN(bytes, text, told)                                                                            \
	{                                                                                                    \
		bytes, text, told, sizeof(bytes) - 1                                                         \
	}
    BROKEN("水管爆了\\ud83d", "水管爆了\xEF\xBF\xBD", "damaged-characters\ttext\t\t"),
    BROKEN("\\udca7水", "\xEF\xBF\xBD水", "damaged-characters\ttext\t\t"),
    BROKEN("\\ud83d\\ud83d\\udca7", "\xEF\xBF\xBD💧", "damaged-characters\ttext\t\t"),
    BROKEN("\\ud83d\\uff08", "\xEF\xBF\xBD（", "damaged-characters\ttext\t\t"), /* no half follows */
    BROKEN("\\ud83d\\udca7", "💧", NULL),
    BROKEN("a\\u0000b",
	"a\xEF\xBF\xBD"
	"b",
	"damaged-characters\ttext\t\t"),
    BROKEN("a\0b",
	"a\xEF\xBF\xBD"
	"b",
	"damaged-characters\ttext\t\t"),
    BROKEN("a\tb", "a\tb", NULL), /* bare, as programs that put JSON together by hand write it */
    BROKEN("a\r\nb", "a\nb", "line-ends\ttext\t\t"),
    BROKEN("水\xE7\xAE", "水\xEF\xBF\xBD\xEF\xBF\xBD",
	"damaged-characters\ttext\t\t"), /* cut inside a character */
    BROKEN("水\xFF", "水\xEF\xBF\xBD", "damaged-characters\ttext\t\t"),
    BROKEN("\xED\xA0\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "damaged-characters\ttext\t\t"),
    BROKEN("\xEF\xBF\xBD", "\xEF\xBF\xBD", "damaged-characters\ttext\t\t"),
    BROKEN("\\\\ud83d", "\\ud83d", NULL), /* a backslash that was meant */
};

static void what_is_broken_is_repaired(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		struct buf b = {0};
		struct rpc_request r;
		buf_text(&b, "\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":41,\"method\":\"incident.annotate\",");
		buf_text(&b, "\"params\":{\"number\":\"N\",\"text\":\"");
		buf_add(&b, broken[i].in, broken[i].n);
		buf_text(&b, "\"}}");
		request_parse(buf_view(&b), a, &r);
		print_message("%zu %s\n", i, r.why.zh ? r.why.zh : "-");
		assert_int_equal(r.why.code, OK);
		assert_string_equal(command_text(&r.command, FIELD_TEXT), broken[i].out);
		assert_true(text_eq(r.command.warnings ? warnings_text(r.command.warnings, a) : NULL,
		    broken[i].warnings));
		buf_free(&b);
	}
}

/* What cannot be read at all is answered to the right request, and names where it went wrong. */
static const struct {
	const char *line, *id, *field;
	size_t n;
} unreadable[] = {
#define UNREADABLE(bytes, its_id, its_field)                                                                 \
	{                                                                                                    \
		bytes, its_id, its_field, sizeof(bytes) - 1                                                  \
	}
    UNREADABLE("{\"jsonrpc\":\"2.0\",\"id\":41,\"method\":\"incident.report\",\"params\":{\"number\":\"N\","
	       "\"description\":\"a\\x\"}}",
	"41", "description"),
    UNREADABLE("{\"params\":{\"reporter\":{\"phone\":tel},\"number\":\"N\"},\"id\":\"q-1\"}", "\"q-1\"",
	"reporter.phone"),
    UNREADABLE("{\"id\":41,\"method\":\"incident.report\",\"params\":{\"area\":\"1\",\"area\":\"2\"}}", "41",
	"area"),
    UNREADABLE("{\"id\":41,\"params\":{\"location\":{\"lon\":117.4\0,\"lat\":25}}}", "41", "location.lon"),
    UNREADABLE("{\"id\":41,\"params\":{\"events\":true\0}}", "41", "events"),
    UNREADABLE("{\"id\":41,\"params\":{}}\0", "41", NULL),
    UNREADABLE("{\"id\":41,\"params\":{\"text\":\"cut", "41", "text"),
    UNREADABLE("{\"params\":{\"id\":7},\"id\":41,", "41", NULL),
    UNREADABLE("{\"id\":41,\"id\":42,\"method\":\"x\"}", NULL, "id"),
    UNREADABLE("{\"id\":4", "4", NULL),
    UNREADABLE("{\"id\":\"4", NULL, "id"),
    UNREADABLE("{\"id\":4.5,", NULL, NULL),
    UNREADABLE("[1", NULL, NULL),
};

static void what_cannot_be_read_is_answered_by_its_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unreadable); i++) {
		struct rpc_request r;
		request_parse((struct str){unreadable[i].line, unreadable[i].n}, a, &r);
		print_message("%s\n  %s %s\n", unreadable[i].line, r.why.zh, r.why.field ? r.why.field : "-");
		assert_int_equal(r.why.code, ERROR_PARSE);
		assert_int_equal(r.answer, unreadable[i].id != NULL);
		if (unreadable[i].id)
			assert_true(str_is(r.id, unreadable[i].id));
		if (unreadable[i].field)
			assert_string_equal(r.why.field, unreadable[i].field);
	}
}

static const char *const no_instants[] = {"2026-07-10", "05:52:30", "2026-13-10 05:52:30",
    "2026-02-30 05:52:30", "2026-07-10 25:00:00", "2026-07-10 05:60:00", "2026-07-10 05:52:30 PM", "20260710",
    "178363395", "17836339500000", "2026-07-10 05", "10/07/2026 05:52:30", "2026-07-10T05:52:30+24:00"};

static void what_is_no_instant_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(no_instants); i++) {
		struct command c = {.kind = COMMAND_DISPATCH_ARRIVE};
		struct refusal why;
		print_message("%s\n", no_instants[i]);
		assert_false(command_parse_field(&c, a, FIELD_AT, str_of(no_instants[i]), &why));
		assert_string_equal(why.field, "at");
	}
}

static void a_near_miss_is_named(void **state)
{
	(void)state;
	struct rpc_request r = parsed(CALL("incident.amend", "{\"number\":\"N\",\"catgory\":\"601301\"}"));
	assert_non_null(strstr(r.why.zh, "category"));
	r = parsed(CALL("incident.amend", "{\"number\":\"N\",\"reporter\":{\"phon\":\"1\"}}"));
	assert_non_null(strstr(r.why.zh, "phone"));
}

/* A report is taken all the same: what is meant is read, what is nothing is left out. */
static void a_report_with_a_wrong_name_is_taken(void **state)
{
	static const struct {
		const char *line;
		enum field meant;
		enum warning_code warned;
	} reports[] = {
	    {REPORT(",\"catgory\":\"601301\""), FIELD_CATEGORY, WARNING_PARAMETER_MENDED},
	    {REPORT(",\"Priority\":\"P1\""), FIELD_PRIORITY, WARNING_PARAMETER_MENDED},
	    {REPORT(",\"secretReporter\":true"), FIELD_SECRET_REPORTER, WARNING_PARAMETER_MENDED},
	    {REPORT(",\"reporter\":{\"Phone\":\"13959001234\"}"), FIELD_REPORTER_PHONE,
		WARNING_PARAMETER_MENDED},
	    {REPORT(",\"reporter\":{\"fone\":\"13959001234\"}"), FIELD_REPORTER_PHONE,
		WARNING_PARAMETER_UNKNOWN},
	    {REPORT(",\"location\":{\"lon\":117.4,\"lat\":25.3,\"alt\":9}"), FIELDS,
		WARNING_PARAMETER_UNKNOWN},
	    {REPORT(",\"kye\":\"K\""), FIELD_KEY, WARNING_PARAMETER_UNKNOWN},
	    {REPORT(",\"category\":\"601301\",\"catgory\":\"601302\""), FIELDS, WARNING_PARAMETER_UNKNOWN},
	    {REPORT(",\"extra\":{\"a\":[{}]}"), FIELDS, WARNING_PARAMETER_UNKNOWN},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(reports); i++) {
		struct rpc_request r = parsed(reports[i].line);
		bool mended = reports[i].warned == WARNING_PARAMETER_MENDED;
		print_message("%.100s\n", reports[i].line);
		assert_int_equal(r.why.code, OK);
		assert_true(warnings_have(r.command.warnings, reports[i].warned));
		if (reports[i].meant != FIELDS)
			assert_int_equal(command_has(&r.command, reports[i].meant), mended);
	}
	struct rpc_request r = parsed(REPORT(",\"category\":\"601301\",\"catgory\":\"601302\""));
	assert_string_equal(command_text(&r.command, FIELD_CATEGORY), "601301");
	r = parsed(REPORT(",\"catgory\":\"601302\",\"category\":\"601301\""));
	assert_int_equal(r.why.code, OK);
	assert_string_equal(command_text(&r.command, FIELD_CATEGORY), "601301");
}

static void too_many_members_never_reach_the_parser(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_char(&b, '[');
	for (int i = 0; i < 20000; i++)
		buf_text(&b, "{},");
	buf_text(&b, "{}]");
	struct rpc_request r;
	arena_reset(a);
	request_parse(buf_view(&b), a, &r);
	assert_int_equal(r.why.code, ERROR_PARSE);
	assert_non_null(strstr(r.why.en, "2000"));
	buf_free(&b);
}

/* A tree that is larger than its room is read like any other, and the next one is, too. */
static void a_large_tree_is_read(void **state)
{
	struct buf b = {0};
	struct rpc_request r;

	(void)state;
	buf_text(&b,
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"incident.annotate\",\"params\":{\"number\":[");
	for (int i = 0; i < 900; i++)
		buf_printf(&b, "[\"%040d\"],", i);
	buf_text(&b, "1],\"text\":\"水\"}}");
	for (int i = 0; i < 3; i++) {
		arena_reset(a);
		request_parse(buf_view(&b), a, &r);
		assert_int_equal(r.why.code, ERROR_PARAMS);
		assert_string_equal(r.why.field, "number");
		assert_string_equal(r.id.p, "7");
		r = parsed("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"incident.annotate\",\"params\":{"
			   "\"number\":\"N\","
			   "\"text\":\"水\"}}");
		assert_int_equal(r.why.code, OK);
		assert_string_equal(command_text(&r.command, FIELD_TEXT), "水");
	}
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
	struct rpc_request r;
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
		struct rpc_request r;
		arena_reset(a);
		request_parse(buf_view(&b), a, &r);
		assert_int_equal(r.why.code, OK);
		assert_int_equal(r.command.warnings ? r.command.warnings->n : 0, n > 4000);
		if (n > 4000)
			assert_int_equal(r.command.warnings->v[0].code, WARNING_TEXT_SPLIT);
		assert_int_equal(utf8_count(str_of(command_text(&r.command, FIELD_TEXT))), n);
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
		struct rpc_request r;
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
	request_wipes_memory(); /* as front ends do */
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
	    cmocka_unit_test(what_is_clear_is_taken),
	    cmocka_unit_test(instants_are_taken_as_they_are_written),
	    cmocka_unit_test(what_is_broken_is_repaired),
	    cmocka_unit_test(what_cannot_be_read_is_answered_by_its_id),
	    cmocka_unit_test(what_is_no_instant_is_refused),
	    cmocka_unit_test(a_near_miss_is_named),
	    cmocka_unit_test(a_report_with_a_wrong_name_is_taken),
	    cmocka_unit_test(too_many_members_never_reach_the_parser),
	    cmocka_unit_test(a_large_tree_is_read),
	    cmocka_unit_test(the_scan_knows_texts),
	    cmocka_unit_test(texts_have_their_lengths),
	    cmocka_unit_test(a_body_may_not_say_what_the_path_said),
	    cmocka_unit_test(every_prefix_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
