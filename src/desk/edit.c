/* edit.c - see edit.h. The bytes of a key are gathered in `sequence` until they are a whole character or key. */
#include "desk/edit.h"
#include "base/utf8.h"

#include <stdlib.h>

#define ESC 0x1B
#define CTRL(letter) ((letter)&0x1F)
#define DEL 0x7F

void edit_free(struct desk_edit *e)
{
	buf_free(&e->text);
	buf_free(&e->killed);
	buf_free(&e->kept);
	for (int i = 0; i < e->n_history; i++)
		free(e->history[i]);
}

const char *edit_line(struct desk_edit *e)
{
	buf_reserve(&e->text, 1);
	e->text.p[e->text.n] = '\0';
	return e->text.p;
}

void edit_clear(struct desk_edit *e)
{
	buf_reset(&e->text);
	e->at = 0;
	e->foreign = false;
	e->shown = e->n_history;
}

/* -- changing the line ---------------------------------------------------------------------- */

static enum edit_key insert(struct desk_edit *e, const char *p, size_t n)
{
	if (e->text.n + n > EDIT_MOST)
		return EDIT_FULL;
	if (!n)
		return EDIT_NOTHING;
	buf_reserve(&e->text, n);
	memmove(e->text.p + e->at + n, e->text.p + e->at, e->text.n - e->at);
	memcpy(e->text.p + e->at, p, n);
	e->text.n += n;
	e->at += n;
	return EDIT_CHANGED;
}

static enum edit_key cut(struct desk_edit *e, size_t from, size_t to, bool keep)
{
	if (keep && to > from) {
		buf_reset(&e->killed);
		buf_add(&e->killed, e->text.p + from, to - from);
	}
	if (to > from)
		memmove(e->text.p + from, e->text.p + to, e->text.n - to);
	e->text.n -= to - from;
	e->at = from;
	return EDIT_CHANGED;
}

void edit_set(struct desk_edit *e, const char *text)
{
	buf_reset(&e->text);
	buf_text(&e->text, text);
	e->at = e->text.n;
}

void edit_complete(struct desk_edit *e, size_t back, const char *text)
{
	cut(e, e->at - back, e->at, false);
	insert(e, text, strlen(text));
}

static bool inside(const struct desk_edit *e, size_t at)
{
	return at < e->text.n && ((unsigned char)e->text.p[at] & 0xC0) == 0x80;
}

static size_t left(const struct desk_edit *e, size_t at)
{
	while (at > 0 && inside(e, --at))
		;
	return at;
}

static size_t right(const struct desk_edit *e, size_t at)
{
	if (at < e->text.n)
		at++;
	while (inside(e, at))
		at++;
	return at;
}

static bool blank_at(const struct desk_edit *e, size_t at)
{
	return e->text.p[at] == ' ';
}

static size_t word_left(const struct desk_edit *e, size_t at)
{
	while (at > 0 && blank_at(e, left(e, at)))
		at = left(e, at);
	while (at > 0 && !blank_at(e, left(e, at)))
		at = left(e, at);
	return at;
}

static size_t word_right(const struct desk_edit *e, size_t at)
{
	while (at < e->text.n && blank_at(e, at))
		at++;
	while (at < e->text.n && !blank_at(e, at))
		at = right(e, at);
	return at;
}

static enum edit_key go(struct desk_edit *e, size_t at)
{
	e->at = at;
	return EDIT_CHANGED;
}

/* The two characters at the cursor change places. */
static enum edit_key transpose(struct desk_edit *e)
{
	size_t second = e->at < e->text.n ? e->at : left(e, e->at), first = left(e, second),
	       end = right(e, second);
	char kept[4];

	if (first == second)
		return EDIT_NOTHING;
	size_t n = second - first;
	memcpy(kept, e->text.p + first, n);
	memmove(e->text.p + first, e->text.p + second, end - second);
	memcpy(e->text.p + end - n, kept, n);
	return go(e, end);
}

/* -- history -------------------------------------------------------------------------------- */

void edit_done(struct desk_edit *e)
{
	const char *line = edit_line(e);

	if (*line && (!e->n_history || strcmp(e->history[e->n_history - 1], line) != 0)) {
		if (e->n_history == EDIT_HISTORY) {
			free(e->history[0]);
			memmove(e->history, e->history + 1, (EDIT_HISTORY - 1) * sizeof *e->history);
			e->n_history--;
		}
		e->history[e->n_history] = strdup(line);
		e->n_history += e->history[e->n_history] != NULL;
	}
	edit_clear(e);
}

static enum edit_key look_back(struct desk_edit *e, int by)
{
	int to = e->shown + by;

	if (to < 0 || to > e->n_history)
		return EDIT_NOTHING;
	if (e->shown == e->n_history) {
		buf_reset(&e->kept);
		buf_text(&e->kept, edit_line(e));
		buf_char(&e->kept, '\0');
	}
	edit_set(e, to == e->n_history ? e->kept.p : e->history[to]);
	e->shown = to;
	return EDIT_CHANGED;
}

/* -- keys ----------------------------------------------------------------------------------- */

static enum edit_key control(struct desk_edit *e, unsigned char c)
{
	switch (c) {
	case '\r':
	case '\n':
		return EDIT_ENTER;
	case '\t':
		return EDIT_TAB;
	case CTRL('C'):
		return EDIT_INTERRUPT;
	case CTRL('D'):
		return e->text.n ? cut(e, e->at, right(e, e->at), false) : EDIT_END;
	case CTRL('A'):
		return go(e, 0);
	case CTRL('E'):
		return go(e, e->text.n);
	case CTRL('B'):
		return go(e, left(e, e->at));
	case CTRL('F'):
		return go(e, right(e, e->at));
	case CTRL('H'):
	case DEL:
		return cut(e, left(e, e->at), e->at, false);
	case CTRL('K'):
		return cut(e, e->at, e->text.n, true);
	case CTRL('U'):
		return cut(e, 0, e->at, true);
	case CTRL('W'):
		return cut(e, word_left(e, e->at), e->at, true);
	case CTRL('Y'):
		return insert(e, e->killed.p, e->killed.n);
	case CTRL('T'):
		return transpose(e);
	case CTRL('P'):
		return look_back(e, -1);
	case CTRL('N'):
		return look_back(e, 1);
	case CTRL('L'):
		return EDIT_REDRAW;
	default:
		return EDIT_NOTHING;
	}
}

static enum edit_key paste(struct desk_edit *e, bool begins)
{
	e->pasting = begins;
	return EDIT_CHANGED;
}

/* Keys that terminals send as a sequence, without the Esc that it begins with. */
static enum edit_key key(struct desk_edit *e, const char *s)
{
	static const struct {
		const char *sequence;
		unsigned char as;
	} same[] = {{"[D", CTRL('B')}, {"OD", CTRL('B')}, {"[C", CTRL('F')}, {"OC", CTRL('F')},
	    {"[A", CTRL('P')}, {"OA", CTRL('P')}, {"[B", CTRL('N')}, {"OB", CTRL('N')}, {"[H", CTRL('A')},
	    {"OH", CTRL('A')}, {"[1~", CTRL('A')}, {"[7~", CTRL('A')}, {"[F", CTRL('E')}, {"OF", CTRL('E')},
	    {"[4~", CTRL('E')}, {"[8~", CTRL('E')}};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (strcmp(s, same[i].sequence) == 0)
			return control(e, same[i].as);
	if (strcmp(s, "[3~") == 0)
		return cut(e, e->at, right(e, e->at), false);
	if (strcmp(s, "[5~") == 0)
		return EDIT_PAGE_UP;
	if (strcmp(s, "[6~") == 0)
		return EDIT_PAGE_DOWN;
	if (strcmp(s, "[200~") == 0 || strcmp(s, "[201~") == 0)
		return paste(e, s[3] == '0');
	if (strcmp(s, "b") == 0 || strcmp(s, "[1;5D") == 0 || strcmp(s, "[1;3D") == 0)
		return go(e, word_left(e, e->at));
	if (strcmp(s, "f") == 0 || strcmp(s, "[1;5C") == 0 || strcmp(s, "[1;3C") == 0)
		return go(e, word_right(e, e->at));
	if (strcmp(s, "d") == 0)
		return cut(e, e->at, word_right(e, e->at), true);
	return EDIT_NOTHING;
}

/* Is what began with Esc a whole key? CSI ends with a byte from @ on, SS3 with the next one, Alt is one byte. */
static bool whole(const char *s, size_t n)
{
	if (n < 2)
		return false;
	if (s[1] == '[')
		return n > 2 && s[n - 1] >= '@' && s[n - 1] <= '~';
	return s[1] != 'O' || n > 2;
}

static enum edit_key escape(struct desk_edit *e, unsigned char byte)
{
	char s[sizeof e->sequence];

	if (byte == ESC && e->n_sequence == 1)
		return EDIT_ESCAPE; /* the second one begins a sequence */
	e->sequence[e->n_sequence++] = (char)byte;
	if (!whole(e->sequence, e->n_sequence)) {
		if (e->n_sequence == sizeof e->sequence - 1)
			e->n_sequence = 0;
		return EDIT_NOTHING;
	}
	memcpy(s, e->sequence + 1, e->n_sequence - 1);
	s[e->n_sequence - 1] = '\0';
	e->n_sequence = 0;
	if (e->pasting && strcmp(s, "[201~") != 0)
		return EDIT_NOTHING;
	return key(e, s);
}

/* A character's bytes, until it is whole. */
static enum edit_key character(struct desk_edit *e, unsigned char byte)
{
	static const char damaged[] = "\xEF\xBF\xBD";

	e->sequence[e->n_sequence++] = (char)byte;
	unsigned char lead = (unsigned char)e->sequence[0];
	size_t need = lead < 0x80 ? 1
	    : lead < 0xC2         ? 0
	    : lead < 0xE0         ? 2
	    : lead < 0xF0         ? 3
	    : lead < 0xF5         ? 4
				  : 0;
	bool follows = e->n_sequence == 1 || (byte & 0xC0) == 0x80;

	if (need && follows && e->n_sequence < need)
		return EDIT_NOTHING;
	struct str one = {e->sequence, e->n_sequence};
	e->n_sequence = 0;
	if (need && follows && utf8_valid(one, NULL))
		return insert(e, one.p, one.n);
	e->foreign = true;
	enum edit_key done = insert(e, damaged, sizeof damaged - 1);
	return follows ? done : edit_byte(e, byte);
}

enum edit_key edit_byte(struct desk_edit *e, unsigned char byte)
{
	bool in_sequence = e->n_sequence && e->sequence[0] == ESC;

	if (in_sequence)
		return escape(e, byte);
	if (byte == ESC) {
		e->n_sequence = 0;
		e->sequence[e->n_sequence++] = ESC;
		return EDIT_NOTHING;
	}
	if (e->pasting && (byte < ' ' || byte == DEL))
		return byte == '\r' || byte == '\n' || byte == '\t' ? insert(e, " ", 1) : EDIT_NOTHING;
	if (!e->n_sequence && (byte < ' ' || byte == DEL))
		return control(e, byte);
	return character(e, byte);
}

bool edit_waits(const struct desk_edit *e)
{
	return e->n_sequence == 1 && e->sequence[0] == ESC;
}

enum edit_key edit_timeout(struct desk_edit *e)
{
	if (!edit_waits(e))
		return EDIT_NOTHING;
	e->n_sequence = 0;
	return EDIT_ESCAPE;
}
