/*
 * papers.c - liandongctl print order, criticism, statement, callbacks: documents ready to print, as HTML on A4
 * that a word processor edits. They are drafts: measures are acts of people, who give them their document
 * number. No personal data stands in any of them.
 */
#include "ctl/reports.h"
#include "base/arena.h"
#include "base/html.h"
#include "base/time.h"
#include "domain/matter.h"
#include "store/read.h"
#include <stdio.h>

struct paper {
	struct ctl *ctl;
	struct report_document d;
	struct html h;
	const char *until, *unit_name; /* unit_name: in full, as official papers have it */
};

/* -- what they share ------------------------------------------------------------------------- */

/* As units.yaml has it in full; tables have the short one. */
static const char *unit_name_of(struct ctl *ctl, const struct report_document *d)
{
	struct mechanism *m = ctl_mechanism(ctl);
	const struct unit *unit = m ? mechanism_unit(m, d->head.unit) : NULL;
	const char *name = unit ? arena_text(ctl->arena, unit->name) : d->head.unit_name;

	mechanism_release(m);
	return name;
}

/* Is this row of the findings one that the document names? */
typedef bool chosen(const struct report_sheet *s, int row);

static bool has_state(const struct report_sheet *s, int row, enum finding_state state)
{
	return text_eq(report_at(s, row, "state")->text, finding_state_names[state]);
}

static bool stands(const struct report_sheet *s, int row)
{
	return !has_state(s, row, FINDING_VOID) && !has_state(s, row, FINDING_LAPSED);
}

/* What Art. 13 names: shirking, refusing, false reports. */
static bool to_be_criticised(const struct report_sheet *s, int row)
{
	static const enum finding_class classes[] = {FINDING_RETURN, FINDING_REFUSED, FINDING_FALSE_REPORT};

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (text_eq(report_at(s, row, "class")->text, finding_class_names[classes[i]]))
			return has_state(s, row, FINDING_CONFIRMED) || has_state(s, row, FINDING_UPHELD) ||
			    has_state(s, row, FINDING_OPEN);
	return false;
}

static int write_findings(struct paper *p, chosen *which, bool units, const char *extra)
{
	static const char *const columns[] = {
	    "name", "finding", "class_title", "day", "limit", "late", "state_title", "article", "evidence"};
	static const char *const heads[] = {
	    "单位", "事项编号", "事项", "日期", "时限", "超时", "状态", "依据", "证据事件"};
	const struct report_sheet *s = document_sheet(&p->d, "findings");
	const char *cells[10], *shown[10];
	int first = units ? 0 : 1, n = 9 - first, listed = 0;

	memcpy(shown, heads + first, (size_t)n * sizeof *shown);
	shown[n] = extra;
	html_table(&p->h, shown, n + (extra != NULL));
	for (int row = 0; s && row < s->n_rows; row++) {
		if (!which(s, row))
			continue;
		for (int i = 0; i < n; i++)
			cells[i] = report_words(&p->d, s, row, columns[first + i]);
		cells[n] = "";
		html_row(&p->h, cells, NULL, n + (extra != NULL));
		listed++;
	}
	html_table_end(&p->h);
	if (s && s->note && strncmp(s->note, "共", strlen("共")) == 0)
		html_element(&p->h, "p", "small", s->note);
	return listed;
}

static void write_source(struct paper *p)
{
	struct report_fact facts[REPORT_FACTS_MAX];
	int n = document_facts(&p->d, facts);

	for (int i = 0; i < n; i++) {
		html_open(&p->h, "p", "class", "small", NULL);
		html_printf(&p->h, "%s:%s", facts[i].label, facts[i].text);
		html_close(&p->h, "p");
	}
}

static void write_number(struct paper *p)
{
	html_element(&p->h, "p", "draft", "草稿:文号、签发人由联动办填写后生效");
	html_line(&p->h, "文号", NULL);
}

static void write_signature(struct paper *p, const char *label)
{
	html_line(&p->h, label, NULL);
	html_line(&p->h, "日期", NULL);
}

/* -- the papers ------------------------------------------------------------------------------ */

static int write_order(struct paper *p)
{
	static const struct html_field reply[] = {
	    {.label = "整改情况", .tall = true}, {.label = "单位负责人、日期"}};
	static const struct html_field settled[] = {
	    {.label = "联动办经办人、日期"}, {.label = "签发人、日期"}};

	html_element(&p->h, "h1", NULL, "110 社会联动督办单");
	write_number(p);
	html_line(&p->h, "承办单位", p->unit_name);
	html_line(&p->h, "办理期限", p->until);
	html_element(&p->h, "h2", NULL, "督办事项");
	int n = write_findings(p, stands, false, NULL);
	html_element(&p->h, "h2", NULL, "要求");
	html_element(&p->h, "p", NULL,
	    "请在办理期限内查明原因、落实整改,并书面回复联动办;对事项有异议的,可在申诉期限内申请复核。联动办"
	    "核实后销号。");
	html_element(&p->h, "h2", NULL, "回复");
	html_form(&p->h, reply, sizeof reply / sizeof *reply);
	html_element(&p->h, "h2", NULL, "销号");
	html_form(&p->h, settled, sizeof settled / sizeof *settled);
	return n;
}

static int write_criticism(struct paper *p)
{
	char title[PERIOD_TITLE_MAX];

	html_element(&p->h, "h1", NULL, "关于推诿、拒不履行联动职责情况的通报");
	write_number(p);
	html_open(&p->h, "p", NULL);
	html_printf(&p->h, "根据《漳平市110社会联动工作机制》第十三条,现将%s以下事项予以通报批评。",
	    period_title(&p->d.head.period, title));
	html_close(&p->h, "p");
	int n = write_findings(p, to_be_criticised, true, NULL);
	html_element(&p->h, "p", NULL, "望各成员单位引以为戒,严格落实首接负责和先期处置,不得推诿。");
	write_signature(p, "签发人");
	return n;
}

static int write_statement(struct paper *p)
{
	char title[PERIOD_TITLE_MAX];

	html_element(&p->h, "h1", NULL, "待核考评事项月度确认单");
	html_line(&p->h, "单位", p->unit_name);
	html_line(&p->h, "月份", period_title(&p->d.head.period, title));
	html_element(&p->h, "p", NULL,
	    "下列事项请逐项核对。无异议的确认;有异议的在申诉期限内申请复核并附证据。到期既不确认也不申请的,"
	    "视为"
	    "确认。");
	int n = write_findings(p, stands, false, "确认/异议");
	if (n == 0)
		html_element(&p->h, "p", NULL, "本月没有待核考评事项。");
	write_signature(p, "确认人");
	html_line(&p->h, "单位盖章", NULL);
	return n;
}

struct paper_kind {
	int (*write)(struct paper *p);
	bool needs_unit, may_be_empty;
	const char *title, *nothing;
};

static int print_paper(struct ctl *ctl, const struct paper_kind *k, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "-o"}, {.name = "--until"}, {.name = "--store"}};
	struct paper p = {.ctl = ctl};
	struct buf out = {0};
	int code = EXIT_REFUSED;

	argc = ctl_parse(ctl, argc, argv, o, 3);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != (k->needs_unit ? 2 : 1))
		return ctl_usage(ctl,
		    k->needs_unit ? say("需要单位和时期,如 water 2026-03",
					"a unit and a period are expected, such as water 2026-03")
				  : say("需要时期,如 2026Q1", "a period is expected, such as 2026Q1"));
	p.until = o[1].value;
	if (!reports_document(ctl, argv[argc - 1], k->needs_unit ? argv[0] : NULL, o[2].value, &p.d))
		return EXIT_REFUSED;
	if (k->needs_unit)
		p.unit_name = unit_name_of(ctl, &p.d);
	p.h = ctl_paper(ctl, &out, k->title, HTML_PORTRAIT, p.d.head.training);
	if (k->write(&p) == 0 && !k->may_be_empty)
		ctl_fail("%s", k->nothing);
	else {
		html_element(&p.h, "h3", NULL, "数据来源");
		write_source(&p);
		html_end(&p.h);
		code = ctl_write_out(ctl, o[0].value, buf_view(&out));
	}
	buf_free(&out);
	return code;
}

int ctl_print_order(struct ctl *ctl, int argc, char **argv)
{
	static const struct paper_kind k = {
	    write_order, true, false, "督办单", "该单位在该时期没有可督办的事项"};

	return print_paper(ctl, &k, argc, argv);
}

int ctl_print_criticism(struct ctl *ctl, int argc, char **argv)
{
	static const struct paper_kind k = {write_criticism, false, false, "通报批评",
	    "该时期没有第十三条所列的事项(推诿、拒不履行、虚报):只有这些可以通报批评"};

	return print_paper(ctl, &k, argc, argv);
}

int ctl_print_statement(struct ctl *ctl, int argc, char **argv)
{
	static const struct paper_kind k = {write_statement, true, true, "月度确认单", ""};

	return print_paper(ctl, &k, argc, argv);
}

/* -- call-backs ------------------------------------------------------------------------------ */

static const char *callback_word(const struct incident *inc)
{
	static const char *const words[CALLBACK_RESULTS] = {[CALLBACK_NONE] = "",
	    [CALLBACK_SATISFIED] = "满意",
	    [CALLBACK_BASICALLY] = "基本满意",
	    [CALLBACK_DISSATISFIED] = "不满意",
	    [CALLBACK_UNREACHED] = "未接通"};

	return words[inc->callback_result];
}

static const char *when(struct ctl *ctl, int64_t at)
{
	const struct report_cell c = {.empty = at == 0, .n = at};
	char text[CELL_TEXT_MAX];

	return at ? arena_text(ctl->arena, cell_words(&c, CELL_INSTANT, text)) : "";
}

/* Its name; its code where the mechanism is not at hand, or has it no more. */
static const char *lead_of(const struct incident *inc, const struct mechanism *m)
{
	for (int i = inc->n_dispatches; i-- > 0;) {
		const struct dispatch *d = &inc->dispatches[i];
		const struct unit *unit = m ? mechanism_unit(m, d->unit) : NULL;

		if (d->role == AS_LEAD)
			return unit ? unit->name : d->unit;
	}
	return "";
}

static void write_callback(struct ctl *ctl, struct html *h, const struct incident *inc,
    const struct mechanism *m)
{
	const char *cells[] = {inc->number, lead_of(inc, m), when(ctl, inc->completed_at),
	    when(ctl, inc->callback_at), callback_word(inc), ""};

	html_row(h, cells, NULL, 6);
}

/* To be called back, or called: what was not well is open again, and was called all the same. */
static bool of_callbacks(const struct incident *inc)
{
	return !inc->drill && (inc->callback_at || (inc->completed_at && incident_calls_back(inc)));
}

/* Of those reported in the span, without the confidential ones. Newest page first. */
static int write_callbacks(struct ctl *ctl, struct reads *r, struct html *h, const struct period *p,
    const struct mechanism *m)
{
	struct want_page page = {.filter = {.state = -1,
				     .limit = 200,
				     .from = period_from_ms(p),
				     .to = period_to_ms(p),
				     .no_confidential = true}};
	int n = 0;

	do {
		struct reads_wants w = {.page = &page};
		struct arena *a = arena_new();

		page.n = 0;
		if (reads_wait(r, a, &w) != STORE_OK) {
			arena_free(a);
			return -1;
		}
		for (int i = 0; i < page.n; i++)
			if (of_callbacks(page.v[i])) {
				write_callback(ctl, h, page.v[i], m);
				n++;
			}
		page.filter.before = page.next;
		arena_free(a);
	} while (page.next);
	return n;
}

int ctl_print_callbacks(struct ctl *ctl, int argc, char **argv)
{
	static const char *const heads[] = {
	    "警情编号", "主办单位", "处置完毕", "最近一次回访", "结果", "备注"};
	struct ctl_option o[] = {{.name = "-o"}, {.name = "--store"}};
	char title[PERIOD_TITLE_MAX], why[512];
	struct buf out = {0};
	struct period p;
	struct reads *r;
	struct mechanism *m;
	struct html h;
	int code;

	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1 || !period_find(str_of(argv[0]), &p))
		return ctl_usage(ctl,
		    say("需要时期,如 2026-03 或 2026-03-01..2026-03-01",
			"a period is expected, such as 2026-03 or 2026-03-01..2026-03-01"));
	if (!o[1].value && !ctl_options(ctl))
		return EXIT_REFUSED;
	r = reads_open(o[1].value ? o[1].value : ctl->options->store, why, sizeof why);
	if (!r)
		return ctl_fail("%s", why);
	h = ctl_paper(ctl, &out, "回访登记", HTML_LANDSCAPE, false);
	html_element(&h, "h1", NULL, arena_printf(ctl->arena, "回访登记(%s)", period_title(&p, title)));
	html_element(&h, "p", "small",
	    "演练、补录、涉密和没有电话的警情不在内。回访只在规定时段拨打;不同日期三次未接通的,记为未接通。");
	html_table(&h, heads, 6);
	m = ctl_mechanism(ctl);
	code = write_callbacks(ctl, r, &h, &p, m) < 0
	    ? ctl_fail(say("数据库读不出来", "the store cannot be read"))
	    : EXIT_DONE;
	html_table_end(&h);
	html_line(&h, "回访人", NULL);
	html_end(&h);
	mechanism_release(m);
	if (code == EXIT_DONE)
		code = ctl_write_out(ctl, o[0].value, buf_view(&out));
	reads_close(r);
	buf_free(&out);
	return code;
}
