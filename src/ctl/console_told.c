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

	return arena_printf(c->line, "%s %s %s%s%s%s%s%s%s", ctl_notice_word(ctl_text(notice, "class")),
	    ctl_notice_word(ctl_text(notice, "role")), ctl_notice_word(state), *ended ? " " : "",
	    console_time(c, ended), strcmp(state, "dead") == 0 ? say(",请打电话", ", phone them") : "",
	    *ways ? say(":", ": ") : "", ways,
	    json_is_true(json_object_get(notice, "drill")) ? say(" 演练", " drill") : "");
}

/* -- what did not get through ------------------------------------------------------------------ */

struct lost_list {
	struct desk *c;
	int asked; /* of the states */
};

static const char *const lost_states[] = {"dead", "unknown", "stale"};
#define LOST_STATES ((int)(sizeof lost_states / sizeof *lost_states))

static void put_lost(struct desk *c, const json_t *notice)
{
	const char *dispatch = ctl_text(notice, "dispatch"), *number = ctl_text(notice, "incident");
	const struct desk_row *row = desk_full(&c->queue, number);
	const struct desk_name *unit = console_name(&c->city.units, ctl_text(notice, "unit"));

	console_panel_line(c, "%s %s %s  %s", console_time(c, ctl_text(notice, "at")),
	    *dispatch ? console_dispatch(c, dispatch, row ? row->local : 0) : number,
	    unit ? unit->brief : ctl_text(notice, "unit"), console_told_line(c, notice));
}

static void ask_lost(struct lost_list *l);

static void on_lost(void *arg, const struct liandong_reply *reply)
{
	struct lost_list *l = arg;
	struct desk *c = l->c;
	json_t *r = console_result(reply), *one;
	size_t i;

	arena_reset(c->line);
	if (!r)
		console_say(c, true, "%s", console_why(reply));
	json_array_foreach(json_object_get(r, "notices"), i, one)
		put_lost(c, one);
	json_decref(r);
	if (r && ++l->asked < LOST_STATES) {
		ask_lost(l);
		return;
	}
	if (r && c->n_panel == 0)
		console_panel_line(c, "%s", say("没有", "none"));
	console_panel_show(c);
	c->busy--;
	free(l);
}

static void ask_lost(struct lost_list *l)
{
	console_ask(l->c, "notice.list",
	    json_pack("{s:s, s:i}", "state", lost_states[l->asked], "limit", LOST_MOST), on_lost, l);
}

void console_lost(struct desk *c)
{
	struct lost_list *l = calloc(1, sizeof *l);

	*l = (struct lost_list){.c = c};
	c->busy++;
	console_panel(c, say("没有通知到的", "what did not get through"));
	ask_lost(l);
}
