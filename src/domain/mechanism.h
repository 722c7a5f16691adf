/*
 * mechanism.h - the city's mechanism in force: units, areas, categories, calendar, policy, routing.
 *
 * Types only. src/mechanism reads them from YAML, checked and immutable; everything in domain works
 * on them. All memory belongs to one arena; a revision is dropped as a whole. Codes (units, areas,
 * categories, rules) are the texts of the YAML; pointers to other members of the same mechanism
 * (lead units, parents) are resolved at load.
 */
#ifndef DOMAIN_MECHANISM_H
#define DOMAIN_MECHANISM_H
#include "base/map.h"

struct arena;

enum priority { PRIORITY_NONE, P1, P2, P3, P4, PRIORITY_COUNT };
/* P1 and P2: 紧急. */
static inline bool priority_urgent(enum priority p)
{
	return p == P1 || p == P2;
}
enum zone { ZONE_CITY, ZONE_OUTSIDE, ZONE_COUNT };
/* What a unit is to an incident (主办, 协办, 知会). */
enum dispatch_role { AS_LEAD, AS_ASSIST, AS_INFORM, DISPATCH_ROLES };
/* How the limit for arriving is found (Art. 12). */
enum arrival { ARRIVAL_CITY_RULE, ARRIVAL_INDUSTRY, ARRIVAL_SCHEDULED, ARRIVAL_NO_VISIT, ARRIVAL_COUNT };

extern const char *const priority_names[PRIORITY_COUNT];      /* "", "P1" … */
extern const char *const zone_names[ZONE_COUNT];              /* "city", "outside" */
extern const char *const dispatch_role_names[DISPATCH_ROLES]; /* "lead", "assist", "inform" */
extern const char *const arrival_names[ARRIVAL_COUNT]; /* "city-rule", "industry", "scheduled", "no-visit" */
/* The index of text in names[n], -1 if it is none. */
int name_index(const char *const *names, int n, const char *text);

/* -- people and units ----------------------------------------------------------------------- */

struct contact_phone {
	const char *number;
	const char *extension; /* NULL: none */
	bool mobile;
};
struct contact {
	const char *name;  /* NULL: not given */
	const char *phone; /* the first as people read it, 0597-7530000转801; NULL: not given */
	const struct contact_phone *phones; /* all, in the order in which they are to be called */
	int n_phones;
	const char *title;
	bool placeholder; /* made up for the shipped configuration, must be replaced */
};

/* "power: city 45 min, outside 90 min", a limit of the unit's industry for categories (Art. 12). */
struct industry_limit {
	const char **categories; /* exact, or a prefix with * */
	int n_categories;
	int64_t city_ms, outside_ms; /* 0: this zone has none */
	const char *document;
};

struct unit {
	const char *id, *name;
	const char *short_name; /* for narrow tables; falls back to name */
	int tier;               /* 1 or 2 (Art. 11) */
	bool visits;            /* false: never goes anywhere, so never has an arrival limit */
	const char
	    *house; /* 同属一家: units of one house do not decide about each other; its own id if not given */
	const char *article;    /* "第五条", "第十一条", "第二条、第六条" */
	const char *township;   /* area code this unit governs, NULL where it is no township */
	const char *confirmers; /* accounts that confirm its months, comma-separated; NULL: each of its own */
	const char
	    *emergency_line; /* "110", "119", "120": its matters never go by 12345; NULL: it has none */
	/* 机构改革: from `since` on it acts for those that it succeeds; one that is gone stays, until `until` */
	const struct unit **succeeds;
	int n_succeeds;
	int64_t since, until; /* local midnights; 0: not given */
	struct contact duty, liaison, person_in_charge, leader;
	struct industry_limit *limits;
	int n_limits;
	const struct roster *roster; /* NULL: none */
	int line;                    /* in units.yaml */
};

/* The four contacts of a unit, in the order in which lists have them. */
#define UNIT_CONTACTS 4
struct unit_contact {
	const char *key; /* "duty" */
	size_t offset;   /* in struct unit */
};
extern const struct unit_contact unit_contacts[UNIT_CONTACTS];
const struct contact *unit_contact(const struct unit *u, int i);

struct outside_contact { /* contacts.yaml: not a member but must be reachable */
	const char *id, *name, *about;
	struct contact contact;
	const char **categories; /* shown with incidents of these; patterns */
	int n_categories;
};

struct area {
	const char *code, *name;
	const struct area *parent; /* NULL: a township or sub-district */
	enum zone zone;
	const struct unit *township; /* the unit that governs it or its parent, NULL where none does */
	bool has_tile; /* its place in the schematic picture, in columns and rows from the top left */
	int tile[2];
};

struct category {
	const char *code, *name;
	enum priority priority;
	const char **keywords;
	int n_keywords;
	bool no_negation;        /* a keyword counts where it is denied, too: 没有井盖 */
	const struct unit *lead; /* NULL: "none", record only */
	const struct unit **assist, **inform;
	int n_assist, n_inform;
	bool inform_township; /* `inform: [township]` */
	enum arrival arrival;
	bool confidential;
	bool counted; /* false: counted apart in reports (car moving) */
	const char *note;
	const char *covers,
	    *leaves;  /* its border, a sentence each: what belongs here; what does not, and where it does */
	bool retired; /* 停用: its code is taken for its heir's; it stays for what is stored */
	const struct category *heir; /* NULL where it is not retired */
};

/* -- calendar ------------------------------------------------------------------------------- */

struct span { /* minutes of a local day, end exclusive */
	int from, to;
};
/* One from a later minute to an earlier one goes over midnight; from == to is the whole day. */
static inline bool span_has(struct span s, int minute)
{
	return s.from < s.to ? s.from <= minute && minute < s.to : s.from <= minute || minute < s.to;
}
struct season { /* from month*100+day to month*100+day, both included; first match wins */
	int from, to;
	struct span *spans;
	int n_spans;
};
enum day_kind { DAY_PLAIN, DAY_OFF, DAY_WORK };
struct calendar_year {
	int year;
	unsigned char kind[366]; /* enum day_kind by day of the year, 0 = 1 January */
	const char *name[366];   /* what people call a day that is not plain; NULL: nothing */
	bool partial; /* its festivals are not all named: its days count, and it is marked as not known */
};
struct calendar {
	struct calendar_year *years; /* ascending; a year not here goes by plain weekdays, marked so */
	int n_years;
	struct season *seasons;
	int n_seasons;
};

/* Whose time a clock runs in. */
enum clock_time { TIME_ALWAYS, TIME_OFFICE, TIME_WORKDAYS, CLOCK_TIME_COUNT };
extern const char *const clock_time_names[CLOCK_TIME_COUNT]; /* "7x24", "office", "working-days" */

/* -- rosters -------------------------------------------------------------------------------- */

#define DUTY_TOGETHER 6 /* so many serve together at most */

struct person {
	const char *id; /* within its roster */
	struct contact contact;
};
struct duty_group {
	const struct person *who[DUTY_TOGETHER];
	int n;
};
enum roster_days { ROSTER_ALL, ROSTER_WORKDAYS, ROSTER_HOLIDAYS, ROSTER_DAYS };
extern const char *const roster_day_names[ROSTER_DAYS]; /* "all", "workdays", "holidays" */

struct roster_shift {
	const char *name;
	int from, to;             /* minutes of the day; the same: 24 hours; to earlier: the day after */
	int64_t start;            /* the local day of its first occurrence */
	int every;                /* so many occurrences one group serves */
	enum roster_days days;    /* that it takes */
	struct duty_group *order; /* round and round */
	int n_order;
	int line;
};
struct duty_override {
	int64_t from, to;
	struct duty_group people;
	const char *because; /* NULL: not given */
	int line;
};
struct roster {
	const char *unit_id;
	const struct unit *unit;
	struct person *people;
	int n_people;
	struct roster_shift *shifts;
	int n_shifts;
	struct duty_override *overrides;
	int n_overrides;
	int line; /* in rosters.yaml */
};

/* -- policy --------------------------------------------------------------------------------- */

enum clock_kind {
	CLOCK_DELIVERY,
	CLOCK_ACKNOWLEDGE,
	CLOCK_ARRIVE,
	CLOCK_FIRST_REPORT,
	CLOCK_NEXT_REPORT,
	CLOCK_LEAD_MISSING, /* of the incident: it is open, and no unit leads */
	CLOCK_CALLBACK,     /* of the incident: it is completed, and the reporter was not asked yet */
	CLOCK_COUNT
};
extern const char *const
    clock_names[CLOCK_COUNT]; /* "delivery", "acknowledge", "arrive", "first-report", "next-report" … */

/* Who decides a request (matter.h). */
enum decider {
	DECIDER_DESK,
	DECIDER_SHIFT_LEADER,
	DECIDER_OFFICE,
	DECIDER_UNIT,    /* the unit that the request names */
	DECIDER_ACCOUNT, /* the account that the request names */
	DECIDERS
};
extern const char *const decider_names[DECIDERS];

/* Why a unit says that an instruction is not its own. Two codes mean something to the program: of a
 * `duplicate` the incident is cancelled, and what is asked as `insufficient` is answered by the desk
 * that amends the incident. */
struct return_reason {
	const char *code, *name;
};
#define REASON_DUPLICATE "duplicate"
#define REASON_INSUFFICIENT "insufficient"
/* An emergency mode (应急模式) that people may declare: what it changes while it lasts. */
struct mode_rule {
	const char *id, *name; /* "typhoon", 防台风应急响应 */
	unsigned silent;       /* bits 1 << enum priority: the units are not reminded of these */
	unsigned excuse; /* the same: a clock of which a part lies in the mode is excused where it is late */
	int64_t batch_ms[PRIORITY_COUNT]; /* reminders of a unit become one in this rhythm; 0: as always */
};

/* The rubric of scores (计分办法): policy.yaml's `rubric`. Points, weights and factors are in hundredths. */
enum rubric_per { PER_CASE, PER_PERCENT, RUBRIC_PERS };
extern const char *const rubric_per_names[RUBRIC_PERS]; /* "case", "percent" */
enum one_delay { DELAY_GRAVEST, DELAY_EACH, ONE_DELAYS };
extern const char *const one_delay_names[ONE_DELAYS]; /* "gravest", "each" */

struct rubric_class {
	int finding;          /* enum finding_class (matter.h) */
	enum rubric_per per;  /* a case costs `deduct`; or a percent of late ones does */
	int64_t deduct;       /* points */
	int64_t twice, never; /* what one counts that took over twice the limit, that never came; 0: as any */
	int64_t most;         /* the class takes no more than this */
	const char *article;
};
struct rubric {
	bool exists;
	bool official; /* false: it is not the official annex */
	int64_t base;
	int not_ranked_below; /* dispatches that count */
	int least;            /* denominator of a share: of few dispatches, at least this */
	int64_t weight[2];    /* of a lead's delay, an assist's */
	enum one_delay one_delay;
	int *groups; /* units are ranked among those with at least so many dispatches; descending */
	int n_groups;
	struct rubric_class *classes;
	int n_classes;
};

/* Duty phones are tried without notice (Art. 11). */
struct duty_policy {
	int per_month[3]; /* by tier; 0: none */
	int calls;        /* unanswered is what so many calls leave unanswered */
	int64_t apart_ms; /* at least so long one after the other */
	bool by_desk;     /* the desk makes them, not the office */
};

/* When a change of the mechanism needs a second administrator (第二名管理员). */
struct approval_policy {
	int moved; /* more incidents than so many would go elsewhere; -1: none is needed */
	int share; /* or more than so many of a hundred that were compared; 0: however many */
	int64_t since_ms, lapse_ms; /* of those of so long back; it lapses after so long */
};

/* 督办单, 通报批评, 移交纪检监察机关 (Art. 13): people take them. The first two may be proposed. */
enum measure { MEASURE_ORDER, MEASURE_CRITICISM, MEASURE_REFERRAL, MEASURES };
#define MEASURES_PROPOSED MEASURE_REFERRAL
extern const char *const measure_names[MEASURES];

/* When a measure is proposed to the office: so many findings of its classes that stand, opened within so long.
 * findings 0: it is not proposed. */
struct measure_rule {
	int findings;
	int64_t within_ms;
};

/* Codes of categories, or patterns of them. */
struct code_list {
	const char **v;
	int n;
};

/* What is made of what the model of texts proposes; probabilities in percent. */
struct text_policy {
	bool off;                     /* rules and keywords alone decide */
	int ask_below;                /* the desk is asked where the choice is less probable */
	int lead_from;                /* so sure it takes the lead from urgent words */
	int danger_from;              /* a danger as probable as this is shown */
	struct code_list urgent_lead; /* categories whose words are never overruled */
	struct code_list yields;      /* categories that the model alone never puts above something urgent */
};

struct policy {
	/* Art. 9(三): what is not urgent (P4) goes by this unit, and the unit in charge is informed; NULL: directly */
	const struct unit *non_urgent;
	struct duty_policy duty;
	struct measure_rule measures[MEASURES_PROPOSED];
	struct approval_policy approval;
	struct text_policy text;
	/* limits by priority (index enum priority); 0: none */
	int64_t delivery_ms[PRIORITY_COUNT];       /* P4: 0, with delivery_next_office true */
	bool delivery_next_office[PRIORITY_COUNT]; /* due at the next working hour instead of a limit */
	int64_t acknowledge_ms[PRIORITY_COUNT];
	int64_t acknowledge_off_ms[PRIORITY_COUNT]; /* tier 2 outside office hours; 0: acknowledge_ms */
	int64_t arrive_city_ms;                     /* 30 min (Art. 12) */
	int64_t first_report_ms[PRIORITY_COUNT];
	int64_t next_report_ms[PRIORITY_COUNT]; /* 0 with next_report_days: end of the nth working day */
	int next_report_days[PRIORITY_COUNT];   /* P4 and scheduled: 3 */
	int scheduled_report_days;
	int64_t eta_cap_ms; /* an ETA later than this after the report is cut to it */
	/* an open incident without a lead: the desk, its shift leader, the office are told so long after */
	int64_t lead_missing_ms, lead_missing_shift_leader_ms, lead_missing_office_ms;
	/* how long a request may wait for its decision: day and night, or to the end of so many working days */
	int64_t return_decision_ms[PRIORITY_COUNT], extend_decision_ms[PRIORITY_COUNT];
	int64_t handover_decision_ms, duty_check_decision_ms;
	int late_step_decision_days, appeal_decision_days, measure_decision_days, ownership_decision_days,
	    contacts_decision_days;
	const struct return_reason *return_reasons;
	int n_return_reasons;
	enum decider second_return,
	    second_return_off; /* who decides an incident's second: in office hours, off them */
	int extend_most;       /* extensions of one dispatch */
	int64_t extend_cap_ms[PRIORITY_COUNT]; /* so long past its first due a clock can be extended */
	int64_t callback_ms,
	    callback_office_ms; /* the first attempt; so long past its due the office is told, and again */
	struct span callback_hours;
	int callback_attempts;    /* on so many days the reporter is called before it ends */
	int64_t reopen_within_ms; /* after the close */
	int64_t undo_ms;          /* so long after a step the account that recorded it takes it back */
	int reopen_most;          /* so often the desk reopens; then the office decides */
	/* whose time each clock runs in: [tier][clock][priority] */
	enum clock_time time[3][CLOCK_COUNT][PRIORITY_COUNT];
	bool start_at_delivery;    /* clocks start at delivery instead of issue */
	int64_t lateness_grace_ms; /* a finding needs more than this: 1 min */
	int64_t late_reported_ms;  /* a step reported later than this after it happened is marked: 5 min */
	int64_t future_skew_ms;    /* 10 min */
	/* reminders */
	int acknowledge_remind_percent;            /* 50 */
	int arrive_remind_percent;                 /* 70 */
	int64_t leader_after_ms, office_after_ms;  /* 10 min, 30 min past due */
	int64_t outside_every_ms[PRIORITY_COUNT];  /* 15 min, 30 min, 2 h by day, 0 none */
	struct span outside_hours[PRIORITY_COUNT]; /* "by day"; 0-1440: always */
	int64_t repeat_every_ms;                   /* after that at most one an hour: 1 h */
	int64_t digest_window_ms; /* what goes to one person this close together is one digest */
	/* similar open incidents */
	int64_t similar_window_ms;
	int similar_metres, similar_most;
	/* words by which a reporter asks that his name be kept secret (secrecy.h) */
	const char **secret_words, **secret_unless;
	int n_secret_words, n_secret_unless;
	int close_after_callback; /* 1: closes by itself once called back */
	int64_t retention_days;
	struct mode_rule *modes;
	int n_modes;
	int64_t mode_most_ms; /* a mode lasts at most so long: 72 h */
	struct rubric rubric;
};

/* -- routing -------------------------------------------------------------------------------- */

enum hours_condition { HOURS_ANY, HOURS_OFFICE, HOURS_OFF };

struct rule {
	const char *id;
	/* conditions: all that are given must hold; an empty list is not given */
	const char **category;
	int n_category; /* exact, prefix with *, or "none" (the desk gave none) */
	const char **keywords, **unless_keywords, **address_keywords;
	int n_keywords, n_unless_keywords, n_address_keywords;
	bool no_negation; /* keywords count where they are denied, too */
	bool sure;        /* what it finds is rarely wrong: the model of texts weighs it so */
	enum zone zone;
	bool has_zone;
	const struct area **area;
	int n_area;          /* the incident's area or one it lies in */
	unsigned priorities; /* bit 1 << enum priority; 0: not given */
	enum hours_condition hours;
	struct span between; /* local time of day, may wrap midnight; from == to: not given */
	/* consequences */
	bool has_lead;
	const struct unit *lead; /* has_lead and NULL: "none", record only */
	const struct unit **assist, **inform;
	int n_assist, n_inform;
	bool has_assist, has_inform; /* an empty list in the YAML means none, not the category's own */
	bool inform_township, lead_township; /* `township`: the unit of the incident's area */
	const struct category *set_category;
	enum priority set_priority;
	bool also;
	const char *because;
	int line; /* in routing.yaml */
};

struct exchange_partners;
struct notices;
struct place_index;
struct route_index; /* compiled by routing_compile */

struct routing {
	struct rule *rules;
	int n_rules;
	struct rule *otherwise;
	int n_otherwise;
	struct route_index *index;
};

/* -- cases ---------------------------------------------------------------------------------- */

/* A text of a caller, and what it is: cases.jsonl, from which the model of texts learns. */
struct text_case {
	const char *text;
	const struct category *category;
	const struct category **also; /* as right */
	int n_also;
	enum priority priority; /* PRIORITY_NONE: that of its category */
	const char *writer;     /* whose words; NULL: not said */
	const char *by;         /* who accepted it, and when; NULL and 0: it came with the file */
	int64_t at;
	int line; /* in cases.jsonl */
};

/* -- the whole ------------------------------------------------------------------------------ */

struct mechanism_file {
	const char *name; /* "units.yaml" */
	struct str bytes;
};

/* At most: cases.jsonl, exchange.yaml, notices.yaml and rosters.yaml may be absent. */
#define MECHANISM_FILES 11
#define REVISION_LEN 12

struct mechanism {
	struct arena *arena; /* owns everything here but */
	struct arena
	    *sources; /* the files' bytes and the cases, which may be forgotten (mechanism_forget_sources) */
	int holders;  /* mechanism_hold; the rest never changes */
	char revision[REVISION_LEN + 1];
	struct mechanism_file files[MECHANISM_FILES]; /* those that there are, in the order of their names */
	int n_files;
	struct unit *units;
	int n_units;
	bool reformed; /* one of them succeeds another */
	struct area *areas;
	int n_areas;
	const char **within; /* what the city lies in, and the city: addresses begin with these */
	int n_within;
	struct place_index *places;
	struct category *categories;
	int n_categories;
	struct outside_contact *contacts;
	int n_contacts;
	struct roster *rosters;
	int n_rosters;
	struct calendar calendar;
	struct policy policy;
	struct routing routing;
	const struct notices *notices;            /* notices.h; NULL: there is no such file */
	const struct exchange_partners *exchange; /* exchange.h; NULL: there is no such file */
	struct text_case *cases;
	int n_cases;
	const char **learned_from; /* numbers of the incidents whose correction was accepted, or rejected */
	int n_learned_from;
	unsigned char
	    texts[32]; /* digest of what a model of texts learns from it; zero: none (text/examples.h) */
	struct map unit_map, area_map, category_map; /* of pointers to them, by code */
};

/* By code, in constant time; NULL if there is none (or the code is NULL). */
const struct unit *mechanism_unit(const struct mechanism *m, const char *id);
const struct area *mechanism_area(const struct mechanism *m, const char *code);
const struct category *mechanism_category(const struct mechanism *m, const char *code);
/* The category itself, or the heir of one that is retired; NULL stays NULL. */
const struct category *category_in_force(const struct category *c);
/* Who acts for this unit at that instant: its heir, or the heir's, where there is one; else it itself. */
const struct unit *mechanism_heir(const struct mechanism *m, const struct unit *unit, int64_t at);
/* The unit and those that it acts for then, comma-separated, in the arena; a unit that is not known is alone. */
const char *mechanism_acts_for(const struct mechanism *m, const char *id, int64_t at, struct arena *a);
/* The mode of that id; NULL if policy has none. */
const struct mode_rule *mechanism_mode(const struct mechanism *m, const char *id);
/* Builds the three maps; called once by the loader when the arrays stand. */
void mechanism_index(struct mechanism *m);
/* The desk is the police's: what a unit of this house asks, the desk does not decide. */
#define HOUSE_POLICE "police"
/* The reason of that code; NULL if the policy has none. */
const struct return_reason *policy_return_reason(const struct policy *p, const char *code);
/* "6013*" matches "601301"; without * the whole code. */
bool code_matches(const char *pattern, const char *code);

#endif
