/*
 * svm.c - see svm.h. Place: text; pure.
 *
 * The dual variable of one example is moved to its best at a time, and the weights with it. Examples that stay
 * at their bound are set aside (shrinking), and looked at once more at the end.
 */
#include "text/svm.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MOST 30
#define CLOSE_ENOUGH 0.1
#define SEED UINT64_C(88172645463325252)

struct svm {
	double *alpha, *diagonal;
	uint32_t *order;
	uint64_t random;
};

struct svm *svm_new(size_t n)
{
	struct svm *s = xalloc(sizeof *s);

	s->alpha = xalloc((n + 1) * sizeof *s->alpha);
	s->diagonal = xalloc((n + 1) * sizeof *s->diagonal);
	s->order = xalloc((n + 1) * sizeof *s->order);
	return s;
}

void svm_free(struct svm *s)
{
	free(s->alpha);
	free(s->diagonal);
	free(s->order);
	free(s);
}

double svm_score(const struct svm_rows *x, size_t i, const float *weight, float bias)
{
	double sum = bias;

	for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++)
		sum += (double)weight[x->feature[j]] * x->value[j];
	return sum;
}

static uint32_t random_below(struct svm *s, uint32_t n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (uint32_t)((s->random >> 16) % n);
}

static void prepare(struct svm *s, const struct svm_rows *x, const uint32_t *which, size_t n,
    const float *cost)
{
	s->random = SEED;
	for (size_t k = 0; k < n; k++) {
		double square = 1; /* of the bias, a feature that each has */
		uint32_t i = which[k];

		for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++)
			square += (double)x->value[j] * x->value[j];
		s->alpha[i] = 0;
		s->diagonal[i] = square + 0.5 / cost[i];
		s->order[k] = i;
	}
}

static void shuffle(struct svm *s, size_t n)
{
	for (size_t k = 0; k + 1 < n; k++) {
		size_t other = k + random_below(s, (uint32_t)(n - k));
		uint32_t i = s->order[k];

		s->order[k] = s->order[other];
		s->order[other] = i;
	}
}

/* One pass over the active examples. */
struct pass {
	const struct svm_rows *x;
	const bool *positive;
	const float *cost;
	float *weight;
	float bias;
	size_t active;
	double most, least; /* of the projected gradients */
	double bound;       /* what is above it at its bound is set aside */
};

static void move(struct pass *p, struct svm *s, uint32_t i, double gradient)
{
	const struct svm_rows *x = p->x;
	double before = s->alpha[i], after = before - gradient / s->diagonal[i], step;

	s->alpha[i] = after > 0 ? after : 0;
	step = p->positive[i] ? s->alpha[i] - before : before - s->alpha[i];
	for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++)
		p->weight[x->feature[j]] = (float)(p->weight[x->feature[j]] + step * x->value[j]);
	p->bias = (float)(p->bias + step);
}

/* False: the example was set aside. */
static bool visit(struct pass *p, struct svm *s, uint32_t i)
{
	double score = svm_score(p->x, i, p->weight, p->bias), projected;
	double gradient = (p->positive[i] ? score : -score) - 1 + s->alpha[i] * 0.5 / p->cost[i];

	if (s->alpha[i] <= 0 && gradient > p->bound)
		return false;
	projected = s->alpha[i] <= 0 && gradient > 0 ? 0 : gradient;
	p->most = projected > p->most ? projected : p->most;
	p->least = projected < p->least ? projected : p->least;
	if (projected > 1e-12 || projected < -1e-12)
		move(p, s, i, gradient);
	return true;
}

static void go_through(struct pass *p, struct svm *s)
{
	p->most = -HUGE_VAL;
	p->least = HUGE_VAL;
	shuffle(s, p->active);
	for (size_t k = 0; k < p->active;) {
		uint32_t i = s->order[k];

		if (visit(p, s, i)) {
			k++;
			continue;
		}
		s->order[k] = s->order[--p->active];
		s->order[p->active] = i;
	}
}

float svm_train(struct svm *s, const struct svm_rows *x, const uint32_t *which, size_t n,
    const bool *positive, const float *cost, float *weight)
{
	struct pass p = {
	    .x = x, .positive = positive, .cost = cost, .weight = weight, .active = n, .bound = HUGE_VAL};

	memset(weight, 0, x->features * sizeof *weight);
	prepare(s, x, which, n, cost);
	for (int round = 0; round < ROUNDS_MOST; round++) {
		go_through(&p, s);
		if (p.most - p.least > CLOSE_ENOUGH) {
			p.bound = p.most > 0 ? p.most : HUGE_VAL;
		} else if (p.active == n) {
			break;
		} else { /* those that were set aside, once more */
			p.active = n;
			p.bound = HUGE_VAL;
		}
	}
	return p.bias;
}
