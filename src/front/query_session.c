/*
 * query_session.c - reads about sessions in browsers: session.get (who am I, what time is it, what is wrong),
 * session.list (one's own; of those who see accounts, all).
 *
 * Place: front. FIELD_SESSION is set by the HTTP process: the session that asks. It is no parameter of a client's.
 */
#include "base/build.h"
#include "front/parts.h"

#include <stdlib.h>
#include <string.h>

#define ENDS_SOON_MS (30 * MINUTE_MS)

static bool english(const struct front_read *q)
{
	return q->view.english;
}

/* -- session.get ---------------------------------------------------------------------------- */

struct own_session {
	struct want_sessions all; /* of the account */
	const struct page_session *mine;
};

static bool get_want(struct front_read *q)
{
	struct own_session *own;

	if (q->loads || !command_has(q->c, FIELD_SESSION))
		return true;
	q->own = own = arena_alloc(q->a, sizeof *own);
	own->all = (struct want_sessions){.account = q->c->who.account, .limit = SESSIONS_MOST};
	q->wants.sessions = &own->all;
	return true;
}

static bool get_choose(struct front_read *q)
{
	struct own_session *own = q->own;

	for (int i = 0; own && i < own->all.n; i++)
		if (text_eq(own->all.v[i].s.id, command_text(q->c, FIELD_SESSION)))
			own->mine = &own->all.v[i].s;
	return true;
}

static void put_warning(struct front_read *q, const char *code, const char *detail)
{
	json_begin(&q->j, NULL);
	json_text(&q->j, "code", code);
	json_text(&q->j, "detail", detail);
	json_end(&q->j);
}

/* What is wrong; in detail to those who may ask for the system's state, to the others only what concerns what they
 * do. */
static void put_warnings(struct front_read *q, const struct page_session *mine)
{
	bool all = sight_row(THING_SYSTEM, q->view.role) == SIGHT_ALL;
	const struct trouble *v;
	size_t n;

	v = front_troubles(q->f, q->a, &n);
	json_list(&q->j, "warnings");
	for (size_t i = 0; i < n; i++)
		if (all || v[i].unready)
			put_warning(q, v[i].code, all ? v[i].detail : NULL);
	if (mine && mine->until - q->now < ENDS_SOON_MS)
		put_warning(q, "session-ends",
		    english(q) ? "this session ends soon: log in again" : "登录即将到期,请重新登录");
	json_close(&q->j);
}

static void put_own(struct front_read *q, const struct page_session *s)
{
	int64_t fresh = session_fresh_until(s);

	json_begin(&q->j, "session");
	json_text(&q->j, "session", s->id);
	json_text(&q->j, "with", s->by_token ? "token" : "code");
	json_time(&q->j, "opened_at", s->opened_at);
	json_time(&q->j, "until", s->until);
	if (fresh > q->now)
		json_time(&q->j, "fresh_until", fresh);
	json_end(&q->j);
}

static void put_unit(struct front_read *q, struct str id)
{
	const struct unit *unit = mechanism_unit(q->m, arena_str(q->a, id));

	json_str(&q->j, "unit", id);
	json_text(&q->j, "unit_name", unit ? unit->name : NULL);
}

/* What a form for returns offers, to those who ask for one or decide it. */
static void put_returns(struct front_read *q)
{
	const struct policy *p = &q->m->policy;

	if (!command_allowed(COMMAND_DISPATCH_RETURN, &q->c->who) &&
	    !command_allowed(COMMAND_DISPATCH_DECIDE_RETURN, &q->c->who))
		return;
	json_list(&q->j, "returns");
	for (int i = 0; i < p->n_return_reasons; i++) {
		json_begin(&q->j, NULL);
		json_text(&q->j, "reason", p->return_reasons[i].code);
		json_text(&q->j, "name", p->return_reasons[i].name);
		json_end(&q->j);
	}
	json_close(&q->j);
}

/* The phone of the desk: the duty phone of the unit whose emergency line is 110. */
static void put_desk_phone(struct front_read *q)
{
	for (int i = 0; i < q->m->n_units; i++)
		if (text_eq(q->m->units[i].emergency_line, "110"))
			json_text(&q->j, "desk_phone", q->m->units[i].duty.phone);
}

static void get_render(struct front_read *q)
{
	const struct own_session *own = q->own;
	const struct page_session *mine = own ? own->mine : NULL;
	const struct welcome *engine = front_engine(q->f);
	const char *units = q->c->who.unit;

	json_begin(&q->j, NULL);
	json_text(&q->j, "account", q->c->who.account);
	json_text(&q->j, "role", role_names[q->view.role]);
	if (units)
		put_unit(q, list_next(&units));
	if (mine)
		put_own(q, mine);
	json_text(&q->j, "store", engine ? engine->store : NULL);
	json_time(&q->j, "time", q->now);
	json_int(&q->j, "time_ms", q->now);
	json_int(&q->j, "seq", q->upto);
	json_text(&q->j, "version", LIANDONG_VERSION);
	json_text(&q->j, "build", build_id());
	json_text(&q->j, "revision", q->m->revision);
	query_put_training(q);
	render_office(&q->j, &q->m->calendar, q->now);
	put_returns(q);
	put_desk_phone(q);
	put_warnings(q, mine);
	json_end(&q->j);
}

const struct query query_session_get = {.want = get_want, .choose = get_choose, .render = get_render};

/* -- session.list --------------------------------------------------------------------------- */

/* Ids are twelve hex digits: a position is the number that they write. */
static bool list_want(struct front_read *q)
{
	const char *account = command_text(q->c, FIELD_ACCOUNT);
	bool all = sight_row(THING_ACCOUNTS, q->view.role) == SIGHT_ALL;
	struct want_sessions *w;
	int64_t after;

	if (q->loads)
		return true;
	if (account && !all && !text_eq(account, q->c->who.account))
		return refuse(&q->result.why, q->a, ERROR_FORBIDDEN, "account", "只能看自己的登录",
		    "only your own sessions are shown");
	if (!query_cursor(q, 's', &after))
		return false;
	q->own = w = arena_alloc(q->a, sizeof *w);
	*w = (struct want_sessions){
	    .account = all ? account : q->c->who.account, .limit = query_limit(q, 50, PAGE_MOST)};
	if (after)
		w->after = arena_printf(q->a, "%012llx", (unsigned long long)after);
	q->wants.sessions = w;
	return true;
}

static void put_listed(struct front_read *q, const struct listed_session *l)
{
	json_begin(&q->j, NULL);
	json_text(&q->j, "session", l->s.id);
	json_text(&q->j, "account", l->s.account);
	json_text(&q->j, "role", role_names[l->who->role]);
	json_text(&q->j, "unit", l->who->unit);
	json_text(&q->j, "with", l->s.by_token ? "token" : "code");
	json_time(&q->j, "opened_at", l->s.opened_at);
	json_time(&q->j, "seen_at", l->s.seen_at);
	json_time(&q->j, "until", l->s.until);
	if (text_eq(l->s.id, command_text(q->c, FIELD_SESSION)))
		json_bool(&q->j, "current", true);
	json_end(&q->j);
	q->result.n++;
}

static void list_render(struct front_read *q)
{
	const struct want_sessions *w = q->own;
	long long next = 0;

	json_begin(&q->j, NULL);
	json_list(&q->j, "sessions");
	for (int i = 0; i < w->n; i++)
		if (w->v[i].who && w->v[i].s.until > q->now)
			put_listed(q, &w->v[i]);
	if (w->more && w->n)
		next = strtoll(w->v[w->n - 1].s.id, NULL, 16);
	query_end_list(q, 's', next);
}

const struct query query_session_list = {.want = list_want, .render = list_render, .heavy = true};
