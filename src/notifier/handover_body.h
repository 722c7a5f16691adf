/* handover_body.h - what one message to a partner says, of the incident as it stands. Place: notifier. */
#ifndef NOTIFIER_HANDOVER_BODY_H
#define NOTIFIER_HANDOVER_BODY_H
#include "exchange/exchange.h"
#include "store/handed.h"

extern const char *const handed_kind_names[HANDED_KINDS]; /* "hand-over" … : {kind} */

struct handover_matter {
	const struct handed *row;
	const struct incident *inc;
	const struct dispatch *d;
	const struct mechanism *m;
	const struct seen_event *said; /* that the row tells of; NULL: it cannot be read */
	int64_t now;
};
/* 20260302100500, the city's time; NULL: none. */
const char *handover_digits(int64_t at, struct arena *a);
void handover_body(const struct exchange_partner *p, const struct handover_matter *x, struct arena *a,
    struct buf *out);

#endif
