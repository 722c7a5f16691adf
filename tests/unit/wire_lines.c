/* wire_lines.c - the line framer, whole and cut at every point. */
#include "unit.h"
#include "wire/lines.h"

#include <stdlib.h>
#include <time.h>

static void takes_lines_off(void **state)
{
	struct lines l = {.max = 8};
	struct str in = STR("one\ntwo\r\n\n\r\r\nfour"), line;
	static const struct {
		const char *line;
		size_t n, used;
	} expected[] = {{"one", 3, 4}, {"two", 3, 5}, {"", 0, 1}, {"\r", 1, 3}};
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_int_equal(lines_next(&l, in, &line, &used), LINES_LINE);
		assert_int_equal(used, expected[i].used);
		assert_int_equal(line.n, expected[i].n);
		assert_memory_equal(line.p, expected[i].line, line.n);
		in.p += used;
		in.n -= used;
	}
	assert_int_equal(lines_next(&l, in, &line, &used), LINES_MORE);
	assert_int_equal(used, 0);
	assert_int_equal(l.scanned, 4);
	assert_int_equal(lines_next(&l, STR("four\n"), &line, &used), LINES_LINE);
	assert_true(str_is(line, "four"));
	assert_int_equal(l.scanned, 0);
}

/* The answer for `in` fed byte by byte: the first line's length, -1 too long, -2 more. */
static int bytewise(const char *in, size_t n, size_t max)
{
	struct lines l = {.max = max};
	struct str line;
	size_t used;

	for (size_t i = 0; i <= n; i++)
		switch (lines_next(&l, (struct str){in, i}, &line, &used)) {
		case LINES_LINE:
			return (int)line.n;
		case LINES_TOO_LONG:
			assert_int_equal(lines_next(&l, STR("x\n"), &line, &used), LINES_TOO_LONG);
			return -1;
		case LINES_MORE:
			break;
		}
	return -2;
}

static int at_once(const char *in, size_t n, size_t max)
{
	struct lines l = {.max = max};
	struct str line;
	size_t used;
	enum lines_result r = lines_next(&l, (struct str){in, n}, &line, &used);

	return r == LINES_LINE ? (int)line.n : r == LINES_TOO_LONG ? -1 : -2;
}

static void the_limit_is_exact(void **state)
{
	static const struct {
		const char *in;
		int expected;
	} cases[] = {
	    {"1234\n", 4},
	    {"1234\r\n", 4},
	    {"12345\n", -1},
	    {"12345\r\n", -1},
	    {"1234", -2},
	    {"1234\r", -2},
	    {"123456", -1},
	    {"\n", 0},
	    {"", -2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].in);

		assert_int_equal(at_once(cases[i].in, n, 4), cases[i].expected);
		assert_int_equal(bytewise(cases[i].in, n, 4), cases[i].expected);
	}
}

static void the_default_limit_is_64_kib(void **state)
{
	static char in[64 * 1024 + 3];

	(void)state;
	memset(in, 'x', sizeof(in));
	in[64 * 1024] = '\n';
	assert_int_equal(at_once(in, sizeof(in), 0), 64 * 1024);
	in[64 * 1024] = 'x';
	in[64 * 1024 + 1] = '\n';
	assert_int_equal(at_once(in, sizeof(in), 0), -1);
}

/* One MiB byte by byte: half a million million steps if each call began at the front. */
static void a_slow_line_costs_what_a_fast_one_does(void **state)
{
	size_t n = 1024 * 1024;
	char *in = malloc(n);
	clock_t begin = clock();

	(void)state;
	memset(in, 'x', n);
	in[n - 1] = '\n';
	assert_int_equal(bytewise(in, n, 2 * n), (int)n - 1);
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 2.0);
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_lines_off),
	    cmocka_unit_test(the_limit_is_exact),
	    cmocka_unit_test(the_default_limit_is_64_kib),
	    cmocka_unit_test(a_slow_line_costs_what_a_fast_one_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
