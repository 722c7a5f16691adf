/*
 * draft.h - a new incident before it is sent: what was typed, what was corrected, what the daemon makes of it. Pure.
 *
 * Its number is fixed when it begins, so that sending it again never makes a second incident.
 */
#ifndef DESK_DRAFT_H
#define DESK_DRAFT_H
#include "desk/act.h"

#define DRAFT_SIMILAR 5

/* The daemon's proposal for a draft. Its names are Chinese, for people; a member that the proposal does not have is NULL or "". */
struct desk_understood {
	const char *category, *area, *zone, *phone; /* zone: 城区, 城区范围外 */
	enum priority priority;
	const char *because;
	const char *lead, *assist, *inform; /* 供电; 城管、交警 */
	const char *assumed;                /* 区域、城区与否 */
	const char *alternatives;           /* where the category is to be confirmed: 触电(供电)、… */
	const char *warnings;
	int confidence; /* per cent; -1: it was not judged by words */
	bool police, confidential, unmatched, danger;
	struct desk_similar {
		int local; /* 0: it has none here */
		const char *number, *place, *why;
	} similar[DRAFT_SIMILAR];
	int n_similar;
};

struct desk_draft {
	struct arena *a; /* its own */
	bool open;
	bool shown; /* the daemon's answer to what it says now is there: only then it is sent */
	const char *number, *text;
	const char *place; /* the beginning of the text that is an address by its form; NULL: none is */
	int64_t received_at;
	struct desk_change fields[DESK_FIELDS]; /* value NULL: not said */
	struct desk_understood u;
};

/* Begins one. The arena is the draft's until draft_drop. */
void draft_begin(struct desk_draft *d, struct arena *a, const char *number, const char *text,
    int64_t received_at);
void draft_drop(struct desk_draft *d);
/* Takes what e corrected; what the daemon said of it before no longer counts. */
void draft_correct(struct desk_draft *d, const struct desk_act *act);
/* What an officer is shown before he sends it: lines, clean. In the arena `a`. */
int draft_lines(const struct desk_draft *d, struct arena *a, const char ***lines);
/* How the text begins, as far as that is an address by its form: 和平中路12号 of 和平中路12号有人触电. NULL: it does not. */
const char *draft_place(struct arena *a, const char *text);
/* The caller's phone that the text names: a mobile, or one with its area code; NULL: it names none. */
const char *draft_phone(struct arena *a, const char *text);

#endif
