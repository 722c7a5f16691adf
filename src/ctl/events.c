/* events.c - liandongctl events [--follow]: what happened, and what happens. */
#include "ctl/reach.h"
#include "base/arena.h"
#include <stdio.h>
#include <poll.h>

#define LIMIT_MOST 100000 /* they are held in memory */

static void print_event(struct ctl *ctl, const json_t *e)
{
	if (ctl->json) {
		ctl_print_json(e);
		return;
	}
	const char *what = *ctl_text(e, "dispatch") ? ctl_text(e, "dispatch") : ctl_text(e, "incident");
	printf("%-8lld %s  %s  %s %s %s %s\n", (long long)json_integer_value(json_object_get(e, "seq")),
	    ctl_when(ctl, ctl_text(e, "at")), ctl_word(ctl_text(e, "type")), what, ctl_text(e, "unit"),
	    ctl_text(e, "by"), ctl_event_about(ctl->arena, e));
}

/* The last events that came, at most `cap`, which are printed at the end; or cap 0: each is printed as
 * it comes, until `most` were (negative: no limit). */
struct printing {
	struct ctl *ctl;
	int64_t most;
	json_t **last;
	size_t cap, n;
};

static void take(struct printing *s, json_t *e)
{
	if (s->cap == 0) {
		print_event(s->ctl, e);
		s->most -= s->most > 0;
		return;
	}
	json_decref(s->last[s->n % s->cap]);
	s->last[s->n++ % s->cap] = json_incref(e);
}

static void print_last(struct printing *s)
{
	size_t held = s->n < s->cap ? s->n : s->cap;
	for (size_t i = s->n - held; i < s->n; i++)
		print_event(s->ctl, s->last[i % s->cap]);
	for (size_t i = 0; i < held; i++)
		json_decref(s->last[i]);
}

/* Pages from `after` until there is no more; gives the seq to go on from, -1 where it was refused. */
static int64_t read_pages(struct printing *s, int64_t after, const char *incident)
{
	bool more = true;
	while (more && s->most != 0) {
		json_t *params = json_pack("{s:I, s:s*}", "after", (json_int_t)after, "number", incident);
		if (s->most > 0)
			json_object_set_new(params, "limit", json_integer(s->most > 500 ? 500 : s->most));
		json_t *r = ctl_call(s->ctl, "event.list", params), *e;
		size_t i;
		if (!r)
			return -1;
		json_array_foreach(json_object_get(r, "events"), i, e)
			take(s, e);
		after = json_integer_value(json_object_get(r, "seq"));
		more = json_is_true(json_object_get(r, "more"));
		json_decref(r);
	}
	return after;
}

/* The first `limit` after a given seq; without one, the newest of all or of one incident. Of all, every
 * event is seen here, so that the newest begin at a known seq. */
static int64_t print_events(struct ctl *ctl, const char *after, int64_t from, const char *incident,
    int64_t limit)
{
	bool newest = limit > 0 && !after;
	struct printing s = {.ctl = ctl, .most = newest || limit == 0 ? -1 : limit};
	if (newest) {
		s.cap = (size_t)limit;
		s.last = arena_new_array(ctl->arena, json_t *, s.cap);
	}
	int64_t seq = read_pages(&s, from, incident);
	if (newest)
		print_last(&s);
	return seq;
}

struct following {
	struct ctl *ctl;
	bool down;
};

static void came(void *arg, const struct liandong_event *event)
{
	const struct following *f = arg;
	json_t *e = json_loads(event->json, 0, NULL);
	print_event(f->ctl, e);
	fflush(stdout);
	json_decref(e);
}

/* Once for each time that it is away: it is tried again by itself. */
static void state_changed(void *arg, bool up, const char *detail)
{
	struct following *f = arg;
	if (up && f->down)
		ctl_complain(f->ctl->english ? "connected again" : "已重新连接");
	else if (!up && !f->down)
		ctl_complain(f->ctl->english ? "disconnected, trying again: %s" : "连接中断,自动重连:%s",
		    detail);
	f->down = !up;
}

static int follow(struct ctl *ctl, int64_t after)
{
	struct following f = {.ctl = ctl};
	struct liandong_options o = {
	    .client = "liandongctl events",
	    .events = true,
	    .resume = true,
	    .after = after,
	    .on_event = came,
	    .on_state = state_changed,
	    .arg = &f,
	};
	struct liandong *link = reach_open(ctl, &o);
	if (!link)
		return EXIT_REFUSED;
	fflush(stdout);
	while (liandong_process(link) && !(f.down && reach_failure_lasts(link))) {
		struct pollfd p = {.fd = liandong_fd(link), .events = liandong_wants(link)};
		poll(&p, p.fd >= 0, liandong_timeout(link));
	}
	int code = reach_failed(ctl, link);
	liandong_close(link);
	return code;
}

/* The seq behind which the newest `limit` events lie. */
static bool newest_after(struct ctl *ctl, uint64_t limit, uint64_t *after)
{
	json_t *r = ctl_call(ctl, "session.ping", NULL);
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(r, "seq"));
	*after = seq > limit ? seq - limit : 0;
	json_decref(r);
	return r;
}

int ctl_events(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--after"}, {.name = "--incident"}, {.name = "--limit"},
	    {.name = "--follow", .flag = true}};
	uint64_t after = 0, limit = 0;
	if (!ctl_parse_options(ctl, argc, argv, o, 4))
		return EXIT_USAGE;
	if (o[0].value && !str_uint(str_of(o[0].value), &after))
		return ctl_usage(ctl, say("--after 应为事件序号", "--after takes the seq of an event"));
	if (!ctl_limit(ctl, o[2].value, &limit))
		return EXIT_USAGE;
	if (o[3].value && o[1].value)
		return ctl_usage(ctl,
		    say("--follow 不能与 --incident 同用", "--follow and --incident do not go together"));
	if (o[2].value && (limit < 1 || limit > LIMIT_MOST))
		return ctl_usage(ctl, say("--limit 应在 1 至 %d 之间", "--limit takes a number from 1 to %d"),
		    LIMIT_MOST);
	/* --follow alone begins now; with --after it shows what came since first */
	if (!o[0].value && !o[1].value && (o[2].value || o[3].value) && !newest_after(ctl, limit, &after))
		return EXIT_REFUSED;
	int64_t seq = print_events(ctl, o[0].value, (int64_t)after, o[1].value, (int64_t)limit);
	if (seq < 0)
		return EXIT_REFUSED;
	return o[3].value ? follow(ctl, seq) : EXIT_DONE;
}
