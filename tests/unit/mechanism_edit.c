/*
 * mechanism_edit.c - a YAML file is changed where it was asked and nowhere else.
 */
#include "unit.h"
#include "base/arena.h"
#include "mechanism/edit.h"

static const char file[] = "# 单位\n"                                                /* 1 */
			   "units:\n"                                                /* 2 */
			   "  - id: water # 供水\n"                                  /* 3 */
			   "    name: 自来水公司   # 全称\n"                         /* 4 */
			   "    duty: {phone: \"0597-1}#\", title: 值班室} # 值班\n" /* 5 */
			   "    leader:\n"                                           /* 6 */
			   "      phone: '0597-2''x'\n"                              /* 7 */
			   "    order: [[chen], [\"li\"]]\n"                         /* 8 */
			   "    none: []\n"                                          /* 9 */
			   "    last: \"两\n"                                        /* 10 */
			   "      行\"";                                             /* 11 */

struct opened {
	struct problems p;
	struct arena *a;
	struct edits e;
	const struct node *unit;
};

static struct opened opened(void)
{
	struct opened o;

	problems_init(&o.p, false);
	o.a = arena_new();
	struct node *root = yaml_parse(o.a, "units.yaml", str_of(file), YAML_FILE_MAX, &o.p);
	assert_non_null(root);
	assert_int_equal(o.p.n, 0);
	o.unit = yaml_get(root, "units")->child;
	o.e = edits_of(o.a, str_of(file));
	return o;
}

static void gives(struct opened *o, const char *expected)
{
	struct buf b = {0};

	edits_apply(&o->e, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, expected);
	buf_free(&b);
	problems_free(&o->p);
	arena_free(o->a);
}

static void nothing_asked_nothing_changed(void **state)
{
	struct opened o = opened();

	(void)state;
	gives(&o, file);
}

static void values_are_replaced_at_their_places(void **state)
{
	struct opened o = opened();

	(void)state;
	assert_true(edit_value(&o.e, yaml_get(o.unit, "duty"), "{phone: \"1\"}"));
	assert_true(edit_value(&o.e, yaml_get(o.unit, "name"), "水务"));
	assert_true(edit_value(&o.e, yaml_get(yaml_get(o.unit, "leader"), "phone"), "\"2\""));
	assert_true(edit_append(&o.e, yaml_get(o.unit, "order"), "[wang]"));
	assert_true(edit_append(&o.e, yaml_get(o.unit, "none"), "[wang]"));
	edit_insert(&o.e, 4, "    short: 水司\n");
	gives(&o,
	    "# 单位\nunits:\n  - id: water # 供水\n    name: 水务   # 全称\n    short: 水司\n"
	    "    duty: {phone: \"1\"} # 值班\n    leader:\n      phone: \"2\"\n"
	    "    order: [[chen], [\"li\"], [wang]]\n    none: [[wang]]\n    last: \"两\n      行\"");
}

static void lines_come_and_go(void **state)
{
	struct opened o = opened();

	(void)state;
	edit_drop(&o.e, 1);
	edit_drop(&o.e, 8);
	edit_insert(&o.e, 11, "# 末\n");
	gives(&o,
	    "units:\n  - id: water # 供水\n    name: 自来水公司   # 全称\n"
	    "    duty: {phone: \"0597-1}#\", title: 值班室} # 值班\n    leader:\n      phone: '0597-2''x'\n"
	    "    none: []\n    last: \"两\n      行\"\n# 末\n");
}

static void what_is_not_on_one_line_is_left(void **state)
{
	struct opened o = opened();

	(void)state;
	assert_false(edit_value(&o.e, yaml_get(o.unit, "leader"), "{}"));
	assert_false(edit_value(&o.e, yaml_get(o.unit, "last"), "一"));
	assert_false(edit_append(&o.e, yaml_get(o.unit, "name"), "一"));
	assert_int_equal(edit_last_line(yaml_get(o.unit, "leader")), 7);
	assert_int_equal(edit_last_line(o.unit), 10);
	gives(&o, file);
}

static void texts_are_quoted_where_they_could_mean_something(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(edit_scalar(a, "张三"), "张三");
	assert_string_equal(edit_scalar(a, "no"), "\"no\"");
	assert_string_equal(edit_scalar(a, "张: 三"), "\"张: 三\"");
	assert_string_equal(edit_quoted(a, "a\"b\\c"), "\"a\\\"b\\\\c\"");
	arena_free(a);
}

/* An item behind the one with that id; -1: before the first. What comes of it. */
static void item_goes(const char *text, int after, const char *expected)
{
	struct problems p;
	struct arena *a = arena_new();
	struct buf b = {0};
	int line;

	problems_init(&p, false);
	const struct node *list = yaml_get(yaml_parse(a, "x", str_of(text), YAML_FILE_MAX, &p), "l"),
			  *item = NULL;
	for (int i = 0; i <= after; i++)
		item = item ? item->next : list->child;
	struct edits e = edits_of(a, str_of(text));
	bool done = edit_add_item(&e, list, item, "id: n\nw:\n  k: 1\n", &line);
	assert_int_equal(done, expected != NULL);
	edits_apply(&e, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, expected ? expected : text);
	buf_free(&b);
	problems_free(&p);
	arena_free(a);
}

static void items_are_added_where_they_belong(void **state)
{
	(void)state;
	/* comments above an item stay above it, those within the one before stay with it */
	item_goes("l:\n  # a\n  - id: a\n    # of a\n  # b\n  - id: b\n# end\nx: 1\n", 0,
	    "l:\n  # a\n  - id: a\n    # of a\n  - id: n\n    w:\n      k: 1\n  # b\n  - id: b\n# end\nx: "
	    "1\n");
	item_goes("l:\n  # a\n  - id: a\n", -1, "l:\n  # a\n  - id: n\n    w:\n      k: 1\n  - id: a\n");
	/* without indentation, without an end of the last line, an item of more lines than its nodes */
	item_goes("l:\n- id: a\n  t: \"x\n   y\"", 0,
	    "l:\n- id: a\n  t: \"x\n   y\"\n- id: n\n  w:\n    k: 1\n");
	/* items that are parted by blank lines */
	item_goes("l:\n  - id: a\n\n  - id: b\n\n  - id: c\n", 2,
	    "l:\n  - id: a\n\n  - id: b\n\n  - id: c\n\n  - id: n\n    w:\n      k: 1\n");
	item_goes("l:\n  - id: a\n\n  - id: b\n", 0,
	    "l:\n  - id: a\n\n  - id: n\n    w:\n      k: 1\n\n  - id: b\n");
	/* a list in brackets is for a person to change */
	item_goes("l: [{id: a}]\n", 0, NULL);
}

static void codes_are_quoted_where_they_could_mean_something(void **state)
{
	static const struct {
		const char *code, *written;
	} cases[] = {{"601301", "\"601301\""}, {"urban-management", "urban-management"}, {"P1", "P1"},
	    {"on", "\"on\""}, {"No", "\"No\""}, {"6013*", "\"6013*\""}, {"none", "none"}};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(edit_code(a, cases[i].code), cases[i].written);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_asked_nothing_changed),
	    cmocka_unit_test(values_are_replaced_at_their_places),
	    cmocka_unit_test(lines_come_and_go),
	    cmocka_unit_test(what_is_not_on_one_line_is_left),
	    cmocka_unit_test(items_are_added_where_they_belong),
	    cmocka_unit_test(codes_are_quoted_where_they_could_mean_something),
	    cmocka_unit_test(texts_are_quoted_where_they_could_mean_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
