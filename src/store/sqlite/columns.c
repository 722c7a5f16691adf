/*
 * columns.c - which column or parameter of a statement is which member of a record.
 *
 * A column's name is the name of the parameter that writes it and of the result that reads it, so
 * that statements.sql may name columns in any order and leave out what it does not need. When the
 * store opens, every parameter and column of the statements below is looked up here once; a name
 * without a field ends the opening. Parameters :id and :open, and column id, are made by hand.
 *
 * Place: store, beneath sql.c, which has each statement of a record mapped when it is prepared.
 */
#include "columns.h"

#include <assert.h>
#include <stddef.h>

#define FIELD_OF(record, kind, name, member)                                                                 \
	{                                                                                                    \
		name, kind, offsetof(struct record, member), sizeof(((struct record *)0)->member)            \
	}
#define I(kind, name) FIELD_OF(incident, kind, #name, name)
#define D(kind, name) FIELD_OF(dispatch, kind, #name, name)
#define D_AS(kind, name, member) FIELD_OF(dispatch, kind, name, member)
#define I_AS(kind, name, member) FIELD_OF(incident, kind, name, member)
/* `size` is how many clocks there are. */
#define CLOCKS_OF(record, kind, name, member, n)                                                             \
	{                                                                                                    \
		name, kind, offsetof(struct record, clocks[0].member), n                                     \
	}
#define LEAD_MISSING clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS]
#define CALLBACK clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS]

static const struct column incident_columns[] = {
    I(CELL_TEXT, number),
    I(CELL_ENUM, state),
    I(CELL_TIME, wake_at),
    I(CELL_TIME, last_seq),
    I(CELL_TIME, received_at),
    I(CELL_TIME, reported_at),
    I(CELL_SYMBOL, category),
    I(CELL_SYMBOL, given_category),
    I(CELL_ENUM, priority),
    I(CELL_ENUM, given_priority),
    I(CELL_ENUM, zone),
    I(CELL_FLAG, zone_assumed),
    I(CELL_FLAG, zone_city_default),
    I(CELL_SYMBOL, area),
    I(CELL_FLAG, has_location),
    I(CELL_TIME, lon_micro),
    I(CELL_TIME, lat_micro),
    I(CELL_SYMBOL, datum),
    I(CELL_FLAG, given_confidential),
    I(CELL_FLAG, confidential),
    I(CELL_FLAG, secret_reporter),
    I(CELL_FLAG, drill),
    I(CELL_FLAG, police),
    I(CELL_FLAG, unmatched),
    I(CELL_FLAG, clock_skew),
    I(CELL_SYMBOL, rule),
    I(CELL_SYMBOL, revision),
    I(CELL_SYMBOL, because),
    I(CELL_TIME, completed_at),
    I(CELL_TIME, closed_at),
    I(CELL_TIME, urged),
    I(CELL_WORD, command),
    I(CELL_BYTES, salt),
    I(CELL_BYTES, content),
    I_AS(CELL_TIME, "lead_missing_start", LEAD_MISSING.start),
    I_AS(CELL_TIME, "lead_missing_due", LEAD_MISSING.due),
    CLOCKS_OF(incident, CELL_RUNGS, "rungs", rungs, INCIDENT_CLOCKS),
    CLOCKS_OF(incident, CELL_FLAGS, "late", late, INCIDENT_CLOCKS),
    I(CELL_TIME, reminded_at),
    I(CELL_TEXT, given_units),
    I(CELL_TEXT, address),
    I(CELL_TEXT, reporter_name),
    I(CELL_TEXT, reporter_phone),
    I(CELL_TEXT, description),
    I(CELL_TEXT, warnings),
    I(CELL_TIME, callers),
    I(CELL_TIME, same_as),
    I_AS(CELL_TIME, "callback_start", CALLBACK.start),
    I_AS(CELL_TIME, "callback_due", CALLBACK.due),
    I(CELL_BITS, callback_result),
    I(CELL_BITS, callback_days),
    I(CELL_TIME, callback_at),
    I(CELL_BITS, redo),
    I(CELL_FLAG, held),
    I(CELL_FLAG, backfill),
    I_AS(CELL_BITS, "requests", n_requests),
    I_AS(CELL_BITS, "findings", n_findings),
    I(CELL_ENUM, standing),
    I(CELL_WORD, caller),
    I(CELL_TEXT, proposal),
    I(CELL_TEXT, choice),
    I(CELL_TEXT, ticket),
    I(CELL_TEXT, graver),
};

static const struct column dispatch_columns[] = {
    D(CELL_SYMBOL, unit),
    D(CELL_ENUM, role),
    D(CELL_ENUM, state),
    D(CELL_TIME, issued_at),
    D_AS(CELL_TIME, "delivered_at", at[STEP_DELIVERED]),
    D_AS(CELL_TIME, "acknowledged_at", at[STEP_ACKNOWLEDGED]),
    D_AS(CELL_TIME, "departed_at", at[STEP_DEPARTED]),
    D_AS(CELL_TIME, "arrived_at", at[STEP_ARRIVED]),
    D_AS(CELL_TIME, "completed_at", at[STEP_COMPLETED]),
    D_AS(CELL_TIME, "delivered_recorded", recorded[STEP_DELIVERED]),
    D_AS(CELL_TIME, "acknowledged_recorded", recorded[STEP_ACKNOWLEDGED]),
    D_AS(CELL_TIME, "departed_recorded", recorded[STEP_DEPARTED]),
    D_AS(CELL_TIME, "arrived_recorded", recorded[STEP_ARRIVED]),
    D_AS(CELL_TIME, "completed_recorded", recorded[STEP_COMPLETED]),
    D(CELL_BITS, implied),
    D(CELL_BITS, unconfirmed),
    D_AS(CELL_TIME, "delivery_due", clocks[CLOCK_DELIVERY].due),
    D_AS(CELL_TIME, "acknowledge_due", clocks[CLOCK_ACKNOWLEDGE].due),
    D_AS(CELL_TIME, "arrive_due", clocks[CLOCK_ARRIVE].due),
    D_AS(CELL_TIME, "first_report_due", clocks[CLOCK_FIRST_REPORT].due),
    D_AS(CELL_TIME, "next_report_due", clocks[CLOCK_NEXT_REPORT].due),
    D_AS(CELL_TIME, "delivery_start", clocks[CLOCK_DELIVERY].start),
    D_AS(CELL_TIME, "acknowledge_start", clocks[CLOCK_ACKNOWLEDGE].start),
    D_AS(CELL_TIME, "arrive_start", clocks[CLOCK_ARRIVE].start),
    D_AS(CELL_TIME, "first_report_start", clocks[CLOCK_FIRST_REPORT].start),
    D_AS(CELL_TIME, "next_report_start", clocks[CLOCK_NEXT_REPORT].start),
    D_AS(CELL_TIME, "first_report_at", clocks[CLOCK_FIRST_REPORT].stopped),
    D(CELL_TIME, eta),
    D(CELL_TIME, reported_at),
    CLOCKS_OF(dispatch, CELL_RUNGS, "rungs", rungs, DISPATCH_CLOCKS),
    D(CELL_TIME, reminded_at),
    CLOCKS_OF(dispatch, CELL_FLAGS, "overdue", overdue, DISPATCH_CLOCKS),
    CLOCKS_OF(dispatch, CELL_FLAGS, "late", late, DISPATCH_CLOCKS),
    CLOCKS_OF(dispatch, CELL_EXCUSES, "excused", excused, DISPATCH_CLOCKS),
    D(CELL_BITS, late_reported),
    D(CELL_SYMBOL, rule),
    D(CELL_SYMBOL, revision),
    D_AS(CELL_SYMBOL, "clock_revision", clocks[CLOCK_NEXT_REPORT].revision),
    D_AS(CELL_SYMBOL, "first_report_revision", clocks[CLOCK_FIRST_REPORT].revision),
    D(CELL_TIME, withdrawn_at),
    D(CELL_TIME, seq),
    D(CELL_TEXT, withdrawn_reason),
    D(CELL_TEXT, result),
    D_AS(CELL_ENUM, "issued_priority", clocks[CLOCK_DELIVERY].terms.priority),
    D_AS(CELL_ENUM, "issued_zone", clocks[CLOCK_DELIVERY].terms.zone),
    D_AS(CELL_SYMBOL, "issued_category", clocks[CLOCK_DELIVERY].terms.category),
    D_AS(CELL_ENUM, "report_priority", clocks[CLOCK_NEXT_REPORT].terms.priority),
    D_AS(CELL_SYMBOL, "report_category", clocks[CLOCK_NEXT_REPORT].terms.category),
    D_AS(CELL_BITS, "first_report_priority", clocks[CLOCK_FIRST_REPORT].terms.priority),
    D_AS(CELL_SYMBOL, "first_report_category", clocks[CLOCK_FIRST_REPORT].terms.category),
    D(CELL_ENUM, standing),
    D(CELL_BITS, voided),
    D(CELL_BITS, relieving),
    D(CELL_BITS, extended),
    D(CELL_BITS, redo),
    D(CELL_SPAN, acknowledge_ms),
    D(CELL_SPAN, arrive_ms),
    D(CELL_SPAN, first_report_ms),
    D_AS(CELL_TIME, "arrive_first_due", clocks[CLOCK_ARRIVE].first_due),
    D_AS(CELL_TIME, "first_report_first_due", clocks[CLOCK_FIRST_REPORT].first_due),
    D_AS(CELL_TIME, "next_report_first_due", clocks[CLOCK_NEXT_REPORT].first_due),
    D(CELL_TEXT, rescheduled),
    D(CELL_TEXT, photos),
    D(CELL_SYMBOL, stepped_by),
    D_AS(CELL_BITS, "next_report_earlier", clocks[CLOCK_NEXT_REPORT].earlier),
    D(CELL_TEXT, ticket),
    D(CELL_TIME, lost_at),
    D(CELL_TIME, found_at),
};

#define Q(kind, name) FIELD_OF(request, kind, #name, name)
#define F(kind, name) FIELD_OF(finding, kind, #name, name)
#define E(kind, name) FIELD_OF(entry, kind, #name, name)
#define CHOICE_OF(record, member, none)                                                                      \
	{                                                                                                    \
#member, CELL_CHOICE, offsetof(struct record, member), none                                  \
	}

static const struct column request_columns[] = {
    Q(CELL_ENUM, kind),
    Q(CELL_ENUM, state),
    Q(CELL_ENUM, decider),
    Q(CELL_BITS, dispatch),
    Q(CELL_BITS, finding),
    Q(CELL_TIME, entry),
    Q(CELL_SYMBOL, unit),
    Q(CELL_SYMBOL, code),
    Q(CELL_SYMBOL, suggested),
    CHOICE_OF(request, step, STEPS),
    CHOICE_OF(request, clock, CLOCK_COUNT),
    Q(CELL_NUMBER, asked_at),
    Q(CELL_NUMBER, due),
    Q(CELL_TIME, lapsed_at),
    Q(CELL_TIME, until),
    Q(CELL_TIME, decided_at),
    Q(CELL_TIME, answered_at),
    Q(CELL_SYMBOL, by),
    Q(CELL_SYMBOL, decided_by),
    Q(CELL_SYMBOL, account),
    Q(CELL_TEXT, document),
    Q(CELL_TEXT, same_as),
    Q(CELL_TIME, wake_at),
};

static const struct column finding_columns[] = {
    F(CELL_ENUM, class),
    F(CELL_ENUM, state),
    F(CELL_BITS, dispatch),
    F(CELL_BITS, of_dispatch),
    F(CELL_TIME, entry),
    F(CELL_SYMBOL, unit),
    F(CELL_NUMBER, day),
    F(CELL_NUMBER, opened_at),
    F(CELL_TIME, told_at),
    CHOICE_OF(finding, clock, CLOCK_COUNT),
    F(CELL_TIME, start),
    F(CELL_TIME, due),
    F(CELL_TIME, until),
    F(CELL_FLAG, never),
    F(CELL_TIME, late_ms),
    F(CELL_TIME, limit_ms),
    F(CELL_TIME, seq),
    F(CELL_SYMBOL, by),
    F(CELL_SYMBOL, cause),
    F(CELL_SYMBOL, revision),
};

static const struct column entry_columns[] = {
    E(CELL_ENUM, kind),
    E(CELL_TEXT, name),
    E(CELL_SYMBOL, unit),
    E(CELL_NUMBER, at),
    E(CELL_TIME, until),
    E(CELL_ENUM, state),
    E(CELL_TIME, wake_at),
    E(CELL_TIME, seq),
    E(CELL_SYMBOL, by),
    E(CELL_STR, data),
    E(CELL_STR, personal),
};

_Static_assert(sizeof(enum incident_state) == sizeof(int) && sizeof(enum dispatch_role) == sizeof(int),
    "CELL_ENUM reads and writes an int");
_Static_assert(EXCUSES <= 1 << EXCUSE_BITS, "an excuse fits its bits");

#define TABLE(v) (v), sizeof(v) / sizeof(*(v))
static const struct mapping {
	enum statement id;
	const struct column *v;
	size_t n;
} mapped[] = {
    {STATEMENT_INCIDENT_ADD, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_REPORT, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_CHANGE, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_BY_ID, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_BY_NUMBER, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_RECENT, TABLE(incident_columns)},
    {STATEMENT_INCIDENT_PAGE, TABLE(incident_columns)},
    {STATEMENT_DISPATCH_ADD, TABLE(dispatch_columns)},
    {STATEMENT_DISPATCH_ISSUE, TABLE(dispatch_columns)},
    {STATEMENT_DISPATCH_CHANGE, TABLE(dispatch_columns)},
    {STATEMENT_DISPATCH_TURN, TABLE(dispatch_columns)},
    {STATEMENT_DISPATCH_OF, TABLE(dispatch_columns)},
    {STATEMENT_REQUEST_ADD, TABLE(request_columns)},
    {STATEMENT_REQUEST_CHANGE, TABLE(request_columns)},
    {STATEMENT_REQUEST_OF, TABLE(request_columns)},
    {STATEMENT_REQUEST_BY_ROW, TABLE(request_columns)},
    {STATEMENT_REQUEST_ABOUT, TABLE(request_columns)},
    {STATEMENT_REQUEST_NEWEST, TABLE(request_columns)},
    {STATEMENT_REQUEST_LOOSE, TABLE(request_columns)},
    {STATEMENT_REQUEST_PENDING, TABLE(request_columns)},
    {STATEMENT_REPORT_REQUESTS, TABLE(request_columns)},
    {STATEMENT_FINDING_ADD, TABLE(finding_columns)},
    {STATEMENT_FINDING_CHANGE, TABLE(finding_columns)},
    {STATEMENT_FINDING_OF, TABLE(finding_columns)},
    {STATEMENT_FINDING_BY_ROW, TABLE(finding_columns)},
    {STATEMENT_REPORT_FINDINGS, TABLE(finding_columns)},
    {STATEMENT_ENTRY_ADD, TABLE(entry_columns)},
    {STATEMENT_ENTRY_CHANGE, TABLE(entry_columns)},
    {STATEMENT_ENTRY_BY_ID, TABLE(entry_columns)},
    {STATEMENT_ENTRY_NAMED, TABLE(entry_columns)},
    {STATEMENT_ENTRY_LAST, TABLE(entry_columns)},
    {STATEMENT_ENTRY_AFTER, TABLE(entry_columns)},
    {STATEMENT_ENTRY_AFTER_NAMED, TABLE(entry_columns)},
    {STATEMENT_ENTRY_BEFORE, TABLE(entry_columns)},
    {STATEMENT_ENTRY_BEFORE_NAMED, TABLE(entry_columns)},
    {STATEMENT_REPORT_ENTRIES, TABLE(entry_columns)},
};

/* -- names to fields, once -------------------------------------------------------------------- */

static const struct column *find(const struct column *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

/* NULL: it writes and reads no record. */
static const struct mapping *mapping_of(enum statement id)
{
	for (size_t i = 0; i < sizeof mapped / sizeof *mapped; i++)
		if (mapped[i].id == id)
			return &mapped[i];
	return NULL;
}

/* The name of what comes at place i of a statement that writes or reads. */
static const char *name_at(sqlite3_stmt *st, bool writes, int i)
{
	const char *name = writes ? sqlite3_bind_parameter_name(st, i + 1) : sqlite3_column_name(st, i);

	return name && writes ? name + 1 : name;
}

/* Its id, whether it is open, and what a report reads beside it. */
static bool by_hand(const char *name)
{
	return text_eq(name, "id") || text_eq(name, "open") || (name && strncmp(name, "its_", 4) == 0);
}

/* The columns that the statement leaves out. */
static void map_absent(struct record_map *map, const struct column *v, size_t n)
{
	map->n_absent = 0;
	for (size_t k = 0; k < n; k++) {
		bool there = false;

		for (int i = 0; i < map->n; i++)
			there |= map->of[i] == &v[k];
		assert((there || map->n_absent < RECORD_COLUMNS) && "every column has a place in the map");
		if (!there)
			map->absent[map->n_absent++] = &v[k];
	}
}

/* One column or parameter of the statement. */
static bool map_one(struct sql *q, enum statement id, bool writes, int i, const struct column *v, size_t n,
    const struct sayer *say)
{
	const char *name = name_at(q->st[id], writes, i);

	q->map[id].of[i] = name ? find(v, n, name) : NULL;
	if (q->map[id].of[i] || by_hand(name))
		return true;
	say(say, "数据库的列 %s 无人认得", "the store's column %s is not known", name ? name : "?");
	return false;
}

int record_prepare(struct sql *q, enum statement id, const struct sayer *say)
{
	const struct mapping *m = mapping_of(id);
	struct record_map *map = &q->map[id];
	bool writes;

	if (!m)
		return SQLITE_OK;
	writes = !sqlite3_stmt_readonly(q->st[id]);
	map->n = writes ? sqlite3_bind_parameter_count(q->st[id]) : sqlite3_column_count(q->st[id]);
	assert(map->n <= RECORD_COLUMNS && "every column has a place in the map");
	for (int i = 0; i < map->n; i++)
		if (!map_one(q, id, writes, i, m->v, m->n, say))
			return SQLITE_SCHEMA;
	map_absent(map, m->v, m->n);
	return SQLITE_OK;
}
