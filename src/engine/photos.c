/*
 * photos.c - photos are kept, one at a time, by a thread; see photos.h.
 *
 * Place: engine, between the links and the queue. What waits is bounded; more is answered `unavailable`, and a front end's
 * client sends it again. A front end that comes back after a crash of ours sends its command again, and the file is
 * there already, or not: both are the same.
 *
 * Invariants
 * - The thread touches one `keeping` and the file system, nothing else; the loop does not look at it meanwhile.
 * - A photo's command reaches the queue with its file on the disk, or without a picture, and is refused then.
 */
#include "engine/photos.h"
#include "base/arena.h"
#include "base/base64.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"
#include "domain/photo.h"
#include "engine/start.h"
#include "store/photos.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAIT_MOST 32 /* some 45 MB */

struct keeping {
	struct keeping *next;
	struct link *from; /* NULL: gone */
	struct arena *a;
	struct command *c;
	char number[NUMBER_MAX + 1];
	const char *store; /* its path */
	bool shared;
	int done; /* eventfd */
	/* what came of it */
	enum picture_type type; /* PICTURE_NONE: refused */
	int64_t bytes;
	char digest[DIGEST_HEX];
	struct refusal why;
	int failed; /* errno */
};

/* -- the thread ----------------------------------------------------------------------------- */

static void keep(struct keeping *k, struct str picture)
{
	struct digest d = digest_of(picture);

	digest_hex(&d, k->digest);
	k->bytes = (int64_t)picture.n;
	if (photos_put(k->store, k->shared, k->number, k->digest, picture))
		return;
	k->failed = errno;
	k->type = PICTURE_NONE;
	refuse_as(&k->why, ERROR_UNAVAILABLE, NULL, "照片没有存下,请稍后再传",
	    "the photo was not kept; send it again later");
}

static void *run(void *arg)
{
	struct keeping *k = arg;
	struct buf given = {0}, clean = {0};
	uint64_t one = 1;

	if (!base64_get(&given, str_of(command_text(k->c, FIELD_IMAGE))))
		refuse_as(&k->why, ERROR_PARAMS, "image", "参数 image 应为 base64",
		    "parameter image must be base64");
	else
		k->type = picture_clean(buf_view(&given), &clean, k->a, &k->why);
	if (k->type)
		keep(k, buf_view(&clean));
	buf_free(&given);
	buf_free(&clean);
	return write(k->done, &one, sizeof one) < 0 ? k : NULL;
}

/* -- one after the other -------------------------------------------------------------------- */

static void begin(struct engine *e);

static void refused(struct engine *e, struct keeping *k)
{
	struct reply r = {.id = k->c->id, .code = k->why.code, .field = k->why.field};

	if (k->failed)
		log_alarm("photo not kept", "errno=%d", k->failed);
	e->metrics.refused++;
	r.detail = e->english ? k->why.en : k->why.zh;
	links_send(k->from, &r);
	links_flush(&e->links);
}

/* Its command goes on as any other. */
static void queue(struct engine *e, struct link *from, const struct command *c)
{
	struct buf b = {0};

	command_pack(&b, c);
	queue_add(&e->queue, from, buf_view(&b));
	buf_free(&b);
	e->turn_due = true;
	loop_soon(e->turn_event);
}

static void drop(struct keeping *k)
{
	arena_free(k->a);
	free(k);
}

static void on_kept(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	struct keeping *k = e->photos.first;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof n) < 0)
		return;
	pthread_join(e->photos.thread, NULL);
	e->photos.first = k->next;
	e->photos.n--;
	if (k->type) {
		photo_kept(k->c, k->type, k->bytes, k->digest);
		queue(e, k->from, k->c);
	} else {
		refused(e, k);
	}
	drop(k);
	begin(e);
}

/* The first of those that wait. */
static void begin(struct engine *e)
{
	struct keeping *k = e->photos.first;

	if (!k)
		loop_soon(e->turn_event); /* a drain may have waited for it */
	else if (!thread_start(&e->photos.thread, run, k))
		fatal("no thread for a photo");
}

/* -- taking ---------------------------------------------------------------------------------- */

static bool is_photo(struct str body)
{
	struct reader r = reader_of(body);

	return read_u16(&r) == COMMAND_PHOTO_ADD && !r.bad;
}

static void answer_full(struct engine *e, struct link *from, const struct command *c)
{
	struct reply r = {.id = c->id, .code = ERROR_UNAVAILABLE};

	r.detail = store_metrics(e->store).full
	    ? (e->english ? "The disk is nearly full: no photos are kept." : "磁盘将满,暂不收照片")
	    : (e->english ? "Many photos are coming in; send it again." : "照片较多,请稍后再传");
	links_send(from, &r);
}

static bool is_open(const struct engine *e)
{
	return e->photos.n < WAIT_MOST && !store_metrics(e->store).full && !store_metrics(e->store).read_only;
}

static void join(struct engine *e, struct keeping *k)
{
	struct keeping **at = &e->photos.first;

	while (*at)
		at = &(*at)->next;
	*at = k;
	if (e->photos.n++ == 0)
		begin(e);
}

static void take(struct engine *e, struct link *from, struct arena *a, struct command *c)
{
	struct keeping *k = xalloc(sizeof *k);
	int n;

	*k = (struct keeping){.from = from,
	    .a = a,
	    .c = c,
	    .store = e->child->options->store,
	    .shared = start_shares(e->child->options),
	    .done = e->photos.done};
	if (!dispatch_id_parse(command_text(c, FIELD_DISPATCH), k->number, &n) ||
	    !command_allowed(c->kind, &c->who)) {
		photo_kept(c, PICTURE_NONE, 0, "");
		queue(e, from, c);
		drop(k);
	} else if (is_open(e)) {
		join(e, k);
	} else {
		answer_full(e, from, c);
		drop(k);
	}
}

bool photos_take(struct engine *e, struct link *from, struct str body, bool *good)
{
	struct arena *a;
	struct command *c;

	if (!is_photo(body))
		return false;
	a = arena_new();
	c = arena_alloc(a, sizeof *c);
	*good = command_unpack(body, a, c) && command_has(c, FIELD_IMAGE) && command_text(c, FIELD_DISPATCH);
	if (*good)
		take(e, from, a, c);
	else
		arena_free(a);
	return true;
}

void photos_gone(struct engine *e, const struct link *l)
{
	for (struct keeping *k = e->photos.first; k; k = k->next)
		if (k->from == l)
			k->from = NULL;
}

bool photos_busy(const struct engine *e)
{
	return e->photos.n > 0;
}

/* -- the start ------------------------------------------------------------------------------- */

struct owner {
	struct engine *e;
	struct arena *a;
};

static bool owner_of(void *arg, const char *number, const struct incident **out)
{
	struct owner *o = arg;
	struct store_want one = {.number = number};
	struct store_wants w = {.incidents = &one, .n_incidents = 1};

	arena_reset(o->a);
	if (store_load(o->e->store, o->a, &w, NULL, NULL) != STORE_NOW || w.status != STORE_OK)
		return false;
	*out = one.found;
	return true;
}

void photos_start(struct engine *e)
{
	struct owner o = {.e = e, .a = arena_new()};
	int64_t n = photos_sweep(e->child->options->store, owner_of, &o);

	arena_free(o.a);
	if (n)
		log_info("photos without an event removed", "files=%lld", (long long)n);
	e->photos.done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->photos.done < 0)
		fatal("no eventfd");
	e->photos.kept = loop_event(e->base, e->photos.done, EV_READ | EV_PERSIST, on_kept, e);
	event_add(e->photos.kept, NULL);
}
