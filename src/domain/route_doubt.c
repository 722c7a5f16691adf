/*
 * route_doubt.c - is what no rule took still urgent, because the report denies one danger and goes on?
 * Place: domain; pure. Looked at only where neither a rule nor a category was found.
 */
#include "domain/route_doubt.h"
#include "domain/denial.h"

/* Characters that clauses without a denial have together, where they say something: 一切正常 is less. */
#define SOMETHING 6

/* Is this word a keyword of something urgent? */
static bool urgent_word(const struct mechanism *m, size_t id)
{
	const struct route_index *x = m->routing.index;
	const struct postings *rules = &x->rules_by_word, *categories = &x->categories_by_word;

	for (uint32_t i = categories->start[id]; i < categories->start[id + 1]; i++)
		if (priority_urgent(m->categories[categories->item[i]].priority))
			return true;
	for (uint32_t i = rules->start[id]; i < rules->start[id + 1]; i++) {
		const struct rule *r = &m->routing.rules[rules->item[i]];

		if (priority_urgent(r->set_priority) ||
		    (r->set_category && priority_urgent(r->set_category->priority)))
			return true;
	}
	return false;
}

static bool denies_danger(const struct mechanism *m, const uint64_t *said, const uint64_t *meant)
{
	for (size_t i = 0; i < m->routing.index->word_bits; i++)
		for (uint64_t bits = said[i] & ~meant[i]; bits; bits &= bits - 1)
			if (urgent_word(m, i * 64 + (size_t)__builtin_ctzll(bits)))
				return true;
	return false;
}

bool route_doubtful(const struct mechanism *m, const uint64_t *said, const uint64_t *meant,
    const char *folded)
{
	return denies_danger(m, said, meant) && denial_leaves(folded) >= SOMETHING;
}
