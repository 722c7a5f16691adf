/*
 * same.c - one matter, several incidents (同一事项).
 * Place: engine, beside change.c and report.c. What each incident learns of it is domain/join.c's; here: which
 * others are concerned, each with a decision of its own in the same turn, so that all is stored or nothing.
 */
#include "engine/same.h"
#include "domain/join.h"
#include "domain/return.h"
#include "base/arena.h"
#include "base/log.h"

#include <stdio.h>

struct incident *matter_main(const struct turn *t, const struct job *j)
{
	struct view v = job_view(t->e, j);
	struct incident *main = j->other ? j->other->inc : NULL;

	return main && sight_sees(&v, main) ? main : NULL;
}

struct incident *matter_main_of_follower(struct turn *t, struct job *j)
{
	struct incident *follower = j->other->inc, *main = t->wants.incidents[j->other->want].main;
	struct slot *slot = main
	    ? slots_take(&t->slots, t->a, main)
	    : slots_find(&t->slots, follower->same_as_number); /* joined in this very turn */

	if (!slot || !slot->inc)
		return NULL;
	j->other = slot;
	return matter_main(t, j);
}

/* The main counts callers that came by this incident. Returns what is to be said of it. */
static const struct warnings *count(struct turn *t, struct job *j, struct slot *main,
    const struct incident *by, int64_t callers)
{
	struct decision d = {0};

	turn_catch_up(t, main);
	join_main(main->inc, by, callers, j->c, t->m, &t->around, t->now, &d, t->a);
	turn_decided(t, &d, main);
	return d.warnings;
}

/* The follower's own warnings say it (join_report). */
void matter_joined(struct turn *t, struct job *j, struct incident *follower)
{
	count(t, j, j->other, follower, 1);
}

/* Of an incident that a request names, which the load has found, or that is in this turn for another reason. */
static struct slot *named_slot(struct turn *t, const struct job *j, const char *number)
{
	const struct store_want *w = &t->wants.incidents[j->slot->want];

	for (size_t i = 0; i < w->n_named; i++)
		if (text_eq(w->named[i]->number, number))
			return slots_take(&t->slots, t->a, w->named[i]);
	return slots_find(&t->slots, number);
}

void matter_look(struct turn *t, struct job *j, const struct request *r)
{
	if (j->c->kind == COMMAND_INCIDENT_CANCEL && j->slot->inc->state != INCIDENT_CANCELLED)
		j->joins = command_text(j->c, FIELD_SAME_AS);
	else if (j->c->kind == COMMAND_REQUEST_DECIDE || j->c->kind == COMMAND_DISPATCH_DECIDE_RETURN)
		j->joins = r && request_undecided(r) ? return_joins(j->slot->inc, r, j->c) : NULL;
	if (j->joins)
		j->other = named_slot(t, j, j->joins);
}

static bool other_there(struct turn *t, const struct job *j, const struct incident *main, struct refusal *why)
{
	if (!command_has(j->c, FIELD_OTHER) || (main && main != j->slot->inc))
		return true;
	return refuse(why, t->a, main ? ERROR_PARAMS : ERROR_NOT_FOUND, "other", "没有另一件警情 %s",
	    "there is no other incident %s", command_text(j->c, FIELD_OTHER));
}

/* Why an incident is not the main one of the matter, as the end of a sentence. */
static const char *unfit(const struct incident *main, const struct incident *inc, bool english)
{
	if (text_eq(main->number, inc->number))
		return english ? "it is this one; give the number of the other"
			       : "它就是本件,请写另一件的编号";
	if (main->backfill)
		return english ? "it is a paper record" : "它是补录的纸质记录";
	if (main->drill != inc->drill)
		return english ? "one of the two is a drill" : "一件是演练,一件不是";
	return incident_state_word(main, english);
}

bool matter_fits(struct turn *t, const struct job *j, struct refusal *why)
{
	const struct incident *main = matter_main(t, j), *inc = j->slot->inc;

	if (!j->joins)
		return other_there(t, j, main, why);
	if (!main)
		return refuse(why, t->a, ERROR_NOT_FOUND, "same_as", "没有警情 %s,请写明与哪件警情是同一事项",
		    "there is no incident %s: name the one that is the same matter", j->joins);
	switch (join_verdict(main, inc->number, inc->drill)) {
	case JOIN_FOLLOWER:
		return refuse(why, t->a, ERROR_WRONG_STATE, "same_as", "警情 %s 本身归入 %s,请写 %s",
		    "incident %s follows %s itself; name that: %s", j->joins, main->same_as_number,
		    main->same_as_number);
	case JOIN_NOT:
		return refuse(why, t->a, ERROR_WRONG_STATE, "same_as", "警情 %s 不能作为同一事项:%s",
		    "incident %s cannot be the main one of the matter: %s", j->joins,
		    unfit(main, inc, t->e->english));
	case JOIN_GOES:
		break;
	}
	return true;
}

/* -- followers ------------------------------------------------------------------------------ */

static void follow(struct turn *t, struct job *j, struct slot *slot, const struct incident *main)
{
	struct decision d = {0};

	join_follow(slot->inc, main, j->c, t->now, &d, t->a);
	turn_decided(t, &d, slot);
}

static void set_free(struct turn *t, struct job *j, struct slot *slot)
{
	struct decision d = {0};

	join_free(slot->inc, j->c, t->m, &t->around, t->now, &d, t->a);
	turn_decided(t, &d, slot);
}

/* Those that are stored, at most FOLLOWERS_MOST, and those that joined it in this very turn. Returns how many. */
static int64_t each_follower(struct turn *t, struct job *j, const struct incident *was,
    const struct incident *main)
{
	const struct store_want *w = &t->wants.incidents[j->slot->want];
	int64_t n = 0;

	for (size_t i = 0; i < w->n_followed; i++)
		slots_take(&t->slots, t->a, w->followed[i]);
	for (struct slot *s = t->slots.first; s; s = s->next) {
		if (!s->inc || !text_eq(s->inc->same_as_number, was->number))
			continue;
		if (main)
			follow(t, j, s, main);
		else
			set_free(t, j, s);
		n++;
	}
	return n;
}

/* It is routed by itself again: its main has one caller less. */
static void leave(struct turn *t, struct job *j, struct incident *main)
{
	struct slot *slot = slots_take(&t->slots, t->a, main);
	struct decision d = {0};

	join_left(slot->inc, j->slot->inc, j->c, t->now, &d, t->a);
	turn_decided(t, &d, slot);
}

static void link_back(struct turn *t, struct job *j)
{
	struct decision d = {0};

	join_linked(j->other->inc, j->slot->inc, j->c, t->now, &d, t->a);
	turn_decided(t, &d, j->other);
}

/* A turn takes a limited number along; cancelling it once more takes the next. */
static void warn_of_the_rest(struct turn *t, struct job *j, int64_t left, struct warnings *warnings)
{
	char taken[24], given[24];

	if (left <= 0)
		return;
	snprintf(given, sizeof given, "%lld", (long long)left);
	snprintf(taken, sizeof taken, "%d", FOLLOWERS_MOST);
	warning_add(warnings, t->a, WARNING_FOLLOWERS_LEFT, FIELD_NUMBER, given, taken);
	log_info("followers are left", "incident=%s left=%s", j->slot->inc->number, given);
}

void matter_follows(struct turn *t, struct job *j, struct warnings *warnings)
{
	bool cancels = j->c->kind == COMMAND_INCIDENT_CANCEL; /* for the first time, or once more */
	bool named = cancels ? command_has(j->c, FIELD_SAME_AS) : j->joins != NULL;
	struct incident *inc = j->slot->inc, *main = named ? matter_main(t, j) : NULL;
	const struct store_want *w = &t->wants.incidents[j->slot->want];

	if (j->c->kind == COMMAND_INCIDENT_LINK)
		link_back(t, j);
	if (j->c->kind == COMMAND_INCIDENT_REOPEN && w->main && !inc->same_as_number) {
		leave(t, j, w->main);
		return;
	}
	if ((!cancels && !main) || inc->state != INCIDENT_CANCELLED)
		return;
	if (inc->same_as_number && (!main || !text_eq(main->number, inc->same_as_number)))
		return;
	int64_t callers = inc->callers, n;
	if (main && !inc->same_as_number) {
		warnings_append(warnings, t->a, count(t, j, j->other, inc, callers + 1));
		follow(t, j, j->slot, main);
	}
	n = each_follower(t, j, inc, main);
	inc->callers = n < FOLLOWERS_MOST ? 0 : callers - n;
	inc->changed = true;
	warn_of_the_rest(t, j, inc->callers, warnings);
}

void matter_tell(struct turn *t, const struct job *j, struct json *out)
{
	struct view v = job_view(t->e, j);
	const struct incident *inc = j->slot->inc, *main = matter_main(t, j);

	if (!main) /* it was sent again */
		main = t->wants.incidents[j->slot->want].main;
	if (main && inc->state == INCIDENT_CANCELLED && text_eq(inc->same_as_number, main->number) &&
	    sight_sees(&v, main))
		render_main(out, main, t->m, &v);
}
