/*
 * budgets.h - what each channel may take now (notice/target.h), whatever mechanism comes, and over a restart.
 * Place: notifier.
 */
#ifndef NOTIFIER_BUDGETS_H
#define NOTIFIER_BUDGETS_H
#include "channel/channel.h"
#include "domain/outgoing.h"
#include "notice/target.h"
#include "notifier/queued.h"

struct outbox;

#define BUDGET_WHY 64

struct budget {
	const char *id;
	struct target target;
	char why[BUDGET_WHY]; /* what it was closed for last, a provider's or our own code; "" */
	struct queued_list queued;
};

struct budgets {
	struct outbox *outbox; /* borrowed: what was sent in the last minute by an earlier life of ours */
	struct budget *v;      /* of all channels ever met: a new mechanism changes their limits alone */
	size_t n, cap;
	struct arena *names;
};

void budgets_open(struct budgets *b, struct outbox *outbox);
void budgets_close(struct budgets *b);
/* Never NULL; good until another channel is asked for. */
struct budget *budget_of(struct budgets *b, const struct notice_channel *c);
struct target *budgets_of(struct budgets *b, const struct notice_channel *c);
/* Which notices wait for the channel with that id; NULL: it was never met. As long good. */
struct queued_list *budgets_queued(struct budgets *b, const char *id);
/* Other files, other secrets: what was wrong with a channel may be mended. */
void budgets_mended(struct budgets *b);
/* The wall clock was put on by `step`. */
void budgets_shift(struct budgets *b, int64_t step);
/* What a provider's answer, about this notice, means for its channel. */
void budgets_verdict(struct budgets *b, const struct notice_channel *c, const struct outgoing *of,
    const struct channel_verdict *v, int64_t now);

#endif
