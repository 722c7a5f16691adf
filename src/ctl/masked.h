/*
 * masked.h - a stored incident's description without personal data, so that it may stand in a file of the mechanism.
 * Place: ctl.
 */
#ifndef CTL_MASKED_H
#define CTL_MASKED_H
#include "ctl/ctl.h"

/* Without the reporter's name and phone, names that people introduce themselves by, the address and what the text
 * repeats of it, names of areas, and numbers of three digits and more. The incident as incident.show gives it,
 * unmasked. In the arena; NULL: it has none, or it is erased. */
const char *masked_description(struct arena *a, const struct mechanism *m, const json_t *incident);

#endif
