/*
 * audit_archived.c - the rows of the chain whose data are in an archive (store/removal.h).
 *
 * Their hashes are taken as they are. What binds them is the event store.archived, which is in the chain: it has the digest of
 * all that left with its year, each row with the hash before it, and every incident's number. The digest is made here anew,
 * also where a year is just leaving and some of its rows still have their data. A year that had only begun to leave when
 * the walk began is not compared: its incidents are not all known.
 */
#include "local.h"
#include "base/array.h"
#include "base/json.h"
#include "store/removal.h"

#define IDS_AT_ONCE 1000

struct audited_year {
	int year;
	bool listed;  /* when the walk began all its incidents were in archived_incident */
	bool early;   /* or it had only begun to leave */
	bool leaving; /* some of its rows may have their data */
	bool said;    /* its event was met */
	struct digest content;
	const char *file, *sha256; /* by the event */
	struct removal_count found;
};
struct audit_archived {
	struct arena *a;
	struct audited_year *v;
	size_t n, cap;
	bool leaving; /* one of them is */
};

static struct audited_year *year_of(struct audit_archived *w, int year)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].year == year)
			return &w->v[i];
	ARRAY_ROOM(w->a, w->v, w->n, w->cap);
	w->v[w->n] = (struct audited_year){.year = year};
	return &w->v[w->n++];
}

struct audit_archived *audit_archived_begin(struct sql *q, struct arena *a)
{
	struct audit_archived *w = arena_alloc(a, sizeof *w);
	struct removal_year *years;
	size_t n;

	w->a = a;
	if (removal_years_read(q, a, &years, &n) != SQLITE_OK)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct audited_year *y = year_of(w, years[i].year);

		y->listed = years[i].done_at || years[i].moved_to;
		y->early = !y->listed;
		y->leaving = y->listed && !years[i].done_at;
		w->leaving |= y->leaving;
	}
	return w;
}

static void add(struct audited_year *y, const struct digest *before, int64_t seq, int64_t n,
    const struct digest *hash)
{
	y->found.rows++;
	removal_add_row(&y->found.of_rows, before, seq, n, hash);
}

void audit_archived_row(struct audit_archived *w, int year, const struct digest *before, int64_t seq,
    int64_t n, const struct digest *hash)
{
	add(year_of(w, year), before, seq, n, hash);
}

int audit_archived_kept(struct audit_archived *w, struct sql *q, const struct digest *before,
    const struct journal_row *row)
{
	int year = 0, rc = w->leaving ? removal_year_of(q, row->incident, &year) : SQLITE_OK;

	if (rc == SQLITE_OK && year && year_of(w, year)->leaving)
		add(year_of(w, year), before, row->seq, row->n, &row->hash);
	return rc;
}

void audit_archived_events(struct audit_archived *w, const struct event *v, int64_t n, struct arena *a)
{
	for (int64_t i = 0; i < n; i++) {
		struct audited_year *y;
		const char *hex;

		if (v[i].type != EVENT_STORE_ARCHIVED)
			continue;
		y = year_of(w, (int)json_member_int(v[i].data, "year"));
		hex = json_member_text(a, v[i].data, "content_sha256");
		y->file = json_member_text(w->a, v[i].data, "file");
		y->sha256 = json_member_text(w->a, v[i].data, "sha256");
		y->said = hex && digest_from_hex(str_of(hex), &y->content);
	}
}

/* Its row is what the event says. *gone_on: it had only begun to leave, and has gone on since. */
static bool row_fits(const struct audited_year *y, const struct removal_year *years, size_t n, bool *gone_on)
{
	char hex[DIGEST_HEX];

	*gone_on = false;
	for (size_t i = 0; i < n; i++) {
		if (years[i].year != y->year)
			continue;
		*gone_on = y->early && (years[i].done_at || years[i].moved_to);
		return text_eq(years[i].file, y->file) &&
		    text_eq(digest_hex(&years[i].sha256, hex), y->sha256) &&
		    digest_eq(&years[i].content, &y->content);
	}
	return false;
}

static int count_incidents(struct audit_archived *w, struct sql *q)
{
	int64_t after = 0;
	int rc, n;

	do {
		sqlite3_stmt *st = sql_use(q, STATEMENT_ARCHIVED_ALL);

		sqlite3_bind_int64(st, 1, after);
		sqlite3_bind_int(st, 2, IDS_AT_ONCE);
		for (n = 0; (rc = sqlite3_step(st)) == SQLITE_ROW; n++) {
			struct audited_year *y = year_of(w, sqlite3_column_int(st, 2));

			after = sqlite3_column_int64(st, 0);
			y->found.incidents++;
			removal_add_incident(&y->found.of_incidents, after,
			    (const char *)sqlite3_column_text(st, 1));
		}
		rc = sql_end(st, rc);
	} while (rc == SQLITE_OK && n == IDS_AT_ONCE);
	return rc;
}

/* 0: what left is what its event says. */
int audit_archived_end(struct audit_archived *w, struct sql *q, const struct sayer *say)
{
	struct removal_year *years;
	size_t n;

	if (count_incidents(w, q) != SQLITE_OK || removal_years_read(q, w->a, &years, &n) != SQLITE_OK)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		struct audited_year *y = &w->v[i];
		struct digest made = removal_content(&y->found);
		bool gone_on, fits = y->said && row_fits(y, years, n, &gone_on);

		if (fits && (gone_on || digest_eq(&made, &y->content) || (y->early && y->found.rows == 0)))
			continue;
		say(say, "%d 年移出的记录与登记移出的事件不符：有记录被掏空或改动",
		    "what left the store with %d is not what its event says: rows were emptied or changed",
		    y->year);
		return 1;
	}
	return 0;
}
