/*
 * proposal.h - what the model of texts (src/text) makes of a description: the most probable categories, and
 * whether a life may be in danger. Front ends compute it before a report goes to the engine; routing applies
 * the policy to it, and it is stored with the incident, so that the same decision can be made again.
 *
 * Probabilities are integers, in thousandths: every architecture gets the same.
 */
#ifndef DOMAIN_PROPOSAL_H
#define DOMAIN_PROPOSAL_H
#include "base/buf.h"

struct category;

#define PROPOSED_MAX 8
#define PROPOSED_CODE 32 /* bytes of a category's code with its NUL; a longer one is not proposed */
#define CERTAIN 1000
#define PERCENT (CERTAIN / 100)

struct proposed {
	char code[PROPOSED_CODE];
	int p; /* thousandths */
};
struct proposal {
	struct proposed v[PROPOSED_MAX]; /* the most probable first */
	int n;                           /* 0: the model knows no part of the text */
	int danger;                      /* thousandths: that it is urgent as P1 is */
};

#define ALTERNATIVES 3

/* How sure the choice of the category is (policy.yaml's `text`). */
struct route_choice {
	int confidence; /* thousandths; 0: the desk chose, or no model had a say */
	bool asked;     /* it is dispatched, and the desk is asked at once, by these alternatives */
	bool danger;    /* a life may be in danger: shown; it makes nothing P1 by itself */
	struct {
		const struct category *category;
		int confidence;
	} alternatives[ALTERNATIVES]; /* the best first, with the one that was chosen */
	int n_alternatives;
};

/* As it is carried and stored: "600604=612,602101=201;danger=31". */
void proposal_write(const struct proposal *p, struct buf *out);
/* False, and *p is empty, where the text (NULL is permitted) is not one. */
bool proposal_read(const char *text, struct proposal *p);

#endif
