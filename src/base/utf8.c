/*
 * utf8.c - well-formedness (RFC 3629) and the width of text on a terminal.
 * The width tables hold what occurs in Chinese text and on its terminals: CJK, fullwidth forms,
 * Hangul, emoji, and the combining and format characters of scripts with European and CJK use
 * (Unicode 15, East Asian Width W and F). Ambiguous width counts as one column, as wcwidth does.
 */
#include "base/utf8.h"
#include "base/eight.h"

/* The length of the sequence at p, 0 where it is not well-formed. */
static size_t sequence(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (p[0] == 0xE0)
		low = 0xA0; /* below: overlong */
	else if (p[0] == 0xED)
		high = 0x9F; /* above: surrogates */
	else if (p[0] == 0xF0)
		low = 0x90; /* below: overlong */
	else if (p[0] == 0xF4)
		high = 0x8F; /* above: beyond U+10FFFF */
	if (n < len || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

/* A character of three bytes that needs no second look, as nearly every one that is not ASCII: its first byte says that the
 * others may be any that follow one. */
static inline bool three(const unsigned char *p)
{
	return p[0] > 0xE0 && p[0] < 0xF0 && p[0] != 0xED && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80;
}

bool utf8_valid(struct str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0, step; i < s.n; i += step) {
		if (s.n - i >= 8 && !(eight(s.p + i) & EACH(0x80)))
			step = 8;
		else if (s.n - i >= 3 && three(p + i))
			step = 3;
		else
			step = sequence(p + i, s.n - i);
		if (step == 0) {
			if (at)
				*at = i;
			return false;
		}
	}
	return true;
}

/* How many of eight bytes follow the first one of their character. */
static inline size_t following(uint64_t w)
{
	return (size_t)(((w >> 7 & ~w >> 6) & EACH(1)) * EACH(1) >> 56);
}

size_t utf8_count(struct str s)
{
	size_t n = s.n, i = 0;

	for (; s.n - i >= 8; i += 8)
		n -= following(eight(s.p + i));
	for (; i < s.n; i++)
		n -= ((unsigned char)s.p[i] & 0xC0) == 0x80;
	return n;
}

struct str utf8_head(struct str s, size_t most)
{
	size_t n = 0;

	while (n < s.n && (most > 0 || ((unsigned char)s.p[n] & 0xC0) == 0x80)) {
		most -= ((unsigned char)s.p[n] & 0xC0) != 0x80;
		n++;
	}
	return (struct str){s.p, n};
}

size_t utf8_put(char out[4], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(lead[n] | c);
	return n;
}

/* A byte that belongs to no sequence is passed over as U+FFFD: a wrong caller gets a wrong
 * character, never a read past the end or an endless loop. */
uint32_t utf8_next(struct str *s)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t len;
	uint32_t c;

	if (s->n == 0)
		return 0;
	len = sequence(p, s->n);
	c = len == 0 ? 0xFFFD : len == 1 ? p[0] : p[0] & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3F);
	s->p += len ? len : 1;
	s->n -= len ? len : 1;
	return c;
}

struct range {
	uint32_t first, last;
};

/* clang-format off */
static const struct range zero_width[] = {
    {0x300, 0x36F},     {0x483, 0x489},     {0x591, 0x5BD},     {0x610, 0x61A},
    {0x61C, 0x61C},     {0x64B, 0x65F},     {0x670, 0x670},     {0x1AB0, 0x1ACE},
    {0x1DC0, 0x1DFF},   {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x2064},
    {0x2066, 0x206F},   {0x20D0, 0x20F0},   {0x302A, 0x302D},   {0x3099, 0x309A},
    {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
    {0x1F3FB, 0x1F3FF}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

static const struct range double_width[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x1B2FF}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320},
    {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2},
    {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EF}, {0x1F6F4, 0x1F6FF}, {0x1F7E0, 0x1F7EB},
    {0x1F7F0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF},
    {0x1FA70, 0x1FAFF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};
/* clang-format on */

static bool within(const struct range *ranges, size_t n, uint32_t c)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c > ranges[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && c >= ranges[low].first;
}

#define WITHIN(ranges, c) within((ranges), sizeof(ranges) / sizeof((ranges)[0]), (c))

size_t utf8_width(struct str s)
{
	size_t columns = 0;

	while (s.n > 0) {
		uint32_t c = utf8_next(&s);

		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || WITHIN(zero_width, c))
			continue;
		columns += c >= 0x1100 && WITHIN(double_width, c) ? 2 : 1;
	}
	return columns;
}
