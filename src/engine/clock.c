/*
 * clock.c - the commands of the manual clock, for tests, drills and what-if. Place: engine; the walk
 * itself is advance.c's.
 *
 * Where an advance was to end is kept as the answer to its command: sent again after a crash, it
 * goes on to the same instant instead of walking twice as far.
 */
#include "base/clock.h"
#include "engine/handlers.h"

static bool may_move(struct turn *t, struct job *j)
{
	struct refusal why;

	if (!clock_is_manual())
		refuse(&why, t->a, ERROR_WRONG_STATE, NULL,
		    "系统走的是真实时钟,不能拨动;手动时钟须以 --clock manual=时刻 建库",
		    "the clock is the wall clock; a manual one begins with --clock manual=INSTANT");
	else if (t->effects.advance)
		refuse(&why, t->a, ERROR_WRONG_STATE, NULL, "时钟正在推进中",
		    "the clock is being moved already");
	else
		return true;
	job_refuse(t, j, &why);
	return false;
}

static void begin(struct turn *t, struct job *j, int64_t until)
{
	t->effects.advance = j;
	t->effects.advance_until = until;
	j->later = true;
}

static int64_t kept_until(const struct store_answer *kept)
{
	uint64_t until = 0;

	return str_uint(kept->body, &until) ? (int64_t)until : 0;
}

void clock_advance_run(struct turn *t, struct job *j)
{
	const struct store_answer *kept;
	int64_t until = t->now + command_int(j->c, FIELD_DURATION);

	if (!may_move(t, j))
		return;
	kept = turn_answer(t, j->c->who.account, j->key);
	if (kept) {
		begin(t, j, kept_until(kept));
		return;
	}
	j->reply.result = str_of(arena_printf(t->a, "%lld", (long long)until));
	turn_keep_answer(t, j, j->key);
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
	t->save.manual_at = to;
	if (to - t->now > DOWNTIME_MS)
		turn_was_away(t, j->c->who.account, j->c->id, (struct downtime){t->now, to});
	begin(t, j, to);
}

static void answer(struct turn *t, struct job *j, enum clock_trust trust)
{
	static const char *const names[] = {
	    [CLOCK_GOOD] = "good", [CLOCK_BEHIND] = "behind", [CLOCK_AHEAD] = "ahead"};
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_time(&json, "time", t->now);
	json_bool(&json, "manual", clock_is_manual());
	json_text(&json, "trust", names[trust]);
	json_end(&json);
	job_result(t, j, &b);
}

void clock_get_run(struct turn *t, struct job *j)
{
	answer(t, j, t->e->trust);
}

/* Somebody has looked: this is the time. What lies between the last heartbeat and now goes by his word. */
void clock_confirm_run(struct turn *t, struct job *j)
{
	const struct engine *e = t->e;

	if (e->trust == CLOCK_AHEAD)
		turn_was_away(t, j->c->who.account, j->c->id, (struct downtime){e->beaten_at, t->now});
	if (e->trust == CLOCK_BEHIND)
		turn_between_event(t, EVENT_CLOCK_STEPPED, j->c->who.account, j->c->id, e->beaten_at, t->now);
	t->effects.vouch = e->trust != CLOCK_GOOD;
	answer(t, j, CLOCK_GOOD);
}
