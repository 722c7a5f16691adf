/*
 * notice.c - the events of a reminder and their data.
 * Place: domain; pure but for the arena. The data is JSON in the order written here, hashed in the
 * journal, so members are added at the end and never moved.
 *
 * The people of units are personal, too: names and phones go into a text of the event that can be erased,
 * and the data has their places in it (contact) and its digest. A reader of the event gets them together
 * again (contacts_fill). Events of older versions have name and phone in the data itself.
 *
 * Every recipient carries a digest key, WHO@WINDOW: what goes to one person within one window is one
 * message of the notifier's.
 */
#include "domain/notice.h"
#include "domain/act.h"
#include "domain/mode.h"

#include <assert.h>
#include <stdio.h>

static const struct rung_place unit_again = {RUNG_REPEAT, MOMENT_AGAIN, TO_UNIT | TO_DESK, 0};
static const struct rung_place desk_again = {RUNG_REPEAT, MOMENT_AGAIN, TO_DESK, 0};
static const struct rung_place callback_again = {RUNG_REPEAT, MOMENT_AGAIN, TO_DESK | TO_OFFICE, 0};

static const struct rung_place *place_of(const struct notice *n, enum rung rung)
{
	enum clock_kind kind = ladder_kind(&n->of, rung);

	if (rung == RUNG_REPEAT)
		return n->of.d ? &unit_again : kind == CLOCK_CALLBACK ? &callback_again : &desk_again;
	return clock_rung(kind, rung);
}

static const struct rung_place *gravest(const struct notice *n, unsigned rungs)
{
	const struct rung_place *found = NULL;

	for (enum rung r = 0; r < RUNGS; r++) {
		const struct rung_place *place = rungs & 1u << r ? place_of(n, r) : NULL;
		if (place && (!found || place->moment > found->moment))
			found = place;
	}
	assert(found && "a notice is of a rung");
	return found;
}

/* Everything but the recipients that a notice says of a clock. */
static void clock_data(struct json *j, const struct notice *n, enum clock_kind kind)
{
	assert(kind < CLOCK_COUNT && "a notice is about a clock");
	json_text(j, "clock", clock_names[kind]);
	json_time(j, "due", ladder_clock(&n->of, kind)->due);
}

static void flags_data(struct json *j, const struct notice *n, bool system_cause)
{
	if (system_cause)
		json_bool(j, "system_cause", true);
	if (n->of.inc->drill)
		json_bool(j, "drill", true);
}

static void emit(const struct notice *n, enum event_type type, struct buf *data)
{
	decision_event(n->out, n->arena, type, n->now, n->of.d, buf_view(data));
	buf_free(data);
}

void notice_overdue(const struct notice *n, enum clock_kind kind)
{
	struct buf data = {0};
	struct json j = json_to(&data);

	json_begin(&j, NULL);
	clock_data(&j, n, kind);
	flags_data(&j, n, ladder_clock(&n->of, kind)->excused == EXCUSE_SYSTEM);
	json_end(&j);
	emit(n, EVENT_DISPATCH_OVERDUE, &data);
}

void notice_late(const struct notice *n, enum clock_kind kind)
{
	struct buf data = {0};
	struct json j = json_to(&data);

	json_begin(&j, NULL);
	clock_data(&j, n, kind);
	if (clock_excuse(ladder_clock(&n->of, kind)))
		json_text(&j, "excused", excuse_names[clock_excuse(ladder_clock(&n->of, kind))]);
	flags_data(&j, n, false);
	json_end(&j);
	emit(n, n->of.d ? EVENT_DISPATCH_LATE : EVENT_INCIDENT_LATE, &data);
}

/* -- recipients ----------------------------------------------------------------------------- */

/* In an emergency mode a unit hears in the mode's rhythm, and not of each instruction. */
static int64_t batch_ms(const struct notice *n, const char *unit)
{
	const struct incident *inc = n->of.inc;

	return unit && n->around ? modes_batch_ms(n->around, n->of.m, n->now, inc->area, inc->priority) : 0;
}

static void digest_data(struct json *j, const struct notice *n, const char *unit, const char *role)
{
	int64_t batch = batch_ms(n, unit), window_ms = batch ? batch : n->of.m->policy.digest_window_ms;
	int64_t window = window_ms > 0 ? n->now - n->now % window_ms : n->now;
	char at[TIME_TEXT_MAX], key[192];

	snprintf(key, sizeof key, "%.100s%s%s@%s", unit ? unit : "", unit ? ":" : "", role,
	    time_rfc3339(window, at));
	json_text(j, "digest", key);
	if (batch)
		json_time(j, "send_at", window + batch);
}

/* Of what is silent in an emergency mode the units hear nothing; who supervises does. */
static unsigned heard(const struct notice *n, unsigned to)
{
	const struct incident *inc = n->of.inc;

	if (!n->around || !modes_silent(n->around, n->of.m, n->now, inc->area, inc->priority))
		return to;
	return to & ~(unsigned)(TO_UNIT | TO_LEADER);
}

static void contact_data(struct people_told *t, const struct contact *who)
{
	int i = 0;

	if (!who || (!who->name && !who->phone))
		return;
	while (i < t->n_who && t->who[i] != who)
		i++;
	assert(i < TOLD_MOST && "no more than are called, and a leader");
	t->who[i] = who;
	t->n_who = i == t->n_who ? i + 1 : t->n_who;
	json_int(t->j, "contact", i);
}

/* `which` of several who have one role, from 1. */
static void recipient_data(struct people_told *t, const char *role, int which, const char *unit,
    const struct contact *who)
{
	char own[64];

	snprintf(own, sizeof own, which > 1 ? "%s-%d" : "%s", role, which);
	json_begin(t->j, NULL);
	json_text(t->j, "role", role);
	json_text(t->j, "unit", unit);
	contact_data(t, who);
	digest_data(t->j, t->n, unit, own);
	json_end(t->j);
}

static const char *role_of(const struct unit *unit, const struct contact *who)
{
	return who == &unit->liaison         ? "liaison"
	    : who == &unit->person_in_charge ? "person-in-charge"
					     : "duty"; /* the duty phone, or a person on duty */
}

/* A unit of which no contact is known is named all the same: the record shows who was owed it. */
static void unit_data(struct people_told *t)
{
	const struct notice *n = t->n;
	const struct unit *unit = mechanism_heir(n->of.m, n->of.unit, n->now);
	struct call call = deadline_call(n->of.m, n->around, unit, n->now);
	int on_duty = 0;

	for (int i = 0; i < call.n; i++) {
		const char *role = role_of(unit, call.who[i]);

		recipient_data(t, role, text_eq(role, "duty") ? ++on_duty : 1, n->of.d->unit, call.who[i]);
	}
	if (call.n == 0)
		recipient_data(t, "duty", 1, n->of.d->unit, NULL);
}

void notice_recipients(struct people_told *t, unsigned to)
{
	const struct dispatch *d = t->n->of.d;
	const struct unit *unit = t->n->of.unit;

	json_list(t->j, "recipients");
	if (d && to & TO_UNIT)
		unit_data(t);
	if (to & TO_DESK)
		recipient_data(t, "desk", 1, NULL, NULL);
	if (d && to & TO_LEADER)
		recipient_data(t, "leader", 1, d->unit,
		    unit ? &mechanism_heir(t->n->of.m, unit, t->n->now)->leader : NULL);
	if (to & TO_SHIFT_LEADER)
		recipient_data(t, "shift-leader", 1, NULL, NULL);
	if (to & TO_OFFICE)
		recipient_data(t, "office", 1, NULL, NULL);
	json_close(t->j);
}

void told_digest(struct people_told *t)
{
	t->text = contacts_text(t->n->arena, t->who, t->n_who);
	act_digest(t->j, CONTACTS_FIELD, t->n->of.inc, t->text);
}

void told_keep(const struct people_told *t)
{
	decision_text(t->n->out, t->n->arena, CONTACTS_FIELD, t->text);
}

/* Whom the desk is to phone, if the notice is that the instruction was not fetched. */
static void phone_data(struct people_told *t)
{
	const struct unit *unit = mechanism_heir(t->n->of.m, t->n->of.unit, t->n->now);
	struct call call = deadline_call(t->n->of.m, t->n->around, unit, t->n->now);

	json_list(t->j, "call");
	for (int i = 0; i < call.n; i++) {
		json_begin(t->j, NULL);
		json_text(t->j, "role", role_of(unit, call.who[i]));
		contact_data(t, call.who[i]);
		json_end(t->j);
	}
	json_close(t->j);
}

/* -- reminders ------------------------------------------------------------------------------ */

/* What a set of rungs adds up to. */
struct sum {
	unsigned to;
	int64_t overdue_since; /* the earliest due that has passed; 0 none */
	bool system_cause;
	int n;
};

static struct sum sum_of(const struct notice *n, unsigned rungs)
{
	struct sum s = {0};

	for (enum rung r = 0; r < RUNGS; r++) {
		if (!(rungs & 1u << r))
			continue;
		const struct clock *c = ladder_clock(&n->of, ladder_kind(&n->of, r));
		s.n++;
		s.to |= place_of(n, r)->to;
		s.system_cause |= c->excused == EXCUSE_SYSTEM;
		if (c->due && c->due <= n->now && (!s.overdue_since || c->due < s.overdue_since))
			s.overdue_since = c->due;
	}
	return s;
}

static void rungs_data(struct json *j, unsigned rungs)
{
	json_list(j, "rungs");
	for (enum rung r = 0; r < RUNGS; r++)
		if (rungs & 1u << r)
			json_text(j, NULL, rung_names[r]);
	json_close(j);
}

/* Who is called upon now. */
static const char *level_of(const struct rung_place *place)
{
	if (place->moment == MOMENT_OFFICE)
		return "office";
	return place->to & TO_SHIFT_LEADER ? "shift-leader" : "leader";
}

void notice_send(const struct notice *n, unsigned rungs)
{
	const struct rung_place *place = gravest(n, rungs);
	bool escalation = place->moment >= MOMENT_LEADER;
	struct sum sum = sum_of(n, rungs);
	struct buf data = {0};
	struct json j = json_to(&data);
	struct people_told told = {.j = &j, .n = n};

	sum.to = heard(n, sum.to);
	if (!sum.to)
		return;
	json_begin(&j, NULL);
	json_text(&j, "rung", rung_names[place->rung]);
	if (sum.n > 1)
		rungs_data(&j, rungs);
	if (escalation)
		json_text(&j, "level", level_of(place));
	clock_data(&j, n, ladder_kind(&n->of, place->rung));
	if (sum.n > 1 || place->moment != MOMENT_DUE)
		json_time(&j, "overdue_since", sum.overdue_since);
	notice_recipients(&told, sum.to);
	if (rungs & 1u << RUNG_DELIVERY_DUE)
		phone_data(&told);
	flags_data(&j, n, sum.system_cause);
	told_digest(&told);
	json_end(&j);
	emit(n, escalation ? EVENT_ESCALATION_RAISED : EVENT_REMINDER_SENT, &data);
	told_keep(&told);
}
