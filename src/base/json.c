/*
 * json.c - writing JSON, compact. The bytes are canonical: the same calls give the same bytes for
 * ever, because journal rows are hashed as written here.
 * Text that is not UTF-8 cannot come this far; if it does, each bad byte becomes U+FFFD, so that
 * what is written is always JSON.
 */
#include "base/json.h"
#include "base/eight.h"
#include "base/time.h"
#include "base/utf8.h"

#include <inttypes.h>

struct json json_to(struct buf *out)
{
	return (struct json){.out = out};
}

/* How a byte below 0x80 is written: 0 as it is, 'u' as \u00XX, else after a backslash. */
/* clang-format off */
static const char escapes[128] = {
    [0] = 'u',  [1] = 'u',    [2] = 'u',    [3] = 'u',    [4] = 'u',   [5] = 'u',     [6] = 'u',
    [7] = 'u',  ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [11] = 'u',  ['\f'] = 'f',  ['\r'] = 'r',
    [14] = 'u', [15] = 'u',   [16] = 'u',   [17] = 'u',   [18] = 'u',  [19] = 'u',    [20] = 'u',
    [21] = 'u', [22] = 'u',   [23] = 'u',   [24] = 'u',   [25] = 'u',  [26] = 'u',    [27] = 'u',
    [28] = 'u', [29] = 'u',   [30] = 'u',   [31] = 'u',   ['"'] = '"', ['\\'] = '\\', [127] = 'u',
};
/* clang-format on */

/* Code points that are written as \u although JSON would allow them: C1 controls, line separators,
 * and what turns the direction of text around on the reader's screen. */
static bool hidden(uint32_t c)
{
	return (c >= 0x80 && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
	    (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void escape_u(struct buf *out, uint32_t c)
{
	static const char digit[] = "0123456789abcdef";
	char text[6] = {
	    '\\', 'u', digit[c >> 12 & 15], digit[c >> 8 & 15], digit[c >> 4 & 15], digit[c & 15]};

	buf_add(out, text, sizeof(text));
}

/* How many bytes from the front of s go out as they are. Sequences that could be `hidden` start
 * with C2, D8 or E2; all others pass once the whole text is known to be UTF-8. */
static size_t plain_run(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 ? escapes[c] != 0 : c == 0xC2 || c == 0xD8 || c == 0xE2)
			break;
		i++;
	}
	return i;
}

static void escape_ascii(struct buf *out, unsigned char c)
{
	if (escapes[c] == 'u')
		escape_u(out, c);
	else
		buf_add(out, (char[]){'\\', escapes[c]}, 2);
}

/* The body of a string that is UTF-8. */
static void write_valid(struct buf *out, struct str s)
{
	while (s.n > 0) {
		size_t plain = plain_run(s);
		struct str before;
		uint32_t c;

		buf_add(out, s.p, plain);
		s.p += plain;
		s.n -= plain;
		if (s.n == 0)
			break;
		before = s;
		c = utf8_next(&s);
		if (c < 0x80)
			escape_ascii(out, (unsigned char)c);
		else if (hidden(c))
			escape_u(out, c);
		else
			buf_add(out, before.p, (size_t)(s.p - before.p));
	}
}

/* High bits where a byte of w is below n, n <= 0x80; where one is, those above it may be marked, too. */
static inline uint64_t below(uint64_t w, unsigned char n)
{
	return (w - EACH(n)) & ~w & EACH(0x80);
}

/* High bits where one of eight bytes is a quote, a backslash or a control; those above it may be marked, too. */
static inline uint64_t special(uint64_t w)
{
	return below(w, 0x20) | below(w ^ EACH('"'), 1) | below(w ^ EACH('\\'), 1);
}

size_t json_plain(struct str s)
{
	size_t i = 0;

	while (s.n - i >= 8 && !special(eight(s.p + i)))
		i += 8;
	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

/* Eight bytes, all of them ASCII that needs no escape? May say no of some that are. */
static inline bool eight_plain(const char *p)
{
	uint64_t w = eight(p);

	return !((w & EACH(0x80)) | special(w) | below(w ^ EACH(0x7F), 1));
}

/* A character of three bytes that goes out as it is: Chinese and its punctuation. */
static inline bool chinese(const unsigned char *p)
{
	return p[0] >= 0xE3 && p[0] <= 0xEF && p[0] != 0xED && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80;
}

/* How many bytes from the front are plain ASCII or Chinese and its punctuation, which is nearly all
 * that is ever written: one look at each, and no other to follow. */
static inline size_t common_run(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, from;

	do {
		from = i;
		while (s.n - i >= 3 && chinese(p + i))
			i += 3;
		while (s.n - i >= 8 && eight_plain(s.p + i))
			i += 8;
		while (i < s.n && p[i] < 0x80 && !escapes[p[i]])
			i++;
	} while (i < s.n && i > from);
	return i;
}

/* What is not common, without the quote in front. */
static void write_rest(struct buf *out, struct str s)
{
	size_t bad;

	while (!utf8_valid(s, &bad)) {
		write_valid(out, (struct str){s.p, bad});
		buf_text(out, "\xEF\xBF\xBD");
		s.p += bad + 1;
		s.n -= bad + 1;
	}
	write_valid(out, s);
	buf_char(out, '"');
}

static inline char *append(char *p, struct str s)
{
	return s.n ? mempcpy(p, s.p, s.n) : p; /* an empty one may have no bytes to point to */
}

/* Writes a comma if one is due, and the key, which needs no escape. Returns the place of the value, with room for so many
 * bytes; the caller adds the value's length. */
static inline char *before_value(struct json *j, struct str key, size_t room)
{
	char *p;

	buf_reserve(j->out, key.n + 4 + room);
	p = j->out->p + j->out->n;
	if (j->comma)
		*p++ = ',';
	j->comma = true;
	if (key.n) {
		*p++ = '"';
		p = append(p, key);
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

/* What was written ends there. */
static inline void wrote_to(struct json *j, const char *end)
{
	j->out->n = (size_t)(end - j->out->p);
}

static void open_with(struct json *j, const char *key, char c)
{
	char *p = before_value(j, str_of(key), 1);

	*p++ = c;
	wrote_to(j, p);
	j->comma = false;
}

static void close_with(struct json *j, char c)
{
	buf_char(j->out, c);
	j->comma = true;
}

void json_begin(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void json_end(struct json *j)
{
	close_with(j, '}');
}

void json_list(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void json_close(struct json *j)
{
	close_with(j, ']');
}

void json_put_str(struct json *j, struct str key, struct str s)
{
	size_t common = common_run(s);
	char *p = before_value(j, key, s.n + 2);

	*p++ = '"';
	p = append(p, (struct str){s.p, common});
	if (common == s.n)
		*p++ = '"';
	wrote_to(j, p);
	if (common < s.n)
		write_rest(j->out, (struct str){s.p + common, s.n - common});
}

void json_int(struct json *j, const char *key, int64_t v)
{
	wrote_to(j, before_value(j, str_of(key), 0));
	buf_int(j->out, v);
}

void json_none(struct json *j, const char *key)
{
	json_put_raw(j, str_of(key), STR("null"));
}

void json_put_time(struct json *j, struct str key, int64_t at_ms)
{
	char *p = before_value(j, key, TIME_TEXT_MAX + 2);

	*p++ = '"';
	p += time_put(at_ms, p);
	*p++ = '"';
	wrote_to(j, p);
}

/* Without trailing zeros: 117.4196, 25, -0.5. */
void json_micro(struct json *j, const char *key, int64_t micro)
{
	uint64_t size = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro;
	unsigned fraction = (unsigned)(size % 1000000);
	int digits = 6;

	wrote_to(j, before_value(j, str_of(key), 0));
	buf_printf(j->out, "%s%" PRIu64, micro < 0 ? "-" : "", size / 1000000);
	if (fraction == 0)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	buf_printf(j->out, ".%0*u", digits, fraction);
}

void json_put_raw(struct json *j, struct str key, struct str raw)
{
	char *p = before_value(j, key, raw.n);

	wrote_to(j, append(p, raw));
}

void json_raw(struct json *j, const char *key, struct str raw)
{
	json_put_raw(j, str_of(key), raw);
}

void json_members(struct json *j, struct str object)
{
	if (object.n <= 2)
		return;
	json_put_raw(j, STR(""), (struct str){object.p + 1, object.n - 2});
}
