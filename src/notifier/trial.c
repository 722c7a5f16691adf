/* trial.c - see trial.h. Place: notifier. */
#include "notifier/trial.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "domain/duty.h"
#include "notifier/under_way.h"
#include "wire/render.h"

#include <event2/event.h>
#include <stdlib.h>

struct trial {
	struct under_way way; /* first */
	struct trials *trials;
	const struct notice_channel *channel; /* of the mechanism that it holds */
	const char *channel_id, *recipient;
	char id[17];
	struct channel_message message;
	struct sending_one *sending;
	/* How it went, until the receipt comes. */
	struct channel_verdict verdict;
	int status;
	int64_t took_ms;
	const char *request, *answer;
	const char *fault;   /* what is wrong with the channel's files; NULL: nothing */
	struct event *timer; /* a receipt is waited for */
	trial_cb *cb;        /* NULL: the asker has gone */
	void *arg;
};

struct trials {
	trial_good *good;
	trial_held *held;
	void *events_arg;
	struct event_base *base;
	struct sender *sender;
	int64_t receipt_ms;
	struct under_way_list under_way;
};

/* -- to whom --------------------------------------------------------------------------------------------- */

static const char *duty_phone(const struct trial_ask *ask, const struct unit *u,
    const struct notice_channel *c)
{
	struct duty now = duty_at(ask->mechanism, ask->around, u, ask->now);

	return notices_number(now.people.n > 0 ? &now.people.who[0]->contact : &u->duty, c);
}

/* "13900001234", "+86 139…": a phone. */
static bool is_phone(const char *text)
{
	return strlen(text) >= 5 && text[strspn(text, "0123456789+- ")] == '\0';
}

/* What the channel needs of the recipient: from notices.yaml and the duty, or as it was given. */
static bool find_address(struct trial *t, const struct trial_ask *ask)
{
	const struct notice_recipient *r = notices_recipient(ask->mechanism->notices, ask->recipient);
	const struct notice_person *p = notices_person(ask->mechanism->notices, ask->recipient);
	bool mail = strchr(ask->recipient, '@') != NULL;

	if (r) {
		t->message.phone = r->unit ? duty_phone(ask, r->unit, t->channel) : NULL;
		t->message.wecom = r->wecom;
		t->message.mail = r->mail;
		return true;
	}
	t->message.phone = is_phone(ask->recipient) ? ask->recipient : NULL;
	t->message.mail = mail ? ask->recipient : p ? p->mail : NULL;
	t->message.wecom = !mail && !t->message.phone ? ask->recipient : p ? p->wecom : NULL;
	return t->message.phone || mail || (t->message.wecom && t->channel->kind == CHANNEL_WECOM_APP);
}

/* Every fact that a template may name. In Chinese as all that goes out: a test shows what units will get. */
static void fill_facts(struct trial *t, const struct trial_ask *ask)
{
	struct notice_field *facts = arena_new_array(t->way.arena, struct notice_field, NOTICE_FACTS);
	char at[TIME_TEXT_MAX];

	time_chinese(ask->now, ask->now, at);
	for (int i = 0; i < NOTICE_FACTS; i++)
		facts[i] = (struct notice_field){notice_fact_names[i], "测试"};
	t->message.facts = facts;
	t->message.n_facts = NOTICE_FACTS;
	t->message.text =
	    arena_printf(t->way.arena, "【测试】试发通知(通道 %s,%s),收到不用处理。", t->channel->id, at);
}

/* -- the answer ------------------------------------------------------------------------------------------ */

static void release(struct trial *t)
{
	if (t->sending)
		sender_cancel(t->sending);
	if (t->timer)
		event_free(t->timer);
	under_way_end(&t->way);
	free(t);
}

static const char *shown_address(struct trial *t)
{
	if (t->channel->kind == CHANNEL_WECOM_APP)
		return t->message.wecom;
	return t->channel->kind == CHANNEL_SMTP ? t->message.mail
						: mask_phone(t->way.arena, t->message.phone);
}

static void put_result(struct trial *t, const struct channel_receipt *receipt, struct buf *out)
{
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_text(&j, "notice", t->id);
	json_text(&j, "channel", t->channel_id);
	json_text(&j, "kind", channel_kind_names[t->channel->kind]);
	json_text(&j, "to", shown_address(t));
	json_text(&j, "request", t->request);
	if (t->status)
		json_int(&j, "status", t->status);
	json_text(&j, "answer", t->answer);
	json_text(&j, "verdict", verdict_names[t->verdict.verdict]);
	json_text(&j, "code", t->verdict.code);
	json_text(&j, "fault", t->fault);
	json_int(&j, "took_ms", t->took_ms);
	json_bool(&j, "receipts", t->channel->receipts);
	if (t->trials->held)
		held_json(&j, t->trials->held(t->trials->events_arg, t->channel));
	if (receipt) {
		json_text(&j, "receipt", receipt_names[receipt->kind]);
		json_text(&j, "receipt_code", receipt->code);
	}
	json_end(&j);
}

static void finish(struct trial *t, const struct channel_receipt *receipt)
{
	struct notice_answer answer = {.code = OK, .status = 200, .type = "application/json"};
	struct buf out = {0};
	trial_cb *cb = t->cb;
	void *arg = t->arg;

	put_result(t, receipt, &out);
	log_info("notice test", "channel=%s verdict=%s receipt=%s", t->channel_id,
	    verdict_names[t->verdict.verdict], receipt ? receipt_names[receipt->kind] : "none");
	answer.result = buf_view(&out);
	release(t);
	if (cb)
		cb(arg, &answer);
	buf_free(&out);
}

static void on_wait_ends(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg, NULL);
}

static void on_sent(void *arg, const struct sent_one *s)
{
	struct trial *t = arg;

	t->sending = NULL;
	if (s->verdict.verdict == VERDICT_ACCEPTED && t->trials->good)
		t->trials->good(t->trials->events_arg, t->channel);
	t->verdict = s->verdict;
	t->verdict.code = arena_text(t->way.arena, s->verdict.code);
	t->verdict.provider_id = arena_text(t->way.arena, s->verdict.provider_id);
	t->status = s->status;
	t->took_ms = s->took_ms;
	t->request = s->request.n > 0 ? arena_str(t->way.arena, s->request) : NULL;
	t->answer = s->answer.n > 0 ? arena_str(t->way.arena, s->answer) : NULL;
	if (!t->channel->receipts ||
	    (s->verdict.verdict != VERDICT_ACCEPTED && s->verdict.verdict != VERDICT_UNKNOWN)) {
		finish(t, NULL);
		return;
	}
	t->timer = loop_timer(t->trials->base, on_wait_ends, t);
	loop_after(t->timer, t->trials->receipt_ms);
}

static struct trial *first_of(const struct trials *all)
{
	return (struct trial *)all->under_way.first;
}

static struct trial *after(const struct trial *t)
{
	return (struct trial *)t->way.next;
}

bool trials_receipt(struct trials *all, const struct notice_channel *c, const struct channel_receipt *r)
{
	for (struct trial *t = first_of(all); t; t = after(t)) {
		bool ours = r->id ? text_eq(r->id, t->id)
				  : r->provider_id && text_eq(r->provider_id, t->verdict.provider_id);

		if (t->channel != c || !ours)
			continue;
		if (t->timer) /* one that came before its answer is seen when it is sent again, or not at all */
			finish(t, r);
		return true;
	}
	return false;
}

/* -- asking ---------------------------------------------------------------------------------------------- */

static void refuse_trial(trial_cb *cb, void *arg, enum error_code code, const char *field, const char *detail)
{
	cb(arg, &(struct notice_answer){.code = code, .field = field, .detail = detail});
}

static struct trial *trial_new(struct trials *all, const struct trial_ask *ask, trial_cb *cb, void *arg)
{
	struct trial *t = xalloc(sizeof *t);
	unsigned char bytes[8];

	*t = (struct trial){.trials = all, .cb = cb, .arg = arg};
	under_way_begin(&t->way, &all->under_way, ask->mechanism);
	random_bytes(bytes, sizeof bytes);
	hex_of(bytes, sizeof bytes, t->id);
	t->channel = notices_channel(ask->mechanism->notices, ask->channel);
	t->channel_id = arena_text(t->way.arena, ask->channel);
	t->recipient = arena_text(t->way.arena, ask->recipient);
	return t;
}

void trials_ask(struct trials *all, const struct trial_ask *ask, trial_cb *cb, void *arg)
{
	const struct notices *n = ask->mechanism->notices;
	struct trial *t;

	if (!n || !notices_channel(n, ask->channel)) {
		refuse_trial(cb, arg, ERROR_NOT_FOUND, "channel",
		    ask->english ? "notices.yaml has no such channel" : "notices.yaml 里没有这个通道");
		return;
	}
	if (ask->training) {
		refuse_trial(cb, arg, ERROR_WRONG_STATE, NULL,
		    ask->english ? "a training store sends nothing, no test either"
				 : "培训库什么也不发,试发也不发");
		return;
	}
	if (all->under_way.n >= TRIALS_AT_ONCE || sender_full(all->sender)) {
		refuse_trial(cb, arg, ERROR_TOO_MANY, NULL,
		    ask->english ? "too many tests at once: try again in a moment"
				 : "同时试发太多,过一会再试");
		return;
	}
	t = trial_new(all, ask, cb, arg);
	if (!find_address(t, ask)) {
		release(t);
		refuse_trial(cb, arg, ERROR_NOT_FOUND, "recipient",
		    ask->english ? "neither a recipient of notices.yaml nor a phone or mail address"
				 : "不是 notices.yaml 里的收件人,也不是电话或邮件地址");
		return;
	}
	t->fault = secrets_fault(sender_secrets(all->sender), t->channel, ask->english, t->way.arena);
	fill_facts(t, ask);
	t->message.id = t->id;
	t->message.class = NOTICE_DIGEST;
	t->message.test = true;
	t->sending = sender_send(all->sender, t->channel, &t->message, true, on_sent, t);
}

void trials_forget(struct trials *all, const void *arg)
{
	for (struct trial *t = first_of(all); t; t = after(t))
		if (t->arg == arg)
			t->cb = NULL;
}

struct trials *trials_new(struct event_base *base, struct sender *sender, int64_t patience_ms)
{
	struct trials *t = xalloc(sizeof *t);

	*t = (struct trials){.base = base,
	    .sender = sender,
	    .receipt_ms = patience_ms < TRIAL_RECEIPT_MS ? patience_ms : TRIAL_RECEIPT_MS};
	return t;
}

void trials_listen(struct trials *t, trial_good *good, trial_held *held, void *arg)
{
	t->good = good;
	t->held = held;
	t->events_arg = arg;
}

void trials_free(struct trials *t)
{
	while (t->under_way.first)
		release(first_of(t));
	free(t);
}
