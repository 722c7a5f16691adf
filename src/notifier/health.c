/*
 * health.c - see health.h. Place: notifier.
 *
 * Numbers for programs, and for people a sentence with each thing that is wrong and what to do: a channel that cannot send,
 * an instruction that reached no person of its unit, a hand-over that was not taken in time.
 */
#include "notifier/health.h"
#include "base/both.h"
#include "base/clock.h"
#include "base/json.h"
#include "domain/exchange.h"
#include "base/time.h"
#include "notifier/ability.h"
#include "notifier/handover.h"
#include "notifier/notifier.h"
#include "notifier/pump_parts.h"
#include "notifier/unreached.h"
#include "store/handed.h"

#define UNREACHED_MOST 100 /* more are not counted */
#define BEHIND_EVENTS 1000

struct health {
	struct notifier *n;
	struct arena *arena;
	struct json *j;
	struct buf warnings; /* members of the list, written on the way */
	struct json w;
	bool english;
	int64_t now;
};

static void warn_of(struct health *h, const char *code, const char *name, const char *detail)
{
	json_begin(&h->w, NULL);
	json_text(&h->w, "code", code);
	json_text(&h->w, "name", name);
	json_text(&h->w, "detail", detail);
	json_end(&h->w);
}

/* "11:20", with the day where it is another one. */
static const char *when(struct health *h, int64_t at)
{
	char text[TIME_TEXT_MAX];

	return arena_text(h->arena,
	    h->english ? time_english(at, h->now, text) : time_chinese(at, h->now, text));
}

/* -- channels ------------------------------------------------------------------------------------- */

static const struct {
	const char *code;
	struct both is, so; /* what is wrong; what to do */
} faults[CHANNEL_ABILITIES] = {
    [CHANNEL_DEAF] = {"channel-deaf",
	{"能发,但读不了回执和回复", "sends, but reads no receipts and replies"}},
    [CHANNEL_HELD] = {"channel-held", {"暂停", "is paused"}},
    [CHANNEL_BROKEN] = {"channel-broken", {"停用中", "is shut"},
	{"。修好以后试发一条(liandongctl notice test),成了就重新启用",
	    "; when it is mended, one on trial opens it (liandongctl notice test)"}},
    [CHANNEL_MISSING] = {"channel-missing", {"不能发", "cannot send"}},
};

static const char *in(const struct health *h, const struct both *b)
{
	const char *text = h->english ? b->en : b->zh;

	return text ? text : "";
}

static void warn_of_channel(struct health *h, const char *id, const struct ability *is)
{
	const char *until = "";

	if (is->until)
		until =
		    arena_printf(h->arena, h->english ? " (until %s)" : ",%s以前不发", when(h, is->until));
	warn_of(h, faults[is->can].code, id,
	    arena_printf(h->arena, "%s %s %s%s%s%s%s", h->english ? "channel" : "通道", id,
		in(h, &faults[is->can].is), *is->why ? h->english ? ": " : ":" : "", is->why, until,
		in(h, &faults[is->can].so)));
}

static void put_channels(struct health *h)
{
	const struct notices *rules = pump_notices(h->n->pump);

	json_list(h->j, "channels");
	for (int i = 0; rules && i < rules->n_channels; i++) {
		const struct notice_channel *c = &rules->channels[i];
		struct ability is = channel_ability_of(h->n->pump, c, h->english, h->now, h->arena);

		json_begin(h->j, NULL);
		json_text(h->j, "channel", c->id);
		json_text(h->j, "kind", channel_kind_names[c->kind]);
		json_text(h->j, "state", channel_ability_names[is.can]);
		if (*is.why)
			json_text(h->j, "why", is.why);
		json_time(h->j, "until", is.until);
		json_end(h->j);
		if (is.can != CHANNEL_SENDS)
			warn_of_channel(h, c->id, &is);
	}
	json_close(h->j);
}

/* -- what did not get through, and what waits --------------------------------------------------------- */

static int64_t waiting(const struct pump *p, int64_t now)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->living.n; i++) {
		const struct outgoing *o = &p->living.v[i]->o;

		n += !o->ended_at && o->state == OUTGOING_QUEUED && o->send_at <= now;
	}
	return n;
}

/* What a person has to phone about; -1: it cannot be read now. A drill is none. Of a unit without a channel an instruction counts once
 * its time to be fetched is over: its page is open, perhaps. */
static int unreached(struct health *h)
{
	struct outbox_row *rows = arena_new_array(h->arena, struct outbox_row, UNREACHED_MOST);
	struct unheard *unheard = arena_new_array(h->arena, struct unheard, UNREACHED_MOST);
	struct outbox_filter all = {.state = -1, .dispatch = -1};
	int failed = unreached_list(h->n, &all, UNREACHED_MOST, h->arena, rows);
	int silent = unheard_list(h->n, &all, UNREACHED_MOST, h->arena, unheard), n = 0;

	for (int i = 0; i < failed; i++)
		n += !rows[i].o.drill;
	for (int i = 0; i < silent; i++)
		n += !unheard[i].inc->drill && dispatch_to_phone(unheard[i].d);
	return failed < 0 || silent < 0 ? -1 : n;
}

static void put_notices(struct health *h)
{
	int n = unreached(h);
	int64_t behind = front_seq(h->n->front) - h->n->pump->living.followed;

	json_int(h->j, "behind", behind);
	json_int(h->j, "waiting", waiting(h->n->pump, h->now));
	if (n >= 0)
		json_int(h->j, "unreached", n);
	if (n > 0)
		warn_of(h, "unreached", NULL,
		    arena_printf(h->arena,
			h->english
			    ? "%d instructions reached no person of their units, which have not acknowledged "
			      "either: phone them (liandongctl notices --open)"
			    : "%d 条指令没有通知到人,也没有人签收:请打电话(liandongctl notices --open)",
			n));
	if (behind > BEHIND_EVENTS)
		warn_of(h, "notifier-behind", NULL,
		    arena_printf(h->arena,
			h->english ? "the notifier has %lld events to catch up on"
				   : "通知进程还有 %lld 个事件没有处理",
			(long long)behind));
}

/* -- hand-overs ------------------------------------------------------------------------------------- */

static void put_partner(struct health *h, const struct exchange_partner *p)
{
	struct handed_file *f = handover_file(h->n->handover);
	int64_t n = handed_count(f, p->id), since = handed_since(f, p->id);
	const char *wrong[HANDOVER_FAULTS];
	int n_wrong = handover_faults(h->n->handover, p, h->english, h->arena, wrong);

	if (n < 0)
		return;
	json_begin(h->j, NULL);
	json_text(h->j, "partner", p->id);
	json_int(h->j, "waiting", n);
	json_time(h->j, "since", since);
	json_text(h->j, "why", n_wrong ? wrong[0] : NULL);
	json_end(h->j);
	for (int i = 0; i < n_wrong; i++)
		warn_of(h, "partner-cannot", p->id,
		    arena_printf(h->arena,
			h->english ? "the exchange with %s (%s) is not in order: %s"
				   : "与%s(%s)的对接有问题:%s",
			p->person, p->id, wrong[i]));
	if (since && since <= h->now - p->send.accepted_ms)
		warn_of(h, "hand-over-waits", p->id,
		    arena_printf(h->arena,
			h->english ? "%s has not taken instructions since %s: hand them over by phone "
				     "(liandongctl exchange --open)"
				   : "%s从 %s 起有联动指令没有收下:请电话转接(liandongctl exchange --open)",
			p->person, when(h, since)));
}

static void put_partners(struct health *h)
{
	const struct mechanism *m = front_mechanism(h->n->front);
	const struct exchange_partners *x = m ? m->exchange : NULL;

	json_list(h->j, "partners");
	for (int i = 0; x && i < x->n; i++)
		put_partner(h, &x->v[i]);
	json_close(h->j);
}

void health_asked(struct notice_asked *a)
{
	struct notifier *n = a->arg;
	struct buf b = {0};
	struct json j = json_to(&b);
	struct health h = {
	    .n = n, .arena = a->arena, .j = &j, .english = a->ask.english, .now = front_now(n->front)};

	h.w = json_to(&h.warnings);
	json_begin(&j, NULL);
	json_begin(&j, "notices");
	json_bool(&j, "up", true);
	put_notices(&h);
	put_channels(&h);
	put_partners(&h);
	json_end(&j);
	json_list(&j, "warnings");
	json_raw(&j, NULL, buf_view(&h.warnings));
	json_close(&j);
	json_end(&j);
	asked_json(a, &b);
	buf_free(&h.warnings);
}
