/*
 * svm.h - a linear support vector machine with squared hinge loss, trained by dual coordinate descent (Hsieh et
 * al. 2008). The same examples give the same weights, to the bit: the order of visits comes from a fixed seed, and
 * sums are made in one order.
 */
#ifndef TEXT_SVM_H
#define TEXT_SVM_H
#include "base/str.h"

/* Examples as sparse rows: example i has the features feature[start[i]] up to feature[start[i + 1]]. */
struct svm_rows {
	const uint32_t *start, *feature;
	const float *value;
	size_t n, features;
};

/* Memory for problems of up to so many examples; freed by svm_free. */
struct svm;
struct svm *svm_new(size_t n);
void svm_free(struct svm *s);

/* Trains on the examples `which` (n of them): positive[i] of the whole set says on which side, cost[i] what an
 * error of it costs; 0 leaves it out. weight has one of each feature. Returns the bias. */
float svm_train(struct svm *s, const struct svm_rows *x, const uint32_t *which, size_t n,
    const bool *positive, const float *cost, float *weight);
/* Of one example. */
double svm_score(const struct svm_rows *x, size_t i, const float *weight, float bias);

#endif
