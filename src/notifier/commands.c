/* commands.c - what people ask of notices; see commands.h. Place: notifier. */
#include "notifier/commands.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "domain/sight.h"
#include "notifier/channels.h"
#include "notifier/exchange_commands.h"
#include "notifier/handover.h"
#include "notifier/held.h"
#include "notifier/notifier.h"
#include "notifier/reply.h"
#include "notifier/unreached.h"

#define RETRY_MOST 500 /* of --all, at once */

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

static void list(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	struct asked_page page = asked_page(c);
	struct outbox_row *rows = arena_new_array(a->arena, struct outbox_row, (size_t)page.limit + 1);
	const struct mechanism *m = front_mechanism(n->front);
	struct outbox_filter f;
	struct buf b = {0};
	struct json j = json_to(&b);
	int found;

	if (!filter_of(c, a->arena, &f)) {
		asked_refuse(a, ERROR_NOT_FOUND, "dispatch", "没有这条联动指令", "there is no such dispatch");
		return;
	}
	if (c->who.role == ROLE_LIAISON)
		f.unit = c->who.unit;
	found = command_int(c, FIELD_OPEN) ? unreached_list(n, &f, page.limit + 1, a->arena, rows)
					   : outbox_list(n->outbox, &f, page.limit + 1, a->arena, rows);
	if (found < 0) {
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
		return;
	}
	json_begin(&j, NULL);
	json_list(&j, "notices");
	for (int i = 0; i < found && i < page.limit; i++)
		notice_json(&j, n, &rows[i].o, m ? m->notices : NULL, &c->who, a->arena);
	json_close(&j);
	if (c->who.role != ROLE_LIAISON)
		channels_json(&j, n, m ? m->notices : NULL);
	if (found > page.limit)
		asked_next(&j, a, rows[page.limit - 1].n);
	json_end(&j);
	asked_json(a, &b);
}

/* -- notice.retry, notice.drop ------------------------------------------------------------------ */

static void refuse_one(struct notice_asked *a, const char *why)
{
	if (text_eq(why, "not-found"))
		asked_refuse(a, ERROR_NOT_FOUND, "notice", "没有这条通知", "there is no such notice");
	else
		asked_refuse(a, ERROR_WRONG_STATE, "notice",
		    "这条通知正在发、已经受理或已经办结,没有什么要再发的",
		    "this notice is under way, was accepted or is done with: there is nothing of it to be "
		    "sent");
}

/* A reminder that is too old says nothing any more: the next one has come, or an escalation. */
static bool worth_sending(const struct outgoing *o)
{
	return o->class < NOTICE_REMINDER || o->expires_at > clock_wall().ms;
}

/* Those that no channel took, or of which nothing is known. Old ones may be sent again by their own ids. */
static int64_t retry_all(struct notifier *n, struct notice_asked *a, const char *by)
{
	static const int lost[] = {OUTGOING_DEAD, OUTGOING_UNKNOWN};
	struct outbox_row *rows = arena_new_array(a->arena, struct outbox_row, RETRY_MOST);
	int64_t handed = handover_retry_all(n->handover), again = handed > 0 ? handed : 0;
	const char *why;

	for (size_t k = 0; k < sizeof lost / sizeof *lost; k++) {
		struct outbox_filter f = {.state = lost[k], .dispatch = -1};
		int found = outbox_list(n->outbox, &f, RETRY_MOST, a->arena, rows);

		for (int i = 0; i < found; i++)
			again += worth_sending(&rows[i].o) && pump_retry(n->pump, rows[i].o.id, by, &why);
	}
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

static void done_json(struct notice_asked *a, int64_t n)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "notices", n);
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

	if (!command_has(c, FIELD_NOTICE))
		done_json(a, retry_all(n, a, c->who.account));
	else if (retry_one(n, command_text(c, FIELD_NOTICE), c->who.account, &why))
		retried_json(n, a, command_text(c, FIELD_NOTICE));
	else
		refuse_one(a, why);
}

static void drop(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const char *why = NULL;

	if (!drop_one(n, command_text(c, FIELD_NOTICE), c->who.account, command_text(c, FIELD_WHY), &why)) {
		refuse_one(a, why);
		return;
	}
	done_json(a, 1);
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
