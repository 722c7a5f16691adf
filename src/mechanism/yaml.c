/*
 * yaml.c - bytes to nodes, by libyaml's events.
 *
 * libyaml is kept from what it does badly: it reports no duplicate keys, reads a file that is only
 * a UTF-16 mark as empty, and its time grows with the square of flow nesting. The last is bounded
 * here by leaving at the first event beyond the depth: the scanner looks at most 1,024 characters
 * ahead of the event it hands out, so a megabyte of "[" costs no more than a kilobyte.
 */
#include "mechanism/yaml.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* -- the bytes, before libyaml ---------------------------------------------------------------- */

struct place {
	int line, column;
};

/* Columns count characters, as editors do. */
static struct place place_of(struct str s, size_t at)
{
	struct place place = {1, 1};

	for (size_t i = 0; i < at && i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n')
			place = (struct place){place.line + 1, 1};
		else if ((c & 0xC0) != 0x80)
			place.column++;
	}
	return place;
}

/* Does every byte pair above ASCII look like GBK, from this offset to the end of its line? */
static bool personal_gbk(struct str s, size_t at)
{
	size_t pairs = 0;

	while (at > 0 && s.p[at - 1] != '\n')
		at--;
	for (size_t i = at; i < s.n && s.p[i] != '\n'; i++) {
		unsigned char lead = (unsigned char)s.p[i];
		if (lead < 0x80)
			continue;
		unsigned char trail = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		if (lead == 0x80 || lead == 0xFF || trail < 0x40 || trail == 0x7F || trail == 0xFF)
			return false;
		pairs++;
		i++;
	}
	return pairs > 0;
}

static bool bad_encoding(const char *file, struct str s, struct problems *p)
{
	size_t at;

	if (s.n >= 2 && (memcmp(s.p, "\xFF\xFE", 2) == 0 || memcmp(s.p, "\xFE\xFF", 2) == 0)) {
		problems_add(p, PROBLEM_ENCODING, file, 1, 1, "文件是 UTF-16 编码,请另存为 UTF-8(无 BOM)",
		    "the file is UTF-16; save it as UTF-8 without a BOM");
		return true;
	}
	if (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0) {
		problems_add(p, PROBLEM_ENCODING, file, 1, 1, "文件开头有 BOM 标记,请另存为 UTF-8(无 BOM)",
		    "the file begins with a BOM; save it as UTF-8 without one");
		return true;
	}
	if (utf8_valid(s, &at))
		return false;
	struct place place = place_of(s, at);
	if (personal_gbk(s, at))
		problems_add(p, PROBLEM_ENCODING, file, place.line, place.column,
		    "不是 UTF-8,像是 GBK 编码的文字,请把文件另存为 UTF-8",
		    "not UTF-8; this looks like GBK, save the file as UTF-8");
	else
		problems_add(p, PROBLEM_ENCODING, file, place.line, place.column,
		    "不是有效的 UTF-8(字节 0x%02X),请把文件另存为 UTF-8",
		    "not valid UTF-8 (byte 0x%02X), save the file as UTF-8", (unsigned char)s.p[at]);
	return true;
}

/* Invisible characters: they make keys and keywords differ that look the same. */
bool yaml_invisible(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7F && c <= 0x9F) ||
	    (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
	    (c >= 0x2060 && c <= 0x2069) || c == 0xAD || c == 0x61C || (c >= 0xE0000 && c <= 0xE007F) ||
	    c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

/* All of them in the file, each at its place. */
static bool bad_characters(const char *file, struct str s, struct problems *p)
{
	struct place at = {1, 1};
	bool indent = true, bad = false;

	while (s.n > 0) {
		uint32_t c = utf8_next(&s);
		if (yaml_invisible(c)) {
			problems_mend(p,
			    problems_add(p, PROBLEM_CHARACTER, file, at.line, at.column,
				"这里有一个看不见的字符 U+%04X,请删除",
				"an invisible character U+%04X, delete it", c),
			    1, "");
			bad = true;
		} else if (indent && c == '\t') {
			problems_add(p, PROBLEM_CHARACTER, file, at.line, at.column,
			    "缩进里有制表符(Tab),请改用空格", "a tab in the indentation, use spaces");
			bad = true;
			indent = false; /* once a line */
		} else if (indent && (c == 0x3000 || c == 0xA0)) {
			problems_add(p, PROBLEM_CHARACTER, file, at.line, at.column,
			    "缩进里有全角空格或不间断空格 U+%04X,请改用半角空格",
			    "a full-width or no-break space U+%04X in the indentation, use plain spaces", c);
			bad = true;
			indent = false;
		}
		at = c == '\n' ? (struct place){at.line + 1, 1} : (struct place){at.line, at.column + 1};
		indent = c == '\n' || (indent && c == ' ');
	}
	return bad;
}

static bool bad_bytes(const char *file, struct str s, size_t most, struct problems *p)
{
	if (s.n > most) {
		problems_add(p, PROBLEM_FILE, file, 0, 0, "文件有 %zu 字节,最多允许 %zu 字节",
		    "the file has %zu bytes, at most %zu are allowed", s.n, most);
		return true;
	}
	return bad_encoding(file, s, p) || bad_characters(file, s, p);
}

/* -- what libyaml finds wrong ----------------------------------------------------------------- */

/* Its words → ours. The first whose text occurs in libyaml's problem. */
static const struct {
	const char *problem, *zh, *en;
} hints[] = {
    {"mapping values are not allowed", "这里不能再出现 “: ”:检查上一行的缩进;文字里有 “: ” 时要加引号",
	"\": \" is not allowed here: check the indentation above, quote a text that contains \": \""},
    {"could not find expected ':'", "这里缺少 “: ”(半角冒号,后面有一个空格)",
	"\": \" is missing here (a colon and a space)"},
    {"found character that cannot start any token", "值不能以这个字符开头,请加引号",
	"a value cannot start with this character, quote it"},
    {"did not find expected key", "这里应当是一个键:检查缩进是否与上面的键对齐",
	"a key is expected here: check that it is aligned with the keys above"},
    {"did not find expected '-' indicator", "这里应当是一个列表项 “- ”:检查缩进",
	"a list item \"- \" is expected here: check the indentation"},
    {"did not find expected ',' or ']'", "方括号 [ ] 没有配对,或少了逗号",
	"brackets [ ] do not match, or a comma is missing"},
    {"did not find expected ',' or '}'", "花括号 { } 没有配对,或少了逗号",
	"braces { } do not match, or a comma is missing"},
    {"found unexpected end of stream", "引号没有配对,文件到这里就结束了",
	"a quote is not closed, the file ends here"},
    {"block sequence entries are not allowed", "这里不能出现列表项 “- ”:列表要另起一行",
	"a list item \"- \" is not allowed here: begin the list on a new line"},
    {"found unknown escape character", "双引号里有不认识的 \\ 转义,请改用单引号",
	"an unknown \\ escape in double quotes, use single quotes"},
    {"did not find expected alphabetic or numeric character", "以 * 或 & 开头的文字要加引号",
	"quote a text that begins with * or &"},
    {"tab character", "这里有制表符(Tab),请改用空格", "a tab, use spaces"},
    {"did not find expected <document start>", "文件应当只有一个映射,这里的内容放错了位置",
	"the file should be one mapping, this does not belong to it"},
    {"directive", "不支持以 % 开头的 YAML 指令,请删除", "YAML directives (%) are not supported, delete it"},
    {"undefined tag handle", "不支持标签(!…),请删除或加引号",
	"tags (!…) are not supported, delete or quote it"},
    {"did not find expected node content", "这里缺少一个值", "a value is missing here"},
};

/* A full-width colon after an ASCII key, between two lines; the usual cause of the errors above. */
static bool fullwidth_colon(struct str s, int from, int to, struct place *found, const char **mend)
{
	struct place at = {1, 1};
	bool word = false;

	while (s.n > 0 && at.line <= to) {
		uint32_t c = utf8_next(&s);
		if (c == 0xFF1A && word && at.line >= from) {
			*found = at;
			*mend = s.n > 0 && strchr(" \r\n", *s.p) ? ":" : ": ";
			return true;
		}
		word = c < 0x80 &&
		    (c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z'));
		at = c == '\n' ? (struct place){at.line + 1, 1} : (struct place){at.line, at.column + 1};
	}
	return false;
}

static void syntax_problem(const yaml_parser_t *y, const char *file, struct str s, struct problems *p)
{
	const char *said = y->problem ? y->problem : "";
	int line = (int)y->problem_mark.line + 1, column = (int)y->problem_mark.column + 1;
	int from = y->context ? (int)y->context_mark.line + 1 : line - 1;
	const char *mend;
	struct place colon;

	if (fullwidth_colon(s, from, line, &colon, &mend)) {
		problems_mend(p,
		    problems_add(p, PROBLEM_PUNCTUATION, file, colon.line, colon.column,
			"键后面是全角冒号 “\xEF\xBC\x9A”,应为半角冒号加空格 “: ”",
			"a full-width colon after a key, use \": \""),
		    1, mend);
		return;
	}
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strstr(said, hints[i].problem)) {
			problems_add(p, PROBLEM_SYNTAX, file, line, column, "%s", "%s",
			    p->english ? hints[i].en : hints[i].zh);
			return;
		}
	problems_add(p, PROBLEM_SYNTAX, file, line, column, "YAML 语法错误:%s", "YAML syntax: %s", said);
}

/* -- nodes from events ------------------------------------------------------------------------ */

struct node_builder {
	yaml_parser_t yaml;
	struct arena *arena;
	struct problems *problems;
	const char *file;
	struct str bytes;
	int depth;
	bool stopped;         /* nothing more can be read from this file */
	size_t line, line_at; /* the last line that was looked for in the bytes, counted from 0 */
};

static bool next_event(struct node_builder *b, yaml_event_t *e)
{
	if (b->stopped)
		return false;
	if (yaml_parser_parse(&b->yaml, e))
		return true;
	syntax_problem(&b->yaml, b->file, b->bytes, b->problems);
	b->stopped = true;
	return false;
}

static struct node *node_new(struct node_builder *b, enum node_kind kind, const yaml_event_t *e)
{
	struct node *node = arena_alloc(b->arena, sizeof(*node));

	node->kind = kind;
	node->file = b->file;
	node->line = (int)e->start_mark.line + 1;
	node->column = (int)e->start_mark.column + 1;
	node->length = e->end_mark.line == e->start_mark.line && e->end_mark.column > e->start_mark.column
	    ? (int)(e->end_mark.column - e->start_mark.column)
	    : 1;
	node->text = "";
	return node;
}

static void refuse(struct node_builder *b, enum problem_code code, struct node *node, const char *zh,
    const char *en)
{
	yaml_problem(b->problems, code, node, "%s", "%s", b->problems->english ? en : zh);
	node->bad = true;
}

static void refuse_decoration(struct node_builder *b, struct node *node, const void *anchor, const void *tag)
{
	if (anchor)
		refuse(b, PROBLEM_UNSUPPORTED, node, "不支持锚点(&…),请把内容写全",
		    "anchors (&…) are not supported, write it out");
	if (tag)
		refuse(b, PROBLEM_UNSUPPORTED, node, "不支持标签(!…),以 ! 开头的文字要加引号",
		    "tags (!…) are not supported; quote a text that begins with !");
	node->bad = false; /* what it decorates is there, and read on */
}

/* The bytes behind a mark. Marks come in order, so the lines are counted on from the last one. */
static struct str behind(struct node_builder *b, yaml_mark_t mark)
{
	struct str rest;

	while (b->line < mark.line) {
		const char *end = memchr(b->bytes.p + b->line_at, '\n', b->bytes.n - b->line_at);
		if (!end)
			return (struct str){0};
		b->line_at = (size_t)(end - b->bytes.p) + 1;
		b->line++;
	}
	rest = (struct str){b->bytes.p + b->line_at, b->bytes.n - b->line_at};
	for (size_t i = 0; i < mark.column && rest.n > 0; i++)
		utf8_next(&rest);
	return rest;
}

/* " #3" behind a text is a comment for YAML, and hardly one for who wrote it: a comment has a blank
 * behind its sign. */
static void check_cut(struct node_builder *b, const yaml_event_t *e)
{
	struct str rest = behind(b, e->end_mark);
	size_t blanks = 0;

	while (blanks < rest.n && rest.p[blanks] == ' ')
		blanks++;
	if (blanks + 1 >= rest.n || rest.p[blanks] != '#' || strchr(" \t\r\n#", rest.p[blanks + 1]))
		return;
	problems_add(b->problems, PROBLEM_COMMENT, b->file, (int)e->end_mark.line + 1,
	    (int)(e->end_mark.column + blanks) + 1,
	    "“ #” 后面的都成了注释,不算内容:要它算内容就给整段文字加引号,确是注释就在 # 后加一个空格",
	    "what follows \" #\" is a comment and no part of the text: quote the text, or put a blank behind "
	    "the # of a comment");
}

static struct node *build_scalar(struct node_builder *b, const yaml_event_t *e)
{
	struct node *node = node_new(b, NODE_SCALAR, e);
	struct str text = {(const char *)e->data.scalar.value, e->data.scalar.length};
	struct str rest = text;

	refuse_decoration(b, node, e->data.scalar.anchor, e->data.scalar.tag);
	while (rest.n > 0 && !node->bad) {
		uint32_t c = utf8_next(&rest);
		if (c == 0 || yaml_invisible(c))
			refuse(b, PROBLEM_CHARACTER, node, "文字里有控制字符或看不见的字符",
			    "the text has control or invisible characters");
	}
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--; /* a block text's last line end is no part of what is meant */
	node->text = arena_str(b->arena, node->bad ? STR("") : text);
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (node->plain)
		check_cut(b, e);
	return node;
}

static struct node *build(struct node_builder *b, yaml_event_t *e);

static struct node *build_next(struct node_builder *b)
{
	yaml_event_t e;

	return next_event(b, &e) ? build(b, &e) : NULL;
}

static void check_key(struct node_builder *b, const struct node *map, struct node *key)
{
	if (key->kind != NODE_SCALAR) {
		if (!key->bad)
			refuse(b, PROBLEM_VALUE, key, "键应当是文字", "a key should be a text");
	} else if (key->plain && strcmp(key->text, "<<") == 0) {
		refuse(b, PROBLEM_UNSUPPORTED, key, "不支持合并键 “<<”,请把内容写全",
		    "merge keys \"<<\" are not supported, write it out");
	}
	for (const struct node *k = map->child; k && !key->bad; k = k->next)
		if (!k->bad && strcmp(k->text, key->text) == 0) {
			problems_related(b->problems,
			    yaml_problem(b->problems, PROBLEM_KEY_TWICE, key, "键 “%s” 重复,第 %d 行已有",
				"key \"%s\" occurs twice, first in line %d", key->text, k->line),
			    yaml_place(k), "先写的在这里", "the first one");
			key->bad = true;
		}
	if (map->n == YAML_KEYS_MAX) {
		refuse(b, PROBLEM_VALUE, key, "这个映射的键太多(最多 1000 个)",
		    "too many keys in this mapping (at most 1000)");
		b->stopped = true;
	}
}

/* Items or pairs up to the end of the collection. */
static void build_children(struct node_builder *b, struct node *node, yaml_event_type_t end)
{
	struct node **tail = &node->child;
	yaml_event_t e;

	while (next_event(b, &e)) {
		if (e.type == end) {
			yaml_event_delete(&e);
			return;
		}
		struct node *item = build(b, &e);
		if (b->stopped)
			return;
		if (node->kind == NODE_MAP) {
			check_key(b, node, item);
			item->value = build_next(b);
		}
		if (b->stopped)
			return;
		*tail = item;
		tail = &item->next;
		node->n++;
	}
}

static struct node *build_collection(struct node_builder *b, const yaml_event_t *e)
{
	bool map = e->type == YAML_MAPPING_START_EVENT;
	struct node *node = node_new(b, map ? NODE_MAP : NODE_LIST, e);

	node->flow = !map && e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	refuse_decoration(b, node, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
	    map ? e->data.mapping_start.tag : e->data.sequence_start.tag);
	if (++b->depth > YAML_DEPTH_MAX) {
		refuse(b, PROBLEM_VALUE, node, "嵌套太深(最多 16 层)", "nested too deep (at most 16 levels)");
		b->stopped = true;
	}
	build_children(b, node, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);
	b->depth--;
	return node;
}

/* Takes the event. */
static struct node *build(struct node_builder *b, yaml_event_t *e)
{
	struct node *node;

	if (e->type == YAML_SCALAR_EVENT) {
		node = build_scalar(b, e);
	} else if (e->type == YAML_ALIAS_EVENT) {
		node = node_new(b, NODE_SCALAR, e);
		refuse(b, PROBLEM_UNSUPPORTED, node, "不支持别名(*…),以 * 开头的文字要加引号",
		    "aliases (*…) are not supported; quote a text that begins with *");
	} else {
		node = build_collection(b, e);
	}
	yaml_event_delete(e);
	return node;
}

/* An empty document is an empty mapping. */
static struct node *as_root(struct node *node)
{
	if (node && node->kind == NODE_SCALAR && node->plain && !node->bad && *node->text == '\0')
		node->kind = NODE_MAP;
	return node;
}

static struct node *empty_root(struct node_builder *b)
{
	struct node *root = arena_alloc(b->arena, sizeof(*root));

	*root =
	    (struct node){.kind = NODE_MAP, .file = b->file, .line = 1, .column = 1, .length = 1, .text = ""};
	return root;
}

static void refuse_directives(struct node_builder *b, const yaml_event_t *e)
{
	if (e->data.document_start.version_directive ||
	    e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end)
		problems_add(b->problems, PROBLEM_UNSUPPORTED, b->file, (int)e->start_mark.line + 1, 1,
		    "不支持以 %% 开头的 YAML 指令,请删除",
		    "YAML directives (%%) are not supported, delete it");
}

static struct node *build_stream(struct node_builder *b)
{
	struct node *root = NULL;
	yaml_event_t e;
	int documents = 0;

	while (next_event(b, &e)) {
		yaml_event_type_t type = e.type;
		if (type == YAML_DOCUMENT_START_EVENT && documents++ == 0) {
			refuse_directives(b, &e);
			yaml_event_delete(&e);
			root = as_root(build_next(b));
			continue;
		}
		if (type == YAML_DOCUMENT_START_EVENT) {
			problems_add(b->problems, PROBLEM_UNSUPPORTED, b->file, (int)e.start_mark.line + 1,
			    (int)e.start_mark.column + 1,
			    "一个文件里只能有一个文档,请删除这个 “---” 及其后的内容",
			    "a file holds one document, delete this \"---\" and what follows");
			b->stopped = true;
		}
		yaml_event_delete(&e);
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
	if (!root && !b->stopped)
		root = empty_root(b);
	return b->stopped ? NULL : root;
}

struct node *yaml_parse(struct arena *a, const char *file, struct str bytes, size_t most, struct problems *p)
{
	struct node_builder b = {.arena = a, .problems = p, .file = arena_text(a, file), .bytes = bytes};

	problems_source(p, file, bytes);
	if (bad_bytes(file, bytes, most, p))
		return NULL;
	if (!yaml_parser_initialize(&b.yaml))
		fatal("no memory for a YAML parser");
	yaml_parser_set_encoding(&b.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.yaml, (const unsigned char *)bytes.p, bytes.n);
	struct node *root = build_stream(&b);
	yaml_parser_delete(&b.yaml);
	return root;
}

struct problem *yaml_spot(struct problem *one, const struct node *node)
{
	if (one)
		one->length = node->length;
	return one;
}

struct spot yaml_place(const struct node *node)
{
	return (struct spot){node->file, node->line, node->column, node->length};
}

bool yaml_same(const struct node *a, const struct node *b)
{
	for (; a && b; a = a->next, b = b->next) {
		bool values = !a->value == !b->value && (!a->value || yaml_same(a->value, b->value));
		if (a->kind != b->kind || strcmp(a->text, b->text) != 0 || !values ||
		    !yaml_same(a->child, b->child))
			return false;
	}
	return !a && !b;
}

const struct node *yaml_get(const struct node *map, const char *key)
{
	for (const struct node *k = map->kind == NODE_MAP ? map->child : NULL; k; k = k->next)
		if (strcmp(k->text, key) == 0)
			return k->value;
	return NULL;
}

/* -- files ------------------------------------------------------------------------------------ */

static bool read_all(int fd, char *bytes, size_t n, size_t *got)
{
	*got = 0;
	while (*got < n) {
		ssize_t r = read(fd, bytes + *got, n - *got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return true;
}

static bool slurp_fd(struct arena *a, int fd, size_t most, struct str *out, const char *path,
    struct problems *p)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		problems_add(p, PROBLEM_FILE, path, 0, 0, "应当是一个普通文件", "should be a regular file");
		return true;
	}
	if ((size_t)st.st_size > most) {
		problems_add(p, PROBLEM_FILE, path, 0, 0, "文件有 %lld 字节,最多允许 %zu 字节",
		    "the file has %lld bytes, at most %zu are allowed", (long long)st.st_size, most);
		return true;
	}
	char *bytes = arena_alloc(a, (size_t)st.st_size + 1);
	if (!read_all(fd, bytes, (size_t)st.st_size, &out->n))
		return false;
	out->p = bytes;
	return true;
}

bool yaml_slurp(struct arena *a, const char *path, size_t most, struct str *out, struct problems *p)
{
	/* O_NONBLOCK: a named pipe in the place of a file must not hang the daemon */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool read_well = false;

	*out = (struct str){0};
	if (fd >= 0)
		read_well = slurp_fd(a, fd, most, out, path, p);
	if (!read_well)
		problems_add(p, PROBLEM_FILE, path, 0, 0, "读不了这个文件:%s", "cannot read this file: %s",
		    system_reason(errno, p->english));
	if (fd >= 0)
		close(fd);
	return out->p != NULL;
}
