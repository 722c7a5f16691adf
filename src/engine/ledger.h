/*
 * ledger.h - what belongs to no incident, as a turn holds it, and the ownership book as the engine holds it.
 * Data alone: register.h and ownership.h say what is done with them.
 */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H
#include "base/map.h"
#include "store/store.h"

/* Of a turn: what is saved with it. */
struct ledger {
	struct entry **entries;
	size_t n_entries, cap_entries;
	struct request **requests;
	size_t n_requests, cap_requests;
	struct finding **findings;
	size_t n_findings, cap_findings;
	struct store_last next; /* ids of the next new ones */
	bool walks;             /* the armed incidents are wanted for the end of a mode (modes.h) */
	size_t cap_want_entries, cap_want_requests, cap_want_findings, cap_open_findings,
	    cap_lists; /* of t->wants */
};

/* One entry as it is looked for. */
struct owned {
	int64_t id;
	uint64_t place, district; /* of the address (domain/address.h); 0 none */
	bool located;
	int64_t lon, lat; /* GCJ-02, millionths of a degree */
	const char *unit, *object, *mark;
	int state;
	uint32_t by_place, by_cell; /* the one before with the same key, from 1 on */
};
struct ownership_book {
	struct owned *v;
	size_t n, cap;
	struct map places, cells; /* of uint32_t: the newest with that key, from 1 on */
};

#endif
