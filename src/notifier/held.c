/* held.c - see held.h. Place: notifier; a part of the pump. */
#include "notifier/held.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/time.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "notice/climb.h"
#include "notice/number.h"
#include "notifier/pump_parts.h"

const char *const held_names[HELDS] = {
    [HELD_RETRY] = "retry",
    [HELD_QUIET] = "quiet",
    [HELD_FAILURES] = "failures",
    [HELD_PAUSE] = "pause",
    [HELD_BROKEN] = "broken",
    [HELD_GONE] = "gone",
    [HELD_TRIAL] = "trial",
    [HELD_BUDGET] = "budget",
    [HELD_NUMBER] = "number",
    [HELD_HALF_HOUR] = "half-hour",
    [HELD_TURN] = "turn",
};

static struct number_uses *uses_of(struct pump *p, const struct notice_channel *c, const char *phone)
{
	return numbers_of(&p->numbers, c, phone, p->mechanism, front_around(p->front));
}

static int64_t number_until(struct pump *p, const struct outgoing *o, const struct addressee *to,
    const struct notice_channel *c, int64_t now)
{
	const struct number_uses *u =
	    notices_by_phone(c->kind) ? uses_of(p, c, notices_number(to->who, c)) : NULL;

	return u ? number_from(u, c, o, now) : now;
}

/* Most senders take the minutes :00 and :30, and some providers are short of room then. */
static int64_t half_hour_until(const struct outgoing *o, const struct notice_channel *c, int64_t now)
{
	bool crowded = now / MINUTE_MS % 30 == 0;

	if (o->class != NOTICE_DIGEST || !channel_traits[c->kind].crowded_half_hours || !crowded)
		return now;
	return (now / MINUTE_MS + 1) * MINUTE_MS;
}

int64_t held_until(struct pump *p, const struct outgoing *o, const struct addressee *to,
    const struct notice_channel *c, int64_t now)
{
	int64_t number = number_until(p, o, to, c, now), half_hour = half_hour_until(o, c, now);

	return number > half_hour ? number : half_hour;
}

void held_sent(struct pump *p, const struct notice_channel *c, const char *phone, enum notice_class class,
    int64_t at)
{
	struct number_uses *u = uses_of(p, c, phone);

	if (u)
		number_add(u, class, at);
}

void held_not_sent(struct pump *p, const struct notice_channel *c, const char *phone, enum notice_class class,
    int64_t at)
{
	struct number_uses *u = uses_of(p, c, phone);

	if (u)
		number_remove(u, class, at);
}

/* -- for people ---------------------------------------------------------------------------------------- */

static enum held_by closed_by(const struct target *t)
{
	return t->broken ? HELD_BROKEN : t->failures >= TARGET_FAILURES ? HELD_FAILURES : HELD_PAUSE;
}

struct held pump_channel_held(struct pump *p, const struct notice_channel *c)
{
	const struct target *t = budgets_of(&p->budgets, c);

	if (t->gone)
		return (struct held){HELD_GONE, 0};
	if (t->trying)
		return (struct held){HELD_TRIAL, 0};
	if (t->closed_until > clock_wall().ms)
		return (struct held){closed_by(t), t->closed_until};
	return (struct held){HELD_NOT, 0};
}

/* Of one whose own time has come. */
static struct held held_now(struct pump *p, const struct outgoing *o, const struct notice_channel *c,
    int64_t now)
{
	struct held of_channel = pump_channel_held(p, c);
	struct addressee to = pump_addressee(p, o);
	int64_t at;

	if (of_channel.by != HELD_NOT)
		return of_channel;
	if ((at = number_until(p, o, &to, c, now)) > now)
		return (struct held){HELD_NUMBER, at};
	if ((at = half_hour_until(o, c, now)) > now)
		return (struct held){HELD_HALF_HOUR, at};
	if ((at = target_from(budgets_of(&p->budgets, c), o->class, now)) > now)
		return (struct held){HELD_BUDGET, at};
	return (struct held){HELD_TURN, 0};
}

struct held pump_waits(struct pump *p, const struct outgoing *o, int i)
{
	const struct notices *rules = pump_notices(p);
	const struct notice_channel *c = rules ? climb_channel(o, i, rules) : NULL;
	const struct attempt *t = &o->attempts[i];
	int64_t now = clock_wall().ms;

	if (!c || o->ended_at || t->state != ATTEMPT_WAITING)
		return (struct held){HELD_NOT, 0};
	if (t->next_at > now)
		return (struct held){t->tries > 0 ? HELD_RETRY : HELD_QUIET, t->next_at};
	return held_now(p, o, c, now);
}

void held_json(struct json *j, struct held h)
{
	if (h.by == HELD_NOT)
		return;
	json_text(j, "held_by", held_names[h.by]);
	json_time(j, "held_until", h.until);
}
