/*
 * contact_edit.c - a contact changed in the text of units.yaml; see contact_edit.h. Place: mechanism.
 */
#include "mechanism/contact_edit.h"
#include "base/arena.h"

const char *contact_phones_text(struct arena *a, const struct contact *c)
{
	const char *text = "";

	for (int i = 0; i < c->n_phones; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "、" : "", phone_text(a, &c->phones[i]));
	return text;
}

bool contact_phones_good(struct arena *a, const char *phones)
{
	const char *seen[PHONES_MAX];
	struct contact_phone one;
	int n = 0;

	for (struct str item; (item = str_item(&phones)).n; n++) {
		if (n == PHONES_MAX || !phone_parse(a, arena_str(a, item), &one))
			return false;
		seen[n] = phone_text(a, &one);
		for (int i = 0; i < n; i++)
			if (strcmp(seen[i], seen[n]) == 0)
				return false;
	}
	return n > 0;
}

/* "a", or ["a", "b"] */
static const char *written_phones(struct arena *a, const char *phones)
{
	struct contact_phone one;
	const char *list = "";
	int n = 0;

	for (struct str item; (item = str_item(&phones)).n; n++) {
		const char *text = arena_str(a, item);

		if (phone_parse(a, text, &one))
			text = phone_text(a, &one); /* as it is dialled, whatever marks were typed */
		list = arena_printf(a, "%s%s%s", list, n ? ", " : "", edit_quoted(a, text));
	}
	return n > 1 ? arena_printf(a, "[%s]", list) : list;
}

const char *contact_written(const struct edits *e, const struct node *at, const struct contact *c,
    const struct contact_wish *w)
{
	struct arena *a = e->a;
	const char *name = w->name ? w->name : c->name, *title = w->title ? w->title : c->title, *text;
	struct str raw;

	if (w->phones)
		text = written_phones(a, w->phones);
	else if (edit_raw(e, yaml_get(at, "phone"), &raw))
		text = arena_str(a, raw);
	else
		text = written_phones(a, contact_phones_text(a, c));
	text = arena_printf(a, "{phone: %s", text);
	if (name)
		text = arena_printf(a, "%s, name: %s", text, edit_scalar(a, name));
	if (title)
		text = arena_printf(a, "%s, title: %s", text, edit_scalar(a, title));
	return arena_printf(a, "%s%s}", text, c->placeholder && !w->phones ? ", placeholder: true" : "");
}

bool contact_edit(struct edits *e, const struct node *at, const struct contact *c,
    const struct contact_wish *w)
{
	return edit_value(e, at, contact_written(e, at, c, w));
}
