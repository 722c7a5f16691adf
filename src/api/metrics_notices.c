/*
 * metrics_notices.c - the notifier's counts as Prometheus text. Its answer has a list for each family, whose items are
 * the labels and the number; what is in no row here is passed over.
 * Place: api; pure.
 */
#include "api/metrics_notices.h"
#include <jansson.h>

#define LABELS_MOST 3

/* Rows without a help belong to the family above them. per: the number is so many to the metric's unit. */
static const struct family {
	const char *list, *name, *type, *help;
	const char *labels[LABELS_MOST];
	double per;
} families[] = {
    {"made", "notices_made_total", "counter", "Notices made from events.", {"class"}, 1},
    {"ended", "notices_ended_total", "counter",
	"Notices that ended, by how; of a dead one no person was reached.", {"class", "state"}, 1},
    {"waiting", "notices_waiting", "gauge", "Notices that no channel has accepted yet.", {"class"}, 1},
    {"oldest_ms", "notices_oldest_seconds", "gauge", "How long the oldest of those that wait has been due.",
	{"class"}, 1e3},
    {"sent", "notice_messages_total", "counter", "Messages sent, by what the provider's answer means.",
	{"channel", "class", "verdict"}, 1},
    {"receipts", "notice_receipts_total", "counter", "Receipts and replies that providers brought.",
	{"channel", "receipt"}, 1},
    {"replies", "notice_replies_total", "counter", "Replies by short message, by what came of them.",
	{"outcome"}, 1},
    {"accepted", "notice_seconds", "histogram", "From the event until a provider accepted its notice.",
	{NULL}, 1},
    {"accepted", "notice_seconds_bucket", NULL, NULL, {"class", "le"}, 1},
    {"accepted_ms", "notice_seconds_sum", NULL, NULL, {"class"}, 1e3},
    {"accepted_n", "notice_seconds_count", NULL, NULL, {"class"}, 1},
    {"held", "notice_channel_held", "gauge",
	"Whether the channel is held: it failed, or its provider asked for a pause.", {"channel"}, 1},
    {"handing", "partner_waiting", "gauge", "Messages that the partner has not taken yet.", {"partner"}, 1},
    {"cannot", "partner_broken", "gauge",
	"Whether messages of or to the partner fail as it is configured: keys, targets, account.",
	{"partner"}, 1},
    {"broken", "notice_channel_broken", "gauge", "Whether the channel is wrong as it is configured.",
	{"channel"}, 1},
};

static void write_label(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (const char *p = value ? value : ""; *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_char(out, '\\');
		buf_char(out, *p == '\n' ? ' ' : *p);
	}
	buf_char(out, '"');
}

static void write_item(struct buf *out, const struct family *f, const json_t *item)
{
	double n = json_number_value(json_object_get(item, "n"));

	buf_printf(out, "liandong_%s{", f->name);
	for (int i = 0; i < LABELS_MOST && f->labels[i]; i++) {
		if (i)
			buf_char(out, ',');
		write_label(out, f->labels[i], json_string_value(json_object_get(item, f->labels[i])));
	}
	buf_printf(out, "} %.15g\n", n / f->per);
}

static void write_family(struct buf *out, const struct family *f, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (!json_array_size(list))
		return;
	if (f->help)
		buf_printf(out, "# HELP liandong_%s %s\n# TYPE liandong_%s %s\n", f->name, f->help, f->name,
		    f->type);
	if (!f->labels[0]) /* of a histogram the head alone */
		return;
	json_array_foreach(list, i, item)
		write_item(out, f, item);
}

static void write_one(struct buf *out, const char *name, const char *help, json_int_t value)
{
	buf_printf(out, "# HELP liandong_%s %s\n# TYPE liandong_%s gauge\nliandong_%s %lld\n", name, help,
	    name, name, (long long)value);
}

void metrics_notices_write(struct buf *out, struct str json)
{
	json_t *told = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;

	write_one(out, "notifier_up", "Whether the notifier answered.", json_is_object(told));
	if (json_is_object(told)) {
		write_one(out, "notifier_behind_events", "Events that the notifier has not dealt with yet.",
		    json_integer_value(json_object_get(told, "behind")));
		for (size_t i = 0; i < sizeof families / sizeof *families; i++)
			write_family(out, &families[i], json_object_get(told, families[i].list));
	}
	json_decref(told);
}
