/*
 * revisions.c - liandongctl route log, show, export, rollback, approve; reload. Which revision of the mechanism is in
 * force, which were, what they say, and the way back. Place: ctl.
 */
#include "base/arena.h"
#include "ctl/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* -- what came of a change ------------------------------------------------------------------------ */

static void show_pending(struct ctl *ctl, const json_t *r)
{
	const char *revision = ctl_text(r, "revision");
	json_t *one;
	size_t i;

	printf("版本 %s 没有生效,等第二名管理员同意(%s 之前):\n", revision,
	    ctl_when(ctl, ctl_text(r, "until")));
	json_array_foreach(json_object_get(r, "why"), i, one)
		printf("  %s\n", json_string_value(one));
	printf("看改了什么:liandongctl route diff %s;由另一个账号同意:liandongctl route approve %s\n",
	    revision, revision);
}

/* Takes the answer of config.reload, routing.rollback, routing.approve. */
static int show_change(struct ctl *ctl, json_t *r)
{
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else if (json_is_true(json_object_get(r, "pending")))
		show_pending(ctl, r);
	else
		printf("配置版本 %s %s\n", ctl_text(r, "revision"),
		    json_is_true(json_object_get(r, "changed")) ? "已生效" : "未变");
	json_decref(r);
	return EXIT_DONE;
}

int ctl_reload(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--why"}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc != 0)
		return argc < 0 ? EXIT_USAGE : ctl_usage(ctl, "多余的参数 %s", argv[0]);
	return show_change(ctl, ctl_call(ctl, "config.reload", json_pack("{s:s*}", "why", o[0].value)));
}

static int with_revision(struct ctl *ctl, int argc, char **argv, const char *method, bool reason)
{
	struct ctl_option o[] = {{.name = "--why"}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_usage(ctl, argc ? "多余的参数 %s" : "需要一个版本%s,见 route log",
		    argc ? argv[1] : "");
	if (reason && !o[0].value)
		return ctl_usage(ctl, "需要 --why 缘由:为什么退回,会记入事件");
	return show_change(ctl,
	    ctl_call(ctl, method, json_pack("{s:s, s:s*}", "revision", argv[0], "why", o[0].value)));
}

int ctl_route_rollback(struct ctl *ctl, int argc, char **argv)
{
	return with_revision(ctl, argc, argv, "routing.rollback", true);
}

int ctl_route_approve(struct ctl *ctl, int argc, char **argv)
{
	return with_revision(ctl, argc, argv, "routing.approve", false);
}

/* -- which there are ------------------------------------------------------------------------------- */

static void show_log(struct ctl *ctl, const json_t *r)
{
	static const char *const heads[] = {"版本", "生效", "由谁", "缘由"};
	struct table t;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(r, "waiting"), i, one)
		printf("等第二名管理员同意:%s(%s 提出,%s 之前)\n", ctl_text(one, "name"), ctl_text(one, "by"),
		    ctl_when(ctl, ctl_text(one, "until")));
	table_init(&t, ctl->arena, heads, 4);
	json_array_foreach(json_object_get(r, "revisions"), i, one) {
		const char *cells[] = {ctl_text(one, "revision"), ctl_when(ctl, ctl_text(one, "at")),
		    ctl_text(one, "by"), ctl_text(one, "why")};
		table_row(&t, cells);
	}
	table_print(&t);
}

int ctl_route_log(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--limit"}, {.name = "--cursor"}};
	uint64_t limit = 0;

	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc != 0)
		return argc < 0 ? EXIT_USAGE : ctl_usage(ctl, "多余的参数 %s", argv[0]);
	if (o[0].value && !str_uint(str_of(o[0].value), &limit))
		return ctl_usage(ctl, "--limit 应为条数");
	json_t *params = json_pack("{s:s*}", "cursor", o[1].value);
	if (limit)
		json_object_set_new(params, "limit", json_integer((json_int_t)limit));
	json_t *r = ctl_call(ctl, "routing.log", params);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		show_log(ctl, r);
	const char *next = json_string_value(json_object_get(r, "next"));
	if (next && !ctl->json)
		printf("更早的:--cursor %s\n", next);
	json_decref(r);
	return EXIT_DONE;
}

/* -- what they say ---------------------------------------------------------------------------------- */

/* One file of a revision (NULL: of the one in force), or all of them. */
static json_t *get(struct ctl *ctl, const char *revision, const char *file)
{
	return ctl_call(ctl, "routing.get", json_pack("{s:s*, s:s*}", "revision", revision, "file", file));
}

int ctl_route_show(struct ctl *ctl, int argc, char **argv)
{
	json_t *one, *r;
	size_t i;

	argc = ctl_parse(ctl, argc, argv, NULL, 0);
	if (argc < 0 || argc > 2)
		return argc < 0 ? EXIT_USAGE : ctl_usage(ctl, "多余的参数 %s", argv[2]);
	r = get(ctl, argc > 0 ? argv[0] : NULL, argc > 1 ? argv[1] : NULL);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json) {
		ctl_print_json(r);
	} else if (argc > 1) {
		fputs(ctl_text(json_array_get(json_object_get(r, "files"), 0), "text"), stdout);
	} else {
		printf("版本 %s%s\n", ctl_text(r, "revision"),
		    json_is_true(json_object_get(r, "in_force")) ? "(生效)" : "");
		json_array_foreach(json_object_get(r, "files"), i, one)
			printf("  %-18s %8lld 字节  %.12s\n", ctl_text(one, "name"),
			    (long long)json_integer_value(json_object_get(one, "bytes")),
			    ctl_text(one, "sha256"));
	}
	json_decref(r);
	return EXIT_DONE;
}

static bool write_file(struct ctl *ctl, const char *folder, const json_t *file)
{
	char *path = arena_printf(ctl->arena, "%s/%s", folder, ctl_text(file, "name"));
	const json_t *text = json_object_get(file, "text");

	if (!text) {
		fprintf(stderr,
		    ctl->english ? "%s is too long for an answer and was left out: copy it from the folder\n"
				 : "%s 太长,没有导出:请从机制文件夹复制\n",
		    ctl_text(file, "name"));
		return true;
	}
	return ctl_write_out(ctl, path, (struct str){json_string_value(text), json_string_length(text)}) ==
	    EXIT_DONE;
}

static bool make_folder(struct ctl *ctl, const char *folder)
{
	if (mkdir(folder, 0755) == 0 || errno == EEXIST)
		return true;
	ctl_fail(ctl->english ? "%s cannot be made: %s" : "建不了目录 %s:%s", folder, strerror(errno));
	return false;
}

int ctl_route_export(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "-o"}};
	json_t *r, *one;
	bool good = true;
	size_t i;

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0 || argc > 1)
		return argc < 0 ? EXIT_USAGE : ctl_usage(ctl, "多余的参数 %s", argv[1]);
	if (!o[0].value)
		return ctl_usage(ctl, "需要 -o 目录");
	r = get(ctl, argc ? argv[0] : NULL, NULL);
	if (!r)
		return EXIT_REFUSED;
	good = make_folder(ctl, o[0].value);
	json_array_foreach(json_object_get(r, "files"), i, one)
		good = good && write_file(ctl, o[0].value, one);
	if (good)
		printf("版本 %s 已写入 %s\n", ctl_text(r, "revision"), o[0].value);
	json_decref(r);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
