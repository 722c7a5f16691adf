/*
 * loosened.h - what another mechanism asks less of: a category that is less urgent than before, a limit of an urgent matter that
 * grew, personal data that are kept for less time, routing cases that are left out.
 *
 * None of it shows in where past incidents would go, so that a comparison of them alone passes it. Each needs a second
 * administrator where policy.yaml asks for one; each is told in the answer and kept with the event.
 * Place: report; reads the folder's routing-tests.yaml, else pure.
 */
#ifndef REPORT_LOOSENED_H
#define REPORT_LOOSENED_H
#include "base/json.h"
#include "domain/mechanism.h"

struct loosening {
	const char *what;           /* "policy.yaml acknowledge P1", "categories.yaml 400101 priority" */
	const char *before, *after; /* as the file writes them: "2m", "P1"; "none" */
	bool lasting; /* what it does cannot be undone: going back to such rules is asked about, too */
};
struct loosened {
	struct loosening *v;
	int n, cap, lasting;
};

/* `before` may be NULL: then nothing is looser. All in the arena. */
void loosened_compare(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct loosened *out);
/* Cases that are given in place of the folder's routing-tests.yaml, and are fewer than nine of ten of them; appends. */
void loosened_cases(struct str given, const char *folder, struct arena *a, struct loosened *out);
/* loosened[]: what, before, after; left out where nothing is. */
void loosened_render(struct json *j, const struct loosened *l);

#endif
