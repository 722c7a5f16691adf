/*
 * graver.c - see graver.h.
 */
#include "domain/graver.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "domain/amend.h"
#include "domain/graver_mark.h"
#include "domain/lifecycle.h"
#include "domain/over.h"
#include "domain/secrecy.h"
#include "domain/steps.h"

/* The model of texts is believed of a note if it takes a danger for more likely than not: it has learnt from callers,
 * and what units write is strange to it. */
#define LIKELY (CERTAIN / 2)
/* Characters of a note from which the model can tell anything: 又在漏 is water, or gas. */
#define SOMETHING 6

/* What words ask for. */
struct called_for {
	enum priority priority; /* PRIORITY_NONE: nothing urgent */
	struct route_unit units[ROUTE_UNITS_MAX];
	int n;
};

/* -- the words ------------------------------------------------------------------------------------------ */

bool graver_says(const struct command *c)
{
	const struct command_kind *k = &command_kinds[c->kind];

	if (!k->act || k->internal || k->words == WORDS_HANDLING)
		return false;
	for (int f = 0; f < FIELDS; f++)
		if (field_kinds[f].tells && command_has(c, (enum field)f))
			return true;
	return false;
}

const char *graver_words(const struct command *c, struct arena *a)
{
	const char *all = NULL;

	if (!graver_says(c))
		return NULL;
	if (command_has(c, FIELD_DESCRIPTION))
		return command_text(c, FIELD_DESCRIPTION);
	for (int f = 0; f < FIELDS; f++)
		if (field_kinds[f].tells && command_has(c, (enum field)f)) {
			const char *one = command_text(c, (enum field)f);
			all = all ? arena_printf(a, "%s\n%s", all, one) : one;
		}
	return all ? over_left(all, a) : NULL;
}

struct hearing graver_before(const struct act *x, const struct command *whole)
{
	struct hearing h = {.words = graver_words(whole, x->a)};

	if (!h.words || x->inc->backfill || incident_erased(x->inc))
		return (struct hearing){0};
	h.known = x->inc->description;
	h.proposal = x->inc->proposal;
	return h;
}

/* -- what they ask for ---------------------------------------------------------------------------------- */

/* Those that must come: who leads, and of those that assist who has an emergency line; `all`: every one that assists. */
static void take_units(struct called_for *out, const struct route *r, const struct mechanism *m, int64_t now,
    bool all)
{
	for (int i = 0; i < r->n_units; i++) {
		const struct route_unit *u = &r->units[i];

		if (u->role != AS_LEAD && (u->role != AS_ASSIST || (!all && !u->unit->emergency_line)))
			continue;
		out->units[out->n] = *u;
		out->units[out->n++].unit = mechanism_heir(m, u->unit, now);
	}
}

/* A report that no rule takes is urgent only because it denies a danger (route_doubt.h): that is no news here. Nor is
 * P2 of a category that none can be sure of. */
static bool found(const struct route *r, enum priority least)
{
	return !r->unmatched && r->priority != PRIORITY_NONE && r->priority <= least &&
	    (r->priority == P1 || !r->choice.asked);
}

static void route_words(const struct act *x, const char *words, const struct proposal *p, struct route *out)
{
	struct route_query q = {.at = x->now, .area = x->inc->area, .description = words};

	if (p)
		q.proposal = *p;
	routing_decide(x->m, &q, out);
}

/* What a caller says is believed as a report is. Of a note rules decide, which err less, and it must be P1: words of P2
 * (联系不上, 落石) are in every second one. */
static struct called_for asked_by(const struct act *x, const char *words, const char *proposal,
    bool of_caller)
{
	struct called_for out = {.priority = PRIORITY_NONE};
	struct proposal p;
	struct route r;

	if (!words || !*words)
		return out;
	proposal_read(proposal, &p);
	route_words(x, words, of_caller ? &p : NULL, &r);
	if (!of_caller && !found(&r, P1) && p.danger >= LIKELY && utf8_count(str_of(words)) >= SOMETHING)
		route_words(x, words, &p, &r);
	if (!found(&r, of_caller ? P2 : P1))
		return out;
	out.priority = r.priority;
	take_units(&out, &r, x->m, x->now, false);
	return out;
}

static bool asks_for(const struct called_for *all, const char *unit)
{
	for (int i = 0; i < all->n; i++)
		if (text_eq(all->units[i].unit->id, unit))
			return true;
	return false;
}

/* -- the units that the incident has -------------------------------------------------------------------- */

static bool had_part(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].role != AS_INFORM && text_eq(inc->dispatches[i].unit, unit))
			return true;
	return false;
}

static void drop_unit(struct called_for *a, int i)
{
	memmove(a->units + i, a->units + i + 1, (size_t)(--a->n - i) * sizeof *a->units);
}

/* Leaves those that are not there. One that has completed its part is there no longer, but for words of how it ended. */
static void drop_present(const struct act *x, struct called_for *a, const struct judged *before)
{
	bool completed = command_kinds[x->c->kind].words == WORDS_OUTCOME;

	for (int i = a->n - 1; i >= 0; i--) {
		const char *id = a->units[i].unit->id;

		if (graver_has(before->v, before->n, id, completed) ||
		    graver_has(x->inc->dispatches, x->inc->n_dispatches, id, completed))
			drop_unit(a, i);
	}
}

/* What the report had said is known: the desk has decided on it. But a unit that had its part and went is asked for
 * anew: 又着火了. */
static void drop_known(const struct act *x, struct called_for *a, const struct called_for *known)
{
	for (int i = a->n - 1; i >= 0; i--)
		if (asks_for(known, a->units[i].unit->id) && !had_part(x->inc, a->units[i].unit->id))
			drop_unit(a, i);
}

/* -- telling -------------------------------------------------------------------------------------------- */

/* What is told once. */
struct raised {
	const char *why;
	enum priority priority;
	const char *units, *added; /* comma-separated; NULL: none */
	const char *words;         /* that said it */
	const struct incident *follower;
};

static void json_units(struct json *j, const char *key, const char *units)
{
	struct str one;

	if (!units)
		return;
	json_list(j, key);
	while ((one = list_next(&units)).n)
		json_str(j, NULL, one);
	json_close(j);
}

static void told_desk(struct json *j)
{
	json_list(j, "recipients");
	json_begin(j, NULL);
	json_text(j, "role", "desk");
	json_end(j);
	json_close(j);
}

/* Of no dispatch, even if its unit said it: what other units the words call for is the desk's to know. */
static void event_raised(struct act *x, const struct raised *r)
{
	char id[DISPATCH_ID_MAX];
	struct data data;
	struct event *e;

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "level", "desk");
	json_text(j, "why", r->why);
	json_text(j, "priority", priority_names[r->priority]);
	json_text(j, "follower", r->follower ? r->follower->number : NULL);
	json_text(j, "main", x->inc->same_as_number);
	if (!r->follower) {
		json_text(j, "command", command_kinds[x->c->kind].name);
		json_text(j, "of", x->d ? dispatch_id(x->inc, x->d, id) : NULL);
	}
	json_units(j, "units", r->units);
	json_units(j, "added", r->added);
	act_digest(j, "words", x->inc, r->words);
	told_desk(j);
	if (x->inc->drill)
		json_bool(j, "drill", true);
	e = act_event_data(x, &data, EVENT_ESCALATION_RAISED, x->now, NULL);
	x->inc->graver = graver_of_event(e->data, x->a);
	act_changed(x, NULL);
}

static const char *ids_of(const struct called_for *a, struct arena *arena)
{
	const char *out = NULL;

	for (int i = 0; i < a->n; i++)
		out = out ? arena_printf(arena, "%s,%s", out, a->units[i].unit->id) : a->units[i].unit->id;
	return out;
}

static const char *names_of(const struct called_for *a, struct arena *arena)
{
	const char *out = NULL;

	for (int i = 0; i < a->n; i++) {
		const struct unit *u = a->units[i].unit;
		const char *name = u->short_name ? u->short_name : u->name;
		out = out ? arena_printf(arena, "%s、%s", out, name) : name;
	}
	return out;
}

static const char *both_lists(const char *a, const char *b, struct arena *arena)
{
	struct str one;

	while (b && (one = list_next(&b)).n) {
		const char *unit = arena_str(arena, one);
		if (!list_has(a, unit))
			a = a ? arena_printf(arena, "%s,%s", a, unit) : unit;
	}
	return a;
}

/* -- later words ---------------------------------------------------------------------------------------- */

static enum field field_said(const struct command *c)
{
	for (int f = 0; f < FIELDS; f++)
		if (field_kinds[f].tells && command_has(c, (enum field)f))
			return (enum field)f;
	return FIELDS;
}

/* A unit hears that the desk knows; the desk, what it can do. */
static void warn(struct act *x, const struct called_for *a, bool graver)
{
	enum field f = field_said(x->c);

	if (x->c->who.role == ROLE_LIAISON) {
		warning_add(x->warnings, x->a, WARNING_DESK_TOLD, f, NULL, NULL);
		return;
	}
	if (graver)
		warning_add(x->warnings, x->a, WARNING_GRAVER_WORDS, f, priority_names[a->priority],
		    x->inc->number);
	if (a->n)
		warning_add(x->warnings, x->a, WARNING_OTHER_UNITS, FIELDS, names_of(a, x->a),
		    x->inc->number);
}

/* The beginning of their digest, as the mark has it. */
static void digest_words(const struct incident *inc, const char *words, char out[17])
{
	struct str parts[] = {{(const char *)inc->salt, sizeof inc->salt}, str_of(words)};
	struct digest digest = digest_parts(parts, 2);
	char hex[DIGEST_HEX];

	memcpy(out, digest_hex(&digest, hex), 16);
	out[16] = '\0';
}

enum news { NEWS_NONE, NEWS_KNOWN, NEWS };

/* Known: it is told already, and the desk has not decided. None: it has, on these very words. */
static enum news news_in(const struct act *x, const struct called_for *a, bool graver, const char *words,
    struct graver_mark *mark)
{
	char digest[17];

	if (!graver_read(x->inc->graver, x->a, mark))
		return NEWS;
	digest_words(x->inc, words, digest);
	if (!graver_stands(x->inc, mark, x->a)) {
		bool same = text_eq(digest, mark->words);

		*mark = (struct graver_mark){.priority = PRIORITY_NONE};
		return same ? NEWS_NONE : NEWS;
	}
	for (int i = 0; i < a->n; i++)
		if (!list_has(mark->units, a->units[i].unit->id))
			return NEWS;
	return graver && a->priority < mark->priority ? NEWS : NEWS_KNOWN;
}

static void tell(struct act *x, const struct hearing *h, const struct called_for *a, bool graver)
{
	struct graver_mark mark;
	enum news news = news_in(x, a, graver, h->words, &mark);
	struct raised r = {.why = "later-words", .priority = a->priority, .words = h->words};

	if (news == NEWS_NONE)
		return;
	warn(x, a, graver);
	if (news == NEWS_KNOWN)
		return;
	if (mark.priority != PRIORITY_NONE && mark.priority < r.priority)
		r.priority = mark.priority;
	r.units = both_lists(ids_of(a, x->a), mark.priority ? graver_left(x->inc, &mark, x->a) : NULL, x->a);
	event_raised(x, &r);
}

void graver_listen(struct act *x, const struct hearing *h, const struct judged *before)
{
	bool of_caller = command_has(x->c, FIELD_DESCRIPTION), graver;
	struct called_for a, known;

	if (!h->words)
		return;
	a = asked_by(x, h->words, x->c->proposal, of_caller);
	if (a.priority == PRIORITY_NONE)
		return;
	known = asked_by(x, h->known, h->proposal, true);
	drop_present(x, &a, before);
	drop_known(x, &a, &known);
	graver = a.priority < x->inc->priority && !command_has(x->c, FIELD_PRIORITY) &&
	    (known.priority == PRIORITY_NONE || a.priority < known.priority);
	if (graver || a.n)
		tell(x, h, &a, graver);
}

/* -- another caller ------------------------------------------------------------------------------------- */

/* The units that it would have got by itself, and its main has not; of what is not urgent those that the desk named. */
static struct called_for asked_of(const struct incident *main, const struct incident *follower,
    const struct mechanism *m, int64_t now)
{
	struct called_for out = {.priority = follower->priority};
	struct route_query q = lifecycle_query_of(follower);
	struct route r;

	if (!priority_urgent(follower->priority) && !follower->given_units)
		return out;
	routing_decide(m, &q, &r);
	if (!r.unmatched)
		take_units(&out, &r, m, now, true);
	for (int i = out.n - 1; i >= 0; i--)
		if (graver_has(main->dispatches, main->n_dispatches, out.units[i].unit->id, false))
			drop_unit(&out, i);
	return out;
}

/* Those of P1 that are sent at once: they would have been. Others for a word alone are not. */
static struct called_for sent_at_once(struct called_for *a)
{
	struct called_for out = {.priority = a->priority};

	for (int i = 0; a->priority == P1 && i < a->n; i++)
		if (a->units[i].role == AS_LEAD || a->units[i].unit->emergency_line)
			out.units[out.n++] = a->units[i];
	for (int i = a->n - 1; i >= 0; i--)
		if (asks_for(&out, a->units[i].unit->id))
			drop_unit(a, i);
	return out;
}

void graver_warn(const struct incident *main, const struct incident *follower, const struct mechanism *m,
    int64_t now, struct warnings *w, struct arena *a)
{
	struct called_for rest = asked_of(main, follower, m, now), sent = sent_at_once(&rest);

	if (sent.n)
		warning_add(w, a, WARNING_UNITS_ADDED, FIELDS, names_of(&sent, a), main->number);
	if (rest.n)
		warning_add(w, a, WARNING_OTHER_UNITS, FIELDS, names_of(&rest, a), main->number);
}

/* The reason of an instruction that another caller's report sends: that caller's words. */
static const char *reason_of(struct act *x, const struct incident *follower)
{
	bool hidden = follower->confidential && !x->inc->confidential;
	const char *words = hidden ? NULL : secrecy_hide(follower, follower->description, x->a);

	return arena_printf(x->a, "另一报警人(警情 %s)报的也要处置%s%s", follower->number, words ? ":" : "",
	    words ? words : "");
}

static void send_units(struct act *x, const struct called_for *sent, const struct incident *follower)
{
	for (int i = 0; i < sent->n && x->inc->n_dispatches < DISPATCHES_MAX; i++) {
		const struct route_unit *u = &sent->units[i];
		struct dispatch *informed = incident_open_dispatch(x->inc, u->unit->id);

		if (informed)
			step_withdraw(x, informed, NULL);
		act_changed(x, act_issue(x, u->unit->id, AS_ASSIST, u->rule, reason_of(x, follower)));
	}
}

void graver_follower(struct act *x, const struct incident *follower)
{
	struct incident *main = x->inc;
	bool graver = follower->priority && main->priority && follower->priority < main->priority;
	bool hidden = follower->confidential && !main->confidential;
	struct called_for rest = asked_of(main, follower, x->m, x->now), sent = sent_at_once(&rest);
	struct graver_mark mark;
	struct raised r = {.why = graver ? "graver-follower" : "other-units",
	    .priority = follower->priority,
	    .words = follower->description,
	    .follower = follower};

	graver_warn(main, follower, x->m, x->now, x->warnings, x->a);
	if (graver)
		amend_priority(x, follower->priority);
	send_units(x, &sent, follower);
	if (!graver && !sent.n &&
	    (!priority_urgent(follower->priority) || !rest.n ||
		news_in(x, &rest, false, "", &mark) == NEWS_KNOWN))
		return;
	if (!hidden) {
		r.units = ids_of(&rest, x->a);
		r.added = ids_of(&sent, x->a);
	}
	event_raised(x, &r);
}
