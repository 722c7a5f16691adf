/*
 * mechanism_routing.c - the shipped mechanism routes the sample incidents as expected: for each that
 * has a category lead, assists, informed, zone and priority; for those without one at least nine
 * leads of ten. A township outside the city that is informed comes on top (Art. 6).
 *
 * The samples are not part of the repository: LIANDONG_DATA names their folder, by default
 * samples, seen from the repository, which the working directory is.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "domain/routing.h"
#include "mechanism/load.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct mechanism *mechanism;

static int load_shipped(void **state)
{
	struct problems p;
	struct buf text = {0};

	(void)state;
	problems_init(&p, true);
	mechanism = mechanism_load("config/zhangping", &p);
	if (!mechanism) {
		problems_print(&p, &text);
		fprintf(stderr, "config/zhangping does not load:\n%.*s\n", (int)text.n, text.p);
	}
	buf_free(&text);
	problems_free(&p);
	return mechanism ? 0 : -1;
}

static int drop_shipped(void **state)
{
	(void)state;
	mechanism_release(mechanism);
	return 0;
}

static FILE *open_data(const char *name)
{
	const char *folder = getenv("LIANDONG_DATA");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder ? folder : "samples", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is missing: put the sample incidents there, or say where they are with "
			 "LIANDONG_DATA=FOLDER (the tests run in the root of the repository)",
		    path);
	return f;
}

static json_t *next_line(FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	json_t *value = NULL;

	if (getline(&line, &cap, f) > 0) {
		value = json_loads(line, 0, NULL);
		assert_non_null(value);
	}
	free(line);
	return value;
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void route_sample(const json_t *incident, struct route *out)
{
	const char *priority = text_of(incident, "priority");
	struct route_query q = {
	    .category = text_of(incident, "category"),
	    .priority = priority ? (enum priority)name_index(priority_names, PRIORITY_COUNT, priority)
				 : PRIORITY_NONE,
	    .area = text_of(incident, "area"),
	    .address = text_of(incident, "address"),
	    .description = text_of(incident, "description"),
	};

	assert_true(time_parse(str_of(text_of(incident, "received_at")), &q.at));
	routing_decide(mechanism, &q, out);
}

static bool listed(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (text_eq(json_string_value(json_array_get(list, i)), id))
			return true;
	return false;
}

/* The units of one part are those of the list; townships do not count. */
static bool same_units(const struct route *r, enum dispatch_role role, const json_t *list)
{
	size_t n = 0;

	for (int i = 0; i < r->n_units; i++) {
		const struct unit *u = r->units[i].unit;

		if (r->units[i].role != role || (role != AS_LEAD && u->township))
			continue;
		if (!listed(list, u->id))
			return false;
		n++;
	}
	return n == json_array_size(list);
}

static bool same_lead(const struct route *r, const json_t *expected)
{
	return r->n_units > 0 && r->units[0].role == AS_LEAD &&
	    text_eq(r->units[0].unit->id, text_of(expected, "lead"));
}

static bool same_in_full(const struct route *r, const json_t *expected)
{
	return same_lead(r, expected) && same_units(r, AS_ASSIST, json_object_get(expected, "assist")) &&
	    same_units(r, AS_INFORM, json_object_get(expected, "inform")) &&
	    text_eq(zone_names[r->zone], text_of(expected, "zone")) &&
	    text_eq(priority_names[r->priority], text_of(expected, "priority"));
}

static void samples_go_where_expected(void **state)
{
	FILE *incidents = open_data("incidents.jsonl"), *expecteds = open_data("incidents-expected.jsonl");
	int with = 0, wrong = 0, without = 0, misled = 0;
	json_t *incident;

	(void)state;
	while ((incident = next_line(incidents))) {
		json_t *expected = next_line(expecteds);
		bool given = text_of(incident, "category") != NULL;
		struct route r;
		bool ok;

		assert_string_equal(text_of(incident, "number"), text_of(expected, "number"));
		route_sample(incident, &r);
		ok = given ? same_in_full(&r, expected) : same_lead(&r, expected);
		if (!ok)
			print_message("%s goes elsewhere, by %s\n", text_of(incident, "number"), r.rule);
		*(given ? &with : &without) += 1;
		*(given ? &wrong : &misled) += !ok;
		json_decref(incident);
		json_decref(expected);
	}
	fclose(incidents);
	fclose(expecteds);
	assert_int_equal(with + without, 120);
	assert_true(without > 0);
	assert_int_equal(wrong, 0);
	assert_true(misled * 10 <= without);
}

/* A township outside the city hears of everything that happens there, and assists in what is urgent. */
static void every_category_reaches_its_units(void **state)
{
	(void)state;
	assert_int_equal(mechanism->n_categories, 114);
	for (int i = 0; i < mechanism->n_categories; i++) {
		const struct category *c = &mechanism->categories[i];
		struct route_query q = {
		    .at = INT64_C(1772500000000), .category = c->code, .area = "350881102"};
		struct route r;

		routing_decide(mechanism, &q, &r);
		assert_string_not_equal(r.rule, "category"); /* the table says why */
		assert_ptr_equal(r.category, c);
		assert_int_equal(r.priority, c->priority);
		assert_int_equal(r.confidential, c->confidential);
		if (!c->lead) {
			assert_true(r.record_only);
			continue;
		}
		assert_ptr_equal(r.units[0].unit, c->lead);
		bool urgent = c->priority == P1 || c->priority == P2;
		int town = urgent ? 1 + c->n_assist : r.n_units - 1;
		assert_string_equal(r.units[town].unit->id, "town-yongfu");
		assert_int_equal(r.units[town].role, urgent ? AS_ASSIST : AS_INFORM);
		assert_int_equal(r.n_units, 1 + c->n_assist + c->n_inform + 1);
	}
}

static void hear(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	(void)rule;
	assert_true(*condition);
	*(int *)arg += matched;
}

/* What the index leaves out could not have matched: the slow walk over all rules agrees. */
static void explanation_agrees(void **state)
{
	FILE *f = open_data("incidents.jsonl");
	json_t *incident;

	(void)state;
	while ((incident = next_line(f))) {
		struct route_query q = {.at = INT64_C(1772500000000),
		    .area = text_of(incident, "area"),
		    .address = text_of(incident, "address"),
		    .description = text_of(incident, "description")};
		struct route fast, told;
		int matched = 0;

		routing_decide(mechanism, &q, &fast);
		routing_explain(mechanism, &q, &told, hear, &matched);
		assert_string_equal(fast.rule, told.rule);
		assert_ptr_equal(fast.category, told.category);
		assert_int_equal(fast.n_units, told.n_units);
		for (int i = 0; i < fast.n_units; i++)
			assert_ptr_equal(fast.units[i].unit, told.units[i].unit);
		assert_true(matched > 0);
		json_decref(incident);
	}
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples_go_where_expected),
	    cmocka_unit_test(every_category_reaches_its_units),
	    cmocka_unit_test(explanation_agrees),
	};

	return cmocka_run_group_tests(tests, load_shipped, drop_shipped);
}
