/*
 * route_match.h - one evaluation of the routing table, and which of its rules match in it. Private to
 * routing.c.
 */
#ifndef DOMAIN_ROUTE_MATCH_H
#define DOMAIN_ROUTE_MATCH_H
#include "base/buf.h"
#include "domain/route_index.h"
#include "domain/routing.h"

struct evaluation {
	const struct mechanism *m;
	const struct route_index *x;
	const struct route_query *q;
	const struct area *area;
	const struct category *given; /* the desk's */
	const struct category *category;
	enum priority set; /* the most urgent that rules have set */
	enum zone zone;
	int minute; /* of the local day */
	bool office, office_known;
	uint64_t *described, *addressed; /* keywords found */
	uint64_t *meant;                 /* of those in the description, not denied */
	uint64_t *candidates;            /* rules */
	uint64_t *scores;                /* by category, one each; good where `scored` has its bit */
	uint64_t *scored;                /* categories of which a keyword was found */
	const struct rule *giver;        /* gave the category */
	struct proposal proposal;        /* n 0: none, or the policy has it off */
	struct route_choice choice;
	bool by_text;                             /* the category is the model's, not what was heard */
	bool exact;                               /* what keywords found was made more exact by a rule */
	struct route_unit added[ROUTE_UNITS_MAX]; /* by rules that go on; assists and informed */
	int n_added;
	struct buf why;
	route_trace *trace; /* NULL: no listener, and why stays empty */
	void *trace_arg;
};

/* The priority as it is known so far: the desk's, else what rules have set, else the category's. */
enum priority route_priority(const struct evaluation *w);
/* Do all conditions of the rule hold? Says why to a listener. */
bool route_matches(struct evaluation *w, const struct rule *r, const struct rule_words *words);
/* Adds a reason for the listener, if there is one. */
void route_tell(struct evaluation *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Tells the listener, if there is one, whether the rule matched, and why. */
void route_report(struct evaluation *w, const struct rule *r, bool matched);

#endif
