/* numbers.c - see numbers.h. Place: notifier. */
#include "notifier/numbers.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "notice/addressee.h"
#include "store/outbox.h"

#include <stdio.h>

#define NUMBERS_FIRST 64
#define KEY_MAX 256

static struct number_uses *uses_of(struct numbers *n, const struct notice_channel *c, const char *phone)
{
	char key[KEY_MAX];
	bool added;
	struct number_uses *w;

	snprintf(key, sizeof key, "%s %s", c->id, phone);
	if ((w = map_find(&n->all, str_of(key))))
		return w;
	w = map_add(&n->all, str_of(arena_text(n->names, key)), &added);
	number_open(w, c);
	return w;
}

/* Who was on duty then, by the mechanism in force. */
static const char *phone_then(const struct outbox_use *use, const struct notice_channel *c,
    const struct mechanism *m, const struct circumstances *around)
{
	struct outgoing to = {.unit = use->unit, .role = use->role, .which = use->which};

	return notices_number(addressee_of(&to, m, around, use->at).who, c);
}

/* What of the past is remembered, and as whose. */
struct number_past {
	struct numbers *n;
	const struct notice_channel *c;
	const struct mechanism *m;
	const struct circumstances *around;
	int64_t now;
};

static void on_use(void *arg, const struct outbox_use *use)
{
	const struct number_past *r = arg;
	const char *phone = phone_then(use, r->c, r->m, r->around);

	if (phone)
		number_add(uses_of(r->n, r->c, phone), use->class,
		    use->at < r->now ? use->at : r->now); /* the clock may have been put back */
}

struct number_uses *numbers_of(struct numbers *n, const struct notice_channel *c, const char *phone,
    const struct mechanism *m, const struct circumstances *around)
{
	struct number_limit limit = channel_per_number(c);
	struct number_past r;
	bool added;

	if (!phone || (limit.minute == 0 && limit.hour == 0))
		return NULL;
	if (!map_find(&n->channels, str_of(c->id))) {
		map_add(&n->channels, str_of(arena_text(n->names, c->id)), &added);
		r = (struct number_past){n, c, m, around, clock_wall().ms};
		outbox_used(n->outbox, c->id, r.now - HOUR_MS, on_use, &r);
	}
	return uses_of(n, c, phone);
}

void numbers_open(struct numbers *n, struct outbox *outbox)
{
	*n = (struct numbers){.outbox = outbox, .names = arena_new()};
	map_init(&n->all, NULL, sizeof(struct number_uses), NUMBERS_FIRST);
	map_init(&n->channels, NULL, sizeof(bool), NUMBERS_FIRST);
}

void numbers_close(struct numbers *n)
{
	size_t at = 0;
	struct number_uses *w;
	struct str key;

	while ((w = map_next(&n->all, &at, &key)))
		number_free(w);
	map_free(&n->all);
	map_free(&n->channels);
	arena_free(n->names);
}

void numbers_shift(struct numbers *n, int64_t step)
{
	size_t at = 0;
	struct number_uses *w;
	struct str key;

	while ((w = map_next(&n->all, &at, &key)))
		number_shift(w, step);
}

void numbers_forget(struct numbers *n)
{
	struct outbox *outbox = n->outbox;

	numbers_close(n);
	numbers_open(n, outbox);
}
