/*
 * masked.c - personal data taken out of a description; see masked.h. Place: domain; pure.
 *
 * A person reads what is left before it is kept: what a program cannot know, such as a nickname, is theirs to see.
 */
#include "domain/masked.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "domain/mechanism.h"

#include <string.h>

#define LONG_NUMBER 3 /* digits in a row that are masked */
#define SAME_PLACE 3  /* characters in a row that the address has, too */

static const char *without(struct arena *a, const char *text, const char *part, const char *by)
{
	struct buf b = {0};
	const char *at;

	if (!part || strlen(part) < 4) /* one character of Chinese alone is no name */
		return text;
	while ((at = strstr(text, part))) {
		buf_add(&b, text, (size_t)(at - text));
		buf_text(&b, by);
		text = at + strlen(part);
	}
	buf_text(&b, text);
	return buf_into(&b, a).p;
}

/* Bytes of a digit at s: half or full width, or Chinese. 0: it is none. */
static size_t digit_at(const char *s)
{
	static const char *const chinese[] = {"〇", "零", "一", "二", "三", "四", "五", "六", "七", "八",
	    "九", "幺", "０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};

	if (*s >= '0' && *s <= '9')
		return 1;
	for (size_t i = 0; i < sizeof chinese / sizeof *chinese; i++)
		if (strncmp(s, chinese[i], strlen(chinese[i])) == 0)
			return strlen(chinese[i]);
	return 0;
}

static const char *without_numbers(struct arena *a, const char *text)
{
	struct buf b = {0};

	while (*text) {
		const char *end = text;
		size_t n = 0, bytes;

		while ((bytes = digit_at(end)) > 0) {
			end += bytes;
			n++;
		}
		if (n >= LONG_NUMBER)
			buf_text(&b, "某号");
		else if (n > 0)
			buf_add(&b, text, (size_t)(end - text));
		else
			buf_char(&b, *end++);
		text = end;
	}
	return buf_into(&b, a).p;
}

/* 我叫林小明: what follows is a name of two or three characters. */
static const char *without_introductions(struct arena *a, const char *text)
{
	static const char *const before[] = {"我叫", "我是叫", "姓名", "名叫"};

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		const char *at = strstr(text, before[i]);
		if (at && strlen(at) >= strlen(before[i]) + 6)
			text = arena_printf(a, "%.*s某人%s", (int)(at - text) + (int)strlen(before[i]), text,
			    at + strlen(before[i]) + (strlen(at) >= strlen(before[i]) + 9 ? 9 : 6));
	}
	return text;
}

/* May the character that ends there be a surname? */
static bool may_be_surname(const char *text, const char *end)
{
	static const char none[] = "位个名的是有老小两某这那";
	struct str one = {end - 3, 3};

	if (end - text < 3)
		return false;
	for (const char *no = none; *no; no += 3)
		if (strncmp(no, one.p, 3) == 0)
			return false;
	uint32_t c = utf8_next(&one);
	return one.n == 0 && c >= 0x4E00 && c <= 0x9FFF;
}

/* 刘先生 is 某先生. */
static const char *without_surnames(struct arena *a, const char *text)
{
	static const char *const titles[] = {"先生", "女士", "小姐"};

	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		for (const char *at = strstr(text, titles[i]); at; at = strstr(at, titles[i])) {
			size_t before = (size_t)(at - text);
			if (may_be_surname(text, at))
				text = arena_printf(a, "%.*s某%s", (int)before - 3, text, at);
			at = text + before + strlen(titles[i]);
		}
	return text;
}

/* Bytes of what both begin with, whole characters; *n: how many they are. */
static size_t same_beginning(struct str x, struct str y, int *n)
{
	size_t bytes = 0;

	for (*n = 0; x.n > 0 && y.n > 0; ++*n) {
		struct str before = x;
		if (utf8_next(&x) != utf8_next(&y))
			break;
		bytes += before.n - x.n;
	}
	return bytes;
}

/* Bytes of the longest part of the address that the text begins with, 0 where it is too short to be one. */
static size_t place_at(struct str text, struct str address)
{
	size_t longest = 0, bytes;
	int n;

	for (; address.n > 0; utf8_next(&address))
		if ((bytes = same_beginning(text, address, &n)) > longest && n >= SAME_PLACE)
			longest = bytes;
	return longest;
}

static const char *without_places(struct arena *a, const char *text, const char *address)
{
	struct str rest = str_of(text);
	struct buf b = {0};

	while (rest.n > 0) {
		size_t n = place_at(rest, str_of(address));
		struct str before = rest;
		if (n > 0) {
			buf_text(&b, "某地");
			rest = (struct str){rest.p + n, rest.n - n};
			continue;
		}
		utf8_next(&rest);
		buf_add(&b, before.p, before.n - rest.n);
	}
	return buf_into(&b, a).p;
}

const char *masked_description(struct arena *a, const struct mechanism *m, const struct said_by *said)
{
	const char *text = said->description;

	if (!text || !*text)
		return NULL;
	text = without(a, text, said->name, "某人");
	text = without(a, text, said->phone, "某号");
	text = without_places(a, text, said->address ? said->address : "");
	for (int i = 0; i < m->n_areas; i++)
		text = without(a, text, m->areas[i].name, "某地");
	return without_numbers(a, without_surnames(a, without_introductions(a, text)));
}
