/*
 * model.c - see model.h. Place: text; pure.
 */
#include "text/model.h"
#include "base/arena.h"
#include "base/log.h"
#include "domain/fold.h"
#include "text/exact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ONE 65536      /* of scores */
#define LENGTH_BITS 14 /* a text's vector has this length: 2¹⁴ */
#define AHEAD 8        /* what is asked of memory before it is needed */
#define CACHE_LINE 64
#define GRAM_MASK ((UINT64_C(1) << TEXT_GRAM_BITS) - 1)

/* Are numbers on this machine as in files? */
static bool as_in_files(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

struct text_model {
	struct str bytes;            /* that it was made with */
	const struct text_header *h; /* there, or where numbers are turned in a copy that it owns */
	struct text_parts p;
	uint16_t *counts; /* of each gram in the text that is looked at; zero between texts */
	uint32_t *found;  /* the grams that it has, in the order in which they came */
	int32_t *values;  /* of these, in the vector of length 2¹⁴ */
	size_t n_found;
	int32_t *sums; /* by category */
	int64_t *scores;
	uint32_t *codes;
	gram *grams;
};

/* -- the bytes ------------------------------------------------------------------------------ */

static void *take(char *bytes, size_t *at, size_t n, size_t size)
{
	void *here = bytes ? bytes + *at : NULL;

	*at += (n * size + 63) / 64 * 64;
	return here;
}

size_t text_layout(const struct text_header *h, void *bytes, struct text_parts *p)
{
	size_t at = (sizeof *h + 63) / 64 * 64;

	p->codes = take(bytes, &at, h->categories, sizeof *p->codes);
	p->scale = take(bytes, &at, h->categories, sizeof *p->scale);
	p->bias = take(bytes, &at, h->categories, sizeof *p->bias);
	p->danger = take(bytes, &at, h->categories, sizeof *p->danger);
	p->table = take(bytes, &at, h->table, sizeof *p->table);
	p->rarity = take(bytes, &at, h->grams, sizeof *p->rarity);
	p->rows = take(bytes, &at, (size_t)h->grams * h->stride, sizeof *p->rows);
	return at;
}

static void turn(void *numbers, size_t n, size_t size)
{
	unsigned char *p = numbers;

	if (as_in_files())
		return;
	for (; n > 0; n--, p += size)
		for (size_t i = 0; i < size / 2; i++) {
			unsigned char byte = p[i];

			p[i] = p[size - 1 - i];
			p[size - 1 - i] = byte;
		}
}

void text_turn_header(struct text_header *h)
{
	uint32_t *const numbers[] = {&h->order, &h->grams, &h->categories, &h->stride, &h->table, &h->factor};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		turn(numbers[i], 1, sizeof *numbers[i]);
}

void text_turn(const struct text_header *h, const struct text_parts *p)
{
	turn(p->scale, h->categories, sizeof *p->scale);
	turn(p->bias, h->categories, sizeof *p->bias);
	turn(p->table, h->table, sizeof *p->table);
	turn(p->rarity, h->grams, sizeof *p->rarity);
}

uint32_t text_place(gram g, uint32_t table)
{
	return (uint32_t)((g * UINT64_C(0x9E3779B97F4A7C15)) >> 40) & (table - 1);
}

/* 1 + ln n, 1/1024: 1024 · (1 + ln n), rounded. */
static const uint16_t weights[] = {
    0, 1024, 1734, 2149, 2444, 2672, 2859, 3017, 3153, 3274, 3382, 3479, 3569, 3651, 3726, 3797, 3863};

uint32_t text_weight_of(unsigned n)
{
	uint32_t doubled = 0;

	/* ln 2n = ln n + ln 2; 710 is 1024 ln 2 */
	for (; n >= sizeof weights / sizeof *weights; n /= 2)
		doubled += 710;
	return weights[n] + doubled;
}

/* May the header be what it says? Its digest is looked at afterwards. */
static bool plausible(const struct text_header *h)
{
	return memcmp(h->magic, TEXT_MAGIC, sizeof h->magic) == 0 && h->order == TEXT_ORDER &&
	    h->categories > 0 && h->categories <= TEXT_CATEGORIES_MOST && h->stride >= h->categories &&
	    h->stride <= TEXT_CATEGORIES_MOST + 64 && h->grams < GRAM_MASK && h->table > h->grams &&
	    h->table <= 1u << TEXT_GRAM_BITS && (h->table & (h->table - 1)) == 0;
}

/* The bytes with their numbers as this machine has them: themselves, or a copy. NULL: they are no whole model. */
static const char *native(struct str bytes, struct text_parts *p)
{
	struct text_header h;
	struct digest d;
	char *own;

	if (bytes.n < sizeof h)
		return NULL;
	memcpy(&h, bytes.p, sizeof h);
	text_turn_header(&h);
	if (!plausible(&h) || text_layout(&h, (void *)(uintptr_t)bytes.p, p) != bytes.n)
		return NULL;
	d = digest_of((struct str){bytes.p + sizeof h, bytes.n - sizeof h});
	if (memcmp(d.b, h.digest, DIGEST_LEN) != 0)
		return NULL;
	if (as_in_files())
		return bytes.p;
	own = xalloc(bytes.n);
	memcpy(own, bytes.p, bytes.n);
	memcpy(own, &h, sizeof h);
	text_layout(&h, own, p);
	text_turn(&h, p);
	return own;
}

static void forget(struct str bytes, const void *native)
{
	if (native != bytes.p)
		free((void *)(uintptr_t)native);
}

static bool consistent(const struct text_header *h, const struct text_parts *p)
{
	for (uint32_t i = 0; i < h->table; i++)
		if ((p->table[i] & GRAM_MASK) > h->grams)
			return false;
	for (uint32_t c = 0; c < h->categories; c++)
		if (!memchr(p->codes[c], '\0', PROPOSED_CODE))
			return false;
	return true;
}

struct text_model *text_model_new(struct str bytes)
{
	struct text_parts parts;
	const void *h = native(bytes, &parts);
	struct text_model *m;
	size_t rows;

	if (!h)
		return NULL;
	if (!consistent(h, &parts)) {
		forget(bytes, h);
		return NULL;
	}
	m = xalloc(sizeof *m);
	*m = (struct text_model){.bytes = bytes, .h = h, .p = parts};
	rows = m->h->stride;
	m->counts = xalloc((m->h->grams + 1) * sizeof *m->counts);
	memset(m->counts, 0, (m->h->grams + 1) * sizeof *m->counts);
	m->found = xalloc(2 * TEXT_CHARACTERS * sizeof *m->found);
	m->values = xalloc(2 * TEXT_CHARACTERS * sizeof *m->values);
	m->codes = xalloc(TEXT_CHARACTERS * sizeof *m->codes);
	m->grams = xalloc(2 * TEXT_CHARACTERS * sizeof *m->grams);
	m->sums = xalloc(rows * sizeof *m->sums);
	m->scores = xalloc(rows * sizeof *m->scores);
	return m;
}

void text_model_free(struct text_model *m)
{
	if (!m)
		return;
	free(m->counts);
	free(m->found);
	free(m->values);
	free(m->codes);
	free(m->grams);
	free(m->sums);
	free(m->scores);
	forget(m->bytes, m->h);
	free(m);
}

struct str text_model_bytes(const struct text_model *m)
{
	return m->bytes;
}

const unsigned char *text_model_source(const struct text_model *m)
{
	return m->h->source;
}

/* -- a text --------------------------------------------------------------------------------- */

/* The gram's number, or the number of grams: it is not known. */
static uint32_t number_of(const struct text_model *m, gram g)
{
	uint32_t table = m->h->table;

	for (uint32_t i = text_place(g, table);; i = (i + 1) & (table - 1)) {
		uint64_t entry = m->p.table[i];

		if (!entry)
			return m->h->grams;
		if (entry >> TEXT_GRAM_BITS == g)
			return (uint32_t)(entry & GRAM_MASK) - 1;
	}
}

static void count(struct text_model *m, const char *description)
{
	size_t room = fold_room(strlen(description)), n;
	char fixed[4096], *folded = room > sizeof fixed ? xalloc(room) : fixed;

	fold_text(description, folded);
	n = grams_codes(folded, m->codes, TEXT_CHARACTERS);
	if (folded != fixed)
		free(folded);
	n = grams_of(m->codes, n, m->grams);
	m->n_found = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t number;

		if (i + AHEAD < n)
			__builtin_prefetch(&m->p.table[text_place(m->grams[i + AHEAD], m->h->table)]);
		number = number_of(m, m->grams[i]);
		if (number < m->h->grams && m->counts[number]++ == 0)
			m->found[m->n_found++] = number;
	}
}

/* The vector of the text, of length 2¹⁴; the counts are zero again. */
static void measure(struct text_model *m)
{
	uint64_t squares = 0;
	uint32_t length;

	for (size_t i = 0; i < m->n_found; i++) {
		uint32_t number = m->found[i];
		uint32_t x = text_weight_of(m->counts[number]) * m->p.rarity[number] >> 10;

		m->counts[number] = 0;
		m->values[i] = (int32_t)x;
		squares += (uint64_t)x * x;
	}
	length = exact_root(squares);
	for (size_t i = 0; i < m->n_found; i++)
		m->values[i] = (int32_t)(((int64_t)m->values[i] << LENGTH_BITS) / (length ? length : 1));
}

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                           \
    !defined(__SANITIZE_THREAD__) /* its resolver runs before a sanitizer can */
__attribute__((target_clones("avx2", "default")))
#endif
#ifndef __clang__
__attribute__((optimize("O3")))
#endif
static void
add_row(int32_t *restrict sums, const int8_t *restrict row, int32_t x, size_t n)
{
	for (size_t c = 0; c < n; c++)
		sums[c] += x * row[c];
}

/* Rows lie anywhere in eight megabytes: each is asked for some rows before it is added. */
static void fetch_row(const struct text_model *m, uint32_t number)
{
	const int8_t *row = m->p.rows + (size_t)number * m->h->stride;

	for (size_t at = 0; at < m->h->stride; at += CACHE_LINE)
		__builtin_prefetch(row + at);
}

static void add_up(struct text_model *m)
{
	size_t stride = m->h->stride;

	memset(m->sums, 0, stride * sizeof *m->sums);
	for (size_t i = 0; i < m->n_found; i++) {
		if (i + AHEAD < m->n_found)
			fetch_row(m, m->found[i + AHEAD]);
		add_row(m->sums, m->p.rows + (size_t)m->found[i] * stride, m->values[i], stride);
	}
	/* 2⁻²⁴ · 2⁻¹⁴ to 2⁻¹⁶ */
	for (uint32_t c = 0; c < m->h->categories; c++)
		m->scores[c] =
		    m->p.bias[c] + (int64_t)m->sums[c] * m->p.scale[c] / (1 << (24 + LENGTH_BITS - 16));
}

/* -- probabilities -------------------------------------------------------------------------- */

/* e^−z in 2⁻³⁰, z in 2⁻¹⁶, by the power series of its fraction. */
static uint64_t exp_minus(uint64_t z)
{
	/* e^−k · 2³⁰, rounded */
	static const uint32_t whole_part[] = {1073741824, 395007542, 145315153, 53458458, 19666268, 7234816,
	    2661540, 979126, 360200, 132510, 48748, 17933, 6597, 2427, 893, 328, 121, 44, 16, 6, 2};
	uint64_t k = z / ONE, fraction = z % ONE;
	int64_t term = INT64_C(1) << 30, sum = term;

	if (k >= sizeof whole_part / sizeof *whole_part)
		return 0;
#pragma GCC unroll 8 /* divisors that are known are no divisions */
	for (int i = 1; i < 9; i++) {
		term = -term * (int64_t)fraction / ((int64_t)i * ONE);
		sum += term;
	}
	return (uint64_t)sum * whole_part[k] >> 30;
}

/* How probable a category is, the best being 2³⁰. */
static uint64_t part_of(const struct text_model *m, uint32_t best, uint32_t c)
{
	return exp_minus((uint64_t)(m->scores[best] - m->scores[c]) * m->h->factor / ONE);
}

/* Puts it among the best so far. */
static void keep(const struct text_model *m, uint32_t *best, int *n, uint32_t c)
{
	int k = *n;

	if (k < PROPOSED_MAX)
		++*n;
	else if (m->scores[best[--k]] >= m->scores[c])
		return;
	for (; k > 0 && m->scores[best[k - 1]] < m->scores[c]; k--)
		best[k] = best[k - 1];
	best[k] = c;
}

static void choose(const struct text_model *m, struct proposal *out)
{
	uint32_t best[PROPOSED_MAX];
	uint64_t all = 0, danger = 0;
	int n = 0;

	for (uint32_t c = 0; c < m->h->categories; c++)
		keep(m, best, &n, c);
	for (uint32_t c = 0; c < m->h->categories; c++) {
		uint64_t part = part_of(m, best[0], c);

		all += part;
		danger += m->p.danger[c] ? part : 0;
	}
	assert(all > 0 && "a model has a category, and the best one has its part");
	for (int i = 0; i < n; i++) {
		memcpy(out->v[i].code, m->p.codes[best[i]], PROPOSED_CODE);
		out->v[i].p = (int)((part_of(m, best[0], best[i]) * CERTAIN + all / 2) / all);
	}
	out->n = n;
	out->danger = (int)((danger * CERTAIN + all / 2) / all);
}

void text_propose(struct text_model *m, const char *description, struct proposal *out)
{
	*out = (struct proposal){0};
	if (!description)
		return;
	count(m, description);
	if (m->n_found == 0)
		return;
	measure(m);
	add_up(m);
	choose(m, out);
}

/* -- reasons -------------------------------------------------------------------------------- */

/* A character of the description, or a word of an alphabet: its bytes, and what the grams that it belongs to say for the category. */
struct saying {
	size_t from, to;
	int64_t says;
};
struct sayings {
	struct saying *v;
	size_t *origin; /* of the ith code: the spot */
	size_t n, n_codes;
};

static size_t character_bytes(const char *s)
{
	size_t n = 1;

	while (grams_letter(s[0]) && grams_letter(s[n]))
		n++;
	while (n < 4 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Character by character, so that it is known which one each code comes from. */
static void spread(struct text_model *m, const char *description, struct arena *a, struct sayings *out)
{
	size_t length = strlen(description);

	out->v = arena_new_array(a, struct saying, length + 1);
	out->origin = arena_new_array(a, size_t, TEXT_CHARACTERS);
	for (size_t at = 0; at < length && out->n_codes < TEXT_CHARACTERS; out->n++) {
		size_t bytes = character_bytes(description + at), n;
		char *folded = arena_alloc(a, fold_room(bytes));

		fold_text(arena_str(a, (struct str){description + at, bytes}), folded);
		n = grams_codes(folded, m->codes + out->n_codes, TEXT_CHARACTERS - out->n_codes);
		for (size_t i = 0; i < n; i++)
			out->origin[out->n_codes++] = out->n;
		out->v[out->n] = (struct saying){at, at + bytes, 0};
		at += bytes;
	}
}

static int64_t speaks(const struct text_model *m, gram g, uint32_t c, uint32_t other)
{
	uint32_t number = number_of(m, g);
	const int8_t *row = m->p.rows + (size_t)number * m->h->stride;

	if (number == m->h->grams)
		return 0;
	return m->p.rarity[number] *
	    ((int64_t)row[c] * m->p.scale[c] - (other == c ? 0 : (int64_t)row[other] * m->p.scale[other]));
}

/* Gives each spot what its grams say; returns the most that one has. */
static int64_t weigh_spots(struct text_model *m, struct sayings *s, uint32_t c, uint32_t other)
{
	int64_t most = 0;

	for (size_t i = 0; i < s->n_codes; i++) {
		gram g[3];
		size_t n = grams_of(m->codes + i, i + 1 < s->n_codes ? 2 : 1, g);

		for (size_t k = 0; k < n && k < 2;
		     k++) { /* the character, the pair; not the neighbour alone */
			bool pair = g[k] & ((1u << 21) - 1);
			int64_t says = (m->codes[i] ? speaks(m, g[k], c, other) : 0) / (pair ? 2 : 1);

			s->v[s->origin[i]].says += says;
			if (pair)
				s->v[s->origin[i + 1]].says += says;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		most = s->v[i].says > most ? s->v[i].says : most;
	return most;
}

/* Runs of characters that say at least a third of the most that one says, the strongest first. */
static int runs(const struct sayings *s, int64_t least, struct saying best[TEXT_REASONS])
{
	int n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct saying run = s->v[i];
		int k = n;

		if (run.says < least)
			continue;
		for (; i + 1 < s->n && s->v[i + 1].says >= least; i++) {
			run.to = s->v[i + 1].to;
			run.says += s->v[i + 1].says;
		}
		if (k < TEXT_REASONS)
			n++;
		else if (best[--k].says >= run.says)
			continue;
		for (; k > 0 && best[k - 1].says < run.says; k--)
			best[k] = best[k - 1];
		best[k] = run;
	}
	return n;
}

static uint32_t category_of(const struct text_model *m, const char *code)
{
	uint32_t c = 0;

	while (c < m->h->categories && strcmp(m->p.codes[c], code) != 0)
		c++;
	return c;
}

int text_reasons(struct text_model *m, const char *description, const char *code, struct arena *a,
    const char *reasons[TEXT_REASONS])
{
	struct proposal p;
	struct sayings s = {0};
	struct saying best[TEXT_REASONS];
	uint32_t c = category_of(m, code), other;
	int64_t most;
	int n;

	text_propose(m, description, &p);
	if (p.n < 2 || c == m->h->categories)
		return 0;
	other = category_of(m, p.v[strcmp(p.v[0].code, code) == 0].code);
	spread(m, description, a, &s);
	most = weigh_spots(m, &s, c, other);
	n = most > 0 ? runs(&s, most / 3 + 1, best) : 0;
	for (int i = 0; i < n; i++)
		reasons[i] =
		    arena_str(a, (struct str){description + best[i].from, best[i].to - best[i].from});
	return n;
}
