/*
 * acts.c - the acts of the command table as commands of liandongctl.
 *
 * What an act must have is written in its place, the incident or the dispatch first; the rest is
 * options. Everything can be an option, and `text` (the `reason` of a decision), where it is not required, may come last
 * without its name. Values are not checked here but where JSON wants another kind than a text: the daemon says it
 * better.
 */
#include "ctl/acts.h"
#include "base/arena.h"
#include "base/time.h"
#include <ctype.h>
#include <stdio.h>

/* The parameters of an act as options; in.v[f].value is what was given. */
struct given {
	struct ctl_option v[FIELDS];
	enum field fields[FIELDS];
	int n;
};

/* What programs give and people do not type. */
#define UNTYPED FIELD_SET(FIELD_KEY, FIELD_IF_MATCH, FIELD_STEP_LON, FIELD_STEP_LAT)

static enum field target(enum command_kind_id kind)
{
	static const enum field targets[ACTS_ON] = {[ON_INCIDENT] = FIELD_NUMBER,
	    [ON_DISPATCH] = FIELD_DISPATCH,
	    [ON_REQUEST] = FIELD_REQUEST,
	    [ON_FINDING] = FIELD_FINDING};
	return targets[command_kinds[kind].act];
}

/* What a command that is no act is about: it is written first. */
static enum field noun(enum command_kind_id kind)
{
	static const enum field nouns[] = {
	    FIELD_MODE, FIELD_PERIOD, FIELD_MEETING, FIELD_ACCOUNT, FIELD_OWNER_UNIT, FIELD_MONTH};
	for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
		if (field_in(command_kinds[kind].required, nouns[i]))
			return nouns[i];
	return FIELDS;
}

/* What may come last without its name: the text, and of a decision its reason; FIELDS: neither. */
static enum field last_word(enum command_kind_id kind)
{
	const struct command_kind *k = &command_kinds[kind];
	if (field_in(k->optional, FIELD_TEXT))
		return FIELD_TEXT;
	return field_in(k->required, FIELD_GRANT) && field_in(k->optional, FIELD_REASON) ? FIELD_REASON
											 : FIELDS;
}

/* What is written in its place, in this order; n of them, the last *optional where it may be missing. */
static int places(enum command_kind_id kind, enum field out[FIELDS], bool *optional)
{
	const struct command_kind *k = &command_kinds[kind];
	int n = 0;
	enum field first = k->act != NO_ACT ? target(kind) : noun(kind);
	if (first != FIELDS)
		out[n++] = first;
	EACH_FIELD(f, k->required)
		if (f != first)
			out[n++] = f;
	*optional = last_word(kind) != FIELDS;
	if (*optional)
		out[n++] = last_word(kind);
	return n;
}

const char *acts_option(struct arena *a, enum field f)
{
	char *name = arena_text(a, field_kinds[f].name);
	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = '-';
	return name;
}

/* -- how it is written ---------------------------------------------------------------------- */

#define NAMES_SHOWN 5 /* a longer list is in PROTOCOL.md */

static void put_value(struct buf *b, enum field f)
{
	const struct field_kind *k = &field_kinds[f];
	int n = k->n_names > NAMES_SHOWN ? 0 : k->n_names;
	if (k->type == TYPE_BOOL)
		buf_text(b, "true|false");
	for (int i = 0; i < n; i++)
		buf_printf(b, "%s%s", i ? "|" : "", k->names[i]);
	if (k->type == TYPE_BOOL || n > 0)
		return;
	for (const char *c = k->name; *c && say_english(); c++)
		buf_char(b, *c == '_' ? ' ' : (char)toupper((unsigned char)*c));
	if (!say_english())
		buf_text(b, k->about);
}

const char *acts_usage(struct arena *a, enum command_kind_id kind)
{
	const struct command_kind *k = &command_kinds[kind];
	enum field in_place[FIELDS];
	struct buf b = {0};
	bool optional;
	int n = places(kind, in_place, &optional);
	for (int i = 0; i < n; i++) {
		bool may_miss = optional && i + 1 == n;
		buf_text(&b, may_miss ? " [" : i ? " " : "");
		put_value(&b, in_place[i]);
		buf_text(&b, may_miss ? "]" : "");
	}
	EACH_FIELD(f, fields_but(k->optional, UNTYPED)) {
		if (f == last_word(kind))
			continue;
		buf_printf(&b, " [--%s ", acts_option(a, f));
		put_value(&b, f);
		buf_char(&b, ']');
	}
	const char *text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}

/* -- what was given ------------------------------------------------------------------------- */

static void know_options(struct ctl *ctl, enum command_kind_id kind, struct given *g)
{
	*g = (struct given){0};
	EACH_FIELD(f, fields_but(command_fields(kind), UNTYPED)) {
		g->fields[g->n] = f;
		g->v[g->n++].name = arena_printf(ctl->arena, "--%s", acts_option(ctl->arena, f));
	}
}

static struct ctl_option *given(struct given *g, enum field f)
{
	int i = 0;
	while (i < g->n && g->fields[i] != f)
		i++;
	return i < g->n ? &g->v[i] : NULL;
}

/* A required text that is missing is what --text says: `dispatch complete D --text 修好了`. */
static void text_serves(struct given *g, enum field f)
{
	struct ctl_option *text = given(g, FIELD_TEXT), *wanted = given(g, f);
	if (!text || text == wanted || wanted->value || field_kinds[f].type != TYPE_TEXT)
		return;
	wanted->value = text->value;
	text->value = NULL;
}

/* The plain words into what is written in its place and was not given as an option. */
static int place_words(struct ctl *ctl, struct given *g, int argc, char **argv)
{
	enum field in_place[FIELDS];
	bool optional;
	enum command_kind_id kind = ctl->command->act;
	int n = places(kind, in_place, &optional), used = 0;
	for (int i = 0; i < n; i++) {
		struct ctl_option *o = given(g, in_place[i]);
		if (!o->value && used < argc)
			o->value = argv[used++];
		if (!optional || i + 1 < n)
			text_serves(g, in_place[i]);
		if (!o->value && !(optional && i + 1 == n))
			return ctl_usage(ctl, say("需要%s", "%s is expected"),
			    say(field_kinds[in_place[i]].about, field_kinds[in_place[i]].name));
	}
	if (used < argc)
		return ctl_too_many(ctl, argv[used]);
	return EXIT_DONE;
}

/* -- as JSON -------------------------------------------------------------------------------- */

/* The value as JSON has it; NULL with the sentence printed. */
static json_t *as_json(struct ctl *ctl, enum field f, const char *text)
{
	struct command c = {.kind = ctl->command->act};
	struct refusal why;
	enum field_type type = field_kinds[f].type;
	if (type == TYPE_TIME) {
		const char *instant =
		    ctl_instant(ctl, text, f == FIELD_ETA || f == FIELD_UNTIL ? WHEN_AHEAD : WHEN_PAST,
			f == FIELD_UNTIL || f == FIELD_TO);
		return instant ? json_string(instant) : NULL;
	}
	if (type == TYPE_CODES)
		return ctl_codes(text);
	if (type != TYPE_BOOL && type != TYPE_INT && type != TYPE_DEGREES)
		return json_string(text);
	if (!command_parse_field(&c, ctl->arena, f, str_of(text), &why)) {
		ctl_fail("%s", ctl->english ? why.en : why.zh);
		return NULL;
	}
	int64_t v = command_int(&c, f);
	return type == TYPE_BOOL ? json_boolean(v)
	    : type == TYPE_INT   ? json_integer(v)
				 : json_real((double)v / 1e6);
}

static json_t *parameters(struct ctl *ctl, const struct given *g)
{
	json_t *all = json_object();
	for (int i = 0; i < g->n; i++) {
		const struct field_kind *k = &field_kinds[g->fields[i]];
		if (!g->v[i].value)
			continue;
		json_t *v = as_json(ctl, g->fields[i], g->v[i].value);
		if (!v) {
			json_decref(all);
			return NULL;
		}
		json_t *in = k->object ? json_object_get(all, k->object) : all;
		if (!in)
			json_object_set_new(all, k->object, in = json_object());
		json_object_set_new(in, k->name, v);
	}
	return all;
}

/* -- the answer ----------------------------------------------------------------------------- */

/* 申请 N1.r1 申请改派 待决定 由接警台决定,时限 … */
static void show_request(struct ctl *ctl, const json_t *r)
{
	bool open = strcmp(ctl_text(r, "state"), "pending") == 0;
	printf(say("申请 %s %s %s", "request %s %s %s"), ctl_text(r, "request"), ctl_text(r, "kind_name"),
	    ctl_text(r, "state_name"));
	if (open)
		printf(say(" 由%s决定,时限 %s", ", decided by %s, due %s"), ctl_text(r, "decider_name"),
		    ctl_when(ctl, ctl_text(r, "due")));
	putchar('\n');
}

static void show_entry(const json_t *r, const json_t *entry)
{
	const json_t *confirmed = json_object_get(entry, "confirmed");

	if (confirmed)
		printf(say("%s %s:确认 %lld 项%s\n", "%s %s: %lld confirmed%s\n"),
		    ctl_text(entry, "unit_name"), ctl_text(entry, "name"),
		    (long long)json_integer_value(confirmed),
		    json_is_true(json_object_get(entry, "more"))
			? say(",还有,请再确认一次", "; there are more: confirm again")
			: "");
	printf(say("台账 %lld 已记录%s%s(序号 %lld)\n", "entry %lld recorded%s%s (seq %lld)\n"),
	    (long long)json_integer_value(json_object_get(entry, "entry")),
	    *ctl_text(r, "request") ? say(",申请 ", ", request ") : "", ctl_text(r, "request"),
	    (long long)json_integer_value(json_object_get(r, "seq")));
}

static void show(struct ctl *ctl, const json_t *r)
{
	const json_t *d = json_object_get(r, "dispatch"), *request = json_object_get(r, "request"),
		     *entry = json_object_get(r, "entry");
	if (json_is_object(request))
		show_request(ctl, request);
	if (json_is_object(d))
		printf("%s %s %s\n", ctl_text(d, "dispatch"), ctl_text(d, "unit_name"),
		    ctl_text(d, "state_name"));
	else if (json_is_object(entry))
		show_entry(r, entry);
	else if (*ctl_text(r, "incident"))
		printf(say("警情 %s 已记录,%s(序号 %lld)\n", "incident %s recorded, %s (seq %lld)\n"),
		    ctl_text(r, "incident"), ctl_text(r, "state_name"),
		    (long long)json_integer_value(json_object_get(r, "seq")));
	ctl_show_main(r);
	ctl_show_warnings(r);
}

int acts_run(struct ctl *ctl, int argc, char **argv)
{
	struct given g;
	know_options(ctl, ctl->command->act, &g);
	argc = ctl_parse(ctl, argc, argv, g.v, g.n);
	if (argc < 0 || place_words(ctl, &g, argc, argv) != EXIT_DONE)
		return EXIT_USAGE;
	json_t *params = parameters(ctl, &g);
	json_t *r = params ? ctl_call(ctl, command_kinds[ctl->command->act].name, params) : NULL;
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		show(ctl, r);
	json_decref(r);
	return EXIT_DONE;
}
