/*
 * check_limits.c - limits that load, and that hardly any city means: a slip of the unit of time, or of the line.
 *
 * Place: mechanism; called by mechanism_check. A warning stands at the value; what a file does not say is not
 * looked at. No routing case looks at clocks, so that a limit of 200h is found here or by a person who waited.
 */
#include "base/time.h"
#include "domain/notices.h"
#include "mechanism/check.h"

#define MOST_MS (30 * DAY_MS)
#define GRAVE_MOST_MS DAY_MS /* of P1, and of what holds for every class */
#define ALWAYS CLOCK_COUNT   /* runs day and night whatever the class */

/* A map of policy.yaml with a limit for each priority. */
struct limit_row {
	const char *key, *within; /* within: the map that it stands in; NULL: the file itself */
	size_t limits;            /* int64_t[PRIORITY_COUNT] in struct policy */
	size_t days;              /* int[PRIORITY_COUNT], working days in its place; 0: there are none */
	enum clock_kind clock;    /* in whose time it runs */
	int64_t least_ms;
};

#define LIMITS(member) offsetof(struct policy, member)
static const struct limit_row rows[] = {
    {"delivery", NULL, LIMITS(delivery_ms), 0, CLOCK_DELIVERY, 10 * SECOND_MS},
    {"acknowledge", NULL, LIMITS(acknowledge_ms), 0, CLOCK_ACKNOWLEDGE, MINUTE_MS},
    {"acknowledge_tier2_off_hours", NULL, LIMITS(acknowledge_off_ms), 0, CLOCK_ACKNOWLEDGE, MINUTE_MS},
    {"first_report", NULL, LIMITS(first_report_ms), 0, CLOCK_FIRST_REPORT, MINUTE_MS},
    {"next_report", NULL, LIMITS(next_report_ms), LIMITS(next_report_days), CLOCK_NEXT_REPORT, MINUTE_MS},
    {"return_decision", NULL, LIMITS(return_decision_ms), 0, ALWAYS, MINUTE_MS},
    {"extend", "decisions", LIMITS(extend_decision_ms), 0, ALWAYS, MINUTE_MS},
    {"cap", "extend", LIMITS(extend_cap_ms), 0, ALWAYS, MINUTE_MS},
    {"outside_city", "remind", LIMITS(outside_every_ms), 0, ALWAYS, MINUTE_MS},
};

/* One limit of policy.yaml for all. */
static const struct one_limit {
	const char *key, *within;
	size_t limit;
	int64_t least_ms, most_ms;
} ones[] = {
    {"city", "arrive", LIMITS(arrive_city_ms), MINUTE_MS, GRAVE_MOST_MS},
    {"eta_cap", NULL, LIMITS(eta_cap_ms), MINUTE_MS, MOST_MS},
    {"desk", "lead_missing", LIMITS(lead_missing_ms), 0, GRAVE_MOST_MS},
    {"shift_leader", "lead_missing", LIMITS(lead_missing_shift_leader_ms), 0, GRAVE_MOST_MS},
    {"office", "lead_missing", LIMITS(lead_missing_office_ms), 0, GRAVE_MOST_MS},
    {"handover", "decisions", LIMITS(handover_decision_ms), MINUTE_MS, GRAVE_MOST_MS},
    {"duty_check", "decisions", LIMITS(duty_check_decision_ms), MINUTE_MS, GRAVE_MOST_MS},
    {"limit", "callback", LIMITS(callback_ms), MINUTE_MS, MOST_MS},
    {"office", "callback", LIMITS(callback_office_ms), MINUTE_MS, MOST_MS},
    {"undo", NULL, LIMITS(undo_ms), 0, HOUR_MS},
    {"lateness_grace", NULL, LIMITS(lateness_grace_ms), 0, HOUR_MS},
    {"late_reported", NULL, LIMITS(late_reported_ms), 0, GRAVE_MOST_MS},
    {"future_skew", NULL, LIMITS(future_skew_ms), 0, GRAVE_MOST_MS},
    {"leader_after", "remind", LIMITS(leader_after_ms), 0, GRAVE_MOST_MS},
    {"office_after", "remind", LIMITS(office_after_ms), 0, GRAVE_MOST_MS},
    {"repeat_every", "remind", LIMITS(repeat_every_ms), 0, GRAVE_MOST_MS},
    {"digest_window", "remind", LIMITS(digest_window_ms), 0, HOUR_MS},
    {"window", "similar", LIMITS(similar_window_ms), MINUTE_MS, MOST_MS},
};

static int64_t at(const struct scrutiny *s, size_t offset, int i)
{
	return ((const int64_t *)(const void *)((const char *)&s->m->policy + offset))[i];
}

/* The limit of that class as a length: a working day ends within a day, weekends left out. 0: it has none. */
static int64_t limit_of(const struct scrutiny *s, const struct limit_row *row, enum priority p)
{
	const int *days = (const int *)(const void *)((const char *)&s->m->policy + row->days);

	return row->days && days[p] ? days[p] * DAY_MS : at(s, row->limits, p);
}

/* NULL: the file does not say it. */
static const struct node *value_in(const struct scrutiny *s, const char *within, const char *key)
{
	const struct node *map = within && s->policy ? yaml_get(s->policy, within) : s->policy;

	return map ? yaml_get(map, key) : NULL;
}

#define WARN(s, node, ...) yaml_problem((s)->p, PROBLEM_LIMIT_ODD, (node), __VA_ARGS__)

/* -- one limit by itself ---------------------------------------------------------------------------- */

static void check_size(const struct scrutiny *s, const struct node *value, const char *what, int64_t ms,
    int64_t least_ms, int64_t most_ms)
{
	char is[TIME_TEXT_MAX], bound[TIME_TEXT_MAX];

	if (ms > 0 && ms < least_ms)
		WARN(s, value, "%s 只有 %s,短于 %s:人还来不及做,就已经超时",
		    "%s is %s, less than %s: it is overdue before a person can act", what,
		    duration_text(ms, is), duration_text(least_ms, bound));
	else if (ms > most_ms)
		WARN(s, value, "%s 长达 %s,超过 %s:等于没有时限", "%s is %s, more than %s: that is no limit",
		    what, duration_text(ms, is), duration_text(most_ms, bound));
}

static const char *path(const struct scrutiny *s, const char *within, const char *key, const char *class)
{
	return arena_printf(s->p->arena, "%s%s%s%s%s", within ? within : "", within ? "." : "", key,
	    class ? "." : "", class ? class : "");
}

/* -- class against class ---------------------------------------------------------------------------- */

/* Lengths can be compared only where both run in the same time, for the units of some tier. */
static bool same_time(const struct scrutiny *s, enum clock_kind kind, enum priority a, enum priority b)
{
	for (int tier = 1; tier <= 2; tier++)
		if (kind == ALWAYS || s->m->policy.time[tier][kind][a] == s->m->policy.time[tier][kind][b])
			return true;
	return false;
}

/* Says it once for the graver class, beside the first lesser one that has less. */
static void check_order(const struct scrutiny *s, const struct limit_row *row, const struct node *map,
    enum priority p)
{
	const struct node *value = yaml_get(map, priority_names[p]);
	int64_t ms = limit_of(s, row, p);
	char mine[TIME_TEXT_MAX], less[TIME_TEXT_MAX];

	for (enum priority q = p + 1; value && q <= P4; q++) {
		int64_t other = limit_of(s, row, q);

		if (other <= 0 || other >= ms || !same_time(s, row->clock, p, q))
			continue;
		WARN(s, value, "%s 的 %s 是 %s,比 %s 的 %s 还长",
		    "%s of %s is %s, longer than that of %s, %s", path(s, row->within, row->key, NULL),
		    priority_names[p], duration_text(ms, mine), priority_names[q],
		    duration_text(other, less));
		return;
	}
}

static void check_row(const struct scrutiny *s, const struct limit_row *row)
{
	const struct node *map = value_in(s, row->within, row->key), *value;

	if (!map)
		return;
	for (enum priority p = P1; p <= P4; p++) {
		if (!(value = yaml_get(map, priority_names[p])))
			continue;
		check_size(s, value, path(s, row->within, row->key, priority_names[p]), limit_of(s, row, p),
		    row->least_ms, p == P1 ? GRAVE_MOST_MS : MOST_MS);
		check_order(s, row, map, p);
	}
}

static void check_one(const struct scrutiny *s, const struct one_limit *one)
{
	const struct node *value = value_in(s, one->within, one->key);

	if (value)
		check_size(s, value, path(s, one->within, one->key, NULL), at(s, one->limit, 0),
		    one->least_ms, one->most_ms);
}

/* -- what comes after the limit that it is for ------------------------------------------------------ */

/* A step of helping that waits longer than the unit has to acknowledge comes when that is overdue. */
static void check_after(const struct scrutiny *s, const struct node *map, const char *what,
    const int64_t *waits)
{
	char is[TIME_TEXT_MAX], bound[TIME_TEXT_MAX];

	for (enum priority p = P1; map && p <= P4; p++) {
		const struct node *value = yaml_get(map, priority_names[p]);
		int64_t limit = s->m->policy.acknowledge_ms[p];

		if (value && waits[p] > limit)
			WARN(s, value, "%s.%s 是 %s,比签收时限(acknowledge.%s,%s)还长:到那时签收已经超时",
			    "%s.%s is %s, longer than acknowledge.%s, %s: by then it is overdue", what,
			    priority_names[p], duration_text(waits[p], is), priority_names[p],
			    duration_text(limit, bound));
	}
}

/* The waits of notices.yaml, as a map. */
static void check_ladder(const struct scrutiny *s)
{
	for (int i = 0; s->m->notices && i < s->ladder.n; i++) {
		int p = name_index(priority_names, PRIORITY_COUNT, s->ladder.v[i]->text);
		int64_t ms = p > 0 ? s->m->notices->delivered_ms[p] : 0;
		char is[TIME_TEXT_MAX], bound[TIME_TEXT_MAX];

		if (ms > s->m->policy.acknowledge_ms[p > 0 ? p : P1])
			WARN(s, s->ladder.v[i]->value,
			    "ladder.%s 是 %s,比签收时限(acknowledge,%s)还长:签收超时以后才用下一个通道",
			    "ladder.%s is %s, longer than acknowledge, %s: the next channel is taken when it "
			    "is "
			    "overdue",
			    priority_names[p], duration_text(ms, is),
			    duration_text(s->m->policy.acknowledge_ms[p], bound));
	}
}

/* -- units.yaml ------------------------------------------------------------------------------------- */

static bool is_grave(const struct scrutiny *s, const struct industry_limit *limit)
{
	for (int i = 0; i < s->m->n_categories; i++)
		for (int k = 0; k < limit->n_categories && s->m->categories[i].priority == P1; k++)
			if (code_matches(limit->categories[k], s->m->categories[i].code))
				return true;
	return false;
}

static void check_industry_limit(const struct scrutiny *s, const struct node *map,
    const struct industry_limit *limit)
{
	const struct node *city = yaml_get(map, "city"), *outside = yaml_get(map, "outside");
	int64_t most_ms = is_grave(s, limit) ? GRAVE_MOST_MS : MOST_MS;
	char in[TIME_TEXT_MAX], out[TIME_TEXT_MAX];

	if (city)
		check_size(s, city, "industry_limits.city", limit->city_ms, MINUTE_MS, most_ms);
	if (outside)
		check_size(s, outside, "industry_limits.outside", limit->outside_ms, MINUTE_MS, most_ms);
	if (city && outside && limit->outside_ms < limit->city_ms)
		WARN(s, outside, "城区范围外(outside)%s,比城区(city)的 %s 还短",
		    "outside is %s, less than city, %s", duration_text(limit->outside_ms, out),
		    duration_text(limit->city_ms, in));
}

static void check_units(const struct scrutiny *s)
{
	for (int i = 0; i < s->m->n_units; i++) {
		const struct node *limits = check_site(&s->units, i, "industry_limits");

		for (int k = 0; k < s->m->units[i].n_limits; k++)
			check_industry_limit(s, check_nth(limits, k), &s->m->units[i].limits[k]);
	}
}

void check_limits(const struct scrutiny *s)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(s, &rows[i]);
	for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
		check_one(s, &ones[i]);
	check_after(s, value_in(s, NULL, "delivery"), "delivery", s->m->policy.delivery_ms);
	check_ladder(s);
	check_units(s);
}
