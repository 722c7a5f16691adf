/*
 * console_desk.c - what the files of the console share: what is said, the panel, the daemon's clock, questions to it.
 * Place: beneath the other files of the console; see console.h.
 */
#include "ctl/console.h"
#include "ctl/reach.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "desk/fit.h"

#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list more)
{
	char *text = NULL;

	if (vasprintf(&text, format, more) < 0)
		return strdup("");
	return text;
}

void console_say(struct desk *c, bool wrong, const char *format, ...)
{
	va_list more;

	va_start(more, format);
	char *text = formatted(format, more);
	va_end(more);
	c->refused = c->refused || wrong;
	if (c->plain) {
		printf("%s%s\n", wrong ? "! " : "", fit_clean(c->line, text));
		fflush(stdout);
		free(text);
		return;
	}
	free(c->answer);
	c->answer = text;
	c->wrong = wrong;
	c->redraw = true;
}

static void keep(char **list, int *n, const char *text)
{
	if (*n == MESSAGES_KEPT) {
		free(list[0]);
		memmove(list, list + 1, (MESSAGES_KEPT - 1) * sizeof *list);
		(*n)--;
	}
	list[(*n)++] = strdup(text);
}

void console_message(struct desk *c, const char *text)
{
	keep(c->messages, &c->n_messages, text);
	if (c->plain) {
		puts(text);
		fflush(stdout);
	}
	c->redraw = true;
}

void console_nudge(struct desk *c, const char *text)
{
	keep(c->nudges, &c->n_nudges, text);
	c->nudged++;
	c->redraw = true;
}

void console_panel(struct desk *c, const char *title)
{
	arena_wipe(c->panel_arena);
	c->panel_title = arena_text(c->panel_arena, fit_clean(c->panel_arena, title));
	c->panel = NULL;
	c->panel_turn++;
	c->n_panel = c->cap_panel = c->panel_from = 0;
}

void console_panel_line(struct desk *c, const char *format, ...)
{
	va_list more;

	va_start(more, format);
	char *text = formatted(format, more);
	va_end(more);
	ARRAY_ROOM(c->panel_arena, c->panel, c->n_panel, c->cap_panel);
	c->panel[c->n_panel++] = fit_clean(c->panel_arena, text);
	free(text);
}

void console_panel_close(struct desk *c)
{
	c->panel_title = NULL;
	c->n_panel = 0;
	c->redraw = true;
}

void console_panel_show(struct desk *c)
{
	c->redraw = true;
	if (!c->plain)
		return;
	printf("—— %s ——\n", c->panel_title);
	for (int i = 0; i < c->n_panel; i++)
		puts(c->panel[i]);
	fflush(stdout);
	console_panel_close(c);
}

int64_t console_now(const struct desk *c)
{
	if (!c->there_ms)
		return clock_wall().ms;
	return c->there_ms + (c->stands ? 0 : clock_mono().ms - c->there_mono);
}

void console_ask(struct desk *c, const char *method, json_t *params, liandong_reply_cb *cb, void *arg)
{
	char *text = params ? json_dumps(params, JSON_COMPACT) : NULL;

	liandong_call(c->link, method, text, cb, arg);
	free(text);
	json_decref(params);
}

const char *console_why(const struct liandong_reply *reply)
{
	return reach_said(reply->code, reply->message ? reply->message : reply->code);
}

json_t *console_result(const struct liandong_reply *reply)
{
	return reply->ok ? json_loads(reply->result, 0, NULL) : NULL;
}

const struct desk_name *console_name(const struct desk_names *names, const char *code)
{
	for (int i = 0; i < names->n; i++)
		if (strcmp(names->v[i].code, code) == 0)
			return &names->v[i];
	return NULL;
}

void console_set(json_t *o, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(o, key, json_string(value));
}
