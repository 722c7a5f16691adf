/*
 * notifier.h - the process that tells people outside, by the channels of notices.yaml. Its parts share this.
 */
#ifndef NOTIFIER_NOTIFIER_H
#define NOTIFIER_NOTIFIER_H
#include "front/front.h"
#include "notifier/pump.h"
#include "notifier/sender.h"
#include "store/outbox.h"

struct notifier {
	const struct child *child;
	struct event_base *base;
	struct child_control *control;
	struct front *front;   /* the mechanism, the duty, the store, the link to the engine */
	struct outbox *outbox; /* how far it came, and what goes out */
	struct sender *sender;
	struct pump *pump;
	struct trials *trials; /* tests of channels that are under way */
	struct notifier_socket *socket;
	struct handover *handover;  /* what partners are told */
	struct handed_file *handed; /* and its file */
	struct comparer *comparing; /* partners' open matters with ours */
	struct nonces *nonces;      /* of partners' messages (inward.c) */
	struct replying *replying;  /* replies that are with the engine (reply.c) */
	bool english;
};

#endif
