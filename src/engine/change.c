/*
 * change.c - commands that change one incident, and the deliveries that a poll makes.
 * Place: engine; what they do is domain/lifecycle.c's. Here: whose it is, and whether a resent one
 * happened already, which its journal row knows.
 */
#include "base/log.h"
#include "base/time.h"
#include "domain/finding.h"
#include "domain/request.h"
#include "domain/resolve.h"
#include "engine/caller.h"
#include "engine/handlers.h"
#include "engine/ownership.h"
#include "engine/register.h"
#include "engine/removal.h"
#include "engine/same.h"
#include "engine/undo.h"

static void want_same(struct turn *t, struct job *j)
{
	if (!command_has(j->c, FIELD_SAME_AS))
		return;
	j->other = slots_want(&t->slots, t->a, command_text(j->c, FIELD_SAME_AS));
	j->other->leader = true;
}

void want_decided(struct turn *t, struct job *j)
{
	want_same(t, j);
	if (!j->slot || !command_int(j->c, FIELD_GRANT))
		return;
	j->slot->followers = j->slot->leader = j->slot->matters = true;
}

void want_number(struct turn *t, struct job *j)
{
	const char *number = command_text(j->c, FIELD_NUMBER);

	if (number)
		j->slot = slots_want(&t->slots, t->a, number);
	if (j->slot && j->c->kind == COMMAND_INCIDENT_CANCEL)
		j->slot->followers = true;
	if (j->slot && (j->c->kind == COMMAND_INCIDENT_REOPEN || j->c->kind == COMMAND_INCIDENT_CANCEL))
		j->slot->leader = true;
	want_same(t, j);
	if (command_has(j->c, FIELD_OTHER))
		j->other = slots_want(&t->slots, t->a, command_text(j->c, FIELD_OTHER));
}

/* The slot of this dispatch's incident; NULL: it is no id of a dispatch. */
static struct slot *slot_of(struct turn *t, const char *dispatch)
{
	char number[NUMBER_MAX + 1];
	int n;

	return dispatch_id_parse(dispatch, number, &n) ? slots_want(&t->slots, t->a, arena_text(t->a, number))
						       : NULL;
}

void want_dispatch(struct turn *t, struct job *j)
{
	j->slot = slot_of(t, command_text(j->c, FIELD_DISPATCH));
	want_decided(t, j);
}

/* A finding's id is that of its dispatch, and .f1; of no incident it is F1. */
static struct slot *slot_of_finding(struct turn *t, const char *id)
{
	const char *dot = id ? strstr(id, ".f") : NULL;

	return dot ? slot_of(t, arena_str(t->a, (struct str){id, (size_t)(dot - id)})) : NULL;
}

struct slot *want_finding_named(struct turn *t, const char *id)
{
	struct slot *slot = slot_of_finding(t, id);

	if (!slot && finding_loose_id(id))
		register_want_finding(t, finding_loose_id(id));
	return slot;
}

const struct finding *found_finding_named(struct turn *t, const char *id)
{
	struct slot *slot = slot_of_finding(t, id);

	if (slot)
		return slot->inc ? finding_named(slot->inc, id) : NULL;
	return finding_loose_id(id) ? register_finding(t, finding_loose_id(id)) : NULL;
}

void want_finding(struct turn *t, struct job *j)
{
	j->slot = want_finding_named(t, command_text(j->c, FIELD_FINDING));
}

/* What a caller may not see is not there: asked before anything else. */
static bool seen(const struct turn *t, const struct job *j)
{
	struct view v = job_view(t->e, j);

	return j->slot && j->slot->inc && sight_sees(&v, j->slot->inc);
}

void change_missing(struct turn *t, struct job *j)
{
	static const struct {
		enum field field;
		const char *zh, *en;
	} names[] = {{FIELD_DISPATCH, "没有联动指令 %s", "there is no dispatch %s"},
	    {FIELD_REQUEST, "没有申请 %s", "there is no request %s"},
	    {FIELD_FINDING, "没有待核考评事项 %s", "there is no finding %s"},
	    {FIELD_NUMBER, "没有警情 %s", "there is no incident %s"}};
	struct refusal why;
	size_t i = 0;

	while (i + 1 < sizeof names / sizeof *names && !command_has(j->c, names[i].field))
		i++;
	const char *id = command_text(j->c, names[i].field);
	refuse(&why, t->a, ERROR_NOT_FOUND, field_kinds[names[i].field].name, names[i].zh, names[i].en,
	    id ? id : "");
	job_refuse(t, j, &why);
}

/* As its last member: whose matter it is now. */
static void add_main(struct turn *t, const struct job *j, struct buf *b)
{
	struct json json = {.out = b, .comma = true};

	if (!j->slot->inc->same_as_number)
		return;
	b->n--; /* the brace */
	matter_tell(t, j, &json);
	json_end(&json);
}

/* As its last member: what takes it back. */
static void add_undo(struct turn *t, const struct job *j, const struct dispatch *d, struct buf *b)
{
	struct json json = {.out = b, .comma = true};

	b->n--; /* the brace */
	undo_render(&json, j->c, j->slot->inc, d, t->m, t->now);
	json_end(&json);
}

/* As its last member: under which digest the picture is kept. */
static void add_photo(const struct job *j, struct buf *b)
{
	struct json json = {.out = b, .comma = true};

	if (j->c->kind != COMMAND_PHOTO_ADD)
		return;
	b->n--; /* the brace */
	json_text(&json, "photo", command_text(j->c, FIELD_PHOTO));
	json_end(&json);
}

static void answer(struct turn *t, struct job *j, const struct dispatch *d, const struct request *r,
    const struct warnings *w, int64_t seq)
{
	struct view v = job_view(t->e, j);
	struct buf b = {0};

	render_touched(&b, j->slot->inc, d, r, w, seq, t->m, t->now, &v);
	add_main(t, j, &b);
	if (seq)
		add_undo(t, j, d, &b);
	add_photo(j, &b);
	job_result(t, j, &b);
}

/* -- resent --------------------------------------------------------------------------------- */

/* The seq of its last event where it was decided in this very turn: its front end came back before
 * the commit. */
static int64_t decided_now(const struct turn *t, const struct job *j)
{
	for (size_t i = 0; i < t->n_decisions; i++) {
		const struct decision *d = t->decisions[i];

		if (d->incident == j->slot->inc && d->command == j->c->id)
			return d->events[d->n_events - 1].seq;
	}
	return 0;
}

int64_t change_resent_seq(const struct turn *t, const struct job *j)
{
	int64_t seq;

	if (!j->resent)
		return 0;
	seq = decided_now(t, j);
	return seq ? seq : j->resent->seq;
}

static struct dispatch *named(const struct job *j)
{
	char number[NUMBER_MAX + 1];
	int n;

	if (!dispatch_id_parse(command_text(j->c, FIELD_DISPATCH), number, &n))
		return NULL;
	return incident_dispatch(j->slot->inc, n);
}

/* dispatch.add names a unit, by its id or otherwise: its newest dispatch. */
static struct dispatch *added(const struct turn *t, const struct job *j)
{
	const struct incident *inc = j->slot->inc;
	const struct unit *unit = j->c->kind == COMMAND_DISPATCH_ADD
	    ? resolve_unit(t->m, str_of(command_text(j->c, FIELD_UNIT)))
	    : NULL;

	for (int i = inc->n_dispatches; unit && i > 0; i--)
		if (text_eq(inc->dispatches[i - 1].unit, unit->id))
			return &inc->dispatches[i - 1];
	return NULL;
}

/* The request that it named, or (of one that asked) the newest one about its dispatch. */
static struct request *request_of(const struct job *j)
{
	const struct incident *inc = j->slot->inc;
	const struct dispatch *d = command_has(j->c, FIELD_DISPATCH) ? named(j) : NULL;
	char number[NUMBER_MAX + 1];
	int64_t own = 0;
	int n = 0;

	if (request_name_parse(command_text(j->c, FIELD_REQUEST), number, &n, &own))
		return incident_request(inc, n);
	if (d && j->c->kind == COMMAND_DISPATCH_EXTEND)
		return request_newest(inc, d, REQUEST_EXTEND);
	if (d && (j->c->kind == COMMAND_DISPATCH_RETURN || j->c->kind == COMMAND_DISPATCH_DECIDE_RETURN))
		return request_newest(inc, d, REQUEST_RETURN);
	return NULL;
}

static void answer_again(struct turn *t, struct job *j, int64_t seq)
{
	struct request *r = request_of(j);
	struct dispatch *d = command_has(j->c, FIELD_DISPATCH) ? named(j) : added(t, j);

	if (!d && r && r->dispatch)
		d = incident_dispatch(j->slot->inc, r->dispatch);
	answer(t, j, d, r, j->c->warnings, seq);
}

/* -- acts ----------------------------------------------------------------------------------- */

void change_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct dispatch *about = NULL;
	struct decision d = {0};
	int64_t seq;

	if (!seen(t, j)) {
		if (!archive_refuses(t, j))
			change_missing(t, j);
		return;
	}
	if (archive_refuses(t, j))
		return;
	seq = change_resent_seq(t, j);
	if (seq) {
		answer_again(t, j, seq);
		return;
	}
	matter_look(t, j, request_of(j));
	if (!matter_fits(t, j, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	turn_catch_up(t, j->slot);
	if (!lifecycle_decide(j->slot->inc, j->c, t->m, &t->around, t->now, &d, &about, t->a, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	caller_amended(t, j, j->slot->inc);
	turn_decided(t, &d, j->slot);
	j->reply.seq = d.n_events ? t->next_seq - 1 : 0;
	matter_follows(t, j, d.warnings);
	if (d.n_events && command_has(j->c, FIELD_OWNER_UNIT))
		ownership_found(t, j, j->slot->inc, d.warnings);
	answer(t, j, about, d.request, d.warnings, slot_seq(j->slot));
}

/* -- what reads record ------------------------------------------------------------------------ */

/* The next of a comma-separated list, in the arena; NULL at its end. */
static const char *next_of(struct arena *a, const char **list)
{
	struct str one = list_next(list);

	return one.n ? arena_str(a, one) : NULL;
}

/* Several dispatches, else an incident. */
void want_dispatches(struct turn *t, struct job *j)
{
	const char *list = command_text(j->c, FIELD_DISPATCHES), *one;

	if (!list)
		want_number(t, j);
	while ((one = next_of(t->a, &list)) != NULL)
		slot_of(t, one);
}

/* One of the list; what is not theirs, or not there, is passed over. */
static bool show_one(struct turn *t, const struct job *j, const char *id)
{
	struct command c = {
	    .kind = j->c->kind, .id = j->c->id, .who = j->c->who, .received_at = j->c->received_at};
	struct slot *slot = slot_of(t, id);
	struct dispatch *about = NULL;
	struct refusal why = {.code = OK};
	struct decision d = {0};

	if (!slot || !slot->inc)
		return false;
	turn_catch_up(t, slot);
	command_set_text(&c, FIELD_DISPATCH, id);
	if (!lifecycle_decide(slot->inc, &c, t->m, &t->around, t->now, &d, &about, t->a, &why) ||
	    d.n_events == 0)
		return false;
	turn_decided(t, &d, slot);
	return true;
}

/* What a read has shown: delivered to its unit, or seen in full. */
void shown_run(struct turn *t, struct job *j)
{
	const char *list = command_text(j->c, FIELD_DISPATCHES), *one;
	struct buf b = {0};
	struct json json = json_to(&b);
	int64_t n = 0;

	if (!list) {
		change_run(t, j);
		return;
	}
	while ((one = next_of(t->a, &list)) != NULL)
		n += show_one(t, j, one);
	j->reply.seq = n ? t->next_seq - 1 : 0;
	json_begin(&json, NULL);
	json_int(&json, "recorded", n);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}
