/*
 * routing.c - routing.yaml: the rules, first match wins, and what becomes of the rest (Art. 7, 9).
 * What a rule means when it is applied is domain/routing.h's.
 */
#include "mechanism/shape.h"

#define LIST(text, reader, list)                                                                             \
	SHAPE_KEY(text, reader, struct rule, list, .count = offsetof(struct rule, n_##list))

/* -- when ------------------------------------------------------------------------------------- */

static const char *const no_category[] = {"none"}; /* the desk gave none */
const char *const shape_hours[2] = {"office", "closed"};

/* `off` is a truth value to YAML 1.1, and was the word for `closed`. */
static void read_hours(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (v->kind == NODE_SCALAR && strcmp(v->text, "off") == 0) {
		shape_old_word(r, v, "closed");
		((struct rule *)base)->hours = HOURS_OFF;
		return;
	}
	shape_word(r, v, base, k);
}

static void read_zone(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;
	int i;

	if (shape_get_word(r, v, k->names, k->n_names, &i)) {
		rule->zone = (enum zone)i;
		rule->has_zone = true;
	}
}

static void read_area(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;
	const struct node *item;
	const char *code;

	(void)k;
	if (!shape_get_list(r, v, true, &item, &rule->n_area))
		return;
	rule->area = arena_new_array(r->arena, const struct area *, (size_t)rule->n_area + 1);
	for (int i = 0; i < rule->n_area; i++, item = item->next)
		if (shape_get_ref(r, item, &code))
			shape_later(r, item, &rule->area[i], shape_find_area);
}

static void read_priorities(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;
	const struct node *item;
	int n, i;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	for (; n > 0; n--, item = item->next)
		if (shape_get_word(r, item, k->names, k->n_names, &i))
			rule->priorities |= 1u << (i + 1);
}

/* An empty list would hold for nothing; it is never what was meant. */
static void when_done(struct reading *r, const struct node *map, void *base)
{
	const struct rule *rule = base;

	words_taken_back(r, yaml_get(map, "keywords"), yaml_get(map, "unless_keywords"), rule->no_negation);
	for (const struct node *k = map->child; k; k = k->next)
		if (k->value->kind == NODE_LIST && k->value->n == 0 && !k->bad)
			yaml_error(r->problems, k->value, "%s 的列表是空的:写上条件,或删除这个键",
			    "the list of %s is empty: write what it should be, or delete the key", k->text);
}

static const struct key when_keys[] = {
    SHAPE_KEY("category", shape_patterns, struct rule, category, .count = offsetof(struct rule, n_category),
	SHAPE_NAMES(no_category, 0)),
    LIST("keywords", shape_rule_words, keywords),
    LIST("unless_keywords", shape_unless, unless_keywords),
    LIST("address_keywords", shape_rule_words, address_keywords),
    SHAPE_KEY("negation", shape_bool_not, struct rule, no_negation),
    {.name = "zone", .read = read_zone, SHAPE_NAMES(zone_names, 0)},
    {.name = "area", .read = read_area},
    {.name = "priority", .read = read_priorities, SHAPE_NAMES(priority_names, 1)},
    SHAPE_KEY("hours", read_hours, struct rule, hours, SHAPE_NAMES(shape_hours, 0), .least = HOURS_OFFICE),
    SHAPE_KEY("between", shape_night, struct rule, between),
};
static const struct shape when_shape = {
    SHAPE_KEYS(when_keys), .size = sizeof(struct rule), .done = when_done};

static const struct key otherwise_when_keys[] = {
    {.name = "priority", .read = read_priorities, .required = true, SHAPE_NAMES(priority_names, 1)},
};
static const struct shape otherwise_when_shape = {
    SHAPE_KEYS(otherwise_when_keys), .size = sizeof(struct rule), .done = when_done};

/* -- what follows ----------------------------------------------------------------------------- */

static void read_lead(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;
	const char *id;

	(void)k;
	if (!shape_get_ref(r, v, &id))
		return;
	rule->has_lead = true;
	if (strcmp(id, "township") == 0)
		rule->lead_township = true;
	else if (strcmp(id, "none") != 0)
		shape_later(r, v, &rule->lead, shape_find_unit);
}

static void read_assist(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;

	(void)k;
	rule->has_assist = true;
	shape_units(r, v, &rule->assist, &rule->n_assist, NULL);
}

static void read_inform(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct rule *rule = base;

	(void)k;
	rule->has_inform = true;
	shape_units(r, v, &rule->inform, &rule->n_inform, &rule->inform_township);
}

static void read_set_category(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *code;

	(void)k;
	if (shape_get_ref(r, v, &code))
		shape_later(r, v, &((struct rule *)base)->set_category, shape_find_category);
}

static const struct key set_keys[] = {
    {.name = "category", .read = read_set_category},
    SHAPE_KEY("priority", shape_word, struct rule, set_priority, SHAPE_NAMES(priority_names, 1), .least = 1),
};
static const struct shape set_shape = {SHAPE_KEYS(set_keys), .size = sizeof(struct rule)};

static void rule_done(struct reading *r, const struct node *map, void *base)
{
	struct rule *rule = base;
	const struct node *lead = yaml_get(map, "lead");

	rule->line = map->line;
	shape_parts_once(r, map, base);
	if (rule->also && lead)
		yaml_error(r->problems, lead, "also 规则只追加协办和知会,不能有 lead",
		    "a rule with also adds assists and informed units only, it cannot have a lead");
}

static const struct key rule_keys[] = {
    SHAPE_KEY("id", shape_id, struct rule, id, .required = true),
    {.name = "when", .read = shape_map, .shape = &when_shape},
    {.name = "lead", .read = read_lead},
    {.name = "assist", .read = read_assist},
    {.name = "inform", .read = read_inform},
    {.name = "set", .read = shape_map, .shape = &set_shape},
    SHAPE_KEY("also", shape_bool, struct rule, also),
    SHAPE_KEY("sure", shape_bool, struct rule, sure),
    SHAPE_KEY("because", shape_text, struct rule, because, .required = true),
};
static const struct shape rule_shape = {
    SHAPE_KEYS(rule_keys), .size = sizeof(struct rule), .done = rule_done};

static void otherwise_done(struct reading *r, const struct node *map, void *base)
{
	struct rule *rule = base;

	(void)r;
	rule->id = "otherwise";
	rule->line = map->line;
}

static const struct key otherwise_keys[] = {
    {.name = "when", .read = shape_map, .shape = &otherwise_when_shape},
    {.name = "lead", .read = read_lead, .required = true},
    SHAPE_KEY("because", shape_text, struct rule, because, .required = true),
};
static const struct shape otherwise_shape = {
    SHAPE_KEYS(otherwise_keys), .size = sizeof(struct rule), .done = otherwise_done};

/* The last one takes everything, so that every report goes somewhere. */
static void read_otherwise(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_maps(r, v, base, k);
	for (const struct node *item = v->kind == NODE_LIST ? v->child : NULL; item; item = item->next) {
		const struct node *when = yaml_get(item, "when");
		if (!item->next && when)
			yaml_problem(r->problems, PROBLEM_ORDER, when,
			    "otherwise 的最后一条不能有 when:它接收其余全部警情",
			    "the last of otherwise must have no when: it takes all the rest");
		else if (item->next && item->kind == NODE_MAP && !when)
			yaml_problem(r->problems, PROBLEM_ORDER, item,
			    "没有 when 的一条接收全部警情,只能放在最后",
			    "one without when takes everything and must come last");
	}
}

static const struct key routing_keys[] = {
    SHAPE_KEY("rules", shape_maps, struct routing, rules, .count = offsetof(struct routing, n_rules),
	.shape = &rule_shape, .unique = "id"),
    SHAPE_KEY("otherwise", read_otherwise, struct routing, otherwise,
	.count = offsetof(struct routing, n_otherwise), .required = true, .shape = &otherwise_shape),
};
const struct shape routing_shape = {SHAPE_KEYS(routing_keys), .size = sizeof(struct routing)};
