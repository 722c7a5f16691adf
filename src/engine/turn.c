/*
 * turn.c - one turn of the engine: load, decide, save, COMMIT, and only then replies and events.
 *
 * Place: engine, the heart. Commands that came during a commit are the next turn's: group commit
 * without a timer. Commands go before wakes, a part of each turn is kept for wakes.
 *
 * Invariants
 * - Nothing leaves before its COMMIT. After a commit of unknown outcome everything of the turn is
 *   thrown away and answered `unavailable`; sending it again is safe, because the number, the key
 *   or the command's id finds what was stored.
 * - Seqs are given while deciding, in the order of the decisions, as save gives them; so an answer
 *   can be written, and kept under its key, before the commit that it belongs to.
 * - A wake_at that is saved is 0 or lies after now.
 */
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/content.h"
#include "engine/core.h"
#include "mechanism/load.h"

#include <assert.h>
#include <event2/event.h>

#define EVENTS_BODY (256 * 1024) /* events of about so many bytes go into one message */

/* -- what a turn collects -------------------------------------------------------------------- */

void turn_begin(struct turn *t, struct engine *e, struct batch *b)
{
	*t = (struct turn){.e = e,
	    .a = b->a,
	    .batch = b,
	    .m = mechanism_hold(e->m),
	    .now = clock_wall().ms,
	    .mono = clock_mono().ms,
	    .around = {e->downtimes, e->n_downtimes}};
	t->next_seq = store_head(e->store).seq + 1;
	slots_init(&t->slots, t->a, (size_t)b->n);
	map_init(&t->by_key, t->a, sizeof(size_t), 0);
}

void turn_end(struct turn *t)
{
	mechanism_release(t->m);
	mechanism_release(t->mechanism);
	queue_give_back(t->e, t->batch);
}

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

void turn_was_away(struct turn *t, const char *actor, uint64_t command, struct downtime when)
{
	struct downtime *all = arena_new_array(t->a, struct downtime, t->around.n_downtimes + 1);

	if (t->around.n_downtimes)
		memcpy(all, t->around.downtimes, t->around.n_downtimes * sizeof(*all));
	t->around = (struct circumstances){all, downtimes_add(all, t->around.n_downtimes, when)};
	t->downtime = when;
	turn_between_event(t, EVENT_SYSTEM_RESUMED, actor, command, when.from, when.to);
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

struct store_answer *turn_answer(struct turn *t, const char *account, const char *key)
{
	const size_t *index = map_find(&t->by_key, answer_key(t, account, key));

	return index ? &t->answers[*index] : NULL;
}

/* -- commands and their answers --------------------------------------------------------------- */

struct view job_view(const struct engine *e, const struct job *j)
{
	return (struct view){.role = j->c->who.role,
	    .unit = j->c->who.unit,
	    .unmask = command_int(j->c, FIELD_UNMASK),
	    .english = e->english};
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
	j->reply.result = (struct str){arena_str(t->a, buf_view(json)), json->n};
	buf_free(json);
}

const char *job_key(const struct turn *t, const struct job *j)
{
	if (command_has(j->c, FIELD_KEY))
		return arena_printf(t->a, "k%s", command_text(j->c, FIELD_KEY));
	if (handler_of(j->c->kind)->once && j->c->id)
		return arena_printf(t->a, "%s %llx", command_kinds[j->c->kind].name,
		    (unsigned long long)j->c->id);
	return NULL;
}

void turn_keep_answer(struct turn *t, const struct job *j, const char *key)
{
	ARRAY_ROOM(t->a, t->answers, t->n_answers, t->cap_answers);
	t->answers[t->n_answers++] = (struct store_answer){.account = j->c->who.account,
	    .key = key,
	    .asked = content_of_request(j->c),
	    .body = j->reply.result,
	    .found = true,
	    .at = t->now};
	remember_answer(t, t->n_answers - 1);
}

/* The same key again is the same answer; with other parameters it is a mistake. False: the key is
 * new, the command is to be carried out. */
static bool answered_before(struct turn *t, struct job *j, const char *key)
{
	const struct store_answer *kept = key ? turn_answer(t, j->c->who.account, key) : NULL;
	struct refusal why;

	if (!kept || j->c->kind == COMMAND_CLOCK_ADVANCE)
		return false;
	if (content_is_request(j->c, &kept->asked)) {
		j->reply.result = kept->body;
		return true;
	}
	refuse(&why, t->a, ERROR_CONFLICT, "key", "键 %s 已用于另一个请求",
	    "key %s was used for another request", command_text(j->c, FIELD_KEY));
	job_refuse(t, j, &why);
	return true;
}

static void run_job(struct turn *t, struct job *j)
{
	const struct handler *h = handler_of(j->c->kind);
	struct refusal why = {.code = ERROR_FORBIDDEN};
	const char *key;

	t->e->metrics.commands++;
	if (!h->run)
		why.code = ERROR_METHOD;
	if (!h->run || !j->c->who.account || !command_allowed(j->c->kind, &j->c->who)) {
		job_refuse(t, j, &why);
		return;
	}
	key = job_key(t, j);
	if (answered_before(t, j, key))
		return;
	h->run(t, j);
	if (key && j->reply.code == OK && !j->later)
		turn_keep_answer(t, j, key);
}

/* -- load ----------------------------------------------------------------------------------- */

static void want_all(struct turn *t)
{
	for (int i = 0; i < t->batch->n; i++) {
		struct job *j = &t->batch->jobs[i];
		const char *key;

		j->slot = NULL;
		j->later = false;
		j->reply = (struct reply){.id = j->c->id};
		if (j->c->received_at == 0)
			j->c->received_at = t->now;
		if (handler_of(j->c->kind)->want)
			handler_of(j->c->kind)->want(t, j);
		key = j->c->who.account ? job_key(t, j) : NULL;
		if (!key)
			continue;
		ARRAY_ROOM(t->a, t->answers, t->n_answers, t->cap_answers);
		t->answers[t->n_answers++] = (struct store_answer){.account = j->c->who.account, .key = key};
	}
	t->known = t->n_answers;
}

static enum store_status load_wanted(struct turn *t)
{
	struct store_want *wants = arena_new_array(t->a, struct store_want, t->slots.n);
	enum store_status status;
	size_t n = 0;

	for (struct slot *s = t->slots.first; s; s = s->next)
		wants[n++] = (struct store_want){.number = s->number};
	status = n ? store_load(t->e->store, t->a, wants, n) : STORE_OK;
	if (status != STORE_OK)
		return status;
	n = 0;
	for (struct slot *s = t->slots.first; s; s = s->next)
		slots_found(&t->slots, s, wants[n++].found);
	if (t->n_answers)
		status = store_answers(t->e->store, t->a, t->answers, t->n_answers);
	for (size_t i = 0; status == STORE_OK && i < t->n_answers; i++)
		if (t->answers[i].found)
			remember_answer(t, i);
	return status;
}

/* -- wakes ---------------------------------------------------------------------------------- */

static void count_reminders(struct engine *e, const struct decision *d)
{
	for (int i = 0; i < d->n_events; i++)
		e->metrics.reminders +=
		    d->events[i].type == EVENT_REMINDER_SENT || d->events[i].type == EVENT_ESCALATION_RAISED;
}

static void fire(struct turn *t, struct slot *slot)
{
	struct engine *e = t->e;
	struct decision d = {0};

	/* a command of this turn may have moved it */
	if (slot->inc->wake_at == 0 || slot->inc->wake_at > t->now)
		return;
	lifecycle_wake(slot->inc, t->m, &t->around, t->now, &d, t->a);
	slot->inc->changed = true;
	e->metrics.wakes++;
	count_reminders(e, &d);
	turn_decided(t, &d, slot);
}

void turn_catch_up(struct turn *t, struct slot *slot)
{
	if (t->e->catching_up || t->downtime.to)
		fire(t, slot);
}

/* Loads those of the ids that no command has loaded. */
static enum store_status load_due(struct turn *t, const int64_t *ids, size_t n)
{
	struct store_want *wants = arena_new_array(t->a, struct store_want, n);
	enum store_status status;
	size_t missing = 0;

	for (size_t i = 0; i < n; i++)
		if (!slots_find_id(&t->slots, ids[i]))
			wants[missing++] = (struct store_want){.id = ids[i]};
	status = missing ? store_load(t->e->store, t->a, wants, missing) : STORE_OK;
	for (size_t i = 0; status == STORE_OK && i < missing; i++)
		if (wants[i].found)
			slots_found(&t->slots, slots_want(&t->slots, t->a, wants[i].found->number),
			    wants[i].found);
	return status;
}

bool turn_fire(struct turn *t, size_t most)
{
	int64_t ids[TURN_WAKES_MAX];
	size_t n = 0;
	enum store_status status = store_due(t->e->store, t->now, ids, most, &n);

	if (status == STORE_OK && n > 0)
		status = load_due(t, ids, n);
	if (status == STORE_FAILED)
		engine_fail(t->e);
	t->fired = status == STORE_OK;
	t->e->next_wake_known &= t->fired;
	for (size_t i = 0; status == STORE_OK && i < n; i++) {
		struct slot *slot = slots_find_id(&t->slots, ids[i]);

		if (slot && slot->inc)
			fire(t, slot);
	}
	return n == most;
}

/* -- save ----------------------------------------------------------------------------------- */

static size_t touched(const struct turn *t, struct incident **out)
{
	size_t n = 0;

	for (struct slot *s = t->slots.first; s; s = s->next)
		if (s->touched)
			out[n++] = s->inc;
	return n;
}

static void remember_wakes(struct turn *t)
{
	struct engine *e = t->e;

	for (struct slot *s = t->slots.first; s; s = s->next) {
		if (!s->touched)
			continue;
		if (s->inc->wake_at && (e->next_wake == 0 || s->inc->wake_at < e->next_wake))
			e->next_wake = s->inc->wake_at;
		recent_changed(e->recent, s->inc);
	}
	if (t->fired)
		e->next_wake_known = false;
}

/* What is decided elsewhere as well must be the same. */
static void check_seqs(const struct turn *t)
{
	assert(store_head(t->e->store).seq == t->next_seq - 1 &&
	    "save gives seqs in the order of the decisions");
	(void)t;
}

static void remember_downtime(struct engine *e, struct downtime when)
{
	log_warn("was away", "from=%lld to=%lld", (long long)when.from, (long long)when.to);
	e->downtimes = xrealloc(e->downtimes, (e->n_downtimes + 1) * sizeof(*e->downtimes));
	e->n_downtimes = downtimes_add(e->downtimes, e->n_downtimes, when);
	e->catching_up = true;
	e->next_wake_known = false;
}

static void committed(struct turn *t)
{
	struct engine *e = t->e;

	check_seqs(t);
	remember_wakes(t);
	if (t->mechanism) {
		mechanism_release(e->m);
		e->m = t->mechanism;
		t->mechanism = NULL;
		guard_rearm(e);
	}
	if (t->manual_at)
		clock_set_manual((struct wall_ms){t->manual_at});
	e->committing = true;
	if (t->beat)
		e->beat_mono = t->mono;
	if (t->downtime.to)
		remember_downtime(e, t->downtime);
}

enum store_status turn_commit(struct turn *t)
{
	struct incident **incidents = arena_new_array(t->a, struct incident *, t->slots.n);
	struct store_batch b = {.decisions = t->decisions,
	    .n_decisions = t->n_decisions,
	    .incidents = incidents,
	    .answers = t->answers + t->known,
	    .n_answers = t->n_answers - t->known,
	    .accounts = t->accounts,
	    .n_accounts = t->n_accounts,
	    .activate = t->activate,
	    .manual_at = t->manual_at,
	    .beat = t->beat,
	    .downtime = t->downtime,
	    .grows = t->grows};
	enum store_status status;

	b.n_incidents = touched(t, incidents);
	if (!b.n_decisions && !b.n_incidents && !b.n_answers && !b.n_accounts && !b.activate &&
	    !b.manual_at && !b.beat && !b.downtime.to)
		return STORE_OK;
	status = store_save(t->e->store, &b);
	if (status == STORE_FAILED)
		engine_fail(t->e);
	if (status == STORE_OK)
		committed(t);
	return status;
}

/* -- release -------------------------------------------------------------------------------- */

static const char *units_of(struct turn *t, struct slot *slot)
{
	struct buf b = {0};

	if (slot->units)
		return slot->units;
	for (int i = 0; i < slot->inc->n_dispatches; i++) {
		if (i)
			buf_char(&b, ',');
		buf_text(&b, slot->inc->dispatches[i].unit);
	}
	slot->units = arena_str(t->a, buf_view(&b));
	buf_free(&b);
	return slot->units;
}

/* The units that a confidential incident was only told to. */
static const char *informed_of(struct turn *t, struct slot *slot)
{
	const struct incident *inc = slot->inc;
	const char *parts = NULL;

	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (sight_part(d->role, d->state))
			parts = parts ? arena_printf(t->a, "%s,%s", parts, d->unit) : d->unit;
	}
	return sight_informed(t->a, units_of(t, slot), parts);
}

static void publish_some(struct turn *t, const struct seen_event *v, size_t n)
{
	static struct buf b; /* used again and again */

	if (n == 0)
		return;
	buf_reset(&b);
	published_pack(&b, v, n);
	links_broadcast(t->e, MESSAGE_EVENTS, buf_view(&b));
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

static void publish(struct turn *t)
{
	size_t total = 0, n = 0, from = 0, bytes = 0;
	struct seen_event *v;

	for (size_t i = 0; i < t->n_decisions; i++)
		total += (size_t)t->decisions[i]->n_events;
	v = arena_new_array(t->a, struct seen_event, total);
	for (size_t i = 0; i < t->n_decisions; i++) {
		struct decision *d = t->decisions[i];
		struct slot *slot = d->incident ? slots_want(&t->slots, t->a, d->incident->number) : NULL;

		for (int k = 0; k < d->n_events; k++, n++) {
			v[n] = (struct seen_event){.e = d->events[k]};
			v[n].units = slot ? units_of(t, slot) : NULL;
			v[n].confidential = d->incident && d->incident->confidential;
			v[n].informed = v[n].confidential ? informed_of(t, slot) : NULL;
			bytes += d->events[k].data.n + add_texts(&v[n], d, k) + 512;
			bytes += v[n].units ? strlen(v[n].units) : 0;
			if (bytes < EVENTS_BODY)
				continue;
			publish_some(t, v + from, n + 1 - from);
			from = n + 1;
			bytes = 0;
		}
	}
	publish_some(t, v + from, n - from);
}

/* A reply goes before the events it caused, on every stream. */
void turn_release(struct turn *t)
{
	for (int i = 0; i < t->batch->n; i++)
		if (!t->batch->jobs[i].later)
			links_send(t->e, t->batch->jobs[i].from, &t->batch->jobs[i].reply);
	publish(t);
}

static void answer_unavailable(struct turn *t)
{
	struct refusal why = {.code = ERROR_UNAVAILABLE};

	for (int i = 0; i < t->batch->n; i++) {
		struct job *j = &t->batch->jobs[i];

		if (j->later && j->c->kind == COMMAND_STORE_BACKUP)
			continue; /* it goes on: no part of this commit */
		j->later = false;
		j->reply = (struct reply){.id = j->c->id};
		job_refuse(t, j, &why);
		t->e->metrics.unavailable++;
		links_send(t->e, j->from, &j->reply);
	}
	t->e->advance.on = false; /* it began in this turn or not at all */
}

/* -- one turn ------------------------------------------------------------------------------- */

/* A step of the wall clock is recorded with the next turn. */
static void record_step(struct turn *t)
{
	struct engine *e = t->e;
	struct buf b = {0};
	struct json j = json_to(&b);

	if (e->stepped_ms == 0)
		return;
	json_begin(&j, NULL);
	json_int(&j, "by_ms", e->stepped_ms);
	json_time(&j, "from", t->now - e->stepped_ms);
	json_time(&j, "to", t->now);
	json_end(&j);
	turn_system_event(t, EVENT_CLOCK_STEPPED, "system", 0, buf_view(&b));
	buf_free(&b);
}

/* No heartbeat was committed for so long, though we are the same process: the disk or the machine stood
 * still. To whoever waited that was a downtime like another. */
static bool stood_still(const struct turn *t)
{
	const struct engine *e = t->e;

	return !clock_is_manual() && !e->catching_up && !store_metrics(e->store).read_only &&
	    t->mono - e->beat_mono > DOWNTIME_MS;
}

static void record_standstill(struct turn *t)
{
	if (!stood_still(t))
		return;
	log_alarm("stood still", "for_ms=%lld", (long long)(t->mono - t->e->beat_mono));
	turn_was_away(t, "system", 0, (struct downtime){t->now - (t->mono - t->e->beat_mono), t->now});
}

/* A store that is only read fires nothing: it could not remember that it did. */
static bool wakes_due(const struct turn *t)
{
	const struct engine *e = t->e;

	if (store_metrics(e->store).read_only)
		return false;
	return t->downtime.to || !e->next_wake_known || (e->next_wake && e->next_wake <= t->now);
}

/* Load, decide, save. */
static enum store_status attempt(struct turn *t, struct batch *b, bool no_reports, bool *more)
{
	struct engine *e = t->e;
	enum store_status status;
	int64_t mark = recent_mark(e->recent);

	turn_begin(t, e, b);
	e->advance.on = false;
	t->no_reports = no_reports;
	want_all(t);
	status = load_wanted(t);
	if (status == STORE_FAILED)
		engine_fail(e);
	if (status != STORE_OK)
		return status;
	record_step(t);
	record_standstill(t);
	for (int i = 0; i < b->n; i++)
		run_job(t, &b->jobs[i]);
	if (!e->advance.on && wakes_due(t))
		*more = turn_fire(t, b->n > TURN_COMMANDS / 2 ? TURN_WAKES_MIN : TURN_WAKES_MAX);
	if (e->beat_wanted && !e->catching_up && !t->downtime.to && !store_metrics(e->store).read_only)
		t->beat = t->now;
	status = turn_commit(t);
	if (status == STORE_OK)
		return status;
	recent_rewind(e->recent, mark);
	mechanism_release(t->mechanism);
	t->mechanism = NULL;
	return status;
}

static void count(struct engine *e, const struct batch *b, int64_t began_us)
{
	int64_t took = clock_mono_us() - began_us;

	e->metrics.turns++;
	e->metrics.turn_us_last = took;
	e->metrics.turn_us_sum += took;
	if (took > e->metrics.turn_us_most)
		e->metrics.turn_us_most = took;
	if (b->n > e->metrics.batch_most)
		e->metrics.batch_most = b->n;
}

static void finished(struct turn *t, bool more)
{
	struct engine *e = t->e;

	turn_release(t);
	e->stepped_ms = 0;
	if (t->beat)
		heartbeat_alive(e);
	if (!e->catching_up || !t->fired || more)
		return;
	e->catching_up = false;
	e->beat_mono = t->mono;
	e->beat_wanted = true; /* it had to wait */
	turn_wanted(e);
}

/* What waits while the manual clock walks, waits: commands see the time that was asked for. */
void turn_run(struct engine *e)
{
	int64_t began = clock_mono_us();
	struct batch *b;
	struct turn t = {.e = e};
	bool more = false;
	enum store_status status;

	if (e->advance.on) {
		advance_turn(e);
		return;
	}
	b = queue_take(e);
	status = attempt(&t, b, false, &more);
	if (status == STORE_FULL) {
		mechanism_release(t.m);
		status = attempt(&t, b, true, &more);
	}
	if (status == STORE_OK)
		finished(&t, more);
	else
		answer_unavailable(&t);
	e->committing = status == STORE_OK && !store_metrics(e->store).read_only;
	if (e->beat_wanted && !e->committing)
		heartbeat_alive(e);
	links_flush(e);
	count(e, b, began);
	turn_end(&t);
	if (e->first || (more && status == STORE_OK) || e->advance.on)
		turn_wanted(e);
	else if (status == STORE_OK)
		engine_arm(e);
	store_idle(e->store);
}
