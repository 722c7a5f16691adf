/*
 * commands.c - the turn that carries out what the front ends ask, fires what is due and beats.
 *
 * Place: engine; over the handlers. Commands go before wakes, a part of each turn is kept for wakes.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/content.h"
#include "engine/heartbeat.h"
#include "engine/handlers.h"
#include "engine/kinds.h"
#include "engine/modes.h"
#include "engine/timetable.h"

/* How far before the front end's clock a row of the command may have been recorded. */
#define RESENT_SLACK_MS HOUR_MS

static const char *key_of(const struct turn *t, const struct job *j)
{
	if (command_has(j->c, FIELD_KEY))
		return arena_printf(t->a, "k%s", command_text(j->c, FIELD_KEY));
	if (handler_of(j->c->kind)->once && j->c->id)
		return arena_printf(t->a, "%s %llx", command_kinds[j->c->kind].name,
		    (unsigned long long)j->c->id);
	return NULL;
}

/* The same key again is the same answer; with other parameters it is a mistake. False: the key is
 * new, the command is to be carried out. */
static bool answered_before(struct turn *t, struct job *j)
{
	const struct store_answer *kept = j->key ? turn_answer(t, j->c->who.account, j->key) : NULL;
	struct refusal why;

	if (!kept || handler_of(j->c->kind)->goes_on)
		return false;
	if (content_is_request(j->c, &kept->asked)) {
		j->reply.result = kept->body;
		return true;
	}
	if (j->c->kind == COMMAND_INCIDENT_REPORT && command_has(j->c, FIELD_NUMBER)) {
		/* its number says which it is */
		command_warn(j->c, t->a, WARNING_IGNORED, FIELD_KEY, command_text(j->c, FIELD_KEY), NULL);
		j->key = NULL;
		return false;
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

	t->e->metrics.commands++;
	if (!h->run)
		why.code = ERROR_METHOD;
	if (!h->run || !j->c->who.account || !command_allowed(j->c->kind, &j->c->who)) {
		job_refuse(t, j, &why);
		return;
	}
	if (answered_before(t, j))
		return;
	h->run(t, j);
	if (j->key && j->reply.code == OK && !j->later)
		turn_keep_answer(t, j, j->key);
}

/* -- want ----------------------------------------------------------------------------------- */

/* Sent again: was it decided before? */
static void want_resent(struct turn *t, struct job *j)
{
	int64_t since = j->c->received_at - RESENT_SLACK_MS;

	if (!t->resent)
		t->resent = arena_new_array(t->a, struct store_resent, (size_t)t->batch->n);
	j->resent = &t->resent[t->n_resent++];
	*j->resent = (struct store_resent){
	    .incident = j->slot->want, .command = j->c->id, .since = since > 0 ? since : 0};
}

static void want_job(struct turn *t, struct job *j)
{
	j->slot = NULL;
	j->other = NULL;
	j->joins = NULL;
	j->calls = NULL;
	j->resent = NULL;
	j->later = false;
	j->reply = (struct reply){.id = j->c->id};
	if (j->c->received_at == 0)
		j->c->received_at = t->now;
	if (handler_of(j->c->kind)->want)
		handler_of(j->c->kind)->want(t, j);
	if (j->c->resent && j->slot)
		want_resent(t, j);
	j->key = j->c->who.account ? key_of(t, j) : NULL;
	if (j->key)
		turn_want_answer(t, j->c->who.account, j->key);
}

/* When the system went away, 0: it has not been. No heartbeat was committed for so long, though we are the
 * same process: the disk or the machine stood still. For those who waited that was a downtime like another. The
 * time before a clock that was doubted is one as soon as the clock is trusted. */
static int64_t away_since(const struct turn *t)
{
	const struct engine *e = t->e;
	int64_t still = t->boot - e->beat_boot;

	if (clock_is_manual() || e->catching_up || e->trust != CLOCK_GOOD ||
	    store_metrics(e->store).read_only)
		return 0;
	if (e->away_owed && t->now - e->beaten_at > DOWNTIME_MS)
		return e->beaten_at;
	return still > DOWNTIME_MS ? t->now - still : 0;
}

/* A store that is only read fires nothing: it could not remember that it did. Nor does a clock that is far
 * ahead. */
static bool wakes_due(const struct turn *t)
{
	const struct engine *e = t->e;

	if (store_metrics(e->store).read_only || e->trust == CLOCK_AHEAD)
		return false;
	return !e->next_wake_known || (e->next_wake && e->next_wake <= t->now) || away_since(t);
}

static void want(struct turn *t)
{
	size_t most = t->e->wakes_most;

	for (int i = 0; i < t->batch->n; i++)
		want_job(t, &t->batch->jobs[i]);
	if (t->batch->n > TURN_COMMANDS / 2 && most > WAKES_BESIDE_COMMANDS)
		most = WAKES_BESIDE_COMMANDS;
	if (wakes_due(t))
		turn_want_due(t, most);
	mode_want(t);
}

/* -- decide --------------------------------------------------------------------------------- */

/* A step of the wall clock is recorded with the next turn. */
static void record_step(struct turn *t)
{
	int64_t by = t->e->stepped_ms;
	struct buf b = {0};
	struct json j = json_to(&b);

	if (by == 0)
		return;
	t->stepped_ms = by;
	json_begin(&j, NULL);
	json_int(&j, "by_ms", by);
	json_time(&j, "from", t->now - by);
	json_time(&j, "to", t->now);
	json_end(&j);
	turn_system_event(t, EVENT_CLOCK_STEPPED, "system", 0, buf_view(&b));
	buf_free(&b);
}

static void record_away(struct turn *t)
{
	int64_t from = away_since(t);

	if (from == 0)
		return;
	if (!t->e->away_owed)
		log_alarm("stood still", "for_ms=%lld", (long long)(t->now - from));
	turn_was_away(t, "system", 0, (struct downtime){from, t->now});
}

/* Until the clock is trusted, no unit is late for what fell due since the last heartbeat. */
static void doubt(struct turn *t)
{
	if (t->e->trust == CLOCK_AHEAD)
		turn_excuse(t, (struct downtime){t->e->beaten_at, t->now});
}

static bool may_beat(const struct turn *t)
{
	const struct engine *e = t->e;

	return e->beat_wanted && !e->catching_up && !t->save.downtime.to && heartbeat_may_be_stored(e) &&
	    !store_metrics(e->store).read_only;
}

static void decide(struct turn *t)
{
	record_step(t);
	timetable_record(t);
	record_away(t);
	doubt(t);
	for (int i = 0; i < t->batch->n; i++)
		run_job(t, &t->batch->jobs[i]);
	if (!t->effects.advance)
		turn_fire(t);
	if (may_beat(t))
		t->save.beat = t->now;
}

const struct turn_kind turn_of_commands = {"commands", want, decide, NULL};
