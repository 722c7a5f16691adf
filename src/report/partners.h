/*
 * partners.h - the accounts in whose name partners of exchange.yaml act: are they there, and may they? Place: report.
 */
#ifndef REPORT_PARTNERS_H
#define REPORT_PARTNERS_H
#include "domain/mechanism.h"
#include "mechanism/problems.h"
#include "store/read.h"

struct exchange_partner;
/* What is wrong with the account in whose name it acts, of these accounts, and the command that mends it: a sentence for people, in
 * the arena. NULL: nothing. */
const char *partner_lacks(const struct exchange_partner *x, const struct want_accounts *all, bool english,
    struct arena *a);

/* A warning of the kind PROBLEM_PARTNER_ACCOUNT for each that would make messages fail. folder: before the file's name; NULL: none.
 * False: the accounts could not be read, and nothing is known. */
bool partners_check(struct reads *r, const struct mechanism *m, const char *folder, struct problems *p);

#endif
