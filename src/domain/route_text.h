/*
 * route_text.h - which category a description is: what rules and keywords found, weighed against what the
 * model of texts proposes (policy.yaml's `text`). Private to routing.c.
 *
 * - What rules or keywords found is more probable than the model alone thinks: times e, e² where six characters
 *   or more matched, e³ where the rule is `sure`. These are the measured precisions of matched words, in steps.
 * - Urgent words, those of a rule that finds P1, keep the lead unless the model is sure of something else (`lead_from`), and always where the rule is
 *   `sure` and for the categories of `urgent_lead`: gas, electricity, suicide. Where they lose it they still set the priority, and
 *   their unit assists (routing.c). A cry for help that says nothing else leaves the lead to `otherwise`, unless the model
 *   is sure, or takes it for something P1.
 * - What sends no unit (a misdial) is never decided by the model alone: what was heard stands, else `otherwise`, and the
 *   desk is asked. What is confidential takes no lead from urgent words. The categories of `yields`, which say who
 *   talks rather than what happens (an enquiry, a matter that no unit takes on), take none from what words find P1 or P2.
 * - Below `ask_below` the desk is asked, by the three best; it is dispatched all the same.
 */
#ifndef DOMAIN_ROUTE_TEXT_H
#define DOMAIN_ROUTE_TEXT_H
#include "domain/mechanism.h"
#include "domain/proposal.h"

/* What rules, or the categories' keywords, found. */
struct heard {
	const struct category *category; /* NULL: nothing */
	bool urgent;     /* by a rule: it is P1, or the rule makes it so; without a category, too */
	bool sure;       /* the rule says so */
	uint32_t length; /* characters of the longest word that matched */
};

/* Chooses: the category, and *choice but for its danger. The proposal has at least one category that the
 * mechanism has; else the answer is what was heard. */
const struct category *route_weigh(const struct mechanism *m, const struct proposal *p, const struct heard *h,
    struct route_choice *choice);

#endif
