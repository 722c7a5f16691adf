/* fit.c - see fit.h. */
#include "desk/fit.h"
#include "base/arena.h"
#include "base/say.h"
#include "base/time.h"
#include "base/utf8.h"

/* Takes no column of its own, turns what follows, or belongs to the terminal. */
static bool unseen(uint32_t c, struct str whole)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x115F || c == 0x1160 ||
	    c == 0x3164 || c == 0xFFA0 || (c >= 0x2028 && c <= 0x2029) || (c >= 0x206A && c <= 0x206F) ||
	    (c >= 0xE000 && c <= 0xF8FF) || c >= 0xE0000 || utf8_width(whole) == 0;
}

const char *fit_clean(struct arena *a, const char *text)
{
	struct buf b = {0};
	struct str s = str_of(text);

	while (s.n > 0) {
		const char *from = s.p;
		uint32_t c = utf8_next(&s);
		struct str whole = {from, (size_t)(s.p - from)};

		if (c == '\n' || c == '\t' || c == '\r')
			buf_char(&b, ' ');
		else if (c == 0xFFFD)
			buf_text(&b, "\xEF\xBF\xBD");
		else if (unseen(c, whole))
			buf_printf(&b, "<U+%04X>", (unsigned)c);
		else
			buf_str(&b, whole);
	}
	return buf_into(&b, a).p;
}

size_t fit_bytes(const char *text, size_t columns)
{
	struct str s = str_of(text);
	size_t used = 0;

	while (s.n > 0) {
		struct str before = s;

		utf8_next(&s);
		used += utf8_width((struct str){before.p, (size_t)(s.p - before.p)});
		if (used > columns)
			return (size_t)(before.p - text);
	}
	return strlen(text);
}

const char *fit_most(struct arena *a, const char *text, size_t columns)
{
	if (utf8_width(str_of(text)) <= columns)
		return text;
	return columns ? arena_printf(a, "%.*s…", (int)fit_bytes(text, columns - 1), text) : "";
}

const char *fit_columns(struct arena *a, const char *text, size_t columns)
{
	const char *cut = fit_most(a, text, columns);
	size_t width = utf8_width(str_of(cut));

	return arena_printf(a, "%s%*s", cut, (int)(columns - width), "");
}

const char *fit_left(struct arena *a, int64_t ms)
{
	/* what is over by less than a second is over: the sign says so */
	int64_t s = (ms < 0 ? -ms + SECOND_MS - 1 : ms) / SECOND_MS;
	const char *sign = ms < 0 ? "-" : "";

	if (s >= 100 * 3600)
		return arena_printf(a, say("%s%lld天", "%s%lldd"), sign, (long long)(s / 86400));
	if (s >= 3600)
		return arena_printf(a, "%s%lld:%02lld:%02lld", sign, (long long)(s / 3600),
		    (long long)(s / 60 % 60), (long long)(s % 60));
	return arena_printf(a, "%s%lld:%02lld", sign, (long long)(s / 60), (long long)(s % 60));
}
