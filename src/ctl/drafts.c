/*
 * drafts.c - liandongctl route drafts: where units keep returning the same kind of matter to the same other
 * unit, and the desk keeps granting it, the table of rules is wrong. A draft of the rule that would have sent
 * it there at once, as YAML for routing.yaml, with what the joint meeting said as its reason.
 *
 * It is a draft: whose duty a matter is the meeting decides, and not this program.
 */
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "ctl/ctl.h"
#include "report/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETURNS_LEAST 3 /* granted within the quarter, from one unit to another, in a category */

/* One such pair of units. */
struct returned_pair {
	const char *from, *to, *category;
	int n;
	const char *numbers; /* of the incidents, with 、 between them */
};
struct drafts {
	struct ctl *ctl;
	struct period quarter;
	struct returned_pair *v;
	size_t n, cap;
	json_t *meetings;
};

/* -- gathering ------------------------------------------------------------------------------- */

/* The unit that the grant gave it to: the one that leads since that instant, else the suggested one. */
static const char *given_to(const json_t *incident, const json_t *request)
{
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(incident, "dispatches"), i, d)
		if (strcmp(ctl_text(d, "issued_at"), ctl_text(request, "decided_at")) == 0 &&
		    strcmp(ctl_text(d, "unit"), ctl_text(request, "unit")) != 0)
			return ctl_text(d, "unit");
	return ctl_text(request, "suggested");
}

static struct returned_pair *pair_of(struct drafts *x, const char *from, const char *to, const char *category)
{
	struct arena *a = x->ctl->arena;

	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i].from, from) == 0 && strcmp(x->v[i].to, to) == 0 &&
		    strcmp(x->v[i].category, category) == 0)
			return &x->v[i];
	ARRAY_ROOM(a, x->v, x->n, x->cap);
	x->v[x->n] =
	    (struct returned_pair){arena_text(a, from), arena_text(a, to), arena_text(a, category), 0, ""};
	return &x->v[x->n++];
}

static bool count_one(void *arg, json_t *request)
{
	struct drafts *x = arg;
	int64_t at;

	if (!time_parse(str_of(ctl_text(request, "decided_at")), &at) || at < period_from_ms(&x->quarter) ||
	    at >= period_to_ms(&x->quarter))
		return true;
	json_t *incident =
	    ctl_call(x->ctl, "incident.get", json_pack("{s:s}", "number", ctl_text(request, "incident")));
	if (!incident)
		return false;
	const char *to = given_to(incident, request), *category = ctl_text(incident, "category");
	if (*to && *category) {
		struct returned_pair *p = pair_of(x, ctl_text(request, "unit"), to, category);
		p->numbers = arena_printf(x->ctl->arena, "%s%s%s", p->numbers, p->n++ ? say("、", ", ") : "",
		    ctl_text(request, "incident"));
	}
	json_decref(incident);
	return true;
}

/* All pages of granted returns; false with the sentence printed. */
static bool gather(struct drafts *x)
{
	return ctl_pages(x->ctl, "request.list", "requests",
	    json_pack("{s:s, s:s, s:i}", "kind", "return", "state", "granted", "limit", 200), count_one, x);
}

/* -- the reason ------------------------------------------------------------------------------ */

/* The newest problem of a meeting that is one of these units': what was said, and how it was settled. */
static const json_t *problem_of(const struct drafts *x, const struct returned_pair *p)
{
	size_t i;
	json_t *e;

	json_array_foreach(json_object_get(x->meetings, "meetings"), i, e) {
		const char *unit = ctl_text(e, "unit");
		if (*unit && (strcmp(unit, p->to) == 0 || strcmp(unit, p->from) == 0))
			return e;
	}
	return NULL;
}

static const char *reason(const struct drafts *x, const struct returned_pair *p)
{
	const json_t *e = problem_of(x, p);

	if (!e)
		return say("待联席会议研究", "for the joint meeting");
	const char *said = *ctl_text(e, "result") ? ctl_text(e, "result") : ctl_text(e, "text");
	return arena_printf(x->ctl->arena, say("联席会议 %s:%s", "joint meeting %s: %s"), ctl_text(e, "name"),
	    said);
}

/* -- the draft ------------------------------------------------------------------------------- */

static void print_draft(const struct drafts *x, const struct returned_pair *p)
{
	json_t *text = json_string(reason(x, p));
	char *because = json_dumps(text, JSON_ENCODE_ANY);

	printf(say("  # %s 内 %s 申请改派给 %s 并获同意 %d 次:%s\n",
		   "  # in %s %s asked for a return to %s, which was granted %d times: %s\n"),
	    x->quarter.name, p->from, p->to, p->n, p->numbers);
	printf("  - id: draft-%s-%s\n    when: {category: [\"%s\"]}\n    lead: %s\n    because: %s\n",
	    p->category, p->to, p->category, p->to, because);
	free(because);
	json_decref(text);
}

static json_t *draft_json(const struct drafts *x, const struct returned_pair *p)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s}", "from", p->from, "to", p->to, "category",
	    p->category, "returns", p->n, "incidents", p->numbers, "because", reason(x, p));
}

static void print_all(const struct drafts *x)
{
	json_t *all = json_array();
	int n = 0;

	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].n < RETURNS_LEAST)
			continue;
		if (!n++ && !x->ctl->json)
			fputs(say("# 规则草案:经联席会议研究同意后,放进 routing.yaml 的 rules 里,用 "
				  "liandongctl "
				  "check 检查\n",
				  "# drafts of rules: once the joint meeting agrees they go into rules of "
				  "routing.yaml; "
				  "liandongctl check looks at them\n"),
			    stdout);
		if (x->ctl->json)
			json_array_append_new(all, draft_json(x, &x->v[i]));
		else
			print_draft(x, &x->v[i]);
	}
	if (x->ctl->json)
		ctl_print_json(all);
	else if (!n)
		printf(say("# %s 没有需要改的:没有哪类警情由同一单位改派给同一单位 %d 次\n",
			   "# %s: nothing to change; no category was returned by one unit to one other %d "
			   "times\n"),
		    x->quarter.name, RETURNS_LEAST);
	json_decref(all);
}

/* The quarter that is named, or the one of the daemon's clock. */
static bool which_quarter(struct ctl *ctl, const char *given, struct period *out)
{
	char name[PERIOD_NAME_MAX];
	const char *now;
	int64_t ms;

	if (!given) {
		if (!(now = ctl_instant(ctl, say("现在", "now"), WHEN_PAST, false)) ||
		    !time_parse(str_of(now), &ms))
			return false;
		struct date d = day_date(local_day(ms));
		snprintf(name, sizeof name, "%dQ%d", d.year, (d.month + 2) / 3);
		given = name;
	}
	if (period_parse(PERIOD_QUARTER, str_of(given), out))
		return true;
	ctl_fail(say("%s 不是季度。%s", "%s is no quarter: %s"), given,
	    period_expected(PERIOD_QUARTER, ctl->english));
	return false;
}

int ctl_route_drafts(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--quarter"}};
	struct drafts x = {.ctl = ctl};

	if ((argc = ctl_parse(ctl, argc, argv, o, 1)) != 0)
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[0]);
	if (!which_quarter(ctl, o[0].value, &x.quarter) || !gather(&x))
		return EXIT_REFUSED;
	x.meetings = ctl_call(ctl, "meeting.list", json_pack("{s:i}", "limit", 200));
	if (!x.meetings)
		return EXIT_REFUSED;
	print_all(&x);
	json_decref(x.meetings);
	return EXIT_DONE;
}
