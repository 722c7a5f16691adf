/*
 * address.h - the place that an address names, so that it is one however it is written: 八一路100号,
 * 漳平市菁城街道八一路一百號, 八一路 100#; 八一路与和平路交叉口, 和平路八一路路口.
 */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H
#include "domain/mechanism.h"

struct address_key {
	uint64_t place;    /* 0: the text names none (无, 不详, the city alone, a township alone) */
	uint64_t district; /* the township or sub-district that it begins with; 0 none */
};

/* The mechanism's areas and `within` are what an address may begin with. */
struct address_key address_key(const struct mechanism *m, const char *text);
/* Are both one place? A township that one of them does not say may be any. */
bool address_same(struct address_key a, struct address_key b);

#endif
