/*
 * when.c - instants as people type them.
 *
 * Place: base; pure. Every form is a day and a time of day, either of which may be missing; then comes
 * what is relative to now. Full-width digits and punctuation are taken as their half-width forms.
 */
#include "base/when.h"
#include "base/time.h"
#include "base/utf8.h"

#define TEXT_MAX 64
#define SLACK_MS (10 * MINUTE_MS)

/* -- the text ------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Full-width forms (U+FF01 to U+FF5E) and the ideographic blank as ASCII, blanks at the ends left out.
 * False where it does not fit: no instant is so long. */
static bool fold(struct str s, char out[TEXT_MAX], struct str *folded)
{
	size_t n = 0;
	while (s.n > 0) {
		const char *from = s.p;
		uint32_t c = utf8_next(&s);
		size_t len = (size_t)(s.p - from);
		if (n + len >= TEXT_MAX)
			return false;
		if (c >= 0xFF01 && c <= 0xFF5E)
			out[n++] = (char)(c - 0xFEE0);
		else if (c == 0x3000)
			out[n++] = ' ';
		else {
			memcpy(out + n, from, len);
			n += len;
		}
	}
	while (n > 0 && is_blank(out[n - 1]))
		n--;
	while (n > 0 && is_blank(*out)) {
		out++;
		n--;
	}
	*folded = (struct str){out, n};
	return n > 0;
}

static bool take(struct str *s, const char *word)
{
	size_t n = strlen(word);
	if (s->n < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* A number of least to most digits. */
static bool take_number(struct str *s, size_t least, size_t most, int *out)
{
	size_t n = 0;
	int v = 0;
	while (n < s->n && n < most && s->p[n] >= '0' && s->p[n] <= '9')
		v = v * 10 + (s->p[n++] - '0');
	if (n < least)
		return false;
	s->p += n;
	s->n -= n;
	*out = v;
	return true;
}

/* -- a day and a time of day ---------------------------------------------------------------- */

/* 23:10, 23:10:05, 2310 */
static bool take_clock(struct str *s, int64_t *of_day)
{
	struct str t = *s;
	int hour, minute, second = 0;
	bool colon = false;
	if (!take_number(&t, 1, 2, &hour) || !((colon = take(&t, ":")) || t.p - s->p == 2) ||
	    !take_number(&t, 2, 2, &minute))
		return false;
	if (colon && take(&t, ":") && !take_number(&t, 2, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59 || (t.n > 0 && t.p[0] >= '0' && t.p[0] <= '9'))
		return false;
	*of_day = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
	*s = t;
	return true;
}

/* The day in the year of `today`, the year before or the next: the nearest on the side asked for. */
static bool day_of_some_year(struct date d, int64_t today, enum when_side side, int64_t *day)
{
	int year = day_date(today).year, step = side == WHEN_PAST ? -1 : 1;
	for (int i = 0; i < 9; i++) { /* eight years hold a 29 February, whatever the century */
		d.year = year + i * step;
		if (!date_valid(d))
			continue;
		*day = date_day(d);
		if (side == WHEN_PAST ? *day <= today : *day >= today)
			return true;
	}
	return false;
}

/* 2026-11-25, 2026年11月25日, 11-25, 11月25日 */
static bool take_date(struct str *s, int64_t today, enum when_side side, int64_t *day)
{
	struct str t = *s;
	struct date d = {0};
	bool year = take_number(&t, 4, 4, &d.year) && (take(&t, "-") || take(&t, "年"));
	if (!year)
		t = *s;
	if (!take_number(&t, 1, 2, &d.month) || !(take(&t, "-") || take(&t, "月")) ||
	    !take_number(&t, 1, 2, &d.day))
		return false;
	take(&t, "日");
	if (year ? !date_valid(d) : !day_of_some_year(d, today, side, day))
		return false;
	if (year)
		*day = date_day(d);
	*s = t;
	return true;
}

static bool take_day(struct str *s, int64_t today, enum when_side side, int64_t *day)
{
	static const struct {
		const char *word;
		int days;
	} words[] = {
	    {"今天", 0}, {"today", 0}, {"昨天", -1}, {"yesterday", -1}, {"明天", 1}, {"tomorrow", 1}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (take(s, words[i].word)) {
			*day = today + words[i].days;
			return true;
		}
	return take_date(s, today, side, day);
}

/* A clock time alone: the last one or the next one, with the slack. */
static int64_t nearest_day(int64_t of_day, int64_t now, enum when_side side)
{
	int64_t at = day_start(local_day(now)) + of_day;
	if (side == WHEN_PAST)
		return at > now + SLACK_MS ? at - DAY_MS : at + DAY_MS <= now + SLACK_MS ? at + DAY_MS : at;
	return at < now - SLACK_MS ? at + DAY_MS : at - DAY_MS >= now - SLACK_MS ? at - DAY_MS : at;
}

static bool absolute(struct str s, int64_t now, enum when_side side, int64_t *ms, bool *day_only)
{
	int64_t day = 0, of_day = 0;
	bool dated = take_day(&s, local_day(now), side, &day), blank = false;
	while (dated && (take(&s, " ") || take(&s, "\t") || take(&s, "T")))
		blank = true;
	bool timed = (!dated || blank || s.n > 0) && take_clock(&s, &of_day);
	if (s.n > 0 || (blank && !timed) || (!dated && !timed))
		return false;
	*ms = dated ? day_start(day) + of_day : nearest_day(of_day, now, side);
	*day_only = !timed;
	return true;
}

/* -- relative to now ------------------------------------------------------------------------ */

/* The Chinese units of a length as duration_parse wants them: 1小时30分钟 is 1h30m. */
static struct str latin_units(struct str s, char out[TEXT_MAX])
{
	static const struct {
		const char *zh;
		char letter;
	} units[] = {{"天", 'd'}, {"小时", 'h'}, {"分钟", 'm'}, {"分", 'm'}, {"秒", 's'}};
	size_t n = 0;
	while (s.n > 0 && n < TEXT_MAX) {
		size_t i = 0;
		while (i < sizeof units / sizeof *units && !take(&s, units[i].zh))
			i++;
		if (i < sizeof units / sizeof *units) {
			out[n++] = units[i].letter;
			continue;
		}
		out[n++] = *s.p++;
		s.n--;
	}
	return (struct str){out, n};
}

static bool relative(struct str s, int64_t now, enum when_side side, int64_t *ms)
{
	char text[TEXT_MAX];
	int64_t length, sign = side == WHEN_PAST ? -1 : 1;
	if (str_is(s, "now") || str_is(s, "现在")) {
		*ms = now;
		return true;
	}
	if (take(&s, "-"))
		sign = -1;
	else if (take(&s, "+"))
		sign = 1;
	struct str before = {s.p, s.n >= 3 ? s.n - 3 : 0}, last = {s.p + before.n, s.n - before.n};
	if (str_is(last, "前") || str_is(last, "后")) {
		sign = str_is(last, "前") ? -1 : 1;
		s = before;
	}
	if (!duration_parse(latin_units(s, text), &length))
		return false;
	*ms = now + sign * length;
	return true;
}

bool when_parse(struct str text, int64_t now, enum when_side side, int64_t *ms, bool *day_only)
{
	char folded[TEXT_MAX];
	struct str s;
	bool day = false;
	if (!fold(text, folded, &s))
		return false;
	if (!time_parse(s, ms) && !relative(s, now, side, ms) && !absolute(s, now, side, ms, &day))
		return false;
	if (day_only)
		*day_only = day;
	return true;
}
