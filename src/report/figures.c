/* figures.c - a period's sums. Place: report; pure. */
#include "report/figures.h"
#include "base/arena.h"
#include "base/array.h"

#include <stdlib.h>

/* -- units ----------------------------------------------------------------------------------- */

static struct unit_figures *add_unit(struct figures *f, const char *id, const struct unit *u)
{
	struct unit_figures *one;

	ARRAY_ROOM(f->arena, f->units, f->n_units, f->cap_units);
	one = &f->units[f->n_units++];
	*one = (struct unit_figures){.id = u ? u->id : arena_text(f->arena, id), .unit = u};
	one->name = !u ? one->id : u->short_name ? u->short_name : u->name;
	return one;
}

static struct unit_figures *unit_of(struct figures *f, const char *id)
{
	for (int i = 0; i < f->n_units; i++)
		if (text_eq(f->units[i].id, id))
			return &f->units[i];
	return add_unit(f, id, NULL);
}

const struct unit_figures *figures_unit(const struct figures *f, const char *id)
{
	for (int i = 0; i < f->n_units; i++)
		if (text_eq(f->units[i].id, id))
			return &f->units[i];
	return NULL;
}

void figures_init(struct figures *f, struct arena *a, const struct mechanism *m, bool drill)
{
	*f = (struct figures){.arena = a, .m = m, .drill = drill};
	for (int i = 0; i < m->n_units; i++)
		add_unit(f, NULL, &m->units[i]);
}

/* Does a row of this standing belong into these figures? *as: the standing under which they count it. */
static bool belongs(const struct figures *f, enum standing standing, enum standing *as)
{
	*as = f->drill ? STANDING_COUNTED : standing;
	return f->drill == (standing == STANDING_DRILL);
}

void figures_dispatches(struct figures *f, const struct tally_key *key, const struct tally *more)
{
	struct unit_figures *u;
	enum standing as;

	if (!belongs(f, key->standing, &as))
		return;
	u = unit_of(f, key->unit);
	tally_add(&u->by[as], more, 1);
	if (as != STANDING_VOID)
		u->parts[key->part] += more->n[TALLY_DISPATCHES];
}

/* -- incidents ------------------------------------------------------------------------------- */

static void add_to_group(struct figures *f, struct incident_groups *g, const char *code,
    const struct tally_incident *more)
{
	int i = 0;

	while (i < g->n && !text_eq(g->v[i].code, code))
		i++;
	if (i == g->n) {
		ARRAY_ROOM(f->arena, g->v, g->n, g->cap);
		g->v[g->n++] = (struct incident_group){.code = arena_text(f->arena, code)};
	}
	tally_incident_add(&g->v[i].sum, more, 1);
}

void figures_incidents(struct figures *f, const struct tally_incident_key *key,
    const struct tally_incident *more)
{
	enum standing as;

	if (!belongs(f, key->standing, &as))
		return;
	tally_incident_add(&f->city[as], more, 1);
	if (as == STANDING_VOID)
		return;
	add_to_group(f, &f->categories, key->category, more);
	add_to_group(f, &f->townships, *key->township ? key->township : NULL, more);
	if (key->lead)
		tally_incident_add(&unit_of(f, key->lead)->incidents, more, 1);
}

/* -- findings -------------------------------------------------------------------------------- */

static bool slower(const struct found *a, const struct found *b)
{
	return a->s.f.late_ms > b->s.f.late_ms;
}

/* The slowest first; of equal ones the one that was given first. */
static void note_slow(struct figures *f, const struct found *one)
{
	int at = f->n_slowest;

	if (one->s.f.late_ms <= 0 || one->s.f.state == FINDING_VOID || one->s.f.state == FINDING_LAPSED)
		return;
	while (at > 0 && slower(one, &f->slowest[at - 1]))
		at--;
	if (at == SLOWEST_LISTED)
		return;
	if (f->n_slowest < SLOWEST_LISTED)
		f->n_slowest++;
	memmove(&f->slowest[at + 1], &f->slowest[at], (size_t)(f->n_slowest - 1 - at) * sizeof f->slowest[0]);
	f->slowest[at] = *one;
}

static void list(struct figures *f, const struct found *one)
{
	f->all_found++;
	unit_of(f, one->s.f.unit)->findings[one->s.f.class][one->s.f.state]++;
	note_slow(f, one);
	if (f->n_found == FINDINGS_LISTED)
		return;
	ARRAY_ROOM(f->arena, f->found, f->n_found, f->cap_found);
	f->found[f->n_found++] = *one;
}

/* Of the incident at hand, those of the same dispatch as the first are weighed together. */
static void weigh_dispatch(struct figures *f)
{
	struct score_finding v[FINDINGS_MAX];
	int at[FINDINGS_MAX], n = 0, dispatch = f->pending[0].s.f.dispatch;
	struct unit_figures *u = unit_of(f, f->pending[0].s.f.unit);

	for (int i = 0; i < f->n_pending && n < FINDINGS_MAX; i++)
		if (f->pending[i].s.f.dispatch == dispatch) {
			at[n] = i;
			v[n++] = f->pending[i].s;
		}
	score_add(&u->score, &f->m->policy.rubric, v, n);
	for (int i = 0; i < n; i++) {
		f->pending[at[i]].s = v[i];
		list(f, &f->pending[at[i]]);
	}
	for (int i = n - 1; i >= 0; i--) {
		memmove(&f->pending[at[i]], &f->pending[at[i] + 1],
		    (size_t)(f->n_pending - 1 - at[i]) * sizeof f->pending[0]);
		f->n_pending--;
	}
}

static void weigh_pending(struct figures *f)
{
	while (f->n_pending > 0)
		weigh_dispatch(f);
}

void figures_finding(struct figures *f, const struct found *one)
{
	if (f->n_pending > 0 && (!one->incident || !text_eq(one->incident, f->pending[0].incident)))
		weigh_pending(f);
	ARRAY_ROOM(f->arena, f->pending, f->n_pending, f->cap_pending);
	struct found *kept = &f->pending[f->n_pending++];

	*kept = *one;
	kept->incident = arena_text(f->arena, one->incident);
	kept->s.f.unit = unit_of(f, one->s.f.unit)->id;
	kept->s.f.by = arena_text(f->arena, one->s.f.by);
	kept->s.f.cause = arena_text(f->arena, one->s.f.cause);
	kept->s.f.revision = arena_text(f->arena, one->s.f.revision);
}

/* -- checks ---------------------------------------------------------------------------------- */

void figures_planned(struct figures *f, const char *unit, int64_t checks, int64_t left_out)
{
	struct unit_figures *u = unit_of(f, unit);

	u->checks_planned += checks;
	u->checks_left_out += left_out;
}

void figures_check(struct figures *f, const char *unit, bool answered, int64_t seconds)
{
	struct unit_figures *u = unit_of(f, unit);

	u->checks++;
	u->answered += answered;
	u->answer_s += answered ? seconds : 0;
}

/* -- the end --------------------------------------------------------------------------------- */

static int64_t due(const struct tally *t, enum tally_counter met, enum tally_counter late)
{
	return t->n[met] + t->n[late];
}

static void score_unit(const struct figures *f, struct unit_figures *u)
{
	const struct tally *t = &u->by[STANDING_COUNTED];
	const int64_t *calls = u->incidents.n;

	u->score.lines[FINDING_ACKNOWLEDGE].of = due(t, TALLY_ACKNOWLEDGE_MET, TALLY_ACKNOWLEDGE_LATE);
	u->score.lines[FINDING_ARRIVE].of = due(t, TALLY_ARRIVE_MET, TALLY_ARRIVE_LATE);
	u->score.lines[FINDING_REPORT].of = t->n[TALLY_DISPATCHES];
	u->score.lines[FINDING_DISSATISFIED].of = calls[TALLY_INCIDENT_SATISFIED] +
	    calls[TALLY_INCIDENT_BASICALLY] + calls[TALLY_INCIDENT_DISSATISFIED];
	score_sum(&u->score, &f->m->policy.rubric);
	u->rank = (struct score_rank){.dispatches = t->n[TALLY_DISPATCHES], .points = u->score.points};
}

static void rank_units(struct figures *f)
{
	struct score_rank *v = arena_new_array(f->arena, struct score_rank, (size_t)f->n_units + 1);

	for (int i = 0; i < f->n_units; i++)
		v[i] = f->units[i].rank;
	score_rank(&f->m->policy.rubric, v, f->n_units);
	for (int i = 0; i < f->n_units; i++)
		f->units[i].rank = v[i];
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct unit_figures *)a)->id, ((const struct unit_figures *)b)->id);
}

/* Codes ascending, none last. */
static int by_code(const void *a, const void *b)
{
	const char *x = ((const struct incident_group *)a)->code,
		   *y = ((const struct incident_group *)b)->code;

	return !x || !y ? (!x) - (!y) : strcmp(x, y);
}

static void sort_groups(struct incident_groups *g)
{
	if (g->n > 1)
		qsort(g->v, (size_t)g->n, sizeof *g->v, by_code);
}

void figures_done(struct figures *f)
{
	int known = f->m->n_units;

	weigh_pending(f);
	if (f->n_units > known + 1)
		qsort(f->units + known, (size_t)(f->n_units - known), sizeof *f->units, by_id);
	sort_groups(&f->categories);
	sort_groups(&f->townships);
	if (!f->m->policy.rubric.exists)
		return;
	for (int i = 0; i < f->n_units; i++)
		score_unit(f, &f->units[i]);
	rank_units(f);
}

void figures_volume(const struct unit_figures *u, struct tally *out)
{
	*out = (struct tally){{0}};
	for (int s = 0; s < STANDINGS; s++)
		if (s != STANDING_VOID && s != STANDING_DRILL)
			tally_add(out, &u->by[s], 1);
}

void figures_all(const struct figures *f, enum standing s, struct tally *out)
{
	*out = (struct tally){{0}};
	for (int i = 0; i < f->n_units; i++)
		tally_add(out, &f->units[i].by[s], 1);
}
