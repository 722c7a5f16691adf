/*
 * looks.h - which looks at personal data have been recorded today: one an account, a dispatch and a
 * local day is enough. Forgetting costs a second record, never a missing one.
 */
#ifndef FRONT_LOOKS_H
#define FRONT_LOOKS_H
#include <stdbool.h>
#include <stdint.h>

struct looks;

struct looks *looks_new(void);
void looks_free(struct looks *l);
/* Is it the first of that day? Then it is remembered. */
bool looks_first(struct looks *l, const char *account, const char *dispatch, int64_t day);
/* Forgets all, when a record could not be made. */
void looks_flush(struct looks *l);

#endif
