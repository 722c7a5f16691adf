/*
 * console.h - liandongctl console: what its files share. console.c has the loop and the lines, console_tty.c the
 * terminal, console_desk.c what is said, console_board.c what comes from the daemon, console_send.c what goes to it, console_act.c what a
 * line does, console_draft.c a new incident, console_show.c what is looked at. What is typed and seen is decided in desk/.
 */
#ifndef CTL_CONSOLE_H
#define CTL_CONSOLE_H
#include "ctl/ctl.h"
#include "desk/draft.h"
#include "desk/edit.h"
#include "desk/screen.h"

#define MESSAGES_KEPT 200
#define NEWS_KEPT 500

/* What is asked of the officer; the next line is the answer. */
enum desk_question { QUESTION_NONE, QUESTION_ASK, QUESTION_CONFIRM, QUESTION_LEAVE };

struct tty;
struct sending;

struct desk {
	struct ctl *ctl;
	struct liandong *link;
	struct arena *line;  /* of the line that is carried out, or the answer that is told */
	bool plain;          /* no screen: what is said scrolls */
	bool people;         /* standard input is a terminal */
	bool ended, refused; /* refused: a line of a pipe was not carried out */

	/* the screen */
	struct tty *tty;
	struct desk_edit edit;
	bool redraw, bell;
	char *answer;
	bool wrong;

	/* a panel: its lines, and how far they were turned */
	struct arena *panel_arena;
	const char *panel_title, **panel;
	int n_panel, cap_panel, panel_from;
	int panel_turn; /* counts the panels that were opened */

	/* the daemon */
	bool online, local, training;
	char *account, *role;
	int64_t there_ms, there_mono; /* its clock, when it was asked last */
	bool stands;                  /* it is a manual one */
	int64_t asked_mono;           /* when it was asked last, on our monotonic clock */
	int busy;                     /* questions that the next line of a pipe waits for */

	/* the city */
	struct arena *city_arena;
	struct desk_city city;

	/* the open queue */
	json_t *board; /* number → row */
	int64_t board_seq;
	bool board_known, board_asked, board_dirty;
	int64_t board_mono; /* when it was asked for last */
	struct arena *queue_arena, *queue_spare;
	struct desk_queue queue;
	struct desk_numbers numbers;
	int over; /* incidents that were late at the last look: more of them ring */

	/* what a person must act on, and the rest */
	json_t *news; /* events whose line waits for the board that they changed */
	char *messages[MESSAGES_KEPT], *nudges[MESSAGES_KEPT]; /* oldest first */
	int n_messages, n_nudges, nudged;                      /* nudged: since they were looked at */

	/* what is going on */
	struct desk_draft draft;
	int64_t draft_mono; /* when the daemon was asked about it */
	int draft_turn;     /* an answer to an earlier form of the draft does not count */
	enum desk_question question;
	char *asked; /* the line that the question is about */
	struct sending *sendings;
	int n_unanswered;
	json_t *reported; /* the answer to a report, told with its local number once the board has it */
	json_t *undo;     /* of the last act: command, params */
	char *undo_said;
	int64_t undo_mono;
};

/* -- console_desk.c ------------------------------------------------------------------------- */

/* The answer to what was typed: above the line, or printed. `wrong`: it was not done. */
void console_say(struct desk *c, bool wrong, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Opens a panel under that title, empty; lines are added; then it is shown (or printed). */
void console_panel(struct desk *c, const char *title);
void console_panel_line(struct desk *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void console_panel_show(struct desk *c);
void console_panel_close(struct desk *c);
/* A line that a person must act on. */
void console_message(struct desk *c, const char *text);
/* One that was sent to a unit: counted. */
void console_nudge(struct desk *c, const char *text);
/* The daemon's clock. */
int64_t console_now(const struct desk *c);
/* Asks without changing anything; params are taken. `arg` goes to the callback. */
void console_ask(struct desk *c, const char *method, json_t *params, liandong_reply_cb *cb, void *arg);
/* The result of a reply, which the caller frees; NULL: it was refused, and the reply says why. */
json_t *console_result(const struct liandong_reply *reply);
/* Why it was refused, or has no answer. */
const char *console_why(const struct liandong_reply *reply);
const struct desk_name *console_name(const struct desk_names *names, const char *code);
/* Nothing if it is NULL or empty. */
void console_set(json_t *o, const char *key, const char *value);

/* -- console_board.c ------------------------------------------------------------------------ */

/* A connection came up: who it is, the city's names, the whole board. */
void console_board_begin(struct desk *c);
/* What is due: the clock is asked for, and what of the board has changed. */
void console_board_tick(struct desk *c);
/* Something was done from here: the next line of a pipe waits for the board that has it. */
void console_board_changed(struct desk *c);
void console_event(struct desk *c, const struct liandong_event *event);
/* Makes the queue anew from the board and from what was sent and is not answered. */
void console_queue(struct desk *c);

/* -- console_send.c ------------------------------------------------------------------------- */

/* Sends again what has no answer yet. */
void console_send_tick(struct desk *c);
/* Reports without an answer, as rows of the queue; how many. */
int console_unanswered(const struct desk *c, struct arena *a, struct desk_row *rows, int most);
/* Sends an act under a key of its own; params are taken. `said`: what it is about, 3.1 供电. */
void console_send_act(struct desk *c, enum desk_word_id word, const char *method, json_t *params,
    const char *said);
/* Sends a report, its number among the parameters, which are taken; `as` says how its row looks until it is answered. */
void console_send_report(struct desk *c, json_t *params, const struct desk_row *as);
/* n letters that are not taken for each other when they are read out, and '\0'. */
void console_letters(char *out, int n);
/* Tells the answer to a report. */
void console_tell_reported(struct desk *c);
void console_send_end(struct desk *c);

/* -- console_act.c -------------------------------------------------------------------------- */

/* Carries out what a line said. */
void console_act(struct desk *c, const struct desk_act *act);

/* -- console_draft.c ------------------------------------------------------------------------ */

/* A corrected field; the reporter's are an object of their own. NULL is nothing. */
void console_set_field(json_t *o, enum desk_field f, const char *value);
void console_draft_begin(struct desk *c, const struct desk_act *act);
void console_draft_correct(struct desk *c, const struct desk_act *act);
void console_draft_send(struct desk *c, const struct desk_row *same_as);
void console_draft_drop(struct desk *c);
/* A preview that does not come holds nothing up. */
void console_draft_tick(struct desk *c);

/* -- console_show.c ------------------------------------------------------------------------- */

void console_show(struct desk *c, const struct desk_act *act);
void console_show_draft(struct desk *c);
/* "23:05:09", with the day where it is another one; "" of what is no instant. */
const char *console_time(struct desk *c, const char *rfc3339);
/* 3.2, or its whole name where its incident has no local number (0). */
const char *console_dispatch(struct desk *c, const char *id, int local);

/* -- console_told.c ------------------------------------------------------------------------- */

/* One notice: of what, to whom, what became of it, by which channels. */
const char *console_told_line(struct desk *c, const json_t *notice);
/* Shows what did not get through to its unit. */
void console_lost(struct desk *c);

/* -- console_event.c ------------------------------------------------------------------------ */

/* The line of an event that a person must act on, or of a reminder to a unit (*nudge); NULL: neither. */
const char *console_event_line(const struct desk *c, struct arena *a, const json_t *event, bool *nudge);

#endif
