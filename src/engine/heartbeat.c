/*
 * heartbeat.c - the heartbeat that goes through a commit, the engine's metrics, and the wall clock's steps.
 *
 * Place: engine. A beat every 5 s tells the front ends and, over them and the supervisor, systemd's
 * watchdog, that the engine turns and whether records can be stored; the last one stored is where a
 * downtime began.
 *
 * Metrics, as JSON in every PULSE (status.get and /metrics print them by these names): *_total count
 * since the engine's start, *_us are microseconds, the others are as of now.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/heartbeat.h"
#include "engine/core.h"
#include "engine/troubles.h"
#include "store/removal.h"

#include <stdlib.h>

#define STEP_MS 1000 /* smaller corrections are slewed, or do no harm */

static void write_metrics(const struct engine *e, struct json *j)
{
	const struct engine_metrics *f = &e->metrics;

	json_int(j, "uptime_ms", (clock_mono_us() - f->started_us) / 1000);
	json_int(j, "queue", e->queue.n);
	json_int(j, "turns_total", f->turns);
	json_int(j, "turn_us_total", f->turn_us_sum);
	json_int(j, "turn_us_last", f->turn_us_last);
	json_int(j, "turn_us_most", f->turn_us_most);
	json_int(j, "batch_most", f->batch_most);
	json_int(j, "commands_total", f->commands);
	json_int(j, "refused_total", f->refused);
	json_int(j, "unavailable_total", f->unavailable);
	json_int(j, "wakes_total", f->wakes);
	json_int(j, "reminders_total", f->reminders);
	json_int(j, "disarmed_total", f->disarmed); /* wakes that lay in the past: a defect */
	json_int(j, "checked_total", f->checked);   /* by the independent check */
	json_int(j, "repaired_total", f->repaired);
	json_int(j, "backups_total", e->timetable.made);
	json_int(j, "backups_failed_total", e->timetable.failed);
	json_int(j, "backup_last_timestamp_seconds", e->timetable.last_at / SECOND_MS);
	json_time(j, "next_wake", e->next_wake_known ? e->next_wake : 0);
	json_bool(j, "catching_up", e->catching_up);
	json_bool(j, "committing", e->committing);
	json_bool(j, "clock_behind", e->trust == CLOCK_BEHIND);
	json_bool(j, "clock_ahead", e->trust == CLOCK_AHEAD);
}

static void write_store_metrics(const struct engine *e, struct json *j)
{
	struct store_metrics f = store_metrics(e->store);

	json_int(j, "incidents", f.incidents);
	json_int(j, "open_incidents", f.open_incidents);
	json_int(j, "open_dispatches", f.open_dispatches);
	json_int(j, "commits_total", f.commits);
	json_int(j, "commit_us_total", f.commit_us_sum);
	json_int(j, "commit_us_last", f.commit_us_last);
	json_int(j, "checkpoints_total", f.checkpoints);
	json_int(j, "wal_bytes", f.wal_bytes);
	json_int(j, "db_bytes", f.db_bytes);
	json_int(j, "free_bytes", f.free_bytes);
	json_bool(j, "full", f.full);
	json_bool(j, "read_only", f.read_only);
}

/* A year on its way out of the store: while it is counted, and until its last row has left. */
static void write_removal(const struct engine *e, struct json *j)
{
	const struct removal_year *y = store_leaving(e->store);
	int year = y ? y->year : e->archiving.work.on ? e->archiving.year.year : 0;

	if (!year)
		return;
	json_int(j, "archiving_year", year);
	json_int(j, "archiving_percent",
	    y ? removal_percent(y, store_metrics(e->store).incidents, store_head(e->store).seq) : 0);
}

void heartbeat_pulse(struct engine *e)
{
	struct buf metrics = {0}, body = {0};
	struct json j = json_to(&metrics);
	struct arena *a = arena_new();
	const struct trouble *troubles;
	size_t n_troubles;

	e->pulsed_seq = store_head(e->store).seq;
	json_begin(&j, NULL);
	write_metrics(e, &j);
	json_int(&j, "front_ends", links_count(&e->links));
	write_store_metrics(e, &j);
	certificates_metrics(&e->certificates, &j);
	write_removal(e, &j);
	json_end(&j);
	troubles = troubles_list(e, a, &n_troubles);
	pulse_pack(&body,
	    &(struct pulse){.at = clock_wall().ms,
		.manual_at = store_manual(e->store),
		.seq = store_head(e->store).seq,
		.revision = e->m->revision,
		.metrics = buf_view(&metrics),
		.troubles = troubles,
		.n_troubles = n_troubles});
	links_broadcast(&e->links, MESSAGE_PULSE, buf_view(&body));
	arena_free(a);
	buf_free(&metrics);
	buf_free(&body);
}

void heartbeat_alive(struct engine *e)
{
	e->beat_wanted = false;
	heartbeat_pulse(e);
	child_beat(e->control);
}

/* The wall clock and the one since the boot go alike, in a suspended machine too; where they part, somebody
 * set the wall clock. */
bool heartbeat_look_at_clock(struct engine *e)
{
	int64_t apart = clock_wall().ms - clock_boot().ms, by = apart - e->wall_minus_boot;

	if (clock_is_manual())
		return false;
	e->wall_minus_boot = apart;
	if (llabs(by) < STEP_MS)
		return false;
	log_alarm("clock stepped", "by_ms=%lld", (long long)by);
	e->stepped_ms += by;
	return true;
}

static void tell_trust(const struct engine *e, int64_t now)
{
	static const char *const says[] = {
	    [CLOCK_BEHIND] = "clock behind the last heartbeat",
	    [CLOCK_AHEAD] = "clock far ahead of the last heartbeat, nothing is fired",
	};

	if (e->trust == CLOCK_GOOD)
		log_info("clock trusted again", "by_ms=%lld", (long long)(now - e->beaten_at));
	else
		log_alarm(says[e->trust],
		    "by_ms=%lld do=\"check the clock; if it is right: liandongctl clock confirm\"",
		    (long long)(now - e->beaten_at));
}

static struct clock_facts facts(const struct engine *e)
{
	return (struct clock_facts){.last_beat = e->beaten_at,
	    .now = clock_wall().ms,
	    .elapsed_ms = clock_boot().ms - e->beaten_boot,
	    .vouched = clock_is_manual() || e->vouched || clock_synchronised()};
}

bool heartbeat_may_be_stored(const struct engine *e)
{
	struct clock_facts f = facts(e);

	return e->trust == CLOCK_GOOD && trust_judge(&f) == CLOCK_GOOD;
}

bool heartbeat_look_at_trust(struct engine *e)
{
	struct clock_facts f = facts(e);
	enum clock_trust before = e->trust;

	e->trust = trust_judge(&f);
	if (e->trust == before)
		return false;
	tell_trust(e, f.now);
	return true;
}

void heartbeat_stored(struct engine *e, int64_t at)
{
	e->beaten_at = at;
	e->beaten_boot = clock_boot().ms;
	e->vouched = e->away_owed = false;
}
