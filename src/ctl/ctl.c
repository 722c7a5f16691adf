/*
 * ctl.c - finds the command, reads its arguments, holds the connection to the daemon.
 * Place: the command line's own room. Nothing here knows a single command.
 */
#include "ctl/acts.h"
#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/liandong/liandong.yaml"
#define NAME_MAX_LEN 128
#define LEAST_LETTERS 3 /* of a command's word that is not written in full */

/* -- arguments ------------------------------------------------------------------------------ */

/* What was cut to a buffer's length on its way, or is a file's name in other bytes, is printed as whole
 * characters. */
static void say(const char *format, va_list args)
{
	char *text = NULL;
	if (vasprintf(&text, format, args) < 0)
		return;
	for (struct str s = str_of(text); s.n > 0;) {
		const char *from = s.p;
		utf8_next(&s);
		struct str one = {from, (size_t)(s.p - from)};
		if (utf8_valid(one, NULL))
			fwrite(one.p, 1, one.n, stderr);
		else if (s.n > 0)
			fputs("\xEF\xBF\xBD", stderr); /* U+FFFD */
	}
	fputc('\n', stderr);
	free(text);
}

int ctl_fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_REFUSED;
}

/* All commands, once ctl_main has begun. */
static const struct ctl_command *commands;
static int n_commands;

static const struct ctl_command *named(const char *name)
{
	for (int i = 0; i < n_commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int ctl_usage(const char *command, const char *why, ...)
{
	const struct ctl_command *c = named(command);
	va_list args;
	va_start(args, why);
	say(why, args);
	va_end(args);
	fprintf(stderr, "用法:liandongctl %s%s%s\n", command, c && *c->arguments ? " " : "",
	    c ? c->arguments : "");
	return EXIT_USAGE;
}

#define COMMON_OPTIONS "--json --unmask --en --help"
#define LETTERS "-abcdefghijklmnopqrstuvwxyz"

/* The option of `usage` nearest to the word, where it is nearer than *least. */
static struct str nearer_option(const char *usage, struct str word, struct str best, unsigned *least)
{
	for (const char *p = usage; (p = strstr(p, "--")); p += strspn(p, LETTERS)) {
		struct str one = {p, strspn(p, LETTERS)};
		unsigned d = str_distance(word, one, *least);
		if (d < *least) {
			*least = d;
			best = one;
		}
	}
	return best;
}

static int unknown_option(const char *command, const char *given)
{
	const struct ctl_command *c = named(command);
	struct str word = {given, strcspn(given, "=")}, near = {0};
	unsigned least = 3;
	near = nearer_option(c ? c->arguments : "", word, near, &least);
	near = nearer_option(COMMON_OPTIONS, word, near, &least);
	return ctl_usage(command, "没有选项 %.*s%s%.*s%s", (int)word.n, word.p, near.n ? ",是否指 " : "",
	    (int)near.n, near.n ? near.p : "", near.n ? "?" : "");
}

static struct ctl_option *option_of(struct ctl_option *options, int n, const char *word, const char **value)
{
	size_t len = strcspn(word, "=");
	for (int i = 0; i < n; i++) {
		if (strlen(options[i].name) != len || strncmp(options[i].name, word, len) != 0)
			continue;
		*value = word[len] == '=' ? word + len + 1 : NULL;
		return &options[i];
	}
	return NULL;
}

int ctl_parse(const char *command, int argc, char **argv, struct ctl_option *options, int n)
{
	int kept = 0;
	bool plain = false;
	for (int i = 0; i < argc; i++) {
		const char *value;
		if (plain || strncmp(argv[i], "--", 2) != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			plain = true;
			continue;
		}
		struct ctl_option *o = option_of(options, n, argv[i], &value);
		if (!o) {
			unknown_option(command, argv[i]);
			return -1;
		}
		if (o->flag && value) {
			ctl_usage(command, "选项 %s 不带值", o->name);
			return -1;
		}
		if (!o->flag && !value && i + 1 == argc) {
			ctl_usage(command, "选项 %s 缺少值", o->name);
			return -1;
		}
		o->value = o->flag ? "" : value ? value : argv[++i];
	}
	return kept;
}

/* -- the daemon ----------------------------------------------------------------------------- */

static void load_options(struct ctl *ctl, bool loosely)
{
	struct problems problems;
	struct buf text = {0};
	problems_init(&problems, ctl->english);
	ctl->options =
	    loosely ? options_load_loosely(ctl->config, &problems) : options_load(ctl->config, &problems);
	if (problems.errors) {
		problems_print(&problems, &text);
		fwrite(text.p, 1, text.n, stderr);
	}
	if (problems.errors && ctl->options)
		fprintf(stderr, "配置文件有错,仍连接 %s\n", ctl->options->listen_control);
	buf_free(&text);
	problems_free(&problems);
}

struct options *ctl_options(struct ctl *ctl)
{
	if (!ctl->options)
		load_options(ctl, false);
	return ctl->options;
}

struct options *ctl_options_found(struct ctl *ctl)
{
	if (!ctl->options)
		load_options(ctl, true);
	return ctl->options;
}

struct liandong *ctl_link(struct ctl *ctl)
{
	char why[256];
	if (ctl->link)
		return ctl->link;
	if (!ctl_options_found(ctl))
		return NULL;
	struct liandong_options o = {
	    .address = ctl->options->listen_control,
	    .client = "liandongctl",
	    .once = true,
	    .call_timeout_ms = 600 * 1000,
	};
	ctl->link = liandong_open(&o, why, sizeof why);
	if (!ctl->link) {
		ctl_fail("%s", why);
		return NULL;
	}
	if (!liandong_wait(ctl->link, 15000)) {
		ctl_fail("liandongd 没有应答(%s)。它在运行吗?配置文件是 %s", liandong_error(ctl->link),
		    ctl->config);
		liandong_close(ctl->link);
		ctl->link = NULL;
	}
	return ctl->link;
}

struct answer {
	bool done;
	json_t *tree;
	char *message;
};

static void answered(void *arg, const struct liandong_reply *reply)
{
	struct answer *a = arg;
	a->done = true;
	if (reply->ok)
		a->tree = json_loads(reply->result, JSON_DECODE_ANY, NULL);
	else
		a->message = strdup(reply->message ? reply->message : reply->code);
}

json_t *ctl_call(struct ctl *ctl, const char *method, json_t *params)
{
	struct answer a = {0};
	struct liandong *link = ctl_link(ctl);
	if (!link) {
		json_decref(params);
		return NULL;
	}
	char *text = params ? json_dumps(params, JSON_COMPACT) : NULL;
	json_decref(params);
	liandong_call(link, method, text, answered, &a);
	free(text);
	liandong_wait(link, -1);
	if (!a.tree)
		ctl_fail("%s", a.message ? a.message : liandong_error(link));
	free(a.message);
	return a.tree;
}

/* The daemon's clock, which may be a manual one; false with the sentence printed. */
static bool daemon_now(struct ctl *ctl, int64_t *now)
{
	json_t *r = ctl_call(ctl, "session.ping", NULL);
	bool good = r && time_parse(str_of(ctl_text(r, "time")), now);
	json_decref(r);
	return good;
}

const char *ctl_instant(struct ctl *ctl, const char *text, enum when_side side, bool until)
{
	char out[TIME_TEXT_MAX];
	bool day;
	int64_t ms, now;
	if (time_parse(str_of(text), &ms))
		return text;
	if (!daemon_now(ctl, &now))
		return NULL;
	if (!when_parse(str_of(text), now, side, &ms, &day)) {
		ctl_fail("%s 不是时刻。可以写 23:10、11-25、2026-11-25 23:10、10m(%s)、现在,或 RFC 3339 如 "
			 "2026-11-25T23:10:00+08:00",
		    text, side == WHEN_PAST ? "十分钟前" : "十分钟后");
		return NULL;
	}
	return arena_text(ctl->arena, time_rfc3339(ms + (day && until ? DAY_MS : 0), out));
}

int ctl_print_json(const json_t *tree)
{
	json_dumpf(tree, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	return EXIT_DONE;
}

const char *ctl_text(const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));
	return z ? z : "";
}

void ctl_show_warnings(const json_t *answer)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(answer, "warnings"), i, one)
		printf("注意:%s\n", ctl_text(one, "detail"));
}

/* -- main ----------------------------------------------------------------------------------- */

static void print_help(FILE *out)
{
	fputs("用法:liandongctl [-c 配置文件] [--json] [--unmask] [--en] 命令 …\n\n", out);
	for (int i = 0; i < n_commands; i++)
		fprintf(out, "  %s%s%s\n      %s\n", commands[i].name, *commands[i].arguments ? " " : "",
		    commands[i].arguments, commands[i].about);
	fputs("\n  -c 文件    liandong.yaml(默认 $LIANDONG_CONFIG,否则 " DEFAULT_CONFIG ")\n"
	      "  --json     输出 JSON,供程序读取\n"
	      "  --unmask   显示个人信息(将被记录)\n"
	      "  --en       英文提示\n"
	      "  --help     本说明;--version 版本;--commands 只列命令;--protocol 协议的命令表(JSON)\n"
	      "\n退出码:0 完成,1 被拒绝或没有,2 用法有误\n",
	    out);
}

static void print_commands(void)
{
	for (int i = 0; i < n_commands; i++)
		puts(commands[i].name);
}

/* Is each word that was typed the beginning of the command's, the last of at least three letters? */
static bool begins(const char *name, char **words, int n)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(words[i]), whole = strcspn(name, " ");
		if (len > whole || strncmp(words[i], name, len) != 0 || (len < whole && len < LEAST_LETTERS))
			return false;
		name += whole + (name[whole] == ' ');
	}
	return *name == '\0';
}

/* The command of n words that these are, or begin and no other does. */
static const struct ctl_command *of_words(char **words, int n)
{
	char name[NAME_MAX_LEN];
	const struct ctl_command *found = NULL;
	int all = 0;
	snprintf(name, sizeof name, "%s%s%s", words[0], n > 1 ? " " : "", n > 1 ? words[1] : "");
	if (named(name))
		return named(name);
	for (int i = 0; i < n_commands; i++)
		if (begins(commands[i].name, words, n)) {
			found = &commands[i];
			all++;
		}
	return all == 1 ? found : NULL;
}

/* The command whose words argv begins with, the longest; *words of them. */
static const struct ctl_command *find(int argc, char **argv, int *words)
{
	for (*words = argc < 2 ? argc : 2; *words > 0; (*words)--) {
		const struct ctl_command *c = of_words(argv, *words);
		if (c)
			return c;
	}
	return NULL;
}

/* "incident" alone: the commands that begin with it. */
static bool print_longer(const char *word)
{
	size_t n = strlen(word);
	bool any = false;
	for (int i = 0; i < n_commands; i++) {
		const struct ctl_command *c = &commands[i];
		if (strncmp(c->name, word, n) != 0 || c->name[n] != ' ')
			continue;
		fprintf(stderr, "%s%s", any ? "、" : "命令不完整,可以是:", c->name);
		any = true;
	}
	if (any)
		fputc('\n', stderr);
	return any;
}

static int unknown(struct ctl *ctl, int argc, char **argv)
{
	const char *given = argc > 1 ? arena_printf(ctl->arena, "%s %s", argv[0], argv[1]) : argv[0];
	const char *near = NULL;
	unsigned least = 4;
	if (strcmp(argv[0], "-c") == 0) {
		fputs("-c 后面须有配置文件\n", stderr);
		return EXIT_USAGE;
	}
	if (argc == 1 && print_longer(argv[0]))
		return EXIT_USAGE;
	for (int i = 0; i < n_commands; i++) {
		unsigned d = str_distance(str_of(given), str_of(commands[i].name), least);
		unsigned d1 = str_distance(str_of(argv[0]), str_of(commands[i].name), least);
		d = d1 < d ? d1 : d;
		if (d < least) {
			least = d;
			near = commands[i].name;
		}
	}
	if (near)
		fprintf(stderr, "没有命令 %s,是否指 %s?\n", given, near);
	else
		fprintf(stderr, "没有命令 %s。liandongctl --help 列出全部命令\n", given);
	return EXIT_USAGE;
}

/* Takes one of the options that every command has; *used says how many words. False: none. */
static bool common_option(struct ctl *ctl, int argc, char **argv, int i, int *used)
{
	*used = 1;
	if (strcmp(argv[i], "--json") == 0)
		ctl->json = true;
	else if (strcmp(argv[i], "--unmask") == 0)
		ctl->unmask = true;
	else if (strcmp(argv[i], "--en") == 0)
		ctl->english = true;
	else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
		ctl->config = argv[i + 1];
		*used = 2;
	} else
		return false;
	return true;
}

static int common_options(struct ctl *ctl, int argc, char **argv)
{
	int kept = 0, used;
	for (int i = 0; i < argc; i += used) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (!common_option(ctl, argc, argv, i, &used))
			argv[kept++] = argv[i];
	}
	return kept;
}

/* What goes to the daemon goes as JSON. A file's name may be any bytes. */
static bool utf8_arguments(const struct ctl_command *c, int argc, char **argv)
{
	for (int i = 0; i < argc && !strstr(c->arguments, "文件"); i++)
		if (!utf8_valid(str_of(argv[i]), NULL)) {
			ctl_usage(c->name, "第 %d 个参数不是 UTF-8 文本:终端的编码要设为 UTF-8", i + 1);
			return false;
		}
	return true;
}

/* A command without options of its own refuses every one, here for all of them but the acts. */
static int run(struct ctl *ctl, const struct ctl_command *c, int argc, char **argv)
{
	ctl->command = c;
	if (!utf8_arguments(c, argc, argv))
		return EXIT_USAGE;
	if (c->run != acts_run && !strstr(c->arguments, "--"))
		argc = ctl_parse(c->name, argc, argv, NULL, 0);
	return argc < 0 ? EXIT_USAGE : c->run(ctl, argc, argv);
}

/* What stands in a command's place and is none; -1 where it is something else. */
static int run_option(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
		print_help(stdout);
	else if (strcmp(word, "--version") == 0)
		puts("liandongctl " LIANDONG_VERSION);
	else if (strcmp(word, "--commands") == 0)
		print_commands();
	else if (strcmp(word, "--protocol") == 0)
		ctl_protocol();
	else
		return -1;
	return EXIT_DONE;
}

static int run_words(struct ctl *ctl, int argc, char **argv)
{
	int words = 0, code;
	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if ((code = run_option(argv[0])) >= 0)
		return code;
	const struct ctl_command *c = find(argc, argv, &words);
	if (!c)
		return unknown(ctl, argc, argv);
	if (argc > words && strcmp(argv[words], "--help") == 0) {
		printf("liandongctl %s %s\n    %s\n", c->name, c->arguments, c->about);
		return EXIT_DONE;
	}
	return run(ctl, c, argc - words, argv + words);
}

int ctl_main(int argc, char **argv)
{
	struct ctl ctl = {.config = getenv("LIANDONG_CONFIG"), .arena = arena_new(), .terminal = isatty(1)};
	if (!ctl.config || !*ctl.config)
		ctl.config = DEFAULT_CONFIG;
	commands = ctl_commands(ctl.arena, &n_commands);
	argc = common_options(&ctl, argc - 1, ++argv);
	int code = run_words(&ctl, argc, argv);
	liandong_close(ctl.link);
	if (ctl.options)
		options_free(ctl.options);
	arena_free(ctl.arena);
	return code;
}
