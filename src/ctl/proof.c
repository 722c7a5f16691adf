/*
 * proof.c - liandongctl print clock: the proof of one clock (时限凭证), for a unit that disputes it, on a page.
 *
 * Computed again from what is stored: the rule and its article, whose time it was counted in, the calendar by
 * its revision, each counted stretch, what was deducted; the events that it rests on with the hashes of their
 * rows in the chain, and the chain's head, by which anybody who holds an old head can prove that none was
 * changed. No personal data stands in it.
 */
#include "ctl/reports.h"
#include "base/arena.h"
#include "base/html.h"
#include "base/time.h"
#include "domain/deadline.h"
#include "report/make.h"
#include "store/read.h"
#include <stdio.h>

#define EVENTS_PROVEN 40
#define ROW_EVENTS_MOST 128 /* a row of the chain ends at most so many events later */

struct proof {
	struct ctl *ctl;
	struct reads *r;
	struct arena *a;
	struct incident *inc;
	struct dispatch *d;
	enum clock_kind kind;
	struct mechanism *m;
	struct want_circumstances circumstances;
	struct want_events events;
	struct explanation x;
	int64_t seq;
	struct html h;
};

/* -- what is read ---------------------------------------------------------------------------- */

static bool read_matter(struct proof *p, const char *number, int n)
{
	struct want_incidents incidents = {.numbers = &number, .n = 1};
	struct reads_wants w = {
	    .incidents = &incidents, .events = &p->events, .circumstances = &p->circumstances};

	p->events.filter = (struct event_filter){.before = INT64_MAX, .incident = number, .limit = 500};
	if (reads_wait(p->r, p->a, &w) != STORE_OK)
		return ctl_fail(say("数据库读不出来", "the store cannot be read")) == EXIT_DONE;
	p->inc = incidents.found[0];
	p->d = p->inc ? incident_dispatch(p->inc, n) : NULL;
	p->seq = w.seq;
	return p->d ||
	    ctl_fail(say("没有联动指令 %s-%02d", "there is no dispatch %s-%02d"), number, n) == EXIT_DONE;
}

static bool explain_clock(struct proof *p)
{
	const struct clock *c = &p->d->clocks[p->kind];
	const char *revision = c->revision ? c->revision : p->d->revision;
	const struct dispatch *d = p->d;
	int64_t now = p->events.n > 0 ? p->events.v[0].e.at : d->issued_at; /* as of the last event */

	if (!c->start)
		return ctl_fail(say("这条指令没有%s时限,或还没有起算",
				    "the dispatch has no clock \"%s\", or it has not begun"),
			   ctl_word(clock_names[p->kind])) == EXIT_DONE;
	p->m = report_mechanism(p->r, p->a, revision);
	if (!p->m)
		return ctl_fail(say("机制版本 %s 读不出来", "revision %s cannot be read"), revision) ==
		    EXIT_DONE;
	deadline_explain(p->inc, p->d, p->m, &p->circumstances.all, p->kind, now, &p->x);
	return true;
}

/* -- what is written ------------------------------------------------------------------------- */

static const char *instant(struct proof *p, int64_t at)
{
	const struct report_cell c = {.empty = at == 0, .n = at};
	char text[CELL_TEXT_MAX];

	return arena_text(p->a, cell_words(&c, CELL_INSTANT, text));
}

static const char *length(struct proof *p, int64_t ms)
{
	const struct report_cell c = {.n = ms};
	char text[CELL_TEXT_MAX];

	return arena_text(p->a, cell_words(&c, CELL_DURATION, text));
}

static void fact(struct proof *p, const char *label, const char *text)
{
	const char *cells[] = {label, text};

	html_row(&p->h, cells, NULL, 2);
}

static const char *outcome(const struct explanation *x)
{
	if (x->late)
		return "超时";
	if (x->system_late)
		return "超时系统原因,不计考评";
	return x->met ? "按时" : x->stopped ? "已超过到期时刻,扣除后不计超时" : "计时中";
}

static void write_terms(struct proof *p)
{
	static const char *const times[CLOCK_TIME_COUNT] = {
	    [TIME_ALWAYS] = "7×24 小时连续", [TIME_OFFICE] = "只计办公时间", [TIME_WORKDAYS] = "只计工作日"};
	static const char *const heads[] = {"项目", "内容"};
	const struct unit *u = mechanism_unit(p->m, p->d->unit);
	const struct explanation *x = &p->x;
	char id[DISPATCH_ID_MAX];

	html_table(&p->h, heads, 2);
	fact(p, "联动指令", dispatch_id(p->inc, p->d, id));
	fact(p, "单位", u ? u->name : p->d->unit);
	fact(p, "时限", clock_rows[p->kind].limit);
	fact(p, "规定",
	    arena_printf(p->a, "%s(规则 %s)", x->limit.article ? x->limit.article : "–", x->limit.rule));
	fact(p, "时长", x->limit.limit_ms ? length(p, x->limit.limit_ms) : "到固定时刻");
	fact(p, "计时办法", times[x->limit.time]);
	fact(p, "日历、机制版本",
	    arena_printf(p->a, "%s%s", x->revision ? x->revision : p->m->revision,
		x->calendar_known ? "" : "(该年没有日历,按普通周计算)"));
	fact(p, "起算", instant(p, x->start));
	fact(p, "到期", instant(p, x->due));
	fact(p, clock_rows[p->kind].met, instant(p, x->stopped));
	fact(p, "扣除:等待送达", length(p, x->waited_ms));
	fact(p, "扣除:系统停机", length(p, x->away_ms));
	fact(p, "扣除:申请逾期未决", length(p, x->undecided_ms));
	fact(p, "结论", outcome(x));
	html_table_end(&p->h);
	html_element(&p->h, "p", NULL, x->sentence);
}

static void write_stretches(struct proof *p)
{
	static const char *const heads[] = {"自", "至", "计入"}, *const classes[] = {NULL, NULL, "n"};

	html_element(&p->h, "h2", NULL, "逐段计时");
	html_table(&p->h, heads, 3);
	for (int i = 0; i < p->x.n_stretches; i++) {
		const struct stretch *s = &p->x.stretches[i];
		const char *cells[] = {instant(p, s->from), instant(p, s->to), length(p, s->to - s->from)};

		html_row(&p->h, cells, classes, 3);
	}
	html_table_end(&p->h);
}

/* The hash after the row that holds this event. */
static const char *hash_of(struct proof *p, int64_t seq)
{
	struct digest digest;
	char hex[DIGEST_HEX];

	for (int64_t end = seq; end < seq + ROW_EVENTS_MOST && end <= p->seq; end++)
		if (audit_head_at(p->r, end, &digest))
			return arena_text(p->a, digest_hex(&digest, hex));
	return "–";
}

/* Reminders prove nothing of a step. */
static bool proves(const struct event *e, int dispatch)
{
	return e->dispatch == dispatch && e->type != EVENT_REMINDER_SENT &&
	    e->type != EVENT_ESCALATION_RAISED && e->type != EVENT_PERSONAL_READ;
}

/* What did not happen has no event: the numbers have no gap, so the chain proves that, too. */
static void write_absence(struct proof *p)
{
	if (!p->x.stopped)
		html_element(&p->h, "p", NULL,
		    arena_printf(p->a,
			"至链头为止没有“%s”的事件,所以没有可列的:事件序号连续,链值对得上,"
			"就证明其间没有发生过。",
			clock_rows[p->kind].met));
}

static void write_events(struct proof *p)
{
	static const char *const heads[] = {"序号", "发生", "事件", "事件链值(SHA-256)"};
	static const char *const classes[] = {"n", NULL, NULL, "mono"};
	int listed = 0;

	html_element(&p->h, "h2", NULL, "所依据的事件");
	html_table(&p->h, heads, 4);
	for (int i = p->events.n; i-- > 0 && listed < EVENTS_PROVEN;) {
		const struct event *e = &p->events.v[i].e;

		if (!proves(e, p->d->n))
			continue;
		const char *cells[] = {arena_printf(p->a, "%lld", (long long)e->seq), instant(p, e->at),
		    ctl_word(event_names[e->type]), hash_of(p, e->seq)};

		html_row(&p->h, cells, classes, 4);
		listed++;
	}
	html_table_end(&p->h);
	write_absence(p);
	html_open(&p->h, "p", "class", "mono", NULL);
	html_printf(&p->h, "链头 %lld:%s", (long long)p->seq, hash_of(p, p->seq));
	html_close(&p->h, "p");
	html_element(&p->h, "p", "small",
	    "核对:liandongctl audit verify --head 链头。链值对得上,其前的全部事件就没有被改动过。");
}

static void write_proof(struct proof *p)
{
	html_element(&p->h, "h1", NULL, "时限凭证");
	write_terms(p);
	write_stretches(p);
	write_events(p);
	html_line(&p->h, "联动办经办人", NULL);
}

static int print_proof(struct proof *p, const char *number, int n, const char *output)
{
	struct buf out = {0};
	int code = EXIT_REFUSED;

	if (read_matter(p, number, n) && explain_clock(p)) {
		p->h = ctl_paper(p->ctl, &out, "时限凭证", HTML_PORTRAIT, false);
		write_proof(p);
		html_end(&p->h);
		code = ctl_write_out(p->ctl, output, buf_view(&out));
	}
	buf_free(&out);
	return code;
}

int ctl_print_clock(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "-o"}, {.name = "--store"}};
	char number[NUMBER_MAX + 1], why[512];
	struct proof p = {.ctl = ctl, .a = ctl->arena};
	int n, kind, code;

	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 2 || !dispatch_id_parse(argv[0], number, &n))
		return ctl_usage(ctl,
		    say("需要联动指令和时限,如 350881202607100552300057-01 arrive",
			"a dispatch and a clock are expected, such as 350881202607100552300057-01 arrive"));
	kind = name_index(clock_names, DISPATCH_CLOCKS, argv[1]);
	if (kind < 0)
		return ctl_usage(ctl,
		    say("时限应为 delivery、acknowledge、arrive、first-report 或 next-report,不是 %s",
			"the clock is delivery, acknowledge, arrive, first-report or next-report, not %s"),
		    argv[1]);
	p.kind = (enum clock_kind)kind;
	if (!o[1].value && !ctl_options(ctl))
		return EXIT_REFUSED;
	p.r = reads_open(o[1].value ? o[1].value : ctl->options->store, why, sizeof why);
	if (!p.r)
		return ctl_fail("%s", why);
	code = print_proof(&p, number, n, o[0].value);
	mechanism_release(p.m);
	reads_close(p.r);
	return code;
}
