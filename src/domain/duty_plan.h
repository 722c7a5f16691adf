/*
 * duty_plan.h - when the duty phone of a unit is tried in a month (值班抽查, Art. 11). Pure.
 *
 * An instant comes from the store's secret, the month and the unit alone, so that it is the same whenever it
 * is asked for and cannot be foretold; it is any minute, each as likely, in which somebody is owed to
 * answer: by the roster, else day and night for tier 1, in office hours for tier 2.
 */
#ifndef DOMAIN_DUTY_PLAN_H
#define DOMAIN_DUTY_PLAN_H
#include "domain/duty.h"

#define DUTY_SECRET_LEN 32
#define DUTY_CHECKS_MOST 31 /* a month */

/* The month of an instant, "2026-03"; and its first instant, and that of the next one. False: no month. */
#define MONTH_TEXT 8
char *month_text(int64_t at, char out[MONTH_TEXT]);
bool month_span(const char *month, int64_t *from, int64_t *to);

/* Its instants in ascending order, on the minute, no two the same. Returns how many: as many as the policy
 * says for its tier, fewer where it has fewer minutes. */
int duty_plan(const unsigned char secret[DUTY_SECRET_LEN], const struct mechanism *m,
    const struct circumstances *around, const struct unit *unit, const char *month,
    int64_t out[DUTY_CHECKS_MOST]);

#endif
