/* wire_notice_message.c - what is said over the notifier's socket goes round whole, or not at all. */
#include "arena_fixture.h"

#include "wire/notice_message.h"

static struct buf body;

static int end(void **state)
{
	buf_free(&body);
	return teardown(state);
}

static struct str packed(const struct notice_ask *k)
{
	buf_reset(&body);
	notice_ask_pack(&body, k);
	return buf_view(&body);
}

static struct notice_ask receipt(void)
{
	return (struct notice_ask){.way = NOTICE_RECEIPT,
	    .name = "water-sms",
	    .secret = "s3cret",
	    .headers = {{"content-type", "application/json"}, {"x-city-sign", ""}},
	    .n_headers = 2,
	    .body = STR("[{\"sid\":\"a\0b\"}]")};
}

/* Each prefix in memory of exactly its size, and one byte too many: all of them are refused. */
static void refuses_cuts(bool answer)
{
	for (size_t cut = 0; cut <= body.n + 1; cut++) {
		char *copy = test_malloc(cut + 1);
		struct str s = {copy, cut};
		struct notice_ask k;
		struct notice_answer r;
		bool good;

		memcpy(copy, body.p, cut < body.n ? cut : body.n);
		if (cut > body.n)
			copy[body.n] = 0;
		good = answer ? notice_answer_unpack(s, arena, &r) : notice_ask_unpack(s, arena, &k);
		assert_int_equal(good, cut == body.n);
		test_free(copy);
	}
}

static void a_receipt_is_handed_over_as_it_came(void **state)
{
	struct notice_ask in = receipt(), out;

	(void)state;
	assert_true(notice_ask_unpack(packed(&in), arena, &out));
	assert_int_equal(out.way, NOTICE_RECEIPT);
	assert_string_equal(out.name, "water-sms");
	assert_string_equal(out.secret, "s3cret");
	assert_int_equal(out.n_headers, 2);
	assert_string_equal(notice_header(&out, "content-type"), "application/json");
	assert_string_equal(notice_header(&out, "x-city-sign"), "");
	assert_null(notice_header(&out, "x-city"));
	assert_true(out.body.n == in.body.n && memcmp(out.body.p, in.body.p, in.body.n) == 0);
	refuses_cuts(false);
}

static void a_command_brings_who_asks(void **state)
{
	struct notice_ask in = {.way = NOTICE_COMMAND, .english = true}, out;

	(void)state;
	in.command =
	    (struct command){.kind = COMMAND_STATUS_GET, .who = {"water-1", ROLE_LIAISON, "water", NULL}};
	command_set_text(&in.command, FIELD_UNIT, "water");
	assert_true(notice_ask_unpack(packed(&in), arena, &out));
	assert_true(out.english && out.way == NOTICE_COMMAND && !out.name && !out.secret);
	assert_int_equal(out.command.kind, COMMAND_STATUS_GET);
	assert_int_equal(out.command.who.role, ROLE_LIAISON);
	assert_string_equal(out.command.who.unit, "water");
	assert_string_equal(command_text(&out.command, FIELD_UNIT), "water");
	refuses_cuts(false);
}

/* A way brings what it needs and nothing else: no command beside a body of a stranger. */
static void what_does_not_belong_together_is_refused(void **state)
{
	struct notice_ask k = receipt(), out;

	(void)state;
	k.secret = NULL;
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k = receipt();
	k.way = NOTICE_EXCHANGE;
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k.secret = NULL;
	assert_true(notice_ask_unpack(packed(&k), arena, &out));
	k.name = NULL;
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k = (struct notice_ask){.way = NOTICE_COMMAND, .command = {.kind = COMMAND_STATUS_GET}, .name = "x"};
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k = receipt();
	k.way = NOTICE_WAYS;
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
}

static void counts_are_asked_for_with_nothing_else(void **state)
{
	struct notice_ask k = {.way = NOTICE_COUNTS}, out;

	(void)state;
	assert_true(notice_ask_unpack(packed(&k), arena, &out));
	assert_int_equal(out.way, NOTICE_COUNTS);
	refuses_cuts(false);
	k.name = "hall";
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k = receipt();
	k.way = NOTICE_COUNTS;
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
}

static const char *long_text(size_t n)
{
	char *text = arena_alloc(arena, n + 1);

	memset(text, 'x', n);
	text[n] = 0;
	return text;
}

static void what_is_too_long_is_refused(void **state)
{
	struct notice_ask k = receipt(), out;

	(void)state;
	k.name = long_text(NOTICE_NAME_MAX);
	k.secret = long_text(NOTICE_SECRET_MAX);
	k.headers[1].value = long_text(NOTICE_HEADER_VALUE_MAX);
	k.body = str_of(long_text(NOTICE_BODY_MAX));
	assert_true(notice_ask_unpack(packed(&k), arena, &out));
	k.name = long_text(NOTICE_NAME_MAX + 1);
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k.name = "a";
	k.secret = long_text(NOTICE_SECRET_MAX + 1);
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
	k.secret = "a";
	k.headers[1].value = long_text(NOTICE_HEADER_VALUE_MAX + 1);
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
}

/* The number of headers stands before them; one that says too much takes no memory and is refused. */
static void a_count_that_is_too_high_is_refused(void **state)
{
	struct notice_ask k = receipt(), out;
	struct str s = packed(&k);
	size_t at = 2 + 1 + 4 + (4 + 9) + (4 + 6); /* way, language, no command, water-sms, s3cret */

	(void)state;
	assert_int_equal(body.p[at], 2);
	body.p[at] = NOTICE_HEADERS_MAX + 1;
	assert_false(notice_ask_unpack(s, arena, &out));
}

static void only_listed_headers_are_handed_over(void **state)
{
	struct notice_ask k = receipt(), out;

	(void)state;
	assert_true(notice_header_taken("webhook-signature"));
	assert_true(notice_header_taken("x-city-sign"));
	assert_true(notice_header_taken("idempotency-key"));
	assert_false(notice_header_taken("cookie"));
	assert_false(notice_header_taken("x-forwarded-for"));
	assert_false(notice_header_taken("x-real-ip"));
	assert_false(notice_header_taken("content-type2"));
	k.headers[1] = (struct notice_header){"cookie", "a=b"};
	assert_false(notice_ask_unpack(packed(&k), arena, &out));
}

static bool answered(const struct notice_answer *r, struct notice_answer *out)
{
	buf_reset(&body);
	notice_answer_pack(&body, r);
	return notice_answer_unpack(buf_view(&body), arena, out);
}

static void an_answer_goes_round(void **state)
{
	struct notice_answer in = {.code = OK,
				 .status = 202,
				 .type = "application/json",
				 .result = STR("{}")},
			     out;

	(void)state;
	assert_true(answered(&in, &out));
	assert_true(out.code == OK && out.status == 202 && !out.field && !out.detail);
	assert_string_equal(out.type, "application/json");
	assert_true(str_is(out.result, "{}"));
	refuses_cuts(true);
	in = (struct notice_answer){
	    .code = ERROR_UNAVAILABLE, .field = "channel", .detail = "停", .retry_s = 30};
	assert_true(answered(&in, &out));
	assert_true(out.code == ERROR_UNAVAILABLE && out.retry_s == 30);
	assert_string_equal(out.field, "channel");
	assert_string_equal(out.detail, "停");
	refuses_cuts(true);
}

/* The front end writes status and type into an answer's head: nothing may stand there that is none. */
static void an_answer_that_is_none_is_refused(void **state)
{
	struct notice_answer r = {.code = OK, .status = 200, .type = "text/plain\r\nX: y"}, out;

	(void)state;
	assert_false(answered(&r, &out));
	r.type = "";
	assert_false(answered(&r, &out));
	r.type = NULL;
	assert_false(answered(&r, &out));
	r.type = "text/plain";
	r.status = 100;
	assert_false(answered(&r, &out));
	r.status = 600;
	assert_false(answered(&r, &out));
	r.status = 599;
	assert_true(answered(&r, &out));
	r.code = ERROR_CODES;
	assert_false(answered(&r, &out));
}

/* Any byte changed: refused, or read as something that fits its bounds. */
static void changed_bytes_do_no_harm(void **state)
{
	struct notice_ask k = receipt(), out;
	struct str s = packed(&k);

	(void)state;
	for (size_t i = 0; i < s.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			body.p[i] = (char)(body.p[i] ^ 1 << bit);
			if (notice_ask_unpack(s, arena, &out))
				assert_true(out.way < NOTICE_WAYS && out.n_headers <= NOTICE_HEADERS_MAX &&
				    out.body.n <= NOTICE_BODY_MAX);
			body.p[i] = (char)(body.p[i] ^ 1 << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_receipt_is_handed_over_as_it_came),
	    cmocka_unit_test(a_command_brings_who_asks),
	    cmocka_unit_test(what_does_not_belong_together_is_refused),
	    cmocka_unit_test(counts_are_asked_for_with_nothing_else),
	    cmocka_unit_test(what_is_too_long_is_refused),
	    cmocka_unit_test(a_count_that_is_too_high_is_refused),
	    cmocka_unit_test(only_listed_headers_are_handed_over),
	    cmocka_unit_test(an_answer_goes_round),
	    cmocka_unit_test(an_answer_that_is_none_is_refused),
	    cmocka_unit_test(changed_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, setup, end);
}
