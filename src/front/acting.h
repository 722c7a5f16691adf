/*
 * acting.h - whom an account of a unit acts for, for those who stay connected: 机构改革 gives a unit the open matters
 * of those that it succeeds at midnight of a day, or when a mechanism comes into force that says so.
 */
#ifndef FRONT_ACTING_H
#define FRONT_ACTING_H
#include "domain/mechanism.h"

struct acting;

struct acting *acting_new(void);
void acting_free(struct acting *a);
/* Another mechanism is in force. */
void acting_changed(struct acting *a);
/* A number that changes with the mechanism and when the day of a succession comes. m may be NULL. */
unsigned acting_age(struct acting *a, const struct mechanism *m, int64_t now);
/* The first of these units, with those that it succeeds (mechanism_acts_for). The text lives as long as `a`. */
const char *acting_units(struct acting *a, const struct mechanism *m, const char *units, int64_t now);

#endif
