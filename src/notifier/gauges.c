/* gauges.c - see gauges.h. Place: notifier; above the pump. */
#include "notifier/gauges.h"
#include "base/clock.h"
#include "base/json.h"
#include "domain/exchange.h"
#include "notifier/ability.h"
#include "notifier/counts.h"
#include "notifier/handover.h"
#include "notifier/notifier.h"
#include "notifier/pump_parts.h"
#include "store/handed.h"

/* Since when it could have gone; what is kept back until later does not wait. */
static int64_t due_since(const struct outgoing *o)
{
	return o->send_at > o->at ? o->send_at : o->at;
}

static bool waits(const struct outgoing *o, int64_t now)
{
	return !o->ended_at && o->state == OUTGOING_QUEUED && due_since(o) <= now;
}

static void put_class(struct json *j, int class, int64_t n)
{
	json_begin(j, NULL);
	json_text(j, "class", notice_class_names[class]);
	json_int(j, "n", n);
	json_end(j);
}

static void put_waiting(const struct pump *p, int64_t now, struct json *j)
{
	int64_t n[NOTICE_CLASSES] = {0}, oldest[NOTICE_CLASSES] = {0};

	for (size_t i = 0; i < p->living.n; i++) {
		const struct outgoing *o = &p->living.v[i]->o;

		if (!waits(o, now))
			continue;
		n[o->class]++;
		oldest[o->class] =
		    now - due_since(o) > oldest[o->class] ? now - due_since(o) : oldest[o->class];
	}
	json_list(j, "waiting");
	for (int class = 0; class < NOTICE_CLASSES; class ++)
		put_class(j, class, n[class]);
	json_close(j);
	json_list(j, "oldest_ms");
	for (int class = 0; class < NOTICE_CLASSES; class ++)
		put_class(j, class, oldest[class]);
	json_close(j);
}

static void put_channels(struct pump *p, const char *list, bool broken, int64_t now, struct json *j,
    struct arena *a)
{
	const struct notices *rules = pump_notices(p);

	json_list(j, list);
	for (int i = 0; i < rules->n_channels; i++) {
		struct ability is = channel_ability_of(p, &rules->channels[i], true, now, a);

		json_begin(j, NULL);
		json_text(j, "channel", rules->channels[i].id);
		json_int(j, "n", is.can >= (broken ? CHANNEL_BROKEN : CHANNEL_HELD));
		json_end(j);
	}
	json_close(j);
}

/* What partners have not taken yet. */
static void put_partners(struct notifier *n, struct json *j)
{
	const struct mechanism *m = front_mechanism(n->front);
	const struct exchange_partners *x = m ? m->exchange : NULL;

	json_list(j, "handing");
	for (int i = 0; x && i < x->n; i++) {
		int64_t waiting = handed_count(handover_file(n->handover), x->v[i].id);

		if (waiting < 0)
			continue;
		json_begin(j, NULL);
		json_text(j, "partner", x->v[i].id);
		json_int(j, "n", waiting);
		json_end(j);
	}
	json_close(j);
}

/* Whose messages would fail as things stand. */
static void put_broken_partners(struct notifier *n, struct json *j, struct arena *a)
{
	const struct mechanism *m = front_mechanism(n->front);
	const struct exchange_partners *x = m ? m->exchange : NULL;
	const char *faults[HANDOVER_FAULTS];

	json_list(j, "cannot");
	for (int i = 0; x && i < x->n; i++) {
		json_begin(j, NULL);
		json_text(j, "partner", x->v[i].id);
		json_int(j, "n", handover_faults(n->handover, &x->v[i], true, a, faults) > 0);
		json_end(j);
	}
	json_close(j);
}

void counts_asked(struct notice_asked *a)
{
	struct notifier *n = a->arg;
	int64_t now = clock_wall().ms;
	struct buf b = {0};
	struct json j = json_to(&b);

	json_begin(&j, NULL);
	json_int(&j, "behind", front_seq(n->front) - n->pump->living.followed);
	if (pump_notices(n->pump)) {
		counts_json(n->pump->counts, &j);
		put_waiting(n->pump, now, &j);
		put_channels(n->pump, "held", false, now, &j, a->arena);
		put_channels(n->pump, "broken", true, now, &j, a->arena);
	}
	put_partners(n, &j);
	put_broken_partners(n, &j, a->arena);
	json_end(&j);
	asked_json(a, &b);
}
