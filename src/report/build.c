/*
 * build.c - the sheets of a report, in their order.
 * Place: report; pure. What a sheet holds is a table of columns in build_summary.c, build_units.c, build_matters.c.
 */
#include "report/build_parts.h"
#include "report/words.h"

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

void build_sheets(struct report_document *d, const struct report_facts *f)
{
	build_summary(d, f);
	build_units(d, f->now);
	build_clocks(d, f->now);
	build_times(d, f->now);
	build_requests(d, f->now);
	build_deductions(d, f->now);
	build_findings(d, f->now);
	build_slowest(d, f->now);
	build_duty(d, f->now);
	build_desk(d, f);
	build_trend(d, f);
	build_months(d, f);
	build_groups(d, f->now, &f->now->categories, "category", "警情类别", category_word);
	build_groups(d, f->now, &f->now->townships, "township", "乡镇街道", area_word);
	build_records(d, f, ENTRY_MEASURE, "measures", "督办措施");
	build_records(d, f, ENTRY_MEETING, "meeting_items", "联席会议问题清单");
}
