/* building.c - a mechanism built in a thread; see building.h. Place: engine. */
#include "engine/building.h"
#include "base/log.h"
#include "base/thread.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct building {
	pthread_t thread;
	int done; /* eventfd */
	struct mechanism_file files[MECHANISM_FILES];
	int n;
	struct mechanism *m;
};

static void *run(void *arg)
{
	struct building *b = arg;
	struct problems p;
	uint64_t one = 1;

	problems_init(&p, true);
	b->m = mechanism_load_files(b->files, b->n, &p);
	problems_free(&p);
	return write(b->done, &one, sizeof one) < 0 ? b : NULL;
}

struct building *building_start(const struct mechanism_file *files, int n)
{
	struct building *b = xalloc(sizeof *b);

	*b = (struct building){.n = n, .done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	memcpy(b->files, files, (size_t)n * sizeof *files);
	if (b->done >= 0 && thread_start(&b->thread, run, b))
		return b;
	if (b->done >= 0)
		close(b->done);
	free(b);
	return NULL;
}

int building_fd(const struct building *b)
{
	return b->done;
}

struct mechanism *building_end(struct building *b)
{
	struct mechanism *m;

	pthread_join(b->thread, NULL);
	m = b->m;
	close(b->done);
	free(b);
	return m;
}
