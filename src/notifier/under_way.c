/* under_way.c - see under_way.h. Place: notifier. */
#include "notifier/under_way.h"

void under_way_begin(struct under_way *u, struct under_way_list *list, struct mechanism *m)
{
	*u = (struct under_way){.list = list,
	    .next = list->first,
	    .link = &list->first,
	    .arena = arena_new(),
	    .mechanism = mechanism_hold(m)};
	if (u->next)
		u->next->link = &u->next;
	list->first = u;
	list->n++;
}

void under_way_end(struct under_way *u)
{
	*u->link = u->next;
	if (u->next)
		u->next->link = u->link;
	u->list->n--;
	mechanism_release(u->mechanism);
	arena_wipe(u->arena);
	arena_free(u->arena);
}
