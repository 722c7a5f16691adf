/*
 * warning.c - the table of warnings, and their two forms: a sentence for a person, and a line that is
 * kept with the incident.
 * Place: domain. The line holds names and no numbers, so that the table may be put in another order.
 */
#include "domain/warning.h"
#include "base/arena.h"
#include "base/utf8.h"
#include <assert.h>
#include <stdlib.h>

const struct warning_kind warning_kinds[WARNINGS] = {
    [WARNING_LINE_ENDS] = {"line-ends", "{field} 的换行已统一为 LF", "the line ends of {field} were made LF"},
    [WARNING_DAMAGED] = {"damaged-characters", "{field} 里有损坏的字符,以 � 代替,请核对原文",
	"{field} has damaged characters, each replaced by U+FFFD; compare it with the original"},
    [WARNING_REMOVED] = {"characters-removed", "{field} 里看不见的控制字符或方向字符已去掉",
	"invisible control or direction characters were removed from {field}"},
    [WARNING_TEXT_SPLIT] = {"text-split", "{field} 超过 {given} 字,余下的记在补充说明里",
	"{field} is longer than {given} characters; the rest is kept as a note"},
    [WARNING_TEXT_CUT] = {"text-cut", "{field} 超过 {given} 字,只保留了前面的",
	"{field} is longer than {given} characters; only the first were kept"},
    [WARNING_MENDED] = {"value-mended", "{field} 写作“{given}”,按“{taken}”处理",
	"{field} was given as \"{given}\" and taken as \"{taken}\""},
    [WARNING_FORM] = {"form-mended", "{field} 的写法已改成通行的写法", "{field} was put into its usual form"},
    [WARNING_TYPE] = {"type-mended", "{field}{given} 不是一段文字,已把其中的内容写成文字,请核对",
	"{field}{given} was no text; what is in it was written as one, compare it"},
    [WARNING_LIST_CUT] = {"list-cut", "{field} 至多 {given} 项,只取了前面的",
	"{field} has {given} at most; only the first were taken"},
    [WARNING_TIME_MENDED] = {"time-mended", "{field} 写作“{given}”,按 {taken} 处理",
	"{field} was given as \"{given}\" and taken as {taken}"},
    [WARNING_TIME_IN_FUTURE] = {"time-in-future", "{field} {given} 晚于系统时钟,按 {taken} 处理,请校对时钟",
	"{field} {given} is ahead of the system's clock and was taken as {taken}; check the clocks"},
    [WARNING_MISSING] = {"missing", "没有给出 {field}", "{field} was not given"},
    [WARNING_IGNORED] = {"value-ignored", "{field} 的内容无法采用,已略去 {given}",
	"{field} could not be used and was left out {given}"},
    [WARNING_LOCATION_SWAPPED] = {"location-swapped", "经度和纬度写反了,已对调",
	"longitude and latitude were exchanged and have been put right"},
    [WARNING_FAR] = {"location-far", "位置不在国内,已照原样保留,不用来找相似的警情,请核对",
	"this place is not in the country; it was kept, and is not used to find similar incidents: check it"},
    [WARNING_CATEGORY_UNKNOWN] = {"category-unknown", "没有警情类别“{given}”,按规则和关键词判定",
	"there is no category \"{given}\"; it was decided by rules and keywords"},
    [WARNING_UNIT_UNKNOWN] = {"unit-unknown", "没有单位“{given}”,没有派给它",
	"there is no unit \"{given}\"; nothing was sent to it"},
    [WARNING_AREA_UNKNOWN] = {"area-unknown", "没有区域“{given}”,按没有给出区域处理",
	"there is no area \"{given}\"; it was taken as not given"},
    [WARNING_AREA_ASSUMED] = {"area-assumed", "没有区域“{given}”,按它所属的 {taken} 处理",
	"there is no area \"{given}\"; {taken}, which it belongs to, was taken"},
    [WARNING_AREA_FROM_TEXT] = {"area-from-text", "没有给出区域,由地址或描述推定为 {taken},请核对",
	"no area was given; {taken} was taken from the address or description, check it"},
    [WARNING_AREA_AMBIGUOUS] = {"area-ambiguous", "没有给出区域,地址或描述提到不止一个:{given},请补报区域",
	"no area was given, and more than one is named: {given}; amend the area"},
    [WARNING_TIME_BEFORE_ISSUE] = {"time-before-issue",
	"{field} {given} 早于指令下达,按 {taken} 处理,请校对时钟",
	"{field} {given} lies before the dispatch was issued and was taken as {taken}; check the clocks"},
    [WARNING_TIME_ORDER] = {"time-out-of-order", "{field} {given} 与其他步骤的先后不符,按 {taken} 处理",
	"{field} {given} does not fit the order of the steps and was taken as {taken}"},
    [WARNING_CLOCK_DOUBTED] = {"clock-doubted", "系统时钟可能不对,各时刻和时限请人工核对",
	"the system's clock may be wrong: check instants and limits by hand"},
    [WARNING_SECRET_PROPOSED] = {"secret-proposed",
	"描述里说到“{given}”:是否为报警人保密,请接警台决定;要保密,更正警情,写 {field} 为 true",
	"the description says \"{given}\": decide whether the reporter is to be kept secret; if so, amend "
	"the incident "
	"with {field} true",
	.of_reporter = true},
    [WARNING_NAMED] = {"reporter-named",
	"报警人要求保密,{field} 里却有他的姓名或电话:承办单位和对方平台看到的是 ****,请勿转述",
	"the reporter is to be kept secret, and {field} has his name or phone: units and partners read **** "
	"there; do not pass it on elsewhere",
	.of_reporter = true},
    [WARNING_NAMED_PLACE] = {"reporter-in-address",
	"报警人要求保密,{field} 里却有他的姓名或电话,承办单位和对方平台看得到:不必要的话,请更正地址",
	"the reporter is to be kept secret, and {field} has his name or phone, which units and partners "
	"read: "
	"amend it if they need not",
	.of_reporter = true},
    [WARNING_FOLLOWERS_LEFT] = {"followers-left",
	"归入本件的还有 {given} 件没有处理(一次最多 {taken} 件):请对本件再撤销一次,直到没有这条提醒",
	"{given} more follow it (one act takes {taken} at most): cancel it once more, until this warning is "
	"gone"},
    [WARNING_CHARSET] = {"charset-mended", "发来的不是 UTF-8,按 GBK 读了,请核对文字,并让接警系统改发 UTF-8",
	"this was sent as GBK and read as such; compare the text, and let the desk's system send UTF-8"},
    [WARNING_PARAMETER_UNKNOWN] = {"parameter-unknown", "没有参数 {given},已略去,请核对接警系统的接口",
	"there is no parameter {given}; it was left out, check what the desk's system sends"},
    [WARNING_PARAMETER_MENDED] = {"parameter-mended", "没有参数 {given},按 {field} 处理",
	"there is no parameter {given}; it was taken as {field}"},
    [WARNING_EMPTIED] = {"text-emptied", "{field} 现在是空白;原来的内容留在这件警情的记录里",
	"{field} is empty now; what it was is kept with the incident"},
    [WARNING_TICKET_CHANGED] = {"ticket-changed", "{field} 是 {given},与此前的 {taken} 不同,请核对",
	"{field} is {given} and was {taken} before; check it"},
    [WARNING_WITHDRAWN] = {"dispatch-withdrawn", "联动指令 {given} 已经撤回,没有照办,已告知报警台",
	"dispatch {given} is withdrawn; nothing was done of it, the desk was told"},
    [WARNING_GRAVER_WORDS] = {"graver-words",
	"{field} 里说的可能是 {given},警情 {taken} 没有这样急:请核实,用 incident.amend 写明 "
	"priority(不变也写明)",
	"{field} may say something that is {given}, and incident {taken} is less urgent: ask, then give the "
	"priority "
	"with incident.amend, even if it stays"},
    [WARNING_OTHER_UNITS] = {"other-units",
	"说到的情况还涉及 {given},警情 {taken} 没有派:属实的,用 dispatch.add 增派",
	"what was said concerns {given}, too, and incident {taken} has not got them: if it is so, "
	"dispatch.add"},
    [WARNING_UNITS_ADDED] = {"units-added",
	"说的是危急情况,警情 {taken} 已增派 {given};不需要的,用 dispatch.withdraw 撤回",
	"what was said is critical: {given} were added to incident {taken}; if they are not needed, "
	"dispatch.withdraw"},
    [WARNING_DESK_TOLD] = {"desk-told", "{field} 里说的可能有危险,已告知报警台;有人有危险的,请同时打电话",
	"{field} may say that there is a danger; the desk was told. If people are in danger, phone as well"},
};

/* -- making --------------------------------------------------------------------------------- */

/* A copy that fits a line and a sentence: bounded, without control characters. */
static const char *quoted(struct arena *a, const char *text)
{
	if (!text)
		return NULL;
	char *copy = arena_quote(a, text);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return copy;
}

static bool same(const struct warning *x, const struct warning *y)
{
	return x->code == y->code && x->field == y->field && text_eq(x->given, y->given) &&
	    text_eq(x->taken, y->taken);
}

void warning_add(struct warnings *w, struct arena *a, enum warning_code code, enum field field,
    const char *given, const char *taken)
{
	assert(code < WARNINGS && field <= FIELDS && "a warning of the table, of a field of the table");
	struct warning one = {code, field, quoted(a, given), quoted(a, taken)};
	for (int i = 0; i < w->n; i++)
		if (same(&w->v[i], &one))
			return;
	if (w->n == w->cap) {
		int cap = w->cap ? 2 * w->cap : 8;
		struct warning *v = arena_new_array(a, struct warning, (size_t)cap);
		if (w->n)
			memcpy(v, w->v, (size_t)w->n * sizeof *v);
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = one;
}

void warnings_append(struct warnings *w, struct arena *a, const struct warnings *more)
{
	for (int i = 0; more && i < more->n; i++)
		warning_add(w, a, more->v[i].code, more->v[i].field, more->v[i].given, more->v[i].taken);
}

void command_warn(struct command *c, struct arena *a, enum warning_code code, enum field f, const char *given,
    const char *taken)
{
	if (!c->warnings)
		c->warnings = arena_alloc(a, sizeof *c->warnings);
	warning_add(c->warnings, a, code, f, given, taken);
}

bool warnings_have(const struct warnings *w, enum warning_code code)
{
	for (int i = 0; i < w->n; i++)
		if (w->v[i].code == code)
			return true;
	return false;
}

struct warnings *warnings_of(const struct command *c, struct arena *a)
{
	struct warnings *w = arena_alloc(a, sizeof *w);
	warnings_append(w, a, c->warnings);
	return w;
}

/* -- for a person --------------------------------------------------------------------------- */

/* "description(警情描述)" */
static void add_field(struct buf *out, enum field f, bool english)
{
	if (f == FIELDS)
		return;
	char path[FIELD_PATH_MAX];
	buf_text(out, field_path(f, path));
	if (!english)
		buf_printf(out, "(%s)", field_kinds[f].about);
}

void warning_sentence(const struct warning *w, bool english, struct buf *out)
{
	const struct warning_kind *k = &warning_kinds[w->code];
	for (const char *p = english ? k->en : k->zh; *p;) {
		if (strncmp(p, "{field}", 7) == 0)
			add_field(out, w->field, english);
		else if (strncmp(p, "{given}", 7) == 0)
			buf_text(out, w->given ? w->given : "");
		else if (strncmp(p, "{taken}", 7) == 0)
			buf_text(out, w->taken ? w->taken : "");
		else {
			buf_char(out, *p++);
			continue;
		}
		p += 7;
	}
	if (out->n && out->p[out->n - 1] == ' ') /* before what was not said */
		out->n--;
}

/* -- as it is kept -------------------------------------------------------------------------- */

const char *warnings_text(const struct warnings *w, struct arena *a)
{
	struct buf b = {0};
	if (w->n == 0)
		return NULL;
	for (int i = 0; i < w->n; i++) {
		const struct warning *one = &w->v[i];
		const char *field = one->field == FIELDS ? "" : field_full_name(a, one->field);
		buf_printf(&b, "%s%s\t%s\t%s\t%s", i ? "\n" : "", warning_kinds[one->code].word, field,
		    one->given ? one->given : "", one->taken ? one->taken : "");
	}
	const char *text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}

static bool find_code(struct str word, enum warning_code *out)
{
	for (int i = 0; i < WARNINGS; i++)
		if (str_is(word, warning_kinds[i].word)) {
			*out = (enum warning_code)i;
			return true;
		}
	return false;
}

static bool find_field(struct str name, struct arena *a, enum field *out)
{
	*out = FIELDS;
	for (int f = 0; name.n && f < FIELDS && *out == FIELDS; f++)
		if (str_is(name, field_full_name(a, (enum field)f)))
			*out = (enum field)f;
	return name.n == 0 || *out != FIELDS;
}

/* Up to the next `end` or the text's end, which is passed over. */
static struct str take(const char **p, char end)
{
	size_t n = strcspn(*p, (char[]){end, '\n', '\0'});
	struct str s = {*p, n};
	*p += n + ((*p)[n] == end && end != '\n');
	return s;
}

void warnings_parse(const char *text, struct arena *a, struct warnings *out)
{
	*out = (struct warnings){0};
	for (const char *p = text ? text : ""; *p;) {
		struct str word = take(&p, '\t'), field = take(&p, '\t'), given = take(&p, '\t');
		struct str taken = take(&p, '\n');
		enum warning_code code;
		enum field f;
		if (find_code(word, &code) && find_field(field, a, &f))
			warning_add(out, a, code, f, given.n ? arena_str(a, given) : NULL,
			    taken.n ? arena_str(a, taken) : NULL);
		p += *p == '\n';
	}
}
