/*
 * command.h - what can be asked of liandong: every command, its parameters and who may give it, in
 * one table (command.c), whichever way it comes in. Console, HTTP, liandongctl, the engine's role
 * check, docs and tests all read this table.
 */
#ifndef DOMAIN_COMMAND_H
#define DOMAIN_COMMAND_H
#include "base/buf.h"
#include "base/both.h"
#include "domain/incident.h"
#include "domain/outgoing.h"

struct arena;

enum account_role {
	ROLE_NONE,
	ROLE_DESK,
	ROLE_LIAISON,
	ROLE_OFFICE,
	ROLE_ADMIN,
	ROLE_INTEGRATION,
	ROLE_LOCAL,
	ROLE_SHIFT_LEADER, /* 值班长: may what the desk may, and what the desk alone may not */
	ROLE_WALL, /* 大屏: a screen in the hall, which sees the board without people, and changes nothing */
	ROLES
};
extern const char *const role_names[ROLES]; /* "", "desk", … "local" */

enum error_code {
	OK,
	ERROR_PARSE,
	ERROR_INVALID,
	ERROR_METHOD,
	ERROR_PARAMS,
	ERROR_INTERNAL,
	ERROR_UNAUTHENTICATED,
	ERROR_FORBIDDEN,
	ERROR_NOT_FOUND,
	ERROR_CONFLICT,
	ERROR_WRONG_STATE,
	ERROR_UNAVAILABLE,
	ERROR_TOO_MANY,
	ERROR_PRECONDITION,
	ERROR_TOKEN_AGAIN,
	ERROR_ARCHIVED,
	ERROR_CODES
};
struct error_kind {
	int number;          /* -32003 */
	const char *word;    /* "not-found" */
	int http;            /* 404 */
	const char *zh, *en; /* what it means, where nothing better is said */
};
extern const struct error_kind error_kinds[ERROR_CODES];

/* -- parameters ----------------------------------------------------------------------------- */

enum field {
	FIELD_KEY,
	FIELD_NUMBER,
	FIELD_RECEIVED_AT,
	FIELD_CATEGORY,
	FIELD_PRIORITY,
	FIELD_AREA,
	FIELD_ADDRESS,
	FIELD_LON,
	FIELD_LAT,
	FIELD_DATUM,
	FIELD_REPORTER_NAME,
	FIELD_REPORTER_PHONE,
	FIELD_DESCRIPTION,
	FIELD_CONFIDENTIAL,
	FIELD_SECRET_REPORTER,
	FIELD_UNITS,
	FIELD_DRILL,
	FIELD_TEXT,
	FIELD_DISPATCH,
	FIELD_UNIT,
	FIELD_ROLE,
	FIELD_REASON,
	FIELD_AT,
	FIELD_ETA,
	FIELD_PERSON,
	FIELD_PHONE,
	FIELD_RESULT,
	FIELD_STATE,
	FIELD_FROM,
	FIELD_TO,
	FIELD_CURSOR,
	FIELD_LIMIT,
	FIELD_TOKEN,
	FIELD_CLIENT,
	FIELD_AFTER,
	FIELD_EVENTS,
	FIELD_INSTANT,
	FIELD_DURATION,
	FIELD_NAME,
	FIELD_ACCOUNT_ROLE,
	FIELD_TOKEN_HASH,
	FIELD_COMMANDS,
	FIELD_UNMASK,
	FIELD_FILE,
	FIELD_OPEN,
	FIELD_WAIT,
	FIELD_EXPLAIN,
	FIELD_IF_MATCH,
	FIELD_DISPATCHES,
	FIELD_WHY,
	FIELD_STEP_LON,
	FIELD_STEP_LAT,
	FIELD_TOKEN_ID,
	FIELD_REQUEST,
	FIELD_GRANT,
	FIELD_REASON_CODE,
	FIELD_UNTIL,
	FIELD_EVIDENCE,
	FIELD_DOCUMENT,
	FIELD_SAME_AS,
	FIELD_TICKET,
	FIELD_OWNER_UNIT,
	FIELD_OWNER_OBJECT,
	FIELD_OWNER_MARK,
	FIELD_STEP,
	FIELD_CLOCK,
	FIELD_CALLBACK_RESULT,
	FIELD_CALLED,
	FIELD_OTHER,
	FIELD_ON,
	FIELD_MODE,
	FIELD_AREAS,
	FIELD_ACCOUNT,
	FIELD_PEOPLE,
	FIELD_MONTH,
	FIELD_CHECK_RESULT,
	FIELD_SECONDS,
	FIELD_ANSWERED,
	FIELD_CLASS,
	FIELD_FINDING,
	FIELD_FINDINGS,
	FIELD_MEASURE,
	FIELD_PERIOD,
	FIELD_DRAFT,
	FIELD_VOID,
	FIELD_BACKFILL,
	FIELD_KIND,
	FIELD_REQUEST_STATE,
	FIELD_FINDING_STATE,
	FIELD_MEETING,
	FIELD_ATTENDANCE,
	FIELD_ITEM,
	FIELD_DONE,
	FIELD_ENTRY,
	FIELD_FILES,
	FIELD_REVISION,
	FIELD_AGAINST,
	FIELD_BRIEF,
	FIELD_FIND,
	FIELD_CODE,
	FIELD_SESSION,
	FIELD_SESSION_HASH,
	FIELD_CODE_HASH,
	FIELD_FAILURES,
	FIELD_ACCEPT,
	FIELD_REJECT,
	FIELD_CERTIFICATE,
	FIELD_YEAR,
	FIELD_SHA256,
	FIELD_CONTENT_HASH,
	FIELD_PLAIN,
	FIELD_PULSE,
	FIELD_EMBED,
	FIELD_BY,
	FIELD_EVERY,
	FIELD_DISPATCH_STATE,
	FIELD_PHOTO,
	FIELD_PROPOSED,
	FIELD_IMAGE,
	FIELD_PHOTO_STEP,
	FIELD_NOTICE,
	FIELD_CHANNEL,
	FIELD_RECIPIENT,
	FIELD_NOTICE_STATE,
	FIELD_OUTCOME,
	FIELD_ALL,
	FIELD_PARTNER,
	FIELDS
};
/* A set of fields: field f is bit f % 64 of word f / 64. It lives in memory only: a field's place in it is
 * never stored. A wider set needs another FIELD_WORDS and the same in FIELD_SET. */
#define FIELD_WORDS 3
_Static_assert(FIELDS <= 64 * FIELD_WORDS, "a set of fields has a bit for each");
struct field_set {
	uint64_t w[FIELD_WORDS];
};
/* The set of 1 to 32 fields, a constant: FIELD_SET(FIELD_KEY, FIELD_TEXT). What is missing of the 32 is filled up
 * with FIELDS, which is no field. */
#define FIELD_SET(...)                                                                                       \
	((struct field_set){{FIELD_WORD(0, FIELD_FILLED(__VA_ARGS__)),                                       \
	    FIELD_WORD(1, FIELD_FILLED(__VA_ARGS__)), FIELD_WORD(2, FIELD_FILLED(__VA_ARGS__))}})
#define FIELD_NONE_4 FIELDS, FIELDS, FIELDS, FIELDS
#define FIELD_NONE_16 FIELD_NONE_4, FIELD_NONE_4, FIELD_NONE_4, FIELD_NONE_4
#define FIELD_FILLED(...) __VA_ARGS__, FIELD_NONE_16, FIELD_NONE_16
#define FIELD_BIT(word, f) ((f) < FIELDS && (f) / 64 == (word) ? UINT64_C(1) << (f) % 64 : 0)
#define FIELD_BITS_4(w, a, b, c, d) (FIELD_BIT(w, a) | FIELD_BIT(w, b) | FIELD_BIT(w, c) | FIELD_BIT(w, d))
#define FIELD_WORD(...) FIELD_WORD_OF(__VA_ARGS__)
/* The 33rd is none, or the array has no size. */
#define FIELD_WORD_OF(w, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, A, B, C, D, E, F, G, H, I, J, K, L, \
    M, N, O, P, more, ...)                                                                                   \
	(FIELD_BITS_4(w, a, b, c, d) | FIELD_BITS_4(w, e, f, g, h) | FIELD_BITS_4(w, i, j, k, l) |           \
	    FIELD_BITS_4(w, m, n, o, p) | FIELD_BITS_4(w, A, B, C, D) | FIELD_BITS_4(w, E, F, G, H) |        \
	    FIELD_BITS_4(w, I, J, K, L) | FIELD_BITS_4(w, M, N, O, P) |                                      \
	    0 * sizeof(char[(more) == FIELDS ? 1 : -1]))
#define NO_FIELDS ((struct field_set){{0}})

static inline bool field_in(struct field_set set, enum field f)
{
	return set.w[f / 64] >> f % 64 & 1;
}
static inline void field_put(struct field_set *set, enum field f)
{
	set->w[f / 64] |= UINT64_C(1) << f % 64;
}
static inline struct field_set fields_both(struct field_set a, struct field_set b)
{
	for (int i = 0; i < FIELD_WORDS; i++)
		a.w[i] |= b.w[i];
	return a;
}
static inline struct field_set fields_common(struct field_set a, struct field_set b)
{
	for (int i = 0; i < FIELD_WORDS; i++)
		a.w[i] &= b.w[i];
	return a;
}
/* Those of a that b has not. */
static inline struct field_set fields_but(struct field_set a, struct field_set b)
{
	for (int i = 0; i < FIELD_WORDS; i++)
		a.w[i] &= ~b.w[i];
	return a;
}
static inline bool fields_any(struct field_set set)
{
	uint64_t any = 0;

	for (int i = 0; i < FIELD_WORDS; i++)
		any |= set.w[i];
	return any != 0;
}
/* The first field of the set from this one on; FIELDS: there is none. */
static inline enum field field_from(struct field_set set, int f)
{
	for (; f < 64 * FIELD_WORDS; f = (f / 64 + 1) * 64) {
		uint64_t rest = set.w[f / 64] >> f % 64;

		if (rest)
			return (enum field)(f + __builtin_ctzll(rest));
	}
	return FIELDS;
}
/* For each field of the set, in the order of the enum. */
#define EACH_FIELD(f, set)                                                                                   \
	for (enum field f = field_from((set), 0); f < FIELDS; f = field_from((set), (int)f + 1))
/* Overwritten once they have been used (command_wipe). */
#define SECRET_FIELDS FIELD_SET(FIELD_TOKEN, FIELD_CODE)

enum field_type {
	TYPE_TEXT,     /* UTF-8, no control characters but \n and \t, at most `max` characters */
	TYPE_NUMBER,   /* an incident's number: 1-64 of A-Z a-z 0-9 - */
	TYPE_CODE,     /* 1-64 of a-z A-Z 0-9 - _ . */
	TYPE_CODES,    /* a JSON array of codes; kept comma-separated in value.text */
	TYPE_TIME,     /* RFC 3339, not before 2000; value.number in ms */
	TYPE_DURATION, /* "30m"; value.number in ms */
	TYPE_BOOL,
	TYPE_INT,     /* min..max */
	TYPE_DEGREES, /* a JSON number; micro-degrees in value.number */
	TYPE_NAME,    /* one of `names` */
	TYPE_FILES,   /* a JSON object of file names and their texts; kept as compact JSON in value.text */
	TYPE_BYTES,   /* base64 of at most `max` bytes, kept as it is in value.text */
	TYPE_CONTACTS /* contacts of a unit, each text of at most `max` characters: contact_change.h */
};
/* What becomes of a text that is longer than its field, in a command that mends. */
enum too_long { LONG_REFUSED, LONG_CUT, LONG_SPLIT /* the rest becomes a note: lifecycle.h */ };

struct field_kind {
	const char *name;   /* "phone" */
	const char *object; /* "reporter": it is a member of this object; NULL */
	enum field_type type;
	int64_t min, max;
	const char *const *names;
	int n_names;
	bool personal; /* never logged, never quoted */
	bool phone;    /* a text that is dialled: half-width, without invisible characters */
	bool named;    /* a code for which a name may stand, too */
	enum too_long too_long;
	bool tells; /* free text that may say what happens: it is looked at for danger (graver.h) */
	const char *const *also; /* other words for names[i], as people say them; NULL: none */
	const char *about; /* a Chinese phrase for people: 「警情编号」; in English the name says it */
};
extern const struct field_kind field_kinds[FIELDS];
/* "reporter.phone", or "phone" where it is of no object, into out, which is returned. */
#define FIELD_PATH_MAX 64
const char *field_path(enum field f, char out[FIELD_PATH_MAX]);
/* As people write it: "address", "reporter.phone". */
const char *field_full_name(struct arena *a, enum field f);

struct value {
	const char *text; /* NULL-terminated; for TYPE_NAME, too */
	int64_t number;   /* times, ints, bools, micro-degrees, index for TYPE_NAME */
};

/* -- commands ------------------------------------------------------------------------------- */

enum command_kind_id {
	COMMAND_SESSION_OPEN,
	COMMAND_SESSION_PING,
	COMMAND_INCIDENT_REPORT,
	COMMAND_INCIDENT_GET,
	COMMAND_INCIDENT_LIST,
	COMMAND_INCIDENT_AMEND,
	COMMAND_INCIDENT_ANNOTATE,
	COMMAND_INCIDENT_URGE,
	COMMAND_INCIDENT_CLOSE,
	COMMAND_INCIDENT_CANCEL,
	COMMAND_DISPATCH_ADD,
	COMMAND_DISPATCH_WITHDRAW,
	COMMAND_DISPATCH_GET,
	COMMAND_DISPATCH_LIST,
	COMMAND_DISPATCH_DEADLINES,
	COMMAND_DISPATCH_DELIVER,
	COMMAND_DISPATCH_ACKNOWLEDGE,
	COMMAND_DISPATCH_DEPART,
	COMMAND_DISPATCH_ARRIVE,
	COMMAND_DISPATCH_PROGRESS,
	COMMAND_DISPATCH_COMPLETE,
	COMMAND_EVENT_LIST,
	COMMAND_UNIT_LIST,
	COMMAND_UNIT_GET,
	COMMAND_STATUS_GET,
	COMMAND_ROUTE_EXPLAIN,
	COMMAND_CONFIG_RELOAD,
	COMMAND_ACCOUNT_ADD,
	COMMAND_ACCOUNT_LIST,
	COMMAND_ACCOUNT_REVOKE,
	COMMAND_CLOCK_GET,
	COMMAND_CLOCK_ADVANCE,
	COMMAND_CLOCK_SET,
	COMMAND_STORE_BACKUP,
	COMMAND_PERSONAL_READ, /* one dispatch (or, where no unit was told, an incident) was seen in full */
	COMMAND_CLOCK_CONFIRM,
	COMMAND_DISPATCH_RETURN,
	COMMAND_DISPATCH_EXTEND,
	COMMAND_DISPATCH_CORRECT,
	COMMAND_REQUEST_DECIDE,
	COMMAND_DISPATCH_DECIDE_RETURN,
	COMMAND_FINDING_DECIDE,
	COMMAND_REQUEST_DROP,
	COMMAND_REQUEST_LIST,
	COMMAND_INCIDENT_CALLBACK,
	COMMAND_INCIDENT_REOPEN,
	COMMAND_INCIDENT_LINK,
	COMMAND_INCIDENT_HOLD,
	COMMAND_MODE_DECLARE,
	COMMAND_MODE_END,
	COMMAND_MODE_LIST,
	COMMAND_SHIFT_HANDOVER,
	COMMAND_SHIFT_LIST,
	COMMAND_DUTY_ASSIGN,
	COMMAND_DUTY_GET,
	COMMAND_DUTY_CHECK,
	COMMAND_FINDING_OPEN,
	COMMAND_FINDING_CONFIRM,
	COMMAND_FINDING_APPEAL,
	COMMAND_FINDING_LIST,
	COMMAND_MEASURE_RECORD,
	COMMAND_MEASURE_LIST,
	COMMAND_PERIOD_CLOSE,
	COMMAND_PERIOD_REOPEN,
	COMMAND_PERIOD_LIST,
	COMMAND_REPORT_GET,
	COMMAND_MEETING_RECORD,
	COMMAND_MEETING_ITEM,
	COMMAND_MEETING_LIST,
	COMMAND_OWNERSHIP_RECORD,
	COMMAND_OWNERSHIP_LIST,
	COMMAND_ROUTING_GET,
	COMMAND_ROUTING_LOG,
	COMMAND_ROUTING_DIFF,
	COMMAND_ROUTING_PUT,
	COMMAND_ROUTING_ROLLBACK,
	COMMAND_ROUTING_APPROVE,
	COMMAND_STATEMENT_LIST,
	COMMAND_MEASURE_SETTLE,
	COMMAND_CATEGORY_LIST,
	COMMAND_ROUTING_CHECK,
	COMMAND_SESSION_GET,
	COMMAND_SESSION_LIST,
	COMMAND_SESSION_END,
	COMMAND_SESSION_BEGIN,  /* a browser has shown a token or a code */
	COMMAND_SESSION_EXTEND, /* a session that slides is in use */
	COMMAND_CODE_MAKE,
	COMMAND_LOGIN_ALARM, /* a front end has seen many tokens or codes that were not good */
	COMMAND_ROUTING_CASES,
	COMMAND_ROUTING_LEARN,
	COMMAND_STORE_ARCHIVE,
	COMMAND_BOARD_GET,
	COMMAND_AREA_LIST,
	COMMAND_CALENDAR_GET,
	COMMAND_INCIDENT_DRAFT,
	COMMAND_INCIDENT_SIMILAR,
	COMMAND_INCIDENT_PRESENCE,
	COMMAND_SERIES_GET,
	COMMAND_PHOTO_ADD,
	COMMAND_PHOTO_GET,
	COMMAND_CONTACTS_PROPOSE,
	COMMAND_QUEUE_LIST,
	COMMAND_NOTICE_LIST,
	COMMAND_NOTICE_RETRY,
	COMMAND_NOTICE_DROP,
	COMMAND_NOTICE_TEST,
	COMMAND_NOTICE_REPORT, /* what became of one that went out: the notifier alone says it */
	COMMAND_EXCHANGE_LIST,
	COMMAND_EXCHANGE_DIFFERENCES,
	COMMAND_EXCHANGE_COMPARE,
	COMMAND_EXCHANGE_TAKEN,  /* a partner's system has taken it: the notifier alone says it */
	COMMAND_EXCHANGE_REPORT, /* what a comparison found: the notifier alone says it */
	COMMAND_CONTACTS_LIST,
	COMMAND_NOTICE_REPLIES,
	COMMAND_EXCHANGE_HANDOVER,
	COMMANDS
};

enum carried {
	BY_FRONT,         /* session and reads */
	BY_ENGINE,        /* changes something */
	READ_BY_NOTIFIER, /* reads what only the notifier has */
	BY_NOTIFIER       /* changes notices */
};

/* What an act changes: the incident that it names by `number`, or the dispatch, request or finding that it
 * names by these. From this column come
 * the engine's handler (handlers.c), the endpoint (POST /v1/dispatches/{dispatch}/acknowledge) and
 * liandongctl's command ("dispatch acknowledge"); what the act does is lifecycle.c's. */
/* What the free text of an act is about, which decides how it is looked at for danger (graver.h). */
enum words_of {
	WORDS_NOW,     /* what happens */
	WORDS_OUTCOME, /* how it ended */
	WORDS_HANDLING /* how it was handled, long after: it is not looked at */
};

enum acts_on { NO_ACT, ON_INCIDENT, ON_DISPATCH, ON_REQUEST, ON_FINDING, ACTS_ON };

struct command_kind {
	const char *name; /* "incident.report" */
	unsigned roles;   /* bits 1 << enum account_role; integration: only where the account names it */
	enum carried by;
	enum acts_on act;
	enum words_of words;
	bool own;      /* a liaison may give it for its own unit's dispatches only */
	bool internal; /* never accepted from outside */
	bool
	    patient; /* may take longer than a front end holds others: waited for as long as the engine is there */
	unsigned
	    fresh; /* roles that must have shown their token a short time ago, where a session asks (session.h) */
	bool secret; /* what it answers opens something: it is overwritten in memory once it has left */
	bool mends;  /* values that are not as they must be are mended where their meaning is clear */
	struct field_set required, optional;
	struct field_set either;   /* of the optional: one of these at least */
	struct field_set expected; /* of the optional: what is missing is said as a warning */
	struct field_set
	    spare; /* of the optional: what cannot be read is left out with a warning, not refused */
	struct both about;
};
extern const struct command_kind command_kinds[COMMANDS];
/* May, or must, the command have this parameter? */
bool command_takes(enum command_kind_id kind, enum field f);
/* All that it may have. */
struct field_set command_fields(enum command_kind_id kind);

/* COMMANDS if there is none of that name, or none yet. */
enum command_kind_id command_find(struct str name);
/* "acknowledge" of dispatch.acknowledge, an act on a dispatch. NULL where the command is no act, or its
 * name says something else than what it acts on (dispatch.add, on an incident). */
const char *command_act(enum command_kind_id kind);

struct principal {
	const char *account; /* "local" on the control socket */
	enum account_role role;
	const char *unit;     /* of a liaison */
	const char *commands; /* of an integration, comma-separated */
};
/* The process notifier, in whose name the program itself speaks. No account is that: none is local. */
extern const struct principal notifier_principal;
bool principal_is_notifier(const struct principal *who);
/* Are values that are not as they must be mended where their meaning is clear? Those of acts and reports. */
bool command_mends(enum command_kind_id kind);
bool command_allowed(enum command_kind_id kind, const struct principal *who);
/* Does the command change something? */
bool command_changes(enum command_kind_id kind);
/* Is it handed to the notifier? */
bool command_of_notifier(enum command_kind_id kind);

struct warnings; /* warning.h */

struct command {
	enum command_kind_id kind;
	uint64_t id; /* made by the front end, kept on resend */
	bool resent;
	struct principal who;
	int64_t received_at;       /* when the front end had it; 0 under a manual clock: the engine's now */
	struct warnings *warnings; /* what was mended while it was read; NULL: nothing */
	const char
	    *proposal; /* of the front end's model of texts, of what it says (proposal.h); NULL: none */
	struct field_set present;
	struct value v[FIELDS];
};

/* Given by the desk: an officer, the shift leader, or at the machine itself. */
bool command_by_desk(const struct command *c);
/* NULL / 0 / false where absent. */
const char *command_text(const struct command *c, enum field f);
int64_t command_int(const struct command *c, enum field f);
bool command_has(const struct command *c, enum field f);
bool command_has_any(const struct command *c, struct field_set set);
void command_drop(struct command *c, enum field f);
/* Overwrites the texts of its secret fields, which it must have copied. */
void command_wipe(struct command *c);
void command_set_text(struct command *c, enum field f, const char *text);
void command_set_int(struct command *c, enum field f, int64_t number);

/* -- refusals ------------------------------------------------------------------------------- */

struct refusal {
	enum error_code code; /* OK: none */
	const char *field;    /* NULL: none in particular */
	const char *zh, *en;  /* the sentence; NULL: the code's own. In the caller's arena. */
};
/* refuse() fills r and is false, so that checks read `return refuse(...)`. zh and en are formats with the
 * same arguments in the same order. It is a macro, so that the analyzer sees in its caller what it returns. */
void refusal_fill(struct refusal *r, struct arena *a, enum error_code code, const char *field, const char *zh,
    const char *en, ...);
static inline bool refusal_false(void)
{
	return false;
}
#define refuse(...) (refusal_fill(__VA_ARGS__), refusal_false())

/* The same with texts that stand already (borrowed), where the two need different arguments. */
static inline bool refuse_as(struct refusal *r, enum error_code code, const char *field, const char *zh,
    const char *en)
{
	*r = (struct refusal){.code = code, .field = field, .zh = zh, .en = en};
	return false;
}

/* One value given as text, checked by its field's type and set (value.c). In a command that mends, what
 * is not as it must be but clear is mended, and an empty text that says nothing is not set; both are
 * true. c->warnings tells. */
bool command_parse_field(struct command *c, struct arena *a, enum field f, struct str text,
    struct refusal *why);
/* A value that cannot be read: left out with a warning where the command can do without it, and *why
 * is forgotten; else false and *why stands. given: NULL where it is not to be quoted. */
bool command_leave_out(struct command *c, struct arena *a, enum field f, const char *given,
    struct refusal *why);
/* The whole: every required field there, nothing that the command does not take, places whole. */
bool command_complete(struct command *c, struct arena *a, struct refusal *why);

#endif
