/*
 * categories.c - categories.yaml: the kinds of matters, how urgent each is, who takes it.
 */
#include "mechanism/shape.h"

/* A unit, or `none`: only recorded. */
static void read_lead(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	if (shape_get_ref(r, v, &id) && strcmp(id, "none") != 0)
		shape_later(r, v, SHAPE_AT(const struct unit *, base, k->offset), shape_find_unit);
}

static void read_assist(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct category *category = base;

	(void)k;
	shape_units(r, v, &category->assist, &category->n_assist, NULL);
}

static void read_inform(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct category *category = base;

	(void)k;
	shape_units(r, v, &category->inform, &category->n_inform, &category->inform_township);
}

/* -- retired codes ----------------------------------------------------------------------------- */

static void find_heir(struct reading *r, const struct node *v, void *at)
{
	const struct category *heir = shape_category_of(r, v);

	if (heir && heir->retired)
		yaml_problem(r->problems, PROBLEM_HEIR, v, "类别 %s 自己也已停用:heir 要写还在用的类别",
		    "the category %s is retired itself: name one that is in use", heir->code);
	else if (heir)
		*(const struct category **)at = heir;
}

static void read_heir(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *code;

	if (shape_get_code(r, v, &code))
		shape_later(r, v, SHAPE_AT(const struct category *, base, k->offset), find_heir);
}

/* Who reports a retired code is sent the units of its heir, so it has one. */
static void category_done(struct reading *r, const struct node *map, void *base)
{
	const struct category *category = base;
	const struct node *heir = yaml_get(map, "heir"), *retired = yaml_get(map, "retired");

	shape_parts_once(r, map, base);
	if (category->retired && !heir)
		yaml_problem(r->problems, PROBLEM_HEIR, retired, "停用的类别要用 heir 写明由哪个类别承接",
		    "a retired category names by heir which one takes its place");
	else if (heir && !category->retired)
		yaml_problem(r->problems, PROBLEM_HEIR, heir, "只有停用的类别(retired: true)才有 heir",
		    "only a retired category (retired: true) has an heir");
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct key category_keys[] = {
    SHAPE_KEY("code", shape_code, struct category, code, .required = true),
    SHAPE_KEY("name", shape_text, struct category, name, .required = true),
    SHAPE_KEY("priority", shape_word, struct category, priority, .required = true,
	SHAPE_NAMES(priority_names, 1), .least = 1),
    SHAPE_KEY("keywords", shape_words, struct category, keywords,
	.count = offsetof(struct category, n_keywords)),
    SHAPE_KEY("lead", read_lead, struct category, lead, .required = true),
    {.name = "assist", .read = read_assist},
    {.name = "inform", .read = read_inform},
    SHAPE_KEY("arrival", shape_word, struct category, arrival, .required = true,
	SHAPE_NAMES(arrival_names, 0)),
    SHAPE_KEY("negation", shape_bool_not, struct category, no_negation),
    SHAPE_KEY("confidential", shape_bool, struct category, confidential),
    SHAPE_KEY("counted", shape_bool, struct category, counted),
    SHAPE_KEY("note", shape_text, struct category, note),
    SHAPE_KEY("covers", shape_text, struct category, covers),
    SHAPE_KEY("not", shape_text, struct category, leaves),
    SHAPE_KEY("retired", shape_bool, struct category, retired),
    SHAPE_KEY("heir", read_heir, struct category, heir),
};

static const struct category category_initial = {.counted = true};
static const struct shape category_shape = {SHAPE_KEYS(category_keys), .size = sizeof(struct category),
    .initial = &category_initial, .done = category_done};

static const struct key categories_keys[] = {
    SHAPE_KEY("categories", shape_maps, struct mechanism, categories,
	.count = offsetof(struct mechanism, n_categories), .required = true, .shape = &category_shape,
	.unique = "code"),
};
const struct shape categories_shape = {SHAPE_KEYS(categories_keys), .size = sizeof(struct mechanism)};
