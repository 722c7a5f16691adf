/*
 * diff.c - liandongctl route diff: what would go elsewhere by other files, over the incidents that are stored. Made
 * here, beside a running daemon or without one, by the code of the report process; nothing is changed. Place: ctl.
 */
#include "ctl/diff.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "ctl/reports.h"
#include "report/rules.h"

#include <stdio.h>
#include <sys/stat.h>

#define RULES_SHOWN 15

json_t *diff_make(struct ctl *ctl, const struct diff_options *o, struct report_ask *ask)
{
	struct waiter waiter = {.since_ms = clock_mono().ms};
	struct buf out = {0};
	struct report_made made;
	json_t *tree = NULL;

	ask->kind = RULES_KIND;
	ask->period = "-";
	ask->format = "diff";
	ask->english = ctl->english;
	if (!o->store && !ctl_options(ctl))
		return NULL;
	rules_make(o->store ? o->store : ctl->options->store, ask, ctl->arena, &out, &made, reports_progress,
	    &waiter);
	reports_progress_end(&waiter);
	if (made.code == OK)
		tree = json_loadb(out.p, out.n, 0, NULL);
	else
		ctl_fail("%s", made.detail ? made.detail : error_kinds[made.code].zh);
	buf_free(&out);
	return tree;
}

/* -- for people ------------------------------------------------------------------------------ */

static const char *count(struct ctl *ctl, const json_t *t, const char *key)
{
	return arena_printf(ctl->arena, "%lld", (long long)json_integer_value(json_object_get(t, key)));
}

static void show_rules(struct ctl *ctl, const json_t *t)
{
	const json_t *rules = json_object_get(t, "rules");
	static const struct both heads[] = {
	    {"原规则", "rule before"}, {"新规则", "rule now"}, {"件数", "moved"}, {"例如", "examples"}};
	struct table table;
	json_t *one;
	size_t i;

	if (json_array_size(rules) == 0)
		return;
	table_init(&table, ctl->arena, heads, 4);
	json_array_foreach(rules, i, one) {
		const char *numbers = "";
		size_t k;
		json_t *n;

		if (i == RULES_SHOWN)
			break;
		json_array_foreach(json_object_get(one, "examples"), k, n)
			numbers =
			    arena_printf(ctl->arena, "%s%s%s", numbers, k ? " " : "", json_string_value(n));
		const char *cells[] = {
		    ctl_text(one, "from"), ctl_text(one, "to"), count(ctl, one, "moved"), numbers};
		table_row(&table, cells);
	}
	puts("");
	table_print(&table);
	if (json_array_size(rules) > RULES_SHOWN)
		printf(say("其余 %zu 组见 --json\n", "%zu more groups: --json\n"),
		    json_array_size(rules) - RULES_SHOWN);
}

static void show_units(struct ctl *ctl, const json_t *t)
{
	const json_t *units = json_object_get(t, "units");
	static const struct both heads[] = {{"单位", "unit"}, {"名称", "name"}, {"少主办", "leads lost"},
	    {"多主办", "leads gained"}, {"少接", "lost"}, {"多接", "gained"}};
	struct table table;
	json_t *one;
	size_t i;

	if (json_array_size(units) == 0)
		return;
	table_init(&table, ctl->arena, heads, 6);
	json_array_foreach(units, i, one) {
		const char *cells[] = {ctl_text(one, "unit"), ctl_text(one, "name"),
		    count(ctl, one, "leads_lost"), count(ctl, one, "leads_gained"), count(ctl, one, "lost"),
		    count(ctl, one, "gained")};
		table_row(&table, cells);
	}
	puts("");
	table_print(&table);
}

const char *ctl_or_none(const char *text)
{
	return *text ? text : say("无", "none");
}

static void show_p1(const json_t *t)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(t, "p1"), i, one)
		printf(say("P1 %s %s(%s):主办 %s → %s\n", "P1 %s %s (%s): lead %s → %s\n"),
		    ctl_text(one, "category"), ctl_text(one, "name"), ctl_word(ctl_text(one, "zone")),
		    ctl_or_none(ctl_text(one, "before")), ctl_or_none(ctl_text(one, "after")));
}

static void show_approval(const json_t *t)
{
	const json_t *approval = json_object_get(t, "approval");
	json_t *one;
	size_t i;

	if (!json_is_true(json_object_get(approval, "needed")))
		return;
	puts(say("\n生效前须由第二名管理员同意(route approve):",
	    "\nA second administrator has to approve it (route approve):"));
	json_array_foreach(json_object_get(approval, "why"), i, one)
		printf("  %s\n", json_string_value(one));
}

void diff_show(struct ctl *ctl, const json_t *t)
{
	const char *against = ctl_text(t, "against");

	if (strcmp(ctl_text(t, "revision"), against) == 0) {
		printf(say("与版本 %s 相同\n", "the same as revision %s\n"), against);
		return;
	}
	printf(say("版本 %s 比 %s:%s 以来 %s 件警情,%s 件会派给别的单位(主办改变 %s 件)\n",
		   "revision %s against %s: of the incidents since %s, %s, %s would go to other units (%s "
		   "with another lead)\n"),
	    ctl_text(t, "revision"), against, ctl_when(ctl, ctl_text(t, "from")), count(ctl, t, "incidents"),
	    count(ctl, t, "moved"), count(ctl, t, "lead"));
	printf(say("级别改变 %s 件,类别改变 %s 件,没有规则接收的由 %s 件变为 %s 件\n",
		   "another priority: %s, another category: %s, without a rule: %s before, %s after\n"),
	    count(ctl, t, "priority"), count(ctl, t, "category"), count(ctl, t, "unmatched_before"),
	    count(ctl, t, "unmatched_after"));
	if (json_integer_value(json_object_get(t, "textless")) > 0)
		printf(say("另有 %s 件没有类别,文字已按期删除,没有比较\n",
			   "%s without a category were not compared: their texts are erased\n"),
		    count(ctl, t, "textless"));
	if (json_is_true(json_object_get(t, "contacts_only")))
		puts(say("只改了电话和人员,派单不受影响",
		    "only phones and people changed: dispatching stays as it is"));
	show_rules(ctl, t);
	show_units(ctl, t);
	show_p1(t);
	show_approval(t);
}

/* -- the command ------------------------------------------------------------------------------ */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_revision(const char *text)
{
	return strlen(text) == REVISION_LEN && strspn(text, "0123456789abcdef") == REVISION_LEN;
}

static bool parse_numbers(struct ctl *ctl, const char *since, const char *most, struct report_ask *ask,
    uint64_t *max_moved)
{
	if (since && (!duration_parse(str_of(since), &ask->since_ms) || ask->since_ms <= 0)) {
		ctl_usage(ctl,
		    say("--since 应为时长,如 30d、12h", "--since takes a duration, such as 30d or 12h"));
		return false;
	}
	if (most && !str_uint(str_of(most), max_moved)) {
		ctl_usage(ctl, say("--max-moved 应为件数,如 20", "--max-moved takes a number, such as 20"));
		return false;
	}
	return true;
}

/* Over what the gate lets through: the exit code says so, for scripts. */
static int gate(struct ctl *ctl, const json_t *t, uint64_t most)
{
	long long moved = (long long)json_integer_value(json_object_get(t, "moved"));

	if (moved <= (long long)most)
		return EXIT_DONE;
	return ctl_fail(ctl->english ? "%lld incidents would go elsewhere, more than %lld (--max-moved)"
				     : "%lld 件会派给别的单位,超过 %lld 件(--max-moved)",
	    moved, (long long)most);
}

int ctl_route_diff(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {
	    {.name = "--since"}, {.name = "--against"}, {.name = "--max-moved"}, {.name = "--store"}};
	struct report_ask ask = {0};
	uint64_t most = 0;

	argc = ctl_parse(ctl, argc, argv, o, 4);
	if (argc != 1)
		return argc < 0 ? EXIT_USAGE
				: ctl_wants_one(ctl, argc, argv, "一个配置目录或版本",
				      "a folder of a mechanism, or a revision");
	if (is_folder(argv[0]))
		ask.folder = argv[0];
	else if (is_revision(argv[0]))
		ask.revision = argv[0];
	else
		return ctl_fail(ctl->english ? "%s is no folder and no revision (%d hexadecimal digits)"
					     : "%s 不是目录,也不是版本(%d 位十六进制)",
		    argv[0], REVISION_LEN);
	if (!parse_numbers(ctl, o[0].value, o[2].value, &ask, &most))
		return EXIT_USAGE;
	ask.against = o[1].value;
	json_t *t = diff_make(ctl, &(struct diff_options){.store = o[3].value}, &ask);
	if (!t)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(t);
	else
		diff_show(ctl, t);
	int code = o[2].value ? gate(ctl, t, most) : EXIT_DONE;
	json_decref(t);
	return code;
}
