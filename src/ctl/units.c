/*
 * units.c - liandongctl units export, import: the phone list of units.yaml as a table for Excel, and back.
 *
 * What comes back changes names, short names, tiers and contacts of units that there are; a unit is made or
 * removed in units.yaml. A column or row that is missing changes nothing, nor does an empty cell of a name.
 */
#include "base/arena.h"
#include "base/csv.h"
#include "ctl/ctl.h"
#include "ctl/rewrite.h"
#include "ctl/sheet.h"
#include "mechanism/contact_edit.h"
#include <stdio.h>

enum { COL_ID, COL_NAME, COL_SHORT, COL_TIER, CONTACT_COLUMNS };
#define COLUMNS (CONTACT_COLUMNS + 2 * UNIT_CONTACTS)

static const char *const heads[COLUMNS] = {"标识", "单位", "简称", "级别", "值班室", "值班电话", "联络员",
    "联络员电话", "负责人", "负责人电话", "分管领导", "分管领导电话"};
/* -- export ----------------------------------------------------------------------------------- */

/* Digits alone become a number in Excel, which has no 0 in front and no more than 15 digits: ="0597". */
static void put_phones(struct csv *csv, struct arena *a, const struct contact *c)
{
	const char *text = contact_phones_text(a, c);
	size_t n = strlen(text);

	if (n > 0 && strspn(text, "0123456789") == n && (text[0] == '0' || n > 11))
		csv_value(csv, arena_printf(a, "=\"%s\"", text));
	else
		csv_text(csv, text);
}

static void put_unit(struct csv *csv, struct arena *a, const struct unit *u)
{
	csv_text(csv, u->id);
	csv_text(csv, u->name);
	csv_text(csv, text_eq(u->short_name, u->name) ? "" : u->short_name);
	csv_text(csv, u->tier == 1 ? "一级" : "二级");
	for (int i = 0; i < UNIT_CONTACTS; i++) {
		csv_text(csv, unit_contact(u, i)->name);
		put_phones(csv, a, unit_contact(u, i));
	}
	csv_end_row(csv);
}

int ctl_units_export(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "-o"}};
	struct buf b = {0};
	if (!ctl_parse_options(ctl, argc, argv, o, 1))
		return EXIT_USAGE;
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	struct csv csv = csv_to(&b);
	csv_row(&csv, heads, COLUMNS);
	for (int i = 0; i < m->n_units; i++)
		put_unit(&csv, ctl->arena, &m->units[i]);
	int code = ctl_write_out(ctl, o[0].value, buf_view(&b));
	buf_free(&b);
	mechanism_release(m);
	return code;
}

/* -- import ----------------------------------------------------------------------------------- */

struct import {
	struct rewrite *w;
	const struct sheet *sheet;
	int column[COLUMNS]; /* -1: the table does not have it */
	const struct sheet_row *row;
	const struct unit *unit;
	const struct node *node; /* of the unit */
};

static const char *cell(const struct import *x, int column)
{
	return x->column[column] < 0 ? "" : x->row->cells[x->column[column]];
}

static void wrong(const struct import *x, int column, const char *zh, const char *en)
{
	sheet_wrong(x->sheet, x->row, x->column[column], &x->w->problems, zh, en, NULL);
}

static const char *what_of(const struct import *x, const char *what)
{
	return arena_printf(x->w->ctl->arena, "%s(%s) %s", x->unit->name, x->unit->id, what);
}

/* A scalar of the unit gets another text. */
static void change_scalar(struct import *x, const char *key, const char *what, const char *before,
    const char *after, const char *written)
{
	const struct node *at = yaml_get(x->node, key);

	if (!edit_value(&x->w->edits, at, written))
		rewrite_by_hand(x->w, at, what, written);
	rewrite_say(x->w, at->line, what_of(x, what), before, after);
}

static void import_name(struct import *x)
{
	const char *name = cell(x, COL_NAME);

	if (x->column[COL_NAME] < 0 || strcmp(name, x->unit->name) == 0)
		return;
	if (!*name)
		wrong(x, COL_NAME, "单位全称是空的", "the unit's name is empty");
	else if (sheet_phone(name) != PHONE_NONE)
		wrong(x, COL_NAME, "不像单位名称:和电话的列放反了?", "is no name: are columns swapped?");
	else
		change_scalar(x, "name", say("单位", "unit"), x->unit->name, name,
		    edit_scalar(x->w->ctl->arena, name));
}

static void import_short(struct import *x)
{
	struct arena *a = x->w->ctl->arena;
	const char *name = cell(x, COL_SHORT), *written = edit_scalar(a, name);
	const struct node *at = yaml_get(x->node, "name");

	if (!*name || strcmp(name, x->unit->short_name) == 0 ||
	    (!yaml_get(x->node, "short") && strcmp(name, x->unit->name) == 0))
		return;
	if (yaml_get(x->node, "short")) {
		change_scalar(x, "short", say("简称", "short name"), x->unit->short_name, name, written);
		return;
	}
	edit_insert(&x->w->edits, at->line,
	    arena_printf(a, "%*sshort: %s\n", x->node->column - 1, "", written));
	rewrite_say(x->w, at->line, what_of(x, say("简称", "short name")), NULL, name);
}

static void import_tier(struct import *x)
{
	const char *text = cell(x, COL_TIER);
	int tier = strcmp(text, "1") == 0 || strcmp(text, "一级") == 0 ? 1
	    : strcmp(text, "2") == 0 || strcmp(text, "二级") == 0      ? 2
								       : 0;

	if (x->column[COL_TIER] < 0 || tier == x->unit->tier)
		return;
	if (!tier)
		wrong(x, COL_TIER, "应为 “一级” 或 “二级”", "expected 1 or 2");
	else
		change_scalar(x, "tier", say("级别", "tier"),
		    x->unit->tier == 1 ? say("一级", "1") : say("二级", "2"),
		    tier == 1 ? say("一级", "1") : say("二级", "2"), tier == 1 ? "1" : "2");
}

/* Are the phones of a cell good? What is wrong is said. */
static bool phones_good(struct import *x, int column)
{
	struct arena *a = x->w->ctl->arena;
	const char *rest = cell(x, column);
	int n = 0;

	for (struct str item; (item = str_item(&rest)).n; n++) {
		enum phone_harm harm = sheet_phone(arena_str(a, item));

		if (harm == PHONE_WHOLE)
			continue;
		wrong(x, column, sheet_harm(harm, false), sheet_harm(harm, true));
		return false;
	}
	if (n == 0)
		wrong(x, column, "没有电话:每个单位的四种电话都要有", "no phone: all four are needed");
	return n > 0;
}

/* 甲、乙 however it is parted in the cell. */
static const char *joined(struct arena *a, const char *list)
{
	const char *text = NULL;

	for (struct str item; (item = str_item(&list)).n;)
		text = text ? arena_printf(a, "%s、%.*s", text, (int)item.n, item.p) : arena_str(a, item);
	return text ? text : "";
}

static void import_contact(struct import *x, int i)
{
	int names = CONTACT_COLUMNS + 2 * i, phones = names + 1;
	struct arena *a = x->w->ctl->arena;
	const struct contact *c = unit_contact(x->unit, i);
	const struct node *at = yaml_get(x->node, unit_contacts[i].key);
	const char *name = *cell(x, names) ? cell(x, names) : c->name, *before = contact_phones_text(a, c);
	const char *after = x->column[phones] < 0 ? before : joined(a, cell(x, phones));
	bool keeps_phone = strcmp(before, after) == 0;

	if (*cell(x, names) && sheet_phone(cell(x, names)) != PHONE_NONE) {
		wrong(x, names, "不像姓名:和电话的列放反了?", "is no name: are columns swapped?");
		return;
	}
	if (keeps_phone && text_eq(name, c->name))
		return;
	if (!keeps_phone && !phones_good(x, phones))
		return;
	struct contact_wish wish = {.phones = keeps_phone ? NULL : after, .name = name};
	if (!contact_edit(&x->w->edits, at, c, &wish))
		rewrite_by_hand(x->w, at, unit_contacts[i].key, contact_written(&x->w->edits, at, c, &wish));
	if (!keeps_phone)
		rewrite_say(x->w, at->line, what_of(x, heads[phones]), before, after);
	if (!text_eq(name, c->name))
		rewrite_say(x->w, at->line, what_of(x, heads[names]), c->name, name);
}

static const struct node *node_of(const struct rewrite *w, const struct unit *unit)
{
	const struct node *one = yaml_get(w->root, "units")->child;

	while (one && !text_eq(yaml_get(one, "id")->text, unit->id))
		one = one->next;
	return one;
}

static bool find_unit(struct import *x)
{
	static const struct both unknown = {"没有这个单位:标识不要改,新单位请写进 units.yaml",
				     "there is no such unit; a new one is written into units.yaml"},
				 missing = {"标识是空的,不知道是哪个单位", "no id: which unit is it?"};
	const char *id = cell(x, COL_ID);

	x->unit = mechanism_unit(x->w->m, id);
	if (!x->unit) {
		wrong(x, COL_ID, *id ? unknown.zh : missing.zh, *id ? unknown.en : missing.en);
		return false;
	}
	for (const struct sheet_row *r = x->sheet->rows; r < x->row; r++)
		if (strcmp(r->cells[x->column[COL_ID]], id) == 0) {
			wrong(x, COL_ID, "出现了两次", "occurs twice");
			return false;
		}
	x->node = node_of(x->w, x->unit);
	return x->node != NULL;
}

static bool find_columns(struct import *x)
{
	for (int i = 0; i < COLUMNS; i++)
		x->column[i] = sheet_column(x->sheet, heads[i], NULL);
	for (int i = -1; (i = sheet_unknown(x->sheet, i + 1, x->column, COLUMNS)) >= 0;)
		problems_add(&x->w->problems, PROBLEM_VALUE, x->sheet->file, 1, i + 1,
		    "不认识的表头 “%s”:用 units export 的表头",
		    "unknown head \"%s\": take those of units export", x->sheet->heads[i]);
	if (x->column[COL_ID] < 0)
		problems_add(&x->w->problems, PROBLEM_VALUE, x->sheet->file, 1, 1, "缺少 “标识” 一列",
		    "the column 标识 (id) is missing");
	return x->column[COL_ID] >= 0;
}

static void import_all(struct import *x)
{
	for (int i = 0; i < x->sheet->n; i++) {
		x->row = &x->sheet->rows[i];
		if (!find_unit(x))
			continue;
		import_name(x);
		import_short(x);
		import_tier(x);
		for (int k = 0; k < UNIT_CONTACTS; k++)
			import_contact(x, k);
	}
}

int ctl_units_import(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--dry-run", .flag = true}, {.name = "--yes", .flag = true}};
	struct rewrite w;
	struct sheet sheet;
	int code = EXIT_REFUSED;
	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个 CSV 文件", "a CSV file");
	if (rewrite_open(&w, ctl, "units.yaml", "")) {
		struct import x = {.w = &w, .sheet = &sheet};
		if (sheet_read(ctl->arena, argv[0], &sheet, &w.problems) && find_columns(&x))
			import_all(&x);
		code = rewrite_finish(&w, (o[0].value ? REWRITE_DRY : 0) | (o[1].value ? REWRITE_YES : 0));
	}
	rewrite_close(&w);
	return code;
}
