/*
 * query_list.c - reads that give pages: incidents, events, accounts.
 *
 * Place: front, beside query.c. A page ends at its limit or at PAGE_BYTES, whichever comes first,
 * and then says where to go on. A list shows of each incident what its caller may see of it.
 */
#include "front/parts.h"

#define INCIDENTS_USUAL 50
#define INCIDENTS_MOST 200
#define EVENTS_USUAL 100
#define EVENTS_MOST 500

static int limit_of(const struct query *q, int usual, int most)
{
	int64_t n = command_int(q->c, FIELD_LIMIT);

	return n <= 0 ? usual : n > most ? most : (int)n;
}

/* -- incidents ------------------------------------------------------------------------------ */

struct incidents {
	enum store_status status;
	struct incident **v;
	int n;
	int64_t next;
};

static void on_incidents(void *arg, enum store_status status, struct incident **v, int n, int64_t next)
{
	*(struct incidents *)arg = (struct incidents){status, v, n, next};
}

static void put_incident(struct query *q, const struct incident *inc)
{
	render_incident_open(&q->j, NULL, inc, q->m, &q->view, q->a);
	render_dispatches(&q->j, inc, q->m, q->now, &q->view);
	json_end(&q->j);
	query_looked(q, inc, inc->n_dispatches ? &inc->dispatches[0] : NULL);
}

/* Writes incidents[] and gives the cursor to go on, 0 at the end. */
static int64_t put_incidents(struct query *q, const struct incidents *got)
{
	size_t before = q->out->n;
	int64_t next = got->next;

	json_list(&q->j, "incidents");
	for (int i = 0; i < got->n; i++) {
		if (q->out->n - before > PAGE_BYTES) {
			next = got->v[i - 1]->id;
			break;
		}
		if (sight_sees(&q->view, got->v[i]))
			put_incident(q, got->v[i]);
	}
	json_close(&q->j);
	return next;
}

bool query_incident_list(struct query *q)
{
	bool state = command_has(q->c, FIELD_STATE);
	struct incident_filter filter = {
	    .state = state ? (int)command_int(q->c, FIELD_STATE) : -1,
	    .unit = command_text(q->c, FIELD_UNIT),
	    .area = command_text(q->c, FIELD_AREA),
	    .from = command_int(q->c, FIELD_FROM),
	    .to = command_int(q->c, FIELD_TO),
	    .limit = limit_of(q, INCIDENTS_USUAL, INCIDENTS_MOST),
	    .no_confidential = sight_row(THING_CONFIDENTIAL_INCIDENT, q->view.role) == SIGHT_NONE,
	};
	struct incidents got = {.status = STORE_FAILED};
	int64_t next;

	if (!query_cursor(q, 'i', &filter.before))
		return false;
	reads_incidents(q->f->reads, q->a, &filter, on_incidents, &got);
	if (got.status != STORE_OK)
		return query_unavailable(q);
	json_begin(&q->j, NULL);
	next = put_incidents(q, &got);
	if (next)
		query_put_cursor(&q->j, "next", 'i', next);
	json_end(&q->j);
	return true;
}

/* -- events --------------------------------------------------------------------------------- */

struct page {
	enum store_status status;
	const struct seen_event *v;
	int n;
	int64_t scanned;
	bool more;
};

static void on_page(void *arg, enum store_status status, const struct seen_event *v, int n, int64_t scanned,
    bool more)
{
	*(struct page *)arg = (struct page){status, v, n, scanned, more};
}

/* events[] up to what the page holds; *scanned goes back to what was written, where it is cut. */
static void put_events(struct query *q, const struct seen_event *v, int n, int64_t *scanned, bool *more)
{
	size_t before = q->out->n;
	bool words = sight_words(&q->view);

	json_list(&q->j, "events");
	for (int i = 0; i < n; i++) {
		if (q->out->n - before > PAGE_BYTES) {
			*scanned = v[i - 1].e.seq;
			*more = true;
			break;
		}
		if (sight_event(&q->view, &v[i]) != SIGHT_NONE)
			render_event(&q->j, NULL, &v[i], words, &q->view);
	}
	json_close(&q->j);
}

/* From the store and not from the ring, for only the store has the texts. */
bool query_event_list(struct query *q)
{
	struct event_filter filter = {
	    .after = command_int(q->c, FIELD_AFTER),
	    .incident = command_text(q->c, FIELD_NUMBER),
	    .unit = sight_unit(&q->view),
	    .limit = limit_of(q, EVENTS_USUAL, EVENTS_MOST),
	};
	int64_t seq = front_seq(q->f);
	struct page got = {.status = STORE_OK, .scanned = filter.after};

	if (filter.incident && !query_incident(q, filter.incident))
		return false;
	if (!front_knows(q->f, filter.after))
		return refuse(q->why, q->a, ERROR_PARAMS, "after", "after %lld 超出已有的事件,最新为 %lld",
		    "after %lld lies beyond the last event, %lld", (long long)filter.after, (long long)seq);
	if (filter.after < seq)
		reads_events(q->f->reads, q->a, &filter, on_page, &got);
	if (got.status != STORE_OK)
		return query_unavailable(q);
	json_begin(&q->j, NULL);
	put_events(q, got.v, got.n, &got.scanned, &got.more);
	json_int(&q->j, "seq", got.scanned > filter.after ? got.scanned : filter.after);
	json_bool(&q->j, "more", got.more);
	json_end(&q->j);
	return true;
}

/* -- accounts ------------------------------------------------------------------------------- */

struct accounts_page {
	enum store_status status;
	const struct account *v;
	int n;
};

static void on_accounts(void *arg, enum store_status status, const struct account *v, int n)
{
	*(struct accounts_page *)arg = (struct accounts_page){status, v, n};
}

bool query_account_list(struct query *q)
{
	struct accounts_page got = {.status = STORE_FAILED};

	reads_accounts(q->f->reads, q->a, on_accounts, &got);
	if (got.status != STORE_OK)
		return query_unavailable(q);
	json_begin(&q->j, NULL);
	json_list(&q->j, "accounts");
	for (int i = 0; i < got.n; i++) {
		const struct account *who = &got.v[i];
		char id[DIGEST_ID];

		json_begin(&q->j, NULL);
		json_text(&q->j, "name", who->name);
		json_text(&q->j, "role", role_names[who->role]);
		json_text(&q->j, "unit", who->unit);
		json_text(&q->j, "commands", who->commands);
		json_text(&q->j, "token_id", digest_id(&who->token, id));
		json_time(&q->j, "made_at", who->made_at);
		json_time(&q->j, "revoked_at", who->revoked_at);
		json_end(&q->j);
	}
	json_close(&q->j);
	json_end(&q->j);
	return true;
}
