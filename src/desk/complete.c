/* complete.c - see complete.h. */
#include "desk/complete.h"
#include "desk/fit.h"
#include "desk/token.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/utf8.h"
#include "domain/fold.h"

#include <strings.h>

#define LISTED_MOST 30

struct choice {
	const char *text, *label;
};

struct completing {
	const struct desk_context *x;
	struct desk_line line;
	int at;              /* the token that is completed */
	const char *partial; /* of it, half-width; "" nothing */
	struct choice *v;
	int n, cap;
};

static void offer(struct completing *c, const char *text, const char *label)
{
	ARRAY_ROOM(c->x->a, c->v, c->n, c->cap);
	c->v[c->n++] = (struct choice){text, label};
}

static bool begins(struct completing *c, const char *text)
{
	const char *folded = fold_word(c->x->a, text), *partial = fold_word(c->x->a, c->partial);

	return strncmp(folded, partial, strlen(partial)) == 0;
}

static void offer_words(struct completing *c)
{
	for (int i = 0; i < WORDS; i++) {
		const struct desk_word *w = &desk_words[i];
		const char *names = w->names, *said = desk_word_said(c->x->a, (enum desk_word_id)i);

		if (!*c->partial) {
			if (*w->letter && i != WORD_MESSAGES)
				offer(c, w->letter, said);
			continue;
		}
		for (struct str one; *(names += strspn(names, " ")); names += one.n) {
			one = (struct str){names, strcspn(names, " ")};
			const char *form = arena_str(c->x->a, one);
			if (begins(c, form)) {
				offer(c, form, said);
				break;
			}
		}
	}
}

static void offer_incidents(struct completing *c)
{
	for (int i = 0; i < c->x->queue->n; i++) {
		const struct desk_row *r = &c->x->queue->rows[i];
		const char *local = arena_printf(c->x->a, "%d", r->local);

		if (r->local && begins(c, local))
			offer(c, local, arena_printf(c->x->a, "%s %s", local, fit_clean(c->x->a, r->place)));
	}
}

/* By their beginnings, codes too; if none begins so, by what they have. */
static void offer_names(struct completing *c, const struct desk_names *names, bool brief)
{
	const char *partial = fold_word(c->x->a, c->partial);

	for (int inside = 0; inside < 2 && !c->n; inside++)
		for (int i = 0; i < names->n; i++) {
			const struct desk_name *one = &names->v[i];
			const char *shown = brief && *one->brief ? one->brief : one->name;
			bool fits = inside ? *partial && strstr(fold_word(c->x->a, one->name), partial)
					   : begins(c, one->name) || begins(c, one->brief) ||
				(*partial && begins(c, one->code));

			if (fits)
				offer(c, shown, shown);
		}
}

/* In the language that is spoken, or in the one that was begun. */
static void offer_choices(struct completing *c, const struct both *list, int n)
{
	for (int i = 0; i < n; i++) {
		const char *said = both_said(&list[i]);
		const char *other = say_english() ? list[i].zh : list[i].en;

		if (begins(c, said))
			offer(c, said, said);
		else if (*c->partial && begins(c, other))
			offer(c, other, other);
	}
}

static bool is_field(const char *token, enum desk_field f)
{
	return strcmp(token, desk_fields[f].zh) == 0 || strcasecmp(token, desk_fields[f].en) == 0;
}

static const char *token_at(const struct completing *c, int i)
{
	return i < c->line.n ? c->line.v[i].text : "";
}

/* The value of the field that stands before. */
static void offer_values(struct completing *c)
{
	const char *field = token_at(c, c->at - 1);

	if (is_field(field, DESK_CATEGORY))
		offer_names(c, &c->x->city->categories, false);
	else if (is_field(field, DESK_AREA))
		offer_names(c, &c->x->city->areas, false);
	else if (is_field(field, DESK_UNITS))
		offer_names(c, &c->x->city->units, true);
	else if (is_field(field, DESK_LEVEL))
		offer_choices(c, desk_priorities + P1, 4);
	else
		offer_choices(c, desk_fields, c->x->draft ? DESK_FIELDS : DESK_UNITS);
}

static void offer_arguments(struct completing *c, enum desk_word_id w)
{

	if (c->at == 1 && w == WORD_AMEND && c->x->draft)
		offer_values(c);
	else if (c->at == 1 && desk_words[w].first == ARGUMENT_INCIDENT)
		offer_incidents(c);
	else if ((c->at == 1 && desk_words[w].first == ARGUMENT_UNIT) ||
	    (c->at == 2 && (w == WORD_ADD || w == WORD_WITHDRAW)) || (c->at == 3 && w == WORD_RETURN))
		offer_names(c, &c->x->city->units, true);
	else if (c->at == 3 && w == WORD_ADD)
		offer_choices(c, desk_roles, DESK_ROLES);
	else if (c->at == 2 && w == WORD_CALLBACK)
		offer_choices(c, desk_results, DESK_RESULTS);
	else if (c->at == 2 && w == WORD_RETURN)
		offer_choices(c, desk_decisions, DESK_DECISIONS);
	else if (w == WORD_AMEND)
		offer_values(c);
}

/* As much as all choices have, whole characters; that of one with a blank behind it. */
static const char *common(struct completing *c)
{
	struct str all = str_of(c->v[0].text);

	if (c->n == 1)
		return arena_printf(c->x->a, "%s ", c->v[0].text);
	for (int i = 1; i < c->n; i++) {
		size_t n = 0;

		while (n < all.n && c->v[i].text[n] == all.p[n])
			n++;
		all.n = n;
	}
	while (all.n && !utf8_valid(all, NULL))
		all.n--;
	return arena_str(c->x->a, all);
}

static void conclude(struct completing *c, struct completion *out)
{
	const char *list = "", *text = common(c);
	struct str typed = c->at < c->line.n ? c->line.v[c->at].whole : (struct str){"", 0};

	for (int i = 0; i < c->n && i < LISTED_MOST; i++)
		list = arena_printf(c->x->a, "%s%s%s", list, *list ? "  " : "", c->v[i].label);
	out->n = c->n;
	out->list = c->n > LISTED_MOST ? arena_printf(c->x->a, "%s …", list) : list;
	/* what was typed stays where the choices have less than that in common */
	if (c->n == 1 || utf8_count(str_of(text)) > utf8_count(typed)) {
		out->back = typed.n;
		out->text = text;
	}
}

void desk_complete(const struct desk_context *x, const char *text, struct completion *out)
{
	struct completing c = {.x = x, .partial = ""};
	size_t n = strlen(text);

	*out = (struct completion){.text = "", .list = ""};
	if (!utf8_valid(str_of(text), NULL))
		return;
	c.line = desk_tokens(x->a, text);
	c.at = n && text[n - 1] != ' ' && c.line.n ? c.line.n - 1 : c.line.n;
	if (c.at < c.line.n)
		c.partial = c.line.v[c.at].text;
	if (c.at == 0)
		offer_words(&c);
	else {
		enum desk_word_id w = desk_word_of(x->a, c.line.v[0].text);

		if (w != WORDS)
			offer_arguments(&c, w);
	}
	if (c.n)
		conclude(&c, out);
}
