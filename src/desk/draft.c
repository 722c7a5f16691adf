/* draft.c - see draft.h. */
#include "desk/draft.h"
#include "desk/fit.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/phone.h"

#define MOBILE 11 /* digits */
#define LINES_MOST (12 + DRAFT_SIMILAR)

const char *draft_phone(struct arena *a, const char *text)
{
	struct phone found[PHONES_MOST];
	int n = phone_find(text, found);

	for (int i = 0; i < n; i++)
		if (found[i].area[0])
			return arena_printf(a, "%s-%s", found[i].area, found[i].number);
		else if (strlen(found[i].number) == MOBILE && found[i].number[0] == '1')
			return arena_text(a, found[i].number);
	return NULL;
}

/* What an address ends with, and what every address has. */
static const char *const place_ends[] = {"号", "路口", "交叉口", "岔口", "村", "小区", "大厦", "广场", "公园",
    "市场", "学校", "中学", "小学", "医院", "车站", "桥头", "桥下", "门口", "对面", "旁边", "附近", "楼下",
    "号楼", "栋", "单元", "室"};
static const char *const place_marks[] = {"路", "街", "巷", "村", "镇", "乡", "道", "桥", "小区", "大厦",
    "广场", "公园", "市场", "学校", "中学", "小学", "医院", "车站"};
#define PLACE_MOST 30 /* characters */
#define PLACE_LEAST 3

static bool has_one_of(struct str text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memmem(text.p, text.n, words[i], strlen(words[i])))
			return true;
	return false;
}

static bool ends_with_one_of(struct str text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (text.n > len && memcmp(text.p + text.n - len, words[i], len) == 0)
			return true;
	}
	return false;
}

#define OF(list) (list), sizeof(list) / sizeof *(list)

const char *draft_place(struct arena *a, const char *text)
{
	static const char *const stops[] = {
	    " ", ",", ";", ":", "!", "，", "。", "；", "：", "！", "、", "　"};
	struct str s = str_of(text), found = {text, 0};

	for (size_t n = 1; s.n > 0 && n <= PLACE_MOST; n++) {
		utf8_next(&s);
		struct str head = {text, (size_t)(s.p - text)};
		struct str before = {text, head.n};
		bool stopped = ends_with_one_of(head, OF(stops));

		while (stopped && before.n > 1 && (before.p[--before.n] & 0xC0) == 0x80)
			;
		bool address = has_one_of(before, OF(place_marks)) && utf8_count(before) >= PLACE_LEAST;
		if (address &&
		    (ends_with_one_of(head, OF(place_ends)) ||
			(stopped && ends_with_one_of(before, OF(place_marks)))))
			found = before;
		if (stopped)
			break;
	}
	return found.n ? arena_str(a, found) : NULL;
}

void draft_begin(struct desk_draft *d, struct arena *a, const char *number, const char *text,
    int64_t received_at)
{
	*d = (struct desk_draft){.a = a, .open = true, .received_at = received_at};
	d->number = arena_text(a, number);
	d->text = arena_text(a, text);
	d->place = draft_place(a, d->text);
}

void draft_drop(struct desk_draft *d)
{
	if (d->a)
		arena_wipe(d->a);
	*d = (struct desk_draft){.a = d->a};
}

void draft_correct(struct desk_draft *d, const struct desk_act *act)
{
	for (int i = 0; i < act->n_changes; i++) {
		const struct desk_change *c = &act->changes[i];

		if (c->field == DESK_DESCRIPTION) {
			d->text = arena_text(d->a, c->value);
			d->place = draft_place(d->a, d->text);
		} else
			d->fields[c->field] = (struct desk_change){
			    c->field, arena_text(d->a, c->value), arena_text(d->a, c->said)};
	}
	d->shown = false;
}

/* -- as it is shown ------------------------------------------------------------------------- */

struct showing {
	struct arena *a;
	const char **lines;
	int n;
};

static void add(struct showing *s, const char *line)
{
	s->lines[s->n++] = fit_clean(s->a, line);
}

static bool some(const char *text)
{
	return text && *text;
}

/* What was typed into the field, or what the daemon found, and which of them it is. */
static const char *either(const struct showing *s, const struct desk_change *given, const char *found,
    const char *how)
{
	if (some(given->value))
		return given->said;
	return some(found) ? arena_printf(s->a, "%s%s", found, how) : say("未写", "not said");
}

static void add_place(struct showing *s, const struct desk_draft *d)
{
	const struct desk_change *name = &d->fields[DESK_NAME];

	add(s,
	    arena_printf(s->a, say("地点  %s  区域 %s%s%s", "place  %s  area %s%s%s"),
		either(s, &d->fields[DESK_ADDRESS], d->place, say("(取自内容)", " (from the words)")),
		either(s, &d->fields[DESK_AREA], d->u.area, say("(由内容推定)", " (by the words)")),
		some(d->u.zone) ? "  " : "", some(d->u.zone) ? d->u.zone : ""));
	add(s,
	    arena_printf(s->a, say("报警人  %s%s电话 %s", "caller  %s%sphone %s"),
		some(name->value) ? name->said : "", some(name->value) ? "  " : "",
		either(s, &d->fields[DESK_PHONE], d->u.phone, say("(取自内容)", " (from the words)"))));
}

static void add_category(struct showing *s, const struct desk_draft *d)
{
	const struct desk_understood *u = &d->u;
	const char *sure = u->confidence >= 0 && !d->fields[DESK_CATEGORY].value
	    ? arena_printf(s->a, say("(把握 %d%%)", " (%d%% sure)"), u->confidence)
	    : "";

	add(s,
	    arena_printf(s->a, say("类别  %s%s  %s%s%s", "category  %s%s  %s%s%s"),
		some(u->category) ? u->category : say("判不出", "not known"), sure, desk_mark(u->priority),
		desk_priority(u->priority), u->confidential ? say("  保密", "  confidential") : ""));
	if (some(u->because))
		add(s, arena_printf(s->a, say("依据  %s", "because  %s"), u->because));
	if (some(u->alternatives))
		add(s,
		    arena_printf(s->a,
			say("请确认类别  也可能是 %s:e 类别 …",
			    "confirm the category  it may also be %s: e category …"),
			u->alternatives));
}

static void add_units(struct showing *s, const struct desk_draft *d)
{
	const struct desk_understood *u = &d->u;

	add(s,
	    arena_printf(s->a, say("派给  主办 %s%s%s%s%s%s", "dispatch  lead %s%s%s%s%s%s"),
		some(u->lead) ? u->lead : say("无", "none"),
		some(u->assist) ? say("  协办 ", "  assist ") : "", some(u->assist) ? u->assist : "",
		some(u->inform) ? say("  知会 ", "  inform ") : "", some(u->inform) ? u->inform : "",
		u->police ? say("  派警", "  police") : ""));
	if (u->unmatched)
		add(s,
		    say("注意  没有规则认得这件事,请核对派给谁:e 类别 … 或 e 单位 …",
			"note  no rule knows this matter, see to whom it goes: e category … or e units …"));
	if (u->danger)
		add(s,
		    say("注意  内容里可能有危险,请核对级别:e 级别 危急",
			"note  the words may name a danger, look at the priority: e priority critical"));
	if (some(u->assumed))
		add(s, arena_printf(s->a, say("推定  %s", "assumed  %s"), u->assumed));
	if (some(u->warnings))
		add(s, arena_printf(s->a, say("提醒  %s", "note  %s"), u->warnings));
}

static void add_similar(struct showing *s, const struct desk_draft *d)
{
	for (int i = 0; i < d->u.n_similar; i++) {
		const struct desk_similar *one = &d->u.similar[i];
		const char *name = one->local ? arena_printf(s->a, "%d", one->local) : one->number;

		add(s,
		    arena_printf(s->a,
			say("相似  %s %s(%s)  同一件事:=%s", "similar  %s %s (%s)  the same matter: =%s"),
			name, one->place, one->why, name));
	}
}

int draft_lines(const struct desk_draft *d, struct arena *a, const char ***lines)
{
	struct showing s = {.a = a, .lines = arena_new_array(a, const char *, LINES_MOST)};

	add(&s, arena_printf(a, say("内容  %s", "words  %s"), d->text));
	if (d->shown) {
		add_place(&s, d);
		add_category(&s, d);
		add_units(&s, d);
		add_similar(&s, d);
	} else
		add(&s, say("正在问派给谁 …", "asking where it goes …"));
	*lines = s.lines;
	return s.n;
}
