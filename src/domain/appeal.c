/*
 * appeal.c - what people do with findings: the office opens one by hand, a unit appeals (申请复核), the office
 * upholds or makes it void (维持, 撤销).
 * Place: domain, a part of the lifecycle; over request.c, of which an appeal is one kind.
 *
 * An account decides neither about a finding of its own house nor about one that it opened. An account of the office that
 * names no unit is the police's, where the office sits.
 */
#include "base/arena.h"
#include "domain/finding.h"
#include "domain/request.h"

#include <assert.h>

static struct finding *named(struct act *x)
{
	const char *id = command_text(x->c, FIELD_FINDING);
	struct finding *f = x->inc ? finding_named(x->inc, id) : x->f;

	if (f && x->inc)
		x->d = incident_dispatch(x->inc, f->dispatch);
	/* another unit's is not there; what its heir may do is the heir's */
	if (f && (x->c->who.role != ROLE_LIAISON || list_has(x->c->who.unit, f->unit)))
		return f;
	refuse(x->why, x->a, ERROR_NOT_FOUND, "finding", "没有待核考评事项 %s", "there is no finding %s", id);
	return NULL;
}

/* -- by hand -------------------------------------------------------------------------------------- */

bool finding_open_command(struct act *x)
{
	enum finding_class class = (enum finding_class)command_int(x->c, FIELD_CLASS);
	char id[DISPATCH_ID_MAX];

	dispatch_id(x->inc, x->d, id);
	if (!finding_rows[class].by_hand)
		return refuse(x->why, x->a, ERROR_PARAMS, "class",
		    "类别 %s 由系统按时限认定,人工只能列入 refused、false-report、dissatisfied",
		    "class %s is found by the system; by hand: refused, false-report, dissatisfied",
		    finding_class_names[class]);
	if (x->inc->drill || x->d->role == AS_INFORM)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "联动指令 %s 是演练或知会,不计考评,不能列入待核考评事项",
		    "dispatch %s is a drill or informs only: nothing of it is assessed", id);
	const struct finding *there = finding_of(x->inc, x->d, class);
	if (there && there->state != FINDING_VOID)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "class",
		    "联动指令 %s 已有“%s”事项,同一类别只列一次",
		    "dispatch %s has a finding of that class (%s) already", id, finding_rows[class].word);
	if (finding_open(x, x->d, class))
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
	    "联动指令 %s 的“%s”事项已经复核撤销,或该警情的事项已满 99 件",
	    "the finding of dispatch %s (%s) was lifted by an appeal, or the incident has 99", id,
	    finding_rows[class].word);
}

/* -- appealing ------------------------------------------------------------------------------------ */

/* The midnight after the nth working day that follows this day. */
static int64_t after_workdays(const struct calendar *c, int64_t day, int n)
{
	while (n > 0)
		n -= calendar_workday(c, ++day, NULL);
	return day_start(day + 1);
}

int64_t finding_appeal_until(const struct mechanism *m, const struct finding *f)
{
	struct date date = day_date(local_day(f->day));
	struct date next = {
	    date.month == 12 ? date.year + 1 : date.year, date.month == 12 ? 1 : date.month + 1, 1};
	int64_t month = after_workdays(&m->calendar, date_day(next) - 1, 5);
	int64_t told = after_workdays(&m->calendar, local_day(f->told_at ? f->told_at : f->opened_at), 5);

	return (month > told ? month : told) - 1;
}

static bool may_appeal(struct act *x, const struct finding *f)
{
	static const char *const states[FINDING_STATES] = {
	    [FINDING_CONFIRMED] = "已经确认",
	    [FINDING_APPEALED] = "正在复核",
	    [FINDING_UPHELD] = "已经维持",
	    [FINDING_VOID] = "已经撤销",
	    [FINDING_LAPSED] = "复核逾期未决,已不计考评",
	};
	char id[FINDING_ID_MAX];

	finding_name(x->inc, f, id);
	if (f->state != FINDING_OPEN)
		return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
		    arena_printf(x->a, "待核考评事项 %s %s,不能申请复核", id, states[f->state]),
		    arena_printf(x->a, "finding %s is %s: there is nothing to appeal", id,
			finding_state_names[f->state]));
	if (x->now <= finding_appeal_until(x->m, f))
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
	    "待核考评事项 %s 的复核期已过(次月第5个工作日,且告知后满5个工作日),视为确认;仍有异议请联系联动办",
	    "the time to appeal against finding %s is over, it counts as confirmed; phone the office", id);
}

struct finding *appeal_may(struct act *x)
{
	struct finding *f = named(x);

	return f && may_appeal(x, f) ? f : NULL;
}

struct request appeal_request(const struct finding *f)
{
	return (struct request){.kind = REQUEST_APPEAL,
	    .decider = DECIDER_OFFICE,
	    .dispatch = f->dispatch,
	    .finding = f->id ? (int)f->id : f->n,
	    .unit = f->unit,
	    .step = STEPS,
	    .clock = CLOCK_COUNT};
}

/* Of an incident, its request is one of the incident's. */
bool finding_appeal(struct act *x)
{
	struct finding *f = appeal_may(x);
	struct request what;

	if (!f)
		return false;
	what = appeal_request(f);
	if (x->inc && !(x->r = request_add(x, &what)))
		return false;
	f->state = FINDING_APPEALED;
	f->changed = true;
	if (!x->inc)
		return true;
	request_event(x, x->r, EVENT_REQUEST_ASKED, x->r->asked_at);
	act_changed(x, x->d);
	return true;
}

/* The newest about it. */
static struct request *appeal_of(const struct incident *inc, const struct finding *f)
{
	for (int i = inc->n_requests; i > 0; i--)
		if (inc->requests[i - 1].kind == REQUEST_APPEAL && inc->requests[i - 1].finding == f->n)
			return &inc->requests[i - 1];
	return NULL;
}

bool finding_decide(struct act *x)
{
	struct finding *f = named(x);

	if (!f)
		return false;
	if (x->inc)
		x->r = appeal_of(x->inc, f);
	if (x->r && x->r->state != REQUEST_DROPPED)
		return request_decide(x);
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "待核考评事项 %s 没有申请复核,无须决定",
	    "nobody appealed against finding %s: nothing is to be decided",
	    command_text(x->c, FIELD_FINDING));
}

/* -- deciding ------------------------------------------------------------------------------------- */

static struct finding *about(const struct act *x)
{
	struct finding *f = x->inc ? incident_finding(x->inc, x->r->finding) : x->f;

	assert(f && "an appeal is about a finding of its incident, or about one of none");
	return f;
}

static const char *house_of(const struct act *x, const char *unit)
{
	const struct unit *known = mechanism_unit(x->m, unit);

	return known ? known->house : NULL;
}

/* Is the finding one of the caller's own house? */
static bool own_house(const struct act *x, const struct finding *f)
{
	const char *units = x->c->who.unit, *house = house_of(x, f->unit);
	struct str one;

	if (!units)
		return text_eq(house, HOUSE_POLICE);
	while ((one = list_next(&units)).n)
		if (house && text_eq(house, house_of(x, arena_str(x->a, one))))
			return true;
	return false;
}

bool appeal_ready(struct act *x, bool grant)
{
	const struct finding *f = about(x);
	char id[FINDING_ID_MAX];

	(void)grant;
	finding_name(x->inc, f, id);
	if (own_house(x, f))
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
		    "待核考评事项 %s 属于本系统的单位 %s,应由联动办中其他部门的账号决定",
		    "finding %s is of a unit of your own house (%s): an account of another house decides it",
		    id, f->unit);
	if (text_eq(f->by, x->c->who.account))
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
		    "待核考评事项 %s 是账号 %s 列入的,应由另一个账号决定",
		    "finding %s was opened by account %s: another one decides it", id, f->by);
	if (f->state == FINDING_VOID)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "待核考评事项 %s 已经撤销,无须再决定",
		    "finding %s is void already: nothing is to be decided", id);
	return true;
}

/* Its clocks do not count any more. */
static void excuse(struct act *x, const struct finding *f)
{
	for (enum clock_kind kind = 0; x->d && kind < DISPATCH_CLOCKS; kind++) {
		struct clock *c = &x->d->clocks[kind];

		if (finding_class_of(kind) != f->class)
			continue;
		if (c->late)
			c->excused = EXCUSE_APPEAL;
		if (c->earlier)
			c->earlier = 1 + EXCUSE_APPEAL;
	}
	if (x->inc)
		act_changed(x, x->d);
}

void appeal_granted(struct act *x)
{
	struct finding *f = about(x);

	finding_void(x, f, excuse_names[EXCUSE_APPEAL]);
	excuse(x, f);
}

/* A late rejection takes nothing back. */
void appeal_rejected(struct act *x)
{
	struct finding *f = about(x);

	if (f->state == FINDING_APPEALED)
		finding_turn(x, f, FINDING_UPHELD, EVENT_FINDING_UPHELD);
}

/* Of the office's own house it stays undecided until another house decides. */
void appeal_lapsed(struct act *x)
{
	struct finding *f = about(x);

	if (f->state != FINDING_APPEALED || text_eq(house_of(x, f->unit), HOUSE_POLICE))
		return;
	finding_turn(x, f, FINDING_LAPSED, EVENT_FINDING_VOIDED);
	excuse(x, f);
}

/* -- without a decision ----------------------------------------------------------------------- */

/* Taken back: the finding is as it was before. */
void appeal_dropped(struct act *x)
{
	struct finding *f = about(x);

	if (f->state != FINDING_APPEALED)
		return;
	f->state = FINDING_OPEN;
	f->changed = true;
}

void appeal_moot(struct act *x, const struct finding *f)
{
	struct request *r = x->inc ? appeal_of(x->inc, f) : NULL;

	if (r && request_pending(r))
		request_moot(x, r);
}
