/*
 * route_index.h - what routing_compile makes of a routing table, so that a report looks only at the
 * rules that can apply to it. Internal to routing (routing.c, route_match.c, route_doubt.c).
 *
 * Each rule stands behind one gate, the most selective of its conditions: a keyword of the
 * description, one of the address, a category, an area; a rule without any is always a candidate.
 * A gate lets through every rule that may match and some that do not: the conditions are checked
 * afterwards, in the order of the table.
 */
#ifndef DOMAIN_ROUTE_INDEX_H
#define DOMAIN_ROUTE_INDEX_H
#include "domain/keywords.h"
#include "domain/mechanism.h"

/* For each key, items in ascending order: item[start[key]] up to item[start[key + 1]]. */
struct postings {
	const uint32_t *start, *item;
};

/* Keyword ids of one rule, in the order of its lists. */
struct rule_words {
	const uint32_t *keywords, *unless, *address;
};

struct route_index {
	const struct keywords *keywords;
	const struct rule_words *rules;     /* by rule, and behind them by otherwise */
	struct postings rules_by_word;      /* keyword id in the description */
	struct postings rules_by_address;   /* keyword id in the address */
	struct postings rules_by_category;  /* index of the category; n_categories: the desk gave none */
	struct postings rules_by_area;      /* index of the area the rule names */
	struct postings categories_by_word; /* keyword id in the description */
	const uint64_t *always;             /* bits by rule */
	const uint64_t *classifying;        /* bits by rule: route_classifies */
	const uint64_t *secret;             /* bits of the keywords that are policy.secret_words */
	const char *const *secret_words, *const *secret_unless; /* these and those that undo them, folded */
	size_t word_bits, rule_bits;                            /* in 64-bit words */
};

/* Built in the mechanism's arena. */
struct route_index *route_index_new(const struct mechanism *m);

/* Does it give a category, and may it hold before there is one? */
bool route_classifies(const struct rule *r);

static inline bool bit_get(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static inline void bit_set(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* 64-bit words that hold n bits. */
static inline size_t bit_words(size_t n)
{
	return (n + 63) / 64;
}

#endif
