/*
 * daemon.c - what liandongctl's commands ask: the options and the mechanism of this machine, the daemon, its clock.
 * Place: the command line's own room, above ctl.c and reach.c, beneath the commands.
 */
#include "ctl/reach.h"
#include "ctl/waiting.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include <stdlib.h>

struct options *ctl_options(struct ctl *ctl)
{
	if (!ctl->options && reach_works_here(ctl))
		ctl_load_options(ctl, false);
	return ctl->options;
}

struct mechanism *ctl_mechanism(struct ctl *ctl)
{
	struct problems p;
	struct buf text = {0};
	struct options *options = ctl_options(ctl);
	if (!options)
		return NULL;
	problems_init(&p, ctl->english);
	struct mechanism *m = mechanism_load(options->mechanism, &p);
	if (!m) {
		problems_print(&p, &text);
		fwrite(text.p, 1, text.n, stderr);
	}
	buf_free(&text);
	problems_free(&p);
	return m;
}

struct text_decider ctl_texts(struct ctl *ctl, const struct mechanism *m, struct problems *p)
{
	struct options *options = ctl_options(ctl);
	struct text_wish wish = {.trains = true};
	if (options)
		wish.folder = text_cache_folder(options->store, ctl->arena);
	return mechanism_texts(m, &wish, p);
}

static void drop_link(struct ctl *ctl)
{
	liandong_close(ctl->link);
	ctl->link = NULL;
}

/* Is it to be tried again? Else the sentence was said. */
static bool try_again(struct ctl *ctl, struct patience *wait)
{
	enum waiting_says says = waiting_for(wait, ctl->link);

	if (says != WAITING_AGAIN)
		waiting_ends(wait);
	if (says == WAITING_OTHER)
		reach_failed(ctl, ctl->link);
	drop_link(ctl);
	return says == WAITING_AGAIN;
}

struct liandong *ctl_link(struct ctl *ctl)
{
	struct patience wait = {0};
	struct liandong_options o = {
	    .client = "liandongctl",
	    .once = true,
	    .call_timeout_ms = 600 * 1000,
	};

	if (ctl->link)
		return ctl->link;
	do
		ctl->link = reach_open(ctl, &o);
	while (ctl->link && !liandong_wait(ctl->link, 15000) && try_again(ctl, &wait));
	waiting_ends(&wait);
	return ctl->link;
}

struct answer {
	bool done;
	json_t *tree;
	char *message;
};

static void answered(void *arg, const struct liandong_reply *reply)
{
	struct answer *a = arg;
	a->done = true;
	if (reply->ok)
		a->tree = json_loads(reply->result, JSON_DECODE_ANY, NULL);
	else
		a->message = strdup(reply->message ? reply->message : reply->code);
}

static bool is_of_a_name(char c)
{
	return c && strchr("abcdefghijklmnopqrstuvwxyz-_.", c);
}

static bool begins_with_command(const char *text)
{
	for (int i = 0; i < COMMANDS; i++) {
		size_t n = strlen(command_kinds[i].name);
		if (strncmp(text, command_kinds[i].name, n) == 0 && !is_of_a_name(text[n]))
			return true;
	}
	return false;
}

/* A sentence of the daemon's names commands as the protocol has them, mode.list; here they are typed as two words. */
static const char *as_typed(struct ctl *ctl, const char *sentence)
{
	char *text = arena_text(ctl->arena, sentence);
	for (char *at = text; *at; at++)
		if ((at == text || !is_of_a_name(at[-1])) && begins_with_command(at))
			*strchr(at, '.') = ' ';
	return text;
}

static json_t *call(struct ctl *ctl, const char *method, json_t *params, bool quiet)
{
	struct answer a = {0};
	struct liandong *link = ctl_link(ctl);
	if (!link) {
		json_decref(params);
		return NULL;
	}
	char *text = params ? json_dumps(params, JSON_COMPACT) : NULL;
	json_decref(params);
	liandong_call(link, method, text, answered, &a);
	free(text);
	liandong_wait(link, -1);
	if (!a.tree && !quiet)
		ctl_fail("%s", a.message ? as_typed(ctl, a.message) : liandong_error(link));
	free(a.message);
	return a.tree;
}

json_t *ctl_call(struct ctl *ctl, const char *method, json_t *params)
{
	return call(ctl, method, params, false);
}

json_t *ctl_call_quietly(struct ctl *ctl, const char *method, json_t *params)
{
	return call(ctl, method, params, true);
}

bool ctl_pages(struct ctl *ctl, const char *method, const char *list, json_t *params, ctl_row *each,
    void *arg)
{
	json_t *page, *row;
	bool good = true, more;
	size_t i;

	do {
		page = ctl_call(ctl, method, json_incref(params));
		good = page != NULL;
		json_array_foreach(json_object_get(page, list), i, row)
			good = good && each(arg, row);
		more = json_is_string(json_object_get(page, "next"));
		if (more)
			json_object_set(params, "cursor", json_object_get(page, "next"));
		json_decref(page);
	} while (good && more);
	json_decref(params);
	return good;
}

const char *ctl_unit_words(struct ctl *ctl, const char *id)
{
	size_t i;
	json_t *u;
	if (*id && !ctl->units)
		ctl->units = ctl_call(ctl, "unit.list", NULL);
	json_array_foreach(json_object_get(ctl->units, "units"), i, u)
		if (strcmp(ctl_text(u, "unit"), id) == 0)
			return arena_printf(ctl->arena, "%s(%s)", ctl_text(u, "name"), id);
	return id;
}

/* The daemon's clock, which may be a manual one; false with the sentence printed. */
static bool daemon_now(struct ctl *ctl, int64_t *now)
{
	json_t *r = ctl->asked_ms ? NULL : ctl_call(ctl, "session.ping", NULL);
	if (r)
		time_parse(str_of(ctl_text(r, "time")), &ctl->asked_ms);
	json_decref(r);
	*now = ctl->asked_ms;
	return *now != 0;
}

int64_t ctl_now(struct ctl *ctl)
{
	int64_t now;
	return (ctl->link || ctl->asked_ms) && daemon_now(ctl, &now) ? now : clock_wall().ms;
}

const char *ctl_instant(struct ctl *ctl, const char *text, enum when_side side, bool until)
{
	char out[TIME_TEXT_MAX];
	bool day;
	int64_t ms, now;
	if (time_parse(str_of(text), &ms))
		return text;
	if (!daemon_now(ctl, &now))
		return NULL;
	if (!when_parse(str_of(text), now, side, &ms, &day)) {
		ctl_fail(say("%s 不是时刻。可以写 23:10、11-25、2026-11-25 23:10、10m(%s)、现在,或 RFC "
			     "3339 如 "
			     "2026-11-25T23:10:00+08:00",
			     "%s is no instant. Write 23:10, 11-25, 2026-11-25 23:10, 10m (%s), now, or RFC "
			     "3339 as "
			     "2026-11-25T23:10:00+08:00"),
		    text,
		    side == WHEN_PAST ? say("十分钟前", "ten minutes ago")
				      : say("十分钟后", "in ten minutes"));
		return NULL;
	}
	return arena_text(ctl->arena, time_rfc3339(ms + (day && until ? DAY_MS : 0), out));
}
