/*
 * contacts.c - liandongctl contacts propose, list: the contacts that units propose to change, beside the present ones.
 */
#include "base/arena.h"
#include "ctl/ctl.h"
#include "domain/contact_change.h"

#include <stdio.h>

/* -- propose ---------------------------------------------------------------------------------- */

static json_t *object_in(json_t *all, const char *key)
{
	json_t *one = json_object_get(all, key);

	if (!one)
		json_object_set_new(all, key, one = json_object());
	return one;
}

/* duty.phone=0597-7530000 into {"duty": {"phone": …}}; false: it is written otherwise. What it names is the daemon's to judge. */
static bool put_change(struct arena *a, json_t *contacts, const char *word)
{
	const char *dot = strchr(word, '.'), *is = strchr(word, '=');

	if (!dot || !is || dot > is)
		return false;
	const char *who = arena_str(a, (struct str){word, (size_t)(dot - word)});
	const char *member = arena_str(a, (struct str){dot + 1, (size_t)(is - dot - 1)});
	json_object_set_new(object_in(contacts, who), member, json_string(is + 1));
	return true;
}

int ctl_contacts_propose(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--why"}};
	json_t *contacts = json_object();

	argc = ctl_parse(ctl, argc, argv, o, 1);
	for (int i = 1; i < argc; i++)
		if (!put_change(ctl->arena, contacts, argv[i])) {
			json_decref(contacts);
			return ctl_usage(ctl,
			    say("应写成 duty.phone=电话,现为 %s", "expected duty.phone=NUMBER, got %s"),
			    argv[i]);
		}
	if (argc < 2) {
		json_decref(contacts);
		return argc < 0 ? EXIT_USAGE
				: ctl_usage(ctl, say("需要%s", "%s is expected"),
				      say("单位和要改的项", "a unit and what is to be changed"));
	}
	json_t *params =
	    json_pack("{s:s, s:o, s:s*}", "unit", argv[0], "contacts", contacts, "why", o[0].value);
	json_t *r = ctl_call(ctl, "contacts.propose", params);
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(say("已提出,等联动办确认:申请 %s\n",
			   "proposed, to be confirmed by the office: request %s\n"),
		    ctl_text(r, "request"));
	json_decref(r);
	return EXIT_DONE;
}

/* -- list ------------------------------------------------------------------------------------- */

/* The present contact, of unit.list. */
static const char *now_of(struct arena *a, const json_t *units, const char *unit, int contact, int member)
{
	const json_t *one, *phone, *is = NULL;
	const char *text = "";
	size_t i;

	json_array_foreach(units, i, one)
		if (text_eq(ctl_text(one, "unit"), unit))
			is = json_object_get(one, unit_contacts[contact].key);
	if (member != CONTACT_PHONE)
		return ctl_text(is, contact_member_names[member]);
	json_array_foreach(json_object_get(is, "phones"), i, phone) {
		const char *extension = ctl_text(phone, "extension");

		text = arena_printf(a, "%s%s%s%s%s", text, i ? say("、", ", ") : "", ctl_text(phone, "phone"),
		    *extension ? say("转", " ext. ") : "", extension);
	}
	return text;
}

static void put_rows(struct ctl *ctl, struct table *t, const json_t *e, const json_t *units)
{
	const json_t *contacts = json_object_get(e, "contacts");

	for (int i = 0; i < UNIT_CONTACTS; i++)
		for (int k = 0; k < CONTACT_MEMBERS; k++) {
			const json_t *one = json_object_get(contacts, unit_contacts[i].key);
			const char *to = ctl_text(one, contact_member_names[k]);
			const char *cells[] = {ctl_text(e, "request"), ctl_text(e, "unit_name"),
			    ctl_word(ctl_text(e, "state")), ctl_when(ctl, ctl_text(e, "at")),
			    arena_printf(ctl->arena, "%s.%s", unit_contacts[i].key, contact_member_names[k]),
			    now_of(ctl->arena, units, ctl_text(e, "unit"), i, k), to, ctl_text(e, "by"),
			    *ctl_text(e, "reason") ? ctl_text(e, "reason") : ctl_text(e, "why")};

			if (*to)
				table_row(t, cells);
		}
}

int ctl_contacts_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"申请", "request"}, {"单位", "unit"}, {"状态", "state"},
	    {"提出", "asked"}, {"项", "item"}, {"现在", "now"}, {"改为", "to be"}, {"账号", "account"},
	    {"缘由", "why"}};
	struct ctl_option o[] = {{.name = "--unit"}, {.name = "--limit"}, {.name = "--cursor"}};
	struct table t;
	json_t *e;
	size_t i;

	if ((argc = ctl_parse(ctl, argc, argv, o, 3)) != 0)
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[0]);
	json_t *params = json_pack("{s:s*, s:s*}", "unit", o[0].value, "cursor", o[2].value);
	if (o[1].value)
		json_object_set_new(params, "limit", json_integer(strtoll(o[1].value, NULL, 10)));
	json_t *r = ctl_call(ctl, "contacts.list", params),
	       *u = r ? ctl_call(ctl, "unit.list", json_object()) : NULL;
	if (!u) {
		json_decref(r);
		return EXIT_REFUSED;
	}
	table_init(&t, ctl->arena, heads, 9);
	json_array_foreach(json_object_get(r, "proposals"), i, e)
		put_rows(ctl, &t, e, json_object_get(u, "units"));
	json_decref(u);
	return ctl_show_list(ctl, r, &t);
}
