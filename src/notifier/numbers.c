/* numbers.c - see numbers.h. Place: notifier. */
#include "notifier/numbers.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "notice/addressee.h"
#include "store/outbox.h"

#include <stdio.h>

#define USES_MOST 5000 /* messages of one channel in an hour that are counted after a start */
#define NUMBERS_FIRST 64
#define KEY_MAX 256

static struct sliding_window *window_of(struct numbers *n, const struct notice_channel *c, const char *phone)
{
	char key[KEY_MAX];
	bool added;
	struct sliding_window *w;

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

static void remember(struct numbers *n, const struct notice_channel *c, const struct mechanism *m,
    const struct circumstances *around)
{
	struct arena *a = arena_new();
	struct outbox_use *uses = arena_new_array(a, struct outbox_use, USES_MOST);
	int64_t now = clock_wall().ms;
	int found = outbox_used(n->outbox, c->id, now - HOUR_MS, USES_MOST, a, uses);

	for (int i = 0; i < found; i++) {
		const char *phone = phone_then(&uses[i], c, m, around);

		if (phone)
			window_add(window_of(n, c, phone),
			    uses[i].at < now ? uses[i].at : now); /* the clock may have been put back */
	}
	arena_free(a);
}

struct sliding_window *numbers_of(struct numbers *n, const struct notice_channel *c, const char *phone,
    const struct mechanism *m, const struct circumstances *around)
{
	struct number_limit limit = channel_per_number(c);
	bool added;

	if (!phone || (limit.minute == 0 && limit.hour == 0))
		return NULL;
	if (!map_find(&n->channels, str_of(c->id))) {
		map_add(&n->channels, str_of(arena_text(n->names, c->id)), &added);
		remember(n, c, m, around);
	}
	return window_of(n, c, phone);
}

void numbers_open(struct numbers *n, struct outbox *outbox)
{
	*n = (struct numbers){.outbox = outbox, .names = arena_new()};
	map_init(&n->all, NULL, sizeof(struct sliding_window), NUMBERS_FIRST);
	map_init(&n->channels, NULL, sizeof(bool), NUMBERS_FIRST);
}

void numbers_close(struct numbers *n)
{
	size_t at = 0;
	struct sliding_window *w;
	struct str key;

	while ((w = map_next(&n->all, &at, &key)))
		window_free(w);
	map_free(&n->all);
	map_free(&n->channels);
	arena_free(n->names);
}

void numbers_shift(struct numbers *n, int64_t step)
{
	size_t at = 0;
	struct sliding_window *w;
	struct str key;

	while ((w = map_next(&n->all, &at, &key)))
		window_shift(w, step);
}

void numbers_forget(struct numbers *n)
{
	struct outbox *outbox = n->outbox;

	numbers_close(n);
	numbers_open(n, outbox);
}
