/*
 * unreached.h - what a person has to phone about: instructions that reached no person of their unit and that the unit has not
 * taken up since. Place: notifier; above the pump.
 */
#ifndef NOTIFIER_UNREACHED_H
#define NOTIFIER_UNREACHED_H
#include "store/outbox.h"

struct incident;
struct notifier;

/* Their notices, the newest first; the filter's state is not looked at. First those that are still tried in vain.
 * -1: the file or the store cannot be read now. */
int unreached_list(struct notifier *n, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out);

/*
 * Their neighbours: instructions of which no notice was made, since their unit has no channel. Nothing wakes its people, so that
 * each that was not fetched yet is listed at once, and not when the time for it is over.
 */
struct unheard {
	const struct incident *inc;
	const struct dispatch *d;
};
/* The newest first; of the filter the unit, the incident and the dispatch. -1: the store cannot be read now. */
int unheard_list(struct notifier *n, const struct outbox_filter *f, int most, struct arena *a,
    struct unheard *out);

#endif
