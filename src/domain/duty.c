/*
 * duty.c - the people on duty at an instant; see duty.h. Place: domain; pure.
 *
 * Occurrence k of a shift, counted from its start over the days that it takes, is served by group
 * k / every, round and round. The day of an occurrence is the one on which it begins, so a night before a
 * holiday is a night of the day before. An occurrence lasts 24 hours at most, so an instant lies in one of
 * today or of yesterday.
 */
#include "domain/duty.h"
#include "base/arena.h"
#include "base/array.h"
#include "domain/calendar.h"

#define HORIZON_DAYS 400

const char *const roster_day_names[ROSTER_DAYS] = {"all", "workdays", "holidays"};
const char *const duty_source_names[DUTY_SOURCES] = {"none", "shift", "override", "assigned"};

const struct person *duty_person(const struct unit *unit, const char *id)
{
	const struct roster *roster = unit ? unit->roster : NULL;

	for (int i = 0; roster && i < roster->n_people; i++)
		if (text_eq(roster->people[i].id, id))
			return &roster->people[i];
	return NULL;
}

/* -- shifts ----------------------------------------------------------------------------------- */

/* Of one shift. */
struct shift_turn {
	int64_t from, to;
};

static bool takes(const struct mechanism *m, const struct roster_shift *s, int64_t day)
{
	if (day < s->start)
		return false;
	return s->days == ROSTER_ALL ||
	    calendar_workday(&m->calendar, day, NULL) == (s->days == ROSTER_WORKDAYS);
}

static struct shift_turn occurrence_of(const struct roster_shift *s, int64_t day)
{
	int64_t from = day_start(day) + s->from * MINUTE_MS;
	int length = s->to - s->from;

	return (struct shift_turn){from, from + (length > 0 ? length : length + 24 * 60) * MINUTE_MS};
}

/* How many occurrences there were before that of this day. */
static int64_t count_before(const struct mechanism *m, const struct roster_shift *s, int64_t day)
{
	int64_t all = day - s->start, worked;

	if (s->days == ROSTER_ALL)
		return all;
	worked = calendar_workdays(&m->calendar, s->start, day);
	return s->days == ROSTER_WORKDAYS ? worked : all - worked;
}

static const struct duty_group *group_of(const struct mechanism *m, const struct roster_shift *s, int64_t day)
{
	return &s->order[count_before(m, s, day) / s->every % s->n_order];
}

/* The shift's occurrence that holds the instant: does one? */
static bool serves(const struct mechanism *m, const struct roster_shift *s, int64_t at, struct duty *out)
{
	for (int64_t day = local_day(at); day >= local_day(at) - 1; day--) {
		struct shift_turn o = occurrence_of(s, day);

		if (at < o.from || at >= o.to || !takes(m, s, day) || s->n_order == 0)
			continue;
		*out = (struct duty){*group_of(m, s, day), DUTY_SHIFT, s->name, o.from, o.to};
		return true;
	}
	return false;
}

/* -- what goes before them -------------------------------------------------------------------- */

static bool overridden(const struct roster *roster, int64_t at, struct duty *out)
{
	for (int i = 0; i < roster->n_overrides; i++) {
		const struct duty_override *o = &roster->overrides[i];

		if (at < o->from || at >= o->to)
			continue;
		*out = (struct duty){o->people, DUTY_OVERRIDE, o->because, o->from, o->to};
		return true;
	}
	return false;
}

/* Those of its people whom the roster still has. */
static struct duty_group people_of(const struct unit *unit, const char *list)
{
	struct duty_group group = {0};

	for (struct str id; (id = list_next(&list)).n && group.n < DUTY_TOGETHER;)
		for (int i = 0; i < unit->roster->n_people; i++)
			if (str_is(id, unit->roster->people[i].id))
				group.who[group.n++] = &unit->roster->people[i];
	return group;
}

/* The later one counts: they are kept in the order in which they were made. */
static bool assigned(const struct circumstances *around, const struct unit *unit, int64_t at,
    struct duty *out)
{
	for (size_t i = around ? around->n_assignments : 0; i-- > 0;) {
		const struct duty_assignment *one = &around->assignments[i];

		if (at < one->from || at >= one->to || !text_eq(one->unit, unit->id))
			continue;
		*out = (struct duty){people_of(unit, one->people), DUTY_ASSIGNED, NULL, one->from, one->to};
		if (out->people.n > 0)
			return true;
	}
	return false;
}

struct duty duty_at(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t at)
{
	const struct roster *roster = unit ? unit->roster : NULL;
	struct duty d = {0};

	if (!roster)
		return d;
	if (assigned(around, unit, at, &d) || overridden(roster, at, &d))
		return d;
	for (int i = 0; i < roster->n_shifts; i++)
		if (serves(m, &roster->shifts[i], at, &d))
			return d;
	return (struct duty){0};
}

/* -- hand-over times -------------------------------------------------------------------------- */

static void sooner(int64_t candidate, int64_t at, int64_t *next)
{
	if (candidate > at && (!*next || candidate < *next))
		*next = candidate;
}

/* A day further ahead begins nothing before what was found. */
static int64_t next_of_shift(const struct mechanism *m, const struct roster_shift *s, int64_t at)
{
	int64_t first = local_day(at) - 1, next = 0;

	if (s->start > first)
		first = s->start;
	for (int64_t day = first; !next && day < local_day(at) + HORIZON_DAYS; day++) {
		struct shift_turn o = occurrence_of(s, day);

		if (!takes(m, s, day))
			continue;
		sooner(o.from, at, &next);
		sooner(o.to, at, &next);
	}
	return next;
}

int64_t duty_next(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t at)
{
	const struct roster *roster = unit ? unit->roster : NULL;
	int64_t next = 0;

	for (int i = 0; roster && i < roster->n_shifts; i++)
		sooner(next_of_shift(m, &roster->shifts[i], at), at, &next);
	for (int i = 0; roster && i < roster->n_overrides; i++) {
		sooner(roster->overrides[i].from, at, &next);
		sooner(roster->overrides[i].to, at, &next);
	}
	for (size_t i = 0; roster && around && i < around->n_assignments; i++) {
		if (!text_eq(around->assignments[i].unit, unit->id))
			continue;
		sooner(around->assignments[i].from, at, &next);
		sooner(around->assignments[i].to, at, &next);
	}
	return next;
}

static bool same_duty(const struct duty *a, const struct duty *b)
{
	bool same = a->source == b->source && a->people.n == b->people.n && text_eq(a->name, b->name);

	for (int i = 0; same && i < a->people.n; i++)
		same = a->people.who[i] == b->people.who[i];
	return same && (a->source == DUTY_NONE || a->from == b->from);
}

int duty_spans(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t from, int64_t to, struct arena *a, struct duty **out)
{
	struct duty *v = NULL, last = {0};
	size_t n = 0, cap = 0;

	for (int64_t at = from; at < to;) {
		struct duty now = duty_at(m, around, unit, at);
		int64_t next = duty_next(m, around, unit, at), end = next && next < to ? next : to;

		if (n > 0 && same_duty(&now, &last)) {
			v[n - 1].to = end;
		} else {
			ARRAY_ROOM(a, v, n, cap);
			v[n] = last = now;
			v[n].from = at;
			v[n++].to = end;
		}
		at = end;
	}
	*out = v;
	return (int)n;
}

/* -- overlaps --------------------------------------------------------------------------------- */

/* The earliest day on which the later shift begins while the earlier one serves, or the other way round. */
static bool pair_overlaps(const struct mechanism *m, const struct roster_shift *a,
    const struct roster_shift *b, int64_t day, int64_t *at)
{
	struct shift_turn o = occurrence_of(a, day);

	if (!takes(m, a, day))
		return false;
	for (int64_t other = day - 1; other <= day; other++) {
		struct shift_turn p = occurrence_of(b, other);

		if (!takes(m, b, other) || p.from > o.from || o.from >= p.to)
			continue;
		*at = o.from;
		return true;
	}
	return false;
}

bool duty_overlaps(const struct mechanism *m, const struct roster *roster, int64_t day, int days,
    struct duty_overlap *found)
{
	for (int64_t end = day + days; day < end; day++)
		for (int i = 1; i < roster->n_shifts; i++)
			for (int j = 0; j < i; j++) {
				const struct roster_shift *a = &roster->shifts[j], *b = &roster->shifts[i];
				int64_t at;

				if (!pair_overlaps(m, a, b, day, &at) && !pair_overlaps(m, b, a, day, &at))
					continue;
				*found = (struct duty_overlap){a, b, at};
				return true;
			}
	return false;
}
