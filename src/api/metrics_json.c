/*
 * metrics_json.c - the engine's metrics as Prometheus text, by their own names: what the engine counts
 * anew appears without a change here.
 * Place: api; pure.
 */
#include "api/metrics_json.h"
#include <jansson.h>

#define NAME_MAX_LEN 128

/* What ends in _total only grows; of the rest we know no more than that it is a number. */
static const char *kind(const char *name)
{
	size_t n = strlen(name), end = strlen("_total");
	return n > end && strcmp(name + n - end, "_total") == 0 ? "counter" : "gauge";
}

/* The figure's name as Prometheus wants it: its unit written out, and what makes it that unit. */
static double base_unit(char name[NAME_MAX_LEN], const char *prefix, const char *member)
{
	static const struct {
		const char *part;
		double per;
	} units[] = {{"_us", 1e6}, {"_ms", 1e3}};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		const char *at = strstr(member, units[i].part);
		const char *rest = at ? at + strlen(units[i].part) : NULL;
		if (!rest || (*rest && *rest != '_'))
			continue;
		snprintf(name, NAME_MAX_LEN, "%s_%.*s_seconds%s", prefix, (int)(at - member), member, rest);
		return units[i].per;
	}
	snprintf(name, NAME_MAX_LEN, "%s_%s", prefix, member);
	return 1;
}

static void write_number(struct buf *out, const char *prefix, const char *member, const json_t *v)
{
	char name[NAME_MAX_LEN];
	double per = base_unit(name, prefix, member);
	buf_printf(out, "# TYPE %s %s\n%s ", name, kind(name), name);
	if (json_is_integer(v) && per == 1)
		buf_printf(out, "%lld\n", (long long)json_integer_value(v));
	else
		buf_printf(out, "%.9g\n", json_number_value(v) / per);
}

static void write_object(struct buf *out, const char *prefix, json_t *object)
{
	const char *member;
	json_t *v;
	json_object_foreach(object, member, v) {
		char name[NAME_MAX_LEN];
		snprintf(name, sizeof name, "%s_%s", prefix, member);
		if (json_is_object(v))
			write_object(out, name, v);
		else if (json_is_number(v))
			write_number(out, prefix, member, v);
		else if (json_is_boolean(v))
			buf_printf(out, "# TYPE %s gauge\n%s %d\n", name, name, json_is_true(v));
	}
}

void metrics_json_write(struct buf *out, const char *prefix, struct str json)
{
	json_t *object = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;
	if (json_is_object(object))
		write_object(out, prefix, object);
	json_decref(object);
}

bool metrics_json_true(struct str json, const char *name)
{
	json_t *object = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;
	bool is = json_is_true(json_object_get(object, name));
	json_decref(object);
	return is;
}

int64_t metrics_json_number(struct str json, const char *name, int64_t otherwise)
{
	json_t *object = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;
	const json_t *v = json_object_get(object, name);
	int64_t n = json_is_integer(v) ? (int64_t)json_integer_value(v) : otherwise;
	json_decref(object);
	return n;
}
