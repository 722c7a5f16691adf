/*
 * period.c - period.close (定稿) and period.reopen: a period that is over gets a document that never changes;
 * a later edition follows a reopening, by another account.
 *
 * The command is checked, then the process that makes reports is asked for the document, which is made from
 * one seq, outside the engine's loop, and only where the tallies are what the rows add up to. Its bytes, its
 * seq and chain head, and the revision whose rules it was made by are stored in a turn of its own; the event
 * has the digest of the bytes.
 * Place: engine, over register.h and front/reporting.h.
 */
#include "engine/period.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/handlers.h"
#include "engine/publish.h"
#include "front/reporting.h"
#include "report/period.h"
#include "wire/render_entry.h"
#include "engine/register.h"

#include <stdlib.h>

static char *copied(const char *z)
{
	return memcpy(xalloc(strlen(z) + 1), z, strlen(z) + 1);
}

#define MADE_WITHIN_MS (10 * MINUTE_MS)

void period_want(struct turn *t, struct job *j)
{
	struct period p;

	if (command_has(j->c, FIELD_PERIOD) && period_find(str_of(command_text(j->c, FIELD_PERIOD)), &p))
		register_want_named(t, ENTRY_PERIOD, arena_text(t->a, p.name));
}

/* -- closing ---------------------------------------------------------------------------------- */

static bool is_period(struct turn *t, const struct job *j, struct period *p, struct refusal *why)
{
	if (period_find(str_of(command_text(j->c, FIELD_PERIOD)), p))
		return true;
	return refuse(why, t->a, ERROR_PARAMS, "period",
	    "没有这样的时期,应写作 2026-03(月)、2026Q3(季)、2026(年)或 2026-03-01..2026-03-15",
	    "that is no period: expected 2026-03, 2026Q3, 2026, or 2026-03-01..2026-03-15");
}

static bool can_close(struct turn *t, const struct period *p, const struct entry *last, struct refusal *why)
{
	char title[PERIOD_TITLE_MAX], at[TIME_TEXT_MAX], day[TIME_TEXT_MAX];

	if (period_to_ms(p) > t->now)
		return refuse_as(why, ERROR_WRONG_STATE, "period",
		    arena_printf(t->a, "%s还没有结束,%s 之后才能定稿;现在可以看草稿(report.get)",
			period_title(p, title), time_chinese(period_to_ms(p), t->now, day)),
		    arena_printf(t->a,
			"%s is not over: it can be closed from %s on; report.get shows a draft", p->name,
			time_rfc3339(period_to_ms(p), at)));
	if (last && last->state == PERIOD_CLOSED)
		return refuse_as(why, ERROR_WRONG_STATE, "period",
		    arena_printf(t->a,
			"%s已由 %s 定稿(第 %lld 版);要出新的一版,先由另一个账号重新开放(period.reopen)",
			period_title(p, title), last->by, (long long)json_member_int(last->data, "edition")),
		    arena_printf(t->a,
			"%s was closed by %s (edition %lld); for another edition another account has to "
			"reopen it",
			p->name, last->by, (long long)json_member_int(last->data, "edition")));
	if (!t->effects.close && !t->e->closing.work.on)
		return true;
	return refuse(why, t->a, ERROR_WRONG_STATE, NULL, "另一个时期正在定稿,请稍后再试",
	    "another period is being closed; try again in a while");
}

/* It was closed by this very command, whose answer was lost. */
static bool closed_by(const struct job *j, const struct entry *last)
{
	return j->c->resent && last && last->state == PERIOD_CLOSED && text_eq(last->by, j->c->who.account) &&
	    last->at >= j->c->received_at;
}

void period_close_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct period p;
	struct closing *c = &t->e->closing;

	if (!is_period(t, j, &p, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	const struct entry *last = register_named(t, ENTRY_PERIOD, p.name);
	if (closed_by(j, last)) {
		register_answer(t, j, last, NULL);
		return;
	}
	bool same = c->work.on && c->work.id == j->c->id; /* its front end came back */
	if (!same && !can_close(t, &p, last, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	t->effects.close = j;
	j->later = true;
}

static void forget(struct closing *c)
{
	free(c->period);
	free(c->account);
	free(c->chain);
	free(c->revision);
	buf_free(&c->document);
	*c = (struct closing){0};
}

static void ended(struct engine *e, enum error_code code, const char *detail)
{
	struct refusal why = {.code = code, .zh = detail, .en = detail};

	log_line(LOG_WARN, "period not closed", "period=%s code=%s", e->closing.period,
	    error_kinds[code].word);
	work_answer(&e->closing.work, &why, STR(""));
	forget(&e->closing);
	links_flush(&e->links);
}

static void on_made(void *arg, const struct report_made *made, struct str bytes)
{
	struct engine *e = arg;
	struct closing *c = &e->closing;

	c->asked = NULL;
	if (made->code != OK) {
		ended(e, made->code, made->detail);
		return;
	}
	c->edition = made->edition;
	c->seq = made->seq;
	c->chain = copied(made->chain ? made->chain : "");
	c->revision = copied(made->revision ? made->revision : "");
	buf_str(&c->document, bytes);
	c->made = true;
	loop_soon(e->turn_event);
}

void period_begin(struct engine *e, const struct effects *x)
{
	struct closing *c = &e->closing;
	bool runs = c->work.on;

	c->work = (struct work){.on = true, .from = x->close->from, .id = x->close->c->id};
	if (runs)
		return;
	struct period p;
	period_find(str_of(command_text(x->close->c, FIELD_PERIOD)), &p);
	c->period = copied(p.name);
	c->account = copied(x->close->c->who.account);
	c->command = x->close->c->id;
	struct report_ask ask = {.kind = period_kind_names[p.kind],
	    .period = c->period,
	    .format = "json",
	    .close = true,
	    .english = e->english};
	c->asked = reporting_ask(e->base, e->child->report_path, &ask, MADE_WITHIN_MS, on_made, e);
	if (!c->asked && c->work.on && !c->made)
		ended(e, ERROR_TOO_MANY,
		    e->english ? "too many reports are being made; try again in a while"
			       : "正在生成的报告太多,请稍后再试");
}

void period_stop(struct engine *e)
{
	if (!e->closing.work.on)
		return;
	if (e->closing.asked)
		reporting_forget(e->closing.asked);
	e->closing.asked = NULL;
	ended(e, ERROR_UNAVAILABLE,
	    e->english ? "liandong is being stopped: the period was not closed" : "系统正在停止,没有定稿");
}

/* -- the turn that stores it ------------------------------------------------------------------------ */

static void want_last(struct turn *t)
{
	register_want_named(t, ENTRY_PERIOD, t->e->closing.period);
}

static struct entry *closed_entry(struct turn *t, const struct closing *c, const struct digest *sha256)
{
	char hex[DIGEST_HEX];
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "edition", c->edition);
	json_int(&j, "as_of", c->seq);
	json_text(&j, "head", c->chain);
	json_text(&j, "revision", c->revision);
	json_text(&j, "sha256", digest_hex(sha256, hex));
	json_end(&j);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_PERIOD,
		.name = arena_text(t->a, c->period),
		.at = t->now,
		.by = arena_text(t->a, c->account),
		.data = buf_into(&b, t->a)});
	return e;
}

/* Somebody may have closed it meanwhile. */
static bool still_fits(const struct turn *t, const struct closing *c)
{
	const struct entry *last = register_named(t, ENTRY_PERIOD, c->period);
	int64_t edition = last ? json_member_int(last->data, "edition") : 0;

	return !(last && last->state == PERIOD_CLOSED) && c->edition == edition + 1;
}

static void decide(struct turn *t)
{
	struct closing *c = &t->e->closing;
	struct str bytes = buf_view(&c->document);
	struct digest sha256 = digest_of(bytes);
	struct store_document *d = arena_alloc(t->a, sizeof *d);
	struct command who = {.id = c->command, .who.account = arena_text(t->a, c->account)};

	c->fits = still_fits(t, c);
	if (!c->fits)
		return;
	*d = (struct store_document){
	    .period = c->period, .edition = (int)c->edition, .bytes = bytes, .sha256 = sha256};
	t->save.document = d;
	struct entry *e = closed_entry(t, c, &sha256);
	register_event(t, &(struct job){.c = &who}, EVENT_PERIOD_CLOSED, e, NULL, NULL);
}

static void answer(struct turn *t)
{
	struct engine *e = t->e;
	const struct entry *entry = register_named(t, ENTRY_PERIOD, e->closing.period);
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	render_entry(&j, "entry", entry, t->m, true, t->a);
	render_warnings(&j, NULL, e->english);
	json_int(&j, "seq", t->next_seq - 1);
	json_end(&j);
	log_info("period closed", "period=%s edition=%lld seq=%lld", e->closing.period,
	    (long long)e->closing.edition, (long long)e->closing.seq);
	work_answer(&e->closing.work, NULL, buf_view(&b));
	buf_free(&b);
	forget(&e->closing);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct engine *e = t->e;

	if (o->end != TURN_COMMITTED)
		ended(e, ERROR_UNAVAILABLE,
		    e->english ? "not known to be stored; try again" : "不能确认是否已保存,请重试");
	else if (!e->closing.fits)
		ended(e, ERROR_WRONG_STATE,
		    e->english ? "the period was closed by somebody else meanwhile"
			       : "这个时期同时已由别人定稿");
	else
		answer(t);
}

const struct turn_kind turn_of_period = {"period", want_last, decide, done};

/* -- reopening ---------------------------------------------------------------------------------- */

static bool can_reopen(struct turn *t, const struct job *j, const struct period *p, const struct entry *last,
    struct refusal *why)
{
	if (!last)
		return refuse(why, t->a, ERROR_WRONG_STATE, "period", "%s 没有定稿,不用重新开放",
		    "%s was not closed: there is nothing to reopen", p->name);
	if (last->state != PERIOD_CLOSED)
		return refuse(why, t->a, ERROR_WRONG_STATE, "period",
		    "%s 已重新开放,可以出新的一版(period.close)",
		    "%s is open already: close it for another edition", p->name);
	if (!text_eq(last->by, j->c->who.account))
		return true;
	return refuse(why, t->a, ERROR_FORBIDDEN, NULL, "%s 是本账号定稿的,须由另一个账号重新开放",
	    "%s was closed by this account: another one has to reopen it", p->name);
}

static void reason_more(struct json *j, const void *arg)
{
	register_digest(j, arg, "reason");
}

void period_reopen_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct period p;

	if (!is_period(t, j, &p, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *last = register_named(t, ENTRY_PERIOD, p.name);
	if (!can_reopen(t, j, &p, last, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	last->state = PERIOD_REOPENED;
	last->personal = register_personal(t->a, "reason", command_text(j->c, FIELD_REASON), NULL);
	register_event(t, j, EVENT_PERIOD_REOPENED, last, reason_more, last);
	register_answer(t, j, last, NULL);
}
