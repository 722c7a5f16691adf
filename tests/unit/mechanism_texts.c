/*
 * mechanism_texts.c - cases.jsonl: what it reads, what it refuses and where; and what a model learns of a mechanism.
 */
#include "mechanism_base.h"
#include "text/examples.h"

#include <stdio.h>

static struct mechanism *load(const char *cases, struct problems *p)
{
	struct mechanism_file files[BASE_FILES + 1];
	struct mechanism_file_set set = files_of(base);

	memcpy(files, set.v, sizeof set.v);
	files[BASE_FILES] = (struct mechanism_file){"cases.jsonl", str_of(cases)};
	problems_init(p, false);
	return mechanism_load_files(files, BASE_FILES + 1, p);
}

static void assert_refused(const char *cases, const char *said)
{
	struct problems p;
	struct buf b = {0};

	assert_null(load(cases, &p));
	problems_print(&p, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, said);
	buf_free(&b);
	problems_free(&p);
}

static void a_case_a_line(void **state)
{
	struct problems p;
	struct mechanism *m =
	    load("{\"text\": \"水管\\u7206了\\n\\\"快\\\"\", \"category\": \"601301\", \"also\": "
		 "[\"601301\", \"601301\"], "
		 "\"priority\": \"P2\", \"writer\": \"a\", \"kind\": \"plain\"}\r\n\n"
		 " { \"category\" : \"601301\" , \"text\":\"\\ud83d\\ude00\", \"by\": \"admin1\", "
		 "\"at\": \"2026-11-02T10:00:00+08:00\", \"also\": \"601301\" } ",
		&p);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->n_cases, 2);
	assert_string_equal(m->cases[0].text, "水管爆了\n\"快\"");
	assert_ptr_equal(m->cases[0].category, mechanism_category(m, "601301"));
	assert_int_equal(m->cases[0].n_also, 2);
	assert_int_equal(m->cases[0].priority, P2);
	assert_string_equal(m->cases[0].writer, "a");
	assert_int_equal(m->cases[0].line, 1);
	assert_string_equal(m->cases[1].text, "😀");
	assert_int_equal(m->cases[1].line, 3);
	assert_string_equal(m->cases[1].by, "admin1");
	assert_true(m->cases[1].at > 0);
	assert_int_equal(m->cases[1].n_also, 1);
	mechanism_release(m);
	problems_free(&p);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
	(void)state;
	assert_refused("{\"text\": \"水\", \"category\": \"601301\"}\n{\"text\": \"水\", \"category\": "
		       "\"1\"}\n",
	    "cases.jsonl:2:27: 没有警情类别 “1”\n");
	assert_refused("水管爆了\n", "cases.jsonl:1:1: 这一行不是一个 JSON 对象:这里应为 {\n");
	assert_refused("{\"text\": \"水\"}", "cases.jsonl:1:14: 缺少 text 或 category\n");
	assert_refused("{\"text\": \"水\", \"category\": \"601301\"} {}",
	    "cases.jsonl:1:37: 一行只能有一个 JSON 对象\n");
	assert_refused("{\"text\": \"水\", \"word\": \"x\"}",
	    "cases.jsonl:1:26: 不认识的键 “word”:可以有 text category priority also writer by at kind number "
	    "rejected\n");
	assert_refused("{\"text\": \"\\ud83d\", \"category\": \"601301\"}",
	    "cases.jsonl:1:17: \\u 写的代理项不成对\n");
	assert_refused("{\"text\": \"水\", \"priority\": \"P9\"}",
	    "cases.jsonl:1:31: priority 应为 P1 至 P4,不是 “P9”\n");
	assert_refused("{\"number\": \"N1\", \"rejected\": false}", "cases.jsonl:1:30: 这里只能是 true\n");
	assert_refused("{\"rejected\": true}", "cases.jsonl:1:19: rejected 只和 number 一起写\n");
	assert_refused("{\"text\": \"水", "cases.jsonl:1:12: 这一行不是一个 JSON 对象:这里应为 \"\n");
	assert_refused("\xFF", "cases.jsonl: 应为 UTF-8 的文本,最多 100000 行\n");
}

#define CASE(text, category, writer)                                                                         \
	"{\"text\": \"" text "\", \"category\": \"" category "\", \"writer\": \"" writer "\"}\n"
#define SIX_CASES                                                                                            \
	CASE("乙", "601301", "b")                                                                            \
	CASE("丙", "909901", "b")                                                                            \
	CASE("乙", "601301", "b")                                                                            \
	CASE("甲", "601301", "a") CASE("甲", "601301", "a") CASE("甲", "601301", "a")

static void decided_corrections_are_known_and_the_rejected_are_no_cases(void **state)
{
	struct problems p;
	struct mechanism *m = load("{\"text\": \"甲\", \"category\": \"601301\", \"number\": \"N1\"}\n"
				   "{\"number\": \"N2\", \"rejected\": true, \"by\": \"admin1\"}\n",
	    &p);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->n_cases, 1);
	assert_int_equal(m->n_learned_from, 2);
	assert_string_equal(m->learned_from[0], "N1");
	assert_string_equal(m->learned_from[1], "N2");
	mechanism_release(m);
	problems_free(&p);
}

static void too_few_cases_make_no_model(void **state)
{
	static const char *const few[] = {SIX_CASES,
	    SIX_CASES SIX_CASES SIX_CASES SIX_CASES CASE("乙", "601301", "b") CASE("丙", "909901", "b")
		CASE("乙", "601301", "b") CASE("甲", "601301", "a") CASE("甲", "601301", "a")};
	struct text_wish wish = {.trains = true};

	(void)state;
	for (size_t i = 0; i < COUNT(few); i++) {
		struct problems p;
		struct mechanism *m = load(few[i], &p);
		struct text_decider d = text_decider_of(m, &wish, p.arena);

		assert_false(text_has_source(m) || d.model || d.missing || d.failed);
		mechanism_release(m);
		problems_free(&p);
	}
}

/* What is forgotten is the cases and the files: what decides stays. */
static void sources_are_forgotten(void **state)
{
	struct problems p;
	struct mechanism *m = load(SIX_CASES, &p);

	(void)state;
	assert_int_equal(m->n_cases, 6);
	mechanism_forget_sources(m);
	assert_int_equal(m->n_cases, 0);
	assert_int_equal(m->n_files, 0);
	assert_string_equal(mechanism_category(m, "601301")->code, "601301");
	mechanism_release(m);
	problems_free(&p);
}

static void keywords_are_weak_examples_and_cases_strong_ones(void **state)
{
	struct problems p;
	struct mechanism *m = load(SIX_CASES SIX_CASES SIX_CASES SIX_CASES SIX_CASES, &p);
	struct arena *a = arena_new();
	struct text_examples *all, *without;
	size_t weak = 0;

	(void)state;
	assert_non_null(m);
	all = text_examples_of(m, NULL, a);
	without = text_examples_of(m, "a", a);
	assert_int_equal(all->n, without->n + 15);
	assert_string_equal(all->v[all->n - 2].text, "甲");
	assert_string_equal(without->v[without->n - 1].text, "乙");
	assert_false(all->v[all->n - 1].weak);
	for (size_t i = 0; i < all->n; i++)
		weak += all->v[i].weak;
	assert_int_equal(weak, all->n - 30);
	assert_string_equal(all->v[0].text, m->categories[0].name);
	assert_memory_equal(all->source, m->texts, 32);
	assert_true(text_has_source(m));
	assert_memory_not_equal(without->source, m->texts, 32);
	arena_free(a);
	mechanism_release(m);
	problems_free(&p);
}

static void the_file_may_be_absent(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->n_cases, 0);
	mechanism_release(m);
	problems_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_file_may_be_absent),
	    cmocka_unit_test(a_case_a_line),
	    cmocka_unit_test(what_is_wrong_is_said_with_its_place),
	    cmocka_unit_test(decided_corrections_are_known_and_the_rejected_are_no_cases),
	    cmocka_unit_test(too_few_cases_make_no_model),
	    cmocka_unit_test(sources_are_forgotten),
	    cmocka_unit_test(keywords_are_weak_examples_and_cases_strong_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
