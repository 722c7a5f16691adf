/*
 * contact_change.h - what a unit proposes of its own contacts: {"duty": {"phone": "…", "name": "…"}}, what is not in it stays
 * as it is. The text is compact JSON, the contacts in the order of unit_contacts and their members in that of
 * contact_member_names, so that the same change is the same text.
 *
 * Place: domain; pure.
 */
#ifndef DOMAIN_CONTACT_CHANGE_H
#define DOMAIN_CONTACT_CHANGE_H
#include "domain/mechanism.h"

enum contact_member {
	CONTACT_PHONE, /* several are parted by 、 or a comma: 0597-7530000、0597-7530001转801 */
	CONTACT_NAME,
	CONTACT_TITLE,
	CONTACT_MEMBERS
};
extern const char *const contact_member_names[CONTACT_MEMBERS]; /* "phone" … */

/* The new value, in the arena; NULL: the present one stays. */
const char *contact_change(struct arena *a, struct str change, int contact, enum contact_member member);
/* What is changed, without what it becomes: "duty.phone,leader.name". "" where nothing is. */
const char *contact_change_names(struct arena *a, struct str change);

#endif
