/*
 * removal_read.c - what a reading connection asks of the years that left; see store/removal.h. Place: store, above read.c.
 */
#include "store/removal.h"
#include "local.h"

int removal_years(struct reads *r, struct arena *a, struct removal_year **out)
{
	size_t n;

	return removal_years_read(reads_sql(r), a, out, &n) == SQLITE_OK ? (int)n : -1;
}

bool removal_count(struct reads *r, struct removal_count *c)
{
	struct sql *q = reads_sql(r);
	struct meta m;
	int rc = sql_need(q, SET_PROOF);

	if (rc == SQLITE_OK)
		rc = meta_snapshot(q, &m);
	if (rc == SQLITE_OK)
		rc = removal_count_some(q, &m, c, INT64_MAX);
	sql_abandon(q);
	return rc == SQLITE_OK;
}
