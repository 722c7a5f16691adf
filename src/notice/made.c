/* made.c - which events make which notices. Place: notice; pure. */
#include "notice/made.h"
#include "base/arena.h"

#include <stdio.h>

enum whom {
	WHOM_NAMED, /* who is in its recipients[] */
	WHOM_UNIT   /* the unit of its dispatch: who is on duty */
};

static const struct made_row {
	enum event_type type;
	enum notice_class class;
	enum whom whom;
	const char *about; /* NULL: the clock, or the kind of request */
} rows[] = {
    {EVENT_DISPATCH_ISSUED, NOTICE_INSTRUCTION, WHOM_UNIT, "issued"},
    {EVENT_DISPATCH_REOPENED, NOTICE_INSTRUCTION, WHOM_UNIT, "reopened"},
    {EVENT_DISPATCH_WITHDRAWN, NOTICE_DECISION, WHOM_UNIT, "withdrawn"},
    {EVENT_REMINDER_SENT, NOTICE_REMINDER, WHOM_NAMED, NULL},
    {EVENT_ESCALATION_RAISED, NOTICE_ESCALATION, WHOM_NAMED, NULL},
    {EVENT_REQUEST_ASKED, NOTICE_DECISION, WHOM_NAMED, NULL},
    {EVENT_REQUEST_LAPSED, NOTICE_DECISION, WHOM_NAMED, NULL},
    {EVENT_REQUEST_GRANTED, NOTICE_DECISION, WHOM_UNIT, NULL},
    {EVENT_REQUEST_REJECTED, NOTICE_DECISION, WHOM_UNIT, NULL},
};

static const struct made_row *row_of(enum event_type type)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

bool made_of(enum event_type type)
{
	return row_of(type) != NULL;
}

bool made_told(enum event_type type)
{
	const struct made_row *r = row_of(type);

	return r && (r->whom == WHOM_NAMED || !r->about);
}

/* The journal row's hash, the event in it, and the recipient: a restored store that goes on makes others, and reading
 * it again makes the same. */
static void identify(struct outgoing *o, const struct digest *hash)
{
	char recipient[256], hex[DIGEST_HEX];
	struct str parts[2] = {{(const char *)hash->b, DIGEST_LEN}, {recipient, 0}};
	int n = snprintf(recipient, sizeof recipient, "%lld|%s|%s|%d", (long long)o->seq,
	    o->unit ? o->unit : "", o->role, o->which);

	parts[1].n = n < (int)sizeof recipient ? (size_t)n : sizeof recipient - 1;
	struct digest d = digest_parts(parts, 2);
	memcpy(o->id, digest_hex(&d, hex), NOTICE_ID_LEN);
	o->id[NOTICE_ID_LEN] = '\0';
}

bool made_of_row(const struct outgoing *o, const struct digest *hash)
{
	struct outgoing again = *o;

	identify(&again, hash);
	return strcmp(again.id, o->id) == 0;
}

static struct outgoing base_of(const struct made_row *r, const struct event *e, const struct told_by *t,
    const struct incident *inc, int64_t now, struct arena *a)
{
	struct outgoing o = {.seq = e->seq,
	    .at = e->at,
	    .event = (int)e->type,
	    .class = r->class,
	    .incident = arena_text(a, e->incident),
	    .dispatch = e->dispatch,
	    .made_at = now,
	    .priority = inc ? (int)inc->priority : 0,
	    .drill = inc && inc->drill};

	o.about = r->about ? r->about : t->clock ? t->clock : t->kind;
	return o;
}

static int unit_code(const struct digest *hash, int i)
{
	return 1000 + (int)((hash->b[2 * i % 30] << 8 | hash->b[2 * i % 30 + 1]) % 9000);
}

/* Those on duty; where there is no roster, the one who is called first. */
static int tell_unit(struct outgoing *v, const struct outgoing *base, const struct dispatch *d,
    const struct mechanism *m, const struct circumstances *around, int64_t now)
{
	const struct unit *unit = mechanism_unit(m, d->unit);
	struct call call = deadline_call(m, around, unit ? mechanism_heir(m, unit, now) : NULL, now);
	int n = call.n_duty > 0 ? call.n_duty : 1;

	for (int i = 0; i < n; i++) {
		v[i] = *base;
		v[i].unit = d->unit;
		v[i].role = "duty";
		v[i].which = i + 1;
		v[i].digest = d->unit;
		if (d->role == AS_INFORM && base->class == NOTICE_INSTRUCTION) {
			v[i].class = NOTICE_REMINDER; /* it is told, and nothing is owed */
			v[i].about = "inform";
		}
	}
	return n;
}

static int tell_named(struct outgoing *v, const struct outgoing *base, const struct told_by *t,
    struct arena *a)
{
	for (int i = 0; i < t->n; i++) {
		v[i] = *base;
		v[i].unit = arena_text(a, t->v[i].unit);
		v[i].role = arena_text(a, t->v[i].role);
		v[i].which = 1;
		for (int k = 0; k < i; k++)
			v[i].which += text_eq(v[k].role, v[i].role) && text_eq(v[k].unit, v[i].unit);
		v[i].digest = arena_text(a, t->v[i].digest);
		v[i].send_at = t->v[i].send_at;
	}
	return t->n;
}

/* Keeps the notices whose recipient has a channel. A unit without any channel gets none: the board and its page show the
 * instruction. An instruction is kept, too, if the unit has channels and none can reach it (a short message to a landline):
 * it ends at once, and the desk is told. */
static int keep_told(struct outgoing *v, int n, const struct mechanism *m, const struct circumstances *around,
    int64_t now)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		struct addressee to = addressee_of(&v[i], m, around, now);

		if (to.channels.n > 0 || (to.listed > 0 && v[i].class == NOTICE_INSTRUCTION))
			v[kept++] = v[i];
	}
	return kept;
}

bool made_none_for(const char *unit, const struct mechanism *m, const struct circumstances *around,
    int64_t now)
{
	const struct outgoing base = {.class = NOTICE_INSTRUCTION};
	const struct dispatch d = {.unit = unit, .role = AS_LEAD};
	struct outgoing v[TOLD_MOST_EACH];
	int n = tell_unit(v, &base, &d, m, around, now);

	return keep_told(v, n, m, around, now) == 0;
}

struct outgoing *made_from(const struct event *e, const struct told_by *t, const struct incident *inc,
    const struct digest *hash, const struct mechanism *m, const struct circumstances *around, int64_t now,
    struct arena *a, int *n)
{
	const struct made_row *r = row_of(e->type);
	struct outgoing *v = arena_new_array(a, struct outgoing, TOLD_MOST_EACH);
	const struct dispatch *d = inc && e->dispatch ? incident_dispatch(inc, e->dispatch) : NULL;

	*n = 0;
	if (!r || !m->notices || m->notices->n_channels == 0 || !inc || inc->backfill)
		return v;
	struct outgoing base = base_of(r, e, t, inc, now, a);
	if (r->whom == WHOM_NAMED)
		*n = tell_named(v, &base, t, a);
	else if (d)
		*n = tell_unit(v, &base, d, m, around, now);
	*n = keep_told(v, *n, m, around, now);
	for (int i = 0; i < *n; i++) {
		v[i].code = v[i].unit && v[i].class == NOTICE_INSTRUCTION ? unit_code(hash, i) : 0;
		identify(&v[i], hash);
	}
	return v;
}

/* -- is it still so? ------------------------------------------------------------------------------ */

static enum still step_still(const struct dispatch *d, enum step step)
{
	return d->at[step] ? STILL_ACTED : STILL_OPEN;
}

static enum still dispatch_still(const struct outgoing *o, const struct dispatch *d)
{
	int clock = o->about ? name_index(clock_names, CLOCK_COUNT, o->about) : -1;

	if (d->state == DISPATCH_WITHDRAWN)
		return STILL_ENDED;
	if (o->class == NOTICE_INSTRUCTION)
		return d->state == DISPATCH_ISSUED || (text_eq(o->about, "reopened") && dispatch_open(d))
		    ? STILL_OPEN
		    : STILL_ACTED;
	if (!dispatch_open(d))
		return STILL_ACTED;
	if (clock >= 0 && clock_rows[clock].ends < STEPS)
		return step_still(d, clock_rows[clock].ends);
	return STILL_OPEN;
}

enum still made_still(const struct outgoing *o, const struct incident *inc)
{
	const struct dispatch *d;

	if (!inc)
		return STILL_ENDED;
	if (o->class == NOTICE_DECISION)
		return STILL_OPEN; /* what was decided is said in any case */
	if (inc->state == INCIDENT_CANCELLED || inc->state == INCIDENT_CLOSED)
		return STILL_ENDED;
	d = o->dispatch ? incident_dispatch(inc, o->dispatch) : NULL;
	if (o->dispatch && !d)
		return STILL_ENDED;
	return d ? dispatch_still(o, d) : STILL_OPEN;
}
