/*
 * check_notices.c - what of notices.yaml loads, and would not reach the person.
 *
 * Place: mechanism; called by mechanism_check. A warning stands at the channel's or the recipient's name.
 */
#include "base/url.h"
#include "domain/notices.h"
#include "mechanism/check.h"

#define WARN(c, code, list, i, ...) yaml_problem((c)->p, (code), check_site(&(c)->list, (i), ""), __VA_ARGS__)

/* Messages a minute that the providers take from one robot; over it they are silent for minutes. */
static const int most_per_minute[CHANNEL_KINDS] = {
    [CHANNEL_WECOM_BOT] = 20, [CHANNEL_DINGTALK_BOT] = 20, [CHANNEL_FEISHU_BOT] = 100};

static bool in_list(const struct channel_list *list, const struct notice_channel *c)
{
	for (int i = 0; i < list->n; i++)
		if (list->v[i] == c)
			return true;
	return false;
}

static bool recipient_uses(const struct notice_recipient *r, const struct notice_channel *c)
{
	for (int role = 0; role < NOTICE_ROLES; role++)
		if (in_list(&r->by_role[role], c))
			return true;
	return false;
}

static bool is_used(const struct notices *n, const struct notice_channel *c)
{
	for (int i = 0; i < n->n_recipients; i++)
		if (recipient_uses(&n->recipients[i], c))
			return true;
	for (int i = 0; i < n->n_people; i++)
		if (in_list(&n->people[i].channels, c))
			return true;
	return false;
}

/* -- limits ---------------------------------------------------------------------------------------- */

/* The value of per_number; NULL: the mechanism was not read from files. */
static const struct node *per_number_of(const struct scrutiny *s, int i)
{
	const struct node *channel = i < s->channels.n ? s->channels.v[i]->value : NULL;

	return channel ? yaml_get(channel, "per_number") : NULL;
}

/* Of the two limits that a number has, the hour's comes first: no minute is ever full. */
static void check_number_limit(const struct scrutiny *s, int i)
{
	const struct notice_channel *c = &s->m->notices->channels[i];
	int minute = c->per_number.minute == NUMBER_LIMIT_OF_KIND ? NUMBER_EACH_MINUTE : c->per_number.minute;
	int hour = c->per_number.hour == NUMBER_LIMIT_OF_KIND ? NUMBER_EACH_HOUR : c->per_number.hour;
	const struct node *at = per_number_of(s, i);

	if (!notices_by_phone(c->kind) || !hour || minute <= hour)
		return;
	yaml_problem(s->p, PROBLEM_LIMIT_UNREACHED, at ? at : check_site(&s->channels, i, ""),
	    "通道 “%s” 给一个号码每分钟 %d 条,每小时只有 %d 条:每分钟的条数用不到",
	    "the channel \"%s\" gives a number %d messages a minute and only %d an hour: the minute's are "
	    "never "
	    "reached",
	    c->id, minute, hour);
}

/* The item of that name; NULL: it is not written. */
static const struct node *item_of(const struct site_list *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
		if (strcmp(list->v[i]->text, name) == 0)
			return list->v[i];
	return NULL;
}

/* Is that wait of the ladder as long as the class's notices live? Then what comes after it never does. What is written is
 * named: two defaults go together. */
static void check_wait(const struct scrutiny *s, const char *wait, int64_t wait_ms, enum notice_class class)
{
	const struct notices *n = s->m->notices;
	const char *class_name = notice_class_names[class];
	const struct node *at = item_of(&s->ladder, wait);

	at = at ? at : item_of(&s->expires, class_name);
	if (at && wait_ms >= n->expires_ms[class])
		yaml_problem(s->p, PROBLEM_LIMIT_UNREACHED, at,
		    "等 ladder.%s(%lld 秒)再用下一个通道时,通知已经过期(expires.%s %lld "
		    "秒):下一个通道用不到",
		    "after ladder.%s (%lld s) the notice has expired (expires.%s, %lld s): the next channel "
		    "is "
		    "never taken",
		    wait, (long long)(wait_ms / 1000), class_name, (long long)(n->expires_ms[class] / 1000));
}

static void check_waits(const struct scrutiny *s)
{
	const struct notices *n = s->m->notices;

	for (int class = 0; class < NOTICE_CLASSES; class ++)
		check_wait(s, "accepted", n->accepted_ms, (enum notice_class) class);
	for (int p = P1; p < PRIORITY_COUNT; p++)
		check_wait(s, priority_names[p], n->delivered_ms[p], NOTICE_INSTRUCTION);
}

/* -- channels -------------------------------------------------------------------------------------- */

static void check_channel(const struct scrutiny *s, int i)
{
	const struct notice_channel *c = &s->m->notices->channels[i];
	int most = most_per_minute[c->kind];
	struct url u;

	if (!is_used(s->m->notices, c))
		WARN(s, PROBLEM_CHANNEL_UNUSED, channels, i, "没有一个收件人用通道 “%s”",
		    "no recipient uses the channel \"%s\"", c->id);
	if (most && c->per_minute > most)
		WARN(s, PROBLEM_CHANNEL_FAST, channels, i, "通道 “%s” 每分钟 %d 条,对方最多收 %d 条",
		    "the channel \"%s\" sends %d messages a minute, its provider takes %d", c->id,
		    c->per_minute, most);
	if (!notices_says_drill(c))
		WARN(s, PROBLEM_DRILL_UNMARKED, channels, i,
		    "通道 “%s” 的模板里没有 {what}、{category}、{text},写不出是演练:演练的通知不从这里发",
		    "the template of the channel \"%s\" has neither {what} nor {category} nor {text} and "
		    "cannot say "
		    "that "
		    "it is a drill: notices of drills do not go by it",
		    c->id);
	if (c->url && url_parse(str_of(c->url), &u) == URL_GOOD && (!u.secure || u.literal))
		WARN(s, PROBLEM_CHANNEL_INSIDE, channels, i,
		    "通道 “%s” 的网址不是 https 加主机名:liandong.yaml 的 notices.plain、notices.allow "
		    "允许了才会发",
		    "the URL of the channel \"%s\" is not https and the name of a host: it is used only "
		    "where "
		    "notices.plain and notices.allow of liandong.yaml permit it",
		    c->id);
}

/* -- recipients ---------------------------------------------------------------------------------- */

/* The person of the roster, or the unit's fixed contact, that has no number for the channel. NULL: all have. */
static const struct contact *without_number(const struct unit *u, enum notice_role role,
    const struct notice_channel *c)
{
	const struct contact *const fixed[NOTICE_ROLES] = {[TOLD_DUTY] = &u->duty,
	    [TOLD_LIAISON] = &u->liaison,
	    [TOLD_PERSON_IN_CHARGE] = &u->person_in_charge,
	    [TOLD_LEADER] = &u->leader};

	for (int i = 0; role == TOLD_DUTY && u->roster && i < u->roster->n_people; i++)
		if (!notices_number(&u->roster->people[i].contact, c))
			return &u->roster->people[i].contact;
	return (role == TOLD_DUTY && u->roster) || notices_number(fixed[role], c) ? NULL : fixed[role];
}

static void number_missing(const struct scrutiny *s, int at, enum notice_role role, const struct contact *who,
    const struct notice_channel *c)
{
	const char *unit = s->m->notices->recipients[at].unit->id, *name = who->name ? who->name : who->phone;

	if (c->kind == CHANNEL_VOICE)
		WARN(s, PROBLEM_NUMBER_MISSING, recipients, at,
		    "单位 “%s” 的 %s(%s)没有不带分机的电话,通道 “%s” 打不到",
		    "of the unit \"%s\", %s (%s) has no phone without an extension: the channel \"%s\" does "
		    "not reach "
		    "them",
		    unit, notice_role_names[role], name ? name : "-", c->id);
	else
		WARN(s, PROBLEM_NUMBER_MISSING, recipients, at,
		    "单位 “%s” 的 %s(%s)没有手机号,通道 “%s” 发不到",
		    "of the unit \"%s\", %s (%s) has no mobile: the channel \"%s\" does not reach them", unit,
		    notice_role_names[role], name ? name : "-", c->id);
}

static void check_numbers(const struct scrutiny *s, int at, enum notice_role role)
{
	const struct notice_recipient *to = &s->m->notices->recipients[at];

	for (int i = 0; i < to->by_role[role].n; i++) {
		const struct notice_channel *c = to->by_role[role].v[i];
		const struct contact *who =
		    notices_by_phone(c->kind) ? without_number(to->unit, role, c) : NULL;

		if (who)
			number_missing(s, at, role, who, c);
	}
}

/* Desk, shift leader and office have no phone in the mechanism. */
static void check_office(const struct scrutiny *s, int at)
{
	const struct notice_recipient *to = &s->m->notices->recipients[at];

	for (int i = 0; i < to->by_role[TOLD_DUTY].n; i++)
		if (notices_by_phone(to->by_role[TOLD_DUTY].v[i]->kind))
			WARN(s, PROBLEM_NUMBER_MISSING, recipients, at, "“%s” 没有电话号码,通道 “%s” 发不到",
			    "\"%s\" has no phone: the channel \"%s\" does not reach them", to->id,
			    to->by_role[TOLD_DUTY].v[i]->id);
}

static void check_recipient(const struct scrutiny *s, int at)
{
	const struct notice_recipient *to = &s->m->notices->recipients[at];

	if (!to->unit) {
		check_office(s, at);
		return;
	}
	for (int role = 0; role < NOTICE_ROLES; role++)
		check_numbers(s, at, (enum notice_role)role);
}

/* One that is gone is acted for by its heir. */
static bool is_told(const struct scrutiny *s, const struct unit *u)
{
	const struct notice_recipient *to = notices_recipient(s->m->notices, u->id);

	return (u->until && u->until <= s->now) || (to && to->by_role[TOLD_DUTY].n > 0);
}

static void check_units_told(const struct scrutiny *s)
{
	const struct unit *first = NULL;
	int n = 0;

	for (int i = 0; i < s->m->n_units; i++)
		if (!is_told(s, &s->m->units[i])) {
			first = first ? first : &s->m->units[i];
			n++;
		}
	if (n > 0)
		problems_add(s->p, PROBLEM_UNIT_UNTOLD, s->recipients.file, 0, 0,
		    "%d 个单位在 recipients 里没有值班(duty)的通道(“%s” 等):指令来了,没有通知发给它们",
		    "%d units have no channel for their duty in recipients (\"%s\" among them): no notice "
		    "tells them of "
		    "an instruction",
		    n, first->id);
}

/* -- digests ------------------------------------------------------------------------------------- */

/* What waits for the end of the quiet hours says then what is so then: it would better be made then. */
static void check_digest(const struct scrutiny *s, int at)
{
	const struct notices *n = s->m->notices;
	const struct digest_times *times = notices_digest(n, &n->recipients[at]);
	struct span q = n->quiet[NOTICE_DIGEST];

	for (int i = 0; i < times->n; i++)
		if (q.from != q.to && span_has(q, times->v[i]))
			WARN(s, PROBLEM_DIGEST_QUIET, recipients, at,
			    "“%s” 的汇总在 %02d:%02d,在汇总的静默时段里:要等到 %02d:%02d 才发",
			    "the digest of \"%s\" at %02d:%02d is within the quiet hours of digests: it "
			    "waits until %02d:%02d",
			    n->recipients[at].id, times->v[i] / 60, times->v[i] % 60, q.to / 60, q.to % 60);
}

/* -- people --------------------------------------------------------------------------------------- */

static bool of_unit(const struct notice_person *p, const struct unit *u)
{
	const char *const phones[] = {
	    u->duty.phone, u->liaison.phone, u->person_in_charge.phone, u->leader.phone};

	for (size_t i = 0; i < sizeof phones / sizeof *phones; i++)
		if (notices_means(p, phones[i]))
			return true;
	for (int i = 0; u->roster && i < u->roster->n_people; i++)
		if (notices_means(p, u->roster->people[i].contact.phone))
			return true;
	return false;
}

/* What is written for a phone that no person has is never used: mostly the person has another one by now. */
static void check_person(const struct scrutiny *s, int i)
{
	const struct notice_person *p = &s->m->notices->people[i];

	for (int k = 0; k < s->m->n_units; k++)
		if (of_unit(p, &s->m->units[k]))
			return;
	yaml_problem(s->p, PROBLEM_PERSON_UNKNOWN, check_site(&s->people, i, "phone"),
	    "units.yaml 和 rosters.yaml 里没有这个电话的人:这一项不起作用",
	    "no person of units.yaml and rosters.yaml has this phone: what is written here is never used");
}

void check_notices(const struct scrutiny *s)
{
	const struct notices *n = s->m->notices;

	if (!n)
		return;
	for (int i = 0; i < n->n_channels; i++)
		check_channel(s, i);
	for (int i = 0; i < n->n_channels; i++)
		check_number_limit(s, i);
	check_waits(s);
	for (int i = 0; i < n->n_recipients; i++)
		check_recipient(s, i);
	for (int i = 0; i < n->n_recipients; i++)
		check_digest(s, i);
	for (int i = 0; i < n->n_people; i++)
		check_person(s, i);
	if (n->n_channels > 0)
		check_units_told(s);
}
