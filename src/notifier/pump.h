/*
 * pump.h - the notices that live: made from events, sent when it is their turn, ended.
 *
 * All of them are in memory and in the outbox alike. What a notice becomes is src/notice's to say; the pump asks it when
 * an event, an answer, a receipt or the time has come, writes what it has become, and only then lets anything leave. So one
 * that dies at any instant knows of each message whether it may have left.
 */
#ifndef NOTIFIER_PUMP_H
#define NOTIFIER_PUMP_H
#include "channel/channel.h"
#include "notifier/sender.h"
#include "store/outbox.h"

struct event_base;
struct front;
struct held;
struct options;
struct outgoing;
struct pump;
struct seen_event;
struct welcome;

/* Reads what lives from the outbox. NULL where that cannot be read. All is borrowed. A training store sends nothing. */
struct pump *pump_new(struct event_base *base, struct front *front, struct outbox *outbox,
    struct sender *sender, const struct options *options);
void pump_free(struct pump *p);

/* One event, in order. What it makes is written with how far the events were followed, at the end of this turn of the loop. */
void pump_event(struct pump *p, const struct seen_event *e);
/* The mechanism may be another one. */
void pump_rules(struct pump *p);
/* The files of secrets may be others: a key that was put right, or exchanged, is used within a second. */
void pump_secrets(struct pump *p);
/* The outbox's file may be gone or another: see living_look. True: it is empty but for what lives. */
bool pump_look(struct pump *p);
/* All that was followed up to there is dealt with, though it made nothing. */
void pump_followed(struct pump *p, int64_t seq);
/* Where to go on in the store that was found; see living_common. */
int64_t pump_whence(struct pump *p, const struct welcome *w, int64_t had);
/* The store stands behind what was followed (a restored backup), or is another one. */
void pump_went_back(struct pump *p, int64_t seq);
/* The time has gone on: a pulse, a manual clock. */
void pump_turn(struct pump *p);

/* What a provider says of a message of this channel. */
void pump_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r);
/* A person sends it again, or drops it. False with a code's word for why: "not-found", "wrong-state". One that waits tries
 * now what it may: pump_waits says what it waits for all the same. */
bool pump_retry(struct pump *p, const char *id, const char *by, const char **why);
bool pump_drop(struct pump *p, const char *id, const char *by, const char *why_dropped, const char **why);
/* What the ith way of a notice waits for now; HELD_NOT: it waits for nothing, or is no longer wanted. */
struct held pump_waits(struct pump *p, const struct outgoing *o, int i);
/* What this channel as a whole waits for. */
struct held pump_channel_held(struct pump *p, const struct notice_channel *c);
/* A test by it was accepted: what was wrong with the channel is mended. */
void pump_channel_good(struct pump *p, const struct notice_channel *c);

#endif
