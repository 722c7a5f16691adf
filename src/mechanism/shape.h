/*
 * shape.h - what a YAML mapping may hold, as a table: one list that reads it, says what was
 * expected, finds what was meant, and is compared with config/schema by a test.
 *
 * A shape is the table of one mapping's keys. Each key names the function that reads its value into
 * the struct the shape describes. A reader reports what is wrong at the value's place and leaves the
 * member as it was; nothing stops at the first error. References to other members of the mechanism
 * wait (shape_later) until every file is read, so the order of files means nothing.
 */
#ifndef MECHANISM_SHAPE_H
#define MECHANISM_SHAPE_H
#include "domain/mechanism.h"
#include "mechanism/yaml.h"

struct pending_reference;

struct reading {
	struct arena *arena; /* what is read lives here */
	struct problems *problems;
	struct mechanism *m; /* NULL while options are read */
	struct pending_reference *first, **last;
};

struct key;
typedef void shape_reader(struct reading *r, const struct node *value, void *base, const struct key *key);

struct shape {
	const struct key *keys;
	int n_keys;
	size_t size;         /* of the struct it describes */
	const void *initial; /* its members' values where a key is absent; NULL: zero */
	/* After the keys: what concerns more than one of them. */
	void (*done)(struct reading *r, const struct node *map, void *base);
};

struct key {
	const char *name;
	shape_reader *read;
	size_t offset; /* of the member in the shape's struct */
	size_t count;  /* of the member that holds how many, for lists */
	bool required;
	const char *now; /* the key is an old word for this one: read with a warning, and in no schema */
	const struct shape *shape; /* of a nested mapping, or of each of a list's */
	const char *unique;        /* of a list of mappings: this key's value may occur once */
	const char *const *names;  /* the words it may be */
	int n_names;
	int64_t least, most; /* of numbers, durations and sizes; most 0: no bound */
};

/* A key that is read into a member of `type`; then further members of struct key. */
#define SHAPE_KEY(text, reader, type, member, ...)                                                           \
	{                                                                                                    \
		.name = (text), .read = (reader), .offset = offsetof(type, member), __VA_ARGS__              \
	}
#define SHAPE_KEYS(table) .keys = (table), .n_keys = (int)(sizeof(table) / sizeof((table)[0]))
#define SHAPE_NAMES(table, from)                                                                             \
	.names = (table) + (from), .n_names = (int)(sizeof(table) / sizeof((table)[0])) - (from)
#define SHAPE_AT(type, base, where) ((type *)(void *)((char *)(base) + (where)))

/* Reads a mapping into the struct at base (which gets the initial values first). */
bool shape_read(struct reading *r, const struct node *map, const struct shape *shape, void *base);

/* -- readers ------------------------------------------------------------------------------------ */

shape_reader shape_text;       /* const char *: words for people, not empty */
shape_reader shape_code;       /* const char *: a code; digits need no quotes */
shape_reader shape_id;         /* const char *: a name we give, a-z 0-9 -, no reserved word */
shape_reader shape_bool;       /* bool: true, false and nothing else */
shape_reader shape_bool_not;   /* bool: the opposite of what is written */
shape_reader shape_int;        /* int */
shape_reader shape_int64;      /* int64_t */
shape_reader shape_duration;   /* int64_t milliseconds: 30s 5m 1h30m 3d */
shape_reader shape_size;       /* int64_t bytes: 64KiB 512MiB 1GiB, or plain bytes */
shape_reader shape_word;       /* int-sized enum: the index in names */
shape_reader shape_span;       /* struct span: "HH:MM-HH:MM" within a day */
shape_reader shape_night;      /* struct span: the same, and it may pass midnight */
shape_reader shape_map;        /* a struct in place, by key.shape */
shape_reader shape_maps;       /* array and count of structs, by key.shape */
shape_reader shape_phones;     /* the member `phone` of a struct contact, and its other phones */
shape_reader shape_words;      /* const char ** and count: keywords of a category (words.c) */
shape_reader shape_rule_words; /* the same, of a rule */
shape_reader shape_unless;     /* the same, of words that take a keyword back */
shape_reader shape_patterns;   /* the same: codes of categories, exact or with * at the end; each must
                                match a category, "none" only where names has it */

shape_reader shape_secret_file; /* const char *: the name of a file in the folder of secrets (notices.c) */
shape_reader shape_url;         /* const char *: where something is sent */
shape_reader shape_modes;       /* struct mode_rule array and count, by their names (modes.c) */
extern const struct shape mode_shape;

/* Of one scalar, for readers of other kinds; false where it was reported. */
bool shape_get_text(struct reading *r, const struct node *value, const char **out);
bool shape_get_code(struct reading *r, const struct node *value, const char **out);
/* A code that names a member, or a name in its place: what resolves it says which code was meant. */
bool shape_get_ref(struct reading *r, const struct node *value, const char **out);
bool shape_get_word(struct reading *r, const struct node *value, const char *const *names, int n, int *out);
/* "3 working-days"; false where it is no such text. One with another number was reported: true. */
bool shape_get_workdays(struct reading *r, const struct node *value, int *days);
extern const char *const shape_hours[2]; /* "office", "closed" */
/* "HH:MM" as minutes of the day. */
bool shape_is_minute(const char *text, int *out);
/* The same of a value; false where it was reported. */
bool shape_get_minute(struct reading *r, const struct node *value, int *out);
/* Minutes of the day from-to; wraps: from > to is allowed. */
bool shape_get_span(struct reading *r, const struct node *value, bool wraps, struct span *out);
/* A list; where `single` one scalar counts as a list of one. The first item and how many. */
bool shape_get_list(struct reading *r, const struct node *value, bool single, const struct node **first,
    int *n);
/* Not what was expected: says both. */
void shape_wrong(struct reading *r, const struct node *value, const char *zh, const char *en);
/* A keyword that holds one of the unless-words takes itself back; denied_counts: even where it denies it. NULL: no
 * such list. */
void words_taken_back(struct reading *r, const struct node *keywords, const struct node *unless,
    bool denied_counts);
/* 甲，乙 as "甲, 乙"; NULL: it is no list of words (words.c). */
const char *words_parted(struct arena *a, struct str text);
/* 【甲，乙】 as "[甲, 乙]"; NULL: it has no such brackets around it. */
const char *words_in_brackets(struct arena *a, const char *text);
/* An old word that is read for one more version: says what to write instead. */
void shape_old_word(struct reading *r, const struct node *at, const char *now);
/* The value of a key, or of the old word for it; NULL: neither is there. */
const struct node *shape_value(const struct node *map, const struct shape *shape, const char *name);
/* The same scalar twice in a list. */
void shape_check_repeats(struct reading *r, const struct node *list);
/* The nearest of names, within an edit distance worth suggesting; NULL where none is near. */
const char *shape_nearest(const char *text, const char *const *names, int n);

/* -- references --------------------------------------------------------------------------------- */

typedef void shape_resolve(struct reading *r, const struct node *value, void *at);
/* Calls resolve when all files are read. */
void shape_later(struct reading *r, const struct node *value, void *at, shape_resolve *resolve);
void shape_resolve_all(struct reading *r);

shape_reader shape_unit_ref;       /* const struct unit * */
shape_resolve shape_find_unit;     /* at: const struct unit ** */
shape_resolve shape_find_area;     /* at: const struct area ** */
shape_resolve shape_find_category; /* at: const struct category ** */
shape_resolve shape_find_pattern;  /* at is not used: some category matches the pattern */
/* The category that the node names; NULL where there is none, which is reported. */
const struct category *shape_category_of(struct reading *r, const struct node *value);
/* Warns where this category (NULL: none) is retired: its code leads to its heir. */
void shape_retired(struct reading *r, const struct node *value, const struct category *category);
/* No unit is named twice among lead, assist and inform of a category or rule. */
void shape_parts_once(struct reading *r, const struct node *map, void *base);
/* Units by their ids, and `township`, which sets *township (NULL: not allowed here). */
void shape_units(struct reading *r, const struct node *value, const struct unit ***out, int *n,
    bool *township);

/* -- the files ---------------------------------------------------------------------------------- */

/* The roots: units, areas, categories and contacts read into struct mechanism, the others into its
 * member of that name. */
extern const struct shape units_shape, areas_shape, categories_shape, calendar_shape, policy_shape,
    contacts_shape, rosters_shape, routing_shape;
extern const struct shape notices_shape;  /* struct notices */
extern const struct shape exchange_shape; /* struct exchange_partners */
extern const struct shape rubric_shape;   /* policy.yaml's rubric, struct rubric */
/* Parts of policy.yaml, read into struct policy (requests.c). */
extern const struct shape decisions_shape, returns_shape, extend_shape, measures_shape;
extern const struct shape tests_shape;              /* routing-tests.yaml, struct test_file */
const struct shape *options_shape(struct arena *a); /* liandong.yaml, struct options; by options.def */

/* What is left to do when every reference stands: zones of child areas, townships. The lists are
 * those of areas.yaml and units.yaml. */
void units_finish(struct reading *r, const struct node *units);
void areas_finish(struct reading *r, const struct node *areas, const struct node *units);
/* cases.jsonl, which is no YAML; the categories stand. */
void cases_read(struct reading *r, const char *file, struct str bytes);
/* Each unit finds its roster. */
void rosters_finish(struct mechanism *m);
/* Holes of a tier 1 unit's roster and overlaps of its shifts are errors, at `unit` and in the list `shifts`. */
void rosters_check(const struct mechanism *m, const struct roster *roster, const struct node *unit,
    const struct node *shifts, int64_t now, struct problems *p);

#endif
