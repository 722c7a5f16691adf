/*
 * undo.c - the table of acts of the desk and of their opposites (undo.h).
 *
 * Place: engine, beside change.c. What has no opposite is not here: what was said stays said (a note, an urge, an
 * amendment, whose old words may be erased), a result of a call-back is replaced by the next one, and a closed
 * incident still takes it. The opposite is a command like any other: it is refused where the matter has moved on.
 */
#include "engine/undo.h"
#include "domain/mechanism.h"
#include "domain/sight.h"

#include <assert.h>
#include <stdio.h>

#define PATH_MOST (NUMBER_MAX + 64)

static const struct opposite {
	enum command_kind_id act, undo;
	enum step step; /* that dispatch.correct takes back */
} opposites[] = {
    {COMMAND_DISPATCH_ADD, COMMAND_DISPATCH_WITHDRAW, STEPS},
    {COMMAND_DISPATCH_WITHDRAW, COMMAND_DISPATCH_ADD, STEPS},
    {COMMAND_INCIDENT_CANCEL, COMMAND_INCIDENT_REOPEN, STEPS},
    {COMMAND_DISPATCH_ACKNOWLEDGE, COMMAND_DISPATCH_CORRECT, STEP_ACKNOWLEDGED},
    {COMMAND_DISPATCH_DEPART, COMMAND_DISPATCH_CORRECT, STEP_DEPARTED},
    {COMMAND_DISPATCH_ARRIVE, COMMAND_DISPATCH_CORRECT, STEP_ARRIVED},
    {COMMAND_DISPATCH_COMPLETE, COMMAND_DISPATCH_CORRECT, STEP_COMPLETED},
};

static const struct opposite *opposite_of(enum command_kind_id act)
{
	for (size_t i = 0; i < sizeof opposites / sizeof *opposites; i++)
		if (opposites[i].act == act)
			return &opposites[i];
	return NULL;
}

/* Where HTTP has it. */
static void put_path(struct json *j, enum command_kind_id undo, const char *number, const char *dispatch)
{
	char path[PATH_MOST];

	if (undo == COMMAND_DISPATCH_ADD)
		snprintf(path, sizeof path, "/v1/incidents/%s/dispatches", number);
	else if (command_kinds[undo].act == ON_INCIDENT)
		snprintf(path, sizeof path, "/v1/incidents/%s/%s", number, command_act(undo));
	else
		snprintf(path, sizeof path, "/v1/dispatches/%s/%s", dispatch, command_act(undo));
	json_text(j, "path", path);
}

static void put_params(struct json *j, const struct opposite *o, const struct incident *inc,
    const struct dispatch *d, const char *dispatch)
{
	json_begin(j, "params");
	if (command_kinds[o->undo].act == ON_INCIDENT)
		json_text(j, "number", inc->number);
	else
		json_text(j, "dispatch", dispatch);
	if (o->undo == COMMAND_DISPATCH_ADD) {
		assert(d && "what a withdrawal is taken back of");
		json_text(j, "unit", d->unit);
		json_text(j, "role", dispatch_role_names[d->role]);
	}
	if (o->step != STEPS)
		json_text(j, "step", step_names[o->step]);
	json_text(j, "reason", "撤销");
	if (o->undo == COMMAND_DISPATCH_WITHDRAW)
		json_bool(j, "void", true);
	json_end(j);
}

void undo_render(struct json *j, const struct command *c, const struct incident *inc,
    const struct dispatch *d, const struct mechanism *m, int64_t now)
{
	const struct opposite *o = command_by_desk(c) ? opposite_of(c->kind) : NULL;
	char dispatch[DISPATCH_ID_MAX] = "";

	if (!o || (!d && o->act != COMMAND_INCIDENT_CANCEL))
		return;
	if (d)
		dispatch_id(inc, d, dispatch);
	json_begin(j, "undo");
	json_text(j, "command", command_kinds[o->undo].name);
	json_text(j, "method", "POST");
	put_path(j, o->undo, inc->number, dispatch);
	put_params(j, o, inc, d, dispatch);
	json_time(j, "until", now + m->policy.undo_ms);
	json_end(j);
}
