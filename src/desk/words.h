/*
 * words.h - the words of the console: the table, and which word a line begins with.
 *
 * Place: desk, under parse.c. Help, completion and suggestions come from the table.
 */
#ifndef DESK_WORDS_H
#define DESK_WORDS_H
#include "desk/desk.h"

struct arena;

enum desk_word_id {
	WORD_NEW,
	WORD_ACKNOWLEDGE,
	WORD_DEPART,
	WORD_ARRIVE,
	WORD_PROGRESS,
	WORD_COMPLETE,
	WORD_ADD,
	WORD_WITHDRAW,
	WORD_AMEND,
	WORD_NOTE,
	WORD_URGE,
	WORD_RETURN,
	WORD_CALLBACK,
	WORD_CLOSE,
	WORD_CANCEL,
	WORD_UNDO,
	WORD_SHOW,
	WORD_LIST,
	WORD_UNITS,
	WORD_FIND,
	WORD_JOIN,
	WORD_DROP, /* Esc, where a terminal has no keys */
	WORD_HANDOVER,
	WORD_MODE,
	WORD_MODE_END,
	WORD_HELP,
	WORD_LEAVE,
	WORD_MESSAGES, /* v alone */
	WORD_NOTICES,
	WORDS
};

/* What follows the word first, for completion. */
enum desk_argument { ARGUMENT_NONE, ARGUMENT_INCIDENT, ARGUMENT_UNIT };

struct desk_word {
	const char *letter; /* "" none */
	const char *names;  /* its other forms, by blanks, the shortest Chinese one first */
	const char *about, *about_en, *arguments, *arguments_en;
	const char *method; /* NULL: it is no command of the daemon */
	enum desk_argument first;
	bool safe; /* its letter may stand before a local number without a blank: a3 */
};
extern const struct desk_word desk_words[WORDS];

/* What an act says, in this order; the first of them where a decision is y or n. */
#define DESK_ROLES 3
#define DESK_RESULTS 4
#define DESK_DECISIONS 2
extern const struct both desk_roles[DESK_ROLES];         /* 主办 … */
extern const struct both desk_results[DESK_RESULTS];     /* 满意 … */
extern const struct both desk_decisions[DESK_DECISIONS]; /* 同意, 不同意 */
/* The place in the list of what was typed, also by its beginning; -1: it is none of them. */
int desk_choice_of(struct arena *a, const char *text, const struct both *list, int n);

/* What the word does, and what it takes, in the language that is spoken. */
const char *desk_word_about(enum desk_word_id w);
const char *desk_word_arguments(enum desk_word_id w);
/* The word that this is in any of its forms, however it is written; WORDS: none. */
enum desk_word_id desk_word_of(struct arena *a, const char *text);
/* "a(签收)、d(出发)" of the words that the text is nearly; "" if it is like none. In the arena. */
const char *desk_word_like(struct arena *a, const char *text);
/* All its forms, "a  签 签收 ack"; those of the language that is spoken stand first. */
const char *desk_word_forms(struct arena *a, enum desk_word_id w);
/* "a(签收)", "a (acknowledge)" */
const char *desk_word_said(struct arena *a, enum desk_word_id w);

#endif
