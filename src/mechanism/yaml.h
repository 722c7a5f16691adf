/*
 * yaml.h - the YAML we accept, as a tree of nodes that know where they stand.
 *
 * A strict part of YAML 1.2: mappings, lists and scalars, nothing else. No aliases, anchors, tags,
 * merge keys, directives, second documents, duplicate keys; no depth beyond 16. Bytes are looked at
 * before libyaml sees them (size, encoding, control characters, tabs), so that what editors and
 * copying do to a file is named as such. Scalars stay texts: what they mean is shape.h's to say.
 */
#ifndef MECHANISM_YAML_H
#define MECHANISM_YAML_H
#include "base/arena.h"
#include "mechanism/problems.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	bool plain; /* a scalar without quotes: YAML may take it for something else than text */
	bool flow;  /* a list in brackets */
	bool bad;   /* reported already; readers pass over it in silence */
	int line, column;
	int length; /* characters of its first line; 1: not known */
	const char *file;
	const char *text;   /* scalars */
	int n;              /* items, or keys */
	struct node *child; /* first item, or first key */
	struct node *next;
	struct node *value; /* of a key */
};

#define YAML_DEPTH_MAX 16
#define YAML_KEYS_MAX 1000
#define YAML_FILE_MAX ((size_t)1 << 20)      /* units, areas, calendar, policy, contacts, options */
#define YAML_LONG_FILE_MAX ((size_t)4 << 20) /* categories, routing, routing-tests */
#define CASES_FILE_MAX ((size_t)16 << 20)    /* cases.jsonl */

/* The root of a file; an empty file is an empty mapping. NULL, with problems, where nothing can be
 * read from it; where a node could be read but is not allowed it stands there as `bad`. */
struct node *yaml_parse(struct arena *a, const char *file, struct str bytes, size_t most, struct problems *p);
/* A character that is not seen and makes keys and keywords differ that look the same. */
bool yaml_invisible(uint32_t c);
/* Do both say the same? What follows them in their list counts, too. */
bool yaml_same(const struct node *a, const struct node *b);
/* The value of a key; NULL if there is none. */
const struct node *yaml_get(const struct node *map, const char *key);
/* A whole regular file of at most `most` bytes into the arena; false with a problem. */
bool yaml_slurp(struct arena *a, const char *path, size_t most, struct str *out, struct problems *p);

/* What is wrong with a node, at its place; the general kind of error where none of its own fits. */
#define yaml_problem(p, code, node, ...)                                                                     \
	yaml_spot(problems_add((p), (code), (node)->file, (node)->line, (node)->column, __VA_ARGS__), (node))
#define yaml_error(p, node, ...) yaml_problem((p), PROBLEM_VALUE, (node), __VA_ARGS__)
/* The problem (NULL: it was not kept) is as long as the node. Returns it. */
struct problem *yaml_spot(struct problem *one, const struct node *node);
/* Where a node stands. */
struct spot yaml_place(const struct node *node);

#endif
