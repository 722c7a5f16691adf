/*
 * advance.c - the manual clock: for tests, drills and what-if.
 *
 * Place: engine. `clock.advance` walks through every instant at which something is due, each a turn
 * of its own at exactly that instant, and answers after the last commit. `clock.set` jumps: what a
 * machine that was down sees. The instant lies in the store and moves only with a commit.
 *
 * Where an advance was to end is kept as the answer to its command: sent again after a crash, it
 * goes on to the same instant instead of walking twice as far.
 *
 * A step of an advance is a heartbeat: under this clock nobody is away while it is walked. After a
 * jump the beat waits until all is caught up with, as after a true downtime.
 */
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"

void work_answer(struct engine *e, struct work *w, enum error_code code, const char *detail,
    struct str result)
{
	struct reply r = {.id = w->id, .code = code, .detail = detail, .result = result};

	links_send(e, w->from, &r);
	*w = (struct work){0};
}

static bool may_move(struct turn *t, struct job *j)
{
	struct refusal why;

	if (!clock_is_manual())
		refuse(&why, t->a, ERROR_WRONG_STATE, NULL,
		    "系统走的是真实时钟,不能拨动;手动时钟须以 --clock manual=时刻 建库",
		    "the clock is the wall clock; a manual one begins with --clock manual=INSTANT");
	else if (t->e->advance.on)
		refuse(&why, t->a, ERROR_WRONG_STATE, NULL, "时钟正在推进中",
		    "the clock is being moved already");
	else
		return true;
	job_refuse(t, j, &why);
	return false;
}

static void begin(struct turn *t, struct job *j, int64_t until)
{
	struct engine *e = t->e;

	e->advance = (struct work){.on = true, .from = j->from, .id = j->c->id};
	e->walk_until = until;
	e->walk_fired = 0;
	j->later = true;
}

static int64_t kept_until(const struct store_answer *kept)
{
	uint64_t until = 0;

	return str_uint(kept->body, &until) ? (int64_t)until : 0;
}

void clock_advance_run(struct turn *t, struct job *j)
{
	const char *key = job_key(t, j);
	const struct store_answer *kept;
	int64_t until = t->now + command_int(j->c, FIELD_DURATION);

	if (!may_move(t, j))
		return;
	kept = turn_answer(t, j->c->who.account, key);
	if (kept) {
		begin(t, j, kept_until(kept));
		return;
	}
	j->reply.result = str_of(arena_printf(t->a, "%lld", (long long)until));
	turn_keep_answer(t, j, key);
	begin(t, j, until);
}

void clock_set_run(struct turn *t, struct job *j)
{
	int64_t to = command_int(j->c, FIELD_INSTANT);
	struct refusal why;

	if (!may_move(t, j))
		return;
	if (to < t->now) {
		refuse(&why, t->a, ERROR_PARAMS, "instant", "时钟不能往回拨", "the clock does not go back");
		job_refuse(t, j, &why);
		return;
	}
	t->manual_at = to;
	if (to - t->now > DOWNTIME_MS)
		turn_was_away(t, j->c->who.account, j->c->id, (struct downtime){t->now, to});
	begin(t, j, to);
}

void clock_get_run(struct turn *t, struct job *j)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_time(&json, "time", t->now);
	json_bool(&json, "manual", clock_is_manual());
	json_end(&json);
	job_result(t, j, &b);
}

/* -- the walk ------------------------------------------------------------------------------- */

static void answer(struct engine *e, enum error_code code)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_time(&json, "time", clock_wall().ms);
	json_bool(&json, "manual", true);
	json_int(&json, "fired", e->walk_fired);
	json_int(&json, "seq", store_head(e->store).seq);
	json_end(&json);
	work_answer(e, &e->advance, code, NULL, code == OK ? buf_view(&b) : STR(""));
	buf_free(&b);
}

/* Moves the turn to the next instant at which something is due; to the end where nothing is. */
static void move_on(struct turn *t)
{
	struct engine *e = t->e;
	int64_t next = 0;

	if (store_next_wake(e->store, &next) == STORE_FAILED)
		engine_fail(e);
	t->now = next > t->now && next < e->walk_until ? next : e->walk_until;
	t->manual_at = t->now;
	turn_fire(t, TURN_WAKES_MAX);
}

void advance_turn(struct engine *e)
{
	struct batch *b = queue_blank(e);
	int64_t wakes = e->metrics.wakes;
	enum store_status status;
	bool more, last = false;
	struct turn t;

	turn_begin(&t, e, b);
	more = turn_fire(&t, TURN_WAKES_MAX);
	if (!more && e->metrics.wakes == wakes) {
		last = t.now >= e->walk_until;
		if (!last)
			move_on(&t);
	}
	t.beat = last || !e->catching_up ? t.now : 0;
	status = turn_commit(&t);
	e->walk_fired += e->metrics.wakes - wakes;
	if (status == STORE_OK)
		turn_release(&t);
	if (status == STORE_OK && last)
		e->catching_up = false;
	if (status == STORE_OK && (last || e->beat_wanted))
		heartbeat_alive(e);
	if (status != STORE_OK || last)
		answer(e, status == STORE_OK ? OK : ERROR_UNAVAILABLE);
	links_flush(e);
	turn_end(&t);
	turn_wanted(e);
}
