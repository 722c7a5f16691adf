/*
 * socket.h - the notifier's socket: front ends ask, each on a connection of its own (wire/notice_message.h).
 *
 * What is asked is handed to one of three functions, which answer now or later, exactly once, whether the asker is still
 * there or not.
 */
#ifndef NOTIFIER_SOCKET_H
#define NOTIFIER_SOCKET_H
#include "wire/notice_message.h"

struct buf;
struct event_base;
struct notifier_socket;

struct notice_asked {
	struct notice_ask ask;
	struct arena *arena; /* lives until the answer */
	void *arg;           /* of socket_open */
	struct connection *c;
};

typedef void asked_handler(struct notice_asked *a);
struct asked_handlers {
	asked_handler *by_way[NOTICE_WAYS]; /* NULL: such an ask is answered `unavailable` */
};

#define ASKED_MOST 128 /* at once; who comes then is turned away and comes again */

/* fd: the listener, which stays the caller's. */
struct notifier_socket *socket_open(struct event_base *base, int fd, const struct asked_handlers *h,
    void *arg);
/* The socket was bound anew: goes on with this listener, which it takes. */
void socket_listen_on(struct notifier_socket *s, int fd);
void socket_close(struct notifier_socket *s);

/* The answer; the ask and its arena are gone then. */
void asked_answer(struct notice_asked *a, const struct notice_answer *r);
/* The same of a command that went well: its JSON, which is freed. */
void asked_json(struct notice_asked *a, struct buf *result);

/* Of a list that is asked for page by page: at most so many rows (50 where it is not said), those below the cursor. */
struct command;
struct json;
struct asked_page {
	int limit;
	int64_t before; /* 0: from the newest */
};
struct asked_page asked_page(const struct command *c);
/* The member `next` of the object that is open: the cursor of the last row of this page, where there are more. */
void asked_next(struct json *j, struct notice_asked *a, int64_t last);

/* The same with a code; the sentences are literals. */
void asked_refuse(struct notice_asked *a, enum error_code code, const char *field, const char *zh,
    const char *en);

#endif
