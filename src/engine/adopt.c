/*
 * adopt.c - another mechanism comes into force; see adopt.h.
 *
 *   command → ASKED (the report process reads, checks, tests, compares) → BUILT in a thread → a turn of its own
 *
 * All or nothing: what has an error leaves the revision in force as it is, and says why. One at a time: the next
 * command is asked to come again, a SIGHUP comes again by itself. The gate of a second administrator is the policy in
 * force's, never the candidate's. What the turn finds is what the comparison was made against, or it starts anew.
 * A revision that was in force once comes back by one command, unless personal data would go elsewhere or the gate itself would
 * open; so do other phones. Contacts that a unit proposes are put into force and granted by one turn.
 */
#include "engine/adopt.h"
#include "engine/adopt_said.h"
#include "domain/content.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/building.h"
#include "engine/handlers.h"
#include "engine/heartbeat.h"
#include "engine/mechanism.h"
#include "engine/publish.h"
#include "engine/register.h"
#include "engine/troubles.h"
#include "front/reporting.h"
#include "report/rules.h"

#include <event2/event.h>
#include <stdlib.h>

#define MADE_WITHIN_MS (10 * MINUTE_MS)

/* -- the command ------------------------------------------------------------------------------- */

static const char *revision_asked(const struct job *j)
{
	return command_text(j->c, FIELD_REVISION);
}

void adopt_want(struct turn *t, struct job *j)
{
	if (j->c->kind == COMMAND_ROUTING_APPROVE && revision_asked(j))
		register_want_named(t, ENTRY_REVISION, revision_asked(j));
}

/* What cannot be recorded does not come into force. */
static bool can_begin(struct turn *t, const struct job *j, struct refusal *why)
{
	const struct adopting *a = &t->e->adopting;

	if (store_metrics(t->e->store).read_only)
		return refuse(why, t->a, ERROR_UNAVAILABLE, NULL, "数据库只读,新配置无法记录,仍用原版本 %s",
		    "the store is read-only and cannot record another configuration: revision %s stays in "
		    "force",
		    t->m->revision);
	if (t->effects.adopt || (a->work.on && a->work.id != j->c->id))
		return refuse(why, t->a, ERROR_WRONG_STATE, NULL, "正在检查另一份配置,请稍后再试",
		    "another configuration is being checked; try again in a while");
	return true;
}

/* What was only proposed has not been agreed to. */
static bool can_roll_back(struct turn *t, const struct job *j, struct refusal *why)
{
	if (store_activated(t->e->store, revision_asked(j)))
		return true;
	return refuse(why, t->a, ERROR_NOT_FOUND, "revision",
	    "版本 %s 没有生效过,退不回去;有哪些见 route log",
	    "revision %s was never in force; route log lists those that were", revision_asked(j));
}

static bool can_approve(struct turn *t, const struct job *j, const struct entry *e, struct refusal *why)
{
	const char *revision = revision_asked(j),
		   *before = e ? json_member_text(t->a, e->data, "before") : NULL;

	if (!e)
		return refuse(why, t->a, ERROR_NOT_FOUND, "revision",
		    "没有待同意的版本 %s;有哪些见 route log",
		    "no revision %s waits for approval; route log lists them", revision);
	if (e->state != REVISION_PROPOSED)
		return refuse(why, t->a, ERROR_WRONG_STATE, "revision",
		    e->state == REVISION_APPROVED ? "版本 %s 的提议已获同意,需要的话请重新提出"
						  : "版本 %s 的提议已作废,需要的话请重新提出",
		    e->state == REVISION_APPROVED
			? "the proposal of %s was approved: make it again if need be"
			: "the proposal of %s has lapsed: make it again",
		    revision);
	if (text_eq(e->by, j->c->who.account))
		return refuse(why, t->a, ERROR_FORBIDDEN, NULL,
		    "版本 %s 是本账号(%s)提出的,须由另一个管理员账号同意",
		    "revision %s was proposed by this account (%s): another administrator has to approve it",
		    revision, e->by);
	if (!text_eq(before, t->m->revision))
		return refuse(why, t->a, ERROR_WRONG_STATE, "revision",
		    "版本 %s 提出时依据的是 %s,现在生效的已是另一版本,请重新提出",
		    "%s was proposed against %s, and another revision is in force by now: make it again",
		    revision, before);
	return true;
}

static bool can_learn(struct turn *t, const struct job *j, struct refusal *why)
{
	const char *accept = command_text(j->c, FIELD_ACCEPT);
	bool edits = command_has(j->c, FIELD_TEXT) || command_has(j->c, FIELD_CATEGORY);

	if (!accept && !command_text(j->c, FIELD_REJECT))
		return refuse(why, t->a, ERROR_PARAMS, "accept",
		    "需要 accept 或 reject:哪些更正采纳,哪些不采纳",
		    "accept or reject is needed: which corrections are taken, which are not");
	return !edits || (accept && !strchr(accept, ',')) ||
	    refuse(why, t->a, ERROR_PARAMS, "text", "text、category 只和 accept 里的一件一起用",
		"text and category go with one number in accept");
}

static char *copied(const char *z)
{
	return z ? memcpy(xalloc(strlen(z) + 1), z, strlen(z) + 1) : NULL;
}

static void name_folder(struct adopting *a, const char *folder)
{
	free(a->folder);
	a->folder = copied(folder);
}

/* The options' file may name another folder and language; the rest of it needs a restart. */
static bool read_options(struct turn *t, struct refusal *why)
{
	struct adopting *a = &t->e->adopting;
	struct problems p;
	struct buf b = {0};

	problems_init(&p, t->e->english);
	struct options *o = options_load(t->e->child->options->file, &p);
	if (o) {
		troubles_note_options(t->e, o);
		name_folder(a, o->mechanism);
		a->speak = true;
		a->english = text_eq(o->language, "en");
		options_free(o);
	} else {
		problems_print(&p, &b);
		refuse(why, t->a, ERROR_PARAMS, NULL, "选项文件有 %d 处错误,仍用原版本 %s:\n%.*s",
		    "the options have %d errors, revision %s stays in force:\n%.*s", p.errors, t->m->revision,
		    (int)b.n, b.n ? b.p : "");
		buf_free(&b);
	}
	problems_free(&p);
	return o != NULL;
}

static bool ready_to_ask(struct turn *t, struct job *j, struct refusal *why)
{
	struct adopting *a = &t->e->adopting;

	if (!can_begin(t, j, why))
		return false;
	if (a->work.on)
		return true;
	a->speak = false;
	name_folder(a, t->e->child->options->mechanism);
	if (j->c->kind == COMMAND_CONFIG_RELOAD)
		return read_options(t, why);
	if (j->c->kind == COMMAND_ROUTING_LEARN)
		return can_learn(t, j, why);
	if (j->c->kind == COMMAND_ROUTING_ROLLBACK)
		return can_roll_back(t, j, why);
	if (j->c->kind == COMMAND_ROUTING_APPROVE)
		return can_approve(t, j, register_named(t, ENTRY_REVISION, revision_asked(j)), why);
	return true;
}

void adopt_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	bool own = !j->from && t->e->reload_own;

	if (ready_to_ask(t, j, &why)) {
		t->effects.adopt = j;
		j->later = true;
		return;
	}
	job_refuse(t, j, &why);
	if (own && why.code == ERROR_WRONG_STATE)
		t->e->reload_again = true; /* it waits for the one under way */
	else
		t->effects.reloaded = own;
	if (j->c->kind == COMMAND_CONFIG_RELOAD && why.code != ERROR_WRONG_STATE)
		log_alarm("reload refused", "revision=%s why=\"%s\"", t->m->revision, why.zh);
}

void adopt_contacts(struct turn *t, struct job *j, struct str proposal)
{
	adopt_run(t, j);
	if (t->effects.adopt == j)
		t->effects.contacts = proposal;
}

/* -- the report process ---------------------------------------------------------------------------- */

static void forget(struct adopting *a)
{
	if (a->built_event)
		event_free(a->built_event);
	mechanism_release(a->m);
	free(a->account);
	free(a->why);
	free(a->folder);
	free(a->request);
	free(a->reason);
	free(a->key);
	buf_free(&a->body);
	buf_free(&a->answer);
	if (a->arena)
		arena_free(a->arena);
	*a = (struct adopting){0};
	arena_give_back();
}

/* The supervisor hears that the reload it asked for is done, one way or the other. */
static void reload_is_done(struct engine *e)
{
	if (!e->adopting.own)
		return;
	e->reload_own = false;
	child_ready(e->control);
}

/* Line by line, without the sentence above them: who sent a SIGHUP gets no answer. */
static void log_problems(const char *detail)
{
	const char *first = detail ? strchr(detail, '\n') : NULL;

	detail = first ? first + 1 : detail;
	while (detail && *detail) {
		size_t n = strcspn(detail, "\n");

		log_warn("reload problem", "says=%.*s", (int)n, detail);
		detail += n + (detail[n] == '\n');
	}
}

/* What a reload has found of certificates: NULL, or that newer ones were not taken. */
static const char *certificates_of(const struct engine *e, struct arena *a)
{
	return e->adopting.kind == COMMAND_CONFIG_RELOAD
	    ? certificates_refused(&e->certificates, e->english, a)
	    : NULL;
}

static const char *with_certificates(const struct engine *e, struct arena *a, const char *detail)
{
	const char *refused = certificates_of(e, a);

	return refused && detail ? arena_printf(a, "%s\n%s", detail, refused) : detail;
}

static void ended(struct engine *e, enum error_code code, const char *detail)
{
	struct refusal why = {.code = code};
	struct arena *arena = arena_new();

	log_alarm("reload refused", "command=%s by=%s revision=%s code=%s",
	    command_kinds[e->adopting.kind].name, e->adopting.account, e->m->revision,
	    error_kinds[code].word);
	log_problems(detail);
	reload_is_done(e);
	why.zh = why.en = with_certificates(e, arena, detail);
	heartbeat_pulse(e); /* who asks for the status next is told the same */
	work_answer(&e->adopting.work, &why, STR(""));
	forget(&e->adopting);
	links_flush(&e->links);
	arena_free(arena);
}

static void ready_when_all_is_there(struct engine *e)
{
	struct adopting *a = &e->adopting;

	if (!a->m || a->certificates_due)
		return;
	a->ready = true;
	loop_soon(e->turn_event);
}

static void on_built(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	struct adopting *a = &e->adopting;

	(void)fd;
	(void)what;
	event_free(a->built_event);
	a->built_event = NULL;
	a->m = building_end(a->building);
	a->building = NULL;
	if (!a->m || !text_eq(a->m->revision, json_member_text(a->arena, a->result.json, "revision"))) {
		ended(e, ERROR_INTERNAL,
		    e->english ? "the checked files could not be built" : "检查通过的文件没有读成");
		return;
	}
	ready_when_all_is_there(e);
}

void adopt_certificates(struct engine *e)
{
	e->adopting.certificates_due = false;
	ready_when_all_is_there(e);
}

void adopt_judged(struct engine *e, const struct report_made *made, struct str bytes)
{
	struct adopting *a = &e->adopting;

	a->asked = NULL;
	if (made->code != OK) {
		if (made->refused && a->kind == COMMAND_CONFIG_RELOAD)
			troubles_note_refused(e, made->refused);
		ended(e, made->code, made->detail);
		return;
	}
	if (a->kind == COMMAND_CONFIG_RELOAD)
		troubles_note_refused(e, NULL);
	buf_str(&a->body, bytes);
	a->arena = arena_new();
	if (rules_unpack(buf_view(&a->body), a->arena, &a->result))
		a->building = building_start(a->result.files, a->result.n_files);
	if (!a->building) {
		ended(e, ERROR_INTERNAL,
		    e->english ? "the checked files could not be taken" : "检查通过的文件没有收到");
		return;
	}
	a->built_event = loop_event(e->base, building_fd(a->building), EV_READ, on_built, e);
	event_add(a->built_event, NULL);
}

static void on_made(void *arg, const struct report_made *made, struct str bytes)
{
	adopt_judged(arg, made, bytes);
}

/* The decisions over corrections, with who and when, as report/learn.h takes them. */
static struct str learning_of(struct engine *e, const struct command *c)
{
	struct buf *b = &e->adopting.answer;
	struct json j = json_to(b);
	char at[TIME_TEXT_MAX];

	if (c->kind != COMMAND_ROUTING_LEARN)
		return (struct str){0};
	json_begin(&j, NULL);
	json_text(&j, "accept", command_text(c, FIELD_ACCEPT));
	json_text(&j, "reject", command_text(c, FIELD_REJECT));
	json_text(&j, "text", command_text(c, FIELD_TEXT));
	json_text(&j, "category", command_text(c, FIELD_CATEGORY));
	json_text(&j, "by", c->who.account);
	json_text(&j, "at", time_rfc3339(clock_wall().ms, at));
	json_end(&j);
	return buf_view(b);
}

static struct report_ask ask_of(struct engine *e, const struct command *c, struct str contacts)
{
	const char *files = command_text(c, FIELD_FILES);
	bool puts = c->kind == COMMAND_ROUTING_PUT;

	return (struct report_ask){.kind = RULES_KIND,
	    .period = "-",
	    .format = "adopt",
	    .english = e->english,
	    .files = files ? str_of(files) : (struct str){0},
	    .learn = learning_of(e, c),
	    .contacts = contacts,
	    .base = puts ? command_text(c, FIELD_REVISION) : NULL,
	    .revision = puts ? NULL : command_text(c, FIELD_REVISION),
	    .folder = e->adopting.folder};
}

static const char *why_of(const struct command *c)
{
	if (c->kind == COMMAND_REQUEST_DECIDE)
		return command_text(c, FIELD_REQUEST);
	return c->kind == COMMAND_ROUTING_LEARN && !command_text(c, FIELD_WHY) ? "learn"
									       : command_text(c, FIELD_WHY);
}

void adopt_begin(struct engine *e, const struct effects *x)
{
	struct adopting *a = &e->adopting;
	const struct command *c = x->adopt->c;
	bool runs = a->work.on;

	a->work = (struct work){.on = true, .from = x->adopt->from, .id = c->id};
	if (runs)
		return;
	if (c->kind == COMMAND_CONFIG_RELOAD &&
	    x->adopt->from) { /* before a SIGHUP's, they were read already */
		child_want_certificates(e->control);
		a->certificates_due = e->certificates.n > 0;
	}
	a->kind = c->kind;
	a->own = !x->adopt->from && e->reload_own;
	a->account = copied(c->who.account);
	a->why = copied(why_of(c));
	a->request = copied(c->kind == COMMAND_REQUEST_DECIDE ? command_text(c, FIELD_REQUEST) : NULL);
	a->reason = copied(command_text(c, FIELD_REASON));
	a->role = c->who.role;
	a->command = c->id;
	a->key = copied(x->adopt->key);
	a->asked_digest = content_of_request(c);
	struct report_ask ask = ask_of(e, c, x->contacts);
	a->asked = reporting_ask(e->base, e->child->report_path, &ask, MADE_WITHIN_MS, on_made, e);
	if (!a->asked)
		ended(e, ERROR_TOO_MANY,
		    e->english ? "too many reports are being made; try again in a while"
			       : "正在制作的报表太多,请稍后再试");
}

void adopt_stop(struct engine *e)
{
	struct adopting *a = &e->adopting;

	if (!a->work.on)
		return;
	if (a->asked)
		reporting_forget(a->asked);
	a->asked = NULL;
	if (a->building)
		mechanism_release(building_end(a->building));
	a->building = NULL;
	ended(e, ERROR_UNAVAILABLE,
	    e->english ? "liandong is being stopped: the configuration was not changed"
		       : "系统正在停止,配置没有改变");
}

void adopt_gone(struct engine *e, const struct link *l)
{
	if (e->adopting.work.from == l)
		e->adopting.work.from = NULL;
}

/* -- the turn ---------------------------------------------------------------------------------------- */

/* What is carried out, as it was given, as far as it is told again. */
static struct command given(struct turn *t)
{
	const struct adopting *a = &t->e->adopting;
	struct command c = {.kind = a->kind,
	    .id = a->command,
	    .who = {.account = arena_text(t->a, a->account), .role = a->role}};

	if (!a->request)
		return c;
	command_set_text(&c, FIELD_REQUEST, arena_text(t->a, a->request));
	command_set_int(&c, FIELD_GRANT, 1);
	if (a->reason)
		command_set_text(&c, FIELD_REASON, arena_text(t->a, a->reason));
	return c;
}

static void want(struct turn *t)
{
	if (t->e->adopting.request) {
		struct command c = given(t);
		want_request(t, &(struct job){.c = &c});
	}
	register_want_named(t, ENTRY_REVISION, NULL);
	register_want_named(t, ENTRY_REVISION, t->e->adopting.m->revision);
}

static struct store_revision *revision_of(struct turn *t, const struct adopting *a)
{
	struct store_revision *r = arena_alloc(t->a, sizeof *r);

	*r = (struct store_revision){.files = a->m->files,
	    .n_files = a->m->n_files,
	    .at = t->now,
	    .who = a->account,
	    .why = a->why ? a->why : "reload"};
	memcpy(r->revision, a->m->revision, sizeof r->revision);
	return r;
}

static bool needs_approval(const struct adopting *a)
{
	struct str approval = json_member(a->result.json, "approval");
	bool asks = a->kind == COMMAND_CONFIG_RELOAD || a->kind == COMMAND_ROUTING_PUT ||
	    a->kind == COMMAND_ROUTING_LEARN || a->kind == COMMAND_ROUTING_ROLLBACK;

	return asks && str_is(json_member(approval, "needed"), "true");
}

static void lapse(struct turn *t, const struct job *j, struct entry *e)
{
	e->state = REVISION_LAPSED;
	e->wake_at = 0;
	register_event(t, j, EVENT_CONFIG_LAPSED, e, NULL, NULL);
}

void adopt_wake(struct turn *t, struct entry *e)
{
	if (e->state == REVISION_PROPOSED)
		lapse(t, NULL, e);
	e->wake_at = 0;
}

/* What was proposed against the revision that was in force is void, by this one or by another. */
static void lapse_others(struct turn *t, const struct job *j, const struct entry *but)
{
	struct entry *e = register_named(t, ENTRY_REVISION, NULL);

	if (e && e != but && e->state == REVISION_PROPOSED)
		lapse(t, j, e);
}

static void activate(struct turn *t, const struct job *j, struct entry *approved)
{
	struct adopting *a = &t->e->adopting;
	struct buf b = {0};
	struct json json = json_to(&b);

	t->save.activate = revision_of(t, a);
	t->effects.mechanism = mechanism_hold(a->m);
	t->effects.speak = a->speak;
	t->effects.english = a->english;
	if (approved) {
		approved->state = REVISION_APPROVED;
		approved->wake_at = 0;
		register_event(t, j, EVENT_CONFIG_APPROVED, approved, NULL, NULL);
	}
	lapse_others(t, j, approved);
	json_begin(&json, NULL);
	json_text(&json, "revision", a->m->revision);
	json_text(&json, "before", t->m->revision);
	json_text(&json, "why", a->why);
	json_text(&json, "proposed_by", approved ? approved->by : NULL);
	adopt_put_compared(&json, a);
	json_end(&json);
	turn_system_event(t, EVENT_CONFIG_ACTIVATED, a->account, a->command, buf_view(&b));
	buf_free(&b);
	a->done = ADOPTED;
}

static struct str proposal_data(struct turn *t, const struct adopting *a)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "before", t->m->revision);
	json_text(&j, "why", a->why);
	adopt_put_compared(&j, a);
	json_end(&j);
	return buf_into(&b, t->a);
}

static void propose(struct turn *t, const struct job *j)
{
	struct adopting *a = &t->e->adopting;
	int64_t until = t->now + t->m->policy.approval.lapse_ms;

	lapse_others(t, j, NULL);
	t->save.keep = revision_of(t, a);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_REVISION,
		.name = arena_text(t->a, a->m->revision),
		.at = t->now,
		.until = until,
		.wake_at = until,
		.by = arena_text(t->a, a->account),
		.data = proposal_data(t, a)});
	register_event(t, j, EVENT_CONFIG_PROPOSED, e, NULL, NULL);
	a->until = until;
	a->done = PROPOSED;
}

/* The same is proposed already, against what is in force: nothing is to be done. */
static bool waits_already(struct turn *t, const struct entry *e)
{
	struct adopting *a = &t->e->adopting;

	if (!e || e->state != REVISION_PROPOSED ||
	    !text_eq(json_member_text(t->a, e->data, "before"), t->m->revision))
		return false;
	a->until = e->until;
	return true;
}

static bool is_against(struct turn *t, const char *against)
{
	/* what was in force could not be read: nothing was compared, and what is whole comes into force */
	return !against || text_eq(against, t->m->revision);
}

static void choose(struct turn *t, struct job *j)
{
	struct adopting *a = &t->e->adopting;
	struct entry *e = register_named(t, ENTRY_REVISION, a->m->revision);
	bool changed = strcmp(a->m->revision, t->m->revision) != 0;

	a->done = STALE;
	if (changed && !is_against(t, json_member_text(t->a, a->result.json, "against")))
		return;
	if (a->request && !request_grant_contacts(t, j, a->m->revision))
		return; /* it was taken back meanwhile */
	a->done = UNCHANGED;
	if (!changed)
		return;
	if (a->kind == COMMAND_ROUTING_APPROVE)
		activate(t, j, e);
	else if (!needs_approval(a))
		activate(t, j, NULL);
	else if (waits_already(t, e))
		a->done = PROPOSED;
	else
		propose(t, j);
}

static void put_answer(struct json *j, const struct turn *t, const struct adopting *a)
{
	struct str approval = json_member(a->result.json, "approval");

	json_begin(j, NULL);
	json_text(j, "revision", a->m->revision);
	json_bool(j, "changed", a->done == ADOPTED);
	json_bool(j, "pending", a->done == PROPOSED);
	if (a->done == PROPOSED) {
		json_time(j, "until", a->until);
		json_raw(j, "why", json_member(approval, "why"));
	}
	json_int(j, "tests", json_member_int(a->result.json, "tests"));
	json_int(j, "warnings", json_member_int(a->result.json, "warnings"));
	if (json_member(a->result.json, "from").n > 0) {
		json_int(j, "incidents", json_member_int(a->result.json, "incidents"));
		json_int(j, "moved", json_member_int(a->result.json, "moved"));
	}
	adopt_put_found(j, a);
	json_text(j, "certificates_refused", certificates_of(t->e, t->a));
	json_int(j, "seq", t->next_seq - 1);
	json_end(j);
}

/* What is answered is kept with what was done: sent again, the command hears what it did the first time. */
static void decide(struct turn *t)
{
	struct adopting *a = &t->e->adopting;
	struct command c = given(t);
	struct job job = {.c = &c};
	struct json j;

	choose(t, &job);
	if (a->done == STALE)
		return;
	buf_reset(&a->answer);
	j = json_to(&a->answer);
	if (a->request)
		request_put_answer(&j, t, &job, t->next_seq - 1);
	else
		put_answer(&j, t, a);
	if (a->key)
		turn_keep(t, arena_text(t->a, a->account), arena_text(t->a, a->key), &a->asked_digest,
		    buf_view(&a->answer));
}

static void answer(struct turn *t)
{
	struct engine *e = t->e;
	struct adopting *a = &e->adopting;

	log_info(a->done == PROPOSED ? "revision waits for approval" : "revision",
	    "now=%s candidate=%s by=%s", e->m->revision, a->m->revision, a->account);
	if (a->done == ADOPTED)
		adopt_log_changes(a);
	troubles_note_folder(e, json_member_text(a->arena, a->result.json, "folder"));
	reload_is_done(e);
	heartbeat_pulse(e); /* who asks for the status next is told the same */
	work_answer(&a->work, NULL, buf_view(&a->answer));
	forget(a);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct engine *e = t->e;

	if (o->end != TURN_COMMITTED) {
		e->reload_again |= e->adopting.own;
		ended(e, ERROR_UNAVAILABLE,
		    e->english ? "not known to be stored; try again" : "不能确认是否已保存,请重试");
	} else if (e->adopting.done == STALE) {
		ended(e, ERROR_WRONG_STATE,
		    e->english ? "another revision has come into force meanwhile; try again"
			       : "检查期间已有另一版本生效,请再试一次");
	} else {
		answer(t);
	}
}

const struct turn_kind turn_of_adopt = {"adopt", want, decide, done};
