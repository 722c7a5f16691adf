/*
 * certificates.h - the listeners' certificates and keys: read by the supervisor alone, at the start and at
 * every reload, and handed to the processes as descriptors.
 */
#ifndef SUPERVISOR_CERTIFICATES_H
#define SUPERVISOR_CERTIFICATES_H
#include "mechanism/options.h"
#include "supervisor/roles.h"
#include "wire/tls.h"

struct certificates {
	const struct options *options;
	struct tls_credentials v[TLS_LISTENERS]; /* in force, of the listeners that speak TLS */
	size_t n;
};

/* 0, or EX_CONFIG with a sentence in why. Credentials that are out of their dates are taken, with an alarm: a
 * desk that does not look at the date is better served than none. */
int certificates_read(struct certificates *c, const struct options *o, struct buf *why);
/* Reads the files again. What is not good stays as it was, and says so (tls_credentials.refused). */
void certificates_reload(struct certificates *c);
/* A new descriptor of what this process may have of them; -1: it needs none. */
int certificates_for(const struct certificates *c, const struct role *r);
void certificates_free(struct certificates *c);

#endif
