/*
 * message.c - what a message of a partner means here, and what is to be done about a dispatch as it stands.
 *
 * Place: exchange; pure. Messages come late, twice and in any order: a later state implies the earlier ones, an earlier
 * one afterwards changes nothing, and a return after the completion is refused and shown to the desk. What a partner says
 * of a matter that is not its own is refused by the caller, who knows whose dispatch it is.
 */
#include "base/time.h"
#include "domain/warning.h"
#include "exchange/exchange.h"

/* -- reading ------------------------------------------------------------------------------------ */

static bool rule_fits(const struct exchange_rule *r, const struct exchange_message *m)
{
	return (!r->state || text_eq(r->state, m->fields[EXCHANGE_STATE])) &&
	    (!r->node || text_eq(r->node, m->fields[EXCHANGE_NODE]));
}

static const struct exchange_rule *rule_of(const struct exchange_receive *r, const struct exchange_message *m)
{
	for (int i = 0; i < r->n_rules; i++)
		if (rule_fits(&r->rules[i], m))
			return &r->rules[i];
	return NULL;
}

#define YEAR_2000_MS INT64_C(946684800000)

/* 0: it is none that a matter of this mechanism can have. */
static int64_t instant_of(const char *text)
{
	int64_t ms;
	bool read = text && (time_parse(str_of(text), &ms) || time_guess(str_of(text), &ms));

	return read && ms >= YEAR_2000_MS ? ms : 0;
}

/* The same message again has the same key; one that says anything else has another. Parts are kept apart by their lengths. */
static void set_key(const struct exchange_partner *p, struct exchange_message *m)
{
	struct buf b = {0};
	struct digest d;

	buf_opt(&b, p->id);
	for (int f = 0; f < EXCHANGE_FIELDS; f++)
		buf_opt(&b, m->fields[f]);
	d = digest_of(buf_view(&b));
	digest_hex(&d, m->key);
	buf_free(&b);
}

/* Neither a dispatch nor an incident: by the names that exchange.yaml has for them. */
static bool unnamed(const struct exchange_partner *p, struct arena *a, struct refusal *why)
{
	const char *dispatch = p->receive.fields[EXCHANGE_DISPATCH],
		   *incident = p->receive.fields[EXCHANGE_INCIDENT];

	return refuse(why, a, ERROR_PARAMS, dispatch ? dispatch : incident,
	    "没有写明是哪一条联动指令或警情(%s%s%s)", "neither a dispatch nor an incident is named (%s%s%s)",
	    dispatch ? dispatch : "", dispatch && incident ? " / " : "", incident ? incident : "");
}

static bool whole(const struct exchange_partner *p, const struct exchange_message *m, struct arena *a,
    struct refusal *why)
{
	for (int i = 0; i < EXCHANGE_NEEDS; i++) {
		const struct exchange_need *need = &exchange_needs[i];
		const char *name = p->receive.fields[need->field];

		if (need->act != m->act || m->fields[need->field])
			continue;
		name = name ? name : exchange_field_names[need->field];
		return refuse(why, a, ERROR_PARAMS, name, "缺少 %s", "%s is missing", name);
	}
	if (m->act == EXCHANGE_EXTEND && !m->until)
		return refuse(why, a, ERROR_PARAMS, p->receive.fields[EXCHANGE_UNTIL],
		    "%s 延期到何时看不懂,应为 20261126103000",
		    "%s, until when, was expected as 20261126103000", p->receive.fields[EXCHANGE_UNTIL]);
	if (m->act != EXCHANGE_REPORT && m->act != EXCHANGE_IGNORE && !m->fields[EXCHANGE_DISPATCH] &&
	    !m->fields[EXCHANGE_INCIDENT])
		return unnamed(p, a, why);
	return true;
}

/* No rule fits: what they wrote, by their names. */
static bool unknown_state(const struct exchange_partner *p, const struct exchange_message *m, struct arena *a,
    struct refusal *why)
{
	const char *state = m->fields[EXCHANGE_STATE], *node = m->fields[EXCHANGE_NODE];
	enum exchange_field named = state || !node ? EXCHANGE_STATE : EXCHANGE_NODE;
	const char *name = p->receive.fields[named];

	return refuse(why, a, ERROR_PARAMS, name, "exchange.yaml 的 rules 里没有一条与 %s“%s”相符",
	    "no rule of exchange.yaml fits %s \"%s\"", name ? name : "",
	    m->fields[named] ? arena_quote(a, m->fields[named]) : "");
}

/* People's words are taken out of lists and objects, too; a code is one text, or none. */
static bool is_words(enum exchange_field f)
{
	return f == EXCHANGE_TEXT || f == EXCHANGE_DESCRIPTION || f == EXCHANGE_ADDRESS ||
	    f == EXCHANGE_PERSON || f == EXCHANGE_PHONE || f == EXCHANGE_REPORTER_NAME ||
	    f == EXCHANGE_REPORTER_PHONE;
}

/* What is blank alone says nothing. */
static const char *said(const struct exchange_body *b, enum exchange_field f, const char *path,
    struct arena *a, const char **reshaped)
{
	bool other;
	const char *text = exchange_body_words(b, path, a, &other);

	if (!text || !text[strspn(text, " \t\r\n")] || (other && !is_words(f)))
		return NULL;
	if (other && !*reshaped)
		*reshaped = path;
	return text;
}

bool exchange_understand(const struct exchange_partner *p, const struct exchange_body *b, struct arena *a,
    struct exchange_message *out, struct refusal *why)
{
	const struct exchange_rule *r;

	*out = (struct exchange_message){.act = EXCHANGE_ACTS};
	for (int f = 0; f < EXCHANGE_FIELDS; f++)
		out->fields[f] = said(b, (enum exchange_field)f, p->receive.fields[f], a, &out->reshaped);
	out->gbk = b->gbk;
	out->at = instant_of(out->fields[EXCHANGE_TIME]);
	out->until = instant_of(out->fields[EXCHANGE_UNTIL]);
	set_key(p, out);
	r = rule_of(&p->receive, out);
	if (!r)
		return unknown_state(p, out, a, why);
	out->act = r->act;
	return whole(p, out, a, why);
}

/* -- deciding ----------------------------------------------------------------------------------- */

/* What cannot be kept is left out, which is said. */
static void text(struct command *c, struct arena *a, enum field f, const char *value)
{
	struct refusal why;

	if (!value || command_parse_field(c, a, f, str_of(value), &why))
		return;
	command_drop(c, f);
	command_warn(c, a, WARNING_IGNORED, f, NULL, NULL);
}

/* A time that cannot be read is left out, which is said: then it happened when it came. */
static void set_at(struct command *c, enum field f, const struct exchange_message *m, struct arena *a)
{
	if (m->at)
		command_set_int(c, f, m->at);
	else if (m->fields[EXCHANGE_TIME])
		command_warn(c, a, WARNING_IGNORED, f, m->fields[EXCHANGE_TIME], NULL);
}

static void begin(struct command *c, enum command_kind_id kind, const struct exchange_message *m,
    struct arena *a)
{
	*c = (struct command){.kind = kind};
	command_set_text(c, FIELD_KEY, arena_text(a, m->key));
}

/* An act on the dispatch, in the words of the one who spoke. */
static void act(struct command *c, enum command_kind_id kind, const struct exchange_partner *p,
    const struct exchange_message *m, const struct exchange_case *about, struct arena *a)
{
	const char *person = m->fields[EXCHANGE_PERSON];

	begin(c, kind, m, a);
	command_set_text(c, FIELD_DISPATCH, about->dispatch);
	text(c, a, FIELD_PERSON, person ? person : p->person);
	text(c, a, FIELD_PHONE, m->fields[EXCHANGE_PHONE]);
	if (kind == COMMAND_DISPATCH_RETURN || kind == COMMAND_DISPATCH_EXTEND)
		return;
	set_at(c, FIELD_AT, m, a);
	text(c, a, FIELD_TICKET, m->fields[EXCHANGE_TICKET]);
}

/* Of one message an act and two notes may be given, one after the other: `kind` keeps their keys apart. */
static void begin_note(struct command *c, char kind, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a)
{
	begin(c, COMMAND_INCIDENT_ANNOTATE, m, a);
	command_set_text(c, FIELD_KEY, arena_printf(a, "%c%.63s", kind, m->key));
	command_set_text(c, FIELD_NUMBER, about->number);
}

static enum exchange_verdict note(struct command *c, const struct exchange_partner *p, const char *words,
    const struct exchange_message *m, const struct exchange_case *about, struct arena *a)
{
	const char *said = m->fields[EXCHANGE_TEXT], *grade = m->fields[EXCHANGE_GRADE];

	begin_note(c, 'n', m, about, a);
	text(c, a, FIELD_TEXT,
	    arena_printf(a, "%s%s%s%s%s%s", p->person, words, grade ? ",评价 " : "", grade ? grade : "",
		said ? ":" : "", said ? said : ""));
	return EXCHANGE_DO;
}

void exchange_note_return(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	note(c, p, "已申请退回,又补充", m, about, a);
}

/* What is wrong with the time that they gave; NULL: nothing that clocks that differ do not explain. */
static const char *time_fault(const struct exchange_message *m, const struct exchange_case *about,
    int64_t now, struct arena *a)
{
	char then[TIME_TEXT_MAX];

	if (!m->fields[EXCHANGE_TIME])
		return NULL;
	if (!m->at)
		return arena_printf(a, "看不懂(%s)", arena_quote(a, m->fields[EXCHANGE_TIME]));
	time_chinese(m->at, now, then);
	if (m->at > now + EXCHANGE_SKEW_MS)
		return arena_printf(a, "(%s)晚于收到的时刻", then);
	if (m->at < about->issued_at - EXCHANGE_SKEW_MS)
		return arena_printf(a, "(%s)早于联动指令下达", then);
	return NULL;
}

bool exchange_note_time(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, int64_t now, struct arena *a, struct command *c)
{
	const char *fault = time_fault(m, about, now, a);

	if (!fault)
		return false;
	begin_note(c, 't', m, about, a);
	text(c, a, FIELD_TEXT,
	    arena_printf(a, "%s报来的时刻%s,没有照用;联动指令 %s 按收到的时刻记", p->person, fault,
		about->dispatch));
	return true;
}

static const char *const said_names[EXCHANGE_ACTS] = {
    [EXCHANGE_ACKNOWLEDGE] = "签收",
    [EXCHANGE_ACCEPT] = "受理、交办",
    [EXCHANGE_COMPLETE] = "办结",
    [EXCHANGE_RETURN] = "退回",
    [EXCHANGE_EXTEND] = "申请延期",
    [EXCHANGE_REDO] = "重办",
};

/* It changes nothing any more. Its words are the desk's, unless they are the result that is known. */
static enum exchange_verdict too_late(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	const char *said = m->fields[EXCHANGE_TEXT];

	if (!said || text_eq(said, about->result))
		return EXCHANGE_NOTHING;
	return note(c, p, arena_printf(a, "之后又报来%s", said_names[m->act]), m, about, a);
}

/* They may still be at work on it. */
static enum exchange_verdict after_withdrawal(const struct exchange_partner *p,
    const struct exchange_message *m, const struct exchange_case *about, struct arena *a, struct command *c)
{
	note(c, p,
	    arena_printf(a, "在联动指令 %s 撤回之后报来%s,没有照办", about->dispatch, said_names[m->act]), m,
	    about, a);
	command_warn(c, a, WARNING_WITHDRAWN, FIELD_DISPATCH, about->dispatch, NULL);
	return EXCHANGE_DO;
}

/* Their number as it would be kept; NULL: it is said none, or none that can be kept. */
static const char *ticket_said(const struct exchange_message *m, struct arena *a)
{
	struct command read = {.kind = COMMAND_DISPATCH_PROGRESS};

	text(&read, a, FIELD_TICKET, m->fields[EXCHANGE_TICKET]);
	return command_text(&read, FIELD_TICKET);
}

/* Both numbers are known, and of two dispatches: which of them is meant is not guessed. */
static enum exchange_verdict contradicts(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why)
{
	const char *name = p->receive.fields[EXCHANGE_TICKET];

	note(c, p,
	    arena_printf(a, "报来联动指令 %s,工单号却是 %s 的,没有照办,请接警台联系", about->dispatch,
		about->holder),
	    m, about, a);
	refuse(why, a, ERROR_CONFLICT, name, "%s 是联动指令 %s 的,不是 %s 的;已告知报警台",
	    "%s is of dispatch %s and not of %s; the desk was told", name, about->holder, about->dispatch);
	return EXCHANGE_REFUSE;
}

static enum exchange_verdict acknowledge(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	if (about->acknowledged || about->completed)
		return too_late(p, m, about, a, c);
	act(c, COMMAND_DISPATCH_ACKNOWLEDGE, p, m, about, a);
	text(c, a, FIELD_TEXT, m->fields[EXCHANGE_TEXT]);
	return EXCHANGE_DO;
}

static enum exchange_verdict progress(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	if (about->completed)
		return m->act == EXCHANGE_REDO ? note(c, p, "重办", m, about, a)
					       : too_late(p, m, about, a, c);
	act(c, COMMAND_DISPATCH_PROGRESS, p, m, about, a);
	text(c, a, FIELD_TEXT,
	    m->fields[EXCHANGE_TEXT]      ? m->fields[EXCHANGE_TEXT]
		: m->act == EXCHANGE_REDO ? "对方重办"
					  : "对方已受理、交办");
	return EXCHANGE_DO;
}

static enum exchange_verdict complete(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	if (about->completed)
		return too_late(p, m, about, a, c);
	act(c, COMMAND_DISPATCH_COMPLETE, p, m, about, a);
	text(c, a, FIELD_RESULT, m->fields[EXCHANGE_TEXT]);
	return EXCHANGE_DO;
}

static const char *coded(const struct exchange_codes *codes, const char *theirs)
{
	for (int i = 0; theirs && i < codes->n; i++)
		if (text_eq(codes->v[i].theirs, theirs))
			return codes->v[i].ours;
	return NULL;
}

/* No reason is recorded that the partner did not give. */
static enum exchange_verdict unknown_reason(const struct exchange_partner *p,
    const struct exchange_message *m, const struct exchange_case *about, struct arena *a, struct command *c,
    struct refusal *why)
{
	const char *name = p->receive.fields[EXCHANGE_REASON], *said = m->fields[EXCHANGE_REASON];

	name = name ? name : exchange_field_names[EXCHANGE_REASON];
	note(c, p,
	    arena_printf(a, "申请退回,理由“%s”不在对照表里,没有记为申请,请接警台联系", said ? said : ""), m,
	    about, a);
	refuse(why, a, ERROR_PARAMS, name, "%s 不是认识的退回理由;已告知报警台",
	    "%s is none of the known reasons of a return; the desk was told", name);
	return EXCHANGE_REFUSE;
}

static enum exchange_verdict give_back(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why)
{
	const struct exchange_codes *reasons = &p->receive.reasons;
	const char *reason = coded(reasons, m->fields[EXCHANGE_REASON]);

	if (about->returning && !m->fields[EXCHANGE_TEXT])
		return EXCHANGE_NOTHING;
	if (about->returning && !m->fields[EXCHANGE_REASON])
		return note(c, p, "已申请退回,又补充", m, about, a);
	if (about->completed) {
		note(c, p, "在办结之后退回,未予采纳,请接警台联系", m, about, a);
		refuse(why, a, ERROR_WRONG_STATE, NULL, "联动指令 %s 已经办结,不能退回;已告知报警台",
		    "dispatch %s is completed and cannot be returned; the desk was told", about->dispatch);
		return EXCHANGE_REFUSE;
	}
	if (!reason)
		return unknown_reason(p, m, about, a, c, why);
	act(c, COMMAND_DISPATCH_RETURN, p, m, about, a);
	text(c, a, FIELD_REASON_CODE, reason);
	text(c, a, FIELD_TEXT,
	    m->fields[EXCHANGE_TEXT] ? m->fields[EXCHANGE_TEXT] : m->fields[EXCHANGE_REASON]);
	return EXCHANGE_DO;
}

static enum exchange_verdict extend(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c)
{
	const char *said = m->fields[EXCHANGE_TEXT] ? m->fields[EXCHANGE_TEXT] : m->fields[EXCHANGE_REASON];

	if (about->completed)
		return too_late(p, m, about, a, c);
	act(c, COMMAND_DISPATCH_EXTEND, p, m, about, a);
	command_set_int(c, FIELD_UNTIL, m->until);
	text(c, a, FIELD_REASON, said ? said : "对方申请延期");
	return EXCHANGE_DO;
}

/* Theirs, where it can be one of ours; else one that is made of it, the same each time: no report is refused over its number. */
static void set_number(struct command *c, const struct exchange_partner *p, const struct exchange_message *m,
    struct arena *a)
{
	const char *theirs = m->fields[EXCHANGE_TICKET];
	const char *number = arena_printf(a, "%s%s", p->numbers, theirs);
	struct digest d = digest_of(str_of(theirs));
	char hex[DIGEST_HEX];
	struct refusal why;

	if (command_parse_field(c, a, FIELD_NUMBER, str_of(number), &why))
		return;
	number = arena_printf(a, "%s%.16s", p->numbers, digest_hex(&d, hex));
	command_set_text(c, FIELD_NUMBER, number);
	command_warn(c, a, WARNING_MENDED, FIELD_NUMBER, theirs, number);
}

bool exchange_note_number(const struct exchange_partner *p, const struct exchange_message *m,
    const char *number, struct arena *a, struct command *c)
{
	const struct exchange_case about = {.number = number};
	struct command read = {.kind = COMMAND_INCIDENT_REPORT};

	set_number(&read, p, m, a);
	if (!read.warnings || !warnings_have(read.warnings, WARNING_MENDED))
		return false;
	begin_note(c, 't', m, &about, a);
	text(c, a, FIELD_TEXT,
	    arena_printf(a, "%s的工单号是“%s”,不能作编号,本系统记为 %s", p->person,
		arena_quote(a, m->fields[EXCHANGE_TICKET]), number));
	return true;
}

void exchange_note_again(const struct exchange_partner *p, const struct exchange_message *m,
    const char *number, struct arena *a, struct command *c)
{
	static const struct {
		enum exchange_field field;
		const char *name;
	} parts[] = {{EXCHANGE_DESCRIPTION, "描述"}, {EXCHANGE_ADDRESS, "地址"}, {EXCHANGE_AREA, "区域"},
	    {EXCHANGE_CATEGORY, "类别"}, {EXCHANGE_REPORTER_NAME, "报警人"},
	    {EXCHANGE_REPORTER_PHONE, "电话"}};
	const struct exchange_case about = {.number = number};
	const char *words = arena_printf(a, "%s又报来这件,内容有变,请核对", p->person);

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (m->fields[parts[i].field])
			words = arena_printf(a, "%s;%s:%s", words, parts[i].name, m->fields[parts[i].field]);
	begin_note(c, 'c', m, &about, a);
	text(c, a, FIELD_TEXT, words);
}

static enum exchange_verdict report(const struct exchange_partner *p, const struct exchange_message *m,
    struct arena *a, struct command *c)
{
	static const struct {
		enum exchange_field theirs;
		enum field ours;
	} plain[] = {{EXCHANGE_ADDRESS, FIELD_ADDRESS}, {EXCHANGE_REPORTER_NAME, FIELD_REPORTER_NAME},
	    {EXCHANGE_REPORTER_PHONE, FIELD_REPORTER_PHONE}, {EXCHANGE_DESCRIPTION, FIELD_DESCRIPTION}};
	const char *category = coded(&p->receive.categories, m->fields[EXCHANGE_CATEGORY]);
	const char *area = coded(&p->receive.areas, m->fields[EXCHANGE_AREA]);

	*c = (struct command){.kind = COMMAND_INCIDENT_REPORT};
	set_number(c, p, m, a);
	set_at(c, FIELD_RECEIVED_AT, m, a);
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		text(c, a, plain[i].ours, m->fields[plain[i].theirs]);
	text(c, a, FIELD_TICKET, m->fields[EXCHANGE_TICKET]);
	text(c, a, FIELD_CATEGORY, category ? category : m->fields[EXCHANGE_CATEGORY]);
	text(c, a, FIELD_AREA, area ? area : m->fields[EXCHANGE_AREA]);
	return EXCHANGE_DO;
}

static enum exchange_verdict decide(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why)
{
	switch (m->act) {
	case EXCHANGE_ACKNOWLEDGE:
		return acknowledge(p, m, about, a, c);
	case EXCHANGE_ACCEPT:
	case EXCHANGE_REDO:
		return progress(p, m, about, a, c);
	case EXCHANGE_COMPLETE:
		return complete(p, m, about, a, c);
	case EXCHANGE_ARCHIVE:
		return note(c, p, "归档", m, about, a);
	case EXCHANGE_CALLBACK:
		return note(c, p, "回访", m, about, a);
	case EXCHANGE_RETURN:
		return give_back(p, m, about, a, c, why);
	case EXCHANGE_EXTEND:
		return extend(p, m, about, a, c);
	default:
		return EXCHANGE_NOTHING;
	}
}

/* Another number than before is taken, and said; where nothing else is to be done, by a note. */
static enum exchange_verdict renumbered(enum exchange_verdict v, const struct exchange_partner *p,
    const struct exchange_message *m, const struct exchange_case *about, const char *ticket, struct arena *a,
    struct command *c)
{
	if (v == EXCHANGE_NOTHING)
		v = note(c, p, arena_printf(a, "报来的工单号 %s 与此前的 %s 不同", ticket, about->ticket), m,
		    about, a);
	if (v == EXCHANGE_DO)
		command_warn(c, a, WARNING_TICKET_CHANGED, FIELD_TICKET, ticket, about->ticket);
	return v;
}

static enum exchange_verdict decide_one(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why)
{
	bool of_steps = said_names[m->act] != NULL, other;
	enum exchange_verdict v;
	const char *ticket;

	if (m->act == EXCHANGE_REPORT)
		return report(p, m, a, c);
	if (!about || m->act == EXCHANGE_IGNORE)
		return EXCHANGE_NOTHING;
	ticket = ticket_said(m, a);
	other = ticket && about->ticket && !text_eq(ticket, about->ticket);
	if (other && about->holder)
		return contradicts(p, m, about, a, c, why);
	v = about->withdrawn && of_steps ? after_withdrawal(p, m, about, a, c)
					 : decide(p, m, about, a, c, why);
	return other ? renumbered(v, p, m, about, ticket, a, c) : v;
}

enum exchange_verdict exchange_decide(const struct exchange_partner *p, const struct exchange_message *m,
    const struct exchange_case *about, struct arena *a, struct command *c, struct refusal *why)
{
	enum exchange_verdict v;

	*c = (struct command){.kind = COMMANDS};
	*why = (struct refusal){.code = OK};
	v = decide_one(p, m, about, a, c, why);
	if (m->gbk && v == EXCHANGE_DO)
		command_warn(c, a, WARNING_CHARSET, FIELDS, NULL, NULL);
	if (m->reshaped && v == EXCHANGE_DO)
		command_warn(c, a, WARNING_TYPE, FIELDS, m->reshaped, NULL);
	return v;
}
