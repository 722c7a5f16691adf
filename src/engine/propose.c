/*
 * propose.c - measures that the policy proposes to the office (Art. 13), thought of once on each local day: an order
 * (督办单) for lateness that repeats, circulated criticism (通报批评) for what Art. 13 names, which is shirking,
 * refusing, false reports. A referral (移交纪检监察机关) is proposed by no program.
 *
 * A proposal is an entry of the register, and a request that the office decides: granted with the number of its
 * document it is a measure like those that people record of their own accord. Findings count that stand and were
 * opened since the last measure of that kind, recorded or proposed, about the unit: none counts twice. While one
 * waits for its decision there is no other.
 * Place: engine, over register.h.
 */
#include "engine/propose.h"
#include "domain/finding.h"
#include "engine/core.h"
#include "engine/register.h"

#define NAMED_MOST 64 /* findings whose names a proposal has */

/* The classes that a measure is for. */
static bool for_class(enum measure measure, enum finding_class class)
{
	bool delay = class <= FINDING_REPORT;

	return measure == MEASURE_ORDER ? delay : !delay && class <= FINDING_FALSE_REPORT;
}

static int64_t longest(const struct policy *p)
{
	int64_t most_ms = 0;

	for (int i = 0; i < MEASURES_PROPOSED; i++)
		if (p->measures[i].findings && p->measures[i].within_ms > most_ms)
			most_ms = p->measures[i].within_ms;
	return most_ms;
}

/* A finding is opened on the day that it belongs to, or so long afterwards at most. */
#define OPENED_WITHIN (40 * DAY_MS)

void propose_want(struct turn *t)
{
	int64_t within_ms = longest(&t->m->policy);

	if (!within_ms || !t->wants.due_most || local_day(t->now) == t->e->office.proposed_day)
		return;
	t->wants.standing = (struct store_want_standing){
	    .wanted = true, .from = t->now - within_ms - OPENED_WITHIN, .before = FINDING_FALSE_REPORT + 1};
}

int64_t propose_next_wake(const struct engine *e, const struct mechanism *m, int64_t now, int64_t next)
{
	int64_t at = day_start(local_day(now) + 1);

	if (!longest(&m->policy))
		return next;
	if (local_day(now) != e->office.proposed_day)
		at = now + 1; /* it was missed */
	return !next || at < next ? at : next;
}

/* -- counting ---------------------------------------------------------------------------------- */

/* NULL: there was none. */
static const struct measured *last_measure(const struct turn *t, const char *unit, enum measure measure)
{
	const struct office *o = &t->e->office;

	for (size_t i = 0; i < o->n_measured; i++)
		if (o->measured[i].measure == measure && text_eq(o->measured[i].unit, unit))
			return &o->measured[i];
	return NULL;
}

static const char *name_of(const struct turn *t, const struct standing_finding *f)
{
	struct incident inc = {.number = f->number};
	struct dispatch d = {.n = f->dispatch};
	struct finding of = {.id = f->id, .dispatch = f->dispatch, .of_dispatch = f->of_dispatch};
	char name[FINDING_ID_MAX];

	inc.dispatches = &d;
	inc.n_dispatches = 1;
	return arena_text(t->a, finding_name(f->number ? &inc : NULL, &of, name));
}

/* What is said of one unit: how many, and their names, the newest NAMED_MOST. */
struct basis {
	int n;
	const char *names;
};

static struct basis basis_of(const struct turn *t, const char *unit, enum measure measure)
{
	const struct measure_rule *rule = &t->m->policy.measures[measure];
	const struct store_want_standing *w = &t->wants.standing;
	const struct measured *last = last_measure(t, unit, measure);
	int64_t since = last ? last->at : 0;
	struct basis out = {0};

	if (last && last->waits)
		return out;
	for (size_t i = w->n; i > 0; i--) {
		const struct standing_finding *f = &w->v[i - 1];

		if (!text_eq(f->unit, unit) || !for_class(measure, f->class) || f->opened_at <= since ||
		    f->opened_at <= t->now - rule->within_ms)
			continue;
		if (out.n++ < NAMED_MOST)
			out.names =
			    out.names ? arena_printf(t->a, "%s,%s", name_of(t, f), out.names) : name_of(t, f);
	}
	return out;
}

/* -- proposing --------------------------------------------------------------------------------- */

static void propose(struct turn *t, const struct unit *unit, enum measure measure, const struct basis *basis)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "measure", measure_names[measure]);
	json_text(&j, "findings", basis->names);
	json_int(&j, "count", basis->n);
	json_time(&j, "proposed", t->now);
	json_end(&j);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_MEASURE,
		.unit = unit->id,
		.at = t->now,
		.state = MEASURE_PROPOSED,
		.by = "system",
		.data = buf_into(&b, t->a)});
	register_event(t, NULL, EVENT_MEASURE_PROPOSED, e, NULL, NULL);
	register_ask(t, NULL,
	    &(struct request){.kind = REQUEST_MEASURE,
		.decider = DECIDER_OFFICE,
		.unit = unit->id,
		.code = measure_names[measure]},
	    e, NULL);
}

void propose_fire(struct turn *t)
{
	if (!t->wants.standing.wanted || t->wants.standing.n == 0)
		return;
	for (int i = 0; i < t->m->n_units; i++)
		for (int k = 0; k < MEASURES_PROPOSED; k++) {
			const struct unit *unit = &t->m->units[i];
			struct basis basis;

			if (!t->m->policy.measures[k].findings)
				continue;
			basis = basis_of(t, unit->id, (enum measure)k);
			if (basis.n >= t->m->policy.measures[k].findings)
				propose(t, unit, (enum measure)k, &basis);
		}
}
