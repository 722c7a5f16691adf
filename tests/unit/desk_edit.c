/* desk_edit.c - the line that an officer types: characters of several bytes, keys, pastes, history, Esc. */
#include <stdio.h>
#include "unit.h"
#include "desk/edit.h"

static enum edit_key feed(struct desk_edit *e, const char *bytes)
{
	enum edit_key last = EDIT_NOTHING;

	for (; *bytes; bytes++)
		last = edit_byte(e, (unsigned char)*bytes);
	return last;
}

/* The line with the cursor as |. */
static const char *shown(struct desk_edit *e)
{
	static char text[4096];
	const char *line = edit_line(e);

	snprintf(text, sizeof text, "%.*s|%s", (int)e->at, line, line + e->at);
	return text;
}

#define LEFT "\x1b[D"
#define RIGHT "\x1b[C"
#define UP "\x1b[A"
#define DOWN "\x1b[B"

static const struct {
	const char *typed, *line;
} keys[] = {
    {"和平路", "和平路|"},
    {"和平路" LEFT LEFT "x", "和x|平路"},
    {"和平路\x7f", "和平|"},
    {"和平路" LEFT "\x7f", "和|路"},
    {"和平路\x01\x1b[3~", "|平路"},
    {"和平路\x1b[H中\x1b[F末", "中和平路末|"},
    {"和平路\x1bOH中", "中|和平路"},
    {"a 3 李明\x17", "a 3 |"},
    {"a 3 李明\x17\x17", "a |"},
    {"a 3 李明\x15", "|"},
    {"a 3 李明\x01\x0b", "|"},
    {"a 3 李明\x15\x19\x19", "a 3 李明a 3 李明|"},
    {"和平\x14", "平和|"},
    {"和平路" LEFT "\x14", "和路平|"},
    {"\x14", "|"},
    {"a 3 李明\x1b"
     "b王\x01\x1b"
     "f",
	"a| 3 王李明"},
    {"a 3\x01\x1b"
     "d",
	"| 3"},
    {"一\x7f\x7f\x7f", "|"},
    {LEFT RIGHT "\x1b[3~", "|"},
    {"🚒车" LEFT LEFT "火", "火|🚒车"},
    {"a\x1b[99zb", "ab|"}, /* a key that is none of ours */
    {"a\x1b[1;2Cb", "ab|"},
    {"a\x07\x1a\x02"
     "b",
	"b|a"},
};

static void keys_edit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct desk_edit e = {0};

		feed(&e, keys[i].typed);
		assert_string_equal(shown(&e), keys[i].line);
		assert_false(e.foreign);
		edit_free(&e);
	}
}

static void keys_that_end_a_line(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	assert_int_equal(feed(&e, "a 3\r"), EDIT_ENTER);
	assert_string_equal(edit_line(&e), "a 3");
	assert_int_equal(feed(&e, "\x03"), EDIT_INTERRUPT);
	assert_int_equal(feed(&e, "\x04"), EDIT_CHANGED); /* on a line that is not empty: delete */
	edit_clear(&e);
	assert_int_equal(feed(&e, "\x04"), EDIT_END);
	assert_int_equal(feed(&e, "\t"), EDIT_TAB);
	assert_int_equal(feed(&e, "\x0c"), EDIT_REDRAW);
	assert_int_equal(feed(&e, "\x1b[5~"), EDIT_PAGE_UP);
	assert_int_equal(feed(&e, "\x1b[6~"), EDIT_PAGE_DOWN);
	edit_free(&e);
}

static void escape_is_a_key_if_nothing_follows(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	assert_false(edit_waits(&e));
	assert_int_equal(feed(&e, "\x1b"), EDIT_NOTHING);
	assert_true(edit_waits(&e));
	assert_int_equal(edit_timeout(&e), EDIT_ESCAPE);
	assert_false(edit_waits(&e));
	assert_int_equal(feed(&e, "\x1b\x1b"), EDIT_ESCAPE); /* pressed twice */
	assert_int_equal(edit_timeout(&e), EDIT_ESCAPE);
	assert_int_equal(edit_timeout(&e), EDIT_NOTHING);
	assert_int_equal(feed(&e, "\x1b["), EDIT_NOTHING); /* a sequence has begun: that is no Esc */
	assert_false(edit_waits(&e));
	assert_int_equal(feed(&e, "Dx"), EDIT_CHANGED);
	assert_string_equal(edit_line(&e), "x");
	edit_free(&e);
}

static void a_paste_is_one_line_and_carries_nothing_out(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	for (const char *p = "\x1b[200~八一路\r\n水管爆了\r\x03\x04\x1b[A急\x1b[201~"; *p; p++) {
		enum edit_key k = edit_byte(&e, (unsigned char)*p);
		assert_true(k == EDIT_NOTHING || k == EDIT_CHANGED);
	}
	assert_string_equal(edit_line(&e), "八一路  水管爆了 急");
	assert_int_equal(feed(&e, "\r"), EDIT_ENTER); /* after it the keys are keys again */
	edit_free(&e);
}

static void too_long_is_told(void **state)
{
	struct desk_edit e = {0};
	int told = 0;

	(void)state;
	for (int i = 0; i < EDIT_MOST / 3 + 10; i++)
		told += feed(&e, "火") == EDIT_FULL;
	assert_int_equal(told, 10);
	assert_int_equal(e.text.n, EDIT_MOST / 3 * 3);
	edit_free(&e);
}

static void bytes_of_another_encoding_are_noticed(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	feed(&e,
	    "n \xBD\xE2\xB7\xC5\xC2\xB7"
	    "a"); /* GBK 解放路 */
	assert_true(e.foreign);
	assert_non_null(strchr(edit_line(&e), 'a'));
	edit_clear(&e);
	assert_false(e.foreign);
	feed(&e, "\xE5\xE5\xBC\xA0"); /* a character that was cut, then 张 */
	assert_true(e.foreign);
	assert_string_equal(edit_line(&e), "\xEF\xBF\xBD张");
	edit_free(&e);
}

static void enter(struct desk_edit *e, const char *line)
{
	feed(e, line);
	edit_done(e);
}

static void history_is_looked_through(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	enter(&e, "a 1 李明");
	enter(&e, "s 2");
	enter(&e, "s 2"); /* the same again is one */
	enter(&e, "");
	feed(&e, "半句" UP);
	assert_string_equal(edit_line(&e), "s 2");
	feed(&e, UP UP UP);
	assert_string_equal(shown(&e), "a 1 李明|");
	feed(&e, DOWN DOWN);
	assert_string_equal(edit_line(&e), "半句"); /* and what was typed before comes back */
	feed(&e, DOWN);
	assert_string_equal(edit_line(&e), "半句");
	edit_clear(&e);
	for (int i = 0; i < EDIT_HISTORY + 5; i++) {
		char line[16];
		snprintf(line, sizeof line, "s %d", i);
		enter(&e, line);
	}
	assert_int_equal(e.n_history, EDIT_HISTORY);
	assert_string_equal(e.history[0], "s 5");
	edit_free(&e);
}

static void a_completion_takes_the_place_of_what_was_typed(void **state)
{
	struct desk_edit e = {0};

	(void)state;
	feed(&e, "+ 3 自 封路");
	feed(&e, LEFT LEFT LEFT);
	edit_complete(&e, strlen("自"), "自来水");
	assert_string_equal(shown(&e), "+ 3 自来水| 封路");
	edit_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_edit),
	    cmocka_unit_test(keys_that_end_a_line),
	    cmocka_unit_test(escape_is_a_key_if_nothing_follows),
	    cmocka_unit_test(a_paste_is_one_line_and_carries_nothing_out),
	    cmocka_unit_test(too_long_is_told),
	    cmocka_unit_test(bytes_of_another_encoding_are_noticed),
	    cmocka_unit_test(history_is_looked_through),
	    cmocka_unit_test(a_completion_takes_the_place_of_what_was_typed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
