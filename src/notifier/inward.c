/*
 * inward.c - the way of what a partner has sent: signature, once only, meaning, whose matter, whose account, the command.
 *
 * Place: notifier, over src/exchange, which knows what each step means. Nothing of a message is believed before its
 * signature is good, and a wrong one is answered like an unknown partner. It acts on dispatches of the partner's unit alone,
 * by commands that its account names; the engine checks the account's role again and tells the same message a second
 * time by its key.
 */
#include "notifier/inward.h"
#include "base/both.h"
#include "base/clock.h"
#include "base/log.h"
#include "exchange/exchange.h"
#include "notifier/notifier.h"
#include "store/handed.h"
#include "base/secret.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* -- once only ---------------------------------------------------------------------------------- */

/* Nonces of the last EXCHANGE_NONCE_MS and what came with them, the oldest forgotten first. After a restart none is
 * known; then the timestamp and the message's key are what is left. */
#define NONCES_MOST 4096

struct nonce {
	struct digest name, body;
	int64_t at;
};

struct nonces {
	struct nonce v[NONCES_MOST];
	size_t n, next;
};

struct nonces *nonces_new(void)
{
	return xalloc(sizeof(struct nonces));
}

void nonces_free(struct nonces *n)
{
	free(n);
}

static const struct nonce *nonce_find(const struct nonces *n, const struct digest *name, int64_t now)
{
	for (size_t i = 0; i < n->n; i++)
		if (digest_eq(&n->v[i].name, name) && now - n->v[i].at <= EXCHANGE_NONCE_MS)
			return &n->v[i];
	return NULL;
}

/* False: it was used with something else. The same again is a repeated message. */
static bool nonce_good(struct nonces *n, const char *partner, const char *nonce, struct str body, int64_t now)
{
	struct str parts[] = {str_of(partner), STR("\n"), str_of(nonce)};
	struct nonce one = {.name = digest_parts(parts, 3), .body = digest_of(body), .at = now};
	const struct nonce *before = nonce_find(n, &one.name, now);

	if (before)
		return digest_eq(&before->body, &one.body);
	n->v[n->next] = one;
	n->next = (n->next + 1) % NONCES_MOST;
	n->n += n->n < NONCES_MOST;
	return true;
}

/* -- whose it is -------------------------------------------------------------------------------- */

static void unknown(struct notice_asked *a)
{
	asked_refuse(a, ERROR_UNAUTHENTICATED, NULL, "对方平台或签名不对",
	    "no such partner, or a wrong signature");
}

void exchange_keys(struct notifier *n, const char *file, struct arena *a, struct exchange_keys *out)
{
	struct secret s;

	secret_read(n->child->options->notices_secrets, file, a, &s);
	if (s.fault)
		log_alarm("secret not used", "file=%s why=%s", file, secret_why(s.fault, true));
	for (int i = 0; i < s.n && i < EXCHANGE_KEYS; i++)
		out->v[out->n++] = s.lines[i];
}

/* Ours to mend, which the partner's 401 would hide: it comes again. */
static void no_keys(struct notice_asked *a)
{
	asked_answer(a,
	    &(struct notice_answer){.code = ERROR_UNAVAILABLE,
		.detail = a->ask.english ? "our file of keys cannot be used; try again later"
					 : "本系统的密钥文件用不了,请稍后再送",
		.retry_s = 60});
}

/* Its signature is good, its clock is not: that is no secret from it. */
static void late(struct notice_asked *a)
{
	asked_refuse(a, ERROR_UNAUTHENTICATED, NULL, "时间与本系统相差五分钟以上,请校时",
	    "its time is more than five minutes from ours: check the clock");
}

/* It has the key, and left out what the signature is to be over. */
static void partly(struct notice_asked *a, const char *part)
{
	struct refusal why;

	refuse(&why, a->arena, ERROR_PARAMS, part, "缺少 %s:签名包括它,内容可以空着,不能没有",
	    "%s is missing: the signature is over it; it may be empty and not left out", part);
	asked_refuse(a, why.code, why.field, why.zh, why.en);
}

/* Answers where it is not. */
static bool trusted(struct notice_asked *a, const struct exchange_partner *p,
    const struct exchange_body *body)
{
	struct notifier *n = a->arg;
	struct exchange_keys keys = {.n = 0};
	const char *nonce = NULL;
	enum exchange_trust trust;
	int64_t now = front_now(n->front);

	exchange_keys(n, p->receive.sign.secret_file, a->arena, &keys);
	if (keys.n < 1) {
		no_keys(a);
		return false;
	}
	trust = exchange_verify(&p->receive.sign, &keys, &a->ask, body, now, a->arena, &nonce);
	if (trust == TRUST_GOOD && nonce && !nonce_good(n->nonces, p->id, nonce, a->ask.body, now))
		trust = TRUST_WRONG;
	if (trust == TRUST_GOOD)
		return true;
	log_warn("exchange refused", "partner=%s signature=%s", p->id, exchange_trust_names[trust]);
	if (trust == TRUST_PARTLY)
		partly(a, nonce);
	else
		(trust == TRUST_OLD ? late : unknown)(a);
	return false;
}

bool exchange_accounts(struct notifier *n, struct arena *a, struct want_accounts *out)
{
	struct reads_wants wants = {.accounts = out};

	*out = (struct want_accounts){0};
	return front_reads(n->front) && reads_wait(front_reads(n->front), a, &wants) == STORE_OK;
}

bool exchange_account(struct notifier *n, const char *name, struct arena *a, struct principal *who)
{
	struct want_accounts all;

	if (!exchange_accounts(n, a, &all))
		return false;
	for (int i = 0; i < all.n; i++) {
		const struct account *one = &all.v[i];

		if (text_eq(one->name, name) && !one->revoked_at && one->role == ROLE_INTEGRATION) {
			*who = (struct principal){one->name, one->role, NULL, one->commands};
			return true;
		}
	}
	return false;
}

/* -- which matter ------------------------------------------------------------------------------- */

const struct incident *exchange_incident(struct notifier *n, const char *number, struct arena *a)
{
	struct want_incidents want = {.numbers = &number, .n = 1};
	struct reads_wants wants = {.incidents = &want};

	if (!front_reads(n->front) || reads_wait(front_reads(n->front), a, &wants) != STORE_OK)
		return NULL;
	return want.found[0];
}

/* The dispatch that is named, or the unit's newest of the incident. */
static const struct dispatch *dispatch_of(const struct incident *inc, const char *unit, int n)
{
	for (int i = inc->n_dispatches - 1; i >= 0; i--) {
		const struct dispatch *d = &inc->dispatches[i];

		if (text_eq(d->unit, unit) && (!n || d->n == n))
			return d;
	}
	return NULL;
}

/* They name a dispatch and an incident, and it is not that one's. */
static bool of_another(const struct exchange_partner *p, const struct exchange_message *m,
    const struct incident *inc, struct arena *a, struct refusal *why)
{
	const char *said = m->fields[EXCHANGE_INCIDENT], *name = p->receive.fields[EXCHANGE_INCIDENT];

	if (!m->fields[EXCHANGE_DISPATCH] || !said || text_eq(said, inc->number))
		return false;
	refuse(why, a, ERROR_PARAMS, name, "%s 与 %s 不是同一件:这条联动指令是警情 %s 的",
	    "%s and %s are not of one matter: the dispatch is of incident %s", name,
	    p->receive.fields[EXCHANGE_DISPATCH], inc->number);
	return true;
}

static void set_case(struct notice_asked *a, const struct exchange_partner *p,
    const struct exchange_message *m, const struct incident *inc, const struct dispatch *d,
    struct exchange_case *out)
{
	struct handed_file *file = ((struct notifier *)a->arg)->handed;
	const char *ticket = m->fields[EXCHANGE_TICKET];
	char text[DISPATCH_ID_MAX];

	*out = (struct exchange_case){.number = inc->number,
	    .dispatch = arena_text(a->arena, dispatch_id(inc, d, text)),
	    .result = d->result,
	    .ticket = d->ticket,
	    .issued_at = d->issued_at,
	    .acknowledged = d->at[STEP_ACKNOWLEDGED] != 0,
	    .completed = d->state == DISPATCH_COMPLETED,
	    .withdrawn = d->state == DISPATCH_WITHDRAWN,
	    .returning = d->state == DISPATCH_RETURNING};
	if (ticket)
		out->holder = handed_holder(file, p->id, ticket, out->dispatch, a->arena);
	if (ticket && !out->holder)
		handed_numbered(file, p->id, out->dispatch, ticket); /* the log says where it could not */
}

/* False, with why: there is none of that name that is the partner's, or it is of another matter than they say. */
static bool find_case(struct notice_asked *a, const struct exchange_partner *p,
    const struct exchange_message *m, struct exchange_case *out, struct refusal *why)
{
	const char *id = m->fields[EXCHANGE_DISPATCH], *said = m->fields[EXCHANGE_INCIDENT];
	char number[NUMBER_MAX + 1];
	const struct incident *inc;
	const struct dispatch *d;
	int n = 0;
	bool named = !id || dispatch_id_parse(id, number, &n);

	inc = named && (id || said) ? exchange_incident(a->arg, id ? number : said, a->arena) : NULL;
	d = inc ? dispatch_of(inc, p->unit->id, n) : NULL;
	if (!d)
		return refuse(why, a->arena, ERROR_NOT_FOUND,
		    p->receive.fields[id ? EXCHANGE_DISPATCH : EXCHANGE_INCIDENT],
		    "没有交给贵方的这件警情或联动指令",
		    "no incident or dispatch of that number was handed over to you");
	if (of_another(p, m, inc, a->arena, why))
		return false;
	set_case(a, p, m, inc, d, out);
	return true;
}

/* -- carrying out ------------------------------------------------------------------------------- */

struct inward {
	struct notice_asked *a;
	const struct exchange_partner
	    *words; /* what it calls things; the mechanism that has it may go meanwhile */
	struct exchange_message said;
	struct refusal why;    /* what it is told all the same; code OK: what the engine says */
	enum error_code noted; /* `instead` is given where the engine says so; OK: never */
	struct command instead;
	bool told; /* `after` is given after it, for the desk: their time, their number */
	struct command after;
	struct str reply;
};

static void reply_good(struct inward *w)
{
	asked_answer(w->a,
	    &(struct notice_answer){
		.code = OK, .status = 200, .type = "application/json; charset=utf-8", .result = w->reply});
}

static void refuse_asked(struct notice_asked *a, const struct refusal *why)
{
	asked_refuse(a, why->code, why->field, why->zh, why->en);
}

/* What the engine says of our fields is said of theirs. */
static void refuse_theirs(struct inward *w, const struct reply *r)
{
	struct arena *a = w->a->arena;

	asked_answer(w->a,
	    &(struct notice_answer){.code = r->code,
		.field = exchange_their_name(w->words, &w->said, r->field),
		.detail = exchange_their_words(w->words, &w->said, r->field, r->detail, a),
		.retry_s = r->code == ERROR_UNAVAILABLE ? 30 : 0});
}

/* What the desk is told beside it does not change what was done. */
static void on_told(void *arg, const struct reply *r)
{
	struct inward *w = arg;

	if (r->code != OK)
		log_warn("exchange not noted", "why=%s", error_kinds[r->code].word);
	reply_good(w);
}

static void on_reply(void *arg, const struct reply *r)
{
	struct inward *w = arg;
	struct notifier *n = w->a->arg;

	if (w->noted != OK && r->code == w->noted) {
		w->noted = OK;
		w->told = false;
		front_command(n->front, &w->instead, on_reply, w);
		return;
	}
	if (w->why.code != OK) {
		refuse_asked(w->a, &w->why);
	} else if (r->code != OK) {
		refuse_theirs(w, r);
	} else {
		w->reply = exchange_reply(w->words, &w->said, r->result, w->a->arena);
		if (w->told)
			front_command(n->front, &w->after, on_told, w);
		else
			reply_good(w);
	}
}

/* In the name of the partner's account, and no more than it may. */
static void carry_out(struct inward *w, const struct exchange_partner *p, struct command *c)
{
	struct notifier *n = w->a->arg;
	struct refusal why = {.code = OK};

	if (!exchange_account(n, p->account, w->a->arena, &c->who) || !command_allowed(c->kind, &c->who)) {
		log_alarm("exchange not allowed", "partner=%s account=%s command=%s", p->id, p->account,
		    command_kinds[c->kind].name);
		refuse(&why, w->a->arena, ERROR_UNAVAILABLE, NULL,
		    "接入账号 %s 没有停用,且有命令 %s,才能办理",
		    "the account %s must not be revoked and must have the command %s", p->account,
		    command_kinds[c->kind].name);
		refuse_asked(w->a, &why);
	} else if (!command_complete(c, w->a->arena, &why)) {
		exchange_their_refusal(w->words, &w->said, &why, w->a->arena);
		refuse_asked(w->a, &why);
	} else {
		/* what was reported may be confidential by now, and none of the partner's to see */
		w->instead.who = w->after.who =
		    c->kind == COMMAND_INCIDENT_REPORT ? notifier_principal : c->who;
		if (w->noted != OK && !command_allowed(w->instead.kind, &w->instead.who))
			w->noted = OK;
		w->told = w->told && command_allowed(w->after.kind, &w->after.who);
		front_command(n->front, c, on_reply, w);
	}
}

/* The second commands of a message: in whose name is the first one's. about NULL: it is a report. */
static void prepare(struct inward *w, const struct exchange_partner *p, const struct exchange_case *about,
    const struct command *c)
{
	struct arena *a = w->a->arena;
	int64_t now = front_now(((struct notifier *)w->a->arg)->front);

	if (c->kind == COMMAND_INCIDENT_REPORT) {
		w->noted = ERROR_CONFLICT;
		exchange_note_again(p, &w->said, command_text(c, FIELD_NUMBER), a, &w->instead);
		w->told = exchange_note_number(p, &w->said, command_text(c, FIELD_NUMBER), a, &w->after);
		return;
	}
	assert(about && "a message that is no report is about an incident that was found");
	if (w->said.act == EXCHANGE_RETURN && about->returning) {
		w->noted = ERROR_WRONG_STATE;
		exchange_note_return(p, &w->said, about, a, &w->instead);
	}
	w->told = command_has(c, FIELD_DISPATCH) && c->kind != COMMAND_DISPATCH_RETURN &&
	    c->kind != COMMAND_DISPATCH_EXTEND && exchange_note_time(p, &w->said, about, now, a, &w->after);
}

static struct inward *inward_new(struct notice_asked *a, const struct exchange_partner *p,
    const struct exchange_message *said)
{
	struct inward *w = arena_alloc(a->arena, sizeof *w);
	struct exchange_partner *words = arena_alloc(a->arena, sizeof *words);

	*words = (struct exchange_partner){.receive = {.reply = arena_text(a->arena, p->receive.reply)}};
	for (int f = 0; f < EXCHANGE_FIELDS; f++)
		words->receive.fields[f] = arena_text(a->arena, p->receive.fields[f]);
	*w = (struct inward){.a = a, .words = words, .said = *said};
	w->reply = exchange_reply(words, said, STR(""), a->arena);
	return w;
}

static const char *const done_names[] = {
    [EXCHANGE_DO] = "yes", [EXCHANGE_NOTHING] = "already", [EXCHANGE_REFUSE] = "no"};

static void act_on(struct notice_asked *a, const struct exchange_partner *p, const struct exchange_message *m)
{
	struct exchange_case about;
	struct inward *w = inward_new(a, p, m);
	bool named = m->act != EXCHANGE_REPORT && m->act != EXCHANGE_IGNORE;
	struct command c;
	enum exchange_verdict v;

	if (named && !find_case(a, p, m, &about, &w->why)) {
		refuse_asked(a, &w->why);
		return;
	}
	v = exchange_decide(p, m, named ? &about : NULL, a->arena, &c, &w->why);
	if (v == EXCHANGE_DO)
		prepare(w, p, named ? &about : NULL, &c);
	log_info("exchange", "partner=%s act=%s done=%s", p->id, exchange_act_names[m->act], done_names[v]);
	if (v == EXCHANGE_NOTHING)
		reply_good(w);
	else if (c.kind == COMMANDS)
		refuse_asked(a, &w->why);
	else
		carry_out(w, p, &c);
}

static void refuse_content(struct notice_asked *a, enum exchange_content content,
    enum exchange_body_fault fault)
{
	static const struct both json = {"内容应为 JSON 对象", "a JSON object was expected"},
				 form = {"内容应为表单(名称=值,以 & 相连)", "a form was expected"};
	static const struct both faults[BODY_FAULTS] = {
	    [BODY_CHARSET] = {"内容不是 UTF-8,也不像 GBK", "neither UTF-8 nor, it seems, GBK"},
	    [BODY_TWICE] = {"有一个名称写了两次", "a name is there twice"},
	    [BODY_LARGE] = {"名称太多,或嵌套太深", "too many names, or too deep"}};
	const struct both *why = fault != BODY_SYNTAX ? &faults[fault]
	    : content == CONTENT_FORM                 ? &form
						      : &json;

	asked_refuse(a, ERROR_INVALID, NULL, why->zh, why->en);
}

void exchange_asked(struct notice_asked *a)
{
	struct notifier *n = a->arg;
	const struct mechanism *m = front_mechanism(n->front);
	const struct exchange_partner *p = m ? exchange_partner(m->exchange, a->ask.name) : NULL;
	struct exchange_body *body = arena_alloc(a->arena, sizeof *body);
	struct exchange_message said;
	struct refusal why = {.code = OK};
	bool read = p && exchange_body_read(p->receive.content, a->ask.body, a->arena, body);

	if (!m) {
		asked_answer(a, &(struct notice_answer){.code = ERROR_UNAVAILABLE, .retry_s = 30});
		return;
	}
	if (!p)
		unknown(a);
	else if (!trusted(a, p, body))
		return; /* answered */
	else if (!read)
		refuse_content(a, p->receive.content, body->fault);
	else if (!exchange_understand(p, body, a->arena, &said, &why))
		refuse_asked(a, &why);
	else
		act_on(a, p, &said);
}
