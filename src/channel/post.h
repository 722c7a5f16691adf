/*
 * post.h - sends requests (channel.h) over the network and gives back what was answered. The only place that knows
 * libcurl, on the process's own loop.
 *
 * Where it may connect is decided for each attempt: by the URL, and again by the address that the name stands for at
 * the instant of connecting, which is the one that is connected to. No redirect is followed, no proxy, no .netrc, no
 * cookie, no connection used twice: a request is written once, or not at all. TLS is verified.
 * Place: channel; above base/loop.h.
 */
#ifndef CHANNEL_POST_H
#define CHANNEL_POST_H
#include "channel/channel.h"

struct event_base;
struct poster;
struct post;

/* Borrowed for as long as the poster lives. */
struct post_rules {
	const char *
	    allow; /* CIDRs, comma-separated, of private addresses that may be reached all the same; NULL: none */
	bool plain;          /* http://, and mail without TLS; and any port */
	const char *ca_file; /* instead of the system's authorities; NULL */
	int64_t total_ms;    /* within which an answer must have come; 0: POST_TOTAL_MS */
	size_t answer_most;  /* bytes of an answer's body; 0: POST_ANSWER_MOST */
};

#define POST_CONNECT_MS 3000
#define POST_TOTAL_MS 10000
#define POST_ANSWER_MOST ((size_t)64 << 10)
#define POST_UNDER_WAY 128 /* at once; more is the caller's fault */

/* Once, from the loop. The answer is good during the call. */
typedef void post_done(void *arg, const struct channel_answer *answer);

struct poster *poster_new(struct event_base *base, const struct post_rules *rules);
/* What is under way is given up; no callback is called. */
void poster_free(struct poster *p);
int poster_under_way(const struct poster *p);

/* The request is copied. The callback is never called before this returns. */
struct post *post_send(struct poster *p, const struct channel_request *r, post_done *done, void *arg);
/* The callback is not called; what was written stays written. */
void post_cancel(struct post *p);

/* NULL: the URL may be asked for. Else why not, for people. Checked by post_send, too. */
const char *post_target_fault(const struct post_rules *rules, struct str url, bool english);
/* May this address be connected to? 4 or 16 bytes in network order. */
bool post_address_allowed(const struct post_rules *rules, const void *address, size_t n);
/* "10.1.0.0/16", "fd00::/8", "127.0.0.1" */
bool post_cidr_good(const char *text);

#endif
