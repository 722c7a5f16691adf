/*
 * join.c - see join.h.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/join.h"
#include "domain/graver.h"
#include "domain/outcome.h"
#include "domain/reopen.h"

enum join join_verdict(const struct incident *main, const char *number, bool drill)
{
	if (!main || main->backfill || main->drill != drill || text_eq(main->number, number))
		return JOIN_NOT;
	if (main->same_as_number)
		return JOIN_FOLLOWER;
	return main->state == INCIDENT_OPEN ? JOIN_GOES : JOIN_NOT;
}

static struct act act_on(struct incident *inc, const struct command *c, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = c->who.account, .command = c->id};
	out->warnings = warnings_of(c, a);
	return (struct act){.inc = inc,
	    .c = c,
	    .m = m,
	    .around = around,
	    .now = now,
	    .out = out,
	    .a = a,
	    .warnings = out->warnings};
}

void join_main(struct incident *main, const struct incident *follower, int64_t callers,
    const struct command *c, const struct mechanism *m, const struct circumstances *around, int64_t now,
    struct decision *out, struct arena *a)
{
	struct act x = act_on(main, c, m, around, now, out, a);
	struct data data;

	main->callers += callers;
	act_data(&data);
	json_text(&data.json, "follower", follower->number);
	json_int(&data.json, "callers", main->callers + 1);
	act_event_data(&x, &data, EVENT_INCIDENT_JOINED, now, NULL);
	graver_follower(&x, follower);
	act_changed(&x, NULL);
	deadline_arm(main, m, around, now);
}

void join_left(struct incident *main, const struct incident *follower, const struct command *c, int64_t now,
    struct decision *out, struct arena *a)
{
	struct act x = act_on(main, c, NULL, NULL, now, out, a);
	struct data data;

	main->callers -= main->callers > 0;
	act_data(&data);
	json_text(&data.json, "left", follower->number);
	json_int(&data.json, "callers", main->callers + 1);
	act_event_data(&x, &data, EVENT_INCIDENT_JOINED, now, NULL);
	act_changed(&x, NULL);
}

void join_linked(struct incident *inc, const struct incident *other, const struct command *c, int64_t now,
    struct decision *out, struct arena *a)
{
	struct act x = act_on(inc, c, NULL, NULL, now, out, a);
	struct data data;

	act_data(&data);
	json_text(&data.json, "other", other->number);
	act_event_data(&x, &data, EVENT_INCIDENT_LINKED, now, NULL);
	act_changed(&x, NULL);
}

void join_follow(struct incident *inc, const struct incident *main, const struct command *c, int64_t now,
    struct decision *out, struct arena *a)
{
	struct act x = act_on(inc, c, NULL, NULL, now, out, a);
	struct data data;

	inc->same_as = main->id;
	inc->same_as_number = main->number;
	inc->callers = 0;
	inc->standing = inc->drill ? STANDING_DRILL : STANDING_VOID;
	act_data(&data);
	json_text(&data.json, "main", main->number);
	act_event_data(&x, &data, EVENT_INCIDENT_JOINED, now, NULL);
	act_changed(&x, NULL);
}

void join_free(struct incident *follower, const struct command *c, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct arena *a)
{
	struct act x = act_on(follower, c, m, around, now, out, a);

	reopen(&x, REOPEN_MAIN_CANCELLED, NULL);
	deadline_arm(follower, m, around, now);
}
