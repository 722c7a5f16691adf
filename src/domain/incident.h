/*
 * incident.h - one matter (警情) and its instructions to units (联动指令), as they stand now, and
 * the events that made them so. Plain data: load fills it, decide changes it, save writes it.
 */
#ifndef DOMAIN_INCIDENT_H
#define DOMAIN_INCIDENT_H
#include "base/buf.h"
#include "domain/clock.h"
#include "domain/matter.h"

struct arena;
struct warnings;
struct tallied;
struct tallied_incident;

#define NUMBER_MAX 64
#define DISPATCH_ID_MAX (NUMBER_MAX + 5)
#define SALT_LEN 16
#define DISPATCHES_MAX 99 /* an incident's dispatches are NUMBER-01 … NUMBER-99 */

enum incident_state {
	INCIDENT_OPEN,
	INCIDENT_COMPLETED,
	INCIDENT_CALLED_BACK,
	INCIDENT_CLOSED,
	INCIDENT_CANCELLED,
	INCIDENT_STATES
};
extern const char *const incident_state_names[INCIDENT_STATES];

enum dispatch_state {
	DISPATCH_ISSUED,
	DISPATCH_ACKNOWLEDGED,
	DISPATCH_DEPARTED,
	DISPATCH_ARRIVED,
	DISPATCH_COMPLETED,
	DISPATCH_RETURNING,
	DISPATCH_WITHDRAWN,
	DISPATCH_STATES
};
extern const char *const dispatch_state_names[DISPATCH_STATES];

/* Where a photo belongs (photo.h). Of a report of progress there may be many. */
enum photo_step { PHOTO_DEPARTED, PHOTO_ARRIVED, PHOTO_PROGRESSED, PHOTO_COMPLETED, PHOTO_STEPS };
extern const char *const photo_step_names[PHOTO_STEPS];

/* How a row stands in the store, so that save knows what it has to write and to count. */
enum stored { STORED_NOT, STORED_CLOSED, STORED_OPEN };

struct dispatch {
	int n; /* 1.. within its incident; its id is NUMBER-01 */
	const char *unit;
	enum dispatch_role role;
	enum dispatch_state state;
	int64_t issued_at;
	int64_t at[STEPS];       /* when it happened, 0: not yet; a later step implies the earlier ones,
	                           whose `at` then stays 0 for departed and is filled for the others.
	                           Always in the order of the steps. */
	int64_t recorded[STEPS]; /* when the front end had it; of an implied step that was given its true
	                            instant later, what counted until then */
	unsigned implied;        /* bits of enum step: `at` is that of a later step, which implied it */
	unsigned unconfirmed;    /* bits of enum step: `recorded` counts until somebody confirmed `at` */
	unsigned late_reported;  /* bits of enum step */
	struct clock clocks[DISPATCH_CLOCKS];
	int64_t eta;          /* what the unit said, 0 none */
	int64_t reported_at;  /* last progress */
	int64_t reminded_at;  /* last reminder of whatever kind */
	const char *rule;     /* what named this unit: a rule's id, "desk", "category", "otherwise" */
	const char *revision; /* of the mechanism it was issued under */
	const char *result;   /* of completion */
	const char *withdrawn_reason;
	int64_t withdrawn_at;
	enum standing standing;  /* how it counts; set when it is issued, recounted by amendments */
	enum void_reason voided; /* why nothing of it counts */
	int relieving; /* 先期处置: a return was granted on the scene; n of the dispatch that relieves it, 0 none */
	int extended;     /* how often an extension was granted */
	int redo;         /* how often it was reopened */
	int64_t lost_at;  /* no notice of it could be delivered, and nothing was fetched either; 0: not so */
	int64_t found_at; /* then a notice was delivered after all; 0: not */
	const char
	    *rescheduled;   /* what its clocks were before its terms changed, as amend.c writes it; NULL */
	const char *photos; /* those that were added, as photo.h writes them; NULL: none, or erased */
	const char *ticket; /* the unit's own number of it, as it said it last; NULL: none */
	const char *stepped_by; /* account of the last step, which may undo it at once */
	/* Time from the issue to what counted, in the clock's own time, fixed when it was recorded; -1 where
	 * nothing was (0 is a time). A later calendar changes none. */
	int64_t acknowledge_ms, arrive_ms, first_report_ms;
	int64_t seq;          /* last event that changed it or its incident (decision_number) */
	bool changed;         /* since load: save writes it */
	unsigned char stored; /* the store's own: enum stored */
	struct tallied
	    *tallied; /* the store's own: what it adds to the sums as it was loaded; NULL: nothing */
};

struct incident {
	int64_t id; /* 0: not stored yet; save gives it */
	const char *number;
	int64_t received_at;        /* when the desk received it (its word) */
	int64_t reported_at;        /* when we did */
	const char *category;       /* effective; NULL where none was found */
	const char *given_category; /* the desk's own, NULL none */
	enum priority priority, given_priority;
	enum zone zone;
	bool zone_assumed; /* the desk gave no area */
	bool zone_city_default;
	const char *area;
	/* personal; NULL after erasure */
	const char *address, *reporter_name, *reporter_phone, *description;
	bool has_location;
	int64_t lon_micro, lat_micro;
	const char *datum;
	const char *given_units; /* the desk's choice, comma-separated, the first leads */
	bool given_confidential, confidential, secret_reporter, drill;
	bool police, unmatched, clock_skew;
	const char *ticket;   /* the first number that another system or a unit said for it; NULL: none */
	const char *warnings; /* what was odd about the report, as warnings_text writes it; NULL: nothing */
	const char *rule, *revision, *because; /* of the route */
	/* what the model of texts proposed for the description, and what was decided by it (proposal.h) */
	const char *proposal, *choice;
	const char
	    *graver; /* what was said later, and is graver than it was taken for (graver.h); NULL: nothing */
	enum incident_state state;
	enum standing
	    standing; /* how it counts, as that of a dispatch (inform: never); recounted with them */
	int64_t completed_at, closed_at;
	int64_t urged;   /* how often the caller rang again */
	uint64_t caller; /* keyed digest of the reporter's phone, 0 none: whose calls are one history */
	int64_t callers; /* beside the first: followers */
	int64_t same_as; /* id of the incident that it follows: one matter; 0 none */
	const char *same_as_number;           /* and its number, set by the store where same_as is */
	enum callback_result callback_result; /* of the last call that reached, else unreached */
	int callback_days;                    /* on how many days the reporter was not reached */
	int64_t callback_at;                  /* last attempt */
	int redo;                             /* how often it was reopened */
	bool held;                            /* its personal data are not erased */
	bool backfill;                        /* entered from paper: no instruction, clock or score */
	struct request *requests;             /* its children; loaded only where there are any */
	int n_requests, cap_requests;
	struct finding *findings;
	int n_findings, cap_findings;
	unsigned char salt[SALT_LEN]; /* of its personal texts' digests; all zero once they are erased */
	unsigned char content[32];    /* digest of the decoded original report, for "same content" */
	uint64_t command;             /* id of the command that reported it, for a resent one */
	int64_t last_seq;             /* last journal row, its chain by journal.prev */
	struct clock clocks[INCIDENT_CLOCKS]; /* its own, by clock_of */
	int64_t reminded_at;                  /* last reminder of these */
	int64_t wake_at;                      /* next instant at which something must be decided; 0 nothing */
	struct dispatch *dispatches;
	int n_dispatches, cap_dispatches;
	bool is_new, changed;
	unsigned char stored;             /* the store's own: enum stored */
	struct tallied_incident *tallied; /* likewise, as of a dispatch */
	int64_t followed;                 /* and in which batch it was saved */
};

/* What people are told of a state. An open incident is 待签收 until a unit that has to act, and
 * has neither returned it nor been withdrawn, acknowledged, and 待派主办 where no unit leads. */
const char *incident_state_word(const struct incident *inc, bool english);
/* The same where no more than its state is known. */
const char *incident_state_said(enum incident_state state, bool english);
const char *dispatch_state_word(enum dispatch_state state, bool english);
/* The open dispatch to a unit that leads; NULL: there is none. */
struct dispatch *incident_open_lead(const struct incident *inc);
bool incident_has_lead(const struct incident *inc);
/* Have its personal data gone (erasure.h)? */
bool incident_erased(const struct incident *inc);
/* Is the reporter asked how it went? Not of a drill or of what was entered from paper, not where there is
 * no phone to ring, and not of a confidential matter: a call can endanger who lives there. */
bool incident_calls_back(const struct incident *inc);
/* The reporter was dissatisfied, and the desk may not reopen it once more: the office decides. */
bool incident_left_to_office(const struct incident *inc);
/* An open dispatch to that unit; NULL: there is none. */
struct dispatch *incident_open_dispatch(const struct incident *inc, const char *unit);

/* NUMBER-01 */
char *dispatch_id(const struct incident *inc, const struct dispatch *d, char out[DISPATCH_ID_MAX]);
/* The same of the dispatch numbered d, whether it is loaded or not: a hand may have deleted its row. */
char *dispatch_id_at(const struct incident *inc, int d, char out[DISPATCH_ID_MAX]);
/* Splits NUMBER-01 into its number and n; false if it is none. */
bool dispatch_id_parse(const char *id, char number[NUMBER_MAX + 1], int *n);
struct dispatch *incident_dispatch(const struct incident *inc, int n);
/* Appends an empty one numbered next; NULL where DISPATCHES_MAX is reached. */
struct dispatch *incident_add_dispatch(struct incident *inc, struct arena *a);
/* What its state must be: withdrawn, completed, returning while a return is pending, else its highest step. */
enum dispatch_state dispatch_state_now(const struct incident *inc, const struct dispatch *d);
/* Its highest step, whatever has ended it. */
enum dispatch_state dispatch_highest(const struct dispatch *d);
/* Not completed and not withdrawn. */
bool dispatch_open(const struct dispatch *d);
/* Open, and nothing is owed any more: a township that assists has acknowledged (Art. 2, 6). */
bool dispatch_owes_nothing(const struct dispatch *d);
/* The instant of a step that counts: `at`, or `recorded` while that is unconfirmed; 0: not yet. */
int64_t dispatch_counted(const struct dispatch *d, enum step step);
/* The instant that counts of this step, or, where it was not taken, of the next one that was; 0: not yet.
 * A later step implies the earlier ones (instant_take) and proves no more of them than what was implied:
 * a doubted acknowledgement stays doubted behind a departure from the same queue. *recorded (where given):
 * when that one was. */
int64_t dispatch_met(const struct dispatch *d, enum step first, int64_t *recorded);
/* Was its unit beyond reach until it fetched it or was phoned (lost_at)? *until: to that instant, INT64_MAX while it
 * still is. */
bool dispatch_lost(const struct dispatch *d, int64_t *until);
/* Since when its unit is to be phoned (待电话): no notice reached it, or it did not fetch it in time; 0: it is not. */
int64_t dispatch_to_phone(const struct dispatch *d);
/* Bits of enum clock_kind of its clocks that are marked overdue; that count as late; that are overdue
 * or late by the system's fault and do not count (系统原因,不计考评). */
unsigned dispatch_overdue(const struct dispatch *d);
unsigned dispatch_late(const struct dispatch *d);
unsigned dispatch_system_late(const struct dispatch *d);
/* The clock of that kind: the incident's own, or the dispatch's. */
struct clock *clock_of(struct incident *inc, struct dispatch *d, enum clock_kind kind);
/* Of a dispatch that was just read: what its columns say of all clocks, clock by clock. */
void dispatch_restore(struct dispatch *d, struct arena *a);
/* The same of an incident. */
void incident_restore(struct incident *inc);
/* Is any of its dispatches this unit's, or one of these, comma-separated (open or not)? */
bool incident_has_unit(const struct incident *inc, const char *unit);

/* -- events --------------------------------------------------------------------------------- */

enum event_type {
	EVENT_INCIDENT_REPORTED,
	EVENT_INCIDENT_AMENDED,
	EVENT_INCIDENT_ANNOTATED,
	EVENT_INCIDENT_URGED,
	EVENT_INCIDENT_COMPLETED,
	EVENT_INCIDENT_CLOSED,
	EVENT_INCIDENT_CANCELLED,
	EVENT_DISPATCH_ISSUED,
	EVENT_DISPATCH_DELIVERED,
	EVENT_DISPATCH_ACKNOWLEDGED,
	EVENT_DISPATCH_DEPARTED,
	EVENT_DISPATCH_ARRIVED,
	EVENT_DISPATCH_PROGRESSED,
	EVENT_DISPATCH_COMPLETED,
	EVENT_DISPATCH_WITHDRAWN,
	EVENT_DISPATCH_OVERDUE,
	EVENT_REMINDER_SENT,
	EVENT_ESCALATION_RAISED,
	EVENT_CONFIG_ACTIVATED,
	EVENT_ACCOUNT_ADDED,
	EVENT_ACCOUNT_REVOKED,
	EVENT_SYSTEM_STARTED,
	EVENT_SYSTEM_RESUMED,
	EVENT_CLOCK_STEPPED,
	EVENT_PERSONAL_READ,
	EVENT_INVARIANT_REPAIRED,
	EVENT_DISPATCH_LATE,
	EVENT_REQUEST_ASKED,
	EVENT_REQUEST_GRANTED,
	EVENT_REQUEST_REJECTED,
	EVENT_REQUEST_LAPSED,
	EVENT_REQUEST_DROPPED,
	EVENT_DISPATCH_RELIEVED,
	EVENT_DISPATCH_RESCHEDULED,
	EVENT_DISPATCH_REOPENED,
	EVENT_DISPATCH_CORRECTED,
	EVENT_DISPATCH_PROMOTED,
	EVENT_DISPATCH_VOIDED,
	EVENT_INCIDENT_JOINED,
	EVENT_INCIDENT_REOPENED,
	EVENT_INCIDENT_LINKED,
	EVENT_INCIDENT_HELD,
	EVENT_INCIDENT_CALLED_BACK,
	EVENT_CALLBACK_RECORDED,
	EVENT_FINDING_OPENED,
	EVENT_FINDING_CONFIRMED,
	EVENT_FINDING_UPHELD,
	EVENT_FINDING_VOIDED,
	EVENT_MODE_DECLARED,
	EVENT_MODE_ENDED,
	EVENT_SHIFT_HANDED_OVER,
	EVENT_DUTY_ASSIGNED,
	EVENT_DUTY_PLANNED,
	EVENT_DUTY_CHECKED,
	EVENT_MEASURE_RECORDED,
	EVENT_MEETING_RECORDED,
	EVENT_MEETING_SETTLED,
	EVENT_OWNERSHIP_RECORDED,
	EVENT_PERIOD_CLOSED,
	EVENT_PERIOD_REOPENED,
	EVENT_PERSONAL_ERASED,
	EVENT_STATEMENT_CONFIRMED,
	EVENT_DISPATCH_JUDGED, /* a mark of a clock was taken back, or its excuse has changed */
	EVENT_FINDING_GRADED,  /* how late it was in the end */
	EVENT_CONFIG_PROPOSED, /* waits for a second administrator */
	EVENT_CONFIG_APPROVED,
	EVENT_CONFIG_LAPSED,
	EVENT_INCIDENT_LATE, /* a clock that the desk owes has run out */
	EVENT_MEASURE_PROPOSED,
	EVENT_MEASURE_DISMISSED,
	EVENT_MEASURE_SETTLED, /* 销号 */
	EVENT_SESSION_OPENED,
	EVENT_SESSION_ENDED,
	EVENT_CODE_MADE,
	EVENT_LOGIN_ALARM,    /* many tokens or codes that were not good */
	EVENT_BACKUP_FAILED,  /* one of the timetable */
	EVENT_STORE_ARCHIVED, /* the records of a year leave the store: they are in an archive */
	EVENT_PHOTO_ADDED,
	EVENT_NOTICE_DELIVERED,  /* a provider says that it is there */
	EVENT_NOTICE_FAILED,     /* no channel took it: the desk phones */
	EVENT_NOTICE_RETRIED,    /* a person sends it again */
	EVENT_DISPATCH_TAKEN,    /* the partner's system has taken the instruction */
	EVENT_EXCHANGE_COMPARED, /* a partner's open matters were compared with ours, or could not be */
	EVENT_CONTACTS_PROPOSED,
	EVENT_CONTACTS_DECIDED, /* confirmed, rejected or taken back */
	EVENT_TYPES
};
extern const char *const event_names[EVENT_TYPES]; /* "incident.reported" … */

struct event {
	int64_t seq; /* decision_number gives it; 0 before */
	int64_t at;  /* when it happened */
	enum event_type type;
	const char *incident; /* number, NULL for system events */
	int dispatch;         /* n, 0 none */
	const char *unit;     /* whom it concerns, NULL: the whole incident */
	const char *by;       /* account, "system" */
	struct str data;      /* a JSON object without personal text (digests instead) */
};

/* Texts that belong to events and can be erased: kept apart from the chain. */
struct event_text {
	int event;         /* index into the decision's events */
	const char *field; /* "text", "person" … */
	const char *text;
};

/* Those of one event that front ends show to callers who may see them; NULL: none, or erased. `text` is
 * what was said, else the result. `contacts` are the people of units that its data has the places of
 * (contacts.h). */
struct event_words {
	const char *text, *person, *phone, *location, *contacts;
	const char
	    *was; /* what an amendment replaced: a JSON object with the names of an incident's members */
};
#define WAS_FIELD "was" /* the name of the text, and of its digest in the data */
/* Takes the text of that field, if it is one that is shown. */
void event_words_take(struct event_words *w, const char *field, const char *text);

/* What one decision did: the events of one journal row. */
struct decision {
	struct incident *incident; /* NULL for system events */
	int64_t at;                /* when it was recorded */
	const char *actor;         /* account or "system" */
	uint64_t command;          /* 0: a wake */
	struct event *events;
	int n_events, cap_events;
	struct event_text *texts;
	int n_texts, cap_texts;
	struct warnings *warnings;     /* told to who asked for it; NULL: none (domain/warning.h) */
	const struct request *request; /* that it was about, for the answer; NULL: none */
};

/* Appends an event; data is copied. Returns it. */
struct event *decision_event(struct decision *d, struct arena *a, enum event_type type, int64_t at,
    const struct dispatch *dispatch, struct str data);
/* Gives its events their seqs, from `first` on. What an event changes remembers the last of them as its
 * seq: its dispatch, or all of the incident's where it is about the whole. Returns the seq that follows. */
int64_t decision_number(struct decision *d, int64_t first);
/* It changes nothing of what a dispatch says to those who wait for news of it, or who act on what they
 * have read: a delivery, a look, a repair. */
bool event_quiet(enum event_type type);
/* Keeps an erasable text with the last event. */
void decision_text(struct decision *d, struct arena *a, const char *field, const char *text);
/* Was the event's text written by the program, and so is of no person? */
bool event_of_program(const struct event *e);

#endif
