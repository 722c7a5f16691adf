/*
 * needs.h - what notices.yaml and exchange.yaml need beside themselves, looked at without a daemon: files of secrets, targets that
 * liandong.yaml permits, accounts. Place: ctl.
 */
#ifndef CTL_NEEDS_H
#define CTL_NEEDS_H
#include "domain/mechanism.h"
#include "mechanism/options.h"
#include "mechanism/problems.h"

/* Warnings at the key that names what is wrong. Accounts are looked at where the store is there and can be read. */
void needs_check(const struct options *o, const struct mechanism *m, struct problems *p);

#endif
