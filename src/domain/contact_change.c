/*
 * contact_change.c - see contact_change.h. Place: domain; pure.
 */
#include "domain/contact_change.h"
#include "base/arena.h"
#include "base/json.h"

const char *const contact_member_names[CONTACT_MEMBERS] = {
    [CONTACT_PHONE] = "phone", [CONTACT_NAME] = "name", [CONTACT_TITLE] = "title"};

const char *contact_change(struct arena *a, struct str change, int contact, enum contact_member member)
{
	struct str one = json_member(change, unit_contacts[contact].key);

	return one.n ? json_member_text(a, one, contact_member_names[member]) : NULL;
}

const char *contact_change_names(struct arena *a, struct str change)
{
	const char *names = "";

	for (int i = 0; i < UNIT_CONTACTS; i++)
		for (int k = 0; k < CONTACT_MEMBERS; k++)
			if (contact_change(a, change, i, (enum contact_member)k))
				names = arena_printf(a, "%s%s%s.%s", names, *names ? "," : "",
				    unit_contacts[i].key, contact_member_names[k]);
	return names;
}
