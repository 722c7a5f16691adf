/*
 * graver.h - later words: texts of acts on an incident, and the report of another caller who is joined to it. They may be
 * graver than the incident's priority, or name units that it has not got.
 *
 * The words go through the same routing as a report (routing.h). If they are P1 and the incident is not, or if the units
 * that they name are not there, who said it is warned, the desk has an event (escalation.raised) and the board a mark
 * (graver_mark.h) until the desk has decided: the units are sent, or incident.amend says the priority. What the report itself had said
 * already is known, and what was told once is not told again while its mark stands.
 *
 * Later words send no unit by themselves: they are about what was, too, and a person reads them. Another caller's report
 * that is P1 does, because it would have if it had not been joined.
 *
 * Place: domain, a part of the lifecycle.
 */
#ifndef DOMAIN_GRAVER_H
#define DOMAIN_GRAVER_H
#include "domain/act.h"
#include "domain/judge.h"

/* Does the command, which is no report, say something that is looked at? */
bool graver_says(const struct command *c);
/* What it says of its incident, without the clauses that say that something is over (over.h), in the arena;
 * NULL: nothing that is looked at. Front ends ask the model of texts about the same. */
const char *graver_words(const struct command *c, struct arena *a);

/* Of one act, from before it was done. */
struct hearing {
	const char *words;            /* NULL: there is nothing to look at */
	const char *known, *proposal; /* what was reported, and what the model of texts made of it */
};
struct hearing graver_before(const struct act *x, const struct command *whole);
/* After it: warnings, event, mark. */
void graver_listen(struct act *x, const struct hearing *h, const struct judged *before);

/* x is the main incident's: it becomes as grave as its follower, units that only the follower names are sent or told. */
void graver_follower(struct act *x, const struct incident *follower);
/* The warnings of that, for the answer to who reported the follower. */
void graver_warn(const struct incident *main, const struct incident *follower, const struct mechanism *m,
    int64_t now, struct warnings *w, struct arena *a);

#endif
