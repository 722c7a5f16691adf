/*
 * print.c - liandongctl print contacts, forms: what lies on paper at the desk for a day without power. From
 * the files, without a daemon; HTML that prints on A4.
 */
#include "base/arena.h"
#include "base/html.h"
#include "base/time.h"
#include "base/clock.h"
#include "ctl/ctl.h"
#include "domain/duty.h"
#include <stdio.h>

static int arguments(struct ctl *ctl, int argc, char **argv, const char **file)
{
	struct ctl_option o[] = {{.name = "-o"}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	*file = o[0].value;
	if (argc > 0)
		ctl_too_many(ctl, argv[0]);
	return argc == 0 ? EXIT_DONE : EXIT_USAGE;
}

/* -- the contact book ------------------------------------------------------------------------- */

/* A name and all the phones, a line each. */
static const char *contact_cell(struct arena *a, const struct contact *c)
{
	const char *text = c->name ? c->name : c->title ? c->title : "";

	for (int i = 0; i < c->n_phones; i++) {
		const struct contact_phone *p = &c->phones[i];

		text = arena_printf(a, "%s%s%s%s%s", text, *text ? "\n" : "", p->number,
		    p->extension ? "转" : "", p->extension ? p->extension : "");
	}
	return c->placeholder ? arena_printf(a, "%s\n(占位号码)", text) : text;
}

/* The few numbers that everybody needs, on top. */
static void put_numbers(struct html *h)
{
	static const char *const numbers[][2] = {{"急救", "120"}, {"火警", "119"},
	    {"政务服务便民热线", "12345"}, {"交通事故", "122"}, {"报警", "110"}};

	html_open(h, "p", "class", "numbers", NULL);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (i)
			html_text(h, "  ");
		html_printf(h, "%s ", numbers[i][0]);
		html_element(h, "b", NULL, numbers[i][1]);
	}
	html_close(h, "p");
}

static void put_units(struct html *h, struct arena *a, const struct mechanism *m, int tier)
{
	static const char *const heads[] = {"单位", "值班电话", "联络员", "负责人", "分管领导"};

	html_element(h, "h2", NULL,
	    tier == 1 ? "一级联动协作单位(7×24 小时值班)" : "二级联动协作单位(非工作时间找联络员、负责人)");
	html_table(h, heads, 5);
	for (int i = 0; i < m->n_units; i++) {
		const struct unit *u = &m->units[i];
		const char *cells[] = {u->name, contact_cell(a, &u->duty), contact_cell(a, &u->liaison),
		    contact_cell(a, &u->person_in_charge), contact_cell(a, &u->leader)};

		if (u->tier == tier)
			html_row(h, cells, NULL, 5);
	}
	html_table_end(h);
}

static void put_outside(struct html *h, struct arena *a, const struct mechanism *m)
{
	static const char *const heads[] = {"名称", "什么时候找它", "电话"};

	if (!m->n_contacts)
		return;
	html_element(h, "h2", NULL, "其他联系单位");
	html_table(h, heads, 3);
	for (int i = 0; i < m->n_contacts; i++) {
		const char *cells[] = {
		    m->contacts[i].name, m->contacts[i].about, contact_cell(a, &m->contacts[i].contact)};

		html_row(h, cells, NULL, 3);
	}
	html_table_end(h);
}

static const char *people_cell(struct arena *a, const struct duty_group *g)
{
	const char *text = "";

	for (int i = 0; i < g->n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "\n" : "", g->who[i]->contact.name);
	return text;
}

static const char *phones_cell(struct arena *a, const struct duty_group *g)
{
	const char *text = "";

	for (int i = 0; i < g->n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "\n" : "", g->who[i]->contact.phone);
	return text;
}

#define BOOK_DAYS 31

/* Of each unit that has one, day and hour by day and hour, as long as a month: swaps that are made later are
 * not on paper. */
static void put_rosters(struct html *h, struct arena *a, const struct mechanism *m, int64_t now)
{
	static const char *const heads[] = {"从", "到", "值班人", "电话"};
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
	struct duty *spans;

	for (int i = 0; i < m->n_rosters; i++) {
		int64_t first = day_start(local_day(now));
		int n = duty_spans(m, NULL, m->rosters[i].unit, first, first + BOOK_DAYS * DAY_MS, a, &spans);

		html_new_page(h);
		html_element(h, "h2", NULL, arena_printf(a, "%s值班表", m->rosters[i].unit->name));
		html_table(h, heads, 4);
		for (int k = 0; k < n; k++) {
			const char *cells[] = {time_chinese(spans[k].from, now, from),
			    time_chinese(spans[k].to, now, to),
			    spans[k].people.n ? people_cell(a, &spans[k].people) : "无人值班",
			    phones_cell(a, &spans[k].people)};

			html_row(h, cells, NULL, 4);
		}
		html_table_end(h);
	}
}

int ctl_print_contacts(struct ctl *ctl, int argc, char **argv)
{
	const char *file;
	char today[TIME_TEXT_MAX];
	struct buf b = {0};
	int64_t now = clock_wall().ms;

	if (arguments(ctl, argc, argv, &file) != EXIT_DONE)
		return EXIT_USAGE;
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	struct html h = ctl_paper(ctl, &b, "110社会联动应急联络簿", HTML_LANDSCAPE, false);
	html_element(&h, "h1", NULL, "110社会联动应急联络簿");
	html_printf(&h, "%.10s 印制,配置版本 %s", time_rfc3339(now, today), m->revision);
	put_numbers(&h);
	put_units(&h, ctl->arena, m, 1);
	put_units(&h, ctl->arena, m, 2);
	put_outside(&h, ctl->arena, m);
	put_rosters(&h, ctl->arena, m, now);
	html_end(&h);
	int code = ctl_write_out(ctl, file, buf_view(&b));
	buf_free(&b);
	mechanism_release(m);
	return code;
}

/* -- blank forms ------------------------------------------------------------------------------ */

#define DATE "　　　年　　月　　日　　时　　分"

/* What incident.report takes, in the order in which a caller is asked. */
static const struct html_field taken[] = {
    {.label = "编号", .text = "(自编,恢复后按此录入)"},
    {.label = "接警时间", .text = DATE},
    {.label = "报警人姓名"},
    {.label = "报警人电话"},
    {.label = "地点", .text = "(乡镇街道、村社区、路、门牌)", .tall = true},
    {.label = "何事", .text = "(报警人原话)", .tall = true},
    {.label = "级别", .text = "□ 危急 P1　□ 紧急 P2　□ 求助 P3　□ 非紧急 P4"},
    {.label = "类别"},
    {.label = "保密", .text = "警情保密:□ 是　□ 否　　报警人要求保密:□ 是　□ 否"},
    {.label = "已通知", .text = "□ 120　□ 119　□ 122　　时间:"},
    {.label = "派往单位(主办)"},
    {.label = "派往单位(协办)"},
    {.label = "通知方式、接听人"},
    {.label = "接警员签字"},
};
static const struct html_field instructed[] = {
    {.label = "警情编号"},
    {.label = "下达时间", .text = DATE},
    {.label = "单位", .text = "□ 主办　□ 协办　□ 知会　　单位:"},
    {.label = "事由", .tall = true},
    {.label = "地点"},
    {.label = "应签收时间"},
    {.label = "应到场时间", .text = "(城区 30 分钟,机制第十二条)"},
    {.label = "下达人、电话"},
};
static const struct html_field ended[] = {
    {.label = "结果", .tall = true},
    {.label = "回访", .text = "□ 满意　□ 基本满意　□ 不满意　□ 未接通　　时间、回访人:"},
};
/* What the unit said by phone, step by step: dispatch.* on_behalf. */
static const char *const steps[] = {"签收", "出发", "到场", "首次反馈", "后续反馈", "处置完毕", "申请改派"};

static void put_steps(struct html *h)
{
	static const char *const heads[] = {"步骤", "时间(月日时分)", "单位何人、电话", "内容", "记录人"};

	html_hand(h);
	html_table(h, heads, 5);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		html_row(h, (const char *const[]){steps[i], "", "", "", ""}, NULL, 5);
	html_table_end(h);
	html_hand_end(h);
}

int ctl_print_forms(struct ctl *ctl, int argc, char **argv)
{
	const char *file;
	struct buf b = {0};

	if (arguments(ctl, argc, argv, &file) != EXIT_DONE)
		return EXIT_USAGE;
	ctl_options_found(ctl); /* is it for training? */
	struct html h = ctl_paper(ctl, &b, "110社会联动纸质表单", HTML_PORTRAIT, false);
	html_element(&h, "h1", NULL, "110社会联动接警登记表");
	html_element(&h, "p", NULL, "停电、断网时手写;恢复后以补录(backfill)录入,时间照此表填写。");
	html_form(&h, taken, sizeof taken / sizeof *taken);
	html_new_page(&h);
	html_element(&h, "h1", NULL, "110社会联动指令单");
	html_element(&h, "p", NULL, "一个单位一张,电话下达;单位来电逐行登记。");
	html_form(&h, instructed, sizeof instructed / sizeof *instructed);
	put_steps(&h);
	html_form(&h, ended, sizeof ended / sizeof *ended);
	html_end(&h);
	int code = ctl_write_out(ctl, file, buf_view(&b));
	buf_free(&b);
	return code;
}
