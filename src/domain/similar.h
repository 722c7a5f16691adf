/*
 * similar.h - may two incidents be one matter? Ten callers, one pipe.
 *
 * The same kind of matter, near in time, and one caller, one address or one place. What a text names is
 * compared, not how it is written (phone.h, address.h, datum.h), and what is written if nothing is known
 * (无, 110, 0/0) is like nothing.
 */
#ifndef DOMAIN_SIMILAR_H
#define DOMAIN_SIMILAR_H
#include "domain/address.h"
#include "domain/incident.h"
#include "domain/phone.h"

/* What of an incident is compared. It holds no personal text but the digits of its hashes. */
struct likeness {
	struct {
		uint64_t number; /* 0: none */
		uint64_t area;   /* 0: not said */
	} phones[PHONES_MOST];
	struct address_key address;
	uint64_t category; /* 0: none */
	int64_t received_at;
	int64_t lon, lat; /* GCJ-02, millionths of a degree */
	bool has_location, drill;
};

/* From the strongest on. */
enum like { LIKE_PHONE, LIKE_ADDRESS, LIKE_PLACE, LIKE_NOT };
extern const char *const like_names[LIKE_NOT]; /* "phone", "address", "place" */

void likeness_of(const struct mechanism *m, const struct incident *inc, struct likeness *out);
/* The category may be amended. */
uint64_t likeness_category(const struct incident *inc);
/* How alike they are; of LIKE_PLACE *metres is how far apart, else 0. */
enum like likeness_compare(const struct likeness *a, const struct likeness *b, const struct policy *p,
    double *metres);

#endif
