/*
 * queue.h - what waits for whom (queue.list): the queues and who owes what is in each. Plain data, nothing of it is stored.
 *
 * A kind of request is a queue as it stands; the others are counted from open incidents and their dispatches.
 */
#ifndef DOMAIN_QUEUE_H
#define DOMAIN_QUEUE_H
#include "domain/mechanism.h"
#include "domain/request.h"

enum queue_kind {
	QUEUE_DELIVERY,    /* dispatches that their units were not shown */
	QUEUE_ACKNOWLEDGE, /* that were shown and not acknowledged */
	QUEUE_ARRIVE,
	QUEUE_UNROUTED, /* incidents that no unit leads, or that no rule fits */
	QUEUE_CALLBACK,
	QUEUE_REQUESTS,                              /* the first of the kinds of requests */
	QUEUE_KINDS = QUEUE_REQUESTS + REQUEST_KINDS /* one more than the last */
};

/* Whose matter what is counted is: an incident's, a confidential one's, the office's (of no incident). */
enum queue_of { OF_INCIDENT, OF_CONFIDENTIAL, OF_OFFICE, QUEUES_OF };

struct queue_count {
	int64_t n, overdue; /* overdue: of them, those whose limit has passed */
	int64_t first_due;  /* 0: none has a limit */
};

const char *queue_name(enum queue_kind kind);               /* "delivery" … "return" … */
const char *queue_word(enum queue_kind kind, bool english); /* 待送达 … 申请改派 … */
/* 责任单位 … 接警台. Requests call the unit that is asked otherwise than dispatches the one that acts. */
const char *queue_owed_by(enum queue_kind kind, enum decider owes, bool english);

#endif
