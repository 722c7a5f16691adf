/*
 * add.c - liandongctl unit add, category add, rule add: what is needed is asked, or comes as options; then the file is
 * shown as it would be, checked, tested, compared with stored incidents, and only after a yes written. Place: ctl.
 *
 * A rule comes with a case: what a caller would say, and what it leads to. So a rule that its own example does not
 * reach is refused, and the next change of the table cannot break it unseen.
 */
#include "base/arena.h"
#include "ctl/guide.h"
#include "ctl/record.h"
#include "ctl/rewrite.h"
#include "domain/routing.h"

#include <stdio.h>

enum { DRY, YES, COMMON_OPTIONS };

/* What the three have in common. */
struct adding {
	struct ctl *ctl;
	const char *file, *list; /* "units.yaml", "units" */
	struct guide guide;
	struct rewrite w;
	struct ctl_option options[GUIDE_MOST + COMMON_OPTIONS];
};

static const struct shape *item_shape(const struct shape *root, const char *list)
{
	int i = 0;

	while (strcmp(root->keys[i].name, list) != 0)
		i++;
	return root->keys[i].shape;
}

static const struct node *items(const struct adding *x)
{
	return yaml_get(x->w.root, x->list);
}

static const struct node *item_of(const struct adding *x, const char *key, const char *code)
{
	const struct node *one = items(x)->child;

	while (one && !text_eq(yaml_get(one, key)->text, code))
		one = one->next;
	return one;
}

static const struct node *last_item(const struct adding *x)
{
	const struct node *last = items(x)->child;

	while (last && last->next)
		last = last->next;
	return last;
}

/* The item goes behind that one; NULL: before the first. */
static void insert(struct adding *x, const struct node *after, const char *what)
{
	const char *text = guide_item(&x->guide);
	int line;

	if (edit_add_item(&x->w.edits, items(x), after, text, &line))
		rewrite_say(&x->w, line + 1, what, NULL, text);
	else
		rewrite_by_hand(&x->w, items(x), x->list, text);
}

/* -- the case of what is new ---------------------------------------------------------------------- */

/* What became of the new rule. */
struct reaching {
	const char *id;
	bool matched;
	const char *condition;
	struct arena *a;
};

static void look(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct reaching *f = arg;

	if (text_eq(rule->id, f->id)) {
		f->matched = matched;
		f->condition = arena_text(f->a, condition ? condition : "");
	}
}

static const struct rule *rule_of(const struct mechanism *m, const char *id)
{
	for (int i = 0; i < m->routing.n_rules && id; i++)
		if (strcmp(m->routing.rules[i].id, id) == 0)
			return &m->routing.rules[i];
	return NULL;
}

static const char *area_in(const struct mechanism *m, enum zone zone)
{
	for (int i = 0; i < m->n_areas; i++)
		if (m->areas[i].zone == zone)
			return m->areas[i].code;
	return NULL;
}

static const char *category_for(const struct mechanism *m, const struct rule *r)
{
	for (int i = 0; i < r->n_category; i++)
		if (strcmp(r->category[i], "none") == 0)
			return NULL;
	for (int i = 0; i < m->n_categories && r->n_category; i++)
		if (!m->categories[i].retired && code_matches(r->category[0], m->categories[i].code))
			return m->categories[i].code;
	return NULL;
}

/* What is reported in the case: what a caller says, and what the rule's other conditions ask for. */
struct example {
	struct route_query q;
	int minute; /* of an ordinary working day */
};

#define MORNING (10 * 60 + 15)
#define EVENING (22 * 60 + 30)

/* `rule` NULL: of a category. */
static struct example example_of(const struct mechanism *m, const struct rule *r, const char *said)
{
	struct example e = {
	    .q = {.description = said, .direct = true, .area = area_in(m, ZONE_CITY)}, .minute = MORNING};

	if (r) {
		e.minute = r->between.from != r->between.to ? r->between.from
		    : r->hours == HOURS_OFF                 ? EVENING
							    : MORNING;
		e.q.area = r->n_area ? r->area[0]->code : area_in(m, r->has_zone ? r->zone : ZONE_CITY);
		e.q.address = r->n_address_keywords ? r->address_keywords[0] : NULL;
		e.q.category = category_for(m, r);
		while (r->priorities && !(r->priorities & 1u << e.q.priority))
			e.q.priority++;
	}
	e.q.at = mechanism_case_at(m, e.minute);
	return e;
}

static const char *ids_of(struct arena *a, const struct route *route, enum dispatch_role role)
{
	const char *ids[ROUTE_UNITS_MAX];
	int n = 0;

	for (int i = 0; i < route->n_units; i++)
		if (route->units[i].role == role)
			ids[n++] = route->units[i].unit->id;
	return record_codes(a, ids, n);
}

static const char *expected(struct arena *a, const struct route *r, const struct rule *rule)
{
	const struct unit *lead = route_lead(r);
	const char *text = arena_printf(a, "{category: %s, lead: %s",
	    r->category ? edit_code(a, r->category->code) : "none", lead ? edit_code(a, lead->id) : "none");

	if (rule && text_eq(r->rule, rule->id))
		text = arena_printf(a, "%s, rule: %s", text, edit_code(a, rule->id));
	if (rule && rule->also)
		text = arena_printf(a, "%s, assist: %s, inform: %s", text, ids_of(a, r, AS_ASSIST),
		    ids_of(a, r, AS_INFORM));
	return arena_printf(a, "%s}", text);
}

static void tell_way(const struct adding *x, const char *zh, const char *en, const struct route *r)
{
	const struct unit *lead = route_lead(r);

	fprintf(stderr,
	    x->ctl->english ? "%s: lead %s, category %s, rule %s\n" : "%s:主办 %s,类别 %s,规则 %s\n",
	    x->ctl->english ? en : zh,
	    lead                  ? lead->name
		: x->ctl->english ? "none"
				  : "无",
	    r->category           ? r->category->name
		: x->ctl->english ? "none"
				  : "无",
	    r->rule ? r->rule : "-");
}

static void write_case(struct adding *x, const struct example *e, const char *name, const char *expect)
{
	struct arena *a = x->ctl->arena;
	const struct route_query *q = &e->q;
	const char *given = "";
	const struct {
		const char *key, *value;
	} parts[] = {{"category", q->category ? edit_code(a, q->category) : NULL},
	    {"priority", q->priority ? priority_names[q->priority] : NULL},
	    {"area", q->area ? edit_code(a, q->area) : NULL},
	    {"address", q->address ? edit_scalar(a, q->address) : NULL},
	    {"description", q->description ? edit_scalar(a, q->description) : NULL}};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].value)
			given = arena_printf(a, "%s%s%s: %s", given, *given ? ", " : "", parts[i].key,
			    parts[i].value);
	rewrite_add_case(&x->w, x->ctl->english ? "its case" : "证明它的用例",
	    arena_printf(a, "name: %s\nat: \"%02d:%02d\"\nincident: {%s}\nexpect: %s\n",
		edit_scalar(a, rewrite_case_name(&x->w, name)), e->minute / 60, e->minute % 60, given,
		expect));
}

static int not_reached(const struct adding *x, const struct reaching *f)
{
	const char *why = f->condition ? f->condition
	    : x->ctl->english          ? "a rule above it decides"
				       : "前面的规则已经决定";

	return ctl_fail(x->ctl->english ? "the example does not reach the rule %s: %s"
					: "例子用不到规则 %s:%s",
	    f->id, why);
}

static int not_found(const struct adding *x, const char *code, const struct route *r)
{
	const char *other = r->category ? r->category->name : x->ctl->english ? "none" : "无";

	return ctl_fail(x->ctl->english
		? "the example is found to be %s, not %s: expected one of its keywords "
		  "in it, that no other category knows better"
		: "例子判为 %s,不是新类别 %s:例子里应有它的关键词,且别的类别不更相符",
	    other, code);
}

/* The example as it leads now and as it will; a case says so. False where it does not reach the new rule or category. */
static bool add_case_of(struct adding *x, const struct mechanism *m, const char *said, const char *code)
{
	struct arena *a = x->ctl->arena;
	const struct rule *rule = rule_of(m, code);
	struct example e = example_of(m, rule, said);
	struct reaching f = {.id = code, .a = a};
	struct route before, after;

	rewrite_ask(&x->w, x->w.m, &e.q);
	routing_decide(x->w.m, &e.q, &before);
	rewrite_ask(&x->w, m, &e.q);
	routing_explain(m, &e.q, &after, look, &f);
	tell_way(x, "例子现在", "the example now", &before);
	tell_way(x, "改后", "after it", &after);
	if (rule && !f.matched) {
		not_reached(x, &f);
		return false;
	}
	if (!rule && !text_eq(after.category ? after.category->code : NULL, code)) {
		not_found(x, code, &after);
		return false;
	}
	write_case(x, &e, arena_printf(a, "%s:%s", code, said ? record_beginning(a, said) : ""),
	    expected(a, &after, rule));
	return true;
}

/* What is wrong with the files is left to the check. */
static bool add_case(struct adding *x, const char *said, const char *code)
{
	struct problems p;
	bool good = true;

	problems_init(&p, x->ctl->english);
	struct mechanism *m = rewrite_result(&x->w, &p);
	if (m)
		good = add_case_of(x, m, said, code);
	mechanism_release(m);
	problems_free(&p);
	return good;
}

/* -- where a rule goes -------------------------------------------------------------------------------- */

/* The first rule of its kind that the example goes to now: the new one stands before it. */
struct rival {
	bool finds; /* kind: it sets a category */
	const struct rule *first;
};

static void look_for_rival(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct rival *r = arg;

	(void)condition;
	if (matched && !r->first && (rule->set_category != NULL) == r->finds)
		r->first = rule;
}

static const struct node *item_before(const struct adding *x, const char *id)
{
	const struct node *before = NULL;

	for (const struct node *one = items(x)->child; one && !text_eq(yaml_get(one, "id")->text, id);
	     one = one->next)
		before = one;
	return before;
}

/* Rules that find a category stand before those that say who takes it. */
static const struct node *last_that_finds(const struct adding *x)
{
	const struct routing *r = &x->w.m->routing;
	int last = -1;

	for (int i = 0; i < r->n_rules; i++)
		if (r->rules[i].set_category)
			last = i;
	return last < 0 ? NULL : item_of(x, "id", r->rules[last].id);
}

/* Behind which item; `m` is the table with the rule at its end. */
static const struct node *place_of(struct adding *x, const struct mechanism *m, const char *id,
    const char *said)
{
	const struct rule *rule = rule_of(m, id);
	struct rival rival = {.finds = rule->set_category != NULL};
	struct example e = example_of(m, rule, said);
	struct route ignored;

	rewrite_ask(&x->w, x->w.m, &e.q);
	routing_explain(x->w.m, &e.q, &ignored, look_for_rival, &rival);
	return rival.first && rule_of(x->w.m, rival.first->id) ? item_before(x, rival.first->id)
	    : rival.finds                                      ? last_that_finds(x)
							       : last_item(x);
}

static void insert_rule(struct adding *x, const char *id, const char *said)
{
	const char *before = guide_typed(&x->guide, "--before"),
		   *what = x->ctl->english ? "one more rule" : "新的规则";
	const struct node *after = before ? item_before(x, before) : last_item(x);
	struct problems p;

	problems_init(&p, x->ctl->english);
	insert(x, after, what);
	struct mechanism *m = before ? NULL : rewrite_result(&x->w, &p);
	if (m && rule_of(m, id) && (after = place_of(x, m, id, said)) != last_item(x)) {
		x->w.edits = edits_of(x->ctl->arena, x->w.bytes);
		x->w.n = 0;
		insert(x, after, what);
	}
	mechanism_release(m);
	problems_free(&p);
}

/* -- the commands --------------------------------------------------------------------------------------- */

/* Reads the options and the files, and asks; the exit code where it ends here, -1 where it goes on. */
static int begin(struct adding *x, struct ctl *ctl, int argc, char **argv, const struct shape *root,
    const struct guide_question *questions, int n)
{
	int code = EXIT_REFUSED;

	x->ctl = ctl;
	for (int i = 0; i < n; i++)
		x->options[i].name = questions[i].option;
	x->options[n + DRY] = (struct ctl_option){.name = "--dry-run", .flag = true};
	x->options[n + YES] = (struct ctl_option){.name = "--yes", .flag = true};
	if (!ctl_parse_options(ctl, argc, argv, x->options, n + COMMON_OPTIONS))
		return EXIT_USAGE;
	if (!rewrite_open(&x->w, ctl, x->file, "") || !rewrite_open_cases(&x->w))
		return EXIT_REFUSED;
	x->guide = (struct guide){
	    .ctl = ctl, .m = x->w.m, .shape = item_shape(root, x->list), .questions = questions, .n = n};
	return guide_ask(&x->guide, x->options, &code) ? -1 : code;
}

static int end(struct adding *x)
{
	const struct ctl_option *o = x->options + x->guide.n;

	return rewrite_finish(&x->w,
	    REWRITE_DIFF | REWRITE_PIPE | (o[DRY].value ? REWRITE_DRY : 0) |
		(o[YES].value ? REWRITE_YES : 0));
}

#define N_OF(v) ((int)(sizeof(v) / sizeof *(v)))

static const struct guide_question unit_questions[] = {
    {"--id", "id", ANSWER_NEW_UNIT, true, NULL, "标识(小写字母、数字、-,定了不要再改)", "id (a-z, 0-9, -)"},
    {"--name", "name", ANSWER_TEXT, true, NULL, "单位全称", "full name"},
    {"--short", "short", ANSWER_TEXT, false, NULL, "简称", "short name"},
    {"--tier", "tier", ANSWER_WORD, true, NULL, "级别(第十一条):1 一级(7×24 小时),2 二级", "tier: 1 or 2"},
    {"--visits", "visits", ANSWER_YES, false, NULL, "到现场吗", "does it go to places?"},
    {"--article", "article", ANSWER_TEXT, false, NULL, "依据,如 第五条", "article"},
    {"--township", "township", ANSWER_AREA, false, NULL, "管辖的乡镇、街道(是乡镇、街道才填)",
	"area that it governs"},
    {"--duty", "duty", ANSWER_CONTACT, true, NULL, "值班电话,可带名称:0597-7530000 值班室",
	"duty phone, and a name"},
    {"--liaison", "liaison", ANSWER_CONTACT, true, NULL, "联络员:电话 姓名", "liaison: phone and name"},
    {"--person-in-charge", "person_in_charge", ANSWER_CONTACT, true, NULL, "应急联动工作负责人:电话 姓名",
	"person in charge: phone and name"},
    {"--leader", "leader", ANSWER_CONTACT, true, NULL, "分管领导:电话 姓名", "leader: phone and name"},
};

int ctl_unit_add(struct ctl *ctl, int argc, char **argv)
{
	struct adding x = {.file = "units.yaml", .list = "units"};
	int code = begin(&x, ctl, argc, argv, &units_shape, unit_questions, N_OF(unit_questions));

	if (code < 0) {
		insert(&x, last_item(&x), ctl->english ? "one more unit" : "新的单位");
		code = end(&x);
	}
	rewrite_close(&x.w);
	return code;
}

static const struct guide_question category_questions[] = {
    {"--code", "code", ANSWER_NEW_CATEGORY, true, NULL, "编码(定了不要再改)", "code"},
    {"--name", "name", ANSWER_TEXT, true, NULL, "名称", "name"},
    {"--covers", "covers", ANSWER_TEXT, false, NULL, "边界:哪些归这一类", "what belongs to it"},
    {"--not", "not", ANSWER_TEXT, false, NULL, "边界:像它而归别处的,归哪里",
	"what does not, and where it does"},
    {"--priority", "priority", ANSWER_WORD, true, NULL, "等级", "priority"},
    {"--keywords", "keywords", ANSWER_WORDS, false, NULL, "关键词(几个用、分开)", "keywords"},
    {"--lead", "lead", ANSWER_UNIT, true, NULL, "主办单位,none 只登记", "lead unit, or none"},
    {"--assist", "assist", ANSWER_UNITS, false, NULL, "协办单位", "units that assist"},
    {"--inform", "inform", ANSWER_UNITS, false, NULL, "知会单位,township 指所属乡镇",
	"units that are informed, or township"},
    {"--arrival", "arrival", ANSWER_WORD, true, NULL, "到场时限", "limit for arriving"},
    {"--confidential", "confidential", ANSWER_YES, false, NULL, "保密吗", "is it confidential?"},
    {"--note", "note", ANSWER_TEXT, false, NULL, "备注", "note"},
    {"--example", NULL, ANSWER_TEXT, false, "--keywords", "报警人会怎么说(作为用例)",
	"what a caller would say (as its case)"},
};

/* Behind the last one with a lower code. */
static const struct node *category_before(const struct adding *x, const char *code)
{
	const struct category *before = NULL;

	for (int i = 0; i < x->w.m->n_categories; i++) {
		const struct category *one = &x->w.m->categories[i];
		if (strcmp(one->code, code) < 0 && (!before || strcmp(one->code, before->code) > 0))
			before = one;
	}
	return before ? item_of(x, "code", before->code) : NULL;
}

int ctl_category_add(struct ctl *ctl, int argc, char **argv)
{
	struct adding x = {.file = "categories.yaml", .list = "categories"};
	int code =
	    begin(&x, ctl, argc, argv, &categories_shape, category_questions, N_OF(category_questions));

	if (code < 0) {
		const char *category = guide_typed(&x.guide, "--code"),
			   *said = guide_typed(&x.guide, "--example");
		insert(&x, category_before(&x, category), ctl->english ? "one more category" : "新的类别");
		code = said && !add_case(&x, said, category) ? EXIT_REFUSED : end(&x);
	}
	rewrite_close(&x.w);
	return code;
}

static const struct guide_question rule_questions[] = {
    {"--id", "id", ANSWER_NEW_RULE, true, NULL, "标识(小写字母、数字、-)", "id (a-z, 0-9, -)"},
    {"--category", "when.category", ANSWER_CATEGORIES, false, NULL,
	"条件:类别,none 是报警台没有选,6013* 是一组", "condition: categories, none, 6013*"},
    {"--keywords", "when.keywords", ANSWER_WORDS, false, NULL, "条件:描述里有哪些词之一(几个用、分开)",
	"condition: one of these words in the description"},
    {"--unless", "when.unless_keywords", ANSWER_WORDS, false, NULL, "条件:没有哪些词",
	"condition: none of these words"},
    {"--address-keywords", "when.address_keywords", ANSWER_WORDS, false, NULL, "条件:地址里有哪些词之一",
	"condition: one of these words in the address"},
    {"--zone", "when.zone", ANSWER_WORD, false, NULL, "条件:城区(city)或城区范围外(outside)",
	"condition: zone"},
    {"--area", "when.area", ANSWER_AREAS, false, NULL, "条件:区域", "condition: areas"},
    {"--priority", "when.priority", ANSWER_LIST, false, NULL, "条件:等级", "condition: priorities"},
    {"--hours", "when.hours", ANSWER_WORD, false, NULL, "条件:上班(office)还是下班、休息(closed)",
	"condition: office hours"},
    {"--between", "when.between", ANSWER_SPAN, false, NULL, "条件:几点到几点,如 22:00-06:00",
	"condition: time of day"},
    {"--set-category", "set.category", ANSWER_CATEGORY, false, NULL, "结果:判定为哪一类",
	"consequence: category"},
    {"--set-priority", "set.priority", ANSWER_WORD, false, NULL, "结果:等级", "consequence: priority"},
    {"--lead", "lead", ANSWER_UNIT, false, NULL, "结果:主办单位,township 指所属乡镇,none 只登记",
	"consequence: lead unit, township or none"},
    {"--assist", "assist", ANSWER_UNITS, false, NULL, "结果:协办单位", "consequence: units that assist"},
    {"--inform", "inform", ANSWER_UNITS, false, NULL, "结果:知会单位",
	"consequence: units that are informed"},
    {"--also", "also", ANSWER_YES, false, NULL, "只追加协办、知会,后面的规则照样看吗",
	"does it only add units?"},
    {"--because", "because", ANSWER_TEXT, true, NULL, "依据,给人看的一句话",
	"because, a sentence for people"},
    {"--before", NULL, ANSWER_RULE, false, NULL, "放在哪条规则前面(不填则放在例子现在用到的那条前面)",
	"before which rule (else before the one that the example reaches now)"},
    {"--example", NULL, ANSWER_TEXT, false, "--keywords", "报警人会怎么说(作为用例)",
	"what a caller would say (as its case)"},
};

int ctl_rule_add(struct ctl *ctl, int argc, char **argv)
{
	struct adding x = {.file = "routing.yaml", .list = "rules"};
	int code = begin(&x, ctl, argc, argv, &routing_shape, rule_questions, N_OF(rule_questions));

	if (code < 0) {
		const char *id = guide_typed(&x.guide, "--id"), *said = guide_typed(&x.guide, "--example");
		insert_rule(&x, id, said);
		code = add_case(&x, said, id) ? end(&x) : EXIT_REFUSED;
	}
	rewrite_close(&x.w);
	return code;
}
