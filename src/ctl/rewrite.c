/*
 * rewrite.c - a file of the mechanism changed by a command; see rewrite.h. Place: ctl.
 */
#include "ctl/rewrite.h"
#include "base/arena.h"
#include "base/reason.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/file.h"
#include "ctl/diff.h"

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

#define CASES "routing-tests.yaml"

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
	if (!name)
		return true;
	w->bytes = bytes_of(w->m, name);
	if (!w->bytes.p)
		w->bytes = str_of(when_absent);
	w->root = yaml_parse(ctl->arena, name, w->bytes, YAML_FILE_MAX, &w->problems);
	w->edits = edits_of(ctl->arena, w->bytes);
	return w->root != NULL;
}

static const char *cases_path(const struct rewrite *w)
{
	return arena_printf(w->ctl->arena, "%s/" CASES, w->folder);
}

bool rewrite_open_cases(struct rewrite *w)
{
	struct rewrite_cases *c = &w->cases;

	c->exists = access(cases_path(w), F_OK) == 0;
	c->bytes = STR("tests:\n");
	c->open = !c->exists ||
	    yaml_slurp(w->ctl->arena, cases_path(w), YAML_LONG_FILE_MAX, &c->bytes, &w->problems);
	if (c->open)
		c->root = yaml_parse(w->ctl->arena, CASES, c->bytes, YAML_LONG_FILE_MAX, &w->problems);
	if (!c->open || !c->root)
		print_problems(w);
	c->edits = edits_of(w->ctl->arena, c->bytes);
	return c->open && c->root;
}

void rewrite_close(struct rewrite *w)
{
	for (int i = 0; i < 2; i++)
		if (w->texts[i].made)
			text_decider_free(&w->texts[i].decider);
	mechanism_release(w->m);
	problems_free(&w->problems);
}

static void show_change(struct rewrite *w, const char *file, int line, const char *what, const char *before,
    const char *after)
{
	ARRAY_ROOM(w->ctl->arena, w->changes, w->n, w->cap);
	w->changes[w->n++] = (struct rewrite_change){file, line, what, before, after};
}

void rewrite_say(struct rewrite *w, int line, const char *what, const char *before, const char *after)
{
	show_change(w, w->name, line, what, before, after);
}

static bool is_taken(const struct rewrite *w, const char *name)
{
	const struct node *tests = yaml_get(w->cases.root, "tests");

	for (const struct node *one = tests ? tests->child : NULL; one; one = one->next)
		if (yaml_get(one, "name") && text_eq(yaml_get(one, "name")->text, name))
			return true;
	return false;
}

const char *rewrite_case_name(const struct rewrite *w, const char *name)
{
	const char *one = name;

	for (int i = 2; is_taken(w, one); i++)
		one = arena_printf(w->ctl->arena, "%s %d", name, i);
	return one;
}

void rewrite_add_case(struct rewrite *w, const char *what, const char *text)
{
	struct rewrite_cases *c = &w->cases;
	const struct node *tests = yaml_get(c->root, "tests"), *last = tests ? tests->child : NULL;
	int line = 0;

	while (last && last->next)
		last = last->next;
	if (last && !edit_add_item(&c->edits, tests, last, text, &line)) {
		yaml_error(&w->problems, tests, "用例不是一行一项写的列表,请手工加上:\n%s",
		    "the cases are no list with an item a line, add this by hand:\n%s", text);
		return;
	}
	if (!last) { /* a new file */
		struct buf b = {0};
		for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
			buf_printf(&b, "  %s%.*s\n", at == text ? "- " : "  ", (int)strcspn(at, "\n"), at);
		edit_insert(&c->edits, 1, buf_into(&b, w->ctl->arena).p);
	}
	show_change(w, CASES, line ? line + 1 : 0, what, NULL, text);
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
			printf("%s:%d  %s\n", c->file, c->line, c->what);
		else
			printf("%s  %s\n", c->file, c->what);
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
		    json_pack("{s:s, s:i, s:s, s:s*, s:s*}", "file", c->file, "line", c->line, "what",
			c->what, "before", c->before, "after", c->after));
	}
	json_t *all =
	    json_pack("{s:o, s:b, s:s*}", "changes", list, "written", written, "revision", revision);
	ctl_print_json(all);
	json_decref(all);
}

/* -- checking --------------------------------------------------------------------------------- */

/* All files as they would be; their number. */
static int all_files(const struct rewrite *w, struct str after,
    struct mechanism_file files[MECHANISM_FILES + 1])
{
	bool there = !w->name;
	int n = 0;

	for (int i = 0; i < w->m->n_files; i++) {
		files[n] = w->m->files[i];
		if (w->name && strcmp(files[n].name, w->name) == 0) {
			files[n].bytes = after;
			there = true;
		}
		n++;
	}
	if (!there)
		files[n++] = (struct mechanism_file){w->name, after};
	return n;
}

static struct str edited(const struct edits *e, struct arena *a)
{
	struct buf b = {0};

	edits_apply(e, &b);
	return buf_into(&b, a);
}

/* The file's bytes as they would be; of the cases the same. */
static struct str after_of(const struct rewrite *w)
{
	return w->name ? edited(&w->edits, w->ctl->arena) : (struct str){0};
}

struct mechanism *rewrite_result(struct rewrite *w, struct problems *p)
{
	struct mechanism_file files[MECHANISM_FILES + 1];
	int n = all_files(w, after_of(w), files);

	return mechanism_load_files(files, n, p);
}

/* Training takes seconds: a model is kept until the command ends. What is wrong with it is said in p. */
static const struct text_decider *texts_of(struct rewrite *w, const struct mechanism *m, struct problems *p)
{
	struct rewrite_texts *t = w->texts;

	for (; t->made && memcmp(t->of, m->texts, sizeof t->of) != 0; t++)
		if (t == &w->texts[1]) {
			text_decider_free(&t->decider);
			break;
		}
	if (!t->made || memcmp(t->of, m->texts, sizeof t->of) != 0) {
		t->made = true;
		t->decider = ctl_texts(w->ctl, m, p);
		memcpy(t->of, m->texts, sizeof t->of);
	}
	return &t->decider;
}

void rewrite_ask(struct rewrite *w, const struct mechanism *m, struct route_query *q)
{
	struct problems p;

	problems_init(&p, w->ctl->english);
	q->proposal = (struct proposal){0};
	text_decider_ask(texts_of(w, m, &p), q);
	problems_free(&p);
}

static bool run_cases(struct rewrite *w, const struct mechanism *m, struct str cases, struct problems *p)
{
	const struct text_decider *texts = texts_of(w, m, p);
	int run;

	return p->errors == 0 &&
	    (w->cases.open ? mechanism_test_file(m, texts, CASES, cases, p, &run)
			   : mechanism_test(m, texts, w->folder, p, &run));
}

static bool said_before(const struct problems *old, const struct problem *one)
{
	for (int i = 0; i < old->n; i++)
		if (old->v[i].code == one->code && strcmp(old->v[i].text, one->text) == 0)
			return true;
	return false;
}

/* What a check finds odd about the new one and did not about the old: a person reads it before they agree. */
static void show_new_warnings(struct rewrite *w, const struct problems *p)
{
	struct problems old;
	struct buf b = {0};

	problems_init(&old, w->ctl->english);
	mechanism_check(w->m, NULL, clock_wall().ms, &old);
	for (int i = 0; i < p->n; i++)
		if (p->v[i].warning && !said_before(&old, &p->v[i]))
			buf_printf(&b, w->ctl->english ? "warning: %s:%d: %s\n" : "提醒:%s:%d:%s\n",
			    p->v[i].file ? p->v[i].file : "-", p->v[i].line, p->v[i].text);
	fwrite(b.p, 1, b.n, stderr);
	buf_free(&b);
	problems_free(&old);
}

/* What would be in force: its revision, or NULL with problems. */
static const char *check(struct rewrite *w, struct str after, struct str cases)
{
	struct mechanism_file files[MECHANISM_FILES + 1];
	struct problems p;
	int n = all_files(w, after, files);

	problems_init(&p, w->ctl->english);
	struct mechanism *m = mechanism_load_files(files, n, &p);
	if (m && run_cases(w, m, cases, &p))
		mechanism_check(m, NULL, clock_wall().ms, &p);
	const char *revision = m && !p.errors ? arena_text(w->ctl->arena, m->revision) : NULL;
	for (int i = 0; i < p.n; i++)
		if (!p.v[i].warning)
			problems_add(&w->problems, p.v[i].code, p.v[i].file, p.v[i].line, p.v[i].column, "%s",
			    "%s", p.v[i].text);
	if (revision)
		show_new_warnings(w, &p);
	mechanism_release(m);
	problems_free(&p);
	return revision;
}

/* What would go elsewhere, of the incidents that are stored; nothing where there is no store yet. False with a
 * sentence. */
static bool show_diff(struct rewrite *w, struct str after)
{
	struct mechanism_file files[MECHANISM_FILES + 1];
	struct report_ask ask = {0};
	struct buf b = {0};
	struct json j = json_to(&b);
	int n = all_files(w, after, files);

	if (access(w->ctl->options->store, F_OK) < 0) {
		fprintf(stderr,
		    w->ctl->english ? "there is no store yet: nothing to compare with\n"
				    : "还没有警情库,没有可比较的警情\n");
		return true;
	}
	json_begin(&j, NULL);
	for (int i = 0; i < n; i++)
		json_str(&j, files[i].name, files[i].bytes);
	json_end(&j);
	ask.files = buf_into(&b, w->ctl->arena);
	json_t *t = diff_make(w->ctl, &(struct diff_options){0}, &ask);
	if (t && !w->ctl->json)
		diff_show(w->ctl, t);
	json_decref(t);
	return t != NULL;
}

/* -- writing ---------------------------------------------------------------------------------- */

bool ctl_replace_file(struct ctl *ctl, const char *path, struct str after)
{
	struct stat st;
	mode_t mode = stat(path, &st) == 0 ? st.st_mode & 07777 : 0644;

	if (file_replace(path, after, mode))
		return true;
	ctl_fail(ctl->english ? "%s cannot be written: %s" : "写不了 %s:%s", path,
	    system_reason(errno, ctl->english));
	return false;
}

static bool answered_yes(const struct ctl *ctl, const char *what)
{
	char answer[16];

	fprintf(stderr, ctl->english ? "Write %s? [y/N] " : "写入 %s?[y/N] ", what);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool say_how_to_agree(const struct ctl *ctl)
{
	ctl_fail(ctl->english ? "nothing was written: repeat it with --yes"
			      : "还没有写入:看过以上改动,加 --yes 再执行一次");
	return false;
}

bool ctl_agreed(const struct ctl *ctl, bool yes, const char *what)
{
	return yes || (!isatty(0) || ctl->json ? say_how_to_agree(ctl) : answered_yes(ctl, what));
}

bool ctl_agreed_anyhow(const struct ctl *ctl, bool yes, const char *what)
{
	if (yes)
		return true;
	if (ctl->json)
		return say_how_to_agree(ctl);
	bool agreed = answered_yes(ctl, what);
	if (!isatty(0))
		fputc('\n', stderr);
	if (!agreed)
		fputs(ctl->english ? "nothing was written\n" : "没有写入\n", stderr);
	return agreed;
}

static int nothing_written(const struct rewrite *w, int code, const char *revision)
{
	if (w->ctl->json)
		show_json(w, false, revision);
	return code;
}

static bool changed(const struct edits *e)
{
	return e->n > 0;
}

/* The cases first: a rule without its case is worse than a case that will pass. */
static bool write_files(const struct rewrite *w, struct str after, struct str cases)
{
	bool with_cases = w->cases.open && changed(&w->cases.edits);

	if (with_cases && !ctl_replace_file(w->ctl, cases_path(w), cases))
		return false;
	if (!w->name || !changed(&w->edits) ||
	    ctl_replace_file(w->ctl, arena_printf(w->ctl->arena, "%s/%s", w->folder, w->name), after))
		return true;
	if (with_cases && w->cases.exists)
		ctl_replace_file(w->ctl, cases_path(w), w->cases.bytes);
	else if (with_cases)
		unlink(cases_path(w));
	return false;
}

static int write_it(const struct rewrite *w, struct str after, struct str cases, const char *revision)
{
	if (!write_files(w, after, cases))
		return EXIT_REFUSED;
	if (w->ctl->json)
		show_json(w, true, revision);
	else if (w->name)
		printf(w->ctl->english
			? "written: %s/%s, revision %s; it comes into force by liandongctl reload\n"
			: "已写入 %s/%s,版本 %s;liandongctl reload 之后生效\n",
		    w->folder, w->name, revision);
	else
		printf(w->ctl->english ? "written: %s\n" : "已写入 %s\n", cases_path(w));
	return EXIT_DONE;
}

static int refused(struct rewrite *w)
{
	print_problems(w);
	return ctl_fail(w->ctl->english ? "%d errors, nothing was written" : "%d 处错误,什么也没有写入",
	    w->problems.errors);
}

static int dry(const struct rewrite *w, const char *revision)
{
	if (!w->ctl->json)
		printf(w->ctl->english ? "%d changes, the check passed, nothing was written (--dry-run)\n"
				       : "共 %d 处改动,检查通过,没有写入(--dry-run)\n",
		    w->n);
	return nothing_written(w, EXIT_DONE, revision);
}

int rewrite_finish(struct rewrite *w, int how)
{
	struct str after, cases = {0};
	const char *revision;

	if (w->problems.errors)
		return refused(w);
	if (w->n == 0) {
		if (!w->ctl->json)
			puts(w->ctl->english ? "no change" : "没有改动");
		return nothing_written(w, EXIT_DONE, w->m->revision);
	}
	after = after_of(w);
	if (w->cases.open)
		cases = edited(&w->cases.edits, w->ctl->arena);
	if (!w->ctl->json)
		show_text(w);
	revision = check(w, after, cases);
	if (w->problems.errors)
		return refused(w);
	if ((how & REWRITE_DIFF) && w->name && !show_diff(w, after))
		return EXIT_REFUSED;
	if (how & REWRITE_DRY)
		return dry(w, revision);
	if (!(how & REWRITE_PIPE ? ctl_agreed_anyhow : ctl_agreed)(w->ctl, how & REWRITE_YES,
		w->name ? w->name : CASES))
		return nothing_written(w, EXIT_REFUSED, revision);
	return write_it(w, after, cases, revision);
}
