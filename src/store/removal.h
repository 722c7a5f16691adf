/*
 * removal.h - a year that is in an archive (archive.h) leaves the store, so that the store stays small.
 *
 * What goes: incidents that were reported in the year, and their dispatches; of their rows in the journal the data.
 * What stays: sums, findings and requests, and therefore each incident that has one of these, that follows another or is
 * followed, or that has a dispatch of another year. So every report, of any year, is the same before and after. Of what went
 * stays the number, which is not given twice and tells the archive, and the hash of each row, so that the chain goes through.
 *
 * The event store.archived names the archive's digest and the digest of all that goes. Somebody who empties other rows, or
 * changes what lies before them, makes another digest; `audit verify` computes it. With the archive every row is proven.
 *
 * First all of it is counted, some milliseconds a turn, and nothing is changed. Then one commit has the event and the row of
 * archived_year: from here on nothing of the year changes any more. Then the incidents go, in the order of their ids, and
 * then the data of the rows, in that of their seqs, some milliseconds a commit, each of which remembers how far it came.
 */
#ifndef STORE_REMOVAL_H
#define STORE_REMOVAL_H
#include "base/digest.h"
#include "domain/incident.h"

struct arena;
struct reads;
struct store;

/* A row of archived_year. */
struct removal_year {
	int year;
	int64_t from, to; /* incidents that were reported in it */
	int64_t at;
	const char *file;      /* the archive's name, without its folder */
	struct digest sha256;  /* of the archive */
	struct digest content; /* of what goes */
	int64_t incidents, rows;
	int64_t gone_to, moved_to; /* ids and seqs that have been looked at */
	int64_t done_at;           /* 0: it is going */
};

/* What of a year goes, as far as it has been counted. */
struct removal_count {
	int64_t from, to; /* of the year; the rest begins as 0 */
	int64_t id, seq;  /* looked at up to here */
	int64_t incidents, rows;
	struct digest of_incidents, of_rows;
	int64_t open;     /* of the year: have not ended, or something about them is undecided */
	int64_t personal; /* have personal data */
	char open_number[NUMBER_MAX + 1], personal_number[NUMBER_MAX + 1]; /* the first of each */
	bool done;
};
/* One digest of all that was counted. */
struct digest removal_content(const struct removal_count *c);

/* The engine's: counts on for some milliseconds. False: the store cannot be read. */
bool store_removal_count(struct store *s, struct removal_count *c);
/* The archive of a year that is leaving or has left; NULL: it is here. Good until the next commit. */
const char *store_archive_of(const struct store *s, int64_t reported_at);
/* Is a year leaving? */
bool store_removing(const struct store *s);
/* The year that is leaving, though it was stopped; NULL: none. Good until the next commit. */
const struct removal_year *store_leaving(const struct store *s);
/* How far a year has come, of a store with so many incidents and events: 0 to 99, and 100 where it has left. */
int removal_percent(const struct removal_year *y, int64_t incidents, int64_t seq);

/* A reader's: all at once. False: it cannot be read. */
bool removal_count(struct reads *r, struct removal_count *c);
/* The years that left or are leaving, the first of them first, in the arena. -1: it cannot be read. */
int removal_years(struct reads *r, struct arena *a, struct removal_year **out);

#endif
