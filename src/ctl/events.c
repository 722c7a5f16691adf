/* events.c - liandongctl events [--follow]: what happened, and what happens. */
#include "ctl/ctl.h"
#include "base/arena.h"
#include <stdio.h>
#include <poll.h>

static void print_event(struct ctl *ctl, const json_t *e)
{
	if (ctl->json) {
		ctl_print_json(e);
		return;
	}
	const char *what = *ctl_text(e, "dispatch") ? ctl_text(e, "dispatch") : ctl_text(e, "incident");
	printf("%-8lld %s  %-24s %s %s %s %s\n", (long long)json_integer_value(json_object_get(e, "seq")),
	    ctl_when(ctl, ctl_text(e, "at")), ctl_text(e, "type"), what, ctl_text(e, "unit"),
	    ctl_text(e, "by"), ctl_text(e, "text"));
}

/* Pages from `after` until there is no more; gives the seq to go on from, -1 where it was refused. */
static int64_t print_pages(struct ctl *ctl, int64_t after, const char *incident, int64_t most)
{
	bool more = true;
	while (more && most != 0) {
		json_t *params = json_pack("{s:I, s:s*}", "after", (json_int_t)after, "number", incident);
		if (most > 0)
			json_object_set_new(params, "limit", json_integer(most > 500 ? 500 : most));
		json_t *r = ctl_call(ctl, "event.list", params), *e;
		size_t i;
		if (!r)
			return -1;
		json_array_foreach(json_object_get(r, "events"), i, e)
			print_event(ctl, e);
		if (most > 0)
			most -= (int64_t)json_array_size(json_object_get(r, "events"));
		after = json_integer_value(json_object_get(r, "seq"));
		more = json_is_true(json_object_get(r, "more"));
		json_decref(r);
	}
	return after;
}

static void came(void *arg, const struct liandong_event *event)
{
	json_t *e = json_loads(event->json, 0, NULL);
	print_event(arg, e);
	fflush(stdout);
	json_decref(e);
}

static int follow(struct ctl *ctl, int64_t after)
{
	struct liandong_options o = {
	    .address = ctl->options->listen_control,
	    .client = "liandongctl events",
	    .events = true,
	    .resume = true,
	    .after = after,
	    .on_event = came,
	    .arg = ctl,
	};
	struct liandong *link = liandong_open(&o, NULL, 0);
	fflush(stdout);
	while (liandong_process(link)) {
		struct pollfd p = {.fd = liandong_fd(link), .events = liandong_wants(link)};
		poll(&p, p.fd >= 0, liandong_timeout(link));
	}
	int code = ctl_fail("%s", liandong_error(link));
	liandong_close(link);
	return code;
}

int ctl_events(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--after"}, {.name = "--incident"}, {.name = "--limit"},
	    {.name = "--follow", .flag = true}};
	uint64_t after = 0, limit = 0;
	argc = ctl_parse("events", argc, argv, o, 4);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 0)
		return ctl_usage("events", "多余的参数 %s", argv[0]);
	if (o[0].value && !str_uint(str_of(o[0].value), &after))
		return ctl_usage("events", "--after 应为事件序号");
	if (o[2].value && !str_uint(str_of(o[2].value), &limit))
		return ctl_usage("events", "--limit 应为条数");
	if (o[3].value && o[1].value)
		return ctl_usage("events", "--follow 不能与 --incident 同用");
	/* --follow alone begins now; with --after it shows what came since first */
	json_t *status = o[3].value && !o[0].value ? ctl_call(ctl, "session.ping", NULL) : NULL;
	if (status)
		after = (uint64_t)json_integer_value(json_object_get(status, "seq"));
	json_decref(status);
	int64_t seq = print_pages(ctl, (int64_t)after, o[1].value, limit ? (int64_t)limit : -1);
	if (seq < 0)
		return EXIT_REFUSED;
	return o[3].value ? follow(ctl, seq) : EXIT_DONE;
}
