/*
 * outgoing.h - one notice that goes out to one recipient, as the process notifier keeps it.
 *
 * Types and names; src/notice has the rules. Nothing of it is personal: the recipient is a place (the duty of a
 * unit), and the person in that place is looked up when it is sent.
 */
#ifndef DOMAIN_OUTGOING_H
#define DOMAIN_OUTGOING_H
#include "domain/notices.h"

#define NOTICE_ID_LEN 16 /* hex digits */

/* Stored as numbers: new ones go to the end. */
enum outgoing_state {
	OUTGOING_QUEUED,    /* not accepted by any channel yet */
	OUTGOING_ACCEPTED,  /* a provider has it; a receipt is awaited */
	OUTGOING_DELIVERED, /* as far as can be known, it is there */
	OUTGOING_OPENED,    /* somebody looked at what it is about */
	OUTGOING_ACTED,     /* somebody did what it asks for */
	OUTGOING_UNKNOWN,   /* written in full, no answer, and no receipt came: it may be there */
	OUTGOING_STALE,     /* too old before it could go: never sent */
	OUTGOING_DEAD,      /* no channel took it */
	OUTGOING_CANCELLED, /* what it is about has ended, or a person dropped it */
	OUTGOING_STATES
};
extern const char *const outgoing_state_names[OUTGOING_STATES]; /* "queued" … */

/* Its way through one channel. */
enum attempt_state {
	ATTEMPT_WAITING,  /* goes at next_at */
	ATTEMPT_SENDING,  /* was begun; of one that died then nothing is known */
	ATTEMPT_ACCEPTED, /* the provider has it */
	ATTEMPT_DELIVERED,
	ATTEMPT_UNKNOWN, /* written in full, and no answer */
	ATTEMPT_FAILED,  /* not by this channel */
	ATTEMPT_ENDED,   /* no more needed */
	ATTEMPT_STATES
};
extern const char *const attempt_state_names[ATTEMPT_STATES];

#define ANSWER_MAX 512   /* bytes of a provider's answer that are kept */
#define REQUEST_MAX 2048 /* bytes of the refused request that are kept */

struct attempt {
	const char *channel; /* id */
	enum attempt_state state;
	int tries;
	int64_t started_at;   /* when the ladder came to it */
	int64_t next_at;      /* of WAITING: not before */
	int64_t sent_at;      /* of the last try; 0: none */
	int64_t accepted_at;  /* 0: not yet */
	int64_t ended_at;     /* DELIVERED or FAILED since; 0 */
	const char *carrier;  /* id of the notice as part of whose message it went; NULL: none yet */
	const char *provider; /* the provider's number of the message; NULL */
	int status;           /* of HTTP; 0 none */
	const char *reason;   /* a short code: "refused", "timeout", "errcode=45009" …; NULL */
	const char *answer;   /* of what was refused; NULL */
	const char *request;  /* what was refused, without secrets and addresses; NULL */
};

struct outgoing {
	char id[NOTICE_ID_LEN + 1];
	int64_t seq; /* of the event that it comes from */
	int64_t at;  /* when that happened */
	int event;   /* enum event_type */
	enum notice_class class;
	const char *incident; /* number; NULL: of none */
	int dispatch;         /* n; 0: the incident itself */
	const char *unit;     /* whom of; NULL: desk, shift leader, office */
	const char *role;     /* "duty", "leader", "desk" … */
	int which;            /* of several who have the role, from 1 */
	const char *digest;   /* what has the same goes in one message */
	const char *about;    /* a rung, a kind of request …, by which its text is chosen; NULL */
	int priority;         /* enum priority */
	bool drill;
	int64_t made_at, send_at; /* taken from the journal; kept back until then, 0: not */
	int64_t expires_at;
	int64_t ended_at; /* 0: lives */
	enum outgoing_state state;
	const char *outcome; /* why it ended; NULL */
	bool told;           /* the engine knows how it ended */
	int code;            /* by which a reply names it (1 4711); 0: none */
	const char
	    *decided_by; /* the account that dropped it or sent it again, until the engine knows; NULL */
	struct attempt attempts[CHANNELS_EACH];
	int n_attempts;
};

#endif
