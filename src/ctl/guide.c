/*
 * guide.c - questions, their answers, and the YAML of them; see guide.h.
 */
#include "ctl/guide.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "ctl/sheet.h"
#include "domain/fold.h"
#include "mechanism/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUGGESTED 8

/* -- members of the mechanism -------------------------------------------------------------------- */

/* The i-th member that an answer of this kind may name: code and name, and a second name or NULL; false behind the
 * last. */
static bool member(const struct mechanism *m, enum answer_kind kind, int i, const char *out[3])
{
	out[0] = out[1] = out[2] = NULL;
	switch (kind) {
	case ANSWER_UNIT:
	case ANSWER_UNITS:
		if (i < m->n_units) {
			out[0] = m->units[i].id;
			out[1] = m->units[i].name;
			out[2] = m->units[i].short_name;
		}
		break;
	case ANSWER_CATEGORY:
	case ANSWER_CATEGORIES:
		if (i < m->n_categories) {
			out[0] = m->categories[i].code;
			out[1] = m->categories[i].name;
		}
		break;
	case ANSWER_AREA:
	case ANSWER_AREAS:
		if (i < m->n_areas) {
			out[0] = m->areas[i].code;
			out[1] = m->areas[i].name;
		}
		break;
	case ANSWER_RULE:
		if (i < m->routing.n_rules) {
			out[0] = m->routing.rules[i].id;
			out[1] = m->routing.rules[i].because;
		}
		break;
	default:
		break;
	}
	return out[0] != NULL;
}

/* Has any of its names this text? */
static bool has_part(struct arena *a, const char *const names[3], const char *part)
{
	for (int i = 0; i < 3; i++)
		if (names[i] && strstr(fold_word(a, names[i]), fold_word(a, part)))
			return true;
	return false;
}

/* Those that have the text in a code or name; how many there are. At most `most` are shown. */
static int suggest(const struct guide *g, enum answer_kind kind, const char *part, int most)
{
	const char *names[3];
	int n = 0;

	for (int i = 0; member(g->m, kind, i, names); i++)
		if (has_part(g->ctl->arena, names, part) && n++ < most)
			fprintf(stderr, "  %s  %s\n", names[0], names[1]);
	if (n > most)
		fprintf(stderr, say("  …… 共 %d 个\n", "  … %d in all\n"), n);
	return n;
}

static const char *meant(const char *const names[3])
{
	fprintf(stderr, "  → %s  %s\n", names[0], names[1]);
	return names[0];
}

/* Its code: of the one that has this code or name, or alone has it as a part of a name. The text itself where there is
 * none, so that the reader says what was meant; NULL where several have it, which are shown. */
static const char *code_of(const struct guide *g, enum answer_kind kind, const char *text)
{
	const char *names[3], *found[3] = {0};
	int n = 0;

	for (int i = 0; member(g->m, kind, i, names); i++) {
		if (fold_same(names[0], text))
			return names[0];
		if (fold_same(names[1], text) || fold_same(names[2], text))
			return meant(names);
		const char *only_names[3] = {NULL, names[1], names[2]};
		if (has_part(g->ctl->arena, only_names, text) && n++ == 0)
			memcpy(found, names, sizeof found);
	}
	if (n > 1) {
		fprintf(stderr, say("“%s” 有几个,请写全:\n", "several have \"%s\", write which one:\n"),
		    text);
		suggest(g, kind, text, SUGGESTED);
		return NULL;
	}
	return n == 1 ? meant(found) : text;
}

/* -- an answer as YAML ------------------------------------------------------------------------------ */

static const char *one_item(const struct guide *g, enum answer_kind kind, const char *item)
{
	const char *code;

	if (kind == ANSWER_WORDS)
		return edit_scalar(g->ctl->arena, item);
	code = kind == ANSWER_LIST || strchr(item, '*') ? item : code_of(g, kind, item);
	return code ? edit_code(g->ctl->arena, code) : NULL;
}

/* 甲、乙 as [甲, 乙]; NULL where one of them may be several. */
static const char *as_list(const struct guide *g, enum answer_kind kind, const char *text)
{
	struct arena *a = g->ctl->arena;
	const char *list = "";

	for (struct str item; (item = str_item(&text)).n;) {
		const char *one = one_item(g, kind, arena_str(a, item));
		if (!one)
			return NULL;
		list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", one);
	}
	return arena_printf(a, "[%s]", list);
}

/* 0597-1、0597-2 王某 */
static const char *as_contact(const struct guide *g, const char *text)
{
	struct arena *a = g->ctl->arena;
	size_t n = strcspn(text, " ");
	const char *rest = arena_str(a, (struct str){text, n}), *name = text + n + strspn(text + n, " "),
		   *list = NULL;
	int phones = 0;

	for (struct str item; (item = str_item(&rest)).n; phones++) {
		const char *one = edit_quoted(a, arena_str(a, item));
		list = list ? arena_printf(a, "%s, %s", list, one) : one;
	}
	list = arena_printf(a, phones > 1 ? "{phone: [%s]" : "{phone: %s", list ? list : "\"\"");
	return *name ? arena_printf(a, "%s, name: %s}", list, edit_scalar(a, name))
		     : arena_printf(a, "%s}", list);
}

static const char *as_truth(const char *text)
{
	static const char *const yes[] = {"是", "y", "yes", "true", "1"},
				 *const no[] = {"否", "n", "no", "false", "0"};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0)
			return strcmp(text, yes[i]) == 0 ? "true" : "false";
	return text;
}

static const char *as_yaml(const struct guide *g, const struct guide_question *q, const char *text)
{
	struct arena *a = g->ctl->arena;
	const char *code;

	switch (q->kind) {
	case ANSWER_TEXT:
		return edit_scalar(a, text);
	case ANSWER_NEW_UNIT:
	case ANSWER_NEW_CATEGORY:
	case ANSWER_NEW_RULE:
		return edit_code(a, text);
	case ANSWER_WORD:
		return strchr("0123456789", text[0]) ? text : edit_code(a, text);
	case ANSWER_YES:
		return as_truth(text);
	case ANSWER_SPAN:
		return edit_quoted(a, text);
	case ANSWER_CONTACT:
		return as_contact(g, text);
	case ANSWER_UNIT:
	case ANSWER_CATEGORY:
	case ANSWER_AREA:
	case ANSWER_RULE:
		return (code = code_of(g, q->kind, text)) ? edit_code(a, code) : NULL;
	default:
		return as_list(g, q->kind, text);
	}
}

/* -- is it right? ------------------------------------------------------------------------------------ */

/* The key that this path names in *shape, which becomes the mapping that has it. */
static const struct key *key_of(const struct shape **shape, const char *path)
{
	size_t n = strcspn(path, ".");

	for (int i = 0; i < (*shape)->n_keys; i++) {
		const struct key *k = &(*shape)->keys[i];
		if (strlen(k->name) != n || strncmp(k->name, path, n) != 0)
			continue;
		if (!path[n])
			return k;
		*shape = k->shape;
		return key_of(shape, path + n + 1);
	}
	return NULL;
}

/* Reads the value as the file's reader will. False with what is wrong. */
static bool reads_well(const struct guide *g, const struct guide_question *q, const char *written)
{
	struct arena *a = g->ctl->arena;
	const struct shape *shape = g->shape;
	const struct key *key = key_of(&shape, q->key);
	void *base = arena_alloc(a, shape->size);
	struct problems p;

	memset(base, 0, shape->size);
	problems_init(&p, g->ctl->english);
	struct reading r = {.arena = a, .problems = &p, .m = (struct mechanism *)g->m};
	const struct node *root =
	    yaml_parse(a, q->option, str_of(arena_printf(a, "x: %s\n", written)), YAML_FILE_MAX, &p);
	if (root && p.errors == 0) {
		key->read(&r, root->child->value, base, key);
		shape_resolve_all(&r);
	}
	for (int i = 0; i < p.n; i++)
		fprintf(stderr, "%s%s\n", p.v[i].warning ? say("提醒:", "warning: ") : "", p.v[i].text);
	bool well = p.errors == 0;
	problems_free(&p);
	return well;
}

static bool has_rule(const struct mechanism *m, const char *id)
{
	for (int i = 0; i < m->routing.n_rules; i++)
		if (strcmp(m->routing.rules[i].id, id) == 0)
			return true;
	return false;
}

/* May it be the code of a new one, if it is to be that? */
static bool is_new(const struct guide *g, enum answer_kind kind, const char *code)
{
	bool taken = (kind == ANSWER_NEW_UNIT && mechanism_unit(g->m, code)) ||
	    (kind == ANSWER_NEW_CATEGORY && mechanism_category(g->m, code)) ||
	    (kind == ANSWER_NEW_RULE && has_rule(g->m, code));

	if (taken)
		fprintf(stderr, say("“%s” 已经有了,请换一个\n", "\"%s\" is taken, choose another\n"), code);
	return !taken;
}

static bool is_rule(const struct guide *g, enum answer_kind kind, const char *id)
{
	if (kind == ANSWER_RULE && !has_rule(g->m, id)) {
		fprintf(stderr, say("没有规则 %s\n", "there is no rule %s\n"), id);
		return false;
	}
	return true;
}

/* Takes the answer; false with what is wrong with it. */
static bool take(struct guide *g, int i, const char *text)
{
	const struct guide_question *q = &g->questions[i];
	const char *written = as_yaml(g, q, text);

	if (!written || !is_new(g, q->kind, text) || !is_rule(g, q->kind, written) ||
	    (q->key && !reads_well(g, q, written)))
		return false;
	g->typed[i] = text;
	g->written[i] = written;
	return true;
}

/* -- asking ---------------------------------------------------------------------------------------- */

static bool has_members(enum answer_kind kind)
{
	return kind >= ANSWER_UNIT && kind != ANSWER_CONTACT;
}

static void prompt(const struct guide *g, const struct guide_question *q, bool required)
{
	const struct shape *shape = g->shape;
	const struct key *key = q->key ? key_of(&shape, q->key) : NULL;

	fputs(say(q->zh, q->en), stderr);
	for (int i = 0; key && (q->kind == ANSWER_WORD || q->kind == ANSWER_LIST) && i < key->n_names; i++)
		fprintf(stderr, "%s%s", i ? "/" : " [", key->names[i]);
	if (key && (q->kind == ANSWER_WORD || q->kind == ANSWER_LIST) && key->n_names)
		fputc(']', stderr);
	if (q->kind == ANSWER_YES)
		fputs(say(" [是/否]", " [y/n]"), stderr);
	if (has_members(q->kind))
		fputs(say("(? 列出)", " (? lists them)"), stderr);
	fputs(required ? ": " : say("(可不填): ", " (may be left out): "), stderr);
}

/* A line without blanks at its ends; NULL: there is no more. */
static const char *read_line(struct guide *g)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);
	const char *text = line;

	while (n > 0 && strchr(" \t\r\n", line[n - 1]))
		line[--n] = '\0';
	while (n > 0 && strchr(" \t", *text))
		text++;
	text = n < 0 ? NULL : arena_text(g->ctl->arena, text);
	free(line);
	if (!isatty(0))
		fprintf(stderr, "%s\n", text ? text : "");
	return text;
}

static int index_of(const struct guide *g, const char *option)
{
	int i = 0;

	while (i < g->n && strcmp(g->questions[i].option, option) != 0)
		i++;
	return i;
}

static bool needed(const struct guide *g, const struct guide_question *q)
{
	return q->required || (q->with && g->typed[index_of(g, q->with)]);
}

/* The options that are needed and missing, a blank before each. */
static const char *missing_options(const struct guide *g)
{
	const char *missing = "";

	for (int i = 0; i < g->n; i++)
		if (!g->typed[i] && needed(g, &g->questions[i]))
			missing = arena_printf(g->ctl->arena, "%s %s", missing, g->questions[i].option);
	return missing;
}

/* Where nothing can be asked. */
static bool nothing_is_missing(const struct guide *g)
{
	const char *missing = missing_options(g);

	if (*missing)
		ctl_usage(g->ctl, say("还需要%s", "needed:%s"), missing);
	return !*missing;
}

static bool ended(const struct guide *g)
{
	const char *missing = missing_options(g);

	ctl_fail("%s",
	    say("输入到此为止,还没有问完:什么也没有写入",
		"the input ended before all was asked: nothing was written"));
	if (!isatty(0))
		ctl_fail(say("没有终端时,每一项都写成选项(还缺%s),并加 --yes",
			     "without a terminal each item is an option (missing:%s), with --yes"),
		    missing);
	return false;
}

/* Asks until an answer is good. Returns false if the input ends before. */
static bool ask(struct guide *g, int i, bool required)
{
	const struct guide_question *q = &g->questions[i];

	for (;;) {
		prompt(g, q, required);
		const char *text = read_line(g);
		if (!text)
			return ended(g);
		if (!*text && !required)
			return true;
		if (*text == '?' && has_members(q->kind)) {
			suggest(g, q->kind, text + 1 + strspn(text + 1, " "), 1000);
			continue;
		}
		if (!*text)
			fprintf(stderr, "%s\n", say("这一项不能空着", "this one is needed"));
		else if (!utf8_valid(str_of(text), NULL))
			fprintf(stderr, "%s\n",
			    say("不是 UTF-8 文本:终端的编码要设为 UTF-8", "this is no UTF-8"));
		else if (take(g, i, text))
			return true;
		if (!isatty(0))
			return false;
	}
}

bool guide_ask(struct guide *g, const struct ctl_option *given, int *code)
{
	bool any = false;

	for (int i = 0; i < g->n; i++) {
		*code = EXIT_USAGE;
		any = any || given[i].value;
		if (given[i].value && !take(g, i, given[i].value)) {
			ctl_fail(say("%s 的值不对", "the value of %s is wrong"), given[i].name);
			return false;
		}
	}
	if (g->ctl->json)
		return nothing_is_missing(g);
	for (int i = 0; i < g->n; i++) {
		*code = EXIT_REFUSED;
		if (!g->typed[i] && (!any || needed(g, &g->questions[i])) &&
		    !ask(g, i, needed(g, &g->questions[i])))
			return false;
	}
	return true;
}

/* -- what was answered --------------------------------------------------------------------------------- */

const char *guide_written(const struct guide *g, const char *option)
{
	return g->written[index_of(g, option)];
}

const char *guide_typed(const struct guide *g, const char *option)
{
	return g->typed[index_of(g, option)];
}

/* Keys of one mapping follow each other in the table: when.a, when.b are a mapping of two lines. */
const char *guide_item(const struct guide *g)
{
	const char *group = "";
	struct buf b = {0};

	for (int i = 0; i < g->n; i++) {
		const char *key = g->questions[i].key, *dot = key ? strchr(key, '.') : NULL;
		if (!key || !g->written[i])
			continue;
		if (dot && (strncmp(group, key, (size_t)(dot + 1 - key)) != 0))
			buf_printf(&b, "%.*s:\n", (int)(dot - key), key);
		group = dot ? key : "";
		buf_printf(&b, "%s%s: %s\n", dot ? "  " : "", dot ? dot + 1 : key, g->written[i]);
	}
	return buf_into(&b, g->ctl->arena).p;
}
