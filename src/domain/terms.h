/*
 * terms.h - the terms of clocks that an amendment set anew, as a dispatch keeps them.
 *
 * A row has the terms of the issue once for its clocks. Where an amendment gave a clock others, a text of
 * the row has them, a line a clock: "arrive P1 city 601301 0123456789ab", "-" for a member that the clock has not.
 * Place: domain, beneath deadline.h; pure.
 */
#ifndef DOMAIN_TERMS_H
#define DOMAIN_TERMS_H
#include "domain/incident.h"

/* Of its clocks from the delivery to the arrival; NULL: all have those of the issue. In the arena. */
const char *terms_text(const struct dispatch *d, struct arena *a);
/* Gives its clocks the terms that d->rescheduled says; the others have theirs. */
void terms_restore(struct dispatch *d, struct arena *a);

#endif
