/*
 * symbol.c - codes of units, categories, areas, rules, accounts and revisions, and reasons of the
 * routing table, as small numbers. They come from configuration, so there are hundreds of them, not
 * millions: all are kept in memory, by id and by text.
 * Invariant: ids are 1..n without a gap, and `ids` finds each text.
 */
#include "local.h"
#include "base/array.h"

#include <assert.h>
#include <stdlib.h>

void symbols_free(struct symbols *s)
{
	arena_free(s->arena);
	free(s->texts);
	map_free(&s->ids);
	*s = (struct symbols){0};
}

static void add(struct symbols *s, const char *text)
{
	if (!s->arena) {
		s->arena = arena_new();
		map_init(&s->ids, NULL, sizeof(uint32_t), 256);
	}
	ARRAY_ROOM(NULL, s->texts, s->n, s->cap);
	s->texts[s->n++] = arena_text(s->arena, text);
	*(uint32_t *)map_add(&s->ids, str_of(s->texts[s->n - 1]), NULL) = (uint32_t)s->n;
}

int symbols_refresh(struct sql *q)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_SYMBOL_AFTER);
	int rc;

	sqlite3_bind_int64(st, 1, (int64_t)q->symbols.n);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 1);

		if (!text || sqlite3_column_int64(st, 0) != (int64_t)q->symbols.n + 1) {
			sqlite3_reset(st);
			return SQLITE_CORRUPT;
		}
		add(&q->symbols, text);
	}
	return sql_end(st, rc);
}

int64_t symbol_find(const struct symbols *s, const char *text)
{
	const uint32_t *id = text ? map_find(&s->ids, str_of(text)) : NULL;

	return id ? (int64_t)*id : 0;
}

int symbol_id(struct sql *q, const char *text, int64_t *id)
{
	sqlite3_stmt *st;
	int rc;

	*id = symbol_find(&q->symbols, text);
	if (*id || !text)
		return SQLITE_OK;
	st = sql_use(q, STATEMENT_SYMBOL_ADD);
	sqlite3_bind_int64(st, 1, (int64_t)q->symbols.n + 1);
	bind_text(st, 2, text);
	if ((rc = sql_run(q, STATEMENT_SYMBOL_ADD)) != SQLITE_OK)
		return rc;
	add(&q->symbols, text);
	*id = (int64_t)q->symbols.n;
	return SQLITE_OK;
}

const char *symbol_text(const struct symbols *s, int64_t id)
{
	return id > 0 && (uint64_t)id <= s->n ? s->texts[id - 1] : NULL;
}

void symbols_forget(struct symbols *s, size_t n)
{
	assert(n <= s->n && "a rollback only takes symbols away");
	while (s->n > n)
		map_remove(&s->ids, str_of(s->texts[--s->n]));
}
