/*
 * warning.h - what was taken although something about it was odd: mended, assumed or left out.
 *
 * A report is taken wherever its meaning is clear; what had to be done for that is told to who sent
 * it, in `warnings[]` of the reply, and kept with the incident. One table (warning.c) has the codes
 * and their sentences. A warning quotes codes and times, never personal text.
 */
#ifndef DOMAIN_WARNING_H
#define DOMAIN_WARNING_H
#include "domain/command.h"

enum warning_code {
	WARNING_LINE_ENDS,
	WARNING_DAMAGED,
	WARNING_REMOVED,
	WARNING_TEXT_SPLIT,
	WARNING_TEXT_CUT,
	WARNING_MENDED,
	WARNING_FORM,
	WARNING_TYPE,
	WARNING_LIST_CUT,
	WARNING_TIME_MENDED,
	WARNING_TIME_IN_FUTURE,
	WARNING_MISSING,
	WARNING_IGNORED,
	WARNING_LOCATION_SWAPPED,
	WARNING_FAR,
	WARNING_CATEGORY_UNKNOWN,
	WARNING_UNIT_UNKNOWN,
	WARNING_AREA_UNKNOWN,
	WARNING_AREA_ASSUMED,
	WARNING_AREA_FROM_TEXT,
	WARNING_AREA_AMBIGUOUS,
	WARNING_TIME_BEFORE_ISSUE,
	WARNING_TIME_ORDER,
	WARNING_CLOCK_DOUBTED,
	WARNING_SECRET_PROPOSED,
	WARNING_NAMED,
	WARNING_NAMED_PLACE,
	WARNING_FOLLOWERS_LEFT,
	WARNING_CHARSET,
	WARNING_PARAMETER_UNKNOWN,
	WARNING_PARAMETER_MENDED,
	WARNING_EMPTIED,
	WARNING_TICKET_CHANGED,
	WARNING_WITHDRAWN,
	WARNING_GRAVER_WORDS,
	WARNING_OTHER_UNITS,
	WARNING_UNITS_ADDED,
	WARNING_DESK_TOLD,
	WARNINGS
};
struct warning_kind {
	const char *word;    /* "area-assumed": for programs, and as it is stored; never changes meaning */
	const char *zh, *en; /* {field}, {given}, {taken} stand for the warning's own */
	bool of_reporter;    /* it says something of him: in no event, and only for who may know */
};
extern const struct warning_kind warning_kinds[WARNINGS];

struct warning {
	enum warning_code code;
	enum field field;          /* FIELDS: none in particular */
	const char *given, *taken; /* what came and what was made of it; NULL: not said */
};
struct warnings {
	struct warning *v;
	int n, cap;
};

/* Appends one; the texts are copied, `given` as arena_quote does. The same warning of
 * the same field stands once. */
void warning_add(struct warnings *w, struct arena *a, enum warning_code code, enum field field,
    const char *given, const char *taken);
/* Appends all of `more` (NULL: none). */
void warnings_append(struct warnings *w, struct arena *a, const struct warnings *more);
/* Adds one to a command that is being read. */
void command_warn(struct command *c, struct arena *a, enum warning_code code, enum field f, const char *given,
    const char *taken);
bool warnings_have(const struct warnings *w, enum warning_code code);
/* A new list that begins with those of the command. */
struct warnings *warnings_of(const struct command *c, struct arena *a);
/* The sentence for a person. */
void warning_sentence(const struct warning *w, bool english, struct buf *out);
/* One line each: word, field, given, taken, with tabs between them; NULL if there are none. That
 * is how an incident keeps its own. */
const char *warnings_text(const struct warnings *w, struct arena *a);
/* And back; a line with a word or a field that this version does not know is passed over. */
void warnings_parse(const char *text, struct arena *a, struct warnings *out);

#endif
