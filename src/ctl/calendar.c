/*
 * calendar.c - liandongctl calendar import: a year of calendar.yaml from a published set of holidays.
 *
 * The year is written where it belongs; the comments of a year that stood there stay, and everything else
 * stays byte by byte. Days of another year are named and left out: each file is one year's notice.
 */
#include "base/arena.h"
#include "ctl/ctl.h"
#include "ctl/holidays.h"
#include "ctl/rewrite.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX_BYTES ((size_t)1 << 20)

/* -- the text of a year ----------------------------------------------------------------------------- */

static void put_days(struct arena *a, struct buf *out, const struct holidays *h, bool off, const char *key)
{
	bool any = false;

	for (int i = 0; i < h->n; i++) {
		const struct holiday *day = &h->v[i];
		if (day->off != off || day->date.year != h->year)
			continue;
		if (!any)
			buf_printf(out, "    %s:\n", key);
		any = true;
		buf_printf(out, "      \"%04d-%02d-%02d\": %s\n", day->date.year, day->date.month,
		    day->date.day, edit_scalar(a, day->name));
	}
	if (!any && off)
		buf_printf(out, "    %s: {}\n", key);
}

static const char *year_text(struct arena *a, const struct holidays *h, const char *comments)
{
	struct buf out = {0};

	buf_printf(&out, "  %d:\n%s", h->year, comments);
	put_days(a, &out, h, true, "holidays");
	put_days(a, &out, h, false, "make_up_days");
	const char *text = arena_str(a, buf_view(&out));
	buf_free(&out);
	return text;
}

/* -- where it goes ---------------------------------------------------------------------------------- */

static bool is_comment(struct str line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] == ' ')
		i++;
	return i < line.n && line.p[i] == '#';
}

static int last_line(const struct node *year)
{
	return edit_last_line(year->value->child ? year->value : year);
}

/* The lines of the file from one to another; with `comments`, those of them that are comments. */
static const char *lines_between(const struct rewrite *w, int from, int to, bool comments)
{
	struct buf out = {0};

	for (int i = from; i <= to; i++) {
		struct str line = str_line(w->bytes, i);
		if (!comments || is_comment(line))
			buf_str(&out, line);
	}
	const char *text = arena_str(w->ctl->arena, buf_view(&out));
	buf_free(&out);
	return text;
}

/* The year's key, or the one behind which a new year stands; NULL: before all of them. */
static const struct node *year_before(const struct node *years, int year, bool *there)
{
	const struct node *before = NULL;

	*there = false;
	for (const struct node *k = years->child; k && !*there; k = k->next) {
		uint64_t at;
		if (!str_uint(str_of(k->text), &at) || at > (uint64_t)year)
			continue;
		*there = at == (uint64_t)year;
		before = k;
	}
	return before;
}

static void write_year(struct rewrite *w, const struct holidays *h)
{
	const struct node *years = yaml_get(w->root, "years");
	const char *what = arena_printf(w->ctl->arena, w->ctl->english ? "year %d" : "%d 年", h->year);
	bool there;
	const struct node *at = year_before(years, h->year, &there);
	int line = at ? last_line(at) : years->child ? years->child->line - 1 : years->line;
	const char *text;

	if (!there) {
		text = year_text(w->ctl->arena, h, "");
		edit_insert(&w->edits, line, text);
		rewrite_say(w, 0, what, NULL, text);
		return;
	}
	const char *before = lines_between(w, at->line, line, false);
	text = year_text(w->ctl->arena, h, lines_between(w, at->line + 1, line, true));
	if (strcmp(before, text) == 0)
		return;
	for (int i = at->line; i <= line; i++)
		edit_drop(&w->edits, i);
	edit_insert(&w->edits, at->line - 1, text);
	rewrite_say(w, at->line, what, before, text);
}

static void tell_others(const struct rewrite *w, const struct holidays *h)
{
	for (int i = 0; i < h->n; i++)
		if (h->v[i].date.year != h->year)
			fprintf(stderr,
			    w->ctl->english ? "%04d-%02d-%02d (%s) is of another year and was left out\n"
					    : "%04d-%02d-%02d(%s)不在这一年,没有写入:请手工加到那一年\n",
			    h->v[i].date.year, h->v[i].date.month, h->v[i].date.day, h->v[i].name);
}

/* -- the command ------------------------------------------------------------------------------------- */

/* --year overrides what the file says. */
static bool choose_year(struct ctl *ctl, const char *text, struct holidays *h)
{
	uint64_t year = (uint64_t)h->year;

	if (text && !str_uint(str_of(text), &year))
		year = 0;
	h->year = (int)year;
	if (year >= 2000 && year <= 2100)
		return true;
	ctl_fail(ctl->english ? "the year should be one of 2000 to 2100" : "年份应在 2000 至 2100 之间");
	return false;
}

int ctl_calendar_import(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {
	    {.name = "--dry-run", .flag = true}, {.name = "--yes", .flag = true}, {.name = "--year"}};
	struct rewrite w;
	struct holidays h;
	struct str bytes;
	int code = EXIT_REFUSED;

	argc = ctl_parse(ctl, argc, argv, o, 3);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个 JSON 或 ICS 文件", "a JSON or ICS file");
	if (rewrite_open(&w, ctl, "calendar.yaml", "")) {
		bool read = yaml_slurp(ctl->arena, argv[0], FILE_MAX_BYTES, &bytes, &w.problems) &&
		    holidays_read(ctl->arena, argv[0], bytes, &h, &w.problems);
		if (!read || choose_year(ctl, o[2].value, &h)) {
			if (read) {
				tell_others(&w, &h);
				write_year(&w, &h);
			}
			code = rewrite_finish(&w,
			    (o[0].value ? REWRITE_DRY : 0) | (o[1].value ? REWRITE_YES : 0));
		}
	}
	rewrite_close(&w);
	return code;
}
