/*
 * mode.h - emergency modes (应急模式) that were declared: where and when they hold, and what they change.
 * What a mode changes is the policy's, by its name; where and from when to when, the declaration's.
 * Place: domain, pure; over circumstances.
 */
#ifndef DOMAIN_MODE_H
#define DOMAIN_MODE_H
#include "domain/circumstances.h"
#include "domain/mechanism.h"

/* When it is over: earlier than it was declared for if somebody ended it. */
int64_t mode_end(const struct mode *mode);
/* Does it hold at this instant? Its end does not belong to it. */
bool mode_holds(const struct mode *mode, int64_t at);
/* Does it concern that area, or one that it lies in? A mode of some areas concerns no incident without one. */
bool mode_concerns(const struct mode *mode, const struct mechanism *m, const char *area);
/* What the mode changes by the policy in force; NULL: that has no such mode any more. */
const struct mode_rule *mode_rule_of(const struct mode *mode, const struct mechanism *m);

/* Are units not reminded of an incident of that area and priority at this instant? */
bool modes_silent(const struct circumstances *c, const struct mechanism *m, int64_t at, const char *area,
    enum priority priority);
/* The longest rhythm in which their reminders are made one then; 0: none. */
int64_t modes_batch_ms(const struct circumstances *c, const struct mechanism *m, int64_t at, const char *area,
    enum priority priority);

#endif
