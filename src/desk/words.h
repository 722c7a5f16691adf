/*
 * words.h - the words of the console: the table, and which word a line begins with.
 *
 * Place: desk, under parse.c. Help, completion and suggestions come from the table.
 */
#ifndef DESK_WORDS_H
#define DESK_WORDS_H
#include "base/str.h"

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
	WORDS
};

/* What follows the word first, for completion. */
enum desk_argument { ARGUMENT_NONE, ARGUMENT_INCIDENT, ARGUMENT_UNIT };

struct desk_word {
	const char *letter; /* "" none */
	const char *names;  /* its other forms, by blanks, the shortest Chinese one first */
	const char *about, *arguments;
	const char *method; /* NULL: it is no command of the daemon */
	enum desk_argument first;
	bool safe; /* its letter may stand before a local number without a blank: a3 */
};
extern const struct desk_word desk_words[WORDS];

/* The word that this is in any of its forms, however it is written; WORDS: none. */
enum desk_word_id desk_word_of(struct arena *a, const char *text);
/* "a(签收)、d(出发)" of the words that the text is nearly; "" if it is like none. In the arena. */
const char *desk_word_like(struct arena *a, const char *text);
/* "a(签收)" */
const char *desk_word_said(struct arena *a, enum desk_word_id w);

#endif
