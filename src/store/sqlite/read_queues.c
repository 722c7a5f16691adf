/*
 * read_queues.c - how much waits for whom, counted by three statements over what is open.
 *
 * Each row of each is: queue (or kind of request), who owes it, whose matter it is, how many, how many of them are overdue,
 * and when the first falls due.
 */
#include "local.h"

static int count_rows(struct sql *q, enum statement id, int first_queue, struct want_queues *w, int64_t *rows)
{
	sqlite3_stmt *st = sql_use(q, id);
	int rc;

	sqlite3_bind_int64(st, 1, w->now);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int queue = first_queue + sqlite3_column_int(st, 0), owes = sqlite3_column_int(st, 1);
		int of = sqlite3_column_int(st, 2);

		if (queue < 0 || queue >= QUEUE_KINDS || owes < 0 || owes >= DECIDERS || of < 0 ||
		    of >= QUEUES_OF) {
			rc = SQLITE_CORRUPT;
			break;
		}
		w->counts[queue][owes][of] = (struct queue_count){.n = sqlite3_column_int64(st, 3),
		    .overdue = sqlite3_column_int64(st, 4),
		    .first_due = sqlite3_column_int64(st, 5)};
		*rows += sqlite3_column_int64(st, 3);
	}
	return sql_end(st, rc);
}

int queues_read(struct sql *q, struct want_queues *w, int64_t *rows)
{
	int rc = count_rows(q, STATEMENT_QUEUE_DISPATCHES, QUEUE_DELIVERY, w, rows);

	if (rc == SQLITE_OK)
		rc = count_rows(q, STATEMENT_QUEUE_INCIDENTS, 0, w, rows);
	if (rc == SQLITE_OK)
		rc = count_rows(q, STATEMENT_QUEUE_REQUESTS, QUEUE_REQUESTS, w, rows);
	return rc;
}
