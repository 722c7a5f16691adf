/*
 * assign.c - see assign.h.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/assign.h"
#include "base/arena.h"

void assign_take(struct incident *inc, const struct route *route, const struct mechanism *m)
{
	inc->category = route->category ? route->category->code : NULL;
	inc->priority = route->priority;
	inc->zone = route->zone;
	inc->zone_assumed = route->zone_assumed;
	inc->confidential = route->confidential;
	inc->police = route->police;
	inc->unmatched = route->unmatched;
	inc->rule = route->rule;
	inc->because = route->because;
	inc->revision = m->revision;
}

/* As the desk has amended it since. What it released stays released. */
struct route *assign_route(struct act *x)
{
	struct incident *inc = x->inc;
	struct route *route = arena_alloc(x->a, sizeof *route);
	struct route_query query = {.at = x->now,
	    .category = inc->category,
	    .priority = inc->priority,
	    .area = inc->area,
	    .address = inc->address,
	    .description = inc->description,
	    .units = inc->given_units,
	    .confidential = inc->given_confidential};
	bool confidential = inc->confidential;

	routing_decide(x->m, &query, route);
	assign_take(inc, route, x->m);
	inc->confidential = confidential;
	return route;
}

void assign_issue(struct act *x, const struct route *route)
{
	for (int i = 0; i < route->n_units; i++)
		act_issue(x, route->units[i].unit->id, route->units[i].role, route->units[i].rule, NULL);
}
