/*
 * exchange.h - what a message of another system means here, and whether it is that system's.
 *
 * Pure: everything is a function of the configured partner, its keys, the bytes and the instant. The process notifier
 * does what comes out of it. A message is not trusted before its signature is good: until then it is looked at for the
 * parts that are signed alone.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H
#include "base/arena.h"
#include "base/digest.h"
#include "domain/command.h"
#include "domain/exchange.h"
#include "wire/notice_message.h"

/* -- bodies -------------------------------------------------------------------------------------- */

#define EXCHANGE_MEMBERS 256
#define EXCHANGE_DEPTH 6

enum exchange_body_fault { BODY_GOOD, BODY_CHARSET, BODY_SYNTAX, BODY_TWICE, BODY_LARGE, BODY_FAULTS };
/* A JSON object as paths and texts: {"data":{"flowid":7}} is data.flowid = "7"; a number is the text that it was written as, a
 * list its items as lines. Empty texts, empty lists and null are empty. GBK is read as such. */
struct exchange_body {
	struct exchange_member v[EXCHANGE_MEMBERS];
	int n;
	bool gbk;
	bool is_list[EXCHANGE_MEMBERS];
	enum exchange_body_fault fault;
};
/* The same of a form, whose names are the paths. False, with the fault: it is no JSON object (or form), has a name twice, or too
 * many. */
bool exchange_body_read(enum exchange_content content, struct str body, struct arena *a,
    struct exchange_body *out);
/* NULL: it has no such member, or an empty one, or a list. */
const char *exchange_body_text(const struct exchange_body *b, const char *path);
/* The same; of an object the lines of its members. reshaped: it is no text there, but a list or an object. */
const char *exchange_body_words(const struct exchange_body *b, const char *path, struct arena *a,
    bool *reshaped);
/* An empty one, too. */
bool exchange_body_has(const struct exchange_body *b, const char *path);

/* -- signatures ---------------------------------------------------------------------------------- */

#define EXCHANGE_SKEW_MS (5 * INT64_C(60000))   /* a timestamp is no further away */
#define EXCHANGE_NONCE_MS (10 * INT64_C(60000)) /* a nonce is kept */
#define EXCHANGE_KEYS 4

struct exchange_keys {
	const char *v[EXCHANGE_KEYS];
	int n;
};

enum exchange_trust {
	TRUST_GOOD,
	TRUST_UNSIGNED, /* a part that is signed, or the signature, is not there */
	TRUST_WRONG,
	TRUST_PARTLY, /* good, but a part that it is said to be over is not there: *nonce is its name */
	TRUST_OLD,    /* its timestamp is more than EXCHANGE_SKEW_MS from now */
	TRUSTS
};
extern const char *const exchange_trust_names[TRUSTS]; /* for logs */

/* *nonce: by which a second time is known; NULL: it has none, then its key alone tells. */
enum exchange_trust exchange_verify(const struct exchange_sign *s, const struct exchange_keys *keys,
    const struct notice_ask *k, const struct exchange_body *body, int64_t now, struct arena *a,
    const char **nonce);

/* The headers of what we send. */
struct exchange_headers {
	struct notice_header v[4];
	int n;
};
/* The headers that sign what we send; id: the key against doubles. False: a key is not what its kind wants. */
bool exchange_sign_sent(const struct exchange_send *send, const struct exchange_keys *keys, const char *id,
    struct str body, int64_t now, struct arena *a, struct exchange_headers *out);

/* -- what they say ------------------------------------------------------------------------------- */

struct exchange_message {
	enum exchange_act act;
	const char *fields[EXCHANGE_FIELDS]; /* NULL: not said */
	int64_t at, until; /* 0: not said, or not readable; at: the command warns of it then */
	bool gbk;          /* it was no UTF-8 */
	const char *
	    reshaped; /* what they call the field that was no text, but a list or an object; NULL: all were */
	char key[DIGEST_HEX]; /* of the partner and all fields: the same message again */
};
/* False with why (in the arena): no rule fits, or what its act needs is not there. */
bool exchange_understand(const struct exchange_partner *p, const struct exchange_body *b, struct arena *a,
    struct exchange_message *out, struct refusal *why);

/* The dispatch as it stands. NULL: the message is about an incident alone. */
struct exchange_case {
	const char *number, *dispatch;
	const char *result, *ticket; /* of the dispatch; NULL: none */
	const char *holder;          /* another dispatch that has the number which they say; NULL: none */
	int64_t issued_at;
	bool acknowledged, completed, withdrawn, returning; /* returning: its return is asked for */
};

enum exchange_verdict {
	EXCHANGE_DO,      /* the command; of words that come too late to change anything a note */
	EXCHANGE_NOTHING, /* it was so already, or a later state had come, and it has no words */
	EXCHANGE_REFUSE   /* not any more: why; the command, if there is one, shows it to the desk */
};
/* What is to be done, in the name of `who`. about: NULL of a report alone; NOTHING for any other act without it. */
enum exchange_verdict exchange_decide(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why);

/* Where a return is asked for already and the engine refuses another one: its words as a note for the desk. */
void exchange_note_return(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c);

/* Where the engine has another report of that number: what they say now as a note for the desk. */
void exchange_note_again(const struct exchange_partner *p, const struct exchange_message *m,
    const char *number, struct arena *a, struct command *c);
/* A report whose number is made of theirs, which can be none of ours: the note that says theirs. False: it is theirs. */
bool exchange_note_number(const struct exchange_partner *p, const struct exchange_message *m,
    const char *number, struct arena *a, struct command *c);

/* Their time of a step is unreadable, ahead of us or before the instruction by more than clocks differ: the note that tells the
 * desk, for after the act. False: there is nothing to tell. */
bool exchange_note_time(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, int64_t now, struct arena *a, struct command *c);

/* -- in their words ------------------------------------------------------------------------------- */

/* What they call the field of ours ("until", "reporter.phone") that an answer to their message names; NULL: it has no name with
 * them. */
const char *exchange_their_name(const struct exchange_partner *p, const struct exchange_message *m,
    const char *ours);
/* The sentence with their name in the place of ours. */
const char *exchange_their_words(const struct exchange_partner *p, const struct exchange_message *m,
    const char *ours, const char *sentence, struct arena *a);
/* The same of a refusal of the command that was made of their message. */
void exchange_their_refusal(const struct exchange_partner *p, const struct exchange_message *m,
    struct refusal *why, struct arena *a);
/* What they expect where it went well (exchange.yaml's reply); the warnings of the engine's result are a member of it,
 * `warnings`, where there are any and it is a JSON object. */
struct str exchange_reply(const struct exchange_partner *p, const struct exchange_message *m,
    struct str result, struct arena *a);

/* -- what we say --------------------------------------------------------------------------------- */

/* A body of these members (of partner->send, partner->compare), with their places filled from `facts` ("dispatch", …). A
 * place that is not among them is empty. */
void exchange_compose(enum exchange_content content, const struct exchange_member *body, int n,
    const struct exchange_member *facts, int n_facts, struct buf *out);
extern const char *const exchange_content_types[CONTENTS];
/* What ok_field was instead, after what is known ("status=200 code=9"): for logs and people, in the arena. */
const char *exchange_said(const struct exchange_partner *p, const char *known, struct str body,
    struct arena *a);
/* Was it taken? status: of HTTP. *ticket: their number of it, in the arena; NULL: not said. */
bool exchange_taken(const struct exchange_partner *p, int status, struct str body, struct arena *a,
    const char **ticket);

/* One that is open there: our number of it, theirs; NULL: it is not said. */
struct exchange_open {
	const char *dispatch, *ticket;
};
#define EXCHANGE_OPEN_MOST 4096
/* What the answer to partner->compare lists. False: it is no such answer, or has more than that. */
bool exchange_open_read(const struct exchange_partner *p, int status, struct str body, struct arena *a,
    struct exchange_open **out, int *n);

/* -- both sides' open matters ---------------------------------------------------------------------- */

enum exchange_difference {
	ONLY_OURS,
	ONLY_THEIRS,
	OTHER_NUMBER, /* open on both, and their number is another one than we know; of the caller's making */
	DIFFERENCES
};
/* Each dispatch that is open on one side alone. Both lists are sorted here; what is twice in one is in it once. */
typedef void exchange_differs(void *arg, const char *dispatch, enum exchange_difference d);
void exchange_compare(const char **ours, int n_ours, const char **theirs, int n_theirs, exchange_differs *fn,
    void *arg);

#endif
