/*
 * check_sites.c - where things stand in a mechanism's files, for the warnings about them; see check.h.
 * Place: mechanism, beneath check.c and its parts.
 */
#include "mechanism/check.h"
#include "base/arena.h"

static const struct mechanism_file *file_of(const struct mechanism *m, const char *name)
{
	for (int i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, name) == 0)
			return &m->files[i];
	return NULL;
}

const char *check_shown(const struct scrutiny *c, const char *folder, const char *name)
{
	return folder ? arena_printf(c->p->arena, "%s/%s", folder, name) : name;
}

/* The files were read without an error before, and what is odd about their words was said then. */
const struct node *check_root(const struct scrutiny *c, const char *folder, const char *name)
{
	const struct mechanism_file *file = file_of(c->m, name);
	const char *as = check_shown(c, folder, name);
	const struct node *root;
	struct problems quiet;

	if (!file)
		return NULL;
	problems_init(&quiet, c->p->english);
	root = yaml_parse(c->p->arena, as, file->bytes, YAML_LONG_FILE_MAX, &quiet);
	problems_source(c->p, as, file->bytes);
	problems_free(&quiet);
	return root;
}

struct site_list check_sites(struct scrutiny *c, const char *folder, const char *name, const char *key)
{
	const struct node *root = check_root(c, folder, name), *items = root ? yaml_get(root, key) : NULL;
	const struct node *item = items && items->kind != NODE_SCALAR ? items->child : NULL;
	struct site_list list = {.file = check_shown(c, folder, name)};

	list.v = arena_new_array(c->p->arena, const struct node *, (size_t)(items ? items->n : 0) + 1);
	for (; item; item = item->next)
		list.v[list.n++] = item;
	return list;
}

const struct node *check_nth(const struct node *list, int n)
{
	const struct node *item = list->kind == NODE_LIST ? list->child : NULL;

	for (; item && n > 0; n--)
		item = item->next;
	return item ? item : list;
}

/* A mechanism that was not read from files (a test's) has no nodes: then it is the whole file. */
const struct node *check_site(const struct site_list *list, int i, const char *key)
{
	static const struct node nowhere = {.kind = NODE_MAP, .text = ""};
	const struct node *item = i < list->n ? list->v[i] : &nowhere, *value = yaml_get(item, key);

	return value ? value : item;
}
