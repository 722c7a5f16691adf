/*
 * texts.c - see texts.h. Place: report.
 */
#include "report/texts.h"
#include "base/arena.h"
#include "mechanism/load.h"
#include "text/cache.h"
#include "text/examples.h"

#include <errno.h>
#include <string.h>

static void fail(struct report_made *made, const char *why)
{
	made->code = ERROR_UNAVAILABLE;
	made->detail = why;
}

void texts_make(const char *store, const struct report_ask *ask, struct arena *a, struct report_made *made,
    report_progress *progress, void *arg)
{
	char why[256];
	struct reads *r = reads_open(store, why, sizeof why);
	struct mechanism *m = r ? report_mechanism(r, a, ask->revision) : NULL;

	*made = (struct report_made){.code = OK, .revision = arena_text(a, ask->revision)};
	if (!r)
		fail(made, arena_text(a, why));
	else if (!m)
		fail(made, "the stored revision cannot be read");
	else if (!text_cache_make(text_cache_folder(store, a), text_examples_of(m, NULL, a), progress, arg))
		fail(made, strerror(errno));
	mechanism_release(m);
	reads_close(r);
}
