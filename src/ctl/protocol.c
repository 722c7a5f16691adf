/*
 * protocol.c - liandongctl --protocol: the command table as JSON, for programs that speak the protocol,
 * for the tables of docs/PROTOCOL.md (scripts/tables.py) and for the tests.
 */
#include "ctl/ctl.h"
#include "base/arena.h"

static const char *const type_names[] = {
    [TYPE_TEXT] = "text",
    [TYPE_NUMBER] = "number",
    [TYPE_CODE] = "code",
    [TYPE_CODES] = "codes",
    [TYPE_TIME] = "time",
    [TYPE_DURATION] = "duration",
    [TYPE_BOOL] = "bool",
    [TYPE_INT] = "int",
    [TYPE_DEGREES] = "degrees",
    [TYPE_NAME] = "name",
    [TYPE_FILES] = "files",
    [TYPE_BYTES] = "base64",
    [TYPE_CONTACTS] = "contacts",
};

static json_t *field(struct arena *a, enum field f, bool required, bool expected)
{
	const struct field_kind *k = &field_kinds[f];
	json_t *names = k->n_names ? json_array() : NULL;
	for (int i = 0; i < k->n_names; i++)
		json_array_append_new(names, json_string(k->names[i]));
	return json_pack("{s:s, s:b, s:b, s:s, s:I, s:I, s:o*, s:s}", "name", field_full_name(a, f),
	    "required", required, "expected", expected, "type", type_names[k->type], "min",
	    (json_int_t)k->min, "max", (json_int_t)k->max, "names", names, "about", k->about);
}

/* The required ones first, then those that should be there, `key` last. */
static json_t *fields(struct arena *a, const struct command_kind *k)
{
	json_t *list = json_array();
	for (int pass = 0; pass < 4; pass++)
		EACH_FIELD(f, fields_both(k->required, k->optional)) {
			int belongs = field_in(k->required, f) ? 0
			    : field_in(k->expected, f)         ? 1
			    : f == FIELD_KEY                   ? 3
							       : 2;
			if (belongs == pass)
				json_array_append_new(list, field(a, f, pass == 0, pass == 1));
		}
	return list;
}

static json_t *roles(unsigned set)
{
	json_t *list = json_array();
	for (int i = 0; i < ROLES; i++)
		if (set & 1u << i)
			json_array_append_new(list, json_string(role_names[i]));
	return list;
}

int ctl_protocol(void)
{
	static const char *const acts[] = {[NO_ACT] = NULL,
	    [ON_INCIDENT] = "incident",
	    [ON_DISPATCH] = "dispatch",
	    [ON_REQUEST] = "request",
	    [ON_FINDING] = "finding"};
	struct arena *a = arena_new();
	json_t *all = json_array();
	for (int i = 0; i < COMMANDS; i++) {
		const struct command_kind *k = &command_kinds[i];
		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:o, s:b, s:b, s:b, s:s*, s:o}", "name", k->name, "about",
			k->about.zh, "roles", roles(k->roles), "changes",
			command_changes((enum command_kind_id)i), "own", k->own, "internal", k->internal,
			"act", acts[k->act], "fields", fields(a, k)));
	}
	ctl_print_json(all);
	json_decref(all);
	arena_free(a);
	return EXIT_DONE;
}
