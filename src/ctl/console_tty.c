/* console_tty.c - see console_tty.h. */
#include "ctl/console_tty.h"
#include "base/buf.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define LEAST_COLUMNS 60
#define LEAST_ROWS 12
#define LINES_MOST 300

struct tty {
	struct termios before;
	int columns, rows;
	char *drawn[LINES_MOST]; /* what each line has; NULL nothing is known */
	struct buf out;
};

static volatile sig_atomic_t resized, ended, interrupted;

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else if (number == SIGINT)
		interrupted = 1;
	else
		ended = 1;
}

void tty_catch_signals(void)
{
	static const int numbers[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &act, NULL);
}

bool tty_ended(void)
{
	return ended;
}

bool tty_interrupted(void)
{
	bool was = interrupted;

	interrupted = 0;
	return was;
}

static bool window(int *columns, int *rows)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_col || !w.ws_row)
		return false;
	*columns = w.ws_col;
	*rows = w.ws_row < LINES_MOST ? w.ws_row : LINES_MOST;
	return true;
}

bool tty_able(void)
{
	const char *term = getenv("TERM");
	int columns, rows;

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0 &&
	    strcmp(term, "unknown") != 0 && window(&columns, &rows) && columns >= LEAST_COLUMNS &&
	    rows >= LEAST_ROWS;
}

/* A terminal that is not read any more is given up by SIGHUP, not here. */
static void flush(struct tty *t)
{
	size_t at = 0;

	while (at < t->out.n && !ended) {
		ssize_t n = write(STDOUT_FILENO, t->out.p + at, t->out.n - at);

		if (n < 0 && errno != EINTR)
			break;
		at += n > 0 ? (size_t)n : 0;
	}
	buf_reset(&t->out);
}

struct tty *tty_open(void)
{
	struct tty *t = calloc(1, sizeof *t);
	struct termios raw;

	if (!t || tcgetattr(STDIN_FILENO, &t->before) != 0) {
		free(t);
		return NULL;
	}
	raw = t->before;
	cfmakeraw(&raw);
	raw.c_oflag = t->before.c_oflag;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	window(&t->columns, &t->rows);
	/* a screen of its own, no wrapping at the right, pastes marked */
	buf_text(&t->out, "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[2J");
	flush(t);
	return t;
}

static void forget(struct tty *t)
{
	for (int i = 0; i < LINES_MOST; i++) {
		free(t->drawn[i]);
		t->drawn[i] = NULL;
	}
}

void tty_close(struct tty *t)
{
	if (!t)
		return;
	ended = 0; /* what was changed is given back all the same */
	buf_text(&t->out, "\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h");
	flush(t);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
	forget(t);
	buf_free(&t->out);
	free(t);
}

bool tty_resized(struct tty *t)
{
	if (!resized)
		return false;
	resized = 0;
	window(&t->columns, &t->rows);
	return true;
}

void tty_size(const struct tty *t, int *columns, int *rows)
{
	*columns = t->columns;
	*rows = t->rows;
}

void tty_bell(struct tty *t)
{
	buf_char(&t->out, '\a');
	flush(t);
}

static void put_line(struct buf *b, const struct screen_line *l)
{
	static const char *const looks[] = {
	    [LOOK_PLAIN] = "", [LOOK_BOLD] = "\x1b[1m", [LOOK_REVERSE] = "\x1b[7m", [LOOK_DIM] = "\x1b[2m"};

	for (int i = 0; i < l->n; i++) {
		buf_text(b, looks[l->v[i].look]);
		buf_text(b, l->v[i].text);
		if (l->v[i].look != LOOK_PLAIN)
			buf_text(b, "\x1b[m");
	}
}

/* Draws the line unless the screen shows the same one there already. */
static void draw_line(struct tty *t, int i, const struct screen_line *l)
{
	struct buf b = {0};

	put_line(&b, l);
	buf_char(&b, '\0');
	if (!t->drawn[i] || strcmp(t->drawn[i], b.p) != 0) {
		buf_printf(&t->out, "\x1b[%d;1H\x1b[K%s", i + 1, b.p);
		free(t->drawn[i]);
		t->drawn[i] = strdup(b.p);
	}
	buf_free(&b);
}

void tty_draw(struct tty *t, const struct screen *s, bool whole)
{
	static const struct screen_line none;

	if (whole) {
		forget(t);
		buf_text(&t->out, "\x1b[2J");
	}
	buf_text(&t->out, "\x1b[?25l");
	for (int i = 0; i < t->rows; i++)
		draw_line(t, i, i < s->n ? &s->lines[i] : &none);
	buf_printf(&t->out, "\x1b[%d;%dH\x1b[?25h", s->row + 1, s->column + 1);
	flush(t);
}
