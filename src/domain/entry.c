/*
 * entry.c - entries of the register; see entry.h. Place: domain; pure.
 */
#include "domain/entry.h"
#include "base/arena.h"

#include <stdio.h>

const char *const mode_state_names[MODE_STATES] = {
    [MODE_DECLARED] = "declared", [MODE_ENDED] = "ended", [MODE_OVER] = "over"};
const char *const check_state_names[CHECK_STATES] = {
    [CHECK_CALLED] = "called", [CHECK_ANSWERED] = "answered", [CHECK_UNANSWERED] = "unanswered"};
const char *const handover_state_names[HANDOVER_STATES] = {[HANDOVER_ASKED] = "asked",
    [HANDOVER_SIGNED] = "signed",
    [HANDOVER_REJECTED] = "rejected",
    [HANDOVER_UNSIGNED] = "unsigned"};
const char *const measure_state_names[MEASURE_STATES] = {[MEASURE_RECORDED] = "recorded",
    [MEASURE_SETTLED] = "settled",
    [MEASURE_PROPOSED] = "proposed",
    [MEASURE_DISMISSED] = "dismissed"};
const char *const meeting_state_names[ITEM_STATES] = {[ITEM_OPEN] = "open", [ITEM_DONE] = "done"};
const char *const ownership_state_names[OWNERSHIP_STATES] = {
    [OWNED_NAMED] = "named", [OWNED_CONFIRMED] = "confirmed", [OWNED_DISPUTED] = "disputed"};
const char *const period_state_names[PERIOD_STATES] = {
    [PERIOD_CLOSED] = "closed", [PERIOD_REOPENED] = "reopened"};
const char *const revision_state_names[REVISION_STATES] = {
    [REVISION_PROPOSED] = "proposed", [REVISION_APPROVED] = "approved", [REVISION_LAPSED] = "lapsed"};
const char *const contacts_state_names[CONTACTS_STATES] = {[CONTACTS_PROPOSED] = "proposed",
    [CONTACTS_CONFIRMED] = "confirmed",
    [CONTACTS_DECLINED] = "declined",
    [CONTACTS_WITHDRAWN] = "withdrawn"};

static const struct {
	const char *const *names;
	int n;
} states[ENTRY_KINDS] = {
    [ENTRY_MODE] = {mode_state_names, MODE_STATES},
    [ENTRY_DUTY_CHECK] = {check_state_names, CHECK_STATES},
    [ENTRY_HANDOVER] = {handover_state_names, HANDOVER_STATES},
    [ENTRY_MEASURE] = {measure_state_names, MEASURE_STATES},
    [ENTRY_MEETING] = {meeting_state_names, ITEM_STATES},
    [ENTRY_OWNERSHIP] = {ownership_state_names, OWNERSHIP_STATES},
    [ENTRY_PERIOD] = {period_state_names, PERIOD_STATES},
    [ENTRY_REVISION] = {revision_state_names, REVISION_STATES},
    [ENTRY_CONTACTS] = {contacts_state_names, CONTACTS_STATES},
};

const char *entry_state_name(const struct entry *e)
{
	return e->state >= 0 && e->state < states[e->kind].n ? states[e->kind].names[e->state] : "";
}

#define OR_NOTHING(z) ((z) ? (z) : "")

struct digest entry_digest(const struct entry *e)
{
	char numbers[80];

	snprintf(numbers, sizeof numbers, "\n%lld\n%lld\n%d\n", (long long)e->at, (long long)e->until,
	    e->state);
	struct str parts[] = {str_of(entry_kind_names[e->kind]), STR("\n"), str_of(OR_NOTHING(e->name)),
	    STR("\n"), str_of(OR_NOTHING(e->unit)), STR("\n"), str_of(OR_NOTHING(e->by)), str_of(numbers),
	    e->data};
	return digest_parts(parts, sizeof parts / sizeof *parts);
}

void entry_members(struct json *j, const struct entry *e)
{
	struct digest digest = entry_digest(e);
	char hex[DIGEST_HEX];

	json_int(j, "entry", e->id);
	json_text(j, "kind", entry_kind_names[e->kind]);
	json_text(j, "name", e->name);
	if (*entry_state_name(e))
		json_text(j, "state", entry_state_name(e));
	json_text(j, "digest", digest_hex(&digest, hex));
	json_time(j, "at", e->at);
	json_time(j, "until", e->until);
	if (e->kind != ENTRY_HANDOVER) /* its list is long; the event has the list's digest */
		json_members(j, e->data);
}

/* Who ends it early sets its `until`; what it was declared for stays in its data. */
struct mode mode_of_entry(const struct entry *e, struct arena *a)
{
	int64_t declared = json_member_time(e->data, "declared");

	return (struct mode){.id = e->id,
	    .name = e->name,
	    .from = e->at,
	    .until = declared ? declared : e->until,
	    .ended = declared && e->until < declared ? e->until : 0,
	    .areas = json_member_text(a, e->data, "areas")};
}

struct duty_assignment assignment_of_entry(const struct entry *e, struct arena *a)
{
	return (struct duty_assignment){
	    .unit = e->unit, .from = e->at, .to = e->until, .people = json_member_text(a, e->data, "people")};
}
