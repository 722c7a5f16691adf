/*
 * masked.h - a stored incident's description without personal data, so that it may stand in a file of the mechanism.
 * Place: domain; pure.
 */
#ifndef DOMAIN_MASKED_H
#define DOMAIN_MASKED_H
#include "domain/mechanism.h"

/* What was said, and by whom, where; each may be NULL. */
struct said_by {
	const char *description, *name, *phone, *address;
};
/* Without the reporter's name and phone, names that people introduce themselves by, the address and what the text
 * repeats of it, names of areas, and numbers of three digits and more. In the arena; NULL: there is none. */
const char *masked_description(struct arena *a, const struct mechanism *m, const struct said_by *said);

#endif
