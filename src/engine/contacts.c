/*
 * contacts.c - contacts.propose: a unit proposes changes of its own contacts. The office rejects them with a reason, or confirms them
 * (request.decide), and they are written into units.yaml with that (adopt.h).
 *
 * A proposal is an entry of the register by its unit, of which one waits at a time. Names and phones are its personal text, and are
 * erased as such; events and the entry's data say only what is to be changed.
 * Place: engine, over register.h.
 */
#include "domain/contact_change.h"
#include "domain/request.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"
#include "mechanism/contact_edit.h"

void contacts_want(struct turn *t, struct job *j)
{
	register_want_named(t, ENTRY_CONTACTS, command_text(j->c, FIELD_UNIT));
}

/* The proposed value where it differs from the present one, as the file will have it. NULL: the present one stays. */
static const char *other(struct arena *a, const struct contact *c, const char *said,
    enum contact_member member)
{
	const char *is = member == CONTACT_PHONE ? contact_phones_text(a, c)
	    : member == CONTACT_NAME             ? c->name
						 : c->title;

	return text_eq(is, said) ? NULL : said;
}

static bool read_contact(struct turn *t, const struct unit *u, int i, struct str given, struct json *j,
    struct refusal *why)
{
	const struct contact *c = unit_contact(u, i);
	const char *key = unit_contacts[i].key, *phones = contact_change(t->a, given, i, CONTACT_PHONE);

	if (phones && !contact_phones_good(t->a, phones))
		return refuse(why, t->a, ERROR_PARAMS, arena_printf(t->a, "contacts.%s.phone", key),
		    "%s.phone 应为 1 至 %d 个不同的电话号码,用“、”分开,各有 3 至 20 "
		    "位数字,可用“-”分隔,分机写成“转801”",
		    "%s.phone should be 1 to %d different phone numbers parted by commas, of 3 to 20 digits "
		    "each, with "
		    "\"-\" between them "
		    "and an extension as x801",
		    key, PHONES_MAX);
	const char *texts[CONTACT_MEMBERS];
	bool any = false;
	for (int k = 0; k < CONTACT_MEMBERS; k++) {
		texts[k] = other(t->a, c, contact_change(t->a, given, i, (enum contact_member)k),
		    (enum contact_member)k);
		any = any || texts[k];
	}
	if (!any)
		return true;
	json_begin(j, key);
	for (int k = 0; k < CONTACT_MEMBERS; k++)
		json_text(j, contact_member_names[k], texts[k]);
	json_end(j);
	return true;
}

/* What of it is another than now; n 0 with why: something is none, or all of it stands there already. */
static struct str read_change(struct turn *t, const struct unit *u, struct str given, struct refusal *why)
{
	struct buf b = {0};
	struct json j = json_to(&b);
	bool good = true;

	json_begin(&j, NULL);
	for (int i = 0; i < UNIT_CONTACTS && good; i++)
		good = read_contact(t, u, i, given, &j, why);
	json_end(&j);
	struct str change = buf_into(&b, t->a);
	if (good && *contact_change_names(t->a, change))
		return change;
	if (good)
		refuse(why, t->a, ERROR_PARAMS, "contacts", "与现在的联系人相同,没有要改的",
		    "these are the contacts that the unit has already");
	return (struct str){0};
}

static const struct unit *may_propose(struct turn *t, const struct job *j, struct refusal *why)
{
	const char *id = command_text(j->c, FIELD_UNIT);
	const struct entry *e = register_named(t, ENTRY_CONTACTS, id);

	if (!act_known_unit(t->m, id, "unit", t->a, why))
		return NULL;
	if (j->c->who.role == ROLE_LIAISON && !list_has(j->c->who.unit, id)) {
		refuse(why, t->a, ERROR_FORBIDDEN, "unit", "只能提出更改本单位的联系人",
		    "only the contacts of your own unit");
		return NULL;
	}
	if (e && e->state == CONTACTS_PROPOSED) {
		refuse(why, t->a, ERROR_CONFLICT, "unit",
		    "%s 已提出一份更改(台账 %lld),等联动办确认:先撤回那份,再提出新的",
		    "%s has proposed a change already (entry %lld), which waits for the office: take that "
		    "back first",
		    id, (long long)e->id);
		return NULL;
	}
	return mechanism_unit(t->m, id);
}

static struct str data_of(struct turn *t, struct str change, const struct request *r)
{
	char id[REQUEST_ID_MAX];
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "changes", contact_change_names(t->a, change));
	json_text(&j, "request", request_name(NULL, r, id));
	json_end(&j);
	return buf_into(&b, t->a);
}

static struct str personal_of(struct turn *t, struct str change, const char *why)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_members(&j, register_personal(t->a, "why", why, NULL));
	json_raw(&j, "contacts", change);
	json_end(&j);
	return buf_into(&b, t->a);
}

static void more(struct json *j, const void *arg)
{
	register_digest(j, arg, "contacts");
	register_digest(j, arg, "why");
}

void contacts_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	const struct unit *u = may_propose(t, j, &why);
	struct str change =
	    u ? read_change(t, u, str_of(command_text(j->c, FIELD_PROPOSED)), &why) : (struct str){0};

	if (!change.n) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_CONTACTS,
		.name = u->id,
		.unit = u->id,
		.at = t->now,
		.by = j->c->who.account,
		.personal = personal_of(t, change, command_text(j->c, FIELD_WHY))});
	struct request *r = register_ask(t, j,
	    &(struct request){.kind = REQUEST_CONTACTS, .decider = DECIDER_OFFICE, .unit = u->id}, e, NULL);
	e->data = data_of(t, change, r);
	register_event(t, j, EVENT_CONTACTS_PROPOSED, e, more, e);
	register_answer(t, j, e, r);
}
