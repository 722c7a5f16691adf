/* sender.c - see sender.h. Place: notifier. */
#include "notifier/sender.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/loop.h"
#include "channel/post.h"
#include "domain/outgoing.h"
#include "mechanism/options.h"
#include "notifier/under_way.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

#define UNDER_WAY (POST_UNDER_WAY / 2) /* the rest is for tokens */

/* The token of one channel. */
struct token {
	const struct notice_channel *channel;
	char *text; /* NULL: none */
	int64_t good_until;
	struct post *post; /* it is being fetched */
	struct sender *sender;
};

enum sending_state { SENDING_BEGINS, SENDING_NEEDS_TOKEN, SENDING_POSTED };

struct sending_one {
	struct under_way way; /* first */
	struct sender *sender;
	enum sending_state state;
	const struct notice_channel *channel; /* of the mechanism that it holds */
	struct channel_message message;
	struct channel_request request;
	struct post *post;
	bool renewed, shown;
	struct channel_verdict failed; /* what a token's renewal came to; code NULL: it did not fail */
	sent_cb *cb;
	void *arg;
};

struct sender {
	struct event_base *base;
	struct post_rules rules;
	struct poster *poster;
	const char *folder; /* of the files of secrets */
	struct secrets *secrets;
	struct mechanism *mechanism;   /* held; NULL: none yet */
	const struct notices *notices; /* its; NULL: no channel */
	struct token *tokens;
	struct under_way_list under_way;
	struct event *soon;
};

/* -- the end of one ---------------------------------------------------------------------------------------- */

static void release(struct sending_one *one)
{
	if (one->post)
		post_cancel(one->post);
	under_way_end(&one->way);
	free(one);
}

static void tell(struct sending_one *one, struct sent_one *sent)
{
	struct buf request = {0};

	if (one->shown && one->request.url)
		request_shown(&one->request, &request);
	else if (sent->verdict.verdict != VERDICT_ACCEPTED && one->request.url)
		request_shown_within(&one->request, REQUEST_MAX, &request);
	sent->request = buf_view(&request);
	one->cb(one->arg, sent);
	buf_wipe(&request);
	buf_free(&request);
	release(one);
}

static void tell_unsent(struct sending_one *one, enum channel_judgement judgement, const char *code)
{
	tell(one, &(struct sent_one){.verdict = {.verdict = judgement, .code = code}});
}

/* -- tokens ------------------------------------------------------------------------------------------------ */

static struct token *token_of(struct sender *s, const struct notice_channel *c)
{
	for (int i = 0; s->notices && i < s->notices->n_channels; i++)
		if (s->tokens[i].channel == c)
			return &s->tokens[i];
	return NULL;
}

static void drop_token(struct token *t)
{
	if (t->text)
		explicit_bzero(t->text, strlen(t->text));
	free(t->text);
	t->text = NULL;
	t->good_until = 0;
}

static struct sending_one *first_of(const struct sender *s)
{
	return (struct sending_one *)s->under_way.first;
}

static struct sending_one *after(const struct sending_one *one)
{
	return (struct sending_one *)one->way.next;
}

/* Those that wait for it go on, or fail for the same reason. */
static void wake_waiting(struct token *t, const struct channel_verdict *failed)
{
	for (struct sending_one *one = first_of(t->sender); one; one = after(one))
		if (one->state == SENDING_NEEDS_TOKEN && one->channel == t->channel) {
			one->state = SENDING_BEGINS;
			if (failed) {
				one->failed = *failed;
				one->failed.code = arena_printf(one->way.arena, "token: %s",
				    failed->code ? failed->code : "?");
			}
		}
	loop_soon(t->sender->soon);
}

static void on_token(void *arg, const struct channel_answer *answer)
{
	struct token *t = arg;
	struct arena *a = arena_new();
	struct channel_verdict v;
	int64_t for_ms = 0;
	const char *text = channel_token(t->channel, answer, a, &for_ms, &v);

	t->post = NULL;
	if (text) {
		t->text = strdup(text);
		t->good_until = clock_wall().ms + for_ms;
	}
	log_info("token", "channel=%s good=%s", t->channel->id, text ? "true" : v.code);
	wake_waiting(t, text ? NULL : &v);
	arena_wipe(a);
	arena_free(a);
}

static bool fetch_token(struct token *t, const char **missing)
{
	struct channel_request request;
	struct arena *a = arena_new();
	bool good = channel_token_request(t->channel, secrets_of(t->sender->secrets, t->channel), a, &request,
	    missing);

	if (good)
		t->post = post_send(t->sender->poster, &request, on_token, t);
	arena_wipe(a);
	arena_free(a);
	return good;
}

/* True: there is one, or none is needed. Else the message waits for it, or has been told why there is none. */
static bool has_token(struct sending_one *one)
{
	struct token *t = token_of(one->sender, one->channel);
	const char *missing = "token";

	if (one->channel->kind != CHANNEL_WECOM_APP)
		return true;
	if (t && t->text && clock_wall().ms < t->good_until)
		return true;
	one->state = SENDING_NEEDS_TOKEN;
	if (t && t->post)
		return false;
	if (t)
		drop_token(t);
	if (poster_under_way(one->sender->poster) >= POST_UNDER_WAY)
		tell_unsent(one, VERDICT_RETRY, "busy");
	else if (!t || !fetch_token(t, &missing))
		tell_unsent(one, VERDICT_BROKEN, arena_printf(one->way.arena, "missing %s", missing));
	return false;
}

/* -- one message ------------------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct channel_answer *answer)
{
	struct sending_one *one = arg;
	struct sent_one sent = {
	    .status = answer->end == POST_ANSWERED ? answer->status : 0, .took_ms = answer->took_ms};
	struct token *t = token_of(one->sender, one->channel);
	struct buf shown = {0};

	one->post = NULL;
	sent.verdict = channel_verdict(one->channel, &one->request, answer, one->way.arena);
	if (sent.verdict.verdict == VERDICT_RENEW && !one->renewed && t) {
		one->renewed = true;
		one->state = SENDING_BEGINS;
		drop_token(t);
		loop_soon(one->sender->soon);
		return;
	}
	if (sent.verdict.verdict ==
	    VERDICT_RENEW) /* a new one is no good either; or another mechanism came meanwhile */
		sent.verdict.verdict = t ? VERDICT_BROKEN : VERDICT_RETRY;
	if (!one->shown)
		request_hide_addresses(&one->request);
	answer_shown(&one->request, answer, &shown);
	sent.answer = buf_view(&shown);
	tell(one, &sent);
	buf_free(&shown);
}

/* An address that is not there is the recipient's lack; all else that is missing, the channel's. */
static enum channel_judgement lacking(const char *missing)
{
	return text_eq(missing, "phone") || text_eq(missing, "wecom") || text_eq(missing, "mail")
	    ? VERDICT_REFUSED
	    : VERDICT_BROKEN;
}

static void begin(struct sending_one *one)
{
	struct sender *s = one->sender;
	struct token *t = token_of(s, one->channel);
	struct channel_secrets secrets = *secrets_of(s->secrets, one->channel);
	const char *missing = NULL;

	if (one->failed.code) {
		tell(one, &(struct sent_one){.verdict = one->failed});
		return;
	}
	if (!has_token(one))
		return;
	secrets.token = t ? t->text : NULL;
	one->message.at = clock_wall().ms;
	one->message.nonce = random_u64();
	if (!channel_request(one->channel, &secrets, &one->message, one->way.arena, &one->request,
		&missing)) {
		tell_unsent(one, lacking(missing), arena_printf(one->way.arena, "missing %s", missing));
		return;
	}
	one->state = SENDING_POSTED;
	one->post = post_send(s->poster, &one->request, on_answer, one);
}

/* What is told changes the list: begin again at its head. */
static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct sender *s = arg;
	struct sending_one *one = first_of(s);

	(void)fd;
	(void)what;
	while (one) {
		if (one->state != SENDING_BEGINS) {
			one = after(one);
			continue;
		}
		begin(one);
		one = first_of(s);
	}
}

static struct channel_message copy(struct arena *a, const struct channel_message *m)
{
	struct channel_message c = *m;
	struct notice_field *facts = arena_new_array(a, struct notice_field, (size_t)m->n_facts + 1);

	c.id = arena_text(a, m->id);
	c.phone = arena_text(a, m->phone);
	c.wecom = arena_text(a, m->wecom);
	c.mail = arena_text(a, m->mail);
	c.text = arena_text(a, m->text);
	for (int i = 0; i < m->n_facts; i++)
		facts[i] =
		    (struct notice_field){arena_text(a, m->facts[i].name), arena_text(a, m->facts[i].text)};
	c.facts = facts;
	c.data = (struct str){arena_str(a, m->data), m->data.n};
	return c;
}

struct sending_one *sender_send(struct sender *s, const struct notice_channel *c,
    const struct channel_message *m, bool shown, sent_cb *cb, void *arg)
{
	struct sending_one *one = xalloc(sizeof *one);

	assert(!sender_full(s) && "the caller asks first");
	*one = (struct sending_one){.sender = s, .channel = c, .shown = shown, .cb = cb, .arg = arg};
	under_way_begin(&one->way, &s->under_way, s->mechanism);
	one->message = copy(one->way.arena, m);
	loop_soon(s->soon);
	return one;
}

void sender_cancel(struct sending_one *one)
{
	release(one);
}

bool sender_full(const struct sender *s)
{
	return s->under_way.n >= UNDER_WAY;
}

bool sender_knows(const struct sender *s, const struct mechanism *m)
{
	return s->mechanism && text_eq(s->mechanism->revision, m->revision);
}

struct secrets *sender_secrets(struct sender *s)
{
	return s->secrets;
}

/* -- the mechanism ----------------------------------------------------------------------------------------- */

static void drop_tokens(struct sender *s)
{
	for (int i = 0; s->notices && i < s->notices->n_channels; i++) {
		if (s->tokens[i].post)
			post_cancel(s->tokens[i].post);
		drop_token(&s->tokens[i]);
	}
	free(s->tokens);
	s->tokens = NULL;
}

static void say_faults(struct sender *s)
{
	struct arena *a = arena_new();

	for (int i = 0; s->notices && i < s->notices->n_channels; i++) {
		const struct notice_channel *c = &s->notices->channels[i];
		const char *fault = secrets_fault(s->secrets, c, true, a);

		if (fault)
			log_alarm("channel cannot send", "channel=%s why=%s", c->id, fault);
		fault = secrets_receipts_fault(s->secrets, c, true, a);
		if (fault)
			log_alarm("receipts cannot be taken", "channel=%s why=%s", c->id, fault);
	}
	arena_free(a);
}

/* What has not been written yet is not written by a channel that is no more. */
static void give_back(struct sender *s)
{
	for (struct sending_one *one = first_of(s); one; one = after(one))
		if (one->state != SENDING_POSTED) {
			one->state = SENDING_BEGINS;
			one->failed =
			    (struct channel_verdict){.verdict = VERDICT_RETRY, .code = "another mechanism"};
		}
	loop_soon(s->soon);
}

static void new_tokens(struct sender *s)
{
	int channels = s->notices ? s->notices->n_channels : 0;

	s->tokens = xalloc(sizeof *s->tokens * (size_t)(channels + 1));
	for (int i = 0; i < channels; i++)
		s->tokens[i] = (struct token){.channel = &s->notices->channels[i], .sender = s};
}

void sender_take(struct sender *s, struct mechanism *m)
{
	struct mechanism *old = s->mechanism;

	give_back(s);
	drop_tokens(s);
	secrets_free(s->secrets);
	s->mechanism = mechanism_hold(m);
	s->notices = m->notices;
	s->secrets = secrets_read(s->folder, s->notices);
	new_tokens(s);
	say_faults(s);
	mechanism_release(old);
}

struct sender *sender_new(struct event_base *base, const struct options *o)
{
	struct sender *s = xalloc(sizeof *s);

	*s = (struct sender){.base = base,
	    .folder = o->notices_secrets,
	    .rules = {.allow = o->notices_allow,
		.plain = o->notices_plain,
		.ca_file = o->notices_ca,
		.total_ms = o->notices_timeout_ms}};
	s->poster = poster_new(base, &s->rules);
	s->soon = loop_event(base, -1, 0, on_soon, s);
	s->secrets = secrets_read(s->folder, NULL);
	return s;
}

void sender_free(struct sender *s)
{
	while (s->under_way.first)
		release(first_of(s));
	drop_tokens(s);
	poster_free(s->poster);
	secrets_free(s->secrets);
	mechanism_release(s->mechanism);
	event_free(s->soon);
	free(s);
}
