/*
 * over.h - the clauses of a text that say that something is over: 火已扑灭, 被困人员已救出, 未发现泄漏. What units report of
 * their work is full of them, and the danger that they name is none any more. Place: domain; pure.
 *
 * In doubt the danger stands, as in denial.h: a clause is over only if it says that it was done (已 before the verb, 了
 * behind it), and no word in it says that something is left (还, 又, 没, 无法 …). It is asked only of what is said after the
 * report; a caller who reports is believed whole.
 */
#ifndef DOMAIN_OVER_H
#define DOMAIN_OVER_H

struct arena;

/* The text without those clauses, the marks between them kept; in the arena. */
const char *over_left(const char *text, struct arena *a);

#endif
