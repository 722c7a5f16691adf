/*
 * render_board.c - one incident as a row of the board, the running clocks of a dispatch, office time.
 *
 * Place: wire, beside render.c. A row is small (about ROW_MOST bytes with a lead and an assist, whatever was said) because a
 * board has a thousand of them: instants are milliseconds since 1970, and what says nothing is left out.
 */
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "domain/choice.h"
#include "domain/graver_mark.h"
#include "domain/secrecy.h"
#include "wire/render.h"

#define ROW_MOST 400
#define PLACE_MOST 60   /* bytes of text */
#define PLACE_LEAST 45  /* of the two texts the place says which matter it is */
#define AROUND_PLACE 11 /* ,"place":"" */
#define WORDS_MOST 120
#define WORDS_LEAST 24
#define AROUND_WORDS 12 /* ,"words":"" and the brace */

/* -- clocks ----------------------------------------------------------------------------------- */

/* As people are told of it: counted by the wall clock; in office hours, in which it counts now; the same, and it
 * stands still now; without a limit, and counted up from its start. */
enum ticking { TICKING_COUNTED, TICKING_OFFICE, TICKING_STANDING, TICKING_UNLIMITED };
static const char *const ticking_names[] = {
    [TICKING_COUNTED] = "counted",
    [TICKING_OFFICE] = "office",
    [TICKING_STANDING] = "standing",
    [TICKING_UNLIMITED] = "unlimited",
};

/* It has started, is not met, and people are shown it: where it has no limit, only the arrival outside the city. */
static bool ticks(const struct dispatch *d, enum clock_kind kind)
{
	const struct clock *c = &d->clocks[kind];

	return c->start && !c->stopped && (c->due || (kind == CLOCK_ARRIVE && deadline_followed(d)));
}

/* *time: which time of the calendar is counted towards its due. An instant that a rule names is waited for by the
 * wall clock. */
static enum ticking ticking_of(const struct clocks_of *of, enum clock_kind kind, int64_t now,
    enum clock_time *time)
{
	const struct clock *c = &of->d->clocks[kind];
	struct limit limit = deadline_limit(of, kind, c->start);

	*time = limit.due_at ? TIME_ALWAYS : limit.time;
	if (!c->due)
		return TICKING_UNLIMITED;
	if (*time == TIME_ALWAYS)
		return TICKING_COUNTED;
	return calendar_next(&of->m->calendar, *time, now) == now ? TICKING_OFFICE : TICKING_STANDING;
}

static int64_t left_ms(const struct calendar *c, enum clock_time time, int64_t now, int64_t due)
{
	return now <= due ? calendar_between(c, time, now, due) : -calendar_between(c, time, due, now);
}

static void render_clock(struct json *j, const struct clocks_of *of, enum clock_kind kind, int64_t now)
{
	const struct clock *c = &of->d->clocks[kind];
	enum clock_time time;
	enum ticking ticking = ticking_of(of, kind, now, &time);

	json_begin(j, NULL);
	json_text(j, "clock", clock_names[kind]);
	json_time(j, "start", c->start);
	json_time(j, "due", c->due);
	json_text(j, "kind", ticking_names[ticking]);
	if (ticking == TICKING_OFFICE || ticking == TICKING_STANDING)
		json_int(j, "left_seconds", left_ms(&of->m->calendar, time, now, c->due) / SECOND_MS);
	json_end(j);
}

void render_running(struct json *j, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now)
{
	struct clocks_of of = clocks_of(inc, d, m);

	json_list(j, "clocks");
	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		if (ticks(d, (enum clock_kind)k))
			render_clock(j, &of, (enum clock_kind)k, now);
	json_close(j);
}

void render_office(struct json *j, const struct calendar *c, int64_t now)
{
	bool open = calendar_office(c, now);
	struct stretch one = {.to = now};
	int n;

	if (open)
		calendar_add(c, TIME_OFFICE, now, DAY_MS, &one, 1, &n, NULL);
	json_begin(j, "office");
	json_bool(j, "open", open);
	json_time(j, "until", open ? one.to : calendar_next(c, TIME_OFFICE, now));
	json_end(j);
}

/* -- one dispatch of a row --------------------------------------------------------------------- */

static const char *step_word(const struct dispatch *d)
{
	if (d->state == DISPATCH_ISSUED && d->at[STEP_DELIVERED])
		return step_names[STEP_DELIVERED];
	return dispatch_state_names[d->state];
}

/* What is owed next: the delivery is beside it, where it is due at another instant. */
static void render_next_clock(struct json *j, const struct clocks_of *of, int64_t now)
{
	const struct dispatch *d = of->d;
	enum clock_time time;
	enum ticking ticking;
	int k = CLOCK_ACKNOWLEDGE;

	while (k < DISPATCH_CLOCKS && !ticks(d, (enum clock_kind)k))
		k++;
	if (k == DISPATCH_CLOCKS)
		return;
	ticking = ticking_of(of, (enum clock_kind)k, now, &time);
	json_text(j, "clock", clock_names[k]);
	if (d->clocks[k].due)
		json_int(j, "due", d->clocks[k].due);
	else
		json_int(j, "start", d->clocks[k].start);
	if (ticking != TICKING_COUNTED)
		json_text(j, "kind", ticking_names[ticking]);
}

static void render_part(struct json *j, const char *key, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now)
{
	struct clocks_of of = clocks_of(inc, d, m);

	json_begin(j, key);
	json_int(j, "n", d->n);
	json_text(j, "unit", d->unit);
	json_text(j, "step", step_word(d));
	if (dispatch_open(d)) {
		render_next_clock(j, &of, now);
		if (ticks(d, CLOCK_DELIVERY) &&
		    d->clocks[CLOCK_DELIVERY].due != d->clocks[CLOCK_ACKNOWLEDGE].due)
			json_int(j, "delivery", d->clocks[CLOCK_DELIVERY].due);
		if (dispatch_to_phone(d))
			json_int(j, "to_phone", dispatch_to_phone(d));
	}
	json_end(j);
}

/* Of several the last, which is the one that leads now. */
static const struct dispatch *lead_of(const struct incident *inc)
{
	const struct dispatch *lead = incident_open_lead(inc);

	for (int i = inc->n_dispatches; !lead && i > 0; i--)
		if (inc->dispatches[i - 1].role == AS_LEAD &&
		    inc->dispatches[i - 1].state != DISPATCH_WITHDRAWN)
			lead = &inc->dispatches[i - 1];
	return lead;
}

static void render_parts(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now)
{
	const struct dispatch *lead = lead_of(inc);

	if (lead)
		render_part(j, "lead", inc, lead, m, now);
	json_list(j, "assists");
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (d != lead && d->role != AS_INFORM && d->state != DISPATCH_WITHDRAWN)
			render_part(j, NULL, inc, d, m, now);
	}
	json_close(j);
}

/* -- the row ----------------------------------------------------------------------------------- */

/* Its first bytes, cut between characters. */
static struct str head_bytes(const char *text, size_t most)
{
	struct str s = str_of(text);

	if (s.n > most)
		for (s.n = most; s.n && ((unsigned char)s.p[s.n] & 0xC0) == 0x80;)
			s.n--;
	return s;
}

static void flag(struct json *j, const char *key, bool set)
{
	if (set)
		json_bool(j, key, true);
}

static void render_marks(struct json *j, const struct incident *inc, const struct view *v, struct arena *a)
{
	const struct clock *lead = &inc->clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS];
	const struct clock *callback = &inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS];

	if (inc->state != INCIDENT_OPEN)
		json_text(j, "state", incident_state_names[inc->state]);
	if (clock_runs(lead))
		json_int(j, "lead_due", lead->due);
	if (clock_runs(callback))
		json_int(j, "callback_due", callback->due);
	if (inc->urged)
		json_int(j, "urged", inc->urged);
	if (inc->callers)
		json_int(j, "callers", inc->callers + 1);
	flag(j, "drill", inc->drill);
	flag(j, "confidential", inc->confidential);
	flag(j, "secret", inc->secret_reporter && sight_of(v, THING_PEOPLE, inc) != SIGHT_NONE);
	flag(j, "police", inc->police);
	flag(j, "unmatched", inc->unmatched);
	flag(j, "asked", choice_asked(inc->choice));
	flag(j, "graver", graver_shown(inc, a));
	flag(j, "left_to_office", incident_left_to_office(inc));
}

/* What is left of a row's bytes for a text, between `least` and `most`. */
static size_t room_for(size_t used, size_t least, size_t most)
{
	size_t left = used < ROW_MOST ? ROW_MOST - used : 0;

	return left < least ? least : left > most ? most : left;
}

/* Where, and what was said: as much as there is room for. */
static void render_said(struct json *j, const struct incident *inc, const struct view *v, size_t begun,
    struct arena *a)
{
	enum sight sight = sight_of(v, THING_PEOPLE, inc);
	bool full = sight == SIGHT_ALL;
	const char *place = full ? inc->address : mask_text(a, inc->address);
	const char *words =
	    full ? secrecy_shown(v, inc, inc->description, a) : mask_text(a, inc->description);
	size_t used = j->out->n - begun + AROUND_PLACE + AROUND_WORDS;

	if (sight == SIGHT_NONE)
		return;
	if (place && *place)
		json_str(j, "place",
		    head_bytes(place, room_for(used + WORDS_LEAST, PLACE_LEAST, PLACE_MOST)));
	used = j->out->n - begun + AROUND_WORDS;
	if (words && *words)
		json_str(j, "words", head_bytes(words, room_for(used, WORDS_LEAST, WORDS_MOST)));
}

void render_board_row(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now,
    const struct view *v, struct arena *a)
{
	size_t begun = j->out->n;

	json_begin(j, NULL);
	json_text(j, "number", inc->number);
	json_text(j, "priority", priority_names[inc->priority]);
	json_text(j, "category", inc->category);
	json_text(j, "area", inc->area);
	json_int(j, "at", inc->received_at);
	render_marks(j, inc, v, a);
	render_parts(j, inc, m, now);
	render_said(j, inc, v, begun, a);
	json_end(j);
}

bool render_on_board(const struct incident *inc)
{
	return inc->state != INCIDENT_CLOSED && inc->state != INCIDENT_CANCELLED && !inc->backfill;
}

void render_graver(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v, struct arena *a)
{
	struct graver_mark mark;
	struct str one;

	if (sight_row(THING_SECRET_REPORTER, v->role) == SIGHT_NONE || !graver_shown(inc, a))
		return;
	graver_read(inc->graver, a, &mark);
	json_begin(j, "graver");
	json_text(j, "priority", priority_names[mark.priority]);
	json_list(j, "units");
	while ((one = list_next(&mark.units)).n) {
		const char *id = arena_str(a, one);
		const struct unit *unit = m ? mechanism_unit(m, id) : NULL;

		json_begin(j, NULL);
		json_text(j, "unit", id);
		json_text(j, "unit_name", unit ? unit->name : NULL);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}
