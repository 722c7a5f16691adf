/*
 * words.c - lists of keywords: what is one word, and what only looks like a list.
 *
 * A keyword that never matches is an emergency that goes to the wrong unit, and it is not seen in the
 * file: [停止呼吸，没有心跳] is one word, for YAML's comma is another one. So what cannot be meant is an
 * error at its place, and what hardly is a warning. Words are compared folded, as they are matched.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include "domain/keywords.h"
#include "mechanism/shape.h"

/* Signs that part words, and quotes of both kinds: no keyword is matched with them. */
static bool parts_words(uint32_t c)
{
	static const uint32_t signs[] = {',', ';', '"', 0xFF0C, 0x3001, 0xFF1B, 0xFF64, 0x201C, 0x201D,
	    0x2018, 0x2019, 0xFF02, '[', ']', 0x3010, 0x3011, 0xFF3B, 0xFF3D};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i] == c)
			return true;
	return false;
}

static bool blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
	    c == 0x202F || c == 0x3000;
}

/* The first sign that parts words; 0: there is none. */
static uint32_t first_sign(struct str s)
{
	while (s.n > 0) {
		uint32_t c = utf8_next(&s);

		if (parts_words(c))
			return c;
	}
	return 0;
}

static bool outer_blanks(struct str s)
{
	uint32_t first = utf8_next(&s), last = first;

	while (s.n > 0)
		last = utf8_next(&s);
	return blank(first) || blank(last);
}

/* -- what was meant --------------------------------------------------------------------------- */

static bool is_separator(uint32_t c)
{
	return c == ',' || c == ';' || c == 0xFF0C || c == 0x3001 || c == 0xFF1B || c == 0xFF64;
}

static bool is_quote(uint32_t c)
{
	return c == '"' || c == 0x201C || c == 0x201D || c == 0x2018 || c == 0x2019 || c == 0xFF02;
}

/* Without the blanks and quotes around it. */
static struct str bare(struct str s)
{
	for (struct str rest = s; rest.n > 0; s = rest) {
		uint32_t c = utf8_next(&rest);
		if (!blank(c) && !is_quote(c))
			break;
	}
	size_t n = 0;
	for (struct str rest = s; rest.n > 0;) {
		uint32_t c = utf8_next(&rest);
		if (!blank(c) && !is_quote(c))
			n = s.n - rest.n;
	}
	return (struct str){s.p, n};
}

/* The next part, up to a separator; takes it and the separator off. */
static struct str next_part(struct str *s)
{
	struct str part = *s;

	while (s->n > 0) {
		struct str before = *s;
		if (is_separator(utf8_next(s))) {
			part.n = (size_t)(before.p - part.p);
			break;
		}
	}
	return bare(part);
}

const char *words_parted(struct arena *a, struct str text)
{
	struct buf out = {0};
	bool whole = true;

	while (text.n > 0) {
		struct str part = next_part(&text);
		whole = whole && first_sign(part) == 0;
		if (part.n)
			buf_printf(&out, "%s%.*s", out.n ? ", " : "", (int)part.n, part.p);
	}
	const char *parted = whole && out.n ? arena_str(a, buf_view(&out)) : NULL;
	buf_free(&out);
	return parted;
}

const char *words_in_brackets(struct arena *a, const char *text)
{
	static const char *const pairs[][2] = {
	    {"【", "】"}, {"［", "］"}, {"「", "」"}, {"〔", "〕"}, {"『", "』"}, {"〖", "〗"}, {"（", "）"}};
	struct str s = str_of(text);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t open = strlen(pairs[i][0]), close = strlen(pairs[i][1]);
		if (!str_starts(s, str_of(pairs[i][0])) || s.n < open + close ||
		    memcmp(s.p + s.n - close, pairs[i][1], close) != 0)
			continue;
		const char *words = words_parted(a, (struct str){s.p + open, s.n - open - close});
		return words ? arena_printf(a, "[%s]", words) : NULL;
	}
	return NULL;
}

/* What to write in place of an item that is no word: in brackets several may stand where one did. */
static const char *meant(struct reading *r, const struct node *v, bool flow)
{
	const char *words = words_parted(r->problems->arena, str_of(v->text));

	return words && (flow || !strstr(words, ", ")) ? words : NULL;
}

/* -- words ------------------------------------------------------------------------------------ */

/* One word as it stands in the file. False where it was reported as no word. */
static bool is_word(struct reading *r, const struct node *v, bool flow)
{
	char sign[5] = "";
	uint32_t c = first_sign(str_of(v->text));
	const char *text = arena_quote(r->problems->arena, v->text);

	if (c) {
		sign[utf8_put(sign, c)] = '\0';
		problems_mend(r->problems,
		    yaml_problem(r->problems, PROBLEM_KEYWORD_SIGN, v,
			"关键词 “%1$s” 里有 “%2$s”,永远匹配不到:几个词要用半角逗号分开,各写一项",
			"the keyword \"%1$s\" has a %2$s in it and never matches: part words by commas, an "
			"item each",
			text, sign),
		    v->length, meant(r, v, flow));
		return false;
	}
	if (outer_blanks(str_of(v->text))) {
		problems_mend(r->problems,
		    yaml_problem(r->problems, PROBLEM_KEYWORD_SIGN, v,
			"关键词 “%s” 的首尾有空格(可能是全角的),请删除",
			"the keyword \"%s\" begins or ends with a blank, perhaps a full-width one; delete it",
			text),
		    v->length, meant(r, v, flow));
		return false;
	}
	return true;
}

/* -- words beside each other ------------------------------------------------------------------ */

struct list_word {
	const struct node *node;
	const char *folded;
};

/* 没有呼吸 is no useless companion of 呼吸: what denies the shorter word says something of its own. */
static bool denies(const char *text, size_t n)
{
	static const char *const words[] = {"没", "无", "未", "不", "非", "别", "勿"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(text, n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* A text with the longer word has the shorter one. */
static bool says(const char *longer, const char *shorter)
{
	const char *at = keywords_in(longer, shorter);

	return at && strlen(longer) > strlen(shorter) && !denies(longer, (size_t)(at - longer));
}

/* Is a of no use beside b? Says so. */
static bool compare(struct reading *r, const struct list_word *a, const struct list_word *b, bool contained)
{
	const char *text = arena_quote(r->problems->arena, a->node->text);
	const char *other = arena_quote(r->problems->arena, b->node->text);

	if (strcmp(a->folded, b->folded) == 0) {
		if (strcmp(a->node->text, b->node->text) == 0) /* letter by letter: reported already */
			return true;
		yaml_problem(r->problems, PROBLEM_KEYWORD_SAME, a->node,
		    "“%s” 与第 %d 行的 “%s” 匹配起来是同一个词,多余",
		    "\"%1$s\" is matched as the same word as \"%3$s\" in line %2$d, and useless", text,
		    b->node->line, other);
		return true;
	}
	if (!contained || !says(a->folded, b->folded))
		return false;
	yaml_problem(r->problems, PROBLEM_KEYWORD_SAME, a->node,
	    "“%s” 多余:说到它必然说到 “%s”,后者已在列表里",
	    "\"%s\" is useless: who says it says \"%s\", which stands in the list", text, other);
	return true;
}

#define COMPARED_MAX 300 /* each with each */

/* Each word is said to be useless once. */
static void compare_all(struct reading *r, const struct list_word *words, int n, bool contained)
{
	for (int i = 0; i < n && i < COMPARED_MAX; i++) {
		bool useless = false;
		for (int j = 0; j < n && j < COMPARED_MAX && !useless; j++)
			useless = i != j && words[i].folded && words[j].folded &&
			    (strcmp(words[i].folded, words[j].folded) != 0 || i > j) &&
			    compare(r, &words[i], &words[j], contained);
	}
}

/* -- the list --------------------------------------------------------------------------------- */

/* One character is found inside other words; where that is meant, quotes say so. */
static void check_short(struct reading *r, const struct node *v)
{
	if (v->plain && utf8_count(str_of(v->text)) == 1)
		yaml_problem(r->problems, PROBLEM_KEYWORD_SHORT, v,
		    "关键词 “%1$s” 只有一个字,会误中含有它的别的词;确要如此请加引号写成 \"%1$s\"",
		    "the keyword \"%1$s\" is one character, found inside other words too; if that is meant, "
		    "write it in quotes",
		    v->text);
}

/* `unless`: one character is enough there, for what it takes back is the keyword's. `contained`: is a word
 * that contains another one useless? Not among a category's, whose longest words weigh most. */
static void read_words(struct reading *r, const struct node *v, void *base, const struct key *k, bool unless,
    bool contained)
{
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, false, &item, &n))
		return;
	const char **texts = arena_new_array(r->arena, const char *, (size_t)n + 1);
	struct list_word *words = arena_new_array(r->problems->arena, struct list_word, (size_t)n + 1);
	for (int i = 0; i < n; i++, item = item->next) {
		if (!shape_get_text(r, item, &texts[i]) || !is_word(r, item, v->flow))
			continue;
		words[i] = (struct list_word){item, fold_word(r->problems->arena, item->text)};
		if (!unless)
			check_short(r, item);
	}
	shape_check_repeats(r, v);
	compare_all(r, words, n, contained);
	*SHAPE_AT(const char **, base, k->offset) = texts;
	*SHAPE_AT(int, base, k->count) = n;
}

void shape_words(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	read_words(r, v, base, k, false, false);
}

void shape_rule_words(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	read_words(r, v, base, k, false, true);
}

void shape_unless(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	read_words(r, v, base, k, true, true);
}

/* Does the keyword hold the other one, as it is matched? A denial in it (没有井盖) says the other one's absence. */
static bool holds_word(struct reading *r, const char *keyword, const char *other, bool denied_counts)
{
	const char *longer = fold_word(r->problems->arena, keyword),
		   *word = fold_word(r->problems->arena, other);

	return denied_counts ? keywords_in(longer, word) != NULL : denial_says(longer, word);
}

void words_taken_back(struct reading *r, const struct node *keywords, const struct node *unless,
    bool denied_counts)
{
	const struct node *a = keywords && keywords->kind == NODE_LIST ? keywords->child : NULL;

	for (; a; a = a->next) {
		const struct node *b = unless && unless->kind == NODE_LIST ? unless->child : NULL;
		for (; b && a->kind == NODE_SCALAR && !a->bad; b = b->next)
			if (b->kind == NODE_SCALAR && !b->bad && *b->text &&
			    holds_word(r, a->text, b->text, denied_counts))
				yaml_problem(r->problems, PROBLEM_KEYWORD_CANCELLED, a,
				    "关键词 “%s” 永远不起作用:unless_keywords 里的 “%s” 就在它里面",
				    "the keyword \"%s\" never counts: it holds \"%s\" of unless_keywords",
				    arena_quote(r->problems->arena, a->text),
				    arena_quote(r->problems->arena, b->text));
	}
}
