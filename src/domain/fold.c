/*
 * fold.c - texts folded for matching, by a table of two levels. Place: domain; pure.
 *
 * Most characters of a report fold to themselves, and all characters of a block that does share one
 * row of the table: a lookup touches two cache lines, and these stay.
 */
#include "domain/fold.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "fold_table.h"

/* What an entry of the table says; scripts/fold.py writes the same numbers. */
enum { FOLD_SELF, FOLD_INVISIBLE, FOLD_BLANK, FOLD_DOT, FOLD_TEXTS };

static const unsigned char middle_dot[] = {0xC2, 0xB7};

size_t fold_room(size_t n)
{
	return FOLD_GROWTH * n + 1;
}

static inline unsigned kind_of(uint32_t code)
{
	return fold_kinds[fold_blocks[code / FOLD_BLOCK]][code % FOLD_BLOCK];
}

/* -- gaps ----------------------------------------------------------------------------------- */

enum side { SIDE_OTHER, SIDE_DIGIT, SIDE_LETTER };

/* By the first byte of a folded character: the alphabets with two bytes are written with blanks. */
static enum side side_of(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return SIDE_DIGIT;
	return (c >= 'a' && c <= 'z') || (c >= 0xC3 && c < 0xE0) ? SIDE_LETTER : SIDE_OTHER;
}

static enum side side_before(const unsigned char *out, size_t n)
{
	while (n > 1 && (out[n - 1] & 0xC0) == 0x80)
		n--;
	return side_of(out[n - 1]);
}

/* The byte that is written for a blank or a dot between the character before out + n and the one that begins with
 * next. A dot between digits is a part of the number: 3·15. Returns the new length. */
static size_t put_gap(unsigned char *out, size_t n, unsigned kind, unsigned char next)
{
	enum side before = side_before(out, n), after = side_of(next);
	bool digits = before == SIDE_DIGIT && after == SIDE_DIGIT;

	if (before == SIDE_OTHER || after == SIDE_OTHER || (digits && kind == FOLD_BLANK)) {
		out[n++] = FOLD_GAP;
	} else if (kind == FOLD_BLANK) {
		out[n++] = ' ';
	} else {
		memcpy(out + n, middle_dot, sizeof middle_dot);
		n += sizeof middle_dot;
	}
	return n;
}

/* -- the text ------------------------------------------------------------------------------- */

/* What fold_text has done so far. */
struct folding {
	unsigned char *out;
	size_t n;
	unsigned gap; /* its kind, where one was read since the last character */
};

static void put(struct folding *f, const unsigned char *from, unsigned bytes)
{
	if (f->gap && f->n > 0)
		f->n = put_gap(f->out, f->n, f->gap, *from);
	f->gap = FOLD_SELF;
	for (unsigned i = 0; i < bytes; i++)
		f->out[f->n++] = from[i];
}

static void put_kind(struct folding *f, unsigned kind)
{
	if (kind >= FOLD_TEXTS) {
		unsigned i = kind - FOLD_TEXTS;

		put(f, fold_texts + fold_text_at[i], fold_text_at[i + 1] - fold_text_at[i]);
	} else if (kind != FOLD_INVISIBLE && f->gap != FOLD_BLANK) {
		f->gap = kind;
	}
}

/* Copies the Chinese characters at s that fold to themselves, the most of any report: no more than
 * this is fast. Returns what comes after them. */
static inline const unsigned char *plain(struct folding *f, const unsigned char *s)
{
	unsigned char *out = f->out + f->n;

	while (s[0] >= 0xE3 && s[0] < 0xEA && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
		uint32_t code = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);

		if (kind_of(code) != FOLD_SELF)
			break;
		out[0] = s[0];
		out[1] = s[1];
		out[2] = s[2];
		out += 3;
		s += 3;
	}
	f->n = (size_t)(out - f->out);
	return s;
}

size_t fold_text(const char *text, char *folded)
{
	const unsigned char *s = (const unsigned char *)(text ? text : "");
	struct folding f = {.out = (unsigned char *)folded};

	for (;;) {
		uint32_t code;
		unsigned bytes, kind;

		if (!f.gap)
			s = plain(&f, s);
		if (!*s)
			break;
		bytes = utf8_read(s, &code);
		kind = kind_of(code);
		if (kind == FOLD_SELF)
			put(&f, s, bytes);
		else
			put_kind(&f, kind);
		s += bytes;
	}
	f.out[f.n] = '\0';
	return f.n;
}

/* -- numbers that are dictated ------------------------------------------------------------------ */

#define DICTATED_LEAST 3 /* numerals: fewer are a count, 三四个人 */

/* The digit of the numeral at s, as it folds, -1: none is there; and the bytes of the character. */
static int numeral(const unsigned char *s, unsigned *bytes)
{
	uint32_t code;

	*bytes = utf8_read(s, &code);
	switch (code) {
	case 0x96F6: /* 零 */
	case 0x3007: /* 〇 */
	case 0x25CB: /* ○ */
		return 0;
	case 0x4E00: /* 一 */
	case 0x4E48: /* 幺, which folds to 么 */
		return 1;
	case 0x4E8C: /* 二 */
		return 2;
	case 0x4E09: /* 三 */
		return 3;
	case 0x56DB: /* 四 */
		return 4;
	case 0x4E94: /* 五 */
		return 5;
	case 0x516D: /* 六 */
		return 6;
	case 0x4E03: /* 七 */
		return 7;
	case 0x516B: /* 八 */
		return 8;
	case 0x4E5D: /* 九 */
		return 9;
	default:
		return -1;
	}
}

/* Counts the numerals in a row at s; gaps between them are passed over. *end: behind the last of them; behind the character at s
 * if that is no numeral. */
static size_t numerals_at(const unsigned char *s, const unsigned char **end)
{
	unsigned bytes;
	size_t n = 0;

	for (*end = s; *s; s += bytes) {
		if (numeral(s, &bytes) >= 0) {
			n++;
			*end = s + bytes;
		} else if (n == 0) {
			*end = s + bytes;
			break;
		} else if (*s != FOLD_GAP) {
			break;
		}
	}
	return n;
}

bool fold_numbers(char *folded)
{
	unsigned char *out = (unsigned char *)folded;
	const unsigned char *s = out, *end;
	bool any = false;

	while (*s) {
		bool dictated = numerals_at(s, &end) >= DICTATED_LEAST;

		for (unsigned bytes = 1; s < end; s += bytes) {
			int digit = dictated ? numeral(s, &bytes) : -1;
			if (digit < 0)
				bytes = 1;
			*out++ = digit < 0 ? *s : (unsigned char)('0' + digit);
		}
		any |= dictated;
	}
	*out = '\0';
	return any;
}

/* -- words ---------------------------------------------------------------------------------- */

char *fold_word(struct arena *a, const char *text)
{
	char *out;
	size_t n, kept = 0;

	if (!text)
		return NULL;
	out = arena_alloc(a, fold_room(strlen(text)));
	n = fold_text(text, out);
	for (size_t i = 0; i < n; i++)
		if (out[i] != FOLD_GAP)
			out[kept++] = out[i];
	out[kept] = '\0';
	return out;
}

struct fold_words fold_words(struct arena *a, const char *given)
{
	static const char blanks[] = " \t\n";
	struct fold_words w = {0};
	char *text = arena_text(a, given ? given : "");

	for (char *wide; (wide = strstr(text, "\u3000"));)
		memcpy(wide, "   ", 3);
	w.v = arena_new_array(a, const char *, strlen(text) / 2 + 2);
	for (char *p = text; *(p += strspn(p, blanks));) {
		size_t n = strcspn(p, blanks);
		const char *folded = fold_word(a, arena_str(a, (struct str){p, n}));

		if (*folded)
			w.v[w.n++] = folded;
		p += n;
	}
	return w;
}

bool fold_has(struct arena *a, const char *text, const char *word)
{
	return text && strstr(fold_word(a, text), word);
}

bool fold_same(const char *a, const char *b)
{
	struct arena *scratch;
	bool same;

	if (!a || !b)
		return false;
	scratch = arena_new();
	same = strcmp(fold_word(scratch, a), fold_word(scratch, b)) == 0;
	arena_free(scratch);
	return same;
}
