/*
 * make.c - a report from what is stored: of a closed period its stored document, else what the figures are now.
 *
 * Place: report. Everything of one report is read in one snapshot. The rules are those of the revision in force
 * at the period's last instant; where it is not over, of the one in force now.
 */
#include "report/make.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "domain/entry.h"
#include "mechanism/load.h"
#include "report/collect.h"

#include <stdio.h>

struct making {
	const struct report_ask *ask;
	struct arena *a;
	struct reads *r;
	struct period period;
	enum report_format format;
	struct entry *closing; /* the newest edition's entry; NULL: it was never closed */
	struct report_made *made;
	report_progress *progress;
	void *arg;
};

static bool refuse_with(struct making *k, enum error_code code, const char *zh, const char *en)
{
	k->made->code = code;
	k->made->detail = k->ask->english ? en : zh;
	return false;
}

static bool unreadable(struct making *k)
{
	return refuse_with(k, ERROR_UNAVAILABLE, "数据库读不出来,请稍后再试;若一再如此,请看日志",
	    "The store cannot be read; try later, and look into the log.");
}

/* -- what is asked --------------------------------------------------------------------------- */

static bool understand(struct making *k)
{
	const struct report_ask *ask = k->ask;
	int kind = 0, format = 0;

	while (kind < PERIOD_KINDS && !text_eq(period_kind_names[kind], ask->kind))
		kind++;
	while (format < REPORT_FORMATS && !text_eq(report_formats[format].name, ask->format))
		format++;
	if (format == REPORT_FORMATS)
		return refuse_with(k, ERROR_NOT_FOUND, "格式应为 json、csv、xlsx 或 html",
		    "The form is json, csv, xlsx or html.");
	if (kind == PERIOD_KINDS ? !period_find(str_of(ask->period), &k->period)
				 : !period_parse((enum period_kind)kind, str_of(ask->period), &k->period))
		return refuse_with(k, ERROR_PARAMS,
		    period_expected(kind == PERIOD_KINDS ? PERIOD_QUARTER : (enum period_kind)kind, false),
		    period_expected(kind == PERIOD_KINDS ? PERIOD_QUARTER : (enum period_kind)kind, true));
	k->format = (enum report_format)format;
	return true;
}

/* -- what is stored -------------------------------------------------------------------------- */

static bool find_closing(struct making *k, const char *name, struct entry **out)
{
	struct want_matter want = {.named = true, .kind = ENTRY_PERIOD, .name = name};
	struct reads_wants w = {.matter = &want};

	if (reads_wait(k->r, k->a, &w) != STORE_OK)
		return unreadable(k);
	*out = want.found_entry;
	return true;
}

/* The stored bytes of that edition, which are what the event chain says. */
static bool stored_bytes(struct making *k, const struct entry *e, struct str *out)
{
	struct want_document want = {.period = e->name, .edition = (int)json_member_int(e->data, "edition")};
	struct reads_wants w = {.document = &want};
	char hex[DIGEST_HEX];
	struct digest digest;

	if (reads_wait(k->r, k->a, &w) != STORE_OK || want.bytes.n == 0)
		return unreadable(k);
	digest = digest_of(want.bytes);
	if (!text_eq(digest_hex(&digest, hex), json_member_text(k->a, e->data, "sha256")))
		return refuse_with(k, ERROR_INTERNAL,
		    "定稿的内容与事件链里的摘要不符:数据库被人改动过,请查日志和备份",
		    "The stored document is not what the chain of events says: the store was changed.");
	*out = want.bytes;
	return true;
}

static bool stored_document(struct making *k, const struct entry *e, struct report_document *out)
{
	struct str bytes;

	if (!stored_bytes(k, e, &bytes))
		return false;
	if (!document_parse(k->a, bytes, out))
		return refuse_with(k, ERROR_INTERNAL, "定稿的内容读不懂",
		    "The stored document cannot be read.");
	return true;
}

/* An edition that was asked for, which need not be the one in force. */
static bool edition_document(struct making *k, struct report_document *out)
{
	struct want_document want = {.period = k->period.name, .edition = (int)k->ask->edition};
	struct reads_wants w = {.document = &want};
	struct digest digest;

	if (reads_wait(k->r, k->a, &w) != STORE_OK)
		return unreadable(k);
	if (want.bytes.n == 0)
		return refuse_with(k, ERROR_NOT_FOUND, "该时期没有这一版定稿",
		    "There is no such edition of it.");
	digest = digest_of(want.bytes);
	return (digest_eq(&digest, &want.sha256) && document_parse(k->a, want.bytes, out)) ||
	    refuse_with(k, ERROR_INTERNAL, "定稿的内容与其摘要不符:数据库被人改动过,请查日志和备份",
		"The stored document is not what its digest says: the store was changed.");
}

static bool is_closed(const struct entry *e)
{
	return e && e->state == PERIOD_CLOSED;
}

/* -- what is so now -------------------------------------------------------------------------- */

struct mechanism *report_mechanism(struct reads *r, struct arena *a, const char *revision)
{
	struct want_files files = {.revision = revision};
	struct reads_wants w = {.files = &files};
	struct problems p;
	struct mechanism *m;

	if (reads_wait(r, a, &w) != STORE_OK || files.n == 0)
		return NULL;
	problems_init(&p, true);
	m = mechanism_load_files(files.v, files.n, &p);
	problems_free(&p);
	return m;
}

/* The rules of the period: in force at its last instant. */
static struct mechanism *rules_of(struct making *k, const struct period *period)
{
	struct report_snapshot snapshot;
	const char *revision = NULL;
	enum store_status status = report_begin(k->r, &snapshot);

	if (status == STORE_OK) {
		status = report_revision(k->r, k->a, period_to_ms(period) - 1, &revision);
		report_end(k->r);
	}
	return status == STORE_OK && revision ? report_mechanism(k->r, k->a, revision) : NULL;
}

static void write_head(struct making *k, const struct report_snapshot *snapshot, const struct mechanism *m,
    const struct period *period, struct report_head *h)
{
	char hex[DIGEST_HEX];

	*h = (struct report_head){.period = *period,
	    .training = snapshot->training,
	    .drill = k->ask->drill,
	    .city = m->n_within > 0 ? arena_text(k->a, m->within[m->n_within - 1]) : NULL,
	    .store = arena_text(k->a, snapshot->store),
	    .seq = snapshot->seq,
	    .chain = arena_text(k->a, digest_hex(&snapshot->head, hex)),
	    .revision = arena_text(k->a, m->revision),
	    .official = m->policy.rubric.official};
}

struct first_difference {
	struct report_difference d;
	struct arena *a;
	bool any;
};

static void on_difference(void *arg, const struct report_difference *d)
{
	struct first_difference *f = arg;

	if (f->any)
		return;
	f->any = true;
	f->d = *d;
	f->d.key = arena_text(f->a, d->key);
	f->d.counter = arena_text(f->a, d->counter);
}

/* Before a period is closed: the sums are what the rows add up to, by other code. */
static bool verify(struct making *k)
{
	struct first_difference f = {.a = k->a};
	char why[256] = "";
	int64_t n = report_verify(k->r, period_from_ms(&k->period), period_to_ms(&k->period), k->ask->english,
	    why, sizeof why, on_difference, NULL, &f);

	if (n == 0)
		return true;
	if (n < 0)
		return refuse_with(k, ERROR_UNAVAILABLE, arena_text(k->a, why), arena_text(k->a, why));
	return refuse_with(k, ERROR_WRONG_STATE,
	    arena_printf(k->a,
		"汇总与逐条记录不符(%lld 处,如 %s 的 %s:汇总 %lld,记录合计 %lld),不能定稿;请运行 "
		"liandongctl report verify %s 并查日志",
		(long long)n, f.d.key, f.d.counter, (long long)f.d.kept, (long long)f.d.summed,
		k->period.name),
	    arena_printf(k->a,
		"The sums are not what the rows add up to (%lld places, such as %s %s: %lld, %lld); it "
		"cannot be closed. Run liandongctl report verify %s.",
		(long long)n, f.d.key, f.d.counter, (long long)f.d.kept, (long long)f.d.summed,
		k->period.name));
}

/* The figures of a period by these rules, in the snapshot that was begun. */
static bool read_figures(struct making *k, const struct mechanism *m, const struct period *period,
    struct report_document *d)
{
	struct collecting c = {.r = k->r,
	    .a = k->a,
	    .m = m,
	    .period = *period,
	    .drill = k->ask->drill,
	    .progress = k->progress,
	    .arg = k->arg};
	struct collected *out = arena_alloc(k->a, sizeof *out);
	struct report_facts facts;

	if (collect(&c, out) != STORE_OK)
		return unreadable(k);
	facts = (struct report_facts){.now = &out->now,
	    .before = &out->before,
	    .months = out->months,
	    .n_months = out->n_months,
	    .records = out->records,
	    .n_records = out->n_records};
	build_sheets(d, &facts);
	return true;
}

static bool make_live(struct making *k, const struct mechanism *m, const struct period *period, bool proven,
    struct report_document *d)
{
	struct report_snapshot snapshot;
	bool good;

	if (report_begin(k->r, &snapshot) != STORE_OK)
		return unreadable(k);
	*d = (struct report_document){.arena = k->a};
	write_head(k, &snapshot, m, period, &d->head);
	good = (!proven || verify(k)) && read_figures(k, m, period, d);
	report_end(k->r);
	return good;
}

/* -- corrections ----------------------------------------------------------------------------- */

/* What a period that was closed says otherwise by now: by the rules that its document was made by. */
static bool correct(struct making *k, struct report_document *d, const struct entry *closing)
{
	struct report_document stored, live;
	struct mechanism *m;
	bool good;

	if (!stored_document(k, closing, &stored))
		return false;
	m = report_mechanism(k->r, k->a, stored.head.revision);
	if (!m)
		return unreadable(k);
	good = make_live(k, m, &stored.head.period, false, &live);
	if (good)
		build_corrections(d, &stored, &live);
	mechanism_release(m);
	return good;
}

/* Of the period before, where it is closed; and of this one where an edition of it is stored. */
static bool correct_all(struct making *k, struct report_document *d)
{
	struct period before = period_before(&k->period);
	struct entry *closing = NULL;

	if (k->ask->drill)
		return true;
	if (!find_closing(k, before.name, &closing))
		return false;
	if (is_closed(closing) && !correct(k, d, closing))
		return false;
	return !k->closing || correct(k, d, k->closing);
}

/* -- the whole ------------------------------------------------------------------------------- */

/* Its texts are the mechanism's, too, which is held until the form is written. */
static bool live_document(struct making *k, struct mechanism *m, struct report_document *d)
{
	if (!make_live(k, m, &k->period, k->ask->close, d))
		return false;
	if (k->ask->close) {
		d->head.closed = true;
		d->head.edition = 1 + (k->closing ? json_member_int(k->closing->data, "edition") : 0);
	}
	return correct_all(k, d);
}

/* Of the units that were named, the first must be one of the report's. */
static bool keep_unit(struct making *k, struct report_document *d)
{
	const struct report_sheet *units = document_sheet(d, "units");
	const char *rest = k->ask->unit;
	const char *first = arena_str(k->a, list_next(&rest));
	int row = units ? report_find(units, "unit", first) : -1;

	if (row < 0)
		return refuse_with(k, ERROR_NOT_FOUND, "报表里没有这个单位;单位代码见 liandongctl units",
		    "There is no such unit in the report.");
	document_keep_unit(d, k->ask->unit, report_at(units, row, "name")->text);
	return true;
}

static void write_form(struct making *k, struct report_document *d, struct buf *out)
{
	const struct report_format_row *f = &report_formats[k->format];
	const char *why = NULL;

	if (k->ask->unit && !keep_unit(k, d))
		return;
	*k->made = (struct report_made){.code = OK,
	    .type = f->type,
	    .edition = d->head.closed ? d->head.edition : 0,
	    .seq = d->head.seq,
	    .chain = d->head.chain,
	    .revision = d->head.revision};
	if (!f->write(d, out, &why))
		refuse_with(k, ERROR_UNAVAILABLE, why, "The form cannot be written: no room in /tmp?");
	else if ((int64_t)out->n > REPORT_BYTES_MAX)
		refuse_with(k, ERROR_UNAVAILABLE, "报表太大,请缩短时段",
		    "The report is too large: ask for less.");
}

static bool make_from_store(struct making *k, struct report_document *d, struct mechanism **m)
{
	if (k->ask->edition)
		return edition_document(k, d);
	if (!find_closing(k, k->period.name, &k->closing))
		return false;
	if (is_closed(k->closing) && !k->ask->draft && !k->ask->close && !k->ask->drill)
		return stored_document(k, k->closing, d);
	if (k->ask->close && is_closed(k->closing))
		return refuse_with(k, ERROR_WRONG_STATE,
		    "该时期已定稿;要改,先由另一账号 period.reopen 并写明原因",
		    "It is closed; another account may reopen it, with a reason.");
	*m = rules_of(k, &k->period);
	return *m ? live_document(k, *m, d) : unreadable(k);
}

void report_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg)
{
	struct making k = {.ask = ask, .a = a, .made = made, .progress = progress, .arg = arg};
	struct report_document d;
	struct mechanism *m = NULL;
	char why[256];

	*made = (struct report_made){.code = OK};
	if (!understand(&k))
		return;
	k.r = reads_open(store, why, sizeof why);
	if (!k.r) {
		refuse_with(&k, ERROR_UNAVAILABLE, arena_text(a, why), arena_text(a, why));
		return;
	}
	if (make_from_store(&k, &d, &m))
		write_form(&k, &d, out);
	made->detail = arena_text(a, made->detail);
	mechanism_release(m);
	reads_close(k.r);
}
