/*
 * route_doubt.h - a report that denies the only danger it names, and says more than the rules know:
 * 没起火,是反应釜炸了. Internal to routing.
 */
#ifndef DOMAIN_ROUTE_DOUBT_H
#define DOMAIN_ROUTE_DOUBT_H
#include "domain/route_index.h"

/* Does the description name a P1 or P2 matter only to deny it, and say something else besides? said and
 * meant are keywords_scan's, folded is the description. */
bool route_doubtful(const struct mechanism *m, const uint64_t *said, const uint64_t *meant,
    const char *folded);

#endif
