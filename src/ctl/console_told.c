/*
 * console_told.c - who of an incident was told how and when, and what did not get through. See console.h.
 *
 * What is sent is another process's matter: an incident is shown at once, and what is known of its notices is added when
 * that process answers. Where it is away, nothing is added and nothing is said.
 */
#include "ctl/console.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define LOST_MOST 50

const char *console_told_line(struct desk *c, const json_t *notice)
{
	const char *ways = ctl_notice_ways(c->line, notice, true), *ended = ctl_text(notice, "ends_at");
	const char *state = ctl_text(notice, "state");

	return arena_printf(c->line, "%s %s %s%s%s%s%s%s",
	    ctl_notice_word(NOTED_CLASS, ctl_text(notice, "class")),
	    ctl_notice_word(NOTED_WHO, ctl_text(notice, "role")), ctl_notice_word(NOTED_STATE, state),
	    *ended ? " " : "", console_time(c, ended), *ways ? say(":", ": ") : "", ways,
	    json_is_true(json_object_get(notice, "drill")) ? say(" 演练", " drill") : "");
}

/* -- what did not get through ------------------------------------------------------------------ */

struct lost_list;
static void put_notice(struct lost_list *l, const json_t *one);
static void put_reply(struct lost_list *l, const json_t *one);
static void put_without_channel(struct lost_list *l, const json_t *one);
static void put_channel(struct lost_list *l, const json_t *one);

/* The panel's parts, what still needs a person first. */
static const struct lost_part {
	const char *method, *state; /* of notice.list; state NULL: `open` */
	const char *list;
	void (*put)(struct lost_list *l, const json_t *one);
	struct both title; /* zh NULL: goes on with the part before */
	bool of_the_same;  /* its list is in the answer to the part before */
} parts[] = {
    {"notice.list", NULL, "notices", put_notice,
	{"请打电话:指令没有发到,也没有人签收", "phone them: instructions that reached no person"}, false},
    {"notice.list", NULL, "without_channel", put_without_channel,
	{"单位没有通道,指令还没有取走", "instructions not fetched yet, of units without a channel"}, true},
    {"notice.replies", NULL, "replies", put_reply, {"没有采用的短信回复", "replies that were not taken"},
	false},
    {"notice.list", "dead", "notices", put_notice, {"其他没有发到的", "others that did not arrive"}, false},
    {"notice.list", "unknown", "notices", put_notice, {NULL, NULL}, false},
    {"notice.list", "stale", "notices", put_notice, {"太旧没有发的", "too old to be sent"}, false},
    {"notice.list", "queued", "notices", put_notice, {"等着发的", "waiting to be sent"}, false},
    {"notice.list", "queued", "channels", put_channel, {"停着的通道", "channels that are held"}, true},
};
#define PARTS ((int)(sizeof parts / sizeof *parts))

struct lost_list {
	struct desk *c;
	int part;
	bool titled;   /* the part, or the one that it goes on with */
	json_t *shown; /* ids of notices */
};

static void put_title(struct lost_list *l)
{
	int of = l->part;

	while (!parts[of].title.zh)
		of--;
	if (!l->titled)
		console_panel_line(l->c, "%s", both_said(&parts[of].title));
	l->titled = true;
}

/* "1.2", where the incident is on the board; "N-1-02" */
static const char *dispatch_name(struct desk *c, const json_t *one)
{
	const char *dispatch = ctl_text(one, "dispatch"), *number = ctl_text(one, "incident");
	const struct desk_row *row = desk_full(&c->queue, number);

	return *dispatch ? console_dispatch(c, dispatch, row ? row->local : 0) : number;
}

static const char *unit_name(struct desk *c, const json_t *one)
{
	const struct desk_name *unit = console_name(&c->city.units, ctl_text(one, "unit"));

	return unit ? unit->brief : ctl_text(one, "unit");
}

/* Each once, in the first part that has it. */
static void put_notice(struct lost_list *l, const json_t *notice)
{
	const char *id = ctl_text(notice, "notice");

	if (json_object_get(l->shown, id))
		return;
	put_title(l);
	console_panel_line(l->c, "  %s %s %s  %s", console_time(l->c, ctl_text(notice, "at")),
	    dispatch_name(l->c, notice), unit_name(l->c, notice), console_told_line(l->c, notice));
	json_object_set_new(l->shown, id, json_true());
}

static void put_without_channel(struct lost_list *l, const json_t *one)
{
	put_title(l);
	console_panel_line(l->c, "  %s %s %s  %s%s%s", console_time(l->c, ctl_text(one, "at")),
	    dispatch_name(l->c, one), unit_name(l->c, one), ctl_notice_word(NOTED_WHY, "no-channel"),
	    *ctl_text(one, "to_phone") ? say(" 待电话", ", to be phoned") : "",
	    json_is_true(json_object_get(one, "drill")) ? say(" 演练", ", drill") : "");
}

static void put_reply(struct lost_list *l, const json_t *reply)
{
	put_title(l);
	console_panel_line(l->c, "  %s %s %s  %s  %s", console_time(l->c, ctl_text(reply, "at")),
	    unit_name(l->c, reply), ctl_text(reply, "phone"), ctl_text(reply, "text"),
	    ctl_reply_why(l->c->line, reply));
}

static void put_channel(struct lost_list *l, const json_t *one)
{
	put_title(l);
	console_panel_line(l->c, "  %s  %s", ctl_text(one, "channel"), ctl_notice_held(l->c->line, one));
}

static void put_part(struct lost_list *l, const json_t *answer)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(answer, parts[l->part].list), i, one)
		parts[l->part].put(l, one);
}

/* The part that is answered, and those whose lists are in the same answer. */
static void put_answer(struct lost_list *l, const json_t *answer)
{
	do {
		l->titled = l->titled && !parts[l->part].title.zh;
		put_part(l, answer);
	} while (++l->part < PARTS && parts[l->part].of_the_same);
}

static void ask_part(struct lost_list *l);

static void on_part(void *arg, const struct liandong_reply *reply)
{
	struct lost_list *l = arg;
	struct desk *c = l->c;
	json_t *r = console_result(reply);

	arena_reset(c->line);
	if (r)
		put_answer(l, r);
	else
		console_say(c, true, "%s", console_why(reply));
	json_decref(r);
	if (r && l->part < PARTS) {
		ask_part(l);
		return;
	}
	if (r && c->n_panel == 0)
		console_panel_line(c, "%s", say("没有", "none"));
	console_panel_show(c);
	c->busy--;
	json_decref(l->shown);
	free(l);
}

static void ask_part(struct lost_list *l)
{
	const struct lost_part *p = &parts[l->part];
	json_t *params = json_pack("{s:i}", "limit", LOST_MOST);

	if (p->state)
		json_object_set_new(params, "state", json_string(p->state));
	else if (strcmp(p->list, "notices") == 0)
		json_object_set_new(params, "open", json_true());
	console_ask(l->c, p->method, params, on_part, l);
}

void console_lost(struct desk *c)
{
	struct lost_list *l = calloc(1, sizeof *l);

	*l = (struct lost_list){.c = c, .shown = json_object()};
	c->busy++;
	console_panel(c, say("没有通知到的", "what did not get through"));
	ask_part(l);
}
