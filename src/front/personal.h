/*
 * personal.h - which looks at personal data have been recorded today: one an account, a dispatch and a
 * local day is enough. Forgetting costs a second record, never a missing one.
 */
#ifndef FRONT_PERSONAL_H
#define FRONT_PERSONAL_H
#include <stdbool.h>
#include <stdint.h>

struct personal_reads;

struct personal_reads *personal_new(void);
void personal_free(struct personal_reads *l);
/* Is it the first of that day? Then it is remembered. */
bool personal_first(struct personal_reads *l, const char *account, const char *dispatch, int64_t day);
/* Forgets all, when a record could not be made. */
void personal_flush(struct personal_reads *l);

#endif
