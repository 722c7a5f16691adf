/*
 * route_index.c - compiles a routing table: one keyword automaton for everything, and postings from
 * what a report shows (keywords, category, area) to the rules that ask for it.
 * Runs once for a mechanism, after its arrays stand; nothing here changes afterwards.
 */
#include "domain/route_index.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/log.h"
#include "domain/fold.h"
#include <stdlib.h>

/* -- postings ------------------------------------------------------------------------------- */

struct pair {
	uint32_t key, item;
};

struct pairs {
	struct pair *v;
	size_t n, cap;
};

static void pairs_add(struct pairs *p, size_t key, size_t item)
{
	ARRAY_ROOM(NULL, p->v, p->n, p->cap);
	p->v[p->n++] = (struct pair){(uint32_t)key, (uint32_t)item};
}

/* Counting sort by key; items keep the order they were added in. Frees the pairs. */
static struct postings postings_of(struct arena *a, struct pairs *p, size_t keys)
{
	uint32_t *start = arena_new_array(a, uint32_t, keys + 2);
	uint32_t *item = arena_new_array(a, uint32_t, p->n + 1);

	for (size_t i = 0; i < p->n; i++)
		start[p->v[i].key + 2]++;
	for (size_t k = 2; k < keys + 2; k++)
		start[k] += start[k - 1];
	/* start[key + 1] is where the next item of key goes, and ends as where key + 1 begins */
	for (size_t i = 0; i < p->n; i++)
		item[start[p->v[i].key + 1]++] = p->v[i].item;
	free(p->v);
	*p = (struct pairs){0};
	return (struct postings){start, item};
}

/* -- keywords ------------------------------------------------------------------------------- */

/* All keywords of the table one behind the other, and their ids beside them: first the categories',
 * then each rule's keywords, unless_keywords, address_keywords, then the policy's secret_words. */
struct word_list {
	const char **text;
	uint32_t *id;
	size_t n;
};

static size_t count_words(const struct mechanism *m)
{
	const struct routing *t = &m->routing;
	size_t n = 0;

	for (int i = 0; i < m->n_categories; i++)
		n += (size_t)m->categories[i].n_keywords;
	for (int i = 0; i < t->n_rules + t->n_otherwise; i++) {
		const struct rule *r = i < t->n_rules ? &t->rules[i] : &t->otherwise[i - t->n_rules];

		n += (size_t)r->n_keywords + (size_t)r->n_unless_keywords + (size_t)r->n_address_keywords;
	}
	return n + (size_t)m->policy.n_secret_words;
}

/* Appends words; returns where their ids will stand. */
static const uint32_t *take_words(struct word_list *l, const char **words, int n)
{
	const uint32_t *ids = l->id + l->n;

	for (int i = 0; i < n; i++)
		l->text[l->n++] = words[i];
	return ids;
}

static struct rule_words take_rule(struct word_list *l, const struct rule *r)
{
	return (struct rule_words){
	    .keywords = take_words(l, r->keywords, r->n_keywords),
	    .unless = take_words(l, r->unless_keywords, r->n_unless_keywords),
	    .address = take_words(l, r->address_keywords, r->n_address_keywords),
	};
}

/* A category that writes a keyword twice (KTV, ＫＴＶ) must not score it twice. */
static bool among(const uint32_t *ids, int n, uint32_t id)
{
	for (int i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static const char *const *folded_words(const struct mechanism *m, const char **words, int n)
{
	const char **out = arena_new_array(m->arena, const char *, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		out[i] = fold_word(m->arena, words[i]);
	return out;
}

static void index_secret(struct route_index *x, const struct mechanism *m, const uint32_t *ids)
{
	const struct policy *p = &m->policy;
	uint64_t *bits = arena_new_array(m->arena, uint64_t, bit_words(keywords_count(x->keywords)) + 1);

	for (int i = 0; i < p->n_secret_words; i++)
		bit_set(bits, ids[i]);
	x->secret = bits;
	x->secret_words = folded_words(m, p->secret_words, p->n_secret_words);
	x->secret_unless = folded_words(m, p->secret_unless, p->n_secret_unless);
}

static void index_words(struct route_index *x, const struct mechanism *m)
{
	const struct routing *t = &m->routing;
	size_t n = count_words(m);
	struct word_list l = {
	    .text = xalloc((n + 1) * sizeof *l.text),
	    .id = arena_new_array(m->arena, uint32_t, n + 1),
	};
	struct rule_words *rules =
	    arena_new_array(m->arena, struct rule_words, (size_t)(t->n_rules + t->n_otherwise) + 1);
	struct pairs p = {0};
	const uint32_t *id = l.id;

	for (int i = 0; i < m->n_categories; i++)
		take_words(&l, m->categories[i].keywords, m->categories[i].n_keywords);
	for (int i = 0; i < t->n_rules; i++)
		rules[i] = take_rule(&l, &t->rules[i]);
	for (int i = 0; i < t->n_otherwise; i++)
		rules[t->n_rules + i] = take_rule(&l, &t->otherwise[i]);
	const uint32_t *secret = take_words(&l, m->policy.secret_words, m->policy.n_secret_words);
	x->keywords = keywords_new(m->arena, l.text, l.n, l.id);
	x->rules = rules;
	index_secret(x, m, secret);
	for (int i = 0; i < m->n_categories; id += m->categories[i++].n_keywords)
		for (int j = 0; j < m->categories[i].n_keywords; j++)
			if (!m->categories[i].retired && !among(id, j, id[j]))
				pairs_add(&p, id[j], (size_t)i);
	x->categories_by_word = postings_of(m->arena, &p, keywords_count(x->keywords));
	free(l.text);
}

/* -- gates ---------------------------------------------------------------------------------- */

enum gate { GATE_WORD, GATE_ADDRESS, GATE_CATEGORY, GATE_AREA, GATE_ALWAYS };

static enum gate gate_of(const struct rule *r)
{
	return r->n_keywords        ? GATE_WORD
	    : r->n_address_keywords ? GATE_ADDRESS
	    : r->n_category         ? GATE_CATEGORY
	    : r->n_area             ? GATE_AREA
				    : GATE_ALWAYS;
}

/* Behind every category that one of its patterns matches, and behind "none" where it says so. */
static void gate_category(struct pairs *p, const struct mechanism *m, const struct rule *r, size_t n)
{
	for (int c = 0; c < m->n_categories; c++)
		for (int i = 0; i < r->n_category; i++)
			if (code_matches(r->category[i], m->categories[c].code)) {
				pairs_add(p, (size_t)c, n);
				break;
			}
	for (int i = 0; i < r->n_category; i++)
		if (strcmp(r->category[i], "none") == 0) {
			pairs_add(p, (size_t)m->n_categories, n);
			break;
		}
}

static void gate_words(struct pairs *p, const uint32_t *ids, int n_ids, size_t n)
{
	for (int i = 0; i < n_ids; i++)
		pairs_add(p, ids[i], n);
}

bool route_classifies(const struct rule *r)
{
	bool none = r->n_category == 0;

	for (int i = 0; i < r->n_category; i++)
		none |= strcmp(r->category[i], "none") == 0;
	return r->set_category && none;
}

static void index_gates(struct route_index *x, const struct mechanism *m)
{
	const struct routing *t = &m->routing;
	struct pairs by[GATE_ALWAYS] = {{0}};
	uint64_t *always = arena_new_array(m->arena, uint64_t, x->rule_bits + 1);
	uint64_t *classifying = arena_new_array(m->arena, uint64_t, x->rule_bits + 1);

	for (size_t n = 0; n < (size_t)t->n_rules; n++) {
		const struct rule *r = &t->rules[n];
		enum gate gate = gate_of(r);

		if (gate == GATE_WORD)
			gate_words(&by[gate], x->rules[n].keywords, r->n_keywords, n);
		else if (gate == GATE_ADDRESS)
			gate_words(&by[gate], x->rules[n].address, r->n_address_keywords, n);
		else if (gate == GATE_CATEGORY)
			gate_category(&by[gate], m, r, n);
		else if (gate == GATE_ALWAYS)
			bit_set(always, n);
		for (int i = 0; gate == GATE_AREA && i < r->n_area; i++)
			pairs_add(&by[gate], (size_t)(r->area[i] - m->areas), n);
		if (route_classifies(r))
			bit_set(classifying, n);
	}
	x->rules_by_word = postings_of(m->arena, &by[GATE_WORD], keywords_count(x->keywords));
	x->rules_by_address = postings_of(m->arena, &by[GATE_ADDRESS], keywords_count(x->keywords));
	x->rules_by_category = postings_of(m->arena, &by[GATE_CATEGORY], (size_t)m->n_categories + 1);
	x->rules_by_area = postings_of(m->arena, &by[GATE_AREA], (size_t)m->n_areas);
	x->always = always;
	x->classifying = classifying;
}

struct route_index *route_index_new(const struct mechanism *m)
{
	struct route_index *x = arena_alloc(m->arena, sizeof *x);

	index_words(x, m);
	x->word_bits = bit_words(keywords_count(x->keywords));
	x->rule_bits = bit_words((size_t)m->routing.n_rules);
	index_gates(x, m);
	return x;
}
