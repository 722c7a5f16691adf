/* exchange_commands.c - see exchange_commands.h. Place: notifier. */
#include "notifier/exchange_commands.h"
#include "base/arena.h"
#include "base/json.h"
#include "exchange/exchange.h"
#include "notifier/compare.h"
#include "notifier/handover.h"
#include "notifier/handover_body.h"
#include "notifier/notifier.h"
#include "notifier/socket.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_MOST 500 /* differences of a partner */

static const char *const state_names[HANDED_STATES] = {"waiting", "taken", "dropped"};
static const char *const side_names[DIFFERENCES] = {"ours", "theirs", "number"};

static const struct exchange_partners *partners(const struct notifier *n)
{
	const struct mechanism *m = front_mechanism(n->front);

	return m ? m->exchange : NULL;
}

/* -- exchange.list ------------------------------------------------------------------------------ */

static void row_json(struct json *j, const struct handed *r)
{
	char number[NUMBER_MAX + 1];
	int k;

	json_begin(j, NULL);
	json_text(j, "notice", r->id);
	json_time(j, "at", r->made_at);
	json_text(j, "partner", r->partner);
	json_text(j, "kind", handed_kind_names[r->kind]);
	json_text(j, "state", state_names[r->state]);
	if (dispatch_id_parse(r->dispatch, number, &k))
		json_text(j, "incident", number);
	json_text(j, "dispatch", r->dispatch);
	json_text(j, "ticket", r->ticket);
	json_int(j, "tries", r->tries);
	if (r->state == HANDED_WAITING)
		json_time(j, "next_at", r->next_at);
	json_time(j, "ends_at", r->ended_at);
	json_text(j, "outcome", r->why);
	if (r->told)
		json_bool(j, "told", true);
	json_end(j);
}

void exchange_list(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	struct asked_page page = asked_page(c);
	struct handed *rows = arena_new_array(a->arena, struct handed, (size_t)page.limit + 1);
	struct handed_filter f = {.partner = command_text(c, FIELD_PARTNER),
	    .dispatch = command_text(c, FIELD_DISPATCH),
	    .number = command_text(c, FIELD_NUMBER),
	    .open = command_int(c, FIELD_OPEN),
	    .before = page.before};
	int found = handed_list(handover_file(n->handover), &f, page.limit + 1, a->arena, rows);
	struct buf b = {0};
	struct json j = json_to(&b);

	if (found < 0) {
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
		return;
	}
	json_begin(&j, NULL);
	json_list(&j, "messages");
	for (int i = 0; i < found && i < page.limit; i++)
		row_json(&j, &rows[i]);
	json_close(&j);
	if (found > page.limit)
		asked_next(&j, a, rows[page.limit - 1].n);
	json_end(&j);
	asked_json(a, &b);
}

/* -- exchange.differences ----------------------------------------------------------------------- */

static void difference_json(struct json *j, const struct handed_difference *d)
{
	json_begin(j, NULL);
	json_text(j, "side", side_names[d->side < DIFFERENCES ? d->side : ONLY_OURS]);
	json_text(j, "dispatch", d->dispatch);
	json_text(j, "ticket", d->ticket);
	json_text(j, "state", d->state);
	json_end(j);
}

static void differences_json(struct json *j, const struct handed_difference *v, int n)
{
	json_list(j, "differences");
	for (int i = 0; i < n && i < SHOWN_MOST; i++)
		difference_json(j, &v[i]);
	json_close(j);
	if (n > SHOWN_MOST)
		json_bool(j, "more", true);
}

static void compared_json(struct json *j, const struct exchange_partner *p, const struct handed_comparison *c,
    int64_t now)
{
	if (c->at) {
		json_time(j, "compared_at", c->at);
		json_int(j, "ours", c->ours);
		json_int(j, "theirs", c->theirs);
	}
	json_time(j, "failed_at", c->failed_at);
	json_text(j, "outcome", c->why);
	if (p->compare.url)
		json_time(j, "next_at",
		    c->failed_at ? c->failed_at + COMPARE_AGAIN_MS : comparing_next(p, now));
}

/* False: the file cannot be read. */
static bool partner_json(struct json *j, struct notifier *n, const struct exchange_partner *p,
    struct arena *a)
{
	struct handed_difference *v = arena_new_array(a, struct handed_difference, SHOWN_MOST + 1);
	struct handed_file *file = handover_file(n->handover);
	struct handed_comparison c;
	int found = handed_differences(file, p->id, SHOWN_MOST + 1, a, v);
	int64_t waiting = handed_count(file, p->id);

	if (found < 0 || waiting < 0 || !handed_compared(file, p->id, a, &c))
		return false;
	json_begin(j, NULL);
	json_text(j, "partner", p->id);
	json_text(j, "unit", p->unit ? p->unit->id : NULL);
	json_text(j, "unit_name", p->unit ? p->unit->name : NULL);
	json_int(j, "waiting", waiting);
	compared_json(j, p, &c, front_now(n->front));
	differences_json(j, v, found);
	json_end(j);
	return true;
}

/* Of all partners, or of one. */
static void answer_differences(struct notice_asked *a, const char *partner)
{
	struct notifier *n = a->arg;
	const struct exchange_partners *x = partners(n);
	struct buf b = {0};
	struct json j = json_to(&b);
	bool good = true;

	json_begin(&j, NULL);
	json_list(&j, "partners");
	for (int i = 0; x && i < x->n && good; i++)
		if (!partner || text_eq(partner, x->v[i].id))
			good = partner_json(&j, n, &x->v[i], a->arena);
	json_close(&j);
	json_end(&j);
	if (good)
		asked_json(a, &b);
	else
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
	if (!good)
		buf_free(&b);
}

static bool known(struct notifier *n, struct notice_asked *a, const char *partner)
{
	if (!partner || exchange_partner(partners(n), partner))
		return true;
	asked_refuse(a, ERROR_NOT_FOUND, "partner", "exchange.yaml 里没有这个平台",
	    "exchange.yaml has no such partner");
	return false;
}

void exchange_differences(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const char *partner = command_text(c, FIELD_PARTNER);

	if (known(n, a, partner))
		answer_differences(a, partner);
}

/* -- exchange.compare --------------------------------------------------------------------------- */

static void on_compared(void *arg, const char *why)
{
	struct notice_asked *a = arg;
	const char *said = arena_printf(a->arena,
	    a->ask.english ? "they could not be compared (%s); they are asked again"
			   : "没有核对成(%s),会再问",
	    why ? why : "");

	if (why)
		asked_answer(a,
		    &(struct notice_answer){
			.code = ERROR_UNAVAILABLE, .detail = said, .retry_s = COMPARE_AGAIN_MS / SECOND_MS});
	else
		answer_differences(a, command_text(&a->ask.command, FIELD_PARTNER));
}

/* The partner that a message is to go to; NULL: there is none, or this store sends nothing, which was answered. */
static const struct exchange_partner *sent_to(struct notifier *n, struct notice_asked *a,
    const struct command *c)
{
	const char *partner = command_text(c, FIELD_PARTNER);

	if (!known(n, a, partner))
		return NULL;
	if (n->child->options->training) {
		asked_refuse(a, ERROR_WRONG_STATE, "partner", "培训库什么也不送,也不核对",
		    "a training store sends nothing and compares nothing");
		return NULL;
	}
	return exchange_partner(partners(n), partner);
}

void exchange_compare_now(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const struct exchange_partner *p = sent_to(n, a, c);

	if (!p)
		return;
	if (!p->compare.url)
		asked_refuse(a, ERROR_WRONG_STATE, "partner", "exchange.yaml 没有写明怎样核对(compare)",
		    "exchange.yaml does not say how to compare (compare)");
	else if (!comparing_now(n->comparing, p, on_compared, a))
		asked_refuse(a, ERROR_UNAVAILABLE, "partner", "正在核对,或密钥文件用不了(见日志)",
		    "it is being compared, or the file of keys cannot be used (see the log)");
}

/* -- exchange.handover ------------------------------------------------------------------------- */

static void add_name(void *arg, const char *dispatch)
{
	json_text(arg, NULL, dispatch);
}

static void answer_open(struct notifier *n, struct notice_asked *a, const struct exchange_partner *p, bool go)
{
	struct handover_open found;
	struct buf names = {0}, b = {0};
	struct json list = json_to(&names), j = json_to(&b);

	if (!handover_open(n->handover, p, go, a->arena, add_name, &list, &found)) {
		buf_free(&names);
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
		return;
	}
	json_begin(&j, NULL);
	json_text(&j, "partner", p->id);
	json_int(&j, "count", found.count);
	json_int(&j, "already", found.already);
	json_bool(&j, "queued", go);
	json_list(&j, "dispatches");
	json_raw(&j, NULL, buf_view(&names));
	json_close(&j);
	json_end(&j);
	asked_json(a, &b);
	buf_free(&names);
}

void exchange_hand_over(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	const struct exchange_partner *p = sent_to(n, a, c);

	if (!p)
		return;
	if (!p->send.url || !p->unit)
		asked_refuse(a, ERROR_WRONG_STATE, "partner", "exchange.yaml 没有写明怎样送(send)",
		    "exchange.yaml does not say how to send (send)");
	else
		answer_open(n, a, p, command_int(c, FIELD_ON));
}
