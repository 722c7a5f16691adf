/*
 * deadline_check.c - is the wake of an incident the one its state asks for? Proved by other code
 * than the scheduler's, so that a fault of one is seen by the other.
 * Place: domain; pure. Uses neither ladder.c nor calendar_add: each ladder is written out here, and
 * an instant is found by search, as the first at which enough time has passed. Slow, and may be.
 */
#include "domain/circumstances.h"
#include "domain/deadline.h"
#include "domain/phone.h"

#define YEAR_MS (366 * DAY_MS)

struct check_view {
	const struct incident *inc;
	const struct dispatch *d;
	const struct mechanism *m;
	const struct circumstances *around;
};

static int64_t least(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

/* The first instant at which ms of that time lie between it and `from`. */
static int64_t after(const struct check_view *v, enum clock_time t, int64_t from, int64_t ms)
{
	const struct calendar *c = &v->m->calendar;
	int64_t low = from, high = from + ms;

	while (calendar_between(c, t, from, high) < ms && high - from < 10 * YEAR_MS)
		high += high - from;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (calendar_between(c, t, from, middle) < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static enum clock_time clock_time_of(const struct check_view *v, enum clock_kind kind)
{
	const struct unit *unit = mechanism_unit(v->m, v->d->unit);
	enum clock_time t = TIME_ALWAYS;
	enum priority priority = v->d->clocks[kind].terms.priority;

	if (priority == PRIORITY_NONE)
		priority = v->inc->priority;
	if (unit)
		t = v->m->policy.time[unit->tier][kind][priority];
	return t;
}

/* Whose time it reminds in. */
static enum clock_time time_of(const struct check_view *v, enum clock_kind kind)
{
	enum clock_time t = clock_time_of(v, kind);

	return t == TIME_WORKDAYS ? TIME_OFFICE : t;
}

static bool has_fired(const struct check_view *v, enum rung rung)
{
	unsigned fired = 0;

	for (int kind = 0; kind < DISPATCH_CLOCKS; kind++)
		fired |= v->d->clocks[kind].rungs;
	return (fired >> rung & 1) != 0;
}

static bool report_waits(const struct dispatch *d, enum clock_kind kind)
{
	return d->clocks[kind].due != 0 && d->clocks[kind].stopped == 0;
}

/* What the three rungs from `due` on ask for: leader and office follow it in the enum. */
static int64_t past_due(const struct check_view *v, enum clock_kind kind, enum rung due)
{
	const struct policy *p = &v->m->policy;
	enum clock_time t = time_of(v, kind);
	int64_t at = 0;

	if (!has_fired(v, due))
		at = v->d->clocks[kind].due;
	if (!has_fired(v, due + 1))
		at = least(at, after(v, t, v->d->clocks[kind].due, p->leader_after_ms));
	if (!has_fired(v, due + 2))
		at = least(at, after(v, t, v->d->clocks[kind].due, p->office_after_ms));
	else if (p->repeat_every_ms > 0)
		at = least(at, after(v, t, v->d->reminded_at, p->repeat_every_ms));
	return at;
}

static int64_t part_of(const struct check_view *v, enum clock_kind kind, int percent)
{
	enum clock_time t = time_of(v, kind);
	int64_t start = v->d->clocks[kind].start;
	int64_t limit_ms = calendar_between(&v->m->calendar, t, start, v->d->clocks[kind].due);

	if (limit_ms == 0 || percent <= 0 || percent >= 100)
		return 0;
	return after(v, t, start, limit_ms * percent / 100);
}

static bool happened(const struct check_view *v, enum step step)
{
	for (int s = step; s < STEPS; s++)
		if (v->d->at[s] != 0)
			return true;
	return false;
}

static int64_t delivery_asks(const struct check_view *v)
{
	const struct policy *p = &v->m->policy;

	if (v->d->clocks[CLOCK_DELIVERY].due == 0 || happened(v, STEP_DELIVERED))
		return 0;
	if (!has_fired(v, RUNG_DELIVERY_DUE))
		return v->d->clocks[CLOCK_DELIVERY].due;
	if (v->d->clocks[CLOCK_ACKNOWLEDGE].start != 0 || p->repeat_every_ms <= 0)
		return 0;
	return after(v, time_of(v, CLOCK_DELIVERY), v->d->reminded_at, p->repeat_every_ms);
}

static int64_t acknowledge_asks(const struct check_view *v)
{
	int64_t half = 0;

	if (v->d->clocks[CLOCK_ACKNOWLEDGE].due == 0 || happened(v, STEP_ACKNOWLEDGED))
		return 0;
	if (!has_fired(v, RUNG_ACKNOWLEDGE_HALF))
		half = part_of(v, CLOCK_ACKNOWLEDGE, v->m->policy.acknowledge_remind_percent);
	return least(half, past_due(v, CLOCK_ACKNOWLEDGE, RUNG_ACKNOWLEDGE_DUE));
}

static bool within(struct span hours, int64_t at)
{
	int64_t minute = (at - day_start(local_day(at))) / MINUTE_MS;

	if (hours.from == hours.to)
		return true;
	if (hours.from < hours.to)
		return minute >= hours.from && minute < hours.to;
	return minute >= hours.from || minute < hours.to;
}

static int64_t last_heard(const struct check_view *v)
{
	int64_t heard = v->d->issued_at > v->d->reported_at ? v->d->issued_at : v->d->reported_at;

	for (int s = 0; s < STEPS; s++)
		if (v->d->at[s] > heard)
			heard = v->d->at[s];
	return heard;
}

static int64_t eta_of(const struct check_view *v)
{
	int64_t cap_ms = v->m->policy.eta_cap_ms, heard = last_heard(v);

	if (cap_ms == 0 || v->d->eta < heard + cap_ms)
		return v->d->eta;
	return heard + cap_ms;
}

/* The first whole round from the start of the clock that lies after `from`. */
static int64_t round_of(const struct check_view *v, enum clock_time t, int64_t every_ms, int64_t from)
{
	int64_t start = v->d->clocks[CLOCK_ARRIVE].start;
	int64_t passed_ms = calendar_between(&v->m->calendar, t, start, from);

	return after(v, t, start, passed_ms - passed_ms % every_ms + every_ms);
}

/* Outside the city: minute by minute to the first that is by day and in the clock's time. */
static int64_t follow_up_asks(const struct check_view *v)
{
	int64_t every_ms = v->m->policy.outside_every_ms[v->inc->priority];
	struct span hours = v->m->policy.outside_hours[v->inc->priority];
	enum clock_time t = time_of(v, CLOCK_ARRIVE);
	int64_t from = v->d->clocks[CLOCK_ARRIVE].start;

	if (every_ms == 0)
		return 0;
	if (v->d->reminded_at > from)
		from = v->d->reminded_at;
	int64_t at = round_of(v, t, every_ms, from), eta = eta_of(v);
	if (last_heard(v) > at)
		at = round_of(v, t, every_ms, last_heard(v));
	if (eta > at)
		at = eta;
	int64_t end = at + YEAR_MS / 12;
	while (at < end && !(within(hours, at) && calendar_next(&v->m->calendar, t, at) == at))
		at = (at / MINUTE_MS + 1) * MINUTE_MS;
	return at;
}

static int64_t arrive_asks(const struct check_view *v)
{
	int64_t soon = 0;

	if (v->d->clocks[CLOCK_ARRIVE].due == 0 || happened(v, STEP_ARRIVED))
		return 0;
	if (!has_fired(v, RUNG_ARRIVE_SOON) && v->d->at[STEP_DEPARTED] == 0)
		soon = part_of(v, CLOCK_ARRIVE, v->m->policy.arrive_remind_percent);
	return least(soon, past_due(v, CLOCK_ARRIVE, RUNG_ARRIVE_DUE));
}

static int64_t report_asks(const struct check_view *v)
{
	if (report_waits(v->d, CLOCK_FIRST_REPORT))
		return past_due(v, CLOCK_FIRST_REPORT, RUNG_REPORT_DUE);
	if (report_waits(v->d, CLOCK_NEXT_REPORT))
		return past_due(v, CLOCK_NEXT_REPORT, RUNG_REPORT_DUE);
	return 0;
}

/* The office was told of a clock that still runs: only the hourly reminder is left. */
static bool handed_up(const struct check_view *v)
{
	const struct dispatch *d = v->d;

	if (v->m->policy.repeat_every_ms <= 0)
		return false;
	if (has_fired(v, RUNG_ACKNOWLEDGE_OFFICE) && d->clocks[CLOCK_ACKNOWLEDGE].due &&
	    !happened(v, STEP_ACKNOWLEDGED))
		return true;
	return has_fired(v, RUNG_REPORT_OFFICE) &&
	    (report_waits(d, CLOCK_FIRST_REPORT) || report_waits(d, CLOCK_NEXT_REPORT));
}

/* The end of the request's wait that is left out of that clock; 0: it is none. */
static int64_t wait_ends(const struct check_view *v, enum clock_kind kind, const struct request *r)
{
	if (r->dispatch != v->d->n || (r->kind != REQUEST_RETURN && r->kind != REQUEST_EXTEND))
		return 0;
	if (r->kind == REQUEST_EXTEND && r->clock != kind)
		return 0;
	if (r->lapsed_at)
		return r->lapsed_at;
	return r->state == REQUEST_PENDING ? r->due : 0;
}

/* At `from`: the end of a stretch that does not count, if one holds there; else 0, and *until is where the
 * next one begins. */
static int64_t free_until(const struct check_view *v, enum clock_kind kind, int64_t from, int64_t *until)
{
	for (size_t i = 0; i < v->around->n_downtimes; i++) {
		struct downtime away = v->around->downtimes[i];
		if (away.from <= from && from < away.to)
			return away.to;
		if (away.from > from)
			*until = least(*until, away.from);
	}
	for (int i = 0; i < v->inc->n_requests; i++) {
		int64_t begins = v->inc->requests[i].asked_at;
		int64_t ends = wait_ends(v, kind, &v->inc->requests[i]);
		if (begins <= from && from < ends)
			return ends;
		if (begins > from && ends > begins)
			*until = least(*until, begins);
	}
	return 0;
}

/* Time that counts between the start of a clock and t: not while the instruction waited to be fetched, which
 * is cut at the delivery's due unless no notice reached the unit, nor while the system was away, nor while a
 * request of the unit lay undecided. */
static int64_t counted(const struct check_view *v, enum clock_kind kind, int64_t t)
{
	const struct calendar *c = &v->m->calendar;
	enum clock_time time = clock_time_of(v, kind);
	int64_t from = v->d->clocks[kind].start, fetched = t;

	for (int s = STEPS - 1; s >= 0; s--) {
		int64_t at = v->d->unconfirmed >> s & 1 ? v->d->recorded[s] : v->d->at[s];
		if (at && at < fetched)
			fetched = at;
	}
	int64_t cut = v->d->clocks[CLOCK_DELIVERY].due;
	if (v->d->lost_at != 0 && v->d->found_at == 0)
		cut = t;
	else if (v->d->lost_at != 0 && v->d->found_at > cut)
		cut = v->d->found_at;
	if (fetched > cut)
		fetched = cut;
	if (fetched > from)
		from = fetched;
	int64_t sum = 0;
	while (from < t) {
		int64_t until = t, away_to = free_until(v, kind, from, &until);
		if (away_to == 0)
			sum += calendar_between(c, time, from, until < t ? until : t);
		from = away_to ? away_to : until;
	}
	return sum;
}

/* Overdue, and yet to count as late: the first instant at which its limit has been used up. */
static int64_t late_asks(const struct check_view *v, enum clock_kind kind)
{
	const struct clock *c = &v->d->clocks[kind];
	int64_t limit_ms, low = c->due, high = c->due + 1;

	if (!c->due || c->stopped || !c->overdue || c->late || v->d->voided)
		return 0;
	if (v->d->lost_at != 0 && v->d->found_at == 0 && !happened(v, STEP_DELIVERED))
		return 0; /* the unit knows of nothing */
	limit_ms = calendar_between(&v->m->calendar, clock_time_of(v, kind), c->start, c->due);
	while (counted(v, kind, high) < limit_ms && high - c->due < 10 * YEAR_MS)
		high += high - c->due;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (counted(v, kind, middle) < limit_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static int64_t dispatch_asks(const struct check_view *v)
{
	int64_t at = least(delivery_asks(v), acknowledge_asks(v));
	bool outside = v->d->clocks[CLOCK_ARRIVE].start && !v->d->clocks[CLOCK_ARRIVE].due;

	at = least(at, least(arrive_asks(v), report_asks(v)));
	if (outside && !happened(v, STEP_ARRIVED) && !handed_up(v))
		at = least(at, follow_up_asks(v));
	for (enum clock_kind kind = CLOCK_ACKNOWLEDGE; kind < DISPATCH_CLOCKS; kind++)
		at = least(at, late_asks(v, kind));
	return at;
}

static bool waits(const struct incident *inc, const struct dispatch *d)
{
	if (inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED)
		return false;
	return d->role != AS_INFORM && d->state != DISPATCH_COMPLETED && d->state != DISPATCH_WITHDRAWN;
}

static bool led(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].role == AS_LEAD && waits(inc, &inc->dispatches[i]))
			return true;
	return false;
}

/* Of the desk's own clock, once it was told of its due: the moment after its due and the downtimes that fell
 * before that are over. The desk is there at all times, so the wall clock counts. */
static int64_t desk_asks(const struct clock *c, enum rung told, const struct circumstances *around)
{
	int64_t last = c->due;

	if (!(c->rungs >> told & 1) || c->late)
		return 0;
	for (size_t i = 0; i < around->n_downtimes; i++) {
		const struct downtime *away = &around->downtimes[i];

		if (away->to > c->start && away->from < last)
			last += away->to - (away->from > c->start ? away->from : c->start);
	}
	return last + 1;
}

/* Without a lead: the desk, its shift leader, the office, each so long after the lead went, then again
 * at intervals. The desk is there day and night. */
static int64_t leaderless_asks(const struct incident *inc, const struct policy *p,
    const struct circumstances *around)
{
	const struct clock *c = &inc->clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS];
	int64_t at = desk_asks(c, RUNG_LEAD_MISSING_DUE, around);

	if (!(c->rungs >> RUNG_LEAD_MISSING_DUE & 1))
		at = least(at, c->due);
	if (!(c->rungs >> RUNG_LEAD_MISSING_SHIFT_LEADER & 1))
		at = least(at, c->start + p->lead_missing_shift_leader_ms);
	if (!(c->rungs >> RUNG_LEAD_MISSING_OFFICE & 1))
		return least(at, c->start + p->lead_missing_office_ms);
	return p->repeat_every_ms > 0 ? least(at, inc->reminded_at + p->repeat_every_ms) : at;
}

/* What waits for a decision lapses at its due. */
static int64_t undecided_asks(const struct incident *inc)
{
	int64_t at = 0;

	for (int i = 0; i < inc->n_requests; i++)
		if (inc->requests[i].state == REQUEST_PENDING)
			at = least(at, inc->requests[i].due);
	return at;
}

/* Handled, and not ended: somebody is to ring the reporter, or has heard what only the office may decide, or
 * the policy leaves it to a person to close it. */
static bool to_be_called(const struct incident *inc, const struct policy *p)
{
	struct phone phones[PHONES_MOST];

	if (inc->state != INCIDENT_COMPLETED && inc->state != INCIDENT_CALLED_BACK)
		return false;
	if (!p->close_after_callback)
		return true;
	if (inc->state == INCIDENT_CALLED_BACK)
		return inc->callback_result == CALLBACK_DISSATISFIED && !inc->callback_days;
	return !(inc->drill || inc->backfill || inc->confidential) && phone_find(inc->reporter_phone, phones);
}

/* The desk, then the office, then both again, each so long after the one before. */
static int64_t callback_asks(const struct incident *inc, const struct policy *p,
    const struct circumstances *around)
{
	const struct clock *c = &inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS];
	int64_t office = c->due + p->callback_office_ms,
		late = inc->state == INCIDENT_COMPLETED ? desk_asks(c, RUNG_CALLBACK_DUE, around) : 0;

	if (!(c->rungs >> RUNG_CALLBACK_DUE & 1))
		return c->rungs >> RUNG_CALLBACK_OFFICE & 1 ? c->due : least(c->due, office);
	if (!(c->rungs >> RUNG_CALLBACK_OFFICE & 1))
		return least(office, late);
	return least(p->callback_office_ms > 0 ? inc->reminded_at + p->callback_office_ms : 0, late);
}

/* What the clocks ask for that are the incident's own; a sentence where one is missing or too many. */
static const char *own_asks(const struct incident *inc, const struct policy *p,
    const struct circumstances *around, int64_t *asked)
{
	bool leaderless = inc->state == INCIDENT_OPEN && !led(inc) && !inc->backfill;
	bool called = to_be_called(inc, p);

	if (leaderless != (inc->clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS].due != 0))
		return leaderless ? "an open incident has no lead and no clock for it"
				  : "the clock of a missing lead runs beside a lead";
	if (called != (inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS].due != 0))
		return called ? "a completed incident has no clock for its call-back"
			      : "the clock of the call-back runs though nobody is to be called";
	*asked = least(undecided_asks(inc),
	    leaderless   ? leaderless_asks(inc, p, around)
		: called ? callback_asks(inc, p, around)
			 : 0);
	return NULL;
}

/* A downtime that was recorded after the wake was armed makes a clock late later than it is armed for:
 * `early` is what is asked for without any. */
static const char *wrong_wake(const struct incident *inc, int64_t early, int64_t asked, int64_t now)
{
	if (asked == 0)
		return inc->wake_at ? "a wake is armed though nothing is open" : NULL;
	if (inc->wake_at == 0)
		return "no wake is armed though a dispatch is open";
	if (inc->wake_at < early)
		return "the wake is armed before anything is due";
	if (inc->wake_at > asked && inc->wake_at > now + 1)
		return "the wake is armed after something is due";
	return NULL;
}

/* Outside the city a township that assists acknowledges, and owes nothing after that (Art. 2, 6). */
static bool owes_nothing(const struct check_view *v)
{
	return v->d->role == AS_ASSIST && text_eq(v->d->rule, "township") && happened(v, STEP_ACKNOWLEDGED);
}

/* What is asked for first; a sentence where something is wrong. A paper record has no clocks: it is open until
 * the desk has entered the rest of it. */
static const char *first_asked(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t *asked)
{
	const char *wrong = own_asks(inc, &m->policy, around, asked);

	if (wrong)
		return wrong;
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];
		if (report_waits(d, CLOCK_FIRST_REPORT) && report_waits(d, CLOCK_NEXT_REPORT))
			return "both report clocks of a dispatch are armed";
		if (!waits(inc, d) || inc->backfill)
			continue;
		const struct check_view v = {inc, d, m, around};
		int64_t at = dispatch_asks(&v);
		if (at == 0 && !owes_nothing(&v))
			return "an open dispatch waits for nothing";
		*asked = least(*asked, at);
	}
	return inc->state == INCIDENT_OPEN && *asked == 0 && !inc->backfill
	    ? "an open incident waits for nothing"
	    : NULL;
}

const char *deadline_check(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now)
{
	int64_t early = 0, asked = 0;
	const char *wrong = first_asked(inc, m, around, &asked);

	if (wrong)
		return wrong;
	first_asked(inc, m, &(struct circumstances){0}, &early);
	return wrong_wake(inc, early, asked, now);
}
