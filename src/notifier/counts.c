/* counts.c - see counts.h. Place: notifier. */
#include "notifier/counts.h"
#include "base/json.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds until a provider has accepted a notice. */
static const double bounds_s[] = {0.1, 0.5, 1, 5, 15, 60, 300, 1800};
#define N_BOUNDS ((int)(sizeof bounds_s / sizeof *bounds_s))

/* How a notice may end, of the states of domain/outgoing.h. */
static const enum outgoing_state ends[] = {OUTGOING_DELIVERED, OUTGOING_OPENED, OUTGOING_ACTED,
    OUTGOING_UNKNOWN, OUTGOING_STALE, OUTGOING_DEAD, OUTGOING_CANCELLED};

struct counted_channel {
	char *id;
	uint64_t sent[NOTICE_CLASSES][VERDICTS], receipts[RECEIPT_KINDS];
};

struct notice_counts {
	uint64_t made[NOTICE_CLASSES], ended[NOTICE_CLASSES][OUTGOING_STATES];
	uint64_t accepted[NOTICE_CLASSES][N_BOUNDS + 1];
	int64_t accepted_ms[NOTICE_CLASSES];
	uint64_t replies[REPLY_FAULTS + 1];
	struct counted_channel channels[COUNTED_CHANNELS];
	int n;
};

struct notice_counts *counts_new(void)
{
	struct notice_counts *c = xalloc(sizeof *c);

	memset(c, 0, sizeof *c);
	return c;
}

void counts_free(struct notice_counts *c)
{
	for (int i = 0; i < c->n; i++)
		free(c->channels[i].id);
	free(c);
}

/* The last row stands for all that came when there was no other left. */
static struct counted_channel *channel_of(struct notice_counts *c, const char *id)
{
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->channels[i].id, id) == 0)
			return &c->channels[i];
	if (c->n == COUNTED_CHANNELS)
		return &c->channels[COUNTED_CHANNELS - 1];
	if (!(c->channels[c->n].id = strdup(c->n == COUNTED_CHANNELS - 1 ? "other" : id)))
		fatal("out of memory");
	return &c->channels[c->n++];
}

void counts_made(struct notice_counts *c, const struct outgoing *o)
{
	c->made[o->class]++;
}

void counts_ended(struct notice_counts *c, const struct outgoing *o)
{
	c->ended[o->class][o->state]++;
}

void counts_sent(struct notice_counts *c, const struct notice_channel *by, enum notice_class class,
    enum channel_judgement verdict)
{
	channel_of(c, by->id)->sent[class][verdict]++;
}

void counts_accepted(struct notice_counts *c, const struct outgoing *o, int64_t now)
{
	int64_t ms = now > o->at ? now - o->at : 0;
	int i = 0;

	while (i < N_BOUNDS && (double)ms > bounds_s[i] * 1e3)
		i++;
	c->accepted[o->class][i]++;
	c->accepted_ms[o->class] += ms;
}

void counts_receipt(struct notice_counts *c, const struct notice_channel *by, enum receipt_kind kind)
{
	channel_of(c, by->id)->receipts[kind]++;
}

void counts_reply(struct notice_counts *c, enum reply_fault fault)
{
	c->replies[fault]++;
}

/* -- writing ---------------------------------------------------------------------------------------- */

/* {"class":…} of a list; the caller adds and closes. */
static void begin_class(struct json *j, int class)
{
	json_begin(j, NULL);
	json_text(j, "class", notice_class_names[class]);
}

static void put_n(struct json *j, uint64_t n)
{
	json_int(j, "n", (int64_t)n);
	json_end(j);
}

/* Zeros, too: a rate of what first appears as 1 does not see it. */
static void put_ended(const struct notice_counts *c, struct json *j)
{
	json_list(j, "ended");
	for (int class = 0; class < NOTICE_CLASSES; class ++)
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
			begin_class(j, class);
			json_text(j, "state", outgoing_state_names[ends[i]]);
			put_n(j, c->ended[class][ends[i]]);
		}
	json_close(j);
}

static void put_made(const struct notice_counts *c, struct json *j)
{
	json_list(j, "made");
	for (int class = 0; class < NOTICE_CLASSES; class ++) {
		begin_class(j, class);
		put_n(j, c->made[class]);
	}
	json_close(j);
}

static void put_sent(const struct notice_counts *c, struct json *j)
{
	json_list(j, "sent");
	for (int i = 0; i < c->n; i++)
		for (int class = 0; class < NOTICE_CLASSES; class ++)
			for (int v = 0; v < VERDICTS; v++) {
				if (!c->channels[i].sent[class][v])
					continue;
				begin_class(j, class);
				json_text(j, "channel", c->channels[i].id);
				json_text(j, "verdict", verdict_names[v]);
				put_n(j, c->channels[i].sent[class][v]);
			}
	json_close(j);
}

static void put_receipts(const struct notice_counts *c, struct json *j)
{
	json_list(j, "receipts");
	for (int i = 0; i < c->n; i++)
		for (int kind = 0; kind < RECEIPT_KINDS; kind++) {
			if (!c->channels[i].receipts[kind])
				continue;
			json_begin(j, NULL);
			json_text(j, "channel", c->channels[i].id);
			json_text(j, "receipt", receipt_names[kind]);
			put_n(j, c->channels[i].receipts[kind]);
		}
	json_close(j);
}

static void put_replies(const struct notice_counts *c, struct json *j)
{
	json_list(j, "replies");
	for (int i = 0; i <= REPLY_FAULTS; i++) {
		json_begin(j, NULL);
		json_text(j, "outcome", i == REPLY_FAULTS ? "taken" : reply_fault_names[i]);
		put_n(j, c->replies[i]);
	}
	json_close(j);
}

static void put_buckets(const struct notice_counts *c, struct json *j)
{
	json_list(j, "accepted");
	for (int class = 0; class < NOTICE_CLASSES; class ++) {
		uint64_t sum = 0;

		for (int i = 0; i <= N_BOUNDS; i++) {
			char le[16] = "+Inf";

			sum += c->accepted[class][i];
			if (i < N_BOUNDS)
				snprintf(le, sizeof le, "%g", bounds_s[i]);
			begin_class(j, class);
			json_text(j, "le", le);
			put_n(j, sum);
		}
	}
	json_close(j);
}

static uint64_t accepted_of(const struct notice_counts *c, int class)
{
	uint64_t sum = 0;

	for (int i = 0; i <= N_BOUNDS; i++)
		sum += c->accepted[class][i];
	return sum;
}

static void put_accepted(const struct notice_counts *c, struct json *j)
{
	put_buckets(c, j);
	json_list(j, "accepted_n");
	for (int class = 0; class < NOTICE_CLASSES; class ++) {
		begin_class(j, class);
		put_n(j, accepted_of(c, class));
	}
	json_close(j);
	json_list(j, "accepted_ms");
	for (int class = 0; class < NOTICE_CLASSES; class ++) {
		begin_class(j, class);
		put_n(j, (uint64_t)c->accepted_ms[class]);
	}
	json_close(j);
}

void counts_json(const struct notice_counts *c, struct json *j)
{
	put_made(c, j);
	put_ended(c, j);
	put_sent(c, j);
	put_receipts(c, j);
	put_replies(c, j);
	put_accepted(c, j);
}
