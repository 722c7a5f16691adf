/* clock.c - liandongctl clock, clock advance, clock set: the manual clock of tests and drills;
 * clock confirm: the wall clock is right. */
#include "ctl/ctl.h"
#include "base/time.h"
#include <stdio.h>

static void print_clock(const json_t *r)
{
	const json_t *fired = json_object_get(r, "fired");
	printf("%s %s",
	    json_is_true(json_object_get(r, "manual")) ? say("手动时钟", "manual clock")
						       : say("系统时钟", "system clock"),
	    ctl_text(r, "time"));
	if (fired)
		printf(say(",其间到期 %lld 次", ", %lld fell due meanwhile"),
		    (long long)json_integer_value(fired));
	putchar('\n');
}

static int show(struct ctl *ctl, const char *method, json_t *params)
{
	json_t *r = ctl_call(ctl, method, params);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		print_clock(r);
	json_decref(r);
	return EXIT_DONE;
}

int ctl_clock_show(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 0)
		return ctl_too_many(ctl, argv[0]);
	return show(ctl, "clock.get", NULL);
}

int ctl_clock_advance(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个时长,如 30m", "a duration such as 30m");
	return show(ctl, "clock.advance", json_pack("{s:s}", "duration", argv[0]));
}

int ctl_clock_set(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个时刻,如 2026-03-02T08:00:00+08:00",
		    "an instant such as 2026-03-02T08:00:00+08:00");
	const char *instant = ctl_instant(ctl, argv[0], WHEN_AHEAD, false);
	return instant ? show(ctl, "clock.set", json_pack("{s:s}", "instant", instant)) : EXIT_REFUSED;
}

int ctl_clock_confirm(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 0)
		return ctl_too_many(ctl, argv[0]);
	return show(ctl, "clock.confirm", NULL);
}
