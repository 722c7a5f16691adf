/*
 * similar.c - may two incidents be one matter? Place: domain; pure. The window of those that are
 * compared is the engine's.
 *
 * Phones and addresses are compared by hashes: no personal text is kept. A chance collision names an
 * incident that is not similar, and a person looks.
 */
#include "domain/similar.h"
#include "domain/datum.h"

const char *const like_names[LIKE_NOT] = {"phone", "address", "place"};

static uint64_t hash_of(const char *text)
{
	return text && *text ? str_hash(str_of(text)) | 1 : 0;
}

uint64_t likeness_category(const struct incident *inc)
{
	return hash_of(inc->category);
}

void likeness_of(const struct mechanism *m, const struct incident *inc, struct likeness *out)
{
	struct phone phones[PHONES_MOST];
	int n = phone_find(inc->reporter_phone, phones);

	*out = (struct likeness){.address = address_key(m, inc->address),
	    .category = likeness_category(inc),
	    .received_at = inc->received_at,
	    .lon = inc->lon_micro,
	    .lat = inc->lat_micro,
	    .has_location = inc->has_location && datum_in_china(inc->lon_micro, inc->lat_micro),
	    .drill = inc->drill};
	for (int i = 0; i < n; i++) {
		out->phones[i].number = hash_of(phones[i].number);
		out->phones[i].area = hash_of(phones[i].area);
	}
	if (out->has_location)
		datum_to_gcj02(inc->datum, &out->lon, &out->lat);
}

/* A drill and what really happened are never the same matter. */
static bool may_be(const struct likeness *a, const struct likeness *b, const struct policy *p)
{
	int64_t apart = a->received_at - b->received_at;

	if (a->drill != b->drill || (a->category && b->category && a->category != b->category))
		return false;
	return (apart < 0 ? -apart : apart) <= p->similar_window_ms;
}

static bool one_caller(const struct likeness *a, const struct likeness *b)
{
	for (int i = 0; i < PHONES_MOST; i++)
		for (int j = 0; j < PHONES_MOST; j++)
			if (a->phones[i].number && a->phones[i].number == b->phones[j].number &&
			    (!a->phones[i].area || !b->phones[j].area ||
				a->phones[i].area == b->phones[j].area))
				return true;
	return false;
}

enum like likeness_compare(const struct likeness *a, const struct likeness *b, const struct policy *p,
    double *metres)
{
	*metres = 0;
	if (!may_be(a, b, p))
		return LIKE_NOT;
	if (one_caller(a, b))
		return LIKE_PHONE;
	if (address_same(a->address, b->address))
		return LIKE_ADDRESS;
	if (!a->has_location || !b->has_location)
		return LIKE_NOT;
	*metres = datum_metres(a->lon, a->lat, b->lon, b->lat);
	return *metres <= p->similar_metres ? LIKE_PLACE : LIKE_NOT;
}
