/*
 * replay_finding.c - a finding by its events; see replay_finding.h.
 *
 * That one was appealed against is said by its request: a finding is `appealed` while its events say `open` and
 * an appeal has been asked that was neither decided nor taken back.
 */
#include "domain/replay_finding.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"

static int index_of(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (text_eq(name, names[i]))
			return i;
	return n;
}

/* The run of its clock, which is said when it is opened and when it is graded. */
static void take_run(struct said_finding *s, const struct event *e, struct arena *a)
{
	s->clock = index_of(json_member_text(a, e->data, "clock"), clock_names, CLOCK_COUNT);
	s->start = json_member_time(e->data, "start");
	s->due = json_member_time(e->data, "due");
	s->until = json_member_time(e->data, "until");
	s->limit_ms = json_member_int(e->data, "limit_ms");
	s->late_ms = json_member_int(e->data, "late_ms");
	s->never = json_member(e->data, "never").n > 0;
}

/* Its unit is told when it is opened, and when more lateness opens what was settled. */
static void take_state(struct said_finding *s, const struct event *e, struct arena *a)
{
	bool settled = s->state == FINDING_CONFIRMED || s->state == FINDING_UPHELD;

	s->class = index_of(json_member_text(a, e->data, "class"), finding_class_names, FINDING_CLASSES);
	s->state = index_of(json_member_text(a, e->data, "state"), finding_state_names, FINDING_STATES);
	if (e->type == EVENT_FINDING_OPENED ||
	    (e->type == EVENT_FINDING_GRADED && settled && s->state == FINDING_OPEN))
		s->told_at = e->at;
	s->cause = json_member_text(a, e->data, "cause");
	s->unit = e->unit;
	if (e->type == EVENT_FINDING_OPENED) {
		s->opened = true;
		s->opened_at = e->at;
		s->by = e->by;
		s->revision = json_member_text(a, e->data, "revision");
	}
	if (e->type == EVENT_FINDING_OPENED || e->type == EVENT_FINDING_GRADED)
		take_run(s, e, a);
}

void replay_finding(struct said_finding *s, const char *name, const struct event *e, struct arena *a)
{
	bool request = e->type >= EVENT_REQUEST_ASKED && e->type <= EVENT_REQUEST_DROPPED;
	bool finding = (e->type >= EVENT_FINDING_OPENED && e->type <= EVENT_FINDING_VOIDED) ||
	    e->type == EVENT_FINDING_GRADED;

	if ((!request && !finding) || !text_eq(json_member_text(a, e->data, "finding"), name))
		return;
	if (finding)
		take_state(s, e, a);
	else if (e->type != EVENT_REQUEST_LAPSED)
		s->appealed = e->type == EVENT_REQUEST_ASKED;
}

/* -- comparing ---------------------------------------------------------------------------------- */

struct finding_difference {
	struct arena *a;
	struct difference *out;
	int n, dispatch;
};

static void texts(struct finding_difference *c, const char *field, const char *stored, const char *said)
{
	if (!text_eq(stored, said))
		c->out[c->n++] = (struct difference){c->dispatch, field, stored, said};
}

static void numbers(struct finding_difference *c, const char *field, int64_t stored, int64_t said)
{
	if (stored != said)
		c->out[c->n++] =
		    (struct difference){c->dispatch, field, arena_printf(c->a, "%lld", (long long)stored),
			arena_printf(c->a, "%lld", (long long)said)};
}

static void instants(struct finding_difference *c, const char *field, int64_t stored, int64_t said)
{
	char was[TIME_TEXT_MAX], is[TIME_TEXT_MAX];

	if (stored != said)
		c->out[c->n++] = (struct difference){c->dispatch, field,
		    stored ? arena_text(c->a, time_rfc3339(stored, was)) : NULL,
		    said ? arena_text(c->a, time_rfc3339(said, is)) : NULL};
}

static const char *field_of(const struct finding_difference *c, const struct finding *f, const char *what)
{
	return arena_printf(c->a, "finding %s%s%s", finding_class_names[f->class], what ? " " : "",
	    what ? what : "");
}

/* Found by hand it is the account's; what a command showed by the way is the system's. */
static void compare_origin(struct finding_difference *c, const struct finding *f,
    const struct said_finding *s)
{
	bool by_hand = finding_rows[f->class].by_hand || f->dispatch == 0;
	int64_t day = day_start(local_day(s->issued_at ? s->issued_at : s->opened_at));

	texts(c, field_of(c, f, "by"), f->by, by_hand ? s->by : "system");
	instants(c, field_of(c, f, "day"), f->day, day);
	instants(c, field_of(c, f, "told_at"), f->told_at, s->told_at);
	if (s->revision)
		texts(c, field_of(c, f, "revision"), f->revision, s->revision);
}

int replay_finding_compare(const struct finding *f, const struct said_finding *s, struct arena *a,
    struct difference out[FINDING_DIFFERENCES])
{
	struct finding_difference c = {a, out, 0, f->dispatch};
	bool appealed = s->appealed && s->state == FINDING_OPEN;
	int state = appealed ? FINDING_APPEALED : s->state;

	if (!s->opened || s->class != (int)f->class || (unsigned)f->state >= FINDING_STATES) {
		texts(&c, field_of(&c, f, NULL), "row", NULL);
		return c.n;
	}
	texts(&c, field_of(&c, f, NULL), finding_state_names[f->state],
	    state < FINDING_STATES ? finding_state_names[state] : NULL);
	texts(&c, field_of(&c, f, "unit"), f->unit, s->unit);
	texts(&c, field_of(&c, f, "cause"), f->state == FINDING_VOID ? f->cause : s->cause, s->cause);
	instants(&c, field_of(&c, f, "opened_at"), f->opened_at, s->opened_at);
	numbers(&c, field_of(&c, f, "late_ms"), f->late_ms, s->late_ms);
	compare_origin(&c, f, s);
	texts(&c, field_of(&c, f, "clock"), f->clock < CLOCK_COUNT ? clock_names[f->clock] : NULL,
	    s->clock < CLOCK_COUNT ? clock_names[s->clock] : NULL);
	if (s->clock == CLOCK_COUNT)
		return c.n;
	numbers(&c, field_of(&c, f, "never"), f->never, s->never);
	numbers(&c, field_of(&c, f, "limit_ms"), f->limit_ms, s->limit_ms);
	instants(&c, field_of(&c, f, "start"), f->start, s->start);
	instants(&c, field_of(&c, f, "due"), f->due, s->due);
	instants(&c, field_of(&c, f, "until"), f->until, s->until);
	return c.n;
}
