/*
 * edit.h - the line that an officer types: bytes of a terminal in, an edited line out. Pure.
 *
 * Keys are those that people have in their fingers from shells: arrows, Home, End, Ctrl-A E B F H D K U W Y T, Alt-B F
 * D, Ctrl-P N and the arrows for the history. A paste (bracketed) comes in as one piece: its line ends become blanks
 * and nothing in it is carried out. The history lives in memory only.
 */
#ifndef DESK_EDIT_H
#define DESK_EDIT_H
#include "base/buf.h"

#define EDIT_MOST (48 * 1024) /* bytes of a line: what does not fit is told, not cut off in silence */
#define EDIT_HISTORY 500

enum edit_key {
	EDIT_NOTHING, /* half a character or sequence */
	EDIT_CHANGED, /* the line, or where the cursor stands */
	EDIT_ENTER,
	EDIT_TAB,
	EDIT_ESCAPE,
	EDIT_INTERRUPT, /* Ctrl-C */
	EDIT_END,       /* Ctrl-D on an empty line */
	EDIT_PAGE_UP,
	EDIT_PAGE_DOWN,
	EDIT_REDRAW, /* Ctrl-L */
	EDIT_FULL,   /* it would be too long */
};

struct desk_edit {
	struct buf text;
	size_t at;         /* bytes before the cursor */
	bool foreign;      /* bytes that are no UTF-8 were typed */
	bool pasting;      /* between the marks of a bracketed paste */
	struct buf killed; /* what Ctrl-Y brings back */
	char sequence[32]; /* of a key that is not whole yet */
	size_t n_sequence;
	char *history[EDIT_HISTORY]; /* oldest first */
	int n_history, shown;        /* shown: which of them is being edited; n_history: none */
	struct buf kept;             /* what was typed before the history was looked at */
};

void edit_free(struct desk_edit *e);
/* Takes the next byte of the terminal. */
enum edit_key edit_byte(struct desk_edit *e, unsigned char byte);
/* Has the terminal begun a sequence that may be the Esc key alone? */
bool edit_waits(const struct desk_edit *e);
/* Nothing followed: what waits is the Esc key. */
enum edit_key edit_timeout(struct desk_edit *e);
/* The line, NUL-terminated; good until the next call. */
const char *edit_line(struct desk_edit *e);
/* The line is done: into the history, if it is not the same as the last one, and emptied. */
void edit_done(struct desk_edit *e);
/* Emptied, without the history. */
void edit_clear(struct desk_edit *e);
/* The line is this, the cursor at its end. */
void edit_set(struct desk_edit *e, const char *text);
/* Puts the text in the place of `back` bytes before the cursor. */
void edit_complete(struct desk_edit *e, size_t back, const char *text);

#endif
