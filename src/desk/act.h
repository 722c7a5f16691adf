/*
 * act.h - what an officer wants done, once his line was read; what a line is read against; what came of it. Place:
 * desk, under parse.h.
 */
#ifndef DESK_ACT_H
#define DESK_ACT_H
#include "desk/desk.h"
#include "desk/words.h"

#define DESK_CHANGES 8
#define DESK_LEAST 4 /* characters of an incident: fewer name no place and no matter */

enum desk_field {
	DESK_ADDRESS,
	DESK_PHONE,
	DESK_NAME,
	DESK_CATEGORY,
	DESK_LEVEL,
	DESK_AREA,
	DESK_DESCRIPTION,
	DESK_UNITS, /* of a draft alone */
	DESK_FIELDS
};
extern const struct both desk_fields[DESK_FIELDS]; /* 地址 … */

struct desk_change {
	enum desk_field field;
	const char *value; /* as it is sent: a category's code, P2, units by commas */
	const char *said;  /* as a person reads it */
};

struct desk_act {
	enum desk_word_id word;
	const struct desk_row *row;   /* NULL: a number that is not in the queue, or none */
	const struct desk_part *part; /* of `row`; NULL none */
	const char *number, *dispatch;
	const char *request;               /* N.r1, where a request was named and no dispatch */
	const char *person, *phone, *text; /* NULL none */
	const char *unit, *role, *result;  /* role: "assist"; result of a call-back: "satisfied" */
	const char *name;                  /* an account, a mode, a word to be helped with */
	int64_t at, eta, until;
	bool grant, misdirected;
	struct desk_change changes[DESK_CHANGES];
	int n_changes;
	bool of_draft; /* e without a number, while there is a draft */
};

enum desk_outcome {
	DESK_NOTHING, /* an empty line */
	DESK_DO,
	DESK_CONFIRM, /* `sentence` asks whether it is meant */
	DESK_ASK, /* `sentence` asks for what is missing: parse the line again with the answer behind it */
	DESK_REFUSED
};

struct desk_understood;
struct desk_context {
	struct arena *a;
	const struct desk_queue *queue;
	const struct desk_city *city;
	int64_t now;
	bool draft;                               /* there is one */
	const struct desk_understood *understood; /* what the daemon said of the draft; NULL: nothing yet */
};

struct desk_said {
	enum desk_outcome outcome;
	const char *sentence;
	struct desk_act act;
};

#endif
