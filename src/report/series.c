/*
 * series.c - see series.h. What has ended is read as sums, step by step; what is open is added to the step of its
 * day. All in one snapshot.
 *
 * Place: report, over store/report.h. Volumes leave out drills and what is void, as a report does; met and late are
 * those of what counts.
 */
#include "report/series.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "report/period.h"
#include "store/report.h"

#include <stdio.h>
#include <stdlib.h>

#define DAYS_OF_WEEK 7
#define DAY_TEXT 16

/* One curve's figures in one step. */
struct series_row {
	const char *code;
	int64_t volume;
	struct tally counted;            /* by unit */
	struct tally_incident incidents; /* by category */
};
struct series_step {
	int64_t from, to; /* local days */
	struct map rows;  /* struct series_row *, by code */
};
struct series {
	const struct report_ask *ask;
	struct reads *r;
	struct arena *a;
	struct period period;
	bool by_unit, weekly;
	struct series_step steps[SERIES_STEPS_MOST];
	int n_steps;
	struct series_step *at; /* the step whose sums are being read */
};

/* -- steps --------------------------------------------------------------------------------------- */

static int64_t step_end(const struct series *s, int64_t day)
{
	struct date d = day_date(day);
	int64_t end = s->weekly ? day - day_weekday(day) + DAYS_OF_WEEK
				: date_day((struct date){d.year + d.month / 12, d.month % 12 + 1, 1});

	return end < s->period.to ? end : s->period.to;
}

/* False: there are more than a curve shows. */
static bool cut(struct series *s)
{
	for (int64_t day = s->period.from; day < s->period.to; day = step_end(s, day)) {
		struct series_step *step = &s->steps[s->n_steps];

		if (s->n_steps++ == SERIES_STEPS_MOST)
			return false;
		*step = (struct series_step){.from = day, .to = step_end(s, day)};
		map_init(&step->rows, s->a, sizeof(struct series_row *), 0);
	}
	return true;
}

static struct series_step *step_of(struct series *s, int64_t midnight)
{
	int64_t day = local_day(midnight);

	for (int i = 0; i < s->n_steps; i++)
		if (day >= s->steps[i].from && day < s->steps[i].to)
			return &s->steps[i];
	return NULL;
}

static struct series_row *row_of(struct series *s, struct series_step *step, const char *code)
{
	const char *key = arena_text(s->a, code ? code : "");
	struct series_row **row = map_add(&step->rows, str_of(key), NULL);

	if (!*row) {
		*row = arena_alloc(s->a, sizeof **row);
		(*row)->code = key;
	}
	return *row;
}

/* -- what is read ----------------------------------------------------------------------------------- */

static bool in_volume(enum standing s)
{
	return s != STANDING_DRILL && s != STANDING_VOID;
}

static void add_dispatches(struct series *s, struct series_step *step, const struct tally_key *key,
    const struct tally *more)
{
	struct series_row *row;

	if (!s->by_unit || !in_volume(key->standing) || (s->ask->unit && !list_has(s->ask->unit, key->unit)))
		return;
	row = row_of(s, step, key->unit);
	row->volume += more->n[TALLY_DISPATCHES];
	if (key->standing == STANDING_COUNTED)
		tally_add(&row->counted, more, 1);
}

static void add_incidents(struct series *s, struct series_step *step, const struct tally_incident_key *key,
    const struct tally_incident *more)
{
	struct series_row *row;

	if (s->by_unit || !in_volume(key->standing) ||
	    (s->ask->unit && (!key->lead || !list_has(s->ask->unit, key->lead))))
		return;
	row = row_of(s, step, key->category);
	row->volume += more->n[TALLY_INCIDENT_INCIDENTS];
	tally_incident_add(&row->incidents, more, 1);
}

static void on_tally(void *arg, const struct tally_key *key, const struct tally *sum)
{
	struct series *s = arg;

	add_dispatches(s, s->at, key, sum);
}

static void on_incidents(void *arg, const struct tally_incident_key *key, const struct tally_incident *sum)
{
	struct series *s = arg;

	add_incidents(s, s->at, key, sum);
}

static void add_open_dispatch(struct series *s, const struct incident *inc, const struct dispatch *d)
{
	struct tally_key key;
	struct tally t;
	struct series_step *step;

	if (tally_holds(d))
		return;
	tally_dispatch(inc, d, &key, &t);
	step = step_of(s, key.day);
	if (step)
		add_dispatches(s, step, &key, &t);
}

static void on_open(void *arg, const struct incident *inc)
{
	struct series *s = arg;
	struct tally_incident_key key;
	struct tally_incident t;
	struct series_step *step;

	for (int i = 0; i < inc->n_dispatches; i++)
		add_open_dispatch(s, inc, &inc->dispatches[i]);
	if (tally_holds_incident(inc))
		return;
	tally_incident(inc, &key, &t);
	step = step_of(s, key.day);
	if (step)
		add_incidents(s, step, &key, &t);
}

static enum store_status read_step(struct series *s, struct series_step *step)
{
	int64_t from = day_start(step->from), to = day_start(step->to);

	s->at = step;
	return s->by_unit ? report_tallies(s->r, from, to, on_tally, s)
			  : report_tally_incidents(s->r, from, to, on_incidents, s);
}

static enum store_status read_all(struct series *s, report_progress *progress, void *arg)
{
	enum store_status status = STORE_OK;

	for (int i = 0; i < s->n_steps && status == STORE_OK; i++) {
		status = read_step(s, &s->steps[i]);
		if (progress)
			progress(arg, i + 1, s->n_steps + 1);
	}
	if (status == STORE_OK)
		status = report_open(s->r, period_from_ms(&s->period), period_to_ms(&s->period), on_open, s);
	return status;
}

/* -- the answer --------------------------------------------------------------------------------------- */

static void put_day(struct json *j, const char *key, int64_t day)
{
	struct date d = day_date(day);
	char text[DAY_TEXT];

	snprintf(text, sizeof text, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
	json_text(j, key, text);
}

static void put_clock(struct json *j, enum clock_kind kind, const char *key, const struct tally *t)
{
	json_begin(j, key);
	json_int(j, "met", t->n[TALLY_OF_CLOCK(kind, OUTCOME_MET)]);
	json_int(j, "late", t->n[TALLY_OF_CLOCK(kind, OUTCOME_LATE)]);
	json_end(j);
}

static void put_unit(struct json *j, const struct series_row *row)
{
	json_text(j, "unit", row->code);
	json_int(j, "dispatches", row->volume);
	put_clock(j, CLOCK_ACKNOWLEDGE, "acknowledge", &row->counted);
	put_clock(j, CLOCK_ARRIVE, "arrive", &row->counted);
	put_clock(j, CLOCK_FIRST_REPORT, "first_report", &row->counted);
}

static void put_category(struct json *j, const struct series_row *row)
{
	static const enum tally_incident_counter shown[] = {TALLY_INCIDENT_COMPLETED,
	    TALLY_INCIDENT_SATISFIED, TALLY_INCIDENT_BASICALLY, TALLY_INCIDENT_DISSATISFIED,
	    TALLY_INCIDENT_UNREACHED};

	if (*row->code)
		json_text(j, "category", row->code);
	else
		json_none(j, "category");
	json_int(j, "incidents", row->volume);
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		json_int(j, tally_incident_names[shown[i]].column, row->incidents.n[shown[i]]);
}

static int by_code(const void *x, const void *y)
{
	const struct series_row *const *a = x, *const *b = y;

	return strcmp((*a)->code, (*b)->code);
}

static void put_step(const struct series *s, struct json *j, const struct series_step *step)
{
	size_t n = map_count(&step->rows), at = 0, i = 0;
	struct series_row **rows = arena_new_array(s->a, struct series_row *, n + 1), **one;

	while ((one = map_next(&step->rows, &at, NULL)))
		rows[i++] = *one;
	qsort(rows, n, sizeof *rows, by_code);
	json_begin(j, NULL);
	put_day(j, "from", step->from);
	put_day(j, "to", step->to - 1);
	json_list(j, "rows");
	for (i = 0; i < n; i++) {
		json_begin(j, NULL);
		if (s->by_unit)
			put_unit(j, rows[i]);
		else
			put_category(j, rows[i]);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

static void put_answer(const struct series *s, int64_t seq, struct buf *out)
{
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_text(&j, "by", s->by_unit ? "unit" : "category");
	json_text(&j, "every", s->weekly ? "week" : "month");
	put_day(&j, "from", s->period.from);
	put_day(&j, "to", s->period.to - 1);
	json_int(&j, "seq", seq);
	json_list(&j, "steps");
	for (int i = 0; i < s->n_steps; i++)
		put_step(s, &j, &s->steps[i]);
	json_close(&j);
	json_end(&j);
}

/* -- the whole ------------------------------------------------------------------------------------------ */

static void refuse_with(const struct series *s, struct report_made *made, enum error_code code,
    const char *zh, const char *en)
{
	made->code = code;
	made->detail = s->ask->english ? en : zh;
}

static bool understand(struct series *s, struct report_made *made)
{
	s->by_unit = strncmp(s->ask->format, "unit.", 5) == 0;
	s->weekly = strstr(s->ask->format, ".week") != NULL;
	if (!period_parse(PERIOD_SPAN, str_of(s->ask->period), &s->period))
		refuse_with(s, made, ERROR_PARAMS, "from 须早于 to", "from lies before to");
	else if (!cut(s))
		refuse_with(s, made, ERROR_PARAMS, "走势至多 120 段,请缩短时段或改为按月",
		    "a series has at most 120 steps: ask for less, or by the month");
	else
		return true;
	return false;
}

static void read_series(struct series *s, struct report_made *made, struct buf *out,
    report_progress *progress, void *arg)
{
	struct report_snapshot snapshot;
	bool begun = report_begin(s->r, &snapshot) == STORE_OK;

	if (begun && read_all(s, progress, arg) == STORE_OK) {
		put_answer(s, snapshot.seq, out);
		*made = (struct report_made){.code = OK,
		    .type = "application/json; charset=utf-8",
		    .seq = snapshot.seq,
		    .chain = "",
		    .revision = ""};
	} else {
		refuse_with(s, made, ERROR_UNAVAILABLE, "暂时读不到记录,请稍后再试",
		    "the records cannot be read just now; try again");
	}
	if (begun)
		report_end(s->r);
}

void series_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg)
{
	struct series *s = arena_alloc(a, sizeof *s);
	char why[256];

	s->ask = ask;
	s->a = a;
	*made = (struct report_made){.code = OK};
	if (!understand(s, made))
		return;
	s->r = reads_open(store, why, sizeof why);
	if (!s->r) {
		made->code = ERROR_UNAVAILABLE;
		made->detail = arena_text(a, why);
		return;
	}
	read_series(s, made, out, progress, arg);
	reads_close(s->r);
}
