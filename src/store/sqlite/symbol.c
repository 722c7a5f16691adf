/*
 * symbol.c - codes of units, categories, areas, rules, accounts and revisions, and reasons of the
 * routing table, as small numbers. They come from configuration, so there are hundreds of them, not
 * millions: all are kept in memory, by id and by text.
 * Invariant: ids are 1..n without a gap; slots finds each text once.
 */
#include "local.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

void symbols_free(struct symbols *s)
{
	arena_free(s->arena);
	free(s->texts);
	free(s->slots);
	*s = (struct symbols){0};
}

/* The slot of a text, or the empty one where it belongs. */
static uint32_t *slot_of(const struct symbols *s, const char *text)
{
	size_t i = str_hash(str_of(text)) & (s->n_slots - 1);

	while (s->slots[i] && strcmp(s->texts[s->slots[i] - 1], text) != 0)
		i = (i + 1) & (s->n_slots - 1);
	return &s->slots[i];
}

static void rebuild(struct symbols *s, size_t n_slots)
{
	free(s->slots);
	s->slots = xalloc(n_slots * sizeof *s->slots);
	memset(s->slots, 0, n_slots * sizeof *s->slots);
	s->n_slots = n_slots;
	for (size_t i = 0; i < s->n; i++)
		*slot_of(s, s->texts[i]) = (uint32_t)(i + 1);
}

static void add(struct symbols *s, const char *text)
{
	if (!s->arena)
		s->arena = arena_new();
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		s->texts = xrealloc(s->texts, s->cap * sizeof *s->texts);
	}
	s->texts[s->n] = arena_text(s->arena, text);
	if (2 * (s->n + 1) > s->n_slots)
		rebuild(s, s->n_slots ? 2 * s->n_slots : 512);
	*slot_of(s, s->texts[s->n]) = (uint32_t)(s->n + 1);
	s->n++;
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
	return text && s->n_slots ? (int64_t)*slot_of(s, text) : 0;
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
	if (n == s->n)
		return;
	s->n = n;
	rebuild(s, s->n_slots);
}
