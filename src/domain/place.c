/*
 * place.c - the area that a report names. Place: domain; pure.
 *
 * One search finds which names occur at all; for these few the text is looked at again, because where a
 * name stands and what follows decides whether it is meant.
 */
#include "domain/place.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/fold.h"
#include "domain/keywords.h"

#include <stdlib.h>

#define FULL_LEAST 3      /* characters of a name that is looked for anywhere */
#define SHORT_LEAST 2     /* of one without its last word, at the beginning of an address */
#define VILLAGE_AT_MOST 8 /* characters between a township and the end of its village's name */

struct name {
	const char *text; /* folded */
	size_t n;
	const struct area *area;
	uint32_t id; /* of its keyword; names that are alike have one */
	bool full;
};

struct place_index {
	const struct keywords *keywords;
	struct name *names;
	int n_names;
	const char **within; /* folded, and each without its 省 or 市 behind it */
	int n_within;
	size_t bits;
};

static const char *const kinds[] = {"街道办事处", "街道", "镇", "乡"};

/* Behind a township's short name: it is the township. */
static const char *const of_township[] = {"镇", "乡", "集镇", "圩", "街上", "老街", "境内", "一带", "附近",
    "这边", "那边", "政府", "卫生院", "派出所", "中学", "中心小学"};

/* In a description: somebody comes from there or goes there. */
static const char *const goes_there[] = {
    "来自", "户籍", "家住", "籍贯", "开往", "前往", "去", "往", "从", "回", "是"};
static const char *const comes_from[] = {
    "人", "籍", "户籍", "方向", "开来", "来的", "过来", "的男", "的女", "的老", "的小"};

/* But these stand there: 新桥镇人民医院 is no person from 新桥镇. */
static const char *const institutions[] = {
    "人民医院", "人民政府", "人民法院", "人民检察院", "人民公园", "人民广场", "人大", "人社", "人武部"};

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

static bool begins_with_one(const char *p, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool ends_with(const char *p, size_t n, const char *word)
{
	size_t m = strlen(word);

	return n >= m && memcmp(p + n - m, word, m) == 0;
}

/* -- the index ------------------------------------------------------------------------------ */

static size_t characters(const char *text, size_t n)
{
	return utf8_count((struct str){text, n});
}

/* Bytes of the name without the word that says what it is; 0 where too little is left. */
static size_t short_of(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (ends_with(name, n, kinds[i])) {
			n -= strlen(kinds[i]);
			return characters(name, n) >= SHORT_LEAST ? n : 0;
		}
	return 0;
}

static void add_name(struct place_index *x, const struct area *area, const char *text, bool full)
{
	x->names[x->n_names++] = (struct name){.text = text, .n = strlen(text), .area = area, .full = full};
}

static void add_within(struct place_index *x, struct arena *a, const char *name)
{
	size_t n = strlen(name);

	x->within[x->n_within++] = name;
	if (ends_with(name, n, "省") || ends_with(name, n, "市"))
		x->within[x->n_within++] = arena_str(a, (struct str){name, n - strlen("省")});
}

struct place_index *place_index_new(const struct mechanism *m)
{
	struct place_index *x = arena_alloc(m->arena, sizeof *x);
	size_t most = 2 * (size_t)m->n_areas + 1;
	const char **texts = xalloc(most * sizeof *texts);
	uint32_t *ids = xalloc(most * sizeof *ids);

	x->names = arena_new_array(m->arena, struct name, most);
	for (int i = 0; i < m->n_areas; i++) {
		const char *name = fold_word(m->arena, m->areas[i].name);
		size_t n = m->areas[i].parent ? 0 : short_of(name);

		if (characters(name, strlen(name)) >= FULL_LEAST)
			add_name(x, &m->areas[i], name, true);
		if (n > 0)
			add_name(x, &m->areas[i], arena_str(m->arena, (struct str){name, n}), false);
	}
	for (int i = 0; i < x->n_names; i++)
		texts[i] = x->names[i].text;
	x->keywords = keywords_new(m->arena, texts, (size_t)x->n_names, ids);
	for (int i = 0; i < x->n_names; i++)
		x->names[i].id = ids[i];
	x->bits = keywords_count(x->keywords) / 64 + 1;
	x->within = arena_new_array(m->arena, const char *, 2 * (size_t)m->n_within + 1);
	for (int i = 0; i < m->n_within; i++)
		add_within(x, m->arena, fold_word(m->arena, m->within[i]));
	free(texts);
	free(ids);
	return x;
}

/* -- where a name stands -------------------------------------------------------------------- */

/* A text in which names are looked for; it owns what it points to but the index. */
struct place_text {
	const struct mechanism *m;
	const struct place_index *x;
	char *text; /* folded */
	uint64_t *found;
	bool address;
};

/* The end of the word where it stands at p, gaps passed over; NULL where it does not. */
static const char *stands(const char *p, const char *word)
{
	for (; *word; p++) {
		if (*p == FOLD_GAP)
			continue;
		if (*p != *word++)
			return NULL;
	}
	return p;
}

static bool is_mark(const char *p)
{
	static const char *const marks[] = {"、", "。", "\1"};

	return ((unsigned char)*p < 0x80 && !(*p >= '0' && *p <= '9') && !(*p >= 'a' && *p <= 'z')) ||
	    begins_with_one(p, marks, LENGTH(marks));
}

/* 永福 alone, 永福集镇, 永福后孟村, but not 永福路8号 and not 永福村, which may lie anywhere. */
static bool is_township(const char *behind)
{
	static const char *const ways[] = {"路", "街", "巷", "道", "弄", "桥", "店", "园", "厦", "号"};
	const char *p = behind;

	while (*p == FOLD_GAP)
		p++;
	if (begins_with_one(p, ways, LENGTH(ways)))
		return false;
	if (p > behind || is_mark(p) || begins_with_one(p, of_township, LENGTH(of_township)))
		return true;
	for (int n = 0; *p && n < VILLAGE_AT_MOST; n++) {
		if (is_mark(p) || begins_with_one(p, ways, LENGTH(ways)))
			return false;
		if (strncmp(p, "村", strlen("村")) == 0)
			return n > 0;
		do
			p++;
		while (((unsigned char)*p & 0xC0) == 0x80);
	}
	return false;
}

static const char *skip_gaps(const char *p)
{
	while (*p == FOLD_GAP || *p == ',')
		p++;
	return p;
}

const char *place_skip_within(const struct mechanism *m, const char *folded)
{
	static const char *const quarters[] = {"市区", "城区", "区"};
	const struct place_index *x = m->places;
	const char *p, *next = folded;

	do {
		p = skip_gaps(next);
		next = NULL;
		for (int i = 0; i < x->n_within && !next; i++)
			next = stands(p, x->within[i]);
	} while (next);
	for (size_t i = 0; i < LENGTH(quarters); i++)
		if ((next = stands(p, quarters[i])) && (p > folded || i < 2))
			return skip_gaps(next);
	return p;
}

const struct area *place_township(const struct mechanism *m, const char *folded, const char **rest)
{
	const struct place_index *x = m->places;

	for (int i = 0; i < x->n_names; i++) {
		const struct name *name = &x->names[i];
		const char *end = name->full && !name->area->parent ? stands(folded, name->text) : NULL;

		if (end) {
			*rest = skip_gaps(end);
			return name->area;
		}
	}
	return NULL;
}

static bool passes(const struct place_text *r, const char *from, const char *to)
{
	if (r->address)
		return true;
	for (size_t i = 0; i < LENGTH(goes_there); i++)
		if (ends_with(r->text, (size_t)(from - r->text), goes_there[i]))
			return false;
	return begins_with_one(to, institutions, LENGTH(institutions)) ||
	    !begins_with_one(to, comes_from, LENGTH(comes_from));
}

static bool was_found(const struct place_text *r, const struct name *name)
{
	return r->found[name->id / 64] >> (name->id % 64) & 1;
}

/* Is it a part of a longer name that stands there: 坑村 in 上坑村? */
static bool inside_another(const struct place_text *r, const struct name *name, const char *from,
    const char *to)
{
	for (int i = 0; i < r->x->n_names; i++) {
		const struct name *other = &r->x->names[i];

		if (!other->full || other->n <= name->n ||
		    !(r->found[other->id / 64] >> (other->id % 64) & 1))
			continue;
		for (const char *p = from; p >= r->text && (size_t)(from - p) <= 2 * other->n; p--) {
			const char *end = stands(p, other->text);

			if (end && end >= to)
				return true;
		}
	}
	return false;
}

static bool means(const struct place_text *r, const struct name *name)
{
	if (!name->full) {
		const char *begin = place_skip_within(r->m, r->text),
			   *end = r->address ? stands(begin, name->text) : NULL;

		return end && !inside_another(r, name, begin, end) && is_township(end);
	}
	for (const char *p = r->text; *p; p++) {
		const char *end = *p == FOLD_GAP ? NULL : stands(p, name->text);

		if (end && !inside_another(r, name, p, end) && passes(r, p, end))
			return true;
	}
	return false;
}

/* -- the areas ------------------------------------------------------------------------------ */

static bool lies_in(const struct area *inner, const struct area *outer)
{
	for (; inner; inner = inner->parent)
		if (inner == outer)
			return true;
	return false;
}

static void take(struct place_named *out, const struct area *area)
{
	for (int i = 0; i < out->n; i++)
		if (out->named[i] == area)
			return;
	if (out->n < PLACES_MOST)
		out->named[out->n++] = area;
}

/* How many areas have this name. */
static int namesakes(const struct place_index *x, const struct name *name)
{
	int n = 0;

	for (int i = 0; i < x->n_names; i++)
		n += x->names[i].id == name->id && x->names[i].full == name->full;
	return n;
}

static void read_names(const struct place_text *r, struct place_named *out)
{
	for (int i = 0; i < r->x->n_names; i++) {
		const struct name *name = &r->x->names[i];

		if (was_found(r, name) && namesakes(r->x, name) == 1 && means(r, name))
			take(out, name->area);
	}
}

/* Of several areas of one name the one that lies in an area that is named, too. */
static void read_namesakes(const struct place_text *r, struct place_named *out)
{
	int known = out->n;

	for (int i = 0; i < r->x->n_names; i++) {
		const struct name *name = &r->x->names[i];
		bool lies = false;

		if (!was_found(r, name) || namesakes(r->x, name) == 1)
			continue;
		for (int j = 0; j < known; j++)
			lies |= out->named[j] != name->area && lies_in(name->area, out->named[j]);
		if (lies && means(r, name))
			take(out, name->area);
	}
}

static void begin(struct place_text *r, const struct mechanism *m, const char *text, bool address)
{
	char *folded = xalloc(fold_room(text ? strlen(text) : 0));
	const struct place_index *x = m->places;
	uint64_t *found = xalloc(x->bits * sizeof *found);

	memset(found, 0, x->bits * sizeof *found);
	fold_text(text, folded);
	keywords_scan(x->keywords, folded, found, NULL);
	*r = (struct place_text){.m = m, .x = x, .text = folded, .found = found, .address = address};
}

static void end(struct place_text *r)
{
	free(r->text);
	free(r->found);
}

/* Keeps the innermost of areas that lie in each other. */
static void keep_inner(struct place_named *p)
{
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		bool outer = false;

		for (int j = 0; j < p->n; j++)
			outer |= j != i && lies_in(p->named[j], p->named[i]);
		if (!outer)
			p->named[n++] = p->named[i];
	}
	p->n = n;
}

void place_find(const struct mechanism *m, const char *address, const char *description,
    struct place_named *out)
{
	struct place_text texts[2];

	*out = (struct place_named){.n = 0};
	begin(&texts[0], m, address, true);
	begin(&texts[1], m, description, false);
	for (int i = 0; i < 2; i++)
		read_names(&texts[i], out);
	for (int i = 0; i < 2; i++)
		read_namesakes(&texts[i], out);
	for (int i = 0; i < 2; i++)
		end(&texts[i]);
	keep_inner(out);
}
