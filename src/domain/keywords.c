/*
 * keywords.c - an Aho-Corasick automaton over characters, in a double array.
 *
 * Each character that occurs in a keyword is a class, 1, 2 … in the order of code points; all others are class 0,
 * which leads back to the root. A state is a slot. The step from state s by class c leads to slot base[s] + c, and
 * is real where that slot's check is s; otherwise the search goes on from fail[s], the longest proper suffix of what
 * was read that begins some keyword. A slot takes 16 bytes, of which a step that leads somewhere reads 8; 20,000
 * Chinese keywords need some 1 MB, and the states near the root, where a search spends its time, lie close together.
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
#define ENDS 0x80000000u
#define PAGE 256u /* code points of a page of classes */
#define PAGES (0x110000u / PAGE)

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
	bool *lettered;    /* by id: it begins or ends with a letter of the alphabet */
	uint32_t n;
	uint16_t *pages;   /* by code / PAGE; 0: none of it is in a keyword */
	uint32_t *classes; /* by page and code % PAGE; 0: it is in no keyword */
	uint32_t n_classes;
};

/* -- marks inside a word ---------------------------------------------------------------------- */

/* Written in the middle of a word so that it is not found, or by who stammers: 跳*楼, 跳-楼, 跳…楼. They stay in the
 * folded text, where a clause may end by one (denial.h). Other marks join or divide words. */
static const char *const marks[] = {"*", "-", "_", "~", ".", "^", "|", "‐", "‑", "‒", "–", "—", "―", "×"};
#define MARKS_BELOW                                                                                          \
	0xE3 /* the first byte of each of them; what Chinese texts are made of begins with this or more */

static inline bool is_chinese(uint32_t code)
{
	return (code >= 0x3400 && code < 0xA000) || code >= 0x20000;
}

static bool is_letter(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

/* Bytes of the mark or gap at p, 0 if none is there. */
static size_t mark_at(const char *p)
{
	if (*p == FOLD_GAP)
		return 1;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (text_starts(p, marks[i]))
			return strlen(marks[i]);
	return 0;
}

/* Bytes of marks and gaps at p, which follow a Chinese character, where another one follows them. */
static size_t marks_within(const char *p)
{
	uint32_t code = 0;
	size_t n = 0, one;

	while ((one = mark_at(p + n)))
		n += one;
	if (p[n])
		utf8_read((const unsigned char *)p + n, &code);
	return is_chinese(code) ? n : 0;
}

/* -- building ------------------------------------------------------------------------------- */

struct keyword {
	const unsigned char *bytes; /* folded */
	size_t n;
	size_t given; /* index among the words given */
	uint32_t id;
	uint32_t *classes, length; /* its characters */
};

/* The words [lo, hi) share the first `depth` characters, which lead to this state. */
struct branch {
	uint32_t state, depth, lo, hi;
};

/* Words from `lo` on go on by this class. */
struct descent {
	uint32_t class, lo;
};

struct builder {
	struct keywords *k;
	struct keyword *words; /* sorted, distinct */
	uint32_t n_words;
	struct branch *queue;
	uint32_t head, tail;
	struct descent *children; /* of one state, while it grows */
	uint32_t cap;             /* of k->states while it grows */
	uint32_t used;            /* one past the last slot in use */
	uint32_t first_free;      /* the search for room starts here */
};

/* A keyword as it is found in a text: 煤气-泄漏 as 煤气泄漏 is. */
static struct keyword word_of(char *folded, size_t given)
{
	size_t kept = 0;

	for (const char *p = folded; *p;) {
		uint32_t code;
		size_t n = utf8_read((const unsigned char *)p, &code);

		memmove(folded + kept, p, n);
		kept += n;
		p += n + (is_chinese(code) ? marks_within(p + n) : 0);
	}
	folded[kept] = '\0';
	return (struct keyword){.bytes = (const unsigned char *)folded, .n = kept, .given = given};
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

static inline uint32_t class_of(const struct keywords *k, uint32_t code)
{
	return k->classes[k->pages[code / PAGE] * PAGE + code % PAGE];
}

/* The pages of the characters that occur; page 0 is that of those that do not. */
static uint32_t number_pages(struct keywords *k, const struct keyword *words, uint32_t n)
{
	uint32_t pages = 1, code;

	for (uint32_t i = 0; i < n; i++)
		for (const unsigned char *p = words[i].bytes; *p;) {
			p += utf8_read(p, &code);
			if (!k->pages[code / PAGE])
				k->pages[code / PAGE] = (uint16_t)pages++;
		}
	return pages;
}

static void number_classes(struct keywords *k, const struct keyword *words, uint32_t n)
{
	uint32_t code;

	for (uint32_t i = 0; i < n; i++)
		for (const unsigned char *p = words[i].bytes; *p;) {
			p += utf8_read(p, &code);
			k->classes[k->pages[code / PAGE] * PAGE + code % PAGE] = 1;
		}
	for (uint32_t page = 0; page < PAGES; page++)
		for (uint32_t i = 0; k->pages[page] && i < PAGE; i++) {
			uint32_t *class = &k->classes[k->pages[page] * PAGE + i];

			if (*class)
				*class = ++k->n_classes;
		}
}

static void spell(const struct keywords *k, struct keyword *w, struct arena *scratch)
{
	const unsigned char *p = w->bytes;
	uint32_t code;

	w->classes = arena_new_array(scratch, uint32_t, w->n + 1);
	while (*p) {
		p += utf8_read(p, &code);
		w->classes[w->length++] = class_of(k, code);
	}
}

/* Every character of the words gets its class, and every word is spelled by them. */
static void classify(struct keywords *k, struct keyword *words, uint32_t n, struct arena *a,
    struct arena *scratch)
{
	k->pages = arena_new_array(a, uint16_t, PAGES);
	k->classes = arena_new_array(a, uint32_t, number_pages(k, words, n) * PAGE);
	number_classes(k, words, n);
	for (uint32_t i = 0; i < n; i++)
		spell(k, &words[i], scratch);
}

static void room(struct builder *b, uint32_t slots)
{
	uint32_t cap = b->cap ? b->cap : 1024;

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

/* A base at which each of the n classes of b->children falls on a free slot. Where the slots looked at are
 * nearly all taken the next search starts behind them: some room is given up for speed. */
static uint32_t find_base(struct builder *b, unsigned n)
{
	uint32_t looked = 0, taken = 0, first = b->children[0].class;

	for (uint32_t slot = b->first_free > first ? b->first_free : first;; slot++, looked++) {
		uint32_t base = slot - first;
		unsigned i = 1;

		if (slot + b->k->n_classes + 1 > b->cap)
			room(b, slot + b->k->n_classes + 1);
		if (!is_free(b, slot)) {
			taken++;
			continue;
		}
		while (i < n && is_free(b, base + b->children[i].class))
			i++;
		if (i < n)
			continue;
		if (looked > 16 && taken * 4 >= looked * 3)
			b->first_free = slot;
		return base;
	}
}

static inline uint32_t step(const struct state *states, uint32_t s, uint32_t class)
{
	uint32_t t = (states[s].base & ~ENDS) + class;

	return states[t].check == s ? t : NO_STATE;
}

/* Where a search in state s goes on that has no step by this class. */
static uint32_t fall(const struct keywords *k, uint32_t s, uint32_t class)
{
	uint32_t t = NO_STATE;

	while (s != ROOT && t == NO_STATE) {
		s = k->beyond[s].fail;
		t = step(k->states, s, class);
	}
	return t == NO_STATE ? ROOT : t;
}

static void add_child(struct builder *b, const struct branch *from, const struct descent *child, uint32_t hi)
{
	struct beyond *beyond = b->k->beyond;
	uint32_t t = step(b->k->states, from->state, child->class);
	const struct keyword *w = &b->words[child->lo];

	assert(t != NO_STATE); /* claimed by grow, before any child was added */
	beyond[t].fail = fall(b->k, from->state, child->class);
	beyond[t].out = beyond[beyond[t].fail].out;
	if (w->length == from->depth + 1) {
		b->k->shorter[w->id] = beyond[t].out;
		beyond[t].out = w->id + 1;
	}
	if (beyond[t].out)
		b->k->states[t].base |= ENDS;
	b->queue[b->tail++] = (struct branch){t, from->depth + 1, child->lo, hi};
	if (t >= b->used)
		b->used = t + 1;
}

/* The classes by which words of the branch go on, in order; returns how many. */
static unsigned find_children(struct builder *b, const struct branch *from)
{
	unsigned n = 0;

	for (uint32_t i = from->lo; i < from->hi; i++) {
		if (b->words[i].length == from->depth)
			continue; /* the word that ends here; it sorts first */
		uint32_t class = b->words[i].classes[from->depth];

		if (n == 0 || b->children[n - 1].class != class)
			b->children[n++] = (struct descent){class, i};
	}
	return n;
}

/* Gives a state its children: claims their slots together, then makes each of them. */
static void grow(struct builder *b, const struct branch *from)
{
	unsigned n = find_children(b, from);
	uint32_t base;

	if (n == 0)
		return;
	base = find_base(b, n);
	assert(base < ENDS - b->k->n_classes - 1);
	b->k->states[from->state].base |= base;
	for (unsigned i = 0; i < n; i++)
		b->k->states[base + b->children[i].class].check = from->state;
	for (unsigned i = 0; i < n; i++)
		add_child(b, from, &b->children[i], i + 1 < n ? b->children[i + 1].lo : from->hi);
}

/* Every character of every word may be a state, and each is in the queue once. */
static size_t most_states(const struct keyword *words, uint32_t n)
{
	size_t most = 1;

	for (uint32_t i = 0; i < n; i++)
		most += words[i].length;
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
	b->children = xalloc((b->k->n_classes + 1) * sizeof *b->children);
	b->first_free = 1;
	b->used = 1;
	room(b, b->k->n_classes + 2);
	b->queue[b->tail++] = (struct branch){ROOT, 0, 0, b->n_words};
	while (b->head < b->tail) {
		struct branch from = b->queue[b->head++];

		grow(b, &from);
	}
	free(b->queue);
	free(b->children);
	/* a step may look as many slots past the last one in use as there are classes */
	room(b, b->used + b->k->n_classes + 1);
	b->k->states = settle(a, b->k->states, b->used + b->k->n_classes + 1, sizeof *b->k->states);
	b->k->beyond = settle(a, b->k->beyond, b->used, sizeof *b->k->beyond);
}

static bool is_lettered(const struct keyword *w)
{
	return is_letter(w->bytes[0]) || is_letter(w->bytes[w->n - 1]);
}

struct keywords *keywords_new(struct arena *a, const char *const *words, size_t n, uint32_t *ids)
{
	struct keywords *k = arena_alloc(a, sizeof *k);
	struct arena *scratch = arena_new();
	struct builder b = {.k = k};

	assert(n < UINT32_MAX / 256);
	b.words = arena_new_array(scratch, struct keyword, n + 1);
	for (size_t i = 0; i < n; i++)
		b.words[i] = word_of(fold_word(scratch, words[i]), i);
	b.n_words = distinct(k, b.words, n, ids);
	k->shorter = arena_new_array(a, uint32_t, k->n + 1);
	k->length = arena_new_array(a, uint32_t, k->n + 1);
	k->bytes = arena_new_array(a, uint32_t, k->n + 1);
	k->lettered = arena_new_array(a, bool, k->n + 1);
	classify(k, b.words, b.n_words, a, scratch);
	for (uint32_t i = 0; i < b.n_words; i++) {
		k->length[b.words[i].id] = b.words[i].length;
		k->bytes[b.words[i].id] = (uint32_t)b.words[i].n;
		k->lettered[b.words[i].id] = is_lettered(&b.words[i]);
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

/* Where the character begins that ends before `at`, which is not 0. */
static size_t character_before(const char *text, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80);
	return at;
}

static bool is_chinese_before(const char *text, size_t at)
{
	uint32_t code = 0;

	if (at > 0)
		utf8_read((const unsigned char *)text + character_before(text, at), &code);
	return is_chinese(code);
}

/* Is the keyword from start to end a part of a longer word of an alphabet: gun in begun? Marks and gaps are no
 * letters. */
static bool within_word(const char *text, size_t start, size_t end)
{
	return (start > 0 && is_letter((unsigned char)text[start]) &&
		   is_letter((unsigned char)text[start - 1])) ||
	    (is_letter((unsigned char)text[end - 1]) && is_letter((unsigned char)text[end]));
}

/* Where the marks and gaps begin that end before `end`. */
static size_t marks_begin(const char *text, size_t end)
{
	while (end > 0 && mark_at(text + character_before(text, end)))
		end = character_before(text, end);
	return end;
}

/* Where a keyword of n bytes begins that ends before end; gaps, and marks that the search passed over, are none of its bytes. */
static size_t start_of(const char *text, size_t end, uint32_t n)
{
	bool chinese = false; /* is the character at end */

	while (n > 0 && end > 0) {
		size_t at = chinese ? marks_begin(text, end) : end;

		if (at < end && is_chinese_before(text, at)) {
			end = at;
			continue;
		}
		at = character_before(text, end);
		chinese = is_chinese_before(text, end);
		if (text[at] != FOLD_GAP)
			n -= n < end - at ? n : (uint32_t)(end - at);
		end = at;
	}
	return end;
}

const char *keywords_in(const char *text, const char *word)
{
	size_t n = strlen(word);
	const char *at = strstr(text, word);

	while (at && n && within_word(text, (size_t)(at - text), (size_t)(at - text) + n))
		at = strstr(at + 1, word);
	return at;
}

/* Does the keyword that ends before end stand there by itself, not inside a longer word of an alphabet? */
static bool stands(const struct search *s, uint32_t id, size_t end)
{
	const char *text = s->denials.text;

	return !s->k->lettered[id] || !within_word(text, start_of(text, end, s->k->bytes[id]), end);
}

/* Keywords end before end: `out` and its shorter ones. */
static void found(struct search *s, uint32_t out, size_t end)
{
	for (uint32_t w = out; w; w = s->k->shorter[w - 1]) {
		uint32_t id = w - 1;
		size_t start;

		if (!stands(s, id, end))
			continue;
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

	for (const unsigned char *p = (const unsigned char *)folded; *p;) {
		uint32_t code, class, t;

		p += utf8_read(p, &code);
		if (code == FOLD_GAP)
			continue;
		class = class_of(k, code);
		t = class ? step(states, s, class) : ROOT;
		s = t != NO_STATE ? t : fall(k, s, class);
		if (states[s].base & ENDS)
			found(&search, k->beyond[s].out, (size_t)(p - (const unsigned char *)folded));
		if (s != ROOT && *p < MARKS_BELOW && is_chinese(code))
			p += marks_within((const char *)p);
	}
}
