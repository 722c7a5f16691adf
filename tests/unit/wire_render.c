/*
 * wire_render.c - who sees what: masks, incidents by role, events by role; error bodies.
 */
#include "unit.h"
#include "base/arena.h"
#include "wire/render.h"

static struct arena *a;
static struct unit units[] = {{.id = "water", .name = "自来水公司", .tier = 1, .duty = {.phone = "0597-1"}},
    {.id = "fire", .name = "消防", .tier = 1, .duty = {.phone = "0597-2"}}};
static struct mechanism m = {.units = units, .n_units = 2, .revision = "0123456789ab"};

static void masks(void **state)
{
	(void)state;
	assert_string_equal(mask_phone(a, "13959001234"), "139****1234");
	assert_string_equal(mask_phone(a, "0597-7654321"), "059****4321");
	assert_string_equal(mask_phone(a, "7654321"), "765****21");
	assert_string_equal(mask_phone(a, "110"), "****");
	assert_string_equal(mask_phone(a, "一三九五九〇〇"), "****");
	assert_null(mask_phone(a, NULL));
	assert_string_equal(mask_name(a, "张三"), "张**");
	assert_string_equal(mask_name(a, "欧阳震华"), "欧**");
	assert_string_equal(mask_name(a, "A"), "A**");
	assert_string_equal(mask_name(a, ""), "");
	assert_null(mask_name(a, NULL));
	assert_string_equal(mask_text(a, "解放路12号"), "解***");
}

static struct dispatch dispatches[2];
static struct incident incident_of(enum incident_state state, bool confidential)
{
	dispatches[0] = (struct dispatch){.n = 1,
	    .unit = "water",
	    .role = AS_LEAD,
	    .state = DISPATCH_ISSUED,
	    .issued_at = INT64_C(1783633950000),
	    .seq = 7};
	dispatches[1] = (struct dispatch){.n = 2,
	    .unit = "fire",
	    .role = AS_ASSIST,
	    .state = DISPATCH_COMPLETED,
	    .issued_at = INT64_C(1783633950000),
	    .result = "ZZPII 结果"};
	return (struct incident){.number = "N1",
	    .state = state,
	    .received_at = INT64_C(1783633950000),
	    .reported_at = INT64_C(1783633950000),
	    .priority = P2,
	    .confidential = confidential,
	    .address = "ZZPII 路",
	    .reporter_name = "ZZPII",
	    .reporter_phone = "13959001234",
	    .description = "ZZPII 描述",
	    .has_location = true,
	    .lon_micro = 117420322,
	    .lat_micro = 25292320,
	    .datum = "gcj02",
	    .dispatches = dispatches,
	    .n_dispatches = 2};
}

static const char *rendered(const struct incident *inc, const struct view *v)
{
	struct buf b = {0};
	struct json j = json_to(&b);
	render_incident_open(&j, NULL, inc, &m, v, a);
	render_dispatches(&j, inc, &m, INT64_C(1783634000000), v);
	json_end(&j);
	const char *text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}

/* role, unit, unmask, state of the incident, confidential -> may see, in full */
static const struct {
	struct view v;
	enum incident_state state;
	bool confidential, see, full;
} views[] = {
    {{.role = ROLE_DESK}, INCIDENT_OPEN, false, true, true},
    {{.role = ROLE_DESK}, INCIDENT_CLOSED, true, true, true},
    {{.role = ROLE_LOCAL}, INCIDENT_OPEN, true, true, false},
    {{.role = ROLE_LOCAL, .unmask = true}, INCIDENT_OPEN, true, true, true},
    {{.role = ROLE_OFFICE}, INCIDENT_OPEN, false, true, false},
    {{.role = ROLE_OFFICE, .unmask = true}, INCIDENT_OPEN, false, true, false},
    {{.role = ROLE_OFFICE}, INCIDENT_OPEN, true, false, false},
    {{.role = ROLE_ADMIN}, INCIDENT_OPEN, false, false, false},
    {{.role = ROLE_INTEGRATION}, INCIDENT_OPEN, false, true, false},
    {{.role = ROLE_INTEGRATION}, INCIDENT_OPEN, true, false, false},
    {{.role = ROLE_LIAISON, .unit = "water"}, INCIDENT_OPEN, false, true, true},
    {{.role = ROLE_LIAISON, .unit = "water"}, INCIDENT_OPEN, true, true, true},
    {{.role = ROLE_LIAISON, .unit = "water"}, INCIDENT_CLOSED, false, true, false},
    {{.role = ROLE_LIAISON, .unit = "water"}, INCIDENT_CANCELLED, false, true, false},
    {{.role = ROLE_LIAISON, .unit = "fire"}, INCIDENT_OPEN, false, true, false}, /* its part is done */
    {{.role = ROLE_LIAISON, .unit = "power"}, INCIDENT_OPEN, false, false, false},
    {{.role = ROLE_LIAISON, .unit = NULL}, INCIDENT_OPEN, false, false, false},
};

static void each_role_sees_what_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(views); i++) {
		struct incident inc = incident_of(views[i].state, views[i].confidential);
		print_message("%s %s\n", role_names[views[i].v.role], views[i].v.unit ? views[i].v.unit : "");
		assert_int_equal(render_may_see(&views[i].v, &inc), views[i].see);
		assert_int_equal(render_in_full(&views[i].v, &inc), views[i].full);
		if (!views[i].see)
			continue;
		const char *text = rendered(&inc, &views[i].v);
		assert_int_equal(strstr(text, "ZZPII") != NULL, views[i].full);
		assert_int_equal(strstr(text, "13959001234") != NULL, views[i].full);
		assert_int_equal(strstr(text, "117.42") != NULL, views[i].full);
	}
}

static void a_secret_reporter_is_the_desks_alone(void **state)
{
	(void)state;
	struct incident inc = incident_of(INCIDENT_OPEN, false);
	inc.secret_reporter = true;
	assert_non_null(strstr(rendered(&inc, &(struct view){.role = ROLE_DESK}), "13959001234"));
	assert_null(strstr(rendered(&inc, &(struct view){.role = ROLE_LIAISON, .unit = "water"}),
	    "\"reporter\":"));
	assert_null(strstr(rendered(&inc, &(struct view){.role = ROLE_OFFICE}), "\"reporter\":"));
}

static void a_unit_sees_no_clocks_of_others(void **state)
{
	(void)state;
	struct incident inc = incident_of(INCIDENT_OPEN, false);
	dispatches[1].due[CLOCK_ARRIVE] = INT64_C(1783635750000);
	const char *text = rendered(&inc, &(struct view){.role = ROLE_LIAISON, .unit = "water"});
	assert_non_null(strstr(text, "\"unit\":\"fire\""));
	assert_null(strstr(text, "arrive_due"));
	assert_null(strstr(text, "0597-2"));
	assert_non_null(strstr(text, "0597-1"));
}

static const struct {
	enum account_role role;
	const char *unit;
	enum event_type type;
	const char *incident, *units;
	bool confidential, see;
} events[] = {
    {ROLE_DESK, NULL, EVENT_DISPATCH_ISSUED, "N", "water", true, true},
    {ROLE_OFFICE, NULL, EVENT_DISPATCH_ISSUED, "N", "water", false, true},
    {ROLE_OFFICE, NULL, EVENT_DISPATCH_ISSUED, "N", "water", true, false},
    {ROLE_ADMIN, NULL, EVENT_DISPATCH_ISSUED, "N", "water", false, false},
    {ROLE_LIAISON, "water", EVENT_DISPATCH_ISSUED, "N", "fire,water", true, true},
    {ROLE_LIAISON, "water", EVENT_DISPATCH_ISSUED, "N", "fire,waterworks", false, false},
    {ROLE_LIAISON, "water", EVENT_CONFIG_ACTIVATED, NULL, NULL, false, false},
    {ROLE_DESK, NULL, EVENT_CONFIG_ACTIVATED, NULL, NULL, false, true},
    {ROLE_ADMIN, NULL, EVENT_CONFIG_ACTIVATED, NULL, NULL, false, true},
    {ROLE_ADMIN, NULL, EVENT_ACCOUNT_ADDED, NULL, NULL, false, true},
    {ROLE_LOCAL, NULL, EVENT_ACCOUNT_REVOKED, NULL, NULL, false, true},
    {ROLE_DESK, NULL, EVENT_ACCOUNT_ADDED, NULL, NULL, false, false},
    {ROLE_OFFICE, NULL, EVENT_PERSONAL_READ, "N", "water", false, true},
    {ROLE_OFFICE, NULL, EVENT_PERSONAL_READ, "N", "water", true, false},
    {ROLE_LIAISON, "water", EVENT_PERSONAL_READ, "N", "water", false, false},
};

static void each_role_sees_its_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		struct view v = {.role = events[i].role, .unit = events[i].unit};
		struct event e = {.type = events[i].type, .incident = events[i].incident};
		print_message("%s %s\n", role_names[v.role], event_names[e.type]);
		assert_int_equal(render_may_see_event(&v, &e, events[i].units, events[i].confidential),
		    events[i].see);
	}
}

static void replies_have_their_order(void **state)
{
	(void)state;
	struct buf b = {0};
	render_rpc_result(&b, STR("7"), STR("{\"a\":1}"));
	assert_string_equal(arena_str(a, buf_view(&b)),
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":1}}");
	buf_reset(&b);
	render_rpc_error(&b, STR("\"x\""), ERROR_NOT_FOUND, "number", "没有", false);
	assert_string_equal(arena_str(a, buf_view(&b)),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32003,\"message\":\"没有\",\"data\":{"
	    "\"code\":"
	    "\"not-found\",\"field\":\"number\",\"detail\":\"没有\"}}}");
	buf_reset(&b);
	render_rpc_error(&b, STR("null"), ERROR_PARSE, NULL, NULL, true);
	assert_string_equal(arena_str(a, buf_view(&b)),
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"not a JSON "
	    "text\",\"data\":{"
	    "\"code\":\"parse-error\",\"detail\":\"not a JSON text\"}}}");
	buf_free(&b);
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	m.arena = a;
	mechanism_index(&m);
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
	    cmocka_unit_test(masks),
	    cmocka_unit_test(each_role_sees_what_it_may),
	    cmocka_unit_test(a_secret_reporter_is_the_desks_alone),
	    cmocka_unit_test(a_unit_sees_no_clocks_of_others),
	    cmocka_unit_test(each_role_sees_its_events),
	    cmocka_unit_test(replies_have_their_order),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
