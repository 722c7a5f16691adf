/* exchange_message.c - what a partner's message means, and what becomes of it: every state against every dispatch. */
#include "arena_fixture.h"

#include "domain/warning.h"
#include "exchange/exchange.h"

static struct exchange_rule rules[] = {
    {.node = "3", .act = EXCHANGE_RETURN},
    {.node = "8", .act = EXCHANGE_REDO},
    {.node = "DYYY", .act = EXCHANGE_CALLBACK},
    {.node = "YQ", .act = EXCHANGE_EXTEND},
    {.node = "JC", .act = EXCHANGE_REPORT},
    {.state = "1", .act = EXCHANGE_ACKNOWLEDGE},
    {.state = "3", .act = EXCHANGE_ACCEPT},
    {.state = "4", .act = EXCHANGE_COMPLETE},
    {.state = "5", .act = EXCHANGE_ARCHIVE},
    {.state = "9", .act = EXCHANGE_IGNORE},
};
static struct exchange_code reasons[] = {{"1", "not-our-duty"}, {"2", "not-our-area"}};
static struct exchange_code categories[] = {{"1", "601301"}}, areas[] = {{"1", "350881001"}};

static struct exchange_partner partner(void)
{
	return (struct exchange_partner){.id = "hotline",
	    .person = "12345中心",
	    .numbers = "12345-",
	    .receive = {.rules = rules,
		.n_rules = sizeof rules / sizeof *rules,
		.reasons = {reasons, 2},
		.categories = {categories, 1},
		.areas = {areas, 1},
		.fields = {[EXCHANGE_DISPATCH] = "PJDBH",
		    [EXCHANGE_INCIDENT] = "JJDBH",
		    [EXCHANGE_TICKET] = "data.flowid",
		    [EXCHANGE_STATE] = "state",
		    [EXCHANGE_NODE] = "node",
		    [EXCHANGE_TIME] = "CZSJ",
		    [EXCHANGE_TEXT] = "CLJG",
		    [EXCHANGE_REASON] = "THYY",
		    [EXCHANGE_UNTIL] = "YQSJ",
		    [EXCHANGE_GRADE] = "MYD",
		    [EXCHANGE_CATEGORY] = "SJLB",
		    [EXCHANGE_AREA] = "QYBM",
		    [EXCHANGE_DESCRIPTION] = "SJNR"}}};
}

static const struct exchange_case fresh = {.number = "A", .dispatch = "A-01"};
static const struct exchange_case done = {
    .number = "A", .dispatch = "A-01", .result = "修好", .acknowledged = true, .completed = true};

/* Understood and decided about that dispatch. */
static enum exchange_verdict decided(const char *json, const struct exchange_case *about, struct command *c,
    struct refusal *why)
{
	struct exchange_partner p = partner();
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	struct exchange_message m;

	*why = (struct refusal){.code = OK};
	assert_true(exchange_body_read(CONTENT_JSON, str_of(json), arena, b));
	assert_true(exchange_understand(&p, b, arena, &m, why));
	return exchange_decide(&p, &m, about, arena, c, why);
}

static const char *refused_field(const char *json)
{
	struct exchange_partner p = partner();
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	struct exchange_message m;
	struct refusal why = {.code = OK};

	assert_true(exchange_body_read(CONTENT_JSON, str_of(json), arena, b));
	assert_false(exchange_understand(&p, b, arena, &m, &why));
	assert_int_equal(why.code, ERROR_PARAMS);
	return why.field;
}

static const char *key_of(const char *json)
{
	struct exchange_partner p = partner();
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	struct exchange_message *m = arena_alloc(arena, sizeof *m);
	struct refusal why = {.code = OK};

	assert_true(exchange_body_read(CONTENT_JSON, str_of(json), arena, b));
	assert_true(exchange_understand(&p, b, arena, m, &why));
	return m->key;
}

#define SAID(rest) "{\"PJDBH\":\"A-01\",\"data\":{\"flowid\":7},\"CZSJ\":\"20260302100500\"," rest "}"

static void states_are_acts(void **state)
{
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided(SAID("\"state\":1"), &fresh, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_ACKNOWLEDGE);
	assert_string_equal(command_text(&c, FIELD_DISPATCH), "A-01");
	assert_string_equal(command_text(&c, FIELD_PERSON), "12345中心");
	assert_string_equal(command_text(&c, FIELD_TICKET), "7");
	/* 2026-03-02 10:05 in Shanghai is 02:05 UTC, 20,514 days and 7,500 s after 1970 */
	assert_true(command_int(&c, FIELD_AT) == (INT64_C(20514) * 86400 + 7500) * 1000);
	assert_int_equal(decided(SAID("\"state\":\"3\""), &fresh, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_PROGRESS);
	assert_int_equal(decided(SAID("\"state\":4,\"CLJG\":\"修好\""), &fresh, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_COMPLETE);
	assert_string_equal(command_text(&c, FIELD_RESULT), "修好");
	assert_int_equal(decided(SAID("\"state\":5,\"MYD\":\"4\""), &fresh, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
	assert_string_equal(command_text(&c, FIELD_TEXT), "12345中心归档,评价 4");
	assert_int_equal(decided(SAID("\"state\":9"), &fresh, &c, &why), EXCHANGE_NOTHING);
}

static void nodes_go_before_states(void **state)
{
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided(SAID("\"state\":1,\"node\":3,\"THYY\":\"2\""), &fresh, &c, &why),
	    EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_RETURN);
	assert_string_equal(command_text(&c, FIELD_REASON_CODE), "not-our-area");
	/* no reason is recorded that they did not give: the desk is told, and they are */
	assert_int_equal(decided(SAID("\"node\":3,\"THYY\":\"没见过\""), &fresh, &c, &why), EXCHANGE_REFUSE);
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
	assert_non_null(strstr(command_text(&c, FIELD_TEXT), "没见过"));
	assert_string_equal(why.field, "THYY");
	assert_int_equal(decided(SAID("\"node\":3"), &fresh, &c, &why), EXCHANGE_REFUSE);
	assert_int_equal(decided(SAID("\"node\":\"YQ\",\"YQSJ\":\"20260304100000\""), &fresh, &c, &why),
	    EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_EXTEND);
	assert_true(command_int(&c, FIELD_UNTIL) == (INT64_C(20516) * 86400 + 7200) * 1000);
	assert_int_equal(decided(SAID("\"node\":8"), &fresh, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_PROGRESS);
}

static void what_is_late_changes_nothing(void **state)
{
	const struct exchange_case taken = {.number = "A", .dispatch = "A-01", .acknowledged = true};
	const struct exchange_case returning = {.number = "A", .dispatch = "A-01", .returning = true};
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided(SAID("\"state\":1"), &taken, &c, &why), EXCHANGE_NOTHING);
	assert_int_equal(decided(SAID("\"state\":1"), &done, &c, &why), EXCHANGE_NOTHING);
	assert_int_equal(decided(SAID("\"state\":3"), &done, &c, &why), EXCHANGE_NOTHING);
	assert_int_equal(decided(SAID("\"state\":4,\"CLJG\":\"修好\""), &done, &c, &why), EXCHANGE_NOTHING);
	assert_int_equal(decided(SAID("\"node\":3"), &returning, &c, &why), EXCHANGE_NOTHING);
	assert_int_equal(decided(SAID("\"node\":8"), &done, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE); /* it is the desk's to reopen */
	assert_int_equal(decided(SAID("\"state\":5"), &done, &c, &why), EXCHANGE_DO);
}

/* Whatever comes too late to change anything: its words are a note, in whose words nothing is lost. */
static void late_words_are_kept(void **state)
{
	const struct exchange_case taken = {.number = "A", .dispatch = "A-01", .acknowledged = true};
	const struct exchange_case returning = {.number = "A", .dispatch = "A-01", .returning = true};
	const struct exchange_case withdrawn = {.number = "A", .dispatch = "A-01", .withdrawn = true};
	const struct {
		const char *json, *note;
		const struct exchange_case *about;
		bool warned;
	} cases[] = {
	    {SAID("\"state\":1,\"CLJG\":\"晚\""), "12345中心之后又报来签收:晚", &taken, false},
	    {SAID("\"state\":1,\"CLJG\":\"晚\""), "12345中心之后又报来签收:晚", &done, false},
	    {SAID("\"state\":3,\"CLJG\":\"晚\""), "12345中心之后又报来受理、交办:晚", &done, false},
	    {SAID("\"state\":4,\"CLJG\":\"答错了\""), "12345中心之后又报来办结:答错了", &done, false},
	    {SAID("\"node\":\"YQ\",\"YQSJ\":\"20260304100000\",\"CLJG\":\"等\""),
		"12345中心之后又报来申请延期:等", &done, false},
	    {SAID("\"node\":3,\"CLJG\":\"请转龙岩\""), "12345中心已申请退回,又补充:请转龙岩", &returning,
		false},
	    {SAID("\"state\":1"), "12345中心在联动指令 A-01 撤回之后报来签收,没有照办", &withdrawn, true},
	    {SAID("\"state\":4,\"CLJG\":\"好了\""), "12345中心在联动指令 A-01 撤回之后报来办结,没有照办:好了",
		&withdrawn, true},
	    {SAID("\"node\":3,\"THYY\":\"1\""), "12345中心在联动指令 A-01 撤回之后报来退回,没有照办",
		&withdrawn, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command c;
		struct refusal why;

		assert_int_equal(decided(cases[i].json, cases[i].about, &c, &why), EXCHANGE_DO);
		assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
		assert_string_equal(command_text(&c, FIELD_TEXT), cases[i].note);
		assert_int_equal(c.warnings && warnings_have(c.warnings, WARNING_WITHDRAWN), cases[i].warned);
	}
}

/* Another number than before is taken and said; one that is another dispatch's is not guessed about. */
static void numbers_that_do_not_fit_are_said(void **state)
{
	struct exchange_case about = {.number = "A", .dispatch = "A-01"};
	struct command c;
	struct refusal why;

	(void)state;
	about.holder = "B-01"; /* of ours no number is known: they may have made one matter of two */
	assert_int_equal(decided(SAID("\"state\":1"), &about, &c, &why), EXCHANGE_DO);
	assert_null(c.warnings);
	about.ticket = "7";
	assert_int_equal(decided(SAID("\"state\":1"), &about, &c, &why), EXCHANGE_DO);
	assert_null(c.warnings);
	about.ticket = "6";
	assert_int_equal(decided(SAID("\"state\":4,\"CLJG\":\"x\""), &about, &c, &why), EXCHANGE_REFUSE);
	assert_int_equal(why.code, ERROR_CONFLICT);
	assert_string_equal(why.field, "data.flowid");
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
	assert_non_null(strstr(command_text(&c, FIELD_TEXT), "工单号却是 B-01 的"));
	about.holder = NULL;
	assert_int_equal(decided(SAID("\"state\":4,\"CLJG\":\"x\""), &about, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_DISPATCH_COMPLETE);
	assert_true(warnings_have(c.warnings, WARNING_TICKET_CHANGED));
	about.acknowledged = true; /* where nothing is to be done, the note has it */
	assert_int_equal(decided(SAID("\"state\":1"), &about, &c, &why), EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
	assert_non_null(strstr(command_text(&c, FIELD_TEXT), "工单号 7 与此前的 6 不同"));
	assert_true(warnings_have(c.warnings, WARNING_TICKET_CHANGED));
}

static void a_return_after_the_end_is_refused_and_shown(void **state)
{
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided(SAID("\"node\":3"), &done, &c, &why), EXCHANGE_REFUSE);
	assert_int_equal(why.code, ERROR_WRONG_STATE);
	assert_int_equal(c.kind, COMMAND_INCIDENT_ANNOTATE);
	assert_string_equal(command_text(&c, FIELD_NUMBER), "A");
}

static void a_police_matter_is_an_incident(void **state)
{
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided("{\"node\":\"JC\",\"data\":{\"flowid\":\"F7\"},\"SJNR\":\"打架\"}", NULL, &c,
			     &why),
	    EXCHANGE_DO);
	assert_int_equal(c.kind, COMMAND_INCIDENT_REPORT);
	assert_string_equal(command_text(&c, FIELD_NUMBER), "12345-F7");
	assert_string_equal(command_text(&c, FIELD_DESCRIPTION), "打架");
}

static void what_is_missing_is_named_as_they_call_it(void **state)
{
	(void)state;
	assert_string_equal(refused_field(SAID("\"state\":4")), "CLJG");
	assert_string_equal(refused_field(SAID("\"state\":77")), "state");
	assert_string_equal(refused_field(SAID("\"node\":\"YQ\",\"YQSJ\":\"soon\"")), "YQSJ");
	assert_string_equal(refused_field("{\"PJDBH\":\"A-01\",\"node\":77}"), "node");
	assert_string_equal(refused_field("{\"state\":1}"), "PJDBH");
	assert_string_equal(refused_field("{\"node\":\"JC\",\"SJNR\":\"x\"}"), "data.flowid");
}

/* The same message has the same key; one that says anything else that has a name here has another. */
static void the_key_is_of_all_that_is_said(void **state)
{
	const char *one = key_of(SAID("\"state\":1"));

	(void)state;
	assert_string_equal(one, key_of(SAID("\"state\":1,\"more\":\"that has no name here\"")));
	assert_string_not_equal(one, key_of(SAID("\"state\":1,\"CLJG\":\"x\"")));
	assert_string_not_equal(one, key_of(SAID("\"state\":3")));
	assert_string_not_equal(one, key_of(SAID("\"state\":1,\"node\":8")));
	assert_string_not_equal(one,
	    key_of("{\"PJDBH\":\"A-01\",\"data\":{\"flowid\":8},\"CZSJ\":\"20260302100500\",\"state\":1}"));
	assert_string_not_equal(one,
	    key_of("{\"PJDBH\":\"A-01\",\"data\":{\"flowid\":7},\"CZSJ\":\"20260302100501\",\"state\":1}"));
}

/* What cannot be read is taken as it came, and said; so is what is ahead of us, or before the instruction. */
static void times_that_cannot_be_are_not_taken(void **state)
{
	/* 2026-03-02 10:05 in Shanghai */
	static const int64_t at = (INT64_C(20514) * 86400 + 7500) * 1000, minute = 60000;
	static const struct {
		const char *said, *noted; /* NULL: nothing */
		int64_t now, issued;
	} cases[] = {
	    {"20260302100500", NULL, at, at - minute},
	    {"20260302100500", NULL, at - 5 * minute, at - 9 * minute}, /* as far as clocks may differ */
	    {"20260302100500", "晚于收到的时刻", at - 5 * minute - 1, at - 9 * minute},
	    {"20260302100500", "(3月2日 10:05)晚于收到的时刻", at - 40 * minute, at - 50 * minute},
	    {"20260302100500", NULL, at + 9 * minute, at + 5 * minute},
	    {"20260302100500", "早于联动指令下达", at + 9 * minute, at + 5 * minute + 1},
	    {"bad", "看不懂(bad)", at, at},
	    {"19991231235959", "看不懂(19991231235959)", at, at},
	};
	struct exchange_partner p = partner();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exchange_case about = {
		    .number = "A", .dispatch = "A-01", .issued_at = cases[i].issued};
		struct exchange_body *b = arena_alloc(arena, sizeof *b);
		struct exchange_message m;
		struct refusal why = {.code = OK};
		struct command c, note;
		const char *json =
		    arena_printf(arena, "{\"PJDBH\":\"A-01\",\"state\":1,\"CZSJ\":\"%s\"}", cases[i].said);

		assert_true(exchange_body_read(CONTENT_JSON, str_of(json), arena, b));
		assert_true(exchange_understand(&p, b, arena, &m, &why));
		assert_int_equal(exchange_decide(&p, &m, &about, arena, &c, &why), EXCHANGE_DO);
		assert_int_equal(command_has(&c, FIELD_AT), m.at != 0);
		assert_int_equal(c.warnings && warnings_have(c.warnings, WARNING_IGNORED), m.at == 0);
		assert_int_equal(exchange_note_time(&p, &m, &about, cases[i].now, arena, &note),
		    cases[i].noted != NULL);
		if (!cases[i].noted)
			continue;
		assert_int_equal(note.kind, COMMAND_INCIDENT_ANNOTATE);
		assert_string_equal(command_text(&note, FIELD_NUMBER), "A");
		assert_string_not_equal(command_text(&note, FIELD_KEY), command_text(&c, FIELD_KEY));
		assert_non_null(strstr(command_text(&note, FIELD_TEXT), cases[i].noted));
		assert_non_null(strstr(command_text(&note, FIELD_TEXT), "A-01 按收到的时刻记"));
	}
}

/* Every field of ours that a message fills has the name that the message has for it. */
static void answers_are_in_their_words(void **state)
{
	static const struct {
		const char *json, *ours, *theirs;
	} cases[] = {
	    {SAID("\"state\":1"), "dispatch", "PJDBH"},
	    {SAID("\"state\":1"), "number", "JJDBH"},
	    {SAID("\"state\":1"), "ticket", "data.flowid"},
	    {SAID("\"state\":1"), "at", "CZSJ"},
	    {SAID("\"state\":4,\"CLJG\":\"x\""), "result", "CLJG"},
	    {SAID("\"node\":\"YQ\",\"YQSJ\":\"20260304100000\",\"CLJG\":\"x\""), "until", "YQSJ"},
	    {SAID("\"node\":\"YQ\",\"YQSJ\":\"20260304100000\",\"CLJG\":\"x\""), "reason", "CLJG"},
	    {SAID("\"node\":\"YQ\",\"YQSJ\":\"20260304100000\",\"THYY\":\"x\""), "reason", "THYY"},
	    {SAID("\"node\":3,\"THYY\":\"1\",\"CLJG\":\"x\""), "reason", "THYY"},
	    {SAID("\"node\":3,\"THYY\":\"1\""), "text", "THYY"},
	    {"{\"node\":\"JC\",\"data\":{\"flowid\":\"F\"},\"SJNR\":\"x\"}", "number", "data.flowid"},
	    {"{\"node\":\"JC\",\"data\":{\"flowid\":\"F\"},\"SJNR\":\"x\"}", "received_at", "CZSJ"},
	    {"{\"node\":\"JC\",\"data\":{\"flowid\":\"F\"},\"SJNR\":\"x\"}", "description", "SJNR"},
	    {SAID("\"state\":1"), "key", NULL},
	    {SAID("\"state\":1"), "area", "QYBM"},
	    {SAID("\"state\":1"), "address", NULL}, /* this partner has no name for it */
	    {SAID("\"state\":1"), NULL, NULL},
	};
	struct exchange_partner p = partner();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exchange_body *b = arena_alloc(arena, sizeof *b);
		struct exchange_message m;
		struct refusal why = {.code = OK};

		assert_true(exchange_body_read(CONTENT_JSON, str_of(cases[i].json), arena, b));
		assert_true(exchange_understand(&p, b, arena, &m, &why));
		if (cases[i].theirs)
			assert_string_equal(exchange_their_name(&p, &m, cases[i].ours), cases[i].theirs);
		else
			assert_null(exchange_their_name(&p, &m, cases[i].ours));
	}
}

static void sentences_are_in_their_words(void **state)
{
	struct exchange_partner p = partner();
	struct exchange_message m = {.act = EXCHANGE_EXTEND};

	(void)state;
	assert_string_equal(exchange_their_words(&p, &m, "until",
				"until 应晚于现在的时限,untilx、x.until 不是", arena),
	    "YQSJ 应晚于现在的时限,untilx、x.until 不是");
	assert_string_equal(exchange_their_words(&p, &m, "key", "key 太长", arena), "key 太长");
	assert_null(exchange_their_words(&p, &m, "until", NULL, arena));
}

#define WARNED                                                                                               \
	"{\"warnings\":[{\"code\":\"time-in-future\",\"field\":\"at\",\"detail\":\"at 2026 "                 \
	"晚于系统时钟\"}],\"seq\":7}"

static void replies_have_the_warnings(void **state)
{
	struct exchange_partner p = partner();
	struct exchange_message m = {.act = EXCHANGE_ACKNOWLEDGE};
	const char *said = ",\"warnings\":[{\"code\":\"time-in-future\",\"field\":\"CZSJ\",\"detail\":"
			   "\"CZSJ 2026 晚于系统时钟\"}]}";

	(void)state;
	assert_string_equal(exchange_reply(&p, &m, STR("{\"warnings\":[],\"seq\":7}"), arena).p,
	    "{\"code\":0,\"msg\":\"ok\"}");
	assert_string_equal(exchange_reply(&p, &m, STR(WARNED), arena).p,
	    arena_printf(arena, "{\"code\":0,\"msg\":\"ok\"%s", said));
	p.receive.reply = "{\"result\":\"success\"}";
	assert_string_equal(exchange_reply(&p, &m, STR(WARNED), arena).p,
	    arena_printf(arena, "{\"result\":\"success\"%s", said));
	p.receive.reply = "ok"; /* no object: as it is */
	assert_string_equal(exchange_reply(&p, &m, STR(WARNED), arena).p, "ok");
}

static void bodies_are_bounded(void **state)
{
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	struct buf json = {0};

	(void)state;
	assert_false(exchange_body_read(CONTENT_JSON, STR("[1]"), arena, b));
	assert_false(exchange_body_read(CONTENT_JSON, STR(""), arena, b));
	assert_false(exchange_body_read(CONTENT_JSON, STR("{\"a\":1,\"a\":2}"), arena, b));
	assert_true(exchange_body_read(CONTENT_JSON,
	    STR("{\"a\":{\"b\":{\"c\":\"x\"}},\"n\":null,\"l\":[1],\"t\":true}"), arena, b));
	assert_string_equal(exchange_body_text(b, "a.b.c"), "x");
	assert_string_equal(exchange_body_text(b, "t"), "true");
	assert_null(exchange_body_text(b, "n"));
	assert_null(exchange_body_text(b, "l"));
	assert_false(exchange_body_read(CONTENT_JSON,
	    STR("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}"), arena, b));
	buf_text(&json, "{\"x\":0");
	for (int i = 0; i < EXCHANGE_MEMBERS; i++)
		buf_printf(&json, ",\"m%d\":1", i);
	buf_char(&json, '}');
	assert_false(exchange_body_read(CONTENT_JSON, buf_view(&json), arena, b));
	buf_free(&json);
}

static void what_is_sent_is_filled_from_facts(void **state)
{
	struct exchange_member body[] = {
	    {"PJDBH", "{dispatch}"}, {"T", "编号 {number}{nothing}"}, {"J", "{\"a\":1}"}};
	struct exchange_partner p = {.send = {.body = body,
					 .n_body = 3,
					 .ok_field = "code",
					 .ok_value = "0",
					 .ticket_field = "data.flowid"}};
	const struct exchange_member facts[] = {{"dispatch", "A-01"}, {"number", "A\""}};
	struct buf b = {0};
	const char *ticket;

	(void)state;
	exchange_compose(CONTENT_JSON, body, 3, facts, 2, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, "{\"PJDBH\":\"A-01\",\"T\":\"编号 A\\\"\",\"J\":\"{\\\"a\\\":1}\"}");
	buf_free(&b);
	assert_true(exchange_taken(&p, 200, STR("{\"code\":0,\"data\":{\"flowid\":\"F1\"}}"), arena,
	    &ticket));
	assert_string_equal(ticket, "F1");
	assert_false(exchange_taken(&p, 200, STR("{\"code\":500}"), arena,
	    &ticket)); /* 200 alone is no success */
	assert_false(exchange_taken(&p, 200, STR("<html>"), arena, &ticket));
	assert_false(exchange_taken(&p, 503, STR("{\"code\":0}"), arena, &ticket));
}

static void forms_are_read_and_written(void **state)
{
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	static const char *const bad[] = {"", "a=1&a=2", "=1", "a=%zz", "a=%00", "a=%ff", "a=1&&b=2"};
	struct exchange_member body[] = {
	    {"order no", "{dispatch}"}, {"text", "修 & 好 100%"}, {"none", "{nothing}"}};
	const struct exchange_member facts[] = {{"dispatch", "A-01"}};
	struct buf form = {0};

	(void)state;
	assert_true(exchange_body_read(CONTENT_FORM, STR("a.b=1+2&c=%E4%BF%AE%26&d="), arena, b));
	assert_string_equal(exchange_body_text(b, "a.b"), "1 2");
	assert_string_equal(exchange_body_text(b, "c"), "修&");
	assert_null(exchange_body_text(b, "d"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(exchange_body_read(CONTENT_FORM, str_of(bad[i]), arena, b));
	exchange_compose(CONTENT_FORM, body, 3, facts, 1, &form);
	buf_char(&form, '\0');
	assert_string_equal(form.p, "order%20no=A-01&text=%E4%BF%AE%20%26%20%E5%A5%BD%20100%25&none=");
	form.n--;
	assert_true(exchange_body_read(CONTENT_FORM, buf_view(&form), arena, b));
	assert_string_equal(exchange_body_text(b, "text"), "修 & 好 100%");
	buf_free(&form);
}

/* What is open there: objects, or bare numbers; what has neither number is not understood. */
static void what_is_open_there_is_read(void **state)
{
	struct exchange_partner p = {.send = {.ok_field = "code", .ok_value = "0"},
	    .compare = {.list = "data.rows", .dispatch = "no", .ticket = "id"}};
	static const char *const bad[] = {"{\"code\":1,\"data\":{\"rows\":[]}}", "{\"code\":0,\"data\":{}}",
	    "{\"code\":0,\"data\":{\"rows\":[{\"x\":1}]}}", "{\"code\":0,\"data\":{\"rows\":[[]]}}", "[]"};
	struct exchange_open *v;
	int n;

	(void)state;
	assert_true(exchange_open_read(&p, 200,
	    STR("{\"code\":0,\"data\":{\"rows\":[{\"no\":\"A-01\",\"id\":7},{\"id\":\"F8\"}]}}"), arena, &v,
	    &n));
	assert_int_equal(n, 2);
	assert_string_equal(v[0].dispatch, "A-01");
	assert_string_equal(v[0].ticket, "7");
	assert_null(v[1].dispatch);
	assert_string_equal(v[1].ticket, "F8");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(exchange_open_read(&p, 200, str_of(bad[i]), arena, &v, &n));
	assert_false(exchange_open_read(&p, 500, STR("{\"code\":0,\"data\":{\"rows\":[]}}"), arena, &v, &n));
	p.compare.dispatch = p.compare.ticket = NULL;
	assert_true(exchange_open_read(&p, 200, STR("{\"code\":0,\"data\":{\"rows\":[\"A-01\"]}}"), arena, &v,
	    &n));
	assert_string_equal(v[0].dispatch, "A-01");
}

static void tell(void *arg, const char *dispatch, enum exchange_difference d)
{
	buf_printf(arg, "%c%s ", d == ONLY_OURS ? '+' : '-', dispatch);
}

static void open_matters_are_compared(void **state)
{
	const char *ours[] = {"C-01", "A-01", "B-01"}, *theirs[] = {"D-01", "B-01", "A-01"};
	struct buf b = {0};

	(void)state;
	exchange_compare(ours, 3, theirs, 3, tell, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, "+C-01 -D-01 ");
	buf_reset(&b);
	exchange_compare(ours, 3, ours, 3, tell, &b);
	assert_int_equal(b.n, 0);
	exchange_compare(NULL, 0, theirs, 1, tell, &b);
	assert_int_equal(b.n, 6);
	buf_reset(&b);
	exchange_compare((const char *[]){"A-01"}, 1, (const char *[]){"A-01", "A-01", "A-01"}, 3, tell, &b);
	assert_int_equal(b.n, 0); /* what is listed twice is there once */
	buf_free(&b);
}

/* Each by its own list, though the codes are the same; what is in none is taken as it is said. */
static void a_report_in_the_codes_of_the_centre(void **state)
{
	struct command c;
	struct refusal why;

	(void)state;
	assert_int_equal(decided("{\"node\":\"JC\",\"data\":{\"flowid\":\"F1\"},\"SJLB\":\"1\",\"QYBM\":"
				 "\"1\",\"SJNR\":\"水管爆了\"}",
			     NULL, &c, &why),
	    EXCHANGE_DO);
	assert_string_equal(command_text(&c, FIELD_CATEGORY), "601301");
	assert_string_equal(command_text(&c, FIELD_AREA), "350881001");
	assert_int_equal(decided("{\"node\":\"JC\",\"data\":{\"flowid\":\"F2\"},\"QYBM\":\"菁城街道\","
				 "\"SJNR\":\"水管爆了\"}",
			     NULL, &c, &why),
	    EXCHANGE_DO);
	assert_string_equal(command_text(&c, FIELD_AREA), "菁城街道");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_report_in_the_codes_of_the_centre),
	    cmocka_unit_test(states_are_acts),
	    cmocka_unit_test(nodes_go_before_states),
	    cmocka_unit_test(what_is_late_changes_nothing),
	    cmocka_unit_test(late_words_are_kept),
	    cmocka_unit_test(numbers_that_do_not_fit_are_said),
	    cmocka_unit_test(a_return_after_the_end_is_refused_and_shown),
	    cmocka_unit_test(a_police_matter_is_an_incident),
	    cmocka_unit_test(what_is_missing_is_named_as_they_call_it),
	    cmocka_unit_test(the_key_is_of_all_that_is_said),
	    cmocka_unit_test(times_that_cannot_be_are_not_taken),
	    cmocka_unit_test(answers_are_in_their_words),
	    cmocka_unit_test(sentences_are_in_their_words),
	    cmocka_unit_test(replies_have_the_warnings),
	    cmocka_unit_test(bodies_are_bounded),
	    cmocka_unit_test(what_is_sent_is_filled_from_facts),
	    cmocka_unit_test(forms_are_read_and_written),
	    cmocka_unit_test(what_is_open_there_is_read),
	    cmocka_unit_test(open_matters_are_compared),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
