/*
 * ladder.c - when each rung of a dispatch's reminder ladders falls due.
 * Place: domain; pure.
 *
 * Invariants:
 * - Ladders run in the time of their clock. Working days are reminded of in office hours: nobody is
 *   rung up at night for what has days.
 * - A rung is placed by the stored start and due of its clock, never by the limit of today's policy.
 * - Once escalated, what repeats is counted from the last reminder of whatever kind, so that no two
 *   are closer than policy says; outside the city follow-ups keep their round from the issue.
 */
#include "domain/ladder.h"

const struct rung_kind ladder_rungs[RUNGS] = {
    [RUNG_DELIVERY_DUE] = {CLOCK_DELIVERY, MOMENT_DUE, TO_DESK},
    [RUNG_ACKNOWLEDGE_HALF] = {CLOCK_ACKNOWLEDGE, MOMENT_SHARE, TO_UNIT},
    [RUNG_ACKNOWLEDGE_DUE] = {CLOCK_ACKNOWLEDGE, MOMENT_DUE, TO_UNIT | TO_DESK},
    [RUNG_ACKNOWLEDGE_LEADER] = {CLOCK_ACKNOWLEDGE, MOMENT_LEADER, TO_LEADER},
    [RUNG_ACKNOWLEDGE_OFFICE] = {CLOCK_ACKNOWLEDGE, MOMENT_OFFICE, TO_OFFICE},
    [RUNG_ARRIVE_SOON] = {CLOCK_ARRIVE, MOMENT_SHARE, TO_UNIT},
    [RUNG_ARRIVE_DUE] = {CLOCK_ARRIVE, MOMENT_DUE, TO_UNIT | TO_DESK},
    [RUNG_ARRIVE_LEADER] = {CLOCK_ARRIVE, MOMENT_LEADER, TO_LEADER},
    [RUNG_ARRIVE_OFFICE] = {CLOCK_ARRIVE, MOMENT_OFFICE, TO_OFFICE},
    [RUNG_REPORT_DUE] = {CLOCK_FIRST_REPORT, MOMENT_DUE, TO_UNIT | TO_DESK},
    [RUNG_REPORT_LEADER] = {CLOCK_FIRST_REPORT, MOMENT_LEADER, TO_LEADER},
    [RUNG_REPORT_OFFICE] = {CLOCK_FIRST_REPORT, MOMENT_OFFICE, TO_OFFICE},
    [RUNG_REPEAT] = {CLOCK_COUNT, MOMENT_AGAIN, TO_UNIT | TO_DESK},
};

/* After the last rung of a clock come the repetitions. */
static const enum rung last_rung[CLOCK_COUNT] = {
    [CLOCK_DELIVERY] = RUNG_DELIVERY_DUE,
    [CLOCK_ACKNOWLEDGE] = RUNG_ACKNOWLEDGE_OFFICE,
    [CLOCK_ARRIVE] = RUNG_ARRIVE_OFFICE,
    [CLOCK_FIRST_REPORT] = RUNG_REPORT_OFFICE,
    [CLOCK_NEXT_REPORT] = RUNG_REPORT_OFFICE,
};

static bool fired(const struct dispatch *d, enum rung rung)
{
	return d->rungs & 1u << rung;
}

bool ladder_running(const struct dispatch *d, enum clock_kind kind)
{
	return dispatch_open(d) && d->due[kind] && !deadline_stopped(d, kind);
}

/* The ladder of the delivery is one rung; it repeats only where policy lets the other clocks wait
 * for the delivery, so that no dispatch is ever forgotten. */
static bool escalated(const struct dispatch *d, enum clock_kind kind)
{
	if (kind == CLOCK_DELIVERY && d->start[CLOCK_ACKNOWLEDGE])
		return false;
	return ladder_running(d, kind) && fired(d, last_rung[kind]);
}

enum clock_kind ladder_clock(const struct dispatch *d, enum rung rung)
{
	if (rung == RUNG_REPEAT) {
		for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
			if (escalated(d, kind))
				return kind;
		return deadline_followed(d) ? CLOCK_ARRIVE : CLOCK_COUNT;
	}
	if (ladder_rungs[rung].clock == CLOCK_FIRST_REPORT && !d->due[CLOCK_FIRST_REPORT])
		return CLOCK_NEXT_REPORT;
	return ladder_rungs[rung].clock;
}

/* -- repetitions ---------------------------------------------------------------------------- */

static enum clock_time reminding_time(const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, enum clock_kind kind)
{
	enum clock_time time = deadline_time(inc, d, m, kind);

	return time == TIME_WORKDAYS ? TIME_OFFICE : time;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The first instant at or after `at` within these minutes of the day. from == to: all day. */
static int64_t by_day(struct span hours, int64_t at)
{
	int64_t midnight = day_start(local_day(at));
	int64_t minute = (at - midnight) / MINUTE_MS;

	if (hours.from == hours.to || (hours.from <= minute && minute < hours.to))
		return at;
	if (hours.from > hours.to && (minute >= hours.from || minute < hours.to))
		return at; /* over midnight */
	return midnight + (minute < hours.from ? 0 : DAY_MS) + hours.from * MINUTE_MS;
}

static int64_t sign_of_life(const struct dispatch *d)
{
	int64_t last = later(d->issued_at, d->reported_at);

	for (enum step s = 0; s < STEPS; s++)
		last = later(last, d->at[s]);
	return last;
}

/* What the unit said, cut to what policy lets it say at its last sign of life. */
static int64_t silent_until(const struct dispatch *d, const struct policy *p)
{
	int64_t most = sign_of_life(d) + p->eta_cap_ms;

	return p->eta_cap_ms > 0 && d->eta > most ? most : d->eta;
}

/* The first of the instants start, start + every, start + 2 × every … of that time after `at`. A
 * round that everybody can foretell: another reminder in between does not move it. */
static int64_t round_after(const struct calendar *c, enum clock_time time, int64_t start, int64_t every_ms,
    int64_t at)
{
	int64_t rounds = calendar_between(c, time, start, at) / every_ms + 1;

	return calendar_add(c, time, start, rounds * every_ms, NULL, 0, NULL, NULL);
}

/* The round after the last reminder; after the unit's last sign of life where that came when a
 * follow-up was owed already, for nobody asks the moment after an answer. */
static int64_t follow_up_at(const struct incident *inc, const struct dispatch *d, const struct mechanism *m)
{
	const struct calendar *c = &m->calendar;
	enum clock_time time = reminding_time(inc, d, m, CLOCK_ARRIVE);
	int64_t every_ms = m->policy.outside_every_ms[inc->priority];
	int64_t start = d->start[CLOCK_ARRIVE], at, life = sign_of_life(d);

	if (every_ms <= 0)
		return 0;
	at = round_after(c, time, start, every_ms, later(d->reminded_at, start));
	if (at < life)
		at = round_after(c, time, start, every_ms, life);
	at = later(at, silent_until(d, &m->policy));
	/* A second round for hours that begin while the office is shut; then it goes as it is. */
	for (int round = 0; round < 2; round++)
		at = calendar_next(c, time, by_day(m->policy.outside_hours[inc->priority], at));
	return at;
}

/* Once escalated, at most one an hour, inside and outside the city. */
static int64_t repeat_at(const struct incident *inc, const struct dispatch *d, const struct mechanism *m)
{
	int64_t every_ms = m->policy.repeat_every_ms, first = 0;

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT && every_ms > 0; kind++) {
		if (!escalated(d, kind))
			continue;
		int64_t at = calendar_add(&m->calendar, reminding_time(inc, d, m, kind), d->reminded_at,
		    every_ms, NULL, 0, NULL, NULL);
		if (!first || at < first)
			first = at;
	}
	return first || !deadline_followed(d) ? first : follow_up_at(inc, d, m);
}

/* -- rungs ---------------------------------------------------------------------------------- */

/* A part of the limit that was given: measured between the stored instants, in the clock's time. */
static int64_t share_at(const struct dispatch *d, const struct mechanism *m, enum clock_kind kind,
    enum clock_time time)
{
	int percent = kind == CLOCK_ACKNOWLEDGE ? m->policy.acknowledge_remind_percent
						: m->policy.arrive_remind_percent;
	int64_t limit_ms = calendar_between(&m->calendar, time, d->start[kind], d->due[kind]);

	if (percent <= 0 || percent >= 100 || limit_ms == 0)
		return 0;
	return calendar_add(&m->calendar, time, d->start[kind], limit_ms * percent / 100, NULL, 0, NULL,
	    NULL);
}

int64_t ladder_at(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    enum rung rung)
{
	enum clock_kind kind = ladder_clock(d, rung);
	int64_t past_ms = 0;

	if (rung == RUNG_REPEAT)
		return repeat_at(inc, d, m);
	if (fired(d, rung) || !ladder_running(d, kind))
		return 0;
	if (rung == RUNG_ARRIVE_SOON && d->at[STEP_DEPARTED])
		return 0;

	enum clock_time time = reminding_time(inc, d, m, kind);
	if (ladder_rungs[rung].moment == MOMENT_SHARE)
		return share_at(d, m, kind, time);
	if (ladder_rungs[rung].moment == MOMENT_LEADER)
		past_ms = m->policy.leader_after_ms;
	if (ladder_rungs[rung].moment == MOMENT_OFFICE)
		past_ms = m->policy.office_after_ms;
	return calendar_add(&m->calendar, time, d->due[kind], past_ms, NULL, 0, NULL, NULL);
}
