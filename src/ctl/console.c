/*
 * console.c - liandongctl console: an interactive desk on a terminal. Events come in between and are
 * printed above the line being typed.
 *
 * A line is a word and what belongs to it; `?` lists the words. An incident is reported by its own word
 * only. Everything else that is typed, a slip of the hand or a question, is refused with what was
 * probably meant, because an incident is sent to real units. The history lives in memory only: what
 * reporters say is not left in a file.
 */
#include "ctl/reach.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/fold.h"
#include "domain/phone.h"
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>

#define HISTORY_LINES 1000
#define PING_MS 2000
#define LEAST_CHARACTERS 4 /* of an incident: fewer name no place and no matter */

static struct desk {
	struct ctl *ctl;
	struct liandong *link;
	bool ended, prompt; /* prompt: readline has the terminal */
	bool same_clock;    /* as the daemon's */
	int64_t there_ms;   /* the daemon's, as it answered last */
	int serial;
} desk;

/* -- printing around the line being typed --------------------------------------------------- */

static void begin_print(void)
{
	if (!desk.prompt)
		return;
	rl_clear_visible_line();
	fflush(stdout);
}

static void end_print(void)
{
	fflush(stdout);
	if (!desk.prompt)
		return;
	rl_on_new_line();
	rl_redisplay();
}

static void event_came(void *arg, const struct liandong_event *event)
{
	(void)arg;
	json_t *e = json_loads(event->json, 0, NULL);
	begin_print();
	printf("· %s  %s  %s %s %s\n", ctl_when(desk.ctl, ctl_text(e, "at")), ctl_word(ctl_text(e, "type")),
	    *ctl_text(e, "dispatch") ? ctl_text(e, "dispatch") : ctl_text(e, "incident"), ctl_text(e, "unit"),
	    ctl_event_about(e));
	end_print();
	json_decref(e);
}

static void state_changed(void *arg, bool up, const char *detail)
{
	(void)arg;
	begin_print();
	if (up)
		puts("已连接");
	else
		printf("连接中断:%s;正在重连\n", detail);
	end_print();
}

static void print_reported(const json_t *r)
{
	size_t i, k;
	json_t *d, *call;
	const json_t *route = json_object_get(r, "route");
	printf("%s  %s  %s  规则 %s\n", ctl_text(r, "incident"),
	    *ctl_text(r, "category") ? ctl_text(r, "category") : "无类别", ctl_text(r, "priority"),
	    ctl_text(route, "rule"));
	if (json_is_true(json_object_get(r, "unmatched")))
		puts("注意:没有规则认得这件事,请核对该派给谁");
	ctl_show_main(r);
	ctl_show_choice(route);
	json_array_foreach(json_object_get(r, "similar"), i, d)
		printf("  相似警情 %s\n", ctl_text(d, "number"));
	ctl_show_history(desk.ctl, r);
	json_array_foreach(json_object_get(r, "ownership"), i, d)
		printf("  此处登记过 %s %s %s(%s)\n", ctl_text(d, "unit_name"), ctl_text(d, "object"),
		    ctl_text(d, "mark"), ctl_word(ctl_text(d, "state")));
	json_array_foreach(json_object_get(r, "dispatches"), i, d) {
		printf("  %s  %s %s", ctl_text(d, "dispatch"), ctl_word(ctl_text(d, "role")),
		    ctl_text(d, "unit_name"));
		json_array_foreach(json_object_get(d, "call"), k, call)
			printf("  %s", ctl_text(call, "phone"));
		if (*ctl_text(d, "arrive_due"))
			printf("  应到场 %s", ctl_when(desk.ctl, ctl_text(d, "arrive_due")));
		putchar('\n');
	}
}

static void print_entry(const json_t *r)
{
	const json_t *e = json_object_get(r, "entry");
	printf("已记入台账 %lld %s %s", (long long)json_integer_value(json_object_get(e, "entry")),
	    ctl_text(e, "name"), ctl_word(ctl_text(e, "state")));
	if (json_object_get(e, "list"))
		printf(",未结 %lld 件", (long long)json_integer_value(json_object_get(e, "open")));
	if (*ctl_text(r, "request"))
		printf(",待对方签字 %s", ctl_text(r, "request"));
	putchar('\n');
}

static void answered(void *arg, const struct liandong_reply *reply)
{
	(void)arg;
	begin_print();
	json_t *r = reply->ok ? json_loads(reply->result, 0, NULL) : NULL;
	if (!reply->ok)
		printf("! %s\n", reply->message ? reply->message : reply->code);
	else if (json_object_get(r, "dispatches") && json_object_get(r, "route"))
		print_reported(r);
	else if (json_object_get(r, "dispatch")) {
		printf("%s %s\n", ctl_text(json_object_get(r, "dispatch"), "dispatch"),
		    ctl_text(json_object_get(r, "dispatch"), "state_name"));
		ctl_show_main(r);
	} else if (json_object_get(r, "entry"))
		print_entry(r);
	else
		printf("已记录 %s %s\n", ctl_text(r, "incident"), ctl_text(r, "state_name"));
	ctl_show_warnings(r);
	end_print();
	json_decref(r);
}

static void call(const char *method, json_t *params)
{
	char *text = json_dumps(params, JSON_COMPACT);
	liandong_call(desk.link, method, text, answered, NULL);
	free(text);
	json_decref(params);
}

/* -- a line ---------------------------------------------------------------------------------- */

#define FULL_WIDTH_BLANK 0x3000
#define FULL_WIDTH_COLON 0xFF1A
#define EXTENSION 0x8F6C /* 转 */
#define PHONE_LEAST 3    /* digits */

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == FULL_WIDTH_BLANK;
}

static char *past_blanks(char *p)
{
	for (struct str s = str_of(p); s.n > 0; p = (char *)s.p)
		if (!is_blank(utf8_next(&s)))
			break;
	return p;
}

/* The next word of the line, in the arena; "" at its end. Full-width letters, digits and marks are as
 * good as their half-width forms in numbers, codes and phones. */
static const char *word(char **line)
{
	struct buf b = {0};
	struct str s = str_of(past_blanks(*line));
	while (s.n > 0) {
		const char *from = s.p;
		uint32_t c = utf8_next(&s);
		if (is_blank(c)) {
			s = (struct str){from, strlen(from)};
			break;
		}
		if (c >= 0xFF01 && c <= 0xFF5E)
			buf_char(&b, (char)(c - 0xFEE0));
		else
			buf_add(&b, from, (size_t)(s.p - from));
	}
	*line = (char *)s.p;
	const char *text = arena_str(desk.ctl->arena, buf_view(&b));
	buf_free(&b);
	return text;
}

static const char *rest(char **line)
{
	return past_blanks(*line);
}

/* -- what the words do ---------------------------------------------------------------------- */

struct console_word {
	const char *letter, *zh, *word; /* the line begins with any of these */
	const char *method, *arguments, *about;
	void (*run)(const struct console_word *w, char *line);
	int least; /* words that must follow */
};

#define MOBILE 11 /* digits */

/* The caller's phone, where the text names one that is no other number by its form: a mobile, or a line with its
 * area code. NULL: it names none. */
static const char *phone_in(const char *text)
{
	struct phone found[PHONES_MOST];
	int n = phone_find(text, found);
	for (int i = 0; i < n; i++)
		if (found[i].area[0])
			return arena_printf(desk.ctl->arena, "%s-%s", found[i].area, found[i].number);
		else if (strlen(found[i].number) == MOBILE && found[i].number[0] == '1')
			return arena_text(desk.ctl->arena, found[i].number);
	return NULL;
}

static void take_time(void *arg, const struct liandong_reply *reply)
{
	(void)arg;
	json_t *r = reply->ok ? json_loads(reply->result, 0, NULL) : NULL;
	time_parse(str_of(ctl_text(r, "time")), &desk.there_ms);
	json_decref(r);
}

/* The daemon's clock, until it has turned out to be the same as ours: a manual one is not. */
static int64_t now_ms(void)
{
	int64_t here = clock_wall().ms;
	if (desk.same_clock)
		return here;
	desk.there_ms = 0;
	liandong_call(desk.link, "session.ping", NULL, take_time, NULL);
	if (!liandong_wait(desk.link, PING_MS) || !desk.there_ms)
		return here;
	desk.same_clock = desk.there_ms > here - MINUTE_MS && desk.there_ms < here + MINUTE_MS;
	return desk.same_clock ? here : desk.there_ms;
}

static void new_incident(const struct console_word *w, char *line)
{
	char now[TIME_TEXT_MAX];
	int64_t ms = now_ms();
	const char *text = rest(&line);
	if (utf8_count(str_of(text)) < LEAST_CHARACTERS) {
		printf("! 太短,没有报出去。请写明地点和情况,如 %s 解放路12号水管爆裂\n", w->letter);
		return;
	}
	/* two consoles may report in the same second: the process tells them apart */
	char *number = arena_printf(desk.ctl->arena, "C%lld-%ld-%d", (long long)(ms / 1000), (long)getpid(),
	    ++desk.serial);
	json_t *params = json_pack("{s:s, s:s, s:s, s:s}", "number", number, "received_at",
	    time_rfc3339(ms, now), "address", "", "description", text);
	const char *phone = phone_in(text);
	if (phone)
		json_object_set_new(params, "reporter", json_pack("{s:s}", "phone", phone));
	call(w->method, params);
}

/* A phone is known by its form; what is none belongs to what was said. */
static bool is_phone(const char *text)
{
	int digits = 0;
	for (struct str s = str_of(text); s.n > 0;) {
		uint32_t c = utf8_next(&s);
		bool digit = c >= '0' && c <= '9';
		digits += digit;
		if (!digit && c != '-' && c != '+' && c != '(' && c != ')' && c != '*' && c != EXTENSION)
			return false;
	}
	return digits >= PHONE_LEAST;
}

/* The phone, also one that was typed with blanks in it; "" where none follows. */
static const char *phone_word(char **line)
{
	const char *phone = "", *one;
	for (char *next = *line; is_phone(one = word(&next)); *line = next)
		phone = arena_printf(desk.ctl->arena, "%s%s%s", phone, *phone ? " " : "", one);
	return phone;
}

static void on_behalf(const struct console_word *w, char *line)
{
	const char *dispatch = word(&line), *person = word(&line), *phone = phone_word(&line),
		   *text = rest(&line);
	if (w->least > 2 && !*text) {
		printf("! %s 要写明:%s\n", w->word, w->arguments);
		return;
	}
	json_t *params = json_pack("{s:s, s:{s:s}}", "dispatch", dispatch, "on_behalf", "person", person);
	if (*phone)
		json_object_set_new(json_object_get(params, "on_behalf"), "phone", json_string(phone));
	if (*text)
		json_object_set_new(params, strcmp(w->method, "dispatch.complete") == 0 ? "result" : "text",
		    json_string(text));
	call(w->method, params);
}

static void about_incident(const struct console_word *w, char *line)
{
	const char *number = word(&line), *text = rest(&line);
	call(w->method, json_pack("{s:s, s:s*}", "number", number, "text", *text ? text : NULL));
}

static void add_unit(const struct console_word *w, char *line)
{
	const char *number = word(&line), *unit = word(&line), *role = word(&line), *reason = rest(&line);
	call(w->method,
	    json_pack("{s:s, s:s, s:s, s:s*}", "number", number, "unit", unit, "role",
		*role ? role : "assist", "reason", *reason ? reason : NULL));
}

static void withdraw(const struct console_word *w, char *line)
{
	const char *dispatch = word(&line), *reason = rest(&line);
	call(w->method, json_pack("{s:s, s:s}", "dispatch", dispatch, "reason", reason));
}

static void hand_over(const struct console_word *w, char *line)
{
	const char *account = word(&line), *text = rest(&line);
	call(w->method, json_pack("{s:s, s:s*}", "account", account, "text", *text ? text : NULL));
}

static void declare_mode(const struct console_word *w, char *line)
{
	const char *mode = word(&line), *until = ctl_instant(desk.ctl, word(&line), WHEN_AHEAD, false);
	if (until)
		call(w->method,
		    json_pack("{s:s, s:s, s:s}", "mode", mode, "until", until, "document", rest(&line)));
}

static void end_mode(const struct console_word *w, char *line)
{
	const char *mode = word(&line), *reason = rest(&line);
	call(w->method, json_pack("{s:s, s:s}", "mode", mode, "reason", reason));
}

static void json_report(const struct console_word *w, char *line)
{
	liandong_call(desk.link, w->method, line, answered, NULL);
}

static void leave(const struct console_word *w, char *line)
{
	(void)w;
	(void)line;
	desk.ended = true;
}

static void help(const struct console_word *w, char *line);

static const struct console_word desk_words[] = {
    {"n", "新", "new", "incident.report", "描述", "报告一件新警情:地点和情况", new_incident, 0},
    {"a", "签", "ack", "dispatch.acknowledge", "指令 对方 [电话] [说明]", "代单位签收", on_behalf, 2},
    {"d", "出", "depart", "dispatch.depart", "指令 对方 [电话] [说明]", "代单位记出发", on_behalf, 2},
    {"v", "到", "arrive", "dispatch.arrive", "指令 对方 [电话] [说明]", "代单位记到场", on_behalf, 2},
    {"p", "进", "progress", "dispatch.progress", "指令 对方 [电话] 说明", "代单位报告进展", on_behalf, 3},
    {"f", "毕", "complete", "dispatch.complete", "指令 对方 [电话] 结果", "代单位记处置完毕", on_behalf, 3},
    {"+", "增", "add", "dispatch.add", "编号 单位 [lead|assist|inform] [理由]", "增派单位", add_unit, 2},
    {"-", "撤", "withdraw", "dispatch.withdraw", "指令 理由", "撤回指令", withdraw, 2},
    {"t", "注", "note", "incident.annotate", "编号 说明", "补充说明", about_incident, 2},
    {"u", "催", "urge", "incident.urge", "编号 [说明]", "报警人再次来电催促", about_incident, 1},
    {"c", "结", "close", "incident.close", "编号 [说明]", "办结", about_incident, 1},
    {"x", "作废", "cancel", "incident.cancel", "编号 [说明]", "作废,并撤回全部指令", about_incident, 1},
    {"h", "交", "handover", "shift.handover", "账号 [备注]", "交接班,由对方签字", hand_over, 1},
    {"m", "模式", "mode", "mode.declare", "模式 到何时 文号", "宣布应急模式", declare_mode, 3},
    {"", "解除", "mode-end", "mode.end", "模式 理由", "提前结束应急模式", end_mode, 2},
    {"", "", "report", "incident.report", "{JSON}", "完整的一件警情", json_report, 1},
    {"?", "帮助", "help", NULL, "", "本说明", help, 0},
    {"", "退出", "quit", NULL, "", "退出(也可按 Ctrl-D)", leave, 0},
};
#define WORDS (sizeof desk_words / sizeof *desk_words)

static void help(const struct console_word *w, char *line)
{
	(void)w;
	(void)line;
	for (size_t i = 0; i < WORDS; i++) {
		const struct console_word *one = &desk_words[i];
		const char *names =
		    arena_printf(desk.ctl->arena, "%-1s %s %s", one->letter, one->zh, one->word);
		printf("  %s%*s%s%s%s\n", names, (int)(20 - utf8_width(str_of(names))), "", one->about,
		    *one->arguments ? ":" : "", one->arguments);
	}
}

/* -- finding the word ------------------------------------------------------------------------ */

static const struct console_word *word_of(const char *folded)
{
	for (size_t i = 0; i < WORDS && *folded; i++) {
		const struct console_word *w = &desk_words[i];
		if (strcmp(w->letter, folded) == 0 || strcmp(w->zh, folded) == 0 ||
		    strcmp(w->word, folded) == 0)
			return w;
	}
	return NULL;
}

static bool begins_with(const char *text, const char *part)
{
	return *part && strncmp(text, part, strlen(part)) == 0;
}

/* How far what was typed is from the word; 3: another word. Its Chinese form may be typed longer (签收),
 * and either may have lost the blank behind it. */
static unsigned distance(const struct console_word *w, const char *folded)
{
	if (begins_with(folded, w->zh) || (strlen(w->word) > 2 && begins_with(folded, w->word)))
		return 1;
	return strlen(folded) > 2 ? str_distance(str_of(folded), str_of(w->word), 3) : 3;
}

static void refuse_line(const char *first, const char *folded, const char *line)
{
	unsigned least = 3;
	bool any = false;
	for (size_t i = 0; i < WORDS; i++) {
		unsigned d = distance(&desk_words[i], folded);
		least = d < least ? d : least;
	}
	printf("! 没有命令 %s", first);
	for (size_t i = 0; i < WORDS && least < 3; i++)
		if (distance(&desk_words[i], folded) == least) {
			printf("%s %s(%s)", any ? "、" : ",是否", desk_words[i].word, desk_words[i].about);
			any = true;
		}
	if (any)
		puts("?报警请用 n");
	else
		printf(",没有报出去。? 列出命令;报警请用 n,如 n %s\n",
		    utf8_count(str_of(line)) < LEAST_CHARACTERS ? "解放路12号水管爆裂" : line);
}

static int count_words(const char *text)
{
	char *p = (char *)text;
	int n = 0;
	while (*word(&p))
		n++;
	return n;
}

/* The text before a colon, and what comes behind it; NULL if there is none before a blank. */
static const char *before_colon(const char *line, char **after)
{
	struct str s = str_of(line);
	while (s.n > 0) {
		const char *from = s.p;
		uint32_t c = utf8_next(&s);
		if (is_blank(c))
			return NULL;
		*after = (char *)s.p;
		if (c == ':' || c == FULL_WIDTH_COLON)
			return arena_str(desk.ctl->arena, (struct str){line, (size_t)(from - line)});
	}
	return NULL;
}

/* The first word ends at a blank, or at a colon if it is one of ours: 新:解放路…… */
static const struct console_word *first_word(char *line, const char **first, char **after)
{
	*first = before_colon(line, after);
	const struct console_word *w = *first ? word_of(fold_word(desk.ctl->arena, *first)) : NULL;
	if (w)
		return w;
	*after = line;
	*first = word(after);
	return word_of(fold_word(desk.ctl->arena, *first));
}

static void run_line(char *line)
{
	const char *first;
	char *after;
	if (!utf8_valid(str_of(line), NULL)) {
		puts("! 这一行不是 UTF-8 文本,没有执行:终端的编码要设为 UTF-8");
		return;
	}
	const struct console_word *w = first_word(line, &first, &after);
	if (!w)
		refuse_line(first, fold_word(desk.ctl->arena, first), line);
	else if (count_words(after) < w->least)
		printf("! %s 要写明:%s\n", first, w->arguments);
	else
		w->run(w, (char *)rest(&after));
}

/* -- the terminal --------------------------------------------------------------------------- */

static void typed(char *line)
{
	desk.prompt = false;
	if (!line) {
		putchar('\n');
		desk.ended = true;
		return;
	}
	char *text = past_blanks(line);
	if (*text) {
		add_history(text);
		run_line(text);
	}
	free(line);
	desk.prompt = !desk.ended;
}

/* What is typed here is UTF-8, whatever a bare ssh session says of the locale: readline reads the
 * environment, and in the C locale takes Chinese for meta keys. */
static void speak_utf8(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return;
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_CTYPE, "");
}

static void converse(void)
{
	rl_callback_handler_install("接警台> ", typed);
	desk.prompt = true;
	while (!desk.ended && liandong_process(desk.link)) {
		struct pollfd p[2] = {{.fd = 0, .events = POLLIN},
		    {.fd = liandong_fd(desk.link), .events = liandong_wants(desk.link)}};
		int ms = liandong_timeout(desk.link);
		if (poll(p, 2, ms) < 0 && errno != EINTR)
			break;
		if (p[0].revents)
			rl_callback_read_char();
	}
	rl_callback_handler_remove();
	if (liandong_pending(desk.link) > 0)
		liandong_wait(desk.link, 10000); /* what was typed last is answered before the end */
}

int ctl_console(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 0)
		return ctl_too_many(ctl, argv[0]);
	desk.ctl = ctl;
	struct liandong_options o = {
	    .client = "liandongctl console",
	    .events = true,
	    .on_event = event_came,
	    .on_state = state_changed,
	};
	desk.link = reach_open(ctl, &o);
	if (!desk.link)
		return EXIT_REFUSED;
	puts("接警台。n 描述 报告一件新警情;? 列出命令,Ctrl-D 退出");
	speak_utf8();
	using_history();
	stifle_history(HISTORY_LINES);
	converse();
	int code = liandong_error(desk.link)[0] && !desk.ended ? ctl_fail("%s", liandong_error(desk.link))
							       : EXIT_DONE;
	liandong_close(desk.link);
	return code;
}
