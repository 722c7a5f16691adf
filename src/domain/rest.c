/*
 * rest.c - the rest of long texts as notes (incident.annotated).
 * Place: domain, beneath report.c and lifecycle.c. The reading of a command found what is too long
 * (value.c) and said so; nothing is looked for where it did not.
 */
#include "domain/rest.h"
#include "base/arena.h"
#include "base/utf8.h"

static bool too_long(const struct command *c, enum field f)
{
	return field_kinds[f].too_long == LONG_SPLIT && command_has(c, f) &&
	    utf8_count(str_of(command_text(c, f))) > (size_t)field_kinds[f].max;
}

static bool any_too_long(const struct command *c)
{
	return c->warnings && warnings_have(c->warnings, WARNING_TEXT_SPLIT);
}

const struct command *rest_cut(const struct command *c, struct arena *a)
{
	if (!any_too_long(c))
		return c;
	struct command *cut = arena_alloc(a, sizeof *cut);
	*cut = *c;
	for (int f = 0; f < FIELDS; f++)
		if (too_long(c, (enum field)f))
			command_set_text(cut, (enum field)f,
			    arena_str(a,
				utf8_head(str_of(command_text(c, (enum field)f)),
				    (size_t)field_kinds[f].max)));
	return cut;
}

static void note(struct act *x, enum field f, struct str part)
{
	const char *text = arena_printf(x->a, "(%s 续)%.*s", field_kinds[f].about, (int)part.n, part.p);
	struct data data;
	act_data(&data);
	act_digest(&data.json, "text", x->inc, text);
	act_event_data(x, &data, EVENT_INCIDENT_ANNOTATED, x->now, x->d);
	decision_text(x->out, x->a, "text", text);
}

void rest_note(struct act *x, const struct command *whole)
{
	if (!any_too_long(whole))
		return;
	for (int f = 0; f < FIELDS; f++) {
		if (!too_long(whole, (enum field)f))
			continue;
		struct str text = str_of(command_text(whole, (enum field)f));
		struct str part = utf8_head(text, (size_t)field_kinds[f].max);
		while (part.n < text.n) {
			text = (struct str){text.p + part.n, text.n - part.n};
			part = utf8_head(text, 3900); /* with its heading a text of at most 4,000 */
			note(x, (enum field)f, part);
		}
	}
	act_changed(x, x->d);
}
