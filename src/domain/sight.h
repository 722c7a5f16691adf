/*
 * sight.h - who may see what: one table of thing and role (sight.c). Every command asks it before
 * anything else, whether it reads or acts, and both ways in ask it alike: what a caller may not see is
 * not found. What is masked is rendered as 139****1234, 张** (wire/render.c).
 */
#ifndef DOMAIN_SIGHT_H
#define DOMAIN_SIGHT_H
#include "domain/command.h"
#include "domain/incident.h"

/* Who looks. */
struct view {
	enum account_role role;
	const char *unit; /* a liaison's; with those that it succeeds, comma-separated (mechanism_acts_for) */
	bool unmask;      /* local with --unmask, which is recorded */
	bool english;
	const struct circumstances *around; /* at the time of the look; NULL: nothing is known of them */
};

/* OWN stands in the table only: a unit's own is ALL, MASKED or NONE as sight.c resolves it. */
enum sight { SIGHT_NONE, SIGHT_MASKED, SIGHT_OWN, SIGHT_ALL };

/* Of an incident, then of the system. Each of the first four has a row of its own for confidential
 * incidents. */
enum thing {
	THING_NONE,     /* an event that has no row yet is not shown */
	THING_INCIDENT, /* that there is one: number, state, times, which units have it */
	THING_SUBJECT,  /* what it is about: category, priority, area, route */
	THING_PEOPLE,   /* reporter, address, description, what was said */
	THING_CLOCKS,   /* limits, reminders, whom to call, results */
	THING_CONFIDENTIAL_INCIDENT,
	THING_CONFIDENTIAL_SUBJECT,
	THING_CONFIDENTIAL_PEOPLE,
	THING_CONFIDENTIAL_CLOCKS,
	THING_SECRET_REPORTER, /* 为报警人保密 */
	THING_LOOKS,           /* who saw personal data */
	THING_CONTACTS,        /* people and phones of the units */
	THING_MEASURE,         /* measures against a unit, what a unit has confirmed */
	THING_SYSTEM,          /* configuration, downtimes, the clock */
	THING_ACCOUNTS,
	THING_CALLBACK, /* what the reporter was asked, and answered */
	THING_HISTORY, /* what the same caller reported before; MASKED: but for what is confidential or secret */
	THING_OFFICE, /* modes, duty, measures, meetings, periods: what belongs to no incident */
	THINGS
};

/* An event with what decides who may see it. */
struct seen_event {
	struct event e;
	const char *units;    /* of its incident, comma-separated; of a system event sight_concerned */
	const char *informed; /* those of them that are only informed, where it is confidential; else NULL */
	bool confidential;
	struct event_words words;
};

/* A row of the table as it stands. */
enum sight sight_row(enum thing what, enum account_role role);

/* NONE, MASKED or ALL. `what` is INCIDENT, SUBJECT or PEOPLE: whether the incident is confidential is
 * looked at here. */
enum sight sight_of(const struct view *v, enum thing what, const struct incident *inc);
/* May it see the incident at all? */
bool sight_sees(const struct view *v, const struct incident *inc);
/* Personal data in full: the desk, a unit while its own dispatch is open, local unmasked. */
bool sight_in_full(const struct view *v, const struct incident *inc);
enum sight sight_reporter(const struct view *v, const struct incident *inc);
/* What the caller of this incident (NULL: of any) has reported before. */
enum sight sight_history(const struct view *v, const struct incident *inc);
/* Clocks, calls and results of this dispatch? Where not: identity, state and times only. */
bool sight_clocks(const struct view *v, const struct incident *inc, const struct dispatch *d);
/* Its photos? They show people and cannot be masked: who may learn nothing of the people sees none. */
bool sight_photos(const struct view *v, const struct incident *inc, const struct dispatch *d);
/* The unit whose own is all that it sees; NULL: it is bound to none. */
const char *sight_unit(const struct view *v);
/* Is its look at personal data in full recorded? A unit's, and that of local, which asks for it. */
bool sight_recorded(const struct view *v);
/* May it name this dispatch in a command? A unit its own only. */
bool sight_own(const struct view *v, const struct dispatch *d);
/* People and phones of that unit? */
bool sight_contacts(const struct view *v, const char *unit);

/* NONE: not shown. MASKED: type, instant and what it is about, neither data nor who did it. ALL: with
 * its data. */
enum sight sight_event(const struct view *v, const struct seen_event *e);
/* The unit that sees this event of no incident as its own: its finding, appeal, measure. NULL: none does. */
const char *sight_concerned(const struct event *e);
/* The words of events, where no incident is at hand to say more. */
bool sight_words(const struct view *v);

/* Does this dispatch give its unit a part in the matter? One that only informs does not, nor one that
 * was withdrawn. */
bool sight_part(enum dispatch_role role, enum dispatch_state state);
/* `units` without those of `parts`: those that are only informed. NULL: there is none. */
const char *sight_informed(struct arena *a, const char *units, const char *parts);

#endif
