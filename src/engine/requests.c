/*
 * requests.c - deciding and taking back requests: those of an incident are acts like others (change.c);
 * here are those that belong to none (R12).
 * Place: engine, beside the handlers. What a decision does is domain/request.c's, and its kind's.
 */
#include "domain/request.h"
#include "engine/handlers.h"
#include "engine/register.h"

void want_request(struct turn *t, struct job *j)
{
	char number[NUMBER_MAX + 1];
	int64_t own = 0;
	int n = 0;

	if (!request_name_parse(command_text(j->c, FIELD_REQUEST), number, &n, &own))
		return;
	if (n)
		j->slot = slots_want(&t->slots, t->a, arena_text(t->a, number));
	else
		register_want_request(t, own);
}

static struct request *found(struct turn *t, const struct job *j)
{
	char number[NUMBER_MAX + 1];
	int64_t own = 0;
	int n = 0;
	struct view v = job_view(t->e, j);

	if (!request_name_parse(command_text(j->c, FIELD_REQUEST), number, &n, &own) || n)
		return NULL;
	struct request *r = register_request(t, own);
	return r && sight_row(THING_OFFICE, v.role) != SIGHT_NONE && request_seen(&j->c->who, r) ? r : NULL;
}

static void answer(struct turn *t, struct job *j, const struct request *r, int64_t seq)
{
	struct view v = job_view(t->e, j);
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	render_request(&json, "request", NULL, r, t->m, &v);
	render_warnings(&json, j->c->warnings, v.english);
	json_int(&json, "seq", seq);
	json_end(&json);
	job_result(t, j, &b);
}

static bool decide(struct turn *t, struct job *j, struct request *r, struct refusal *why)
{
	struct decision d = {.at = t->now, .actor = j->c->who.account, .command = j->c->id};
	struct act x = {.c = j->c,
	    .m = t->m,
	    .around = &t->around,
	    .now = t->now,
	    .out = &d,
	    .a = t->a,
	    .why = why,
	    .r = r,
	    .entry = r->entry ? register_entry(t, r->entry) : NULL};

	if (!(j->c->kind == COMMAND_REQUEST_DROP ? request_drop(&x) : request_decide(&x)))
		return false;
	if (!request_pending(r))
		r->wake_at = 0;
	register_touch_request(t, r);
	if (x.entry && x.entry->changed)
		register_touch(t, x.entry);
	turn_decided(t, &d, NULL);
	return true;
}

void request_run(struct turn *t, struct job *j)
{
	struct request *r = j->slot ? NULL : found(t, j);
	struct refusal why = {.code = OK};

	if (!r) { /* of an incident, or there is none */
		change_run(t, j);
		return;
	}
	if (!decide(t, j, r, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	j->reply.seq = t->next_seq - 1;
	answer(t, j, r, t->next_seq - 1);
}
