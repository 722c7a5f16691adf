/*
 * contacts.h - units.yaml with the contacts that a unit has proposed and the office confirms.
 * Place: report, beside learn.h; the report process makes it.
 */
#ifndef REPORT_CONTACTS_H
#define REPORT_CONTACTS_H
#include "wire/report_message.h"
#include "domain/mechanism.h"

#define UNITS_FILE "units.yaml"

/* The file as it is in `m`, with ask->contacts in it; all else stays byte by byte. In the arena. False, *made says why: there is
 * no such unit any more, or its contact is written in a way that only a person can change. */
bool contacts_file(const struct mechanism *m, const struct report_ask *ask, struct arena *a, struct str *file,
    struct report_made *made);

#endif
