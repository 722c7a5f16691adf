/*
 * record.c - a case from a stored incident; see record.h.
 *
 * What the desk gave is given, what was decided is expected: the units that are on it now, so that a case says what
 * people made of it. A category that the words do not give by the files of today is given as the desk's. Of the address only those words are kept that rules look for. The incident's number
 * is not written.
 */
#include "ctl/record.h"
#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/masked.h"
#include "ctl/rewrite.h"
#include "domain/fold.h"
#include "domain/routing.h"
#include <string.h>

#define NAME_CHARACTERS 16 /* of the description */

/* What becomes the case. */
struct recording {
	struct ctl *ctl;
	struct rewrite *w;
	const struct mechanism *m;
	const json_t *incident;
	struct route_query given; /* as the case says it */
	const char *ids[DISPATCH_ROLES][ROUTE_UNITS_MAX];
	int n[DISPATCH_ROLES];
};

/* -- what was decided --------------------------------------------------------------------------- */

static void take_units(struct recording *x)
{
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(x->incident, "dispatches"), i, d) {
		int role = name_index(dispatch_role_names, DISPATCH_ROLES, ctl_text(d, "role"));
		if (role >= 0 && x->n[role] < ROUTE_UNITS_MAX &&
		    strcmp(ctl_text(d, "state"), "withdrawn") != 0)
			x->ids[role][x->n[role]++] = ctl_text(d, "unit");
	}
}

/* -- what was given ------------------------------------------------------------------------------- */

static void add_words(struct arena *a, struct buf *b, const char *address, const char *const *words, int n)
{
	const char *folded = fold_word(a, address);

	for (int i = 0; i < n; i++) {
		const char *word = fold_word(a, words[i]);
		if (*word && strstr(folded, word) &&
		    !(b->n && strstr(fold_word(a, arena_str(a, buf_view(b))), word)))
			buf_printf(b, "%s%s", b->n ? " " : "", words[i]);
	}
}

/* The words of the address that rules look for; NULL: there are none. */
static const char *address_words(struct recording *x)
{
	const char *address = ctl_text(x->incident, "address");
	struct buf b = {0};

	for (int i = 0; i < x->m->routing.n_rules; i++) {
		const struct rule *r = &x->m->routing.rules[i];
		add_words(x->ctl->arena, &b, address, r->address_keywords, r->n_address_keywords);
	}
	return b.n ? buf_into(&b, x->ctl->arena).p : NULL;
}

/* To the minute: rules know no seconds. */
static int64_t when(const struct recording *x)
{
	int64_t at = 0;

	time_parse(str_of(ctl_text(x->incident, "received_at")), &at);
	return at - at % MINUTE_MS;
}

static const char *not_empty(const char *text)
{
	return *text ? text : NULL;
}

static bool decided_so(const struct recording *x, const struct route *r)
{
	return text_eq(r->category ? r->category->code : NULL, not_empty(ctl_text(x->incident, "category")));
}

static const char *masked(const struct recording *x)
{
	const json_t *reporter = json_object_get(x->incident, "reporter");
	struct said_by said = {ctl_text(x->incident, "description"), ctl_text(reporter, "name"),
	    ctl_text(reporter, "phone"), ctl_text(x->incident, "address")};

	return masked_description(x->ctl->arena, x->m, &said);
}

/* As few as lead to the stored answer: first the words alone where the words were judged, then with what a desk
 * may say beside them. */
static void take_given(struct recording *x)
{
	const json_t *route = json_object_get(x->incident, "route");
	bool judged = json_array_size(json_object_get(route, "alternatives")) > 0;
	struct route_query *q = &x->given;
	struct route r;

	*q = (struct route_query){.at = when(x),
	    .area = not_empty(ctl_text(x->incident, "area")),
	    .address = address_words(x),
	    .description = masked(x),
	    .direct = true};
	if (strcmp(ctl_text(route, "rule"), "desk") == 0) {
		const char *units = x->n[AS_LEAD] ? x->ids[AS_LEAD][0] : "";
		for (int i = 0; i < x->n[AS_ASSIST]; i++)
			units = arena_printf(x->ctl->arena, "%s,%s", units, x->ids[AS_ASSIST][i]);
		q->units = units;
	}
	rewrite_ask(x->w, x->m, q);
	routing_decide(x->m, q, &r);
	if (!judged || !decided_so(x, &r))
		q->category = not_empty(ctl_text(x->incident, "category"));
	routing_decide(x->m, q, &r);
	int priority = name_index(priority_names, PRIORITY_COUNT, ctl_text(x->incident, "priority"));
	if (priority > 0 && (int)r.priority != priority)
		q->priority = (enum priority)priority;
	q->confidential = json_is_true(json_object_get(x->incident, "confidential")) && !r.confidential;
}

/* -- the case as text ----------------------------------------------------------------------------- */

const char *record_codes(struct arena *a, const char *const *codes, int n)
{
	const char *list = "";

	for (int i = 0; i < n; i++)
		list = arena_printf(a, "%s%s%s", list, i ? ", " : "", edit_code(a, codes[i]));
	return arena_printf(a, "[%s]", list);
}

const char *record_beginning(struct arena *a, const char *text)
{
	struct str rest = str_of(text);

	for (int i = 0; i < NAME_CHARACTERS && rest.n > 0; i++)
		utf8_next(&rest);
	return arena_str(a, (struct str){text, (size_t)(rest.p - text)});
}

static void put(struct buf *b, const char *key, const char *value)
{
	if (value)
		buf_printf(b, "%s%s: %s", b->p[b->n - 1] == '{' ? "" : ", ", key, value);
}

static const char *incident_text(struct recording *x)
{
	struct arena *a = x->ctl->arena;
	const struct route_query *q = &x->given;
	const char *units[ROUTE_UNITS_MAX + 1], *list = q->units;
	struct buf b = {0};
	int n = 0;

	for (struct str one; n < ROUTE_UNITS_MAX && (one = list_next(&list)).n;)
		units[n++] = arena_str(a, one);
	buf_char(&b, '{');
	put(&b, "category", q->category ? edit_code(a, q->category) : NULL);
	put(&b, "priority", q->priority ? priority_names[q->priority] : NULL);
	put(&b, "area", q->area ? edit_code(a, q->area) : NULL);
	put(&b, "units", n ? record_codes(a, units, n) : NULL);
	put(&b, "confidential", q->confidential ? "true" : NULL);
	put(&b, "address", q->address ? edit_scalar(a, q->address) : NULL);
	put(&b, "description", edit_scalar(a, q->description));
	buf_char(&b, '}');
	return buf_into(&b, a).p;
}

static const char *expect_text(struct recording *x)
{
	struct arena *a = x->ctl->arena;
	const char *category = not_empty(ctl_text(x->incident, "category"));
	struct buf b = {0};

	buf_char(&b, '{');
	put(&b, "category", category ? edit_code(a, category) : "none");
	put(&b, "priority", not_empty(ctl_text(x->incident, "priority")));
	put(&b, "lead", x->n[AS_LEAD] ? edit_code(a, x->ids[AS_LEAD][0]) : "none");
	put(&b, "assist", record_codes(a, x->ids[AS_ASSIST], x->n[AS_ASSIST]));
	put(&b, "inform", record_codes(a, x->ids[AS_INFORM], x->n[AS_INFORM]));
	buf_char(&b, '}');
	return buf_into(&b, a).p;
}

/* 燃气泄漏:楼道里好重的煤气味 */
static const char *name_of(struct recording *x)
{
	const char *category = ctl_text(x->incident, "category_name"), *said = x->given.description;
	struct str rest = str_of(said);

	for (int i = 0; i < NAME_CHARACTERS && rest.n > 0; i++)
		utf8_next(&rest);
	return arena_printf(x->ctl->arena, "%s:%.*s", *category ? category : say("无类别", "no category"),
	    (int)(rest.p - said), said);
}

static void add_case(struct recording *x, struct rewrite *w, const char *name)
{
	struct arena *a = x->ctl->arena;
	char at[TIME_TEXT_MAX];

	name = rewrite_case_name(w, name ? name : name_of(x));
	rewrite_add_case(w, x->ctl->english ? "one more case" : "新的用例",
	    arena_printf(a, "name: %s\nat: \"%s\"\nincident: %s\nexpect: %s\n", edit_scalar(a, name),
		time_rfc3339(x->given.at, at), incident_text(x), expect_text(x)));
}

/* -- the command ---------------------------------------------------------------------------------- */

int record_case(struct ctl *ctl, const char *number, const char *name, bool yes)
{
	struct recording x = {.ctl = ctl};
	struct rewrite w;
	int code = EXIT_REFUSED;
	json_t *incident =
	    ctl_call(ctl, "incident.get", json_pack("{s:s, s:b}", "number", number, "unmask", true));

	if (!incident)
		return EXIT_REFUSED;
	x.incident = incident;
	if (!*ctl_text(incident, "description"))
		code = ctl_fail(ctl->english
			? "%s has no description, or it is erased: there is nothing to record"
			: "警情 %s 没有描述,或已按期删除:没有可以记录的",
		    number);
	else if (rewrite_open(&w, ctl, NULL, NULL) && rewrite_open_cases(&w)) {
		x.w = &w;
		x.m = w.m;
		take_units(&x);
		take_given(&x);
		add_case(&x, &w, name);
		code = rewrite_finish(&w, (yes ? REWRITE_YES : 0) | REWRITE_PIPE);
	}
	if (*ctl_text(incident, "description"))
		rewrite_close(&w);
	json_decref(incident);
	return code;
}
