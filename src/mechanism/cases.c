/*
 * cases.c - cases.jsonl: texts of callers with the category that each is, one JSON object a line. The model of texts
 * learns from them. The file may be absent.
 *
 * {"text": "…", "category": "601301", "priority": "P2", "also": ["600607"], "writer": "a", "by": "admin1",
 *  "at": "2026-11-02T10:00:00+08:00", "kind": "plain", "number": "…"}: text and category are required, the others are
 * kept for people (who accepted it, and when) and for measuring (also: a second right answer; writer: whose way of
 * putting things it is; number: the incident that it comes from). {"number": "…", "rejected": true} is no case: an
 * administrator has seen that correction and did not take it.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "mechanism/shape.h"

#include <string.h>

#define CASES_MOST 100000
#define ALSO_MOST 8

/* One line that is read. */
struct case_line {
	struct reading *r;
	const char *file;
	int number;
	const char *start, *p, *end;
	const char *incident; /* its number */
	bool rejected, bad;
};

#define WRONG(l, code, ...)                                                                                  \
	do {                                                                                                 \
		if (!(l)->bad)                                                                               \
			problems_add((l)->r->problems, code, (l)->file, (l)->number, column(l),              \
			    __VA_ARGS__);                                                                    \
		(l)->bad = true;                                                                             \
	} while (0)

static int column(const struct case_line *l)
{
	return (int)utf8_count((struct str){l->start, (size_t)(l->p - l->start)}) + 1;
}

/* -- JSON, as far as it is needed ------------------------------------------------------------- */

static bool next_is(struct case_line *l, char c)
{
	while (l->p < l->end && strchr(" \t\r", *l->p))
		l->p++;
	return l->p < l->end && *l->p == c;
}

static bool take(struct case_line *l, char c)
{
	if (!next_is(l, c))
		return false;
	l->p++;
	return true;
}

static void expect(struct case_line *l, char c)
{
	if (!l->bad && !take(l, c))
		WRONG(l, PROBLEM_SYNTAX, "这一行不是一个 JSON 对象:这里应为 %c",
		    "no JSON object: expected %c here", c);
}

static uint32_t hex(struct case_line *l)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++, l->p++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = l->p < l->end && *l->p ? strchr(digits, *l->p) : NULL;

		if (!at) {
			WRONG(l, PROBLEM_SYNTAX, "\\u 后面应为四位十六进制数",
			    "expected four hexadecimal digits after \\u");
			return 0;
		}
		v = v * 16 + (uint32_t)((at - digits) % 16);
	}
	return v;
}

static uint32_t code_point(struct case_line *l)
{
	uint32_t high = hex(l), low = 0;

	if (high < 0xD800 || high > 0xDFFF)
		return high;
	if (l->end - l->p > 6 && l->p[0] == '\\' && l->p[1] == 'u') {
		l->p += 2;
		low = hex(l);
	}
	if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		WRONG(l, PROBLEM_SYNTAX, "\\u 写的代理项不成对", "a surrogate of \\u has no partner");
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static void escaped(struct case_line *l, struct buf *b)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
	char c = *l->p++, utf8[4] = {0};
	const char *at = c ? strchr(from, c) : NULL;

	if (c == 'u') {
		uint32_t code = code_point(l);
		if (!l->bad)
			buf_add(b, utf8, utf8_put(utf8, code ? code : ' '));
	} else if (at) {
		buf_char(b, to[at - from]);
	} else {
		WRONG(l, PROBLEM_SYNTAX, "\\ 后面的字符不认识", "an escape that JSON does not have");
	}
}

/* In the mechanism's arena; NULL where it is none. */
static const char *text_value(struct case_line *l)
{
	struct buf b = {0};

	expect(l, '"');
	while (!l->bad && l->p < l->end && *l->p != '"') {
		if (*l->p != '\\')
			buf_char(&b, *l->p++);
		else if (++l->p < l->end)
			escaped(l, &b);
	}
	expect(l, '"');
	if (l->bad) {
		buf_free(&b);
		return NULL;
	}
	return buf_into(&b, l->r->arena).p;
}

/* -- the members ------------------------------------------------------------------------------ */

static const struct category *category_value(struct case_line *l)
{
	const char *code;
	const struct category *c;

	(void)next_is(l, '"');
	const char *at = l->p;
	code = text_value(l);
	c = code ? category_in_force(mechanism_category(l->r->m, code)) : NULL;
	if (code && !c) {
		l->p = at;
		WRONG(l, PROBLEM_REFERENCE, "没有警情类别 “%s”", "there is no category \"%s\"", code);
	}
	return c;
}

static void also_value(struct case_line *l, struct text_case *c)
{
	const struct category *v[ALSO_MOST];
	int n = 0;

	if (take(l, '[')) {
		while (!l->bad && !next_is(l, ']') && n < ALSO_MOST) {
			v[n++] = category_value(l);
			if (!take(l, ','))
				break;
		}
		expect(l, ']');
	} else {
		v[n++] = category_value(l);
	}
	if (l->bad || n == 0)
		return;
	c->also = arena_new_array(l->r->arena, const struct category *, (size_t)n);
	memcpy(c->also, v, (size_t)n * sizeof *v);
	c->n_also = n;
}

static void priority_value(struct case_line *l, struct text_case *c)
{
	const char *text = text_value(l);
	int i = text ? name_index(priority_names, PRIORITY_COUNT, text) : 0;

	if (text && i < P1)
		WRONG(l, PROBLEM_VALUE, "priority 应为 P1 至 P4,不是 “%s”",
		    "priority is one of P1 to P4, not \"%s\"", text);
	else
		c->priority = (enum priority)i;
}

static void truth(struct case_line *l, bool *out)
{
	(void)next_is(l, 't');
	*out = l->end - l->p >= 4 && memcmp(l->p, "true", 4) == 0;
	if (*out)
		l->p += 4;
	else
		WRONG(l, PROBLEM_VALUE, "这里只能是 true", "this is true or absent");
}

static void member(struct case_line *l, struct text_case *c, const char *key)
{
	const char *text;

	if (strcmp(key, "category") == 0) {
		c->category = category_value(l);
	} else if (strcmp(key, "also") == 0) {
		also_value(l, c);
	} else if (strcmp(key, "priority") == 0) {
		priority_value(l, c);
	} else if (strcmp(key, "rejected") == 0) {
		truth(l, &l->rejected);
	} else {
		text = text_value(l);
		if (strcmp(key, "text") == 0)
			c->text = text;
		else if (strcmp(key, "writer") == 0)
			c->writer = text;
		else if (strcmp(key, "by") == 0)
			c->by = text;
		else if (strcmp(key, "number") == 0)
			l->incident = text;
		else if (strcmp(key, "at") == 0 && text && !time_parse(str_of(text), &c->at))
			WRONG(l, PROBLEM_VALUE, "at 不是一个时刻:%s", "at is no instant: %s", text);
		else if (strcmp(key, "kind") != 0 && strcmp(key, "at") != 0)
			WRONG(l, PROBLEM_KEY_UNKNOWN,
			    "不认识的键 “%s”:可以有 text category priority also writer by at kind number "
			    "rejected",
			    "the key \"%s\" is not known: text category priority also writer by at kind "
			    "number rejected",
			    key);
	}
}

static bool read_case(struct case_line *l, struct text_case *c)
{
	*c = (struct text_case){.line = l->number};
	expect(l, '{');
	while (!l->bad && !next_is(l, '}')) {
		const char *key = text_value(l);

		expect(l, ':');
		if (!l->bad)
			member(l, c, key);
		if (!take(l, ','))
			break;
	}
	expect(l, '}');
	if (!l->bad && (next_is(l, '\0') || l->p < l->end))
		WRONG(l, PROBLEM_SYNTAX, "一行只能有一个 JSON 对象", "one line holds one JSON object");
	if (!l->bad && l->rejected && (!l->incident || c->text))
		WRONG(l, PROBLEM_KEY_MISSING, "rejected 只和 number 一起写",
		    "rejected stands with a number and without a text");
	else if (!l->bad && !l->rejected && (!c->text || !*c->text || !c->category))
		WRONG(l, PROBLEM_KEY_MISSING, "缺少 text 或 category", "text or category is missing");
	return !l->bad;
}

/* -- the file --------------------------------------------------------------------------------- */

static int lines_of(struct str bytes)
{
	int n = 1;

	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] == '\n';
	return n;
}

static bool blank(const char *p, const char *end)
{
	while (p < end && strchr(" \t\r", *p))
		p++;
	return p == end;
}

void cases_read(struct reading *r, const char *file, struct str bytes)
{
	struct mechanism *m = r->m;
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	size_t at;
	int lines = lines_of(bytes);

	if (!utf8_valid(bytes, &at) || memchr(bytes.p, '\0', bytes.n) || lines > CASES_MOST) {
		problems_add(r->problems, lines > CASES_MOST ? PROBLEM_FILE : PROBLEM_ENCODING, file, 0, 0,
		    "应为 UTF-8 的文本,最多 %d 行", "expected UTF-8 text of at most %d lines", CASES_MOST);
		return;
	}
	m->cases = arena_new_array(r->arena, struct text_case, (size_t)lines);
	m->learned_from = arena_new_array(r->arena, const char *, (size_t)lines);
	for (int number = 1; p < end; number++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p)), *to = newline ? newline : end;
		struct case_line l = {.r = r, .file = file, .number = number, .start = p, .p = p, .end = to};

		if (!blank(p, to) && read_case(&l, &m->cases[m->n_cases])) {
			m->n_cases += !l.rejected;
			if (l.incident)
				m->learned_from[m->n_learned_from++] = l.incident;
		}
		p = newline ? newline + 1 : end;
	}
}
