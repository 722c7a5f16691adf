/*
 * desk.h - what an officer's console knows: the open queue as it stood last, the local numbers by which he names
 * incidents, and the names that he may type.
 *
 * Place: a room of its own above domain. It is pure: no terminal, no network, no clock. ctl/console.c reads the
 * keyboard, asks the daemon and writes the screen.
 * Texts are borrowed from the arena of their snapshot. Instants are milliseconds; 0 means none.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H
#include "base/say.h"
#include "domain/incident.h"

#define DESK_NUMBERS 99

/* A unit, a category or an area as it may be typed. `brief` is as short as a name can be: 供电公司 as 供电. */
struct desk_name {
	const char *code, *name, *brief;
};
struct desk_names {
	struct desk_name *v;
	int n;
};
struct desk_city {
	const char *name; /* "漳平"; "" unknown */
	struct desk_names units, categories, areas;
};

enum desk_time {
	DESK_WALL,      /* by the clock on the wall */
	DESK_OFFICE,    /* in office time, and it counts now */
	DESK_STANDING,  /* in office time, and it stands still now */
	DESK_UNLIMITED, /* no limit: counted from its start */
};

/* One instruction. */
struct desk_part {
	int n;                  /* of NUMBER-02 it is 2 */
	const char *unit;       /* its code */
	const char *unit_brief; /* its name, brief */
	bool lead, delivered;
	bool to_phone; /* no notice of it reached its unit */
	enum dispatch_state state;
	const char *clock; /* which limit runs: 签收, 到场, 反馈; "" none */
	enum desk_time time;
	int64_t start, due, delivery_due;
};

enum desk_wait { WAIT_NOT, WAIT_DRAFT, WAIT_ANSWER };

/* One open incident. */
struct desk_row {
	int local; /* 1-99; 0: all are taken */
	const char *number;
	enum priority priority;
	const char *category; /* its name, "" none */
	const char *place;    /* address, else area, else the beginning of what was said */
	const char *words;    /* the beginning of what was said */
	int64_t received_at;
	int64_t lead_due;     /* it waits for another lead until then */
	int64_t callback_due; /* it waits for a call-back */
	int urged, callers;
	bool asked, confidential, drill, police, graver;
	bool unanswered; /* reported from here, not confirmed yet */
	struct desk_part *parts;
	int n;
};

/* Which incident has which local number. It keeps its number while it is open; a number that was freed is given
 * again as late as possible, so that what is typed a moment too late does not meet another incident. */
struct desk_numbers {
	char of[DESK_NUMBERS + 1][NUMBER_MAX + 1]; /* "" free */
	bool gone[DESK_NUMBERS + 1];               /* it is no longer open */
	int last;                                  /* given last */
};

struct desk_queue {
	struct desk_row *rows; /* the most urgent first */
	int n;
	const struct desk_numbers *numbers;
};

/* "供电公司" as "供电"; the name itself where less than two characters would be left. In the arena. */
const char *desk_brief(struct arena *a, const char *name);

/* Sorts the rows and gives them their local numbers. `numbers` begins as all zero. */
void desk_queue_take(struct desk_queue *q, struct desk_numbers *numbers, struct desk_row *rows, int n);
/* The row of a local number, or of a full one; NULL none. */
struct desk_row *desk_local(const struct desk_queue *q, int local);
struct desk_row *desk_full(const struct desk_queue *q, const char *number);
/* What falls due next of the whole incident, by any clock; 0 nothing. */
int64_t desk_next_due(const struct desk_row *r);
/* Is this part late at `now`? */
bool desk_part_over(const struct desk_part *p, int64_t now);
bool desk_row_over(const struct desk_row *r, int64_t now);
/* Must its unit be phoned, because the instruction was not fetched in time, or no notice of it arrived? */
bool desk_part_to_phone(const struct desk_part *p, int64_t now);

/* 未 签 出 到 毕 改 撤; new ack dep arr fin ret wdn */
const char *desk_letter(enum dispatch_state state);
/* ◆, 危急 and how it stands in a narrow column: 危急, P1; by priority */
const char *desk_mark(enum priority p);
extern const struct both desk_priorities[PRIORITY_COUNT];
const char *desk_priority(enum priority p);
const char *desk_priority_brief(enum priority p);

#endif
