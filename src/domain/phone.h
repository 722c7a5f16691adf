/*
 * phone.h - the numbers that a text names, so that one caller is known by them however they are
 * written: +86 138 0013 8000, 0086-…, (0597)7530000 转 801, full-width digits.
 */
#ifndef DOMAIN_PHONE_H
#define DOMAIN_PHONE_H
#include "base/str.h"

#define PHONE_MAX 15  /* digits */
#define PHONES_MOST 2 /* that are taken from one text */

struct phone {
	char number[PHONE_MAX + 1]; /* digits without country, area code and extension */
	char area[5];               /* "0597", "010"; empty where it is not said, and of a mobile */
};

/* The numbers in the text (NULL: none), at most PHONES_MOST. What is written in a number's place and is
 * none: 无, 0, 110, 11111111111, 139****1234. */
int phone_find(const char *text, struct phone out[PHONES_MOST]);
/* Are both the same line? An area code that one of them does not say may be any. */
bool phone_same(const struct phone *a, const struct phone *b);

#endif
