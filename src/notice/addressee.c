/* addressee.c - the person whom a notice goes to now. Place: notice; pure. */
#include "notice/addressee.h"
#include "domain/duty.h"

/* The unit's call list names the people on duty first. Gives the one of them with that number, counted from 1; the first
 * of the list if fewer are on duty. */
static const struct contact *on_duty(const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, int which, int64_t now)
{
	struct call call = deadline_call(m, around, unit, now);
	int i = which > 0 ? which - 1 : 0;

	if (call.n == 0)
		return NULL;
	return call.who[i < call.n_duty ? i : 0];
}

static const struct contact *contact_of(const struct outgoing *o, const struct mechanism *m,
    const struct circumstances *around, const struct unit *unit, enum notice_role role, int64_t now)
{
	switch (role) {
	case TOLD_LIAISON:
		return &unit->liaison;
	case TOLD_PERSON_IN_CHARGE:
		return &unit->person_in_charge;
	case TOLD_LEADER:
		return &unit->leader;
	default:
		return on_duty(m, around, unit, o->which, now);
	}
}

static void take_addresses(struct addressee *to, const struct notices *n, const struct notice_recipient *r,
    enum notice_role role)
{
	const struct notice_person *p;

	to->wecom = r ? r->wecom : NULL;
	to->mail = r ? r->mail : NULL;
	if (r)
		to->channels = r->by_role[role];
	p = to->who && to->who->phone ? notices_person(n, to->who->phone) : NULL;
	if (!p)
		return;
	to->wecom = p->wecom ? p->wecom : to->wecom;
	to->mail = p->mail ? p->mail : to->mail;
	if (p->channels.n)
		to->channels = p->channels;
}

bool addressee_by(const struct addressee *to, const struct notice_channel *c)
{
	switch (channel_traits[c->kind].address) {
	case ADDRESS_PHONE:
		return notices_number(to->who, c) != NULL;
	case ADDRESS_WECOM:
		return to->wecom != NULL;
	case ADDRESS_MAIL:
		return to->mail != NULL;
	default:
		return true;
	}
}

/* Channels that cannot reach them are passed over, and for a drill those whose template would not say that it is one. */
static void keep_reaching(struct addressee *to, bool drill)
{
	int n = 0;

	to->listed = to->channels.n;
	for (int i = 0; i < to->channels.n; i++)
		if (addressee_by(to, to->channels.v[i]) && (!drill || notices_says_drill(to->channels.v[i])))
			to->channels.v[n++] = to->channels.v[i];
	to->channels.n = n;
}

struct addressee addressee_of(const struct outgoing *o, const struct mechanism *m,
    const struct circumstances *around, int64_t now)
{
	struct addressee to = {0};
	int role = name_index(notice_role_names, NOTICE_ROLES, o->role);

	if (!m->notices)
		return to;
	if (o->unit) {
		to.unit = mechanism_unit(m, o->unit);
		to.unit = to.unit ? mechanism_heir(m, to.unit, now) : NULL;
		if (!to.unit || role < 0)
			return to;
		to.who = contact_of(o, m, around, to.unit, (enum notice_role)role, now);
	}
	take_addresses(&to, m->notices, notices_recipient(m->notices, to.unit ? to.unit->id : o->role),
	    role < 0 ? TOLD_DUTY : (enum notice_role)role);
	keep_reaching(&to, o->drill);
	return to;
}

static bool same_person(const struct outgoing *a, const struct outgoing *b)
{
	return text_eq(a->role, b->role) && a->which == b->which;
}

bool addressee_same(const struct outgoing *a, const struct outgoing *b, const struct notice_channel *c)
{
	bool group = channel_traits[c->kind].address == ADDRESS_NONE;

	if (!(a->unit ? text_eq(a->unit, b->unit) : !b->unit) || a->drill != b->drill || a->class != b->class)
		return false;
	if (!same_person(a, b) && !(group && a->unit))
		return false;
	return a->class == NOTICE_INSTRUCTION || a->class == NOTICE_DECISION ||
	    text_eq(a->digest, b->digest) || (group && a->unit && a->class == NOTICE_REMINDER);
}

static bool has_phone(const struct contact *c, const char *phone)
{
	if (text_eq(c->phone, phone))
		return true;
	for (int i = 0; i < c->n_phones; i++)
		if (text_eq(c->phones[i].number, phone))
			return true;
	return false;
}

const struct contact *addressee_phone(const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, const char *phone, int64_t now)
{
	const struct contact *fixed[] = {&unit->duty, &unit->liaison, &unit->person_in_charge, &unit->leader};
	struct call call = deadline_call(m, around, unit, now);

	for (int i = 0; i < call.n; i++)
		if (has_phone(call.who[i], phone))
			return call.who[i];
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (has_phone(fixed[i], phone))
			return fixed[i];
	return NULL;
}
