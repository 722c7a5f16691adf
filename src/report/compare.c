/*
 * compare.c - two tables of rules over the incidents that are stored; see compare.h. Place: report.
 *
 * One pass over the rows of one snapshot. What grows is what rules and units there are, not what incidents.
 */
#include "report/compare.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/map.h"
#include "base/time.h"
#include "mechanism/yaml.h"

#include <stdio.h>
#include <stdlib.h>

#define RULES_SHOWN 50
#define UNITS_SHOWN 100
#define PROGRESS_EVERY 4096

struct table_pass {
	const struct compare_wish *wish;
	struct arena *a;
	struct comparison *out;
	struct map rules, units; /* of pointers */
	struct text_decider was, will;
	bool deciders; /* they are at hand: where no description stands alone, nothing is trained */
	int64_t told, first;
};

/* -- one incident ---------------------------------------------------------------------------- */

static const char *id_of(const struct unit *u)
{
	return u ? u->id : NULL;
}

static bool has(const struct route *r, const struct route_unit *one)
{
	for (int i = 0; i < r->n_units; i++)
		if (r->units[i].role == one->role && strcmp(r->units[i].unit->id, one->unit->id) == 0)
			return true;
	return false;
}

static bool names_unit(const struct route *r, const char *id)
{
	for (int i = 0; i < r->n_units; i++)
		if (strcmp(r->units[i].unit->id, id) == 0)
			return true;
	return false;
}

static bool same_units(const struct route *a, const struct route *b)
{
	bool same = a->n_units == b->n_units;

	for (int i = 0; same && i < a->n_units; i++)
		same = has(b, &a->units[i]);
	return same;
}

static struct moved_rules *rules_of(struct table_pass *w, const char *from, const char *to)
{
	char key[2 * 64 + 2];
	int n = snprintf(key, sizeof key, "%s\n%s", from, to);
	struct moved_rules **one;
	bool added;

	n = n < (int)sizeof key ? n : (int)sizeof key - 1;
	one = map_add(&w->rules, (struct str){arena_text(w->a, key), (size_t)n}, &added);
	if (added) {
		*one = arena_alloc(w->a, sizeof **one);
		**one = (struct moved_rules){.from = arena_text(w->a, from), .to = arena_text(w->a, to)};
	}
	return *one;
}

static struct moved_unit *unit_of(struct table_pass *w, const struct unit *u)
{
	bool added;
	struct moved_unit **one = map_add(&w->units, str_of(u->id), &added);

	if (added) {
		*one = arena_alloc(w->a, sizeof **one);
		**one = (struct moved_unit){.unit = u->id, .name = u->name};
	}
	return *one;
}

static bool either_p1(const struct route *a, const struct route *b)
{
	return a->priority == P1 || b->priority == P1;
}

static void count_units(struct table_pass *w, const struct route *a, const struct route *b)
{
	const struct unit *was = route_lead(a), *is = route_lead(b);

	for (int i = 0; i < a->n_units; i++)
		if (!names_unit(b, a->units[i].unit->id))
			unit_of(w, a->units[i].unit)->lost++;
	for (int i = 0; i < b->n_units; i++)
		if (!names_unit(a, b->units[i].unit->id))
			unit_of(w, b->units[i].unit)->gained++;
	if (text_eq(id_of(was), id_of(is)))
		return;
	w->out->lead++;
	w->out->p1_moved += either_p1(a, b);
	if (was)
		unit_of(w, was)->leads_lost++;
	if (is)
		unit_of(w, is)->leads_gained++;
}

static void moved(struct table_pass *w, const struct stored_report *one, const struct route *a,
    const struct route *b)
{
	struct moved_rules *rules = rules_of(w, a->rule, b->rule);
	bool open = !one->confidential && !a->confidential && !b->confidential;

	w->out->moved++;
	rules->n++;
	if (open && rules->n_examples < MOVED_EXAMPLES)
		rules->examples[rules->n_examples++] = arena_text(w->a, one->number);
	count_units(w, a, b);
}

static const char *code_of(const struct route *r)
{
	return r->category ? r->category->code : NULL;
}

static void compare_routes(struct table_pass *w, const struct stored_report *one, const struct route *a,
    const struct route *b)
{
	struct comparison *out = w->out;

	out->incidents++;
	out->unmatched_before += a->unmatched;
	out->unmatched_after += b->unmatched;
	out->priority += a->priority != b->priority;
	out->category += !text_eq(code_of(a), code_of(b));
	if (!same_units(a, b))
		moved(w, one, a, b);
}

static bool same_model(const struct compare_wish *wish)
{
	return memcmp(wish->before->texts, wish->after->texts, DIGEST_LEN) == 0;
}

static void find_deciders(struct table_pass *w)
{
	if (w->deciders)
		return;
	w->deciders = true;
	w->was = text_decider_of(w->wish->before, &w->wish->texts, w->a);
	if (!same_model(w->wish))
		w->will = text_decider_of(w->wish->after, &w->wish->texts, w->a);
}

/* By both tables, each with what its model proposes. */
static void decide(struct table_pass *w, struct route_query *q, struct route *a, struct route *b)
{
	bool asks = !q->category && q->description;

	if (asks) {
		find_deciders(w);
		text_decider_ask(&w->was, q);
	}
	routing_decide(w->wish->before, q, a);
	if (asks && !same_model(w->wish)) {
		q->proposal = (struct proposal){0};
		text_decider_ask(&w->will, q);
	}
	routing_decide(w->wish->after, q, b);
}

static void tell(struct table_pass *w, int64_t id, int64_t of)
{
	const struct compare_wish *wish = w->wish;

	if (!w->first)
		w->first = id;
	if (!wish->progress || id - w->first < w->told)
		return;
	w->told += PROGRESS_EVERY;
	wish->progress(wish->arg, id - w->first, of);
}

static void on_report(void *arg, const struct stored_report *one, int64_t of)
{
	struct table_pass *w = arg;
	struct route a, b;
	struct route_query q = {.at = one->received_at,
	    .category = one->category,
	    .priority = one->priority,
	    .area = one->area,
	    .address = one->address,
	    .description = one->description,
	    .units = one->units,
	    .confidential = one->given_confidential};

	tell(w, one->id, of);
	if (!one->category && !one->description && !one->address) {
		w->out->textless++;
		return;
	}
	decide(w, &q, &a, &b);
	compare_routes(w, one, &a, &b);
}

/* -- the whole ------------------------------------------------------------------------------- */

static int by_n(const void *a, const void *b)
{
	const struct moved_rules *x = a, *y = b;
	int order;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	order = strcmp(x->from, y->from);
	return order ? order : strcmp(x->to, y->to);
}

static int by_change(const void *a, const void *b)
{
	const struct moved_unit *x = a, *y = b;
	int64_t p = x->lost + x->gained + x->leads_lost + x->leads_gained,
		q = y->lost + y->gained + y->leads_lost + y->leads_gained;

	return p != q ? (p < q ? 1 : -1) : strcmp(x->unit, y->unit);
}

static void sort_all(struct table_pass *w)
{
	struct comparison *out = w->out;
	struct moved_rules **rule;
	struct moved_unit **unit;
	size_t at = 0;

	out->rules = arena_new_array(w->a, struct moved_rules, map_count(&w->rules) + 1);
	while ((rule = map_next(&w->rules, &at, NULL)))
		out->rules[out->n_rules++] = **rule;
	qsort(out->rules, out->n_rules, sizeof *out->rules, by_n);
	out->units = arena_new_array(w->a, struct moved_unit, map_count(&w->units) + 1);
	for (at = 0; (unit = map_next(&w->units, &at, NULL));)
		out->units[out->n_units++] = **unit;
	qsort(out->units, out->n_units, sizeof *out->units, by_change);
}

enum store_status compare_stored(struct reads *r, const struct compare_wish *wish, struct arena *a,
    struct comparison *out)
{
	struct table_pass w = {.wish = wish, .a = a, .out = out};
	struct report_snapshot snapshot;
	enum store_status status = report_begin(r, &snapshot);

	map_init(&w.rules, a, sizeof(struct moved_rules *), 0);
	map_init(&w.units, a, sizeof(struct moved_unit *), 0);
	if (status == STORE_OK) {
		out->from = wish->from                    ? wish->from
		    : snapshot.last_beat > wish->since_ms ? snapshot.last_beat - wish->since_ms
							  : 0;
		status = report_reports(r, out->from, on_report, &w);
		report_end(r);
	}
	text_decider_free(&w.was);
	text_decider_free(&w.will);
	sort_all(&w);
	return status;
}

/* -- phones and people alone ------------------------------------------------------------------ */

/* Files that say whom to call and who is on duty, and nothing of where a report goes. */
static const char *const people_files[] = {"contacts.yaml", "notices.yaml", "rosters.yaml"};
/* And what of a unit does. */
static const char *const people_keys[] = {"duty", "liaison", "person_in_charge", "leader", "placeholder"};

static struct str bytes_of(const struct mechanism *m, const char *name)
{
	for (int i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, name) == 0)
			return m->files[i].bytes;
	return (struct str){0};
}

static const struct node *past_people(const struct node *n)
{
	while (n && n->text &&
	    name_index(people_keys, sizeof people_keys / sizeof *people_keys, n->text) >= 0)
		n = n->next;
	return n;
}

static bool same_node(const struct node *a, const struct node *b);

static bool same_children(const struct node *a, const struct node *b, bool map)
{
	const struct node *x = map ? past_people(a->child) : a->child;
	const struct node *y = map ? past_people(b->child) : b->child;

	while (x && y) {
		if (map ? !text_eq(x->text, y->text) || !same_node(x->value, y->value) : !same_node(x, y))
			return false;
		x = map ? past_people(x->next) : x->next;
		y = map ? past_people(y->next) : y->next;
	}
	return !x && !y;
}

/* The same but for what is said of people: in units.yaml; no other file has these keys. The depth of a file is
 * bounded. */
static bool same_node(const struct node *a, const struct node *b)
{
	if (!a || !b || a->kind != b->kind)
		return a == b;
	return a->kind == NODE_SCALAR ? text_eq(a->text, b->text) : same_children(a, b, a->kind == NODE_MAP);
}

/* Comments and layout are no difference. */
static bool same_file(const char *name, struct str a, struct str b)
{
	struct problems p;
	bool same;

	if (!a.p || !b.p)
		return false;
	if (str_eq(a, b))
		return true;
	problems_init(&p, true);
	same = same_node(yaml_parse(p.arena, name, a, YAML_LONG_FILE_MAX, &p),
	    yaml_parse(p.arena, name, b, YAML_LONG_FILE_MAX, &p));
	problems_free(&p);
	return same;
}

/* Each file of the one is in the other what it is there, but for people. */
static bool holds_people_only(const struct mechanism *one, const struct mechanism *other)
{
	for (int i = 0; i < one->n_files; i++) {
		const char *name = one->files[i].name;

		if (name_index(people_files, sizeof people_files / sizeof *people_files, name) < 0 &&
		    !same_file(name, one->files[i].bytes, bytes_of(other, name)))
			return false;
	}
	return true;
}

bool compare_contacts_only(const struct mechanism *before, const struct mechanism *after)
{
	return holds_people_only(after, before) && holds_people_only(before, after);
}

/* -- as JSON ----------------------------------------------------------------------------------- */

static void put_rules(struct json *j, const struct comparison *c)
{
	json_list(j, "rules");
	for (size_t i = 0; i < c->n_rules && i < RULES_SHOWN; i++) {
		const struct moved_rules *one = &c->rules[i];

		json_begin(j, NULL);
		json_text(j, "from", one->from);
		json_text(j, "to", one->to);
		json_int(j, "moved", one->n);
		json_list(j, "examples");
		for (int k = 0; k < one->n_examples; k++)
			json_text(j, NULL, one->examples[k]);
		json_close(j);
		json_end(j);
	}
	json_close(j);
}

static void put_units(struct json *j, const struct comparison *c)
{
	json_list(j, "units");
	for (size_t i = 0; i < c->n_units && i < UNITS_SHOWN; i++) {
		const struct moved_unit *u = &c->units[i];

		json_begin(j, NULL);
		json_text(j, "unit", u->unit);
		json_text(j, "name", u->name);
		json_int(j, "leads_lost", u->leads_lost);
		json_int(j, "leads_gained", u->leads_gained);
		json_int(j, "lost", u->lost);
		json_int(j, "gained", u->gained);
		json_end(j);
	}
	json_close(j);
}

static void put_p1(struct json *j, const struct comparison *c)
{
	json_list(j, "p1");
	for (size_t i = 0; i < c->n_p1; i++) {
		json_begin(j, NULL);
		json_text(j, "category", c->p1[i].category);
		json_text(j, "name", c->p1[i].name);
		json_text(j, "zone", zone_names[c->p1[i].zone]);
		json_text(j, "before", c->p1[i].before);
		json_text(j, "after", c->p1[i].after);
		json_text(j, "rule", c->p1[i].rule);
		json_end(j);
	}
	json_close(j);
}

void compare_render(struct json *j, const struct comparison *c)
{
	json_time(j, "from", c->from);
	json_int(j, "incidents", c->incidents);
	json_int(j, "textless", c->textless);
	json_int(j, "moved", c->moved);
	json_int(j, "lead", c->lead);
	json_int(j, "p1_moved", c->p1_moved);
	json_int(j, "priority", c->priority);
	json_int(j, "category", c->category);
	json_int(j, "unmatched_before", c->unmatched_before);
	json_int(j, "unmatched_after", c->unmatched_after);
	put_rules(j, c);
	put_units(j, c);
	put_p1(j, c);
}
