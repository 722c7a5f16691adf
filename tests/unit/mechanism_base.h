/*
 * mechanism_base.h - a small mechanism that loads, as the texts of its seven files (no rosters.yaml), and its loading.
 * The numbers beside the lines are those that the tests expect problems at.
 */
#ifndef MECHANISM_BASE_H
#define MECHANISM_BASE_H
#include "unit.h"
#include "base/arena.h"
#include "mechanism/load.h"

enum { AREAS, CALENDAR, CATEGORIES, CONTACTS, POLICY, ROUTING, UNITS_FILE, BASE_FILES };
static const char *const names[BASE_FILES] = {"areas.yaml", "calendar.yaml", "categories.yaml",
    "contacts.yaml", "policy.yaml", "routing.yaml", "units.yaml"};

/* Its four contacts; unit: two digits that are its own. */
#define PEOPLE(unit)                                                                                         \
	"    duty: {phone: \"0597-000" unit "01\"}\n"                                                        \
	"    liaison: {phone: \"0597-000" unit "02\", name: 李四, title: 联络员, placeholder: true}\n"  \
	"    person_in_charge: {phone: \"0597-000" unit "03\"}\n"                                            \
	"    leader: {phone: \"0597-000" unit "04\"}\n"

/* The other six, as few days as may be. */
#define FESTIVALS(year)                                                                                      \
	", \"" year "-02-16\": 春节, \"" year "-02-17\": 春节, \"" year "-02-18\": 春节, \"" year            \
	"-04-05\": 清明节, \"" year "-05-01\": 劳动节, \"" year "-06-19\": 端午节, \"" year                  \
	"-10-01\": 国庆节、中秋节, \"" year "-10-02\": 国庆节, \"" year "-10-03\": 国庆节"
#define OFF_2025 "holidays: {\"2025-01-01\": 元旦" FESTIVALS("2025") "}"

static const char *const base[BASE_FILES] = {
    [AREAS] = "areas:\n"                                                                            /* 1 */
	      "  - {code: \"350881001\", name: 菁城街道, zone: city}\n"                             /* 2 */
	      "  - {code: \"350881001001\", name: 社区, parent: \"350881001\"}\n"                   /* 3 */
	      "  - {code: \"350881100\", name: 新桥镇, zone: outside}\n"                            /* 4 */
	      "  - {code: 350881100001, name: 集镇, parent: 350881100, zone: city}\n",              /* 5 */
    [CALENDAR] = "hours:\n"                                                                         /* 1 */
		 "  - {from: \"06-01\", to: \"09-30\", open: [\"08:00-12:00\", \"15:00-18:00\"]}\n" /* 2 */
		 "  - {open: [\"08:00-12:00\", \"14:30-17:30\"]}\n"                                 /* 3 */
		 "years:\n"                                                                         /* 4 */
		 "  2026:\n"                                                                        /* 5 */
		 "    holidays: {\"2026-01-01\": 元旦, \"2026-01-02\": 元旦" FESTIVALS(
		     "2026") "}\n" /* 6 */
			     "    make_up_days: {\"2026-01-04\": "
			     "元旦}\n"                                                          /* 7 */
			     "  2025:\n"                                                        /* 8 */
			     "    " OFF_2025 "\n",                                              /* 9 */
    [CATEGORIES] = "categories:\n"                                                              /* 1 */
		   "  - code: \"601301\"\n"                                                     /* 2 */
		   "    name: 供水爆管\n"                                                       /* 3 */
		   "    priority: P2\n"                                                         /* 4 */
		   "    keywords: [爆管, 水管破裂]\n"                                           /* 5 */
		   "    lead: water\n"                                                          /* 6 */
		   "    assist: [police]\n"                                                     /* 7 */
		   "    inform: [township]\n"                                                   /* 8 */
		   "    arrival: city-rule\n"                                                   /* 9 */
		   "  - code: \"909901\"\n"                                                     /* 10 */
		   "    name: 误拨\n"                                                           /* 11 */
		   "    priority: P4\n"                                                         /* 12 */
		   "    lead: none\n"                                                           /* 13 */
		   "    arrival: no-visit\n"                                                    /* 14 */
		   "    confidential: true\n"                                                   /* 15 */
		   "    counted: false\n"                                                       /* 16 */
		   "    note: 只登记\n",                                                        /* 17 */
    [CONTACTS] = "contacts:\n"                                                                  /* 1 */
		 "  - {id: gas, name: 燃气, phone: \"0597-0000301\", category: [\"6013*\"]}\n", /* 2 */
    [POLICY] =
	"delivery: {P1: 60s, P2: 2m, P3: 5m, P4: next-office-hour}\n"                             /* 1 */
	"acknowledge: {P1: 2m, P2: 2m, P3: 5m, P4: 30m}\n"                                        /* 2 */
	"acknowledge_tier2_off_hours: {P1: 5m, P2: 5m, P3: 15m}\n"                                /* 3 */
	"arrive: {city: 30m}\n"                                                                   /* 4 */
	"first_report: {P1: 30m, P2: 30m, P3: 2h}\n"                                              /* 5 */
	"next_report: {P1: 2h, P2: 2h, P3: 24h, P4: 3 working-days, scheduled: 4 working-days}\n" /* 6 */
	"eta_cap: 24h\n"                                                                          /* 7 */
	"return_decision: {P1: 3m, P2: 3m, P3: 15m, P4: 15m}\n"                                   /* 8 */
	"callback: {limit: 24h, hours: \"09:00-21:00\"}\n"                                        /* 9 */
	"clock_time:\n"                                                                           /* 10 */
	"  tier_1:\n"                                                                             /* 11 */
	"    delivery: {P1: 7x24, P2: 7x24, P3: 7x24, P4: office}\n"                              /* 12 */
	"    acknowledge: {P1: 7x24, P2: 7x24, P3: 7x24, P4: 7x24}\n"                             /* 13 */
	"    arrive: {P1: 7x24, P2: 7x24, P3: 7x24, P4: 7x24}\n"                                  /* 14 */
	"    first-report: {P1: 7x24, P2: 7x24, P3: 7x24, P4: working-days}\n"                    /* 15 */
	"    next-report: {P1: 7x24, P2: 7x24, P3: 7x24, P4: working-days}\n"                     /* 16 */
	"  tier_2:\n"                                                                             /* 17 */
	"    delivery: {P1: 7x24, P2: 7x24, P3: 7x24, P4: office}\n"                              /* 18 */
	"    acknowledge: {P1: 7x24, P2: 7x24, P3: 7x24, P4: office}\n"                           /* 19 */
	"    arrive: {P1: 7x24, P2: 7x24, P3: office, P4: office}\n"                              /* 20 */
	"    first-report: {P1: 7x24, P2: 7x24, P3: 7x24, P4: working-days}\n"                    /* 21 */
	"    next-report: {P1: 7x24, P2: 7x24, P3: 7x24, P4: working-days}\n"                     /* 22 */
	"clocks_start: delivery\n"                                                                /* 23 */
	"lateness_grace: 1m\n"                                                                    /* 24 */
	"late_reported: 5m\n"                                                                     /* 25 */
	"future_skew: 10m\n"                                                                      /* 26 */
	"remind:\n"                                                                               /* 27 */
	"  acknowledge_percent: 50\n"                                                             /* 28 */
	"  arrive_percent: 70\n"                                                                  /* 29 */
	"  leader_after: 10m\n"                                                                   /* 30 */
	"  office_after: 30m\n"                                                                   /* 31 */
	"  repeat_every: 1h\n"                                                                    /* 32 */
	"  digest_window: 1m\n"                                                                   /* 33 */
	"  outside_city: {P1: 15m, P2: 30m, P3: 2h}\n"                                            /* 34 */
	"  outside_city_hours: {P3: \"08:00-22:00\"}\n"                                           /* 35 */
	"similar: {window: 2h, metres: 300, most: 10}\n"                                          /* 36 */
	"close_after_callback: true\n"                                                            /* 37 */
	"retention: 1095d\n",                                                                     /* 38 */
    [ROUTING] = "rules:\n"                                                                        /* 1 */
		"  - id: night\n"                                                                 /* 2 */
		"    when:\n"                                                                     /* 3 */
		"      category: [\"6013*\", none]\n"                                             /* 4 */
		"      keywords: [爆管]\n"                                                        /* 5 */
		"      unless_keywords: [演习]\n"                                                 /* 6 */
		"      address_keywords: [\"桥\"]\n"                                              /* 7 */
		"      zone: city\n"                                                              /* 8 */
		"      area: [350881001]\n"                                                       /* 9 */
		"      priority: [P1, P2]\n"                                                      /* 10 */
		"      hours: closed\n"                                                           /* 11 */
		"      between: \"22:00-06:00\"\n"                                                /* 12 */
		"    lead: town-xinqiao\n"                                                        /* 13 */
		"    assist: []\n"                                                                /* 14 */
		"    inform: [township, police]\n"                                                /* 15 */
		"    set: {category: \"601301\", priority: P2}\n"                                 /* 16 */
		"    because: 夜间\n"                                                             /* 17 */
		"  - id: more\n"                                                                  /* 18 */
		"    when: {category: \"601301\"}\n"                                              /* 19 */
		"    also: true\n"                                                                /* 20 */
		"    assist: [town-xinqiao]\n"                                                    /* 21 */
		"    because: 追加\n"                                                             /* 22 */
		"otherwise:\n"                                                                    /* 23 */
		"  - {when: {priority: P1}, lead: police, because: 首接负责}\n"                   /* 24 */
		"  - {lead: none, because: 登记}\n",                                              /* 25 */
    [UNITS_FILE] = "units:\n"                                                                     /* 1 */
		   "  - id: water\n"                                                              /* 2 */
		   "    name: 自来水公司\n"                                                       /* 3 */
		   "    short: 水司\n"                                                            /* 4 */
		   "    tier: 1\n"                                                                /* 5 */
		   "    article: 第五条、第十一条\n" PEOPLE("01")                    /* 6, 7-10 */
    "    industry_limits:\n"                                                         /* 11 */
    "      - {category: [\"6013*\"], city: 45m, outside: 90m, document: 《办法》}\n" /* 12 */
    "  - id: police\n"                                                               /* 13 */
    "    name: 公安局\n"                                                             /* 14 */
    "    tier: 1\n"                                                                  /* 15 */
    "    visits: false\n" PEOPLE("02")                                               /* 16, 17-20 */
    "  - id: town-xinqiao\n"                                                         /* 21 */
    "    name: 新桥镇\n"                                                             /* 22 */
    "    tier: 2\n"                                                                  /* 23 */
    "    township: \"350881100\"\n" PEOPLE("04"),                                    /* 24, 25-28 */
};

struct mechanism_file_set {
	struct mechanism_file v[BASE_FILES];
};

static struct mechanism_file_set files_of(const char *const *texts)
{
	struct mechanism_file_set set;

	for (int i = 0; i < BASE_FILES; i++)
		set.v[i] = (struct mechanism_file){names[i], str_of(texts[i])};
	return set;
}

static struct mechanism *load_base(struct problems *p)
{
	struct mechanism_file_set set = files_of(base);
	struct buf said = {0};

	problems_init(p, false);
	struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, p);
	problems_print(p, &said);
	if (said.n)
		print_error("%.*s", (int)said.n, said.p);
	buf_free(&said);
	assert_non_null(m);
	assert_int_equal(p->n, 0);
	return m;
}

/* The same, and then with one file more. */
static inline struct mechanism *load_base_with(const char *name, const char *text, struct problems *p)
{
	struct mechanism_file files[BASE_FILES + 1];
	struct mechanism_file_set set = files_of(base);
	struct mechanism *m;

	mechanism_release(load_base(p));
	memcpy(files, set.v, sizeof set.v);
	files[BASE_FILES] = (struct mechanism_file){name, str_of(text)};
	m = mechanism_load_files(files, BASE_FILES + 1, p);
	assert_non_null(m);
	return m;
}

#endif
