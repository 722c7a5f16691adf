/*
 * console_event.c - which events an officer is told, and how. See console.h.
 *
 * He is told what he must act on: a unit to be phoned, a limit that has run out, a request to decide, a call-back. What
 * was sent to units is a nudge, which is counted.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/time.h"
#include "desk/fit.h"

struct telling {
	const struct desk *c;
	struct arena *a;
	const json_t *event, *data;
	const char *where; /* 3 供电 */
	bool nudge;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The phone that is to be rung first, and who answers there. */
static const char *call_of(const struct telling *t)
{
	const json_t *one = json_array_get(json_object_get(t->data, "call"), 0);
	const char *name = ctl_text(one, "name");

	return arena_printf(t->a, "%s%s%s", ctl_text(one, "phone"), *name ? " " : "", name);
}

static const char *due_of(const struct telling *t)
{
	int64_t due;

	return time_parse(str_of(ctl_text(t->data, "due")), &due) ? screen_time(t->a, due) : "";
}

static const char *reminder(struct telling *t)
{
	const char *rung = ctl_text(t->data, "rung");

	if (is(rung, "delivery-due"))
		return arena_printf(t->a, say("待电话 %s %s:未送达", "phone %s %s: not delivered"), t->where,
		    call_of(t));
	if (is(rung, "callback-due"))
		return arena_printf(t->a,
		    say("待回访 %s:b %s 满意|基本满意|不满意|未接通",
			"call back %s: b %s satisfied|mostly|dissatisfied|unreached"),
		    t->where, t->where);
	if (strncmp(rung, "lead-missing", strlen("lead-missing")) == 0)
		return arena_printf(t->a, say("待派主办 %s:+ %s 单位 主办", "no lead %s: + %s UNIT lead"),
		    t->where, t->where);
	t->nudge = true;
	return arena_printf(t->a, "%s %s", t->where, ctl_word(rung));
}

static const char *overdue(struct telling *t)
{
	const char *clock = ctl_text(t->data, "clock");

	if (is(clock, "delivery")) /* the reminder says whom to phone */
		return NULL;
	return arena_printf(t->a, say("超时 %s %s限 %s", "late %s %s due %s"), t->where, ctl_word(clock),
	    due_of(t));
}

static const char *late(struct telling *t)
{
	return arena_printf(t->a, say("接警台逾期 %s %s限 %s", "desk late %s %s due %s"), t->where,
	    ctl_word(ctl_text(t->data, "clock")), due_of(t));
}

/* Of an escalation to the desk: why, as a sentence behind the place. */
static const char *because(const struct telling *t)
{
	const char *why = ctl_text(t->data, "why"), *follower = ctl_text(t->data, "follower");

	if (is(why, "graver-follower"))
		return arena_printf(t->a,
		    say("归入的 %s 更紧急,已随之升级",
			"%s, which was joined to it, is; its priority went up"),
		    follower);
	if (is(why, "other-units"))
		return arena_printf(t->a,
		    say("归入的 %s 还涉及别的单位", "%s, which was joined to it, concerns other units"),
		    follower);
	return arena_printf(t->a, say("后来说的是 %s", "what was said later is %s"),
	    ctl_text(t->data, "priority"));
}

static const char *units_of(const struct telling *t, const char *list, const char *before)
{
	const char *out = "";
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(t->data, list), i, one) {
		const struct desk_name *u = console_name(&t->c->city.units, json_string_value(one));

		out = arena_printf(t->a, "%s%s%s", out, i ? say("、", ", ") : before,
		    u ? u->brief : json_string_value(one));
	}
	return out;
}

static const char *escalation(struct telling *t)
{
	t->nudge = !is(ctl_text(t->data, "level"), "desk");
	return t->nudge ? arena_printf(t->a, "%s %s", t->where, ctl_word(ctl_text(t->data, "rung")))
			: arena_printf(t->a, say("更紧急 %s:%s%s%s", "more urgent %s: %s%s%s"), t->where,
			      because(t), units_of(t, "added", say(",已增派 ", ", added: ")),
			      units_of(t, "units", say(",没有派 ", ", not sent: ")));
}

/* The request as it is typed: 3.r1 where it is of an incident of the queue. */
static const char *request_name(const struct telling *t)
{
	const char *name = ctl_text(t->data, "request"), *number = ctl_text(t->event, "incident");
	const struct desk_row *r = desk_full(&t->c->queue, number);
	size_t n = strlen(number);

	if (r && r->local && strncmp(name, number, n) == 0)
		return arena_printf(t->a, "%d%s", r->local, name + n);
	return name;
}

static const char *request(struct telling *t)
{
	const char *kind = ctl_text(t->data, "kind"), *said = ctl_text(t->event, "text");
	bool mine = is(ctl_text(t->data, "decider"), "desk") ||
	    (is(ctl_text(t->data, "decider"), "shift-leader") && is(t->c->role, "shift-leader"));
	const char *what = is(kind, "return") ? say("申请改派", "wants out")
	    : is(kind, "extend")              ? say("申请延期", "asks for more time")
	    : is(kind, "late-step") ? say("补报的步骤待确认", "a step told late is to be confirmed")
				    : say("有申请", "has asked");

	if (!mine)
		return NULL;
	return arena_printf(t->a,
	    say("待决定 %s %s%s%s:r %s 同意|不同意 限 %s", "decide %s %s%s%s: r %s grant|reject, due %s"),
	    t->where, what, *said ? ":" : "", said, request_name(t), due_of(t));
}

static const char *lapsed(struct telling *t)
{
	return arena_printf(t->a,
	    say("逾期未决 %s 的申请:r %s 仍可决定", "lapsed: the request of %s; r %s can still decide it"),
	    t->where, request_name(t));
}

/* Only where nothing else has reached the unit. */
static const char *lost(struct telling *t)
{
	return json_is_true(json_object_get(t->data, "lost"))
	    ? arena_printf(t->a, say("待电话 %s:通知没有发到", "phone %s: no notice arrived"), t->where)
	    : NULL;
}

/* One that a colleague took: of the most urgent, and of those that need a person. */
static const char *reported(struct telling *t)
{
	const char *priority = ctl_text(t->data, "priority");
	bool unmatched = json_is_true(json_object_get(t->data, "unmatched"));

	if (t->c->account && is(ctl_text(t->event, "by"), t->c->account))
		return NULL;
	if (!is(priority, "P1") && !unmatched)
		return NULL;
	return arena_printf(t->a, say("新警情 %s %s%s", "new %s %s%s"), t->where,
	    is(priority, "P1") ? say("◆危急", "◆critical") : "",
	    unmatched ? say(" 没有规则,请核对派给谁", " no rule, see to whom it goes") : "");
}

static const char *handed_over(struct telling *t)
{
	if (!t->c->account || !is(ctl_text(t->data, "to"), t->c->account) || !*ctl_text(t->data, "request"))
		return NULL;
	return arena_printf(t->a,
	    say("交接班 %s 请你签字:r %s 同意|不同意", "handover: %s asks you to sign: r %s grant|reject"),
	    ctl_text(t->event, "by"), ctl_text(t->data, "request"));
}

static const char *by_its_word(struct telling *t)
{
	return arena_printf(t->a, "%s %s", ctl_word(ctl_text(t->event, "type")), t->where);
}

static const struct {
	const char *type;
	const char *(*line)(struct telling *t);
} lines[] = {
    {"reminder.sent", reminder},
    {"dispatch.overdue", overdue},
    {"incident.late", late},
    {"escalation.raised", escalation},
    {"request.asked", request},
    {"request.lapsed", lapsed},
    {"incident.reported", reported},
    {"incident.reopened", by_its_word},
    {"shift.handed-over", handed_over},
    {"system.resumed", by_its_word},
    {"clock.stepped", by_its_word},
    {"backup.failed", by_its_word},
    {"notice.failed", lost},
};

/* 3 供电, or the incident's whole number where it is not in the queue. */
static const char *where(const struct telling *t)
{
	const char *incident = ctl_text(t->event, "incident"), *unit = ctl_text(t->event, "unit");
	const struct desk_row *r = desk_full(&t->c->queue, incident);
	const struct desk_name *u = console_name(&t->c->city.units, unit);
	const char *name = u ? u->brief : unit;

	return arena_printf(t->a, "%s%s%s", r && r->local ? arena_printf(t->a, "%d", r->local) : incident,
	    *name && *incident ? " " : "", name);
}

const char *console_event_line(const struct desk *c, struct arena *a, const json_t *event, bool *nudge)
{
	struct telling t = {.c = c, .a = a, .event = event, .data = json_object_get(event, "data")};
	const char *text = NULL;
	int64_t at = console_now(c);

	t.where = where(&t);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (is(lines[i].type, ctl_text(event, "type")))
			text = lines[i].line(&t);
	*nudge = t.nudge;
	time_parse(str_of(ctl_text(event, "at")), &at);
	return text ? fit_clean(a, arena_printf(a, "%s %s", screen_time(a, at), text)) : NULL;
}
