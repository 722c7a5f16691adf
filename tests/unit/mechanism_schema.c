/*
 * mechanism_schema.c - config/schema/NAME.schema.json and the loader's tables say the same: the same
 * keys, required ones, words and bounds, level by level. Run from the top of the tree.
 */
#include "unit.h"
#include "base/arena.h"
#include "mechanism/shape.h"
#include <jansson.h>
#include <stdio.h>

struct comparison {
	json_t *root;
	const char *name;
	int differences;
};

static void differ(struct comparison *c, const char *path, const char *what, const char *key)
{
	print_error("%s.schema.json: %s: %s \"%s\"\n", c->name, path, what, key);
	c->differences++;
}

/* Follows "$ref": "#/$defs/NAME". */
static json_t *followed(struct comparison *c, json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	if (!ref)
		return schema;
	json_t *found = json_object_get(json_object_get(c->root, "$defs"), ref + strlen("#/$defs/"));
	if (!found)
		differ(c, ref, "no definition", ref);
	return found;
}

/* The schema of a mapping that a key's value holds: itself, a list's items, or a mapping's values
 * by pattern (the calendar's years). */
static json_t *mapping_in(struct comparison *c, json_t *schema)
{
	json_t *items = json_object_get(schema, "items"),
	       *by_pattern = json_object_get(schema, "patternProperties");
	const char *pattern;
	json_t *value;

	if (items)
		return followed(c, items);
	json_object_foreach(by_pattern, pattern, value)
		return followed(c, value);
	return schema;
}

static bool in_array(json_t *array, const char *text)
{
	size_t i;
	json_t *one;

	json_array_foreach(array, i, one)
		if (json_is_string(one) && strcmp(json_string_value(one), text) == 0)
			return true;
	return false;
}

static void compare_words(struct comparison *c, const char *path, const struct key *key, json_t *schema)
{
	json_t *words = json_object_get(schema, "enum");

	if (key->read != shape_word && !(key->n_names && words))
		return;
	for (int i = 0; i < key->n_names; i++)
		if (!in_array(words, key->names[i]))
			differ(c, path, "a word is missing", key->names[i]);
	if ((int)json_array_size(words) != key->n_names)
		differ(c, path, "other words than the table's in", key->name);
}

static void compare_bounds(struct comparison *c, const char *path, const struct key *key, json_t *schema)
{
	json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");

	if (key->read != shape_int && key->read != shape_int64)
		return;
	if (!least || json_integer_value(least) != key->least || !most ||
	    json_integer_value(most) != key->most)
		differ(c, path, "other bounds than the table's of", key->name);
}

static void compare_shape(struct comparison *c, const char *path, const struct shape *shape, json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties"),
	       *required = json_object_get(schema, "required");
	json_t *one;
	const char *name;
	char deeper[256];
	int n_required = 0;

	if (!json_is_false(json_object_get(schema, "additionalProperties")))
		differ(c, path, "should have additionalProperties: false", "");
	for (int i = 0; i < shape->n_keys; i++) {
		const struct key *key = &shape->keys[i];
		if (key->now) { /* an old word is in no schema */
			if (json_object_get(properties, key->name))
				differ(c, path, "an old word in the schema", key->name);
			continue;
		}
		snprintf(deeper, sizeof(deeper), "%s.%s", path, key->name);
		if (!(one = json_object_get(properties, key->name))) {
			differ(c, path, "a key is missing", key->name);
			continue;
		}
		n_required += key->required;
		if (key->required != in_array(required, key->name))
			differ(c, path, "required here or there only", key->name);
		one = followed(c, one);
		compare_words(c, deeper, key, one);
		compare_bounds(c, deeper, key, one);
		if (key->shape)
			compare_shape(c, deeper, key->shape, mapping_in(c, one));
	}
	json_object_foreach(properties, name, one) {
		bool known = false;
		for (int i = 0; i < shape->n_keys; i++)
			known = known || strcmp(shape->keys[i].name, name) == 0;
		if (!known)
			differ(c, path, "a key the loader does not know", name);
	}
	if ((int)json_array_size(required) != n_required)
		differ(c, path, "requires what the loader does not know", "");
}

static void schemas_are_the_tables(void **state)
{
	struct arena *a = arena_new();
	const struct {
		const char *name;
		const struct shape *shape;
	} files[] = {
	    {"units", &units_shape},
	    {"areas", &areas_shape},
	    {"categories", &categories_shape},
	    {"calendar", &calendar_shape},
	    {"policy", &policy_shape},
	    {"contacts", &contacts_shape},
	    {"rosters", &rosters_shape},
	    {"notices", &notices_shape},
	    {"exchange", &exchange_shape},
	    {"routing", &routing_shape},
	    {"routing-tests", &tests_shape},
	    {"liandong", options_shape(a)},
	};
	int differences = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct comparison c = {.name = files[i].name};
		char path[128];
		json_error_t error;

		snprintf(path, sizeof(path), "config/schema/%s.schema.json", files[i].name);
		c.root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
		if (!c.root)
			fail_msg("%s: %s", path, error.text);
		compare_shape(&c, "", files[i].shape, c.root);
		differences += c.differences;
		json_decref(c.root);
	}
	arena_free(a);
	assert_int_equal(differences, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(schemas_are_the_tables)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
