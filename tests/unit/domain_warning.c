/*
 * domain_warning.c - what is told about a report that was taken although something was odd: the
 * sentences, and the lines that are kept.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/warning.h"

static struct arena *a;

static struct str sentence(const struct warning *w, bool english)
{
	static struct buf b;
	buf_reset(&b);
	warning_sentence(w, english, &b);
	return buf_view(&b);
}

static bool holds(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part));
}

/* No sentence is left with a brace, in neither language; words are unlike each other. */
static void each_has_its_word_and_its_sentences(void **state)
{
	(void)state;
	for (int i = 0; i < WARNINGS; i++) {
		struct warning w = {(enum warning_code)i, FIELD_REPORTER_PHONE, "GIVEN", "TAKEN"};
		const struct warning_kind *k = &warning_kinds[i];
		assert_non_null(k->word);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(k->word, warning_kinds[j].word);
		for (int english = 0; english < 2; english++) {
			struct str s = sentence(&w, english);
			const char *format = english ? k->en : k->zh;
			assert_true(s.n > 10);
			assert_false(holds(s, "{") || holds(s, "}"));
			assert_int_equal(holds(s, "GIVEN"), strstr(format, "{given}") != NULL);
			assert_int_equal(holds(s, "TAKEN"), strstr(format, "{taken}") != NULL);
			assert_int_equal(holds(s, "reporter.phone"), strstr(format, "{field}") != NULL);
		}
		/* both languages quote the same */
		assert_int_equal(strstr(k->zh, "{given}") != NULL, strstr(k->en, "{given}") != NULL);
		assert_int_equal(strstr(k->zh, "{taken}") != NULL, strstr(k->en, "{taken}") != NULL);
	}
}

static void a_sentence_reads_well(void **state)
{
	(void)state;
	struct warning w = {WARNING_AREA_ASSUMED, FIELD_AREA, "350881001001", "350881001"};
	struct str s = sentence(&w, false);
	assert_true(str_is(s, "没有区域“350881001001”,按它所属的 350881001 处理"));
	w = (struct warning){WARNING_IGNORED, FIELD_REPORTER_NAME, NULL, NULL};
	assert_true(str_is(sentence(&w, false), "reporter.name(报警人姓名) 的内容无法采用,已略去"));
}

static void what_is_kept_comes_back(void **state)
{
	(void)state;
	struct warnings w = {0}, back;
	warning_add(&w, a, WARNING_LINE_ENDS, FIELD_DESCRIPTION, NULL, NULL);
	warning_add(&w, a, WARNING_AREA_ASSUMED, FIELD_AREA, "350881001001", "350881001");
	warning_add(&w, a, WARNING_REMOVED, FIELD_REPORTER_PHONE, NULL, NULL);
	warning_add(&w, a, WARNING_LOCATION_SWAPPED, FIELDS, NULL, NULL);
	warning_add(&w, a, WARNING_AREA_ASSUMED, FIELD_AREA, "350881001001", "350881001"); /* again */
	const char *text = warnings_text(&w, a);
	assert_string_equal(text,
	    "line-ends\tdescription\t\t\narea-assumed\tarea\t350881001001\t350881001\n"
	    "characters-removed\treporter.phone\t\t\nlocation-swapped\t\t\t");
	warnings_parse(text, a, &back);
	assert_int_equal(back.n, 4);
	assert_string_equal(warnings_text(&back, a), text);
	assert_int_equal(back.v[2].field, FIELD_REPORTER_PHONE);
	assert_null(back.v[0].given);
	assert_int_equal(back.v[3].field, FIELDS);
	assert_null(warnings_text(&(struct warnings){0}, a));
	warnings_parse(NULL, a, &back);
	assert_int_equal(back.n, 0);
}

/* A line of a later version, or of a damaged store, is passed over; the others are read. */
static void what_is_not_known_is_passed_over(void **state)
{
	(void)state;
	struct warnings w;
	warnings_parse("weather\tarea\t\t\nmissing\taddress\t\t\nmissing\tcolour\t\t\n\n\t\t\t\nmissing", a,
	    &w);
	assert_int_equal(w.n, 2);
	assert_int_equal(w.v[0].field, FIELD_ADDRESS);
	assert_int_equal(w.v[1].field, FIELDS);
}

/* What strangers sent is quoted in 64 whole characters and on one line. */
static void a_quote_is_bounded(void **state)
{
	(void)state;
	struct warnings w = {0};
	struct buf b = {0};
	buf_text(&b, "a\tb\nc\x7f");
	for (int i = 0; i < 100; i++)
		buf_text(&b, "水");
	buf_char(&b, '\0');
	warning_add(&w, a, WARNING_AREA_UNKNOWN, FIELD_AREA, b.p, NULL);
	assert_int_equal(utf8_count(str_of(w.v[0].given)), 64);
	assert_true(utf8_valid(str_of(w.v[0].given), NULL));
	assert_memory_equal(w.v[0].given, "a b c 水", 9);
	buf_free(&b);
}

static void a_command_brings_its_own(void **state)
{
	(void)state;
	struct warnings w = {0};
	struct command c = {.warnings = &w};
	warning_add(&w, a, WARNING_MISSING, FIELD_ADDRESS, NULL, NULL);
	struct warnings *all = warnings_of(&c, a);
	warning_add(all, a, WARNING_MISSING, FIELD_DESCRIPTION, NULL, NULL);
	assert_int_equal(all->n, 2);
	assert_int_equal(w.n, 1);
	c.warnings = NULL;
	assert_int_equal(warnings_of(&c, a)->n, 0);
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
	    cmocka_unit_test(each_has_its_word_and_its_sentences),
	    cmocka_unit_test(a_sentence_reads_well),
	    cmocka_unit_test(what_is_kept_comes_back),
	    cmocka_unit_test(what_is_not_known_is_passed_over),
	    cmocka_unit_test(a_quote_is_bounded),
	    cmocka_unit_test(a_command_brings_its_own),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
