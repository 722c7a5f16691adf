/*
 * policy.c - policy.yaml: every limit, whose time each clock runs in, reminders (Art. 11, 12).
 *
 * Nothing here has a value in C: what the file does not say is an error, or means "none" where the
 * table does not require it.
 */
#include "base/time.h"
#include "mechanism/shape.h"

/* One value for each priority, into an array of `type`; P1 to P3 and P4 may differ in being required. */
#define PRIORITY(p, reader, type, ...)                                                                       \
	{                                                                                                    \
		.name = #p, .read = (reader), .offset = (p) * sizeof(type), __VA_ARGS__                      \
	}
#define BY_PRIORITY(reader, type, first3, fourth, ...)                                                       \
	PRIORITY(P1, reader, type, .required = (first3), __VA_ARGS__),                                       \
	    PRIORITY(P2, reader, type, .required = (first3), __VA_ARGS__),                                   \
	    PRIORITY(P3, reader, type, .required = (first3), __VA_ARGS__),                                   \
	    PRIORITY(P4, reader, type, .required = (fourth), __VA_ARGS__)

static const struct key each_keys[] = {BY_PRIORITY(shape_duration, int64_t, true, true)};
static const struct shape each_shape = {SHAPE_KEYS(each_keys), .size = sizeof(int64_t[PRIORITY_COUNT])};
/* P4 may be absent: it has none. */
static const struct key urgent_keys[] = {BY_PRIORITY(shape_duration, int64_t, true, false)};
static const struct shape urgent_shape = {SHAPE_KEYS(urgent_keys), .size = sizeof(int64_t[PRIORITY_COUNT])};
static const struct key some_keys[] = {BY_PRIORITY(shape_duration, int64_t, false, false)};
static const struct shape some_shape = {SHAPE_KEYS(some_keys), .size = sizeof(int64_t[PRIORITY_COUNT])};
static const struct key some_hours_keys[] = {BY_PRIORITY(shape_span, struct span, false, false)};
static const struct shape some_hours_shape = {
    SHAPE_KEYS(some_hours_keys), .size = sizeof(struct span[PRIORITY_COUNT])};

/* -- delivery: a length, or the next office hour ---------------------------------------------- */

/* key.offset is the priority's place in an array of char: its number. */
static void read_delivery(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct policy *policy = base;
	struct key as = {.offset = k->offset * sizeof(int64_t)};

	if (v->kind == NODE_SCALAR && strcmp(v->text, "next-office-hour") == 0)
		policy->delivery_next_office[k->offset] = true;
	else
		shape_duration(r, v, policy->delivery_ms, &as);
}

static const struct key delivery_keys[] = {BY_PRIORITY(read_delivery, char, true, true)};
static const struct shape delivery_shape = {SHAPE_KEYS(delivery_keys), .size = sizeof(struct policy)};

/* -- next report: a length, or the end of the nth working day --------------------------------- */

static void read_next_report(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct policy *policy = base;
	struct key as = {.offset = k->offset * sizeof(int64_t)};

	if (!shape_get_workdays(r, v, &policy->next_report_days[k->offset]))
		shape_duration(r, v, policy->next_report_ms, &as);
}

static void read_scheduled(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	(void)k;
	if (!shape_get_workdays(r, v, &((struct policy *)base)->scheduled_report_days))
		shape_wrong(r, v, "工作日数,如 3 working-days", "working days such as 3 working-days");
}

static const struct key next_report_keys[] = {
    BY_PRIORITY(read_next_report, char, true, true),
    {.name = "scheduled", .read = read_scheduled, .required = true},
};
static const struct shape next_report_shape = {SHAPE_KEYS(next_report_keys), .size = sizeof(struct policy)};

/* -- whose time ------------------------------------------------------------------------------- */

static const struct key time_keys[] = {
    BY_PRIORITY(shape_word, enum clock_time, true, true, SHAPE_NAMES(clock_time_names, 0))};
static const struct shape time_shape = {
    SHAPE_KEYS(time_keys), .size = sizeof(enum clock_time[PRIORITY_COUNT])};

#define CLOCK(text, kind)                                                                                    \
	{                                                                                                    \
		.name = (text), .read = shape_map,                                                           \
		.offset = (kind) * sizeof(enum clock_time[PRIORITY_COUNT]), .required = true,                \
		.shape = &time_shape                                                                         \
	}
static const struct key tier_keys[] = {
    CLOCK("delivery", CLOCK_DELIVERY),
    CLOCK("acknowledge", CLOCK_ACKNOWLEDGE),
    CLOCK("arrive", CLOCK_ARRIVE),
    CLOCK("first-report", CLOCK_FIRST_REPORT),
    CLOCK("next-report", CLOCK_NEXT_REPORT),
};
static const struct shape tier_shape = {
    SHAPE_KEYS(tier_keys), .size = sizeof(enum clock_time[CLOCK_COUNT][PRIORITY_COUNT])};

static const struct key clock_time_keys[] = {
    SHAPE_KEY("tier_1", shape_map, struct policy, time[1], .required = true, .shape = &tier_shape),
    SHAPE_KEY("tier_2", shape_map, struct policy, time[2], .required = true, .shape = &tier_shape),
};
static const struct shape clock_time_shape = {SHAPE_KEYS(clock_time_keys), .size = sizeof(struct policy)};

/* -- arrival, reminders, requests and the other sections ------------------------------------------ */

static const struct key arrive_keys[] = {
    SHAPE_KEY("city", shape_duration, struct policy, arrive_city_ms, .required = true),
};
static const struct shape arrive_shape = {SHAPE_KEYS(arrive_keys), .size = sizeof(struct policy)};

static const struct key lead_missing_keys[] = {
    SHAPE_KEY("desk", shape_duration, struct policy, lead_missing_ms, .least = SECOND_MS),
    SHAPE_KEY("shift_leader", shape_duration, struct policy, lead_missing_shift_leader_ms,
	.least = SECOND_MS),
    SHAPE_KEY("office", shape_duration, struct policy, lead_missing_office_ms, .least = SECOND_MS),
};

static void lead_missing_done(struct reading *r, const struct node *map, void *base)
{
	const struct policy *p = base;

	if (p->lead_missing_ms >= p->lead_missing_shift_leader_ms ||
	    p->lead_missing_shift_leader_ms >= p->lead_missing_office_ms)
		yaml_error(r->problems, map, "lead_missing 应依次变长:先 desk,再 shift_leader,再 office",
		    "lead_missing should grow: desk first, then shift_leader, then office");
}

static const struct shape lead_missing_shape = {
    SHAPE_KEYS(lead_missing_keys), .size = sizeof(struct policy), .done = lead_missing_done};

static const struct key callback_keys[] = {
    SHAPE_KEY("limit", shape_duration, struct policy, callback_ms, .required = true),
    SHAPE_KEY("hours", shape_span, struct policy, callback_hours, .required = true),
    SHAPE_KEY("office", shape_duration, struct policy, callback_office_ms, .least = MINUTE_MS),
    SHAPE_KEY("attempts", shape_int, struct policy, callback_attempts, .least = 1, .most = 10),
};
static const struct shape callback_shape = {SHAPE_KEYS(callback_keys), .size = sizeof(struct policy)};

static const struct key reopen_keys[] = {
    SHAPE_KEY("within", shape_duration, struct policy, reopen_within_ms, .required = true),
    SHAPE_KEY("most", shape_int, struct policy, reopen_most, .required = true, .most = 10),
};
static const struct shape reopen_shape = {SHAPE_KEYS(reopen_keys), .size = sizeof(struct policy)};

static const struct key remind_keys[] = {
    SHAPE_KEY("acknowledge_percent", shape_int, struct policy, acknowledge_remind_percent, .required = true,
	.least = 1, .most = 99),
    SHAPE_KEY("arrive_percent", shape_int, struct policy, arrive_remind_percent, .required = true, .least = 1,
	.most = 99),
    SHAPE_KEY("leader_after", shape_duration, struct policy, leader_after_ms, .required = true),
    SHAPE_KEY("office_after", shape_duration, struct policy, office_after_ms, .required = true),
    SHAPE_KEY("repeat_every", shape_duration, struct policy, repeat_every_ms, .required = true,
	.least = MINUTE_MS),
    SHAPE_KEY("digest_window", shape_duration, struct policy, digest_window_ms, .required = true),
    SHAPE_KEY("outside_city", shape_map, struct policy, outside_every_ms, .required = true,
	.shape = &some_shape),
    SHAPE_KEY("outside_city_hours", shape_map, struct policy, outside_hours, .shape = &some_hours_shape),
};

static void remind_done(struct reading *r, const struct node *map, void *base)
{
	const struct policy *policy = base;
	const struct node *office = yaml_get(map, "office_after");

	if (office && policy->leader_after_ms && policy->office_after_ms &&
	    policy->office_after_ms <= policy->leader_after_ms)
		yaml_error(r->problems, office, "office_after 应大于 leader_after:先报分管领导,再报联动办",
		    "office_after should be more than leader_after: the leader is told first");
}

static const struct shape remind_shape = {
    SHAPE_KEYS(remind_keys), .size = sizeof(struct policy), .done = remind_done};

static const struct key similar_keys[] = {
    SHAPE_KEY("window", shape_duration, struct policy, similar_window_ms, .required = true),
    SHAPE_KEY("metres", shape_int, struct policy, similar_metres, .required = true, .most = 100000),
    SHAPE_KEY("most", shape_int, struct policy, similar_most, .required = true, .most = 100),
};
static const struct shape similar_shape = {SHAPE_KEYS(similar_keys), .size = sizeof(struct policy)};

static const struct key secret_keys[] = {
    SHAPE_KEY("words", shape_rule_words, struct policy, secret_words,
	.count = offsetof(struct policy, n_secret_words)),
    SHAPE_KEY("unless", shape_unless, struct policy, secret_unless,
	.count = offsetof(struct policy, n_secret_unless)),
};

static void secret_done(struct reading *r, const struct node *map, void *base)
{
	(void)base;
	words_taken_back(r, yaml_get(map, "words"), yaml_get(map, "unless"), true);
}

static const struct shape secret_shape = {
    SHAPE_KEYS(secret_keys), .size = sizeof(struct policy), .done = secret_done};

static const char *const starts[] = {"issue", "delivery"};

static void read_start(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, k->names, k->n_names, &i))
		((struct policy *)base)->start_at_delivery = i == 1;
}

static void read_close(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct key as = {.name = k->name};
	bool close = false;

	shape_bool(r, v, &close, &as);
	((struct policy *)base)->close_after_callback = close;
}

static void read_retention(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct key as = {.name = k->name, .least = DAY_MS, .most = 36500 * DAY_MS};
	int64_t ms = 0;

	shape_duration(r, v, &ms, &as);
	if (ms % DAY_MS)
		shape_wrong(r, v, "整天数,如 1095d", "whole days such as 1095d");
	((struct policy *)base)->retention_days = ms / DAY_MS;
}

static const char *const checkers[] = {"office", "desk"};

static void read_checker(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int by = 0;

	if (shape_get_word(r, v, k->names, k->n_names, &by))
		((struct duty_policy *)base)->by_desk = by == 1;
}

static const struct key duty_keys[] = {
    SHAPE_KEY("tier_1", shape_int, struct duty_policy, per_month[1], .most = 31),
    SHAPE_KEY("tier_2", shape_int, struct duty_policy, per_month[2], .most = 31),
    SHAPE_KEY("calls", shape_int, struct duty_policy, calls, .least = 1, .most = 5),
    SHAPE_KEY("apart", shape_duration, struct duty_policy, apart_ms, .most = HOUR_MS),
    {.name = "by", .read = read_checker, SHAPE_NAMES(checkers, 0)},
};
static const struct duty_policy duty_initial = {.calls = 2, .apart_ms = 5 * MINUTE_MS};
static const struct shape duty_shape = {
    SHAPE_KEYS(duty_keys), .size = sizeof(struct duty_policy), .initial = &duty_initial};

static const struct key approval_keys[] = {
    SHAPE_KEY("moved", shape_int, struct approval_policy, moved, .required = true, .most = 1000000),
    SHAPE_KEY("share", shape_int, struct approval_policy, share, .least = 1, .most = 100),
    SHAPE_KEY("since", shape_duration, struct approval_policy, since_ms, .least = DAY_MS,
	.most = 366 * DAY_MS),
    SHAPE_KEY("lapses", shape_duration, struct approval_policy, lapse_ms, .least = HOUR_MS,
	.most = 30 * DAY_MS),
};
static const struct approval_policy approval_initial = {
    .moved = -1, .since_ms = 30 * DAY_MS, .lapse_ms = 72 * HOUR_MS};
static const struct shape approval_shape = {
    SHAPE_KEYS(approval_keys), .size = sizeof(struct approval_policy), .initial = &approval_initial};

/* `direct`, or the unit that what is not urgent goes by. */
static void read_non_urgent(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	if (shape_get_code(r, v, &id) && strcmp(id, "direct") != 0)
		shape_later(r, v, SHAPE_AT(const struct unit *, base, k->offset), shape_find_unit);
}

/* Codes that this mechanism need not have: one policy serves cities whose tables differ. */
static void read_codes(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct code_list *list = SHAPE_AT(struct code_list, base, k->offset);
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	list->v = arena_new_array(r->arena, const char *, (size_t)n + 1);
	for (; n > 0; n--, item = item->next)
		if (shape_get_code(r, item, &list->v[list->n]))
			list->n++;
	shape_check_repeats(r, v);
}

static const struct key text_keys[] = {
    SHAPE_KEY("model", shape_bool_not, struct text_policy, off),
    SHAPE_KEY("ask_below", shape_int, struct text_policy, ask_below, .most = 100),
    SHAPE_KEY("lead_from", shape_int, struct text_policy, lead_from, .least = 50, .most = 100),
    SHAPE_KEY("danger_from", shape_int, struct text_policy, danger_from, .least = 1, .most = 100),
    SHAPE_KEY("urgent_lead", read_codes, struct text_policy, urgent_lead),
    SHAPE_KEY("yields", read_codes, struct text_policy, yields),
};
static const struct shape text_shape = {SHAPE_KEYS(text_keys), .size = sizeof(struct text_policy)};

static const struct key policy_keys[] = {
    {.name = "delivery", .read = shape_map, .required = true, .shape = &delivery_shape},
    SHAPE_KEY("acknowledge", shape_map, struct policy, acknowledge_ms, .required = true,
	.shape = &each_shape),
    SHAPE_KEY("acknowledge_tier2_off_hours", shape_map, struct policy, acknowledge_off_ms, .required = true,
	.shape = &urgent_shape),
    {.name = "arrive", .read = shape_map, .required = true, .shape = &arrive_shape},
    SHAPE_KEY("first_report", shape_map, struct policy, first_report_ms, .required = true,
	.shape = &urgent_shape),
    {.name = "next_report", .read = shape_map, .required = true, .shape = &next_report_shape},
    SHAPE_KEY("eta_cap", shape_duration, struct policy, eta_cap_ms, .required = true),
    {.name = "lead_missing", .read = shape_map, .shape = &lead_missing_shape},
    SHAPE_KEY("return_decision", shape_map, struct policy, return_decision_ms, .required = true,
	.shape = &each_shape),
    {.name = "decisions", .read = shape_map, .shape = &decisions_shape},
    {.name = "returns", .read = shape_map, .shape = &returns_shape},
    {.name = "extend", .read = shape_map, .shape = &extend_shape},
    {.name = "measures", .read = shape_map, .shape = &measures_shape},
    {.name = "callback", .read = shape_map, .required = true, .shape = &callback_shape},
    SHAPE_KEY("undo", shape_duration, struct policy, undo_ms),
    {.name = "reopen", .read = shape_map, .shape = &reopen_shape},
    {.name = "clock_time", .read = shape_map, .required = true, .shape = &clock_time_shape},
    {.name = "clocks_start", .read = read_start, .required = true, SHAPE_NAMES(starts, 0)},
    SHAPE_KEY("lateness_grace", shape_duration, struct policy, lateness_grace_ms, .required = true),
    SHAPE_KEY("late_reported", shape_duration, struct policy, late_reported_ms, .required = true),
    SHAPE_KEY("future_skew", shape_duration, struct policy, future_skew_ms, .required = true),
    {.name = "remind", .read = shape_map, .required = true, .shape = &remind_shape},
    {.name = "similar", .read = shape_map, .required = true, .shape = &similar_shape},
    {.name = "secret_reporter", .read = shape_map, .shape = &secret_shape},
    {.name = "close_after_callback", .read = read_close, .required = true},
    {.name = "retention", .read = read_retention, .required = true},
    SHAPE_KEY("modes", shape_modes, struct policy, modes, .count = offsetof(struct policy, n_modes),
	.shape = &mode_shape),
    SHAPE_KEY("mode_most", shape_duration, struct policy, mode_most_ms, .least = HOUR_MS,
	.most = 30 * DAY_MS),
    SHAPE_KEY("duty_checks", shape_map, struct policy, duty, .shape = &duty_shape),
    SHAPE_KEY("non_urgent", read_non_urgent, struct policy, non_urgent),
    SHAPE_KEY("text", shape_map, struct policy, text, .shape = &text_shape),
    SHAPE_KEY("rubric", shape_map, struct policy, rubric, .shape = &rubric_shape),
    SHAPE_KEY("second_admin", shape_map, struct policy, approval, .shape = &approval_shape),
};

/* What a unit may say of an instruction that is not its own, where a revision does not say. */
static const struct return_reason reasons[] = {{"not-our-area", "不属本辖区"},
    {"not-our-asset", "不属本单位资产"}, {"not-our-duty", "职能不符"}, {REASON_DUPLICATE, "重复派单"},
    {REASON_INSUFFICIENT, "信息不足"}};

/* Revisions of before these keys have none of them in their file, and no incident or request may be forgotten
 * under them. */
static const struct policy policy_initial = {
    .approval = {.moved = -1, .since_ms = 30 * DAY_MS, .lapse_ms = 72 * HOUR_MS},
    .extend_decision_ms = {[P1] = 10 * MINUTE_MS, [P2] = 10 * MINUTE_MS, [P3] = HOUR_MS, [P4] = HOUR_MS},
    .handover_decision_ms = 15 * MINUTE_MS,
    .duty_check_decision_ms = 30 * MINUTE_MS,
    .late_step_decision_days = 2,
    .appeal_decision_days = 10,
    .measure_decision_days = 10,
    .ownership_decision_days = 5,
    .contacts_decision_days = 5,
    .return_reasons = reasons,
    .n_return_reasons = (int)(sizeof(reasons) / sizeof(reasons[0])),
    .second_return = DECIDER_OFFICE,
    .second_return_off = DECIDER_SHIFT_LEADER,
    .extend_most = 2,
    .extend_cap_ms = {[P1] = 30 * MINUTE_MS, [P2] = HOUR_MS, [P3] = 2 * DAY_MS, [P4] = 5 * DAY_MS},
    .lead_missing_ms = 2 * MINUTE_MS,
    .lead_missing_shift_leader_ms = 10 * MINUTE_MS,
    .lead_missing_office_ms = 30 * MINUTE_MS,
    .mode_most_ms = 72 * HOUR_MS,
    .callback_office_ms = DAY_MS,
    .callback_attempts = 3,
    .reopen_within_ms = 30 * DAY_MS,
    .reopen_most = 1,
    .undo_ms = 30 * SECOND_MS,
    .text = {.ask_below = 50, .lead_from = 70, .danger_from = 25},
    .outside_hours = {[P1] = {0, 1440}, [P2] = {0, 1440}, [P3] = {0, 1440}, [P4] = {0, 1440}}};
const struct shape policy_shape = {
    SHAPE_KEYS(policy_keys), .size = sizeof(struct policy), .initial = &policy_initial};
