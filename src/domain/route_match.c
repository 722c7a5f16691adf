/*
 * route_match.c - the conditions of a rule, and whether all of them hold.
 * Place: domain, beneath routing.c.
 */
#include "domain/route_match.h"
#include "base/time.h"
#include "domain/calendar.h"

#include <stdarg.h>
#include <stdio.h>

/* Each says whether the rule's condition of one kind holds, true where the rule has none, and tells
 * why where somebody listens. */
typedef bool condition(struct evaluation *w, const struct rule *r, const struct rule_words *words);

void route_tell(struct evaluation *w, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!w->trace)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (w->why.n > 0)
		buf_text(&w->why, ";");
	buf_text(&w->why, text);
}

enum priority route_priority(const struct evaluation *w)
{
	return w->q->priority != PRIORITY_NONE ? w->q->priority
	    : w->set != PRIORITY_NONE          ? w->set
	    : w->category                      ? w->category->priority
					       : PRIORITY_NONE;
}

static bool category_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	const char *code = w->category ? w->category->code : NULL;

	(void)words;
	for (int i = 0; i < r->n_category; i++) {
		bool none = strcmp(r->category[i], "none") == 0;

		if (none ? !w->given : code && code_matches(r->category[i], code)) {
			route_tell(w, "category: %s", r->category[i]);
			return true;
		}
	}
	if (r->n_category == 0)
		return true;
	if (w->given)
		route_tell(w, "category: %s%s, 报警台选的类别是 %s", r->category[0],
		    r->n_category > 1 ? " 等" : "", w->given->code);
	else
		route_tell(w, "category: %s%s, %s%s", r->category[0], r->n_category > 1 ? " 等" : "",
		    code ? "判定的类别是 " : "尚未判定类别", code ? code : "");
	return false;
}

static bool zone_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	(void)words;
	if (!r->has_zone)
		return true;
	route_tell(w, "zone: %s, 报警地点在%s", zone_names[r->zone],
	    w->zone == ZONE_CITY ? "城区" : "城区范围外");
	return r->zone == w->zone;
}

static bool priority_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	enum priority p = route_priority(w);

	(void)words;
	if (r->priorities == 0)
		return true;
	route_tell(w, "priority: 警情为%s%s", p == PRIORITY_NONE ? "未定等级" : " ", priority_names[p]);
	return p != PRIORITY_NONE && (r->priorities & 1u << p);
}

static bool area_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	(void)words;
	for (const struct area *a = w->area; a; a = a->parent)
		for (int i = 0; i < r->n_area; i++)
			if (r->area[i] == a) {
				route_tell(w, "area: %s %s", a->code, a->name);
				return true;
			}
	if (r->n_area == 0)
		return true;
	route_tell(w, "area: %s%s, 报警地点%s%s", r->area[0]->code, r->n_area > 1 ? " 等" : "",
	    w->area ? "在" : "没有所属区域", w->area ? w->area->name : "");
	return false;
}

static bool hours_hold(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	(void)words;
	if (r->hours == HOURS_ANY)
		return true;
	if (!w->office_known) {
		w->office = calendar_office(&w->m->calendar, w->q->at);
		w->office_known = true;
	}
	route_tell(w, "hours: %s, 接报时%s办公时间", r->hours == HOURS_OFFICE ? "office" : "closed",
	    w->office ? "在" : "不在");
	return w->office == (r->hours == HOURS_OFFICE);
}

static bool between_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	int from = r->between.from, to = r->between.to, at = w->minute;

	(void)words;
	if (from == to)
		return true;
	route_tell(w, "between: %02d:%02d-%02d:%02d, 接报时刻 %02d:%02d", from / 60, from % 60, to / 60,
	    to % 60, at / 60, at % 60);
	return span_has(r->between, at);
}

/* The index of the first of these keywords that was found, -1 where none was. */
static int first_found(const uint64_t *found, const uint32_t *ids, int n)
{
	for (int i = 0; i < n; i++)
		if (bit_get(found, ids[i]))
			return i;
	return -1;
}

/* The keywords of the description that count for this rule. */
static const uint64_t *counting(const struct evaluation *w, const struct rule *r)
{
	return r->no_negation ? w->described : w->meant;
}

static bool keywords_hold(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	int i = first_found(counting(w, r), words->keywords, r->n_keywords);
	int denied = i < 0 ? first_found(w->described, words->keywords, r->n_keywords) : -1;

	if (i >= 0)
		route_tell(w, "keywords: %s", r->keywords[i]);
	else if (denied >= 0)
		route_tell(w, "keywords: 警情描述否定了 %s", r->keywords[denied]);
	else if (r->n_keywords)
		route_tell(w, "keywords: 警情描述中没有 %s%s", r->keywords[0],
		    r->n_keywords > 1 ? " 等任何一个" : "");
	return i >= 0 || r->n_keywords == 0;
}

static bool address_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	int i = first_found(w->addressed, words->address, r->n_address_keywords);

	if (i >= 0)
		route_tell(w, "address_keywords: %s", r->address_keywords[i]);
	else if (r->n_address_keywords)
		route_tell(w, "address_keywords: 报警地址中没有 %s%s", r->address_keywords[0],
		    r->n_address_keywords > 1 ? " 等任何一个" : "");
	return i >= 0 || r->n_address_keywords == 0;
}

static bool unless_holds(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	int i = first_found(counting(w, r), words->unless, r->n_unless_keywords);

	if (i >= 0)
		route_tell(w, "unless_keywords: 警情描述中有 %s", r->unless_keywords[i]);
	return i < 0;
}

/* The cheap ones first. */
static condition *const conditions[] = {category_holds, zone_holds, priority_holds, area_holds, between_holds,
    keywords_hold, address_holds, unless_holds, hours_hold};

/* All conditions. Afterwards why names the one that failed, or all that held. */
bool route_matches(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	buf_reset(&w->why);
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
		size_t before = w->why.n;

		if (conditions[i](w, r, words))
			continue;
		if (before > 0) /* only the last word, behind its ";" */
			buf_drop(&w->why, before + 1);
		return false;
	}
	if (w->why.n == 0)
		route_tell(w, "没有条件");
	return true;
}

void route_report(struct evaluation *w, const struct rule *r, bool matched)
{
	if (!w->trace)
		return;
	buf_char(&w->why, '\0');
	w->trace(w->trace_arg, r, matched, w->why.p);
	buf_reset(&w->why);
}
