/*
 * address.c - addresses made comparable. Place: domain; pure.
 *
 * The text is folded (fold.h), what it lies in is taken off its front, numbers become digits, marks of
 * numbers and of crossings become one, and the ways of a crossing stand in one order. What comes out is
 * for comparing alone: 和 is dropped, also from 和平路, because no text says which it is.
 */
#include "domain/address.h"
#include "base/log.h"
#include "domain/fold.h"
#include "domain/place.h"

#include <stdio.h>
#include <stdlib.h>

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])
#define LEAST 2     /* characters of a place */
#define WAYS_MOST 4 /* of one crossing */

/* Written where a number begins or ends: 八一路100号, 100#. */
static const char *const number_marks[] = {"号", "#", "no."};
static const char *const joins[] = {"与", "和", "及", "跟", "/", "&", "、"};
static const char *const crossings[] = {"交叉路口", "交叉口", "交汇处", "交汇口", "交界处", "交界口",
    "交接处", "十字路口", "丁字路口", "三岔路口"};
static const char *const ways[] = {"路", "街", "巷", "弄", "大道"};
/* Say no more than that it is there. */
static const char *const tails[] = {"附近", "旁边", "门口", "门前", "一带", "旁", "处"};
static const char *const none[] = {"无", "不详", "未知", "不明", "不清楚", "不知道", "同上", "略", "空",
    "暂无", "待查", "待核实", "未提供", "无法提供", "未说明", "没有", "没说", "保密", "none", "null", "na",
    "nil", "unknown", "地址不详", "位置不详", "地址不明", "具体地址不详", "现场", "本地"};

/* The text while it is made comparable: it only gets shorter, but for the digits of 百 and 千. */
struct draft {
	char *p;
	size_t n, cap;
};

/* The first byte is the same for many Chinese characters, the third differs: it is looked at first where
 * the word has one and the text is long enough. */
static inline size_t begins(const char *p, const char *word)
{
	size_t n = 0;

	if ((unsigned char)*word >= 0xE0 && ((unsigned char)*p < 0xE0 || p[2] != word[2]))
		return 0;

	while (word[n] && p[n] == word[n])
		n++;
	return word[n] ? 0 : n;
}

static size_t begins_with_one(const char *p, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = begins(p, words[i]);

		if (len)
			return len;
	}
	return 0;
}

static size_t ends_with_one(const char *p, size_t at, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (at >= len && memcmp(p + at - len, words[i], len) == 0)
			return len;
	}
	return 0;
}

static size_t character(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* -- numbers -------------------------------------------------------------------------------- */

struct numeral {
	const char *word;
	int value; /* 10 and more multiply */
};

static const struct numeral numerals[] = {{"零", 0}, {"〇", 0}, {"○", 0}, {"一", 1}, {"二", 2}, {"两", 2},
    {"三", 3}, {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}, {"十", 10}, {"百", 100},
    {"千", 1000}, {"廿", 20}, {"卅", 30}, {"壹", 1}, {"贰", 2}, {"叁", 3}, {"肆", 4}, {"伍", 5}, {"陆", 6},
    {"柒", 7}, {"捌", 8}, {"玖", 9}, {"拾", 10}, {"佰", 100}};

static const struct numeral *numeral_at(const char *p)
{
	for (size_t i = 0; i < LENGTH(numerals); i++)
		if (begins(p, numerals[i].word))
			return &numerals[i];
	return NULL;
}

/* Writes the digits of the numerals at p: 一百零八 as 108, 二〇一 as 201. Returns what follows. */
static const char *put_number(const char *p, struct draft *to)
{
	const struct numeral *numeral;
	const char *from = p;
	bool multiplies = false;
	long sum = 0, digit = -1;

	for (; (numeral = numeral_at(p)); p += strlen(numeral->word)) {
		multiplies |= numeral->value >= 10;
		if (numeral->value < 10) {
			digit = numeral->value;
		} else {
			sum += (digit > 0 ? digit : 1) * numeral->value;
			digit = -1;
		}
	}
	if (multiplies) {
		to->n +=
		    (size_t)snprintf(to->p + to->n, to->cap - to->n, "%ld", sum + (digit > 0 ? digit : 0));
		return p;
	}
	while (from < p) {
		numeral = numeral_at(from);
		to->p[to->n++] = (char)('0' + numeral->value);
		from += strlen(numeral->word);
	}
	return p;
}

/* -- the key: what of the address is written into it ---------------------------------------- */

/* What one step writes, and whether it saw a crossing. */
struct writing {
	struct draft out;
	bool crossing, joined;
};

/* A dash between two numbers divides them; other marks say nothing. */
static void put_mark(struct writing *w, const char *p)
{
	bool between = w->out.n > 0 && is_digit(w->out.p[w->out.n - 1]);

	if (*p == '-' && between && is_digit(p[1]))
		w->out.p[w->out.n++] = '-';
}

static bool drops(struct writing *w, const char *p, size_t *n)
{
	if ((*n = begins_with_one(p, crossings, LENGTH(crossings)))) {
		w->crossing = true;
		return true;
	}
	if ((*n = begins_with_one(p, joins, LENGTH(joins)))) {
		w->joined = true;
		return true;
	}
	/* 路口 behind a way is a crossing; 八一路口 is 八一路 and its end */
	if (((*n = begins(p, "路口")) || (*n = begins(p, "口"))) &&
	    ends_with_one(w->out.p, w->out.n, ways, LENGTH(ways))) {
		w->crossing = true;
		return true;
	}
	return false;
}

static void write_rest(struct writing *w, const char *p)
{
	while (*p) {
		size_t n;

		if (is_digit(*p)) { /* begins no word of the lists, and is most of a house number */
			w->out.p[w->out.n++] = *p++;
		} else if (drops(w, p, &n)) {
			p += n;
		} else if ((n = begins_with_one(p, number_marks, LENGTH(number_marks)))) {
			/* 100号2栋 is not 1002栋 */
			p += n;
			if (w->out.n > 0 && is_digit(w->out.p[w->out.n - 1]) &&
			    (is_digit(*p) || numeral_at(p)))
				w->out.p[w->out.n++] = '-';
		} else if (numeral_at(p)) {
			p = put_number(p, &w->out);
		} else if ((unsigned char)*p < 0x80 && !(*p >= 'a' && *p <= 'z')) {
			put_mark(w, p++);
		} else if (begins(p, "。") || begins(p, "·")) {
			p += character(p);
		} else {
			for (n = character(p); n > 0; n--)
				w->out.p[w->out.n++] = *p++;
		}
	}
	for (size_t n = 1; n > 0; w->out.n -= n)
		n = ends_with_one(w->out.p, w->out.n, tails, LENGTH(tails));
	w->out.p[w->out.n] = '\0';
}

static int by_text(const void *a, const void *b)
{
	const struct str *one = a, *other = b;
	int order = memcmp(one->p, other->p, one->n < other->n ? one->n : other->n);

	return order ? order : (one->n > other->n) - (one->n < other->n);
}

/* The ways of a crossing in one order; what follows the last says only on which side. */
static uint64_t crossing_of(const struct draft *d)
{
	struct str v[WAYS_MOST];
	size_t begun = 0;
	uint64_t hash = 0;
	int n = 0;

	for (size_t at = 0; at < d->n && n < WAYS_MOST; at += character(d->p + at)) {
		size_t len = begins_with_one(d->p + at, ways, LENGTH(ways));

		if (len && at > begun) {
			v[n++] = (struct str){d->p + begun, at + len - begun};
			begun = at + len;
			at = begun - len;
		}
	}
	if (n < 2)
		return 0;
	qsort(v, (size_t)n, sizeof v[0], by_text);
	for (int i = 0; i < n; i++)
		hash = hash * UINT64_C(1099511628211) + str_hash(v[i]);
	return hash | 1;
}

static bool names_nothing(const struct draft *d)
{
	size_t characters = 0, digits = 0;

	for (size_t at = 0; at < d->n; at += character(d->p + at)) {
		characters++;
		digits += is_digit(d->p[at]) || d->p[at] == '-';
	}
	if (characters < LEAST || digits == characters)
		return true;
	for (size_t i = 0; i < LENGTH(none); i++)
		if (strcmp(d->p, none[i]) == 0)
			return true;
	return false;
}

/* As it folds, without gaps and blanks. */
static char *tight(const char *text)
{
	char *folded = xalloc(fold_room(strlen(text)));
	size_t n = fold_text(text, folded), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (folded[i] != FOLD_GAP && folded[i] != ' ')
			folded[kept++] = folded[i];
	folded[kept] = '\0';
	return folded;
}

struct address_key address_key(const struct mechanism *m, const char *text)
{
	struct address_key key = {0};
	struct writing w = {.crossing = false};
	char *folded = text ? tight(text) : NULL;

	if (!folded)
		return key;
	const char *rest = place_skip_within(m, folded);
	const struct area *district = place_township(m, rest, &rest);
	if (district)
		key.district = str_hash(str_of(district->code)) | 1;
	w.out.cap = 2 * strlen(rest) + 32;
	w.out.p = xalloc(w.out.cap);
	write_rest(&w, rest);
	if (!names_nothing(&w.out)) {
		if (w.crossing || w.joined)
			key.place = crossing_of(&w.out);
		if (!key.place)
			key.place = str_hash((struct str){w.out.p, w.out.n}) | 1;
	}
	free(w.out.p);
	free(folded);
	return key;
}

bool address_same(struct address_key a, struct address_key b)
{
	return a.place && a.place == b.place && (!a.district || !b.district || a.district == b.district);
}
