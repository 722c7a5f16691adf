/*
 * rubric.c - policy.yaml's `rubric`: what a finding costs (Art. 14, whose annex we do not have).
 *
 * What adds up to nonsense is an error: classes that together may take more than there is, a class without its
 * article, a graver case that costs less than a plain one.
 */
#include "mechanism/shape.h"
#include "domain/matter.h"

#define MOST_POINTS 100000 /* hundredths */

/* A number with at most two decimals, in hundredths. */
static bool hundredths_of(const char *text, int64_t *out)
{
	size_t whole = strcspn(text, "."), places = text[whole] ? strlen(text + whole + 1) : 0;
	uint64_t n, part = 0;

	if (!str_uint((struct str){text, whole}, &n) || n > MOST_POINTS || places > 2 ||
	    (text[whole] && places == 0))
		return false;
	for (size_t i = 0; i < places; i++) {
		if (!is_digit(text[whole + 1 + i]))
			return false;
		part = part * 10 + (uint64_t)(text[whole + 1 + i] - '0');
	}
	*out = (int64_t)(n * 100 + (places == 1 ? part * 10 : part));
	return true;
}

/* key.least and key.most are in hundredths. */
static void read_hundredths(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int64_t n;

	if (v->bad)
		return;
	if (v->kind != NODE_SCALAR || !v->plain || !hundredths_of(v->text, &n) || n < k->least || n > k->most)
		shape_wrong(r, v,
		    arena_printf(r->problems->arena, "%g 至 %g 的数,最多两位小数", (double)k->least / 100,
			(double)k->most / 100),
		    arena_printf(r->problems->arena, "a number from %g to %g with at most two decimals",
			(double)k->least / 100, (double)k->most / 100));
	else
		*SHAPE_AT(int64_t, base, k->offset) = n;
}

static void read_groups(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rubric *rubric = base;
	const struct node *item;
	uint64_t one;
	int n;

	(void)k;
	if (!shape_get_list(r, v, true, &item, &n))
		return;
	rubric->groups = arena_new_array(r->arena, int, (size_t)n + 1);
	for (; item && rubric->n_groups < n; item = v->kind == NODE_LIST ? item->next : NULL) {
		int before = rubric->n_groups ? rubric->groups[rubric->n_groups - 1] : INT32_MAX;

		if (item->kind != NODE_SCALAR || !item->plain || !str_uint(str_of(item->text), &one) ||
		    one < 1 || one >= (uint64_t)before) {
			shape_wrong(r, item, "从大到小的件数,如 [100, 20]",
			    "numbers of dispatches from the largest down, such as [100, 20]");
			return;
		}
		rubric->groups[rubric->n_groups++] = (int)one;
	}
}

/* -- one class ------------------------------------------------------------------------------- */

static const struct key beyond_keys[] = {
    SHAPE_KEY("2x", read_hundredths, struct rubric_class, twice, .least = 100, .most = MOST_POINTS),
    SHAPE_KEY("never", read_hundredths, struct rubric_class, never, .least = 100, .most = MOST_POINTS),
};
static const struct shape beyond_shape = {SHAPE_KEYS(beyond_keys), .size = sizeof(struct rubric_class)};

/* `beyond` is read into the class itself, whose other members stand already or come later. */
static void read_beyond(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rubric_class *class = base, beyond = {0};

	if (!shape_read(r, v, k->shape, &beyond))
		return;
	class->twice = beyond.twice;
	class->never = beyond.never;
	if (beyond.twice && beyond.never && beyond.never < beyond.twice)
		yaml_error(r->problems, v, "never(始终未到)不应比 2x(超过时限一倍)轻",
		    "never should not count less than 2x");
}

static const struct key class_keys[] = {
    SHAPE_KEY("id", shape_word, struct rubric_class, finding, .required = true,
	SHAPE_NAMES(finding_class_names, 0)),
    SHAPE_KEY("per", shape_word, struct rubric_class, per, .required = true,
	SHAPE_NAMES(rubric_per_names, 0)),
    SHAPE_KEY("deduct", read_hundredths, struct rubric_class, deduct, .required = true, .least = 1,
	.most = MOST_POINTS),
    {.name = "beyond", .read = read_beyond, .shape = &beyond_shape},
    SHAPE_KEY("most", read_hundredths, struct rubric_class, most, .required = true, .least = 1,
	.most = MOST_POINTS),
    SHAPE_KEY("article", shape_text, struct rubric_class, article, .required = true),
};

/* A share is of what fell due, or of whom the call-back reached; of other classes there is none. */
static bool has_share(int finding)
{
	return finding == FINDING_ACKNOWLEDGE || finding == FINDING_ARRIVE || finding == FINDING_REPORT ||
	    finding == FINDING_DISSATISFIED;
}

static void class_done(struct reading *r, const struct node *map, void *base)
{
	const struct rubric_class *class = base;
	const struct node *per = yaml_get(map, "per"), *most = yaml_get(map, "most");

	if (per && class->per == PER_PERCENT && !has_share(class->finding))
		yaml_error(r->problems, per,
		    "percent(按比例)只用于 acknowledge、arrive、report、dissatisfied;其余按件(case)",
		    "percent is for acknowledge, arrive, report and dissatisfied; the others go by case");
	if (most && class->most < class->deduct)
		yaml_error(r->problems, most, "most(最多扣多少)比一次的扣分 deduct 还小",
		    "most is less than a single deduction");
}

static const struct shape class_shape = {
    SHAPE_KEYS(class_keys), .size = sizeof(struct rubric_class), .done = class_done};

/* -- the whole ------------------------------------------------------------------------------- */

static const struct key weight_keys[] = {
    {.name = "lead", .read = read_hundredths, .offset = 0, .required = true, .least = 1, .most = 1000},
    {.name = "assist",
	.read = read_hundredths,
	.offset = sizeof(int64_t),
	.required = true,
	.least = 0,
	.most = 1000},
};
static const struct shape weight_shape = {SHAPE_KEYS(weight_keys), .size = 2 * sizeof(int64_t)};

static const struct key rubric_keys[] = {
    SHAPE_KEY("official", shape_bool, struct rubric, official, .required = true),
    SHAPE_KEY("base", read_hundredths, struct rubric, base, .required = true, .least = 100,
	.most = MOST_POINTS),
    SHAPE_KEY("not_ranked_below", shape_int, struct rubric, not_ranked_below, .required = true,
	.most = 1000000),
    SHAPE_KEY("least", shape_int, struct rubric, least, .required = true, .least = 1, .most = 1000000),
    SHAPE_KEY("weight", shape_map, struct rubric, weight, .required = true, .shape = &weight_shape),
    SHAPE_KEY("one_delay", shape_word, struct rubric, one_delay, .required = true,
	SHAPE_NAMES(one_delay_names, 0)),
    {.name = "groups", .read = read_groups},
    SHAPE_KEY("classes", shape_maps, struct rubric, classes, .count = offsetof(struct rubric, n_classes),
	.required = true, .shape = &class_shape),
};

/* Each class once, and all together no more than there is. */
static void rubric_done(struct reading *r, const struct node *map, void *base)
{
	struct rubric *rubric = base;
	const struct node *list = yaml_get(map, "classes"), *item = list ? list->child : NULL;
	int64_t sum = 0;

	rubric->exists = true;
	for (int i = 0; item && i < rubric->n_classes; i++, item = item->next) {
		sum += rubric->classes[i].most;
		for (int k = 0; k < i; k++)
			if (rubric->classes[k].finding == rubric->classes[i].finding)
				yaml_error(r->problems, item, "“%s” 已有一条扣分办法",
				    "there is a class \"%s\" already",
				    finding_class_names[rubric->classes[i].finding]);
	}
	if (list && sum > rubric->base && rubric->base > 0)
		yaml_error(r->problems, list, "各项 most 合计 %g 分,超过了 base 的 %g 分:会扣成负分",
		    "the classes' most add up to %g, which is more than the base of %g", (double)sum / 100,
		    (double)rubric->base / 100);
}

const struct shape rubric_shape = {
    SHAPE_KEYS(rubric_keys), .size = sizeof(struct rubric), .done = rubric_done};
