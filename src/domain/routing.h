/*
 * routing.h - which units are responsible for a report, and why (Art. 7, 9).
 *
 * First match wins, `also` rules add and go on. Where the desk gave no category, rules with
 * `set: {category}` that match give one (first wins; such a rule without lead of its own goes on to
 * the rules for that category); where none did, the categories' own keywords decide: longest total
 * of matched keywords, then the most urgent, then the order of categories.yaml. A rule that asks for
 * a category and sets one makes what the keywords found more exact. What the model of texts proposes is
 * weighed against that (route_text.h). What still has no
 * category and no rule is unmatched and goes to `otherwise` (Art. 9(三)).
 */
#ifndef DOMAIN_ROUTING_H
#define DOMAIN_ROUTING_H
#include "domain/mechanism.h"
#include "domain/proposal.h"

struct route_query {            /* what is known of the report */
	int64_t at;             /* received_at, for hours and between */
	const char *category;   /* the desk's, NULL none */
	enum priority priority; /* the desk's, PRIORITY_NONE none */
	const char *area;       /* NULL none */
	const char *address, *description;
	/* The desk's own choice, comma-separated: the first leads, the others assist; behind a comma at the
	 * front all assist, and the table names the lead. NULL none. */
	const char *units;
	bool confidential;
	bool direct;              /* as if policy's non_urgent were direct */
	struct proposal proposal; /* of the model of texts; n 0: there is none, rules alone decide */
};

struct route_unit {
	const struct unit *unit;
	enum dispatch_role role;
	const char *rule; /* id of the rule that named it, "category", "desk", "otherwise", "township" */
};

#define ROUTE_UNITS_MAX 64
struct route {
	const struct category *category; /* NULL: none found */
	enum priority priority;
	enum zone zone;
	bool zone_assumed, police, unmatched, confidential, record_only;
	const char *rule, *because; /* of what decided the lead */
	const char *secrecy; /* the word by which the reporter asks not to be named (secrecy.h); NULL: none */
	struct route_unit units[ROUTE_UNITS_MAX]; /* lead first, then assists, then informed; no unit twice */
	int n_units;
	struct route_choice choice;
};

/* Called for every rule looked at, in order: did it match, and the condition that decided it
 * ("keywords: 爆管", "zone: city, 报警地点在城区范围外"), in Chinese. */
typedef void route_trace(void *arg, const struct rule *rule, bool matched, const char *condition);

/* Builds routing.index (keyword automaton, candidates by category) and places in the mechanism's arena. */
void routing_compile(struct mechanism *m);
/* Pure; never fails: every report gets a route. Outside the city the township assists at P1 and P2, and
 * is informed of the rest (Art. 2, 6), where no rule gives it another role. */
void routing_decide(const struct mechanism *m, const struct route_query *q, struct route *out);
/* The same, telling every rule looked at. */
void routing_explain(const struct mechanism *m, const struct route_query *q, struct route *out,
    route_trace *trace, void *arg);
/* The unit that leads; NULL: none does. */
const struct unit *route_lead(const struct route *r);

#endif
