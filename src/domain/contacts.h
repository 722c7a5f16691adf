/*
 * contacts.h - the people of units in events. An event's data is hashed and stays for ever, so it has only
 * the place ("contact":0) of whom it names; name and phone are in a text of the event that can be erased,
 * one line a contact, and the data has that text's digest.
 * Place: domain; pure.
 */
#ifndef DOMAIN_CONTACTS_H
#define DOMAIN_CONTACTS_H
#include "base/buf.h"
#include "domain/mechanism.h"

#define CONTACTS_FIELD "contacts" /* the name of the text, and of its digest in the data */

/* The text of these, in the arena; NULL where n is 0. */
const char *contacts_text(struct arena *a, const struct contact *const *who, int n);
/* Does an event's data have any such place? */
bool contacts_placed(struct str data);
/* Appends an event's data with names and phones in their places. contacts NULL: they were erased, and the
 * places go. Data that names them by itself, as older versions wrote it, stays as it is. */
void contacts_fill(struct str data, const char *contacts, struct buf *out);

#endif
