/*
 * contacts.c - the people of units in events; see contacts.h. Place: domain; pure.
 */
#include "domain/contacts.h"
#include "base/arena.h"
#include "base/json.h"

#include <stdlib.h>

/* A line has two cells: neither may bring a tab or a line end of its own. */
static void add_cell(struct buf *b, const char *text, char end)
{
	for (; text && *text; text++)
		buf_char(b, *text == '\t' || *text == '\n' ? ' ' : *text);
	buf_char(b, end);
}

const char *contacts_text(struct arena *a, const struct contact *const *who, int n)
{
	struct buf b = {0};

	for (int i = 0; i < n; i++) {
		add_cell(&b, who[i]->name, '\t');
		add_cell(&b, who[i]->phone, '\n');
	}
	const char *text = n ? arena_str(a, buf_view(&b)) : NULL;
	buf_free(&b);
	return text;
}

/* Up to the sign, which is passed over; n 0 at the end. */
static struct str take_cell(const char **at, char end)
{
	const char *from = *at, *sign = strchr(from, end);
	size_t n = sign ? (size_t)(sign - from) : strlen(from);

	*at = from + n + (sign != NULL);
	return (struct str){from, n};
}

static void put_contact(struct json *j, const char *contacts, unsigned long i)
{
	struct str name, phone;

	for (; contacts && *contacts; i--) {
		name = take_cell(&contacts, '\t');
		phone = take_cell(&contacts, '\n');
		if (i > 0)
			continue;
		if (name.n)
			json_str(j, "name", name);
		if (phone.n)
			json_str(j, "phone", phone);
		return;
	}
}

/* A sign of quotation within a text has a \ before it, so this is always a member. */
static const struct str place = {",\"contact\":", sizeof(",\"contact\":") - 1};

static const char *next_place(struct str data)
{
	return data.n ? memmem(data.p, data.n, place.p, place.n) : NULL;
}

bool contacts_placed(struct str data)
{
	return next_place(data) != NULL;
}

void contacts_fill(struct str data, const char *contacts, struct buf *out)
{
	const char *at;

	while ((at = next_place(data))) {
		struct json j = {.out = out, .comma = true};
		char *end;

		buf_add(out, data.p, (size_t)(at - data.p));
		put_contact(&j, contacts, strtoul(at + place.n, &end, 10));
		data.n -= (size_t)(end - data.p);
		data.p = end;
	}
	buf_str(out, data);
}
