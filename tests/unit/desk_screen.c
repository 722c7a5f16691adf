/* desk_screen.c - what the screen says: columns of Chinese, what is late, sizes, what comes from outside. */
#include <stdio.h>
#include "desk_base.h"
#include "base/utf8.h"
#include "desk/draft.h"
#include "desk/fit.h"
#include "desk/screen.h"

static const char *row_text(struct evening *e, int i, int columns)
{
	struct screen_line l;

	screen_row(e->a, &e->queue.rows[i], e->now, columns, &l);
	return screen_plain(e->a, &l);
}

static void rows_in_columns(void **state)
{
	struct evening e = evening();

	(void)state;
	/* at 23:09:41 供电 is 12 s late, 120 has 48 s, the incident is 1:12 old; ! stands for what is reversed */
	assert_string_equal(row_text(&e, 0, 80),
	    " 1 ◆危急 触电       和平中路12号        !供电 未 签收 -0:12  120 未 +1       1:12");
	assert_string_equal(row_text(&e, 0, 120),
	    " 1 ◆危急 触电             和平中路12号                      !供电 未 签收 -0:12  120 未  消防 "
	    "签                     1:12");
	assert_string_equal(row_text(&e, 2, 80),
	    " 3 ▲紧急 供水爆管   八一路与解放路口    自来水 出 到场 26:57  城管 签       3:03");
	assert_string_equal(row_text(&e, 3, 80),
	    " 4 ○求助 停水       桂林街道            待回访 40:19                     5:09:41");
	evening_end(&e);
}

static void what_waits_is_said(void **state)
{
	struct evening e = evening();
	struct desk_row *r = &e.queue.rows[1];

	(void)state;
	r->parts[0].delivered = false;
	r->parts[0].delivery_due = e.now - 1;
	assert_non_null(strstr(row_text(&e, 1, 100), "民政 未☎ 签收 4:35"));
	r->parts[0].time = DESK_STANDING;
	r->parts[0].due = e.now + 10 * HOUR_MS;
	assert_non_null(strstr(row_text(&e, 1, 100), "签收限3月3日 09:09"));
	r->parts[0].time = DESK_UNLIMITED;
	r->parts[0].start = e.now - 90 * SECOND_MS;
	assert_non_null(strstr(row_text(&e, 1, 100), "签收已1:30"));
	r->n = 0;
	r->lead_due = e.now - 1000;
	assert_non_null(strstr(row_text(&e, 1, 100), "!待派主办 -0:01"));
	r->unanswered = true;
	assert_non_null(strstr(row_text(&e, 1, 100), "待确认"));
	r->asked = r->drill = r->confidential = true;
	r->urged = 2;
	r->callers = 3;
	assert_non_null(strstr(row_text(&e, 1, 120), "困难群众?"));
	assert_non_null(strstr(row_text(&e, 1, 120), "演练 密 催2 3人报 象湖镇"));
	evening_end(&e);
}

static void the_status_line(void **state)
{
	struct evening e = evening();
	struct desk_status st = {.city = "漳平", .who = "李明", .online = true, .nudges = 12};
	struct screen_line l;

	(void)state;
	screen_status(e.a, &st, &e.queue, e.now, 100, &l);
	assert_string_equal(screen_plain(e.a, &l),
	    "漳平110联动 李明 ●在线 23:09:41  危急1 紧急1 求助2  !超时1 待回访1 催办12");
	st = (struct desk_status){.city = "", .who = "本机", .masked = true};
	screen_status(e.a, &st, &e.queue, e.now, 100, &l);
	assert_string_equal(screen_plain(e.a, &l),
	    "110联动 本机 个人信息隐去 !○已断线 23:09:41  危急1 紧急1 求助2  !超时1 待回访1");
	evening_end(&e);
}

static struct screen_state whole(struct evening *e, int columns, int rows)
{
	return (struct screen_state){.columns = columns,
	    .rows = rows,
	    .now = e->now,
	    .queue = &e->queue,
	    .status = {.city = "漳平", .who = "李明", .online = true},
	    .answer = "",
	    .prompt = "> ",
	    .input = ""};
}

static size_t line_width(const struct screen_line *l)
{
	size_t w = 0;

	for (int i = 0; i < l->n; i++)
		w += utf8_width(str_of(l->v[i].text));
	return w;
}

static void every_size_fits(void **state)
{
	static const char *const panel[] = {
	    "一段很长很长很长很长很长很长很长很长很长很长很长很长很长的话", "短", "", "又一段"};
	static const char *const messages[] = {
	    "1", "2", "3", "4", "5", "6", "7", "23:09:39 待电话 3 供电 0597-0000181 林班长"};

	(void)state;
	for (int columns = 1; columns <= 130; columns += 3)
		for (int rows = 1; rows <= 45; rows++)
			for (int with = 0; with < 4; with++) {
				struct evening e = evening();
				struct screen_state s = whole(&e, columns, rows);
				struct screen out;

				s.messages = messages;
				s.n_messages = 8;
				s.input = "n 八一路与解放路口水管爆了,水往菜市场流,路面塌了一块,请快来";
				s.cursor = strlen(s.input);
				s.answer = with & 1 ? "没有命令 akc,是否 a(签收)?报警请用 n" : "";
				s.title = with & 2 ? "3 号" : NULL;
				s.panel = panel;
				s.n_panel = 4;
				screen_lay(e.a, &s, &out);
				assert_in_range(out.n, 1, rows);
				assert_in_range(out.row, 0, rows - 1);
				assert_in_range(out.column, 0, columns - 1);
				for (int i = 0; i < out.n; i++)
					assert_in_range(line_width(&out.lines[i]), 0,
					    columns > 1 ? columns : 2);
				evening_end(&e);
			}
}

static const char *line(struct evening *e, const struct screen *s, int i)
{
	return screen_plain(e->a, &s->lines[i]);
}

static void parts_stand_from_above(void **state)
{
	static const char *const panel[] = {"报警人 13800138000", "供电 值班室 0597-0000181"};
	static const char *const messages[] = {"旧的", "待电话 1 供电"};
	struct evening e = evening();
	struct screen_state s = whole(&e, 80, 24);
	struct screen out;

	(void)state;
	s.messages = messages;
	s.n_messages = 2;
	s.answer = "1.1 供电 已签收";
	s.input = "a 1 李明";
	s.cursor = strlen("a 1 ");
	screen_lay(e.a, &s, &out);
	assert_int_equal(out.n, 24);
	assert_non_null(strstr(line(&e, &out, 0), "漳平110联动"));
	assert_non_null(strstr(line(&e, &out, 1), "触电"));
	assert_string_equal(line(&e, &out, 5), "");
	assert_string_equal(line(&e, &out, 20), "旧的");
	assert_string_equal(line(&e, &out, 21), "待电话 1 供电");
	assert_string_equal(line(&e, &out, 22), "1.1 供电 已签收");
	assert_string_equal(line(&e, &out, 23), "> a 1 李明");
	assert_int_equal(out.row, 23);
	assert_int_equal(out.column, 6); /* "> a 1 " */
	s.title = "1 号";
	s.panel = panel;
	s.n_panel = 2;
	screen_lay(e.a, &s, &out);
	assert_string_equal(line(&e, &out, 17), "── 1 号 ── Esc");
	assert_string_equal(line(&e, &out, 18), "报警人 13800138000");
	evening_end(&e);
}

static void a_queue_that_is_longer_says_so(void **state)
{
	struct evening e = evening();
	struct screen_state s = whole(&e, 80, 5);
	struct screen out;

	(void)state;
	screen_lay(e.a, &s, &out);
	assert_string_equal(line(&e, &out, 3), "… 还有 2 件:l 看全部");
	s.queue = &(struct desk_queue){0};
	screen_lay(e.a, &s, &out);
	assert_non_null(strstr(line(&e, &out, 1), "没有在办的警情"));
	evening_end(&e);
}

/* A paste of fifty lines is typed, and shown around the cursor. */
static void a_long_line_is_wrapped(void **state)
{
	struct evening e = evening();
	struct screen_state s = whole(&e, 80, 24);
	struct screen out;
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 400; i++)
		buf_text(&b, "水");
	s.input = buf_into(&b, e.a).p;
	s.cursor = strlen(s.input);
	screen_lay(e.a, &s, &out); /* 802 columns: 39 characters beside "> ", then 40 a line: 11 lines */
	assert_int_equal(out.row, 23);
	assert_int_equal(out.column, 2); /* 39 + 9 × 40 = 399, and one */
	s.cursor = 0;
	screen_lay(e.a, &s, &out);
	assert_int_equal(out.row, 19);
	assert_int_equal(out.column, 2);
	evening_end(&e);
}

static void nothing_from_outside_reaches_the_terminal(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(fit_clean(a, "张\x1b[2J三"), "张<U+001B>[2J三");
	assert_string_equal(fit_clean(a,
				"a\xC2\x9B"
				"31mb"),
	    "a<U+009B>31mb"); /* CSI in one character */
	assert_string_equal(fit_clean(a,
				"\xE2\x80\xAE"
				"abc"),
	    "<U+202E>abc");
	assert_string_equal(fit_clean(a,
				"a\xE2\x80\x8B"
				"b\xEF\xBB\xBF"),
	    "a<U+200B>b<U+FEFF>");
	assert_string_equal(fit_clean(a, "一\r\n二\t三\x07\x7f"), "一  二 三<U+0007><U+007F>");
	assert_string_equal(fit_clean(a, "e\xCC\x81"), "e<U+0301>"); /* takes no column of its own */
	assert_string_equal(fit_clean(a, "\xFF\xC3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_string_equal(fit_clean(a, NULL), "");
	assert_string_equal(fit_columns(a, "和平中路12号", 8), "和平中… ");
	assert_string_equal(fit_columns(a, "和平", 8), "和平    ");
	assert_string_equal(fit_most(a, "和平", 0), "");
	assert_string_equal(fit_left(a, 26 * MINUTE_MS + 57 * SECOND_MS + 999), "26:57");
	assert_string_equal(fit_left(a, -1), "-0:01");
	assert_string_equal(fit_left(a, 3723 * SECOND_MS), "1:02:03");
	assert_string_equal(fit_left(a, 5 * DAY_MS), "5天");
	arena_free(a);
}

static void names_with_escapes_are_shown_harmlessly(void **state)
{
	struct evening e = evening();
	struct screen_line l;

	(void)state;
	e.queue.rows[0].place = "<img src=x onerror=1>\x1b]0;x\x07\xE2\x80\xAE";
	e.queue.rows[0].category = "触\x1b[31m电";
	e.queue.rows[0].parts[0].unit_brief = "供\x1b"
					      "c电";
	screen_row(e.a, &e.queue.rows[0], e.now, 120, &l);
	for (int i = 0; i < l.n; i++)
		for (const char *p = l.v[i].text; *p; p++)
			assert_true((unsigned char)*p >= ' ');
	evening_end(&e);
}

static void a_draft_says_what_was_understood(void **state)
{
	struct evening e = evening();
	struct desk_draft d;
	const char **lines;

	(void)state;
	draft_begin(&d, e.a, "C1", "永福镇后孟村水管爆了 13800138000", e.now);
	assert_int_equal(draft_lines(&d, e.a, &lines), 2);
	assert_string_equal(lines[1], "正在问派给谁 …");
	d.shown = true;
	d.u = (struct desk_understood){.category = "供水爆管",
	    .area = "永福镇",
	    .zone = "城区范围外",
	    .phone = "13800138000",
	    .priority = P2,
	    .because = "供水管网由自来水公司负责",
	    .lead = "自来水",
	    .assist = "城管、交警",
	    .confidence = 99,
	    .assumed = "区域",
	    .police = true,
	    .similar = {{3, "C2", "八一路", "同电话"}},
	    .n_similar = 1};
	static const char *const said[] = {"内容  永福镇后孟村水管爆了 13800138000",
	    "地点  永福镇后孟村(取自内容)  区域 永福镇(由内容推定)  城区范围外",
	    "报警人  电话 13800138000(取自内容)", "类别  供水爆管(把握 99%)  ▲紧急",
	    "依据  供水管网由自来水公司负责", "派给  主办 自来水  协办 城管、交警  派警", "推定  区域",
	    "相似  3 八一路(同电话)  同一件事:=3"};
	assert_int_equal(draft_lines(&d, e.a, &lines), COUNT(said));
	for (size_t i = 0; i < COUNT(said); i++)
		assert_string_equal(lines[i], said[i]);
	struct desk_act act = {.n_changes = 2,
	    .changes = {{DESK_ADDRESS, "八一路\x1b", "八一路\x1b"}, {DESK_LEVEL, "P1", "危急"}}};
	draft_correct(&d, &act);
	assert_false(d.shown); /* it is asked again before it can be sent */
	d.shown = true;
	draft_lines(&d, e.a, &lines);
	assert_string_equal(lines[1], "地点  八一路<U+001B>  区域 永福镇(由内容推定)  城区范围外");
	evening_end(&e);
}

static const struct {
	const char *text, *place;
} placed[] = {
    {"和平中路12号有人触电", "和平中路12号"},
    {"八一路与解放路口水管爆了", "八一路与解放路口"},
    {"永福镇后孟村水管爆了 13800138000", "永福镇后孟村"},
    {"解放路，路灯不亮", "解放路"},
    {"象湖镇 老人走失", "象湖镇"},
    {"人民路实验小学门口有车祸", "人民路实验小学门口"},
    {"锦绣小区3栋2单元电梯困人", "锦绣小区3栋2单元"},
    {"解放路水管爆了 139", NULL}, /* where the address ends is not known */
    {"有人打架", NULL},
    {"水管爆了，在解放路12号", NULL}, /* it does not begin with it: the daemon finds the area all the same */
    {"家里停电", NULL},
    {"路", NULL},
};

static void the_address_that_a_text_begins_with(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(placed); i++) {
		const char *place = draft_place(a, placed[i].text);

		if (!text_eq(place, placed[i].place))
			fail_msg("%s: %s", placed[i].text, place ? place : "none");
	}
	arena_free(a);
}

static void the_phone_in_a_text(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(draft_phone(a, "水管爆了 联系 138 0013 8000"), "13800138000");
	assert_string_equal(draft_phone(a, "找 0597-7530000"), "0597-7530000");
	assert_null(draft_phone(a, "解放路12号水管爆了"));
	assert_null(draft_phone(a, "编号 350881202607100800010001"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_in_columns),
	    cmocka_unit_test(what_waits_is_said),
	    cmocka_unit_test(the_status_line),
	    cmocka_unit_test(every_size_fits),
	    cmocka_unit_test(parts_stand_from_above),
	    cmocka_unit_test(a_queue_that_is_longer_says_so),
	    cmocka_unit_test(a_long_line_is_wrapped),
	    cmocka_unit_test(nothing_from_outside_reaches_the_terminal),
	    cmocka_unit_test(names_with_escapes_are_shown_harmlessly),
	    cmocka_unit_test(a_draft_says_what_was_understood),
	    cmocka_unit_test(the_address_that_a_text_begins_with),
	    cmocka_unit_test(the_phone_in_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
