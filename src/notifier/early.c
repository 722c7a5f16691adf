/* early.c - see early.h. Place: notifier; pure. */
#include "notifier/early.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define KEPT_MS MINUTE_MS

static bool fits(const char *text)
{
	return !text || strlen(text) < EARLY_TEXT;
}

void early_keep(struct early *e, const struct notice_channel *c, const struct channel_receipt *r, int64_t now)
{
	struct early_receipt *one = &e->v[e->next];

	if (!r->provider_id || !fits(r->provider_id) || !fits(c->id))
		return;
	e->next = (e->next + 1) % EARLY_MOST;
	*one = (struct early_receipt){.at = now, .kind = r->kind};
	snprintf(one->channel, sizeof one->channel, "%s", c->id);
	snprintf(one->provider, sizeof one->provider, "%s", r->provider_id);
	snprintf(one->code, sizeof one->code, "%s", fits(r->code) && r->code ? r->code : "");
}

bool early_take(struct early *e, const struct notice_channel *c, const char *provider, int64_t now,
    struct channel_receipt *out)
{
	for (int i = 0; i < EARLY_MOST; i++) {
		struct early_receipt *one = &e->v[(e->next + i) % EARLY_MOST];

		if (!one->at || now - one->at > KEPT_MS || !text_eq(one->channel, c->id) ||
		    !text_eq(one->provider, provider))
			continue;
		one->at = 0;
		*out = (struct channel_receipt){
		    .kind = one->kind, .provider_id = one->provider, .code = one->code[0] ? one->code : NULL};
		return true;
	}
	return false;
}
