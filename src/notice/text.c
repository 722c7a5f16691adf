/* text.c - what a notice says. Place: notice; pure. The texts are Chinese: they go to the units of a city. */
#include "notice/text.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"

#include <stdio.h>

#define NUMBER_SHOWN 6 /* the last characters of an incident's number */

/* -- what one is about ------------------------------------------------------------------------- */

static const struct dispatch *dispatch_of(const struct said *s)
{
	return s->inc && s->o->dispatch ? incident_dispatch(s->inc, s->o->dispatch) : NULL;
}

static const char *number_shown(const char *number)
{
	size_t n = number ? strlen(number) : 0;

	return n > NUMBER_SHOWN ? number + n - NUMBER_SHOWN : number ? number : "";
}

static const char *township_of(const struct mechanism *m, const struct incident *inc)
{
	const struct area *area = inc ? mechanism_area(m, inc->area) : NULL;

	while (area && area->parent)
		area = area->parent;
	return area ? area->name : "";
}

static const char *category_of(const struct mechanism *m, const struct incident *inc)
{
	const struct category *c;

	if (!inc || inc->confidential)
		return inc ? "保密事项" : "";
	c = mechanism_category(m, inc->category);
	return c ? c->name : "社会联动事项";
}

/* The clock that it speaks of; CLOCK_COUNT: none. */
static enum clock_kind clock_of_notice(const struct outgoing *o)
{
	int named = o->about ? name_index(clock_names, CLOCK_COUNT, o->about) : -1;

	if (named >= 0)
		return (enum clock_kind)named;
	return o->class == NOTICE_INSTRUCTION ? CLOCK_ACKNOWLEDGE : CLOCK_COUNT;
}

static int64_t due_of(const struct said *s)
{
	enum clock_kind kind = clock_of_notice(s->o);
	const struct dispatch *d = dispatch_of(s);

	if (kind == CLOCK_COUNT || !s->inc)
		return 0;
	if (kind < DISPATCH_CLOCKS)
		return d ? d->clocks[kind].due : 0;
	return s->inc->clocks[kind - DISPATCH_CLOCKS].due;
}

static const char *time_shown(int64_t at, int64_t now, char out[TIME_TEXT_MAX])
{
	char full[TIME_TEXT_MAX];
	const char *blank;

	time_chinese(at, now, full);
	blank = strchr(full, ' ');
	snprintf(out, TIME_TEXT_MAX, "%s", blank && local_day(at) == local_day(now) ? blank + 1 : full);
	return out;
}

/* What is to be done, or has been decided. */
static void add_what(struct buf *b, const struct said *s, int64_t now)
{
	static const struct {
		const char *about, *what;
	} of_decisions[] = {{"withdrawn", "已撤回,无须再办"}, {"return", "改派申请"}, {"extend", "延期申请"},
	    {"late-step", "补记申请"}, {"appeal", "复核申请"}, {"inform", "请知悉"}};
	enum clock_kind kind = clock_of_notice(s->o);
	int64_t due = due_of(s);
	char at[TIME_TEXT_MAX];

	if (kind != CLOCK_COUNT && clock_rows[kind].met) {
		if (due)
			buf_printf(b, "%s%s%s", due <= now ? "应于" : "", time_shown(due, now, at),
			    due <= now ? "" : "前");
		buf_printf(b, "%s%s", clock_rows[kind].met, due && due <= now ? ",已超时" : "");
		return;
	}
	for (size_t i = 0; i < sizeof of_decisions / sizeof *of_decisions; i++)
		if (text_eq(of_decisions[i].about, s->o->about))
			buf_text(b, of_decisions[i].what);
	if (s->o->event == EVENT_REQUEST_GRANTED)
		buf_text(b, "已同意");
	else if (s->o->event == EVENT_REQUEST_REJECTED)
		buf_text(b, "未同意,继续处置");
	else if (s->o->event == EVENT_REQUEST_LAPSED)
		buf_text(b, "逾期未决定");
	else if (s->o->event == EVENT_REQUEST_ASKED)
		buf_text(b, "待决定");
}

static const char *heading(const struct outgoing *o)
{
	static const char *const of[NOTICE_CLASSES] = {[NOTICE_INSTRUCTION] = "联动指令",
	    [NOTICE_ESCALATION] = "催办升级",
	    [NOTICE_DECISION] = "通知",
	    [NOTICE_REMINDER] = "催办",
	    [NOTICE_DIGEST] = "汇总"};

	return text_eq(o->about, "inform") ? "知会" : of[o->class];
}

/* Whose part it is, said to the desk and the office: two units of one incident are two lines. Of what is confidential the unit would
 * tell the category: the instruction's number tells the two apart. */
static void add_unit_of(struct buf *b, const struct said *s, const struct addressee *to,
    const struct mechanism *m)
{
	const struct dispatch *d = to->unit ? NULL : dispatch_of(s);
	const struct unit *unit = d ? mechanism_unit(m, d->unit) : NULL;

	if (d && s->inc->confidential)
		buf_printf(b, " 指令%02d", d->n);
	else if (unit)
		buf_printf(b, " %s", unit->short_name ? unit->short_name : unit->name);
}

static void add_line(struct buf *b, const struct said *s, const struct addressee *to,
    const struct mechanism *m, int64_t now)
{
	buf_printf(b, "%s %s %s", number_shown(s->o->incident), category_of(m, s->inc),
	    township_of(m, s->inc));
	add_unit_of(b, s, to, m);
	size_t before = b->n;
	buf_text(b, ",");
	add_what(b, s, now);
	if (b->n == before + strlen(","))
		b->n = before;
}

/* -- the message ---------------------------------------------------------------------------------- */

static const char *link_of(const struct said *s, const struct mechanism *m, struct arena *a)
{
	char id[DISPATCH_ID_MAX] = "";

	if (!m->notices->link || !s->inc)
		return "";
	if (s->o->dispatch)
		dispatch_id_at(s->inc, s->o->dispatch, id);
	return arena_printf(a, "%s%s", m->notices->link, s->o->dispatch ? id : s->inc->number);
}

static bool same_matter(const struct said *a, const struct said *b)
{
	return text_eq(a->o->incident, b->o->incident) && a->o->dispatch == b->o->dispatch &&
	    text_eq(a->o->about, b->o->about);
}

/* What two people of one unit are told of stands once in the group that both read. */
static int each_once(const struct said *v, int n, struct said *out)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		bool there = false;

		for (int k = 0; k < kept && !there; k++)
			there = same_matter(&out[k], &v[i]);
		if (!there)
			out[kept++] = v[i];
	}
	return kept;
}

static int64_t earliest(const struct said *v, int n)
{
	int64_t first = 0;

	for (int i = 0; i < n; i++) {
		int64_t due = due_of(&v[i]);

		if (due && (!first || due < first))
			first = due;
	}
	return first;
}

static const char *name_of(const struct addressee *to, const struct outgoing *o)
{
	if (to->unit)
		return to->unit->short_name ? to->unit->short_name : to->unit->name;
	return text_eq(o->role, "office") ? "联动办" : text_eq(o->role, "shift-leader") ? "值班长" : "110台";
}

/* Robots of groups take none, and so does a channel whose provider has no address for them. */
static bool takes_replies(const struct notice_channel *c)
{
	return c->receipts_file && (c->kind == CHANNEL_SMS_HTTP || c->kind == CHANNEL_WEBHOOK);
}

static void add_one(struct buf *b, const struct said *s, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, const char *link, int64_t now)
{
	buf_printf(b, "【%s】%s ", heading(s->o), name_of(to, s->o));
	add_line(b, s, to, m, now);
	if (s->o->code && takes_replies(c))
		buf_printf(b, "。回复 1 %d 签收", s->o->code);
	if (*link)
		buf_printf(b, " %s", link);
}

/* A message of several lines: one for each dispatch, or one for each unit that has overdue dispatches. */
struct listed {
	const struct said *v;
	const struct overdue_unit *units; /* NULL: v */
	int n;
	const struct addressee *to;
	const struct notice_channel *c;
	const struct mechanism *m;
	int64_t now;
};

static void add_overdue(struct buf *b, const struct overdue_unit *u, int64_t now)
{
	char at[TIME_TEXT_MAX];

	buf_printf(b, "%s %d 件,最早应于%s", u->unit->short_name ? u->unit->short_name : u->unit->name, u->n,
	    time_shown(due_of(&u->first), now, at));
}

/* Each has its own code: by that of the first the others would not be acknowledged. */
static void add_listed(struct buf *b, const struct listed *l, const struct said *s)
{
	add_line(b, s, l->to, l->m, l->now);
	if (s->o->code && takes_replies(l->c))
		buf_printf(b, "(回 1 %d)", s->o->code);
}

#define MORE_BYTES 40 /* of the line that counts the others */

/* As many lines as the provider takes whole, how many more there are, and the link: what it would cut off is the end. */
static void add_lines(struct buf *b, const struct listed *l)
{
	size_t tail = MORE_BYTES + (l->m->notices->link ? strlen(l->m->notices->link) : 0);
	size_t most = channel_traits[l->c->kind].text_most;
	int shown = 0;

	for (; shown < l->n && shown < TEXT_LINES; shown++) {
		size_t before = b->n;

		buf_char(b, '\n');
		if (l->units)
			add_overdue(b, &l->units[shown], l->now);
		else
			add_listed(b, l, &l->v[shown]);
		if (b->n + tail > most) {
			b->n = before;
			break;
		}
	}
	if (l->n > shown)
		buf_printf(b, "\n另有 %d %s", l->n - shown, l->units ? "个单位" : "件");
	if (l->m->notices->link)
		buf_printf(b, "\n%s", l->m->notices->link);
}

static void add_many(struct buf *b, const struct listed *l, bool more)
{
	int64_t first = earliest(l->v, l->n);
	char at[TIME_TEXT_MAX];

	buf_printf(b, "【%s】%s %d 件%s待办", heading(l->v[0].o), name_of(l->to, l->v[0].o), l->n,
	    more ? "以上" : "");
	if (first)
		buf_printf(b, ",最早 %s %s", time_shown(first, l->now, at),
		    first <= l->now ? "已到期" : "到期");
	add_lines(b, l);
}

static void fact(struct words *w, enum notice_fact which, const char *text)
{
	w->facts[which] = (struct notice_field){notice_fact_names[which], text ? text : ""};
}

/* A template of short messages may have facts alone, where 【】 is for the sender's signature. */
static const char *marked(const struct said *s, const char *text, struct arena *a)
{
	return s->o->drill ? arena_printf(a, "(演练)%s", text) : text;
}

static void add_facts(struct words *w, const struct said *s, int n, const struct addressee *to,
    const struct mechanism *m, const char *link, int64_t now, struct arena *a)
{
	int64_t due = due_of(s);
	char at[TIME_TEXT_MAX];
	struct buf what = {0};

	add_what(&what, s, now);
	fact(w, FACT_NUMBER, number_shown(s->o->incident));
	fact(w, FACT_CATEGORY, marked(s, category_of(m, s->inc), a));
	fact(w, FACT_TOWNSHIP, township_of(m, s->inc));
	fact(w, FACT_DUE, due ? arena_text(a, time_shown(due, now, at)) : "");
	fact(w, FACT_WHAT, marked(s, arena_str(a, buf_view(&what)), a));
	fact(w, FACT_UNIT, name_of(to, s->o));
	fact(w, FACT_LINK, link);
	fact(w, FACT_CODE, s->o->code && n == 1 ? arena_printf(a, "%d", s->o->code) : "");
	fact(w, FACT_COUNT, arena_printf(a, "%d", n));
	fact(w, FACT_CLASS, notice_class_names[s->o->class]);
	buf_free(&what);
}

/* For programs: the same facts, and what they are of. */
static struct str data_of(const struct words *w, const struct said *s, struct arena *a)
{
	char id[DISPATCH_ID_MAX];
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	if (s->inc && s->o->dispatch)
		json_text(&j, "dispatch", dispatch_id_at(s->inc, s->o->dispatch, id));
	json_text(&j, "unit_id", s->o->unit);
	if (s->o->drill)
		json_bool(&j, "drill", true);
	for (int i = 0; i < NOTICE_FACTS; i++)
		json_text(&j, w->facts[i].name, w->facts[i].text);
	json_end(&j);
	struct str data = {arena_str(a, buf_view(&b)), b.n};
	buf_free(&b);
	return data;
}

/* The text, and the facts of the first of n. */
static void finish(struct words *out, struct buf *text, const struct said *first, int n,
    const struct addressee *to, const struct mechanism *m, int64_t now, struct arena *a)
{
	*out = (struct words){.text = arena_str(a, buf_view(text))};
	buf_free(text);
	add_facts(out, first, n, to, m, link_of(first, m, a), now, a);
	out->data = data_of(out, first, a);
}

void text_of(const struct said *v, int n, const struct addressee *to, const struct notice_channel *c,
    const struct mechanism *m, int64_t now, struct arena *a, struct words *out)
{
	struct said *once = arena_new_array(a, struct said, (size_t)n);
	struct buf b = {0};

	n = each_once(v, n, once);
	if (once[0].o->drill)
		buf_text(&b, "【演练】");
	if (n == 1)
		add_one(&b, &once[0], to, c, m, link_of(&once[0], m, a), now);
	else
		add_many(&b, &(struct listed){.v = once, .n = n, .to = to, .c = c, .m = m, .now = now},
		    false);
	finish(out, &b, &once[0], n, to, m, now, a);
}

void text_of_summary(const struct said *v, int n, bool more, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, int64_t now, struct arena *a,
    struct words *out)
{
	struct buf b = {0};

	add_many(&b, &(struct listed){.v = v, .n = n, .to = to, .c = c, .m = m, .now = now}, more);
	finish(out, &b, &v[0], n, to, m, now, a);
}

void text_of_overdue(const struct overdue_unit *v, int n, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, int64_t now, struct arena *a,
    struct words *out)
{
	struct buf b = {0};
	int total = 0;

	for (int i = 0; i < n; i++)
		total += v[i].n;
	buf_printf(&b, "【汇总】%s %d 个单位有超时未办的事项,共 %d 件", name_of(to, v[0].first.o), n, total);
	add_lines(&b, &(struct listed){.units = v, .n = n, .to = to, .c = c, .m = m, .now = now});
	finish(out, &b, &v[0].first, total, to, m, now, a);
}

const char *text_with_time(const char *text, int64_t at, struct arena *a)
{
	char full[TIME_TEXT_MAX];

	time_put(at, full);
	return arena_printf(a, "%s(%.8s发)", text, strchr(full, 'T') + 1);
}
