/* base_log.c - the line, what cannot be forged in it, and that a full pipe drops and counts. */
#include "unit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int saved_stderr;
static int out; /* what was logged is read here */

static void capture(const int pair[2])
{
	saved_stderr = dup(2);
	dup2(pair[1], 2);
	close(pair[1]);
	out = pair[0];
	fcntl(out, F_SETFL, O_NONBLOCK);
}

static void release(void)
{
	dup2(saved_stderr, 2);
	close(saved_stderr);
	close(out);
}

static char *logged(char *text, size_t size)
{
	ssize_t n = read(out, text, size - 1);

	text[n > 0 ? n : 0] = 0;
	return text;
}

static void writes_one_line(void **state)
{
	int pair[2];
	char text[2048];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	capture(pair);
	clock_set_manual((struct wall_ms){INT64_C(1772409600123)});
	log_open("engine");
	log_info("started", "pid=%d name=%s share=%.2f seq=%llu size=%zu part=%.*s pad=%03d done=100%%", -7,
	    "water", 0.5, (unsigned long long)UINT64_MAX, (size_t)3, 2, "abc", 4);
	logged(text, sizeof(text));
	log_alarm("quiet", "%s", "");
	release();
	assert_string_equal(text,
	    "2026-03-02T08:00:00.123+08:00 engine INFO started pid=-7 name=water share=0.50 "
	    "seq=18446744073709551615 size=3 part=ab pad=004 done=100%\n");
}

static void values_cannot_forge(void **state)
{
	static const struct {
		const char *value, *shown;
	} cases[] = {
	    {"a b", "\"a b\""},
	    {"x level=ALARM", "\"x level=ALARM\""},
	    {"a=b", "\"a=b\""},
	    {"", "\"\""},
	    {"say \"hi\"", "\"say \\\"hi\\\"\""},
	    {"a\nb\x1b[31m", "a\\u000ab\\u001b[31m"},
	    {"漳平", "漳平"},
	    {"\u202E\u2028\xC2\x85", "\\u202e\\u2028\\u0085"},
	    {"\xFF\x80", "\\xff\\x80"},
	    {NULL, "(null)"},
	};
	int pair[2];
	char text[2048], expected[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(pipe(pair), 0);
		capture(pair);
		log_warn("got", "v=%s end=1", cases[i].value);
		logged(text, sizeof(text));
		release();
		snprintf(expected, sizeof(expected),
		    "2026-03-02T08:00:00.123+08:00 engine WARN got v=%s end=1\n", cases[i].shown);
		assert_string_equal(text, expected);
	}
}

static void long_values_are_cut_between_characters(void **state)
{
	int pair[2];
	char text[2048], value[604], *shown;

	(void)state;
	for (size_t i = 0; i < 600; i += 3)
		memcpy(value + i, "漳", 3);
	value[600] = 0;
	assert_int_equal(pipe(pair), 0);
	capture(pair);
	log_info("got", "v=%s", value);
	logged(text, sizeof(text));
	release();
	shown = strstr(text, "v=") + 2;
	assert_int_equal(strlen(shown), 255 + 3 + 1); /* 85 characters, the mark, the newline */
	assert_string_equal(shown + 255, "…\n");
}

static void a_full_pipe_drops_and_counts(int pair[2])
{
	char text[8192];
	size_t lines = 0, got = 0;
	ssize_t n;

	capture(pair);
	for (int i = 0; i < 5000; i++)
		log_info("flood", "i=%d pad=%s", i,
		    "0123456789012345678901234567890123456789012345678901234567890123456789");
	while ((n = read(out, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < n; i++)
			got += text[i] == '\n';
	log_info("after", "x=1");
	logged(text, sizeof(text));
	if (strstr(text, "after") == NULL) { /* a datagram is read one at a time */
		char more[1024];

		strcat(text, logged(more, sizeof(more)));
	}
	release();
	assert_true(got > 0 && got < 5000);
	assert_non_null(strstr(text, "WARN log lines dropped n="));
	sscanf(strstr(text, "dropped n=") + 10, "%zu", &lines);
	assert_int_equal(lines + got, 5000);
	assert_non_null(strstr(text, "INFO after x=1\n"));
}

static void a_full_pipe(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	a_full_pipe_drops_and_counts(pair);
}

static void a_full_socket(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	a_full_pipe_drops_and_counts(pair);
}

static void fatal_ends_with_71(void **state)
{
	int pair[2], status;
	char text[512];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(pair), 0);
	child = fork();
	if (child == 0) {
		dup2(pair[1], 2);
		fatal("no store at %s", "/nowhere");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 71);
	text[read(pair[0], text, sizeof(text) - 1)] = 0;
	assert_non_null(strstr(text, "engine FATAL cannot go on: no store at /nowhere\n"));
	close(pair[0]);
	close(pair[1]);
}

static void the_manual_clock_stands(void **state)
{
	struct mono_ms before = clock_mono();

	(void)state;
	assert_true(clock_is_manual());
	assert_int_equal(clock_wall().ms, INT64_C(1772409600123));
	clock_set_manual((struct wall_ms){5});
	assert_int_equal(clock_wall().ms, 5);
	assert_true(clock_mono().ms >= before.ms && clock_mono_us() / 1000 >= before.ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_one_line),
	    cmocka_unit_test(values_cannot_forge),
	    cmocka_unit_test(long_values_are_cut_between_characters),
	    cmocka_unit_test(a_full_pipe),
	    cmocka_unit_test(a_full_socket),
	    cmocka_unit_test(fatal_ends_with_71),
	    cmocka_unit_test(the_manual_clock_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
