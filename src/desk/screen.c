/* screen.c - see screen.h. */
#include "desk/screen.h"
#include "desk/fit.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "base/utf8.h"

#include <assert.h>

#define MESSAGES_MOST 6
#define MESSAGES_BESIDE_PANEL 2
#define QUEUE_BESIDE_PANEL 4
#define INPUT_MOST 5 /* lines */
#define ANSWER_MOST 3
#define UNIT_COLUMNS 10  /* of a unit's name in the queue */
#define HIDDEN_COLUMNS 4 /* of " +12": how many units are not shown */

static void span(struct screen_line *l, const char *text, enum screen_look look)
{
	if (*text && l->n < SPANS)
		l->v[l->n++] = (struct screen_span){text, look};
}

static size_t width(const char *text)
{
	return utf8_width(str_of(text));
}

const char *screen_plain(struct arena *a, const struct screen_line *l)
{
	struct buf b = {0};

	for (int i = 0; i < l->n; i++) {
		if (l->v[i].look == LOOK_REVERSE)
			buf_char(&b, '!');
		buf_text(&b, l->v[i].text);
	}
	while (b.n && b.p[b.n - 1] == ' ')
		b.n--;
	return buf_into(&b, a).p;
}

const char *screen_time(struct arena *a, int64_t ms)
{
	int64_t s = (ms + CITY_OFFSET_MS) / SECOND_MS % 86400;

	return arena_printf(a, "%02lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60),
	    (long long)(s % 60));
}

/* -- status --------------------------------------------------------------------------------- */

struct counts {
	int by_priority[PRIORITY_COUNT], over, to_phone, callbacks;
};

static struct counts count(const struct desk_queue *q, int64_t now)
{
	struct counts c = {0};

	for (int i = 0; i < q->n; i++) {
		const struct desk_row *r = &q->rows[i];

		c.by_priority[r->priority]++;
		c.over += desk_row_over(r, now);
		c.callbacks += r->callback_due != 0;
		for (int k = 0; k < r->n; k++)
			c.to_phone += desk_part_to_phone(&r->parts[k], now);
	}
	return c;
}

static void figure(struct arena *a, struct screen_line *l, const char *word, int n, enum screen_look look)
{
	if (n) {
		span(l, " ", LOOK_PLAIN);
		span(l, arena_printf(a, say("%s%d", "%s:%d"), word, n), look);
	}
}

/* Cuts the line where the screen ends. */
static void cut_line(struct arena *a, struct screen_line *l, int columns)
{
	size_t left = (size_t)columns;

	for (int i = 0; i < l->n; i++) {
		size_t w = width(l->v[i].text);

		if (w > left)
			l->v[i].text = fit_most(a, l->v[i].text, left);
		left -= w < left ? w : left;
	}
}

void screen_status(struct arena *a, const struct desk_status *st, const struct desk_queue *q, int64_t now,
    int columns, struct screen_line *out)
{
	struct counts c = count(q, now);

	*out = (struct screen_line){0};
	if (st->training)
		span(out, say("培训 ", "TRAINING "), LOOK_REVERSE);
	span(out, arena_printf(a, say("%s110联动 %s ", "%s 110 %s "), st->city, st->who), LOOK_BOLD);
	if (st->masked)
		span(out, say("个人信息隐去 ", "masked "), LOOK_PLAIN);
	span(out,
	    arena_printf(a, "%s%s", st->online ? say("●在线 ", "●online ") : say("○已断线 ", "○offline "),
		screen_time(a, now)),
	    st->online ? LOOK_PLAIN : LOOK_REVERSE);
	span(out, " ", LOOK_PLAIN);
	for (int p = P1; p <= P4; p++)
		figure(a, out, desk_priority_brief((enum priority)p), c.by_priority[p], LOOK_PLAIN);
	span(out, " ", LOOK_PLAIN);
	figure(a, out, say("超时", "late"), c.over, LOOK_REVERSE);
	figure(a, out, say("待电话", "phone"), c.to_phone, LOOK_BOLD);
	figure(a, out, say("待回访", "callback"), c.callbacks, LOOK_PLAIN);
	figure(a, out, say("待确认", "unsure"), st->unanswered, LOOK_BOLD);
	figure(a, out, say("催办", "nudges"), st->nudges, LOOK_DIM);
	cut_line(a, out, columns);
}

/* -- one incident --------------------------------------------------------------------------- */

/* The room that units have in a line, as it is used up. */
struct room {
	struct arena *a;
	struct screen_line *l;
	size_t left;
	int hidden; /* units that found none */
};

/* 签收 -0:12; of a limit in office time that is not today's, its instant. */
static const char *clock_left(struct arena *a, const struct desk_part *p, int64_t now)
{
	if (!*p->clock || p->state == DISPATCH_COMPLETED)
		return "";
	if (p->time == DESK_UNLIMITED)
		return p->start
		    ? arena_printf(a, say(" %s已%s", " %s for %s"), p->clock, fit_left(a, now - p->start))
		    : "";
	if (!p->due)
		return "";
	if (p->time == DESK_STANDING || p->due - now > 10 * HOUR_MS) {
		char text[TIME_TEXT_MAX];

		return arena_printf(a, say(" %s限%s", " %s by %s"), p->clock,
		    say_english() ? time_english(p->due, now, text) : time_chinese(p->due, now, text));
	}
	return arena_printf(a, " %s %s", p->clock, fit_left(a, p->due - now));
}

static void put(struct room *room, const char *text, enum screen_look look, const char *gap)
{
	size_t need = width(text) + (room->l->n ? width(gap) : 0);

	if (need > room->left || room->hidden) {
		room->hidden++;
		return;
	}
	if (room->l->n)
		span(room->l, gap, LOOK_PLAIN);
	span(room->l, text, look);
	room->left -= need;
}

static void put_part(struct room *room, const struct desk_part *p, int64_t now, bool with_clock,
    const char *gap)
{
	const char *name = fit_most(room->a, fit_clean(room->a, p->unit_brief), UNIT_COLUMNS);
	const char *phone = desk_part_to_phone(p, now) ? "☎" : "";
	const char *text = arena_printf(room->a, "%s %s%s", name, desk_letter(p->state), phone);
	const char *clock = with_clock ? clock_left(room->a, p, now) : "";

	if (width(gap) + width(text) + width(clock) <= room->left)
		text = arena_printf(room->a, "%s%s", text, clock);
	put(room, text, desk_part_over(p, now) ? LOOK_REVERSE : LOOK_PLAIN, gap);
}

static void put_due(struct room *room, const char *what, int64_t due, int64_t now)
{
	put(room, arena_printf(room->a, "%s %s", what, due ? fit_left(room->a, due - now) : ""),
	    due && due < now ? LOOK_REVERSE : LOOK_BOLD, "");
}

/* Those that are late first, then those that have done least. */
static void put_assists(struct room *room, const struct desk_row *r, int64_t now, const char *gap)
{
	for (int late = 1; late >= 0; late--)
		for (int step = DISPATCH_ISSUED; step < DISPATCH_STATES; step++)
			for (int i = 0; i < r->n; i++) {
				const struct desk_part *p = &r->parts[i];

				if (!p->lead && desk_part_over(p, now) == late && (int)p->state == step)
					put_part(room, p, now, late, gap);
			}
}

/* What its units do, in so many columns; how many found no room. */
static int fill_units(struct arena *a, const struct desk_row *r, int64_t now, size_t columns,
    struct screen_line *out)
{
	struct room room = {.a = a, .l = out, .left = columns};
	bool lead = false;

	*out = (struct screen_line){0};
	if (r->unanswered)
		put(&room, say("待确认,自动重发", "not confirmed, sent again by itself"), LOOK_BOLD, "");
	if (r->callback_due)
		put_due(&room, say("待回访", "call back"), r->callback_due, now);
	for (int i = 0; i < r->n; i++)
		if (r->parts[i].lead) {
			put_part(&room, &r->parts[i], now, true, "  ");
			lead = true;
		}
	if (!lead && !r->unanswered && !r->callback_due)
		put_due(&room, say("待派主办", "no lead"), r->lead_due, now);
	put_assists(&room, r, now, "  ");
	return room.hidden;
}

static void put_units(struct arena *a, const struct desk_row *r, int64_t now, size_t columns,
    struct screen_line *out)
{
	struct screen_line units;
	size_t used = 0;
	int hidden = fill_units(a, r, now, columns, &units);

	if (hidden) {
		hidden = fill_units(a, r, now, columns - HIDDEN_COLUMNS, &units);
		span(&units, arena_printf(a, " +%d", hidden), LOOK_PLAIN);
	}
	for (int i = 0; i < units.n; i++) {
		used += width(units.v[i].text);
		span(out, units.v[i].text, units.v[i].look);
	}
	span(out, arena_printf(a, "%*s", (int)(columns > used ? columns - used : 0), ""), LOOK_PLAIN);
}

static const char *marks(struct arena *a, const struct desk_row *r)
{
	return arena_printf(a, "%s%s%s%s%s", r->graver ? say("险 ", "graver ") : "",
	    r->drill ? say("演练 ", "drill ") : "", r->confidential ? say("密 ", "confidential ") : "",
	    r->urged ? arena_printf(a, say("催%d ", "urged %d "), r->urged) : "",
	    r->callers > 1 ? arena_printf(a, say("%d人报 ", "%d callers "), r->callers) : "");
}

void screen_row(struct arena *a, const struct desk_row *r, int64_t now, int columns, struct screen_line *out)
{
	size_t category = columns >= 110 ? 16 : 10, age = columns >= 70 ? 9 : 0;
	size_t level = say_english() ? 3 : 5; /* ◆P1, ◆危急 */
	size_t fixed = 3 + level + 1 + category + 1 + age;
	size_t rest = (size_t)columns > fixed + 30 ? (size_t)columns - fixed : 30;
	size_t place = rest * 2 / 5;
	const char *local = r->local ? arena_printf(a, "%2d", r->local) : "--";
	const char *kind = arena_printf(a, "%s%s",
	    *r->category ? fit_clean(a, r->category) : say("类别未定", "no category"), r->asked ? "?" : "");

	*out = (struct screen_line){0};
	span(out, arena_printf(a, "%s ", local), LOOK_BOLD);
	span(out,
	    arena_printf(a, "%s ",
		fit_columns(a,
		    arena_printf(a, "%s%s", desk_mark(r->priority), desk_priority_brief(r->priority)),
		    level)),
	    r->priority == P1 ? LOOK_BOLD : LOOK_PLAIN);
	span(out, arena_printf(a, "%s ", fit_columns(a, kind, category)), LOOK_PLAIN);
	span(out,
	    arena_printf(a, "%s ",
		fit_columns(a, arena_printf(a, "%s%s", marks(a, r), fit_clean(a, r->place)), place - 1)),
	    LOOK_PLAIN);
	put_units(a, r, now, rest - place, out);
	if (age)
		span(out,
		    arena_printf(a, "%*s", (int)age,
			fit_left(a, now > r->received_at ? now - r->received_at : 0)),
		    LOOK_DIM);
	cut_line(a, out, columns);
}

/* -- lines that are wrapped ----------------------------------------------------------------- */

struct wrapped {
	const char **v;
	int n, cap;
};

static void wrap(struct arena *a, struct wrapped *w, const char *text, size_t columns)
{
	do {
		size_t n = fit_bytes(text, columns);

		/* wider than the screen: one character all the same */
		if (!n && *text) {
			struct str s = str_of(text);
			utf8_next(&s);
			n = (size_t)(s.p - text);
		}
		ARRAY_ROOM(a, w->v, w->n, w->cap);
		w->v[w->n++] = arena_str(a, (struct str){text, n});
		text += n;
	} while (*text);
}

static struct wrapped wrap_panel(struct arena *a, const struct screen_state *s)
{
	struct wrapped w = {0};

	for (int i = 0; i < s->n_panel; i++)
		wrap(a, &w, s->panel[i], (size_t)s->columns);
	return w;
}

/* -- the whole ------------------------------------------------------------------------------ */

/* How many lines each part has. */
struct shares {
	int queue, panel, messages, answer, input;
};

struct laying {
	struct arena *a;
	const struct screen_state *s;
	struct screen *out;
	struct wrapped panel, answer, input;
	struct shares n;
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static void share(struct laying *x)
{
	const struct screen_state *s = x->s;
	struct shares *n = &x->n;
	int free = most(s->rows - 1, 1);

	n->input = least(x->input.n, most(1, least(INPUT_MOST, s->rows / 4)));
	free -= n->input;
	n->answer = least(least(x->answer.n, ANSWER_MOST), most(free - 1, 0));
	free -= n->answer;
	n->messages =
	    least(least(s->n_messages, s->title ? MESSAGES_BESIDE_PANEL : MESSAGES_MOST), most(free - 1, 0));
	free -= n->messages;
	if (s->title) {
		/* one line is its title */
		n->panel = least(x->panel.n + 1,
		    most(free - least(s->queue->n, QUEUE_BESIDE_PANEL), least(free, 1)));
		free -= n->panel;
	}
	n->queue = most(free, 0);
}

static struct screen_line *next_line(struct laying *x)
{
	assert(x->out->n < x->s->rows && "no more lines than the screen has");
	return &x->out->lines[x->out->n++];
}

static void lay_line(struct laying *x, const char *text, enum screen_look look)
{
	span(next_line(x), fit_most(x->a, text, (size_t)x->s->columns), look);
}

static void lay_queue(struct laying *x)
{
	const struct desk_queue *q = x->s->queue;
	bool hides = q->n > x->n.queue;
	int shown = hides ? most(x->n.queue - 1, 0) : q->n, end = x->out->n + x->n.queue;

	if (!q->n && x->n.queue)
		lay_line(x,
		    say("没有在办的警情。n 报警内容 报一件;? 列出命令",
			"No open incidents. n and what is reported makes one; ? lists the commands"),
		    LOOK_DIM);
	for (int i = 0; i < shown; i++)
		screen_row(x->a, &q->rows[i], x->s->now, x->s->columns, next_line(x));
	if (hides && x->n.queue)
		lay_line(x,
		    arena_printf(x->a, say("… 还有 %d 件:l 看全部", "… %d more: l shows all"), q->n - shown),
		    LOOK_DIM);
	while (x->out->n < end)
		next_line(x);
}

static void lay_panel(struct laying *x)
{
	const struct screen_state *s = x->s;
	int seen = x->n.panel - 1, from = most(0, least(s->panel_from, x->panel.n - seen));

	if (!s->title || x->n.panel < 1)
		return;
	lay_line(x,
	    x->panel.n > seen ? arena_printf(x->a, "── %s ── %d-%d/%d PgUp PgDn Esc", s->title, from + 1,
				    least(from + seen, x->panel.n), x->panel.n)
			      : arena_printf(x->a, "── %s ── Esc", s->title),
	    LOOK_BOLD);
	for (int i = from; i < least(from + seen, x->panel.n); i++)
		lay_line(x, x->panel.v[i], LOOK_PLAIN);
}

/* The line that is typed, its lines around the cursor. */
static void lay_input(struct laying *x)
{
	const struct screen_state *s = x->s;
	struct wrapped before = {0};
	const char *upto = arena_printf(x->a, "%s%.*s", s->prompt, (int)s->cursor, s->input);

	wrap(x->a, &before, upto, (size_t)s->columns);
	int row = before.n - 1, column = (int)width(before.v[row]);
	if (column >= s->columns && row + 1 < x->input.n) {
		row++;
		column = 0;
	}
	int from = most(0, least(row - x->n.input + 1, x->input.n - x->n.input));
	x->out->row = x->out->n + row - from;
	x->out->column = least(column, s->columns - 1);
	for (int i = from; i < from + x->n.input; i++)
		lay_line(x, x->input.v[i], LOOK_PLAIN);
}

static void begin(struct laying *x, struct arena *a, const struct screen_state *s, struct screen *out)
{
	*x = (struct laying){.a = a, .s = s, .out = out};
	wrap(a, &x->input, arena_printf(a, "%s%s", s->prompt, s->input), (size_t)s->columns);
	if (*s->answer)
		wrap(a, &x->answer, s->answer, (size_t)s->columns);
	if (s->title)
		x->panel = wrap_panel(a, s);
	share(x);
}

int screen_panel_lines(struct arena *a, const struct screen_state *s, int *seen)
{
	struct laying x;

	begin(&x, a, s, NULL);
	*seen = most(x.n.panel - 1, 0);
	return x.panel.n;
}

void screen_lay(struct arena *a, const struct screen_state *s, struct screen *out)
{
	struct laying x;

	*out = (struct screen){.lines = arena_new_array(a, struct screen_line, (size_t)s->rows)};
	begin(&x, a, s, out);
	if (s->rows > 1)
		screen_status(a, &s->status, s->queue, s->now, s->columns, next_line(&x));
	lay_queue(&x);
	lay_panel(&x);
	for (int i = s->n_messages - x.n.messages; i < s->n_messages; i++)
		lay_line(&x, s->messages[i], LOOK_PLAIN);
	for (int i = 0; i < x.n.answer; i++)
		lay_line(&x, x.answer.v[i], s->wrong ? LOOK_BOLD : LOOK_PLAIN);
	lay_input(&x);
}
