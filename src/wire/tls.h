/*
 * tls.h - TLS for a listener: the files that it is given, the context made of them, and the transport
 * of one connection over it.
 *
 * Place: wire; the supervisor reads the files and checks them (tls_files.c), a front end is handed
 * their bytes through a descriptor and never opens one, conn.c calls the transport (tls.c).
 *
 * TLS 1.2 and 1.3, ECDHE with AEAD only; no tickets, no resumption, no renegotiation, no compression,
 * no early data. A client's certificate says who it is by its subject alternative names, never by CN.
 */
#ifndef WIRE_TLS_H
#define WIRE_TLS_H
#include "base/buf.h"

struct options;
struct problems;
struct tls_files;
struct transport;

/* So long before it a certificate's end is told of. */
#define TLS_SOON_MS (30 * INT64_C(86400000))

enum tls_paper { TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA, TLS_CLIENT_CRL, TLS_PAPERS };
enum tls_clients { TLS_CLIENTS_NONE, TLS_CLIENTS_OPTIONAL, TLS_CLIENTS_REQUIRED };
/* "certificate": the option of a paper. */
extern const char *const tls_paper_names[TLS_PAPERS];

/* What one listener speaks TLS with. Zeroed: nothing. */
struct tls_credentials {
	char listener[16]; /* "console"; "" where there is none */
	enum tls_clients clients;
	struct str pem[TLS_PAPERS];  /* owned; n 0: none */
	int64_t not_before, expires; /* of the certificate, wall ms */
	int64_t crl_expires;         /* of the first CRL that does; 0: there is none */
	char refused[300];           /* newer files were not taken: which, and why; "" */
};

/* ---- files (tls_files.c) ---- */

/* Reads a listener's files and tries them; false with a sentence in `why` that names option and file. The
 * dates are not judged. */
bool tls_credentials_read(const struct tls_files *f, const char *listener, bool english,
    struct tls_credentials *out, struct buf *why);
/* The certificate is expired, or not valid yet: true with a sentence. */
bool tls_credentials_dated(const struct tls_credentials *c, int64_t now, bool english, struct buf *why);
/* `check` and `liandongd -n`: the files of every listener that has some; what is not good is an error, a certificate
 * that expires soon, or has, a warning. */
void tls_files_check(const struct options *o, int64_t now, struct problems *p);
/* The key's bytes are overwritten. */
void tls_credentials_free(struct tls_credentials *c);

#define TLS_LISTENERS 2
/* The listeners that may speak TLS, and their files. */
extern const char *const tls_listener_names[TLS_LISTENERS];
const struct tls_files *tls_files_of(const struct options *o, const char *listener);
/* A sealed descriptor that holds them, the secret parts of `whole` alone (NULL: of none); -1 with errno. */
int tls_credentials_pass(const struct tls_credentials *v, size_t n, const char *whole);
/* Takes what such a descriptor holds, and closes it. False: it is none, and nothing is taken. */
bool tls_credentials_take(int fd, struct tls_credentials v[TLS_LISTENERS], size_t *n);

/* ---- contexts (tls_context.c) ---- */

struct ssl_ctx_st;
struct ssl_st;

/* What is wrong with which paper, in both languages, static; detail: the library's words, or "". */
struct tls_fault {
	enum tls_paper paper;
	const char *zh, *en;
	char detail[120];
};

/* NULL with a fault. http: offers http/1.1 by ALPN and nothing else. It is freed by SSL_CTX_free. */
struct ssl_ctx_st *tls_context_new(const struct tls_credentials *c, bool http, struct tls_fault *fault);
/* Would one be made? */
bool tls_context_check(const struct tls_credentials *c, struct tls_fault *fault);
/* Fills in the dates of a certificate and of CRLs that a context was made of. */
void tls_context_dates(struct tls_credentials *c);
/* Is this client (certificate and chain in it) one that the context would let in now? */
bool tls_context_trusts(struct ssl_ctx_st *context, struct ssl_st *client);

/* ---- the transport (tls.c) ---- */

/* One listener's side of TLS in this process: what its new connections are made with. */
struct tls_server;

struct tls_server_metrics {
	uint64_t done, failed, plain; /* handshakes; the last: the client spoke without TLS */
};

/* refusal: what a client that speaks without TLS is answered in clear; static. */
struct tls_server *tls_server_new(const char *listener, bool http, const char *refusal);
void tls_server_free(struct tls_server *s);
/* From now on new connections are made with these; false with a fault: it stays as it was. */
bool tls_server_use(struct tls_server *s, const struct tls_credentials *c, struct tls_fault *fault);
struct tls_server_metrics tls_server_metrics(const struct tls_server *s);
/* Takes the descriptor. The server must outlive the transport. */
struct transport *transport_tls(struct tls_server *s, int fd);

#endif
