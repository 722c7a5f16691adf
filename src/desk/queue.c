/* queue.c - see desk.h: the order of the open queue, and its local numbers. */
#include "desk/desk.h"
#include "base/arena.h"
#include "base/utf8.h"

#include <stdlib.h>

const char *desk_brief(struct arena *a, const char *name)
{
	static const char *const ends[] = {"公司", "支队", "中心", "街道", "局", "镇", "乡"};
	struct str s = str_of(name);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct str end = str_of(ends[i]);
		struct str head = {s.p, s.n > end.n ? s.n - end.n : 0};

		if (head.n && memcmp(s.p + head.n, end.p, end.n) == 0 && utf8_count(head) >= 2)
			return arena_str(a, head);
	}
	return arena_text(a, name);
}

const char *desk_letter(enum dispatch_state state)
{
	static const struct both letters[DISPATCH_STATES] = {[DISPATCH_ISSUED] = {"未", "new"},
	    [DISPATCH_ACKNOWLEDGED] = {"签", "ack"},
	    [DISPATCH_DEPARTED] = {"出", "dep"},
	    [DISPATCH_ARRIVED] = {"到", "arr"},
	    [DISPATCH_COMPLETED] = {"毕", "fin"},
	    [DISPATCH_RETURNING] = {"改", "ret"},
	    [DISPATCH_WITHDRAWN] = {"撤", "wdn"}};

	return both_said(&letters[state]);
}

const struct both desk_priorities[PRIORITY_COUNT] = {
    {"未定", "none"}, {"危急", "critical"}, {"紧急", "urgent"}, {"求助", "help"}, {"非急", "routine"}};

const char *desk_mark(enum priority p)
{
	static const char *const marks[PRIORITY_COUNT] = {"·", "◆", "▲", "○", "□"};

	return marks[p];
}

const char *desk_priority(enum priority p)
{
	return both_said(&desk_priorities[p]);
}

const char *desk_priority_brief(enum priority p)
{
	static const char *const codes[PRIORITY_COUNT] = {"--", "P1", "P2", "P3", "P4"};

	return say_english() ? codes[p] : desk_priorities[p].zh;
}

bool desk_part_over(const struct desk_part *p, int64_t now)
{
	return p->due && p->due < now && p->time != DESK_UNLIMITED;
}

bool desk_part_to_phone(const struct desk_part *p, int64_t now)
{
	return p->state == DISPATCH_ISSUED && !p->delivered &&
	    (p->to_phone || (p->delivery_due && p->delivery_due < now));
}

bool desk_row_over(const struct desk_row *r, int64_t now)
{
	for (int i = 0; i < r->n; i++)
		if (desk_part_over(&r->parts[i], now))
			return true;
	return (r->lead_due && r->lead_due < now) || (r->callback_due && r->callback_due < now);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return !a ? b : !b ? a : a < b ? a : b;
}

int64_t desk_next_due(const struct desk_row *r)
{
	int64_t due = sooner(r->lead_due, r->callback_due);

	for (int i = 0; i < r->n; i++)
		if (r->parts[i].time != DESK_UNLIMITED)
			due = sooner(due, r->parts[i].due);
	return due;
}

/* P1 first, then what falls due next; what has no limit last, the older first. */
static int by_urgency(const void *left, const void *right)
{
	const struct desk_row *a = left, *b = right;
	int64_t due_a = desk_next_due(a), due_b = desk_next_due(b);

	if ((a->priority == P1) != (b->priority == P1))
		return a->priority == P1 ? -1 : 1;
	if (due_a != due_b)
		return !due_a ? 1 : !due_b ? -1 : due_a < due_b ? -1 : 1;
	if (a->received_at != b->received_at)
		return a->received_at < b->received_at ? -1 : 1;
	return strcmp(a->number, b->number);
}

/* -- local numbers -------------------------------------------------------------------------- */

static int holder(const struct desk_numbers *x, const char *number)
{
	for (int i = 1; i <= DESK_NUMBERS; i++)
		if (strcmp(x->of[i], number) == 0)
			return i;
	return 0;
}

/* The next one behind that which was given last: never used before, then no longer in use. 0: none is free. */
static int next_free(const struct desk_numbers *x)
{
	for (int unused = 1; unused >= 0; unused--)
		for (int k = 1; k <= DESK_NUMBERS; k++) {
			int i = (x->last + k - 1) % DESK_NUMBERS + 1;

			if (unused ? !x->of[i][0] : x->gone[i])
				return i;
		}
	return 0;
}

static void give(struct desk_numbers *x, struct desk_row *r)
{
	int i = next_free(x);

	r->local = i;
	if (!i)
		return;
	memcpy(x->of[i], r->number, strlen(r->number) + 1);
	x->gone[i] = false;
	x->last = i;
}

void desk_queue_take(struct desk_queue *q, struct desk_numbers *numbers, struct desk_row *rows, int n)
{
	if (n > 1)
		qsort(rows, (size_t)n, sizeof *rows, by_urgency);
	for (int i = 1; i <= DESK_NUMBERS; i++)
		numbers->gone[i] = numbers->of[i][0] != '\0';
	for (int i = 0; i < n; i++) {
		rows[i].local = holder(numbers, rows[i].number);
		numbers->gone[rows[i].local] = false;
	}
	for (int i = 0; i < n; i++)
		if (!rows[i].local)
			give(numbers, &rows[i]);
	*q = (struct desk_queue){.rows = rows, .n = n, .numbers = numbers};
}

struct desk_row *desk_local(const struct desk_queue *q, int local)
{
	for (int i = 0; i < q->n; i++)
		if (q->rows[i].local == local && local)
			return &q->rows[i];
	return NULL;
}

struct desk_row *desk_full(const struct desk_queue *q, const char *number)
{
	for (int i = 0; i < q->n; i++)
		if (strcmp(q->rows[i].number, number) == 0)
			return &q->rows[i];
	return NULL;
}
