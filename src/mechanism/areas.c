/*
 * areas.c - areas.yaml: where things happen, nested, each in the city or outside it (Art. 2, 6, 12).
 *
 * A community may belong to another zone than its township; where it says nothing it has its
 * parent's. While a zone is not known yet it is ZONE_COUNT.
 */
#include "mechanism/shape.h"

#define AREA_DEPTH_MAX 8

static void read_parent(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *code;

	if (shape_get_ref(r, v, &code))
		shape_later(r, v, SHAPE_AT(const struct area *, base, k->offset), shape_find_area);
}

#define TILE_MOST 63

/* `tile: [column, row]`. */
static void read_tile(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct area *area = base;
	const struct node *item = NULL;
	uint64_t at[2];
	int n = 0;

	(void)k;
	if (!shape_get_list(r, v, false, &item, &n))
		return;
	for (int i = 0; i < 2 && n == 2; i++, item = item->next)
		if (item->kind != NODE_SCALAR || !str_uint(str_of(item->text), &at[i]) || at[i] > TILE_MOST)
			n = 0;
	if (n != 2) {
		shape_wrong(r, v, "列和行,都是 0 至 63 的整数,如 [2, 0]",
		    "a column and a row, integers from 0 to 63, such as [2, 0]");
		return;
	}
	area->has_tile = true;
	area->tile[0] = (int)at[0];
	area->tile[1] = (int)at[1];
}

static const struct key area_keys[] = {
    SHAPE_KEY("code", shape_code, struct area, code, .required = true),
    SHAPE_KEY("name", shape_text, struct area, name, .required = true),
    SHAPE_KEY("zone", shape_word, struct area, zone, SHAPE_NAMES(zone_names, 0)),
    SHAPE_KEY("parent", read_parent, struct area, parent),
    {.name = "tile", .read = read_tile},
};

static void area_done(struct reading *r, const struct node *map, void *base)
{
	(void)base;
	if (!yaml_get(map, "parent") && !yaml_get(map, "zone"))
		yaml_error(r->problems, map, "没有上级的区域要写明 zone:city(城区)或 outside(城区范围外)",
		    "an area without a parent needs its zone: city or outside");
}

static const struct area area_initial = {.zone = ZONE_COUNT};
static const struct shape area_shape = {
    SHAPE_KEYS(area_keys), .size = sizeof(struct area), .initial = &area_initial, .done = area_done};

static const struct key areas_keys[] = {
    SHAPE_KEY("areas", shape_maps, struct mechanism, areas, .count = offsetof(struct mechanism, n_areas),
	.required = true, .shape = &area_shape, .unique = "code"),
    SHAPE_KEY("within", shape_words, struct mechanism, within, .count = offsetof(struct mechanism, n_within)),
};
const struct shape areas_shape = {SHAPE_KEYS(areas_keys), .size = sizeof(struct mechanism)};

/* -- when every parent is known --------------------------------------------------------------- */

/* How many areas lie above this one; -1 where they go round. */
static int levels_above(const struct area *area)
{
	int n = 0;

	for (; area->parent; area = area->parent)
		if (++n > AREA_DEPTH_MAX)
			return -1;
	return n;
}

/* The area before this one that has the same tile; NULL: none. */
static const struct area *same_tile(const struct mechanism *m, int i)
{
	const struct area *area = &m->areas[i];

	for (int k = 0; k < i && area->has_tile; k++) {
		const struct area *other = &m->areas[k];

		if (other->has_tile && other->tile[0] == area->tile[0] && other->tile[1] == area->tile[1])
			return other;
	}
	return NULL;
}

static void check_tile(struct reading *r, const struct node *item, int i)
{
	const struct area *other = same_tile(r->m, i);

	if (other)
		yaml_error(r->problems, yaml_get(item, "tile"), "示意图的这一格已经给了区域 “%s”(%s)",
		    "this tile is already that of the area \"%s\" (%s)", other->code, other->name);
}

static struct area *own(const struct mechanism *m, const char *code)
{
	const struct area *area = mechanism_area(m, code);

	return area ? &m->areas[area - m->areas] : NULL;
}

static void claim_townships(struct reading *r, const struct node *units)
{
	const struct mechanism *m = r->m;
	const struct node *item = units ? units->child : NULL;

	for (int i = 0; i < m->n_units && item; i++, item = item->next) {
		struct area *area = own(m, m->units[i].township);
		if (!area)
			continue;
		if (area->township)
			yaml_error(r->problems, yaml_get(item, "township"), "区域 “%s” 已归单位 “%s” 管辖",
			    "the area \"%s\" is governed by the unit \"%s\" already", area->code,
			    area->township->id);
		else
			area->township = &m->units[i];
	}
}

static void inherit(struct area *area)
{
	for (const struct area *up = area->parent; up; up = up->parent) {
		if (area->zone == ZONE_COUNT)
			area->zone = up->zone;
		if (!area->township)
			area->township = up->township;
	}
}

void areas_finish(struct reading *r, const struct node *areas, const struct node *units)
{
	const struct mechanism *m = r->m;
	const struct node *item = areas ? areas->child : NULL;

	claim_townships(r, units);
	for (int i = 0; i < m->n_areas && item; i++, item = item->next) {
		if (levels_above(&m->areas[i]) < 0) {
			const struct node *parent = yaml_get(item, "parent");
			yaml_error(r->problems, parent ? parent : item,
			    "区域 “%s” 的上级绕成了圈,或超过 %d 层",
			    "the parents of the area \"%s\" go round, or are more than %d", m->areas[i].code,
			    AREA_DEPTH_MAX);
			m->areas[i].parent = NULL;
		}
		inherit(&m->areas[i]);
		check_tile(r, item, i);
	}
}
