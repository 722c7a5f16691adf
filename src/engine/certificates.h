/*
 * certificates.h - what the engine knows of the listeners' certificates: their dates, and that newer files
 * were not taken; for status, metrics and the alarm. It has no keys.
 */
#ifndef ENGINE_CERTIFICATES_H
#define ENGINE_CERTIFICATES_H
#include "base/arena.h"
#include "base/json.h"
#include "wire/tls.h"

struct certificates_known {
	struct tls_credentials v[TLS_LISTENERS];
	size_t n;
	int64_t alarmed_day; /* of the last alarm: one a day */
};

/* From the supervisor; takes the descriptor (-1: none). */
void certificates_take(struct certificates_known *k, int fd);
/* An alarm in the log, once a day, while one expires soon or has. */
void certificates_look(struct certificates_known *k, int64_t now);
void certificates_metrics(const struct certificates_known *k, struct json *j);
void certificates_forget(struct certificates_known *k);

/* Sentences for status, in the arena; NULL: all is well. */
const char *certificates_expiring(const struct certificates_known *k, int64_t now, bool english,
    struct arena *a);
const char *certificates_refused(const struct certificates_known *k, bool english, struct arena *a);
const char *certificates_crl_old(const struct certificates_known *k, int64_t now, bool english,
    struct arena *a);

#endif
