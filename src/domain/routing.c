/*
 * routing.c - which units are responsible for a report, and why (Art. 7, 9).
 *
 * Two walks down one table. Where the desk gave no category, the first walk looks only at rules with
 * `set: {category}`, and knows no category yet; the first that matches gives it, else the
 * categories' own keywords do. The second walk looks at all rules: `also` rules add their units and
 * go on, the first other one that can name a lead decides, else the category's own units serve.
 *
 * routing_explain is routing_decide with every rule a candidate and somebody listening: there is
 * one evaluator, and the index only leaves out rules that cannot match.
 *
 * What the table's author may rely on:
 * - `category` is compared with the desk's category or the one found; "none" with the desk's alone.
 * - `priority` is compared with the desk's, else what matching rules above have set, else the
 *   category's own. Of several `set: {priority}` that match, the most urgent counts; the desk's own
 *   always wins.
 * - A rule that gives the category and names no lead goes on, its assists and informed stay.
 * - A rule with `set: {category}` that itself asks for one ("6013*") is a rule of the second walk: it
 *   makes the category that keywords found more exact, the first such one, and never a rule's.
 * - Lead none records only: no unit is instructed, whatever else matched.
 */
#include "domain/routing.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/fold.h"
#include "domain/place.h"
#include "domain/route_doubt.h"
#include "domain/route_match.h"
#include "domain/route_text.h"
#include "domain/secrecy.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* What a report without category and priority is taken for: help on the spot, until somebody who
 * read it says otherwise. */
#define PRIORITY_UNKNOWN P3

/* Bits of one evaluation; on the stack unless the table is very large. */
#define SCRATCH_WORDS 3072

/* -- texts ---------------------------------------------------------------------------------- */

/* Most reports are folded on the stack. */
#define FOLDED_BYTES 4096

struct folded {
	char fixed[FOLDED_BYTES], *text;
};

static void fold(struct folded *f, const char *text)
{
	size_t room = text ? fold_room(strlen(text)) : 0;

	f->text = room > sizeof f->fixed ? xalloc(room) : f->fixed;
	fold_text(text, f->text);
}

static void folded_free(struct folded *f)
{
	if (f->text != f->fixed)
		free(f->text);
}

/* A number that is dictated is looked for beside what was said, not instead of it: 一三一一氧化碳. */
static void scan(const struct evaluation *w, const char *text, uint64_t *said, uint64_t *meant)
{
	struct folded f;

	fold(&f, text);
	keywords_scan(w->x->keywords, f.text, said, meant);
	if (fold_numbers(f.text))
		keywords_scan(w->x->keywords, f.text, said, meant);
	folded_free(&f);
}

/* Does the report deny a danger and say more than the rules know? */
static bool doubtful(const struct evaluation *w)
{
	struct folded f;
	bool doubt;

	fold(&f, w->q->description);
	doubt = route_doubtful(w->m, w->described, w->meant, f.text);
	folded_free(&f);
	return doubt;
}

/* -- candidates ----------------------------------------------------------------------------- */

static void let_through(struct evaluation *w, const struct postings *p, size_t key)
{
	for (uint32_t i = p->start[key]; i < p->start[key + 1]; i++)
		bit_set(w->candidates, p->item[i]);
}

static void let_found(struct evaluation *w, const struct postings *p, const uint64_t *found)
{
	for (size_t i = 0; i < w->x->word_bits; i++)
		for (uint64_t bits = found[i]; bits; bits &= bits - 1)
			let_through(w, p, i * 64 + (size_t)__builtin_ctzll(bits));
}

/* Every rule whose gate this report opens; the category's gate opens when it is known. */
static void gather(struct evaluation *w)
{
	const struct mechanism *m = w->m;

	if (w->trace) {
		for (int i = 0; i < m->routing.n_rules; i++)
			bit_set(w->candidates, (size_t)i);
		return;
	}
	memcpy(w->candidates, w->x->always, w->x->rule_bits * sizeof *w->candidates);
	let_found(w, &w->x->rules_by_word, w->described);
	let_found(w, &w->x->rules_by_address, w->addressed);
	for (const struct area *a = w->area; a; a = a->parent)
		let_through(w, &w->x->rules_by_area, (size_t)(a - m->areas));
	if (!w->given)
		let_through(w, &w->x->rules_by_category, (size_t)m->n_categories);
}

static void gather_category(struct evaluation *w)
{
	if (w->category && !w->trace)
		let_through(w, &w->x->rules_by_category, (size_t)(w->category - w->m->categories));
}

/* The next candidate from `from` on, n_rules if there is none; mask NULL: any. */
static size_t next_rule(const struct evaluation *w, size_t from, const uint64_t *mask)
{
	size_t n = (size_t)w->m->routing.n_rules;

	for (size_t i = from / 64; i < w->x->rule_bits; i++) {
		uint64_t bits = w->candidates[i] & (mask ? mask[i] : UINT64_MAX);

		if (i == from / 64)
			bits &= UINT64_MAX << (from % 64);
		if (bits)
			return i * 64 + (size_t)__builtin_ctzll(bits);
	}
	return n;
}

/* -- the category --------------------------------------------------------------------------- */

static void note_priority(struct evaluation *w, const struct rule *r)
{
	if (r->set_priority != PRIORITY_NONE && (w->set == PRIORITY_NONE || r->set_priority < w->set))
		w->set = r->set_priority;
}

/* The first rule that says what this is. */
static const struct rule *classify_by_rule(struct evaluation *w)
{
	const struct routing *t = &w->m->routing;

	for (size_t i = next_rule(w, 0, w->x->classifying); i < (size_t)t->n_rules;
	     i = next_rule(w, i + 1, w->x->classifying)) {
		const struct rule *r = &t->rules[i];
		bool matched = route_matches(w, r, &w->x->rules[i]);

		route_report(w, r, matched);
		if (matched)
			return r;
	}
	return NULL;
}

static bool better(const struct evaluation *w, size_t c, size_t best)
{
	const struct category *a = &w->m->categories[c], *b = &w->m->categories[best];

	if (w->scores[c] != w->scores[best])
		return w->scores[c] > w->scores[best];
	return a->priority != b->priority ? a->priority < b->priority : c < best;
}

static void add_score(struct evaluation *w, uint32_t c, uint32_t length)
{
	if (!bit_get(w->scored, c)) {
		bit_set(w->scored, c);
		w->scores[c] = 0;
	}
	w->scores[c] += length;
}

static void add_scores(struct evaluation *w)
{
	const struct postings *p = &w->x->categories_by_word;

	for (size_t i = 0; i < w->x->word_bits; i++)
		for (uint64_t bits = w->described[i]; bits; bits &= bits - 1) {
			uint32_t id = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(bits);
			bool meant = bit_get(w->meant, id);

			for (uint32_t j = p->start[id]; j < p->start[id + 1]; j++)
				if (meant || w->m->categories[p->item[j]].no_negation)
					add_score(w, p->item[j], keywords_length(w->x->keywords, id));
		}
}

/* The longest total of matched keywords, then the most urgent, then the first. */
static const struct category *classify_by_keywords(struct evaluation *w)
{
	size_t best = SIZE_MAX;

	add_scores(w);
	for (size_t i = 0; i < bit_words((size_t)w->m->n_categories); i++)
		for (uint64_t bits = w->scored[i]; bits; bits &= bits - 1) {
			size_t c = i * 64 + (size_t)__builtin_ctzll(bits);
			if (best == SIZE_MAX || better(w, c, best))
				best = c;
		}
	return best == SIZE_MAX ? NULL : &w->m->categories[best];
}

static uint32_t longest(const struct evaluation *w, const uint64_t *found, const uint32_t *ids, int n)
{
	uint32_t most = 0;

	for (int i = 0; i < n; i++)
		if (bit_get(found, ids[i]) && keywords_length(w->x->keywords, ids[i]) > most)
			most = keywords_length(w->x->keywords, ids[i]);
	return most;
}

/* Characters of the longest keyword of the category that was found. */
static uint32_t longest_of(const struct evaluation *w, const struct category *c)
{
	const struct postings *p = &w->x->categories_by_word;
	uint32_t most = 0;

	for (size_t i = 0; i < w->x->word_bits; i++)
		for (uint64_t bits = w->described[i]; bits; bits &= bits - 1) {
			uint32_t id = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(bits);

			for (uint32_t j = p->start[id]; j < p->start[id + 1]; j++)
				if (&w->m->categories[p->item[j]] == c &&
				    keywords_length(w->x->keywords, id) > most)
					most = keywords_length(w->x->keywords, id);
		}
	return most;
}

/* Words of a rule that makes anything P1 and finds no category: a cry for help. */
static bool cries(struct evaluation *w)
{
	const struct routing *t = &w->m->routing;

	for (size_t i = next_rule(w, 0, NULL); i < (size_t)t->n_rules; i = next_rule(w, i + 1, NULL)) {
		const struct rule *r = &t->rules[i];

		if (r->also && !r->set_category && r->set_priority == P1 && r->n_keywords &&
		    route_matches(w, r, &w->x->rules[i]))
			return true;
	}
	return false;
}

static struct heard heard(struct evaluation *w)
{
	const struct rule *r = w->giver;
	struct heard h = {.category = w->category};

	if (!h.category) {
		h.urgent = cries(w);
		return h;
	}
	h.urgent = r && (h.category->priority == P1 || r->set_priority == P1);
	h.sure = r && r->sure;
	h.length = r ? longest(w, r->no_negation ? w->described : w->meant,
			   w->x->rules[r - w->m->routing.rules].keywords, r->n_keywords)
		     : longest_of(w, h.category);
	return h;
}

static void add(struct evaluation *w, const struct unit *unit, enum dispatch_role role, const char *rule);

/* The unit of urgent words that lost the lead assists, and so do those that it would have called and that have an
 * emergency line: a unit that is only informed has no clock, so that none would notice if it slept while people
 * die. */
static void keep_urgent(struct evaluation *w, const struct category *c)
{
	const struct rule *r = w->giver;
	const char *by = r ? r->id : "category";
	bool own = r && r->has_assist;
	const struct unit **assist = own ? r->assist : c->assist;

	add(w, r && r->has_lead && !r->lead_township ? r->lead : c->lead, AS_ASSIST, by);
	for (int i = 0; i < (own ? r->n_assist : c->n_assist); i++)
		if (assist[i]->emergency_line)
			add(w, assist[i], AS_ASSIST, by);
}

/* The model of texts against what was heard. Urgent words that lose the lead set the priority all the same,
 * and their unit assists. */
static void weigh(struct evaluation *w)
{
	struct heard h = heard(w);
	const struct category *best = route_weigh(w->m, &w->proposal, &h, &w->choice);

	w->choice.danger |= h.urgent;
	if (best == h.category)
		return;
	if (h.urgent && h.category) {
		w->set = P1;
		keep_urgent(w, h.category);
	}
	w->by_text = true;
	w->giver = NULL;
	w->category = best;
}

static void classify(struct evaluation *w)
{
	w->category = w->given;
	if (w->given)
		return;
	w->giver = classify_by_rule(w);
	w->category = w->giver ? category_in_force(w->giver->set_category) : classify_by_keywords(w);
	if (w->proposal.n)
		weigh(w);
}

/* -- the units ------------------------------------------------------------------------------ */

/* Adds a unit unless it has a part already: parts are put strongest first. */
static void put(struct route *out, const struct unit *unit, enum dispatch_role role, const char *rule)
{
	for (int i = 0; i < out->n_units; i++)
		if (out->units[i].unit == unit)
			return;
	if (unit && out->n_units < ROUTE_UNITS_MAX)
		out->units[out->n_units++] = (struct route_unit){unit, role, rule};
}

static const struct unit *township(const struct evaluation *w)
{
	return w->area ? w->area->township : NULL;
}

static void add(struct evaluation *w, const struct unit *unit, enum dispatch_role role, const char *rule)
{
	for (int i = 0; i < w->n_added; i++)
		if (w->added[i].unit == unit && w->added[i].role == role)
			return;
	if (unit && w->n_added < ROUTE_UNITS_MAX)
		w->added[w->n_added++] = (struct route_unit){unit, role, rule};
}

/* Keeps the units of a rule that matched and goes on. */
static void add_rule(struct evaluation *w, const struct rule *r)
{
	for (int i = 0; i < r->n_assist; i++)
		add(w, r->assist[i], AS_ASSIST, r->id);
	for (int i = 0; i < r->n_inform; i++)
		add(w, r->inform[i], AS_INFORM, r->id);
	if (r->inform_township)
		add(w, township(w), AS_INFORM, r->id);
}

/* Puts what rules added in this role; it becomes `as`. */
static void put_added(const struct evaluation *w, struct route *out, enum dispatch_role role,
    enum dispatch_role as)
{
	for (int i = 0; i < w->n_added; i++)
		if (w->added[i].role == role)
			put(out, w->added[i].unit, as, w->added[i].rule);
}

/* Art. 2, 6: outside the city the township organises what is urgent. */
static bool organises(const struct evaluation *w)
{
	return w->zone == ZONE_OUTSIDE && priority_urgent(route_priority(w));
}

static void put_organiser(const struct evaluation *w, struct route *out)
{
	if (organises(w))
		put(out, township(w), AS_ASSIST, "township");
}

static void put_list(struct route *out, const struct unit **units, int n, enum dispatch_role role,
    const char *rule)
{
	for (int i = 0; i < n; i++)
		put(out, units[i], role, rule);
}

/* The assists and informed of the rule that decided, where it names any, else of the category; who helps
 * has this role. */
static void put_others(const struct evaluation *w, struct route *out, const struct rule *r,
    enum dispatch_role helps)
{
	const struct category *c = w->category;
	const char *by = r ? r->id : "category";

	if (r && r->has_assist)
		put_list(out, r->assist, r->n_assist, helps, by);
	else if (c)
		put_list(out, c->assist, c->n_assist, helps, by);
	put_added(w, out, AS_ASSIST, helps);
	put_organiser(w, out);
	if (r && r->has_inform)
		put_list(out, r->inform, r->n_inform, AS_INFORM, by);
	else if (c)
		put_list(out, c->inform, c->n_inform, AS_INFORM, by);
	if (r && r->has_inform ? r->inform_township : c && c->inform_township)
		put(out, township(w), AS_INFORM, by);
	put_added(w, out, AS_INFORM, AS_INFORM);
}

/* A township that is to lead where the area has none leaves the lead to the category. */
static const struct unit *lead_of(const struct evaluation *w, const struct rule *r)
{
	if (r && r->lead_township && township(w))
		return township(w);
	if (r && r->has_lead && !r->lead_township)
		return r->lead;
	return w->category ? w->category->lead : NULL;
}

/* Art. 9(三), read so that what is not urgent goes by 12345 and the unit is informed (policy's non_urgent).
 * Not what belongs to 110, 119, 120 themselves, nor to a township (Art. 6), nor what is confidential. */
static bool goes_round(const struct evaluation *w, const struct unit *lead)
{
	const struct unit *round = w->m->policy.non_urgent;
	bool confidential = w->q->confidential || (w->category && w->category->confidential);

	return round && !w->q->direct && round != lead && route_priority(w) == P4 && !lead->emergency_line &&
	    !lead->township && !confidential;
}

/* `by` decided the lead: a rule, or NULL, the category. */
static void settle(struct evaluation *w, struct route *out, const struct rule *by)
{
	const struct unit *lead = lead_of(w, by);

	out->rule = by ? by->id : "category";
	out->because = by && by->because    ? by->because
	    : w->giver && w->giver->because ? w->giver->because
	    : w->by_text                    ? "按警情描述的用语判断类别"
					    : "按警情类别的主办单位";
	if (!lead) {
		out->record_only = true;
		return;
	}
	if (goes_round(w, lead)) {
		out->rule = "non-urgent";
		out->because = "第九条(三):非紧急事项经 12345 流转至职能单位(policy.yaml 的 non_urgent)";
		put(out, w->m->policy.non_urgent, AS_LEAD, out->rule);
		put(out, lead, AS_INFORM, out->rule);
		put_others(w, out, by, AS_INFORM);
		return;
	}
	put(out, lead, AS_LEAD, out->rule);
	put_others(w, out, by, AS_ASSIST);
}

static void put_chosen(const struct evaluation *w, struct route *out)
{
	const char *p = w->q->units;
	char id[128];

	while (p && *p) {
		size_t n = strcspn(p, ", ");

		if (n > 0 && n < sizeof id) {
			memcpy(id, p, n);
			id[n] = '\0';
			put(out, mechanism_unit(w->m, id), out->n_units ? AS_ASSIST : AS_LEAD, "desk");
		}
		p += n + strspn(p + n, ", ");
	}
}

/* The desk's own choice of a lead. False where it names none. */
static bool settle_desk(const struct evaluation *w, struct route *out)
{
	if (!w->q->units || *w->q->units == ',')
		return false;
	put_chosen(w, out);
	if (out->n_units == 0)
		return false;
	out->rule = "desk";
	out->because = "报警台指定的单位";
	return true;
}

static const char in_doubt[] = "警情描述否定了一种险情,其余内容没有规则接收:先按紧急处置";

/* Art. 9(三): what no rule took is handled all the same by who received it, until the desk looks. In
 * doubt it is urgent: 没起火,是反应釜炸了. */
static void settle_otherwise(struct evaluation *w, struct route *out)
{
	const struct routing *t = &w->m->routing;
	bool doubt = route_priority(w) == PRIORITY_NONE && doubtful(w);

	if (doubt)
		w->set = P2;

	out->unmatched = true;
	out->rule = "otherwise";
	for (int i = 0; i < t->n_otherwise; i++) {
		const struct rule *r = &t->otherwise[i];
		bool matched = route_matches(w, r, &w->x->rules[t->n_rules + i]);

		route_report(w, r, matched);
		if (!matched || !lead_of(w, r))
			continue;
		out->because = doubt ? in_doubt : r->because;
		put(out, lead_of(w, r), AS_LEAD, out->rule);
		put_list(out, r->assist, r->n_assist, AS_ASSIST, out->rule);
		put_added(w, out, AS_ASSIST, AS_ASSIST);
		put_organiser(w, out);
		put_list(out, r->inform, r->n_inform, AS_INFORM, out->rule);
		put_added(w, out, AS_INFORM, AS_INFORM);
		return;
	}
}

/* Does a rule that matched decide the lead, or only add and go on? */
static bool decides(const struct evaluation *w, const struct rule *r)
{
	bool names = r->lead_township ? township(w) || w->category : r->has_lead;

	if (r->also)
		return false;
	return names || (!r->set_category && w->category);
}

/* A rule that would have given the category: the first walk told of those that it looked at. */
static bool pass_over(struct evaluation *w, const struct rule *r)
{
	if (w->giver && r > w->giver) {
		route_tell(w, "set: 警情类别已由规则 %s 判定为 %s", w->giver->id, w->category->code);
		route_report(w, r, false);
	}
	return false;
}

static void make_exact(struct evaluation *w, const struct rule *r)
{
	if (!r->set_category || w->given || w->giver || w->exact)
		return;
	w->category = category_in_force(r->set_category);
	w->exact = true;
	gather_category(w);
}

/* One rule of the second walk. True where it decided the lead. */
static bool take(struct evaluation *w, const struct rule *r, const struct rule_words *words)
{
	assert(r && "a rule of the table");
	if (!w->given && route_classifies(r)) {
		if (r != w->giver)
			return pass_over(w, r);
	} else {
		bool matched = route_matches(w, r, words);

		route_report(w, r, matched);
		if (!matched)
			return false;
		make_exact(w, r);
	}
	note_priority(w, r);
	if (decides(w, r))
		return true;
	add_rule(w, r);
	return false;
}

/* Walks the table; NULL where no rule decided. */
static const struct rule *second_walk(struct evaluation *w)
{
	const struct routing *t = &w->m->routing;

	for (size_t i = next_rule(w, 0, NULL); i < (size_t)t->n_rules; i = next_rule(w, i + 1, NULL))
		if (take(w, &t->rules[i], &w->x->rules[i]))
			return &t->rules[i];
	return NULL;
}

static void settle_units(struct evaluation *w, struct route *out, const struct rule *by)
{
	if (settle_desk(w, out))
		;
	else if (by || w->category)
		settle(w, out, by);
	else
		settle_otherwise(w, out);
	if (w->q->units && *w->q->units == ',') {
		put_chosen(w, out);
		out->record_only = false;
	}
	/* Art. 6: outside the city the township hears of what else happens in its area */
	if (w->zone == ZONE_OUTSIDE && !out->record_only)
		put(out, township(w), organises(w) ? AS_ASSIST : AS_INFORM, "township");
}

/* -- the whole ------------------------------------------------------------------------------ */

static void look(struct evaluation *w)
{
	w->area = mechanism_area(w->m, w->q->area);
	w->zone = w->area ? w->area->zone : ZONE_CITY;
	w->given = category_in_force(mechanism_category(w->m, w->q->category));
	w->minute = (int)((w->q->at - day_start(local_day(w->q->at))) / MINUTE_MS);
	scan(w, w->q->description, w->described, w->meant);
	scan(w, w->q->address, w->addressed, NULL);
	if (!w->m->policy.text.off)
		w->proposal = w->q->proposal;
}

static void decide(struct evaluation *w, struct route *out)
{
	const struct rule *by;

	*out = (struct route){0};
	look(w);
	gather(w);
	classify(w);
	gather_category(w);
	by = second_walk(w);
	settle_units(w, out, by);
	out->category = w->category;
	out->priority = route_priority(w);
	if (out->priority == PRIORITY_NONE)
		out->priority = PRIORITY_UNKNOWN;
	out->zone = w->zone;
	out->zone_assumed = !w->area;
	out->police = out->priority == P1;
	if (secrecy_meant(w->m, w->meant))
		out->secrecy = secrecy_word(w->m, w->q->description);
	out->confidential = w->q->confidential || (w->category && w->category->confidential);
	out->choice = w->choice;
	if (w->proposal.n)
		out->choice.danger |=
		    w->proposal.danger >= PERCENT * w->m->policy.text.danger_from || w->set == P1;
}

void routing_compile(struct mechanism *m)
{
	m->routing.index = route_index_new(m);
	m->places = place_index_new(m);
}

void routing_explain(const struct mechanism *m, const struct route_query *q, struct route *out,
    route_trace *trace, void *arg)
{
	const struct route_index *x = m->routing.index;
	uint64_t fixed[SCRATCH_WORDS], *scratch = fixed;
	size_t cleared, words;
	struct evaluation w = {.m = m, .x = x, .q = q, .trace = trace, .trace_arg = arg};

	assert(x); /* routing_compile ran when the mechanism was loaded */
	cleared = 3 * x->word_bits + x->rule_bits + bit_words((size_t)m->n_categories);
	words = cleared + (size_t)m->n_categories;
	if (words > SCRATCH_WORDS)
		scratch = xalloc(words * sizeof *scratch);
	memset(scratch, 0, cleared * sizeof *scratch);
	w.described = scratch;
	w.addressed = w.described + x->word_bits;
	w.meant = w.addressed + x->word_bits;
	w.candidates = w.meant + x->word_bits;
	w.scored = w.candidates + x->rule_bits;
	w.scores = w.scored + bit_words((size_t)m->n_categories);
	decide(&w, out);
	buf_free(&w.why);
	if (scratch != fixed)
		free(scratch);
}

const struct unit *route_lead(const struct route *r)
{
	return r->n_units && r->units[0].role == AS_LEAD ? r->units[0].unit : NULL;
}

void routing_decide(const struct mechanism *m, const struct route_query *q, struct route *out)
{
	routing_explain(m, q, out, NULL, NULL);
}
