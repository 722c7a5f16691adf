/*
 * act.h - one command at work on one incident: private to the lifecycle (report.c, steps.c,
 * lifecycle.c).
 */
#ifndef DOMAIN_ACT_H
#define DOMAIN_ACT_H
#include "base/json.h"
#include "domain/circumstances.h"
#include "domain/command.h"
#include "domain/deadline.h"
#include "domain/warning.h"

struct act {
	struct incident *inc;
	const struct command *c;
	const struct mechanism *m;
	const struct circumstances *around; /* NULL for a report, which none of it touches */
	int64_t now;
	struct decision *out;
	struct arena *a;
	struct refusal *why;
	struct warnings *warnings; /* of the decision */
	struct dispatch *d;        /* the one that the command names, NULL for incident commands */
	struct request *r;         /* the one that the command names or makes */
	const char *in_time; /* clocks of d that an implied step met in time, for the event that says so */
	struct entry *entry; /* of the register, that r is about; NULL: none */
	struct finding *f;   /* of no incident, that the command or r is about; NULL: none */
};

/* An event's data while it is being written. */
struct data {
	struct buf buf;
	struct json json;
};

/* Opens the data's object; members go through data->json. */
void act_data(struct data *data);
/* Closes it, writes the event and frees the data. */
struct event *act_event_data(struct act *x, struct data *data, enum event_type type, int64_t at,
    const struct dispatch *d);
/* An event without data. */
void act_event(struct act *x, enum event_type type, int64_t at, const struct dispatch *d);
/* Category, priority, zone, area, and whether it is confidential. */
void act_terms(struct json *j, const struct incident *inc);
/* The words of the warnings, if there are any. */
void act_warnings(struct json *j, const struct warnings *w);
/* evidence[]: the numbers of recordings and photos that the command names. */
void act_evidence(struct json *j, const struct command *c);
/* Personal text as a digest salted by its incident; nothing for NULL. */
void act_digest(struct json *j, const char *key, const struct incident *inc, const char *text);
/* Everything personal of the report as one canonical text, for its digest in the chain. */
const char *act_personal(const struct incident *inc, struct arena *a);

/* What the caller names must exist in the mechanism in force. */
bool act_known_unit(const struct mechanism *m, const char *id, const char *field, struct arena *a,
    struct refusal *why);
/* The instruction to one unit, its clocks running from this instant (Art. 12). NULL where the
 * incident has as many as it may have. */
struct dispatch *act_issue(struct act *x, const char *unit, enum dispatch_role role, const char *rule,
    const char *reason);
/* From now on nothing of this dispatch counts: its standing is void, and no clock of it is late. The event's
 * data may have been opened to say more (data NULL: not). Nothing where it is void already. */
void act_void(struct act *x, struct dispatch *d, enum void_reason why, struct data *data);
/* Ends the incident in that state, with its event. */
void act_end(struct act *x, enum incident_state state, enum event_type type, const char *text);
/* Keeps a text about the incident, or (d not NULL) about one dispatch of it. */
void act_annotate(struct act *x, struct dispatch *d, const char *text);
/* The incident, and the dispatch where one is given, are to be saved. */
void act_changed(struct act *x, struct dispatch *d);

#endif
