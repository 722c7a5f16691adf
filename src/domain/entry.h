/*
 * entry.h - entries of the register (台账): what belongs to no incident, and what of it decisions go by.
 *
 * An entry's data is a compact JSON object that base/json.h wrote, without personal text; members are read
 * by json_member. Each event about an entry carries its id and the digest of what it is after the event, so
 * that the audit can compare the row with the chain (domain/replay.h).
 *
 * Place: domain, pure.
 */
#ifndef DOMAIN_ENTRY_H
#define DOMAIN_ENTRY_H
#include "base/digest.h"
#include "base/json.h"
#include "domain/circumstances.h"
#include "domain/matter.h"

/* What `state` is of each kind. A new entry has the first. */
enum mode_state {
	MODE_DECLARED,
	MODE_ENDED, /* over; its silent dispatches are being given new report clocks */
	MODE_OVER,
	MODE_STATES
};
enum check_state {
	CHECK_CALLED, /* unanswered so far; another call follows */
	CHECK_ANSWERED,
	CHECK_UNANSWERED,
	CHECK_STATES
};
enum handover_state {
	HANDOVER_ASKED,
	HANDOVER_SIGNED,
	HANDOVER_REJECTED,
	HANDOVER_UNSIGNED, /* its limit has passed; it may still be signed */
	HANDOVER_STATES
};
enum measure_state {
	MEASURE_RECORDED, /* taken, with the number of its document */
	MEASURE_SETTLED,  /* 已销号 */
	MEASURE_PROPOSED,
	MEASURE_DISMISSED,
	MEASURE_STATES
};
enum meeting_state { ITEM_OPEN, ITEM_DONE /* 已销号 */, ITEM_STATES };
enum ownership_state { OWNED_NAMED, OWNED_CONFIRMED, OWNED_DISPUTED, OWNERSHIP_STATES };
enum period_state { PERIOD_CLOSED, PERIOD_REOPENED, PERIOD_STATES };
enum revision_state { REVISION_PROPOSED, REVISION_APPROVED, REVISION_LAPSED, REVISION_STATES };
enum contacts_state {
	CONTACTS_PROPOSED,
	CONTACTS_CONFIRMED, /* and in force */
	CONTACTS_DECLINED,
	CONTACTS_WITHDRAWN,
	CONTACTS_STATES
};
extern const char *const mode_state_names[MODE_STATES];
extern const char *const check_state_names[CHECK_STATES];
extern const char *const handover_state_names[HANDOVER_STATES];
extern const char *const measure_state_names[MEASURE_STATES];
extern const char *const meeting_state_names[ITEM_STATES];
extern const char *const ownership_state_names[OWNERSHIP_STATES];
extern const char *const period_state_names[PERIOD_STATES];
extern const char *const revision_state_names[REVISION_STATES];
extern const char *const contacts_state_names[CONTACTS_STATES];
/* The word of an entry's state; "" where its kind has none. */
const char *entry_state_name(const struct entry *e);

/* Of all that the entry says but its id, seq, wake and personal texts. */
struct digest entry_digest(const struct entry *e);
/* What every event about it says: entry, kind, name, state, digest, at, until, and the members of its data. */
void entry_members(struct json *j, const struct entry *e);

/* An entry of kind ENTRY_MODE as decisions have it; its texts are the entry's and the arena's. */
struct mode mode_of_entry(const struct entry *e, struct arena *a);
/* The same of kind ENTRY_ASSIGNMENT. */
struct duty_assignment assignment_of_entry(const struct entry *e, struct arena *a);

#endif
