/*
 * start.c - what happens before the engine serves: the store, the mechanism in force, and what is to
 * be recorded about the time when no engine ran; and its last turn.
 *
 * Place: engine.
 *
 * Away means: more than DOWNTIME_MS since the last committed heartbeat. Shorter gaps (an engine that
 * died and came back within a second) make no unit late: an act counts from when the front end had it.
 */
#include "engine/duty.h"
#include "engine/start.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/kinds.h"
#include "engine/office.h"
#include "engine/mechanism.h"
#include "text/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* A sentence for the person who started us; the supervisor ends with our exit code. */
static int say(int code, const char *sentence)
{
	fprintf(stderr, "liandongd: %s\n", sentence);
	return code;
}

/* -- store ---------------------------------------------------------------------------------- */

static const int refusal_codes[] = {
    [STORE_LOCKED] = EX_UNAVAILABLE,
    [STORE_NEWER] = EX_DATAERR,
    [STORE_UNREADABLE] = EX_NOINPUT,
    [STORE_CLOCK] = EX_CONFIG,
    [STORE_NO_ROOM] = EX_CANTCREAT,
    [STORE_TRAINING] = EX_CONFIG,
};

/* "manual=2026-03-02T08:00:00+08:00", checked by the command line. */
static int64_t manual_instant(const char *clock)
{
	int64_t at = 0;

	if (clock && strncmp(clock, "manual=", 7) == 0)
		time_parse(str_of(clock + 7), &at);
	return at;
}

/* The process of reports writes in it, and may not make it. */
static void make_model_folder(const char *store)
{
	struct arena *a = arena_new();

	text_cache_begin(text_cache_folder(store, a));
	arena_free(a);
}

/* Front ends that are other users read the store as its group. */
bool start_shares(const struct options *o)
{
	const char *const others[] = {o->user_intake, o->user_api, o->user_report};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!text_eq(others[i], OPTION_USER_SAME) && !text_eq(others[i], o->user_engine))
			return true;
	return false;
}

int start_store(struct engine *e)
{
	const struct options *o = e->child->options;
	struct store_options so = {.path = o->store,
	    .floor_bytes = o->floor_bytes,
	    .ballast_bytes = o->ballast_bytes,
	    .training = o->training,
	    .manual = e->child->clock != NULL,
	    .manual_at = manual_instant(e->child->clock),
	    .salvage = e->child->salvage,
	    .exists = e->child->restarted,
	    .shared = start_shares(o),
	    .saving = child_saving};
	enum store_refusal refusal = STORE_OPENED;
	char why[1024] = "";

	child_starts_by(MESSAGE_OPENING);
	e->store = store_open(&so, e->english, &refusal, why, sizeof(why));
	if (!e->store) {
		log_alarm("store refused", "exit=%d why=\"%s\"", refusal_codes[refusal], why);
		return say(refusal_codes[refusal], why);
	}
	make_model_folder(o->store);
	if (store_manual(e->store))
		clock_set_manual((struct wall_ms){store_manual(e->store)});
	log_info("store opened", "file=%s seq=%lld epoch=%llu manual=%d", store_file(e->store),
	    (long long)store_head(e->store).seq, (unsigned long long)store_epoch(e->store),
	    store_manual(e->store) != 0);
	return 0;
}

/* -- mechanism ------------------------------------------------------------------------------ */

int start_mechanism(struct engine *e)
{
	e->m = mechanism_to_serve(e);
	if (e->m) {
		store_bring_up(e->store, e->m); /* a store that failed says so again at the first commit */
		return 0;
	}
	return say(EX_CONFIG,
	    e->english ? "the mechanism's files have errors (above) and no good "
			 "revision is stored: not started"
		       : "联动机制文件有误(见上),库中也没有可用的旧版本,未启动");
}

/* -- what is to be recorded ------------------------------------------------------------------- */

static void record_started(struct turn *t)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	if (t->e->child->restarted)
		return;
	json_begin(&j, NULL);
	json_text(&j, "version", LIANDONG_VERSION);
	json_text(&j, "revision", t->e->m->revision);
	json_end(&j);
	turn_system_event(t, EVENT_SYSTEM_STARTED, "system", 0, buf_view(&b));
	buf_free(&b);
}

static void record_activated(struct turn *t)
{
	struct engine *e = t->e;
	const char *before = store_revision(e->store);
	struct buf b = {0};
	struct json j = json_to(&b);

	if (mechanism_is_stored(e))
		return;
	struct store_revision *r = arena_alloc(t->a, sizeof(*r));

	*r = (struct store_revision){
	    .files = e->m->files, .n_files = e->m->n_files, .at = t->now, .who = "system", .why = "start"};
	memcpy(r->revision, e->m->revision, sizeof(e->m->revision));
	t->save.activate = r;
	json_begin(&j, NULL);
	json_text(&j, "revision", e->m->revision);
	json_text(&j, "before", *before ? before : NULL);
	if (strcmp(before, e->m->revision) == 0)
		json_text(&j, "why", "the stored copy was damaged");
	json_end(&j);
	turn_system_event(t, EVENT_CONFIG_ACTIVATED, "system", 0, buf_view(&b));
	buf_free(&b);
}

/* How long no engine ran. A clock that went back meanwhile is told, not believed less. */
static void record_away(struct turn *t)
{
	struct engine *e = t->e;
	int64_t last = store_last_beat(e->store);

	if (last == 0)
		return;
	if (t->now < last - DOWNTIME_MS) {
		log_alarm("clock went back while we were away", "by_ms=%lld", (long long)(last - t->now));
		turn_between_event(t, EVENT_CLOCK_STEPPED, "system", 0, last, t->now);
	}
	if (t->now - last <= DOWNTIME_MS || e->trust == CLOCK_AHEAD)
		return; /* or later, when the clock is trusted */
	turn_was_away(t, "system", 0, (struct downtime){last, t->now});
}

void start_downtimes(struct engine *e)
{
	struct arena *a = arena_new();
	struct circumstances all;

	if (store_downtimes(e->store, a, &all) != STORE_OK)
		fatal("the recorded downtimes cannot be read");
	e->downtimes = xalloc((all.n_downtimes + 1) * sizeof(*e->downtimes));
	if (all.n_downtimes)
		memcpy(e->downtimes, all.downtimes, all.n_downtimes * sizeof(*e->downtimes));
	e->n_downtimes = all.n_downtimes;
	arena_free(a);
}

static void want(struct turn *t)
{
	office_want(t);
	duty_want_plans(t);
}

static void decide(struct turn *t)
{
	office_take(t->e, t);
	duty_take_plans(t->e, t);
	record_started(t);
	record_activated(t);
	record_away(t);
}

const struct turn_kind turn_of_start = {"start", want, decide, NULL};

/* -- the end -------------------------------------------------------------------------------- */

static void decide_end(struct turn *t)
{
	t->save.beat = t->e->catching_up ? 0 : t->now;
}

const struct turn_kind turn_of_end = {"end", NULL, decide_end, NULL};
