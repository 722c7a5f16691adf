/*
 * score.h - what findings cost by the rubric (计分办法, Art. 14), in integers: points are hundredths.
 *
 *   score = base - sum over the classes of min(most, what its findings cost)
 *
 * A case costs `deduct`; of a class that goes by percent, each percent that the delays are of what fell due
 * does, and of few at least `least` are taken for it. A delay weighs by the part that the unit had, and more
 * if it was over twice the limit or the unit never came. Of one dispatch's delays only the gravest costs.
 * Place: domain, over matter.h; pure.
 */
#ifndef DOMAIN_SCORE_H
#define DOMAIN_SCORE_H
#include "domain/matter.h"

/* One finding, with what its cost depends on beside it. */
struct score_finding {
	struct finding f;
	enum dispatch_role part; /* of its dispatch; that of one which belongs to none is a lead's */
	bool never;              /* its dispatch has ended, and the unit had not arrived */
	int64_t weight;          /* out: hundredths of a case that it costs; 0: it costs nothing */
	const char *grade;       /* out: "", "2x", "never" */
};

struct score_line {
	int64_t cases;  /* findings that cost something */
	int64_t weight; /* their weights, in hundredths of a case */
	int64_t of;     /* what fell due: the denominator of a class that goes by percent */
	int64_t points; /* what they cost before `most` */
	int64_t taken;  /* and after it */
};

struct score {
	struct score_line lines[FINDING_CLASSES]; /* by enum finding_class */
	int64_t points;                           /* what is left of the base */
};

/* Does a finding in this state cost anything? One that is void, was not decided in time, or whose appeal is not
 * decided yet does not; that one is settled in the next edition. */
bool score_state_costs(enum finding_state state);
/* NULL: the rubric has no such class. */
const struct rubric_class *score_class(const struct rubric *r, enum finding_class class);
/* Weighs the findings of one dispatch, or one that belongs to none, and adds them to the lines. */
void score_add(struct score *s, const struct rubric *r, struct score_finding *v, int n);
/* When all are added and each line's `of` is set: the points. */
void score_sum(struct score *s, const struct rubric *r);
/* The least denominator applied: what a share is of. */
int64_t score_of(const struct rubric *r, const struct score_line *l);

/* A unit among the others. */
struct score_rank {
	int64_t dispatches, points; /* in */
	int group;                  /* out: 1 for those of the most dispatches; 0: too few to be ranked */
	int rank; /* out: within its group, 1 the best; those of the same points share one; 0 none */
};
void score_rank(const struct rubric *r, struct score_rank *v, int n);

#endif
