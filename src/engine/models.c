/*
 * models.c - see models.h. Place: engine, over the report process.
 */
#include "engine/models.h"
#include "base/arena.h"
#include "base/log.h"
#include "engine/core.h"
#include "front/reporting.h"
#include "report/texts.h"
#include "text/cache.h"
#include "text/examples.h"

#define AGAIN_AFTER 60              /* looks, after one that was not made */
#define MADE_WITHIN_MS (600 * 1000) /* with the reports that were asked for before */

static void on_made(void *arg, const struct report_made *made, struct str bytes)
{
	struct engine *e = arg;

	(void)bytes;
	e->making = NULL;
	e->models_wait = made->code == OK ? 0 : AGAIN_AFTER;
	if (made->code == OK)
		log_info("model of texts made", "revision=%s", made->revision);
	else
		log_alarm("model of texts not made", "why=\"%s\"", made->detail ? made->detail : "-");
}

static void begin(struct engine *e)
{
	struct report_ask ask = {.kind = TEXTS_KIND,
	    .period = "-",
	    .format = "model",
	    .english = e->english,
	    .revision = e->m->revision};

	e->making = reporting_ask(e->base, e->child->report_path, &ask, MADE_WITHIN_MS, on_made, e);
	if (e->making)
		log_info("model of texts begun", "revision=%s", e->m->revision);
	else
		e->models_wait = AGAIN_AFTER;
}

/* Whether it is whole is looked at once for each mechanism that comes into force: front ends only read. */
static bool there(struct engine *e, const char *folder)
{
	if (memcmp(e->models_looked, e->m->texts, DIGEST_LEN) == 0)
		return text_cache_has(folder, e->m->texts);
	memcpy(e->models_looked, e->m->texts, DIGEST_LEN);
	return text_cache_look(folder, e->m->texts);
}

void models_look(struct engine *e)
{
	struct arena *a;

	if (e->making && e->m && memcmp(e->models_looked, e->m->texts, DIGEST_LEN) != 0)
		models_stop(e); /* another mechanism has come into force meanwhile */
	if (e->making)
		return;
	if (e->models_wait > 0) {
		e->models_wait--;
		return;
	}
	a = arena_new();
	if (e->m && text_has_source(e->m) && !there(e, text_cache_folder(e->child->options->store, a)))
		begin(e);
	arena_free(a);
}

void models_stop(struct engine *e)
{
	if (e->making)
		reporting_forget(e->making);
	e->making = NULL;
}
