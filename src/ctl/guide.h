/*
 * guide.h - what a guided command asks: a table of questions, each of which is an option, too. An answer is read by the
 * same reader that will read it in the file, so that what is wrong with it is said at once and in the same words.
 *
 * Place: ctl. On a terminal a wrong answer is asked for again; from a pipe it ends the command, for the lines behind it
 * answer other questions. Without any option all is asked; with some, only what is missing and needed.
 */
#ifndef CTL_GUIDE_H
#define CTL_GUIDE_H
#include "ctl/ctl.h"
#include "mechanism/shape.h"

/* How what a person writes becomes a value of the file. */
enum answer_kind {
	ANSWER_TEXT,
	ANSWER_NEW_UNIT, /* an id or code that none has yet */
	ANSWER_NEW_CATEGORY,
	ANSWER_NEW_RULE,
	ANSWER_WORD,  /* as it is: a word, a number */
	ANSWER_YES,   /* 是, 否 */
	ANSWER_SPAN,  /* 22:00-06:00 */
	ANSWER_WORDS, /* keywords */
	ANSWER_LIST,  /* words of the reader's own, P1、P2 */
	ANSWER_UNIT,  /* by id or by name, of which a part is enough */
	ANSWER_UNITS,
	ANSWER_CATEGORY,
	ANSWER_CATEGORIES, /* 6013* too */
	ANSWER_AREA,
	ANSWER_AREAS,
	ANSWER_CONTACT, /* 0597-7530000 王某 */
	ANSWER_RULE,    /* the id of a rule that there is */
};

struct guide_question {
	const char *option; /* "--lead" */
	const char *key;    /* of the file's item, "when.keywords"; NULL: of none */
	enum answer_kind kind;
	bool required;
	const char *with; /* required where this option has an answer; NULL */
	const char *zh, *en;
};

#define GUIDE_MOST 24
struct guide {
	struct ctl *ctl;
	const struct mechanism *m;
	const struct shape *shape; /* of the item */
	const struct guide_question *questions;
	int n;
	const char *typed[GUIDE_MOST],
	    *written[GUIDE_MOST]; /* NULL: no answer; written: as the file has it */
};

/* Asks what is missing of the options, which are in the order of the questions. False with a sentence; the exit code
 * in *code. */
bool guide_ask(struct guide *g, const struct ctl_option *given, int *code);
/* What was answered; NULL: nothing. */
const char *guide_written(const struct guide *g, const char *option);
const char *guide_typed(const struct guide *g, const char *option);
/* The item, a key a line, as rewrite_add_case and edit_add_item take it. */
const char *guide_item(const struct guide *g);

#endif
