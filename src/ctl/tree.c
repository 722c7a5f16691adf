/*
 * tree.c - liandongctl --tree FILE: what our reader makes of a YAML file, every scalar a text, as JSON. With it
 * a test proves that a reader of YAML 1.1 takes each of the files that we ship for the same. Place: ctl.
 */
#include "base/arena.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "mechanism/yaml.h"

#include <stdio.h>

static void put(struct json *j, const char *key, const struct node *node)
{
	if (node->kind == NODE_SCALAR) {
		json_text(j, key, node->text);
	} else if (node->kind == NODE_MAP) {
		json_begin(j, key);
		for (const struct node *k = node->child; k; k = k->next)
			put(j, k->text, k->value);
		json_end(j);
	} else {
		json_list(j, key);
		for (const struct node *item = node->child; item; item = item->next)
			put(j, NULL, item);
		json_close(j);
	}
}

int ctl_tree(const char *file)
{
	struct arena *a = arena_new();
	struct problems p;
	struct buf out = {0};
	struct json j = json_to(&out);
	struct str bytes;
	const struct node *root = NULL;

	problems_init(&p, false);
	if (yaml_slurp(a, file, YAML_LONG_FILE_MAX, &bytes, &p))
		root = yaml_parse(a, file, bytes, YAML_LONG_FILE_MAX, &p);
	if (root) {
		put(&j, NULL, root);
		printf("%.*s\n", (int)out.n, out.p);
	}
	int code = root && p.errors == 0 ? EXIT_DONE : EXIT_REFUSED;
	buf_free(&out);
	problems_free(&p);
	arena_free(a);
	return code;
}
