/*
 * check.h - one look at a mechanism that loads, for what is allowed but hardly meant. Private to check*.c.
 *
 * The files are parsed once more, so that each warning stands where its words stand: the n-th item of a list
 * in the file is the n-th member of the mechanism's array, for nothing is left out of a mechanism that loads.
 */
#ifndef MECHANISM_CHECK_H
#define MECHANISM_CHECK_H
#include "domain/mechanism.h"
#include "mechanism/yaml.h"

/* The items of a file's main list, or the keys of its main map, in the order of the mechanism's array. */
struct site_list {
	const char *file; /* as problems show it */
	const struct node **v;
	int n;
};

struct scrutiny {
	const struct mechanism *m;
	int64_t now;
	struct problems *p;
	struct site_list areas, categories, channels, contacts, expires, ladder, people, recipients, rosters,
	    rules, units;
	const struct node *policy; /* the file as a map; NULL: there is none */
	const char *calendar;      /* its file */
};

/* A file of the mechanism as problems show it; folder NULL: by its name alone. */
const char *check_shown(const struct scrutiny *c, const char *folder, const char *name);
/* The file as a tree; NULL: there is no such file. */
const struct node *check_root(const struct scrutiny *c, const char *folder, const char *name);
/* The sites of a file's list or map `key`. */
struct site_list check_sites(struct scrutiny *c, const char *folder, const char *name, const char *key);
/* Where the i-th item's key stands (its value), the item itself where it has no such key. */
const struct node *check_site(const struct site_list *list, int i, const char *key);
/* The n-th item of a list; what is no list, or is shorter, stands for it. */
const struct node *check_nth(const struct node *list, int n);
/* Limits that no city means: the graver class has more time, a reminder comes after the limit. */
void check_limits(const struct scrutiny *c);
/* Numbers that stand for none, and one duty phone of two units. */
void check_phones(const struct scrutiny *c);
/* Rules that never match, keywords that never decide, rules that overlap with another result. */
void check_rules(const struct scrutiny *c);
/* Categories that some zone or hours leave without a lead. */
void check_cells(const struct scrutiny *c);
/* Channels and recipients of notices.yaml that would not reach the person; units that are told nothing. */
void check_notices(const struct scrutiny *c);

#endif
