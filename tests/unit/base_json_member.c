/*
 * base_json_member.c - members of objects that json.c wrote are found again, as they were written.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/json.h"

#define OBJECT                                                                                               \
	"{\"entry\":12,\"minus\":-7,\"text\":\"a \\\"b\\\\c\\n\\u200e\xE5\x8F\xB0\",\"empty\":\"\","         \
	"\"in\":{\"entry\":99,\"list\":[1,{\"x\":\"}]\"}]},\"at\":\"2026-03-02T08:00:00+08:00\","            \
	"\"items\":[\"a,b\",{\"n\":1},3],\"yes\":true}"

static void members_are_found(void **state)
{
	struct arena *a = arena_new();
	struct str o = STR(OBJECT);

	(void)state;
	assert_int_equal(json_member_int(o, "entry"), 12);
	assert_int_equal(json_member_int(o, "minus"), -7);
	assert_string_equal(json_member_text(a, o, "text"), "a \"b\\c\n\xE2\x80\x8E\xE5\x8F\xB0");
	assert_string_equal(json_member_text(a, o, "empty"), "");
	assert_true(json_member_time(o, "at") == INT64_C(1772409600000));
	assert_true(str_is(json_member(o, "yes"), "true"));
	assert_true(str_is(json_member(o, "in"), "{\"entry\":99,\"list\":[1,{\"x\":\"}]\"}]}"));
	assert_int_equal(json_member_int(json_member(o, "in"), "entry"), 99);
	arena_free(a);
}

static void what_is_not_there_is_not(void **state)
{
	struct arena *a = arena_new();
	struct str o = STR(OBJECT);

	(void)state;
	assert_int_equal(json_member(o, "list").n, 0); /* nested */
	assert_int_equal(json_member(o, "entr").n, 0);
	assert_null(json_member_text(a, o, "entry"));
	assert_int_equal(json_member_int(o, "text"), 0);
	assert_int_equal(json_member_time(o, "text"), 0);
	assert_int_equal(json_member(STR(""), "a").n, 0);
	assert_int_equal(json_member(STR("{}"), "a").n, 0);
	arena_free(a);
}

/* Cut off at any byte: nothing that lies behind the cut, and no step outside (the sanitizers look). */
static void a_cut_object_is_read_as_far_as_it_goes(void **state)
{
	struct arena *a = arena_new();
	struct str o = STR(OBJECT);

	(void)state;
	for (size_t n = 0; n < o.n; n++) {
		char *cut = arena_str(a, (struct str){o.p, n});
		struct str s = {cut, n};
		const char *text = json_member_text(a, s, "text");

		assert_int_equal(json_member(s, "yes").n >= 4, n >= o.n - 1);
		assert_true(!text || strlen(text) <= 13);
	}
	arena_free(a);
}

static void items_come_one_by_one(void **state)
{
	struct str list = json_member(STR(OBJECT), "items"), none = STR("[]");

	(void)state;
	assert_true(str_is(json_item(&list), "\"a,b\""));
	assert_true(str_is(json_item(&list), "{\"n\":1}"));
	assert_true(str_is(json_item(&list), "3"));
	assert_int_equal(json_item(&list).n, 0);
	assert_int_equal(json_item(&none).n, 0);
}

static void what_the_writer_writes_is_read(void **state)
{
	static const char said[] = "\x01\x7F\"\\/\xE2\x80\xA8 \xE7\x94\xB2";
	struct arena *a = arena_new();
	struct buf b = {0};
	struct json j = json_to(&b);

	(void)state;
	json_begin(&j, NULL);
	json_text(&j, "said", said);
	json_int(&j, "n", INT64_MAX);
	json_end(&j);
	assert_string_equal(json_member_text(a, buf_view(&b), "said"), said);
	assert_true(json_member_int(buf_view(&b), "n") == INT64_MAX);
	buf_free(&b);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(members_are_found),
	    cmocka_unit_test(what_is_not_there_is_not),
	    cmocka_unit_test(a_cut_object_is_read_as_far_as_it_goes),
	    cmocka_unit_test(items_come_one_by_one),
	    cmocka_unit_test(what_the_writer_writes_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
