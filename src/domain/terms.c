/*
 * terms.c - see terms.h.
 * Place: domain; pure.
 */
#include "domain/terms.h"
#include "base/arena.h"

static bool as_issued(const struct dispatch *d, int kind)
{
	const struct terms *issued = &d->clocks[CLOCK_DELIVERY].terms, *own = &d->clocks[kind].terms;

	return own->priority == issued->priority && own->zone == issued->zone &&
	    text_eq(own->category, issued->category) && !d->clocks[kind].revision;
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

const char *terms_text(const struct dispatch *d, struct arena *a)
{
	const char *text = NULL;

	for (int kind = CLOCK_DELIVERY; kind <= CLOCK_ARRIVE; kind++) {
		const struct clock *c = &d->clocks[kind];

		if (as_issued(d, kind))
			continue;
		text = arena_printf(a, "%s%s %s %s %s %s\n", text ? text : "", clock_names[kind],
		    priority_names[c->terms.priority], zone_names[c->terms.zone], or_none(c->terms.category),
		    or_none(c->revision));
	}
	return text;
}

/* The next word, up to a blank or the end of the line; NULL for "-" and at the end. In the arena. */
static const char *word(const char **at, struct arena *a)
{
	size_t n = strcspn(*at, " \n");
	struct str found = {*at, n};

	*at += n;
	if (**at == ' ')
		++*at;
	return n == 0 || str_is(found, "-") ? NULL : arena_str(a, found);
}

static void restore_line(struct dispatch *d, const char **at, struct arena *a)
{
	int kind = name_index(clock_names, CLOCK_COUNT, word(at, a));
	int priority = name_index(priority_names, PRIORITY_COUNT, word(at, a));
	int zone = name_index(zone_names, ZONE_COUNT, word(at, a));
	const char *category = word(at, a), *revision = word(at, a);

	if (kind < CLOCK_DELIVERY || kind > CLOCK_ARRIVE || priority < P1 || zone < 0)
		return;
	d->clocks[kind].terms = (struct terms){(enum priority)priority, (enum zone)zone, category};
	d->clocks[kind].revision = revision;
}

void terms_restore(struct dispatch *d, struct arena *a)
{
	const char *at = d->rescheduled;

	while (at && *at) {
		restore_line(d, &at, a);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}
