/*
 * register.h - what belongs to no incident in a turn of the engine: entries of the register (台账), and the
 * requests and findings of none.
 *
 * A handler wants what it will look at, before the load; while it decides it finds each thing there once,
 * whichever way it was wanted, and those that are new in this turn, too. What it changes it saves by
 * register_touch*. Each event of an entry is a system event whose data begin with entry_members, and the
 * entry remembers its seq: the audit compares the two.
 *
 * Place: engine, beneath the handlers; beside slots.h, which does the same for incidents.
 */
#ifndef ENGINE_REGISTER_H
#define ENGINE_REGISTER_H
#include "base/json.h"
#include "domain/entry.h"
#include "engine/ledger.h"

struct engine;
struct job;
struct turn;

/* -- wanting, before the load ----------------------------------------------------------------- */

void register_want_entry(struct turn *t, int64_t id);
/* The newest of the kind that has this name; name NULL: the newest of the kind. */
void register_want_named(struct turn *t, enum entry_kind kind, const char *name);
/* A request of no incident, with the entry and the finding that it is about. */
void register_want_request(struct turn *t, int64_t id);
void register_want_finding(struct turn *t, int64_t id);
void register_want_open_findings(struct turn *t, const struct store_want_open_findings *what);
/* Entries of a kind: register_listed(t, the index returned) has what was found. */
size_t register_want_list(struct turn *t, const struct store_want_entries *list);
const struct store_want_entries *register_listed(const struct turn *t, size_t list);

/* -- while deciding; NULL: there is none ------------------------------------------------------- */

struct entry *register_entry(const struct turn *t, int64_t id);
struct entry *register_named(const struct turn *t, enum entry_kind kind, const char *name);
struct request *register_request(const struct turn *t, int64_t id);
struct finding *register_finding(const struct turn *t, int64_t id);

/* Copies of these, with their ids; saved with the turn. */
struct entry *register_add(struct turn *t, const struct entry *what);
struct finding *register_add_finding(struct turn *t, const struct finding *what);
/* It changed: it is saved. One that came with a request or out of a list is known from then on. */
void register_touch(struct turn *t, struct entry *e);
void register_touch_request(struct turn *t, struct request *r);
void register_touch_finding(struct turn *t, struct finding *f);

/* -- events ------------------------------------------------------------------------------------ */

/* An event about an entry, as a decision of its own; the entry has its new state. j NULL: a wake. The data's
 * object is opened with entry_members; what `more` (NULL: nothing) writes follows. */
typedef void register_more(struct json *j, const void *arg);
void register_event(struct turn *t, const struct job *j, enum event_type type, struct entry *e,
    register_more *more, const void *arg);
/* A request of no incident about this entry or this finding (NULL: none), asked now, its limit running; its event is a decision of its
 * own. `what` says its kind, who decides it and whom it concerns. j NULL: the system asks. */
struct request *register_ask(struct turn *t, const struct job *j, const struct request *what, struct entry *e,
    struct finding *f);
/* Personal texts of an entry: a JSON object that can be erased, and digests of its texts with a random salt in
 * it, for the event. field and text in pairs, NULL at the end; a NULL text is left out. */
struct str register_personal(struct arena *a, const char *field, const char *text, ...);
/* The digest of one of them as a member `key`; nothing where the entry has no such text. */
void register_digest(struct json *j, const struct entry *e, const char *key);

/* -- answers ----------------------------------------------------------------------------------- */

/* {"entry": …} of what was changed, the request that was asked with it (NULL: none), and seq. */
void register_answer(struct turn *t, struct job *j, const struct entry *e, const struct request *r);

#endif
