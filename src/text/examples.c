/*
 * examples.c - see examples.h. Place: text; pure.
 */
#include "text/examples.h"
#include "base/arena.h"
#include "base/digest.h"

#include <string.h>

/* Of the way in which examples are made and trained on: another one is another model. */
#define RECIPE "liandong texts 2"
/* Of fewer it cannot be told how far a model is to be trusted. */
#define CASES_LEAST 30

/* Each example of a mechanism, in order. */
typedef void each_example(void *arg, const char *text, const struct category *c, bool weak);

static void each_word(const char *const *words, int n, const struct category *c, each_example *each,
    void *arg)
{
	for (int i = 0; i < n; i++)
		each(arg, words[i], c, true);
}

static void walk(const struct mechanism *m, const char *without, each_example *each, void *arg)
{
	for (int i = 0; i < m->n_categories; i++) {
		const struct category *c = &m->categories[i];

		if (c->retired)
			continue;
		each(arg, c->name, c, true);
		each_word(c->keywords, c->n_keywords, c, each, arg);
	}
	for (int i = 0; i < m->routing.n_rules; i++) {
		const struct rule *r = &m->routing.rules[i];

		if (r->set_category)
			each_word(r->keywords, r->n_keywords, category_in_force(r->set_category), each, arg);
	}
	for (int i = 0; i < m->n_cases; i++) {
		const struct text_case *c = &m->cases[i];

		if (!without || !c->writer || strcmp(c->writer, without) != 0)
			each(arg, c->text, c->category, false);
	}
}

/* -- the digest ----------------------------------------------------------------------------- */

static void add_to_digest(void *arg, const char *text, const struct category *c, bool weak)
{
	struct buf *b = arg;

	buf_char(b, weak ? 'w' : 'c');
	buf_bytes(b, str_of(c->code));
	buf_bytes(b, str_of(text));
}

static void source_of(const struct mechanism *m, const char *without, unsigned char source[32])
{
	struct buf b = {0};
	struct digest d;

	buf_text(&b, RECIPE);
	for (int i = 0; i < m->n_categories; i++) {
		buf_bytes(&b, str_of(m->categories[i].code));
		buf_u8(&b, m->categories[i].priority == P1);
	}
	walk(m, without, add_to_digest, &b);
	d = digest_of(buf_view(&b));
	memcpy(source, d.b, sizeof d.b);
	buf_free(&b);
}

static bool teaches(const struct mechanism *m)
{
	bool two = false;

	for (int i = 1; i < m->n_cases && !two; i++)
		two = m->cases[i].category != m->cases[0].category;
	return two && m->n_cases >= CASES_LEAST && !m->policy.text.off;
}

void text_source_of(const struct mechanism *m, unsigned char source[32])
{
	memset(source, 0, 32);
	if (teaches(m))
		source_of(m, NULL, source);
}

bool text_has_source(const struct mechanism *m)
{
	static const unsigned char none[32];

	return memcmp(m->texts, none, sizeof none) != 0;
}

/* -- the examples --------------------------------------------------------------------------- */

struct example_list {
	const struct mechanism *m;
	struct arena *a;
	struct text_example *v;
	size_t n;
};

static void count_one(void *arg, const char *text, const struct category *c, bool weak)
{
	(void)text;
	(void)c;
	(void)weak;
	++*(size_t *)arg;
}

static void collect_one(void *arg, const char *text, const struct category *c, bool weak)
{
	struct example_list *x = arg;

	x->v[x->n++] = (struct text_example){
	    .text = arena_text(x->a, text), .category = (uint32_t)(c - x->m->categories), .weak = weak};
}

struct text_examples *text_examples_of(const struct mechanism *m, const char *without, struct arena *a)
{
	struct text_examples *x = arena_alloc(a, sizeof *x);
	struct example_list all = {.m = m, .a = a};
	size_t n = 0, codes = (size_t)m->n_categories;
	const char **code = arena_new_array(a, const char *, codes + 1);
	bool *danger = arena_new_array(a, bool, codes + 1);

	walk(m, without, count_one, &n);
	all.v = arena_new_array(a, struct text_example, n + 1);
	walk(m, without, collect_one, &all);
	for (size_t i = 0; i < codes; i++) {
		code[i] = arena_text(a, m->categories[i].code);
		danger[i] = m->categories[i].priority == P1;
	}
	*x =
	    (struct text_examples){.v = all.v, .n = all.n, .codes = code, .danger = danger, .n_codes = codes};
	source_of(m, without, x->source);
	return x;
}
