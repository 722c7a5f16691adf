/*
 * rules.c - another mechanism, made and judged; see rules.h. Place: report.
 *
 * The candidate is made from a folder, from some files in the place of those in force, or from a stored revision.
 * Cases are run where they may have changed: not of a stored revision, which has passed them, and not where only
 * phones and people differ.
 */
#include "report/rules.h"
#include "report/contacts.h"
#include "report/learn.h"
#include "report/loosened.h"
#include "report/outlets.h"
#include "report/taken_back.h"
#include "report/partners.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "mechanism/load.h"
#include "mechanism/show.h"
#include "text/evaluate.h"

#include <jansson.h>
#include <stdio.h>

#define PROBLEMS_SAID 20 /* in a sentence; the log and `check` have all */
#define TESTS_FILE "routing-tests.yaml"

struct judging {
	const char *store;
	const struct report_ask *ask;
	struct arena *a;
	struct reads *r;
	struct report_made *made;
	report_progress *progress;
	void *arg;
	struct problems problems;
	struct mechanism *before, *after;
	struct text_quality texts; /* of its model, if it was trained now */
	struct str tests;          /* its cases as they were given; p NULL: those of the folder */
	int n_tests;
	bool contacts_only;
	struct comparison compared;
	struct outlets outlets;
	struct loosened loosened;
};

static bool refuse_with(struct judging *k, enum error_code code, const char *zh, const char *en)
{
	k->made->code = code;
	k->made->detail = k->ask->english ? en : zh;
	return false;
}

/* -- the candidate --------------------------------------------------------------------------- */

static struct mechanism_file *file_of(struct mechanism_file *files, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

static bool unknown_file(struct judging *k, const char *name)
{
	return refuse_with(k, ERROR_PARAMS,
	    arena_printf(k->a,
		"没有名为 %s 的配置文件;可以有的是 areas calendar categories contacts exchange notices "
		"policy rosters routing units 和 routing-tests,都以 .yaml 结尾",
		name),
	    arena_printf(k->a,
		"%s is no file of the mechanism: areas, calendar, categories, contacts, exchange, notices, "
		"policy, rosters, routing, units and routing-tests are, each with .yaml",
		name));
}

/* Those given, each in the place of the one that the revision has. */
static bool replace_file(struct judging *k, struct mechanism_file *files, int *n, const char *name,
    struct str bytes)
{
	struct mechanism_file *f = file_of(files, *n, name);

	if (strcmp(name, TESTS_FILE) == 0)
		k->tests = bytes;
	else if (f)
		f->bytes = bytes;
	else if (!mechanism_has_file(name) || *n == MECHANISM_FILES)
		return unknown_file(k, arena_str(k->a, utf8_head(str_of(name), 64)));
	else
		files[(*n)++] = (struct mechanism_file){name, bytes};
	return true;
}

static bool replace_files(struct judging *k, struct mechanism_file *files, int *n)
{
	json_t *tree = json_loadb(k->ask->files.p, k->ask->files.n, 0, NULL), *v;
	const char *name;
	bool good = json_is_object(tree) ||
	    refuse_with(k, ERROR_PARAMS, "files 应为由文件名和内容组成的对象",
		"files must be an object of names and texts");

	json_object_foreach(tree, name, v)
		good = good &&
		    replace_file(k, files, n, arena_text(k->a, name),
			(struct str){arena_text(k->a, json_string_value(v)), json_string_length(v)});
	json_decref(tree);
	return good;
}

/* All that is wrong is asked for, and nothing else. */
static bool checks(const struct judging *k)
{
	return strcmp(k->ask->format, "check") == 0;
}

static struct mechanism *from_files(struct judging *k)
{
	struct mechanism_file files[MECHANISM_FILES];
	int n = k->before ? k->before->n_files : 0;

	if (n)
		memcpy(files, k->before->files, (size_t)n * sizeof *files);
	return replace_files(k, files, &n) ? mechanism_load_files(files, n, &k->problems) : NULL;
}

static bool stored(struct judging *k, const char *revision, struct mechanism **out)
{
	*out = report_mechanism(k->r, k->a, revision);
	return *out ||
	    refuse_with(k, ERROR_NOT_FOUND,
		arena_printf(k->a, "没有版本 %s,或者它的文件现在的程序读不懂;有哪些版本见 route log",
		    revision),
		arena_printf(k->a,
		    "there is no revision %s, or its files are not understood any more; route log lists them",
		    revision));
}

/* What is in force with one file that is made of it: cases.jsonl with what was learned of corrections, or units.yaml with other
 * contacts of a unit. */
static bool made_of_it(struct judging *k)
{
	struct mechanism_file files[MECHANISM_FILES];
	int n = k->before ? k->before->n_files : 0;
	bool learns = k->ask->learn.n > 0;
	struct str file;

	if (!k->before)
		return refuse_with(k, ERROR_UNAVAILABLE, "正在生效的版本读不出来,不能在它的基础上修改",
		    "the revision in force cannot be read: it cannot be changed");
	if (learns ? !learn_cases(k->r, k->before, k->ask, k->a, &file, k->made)
		   : !contacts_file(k->before, k->ask, k->a, &file, k->made))
		return false;
	memcpy(files, k->before->files, (size_t)n * sizeof *files);
	if (!replace_file(k, files, &n, learns ? "cases.jsonl" : UNITS_FILE, file))
		return false;
	k->after = mechanism_load_files(files, n, &k->problems);
	return true;
}

/* Files that make what is in force already are no conflict: a request that is sent again has done its work. */
static bool is_against_base(struct judging *k)
{
	const char *base = k->ask->base, *now = k->before->revision;

	if (!base || text_eq(base, now) || (k->after && text_eq(k->after->revision, now)))
		return true;
	return refuse_with(k, ERROR_PRECONDITION,
	    arena_printf(k->a, "改的是版本 %s,现在生效的是 %s:请取来新的,合并后再提交", base, now),
	    arena_printf(k->a,
		"%s was changed, and %s is in force by now: get that, merge, and send it again", base, now));
}

static bool find_candidate(struct judging *k)
{
	const struct report_ask *ask = k->ask;

	if (ask->learn.n || ask->contacts.n)
		return made_of_it(k);
	if (ask->files.n) {
		if (!k->before && !checks(k))
			return refuse_with(k, ERROR_UNAVAILABLE,
			    "正在生效的版本读不出来,不能在它的基础上换几个文件",
			    "the revision in force cannot be read: files cannot be changed in it");
		k->after = from_files(k);
		return k->made->code == OK && (checks(k) || is_against_base(k));
	} else if (ask->revision) {
		return stored(k, ask->revision, &k->after);
	} else {
		k->after = mechanism_load(ask->folder, &k->problems);
	}
	return k->made->code == OK;
}

/* It is to come into force: a comparison alone does not ask whether its cases pass. */
static bool adopts(const struct judging *k)
{
	return strcmp(k->ask->format, "adopt") == 0;
}

/* -- is it good? ------------------------------------------------------------------------------- */

/* What comes into force finds its model; what is only looked at leaves none behind. */
static struct text_wish wish_of(const struct judging *k)
{
	/* a check trains anew: only so is it known what the model confuses */
	return (struct text_wish){.folder = checks(k) ? NULL : text_cache_folder(k->store, k->a),
	    .trains = true,
	    .keeps = adopts(k),
	    .progress = k->progress,
	    .arg = k->arg};
}

static void run_cases(struct judging *k, bool all)
{
	struct text_wish wish = wish_of(k);
	struct text_decider texts = mechanism_texts(k->after, &wish, &k->problems);

	if (all && k->tests.p)
		mechanism_test_file(k->after, &texts, TESTS_FILE, k->tests, &k->problems, &k->n_tests);
	else if (all && k->ask->folder)
		mechanism_test(k->after, &texts, k->ask->folder, &k->problems, &k->n_tests);
	k->texts = texts.quality;
	text_decider_free(&texts);
}

static const char *name_of(const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return slash ? slash + 1 : file;
}

/* The files with errors. */
static const char *refused_files(const struct judging *k)
{
	const char *names = NULL;

	for (int i = 0; i < k->problems.n; i++) {
		const char *name = name_of(k->problems.v[i].file);

		if (!k->problems.v[i].warning && name && !(names && list_has(names, name)))
			names = names ? arena_printf(k->a, "%s,%s", names, name) : name;
	}
	return names ? arena_text(k->a, names) : NULL;
}

/* Errors before warnings: what is said is what has to be mended. */
static const char *said(const struct judging *k)
{
	struct buf b = {0};
	int n = 0;

	for (int i = 0; i < k->problems.n && n < PROBLEMS_SAID; i++) {
		const struct problem *p = &k->problems.v[i];

		if (p->warning)
			continue;
		buf_printf(&b, "%s%s:%d:%d: %s", n++ ? "\n" : "", p->file ? p->file : "-", p->line, p->column,
		    p->text);
	}
	return buf_into(&b, k->a).p;
}

static bool refused(struct judging *k)
{
	const char *revision = k->before ? k->before->revision : "-";

	k->made->refused = refused_files(k);
	return refuse_with(k, ERROR_PARAMS,
	    arena_printf(k->a, "配置有 %d 处错误,仍用原版本 %s:\n%s", k->problems.errors, revision, said(k)),
	    arena_printf(k->a, "the configuration has %d errors, revision %s stays in force:\n%s",
		k->problems.errors, revision, said(k)));
}

static bool is_good(struct judging *k)
{
	if (k->after && !k->problems.errors) {
		k->contacts_only = k->before && strcmp(k->before->revision, k->after->revision) != 0 &&
		    compare_contacts_only(k->before, k->after);
		if (adopts(k))
			run_cases(k, !k->ask->revision && !k->contacts_only);
		if (adopts(k) && !k->problems.errors) {
			mechanism_check(k->after, NULL, clock_wall().ms, &k->problems);
			partners_check(k->r, k->after, NULL, &k->problems);
		}
	}
	return (k->after && !k->problems.errors) || refused(k);
}

/* -- what the folder would take back ---------------------------------------------------------------- */

static bool of_the_folder(const struct judging *k)
{
	const struct report_ask *ask = k->ask;

	return adopts(k) && !ask->files.n && !ask->learn.n && !ask->contacts.n && !ask->revision;
}

/* A folder that was written before an office confirmed a unit's contacts would send calls to the old number. */
static bool keeps_contacts(struct judging *k)
{
	struct taken_back *v;
	const char *names = "";
	int n = of_the_folder(k) && k->before ? taken_back(k->r, k->before, k->after, k->a, &v) : 0;

	if (n == 0)
		return true;
	for (int i = 0; i < n && i < PROBLEMS_SAID; i++)
		names = arena_printf(k->a, "%s%s%s %s (%s)", names, i ? ", " : "", v[i].unit, v[i].key,
		    v[i].request);
	return refuse_with(k, ERROR_PRECONDITION,
	    arena_printf(k->a,
		"目录里的 units.yaml 还是更早的,会退回联动办已确认的联系人:%s。先取来生效的(liandongctl "
		"route "
		"export),把这几处写进目录再 reload;真要换别的号码,就写新的号码",
		names),
	    arena_printf(k->a,
		"units.yaml of the folder is older and would take back contacts that the office confirmed: "
		"%s. Get "
		"what is in force (liandongctl route export), bring these into the folder and reload; to "
		"give them "
		"another number, write that",
		names));
}

/* -- what would go elsewhere --------------------------------------------------------------------- */

static bool needs_comparing(const struct judging *k)
{
	if (!k->before || strcmp(k->before->revision, k->after->revision) == 0)
		return false;
	/* rules that were in force may come back at once, and so may other phones: the second administrator is asked about targets
	 * and the gate alone */
	return !adopts(k) ||
	    (k->before->policy.approval.moved >= 0 && !k->contacts_only && !k->ask->revision);
}

static bool compare(struct judging *k)
{
	struct compare_wish wish = {.before = k->before,
	    .after = k->after,
	    .texts = wish_of(k),
	    .from = k->ask->from,
	    .since_ms = k->ask->since_ms,
	    .progress = k->progress,
	    .arg = k->arg};

	outlets_compare(k->before, k->after, k->a, &k->outlets);
	loosened_compare(k->before, k->after, k->a, &k->loosened);
	loosened_cases(k->tests, k->ask->folder, k->a, &k->loosened);
	if (!needs_comparing(k))
		return true;
	if (!wish.since_ms)
		wish.since_ms = k->before->policy.approval.since_ms;
	compare_p1(k->before, k->after, k->a, &k->compared);
	return compare_stored(k->r, &wish, k->a, &k->compared) == STORE_OK ||
	    refuse_with(k, ERROR_UNAVAILABLE, "数据库读不出来,请稍后再试;若一再如此,请看日志",
		"The store cannot be read; try later, and look into the log.");
}

/* -- the second administrator ---------------------------------------------------------------------- */

static void put_reason(struct json *j, const struct judging *k, const char *zh, const char *en)
{
	json_text(j, NULL, k->ask->english ? en : zh);
}

/* Of very few incidents a share says nothing. */
#define SHARE_LEAST 3

static bool moves_many(const struct judging *k)
{
	const struct approval_policy *policy = &k->before->policy.approval;
	int64_t moved = k->compared.moved;

	return moved > policy->moved ||
	    (policy->share && moved >= SHARE_LEAST && moved * 100 > policy->share * k->compared.incidents);
}

static void put_moved(struct json *j, const struct judging *k)
{
	const struct approval_policy *policy = &k->before->policy.approval;
	long long n = (long long)k->compared.moved, of = (long long)k->compared.incidents;

	if (n > policy->moved)
		put_reason(j, k,
		    arena_printf(k->a, "所比较的 %lld 件警情中有 %lld 件会派给别的单位,超过 %d 件", of, n,
			policy->moved),
		    arena_printf(k->a, "of %lld incidents %lld would go elsewhere, which is more than %d", of,
			n, policy->moved));
	else
		put_reason(j, k,
		    arena_printf(k->a, "所比较的 %lld 件警情中有 %lld 件会派给别的单位,超过 %d%%", of, n,
			policy->share),
		    arena_printf(k->a, "of %lld incidents %lld would go elsewhere, which is more than %d%%",
			of, n, policy->share));
}

static void put_p1(struct json *j, const struct judging *k, const struct moved_p1 *p)
{
	const char *was = p->before ? p->before : "none", *is = p->after ? p->after : "none";
	bool city = p->zone == ZONE_CITY;

	put_reason(j, k,
	    arena_printf(k->a, "P1 类别 %s %s 的主办单位由 %s 改为 %s(%s%s%s)", p->category, p->name, was, is,
		city ? "城区" : "城区以外", p->rule ? ",规则 " : "", p->rule ? p->rule : ""),
	    arena_printf(k->a, "the lead of the P1 category %s %s becomes %s, was %s (%s%s%s)", p->category,
		p->name, is, was, city ? "city" : "outside", p->rule ? ", rule " : "",
		p->rule ? p->rule : ""));
}

static void put_p1_moved(struct json *j, const struct judging *k)
{
	long long n = (long long)k->compared.p1_moved;

	put_reason(j, k, arena_printf(k->a, "所比较的 P1 警情中有 %lld 件的主办单位会改变", n),
	    arena_printf(k->a, "%lld of the P1 incidents compared would have another lead", n));
}

static void put_outlet(struct json *j, const struct judging *k, const struct outlet *o)
{
	const char *was = o->before ? o->before : "-", *is = o->after ? o->after : "-";

	put_reason(j, k,
	    arena_printf(k->a, "%s 由 %s 改为 %s:那里收到报警人的姓名、电话,或以它的名义办理", o->name, was,
		is),
	    arena_printf(k->a,
		"%s becomes %s, was %s: reporters' names and phones go there, or acts come from there",
		o->name, is, was));
}

/* Is second_admin left out or made weaker? One administrator alone may not do that. */
static bool gate_opens(const struct judging *k)
{
	const struct approval_policy *was = &k->before->policy.approval, *is = &k->after->policy.approval;

	return is->moved < 0 || is->moved > was->moved || is->since_ms < was->since_ms ||
	    (was->share && (!is->share || is->share > was->share));
}

/* Rules that were in force come back at once, but for what cannot be undone. */
static bool asks_of(const struct judging *k, const struct loosening *l)
{
	return l->lasting || !adopts(k) || !k->ask->revision;
}

static int count_loosened(const struct judging *k)
{
	int n = 0;

	for (int i = 0; i < k->loosened.n; i++)
		n += asks_of(k, &k->loosened.v[i]);
	return n;
}

static void put_loosened(struct json *j, const struct judging *k)
{
	for (int i = 0, n = 0; i < k->loosened.n && n < PROBLEMS_SAID; i++) {
		const struct loosening *l = &k->loosened.v[i];

		if (!asks_of(k, l))
			continue;
		n++;
		put_reason(j, k,
		    arena_printf(k->a, "%s 由 %s 改为 %s:%s", l->what, l->before, l->after,
			l->lasting ? "更早删除个人信息,删了不能恢复" : "比原来宽"),
		    arena_printf(k->a, "%s becomes %s, was %s: %s", l->what, l->after, l->before,
			l->lasting ? "personal data are erased earlier, for good" : "it asks for less"));
	}
}

static void put_reasons(struct json *j, const struct judging *k, bool many, bool opens)
{
	if (many)
		put_moved(j, k);
	for (size_t i = 0; i < k->compared.n_p1 && i < PROBLEMS_SAID; i++)
		put_p1(j, k, &k->compared.p1[i]);
	if (k->compared.p1_moved)
		put_p1_moved(j, k);
	for (int i = 0; i < k->outlets.n; i++)
		if (k->outlets.v[i].guarded)
			put_outlet(j, k, &k->outlets.v[i]);
	put_loosened(j, k);
	if (opens)
		put_reason(j, k, "policy.yaml 的 second_admin 去掉了,或者放宽了",
		    "second_admin of policy.yaml is left out or made weaker");
}

static void put_approval(struct json *j, const struct judging *k)
{
	const struct approval_policy *policy = k->before ? &k->before->policy.approval : NULL;
	bool on = policy && policy->moved >= 0, many = on && moves_many(k), opens = on && gate_opens(k);

	json_begin(j, "approval");
	json_bool(j, "needed",
	    on &&
		(many || k->compared.n_p1 || k->compared.p1_moved || k->outlets.guarded ||
		    count_loosened(k) || opens));
	json_list(j, "why");
	if (on)
		put_reasons(j, k, many, opens);
	json_close(j);
	if (on)
		json_int(j, "lapses_ms", policy->lapse_ms);
	json_end(j);
}

/* -- the answer ------------------------------------------------------------------------------------- */

/* lacking[]: what would make messages of partners fail; left out where nothing is lacking. */
static void put_lacking(struct json *j, const struct problems *p)
{
	bool begun = false;

	for (int i = 0; i < p->n; i++) {
		if (p->v[i].code != PROBLEM_PARTNER_ACCOUNT)
			continue;
		if (!begun)
			json_list(j, "lacking");
		begun = true;
		json_text(j, NULL, p->v[i].text);
	}
	if (begun)
		json_close(j);
}

static void put_all(struct json *j, const struct judging *k, int64_t took_us)
{
	char folder[REVISION_LEN + 1];

	json_begin(j, NULL);
	json_text(j, "revision", k->after->revision);
	json_text(j, "against", k->before ? k->before->revision : NULL);
	json_int(j, "tests", k->n_tests);
	json_int(j, "warnings", k->problems.warnings);
	json_bool(j, "contacts_only", k->contacts_only);
	if (k->ask->folder && mechanism_folder_revision(k->ask->folder, folder))
		json_text(j, "folder", folder);
	compare_render(j, &k->compared);
	outlets_render(j, &k->outlets);
	loosened_render(j, &k->loosened);
	put_lacking(j, &k->problems);
	put_approval(j, k);
	json_int(j, "took_ms", took_us / 1000);
	json_end(j);
}

static void put_files(struct buf *out, struct str json, const struct mechanism *m)
{
	buf_bytes(out, json);
	buf_u16(out, (uint16_t)m->n_files);
	for (int i = 0; i < m->n_files; i++) {
		buf_opt(out, m->files[i].name);
		buf_bytes(out, m->files[i].bytes);
	}
}

bool rules_unpack(struct str body, struct arena *a, struct rules_adopted *out)
{
	struct reader r = reader_of(body);

	*out = (struct rules_adopted){.json = read_bytes(&r)};
	out->n_files = read_u16(&r);
	if (out->n_files > MECHANISM_FILES)
		return false;
	for (int i = 0; i < out->n_files; i++) {
		out->files[i].name = read_opt(&r, a);
		out->files[i].bytes = read_bytes(&r);
		if (!out->files[i].name)
			return false;
	}
	return reader_done(&r);
}

static void answer(struct judging *k, struct buf *out, int64_t began_us)
{
	struct buf text = {0};
	struct json j = json_to(&text);

	put_all(&j, k, clock_mono_us() - began_us);
	if (adopts(k))
		put_files(out, buf_view(&text), k->after);
	else
		buf_str(out, buf_view(&text));
	buf_free(&text);
	k->made->type = "application/json; charset=utf-8";
	k->made->revision = arena_text(k->a, k->after->revision);
	k->made->chain = "";
}

/* -- what is wrong with it ---------------------------------------------------------------------------- */

/* The files go by their names alone: where they stand on this machine is no business of who asks. */
static void forget_folder(struct problems *p)
{
	for (int i = 0; i < p->n; i++) {
		p->v[i].file = name_of(p->v[i].file);
		p->v[i].related.file = name_of(p->v[i].related.file);
	}
}

static void put_check(struct judging *k, struct buf *out)
{
	struct json j = json_to(out);
	const struct problems *p = &k->problems;

	json_begin(&j, NULL);
	json_bool(&j, "ok", p->errors == 0);
	json_int(&j, "errors", p->errors);
	json_int(&j, "warnings", p->warnings);
	json_text(&j, "revision", k->after ? k->after->revision : NULL);
	json_text(&j, "against", k->before ? k->before->revision : NULL);
	json_int(&j, "tests", k->n_tests);
	problems_json(p, &j);
	if (k->after)
		text_quality_json(&k->texts, k->after, &j);
	json_end(&j);
}

/* A mechanism with errors is an answer, too. */
static void check(struct judging *k, struct buf *out)
{
	const struct mechanism *shown;

	if (!find_candidate(k))
		return;
	if (k->after) {
		run_cases(k, true);
		mechanism_check(k->after, NULL, clock_wall().ms, &k->problems);
		partners_check(k->r, k->after, NULL, &k->problems);
	}
	forget_folder(&k->problems);
	put_check(k, out);
	shown = k->after ? k->after : k->before;
	k->made->type = "application/json; charset=utf-8";
	k->made->revision = shown ? arena_text(k->a, shown->revision) : "";
	k->made->chain = "";
}

/* -- what may be learned ------------------------------------------------------------------------------- */

static bool lists(const struct judging *k)
{
	return strcmp(k->ask->format, "cases") == 0;
}

static void list(struct judging *k, struct buf *out)
{
	if (!k->before)
		refuse_with(k, ERROR_UNAVAILABLE, "正在生效的版本读不出来",
		    "the revision in force cannot be read");
	else if (learn_list(k->r, k->before, k->ask, k->a, out, k->made)) {
		k->made->type = "application/json; charset=utf-8";
		k->made->revision = arena_text(k->a, k->before->revision);
		k->made->chain = "";
	}
}

static bool open_reads(struct judging *k, const char *store)
{
	char why[256];

	k->r = reads_open(store, why, sizeof why);
	return k->r || refuse_with(k, ERROR_UNAVAILABLE, arena_text(k->a, why), arena_text(k->a, why));
}

void rules_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg)
{
	struct judging k = {
	    .store = store, .ask = ask, .a = a, .made = made, .progress = progress, .arg = arg};
	int64_t began_us = clock_mono_us();
	bool good;

	*made = (struct report_made){.code = OK};
	problems_init(&k.problems, ask->english);
	good = open_reads(&k, store);
	if (good && ask->against)
		good = stored(&k, ask->against, &k.before);
	else if (good)
		k.before = report_mechanism(k.r, a, NULL);
	if (good && lists(&k))
		list(&k, out);
	else if (good && checks(&k))
		check(&k, out);
	else if (good && find_candidate(&k) && is_good(&k) && keeps_contacts(&k) && compare(&k))
		answer(&k, out, began_us);
	mechanism_release(k.before);
	mechanism_release(k.after);
	if (k.r)
		reads_close(k.r);
	problems_free(&k.problems);
}
