/*
 * meeting.c - the joint meetings (联席会议, Art. 10): their minutes and attendance, and the list of problems
 * (问题清单), each for a unit until a day, until it is settled (销号).
 *
 * A meeting is an entry by its number; a problem is one by NUMBER#n, in the order in which it was recorded.
 * Place: engine, over register.h.
 */
#include "base/log.h"
#include "domain/act.h"
#include "domain/resolve.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

#define ITEMS_MOST 999

static const char *item_name(struct arena *a, const char *meeting, int64_t item)
{
	return arena_printf(a, "%s#%lld", meeting, (long long)item);
}

void meeting_want(struct turn *t, struct job *j)
{
	const char *meeting = command_text(j->c, FIELD_MEETING);

	if (!meeting)
		return;
	register_want_named(t, ENTRY_MEETING, meeting);
	if (command_has(j->c, FIELD_ITEM))
		register_want_named(t, ENTRY_MEETING,
		    item_name(t->a, meeting, command_int(j->c, FIELD_ITEM)));
}

/* -- the meeting ------------------------------------------------------------------------------- */

static bool read_units(struct turn *t, const char *given, const char **out, struct refusal *why)
{
	struct str one;

	*out = NULL;
	while ((one = list_next(&given)).n) {
		const struct unit *unit = resolve_unit(t->m, one);
		if (!unit)
			return act_known_unit(t->m, arena_str(t->a, one), "attendance", t->a, why);
		if (!list_has(*out, unit->id))
			*out = *out ? arena_printf(t->a, "%s,%s", *out, unit->id) : unit->id;
	}
	return true;
}

static bool can_record(struct turn *t, const struct job *j, const char **attendance, struct refusal *why)
{
	const char *meeting = command_text(j->c, FIELD_MEETING);

	if (register_named(t, ENTRY_MEETING, meeting))
		return refuse(why, t->a, ERROR_CONFLICT, "meeting",
		    "会议 %s 已有记录;问题清单用 meeting.item 补充",
		    "meeting %s is recorded already; its problems are added by meeting.item", meeting);
	if (command_int(j->c, FIELD_AT) > t->now)
		return refuse(why, t->a, ERROR_PARAMS, "at", "会议还没有开,请在会后记录",
		    "the meeting lies ahead: record it when it has been held");
	return read_units(t, command_text(j->c, FIELD_ATTENDANCE), attendance, why);
}

static struct str meeting_data(struct turn *t, const char *document, const char *attendance, int64_t items,
    int64_t settled)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "document", document);
	json_text(&j, "attendance", attendance);
	json_int(&j, "items", items);
	if (settled)
		json_int(&j, "settled", settled);
	json_end(&j);
	return buf_into(&b, t->a);
}

static void text_more(struct json *j, const void *arg)
{
	register_digest(j, arg, "text");
	register_digest(j, arg, "result");
}

void meeting_record_run(struct turn *t, struct job *j)
{
	const char *attendance = NULL, *text = command_text(j->c, FIELD_TEXT);
	struct refusal why = {.code = OK};

	if (!can_record(t, j, &attendance, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_MEETING,
		.name = command_text(j->c, FIELD_MEETING),
		.at = command_int(j->c, FIELD_AT),
		.by = j->c->who.account,
		.data = meeting_data(t, command_text(j->c, FIELD_DOCUMENT), attendance, 0, 0)});
	if (text)
		e->personal = register_personal(t->a, "text", text, NULL);
	register_event(t, j, EVENT_MEETING_RECORDED, e, text_more, e);
	register_answer(t, j, e, NULL);
}

/* -- its problems ------------------------------------------------------------------------------- */

static bool is_meeting(struct turn *t, const char *meeting, struct entry **out, struct refusal *why)
{
	*out = register_named(t, ENTRY_MEETING, meeting);
	if (*out)
		return true;
	return refuse(why, t->a, ERROR_NOT_FOUND, "meeting", "没有会议 %s,请先用 meeting.record 记录",
	    "there is no meeting %s; record it by meeting.record first", meeting);
}

static bool is_whole(struct turn *t, const struct job *j, const struct entry *meeting,
    const struct unit **unit, struct refusal *why)
{
	static const enum field needed[] = {FIELD_TEXT, FIELD_UNIT, FIELD_UNTIL};

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!command_has(j->c, needed[i]))
			return refuse(why, t->a, ERROR_PARAMS, field_kinds[needed[i]].name,
			    "新的问题要写明问题、责任单位和期限(text、unit、until);已有的问题写 item",
			    "a new problem needs text, unit and until; one that is there already needs item");
	if (command_int(j->c, FIELD_DONE))
		return refuse(why, t->a, ERROR_PARAMS, "item", "要销号,请写明是第几个问题(item)",
		    "to settle a problem say which: item");
	if (command_int(j->c, FIELD_UNTIL) <= meeting->at)
		return refuse(why, t->a, ERROR_PARAMS, "until", "期限应在会议之后",
		    "the term should lie after the meeting");
	*unit = resolve_unit(t->m, str_of(command_text(j->c, FIELD_UNIT)));
	return *unit || act_known_unit(t->m, command_text(j->c, FIELD_UNIT), "unit", t->a, why);
}

static struct str item_data(struct turn *t, const char *meeting, int64_t item, int64_t settled_at)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_text(&j, "meeting", meeting);
	json_int(&j, "item", item);
	json_time(&j, "settled_at", settled_at);
	json_end(&j);
	return buf_into(&b, t->a);
}

/* So many problems the meeting has, so many of them are settled; it is settled once all are. */
static void count_items(struct turn *t, struct job *j, struct entry *meeting, int64_t items, int64_t settled)
{
	meeting->data = meeting_data(t, json_member_text(t->a, meeting->data, "document"),
	    json_member_text(t->a, meeting->data, "attendance"), items, settled);
	meeting->state = settled == items ? ITEM_DONE : ITEM_OPEN;
	register_event(t, j, EVENT_MEETING_RECORDED, meeting, NULL, NULL);
}

static void add_item(struct turn *t, struct job *j, struct entry *meeting)
{
	struct refusal why = {.code = OK};
	const struct unit *unit = NULL;
	int64_t n = json_member_int(meeting->data, "items") + 1;

	if (!is_whole(t, j, meeting, &unit, &why) ||
	    (n > ITEMS_MOST &&
		!refuse(&why, t->a, ERROR_WRONG_STATE, NULL, "一次会议最多 %d 个问题",
		    "a meeting has at most %d problems", ITEMS_MOST))) {
		job_refuse(t, j, &why);
		return;
	}
	count_items(t, j, meeting, n, json_member_int(meeting->data, "settled"));
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_MEETING,
		.name = item_name(t->a, meeting->name, n),
		.unit = unit->id,
		.at = t->now,
		.until = command_int(j->c, FIELD_UNTIL),
		.by = j->c->who.account,
		.data = item_data(t, meeting->name, n, 0),
		.personal = register_personal(t->a, "text", command_text(j->c, FIELD_TEXT), NULL)});
	register_event(t, j, EVENT_MEETING_RECORDED, e, text_more, e);
	register_answer(t, j, e, NULL);
}

/* One that was open and is settled now. */
static void settled_one(struct turn *t, struct job *j, struct entry *meeting)
{
	count_items(t, j, meeting, json_member_int(meeting->data, "items"),
	    json_member_int(meeting->data, "settled") + 1);
}

static bool can_change(struct turn *t, const struct job *j, const struct entry *e, struct refusal *why)
{
	if (!e)
		return refuse(why, t->a, ERROR_NOT_FOUND, "item", "会议 %s 没有第 %lld 个问题",
		    "meeting %s has no problem %lld", command_text(j->c, FIELD_MEETING),
		    (long long)command_int(j->c, FIELD_ITEM));
	if (command_has(j->c, FIELD_UNIT))
		return refuse(why, t->a, ERROR_PARAMS, "unit", "已有问题的责任单位不能改;请销号后另记一个",
		    "the unit of a problem does not change: settle it and record another");
	if (!command_has(j->c, FIELD_DONE) && !command_has(j->c, FIELD_UNTIL))
		return refuse(why, t->a, ERROR_PARAMS, "done", "请写 done: true(销号)或新的期限 until",
		    "give done: true, to settle it, or another until");
	if (e->state == ITEM_DONE && !command_int(j->c, FIELD_DONE))
		return refuse(why, t->a, ERROR_WRONG_STATE, "item", "问题 %s 已销号,不能再改",
		    "problem %s is settled and does not change any more", e->name);
	return true;
}

/* Why it was put off stays beside how it was settled. */
static const char *with_result(struct turn *t, const struct entry *e, const char *said)
{
	const char *before = json_member_text(t->a, e->personal, "result");

	return before && !text_eq(before, said) ? arena_printf(t->a, "%s\n%s", before, said) : said;
}

/* Settled, or given another term. What is settled already is not settled again. */
static void change_item(struct turn *t, struct job *j, struct entry *meeting)
{
	struct entry *e =
	    register_named(t, ENTRY_MEETING, item_name(t->a, meeting->name, command_int(j->c, FIELD_ITEM)));
	const char *result = command_text(j->c, FIELD_TEXT);
	struct refusal why = {.code = OK};

	if (!can_change(t, j, e, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	if (e->state == ITEM_OPEN) {
		e->until = command_has(j->c, FIELD_UNTIL) ? command_int(j->c, FIELD_UNTIL) : e->until;
		e->state = command_int(j->c, FIELD_DONE) ? ITEM_DONE : ITEM_OPEN;
		e->data = item_data(t, meeting->name, command_int(j->c, FIELD_ITEM), e->state ? t->now : 0);
		if (result)
			e->personal =
			    register_personal(t->a, "text", json_member_text(t->a, e->personal, "text"),
				"result", with_result(t, e, result), NULL);
		register_event(t, j, EVENT_MEETING_SETTLED, e, text_more, e);
		if (e->state == ITEM_DONE)
			settled_one(t, j, meeting);
	}
	register_answer(t, j, e, NULL);
}

void meeting_item_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct entry *meeting;

	if (!is_meeting(t, command_text(j->c, FIELD_MEETING), &meeting, &why))
		job_refuse(t, j, &why);
	else if (command_has(j->c, FIELD_ITEM))
		change_item(t, j, meeting);
	else
		add_item(t, j, meeting);
}
