/*
 * store_fixture.h - what the store's tests share: a folder of its own for each test, incidents with
 * every field set, decisions about them, one turn saved.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H
#include "base/arena.h"
#include "store/read.h"
#include "store/store.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#define T0 INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00 */

struct fixture {
	char folder[64], path[80];
	struct arena *a;
	struct store *s;
	char why[512];
};

static inline int fixture_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	const char *tmp = getenv("TMPDIR");

	snprintf(f->folder, sizeof f->folder, "%.30s/liandong-store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/liandong.db", f->folder);
	f->a = arena_new();
	*state = f;
	return 0;
}

static inline int fixture_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	store_close(f->s);
	arena_free(f->a);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static inline struct store *try_open(struct fixture *f, struct store_options o, enum store_refusal *refusal)
{
	o.path = f->path;
	return store_open(&o, true, refusal, f->why, sizeof f->why);
}

static inline struct store *open_store(struct fixture *f)
{
	enum store_refusal refusal;

	f->s = try_open(f, (struct store_options){0}, &refusal);
	if (!f->s)
		fail_msg("%s", f->why);
	return f->s;
}

static inline void reopen(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
	open_store(f);
}

static inline struct reads *open_reads(struct fixture *f)
{
	struct reads *r = reads_open(f->s ? store_file(f->s) : f->path, f->why, sizeof f->why);

	if (!r)
		fail_msg("%s", f->why);
	return r;
}

/* -- records ---------------------------------------------------------------------------------- */

static inline struct incident *new_incident(struct fixture *f, const char *number)
{
	struct incident *inc = arena_alloc(f->a, sizeof *inc);

	inc->number = number;
	inc->received_at = T0 - 5000;
	inc->reported_at = T0;
	inc->priority = P2;
	inc->state = INCIDENT_OPEN;
	inc->category = "601301";
	inc->rule = "water-burst";
	inc->revision = "0123456789ab";
	inc->because = "供水管网抢修由水发自来水公司负责";
	inc->address = "菁城街道八一路 1 号";
	inc->description = "水管爆裂";
	inc->command = 77;
	inc->wake_at = T0 + 60000;
	inc->is_new = inc->changed = true;
	return inc;
}

static inline struct dispatch *add_dispatch(struct fixture *f, struct incident *inc, const char *unit)
{
	struct dispatch *d = incident_add_dispatch(inc, f->a);

	d->unit = unit;
	d->issued_at = T0;
	d->clocks[CLOCK_ACKNOWLEDGE].due = T0 + 120000;
	d->clocks[CLOCK_ACKNOWLEDGE].start = T0;
	d->rule = "water-burst";
	d->revision = "0123456789ab";
	return d;
}

static inline struct decision *new_decision(struct fixture *f, struct incident *inc, uint64_t command)
{
	struct decision *d = arena_alloc(f->a, sizeof *d);

	*d = (struct decision){.incident = inc, .at = T0, .actor = "desk-1", .command = command};
	return d;
}

/* reported and one issued for each dispatch: what a report makes. */
static inline struct decision *report_decision(struct fixture *f, struct incident *inc)
{
	struct decision *d = new_decision(f, inc, inc->command);

	decision_event(d, f->a, EVENT_INCIDENT_REPORTED, inc->received_at, NULL,
	    STR("{\"category\":\"601301\"}"));
	for (int i = 0; i < inc->n_dispatches; i++)
		decision_event(d, f->a, EVENT_DISPATCH_ISSUED, T0, &inc->dispatches[i],
		    STR("{\"role\":\"lead\"}"));
	return d;
}

/* Numbered as the engine does it, from the head on, and saved. */
static inline enum store_status saved(struct fixture *f, struct store_batch *b)
{
	int64_t next = store_head(f->s).seq + 1;

	for (size_t i = 0; i < b->n_decisions; i++)
		next = decision_number(b->decisions[i], next);
	assert_int_equal(store_save(f->s, b, NULL, NULL), STORE_NOW);
	return b->status;
}

static inline enum store_status load_of(struct fixture *f, struct store_wants *w)
{
	assert_int_equal(store_load(f->s, f->a, w, NULL, NULL), STORE_NOW);
	return w->status;
}

static inline enum store_status save_one(struct fixture *f, struct incident *inc, struct decision *d)
{
	struct store_batch b = {.decisions = &d,
	    .n_decisions = d != NULL,
	    .incidents = &inc,
	    .n_incidents = inc != NULL,
	    .grows = inc && inc->is_new};

	return saved(f, &b);
}

/* An incident with three dispatches, reported and saved. */
static inline struct incident *saved_incident(struct fixture *f, const char *number)
{
	struct incident *inc = new_incident(f, number);

	add_dispatch(f, inc, "water");
	add_dispatch(f, inc, "urban-management");
	add_dispatch(f, inc, "township-jingcheng");
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	return inc;
}

static inline struct incident *loaded(struct fixture *f, const char *number)
{
	struct store_want one = {.number = number};
	struct store_wants w = {.incidents = &one, .n_incidents = 1};

	assert_int_equal(load_of(f, &w), STORE_OK);
	return one.found;
}

/* -- SQL from outside, while the store is closed ---------------------------------------------- */

static inline void outside(const char *file, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}

static inline int64_t outside_number(const char *file, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static inline int verified(struct fixture *f, struct audit_result *out)
{
	struct reads *r = open_reads(f);
	int found = audit_verify(r, out, true, f->why, sizeof f->why, NULL, NULL);

	reads_close(r);
	return found;
}

#endif
