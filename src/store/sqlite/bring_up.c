/*
 * bring_up.c - rows that an older version stored: what it did not keep yet is added to them, some at a time, before the
 * engine serves. Place: store, above save.c and tally.c.
 */
#include "local.h"
#include "base/log.h"

#define BRING_UP_AT_ONCE 500
#define BRING_UP_SAID 100000

/* It was reported before callers were known by a digest. */
static void name_caller(struct store *s, struct incident *inc)
{
	inc->caller = store_caller(s, inc->reporter_phone, inc->drill);
	inc->changed |= inc->caller != 0;
}

/* How each of them counts was not kept: it is by the mechanism in force. */
static int bring_up_some(struct store *s, const struct mechanism *m, struct arena *a, int64_t low)
{
	int rc = sql_run(&s->q, STATEMENT_BEGIN);

	tallies_begin(s);
	s->next = s->meta;
	s->next.untallied = low;
	for (int64_t id = s->meta.untallied; id > low && rc == SQLITE_OK; id--) {
		struct incident *inc;

		rc = record_load(&s->q, a, id, NULL, &inc);
		if (rc != SQLITE_OK || !inc)
			continue;
		outcome_recount(inc, m);
		name_caller(s, inc);
		rc = incident_save(s, inc);
	}
	if (rc == SQLITE_OK)
		rc = tallies_write(s);
	if (rc == SQLITE_OK)
		rc = meta_save(&s->q, &s->next);
	if (rc == SQLITE_OK)
		rc = sql_run(&s->q, STATEMENT_COMMIT);
	return rc;
}

/* The next start goes on with it. */
static void bring_up_failed(struct store *s, int rc, size_t symbols)
{
	log_alarm("sums of an older store not made", "left=%lld code=%d error=%s",
	    (long long)s->meta.untallied, rc, sqlite3_errmsg(s->q.db));
	sql_abandon(&s->q);
	symbols_forget(&s->q.symbols, symbols);
	if (sql_broken(rc))
		store_fail(s, rc, "sums");
}

enum store_status store_bring_up(struct store *s, const struct mechanism *m)
{
	struct arena *a = arena_new();
	int rc = SQLITE_OK;

	s->q.remembers = false; /* what these add stands nowhere yet */
	while (!s->failed && !s->read_only && s->meta.untallied > 0 && rc == SQLITE_OK) {
		size_t symbols = s->q.symbols.n;
		int64_t low = s->meta.untallied > BRING_UP_AT_ONCE ? s->meta.untallied - BRING_UP_AT_ONCE : 0;

		rc = bring_up_some(s, m, a, low);
		arena_reset(a);
		if (rc == SQLITE_OK) {
			s->meta = s->next;
			space_checkpoint(s, FORCED_FRAMES);
		} else {
			bring_up_failed(s, rc, symbols);
		}
		if (rc == SQLITE_OK && low / BRING_UP_SAID != (low + BRING_UP_AT_ONCE) / BRING_UP_SAID)
			log_info("sums of an older store", "left=%lld", (long long)low);
	}
	s->q.remembers = true;
	arena_free(a);
	return sql_status(rc);
}
