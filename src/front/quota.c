/*
 * quota.c - three kinds of token buckets: by account a request and its cost, by account a byte, by
 * account and dispatch a note. What an account uses up is its own: nothing was looked at yet, and it may
 * name a dispatch that it does not see.
 *
 * A plain request is one token. A read costs as many as the dearest of its rows, bytes and time makes
 * it, so that 500 a second are at most half of this process, 4 MiB and 25,000 rows a second.
 */
#include "front/quota.h"
#include "base/arena.h"
#include "base/bucket.h"
#include "base/log.h"
#include "base/time.h"
#include "wire/messages.h"

#include <stdlib.h>

#define NAMES 1024  /* accounts that are told apart */
#define NOTED 16384 /* likewise, accounts with a dispatch that got notes lately */
#define TOKEN_ROWS 50
#define TOKEN_BYTES 8192
#define TOKEN_US 1000
#define DAY_S (DAY_MS / SECOND_MS)

struct quota {
	int64_t bytes_most, notes_most; /* a day; 0: no limit */
	struct buckets *requests, *bytes, *notes;
	struct buf packed;
};

/* So many in a day, all at once if need be. */
static struct buckets *daily(int64_t most, size_t places)
{
	int64_t rate = most * BUCKET_TOKEN / DAY_S;

	return buckets_new(most && !rate ? 1 : rate, most ? most : 1, places);
}

struct quota *quota_new(const struct options *o)
{
	struct quota *q = xalloc(sizeof(*q));

	*q = (struct quota){.bytes_most = o->bytes_per_day, .notes_most = o->progress_per_day};
	q->requests = buckets_new(o->requests_per_second * BUCKET_TOKEN, o->requests_burst, NAMES);
	q->bytes = daily(q->bytes_most, NAMES);
	q->notes = daily(q->notes_most, NOTED);
	return q;
}

void quota_free(struct quota *q)
{
	if (!q)
		return;
	buckets_free(q->requests);
	buckets_free(q->bytes);
	buckets_free(q->notes);
	buf_free(&q->packed);
	free(q);
}

/* -- requests ------------------------------------------------------------------------------- */

int64_t quota_wait(struct quota *q, const struct principal *who, struct mono_ms now)
{
	return who->role == ROLE_LOCAL ? 0 : buckets_wait(q->requests, who->account, now);
}

void quota_request(struct quota *q, const struct principal *who, enum command_kind_id kind,
    struct mono_ms now)
{
	if (who->role != ROLE_LOCAL && kind != COMMAND_INCIDENT_REPORT)
		buckets_charge(q->requests, who->account, BUCKET_TOKEN, now);
}

static int64_t most_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void quota_read(struct quota *q, const struct principal *who, struct read_cost cost, struct mono_ms now)
{
	int64_t price = most_of(cost.rows * BUCKET_TOKEN / TOKEN_ROWS,
	    most_of(cost.bytes * BUCKET_TOKEN / TOKEN_BYTES, cost.us * BUCKET_TOKEN / TOKEN_US));

	if (who->role != ROLE_LOCAL && price > BUCKET_TOKEN)
		buckets_charge(q->requests, who->account, price - BUCKET_TOKEN, now);
}

/* -- what is stored --------------------------------------------------------------------------- */

static long long minutes(int64_t wait_ms)
{
	return (wait_ms + MINUTE_MS - 1) / MINUTE_MS;
}

static bool note_fits(struct quota *q, const struct command *c, struct arena *a, struct mono_ms now,
    struct refusal *why)
{
	const char *dispatch = command_text(c, FIELD_DISPATCH);
	int64_t wait;

	if (c->kind != COMMAND_DISPATCH_PROGRESS || !dispatch)
		return true;
	wait = buckets_take(q->notes, arena_printf(a, "%s %s", c->who.account, dispatch), now);
	return wait == 0 ||
	    refuse(why, a, ERROR_TOO_MANY, NULL,
		"本账号今天对这条指令的进展已满 %lld 条，约 %lld 分钟后可以再报；办完请直接报办结",
		"this account has sent %lld progress notes on this dispatch today; go on in about %lld min, "
		"or "
		"complete it",
		(long long)q->notes_most, minutes(wait));
}

static bool bytes_fit(struct quota *q, const struct command *c, struct arena *a, struct mono_ms now,
    struct refusal *why)
{
	int64_t wait = buckets_wait(q->bytes, c->who.account, now);

	if (wait)
		return refuse(why, a, ERROR_TOO_MANY, NULL,
		    "本账号今天写入的内容已满 %lld 字节，约 %lld 分钟后再试；警情照常可报",
		    "this account has stored %lld bytes today; try again in about %lld min; incidents are "
		    "taken "
		    "all the same",
		    (long long)q->bytes_most, minutes(wait));
	buf_reset(&q->packed);
	command_pack(&q->packed, c);
	buckets_charge(q->bytes, c->who.account, (int64_t)q->packed.n * BUCKET_TOKEN, now);
	return true;
}

bool quota_store(struct quota *q, const struct command *c, struct arena *a, struct mono_ms now,
    struct refusal *why)
{
	if (c->who.role == ROLE_LOCAL || c->kind == COMMAND_INCIDENT_REPORT ||
	    c->kind == COMMAND_DISPATCH_DELIVER)
		return true;
	return note_fits(q, c, a, now, why) && bytes_fit(q, c, a, now, why);
}
