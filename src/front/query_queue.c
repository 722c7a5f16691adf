/*
 * query_queue.c - queue.list: how much waits for whom, how much of it is overdue, and when the next falls due.
 *
 * Place: front, beside query_request.c. Counted are the matters that the caller sees; a queue that is empty is not told.
 */
#include "front/parts.h"

static bool queues_want(struct front_read *q)
{
	struct want_queues *own = q->own;

	if (own)
		return true;
	q->own = own = arena_alloc(q->a, sizeof *own);
	own->now = q->now;
	q->wants.queues = own;
	return true;
}

/* May the caller count what is of this matter? */
static bool counted(const struct front_read *q, enum queue_of of)
{
	static const enum thing things[QUEUES_OF] = {[OF_INCIDENT] = THING_CLOCKS,
	    [OF_CONFIDENTIAL] = THING_CONFIDENTIAL_CLOCKS,
	    [OF_OFFICE] = THING_OFFICE};

	return sight_row(things[of], q->view.role) == SIGHT_ALL;
}

static struct queue_count sum_of(const struct front_read *q, const struct queue_count parts[QUEUES_OF])
{
	struct queue_count sum = {0};

	for (int of = 0; of < QUEUES_OF; of++) {
		const struct queue_count *one = &parts[of];

		if (!one->n || !counted(q, (enum queue_of)of))
			continue;
		sum.n += one->n;
		sum.overdue += one->overdue;
		if (one->first_due && (!sum.first_due || one->first_due < sum.first_due))
			sum.first_due = one->first_due;
	}
	return sum;
}

static void put_queue(struct front_read *q, enum queue_kind kind, enum decider owes,
    const struct queue_count *sum)
{
	json_begin(&q->j, NULL);
	json_text(&q->j, "queue", queue_name(kind));
	json_text(&q->j, "name", queue_word(kind, q->view.english));
	json_text(&q->j, "owed_by", decider_names[owes]);
	json_text(&q->j, "owed_by_name", queue_owed_by(kind, owes, q->view.english));
	json_int(&q->j, "n", sum->n);
	json_int(&q->j, "overdue", sum->overdue);
	json_time(&q->j, "first_due", sum->first_due);
	json_end(&q->j);
	q->result.n++;
}

static void queues_render(struct front_read *q)
{
	const struct want_queues *got = q->own;

	json_begin(&q->j, NULL);
	json_time(&q->j, "at", got->now);
	json_list(&q->j, "queues");
	for (int kind = 0; kind < QUEUE_KINDS; kind++)
		for (int owes = 0; owes < DECIDERS; owes++) {
			struct queue_count sum = sum_of(q, got->counts[kind][owes]);

			if (sum.n)
				put_queue(q, (enum queue_kind)kind, (enum decider)owes, &sum);
		}
	json_close(&q->j);
	json_int(&q->j, "seq", q->result.seq);
	json_end(&q->j);
}

const struct query query_queue_list = {.want = queues_want, .render = queues_render, .heavy = true};
