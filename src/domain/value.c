/*
 * value.c - one value of a parameter: from its text, checked by its field's type, mended where the
 * command mends.
 *
 * Place: domain, beside command.c's tables. The setters know what is right; mending stands around them
 * and brings a text into a form that they take. Nothing here knows the mechanism: what a code means
 * is resolve.c's.
 */
#include "base/arena.h"
#include "base/mend.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/contact_change.h"
#include "domain/datum.h"
#include "domain/warning.h"
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>

#define MILLION INT64_C(1000000)

/* -- by type -------------------------------------------------------------------------------- */

static bool mends(const struct command *c)
{
	return command_mends(c->kind);
}

static bool bad_field(struct refusal *why, struct arena *a, enum field f, const char *zh, const char *en)
{
	const char *name = field_full_name(a, f);
	return refuse_as(why, ERROR_PARAMS, name, arena_printf(a, "参数 %s %s", name, zh),
	    arena_printf(a, "parameter %s: %s", name, en));
}

/* Control characters other than newline and tab, C1, and the bidi controls that can make a name
 * read as another. */
static bool plain_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];
		if (byte < 0x20 ? byte != '\n' && byte != '\t' : byte == 0x7f)
			return false;
		if (byte != 0xc2 && byte != 0xe2) /* none of the others begins one of them */
			continue;
		struct str rest = {s.p + i, s.n - i};
		uint32_t c = utf8_next(&rest);
		if (c < 0xa0 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			return false;
	}
	return true;
}

/* A text that is too long is kept as far as it fits, or whole until it is carried out. */
static struct str fitting(struct command *c, struct arena *a, enum field f, struct str s)
{
	const struct field_kind *k = &field_kinds[f];
	bool cut = k->too_long == LONG_CUT;
	if (!mends(c) || k->too_long == LONG_REFUSED || utf8_count(s) <= (size_t)k->max)
		return s;
	command_warn(c, a, cut ? WARNING_TEXT_CUT : WARNING_TEXT_SPLIT, f, arena_printf(a, "%d", (int)k->max),
	    NULL);
	return cut ? utf8_head(s, (size_t)k->max) : s;
}

static bool set_text(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	bool whole = mends(c) && k->too_long == LONG_SPLIT;
	size_t at, n;
	if (!utf8_valid(s, &at))
		return bad_field(why, a, f, "不是 UTF-8 文本", "not UTF-8");
	s = fitting(c, a, f, s);
	n = utf8_count(s);
	if (n < (size_t)k->min || (n > (size_t)k->max && !whole))
		return bad_field(why, a, f,
		    arena_printf(a, "应为 %d 至 %d 个字符,现有 %zu 个", (int)k->min, (int)k->max, n),
		    arena_printf(a, "expected %d to %d characters, got %zu", (int)k->min, (int)k->max, n));
	if (!plain_text(s))
		return bad_field(why, a, f, "含有控制字符", "contains control characters");
	command_set_text(c, f, arena_str(a, s));
	return true;
}

static bool code_chars(struct str s, bool number)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool alnum = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
		if (!alnum && ch != '-' && (number || (ch != '_' && ch != '.' && ch != '*')))
			return false;
	}
	return true;
}

static bool set_code(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	bool number = k->type == TYPE_NUMBER;
	if (mends(c) && k->named && s.n > 0 && utf8_count(s) <= (size_t)k->max) {
		command_set_text(c, f, arena_str(a, s)); /* a name, perhaps: the mechanism will know */
		return true;
	}
	if (s.n < (size_t)k->min || s.n > (size_t)k->max || !code_chars(s, number)) {
		const char *least = k->min < k->max ? arena_printf(a, "%d 至 ", (int)k->min) : "";
		const char *least_en = k->min < k->max ? arena_printf(a, "%d to ", (int)k->min) : "";

		return bad_field(why, a, f,
		    arena_printf(a, "应为 %s%d 个字母、数字或 -%s", least, (int)k->max, number ? "" : " _ ."),
		    arena_printf(a, "expected %s%d of A-Z a-z 0-9 -%s", least_en, (int)k->max,
			number ? "" : " _ ."));
	}
	command_set_text(c, f, arena_str(a, s));
	return true;
}

/* One item of a list: a code, or what may be a name of it. */
static bool is_item(const struct command *c, enum field f, struct str one)
{
	bool named = mends(c) && field_kinds[f].named && one.n > 0 && utf8_count(one) <= DISPATCH_ID_MAX;

	return named || (one.n >= 1 && one.n <= DISPATCH_ID_MAX && code_chars(one, false));
}

#define ITEMS_TOLD 5 /* that are none; more of them are left out, too, but not told */

/* Of a list that may be left out: the items that are good, as many as it may have, each once. The others are told. */
static const char *good_items(struct command *c, struct arena *a, enum field f, const char *list)
{
	const struct field_kind *k = &field_kinds[f];
	const char *good = NULL;
	int64_t n = 0, bad = 0;
	struct str one;

	while ((one = list_next(&list)).n) {
		const char *item = arena_str(a, one);

		if (list_has(good, item))
			continue;
		if (!is_item(c, f, one)) {
			if (bad++ < ITEMS_TOLD)
				command_warn(c, a, WARNING_IGNORED, f, item, NULL);
			continue;
		}
		if (n++ == k->max) {
			command_warn(c, a, WARNING_LIST_CUT, f, arena_printf(a, "%d", (int)k->max), NULL);
			break;
		}
		good = good ? arena_printf(a, "%s,%s", good, item) : item;
	}
	return good;
}

static bool set_codes(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	const char *list = arena_str(a, s);
	int64_t n = 0;
	if (field_in(command_kinds[c->kind].spare, f) && (list = good_items(c, a, f, list)))
		s = str_of(list);
	for (size_t i = 0; i < s.n; n++) {
		size_t end = i;
		while (end < s.n && s.p[end] != ',')
			end++;
		if (!is_item(c, f, (struct str){s.p + i, end - i}))
			return bad_field(why, a, f, "其中有一项不是代码", "one of them is not a code");
		i = end + 1;
	}
	if (n < k->min || n > k->max)
		return bad_field(why, a, f, arena_printf(a, "应为 %d 至 %d 项", (int)k->min, (int)k->max),
		    arena_printf(a, "expected %d to %d of them", (int)k->min, (int)k->max));
	command_set_text(c, f, arena_str(a, s));
	return true;
}

#define YEAR_2000_MS INT64_C(946684800000)

static bool set_time(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	int64_t ms;
	if (!time_parse(s, &ms) && !(mends(c) && time_guess(s, &ms)))
		return bad_field(why, a, f, "应为 RFC 3339 时间,如 2026-03-02T08:00:00+08:00",
		    "expected an RFC 3339 time such as 2026-03-02T08:00:00+08:00");
	if (ms < YEAR_2000_MS - CITY_OFFSET_MS)
		return bad_field(why, a, f, "早于 2000 年", "lies before the year 2000");
	command_set_int(c, f, ms);
	return true;
}

static bool set_duration(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	int64_t ms;
	if (!duration_parse(s, &ms) || ms <= 0)
		return bad_field(why, a, f, "应为时长,如 30s、5m、2h、1d",
		    "expected a duration such as 30s, 5m, 2h, 1d");
	command_set_int(c, f, ms);
	return true;
}

static bool set_bool(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	bool yes = str_is(s, "true") || str_is(s, "1");
	if (!yes && !str_is(s, "false") && !str_is(s, "0"))
		return bad_field(why, a, f, "应为 true 或 false", "expected true or false");
	command_set_int(c, f, yes);
	return true;
}

static bool in_range(struct command *c, struct arena *a, enum field f, int64_t n, int64_t unit,
    struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	/* degrees that may be left out are looked at in pairs: a latitude of 117 is a longitude */
	bool paired = k->type == TYPE_DEGREES && (field_in(command_kinds[c->kind].spare, f));
	if (n < (paired ? -180 * MILLION : k->min) || n > (paired ? 180 * MILLION : k->max))
		return bad_field(why, a, f,
		    arena_printf(a, "应在 %lld 至 %lld 之间", (long long)(k->min / unit),
			(long long)(k->max / unit)),
		    arena_printf(a, "expected %lld to %lld", (long long)(k->min / unit),
			(long long)(k->max / unit)));
	command_set_int(c, f, n);
	return true;
}

static bool set_int(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	uint64_t n;
	if (!str_uint(s, &n) || n > INT64_MAX)
		return bad_field(why, a, f, "应为非负整数", "expected a whole number, not negative");
	return in_range(c, a, f, (int64_t)n, 1, why);
}

static bool set_degrees(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	char text[40], *end = text;
	double d = 0;
	if (s.n > 0 && s.n < sizeof text) {
		memcpy(text, s.p, s.n);
		text[s.n] = '\0';
		d = strtod(text, &end);
	}
	if (end == text || *end || !(d >= -1000 && d <= 1000))
		return bad_field(why, a, f, "应为度数,如 117.42", "expected degrees such as 117.42");
	return in_range(c, a, f, (int64_t)(d * 1e6 + (d < 0 ? -0.5 : 0.5)), MILLION, why);
}

/* Does it mean names[i]: in other case, without its dashes or its letter, or by its Chinese word? */
static bool means_name(const struct field_kind *k, int i, struct str s)
{
	const char *name = k->names[i];
	if (k->also && str_is(s, k->also[i]))
		return true;
	if (s.n > 0 && isdigit((unsigned char)s.p[0]) && isalpha((unsigned char)*name))
		name++;
	for (size_t at = 0; at < s.n; at++) {
		if (s.p[at] == '-' || s.p[at] == '_')
			continue;
		while (*name == '-')
			name++;
		if (tolower((unsigned char)s.p[at]) != tolower((unsigned char)*name) || !*name)
			return false;
		name++;
	}
	return !*name;
}

static bool set_name(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	struct buf choices = {0};
	for (int i = 0; i < k->n_names; i++) {
		if (str_is(s, k->names[i]) || (mends(c) && means_name(k, i, s))) {
			buf_free(&choices);
			command_set_text(c, f, k->names[i]);
			c->v[f].number = i;
			return true;
		}
		buf_printf(&choices, "%s%s", i ? " " : "", k->names[i]);
	}
	buf_char(&choices, '\0');
	bad_field(why, a, f, arena_printf(a, "应为以下之一:%s", choices.p),
	    arena_printf(a, "expected one of: %s", choices.p));
	buf_free(&choices);
	return false;
}

/* What the files are, and whether there may be one of that name, is the loader's to say. */
static bool set_files(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	if (s.n < (size_t)k->min || s.n > (size_t)k->max)
		return bad_field(why, a, f,
		    arena_printf(a, "共 %zu 字节,最多 %lld 字节:只写改过的文件,或在本机用 liandongctl reload",
			s.n, (long long)k->max),
		    arena_printf(a,
			"%zu bytes, at most %lld: give only the files that have changed, or use liandongctl "
			"reload on the machine",
			s.n, (long long)k->max));
	command_set_text(c, f, arena_str(a, s));
	return true;
}

/* What the bytes are is looked at where they are kept; here no more than how many there can be. */
static bool set_bytes(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	const struct field_kind *k = &field_kinds[f];
	size_t most = ((size_t)k->max + 2) / 3 * 4;
	if (s.n == 0 || s.n > most)
		return bad_field(why, a, f,
		    arena_printf(a, "应为 base64,最多 %lld 字节的内容,现有约 %zu 字节", (long long)k->max,
			s.n / 4 * 3),
		    arena_printf(a, "expected base64 of at most %lld bytes, got some %zu", (long long)k->max,
			s.n / 4 * 3));
	command_set_text(c, f, arena_str(a, s));
	return true;
}

/* Whether a phone can be dialled is looked at where it is written into units.yaml. */
static bool set_contacts(struct command *c, struct arena *a, enum field f, struct str s, struct refusal *why)
{
	size_t most = (size_t)field_kinds[f].max;
	for (int i = 0; i < UNIT_CONTACTS; i++)
		for (int k = 0; k < CONTACT_MEMBERS; k++) {
			const char *text = contact_change(a, s, i, (enum contact_member)k);
			const char *name =
			    arena_printf(a, "%s.%s", unit_contacts[i].key, contact_member_names[k]);
			size_t n = text ? utf8_count(str_of(text)) : 1;
			if (n < 1 || n > most)
				return bad_field(why, a, f,
				    arena_printf(a, "的 %s 应为 1 至 %zu 个字符,现有 %zu 个", name, most, n),
				    arena_printf(a, "%s: expected 1 to %zu characters, got %zu", name, most,
					n));
			if (text && (!plain_text(str_of(text)) || strpbrk(text, "\n\t")))
				return bad_field(why, a, f, arena_printf(a, "的 %s 含有控制字符", name),
				    arena_printf(a, "%s contains control characters", name));
		}
	command_set_text(c, f, arena_str(a, s));
	return true;
}

typedef bool setter(struct command *, struct arena *, enum field, struct str, struct refusal *);
static setter *const setters[] = {
    [TYPE_TEXT] = set_text,
    [TYPE_NUMBER] = set_code,
    [TYPE_CODE] = set_code,
    [TYPE_CODES] = set_codes,
    [TYPE_TIME] = set_time,
    [TYPE_DURATION] = set_duration,
    [TYPE_BOOL] = set_bool,
    [TYPE_INT] = set_int,
    [TYPE_DEGREES] = set_degrees,
    [TYPE_NAME] = set_name,
    [TYPE_FILES] = set_files,
    [TYPE_BYTES] = set_bytes,
    [TYPE_CONTACTS] = set_contacts,
};

/* -- mending -------------------------------------------------------------------------------- */

/* Units in a text, apart by any of what people put between words: "水务、电力". */
static unsigned mend_list(struct str s, struct buf *out)
{
	static const char *const between[] = {",", "\xEF\xBC\x8C", "\xE3\x80\x81", ";", "\xEF\xBC\x9B"};
	unsigned found = 0;
	for (size_t from = 0, i = 0; i <= s.n; i++) {
		size_t n = i == s.n;
		for (size_t k = 0; i < s.n && k < sizeof between / sizeof *between && n == 0; k++)
			if (str_starts((struct str){s.p + i, s.n - i}, str_of(between[k])))
				n = strlen(between[k]);
		if (n == 0)
			continue;
		size_t before = out->n;
		buf_text(out, before ? "," : "");
		found |= mend_code((struct str){s.p + from, i - from}, out);
		if (out->n == before + (before ? 1 : 0))
			out->n = before; /* nothing stood there */
		from = i + n;
		i = from - 1;
	}
	return found;
}

/* Ids of units are of small letters. */
static void lower(struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->p[i] = (char)(b->p[i] >= 'A' && b->p[i] <= 'Z' ? b->p[i] + 32 : b->p[i]);
}

static unsigned mend(enum field f, struct str s, struct buf *out)
{
	const struct field_kind *k = &field_kinds[f];
	if (k->type == TYPE_TEXT)
		return k->phone ? mend_phone(s, out) : mend_text(s, out);
	if (k->type == TYPE_TIME)
		return mend_phone(s, out); /* a blank inside parts the day from the hour */
	unsigned found = k->type == TYPE_CODES ? mend_list(s, out) : mend_code(s, out);
	if (f == FIELD_UNIT || f == FIELD_UNITS)
		lower(out);
	return found;
}

/* Of a text of words: may it begin a character that is mended? Marks, what is not seen and U+FFFD begin with C2, E2 and EF;
 * but with EF BC, full-width punctuation, none of them does, and each sentence has some. */
static bool may_be_mended(struct str rest)
{
	unsigned char c = (unsigned char)*rest.p;
	return c == 0xC2 || c == 0xE2 || (c == 0xEF && !str_starts(rest, STR("\xEF\xBC")));
}

/* Is there surely nothing to mend? Nearly all that ever comes is plain ASCII, or Chinese. */
static bool is_plain(enum field f, struct str s)
{
	const struct field_kind *k = &field_kinds[f];
	bool words = k->type == TYPE_TEXT && !k->phone, unit = f == FIELD_UNIT || f == FIELD_UNITS,
	     said = false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 ? !words || may_be_mended((struct str){s.p + i, s.n - i})
			      : c == 0x7F || c < 0x20)
			return false;
		if (!words && (c == ' ' || c == ';' || (unit && c >= 'A' && c <= 'Z')))
			return false;
		said = said || c > ' ';
	}
	return said;
}

static bool says_nothing(enum field f, struct str s)
{
	const struct field_kind *k = &field_kinds[f];
	if (k->type != TYPE_TEXT)
		return s.n == 0;
	for (size_t i = 0; i < s.n; i++)
		if (!isspace((unsigned char)s.p[i]))
			return false;
	return k->min > 0;
}

/* The value as it would be written. */
static const char *written(const struct command *c, struct arena *a, enum field f)
{
	char time[TIME_TEXT_MAX];
	switch (field_kinds[f].type) {
	case TYPE_TIME:
		return arena_text(a, time_rfc3339(command_int(c, f), time));
	case TYPE_BOOL:
		return command_int(c, f) ? "true" : "false";
	case TYPE_INT:
		return arena_printf(a, "%lld", (long long)command_int(c, f));
	default:
		return command_text(c, f);
	}
}

static void tell_text(struct command *c, struct arena *a, enum field f, unsigned found)
{
	static const struct {
		unsigned bit;
		enum warning_code code;
	} told[] = {{MENDED_LINE_ENDS, WARNING_LINE_ENDS}, {MENDED_DAMAGED, WARNING_DAMAGED},
	    {MENDED_REMOVED, WARNING_REMOVED}, {MENDED_FORM, WARNING_FORM}};
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (found & told[i].bit)
			command_warn(c, a, told[i].code, f, NULL, NULL);
}

/* Says what was done, where something was. */
static void tell(struct command *c, struct arena *a, enum field f, struct str given, unsigned found)
{
	const struct field_kind *k = &field_kinds[f];
	int64_t ms;
	if (k->type == TYPE_TEXT || k->type == TYPE_DEGREES) {
		tell_text(c, a, f, found);
		return;
	}
	bool good = k->type == TYPE_TIME ? time_parse(given, &ms) : str_is(given, written(c, a, f));
	if (!good)
		command_warn(c, a, k->type == TYPE_TIME ? WARNING_TIME_MENDED : WARNING_MENDED, f,
		    arena_str(a, given), written(c, a, f));
}

bool command_leave_out(struct command *c, struct arena *a, enum field f, const char *given,
    struct refusal *why)
{
	if (!(field_in(command_kinds[c->kind].spare, f)))
		return false;
	*why = (struct refusal){.code = OK};
	if (f == FIELD_CONFIDENTIAL || f == FIELD_SECRET_REPORTER) {
		command_set_int(c, f, true); /* in doubt it stays hidden */
		command_warn(c, a, WARNING_MENDED, f, given, "true");
	} else {
		bool personal = field_kinds[f].personal || field_kinds[f].type == TYPE_DEGREES;
		command_warn(c, a, WARNING_IGNORED, f, personal ? NULL : given, NULL);
	}
	return true;
}

bool command_parse_field(struct command *c, struct arena *a, enum field f, struct str given,
    struct refusal *why)
{
	assert(f < FIELDS && "a field of the table");
	setter *set = setters[field_kinds[f].type];
	struct buf b = {0};
	unsigned found = 0;
	struct str text = given;
	if (mends(c) && f != FIELD_KEY && !is_plain(f, given)) {
		found = mend(f, given, &b);
		text = buf_into(&b, a);
		if (says_nothing(f, text))
			return true;
	}
	if (!set(c, a, f, text, why))
		return command_leave_out(c, a, f, utf8_valid(given, NULL) ? arena_str(a, given) : NULL, why);
	if (mends(c) && f != FIELD_KEY)
		tell(c, a, f, given, found);
	return true;
}

/* -- the whole ------------------------------------------------------------------------------ */

static bool told_of(const struct command *c, enum field f)
{
	for (int i = 0; c->warnings && i < c->warnings->n; i++)
		if (c->warnings->v[i].field == f)
			return true;
	return false;
}

/* A place is both numbers or none; exchanged ones are put right, and so are those that are in China only the other way round. What
 * lies outside of it is kept and told. What lies off the earth or in a system that is not known is left out,
 * and so is 0/0, which a program sends that knows no place. False: refused. */
static bool settle_place(struct command *c, struct arena *a, enum field lon, enum field lat, enum field datum,
    struct refusal *why)
{
	bool both = command_has(c, lon) && command_has(c, lat);
	int64_t x = command_int(c, lon), y = command_int(c, lat);
	bool spare = field_in(command_kinds[c->kind].spare, lon);
	if (!command_has(c, lon) && !command_has(c, lat))
		return true;
	if (!both && !spare)
		return refuse(why, a, ERROR_PARAMS, "location", "location 须同时有 lon 和 lat",
		    "location needs both lon and lat");
	bool swapped = (y > 90 * MILLION || y < -90 * MILLION) && x >= -90 * MILLION && x <= 90 * MILLION;
	if (both && (swapped || (!datum_in_china(x, y) && datum_in_china(y, x)))) {
		command_set_int(c, lon, y);
		command_set_int(c, lat, x);
		command_warn(c, a, WARNING_LOCATION_SWAPPED, FIELDS, NULL, NULL);
		return true;
	}
	bool off = y > 90 * MILLION || y < -90 * MILLION || (x == 0 && y == 0);
	bool unknown = datum != FIELDS && !command_has(c, datum) && told_of(c, datum);
	if (both && !off && !unknown) {
		if (!datum_in_china(x, y))
			command_warn(c, a, WARNING_FAR, lon, NULL, NULL);
		return true;
	}
	command_drop(c, lon);
	command_drop(c, lat);
	command_warn(c, a, WARNING_IGNORED, lon, NULL, NULL);
	return true;
}

static bool fields_fit(const struct command *c, struct arena *a, struct refusal *why)
{
	const struct command_kind *k = &command_kinds[c->kind];
	struct field_set missing = fields_but(k->required, c->present);
	struct field_set foreign = fields_but(c->present, command_fields(c->kind));
	EACH_FIELD(f, fields_both(missing, foreign)) {
		const char *name = field_full_name(a, f);
		if (field_in(missing, f))
			return refuse(why, a, ERROR_PARAMS, name, "缺少参数 %s(%s)",
			    "parameter %s is missing", name, field_kinds[f].about);
		return refuse(why, a, ERROR_PARAMS, name, "命令 %s 没有参数 %s", "%s takes no parameter %s",
		    k->name, name);
	}
	return true;
}

/* One of several must be there: the one that is no key is asked for. */
static bool either_there(const struct command *c, struct arena *a, struct refusal *why)
{
	struct field_set either = command_kinds[c->kind].either;
	enum field first = field_from(fields_but(either, FIELD_SET(FIELD_KEY)), 0);

	if (!fields_any(either) || command_has_any(c, either))
		return true;
	const char *name = field_full_name(a, first);
	return refuse(why, a, ERROR_PARAMS, name, "缺少参数 %s(%s)", "parameter %s is missing", name,
	    field_kinds[first].about);
}

/* What a report should say and does not; what could not be read was said already. */
static void tell_missing(struct command *c, struct arena *a)
{
	struct field_set missing = fields_but(command_kinds[c->kind].expected, c->present);
	EACH_FIELD(f, missing)
		if (!told_of(c, f))
			command_warn(c, a, WARNING_MISSING, f, NULL, NULL);
}

bool command_complete(struct command *c, struct arena *a, struct refusal *why)
{
	if (!fields_fit(c, a, why) || !either_there(c, a, why) ||
	    !settle_place(c, a, FIELD_LON, FIELD_LAT, FIELD_DATUM, why) ||
	    !settle_place(c, a, FIELD_STEP_LON, FIELD_STEP_LAT, FIELDS, why))
		return false;
	if (command_has(c, FIELD_PHONE) && !command_has(c, FIELD_PERSON))
		return refuse(why, a, ERROR_PARAMS, "on_behalf.person", "缺少参数 on_behalf.person",
		    "parameter on_behalf.person is missing");
	tell_missing(c, a);
	return true;
}
