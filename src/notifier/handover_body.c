/*
 * handover_body.c - the facts of a matter by the names of templates' places (mechanism/exchange.c has the list).
 *
 * Place: notifier. A partner is the unit that is to act: it is told what its liaison would see. Personal data leave with
 * the request alone; no row and no log has them.
 */
#include "notifier/handover_body.h"
#include "base/json.h"
#include "base/time.h"
#include "domain/secrecy.h"

#include <stdio.h>

const char *const handed_kind_names[HANDED_KINDS] = {
    [HAND_OVER] = "hand-over",
    [HAND_AMENDED] = "amend",
    [HAND_URGED] = "urge",
    [HAND_DECIDED] = "decision",
    [HAND_WITHDRAWN] = "withdraw",
};

const char *handover_digits(int64_t at, struct arena *a)
{
	struct date d;
	int64_t s;

	if (!at)
		return NULL;
	d = day_date(local_day(at));
	s = (at - day_start(local_day(at))) / SECOND_MS;
	return arena_printf(a, "%04d%02d%02d%02d%02d%02d", d.year, d.month, d.day, (int)(s / 3600),
	    (int)(s / 60 % 60), (int)(s % 60));
}

static const char *decision_of(const struct handover_matter *x)
{
	if (!x->said || x->row->kind != HAND_DECIDED)
		return NULL;
	return x->said->e.type == EVENT_REQUEST_GRANTED ? "granted" : "rejected";
}

/* A city's mapping may have no place for {drill}. */
static const char *described(const struct incident *inc, struct arena *a)
{
	const char *said = secrecy_hide(inc, inc->description, a);

	return inc->drill ? arena_printf(a, "【演练】%s", said ? said : "") : said;
}

void handover_body(const struct exchange_partner *p, const struct handover_matter *x, struct arena *a,
    struct buf *out)
{
	const struct incident *inc = x->inc;
	const struct category *c = inc->category ? mechanism_category(x->m, inc->category) : NULL;
	struct str said = x->said ? x->said->e.data : STR("{}");
	const struct exchange_member facts[] = {
	    {"kind", handed_kind_names[x->row->kind]},
	    {"dispatch", x->row->dispatch},
	    {"number", inc->number},
	    {"ticket", x->row->ticket ? x->row->ticket : x->d->ticket},
	    {"priority", priority_names[inc->priority]},
	    {"category", inc->category},
	    {"category_name", c ? c->name : NULL},
	    {"area", inc->area},
	    {"address", inc->address},
	    {"reporter_name", inc->secret_reporter ? NULL : inc->reporter_name},
	    {"reporter_phone", inc->secret_reporter ? NULL : inc->reporter_phone},
	    {"description", described(inc, a)},
	    {"received_at", handover_digits(inc->received_at, a)},
	    {"issued_at", handover_digits(x->d->issued_at, a)},
	    {"acknowledge_due", handover_digits(x->d->clocks[CLOCK_ACKNOWLEDGE].due, a)},
	    {"id", x->row->id},
	    {"time", handover_digits(x->now, a)},
	    {"drill", inc->drill ? "1" : "0"},
	    {"text", x->said ? secrecy_hide(inc, x->said->words.text, a) : NULL},
	    {"decision", decision_of(x)},
	    {"request", x->row->kind == HAND_DECIDED ? json_member_text(a, said, "kind") : NULL},
	    {"until", handover_digits(json_member_time(said, "until"), a)},
	};

	exchange_compose(p->send.content, p->send.body, p->send.n_body, facts,
	    (int)(sizeof facts / sizeof *facts), out);
}
