/*
 * evaluate.h - how good is what is decided of texts whose right answer is known? The whole way is measured: the
 * model's proposal, the rules, the policy.
 */
#ifndef TEXT_EVALUATE_H
#define TEXT_EVALUATE_H
#include "domain/mechanism.h"
#include "text/model.h"
#include "text/train.h"

#define EVALUATE_BANDS 10 /* of the confidence, a tenth each */

/* A case's category was taken for another, which another unit leads. */
struct text_mistaken {
	const struct category *category, *taken; /* taken NULL: for none */
	int n;
};
struct text_scores {
	int n;
	int lead, category; /* so often right; a lead is right where the case's `also` has it, too */
	int asked,
	    lead_or_asked; /* the desk was asked; the lead is right, or among the three that it is asked by */
	int model_lead, rules_lead;        /* right by the model alone, by rules and keywords alone */
	int dangers, found, calm, alarmed; /* P1 and shown as danger; not P1 and shown all the same */
	int band[EVALUATE_BANDS], band_right[EVALUATE_BANDS]; /* by confidence; whose category is right */
	int *of, *of_lead; /* by category: how many, how many right leads */
	struct text_mistaken *mistaken;
	int n_mistaken, cap_mistaken;
};

void text_scores_init(struct text_scores *s, const struct mechanism *m);
void text_scores_free(struct text_scores *s);
/* Adds the cases of this writer (NULL: all). model NULL: rules alone. */
void text_evaluate(const struct mechanism *m, struct text_model *model, const struct text_case *cases, int n,
    const char *writer, struct text_scores *s);
/* The member "texts" of an open object: how many cases were held back in training, how many of them were right, and
 * which categories were taken for which, the most frequent first. Nothing where none was held. */
struct json;
void text_quality_json(const struct text_quality *q, const struct mechanism *m, struct json *j);
/* The most frequent first. */
void text_scores_sort(struct text_scores *s);

#endif
