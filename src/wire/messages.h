/*
 * messages.h - the bodies of messages between processes, packed and unpacked. A decoder trusts
 * nothing: a body that does not fit is refused whole (false), and its sender is cut off.
 * Decoded texts lie in the arena given.
 */
#ifndef WIRE_MESSAGES_H
#define WIRE_MESSAGES_H
#include "base/buf.h"
#include "domain/command.h"
#include "domain/sight.h"

struct arena;

enum message {
#define MESSAGE(name, direction, what) MESSAGE_##name,
#include "wire/messages.def"
#undef MESSAGE
	MESSAGES
};
extern const char *const message_names[MESSAGES];

struct hello {
	const char *role; /* "intake" */
	int64_t pid;
	const char *version;
};
struct welcome {
	uint64_t epoch;
	const char *store, *file, *revision, *version, *language;
	int64_t seq;
	int64_t manual_at; /* 0: wall clock */
};
struct reply {
	uint64_t id; /* of the command */
	enum error_code code;
	const char *field, *detail; /* detail: the sentence, in the configured language */
	struct str result;          /* JSON, where code is OK */
	int64_t seq;                /* of the last event it caused, 0 none: a reply goes before its events */
	bool made;                  /* it made an incident: not the same report again */
};
/* Something that is wrong: a stable code, a sentence for people, and whether the daemon is not ready to
 * serve because of it. */
struct trouble {
	const char *code, *detail;
	bool unready;
};
#define TROUBLES_MOST 32
struct pulse {
	int64_t at;        /* the engine's now */
	int64_t manual_at; /* 0: wall clock */
	int64_t seq;
	const char *revision;
	struct str metrics; /* JSON: the engine's counters, for status.get and metrics */
	const struct trouble *troubles;
	size_t n_troubles;
};

void hello_pack(struct buf *b, const struct hello *h);
bool hello_unpack(struct str s, struct arena *a, struct hello *h);
void welcome_pack(struct buf *b, const struct welcome *w);
bool welcome_unpack(struct str s, struct arena *a, struct welcome *w);
void command_pack(struct buf *b, const struct command *c);
bool command_unpack(struct str s, struct arena *a, struct command *c);
void reply_pack(struct buf *b, const struct reply *r);
bool reply_unpack(struct str s, struct arena *a, struct reply *r);
/* A text of an event's data, in the arena; NULL: it has no such text. */
const char *event_data_text(const struct event *e, const char *name, struct arena *a);
/* Committed events as every front end gets them: several in one body. */
void published_pack(struct buf *b, const struct seen_event *v, size_t n);
bool published_unpack(struct str s, struct arena *a, struct seen_event **v, size_t *n);
/* An account writes about an incident, until then. */
#define PRESENCE_MS (30 * SECOND_MS)
struct presence {
	const char *incident, *account;
	int64_t until;
};
void presence_pack(struct buf *b, const struct presence *p);
bool presence_unpack(struct str s, struct arena *a, struct presence *p);
void pulse_pack(struct buf *b, const struct pulse *p);
bool pulse_unpack(struct str s, struct arena *a, struct pulse *p);

#endif
