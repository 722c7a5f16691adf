/*
 * train.c - see train.h. Place: text; pure.
 */
#include "text/train.h"
#include "base/arena.h"
#include "base/log.h"
#include "domain/fold.h"
#include "text/exact.h"
#include "text/model.h"
#include "text/svm.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW 20      /* of a category with fewer cases keywords are most of what is known */
#define RARITY 4096 /* model.h */
#define HELD_OF 3   /* one case of so many is held back */
#define STRIDE 16   /* rows begin at multiples of this */

/* What an error costs: of a case; of a keyword, times that. More, and the words of rules outvote how people talk. They are
 * floats in memory: where floats are evaluated as doubles (s390x), the constant 0.7f is a double that no float equals. */
static const float cost_of_case = 0.7f, weak = 0.1f, weak_of_few = 0.3f;

struct training {
	const struct text_examples *x;
	struct arena *a;
	/* grams by number, in the order in which they came first */
	gram *grams;
	uint32_t *seen_in; /* how many examples have it */
	uint32_t n_grams, cap_grams;
	uint32_t *table, table_size; /* number + 1, open addressing */
	/* the examples, as numbers of grams and how often */
	uint32_t *start, *feature;
	float *value;
	size_t n_values, cap_values;
	uint16_t *rarity;
	struct svm_rows rows;
	uint32_t *all, *shown, *held; /* examples: all, those that are trained on for the held ones, these */
	size_t n_shown, n_held;
	float *cost;
	bool *positive;
	struct svm *svm;
	text_progress *progress;
	void *arg;
	int64_t trained; /* machines so far */
};

/* -- the grams ------------------------------------------------------------------------------ */

static void *grown(void *p, size_t n, size_t size)
{
	void *more = realloc(p, n * size);

	if (!more)
		fatal("no memory for training");
	return more;
}

static void table_put(struct training *t, uint32_t number)
{
	uint32_t i = text_place(t->grams[number], t->table_size);

	while (t->table[i])
		i = (i + 1) & (t->table_size - 1);
	t->table[i] = number + 1;
}

static void table_grow(struct training *t)
{
	t->table_size = t->table_size ? 2 * t->table_size : 1u << 16;
	free(t->table);
	t->table = xalloc(t->table_size * sizeof *t->table);
	memset(t->table, 0, t->table_size * sizeof *t->table);
	for (uint32_t i = 0; i < t->n_grams; i++)
		table_put(t, i);
}

static uint32_t number_of(struct training *t, gram g)
{
	uint32_t i = text_place(g, t->table_size);

	for (; t->table[i]; i = (i + 1) & (t->table_size - 1))
		if (t->grams[t->table[i] - 1] == g)
			return t->table[i] - 1;
	if (t->n_grams == t->cap_grams) {
		t->cap_grams = t->cap_grams ? 2 * t->cap_grams : 1u << 15;
		t->grams = grown(t->grams, t->cap_grams, sizeof *t->grams);
		t->seen_in = grown(t->seen_in, t->cap_grams, sizeof *t->seen_in);
	}
	t->grams[t->n_grams] = g;
	t->seen_in[t->n_grams++] = 0;
	if (2 * t->n_grams > t->table_size)
		table_grow(t);
	else
		t->table[i] = t->n_grams;
	return t->n_grams - 1;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void add_value(struct training *t, uint32_t number, unsigned times)
{
	if (t->n_values == t->cap_values) {
		t->cap_values = t->cap_values ? 2 * t->cap_values : 1u << 18;
		t->feature = grown(t->feature, t->cap_values, sizeof *t->feature);
		t->value = grown(t->value, t->cap_values, sizeof *t->value);
	}
	assert(t->seen_in && "a gram has its number before it counts");
	t->feature[t->n_values] = number;
	t->value[t->n_values++] = (float)text_weight_of(times);
	t->seen_in[number]++;
}

/* Room for one text. */
struct reading_room {
	uint32_t codes[TEXT_CHARACTERS], numbers[2 * TEXT_CHARACTERS];
	gram grams[2 * TEXT_CHARACTERS];
};

static void read_text(struct training *t, const char *text, struct reading_room *r)
{
	char *folded = xalloc(fold_room(strlen(text)));
	size_t n;

	fold_text(text, folded);
	n = grams_of(r->codes, grams_codes(folded, r->codes, TEXT_CHARACTERS), r->grams);
	free(folded);
	for (size_t i = 0; i < n; i++)
		r->numbers[i] = number_of(t, r->grams[i]);
	qsort(r->numbers, n, sizeof *r->numbers, by_number);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && r->numbers[end] == r->numbers[i];)
			end++;
		add_value(t, r->numbers[i], (unsigned)(end - i));
	}
}

static void read_texts(struct training *t)
{
	struct reading_room *r = xalloc(sizeof *r);

	table_grow(t);
	t->start = xalloc((t->x->n + 1) * sizeof *t->start);
	for (size_t i = 0; i < t->x->n; i++) {
		t->start[i] = (uint32_t)t->n_values;
		read_text(t, t->x->v[i].text, r);
	}
	t->start[t->x->n] = (uint32_t)t->n_values;
	free(r);
}

/* 1 + ln((1 + n)/(1 + n of it)), and each example's vector to the length 1. */
static void weigh_texts(struct training *t)
{
	t->rarity = xalloc((t->n_grams + 1) * sizeof *t->rarity);
	for (uint32_t g = 0; g < t->n_grams; g++) {
		double rare = 1 + exact_log((1.0 + (double)t->x->n) / (1.0 + t->seen_in[g]));

		t->rarity[g] = (uint16_t)(rare * RARITY < UINT16_MAX ? rare * RARITY + 0.5 : UINT16_MAX);
	}
	for (size_t i = 0; i < t->x->n; i++) {
		uint64_t squares = 0;
		float length;

		for (uint32_t j = t->start[i]; j < t->start[i + 1]; j++) {
			uint32_t x = (uint32_t)t->value[j] * t->rarity[t->feature[j]] >> 10;

			squares += (uint64_t)x * x;
			t->value[j] = (float)x;
		}
		length = (float)exact_root(squares);
		for (uint32_t j = t->start[i]; j < t->start[i + 1] && length > 0; j++)
			t->value[j] /= length;
	}
	t->rows = (struct svm_rows){t->start, t->feature, t->value, t->x->n, t->n_grams};
}

/* -- the machines --------------------------------------------------------------------------- */

/* What an error of a keyword costs, by category. */
static float *weak_costs(const struct training *t)
{
	float *cost = xalloc((t->x->n_codes + 1) * sizeof *cost);
	uint32_t *cases = xalloc((t->x->n_codes + 1) * sizeof *cases);

	memset(cases, 0, (t->x->n_codes + 1) * sizeof *cases);
	for (size_t i = 0; i < t->x->n; i++)
		cases[t->x->v[i].category] += !t->x->v[i].weak;
	for (size_t c = 0; c < t->x->n_codes; c++)
		cost[c] = cost_of_case * (cases[c] < FEW ? weak_of_few : weak);
	free(cases);
	return cost;
}

static void part(struct training *t)
{
	float *weak_cost = weak_costs(t);
	size_t n = t->x->n;

	t->all = xalloc((n + 1) * sizeof *t->all);
	t->shown = xalloc((n + 1) * sizeof *t->shown);
	t->held = xalloc((n + 1) * sizeof *t->held);
	t->cost = xalloc((n + 1) * sizeof *t->cost);
	t->positive = xalloc(n + 1);
	for (uint32_t i = 0; i < n; i++) {
		bool is_weak = t->x->v[i].weak;

		t->all[i] = i;
		t->cost[i] = is_weak ? weak_cost[t->x->v[i].category] : cost_of_case;
		if (!is_weak && (i * UINT32_C(2654435761) >> 16) % HELD_OF == 0)
			t->held[t->n_held++] = i;
		else
			t->shown[t->n_shown++] = i;
	}
	free(weak_cost);
	t->svm = svm_new(n);
}

static void take_sides(struct training *t, size_t c)
{
	for (size_t i = 0; i < t->x->n; i++)
		t->positive[i] = t->x->v[i].category == c;
}

/* One machine, category c against all others, by the examples `which`. Returns its bias. */
static float train_one(struct training *t, size_t c, const uint32_t *which, size_t n, float *weight)
{
	take_sides(t, c);
	if (t->progress)
		t->progress(t->arg, t->trained++, 2 * (int64_t)t->x->n_codes);
	return svm_train(t->svm, &t->rows, which, n, t->positive, t->cost, weight);
}

/* A text that is new has grams that the model does not know, and is measured without them (model.c). By how much
 * each held example is longer, measured so. */
static double *known_length(const struct training *t)
{
	double *longer = xalloc((t->n_held + 1) * sizeof *longer);
	bool *known = xalloc(t->n_grams + 1);

	memset(known, 0, t->n_grams + 1);
	for (size_t k = 0; k < t->n_shown; k++)
		for (uint32_t j = t->start[t->shown[k]]; j < t->start[t->shown[k] + 1]; j++)
			known[t->feature[j]] = true;
	for (size_t k = 0; k < t->n_held; k++) {
		double squares = 0;

		for (uint32_t j = t->start[t->held[k]]; j < t->start[t->held[k] + 1]; j++)
			if (known[t->feature[j]])
				squares += (double)t->value[j] * t->value[j];
		longer[k] = squares > 0 ? 1 / sqrt(squares) : 0;
	}
	free(known);
	return longer;
}

/* Scores of the held examples, by machines that have not seen them: [held][codes]. */
static double *score_held(struct training *t)
{
	size_t stride = t->x->n_codes;
	double *scores = xalloc((t->n_held * stride + 1) * sizeof *scores), *longer = known_length(t);
	float *weight = xalloc((t->n_grams + 1) * sizeof *weight);

	for (size_t c = 0; c < stride; c++) {
		float bias = train_one(t, c, t->shown, t->n_shown, weight);
		for (size_t i = 0; i < t->n_held; i++)
			scores[i * stride + c] =
			    bias + svm_score(&t->rows, t->held[i], weight, 0) * longer[i];
	}
	free(weight);
	free(longer);
	return scores;
}

/* -- how far scores are to be trusted --------------------------------------------------------- */

/* What one held example adds to the first and second derivative of the log loss by the factor. */
static void add_slope(const double *s, size_t n, uint32_t label, double factor, double *first, double *second)
{
	double most = s[0], all = 0, mean = 0, square = 0;

	for (size_t c = 1; c < n; c++)
		most = s[c] > most ? s[c] : most;
	for (size_t c = 0; c < n; c++) {
		double z = factor * (s[c] - most), e = z > -40 ? exact_exp(z) : 0;

		all += e;
		mean += e * s[c];
		square += e * s[c] * s[c];
	}
	mean /= all;
	*first += mean - s[label];
	*second += square / all - mean * mean;
}

/* By Newton's method, from 8; within 1 and 30, whatever the examples are. */
static double fit_factor(const struct training *t, const double *scores)
{
	size_t stride = t->x->n_codes;
	double factor = 8;

	for (int round = 0; round < 12; round++) {
		double first = 0, second = 1e-9;

		for (size_t i = 0; i < t->n_held; i++)
			add_slope(scores + i * stride, stride, t->x->v[t->held[i]].category, factor, &first,
			    &second);
		factor -= first / second;
		factor = factor < 1 ? 1 : factor > 30 ? 30 : factor;
	}
	return factor;
}

static size_t best_of(const double *s, size_t n)
{
	size_t best = 0;

	for (size_t c = 1; c < n; c++)
		best = s[c] > s[best] ? c : best;
	return best;
}

static int by_frequency(const void *a, const void *b)
{
	const struct text_confusion *x = a, *y = b;

	if (x->n != y->n)
		return y->n - x->n;
	return x->category != y->category ? (int)x->category - (int)y->category
					  : (int)x->taken - (int)y->taken;
}

static void judge(const struct training *t, const double *scores, struct text_quality *q)
{
	size_t n = t->x->n_codes;
	int *table = arena_new_array(t->a, int, n *n + 1);

	*q = (struct text_quality){.held = (int)t->n_held};
	for (size_t i = 0; i < t->n_held; i++)
		table[t->x->v[t->held[i]].category * n + best_of(scores + i * n, n)]++;
	q->confusions = arena_new_array(t->a, struct text_confusion, n * n + 1);
	for (uint32_t c = 0; c < n; c++)
		for (uint32_t k = 0; k < n; k++) {
			if (c == k)
				q->right += table[c * n + k];
			else if (table[c * n + k])
				q->confusions[q->n_confusions++] =
				    (struct text_confusion){c, k, table[c * n + k]};
		}
	qsort(q->confusions, (size_t)q->n_confusions, sizeof *q->confusions, by_frequency);
}

/* -- the model ------------------------------------------------------------------------------ */

/* The weights of one machine in bytes. */
struct squeezed {
	int8_t *byte; /* by gram */
	uint32_t scale;
	int32_t bias;
};

static int32_t rounded(double x)
{
	return (int32_t)(x < 0 ? x - 0.5 : x + 0.5);
}

static struct squeezed squeeze(const struct training *t, const float *weight, float bias)
{
	struct squeezed c = {.byte = xalloc(t->n_grams + 1), .bias = rounded((double)bias * 65536)};
	double most = 1e-6;

	for (uint32_t g = 0; g < t->n_grams; g++) {
		double w = weight[g] < 0 ? -(double)weight[g] : (double)weight[g];
		most = w > most ? w : most;
	}
	c.scale = (uint32_t)rounded(most / 127 * (1 << 24));
	if (!c.scale)
		c.scale = 1;
	for (uint32_t g = 0; g < t->n_grams; g++) {
		int32_t q = rounded((double)weight[g] * (1 << 24) / c.scale);
		c.byte[g] = (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
	}
	return c;
}

static struct squeezed *train_all(struct training *t)
{
	struct squeezed *columns = xalloc(t->x->n_codes * sizeof *columns);
	float *weight = xalloc((t->n_grams + 1) * sizeof *weight);

	for (size_t c = 0; c < t->x->n_codes; c++) {
		float bias = train_one(t, c, t->all, t->x->n, weight);
		columns[c] = squeeze(t, weight, bias);
	}
	free(weight);
	return columns;
}

/* How much a gram can say at all: its greatest weight, times how rare it is. */
static uint64_t strength(const struct training *t, const struct squeezed *columns, uint32_t g)
{
	uint64_t most = 0;

	for (size_t c = 0; c < t->x->n_codes; c++) {
		uint64_t w = (uint64_t)abs(columns[c].byte[g]) * columns[c].scale;
		most = w > most ? w : most;
	}
	return most * t->rarity[g];
}

static int by_strength(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static void lay_out(struct text_header *h)
{
	h->table = 1024;
	while (h->table < 2 * h->grams)
		h->table *= 2;
}

/* The numbers of the grams that are kept, all that say something and fit, ascending; sets h->grams. */
static uint32_t *choose_grams(const struct training *t, const struct squeezed *columns, struct text_header *h)
{
	uint64_t *strengths = xalloc((t->n_grams + 1) * sizeof *strengths), *sorted, least = 1;
	uint32_t *kept = xalloc((t->n_grams + 1) * sizeof *kept), n = 0;
	struct text_parts parts;

	sorted = xalloc((t->n_grams + 1) * sizeof *sorted);
	for (uint32_t g = 0; g < t->n_grams; g++)
		sorted[g] = strengths[g] = strength(t, columns, g);
	qsort(sorted, t->n_grams, sizeof *sorted, by_strength);
	h->grams = t->n_grams;
	for (lay_out(h); h->grams > 64 && text_layout(h, NULL, &parts) > TEXT_MODEL_MAX; lay_out(h))
		h->grams -= 64;
	if (h->grams < t->n_grams)
		least = sorted[h->grams] + 1;
	for (uint32_t g = 0; g < t->n_grams; g++)
		if (strengths[g] >= least)
			kept[n++] = g;
	h->grams = n;
	lay_out(h);
	free(strengths);
	free(sorted);
	return kept;
}

static void fill(const struct training *t, const struct squeezed *columns, const uint32_t *kept,
    const struct text_header *h, struct text_parts *p)
{
	for (size_t c = 0; c < t->x->n_codes; c++) {
		if (strlen(t->x->codes[c]) < PROPOSED_CODE) /* a longer one is not proposed */
			memcpy(p->codes[c], t->x->codes[c], strlen(t->x->codes[c]));
		p->danger[c] = t->x->danger[c];
		p->scale[c] = columns[c].scale;
		p->bias[c] = columns[c].bias;
	}
	for (uint32_t k = 0; k < h->grams; k++) {
		gram g = t->grams[kept[k]];
		uint32_t i = text_place(g, h->table);

		while (p->table[i])
			i = (i + 1) & (h->table - 1);
		p->table[i] = g << TEXT_GRAM_BITS | (k + 1);
		p->rarity[k] = t->rarity[kept[k]];
		for (size_t c = 0; c < t->x->n_codes; c++)
			p->rows[(size_t)k * h->stride + c] = columns[c].byte[kept[k]];
	}
}

static void write_model(const struct training *t, const struct squeezed *columns, struct text_header *h,
    struct buf *out)
{
	uint32_t *kept = choose_grams(t, columns, h);
	struct text_parts parts;
	size_t size = text_layout(h, NULL, &parts);
	struct digest d;

	buf_reserve(out, size);
	memset(out->p, 0, size);
	out->n = size;
	text_layout(h, out->p, &parts);
	fill(t, columns, kept, h, &parts);
	text_turn(h, &parts);
	d = digest_of((struct str){out->p + sizeof *h, size - sizeof *h});
	memcpy(h->digest, d.b, DIGEST_LEN);
	text_turn_header(h);
	memcpy(out->p, h, sizeof *h);
	free(kept);
}

/* -- the whole ------------------------------------------------------------------------------ */

static struct text_header fit(struct training *t, struct text_quality *q)
{
	double *scores = score_held(t);
	struct text_header h = {.magic = TEXT_MAGIC,
	    .order = TEXT_ORDER,
	    .categories = (uint32_t)t->x->n_codes,
	    .stride = ((uint32_t)t->x->n_codes + STRIDE - 1) / STRIDE * STRIDE};

	h.factor = (uint32_t)rounded(fit_factor(t, scores) * 65536);
	memcpy(h.source, t->x->source, sizeof h.source);
	if (q)
		judge(t, scores, q);
	free(scores);
	return h;
}

static void training_free(struct training *t)
{
	void *const memory[] = {t->grams, t->seen_in, t->table, t->start, t->feature, t->value, t->rarity,
	    t->all, t->shown, t->held, t->cost, t->positive};

	for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
		free(memory[i]);
	svm_free(t->svm);
}

/* Two categories at least, of which the machines can tell one from the other. */
static bool teaches(const struct text_examples *x)
{
	for (size_t i = 1; i < x->n; i++)
		if (x->v[i].category != x->v[0].category)
			return true;
	return false;
}

void text_train(const struct text_examples *x, struct buf *out, struct text_quality *quality, struct arena *a,
    text_progress *progress, void *arg)
{
	struct training t = {.x = x, .a = a, .progress = progress, .arg = arg};
	struct text_header h;
	struct squeezed *columns;

	if (quality)
		*quality = (struct text_quality){0};
	if (!teaches(x))
		return;
	read_texts(&t);
	weigh_texts(&t);
	part(&t);
	h = fit(&t, quality);
	columns = train_all(&t);
	write_model(&t, columns, &h, out);
	for (size_t c = 0; c < x->n_codes; c++)
		free(columns[c].byte);
	free(columns);
	training_free(&t);
}
