/*
 * join.h - one matter, several callers (同一事项): a report that names an incident follows it. A follower is
 * stored and no unit is sent for it; its main incident counts the callers.
 *
 * What concerns two incidents is two decisions: the one's of each of these functions is `out`.
 * Place: domain, a part of the lifecycle.
 */
#ifndef DOMAIN_JOIN_H
#define DOMAIN_JOIN_H
#include "domain/act.h"

enum join {
	JOIN_GOES,
	JOIN_FOLLOWER, /* it follows another one itself: that is the main */
	JOIN_NOT /* no unit would go: not open, itself, a drill beside what is none, entered from paper */
};
/* May an incident of that number follow this one (NULL: it is not there, or not to be seen)? */
enum join join_verdict(const struct incident *main, const char *number, bool drill);

/* A new incident that follows: stored closed. As lifecycle_report. */
struct incident *join_report(const struct command *said, const struct incident *main,
    const struct mechanism *m, int64_t now, const unsigned char salt[SALT_LEN], struct decision *out,
    struct arena *a);
/* The main counts it, and who followed it in turn. Where it is graver, the main is as grave from now on; units that it
 * alone names are sent or told (graver.h), and out->warnings says so. */
void join_main(struct incident *main, const struct incident *follower, int64_t callers,
    const struct command *c, const struct mechanism *m, const struct circumstances *around, int64_t now,
    struct decision *out, struct arena *a);
/* A follower was routed by itself again. */
void join_left(struct incident *main, const struct incident *follower, const struct command *c, int64_t now,
    struct decision *out, struct arena *a);
/* It was named as belonging to another one. */
void join_linked(struct incident *inc, const struct incident *other, const struct command *c, int64_t now,
    struct decision *out, struct arena *a);
/* An incident that is stored follows the main from now on: one that was cancelled for it, or one that followed
 * a cancelled one. */
void join_follow(struct incident *inc, const struct incident *main, const struct command *c, int64_t now,
    struct decision *out, struct arena *a);
/* Its main was cancelled: it is routed, its clocks running from now. */
void join_free(struct incident *follower, const struct command *c, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct arena *a);

#endif
