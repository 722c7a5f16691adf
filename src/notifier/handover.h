/*
 * handover.h - what partners of exchange.yaml are told: an instruction to their unit, what has changed of it, that it is
 * withdrawn.
 *
 * A message is written down before its event is done with, goes until the partner has taken it, one dispatch's in order,
 * and always with the same key. Where an instruction was not taken in time, the desk is told to hand it over by phone;
 * its clocks run all the same.
 */
#ifndef NOTIFIER_HANDOVER_H
#define NOTIFIER_HANDOVER_H
#include "channel/post.h"

#define EXIT_HANDED 74 /* EX_IOERR: what cannot be written is not done; another process begins again */

struct arena;
struct channel_answer;
struct channel_request;
struct exchange_partner;
struct handed_file;
struct handover;
struct notifier;
struct options;
struct seen_event;

/* NULL: its file cannot be opened, which the log says. */
struct handover *handover_new(struct notifier *n);
void handover_free(struct handover *h);
/* Its file is a new one. */
bool handover_anew(const struct handover *h);
/* Before anything says that the event was dealt with. False: it could not be written down; the process is to end. */
bool handover_event(struct handover *h, const struct seen_event *e);
/* Sends what is due; from a pulse, and by itself every second. */
void handover_turn(struct handover *h);

/* A person sends a message at once, or all that wait; or drops one: with an instruction goes all that waits behind it. False
 * with a code's word for why: "not-found", "wrong-state". What was dropped, or is sent after all, stands on the incident, with
 * the account (by). */
bool handover_retry(struct handover *h, const char *id, const char *by, const char **why);
int64_t handover_retry_all(struct handover *h);
bool handover_drop(struct handover *h, const char *id, const char *by, const char *why_dropped,
    const char **why);
/* What is kept; the handover's. */
struct handed_file *handover_file(const struct handover *h);
struct notifier *handover_notifier(const struct handover *h);

/* Did the partner itself report the incident of this dispatch? Its numbers begin so. */
bool handover_is_theirs(const struct exchange_partner *p, const char *dispatch);

/* The open dispatches of the partner's unit that it was never told of: issued before the exchange began. go: they are to be sent, in
 * the order of their issue, one a second, by the keys that they would have had. fn, of the first 500. False: it could not
 * be read or written, and none of them is to be sent. */
struct handover_open {
	int count, already; /* already: handed over, dropped, or the partner's own */
};
bool handover_open(struct handover *h, const struct exchange_partner *p, bool go, struct arena *a,
    void (*fn)(void *arg, const char *dispatch), void *arg, struct handover_open *out);
void handover_soon(struct handover *h);

#define HANDOVER_FAULTS 5
/* What would make its messages fail, either way: files of keys, targets, the account. Sentences for people, in the arena; how many
 * they are. */
int handover_faults(const struct handover *h, const struct exchange_partner *p, bool english, struct arena *a,
    const char *out[HANDOVER_FAULTS]);

/* -- for all that is asked of partners -------------------------------------------------------------- */

/* Where it may connect to. */
struct post_rules handover_rules(const struct options *o);
/* The headers of a request whose url and body are set; id: 16 hex digits, against doubles. False: there is no key. */
bool handover_sign(struct notifier *n, const struct exchange_partner *p, const char *id, struct arena *a,
    struct channel_request *q);
/* "status=503", "refused": for logs and people. */
const char *handover_end_name(const struct channel_answer *r, struct arena *a);

#endif
