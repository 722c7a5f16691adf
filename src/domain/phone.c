/*
 * phone.c - phone numbers read out of texts. Place: domain; pure.
 *
 * A number is groups of digits with marks between them. The groups are put together from the left until
 * they are a whole number: what follows behind a mark is the extension.
 */
#include "domain/phone.h"
#include "base/log.h"
#include "domain/fold.h"

#include <stdlib.h>
#include <string.h>

#define GROUPS_MOST 8
#define LEAST 7 /* digits of a line; shorter ones are services: 110, 12345, 95598 */
#define MOBILE 11
#define SUBSCRIBER_MOST 8

/* One run of groups: "0597", "7530000", "801". */
struct digit_groups {
	char digits[64];
	int ends[GROUPS_MOST]; /* where each group ends in digits */
	int n_groups, n;
	bool masked, abroad;
};

/* -- reading -------------------------------------------------------------------------------- */

/* Marks that may stand inside a number. A slash or a comma divides two numbers. */
static bool is_inside(char c)
{
	return c == FOLD_GAP || c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '*' ||
	    c == '#' || c == '+';
}

/* The dashes that people and machines type for "-". */
static size_t dash(const char *p)
{
	static const char *const dashes[] = {"—", "–", "―", "‐", "‑", "‒", "−", "﹣", "ー", "─", "~"};

	if ((unsigned char)*p < 0x80 && *p != '~') /* nearly always a digit */
		return 0;
	for (size_t i = 0; i < sizeof dashes / sizeof dashes[0]; i++)
		if (strncmp(p, dashes[i], strlen(dashes[i])) == 0)
			return strlen(dashes[i]);
	return 0;
}

static void group_ends(struct digit_groups *r)
{
	int begun = r->n_groups ? r->ends[r->n_groups - 1] : 0;

	if (r->n > begun && r->n_groups < GROUPS_MOST)
		r->ends[r->n_groups++] = r->n;
}

/* Reads one run from p on; returns what follows. */
static const char *read_run(const char *p, struct digit_groups *r)
{
	*r = (struct digit_groups){.n = 0};
	for (; *p; p++) {
		size_t wide = dash(p);

		if (is_digit(*p)) {
			if (r->n < (int)sizeof r->digits - 1)
				r->digits[r->n++] = *p;
			continue;
		}
		if (!is_inside(*p) && !wide)
			break;
		r->masked |= *p == '*' && p[1] == '*';
		r->abroad |= *p == '+' && r->n == 0;
		group_ends(r);
		p += wide ? wide - 1 : 0;
	}
	group_ends(r);
	r->digits[r->n] = '\0';
	return p;
}

/* -- one number ----------------------------------------------------------------------------- */

static void drop_front(struct digit_groups *r, int n)
{
	memmove(r->digits, r->digits + n, (size_t)(r->n - n) + 1);
	r->n -= n;
	for (int i = 0; i < r->n_groups; i++)
		r->ends[i] = r->ends[i] > n ? r->ends[i] - n : 0;
}

static void put_zero(struct digit_groups *r)
{
	memmove(r->digits + 1, r->digits, (size_t)r->n + 1);
	r->digits[0] = '0';
	r->n++;
	for (int i = 0; i < r->n_groups; i++)
		r->ends[i]++;
}

static bool is_mobile(const char *digits)
{
	return digits[0] == '1' && digits[1] >= '3';
}

/* Drops the country's code, and puts the zero back that a line's area code loses behind it. False where
 * another country is meant. */
static bool home(struct digit_groups *r)
{
	bool country = true;

	if (strncmp(r->digits, "0086", 4) == 0)
		drop_front(r, 4);
	else if (r->abroad && strncmp(r->digits, "86", 2) == 0)
		drop_front(r, 2);
	else if (r->n == MOBILE + 2 && strncmp(r->digits, "861", 3) == 0)
		drop_front(r, 2);
	else if (r->abroad)
		return false;
	else
		country = false;
	if (country && !is_mobile(r->digits) && r->digits[0] != '0' && r->n < (int)sizeof r->digits - 1)
		put_zero(r);
	return true;
}

/* Digits of the area code at the front, 0 if there is none: 010, 02x, else four. */
static int area_digits(const struct digit_groups *r)
{
	if (r->digits[0] != '0' || r->n < LEAST + 3)
		return 0;
	return r->digits[1] == '1' || r->digits[1] == '2' ? 3 : 4;
}

/* Where a subscriber's number that begins at `from` ends: with the group in which it has enough digits. */
static int subscriber_end(const struct digit_groups *r, int from)
{
	for (int i = 0; i < r->n_groups; i++)
		if (r->ends[i] - from >= LEAST)
			return r->ends[i];
	return r->n;
}

/* Zeros, ones and the like all through, which stand for no number. */
static bool is_filler(const char *digits)
{
	return strspn(digits, (char[]){digits[0], '\0'}) == strlen(digits);
}

/* An area code has four digits at most (area_digits). */
static bool keep(struct phone *out, const char *digits, int n, const char *area, int n_area)
{
	if (n < LEAST || n > PHONE_MAX)
		return false;
	memcpy(mempcpy(out->number, digits, (size_t)n), "", 1);
	memcpy(mempcpy(out->area, area, (size_t)n_area), "", 1);
	return !is_filler(out->number);
}

static bool number_of(struct digit_groups *r, struct phone *out)
{
	int area, end;

	if (r->masked)
		return false;
	if (!home(r))
		return keep(out, r->digits, r->n, "", 0);
	if (r->digits[0] == '0' && r->n == MOBILE + 1 && is_mobile(r->digits + 1))
		drop_front(r, 1); /* a mobile that was dialled as a long-distance call */
	if (is_mobile(r->digits) && r->n >= MOBILE)
		return keep(out, r->digits, MOBILE, "", 0);
	area = area_digits(r);
	end = subscriber_end(r, area);
	/* 400 and 800 numbers and what has no groups keep their digits */
	if (end - area > SUBSCRIBER_MOST && area > 0)
		end = area + SUBSCRIBER_MOST;
	return keep(out, r->digits + area, end - area, r->digits, area);
}

int phone_find(const char *text, struct phone out[PHONES_MOST])
{
	char *folded = xalloc(fold_room(text ? strlen(text) : 0));
	const char *p = folded;
	int n = 0;

	fold_text(text, folded);
	while (*p && n < PHONES_MOST) {
		struct digit_groups r;

		if (!is_digit(*p) && *p != '+' && *p != '(') {
			p++;
			continue;
		}
		p = read_run(p, &r);
		if (number_of(&r, &out[n]))
			n++;
		if (*p)
			p++;
	}
	free(folded);
	return n;
}

bool phone_same(const struct phone *a, const struct phone *b)
{
	return strcmp(a->number, b->number) == 0 &&
	    (!a->area[0] || !b->area[0] || strcmp(a->area, b->area) == 0);
}
