/*
 * handover.c - shift.handover (交接班): the list of what is open as of a seq, its digest in the event, to be
 * signed by the one who comes on duty.
 * Place: engine, over register.h.
 */
#include "domain/request.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

#define LISTED_MOST ((size_t)500) /* the most urgent of them, by their next wake */

void handover_want(struct turn *t, struct job *j)
{
	want_accounts(t, j);
	if (t->wants.armed_most)
		return;
	t->wants.armed_most = LISTED_MOST + 1;
	t->wants.armed = arena_new_array(t->a, struct incident *, LISTED_MOST + 1);
}

/* A live account that may sign: of the desk, and not the one that hands over. */
static bool may_sign(struct turn *t, const struct job *j, const char *name, struct refusal *why)
{
	if (text_eq(name, j->c->who.account))
		return refuse(why, t->a, ERROR_PARAMS, "account", "不能交给自己,请写接班的账号",
		    "a shift is not handed over to oneself: name the account that comes on duty");
	for (size_t i = 0; i < t->wants.n_accounts; i++) {
		const struct account *a = &t->wants.accounts[i];
		bool desk = a->role == ROLE_DESK || a->role == ROLE_SHIFT_LEADER;
		if (text_eq(a->name, name) && !a->revoked_at && desk)
			return true;
	}
	return refuse(why, t->a, ERROR_PARAMS, "account",
	    "没有可以接班的账号 %s,应为接警台或值班长的有效账号",
	    "there is no account %s to take over: expected a live one of the desk or the shift leader", name);
}

static const struct dispatch *lead_of(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].role == AS_LEAD && dispatch_open(&inc->dispatches[i]))
			return &inc->dispatches[i];
	return NULL;
}

/* Identity, state and times: nothing of it is personal, and of a confidential one not what it is about. */
static void put_one(struct json *j, const struct incident *inc)
{
	const struct dispatch *lead = lead_of(inc);
	unsigned overdue = 0;
	int open = 0;

	for (int i = 0; i < inc->n_dispatches; i++) {
		overdue |= dispatch_overdue(&inc->dispatches[i]);
		open += dispatch_open(&inc->dispatches[i]);
	}
	json_begin(j, NULL);
	json_text(j, "incident", inc->number);
	json_text(j, "state", incident_state_names[inc->state]);
	json_text(j, "priority", priority_names[inc->priority]);
	json_text(j, "category", inc->confidential ? NULL : inc->category);
	json_text(j, "lead", lead ? lead->unit : NULL);
	json_int(j, "open", open);
	if (overdue)
		json_bool(j, "overdue", true);
	json_time(j, "next", inc->wake_at);
	json_end(j);
}

static struct str data_of(struct turn *t, const char *to)
{
	size_t n = t->wants.n_armed < LISTED_MOST ? t->wants.n_armed : LISTED_MOST;
	struct buf list = {0}, b = {0};
	struct json in = json_to(&list), j = json_to(&b);
	char hex[DIGEST_HEX];

	json_list(&in, NULL);
	for (size_t i = 0; i < n; i++)
		put_one(&in, slots_take(&t->slots, t->a, t->wants.armed[i])->inc);
	json_close(&in);
	struct digest digest = digest_of(buf_view(&list));
	json_begin(&j, NULL);
	json_text(&j, "to", to);
	json_int(&j, "as_of", t->next_seq - 1);
	json_int(&j, "open", (int64_t)n);
	if (t->wants.n_armed > LISTED_MOST)
		json_bool(&j, "more", true);
	json_text(&j, "list_sha256", digest_hex(&digest, hex));
	json_raw(&j, "list", buf_view(&list));
	json_end(&j);
	buf_free(&list);
	return buf_into(&b, t->a);
}

static void more(struct json *j, const void *arg)
{
	const struct entry *e = arg;

	json_raw(j, "to", json_member(e->data, "to"));
	json_raw(j, "as_of", json_member(e->data, "as_of"));
	json_raw(j, "list_sha256", json_member(e->data, "list_sha256"));
	register_digest(j, e, "text");
}

void handover_run(struct turn *t, struct job *j)
{
	const char *to = command_text(j->c, FIELD_ACCOUNT), *text = command_text(j->c, FIELD_TEXT);
	struct refusal why = {.code = OK};

	if (!may_sign(t, j, to, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_HANDOVER,
		.name = to,
		.at = t->now,
		.by = j->c->who.account,
		.data = data_of(t, to)});
	if (text)
		e->personal = register_personal(t->a, "text", text, NULL);
	register_event(t, j, EVENT_SHIFT_HANDED_OVER, e, more, e);
	register_answer(t, j, e,
	    register_ask(t, j,
		&(struct request){.kind = REQUEST_HANDOVER, .decider = DECIDER_ACCOUNT, .account = to}, e,
		NULL));
}
