/* make.c - a report from what is stored. Place: report. */
#include "report/make.h"

void report_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made)
{
	(void)store;
	(void)a;
	(void)out;
	*made =
	    (struct report_made){.code = ERROR_UNAVAILABLE, .detail = ask->english ? "not yet" : "尚未实现"};
}
