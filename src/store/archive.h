/*
 * archive.h - a closed year as a file of its own, read as a store is (reads_open), never served.
 *
 * It has the year's incidents with all that is theirs, the register, the revisions of the mechanism, the sums of
 * the year, and the journal from its first row to the last that is about one of those incidents: so the chain is
 * whole in it, heads that were kept prove it, and every incident that the journal says was reported in the year must
 * be there. Accounts, sessions and what other years' events said are not.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H
#include "store/read.h"

struct archive {
	int year;         /* 0: it is no archive, but a store */
	int64_t from, to; /* incidents that were reported in it */
	int64_t made_at, incidents;
	int64_t of_seq; /* the head of the store that it was made from */
	struct digest of_hash;
};
/* What the file is; false: it cannot be read. */
bool archive_read(struct reads *r, struct archive *out);

#define ARCHIVE_OPEN_SAID 20
struct archiving {
	int64_t
	    open; /* incidents of the year that have not ended, or with something undecided: nothing is written */
	char numbers[ARCHIVE_OPEN_SAID][NUMBER_MAX + 1];
};
/* Writes the archive of the year that lies in [from, to), checked and synced, and gives it its name, which must not be
 * taken. False with a sentence, or with open set. */
bool archive_write(const char *store, const struct archive *what, const char *file, bool english,
    struct archiving *out, char *why, size_t why_len);

#endif
