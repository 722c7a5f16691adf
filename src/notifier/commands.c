/* commands.c - what people ask of notices; see commands.h. Place: notifier. */
#include "notifier/commands.h"
#include "base/arena.h"
#include "base/both.h"
#include "base/clock.h"
#include "base/json.h"
#include "domain/sight.h"
#include "notifier/channels.h"
#include "notifier/exchange_commands.h"
#include "notifier/handover.h"
#include "notifier/held.h"
#include "notifier/notifier.h"
#include "notifier/pump_parts.h"
#include "notifier/reply.h"
#include "notifier/unreached.h"

#define RETRY_MOST 500   /* that one command of --all looks at */
#define UNHEARD_MOST 500 /* instructions to units without a channel that are listed */

/* -- notice.list ------------------------------------------------------------------------------ */

/* whole: what was refused, and with which words, for who has to mend it. */
static void attempt_json(struct json *j, struct notifier *n, const struct outgoing *o, int i,
    const struct notices *rules, bool whole)
{
	const struct attempt *t = &o->attempts[i];
	const struct notice_channel *c = rules ? notices_channel(rules, t->channel) : NULL;

	json_begin(j, NULL);
	json_text(j, "channel", t->channel);
	if (c)
		json_text(j, "kind", channel_kind_names[c->kind]);
	json_text(j, "state", attempt_state_names[t->state]);
	json_int(j, "tries", t->tries);
	json_time(j, "sent_at", t->sent_at);
	json_time(j, "accepted_at", t->accepted_at);
	json_time(j, "ended_at", t->ended_at);
	json_text(j, "reason", t->reason);
	if (whole && t->status)
		json_int(j, "status", t->status);
	if (whole) {
		json_text(j, "answer", t->answer);
		json_text(j, "request", t->request);
	}
	held_json(j, pump_waits(n->pump, o, i));
	json_end(j);
}

static bool is_administrator(const struct principal *who)
{
	return who->role == ROLE_ADMIN || who->role == ROLE_LOCAL;
}

/* The reason that an administrator wrote for a drop may name people: a role that does not see a reporter gets the code. */
static const char *outcome_seen(const struct outgoing *o, const struct principal *who)
{
	static const char *const codes[] = {"ended", "withdrawn", "restored", "nothing-open"};

	if (o->state != OUTGOING_CANCELLED || !o->outcome || is_administrator(who) ||
	    sight_row(THING_PEOPLE, who->role) == SIGHT_ALL)
		return o->outcome;
	return name_index(codes, 4, o->outcome) < 0 ? "dropped" : o->outcome;
}

static void notice_json(struct json *j, struct notifier *n, const struct outgoing *o,
    const struct notices *rules, const struct principal *who, struct arena *a)
{
	json_begin(j, NULL);
	json_text(j, "notice", o->id);
	json_time(j, "at", o->at);
	json_text(j, "class", notice_class_names[o->class]);
	json_text(j, "state", outgoing_state_names[o->state]);
	json_text(j, "incident", o->incident);
	if (o->dispatch)
		json_text(j, "dispatch", arena_printf(a, "%s-%02d", o->incident, o->dispatch));
	json_text(j, "unit", o->unit);
	json_text(j, "role", o->role);
	json_text(j, "about", o->about);
	json_time(j, "expires_at", o->expires_at);
	json_time(j, "ends_at", o->ended_at);
	json_text(j, "outcome", outcome_seen(o, who));
	if (o->drill)
		json_bool(j, "drill", true);
	json_list(j, "attempts");
	for (int i = 0; i < o->n_attempts; i++)
		attempt_json(j, n, o, i, rules, is_administrator(who));
	json_close(j);
	json_end(j);
}

/* {channel, kind, held_by, held_until} of each that waits. */
static void held_item(struct json *j, const struct notice_channel *c, struct held h)
{
	if (h.by == HELD_NOT)
		return;
	json_begin(j, NULL);
	json_text(j, "channel", c->id);
	json_text(j, "kind", channel_kind_names[c->kind]);
	held_json(j, h);
	json_end(j);
}

static void channels_json(struct json *j, struct notifier *n, const struct notices *rules)
{
	json_list(j, "channels");
	for (int i = 0; rules && i < rules->n_channels; i++)
		held_item(j, &rules->channels[i], pump_channel_held(n->pump, &rules->channels[i]));
	json_close(j);
}

/* NUMBER, or NUMBER-01. */
static bool filter_of(const struct command *c, struct arena *a, struct outbox_filter *f)
{
	const char *dispatch = command_text(c, FIELD_DISPATCH);
	char number[NUMBER_MAX + 1];

	*f = (struct outbox_filter){
	    .state = command_has(c, FIELD_NOTICE_STATE) ? (int)command_int(c, FIELD_NOTICE_STATE) : -1,
	    .unit = command_text(c, FIELD_UNIT),
	    .incident = command_text(c, FIELD_NUMBER),
	    .dispatch = -1,
	    .before = asked_page(c).before};
	if (!dispatch)
		return true;
	if (!dispatch_id_parse(dispatch, number, &f->dispatch))
		return false;
	f->incident = arena_text(a, number);
	return true;
}

/* A liaison sees those of the own unit, and of the units that it acts for. */
static bool keep_own(const struct command *c, struct outbox_filter *f)
{
	if (c->who.role != ROLE_LIAISON)
		return true;
	if (f->unit)
		return list_has(c->who.unit, f->unit);
	f->unit = c->who.unit;
	return true;
}

static bool asked_of(struct notice_asked *a, const struct command *c, struct outbox_filter *f)
{
	if (!filter_of(c, a->arena, f)) {
		asked_refuse(a, ERROR_NOT_FOUND, "dispatch", "没有这条联动指令", "there is no such dispatch");
		return false;
	}
	if (!keep_own(c, f)) {
		asked_refuse(a, ERROR_NOT_FOUND, "unit", "没有这个成员单位", "there is no such unit");
		return false;
	}
	return true;
}

/* Beside the notices: with the first page. */
static bool unheard_json(struct json *j, struct notifier *n, const struct outbox_filter *f, struct arena *a)
{
	struct unheard *v = arena_new_array(a, struct unheard, UNHEARD_MOST);
	int found = f->before ? 0 : unheard_list(n, f, UNHEARD_MOST, a, v);

	if (found < 0)
		return false;
	json_list(j, "without_channel");
	for (int i = 0; i < found; i++) {
		json_begin(j, NULL);
		json_time(j, "at", v[i].d->issued_at);
		json_text(j, "incident", v[i].inc->number);
		json_text(j, "dispatch", arena_printf(a, "%s-%02d", v[i].inc->number, v[i].d->n));
		json_text(j, "unit", v[i].d->unit);
		json_time(j, "to_phone", dispatch_to_phone(v[i].d));
		if (v[i].inc->drill)
			json_bool(j, "drill", true);
		json_end(j);
	}
	json_close(j);
	return true;
}

static void notices_json(struct json *j, struct notifier *n, const struct command *c,
    const struct outbox_row *rows, int found, struct arena *a)
{
	const struct mechanism *m = front_mechanism(n->front);

	json_list(j, "notices");
	for (int i = 0; i < found; i++)
		notice_json(j, n, &rows[i].o, m ? m->notices : NULL, &c->who, a);
	json_close(j);
	if (c->who.role != ROLE_LIAISON)
		channels_json(j, n, m ? m->notices : NULL);
}

static void list(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	struct asked_page page = asked_page(c);
	struct outbox_row *rows = arena_new_array(a->arena, struct outbox_row, (size_t)page.limit + 1);
	bool open = command_int(c, FIELD_OPEN);
	struct outbox_filter f;
	struct buf b = {0};
	struct json j = json_to(&b);
	int found;

	if (!asked_of(a, c, &f))
		return;
	found = open ? unreached_list(n, &f, page.limit + 1, a->arena, rows)
		     : outbox_list(n->outbox, &f, page.limit + 1, a->arena, rows);
	json_begin(&j, NULL);
	if (found < 0 || (open && !unheard_json(&j, n, &f, a->arena))) {
		buf_free(&b);
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
		return;
	}
	notices_json(&j, n, c, rows, found < page.limit ? found : page.limit, a->arena);
	if (found > page.limit)
		asked_next(&j, a, rows[page.limit - 1].n);
	json_end(&j);
	asked_json(a, &b);
}

/* -- notice.retry, notice.drop ------------------------------------------------------------------ */

/* Why nothing is to be done with one in this state, as a person would say it. */
static const struct {
	struct both again, drop;
} too_late[OUTGOING_STATES] = {
    [OUTGOING_QUEUED] = {{"这一条正在发,请等对方的应答", "it is being sent: its answer is awaited"},
	{NULL, NULL}},
    [OUTGOING_ACCEPTED] = {{"对方已经收下,在等回执,不用再发",
			       "its provider has it and a receipt is awaited: it need not be sent again"},
	{NULL, NULL}},
    [OUTGOING_DELIVERED] = {{"这一条已经发到,不用再发", "it has arrived: it need not be sent again"},
	{"这一条已经发到,收不回来了", "it has arrived, and cannot be taken back"}},
    [OUTGOING_OPENED] = {{"单位已经看了,不用再发", "its unit has looked at it: it need not be sent again"},
	{"单位已经看了,收不回来了", "its unit has looked at it: it cannot be taken back"}},
    [OUTGOING_ACTED] = {{"单位已经办了,不用再发", "its unit has acted upon it: it need not be sent again"},
	{"单位已经办了,没有什么要停的", "its unit has acted upon it: nothing of it waits"}},
    [OUTGOING_UNKNOWN] = {{NULL, NULL},
	{"这一条发出去了,不知道有没有到,不会自己再发,不用停",
	    "it went out, and may have arrived: it is not sent any more as it is"}},
    [OUTGOING_STALE] = {{NULL, NULL},
	{"这一条太旧,没有发,也不会再发了,不用停",
	    "it was too old and never went out: it is not sent any more as it is"}},
    [OUTGOING_DEAD] = {{NULL, NULL},
	{"这一条没有发到,不会自己再发了,不用停", "it did not arrive and is not sent any more as it is"}},
    [OUTGOING_CANCELLED] = {{NULL, NULL},
	{"这一条已经停了,不会再发", "it was stopped before, and is not sent any more"}},
};
static const struct both over = {
    "它说的事已经办了或者结束了,不用再发", "what it is about was done or has ended: it need not be sent"};
static const struct both taken = {
    "对方已经收下,或者早就不送了", "its partner has taken it, or it was given up before"};
static const struct both silent = {"现在什么也不发:没有 notices.yaml,或者这是培训库",
    "nothing is sent: there is no notices.yaml, or this is a training store"};

static const struct both *why_too_late(struct notifier *n, struct notice_asked *a, const char *id, bool again)
{
	const struct both *why;
	struct outgoing o;

	if (!outbox_find(n->outbox, id, a->arena, &o))
		return &taken; /* a message to a partner */
	if (again && !pump_notices(n->pump))
		return &silent;
	why = again ? &too_late[o.state].again : &too_late[o.state].drop;
	return why->zh ? why : &over;
}

static void refuse_one(struct notifier *n, struct notice_asked *a, const char *id, bool again,
    const char *why)
{
	const struct both *late;

	if (text_eq(why, "not-found")) {
		asked_refuse(a, ERROR_NOT_FOUND, "notice", "没有这条通知", "there is no such notice");
		return;
	}
	late = why_too_late(n, a, id, again);
	asked_refuse(a, ERROR_WRONG_STATE, "notice", late->zh, late->en);
}

/* A reminder that is too old says nothing any more: the next one has come, or an escalation. */
static bool worth_sending(const struct outgoing *o)
{
	return o->class < NOTICE_REMINDER || o->expires_at > clock_wall().ms;
}

/* Those that no channel took, or of which nothing is known, as many as one command looks at; *next: where the rest goes on, 0: that
 * was all. Old ones may be sent again by their own ids. */
static int64_t retry_all(struct notifier *n, struct notice_asked *a, int64_t before, const char *by,
    int64_t *next)
{
	struct outbox_row *rows = arena_new_array(a->arena, struct outbox_row, RETRY_MOST);
	int found = outbox_lost(n->outbox, before, RETRY_MOST, a->arena, rows);
	int64_t handed = before ? 0 : handover_retry_all(n->handover), again = handed > 0 ? handed : 0;
	const char *why;

	for (int i = 0; i < found; i++)
		again += worth_sending(&rows[i].o) && pump_retry(n->pump, rows[i].o.id, by, &why);
	*next = found == RETRY_MOST ? rows[found - 1].n : 0;
	return again;
}

/* What the one that was sent again waits for all the same. */
static void waits_json(struct json *j, struct notifier *n, struct notice_asked *a, const char *id)
{
	const struct mechanism *m = front_mechanism(n->front);
	struct outgoing o = {.n_attempts = 0};

	json_list(j, "waits");
	if (m && m->notices && !outbox_find(n->outbox, id, a->arena, &o))
		o.n_attempts = 0; /* a message to a partner */
	for (int i = 0; i < o.n_attempts; i++) {
		const struct notice_channel *c = notices_channel(m->notices, o.attempts[i].channel);
		struct held h = pump_waits(n->pump, &o, i);

		if (c && h.by != HELD_TURN)
			held_item(j, c, h);
	}
	json_close(j);
}

static void retried_json(struct notifier *n, struct notice_asked *a, const char *id)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "notices", 1);
	waits_json(&j, n, a, id);
	json_end(&j);
	asked_json(a, &b);
}

/* next: where the rest goes on; 0: there is none. */
static void done_json(struct notice_asked *a, int64_t n, int64_t next)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "notices", n);
	if (next)
		asked_next(&j, a, next);
	json_end(&j);
	asked_json(a, &b);
}

/* A notice, or a message to a partner: no id is both's. */
static bool retry_one(struct notifier *n, const char *id, const char *by, const char **why)
{
	return pump_retry(n->pump, id, by, why) ||
	    (text_eq(*why, "not-found") && handover_retry(n->handover, id, by, why));
}

static bool drop_one(struct notifier *n, const char *id, const char *by, const char *why_dropped,
    const char **why)
{
	return pump_drop(n->pump, id, by, why_dropped, why) ||
	    (text_eq(*why, "not-found") && handover_drop(n->handover, id, by, why_dropped, why));
}

static void retry(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const char *why = NULL;
	int64_t again, next;

	if (!command_has(c, FIELD_NOTICE)) {
		again = retry_all(n, a, asked_page(c).before, c->who.account, &next);
		done_json(a, again, next);
	} else if (retry_one(n, command_text(c, FIELD_NOTICE), c->who.account, &why))
		retried_json(n, a, command_text(c, FIELD_NOTICE));
	else
		refuse_one(n, a, command_text(c, FIELD_NOTICE), true, why);
}

static void drop(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const char *why = NULL;

	if (!drop_one(n, command_text(c, FIELD_NOTICE), c->who.account, command_text(c, FIELD_WHY), &why)) {
		refuse_one(n, a, command_text(c, FIELD_NOTICE), false, why);
		return;
	}
	done_json(a, 1, 0);
}

static const struct {
	enum command_kind_id kind;
	void (*run)(struct notifier *n, struct notice_asked *a, const struct command *c);
} runs[] = {{COMMAND_NOTICE_LIST, list}, {COMMAND_NOTICE_RETRY, retry}, {COMMAND_NOTICE_DROP, drop},
    {COMMAND_NOTICE_REPLIES, replies_list}, {COMMAND_NOTICE_TEST, notifier_test},
    {COMMAND_EXCHANGE_LIST, exchange_list}, {COMMAND_EXCHANGE_DIFFERENCES, exchange_differences},
    {COMMAND_EXCHANGE_COMPARE, exchange_compare_now}, {COMMAND_EXCHANGE_HANDOVER, exchange_hand_over}};

void notifier_command(struct notice_asked *a)
{
	const struct command *c = &a->ask.command;

	if (!c->who.account || !command_allowed(c->kind, &c->who)) {
		asked_refuse(a, ERROR_FORBIDDEN, NULL, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
		if (runs[i].kind == c->kind) {
			runs[i].run(a->arg, a, c);
			return;
		}
	asked_refuse(a, ERROR_METHOD, NULL, NULL, NULL);
}
