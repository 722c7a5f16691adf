/*
 * measure.c - measures (督办单, 通报批评, 移交纪检监察机关, Art. 13): people take them, with the number of their
 * document; here they are recorded with the findings that they answer.
 *
 * A measure is an entry by the number of its document; what the policy proposes is propose.c's.
 * Place: engine, over register.h.
 */
#include "domain/act.h"
#include "domain/resolve.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

void measure_want(struct turn *t, struct job *j)
{
	const char *document = command_text(j->c, FIELD_DOCUMENT), *rest = command_text(j->c, FIELD_FINDINGS);
	struct str one;

	if (document)
		register_want_named(t, ENTRY_MEASURE, document);
	while (rest && (one = list_next(&rest)).n)
		want_finding_named(t, arena_str(t->a, one));
}

bool measure_document_free(struct turn *t, const char *document, struct refusal *why)
{
	return !register_named(t, ENTRY_MEASURE, document) ||
	    refuse(why, t->a, ERROR_CONFLICT, "document",
		"文号 %s 的措施已有记录;一份文件涉及几个单位的,请在文号后注明单位",
		"a measure of document %s is recorded already", document);
}

/* Findings of a unit that was joined to another are that one's. */
static bool is_of(const struct turn *t, const struct finding *f, const struct unit *unit)
{
	const struct unit *owner = mechanism_unit(t->m, f->unit);

	return text_eq(f->unit, unit->id) || (owner && mechanism_heir(t->m, owner, t->now) == unit);
}

/* A measure answers findings that there are, and of this unit. */
static bool answers_its_findings(struct turn *t, const struct job *j, const struct unit *unit,
    struct refusal *why)
{
	const char *rest = command_text(j->c, FIELD_FINDINGS);
	struct str one;

	while (rest && (one = list_next(&rest)).n) {
		const char *id = arena_str(t->a, one);
		const struct finding *f = found_finding_named(t, id);

		if (!f)
			return refuse(why, t->a, ERROR_PARAMS, "findings",
			    "没有待核考评事项 %s,编号见 finding list",
			    "there is no finding %s; finding list has their ids", id);
		if (!is_of(t, f, unit))
			return refuse(why, t->a, ERROR_PARAMS, "findings",
			    "事项 %s 不是 %s 的,措施只写本单位的事项",
			    "the finding %s is not of %s: a measure names findings of its own unit alone", id,
			    unit->id);
	}
	return true;
}

static bool can_record(struct turn *t, const struct job *j, const struct unit **unit, struct refusal *why)
{
	const char *document = command_text(j->c, FIELD_DOCUMENT);

	*unit = resolve_unit(t->m, str_of(command_text(j->c, FIELD_UNIT)));
	if (!*unit)
		return act_known_unit(t->m, command_text(j->c, FIELD_UNIT), "unit", t->a, why);
	if (!measure_document_free(t, document, why))
		return false;
	if (command_has(j->c, FIELD_UNTIL) && command_int(j->c, FIELD_UNTIL) <= t->now)
		return refuse(why, t->a, ERROR_PARAMS, "until", "整改期限应在今后",
		    "the term should lie ahead");
	return answers_its_findings(t, j, *unit, why);
}

static struct str measure_data(struct turn *t, const struct job *j)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "measure", command_text(j->c, FIELD_MEASURE));
	json_text(&json, "document", command_text(j->c, FIELD_DOCUMENT));
	json_text(&json, "findings", command_text(j->c, FIELD_FINDINGS));
	json_end(&json);
	return buf_into(&b, t->a);
}

static void text_more(struct json *j, const void *arg)
{
	register_digest(j, arg, "text");
}

void measure_record_run(struct turn *t, struct job *j)
{
	const char *text = command_text(j->c, FIELD_TEXT);
	struct refusal why = {.code = OK};
	const struct unit *unit = NULL;

	if (!can_record(t, j, &unit, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_MEASURE,
		.name = command_text(j->c, FIELD_DOCUMENT),
		.unit = unit->id,
		.at = t->now,
		.until = command_int(j->c, FIELD_UNTIL),
		.by = j->c->who.account,
		.data = measure_data(t, j)});
	if (text)
		e->personal = register_personal(t->a, "text", text, NULL);
	register_event(t, j, EVENT_MEASURE_RECORDED, e, text_more, e);
	register_answer(t, j, e, NULL);
}

/* -- settling (销号) ---------------------------------------------------------------------------- */

/* Beside what the measure said, under the same salt. */
static struct str with_reply(struct turn *t, const struct entry *e, const char *text)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	if (!e->personal.n)
		return register_personal(t->a, "reply", text, NULL);
	json_begin(&json, NULL);
	json_members(&json, e->personal);
	json_text(&json, "reply", text);
	json_end(&json);
	return buf_into(&b, t->a);
}

static void reply_more(struct json *j, const void *arg)
{
	register_digest(j, arg, "reply");
}

void measure_settle_run(struct turn *t, struct job *j)
{
	const char *document = command_text(j->c, FIELD_DOCUMENT), *text = command_text(j->c, FIELD_TEXT);
	struct entry *e = register_named(t, ENTRY_MEASURE, document);
	struct refusal why = {.code = OK};

	if (!e)
		refuse(&why, t->a, ERROR_NOT_FOUND, "document", "没有文号 %s 的措施",
		    "there is no measure of document %s", document);
	else if (e->state != MEASURE_RECORDED)
		refuse(&why, t->a, ERROR_WRONG_STATE, "document", "文号 %s 的措施已经销号",
		    "the measure of document %s is settled already", document);
	if (!e || why.code != OK) {
		job_refuse(t, j, &why);
		return;
	}
	e->state = MEASURE_SETTLED;
	if (text)
		e->personal = with_reply(t, e, text);
	register_event(t, j, EVENT_MEASURE_SETTLED, e, reply_more, e);
	register_answer(t, j, e, NULL);
}
