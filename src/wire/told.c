/* told.c - recipients[] of an event. Place: wire. */
#include "wire/told.h"
#include "base/arena.h"
#include "base/time.h"

#include <jansson.h>

static const char *text_in(json_t *object, const char *name, struct arena *a)
{
	return arena_text(a, json_string_value(json_object_get(object, name)));
}

static void take_one(json_t *one, struct arena *a, struct told_by *out)
{
	const char *at = json_string_value(json_object_get(one, "send_at"));
	struct told_one *t = &out->v[out->n];

	*t = (struct told_one){.role = text_in(one, "role", a),
	    .unit = text_in(one, "unit", a),
	    .digest = text_in(one, "digest", a)};
	if (at && !time_parse(str_of(at), &t->send_at))
		t->send_at = 0;
	out->n += t->role != NULL;
}

void told_by_event(const struct event *e, struct arena *a, struct told_by *out)
{
	json_t *data = e->data.n ? json_loadb(e->data.p, e->data.n, 0, NULL) : NULL;
	json_t *all = json_object_get(data, "recipients"), *one;
	size_t i;

	*out = (struct told_by){.clock = text_in(data, "clock", a), .kind = text_in(data, "kind", a)};
	json_array_foreach(all, i, one)
		if (out->n < TOLD_MOST_EACH)
			take_one(one, a, out);
	json_decref(data);
}
