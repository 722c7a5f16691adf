/*
 * revisions.c - liandongctl route log, show, export, rollback, approve; reload. Which revision of the mechanism is in
 * force, which were, what they say, and the way back. Place: ctl.
 */
#include "base/arena.h"
#include "base/reason.h"
#include "base/digest.h"
#include "ctl/ctl.h"
#include "ctl/diff.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* -- what came of a change ------------------------------------------------------------------------ */

static void show_pending(struct ctl *ctl, const json_t *r)
{
	const char *revision = ctl_text(r, "revision");
	json_t *one;
	size_t i;

	printf(say("版本 %s 没有生效,等第二名管理员同意(%s 之前):\n",
		   "revision %s is not in force: a second administrator has to approve it (until %s):\n"),
	    revision, ctl_when(ctl, ctl_text(r, "until")));
	json_array_foreach(json_object_get(r, "why"), i, one)
		printf("  %s\n", json_string_value(one));
	printf(say("看改了什么:liandongctl route diff %s;由另一个账号同意:liandongctl route approve %s\n",
		   "what changed: liandongctl route diff %s; by another account: liandongctl route approve "
		   "%s\n"),
	    revision, revision);
}

/* The targets that have changed, what is asked less of, and what a partner's account lacks. */
static void show_found(const json_t *r)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_is_true(json_object_get(r, "changed")) ? json_object_get(r, "targets") : NULL,
	    i, one)
		printf(say("去向变了:%s 由 %s 改为 %s\n", "goes elsewhere: %s was %s, becomes %s\n"),
		    ctl_text(one, "target"), ctl_or_none(ctl_text(one, "before")),
		    ctl_or_none(ctl_text(one, "after")));
	json_array_foreach(json_is_true(json_object_get(r, "changed")) ? json_object_get(r, "loosened")
								       : NULL,
	    i, one)
		printf(say("放宽了:%s 由 %s 改为 %s\n", "asks less: %s was %s, becomes %s\n"),
		    ctl_text(one, "what"), ctl_text(one, "before"), ctl_text(one, "after"));
	json_array_foreach(json_object_get(r, "lacking"), i, one)
		printf(say("还缺:%s\n", "lacking: %s\n"), json_string_value(one));
}

static void print_change(struct ctl *ctl, const json_t *r)
{
	if (json_is_true(json_object_get(r, "pending")))
		show_pending(ctl, r);
	else
		printf(say("配置版本 %s %s\n", "revision %s: %s\n"), ctl_text(r, "revision"),
		    json_is_true(json_object_get(r, "changed")) ? say("已生效", "in force")
								: say("未变", "as before"));
	show_found(r);
}

/* Takes the answer of config.reload, routing.rollback, routing.approve. */
static int show_change(struct ctl *ctl, json_t *r)
{
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		print_change(ctl, r);
	const char *refused = ctl_text(r, "certificates_refused");
	int code = *refused ? ctl_fail("%s", refused) : EXIT_DONE;
	json_decref(r);
	return code;
}

int ctl_reload(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--why"}};

	if (!ctl_parse_options(ctl, argc, argv, o, 1))
		return EXIT_USAGE;
	return show_change(ctl, ctl_call(ctl, "config.reload", json_pack("{s:s*}", "why", o[0].value)));
}

static int with_revision(struct ctl *ctl, int argc, char **argv, const char *method, bool reason)
{
	struct ctl_option o[] = {{.name = "--why"}};

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个版本,见 route log",
		    "a revision; route log lists them");
	if (reason && !o[0].value)
		return ctl_usage(ctl,
		    say("需要 --why 缘由:为什么退回,会记入事件",
			"--why is expected: why it is sent back is kept in the event"));
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
	static const struct both heads[] = {
	    {"版本", "revision"}, {"生效", "in force since"}, {"由谁", "by"}, {"缘由", "why"}};
	struct table t;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(r, "waiting"), i, one)
		printf(say("等第二名管理员同意:%s(%s 提出,%s 之前)\n",
			   "waits for a second administrator: %s (proposed by %s, until %s)\n"),
		    ctl_text(one, "name"), ctl_text(one, "by"), ctl_when(ctl, ctl_text(one, "until")));
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

	if (!ctl_parse_options(ctl, argc, argv, o, 2))
		return EXIT_USAGE;
	if (!ctl_limit(ctl, o[0].value, &limit))
		return EXIT_USAGE;
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
		printf(say("更早的:--cursor %s\n", "earlier ones: --cursor %s\n"), next);
	json_decref(r);
	return EXIT_DONE;
}

/* -- what they say ---------------------------------------------------------------------------------- */

/* All files of a revision (NULL: of the one in force); long ones are named without their text. */
static json_t *get(struct ctl *ctl, const char *revision)
{
	return ctl_call(ctl, "routing.get", json_pack("{s:s*}", "revision", revision));
}

static bool add_piece(void *arg, json_t *file)
{
	struct buf *text = arg;
	const json_t *piece = json_object_get(file, "text");

	buf_add(text, json_string_value(piece), json_string_length(piece));
	return true;
}

/* One file of it, piece after piece; the caller frees the text. */
static bool get_file(struct ctl *ctl, const char *revision, const char *file, struct buf *text)
{
	return ctl_pages(ctl, "routing.get", "files",
	    json_pack("{s:s, s:s}", "revision", revision, "file", file), add_piece, text);
}

static void show_files(const json_t *r)
{
	json_t *one;
	size_t i;

	printf(say("版本 %s%s\n", "revision %s%s\n"), ctl_text(r, "revision"),
	    json_is_true(json_object_get(r, "in_force")) ? say("(生效)", " (in force)") : "");
	json_array_foreach(json_object_get(r, "files"), i, one)
		printf(say("  %-18s %8lld 字节  %.12s\n", "  %-18s %8lld bytes  %.12s\n"),
		    ctl_text(one, "name"), (long long)json_integer_value(json_object_get(one, "bytes")),
		    ctl_text(one, "sha256"));
}

static int show_file(struct ctl *ctl, const char *revision, const char *file)
{
	struct buf text = {0};
	int done = EXIT_REFUSED;

	if (get_file(ctl, revision, file, &text) && ctl->json)
		done = ctl_print_json(json_pack("{s:s, s:s, s:s%}", "revision", revision, "name", file,
		    "text", text.p, text.n));
	else if (text.p)
		done = ctl_write_out(ctl, NULL, buf_view(&text));
	buf_free(&text);
	return done;
}

int ctl_route_show(struct ctl *ctl, int argc, char **argv)
{
	json_t *r;

	argc = ctl_parse(ctl, argc, argv, NULL, 0);
	if (argc < 0 || argc > 2)
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[2]);
	if (argc == 2)
		return show_file(ctl, argv[0], argv[1]);
	r = get(ctl, argc > 0 ? argv[0] : NULL);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		show_files(r);
	json_decref(r);
	return EXIT_DONE;
}

/* What came is what is stored. */
static bool is_whole(struct ctl *ctl, const json_t *file, struct str text)
{
	struct digest digest = digest_of(text);
	char hex[DIGEST_HEX];

	if (text_eq(digest_hex(&digest, hex), ctl_text(file, "sha256")))
		return true;
	ctl_fail(ctl->english ? "%s did not come whole; try again" : "%s 没有取全,请再试一次",
	    ctl_text(file, "name"));
	return false;
}

static bool export_file(struct ctl *ctl, const char *folder, const char *revision, const json_t *file)
{
	const char *name = ctl_text(file, "name"), *path = arena_printf(ctl->arena, "%s/%s", folder, name);
	struct buf text = {0};
	bool good = get_file(ctl, revision, name, &text) && is_whole(ctl, file, buf_view(&text)) &&
	    ctl_write_out(ctl, path, buf_view(&text)) == EXIT_DONE;

	buf_free(&text);
	return good;
}

static bool make_folder(struct ctl *ctl, const char *folder)
{
	if (mkdir(folder, 0755) == 0 || errno == EEXIST)
		return true;
	ctl_fail(ctl->english ? "%s cannot be made: %s" : "建不了目录 %s:%s", folder,
	    system_reason(errno, ctl->english));
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
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[1]);
	if (!o[0].value)
		return ctl_usage(ctl, say("需要 -o 目录", "-o FOLDER is expected"));
	r = get(ctl, argc ? argv[0] : NULL);
	if (!r)
		return EXIT_REFUSED;
	good = make_folder(ctl, o[0].value);
	json_array_foreach(json_object_get(r, "files"), i, one)
		good = good && export_file(ctl, o[0].value, ctl_text(r, "revision"), one);
	if (good)
		printf(say("版本 %s 已写入 %s\n", "revision %s was written into %s\n"),
		    ctl_text(r, "revision"), o[0].value);
	json_decref(r);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
