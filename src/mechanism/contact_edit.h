/*
 * contact_edit.h - phones as units.yaml has them, and a contact changed in its text, by a spreadsheet or by a unit's proposal.
 *
 * Place: mechanism, over edit.h. A number that was made up goes with the mark that says so (placeholder).
 */
#ifndef MECHANISM_CONTACT_EDIT_H
#define MECHANISM_CONTACT_EDIT_H
#include "domain/mechanism.h"
#include "mechanism/edit.h"

#define PHONES_MAX 8 /* of one contact */

/* Digits with the separators that people write and perhaps an extension; no other letters, so that a phone dials as it stands.
 * False: it is none. Its texts are in the arena. */
bool phone_parse(struct arena *a, const char *text, struct contact_phone *out);
/* 0597-7530000转801 */
const char *phone_text(struct arena *a, const struct contact_phone *p);
/* All of a contact: 0597-7530000、0597-7530001转801 */
const char *contact_phones_text(struct arena *a, const struct contact *c);

/* What a contact is to be; NULL: that stays. `phones` as people part them (str_item). */
struct contact_wish {
	const char *phones, *name, *title;
};
/* Are these 1 to PHONES_MAX phones, none of them twice? */
bool contact_phones_good(struct arena *a, const char *phones);
/* How it stands in the file afterwards, in one line. The wish's phones are good. */
const char *contact_written(const struct edits *e, const struct node *at, const struct contact *c,
    const struct contact_wish *w);
/* Changes the contact at that node. False: it does not stand on one line, and the caller says to a person what is to be changed. */
bool contact_edit(struct edits *e, const struct node *at, const struct contact *c,
    const struct contact_wish *w);

#endif
