/*
 * content.h - what a command says, as a digest that is stored: of a report (the same number and
 * content again is the same report) and of a command with a key (the same key and request again is
 * the same answer).
 *
 * A stored digest has to be found again by every later version of the program. So version 2 hashes
 * names: of the command and of each field, the fields in the order of their names. Version 1, made
 * before, hashed the places of commands and fields in their tables; it is still computed for what was
 * stored then, and never stored anew.
 */
#ifndef DOMAIN_CONTENT_H
#define DOMAIN_CONTENT_H
#include "base/digest.h"
#include "domain/command.h"

/* Of the decoded parameters but the key, times as instants. */
struct digest content_of_report(const struct command *c);
/* Is the stored digest, of whichever version, that of this report? */
bool content_is_report(const struct command *c, const struct digest *stored);

struct digest content_of_request(const struct command *c);
bool content_is_request(const struct command *c, const struct digest *stored);

#endif
