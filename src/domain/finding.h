/*
 * finding.h - findings (待核考评事项): a failing with its evidence, one of a dispatch and class.
 *
 *   open → confirmed | appealed → upheld | void | lapsed; appealed → open where the appeal is taken back
 *
 * What a clock shows is opened by the decision that shows it, of a dispatch that counts only: by a step that is
 * late beyond the grace, else at the rung at which a leader is told, or when the dispatch ends late before
 * that. It becomes void by itself once its clock does not count as late any more, or its dispatch does not
 * count. A returned, a refused instruction, a false report and dissatisfaction are people's to find, but for
 * the rejection of a return, which is one.
 *
 * Place: domain, a part of the lifecycle; over judge.h.
 */
#ifndef DOMAIN_FINDING_H
#define DOMAIN_FINDING_H
#include "domain/deduction.h"
#include "domain/judge.h"

#define FINDING_ID_MAX (DISPATCH_ID_MAX + 4)

/* Art. 12 (acknowledge, arrive), 7 (report, return) …, and what people call it. */
struct finding_row {
	const char *word;
	const char *article;
	bool by_hand; /* an account of the office opens it */
};
extern const struct finding_row finding_rows[FINDING_CLASSES];

/* The class that a clock of this kind is found under; FINDING_CLASSES: none. */
enum finding_class finding_class_of(enum clock_kind kind);
/* NUMBER-01.f1; F3 of one that belongs to no incident (inc NULL). */
char *finding_name(const struct incident *inc, const struct finding *f, char out[FINDING_ID_MAX]);
/* The run of its clock, as events and answers have it: the members clock, start, due, until, limit_ms, late_ms.
 * It has a clock. */
void finding_run_json(struct json *j, const struct finding *f);
/* 3 of F3; 0: it is no such name. */
int64_t finding_loose_id(const char *name);
/* The finding of the incident that has this name; NULL: there is none. */
struct finding *finding_named(const struct incident *inc, const char *name);
/* The incident's nth; NULL: there is none. */
struct finding *incident_finding(const struct incident *inc, int n);
/* Of this dispatch and class; NULL: there is none. */
struct finding *finding_of(const struct incident *inc, const struct dispatch *d, enum finding_class class);

/* Opens one of a class that no clock shows. NULL where there is one that is not void, or the incident has
 * FINDINGS_MAX. */
struct finding *finding_open(struct act *x, struct dispatch *d, enum finding_class class);
/* It has that state from now on, and this event says so. */
void finding_turn(struct act *x, struct finding *f, enum finding_state state, enum event_type type);
/* Its unit confirms it; false: it is not open. */
bool finding_confirm(struct act *x, struct finding *f);
/* Nothing where it is void already. `cause`: a code. An appeal that waits is dropped: nothing is left to decide. */
void finding_void(struct act *x, struct finding *f, const char *cause);
/* At the end of each decision: opens what it shows, says how late it was in the end, and makes void what
 * does not hold any more. */
void finding_follow(struct act *x, const struct judged *before);

/* finding.open of x->d; finding.appeal and finding.decide of the finding that the command names. Of one that
 * belongs to no incident (x->inc NULL) it is x->f; who appeals against that has asked for x->r, once appeal_may has
 * allowed it, and who decides has found it. */
bool finding_open_command(struct act *x);
bool finding_appeal(struct act *x);
bool finding_decide(struct act *x);
/* May the caller appeal against the finding that he names? It is x->f then where it is of no incident. */
struct finding *appeal_may(struct act *x);
/* The request for the office to decide about that finding. */
struct request appeal_request(const struct finding *f);
/* The finding became void without it: an appeal that waits is dropped, and the unit is told. */
void appeal_moot(struct act *x, const struct finding *f);
/* The last instant at which a unit may appeal: the end of the fifth working day of the month after that of the
 * finding, or of the fifth working day after the unit was told, whichever is later. */
int64_t finding_appeal_until(const struct mechanism *m, const struct finding *f);
/* What the run of a finding comes to, computed anew from what is stored, by the mechanism of the revision that it
 * was opened under. */
struct finding_account {
	bool known; /* false: no clock shows it */
	int64_t limit_ms, late_ms;
	struct deduction sum;
};
struct finding_account finding_account(const struct incident *inc, const struct finding *f,
    const struct mechanism *m, const struct circumstances *around);
/* In plain Chinese, for the director of the unit. */
void finding_sentence(struct buf *b, const struct mechanism *m, const struct finding *f,
    const struct finding_account *account, int64_t now);
/* What a decision of an appeal does (request_kinds.c). */
bool appeal_ready(struct act *x, bool grant);
void appeal_granted(struct act *x);
void appeal_rejected(struct act *x);
void appeal_lapsed(struct act *x);
void appeal_dropped(struct act *x);

#endif
