/*
 * secrecy.h - words by which a reporter asks that his name be kept secret: 怕被报复, 不要说是我 (policy.yaml, secret_reporter).
 *
 * They propose secret_reporter to the desk, and set nothing: an officer decides. Words are compared folded; one that
 * is denied (没有匿名), or that stands inside one of `unless` (不怕被报复, 匿名信), proposes nothing.
 * Where he is secret, who may not know him reads his words without his name and phones either.
 * Place: domain; pure.
 */
#ifndef DOMAIN_SECRECY_H
#define DOMAIN_SECRECY_H
#include "domain/command.h"
#include "domain/mechanism.h"
#include "domain/sight.h"
#include "domain/warning.h"

/* Is one of them among the keywords that a scan found and that are not denied? Whether it stands inside one of
 * `unless`, secrecy_word tells. */
bool secrecy_meant(const struct mechanism *m, const uint64_t *meant);
/* The word that proposes it, as policy.yaml writes it; NULL: there is none in the description. */
const char *secrecy_word(const struct mechanism *m, const char *description);
/* The warning for the desk, unless the command itself says whether the reporter is secret. */
void secrecy_propose(const struct command *c, const char *word, struct warnings *w, struct arena *a);

/* The text without the name and the phones of a secret reporter, **** in their places; as it is where he is not secret. NULL
 * stays NULL. What is stored stays as said. */
const char *secrecy_hide(const struct incident *inc, const char *text, struct arena *a);
/* The warnings for the desk where his words have them, which units do not read, or the address, which they need as it is. */
void secrecy_tell_named(const struct incident *inc, struct warnings *w, struct arena *a);
/* The text as this viewer may read it: hidden unless he may know the reporter. */
const char *secrecy_shown(const struct view *v, const struct incident *inc, const char *text,
    struct arena *a);

#endif
