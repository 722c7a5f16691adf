/* summaries.c - digests are made when their time has come, and read what they say when they go. Place: notifier; a part of the pump. */
#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "notifier/pump_parts.h"

#define OPEN_MOST 1000 /* dispatches of one unit that are counted */

/* -- what is open --------------------------------------------------------------------------------------- */

/* The unit's open dispatches, those of the units that it acts for with them. */
static bool read_open(struct pump *p, const struct outgoing *digest, const char *unit, int64_t now, int most,
    struct summary_now *out)
{
	struct want_open w = {.unit = mechanism_acts_for(p->mechanism, unit, now, p->turn)};
	struct reads_wants wants = {.open = &w};
	int seen = 0;

	*out = (struct summary_now){.open = arena_new_array(p->turn, struct said, (size_t)most)};
	do {
		if (!front_reads(p->front) || reads_wait(front_reads(p->front), p->turn, &wants) != STORE_OK)
			return false;
		for (int i = 0; i < w.n && out->n < most; i++) {
			const struct dispatch *d = incident_dispatch(w.v[i].inc, w.v[i].n);

			if (d && summary_counts(w.v[i].inc, d))
				out->open[out->n++] = summary_said(digest, w.v[i].inc, d, p->turn);
		}
		seen += w.n;
		w.after = w.n > 0 ? w.v[w.n - 1].cursor : w.after;
	} while (w.more && w.n > 0 && out->n < most && seen < OPEN_MOST);
	out->more = w.more;
	summary_sort(out->open, out->n);
	return true;
}

static bool read_overdue(struct pump *p, const struct outgoing *digest, int64_t now, struct summary_now *out)
{
	const struct mechanism *m = p->mechanism;

	*out = (struct summary_now){
	    .overdue = arena_new_array(p->turn, struct overdue_unit, (size_t)m->n_units + 1)};
	for (int i = 0; i < m->n_units; i++) {
		struct overdue_unit u = {.unit = &m->units[i]};
		struct summary_now open;

		if (mechanism_heir(m, u.unit, now) != u.unit)
			continue;
		if (!read_open(p, digest, u.unit->id, now, OPEN_MOST, &open))
			return false;
		for (int k = 0; k < open.n; k++) {
			int64_t due =
			    summary_due_of(incident_dispatch(open.open[k].inc, open.open[k].o->dispatch));

			u.n += due && due <= now;
		}
		if (u.n == 0)
			continue;
		u.first = open.open[0];
		out->overdue[out->n++] = u;
	}
	return true;
}

bool summaries_read(struct pump *p, const struct outgoing *o, int64_t now, struct summary_now *out)
{
	return o->unit ? read_open(p, o, o->unit, now, OPEN_MOST, out) : read_overdue(p, o, now, out);
}

void summaries_text(struct pump *p, const struct summary_now *d, const struct addressee *to,
    const struct notice_channel *c, int64_t now, struct words *out)
{
	if (d->overdue)
		text_of_overdue(d->overdue, d->n, to, c, p->mechanism, now, p->turn, out);
	else
		text_of_summary(d->open, d->n, d->more, to, c, p->mechanism, now, p->turn, out);
}

/* -- when ------------------------------------------------------------------------------------------------- */

static bool make_one(struct pump *p, const struct notice_recipient *to, int64_t at, int64_t now)
{
	struct outgoing o = summary_of(to, p->store, at, now);
	struct summary_now open;

	if (pump_addressee(p, &o).channels.n == 0)
		return true;
	if (!summaries_read(p, &o, now, &open))
		return false;
	if (open.n > 0)
		pump_begin(p, &o);
	return true;
}

/* All of that instant. False: the store could not be read; the next turn goes on. */
static bool make_all(struct pump *p, int64_t at, int64_t now)
{
	const struct notices *rules = pump_notices(p);
	bool good = true;

	for (int i = 0; i < rules->n_recipients && good; i++)
		if (summary_due(p->mechanism, &rules->recipients[i], at))
			good = make_one(p, &rules->recipients[i], at, now);
	return good;
}

void summaries_rules(struct pump *p, int64_t now)
{
	living_digested(&p->living, now);
}

int64_t summaries_turn(struct pump *p, int64_t now)
{
	const struct notices *rules = pump_notices(p);
	int64_t at, done = outbox_digested(p->outbox);

	if (!p->store[0])
		return 0;
	if (done < 0 || done > now) /* the clock was put back: an id says what was sent already */
		living_digested(&p->living, now);
	else if (summary_next(rules, done) && done < now - DAY_MS) {
		log_warn("digests let go", "days=%lld", (long long)((now - done) / DAY_MS));
		living_digested(&p->living, now - DAY_MS);
	}
	while ((at = summary_next(rules, outbox_digested(p->outbox))) && at <= now) {
		if (!make_all(p, at, now))
			return 0; /* the next pulse comes within a second */
		if (now - at >= rules->expires_ms[NOTICE_DIGEST])
			log_warn("digests let go", "minutes=%lld", (long long)((now - at) / MINUTE_MS));
		living_digested(&p->living, at);
	}
	return at;
}
