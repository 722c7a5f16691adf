/*
 * console.c - liandongctl console: an interactive desk on a terminal. What is typed is a command of
 * the desk; events come in between and are printed above the line being typed.
 *
 * A plain line of text is a new incident's description: it is reported at once with a number made
 * from the time. `?` shows the words.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
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

static struct desk {
	struct ctl *ctl;
	struct liandong *link;
	bool ended, prompt; /* prompt: readline has the terminal */
	char history[4096];
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
	printf("· %s  %s %s %s\n", ctl_when(desk.ctl, ctl_text(e, "at")), ctl_text(e, "type"),
	    *ctl_text(e, "dispatch") ? ctl_text(e, "dispatch") : ctl_text(e, "incident"),
	    ctl_text(e, "unit"));
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
	printf("%s  %s  %s  规则 %s\n", ctl_text(r, "incident"), ctl_text(r, "category"),
	    ctl_text(r, "priority"), ctl_text(route, "rule"));
	json_array_foreach(json_object_get(r, "similar"), i, d)
		printf("  相似警情 %s\n", ctl_text(d, "number"));
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

static void answered(void *arg, const struct liandong_reply *reply)
{
	(void)arg;
	begin_print();
	json_t *r = reply->ok ? json_loads(reply->result, 0, NULL) : NULL;
	if (!reply->ok)
		printf("! %s\n", reply->message ? reply->message : reply->code);
	else if (json_object_get(r, "dispatches") && json_object_get(r, "route"))
		print_reported(r);
	else if (json_object_get(r, "dispatch"))
		printf("%s %s\n", ctl_text(json_object_get(r, "dispatch"), "dispatch"),
		    ctl_word(ctl_text(json_object_get(r, "dispatch"), "state")));
	else
		printf("已记录 %s\n", ctl_text(r, "incident"));
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

/* -- words ---------------------------------------------------------------------------------- */

/* The next word of the line; "" at its end. */
static const char *word(char **line)
{
	while (**line == ' ')
		(*line)++;
	char *begin = *line;
	while (**line && **line != ' ')
		(*line)++;
	if (**line)
		*(*line)++ = '\0';
	return begin;
}

static const char *rest(char **line)
{
	while (**line == ' ')
		(*line)++;
	return *line;
}

static void new_incident(const char *text)
{
	char now[TIME_TEXT_MAX];
	int64_t ms = clock_wall().ms;
	/* two consoles may report in the same second: the process tells them apart */
	char *number = arena_printf(desk.ctl->arena, "C%lld-%ld-%d", (long long)(ms / 1000), (long)getpid(),
	    ++desk.serial);
	call("incident.report",
	    json_pack("{s:s, s:s, s:s, s:s}", "number", number, "received_at", time_rfc3339(ms, now),
		"address", "", "description", text));
}

static void on_behalf(const char *method, char *line)
{
	const char *dispatch = word(&line), *person = word(&line), *phone = word(&line), *text = rest(&line);
	json_t *params = json_pack("{s:s}", "dispatch", dispatch);
	if (*person) {
		json_t *who = json_pack("{s:s}", "person", person);
		if (*phone)
			json_object_set_new(who, "phone", json_string(phone));
		json_object_set_new(params, "on_behalf", who);
	}
	if (*text)
		json_object_set_new(params, strcmp(method, "dispatch.complete") == 0 ? "result" : "text",
		    json_string(text));
	call(method, params);
}

static void about_incident(const char *method, char *line)
{
	const char *number = word(&line), *text = rest(&line);
	call(method, json_pack("{s:s, s:s*}", "number", number, "text", *text ? text : NULL));
}

static void add_unit(const char *method, char *line)
{
	const char *number = word(&line), *unit = word(&line), *role = word(&line), *reason = rest(&line);
	call(method,
	    json_pack("{s:s, s:s, s:s, s:s*}", "number", number, "unit", unit, "role",
		*role ? role : "assist", "reason", *reason ? reason : NULL));
}

static void withdraw(const char *method, char *line)
{
	const char *dispatch = word(&line), *reason = rest(&line);
	call(method, json_pack("{s:s, s:s}", "dispatch", dispatch, "reason", reason));
}

static void json_report(const char *method, char *line)
{
	liandong_call(desk.link, method, line, answered, NULL);
}

static void help(const char *method, char *line);

static const struct desk_word {
	const char *word, *method, *arguments, *about;
	void (*run)(const char *method, char *line);
} desk_words[] = {
    {"report", "incident.report", "{JSON}", "完整的一件警情", json_report},
    {"ack", "dispatch.acknowledge", "指令 对方 [电话] [说明]", "代单位签收", on_behalf},
    {"depart", "dispatch.depart", "指令 对方 [电话] [说明]", "代单位记出发", on_behalf},
    {"arrive", "dispatch.arrive", "指令 对方 [电话] [说明]", "代单位记到场", on_behalf},
    {"progress", "dispatch.progress", "指令 对方 电话 说明", "代单位报告进展", on_behalf},
    {"complete", "dispatch.complete", "指令 对方 电话 结果", "代单位记处置完毕", on_behalf},
    {"add", "dispatch.add", "编号 单位 [lead|assist|inform] [理由]", "增派单位", add_unit},
    {"withdraw", "dispatch.withdraw", "指令 理由", "撤回指令", withdraw},
    {"note", "incident.annotate", "编号 说明", "补充说明", about_incident},
    {"urge", "incident.urge", "编号 [说明]", "再次来电催促", about_incident},
    {"close", "incident.close", "编号 [说明]", "办结", about_incident},
    {"cancel", "incident.cancel", "编号 [说明]", "撤销", about_incident},
    {"?", NULL, "", "本说明;quit 或 Ctrl-D 退出;其他文字即一件新警情", help},
};

static void help(const char *method, char *line)
{
	(void)method;
	(void)line;
	for (size_t i = 0; i < sizeof desk_words / sizeof *desk_words; i++)
		printf("  %-9s %s\n            %s\n", desk_words[i].word, desk_words[i].arguments,
		    desk_words[i].about);
}

static void run_line(char *line)
{
	if (strcmp(line, "quit") == 0 || strcmp(line, "exit") == 0) {
		desk.ended = true;
		return;
	}
	size_t n = strcspn(line, " ");
	for (size_t i = 0; i < sizeof desk_words / sizeof *desk_words; i++) {
		if (strlen(desk_words[i].word) != n || strncmp(desk_words[i].word, line, n) != 0)
			continue;
		char *after = line + n;
		desk_words[i].run(desk_words[i].method, (char *)rest(&after));
		return;
	}
	new_incident(line);
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
	if (line[strspn(line, " \t")]) {
		add_history(line);
		run_line(line);
	}
	free(line);
	desk.prompt = !desk.ended;
}

static void load_history(void)
{
	const char *home = getenv("HOME");
	using_history();
	stifle_history(HISTORY_LINES);
	snprintf(desk.history, sizeof desk.history, "%s/.liandong_history", home ? home : ".");
	read_history(desk.history);
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
		return ctl_usage("console", "多余的参数 %s", argv[0]);
	if (!ctl_options_found(ctl))
		return EXIT_REFUSED;
	desk.ctl = ctl;
	struct liandong_options o = {
	    .address = ctl->options->listen_control,
	    .client = "liandongctl console",
	    .events = true,
	    .on_event = event_came,
	    .on_state = state_changed,
	};
	desk.link = liandong_open(&o, NULL, 0);
	puts("接警台。直接输入警情描述即报告一件新警情;? 看命令,Ctrl-D 退出");
	speak_utf8();
	load_history();
	converse();
	write_history(desk.history);
	int code = liandong_error(desk.link)[0] && !desk.ended ? ctl_fail("%s", liandong_error(desk.link))
							       : EXIT_DONE;
	liandong_close(desk.link);
	return code;
}
