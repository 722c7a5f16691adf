/*
 * bench_text.c - S15: the model of texts of the shipped mechanism: how long it takes to train it, how large it is, how
 * long a description of 60 and of 4,000 characters takes. Microseconds and seconds of CPU on one core; one JSON line.
 *
 * The texts are the shipped cases, put one behind the other and cut at the length that is measured; so a long one has
 * as many different characters as people use.
 */
#include "base/arena.h"
#include "base/utf8.h"
#include "mechanism/load.h"
#include "text/examples.h"
#include "text/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_CASES 10000
#define N_TEXTS 1000

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As many cases as asked for: the mechanism's own from the front again where they are fewer. */
static struct text_examples *examples_of(struct mechanism *m, int n_cases, struct arena *a)
{
	struct text_case *cases = arena_new_array(a, struct text_case, (size_t)n_cases);

	for (int i = 0; i < n_cases; i++)
		cases[i] = m->cases[i % m->n_cases];
	m->cases = cases;
	m->n_cases = n_cases;
	return text_examples_of(m, NULL, a);
}

/* The cases from the ith on, up to so many characters. */
static const char *text_of(const struct mechanism *m, int i, size_t characters, struct arena *a)
{
	struct buf b = {0};
	struct str rest;
	size_t n = 0;

	for (; n < characters; i++)
		for (rest = str_of(m->cases[i % m->n_cases].text); rest.n && n < characters; n++) {
			const char *from = rest.p;
			utf8_next(&rest);
			buf_add(&b, from, (size_t)(rest.p - from));
		}
	return buf_into(&b, a).p;
}

static double us_for(struct text_model *model, const struct mechanism *m, size_t characters, int rounds,
    struct arena *a)
{
	const char *texts[N_TEXTS];
	struct proposal p;
	double began;

	for (int i = 0; i < N_TEXTS; i++)
		texts[i] = text_of(m, i * 7, characters, a);
	began = cpu_s();
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < N_TEXTS; i++)
			text_propose(model, texts[i], &p);
	return (cpu_s() - began) / rounds / N_TEXTS * 1e6;
}

int main(void)
{
	struct arena *a = arena_new();
	struct buf bytes = {0}, more = {0};
	struct problems p;
	struct mechanism *m;
	double began, short_us, long_us;
	int shipped;

	problems_init(&p, true);
	m = mechanism_load("config/zhangping", &p);
	if (!m || m->n_cases == 0)
		return 1;
	shipped = m->n_cases;
	text_train(text_examples_of(m, NULL, a), &bytes, NULL, NULL, NULL, NULL);
	struct text_model *model = text_model_new(buf_view(&bytes));
	if (!model)
		return 1;
	short_us = us_for(model, m, 60, 20, a);
	long_us = us_for(model, m, 4000, 2, a);
	struct text_examples *x = examples_of(m, N_CASES, a);
	began = cpu_s();
	text_train(x, &more, NULL, NULL, NULL, NULL);
	printf("{\"cases\":%d,\"bytes\":%zu,\"us_60\":%.2f,\"us_4000\":%.1f,\"train_10000_s\":%.2f}\n",
	    shipped, bytes.n, short_us, long_us, cpu_s() - began);
	return 0;
}
