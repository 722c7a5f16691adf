/* desk_parse.c - what a typed line means: every word, every form of a target, and what is never an incident. */
#include <stdio.h>
#include "desk_base.h"
#include "desk/draft.h"
#include "desk/parse.h"
#include "domain/command.h"

static void put(struct buf *b, const char *name, const char *value)
{
	if (value)
		buf_printf(b, " %s=%s", name, value);
}

static void put_time(struct buf *b, const char *name, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	if (ms)
		buf_printf(b, " %s=%.8s", name, time_rfc3339(ms, text) + 11);
}

/* An act in one line: method, dispatch or number by its end, and what was said. */
static const char *told(struct arena *a, const struct desk_act *act)
{
	struct buf b = {0};
	const char *about = act->dispatch ? act->dispatch : act->number;

	buf_printf(&b, "%s", desk_words[act->word].letter);
	if (*desk_words[act->word].letter == '\0')
		buf_printf(&b, "%.6s", desk_words[act->word].names);
	put(&b, "on", about && strlen(about) > 16 ? about + 16 : about);
	put(&b, "request", act->request ? act->request + 16 : NULL);
	put(&b, "person", act->person);
	put(&b, "phone", act->phone);
	put_time(&b, "at", act->at);
	put_time(&b, "eta", act->eta);
	put(&b, "unit", act->unit);
	put(&b, "role", act->role);
	put(&b, "result", act->result);
	put(&b, "name", act->name);
	put_time(&b, "until", act->until);
	if (act->word == WORD_RETURN)
		put(&b, "grant", act->grant ? "yes" : "no");
	if (act->misdirected)
		put(&b, "void", "yes");
	for (int i = 0; i < act->n_changes; i++)
		buf_printf(&b, " %s=%s", desk_fields[act->changes[i].field].zh, act->changes[i].value);
	put(&b, "draft", act->of_draft ? "yes" : NULL);
	put(&b, "text", act->text);
	return buf_into(&b, a).p;
}

static struct desk_said parsed(struct evening *e, const char *line, bool draft)
{
	struct desk_context x = {
	    .a = e->a, .queue = &e->queue, .city = &e->city, .now = e->now, .draft = draft};
	struct desk_said said;

	desk_parse(&x, line, &said);
	return said;
}

/* What is to be done of a line. */
static const struct {
	const char *line, *act;
} done[] = {
    {"n 解放路12号水管爆了", "n text=解放路12号水管爆了"},
    {"新：解放路12号水管爆了", "n text=解放路12号水管爆了"},
    {"ｎ　解放路12号，水管爆了！", "n text=解放路12号，水管爆了！"},
    {"n @2250 解放路水管爆了", "n at=22:50:00 text=解放路水管爆了"},
    {"a 1 林班长", "a on=BBBB-01 person=林班长"},
    {"a1 林班长", "a on=BBBB-01 person=林班长"},
    {"签1 林班长", "a on=BBBB-01 person=林班长"},
    {"签收 1 林班长", "a on=BBBB-01 person=林班长"},
    {"ack 1.3 小陈", "a on=BBBB-03 person=小陈"},
    {"a 1。3 小陈", "a on=BBBB-03 person=小陈"},
    {"a 1消 王队", "a on=BBBB-02 person=王队"},
    {"a1消 王队", "a on=BBBB-02 person=王队"},
    {"a 1ems 王队", "a on=BBBB-03 person=王队"},
    {"a 1 李明 13800138000", "a on=BBBB-01 person=李明 phone=13800138000"},
    {"a 1 李明 138 0013 8000 马上去", "a on=BBBB-01 person=李明 phone=138 0013 8000 text=马上去"},
    {"a 1 李明 ０５９７-7530000转801 马上去", "a on=BBBB-01 person=李明 phone=0597-7530000转801 text=马上去"},
    {"a 1 李明 3号楼 在修", "a on=BBBB-01 person=李明 text=3号楼 在修"},
    {"a 1 李明 2 人去了", "a on=BBBB-01 person=李明 text=2 人去了"},
    {"a 1 李明 @2305", "a on=BBBB-01 person=李明 at=23:05:00"},
    {"a 1 @-10 李明", "a on=BBBB-01 person=李明 at=22:59:41"},
    {"a 1 李明 ＠２３０５ ＞２０ｍ", "a on=BBBB-01 person=李明 at=23:05:00 eta=23:29:41"},
    {"d 2 民政小张 >2330", "d on=CCCC-01 person=民政小张 eta=23:30:00"},
    {"出 2 小张 >20", "d on=CCCC-01 person=小张 eta=23:29:41"},
    {"v 3 老周", "v on=AAAA-01 person=老周"},
    {"a 0829-BBBB 林班长", "a on=BBBB-01 person=林班长"}, /* the end of a number that no other has */
    {"a C20260302230829-BBBB-03 小陈", "a on=BBBB-03 person=小陈"},
    {"a N77-02 小陈", "a on=N77-02 person=小陈"}, /* an instruction that is not in the queue */
    {"p 3 老周 挖开了", "p on=AAAA-01 person=老周 text=挖开了"},
    {"f 3 老周 13900000000 修好了 恢复供水",
	"f on=AAAA-01 person=老周 phone=13900000000 text=修好了 恢复供水"},
    {"f 3城 小吴 封路结束", "f on=AAAA-02 person=小吴 text=封路结束"},
    {"+ 3 交警", "+ on=AAAA unit=traffic-police role=assist"},
    {"+3 交警 主办 要封路", "+ on=AAAA unit=traffic-police role=lead text=要封路"},
    {"＋ 3 120 知会", "+ on=AAAA unit=ems-120 role=inform"},
    {"增 3 traffic 路面塌了", "+ on=AAAA unit=traffic role=assist text=路面塌了"},
    {"- 3.2 不用封路", "- on=AAAA-02 text=不用封路"},
    {"-3城 不用封路", "- on=AAAA-02 text=不用封路"},
    {"- 3 城管 不用封路", "- on=AAAA-02 text=不用封路"},
    {"撤 2 不归民政", "- on=CCCC-01 text=不归民政"},
    {"- 2 误派 不归民政", "- on=CCCC-01 void=yes text=不归民政"},
    {"e 3 地址 八一路 100 号", "e on=AAAA 地址=八一路 100 号"},
    {"改 3 地址八一路100号", "e on=AAAA 地址=八一路100号"},
    {"e 3 级别 危急 电话 13800138000", "e on=AAAA 级别=P1 电话=13800138000"},
    {"e 3 类别 停水", "e on=AAAA 类别=601303"},
    {"e 3 类别 601301", "e on=AAAA 类别=601301"},
    {"e 3 区域 永福", "e on=AAAA 区域=350881102"},
    {"t 3 邻居也来电", "t on=AAAA text=邻居也来电"},
    {"u 3", "u on=AAAA"},
    {"催3 又打来了", "u on=AAAA text=又打来了"},
    {"b 4 满意", "b on=DDDD result=satisfied"},
    {"b 4 基", "b on=DDDD result=basically"},
    {"b 4 不满意 13800138000 没人来", "b on=DDDD phone=13800138000 result=dissatisfied text=没人来"},
    {"访 4 未", "b on=DDDD result=unreached"},
    {"c 3 好了", "c on=AAAA text=好了"},
    {"z", "z"},
    {"s 1", "s on=BBBB"},
    {"1", "s on=BBBB"},
    {"１", "s on=BBBB"},
    {"1.2", "s on=BBBB-02"},
    {"1供", "s on=BBBB-01"},
    {"C20260302230829-BBBB", "s on=BBBB"},
    {"C1763-2-1", "s on=C1763-2-1"}, /* not open: the daemon is asked */
    {"l", "l"},
    {"list", "l"},
    {"l 八一", "l text=八一"},
    {"w", "w"},
    {"w 水", "w unit=water"},
    {"q? 水管", "q? text=水管"},
    {"查 水管", "q? text=水管"},
    {"？", "?"},
    {"? a", "? name=a"},
    {"帮助", "?"},
    {"v", "v"},
    {"h desk2 两件没完", "h name=desk2 text=两件没完"},
    {"m typhoon 明天08:00 漳防3号", "m name=typhoon until=08:00:00 text=漳防3号"},
    {"解除 typhoon 台风已过", "解除 name=typhoon text=台风已过"},
    {"退出", "退出"},
    {"quit", "退出"},
};

static void each_word(void **state)
{
	struct evening e = evening();

	(void)state;
	for (size_t i = 0; i < COUNT(done); i++) {
		struct desk_said said = parsed(&e, done[i].line, false);
		const char *act = said.outcome == DESK_DO ? told(e.a, &said.act) : said.sentence;

		if (strcmp(act, done[i].act) != 0)
			fail_msg("%s: %s, not %s", done[i].line, act, done[i].act);
	}
	evening_end(&e);
}

/* What is asked for, and the answer that completes the line. */
static const struct {
	const char *line, *asks, *answer, *act;
} asked[] = {
    {"a 1", "1 供电:谁签收?", "林班长 13800138000", "a on=BBBB-01 person=林班长 phone=13800138000"},
    {"v 3 @2305", "3 自来水:谁到场?", "老周", "v on=AAAA-01 person=老周 at=23:05:00"},
    {"f 3 老周", "3 自来水 老周:处置结果?", "修好了", "f on=AAAA-01 person=老周 text=修好了"},
    {"p 3 老周", "进展如何?", "在挖", "p on=AAAA-01 person=老周 text=在挖"},
    {"+ 3", "增派哪个单位?", "交警", "+ on=AAAA unit=traffic-police role=assist"},
    {"- 3.2", "3 城管:为什么撤回?", "不用封路", "- on=AAAA-02 text=不用封路"},
    {"t 3", "补充什么?", "路灯也灭了", "t on=AAAA text=路灯也灭了"},
    {"b 4", "满意、基本满意、不满意,还是未接通?", "基本满意", "b on=DDDD result=basically"},
    {"e 3", "改什么?", "地址 八一路", "e on=AAAA 地址=八一路"},
    {"e 3 地址", "地址改为?", "八一路", "e on=AAAA 地址=八一路"},
};

static void what_is_missing_is_asked_for(void **state)
{
	struct evening e = evening();

	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		struct desk_said said = parsed(&e, asked[i].line, false);

		if (said.outcome != DESK_ASK || !strstr(said.sentence, asked[i].asks))
			fail_msg("%s: %d %s", asked[i].line, said.outcome, said.sentence);
		said = parsed(&e, arena_printf(e.a, "%s %s", asked[i].line, asked[i].answer), false);
		assert_int_equal(said.outcome, DESK_DO);
		assert_string_equal(told(e.a, &said.act), asked[i].act);
	}
	evening_end(&e);
}

/* Not done, and what the refusal names. */
static const struct {
	const char *line, *says;
} refused[] = {
    {"akc 1 李明", "没有命令 akc,是否 a(签收)?报警请用 n"},
    {"cancle 1", "是否 x(作废"},
    {"作废", "x(作废,撤回全部指令)要写明"},
    {"作废3", "x(作废"},
    {"ackC1-01 李明", "a(签收)"},
    {"签收C1-01 李明", "a(签收)"},
    {"lsit", "是否 l(在办队列)"},
    {"解放路路灯杆倒了压住电线", "n 解放路路灯杆倒了压住电线"},
    {"着火了", "没有命令 着火了"},
    {"no 解放路水管爆裂了", "没有命令 no"},
    {"incident list", "没有命令 incident"},
    {"y", "没有命令 y"},
    {"！", "没有命令"},
    {"。。。。。。", "没有命令"},
    {"7", "没有 7 号警情。在办的:1-4"},
    {"12", "没有 12 号警情"},
    {"a", "a(签收)要写明:编号 谁"},
    {"a 7 李明", "没有 7 号警情"},
    {"a 1.7 李明", "没有在办的第 7 条指令。1.1 供电、1.2 消防、1.3 120"},
    {"a 1水 李明", "1 号没有单位“水”"},
    {"a 李明", "“李明”不是编号"},
    {"a 3 李明", "3 号没有等着签收的单位"}, /* 自来水 and 城管 have */
    {"v 4 李明", "4 号没有等着到场的单位"},
    {"a N771 李明", "要写明哪一条指令:N771-01"},
    {"a 1 李明 @25:70", "不是时刻"},
    {"a 1 >", "不是时刻"},
    {"f 3 水管已经修好了恢复供水了现场清理完", "像是说明,不像人名"},
    {"+ 3 交", "“交”是哪个单位:交警支队、交通局"},
    {"+ 3 海事", "没有单位“海事”"},
    {"- 1 不用了", "要写明撤哪一条"},
    {"- 3", "要写明撤哪一条"},
    {"e 3 颜色 红", "“颜色”改不了"},
    {"e 3 级别 很急", "没有级别“很急”"},
    {"e 3 类别 水", "不止一个"},
    {"r 3 同意", "3 号 没有待决定的改派申请"},
    {"c3", "没有命令 c3"},
    {"x1", "没有命令 x1"},
    {"C1-01", "没有命令"},
    {"n", "太短"},
    {"n 火", "太短"},
    {"新 着火了", "太短"},
    {"=3", "= 用于草稿"},
    {"q", "q? 要写明查什么"},
    {"z 3", "多余的“3”"},
    {"m typhoon", "要写明"},
    {"n \xFF\xFE水管爆裂了", "不是 UTF-8"},
};

static void what_is_no_word_is_never_an_incident(void **state)
{
	struct evening e = evening();

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct desk_said said = parsed(&e, refused[i].line, false);

		if (said.outcome != DESK_REFUSED || !strstr(said.sentence, refused[i].says))
			fail_msg("%s: %d %s %s", refused[i].line, said.outcome, said.sentence,
			    said.outcome == DESK_DO ? told(e.a, &said.act) : "");
	}
	assert_int_equal(parsed(&e, "  　", false).outcome, DESK_NOTHING);
	evening_end(&e);
}

static void what_is_dangerous_is_asked_once(void **state)
{
	struct evening e = evening();
	struct desk_said said;

	(void)state;
	said = parsed(&e, "x 3 重复", false);
	assert_int_equal(said.outcome, DESK_CONFIRM);
	assert_string_equal(said.sentence, "作废 3 号 八一路与解放路口,撤回全部指令?");
	assert_string_equal(told(e.a, &said.act), "x on=AAAA text=重复");
	assert_int_equal(parsed(&e, "c 1", false).outcome, DESK_CONFIRM); /* a P1 */
	assert_int_equal(parsed(&e, "c 3", false).outcome, DESK_DO);
	e.queue.rows[2].parts[1].state = DISPATCH_ARRIVED;
	assert_int_equal(parsed(&e, "- 3城 不用了", false).outcome, DESK_CONFIRM);
	evening_end(&e);
}

static void a_draft_has_words_of_its_own(void **state)
{
	struct evening e = evening();
	struct desk_said said = parsed(&e, "e 级别 紧急 地址 八一路", true);

	(void)state;
	assert_string_equal(told(e.a, &said.act), "e 级别=P2 地址=八一路 draft=yes");
	said = parsed(&e, "e 单位 自来水、城管", true);
	assert_string_equal(told(e.a, &said.act), "e 单位=water,urban-management draft=yes");
	said = parsed(&e, "=3", true);
	assert_string_equal(told(e.a, &said.act), "= on=AAAA");
	assert_int_equal(said.outcome, DESK_CONFIRM); /* it was not shown as similar */
	said = parsed(&e, "n 又一件水管爆了", true);
	assert_int_equal(said.outcome, DESK_REFUSED);
	said = parsed(&e, "e 3 地址 八一路", true); /* an open incident all the same */
	assert_string_equal(told(e.a, &said.act), "e on=AAAA 地址=八一路");
	evening_end(&e);
}

/* A wrong digit, or a follower that is graver, would lose an emergency: units go to the main alone. */
static void what_is_joined_is_asked_for(void **state)
{
	struct evening e = evening();
	struct desk_understood u = {.priority = P4, .n_similar = 1};
	struct desk_context x = {
	    .a = e.a, .queue = &e.queue, .city = &e.city, .now = e.now, .draft = true, .understood = &u};
	struct desk_row *three = e.queue.rows;
	struct desk_said said;

	(void)state;
	while (three->local != 3)
		three++;
	three->priority = P3;
	u.similar[0].number = "BBBB";
	desk_parse(&x, "=3", &said);
	assert_int_equal(said.outcome, DESK_CONFIRM);
	assert_non_null(strstr(said.sentence, "不在相似的里面"));
	u.similar[0].number = three->number;
	desk_parse(&x, "=3", &said);
	assert_int_equal(said.outcome, DESK_DO);
	u.priority = P2;
	desk_parse(&x, "=3", &said);
	assert_int_equal(said.outcome, DESK_CONFIRM);
	assert_non_null(strstr(said.sentence, "更急"));
	u = (struct desk_understood){
	    .priority = P3, .danger = true, .n_similar = 1, .similar[0].number = three->number};
	desk_parse(&x, "=3", &said);
	assert_int_equal(said.outcome, DESK_CONFIRM);
	evening_end(&e);
}

static void a_return_is_decided_by_its_incident(void **state)
{
	struct evening e = evening();
	struct desk_said said;

	(void)state;
	e.queue.rows[1].parts[0].state = DISPATCH_RETURNING;
	said = parsed(&e, "r 2", false);
	assert_int_equal(said.outcome, DESK_ASK);
	said = parsed(&e, "r 2 同意 城管 离得近", false);
	assert_string_equal(told(e.a, &said.act), "r on=CCCC-01 unit=urban-management grant=yes text=离得近");
	said = parsed(&e, "r 2 不同意 归民政", false);
	assert_string_equal(told(e.a, &said.act), "r on=CCCC-01 grant=no text=归民政");
	assert_int_equal(parsed(&e, "r 2 不同意", false).outcome, DESK_ASK);
	said = parsed(&e, "r 3.r1 同意", false); /* another request, by its name */
	assert_string_equal(told(e.a, &said.act), "r request=AAAA.r1 grant=yes");
	said = parsed(&e, "r C20260302230659-AAAA.r2 n 太晚了", false);
	assert_string_equal(told(e.a, &said.act), "r request=AAAA.r2 grant=no text=太晚了");
	assert_int_equal(parsed(&e, "r 7.r1 同意", false).outcome, DESK_REFUSED);
	evening_end(&e);
}

/* A step of an incident alone is the lead's; if that has taken it, which other is asked, not guessed. */
static void a_step_is_never_guessed(void **state)
{
	struct evening e = evening();
	struct desk_said said;

	(void)state;
	e.queue.rows[0].parts[0].state = DISPATCH_ACKNOWLEDGED;
	said = parsed(&e, "a 1 小陈", false);
	assert_int_equal(said.outcome, DESK_REFUSED);
	assert_string_equal(said.sentence, "1 号的主办已签收,要写明哪一条:1.3 120");
	evening_end(&e);
}

static void a_number_that_has_gone_says_so(void **state)
{
	struct evening e = evening();
	struct desk_said said;

	(void)state;
	desk_queue_take(&e.queue, e.numbers, e.queue.rows, 3); /* without 4 */
	said = parsed(&e, "b 4 满意", false);
	assert_int_equal(said.outcome, DESK_REFUSED);
	assert_string_equal(said.sentence, "4 号已不在队列里,它的编号是 C20260302180000-DDDD:要用就写编号");
	evening_end(&e);
}

static void methods_are_commands(void **state)
{
	(void)state;
	for (int i = 0; i < WORDS; i++) {
		bool known = !desk_words[i].method;

		for (int k = 0; k < COMMANDS && !known; k++)
			known = strcmp(command_kinds[k].name, desk_words[i].method) == 0;
		if (!known)
			fail_msg("%s is no command", desk_words[i].method);
	}
}

/* No form belongs to two words. */
static void forms_are_one_words(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int i = 0; i < WORDS; i++) {
		const char *names = desk_words[i].names;

		assert_true(!*desk_words[i].letter || i == WORD_MESSAGES ||
		    (int)desk_word_of(a, desk_words[i].letter) == i);
		for (struct str one; *(names += strspn(names, " ")); names += one.n) {
			one = (struct str){names, strcspn(names, " ")};
			assert_int_equal(desk_word_of(a, arena_str(a, one)), i);
		}
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_word),
	    cmocka_unit_test(what_is_missing_is_asked_for),
	    cmocka_unit_test(what_is_no_word_is_never_an_incident),
	    cmocka_unit_test(what_is_dangerous_is_asked_once),
	    cmocka_unit_test(a_draft_has_words_of_its_own),
	    cmocka_unit_test(what_is_joined_is_asked_for),
	    cmocka_unit_test(a_return_is_decided_by_its_incident),
	    cmocka_unit_test(a_step_is_never_guessed),
	    cmocka_unit_test(a_number_that_has_gone_says_so),
	    cmocka_unit_test(methods_are_commands),
	    cmocka_unit_test(forms_are_one_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
