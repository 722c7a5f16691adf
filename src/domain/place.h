/*
 * place.h - which area an address or a description names, where the desk gave none.
 *
 * No area is not the city: 永福镇后孟村 lies in 永福镇, which hears of it, and no unit owes thirty minutes
 * there. Names are those of areas.yaml, compared folded (fold.h). A name that several areas have gives
 * none, unless their township is named, too. A township's name without 镇, 乡 or 街道 counts only at the
 * beginning of an address, alone or before a village: 永福路 is a street of the city.
 */
#ifndef DOMAIN_PLACE_H
#define DOMAIN_PLACE_H
#include "domain/mechanism.h"

#define PLACES_MOST 8

/* The areas that are named, the innermost alone of those that lie in each other. One is the place; two
 * are for the desk to decide. */
struct place_named {
	const struct area *named[PLACES_MOST];
	int n;
};

/* Built from the areas in the mechanism's arena. */
struct place_index *place_index_new(const struct mechanism *m);
/* Either text may be NULL. */
void place_find(const struct mechanism *m, const char *address, const char *description,
    struct place_named *out);
/* What a folded address goes on with behind the names of what the city lies in: 福建省漳平市, 市区. */
const char *place_skip_within(const struct mechanism *m, const char *folded);
/* The township whose whole name it begins with, and what follows; NULL if there is none. */
const struct area *place_township(const struct mechanism *m, const char *folded, const char **rest);

#endif
