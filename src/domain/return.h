/*
 * return.h - a return (申请改派): a unit says that an instruction is not its own. Private to the
 * lifecycle.
 *
 * The unit stays responsible, and its clocks run, until somebody grants it; on the scene until it is relieved
 * (先期处置). A grant names who takes over, and instructs that unit in the same decision.
 */
#ifndef DOMAIN_RETURN_H
#define DOMAIN_RETURN_H
#include "domain/request.h"

/* dispatch.return */
bool return_ask(struct act *x);
/* The row of its kind. */
bool return_ready(struct act *x, bool grant);
void return_granted(struct act *x);
/* Number of the incident that a grant by this command makes its own follow, as the same matter: the command's own,
 * else that which a lead named that asked for a duplicate. NULL: none. */
const char *return_joins(const struct incident *inc, const struct request *r, const struct command *c);
void return_rejected(struct act *x);
/* The desk amends the incident: what was asked for want of information is answered. */
void return_answered(struct act *x);

#endif
