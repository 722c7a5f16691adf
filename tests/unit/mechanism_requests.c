/*
 * mechanism_requests.c - what policy.yaml says of requests: how long each kind may wait, the reasons and the deciders of
 * returns, how far a clock is extended, when measures are proposed. Good values, those that are refused with their
 * sentence, and what holds where nothing is said.
 */
#include "mechanism_base.h"
#include "base/time.h"
#include "domain/matter.h"

#include <stdio.h>

static const char good[] = "decisions:\n"
			   "  extend: {P1: 5m, P2: 6m, P3: 7h, P4: 8h}\n"
			   "  late_step: 3 working-days\n"
			   "  appeal: 60 working-days\n"
			   "  handover: 1s\n"
			   "  duty_check: 20m\n"
			   "  measure: 1 working-days\n"
			   "  ownership: 4 working-days\n"
			   "  contacts: 6 working-days\n"
			   "returns:\n"
			   "  reasons: {not-ours: 不归我们, duplicate: 重复派单, insufficient: 信息不足}\n"
			   "  second: {by: shift-leader, off_hours: office}\n"
			   "extend: {most: 20, cap: {P1: 1m, P2: 2m, P3: 3h, P4: 4d}}\n"
			   "measures:\n"
			   "  order: {findings: 1, within: 366d}\n"
			   "  circulated-criticism: {findings: 1000, within: 1d}\n";

static char policy[16384];

/* The base's policy with these lines, in which one text stands for another. */
static struct mechanism *load_with(const char *lines, const char *from, const char *to, struct problems *p)
{
	struct mechanism_file_set set = files_of(base);
	const char *at = strstr(lines, from);

	assert_non_null(at);
	snprintf(policy, sizeof policy, "%s%.*s%s%s", base[POLICY], (int)(at - lines), lines, to,
	    at + strlen(from));
	set.v[POLICY].bytes = str_of(policy);
	problems_init(p, false);
	return mechanism_load_files(set.v, BASE_FILES, p);
}

static struct mechanism *loaded(const char *lines, struct problems *p)
{
	struct mechanism *m = load_with(lines, "", "", p);

	for (int i = 0; i < p->n; i++)
		print_error("%s\n", p->v[i].text);
	assert_non_null(m);
	assert_int_equal(p->n, 0);
	return m;
}

static void by_priority(const int64_t limits[PRIORITY_COUNT], int64_t p1, int64_t p2, int64_t p3, int64_t p4)
{
	assert_int_equal(limits[P1], p1);
	assert_int_equal(limits[P2], p2);
	assert_int_equal(limits[P3], p3);
	assert_int_equal(limits[P4], p4);
}

static void reads_what_is_written(void **state)
{
	struct problems p;
	struct mechanism *m = loaded(good, &p);
	const struct policy *is = &m->policy;

	(void)state;
	by_priority(is->extend_decision_ms, 5 * MINUTE_MS, 6 * MINUTE_MS, 7 * HOUR_MS, 8 * HOUR_MS);
	assert_int_equal(is->late_step_decision_days, 3);
	assert_int_equal(is->appeal_decision_days, 60);
	assert_int_equal(is->handover_decision_ms, SECOND_MS);
	assert_int_equal(is->duty_check_decision_ms, 20 * MINUTE_MS);
	assert_int_equal(is->measure_decision_days, 1);
	assert_int_equal(is->ownership_decision_days, 4);
	assert_int_equal(is->contacts_decision_days, 6);
	assert_int_equal(is->n_return_reasons, 3);
	assert_string_equal(is->return_reasons[0].code, "not-ours");
	assert_string_equal(is->return_reasons[0].name, "不归我们");
	assert_int_equal(is->second_return, DECIDER_SHIFT_LEADER);
	assert_int_equal(is->second_return_off, DECIDER_OFFICE);
	assert_int_equal(is->extend_most, 20);
	by_priority(is->extend_cap_ms, MINUTE_MS, 2 * MINUTE_MS, 3 * HOUR_MS, 4 * DAY_MS);
	assert_int_equal(is->measures[MEASURE_ORDER].findings, 1);
	assert_int_equal(is->measures[MEASURE_ORDER].within_ms, 366 * DAY_MS);
	assert_int_equal(is->measures[MEASURE_CRITICISM].findings, 1000);
	assert_int_equal(is->measures[MEASURE_CRITICISM].within_ms, DAY_MS);
	mechanism_release(m);
	problems_free(&p);
}

/* As the table of requests has it: a revision of before these keys decides by the same limits. */
static void assert_usual(const struct policy *is)
{
	by_priority(is->extend_decision_ms, 10 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, HOUR_MS);
	assert_int_equal(is->late_step_decision_days, 2);
	assert_int_equal(is->appeal_decision_days, 10);
	assert_int_equal(is->handover_decision_ms, 15 * MINUTE_MS);
	assert_int_equal(is->duty_check_decision_ms, 30 * MINUTE_MS);
	assert_int_equal(is->measure_decision_days, 10);
	assert_int_equal(is->ownership_decision_days, 5);
	assert_int_equal(is->contacts_decision_days, 5);
	assert_int_equal(is->n_return_reasons, 5);
	assert_non_null(policy_return_reason(is, "not-our-area"));
	assert_non_null(policy_return_reason(is, "not-our-asset"));
	assert_non_null(policy_return_reason(is, "not-our-duty"));
	assert_non_null(policy_return_reason(is, REASON_DUPLICATE));
	assert_non_null(policy_return_reason(is, REASON_INSUFFICIENT));
	assert_int_equal(is->second_return, DECIDER_OFFICE);
	assert_int_equal(is->second_return_off, DECIDER_SHIFT_LEADER);
	assert_int_equal(is->extend_most, 2);
	by_priority(is->extend_cap_ms, 30 * MINUTE_MS, HOUR_MS, 2 * DAY_MS, 5 * DAY_MS);
	assert_int_equal(is->measures[MEASURE_ORDER].findings, 0);
	assert_int_equal(is->measures[MEASURE_CRITICISM].findings, 0);
}

static void what_is_not_said_is_as_usual(void **state)
{
	static const char *const lines[] = {"", "decisions: {}\nreturns: {}\nextend: {}\nmeasures: {}\n",
	    "returns: {second: {}}\nextend: {cap: {}}\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct problems p;
		struct mechanism *m = *lines[i] ? loaded(lines[i], &p) : load_base(&p);

		assert_usual(&m->policy);
		mechanism_release(m);
		problems_free(&p);
	}
}

/* One key of a mapping says nothing about the others. */
static void one_that_is_said_leaves_the_others(void **state)
{
	struct problems p;
	struct mechanism *m = loaded("decisions: {extend: {P2: 20m}, appeal: 7 working-days}\n"
				     "returns: {second: {by: shift-leader}}\n"
				     "extend: {most: 0, cap: {P4: 9d}}\n"
				     "measures: {order: {findings: 3, within: 30d}}\n",
	    &p);
	const struct policy *is = &m->policy;

	(void)state;
	by_priority(is->extend_decision_ms, 10 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, HOUR_MS);
	assert_int_equal(is->appeal_decision_days, 7);
	assert_int_equal(is->late_step_decision_days, 2);
	assert_int_equal(is->n_return_reasons, 5);
	assert_int_equal(is->second_return, DECIDER_SHIFT_LEADER);
	assert_int_equal(is->second_return_off, DECIDER_SHIFT_LEADER);
	assert_int_equal(is->extend_most, 0); /* none at all */
	by_priority(is->extend_cap_ms, 30 * MINUTE_MS, HOUR_MS, 2 * DAY_MS, 9 * DAY_MS);
	assert_int_equal(is->measures[MEASURE_ORDER].findings, 3);
	assert_int_equal(is->measures[MEASURE_CRITICISM].findings, 0);
	mechanism_release(m);
	problems_free(&p);
}

static const struct nonsense {
	const char *from, *to, *says;
	int line; /* of the lines above, the first being 0 */
} nonsense[] = {
    {"P1: 5m", "P1: 5", "时长", 1},
    {"P1: 5m", "P1: 0s", "不小于 1s", 1},
    {"P1: 5m", "P0: 5m", "P0", 1},
    {"extend: {P1: 5m, P2: 6m, P3: 7h, P4: 8h}", "extend: 5m", "映射", 1},
    {"late_step: 3 working-days", "late_step: 3d", "工作日数", 2},
    {"late_step: 3 working-days", "late_step: 3", "工作日数", 2},
    {"late_step: 3 working-days", "late_step: 0 working-days", "1 至 60 个工作日", 2},
    {"appeal: 60 working-days", "appeal: 61 working-days", "1 至 60 个工作日", 3},
    {"appeal: 60 working-days", "appeal: -1 working-days", "1 至 60 个工作日", 3},
    {"handover: 1s", "handover: 2 working-days", "时长", 4},
    {"handover: 1s", "handover: 999ms", "不小于 1s", 4},
    {"duty_check: 20m", "duty_check: \"\"", "时长", 5},
    {"measure: 1 working-days", "mesure: 1 working-days", "是不是 “measure”", 6},
    {"ownership: 4 working-days", "ownership: 4 workdays", "工作日数", 7},
    {"contacts: 6 working-days", "contacts: 6 days", "工作日数", 8},
    {"not-ours: 不归我们, ", "", "", -1},
    {"duplicate: 重复派单, ", "", "改派理由中应有 duplicate", 10},
    {", insufficient: 信息不足", "", "改派理由中应有 insufficient", 10},
    {"not-ours: 不归我们", "Not_Ours: 不归我们", "Not_Ours", 10},
    {"not-ours: 不归我们", "not-ours: \"\"", "文字是空的", 10},
    {"{not-ours: 不归我们, duplicate: 重复派单, insufficient: 信息不足}", "[duplicate, insufficient]",
	"改派理由的代码和名称", 10},
    {"{not-ours: 不归我们, duplicate: 重复派单, insufficient: 信息不足}", "{}", "改派理由的代码和名称", 10},
    {"by: shift-leader", "by: desk", "shift-leader", 11},
    {"off_hours: office", "off_hour: office", "是不是 “off_hours”", 11},
    {"most: 20", "most: 21", "20", 12},
    {"most: 20", "most: -1", "0", 12},
    {"most: 20", "most: two", "整数", 12},
    {"P4: 4d", "P4: 4 working-days", "时长", 12},
    {"P1: 1m", "P1: 0m", "不小于 1s", 12},
    {"findings: 1,", "findings: 0,", "1", 14},
    {"findings: 1000", "findings: 1001", "1000", 15},
    {"findings: 1, within: 366d", "within: 366d", "缺少必需的键 “findings”", 14},
    {", within: 366d", "", "缺少必需的键 “within”", 14},
    {"within: 366d", "within: 367d", "366", 14},
    {"within: 1d", "within: 23h", "1", 15},
    {"circulated-criticism:", "referral:", "referral", 15},
};

static bool said(const struct problems *p, int line, const char *what)
{
	for (int k = 0; k < p->n; k++)
		if (p->v[k].line == line && strstr(p->v[k].text, what))
			return true;
	for (int k = 0; k < p->n; k++)
		print_error("line %d of %d: %s\n", p->v[k].line, line, p->v[k].text);
	return false;
}

static void refuses_nonsense(void **state)
{
	int before = 0, missed = 0;

	(void)state;
	for (const char *c = base[POLICY]; *c; c++)
		before += *c == '\n';
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		const struct nonsense *n = &nonsense[i];
		struct problems p;
		struct mechanism *m = load_with(good, n->from, n->to, &p);

		if (n->line < 0) { /* it is none: a reason of ours may go */
			assert_non_null(m);
			mechanism_release(m);
		} else if (m || !said(&p, before + 1 + n->line, n->says)) {
			print_error("^ %s\n", n->to);
			missed++;
		}
		problems_free(&p);
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_is_written),
	    cmocka_unit_test(what_is_not_said_is_as_usual),
	    cmocka_unit_test(one_that_is_said_leaves_the_others),
	    cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
