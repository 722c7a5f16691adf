/*
 * register.c - what belongs to no incident, in one turn: wanted, found once, changed, saved; see register.h.
 * Place: engine, beneath the handlers. There are few of them in a turn, so that they are looked for one by
 * one.
 */
#include "engine/register.h"
#include "base/array.h"
#include "base/log.h"
#include "domain/request.h"
#include "engine/core.h"
#include "wire/render_entry.h"

#include <stdarg.h>

void register_begin(struct turn *t)
{
	struct store_last last = store_last(t->e->store);

	t->ledger = (struct ledger){.next = {last.request + 1, last.finding + 1, last.entry + 1}};
}

/* -- wanting -------------------------------------------------------------------------------- */

static void want(struct turn *t, const struct store_want_entry *what)
{
	ARRAY_ROOM(t->a, t->wants.entries, t->wants.n_entries, t->ledger.cap_want_entries);
	t->wants.entries[t->wants.n_entries++] = *what;
}

void register_want_entry(struct turn *t, int64_t id)
{
	want(t, &(struct store_want_entry){.id = id});
}

void register_want_named(struct turn *t, enum entry_kind kind, const char *name)
{
	want(t, &(struct store_want_entry){.kind = kind, .name = name});
}

void register_want_request(struct turn *t, int64_t id)
{
	ARRAY_ROOM(t->a, t->wants.requests, t->wants.n_requests, t->ledger.cap_want_requests);
	t->wants.requests[t->wants.n_requests++] = (struct store_want_request){.id = id};
}

void register_want_finding(struct turn *t, int64_t id)
{
	ARRAY_ROOM(t->a, t->wants.findings, t->wants.n_findings, t->ledger.cap_want_findings);
	t->wants.findings[t->wants.n_findings++] = (struct store_want_finding){.id = id};
}

void register_want_open_findings(struct turn *t, const struct store_want_open_findings *what)
{
	struct store_wants *w = &t->wants;

	ARRAY_ROOM(t->a, w->open_findings, w->n_open_findings, t->ledger.cap_open_findings);
	w->open_findings[w->n_open_findings++] = *what;
}

size_t register_want_list(struct turn *t, const struct store_want_entries *list)
{
	ARRAY_ROOM(t->a, t->wants.lists, t->wants.n_lists, t->ledger.cap_lists);
	t->wants.lists[t->wants.n_lists] = *list;
	return t->wants.n_lists++;
}

const struct store_want_entries *register_listed(const struct turn *t, size_t list)
{
	return &t->wants.lists[list];
}

/* -- found once ------------------------------------------------------------------------------ */

/* The copy that the turn works on is the first that was changed or made; before any was, the first that was
 * loaded. */
static struct entry *changed_entry(const struct turn *t, int64_t id)
{
	for (size_t i = 0; i < t->ledger.n_entries; i++)
		if (t->ledger.entries[i]->id == id)
			return t->ledger.entries[i];
	return NULL;
}

struct entry *register_entry(const struct turn *t, int64_t id)
{
	struct entry *e = changed_entry(t, id);

	for (size_t i = 0; !e && i < t->wants.n_entries; i++)
		if (t->wants.entries[i].found && t->wants.entries[i].found->id == id)
			e = t->wants.entries[i].found;
	for (size_t i = 0; !e && i < t->wants.n_requests; i++)
		if (t->wants.requests[i].entry && t->wants.requests[i].entry->id == id)
			e = t->wants.requests[i].entry;
	for (size_t i = 0; !e && i < t->wants.n_due_requests; i++)
		if (t->wants.due_requests[i].entry && t->wants.due_requests[i].entry->id == id)
			e = t->wants.due_requests[i].entry;
	return e;
}

static bool fits(const struct entry *e, enum entry_kind kind, const char *name)
{
	return e->kind == kind && (!name || text_eq(e->name, name));
}

/* The newest of them all has the largest id. */
struct entry *register_named(const struct turn *t, enum entry_kind kind, const char *name)
{
	int64_t newest = 0;

	for (size_t i = 0; i < t->ledger.n_entries; i++) {
		const struct entry *e = t->ledger.entries[i];
		if (fits(e, kind, name) && e->id > newest)
			newest = e->id;
	}
	for (size_t i = 0; i < t->wants.n_entries; i++) {
		const struct entry *e = t->wants.entries[i].found;
		if (e && fits(e, kind, name) && e->id > newest)
			newest = e->id;
	}
	return newest ? register_entry(t, newest) : NULL;
}

struct request *register_request(const struct turn *t, int64_t id)
{
	for (size_t i = 0; i < t->ledger.n_requests; i++)
		if (t->ledger.requests[i]->id == id)
			return t->ledger.requests[i];
	for (size_t i = 0; i < t->wants.n_requests; i++)
		if (t->wants.requests[i].found && t->wants.requests[i].id == id)
			return t->wants.requests[i].found;
	return NULL;
}

static struct finding *listed_finding(const struct turn *t, int64_t id)
{
	for (size_t k = 0; k < t->wants.n_open_findings; k++)
		for (size_t i = 0; i < t->wants.open_findings[k].n_findings; i++)
			if (t->wants.open_findings[k].findings[i]->id == id)
				return t->wants.open_findings[k].findings[i];
	return NULL;
}

struct finding *register_finding(const struct turn *t, int64_t id)
{
	for (size_t i = 0; i < t->ledger.n_findings; i++)
		if (t->ledger.findings[i]->id == id)
			return t->ledger.findings[i];
	for (size_t i = 0; i < t->wants.n_findings; i++)
		if (t->wants.findings[i].found && t->wants.findings[i].id == id)
			return t->wants.findings[i].found;
	for (size_t i = 0; i < t->wants.n_requests; i++)
		if (t->wants.requests[i].finding && t->wants.requests[i].finding->id == id)
			return t->wants.requests[i].finding;
	for (size_t i = 0; i < t->wants.n_due_requests; i++)
		if (t->wants.due_requests[i].finding && t->wants.due_requests[i].finding->id == id)
			return t->wants.due_requests[i].finding;
	return listed_finding(t, id);
}

/* -- changed -------------------------------------------------------------------------------- */

/* A wake that is saved is 0 or lies after now: else it would be fired for ever. */
static void check_wake(struct turn *t, const char *what, int64_t id, int64_t *wake_at)
{
	if (*wake_at == 0 || *wake_at > t->now)
		return;
	log_alarm("wake not ahead", "%s=%lld wake_at=%lld now=%lld", what, (long long)id, (long long)*wake_at,
	    (long long)t->now);
	*wake_at = 0;
	t->e->metrics.disarmed++;
}

void register_touch(struct turn *t, struct entry *e)
{
	struct ledger *l = &t->ledger;

	e->changed = true;
	check_wake(t, "entry", e->id, &e->wake_at);
	if (changed_entry(t, e->id))
		return;
	ARRAY_ROOM(t->a, l->entries, l->n_entries, l->cap_entries);
	l->entries[l->n_entries++] = e;
}

void register_touch_request(struct turn *t, struct request *r)
{
	struct ledger *l = &t->ledger;

	r->changed = true;
	check_wake(t, "request", r->id, &r->wake_at);
	for (size_t i = 0; i < l->n_requests; i++)
		if (l->requests[i] == r)
			return;
	ARRAY_ROOM(t->a, l->requests, l->n_requests, l->cap_requests);
	l->requests[l->n_requests++] = r;
}

void register_touch_finding(struct turn *t, struct finding *f)
{
	struct ledger *l = &t->ledger;

	f->changed = true;
	for (size_t i = 0; i < l->n_findings; i++)
		if (l->findings[i] == f)
			return;
	ARRAY_ROOM(t->a, l->findings, l->n_findings, l->cap_findings);
	l->findings[l->n_findings++] = f;
}

struct entry *register_add(struct turn *t, const struct entry *what)
{
	struct entry *e = arena_alloc(t->a, sizeof *e);

	*e = *what;
	e->id = t->ledger.next.entry++;
	register_touch(t, e);
	return e;
}

static struct request *add_request(struct turn *t, const struct request *what)
{
	struct request *r = arena_alloc(t->a, sizeof *r);

	*r = *what;
	r->id = t->ledger.next.request++;
	register_touch_request(t, r);
	return r;
}

struct finding *register_add_finding(struct turn *t, const struct finding *what)
{
	struct finding *f = arena_alloc(t->a, sizeof *f);

	*f = *what;
	f->id = t->ledger.next.finding++;
	register_touch_finding(t, f);
	return f;
}

/* -- events --------------------------------------------------------------------------------- */

static struct decision decision_of(const struct turn *t, const struct job *j)
{
	return (struct decision){
	    .at = t->now, .actor = j ? j->c->who.account : "system", .command = j ? j->c->id : 0};
}

void register_event(struct turn *t, const struct job *j, enum event_type type, struct entry *e,
    register_more *more, const void *arg)
{
	struct decision d = decision_of(t, j);
	struct buf b = {0};
	struct json json = json_to(&b);

	register_touch(t, e);
	json_begin(&json, NULL);
	entry_members(&json, e);
	if (more)
		more(&json, arg);
	json_end(&json);
	struct event *event = decision_event(&d, t->a, type, t->now, NULL, buf_view(&b));
	event->unit = e->unit;
	buf_free(&b);
	turn_decided(t, &d, NULL);
}

static void asked(struct turn *t, const struct job *j, struct request *r, struct entry *e, struct finding *f)
{
	struct decision d = decision_of(t, j);
	struct act x = {.c = j ? j->c : NULL,
	    .m = t->m,
	    .around = &t->around,
	    .now = t->now,
	    .out = &d,
	    .a = t->a,
	    .r = r,
	    .entry = e,
	    .f = f};

	request_event(&x, r, EVENT_REQUEST_ASKED, r->asked_at);
	d.events[d.n_events - 1].unit = r->unit;
	turn_decided(t, &d, NULL);
}

struct request *register_ask(struct turn *t, const struct job *j, const struct request *what, struct entry *e,
    struct finding *f)
{
	struct request full = *what, *r;

	full.entry = e ? e->id : 0;
	full.step = STEPS;
	full.clock = CLOCK_COUNT;
	full.asked_at = t->now;
	full.due = full.wake_at = request_due(t->m, what->kind, PRIORITY_NONE, t->now);
	full.by = j ? j->c->who.account : "system";
	r = add_request(t, &full);
	asked(t, j, r, e, f);
	return r;
}

void register_numbered(struct turn *t, const struct decision *d)
{
	for (int i = 0; i < d->n_events; i++) {
		int64_t id = json_member_int(d->events[i].data, "entry");
		struct entry *e = id ? changed_entry(t, id) : NULL;
		if (e)
			e->seq = d->events[i].seq;
	}
}

struct str register_personal(struct arena *a, const char *field, const char *text, ...)
{
	unsigned char salt[SALT_LEN];
	char hex[2 * SALT_LEN + 1];
	struct buf b = {0};
	struct json j = json_to(&b);
	va_list more;

	random_bytes(salt, sizeof salt);
	json_begin(&j, NULL);
	json_text(&j, "salt", hex_of(salt, sizeof salt, hex));
	va_start(more, text);
	for (; field; field = va_arg(more, const char *), text = field ? va_arg(more, const char *) : NULL)
		json_text(&j, field, text);
	va_end(more);
	json_end(&j);
	return buf_into(&b, a);
}

void register_digest(struct json *j, const struct entry *e, const char *key)
{
	struct str parts[] = {json_member(e->personal, "salt"), json_member(e->personal, key)};
	char hex[DIGEST_HEX];

	if (parts[1].n == 0)
		return;
	struct digest digest = digest_parts(parts, 2);
	json_text(j, key, digest_hex(&digest, hex));
}

/* -- answers -------------------------------------------------------------------------------- */

/* What people wrote. An address that the book has from an incident is shown to who may see it there, or has said it. */
static bool words_seen(const struct turn *t, const struct job *j, const struct entry *e)
{
	const struct incident *inc = j->slot ? j->slot->inc : NULL;
	struct view v = job_view(t->e, j);

	return e->kind != ENTRY_OWNERSHIP || !inc || command_has(j->c, FIELD_ADDRESS) ||
	    sight_in_full(&v, inc);
}

void register_answer(struct turn *t, struct job *j, const struct entry *e, const struct request *r)
{
	char id[REQUEST_ID_MAX];
	struct buf b = {0};
	struct json json = json_to(&b);

	j->reply.seq = t->next_seq - 1;
	json_begin(&json, NULL);
	render_entry(&json, "entry", e, t->m, words_seen(t, j, e), t->a);
	if (r)
		json_text(&json, "request", request_name(NULL, r, id));
	render_warnings(&json, j->c->warnings, t->e->english);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}

/* -- the turn -------------------------------------------------------------------------------- */

void register_save(struct turn *t, struct store_batch *b)
{
	b->entries = t->ledger.entries;
	b->n_entries = t->ledger.n_entries;
	b->requests = t->ledger.requests;
	b->n_requests = t->ledger.n_requests;
	b->findings = t->ledger.findings;
	b->n_findings = t->ledger.n_findings;
}

int64_t register_wake(const struct turn *t, int64_t next)
{
	for (size_t i = 0; i < t->ledger.n_entries; i++) {
		int64_t at = t->ledger.entries[i]->wake_at;
		next = at && (!next || at < next) ? at : next;
	}
	for (size_t i = 0; i < t->ledger.n_requests; i++) {
		int64_t at = t->ledger.requests[i]->wake_at;
		next = at && (!next || at < next) ? at : next;
	}
	return next;
}
