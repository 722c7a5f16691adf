/*
 * deadline_mode.c - what the end of an emergency mode does to the clocks of what was silent in it.
 * Place: domain; pure, a part of deadline.h.
 */
#include "base/json.h"
#include "domain/deadline.h"
#include "domain/mode.h"

/* Was it silent in that mode, and does it wait for its unit again? */
static bool speaks_again(const struct clocks_of *of, const struct circumstances *around,
    const struct mode *mode, int64_t now)
{
	const struct mode_rule *rule = mode_rule_of(mode, of->m);
	enum priority priority = of->inc->priority;

	if (!rule || !(rule->silent & 1u << priority) || !mode_concerns(mode, of->m, of->inc->area))
		return false;
	return dispatch_open(of->d) && of->d->role != AS_INFORM && of->d->issued_at < mode_end(mode) &&
	    !modes_silent(around, of->m, now, of->inc->area, priority);
}

/* A first report that is waited for keeps its start, for it is measured from there; it gets a later due. */
static bool report_anew(const struct clocks_of *of, struct dispatch *d, enum clock_kind kind, int64_t from)
{
	struct clock *c = &d->clocks[kind];
	const struct clock before = *c;
	struct limit l = deadline_limit(of, kind, from);
	int64_t due = !l.exists ? 0
	    : l.due_at          ? l.due_at
		       : calendar_add(&of->m->calendar, l.time, from, l.limit_ms, NULL, 0, NULL, NULL);

	if (due <= before.due)
		return false;
	if (kind == CLOCK_NEXT_REPORT)
		deadline_reopen(of->inc, d, of->m, from);
	c->due = due;
	c->rungs = 0;
	return true;
}

static void event_anew(const struct incident *inc, const struct dispatch *d, enum clock_kind kind,
    int64_t before, const struct mode *mode, int64_t now, struct decision *out, struct arena *a)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "clock", clock_names[kind]);
	json_time(&j, "from", before);
	json_time(&j, "due", d->clocks[kind].due);
	json_text(&j, "why", "mode");
	json_time(&j, "start", d->clocks[kind].start);
	json_int(&j, "entry", mode->id);
	if (inc->drill)
		json_bool(&j, "drill", true);
	json_end(&j);
	decision_event(out, a, EVENT_DISPATCH_RESCHEDULED, now, d, buf_view(&b));
	buf_free(&b);
}

void deadline_mode_over(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    const struct mode *mode, int64_t now, struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = "system"};
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		const struct clocks_of of = clocks_of(inc, d, m);
		enum clock_kind kind =
		    clock_runs(&d->clocks[CLOCK_FIRST_REPORT]) ? CLOCK_FIRST_REPORT : CLOCK_NEXT_REPORT;
		int64_t before = d->clocks[kind].due;

		if (!speaks_again(&of, around, mode, now) || !report_anew(&of, d, kind, mode_end(mode)))
			continue;
		event_anew(inc, d, kind, before, mode, now, out, a);
		d->changed = inc->changed = true;
	}
	if (out->n_events > 0)
		deadline_arm(inc, m, around, now);
}
