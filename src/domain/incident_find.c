/*
 * incident_find.c - the incident that a person looks for by what was said.
 * Place: domain; pure.
 */
#include "domain/incident_find.h"
#include "domain/mechanism.h"
#include "domain/secrecy.h"

#define TEXTS 8

bool incident_says(const struct incident *inc, const struct fold_words *words, const struct mechanism *m,
    const struct view *v, struct arena *a)
{
	bool said = sight_of(v, THING_PEOPLE, inc) == SIGHT_ALL, who = sight_reporter(v, inc) == SIGHT_ALL;
	const struct category *category = inc->category ? mechanism_category(m, inc->category) : NULL;
	const struct area *area = inc->area ? mechanism_area(m, inc->area) : NULL;
	const char *texts[TEXTS] = {inc->number, inc->ticket, category ? category->name : NULL,
	    area ? area->name : NULL, said ? inc->address : NULL,
	    said ? secrecy_shown(v, inc, inc->description, a) : NULL, who ? inc->reporter_name : NULL,
	    who ? inc->reporter_phone : NULL};

	if (!sight_sees(v, inc))
		return false;
	for (int i = 0; i < TEXTS; i++)
		texts[i] = fold_word(a, texts[i]);
	for (int w = 0; w < words->n; w++) {
		bool found = false;

		for (int i = 0; i < TEXTS && !found; i++)
			found = texts[i] && strstr(texts[i], words->v[w]);
		if (!found)
			return false;
	}
	return true;
}
