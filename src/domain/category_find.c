/*
 * category_find.c - the category that a person looks for.
 * Place: domain; pure. Some hundred categories are looked through for each question of a person: no index.
 */
#include "domain/category_find.h"
#include "base/arena.h"
#include "domain/fold.h"

const char *const category_text_names[CATEGORY_TEXTS] = {
    [IN_CODE] = "code", [IN_NAME] = "name", [IN_KEYWORDS] = "keywords", [IN_COVERS] = "covers"};

static bool keywords_say(struct arena *a, const struct category *c, const char *word)
{
	for (int i = 0; i < c->n_keywords; i++)
		if (fold_has(a, c->keywords[i], word))
			return true;
	return false;
}

/* The best text of the category that has the word; CATEGORY_TEXTS: none has. */
static enum category_text find_word(struct arena *a, const struct category *c, const char *word)
{
	if (strncmp(fold_word(a, c->code), word, strlen(word)) == 0)
		return IN_CODE;
	if (fold_has(a, c->name, word))
		return IN_NAME;
	if (c->retired)
		return CATEGORY_TEXTS;
	if (keywords_say(a, c, word))
		return IN_KEYWORDS;
	return fold_has(a, c->covers, word) ? IN_COVERS : CATEGORY_TEXTS;
}

static enum category_text find_all(struct arena *a, const struct category *c, const struct fold_words *w)
{
	enum category_text worst = IN_ALL;

	for (int i = 0; i < w->n; i++) {
		enum category_text in = find_word(a, c, w->v[i]);
		worst = in > worst ? in : worst;
	}
	return worst;
}

int category_find(const struct mechanism *m, const char *find, struct arena *a, struct category_hit **out)
{
	struct fold_words words = fold_words(a, find);
	enum category_text *in = arena_new_array(a, enum category_text, (size_t)m->n_categories + 1);
	int n = 0;

	*out = arena_new_array(a, struct category_hit, (size_t)m->n_categories + 1);
	for (int i = 0; i < m->n_categories; i++)
		in[i] = find_all(a, &m->categories[i], &words);
	for (int text = IN_ALL; text < CATEGORY_TEXTS; text++)
		for (int i = 0; i < m->n_categories; i++)
			if ((int)in[i] == text)
				(*out)[n++] = (struct category_hit){&m->categories[i], in[i]};
	return n;
}
