/*
 * near.c - references to members of the mechanism, and what was meant where there is no such member: the nearest
 * code, or the member whose name somebody wrote in its place (lead: 自来水公司). Names are compared folded.
 * Place: mechanism, beneath the files' readers.
 */
#include "base/arena.h"
#include "domain/fold.h"
#include "mechanism/shape.h"

#define NEAR_MAX 6 /* bytes of a name that may differ: two Chinese characters */

/* The members of one kind, whatever their struct. */
struct members {
	const char *zh, *en; /* what they are called */
	const void *v;
	int n;
	size_t size, code, name, other; /* offsets of texts; other: a second name */
};

static const char *text_of(const struct members *m, int i, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)m->v + (size_t)i * m->size + offset);
}

/* How far the text is from this one; `cap` where it is that or more. Both folded. */
static unsigned distance(const char *text, const char *other, unsigned cap)
{
	unsigned most = (unsigned)(strlen(text) < 4 ? 1
				: strlen(text) < 8  ? 2
				: strlen(text) < 13 ? 3
						    : NEAR_MAX) +
	    1;

	return str_distance(str_of(text), str_of(other), most < cap ? most : cap) < most
	    ? str_distance(str_of(text), str_of(other), cap)
	    : cap;
}

/* The index of the nearest; -1: none is near. A code goes before a name that is as near. */
static int nearest(struct arena *a, const char *text, const struct members *m)
{
	const char *folded = fold_word(a, text);
	unsigned best = NEAR_MAX + 1;
	int found = -1;

	for (int i = 0; i < m->n; i++) {
		const size_t offsets[] = {m->code, m->name, m->other};
		for (size_t k = 0; k < 3; k++) {
			const char *one = text_of(m, i, offsets[k]);
			unsigned d = one ? distance(folded, fold_word(a, one), best) : best;
			if (d < best) {
				best = d;
				found = i;
			}
		}
	}
	return found;
}

static void unknown(struct reading *r, const struct node *v, const struct members *m)
{
	struct arena *a = r->problems->arena;
	const char *what = r->problems->english ? m->en : m->zh, *text = arena_quote(a, v->text);
	int i = nearest(a, v->text, m);

	if (i >= 0)
		yaml_problem(r->problems, PROBLEM_REFERENCE, v, "没有%1$s “%2$s”,是不是 “%3$s”(%4$s)?",
		    "no %1$s \"%2$s\", did you mean \"%3$s\" (%4$s)?", what, text, text_of(m, i, m->code),
		    text_of(m, i, m->name));
	else
		yaml_problem(r->problems, PROBLEM_REFERENCE, v, "没有%1$s “%2$s”", "no %1$s \"%2$s\"", what,
		    text);
}

/* -- units, areas, categories ----------------------------------------------------------------------- */

void shape_find_unit(struct reading *r, const struct node *v, void *at)
{
	const struct mechanism *m = r->m;
	const struct unit *unit = mechanism_unit(m, v->text);
	struct members all = {"单位", "unit", m->units, m->n_units, sizeof(struct unit),
	    offsetof(struct unit, id), offsetof(struct unit, name), offsetof(struct unit, short_name)};

	if (unit)
		*(const struct unit **)at = unit;
	else
		unknown(r, v, &all);
}

void shape_find_area(struct reading *r, const struct node *v, void *at)
{
	const struct mechanism *m = r->m;
	const struct area *area = mechanism_area(m, v->text);
	struct members all = {"区域", "area", m->areas, m->n_areas, sizeof(struct area),
	    offsetof(struct area, code), offsetof(struct area, name), offsetof(struct area, name)};

	if (area)
		*(const struct area **)at = area;
	else
		unknown(r, v, &all);
}

static void unknown_category(struct reading *r, const struct node *v)
{
	struct members all = {"警情类别", "category", r->m->categories, r->m->n_categories,
	    sizeof(struct category), offsetof(struct category, code), offsetof(struct category, name),
	    offsetof(struct category, name)};

	unknown(r, v, &all);
}

const struct category *shape_category_of(struct reading *r, const struct node *v)
{
	const struct category *category = mechanism_category(r->m, v->text);

	if (!category)
		unknown_category(r, v);
	return category;
}

void shape_retired(struct reading *r, const struct node *v, const struct category *category)
{
	if (category && category->retired && category->heir)
		yaml_problem(r->problems, PROBLEM_RETIRED, v, "类别 %s(%s)已停用,由 %s(%s)承接:请改写",
		    "the category %s (%s) is retired, its heir is %s (%s): write that", category->code,
		    category->name, category->heir->code, category->heir->name);
}

void shape_find_category(struct reading *r, const struct node *v, void *at)
{
	const struct category *category = shape_category_of(r, v);

	if (category)
		*(const struct category **)at = category;
	shape_retired(r, v, category);
}

/* at is not used: the pattern stays a text, but it must mean something. What matches retired codes alone
 * matches nothing that comes in. */
void shape_find_pattern(struct reading *r, const struct node *v, void *at)
{
	const struct category *retired = NULL;

	(void)at;
	for (int i = 0; i < r->m->n_categories; i++) {
		const struct category *category = &r->m->categories[i];
		if (!code_matches(v->text, category->code))
			continue;
		if (!category->retired)
			return;
		retired = category;
	}
	if (retired)
		shape_retired(r, v, retired);
	else if (strchr(v->text, '*'))
		yaml_problem(r->problems, PROBLEM_REFERENCE, v, "没有一个警情类别符合 “%s”",
		    "no category matches \"%s\"", v->text);
	else
		unknown_category(r, v);
}
