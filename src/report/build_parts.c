/*
 * build_parts.c - see build_parts.h: the figures and cells that several sheets show.
 * Place: report, beneath the files that build sheets; pure.
 */
#include "report/build_parts.h"

const enum clock_kind report_clocks[REPORT_CLOCKS] = {
    CLOCK_DELIVERY, CLOCK_ACKNOWLEDGE, CLOCK_ARRIVE, CLOCK_FIRST_REPORT, CLOCK_NEXT_REPORT};

int64_t build_of_clock(const struct tally *t, enum clock_kind kind, enum outcome outcome)
{
	return t->n[TALLY_OF_CLOCK(kind, outcome)];
}

int64_t build_met(const struct tally *t, enum clock_kind kind)
{
	return build_of_clock(t, kind, OUTCOME_MET);
}

int64_t build_due(const struct tally *t, enum clock_kind kind)
{
	return build_met(t, kind) + build_of_clock(t, kind, OUTCOME_LATE);
}

void build_rate(struct report_cell *row, const struct tally *t, enum clock_kind kind)
{
	row[0] = cell_number(build_met(t, kind));
	row[1] = cell_number(build_due(t, kind));
	row[2] = cell_rate(row[0].n, row[1].n);
}

int64_t build_reached(const struct tally_incident *t)
{
	return build_content(t) + t->n[TALLY_INCIDENT_DISSATISFIED];
}

int64_t build_content(const struct tally_incident *t)
{
	return t->n[TALLY_INCIDENT_SATISFIED] + t->n[TALLY_INCIDENT_BASICALLY];
}

struct tally_incident build_city(const struct figures *f)
{
	struct tally_incident sum = {{0}};

	for (int s = 0; s < STANDINGS; s++)
		if (s != STANDING_VOID)
			tally_incident_add(&sum, &f->city[s], 1);
	/* what follows another counts for nothing else, and is a call all the same */
	sum.n[TALLY_INCIDENT_FOLLOWERS] += f->city[STANDING_VOID].n[TALLY_INCIDENT_FOLLOWERS];
	return sum;
}

struct report_cell build_positive(int64_t n)
{
	return n > 0 ? cell_number(n) : (struct report_cell){.empty = true};
}
