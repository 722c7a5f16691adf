/*
 * resolve.h - what a caller names, found in the mechanism in force.
 *
 * A report is taken wherever its meaning is clear: a village that areas.yaml does not list lies in
 * the township that its first digits name, a name serves where a code was meant, what is not there at
 * all counts as not given. Each is said as a warning. An amendment is an act of the desk on something
 * that is stored already: what it names and is not there is refused.
 */
#ifndef DOMAIN_RESOLVE_H
#define DOMAIN_RESOLVE_H
#include "domain/warning.h"

/* The report as it is to be carried out: a copy of the command whose category, area, units and
 * received_at are those of the mechanism and the clock. What was not as it should be is added to w. */
struct command *resolve_report(const struct command *c, const struct mechanism *m, int64_t now,
    struct warnings *w, struct arena *a);
/* The same of an amendment's category and area; NULL with why where one is unknown. */
struct command *resolve_amendment(const struct command *c, const struct mechanism *m, struct warnings *w,
    struct arena *a, struct refusal *why);
/* No area is not the city: the area that the texts name (place.h), which is said as a warning. NULL where
 * they name none or several; several are said. */
const struct area *resolve_place(const struct mechanism *m, const char *address, const char *description,
    struct warnings *w, struct arena *a);
/* By id, else by its name where only one unit has it. NULL if there is none. */
const struct unit *resolve_unit(const struct mechanism *m, struct str given);

#endif
