/*
 * query_city.c - reads of what the city is, from the mechanism in force: area.list, calendar.get.
 *
 * Place: front, beside query.c. Nothing here is of an incident or a person.
 */
#include "domain/calendar.h"
#include "front/parts.h"

#include <stdio.h>

/* -- area.list ------------------------------------------------------------------------------------ */

static void put_area(struct json *j, const struct area *area)
{
	json_begin(j, NULL);
	json_text(j, "area", area->code);
	json_text(j, "name", area->name);
	json_text(j, "zone", zone_names[area->zone]);
	json_text(j, "parent", area->parent ? area->parent->code : NULL);
	json_text(j, "unit", area->township ? area->township->id : NULL);
	if (area->has_tile) {
		json_list(j, "tile");
		json_int(j, NULL, area->tile[0]);
		json_int(j, NULL, area->tile[1]);
		json_close(j);
	}
	json_end(j);
}

static void areas_render(struct front_read *q)
{
	json_begin(&q->j, NULL);
	json_text(&q->j, "revision", q->m->revision);
	json_list(&q->j, "areas");
	for (int i = 0; i < q->m->n_areas; i++)
		put_area(&q->j, &q->m->areas[i]);
	json_close(&q->j);
	json_list(&q->j, "within");
	for (int i = 0; i < q->m->n_within; i++)
		json_text(&q->j, NULL, q->m->within[i]);
	json_close(&q->j);
	json_end(&q->j);
	q->result.n = q->m->n_areas;
}

const struct query query_area_list = {.render = areas_render};

/* -- calendar.get ---------------------------------------------------------------------------------- */

#define CLOCK_TEXT 16

static void put_minute(struct json *j, const char *key, int minute)
{
	char text[CLOCK_TEXT];

	snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
	json_text(j, key, text);
}

static void put_month_day(struct json *j, const char *key, int month_day)
{
	char text[CLOCK_TEXT];

	snprintf(text, sizeof text, "%02d-%02d", month_day / 100, month_day % 100);
	json_text(j, key, text);
}

/* Office hours by season; the first that a day lies in holds. */
static void put_season(struct json *j, const struct season *s)
{
	json_begin(j, NULL);
	put_month_day(j, "from", s->from);
	put_month_day(j, "to", s->to);
	json_list(j, "open");
	for (int i = 0; i < s->n_spans; i++) {
		json_begin(j, NULL);
		put_minute(j, "from", s->spans[i].from);
		put_minute(j, "to", s->spans[i].to);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

static const struct calendar_year *year_of(const struct calendar *c, int year)
{
	for (int i = 0; i < c->n_years; i++)
		if (c->years[i].year == year)
			return &c->years[i];
	return NULL;
}

static void put_days(struct json *j, const char *key, const struct calendar_year *year, enum day_kind kind)
{
	int64_t first = year ? date_day((struct date){year->year, 1, 1}) : 0;

	json_list(j, key);
	for (int i = 0; year && i < 366; i++) {
		struct date d = day_date(first + i);
		char text[CLOCK_TEXT];

		if (year->kind[i] != kind)
			continue;
		snprintf(text, sizeof text, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
		json_begin(j, NULL);
		json_text(j, "day", text);
		json_text(j, "name", year->name[i]);
		json_end(j);
	}
	json_close(j);
}

static void calendar_render(struct front_read *q)
{
	const struct calendar *c = &q->m->calendar;
	int year = command_has(q->c, FIELD_YEAR) ? (int)command_int(q->c, FIELD_YEAR)
						 : day_date(local_day(q->now)).year;
	const struct calendar_year *found = year_of(c, year);

	json_begin(&q->j, NULL);
	json_int(&q->j, "year", year);
	json_text(&q->j, "revision", q->m->revision);
	json_bool(&q->j, "known", calendar_covers(c, year));
	json_list(&q->j, "hours");
	for (int i = 0; i < c->n_seasons; i++)
		put_season(&q->j, &c->seasons[i]);
	json_close(&q->j);
	put_days(&q->j, "holidays", found, DAY_OFF);
	put_days(&q->j, "make_up_days", found, DAY_WORK);
	json_end(&q->j);
}

const struct query query_calendar_get = {.render = calendar_render};
