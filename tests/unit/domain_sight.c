/*
 * domain_sight.c - who may see what: incidents, people, clocks and events, each role by itself. The
 * expectations are written out from the rule, not taken from the table.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/sight.h"

static struct arena *a;

/* water leads, fire assists (done), media is informed, power was withdrawn, health is no part of it. */
static struct dispatch dispatches[4];
static struct incident incident_of(enum incident_state state, bool confidential)
{
	dispatches[0] = (struct dispatch){.n = 1, .unit = "water", .role = AS_LEAD};
	dispatches[1] =
	    (struct dispatch){.n = 2, .unit = "fire", .role = AS_ASSIST, .state = DISPATCH_COMPLETED};
	dispatches[2] = (struct dispatch){.n = 3, .unit = "media", .role = AS_INFORM};
	dispatches[3] =
	    (struct dispatch){.n = 4, .unit = "power", .role = AS_ASSIST, .state = DISPATCH_WITHDRAWN};
	return (struct incident){
	    .state = state, .confidential = confidential, .dispatches = dispatches, .n_dispatches = 4};
}

#define LIAISON(u)                                                                                           \
	{                                                                                                    \
		.role = ROLE_LIAISON, .unit = u                                                              \
	}

/* What is seen: incident, subject, people as - (nothing), m (masked), + (all). */
static const struct {
	struct view v;
	const char *plain, *confidential;
} incidents[] = {
    {{.role = ROLE_DESK}, "+++", "+++"},
    {{.role = ROLE_OFFICE}, "++m", "++-"},
    {{.role = ROLE_OFFICE, .unmask = true}, "++m", "++-"},
    {{.role = ROLE_ADMIN}, "---", "---"},
    {{.role = ROLE_INTEGRATION}, "++m", "---"},
    {{.role = ROLE_LOCAL}, "++m", "++m"},
    {{.role = ROLE_LOCAL, .unmask = true}, "+++", "+++"},
    {LIAISON("water"), "+++", "+++"},
    {LIAISON("fire"), "++m", "++m"},
    {LIAISON("media"), "+++", "+--"},
    {LIAISON("power"), "++m", "+--"},
    {LIAISON("health"), "---", "---"},
    {LIAISON(NULL), "---", "---"},
    {{.role = ROLE_WALL}, "++-", "---"},
    {{.role = ROLE_NONE}, "---", "---"},
};

static const char *sights(const struct view *v, const struct incident *inc)
{
	static const char signs[] = {
	    [SIGHT_NONE] = '-', [SIGHT_MASKED] = 'm', [SIGHT_OWN] = '?', [SIGHT_ALL] = '+'};
	return arena_printf(a, "%c%c%c", signs[sight_of(v, THING_INCIDENT, inc)],
	    signs[sight_of(v, THING_SUBJECT, inc)], signs[sight_of(v, THING_PEOPLE, inc)]);
}

static void each_role_sees_what_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(incidents); i++) {
		const struct view *v = &incidents[i].v;
		struct incident plain = incident_of(INCIDENT_OPEN, false);
		struct incident secret = incident_of(INCIDENT_OPEN, true);
		print_message("%s %s\n", role_names[v->role], v->unit ? v->unit : "");
		assert_string_equal(sights(v, &plain), incidents[i].plain);
		assert_string_equal(sights(v, &secret), incidents[i].confidential);
		assert_int_equal(sight_sees(v, &plain), incidents[i].plain[0] == '+');
		assert_int_equal(sight_in_full(v, &plain), incidents[i].plain[2] == '+');
	}
}

/* Earlier calls of the same caller: the desk's; at the machine what no secret is, and all where that is recorded. */
static void who_sees_earlier_calls(void **state)
{
	static const struct {
		struct view v;
		const char *of_any, *of_confidential, *of_secret;
	} rows[] = {{{.role = ROLE_DESK}, "+", "+", "+"}, {{.role = ROLE_SHIFT_LEADER}, "+", "+", "+"},
	    {{.role = ROLE_LOCAL}, "m", "-", "-"}, {{.role = ROLE_LOCAL, .unmask = true}, "+", "+", "+"},
	    {{.role = ROLE_OFFICE}, "-", "-", "-"}, {{.role = ROLE_ADMIN}, "-", "-", "-"},
	    {{.role = ROLE_INTEGRATION}, "-", "-", "-"}, {LIAISON("water"), "-", "-", "-"}};
	static const char signs[] = {[SIGHT_NONE] = '-', [SIGHT_MASKED] = 'm', [SIGHT_ALL] = '+'};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct view *v = &rows[i].v;
		struct incident plain = incident_of(INCIDENT_OPEN, false);
		struct incident confidential = incident_of(INCIDENT_OPEN, true), secret = plain;

		secret.secret_reporter = true;
		print_message("%s\n", role_names[v->role]);
		assert_int_equal(signs[sight_history(v, NULL)], rows[i].of_any[0]);
		assert_int_equal(signs[sight_history(v, &plain)], rows[i].of_any[0]);
		assert_int_equal(signs[sight_history(v, &confidential)], rows[i].of_confidential[0]);
		assert_int_equal(signs[sight_history(v, &secret)], rows[i].of_secret[0]);
	}
}

static void what_is_over_is_masked_for_units(void **state)
{
	(void)state;
	struct view water = LIAISON("water"), desk = {.role = ROLE_DESK};
	for (int k = 0; k < 2; k++) {
		struct incident inc = incident_of(k ? INCIDENT_CLOSED : INCIDENT_CANCELLED, false);
		assert_string_equal(sights(&water, &inc), "++m");
		assert_string_equal(sights(&desk, &inc), "+++");
	}
}

static void a_secret_reporter_is_the_desks(void **state)
{
	(void)state;
	struct incident inc = incident_of(INCIDENT_OPEN, false);
	for (size_t i = 0; i < COUNT(incidents); i++) {
		const struct view *v = &incidents[i].v;
		inc.secret_reporter = false;
		assert_int_equal(sight_reporter(v, &inc), sight_of(v, THING_PEOPLE, &inc));
		inc.secret_reporter = true;
		assert_int_equal(sight_reporter(v, &inc),
		    v->role == ROLE_DESK        ? SIGHT_ALL
			: v->role != ROLE_LOCAL ? SIGHT_NONE
			: v->unmask             ? SIGHT_ALL
						: SIGHT_MASKED);
	}
}

static void clocks_are_a_units_own(void **state)
{
	(void)state;
	struct incident plain = incident_of(INCIDENT_OPEN, false), secret = incident_of(INCIDENT_OPEN, true);
	struct view water = LIAISON("water"), media = LIAISON("media"), office = {.role = ROLE_OFFICE};
	struct view hotline = {.role = ROLE_INTEGRATION};
	assert_true(sight_clocks(&water, &plain, &dispatches[0]));
	assert_false(sight_clocks(&water, &plain, &dispatches[1]));
	assert_true(sight_clocks(&water, &secret, &dispatches[0]));
	assert_true(sight_clocks(&media, &plain, &dispatches[2]));
	assert_false(sight_clocks(&media, &secret, &dispatches[2]));
	assert_true(sight_clocks(&office, &secret, &dispatches[1]));
	assert_true(sight_clocks(&hotline, &plain, &dispatches[1]));
	assert_false(sight_clocks(&hotline, &secret, &dispatches[1]));
	assert_true(sight_own(&media, &dispatches[2]));
	assert_false(sight_own(&media, &dispatches[0]));
	assert_true(sight_own(&office, &dispatches[0]));
	assert_true(sight_contacts(&water, "water"));
	assert_false(sight_contacts(&water, "fire"));
	assert_true(sight_contacts(&office, "fire"));
}

/* desk, office, admin, integration, local; then the units water (own), fire (another's), media (informed
 * only, where confidential) and health (no part). '*': not told who did it, nor with what data. */
static const struct {
	enum event_type type;
	const char *unit;
	bool system;
	const char *plain, *confidential;
} events[] = {
    {EVENT_INCIDENT_REPORTED, NULL, false, "++-++ +++-", "++--+ ++*-"},
    {EVENT_INCIDENT_AMENDED, NULL, false, "++-++ +++-", "++--+ ++--"},
    {EVENT_INCIDENT_ANNOTATED, NULL, false, "++-++ +++-", "++--+ ++--"},
    {EVENT_INCIDENT_CLOSED, NULL, false, "++-++ +++-", "++--+ ++*-"},
    {EVENT_DISPATCH_ISSUED, "water", false, "++-++ +**-", "++--+ +**-"},
    {EVENT_DISPATCH_PROGRESSED, "water", false, "++-++ +**-", "++--+ +**-"},
    {EVENT_DISPATCH_ISSUED, "media", false, "++-++ **+-", "++--+ ***-"},
    {EVENT_REMINDER_SENT, "water", false, "++-++ +---", "++--+ +---"},
    {EVENT_ESCALATION_RAISED, "water", false, "++-++ +---", "++--+ +---"},
    {EVENT_DISPATCH_OVERDUE, "water", false, "++-++ +---", "++--+ +---"},
    {EVENT_REMINDER_SENT, "media", false, "++-++ --+-", "++--+ ----"},
    {EVENT_INVARIANT_REPAIRED, NULL, false, "++-++ ----", "++--+ ----"},
    {EVENT_PERSONAL_READ, "water", false, "++--+ ----", "++--+ ----"},
    {EVENT_CONFIG_ACTIVATED, NULL, true, "+++-+ ----", "+++-+ ----"},
    {EVENT_SYSTEM_RESUMED, NULL, true, "+++-+ ----", "+++-+ ----"},
    {EVENT_ACCOUNT_ADDED, NULL, true, "--+-+ ----", "--+-+ ----"},
    {EVENT_ACCOUNT_REVOKED, NULL, true, "--+-+ ----", "--+-+ ----"},
};

static void each_role_sees_its_events(void **state)
{
	static const struct view views[] = {{.role = ROLE_DESK}, {.role = ROLE_OFFICE}, {.role = ROLE_ADMIN},
	    {.role = ROLE_INTEGRATION}, {.role = ROLE_LOCAL}, {.role = ROLE_NONE}, LIAISON("water"),
	    LIAISON("fire"), LIAISON("media"), LIAISON("health")};
	static const char signs[] = {
	    [SIGHT_NONE] = '-', [SIGHT_MASKED] = '*', [SIGHT_OWN] = '?', [SIGHT_ALL] = '+'};
	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		for (int secret = 0; secret < 2; secret++) {
			struct seen_event e = {.e = {.type = events[i].type,
						   .incident = events[i].system ? NULL : "N",
						   .unit = events[i].unit},
			    .units = events[i].system ? NULL : "water,fire,media",
			    .confidential = secret,
			    .informed = secret ? "media" : NULL};
			char got[COUNT(views) + 1] = "";
			for (size_t k = 0; k < COUNT(views); k++)
				got[k] = signs[sight_event(&views[k], &e)];
			assert_int_equal(got[5], '-');
			got[5] = ' ';
			print_message("%s %s\n", event_names[events[i].type], secret ? "confidential" : "");
			assert_string_equal(got, secret ? events[i].confidential : events[i].plain);
		}
	}
}

/* A new type of event is thought of, or not even the control socket sees it. */
static void every_event_has_its_row(void **state)
{
	struct view local = {.role = ROLE_LOCAL};
	(void)state;
	for (int t = 0; t < EVENT_TYPES; t++) {
		print_message("%s\n", event_names[t]);
		assert_int_equal(sight_event(&local, &(struct seen_event){.e = {.type = (enum event_type)t}}),
		    SIGHT_ALL);
	}
}

static void who_is_only_informed(void **state)
{
	(void)state;
	assert_null(sight_informed(a, "water,fire", "fire,water"));
	assert_string_equal(sight_informed(a, "water,fire,media", "water,fire"), "media");
	assert_string_equal(sight_informed(a, "media,water,media,waterworks", "water"), "media,waterworks");
	assert_string_equal(sight_informed(a, "media", NULL), "media");
	assert_null(sight_informed(a, NULL, NULL));
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
	    cmocka_unit_test(each_role_sees_what_it_may),
	    cmocka_unit_test(who_sees_earlier_calls),
	    cmocka_unit_test(what_is_over_is_masked_for_units),
	    cmocka_unit_test(a_secret_reporter_is_the_desks),
	    cmocka_unit_test(clocks_are_a_units_own),
	    cmocka_unit_test(each_role_sees_its_events),
	    cmocka_unit_test(every_event_has_its_row),
	    cmocka_unit_test(who_is_only_informed),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
