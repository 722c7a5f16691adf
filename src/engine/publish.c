/*
 * publish.c - what leaves the engine once it is committed, and what is said where it was not.
 * Place: engine, between a turn that ended and the front ends. A reply goes before the events that it
 * caused, on every stream.
 */
#include "engine/publish.h"
#include "base/log.h"
#include "engine/core.h"

#define EVENTS_BODY ((size_t)256 * 1024) /* events of about so many bytes go into one message */

static const char *units_of(struct turn *t, struct slot *slot, const struct incident *inc)
{
	struct buf b = {0};

	if (slot->units)
		return slot->units;
	for (int i = 0; i < inc->n_dispatches; i++) {
		if (i)
			buf_char(&b, ',');
		buf_text(&b, inc->dispatches[i].unit);
	}
	slot->units = arena_str(t->a, buf_view(&b));
	buf_free(&b);
	return slot->units;
}

/* The units that a confidential incident was only told to. */
static const char *informed_of(struct turn *t, const char *units, const struct incident *inc)
{
	const char *parts = NULL;

	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (sight_part(d->role, d->state))
			parts = parts ? arena_printf(t->a, "%s,%s", parts, d->unit) : d->unit;
	}
	return sight_informed(t->a, units, parts);
}

static void publish_some(struct turn *t, const struct seen_event *v, size_t n)
{
	static struct buf b; /* used again and again */

	if (n == 0)
		return;
	buf_reset(&b);
	published_pack(&b, v, n);
	links_broadcast(&t->e->links, MESSAGE_EVENTS, buf_view(&b));
}

/* The texts of a decision's kth event that front ends show to those who may see them. */
static size_t add_texts(struct seen_event *p, const struct decision *d, int k)
{
	size_t bytes = 0;

	for (int i = 0; i < d->n_texts; i++) {
		const struct event_text *x = &d->texts[i];

		if (x->event != k)
			continue;
		event_words_take(&p->words, x->field, x->text);
		bytes += strlen(x->text);
	}
	return bytes;
}

/* The decision's kth event as front ends see it; about so many bytes. */
static size_t see_event(struct turn *t, const struct decision *d, int k, struct seen_event *out)
{
	const struct incident *inc = d->incident;
	size_t bytes = 512 + d->events[k].data.n;

	*out = (struct seen_event){.e = d->events[k], .units = sight_concerned(&d->events[k])};
	if (inc) {
		out->units = units_of(t, slots_want(&t->slots, t->a, inc->number), inc);
		out->confidential = inc->confidential;
		bytes += strlen(out->units);
	}
	if (out->confidential)
		out->informed = informed_of(t, out->units, inc);
	return bytes + add_texts(out, d, k);
}

static void publish(struct turn *t)
{
	size_t total = 0, n = 0, from = 0, bytes = 0;
	struct seen_event *v;

	for (size_t i = 0; i < t->n_decisions; i++)
		total += (size_t)t->decisions[i]->n_events;
	v = arena_new_array(t->a, struct seen_event, total);
	for (size_t i = 0; i < t->n_decisions; i++)
		for (int k = 0; k < t->decisions[i]->n_events; k++) {
			bytes += see_event(t, t->decisions[i], k, &v[n++]);
			if (bytes < EVENTS_BODY)
				continue;
			publish_some(t, v + from, n - from);
			from = n;
			bytes = 0;
		}
	publish_some(t, v + from, n - from);
}

static void say_unavailable(struct turn *t, struct job *j)
{
	struct refusal why = {.code = ERROR_UNAVAILABLE};

	j->later = false;
	j->reply = (struct reply){.id = j->c->id};
	job_refuse(t, j, &why);
	t->e->metrics.unavailable++;
}

/* It would say that something is stored. Where the store is only read because a sync failed, what it holds of that may be in memory
 * alone, and goes with the machine: what was sent again is answered when a commit succeeds. */
static bool says_stored(const struct job *j)
{
	return j->reply.code == OK && !j->later &&
	    (j->key || command_kinds[j->c->kind].act || j->c->kind == COMMAND_INCIDENT_REPORT);
}

void publish_turn(struct turn *t)
{
	bool read_only = store_metrics(t->e->store).read_only;

	for (int i = 0; i < t->batch->n; i++) {
		struct job *j = &t->batch->jobs[i];

		if (read_only && says_stored(j))
			say_unavailable(t, j);
		if (!j->later)
			links_send(j->from, &j->reply);
	}
	publish(t);
}

void publish_unavailable(struct turn *t)
{
	for (int i = 0; i < t->batch->n; i++) {
		say_unavailable(t, &t->batch->jobs[i]);
		links_send(t->batch->jobs[i].from, &t->batch->jobs[i].reply);
	}
}

void work_answer(struct work *w, const struct refusal *why, struct str result)
{
	struct reply r = {.id = w->id, .result = result};

	if (why) {
		r.code = why->code;
		r.field = why->field;
		r.detail = why->zh;
	}
	links_send(w->from, &r);
	*w = (struct work){0};
}
