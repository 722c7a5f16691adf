/*
 * modes.c - the emergency modes of policy.yaml: a mapping from a name that the city gives to what the
 * mode changes. They are declared by people (mode.declare); the file says only what one does.
 */
#include "base/time.h"
#include "mechanism/shape.h"

static void read_bits(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	unsigned *bits = SHAPE_AT(unsigned, base, k->offset);
	const struct node *item;
	int n, i;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	for (; item; item = v->kind == NODE_LIST ? item->next : NULL)
		if (shape_get_word(r, item, k->names, k->n_names, &i))
			*bits |= 1u << (P1 + i);
	shape_check_repeats(r, v);
}

#define RHYTHM(p)                                                                                            \
	{                                                                                                    \
		.name = #p, .read = shape_duration, .offset = (p) * sizeof(int64_t), .least = MINUTE_MS,     \
		.most = DAY_MS                                                                               \
	}
static const struct key batch_keys[] = {RHYTHM(P1), RHYTHM(P2), RHYTHM(P3), RHYTHM(P4)};
static const struct shape batch_shape = {SHAPE_KEYS(batch_keys), .size = sizeof(int64_t[PRIORITY_COUNT])};

static const struct key mode_keys[] = {
    SHAPE_KEY("name", shape_text, struct mode_rule, name, .required = true),
    SHAPE_KEY("silent", read_bits, struct mode_rule, silent, SHAPE_NAMES(priority_names, 1)),
    SHAPE_KEY("batch", shape_map, struct mode_rule, batch_ms, .shape = &batch_shape),
    SHAPE_KEY("excuse", read_bits, struct mode_rule, excuse, SHAPE_NAMES(priority_names, 1)),
};

/* What is silent has nothing to be made one; and life in danger is never left without a reminder. */
static void mode_done(struct reading *r, const struct node *map, void *base)
{
	const struct mode_rule *mode = base;

	if (mode->silent & 1u << P1)
		yaml_error(r->problems, yaml_get(map, "silent"), "P1 危急不能静默", "P1 is never silent");
	for (int p = P1; p <= P4; p++)
		if (mode->silent & 1u << p && mode->batch_ms[p])
			yaml_error(r->problems, map, "%s 既写了 silent 又写了 batch,只能有一个",
			    "%s is both in silent and in batch, and can be in one only", priority_names[p]);
}

const struct shape mode_shape = {SHAPE_KEYS(mode_keys), .size = sizeof(struct mode_rule), .done = mode_done};

void shape_modes(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct mode_rule *modes;
	const struct key id = {.name = "id", .offset = offsetof(struct mode_rule, id)};
	int n = 0;

	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(模式代码: {name: 名称, …})",
		    "a mapping (a mode's code: {name: …})");
		return;
	}
	modes = arena_new_array(r->arena, struct mode_rule, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next) {
		struct node name = *one;

		if (one->bad)
			continue;
		name.kind = NODE_SCALAR;
		shape_read(r, one->value, &mode_shape, &modes[n]);
		shape_id(r, &name, &modes[n], &id);
		n++;
	}
	*SHAPE_AT(struct mode_rule *, base, k->offset) = modes;
	*SHAPE_AT(int, base, k->count) = n;
}
