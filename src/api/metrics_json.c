/*
 * metrics_json.c - the engine's metrics as Prometheus text, by their own names: a metric that the
 * engine adds appears without a change here, but for its help.
 * Place: api; pure.
 */
#include "api/metrics_json.h"
#include <jansson.h>

#define NAME_MAX_LEN 128

/* What each metric says, by its name in the engine's JSON. A test reads /metrics and fails where one
 * has no help. */
static const struct metric_help {
	const char *name, *help;
} helps[] = {
    {"uptime_ms", "Time since this engine started."},
    {"queue", "Commands that wait for a turn."},
    {"turns_total", "Turns taken."},
    {"turn_us_total", "Time spent in turns."},
    {"turn_us_last", "Time of the last turn."},
    {"turn_us_most", "Time of the longest turn."},
    {"batch_most", "Commands in the largest turn."},
    {"commands_total", "Commands received."},
    {"refused_total", "Commands refused."},
    {"unavailable_total", "Commands answered as not known to be stored."},
    {"wakes_total", "Incidents looked at because a deadline had come."},
    {"reminders_total", "Reminders and escalations sent."},
    {"disarmed_total", "Deadlines that lay in the past when they were set: each is a defect."},
    {"checked_total", "Incidents checked by the independent check of deadlines."},
    {"repaired_total", "Deadlines that the independent check put right: each is a defect."},
    {"backups_total", "Scheduled backups made and checked."},
    {"backups_failed_total", "Scheduled backups that failed."},
    {"backup_last_timestamp_seconds", "When the newest good scheduled backup was begun; 0: there is none."},
    {"archiving_year", "The year that is leaving the store; not there where none is."},
    {"archiving_percent", "How far it has come."},
    {"catching_up", "Whether the deadlines of a downtime are being worked off."},
    {"committing", "Whether the engine can commit."},
    {"clock_behind", "Whether the wall clock is behind the last heartbeat stored."},
    {"clock_ahead", "Whether the wall clock is more than a day past the last heartbeat: nothing is fired."},
    {"front_ends", "Front ends connected to the engine."},
    {"incidents", "Incidents stored."},
    {"open_incidents", "Incidents that are open."},
    {"open_dispatches", "Dispatches that are open."},
    {"commits_total", "Transactions committed."},
    {"commit_us_total", "Time spent in commits."},
    {"commit_us_last", "Time of the last commit."},
    {"checkpoints_total", "Checkpoints of the write-ahead log."},
    {"wal_bytes", "Size of the write-ahead log."},
    {"db_bytes", "Size of the database file."},
    {"free_bytes", "Free space of the database's file system."},
    {"certificate_console_expires_ms", "When the certificate of the console's port expires, since 1970."},
    {"certificate_http_expires_ms", "When the certificate of the HTTP port expires, since 1970."},
    {"full", "Whether free space is below the floor: no new incident is taken."},
    {"read_only", "Whether the store is read-only."},
};

static void write_help(struct buf *out, const char *name, const char *member)
{
	for (size_t i = 0; i < sizeof helps / sizeof helps[0]; i++)
		if (strcmp(helps[i].name, member) == 0)
			buf_printf(out, "# HELP %s %s\n", name, helps[i].help);
}

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
	write_help(out, name, member);
	buf_printf(out, "# TYPE %s %s\n%s ", name, kind(name), name);
	if (json_is_integer(v) && per == 1)
		buf_printf(out, "%lld\n", (long long)json_integer_value(v));
	else
		buf_printf(out, "%.9g\n", json_number_value(v) / per);
}

static void write_truth(struct buf *out, const char *name, const char *member, bool is)
{
	write_help(out, name, member);
	buf_printf(out, "# TYPE %s gauge\n%s %d\n", name, name, is);
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
			write_truth(out, name, member, json_is_true(v));
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
