/*
 * desk_base.h - the evening that the tests of the console's pure parts look at: four open incidents at 23:09:41.
 */
#ifndef DESK_BASE_H
#define DESK_BASE_H
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "desk/desk.h"

static const struct desk_name units[] = {
    {"power", "供电公司", "供电"},
    {"fire", "消防支队", "消防"},
    {"ems-120", "120", "120"},
    {"water", "自来水公司", "自来水"},
    {"urban-management", "城管局", "城管"},
    {"civil-affairs", "民政局", "民政"},
    {"traffic-police", "交警支队", "交警"},
    {"traffic", "交通局", "交通"},
};
static const struct desk_name categories[] = {
    {"600201", "电线断落、电杆倾倒、变压器险情", ""},
    {"601301", "供水爆管、大面积漏水", ""},
    {"601303", "停水", ""},
};
static const struct desk_name areas[] = {{"350881102", "永福镇", "永福"}, {"350881001", "菁城街道", "菁城"}};

struct evening {
	struct arena *a;
	int64_t now;
	struct desk_city city;
	struct desk_numbers *numbers;
	struct desk_queue queue;
};

static int64_t evening_at(const char *text)
{
	char whole[40];
	int64_t ms;
	snprintf(whole, sizeof whole, "2026-03-02T%s+08:00", text);
	assert_true(time_parse(str_of(whole), &ms));
	return ms;
}

static struct desk_part part(int n, const char *unit, const char *brief, bool lead, enum dispatch_state state,
    const char *clock, int64_t due)
{
	return (struct desk_part){.n = n,
	    .unit = unit,
	    .unit_brief = brief,
	    .lead = lead,
	    .delivered = true,
	    .state = state,
	    .clock = clock,
	    .due = due};
}

static struct desk_row row(struct evening *e, const char *number, enum priority p, const char *category,
    const char *place, const char *received)
{
	struct desk_row r = {.number = number,
	    .priority = p,
	    .category = category,
	    .place = place,
	    .words = "",
	    .received_at = evening_at(received)};
	r.parts = arena_new_array(e->a, struct desk_part, 4);
	return r;
}

static void give_part(struct desk_row *r, struct desk_part p)
{
	r->parts[r->n++] = p;
}

/* 1 触电 (供电 late by 12 s, 消防 acknowledged, 120), 2 爆管 (自来水 on its way to the scene, 城管), 3 困难群众 (民政),
 * 4 awaits its call-back. */
static struct evening evening(void)
{
	struct evening e = {.a = arena_new(), .now = evening_at("23:09:41")};
	struct desk_row *rows = arena_new_array(e.a, struct desk_row, 4);

	e.city = (struct desk_city){.name = "漳平",
	    .units = {(struct desk_name *)units, COUNT(units)},
	    .categories = {(struct desk_name *)categories, COUNT(categories)},
	    .areas = {(struct desk_name *)areas, COUNT(areas)}};
	rows[0] = row(&e, "C20260302230659-AAAA", P2, "供水爆管", "八一路与解放路口", "23:06:38");
	give_part(&rows[0],
	    part(1, "water", "自来水", true, DISPATCH_DEPARTED, "到场", evening_at("23:36:38")));
	give_part(&rows[0], part(2, "urban-management", "城管", false, DISPATCH_ACKNOWLEDGED, "", 0));
	rows[1] = row(&e, "C20260302230829-BBBB", P1, "触电", "和平中路12号", "23:08:29");
	give_part(&rows[1], part(1, "power", "供电", true, DISPATCH_ISSUED, "签收", evening_at("23:09:29")));
	give_part(&rows[1], part(2, "fire", "消防", false, DISPATCH_ACKNOWLEDGED, "", 0));
	give_part(&rows[1],
	    part(3, "ems-120", "120", false, DISPATCH_ISSUED, "签收", evening_at("23:10:29")));
	rows[2] = row(&e, "C20260302230916-CCCC", P3, "困难群众", "象湖镇杨美村12号", "23:09:16");
	give_part(&rows[2],
	    part(1, "civil-affairs", "民政", true, DISPATCH_ISSUED, "签收", evening_at("23:14:16")));
	rows[3] = row(&e, "C20260302180000-DDDD", P3, "停水", "桂林街道", "18:00:00");
	rows[3].callback_due = evening_at("23:50:00");
	e.numbers = arena_alloc(e.a, sizeof *e.numbers);
	desk_queue_take(&e.queue, e.numbers, rows, 4);
	return e;
}

static void evening_end(struct evening *e)
{
	arena_free(e->a);
}

#endif
