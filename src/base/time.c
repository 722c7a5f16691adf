/*
 * time.c - instants as text and as days, by arithmetic: no mktime, no strftime, no time zone files,
 * so that nothing depends on the machine's locale or TZ. Days and dates convert after Howard
 * Hinnant's days_from_civil (proleptic Gregorian calendar, 400-year eras of 146,097 days).
 * Texts are in the city's time, UTC+8. Instants outside the years 1-9999 are written as the nearest
 * instant inside, so that no caller meets an overflow.
 */
#include "base/time.h"

#include <stdio.h>

#define ERA_DAYS 146097
#define EPOCH_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */
#define FIRST_MS (INT64_C(-719162) * DAY_MS)
#define LAST_MS (INT64_C(2932897) * DAY_MS - 1)

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool date_valid(struct date d)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	return d.day <= days[d.month - 1] + (d.month == 2 && leap(d.year));
}

/* The year is counted from March, so that the leap day is its last. */
int64_t date_day(struct date d)
{
	int64_t year = (int64_t)d.year - (d.month <= 2);
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

struct date day_date(int64_t day)
{
	int64_t shifted = day + EPOCH_SHIFT;
	int64_t era = floor_div(shifted, ERA_DAYS);
	int64_t of_era = shifted - era * ERA_DAYS;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * of_year + 2) / 153; /* 0 is March */
	struct date d = {
	    .day = (int)(of_year - (153 * month + 2) / 5 + 1),
	    .month = (int)(month < 10 ? month + 3 : month - 9),
	};

	d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
	return d;
}

static int64_t clamp(int64_t ms)
{
	return ms < FIRST_MS ? FIRST_MS : ms > LAST_MS - CITY_OFFSET_MS ? LAST_MS - CITY_OFFSET_MS : ms;
}

int64_t local_day(int64_t ms)
{
	return floor_div(clamp(ms) + CITY_OFFSET_MS, DAY_MS);
}

int64_t day_start(int64_t day)
{
	return day * DAY_MS - CITY_OFFSET_MS;
}

int day_weekday(int64_t day)
{
	return (int)(day + 3 - floor_div(day + 3, 7) * 7); /* 1970-01-01 was a Thursday */
}

/* A number of exactly `digits` digits from the front of s. */
static bool take_digits(struct str *s, int digits, int *out)
{
	int v = 0;

	if (s->n < (size_t)digits)
		return false;
	for (int i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	s->p += digits;
	s->n -= (size_t)digits;
	*out = v;
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool take_date(struct str *s, struct date *d)
{
	return take_digits(s, 4, &d->year) && take_char(s, '-') && take_digits(s, 2, &d->month) &&
	    take_char(s, '-') && take_digits(s, 2, &d->day) && date_valid(*d);
}

bool date_parse(struct str s, struct date *out)
{
	struct date d;

	if (!take_date(&s, &d) || s.n != 0)
		return false;
	*out = d;
	return true;
}

static bool take_clock(struct str *s, int64_t *ms)
{
	int hour, minute, second;

	if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
	    !take_char(s, ':') || !take_digits(s, 2, &second))
		return false;
	*ms = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
	return hour <= 23 && minute <= 59 && second <= 59;
}

/* .5 is 500 ms; digits beyond the third are dropped, which rounds down. */
static bool take_fraction(struct str *s, int64_t *ms)
{
	int64_t unit = 100;
	size_t digits = 0;

	*ms = 0;
	if (!take_char(s, '.'))
		return true;
	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; s->p++, s->n--, digits++) {
		*ms += (s->p[0] - '0') * unit;
		unit /= 10;
	}
	return digits > 0;
}

static bool take_offset(struct str *s, int64_t *ms)
{
	int hour, minute;
	bool east;

	*ms = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	east = take_char(s, '+');
	if (!east && !take_char(s, '-'))
		return false;
	if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute))
		return false;
	*ms = (hour * HOUR_MS + minute * MINUTE_MS) * (east ? 1 : -1);
	return hour <= 23 && minute <= 59;
}

bool time_parse(struct str s, int64_t *ms)
{
	struct date d;
	int64_t of_day, fraction, offset;

	if (!take_date(&s, &d) || !(take_char(&s, 'T') || take_char(&s, 't')))
		return false;
	if (!take_clock(&s, &of_day) || !take_fraction(&s, &fraction) || !take_offset(&s, &offset))
		return false;
	if (s.n != 0)
		return false;
	*ms = date_day(d) * DAY_MS + of_day + fraction - offset;
	return true;
}

/* -- an instant as people and programs write it ---------------------------------------------- */

static bool take_text(struct str *s, const char *text)
{
	if (!str_starts(*s, str_of(text)))
		return false;
	s->p += strlen(text);
	s->n -= strlen(text);
	return true;
}

static void take_blanks(struct str *s)
{
	while (take_char(s, ' '))
		;
}

/* One or two digits. */
static bool take_small(struct str *s, int *out)
{
	return take_digits(s, 2, out) || take_digits(s, 1, out);
}

static bool take_either(struct str *s, const char *a, const char *b, const char *c)
{
	return take_text(s, a) || take_text(s, b) || take_text(s, c);
}

/* 2026-7-10, 2026/07/10, 2026.07.10, 2026年7月10日, 20260710 */
static bool guess_date(struct str *s, struct date *d)
{
	if (!take_digits(s, 4, &d->year))
		return false;
	if (take_digits(s, 4, &d->day)) {
		d->month = d->day / 100;
		d->day %= 100;
		return date_valid(*d);
	}
	if (!take_either(s, "-", "/", ".") && !take_text(s, "年"))
		return false;
	if (!take_small(s, &d->month) || (!take_either(s, "-", "/", ".") && !take_text(s, "月")))
		return false;
	if (!take_small(s, &d->day))
		return false;
	take_text(s, "日");
	return date_valid(*d);
}

/* 8:00, 08:00:00.5, 8时00分, 080000; midnight may be 24:00, and a leap second counts as the 59th. */
static bool guess_clock(struct str *s, int64_t *ms)
{
	int hour, minute, second = 0;
	int64_t fraction = 0;

	if (!take_small(s, &hour))
		return false;
	bool apart = take_either(s, ":", "时", "点");
	if (apart ? !take_small(s, &minute) : !take_digits(s, 2, &minute))
		return false;
	bool more = apart ? take_either(s, ":", "分", ":") : s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9';
	if (more && take_small(s, &second) && !take_text(s, "秒") && !take_fraction(s, &fraction))
		return false;
	if (second == 60)
		second = 59;
	*ms = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fraction;
	return minute <= 59 && second <= 59 && *ms <= DAY_MS;
}

/* Z, +08:00, +0800, +08; none is the city's. */
static bool guess_offset(struct str *s, int64_t *ms)
{
	int hour, minute = 0;

	*ms = CITY_OFFSET_MS;
	if (s->n == 0)
		return true;
	if (take_either(s, "Z", "z", "UTC")) {
		*ms = 0;
		return true;
	}
	bool east = take_char(s, '+');
	if ((!east && !take_char(s, '-')) || !take_digits(s, 2, &hour))
		return false;
	take_char(s, ':');
	if (s->n > 0 && !take_digits(s, 2, &minute))
		return false;
	*ms = (hour * HOUR_MS + minute * MINUTE_MS) * (east ? 1 : -1);
	return hour <= 23 && minute <= 59;
}

/* Seconds or milliseconds since 1970: by how many digits they have. */
static bool guess_epoch(struct str s, int64_t *ms)
{
	uint64_t n;

	if ((s.n != 10 && s.n != 13) || !str_uint(s, &n))
		return false;
	*ms = (int64_t)n * (s.n == 10 ? SECOND_MS : 1);
	return true;
}

bool time_guess(struct str s, int64_t *ms)
{
	struct date d;
	int64_t of_day, offset;

	if (guess_epoch(s, ms))
		return true;
	if (!guess_date(&s, &d))
		return false;
	take_blanks(&s);
	if (take_either(&s, "T", "t", ","))
		take_blanks(&s);
	if (!guess_clock(&s, &of_day))
		return false;
	take_blanks(&s);
	if (!guess_offset(&s, &offset) || s.n != 0)
		return false;
	*ms = date_day(d) * DAY_MS + of_day - offset;
	return true;
}

/* -- instants as text ------------------------------------------------------------------------- */

static inline char *put(char *p, int64_t v, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + digits;
}

static char *put_clock(char *p, int64_t of_day)
{
	p = put(p, of_day / HOUR_MS, 2);
	*p++ = ':';
	p = put(p, of_day / MINUTE_MS % 60, 2);
	return p;
}

/* 2026-11-25T. What is written together is of one day, nearly always: the last one is remembered. */
static char *put_day(char *p, int64_t day)
{
	static _Thread_local int64_t last = INT64_MIN;
	static _Thread_local char text[11];

	if (day != last) {
		struct date d = day_date(day);
		char *q = put(text, d.year, 4);

		*q++ = '-';
		q = put(q, d.month, 2);
		*q++ = '-';
		q = put(q, d.day, 2);
		*q = 'T';
		last = day;
	}
	return mempcpy(p, text, sizeof text);
}

size_t time_put(int64_t ms, char out[TIME_TEXT_MAX])
{
	int64_t day = local_day(ms), of_day = clamp(ms) - day_start(day);
	char *p = put_day(out, day);

	p = put_clock(p, of_day);
	*p++ = ':';
	p = put(p, of_day / SECOND_MS % 60, 2);
	if (of_day % SECOND_MS) {
		*p++ = '.';
		p = put(p, of_day % SECOND_MS, 3);
	}
	memcpy(p, "+08:00", 7);
	return (size_t)(p + 6 - out);
}

char *time_rfc3339(int64_t ms, char out[TIME_TEXT_MAX])
{
	time_put(ms, out);
	return out;
}

char *time_chinese(int64_t ms, int64_t now, char out[TIME_TEXT_MAX])
{
	int64_t day = local_day(ms);
	struct date d = day_date(day), today = day_date(local_day(now));
	char clock[6] = "";

	put_clock(clock, clamp(ms) - day_start(day));
	if (d.year == today.year)
		snprintf(out, TIME_TEXT_MAX, "%d月%d日 %s", d.month, d.day, clock);
	else
		snprintf(out, TIME_TEXT_MAX, "%d年%d月%d日 %s", d.year, d.month, d.day, clock);
	return out;
}

char *time_english(int64_t ms, int64_t now, char out[TIME_TEXT_MAX])
{
	int64_t day = local_day(ms);
	struct date d = day_date(day);
	char clock[6] = "";

	put_clock(clock, clamp(ms) - day_start(day));
	if (d.year == day_date(local_day(now)).year)
		snprintf(out, TIME_TEXT_MAX, "%02d-%02d %s", d.month, d.day, clock);
	else
		snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02d %s", d.year, d.month, d.day, clock);
	return out;
}

/* Days from 48 hours up, as people count them; seconds only where there are no hours. */
char *duration_chinese(int64_t ms, char out[TIME_TEXT_MAX])
{
	int64_t left = (ms < 0 ? -clamp(ms) : clamp(ms)) / SECOND_MS;
	int64_t days = left >= 48 * 3600 ? left / 86400 : 0;
	struct {
		int64_t count;
		const char *unit;
	} parts[] = {
	    {days, "天"},
	    {(left - days * 86400) / 3600, "小时"},
	    {left / 60 % 60, "分"},
	    {left >= 3600 ? 0 : left % 60, "秒"},
	};
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count)
			n += (size_t)snprintf(out + n, TIME_TEXT_MAX - n, "%s%lld%s",
			    ms < 0 && n == 0 ? "-" : "", (long long)parts[i].count, parts[i].unit);
	if (n == 0)
		snprintf(out, TIME_TEXT_MAX, "0秒");
	return out;
}

static const struct {
	const char *name;
	int64_t ms;
} duration_units[] = {{"d", DAY_MS}, {"h", HOUR_MS}, {"m", MINUTE_MS}, {"s", SECOND_MS}, {"ms", 1}};

#define UNITS (sizeof(duration_units) / sizeof(duration_units[0]))
#define NUMBER_DIGITS 9 /* a number of nine digits in days still fits 64 bits of milliseconds */

/* The larger unit first, each at most once. */
bool duration_parse(struct str s, int64_t *ms)
{
	int64_t sum = 0;
	size_t unit = 0;

	if (s.n == 0)
		return false;
	while (s.n > 0) {
		size_t digits = 0;
		int v;

		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		if (digits == 0 || digits > NUMBER_DIGITS || !take_digits(&s, (int)digits, &v))
			return false;
		size_t letters = 0;
		while (letters < s.n && (s.p[letters] < '0' || s.p[letters] > '9'))
			letters++;
		while (unit < UNITS && !str_is((struct str){s.p, letters}, duration_units[unit].name))
			unit++;
		if (unit == UNITS)
			return false;
		sum += v * duration_units[unit++].ms;
		s.p += letters;
		s.n -= letters;
	}
	*ms = sum;
	return true;
}

char *duration_text(int64_t ms, char out[TIME_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < UNITS; i++) {
		int64_t whole = ms / duration_units[i].ms;

		if (whole > 0)
			n += (size_t)snprintf(out + n, TIME_TEXT_MAX - n, "%lld%s", (long long)whole,
			    duration_units[i].name);
		ms -= whole * duration_units[i].ms;
	}
	if (n == 0)
		snprintf(out, TIME_TEXT_MAX, "0s");
	return out;
}
