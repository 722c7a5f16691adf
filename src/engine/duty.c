/*
 * duty.c - duty.assign and duty.check: who swapped duty with whom, and whether a duty phone was answered
 * (Art. 11). Place: engine, over register.h; duty_plan.c is its other half.
 *
 * A check is an entry. Unanswered is what as many calls as the policy says leave unanswered, some minutes
 * apart; until then the entry is open, and a later call goes on with it. Only then a finding is opened.
 */
#include "base/log.h"
#include "domain/duty.h"
#include "domain/request.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"
#include "wire/render_entry.h"

/* -- swaps ----------------------------------------------------------------------------------- */

#define ASSIGN_MOST (31 * DAY_MS)

static const struct unit *known_unit(struct turn *t, const struct job *j, struct refusal *why)
{
	const char *id = command_text(j->c, FIELD_UNIT);

	return act_known_unit(t->m, id, "unit", t->a, why) ? mechanism_unit(t->m, id) : NULL;
}

static bool known_people(struct turn *t, const struct unit *unit, const char *list, struct refusal *why)
{
	const char *given = list;
	int n = 0;

	for (struct str one; (one = list_next(&list)).n; n++)
		if (!duty_person(unit, arena_str(t->a, one)))
			return refuse(why, t->a, ERROR_PARAMS, "people",
			    "%s 的值班表里没有 %s,请写 rosters.yaml 中 people 的标识",
			    "the roster of %s has no %s: give an id of people in rosters.yaml", unit->id,
			    arena_str(t->a, one));
	if (n >= 1 && n <= DUTY_TOGETHER)
		return true;
	return refuse(why, t->a, ERROR_PARAMS, "people", "应有 1 至 %d 人:%s", "expected 1 to %d people: %s",
	    DUTY_TOGETHER, given ? given : "");
}

/* What is past is not rewritten: a swap that is told late counts from now on. */
static bool read_span(struct turn *t, const struct job *j, int64_t *from, int64_t *to, struct refusal *why)
{
	*from = command_int(j->c, FIELD_FROM);
	*to = command_int(j->c, FIELD_TO);
	if (*from < t->now)
		*from = t->now;
	if (*to <= *from)
		return refuse(why, t->a, ERROR_PARAMS, "to", "to 应晚于现在和 from:过去的值班不能改",
		    "to should lie after now and after from: duty that is past is not changed");
	if (*to - *from > ASSIGN_MOST)
		return refuse(why, t->a, ERROR_PARAMS, "to", "一次最多调换 31 天,更久的写进 rosters.yaml",
		    "at most 31 days; what lasts longer is written into rosters.yaml");
	return true;
}

static bool may_assign(struct turn *t, struct job *j, const struct unit **unit, struct refusal *why)
{
	if (!(*unit = known_unit(t, j, why)))
		return false;
	if (j->c->who.role == ROLE_LIAISON && !list_has(j->c->who.unit, (*unit)->id))
		return refuse(why, t->a, ERROR_FORBIDDEN, "unit", "只能调换本单位(和承接的单位)的值班",
		    "only the duty of your own unit, and of those that it succeeds");
	if (!(*unit)->roster)
		return refuse(why, t->a, ERROR_PARAMS, "unit", "%s 没有值班表,先写进 rosters.yaml 再调换",
		    "%s has no roster: write it into rosters.yaml first", (*unit)->id);
	return known_people(t, *unit, command_text(j->c, FIELD_PEOPLE), why);
}

static void assigned_more(struct json *j, const void *arg)
{
	const struct entry *e = arg;

	json_time(j, "from", e->at);
	json_time(j, "to", e->until);
	json_members(j, e->data);
	register_digest(j, e, "why");
}

void duty_assign_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	const struct unit *unit;
	int64_t from, to;

	if (!may_assign(t, j, &unit, &why) || !read_span(t, j, &from, &to, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct buf b = {0};
	struct json json = json_to(&b);
	json_begin(&json, NULL);
	json_text(&json, "people", command_text(j->c, FIELD_PEOPLE));
	json_end(&json);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_ASSIGNMENT,
		.unit = unit->id,
		.at = from,
		.until = to,
		.by = j->c->who.account,
		.data = {arena_str(t->a, buf_view(&b)), b.n}});
	if (command_text(j->c, FIELD_WHY))
		e->personal = register_personal(t->a, "why", command_text(j->c, FIELD_WHY), NULL);
	buf_free(&b);
	register_event(t, j, EVENT_DUTY_ASSIGNED, e, assigned_more, e);
	register_answer(t, j, e, NULL);
}

/* -- checks ---------------------------------------------------------------------------------- */

enum { CHECK_RESULT_ANSWERED, CHECK_RESULT_UNANSWERED }; /* as FIELD_CHECK_RESULT has them */
#define CHECK_OPEN_MS HOUR_MS /* so long a call waits for the next one of the same check */

/* What one command is about. */
struct check {
	struct turn *t;
	struct job *j;
	const struct unit *unit;
	struct request *request; /* NULL: of the caller's own accord */
	struct entry *open;      /* of an earlier call; NULL: this is the first */
	int64_t request_id;
	int calls; /* with this one */
	bool answered;
};

static int64_t request_id(const struct job *j)
{
	char number[NUMBER_MAX + 1];
	int64_t id = 0;
	int n;

	if (command_text(j->c, FIELD_REQUEST))
		request_name_parse(command_text(j->c, FIELD_REQUEST), number, &n, &id);
	return id;
}

/* The list is the only one that this command wants: its place is remembered by its unit. */
void duty_check_want(struct turn *t, struct job *j)
{
	if (request_id(j))
		register_want_request(t, request_id(j));
	register_want_list(t,
	    &(struct store_want_entries){.kind = ENTRY_DUTY_CHECK,
		.unit = command_text(j->c, FIELD_UNIT),
		.lasting = t->now,
		.most = 20});
}

/* A check of this unit that waits for its next call. */
static struct entry *open_check(const struct turn *t, const char *unit)
{
	struct entry *found = NULL;

	for (size_t i = 0; i < t->ledger.n_entries; i++) {
		struct entry *e = t->ledger.entries[i];
		if (e->kind == ENTRY_DUTY_CHECK && text_eq(e->unit, unit) && e->state == CHECK_CALLED &&
		    e->until > t->now)
			found = e;
	}
	for (size_t k = 0; k < t->wants.n_lists && !found; k++)
		for (size_t i = 0; i < t->wants.lists[k].n; i++) {
			struct entry *e = t->wants.lists[k].found[i];
			if (e->kind == ENTRY_DUTY_CHECK && text_eq(e->unit, unit) &&
			    e->state == CHECK_CALLED && e->until > t->now && !e->changed)
				found = e;
		}
	return found;
}

static bool check_request(struct check *x, struct refusal *why)
{
	const char *given = command_text(x->j->c, FIELD_REQUEST);
	struct turn *t = x->t;

	if (!given)
		return true;
	x->request_id = request_id(x->j);
	x->request = x->request_id ? register_request(t, x->request_id) : NULL;
	if (!x->request || x->request->kind != REQUEST_DUTY_CHECK)
		return refuse(why, t->a, ERROR_NOT_FOUND, "request", "没有值班抽查 %s",
		    "there is no duty check %s", given);
	if (!text_eq(x->request->unit, x->unit->id))
		return refuse(why, t->a, ERROR_PARAMS, "request", "抽查 %s 是 %s 的,不是 %s 的",
		    "check %s is one of %s, not of %s", given, x->request->unit, x->unit->id);
	if (x->request->state != REQUEST_PENDING)
		return refuse(why, t->a, ERROR_WRONG_STATE, "request",
		    "抽查 %s 已经结束,不能再记;可以不写 request,另记一次抽查",
		    "check %s is over; record another one without request", given);
	return true;
}

/* Two calls in a row are one call. */
static bool check_apart(struct check *x, struct refusal *why)
{
	const struct duty_policy *p = &x->t->m->policy.duty;
	int64_t last = x->open ? json_member_time(x->open->data, "called") : 0;
	char text[TIME_TEXT_MAX];

	if (x->answered || !last || x->t->now - last >= p->apart_ms)
		return true;
	return refuse(why, x->t->a, ERROR_WRONG_STATE, "result", "两次之间至少隔 %lld 分钟,请在 %s 之后再打",
	    "calls are at least %lld minutes apart: call again after %s",
	    (long long)(p->apart_ms / MINUTE_MS), time_rfc3339(last + p->apart_ms, text));
}

static bool may_check(struct check *x, struct refusal *why)
{
	const struct principal *who = &x->j->c->who;

	if (!(x->unit = known_unit(x->t, x->j, why)))
		return false;
	if (list_has(who->unit, x->unit->id))
		return refuse(why, x->t->a, ERROR_FORBIDDEN, "unit",
		    "不能抽查自己的单位,请由其他单位的人抽查",
		    "a unit's own account does not check it; somebody of another unit does");
	if (!check_request(x, why))
		return false;
	x->open = open_check(x->t, x->unit->id);
	x->calls = (x->open ? (int)json_member_int(x->open->data, "calls") : 0) + 1;
	return check_apart(x, why);
}

static enum check_state state_of(const struct check *x)
{
	int most = x->t->m->policy.duty.calls;

	if (x->answered)
		return CHECK_ANSWERED;
	return x->calls >= (most > 0 ? most : 1) ? CHECK_UNANSWERED : CHECK_CALLED;
}

static struct str check_data(const struct check *x, enum check_state state)
{
	char id[REQUEST_ID_MAX];
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	if (state != CHECK_CALLED)
		json_text(&j, "result", state == CHECK_ANSWERED ? "answered" : "unanswered");
	json_int(&j, "calls", x->calls);
	json_time(&j, "called", x->t->now);
	if (x->answered && command_has(x->j->c, FIELD_SECONDS))
		json_int(&j, "seconds", command_int(x->j->c, FIELD_SECONDS));
	if (x->request)
		json_text(&j, "request", request_name(NULL, x->request, id));
	json_text(&j, "evidence", command_text(x->j->c, FIELD_EVIDENCE));
	json_end(&j);
	return buf_into(&b, x->t->a);
}

static struct entry *record(struct check *x)
{
	enum check_state state = state_of(x);
	struct turn *t = x->t;
	const char *person = command_text(x->j->c, FIELD_ANSWERED);
	struct entry *e = x->open
	    ? x->open
	    : register_add(t, &(struct entry){.kind = ENTRY_DUTY_CHECK, .unit = x->unit->id, .at = t->now});

	e->state = state;
	e->until = state == CHECK_CALLED ? t->now + CHECK_OPEN_MS : t->now;
	e->by = x->j->c->who.account;
	e->data = check_data(x, state);
	if (person)
		e->personal = register_personal(t->a, "person", person, NULL);
	return e;
}

static void checked_more(struct json *j, const void *arg)
{
	const struct entry *e = arg;

	json_text(j, "state", entry_state_name(e));
	json_members(j, e->data);
	register_digest(j, e, "person");
}

static struct decision decision_of(const struct check *x)
{
	return (struct decision){.at = x->t->now, .actor = x->j->c->who.account, .command = x->j->c->id};
}

/* The plan's request is answered for, whatever the phone said. */
static void decide_request(struct check *x, struct entry *e, enum request_state state, enum event_type type)
{
	struct decision d = decision_of(x);
	struct act act = {.m = x->t->m,
	    .around = &x->t->around,
	    .now = x->t->now,
	    .out = &d,
	    .a = x->t->a,
	    .r = x->request,
	    .entry = e};

	x->request->state = state;
	x->request->decided_at = x->t->now;
	x->request->decided_by = x->j->c->who.account;
	x->request->entry = e->id;
	x->request->wake_at = 0;
	request_event(&act, x->request, type, x->t->now);
	d.events[d.n_events - 1].unit = x->request->unit;
	register_touch_request(x->t, x->request);
	turn_decided(x->t, &d, NULL);
}

/* A duty phone that was not answered (Art. 11). */
static struct finding *open_finding(struct check *x, const struct entry *e)
{
	struct turn *t = x->t;
	struct decision d = decision_of(x);
	struct buf b = {0};
	struct json j = json_to(&b);
	struct finding *f = register_add_finding(t,
	    &(struct finding){.class = FINDING_DUTY,
		.state = FINDING_OPEN,
		.entry = e->id,
		.unit = e->unit,
		.day = day_start(local_day(t->now)),
		.opened_at = t->now,
		.told_at = t->now,
		.clock = CLOCK_COUNT,
		.seq = t->next_seq - 1,
		.by = x->j->c->who.account,
		.revision = t->m->revision});

	json_begin(&j, NULL);
	json_text(&j, "finding", arena_printf(t->a, "F%lld", (long long)f->id));
	json_text(&j, "class", finding_class_names[f->class]);
	json_text(&j, "state", finding_state_names[f->state]);
	json_int(&j, "check", e->id);
	json_int(&j, "proof", f->seq);
	json_end(&j);
	struct event *event = decision_event(&d, t->a, EVENT_FINDING_OPENED, t->now, NULL, buf_view(&b));
	event->unit = e->unit;
	buf_free(&b);
	turn_decided(t, &d, NULL);
	return f;
}

static void answer(struct check *x, const struct entry *e, const struct finding *f)
{
	struct turn *t = x->t;
	char id[REQUEST_ID_MAX];
	struct buf b = {0};
	struct json j = json_to(&b);

	x->j->reply.seq = t->next_seq - 1;
	json_begin(&j, NULL);
	render_entry(&j, "entry", e, t->m, true, t->a);
	if (f)
		json_text(&j, "finding", arena_printf(t->a, "F%lld", (long long)f->id));
	if (x->request)
		json_text(&j, "request", request_name(NULL, x->request, id));
	render_warnings(&j, x->j->c->warnings, t->e->english);
	if (e->state == CHECK_CALLED)
		json_time(&j, "again_after", t->now + t->m->policy.duty.apart_ms);
	json_int(&j, "seq", t->next_seq - 1);
	json_end(&j);
	job_result(t, x->j, &b);
}

void duty_check_run(struct turn *t, struct job *j)
{
	struct check x = {
	    .t = t, .j = j, .answered = command_int(j->c, FIELD_CHECK_RESULT) == CHECK_RESULT_ANSWERED};
	struct refusal why = {.code = OK};
	struct finding *f = NULL;

	if (!may_check(&x, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = record(&x);
	register_event(t, j, EVENT_DUTY_CHECKED, e, checked_more, e);
	if (e->state == CHECK_UNANSWERED)
		f = open_finding(&x, e);
	if (x.request && e->state == CHECK_ANSWERED)
		decide_request(&x, e, REQUEST_GRANTED, EVENT_REQUEST_GRANTED);
	else if (x.request && e->state == CHECK_UNANSWERED)
		decide_request(&x, e, REQUEST_REJECTED, EVENT_REQUEST_REJECTED);
	answer(&x, e, f);
}
