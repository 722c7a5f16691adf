/*
 * tell.h - the engine learns how the notice of an instruction ended; that another one did not get through is no alarm. Place: notifier.
 */
#ifndef NOTIFIER_TELL_H
#define NOTIFIER_TELL_H
#include "domain/outgoing.h"

struct front;
struct outbox;
struct tell;

enum tell_what {
	TELL_END,
	TELL_IN_VAIN, /* it is tried on, and no channel has taken it so far */
	TELL_RETRIED, /* a person sends it again */
};
/* The engine has it, or will never take it: that the notice was in that state, ended at that instant (0: not ended). It may
 * be in another one by now, which is not told with that. */
typedef void tell_taken(void *arg, const char *id, enum tell_what what, enum outgoing_state state,
    int64_t ended_at);

/* All is borrowed. */
struct tell *tell_new(struct front *front, struct outbox *outbox, tell_taken *taken, void *arg);
/* No callback any more. */
void tell_free(struct tell *t);
/* Must the engine know how this one ended? */
bool tell_wanted(const struct outgoing *o);
/* Each tells what it is not telling already. Where the engine does not answer `taken` does not come: tell it again. The keys are
 * the notice's, so that told twice is told once. */
/* With the last notice of an instruction, that no person of its unit was told. One that a person dropped is ended by
 * that one's account. */
void tell_end(struct tell *t, const struct outgoing *o);
void tell_in_vain(struct tell *t, const struct outgoing *o);
void tell_retried(struct tell *t, const struct outgoing *o);

#endif
