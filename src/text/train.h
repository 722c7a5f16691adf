/*
 * train.h - makes a model of texts (model.h) from examples.
 *
 * One linear machine for each category, against all others (svm.h). How far scores are to
 * be trusted is fitted on a third of the cases, by machines that were trained on the rest; there it is counted, too,
 * which categories are taken for which. The same examples give the same bytes, on every machine (exact.h).
 */
#ifndef TEXT_TRAIN_H
#define TEXT_TRAIN_H
#include "base/buf.h"

struct arena;

struct text_example {
	const char *text;
	uint32_t category; /* index in codes */
	bool weak;         /* a keyword: it counts less, and is never held back */
};
struct text_examples {
	const struct text_example *v;
	size_t n;
	const char *const *codes;
	const bool *danger; /* of each code: it is P1 */
	size_t n_codes;
	unsigned char source[32]; /* digest of it all: what a model is known by */
};

/* Of the cases that were held back: one category was taken for another so often. */
struct text_confusion {
	uint32_t category, taken;
	int n;
};
struct text_quality {
	int held, right;
	struct text_confusion *confusions; /* the most frequent first; in the arena */
	int n_confusions;
};

/* How many machines are trained, of how many. One that nothing waits for any more may end the process. */
typedef void text_progress(void *arg, int64_t done, int64_t of);

/* Writes a model; nothing where there is nothing to learn from (no text, or one category only). quality and
 * progress may be NULL. Takes seconds: never in a loop that serves. */
void text_train(const struct text_examples *x, struct buf *out, struct text_quality *quality, struct arena *a,
    text_progress *progress, void *arg);

#endif
