/*
 * request.c - asking, deciding, taking back and lapsing, the same for all kinds of requests.
 * Place: domain, a part of the lifecycle. What a decision of one kind does beside is in the row of its
 * kind (request_kinds.c).
 *
 * Invariants: checks come before the first change; a request that is decided after its limit has lapsed
 * before, and has both events.
 */
#include "domain/request.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/finding.h"
#include "domain/notice.h"
#include "domain/steps.h"

#include <assert.h>
#include <stdio.h>

/* -- names ---------------------------------------------------------------------------------- */

char *request_name(const struct incident *inc, const struct request *r, char out[REQUEST_ID_MAX])
{
	if (inc)
		snprintf(out, REQUEST_ID_MAX, "%s.r%d", inc->number, r->n);
	else
		snprintf(out, REQUEST_ID_MAX, "R%lld", (long long)r->id);
	return out;
}

bool request_name_parse(const char *text, char number[NUMBER_MAX + 1], int *n, int64_t *id)
{
	const char *dot = text ? strstr(text, ".r") : NULL;
	uint64_t value;

	number[0] = '\0';
	if (text && text[0] == 'R' && str_uint(str_of(text + 1), &value) && value > 0 && value <= INT64_MAX) {
		*id = (int64_t)value;
		return true;
	}
	if (!dot || dot == text || dot - text > NUMBER_MAX || !str_uint(str_of(dot + 2), &value) ||
	    value < 1 || value > REQUESTS_MAX)
		return false;
	memcpy(number, text, (size_t)(dot - text));
	number[dot - text] = '\0';
	*n = (int)value;
	return true;
}

struct request *incident_request(const struct incident *inc, int n)
{
	for (int i = 0; i < inc->n_requests; i++)
		if (inc->requests[i].n == n)
			return &inc->requests[i];
	return NULL;
}

bool request_pending(const struct request *r)
{
	return r->state == REQUEST_PENDING;
}

bool request_undecided(const struct request *r)
{
	return r->state == REQUEST_PENDING || r->state == REQUEST_LAPSED;
}

struct request *request_open(const struct incident *inc, const struct dispatch *d, enum request_kind kind,
    bool lapsed)
{
	for (int i = inc->n_requests; i > 0; i--) {
		struct request *r = &inc->requests[i - 1];
		if (r->kind == kind && r->dispatch == d->n &&
		    (lapsed ? request_undecided(r) : request_pending(r)))
			return r;
	}
	return NULL;
}

struct request *request_newest(const struct incident *inc, const struct dispatch *d, enum request_kind kind)
{
	for (int i = inc->n_requests; i > 0; i--)
		if (inc->requests[i - 1].kind == kind && inc->requests[i - 1].dispatch == d->n)
			return &inc->requests[i - 1];
	return NULL;
}

const char *request_state_word(enum request_state state, bool english)
{
	static const char *const words[REQUEST_STATES] = {
	    [REQUEST_PENDING] = "待决定",
	    [REQUEST_GRANTED] = "已同意",
	    [REQUEST_REJECTED] = "未同意",
	    [REQUEST_LAPSED] = "逾期未决",
	    [REQUEST_DROPPED] = "已撤回",
	};

	return english ? request_state_names[state] : words[state];
}

const char *decider_word(enum decider decider, bool english)
{
	static const char *const words[DECIDERS] = {
	    [DECIDER_DESK] = "接警台",
	    [DECIDER_SHIFT_LEADER] = "值班长",
	    [DECIDER_OFFICE] = "联动办",
	    [DECIDER_UNIT] = "被问的单位",
	    [DECIDER_ACCOUNT] = "指定的账号",
	};

	return english ? decider_names[decider] : words[decider];
}

/* -- asking --------------------------------------------------------------------------------- */

#define POLICY_AT(m, type, offset) (*(const type *)((const char *)&(m)->policy + (offset)))

int64_t request_due(const struct mechanism *m, enum request_kind kind, enum priority priority,
    int64_t asked_at)
{
	const struct request_row *row = &request_rows[kind];

	if (row->workdays) {
		int days = POLICY_AT(m, int, row->workdays);
		return days ? calendar_end_of_workday(&m->calendar, asked_at, days) : 0;
	}
	int64_t limit_ms = row->limit ? POLICY_AT(m, int64_t, row->limit + sizeof(int64_t) * priority) : 0;
	return limit_ms ? asked_at + limit_ms : 0;
}

/* When the front end had it: a restart of the engine is not the asker's wait. */
static int64_t asked_now(const struct act *x)
{
	return x->c && x->c->received_at && x->c->received_at < x->now ? x->c->received_at : x->now;
}

struct request *request_add(struct act *x, const struct request *what)
{
	struct incident *inc = x->inc;

	if (inc->n_requests >= REQUESTS_MAX) {
		refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "一件警情最多 %d 个申请,请打电话联系接警台",
		    "an incident has at most %d requests; phone the desk", REQUESTS_MAX);
		return NULL;
	}
	ARRAY_ROOM(x->a, inc->requests, inc->n_requests, inc->cap_requests);
	struct request *r = &inc->requests[inc->n_requests];
	*r = *what;
	r->n = ++inc->n_requests;
	r->state = REQUEST_PENDING;
	r->asked_at = asked_now(x);
	r->due = request_due(x->m, r->kind, inc->priority, r->asked_at);
	r->by = x->c && request_rows[r->kind].asker != ASKED_BY_SYSTEM ? x->c->who.account : "system";
	r->changed = true;
	inc->changed = true;
	return r;
}

/* -- events --------------------------------------------------------------------------------- */

void request_terms(struct json *j, const struct request *r)
{
	json_text(j, "suggested", r->suggested);
	if (r->step != STEPS)
		json_text(j, "step", step_names[r->step]);
	if (r->clock != CLOCK_COUNT)
		json_text(j, "clock", clock_names[r->clock]);
	json_time(j, "until", r->until);
	json_text(j, "account", r->account);
	json_text(j, "same_as", r->same_as);
}

/* The finding that it is about. */
static void finding_data(const struct act *x, struct json *j, const struct request *r)
{
	char id[FINDING_ID_MAX];
	const struct finding *f = x->inc ? incident_finding(x->inc, r->finding) : x->f;

	if (r->finding && f)
		json_text(j, "finding", finding_name(x->inc, f, id));
}

/* What a person said with the command. */
static void said_data(struct act *x, struct json *j)
{
	const struct command *c = x->c;

	json_text(j, "document", command_text(c, FIELD_DOCUMENT));
	act_evidence(j, c);
	if (command_has(c, FIELD_PERSON))
		json_bool(j, "on_behalf", true);
	if (!x->inc)
		return;
	act_digest(j, "person", x->inc, command_text(c, FIELD_PERSON));
	act_digest(j, "phone", x->inc, command_text(c, FIELD_PHONE));
	act_digest(j, "text", x->inc, command_text(c, FIELD_TEXT));
	act_digest(j, "reason", x->inc, command_text(c, FIELD_REASON));
}

static void keep_texts(struct act *x)
{
	const struct command *c = x->c;
	const char *text = command_text(c, FIELD_TEXT);

	decision_text(x->out, x->a, "person", command_text(c, FIELD_PERSON));
	decision_text(x->out, x->a, "phone", command_text(c, FIELD_PHONE));
	decision_text(x->out, x->a, "text", text ? text : command_text(c, FIELD_REASON));
}

/* Did a person say it, and not the system beside another command? */
static bool said(const struct act *x, const struct request *r, enum event_type type)
{
	if (!x->c || type == EVENT_REQUEST_LAPSED || type == EVENT_REQUEST_DROPPED)
		return false;
	return type != EVENT_REQUEST_ASKED || request_rows[r->kind].asker != ASKED_BY_SYSTEM;
}

/* Was it dropped because what it is about has gone? */
static bool moot(const struct act *x, const struct request *r, enum event_type type)
{
	return type == EVENT_REQUEST_DROPPED && r->kind == REQUEST_APPEAL &&
	    !(x->c && x->c->kind == COMMAND_REQUEST_DROP);
}

/* Who hears of it. */
static unsigned told_of(const struct act *x, const struct request *r, enum event_type type)
{
	static const unsigned deciders[DECIDERS] = {
	    [DECIDER_DESK] = TO_DESK, [DECIDER_SHIFT_LEADER] = TO_SHIFT_LEADER, [DECIDER_OFFICE] = TO_OFFICE};

	if (type == EVENT_REQUEST_LAPSED)
		return request_rows[r->kind].told;
	if (moot(x, r, type))
		return TO_UNIT;
	return type == EVENT_REQUEST_ASKED ? deciders[r->decider] : 0;
}

static void told_data(struct act *x, struct people_told *t, const struct request *r, enum event_type type)
{
	unsigned to = told_of(x, r, type);

	if (!to || !x->inc)
		return;
	notice_recipients(t, to);
	told_digest(t);
}

void request_event(struct act *x, struct request *r, enum event_type type, int64_t at)
{
	char id[REQUEST_ID_MAX];
	struct data data;
	bool words = said(x, r, type);
	struct notice n = {clocks_of(x->inc, x->d, x->m), x->around, x->now, x->out, x->a};
	struct people_told told = {.j = &data.json, .n = &n};

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "request", request_name(x->inc, r, id));
	json_text(j, "kind", request_kind_names[r->kind]);
	json_text(j, "decider", decider_names[r->decider]);
	json_time(j, "due", r->due);
	if (x->d)
		json_text(j, "state", dispatch_state_names[x->d->state]);
	if (type == EVENT_REQUEST_ASKED)
		json_text(j, "in_time", x->in_time);
	json_text(j, "code", r->code);
	finding_data(x, j, r);
	if (moot(x, r, type))
		json_text(j, "cause", "finding-voided");
	request_terms(j, r);
	if (r->lapsed_at && type != EVENT_REQUEST_LAPSED)
		json_bool(j, "late", true);
	if (words)
		said_data(x, j);
	if (x->around && r->due && circumstances_away_ms(x->around, r->asked_at, r->due) > 0)
		json_bool(j, "system_cause", true);
	if (x->inc && x->inc->drill)
		json_bool(j, "drill", true);
	told_data(x, &told, r, type);
	act_event_data(x, &data, type, at, x->d);
	if (words)
		keep_texts(x);
	told_keep(&told);
	r->changed = true;
}

/* The request has a new state, and with it its dispatch. */
static void turn_to(struct act *x, struct request *r, enum request_state state, enum event_type type,
    int64_t at)
{
	r->state = state;
	if (x->d) {
		x->d->state = dispatch_state_now(x->inc, x->d);
		x->d->changed = true;
	}
	request_event(x, r, type, at);
	if (x->inc)
		x->inc->changed = true;
}

/* -- lapsing -------------------------------------------------------------------------------- */

/* At its due, whenever the wake came round to it. */
void request_lapse(struct act *x)
{
	struct request *r = x->r;

	r->lapsed_at = r->due;
	turn_to(x, r, REQUEST_LAPSED, EVENT_REQUEST_LAPSED, r->due);
	if (request_rows[r->kind].lapsed)
		request_rows[r->kind].lapsed(x);
}

void request_lapse_due(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a)
{
	for (int i = 0; i < inc->n_requests; i++) {
		struct request *r = &inc->requests[i];
		struct act x = {.inc = inc, .m = m, .around = around, .now = now, .out = out, .a = a, .r = r};

		if (!request_pending(r) || !r->due || r->due > now)
			continue;
		x.d = r->dispatch ? incident_dispatch(inc, r->dispatch) : NULL;
		request_lapse(&x);
	}
}

/* -- deciding ------------------------------------------------------------------------------- */

/* Which decider's place the caller may take. The shift leader may what the desk may; what is the office's
 * and falls to the shift leader off hours stays the office's, too. */
static bool decides(const struct principal *who, const struct request *r)
{
	if (who->role == ROLE_LOCAL)
		return true;
	switch (r->decider) {
	case DECIDER_DESK:
		return who->role == ROLE_DESK || who->role == ROLE_SHIFT_LEADER ||
		    who->role == ROLE_INTEGRATION;
	case DECIDER_SHIFT_LEADER:
		return who->role == ROLE_SHIFT_LEADER || who->role == ROLE_OFFICE;
	case DECIDER_OFFICE:
		return who->role == ROLE_OFFICE;
	case DECIDER_UNIT:
		return who->role == ROLE_LIAISON && r->unit && list_has(who->unit, r->unit);
	default:
		return r->account && text_eq(who->account, r->account);
	}
}

/* What a unit asks is the unit's, and not of the officer who entered it; else it is the account's. */
static bool asked(const struct principal *who, const struct request *r)
{
	if (request_rows[r->kind].asker == ASKED_BY_UNIT)
		return r->unit && list_has(who->unit, r->unit);
	return text_eq(who->account, r->by);
}

static bool may_decide(struct act *x)
{
	const struct request *r = x->r;
	const struct request_row *row = &request_rows[r->kind];
	const struct principal *who = &x->c->who;
	char id[REQUEST_ID_MAX];

	request_name(x->inc, r, id);
	if (!decides(who, r))
		return refuse_as(x->why, ERROR_FORBIDDEN, NULL,
		    arena_printf(x->a, "%s %s 由%s决定,请联系%s", row->word, id,
			decider_word(r->decider, false), decider_word(r->decider, false)),
		    arena_printf(x->a, "%s %s is for %s to decide; ask there", row->word_en, id,
			decider_word(r->decider, true)));
	if (asked(who, r) && who->role != ROLE_LOCAL && r->decider != DECIDER_UNIT)
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
		    "申请 %s 是本账号(本单位)提出的,不能由自己决定,请由另一个账号决定",
		    "request %s is your own: another account has to decide it", id);
	return true;
}

static bool can_be_decided(struct act *x)
{
	const struct request *r = x->r;
	char id[REQUEST_ID_MAX], hour[TIME_TEXT_MAX], instant[TIME_TEXT_MAX];

	if (request_undecided(r))
		return true;
	request_name(x->inc, r, id);
	if (r->state == REQUEST_DROPPED)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "申请 %s 已撤回,或其联动指令已结束,无须再决定",
		    "request %s was taken back, or its dispatch has ended: nothing is to be decided", id);
	bool handed = r->kind == REQUEST_RETURN; /* to another unit, or not */
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "申请 %s 已由 %s 于 %s 决定(%s),不能再决定%s", id, r->decided_by,
		time_chinese(r->decided_at, x->now, hour), request_state_word(r->state, false),
		handed ? ";要改变结果,请增派或撤回联动指令" : ""),
	    arena_printf(x->a, "request %s was %s by %s at %s and stays so%s", id,
		request_state_names[r->state], r->decided_by, time_rfc3339(r->decided_at, instant),
		handed ? "; to change what came of it add or withdraw a dispatch" : ""));
}

static bool reason_given(struct act *x, bool grant)
{
	if (grant || command_has(x->c, FIELD_REASON))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "reason", "不同意须写明理由(reason)",
	    "what is not granted needs a reason");
}

bool request_can_decide(struct act *x)
{
	const struct request_row *row = &request_rows[x->r->kind];
	bool grant = command_int(x->c, FIELD_GRANT);

	return may_decide(x) && can_be_decided(x) && reason_given(x, grant) &&
	    (!row->ready || row->ready(x, grant));
}

bool request_decide(struct act *x)
{
	struct request *r = x->r;
	const struct request_row *row = &request_rows[r->kind];
	bool grant = command_int(x->c, FIELD_GRANT);

	if (!request_can_decide(x))
		return false;
	int64_t at = asked_now(x);
	if (request_pending(r) && r->due && at > r->due)
		request_lapse(x);
	r->decided_at = at;
	r->decided_by = x->c->who.account;
	if (command_has(x->c, FIELD_DOCUMENT))
		r->document = command_text(x->c, FIELD_DOCUMENT);
	if (grant && command_has(x->c, FIELD_UNTIL))
		r->until = command_int(x->c, FIELD_UNTIL);
	if (grant && r->kind == REQUEST_RETURN && command_has(x->c, FIELD_SAME_AS))
		r->same_as = command_text(x->c, FIELD_SAME_AS);
	turn_to(x, r, grant ? REQUEST_GRANTED : REQUEST_REJECTED,
	    grant ? EVENT_REQUEST_GRANTED : EVENT_REQUEST_REJECTED, at);
	void (*effect)(struct act *) = grant ? row->granted : row->rejected;
	if (effect)
		effect(x);
	return true;
}

bool request_decide_return(struct act *x)
{
	char id[DISPATCH_ID_MAX];

	if (!step_version(x))
		return false;
	x->r = request_open(x->inc, x->d, REQUEST_RETURN, true);
	if (x->r)
		return request_decide(x);
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "联动指令 %s 没有待决定的改派申请",
	    "dispatch %s has no return that waits for its decision", dispatch_id(x->inc, x->d, id));
}

/* -- taking back ---------------------------------------------------------------------------- */

static void drop(struct act *x, struct request *r, struct dispatch *d)
{
	struct act of = *x;

	of.r = r;
	of.d = d;
	r->decided_at = asked_now(x);
	turn_to(&of, r, REQUEST_DROPPED, EVENT_REQUEST_DROPPED, r->decided_at);
	if (request_rows[r->kind].dropped)
		request_rows[r->kind].dropped(&of);
	if (d) /* what ended with the request undecided has not waited for it */
		step_judge_anew(&of);
}

bool request_drop(struct act *x)
{
	struct request *r = x->r;
	const struct principal *who = &x->c->who;
	char id[REQUEST_ID_MAX];

	request_name(x->inc, r, id);
	if (who->role != ROLE_LOCAL && !asked(who, r) && !text_eq(who->account, r->by))
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL, "申请 %s 只能由提出的单位或账号撤回",
		    "request %s can be taken back by who asked it only", id);
	if (!request_pending(r))
		return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
		    arena_printf(x->a, "申请 %s %s,不能撤回", id, request_state_word(r->state, false)),
		    arena_printf(x->a, "request %s is %s: it cannot be taken back", id,
			request_state_names[r->state]));
	drop(x, r, x->d);
	return true;
}

void request_moot(struct act *x, struct request *r)
{
	struct act of = *x;

	of.r = r;
	of.d = r->dispatch ? incident_dispatch(x->inc, r->dispatch) : NULL;
	r->decided_at = x->now;
	turn_to(&of, r, REQUEST_DROPPED, EVENT_REQUEST_DROPPED, x->now);
}

void request_drop_ended(struct act *x)
{
	for (int i = 0; i < x->inc->n_requests; i++) {
		struct request *r = &x->inc->requests[i];
		struct dispatch *d = r->dispatch ? incident_dispatch(x->inc, r->dispatch) : NULL;
		if (request_pending(r) && d && !dispatch_open(d) && !request_rows[r->kind].outlives)
			drop(x, r, d);
	}
}

bool request_seen(const struct principal *who, const struct request *r)
{
	return who->role != ROLE_LIAISON ||
	    (r->unit && list_has(who->unit, r->unit) && !request_rows[r->kind].hidden);
}
