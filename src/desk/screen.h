/*
 * screen.h - what the console's screen says, line by line, for a terminal of any size. Pure: ctl/console_tty.c writes it.
 *
 * From above: the status line, the queue, a panel where one is open, what a person must act on, the answer to what was
 * typed last, the line that is typed.
 */
#ifndef DESK_SCREEN_H
#define DESK_SCREEN_H
#include "desk/desk.h"

enum screen_look { LOOK_PLAIN, LOOK_BOLD, LOOK_REVERSE, LOOK_DIM };

#define SPANS 24
struct screen_line {
	struct screen_span {
		const char *text; /* clean */
		enum screen_look look;
	} v[SPANS];
	int n;
};

struct screen {
	struct screen_line *lines;
	int n;
	int row, column; /* the cursor, from 0 */
};

/* What the status line says. */
struct desk_status {
	const char *city, *who;
	bool online, masked, training;
	int nudges;     /* reminders to units since they were looked at */
	int unanswered; /* acts that have no answer yet */
};

struct screen_state {
	int columns, rows;
	int64_t now;
	const struct desk_queue *queue;
	struct desk_status status;
	const char *title;           /* of the panel; NULL: none is open */
	const char *const *panel;    /* lines, clean, of any length */
	int n_panel, panel_from;     /* the first line that is shown, as wrapped */
	const char *const *messages; /* clean, the oldest first */
	int n_messages;
	const char *answer; /* clean; "" none */
	bool wrong;         /* the answer is a refusal */
	const char *prompt, *input;
	size_t cursor; /* bytes of the input before it */
};

void screen_lay(struct arena *a, const struct screen_state *s, struct screen *out);
/* How many lines the panel has when they are wrapped, and how many are seen at once. */
int screen_panel_lines(struct arena *a, const struct screen_state *s, int *seen);

/* The status line and one incident's, for plain text, too. */
void screen_status(struct arena *a, const struct desk_status *st, const struct desk_queue *q, int64_t now,
    int columns, struct screen_line *out);
void screen_row(struct arena *a, const struct desk_row *r, int64_t now, int columns, struct screen_line *out);
/* A line without its looks; what is over has a ! before it. In the arena. */
const char *screen_plain(struct arena *a, const struct screen_line *l);
/* 23:09:39 in the city's time. */
const char *screen_time(struct arena *a, int64_t ms);

#endif
