/*
 * compare.h - two tables of rules over the incidents that are stored: what would go elsewhere, by rule and by
 * unit, with examples. Place: report; for the report process, and for liandongctl beside a daemon or without one.
 *
 * Each report is decided twice as it was made: by its desk's category, priority, area, texts and units, at the
 * instant when it was received. A description without a category is proposed to each table by its own model of
 * texts. What the desk amended by hand afterwards is not compared.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H
#include "base/json.h"
#include "domain/routing.h"
#include "store/report.h"
#include "text/cache.h"

#define MOVED_EXAMPLES 5

/* Incidents that one rule decided and another would. */
struct moved_rules {
	const char *from, *to; /* ids, or "category", "otherwise", "desk" */
	int64_t n;
	const char *examples[MOVED_EXAMPLES]; /* numbers; none of what is confidential */
	int n_examples;
};
/* What a unit would get, and would not get any more. */
struct moved_unit {
	const char *unit, *name;
	int64_t leads_lost, leads_gained; /* as the one that leads */
	int64_t lost, gained;             /* in any part */
};
/* A P1 category whose lead would be another. */
struct moved_p1 {
	const char *category, *name;
	enum zone zone;
	const char *before, *after; /* units; NULL: none */
	const char *rule;           /* only where this one's conditions hold; NULL: by its category alone */
};

struct comparison {
	int64_t from;               /* reports since then */
	int64_t incidents;          /* compared */
	int64_t textless;           /* left out: no category, and their texts are erased */
	int64_t moved;              /* to another unit, or in another part */
	int64_t lead;               /* of these: another unit would lead */
	int64_t p1_moved;           /* of these: P1 before or after */
	int64_t priority, category; /* those that would be another; they need not have moved */
	int64_t unmatched_before, unmatched_after;
	struct moved_rules *rules; /* most first */
	size_t n_rules;
	struct moved_unit *units; /* likewise */
	size_t n_units;
	struct moved_p1 *p1; /* in the order of categories.yaml */
	size_t n_p1;
};

typedef void compare_progress(void *arg, int64_t done, int64_t of);

struct compare_wish {
	const struct mechanism *before,
	    *after; /* with their cases, from which a model may have to be trained */
	struct text_wish texts;
	int64_t from, since_ms; /* reports since `from`; 0: since so long before the store's last heartbeat */
	compare_progress *progress; /* may be NULL */
	void *arg;
};
/* In one snapshot of its own. Texts are the mechanisms' and the arena's. */
enum store_status compare_stored(struct reads *r, const struct compare_wish *wish, struct arena *a,
    struct comparison *out);
/* P1 categories whose lead differs: in each area, in office hours and off them, and wherever a rule of either holds that has
 * words, addresses, areas or hours of its own. Fills out->p1. */
void compare_p1(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct comparison *out);
/* Does the one mechanism differ from the other in phones, people, rosters and comments alone? Then every report goes where
 * it went. */
bool compare_contacts_only(const struct mechanism *before, const struct mechanism *after);
/* The members of the object that is open. */
void compare_render(struct json *j, const struct comparison *c);

#endif
