/*
 * denial.h - is a keyword that a report says denied by it? 没有着火, 没人受伤 are not the danger.
 *
 * In doubt the danger stands: a wrong denial costs a life, a wrong danger a drive. So a denial is only
 * what stands right before the keyword, with no more than 人, 发生, 发现 and the like between, in the
 * same clause; and it does not count
 * - where it is itself denied, asked or supposed: 不是没着火, 有没有着火, 着没着火, 没着火吧, 如果没着火;
 * - where the keyword contains the denial: 没有呼吸 is what is looked for;
 * - of people (没人, 没有人), before what does not happen to people: 家里没人着火了;
 * - where a blank or a line end divides it from the keyword (家里没有人 着火了), but for 没有人 受伤.
 */
#ifndef DOMAIN_DENIAL_H
#define DOMAIN_DENIAL_H
#include "base/str.h"

/* Is what lies from start to end in a folded text (fold.h) denied there? denied_end is where the last
 * word ended that was, 0 where there is none: 没有着火和冒烟 denies both. */
bool denial_of(const char *folded, size_t start, size_t end, size_t denied_end);
/* Characters of those clauses of a folded text in which nothing is denied. */
size_t denial_leaves(const char *folded);

#endif
