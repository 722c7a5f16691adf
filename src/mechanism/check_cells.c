/*
 * check_cells.c - every category in each zone and in and out of office hours: does a unit lead? Place:
 * mechanism, beneath check.c.
 *
 * The table itself is asked, with one instant of office hours and one outside them, and one area of each
 * zone; an area without a unit of its own counts apart, for there `lead: township` finds none. A category whose
 * lead is `none` everywhere is only recorded, and meant so. What is left is said once a category.
 */
#include "base/arena.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/routing.h"
#include "mechanism/check.h"

#define HOURS 2
#define ZONES 4 /* city, outside; each with a township's unit or without one */

/* One instant of each kind, from `now` on. Within 400 days there is one, or the calendar has no office hours. */
static void find_instants(const struct scrutiny *c, int64_t at[HOURS])
{
	int64_t step = 30 * MINUTE_MS, end = c->now + 400 * DAY_MS;

	at[0] = at[1] = 0;
	for (int64_t t = c->now; t < end && !(at[0] && at[1]); t += step)
		at[!calendar_office(&c->m->calendar, t)] = t;
}

static void find_areas(const struct scrutiny *c, const struct area *of[ZONES])
{
	for (int i = 0; i < c->m->n_areas; i++) {
		const struct area *area = &c->m->areas[i];
		int at = (area->zone == ZONE_OUTSIDE) * 2 + !area->township;
		if (!of[at])
			of[at] = area;
	}
}

/* Does a unit that is there lead in this cell? */
static bool led(const struct scrutiny *c, const char *category, const struct area *area, int64_t at)
{
	struct route_query q = {.at = at, .category = category, .area = area->code};
	struct route route = {0};

	routing_decide(c->m, &q, &route);
	if (route.n_units == 0 || route.units[0].role != AS_LEAD || route.unmatched)
		return false;
	const struct unit *unit = mechanism_heir(c->m, route.units[0].unit, at);
	return !unit->until || unit->until > at;
}

static void put_cell(const struct scrutiny *c, struct buf *out, const struct area *area, int hours)
{
	bool english = c->p->english;
	const char *zone = area->zone == ZONE_OUTSIDE ? (english ? "outside the city" : "城区范围外")
						      : (english ? "in the city" : "城区");
	const char *town = area->township ? "" : english ? " (an area without a unit)" : "(无管辖单位的区域)";
	const char *when = hours ? (english ? "out of office hours" : "办公时间外")
				 : (english ? "in office hours" : "办公时间内");

	buf_printf(out, english ? "%s%s%s %s" : "%s%s%s%s", out->n ? (english ? "; " : "、") : "", zone, town,
	    when);
}

static void check_category(const struct scrutiny *c, int i, const int64_t at[HOURS],
    const struct area *const of[ZONES])
{
	const struct category *one = &c->m->categories[i];
	struct buf without = {0};
	int cells = 0, bare = 0;

	for (int z = 0; z < ZONES; z++)
		for (int h = 0; of[z] && h < HOURS; h++) {
			if (!at[h])
				continue;
			cells++;
			if (!led(c, one->code, of[z], at[h])) {
				bare++;
				put_cell(c, &without, of[z], h);
			}
		}
	buf_char(&without, '\0');
	if (bare && (bare < cells || one->lead))
		yaml_problem(c->p, PROBLEM_CELL_UNOWNED, check_site(&c->categories, i, "code"),
		    "类别 %s(%s)在%s没有主办单位", "the category %s (%s) has no lead %s", one->code,
		    one->name, bare == cells ? (c->p->english ? "anywhere" : "任何情形下都") : without.p);
	buf_free(&without);
}

void check_cells(const struct scrutiny *c)
{
	const struct area *of[ZONES] = {NULL};
	int64_t at[HOURS];

	find_instants(c, at);
	find_areas(c, of);
	for (int i = 0; i < c->m->n_categories; i++)
		if (!c->m->categories[i].retired)
			check_category(c, i, at, of);
}
