/*
 * category_find.h - the category that a person looks for: by code, name, keyword or what it covers.
 */
#ifndef DOMAIN_CATEGORY_FIND_H
#define DOMAIN_CATEGORY_FIND_H
#include "domain/mechanism.h"

/* Where the words were found; the lower the better. */
enum category_text {
	IN_ALL /* none were asked for */,
	IN_CODE,
	IN_NAME,
	IN_KEYWORDS,
	IN_COVERS,
	CATEGORY_TEXTS
};
extern const char *const category_text_names[CATEGORY_TEXTS]; /* NULL, "code", "name", "keywords", "covers" */

struct category_hit {
	const struct category *category;
	enum category_text in; /* the worst of its words */
};

/* The categories of which each word of `find` (blanks part them; NULL or none: all categories) is in a text
 * of their own, folded: the best first, then in the order of categories.yaml. A retired one is found by
 * its code or name alone. What a category does not cover finds nothing. Returns how many; they live in the
 * arena. */
int category_find(const struct mechanism *m, const char *find, struct arena *a, struct category_hit **out);

#endif
