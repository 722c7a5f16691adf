/*
 * waiting.h - what liandongctl does while the daemon is starting: it says so and waits, on a terminal as long as the person
 * likes, elsewhere WAITED_S seconds or as many as LIANDONG_WAIT says (0: not at all).
 */
#ifndef CTL_WAITING_H
#define CTL_WAITING_H
#include "liandong/client.h"

#define WAITED_S 120

struct patience {
	int64_t since; /* by the monotonic clock; 0: it has not waited yet */
	char said[512];
};

enum waiting_says {
	WAITING_AGAIN, /* nothing serves yet: that was said, a while has passed, and it may be tried again */
	WAITING_OVER,  /* it has been waited long enough, and that was said */
	WAITING_OTHER, /* the session was not to be had for another reason */
};
enum waiting_says waiting_for(struct patience *w, const struct liandong *link);
/* Takes the line of its progress off the terminal. */
void waiting_ends(const struct patience *w);

#endif
