/* mechanism_rubric.c - the rubric of scores as it is read, and the nonsense that it refuses. */
#include "mechanism_base.h"
#include "domain/matter.h"

#include <stdio.h>

static const char good[] = "rubric:\n"
			   "  official: false\n"
			   "  base: 100\n"
			   "  not_ranked_below: 5\n"
			   "  least: 20\n"
			   "  weight: {lead: 1, assist: 0.5}\n"
			   "  one_delay: gravest\n"
			   "  groups: [100, 20]\n"
			   "  classes:\n"
			   "    - {id: arrive, per: percent, deduct: 1, beyond: {2x: 2, never: 3}, most: 30, "
			   "article: 第十二条}\n"
			   "    - {id: duty, per: case, deduct: 0.25, most: 70, article: 第十一条}\n";

static char policy[16384];

/* The base's policy with this rubric, in which one text stands for another. */
static struct mechanism *load_with(const char *from, const char *to, struct problems *p)
{
	struct mechanism_file_set set = files_of(base);
	const char *at = strstr(good, from);

	assert_non_null(at);
	snprintf(policy, sizeof policy, "%s%.*s%s%s", base[POLICY], (int)(at - good), good, to,
	    at + strlen(from));
	set.v[POLICY].bytes = str_of(policy);
	problems_init(p, false);
	return mechanism_load_files(set.v, BASE_FILES, p);
}

static void reads_the_rubric(void **state)
{
	struct problems p;
	struct mechanism *m = load_with("rubric:", "rubric:", &p);

	(void)state;
	assert_non_null(m);
	assert_int_equal(p.n, 0);
	const struct rubric *r = &m->policy.rubric;
	assert_true(r->exists && !r->official);
	assert_int_equal(r->base, 10000);
	assert_int_equal(r->not_ranked_below, 5);
	assert_int_equal(r->least, 20);
	assert_int_equal(r->weight[AS_LEAD], 100);
	assert_int_equal(r->weight[AS_ASSIST], 50);
	assert_int_equal(r->one_delay, DELAY_GRAVEST);
	assert_int_equal(r->n_groups, 2);
	assert_int_equal(r->groups[0], 100);
	assert_int_equal(r->groups[1], 20);
	assert_int_equal(r->n_classes, 2);
	assert_int_equal(r->classes[0].finding, FINDING_ARRIVE);
	assert_int_equal(r->classes[0].per, PER_PERCENT);
	assert_int_equal(r->classes[0].deduct, 100);
	assert_int_equal(r->classes[0].twice, 200);
	assert_int_equal(r->classes[0].never, 300);
	assert_int_equal(r->classes[0].most, 3000);
	assert_string_equal(r->classes[0].article, "第十二条");
	assert_int_equal(r->classes[1].finding, FINDING_DUTY);
	assert_int_equal(r->classes[1].per, PER_CASE);
	assert_int_equal(r->classes[1].deduct, 25);
	assert_int_equal(r->classes[1].twice, 0);
	mechanism_release(m);
	problems_free(&p);
}

/* A revision of before rubrics has none. */
static void it_may_be_missing(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);

	(void)state;
	assert_false(m->policy.rubric.exists);
	mechanism_release(m);
	problems_free(&p);
}

static const struct nonsense {
	const char *from, *to, *says;
	int line; /* below `rubric:`, which is 0 */
} nonsense[] = {
    {"most: 70", "most: 70.01", "超过了 base", 9},
    {"base: 100", "base: 99.99", "超过了 base", 9},
    {", article: 第十一条", "", "缺少必需的键 “article”", 10},
    {"article: 第十一条", "article: \"\"", "文字是空的", 10},
    {"id: duty", "id: arrive", "已有一条", 10},
    {"id: duty", "id: dutty", "是不是 “duty”", 10},
    {"per: case", "per: percent", "只用于", 10},
    {"deduct: 0.25", "deduct: 0", "0.01 至 1000", 10},
    {"deduct: 0.25", "deduct: 0.255", "最多两位小数", 10},
    {"deduct: 0.25", "deduct: -1", "0.01 至 1000", 10},
    {"deduct: 0.25", "deduct: 1.", "0.01 至 1000", 10},
    {"deduct: 0.25", "deduct: \"1\"", "0.01 至 1000", 10},
    {"deduct: 0.25, most: 70", "deduct: 8, most: 7", "比一次的扣分", 10},
    {"2x: 2, never: 3", "2x: 0.5, never: 3", "1 至 1000", 9},
    {"2x: 2, never: 3", "2x: 4, never: 3", "不应比 2x", 9},
    {"2x: 2, never: 3", "3x: 2", "3x", 9},
    {"[100, 20]", "[20, 100]", "从大到小", 7},
    {"[100, 20]", "[100, 0]", "从大到小", 7},
    {"least: 20", "least: 0", "1 与", 4},
    {"assist: 0.5", "assist: 11", "0 至 10", 5},
    {"gravest", "worst", "gravest、each", 6},
    {"  one_delay: gravest\n", "", "缺少必需的键 “one_delay”", 1},
};

static void refuses_nonsense(void **state)
{
	int rubric_at = 0, missed = 0;

	(void)state;
	for (const char *c = base[POLICY]; *c; c++)
		rubric_at += *c == '\n';
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		const struct nonsense *n = &nonsense[i];
		struct problems p;
		bool said = false;

		assert_null(load_with(n->from, n->to, &p));
		for (int k = 0; k < p.n; k++)
			said = said ||
			    (p.v[k].line == rubric_at + 1 + n->line && strstr(p.v[k].text, n->says) != NULL);
		for (int k = 0; !said && k < p.n; k++)
			print_error("%s: line %d: %s\n", n->to, p.v[k].line - rubric_at - 1, p.v[k].text);
		missed += !said;
		problems_free(&p);
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_rubric),
	    cmocka_unit_test(it_may_be_missing),
	    cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
