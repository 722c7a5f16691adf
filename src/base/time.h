/*
 * time.h - instants as text and as days. Instants are int64 milliseconds since 1970 UTC; 0 means
 * "none" everywhere. The city lives at UTC+8 all year (China has no daylight saving), so a local
 * day is arithmetic, not a time zone database.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H
#include "base/str.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define CITY_OFFSET_MS (8 * HOUR_MS)
#define TIME_TEXT_MAX 40

struct date {
	int year, month, day; /* 1-12, 1-31 */
};

/* RFC 3339 with an offset or Z, seconds required, a fraction to the millisecond kept.
 * Refuses a date that does not exist, 24:00, leap seconds; years 0001-9999. */
bool time_parse(struct str s, int64_t *ms);
/* An instant in another form than RFC 3339 whose meaning is clear all the same: a blank or nothing for
 * the T, / . or 年月日 in the date, no seconds, 14 digits, seconds or milliseconds since 1970; without an
 * offset it is the city's time. A date alone is no instant. */
bool time_guess(struct str s, int64_t *ms);
/* 2026-03-02T08:00:00+08:00, with .mmm only where it is not zero. Returns out. */
/* The same, returning its length. */
size_t time_put(int64_t ms, char out[TIME_TEXT_MAX]);
char *time_rfc3339(int64_t ms, char out[TIME_TEXT_MAX]);
/* As people in the city write it: 3月2日 08:00, with the year where it is not that of `now`. */
char *time_chinese(int64_t ms, int64_t now, char out[TIME_TEXT_MAX]);
/* The same for readers of English: 03-02 08:00, 2025-03-02 08:00 */
char *time_english(int64_t ms, int64_t now, char out[TIME_TEXT_MAX]);
/* 1小时30分, 45分, 30秒; from 48 hours up in days: 3天, 2天1小时 */
char *duration_chinese(int64_t ms, char out[TIME_TEXT_MAX]);
/* 30s, 5m, 2h, 3d, or a sum such as 1h30m, larger units first. */
bool duration_parse(struct str s, int64_t *ms);
/* The other way: 1h30m. Returns out. */
char *duration_text(int64_t ms, char out[TIME_TEXT_MAX]);

/* Days since 1970-01-01 of the city's local date at that instant, and its local midnight. */
int64_t local_day(int64_t ms);
int64_t day_start(int64_t day);
struct date day_date(int64_t day);
int64_t date_day(struct date d);
bool date_valid(struct date d);
/* 0 Monday … 6 Sunday */
int day_weekday(int64_t day);
/* "2026-03-02" */
bool date_parse(struct str s, struct date *d);

#endif
