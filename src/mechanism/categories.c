/*
 * categories.c - categories.yaml: the kinds of matters, how urgent each is, who takes it.
 */
#include "mechanism/shape.h"

/* A unit, or `none`: only recorded. */
static void read_lead(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	if (shape_get_code(r, v, &id) && strcmp(id, "none") != 0)
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
    {.name = "code", .read = shape_code, .offset = offsetof(struct category, code), .required = true},
    {.name = "name", .read = shape_text, .offset = offsetof(struct category, name), .required = true},
    {.name = "priority", .read = shape_word, .offset = offsetof(struct category, priority), .required = true,
        SHAPE_NAMES(priority_names, 1), .least = 1},
    {.name = "keywords", .read = shape_texts, .offset = offsetof(struct category, keywords),
        .count = offsetof(struct category, n_keywords)},
    {.name = "lead", .read = read_lead, .offset = offsetof(struct category, lead), .required = true},
    {.name = "assist", .read = read_assist},
    {.name = "inform", .read = read_inform},
    {.name = "arrival", .read = shape_word, .offset = offsetof(struct category, arrival), .required = true,
        SHAPE_NAMES(arrival_names, 0)},
    {.name = "confidential", .read = shape_bool, .offset = offsetof(struct category, confidential)},
    {.name = "counted", .read = shape_bool, .offset = offsetof(struct category, counted)},
    {.name = "note", .read = shape_text, .offset = offsetof(struct category, note)},
};

static const struct category category_initial = {.counted = true};
static const struct shape category_shape = {SHAPE_KEYS(category_keys), .size = sizeof(struct category),
    .initial = &category_initial, .done = shape_parts_once};

static const struct key categories_keys[] = {
    {.name = "categories", .read = shape_maps, .offset = offsetof(struct mechanism, categories),
        .count = offsetof(struct mechanism, n_categories), .required = true, .shape = &category_shape,
        .unique = "code"},
};
const struct shape categories_shape = {SHAPE_KEYS(categories_keys), .size = sizeof(struct mechanism)};
