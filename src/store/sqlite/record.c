/*
 * record.c - records as rows: one table each of what is stored where. Which column is which member is columns.c's.
 */
#include "columns.h"

#include <assert.h>
#include <stddef.h>

/* -- out of memory into rows ------------------------------------------------------------------ */

#define MEMBER(type) (*(const type *)((const char *)record + c->at))

/* A member of all clocks as one integer; `c->at` is that of the first. */
static int64_t clocks_word(const struct column *c, const void *record)
{
	int64_t word = 0;

	for (size_t k = 0; k < c->size; k++) {
		const char *p = (const char *)record + c->at + k * sizeof(struct clock);

		if (c->cell == CELL_FLAGS)
			word |= (int64_t) * (const bool *)p << k;
		else if (c->cell == CELL_EXCUSES)
			word |= (int64_t) * (const enum excuse *)p << EXCUSE_BITS * k;
		else
			word |= *(const unsigned *)p;
	}
	return word;
}

/* Is it NULL in the store? */
static bool is_null(const struct column *c, const void *record)
{
	switch (c->cell) {
	case CELL_TIME:
	case CELL_WORD:
		return !MEMBER(int64_t);
	case CELL_SPAN:
		return MEMBER(int64_t) < 0;
	case CELL_CHOICE:
		return MEMBER(int) == (int)c->size;
	case CELL_BITS:
		return !MEMBER(unsigned);
	case CELL_FLAG:
		return !MEMBER(bool);
	case CELL_TEXT:
	case CELL_SYMBOL:
		return !MEMBER(char *);
	case CELL_STR:
		return !MEMBER(struct str).n;
	case CELL_FLAGS:
	case CELL_EXCUSES:
	case CELL_RUNGS:
		return !clocks_word(c, record);
	case CELL_NUMBER:
	case CELL_ENUM:
	case CELL_BYTES:
		return false;
	}
	assert(!"a cell is of a known kind");
	return false;
}

static int bind_symbol(struct sql *q, sqlite3_stmt *st, int i, const char *text, int64_t *last)
{
	const char *before = symbol_text(&q->symbols, *last);
	int rc = SQLITE_OK;

	if (!before || strcmp(before, text) != 0)
		rc = symbol_id(q, text, last);
	return rc == SQLITE_OK ? sqlite3_bind_int64(st, i, *last) : rc;
}

static int bind_cell(struct sql *q, sqlite3_stmt *st, int i, const struct column *c, int64_t *last_symbol,
    const void *record)
{
	if (is_null(c, record))
		return SQLITE_OK;
	switch (c->cell) {
	case CELL_TIME:
	case CELL_WORD:
	case CELL_SPAN:
	case CELL_NUMBER:
		return sqlite3_bind_int64(st, i, MEMBER(int64_t));
	case CELL_ENUM:
		return sqlite3_bind_int(st, i, MEMBER(int));
	case CELL_CHOICE:
		return sqlite3_bind_int(st, i, MEMBER(int) + 1);
	case CELL_BITS:
		return sqlite3_bind_int64(st, i, MEMBER(unsigned));
	case CELL_FLAG:
		return sqlite3_bind_int(st, i, 1);
	case CELL_TEXT:
		return sqlite3_bind_text(st, i, MEMBER(char *), -1, SQLITE_STATIC);
	case CELL_STR:
		return sqlite3_bind_text(st, i, MEMBER(struct str).p, (int)MEMBER(struct str).n,
		    SQLITE_STATIC);
	case CELL_BYTES:
		return sqlite3_bind_blob(st, i, &MEMBER(char), (int)c->size, SQLITE_STATIC);
	case CELL_SYMBOL:
		return bind_symbol(q, st, i, MEMBER(char *), last_symbol);
	case CELL_FLAGS:
	case CELL_EXCUSES:
	case CELL_RUNGS:
		return sqlite3_bind_int64(st, i, clocks_word(c, record));
	}
	assert(!"a cell is of a known kind");
	return SQLITE_MISUSE;
}

bool record_fits(const struct sql *q, enum statement id, const void *record)
{
	const struct record_map *map = &q->map[id];

	for (int i = 0; i < map->n_absent; i++)
		if (!is_null(map->absent[i], record))
			return false;
	return true;
}

/* What is not bound is NULL: sql_use cleared the rest. */
static int bind_record(struct sql *q, enum statement id, const void *record)
{
	struct record_map *map = &q->map[id];
	int rc = SQLITE_OK;

	for (int i = 0; i < map->n && rc == SQLITE_OK; i++)
		if (map->of[i])
			rc = bind_cell(q, q->st[id], i + 1, map->of[i], &map->symbol[i], record);
	return rc;
}

/* By hand, and rare enough to be looked up by name. */
static void bind_named(sqlite3_stmt *st, const char *name, int64_t v)
{
	int i = sqlite3_bind_parameter_index(st, name);

	if (i)
		sqlite3_bind_int64(st, i, v);
}

int record_bind(struct sql *q, enum statement id, int64_t row, const void *record)
{
	bind_named(sql_use(q, id), ":id", row);
	return bind_record(q, id, record);
}

int record_bind_dispatch(struct sql *q, enum statement id, const struct incident *inc,
    const struct dispatch *d)
{
	sqlite3_stmt *st = sql_use(q, id);

	bind_named(st, ":id", inc->id << DISPATCH_BITS | d->n);
	if (dispatch_open(d))
		bind_named(st, ":open", 1);
	return bind_record(q, id, d);
}

/* -- out of rows into memory ------------------------------------------------------------------ */

#undef MEMBER
#define MEMBER(type) (*(type *)((char *)record + c->at))

static void read_clocks(const struct column *c, int64_t word, void *record)
{
	for (size_t k = 0; word && k < c->size; k++) {
		char *p = (char *)record + c->at + k * sizeof(struct clock);

		if (c->cell == CELL_FLAGS)
			*(bool *)p = word >> k & 1;
		else
			*(enum excuse *)p = (enum excuse)(word >> EXCUSE_BITS * k & ((1 << EXCUSE_BITS) - 1));
	}
}

static void read_cell(struct sql *q, sqlite3_stmt *st, int i, const struct column *c, void *record,
    struct arena *a)
{
	struct str bytes;
	int number;

	switch (c->cell) {
	case CELL_TIME:
	case CELL_WORD:
	case CELL_NUMBER:
		MEMBER(int64_t) = sqlite3_column_int64(st, i);
		break;
	case CELL_SPAN:
		MEMBER(int64_t) =
		    sqlite3_column_type(st, i) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, i);
		break;
	case CELL_ENUM:
		MEMBER(int) = sqlite3_column_int(st, i);
		break;
	case CELL_CHOICE:
		number = sqlite3_column_int(st, i);
		MEMBER(int) = number > 0 && number <= (int)c->size ? number - 1 : (int)c->size;
		break;
	case CELL_BITS:
	case CELL_RUNGS:
		MEMBER(unsigned) = (unsigned)sqlite3_column_int64(st, i);
		break;
	case CELL_FLAGS:
	case CELL_EXCUSES:
		read_clocks(c, sqlite3_column_int64(st, i), record);
		break;
	case CELL_FLAG:
		MEMBER(bool) = sqlite3_column_int(st, i) != 0;
		break;
	case CELL_TEXT:
		MEMBER(const char *) = column_text(st, i, a);
		break;
	case CELL_SYMBOL:
		MEMBER(const char *) = arena_text(a, symbol_text(&q->symbols, sqlite3_column_int64(st, i)));
		break;
	case CELL_STR:
		bytes = column_blob(st, i);
		MEMBER(struct str) = (struct str){arena_str(a, bytes), bytes.n};
		break;
	case CELL_BYTES:
		bytes = column_blob(st, i);
		memcpy(&MEMBER(char), bytes.p, bytes.n < c->size ? bytes.n : c->size);
		break;
	}
}

void record_read(struct sql *q, enum statement id, void *record, struct arena *a)
{
	const struct record_map *map = &q->map[id];

	for (int i = 0; i < map->n; i++)
		if (map->of[i])
			read_cell(q, q->st[id], i, map->of[i], record, a);
}

/* The id is the first column of all tables. How many children it has stands in the caps until they are read. */
struct incident *record_incident(struct sql *q, enum statement id, struct arena *a)
{
	struct incident *inc = arena_alloc(a, sizeof *inc);

	record_read(q, id, inc, a);
	incident_restore(inc);
	inc->id = sqlite3_column_int64(q->st[id], 0);
	inc->cap_requests = inc->n_requests;
	inc->cap_findings = inc->n_findings;
	inc->n_requests = inc->n_findings = 0;
	inc->stored = inc->state == INCIDENT_OPEN ? STORED_OPEN : STORED_CLOSED;
	return inc;
}

static int read_dispatches(struct sql *q, struct incident *inc, struct arena *a)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_DISPATCH_OF);
	struct dispatch *d;
	int rc;

	sqlite3_bind_int64(st, 1, inc->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!(d = incident_add_dispatch(inc, a)))
			break;
		record_read(q, STATEMENT_DISPATCH_OF, d, a);
		d->n = (int)(sqlite3_column_int64(st, 0) & ((1 << DISPATCH_BITS) - 1));
		d->changed = false;
		dispatch_restore(d, a);
		d->stored = dispatch_open(d) ? STORED_OPEN : STORED_CLOSED;
	}
	return sql_end(st, rc);
}

int record_parts(struct sql *q, struct incident *inc, struct arena *a)
{
	int rc = read_dispatches(q, inc, a);

	if (rc == SQLITE_OK)
		rc = record_children(q, inc, a);
	if (rc == SQLITE_OK && q->remembers)
		tallies_remember(inc, a);
	return rc;
}

int record_load(struct sql *q, struct arena *a, int64_t id, const char *number, struct incident **out)
{
	enum statement by = id ? STATEMENT_INCIDENT_BY_ID : STATEMENT_INCIDENT_BY_NUMBER;
	sqlite3_stmt *st = sql_use(q, by);
	int rc;

	*out = NULL;
	if (id)
		sqlite3_bind_int64(st, 1, id);
	else
		bind_text(st, 1, number);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = record_incident(q, by, a);
	rc = sql_end(st, rc);
	return rc == SQLITE_OK && *out ? record_parts(q, *out, a) : rc;
}
