/*
 * query_share.c - what the kinds of reads share: what they want, what they refuse, cursors, dispatches and
 * events as they are shown.
 *
 * Place: front, beneath query.c, query_list.c and query_poll.c.
 */
#include "front/parts.h"
#include "base/array.h"
#include "domain/act.h"

#include <stdio.h>
#include <stdlib.h>

void query_want_nothing(struct front_read *q)
{
	q->wants = (struct reads_wants){.min_seq = q->wants.min_seq};
}

void query_want_incidents(struct front_read *q, const char *const *numbers, int n)
{
	q->incidents = (struct want_incidents){.numbers = numbers, .n = n};
	q->wants.incidents = &q->incidents;
}

void query_show(struct front_read *q, struct incident *inc, struct dispatch *d)
{
	ARRAY_ROOM(q->a, q->shown, q->n_shown, q->cap_shown);
	q->shown[q->n_shown++] = (struct shown){inc, d};
}

bool query_unavailable(struct front_read *q)
{
	return refuse(&q->result.why, q->a, ERROR_UNAVAILABLE, NULL, "暂时读不到记录,请稍后再试",
	    "the records cannot be read just now; try again");
}

const struct mechanism *query_mechanism(struct front_read *q, const char *revision)
{
	if (!revision || strcmp(revision, q->m->revision) == 0)
		return q->m;
	return revisions_find(q->f->revisions, revision);
}

bool query_keep_mechanism(struct front_read *q)
{
	return !q->files.revision ||
	    revisions_keep(q->f->revisions, q->files.revision, q->files.v, q->files.n);
}

bool query_unit(struct front_read *q, const char **unit)
{
	*unit = command_text(q->c, FIELD_UNIT);
	return !*unit || act_known_unit(q->m, *unit, "unit", q->a, &q->result.why);
}

/* It left the store with its year. Whose it was is not known any more, so units and other systems find nothing. */
static bool archived(struct front_read *q, const char *number)
{
	const char *file = q->incidents.archives[0];

	if (!file || sight_row(THING_CONFIDENTIAL_INCIDENT, q->view.role) != SIGHT_ALL)
		return false;
	q->result.why = (struct refusal){
	    .code = ERROR_ARCHIVED,
	    .zh = arena_printf(q->a, "警情 %s 已归档,在存档 %s 里:liandongctl incident show --store %s %s",
		number, file, file, number),
	    .en = arena_printf(q->a,
		"incident %s is in the archive %s: liandongctl incident show --store %s %s", number, file,
		file, number),
	};
	return true;
}

struct incident *query_incident(struct front_read *q, const char *number)
{
	struct incident *inc = q->incidents.found[0];

	if (inc && sight_sees(&q->view, inc))
		return inc;
	if (!inc && archived(q, number))
		return NULL;
	query_not_found(q, "警情", "incident", number);
	return NULL;
}

bool query_cursor(struct front_read *q, char kind, int64_t *out)
{
	const char *text = command_text(q->c, FIELD_CURSOR);
	char *end;

	*out = 0;
	if (!text)
		return true;
	*out = (int64_t)strtoull(text + 1, &end, 16);
	if (text[0] == kind && end > text + 1 && !*end && *out > 0)
		return true;
	return refuse(&q->result.why, q->a, ERROR_PARAMS, "cursor", "cursor 不是这个列表给出的续页标记",
	    "cursor is not one that this list gave");
}

void query_put_cursor(struct json *j, const char *key, char kind, int64_t at)
{
	char text[32];

	snprintf(text, sizeof text, "%c%llx", kind, (unsigned long long)at);
	json_text(j, key, text);
}

void query_put_training(struct front_read *q)
{
	if (q->f->options->training)
		json_bool(&q->j, "training", true);
}

bool query_page_full(const struct front_read *q)
{
	return q->f->page.n > PAGE_BYTES;
}

void query_end_list(struct front_read *q, char kind, int64_t next)
{
	json_close(&q->j);
	q->result.more = next != 0;
	if (next)
		query_put_cursor(&q->j, "next", kind, next);
	json_end(&q->j);
}

int query_limit(const struct front_read *q, int usual, int most)
{
	int64_t n = command_int(q->c, FIELD_LIMIT);

	return n <= 0 ? usual : n > most ? most : (int)n;
}

/* A digest of what is rendered so far: two that differ are told apart, by accident or not at all. */
static void set_etag(struct front_read *q, const struct dispatch *d)
{
	uint64_t seen = str_hash(buf_view(&q->f->page));

	snprintf(q->result.etag, sizeof q->result.etag, "%lld-%016llx", (long long)d->seq,
	    (unsigned long long)seen);
}

void query_put_dispatch(struct front_read *q, const struct shown *s)
{
	render_dispatch_open(&q->j, NULL, s->inc, s->d, q->m, &q->view);
	render_incident_open(&q->j, "matter", s->inc, q->m, &q->view, q->a);
	json_end(&q->j);
	if (q->kind->etag)
		set_etag(q, s->d);
	render_dispatch_call(&q->j, s->inc, s->d, q->m, q->now, &q->view);
	json_end(&q->j);
}

void query_put_event(struct front_read *q, const struct seen_event *e, bool words)
{
	if (sight_event(&q->view, e) == SIGHT_NONE)
		return;
	render_event(&q->j, NULL, e, words, &q->view);
	q->result.n++;
}
