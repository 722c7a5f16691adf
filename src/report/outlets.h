/*
 * outlets.h - the targets of exchange.yaml and notices.yaml, and the accounts of partners: which of them another mechanism changes.
 *
 * A partner of exchange.yaml receives the reporter's name and phone. Such a change is guarded: it needs a second administrator
 * where policy.yaml asks for one. A target that is taken away needs none. A notice has no personal data: a change of its target is
 * told, and not guarded.
 * Place: report; pure.
 */
#ifndef REPORT_OUTLETS_H
#define REPORT_OUTLETS_H
#include "base/json.h"
#include "domain/mechanism.h"

struct outlet {
	const char *name;           /* "exchange.yaml hotline send.url" */
	const char *before, *after; /* NULL: there was none, there is none */
	bool guarded;
};
struct outlets {
	struct outlet *v;
	int n, cap, guarded;
};

/* `before` may be NULL: then nothing changes. All in the arena. */
void outlets_compare(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct outlets *out);
/* targets[]: target, before, after; left out where there are none. */
void outlets_render(struct json *j, const struct outlets *o);

#endif
