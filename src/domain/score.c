/* score.c - what findings cost by the rubric. Place: domain; pure. */
#include "domain/score.h"

bool score_state_costs(enum finding_state state)
{
	return state == FINDING_OPEN || state == FINDING_CONFIRMED || state == FINDING_UPHELD;
}

const struct rubric_class *score_class(const struct rubric *r, enum finding_class class)
{
	for (int i = 0; i < r->n_classes; i++)
		if (r->classes[i].finding == (int)class)
			return &r->classes[i];
	return NULL;
}

/* -- one finding ----------------------------------------------------------------------------- */

static bool is_delay(enum finding_class class)
{
	return class == FINDING_ACKNOWLEDGE || class == FINDING_ARRIVE || class == FINDING_REPORT;
}

/* As how many cases it counts, in hundredths, and by which grade. */
static int64_t factor_of(const struct rubric_class *c, const struct score_finding *one, const char **grade)
{
	const struct finding *f = &one->f;

	*grade = "";
	if (c->never && one->never && f->class == FINDING_ARRIVE) {
		*grade = "never";
		return c->never;
	}
	if (c->twice && is_delay(f->class) && f->limit_ms > 0 && f->late_ms > f->limit_ms) {
		*grade = "2x";
		return c->twice;
	}
	return 100;
}

static void weigh(const struct rubric *r, struct score_finding *one)
{
	const struct rubric_class *c = score_class(r, one->f.class);

	one->weight = 0;
	one->grade = "";
	if (!c || !score_state_costs(one->f.state))
		return;
	one->weight = factor_of(c, one, &one->grade);
	if (one->f.dispatch)
		one->weight = one->weight * r->weight[one->part == AS_LEAD ? 0 : 1] / 100;
}

/* -- those of a dispatch --------------------------------------------------------------------- */

/* The delay that costs the most; of equal ones the first in the order of the classes. -1: there is none. */
static int gravest(const struct rubric *r, const struct score_finding *v, int n)
{
	int found = -1;
	int64_t most = 0;

	for (int i = 0; i < n; i++) {
		const struct rubric_class *c = score_class(r, v[i].f.class);
		int64_t cost = c && is_delay(v[i].f.class) ? c->deduct * v[i].weight : 0;

		if (cost > most || (cost > 0 && cost == most && v[i].f.class < v[found].f.class)) {
			most = cost;
			found = i;
		}
	}
	return found;
}

void score_add(struct score *s, const struct rubric *r, struct score_finding *v, int n)
{
	int kept;

	for (int i = 0; i < n; i++)
		weigh(r, &v[i]);
	kept = r->one_delay == DELAY_GRAVEST ? gravest(r, v, n) : -1;
	for (int i = 0; i < n; i++) {
		struct score_line *l = &s->lines[v[i].f.class];

		if (kept >= 0 && i != kept && is_delay(v[i].f.class))
			v[i].weight = 0;
		l->cases += v[i].weight > 0;
		l->weight += v[i].weight;
	}
}

/* -- the sum --------------------------------------------------------------------------------- */

static int64_t half_up(int64_t n, int64_t d)
{
	return (2 * n + d) / (2 * d);
}

int64_t score_of(const struct rubric *r, const struct score_line *l)
{
	return l->of > r->least ? l->of : r->least;
}

void score_sum(struct score *s, const struct rubric *r)
{
	s->points = r->base;
	for (int i = 0; i < r->n_classes; i++) {
		const struct rubric_class *c = &r->classes[i];
		struct score_line *l = &s->lines[c->finding];

		/* a percent is a hundredth of what fell due, and a weight hundredths of a case */
		l->points = half_up(c->deduct * l->weight, c->per == PER_PERCENT ? score_of(r, l) : 100);
		l->taken = l->points < c->most ? l->points : c->most;
		s->points -= l->taken;
	}
}

/* -- ranks ----------------------------------------------------------------------------------- */

static int group_of(const struct rubric *r, int64_t dispatches)
{
	int group = 1;

	if (dispatches < r->not_ranked_below || dispatches == 0)
		return 0;
	while (group <= r->n_groups && dispatches < r->groups[group - 1])
		group++;
	return group;
}

void score_rank(const struct rubric *r, struct score_rank *v, int n)
{
	for (int i = 0; i < n; i++)
		v[i].group = group_of(r, v[i].dispatches);
	for (int i = 0; i < n; i++) {
		v[i].rank = v[i].group ? 1 : 0;
		for (int k = 0; k < n && v[i].group; k++)
			v[i].rank += v[k].group == v[i].group && v[k].points > v[i].points;
	}
}
