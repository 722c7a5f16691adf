/*
 * ownership.c - the ownership book; see ownership.h.
 *
 * An entry is kept by its place: the address, or within 30 m of the location. Who finds a thing names its
 * unit; the unit confirms or disputes within days, by a request. One that names itself has confirmed it.
 * Place: engine, over register.h.
 */
#include "engine/ownership.h"
#include "base/array.h"
#include "domain/address.h"
#include "domain/datum.h"
#include "domain/request.h"
#include "domain/resolve.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define NEAR_METRES 30.0
#define CELL_MICRO 400 /* millionths of a degree: more than 30 m both ways at this latitude */
#define PROPOSED_MOST 5

/* -- the book --------------------------------------------------------------------------------- */

static uint64_t cell_of(int64_t lon, int64_t lat)
{
	return (uint64_t)(lon / CELL_MICRO) << 32 | (uint64_t)(uint32_t)(lat / CELL_MICRO);
}

static uint64_t key_member(struct str data, const char *key)
{
	struct str v = json_member(data, key);

	return v.n > 2 ? strtoull(v.p + 1, NULL, 16) : 0;
}

static struct owned owned_of(const struct entry *e, struct arena *a)
{
	return (struct owned){.id = e->id,
	    .place = key_member(e->data, "place"),
	    .district = key_member(e->data, "district"),
	    .located = json_member(e->data, "lon").n > 0,
	    .lon = json_member_int(e->data, "lon"),
	    .lat = json_member_int(e->data, "lat"),
	    .unit = arena_text(a, e->unit),
	    .object = json_member_text(a, e->data, "object"),
	    .mark = json_member_text(a, e->data, "mark"),
	    .state = e->state};
}

/* The head of the chain of that key becomes the entry at index; the one before it is returned. */
static uint32_t chain(struct map *m, uint64_t *key, size_t index)
{
	uint32_t *head = map_add(m, MAP_KEY_OF(*key), NULL), before = *head;

	*head = (uint32_t)index + 1;
	return before;
}

/* The maps borrow their keys, which must not move. */
static uint64_t *kept_key(struct arena *a, uint64_t key)
{
	uint64_t *p = arena_new_array(a, uint64_t, 1);

	*p = key;
	return p;
}

void ownership_keep(struct engine *e, const struct entry *entry)
{
	struct ownership_book *b = &e->office.book;
	struct arena *a = e->office.arena;

	for (size_t i = b->n; i > 0; i--)
		if (b->v[i - 1].id == entry->id) {
			b->v[i - 1].state = entry->state;
			return;
		}
	if (!b->cap) {
		map_init(&b->places, a, sizeof(uint32_t), 0);
		map_init(&b->cells, a, sizeof(uint32_t), 0);
	}
	ARRAY_ROOM(a, b->v, b->n, b->cap);
	b->v[b->n] = owned_of(entry, a);
	struct owned *o = &b->v[b->n];
	if (o->place)
		o->by_place = chain(&b->places, kept_key(a, o->place), b->n);
	if (o->located)
		o->by_cell = chain(&b->cells, kept_key(a, cell_of(o->lon, o->lat)), b->n);
	b->n++;
}

/* -- looking ---------------------------------------------------------------------------------- */

struct owned_place {
	struct address_key address;
	bool located;
	int64_t lon, lat;
};
struct looked {
	const struct owned *v[PROPOSED_MOST];
	int n;
};

static void found(struct looked *l, const struct owned *o)
{
	for (int i = 0; i < l->n; i++)
		if (l->v[i] == o)
			return;
	if (o->state != OWNED_DISPUTED && l->n < PROPOSED_MOST)
		l->v[l->n++] = o;
}

static uint32_t head_of(const struct map *m, uint64_t key)
{
	const uint32_t *head = map_find(m, MAP_KEY_OF(key));

	return head ? *head : 0;
}

static void look_near(const struct ownership_book *b, const struct owned_place *p, struct looked *l)
{
	for (int64_t dx = -1; dx <= 1; dx++)
		for (int64_t dy = -1; dy <= 1; dy++) {
			uint32_t at =
			    head_of(&b->cells, cell_of(p->lon + dx * CELL_MICRO, p->lat + dy * CELL_MICRO));
			for (; at; at = b->v[at - 1].by_cell)
				if (datum_metres(p->lon, p->lat, b->v[at - 1].lon, b->v[at - 1].lat) <=
				    NEAR_METRES)
					found(l, &b->v[at - 1]);
		}
}

static struct looked look(const struct engine *e, const struct owned_place *p)
{
	const struct ownership_book *b = &e->office.book;
	struct looked l = {0};

	if (!b->n)
		return l;
	for (uint32_t at = p->address.place ? head_of(&b->places, p->address.place) : 0; at;
	     at = b->v[at - 1].by_place)
		if (address_same(p->address, (struct address_key){b->v[at - 1].place, b->v[at - 1].district}))
			found(&l, &b->v[at - 1]);
	if (p->located)
		look_near(b, p, &l);
	return l;
}

static struct owned_place place_of(const struct mechanism *m, const char *address, bool located, int64_t lon,
    int64_t lat, const char *datum)
{
	struct owned_place p = {.located = located, .lon = lon, .lat = lat};

	if (address)
		p.address = address_key(m, address);
	if (located)
		datum_to_gcj02(datum, &p.lon, &p.lat);
	return p;
}

static struct owned_place place_of_incident(const struct mechanism *m, const struct incident *inc)
{
	return place_of(m, inc->address, inc->has_location, inc->lon_micro, inc->lat_micro, inc->datum);
}

void ownership_propose(struct json *j, const struct engine *e, const struct incident *inc)
{
	if (!e->office.book.n)
		return;
	struct owned_place p = place_of_incident(e->m, inc);
	struct looked l = look(e, &p);
	if (!l.n)
		return;
	json_list(j, "ownership");
	for (int i = 0; i < l.n; i++) {
		const struct unit *unit = mechanism_unit(e->m, l.v[i]->unit);
		json_begin(j, NULL);
		json_int(j, "entry", l.v[i]->id);
		json_text(j, "unit", l.v[i]->unit);
		json_text(j, "unit_name", unit ? unit->name : NULL);
		json_text(j, "object", l.v[i]->object);
		json_text(j, "mark", l.v[i]->mark);
		json_text(j, "state", ownership_state_names[l.v[i]->state]);
		json_end(j);
	}
	json_close(j);
}

/* -- recording -------------------------------------------------------------------------------- */

/* What is recorded: whose, what, where, and who says so. */
struct claim {
	const struct unit *owner;
	const char *object, *mark;
	const char *incident; /* number; NULL none */
	const char *address;
	struct owned_place place;
};

static void put_key(struct json *j, const char *key, uint64_t v)
{
	char hex[17];

	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)v);
	if (v)
		json_text(j, key, hex);
}

static struct str data_of(struct turn *t, const struct job *j, const struct claim *c)
{
	const char *units = j->c->who.unit;
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "object", c->object);
	json_text(&json, "mark", c->mark);
	json_text(&json, "incident", c->incident);
	if (units)
		json_str(&json, "found_by", list_next(&units));
	put_key(&json, "place", c->place.address.place);
	put_key(&json, "district", c->place.address.district);
	if (c->place.located) {
		json_int(&json, "lon", c->place.lon);
		json_int(&json, "lat", c->place.lat);
	}
	json_end(&json);
	return buf_into(&b, t->a);
}

static void more(struct json *j, const void *arg)
{
	register_digest(j, arg, "address");
}

static struct request *ask_owner(struct turn *t, const struct job *j, struct entry *e)
{
	return register_ask(t, j,
	    &(struct request){.kind = REQUEST_OWNERSHIP, .decider = DECIDER_UNIT, .unit = e->unit}, e, NULL);
}

/* The same thing at the same place is in the book already: its id, else 0. */
static int64_t known(const struct turn *t, const struct claim *c)
{
	struct looked l = look(t->e, &c->place);

	for (int i = 0; i < l.n; i++)
		if (text_eq(l.v[i]->unit, c->owner->id) && text_eq(l.v[i]->object, c->object) &&
		    text_eq(l.v[i]->mark, c->mark))
			return l.v[i]->id;
	return 0;
}

static struct entry *record(struct turn *t, const struct job *j, const struct claim *c, struct request **r)
{
	bool own = list_has(j->c->who.unit, c->owner->id);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_OWNERSHIP,
		.unit = c->owner->id,
		.at = t->now,
		.state = own ? OWNED_CONFIRMED : OWNED_NAMED,
		.by = j->c->who.account,
		.data = data_of(t, j, c)});

	if (c->address)
		e->personal = register_personal(t->a, "address", c->address, NULL);
	register_event(t, j, EVENT_OWNERSHIP_RECORDED, e, more, e);
	*r = own ? NULL : ask_owner(t, j, e);
	return e;
}

void ownership_found(struct turn *t, struct job *j, const struct incident *inc, struct warnings *w)
{
	const struct unit *owner = resolve_unit(t->m, str_of(command_text(j->c, FIELD_OWNER_UNIT)));
	struct claim c = {.owner = owner,
	    .object = command_text(j->c, FIELD_OWNER_OBJECT),
	    .mark = command_text(j->c, FIELD_OWNER_MARK),
	    .incident = inc->number,
	    .address = inc->address,
	    .place = place_of_incident(t->m, inc)};
	struct request *r;

	if (!owner || !c.object || inc->confidential) {
		warning_add(w, t->a, WARNING_IGNORED, FIELD_OWNER_UNIT, command_text(j->c, FIELD_OWNER_UNIT),
		    NULL);
		return;
	}
	if ((c.place.address.place || c.place.located) && !known(t, &c))
		record(t, j, &c, &r);
}

/* -- ownership.record ---------------------------------------------------------------------------- */

void ownership_want(struct turn *t, struct job *j)
{
	want_number(t, j);
}

/* The incident's place, or the one that is given. */
static bool where(struct turn *t, struct job *j, struct claim *c, struct refusal *why)
{
	struct view v = job_view(t->e, j);
	const char *number = command_text(j->c, FIELD_NUMBER);

	c->address = command_text(j->c, FIELD_ADDRESS);
	if (number) {
		const struct incident *inc = j->slot ? j->slot->inc : NULL;
		if (!inc || !sight_sees(&v, inc))
			return refuse(why, t->a, ERROR_NOT_FOUND, "number", "没有警情 %s",
			    "there is no incident %s", number);
		if (inc->confidential)
			return refuse(why, t->a, ERROR_WRONG_STATE, "number",
			    "警情 %s 保密,它的地点不进权属台账:台账各单位都用",
			    "incident %s is confidential: its place is not for the book, which all units use",
			    number);
		c->incident = inc->number;
		c->address = c->address ? c->address : inc->address;
		c->place = place_of_incident(t->m, inc);
	}
	if (command_has(j->c, FIELD_ADDRESS) || command_has(j->c, FIELD_LON))
		c->place =
		    place_of(t->m, c->address, command_has(j->c, FIELD_LON), command_int(j->c, FIELD_LON),
			command_int(j->c, FIELD_LAT), command_text(j->c, FIELD_DATUM));
	if (c->place.address.place || c->place.located)
		return true;
	return refuse(why, t->a, ERROR_PARAMS, "address",
	    "权属按地点登记:请写能看出地点的 address、location,或警情编号 number",
	    "ownership is kept by its place: give an address that names one, a location, or the number of an "
	    "incident");
}

void ownership_run(struct turn *t, struct job *j)
{
	struct claim c = {
	    .object = command_text(j->c, FIELD_OWNER_OBJECT), .mark = command_text(j->c, FIELD_OWNER_MARK)};
	struct refusal why = {.code = OK};
	struct request *r = NULL;

	c.owner = resolve_unit(t->m, str_of(command_text(j->c, FIELD_OWNER_UNIT)));
	if ((!c.owner &&
		!act_known_unit(t->m, command_text(j->c, FIELD_OWNER_UNIT), "owner.unit", t->a, &why)) ||
	    !where(t, j, &c, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	assert(c.owner && "a unit that cannot be resolved is refused");
	int64_t id = known(t, &c);
	if (id) {
		refuse(&why, t->a, ERROR_CONFLICT, NULL, "这里已登记为 %s 的%s(台账 %lld)",
		    "%s's %s is in the book here already (entry %lld)", c.owner->name, c.object,
		    (long long)id);
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = record(t, j, &c, &r);
	register_answer(t, j, e, r);
}
