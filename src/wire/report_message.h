/*
 * report_message.h - what is said over the report socket: one ask, then how it went (MADE), and the bytes
 * in PARTs where it went well. The other side is not trusted: a body that does not fit is refused whole.
 * Place: wire, beside messages.h.
 */
#ifndef WIRE_REPORT_MESSAGE_H
#define WIRE_REPORT_MESSAGE_H
#include "wire/messages.h"

struct report_ask {
	const char *kind, *period; /* "quarter", "2026Q3" */
	const char *format;        /* "json", "csv", "xlsx", "html" */
	const char
	    *unit;    /* of these units alone, comma-separated, the first is whom it is for; NULL: of all */
	bool drill;   /* of drills alone */
	bool draft;   /* of a closed period, too: as it would be now */
	bool close;   /* the next edition, as it will be stored; refused where the tallies are not what
	                              the rows add up to */
	bool english; /* sentences in English */
	int64_t edition; /* that one of a period that was closed; 0: the one in force */
	/* Kind "routing", format "diff" or "adopt": another mechanism, against the one in force. It is what the files
	 * make of that one, else the stored revision, else what the folder has, whose cases are run. */
	struct str files; /* a JSON object of names and texts; n 0 none */
	/* Likewise, another mechanism that has learned: the decisions over corrections, a JSON object (report/learn.h). */
	struct str learn;
	/* Likewise, another mechanism in which a unit has other contacts: {"unit": "water", "contacts": {…}} (report/contacts.h). */
	struct str contacts;
	const char *revision, *folder;
	const char *base;    /* that must be in force where the files are another revision; NULL: any */
	const char *against; /* not the one in force; NULL: that */
	int64_t from,
	    since_ms; /* reports since then, or since so long ago, are compared; 0: as the policy has it */
};

struct report_made {
	enum error_code code;
	const char *detail;   /* the sentence where code is not OK */
	const char *type;     /* "text/csv; charset=utf-8" */
	int64_t edition;      /* of what is closed, or is to be closed; 0: a draft */
	int64_t seq;          /* what it was made from */
	const char *chain;    /* the hash of the journal there, in hex */
	const char *revision; /* whose rules it was made by */
	const char *refused;  /* of "routing": the files with errors, comma-separated; NULL none */
	int64_t bytes;        /* that follow in PARTs */
};

#define REPORT_BYTES_MAX ((int64_t)64 << 20)
#define REPORT_PART ((size_t)256 << 10)

void report_ask_pack(struct buf *b, const struct report_ask *k);
bool report_ask_unpack(struct str s, struct arena *a, struct report_ask *k);
void report_made_pack(struct buf *b, const struct report_made *m);
bool report_made_unpack(struct str s, struct arena *a, struct report_made *m);

#endif
