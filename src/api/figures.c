/*
 * figures.c - the engine's figures as Prometheus text, by their own names: what the engine counts
 * anew appears without a change here.
 * Place: api; pure.
 */
#include "api/figures.h"
#include <jansson.h>

#define NAME_MAX_LEN 128

/* What ends in _total only grows; of the rest we know no more than that it is a number. */
static const char *kind(const char *name)
{
	size_t n = strlen(name), end = strlen("_total");
	return n > end && strcmp(name + n - end, "_total") == 0 ? "counter" : "gauge";
}

static void write_object(struct buf *out, const char *prefix, json_t *object)
{
	const char *name;
	json_t *v;
	json_object_foreach(object, name, v) {
		char full[NAME_MAX_LEN];
		snprintf(full, sizeof full, "%s_%s", prefix, name);
		if (json_is_object(v))
			write_object(out, full, v);
		if (!json_is_number(v) && !json_is_boolean(v))
			continue;
		buf_printf(out, "# TYPE %s %s\n%s ", full, kind(full), full);
		if (json_is_integer(v))
			buf_printf(out, "%lld\n", (long long)json_integer_value(v));
		else if (json_is_real(v))
			buf_printf(out, "%.9g\n", json_real_value(v));
		else
			buf_printf(out, "%d\n", json_is_true(v));
	}
}

void figures_write(struct buf *out, const char *prefix, struct str json)
{
	json_t *object = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;
	if (json_is_object(object))
		write_object(out, prefix, object);
	json_decref(object);
}
