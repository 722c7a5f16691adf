/*
 * str.c - borrowed bytes: comparing, decimal numbers, edit distance, hashing. Owns no memory.
 */
#include "base/str.h"
#include "base/utf8.h"

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

bool str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

bool str_holds_one(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memmem(s.p, s.n, words[i], strlen(words[i])))
			return true;
	return false;
}

struct str str_line(struct str s, int line)
{
	const char *end;

	for (; line > 1; line--) {
		end = s.n ? memchr(s.p, '\n', s.n) : NULL;
		if (!end)
			return (struct str){0};
		s = (struct str){end + 1, s.n - (size_t)(end + 1 - s.p)};
	}
	end = s.n ? memchr(s.p, '\n', s.n) : NULL;
	return (struct str){s.p, end ? (size_t)(end + 1 - s.p) : s.n};
}

bool str_uint(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

/* Longer names than this have no near neighbour worth proposing. */
#define DISTANCE_MAX 128

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

struct str list_next(const char **list)
{
	const char *begin = *list;

	while (begin && *begin == ',')
		begin++;
	if (!begin || !*begin)
		return (struct str){"", 0};
	*list = strchrnul(begin, ',');
	return (struct str){begin, (size_t)(*list - begin)};
}

bool list_has(const char *list, const char *word)
{
	struct str one;

	while ((one = list_next(&list)).n)
		if (str_is(one, word))
			return true;
	return false;
}

bool lists_meet(const char *a, const char *b)
{
	struct str one, other;

	while ((one = list_next(&a)).n)
		for (const char *rest = b; (other = list_next(&rest)).n;)
			if (str_eq(one, other))
				return true;
	return false;
}

/* Optimal string alignment over three rows: insert, delete, replace, swap two neighbours. */
unsigned str_distance(struct str a, struct str b, unsigned cap)
{
	unsigned rows[3][DISTANCE_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX)
		return cap;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned replace = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			row[j] = min3(last[j] + 1, row[j - 1] + 1, replace);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b.n] < cap ? last[b.n] : cap;
}

uint64_t str_hash(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

/* Of Chinese texts and spreadsheets, too. */
static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xA0 || c == 0x3000 || c == 0xFEFF;
}

struct str str_trimmed(struct str s)
{
	struct str from = s, whole;

	while (from.n > 0) {
		struct str next = from;
		if (!is_blank(utf8_next(&next)))
			break;
		from = next;
	}
	whole = (struct str){from.p, 0};
	for (struct str at = from; at.n > 0;) {
		bool blank = is_blank(utf8_next(&at));
		if (!blank)
			whole.n = (size_t)(at.p - from.p);
	}
	return whole;
}

/* 、 ; , / and their full-width forms */
static bool parts_items(uint32_t c)
{
	return c == 0x3001 || c == ';' || c == 0xFF1B || c == ',' || c == 0xFF0C || c == '/';
}

struct str str_item(const char **list)
{
	while (*list && **list) {
		struct str rest = str_of(*list), item = {rest.p, 0};

		while (rest.n > 0) {
			if (parts_items(utf8_next(&rest)))
				break;
			item.n = (size_t)(rest.p - item.p);
		}
		*list = rest.p;
		item = str_trimmed(item);
		if (item.n)
			return item;
	}
	return (struct str){0};
}
