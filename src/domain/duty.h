/*
 * duty.h - the people on duty at a unit at an instant, by its roster and by later swaps (Art. 11). Pure. Every list of whom to call is made from it.
 *
 * An assignment (a swap, a take-over from now on) goes before an override of rosters.yaml, that before a
 * shift. Of two assignments the later one counts. A shift holds its first instant and not its last: at
 * 08:00:00.000 the new one has it. All in the city's time, UTC+8.
 */
#ifndef DOMAIN_DUTY_H
#define DOMAIN_DUTY_H
#include "domain/circumstances.h"
#include "domain/mechanism.h"

enum duty_source { DUTY_NONE, DUTY_SHIFT, DUTY_OVERRIDE, DUTY_ASSIGNED, DUTY_SOURCES };
extern const char *const duty_source_names[DUTY_SOURCES]; /* "none", "shift", "override", "assigned" */

struct duty {
	struct duty_group people; /* n 0: none */
	enum duty_source source;
	const char *name; /* of the shift; why, of an override; NULL: not given */
	int64_t from, to; /* holds so long; to is when it is handed over */
};

/* Who is on duty. Of a unit without a roster there are none. from and to are those of the shift's occurrence, of
 * the override or the assignment, as they are written. */
struct duty duty_at(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t at);
/* The first instant after `at` at which anybody else may be on duty; 0: none within the next 400 days. */
int64_t duty_next(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t at);
/* All that is so from `from` to `to`, one behind the other without a hole between: gaps are those with no
 * people. *out in the arena; returns how many. */
int duty_spans(const struct mechanism *m, const struct circumstances *around, const struct unit *unit,
    int64_t from, int64_t to, struct arena *a, struct duty **out);
/* The person of that unit's roster; NULL: there is none of that id. */
const struct person *duty_person(const struct unit *unit, const char *id);

/* Two shifts that both have an instant. */
struct duty_overlap {
	const struct roster_shift *early, *late; /* in the order of the file */
	int64_t at;                              /* the first such instant */
};
/* Is there any within so many days? Then *found is the first. */
bool duty_overlaps(const struct mechanism *m, const struct roster *roster, int64_t day, int days,
    struct duty_overlap *found);

#endif
