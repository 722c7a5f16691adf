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

/* Whose part it is, said to the desk and the office: two units of one incident are two lines. Of what is confidential it
 * would tell the category. */
static void add_unit_of(struct buf *b, const struct said *s, const struct addressee *to,
    const struct mechanism *m)
{
	const struct dispatch *d = dispatch_of(s);
	const struct unit *unit = d && !to->unit && !s->inc->confidential ? mechanism_unit(m, d->unit) : NULL;

	if (unit)
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

/* As many lines as the provider takes whole: what it would cut off are the last lines, and how many more there are. */
static int add_lines(struct buf *b, const struct said *v, int n, const struct addressee *to,
    const struct mechanism *m, size_t most, int64_t now)
{
	int shown = 0;

	while (shown < n && shown < TEXT_LINES) {
		size_t before = b->n;

		buf_char(b, '\n');
		add_line(b, &v[shown], to, m, now);
		if (b->n > most) {
			b->n = before;
			break;
		}
		shown++;
	}
	return shown;
}

#define MORE_BYTES 40 /* of the line that counts the others */

static void add_many(struct buf *b, const struct said *v, int n, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, int64_t now)
{
	size_t tail = MORE_BYTES + (m->notices->link ? strlen(m->notices->link) : 0);
	size_t most = channel_traits[c->kind].text_most;
	int64_t first = earliest(v, n);
	char at[TIME_TEXT_MAX];
	int shown;

	buf_printf(b, "【%s】%s %d 件待办", heading(v[0].o), name_of(to, v[0].o), n);
	if (first)
		buf_printf(b, ",最早 %s %s", time_shown(first, now, at), first <= now ? "已到期" : "到期");
	shown = add_lines(b, v, n, to, m, most > tail ? most - tail : 0, now);
	if (n > shown)
		buf_printf(b, "\n另有 %d 件", n - shown);
	if (m->notices->link)
		buf_printf(b, "\n%s", m->notices->link);
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
	fact(w, FACT_CODE, s->o->code ? arena_printf(a, "%d", s->o->code) : "");
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

void text_of(const struct said *v, int n, const struct addressee *to, const struct notice_channel *c,
    const struct mechanism *m, int64_t now, struct arena *a, struct words *out)
{
	struct said *once = arena_new_array(a, struct said, (size_t)n);
	struct buf b = {0};

	n = each_once(v, n, once);
	*out = (struct words){0};
	const char *link = link_of(&once[0], m, a);
	if (once[0].o->drill)
		buf_text(&b, "【演练】");
	if (n == 1)
		add_one(&b, &once[0], to, c, m, link, now);
	else
		add_many(&b, once, n, to, c, m, now);
	out->text = arena_str(a, buf_view(&b));
	buf_free(&b);
	add_facts(out, &once[0], n, to, m, link, now, a);
	out->data = data_of(out, &once[0], a);
}
