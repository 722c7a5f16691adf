/*
 * clock.c - the table of clock kinds: what each starts and stops on, who owes it, its ladder and its
 * words.
 * Place: domain; data and small questions about it. The limits themselves are in limits.c, the
 * instants of the rungs in ladder.c; deadline_check.c knows none of this and is written by hand.
 */
#include "domain/clock.h"

#include <stddef.h>

const char *const step_names[STEPS] = {
    [STEP_DELIVERED] = "delivered",
    [STEP_ACKNOWLEDGED] = "acknowledged",
    [STEP_DEPARTED] = "departed",
    [STEP_ARRIVED] = "arrived",
    [STEP_COMPLETED] = "completed",
};

const char *const rung_names[RUNGS] = {
    [RUNG_DELIVERY_DUE] = "delivery-due",
    [RUNG_ACKNOWLEDGE_HALF] = "acknowledge-half",
    [RUNG_ACKNOWLEDGE_DUE] = "acknowledge-due",
    [RUNG_ACKNOWLEDGE_LEADER] = "acknowledge-leader",
    [RUNG_ACKNOWLEDGE_OFFICE] = "acknowledge-office",
    [RUNG_ARRIVE_SOON] = "arrive-soon",
    [RUNG_ARRIVE_DUE] = "arrive-due",
    [RUNG_ARRIVE_LEADER] = "arrive-leader",
    [RUNG_ARRIVE_OFFICE] = "arrive-office",
    [RUNG_REPORT_DUE] = "report-due",
    [RUNG_REPORT_LEADER] = "report-leader",
    [RUNG_REPORT_OFFICE] = "report-office",
    [RUNG_REPEAT] = "repeat",
    [RUNG_LEAD_MISSING_DUE] = "lead-missing-due",
    [RUNG_LEAD_MISSING_SHIFT_LEADER] = "lead-missing-shift-leader",
    [RUNG_LEAD_MISSING_OFFICE] = "lead-missing-office",
    [RUNG_CALLBACK_DUE] = "callback-due",
    [RUNG_CALLBACK_OFFICE] = "callback-office",
};

const char *const excuse_names[EXCUSES] = {
    [EXCUSE_NONE] = "",
    [EXCUSE_SYSTEM] = "system",
    [EXCUSE_DESK] = "desk",
    [EXCUSE_MODE] = "mode",
    [EXCUSE_APPEAL] = "appeal",
};

#define POLICY(member) offsetof(struct policy, member)
#define PAST_DUE(leader, office)                                                                             \
	{leader, MOMENT_LEADER, TO_LEADER, POLICY(leader_after_ms)},                                         \
	{                                                                                                    \
		office, MOMENT_OFFICE, TO_OFFICE, POLICY(office_after_ms)                                    \
	}
#define REPORT_LADDER                                                                                        \
	.ladder = {{RUNG_REPORT_DUE, MOMENT_DUE, TO_UNIT | TO_DESK, 0},                                      \
	    PAST_DUE(RUNG_REPORT_LEADER, RUNG_REPORT_OFFICE)},                                               \
	.n_rungs = 3, .repeats = true

const struct clock_row clock_rows[CLOCK_COUNT] = {
    [CLOCK_DELIVERY] = {.debtor = DEBTOR_DESK,
	.begins = BEGINS_ISSUED,
	.ends = STEP_DELIVERED,
	.ladder = {{RUNG_DELIVERY_DUE, MOMENT_DUE, TO_DESK, 0}},
	.n_rungs = 1,
	.limit = "送达时限",
	.since = "下达",
	.met = "送达"},
    [CLOCK_ACKNOWLEDGE] = {.begins = BEGINS_INFORMED,
	.ends = STEP_ACKNOWLEDGED,
	.ladder = {{RUNG_ACKNOWLEDGE_HALF, MOMENT_SHARE, TO_UNIT, POLICY(acknowledge_remind_percent)},
	    {RUNG_ACKNOWLEDGE_DUE, MOMENT_DUE, TO_UNIT | TO_DESK, 0},
	    PAST_DUE(RUNG_ACKNOWLEDGE_LEADER, RUNG_ACKNOWLEDGE_OFFICE)},
	.n_rungs = 4,
	.repeats = true,
	.limit = "签收时限",
	.since = "下达",
	.met = "签收"},
    [CLOCK_ARRIVE] = {.begins = BEGINS_INFORMED,
	.ends = STEP_ARRIVED,
	.ladder = {{RUNG_ARRIVE_SOON, MOMENT_SHARE, TO_UNIT, POLICY(arrive_remind_percent)},
	    {RUNG_ARRIVE_DUE, MOMENT_DUE, TO_UNIT | TO_DESK, 0},
	    PAST_DUE(RUNG_ARRIVE_LEADER, RUNG_ARRIVE_OFFICE)},
	.n_rungs = 4,
	.repeats = true,
	.limit = "到场时限",
	.since = "下达",
	.met = "到场"},
    [CLOCK_FIRST_REPORT] = {.begins = BEGINS_ARRIVED,
	.ends = STEP_COMPLETED,
	.report = true,
	REPORT_LADDER,
	.limit = "首次反馈时限",
	.since = "到场",
	.met = "反馈"},
    [CLOCK_NEXT_REPORT] = {.begins = BEGINS_REPORTED,
	.ends = STEP_COMPLETED,
	.report = true,
	REPORT_LADDER,
	.limit = "续报时限",
	.since = "上次反馈",
	.met = "再次反馈"},
    [CLOCK_LEAD_MISSING] = {.owner = OWNER_INCIDENT,
	.debtor = DEBTOR_DESK,
	.begins = BEGINS_LEADERLESS,
	.ends = STEPS,
	.past_start = true,
	.ladder = {{RUNG_LEAD_MISSING_DUE, MOMENT_DUE, TO_DESK, 0},
	    {RUNG_LEAD_MISSING_SHIFT_LEADER, MOMENT_LEADER, TO_SHIFT_LEADER,
		POLICY(lead_missing_shift_leader_ms)},
	    {RUNG_LEAD_MISSING_OFFICE, MOMENT_OFFICE, TO_OFFICE, POLICY(lead_missing_office_ms)}},
	.n_rungs = 3,
	.repeats = true,
	.limit = "确定主办单位的时限",
	.since = "没有主办单位",
	.met = "确定主办单位"},
    [CLOCK_CALLBACK] = {.owner = OWNER_INCIDENT,
	.debtor = DEBTOR_DESK,
	.begins = BEGINS_COMPLETED,
	.ends = STEPS,
	.ladder = {{RUNG_CALLBACK_DUE, MOMENT_DUE, TO_DESK, 0},
	    {RUNG_CALLBACK_OFFICE, MOMENT_OFFICE, TO_OFFICE, POLICY(callback_office_ms)}},
	.n_rungs = 2,
	.repeats = true,
	.repeat_after = POLICY(callback_office_ms),
	.limit = "回访时限",
	.since = "处置完毕",
	.met = "回访"},
};

unsigned clock_rungs(enum clock_kind kind)
{
	unsigned rungs = 0;

	for (int i = 0; i < clock_rows[kind].n_rungs; i++)
		rungs |= 1u << clock_rows[kind].ladder[i].rung;
	return rungs;
}

const struct rung_place *clock_rung(enum clock_kind kind, enum rung rung)
{
	for (int i = 0; i < clock_rows[kind].n_rungs; i++)
		if (clock_rows[kind].ladder[i].rung == rung)
			return &clock_rows[kind].ladder[i];
	return NULL;
}

bool clock_late(const struct clock *c)
{
	return c->late || c->earlier;
}

unsigned clock_sum(const struct clock *c)
{
	unsigned present = c->late ? 1u + c->excused : 0;

	if (!present || !c->earlier)
		return present + c->earlier;
	return present < c->earlier ? present : c->earlier;
}

enum excuse clock_excuse(const struct clock *c)
{
	unsigned sum = clock_sum(c);

	return sum ? (enum excuse)(sum - 1) : c->excused;
}

bool clock_runs(const struct clock *c)
{
	return c->due && !c->stopped;
}
