/*
 * denial.h - is a keyword that a report says denied by it? 没有着火, 没人受伤 are not the danger.
 *
 * In doubt the danger stands: a wrong denial costs a life, a wrong danger a drive. So a denial is only
 * the words right before the keyword, with no more than 人, 发生, 发现 and the like between, in the
 * same clause; and it does not count
 * - where it is itself denied, asked or supposed: 不是没着火, 有没有着火, 着没着火, 没着火吧, 如果没着火;
 * - where the keyword contains the denial: 没有呼吸 is what is looked for;
 * - of people (没人, 没有人), before what does not happen to people: 家里没人着火了;
 * - where a blank or a line end divides it from the keyword (家里没有人 着火了), but for 没有人 受伤.
 */
#ifndef DOMAIN_DENIAL_H
#define DOMAIN_DENIAL_H
#include "base/str.h"

/* One folded text (fold.h) whose keywords are asked about from front to back, and what is remembered of
 * it: how far each sentence goes is looked for once, so that a text costs what its length costs. Zero
 * but for `text` to begin with. */
struct denials {
	const char *text;
	size_t denied_end; /* of the last keyword that was denied: 没有着火和冒烟 denies both */
	size_t clause_end; /* of the clause that was looked at last */
	size_t worse_at;   /* the next word that says that it is worse, or the end of the sentence */
};

/* Is what lies from start to end denied there? */
bool denial_of(struct denials *d, size_t start, size_t end);
/* Does the folded text say the folded word at least once without denying it? 没有人受伤 does not say 受伤. */
bool denial_says(const char *text, const char *word);
/* Characters of those clauses of a folded text in which nothing is denied. */
size_t denial_leaves(const char *folded);

#endif
