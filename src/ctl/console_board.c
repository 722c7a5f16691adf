/*
 * console_board.c - what the daemon says to the console: who it is, the names of the city, the board and what changes of
 * it, the events. See console.h.
 *
 * The board is asked for once and then followed by its seq: events only say that something has changed, so that a
 * thousand of them a second are few questions. The line of an event waits for the board that it has changed, because it
 * names the incident by its local number.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"

#include <stdlib.h>

#define FOLLOW_MS 150 /* events that come within it are one question */
#define PING_MS 5000

/* -- its clock ------------------------------------------------------------------------------ */

static void take_time(struct desk *c, const char *text)
{
	int64_t ms;

	if (!time_parse(str_of(text), &ms))
		return;
	c->there_ms = ms;
	c->there_mono = clock_mono().ms;
	c->redraw = true;
}

static void on_ping(void *arg, const struct liandong_reply *reply)
{
	json_t *r = console_result(reply);

	take_time(arg, ctl_text(r, "time"));
	json_decref(r);
}

static void on_status(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = console_result(reply);

	c->stands = strcmp(ctl_text(r, "clock"), "manual") == 0;
	take_time(c, ctl_text(r, "time"));
	json_decref(r);
	c->busy--;
}

static void on_session(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = console_result(reply);

	free(c->account);
	free(c->role);
	c->role = strdup(ctl_text(r, "role"));
	c->training = json_is_true(json_object_get(r, "training"));
	c->local = strcmp(c->role, role_names[ROLE_LOCAL]) == 0;
	c->account = strdup(c->local ? say("本机", "local") : ctl_text(r, "account"));
	c->redraw = true;
	json_decref(r);
	c->busy--;
}

/* -- the names of the city ------------------------------------------------------------------ */

static void take_names(struct desk *c, const json_t *list, const char *code, const char *shorter,
    struct desk_names *out)
{
	struct arena *a = c->city_arena;
	size_t i;
	json_t *one;

	*out = (struct desk_names){.v = arena_new_array(a, struct desk_name, json_array_size(list) + 1)};
	json_array_foreach(list, i, one) {
		struct desk_name *n = &out->v[out->n++];
		const char *given = shorter ? ctl_text(one, shorter) : "";

		n->code = arena_text(a, ctl_text(one, code));
		n->name = arena_text(a, *given ? given : ctl_text(one, "name"));
		n->brief = desk_brief(a, n->name);
	}
}

static void on_units(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = console_result(reply);

	take_names(c, json_object_get(r, "units"), "unit", "short_name", &c->city.units);
	json_decref(r);
	console_queue(c);
	c->busy--;
}

static void on_categories(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = console_result(reply);

	take_names(c, json_object_get(r, "categories"), "category", NULL, &c->city.categories);
	json_decref(r);
	console_queue(c);
	c->busy--;
}

/* 漳平市 as 漳平: the innermost of what the city lies in. */
static const char *city_name(struct desk *c, const json_t *within)
{
	const char *whole = json_string_value(json_array_get(within, json_array_size(within) - 1));
	size_t n = whole ? strlen(whole) : 0, end = strlen("市");

	if (n > end && strcmp(whole + n - end, "市") == 0)
		return arena_str(c->city_arena, (struct str){whole, n - end});
	return whole ? arena_text(c->city_arena, whole) : "";
}

static void on_areas(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = console_result(reply);

	take_names(c, json_object_get(r, "areas"), "area", NULL, &c->city.areas);
	if (json_object_get(r, "within"))
		c->city.name = city_name(c, json_object_get(r, "within"));
	json_decref(r);
	console_queue(c);
	c->busy--;
}

static void ask_and_wait(struct desk *c, const char *method, liandong_reply_cb *cb)
{
	c->busy++;
	console_ask(c, method, NULL, cb, c);
}

/* -- the queue ------------------------------------------------------------------------------ */

static enum priority priority_of(const char *code)
{
	return code[0] == 'P' && code[1] >= '1' && code[1] <= '4' ? (enum priority)(P1 + code[1] - '1')
								  : PRIORITY_NONE;
}

static enum dispatch_state state_of(const char *step)
{
	for (int s = 0; s < DISPATCH_STATES; s++)
		if (strcmp(dispatch_state_names[s], step) == 0)
			return (enum dispatch_state)s;
	return DISPATCH_ISSUED; /* "delivered" */
}

static const char *clock_word(const char *clock)
{
	return !*clock                          ? ""
	    : strcmp(clock, "acknowledge") == 0 ? say("签收", "ack")
	    : strcmp(clock, "arrive") == 0      ? say("到场", "arrive")
						: say("反馈", "report");
}

static enum desk_time time_of(const char *kind)
{
	return strcmp(kind, "office") == 0   ? DESK_OFFICE
	    : strcmp(kind, "standing") == 0  ? DESK_STANDING
	    : strcmp(kind, "unlimited") == 0 ? DESK_UNLIMITED
					     : DESK_WALL;
}

static int64_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void take_part(struct desk *c, struct arena *a, const json_t *d, bool lead, struct desk_row *r)
{
	const char *unit = ctl_text(d, "unit"), *step = ctl_text(d, "step");
	const struct desk_name *name = console_name(&c->city.units, unit);
	int64_t due = number(d, "due"), delivery = number(d, "delivery");

	if (!d)
		return;
	r->parts[r->n++] = (struct desk_part){.n = (int)number(d, "n"),
	    .unit = arena_text(a, unit),
	    .unit_brief = arena_text(a, name ? name->brief : unit),
	    .lead = lead,
	    .delivered = strcmp(step, "issued") != 0,
	    .state = state_of(step),
	    .clock = clock_word(ctl_text(d, "clock")),
	    .time = time_of(ctl_text(d, "kind")),
	    .start = number(d, "start"),
	    .due = due,
	    .to_phone = number(d, "to_phone") != 0,
	    .delivery_due = delivery ? delivery : due}; /* left out where it is the limit to sign, too */
}

static const char *name_or(const struct desk_names *names, const char *code)
{
	const struct desk_name *n = console_name(names, code);

	return n ? n->name : code;
}

/* 供水爆管 of 供水爆管、大面积漏水: a line of the queue has no room for more. */
static const char *category_brief(struct desk *c, struct arena *a, const char *code)
{
	const char *name = name_or(&c->city.categories, code), *end = strstr(name, "、");

	return end ? arena_str(a, (struct str){name, (size_t)(end - name)}) : arena_text(a, name);
}

static void take_row(struct desk *c, struct arena *a, const json_t *o, struct desk_row *r)
{
	const json_t *assists = json_object_get(o, "assists");
	const char *place = ctl_text(o, "place"), *words = ctl_text(o, "words");
	size_t i;
	json_t *one;

	if (!*place)
		place = *words ? words : name_or(&c->city.areas, ctl_text(o, "area"));
	*r = (struct desk_row){.number = arena_text(a, ctl_text(o, "number")),
	    .priority = priority_of(ctl_text(o, "priority")),
	    .category = category_brief(c, a, ctl_text(o, "category")),
	    .place = arena_text(a, place),
	    .words = arena_text(a, words),
	    .received_at = number(o, "at"),
	    .lead_due = number(o, "lead_due"),
	    .callback_due = number(o, "callback_due"),
	    .urged = (int)number(o, "urged"),
	    .callers = (int)number(o, "callers"),
	    .asked = json_is_true(json_object_get(o, "asked")),
	    .graver = json_is_true(json_object_get(o, "graver")),
	    .confidential = json_is_true(json_object_get(o, "confidential")),
	    .drill = json_is_true(json_object_get(o, "drill")),
	    .police = json_is_true(json_object_get(o, "police"))};
	r->parts = arena_new_array(a, struct desk_part, json_array_size(assists) + 1);
	take_part(c, a, json_object_get(o, "lead"), true, r);
	json_array_foreach(assists, i, one)
		take_part(c, a, one, false, r);
}

static void ring(struct desk *c)
{
	int over = 0;
	int64_t now = console_now(c);

	for (int i = 0; i < c->queue.n; i++)
		over += desk_row_over(&c->queue.rows[i], now);
	c->bell = c->bell || (over > c->over && c->board_known);
	c->over = over;
}

void console_queue(struct desk *c)
{
	struct arena *a = c->queue_spare;
	size_t n = json_object_size(c->board);
	struct desk_row *rows = arena_new_array(a, struct desk_row, n + (size_t)c->n_unanswered + 1);
	const char *key;
	json_t *one;
	int taken = 0;

	json_object_foreach(c->board, key, one)
		take_row(c, a, one, &rows[taken++]);
	taken += console_unanswered(c, a, rows + taken, c->n_unanswered);
	desk_queue_take(&c->queue, &c->numbers, rows, taken);
	c->queue_spare = c->queue_arena;
	c->queue_arena = a;
	arena_reset(c->queue_spare);
	c->redraw = true;
}

/* -- the board ------------------------------------------------------------------------------ */

/* A question for the board: whole, or what has changed; a line of a pipe may wait for it. */
struct board_question {
	struct desk *c;
	bool whole, waits;
};

static void take_board(struct desk *c, const json_t *r, bool whole)
{
	size_t i;
	json_t *one;

	if (whole || json_is_true(json_object_get(r, "reset")))
		json_object_clear(c->board);
	json_array_foreach(json_object_get(r, "gone"), i, one)
		json_object_del(c->board, json_string_value(one));
	json_array_foreach(json_object_get(r, "incidents"), i, one)
		json_object_set(c->board, ctl_text(one, "number"), one);
	c->board_seq = number(r, "seq");
	c->board_known = true;
	console_queue(c);
}

static void on_board(void *arg, const struct liandong_reply *reply)
{
	struct board_question *q = arg;
	struct desk *c = q->c;
	json_t *r = console_result(reply);

	c->board_asked = false;
	if (r)
		take_board(c, r, q->whole);
	else if (c->online && strcmp(reply->code, "unavailable") != 0 && strcmp(reply->code, "timeout") != 0)
		console_say(c, true, say("读不到在办警情:%s", "the open incidents cannot be read: %s"),
		    console_why(reply));
	else
		c->board_dirty = true;
	c->busy -= q->waits;
	if (q->waits) {
		arena_reset(c->line);
		console_tell_reported(c);
	}
	json_decref(r);
	free(q);
}

static void ask_board(struct desk *c, bool whole, bool waits)
{
	struct board_question *q = calloc(1, sizeof *q);

	if (!q)
		return;
	*q = (struct board_question){c, whole || !c->board_known, waits};
	c->busy += waits;
	c->board_asked = true;
	c->board_dirty = false;
	c->board_mono = clock_mono().ms;
	console_ask(c, "board.get", q->whole ? NULL : json_pack("{s:I}", "after", (json_int_t)c->board_seq),
	    on_board, q);
}

void console_board_changed(struct desk *c)
{
	ask_board(c, false, true);
}

void console_board_begin(struct desk *c)
{
	ask_and_wait(c, "status.get", on_status);
	ask_and_wait(c, "session.get", on_session);
	ask_and_wait(c, "unit.list", on_units);
	ask_and_wait(c, "category.list", on_categories);
	ask_and_wait(c, "area.list", on_areas);
	ask_board(c, true, true);
	c->asked_mono = clock_mono().ms;
}

/* -- events --------------------------------------------------------------------------------- */

static void tell_news(struct desk *c)
{
	struct arena *a = arena_new();
	size_t i;
	json_t *e;

	json_array_foreach(c->news, i, e) {
		bool nudge;
		const char *text = console_event_line(c, a, e, &nudge);

		if (text && nudge)
			console_nudge(c, text);
		else if (text)
			console_message(c, text);
	}
	json_array_clear(c->news);
	arena_free(a);
}

void console_event(struct desk *c, const struct liandong_event *event)
{
	json_t *e = json_loads(event->json, 0, NULL);
	int64_t at;

	if (c->stands && time_parse(str_of(ctl_text(e, "at")), &at) && at > c->there_ms) {
		take_time(c, ctl_text(e, "at")); /* a manual clock was moved: how far is asked soon */
		c->asked_mono = clock_mono().ms - PING_MS + FOLLOW_MS;
	}
	if (event->incident)
		c->board_dirty = true;
	else if (strcmp(event->type, "config.activated") == 0)
		console_board_begin(c);
	json_array_append_new(c->news, e);
	if (json_array_size(c->news) > NEWS_KEPT)
		tell_news(c);
}

void console_board_tick(struct desk *c)
{
	int64_t now = clock_mono().ms;

	ring(c);
	if (!c->online)
		return;
	if (c->board_dirty && !c->board_asked && now - c->board_mono >= FOLLOW_MS)
		ask_board(c, false, false);
	if (json_array_size(c->news) && !c->board_dirty && !c->board_asked)
		tell_news(c);
	if (now - c->asked_mono >= PING_MS) {
		c->asked_mono = now;
		console_ask(c, "session.ping", NULL, on_ping, c);
	}
}
