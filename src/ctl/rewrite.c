/*
 * rewrite.c - a file of the mechanism changed by a command; see rewrite.h. Place: ctl.
 */
#include "ctl/rewrite.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_problems(const struct rewrite *w)
{
	struct buf b = {0};

	problems_print(&w->problems, &b);
	fwrite(b.p, 1, b.n, stderr);
	buf_free(&b);
}

static struct str bytes_of(const struct mechanism *m, const char *name)
{
	for (int i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, name) == 0)
			return m->files[i].bytes;
	return (struct str){0};
}

bool rewrite_open(struct rewrite *w, struct ctl *ctl, const char *name, const char *when_absent)
{
	struct options *o = ctl_options(ctl);

	*w = (struct rewrite){.ctl = ctl, .name = name};
	problems_init(&w->problems, ctl->english);
	if (!o)
		return false;
	w->folder = o->mechanism;
	w->m = mechanism_load(w->folder, &w->problems);
	if (!w->m) {
		print_problems(w);
		ctl_fail(ctl->english ? "the mechanism has errors: mend them first"
				      : "配置本身有错,请先改好");
		return false;
	}
	w->bytes = bytes_of(w->m, name);
	if (!w->bytes.p)
		w->bytes = str_of(when_absent);
	w->root = yaml_parse(ctl->arena, name, w->bytes, YAML_FILE_MAX, &w->problems);
	w->edits = edits_of(ctl->arena, w->bytes);
	return w->root != NULL;
}

void rewrite_close(struct rewrite *w)
{
	mechanism_release(w->m);
	problems_free(&w->problems);
}

void rewrite_say(struct rewrite *w, int line, const char *what, const char *before, const char *after)
{
	ARRAY_ROOM(w->ctl->arena, w->changes, w->n, w->cap);
	w->changes[w->n++] = (struct rewrite_change){line, what, before, after};
}

void rewrite_by_hand(struct rewrite *w, const struct node *at, const char *what, const char *after)
{
	yaml_error(&w->problems, at, "这里不是写在一行里的值,不能自动改,请手工把%1$s改成:%2$s",
	    "this is no value on one line and cannot be changed by itself: change %1$s by hand into: %2$s",
	    what, after);
}

/* -- showing ---------------------------------------------------------------------------------- */

/* Line by line, each with the sign. */
static void show_lines(char sign, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		printf("  %c %.*s\n", sign, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void show_text(const struct rewrite *w)
{
	for (int i = 0; i < w->n; i++) {
		const struct rewrite_change *c = &w->changes[i];

		if (c->line)
			printf("%s:%d  %s\n", w->name, c->line, c->what);
		else
			printf("%s  %s\n", w->name, c->what);
		show_lines('-', c->before);
		show_lines('+', c->after);
	}
}

static void show_json(const struct rewrite *w, bool written, const char *revision)
{
	json_t *list = json_array();

	for (int i = 0; i < w->n; i++) {
		const struct rewrite_change *c = &w->changes[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:i, s:s, s:s*, s:s*}", "file", w->name, "line", c->line, "what",
			c->what, "before", c->before, "after", c->after));
	}
	json_t *all =
	    json_pack("{s:o, s:b, s:s*}", "changes", list, "written", written, "revision", revision);
	ctl_print_json(all);
	json_decref(all);
}

/* -- checking --------------------------------------------------------------------------------- */

/* What would be in force: its revision, or NULL with problems. */
static const char *check(struct rewrite *w, struct str after)
{
	struct mechanism_file files[MECHANISM_FILES + 1];
	struct problems p;
	bool there = false;
	int n = 0, cases;

	for (int i = 0; i < w->m->n_files; i++) {
		files[n] = w->m->files[i];
		if (strcmp(files[n].name, w->name) == 0) {
			files[n].bytes = after;
			there = true;
		}
		n++;
	}
	if (!there)
		files[n++] = (struct mechanism_file){w->name, after};
	problems_init(&p, w->ctl->english);
	struct mechanism *m = mechanism_load_files(files, n, &p);
	if (m && mechanism_test(m, w->folder, &p, &cases))
		mechanism_check(m, NULL, clock_wall().ms, &p);
	const char *revision = m && !p.errors ? arena_text(w->ctl->arena, m->revision) : NULL;
	for (int i = 0; i < p.n; i++)
		if (!p.v[i].warning)
			problems_add(&w->problems, p.v[i].code, p.v[i].file, p.v[i].line, p.v[i].column, "%s",
			    "%s", p.v[i].text);
	mechanism_release(m);
	problems_free(&p);
	return revision;
}

/* -- writing ---------------------------------------------------------------------------------- */

bool ctl_replace_file(struct ctl *ctl, const char *path, struct str after)
{
	struct stat st;
	mode_t mode = stat(path, &st) == 0 ? st.st_mode & 07777 : 0644;

	return file_replace(path, after, mode) ||
	    ctl_fail(ctl->english ? "%s cannot be written: %s" : "写不了 %s:%s", path, strerror(errno));
}

bool ctl_agreed(const struct ctl *ctl, bool yes, const char *what)
{
	char answer[16];

	if (yes)
		return true;
	if (!isatty(0) || ctl->json) {
		ctl_fail(ctl->english ? "nothing was written: repeat it with --yes"
				      : "还没有写入:看过以上改动,加 --yes 再执行一次");
		return false;
	}
	fprintf(stderr, ctl->english ? "Write %s? [y/N] " : "写入 %s?[y/N] ", what);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int nothing_written(const struct rewrite *w, int code, const char *revision)
{
	if (w->ctl->json)
		show_json(w, false, revision);
	return code;
}

static int write_it(const struct rewrite *w, struct str after, const char *revision)
{
	if (!ctl_replace_file(w->ctl, arena_printf(w->ctl->arena, "%s/%s", w->folder, w->name), after))
		return EXIT_REFUSED;
	if (w->ctl->json)
		show_json(w, true, revision);
	else
		printf("已写入 %s/%s,版本 %s;liandongctl reload 之后生效\n", w->folder, w->name, revision);
	return EXIT_DONE;
}

int rewrite_finish(struct rewrite *w, int how)
{
	struct buf after = {0};
	const char *revision = NULL;
	int code = EXIT_DONE;

	if (!w->problems.errors && w->n > 0) {
		edits_apply(&w->edits, &after);
		if (!w->ctl->json)
			show_text(w);
		revision = check(w, buf_view(&after));
	}
	if (w->problems.errors) {
		print_problems(w);
		ctl_fail(w->ctl->english ? "%d errors, nothing was imported" : "%d 处错误,没有导入任何内容",
		    w->problems.errors);
		code = EXIT_REFUSED;
	} else if (w->n == 0) {
		if (!w->ctl->json)
			printf("没有改动\n");
		code = nothing_written(w, EXIT_DONE, w->m->revision);
	} else if (how & REWRITE_DRY) {
		if (!w->ctl->json)
			printf("共 %d 处改动,检查通过,没有写入(--dry-run)\n", w->n);
		code = nothing_written(w, EXIT_DONE, revision);
	} else if (!ctl_agreed(w->ctl, how & REWRITE_YES, w->name)) {
		code = nothing_written(w, EXIT_REFUSED, revision);
	} else {
		code = write_it(w, buf_view(&after), revision);
	}
	buf_free(&after);
	return code;
}
