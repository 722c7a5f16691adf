/*
 * wire_render.c - masks, incidents and events as their callers may see them; error bodies.
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
	assert_string_equal(mask_phone(a, "7654321"), "7****21"); /* at least four digits are hidden */
	assert_string_equal(mask_phone(a, "76543210"), "76****10");
	assert_string_equal(mask_phone(a, "765432109"), "765****09");
	assert_string_equal(mask_phone(a, "7654321098"), "765****98");
	assert_string_equal(mask_phone(a, "765432"), "****");
	assert_string_equal(mask_phone(a, "0597 765 4321"), "059****4321");
	assert_string_equal(mask_phone(a, "765-4321"), "7****21");
	assert_string_equal(mask_phone(a, "+86 139-5900-1234"), "861****1234");
	assert_string_equal(mask_phone(a, "13959001234 Li Si"), "139****1234"); /* and every letter */
	assert_string_equal(mask_phone(a, "13959001234转李四"), "139****1234");
	assert_string_equal(mask_phone(a, ""), "****");
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

static struct dispatch dispatches[3];
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
	dispatches[2] = (struct dispatch){
	    .n = 3, .unit = "media", .role = AS_INFORM, .state = DISPATCH_ISSUED, .rule = "rule-of-it"};
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
	    .rule = "rule-of-it",
	    .n_dispatches = 3};
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

/* What is seen in full, masked, or left out; domain_sight.c has who that is. */
static void masked_or_left_out(void **state)
{
	(void)state;
	const struct {
		struct view v;
		bool confidential, full, description, category;
	} cases[] = {
	    {{.role = ROLE_DESK}, true, true, true, true}, {{.role = ROLE_LOCAL}, true, false, true, true},
	    {{.role = ROLE_LOCAL, .unmask = true}, true, true, true, true},
	    {{.role = ROLE_OFFICE}, false, false, true, true},
	    {{.role = ROLE_OFFICE}, true, false, false, true}, /* clocks and steps, not its people */
	    {{.role = ROLE_LIAISON, .unit = "water"}, true, true, true, true},
	    {{.role = ROLE_LIAISON, .unit = "fire"}, false, false, true, true}, /* its dispatch is done */
	    {{.role = ROLE_LIAISON, .unit = "media"}, false, true, true, true},
	    {{.role = ROLE_LIAISON, .unit = "media"}, true, false, false, false}, /* only informed */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident inc = incident_of(INCIDENT_OPEN, cases[i].confidential);
		const char *text = rendered(&inc, &cases[i].v);
		print_message("%s %s\n", role_names[cases[i].v.role], cases[i].v.unit ? cases[i].v.unit : "");
		assert_int_equal(strstr(text, "ZZPII") != NULL, cases[i].full);
		assert_int_equal(strstr(text, "13959001234") != NULL, cases[i].full);
		assert_int_equal(strstr(text, "117.42") != NULL, cases[i].full);
		assert_int_equal(strstr(text, "\"description\":") != NULL, cases[i].description);
		assert_int_equal(strstr(text, "\"reporter\":") != NULL, cases[i].description);
		assert_int_equal(strstr(text, "\"category\":") != NULL, cases[i].category);
		assert_int_equal(strstr(text, "\"rule-of-it\"") != NULL, cases[i].category);
		assert_non_null(strstr(text, "\"number\":\"N1\",\"state\":\"open\""));
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
	dispatches[1].clocks[CLOCK_ARRIVE].due = INT64_C(1783635750000);
	const char *text = rendered(&inc, &(struct view){.role = ROLE_LIAISON, .unit = "water"});
	assert_non_null(strstr(text, "\"unit\":\"fire\""));
	assert_null(strstr(text, "arrive_due"));
	assert_null(strstr(text, "0597-2"));
	assert_non_null(strstr(text, "0597-1"));
}

static void of_others_events_identity_state_and_time(void **state)
{
	(void)state;
	struct seen_event e = {.e = {.seq = 9,
				   .at = INT64_C(1783633950000),
				   .type = EVENT_DISPATCH_ARRIVED,
				   .incident = "N1",
				   .dispatch = 2,
				   .unit = "fire",
				   .by = "captain",
				   .data = STR("{\"state\":\"arrived\"}")},
	    .units = "water,fire",
	    .words = {.text = "ZZPII"}};
	struct buf b = {0};
	struct json j = json_to(&b);
	render_event(&j, NULL, &e, true, &(struct view){.role = ROLE_LIAISON, .unit = "water"});
	assert_string_equal(arena_str(a, buf_view(&b)),
	    "{\"seq\":9,\"at\":\"2026-07-10T05:52:30+08:00\",\"type\":\"dispatch.arrived\",\"incident\":"
	    "\"N1\","
	    "\"dispatch\":\"N1-02\",\"unit\":\"fire\",\"data\":{}}");
	buf_reset(&b);
	j = json_to(&b);
	render_event(&j, NULL, &e, true, &(struct view){.role = ROLE_LIAISON, .unit = "fire"});
	assert_string_equal(arena_str(a, buf_view(&b)),
	    "{\"seq\":9,\"at\":\"2026-07-10T05:52:30+08:00\",\"type\":\"dispatch.arrived\",\"incident\":"
	    "\"N1\","
	    "\"dispatch\":\"N1-02\",\"unit\":\"fire\",\"by\":\"captain\",\"text\":\"ZZPII\",\"data\":{"
	    "\"state\":\"arrived\"}}");
	buf_free(&b);
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
	    cmocka_unit_test(masked_or_left_out),
	    cmocka_unit_test(a_secret_reporter_is_the_desks_alone),
	    cmocka_unit_test(a_unit_sees_no_clocks_of_others),
	    cmocka_unit_test(of_others_events_identity_state_and_time),
	    cmocka_unit_test(replies_have_their_order),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
