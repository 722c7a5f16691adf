/*
 * requests.c - the parts of policy.yaml about requests (申请): how long each kind may wait for its
 * decision, returns, extensions, when measures are proposed. All of it is ours, and what a file does not say is policy.c's initial.
 */
#include "mechanism/shape.h"
#include "base/array.h"
#include "base/time.h"

bool shape_get_workdays(struct reading *r, const struct node *v, int *days)
{
	static const char unit[] = " working-days";
	size_t n = v->kind == NODE_SCALAR ? strlen(v->text) : 0;
	uint64_t count;

	if (n <= sizeof(unit) - 1 || strcmp(v->text + n - (sizeof(unit) - 1), unit) != 0)
		return false;
	if (!str_uint((struct str){v->text, n - (sizeof(unit) - 1)}, &count) || count < 1 || count > 60)
		shape_wrong(r, v, "1 至 60 个工作日,如 3 working-days",
		    "1 to 60 working days such as 3 working-days");
	else
		*days = (int)count;
	return true;
}

/* -- decisions -------------------------------------------------------------------------------- */

static void read_days(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (!shape_get_workdays(r, v, SHAPE_AT(int, base, k->offset)))
		shape_wrong(r, v, "工作日数,如 10 working-days", "working days such as 10 working-days");
}

#define LIMIT(p)                                                                                             \
	{                                                                                                    \
		.name = #p, .read = shape_duration, .offset = (p) * sizeof(int64_t), .least = SECOND_MS      \
	}
static const struct key limit_keys[] = {LIMIT(P1), LIMIT(P2), LIMIT(P3), LIMIT(P4)};
static const struct shape limit_shape = {SHAPE_KEYS(limit_keys), .size = sizeof(int64_t[PRIORITY_COUNT])};

static const struct key decisions_keys[] = {
    SHAPE_KEY("extend", shape_map, struct policy, extend_decision_ms, .shape = &limit_shape),
    SHAPE_KEY("late_step", read_days, struct policy, late_step_decision_days),
    SHAPE_KEY("appeal", read_days, struct policy, appeal_decision_days),
    SHAPE_KEY("handover", shape_duration, struct policy, handover_decision_ms, .least = SECOND_MS),
    SHAPE_KEY("duty_check", shape_duration, struct policy, duty_check_decision_ms, .least = SECOND_MS),
    SHAPE_KEY("measure", read_days, struct policy, measure_decision_days),
    SHAPE_KEY("ownership", read_days, struct policy, ownership_decision_days),
    SHAPE_KEY("contacts", read_days, struct policy, contacts_decision_days),
};
const struct shape decisions_shape = {SHAPE_KEYS(decisions_keys), .size = sizeof(struct policy)};

/* -- returns ---------------------------------------------------------------------------------- */

#define REASONS_MAX 20

/* {not-our-duty: 职能不符, …}: codes of ours, and how people call them. The codes that the program knows must
 * be among them: else a return for such a reason could not be asked. */
static void read_reasons(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct policy *policy = base;
	int n = 0;

	(void)k;
	if (v->kind != NODE_MAP || v->n == 0 || v->n > REASONS_MAX) {
		shape_wrong(r, v, "改派理由的代码和名称,如 {not-our-duty: 职能不符}",
		    "codes and names of reasons such as {not-our-duty: 职能不符}");
		return;
	}
	struct return_reason *reasons = arena_new_array(r->arena, struct return_reason, (size_t)v->n);
	for (const struct node *key = v->child; key; key = key->next) {
		struct return_reason one = {0};
		const struct key id = {.name = "reasons"};

		shape_id(r, key, &one.code, &id);
		if (key->value && shape_get_text(r, key->value, &one.name) && one.code)
			reasons[n++] = one;
	}
	policy->return_reasons = reasons;
	policy->n_return_reasons = n;
	for (size_t i = 0; i < 2; i++) {
		static const char *const known[] = {REASON_DUPLICATE, REASON_INSUFFICIENT};
		if (!policy_return_reason(policy, known[i]))
			yaml_error(r->problems, v, "改派理由中应有 %s:程序按这个代码处理",
			    "the reasons should have %s, which the program knows", known[i]);
	}
}

/* enum decider, as its index in names, which begin with that of the shift leader. */
static void read_decider(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, k->names, k->n_names, &i))
		*SHAPE_AT(enum decider, base, k->offset) = i ? DECIDER_OFFICE : DECIDER_SHIFT_LEADER;
}

static const char *const deciders[] = {"shift-leader", "office"};
static const struct key second_keys[] = {
    SHAPE_KEY("by", read_decider, struct policy, second_return, SHAPE_NAMES(deciders, 0)),
    SHAPE_KEY("off_hours", read_decider, struct policy, second_return_off, SHAPE_NAMES(deciders, 0)),
};
static const struct shape second_shape = {SHAPE_KEYS(second_keys), .size = sizeof(struct policy)};

static const struct key returns_keys[] = {
    {.name = "reasons", .read = read_reasons},
    {.name = "second", .read = shape_map, .shape = &second_shape},
};
const struct shape returns_shape = {SHAPE_KEYS(returns_keys), .size = sizeof(struct policy)};

/* -- measures --------------------------------------------------------------------------------- */

static const struct key measure_keys[] = {
    SHAPE_KEY("findings", shape_int, struct measure_rule, findings, .required = true, .least = 1,
	.most = 1000),
    SHAPE_KEY("within", shape_duration, struct measure_rule, within_ms, .required = true, .least = DAY_MS,
	.most = 366 * DAY_MS),
};
static const struct shape measure_shape = {SHAPE_KEYS(measure_keys), .size = sizeof(struct measure_rule)};

/* A referral (移交纪检监察机关) is proposed by people alone. */
static const struct key measures_keys[] = {
    SHAPE_KEY("order", shape_map, struct policy, measures[MEASURE_ORDER], .shape = &measure_shape),
    SHAPE_KEY("circulated-criticism", shape_map, struct policy, measures[MEASURE_CRITICISM],
	.shape = &measure_shape),
};
const struct shape measures_shape = {SHAPE_KEYS(measures_keys), .size = sizeof(struct policy)};

/* -- extensions ------------------------------------------------------------------------------- */

static const struct key extend_keys[] = {
    SHAPE_KEY("most", shape_int, struct policy, extend_most, .most = 20),
    SHAPE_KEY("cap", shape_map, struct policy, extend_cap_ms, .shape = &limit_shape),
};
const struct shape extend_shape = {SHAPE_KEYS(extend_keys), .size = sizeof(struct policy)};
