/*
 * build.c - the sheets of a report, in their order.
 * Place: report; pure. What a sheet holds is a table of columns in build_summary.c, build_units.c, build_matters.c.
 */
#include "report/build_parts.h"
#include "report/words.h"

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
