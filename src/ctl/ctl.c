/*
 * ctl.c - what liandongctl's commands share: their options, files that are secret, what they print.
 * Place: the command line's own room, beneath reach.c, daemon.c and the commands. Nothing here knows a single one.
 */
#include "ctl/ctl.h"
#include "mechanism/load.h"
#include "base/arena.h"
#include "report/document.h"
#include "base/reason.h"
#include "base/time.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- arguments ------------------------------------------------------------------------------ */

/* What was cut to a buffer's length on its way, or is a file's name in other bytes, is printed as whole
 * characters. */
static void write_line(const char *format, va_list args)
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

void ctl_complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	write_line(format, args);
	va_end(args);
}

void ctl_show_usage(const struct ctl *ctl, const char *why, ...)
{
	const struct ctl_command *c = ctl->command;
	va_list args;
	va_start(args, why);
	write_line(why, args);
	va_end(args);
	fprintf(stderr, ctl->english ? "usage: liandongctl %s%s%s\n" : "用法:liandongctl %s%s%s\n", c->name,
	    *c->arguments ? " " : "", c->arguments);
}

int ctl_too_many(const struct ctl *ctl, const char *argument)
{
	return ctl_usage(ctl, ctl->english ? "one argument too many: %s" : "多余的参数 %s", argument);
}

bool ctl_parse_options(const struct ctl *ctl, int argc, char **argv, struct ctl_option *options, int n)
{
	argc = ctl_parse(ctl, argc, argv, options, n);
	if (argc > 0)
		ctl_too_many(ctl, argv[0]);
	return argc == 0;
}

bool ctl_limit(const struct ctl *ctl, const char *value, uint64_t *limit)
{
	*limit = 0;
	if (!value || str_uint(str_of(value), limit))
		return true;
	ctl_show_usage(ctl, "%s", say("--limit 应为条数", "--limit takes a number"));
	return false;
}

int ctl_wants_one(const struct ctl *ctl, int argc, char **argv, const char *zh, const char *en)
{
	if (argc > 1)
		return ctl_too_many(ctl, argv[1]);
	return ctl_usage(ctl, ctl->english ? "expected: %s" : "需要%s", ctl->english ? en : zh);
}

#define COMMON_OPTIONS "--json --unmask --en --help"
#define LETTERS "-abcdefghijklmnopqrstuvwxyz"

/* The option of `usage` nearest to the word, where it is nearer than *least; of two as near, the one as long. */
static struct str nearer_option(const char *usage, struct str word, struct str best, unsigned *least)
{
	for (const char *p = usage; (p = strstr(p, "--")); p += strspn(p, LETTERS)) {
		struct str one = {p, strspn(p, LETTERS)};
		unsigned d = str_distance(word, one, *least);
		if (d < *least || (d == *least && best.n != word.n && one.n == word.n)) {
			*least = d;
			best = one;
		}
	}
	return best;
}

static int unknown_option(const struct ctl *ctl, const char *given)
{
	struct str word = {given, strcspn(given, "=")}, near = {0};
	unsigned least = 3;
	near = nearer_option(ctl->command->arguments, word, near, &least);
	near = nearer_option(COMMON_OPTIONS, word, near, &least);
	const char *meant = ctl->english ? "; did you mean " : ",是否指 ";
	return ctl_usage(ctl, ctl->english ? "there is no option %.*s%s%.*s%s" : "没有选项 %.*s%s%.*s%s",
	    (int)word.n, word.p, near.n ? meant : "", (int)near.n, near.n ? near.p : "", near.n ? "?" : "");
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

int ctl_parse(const struct ctl *ctl, int argc, char **argv, struct ctl_option *options, int n)
{
	int kept = 0;
	bool plain = false;
	for (int i = 0; i < argc; i++) {
		const char *value;
		bool letter = !plain && argv[i][0] == '-' && strlen(argv[i]) == 2 && argv[i][1] != '-' &&
		    option_of(options, n, argv[i], &value);
		if (!letter && (plain || strncmp(argv[i], "--", 2) != 0)) {
			argv[kept++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			plain = true;
			continue;
		}
		struct ctl_option *o = option_of(options, n, argv[i], &value);
		if (!o) {
			unknown_option(ctl, argv[i]);
			return -1;
		}
		if (o->flag && value) {
			ctl_usage(ctl, ctl->english ? "option %s takes no value" : "选项 %s 不带值", o->name);
			return -1;
		}
		if (!o->flag && !value && i + 1 == argc) {
			ctl_usage(ctl, ctl->english ? "option %s needs a value" : "选项 %s 缺少值", o->name);
			return -1;
		}
		o->value = o->flag ? "" : value ? value : argv[++i];
	}
	return kept;
}

/* -- secrets -------------------------------------------------------------------------------- */

static void say_open_to_others(const struct ctl *ctl, const char *path, unsigned mode)
{
	ctl_fail(ctl->english
		? "others can read %s (%04o): chmod 600, and consider what it holds as known (a medium that "
		  "knows no modes: mount it with umask=077)"
		: "别人也能读 %s(%04o):先 chmod 600,并考虑换掉里面的令牌或密钥(U "
		  "盘这类没有权限的介质:挂载时加 umask=077)",
	    path, mode);
}

int ctl_open_secret(const struct ctl *ctl, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0)
		ctl_fail(ctl->english ? "%s cannot be read: %s" : "读不了 %s:%s", path,
		    system_reason(errno, ctl->english));
	else if (!S_ISREG(st.st_mode))
		ctl_fail(ctl->english ? "%s is no file" : "%s 不是文件", path);
	else if (st.st_mode & 077)
		say_open_to_others(ctl, path, st.st_mode & 07777U);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* -- the daemon ----------------------------------------------------------------------------- */

void ctl_load_options(struct ctl *ctl, bool loosely)
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
		fprintf(stderr,
		    say("配置文件有错,仍连接 %s\n",
			"the configuration has faults; connecting to %s all the same\n"),
		    ctl->options->listen_control);
	buf_free(&text);
	problems_free(&problems);
}

struct options *ctl_options_found(struct ctl *ctl)
{
	if (!ctl->options)
		ctl_load_options(ctl, true);
	return ctl->options;
}

int ctl_print_json(const json_t *tree)
{
	json_dumpf(tree, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	return EXIT_DONE;
}

struct html ctl_paper(const struct ctl *ctl, struct buf *out, const char *title, enum html_paper paper,
    bool training)
{
	bool marked = training || (ctl->options && ctl->options->training);
	struct html h =
	    html_begin(out, marked ? arena_printf(ctl->arena, TRAINING_MARK "%s", title) : title, paper);

	if (marked)
		html_element(&h, "h1", NULL, TRAINING_MARK "由培训库印制,不是真实的记录");
	return h;
}

int ctl_write_out(struct ctl *ctl, const char *file, struct str bytes)
{
	bool to_file = file && strcmp(file, "-") != 0;
	FILE *out = to_file ? fopen(file, "we") : stdout;
	bool done = out && fwrite(bytes.p, 1, bytes.n, out) == bytes.n && fflush(out) == 0;
	if (to_file && out && fclose(out) != 0)
		done = false;
	if (!done)
		return ctl_fail(ctl->english ? "%s cannot be written: %s" : "写不了 %s:%s",
		    to_file ? file : "-", system_reason(errno, ctl->english));
	if (to_file)
		fprintf(stderr, ctl->english ? "written: %s\n" : "已写入 %s\n", file);
	return EXIT_DONE;
}

json_t *ctl_codes(const char *list)
{
	json_t *array = json_array();
	struct str one;
	while ((one = list_next(&list)).n)
		json_array_append_new(array, json_stringn(one.p, one.n));
	return array;
}

const char *ctl_text(const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));
	return z ? z : "";
}
