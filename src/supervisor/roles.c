/*
 * roles.c - the table of processes. Place: supervisor, above all rooms it names; liandongd.c finds
 * the main of a re-executed process here.
 */
#include "supervisor/roles.h"

#include <stddef.h>

static int64_t intake_workers(const struct options *o)
{
	return o->workers_intake;
}

static int64_t api_workers(const struct options *o)
{
	return o->workers_api;
}

static int64_t report_workers(const struct options *o)
{
	return o->workers_report;
}

static int64_t report_ms(const struct options *o)
{
	return o->report_ms;
}

#define USER(name) offsetof(struct options, user_##name)

const struct role roles[ROLE_IDS] = {
    [ROLE_ID_ENGINE] =
	{
	    .name = "engine",
	    .main = engine_main,
	    .listeners = {"engine"},
	    .order = 0,
	    .user = USER(engine),
	    .reads = PLACE_MECHANISM | PLACE_CONFIG,
	    .writes = PLACE_STORE | PLACE_BACKUP,
	    .threads = true,
	},
    [ROLE_ID_INTAKE] =
	{
	    .name = "intake",
	    .main = intake_main,
	    .workers = intake_workers,
	    .listeners = {"console", "control"},
	    .order = 1,
	    .user = USER(intake),
	    .reads = PLACE_STORE | PLACE_MECHANISM,
	},
    [ROLE_ID_API] =
	{
	    .name = "api",
	    .main = api_main,
	    .workers = api_workers,
	    .listeners = {"http", "redirect"},
	    .order = 1,
	    .user = USER(api),
	    .reads = PLACE_STORE | PLACE_MECHANISM,
	},
    [ROLE_ID_REPORT] =
	{
	    .name = "report",
	    .main = reporter_main,
	    .workers = report_workers,
	    .listeners = {"report"},
	    .order = 1,
	    .most_ms = report_ms,
	    .user = USER(report),
	    .reads = PLACE_STORE | PLACE_MECHANISM | PLACE_CONFIG,
	    .writes = PLACE_TEXTS | PLACE_TEMPORARY, /* models; libxlsxwriter's sheets */
	},
    [ROLE_ID_NOTIFIER] =
	{
	    .name = "notifier",
	    .main = notifier_main,
	    .listeners = {"notifier"},
	    .order = 1,
	    .user = USER(notifier),
	    .reads = PLACE_STORE | PLACE_MECHANISM | PLACE_SECRETS | PLACE_NETWORK,
	    .writes = PLACE_NOTICES,
	    .threads = true, /* names are looked up in them */
	    .network = true,
	    .aside = true,
	},
};

const struct role *role_find(const char *name)
{
	for (int i = 0; i < ROLE_IDS; i++)
		if (text_eq(roles[i].name, name))
			return &roles[i];
	return NULL;
}
