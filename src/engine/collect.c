/*
 * collect.c - what a turn takes up: decisions with their seqs, answers under their keys, replies.
 *
 * Place: engine; the handlers above it decide, turn.c saves what is collected here. Seqs are given while
 * deciding, so an answer can be written, and kept under its key, before the commit that it belongs to.
 * A wake_at that is saved is 0 or lies after now.
 */
#include "base/array.h"
#include "base/log.h"
#include "domain/content.h"
#include "engine/core.h"

void turn_touch(struct turn *t, struct slot *slot)
{
	struct incident *inc = slot->inc;

	slot->touched = true;
	if (inc->wake_at == 0 || inc->wake_at > t->now)
		return;
	log_alarm("wake not ahead", "incident=%s wake_at=%lld now=%lld", inc->number, (long long)inc->wake_at,
	    (long long)t->now);
	inc->wake_at = 0;
	inc->changed = true;
	t->e->metrics.disarmed++;
}

void turn_decided(struct turn *t, struct decision *d, struct slot *slot)
{
	struct decision *kept;

	if (slot)
		turn_touch(t, slot);
	if (d->n_events == 0)
		return;
	t->next_seq = decision_number(d, t->next_seq);
	if (!d->incident)
		register_numbered(t, d);
	if (slot)
		slot->seq = t->next_seq - 1;
	kept = arena_alloc(t->a, sizeof(*kept));
	*kept = *d;
	ARRAY_ROOM(t->a, t->decisions, t->n_decisions, t->cap_decisions);
	t->decisions[t->n_decisions++] = kept;
}

void turn_system_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    struct str data)
{
	struct decision d = {.at = t->now, .actor = actor, .command = command};

	decision_event(&d, t->a, type, t->now, NULL, data);
	turn_decided(t, &d, NULL);
}

void turn_between_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    int64_t from, int64_t to)
{
	struct decision d = {.at = to, .actor = actor, .command = command};
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_time(&j, "from", from);
	json_time(&j, "to", to);
	json_end(&j);
	decision_event(&d, t->a, type, to, NULL, buf_view(&b));
	turn_decided(t, &d, NULL);
	buf_free(&b);
}

void turn_excuse(struct turn *t, struct downtime when)
{
	struct downtime *all = arena_new_array(t->a, struct downtime, t->around.n_downtimes + 1);

	if (t->around.n_downtimes)
		memcpy(all, t->around.downtimes, t->around.n_downtimes * sizeof(*all));
	t->around.n_downtimes = downtimes_add(all, t->around.n_downtimes, when);
	t->around.downtimes = all;
}

void turn_was_away(struct turn *t, const char *actor, uint64_t command, struct downtime when)
{
	turn_excuse(t, when);
	t->save.downtime = when;
	turn_between_event(t, EVENT_SYSTEM_RESUMED, actor, command, when.from, when.to);
}

void turn_want_answer(struct turn *t, const char *account, const char *key)
{
	ARRAY_ROOM(t->a, t->answers, t->n_answers, t->cap_answers);
	t->answers[t->n_answers++] = (struct store_answer){.account = account, .key = key};
	t->known = t->n_answers;
}

/* Two accounts may use the same key. */
static struct str answer_key(struct turn *t, const char *account, const char *key)
{
	return str_of(arena_printf(t->a, "%s\n%s", account, key));
}

/* The answer at this index can be found by its key. */
static void remember_answer(struct turn *t, size_t index)
{
	const struct store_answer *one = &t->answers[index];

	*(size_t *)map_add(&t->by_key, answer_key(t, one->account, one->key), NULL) = index;
}

void turn_remember_answers(struct turn *t)
{
	for (size_t i = 0; i < t->known; i++)
		if (t->answers[i].found)
			remember_answer(t, i);
}

struct store_answer *turn_answer(struct turn *t, const char *account, const char *key)
{
	const size_t *index = map_find(&t->by_key, answer_key(t, account, key));

	return index ? &t->answers[*index] : NULL;
}

struct view job_view(const struct engine *e, const struct job *j)
{
	return (struct view){.role = j->c->who.role,
	    .unit = j->c->who.unit,
	    .unmask = command_int(j->c, FIELD_UNMASK),
	    .english = e->english,
	    .around = &e->turn.around};
}

/* The sentence for a person: the refusal's own, or what its code means. */
static const char *sentence(const struct engine *e, const struct refusal *why)
{
	const struct error_kind *k = &error_kinds[why->code];

	if (e->english)
		return why->en ? why->en : k->en;
	return why->zh ? why->zh : k->zh;
}

void job_refuse(struct turn *t, struct job *j, const struct refusal *why)
{
	t->e->metrics.refused++;
	j->reply.code = why->code;
	j->reply.field = why->field;
	j->reply.detail = sentence(t->e, why);
}

void job_result(struct turn *t, struct job *j, struct buf *json)
{
	j->reply.result = buf_into(json, t->a);
}

void turn_keep(struct turn *t, const char *account, const char *key, const struct digest *asked,
    struct str body)
{
	ARRAY_ROOM(t->a, t->answers, t->n_answers, t->cap_answers);
	t->answers[t->n_answers++] = (struct store_answer){
	    .account = account, .key = key, .asked = *asked, .body = body, .found = true, .at = t->now};
	remember_answer(t, t->n_answers - 1);
}

void turn_keep_answer(struct turn *t, const struct job *j, const char *key)
{
	struct digest asked = content_of_request(j->c);

	turn_keep(t, j->c->who.account, key, &asked, j->reply.result);
}
