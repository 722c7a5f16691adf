/*
 * evaluate.c - see evaluate.h. Place: text; pure.
 */
#include "text/evaluate.h"
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "domain/routing.h"

#include <stdlib.h>
#include <string.h>

/* Cases have no instant: rules that look at the time see this one, a Wednesday at ten. */
#define CONFUSIONS_SHOWN 20
#define SOME_INSTANT INT64_C(1772589600000)

void text_scores_init(struct text_scores *s, const struct mechanism *m)
{
	size_t n = (size_t)m->n_categories + 1;

	*s = (struct text_scores){.of = xalloc(n * sizeof *s->of), .of_lead = xalloc(n * sizeof *s->of_lead)};
	memset(s->of, 0, n * sizeof *s->of);
	memset(s->of_lead, 0, n * sizeof *s->of_lead);
}

void text_scores_free(struct text_scores *s)
{
	free(s->of);
	free(s->of_lead);
	free(s->mistaken);
}

/* Is the unit that leads this category a right one for the case? */
static bool right_lead(const struct text_case *x, const struct category *c)
{
	if (!c)
		return false;
	if (c->lead == x->category->lead)
		return true;
	for (int i = 0; i < x->n_also; i++)
		if (c->lead == x->also[i]->lead)
			return true;
	return false;
}

static bool right_category(const struct text_case *x, const struct category *c)
{
	for (int i = 0; i < x->n_also; i++)
		if (c == x->also[i])
			return true;
	return c == x->category;
}

static void add_mistaken(struct text_scores *s, const struct category *c, const struct category *taken)
{
	for (int i = 0; i < s->n_mistaken; i++)
		if (s->mistaken[i].category == c && s->mistaken[i].taken == taken) {
			s->mistaken[i].n++;
			return;
		}
	if (s->n_mistaken == s->cap_mistaken) {
		s->cap_mistaken = s->cap_mistaken ? 2 * s->cap_mistaken : 64;
		s->mistaken = xrealloc(s->mistaken, (size_t)s->cap_mistaken * sizeof *s->mistaken);
	}
	s->mistaken[s->n_mistaken++] = (struct text_mistaken){c, taken, 1};
}

static void count_danger(struct text_scores *s, const struct text_case *x, const struct route *r)
{
	enum priority p = x->priority != PRIORITY_NONE ? x->priority : x->category->priority;
	bool shown = r->choice.danger || r->priority == P1;

	if (p == P1) {
		s->dangers++;
		s->found += shown;
	} else {
		s->calm++;
		s->alarmed += shown;
	}
}

static void count_choice(struct text_scores *s, const struct text_case *x, const struct route *r, bool right)
{
	bool among = right;

	if (r->choice.asked) {
		s->asked++;
		for (int i = 0; i < r->choice.n_alternatives; i++)
			among = among || right_lead(x, r->choice.alternatives[i].category);
	}
	s->lead_or_asked += among;
	if (r->choice.confidence) {
		int band = r->choice.confidence * EVALUATE_BANDS / (CERTAIN + 1);
		s->band[band]++;
		s->band_right[band] += right_category(x, r->category);
	}
}

static void evaluate(const struct mechanism *m, struct text_model *model, const struct text_case *x,
    struct text_scores *s)
{
	struct route_query q = {.at = SOME_INSTANT, .description = x->text};
	struct route r;
	bool right;

	routing_decide(m, &q, &r);
	s->rules_lead += right_lead(x, r.category);
	if (model) {
		text_propose(model, x->text, &q.proposal);
		s->model_lead += q.proposal.n && right_lead(x, mechanism_category(m, q.proposal.v[0].code));
		routing_decide(m, &q, &r);
	}
	right = right_lead(x, r.category);
	s->n++;
	s->lead += right;
	s->category += right_category(x, r.category);
	s->of[x->category - m->categories]++;
	s->of_lead[x->category - m->categories] += right;
	if (!right)
		add_mistaken(s, x->category, r.category);
	count_choice(s, x, &r, right);
	count_danger(s, x, &r);
}

void text_evaluate(const struct mechanism *m, struct text_model *model, const struct text_case *cases, int n,
    const char *writer, struct text_scores *s)
{
	for (int i = 0; i < n; i++)
		if (!writer || text_eq(cases[i].writer, writer))
			evaluate(m, model, &cases[i], s);
}

static int by_frequency(const void *a, const void *b)
{
	const struct text_mistaken *x = a, *y = b;

	return x->n != y->n ? y->n - x->n : strcmp(x->category->code, y->category->code);
}

void text_scores_sort(struct text_scores *s)
{
	if (s->n_mistaken)
		qsort(s->mistaken, (size_t)s->n_mistaken, sizeof *s->mistaken, by_frequency);
}

void text_quality_json(const struct text_quality *q, const struct mechanism *m, struct json *j)
{
	if (!q->held)
		return;
	json_begin(j, "texts");
	json_int(j, "held", q->held);
	json_int(j, "right", q->right);
	json_list(j, "confusions");
	for (int i = 0; i < q->n_confusions && i < CONFUSIONS_SHOWN; i++) {
		json_begin(j, NULL);
		json_text(j, "category", m->categories[q->confusions[i].category].code);
		json_text(j, "taken_for", m->categories[q->confusions[i].taken].code);
		json_int(j, "cases", q->confusions[i].n);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}
