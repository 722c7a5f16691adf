/* api_tables.c - endpoints by method and path, the engine's metrics as text. */
#include "api/endpoints.h"
#include "api/metrics_json.h"
#include "unit.h"
#include <stdio.h>

static const struct endpoint *find(enum http_method m, const char *path, struct path_fields *f,
    unsigned *allowed)
{
	return endpoint_find(m, path, f, allowed);
}

static void finds_variable_parts(void **state)
{
	struct path_fields f;
	unsigned allowed;
	(void)state;
	const struct endpoint *e = find(HTTP_POST, "/v1/dispatches/JJ20260302-07-01/arrive", &f, &allowed);
	assert_non_null(e);
	assert_int_equal(e->command, COMMAND_DISPATCH_ARRIVE);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].field, FIELD_DISPATCH);
	assert_true(str_is(f.v[0].text, "JJ20260302-07-01"));
	e = find(HTTP_GET, "/v1/units/water", &f, &allowed);
	assert_int_equal(e->command, COMMAND_UNIT_GET);
	assert_int_equal(f.v[0].field, FIELD_UNIT);
	e = find(HTTP_GET, "/v1/dispatches", &f, &allowed);
	assert_int_equal(e->command, COMMAND_DISPATCH_LIST);
	assert_int_equal(f.n, 0);
}

static void refuses_other_paths(void **state)
{
	static const char *const none[] = {"", "/v1", "/v1/", "/v1/dispatches/", "/v1/dispatches//arrive",
	    "/v1/dispatches/A-01/", "/v1/dispatches/A-01/arrive/x", "/V1/units", "/v1/units/a/b", "/healthz/",
	    "/v1/dispatches/{dispatch}/undo", "/v1/unit"};
	struct path_fields f;
	unsigned allowed;
	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		if (find(HTTP_GET, none[i], &f, &allowed) || allowed)
			fail_msg("found: %s", none[i]);
	}
}

static void says_what_is_allowed(void **state)
{
	struct path_fields f;
	unsigned allowed;
	char text[40];
	(void)state;
	assert_null(find(HTTP_DELETE, "/v1/incidents", &f, &allowed));
	assert_string_equal(endpoint_allow(allowed, text), "GET, HEAD, POST");
	assert_null(find(HTTP_GET, "/v1/dispatches/A-01/arrive", &f, &allowed));
	assert_string_equal(endpoint_allow(allowed, text), "POST");
	assert_null(find(HTTP_POST, "/readyz", &f, &allowed));
	assert_string_equal(endpoint_allow(allowed, text), "GET, HEAD");
	assert_non_null(find(HTTP_HEAD, "/readyz", &f, &allowed));
}

/* What a query string may set, the command takes; these are the transport's. */
#define TRAVEL FIELD_SET(FIELD_WAIT, FIELD_PLAIN, FIELD_PULSE, FIELD_EMBED)

static void table_fits_the_commands(void **state)
{
	(void)state;
	int n;
	const struct endpoint *all = endpoints(&n);
	for (int i = 0; i < n; i++) {
		const struct endpoint *e = &all[i];
		if (e->command == COMMANDS) {
			assert_false(fields_any(e->query));
			continue;
		}
		const struct command_kind *k = &command_kinds[e->command];
		assert_false(k->internal);
		assert_false(fields_any(fields_but(fields_but(e->query, TRAVEL),
		    command_fields(e->command))));
		if (k->by == BY_ENGINE)
			assert_int_equal(e->method,
			    e->command == COMMAND_ROUTING_PUT ? HTTP_PUT
				: e->command == COMMAND_SESSION_END || e->command == COMMAND_ACCOUNT_REVOKE
				? HTTP_DELETE
				: HTTP_POST);
		for (int j = 0; j < i; j++)
			assert_false(e->method == all[j].method && strcmp(e->path, all[j].path) == 0);
	}
}

/* A {name} in a command's path is a parameter; others are for handlers alone. */
static void paths_name_parameters(void **state)
{
	struct path_fields f;
	unsigned allowed;
	int n;
	const struct endpoint *all = endpoints(&n);
	(void)state;
	for (int i = 0; i < n; i++) {
		assert_ptr_equal(endpoint_find(all[i].method, all[i].path, &f, &allowed), &all[i]);
		for (int k = 0; k < f.n && all[i].command != COMMANDS; k++)
			assert_true(f.v[k].field < FIELDS);
	}
}

/* Every act can be carried out over HTTP, at the path of its name. */
static void acts_have_endpoints(void **state)
{
	struct path_fields f;
	unsigned allowed;
	(void)state;
	assert_int_equal(find(HTTP_POST, "/v1/dispatches/A-01/acknowledge", &f, &allowed)->command,
	    COMMAND_DISPATCH_ACKNOWLEDGE);
	assert_int_equal(find(HTTP_POST, "/v1/incidents/A/cancel", &f, &allowed)->command,
	    COMMAND_INCIDENT_CANCEL);
	assert_null(find(HTTP_POST, "/v1/incidents/A/add", &f, &allowed)); /* it is …/dispatches */
	assert_int_equal(find(HTTP_POST, "/v1/incidents/A/dispatches", &f, &allowed)->command,
	    COMMAND_DISPATCH_ADD);
	int n, acts = 0, served = 0;
	const struct endpoint *all = endpoints(&n);
	for (int i = 0; i < COMMANDS; i++)
		acts += command_kinds[i].act != NO_ACT && !command_kinds[i].internal;
	for (int i = 0; i < n; i++)
		served += all[i].command != COMMANDS && command_kinds[all[i].command].act != NO_ACT;
	assert_true(acts >= 18); /* how many there are is the table's to say */
	assert_int_equal(served, acts);
}

static void figures_by_name(void **state)
{
	struct buf b = {0};
	(void)state;
	metrics_json_write(&b, "liandong_engine",
	    STR("{\"commits_total\":7,\"store\":{\"wal_bytes\":12,\"full\":false},"
		"\"commit_seconds\":0.25,\"file\":\"x\","
		"\"turn_us_total\":2500000,\"uptime_ms\":1500,\"status_use\":3}"));
	metrics_json_write(&b, "liandong_engine", STR("[1]"));
	metrics_json_write(&b, "liandong_engine", STR("{bad"));
	metrics_json_write(&b, "liandong_engine", (struct str){0});
	buf_char(&b, '\0');
	assert_string_equal(b.p,
	    "# HELP liandong_engine_commits_total Transactions committed.\n"
	    "# TYPE liandong_engine_commits_total counter\nliandong_engine_commits_total 7\n"
	    "# HELP liandong_engine_store_wal_bytes Size of the write-ahead log.\n"
	    "# TYPE liandong_engine_store_wal_bytes gauge\nliandong_engine_store_wal_bytes 12\n"
	    "# HELP liandong_engine_store_full Whether free space is below the floor: no new incident is "
	    "taken.\n"
	    "# TYPE liandong_engine_store_full gauge\nliandong_engine_store_full 0\n"
	    "# TYPE liandong_engine_commit_seconds gauge\nliandong_engine_commit_seconds 0.25\n"
	    "# HELP liandong_engine_turn_seconds_total Time spent in turns.\n"
	    "# TYPE liandong_engine_turn_seconds_total counter\nliandong_engine_turn_seconds_total 2.5\n"
	    "# HELP liandong_engine_uptime_seconds Time since this engine started.\n"
	    "# TYPE liandong_engine_uptime_seconds gauge\nliandong_engine_uptime_seconds 1.5\n"
	    "# TYPE liandong_engine_status_use gauge\nliandong_engine_status_use 3\n");
	assert_int_equal(metrics_json_number(STR("{\"front_ends\":2}"), "front_ends", 9), 2);
	assert_int_equal(metrics_json_number(STR("{\"front_ends\":\"2\"}"), "front_ends", 9), 9);
	assert_int_equal(metrics_json_number((struct str){0}, "front_ends", 9), 9);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_variable_parts),
	    cmocka_unit_test(refuses_other_paths),
	    cmocka_unit_test(says_what_is_allowed),
	    cmocka_unit_test(table_fits_the_commands),
	    cmocka_unit_test(paths_name_parameters),
	    cmocka_unit_test(acts_have_endpoints),
	    cmocka_unit_test(figures_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
