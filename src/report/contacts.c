/*
 * contacts.c - see contacts.h. Place: report.
 */
#include "report/contacts.h"
#include "base/arena.h"
#include "base/json.h"
#include "domain/contact_change.h"
#include "mechanism/contact_edit.h"
#include "mechanism/problems.h"

static bool refuse_with(struct report_made *made, const struct report_ask *ask, enum error_code code,
    const char *zh, const char *en)
{
	made->code = code;
	made->detail = ask->english ? en : zh;
	return false;
}

static struct str bytes_of(const struct mechanism *m)
{
	for (int i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, UNITS_FILE) == 0)
			return m->files[i].bytes;
	return (struct str){0};
}

/* The map of that unit; NULL: there is none. */
static const struct node *unit_node(const struct node *root, const char *id)
{
	const struct node *units = root ? yaml_get(root, "units") : NULL, *one = units ? units->child : NULL;

	while (one && !text_eq(yaml_get(one, "id")->text, id))
		one = one->next;
	return one;
}

/* One contact, where the change has it. False: it does not stand on one line. */
static bool change(struct edits *e, const struct node *node, const struct unit *u, int i, struct str contacts)
{
	struct contact_wish w = {.phones = contact_change(e->a, contacts, i, CONTACT_PHONE),
	    .name = contact_change(e->a, contacts, i, CONTACT_NAME),
	    .title = contact_change(e->a, contacts, i, CONTACT_TITLE)};

	if (!w.phones && !w.name && !w.title)
		return true;
	return contact_edit(e, yaml_get(node, unit_contacts[i].key), unit_contact(u, i), &w);
}

static bool by_hand(const struct report_ask *ask, struct arena *a, const struct node *node, int i,
    struct report_made *made)
{
	const char *key = unit_contacts[i].key;
	int line = yaml_get(node, key)->line;

	return refuse_with(made, ask, ERROR_WRONG_STATE,
	    arena_printf(a,
		"units.yaml 第 %d 行的 %s 不是写在一行里的 "
		"{…},程序不能改:请管理员改这个文件,再不同意这份更改",
		line, key),
	    arena_printf(a,
		"units.yaml, line %d: %s is not written as {…} on one line and the program cannot change it: "
		"let an "
		"administrator edit the file, then reject this change",
		line, key));
}

bool contacts_file(const struct mechanism *m, const struct report_ask *ask, struct arena *a, struct str *file,
    struct report_made *made)
{
	const char *said = json_member_text(a, ask->contacts, "unit"), *id = said ? said : "";
	const struct unit *u = mechanism_unit(m, id);
	struct edits e = edits_of(a, bytes_of(m));
	struct buf b = {0};
	struct problems p;

	problems_init(&p, ask->english);
	const struct node *node = unit_node(yaml_parse(a, UNITS_FILE, e.bytes, e.bytes.n, &p), id);
	problems_free(&p);
	if (!u || !node)
		return refuse_with(made, ask, ERROR_NOT_FOUND, arena_printf(a, "现在没有成员单位 %s 了", id),
		    arena_printf(a, "there is no unit %s any more", id));
	for (int i = 0; i < UNIT_CONTACTS; i++)
		if (!change(&e, node, u, i, json_member(ask->contacts, "contacts")))
			return by_hand(ask, a, node, i, made);
	edits_apply(&e, &b);
	*file = buf_into(&b, a);
	return true;
}
