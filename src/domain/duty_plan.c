/*
 * duty_plan.c - which minutes of a month a unit's duty phone is tried in; see duty_plan.h.
 * Place: domain; pure.
 *
 * The minutes in which somebody is owed to answer are numbered; the kth check is that of HMAC(secret, month,
 * unit, k), taken modulo their number. 64 bits make the remainder's bias less than one in 10^13.
 */
#include "domain/duty_plan.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/hmac.h"
#include "domain/calendar.h"

#include <stdio.h>
#include <stdlib.h>

char *month_text(int64_t at, char out[MONTH_TEXT])
{
	struct date d = day_date(local_day(at));

	snprintf(out, MONTH_TEXT, "%04u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100);
	return out;
}

bool month_span(const char *month, int64_t *from, int64_t *to)
{
	char first[11];
	struct date d;

	if (strlen(month) != MONTH_TEXT - 1)
		return false;
	snprintf(first, sizeof first, "%s-01", month);
	if (!date_parse(str_of(first), &d) || !date_valid(d))
		return false;
	*from = day_start(date_day(d));
	d = d.month == 12 ? (struct date){d.year + 1, 1, 1} : (struct date){d.year, d.month + 1, 1};
	*to = day_start(date_day(d));
	return true;
}

/* -- the minutes ------------------------------------------------------------------------------ */

struct minutes {
	struct arena *a;
	struct stretch *v;
	size_t n, cap;
	int64_t sum;
};

static void add(struct minutes *m, int64_t from, int64_t to)
{
	ARRAY_ROOM(m->a, m->v, m->n, m->cap);
	m->v[m->n++] = (struct stretch){from, to};
	m->sum += (to - from) / MINUTE_MS;
}

static void add_office(struct minutes *out, const struct mechanism *m, int64_t from, int64_t to)
{
	for (int64_t at = calendar_next(&m->calendar, TIME_OFFICE, from); at < to;) {
		int64_t end = at;

		while (end < to && calendar_office(&m->calendar, end))
			end += 30 * MINUTE_MS; /* a bound first, then the minute */
		while (end > at && !calendar_office(&m->calendar, end - MINUTE_MS))
			end -= MINUTE_MS;
		end = end < to ? end : to;
		add(out, at, end);
		at = calendar_next(&m->calendar, TIME_OFFICE, end);
	}
}

static void add_roster(struct minutes *out, const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, int64_t from, int64_t to)
{
	struct duty *spans;
	int n = duty_spans(m, around, unit, from, to, out->a, &spans);

	for (int i = 0; i < n; i++)
		if (spans[i].people.n > 0)
			add(out, spans[i].from, spans[i].to);
}

static void collect(struct minutes *out, const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, int64_t from, int64_t to)
{
	if (unit->roster)
		add_roster(out, m, around, unit, from, to);
	else if (unit->tier == 1)
		add(out, from, to);
	else
		add_office(out, m, from, to);
}

static int64_t nth_minute(const struct minutes *m, int64_t k)
{
	size_t i = 0;

	while (k >= (m->v[i].to - m->v[i].from) / MINUTE_MS) {
		k -= (m->v[i].to - m->v[i].from) / MINUTE_MS;
		i++;
	}
	return m->v[i].from + k * MINUTE_MS;
}

/* -- which of them ---------------------------------------------------------------------------- */

static uint64_t draw(const unsigned char *secret, const char *month, const char *unit, int k)
{
	char text[160];
	int n = snprintf(text, sizeof text, "duty-check\n%s\n%.100s\n%d", month, unit, k);
	struct digest d =
	    hmac_sha256((struct str){(const char *)secret, DUTY_SECRET_LEN}, (struct str){text, (size_t)n});
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | d.b[i];
	return number;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static bool has(const int64_t *v, int n, int64_t at)
{
	for (int i = 0; i < n; i++)
		if (v[i] == at)
			return true;
	return false;
}

int duty_plan(const unsigned char secret[DUTY_SECRET_LEN], const struct mechanism *m,
    const struct circumstances *around, const struct unit *unit, const char *month,
    int64_t out[DUTY_CHECKS_MOST])
{
	struct minutes minutes = {.a = arena_new()};
	int most = m->policy.duty.per_month[unit->tier], n = 0;
	int64_t from, to;

	if (month_span(month, &from, &to))
		collect(&minutes, m, around, unit, from, to);
	most = most > DUTY_CHECKS_MOST ? DUTY_CHECKS_MOST : most;
	most = most > minutes.sum ? (int)minutes.sum : most;
	for (int k = 0; n < most; k++) {
		uint64_t number = draw(secret, month, unit->id, k);
		int64_t at = nth_minute(&minutes, (int64_t)(number % (uint64_t)minutes.sum));

		if (!has(out, n, at))
			out[n++] = at;
	}
	qsort(out, (size_t)n, sizeof *out, by_value);
	arena_free(minutes.a);
	return n;
}
