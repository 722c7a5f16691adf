/*
 * query_request.c - request.list: what waits for a decision, and what was decided.
 *
 * Place: front, beside query_list.c. Who decides looks at those that are pending, the most urgent first; a
 * unit sees its own. What belongs to an incident shows to who sees the incident's clocks.
 */
#include "domain/request.h"
#include "front/parts.h"

#define REQUESTS_USUAL 50
#define REQUESTS_PAGE 200

struct request_list {
	struct want_requests want;
};

/* A unit asks for its own; another one's is not there. */
static bool unit_wanted(struct front_read *q, const char **unit)
{
	const char *own = sight_unit(&q->view), *said = command_text(q->c, FIELD_UNIT);

	if (own && said && !list_has(own, said))
		return query_not_found(q, "成员单位", "unit", said);
	*unit = own;
	return own || query_unit(q, unit);
}

static bool requests_want(struct front_read *q)
{
	struct request_list *own;
	const char *unit;

	if (q->loads)
		return true;
	if (!unit_wanted(q, &unit))
		return false;
	q->own = own = arena_alloc(q->a, sizeof *own);
	own->want = (struct want_requests){
	    .filter = {.kind = command_has(q->c, FIELD_KIND) ? (int)command_int(q->c, FIELD_KIND) : -1,
		.state =
		    command_has(q->c, FIELD_REQUEST_STATE) ? (int)command_int(q->c, FIELD_REQUEST_STATE) : -1,
		.unit = unit},
	    .limit = query_limit(q, REQUESTS_USUAL, REQUESTS_PAGE)};
	q->wants.requests = &own->want;
	return query_cursor(q, 'r', &own->want.after);
}

static bool shown(const struct front_read *q, const struct listed_request *one)
{
	const struct principal who = {.role = q->view.role, .unit = q->view.unit};

	if (one->inc ? sight_of(&q->view, THING_CLOCKS, one->inc) == SIGHT_NONE
		     : sight_row(THING_OFFICE, q->view.role) == SIGHT_NONE)
		return false;
	return request_seen(&who, one->r);
}

static void requests_render(struct front_read *q)
{
	const struct want_requests *got = &((struct request_list *)q->own)->want;
	int64_t next = got->next;

	json_begin(&q->j, NULL);
	json_list(&q->j, "requests");
	for (int i = 0; i < got->n; i++) {
		if (i && query_page_full(q)) {
			next = got->v[i - 1].cursor;
			break;
		}
		if (!shown(q, &got->v[i]))
			continue;
		render_request(&q->j, NULL, got->v[i].inc, got->v[i].r, q->m, &q->view);
		q->result.n++;
	}
	query_end_list(q, 'r', next);
}

const struct query query_request_list = {.want = requests_want, .render = requests_render, .heavy = true};
