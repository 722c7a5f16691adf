/*
 * matter.h - what is asked, found and recorded beside the steps of a dispatch: requests (申请), findings
 * (待核考评事项), and the entries of the register (台账) that belong to no incident. Plain data.
 *
 * Place: domain, beneath incident.h. Everything here is stored as a number or by its name: append only.
 */
#ifndef DOMAIN_MATTER_H
#define DOMAIN_MATTER_H
#include "base/buf.h"
#include "domain/clock.h"

/* -- how a dispatch counts ---------------------------------------------------------------------- */

/* The first that fits. Volume: all but drill and void. Rates: counted and outside apart. Scores: counted. */
enum standing {
	STANDING_COUNTED,
	STANDING_OUTSIDE, /* outside the city: measured, not scored (Art. 2, 6) */
	STANDING_APART,   /* its category is counted apart (car moving) */
	STANDING_INFORM,
	STANDING_VOID, /* returned, sent in error, cancelled, the same matter */
	STANDING_DRILL,
	STANDINGS
};
extern const char *const standing_names[STANDINGS]; /* "counted" … */

enum void_reason {
	VOID_NONE,
	VOID_RETURNED,  /* a granted return */
	VOID_ERROR,     /* 误派: the desk sent it in error */
	VOID_CANCELLED, /* its incident was */
	VOID_SAME_MATTER,
	VOID_REASONS
};
extern const char *const void_reason_names[VOID_REASONS]; /* "", "returned", "error", … */

enum callback_result {
	CALLBACK_NONE,
	CALLBACK_SATISFIED,
	CALLBACK_BASICALLY,
	CALLBACK_DISSATISFIED,
	CALLBACK_UNREACHED,
	CALLBACK_RESULTS
};
extern const char *const callback_result_names[CALLBACK_RESULTS]; /* "", "satisfied", … */

/* -- requests: what somebody must decide within a limit ------------------------------------------ */

enum request_kind {
	REQUEST_RETURN,     /* 申请改派 */
	REQUEST_EXTEND,     /* 申请延期、挂起 */
	REQUEST_LATE_STEP,  /* 补录确认 */
	REQUEST_APPEAL,     /* 申请复核 */
	REQUEST_HANDOVER,   /* 交接班 */
	REQUEST_DUTY_CHECK, /* 值班抽查 */
	REQUEST_MEASURE,    /* 督办建议 */
	REQUEST_OWNERSHIP,  /* 权属确认 */
	REQUEST_CONTACTS,   /* 更改联系人 */
	REQUEST_KINDS
};
extern const char *const request_kind_names[REQUEST_KINDS]; /* "return" … */

enum request_state {
	REQUEST_PENDING,
	REQUEST_GRANTED,
	REQUEST_REJECTED,
	REQUEST_LAPSED, /* not decided within its limit; it can still be */
	REQUEST_DROPPED,
	REQUEST_STATES
};
extern const char *const request_state_names[REQUEST_STATES];

#define REQUESTS_MAX 99 /* an incident's requests are NUMBER.r1 … NUMBER.r99 */
#define REQUEST_ID_MAX (64 + 5)

struct request {
	int64_t id; /* of one that belongs to no incident: R1, R2 …; the store gives it; else 0 */
	int n;      /* 1.. within its incident: NUMBER.r1 */
	enum request_kind kind;
	enum request_state state;
	enum decider decider;
	int dispatch;          /* n of the dispatch that it is about, 0 none */
	int finding;           /* n of the incident's finding that it is about, 0 none */
	int64_t entry;         /* of the register, 0 none */
	const char *unit;      /* who asks, or is asked (ownership); NULL none */
	const char *code;      /* the reason, by its code in the policy */
	const char *suggested; /* unit */
	enum step step;        /* of a late step; STEPS none */
	enum clock_kind clock; /* that an extension names; CLOCK_COUNT none */
	int64_t asked_at, due; /* when it lapses */
	int64_t lapsed_at;     /* 0: it did not. The wait that is deducted is asked_at..lapsed_at */
	int64_t until;         /* asked for; after a grant, what was granted */
	int64_t decided_at;
	int64_t answered_at; /* of a return for `insufficient`: the desk amended the incident since; 0 not */
	const char *by;      /* account that asked, "system" */
	const char *decided_by; /* account */
	const char *account;    /* that decides, where the decider is an account */
	const char *document;   /* 文号 */
	const char *same_as;    /* of a return: number of the incident that is the same matter */
	int64_t wake_at;        /* of one that belongs to no incident; 0 none */
	bool changed;           /* since load: save writes it */
	unsigned char stored;   /* the store's own */
};

/* -- findings ------------------------------------------------------------------------------------ */

enum finding_class {
	FINDING_ACKNOWLEDGE,
	FINDING_ARRIVE,
	FINDING_REPORT,
	FINDING_RETURN,  /* a return that a person rejected */
	FINDING_REFUSED, /* 推诿、拒不履行 */
	FINDING_FALSE_REPORT,
	FINDING_DISSATISFIED,
	FINDING_DUTY, /* a duty phone that did not answer: of no incident */
	FINDING_CLASSES
};
extern const char *const finding_class_names[FINDING_CLASSES];

enum finding_state {
	FINDING_OPEN,
	FINDING_CONFIRMED,
	FINDING_APPEALED,
	FINDING_UPHELD,
	FINDING_VOID,
	FINDING_LAPSED, /* the appeal was not decided in time: excused */
	FINDING_STATES
};
extern const char *const finding_state_names[FINDING_STATES];
/* What people are told of it. */
const char *finding_state_word(enum finding_state state, bool english);

#define FINDINGS_MAX 99 /* an incident's findings; one's id is DISPATCH.f1 */

struct finding {
	int64_t id;      /* of one that belongs to no incident: F1, F2 …; else 0 */
	int n;           /* 1.. within its incident */
	int of_dispatch; /* 1.. within its dispatch: DISPATCH.f1 */
	enum finding_class class;
	enum finding_state state;
	int dispatch;  /* n; 0: of no incident */
	int64_t entry; /* the duty check; 0 none */
	const char *unit;
	int64_t day; /* midnight of the local day that it belongs to */
	int64_t opened_at, told_at;
	enum clock_kind clock;     /* whose run was late, CLOCK_COUNT none; and that run: */
	int64_t start, due, until; /* until: it was met or its dispatch ended; 0: it runs */
	bool never;                /* its dispatch ended with it unmet */
	int64_t late_ms, limit_ms; /* in its time; late: beyond the due and what is deducted */
	int64_t seq;               /* the event that proves it */
	const char *by;            /* who opened it; "system" */
	const char *cause;         /* of being void */
	const char *revision;      /* in force when it was opened */
	bool changed;
	unsigned char stored;
};

/* -- the register: what belongs to no incident ---------------------------------------------------- */

enum entry_kind {
	ENTRY_MODE,       /* 应急模式 */
	ENTRY_ASSIGNMENT, /* a swap or take-over of duty */
	ENTRY_DUTY_PLAN,  /* the month's checks of a unit */
	ENTRY_DUTY_CHECK, /* one check as made */
	ENTRY_MEASURE,
	ENTRY_MEETING,
	ENTRY_OWNERSHIP,
	ENTRY_HANDOVER,
	ENTRY_PERIOD,    /* an edition of a closed period */
	ENTRY_STATEMENT, /* a unit's confirmation of its month */
	ENTRY_REVISION,  /* a change of the mechanism that a second administrator decides */
	ENTRY_CONTACTS,  /* a change of its own contacts that a unit proposes */
	ENTRY_KINDS
};
extern const char *const entry_kind_names[ENTRY_KINDS];

struct entry {
	int64_t id; /* 0: not stored yet; save gives it */
	enum entry_kind kind;
	const char *name;    /* what it is found by within its kind: a period, a month, a meeting's number */
	const char *unit;    /* NULL none */
	int64_t at, until;   /* when it was made or begins; its end, 0 none */
	int state;           /* of its kind; 0 is that of a new one */
	int64_t wake_at;     /* 0 none */
	int64_t seq;         /* last event about it */
	const char *by;      /* account */
	struct str data;     /* a canonical JSON object without personal text */
	struct str personal; /* a JSON object of personal texts, erasable; n 0 none */
	bool changed;
	unsigned char stored;
};

#endif
