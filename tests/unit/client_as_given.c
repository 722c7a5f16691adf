/*
 * client_as_given.c - which commands carry a key, and the line of what the library itself cannot read.
 */
#include "unit.h"
#include "client/as_given.h"
#include "domain/command.h"

#include <stdlib.h>

/* The library stands alone, so it has a list of its own. */
static void the_keyed_commands_are_those_of_the_table(void **state)
{
	(void)state;
	for (int i = 0; i < COMMANDS; i++) {
		enum command_kind_id kind = (enum command_kind_id)i;
		const struct command_kind *k = &command_kinds[kind];
		bool keyed =
		    kind != COMMAND_INCIDENT_REPORT && !k->internal && command_takes(kind, FIELD_KEY);

		if (client_keyed(k->name) != keyed)
			fail_msg("%s: %d", k->name, keyed);
	}
}

static void line_is(const char *method, const char *params, const char *want)
{
	char *line = client_as_given(method, 7, params);

	if (want)
		assert_string_equal(line, want);
	else
		assert_null(line);
	free(line);
}

#define REPORTS(params) "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"incident.report\",\"params\":" params "}"

static void a_report_goes_out_as_it_is(void **state)
{
	(void)state;
	line_is("incident.report", "{\"a\":\"\\ud83d\"}", REPORTS("{\"a\":\"\\ud83d\"}"));
	line_is("incident.report", "\xEF\xBB\xBF {\"a\":\"\xCB\xAE\"} \r\n", REPORTS("{\"a\":\"\xCB\xAE\"}"));
	line_is("incident.report", "{\n\"a\":\"1\n2\\\"\r3\"\n}", REPORTS("{ \"a\":\"1\\n2\\\"\\r3\" }"));
}

static void what_is_no_object_stays(void **state)
{
	(void)state;
	line_is("incident.report", "", NULL);
	line_is("incident.report", "{\"a\":1", NULL);
	line_is("incident.report", "[{}]", NULL);
	line_is("incident.report", "}", NULL);
	line_is("incident.report\",\"id\":8,\"x\":\"", "{\"a\":\"\xCB\"}", NULL);
}

static void other_commands_get_a_key(void **state)
{
	const char *begin =
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"dispatch.return\",\"params\":{\"key\":\"";
	char *line = client_as_given("dispatch.return", 7, "{\"text\":\"\xFF\"}");

	(void)state;
	assert_memory_equal(line, begin, strlen(begin));
	assert_int_equal(strspn(line + strlen(begin), "0123456789abcdef"), 32);
	assert_string_equal(line + strlen(begin) + 32, "\",\"text\":\"\xFF\"}}");
	free(line);
	line_is("dispatch.return", "{\"key\":\"k\",\"text\":\"\xFF\"}",
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"dispatch.return\",\"params\":{\"key\":\"k\",\"text\":"
	    "\"\xFF\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_keyed_commands_are_those_of_the_table),
	    cmocka_unit_test(a_report_goes_out_as_it_is),
	    cmocka_unit_test(what_is_no_object_stays),
	    cmocka_unit_test(other_commands_get_a_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
