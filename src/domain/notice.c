/*
 * notice.c - the events of a reminder and their data.
 * Place: domain; pure but for the arena. The data is JSON in the order written here, hashed in the
 * journal, so members are added at the end and never moved. It names contacts of units, who are
 * official, and nothing about citizens.
 *
 * Every recipient carries a digest key, WHO@WINDOW: what goes to one person within one window is one
 * message of the notifier's.
 */
#include "domain/notice.h"
#include "base/json.h"

#include <assert.h>
#include <stdio.h>

static enum rung gravest(unsigned rungs)
{
	enum rung found = RUNG_REPEAT;

	for (enum rung r = 0; r < RUNGS; r++)
		if (rungs & 1u << r && ladder_rungs[r].moment > ladder_rungs[found].moment)
			found = r;
	return found;
}

/* Everything but the recipients that a notice says of a clock. */
static void clock_data(struct json *j, const struct notice *n, enum clock_kind kind)
{
	assert(kind < CLOCK_COUNT && "a notice is about a clock");
	json_text(j, "clock", clock_names[kind]);
	json_time(j, "due", n->d->due[kind]);
}

static void flags_data(struct json *j, const struct notice *n, bool system_cause)
{
	if (system_cause)
		json_bool(j, "system_cause", true);
	if (n->inc->drill)
		json_bool(j, "drill", true);
}

static void emit(const struct notice *n, enum event_type type, struct buf *data)
{
	decision_event(n->out, n->arena, type, n->now, n->d, buf_view(data));
	buf_free(data);
}

void notice_overdue(const struct notice *n, enum clock_kind kind)
{
	struct buf data = {0};
	struct json j = json_to(&data);

	json_begin(&j, NULL);
	clock_data(&j, n, kind);
	flags_data(&j, n, n->d->system_late & 1u << kind);
	json_end(&j);
	emit(n, EVENT_DISPATCH_OVERDUE, &data);
}

/* -- recipients ----------------------------------------------------------------------------- */

static void digest_data(struct json *j, const struct notice *n, const char *unit, const char *role)
{
	int64_t window_ms = n->m->policy.digest_window_ms;
	int64_t window = window_ms > 0 ? n->now - n->now % window_ms : n->now;
	char at[TIME_TEXT_MAX], key[192];

	snprintf(key, sizeof key, "%.100s%s%s@%s", unit ? unit : "", unit ? ":" : "", role,
	    time_rfc3339(window, at));
	json_text(j, "digest", key);
}

static void recipient_data(struct json *j, const struct notice *n, const char *role, const char *unit,
    const struct contact *who)
{
	json_begin(j, NULL);
	json_text(j, "role", role);
	json_text(j, "unit", unit);
	json_text(j, "name", who ? who->name : NULL);
	json_text(j, "phone", who ? who->phone : NULL);
	digest_data(j, n, unit, role);
	json_end(j);
}

static const char *role_of(const struct unit *unit, const struct contact *who)
{
	return who == &unit->liaison ? "liaison" : who == &unit->duty ? "duty" : "person-in-charge";
}

/* A unit of which no contact is known is named all the same: the record shows who was owed it. */
static void unit_data(struct json *j, const struct notice *n)
{
	const struct unit *unit = mechanism_unit(n->m, n->d->unit);
	struct call call = deadline_call(n->m, n->d->unit, n->now);

	for (int i = 0; i < call.n; i++)
		recipient_data(j, n, role_of(unit, call.who[i]), n->d->unit, call.who[i]);
	if (call.n == 0)
		recipient_data(j, n, "duty", n->d->unit, NULL);
}

static void recipients_data(struct json *j, const struct notice *n, unsigned to)
{
	const struct unit *unit = mechanism_unit(n->m, n->d->unit);

	json_list(j, "recipients");
	if (to & TO_UNIT)
		unit_data(j, n);
	if (to & TO_DESK)
		recipient_data(j, n, "desk", NULL, NULL);
	if (to & TO_LEADER)
		recipient_data(j, n, "leader", n->d->unit, unit ? &unit->leader : NULL);
	if (to & TO_OFFICE)
		recipient_data(j, n, "office", NULL, NULL);
	json_close(j);
}

/* Whom the desk is to phone, where the notice is that nobody fetched the instruction. */
static void phone_data(struct json *j, const struct notice *n)
{
	const struct unit *unit = mechanism_unit(n->m, n->d->unit);
	struct call call = deadline_call(n->m, n->d->unit, n->now);

	json_list(j, "call");
	for (int i = 0; i < call.n; i++) {
		json_begin(j, NULL);
		json_text(j, "role", role_of(unit, call.who[i]));
		json_text(j, "name", call.who[i]->name);
		json_text(j, "phone", call.who[i]->phone);
		json_end(j);
	}
	json_close(j);
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
		enum clock_kind kind = ladder_clock(n->d, r);
		int64_t due = n->d->due[kind];
		s.n++;
		s.to |= ladder_rungs[r].to;
		s.system_cause |= (n->d->system_late & 1u << kind) != 0;
		if (due && due <= n->now && (!s.overdue_since || due < s.overdue_since))
			s.overdue_since = due;
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

void notice_send(const struct notice *n, unsigned rungs)
{
	enum rung rung = gravest(rungs);
	enum moment moment = ladder_rungs[rung].moment;
	bool escalation = moment >= MOMENT_LEADER;
	struct sum sum = sum_of(n, rungs);
	struct buf data = {0};
	struct json j = json_to(&data);

	json_begin(&j, NULL);
	json_text(&j, "rung", rung_names[rung]);
	if (sum.n > 1)
		rungs_data(&j, rungs);
	if (escalation)
		json_text(&j, "level", moment == MOMENT_LEADER ? "leader" : "office");
	clock_data(&j, n, ladder_clock(n->d, rung));
	if (sum.n > 1 || moment != MOMENT_DUE)
		json_time(&j, "overdue_since", sum.overdue_since);
	recipients_data(&j, n, sum.to);
	if (rungs & 1u << RUNG_DELIVERY_DUE)
		phone_data(&j, n);
	flags_data(&j, n, sum.system_cause);
	json_end(&j);
	emit(n, escalation ? EVENT_ESCALATION_RAISED : EVENT_REMINDER_SENT, &data);
}
