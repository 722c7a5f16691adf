/*
 * deduction.h - what is deducted from a clock, and from when it counts as late.
 *
 * Dues and reminders go by the instruction. What counts goes by this: late is a clock whose time from
 * start to stop, in its own time, less what is deducted, exceeds its limit. Deducted are the downtimes of
 * the system; the wait for the delivery, at most the limit of the delivery: Art. 12 counts from 接到指令,
 * and a unit gains nothing by not looking; all of that wait where no notice could be delivered to the unit
 * either, for then it is the system's; and the time in which the unit's own request about that clock (a
 * return: about all of them) lay undecided until it lapsed. What is not decided yet counts as if it would
 * lapse; decided in time it is deducted no more, and the clocks are judged anew. Nothing of a dispatch that
 * is void is late.
 * Place: domain, beneath deadline.h; pure.
 */
#ifndef DOMAIN_DEDUCTION_H
#define DOMAIN_DEDUCTION_H
#include "domain/circumstances.h"
#include "domain/deadline.h"

struct deduction {
	int64_t waited_ms;    /* for the delivery */
	int64_t away_ms;      /* the system was, beyond that wait: no instant is deducted twice */
	int64_t undecided_ms; /* the unit's request lay, beyond both */
};

/* What is deducted from this clock between its start and `until`, in its own time. */
struct deduction deduction_of(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until);
/* The last instant at which it would be met in time: its due and what is deducted. The clock has a due. INT64_MAX: it is
 * not late while its unit is beyond reach. */
int64_t deduction_last(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind);
/* The first emergency mode that excuses this clock's being late at `until`; NULL: none does. */
const struct mode *deduction_mode(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until);
/* Marks c, the clock of that kind: late or not; why what is late does not count (a mode, an appeal); and
 * why what is overdue is not late (the system's downtime, the desk that did not decide). `met`: it was met
 * at `until`; else it still runs then. */
void deduction_judge(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    int64_t until, bool met, struct clock *c);

#endif
