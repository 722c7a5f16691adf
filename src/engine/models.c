/*
 * models.c - see models.h. Place: engine; the thread has nothing of the engine but its own copies.
 */
#include "engine/models.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/thread.h"
#include "engine/core.h"
#include "text/cache.h"
#include "text/examples.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_AFTER 60 /* looks, after one that could not be written */

struct model_making {
	pthread_t thread;
	struct arena *arena; /* the thread's */
	const char *folder;
	struct text_examples *examples;
	int why;
	atomic_bool done;
};

static void *make(void *arg)
{
	struct model_making *x = arg;

	x->why = text_cache_make(x->folder, x->examples) ? 0 : errno;
	atomic_store(&x->done, true);
	return NULL;
}

static void begin(struct engine *e)
{
	struct model_making *x = xalloc(sizeof *x);
	struct arena *a = arena_new();

	*x = (struct model_making){.arena = a,
	    .folder = text_cache_folder(e->child->options->store, a),
	    .examples = text_examples_of(e->m, NULL, a)};
	if (thread_start(&x->thread, make, x)) {
		log_info("model of texts begun", "revision=%s examples=%zu", e->m->revision, x->examples->n);
		e->making = x;
		return;
	}
	arena_free(a);
	free(x);
	e->models_wait = AGAIN_AFTER;
}

static void end(struct engine *e)
{
	struct model_making *x = e->making;

	pthread_join(x->thread, NULL);
	if (x->why)
		log_alarm("model of texts not written", "why=\"%s\"", strerror(x->why));
	else
		log_info("model of texts made", "examples=%zu", x->examples->n);
	e->models_wait = x->why ? AGAIN_AFTER : 0;
	arena_free(x->arena);
	free(x);
	e->making = NULL;
}

void models_look(struct engine *e)
{
	struct arena *a;

	if (e->making && !atomic_load(&e->making->done))
		return;
	if (e->making)
		end(e);
	if (e->models_wait > 0) {
		e->models_wait--;
		return;
	}
	a = arena_new();
	if (e->m && !e->m->policy.text.off &&
	    !text_cache_has(text_cache_folder(e->child->options->store, a), e->m->texts))
		begin(e);
	arena_free(a);
}

void models_stop(struct engine *e)
{
	if (e->making)
		end(e);
}
