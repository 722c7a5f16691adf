/*
 * modes.c - mode.declare and mode.end: emergency modes (应急模式), by the shift leader or the office, for at
 * most as long as policy says, never backwards; and their end.
 * Place: engine, over register.h. What a mode changes is domain/mode.h's.
 */
#include "engine/modes.h"
#include "base/log.h"
#include "domain/mode.h"
#include "engine/core.h"
#include "engine/handlers.h"
#include "engine/register.h"

#define AT_ONCE ((size_t)256) /* incidents a turn at a mode's end */

/* -- declaring ------------------------------------------------------------------------------- */

static const char *known_modes(const struct turn *t, bool names)
{
	struct buf b = {0};

	for (int i = 0; i < t->m->policy.n_modes; i++)
		buf_printf(&b, "%s%s%s%s%s", i ? (names ? "、" : ", ") : "", t->m->policy.modes[i].id,
		    names ? "(" : "", names ? t->m->policy.modes[i].name : "", names ? ")" : "");
	const char *text = arena_str(t->a, buf_view(&b));
	buf_free(&b);
	return text;
}

static bool known_mode(struct turn *t, const char *mode, struct refusal *why)
{
	if (mechanism_mode(t->m, mode))
		return true;
	if (t->m->policy.n_modes == 0)
		return refuse(why, t->a, ERROR_PARAMS, "mode",
		    "policy.yaml 没有写应急模式(modes),先写明模式改变什么再宣布",
		    "policy.yaml has no modes: write there what the mode changes, then declare it");
	return refuse_as(why, ERROR_PARAMS, "mode",
	    arena_printf(t->a, "没有应急模式 %s,可用:%s", mode, known_modes(t, true)),
	    arena_printf(t->a, "there is no mode %s; there are: %s", mode, known_modes(t, false)));
}

static bool fits_span(struct turn *t, int64_t until, struct refusal *why)
{
	char most[TIME_TEXT_MAX];

	if (until <= t->now)
		return refuse(why, t->a, ERROR_PARAMS, "until",
		    "until 应晚于现在:模式自宣布时起,不能倒着宣布",
		    "until should lie ahead: a mode holds from its declaration on, never backwards");
	if (until - t->now <= t->m->policy.mode_most_ms)
		return true;
	duration_chinese(t->m->policy.mode_most_ms, most);
	return refuse_as(why, ERROR_PARAMS, "until",
	    arena_printf(t->a, "一次最多宣布%s,到期前可以再宣布一次", most),
	    arena_printf(t->a, "a mode is declared for at most %lld hours; declare it again before it ends",
		(long long)(t->m->policy.mode_most_ms / HOUR_MS)));
}

/* The area of that code, or the only one of that name. */
static const struct area *area_of(const struct mechanism *m, const char *given)
{
	const struct area *found = mechanism_area(m, given);

	for (int i = 0; !found && i < m->n_areas; i++)
		if (text_eq(m->areas[i].name, given) && !m->areas[i].parent)
			return &m->areas[i];
	return found;
}

/* Their codes, comma-separated; NULL: the whole city. */
static bool read_areas(struct turn *t, const char *given, const char **out, struct refusal *why)
{
	struct str one;

	*out = NULL;
	while (given && (one = list_next(&given)).n) {
		const char *text = arena_str(t->a, one);
		const struct area *area = area_of(t->m, text);
		if (!area)
			return refuse(why, t->a, ERROR_PARAMS, "areas",
			    "没有区域 %s,请用 areas.yaml 的代码或乡镇街道的全名",
			    "there is no area %s; give its code or its whole name in areas.yaml", text);
		if (!list_has(*out, area->code))
			*out = *out ? arena_printf(t->a, "%s,%s", *out, area->code) : area->code;
	}
	return true;
}

/* Does it hold already where and as long as that? */
static bool covers_it(const struct mode *held, const char *mode, const char *areas, int64_t now,
    int64_t until)
{
	return text_eq(held->name, mode) && mode_holds(held, now) && until <= mode_end(held) &&
	    (!held->areas || text_eq(held->areas, areas));
}

/* The one that does, of those before and those of this turn; false: none. */
static bool held_already(struct turn *t, const char *mode, const char *areas, int64_t until, struct mode *out)
{
	for (size_t i = 0; i < t->around.n_modes; i++) {
		*out = t->around.modes[i];
		if (covers_it(out, mode, areas, t->now, until))
			return true;
	}
	for (size_t i = 0; i < t->ledger.n_entries; i++) {
		const struct entry *e = t->ledger.entries[i];
		*out = e->kind == ENTRY_MODE ? mode_of_entry(e, t->a) : (struct mode){0};
		if (e->kind == ENTRY_MODE && covers_it(out, mode, areas, t->now, until))
			return true;
	}
	return false;
}

/* What is declared already is declared again only to last longer, or elsewhere. */
static bool adds_something(struct turn *t, const char *mode, const char *areas, int64_t until,
    struct refusal *why)
{
	char text[TIME_TEXT_MAX];
	struct mode held;

	if (!held_already(t, mode, areas, until, &held))
		return true;
	time_rfc3339(mode_end(&held), text);
	return refuse(why, t->a, ERROR_WRONG_STATE, "mode",
	    "应急模式 %s 已在执行,到 %s;要延长,请写更晚的 until",
	    "mode %s holds already, until %s; to make it last longer give a later until", mode, text);
}

void mode_declare_run(struct turn *t, struct job *j)
{
	const char *mode = command_text(j->c, FIELD_MODE), *areas;
	int64_t until = command_int(j->c, FIELD_UNTIL);
	struct refusal why = {.code = OK};

	if (!known_mode(t, mode, &why) || !fits_span(t, until, &why) ||
	    !read_areas(t, command_text(j->c, FIELD_AREAS), &areas, &why) ||
	    !adds_something(t, mode, areas, until, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	struct buf b = {0};
	struct json json = json_to(&b);
	json_begin(&json, NULL);
	json_text(&json, "document", command_text(j->c, FIELD_DOCUMENT));
	json_time(&json, "declared", until);
	json_text(&json, "areas", areas);
	json_end(&json);
	struct entry *e = register_add(t,
	    &(struct entry){.kind = ENTRY_MODE,
		.name = mode,
		.at = t->now,
		.until = until,
		.wake_at = until,
		.by = j->c->who.account,
		.data = buf_into(&b, t->a)});
	register_event(t, j, EVENT_MODE_DECLARED, e, NULL, NULL);
	log_warn("mode declared", "mode=%s entry=%lld by=%s", mode, (long long)e->id, e->by);
	register_answer(t, j, e, NULL);
}

/* -- ending ---------------------------------------------------------------------------------- */

/* All that hold under this name: one that was declared to last longer, and the one before it. */
void mode_end_want(struct turn *t, struct job *j)
{
	const struct office *o = &t->e->office;

	for (size_t i = 0; i < o->n_modes; i++)
		if (text_eq(o->modes[i].name, command_text(j->c, FIELD_MODE)) &&
		    mode_holds(&o->modes[i], t->now))
			register_want_entry(t, o->modes[i].id);
}

/* What follows begins with the next turn. One that was over while no engine ran ended when it was to. */
static void end(struct turn *t, struct entry *e)
{
	e->until = e->until > t->now ? t->now : e->until;
	e->state = MODE_ENDED;
	e->wake_at = t->now + 1;
}

static void reason_more(struct json *j, const void *arg)
{
	register_digest(j, arg, "reason");
}

static void end_by(struct turn *t, struct job *j, struct entry *e)
{
	end(t, e);
	e->personal = register_personal(t->a, "reason", command_text(j->c, FIELD_REASON), NULL);
	register_event(t, j, EVENT_MODE_ENDED, e, reason_more, e);
	log_warn("mode ended", "mode=%s entry=%lld by=%s", e->name, (long long)e->id, j->c->who.account);
}

static bool holds_as(const struct entry *e, const char *mode)
{
	return e && e->kind == ENTRY_MODE && e->state == MODE_DECLARED && text_eq(e->name, mode);
}

/* Those of before, then those that this turn has made. */
static struct entry *end_all(struct turn *t, struct job *j, const char *mode)
{
	struct entry *last = NULL;

	for (size_t i = 0; i < t->around.n_modes; i++) {
		struct entry *e = register_entry(t, t->around.modes[i].id);
		if (holds_as(e, mode))
			end_by(t, j, last = e);
	}
	for (size_t i = 0; i < t->ledger.n_entries; i++)
		if (holds_as(t->ledger.entries[i], mode))
			end_by(t, j, last = t->ledger.entries[i]);
	return last;
}

void mode_end_run(struct turn *t, struct job *j)
{
	const char *mode = command_text(j->c, FIELD_MODE);
	struct entry *e = end_all(t, j, mode);
	struct refusal why;

	if (e) {
		register_answer(t, j, e, NULL);
		return;
	}
	refuse(&why, t->a, ERROR_WRONG_STATE, "mode",
	    "应急模式 %s 没有在执行,无须结束;正在执行的见 mode.list",
	    "mode %s does not hold, so there is nothing to end; mode.list has those that do", mode);
	job_refuse(t, j, &why);
}

/* -- what follows from the end -------------------------------------------------------------------- */

void mode_want(struct turn *t)
{
	const struct mode_walk *w = &t->e->office.walk;

	if (!w->entry || t->wants.armed_most)
		return;
	t->ledger.walks = true;
	t->wants.armed_wake = w->wake;
	t->wants.armed_id = w->id;
	t->wants.armed_most = AT_ONCE;
	t->wants.armed = arena_new_array(t->a, struct incident *, AT_ONCE);
}

/* Those that were loaded; a turn that has loaded none of them for this is not one of the walk. */
static bool walk(struct turn *t, const struct entry *e)
{
	struct mode mode = mode_of_entry(e, t->a);
	struct mode_walk *w = &t->e->office.walk;

	if (w->entry != e->id || !t->ledger.walks)
		return false;
	if (t->wants.n_armed) { /* before their wakes change */
		w->then_wake = t->wants.armed[t->wants.n_armed - 1]->wake_at;
		w->then_id = t->wants.armed[t->wants.n_armed - 1]->id;
	}
	for (size_t i = 0; i < t->wants.n_armed; i++) {
		struct slot *slot = slots_take(&t->slots, t->a, t->wants.armed[i]);
		struct decision d;

		deadline_mode_over(slot->inc, t->m, &t->around, &mode, t->now, &d, t->a);
		if (d.n_events > 0)
			turn_decided(t, &d, slot);
	}
	return t->wants.n_armed < t->wants.armed_most;
}

void mode_wake(struct turn *t, struct entry *e)
{
	if (e->state == MODE_DECLARED) {
		end(t, e);
		register_event(t, NULL, EVENT_MODE_ENDED, e, NULL, NULL);
		return;
	}
	e->wake_at = walk(t, e) ? 0 : t->now + 1;
}

void mode_committed(struct engine *e, const struct turn *t)
{
	struct mode_walk *w = &e->office.walk;

	for (size_t i = 0; i < t->ledger.n_entries; i++) {
		const struct entry *one = t->ledger.entries[i];
		if (one->kind != ENTRY_MODE || one->state != MODE_ENDED)
			continue;
		if (w->entry == one->id && !one->wake_at)
			*w = (struct mode_walk){0}; /* all were looked at */
		else if (w->entry == one->id && t->ledger.walks && t->wants.n_armed)
			*w = (struct mode_walk){.entry = one->id, .wake = w->then_wake, .id = w->then_id};
		else if (!w->entry && one->wake_at)
			*w = (struct mode_walk){.entry = one->id};
	}
}
