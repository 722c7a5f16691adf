/*
 * undo.h - what takes an act of the desk back: its opposite, ready to be sent.
 */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H
#include "base/json.h"
#include "domain/command.h"

/* As the answer's last member: `undo`, the command that takes this act back, as it is sent either way in, and until
 * when. Left out where the act has no opposite, or who gave it is not the desk. */
void undo_render(struct json *j, const struct command *c, const struct incident *inc,
    const struct dispatch *d, const struct mechanism *m, int64_t now);

#endif
