/*
 * keywords.c - an Aho-Corasick automaton over bytes, in a double array.
 *
 * A state is a slot. The step from state s by byte c leads to slot base[s] + c, and is real where
 * that slot's check is s; otherwise the search goes on from fail[s], the longest proper suffix of
 * what was read that begins some keyword. A slot takes 16 bytes, of which
 * a step that leads somewhere reads 8, and a keyword about as many slots as it has bytes of its own:
 * 20,000 Chinese keywords need some 3 MB, and the states near the root, where a search spends its
 * time, lie close together.
 *
 * Built breadth first from the sorted words: whatever a state fails to is shallower, so it is
 * complete when it is needed. Nothing changes after keywords_new.
 */
#include "domain/keywords.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include <assert.h>
#include <stdlib.h>

#define ROOT 0u
#define NO_STATE UINT32_MAX
#define BYTES 256u
#define ENDS 0x80000000u

/* What every step reads, apart from what only a miss or a match does: half the cache lines. */
struct state {
	uint32_t base; /* with ENDS where a keyword ends */
	uint32_t check;
};

struct beyond {
	uint32_t fail;
	uint32_t out; /* 1 + id of the longest keyword that ends here, 0 none */
};

struct keywords {
	struct state *states;
	struct beyond *beyond; /* by state */
	uint32_t *shorter; /* by id: 1 + id of the longest keyword that ends where this one ends, 0 none */
	uint32_t *length;  /* in characters, by id */
	uint32_t *bytes;   /* by id */
	uint32_t n;
};

/* -- building ------------------------------------------------------------------------------- */

struct keyword {
	const unsigned char *bytes; /* folded */
	size_t n;
	size_t given; /* index among the words given */
	uint32_t id;
};

/* The words [lo, hi) share the first `depth` bytes, which lead to this state. */
struct branch {
	uint32_t state, depth, lo, hi;
};

struct builder {
	struct keywords *k;
	struct keyword *words; /* sorted, distinct */
	uint32_t n_words;
	struct branch *queue;
	uint32_t head, tail;
	uint32_t cap;        /* of k->states while it grows */
	uint32_t used;       /* one past the last slot in use */
	uint32_t first_free; /* the search for room starts here */
};

static struct keyword word_of(const char *folded, size_t given)
{
	return (struct keyword){.bytes = (const unsigned char *)folded, .n = strlen(folded), .given = given};
}

static int by_bytes(const void *va, const void *vb)
{
	const struct keyword *a = va, *b = vb;
	int order = memcmp(a->bytes, b->bytes, a->n < b->n ? a->n : b->n);

	if (order != 0)
		return order;
	return a->n < b->n ? -1 : a->n > b->n;
}

/* Sorts, gives ids to what differs, and keeps one of each that is not empty. */
static uint32_t distinct(struct keywords *k, struct keyword *words, size_t n, uint32_t *ids)
{
	uint32_t kept = 0;

	qsort(words, n, sizeof *words, by_bytes);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || by_bytes(&words[i], &words[i - 1]) != 0)
			k->n++;
		words[i].id = k->n - 1;
		ids[words[i].given] = words[i].id;
	}
	for (size_t i = 0; i < n; i++)
		if (words[i].n > 0 && (kept == 0 || words[kept - 1].id != words[i].id))
			words[kept++] = words[i];
	return kept;
}

static void room(struct builder *b, uint32_t slots)
{
	uint32_t cap = b->cap ? b->cap : 4 * BYTES;

	if (slots <= b->cap)
		return;
	while (cap < slots)
		cap *= 2;
	b->k->states = xrealloc(b->k->states, cap * sizeof(struct state));
	b->k->beyond = xrealloc(b->k->beyond, cap * sizeof(struct beyond));
	for (uint32_t i = b->cap; i < cap; i++) {
		b->k->states[i] = (struct state){.check = NO_STATE};
		b->k->beyond[i] = (struct beyond){0};
	}
	b->cap = cap;
}

static bool is_free(const struct builder *b, uint32_t slot)
{
	return slot != ROOT && b->k->states[slot].check == NO_STATE;
}

/* A base at which every one of these bytes falls on a free slot. Where the slots looked at are
 * nearly all taken the next search starts behind them: some room is given up for speed. */
static uint32_t find_base(struct builder *b, const unsigned char *bytes, unsigned n)
{
	uint32_t looked = 0, taken = 0;

	for (uint32_t slot = b->first_free;; slot++, looked++) {
		uint32_t base = slot - bytes[0];
		unsigned i = 1;

		room(b, slot + 2 * BYTES);
		if (!is_free(b, slot) || slot < bytes[0]) {
			taken++;
			continue;
		}
		while (i < n && is_free(b, base + bytes[i]))
			i++;
		if (i < n)
			continue;
		if (looked > 16 && taken * 20 >= looked * 19)
			b->first_free = slot;
		return base;
	}
}

static uint32_t step(const struct state *states, uint32_t s, unsigned char c)
{
	uint32_t t = (states[s].base & ~ENDS) + c;

	return states[t].check == s ? t : NO_STATE;
}

/* Where a search in state s goes on that has no step by c. */
static uint32_t fall(const struct keywords *k, uint32_t s, unsigned char c)
{
	uint32_t t = NO_STATE;

	while (s != ROOT && t == NO_STATE) {
		s = k->beyond[s].fail;
		t = step(k->states, s, c);
	}
	return t == NO_STATE ? ROOT : t;
}

static void add_child(struct builder *b, const struct branch *from, unsigned char c, uint32_t lo, uint32_t hi)
{
	struct beyond *beyond = b->k->beyond;
	uint32_t t = step(b->k->states, from->state, c);
	const struct keyword *w = &b->words[lo];

	assert(t != NO_STATE); /* claimed by grow, before any child was added */
	beyond[t].fail = fall(b->k, from->state, c);
	beyond[t].out = beyond[beyond[t].fail].out;
	if (w->n == from->depth + 1) {
		b->k->shorter[w->id] = beyond[t].out;
		beyond[t].out = w->id + 1;
	}
	if (beyond[t].out)
		b->k->states[t].base |= ENDS;
	b->queue[b->tail++] = (struct branch){t, from->depth + 1, lo, hi};
	if (t >= b->used)
		b->used = t + 1;
}

/* Gives a state its children: claims their slots together, then makes each of them. */
static void grow(struct builder *b, const struct branch *from)
{
	unsigned char bytes[BYTES];
	uint32_t start[BYTES + 1];
	unsigned n = 0;
	uint32_t base;

	for (uint32_t i = from->lo; i < from->hi; i++) {
		if (b->words[i].n == from->depth)
			continue; /* the word that ends here; it sorts first */
		unsigned char c = b->words[i].bytes[from->depth];

		if (n == 0 || bytes[n - 1] != c) {
			start[n] = i;
			bytes[n++] = c;
		}
	}
	start[n] = from->hi;
	if (n == 0)
		return;
	base = find_base(b, bytes, n);
	assert(base < ENDS - BYTES);
	b->k->states[from->state].base |= base;
	for (unsigned i = 0; i < n; i++)
		b->k->states[base + bytes[i]].check = from->state;
	for (unsigned i = 0; i < n; i++)
		add_child(b, from, bytes[i], start[i], start[i + 1]);
}

/* Every byte of every word may be a state, and each is in the queue once. */
static size_t most_states(const struct keyword *words, uint32_t n)
{
	size_t most = 1;

	for (uint32_t i = 0; i < n; i++)
		most += words[i].n;
	return most;
}

/* Moves an array that has done growing into the arena. */
static void *settle(struct arena *a, void *grown, size_t n, size_t size)
{
	void *kept = arena_alloc_array(a, n, size);

	memcpy(kept, grown, n * size);
	free(grown);
	return kept;
}

static void build(struct builder *b, struct arena *a)
{
	b->queue = xalloc(most_states(b->words, b->n_words) * sizeof *b->queue);
	b->first_free = 1;
	b->used = 1;
	room(b, 2 * BYTES);
	b->queue[b->tail++] = (struct branch){ROOT, 0, 0, b->n_words};
	while (b->head < b->tail) {
		struct branch from = b->queue[b->head++];

		grow(b, &from);
	}
	free(b->queue);
	/* a step may look up to 255 slots past the last one in use */
	room(b, b->used + BYTES);
	b->k->states = settle(a, b->k->states, b->used + BYTES, sizeof *b->k->states);
	b->k->beyond = settle(a, b->k->beyond, b->used, sizeof *b->k->beyond);
}

struct keywords *keywords_new(struct arena *a, const char *const *words, size_t n, uint32_t *ids)
{
	struct keywords *k = arena_alloc(a, sizeof *k);
	struct arena *scratch = arena_new();
	struct builder b = {.k = k};

	assert(n < UINT32_MAX / BYTES);
	b.words = arena_new_array(scratch, struct keyword, n + 1);
	for (size_t i = 0; i < n; i++)
		b.words[i] = word_of(fold_word(scratch, words[i]), i);
	b.n_words = distinct(k, b.words, n, ids);
	k->shorter = arena_new_array(a, uint32_t, k->n + 1);
	k->length = arena_new_array(a, uint32_t, k->n + 1);
	k->bytes = arena_new_array(a, uint32_t, k->n + 1);
	for (uint32_t i = 0; i < b.n_words; i++) {
		struct str word = {(const char *)b.words[i].bytes, b.words[i].n};

		k->length[b.words[i].id] = (uint32_t)utf8_count(word);
		k->bytes[b.words[i].id] = (uint32_t)word.n;
	}
	build(&b, a);
	arena_free(scratch);
	return k;
}

/* -- using ---------------------------------------------------------------------------------- */

uint32_t keywords_count(const struct keywords *k)
{
	return k->n;
}

uint32_t keywords_length(const struct keywords *k, uint32_t id)
{
	assert(id < k->n);
	return k->length[id];
}

static inline bool mark(uint64_t *found, uint32_t id)
{
	uint64_t bit = UINT64_C(1) << (id % 64);
	bool had = found[id / 64] & bit;

	found[id / 64] |= bit;
	return had;
}

/* One search in one text. */
struct search {
	const struct keywords *k;
	struct denials denials; /* and the text */
	uint64_t *said, *meant;
};

/* Where a keyword of n bytes begins that ends before end; gaps are none of its bytes. */
static size_t start_of(const char *text, size_t end, uint32_t n)
{
	while (n > 0)
		if (text[--end] != FOLD_GAP)
			n--;
	return end;
}

/* Keywords end before end: `out` and its shorter ones. */
static void found(struct search *s, uint32_t out, size_t end)
{
	for (uint32_t w = out; w; w = s->k->shorter[w - 1]) {
		uint32_t id = w - 1;
		size_t start;

		if (mark(s->said, id) && (!s->meant || s->meant[id / 64] >> (id % 64) & 1))
			continue;
		if (!s->meant)
			continue;
		start = start_of(s->denials.text, end, s->k->bytes[id]);
		if (!denial_of(&s->denials, start, end))
			mark(s->meant, id);
	}
}

void keywords_scan(const struct keywords *k, const char *folded, uint64_t *said, uint64_t *meant)
{
	const struct state *states = k->states;
	struct search search = {.k = k, .denials = {.text = folded}, .said = said, .meant = meant};
	uint32_t s = ROOT;

	for (const unsigned char *p = (const unsigned char *)folded; *p; p++) {
		unsigned char c = *p;
		uint32_t t;

		if (c == FOLD_GAP)
			continue;
		t = step(states, s, c);
		s = t != NO_STATE ? t : fall(k, s, c);
		if (states[s].base & ENDS)
			found(&search, k->beyond[s].out, (size_t)(p + 1 - (const unsigned char *)folded));
	}
}
