/*
 * route_text.c - see route_text.h. Place: domain, beneath routing.c; pure, in integers.
 */
#include "domain/route_text.h"

#include <assert.h>

/* Characters from which a matched word is rarely wrong. */
#define LONG_WORD 6

/* A category and how probable it is, in thousandths. */
struct candidate {
	const struct category *category;
	int p;
};
struct weighing {
	struct candidate v[PROPOSED_MAX + 1]; /* what was heard may be a further one */
	int n;
};

/* e, e² and e³, in thousandths. */
static int64_t weight_of(const struct heard *h)
{
	return h->sure ? 20086 : h->length >= LONG_WORD ? 7389 : 2718;
}

/* Those that the mechanism has. Two codes may be one category: what is gone has an heir. */
static void take_proposed(struct weighing *w, const struct mechanism *m, const struct proposal *p)
{
	for (int i = 0; i < p->n; i++) {
		const struct category *c = category_in_force(mechanism_category(m, p->v[i].code));
		int k = 0;

		while (k < w->n && w->v[k].category != c)
			k++;
		if (c && k == w->n)
			w->v[w->n++] = (struct candidate){.category = c};
		if (c)
			w->v[k].p += p->v[i].p;
	}
}

/* What was heard and is not among the proposed has its share of what these leave. */
static int share_of_rest(const struct weighing *w, const struct mechanism *m)
{
	int rest = CERTAIN, others = m->n_categories - w->n;

	for (int i = 0; i < w->n; i++)
		rest -= w->v[i].p;
	return rest > 0 && others > 0 ? rest / others : 0;
}

static struct candidate *heard_among(struct weighing *w, const struct mechanism *m,
    const struct category *category)
{
	for (int i = 0; i < w->n; i++)
		if (w->v[i].category == category)
			return &w->v[i];
	w->v[w->n] = (struct candidate){category, share_of_rest(w, m)};
	return &w->v[w->n++];
}

/* Makes what was heard more probable, and all others less. */
static void add_weight(struct weighing *w, const struct mechanism *m, const struct heard *h)
{
	struct candidate *c = heard_among(w, m, h->category);
	int64_t more = c->p * weight_of(h) / 1000, all = CERTAIN - c->p + more;

	c->p = (int)more;
	for (int i = 0; i < w->n; i++)
		w->v[i].p = (int)(w->v[i].p * CERTAIN / all);
}

/* The most probable first; of two alike the one that came first. */
static void sort(struct weighing *w)
{
	for (int i = 1; i < w->n; i++) {
		struct candidate one = w->v[i];
		int k = i;

		for (; k > 0 && w->v[k - 1].p < one.p; k--)
			w->v[k] = w->v[k - 1];
		w->v[k] = one;
	}
}

static bool is_among(const struct code_list *list, const struct category *c)
{
	for (int i = 0; i < list->n; i++)
		if (code_matches(list->v[i], c->code))
			return true;
	return false;
}

/* Urgent words that nothing overrules: of a rule that hardly errs, or of what cannot wait. */
static bool keeps_lead(const struct mechanism *m, const struct heard *h)
{
	return h->category && (h->sure || is_among(&m->policy.text.urgent_lead, h->category));
}

/* What says who talks, not what happens: an enquiry, a matter that no unit takes on. */
static bool yields(const struct mechanism *m, const struct category *best, const struct heard *h)
{
	return h->category && best != h->category && h->category->priority <= P2 &&
	    h->category->priority != PRIORITY_NONE && is_among(&m->policy.text.yields, best);
}

/* A model that errs must not turn help away: what it alone takes for a misdial is not only recorded, and what
 * it alone takes for a complaint that few may see does not take the lead from urgent words. */
static bool may_lead(const struct candidate *best, const struct mechanism *m, const struct heard *h)
{
	if (!best->category->lead || yields(m, best->category, h))
		return false;
	if (!h->urgent || (!h->category && best->category->priority == P1))
		return true;
	return best->p >= PERCENT * m->policy.text.lead_from && !best->category->confidential &&
	    !keeps_lead(m, h);
}

/* The best that may lead, else what was heard; NULL: nothing was. */
static const struct candidate *chosen(const struct weighing *w, const struct mechanism *m,
    const struct heard *h)
{
	const struct candidate *best = &w->v[0];

	if (may_lead(best, m, h))
		return best;
	if (!h->category)
		return NULL;
	while (best->category != h->category)
		best++;
	return best;
}

/* The next in the list. */
static void list_one(const struct candidate *one, struct route_choice *choice)
{
	choice->alternatives[choice->n_alternatives].category = one->category;
	choice->alternatives[choice->n_alternatives++].confidence = one->p;
}

/* The one that was chosen first (NULL: none), then the best of the others. */
static void list_alternatives(const struct weighing *w, const struct candidate *first,
    struct route_choice *choice)
{
	choice->n_alternatives = 0;
	if (first)
		list_one(first, choice);
	for (int i = 0; i < w->n && choice->n_alternatives < ALTERNATIVES; i++)
		if (&w->v[i] != first)
			list_one(&w->v[i], choice);
}

const struct category *route_weigh(const struct mechanism *m, const struct proposal *p, const struct heard *h,
    struct route_choice *choice)
{
	struct weighing w = {.n = 0};
	const struct candidate *best;

	take_proposed(&w, m, p);
	if (w.n == 0)
		return h->category;
	if (h->category)
		add_weight(&w, m, h);
	sort(&w);
	best = chosen(&w, m, h);
	assert((!best || best < w.v + w.n) && "what was heard is among the candidates");
	list_alternatives(&w, best, choice);
	choice->confidence = best && best->p > 0 ? best->p : 1;
	choice->asked = !best || best->p < PERCENT * m->policy.text.ask_below;
	return best ? best->category : NULL;
}
