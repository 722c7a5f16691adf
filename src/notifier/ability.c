/* ability.c - see ability.h. Place: notifier. */
#include "notifier/ability.h"
#include "base/arena.h"
#include "channel/channel.h"
#include "notifier/pump_parts.h"

const char *const channel_ability_names[CHANNEL_ABILITIES] = {
    [CHANNEL_SENDS] = "sends",
    [CHANNEL_DEAF] = "deaf",
    [CHANNEL_HELD] = "held",
    [CHANNEL_BROKEN] = "broken",
    [CHANNEL_MISSING] = "missing",
};

/* What notices.yaml does not name at all: `check` says it too. NULL: nothing is missing. */
static const char *unnamed(struct pump *p, const struct notice_channel *c, bool english)
{
	const struct channel_secrets *s = secrets_of(sender_secrets(p->sender), c);
	const struct channel_trait *t = &channel_traits[c->kind];

	if (t->keys_needed && !s->n_keys)
		return english ? "secret_file is missing" : "缺 secret_file";
	if (t->url_needed && !s->url)
		return english ? "url or url_file is missing" : "缺 url 或 url_file";
	return NULL;
}

static struct ability of_target(const struct budget *b, int64_t now, struct arena *a)
{
	const struct target *t = &b->target;
	struct ability is = {.can = CHANNEL_SENDS, .why = ""};

	if (t->gone) {
		is.can = CHANNEL_BROKEN;
		is.why = "HTTP 410";
	} else if (t->broken || t->closed_until > now) {
		is.can = t->broken ? CHANNEL_BROKEN : CHANNEL_HELD;
		is.until = t->closed_until > now ? t->closed_until : 0;
		is.why = arena_text(a, b->why);
	}
	return is;
}

struct ability channel_ability_of(struct pump *p, const struct notice_channel *c, bool english, int64_t now,
    struct arena *a)
{
	struct secrets *s = sender_secrets(p->sender);
	const char *fault = secrets_fault(s, c, english, a);
	const char *deaf = secrets_receipts_fault(s, c, english, a);
	struct ability is;

	fault = fault ? fault : unnamed(p, c, english);
	if (fault)
		return (struct ability){.can = CHANNEL_MISSING, .why = fault};
	is = of_target(budget_of(&p->budgets, c), now, a);
	if (is.can == CHANNEL_SENDS && deaf)
		is = (struct ability){.can = CHANNEL_DEAF, .why = deaf};
	return is;
}
