/*
 * learn.c - see learn.h. Place: report.
 */
#include "report/learn.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "base/time.h"
#include "domain/choice.h"
#include "domain/masked.h"

#include <string.h>

#define LOOKED_BACK_MS (90 * DAY_MS)
#define CASES_FILE "cases.jsonl"

/* What became of one incident that was judged by its words. */
struct judged_words {
	const char *number, *month; /* "2026-11" */
	const char *by_words, *now; /* categories */
	const char *text;           /* masked; NULL: it is erased, or nothing was corrected */
	bool asked;
};
struct corrections {
	const struct mechanism *m;
	struct arena *a;
	struct judged_words *v;
	size_t n, cap;
};

/* -- gathering ------------------------------------------------------------------------------------ */

static void on_judged(void *arg, const struct stored_judgement *one)
{
	struct corrections *x = arg;
	struct said_by said = {one->description, one->name, one->phone, one->address};
	struct judged_words j = {.by_words = choice_category(one->choice, x->a)};
	char at[TIME_TEXT_MAX];

	if (!j.by_words)
		return;
	j.number = arena_text(x->a, one->number);
	j.now = arena_text(x->a, one->category);
	j.asked = choice_asked(one->choice);
	j.month = arena_str(x->a, (struct str){time_rfc3339(one->received_at, at), 7});
	if (strcmp(j.by_words, j.now) != 0)
		j.text = masked_description(x->a, x->m, &said);
	ARRAY_ROOM(x->a, x->v, x->n, x->cap);
	x->v[x->n++] = j;
}

static bool gather(struct corrections *x, struct reads *r, int64_t *from, bool all, struct report_made *made)
{
	struct report_snapshot snapshot;
	enum store_status status = report_begin(r, &snapshot);

	if (status == STORE_OK) {
		if (!*from && !all)
			*from = snapshot.last_beat > LOOKED_BACK_MS ? snapshot.last_beat - LOOKED_BACK_MS : 0;
		status = report_judged(r, *from, on_judged, x);
		report_end(r);
	}
	if (status == STORE_OK)
		return true;
	made->code = ERROR_UNAVAILABLE;
	made->detail = "数据库读不出来,请稍后再试;若一再如此,请看日志";
	return false;
}

static bool decided(const struct mechanism *m, const char *number)
{
	for (int i = 0; i < m->n_learned_from; i++)
		if (strcmp(m->learned_from[i], number) == 0)
			return true;
	return false;
}

static bool proposed(const struct corrections *x, const struct judged_words *j)
{
	return j->text && !decided(x->m, j->number);
}

/* -- the list ------------------------------------------------------------------------------------- */

static void put_case(struct json *j, const struct corrections *x, const struct judged_words *one)
{
	const struct category *c = mechanism_category(x->m, one->now);

	json_begin(j, NULL);
	json_text(j, "number", one->number);
	json_text(j, "judged", one->by_words);
	json_text(j, "category", one->now);
	json_text(j, "category_name", c ? c->name : NULL);
	json_text(j, "text", one->text);
	json_end(j);
}

/* How many of one month, or of one category: judged, asked, corrected. */
struct drift {
	const char *key;
	int n, asked, corrected;
};

static struct drift *drift_of(struct drift *v, int *n, const char *key)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(v[i].key, key) == 0)
			return &v[i];
	v[*n] = (struct drift){.key = key};
	return &v[(*n)++];
}

static void put_drift(struct json *j, const struct corrections *x, const char *list, const char *member,
    bool by_month)
{
	struct drift *v = arena_new_array(x->a, struct drift, x->n + 1);
	int n = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct drift *d = drift_of(v, &n, by_month ? x->v[i].month : x->v[i].by_words);

		d->n++;
		d->asked += x->v[i].asked;
		d->corrected += strcmp(x->v[i].by_words, x->v[i].now) != 0;
	}
	json_list(j, list);
	for (int i = 0; i < n; i++) {
		json_begin(j, NULL);
		json_text(j, member, v[i].key);
		json_int(j, "judged", v[i].n);
		json_int(j, "asked", v[i].asked);
		json_int(j, "corrected", v[i].corrected);
		json_end(j);
	}
	json_close(j);
}

bool learn_list(struct reads *r, const struct mechanism *m, const struct report_ask *ask, struct arena *a,
    struct buf *out, struct report_made *made)
{
	struct corrections x = {.m = m, .a = a};
	struct json j = json_to(out);
	int64_t from = ask->from;

	if (!gather(&x, r, &from, false, made))
		return false;
	json_begin(&j, NULL);
	json_text(&j, "revision", m->revision);
	json_time(&j, "from", from);
	json_list(&j, "cases");
	for (size_t i = 0; i < x.n; i++)
		if (proposed(&x, &x.v[i]))
			put_case(&j, &x, &x.v[i]);
	json_close(&j);
	put_drift(&j, &x, "months", "month", true);
	put_drift(&j, &x, "categories", "category", false);
	json_end(&j);
	return true;
}

/* -- the decisions -------------------------------------------------------------------------------- */

struct decided_on {
	struct str object; /* ask->learn */
	const char *text, *category, *by, *at;
	bool english;
};

static bool no_such(const struct corrections *x, const char *number, const struct decided_on *d,
    struct report_made *made)
{
	made->code = ERROR_NOT_FOUND;
	made->detail = arena_printf(x->a,
	    d->english ? "%s is no correction that waits for a decision; routing.cases lists them"
		       : "没有待采纳的更正 %s;有哪些见 routing.cases",
	    number);
	return false;
}

static void put_decided(struct json *j, const struct judged_words *one, const struct decided_on *d,
    bool accepted)
{
	json_begin(j, NULL);
	if (accepted) {
		json_text(j, "text", d->text ? d->text : one->text);
		json_text(j, "category", d->category ? d->category : one->now);
		json_text(j, "writer", "desk");
	}
	json_text(j, "number", one->number);
	if (!accepted)
		json_bool(j, "rejected", true);
	json_text(j, "by", d->by);
	json_text(j, "at", d->at);
	json_end(j);
}

static const struct judged_words *find(const struct corrections *x, const char *number)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i].number, number) == 0 && proposed(x, &x->v[i]))
			return &x->v[i];
	return NULL;
}

/* A line for each number of the list. */
static bool decide(const struct corrections *x, const struct decided_on *d, bool accepted, struct buf *out,
    struct report_made *made)
{
	const char *list = json_member_text(x->a, d->object, accepted ? "accept" : "reject");

	while (list && *list) {
		size_t n = strcspn(list, ",");
		const char *number = arena_str(x->a, (struct str){list, n});
		const struct judged_words *one = find(x, number);
		struct json j = json_to(out);

		if (!one)
			return no_such(x, number, d, made);
		put_decided(&j, one, d, accepted);
		buf_char(out, '\n');
		list += n + (list[n] == ',');
	}
	return true;
}

static struct str cases_of(const struct mechanism *m)
{
	for (int i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, CASES_FILE) == 0)
			return m->files[i].bytes;
	return (struct str){0};
}

bool learn_cases(struct reads *r, const struct mechanism *m, const struct report_ask *ask, struct arena *a,
    struct str *cases, struct report_made *made)
{
	struct corrections x = {.m = m, .a = a};
	struct decided_on d = {.object = ask->learn,
	    .text = json_member_text(a, ask->learn, "text"),
	    .category = json_member_text(a, ask->learn, "category"),
	    .by = json_member_text(a, ask->learn, "by"),
	    .at = json_member_text(a, ask->learn, "at"),
	    .english = ask->english};
	struct str before = cases_of(m);
	struct buf b = {0};
	int64_t from = 0;
	bool good = gather(&x, r, &from, true, made);

	buf_str(&b, before);
	if (before.n && before.p[before.n - 1] != '\n')
		buf_char(&b, '\n');
	good = good && decide(&x, &d, true, &b, made) && decide(&x, &d, false, &b, made);
	*cases = buf_into(&b, a);
	return good;
}
