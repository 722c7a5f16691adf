/*
 * queue.c - the table of queues: how each is called.
 */
#include "domain/queue.h"

#include <assert.h>

static const struct {
	const char *name, *zh, *en;
} rows[QUEUE_REQUESTS] = {
    [QUEUE_DELIVERY] = {"delivery", "待送达", "not delivered"},
    [QUEUE_ACKNOWLEDGE] = {"acknowledge", "待签收", "not acknowledged"},
    [QUEUE_ARRIVE] = {"arrive", "待到场", "not arrived"},
    [QUEUE_UNROUTED] = {"unrouted", "没有主办", "without a lead"},
    [QUEUE_CALLBACK] = {"callback", "待回访", "to be called back"},
};

static bool is_request(enum queue_kind kind)
{
	assert(kind < QUEUE_KINDS && "a queue of the table");
	return kind >= QUEUE_REQUESTS;
}

const char *queue_name(enum queue_kind kind)
{
	return is_request(kind) ? request_kind_names[kind - QUEUE_REQUESTS] : rows[kind].name;
}

const char *queue_word(enum queue_kind kind, bool english)
{
	const char *zh = is_request(kind) ? request_rows[kind - QUEUE_REQUESTS].word : rows[kind].zh;

	if (!english)
		return zh;
	return is_request(kind) ? request_kind_names[kind - QUEUE_REQUESTS] : rows[kind].en;
}

const char *queue_owed_by(enum queue_kind kind, enum decider owes, bool english)
{
	if (!is_request(kind) && owes == DECIDER_UNIT)
		return english ? "the unit" : "承办单位";
	return decider_word(owes, english);
}
