/*
 * removal.c - a year leaves the store: store.archive, and the turns that count it and then remove it, a part at a time.
 *
 * Place: engine, in idle moments, some milliseconds a turn and a pause behind each. A count that a crash broke off is
 * asked for again; a removal goes on at the next start, because the store knows how far it came.
 */
#include "engine/removal.h"
#include "base/log.h"
#include "domain/entry.h"
#include "engine/handlers.h"
#include "engine/kinds.h"
#include "engine/publish.h"
#include "engine/register.h"
#include "store/removal.h"
#include "store/photos.h"

#include <stdio.h>
#include <string.h>

#define QUARTERS 4
#define PERIODS_MOST 400

static struct removal_year year_asked(const struct command *c)
{
	struct removal_year y = {.year = (int)command_int(c, FIELD_YEAR)};
	const char *file = command_text(c, FIELD_FILE), *slash = strrchr(file, '/');

	y.file = slash ? slash + 1 : file;
	y.from = day_start(date_day((struct date){y.year, 1, 1}));
	y.to = day_start(date_day((struct date){y.year + 1, 1, 1}));
	return y;
}

/* -- the command ------------------------------------------------------------------------------------- */

static bool can_begin(struct turn *t, const struct job *j, const struct removal_year *y, struct refusal *why)
{
	const struct engine *e = t->e;
	const char *left = store_archive_of(e->store, y->from);
	struct digest d;

	if (!digest_from_hex(str_of(command_text(j->c, FIELD_SHA256)), &d) ||
	    !digest_from_hex(str_of(command_text(j->c, FIELD_CONTENT_HASH)), &d))
		return refuse(why, t->a, ERROR_PARAMS, "sha256", "应为 64 位十六进制数",
		    "expected 64 hexadecimal digits");
	if (left)
		return refuse(why, t->a, ERROR_WRONG_STATE, "year", "%d 年已移出或正在移出，存档是 %s",
		    "%d has left the store, or is leaving it; its archive is %s", y->year, left);
	if (e->archiving.work.on || t->effects.archive || store_removing(e->store))
		return refuse(why, t->a, ERROR_WRONG_STATE, "year", "另一年正在移出，请等它完成",
		    "another year is leaving the store: wait until it is done");
	if (y->to + t->m->policy.retention_days * DAY_MS > t->now)
		return refuse(why, t->a, ERROR_WRONG_STATE, "year",
		    "%d 年的个人信息还在保存期内（%lld 天），期满删除之后才能移出",
		    "the personal data of %d are still within their retention of %lld days: a year leaves "
		    "after they are erased",
		    y->year, (long long)t->m->policy.retention_days);
	return true;
}

void archive_run(struct turn *t, struct job *j)
{
	struct removal_year y = year_asked(j->c);
	struct refusal why;
	bool same =
	    t->e->archiving.work.on && t->e->archiving.work.id == j->c->id; /* its front end came back */

	if (!same && !can_begin(t, j, &y, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	t->effects.archive = j;
	j->later = true;
}

void archive_begin(struct engine *e, const struct effects *x)
{
	const struct command *c = x->archive->c;
	struct leaving *w = &e->archiving;
	struct removal_year y = year_asked(c);
	bool runs = w->work.on;

	w->work = (struct work){.on = true, .from = x->archive->from, .id = c->id};
	if (runs)
		return;
	w->year = y;
	w->count = (struct removal_count){.from = y.from, .to = y.to};
	snprintf(w->file, sizeof w->file, "%s", y.file);
	snprintf(w->account, sizeof w->account, "%s", c->who.account);
	w->year.file = w->file;
	digest_from_hex(str_of(command_text(c, FIELD_SHA256)), &w->year.sha256);
	digest_from_hex(str_of(command_text(c, FIELD_CONTENT_HASH)), &w->year.content);
	w->due = true;
}

static void answer(struct engine *e, const struct refusal *why)
{
	struct leaving *w = &e->archiving;
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "year", w->year.year);
	json_int(&j, "incidents", w->count.incidents);
	json_int(&j, "rows", w->count.rows);
	json_end(&j);
	if (why)
		log_warn("year not removed", "year=%d why=\"%s\"", w->year.year, why->zh);
	else
		log_info("year leaves the store", "year=%d file=%s incidents=%lld rows=%lld", w->year.year,
		    w->file, (long long)w->count.incidents, (long long)w->count.rows);
	work_answer(&w->work, why, why ? STR("") : buf_view(&b));
	buf_free(&b);
	links_flush(&e->links);
}

/* -- the turn ------------------------------------------------------------------------------------------- */

bool archive_may_run(const struct engine *e)
{
	return e->archiving.due && guard_may_run(e);
}

/* While it is counted, the periods are wanted with the last part. */
static void want(struct turn *t)
{
	struct leaving *w = &t->e->archiving;
	struct store_want_entries *periods;

	w->failed = false;
	if (!w->work.on)
		return;
	w->failed = !store_removal_count(t->e->store, &w->count);
	if (w->failed || !w->count.done)
		return;
	periods = arena_alloc(t->a, sizeof *periods);
	*periods = (struct store_want_entries){.kind = ENTRY_PERIOD, .most = PERIODS_MOST};
	t->wants.lists = periods;
	t->wants.n_lists = 1;
}

/* The quarter of the year that is not closed, 1 to 4; 0: all are. */
static int open_quarter(const struct store_want_entries *periods, int year)
{
	char name[24];

	for (int q = 1; q <= QUARTERS; q++) {
		const struct entry *last = NULL;

		snprintf(name, sizeof name, "%04dQ%d", year, q);
		for (size_t i = 0; i < periods->n; i++)
			if (text_eq(periods->found[i]->name, name))
				last = periods->found[i];
		if (!last || last->state != PERIOD_CLOSED)
			return q;
	}
	return 0;
}

/* What was counted may go, and is what the archive holds. */
static bool may_leave(struct turn *t, struct refusal *why)
{
	const struct leaving *w = &t->e->archiving;
	const struct removal_count *c = &w->count;
	struct digest content = removal_content(c);
	int quarter = open_quarter(t->wants.lists, w->year.year);

	if (c->open)
		return refuse(why, t->a, ERROR_WRONG_STATE, "year", "还有 %lld 件没有了结（%s …）",
		    "%lld incidents have not ended (%s …)", (long long)c->open, c->open_number);
	if (c->personal)
		return refuse(why, t->a, ERROR_WRONG_STATE, "year",
		    "还有 %lld 件的个人信息没有删除（%s …）：被保留，或还没有到期",
		    "%lld incidents still have personal data (%s …): they are held, or their time has not "
		    "come",
		    (long long)c->personal, c->personal_number);
	if (quarter)
		return refuse(why, t->a, ERROR_WRONG_STATE, "year", "%dQ%d 还没有结账", "%dQ%d is not closed",
		    w->year.year, quarter);
	if (!digest_eq(&content, &w->year.content))
		return refuse(why, t->a, ERROR_CONFLICT, "content_sha256",
		    "存档与库里的这一年不同：存档之后有变化，请重新存档",
		    "the archive is not what the store has of the year: make it anew");
	return true;
}

static void record(struct turn *t)
{
	struct leaving *w = &t->e->archiving;
	struct removal_year *y = arena_alloc(t->a, sizeof *y);
	char hex[DIGEST_HEX];
	struct buf b = {0};
	struct json j = json_to(&b);

	*y = w->year;
	y->at = t->now;
	y->incidents = w->count.incidents;
	y->rows = w->count.rows;
	json_begin(&j, NULL);
	json_int(&j, "year", y->year);
	json_time(&j, "from", y->from);
	json_time(&j, "to", y->to);
	json_text(&j, "file", y->file);
	json_text(&j, "sha256", digest_hex(&y->sha256, hex));
	json_int(&j, "incidents", y->incidents);
	json_int(&j, "rows", y->rows);
	json_text(&j, "content_sha256", digest_hex(&y->content, hex));
	json_end(&j);
	turn_system_event(t, EVENT_STORE_ARCHIVED, w->account, w->work.id, buf_view(&b));
	buf_free(&b);
	t->save.leaves = y;
}

static void decide(struct turn *t)
{
	struct leaving *w = &t->e->archiving;

	w->why = (struct refusal){.code = OK};
	if (!w->work.on && !w->failed)
		t->save.removes = t->now;
	if (w->work.on && w->count.done && may_leave(t, &w->why))
		record(t);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct engine *e = t->e;
	struct leaving *w = &e->archiving;

	if (t->save.removes) /* its photos go at the next start */
		photos_swept_not(e->child->options->store);
	if (o->end != TURN_COMMITTED) {
		w->count.done = false; /* the last part is counted again */
		return;
	}
	if (w->work.on && w->failed)
		answer(e,
		    &(struct refusal){.code = ERROR_UNAVAILABLE, .zh = error_kinds[ERROR_UNAVAILABLE].zh});
	else if (w->work.on && w->count.done)
		answer(e, w->why.code == OK ? NULL : &w->why);
}

const struct turn_kind turn_of_archive = {"archive", want, decide, done};

/* -- what is asked of it later ---------------------------------------------------------------------------- */

bool archive_refuses(struct turn *t, struct job *j)
{
	const char *file = j->slot ? j->slot->archive : NULL;
	struct view v = job_view(t->e, j);
	struct refusal why;

	if (!file || (!j->slot->inc && sight_row(THING_CONFIDENTIAL_INCIDENT, v.role) != SIGHT_ALL))
		return false;
	refuse(&why, t->a, ERROR_ARCHIVED, "number", "警情 %s 已归档（%s），不能再改",
	    "incident %s is in the archive %s and does not change any more", j->slot->number, file);
	job_refuse(t, j, &why);
	return true;
}

void archive_number_taken(struct turn *t, struct job *j)
{
	struct refusal why;

	refuse(&why, t->a, ERROR_ARCHIVED, "number", "警情编号 %s 已用过，那件警情已归档（%s）：请换一个编号",
	    "incident number %s is taken, by one that is in the archive %s: use another", j->slot->number,
	    j->slot->archive);
	job_refuse(t, j, &why);
}

void archive_gone(struct engine *e, const struct link *l)
{
	if (e->archiving.work.from == l)
		e->archiving.work.from = NULL;
}
