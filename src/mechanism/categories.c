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
};

static const struct category category_initial = {.counted = true};
static const struct shape category_shape = {SHAPE_KEYS(category_keys), .size = sizeof(struct category),
    .initial = &category_initial, .done = shape_parts_once};

static const struct key categories_keys[] = {
    SHAPE_KEY("categories", shape_maps, struct mechanism, categories,
	.count = offsetof(struct mechanism, n_categories), .required = true, .shape = &category_shape,
	.unique = "code"),
};
const struct shape categories_shape = {SHAPE_KEYS(categories_keys), .size = sizeof(struct mechanism)};
