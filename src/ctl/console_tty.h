/*
 * console_tty.h - the terminal of liandongctl console: raw keys in, changed lines out. Place: ctl, under console.c.
 *
 * It uses only what every terminal that places a cursor understands, and the screen that programs have of their own, so
 * that nothing of what was on it remains on the officer's terminal.
 */
#ifndef CTL_CONSOLE_TTY_H
#define CTL_CONSOLE_TTY_H
#include "desk/screen.h"

struct tty;

/* Can the terminal at standard input and output place a cursor, and is it large enough? */
bool tty_able(void);
struct tty *tty_open(void);
/* Gives the terminal back as it was. NULL is nothing. */
void tty_close(struct tty *t);
/* Has it another size since the last call? */
bool tty_resized(struct tty *t);
void tty_size(const struct tty *t, int *columns, int *rows);
/* Writes what is not on it yet. `whole`: all. */
void tty_draw(struct tty *t, const struct screen *s, bool whole);
void tty_bell(struct tty *t);

/* Signals that end or interrupt: caught from here on. */
void tty_catch_signals(void);
bool tty_ended(void);       /* SIGTERM, SIGHUP */
bool tty_interrupted(void); /* SIGINT since the last call */

#endif
