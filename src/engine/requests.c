/*
 * requests.c - deciding and taking back requests, and appealing against findings: those of an incident are acts
 * like others (change.c); here are those that belong to none (R12, F3).
 * Place: engine, beside the handlers. What a decision does is domain/request.c's, and its kind's.
 */
#include "domain/finding.h"
#include "domain/request.h"
#include "engine/adopt.h"
#include "engine/handlers.h"
#include "engine/register.h"

void want_request(struct turn *t, struct job *j)
{
	char number[NUMBER_MAX + 1];
	int64_t own = 0;
	int n = 0;

	if (!request_name_parse(command_text(j->c, FIELD_REQUEST), number, &n, &own))
		return;
	if (!n && command_has(j->c, FIELD_DOCUMENT))
		register_want_named(t, ENTRY_MEASURE, command_text(j->c, FIELD_DOCUMENT));
	if (n)
		j->slot = slots_want(&t->slots, t->a, arena_text(t->a, number));
	else
		register_want_request(t, own);
	if (n)
		want_decided(t, j);
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

static void put(struct json *json, struct turn *t, const struct job *j, const struct request *r, int64_t seq)
{
	struct view v = job_view(t->e, j);

	json_begin(json, NULL);
	render_request(json, "request", NULL, r, t->m, &v);
	render_warnings(json, j->c->warnings, v.english);
	json_int(json, "seq", seq);
	json_end(json);
}

static void answer(struct turn *t, struct job *j, const struct request *r, int64_t seq)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	put(&json, t, j, r, seq);
	job_result(t, j, &b);
}

/* What a command does with a request or a finding of no incident. */
typedef bool matter_act(struct act *x);

static struct act act_of(struct turn *t, struct job *j, struct request *r, struct decision *d,
    struct refusal *why)
{
	return (struct act){.c = j->c,
	    .m = t->m,
	    .around = &t->around,
	    .now = t->now,
	    .out = d,
	    .a = t->a,
	    .why = why,
	    .r = r,
	    .entry = r && r->entry ? register_entry(t, r->entry) : NULL};
}

static bool decide(struct turn *t, struct job *j, struct request *r, struct finding *f, matter_act *act,
    struct refusal *why)
{
	struct decision d = {.at = t->now, .actor = j->c->who.account, .command = j->c->id};
	struct act x = act_of(t, j, r, &d, why);

	x.f = f;
	if (!act(&x))
		return false;
	if (!request_pending(r))
		r->wake_at = 0;
	register_touch_request(t, r);
	if (x.entry && x.entry->changed)
		register_touch(t, x.entry);
	if (f && f->changed)
		register_touch_finding(t, f);
	for (int i = 0; i < d.n_events; i++)
		d.events[i].unit = d.events[i].unit ? d.events[i].unit : r->unit;
	turn_decided(t, &d, NULL);
	return true;
}

/* A document stands for one measure. */
static bool document_free(struct turn *t, const struct job *j, const struct request *r, struct refusal *why)
{
	const char *document = command_text(j->c, FIELD_DOCUMENT);

	return !r || r->kind != REQUEST_MEASURE || !document || measure_document_free(t, document, why);
}

static void run(struct turn *t, struct job *j, struct request *r, struct finding *f, matter_act *act)
{
	struct refusal why = {.code = OK};

	if (!document_free(t, j, r, &why) || !decide(t, j, r, f, act, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	j->reply.seq = t->next_seq - 1;
	answer(t, j, r, t->next_seq - 1);
}

/* -- contacts ------------------------------------------------------------------------------- */

/* {"unit": …, "contacts": …} of what a unit proposed; n 0: it is erased. */
static struct str proposal_of(struct turn *t, const struct request *r)
{
	const struct entry *e = register_entry(t, r->entry);
	struct str contacts = e ? json_member(e->personal, "contacts") : (struct str){0};
	struct buf b = {0};
	struct json j = json_to(&b);

	if (!contacts.n)
		return contacts;
	json_begin(&j, NULL);
	json_text(&j, "unit", r->unit);
	json_raw(&j, "contacts", contacts);
	json_end(&j);
	return buf_into(&b, t->a);
}

/* They come into force first, and are granted with that: adopt.h. */
static void grant_contacts(struct turn *t, struct job *j, struct request *r)
{
	struct refusal why = {.code = OK};
	struct act x = act_of(t, j, r, NULL, &why);
	struct str proposal = proposal_of(t, r);

	if (request_can_decide(&x) && !proposal.n)
		refuse(&why, t->a, ERROR_WRONG_STATE, "request", "提出的联系人已到期删除,请单位重新提出",
		    "what was proposed is erased by now: let the unit propose it again");
	if (why.code == OK)
		adopt_contacts(t, j, proposal);
	else
		job_refuse(t, j, &why);
}

bool request_grant_contacts(struct turn *t, struct job *j, const char *revision)
{
	struct request *r = found(t, j);
	struct entry *e = r ? register_entry(t, r->entry) : NULL;
	struct refusal why;
	struct buf b = {0};
	struct json data = json_to(&b);

	if (!e)
		return false;
	json_begin(&data, NULL);
	json_members(&data, e->data);
	json_text(&data, "revision", revision);
	json_end(&data);
	e->data = buf_into(&b, t->a);
	return decide(t, j, r, NULL, request_decide, &why);
}

void request_put_answer(struct json *json, struct turn *t, const struct job *j, int64_t seq)
{
	put(json, t, j, found(t, j), seq);
}

void request_run(struct turn *t, struct job *j)
{
	struct request *r = j->slot ? NULL : found(t, j);
	bool drops = j->c->kind == COMMAND_REQUEST_DROP;

	if (r && !drops && r->kind == REQUEST_CONTACTS && command_int(j->c, FIELD_GRANT))
		grant_contacts(t, j, r);
	else if (r)
		run(t, j, r, r->finding ? register_finding(t, r->finding) : NULL,
		    drops ? request_drop : request_decide);
	else
		change_run(t, j); /* one of an incident; it refuses one that does not exist */
}

/* -- findings ------------------------------------------------------------------------------- */

/* The newest request about it, of this turn or of before. */
static struct request *about(const struct turn *t, const struct finding *f)
{
	struct request *r = NULL;

	for (size_t i = 0; i < t->wants.n_findings; i++)
		if (t->wants.findings[i].id == f->id)
			r = t->wants.findings[i].request;
	for (size_t i = 0; i < t->ledger.n_requests; i++)
		if (t->ledger.requests[i]->kind == REQUEST_APPEAL &&
		    t->ledger.requests[i]->finding == f->id && (!r || t->ledger.requests[i]->id >= r->id))
			r = t->ledger.requests[i];
	return r;
}

static void appeal(struct turn *t, struct job *j, struct finding *f)
{
	struct refusal why = {.code = OK};
	struct act x = {.c = j->c, .m = t->m, .now = t->now, .a = t->a, .why = &why, .f = f};
	struct request what = appeal_request(f), *r;

	if (!finding_appeal(&x)) {
		job_refuse(t, j, &why);
		return;
	}
	register_touch_finding(t, f);
	r = register_ask(t, j, &what, NULL, f);
	j->reply.seq = t->next_seq - 1;
	answer(t, j, r, t->next_seq - 1);
}

void finding_run(struct turn *t, struct job *j)
{
	int64_t id = finding_loose_id(command_text(j->c, FIELD_FINDING));
	struct finding *f = !j->slot && id ? register_finding(t, id) : NULL;

	if (!f)
		change_run(t, j); /* one of an incident; it refuses one that does not exist */
	else if (j->c->kind == COMMAND_FINDING_APPEAL)
		appeal(t, j, f);
	else
		run(t, j, about(t, f), f, finding_decide);
}
