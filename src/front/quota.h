/*
 * quota.h - what an account may ask of a front end, so that none starves the others: requests by what
 * they cost, bytes that it has stored a day, its notes on one dispatch a day.
 *
 * Place: front; both ways in use it. It is counted in each process and forgotten at a restart. The
 * local command line has no limit, and a report of an incident is never refused here.
 */
#ifndef FRONT_QUOTA_H
#define FRONT_QUOTA_H
#include "base/clock.h"
#include "domain/command.h"
#include "front/front.h"

struct quota;

struct quota *quota_new(const struct options *o);
void quota_free(struct quota *q);
/* 0: the account may ask now; else after how many ms. Takes nothing. */
int64_t quota_wait(struct quota *q, const struct principal *who, struct mono_ms now);
/* One request; a report of an incident is none. */
void quota_request(struct quota *q, const struct principal *who, enum command_kind_id kind,
    struct mono_ms now);
/* What a read cost more than a plain request does: known afterwards, waited out by the next one. */
void quota_read(struct quota *q, const struct principal *who, struct read_cost cost, struct mono_ms now);
/* May the account store this? False with a refusal that says what is used up and when to go on. */
bool quota_store(struct quota *q, const struct command *c, struct arena *a, struct mono_ms now,
    struct refusal *why);

#endif
