/*
 * main.c - liandongctl: finds the command that was typed, takes the options that all commands have, runs it.
 * Place: the command line's own room, above its commands, of which the table in commands.c tells it.
 */
#include "ctl/acts.h"
#include "ctl/reach.h"
#include "base/reason.h"
#include "base/arena.h"
#include "base/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/liandong/liandong.yaml"
#define NAME_MAX_LEN 128
#define LEAST_LETTERS 3 /* of a command's word that is not written in full */

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

static void print_help(FILE *out)
{
	fputs(say("用法:liandongctl [-c 配置文件 | --server 服务器 …] [--json] [--unmask] [--en|--zh] 命令 "
		  "…\n\n",
		  "usage: liandongctl [-c FILE | --server SERVER …] [--json] [--unmask] [--en|--zh] COMMAND "
		  "…\n\n"),
	    out);
	for (int i = 0; i < n_commands; i++)
		fprintf(out, "  %s%s%s\n      %s\n", commands[i].name, *commands[i].arguments ? " " : "",
		    commands[i].arguments, commands[i].about);
	fprintf(out,
	    say("\n  -c 文件    liandong.yaml(默认 $LIANDONG_CONFIG,否则 %s)\n"
		"  --json     输出 JSON,供程序读取\n"
		"  --unmask   显示个人信息(将被记录)\n"
		"  --en --zh  英文,中文(默认 $LIANDONG_LANGUAGE,否则所读配置文件的 language)\n"
		"  --help     本说明;--version 版本;--commands 只列命令;--protocol 协议的命令表(JSON)\n"
		"\n别的机器上的 liandongd:\n",
		"\n  -c FILE    liandong.yaml (by default $LIANDONG_CONFIG, else %s)\n"
		"  --json     JSON, for programs\n"
		"  --unmask   show personal data (which is recorded)\n"
		"  --en --zh  English, Chinese (by default $LIANDONG_LANGUAGE, else `language` of the file "
		"that is read)\n"
		"  --help     this help; --version; --commands: their names alone; --protocol: the "
		"protocol's commands (JSON)\n"
		"\na liandongd on another machine:\n"),
	    DEFAULT_CONFIG);
	for (const struct reach_option *o = reach_options; o < reach_options + REACH_OPTIONS; o++)
		fprintf(out, "  %s%s  %s%s%s%s\n", o->name, o->flag ? "" : say(" 值", " VALUE"),
		    both_said(&o->about), o->variable ? "($" : "", o->variable ? o->variable : "",
		    o->variable ? ")" : "");
	fputs(say("  写一次就够:~/.config/liandong/client.yaml 或 /etc/liandong/client.yaml(见 "
		  "liandongctl(1))\n"
		  "\n退出码:0 完成,1 被拒绝或没有,2 用法有误\n",
		  "  once is enough: ~/.config/liandong/client.yaml or /etc/liandong/client.yaml, see "
		  "liandongctl(1)\n"
		  "\nexit codes: 0 done, 1 refused or not found, 2 wrong usage\n"),
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
		fprintf(stderr, "%s%s",
		    any ? say("、", ", ")
			: say("命令不完整,可以是:", "this command is not whole; it may be: "),
		    c->name);
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
		fputs(say("-c 后面须有配置文件\n", "-c takes a file\n"), stderr);
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
		ctl_complain(say("没有命令 %s,是否指 %s?", "there is no command %s; perhaps %s is meant"),
		    given, near);
	else
		ctl_complain(say("没有命令 %s。liandongctl --help 列出全部命令",
				 "there is no command %s; liandongctl --help has all of them"),
		    given);
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
		ctl->language = "en";
	else if (strcmp(argv[i], "--zh") == 0)
		ctl->language = "zh";
	else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
		ctl->config = argv[i + 1];
		ctl->config_named = true;
		*used = 2;
	} else
		return reach_take(ctl, argc, argv, i, used);
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
static bool utf8_arguments(const struct ctl *ctl, int argc, char **argv)
{
	for (int i = 0; i < argc && !ctl->command->files; i++)
		if (!utf8_valid(str_of(argv[i]), NULL)) {
			ctl_usage(ctl,
			    say("第 %d 个参数不是 UTF-8 文本:终端的编码要设为 UTF-8",
				"argument %d is no UTF-8: set the terminal's encoding to UTF-8"),
			    i + 1);
			return false;
		}
	return true;
}

/* A command without options of its own refuses every one, here for all of them but the acts. */
static int run(struct ctl *ctl, const struct ctl_command *c, int argc, char **argv)
{
	ctl->command = c;
	if (!utf8_arguments(ctl, argc, argv))
		return EXIT_USAGE;
	if (c->run != acts_run && !strstr(c->arguments, "--"))
		argc = ctl_parse(ctl, argc, argv, NULL, 0);
	return argc < 0 ? EXIT_USAGE : c->run(ctl, argc, argv);
}

/* Carries out a first word that is no command of the table; -1 if it is another. */
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
	else if (strcmp(word, "--problems") == 0)
		ctl_problems();
	else if (strcmp(word, "--notice-words") == 0)
		ctl_notice_words();
	else
		return -1;
	return EXIT_DONE;
}

/* "clock" is a command of its own, and others begin with it. */
static void show_longer(const struct ctl_command *c)
{
	size_t n = strlen(c->name);

	for (int i = 0; i < n_commands; i++)
		if (strncmp(commands[i].name, c->name, n) == 0 && commands[i].name[n] == ' ')
			printf("liandongctl %s%s%s\n    %s\n", commands[i].name,
			    *commands[i].arguments ? " " : "", commands[i].arguments, commands[i].about);
}

static int run_words(struct ctl *ctl, int argc, char **argv)
{
	int words = 0, code;
	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (argc == 2 && strcmp(argv[0], "--tree") == 0)
		return ctl_tree(argv[1]);
	if ((code = run_option(argv[0])) >= 0)
		return code;
	const struct ctl_command *c = find(argc, argv, &words);
	if (!c)
		return unknown(ctl, argc, argv);
	if (argc > words && strcmp(argv[words], "--help") == 0) {
		printf("liandongctl %s %s\n    %s\n", c->name, c->arguments, c->about);
		show_longer(c);
		return EXIT_DONE;
	}
	return run(ctl, c, argc - words, argv + words);
}

/* What an option says, else the environment, else the file that this run reads. */
static void choose_language(struct ctl *ctl)
{
	const char *named = ctl->language ? ctl->language : getenv("LIANDONG_LANGUAGE");
	const char *file = named && *named ? NULL : reach_file(ctl);

	ctl->english = file ? options_english(file) : text_eq(named, "en");
	say_in_english(ctl->english);
}

int ctl_main(int argc, char **argv)
{
	struct ctl ctl = {.config = getenv("LIANDONG_CONFIG"), .arena = arena_new(), .terminal = isatty(1)};
	ctl.config_named = ctl.config && *ctl.config;
	if (!ctl.config_named)
		ctl.config = DEFAULT_CONFIG;
	argc = common_options(&ctl, argc - 1, ++argv);
	reach_environment(&ctl);
	choose_language(&ctl);
	commands = ctl_commands(ctl.arena, &n_commands);
	int code = run_words(&ctl, argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE)
		code = ctl_fail(say("输出没有写全:%s", "what was to be printed is not whole: %s"),
		    system_reason(errno, ctl.english));
	liandong_close(ctl.link);
	json_decref(ctl.units);
	if (ctl.options)
		options_free(ctl.options);
	arena_free(ctl.arena);
	return code;
}
