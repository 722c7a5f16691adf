/*
 * check_rules.c - rules beside each other: which never come into play, and where only their order decides.
 * Place: mechanism, beneath check.c.
 *
 * A rule with keywords is looked at word by word: the reports in which that word counts. An earlier rule
 * takes them all if one of its own words is said by that word and its other conditions hold wherever the
 * later rule's do. What is reported is certain: a rule or a word of which no report remains. Which earlier
 * rules come into question is found by the index of the table itself, so 10,000 rules take no square.
 */
#include "base/arena.h"
#include "base/log.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include "domain/route_index.h"
#include "mechanism/check.h"

#include <stdlib.h>

/* -- one condition and another ------------------------------------------------------------------ */

/* Does every code that matches `narrow` match `wide`? */
static bool pattern_covers(const char *wide, const char *narrow)
{
	size_t n = strlen(narrow);

	if (strcmp(wide, narrow) == 0)
		return true;
	if (strcmp(narrow, "none") == 0 || wide[strlen(wide) - 1] != '*')
		return false;
	if (narrow[n - 1] == '*')
		return strlen(wide) <= n && strncmp(wide, narrow, strlen(wide) - 1) == 0;
	return code_matches(wide, narrow);
}

typedef bool covers(const void *wide, const void *narrow);

/* The longer keyword says the shorter one. Both are folded. */
static bool text_covers(const void *wide, const void *narrow)
{
	return denial_says(narrow, wide);
}

static bool code_covers(const void *wide, const void *narrow)
{
	return pattern_covers(wide, narrow);
}

static bool area_covers(const void *wide, const void *narrow)
{
	for (const struct area *area = narrow; area; area = area->parent)
		if (area == wide)
			return true;
	return false;
}

/* A condition "any of these": is each of the later's members covered by one of the earlier's? An
 * absent condition holds always. */
static bool list_covers(const void *const *wide, int n_wide, const void *const *narrow, int n_narrow,
    covers *one)
{
	if (n_wide == 0)
		return true;
	for (int i = 0; i < n_narrow; i++) {
		bool covered = false;
		for (int j = 0; j < n_wide && !covered; j++)
			covered = one(wide[j], narrow[i]);
		if (!covered)
			return false;
	}
	return n_narrow > 0;
}

/* The words of a rule, folded, as they are matched. */
struct folded_rule {
	const char **keywords, **unless, **address;
};

struct rule_table {
	const struct scrutiny *c;
	const struct rule *rules;
	int n;
	struct folded_rule *folded; /* by rule */
	int *setters;               /* by rule: how many before it set a priority */
	int *wordless, n_wordless;  /* rules without keywords, in order */
	uint64_t *said;             /* scratch of one scan */
};

#define LIST(words, n) ((const void *const *)(words)), (n)

/* An unless-word of the earlier rule makes it hold less: the later must exclude it too. */
static bool unless_covers(const struct rule_table *t, int a, int b)
{
	const struct rule *early = &t->rules[a], *late = &t->rules[b];

	return early->n_unless_keywords == 0 ||
	    (late->n_unless_keywords > 0 &&
		list_covers(LIST(t->folded[b].unless, late->n_unless_keywords),
		    LIST(t->folded[a].unless, early->n_unless_keywords), text_covers));
}

/* Does everything but the keywords hold in a wherever it does in b? */
static bool conditions_cover(const struct rule_table *t, int a, int b)
{
	const struct rule *x = &t->rules[a], *y = &t->rules[b];

	return (x->priorities == 0 || (y->priorities && (y->priorities & ~x->priorities) == 0)) &&
	    (x->hours == HOURS_ANY || x->hours == y->hours) &&
	    (x->between.from == x->between.to || memcmp(&x->between, &y->between, sizeof(x->between)) == 0) &&
	    (!x->has_zone || (y->has_zone && x->zone == y->zone)) &&
	    list_covers(LIST(x->category, x->n_category), LIST(y->category, y->n_category), code_covers) &&
	    list_covers(LIST(x->area, x->n_area), LIST(y->area, y->n_area), area_covers) &&
	    list_covers(LIST(t->folded[a].address, x->n_address_keywords),
		LIST(t->folded[b].address, y->n_address_keywords), text_covers) &&
	    unless_covers(t, a, b);
}

/* The word of rule a that the word says; -1: none. NULL says none. */
static int said_word(const struct rule_table *t, int a, const char *word)
{
	for (int i = 0; word && i < t->rules[a].n_keywords; i++)
		if (text_covers(t->folded[a].keywords[i], word))
			return i;
	return -1;
}

/* Does a hold wherever b does by this word of its own? */
static bool rule_covers(const struct rule_table *t, int a, int b, const char *word)
{
	const struct rule *x = &t->rules[a], *y = &t->rules[b];

	return (x->n_keywords == 0 || said_word(t, a, word) >= 0) &&
	    (x->no_negation || !y->no_negation || x->n_keywords == 0) && conditions_cover(t, a, b);
}

/* -- who comes first ---------------------------------------------------------------------------- */

/* Is nothing looked at after this rule matched? Not so where it adds or only gives a category, nor
 * where its lead may turn out to be none: a township's of an area without one, or a category's
 * while none is known. */
static bool ends(const struct rule *rule)
{
	if (rule->also)
		return false;
	if (rule->has_lead)
		return !rule->lead_township;
	for (int i = 0; i < rule->n_category; i++)
		if (strcmp(rule->category[i], "none") == 0)
			return false;
	return !rule->set_category && rule->n_category > 0;
}

/* Is giving the category all that this rule does? */
static bool only_gives(const struct rule *rule)
{
	return rule->set_category && !rule->set_priority && !rule->has_lead && !rule->has_assist &&
	    !rule->has_inform;
}

/* The table is walked twice: for the category by the rules that give one, then by all. Whether the earlier
 * one has the last word where both hold. */
static bool decides_before(const struct rule *early, const struct rule *late)
{
	return only_gives(late) ? early->set_category != NULL
				: ends(early) && (early->set_category || !late->set_category);
}

/* Does a take before b what b's word says? A priority set on the way may let the later rule hold where the
 * earlier did not. */
static bool takes(const struct rule_table *t, int a, int b, const char *word)
{
	const struct rule *early = &t->rules[a];

	return decides_before(early, &t->rules[b]) && rule_covers(t, a, b, word) &&
	    !(early->priorities && t->setters[b] > t->setters[a]);
}

/* -- the candidates ------------------------------------------------------------------------------ */

typedef bool tried(const struct rule_table *t, int a, int b, const char *word);

/* The first rule before b that the word opens and that passes; -1: none. */
static int first_with_word(const struct rule_table *t, int b, const char *word, tried *pass)
{
	const struct route_index *x = t->c->m->routing.index;
	const struct postings *rules = &x->rules_by_word;
	int first = b;

	memset(t->said, 0, x->word_bits * sizeof(*t->said));
	keywords_scan(x->keywords, word, t->said, NULL);
	for (size_t w = 0; w < x->word_bits; w++)
		for (uint64_t bits = t->said[w]; bits; bits &= bits - 1) {
			size_t id = w * 64 + (size_t)__builtin_ctzll(bits);
			for (uint32_t i = rules->start[id]; i < rules->start[id + 1]; i++) {
				int a = (int)rules->item[i];
				if (a < first && pass(t, a, b, word))
					first = a;
			}
		}
	return first < b ? first : -1;
}

/* The first rule before b that passes for this word (NULL: b has no keywords); -1: none. */
static int first_before(const struct rule_table *t, int b, const char *word, tried *pass)
{
	int first = word ? first_with_word(t, b, word, pass) : -1;

	for (int i = 0; i < t->n_wordless && t->wordless[i] < (first < 0 ? b : first); i++)
		if (pass(t, t->wordless[i], b, word))
			return t->wordless[i];
	return first;
}

/* -- rules and words that never come into play ------------------------------------------------- */

static const char *quote(const struct scrutiny *c, const char *text)
{
	return arena_quote(c->p->arena, text);
}

static const struct node *keyword_site(const struct scrutiny *c, int rule, int word)
{
	const struct node *when = check_site(&c->rules, rule, "when");
	const struct node *list = yaml_get(when, "keywords");
	const struct node *item = list ? list->child : NULL;

	for (; item && word > 0; word--)
		item = item->next;
	return item ? item : check_site(&c->rules, rule, "id");
}

static void report_shadow(const struct rule_table *t, int early, int late, bool several)
{
	const struct scrutiny *c = t->c;
	const struct node *by = check_site(&c->rules, early, "id");
	const struct node *site = check_site(&c->rules, late, "id");
	struct problem *one = several
	    ? yaml_problem(c->p, PROBLEM_RULE_SHADOWED, site,
		  "规则 “%s” 永远轮不到:第 %d 行的 “%s” 和别的规则合起来先接走了它的全部情形",
		  "the rule \"%1$s\" can never match: \"%3$s\" in line %2$d and others take all of it before",
		  t->rules[late].id, by->line, t->rules[early].id)
	    : yaml_problem(c->p, PROBLEM_RULE_SHADOWED, site,
		  "规则 “%s” 永远轮不到:第 %d 行的 “%s” 先接走了它的全部情形",
		  "the rule \"%1$s\" can never match: \"%3$s\" in line %2$d takes all of it before",
		  t->rules[late].id, by->line, t->rules[early].id);

	problems_related(c->p, one, yaml_place(by), "先接走的规则", "the rule that takes it");
}

static void report_silent(const struct rule_table *t, int early, int late, int word)
{
	const struct scrutiny *c = t->c;
	const struct node *by = check_site(&c->rules, early, "id");

	problems_related(c->p,
	    yaml_problem(c->p, PROBLEM_KEYWORD_SILENT, keyword_site(c, late, word),
		"关键词 “%s” 在规则 “%s” 里从不起作用:第 %d 行的 “%s” 先接走",
		"the keyword \"%1$s\" never decides in the rule \"%2$s\": \"%4$s\" in line %3$d takes it "
		"before",
		quote(c, t->rules[late].keywords[word]), t->rules[late].id, by->line, t->rules[early].id),
	    yaml_place(by), "先接走的规则", "the rule that takes it");
}

/* Which rule takes each word of b: *by is the first such; returns how many are taken. */
static int taken_words(const struct rule_table *t, int b, int *taker)
{
	int n = 0;

	for (int i = 0; i < t->rules[b].n_keywords; i++) {
		taker[i] = first_before(t, b, t->folded[b].keywords[i], takes);
		n += taker[i] >= 0;
	}
	return n;
}

static void look_at_words(const struct rule_table *t, int b)
{
	int n = t->rules[b].n_keywords;
	int *taker = xalloc(((size_t)n + 1) * sizeof(*taker)), taken = taken_words(t, b, taker);
	bool several = false;

	for (int i = 1; i < n; i++)
		several = several || taker[i] != taker[0];
	if (taken == n)
		report_shadow(t, taker[0], b, several);
	for (int i = 0; i < n && taken < n; i++)
		if (taker[i] >= 0)
			report_silent(t, taker[i], b, i);
	free(taker);
}

static void look_for_taken(const struct rule_table *t, int b)
{
	int by;

	if (t->rules[b].n_keywords)
		look_at_words(t, b);
	else if ((by = first_before(t, b, NULL, takes)) >= 0)
		report_shadow(t, by, b, false);
}

/* -- rules that overlap ------------------------------------------------------------------------- */

static bool lists_meet_by(const void *const *a, int n_a, const void *const *b, int n_b, covers *one)
{
	for (int i = 0; i < n_a; i++)
		for (int j = 0; j < n_b; j++)
			if (one(a[i], b[j]) || one(b[j], a[i]))
				return true;
	return n_a == 0 || n_b == 0;
}

static bool spans_meet(struct span a, struct span b)
{
	return a.from == a.to || b.from == b.to || span_has(a, b.from) || span_has(b, a.from);
}

/* May both hold for one report? Not looked at: what their texts say. */
static bool conditions_meet(const struct rule *x, const struct rule *y)
{
	return (!x->priorities || !y->priorities || (x->priorities & y->priorities)) &&
	    (x->hours == HOURS_ANY || y->hours == HOURS_ANY || x->hours == y->hours) &&
	    spans_meet(x->between, y->between) && (!x->has_zone || !y->has_zone || x->zone == y->zone) &&
	    lists_meet_by(LIST(x->category, x->n_category), LIST(y->category, y->n_category), code_covers) &&
	    lists_meet_by(LIST(x->area, x->n_area), LIST(y->area, y->n_area), area_covers);
}

/* Do they make of a report what is not the same? */
static bool results_differ(const struct rule *x, const struct rule *y)
{
	return x->set_category != y->set_category || x->has_lead != y->has_lead || x->lead != y->lead ||
	    x->lead_township != y->lead_township;
}

/* Does an unless-word of the rule stand in this word? Then the rule never holds by it. */
static bool excludes(const struct rule_table *t, int a, const char *word)
{
	for (int i = 0; i < t->rules[a].n_unless_keywords; i++)
		if (text_covers(t->folded[a].unless[i], word))
			return true;
	return false;
}

/* Has somebody thought of the two together? An unless-word of one that is a keyword of the other says so. */
static bool told_apart(const struct rule_table *t, int a, int b)
{
	const struct rule *x = &t->rules[a], *y = &t->rules[b];

	return lists_meet_by(LIST(t->folded[a].unless, x->n_unless_keywords),
		   LIST(t->folded[b].keywords, y->n_keywords), text_covers) &&
	    x->n_unless_keywords && y->n_keywords;
}

/* Both hold for some report with this word, with another result, and neither is the exception of the other:
 * each asks for something that the other does not. Then their order was perhaps not meant to decide. */
static bool overlaps(const struct rule_table *t, int a, int b, const char *word)
{
	const struct rule *x = &t->rules[a], *y = &t->rules[b];

	return word && x->n_keywords && decides_before(x, y) && results_differ(x, y) &&
	    conditions_meet(x, y) && said_word(t, a, word) >= 0 && !excludes(t, a, word) &&
	    !conditions_cover(t, a, b) && !conditions_cover(t, b, a) && !told_apart(t, a, b) &&
	    !told_apart(t, b, a);
}

static void report_overlap(const struct rule_table *t, int early, int late, int word)
{
	const struct scrutiny *c = t->c;
	const struct node *by = check_site(&c->rules, early, "id");
	const struct node *other =
	    keyword_site(c, early, said_word(t, early, t->folded[late].keywords[word]));

	problems_related(c->p,
	    yaml_problem(c->p, PROBLEM_RULE_OVERLAP, keyword_site(c, late, word),
		"说到 “%s” 时,规则 “%s” 与第 %d 行的 “%s” 都可能符合而结果不同,归写在前面的",
		"where \"%s\" is said, the rule \"%s\" and (line %d) \"%s\" may both hold with another "
		"result: the "
		"first one takes it",
		quote(c, t->rules[late].keywords[word]), t->rules[late].id, by->line, t->rules[early].id),
	    yaml_place(other), "先看的规则里的词", "the word of the rule that comes first");
}

/* The first rule before it that each word meets, each rule once. */
static void look_for_overlaps(const struct rule_table *t, int b)
{
	int last = -1;

	for (int i = 0; i < t->rules[b].n_keywords; i++) {
		int a = first_before(t, b, t->folded[b].keywords[i], overlaps);
		if (a >= 0 && a != last)
			report_overlap(t, a, b, i);
		last = a >= 0 ? a : last;
	}
}

/* -- the table ---------------------------------------------------------------------------------- */

static const char **folded(struct arena *a, const char *const *words, int n)
{
	const char **out = arena_new_array(a, const char *, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		out[i] = fold_word(a, words[i]);
	return out;
}

static void table_begin(struct rule_table *t, struct arena *a)
{
	int setters = 0;

	t->folded = arena_new_array(a, struct folded_rule, (size_t)t->n + 1);
	t->setters = arena_new_array(a, int, (size_t)t->n + 1);
	t->wordless = arena_new_array(a, int, (size_t)t->n + 1);
	t->said = arena_new_array(a, uint64_t, t->c->m->routing.index->word_bits + 1);
	for (int i = 0; i < t->n; i++) {
		const struct rule *r = &t->rules[i];
		t->folded[i] = (struct folded_rule){folded(a, r->keywords, r->n_keywords),
		    folded(a, r->unless_keywords, r->n_unless_keywords),
		    folded(a, r->address_keywords, r->n_address_keywords)};
		t->setters[i] = setters;
		setters += r->set_priority != PRIORITY_NONE;
		if (r->n_keywords == 0)
			t->wordless[t->n_wordless++] = i;
	}
}

void check_rules(const struct scrutiny *c)
{
	struct rule_table t = {.c = c, .rules = c->m->routing.rules, .n = c->m->routing.n_rules};
	struct arena *a = arena_new();

	table_begin(&t, a);
	for (int b = 1; b < t.n; b++) {
		look_for_taken(&t, b);
		look_for_overlaps(&t, b);
	}
	arena_free(a);
}
