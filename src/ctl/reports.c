/*
 * reports.c - liandongctl report month, quarter, year, span; report verify; score: made here from the store, by
 * the same code as the daemon's report process, beside a running daemon or without one.
 */
#include "ctl/reports.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "report/make.h"
#include "store/report.h"
#include <stdio.h>
#include <unistd.h>

/* -- a person who waits ---------------------------------------------------------------------- */

/* Said where it takes longer than a second, on a terminal. */
void reports_progress(void *arg, int64_t done, int64_t of)
{
	struct waiter *w = arg;

	if (!isatty(2) || clock_mono().ms - w->since_ms < 1000)
		return;
	fprintf(stderr, say("\r制作中 %lld / %lld", "\rmaking it: %lld of %lld"), (long long)done,
	    (long long)of);
	w->said = true;
}

void reports_progress_end(struct waiter *w)
{
	if (w->said)
		fputs("\r\033[K", stderr);
	w->said = false;
}

/* -- one report ------------------------------------------------------------------------------ */

struct report_options {
	const char *format, *output, *unit, *store;
	bool drill, draft;
	uint64_t edition; /* 0: the one in force */
};

/* The unit by its code, or by a name that the report has; NULL with the sentence printed. */
static const char *unit_code(const struct report_document *d, const char *given)
{
	static const char *const columns[] = {"unit", "name"};
	const struct report_sheet *units = document_sheet(d, "units");

	for (int i = 0; units && i < 2; i++) {
		int row = report_find(units, columns[i], given);

		if (row >= 0)
			return report_at(units, row, "unit")->text;
	}
	ctl_fail(say("报表里没有单位 %s;单位代码见 liandongctl units",
		     "unit %s is not in the report; liandongctl units has the codes"),
	    given);
	return NULL;
}

/* Makes it; false with the sentence printed. */
static bool make(struct ctl *ctl, const char *kind, const char *period, const struct report_options *o,
    const char *format, struct buf *out)
{
	struct report_ask ask = {.kind = kind,
	    .period = period,
	    .format = format,
	    .unit = o->unit,
	    .drill = o->drill,
	    .draft = o->draft,
	    .edition = (int64_t)o->edition,
	    .english = ctl->english};
	struct waiter waiter = {.since_ms = clock_mono().ms};
	struct report_made made;

	if (!o->store && !ctl_options(ctl))
		return false;
	report_make(o->store ? o->store : ctl->options->store, &ask, ctl->arena, out, &made, reports_progress,
	    &waiter);
	reports_progress_end(&waiter);
	if (made.code != OK)
		ctl_fail("%s", made.detail ? made.detail : error_kinds[made.code].zh);
	return made.code == OK;
}

static bool read_back(struct ctl *ctl, const struct buf *json, struct report_document *d)
{
	bool good = document_parse(ctl->arena, buf_view(json), d);

	if (!good)
		ctl_fail(say("报表读不懂", "the report cannot be understood"));
	return good;
}

/* -- where it goes --------------------------------------------------------------------------- */

static int put(struct ctl *ctl, const struct report_options *o, struct str bytes)
{
	if (!o->output && ctl->terminal && text_eq(o->format, "xlsx"))
		return ctl_usage(ctl,
		    say("XLSX 请写到文件:-o 文件.xlsx", "XLSX goes into a file: -o FILE.xlsx"));
	int code = ctl_write_out(ctl, o->output, bytes);
	if (!o->output && text_eq(o->format, "json"))
		putchar('\n');
	return code;
}

/* -- on a terminal --------------------------------------------------------------------------- */

static void show_sheet(struct ctl *ctl, const struct report_document *d, const char *sheet,
    const char *const *columns, int n)
{
	const struct report_sheet *s = document_sheet(d, sheet);
	struct both heads[16]; /* a document's, in its language */
	const char *cells[16];
	char text[CELL_TEXT_MAX];
	struct table t;

	if (!s || s->n_rows == 0)
		return;
	for (int i = 0; i < n; i++)
		heads[i].zh = heads[i].en = s->columns[report_column_of(s, columns[i])].title;
	table_init(&t, ctl->arena, heads, n);
	for (int row = 0; row < s->n_rows; row++) {
		for (int i = 0; i < n; i++) {
			int column = report_column_of(s, columns[i]);

			cells[i] = arena_text(ctl->arena,
			    cell_words(report_cell_of(s, row, column), s->columns[column].kind, text));
		}
		table_row(&t, cells);
	}
	printf("\n%s\n", s->title);
	table_print(&t);
}

static int show(struct ctl *ctl, const struct buf *json)
{
	static const char *const summary[] = {"title", "part", "whole", "rate", "rate_before"};
	static const char *const units[] = {"name", "dispatches", "counted", "acknowledge_rate",
	    "arrive_rate", "first_report_rate", "satisfaction", "findings", "score", "rank"};
	struct report_document d;
	struct report_fact facts[REPORT_FACTS_MAX];
	int n;

	if (!read_back(ctl, json, &d))
		return EXIT_REFUSED;
	puts(document_title(&d));
	n = document_facts(&d, facts);
	for (int i = 0; i < n; i++)
		printf("  %s  %s\n", facts[i].label, facts[i].text);
	show_sheet(ctl, &d, "summary", summary, 5);
	show_sheet(ctl, &d, "units", units, 10);
	puts(say("\n全部表格:--format html|xlsx|csv|json -o 文件",
	    "\nA report is the city's document, the same bytes whoever makes it, and in Chinese; with "
	    "--format json its "
	    "members have stable English names. All tables: --format html|xlsx|csv|json -o FILE"));
	return EXIT_DONE;
}

static int parse_report(struct ctl *ctl, int argc, char **argv, struct report_options *out)
{
	struct ctl_option o[] = {{.name = "--format"}, {.name = "-o"}, {.name = "--unit"},
	    {.name = "--store"}, {.name = "--drill", .flag = true}, {.name = "--draft", .flag = true},
	    {.name = "--edition"}};
	const char *dot;

	argc = ctl_parse(ctl, argc, argv, o, 7);
	*out = (struct report_options){.format = o[0].value,
	    .output = o[1].value,
	    .unit = o[2].value,
	    .store = o[3].value,
	    .drill = o[4].value,
	    .draft = o[5].value};
	if (o[6].value &&
	    (!str_uint(str_of(o[6].value), &out->edition) || out->edition < 1 || out->edition > 1000000)) {
		ctl_usage(ctl, say("--edition 应为版次,如 1", "--edition takes an edition, such as 1"));
		return -1;
	}
	dot = out->output ? strrchr(out->output, '.') : NULL;
	if (!out->format && dot && !strchr(dot, '/'))
		out->format = dot + 1;
	if (!out->format && ctl->json)
		out->format = "json";
	return argc;
}

/* The code of the unit that was named, whose report is not yet narrowed to it. */
static const char *known_unit(struct ctl *ctl, const char *kind, const char *period,
    const struct report_options *o)
{
	struct report_options all = *o;
	struct report_document d;
	struct buf out = {0};
	const char *code = NULL;

	all.unit = NULL;
	if (make(ctl, kind, period, &all, "json", &out) && read_back(ctl, &out, &d))
		code = unit_code(&d, o->unit);
	buf_free(&out);
	return code;
}

static int run(struct ctl *ctl, enum period_kind kind, int argc, char **argv)
{
	struct report_options o;
	struct buf out = {0};
	int code;

	argc = parse_report(ctl, argc, argv, &o);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_usage(ctl, "%s", period_expected(kind, ctl->english));
	if (o.unit && !(o.unit = known_unit(ctl, period_kind_names[kind], argv[0], &o)))
		return EXIT_REFUSED;
	if (!make(ctl, period_kind_names[kind], argv[0], &o, o.format ? o.format : "json", &out))
		code = EXIT_REFUSED;
	else
		code = o.format ? put(ctl, &o, buf_view(&out)) : show(ctl, &out);
	buf_free(&out);
	return code;
}

int ctl_report_month(struct ctl *ctl, int argc, char **argv)
{
	return run(ctl, PERIOD_MONTH, argc, argv);
}

int ctl_report_quarter(struct ctl *ctl, int argc, char **argv)
{
	return run(ctl, PERIOD_QUARTER, argc, argv);
}

int ctl_report_year(struct ctl *ctl, int argc, char **argv)
{
	return run(ctl, PERIOD_YEAR, argc, argv);
}

int ctl_report_span(struct ctl *ctl, int argc, char **argv)
{
	return run(ctl, PERIOD_SPAN, argc, argv);
}

/* -- the proof ------------------------------------------------------------------------------- */

#define DIFFERENCES_PRINTED 50

/* Whose progress is shown, and what was printed: one argument of both. */
struct proving {
	struct waiter waiter;
	int64_t printed;
};

static void proof_progress(void *arg, int64_t done, int64_t of)
{
	reports_progress(&((struct proving *)arg)->waiter, done, of);
}

static void print_difference(void *arg, const struct report_difference *d)
{
	struct proving *p = arg;

	reports_progress_end(&p->waiter);
	if (p->printed++ < DIFFERENCES_PRINTED)
		fprintf(stderr,
		    say("%s %s:汇总 %lld,逐条合计 %lld\n", "%s %s: %lld summed, %lld by the records\n"),
		    d->key, d->counter, (long long)d->kept, (long long)d->summed);
}

static int verify(struct ctl *ctl, struct reads *r, const struct period *p)
{
	struct proving proof = {.waiter.since_ms = clock_mono().ms};
	struct report_snapshot snapshot;
	char why[256] = "", hex[DIGEST_HEX];
	int64_t n;

	if (report_begin(r, &snapshot) != STORE_OK)
		return ctl_fail(say("数据库读不出来", "the store cannot be read"));
	n = report_verify(r, period_from_ms(p), period_to_ms(p), ctl->english, why, sizeof why,
	    print_difference, proof_progress, &proof);
	report_end(r);
	reports_progress_end(&proof.waiter);
	if (n < 0)
		return ctl_fail("%s", why);
	if (n > 0)
		return ctl_fail(say("%s:有 %lld 个数与逐条记录不符", "%s: %lld sums differ from the records"),
		    p->name, (long long)n);
	if (ctl->json)
		printf("{\"period\":\"%s\",\"seq\":%lld,\"head\":\"%s\",\"differences\":0}\n", p->name,
		    (long long)snapshot.seq, digest_hex(&snapshot.head, hex));
	else
		printf(say("%s:汇总与逐条记录一致(第 %lld 号事件为止)\n",
			   "%s: the sums agree with every record, up to event %lld\n"),
		    p->name, (long long)snapshot.seq);
	return EXIT_DONE;
}

/* The one that was named, or this quarter and the one before. */
static int verify_all(struct ctl *ctl, struct reads *r, const char *named)
{
	struct date today = day_date(local_day(clock_wall().ms));
	struct period p, before;
	int code;

	if (named)
		return period_find(str_of(named), &p) ? verify(ctl, r, &p) : EXIT_USAGE;
	period_find(str_of(arena_printf(ctl->arena, "%04dQ%d", today.year, (today.month - 1) / 3 + 1)), &p);
	before = period_before(&p);
	code = verify(ctl, r, &before);
	return code == EXIT_DONE ? verify(ctl, r, &p) : code;
}

int ctl_report_verify(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--store"}};
	struct period p;
	char why[512];
	struct reads *r;
	int code;

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc > 1 || (argc == 1 && !period_find(str_of(argv[0]), &p)))
		return ctl_usage(ctl,
		    say("需要时期:2026-03、2026Q1、2026 或 2026-03-01..2026-03-15",
			"a period is expected: 2026-03, 2026Q1, 2026 or 2026-03-01..2026-03-15"));
	if (!o[0].value && !ctl_options(ctl))
		return EXIT_REFUSED;
	r = reads_open(o[0].value ? o[0].value : ctl->options->store, why, sizeof why);
	if (!r)
		return ctl_fail("%s", why);
	code = verify_all(ctl, r, argc ? argv[0] : NULL);
	reads_close(r);
	return code;
}

/* -- a score --------------------------------------------------------------------------------- */

/* 「  B-01.f1  超时 0:40:00,时限 0:30:00,超过时限一倍,折 2.00 件;证据:第 99 号事件」 */
static void explain_finding(const struct report_document *d, const struct report_sheet *s, int row)
{
	printf("    %s  %s", report_words(d, s, row, "finding"), report_words(d, s, row, "day"));
	if (!report_at(s, row, "late")->empty)
		printf(" 超时 %s(时限 %s)", report_words(d, s, row, "late"),
		    report_words(d, s, row, "limit"));
	if (!report_at(s, row, "grade")->empty)
		printf(",%s", report_words(d, s, row, "grade"));
	printf(",%s", report_words(d, s, row, "state_title"));
	if (report_at(s, row, "cases")->n == 0)
		printf(",不扣分");
	else
		printf(",折 %s 件", report_words(d, s, row, "cases"));
	if (!report_at(s, row, "evidence")->empty)
		printf(";证据:第 %s 号事件", report_words(d, s, row, "evidence"));
	putchar('\n');
}

static void explain_class(struct ctl *ctl, const struct report_document *d, const struct report_sheet *s,
    int row)
{
	const struct report_sheet *findings = document_sheet(d, "findings");
	const char *class = report_at(s, row, "class")->text;

	printf("  %s(%s):%s 件扣分,折 %s 件", report_words(d, s, row, "class_title"),
	    report_words(d, s, row, "article"), report_words(d, s, row, "findings"),
	    report_words(d, s, row, "cases"));
	if (!report_at(s, row, "denominator")->empty)
		printf(",应办 %s 件%s", report_words(d, s, row, "of"),
		    report_at(s, row, "of")->n < report_at(s, row, "denominator")->n
			? arena_printf(ctl->arena, "(不足 %s 件,按 %s 件算)",
			      report_words(d, s, row, "denominator"), report_words(d, s, row, "denominator"))
			: "");
	printf(",应扣 %s 分,最多扣 %s 分,实扣 %s 分\n", report_words(d, s, row, "points"),
	    report_words(d, s, row, "most"), report_words(d, s, row, "taken"));
	for (int i = 0; findings && i < findings->n_rows; i++)
		if (text_eq(report_at(findings, i, "class")->text, class))
			explain_finding(d, findings, i);
}

/* One line, or every deduction with its findings and their evidence. */
static int explain(struct ctl *ctl, const struct report_document *d, bool all)
{
	const struct report_sheet *units = document_sheet(d, "units"), *s = document_sheet(d, "deductions");
	char title[PERIOD_TITLE_MAX];

	if (!units || units->n_rows != 1 || report_at(units, 0, "score")->empty)
		return ctl_fail("%s",
		    say("没有得分:该时期的机制(policy.yaml)没有写计分办法 rubric",
			"there are no scores: the mechanism of that period (policy.yaml) has no rubric"));
	printf("%s %s得分 %s(满分 %s),计入考评的指令 %s 件", report_words(d, units, 0, "name"),
	    period_title(&d->head.period, title), report_words(d, units, 0, "score"),
	    report_words(d, units, 0, "base"), report_words(d, units, 0, "counted"));
	if (report_at(units, 0, "rank")->empty)
		puts(";件数太少,不排名。");
	else
		printf(";第 %s 组第 %s 名。\n", report_words(d, units, 0, "group"),
		    report_words(d, units, 0, "rank"));
	printf("  %s;%s\n",
	    d->head.official ? "官方计分办法" : "计分办法是本系统约定的,不是官方的(附件未公开)",
	    d->head.closed ? "定稿" : "草稿,可能变动");
	for (int row = 0; all && s && row < s->n_rows; row++)
		explain_class(ctl, d, s, row);
	if (!s || s->n_rows == 0)
		puts("  没有扣分。");
	return EXIT_DONE;
}

bool reports_document(struct ctl *ctl, const char *period, const char *unit, const char *store,
    struct report_document *d)
{
	struct report_options with = {.store = store};
	struct buf out = {0};
	const char *code = NULL, *name = NULL;
	bool good = make(ctl, "", period, &with, "json", &out) && read_back(ctl, &out, d);

	buf_free(&out);
	if (!good || !unit)
		return good;
	code = unit_code(d, unit);
	if (!code)
		return false;
	name = report_at(document_sheet(d, "units"), report_find(document_sheet(d, "units"), "unit", code),
	    "name")
		   ->text;
	document_keep_unit(d, code, name);
	return true;
}

int ctl_score(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--explain", .flag = true}, {.name = "--store"}};
	struct report_document d;
	struct buf out = {0};
	int code = EXIT_DONE;

	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 2)
		return ctl_usage(ctl,
		    say("需要单位和时期,如 water 2026Q1",
			"a unit and a period are expected, such as water 2026Q1"));
	if (!reports_document(ctl, argv[1], argv[0], o[1].value, &d))
		return EXIT_REFUSED;
	if (!ctl->json)
		return explain(ctl, &d, o[0].value);
	document_json(&d, &out, NULL);
	fwrite(out.p, 1, out.n, stdout);
	putchar('\n');
	buf_free(&out);
	return code;
}
