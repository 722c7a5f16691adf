/*
 * compare.h - a partner's open matters against ours: once a day at the time of exchange.yaml, and by hand.
 *
 * What differs is kept in the file of what is handed over, told by an event, and an alarm in the log. Where the partner does
 * not answer, that is told once, and it is asked again every COMPARE_AGAIN_MS until it has answered. A night at which this
 * process was not there is made up for.
 */
#ifndef NOTIFIER_COMPARE_H
#define NOTIFIER_COMPARE_H
#include "domain/exchange.h"

#define COMPARE_AGAIN_MS (5 * INT64_C(60000))

struct comparer;
struct handed_file;
struct notifier;

struct comparer *comparing_new(struct notifier *n, struct handed_file *file);
void comparing_free(struct comparer *c);

/* Once, from the loop, not before comparing_now returns. why: NULL: they were compared. */
typedef void comparing_done(void *arg, const char *why);
/* False: this partner is being compared already, or cannot be asked as it is configured. */
bool comparing_now(struct comparer *c, const struct exchange_partner *p, comparing_done *done, void *arg);
/* The next time by itself, for people. */
int64_t comparing_next(const struct exchange_partner *p, int64_t now);

#endif
