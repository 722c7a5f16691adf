/* taken_back.c - see taken_back.h. Place: report. */
#include "report/taken_back.h"
#include "base/arena.h"
#include "base/array.h"
#include "mechanism/load.h"
#include "report/make.h"

#include <ctype.h>
#include <string.h>

#define LOOKED_BACK 50 /* activations */

static bool same_contact(const struct contact *a, const struct contact *b)
{
	bool same = text_eq(a->name, b->name) && text_eq(a->title, b->title) && a->n_phones == b->n_phones &&
	    a->placeholder == b->placeholder;

	for (int i = 0; same && i < a->n_phones; i++)
		same = text_eq(a->phones[i].number, b->phones[i].number) &&
		    text_eq(a->phones[i].extension, b->phones[i].extension);
	return same;
}

/* The contact of that unit, NULL: there is no such unit. */
static const struct contact *contact_in(const struct mechanism *m, const char *unit, int i)
{
	const struct unit *u = m ? mechanism_unit(m, unit) : NULL;

	return u ? unit_contact(u, i) : NULL;
}

/* An office's confirmation gives the request as its reason: "R24". */
static bool is_confirmation(const struct activation *one)
{
	return one->why && one->why[0] == 'R' && isdigit((unsigned char)one->why[1]);
}

static bool differs(const struct mechanism *a, const struct mechanism *b, const char *unit, int i)
{
	const struct contact *x = contact_in(a, unit, i), *y = contact_in(b, unit, i);

	return x && y && !same_contact(x, y);
}

struct confirmed_change {
	const struct mechanism *now, *folder, *made, *before; /* by one confirmation, and before it */
	const char *request;
	struct arena *a;
	struct taken_back *v;
	int n, cap;
};

static void look_at(struct confirmed_change *l, const char *unit, int i)
{
	if (!differs(l->now, l->folder, unit, i) || !differs(l->made, l->before, unit, i) ||
	    differs(l->now, l->made, unit, i) || differs(l->folder, l->before, unit, i))
		return;
	ARRAY_ROOM(l->a, l->v, l->n, l->cap);
	l->v[l->n++] = (struct taken_back){unit, unit_contacts[i].key, l->request};
}

static void look_at_all(struct confirmed_change *l)
{
	for (int u = 0; u < l->now->n_units; u++)
		for (int i = 0; i < UNIT_CONTACTS; i++)
			look_at(l, l->now->units[u].id, i);
}

static bool any_differs(const struct mechanism *now, const struct mechanism *folder)
{
	for (int u = 0; u < now->n_units; u++)
		for (int i = 0; i < UNIT_CONTACTS; i++)
			if (differs(now, folder, now->units[u].id, i))
				return true;
	return false;
}

int taken_back(struct reads *r, const struct mechanism *now, const struct mechanism *folder, struct arena *a,
    struct taken_back **out)
{
	struct confirmed_change l = {.now = now, .folder = folder, .a = a};
	struct want_activations want = {.limit = LOOKED_BACK};
	struct reads_wants wants = {.activations = &want};

	*out = NULL;
	if (!any_differs(now, folder) || reads_wait(r, a, &wants) != STORE_OK)
		return 0;
	for (int i = 0; i + 1 < want.n; i++) {
		struct mechanism *made, *before;

		if (!is_confirmation(&want.v[i]))
			continue;
		l.made = made = report_mechanism(r, a, want.v[i].revision);
		l.before = before = report_mechanism(r, a, want.v[i + 1].revision);
		l.request = want.v[i].why;
		look_at_all(&l);
		mechanism_release(made);
		mechanism_release(before);
	}
	*out = l.v;
	return l.n;
}
